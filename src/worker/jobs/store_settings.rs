use super::{JobContext, Line, Report, WhenNewer, Work, WorkerError};
use crate::worker::settings_file;
use std::path::PathBuf;

/// Stores the settings; of several that wait only the newest.
#[derive(Debug)]
pub struct StoreSettings {
    pub path: PathBuf,
    pub text: String,
}

impl Work for StoreSettings {
    fn label(&self) -> &'static str {
        "Storing the settings"
    }

    fn line(&self) -> Option<(Line, WhenNewer)> {
        Some((Line::File(self.path.clone()), WhenNewer::ReplaceWaiting))
    }

    fn must_end(&self) -> bool {
        true
    }

    fn run(self: Box<Self>, _context: &JobContext) -> Result<Report, WorkerError> {
        settings_file::store(&self.path, &self.text)?;
        Ok(Report::SettingsStored)
    }
}
