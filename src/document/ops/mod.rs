//! What a person means by an edit, as the edits that do it.
//!
//! Each function returns an [`Act`] for [`super::Document::apply`], or edits for one; none changes
//! anything itself.

mod map_key;
mod merge;
mod oneof;
mod place;

pub use map_key::rename_key;
pub use merge::merge_parts;
pub use oneof::{choose_member, default_of, records_of};
pub use place::{Around, Piece, neighbour, put_beside};

mod lifted;

pub use lifted::{Insertion, Lifted, Occupied, insert_lifted, whole_records};

use crate::document::edit::{Chain, Edit};
use crate::document::level::Meaning;
use crate::document::path::{Path, Step};
use crate::document::reader::{Found, Reader, SMALL_WINDOW};
use crate::document::resolve::{Located, MapKey, MessagePart, Parent, ResolveError, Resolved, Target};
use crate::document::source::{ReadMode, SourceError};
use crate::document::value::{Encoded, ValueError, edit_text, parse_raw, parse_value, raw_edit_text};
use crate::document::{Act, Document};
use crate::schema::{
    FieldDescriptor, Kind, MessageDescriptor, extension_of, field_of, is_packable, kind_wire_type,
};
use crate::wire::{WireType, write_tag, write_varint};
use std::ops::Range;

/// Why there is no such edit.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OpError {
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    #[error("{error}, for \"{path}\"")]
    Value { error: ValueError, path: String },
    #[error("The whole message cannot be set; name a field of it")]
    Root,
    #[error(
        "Field \"{field}\" is repeated: name an element, such as {field}[0], or add one, in path \"{path}\""
    )]
    Repeated { field: String, path: String },
    #[error("Field \"{field}\" is not repeated, so nothing can be added to it, in path \"{path}\"")]
    NotRepeated { field: String, path: String },
    #[error("There is nothing at \"{path}\"")]
    Absent { path: String },
    #[error("An unknown record needs a wire type, such as {path}:VARINT=5")]
    NeedsWireType { path: String },
    #[error("\"{wire_type}\" is no wire type that can be added; use VARINT, I64, LEN or I32")]
    WireType { wire_type: String },
    #[error(transparent)]
    Source(#[from] SourceError),
}

/// Longer payloads are not compared by value with what replaces them.
const MAX_COMPARED: u64 = 64 << 10;

/// A value to be written: text as a person typed it, or the bytes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewValue<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
    /// The payload as it is to stand on the wire, whatever its kind.
    Payload(&'a [u8]),
}

impl NewValue<'_> {
    fn encode(self, kind: &Kind, path: &Path) -> Result<Encoded, OpError> {
        match self {
            NewValue::Text(text) => {
                parse_value(kind, text).map_err(|error| OpError::Value { error, path: path.to_string() })
            }
            NewValue::Bytes(bytes) => Ok(Encoded { wire_type: WireType::Len, payload: bytes.to_vec() }),
            NewValue::Payload(payload) => {
                Ok(Encoded { wire_type: kind_wire_type(kind), payload: payload.to_vec() })
            }
        }
    }

    fn encode_raw(self, wire_type: WireType, path: &Path) -> Result<Vec<u8>, OpError> {
        match self {
            NewValue::Text(text) => parse_raw(wire_type, text)
                .map(|encoded| encoded.payload)
                .map_err(|error| OpError::Value { error, path: path.to_string() }),
            NewValue::Bytes(bytes) | NewValue::Payload(bytes) => Ok(bytes.to_vec()),
        }
    }
}

/// Gives the field at `path` a value: its effective occurrence, or a new record if it is absent.
pub fn set(document: &Document, path: &Path, value: NewValue<'_>) -> Result<Act, OpError> {
    let resolved = document.resolve(path)?;
    let edits = match &resolved.target {
        Target::Root => return Err(OpError::Root),
        Target::Records(found) => {
            let Some(located) = found.last() else { return Err(OpError::Absent { path: path.to_string() }) };
            let indexed = path.0.last().is_some_and(|step| matches!(step, Step::Index(_)));
            if let Some(field) = repeated(&resolved).filter(|_| !indexed && !by_number(path)) {
                return Err(OpError::Repeated { field: field.name().to_owned(), path: path.to_string() });
            }
            let mut edits = vec![set_record(document, located, value, path)?];
            edits.extend(clear_others(document, &resolved)?);
            edits
        }
        Target::Element { record, range, field } => {
            let kind = field.kind();
            let new = value.encode(&kind, path)?.payload;
            let same = |payload: &[u8]| edit_text(&kind, payload).and_then(|t| parse_value(&kind, &t).ok());
            let bytes = or_present(document, range.clone(), new, same)?;
            vec![Edit::Splice { chain: inside(record), range: range.clone(), bytes }]
        }
        Target::Entries { entries, value: field } => {
            let Some(entry) = entries.last() else { return Err(OpError::Absent { path: path.to_string() }) };
            vec![set_entry(document, entry, field, value, path)?]
        }
        Target::Absent { rest } => {
            let bytes = build(resolved.parent.message.as_ref(), rest, value, path)?;
            let mut edits = vec![insertion(document, &resolved.parent, resolved.number, bytes)?];
            edits.extend(clear_others(document, &resolved)?);
            edits
        }
    };
    Ok(Act::new(format!("Set {path}"), edits))
}

/// Adds one more element or map entry at `path`, or an unknown record if `wire_type` is given.
pub fn add(
    document: &Document,
    path: &Path,
    wire_type: Option<WireType>,
    value: NewValue<'_>,
) -> Result<Act, OpError> {
    let label = format!("Add {path}");
    let resolved = document.resolve(path)?;
    let absent_here = match &resolved.target {
        Target::Absent { rest } => rest.len() == 1,
        _ => true,
    };
    let field = resolved.field.as_ref().filter(|_| !by_number(path) || wire_type.is_none());
    let Some(field) = field else {
        let Some(wire_type) = wire_type else {
            return Err(OpError::NeedsWireType { path: path.to_string() });
        };
        if matches!(wire_type, WireType::Sgroup | WireType::Egroup) {
            return Err(OpError::WireType { wire_type: wire_type.to_string() });
        }
        let payload = value.encode_raw(wire_type, path)?;
        let bytes = if absent_here {
            record_bytes(resolved.number, wire_type, &payload)
        } else {
            return Err(OpError::Absent { path: path.to_string() });
        };
        return Ok(Act::new(label, vec![insertion(document, &resolved.parent, resolved.number, bytes)?]));
    };
    let is_key = path
        .0
        .last()
        .is_some_and(|step| !matches!(step, Step::Field(_) | Step::Number(_) | Step::Extension(_)));
    if !absent_here || (field.is_map() && is_key) {
        let Target::Absent { rest } = &resolved.target else {
            let bytes = build(resolved.parent.message.as_ref(), &path.0[path.0.len() - 2..], value, path)?;
            return Ok(Act::new(label, vec![insertion(document, &resolved.parent, resolved.number, bytes)?]));
        };
        let bytes = build_appended(resolved.parent.message.as_ref(), rest, value, path)?;
        return Ok(Act::new(label, vec![insertion(document, &resolved.parent, resolved.number, bytes)?]));
    }
    if field.is_map() {
        let field = field.name().to_owned();
        return Err(ResolveError::NeedsKey { field, path: path.to_string() }.into());
    }
    if !field.is_list() {
        return Err(OpError::NotRepeated { field: field.name().to_owned(), path: path.to_string() });
    }
    let encoded = value.encode(&field.kind(), path)?;
    Ok(Act::new(label, vec![append(document, &resolved, field, encoded)?]))
}

/// Removes every occurrence of a singular field or map key; with an index, that element.
pub fn remove(document: &Document, path: &Path) -> Result<Act, OpError> {
    let resolved = document.resolve(path)?;
    let edits = match &resolved.target {
        Target::Root => return Err(OpError::Root),
        Target::Absent { .. } => return Err(OpError::Absent { path: path.to_string() }),
        Target::Records(found) => remove_records(found),
        Target::Entries { entries, .. } => remove_records(entries),
        Target::Element { record, range, .. } => {
            if record.at.payload() == *range {
                remove_records(std::slice::from_ref(record))
            } else {
                vec![Edit::Splice { chain: inside(record), range: range.clone(), bytes: Vec::new() }]
            }
        }
    };
    Ok(Act::new(format!("Remove {path}"), edits))
}

/// Replaces the value of one record where it stands.
///
/// A record whose wire type is not its field's keeps that wire type, unless the value is one of
/// the declared kind: then the whole record is replaced.
pub fn set_record(
    document: &Document,
    located: &Located,
    value: NewValue<'_>,
    path: &Path,
) -> Result<Edit, OpError> {
    let at = &located.at;
    let set = |payload| Edit::SetPayload { chain: located.chain.clone(), offset: at.offset, payload };
    if let NewValue::Payload(payload) = value {
        return Ok(set(payload.to_vec()));
    }
    match &located.meaning {
        Meaning::Field(field) => {
            let kind = field.kind();
            let new = value.encode(&kind, path)?.payload;
            let same = |payload: &[u8]| edit_text(&kind, payload).and_then(|t| parse_value(&kind, &t).ok());
            Ok(set(or_present(document, at.payload(), new, same)?))
        }
        Meaning::Packed(field) => {
            Err(OpError::Repeated { field: field.name().to_owned(), path: path.to_string() })
        }
        Meaning::Unknown => {
            let wire_type = at.wire_type();
            let new = value.encode_raw(wire_type, path)?;
            let same = |payload: &[u8]| {
                raw_edit_text(wire_type, payload).and_then(|t| parse_raw(wire_type, &t).ok())
            };
            Ok(set(or_present(document, at.payload(), new, same)?))
        }
        Meaning::Chosen { reading, .. } => {
            let new = match value {
                NewValue::Text(text) => reading
                    .payload(text, &[])
                    .map_err(|error| OpError::Value { error, path: path.to_string() })?,
                NewValue::Bytes(bytes) | NewValue::Payload(bytes) => bytes.to_vec(),
            };
            let same = |payload: &[u8]| {
                let payload = reading.text(payload).and_then(|text| reading.payload(&text, &[]).ok())?;
                Some(Encoded { wire_type: at.wire_type(), payload })
            };
            Ok(set(or_present(document, at.payload(), new, same)?))
        }
        Meaning::Clash(field) => match value.encode(&field.kind(), path) {
            Ok(encoded) => {
                let bytes = field_bytes(field, &encoded);
                Ok(Edit::Splice { chain: located.chain.clone(), range: at.range(), bytes })
            }
            Err(error) => match value.encode_raw(at.wire_type(), path) {
                Ok(payload) => Ok(set(payload)),
                Err(_) => Err(error),
            },
        },
    }
}

/// The payload to write: the present one where it spells the new value already, in more bytes than
/// needed or in another order. `minimal` writes a payload's value as a new one would be written.
fn or_present(
    document: &Document,
    present: Range<u64>,
    new: Vec<u8>,
    minimal: impl Fn(&[u8]) -> Option<Encoded>,
) -> Result<Vec<u8>, OpError> {
    if present.end - present.start > MAX_COMPARED {
        return Ok(new);
    }
    let present = document.snapshot().bytes(present, ReadMode::Wait)?;
    let is_same = minimal(&present).is_some_and(|encoded| encoded.payload == new);
    Ok(if is_same { present } else { new })
}

/// Removes whole records, adjacent ones as one stretch.
pub fn remove_records(found: &[Located]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for located in found {
        let range = located.at.range();
        if let Some(Edit::Remove { chain, range: last }) = edits.last_mut()
            && *chain == located.chain
            && last.end == range.start
        {
            last.end = range.end;
            continue;
        }
        edits.push(Edit::Remove { chain: located.chain.clone(), range });
    }
    edits
}

/// A second copy of a stretch of records, right behind the first.
pub fn duplicate(document: &Document, chain: &[u64], range: Range<u64>) -> Result<Act, OpError> {
    let bytes = document.snapshot().bytes(range.clone(), ReadMode::Wait)?;
    Ok(Act::new("Duplicate", vec![Edit::Insert { chain: chain.to_vec(), offset: range.end, bytes }]))
}

/// A record of a declared field with this value, tags and length included.
pub fn field_bytes(field: &FieldDescriptor, encoded: &Encoded) -> Vec<u8> {
    let wire_type = if field.is_group() { WireType::Sgroup } else { encoded.wire_type };
    record_bytes(field.number(), wire_type, &encoded.payload)
}

fn record_bytes(number: u32, wire_type: WireType, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(payload.len() + 8);
    write_tag(&mut bytes, number, wire_type);
    if wire_type == WireType::Len {
        write_varint(&mut bytes, payload.len() as u64);
    }
    bytes.extend_from_slice(payload);
    if wire_type == WireType::Sgroup {
        write_tag(&mut bytes, number, WireType::Egroup);
    }
    bytes
}

fn by_number(path: &Path) -> bool {
    path.0
        .iter()
        .rev()
        .find(|step| !matches!(step, Step::Index(_)))
        .is_some_and(|s| matches!(s, Step::Number(_)))
}

fn repeated(resolved: &Resolved) -> Option<&FieldDescriptor> {
    resolved.field.as_ref().filter(|field| field.is_list() || field.is_map())
}

/// The chain of what is inside a record.
fn inside(located: &Located) -> Chain {
    let mut chain = located.chain.clone();
    chain.push(located.at.offset);
    chain
}

/// Replaces the value in one map entry, of which `field` declares the value.
pub fn set_entry(
    document: &Document,
    entry: &Located,
    field: &FieldDescriptor,
    value: NewValue<'_>,
    path: &Path,
) -> Result<Edit, OpError> {
    let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW);
    let payload = entry.at.payload();
    let (mut offset, mut last) = (payload.start, None);
    while let Found::Record(at) = reader.record(offset, payload.end)? {
        offset = at.end();
        if at.number() == 2 {
            last = Some(at);
        }
    }
    let chain = inside(entry);
    match last {
        Some(at) => {
            let message = if let Meaning::Field(map) = &entry.meaning { map.kind() } else { field.kind() };
            let message = if let Kind::Message(message) = message { Some(message) } else { None };
            let meaning = Meaning::of(message.as_ref(), 2, at.wire_type());
            set_record(document, &Located { chain, at, meaning }, value, path)
        }
        None => {
            let bytes = field_bytes(field, &value.encode(&field.kind(), path)?);
            Ok(Edit::Insert { chain, offset, bytes })
        }
    }
}

/// Removes the other members of a oneof whose member is being set.
fn clear_others(document: &Document, resolved: &Resolved) -> Result<Vec<Edit>, OpError> {
    let Some(field) = &resolved.field else { return Ok(Vec::new()) };
    clear_oneof(document, &resolved.parent, field)
}

/// The edits that remove every member of `field`'s oneof but itself.
pub fn clear_oneof(
    document: &Document,
    parent: &Parent,
    field: &FieldDescriptor,
) -> Result<Vec<Edit>, OpError> {
    let Some(oneof) = field.containing_oneof() else { return Ok(Vec::new()) };
    let others: Vec<u32> =
        oneof.fields().map(|one| one.number()).filter(|number| *number != field.number()).collect();
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW);
    let mut found = Vec::new();
    for part in &parent.parts {
        let mut offset = part.range.start;
        while let Found::Record(at) = reader.record(offset, part.range.end)? {
            offset = at.end();
            if others.contains(&at.number()) {
                found.push(Located { chain: part.chain.clone(), at, meaning: Meaning::Unknown });
            }
        }
    }
    Ok(remove_records(&found))
}

/// Where a new record of this number goes: after the last of its field, else after the last with a
/// lower number, else at the start; always before damage.
fn insertion(document: &Document, parent: &Parent, number: u32, bytes: Vec<u8>) -> Result<Edit, OpError> {
    let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW * 4);
    let mut own: Option<(&MessagePart, u64)> = None;
    let mut lower: Option<(&MessagePart, u64)> = None;
    for part in &parent.parts {
        let mut offset = part.range.start;
        while let Found::Record(at) = reader.record(offset, part.range.end)? {
            if at.is_unclosed_group() || at.record.missing > 0 {
                break;
            }
            offset = at.end();
            if at.number() == number {
                own = Some((part, offset));
            } else if at.number() < number {
                lower = Some((part, offset));
            }
        }
    }
    let start = parent.parts.last().map(|part| (part, part.range.start));
    let Some((part, offset)) = own.or(lower).or(start) else { return Err(OpError::Root) };
    Ok(Edit::Insert { chain: part.chain.clone(), offset, bytes })
}

/// The edit that puts a record where a new record of its number goes.
pub fn insert_record(
    document: &Document,
    parent: &Parent,
    number: u32,
    bytes: Vec<u8>,
) -> Result<Edit, OpError> {
    insertion(document, parent, number, bytes)
}

/// One more element: in the last packed record, or as a record of its own.
fn append(
    document: &Document,
    resolved: &Resolved,
    field: &FieldDescriptor,
    encoded: Encoded,
) -> Result<Edit, OpError> {
    let last = match &resolved.target {
        Target::Records(found) => found.last(),
        _ => None,
    };
    let packed_before = matches!(last.map(|located| &located.meaning), Some(Meaning::Packed(_)));
    if let Some(located) = last.filter(|located| packed_before && located.at.record.missing == 0) {
        let end = located.at.payload().end;
        return Ok(Edit::Splice { chain: inside(located), range: end..end, bytes: encoded.payload });
    }
    let bytes = if is_packable(field) && last.is_none() && field.is_packed() {
        record_bytes(field.number(), WireType::Len, &encoded.payload)
    } else {
        field_bytes(field, &encoded)
    };
    insertion(document, &resolved.parent, resolved.number, bytes)
}

/// The record of the first of `steps`, holding everything the others name.
fn build(
    message: Option<&MessageDescriptor>,
    steps: &[Step],
    value: NewValue<'_>,
    path: &Path,
) -> Result<Vec<u8>, OpError> {
    build_layers(message, steps, value, path, false)
}

fn build_appended(
    message: Option<&MessageDescriptor>,
    steps: &[Step],
    value: NewValue<'_>,
    path: &Path,
) -> Result<Vec<u8>, OpError> {
    build_layers(message, steps, value, path, true)
}

/// Field and key of each layer, from the outside in; then the bytes from the inside out.
fn build_layers(
    message: Option<&MessageDescriptor>,
    steps: &[Step],
    value: NewValue<'_>,
    path: &Path,
    append: bool,
) -> Result<Vec<u8>, OpError> {
    let mut layers: Vec<(FieldDescriptor, Option<MapKey>)> = Vec::new();
    let mut message = message.cloned();
    let mut at = 0;
    while at < steps.len() {
        let field = match (&steps[at], &message) {
            (Step::Field(name), Some(message)) => {
                message.get_field_by_name(name).or_else(|| message.get_field_by_json_name(name))
            }
            (Step::Number(number), Some(message)) => field_of(message, *number),
            (Step::Extension(name), Some(message)) => extension_of(message, name),
            _ => None,
        };
        let Some(field) = field else { return Err(OpError::NeedsWireType { path: path.to_string() }) };
        at += 1;
        let mut inner = field.kind();
        let mut key = None;
        if let (true, Kind::Message(entry)) = (field.is_map(), field.kind()) {
            let (Some(key_field), Some(value_field)) = (entry.get_field(1), entry.get_field(2)) else {
                return Err(OpError::Absent { path: path.to_string() });
            };
            let repeated = || OpError::Repeated { field: field.name().to_owned(), path: path.to_string() };
            let step = steps.get(at).ok_or_else(repeated)?;
            key = Some(MapKey::of_step(step, &key_field.kind()).ok_or_else(repeated)?);
            inner = value_field.kind();
            at += 1;
        } else if field.is_list() && !(append && at == steps.len()) {
            return Err(OpError::Repeated { field: field.name().to_owned(), path: path.to_string() });
        }
        message = if let Kind::Message(inner) = inner { Some(inner) } else { None };
        layers.push((field, key));
    }
    assemble(&layers, value, path)
}

fn assemble(
    layers: &[(FieldDescriptor, Option<MapKey>)],
    value: NewValue<'_>,
    path: &Path,
) -> Result<Vec<u8>, OpError> {
    let mut content: Option<Vec<u8>> = None;
    for (field, key) in layers.iter().rev() {
        let value_field = match (field.kind(), key) {
            (Kind::Message(entry), Some(_)) => entry.get_field(2).unwrap_or_else(|| field.clone()),
            _ => field.clone(),
        };
        let encoded = match content.take() {
            Some(payload) => Encoded { wire_type: WireType::Len, payload },
            None => value.encode(&value_field.kind(), path)?,
        };
        let mut bytes = if key.is_none() && field.is_list() && field.is_packed() {
            record_bytes(field.number(), WireType::Len, &encoded.payload)
        } else {
            field_bytes(&value_field, &encoded)
        };
        if let (Some(key), Kind::Message(entry)) = (key, field.kind()) {
            let mut payload = key_bytes(&entry, key, path)?;
            payload.append(&mut bytes);
            bytes = record_bytes(field.number(), WireType::Len, &payload);
        }
        content = Some(bytes);
    }
    content.ok_or(OpError::Root)
}

fn key_bytes(entry: &MessageDescriptor, key: &MapKey, path: &Path) -> Result<Vec<u8>, OpError> {
    let Some(field) = entry.get_field(1) else { return Err(OpError::Root) };
    let encoded = match key {
        MapKey::Text(text) => Encoded { wire_type: WireType::Len, payload: text.clone() },
        MapKey::Integer(number) => NewValue::Text(&number.to_string()).encode(&field.kind(), path)?,
        MapKey::Bool(key) => {
            NewValue::Text(if *key { "true" } else { "false" }).encode(&field.kind(), path)?
        }
    };
    Ok(field_bytes(&field, &encoded))
}

#[cfg(test)]
mod place_tests;
#[cfg(test)]
mod tests;
