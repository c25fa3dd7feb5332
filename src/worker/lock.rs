//! A mark on files that are open, so that a second window can be told.
//!
//! **Law.** The mark ends with its process, however that ends: it is a lock, and the file that
//! carries it is only where to find it.

use super::error::{Call, WorkerError};
use super::{platform, state};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Bytes that a mark is read with.
const MAX_MARK: u64 = 256;
const MAX_TRIES: u32 = 100;

/// Held while a file is open.
#[derive(Debug)]
pub struct OpenMark {
    path: PathBuf,
    _lock: File,
}

/// Who has a file open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenElsewhere {
    /// The process; our own number if it is another tab. 0 if it does not tell.
    pub process: u32,
    /// Seconds since 1970; 0 if it does not tell.
    pub since: u64,
}

/// Marks `document` as open, under `folder`; or tells who was first.
pub fn mark_open(folder: &Path, document: &Path) -> Result<Result<OpenMark, OpenElsewhere>, WorkerError> {
    state::create_private_folder(folder)?;
    let real = fs::canonicalize(document).unwrap_or_else(|_absent| document.to_owned());
    let path = folder.join(format!("{:016x}.open", state::checksum(&platform::path_bytes(&real))));
    let mut n_tries = 0;
    loop {
        let file = open_mark(&path).map_err(|error| WorkerError::io(Call::Open, &path, error))?;
        match file.try_lock() {
            // Otherwise its last owner just took the name away.
            Ok(()) if platform::has_name(&file).unwrap_or(true) => {
                // Only for the message to others.
                write_mark(&file).ok();
                return Ok(Ok(OpenMark { path, _lock: file }));
            }
            Err(TryLockError::WouldBlock) => return Ok(Err(read_mark(file))),
            Err(TryLockError::Error(error)) => return Err(WorkerError::io(Call::Lock, &path, error)),
            Ok(()) if n_tries == MAX_TRIES => {
                return Err(WorkerError::io(Call::Lock, &path, std::io::ErrorKind::ResourceBusy.into()));
            }
            Ok(()) => n_tries += 1,
        }
    }
}

impl Drop for OpenMark {
    fn drop(&mut self) {
        fs::remove_file(&self.path).ok();
    }
}

fn open_mark(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

fn write_mark(mut file: &File) -> std::io::Result<()> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{} {}", std::process::id(), since.as_secs())
}

fn read_mark(file: File) -> OpenElsewhere {
    let mut text = String::new();
    file.take(MAX_MARK).read_to_string(&mut text).ok();
    let mut numbers = text.split_whitespace();
    let process = numbers.next().and_then(|number| number.parse().ok()).unwrap_or(0);
    let since = numbers.next().and_then(|number| number.parse().ok()).unwrap_or(0);
    OpenElsewhere { process, since }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_until_the_first_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let (marks, document) = (folder.path().join("open"), folder.path().join("a.pb"));
        fs::write(&document, b"").unwrap();
        let first = mark_open(&marks, &document).unwrap().unwrap();
        let told = mark_open(&marks, &document).unwrap().unwrap_err();
        assert_eq!(told.process, std::process::id());
        assert!(told.since > 0);
        let indirect = folder.path().join("open/../a.pb");
        assert!(mark_open(&marks, &indirect).unwrap().is_err(), "one file by any path");
        assert!(mark_open(&marks, &folder.path().join("b.pb")).unwrap().is_ok());
        drop(first);
        assert_eq!(fs::read_dir(&marks).unwrap().count(), 0);
        assert!(mark_open(&marks, &document).unwrap().is_ok());
    }

    #[test]
    fn a_mark_left_by_a_crash_is_nobodys() {
        let folder = tempfile::tempdir().unwrap();
        let document = folder.path().join("a.pb");
        let first = mark_open(folder.path(), &document).unwrap().unwrap();
        let left = first.path.clone();
        drop(first);
        fs::write(&left, b"99999 1\n a mark longer than the next one, by far").unwrap();
        let second = mark_open(folder.path(), &document).unwrap().unwrap();
        assert!(fs::read_to_string(&second.path).unwrap().starts_with(&std::process::id().to_string()));
    }
}
