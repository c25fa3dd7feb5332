//! Where immutable bytes come from.

use std::fmt::Debug;
use std::sync::Arc;

/// Whether a read may wait for a slow place such as a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadMode {
    /// Answer from memory; [`SourceError::Missing`] if the bytes are not there yet.
    Cached,
    /// Wait for the bytes.
    Wait,
}

/// Why bytes could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    #[error("The bytes at offset {offset} are still being read")]
    Missing { offset: u64 },
    #[error("Reading at offset {offset} failed: {reason}")]
    Io { offset: u64, reason: String },
    /// The content is no longer what was opened.
    #[error("The file changed while it was open")]
    Changed,
}

/// Immutable bytes, read by position.
pub trait Source: Send + Sync + Debug {
    /// Bytes in all.
    fn len(&self) -> u64;

    /// Fills `out` with the bytes from `offset` on. The range must lie inside `0..len()`.
    fn read_at(&self, offset: u64, out: &mut [u8], mode: ReadMode) -> Result<(), SourceError>;

    /// What tells this content from another, such as device, inode, size and time; compared, never
    /// shown.
    fn identity(&self) -> String;

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Bytes in memory.
#[derive(Clone)]
pub struct MemorySource(Arc<[u8]>);

impl MemorySource {
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self(bytes.into())
    }
}

impl Debug for MemorySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MemorySource({} bytes)", self.0.len())
    }
}

impl Source for MemorySource {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, out: &mut [u8], _mode: ReadMode) -> Result<(), SourceError> {
        let start = offset as usize;
        match self.0.get(start..start + out.len()) {
            Some(bytes) => out.copy_from_slice(bytes),
            None => return Err(SourceError::Io { offset, reason: "the bytes end before".to_owned() }),
        }
        Ok(())
    }

    fn identity(&self) -> String {
        format!("memory:{:p}", self.0.as_ptr())
    }
}
