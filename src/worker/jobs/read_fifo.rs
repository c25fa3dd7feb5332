use super::{JobContext, Report, Work, WorkerError};
use crate::worker::spool;
use std::path::PathBuf;

/// Bytes of input that are read to its end.
const MAX_INPUT: u64 = 1 << 40;

/// Reads a FIFO to its end, waiting for who writes it.
#[derive(Debug)]
pub struct ReadFifo {
    pub path: PathBuf,
}

impl Work for ReadFifo {
    fn label(&self) -> &'static str {
        "Reading"
    }

    fn runs_apart(&self) -> bool {
        true
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let step = |n_bytes: u64| context.step(n_bytes, 0);
        spool::read_fifo_by_steps(&self.path, MAX_INPUT, &step).map(Report::InputRead)
    }
}
