//! Opening rows as they are reached, where there are too many to open at once.
//!
//! What was asked for becomes a policy: whichever rows the window shows are opened then, until all is
//! closed again or something else is asked for. Rows that a person closes meanwhile stay closed.

use super::selection::refresh;
use super::session::Session;
use super::state::OpenDocument;
use crate::document::{Anchor, Anchored, Document, Entry, Facet, ReadMode, Row, RowId, opens_by_itself};
use std::ops::Range;

/// Rows that are opened for one stretch of rows in view.
const MAX_OPENED: usize = 1_000;
/// Rows closed by hand that are remembered.
const MAX_CLOSED: usize = 1_000;

/// Which rows open when they are reached.
pub struct Reaching {
    /// From the first of these bytes to the last; anywhere if not given.
    within: Option<[Anchor; 2]>,
    /// At these depths.
    depths: Range<u32>,
    /// But for those that a person closed.
    closed: Vec<(Anchor, Facet)>,
    /// The rows that were looked at last, of how many, and at which revision.
    seen: Option<(Range<u64>, u64, usize)>,
}

impl Reaching {
    /// Rows at these depths that are inside a row, or with `None` anywhere.
    pub(super) fn of(document: &Document, within: Option<&Row>, depths: Range<u32>) -> Reaching {
        let anchor = |offset| document.splices().anchor_at(offset, document.revision());
        let within = within.map(|row| row.entry.range());
        let within = within.map(|range| [anchor(range.start), anchor(range.end.saturating_sub(1))]);
        Reaching { within, depths, closed: Vec::new(), seen: None }
    }

    fn opens(&self, document: &Document, row: &Row) -> bool {
        let at = |anchor: &Anchor| match document.splices().resolve(*anchor) {
            Anchored::At(offset) | Anchored::Gone(offset) => offset,
        };
        let offset = row.entry.range().start;
        let is_inside =
            self.within.as_ref().is_none_or(|[first, last]| (at(first)..=at(last)).contains(&offset));
        let is_closed =
            |(anchor, facet): &(Anchor, Facet)| *facet == row.id.facet && at(anchor) == row.id.offset;
        self.depths.contains(&row.depth) && is_inside && !self.closed.iter().any(is_closed)
    }
}

impl OpenDocument {
    /// Whether rows of this range are to be opened because they are in view now.
    pub fn wants_opening(&self, rows: &Range<u64>) -> bool {
        let now = (rows, self.tree.n_rows(), self.document.revision());
        self.reaching.as_ref().is_some_and(|reaching| {
            reaching.seen.as_ref().is_none_or(|(rows, n_rows, revision)| (rows, *n_rows, *revision) != now)
        })
    }

    /// A row that a person closed does not open by itself again.
    pub(super) fn keep_closed(&mut self, row: RowId) {
        let anchor = self.document.splices().anchor_at(row.offset, self.document.revision());
        if let Some(reaching) = self.reaching.as_mut().filter(|reaching| reaching.closed.len() < MAX_CLOSED) {
            reaching.closed.push((anchor, row.facet));
        }
    }
}

impl Session {
    /// Opens rows in view that were asked for before there was room for them.
    pub(super) fn reach(&mut self, rows: Range<u64>) {
        let Some((_, open)) = self.active() else { return };
        let Some(mut reaching) = open.reaching.take() else { return };
        let is_in_view = |open: &OpenDocument| {
            open.selection.as_ref().is_some_and(|selection| rows.contains(&selection.row_number))
        };
        let was_in_view = is_in_view(open);
        let (mut number, mut n_opened, mut is_read) = (rows.start, 0, true);
        while number < rows.end
            && n_opened < MAX_OPENED
            && let Some(row) = open.rows(number..number + 1).pop()
        {
            let snapshot = open.document.snapshot();
            is_read &= !matches!(row.entry, Entry::Unread { .. });
            if !row.is_expanded
                && reaching.opens(&open.document, &row)
                && opens_by_itself(snapshot, &row.entry, ReadMode::Cached)
            {
                open.tree.expand(snapshot, &row, ReadMode::Cached);
                n_opened += 1;
            }
            number += 1;
        }
        // What is still to be read is looked at again when it is there.
        reaching.seen = is_read.then(|| (rows.clone(), open.tree.n_rows(), open.document.revision()));
        open.reaching = Some(reaching);
        if n_opened > 0 {
            refresh(open);
            open.n_reveals += u64::from(was_in_view && !is_in_view(open));
        }
    }
}
