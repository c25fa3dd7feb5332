//! What is selected after an act, and what is open again.

use super::cursor::{self, ByteCursor};
use super::documents::row_now;
use super::editing::{After, offset_now};
use super::selection;
use super::state::{OpenDocument, Selection};
use crate::document::{Act, Anchored, Edit, Facet, ReadMode, RowId};
use crate::worker::jobs::Place;
use std::ops::Range;

/// What an act is made on, as far as it is to be seen again after it.
pub(super) struct Before {
    selection: Option<Selection>,
    cursor: ByteCursor,
    revision: usize,
    /// Rows that are open in what the act moves.
    opened: Vec<RowId>,
}

impl Before {
    pub fn of(open: &OpenDocument, act: &Act) -> Before {
        let opened = match act.edits.first() {
            Some(Edit::Move { range, .. }) => open.tree.opened_in(range),
            _ => Vec::new(),
        };
        let (selection, cursor) = (open.selection.clone(), open.cursor.clone());
        Before { selection, cursor, revision: open.document.revision(), opened }
    }

    /// Offset of the record that was selected.
    pub fn selected(&self) -> Option<u64> {
        self.selection.as_ref().map(|selection| selection.row.offset)
    }

    pub fn revision(&self) -> usize {
        self.revision
    }

    /// Selects what is to be selected after the act.
    pub fn show(self, open: &mut OpenDocument, act: &Act, after: After) {
        let Before { selection, cursor, revision, opened } = self;
        let place = selection.map(|before| (before.row, before.chain));
        match after {
            After::New if adds(act) => select_new(open, act, revision),
            After::New => keep_selection(open, place, revision),
            After::First => select_first(open, act, revision),
            After::Keep => {
                keep_selection(open, place, revision);
                open.cursor = cursor;
                open.cursor.end_run();
            }
            After::Cursor(to) => {
                keep_selection(open, place, revision);
                open.cursor = cursor;
                cursor::place_after(open, to, revision);
            }
            After::Gone => select_where_removed(open, act, revision, place.map(|(row, _)| row.offset)),
            After::Moved(facet) => {
                open_again(open, act, opened);
                select_moved(open, act, facet, revision);
            }
        }
    }
}

/// Selects the field that was absent, and selected, before a step that set it.
pub(super) fn select_what_came_back(open: &mut OpenDocument, before: &Selection, n_before: usize) -> bool {
    if !matches!(before.row.facet, Facet::Absent(_)) {
        return false;
    }
    let log = open.document.splices();
    let added = log.since(n_before).enumerate().find(|(_, splice)| splice.n_removed == 0);
    let Some((nth, splice)) = added else { return false };
    let Anchored::At(offset) = log.resolve(log.anchor_at(splice.start, n_before + nth + 1)) else {
        return false;
    };
    let is_it = |now: &Selection| now.path.0.starts_with(&before.path.0);
    selection::select_offset(open, offset) && open.selection.as_ref().is_some_and(is_it)
}

/// Selects the record that was selected before the edit, where it is now.
pub(super) fn keep_selection(open: &mut OpenDocument, before: Option<(RowId, Vec<u64>)>, n_before: usize) {
    let Some((row, chain)) = before else { return };
    let number = open.selection.as_ref().map_or(0, |selection| selection.row_number);
    let place = Place {
        chain: chain.iter().map(|offset| offset_now(open, *offset, n_before)).collect(),
        row: row_now(open, row, n_before),
    };
    let n_reveals = open.n_reveals;
    if !selection::select_place(open, &place, ReadMode::Cached) {
        if open.tree.is_counted() {
            select_near(open, place.row.offset, number);
            open.backing.reveal = open.backing.lacks_bytes().then_some(place);
        } else {
            wait_for(open, place);
        }
    }
    // It stays where the person looks.
    open.n_reveals = n_reveals;
}

/// Whether there is something new to be selected.
fn adds(act: &Act) -> bool {
    matches!(act.edits.first(), Some(Edit::Insert { .. } | Edit::Splice { .. }))
}

/// Keeps the selection on a record that is still to be found again.
fn wait_for(open: &mut OpenDocument, place: Place) {
    if let Some(selection) = &mut open.selection {
        let len = selection.range.end - selection.range.start;
        selection.row = place.row;
        selection.range = place.row.offset..(place.row.offset + len).min(open.document.len());
        selection.chain.clone_from(&place.chain);
    }
    open.backing.reveal = Some(place);
}

/// Selects what an act added: the last bytes before what stood there.
fn select_new(open: &mut OpenDocument, act: &Act, n_before: usize) {
    let (chain, offset, n_added, facet) = match act.edits.first() {
        Some(Edit::Insert { chain, offset, bytes }) => (chain, *offset, bytes.len() as u64, Facet::Record),
        Some(Edit::Splice { chain, range, bytes }) => (chain, range.end, bytes.len() as u64, Facet::Element),
        _ => return select_where_removed(open, act, n_before, None),
    };
    let chain: Vec<u64> = chain.iter().map(|offset| offset_now(open, *offset, n_before)).collect();
    let offset = offset_now(open, offset, n_before).saturating_sub(n_added);
    let place = Place { chain, row: RowId { offset, facet } };
    if !selection::select_place(open, &place, ReadMode::Cached) {
        selection::select_offset(open, offset);
    }
}

/// Selects the record whose payload an act set first.
fn select_first(open: &mut OpenDocument, act: &Act, n_before: usize) {
    let Some(Edit::SetPayload { chain, offset, .. }) = act.edits.first() else { return };
    let chain = chain.iter().map(|offset| offset_now(open, *offset, n_before)).collect();
    let row = RowId { offset: offset_now(open, *offset, n_before), facet: Facet::Record };
    selection::select_place(open, &Place { chain, row }, ReadMode::Cached);
}

/// Opens the rows again that were open in what an act moved.
fn open_again(open: &mut OpenDocument, act: &Act, opened: Vec<RowId>) {
    let Some(Edit::Move { range, to, .. }) = act.edits.first() else { return };
    let snapshot = open.document.snapshot();
    for row in opened {
        let row = RowId { offset: moved(row.offset, range, *to), ..row };
        if let Some(row) = open.tree.find(snapshot, row, ReadMode::Cached) {
            open.tree.expand(snapshot, &row, ReadMode::Cached);
        }
    }
}

/// Where a place in `range` is once that was moved to `to`. Nothing else changed: no length does when a
/// record moves within its message.
fn moved(offset: u64, range: &Range<u64>, to: u64) -> u64 {
    let start = if range.start < to { to - (range.end - range.start) } else { to };
    start + (offset - range.start)
}

/// Selects what was moved, where it is now.
fn select_moved(open: &mut OpenDocument, act: &Act, facet: Facet, n_before: usize) {
    let Some(Edit::Move { chain, range, to }) = act.edits.first() else {
        return select_new(open, act, n_before);
    };
    let chain: Vec<u64> = chain.iter().map(|offset| offset_now(open, *offset, n_before)).collect();
    let offset = moved(range.start, range, *to);
    let place = Place { chain, row: RowId { offset, facet } };
    if !selection::select_place(open, &place, ReadMode::Cached) {
        selection::select_offset(open, offset);
    }
}

fn select_where_removed(open: &mut OpenDocument, act: &Act, n_before: usize, selected: Option<u64>) {
    let removed = act.edits.iter().filter_map(|edit| match edit {
        Edit::Remove { range, .. } | Edit::Splice { range, .. } => Some(range.clone()),
        _ => None,
    });
    let removed: Vec<Range<u64>> = removed.collect();
    // Of several that where the person looks.
    let here = removed.iter().find(|range| selected.is_some_and(|offset| range.contains(&offset)));
    let first = here.or_else(|| removed.iter().min_by_key(|range| range.start));
    let number = open.selection.as_ref().map_or(0, |selection| selection.row_number);
    if let Some(range) = first {
        let offset = offset_now(open, range.start, n_before);
        select_near(open, offset, number);
    }
}

/// Selects the row that starts at an offset, else the one at this number or the last one.
fn select_near(open: &mut OpenDocument, offset: u64, number: u64) {
    let snapshot = open.document.snapshot();
    let deepest = open.tree.deepest(snapshot, offset, ReadMode::Cached);
    let starts_there = deepest.filter(|row| row.entry.range().start == offset);
    let row = starts_there.or_else(|| {
        let last = open.tree.n_rows().checked_sub(1)?;
        let number = number.saturating_sub(1).min(last);
        open.rows(number..number + 1).pop()
    });
    match row {
        Some(row) => selection::select_row(open, &row),
        None => open.selection = None,
    }
}
