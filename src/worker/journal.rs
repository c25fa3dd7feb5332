//! Unsaved edits, kept so that they come back after a crash.
//!
//! **Law.** An entry is small: it names ranges of the file as it stands on disk and holds only the
//! bytes that are not there. It is given back only for that very file.
//!
//! Each running program is a session with a lock that ends with it; the entries of sessions
//! without one are offered at the next start.

use super::error::WorkerError;
use super::identity::FileIdentity;
use super::{journal_file, platform, relative, state, temp};
use crate::document::{Snapshot, Source};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Most bytes of one entry.
pub const MAX_JOURNAL: u64 = 256 << 20;
const MAX_TRIES: u32 = 100;

/// What is to be remembered of a document.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The file it was opened from or saved to.
    pub path: Option<PathBuf>,
    /// That file's state, and the bytes it holds: the document as opened or as last saved. Without
    /// it every byte of the document is kept.
    pub base: Option<(FileIdentity, Snapshot)>,
    /// The message's full type name.
    pub message: Option<String>,
    /// Shown to the person, such as the tab's title.
    pub label: String,
    pub snapshot: Snapshot,
}

/// A remembered document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Where the journal keeps it.
    pub file: PathBuf,
    pub path: Option<PathBuf>,
    /// The state of `path` that the edits were made on.
    pub base: Option<FileIdentity>,
    pub message: Option<String>,
    pub label: String,
    /// Seconds since 1970.
    pub written_at: u64,
    /// Bytes of the document.
    pub len: u64,
    pub parts: Vec<EntryPart>,
}

/// A stretch of a remembered document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryPart {
    Base { start: u64, len: u64 },
    Added(Vec<u8>),
}

/// Replaces a range of the base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreSplice {
    pub range: std::ops::Range<u64>,
    pub bytes: Vec<u8>,
}

/// How the file of an entry stands to the edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaseState {
    /// As it was: the edits can be given back.
    Same,
    /// Different bytes by now.
    Changed,
    /// Deleted or out of reach.
    Gone,
    /// The entry holds every byte itself.
    None,
}

impl Entry {
    /// Looks at the file on disk.
    pub fn base_state(&self) -> BaseState {
        match (&self.base, &self.path) {
            (None, _) => BaseState::None,
            (Some(base), Some(path)) => match fs::metadata(path) {
                Ok(now) if FileIdentity::of(&now) == *base => BaseState::Same,
                Ok(_) => BaseState::Changed,
                Err(_) => BaseState::Gone,
            },
            (Some(_), None) => BaseState::Gone,
        }
    }

    /// The splices that turn `source` into the remembered document, to be applied in this order,
    /// which is from the last to the first. `source` is the entry's file, opened again; an empty
    /// source if the entry has no base.
    pub fn restore(&self, source: &dyn Source) -> Result<Vec<RestoreSplice>, WorkerError> {
        let same = match &self.base {
            Some(base) => base.to_string() == source.identity() && base.len == source.len(),
            None => source.is_empty(),
        };
        if !same {
            return Err(WorkerError::BaseChanged { path: self.path.clone().unwrap_or_default() });
        }
        relative::splices(&self.parts, source)
    }
}

/// This session's part of the journal, and a view of what ended sessions left.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    session: String,
    /// Held while the session runs.
    _lock: File,
}

impl Journal {
    /// Begins a session; `folder` is created if absent.
    pub fn open(folder: &Path) -> Result<Journal, WorkerError> {
        let folder = folder.to_owned();
        state::create_private_folder(&folder)?;
        temp::clean_stray(&folder);
        let mut n_tries = 0;
        loop {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let session = format!("{}-{:x}", std::process::id(), since.as_nanos());
            match temp::create_locked(&folder.join(lock_name(&session))) {
                Ok(lock) => return Ok(Journal { folder, session, _lock: lock }),
                Err(error) if n_tries == MAX_TRIES => return Err(error),
                Err(_taken) => n_tries += 1,
            }
        }
    }

    /// Replaces what is remembered of this session's `document`.
    pub fn write(&self, document: u64, draft: &Draft) -> Result<(), WorkerError> {
        let base = draft.base.as_ref();
        let parts = relative::parts(&draft.snapshot, base.map(|(_, contents)| contents), MAX_JOURNAL)?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let entry = Entry {
            file: PathBuf::new(),
            path: draft.path.clone(),
            base: base.map(|(identity, _)| *identity),
            message: draft.message.clone(),
            label: draft.label.clone(),
            written_at: since.as_secs(),
            len: draft.snapshot.len(),
            parts,
        };
        let message = journal_file::write(&entry);
        let head = journal_file::head(&message);
        if (head.len() + message.len()) as u64 > MAX_JOURNAL {
            return Err(WorkerError::JournalTooLarge { limit: MAX_JOURNAL });
        }
        state::store_private(&self.file_of(document), &[&head, &message])
    }

    /// Forgets this session's `document`: it was saved, or its edits are not wanted.
    pub fn remove(&self, document: u64) -> Result<(), WorkerError> {
        remove_if_there(&self.file_of(document))
    }

    /// What ended sessions left, the newest first. Entries that cannot be read are set aside.
    pub fn pending(&self) -> Vec<Entry> {
        let Ok(listing) = fs::read_dir(&self.folder) else { return Vec::new() };
        let mut names: Vec<String> =
            listing.flatten().filter_map(|found| found.file_name().into_string().ok()).collect();
        names.sort();
        let mut entries = Vec::new();
        for name in &names {
            let Some(session) = journal_file::session_of(name) else { continue };
            if session != self.session && self.has_ended(session) {
                entries.extend(read_entry(&self.folder.join(name)));
            }
        }
        let locks = names.iter().filter_map(|name| name.strip_suffix(LOCK));
        for session in locks.filter(|session| *session != self.session && self.has_ended(session)) {
            remove_if_there(&self.folder.join(lock_name(session))).ok();
        }
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.written_at));
        entries
    }

    /// Forgets an entry that was given back or is not wanted.
    pub fn discard(&self, entry: &Entry) -> Result<(), WorkerError> {
        remove_if_there(&entry.file)
    }

    fn file_of(&self, document: u64) -> PathBuf {
        self.folder.join(journal_file::name(&self.session, document))
    }

    fn has_ended(&self, session: &str) -> bool {
        let lock = self.folder.join(lock_name(session));
        let Ok(lock) = platform::open_without_waiting(&lock, false) else { return true };
        match lock.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(_unsupported)) => {
                let process = session.split('-').next().and_then(|number| number.parse().ok());
                process.and_then(platform::process_lives) == Some(false)
            }
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        remove_if_there(&self.folder.join(lock_name(&self.session))).ok();
    }
}

const LOCK: &str = ".lock";

fn lock_name(session: &str) -> String {
    format!("{session}{LOCK}")
}

fn read_entry(file: &Path) -> Option<Entry> {
    let bytes = state::read_capped(file, MAX_JOURNAL).ok()?;
    match bytes.and_then(|bytes| journal_file::read(&bytes)) {
        Some(entry) => Some(Entry { file: file.to_owned(), ..entry }),
        None => {
            state::set_aside(file);
            None
        }
    }
}

fn remove_if_there(path: &Path) -> Result<(), WorkerError> {
    match super::disk::Disk(&super::disk::NoGate).remove(path) {
        Err(error) if error.is_not_found() => Ok(()),
        done => done,
    }
}

#[cfg(test)]
mod tests;
