//! A folder that the raw replies of one call go into.

use super::disk::{Disk, NoGate, Privacy};
use super::error::{Call, WorkerError};
use std::fs;
use std::path::{Path, PathBuf};

/// A folder of its own for one call: what another call left there is never written over.
#[derive(Debug)]
pub struct ReplyFolder {
    path: PathBuf,
}

impl ReplyFolder {
    /// Creates the folder, or takes one that is there and empty.
    pub fn create(path: &Path) -> Result<ReplyFolder, WorkerError> {
        if fs::metadata(path).is_ok_and(|there| !there.is_dir()) {
            return Err(WorkerError::NotAFolder { path: path.to_owned() });
        }
        fs::create_dir_all(path).map_err(|error| WorkerError::io(Call::Create, path, error))?;
        let mut entries = fs::read_dir(path).map_err(|error| WorkerError::io(Call::List, path, error))?;
        match entries.next() {
            None => Ok(ReplyFolder { path: path.to_owned() }),
            Some(_) => Err(WorkerError::FolderNotEmpty { path: path.to_owned() }),
        }
    }

    /// Writes one file, which must not be there yet; where it is then.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, WorkerError> {
        let path = self.path.join(name);
        let disk = Disk(&NoGate);
        let file = disk.create(&path, Privacy::Usual)?;
        disk.write_all(&file, &path, bytes)?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_go_into_a_folder_of_their_own_and_over_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        let replies = ReplyFolder::create(&path).unwrap();
        let written = replies.write("0001.bin", b"reply").unwrap();
        assert_eq!(fs::read(&written).unwrap(), b"reply");
        assert!(replies.write("0001.bin", b"other").is_err());
        assert_eq!(fs::read(&written).unwrap(), b"reply");
        assert!(matches!(ReplyFolder::create(&path), Err(WorkerError::FolderNotEmpty { .. })));
        assert!(matches!(ReplyFolder::create(&written), Err(WorkerError::NotAFolder { .. })));
    }
}
