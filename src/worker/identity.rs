//! What tells one state of a file from another without reading it.

use std::fmt;
use std::fs::Metadata;

/// Which file it is, and its size and time when it was looked at.
///
/// A file rewritten to the same size within one tick of the system's clock looks the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileIdentity {
    /// 0 where the system does not tell.
    pub device: u64,
    /// 0 where the system does not tell.
    pub inode: u64,
    pub len: u64,
    /// When the content changed last, since 1970; negative before.
    pub modified_seconds: i64,
    pub modified_nanos: u32,
}

impl FileIdentity {
    #[cfg(unix)]
    pub fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            len: metadata.len(),
            modified_seconds: metadata.mtime(),
            modified_nanos: u32::try_from(metadata.mtime_nsec()).unwrap_or(0),
        }
    }

    #[cfg(not(unix))]
    pub fn of(metadata: &Metadata) -> Self {
        let since = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        let since = since.unwrap_or_default();
        Self {
            device: 0,
            inode: 0,
            len: metadata.len(),
            modified_seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            modified_nanos: since.subsec_nanos(),
        }
    }

    /// Whether both are states of one file, not of two files that bore the same name.
    pub fn is_same_file(&self, other: &FileIdentity) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }
}

impl fmt::Display for FileIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FileIdentity { device, inode, len, modified_seconds, modified_nanos } = self;
        write!(f, "file:{device}:{inode}:{len}:{modified_seconds}.{modified_nanos:09}")
    }
}
