//! A snapshot becomes a file.
//!
//! **Law.** At every moment the file is wholly the old one or wholly the new one: the bytes are
//! written to a temporary file beside it, flushed, and only then given its name. Where that cannot
//! be done the error says so, and [`SaveOptions::in_place`] is the way that keeps a backup instead.

use super::disk::{Disk, NoGate, Privacy};
use super::error::{Call, WorkerError};
use super::file_source::{FileSource, refuse_special};
use super::identity::FileIdentity;
use super::in_place;
use super::platform;
use super::stream::Stream;
use super::temp::{self, Temp};
use crate::document::Snapshot;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Told how many bytes are done and how many there are; an error ends the work, as a cancel does.
pub type Hook<'a> = &'a (dyn Fn(u64, u64) -> Result<(), WorkerError> + 'a);

/// What the person agreed to.
#[derive(Clone, Debug, Default)]
pub struct SaveOptions {
    /// Replace whatever stands at the target now.
    pub overwrite: bool,
    /// Write into the file itself instead of replacing it.
    pub in_place: Option<InPlace>,
    /// The document's source, if it is a file. If it reads the target and that is written in place, it
    /// reads the backup from then on, for as long as the document lives.
    pub source: Option<Arc<FileSource>>,
}

/// Writing into a file that is kept as it was until that is done.
#[derive(Clone, Debug)]
pub struct InPlace {
    /// Gets the backup; created if absent, private.
    pub backup_folder: PathBuf,
}

/// A save that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The file written: the target, or where its link leads.
    pub path: PathBuf,
    /// What is expected on disk from now on.
    pub identity: FileIdentity,
    pub n_bytes: u64,
    /// Whether the new name is known to outlive a power cut; if not, a warning says why and the
    /// document is to stay "modified".
    pub is_flushed: bool,
    /// What could not be kept or done, as sentences.
    pub warnings: Vec<String>,
}

/// Saves `snapshot` as `target`, which must still be `expected`: `None` if nothing may stand there.
pub fn save(
    snapshot: &Snapshot,
    target: &Path,
    expected: Option<&FileIdentity>,
    options: &SaveOptions,
    hook: Hook<'_>,
) -> Result<Saved, WorkerError> {
    temp::clean_stray(folder_of(target));
    save_on(Disk(&NoGate), snapshot, target, expected, options, hook)
}

pub(super) fn save_on(
    disk: Disk<'_>,
    snapshot: &Snapshot,
    target: &Path,
    expected: Option<&FileIdentity>,
    options: &SaveOptions,
    hook: Hook<'_>,
) -> Result<Saved, WorkerError> {
    let path = resolve(disk, target)?;
    let old = disk.look(&path)?;
    check_expected(&path, old.as_ref(), expected, options.overwrite)?;
    let content = Content { snapshot, source: options.source.as_ref() };
    match (&old, &options.in_place) {
        (Some(old), Some(in_place)) => {
            in_place::write(disk, content, &path, &FileIdentity::of(old), &in_place.backup_folder, hook)
        }
        (Some(old), None) => {
            refuse_replacing(&path, old)?;
            replace(disk, content, &path, Some(old), hook)
        }
        (None, _) => replace(disk, content, &path, None, hook),
    }
}

/// What is saved.
#[derive(Clone, Copy)]
pub(super) struct Content<'a> {
    pub snapshot: &'a Snapshot,
    pub source: Option<&'a Arc<FileSource>>,
}

/// The file that a link leads to, or `target` itself.
fn resolve(disk: Disk<'_>, target: &Path) -> Result<PathBuf, WorkerError> {
    if !disk.look_at_link(target)?.is_some_and(|found| found.is_symlink()) {
        return Ok(target.to_owned());
    }
    disk.follow(target).map_err(|error| match fs::read_link(target) {
        Ok(to) if error.is_not_found() => WorkerError::DanglingLink { target: to, path: target.to_owned() },
        _ => error,
    })
}

fn check_expected(
    path: &Path,
    old: Option<&Metadata>,
    expected: Option<&FileIdentity>,
    overwrite: bool,
) -> Result<(), WorkerError> {
    let path = || path.to_owned();
    if let Some(old) = old {
        refuse_special(old, &path())?;
    }
    match (old.map(FileIdentity::of), expected) {
        _ if overwrite => Ok(()),
        (None, None) => Ok(()),
        (None, Some(_)) => Err(WorkerError::DeletedOnDisk { path: path() }),
        (Some(_), None) => Err(WorkerError::AlreadyExists { path: path() }),
        (Some(now), Some(expected)) if now == *expected => Ok(()),
        (Some(now), Some(_)) => Err(WorkerError::ChangedOnDisk { path: path(), now }),
    }
}

/// Refuses where a new file in the old one's place would not be the same file to others.
fn refuse_replacing(path: &Path, old: &Metadata) -> Result<(), WorkerError> {
    let owned = platform::ownership(old);
    let (user, may_give) = platform::current_user();
    if !platform::may_write(path) {
        return Err(WorkerError::ReadOnlyFile { path: path.to_owned() });
    }
    if owned.n_links > 1 {
        return Err(WorkerError::HardLinked { n_links: owned.n_links, path: path.to_owned() });
    }
    if owned.user != user && !may_give {
        return Err(WorkerError::NotOwned { path: path.to_owned() });
    }
    Ok(())
}

fn replace(
    disk: Disk<'_>,
    content: Content<'_>,
    path: &Path,
    old: Option<&Metadata>,
    hook: Hook<'_>,
) -> Result<Saved, WorkerError> {
    let privacy = if old.is_some() { Privacy::Private } else { Privacy::Usual };
    let temp = Temp::create(disk, path, privacy).map_err(|error| match error.is_refusal() {
        true => WorkerError::ReadOnlyFolder { file_exists: old.is_some(), path: path.to_owned() },
        false => error,
    })?;
    copy_out(disk, content, temp.file(), temp.path(), hook)?;
    let mut warnings = Vec::new();
    if let Some(old) = old {
        dress_like(disk, &temp, path, old, &mut warnings)?;
    }
    disk.flush(temp.file(), temp.path())?;
    let identity = disk.identity(temp.file(), temp.path())?;
    // Whoever wrote here while we did is not written over.
    match (disk.look(path)?.as_ref().map(FileIdentity::of), old.map(FileIdentity::of)) {
        (now, before) if now == before => {}
        (Some(now), _) => return Err(WorkerError::ChangedOnDisk { path: path.to_owned(), now }),
        (None, _) => return Err(WorkerError::DeletedOnDisk { path: path.to_owned() }),
    }
    temp.rename(path, old.is_some()).map_err(|error| match error {
        WorkerError::Io { kind: io::ErrorKind::AlreadyExists, path, .. } => {
            WorkerError::AlreadyExists { path }
        }
        error => error,
    })?;
    let flushed = disk.flush_folder(folder_of(path));
    let is_flushed = flushed.is_ok();
    warnings.extend(flushed.err().map(|error| error.to_string()));
    Ok(Saved { path: path.to_owned(), identity, n_bytes: content.snapshot.len(), is_flushed, warnings })
}

/// Bytes read, and then written, at once.
const GATHERED: u64 = 1 << 20;
/// Writes all bytes of the content to where `file` stands.
pub(super) fn copy_out(
    disk: Disk<'_>,
    content: Content<'_>,
    file: &File,
    path: &Path,
    hook: Hook<'_>,
) -> Result<(), WorkerError> {
    let snapshot = content.snapshot;
    let len = snapshot.len();
    let mut stream = Stream::new(snapshot);
    let mut buffer = vec![0; GATHERED.min(len) as usize];
    let mut at = 0;
    hook(at, len)?;
    while at < len {
        let n = GATHERED.min(len - at) as usize;
        stream.read(at, &mut buffer[..n])?;
        disk.write_all(file, path, &buffer[..n])?;
        at += n as u64;
        hook(at, len)?;
    }
    Ok(())
}

/// Gives the new file the old one's owner, mode and extended attributes, as far as we are allowed.
fn dress_like(
    disk: Disk<'_>,
    temp: &Temp<'_>,
    path: &Path,
    old: &Metadata,
    warnings: &mut Vec<String>,
) -> Result<(), WorkerError> {
    let found = temp.file().metadata().map_err(|error| WorkerError::io(Call::Look, temp.path(), error))?;
    let (has, wants) = (platform::ownership(&found), platform::ownership(old));
    let mut mode = wants.mode;
    if has.user != wants.user {
        disk.set_owner(temp.file(), temp.path(), Some(wants.user), None)
            .map_err(|_refused| WorkerError::NotOwned { path: path.to_owned() })?;
    }
    if has.group != wants.group
        && let Err(refused) = disk.set_owner(temp.file(), temp.path(), None, Some(wants.group))
    {
        // Another group must not gain what the old one was allowed.
        mode = mode & !0o2070 | (mode & 0o7) << 3 & mode;
        warnings.push(format!("The file's group could not be kept: {refused}"));
    }
    disk.set_mode(temp.file(), temp.path(), mode)?;
    let lost = disk.copy_attributes(path, temp.file(), temp.path())?;
    if !lost.is_empty() {
        warnings.push(format!("Extended attributes could not be kept: {}", lost.join(", ")));
    }
    Ok(())
}

/// The folder that a file's name stands in.
/// An error if a file at `path` has no folder that it could be in: for what takes its time before it is
/// saved.
pub fn check_folder_of(path: &Path) -> Result<(), WorkerError> {
    let folder = folder_of(path);
    match fs::metadata(folder) {
        Ok(there) if there.is_dir() => Ok(()),
        Ok(_) => Err(WorkerError::NotAFolder { path: folder.to_owned() }),
        Err(error) => Err(WorkerError::io(Call::OpenFolder, folder, error)),
    }
}

pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests;
