use super::{JobContext, Report, Work, WorkerError};
use crate::document::{ReadMode, Snapshot};
use crate::schema::{Ranking, Schema, rank};
use std::fmt;
use std::sync::Arc;

/// Bytes at the start of a document that are looked at.
const HEAD: u64 = 64 << 10;

/// Ranks all message types by how well the bytes fit.
#[derive(Debug)]
pub struct RankTypes {
    pub schema: Arc<Schema>,
    pub snapshot: Snapshot,
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
        let len = self.snapshot.len().min(HEAD);
        let head =
            self.snapshot.bytes(0..len, ReadMode::Wait).map_err(|error| WorkerError::Document { error })?;
        let ranking = rank(&self.schema, &head, len == self.snapshot.len());
        Ok(Report::Ranked(Ranked(Arc::new(ranking))))
    }
}
