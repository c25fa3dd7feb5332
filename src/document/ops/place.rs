//! Another place for a record, a run or an element of a packed record, in its own message.
//!
//! An element of a repeated field changes places with the next or previous element of that field,
//! wherever that stands; anything else with what stands beside it.

use super::{OpError, field_bytes};
use crate::document::Document;
use crate::document::edit::Edit;
use crate::document::level::{Meaning, forms_runs};
use crate::document::reader::{Found, Reader, RecordAt, SMALL_WINDOW};
use crate::document::resolve::MessagePart;
use crate::document::source::{ReadMode, SourceError};
use crate::document::value::Encoded;
use crate::schema::{FieldDescriptor, MessageDescriptor, is_packable, wire_type};
use crate::wire::{WireType, read_varint};
use std::ops::Range;

/// Bytes of a payload that are moved into or out of a packed record.
const MAX_ELEMENT: u64 = 16;

/// What is moved, and what it is moved past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Adjacent records.
    Run(Range<u64>),
    Record(RecordAt),
    /// One element of a packed record.
    Element {
        record: RecordAt,
        range: Range<u64>,
    },
}

impl Piece {
    fn range(&self) -> Range<u64> {
        match self {
            Piece::Run(range) | Piece::Element { range, .. } => range.clone(),
            Piece::Record(at) => at.range(),
        }
    }

    /// The whole records that it is or is in.
    fn records(&self) -> Range<u64> {
        match self {
            Piece::Element { record, .. } => record.range(),
            piece => piece.range(),
        }
    }

    fn is_cut_short(&self) -> bool {
        match self {
            Piece::Record(at) | Piece::Element { record: at, .. } => {
                at.record.missing > 0 || at.is_unclosed_group()
            }
            Piece::Run(_) => false,
        }
    }
}

/// Where something is moved about.
pub struct Around<'a> {
    pub document: &'a Document,
    pub part: &'a MessagePart,
    pub message: Option<&'a MessageDescriptor>,
}

/// The edits that put `piece` right in front of `beside`, or right behind it if `below`. None if it
/// stands there; `Err` says why it cannot.
pub fn put_beside(
    around: &Around<'_>,
    field: Option<&FieldDescriptor>,
    piece: &Piece,
    beside: &Piece,
    below: bool,
) -> Result<Result<Vec<Edit>, &'static str>, OpError> {
    if piece.is_cut_short() || (below && beside.is_cut_short()) {
        return Ok(Err("This record is cut short; what follows it would become part of it"));
    }
    let at = |range: Range<u64>| if below { range.end } else { range.start };
    let chain = around.part.chain.clone();
    let inside = |record: &RecordAt| {
        let mut chain = chain.clone();
        chain.push(record.offset);
        chain
    };
    let edits = match (piece, beside) {
        (Piece::Element { record, range }, _) => {
            let to = at(beside.range());
            if range.start <= to && to <= range.end {
                return Ok(Ok(Vec::new()));
            }
            let bytes = around.document.snapshot().bytes(range.clone(), ReadMode::Wait)?;
            let put = match (beside, field) {
                (Piece::Element { record, .. }, _) => {
                    Edit::Splice { chain: inside(record), range: to..to, bytes }
                }
                (_, Some(field)) => {
                    let encoded = Encoded { wire_type: wire_type(field), payload: bytes };
                    Edit::Insert { chain: chain.clone(), offset: to, bytes: field_bytes(field, &encoded) }
                }
                (_, None) => return Ok(Err("An element has no place outside its field")),
            };
            vec![put, taken_out(&chain, record, range)]
        }
        // One value on its own, into a packed record.
        (Piece::Record(at_), Piece::Element { record, range }) if is_single(field, at_) => {
            let payload = at_.payload();
            if payload.end - payload.start > MAX_ELEMENT {
                return Ok(Err("This record is no element that could be packed"));
            }
            let bytes = around.document.snapshot().bytes(payload, ReadMode::Wait)?;
            let to = at(range.clone());
            vec![
                Edit::Splice { chain: inside(record), range: to..to, bytes },
                Edit::Remove { chain: chain.clone(), range: at_.range() },
            ]
        }
        (piece, beside) => {
            let (range, to) = (piece.range(), at(beside.records()));
            if range.start <= to && to <= range.end {
                return Ok(Ok(Vec::new()));
            }
            vec![Edit::Move { chain: chain.clone(), range, to }]
        }
    };
    Ok(Ok(edits))
}

/// An element out of its packed record; the last one takes the record with it.
fn taken_out(chain: &[u64], record: &RecordAt, range: &Range<u64>) -> Edit {
    let mut chain = chain.to_vec();
    if record.payload() == *range {
        return Edit::Remove { chain, range: record.range() };
    }
    chain.push(record.offset);
    Edit::Splice { chain, range: range.clone(), bytes: Vec::new() }
}

fn is_single(field: Option<&FieldDescriptor>, at: &RecordAt) -> bool {
    field.is_some_and(|field| is_packable(field) && at.wire_type() == wire_type(field))
}

/// What `piece` changes places with when it goes one place down or up; `None` at the end.
pub fn neighbour(
    around: &Around<'_>,
    field: Option<&FieldDescriptor>,
    piece: &Piece,
    down: bool,
) -> Result<Option<Piece>, SourceError> {
    let mut reader = Reader::new(around.document.snapshot(), ReadMode::Wait, SMALL_WINDOW * 4);
    let element = field.filter(|field| forms_runs(field) && !matches!(piece, Piece::Run(_)));
    let Some(field) = element else { return beside(&mut reader, around, &piece.records(), down) };
    if let Piece::Element { record, range } = piece
        && let Some(range) = element_beside(&mut reader, field, record, range, down)?
    {
        return Ok(Some(Piece::Element { record: *record, range }));
    }
    let is_ours = |at: &RecordAt| at.number() == field.number();
    let found = if down {
        first(&mut reader, around, piece.records().end, is_ours)?
    } else {
        last_before(&mut reader, around, piece.records().start, is_ours)?
    };
    let is_packed = |at: &RecordAt| {
        matches!(Meaning::of(around.message, at.number(), at.wire_type()), Meaning::Packed(_))
    };
    let Some(at) = found else {
        // A packed record holds all its elements, so that it is as good as a run.
        return match piece {
            Piece::Record(at) if is_packed(at) => beside(&mut reader, around, &at.range(), down),
            _ => Ok(None),
        };
    };
    let goes_inside =
        matches!(piece, Piece::Element { .. }) || matches!(piece, Piece::Record(own) if !is_packed(own));
    if !is_packed(&at) || !goes_inside || at.record.payload_len == 0 {
        return Ok(Some(Piece::Record(at)));
    }
    let payload = at.payload();
    let edge = if down { payload.start..payload.start } else { payload.end..payload.end };
    let range = element_beside(&mut reader, field, &at, &edge, down)?;
    Ok(Some(range.map_or(Piece::Record(at), |range| Piece::Element { record: at, range })))
}

fn first(
    reader: &mut Reader<'_>,
    around: &Around<'_>,
    from: u64,
    is_wanted: impl Fn(&RecordAt) -> bool,
) -> Result<Option<RecordAt>, SourceError> {
    let mut offset = from;
    while let Found::Record(at) = reader.record(offset, around.part.range.end)? {
        if is_wanted(&at) {
            return Ok(Some(at));
        }
        offset = at.end();
    }
    Ok(None)
}

fn last_before(
    reader: &mut Reader<'_>,
    around: &Around<'_>,
    end: u64,
    is_wanted: impl Fn(&RecordAt) -> bool,
) -> Result<Option<RecordAt>, SourceError> {
    let (mut offset, mut last) = (around.part.range.start, None);
    while offset < end
        && let Found::Record(at) = reader.record(offset, around.part.range.end)?
    {
        if is_wanted(&at) {
            last = Some(at);
        }
        offset = at.end();
    }
    Ok(last)
}

/// The row that stands below or above whole records: a run, or one record.
fn beside(
    reader: &mut Reader<'_>,
    around: &Around<'_>,
    range: &Range<u64>,
    down: bool,
) -> Result<Option<Piece>, SourceError> {
    let any = |_: &RecordAt| true;
    let found = match down {
        true => first(reader, around, range.end, any)?,
        false => last_before(reader, around, range.start, any)?,
    };
    let Some(at) = found else { return Ok(None) };
    let declared = Meaning::of(around.message, at.number(), at.wire_type());
    if !declared.field().is_some_and(forms_runs) {
        return Ok(Some(Piece::Record(at)));
    }
    let (mut start, mut end) = (at.offset, at.end());
    if down {
        while let Found::Record(next) = reader.record(end, around.part.range.end)?
            && next.number() == at.number()
        {
            end = next.end();
        }
    } else {
        // The run's first record is the one behind the last that is not of it.
        let other = last_before(reader, around, range.start, |one| one.number() != at.number())?;
        start = other.map_or(around.part.range.start, |other| other.end());
    }
    Ok(Some(Piece::Run(start..end)))
}

/// The element below or above `range` in a packed record; an empty range stands between two.
fn element_beside(
    reader: &mut Reader<'_>,
    field: &FieldDescriptor,
    record: &RecordAt,
    range: &Range<u64>,
    down: bool,
) -> Result<Option<Range<u64>>, SourceError> {
    let payload = record.payload();
    let width = match wire_type(field) {
        WireType::I64 => Some(8),
        WireType::I32 => Some(4),
        _ => None,
    };
    let found = match (width, down) {
        (Some(width), true) => range.end..range.end + width,
        (Some(width), false) => match range.start.checked_sub(width) {
            Some(start) => start..range.start,
            None => return Ok(None),
        },
        (None, true) => {
            if range.end >= payload.end {
                return Ok(None);
            }
            let want = (payload.end - range.end).min(MAX_ELEMENT) as usize;
            match read_varint(&reader.at(range.end, want)?[..want]) {
                Ok(varint) => range.end..range.end + u64::from(varint.width),
                Err(_) => return Ok(None),
            }
        }
        (None, false) => {
            // A byte without its high bit ends a varint, so the one before starts behind another.
            let from = range.start.saturating_sub(MAX_ELEMENT).max(payload.start);
            let want = (range.start - from) as usize;
            let bytes = &reader.at(from, want)?[..want];
            let Some(body) = bytes.split_last().map(|(_, body)| body) else { return Ok(None) };
            let n_before = body.iter().rposition(|byte| byte & 0x80 == 0).map_or(0, |at| at + 1);
            from + n_before as u64..range.start
        }
    };
    Ok((payload.start <= found.start && found.end <= payload.end).then_some(found))
}
