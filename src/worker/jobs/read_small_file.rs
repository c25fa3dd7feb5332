use super::{JobContext, Report, Work, WorkerError};
use crate::worker::state::read_capped;
use std::path::PathBuf;

/// Reads a whole file that becomes a value, a schema or a certificate.
#[derive(Debug)]
pub struct ReadSmallFile {
    pub path: PathBuf,
    /// Bytes; a larger file is refused.
    pub limit: u64,
}

impl Work for ReadSmallFile {
    fn label(&self) -> &'static str {
        "Reading the file"
    }

    fn run(self: Box<Self>, _context: &JobContext) -> Result<Report, WorkerError> {
        let ReadSmallFile { path, limit } = *self;
        match read_capped(&path, limit)? {
            Some(bytes) => Ok(Report::SmallFile { path, bytes }),
            None => Err(WorkerError::TooLarge { limit, path }),
        }
    }
}
