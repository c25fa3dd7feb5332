//! Whole records taken out of one place, to be put into another.
//!
//! **Law.** The bytes that are put in are those that were taken out.

use super::{OpError, clear_oneof, insert_record, remove_records};
use crate::document::Document;
use crate::document::edit::Edit;
use crate::document::level::Meaning;
use crate::document::reader::{Found, Reader, SMALL_WINDOW};
use crate::document::resolve::{Located, MessagePart, Parent};
use crate::document::source::ReadMode;
use crate::schema::{MessageDescriptor, is_singular};
use crate::wire::{Read, records};

/// Records in the order in which they stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifted {
    /// One whole record after the other.
    pub bytes: Vec<u8>,
    /// Full name of the message that they were in, if it is known.
    pub message: Option<String>,
    /// Of a single record: full name of the message that its payload is.
    pub content: Option<String>,
    /// They stand for one element of a packed record, whose bytes are the record's payload.
    pub is_element: bool,
    /// For a person, such as `messages[0].topic`.
    pub name: String,
}

/// What is to become of a singular field that is set already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occupied {
    /// Nobody decided yet.
    Ask,
    Replace,
    /// The new record stands behind the old one, and counts.
    Add,
}

/// What putting records in comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Insertion {
    Edits {
        edits: Vec<Edit>,
        /// What a person should know of it.
        note: Option<String>,
    },
    /// This singular field is set already.
    Occupied { field: String },
}

/// The records that `bytes` are, if they are nothing else: number and bytes of each stretch of
/// adjacent ones with the same number.
pub fn whole_records(bytes: &[u8]) -> Option<Vec<(u32, &[u8])>> {
    let mut stretches: Vec<(u32, std::ops::Range<usize>)> = Vec::new();
    let mut walk = records(bytes);
    while let Some((offset, read)) = walk.next() {
        let Read::Record(record) = read else { return None };
        let is_group = record.tag.wire_type == crate::wire::WireType::Sgroup;
        let end = walk.offset();
        let is_closed = !is_group || offset + record.head_and_payload_len() as usize != end;
        if record.missing > 0 || !is_closed {
            return None;
        }
        match stretches.last_mut() {
            Some((number, range)) if *number == record.tag.number => range.end = end,
            _ => stretches.push((record.tag.number, offset..end)),
        }
    }
    let stretches: Vec<_> = stretches.into_iter().map(|(number, range)| (number, &bytes[range])).collect();
    (!stretches.is_empty()).then_some(stretches)
}

/// The edits that put records into a message, each where a new record of its number goes.
pub fn insert_lifted(
    document: &Document,
    part: &MessagePart,
    message: Option<&MessageDescriptor>,
    bytes: &[u8],
    occupied: Occupied,
) -> Result<Option<Insertion>, OpError> {
    let Some(stretches) = whole_records(bytes) else { return Ok(None) };
    let parent = Parent { parts: vec![part.clone()], message: message.cloned() };
    let (mut edits, mut removals, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    let mut replaced = Vec::new();
    for (number, bytes) in stretches {
        let field = message.and_then(|message| message.get_field(number));
        let mut there = match field.as_ref().is_some_and(is_singular) && !replaced.contains(&number) {
            true => located(document, part, number)?,
            false => Vec::new(),
        };
        match (there.pop(), &field, occupied) {
            (Some(_), Some(field), Occupied::Ask) => {
                return Ok(Some(Insertion::Occupied { field: field.name().to_owned() }));
            }
            (Some(last), _, Occupied::Replace) => {
                let chain = part.chain.clone();
                edits.push(Edit::Splice { chain, range: last.at.range(), bytes: bytes.to_vec() });
                removals.extend(remove_records(&there));
                replaced.push(number);
            }
            _ => edits.push(insert_record(document, &parent, number, bytes.to_vec())?),
        }
        if let Some(field) = &field {
            removals.extend(clear_oneof(document, &parent, field)?);
        }
        notes.extend(note(message, number, bytes));
    }
    edits.extend(removals);
    Ok(Some(Insertion::Edits { edits, note: notes.into_iter().next() }))
}

/// What the message says of the first of these records, if that is not what they say themselves.
fn note(message: Option<&MessageDescriptor>, number: u32, bytes: &[u8]) -> Option<String> {
    let message = message?;
    let (_, Read::Record(record)) = records(bytes).next()? else { return None };
    let name = message.name();
    match Meaning::of(Some(message), number, record.tag.wire_type) {
        Meaning::Unknown => {
            Some(format!("{name} declares no field {number}, so it is an unknown field there"))
        }
        Meaning::Clash(field) => Some(format!(
            "Field {number} of {name} is {}, which is not written as {}",
            field.name(),
            record.tag.wire_type
        )),
        Meaning::Field(_) | Meaning::Packed(_) | Meaning::Chosen { .. } => None,
    }
}

/// All records of a part with this number, in wire order.
fn located(document: &Document, part: &MessagePart, number: u32) -> Result<Vec<Located>, OpError> {
    let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW * 4);
    let (mut offset, mut found) = (part.range.start, Vec::new());
    while let Found::Record(at) = reader.record(offset, part.range.end)? {
        offset = at.end();
        if at.number() == number {
            found.push(Located { chain: part.chain.clone(), at, meaning: Meaning::Unknown });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Act;
    use proptest::prelude::*;

    #[test]
    fn only_whole_records_are_records() {
        let numbers = |bytes: &[u8]| {
            whole_records(bytes).map(|found| found.into_iter().map(|(number, _)| number).collect::<Vec<_>>())
        };
        assert_eq!(numbers(&[0x08, 1, 0x08, 2, 0x10, 3]), Some(vec![1, 2]));
        assert_eq!(numbers(&[0x0b, 0x08, 1, 0x0c]), Some(vec![1]));
        for bytes in [&[][..], &[0x08], &[0x0a, 5, 1], &[0x0b, 0x08, 1], &[0x08, 1, 0x00], &[0x0c]] {
            assert_eq!(numbers(bytes), None, "{bytes:02x?}");
        }
    }

    fn bytes_of(document: &Document) -> Vec<u8> {
        document.snapshot().bytes(0..document.len(), ReadMode::Wait).unwrap()
    }

    proptest! {
        /// Numbers 1 to 4, in any order: each goes behind the last of its number or a lower one.
        #[test]
        fn what_is_put_in_stands_there_byte_for_byte(
            there in prop::collection::vec((1_u32..5, 0_u8..100), 0..8),
            put in prop::collection::vec((1_u32..5, 0_u8..100), 1..5),
        ) {
            let spell = |records: &[(u32, u8)]| -> Vec<u8> {
                records.iter().flat_map(|(number, value)| [(*number as u8) << 3, *value]).collect()
            };
            let (before, lifted) = (spell(&there), spell(&put));
            let mut document = Document::of_bytes(&before, None);
            let part = MessagePart { chain: Vec::new(), range: 0..document.len() };
            let made = insert_lifted(&document, &part, None, &lifted, Occupied::Ask).unwrap();
            let Some(Insertion::Edits { edits, note: None }) = made else { panic!("{made:?}") };
            document.apply(&Act::new("Paste", edits)).unwrap();
            let after = bytes_of(&document);
            for number in 1_u8..5 {
                let of = |bytes: &[u8]| -> Vec<u8> {
                    let pairs = bytes.chunks_exact(2).filter(|pair| pair[0] == number << 3);
                    pairs.map(|pair| pair[1]).collect()
                };
                prop_assert_eq!(of(&after), [of(&before), of(&lifted)].concat());
            }
            document.undo();
            prop_assert_eq!(bytes_of(&document), before);
        }
    }
}
