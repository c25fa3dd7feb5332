use super::{JobContext, Report, Work, WorkerError};
use crate::document::diff::{DiffReport, Difference, diff_as_read};
use crate::document::reading::Scope;
use crate::document::{ReadMode, Snapshot, Tree};
use crate::schema::MessageDescriptor;
use crate::worker::FileSource;
use std::fmt;
use std::ops::{ControlFlow, Range};
use std::path::PathBuf;

/// Bytes around a difference that are shown with it, and of a long one at most.
const AROUND: u64 = 96;
const MAX_EXCERPT: u64 = 704;

/// Finds out what differs between two messages.
pub struct Compare {
    pub old: CompareWith,
    pub new: Snapshot,
    pub message: Option<MessageDescriptor>,
    /// What a person chose to read bytes and undeclared records as.
    pub scope: Scope,
    /// The rows of the new message, whose indexes save walking.
    pub tree: Tree,
    /// So many are listed; all are counted.
    pub max_listed: usize,
}

/// The older of the two.
#[derive(Clone, Debug)]
pub enum CompareWith {
    Snapshot(Snapshot),
    /// What the file holds now.
    File(PathBuf),
}

/// What a comparison found.
#[derive(Debug)]
pub struct Compared {
    /// In the order of the new message.
    pub listed: Vec<ListedDifference>,
    pub report: DiffReport,
}

/// A difference, and bytes of both sides to show with it.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedDifference {
    pub difference: Difference,
    pub old: Excerpt,
    pub new: Excerpt,
}

/// Some bytes of a message, and where they stand there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Excerpt {
    pub start: u64,
    pub bytes: Vec<u8>,
    /// Bytes of the message behind these.
    pub n_after: u64,
}

impl fmt::Debug for Compare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Compare of {} bytes", self.new.len())
    }
}

impl Work for Compare {
    fn label(&self) -> &'static str {
        "Comparing"
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let Compare { old, new, message, scope, tree, max_listed } = *self;
        let old = match old {
            CompareWith::Snapshot(snapshot) => snapshot,
            CompareWith::File(path) => Snapshot::new(FileSource::open(&path)?),
        };
        let compared = compare([&old, &new], message.as_ref(), &scope, Some(&tree), max_listed, context)?;
        Ok(Report::Compared(compared))
    }
}

/// Compares two messages, listing the first differences.
pub(super) fn compare(
    [old, new]: [&Snapshot; 2],
    message: Option<&MessageDescriptor>,
    scope: &Scope,
    known: Option<&Tree>,
    max_listed: usize,
    context: &JobContext,
) -> Result<Compared, WorkerError> {
    let mut listed = Vec::new();
    let mut sink = |difference: Difference| {
        if listed.len() < max_listed {
            let (old, new) = (excerpt(old, &difference.old.range), excerpt(new, &difference.new.range));
            listed.push(ListedDifference { difference, old, new });
        }
        ControlFlow::Continue(())
    };
    let mut progress = |at| match context.step(at, new.len()) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_cancelled) => ControlFlow::Break(()),
    };
    let report = diff_as_read(old, new, message, scope, known, &mut sink, &mut progress)
        .map_err(|error| WorkerError::Document { error })?;
    context.go_on()?;
    listed.sort_by_key(|one| (one.difference.new.range.start, one.difference.old.range.start));
    Ok(Compared { listed, report })
}

/// A stretch and what is around it; what cannot be read is left out.
fn excerpt(snapshot: &Snapshot, range: &Range<u64>) -> Excerpt {
    let start = range.start.saturating_sub(AROUND);
    let end = range.end.saturating_add(AROUND).min(start + MAX_EXCERPT).min(snapshot.len());
    let bytes = snapshot.bytes(start..end.max(start), ReadMode::Wait).unwrap_or_default();
    let n_after = snapshot.len().saturating_sub(start + bytes.len() as u64);
    Excerpt { start, bytes, n_after }
}
