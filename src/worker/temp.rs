//! Temporary files beside the file they will become.
//!
//! **Law.** A temporary file is locked for as long as its process works on it, so one that can be
//! locked belongs to nobody and may be removed.

use super::disk::{Disk, NoGate, Privacy};
use super::error::{Call, WorkerError};
use super::platform;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

const MARK: &str = ".protoloupe-";
const SUFFIX: &str = ".tmp";
/// Longest file name that every usual file system takes.
const MAX_NAME: usize = 255;
/// Names tried before giving up.
const MAX_TRIES: u32 = 1_000;

/// A new file that is removed when dropped, unless it was given its real name.
pub(super) struct Temp<'a> {
    disk: Disk<'a>,
    path: PathBuf,
    file: Option<File>,
}

impl<'a> Temp<'a> {
    /// Creates `.NAME.protoloupe-PID-N.tmp` beside `target`, which bears NAME.
    pub fn create(disk: Disk<'a>, target: &Path, privacy: Privacy) -> Result<Self, WorkerError> {
        let mut number = 0;
        loop {
            let path = target.with_file_name(temp_name(target.file_name().unwrap_or_default(), number));
            match disk.create(&path, privacy) {
                Ok(file) => {
                    let temp = Self { disk, path, file: Some(file) };
                    if is_locked_by_us(temp.file()) {
                        return Ok(temp);
                    }
                }
                Err(WorkerError::Io { kind: io::ErrorKind::AlreadyExists, .. }) if number < MAX_TRIES => {}
                Err(error) => return Err(error),
            }
            number += 1;
        }
    }

    pub fn file(&self) -> &File {
        self.file.as_ref().expect("a file until it is renamed or unlinked")
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it its real name.
    pub fn rename(mut self, target: &Path, replace: bool) -> Result<File, WorkerError> {
        self.disk.rename(&self.path, target, replace)?;
        Ok(self.file.take().expect("a file until it is renamed or unlinked"))
    }

    /// Takes its name away; the file is there as long as it is open.
    pub fn unlink(mut self) -> Result<File, WorkerError> {
        self.disk.remove(&self.path)?;
        Ok(self.file.take().expect("a file until it is renamed or unlinked"))
    }
}

impl Drop for Temp<'_> {
    fn drop(&mut self) {
        if self.file.is_some() {
            // A file left behind is found by `clean_stray`.
            self.disk.remove(&self.path).ok();
        }
    }
}

/// Locks a new file, and looks whether somebody who took it for a stray one was faster.
fn is_locked_by_us(file: &File) -> bool {
    match file.try_lock() {
        Ok(()) => platform::has_name(file).unwrap_or(true),
        Err(TryLockError::WouldBlock) => false,
        // No locks here: others go by the process number in the name.
        Err(TryLockError::Error(_unsupported)) => true,
    }
}

/// Creates a file that stays locked while it is open.
pub(super) fn create_locked(path: &Path) -> Result<File, WorkerError> {
    let file = Disk(&NoGate).create(path, Privacy::Private)?;
    match is_locked_by_us(&file) {
        true => Ok(file),
        false => Err(WorkerError::io(Call::Lock, path, io::ErrorKind::ResourceBusy.into())),
    }
}

fn temp_name(name: &OsStr, number: u32) -> OsString {
    let tail = format!("{MARK}{}-{number}{SUFFIX}", std::process::id());
    let mut temp = OsString::from(".");
    if name.len() + tail.len() < MAX_NAME {
        temp.push(name);
    } else {
        let kept: String = name.to_string_lossy().chars().take(MAX_NAME / 8).collect();
        temp.push(kept);
    }
    temp.push(tail);
    temp
}

/// The process named in a temporary file's name.
fn process_of(name: &OsStr) -> Option<u32> {
    let name = name.as_encoded_bytes();
    let middle = name.strip_prefix(b".")?.strip_suffix(SUFFIX.as_bytes())?;
    let mark = memchr::memmem::rfind(middle, MARK.as_bytes())?;
    let numbers = std::str::from_utf8(&middle[mark + MARK.len()..]).ok()?;
    let (process, number) = numbers.split_once('-')?;
    number.parse::<u32>().ok()?;
    process.parse().ok()
}

/// Removes temporary files that ended processes of ours left in `folder`; returns how many.
pub fn clean_stray(folder: &Path) -> usize {
    let Ok(listing) = fs::read_dir(folder) else { return 0 };
    let strays = listing.flatten().filter_map(|found| {
        let process = process_of(&found.file_name())?;
        let metadata = found.metadata().ok()?;
        (metadata.is_file() && platform::is_ours(&metadata)).then(|| (process, found.path()))
    });
    strays.filter(|(process, path)| remove_if_stray(*process, path)).count()
}

fn remove_if_stray(process: u32, path: &Path) -> bool {
    let Ok(file) = platform::open_without_waiting(path, false) else { return false };
    let abandoned = match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_unsupported)) => platform::process_lives(process) == Some(false),
    };
    abandoned && Disk(&NoGate).remove(path).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_files_of_ended_processes_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let living = Temp::create(Disk(&NoGate), &at("a.pb"), Privacy::Private).unwrap();
        let others = ["a.pb", ".b.tmp", ".c.protoloupe-x-0.tmp", "d.protoloupe-1-0.tmp", ".e.protoloupe-1-0"];
        for name in others {
            fs::write(at(name), b"x").unwrap();
        }
        fs::write(at(".a.pb.protoloupe-99-0.tmp"), b"x").unwrap();
        fs::write(at(&format!(".g.protoloupe-{}-7.tmp", std::process::id())), b"x").unwrap();
        fs::create_dir(at(".h.protoloupe-99-0.tmp")).unwrap();
        assert_eq!(clean_stray(folder.path()), 2);
        assert!(living.path().exists());
        assert!(others.iter().all(|name| at(name).exists()));
        let path = living.path().to_owned();
        drop(living);
        assert!(!path.exists());
    }

    #[test]
    fn a_name_at_the_limit_still_gets_a_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["x".repeat(MAX_NAME), "ü".repeat(MAX_NAME / 2)] {
            let temp = Temp::create(Disk(&NoGate), &folder.path().join(&name), Privacy::Private).unwrap();
            assert!(process_of(temp.path().file_name().unwrap()).is_some());
        }
    }
}
