//! The closed set of edits, each of which becomes a group of splices.

use super::moved::Moved;
use super::reader::{Found, Reader, RecordAt, SMALL_WINDOW};
use super::snapshot::Snapshot;
use super::source::{ReadMode, SourceError};
use crate::wire::{self, Read, Record, WireType, write_varint_padded};
use std::ops::Range;

/// The records that enclose a place, by the offsets of their tags, outermost first.
pub type Chain = Vec<u64>;

/// One change. All offsets are those before the group of edits that it is part of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Replaces the payload of the record at `offset`: the bytes behind its tag, of a LEN without
    /// the length, of a group between its tags. The tag keeps its spelling.
    SetPayload { chain: Chain, offset: u64, payload: Vec<u8> },
    /// Inserts whole records at `offset` inside the innermost record of `chain`.
    Insert { chain: Chain, offset: u64, bytes: Vec<u8> },
    /// Removes the bytes of whole records.
    Remove { chain: Chain, range: Range<u64> },
    /// Moves whole records to another place in the same message.
    Move { chain: Chain, range: Range<u64>, to: u64 },
    /// Replaces any bytes; the lengths of the records in `chain` follow, which may be none.
    Splice { chain: Chain, range: Range<u64>, bytes: Vec<u8> },
}

/// Why an edit was refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("No record starts at offset {offset}")]
    NoRecord { offset: u64 },
    #[error("Offsets {start}..{end} lie beyond the document's {len} bytes")]
    Beyond { start: u64, end: u64, len: u64 },
    #[error("A {wire_type} payload of {len} bytes cannot be read back, at offset {offset}")]
    Payload { wire_type: WireType, len: usize, offset: u64 },
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("The edit was stopped")]
    Stopped,
}

/// A splice about to be made: what goes where.
pub(super) struct Replacement {
    pub range: Range<u64>,
    pub bytes: Vec<u8>,
}

/// Turns one edit into replacements, each in the offsets after the ones before it.
///
/// `moved` is what those did that the same group has made so far.
pub(super) fn replacements(
    snapshot: &Snapshot,
    edit: &Edit,
    moved: &Moved,
) -> Result<Vec<Replacement>, EditError> {
    let now = |offset: u64| moved.start(offset);
    let chain_now = |chain: &Chain| chain.iter().map(|offset| now(*offset)).collect::<Chain>();
    let range_now = |range: &Range<u64>| {
        let start = now(range.start);
        start..moved.end(range.end).max(start)
    };
    match edit {
        Edit::SetPayload { chain, offset, payload } => {
            set_payload(snapshot, chain_now(chain), now(*offset), payload.clone())
        }
        Edit::Insert { chain, offset, bytes } => {
            let offset = now(*offset);
            with_lengths(snapshot, &chain_now(chain), offset..offset, bytes.clone())
        }
        Edit::Remove { chain, range } => {
            with_lengths(snapshot, &chain_now(chain), range_now(range), Vec::new())
        }
        Edit::Splice { chain, range, bytes } => {
            with_lengths(snapshot, &chain_now(chain), range_now(range), bytes.clone())
        }
        Edit::Move { range, to, .. } => {
            let (range, to) = (range_now(range), now(*to));
            checked(snapshot, range.start.min(to)..range.end.max(to))?;
            if range.contains(&to) || to == range.end {
                return Ok(Vec::new());
            }
            let bytes = snapshot.bytes(range.clone(), ReadMode::Wait)?;
            let len = range.end - range.start;
            let to = if to > range.start { to - len } else { to };
            Ok(vec![Replacement { range, bytes: Vec::new() }, Replacement { range: to..to, bytes }])
        }
    }
}

fn set_payload(
    snapshot: &Snapshot,
    mut chain: Chain,
    offset: u64,
    payload: Vec<u8>,
) -> Result<Vec<Replacement>, EditError> {
    let mut reader = Reader::new(snapshot, ReadMode::Wait, SMALL_WINDOW);
    let mut end = snapshot.len();
    for &enclosing in &chain {
        end = record_at(&mut reader, enclosing, end)?.payload().end;
    }
    let at = record_at(&mut reader, offset, end)?;
    let wire_type = at.wire_type();
    let len = payload.len();
    let fits = match wire_type {
        WireType::Varint => wire::read_varint(&payload).is_ok_and(|varint| usize::from(varint.width) == len),
        WireType::I64 => len == 8,
        WireType::I32 => len == 4,
        WireType::Len | WireType::Sgroup => true,
        WireType::Egroup => false,
    };
    if !fits {
        return Err(EditError::Payload { wire_type, len, offset });
    }
    if wire_type == WireType::Len {
        chain.push(offset);
    }
    with_lengths(snapshot, &chain, at.payload(), payload)
}

fn record_at(reader: &mut Reader<'_>, offset: u64, end: u64) -> Result<RecordAt, EditError> {
    match reader.record(offset, end)? {
        Found::Record(at) => Ok(at),
        _ => Err(EditError::NoRecord { offset }),
    }
}

/// One replacement, and the lengths around it from the inside out.
fn with_lengths(
    snapshot: &Snapshot,
    chain: &[u64],
    range: Range<u64>,
    bytes: Vec<u8>,
) -> Result<Vec<Replacement>, EditError> {
    checked(snapshot, range.clone())?;
    if is_same(snapshot, &range, &bytes)? {
        return Ok(Vec::new());
    }
    let mut growth = bytes.len() as i64 - (range.end - range.start) as i64;
    let mut made = vec![Replacement { range, bytes }];
    for &offset in chain.iter().rev() {
        if growth == 0 {
            break;
        }
        let mut reader = Reader::new(snapshot, ReadMode::Wait, wire::MAX_HEAD);
        let Read::Record(record) = reader.head(offset, snapshot.len())? else {
            return Err(EditError::NoRecord { offset });
        };
        if record.tag.wire_type == WireType::Len {
            let replacement = relength(offset, &record, growth);
            growth += replacement.bytes.len() as i64 - i64::from(record.length_width());
            made.push(replacement);
        }
    }
    Ok(made)
}

/// The length of the record at `offset` after what it encloses grew: a padded one in its old width
/// if it fits, any other in the fewest bytes.
fn relength(offset: u64, record: &Record, growth: i64) -> Replacement {
    let start = offset + u64::from(record.tag.width);
    let width = record.length_width();
    let kept = if record.scalar.is_overlong() { width } else { 1 };
    let mut bytes = Vec::new();
    write_varint_padded(&mut bytes, record.scalar.value.wrapping_add_signed(growth), kept);
    Replacement { range: start..start + u64::from(width), bytes }
}

fn checked(snapshot: &Snapshot, range: Range<u64>) -> Result<(), EditError> {
    if range.start > range.end || range.end > snapshot.len() {
        return Err(EditError::Beyond { start: range.start, end: range.end, len: snapshot.len() });
    }
    Ok(())
}

fn is_same(snapshot: &Snapshot, range: &Range<u64>, bytes: &[u8]) -> Result<bool, EditError> {
    if range.end - range.start != bytes.len() as u64 {
        return Ok(false);
    }
    Ok(bytes.is_empty() || snapshot.bytes(range.clone(), ReadMode::Wait)? == bytes)
}
