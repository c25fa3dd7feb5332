use super::{JobContext, Open, Opened, Report, Work, WorkerError};
use crate::document::{MemorySource, Source};
use crate::worker::in_place::stray_backups;
use crate::worker::journal::{Entry, Journal, RestoreSplice};
use std::path::PathBuf;
use std::sync::Arc;

/// Begins this session's journal and looks what earlier ones left.
#[derive(Debug)]
pub struct OpenJournal {
    pub folder: PathBuf,
    /// Where backups of files written in place are kept.
    pub backup_folder: PathBuf,
}

impl Work for OpenJournal {
    fn label(&self) -> &'static str {
        "Opening the journal of unsaved edits"
    }

    fn run(self: Box<Self>, _context: &JobContext) -> Result<Report, WorkerError> {
        let journal = Arc::new(Journal::open(&self.folder)?);
        let pending = journal.pending();
        let backups = stray_backups(&self.backup_folder);
        Ok(Report::JournalOpened { journal, pending, backups })
    }
}

/// Opens the file of a journal's entry and finds what to do to it.
#[derive(Debug)]
pub struct RestoreEntry {
    pub entry: Entry,
    pub mark_folder: Option<PathBuf>,
}

/// An entry to be given back.
#[derive(Debug)]
pub struct Restored {
    pub entry: Entry,
    /// Its file; `None` if the entry holds every byte.
    pub opened: Option<Opened>,
    /// From the last to the first.
    pub splices: Vec<RestoreSplice>,
}

impl Work for RestoreEntry {
    fn label(&self) -> &'static str {
        "Bringing unsaved edits back"
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let RestoreEntry { entry, mark_folder } = *self;
        let opened = match (&entry.base, &entry.path) {
            (Some(_), Some(path)) => {
                let open = Box::new(Open { path: path.clone(), mark_folder });
                match open.run(context)? {
                    Report::Opened(opened) => Some(opened),
                    _ => None,
                }
            }
            _ => None,
        };
        let splices = match &opened {
            Some(opened) => entry.restore(opened.source.as_ref() as &dyn Source)?,
            None => entry.restore(&MemorySource::new(Vec::new()))?,
        };
        Ok(Report::Restored(Restored { entry, opened, splices }))
    }
}

/// Forgets what an earlier session left.
#[derive(Debug)]
pub struct DiscardEntry {
    pub journal: Arc<Journal>,
    pub entry: Entry,
}

impl Work for DiscardEntry {
    fn label(&self) -> &'static str {
        "Forgetting unsaved edits"
    }

    fn must_end(&self) -> bool {
        true
    }

    fn run(self: Box<Self>, _context: &JobContext) -> Result<Report, WorkerError> {
        self.journal.discard(&self.entry)?;
        Ok(Report::JournalForgotten)
    }
}
