//! What differs between two snapshots, field by field.
//!
//! **Law.** Equal bytes have no difference, and bytes that differ have at least one. What stands in
//! the same place of the same source is passed over unread, so that an edited file compared with
//! itself costs what was edited, and the heads of the records before it.
//!
//! Records are matched in wire order: equal ones first, then a field with itself, a map entry with
//! the entry of its key, an element with the element at its place. Matching looks at a bounded
//! stretch at a time: a record that moved farther than that is one removed and one added. Messages
//! that differ are entered with an explicit stack; bytes that are no record are compared as bytes.
//!
//! - `same`: how far two places hold the same bytes
//! - `item`: records as they are matched
//! - `align`: which of two rows of records belong together
//! - `walk`: the stack of messages
//! - `pair`, `packed`: two records of one field; elements of two packed records
//!
//! **Not here:** the lines a person reads (`cli`, `ui`).

mod align;
mod item;
mod packed;
mod pair;
mod same;
mod walk;

#[cfg(test)]
mod tests;

pub use walk::{diff, diff_as_read};

use super::path::Path;
use super::source::SourceError;
use std::fmt;
use std::ops::Range;

/// What became of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    Added,
    Removed,
    /// Another value.
    Changed,
    /// The same bytes at another place of the message.
    Moved,
    /// The same value in other bytes: padding, packing.
    Respelled,
}

impl Change {
    pub const ALL: [Change; 5] =
        [Change::Added, Change::Removed, Change::Changed, Change::Moved, Change::Respelled];
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Changed => "changed",
            Change::Moved => "moved",
            Change::Respelled => "respelled",
        })
    }
}

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub change: Change,
    /// Where it stands in the new message; of what was removed, where it stood in the old one.
    pub path: Path,
    /// Where it stood, if that is another path: an element's index may have changed.
    pub old_path: Option<Path>,
    pub old: Side,
    pub new: Side,
}

/// One of the two messages at a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The bytes of the field, tags and lengths included; where nothing stands, an empty stretch at
    /// the place where it would.
    pub range: Range<u64>,
    /// The value as a row of the tree shows it; `None` where nothing stands.
    pub text: Option<String>,
    /// Whether the bytes are a record, and not an element of one or bytes that are none.
    pub is_record: bool,
}

impl Side {
    fn nothing(at: u64) -> Side {
        Side { range: at..at, text: None, is_record: false }
    }
}

/// What a comparison came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DiffReport {
    counts: [u64; Change::ALL.len()],
    /// Whether the sink or the progress hook asked to stop.
    pub stopped: bool,
}

impl DiffReport {
    /// Differences of one kind.
    pub fn n_of(&self, change: Change) -> u64 {
        self.counts[change as usize]
    }

    pub fn n_differences(&self) -> u64 {
        self.counts.iter().sum()
    }

    fn count(&mut self, change: Change) {
        self.counts[change as usize] += 1;
    }
}

/// Why the walk ends early.
#[derive(Debug)]
enum Halt {
    Source(SourceError),
    Stopped,
}

impl From<SourceError> for Halt {
    fn from(error: SourceError) -> Self {
        Halt::Source(error)
    }
}
