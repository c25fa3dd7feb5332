use super::{JobContext, Line, Report, WhenNewer, Work, WorkerError};
use crate::document::Snapshot;
use crate::worker::save::{SaveOptions, save};
use std::path::PathBuf;

/// Writes bytes that are no document, such as an exported value.
#[derive(Debug)]
pub struct WriteFile {
    pub path: PathBuf,
    pub bytes: Vec<u8>,
    /// Replace a file that is there; the person was asked.
    pub overwrite: bool,
}

impl Work for WriteFile {
    fn label(&self) -> &'static str {
        "Writing the file"
    }

    fn line(&self) -> Option<(Line, WhenNewer)> {
        Some((Line::File(self.path.clone()), WhenNewer::InTurn))
    }

    fn must_end(&self) -> bool {
        true
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let options = SaveOptions { overwrite: self.overwrite, ..SaveOptions::default() };
        let hook = |n_done: u64, n_total: u64| context.step(n_done, n_total);
        let snapshot = Snapshot::of_bytes(&self.bytes);
        Ok(Report::Written(save(&snapshot, &self.path, None, &options, &hook)?))
    }
}
