//! Which member of a oneof is set.

use super::{OpError, field_bytes, insert_record, remove_records};
use crate::document::Document;
use crate::document::edit::Edit;
use crate::document::level::Meaning;
use crate::document::reader::{Found, Reader, SMALL_WINDOW};
use crate::document::resolve::{Located, Parent};
use crate::document::source::ReadMode;
use crate::document::value::{Encoded, default_payload};
use crate::schema::{FieldDescriptor, OneofDescriptor};

/// The edits that leave `member` as the one set member of its oneof, with its default value unless
/// it is there; without a member they clear the oneof.
pub fn choose_member(
    document: &Document,
    parent: &Parent,
    oneof: &OneofDescriptor,
    member: Option<&FieldDescriptor>,
) -> Result<Vec<Edit>, OpError> {
    let chosen = member.map(FieldDescriptor::number);
    let numbers: Vec<u32> = oneof.fields().map(|field| field.number()).collect();
    let found = records_of(document, parent, &numbers)?;
    let mut edits = Vec::new();
    if let Some(field) = member
        && !found.iter().any(|located| located.at.number() == field.number())
    {
        let bytes = field_bytes(field, &default_of(field));
        edits.push(insert_record(document, parent, field.number(), bytes)?);
    }
    let others: Vec<Located> =
        found.into_iter().filter(|located| Some(located.at.number()) != chosen).collect();
    edits.extend(remove_records(&others));
    Ok(edits)
}

/// All records with one of these numbers, over all parts of a message, in wire order.
pub fn records_of(document: &Document, parent: &Parent, numbers: &[u32]) -> Result<Vec<Located>, OpError> {
    let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW * 4);
    let mut found = Vec::new();
    for part in &parent.parts {
        let mut offset = part.range.start;
        while let Found::Record(at) = reader.record(offset, part.range.end)? {
            offset = at.end();
            if numbers.contains(&at.number()) {
                let meaning = Meaning::of(parent.message.as_ref(), at.number(), at.wire_type());
                found.push(Located { chain: part.chain.clone(), at, meaning });
            }
        }
    }
    Ok(found)
}

/// What a new record of a field holds.
pub fn default_of(field: &FieldDescriptor) -> Encoded {
    default_payload(&field.kind(), Some(&field.default_value()))
}
