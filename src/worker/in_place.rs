//! Writing into a file that cannot be replaced: a backup first, then the file itself.
//!
//! **Law.** Not one byte of the file changes before its backup is complete and on disk together
//! with a note of where it belongs. If the process ends in between, [`stray_backups`] finds it.

use super::disk::{Disk, NoGate, Privacy};
use super::error::WorkerError;
use super::identity::FileIdentity;
use super::platform;
use super::save::{Content, Hook, Saved, copy_out};
use super::stream::STEP;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

const BACKUP: &str = ".backup";
const NOTE: &str = ".target";
/// No path contains it; a note without it was cut off.
const NOTE_END: &[u8] = b"\0";
const MAX_TRIES: u32 = 1_000;
/// Longest path a note is read with.
const MAX_NOTE: u64 = 64 << 10;

pub(super) fn write(
    disk: Disk<'_>,
    content: Content<'_>,
    path: &Path,
    old: &FileIdentity,
    backup_folder: &Path,
    hook: Hook<'_>,
) -> Result<Saved, WorkerError> {
    let target = disk.open(path, true).map_err(|error| match error.is_refusal() {
        true => WorkerError::ReadOnlyFile { path: path.to_owned() },
        false => error,
    })?;
    let backup = Backup::create(disk, &target, path, old, backup_folder, hook)?;
    if let Some(source) = content.source.filter(|source| source.reads_from(old)) {
        let reader = disk.open(&backup.path, false)?;
        let identity = disk.identity(&reader, &backup.path)?;
        source.switch_to(reader, identity);
    }
    if let Err(cause) = rewrite(disk, content, &target, path, hook) {
        return Err(match backup.restore(&target, path, old.len) {
            Ok(()) => cause,
            Err(_also) => WorkerError::InPlace { cause: Box::new(cause), backup: backup.keep() },
        });
    }
    let identity = disk.identity(&target, path)?;
    let n_bytes = content.snapshot.len();
    Ok(Saved { path: path.to_owned(), identity, n_bytes, is_flushed: true, warnings: Vec::new() })
}

fn rewrite(
    disk: Disk<'_>,
    content: Content<'_>,
    target: &File,
    path: &Path,
    hook: Hook<'_>,
) -> Result<(), WorkerError> {
    disk.rewind(target, path)?;
    copy_out(disk, content, target, path, hook)?;
    disk.truncate(target, path, content.snapshot.len())?;
    disk.flush(target, path)
}

/// Copies `from`'s remaining bytes to where `to` stands.
fn copy(
    disk: Disk<'_>,
    from: (&File, &Path),
    to: (&File, &Path),
    hook: Hook<'_>,
) -> Result<u64, WorkerError> {
    let mut buffer = vec![0; STEP];
    let mut n_bytes = 0;
    loop {
        let n = disk.read(from.0, from.1, &mut buffer)?;
        if n == 0 {
            return Ok(n_bytes);
        }
        disk.write_all(to.0, to.1, &buffer[..n])?;
        n_bytes += n as u64;
        hook(0, n_bytes)?;
    }
}

/// A complete copy with a note beside it; both are removed when dropped.
struct Backup<'a> {
    disk: Disk<'a>,
    file: File,
    path: PathBuf,
    kept: bool,
}

impl<'a> Backup<'a> {
    fn create(
        disk: Disk<'a>,
        target: &File,
        target_path: &Path,
        old: &FileIdentity,
        folder: &Path,
        hook: Hook<'_>,
    ) -> Result<Self, WorkerError> {
        super::state::create_private_folder(folder)?;
        let (file, path) = create_file(disk, folder)?;
        let backup = Self { disk, file, path, kept: false };
        backup.file.try_lock().ok();
        copy(disk, (target, target_path), (&backup.file, &backup.path), hook)?;
        let now = disk.identity(target, target_path)?;
        if now != *old {
            return Err(WorkerError::ChangedOnDisk { path: target_path.to_owned(), now });
        }
        disk.flush(&backup.file, &backup.path)?;
        let note_path = backup.note_path();
        let note = disk.create(&note_path, Privacy::Private)?;
        let real = fs::canonicalize(target_path).unwrap_or_else(|_unresolved| target_path.to_owned());
        disk.write_all(&note, &note_path, &[&platform::path_bytes(&real)[..], NOTE_END].concat())?;
        disk.flush(&note, &note_path)?;
        disk.flush_folder(folder)?;
        Ok(backup)
    }

    fn note_path(&self) -> PathBuf {
        self.path.with_extension(&NOTE[1..])
    }

    /// Puts the old bytes back.
    fn restore(&self, target: &File, target_path: &Path, len: u64) -> Result<(), WorkerError> {
        self.disk.rewind(&self.file, &self.path)?;
        self.disk.rewind(target, target_path)?;
        copy(self.disk, (&self.file, &self.path), (target, target_path), &|_, _| Ok(()))?;
        self.disk.truncate(target, target_path, len)?;
        self.disk.flush(target, target_path)
    }

    fn keep(mut self) -> PathBuf {
        self.kept = true;
        self.path.clone()
    }
}

impl Drop for Backup<'_> {
    fn drop(&mut self) {
        if !self.kept {
            // The note first: a backup without one is nobody's and is removed at the next start.
            self.disk.remove(&self.note_path()).ok();
            self.disk.remove(&self.path).ok();
        }
    }
}

fn create_file(disk: Disk<'_>, folder: &Path) -> Result<(File, PathBuf), WorkerError> {
    let mut number = 0;
    loop {
        let path = folder.join(format!("{}-{number}{BACKUP}", std::process::id()));
        match disk.create(&path, Privacy::Private) {
            Ok(file) => return Ok((file, path)),
            Err(WorkerError::Io { kind: io::ErrorKind::AlreadyExists, .. }) if number < MAX_TRIES => {}
            Err(error) => return Err(error),
        }
        number += 1;
    }
}

/// A backup whose process ended while it wrote `target` in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrayBackup {
    /// The whole file as it was.
    pub backup: PathBuf,
    pub target: PathBuf,
}

impl StrayBackup {
    /// Removes the backup, once the person has what they need.
    pub fn remove(&self) -> Result<(), WorkerError> {
        let disk = Disk(&NoGate);
        disk.remove(&self.backup.with_extension(&NOTE[1..]))?;
        disk.remove(&self.backup)
    }
}

/// The backups that ended processes left behind; unfinished ones, which nothing needs, are removed.
pub fn stray_backups(folder: &Path) -> Vec<StrayBackup> {
    let Ok(listing) = fs::read_dir(folder) else { return Vec::new() };
    let backup_extension = OsString::from(&BACKUP[1..]);
    let backups = listing.flatten().map(|found| found.path());
    let mut strays = Vec::new();
    for backup in backups.filter(|path| path.extension() == Some(&backup_extension)) {
        let Ok(file) = platform::open_without_waiting(&backup, false) else { continue };
        if file.try_lock().is_err() {
            continue;
        }
        let note = backup.with_extension(&NOTE[1..]);
        let noted = super::state::read_capped(&note, MAX_NOTE).ok().flatten();
        match noted.as_ref().and_then(|bytes| bytes.strip_suffix(NOTE_END)) {
            Some(target) => strays.push(StrayBackup { backup, target: platform::path_of_bytes(target) }),
            None => {
                Disk(&NoGate).remove(&note).ok();
                Disk(&NoGate).remove(&backup).ok();
            }
        }
    }
    strays.sort_by(|a, b| a.backup.cmp(&b.backup));
    strays
}
