//! The calls to the system that change files, one method each.
//!
//! **Law.** Every call names itself and its path in its error, and passes the [`Gate`] first: that
//! is where a test makes the n-th call fail, come up short, or end the process.

use super::error::{Call, WorkerError};
use super::identity::FileIdentity;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

/// Stands before every call.
pub(super) trait Gate: Sync {
    /// Lets a call through, a write or read with at most as many bytes as returned.
    fn pass(&self, call: Call, n_bytes: usize) -> io::Result<usize>;
}

/// Lets everything through.
pub(super) struct NoGate;

impl Gate for NoGate {
    fn pass(&self, _call: Call, n_bytes: usize) -> io::Result<usize> {
        Ok(n_bytes)
    }
}

#[derive(Clone, Copy)]
pub(super) struct Disk<'a>(pub &'a dyn Gate);

/// Who a new file is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Privacy {
    /// Its owner alone: 0600.
    Private,
    /// Whoever the system's mask allows.
    Usual,
}

impl Disk<'_> {
    fn call<T>(self, call: Call, path: &Path, run: impl FnOnce() -> io::Result<T>) -> Result<T, WorkerError> {
        let passed = self.0.pass(call, 0).and_then(|_| run());
        passed.map_err(|error| WorkerError::io(call, path, error))
    }

    /// Follows links; `None` if nothing is there.
    pub fn look(self, path: &Path) -> Result<Option<Metadata>, WorkerError> {
        match self.call(Call::Look, path, || fs::metadata(path)) {
            Ok(metadata) => Ok(Some(metadata)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What stands at `path` itself, a link unfollowed; `None` if nothing does.
    pub fn look_at_link(self, path: &Path) -> Result<Option<Metadata>, WorkerError> {
        match self.call(Call::Look, path, || fs::symlink_metadata(path)) {
            Ok(metadata) => Ok(Some(metadata)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Where a link leads in the end.
    pub fn follow(self, path: &Path) -> Result<PathBuf, WorkerError> {
        self.call(Call::Look, path, || fs::canonicalize(path))
    }

    pub fn identity(self, file: &File, path: &Path) -> Result<FileIdentity, WorkerError> {
        let metadata = self.call(Call::Look, path, || file.metadata())?;
        Ok(FileIdentity::of(&metadata))
    }

    /// Creates a file that did not exist.
    pub fn create(self, path: &Path, privacy: Privacy) -> Result<File, WorkerError> {
        self.call(Call::Create, path, || {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create_new(true);
            #[cfg(unix)]
            {
                use std::os::unix::fs::OpenOptionsExt as _;
                options.mode(if privacy == Privacy::Private { 0o600 } else { 0o666 });
            }
            #[cfg(not(unix))]
            let _ = privacy;
            options.open(path)
        })
    }

    pub fn open(self, path: &Path, to_write: bool) -> Result<File, WorkerError> {
        self.call(Call::Open, path, || super::platform::open_without_waiting(path, to_write))
    }

    pub fn write_all(self, mut file: &File, path: &Path, mut bytes: &[u8]) -> Result<(), WorkerError> {
        while !bytes.is_empty() {
            let written = self.0.pass(Call::Write, bytes.len()).and_then(|n_allowed| {
                let n_allowed = n_allowed.min(bytes.len());
                file.write(&bytes[..n_allowed])
            });
            match written {
                Ok(0) => {
                    return Err(WorkerError::io(Call::Write, path, io::ErrorKind::WriteZero.into()));
                }
                Ok(n) => bytes = &bytes[n..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(WorkerError::io(Call::Write, path, error)),
            }
        }
        Ok(())
    }

    /// Reads on from where the file stands; 0 at its end.
    pub fn read(self, mut file: &File, path: &Path, out: &mut [u8]) -> Result<usize, WorkerError> {
        loop {
            let read = self.0.pass(Call::Read, out.len()).and_then(|n_allowed| {
                let n_allowed = n_allowed.min(out.len());
                file.read(&mut out[..n_allowed])
            });
            match read {
                Ok(n) => return Ok(n),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(WorkerError::io(Call::Read, path, error)),
            }
        }
    }

    pub fn rewind(self, mut file: &File, path: &Path) -> Result<(), WorkerError> {
        self.call(Call::Read, path, || file.rewind())
    }

    pub fn truncate(self, file: &File, path: &Path, len: u64) -> Result<(), WorkerError> {
        self.call(Call::Truncate, path, || file.set_len(len))
    }

    pub fn flush(self, file: &File, path: &Path) -> Result<(), WorkerError> {
        self.call(Call::Flush, path, || file.sync_all())
    }

    /// Gives `from` the name `to`; what bore it is gone unless `replace` is false, which then fails.
    pub fn rename(self, from: &Path, to: &Path, replace: bool) -> Result<(), WorkerError> {
        self.call(Call::Rename, to, || {
            if replace { fs::rename(from, to) } else { super::platform::rename_to_free_name(from, to) }
        })
    }

    pub fn remove(self, path: &Path) -> Result<(), WorkerError> {
        self.call(Call::Remove, path, || fs::remove_file(path))
    }

    /// Makes a rename in `folder` outlive a power cut. Some file systems cannot, and need not.
    pub fn flush_folder(self, folder: &Path) -> Result<(), WorkerError> {
        let opened = self.call(Call::OpenFolder, folder, || super::platform::open_folder(folder))?;
        self.call(Call::FlushFolder, folder, || match opened {
            Some(opened) => super::platform::unless_unsupported(opened.sync_all()),
            None => Ok(()),
        })
    }

    pub fn set_mode(self, file: &File, path: &Path, mode: u32) -> Result<(), WorkerError> {
        self.call(Call::SetMode, path, || super::platform::set_mode(file, mode))
    }

    pub fn set_owner(
        self,
        file: &File,
        path: &Path,
        user: Option<u32>,
        group: Option<u32>,
    ) -> Result<(), WorkerError> {
        self.call(Call::SetOwner, path, || super::platform::set_owner(file, user, group))
    }

    /// Copies the extended attributes of `from`, access lists among them. Returns the names of those
    /// that the system does not let us set.
    pub fn copy_attributes(self, from: &Path, file: &File, path: &Path) -> Result<Vec<String>, WorkerError> {
        let attributes = self.call(Call::ReadAttributes, from, || super::platform::attributes(from))?;
        let mut refused = Vec::new();
        for (name, value) in attributes {
            let set =
                self.call(Call::SetAttributes, path, || super::platform::set_attribute(file, &name, &value))?;
            if !set {
                refused.push(name.to_string_lossy().into_owned());
            }
        }
        Ok(refused)
    }
}
