//! Moving rows of a filtered tree, which may be closed away in the tree of all.

use super::action::Action;
use super::selection::refresh;
use super::session::Session;
use super::state::{NoticeTone, OpenDocument};
use super::structures::why_not_among;
use crate::document::{Chain, Entry, Facet, ReadMode, RowId};

const GONE: &str = "These bytes are read otherwise by now";

/// A row of the filtered tree and the records around it, outermost first.
struct Shown {
    id: RowId,
    entry: Entry,
    chain: Chain,
}

impl Shown {
    fn of(open: &OpenDocument, nth: u64) -> Option<Shown> {
        let (filter, snapshot) = (&open.filter, open.document.snapshot());
        let (idx, _) = filter.row(nth)?;
        let root = open.document.root();
        let entry = filter.outline.entry(idx, &filter.places, snapshot, &root, ReadMode::Cached).ok()??;
        let mut chain = Chain::new();
        let mut around = filter.outline.around(idx);
        while let Some(idx) = around {
            chain.push(filter.places.now(idx)?);
            around = filter.outline.around(idx);
        }
        chain.reverse();
        Some(Shown { id: filter.row_id(nth)?, entry, chain })
    }

    /// The records around the message that it is part of; a packed element has its record in its chain.
    fn around(&self) -> &[u64] {
        let n_around = self.chain.len() - usize::from(self.id.facet == Facet::Element);
        &self.chain[..n_around]
    }
}

impl OpenDocument {
    /// Why a row of the filtered tree cannot be moved beside another, by their places in it. Rows that the
    /// filter hides keep their places: it goes right in front of that row, or right behind it.
    pub fn why_not_move_filtered(&self, from: u64, to: u64, below: bool) -> Option<&'static str> {
        let (Some(row), Some(beside)) = (Shown::of(self, from), Shown::of(self, to)) else {
            return Some(GONE);
        };
        let is_open = self
            .filter
            .row(to)
            .is_some_and(|(idx, _)| self.filter.has_below(idx) && !self.filter.is_folded(idx));
        if row.id == beside.id {
            return Some("It is here already");
        }
        if below && is_open {
            return Some("What is below an open row is inside of it; close it first");
        }
        why_not_among((row.around(), &row.entry), (beside.around(), &beside.entry))
    }
}

impl Session {
    /// Moves a row of the filtered tree; both are opened in the tree of all on the way.
    pub(super) fn move_filtered(&mut self, from: u64, to: u64, below: bool) {
        let Some((_, open)) = self.active() else { return };
        if let Some(reason) = open.why_not_move_filtered(from, to, below) {
            return self.notify(NoticeTone::Note, reason);
        }
        let shown = [from, to].map(|nth| Shown::of(open, nth));
        let ids: Vec<RowId> = shown
            .into_iter()
            .flatten()
            .filter_map(|shown| {
                let snapshot = open.document.snapshot();
                let row = open.tree.reveal_record(snapshot, &shown.chain, shown.id, ReadMode::Cached)?;
                (row.id == shown.id).then_some(row.id)
            })
            .collect();
        refresh(open);
        match ids.as_slice() {
            [row, to] => self.edit(Action::MoveTo { row: *row, to: *to, below }),
            _ => self.notify(
                NoticeTone::Note,
                "Records of the document are still being found; try again in a moment",
            ),
        }
    }
}
