//! Opening rows again by their paths, where an act writes all bytes anew and no place in them stays.

use super::selection::{find_path, refresh, select_place};
use super::state::OpenDocument;
use crate::document::{Path, ReadMode, path_of};
use crate::worker::jobs::{Outcome, Place};

/// A larger document is not looked through for paths while the window waits.
const MAX_LEN: u64 = 1 << 20;
/// Rows that are opened again.
const MAX_ROWS: usize = 256;

/// Which rows are open and which one is selected, by path.
pub(super) struct Opened {
    rows: Vec<Path>,
    selected: Option<Path>,
}

impl Opened {
    pub fn of(open: &OpenDocument) -> Opened {
        let selected = open.selection.as_ref().map(|selection| selection.path.clone());
        if open.document.len() > MAX_LEN {
            return Opened { rows: Vec::new(), selected: None };
        }
        let snapshot = open.document.snapshot();
        let ids = open.tree.opened_in(&(0..open.document.len())).into_iter().take(MAX_ROWS);
        let rows = ids.filter_map(|id| open.row(id));
        let rows = rows.map(|row| path_of(&open.tree, snapshot, &row, ReadMode::Cached));
        Opened { rows: rows.collect(), selected }
    }

    pub fn open_again(self, open: &mut OpenDocument) {
        for path in &self.rows {
            let Some(place) = place_of(open, path) else { continue };
            let snapshot = open.document.snapshot();
            let row = open.tree.reveal_record(snapshot, &place.chain, place.row, ReadMode::Cached);
            if let Some(row) = row.filter(|row| row.id == place.row) {
                open.tree.expand(snapshot, &row, ReadMode::Cached);
            }
        }
        if let Some(place) = self.selected.and_then(|path| place_of(open, &path)) {
            select_place(open, &place, ReadMode::Cached);
        }
        refresh(open);
    }
}

fn place_of(open: &OpenDocument, path: &Path) -> Option<Place> {
    match find_path(&open.document, path, open.tree.shows_absent()) {
        Outcome::Found(place) => Some(place),
        _ => None,
    }
}
