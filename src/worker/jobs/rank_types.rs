use super::{JobContext, Report, Work, WorkerError};
use crate::document::{ReadMode, Snapshot};
use crate::schema::{Ranking, Schema, rank};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Bytes at the start of a message that are looked at.
const HEAD: u64 = 64 << 10;

/// Ranks all message types by how well the bytes fit.
#[derive(Debug)]
pub struct RankTypes {
    pub schema: Arc<Schema>,
    pub snapshot: Snapshot,
    /// The message: all of a document, or a payload.
    pub range: Range<u64>,
}

/// The result. Without the types in its `Debug`, which could be endless.
#[derive(Clone)]
pub struct Ranked(pub Arc<Ranking>);

impl fmt::Debug for Ranked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ranking of {} groups", self.0.groups.len())
    }
}

impl Work for RankTypes {
    fn label(&self) -> &'static str {
        "Ranking message types"
    }

    fn run(self: Box<Self>, _context: &JobContext) -> Result<Report, WorkerError> {
        let end = self.range.end.min(self.range.start.saturating_add(HEAD));
        let head = self.snapshot.bytes(self.range.start..end, ReadMode::Wait);
        let head = head.map_err(|error| WorkerError::Document { error })?;
        let ranking = rank(&self.schema, &head, end == self.range.end);
        Ok(Report::Ranked(Ranked(Arc::new(ranking))))
    }
}
