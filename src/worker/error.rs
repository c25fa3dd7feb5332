//! What can go wrong between a document and a disk.

use super::identity::FileIdentity;
use super::keyring::KeyringError;
use crate::document::canonical::CanonicalError;
use crate::document::{EditError, SourceError};
use crate::rpc::{NotReflected, ProfileError, system_words};
use crate::schema::SchemaError;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What the system was asked for when it refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    Look,
    Open,
    Create,
    Read,
    Write,
    Truncate,
    Lock,
    ReadAttributes,
    SetAttributes,
    SetOwner,
    SetMode,
    Flush,
    Rename,
    OpenFolder,
    FlushFolder,
    Remove,
    List,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Call::Look => "Looking at the file",
            Call::Open => "Open",
            Call::Create => "Create",
            Call::Read => "Read",
            Call::Write => "Write",
            Call::Truncate => "Truncate",
            Call::Lock => "Lock",
            Call::ReadAttributes => "Reading extended attributes",
            Call::SetAttributes => "Setting extended attributes",
            Call::SetOwner => "Setting the owner",
            Call::SetMode => "Setting the mode",
            Call::Flush => "Flush",
            Call::Rename => "Rename",
            Call::OpenFolder => "Opening the folder",
            Call::FlushFolder => "Flushing the folder",
            Call::Remove => "Remove",
            Call::List => "Listing the folder",
        })
    }
}

/// What a person can be offered instead of what failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Keep a backup, then write into the file itself.
    WriteInPlace,
    /// Choose another file.
    SaveAs,
    /// Write over what stands there now.
    Overwrite,
    /// Only trying again, after making room or mending the disk.
    Retry,
}

/// The room's error: names what failed, the path last.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkerError {
    #[error("{call} failed: {reason}, {path:?}")]
    Io { call: Call, kind: io::ErrorKind, reason: String, path: PathBuf },
    #[error("This is a folder, not a file: {path:?}")]
    IsFolder { path: PathBuf },
    #[error(
        "This is a {what}, not a regular file; pipe its bytes into \"protoloupe -\" to read them: {path:?}"
    )]
    NotRegular { what: &'static str, path: PathBuf },
    #[error("The link points to {target:?}, which does not exist: {path:?}")]
    DanglingLink { target: PathBuf, path: PathBuf },
    #[error("The link leads back to itself: {path:?}")]
    LinkLoop { path: PathBuf },
    #[error("The file is larger than {limit} bytes: {path:?}")]
    TooLarge { limit: u64, path: PathBuf },
    #[error("The input is larger than {limit} bytes")]
    InputTooLarge { limit: u64 },
    #[error("The file changed on disk since it was opened: {path:?}")]
    ChangedOnDisk { path: PathBuf, now: FileIdentity },
    #[error("The file was deleted or moved since it was opened: {path:?}")]
    DeletedOnDisk { path: PathBuf },
    #[error("A file of this name exists already: {path:?}")]
    AlreadyExists { path: PathBuf },
    #[error("This is a file, not a folder: {path:?}")]
    NotAFolder { path: PathBuf },
    #[error("The folder is not empty: {path:?}")]
    FolderNotEmpty { path: PathBuf },
    #[error("The file has {n_links} names (hard links), which replacing it would part: {path:?}")]
    HardLinked { n_links: u64, path: PathBuf },
    #[error("The file belongs to another user, which replacing it would change: {path:?}")]
    NotOwned { path: PathBuf },
    #[error("No permission to write the file: {path:?}")]
    ReadOnlyFile { path: PathBuf },
    #[error("No permission to create a file in its folder: {path:?}")]
    ReadOnlyFolder { file_exists: bool, path: PathBuf },
    #[error("{cause}; the file as it was is kept in {backup:?}")]
    InPlace { cause: Box<WorkerError>, backup: PathBuf },
    /// The offset in `error` is the document's.
    #[error("The document cannot be read: {error}")]
    Document { error: SourceError },
    #[error("{error}")]
    NotCanonical { error: CanonicalError },
    #[error("{error}")]
    Edit { error: EditError },
    #[error("The journal of unsaved edits would have more than {limit} bytes; save the document instead")]
    JournalTooLarge { limit: u64 },
    #[error("The file changed since these edits were made, so they do not fit it: {path:?}")]
    BaseChanged { path: PathBuf },
    #[error("{reason}; nothing was written: {path:?}")]
    NoText { reason: String, path: PathBuf },
    #[error("{error}")]
    Schema { error: SchemaError },
    #[error("Cancelled")]
    Cancelled,
    #[error("{label} stopped at an internal error: {reason}")]
    Panicked { label: &'static str, reason: String },
    #[error("{label} was refused: {limit} jobs are waiting already")]
    TooManyJobs { label: &'static str, limit: usize },
    #[error("{label} could not begin: {reason}")]
    NoThread { label: &'static str, reason: String },
    #[error(
        "The document has {len} bytes, and a message that is sent may have {limit} at most, because it is held in \
             memory as a whole; send a part of it, such as one record's payload"
    )]
    MessageTooLarge { len: u64, limit: u64 },
    #[error("{error}")]
    Profile { error: ProfileError },
    #[error("{error}")]
    Keyring { error: KeyringError },
    #[error("{error}")]
    NotReflected { error: Box<NotReflected> },
    #[error("{reason}")]
    NoMessageText { reason: String },
}

impl WorkerError {
    pub(super) fn io(call: Call, path: &Path, error: io::Error) -> Self {
        let path = path.to_owned();
        if is_loop(&error) {
            return WorkerError::LinkLoop { path };
        }
        WorkerError::Io { call, kind: error.kind(), reason: system_words(&error), path }
    }

    /// What to offer beside the message; `None` if there is nothing to choose.
    pub fn remedy(&self) -> Option<Remedy> {
        Some(match self {
            WorkerError::HardLinked { .. }
            | WorkerError::NotOwned { .. }
            | WorkerError::ReadOnlyFolder { file_exists: true, .. }
            // A file mounted by itself, or in a folder whose files are kept from being replaced.
            | WorkerError::Io {
                call: Call::Rename,
                kind: io::ErrorKind::ResourceBusy | io::ErrorKind::PermissionDenied,
                ..
            } => Remedy::WriteInPlace,
            WorkerError::ChangedOnDisk { .. }
            | WorkerError::DeletedOnDisk { .. }
            | WorkerError::AlreadyExists { .. } => Remedy::Overwrite,
            WorkerError::IsFolder { .. }
            | WorkerError::NotRegular { .. }
            | WorkerError::DanglingLink { .. }
            | WorkerError::LinkLoop { .. }
            | WorkerError::NotAFolder { .. }
            | WorkerError::FolderNotEmpty { .. }
            | WorkerError::ReadOnlyFolder { file_exists: false, .. }
            | WorkerError::ReadOnlyFile { .. } => Remedy::SaveAs,
            WorkerError::Io { .. } | WorkerError::InPlace { .. } | WorkerError::TooManyJobs { .. } => {
                Remedy::Retry
            }
            WorkerError::NoThread { .. } => Remedy::Retry,
            WorkerError::TooLarge { .. }
            | WorkerError::InputTooLarge { .. }
            | WorkerError::Document { .. }
            | WorkerError::NotCanonical { .. }
            | WorkerError::Edit { .. }
            | WorkerError::JournalTooLarge { .. }
            | WorkerError::BaseChanged { .. }
            | WorkerError::NoText { .. }
            | WorkerError::Schema { .. }
            | WorkerError::MessageTooLarge { .. }
            | WorkerError::Profile { .. }
            | WorkerError::Keyring { .. }
            | WorkerError::NotReflected { .. }
            | WorkerError::NoMessageText { .. }
            | WorkerError::Cancelled
            | WorkerError::Panicked { .. } => return None,
        })
    }

    /// A failed read of bytes that stand at `offset` in the document.
    pub(super) fn document(offset: u64, error: SourceError) -> Self {
        let error = match error {
            SourceError::Missing { .. } => SourceError::Missing { offset },
            SourceError::Io { reason, .. } => SourceError::Io { offset, reason },
            SourceError::Changed => SourceError::Changed,
        };
        WorkerError::Document { error }
    }

    pub(super) fn is_not_found(&self) -> bool {
        matches!(self, WorkerError::Io { kind: io::ErrorKind::NotFound, .. })
    }

    /// Whether the system refused for want of a right, rather than for want of room or health.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(
            self,
            WorkerError::Io { kind: io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem, .. }
        )
    }
}

#[cfg(unix)]
fn is_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

#[cfg(not(unix))]
fn is_loop(_error: &io::Error) -> bool {
    false
}
