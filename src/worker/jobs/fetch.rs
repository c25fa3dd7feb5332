use super::{FileSource, JobContext, Line, Report, WhenNewer, Work, WorkerError};
use crate::document::Source as _;
use std::sync::Arc;

/// Brings the bytes that rows asked for in vain.
#[derive(Debug)]
pub struct Fetch {
    pub source: Arc<FileSource>,
}

impl Work for Fetch {
    fn label(&self) -> &'static str {
        "Reading"
    }

    fn line(&self) -> Option<(Line, WhenNewer)> {
        Some((Line::Blocks(self.source.identity()), WhenNewer::ReplaceWaiting))
    }

    fn is_quick(&self) -> bool {
        true
    }

    fn run(self: Box<Self>, _context: &JobContext) -> Result<Report, WorkerError> {
        Ok(Report::Fetched { n_blocks: self.source.fetch() })
    }
}
