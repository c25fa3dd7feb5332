use super::{FileSource, JobContext, Opened, Report, Work, WorkerError};
use crate::worker::lock::mark_open;
use crate::worker::save::folder_of;
use crate::worker::temp::clean_stray;
use std::path::PathBuf;

/// Opens a file as a document's source.
#[derive(Debug)]
pub struct Open {
    pub path: PathBuf,
    /// Where open files are marked, so that a second window is told; `None` to go unmarked.
    pub mark_folder: Option<PathBuf>,
}

impl Work for Open {
    fn label(&self) -> &'static str {
        "Opening"
    }

    fn run(self: Box<Self>, _context: &JobContext) -> Result<Report, WorkerError> {
        let Open { path, mark_folder } = *self;
        let source = FileSource::open(&path)?;
        clean_stray(folder_of(&path));
        // A mark that cannot be set keeps nobody from opening.
        let (mark, elsewhere) = match mark_folder.map(|folder| mark_open(&folder, &path)) {
            Some(Ok(Ok(mark))) => (Some(mark), None),
            Some(Ok(Err(elsewhere))) => (None, Some(elsewhere)),
            Some(Err(_)) | None => (None, None),
        };
        Ok(Report::Opened(Opened { path, source, mark, elsewhere }))
    }
}
