//! Opening many rows at once, within bounds, and rows by their place in a branch.

use super::super::reader::{Reader, SMALL_WINDOW};
use super::super::snapshot::Snapshot;
use super::super::source::ReadMode;
use super::super::view::opens_by_itself;
use super::entry::{Entry, Row};
use super::tree::{BranchId, Tree};

/// Visible rows for each row that may be looked at.
const ROWS_PER_LOOK: u64 = 4;

impl Tree {
    /// Opens rows from the first on until `n_levels` are open or `max_rows` rows were looked at; with
    /// four times as many visible it ends too. Returns whether all were opened.
    pub fn expand_levels(
        &mut self,
        snapshot: &Snapshot,
        n_levels: u32,
        max_rows: u64,
        mode: ReadMode,
    ) -> bool {
        let first = Some((BranchId::root(), 0)).filter(|_| self.n_rows() > 0);
        self.expand_from(snapshot, first, max_rows, mode, |row| row.depth < n_levels, |_| true)
    }

    /// Opens a row and everything below it, within the bounds of [`Tree::expand_levels`].
    pub fn expand_below(&mut self, snapshot: &Snapshot, row: &Row, max_rows: u64, mode: ReadMode) -> bool {
        // What is asked for by name opens even if it is only plausibly a message.
        self.expand(snapshot, row, mode);
        let (depth, place) = (row.depth, (row.branch, row.ordinal));
        let is_below = |row: &Row| row.depth > depth || (row.branch, row.ordinal) == place;
        self.expand_from(snapshot, Some(place), max_rows, mode, |_| true, is_below)
    }

    /// Opens all rows beside a row, itself among them, within the bounds of [`Tree::expand_levels`].
    pub fn expand_siblings(&mut self, snapshot: &Snapshot, row: &Row, max_rows: u64, mode: ReadMode) -> bool {
        for ordinal in 0..self.n_own(row.branch) {
            if ordinal >= max_rows || self.n_rows() >= max_rows.saturating_mul(ROWS_PER_LOOK) {
                return false;
            }
            let Some(row) = self.row_at_place(snapshot, row.branch, ordinal, mode) else { continue };
            if opens_by_itself(snapshot, &row.entry, mode) {
                self.expand(snapshot, &row, mode);
            }
        }
        true
    }

    fn expand_from(
        &mut self,
        snapshot: &Snapshot,
        first: Option<(BranchId, u64)>,
        max_rows: u64,
        mode: ReadMode,
        opens: impl Fn(&Row) -> bool,
        is_in: impl Fn(&Row) -> bool,
    ) -> bool {
        // What is around is counted at the end: in ten thousand levels each has as many around it.
        let (mut at, mut n_seen, mut n_rows) = (first, 0, self.n_rows());
        let mut is_whole = true;
        while let Some((id, ordinal)) = at {
            let row = self.row(&mut Reader::new(snapshot, mode, SMALL_WINDOW), id, ordinal);
            if !is_in(&row) {
                break;
            }
            if n_seen >= max_rows || n_rows >= max_rows.saturating_mul(ROWS_PER_LOOK) {
                is_whole = false;
                break;
            }
            let plausible = row.entry.field().is_some() || matches!(row.entry, Entry::Record { .. });
            if opens(&row) && plausible && opens_by_itself(snapshot, &row.entry, mode) {
                let opened = self.open_row(snapshot, &row, mode);
                n_rows += opened.map_or(0, |id| self.n_own(id));
            }
            at = self.successor(id, ordinal);
            n_seen += 1;
        }
        self.sum_all();
        is_whole
    }

    /// Rows that a branch has of its own.
    pub fn n_own(&self, id: BranchId) -> u64 {
        self.branch(id).map_or(0, |branch| branch.n_own)
    }

    /// The row at this place of a branch; `None` behind its last.
    pub fn row_at_place(
        &self,
        snapshot: &Snapshot,
        id: BranchId,
        ordinal: u64,
        mode: ReadMode,
    ) -> Option<Row> {
        let mut reader = Reader::new(snapshot, mode, SMALL_WINDOW);
        (ordinal < self.n_own(id)).then(|| self.row(&mut reader, id, ordinal))
    }
}
