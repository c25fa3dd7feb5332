use super::{JobContext, Report, Work, WorkerError};
use crate::worker::lock::mark_open;
use std::path::PathBuf;

/// Marks a file as open that was not opened but saved.
#[derive(Debug)]
pub struct Mark {
    pub folder: PathBuf,
    pub path: PathBuf,
}

impl Work for Mark {
    fn label(&self) -> &'static str {
        "Marking the file as open"
    }

    fn run(self: Box<Self>, _context: &JobContext) -> Result<Report, WorkerError> {
        Ok(match mark_open(&self.folder, &self.path)? {
            Ok(mark) => Report::Marked { mark: Some(mark), elsewhere: None },
            Err(elsewhere) => Report::Marked { mark: None, elsewhere: Some(elsewhere) },
        })
    }
}
