use super::{FileSource, JobContext, Opened, Report, Work, WorkerError};
use crate::document::{ReadMode, Source as _};
use crate::worker::block_cache::BLOCK;
use crate::worker::lock::mark_open;
use crate::worker::save::folder_of;
use crate::worker::temp::clean_stray;
use std::path::PathBuf;

/// Bytes that are read while opening, so that the first rows are there at once.
const HEAD: u64 = 1 << 20;

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
        read_head(&source);
        // A mark that cannot be set keeps nobody from opening.
        let (mark, elsewhere) = match mark_folder.map(|folder| mark_open(&folder, &path)) {
            Some(Ok(Ok(mark))) => (Some(mark), None),
            Some(Ok(Err(elsewhere))) => (None, Some(elsewhere)),
            Some(Err(_)) | None => (None, None),
        };
        Ok(Report::Opened(Opened { path, source, mark, elsewhere }))
    }
}

/// Brings the first blocks into the cache. What cannot be read is said where it is to be shown.
fn read_head(source: &FileSource) {
    let mut byte = [0];
    for offset in (0..source.len().min(HEAD)).step_by(BLOCK) {
        if source.read_at(offset, &mut byte, ReadMode::Wait).is_err() {
            return;
        }
    }
}
