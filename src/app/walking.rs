//! Ways through the tree beside arrows: siblings, changes, names, and opening many rows at once.

use super::filtering::TreeFilter;
use super::reaching::Reaching;
use super::selection::{in_what_is_around, refresh, select_offset, select_row};
use super::session::Session;
use super::state::{NoticeTone, OpenDocument};
use crate::document::{
    BranchId, Entry, Meaning, ReadMode, Reader, Row, SMALL_WINDOW, Snapshot, changes, entry_row_text,
    row_text,
};
use std::ops::Range;

/// Rows that one request may open.
pub(super) const MAX_OPENED: u64 = 10_000;
/// Rows that are compared with a typed name.
const MAX_NAMED: u64 = 4_096;
/// Rows read at once.
const BATCH: u64 = 256;
/// Changes that are passed over because a deeper one explains them.
const MAX_PASSED: usize = 1_000;
/// Characters of a value that are made only to be thrown away.
const FEW_CHARS: usize = 8;

impl Session {
    pub(super) fn select_sibling(&mut self, forward: bool) {
        let Some((_, open)) = self.active() else { return };
        let Some(row) = open.selected_row() else { return };
        let beside = match forward {
            true => row.ordinal.checked_add(1),
            false => row.ordinal.checked_sub(1),
        };
        let snapshot = open.document.snapshot();
        let found = beside.and_then(|ordinal| open.tree.row_at_place(snapshot, row.branch, ordinal, CACHED));
        if let Some(found) = found {
            show_row(open, &found);
        }
    }

    /// Selects the next visible row whose name or number starts with what was typed, around the end.
    pub(super) fn select_named(&mut self, start: &str, here: bool) {
        let Some((_, open)) = self.active() else { return };
        if open.filter.kind.is_outline() {
            if let Some(nth) = filtered_named(open, &start.to_lowercase(), here) {
                self.go_to_filtered(nth);
            }
            return;
        }
        let n_rows = open.tree.n_rows();
        let from = open.selection.as_ref().map_or(0, |selection| selection.row_number + u64::from(!here));
        let wanted = start.to_lowercase();
        let behind = from.min(n_rows)..n_rows.min(from.saturating_add(MAX_NAMED));
        let before = 0..from.min(MAX_NAMED);
        if let Some(row) = named(open, behind, &wanted).or_else(|| named(open, before, &wanted)) {
            show_row(open, &row);
        }
    }

    pub(super) fn select_change(&mut self, forward: bool) {
        let Some((_, open)) = self.active() else { return };
        let mut found = changes(open.document.snapshot(), &saved(open));
        if found.is_empty() {
            return self.notify(NoticeTone::Note, "Nothing differs from what was saved");
        }
        let here = open.selected_row().map(|row| own_bytes(&row));
        // Those behind the selection first, then around the end.
        let n_behind = match &here {
            Some(own) if forward => found.partition_point(|change| change.start < own.end),
            Some(own) => found.partition_point(|change| change.start < own.start),
            None => 0,
        };
        found.rotate_left(n_behind);
        if !forward {
            found.reverse();
        }
        let last = open.document.len().saturating_sub(1);
        for change in found.iter().take(MAX_PASSED) {
            let offset = change.start.min(last);
            let row = open.tree.reveal(open.document.snapshot(), offset, CACHED);
            if row.is_some_and(|row| !is_only_length(&row, change, &found)) {
                select_offset(open, offset);
                return;
            }
        }
        select_offset(open, found[0].start.min(last));
    }

    pub(super) fn expand_below(&mut self, number: u64) {
        if self.unfold_selected() {
            return;
        }
        let Some((_, open)) = self.active() else { return };
        let Some(row) = open.rows(number..number.saturating_add(1)).pop() else { return };
        let snapshot = open.document.snapshot();
        let is_whole = open.tree.expand_below(snapshot, &row, MAX_OPENED, CACHED);
        let rest = Reaching::of(&open.document, Some(&row), row.depth..u32::MAX);
        self.rest_later(is_whole, rest);
    }

    pub(super) fn expand_siblings(&mut self, number: u64) {
        if self.unfold_beside() {
            return;
        }
        let Some((_, open)) = self.active() else { return };
        let Some(row) = open.rows(number..number.saturating_add(1)).pop() else { return };
        let snapshot = open.document.snapshot();
        let is_whole = open.tree.expand_siblings(snapshot, &row, MAX_OPENED, CACHED);
        let around = open.tree.row_above(open.document.snapshot(), row.branch, CACHED);
        let rest = Reaching::of(&open.document, around.as_ref(), row.depth..row.depth + 1);
        self.rest_later(is_whole, rest);
    }

    pub(super) fn expand_levels(&mut self, n_levels: u32) {
        if self.fold_below(n_levels) {
            return;
        }
        let Some((_, open)) = self.active() else { return };
        let is_whole = open.tree.expand_levels(open.document.snapshot(), n_levels, MAX_OPENED, CACHED);
        let rest = Reaching::of(&open.document, None, 0..n_levels);
        self.rest_later(is_whole, rest);
    }

    pub(super) fn open_to_depth(&mut self, n_levels: u32) {
        if self.fold_below(n_levels) {
            return;
        }
        let Some((_, open)) = self.active() else { return };
        let selected = open.selection.as_ref().map(in_what_is_around);
        open.tree.collapse_all();
        let snapshot = open.document.snapshot();
        let is_whole = open.tree.expand_levels(snapshot, n_levels, MAX_OPENED, CACHED);
        // What was selected deeper down gives way to what is around it.
        if let Some(offset) = selected
            && open.selected_row().is_none()
            && let Some(row) = open.tree.deepest(open.document.snapshot(), offset, CACHED)
        {
            show_row(open, &row);
        }
        let rest = Reaching::of(&open.document, None, 0..n_levels);
        self.rest_later(is_whole, rest);
    }

    /// Rows were opened; the rest of them, if there is one, is as they are reached.
    fn rest_later(&mut self, is_whole: bool, rest: Reaching) {
        let Some((_, open)) = self.active() else { return };
        open.reaching = Some(rest).filter(|_| !is_whole);
        refresh(open);
        if !is_whole {
            let text = "There are too many rows to open at once: the first are open, the others open as you come to them";
            self.notify(NoticeTone::Note, text);
        }
    }

    pub(super) fn show_absent(&mut self, is_shown: bool) {
        self.state.settings.show_absent = is_shown;
    }

    /// Brings the document in front in line with the setting, and its surveys up to date.
    pub(super) fn keep_absent(&mut self) {
        let is_wanted = self.state.settings.show_absent;
        let Some((_, open)) = self.active() else { return };
        let is_shown = is_wanted && open.filter.kind != TreeFilter::Set;
        if open.tree.shows_absent() == is_shown {
            return;
        }
        let mut reader = Reader::new(open.document.snapshot(), CACHED, SMALL_WINDOW);
        open.tree.show_absent(&mut reader, is_shown);
        // What was selected may be hidden now.
        let number = open.selection.as_ref().map(|selection| selection.row_number);
        if let Some(number) = number
            && open.selected_row().is_none()
        {
            let last = open.tree.n_rows().saturating_sub(1);
            match open.rows(number.min(last)..number.min(last) + 1).pop() {
                Some(row) => select_row(open, &row),
                None => open.selection = None,
            }
        }
        refresh(open);
    }
}

const CACHED: ReadMode = ReadMode::Cached;

fn show_row(open: &mut OpenDocument, row: &Row) {
    select_row(open, row);
    open.n_reveals += 1;
}

fn named(open: &OpenDocument, range: Range<u64>, wanted: &str) -> Option<Row> {
    let mut start = range.start;
    while start < range.end {
        let end = range.end.min(start + BATCH);
        let snapshot = open.document.snapshot();
        let fits = |row: &Row| {
            let text = row_text(snapshot, row, FEW_CHARS, CACHED);
            let name = text.name.to_lowercase();
            // A map key is met without its bracket and quote too.
            name.starts_with(wanted)
                || name.trim_start_matches(['[', '"']).starts_with(wanted)
                || text.number.starts_with(wanted)
        };
        if let Some(row) = open.rows(start..end).into_iter().find(fits) {
            return Some(row);
        }
        start = end;
    }
    None
}

/// The row of a filtered tree whose name or number starts with what was typed, around the end.
fn filtered_named(open: &OpenDocument, wanted: &str, here: bool) -> Option<u64> {
    let (filter, snapshot, root) = (&open.filter, open.document.snapshot(), open.document.root());
    let n_rows = filter.n_rows();
    let selected = open.selection.as_ref().and_then(|selection| filter.nth_of(selection.row));
    let from = selected.map_or(0, |nth| (nth + u64::from(!here)).min(n_rows));
    let mut order = (from..n_rows).chain(0..from).take(MAX_NAMED as usize);
    order.find(|nth| {
        let Some((idx, _)) = filter.row(*nth) else { return false };
        let Ok(Some(entry)) = filter.outline.entry(idx, &filter.places, snapshot, &root, CACHED) else {
            return false;
        };
        let text = entry_row_text(snapshot, &entry, FEW_CHARS, CACHED);
        let field = entry.field().map_or("", |field| field.name());
        [field, text.name.as_str(), text.number.as_str()]
            .iter()
            .any(|name| name.to_lowercase().trim_start_matches(['[', '"']).starts_with(wanted))
    })
}

/// The bytes as they were saved last; of what was never on disk those it began with.
fn saved(open: &OpenDocument) -> Snapshot {
    match &open.backing.base {
        Some((_, snapshot)) => snapshot.clone(),
        None => Snapshot::new(open.document.snapshot().source().clone()),
    }
}

/// The bytes of a row that no row below it shows.
fn own_bytes(row: &Row) -> Range<u64> {
    let range = row.entry.range();
    match &row.entry {
        Entry::Run { .. } if row.is_expanded => range.start..range.start,
        Entry::Record { at, .. } if row.is_expanded => range.start..at.payload().start,
        _ => range,
    }
}

/// Whether a change of a message is nothing but its length, because of another change inside it.
fn is_only_length(row: &Row, change: &Range<u64>, all: &[Range<u64>]) -> bool {
    let Entry::Record { at, .. } = &row.entry else { return false };
    let (length, payload) = (at.length_range(), at.payload());
    let is_length = length.start <= change.start && change.end <= length.end && !change.is_empty();
    is_length && all.iter().any(|other| payload.start <= other.start && other.end <= payload.end)
}

/// The rows beside a row, those nearest to it if there are more than `max_rows`; and how many there
/// are in all.
pub fn siblings(open: &OpenDocument, branch: BranchId, ordinal: u64, max_rows: u64) -> (Vec<Row>, u64) {
    let n_rows = open.tree.n_own(branch);
    let start = ordinal.saturating_sub(max_rows / 2).min(n_rows.saturating_sub(max_rows));
    let snapshot = open.document.snapshot();
    let rows = (start..n_rows.min(start + max_rows))
        .filter_map(|ordinal| open.tree.row_at_place(snapshot, branch, ordinal, CACHED));
    (rows.collect(), n_rows)
}

/// The selected row and the rows around it that are records or runs of a message, outwards, at most
/// `n_rows`: one for each part of the path.
pub fn message_rows(open: &OpenDocument, n_rows: usize) -> Vec<Row> {
    let snapshot = open.document.snapshot();
    let (mut found, mut next) = (Vec::new(), open.selected_row());
    while let Some(row) = next.filter(|_| found.len() < n_rows) {
        let above = open.tree.row_above(snapshot, row.branch, CACHED);
        // Elements go with their field, and what is in a map entry with the entry.
        let is_part = match above.as_ref().map(|above| &above.entry) {
            Some(Entry::Run { .. } | Entry::Record { meaning: Meaning::Packed(_), .. }) => false,
            Some(entry) => !super::tree_commands::is_map_entry(entry),
            None => true,
        };
        if is_part {
            found.push(row);
        }
        next = above;
    }
    found
}
