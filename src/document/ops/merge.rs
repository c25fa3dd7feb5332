//! A message that comes in several records, as one.

use super::{OpError, records_of, remove_records};
use crate::document::doc::{Act, Document};
use crate::document::edit::Edit;
use crate::document::level::Meaning;
use crate::document::reader::{Found, Reader, SMALL_WINDOW};
use crate::document::resolve::{Located, MessagePart, Parent};
use crate::document::source::{ReadMode, SourceError};
use crate::document::splices::{Anchor, Anchored};
use crate::schema::{FieldDescriptor, Kind, MessageDescriptor, field_of, is_singular};
use std::collections::BTreeMap;

/// Bytes of all parts together that are merged at once.
const MAX_BYTES: u64 = 64 << 20;

/// Messages inside of merged ones that are merged with them, and bytes that are written for that.
const MAX_INSIDE: usize = 1_000;
const MAX_INSIDE_BYTES: usize = 256 << 20;

/// The edits that put what all records of a message field hold into the first of them, which is what
/// parsers make of them; or why that cannot be done. Messages inside that are split by it are merged too.
pub fn merge_parts(
    document: &Document,
    parent: &Parent,
    field: &FieldDescriptor,
) -> Result<Result<Vec<Edit>, &'static str>, OpError> {
    let mut edits = match put_together(document, parent, field)? {
        Ok(edits) => edits,
        Err(reason) => return Ok(Err(reason)),
    };
    if let (Some(Edit::SetPayload { payload, .. }), Kind::Message(message)) =
        (edits.first_mut(), field.kind())
    {
        *payload = merged_inside(std::mem::take(payload), &message)?;
    }
    Ok(Ok(edits))
}

/// The same with the parts of one message that was just put together out of parts, at any depth within
/// the bounds; what cannot be merged stays in parts.
fn merged_inside(payload: Vec<u8>, message: &MessageDescriptor) -> Result<Vec<u8>, OpError> {
    let mut document = Document::of_bytes(&payload, Some(message.clone()));
    let mut open: Vec<(Vec<Anchor>, MessageDescriptor)> = vec![(Vec::new(), message.clone())];
    let (mut n_merged, mut n_bytes) = (0, 0);
    while let Some((around, message)) = open.pop() {
        let parent = parent_at(&document, &around, &message)?;
        for field in split_fields(&document, &parent)? {
            let parent = parent_at(&document, &around, &message)?;
            let Ok(edits) = put_together(&document, &parent, &field)? else { continue };
            let (Some(Edit::SetPayload { offset, payload, .. }), Kind::Message(inside)) =
                (edits.first(), field.kind())
            else {
                continue;
            };
            n_merged += 1;
            n_bytes += payload.len();
            if n_merged > MAX_INSIDE || n_bytes > MAX_INSIDE_BYTES {
                return Ok(document.snapshot().bytes(0..document.len(), ReadMode::Wait)?);
            }
            let first = document.splices().anchor(*offset);
            if document.apply(&Act::new("Merge", edits)).is_err() {
                continue;
            }
            open.push((around.iter().copied().chain([first]).collect(), inside));
        }
    }
    Ok(document.snapshot().bytes(0..document.len(), ReadMode::Wait)?)
}

/// The message inside these records, where they are by now.
fn parent_at(
    document: &Document,
    around: &[Anchor],
    message: &MessageDescriptor,
) -> Result<Parent, SourceError> {
    let chain: Vec<u64> = around
        .iter()
        .map(|anchor| match document.splices().resolve(*anchor) {
            Anchored::At(offset) | Anchored::Gone(offset) => offset,
        })
        .collect();
    let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW);
    let range = match chain.last() {
        None => 0..document.len(),
        Some(offset) => match reader.record(*offset, document.len())? {
            Found::Record(record) => record.payload(),
            Found::End | Found::Rest(_) => *offset..*offset,
        },
    };
    Ok(Parent { parts: vec![MessagePart { chain, range }], message: Some(message.clone()) })
}

/// The singular message fields that have several records in a message.
fn split_fields(document: &Document, parent: &Parent) -> Result<Vec<FieldDescriptor>, SourceError> {
    let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
    let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW * 4);
    for part in &parent.parts {
        let mut at = part.range.start;
        while let Found::Record(record) = reader.record(at, part.range.end)? {
            *counts.entry(record.number()).or_default() += 1;
            at = record.end();
        }
    }
    let message = parent.message.as_ref();
    let several = counts.into_iter().filter(|(_, n)| *n > 1);
    Ok(several
        .filter_map(|(number, _)| field_of(message?, number))
        .filter(|field| matches!(field.kind(), Kind::Message(_)) && is_singular(field))
        .collect())
}

fn put_together(
    document: &Document,
    parent: &Parent,
    field: &FieldDescriptor,
) -> Result<Result<Vec<Edit>, &'static str>, OpError> {
    let mut numbers: Vec<u32> = field
        .containing_oneof()
        .iter()
        .flat_map(|oneof| oneof.fields())
        .map(|member| member.number())
        .collect();
    numbers.push(field.number());
    let found = records_of(document, parent, &numbers)?;
    let is_part = |located: &Located| matches!(&located.meaning, Meaning::Field(found) if found == field);
    let parts: Vec<&Located> = found.iter().filter(|located| is_part(located)).collect();
    let [first, .., last] = parts.as_slice() else { return Ok(Err("The message is in one record already")) };
    let between = first.at.offset..last.at.offset;
    if found.iter().any(|located| !is_part(located) && between.contains(&located.at.offset)) {
        return Ok(Err(
            "Another member of its oneof stands between the parts, and takes the first ones away",
        ));
    }
    let payloads = parts.iter().map(|part| part.at.payload());
    if payloads.clone().map(|payload| payload.end - payload.start).sum::<u64>() > MAX_BYTES {
        return Ok(Err("The parts are too large to be merged at once"));
    }
    let mut payload = Vec::new();
    for part in &parts {
        if part.at.record.missing > 0 || !is_whole(document, part)? {
            return Ok(Err("A part is damaged, so that what follows it would be lost in it"));
        }
        payload.extend(document.snapshot().bytes(part.at.payload(), ReadMode::Wait)?);
    }
    let mut edits = vec![Edit::SetPayload { chain: first.chain.clone(), offset: first.at.offset, payload }];
    let others: Vec<Located> = parts.iter().skip(1).map(|part| (*part).clone()).collect();
    edits.extend(remove_records(&others));
    Ok(Ok(edits))
}

/// Whether a part is records to its end, so that more can follow.
fn is_whole(document: &Document, part: &Located) -> Result<bool, SourceError> {
    let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW * 4);
    if part.at.is_unclosed_group() {
        return Ok(false);
    }
    let payload = part.at.payload();
    let mut at = payload.start;
    loop {
        match reader.record(at, payload.end)? {
            Found::End => return Ok(true),
            Found::Record(record) if record.record.missing == 0 && !record.is_unclosed_group() => {
                at = record.end();
            }
            Found::Record(_) | Found::Rest(_) => return Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::problem::tests::{any_wire, bytes_of, message};
    use proptest::prelude::*;

    /// The message with the parts of a field merged, or why they are not.
    fn merged(bytes: &[u8], number: u32) -> Result<Vec<u8>, &'static str> {
        let message = message("t.M");
        let mut document = Document::of_bytes(bytes, Some(message.clone()));
        let part = MessagePart { chain: Vec::new(), range: 0..document.len() };
        let parent = Parent { parts: vec![part], message: Some(message.clone()) };
        let field = message.get_field(number).unwrap();
        let edits = merge_parts(&document, &parent, &field).unwrap()?;
        document.apply(&Act::new("Merge", edits)).unwrap();
        Ok(document.snapshot().bytes(0..document.len(), ReadMode::Wait).unwrap())
    }

    #[test]
    fn all_parts_go_into_the_first_and_what_stands_between_them_stays() {
        let cases = [
            ("1a 02 08 01 08 05 1a 02 48 01", "1a 04 08 01 48 01 08 05"),
            ("1a 83 00 08 81 00 1a 00 98 06 07 1a 02 08 02", "1a 85 00 08 81 00 08 02 98 06 07"),
            // Three levels, of which each is split by merging the one around it.
            ("1a 04 1a 02 08 01 1a 05 1a 03 12 01 61", "1a 07 1a 05 08 01 12 01 61"),
            (
                "1a 08 1a 06 1a 02 08 01 48 01 1a 08 1a 06 1a 04 12 02 61 62",
                "1a 0c 1a 0a 1a 06 08 01 12 02 61 62 48 01",
            ),
            // A message of a list is one of several, and not a part.
            ("1a 03 82 01 00 1a 03 82 01 00", "1a 06 82 01 00 82 01 00"),
        ];
        for (before, after) in cases {
            assert_eq!(merged(&bytes_of(before), 3), Ok(bytes_of(after)), "{before}");
        }
        for (before, reason) in [
            ("1a 02 08 01", "one record"),
            ("1a 01 08 1a 02 08 01", "damaged"),
            ("1a 02 08 01 1a 05 08 01", "damaged"),
        ] {
            assert!(merged(&bytes_of(before), 3).unwrap_err().contains(reason), "{before}");
        }
    }

    proptest! {
        #[test]
        fn parsers_read_the_same_after_parts_are_merged(parts in prop::collection::vec(any_wire(2), 0..7)) {
            let before = parts.concat();
            let decoded = |bytes: &[u8]| prost_reflect::DynamicMessage::decode(self::message("t.M"), bytes).ok();
            let Some(meant) = decoded(&before) else { return Ok(()) };
            let message = message("t.M");
            let fields = message.fields().filter(|field| field.kind().as_message().is_some());
            for field in fields.filter(|field| !field.is_list() && !field.is_map()) {
                if let Ok(after) = merged(&before, field.number()) {
                    let read = decoded(&after);
                    prop_assert_eq!(read.as_ref(), Some(&meant), "{}", field.name());
                    prop_assert_eq!(merged(&after, field.number()), Err("The message is in one record already"));
                }
            }
        }
    }
}
