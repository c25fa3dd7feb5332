//! The thing edited: a sequence of bytes, of which the tree is a reading.
//!
//! **Law.** No edit: the identical bytes. Edit then undo: the identical bytes. An edit changes only
//! the records it names and the lengths around them.

mod path;
mod pieces;
pub mod problem;
mod reader;
mod snapshot;
mod source;
pub mod value;

pub use path::{Path, PathError, Step};
pub use reader::{Found, LARGE_WINDOW, Reader, RecordAt, SMALL_WINDOW};
pub use snapshot::{Part, Snapshot};
pub use source::{MemorySource, ReadMode, Source, SourceError};
