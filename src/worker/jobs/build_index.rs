use super::{JobContext, Report, Work, WorkerError};
use crate::document::{IndexWork, LARGE_WINDOW, ReadMode, Reader, Snapshot};
use std::time::{Duration, Instant};

/// Bytes between two looks at whether to go on.
const STEP: u64 = 1 << 20;
/// Between two parts handed over.
const EVERY: Duration = Duration::from_millis(100);

/// Finds the records of a message; hands over what it has ten times a second.
#[derive(Debug)]
pub struct BuildIndex {
    pub snapshot: Snapshot,
    pub work: IndexWork,
}

impl Work for BuildIndex {
    fn label(&self) -> &'static str {
        "Finding records"
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let BuildIndex { snapshot, mut work } = *self;
        let mut reader = Reader::new(&snapshot, ReadMode::Wait, LARGE_WINDOW);
        let range = work.index.range();
        let mut last_part: Option<Instant> = None;
        loop {
            let before = work.index.n_bytes_seen();
            let failed = |error| WorkerError::Document { error };
            let mut is_done = work.index.advance(&mut reader, STEP, u64::MAX).map_err(failed)?;
            if !is_done && work.index.n_bytes_seen() == before {
                // One packed record that is larger than a step.
                is_done = work.index.advance(&mut reader, u64::MAX, 1).map_err(failed)?;
            }
            context.step(work.index.n_bytes_seen(), range.end - range.start)?;
            if is_done {
                return Ok(Report::Indexed(work));
            }
            if last_part.is_none_or(|last| last.elapsed() >= EVERY) {
                last_part = Some(Instant::now());
                context.publish(Report::IndexPart(work.clone()));
            }
        }
    }
}
