//! What is wrong or odd about a message's bytes, given its type.
//!
//! **Law.** [`check`] never changes, collects or skips anything: it is one pass over the bytes with an
//! explicit stack, and every problem goes to the caller's sink as it is found. On clean bytes nothing
//! is built that only a problem needs; paths are made from the stack on demand.
//!
//! Memory is bounded: a frame for each open message down to [`MAX_DEPTH`], a window, and hashes of map
//! keys up to [`MAX_MAP_KEYS`] a map.
//!
//! **Not here:** which problems a row shows (whoever draws rows asks by range), the offline rules of
//! one API.

mod check;
mod fix;
mod keys;
mod kind;
mod levels;
mod nested;
mod payload;
mod record;
mod state;
mod table;
mod wording;

#[cfg(test)]
pub(super) mod tests;

pub use check::check;
pub use fix::{FixError, Fixes, Wanted, fixes};
pub use kind::ProblemKind;

use super::path::Path;
use std::fmt;
use std::ops::Range;

/// Messages nested deeper are passed over; a note says so.
pub const MAX_DEPTH: usize = 20_000;
/// Keys of one map that are compared; what follows is not looked at for duplicates.
pub const MAX_MAP_KEYS: usize = 1 << 22;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Legal, but worth knowing.
    Note,
    /// Parsers may disagree, or something is lost when one reads it.
    Warning,
    /// A parser refuses it.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// One complaint about a stretch of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    pub severity: Severity,
    /// Offsets in the document; the smallest stretch that is to blame.
    pub range: Range<u64>,
    pub path: Path,
    pub message: String,
    /// What can be done about it.
    pub hint: Option<String>,
}

/// What a check went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    pub n_notes: u64,
    pub n_warnings: u64,
    pub n_errors: u64,
    /// How far it came: the end of the range unless it was stopped.
    pub end: u64,
    /// Whether the sink or the progress hook asked to stop.
    pub stopped: bool,
    /// Map entries that were not compared because their map has too many.
    pub n_uncompared: u64,
}

impl CheckReport {
    /// The worst that was found.
    pub fn worst(&self) -> Option<Severity> {
        match self {
            _ if self.n_errors > 0 => Some(Severity::Error),
            _ if self.n_warnings > 0 => Some(Severity::Warning),
            _ if self.n_notes > 0 => Some(Severity::Note),
            _ => None,
        }
    }
}
