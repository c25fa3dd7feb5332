//! Rows of a filtered tree that are closed, and where the others stand.

use super::action::Action;
use super::filtering::Filter;
use super::session::Session;
use super::state::OpenDocument;
use crate::document::RowId;
use std::collections::BTreeSet;

/// Rows that are looked at to find one that is still there.
const LOOKED_AT: usize = 64;

/// Which rows of a filtered tree are closed. All are open at first: they are what was asked for.
#[derive(Default)]
pub struct Folds {
    /// Rows whose rows below are hidden, by their number in the outline.
    folded: BTreeSet<u32>,
    /// The rows that are there and not hidden; empty and of no meaning while nothing is folded.
    visible: Vec<u32>,
    /// Length of the splice log that `visible` was made for.
    made_for: usize,
    /// What was selected when hidden rows were last looked at.
    seen: Option<RowId>,
}

impl Filter {
    /// Rows that are shown.
    pub fn n_rows(&self) -> u64 {
        let n_rows = if self.folds.folded.is_empty() { self.places.len() } else { self.folds.visible.len() };
        n_rows as u64
    }

    /// Of the rows that are shown the `nth`: its number in the outline, and where it is by now.
    pub fn row(&self, nth: u64) -> Option<(usize, u64)> {
        let nth = usize::try_from(nth).ok()?;
        if self.folds.folded.is_empty() {
            return self.places.get(nth);
        }
        let idx = *self.folds.visible.get(nth)? as usize;
        Some((idx, self.places.now(idx)?))
    }

    /// The tree's name for a row that is shown.
    pub fn row_id(&self, nth: u64) -> Option<RowId> {
        let (idx, _) = self.row(nth)?;
        self.outline.row_id(idx, &self.places)
    }

    /// Where a row is shown.
    pub fn nth_of(&self, row: RowId) -> Option<u64> {
        let nth = match self.folds.folded.is_empty() {
            true => self.places.n_before(row.offset),
            false => self
                .folds
                .visible
                .partition_point(|idx| self.places.now(*idx as usize).is_some_and(|now| now < row.offset)),
        } as u64;
        (self.row_id(nth) == Some(row)).then_some(nth)
    }

    pub fn is_folded(&self, idx: usize) -> bool {
        self.folds.folded.contains(&(idx as u32))
    }

    /// Whether a row of the outline has rows below it.
    pub fn has_below(&self, idx: usize) -> bool {
        let rows = self.outline.rows();
        let Some(depth) = rows.get(idx).map(|row| row.depth) else { return false };
        let below =
            rows.iter().enumerate().skip(idx + 1).take(LOOKED_AT).take_while(|(_, row)| depth < row.depth);
        below.into_iter().any(|(idx, _)| self.places.now(idx).is_some())
    }

    /// The row around one that is shown.
    pub fn nth_around(&self, nth: u64) -> Option<u64> {
        let (idx, _) = self.row(nth)?;
        let around = self.outline.around(idx)?;
        self.nth_of(self.outline.row_id(around, &self.places)?)
    }

    fn fold_at(&mut self, idx: usize, is_folded: bool) {
        match is_folded && self.has_below(idx) {
            true => self.folds.folded.insert(idx as u32),
            false => self.folds.folded.remove(&(idx as u32)),
        };
    }

    /// Finds which rows are shown.
    fn lay_out(&mut self, n_splices: usize) {
        self.folds.made_for = n_splices;
        self.folds.visible.clear();
        if self.folds.folded.is_empty() {
            return;
        }
        let mut hidden_below = None;
        for (idx, row) in self.outline.rows().iter().enumerate() {
            if hidden_below.is_some_and(|depth| depth < row.depth) || self.places.now(idx).is_none() {
                continue;
            }
            hidden_below = self.folds.folded.contains(&(idx as u32)).then_some(row.depth);
            self.folds.visible.push(idx as u32);
        }
    }

    /// What is closed, by where it is, to be closed again in an outline made anew.
    pub(super) fn folded_rows(&self) -> Vec<RowId> {
        let rows = self.folds.folded.iter();
        rows.filter_map(|idx| self.outline.row_id(*idx as usize, &self.places)).collect()
    }

    pub(super) fn fold_again(&mut self, rows: &[RowId], n_splices: usize) {
        self.folds.folded.clear();
        for row in rows {
            let nth = self.places.n_before(row.offset);
            if let Some((idx, _)) = self.places.get(nth)
                && self.outline.row_id(idx, &self.places) == Some(*row)
            {
                self.fold_at(idx, true);
            }
        }
        self.lay_out(n_splices);
    }
}

impl OpenDocument {
    /// Keeps the rows that are shown true of the present bytes, and shows what was selected anew.
    pub(super) fn follow_folds(&mut self) {
        let OpenDocument { filter, document, selection, .. } = self;
        let n_splices = document.revision();
        let selected = selection.as_ref().map(|selection| selection.row);
        let is_other = std::mem::replace(&mut filter.folds.seen, selected) != selected;
        let mut has_changed = filter.folds.made_for != n_splices;
        if is_other && let Some(row) = selected {
            let nth = filter.places.n_before(row.offset);
            let mut around = filter.places.get(nth).map(|(idx, _)| idx);
            while let Some(idx) = around.and_then(|idx| filter.outline.around(idx)) {
                has_changed |= filter.folds.folded.remove(&(idx as u32));
                around = Some(idx);
            }
        }
        if has_changed {
            filter.lay_out(n_splices);
        }
    }
}

impl Session {
    /// Closes or opens a row of the filtered tree.
    pub(super) fn fold_filtered(&mut self, nth: u64, is_folded: bool) {
        let Some((_, open)) = self.active() else { return };
        let OpenDocument { filter, document, .. } = open;
        let Some((idx, _)) = filter.row(nth) else { return };
        filter.fold_at(idx, is_folded);
        filter.lay_out(document.revision());
        self.leave_hidden();
    }

    /// In a filtered tree closes what is deeper than so many levels and opens the others; `false` if the
    /// tree is not filtered.
    pub(super) fn fold_below(&mut self, n_levels: u32) -> bool {
        let Some((_, open)) = self.active() else { return false };
        let OpenDocument { filter, document, .. } = open;
        if !filter.kind.is_outline() {
            return false;
        }
        for idx in 0..filter.outline.len() {
            let depth = filter.outline.rows()[idx].depth;
            filter.fold_at(idx, n_levels <= depth);
        }
        filter.lay_out(document.revision());
        self.leave_hidden();
        true
    }

    /// In a filtered tree opens all that is below the selected row; `false` if it is not filtered.
    pub(super) fn unfold_selected(&mut self) -> bool {
        let Some((_, open)) = self.active() else { return false };
        let OpenDocument { filter, document, selection, .. } = open;
        if !filter.kind.is_outline() {
            return false;
        }
        let nth = selection.as_ref().and_then(|selection| filter.nth_of(selection.row));
        if let Some((first, _)) = nth.and_then(|nth| filter.row(nth)) {
            let depth = filter.outline.rows()[first].depth;
            let n_below =
                filter.outline.rows()[first + 1..].iter().take_while(|row| depth < row.depth).count();
            for idx in first..=first + n_below {
                filter.fold_at(idx, false);
            }
            filter.lay_out(document.revision());
        }
        true
    }

    /// In a filtered tree opens the rows beside the selected one; `false` if it is not filtered.
    pub(super) fn unfold_beside(&mut self) -> bool {
        let Some((_, open)) = self.active() else { return false };
        let OpenDocument { filter, document, selection, .. } = open;
        if !filter.kind.is_outline() {
            return false;
        }
        let nth = selection.as_ref().and_then(|selection| filter.nth_of(selection.row));
        if let Some((idx, _)) = nth.and_then(|nth| filter.row(nth)) {
            let around = filter.outline.around(idx);
            for idx in 0..filter.outline.len() {
                if filter.outline.around(idx) == around {
                    filter.fold_at(idx, false);
                }
            }
            filter.lay_out(document.revision());
        }
        true
    }

    /// Selects the closed row that hides the selected one.
    fn leave_hidden(&mut self) {
        let Some((_, open)) = self.active() else { return };
        let OpenDocument { filter, selection, .. } = open;
        let Some(selected) = selection.as_ref().map(|selection| selection.row) else { return };
        let nth = filter.places.n_before(selected.offset);
        let Some((mut idx, _)) = filter.places.get(nth) else { return };
        if filter.outline.row_id(idx, &filter.places) != Some(selected) {
            return;
        }
        let mut hiding = None;
        while let Some(around) = filter.outline.around(idx) {
            if filter.is_folded(around) {
                hiding = Some(around);
            }
            idx = around;
        }
        let row = hiding.and_then(|idx| filter.outline.row_id(idx, &filter.places));
        if let Some(nth) = row.and_then(|row| filter.nth_of(row)) {
            self.act(Action::GoToFiltered(nth));
        }
    }
}
