//! From a row to the records that stand for it on the clipboard, and from those to the act that puts
//! them elsewhere.
//!
//! Each function looks only and changes nothing, like those of `plans`.

use super::plans::{self, Inside, Spot};
use super::selection::name_of;
use crate::document::ops::{self, Insertion, Lifted, Occupied, OpError};
use crate::document::value::{Encoded, edit_text, raw_edit_text};
use crate::document::{
    Act, Document, Edit, Entry, Meaning, Path as FieldPath, ReadMode, Row, Snapshot, Step,
};
use crate::format::{JsonOptions, JsonWriter, spaced_hex};
use crate::schema::{FieldDescriptor, Kind, MessageDescriptor, is_packable, kind_wire_type};
use crate::wire::{Read, WireType, records};
use crate::worker::jobs::{Copied, Outcome};
use std::ops::{ControlFlow, Range};

/// Bytes that are held to be pasted.
const MAX_LIFTED: u64 = 64 << 20;
/// Records of more bytes have no text on the clipboard but what they are.
const MAX_TEXT: usize = 1 << 20;

fn refused(reason: impl Into<String>) -> Outcome {
    Outcome::Refused(reason.into())
}

fn failed(error: &OpError) -> Outcome {
    Outcome::Refused(error.to_string())
}

/// Takes the records of a row; with `cut` they are removed too.
pub(super) fn lift(document: &Document, spot: &Spot, cut: bool) -> Outcome {
    let lifted = match lifted(document, spot) {
        Ok(lifted) => lifted,
        Err(reason) => return refused(reason),
    };
    let (text, n_losses) = text_of(spot, &lifted);
    let (mut act, mut note) = (None, None);
    if n_losses > 0 {
        note = Some("As JSON elsewhere, it lacks what JSON cannot say".to_owned());
    }
    if cut {
        let mut outcome = plans::remove(document, spot, false);
        if let Outcome::Older { .. } = outcome {
            note = Some(format!("An older value of {} counts again", lifted.name));
            outcome = plans::remove(document, spot, true);
        }
        match outcome {
            Outcome::Act(removal) => act = Some(Act { label: format!("Cut {}", lifted.name), ..removal }),
            outcome => return outcome,
        }
    }
    Outcome::Copied(Box::new(Copied { lifted, text, act, note }))
}

fn lifted(document: &Document, spot: &Spot) -> Result<Lifted, String> {
    let range = spot.row.entry.range();
    if range.end - range.start > MAX_LIFTED {
        return Err("This is larger than 64 MiB, more than can be copied; write it to a file instead".into());
    }
    let bytes = |range: Range<u64>| {
        document.snapshot().bytes(range, ReadMode::Wait).map_err(|error| error.to_string())
    };
    let mut lifted = Lifted {
        bytes: Vec::new(),
        message: spot.message.as_ref().map(|message| message.full_name().to_owned()),
        content: None,
        is_element: false,
        name: name_of(&spot.path),
    };
    match &spot.row.entry {
        Entry::Run { counted: false, .. } => {
            return Err("The records of this field are still being counted".to_owned());
        }
        Entry::Run { range, .. } => lifted.bytes = bytes(range.clone())?,
        Entry::Record { at, .. } if at.record.missing > 0 || at.is_unclosed_group() => {
            return Err("This record is cut short; only its bytes can be copied".to_owned());
        }
        Entry::Record { at, meaning, .. } => {
            lifted.content = meaning.message().map(|message| message.full_name().to_owned());
            lifted.bytes = bytes(at.range())?;
        }
        Entry::Element { field, range, .. } => {
            let encoded =
                Encoded { wire_type: kind_wire_type(&field.kind()), payload: bytes(range.clone())? };
            lifted.bytes = ops::field_bytes(field, &encoded);
            lifted.is_element = true;
        }
        Entry::Rest { .. } => return Err("These bytes are no record; only they can be copied".to_owned()),
        Entry::Unread { error, .. } => return Err(error.to_string()),
        Entry::Absent { .. } => return Err("This field is not set; there is nothing to copy".to_owned()),
    }
    Ok(lifted)
}

/// What other programs get: JSON where there is one, else a value, else hex; and how much of the
/// records it lacks.
fn text_of(spot: &Spot, lifted: &Lifted) -> (String, u64) {
    if lifted.bytes.len() > MAX_TEXT {
        return (format!("{} B of {}, copied in Protoloupe", lifted.bytes.len(), lifted.name), 0);
    }
    let payload = payload_of(&lifted.bytes);
    let value = match &spot.row.entry {
        Entry::Element { field, .. } => payload.and_then(|payload| edit_text(&field.kind(), payload)),
        Entry::Record { meaning: Meaning::Field(field), .. } if !is_json(field) => {
            let text = payload.and_then(|payload| edit_text(&field.kind(), payload));
            text.or_else(|| payload.map(|payload| format!("hex:{}", spaced_hex(payload))))
        }
        Entry::Record { meaning: Meaning::Chosen { declared: Some(field), .. }, .. } => {
            payload.and_then(|payload| edit_text(&field.kind(), payload))
        }
        Entry::Record {
            meaning: Meaning::Unknown | Meaning::Clash(_) | Meaning::Chosen { .. }, at, ..
        } => match at.wire_type() {
            WireType::Len | WireType::Sgroup | WireType::Egroup => None,
            wire_type => payload.and_then(|payload| raw_edit_text(wire_type, payload)),
        },
        _ => {
            let json = json_of(spot, lifted);
            return json.unwrap_or_else(|| (spaced_hex(&lifted.bytes), 0));
        }
    };
    (value.unwrap_or_else(|| spaced_hex(&lifted.bytes)), 0)
}

/// Whether the value of a record of this field is written as JSON.
fn is_json(field: &FieldDescriptor) -> bool {
    field.is_map() || matches!(field.kind(), Kind::Message(_))
}

/// The payload of the first record.
pub(super) fn payload_of(bytes: &[u8]) -> Option<&[u8]> {
    let (_, Read::Record(record)) = records(bytes).next()? else { return None };
    let start = usize::from(record.payload_start);
    bytes.get(start..start + usize::try_from(record.payload_len).ok()?)
}

fn json_of(spot: &Spot, lifted: &Lifted) -> Option<(String, u64)> {
    let message = spot.message.as_ref()?;
    let number = spot.row.entry.field()?.number();
    let is_element = match &spot.row.entry {
        Entry::Record { meaning: Meaning::Field(field), .. } => field.is_list(),
        _ => false,
    };
    let snapshot = Snapshot::of_bytes(&lifted.bytes);
    let mut ranges = Vec::new();
    let mut walk = records(&lifted.bytes);
    while let Some((offset, Read::Record(_))) = walk.next() {
        ranges.push(offset as u64..walk.offset() as u64);
    }
    let options = JsonOptions { pretty: true, ..JsonOptions::default() };
    let (mut out, mut progress) = (Vec::new(), |_at| ControlFlow::Continue(()));
    let mut writer = JsonWriter::new(&snapshot, &options, &mut out, &mut progress);
    writer.value(&ranges, message, number, is_element, &FieldPath::default()).ok()?;
    let report = writer.finish().ok()?;
    Some((String::from_utf8(out).ok()?, report.n_losses()))
}

/// Where records are to be put.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    /// The selected row, if it is still there.
    pub spot: Option<Spot>,
    pub root: Inside,
}

/// Puts records behind the selected one of their field, else into the selected message, else into
/// the message around.
pub(super) fn put(document: &Document, into: &Destination, lifted: &Lifted, occupied: Occupied) -> Outcome {
    let label = format!("Paste {}", lifted.name);
    if let Some(spot) = &into.spot {
        if let Some(edit) = beside_element(spot, lifted) {
            return Outcome::Act(Act::new(label, vec![edit]));
        }
        if let Some(edit) = beside(spot, lifted) {
            return Outcome::Act(Act::new(label, vec![edit]));
        }
    }
    let inside = into.spot.as_ref().map_or_else(|| into.root.clone(), |spot| around_or_inside(spot, lifted));
    let made = ops::insert_lifted(document, &inside.part, inside.message.as_ref(), &lifted.bytes, occupied);
    match made {
        Ok(Some(Insertion::Edits { edits, note })) => match note {
            None => Outcome::Act(Act::new(label, edits)),
            Some(note) => Outcome::Noted { act: Act::new(label, edits), note },
        },
        Ok(Some(Insertion::Occupied { field })) => {
            let path = inside.path.with(Step::Field(field));
            Outcome::Occupied { path: path.to_string() }
        }
        Ok(None) => refused("These bytes are not whole records"),
        Err(error) => failed(&error),
    }
}

fn numbers_of(bytes: &[u8]) -> Option<u32> {
    let stretches = ops::whole_records(bytes)?;
    let (first, _) = *stretches.first()?;
    stretches.iter().all(|(number, _)| *number == first).then_some(first)
}

/// Whether the lifted records were of the same field as the row.
fn is_same_field(spot: &Spot, lifted: &Lifted) -> bool {
    is_of_field(lifted, spot.message.as_ref(), &spot.row)
}

/// Whether the lifted records were of the field of a row in such a message.
pub(super) fn is_of_field(lifted: &Lifted, message: Option<&MessageDescriptor>, row: &Row) -> bool {
    let message = message.map(|message| message.full_name());
    lifted.message.as_deref() == message && row.entry.number() == numbers_of(&lifted.bytes)
}

/// Behind the selected record or run of the same repeated field.
fn beside(spot: &Spot, lifted: &Lifted) -> Option<Edit> {
    let is_repeated = spot.row.entry.field().is_none_or(|field| field.is_list() || field.is_map());
    if !is_repeated || !is_same_field(spot, lifted) {
        return None;
    }
    let offset = match &spot.row.entry {
        Entry::Record { at, .. } if at.record.missing == 0 && !at.is_unclosed_group() => at.end(),
        Entry::Run { range, counted: true, .. } => range.end,
        _ => return None,
    };
    Some(Edit::Insert { chain: spot.chain.clone(), offset, bytes: lifted.bytes.clone() })
}

/// An element behind the selected element, or at the end of the selected packed record.
fn beside_element(spot: &Spot, lifted: &Lifted) -> Option<Edit> {
    let field = spot.row.entry.field().filter(|field| lifted.is_element && is_packable(*field))?;
    let (_, Read::Record(record)) = records(&lifted.bytes).next()? else { return None };
    if record.tag.wire_type != kind_wire_type(&field.kind()) {
        return None;
    }
    let bytes = payload_of(&lifted.bytes)?.to_vec();
    match &spot.row.entry {
        Entry::Element { range, .. } => {
            Some(Edit::Splice { chain: spot.chain.clone(), range: range.end..range.end, bytes })
        }
        Entry::Record { at, meaning: Meaning::Packed(_), .. } if at.record.missing == 0 => {
            let mut chain = spot.chain.clone();
            chain.push(at.offset);
            let end = at.payload().end;
            Some(Edit::Splice { chain, range: end..end, bytes })
        }
        _ => None,
    }
}

/// A record of the selected field itself goes beside it, others into the selected message.
fn around_or_inside(spot: &Spot, lifted: &Lifted) -> Inside {
    if is_same_field(spot, lifted) { spot.around() } else { spot.inside() }
}

/// Puts bytes that were spelled out as text where lifted records would go.
pub(super) fn of_bytes(bytes: Vec<u8>) -> Lifted {
    Lifted { bytes, message: None, content: None, is_element: false, name: "records".to_owned() }
}
