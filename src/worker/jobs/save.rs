use super::{JobContext, Line, Report, WhenNewer, Work, WorkerError};
use crate::document::Snapshot;
use crate::worker::identity::FileIdentity;
use crate::worker::save::{SaveOptions, save};
use std::path::PathBuf;

/// Saves a document; see [`save`].
#[derive(Debug)]
pub struct Save {
    pub snapshot: Snapshot,
    pub target: PathBuf,
    /// What must still stand at `target`; `None` if nothing may.
    pub expected: Option<FileIdentity>,
    pub options: SaveOptions,
}

impl Work for Save {
    fn label(&self) -> &'static str {
        "Saving"
    }

    fn line(&self) -> Option<(Line, WhenNewer)> {
        Some((Line::File(self.target.clone()), WhenNewer::InTurn))
    }

    fn must_end(&self) -> bool {
        true
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let hook = |n_done: u64, n_total: u64| context.step(n_done, n_total);
        let saved = save(&self.snapshot, &self.target, self.expected.as_ref(), &self.options, &hook)?;
        Ok(Report::Saved(saved))
    }
}
