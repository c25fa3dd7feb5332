//! Noticing that an open document's file became another one.
//!
//! **Law.** The same bytes are silence: a file that was only touched, or replaced by an equal one,
//! is told as such once, so that the next save expects it.

use super::error::{Call, WorkerError};
use super::event::{Event, EventQueue, JobId, Report};
use super::file_source::{FileSource, open_regular, refuse_special};
use super::identity::FileIdentity;
use super::save::Hook;
use super::schema_watch::{SchemaWatch, fingerprint};
use super::stream::{STEP, Stream};
use crate::document::Snapshot;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);

/// A file to look after.
#[derive(Clone, Debug)]
pub struct Watched {
    /// The caller's number for the document, handed back in [`FileChange`].
    pub document: u64,
    pub path: PathBuf,
    /// As opened or as last saved.
    pub expected: FileIdentity,
    /// The bytes that the file is expected to hold.
    pub contents: Snapshot,
    /// Told to look for itself when the file is not what it was.
    pub source: Option<Arc<FileSource>>,
}

/// What a look found. One made just before a save may come after it: a change whose `identity` is
/// the one expected by now is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    pub document: u64,
    pub path: PathBuf,
    pub what: OnDisk,
    /// What stands there now; `None` if nothing does.
    pub identity: Option<FileIdentity>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDisk {
    /// The expected bytes; `identity` is what to expect from now on.
    Same,
    /// The same file with other bytes, or cut short.
    Changed,
    /// Another file of that name, with other bytes. It is told as `Changed` if the system gave it the
    /// number of the old one.
    Replaced,
    Deleted,
}

/// Looks at one file, and reads it if only its bytes can tell. `hook` may end the reading.
pub fn look(watched: &Watched, hook: Hook<'_>) -> Result<FileChange, WorkerError> {
    let path = &watched.path;
    let found =
        |what, identity| FileChange { document: watched.document, path: path.clone(), what, identity };
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found(OnDisk::Deleted, None)),
        Err(error) => return Err(WorkerError::io(Call::Look, path, error)),
    };
    let now = FileIdentity::of(&metadata);
    if now == watched.expected {
        return Ok(found(OnDisk::Same, Some(now)));
    }
    if let Some(source) = &watched.source {
        // A large file rewritten in place: from now on its rows say so. Equal bytes do not help it.
        source.verify().ok();
    }
    let (same, now) = match refuse_special(&metadata, path) {
        Ok(()) => holds(path, &watched.contents, hook)?,
        Err(_special) => (false, now),
    };
    let what = match () {
        () if same => OnDisk::Same,
        () if now.is_same_file(&watched.expected) => OnDisk::Changed,
        () => OnDisk::Replaced,
    };
    Ok(found(what, Some(now)))
}

/// Whether the file holds exactly `contents`, and the state in which it was compared.
fn holds(path: &Path, contents: &Snapshot, hook: Hook<'_>) -> Result<(bool, FileIdentity), WorkerError> {
    let (mut file, identity) = open_regular(path)?;
    if identity.len != contents.len() {
        return Ok((false, identity));
    }
    let mut stream = Stream::new(contents);
    let (mut ours, mut theirs) = (vec![0; STEP], vec![0; STEP]);
    let mut at = 0;
    while at < contents.len() {
        hook(at, contents.len())?;
        let n = (STEP as u64).min(contents.len() - at) as usize;
        let same = file.read_exact(&mut theirs[..n]).is_ok()
            && stream.read(at, &mut ours[..n]).is_ok()
            && ours[..n] == theirs[..n];
        if !same {
            return Ok((false, identity));
        }
        at += n as u64;
    }
    Ok((true, identity))
}

/// A thread that looks every second.
pub(super) struct Watcher {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    events: Arc<EventQueue>,
}

#[derive(Default)]
struct State {
    files: Vec<Entry>,
    /// Counts the lists: what was found for an older one is dropped.
    n_lists: u64,
    schema: Option<SchemaWatch>,
    look_now: bool,
    is_stopped: bool,
}

#[derive(Clone)]
struct Entry {
    watched: Watched,
    /// What the window knows.
    told: (OnDisk, Option<FileIdentity>),
}

impl Watcher {
    pub fn start(events: Arc<EventQueue>) -> Watcher {
        let shared = Arc::new(Shared { state: Mutex::default(), changed: Condvar::new(), events });
        let own = Arc::clone(&shared);
        // Without it changes are noticed when saving.
        thread::Builder::new().name("watch".to_owned()).spawn(move || own.run()).ok();
        Watcher { shared }
    }

    pub fn watch(&self, files: Vec<Watched>) {
        let mut state = self.shared.lock();
        let before = std::mem::take(&mut state.files);
        let entry = |watched: Watched| {
            let is_known = |entry: &&Entry| {
                entry.watched.path == watched.path && entry.watched.expected == watched.expected
            };
            let told = before.iter().find(is_known).map(|entry| entry.told);
            Entry { told: told.unwrap_or((OnDisk::Same, Some(watched.expected))), watched }
        };
        state.files = files.into_iter().map(entry).collect();
        state.n_lists += 1;
    }

    pub fn watch_schema(&self, paths: Vec<PathBuf>) {
        let mut state = self.shared.lock();
        let serial = state.schema.as_ref().map_or(0, |watch| watch.serial) + 1;
        state.schema = Some(SchemaWatch::new(paths, serial));
        drop(state);
        // What they are like now is what was loaded.
        self.look_now();
    }

    pub fn look_now(&self) {
        self.shared.lock().look_now = true;
        self.shared.changed.notify_all();
    }

    pub fn stop(&self) {
        self.shared.lock().is_stopped = true;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        loop {
            let state = self.lock();
            let sleeps = |state: &mut State| !state.look_now && !state.is_stopped;
            let woken = self.changed.wait_timeout_while(state, EVERY, sleeps);
            let mut state = woken.unwrap_or_else(PoisonError::into_inner).0;
            if state.is_stopped {
                return;
            }
            let is_asked = std::mem::take(&mut state.look_now);
            let (files, n_lists) = (state.files.clone(), state.n_lists);
            drop(state);
            self.look_at(&files, n_lists);
            self.look_at_schema(is_asked);
        }
    }

    fn look_at_schema(&self, is_asked: bool) {
        let watch = match &self.lock().schema {
            Some(watch) if is_asked || watch.is_due() => (Arc::clone(&watch.paths), watch.serial),
            _ => return,
        };
        let (paths, serial) = watch;
        let began = Instant::now();
        let Some(now) = fingerprint(&paths, &|| !self.lock().is_stopped) else { return };
        let mut state = self.lock();
        let watch = state.schema.as_mut().filter(|watch| watch.serial == serial);
        let is_told = watch.is_some_and(|watch| watch.found(now, began.elapsed()));
        drop(state);
        if is_told {
            self.events.push(Event { job: JobId::WATCH, report: Report::SchemaChanged });
        }
    }

    fn look_at(&self, files: &[Entry], n_lists: u64) {
        for (idx, entry) in files.iter().enumerate() {
            let go_on = |_done: u64, _total: u64| {
                let state = self.lock();
                let stops = state.is_stopped || state.n_lists != n_lists;
                if stops { Err(WorkerError::Cancelled) } else { Ok(()) }
            };
            // What cannot be looked at just now is looked at again in a second.
            let Ok(change) = look(&entry.watched, &go_on) else { continue };
            let mut state = self.lock();
            if state.is_stopped || state.n_lists != n_lists {
                return;
            }
            let told = (change.what, change.identity);
            if told == entry.told {
                continue;
            }
            if let Some(entry) = state.files.get_mut(idx) {
                entry.told = told;
                if let (OnDisk::Same, Some(identity)) = told {
                    entry.watched.expected = identity;
                }
            }
            drop(state);
            self.events.push(Event { job: JobId::WATCH, report: Report::FileChange(change) });
        }
    }
}

#[cfg(test)]
mod tests;
