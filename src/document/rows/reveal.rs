//! Opening the tree down to a place. Each step goes on from the branch before it, so that ten
//! thousand levels cost ten thousand steps.

use super::super::level::Meaning;
use super::super::reader::{Reader, SMALL_WINDOW};
use super::super::snapshot::Snapshot;
use super::super::source::ReadMode;
use super::entry::{Entry, Row, RowId};
use super::tree::{BranchId, Tree};

impl Tree {
    /// Opens rows until the innermost record or element that holds the byte at `offset` is
    /// visible, and returns it. What is only plausibly a message is not opened.
    pub fn reveal(&mut self, snapshot: &Snapshot, offset: u64, mode: ReadMode) -> Option<Row> {
        let mut reader = Reader::new(snapshot, mode, SMALL_WINDOW);
        let (mut branch, mut found) = (BranchId::root(), None);
        while let Some(row) = self.row_at(&mut reader, branch, offset) {
            let inside = match &row.entry {
                Entry::Run { .. } => true,
                Entry::Record { at, meaning, .. } => {
                    let declared = matches!(meaning, Meaning::Packed(_)) || meaning.message().is_some();
                    at.payload().contains(&offset) && (declared || row.is_expanded)
                }
                _ => false,
            };
            let below = if inside { self.opened(snapshot, &row, mode) } else { None };
            found = Some(row);
            match below {
                Some(below) => branch = below,
                None => break,
            }
        }
        // Its branch may have opened it meanwhile.
        found.map(|row| self.row(&mut reader, row.branch, row.ordinal))
    }

    /// Opens everything above the record with this chain, and returns its row, or the deepest row
    /// on the way if there is none.
    pub fn reveal_record(
        &mut self,
        snapshot: &Snapshot,
        chain: &[u64],
        id: RowId,
        mode: ReadMode,
    ) -> Option<Row> {
        let mut reader = Reader::new(snapshot, mode, SMALL_WINDOW);
        let (mut branch, mut found) = (BranchId::root(), None);
        let mut chain = chain.iter();
        let mut wanted = chain.next().copied();
        loop {
            if wanted.is_none()
                && let Some(row) = self.absent_row(&mut reader, branch, id)
            {
                return Some(row);
            }
            let row = self.row_at(&mut reader, branch, wanted.unwrap_or(id.offset));
            let Some(row) = row else { break };
            if wanted.is_none() && row.id == id {
                return Some(row);
            }
            if wanted == Some(row.id.offset) && matches!(row.entry, Entry::Record { .. }) {
                wanted = chain.next().copied();
            }
            let below = self.opened(snapshot, &row, mode);
            found = Some(row);
            match below {
                Some(below) => branch = below,
                None => break,
            }
        }
        found.map(|row| self.row(&mut reader, row.branch, row.ordinal))
    }

    /// The row of a branch that holds the byte at `offset`.
    fn row_at(&self, reader: &mut Reader<'_>, branch: BranchId, offset: u64) -> Option<Row> {
        let ordinal = self.ordinal_at(reader, branch, offset).ok()??;
        let row = self.row(reader, branch, ordinal);
        row.entry.range().contains(&offset).then_some(row)
    }

    /// The inside of a row, opened if it was not; `None` if nothing is to be seen there.
    fn opened(&mut self, snapshot: &Snapshot, row: &Row, mode: ReadMode) -> Option<BranchId> {
        self.expand(snapshot, row, mode);
        let below = *self.branch(row.branch)?.children.get(&row.ordinal)?;
        (self.branch(below)?.n_own > 0).then_some(below)
    }

    /// The row that a branch is the inside of; `None` for the root.
    pub fn row_above(&self, snapshot: &Snapshot, branch: BranchId, mode: ReadMode) -> Option<Row> {
        let (parent, ordinal) = self.branch(branch)?.parent?;
        Some(self.row(&mut Reader::new(snapshot, mode, SMALL_WINDOW), parent, ordinal))
    }
}
