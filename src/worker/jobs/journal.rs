use super::{JobContext, Line, Report, WhenNewer, Work, WorkerError};
use crate::worker::journal::{Draft, Journal};
use std::sync::Arc;

/// Keeps a document's unsaved edits; of several that wait only the newest is written.
#[derive(Debug)]
pub struct WriteJournal {
    pub journal: Arc<Journal>,
    pub document: u64,
    pub draft: Draft,
}

impl Work for WriteJournal {
    fn label(&self) -> &'static str {
        "Keeping unsaved edits"
    }

    fn line(&self) -> Option<(Line, WhenNewer)> {
        Some((Line::Journal(self.document), WhenNewer::ReplaceWaiting))
    }

    fn must_end(&self) -> bool {
        true
    }

    fn run(self: Box<Self>, _context: &JobContext) -> Result<Report, WorkerError> {
        self.journal.write(self.document, &self.draft)?;
        Ok(Report::JournalKept)
    }
}

/// Forgets a document's edits: they are saved or not wanted.
#[derive(Debug)]
pub struct ForgetJournal {
    pub journal: Arc<Journal>,
    pub document: u64,
}

impl Work for ForgetJournal {
    fn label(&self) -> &'static str {
        "Forgetting saved edits"
    }

    fn line(&self) -> Option<(Line, WhenNewer)> {
        Some((Line::Journal(self.document), WhenNewer::ReplaceWaiting))
    }

    fn must_end(&self) -> bool {
        true
    }

    fn run(self: Box<Self>, _context: &JobContext) -> Result<Report, WorkerError> {
        self.journal.remove(self.document)?;
        Ok(Report::JournalForgotten)
    }
}
