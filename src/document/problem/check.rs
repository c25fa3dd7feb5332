//! The walk over all records of a message.

use super::levels::Opening;
use super::state::{Halt, Place, Sink, State};
use super::table::NONE;
use super::wording;
use super::{CheckReport, Problem};
use crate::document::reader::{LARGE_WINDOW, Reader};
use crate::document::snapshot::Snapshot;
use crate::document::source::{ReadMode, SourceError};
use crate::wire::{self, Damage, MAX_HEAD, Read, Record, WireType};
use prost_reflect::MessageDescriptor;
use std::ops::{ControlFlow, Range};

/// Goes over the message in `range` and hands every problem to `sink`, by and large in the order of
/// their offsets.
///
/// `range` lies inside the snapshot. `progress` is told the offset reached, every few hundred KiB.
/// Either may ask to stop. Without a `message` type everything is unknown, and only what no parser
/// could read, and padding, is reported.
///
/// # Errors
/// Bytes that cannot be read; what was found before has been handed on.
pub fn check(
    snapshot: &Snapshot,
    range: Range<u64>,
    message: Option<&MessageDescriptor>,
    sink: &mut dyn FnMut(Problem) -> ControlFlow<()>,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<CheckReport, SourceError> {
    check_with_sites(snapshot, range, message, &mut |problem, _site| sink(problem), progress)
}

/// Like [`check`], with the place of each problem.
pub(super) fn check_with_sites(
    snapshot: &Snapshot,
    range: Range<u64>,
    message: Option<&MessageDescriptor>,
    sink: Sink<'_>,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<CheckReport, SourceError> {
    let mode = ReadMode::Wait;
    let mut state = State::new(snapshot, mode, sink);
    let type_idx = message.map_or(NONE, |message| state.tables.type_idx(message));
    state.tables.compile(type_idx);
    let Range { start, end } = range;
    let end = end.min(snapshot.len());
    let root = Opening {
        offset: start,
        start,
        end,
        type_idx,
        field_idx: NONE,
        number: 0,
        is_group: false,
        is_singular: false,
    };
    state.levels.open(root, &state.tables);
    let mut walk = Walk { reader: Reader::new(snapshot, mode, LARGE_WINDOW), state, at: start };
    let outcome = walk.run(progress);
    walk.state.report.end = walk.at;
    match outcome {
        Ok(()) => {}
        Err(Halt::Stopped) => walk.state.report.stopped = true,
        Err(Halt::Source(error)) => return Err(*error),
    }
    Ok(walk.state.report)
}

struct Walk<'a> {
    reader: Reader<'a>,
    state: State<'a>,
    at: u64,
}

impl Walk<'_> {
    fn run(&mut self, progress: &mut dyn FnMut(u64) -> ControlFlow<()>) -> Result<(), Halt> {
        let mut next_report = self.at;
        while self.close_ended()? {
            if self.at >= next_report {
                if progress(self.at).is_break() {
                    return Err(Halt::Stopped);
                }
                next_report = self.at + LARGE_WINDOW as u64;
            }
            self.window()?;
            if let Some(large) = self.state.large.take() {
                self.at = large.payload.end;
                self.state.large(&mut self.reader, large)?;
            }
        }
        Ok(())
    }

    /// Closes what ends here; `false` if that was the whole message.
    fn close_ended(&mut self) -> Result<bool, Halt> {
        close_ended(&mut self.state, self.at)
    }

    /// Goes over the records in the window, until one needs more than is there.
    fn window(&mut self) -> Result<(), Halt> {
        let base = self.at;
        let window = self.reader.at(base, MAX_HEAD)?;
        let to_the_end = base + window.len() as u64 >= self.state.snapshot.len();
        let state = &mut self.state;
        while let Some(bytes) = window.get((self.at - base) as usize..) {
            let at = self.at;
            let Some(top) = state.levels.frames.last() else { break };
            if bytes.len() < MAX_HEAD && !to_the_end {
                break;
            }
            self.at = match wire::read(bytes, top.end - at) {
                Read::End => at,
                Read::Rest(damage) => damaged(state, at, damage)?,
                Read::Record(record) if record.tag.wire_type == WireType::Egroup => {
                    end_group(state, at, &record)?
                }
                Read::Record(record) => state.record(at, &record, bytes)?,
            };
            if self.at == at || !close_ended(state, self.at)? {
                break;
            }
        }
        Ok(())
    }
}

/// Closes every message that ends at `at`; `false` if none is left open.
#[inline]
fn close_ended(state: &mut State<'_>, at: u64) -> Result<bool, Halt> {
    while let Some(top) = state.levels.frames.last() {
        if at < top.end {
            return Ok(true);
        }
        if top.is_group && !top.is_damaged {
            let (range, number) = (top.start..top.end, top.number);
            state.levels.mark_damaged();
            state.emit(range, Place::Message, wording::unclosed_group(number))?;
        }
        state.close()?;
    }
    Ok(false)
}

#[cold]
fn damaged(state: &mut State<'_>, at: u64, damage: Damage) -> Result<u64, Halt> {
    let end = state.levels.frames.last().map_or(at, |top| top.end);
    state.emit(at..end, Place::Message, wording::damage(damage, end - at))?;
    state.levels.mark_damaged();
    Ok(end)
}

fn end_group(state: &mut State<'_>, at: u64, record: &Record) -> Result<u64, Halt> {
    let number = record.tag.number;
    match state.levels.frames.last_mut() {
        Some(top) if top.is_group && top.number == number => {
            top.end = at;
            state.record = at;
            state.check_spelling(at, record, Place::Message)?;
            state.close()?;
            Ok(at + record.head_and_payload_len())
        }
        _ => damaged(state, at, Damage::StrayEnd { number }),
    }
}
