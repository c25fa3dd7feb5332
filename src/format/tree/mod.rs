//! The message as a table of rows, fully expanded: number, name, kind, value, bytes.
//!
//! **Law.** One row a line, handed on as it is found. Memory does not grow with the message but by a
//! few bytes per level of its nesting, and levels beyond [`MAX_DEPTH`] are not opened. Nothing that
//! stands in the data reaches the text as a control character.
//!
//! - `walk`: records into rows, with an explicit stack
//! - `layout`: columns
//!
//! **Not here:** what a row says (`document`), the rows of the window, which open and close there.

mod layout;
#[cfg(test)]
mod tests;
mod walk;

use super::FormatError;
use crate::document::{Entry, Snapshot};
use layout::Layout;
use prost_reflect::MessageDescriptor;
use std::io::Write;
use std::ops::{ControlFlow, Range};

/// Messages nested deeper are one row each.
pub const MAX_DEPTH: u32 = 1 << 16;

/// What there was to write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TreeReport {
    /// Rows written.
    pub n_rows: u64,
    /// Rows before those, passed over.
    pub n_before: u64,
    /// Rows after those, counted and not written.
    pub n_remaining: u64,
}

/// One row on its way to the text.
struct TreeRow {
    entry: Entry,
    depth: u32,
    /// Whether where the row's bytes end was not looked for, because that is too far away.
    is_open_ended: bool,
}

/// Writes a line for every row of the message whose payload is `range`, up to `max_rows` of them.
///
/// What is declared is opened, and what can hardly be anything but a message. `progress` gets an
/// offset of the document about every MiB; if it answers `Break` the work ends with
/// [`FormatError::Cancelled`].
pub fn write_tree(
    snapshot: &Snapshot,
    range: Range<u64>,
    message: Option<&MessageDescriptor>,
    max_rows: u64,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<TreeReport, FormatError> {
    let mut pass = Pass::new(snapshot, range, message, progress);
    let mut layout = Layout::new(snapshot);
    let mut report = TreeReport::default();
    while let Some(row) = pass.next()? {
        if report.n_rows < max_rows {
            layout.add(&row, out)?;
            report.n_rows += 1;
        } else {
            report.n_remaining += 1;
        }
    }
    layout.flush(out)?;
    out.flush()?;
    Ok(report)
}

/// Writes the lines of some rows, counted from 0, and looks at nothing behind them.
pub fn write_rows(
    snapshot: &Snapshot,
    range: Range<u64>,
    message: Option<&MessageDescriptor>,
    rows: Range<u64>,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<TreeReport, FormatError> {
    let mut pass = Pass::new(snapshot, range, message, progress);
    let mut layout = Layout::new(snapshot);
    let mut report = TreeReport::default();
    while report.n_before + report.n_rows < rows.end
        && let Some(row) = pass.next()?
    {
        if report.n_before < rows.start {
            report.n_before += 1;
        } else {
            layout.add(&row, out)?;
            report.n_rows += 1;
        }
    }
    layout.flush(out)?;
    out.flush()?;
    Ok(report)
}

/// The rows one after the other, with a word about how far it is now and then.
struct Pass<'a> {
    walk: walk::Walk<'a>,
    progress: &'a mut dyn FnMut(u64) -> ControlFlow<()>,
    next_tick: u64,
}

impl<'a> Pass<'a> {
    fn new(
        snapshot: &'a Snapshot,
        range: Range<u64>,
        message: Option<&MessageDescriptor>,
        progress: &'a mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Self {
        let end = range.end.min(snapshot.len());
        let walk = walk::Walk::new(snapshot, range.start.min(end)..end, message);
        Self { walk, progress, next_tick: 0 }
    }

    fn next(&mut self) -> Result<Option<TreeRow>, FormatError> {
        if self.walk.offset() >= self.next_tick {
            self.next_tick = self.walk.offset() + (1 << 20);
            if (self.progress)(self.walk.offset()).is_break() {
                return Err(FormatError::Cancelled);
            }
        }
        Ok(self.walk.next()?)
    }
}
