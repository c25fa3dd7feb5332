//! From a row and what a person wants of it to the act that does it.
//!
//! Each function looks only and changes nothing; the work that grows with the document is done off
//! the window's thread by whoever calls them.

use super::selection::name_of;
use super::state::OpenDocument;
use crate::document::ops::{self, NewValue, OpError};
use crate::document::value::{Encoded, ValueError, edit_text, parse_value};
use crate::document::{
    Act, Chain, Document, Edit, Entry, Facet, Found, Gesture, Located, Meaning, MessagePart, Parent,
    Path as FieldPath, ReadMode, Reader, RecordAt, Row, RowId, SMALL_WINDOW, SourceError, Step, Target,
    path_of,
};
use crate::format::{JsonOptions, write_json};
use crate::schema::{FieldDescriptor, Kind, MessageDescriptor, field_of, is_packable, is_singular};
use crate::wire::WireType;
use crate::worker::jobs::{Outcome, Place};
use std::io;
use std::ops::{ControlFlow, Range};

/// Bytes that can be duplicated in one act; more would have to be held in memory.
const MAX_DUPLICATED: u64 = 64 << 20;
/// Losses that are named before a replacement.
const MAX_LOSSES: usize = 5;

/// A row and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub row: Row,
    /// The records around it, outermost first.
    pub chain: Chain,
    pub path: FieldPath,
    /// The message that its record is part of.
    pub part: MessagePart,
    pub message: Option<MessageDescriptor>,
}

/// The message that new fields go into.
#[derive(Clone, Debug)]
pub(super) struct Inside {
    pub part: MessagePart,
    pub message: Option<MessageDescriptor>,
    pub path: FieldPath,
}

/// A value, owned for the way to another thread.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Bytes(Vec<u8>),
    /// As it is to stand on the wire.
    Payload(Vec<u8>),
}

impl Value {
    fn new_value(&self) -> NewValue<'_> {
        match self {
            Value::Text(text) => NewValue::Text(text),
            Value::Bytes(bytes) => NewValue::Bytes(bytes),
            Value::Payload(payload) => NewValue::Payload(payload),
        }
    }
}

impl Spot {
    /// `None` if the row is not visible.
    pub fn of(open: &OpenDocument, id: RowId) -> Option<Spot> {
        let row = open.row(id)?;
        let chain = open.tree.chain(row.branch);
        let around = open.tree.message_at(row.branch)?;
        let path = path_of(&open.tree, open.document.snapshot(), &row, ReadMode::Cached);
        // Elements of a packed record have it in their chain, but are part of the message around it.
        let n_around = chain.len() - usize::from(row.id.facet == Facet::Element);
        let part = MessagePart { chain: chain.get(..n_around)?.to_vec(), range: around.range };
        Some(Spot { row, chain, path, part, message: around.message })
    }

    /// The message that the row is, or is in.
    pub fn inside(&self) -> Inside {
        if let Entry::Record { at, meaning, .. } = &self.row.entry
            && let Some(inside) = crate::document::message_in(at, meaning)
            && (meaning.message().is_some() || at.wire_type() == WireType::Sgroup)
            && !meaning.field().is_some_and(FieldDescriptor::is_map)
        {
            let mut chain = self.chain.clone();
            chain.push(at.offset);
            let part = MessagePart { chain, range: inside.range };
            return Inside { part, message: inside.message, path: self.path.clone() };
        }
        self.around()
    }

    /// The message that the row is in.
    pub fn around(&self) -> Inside {
        let mut path = self.path.clone();
        while matches!(path.0.pop(), Some(Step::Index(_) | Step::Key(_) | Step::BoolKey(_))) {}
        Inside { part: self.part.clone(), message: self.message.clone(), path }
    }

    /// All parts of the message that the row's record is in; a split message has several.
    pub fn parent(&self, document: &Document) -> Parent {
        let own = Parent { parts: vec![self.part.clone()], message: self.message.clone() };
        let Ok(resolved) = document.resolve(&self.path) else { return own };
        let is_ours = resolved.parent.parts.iter().any(|part| part.chain == self.part.chain);
        if is_ours { resolved.parent } else { own }
    }
}

pub(super) fn finished(outcome: Result<Outcome, OpError>) -> Outcome {
    outcome.unwrap_or_else(|error| {
        let hint = match &error {
            OpError::Value { error, .. } => error.hint(),
            _ => None,
        };
        Outcome::Refused(match hint {
            Some(hint) => format!("{error}. {hint}"),
            None => error.to_string(),
        })
    })
}

pub(super) fn refused(reason: impl Into<String>) -> Result<Outcome, OpError> {
    Ok(Outcome::Refused(reason.into()))
}

/// Gives a row's record, element or map entry a value. With `anyway` nobody is asked what is lost.
pub(super) fn set_value(
    document: &Document,
    spot: &Spot,
    value: &Value,
    gesture: Option<Gesture>,
    anyway: bool,
) -> Outcome {
    finished(try_set_value(document, spot, value, gesture, anyway))
}

fn try_set_value(
    document: &Document,
    spot: &Spot,
    value: &Value,
    gesture: Option<Gesture>,
    anyway: bool,
) -> Result<Outcome, OpError> {
    let new = value.new_value();
    let path = &spot.path;
    let mut edits = Vec::new();
    match &spot.row.entry {
        Entry::Element { field, range, .. } => {
            let bytes = match value {
                Value::Text(text) => parsed(&field.kind(), text, path)?.payload,
                Value::Payload(payload) => payload.clone(),
                Value::Bytes(_) => return refused("An element is set as text, not as bytes"),
            };
            edits.push(Edit::Splice { chain: spot.chain.clone(), range: range.clone(), bytes });
        }
        Entry::Record { at, meaning, .. } => {
            let located = Located { chain: spot.chain.clone(), at: *at, meaning: meaning.clone() };
            if let (Value::Bytes(bytes), Some(kind)) = (value, meaning.field().map(|field| field.kind()))
                && let Some(reason) = unfit_bytes(&kind, bytes)
            {
                return refused(reason);
            }
            let edit = match meaning {
                Meaning::Field(field) if field.is_map() => {
                    let Kind::Message(entry) = field.kind() else { return refused("This map has no values") };
                    let Some(declared) = entry.get_field(2) else { return refused("This map has no values") };
                    if let (false, Kind::Message(message)) = (anyway, declared.kind())
                        && let Some(last) = last_of(document, at.payload(), declared.number())?
                        && let Some(losses) = losses(document, last.payload(), &message, value)
                    {
                        return Ok(Outcome::Loses { losses });
                    }
                    ops::set_entry(document, &located, &declared, new, path)?
                }
                _ => {
                    if let (false, Some(message)) = (anyway, meaning.message())
                        && let Some(losses) = losses(document, at.payload(), &message, value)
                    {
                        return Ok(Outcome::Loses { losses });
                    }
                    ops::set_record(document, &located, new, path)?
                }
            };
            edits.push(edit);
            if let Some(field) = meaning.field().filter(|field| is_in_oneof(field)) {
                let own = at.offset;
                let others = ops::clear_oneof(document, &spot.parent(document), field)?;
                edits.extend(others.into_iter().filter(|edit| !removes(edit, own)));
            }
        }
        Entry::Run { field, .. } => {
            let name = field.name();
            return refused(format!("\"{name}\" is repeated; choose one of its elements to set it"));
        }
        Entry::Rest { .. } => {
            return refused("These bytes are no record; they can be changed in the hex pane");
        }
        Entry::Unread { error, .. } => return refused(error.to_string()),
        Entry::Absent { .. } => return refused("This field is not there yet; add it first"),
    }
    let mut act = Act::new(format!("Set {}", name_of(path)), edits);
    act.gesture = gesture;
    Ok(Outcome::Act(act))
}

fn parsed(kind: &Kind, text: &str, path: &FieldPath) -> Result<Encoded, OpError> {
    parse_value(kind, text).map_err(|error: ValueError| OpError::Value { error, path: path.to_string() })
}

/// Why bytes cannot be a payload of this kind.
fn unfit_bytes(kind: &Kind, bytes: &[u8]) -> Option<String> {
    match kind {
        Kind::Bytes => None,
        Kind::String => {
            let bad = simdutf8::compat::from_utf8(bytes).err()?;
            Some(format!("This is no text for a string: byte {} is not UTF-8", bad.valid_up_to()))
        }
        _ => Some("Bytes from a file go into bytes and string fields only".to_owned()),
    }
}

fn is_in_oneof(field: &FieldDescriptor) -> bool {
    crate::document::oneof_of(field).is_some()
}

fn removes(edit: &Edit, offset: u64) -> bool {
    matches!(edit, Edit::Remove { range, .. } if range.contains(&offset))
}

/// What of a message's bytes a value typed as text would not bring back.
fn losses(
    document: &Document,
    range: Range<u64>,
    message: &MessageDescriptor,
    value: &Value,
) -> Option<Vec<String>> {
    let Value::Text(_) = value else { return None };
    let options = JsonOptions { max_losses: MAX_LOSSES, ..JsonOptions::default() };
    let mut progress = |_at| ControlFlow::Continue(());
    let written = write_json(document.snapshot(), range, message, &options, &mut io::sink(), &mut progress);
    let report = match written {
        Ok(report) => report,
        Err(error) => return Some(vec![error.to_string()]),
    };
    let mut losses: Vec<String> =
        report.losses.iter().map(|loss| format!("{}, at 0x{:x}", loss.text, loss.offset)).collect();
    let n_more = report.n_losses().saturating_sub(losses.len() as u64);
    if n_more > 0 {
        losses.push(format!("{n_more} more"));
    }
    (!losses.is_empty()).then_some(losses)
}

fn records(
    document: &Document,
    range: Range<u64>,
    mut visit: impl FnMut(RecordAt),
) -> Result<(), SourceError> {
    let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW * 4);
    let mut offset = range.start;
    while let Found::Record(at) = reader.record(offset, range.end)? {
        offset = at.end();
        visit(at);
    }
    Ok(())
}

fn last_of(document: &Document, range: Range<u64>, number: u32) -> Result<Option<RecordAt>, SourceError> {
    let mut last = None;
    records(document, range, |at| {
        if at.number() == number {
            last = Some(at);
        }
    })?;
    Ok(last)
}

/// Removes what a row stands for. Unless `anyway`, asks if an older value would come back.
pub(super) fn remove(document: &Document, spot: &Spot, anyway: bool) -> Outcome {
    finished(try_remove(document, spot, anyway))
}

fn try_remove(document: &Document, spot: &Spot, anyway: bool) -> Result<Outcome, OpError> {
    let chain = spot.chain.clone();
    let edit = match &spot.row.entry {
        Entry::Run { counted: false, .. } => {
            return refused("The records of this field are still being counted");
        }
        Entry::Run { range, .. } | Entry::Rest { range, .. } => Edit::Remove { chain, range: range.clone() },
        Entry::Element { range, .. } => {
            let around = *chain.last().unwrap_or(&0);
            let record = record_at(document, around, spot.part.range.end)?;
            match record.filter(|record| record.payload() == *range) {
                Some(record) => Edit::Remove { chain: spot.part.chain.clone(), range: record.range() },
                None => Edit::Splice { chain, range: range.clone(), bytes: Vec::new() },
            }
        }
        Entry::Record { at, meaning, .. } => {
            if !anyway {
                let n_older = n_older(document, spot, at, meaning)?;
                if n_older > 0 {
                    return Ok(Outcome::Older { n_older });
                }
            }
            Edit::Remove { chain, range: at.range() }
        }
        Entry::Unread { error, .. } => return refused(error.to_string()),
        Entry::Absent { .. } => return refused("There is nothing to remove"),
    };
    Ok(Outcome::Act(Act::new(format!("Remove {}", label(spot)), vec![edit])))
}

fn label(spot: &Spot) -> String {
    match &spot.row.entry {
        Entry::Rest { .. } => "damaged bytes".to_owned(),
        _ => name_of(&spot.path),
    }
}

pub(super) fn record_at(document: &Document, offset: u64, end: u64) -> Result<Option<RecordAt>, SourceError> {
    let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW);
    Ok(match reader.record(offset, end)? {
        Found::Record(at) => Some(at),
        Found::End | Found::Rest(_) => None,
    })
}

/// Values that count again once this record is gone; 0 if it does not count itself.
fn n_older(document: &Document, spot: &Spot, at: &RecordAt, meaning: &Meaning) -> Result<u64, OpError> {
    let found = occurrences(document, spot, meaning)?;
    let is_last = found.last().is_some_and(|last| last.at.offset == at.offset);
    Ok(if is_last { found.len() as u64 - 1 } else { 0 })
}

/// All records that say what this one says: of its singular field, or of its map key.
fn occurrences(document: &Document, spot: &Spot, meaning: &Meaning) -> Result<Vec<Located>, OpError> {
    let Some(field) = meaning.field() else { return Ok(Vec::new()) };
    if field.is_map() {
        let resolved = document.resolve(&spot.path)?;
        return Ok(match resolved.target {
            Target::Entries { entries, .. } => entries,
            _ => Vec::new(),
        });
    }
    if !is_singular(field) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for part in &spot.parent(document).parts {
        records(document, part.range.clone(), |at| {
            if at.number() == field.number() {
                let meaning = Meaning::of(spot.message.as_ref(), at.number(), at.wire_type());
                found.push(Located { chain: part.chain.clone(), at, meaning });
            }
        })?;
    }
    Ok(found)
}

/// Removes every record of the row's field, or every entry with its key.
pub(super) fn remove_all(document: &Document, spot: &Spot) -> Outcome {
    finished(try_remove_all(document, spot))
}

fn try_remove_all(document: &Document, spot: &Spot) -> Result<Outcome, OpError> {
    let entries = match &spot.row.entry {
        Entry::Record { meaning, .. } => occurrences(document, spot, meaning)?,
        _ => Vec::new(),
    };
    let found = match (entries.is_empty(), spot.row.entry.number()) {
        (true, Some(number)) => {
            let mut found = Vec::new();
            for part in &spot.parent(document).parts {
                records(document, part.range.clone(), |at| {
                    if at.number() == number {
                        let meaning = Meaning::Unknown;
                        found.push(Located { chain: part.chain.clone(), at, meaning });
                    }
                })?;
            }
            found
        }
        _ => entries,
    };
    if found.is_empty() {
        return refused("There is nothing to remove");
    }
    Ok(Outcome::Act(Act::new(format!("Remove {}", label(spot)), ops::remove_records(&found))))
}

/// A second one right behind what a row stands for.
pub(super) fn duplicate(document: &Document, spot: &Spot) -> Outcome {
    finished(try_duplicate(document, spot))
}

fn try_duplicate(document: &Document, spot: &Spot) -> Result<Outcome, OpError> {
    let range = spot.row.entry.range();
    if range.end - range.start > MAX_DUPLICATED {
        return refused("This is larger than 64 MiB, more than can be duplicated at once");
    }
    let mut act = match &spot.row.entry {
        Entry::Run { counted: false, .. } => {
            return refused("The records of this field are still being counted");
        }
        Entry::Record { at, .. } if at.record.missing > 0 || at.is_unclosed_group() => {
            return refused("This record is cut short; a copy behind it would become part of it");
        }
        Entry::Record { .. } | Entry::Run { .. } => ops::duplicate(document, &spot.chain, range)?,
        Entry::Element { .. } => {
            let bytes = document.snapshot().bytes(range.clone(), ReadMode::Wait)?;
            let edit = Edit::Splice { chain: spot.chain.clone(), range: range.end..range.end, bytes };
            Act::new("", vec![edit])
        }
        Entry::Rest { .. } | Entry::Unread { .. } | Entry::Absent { .. } => {
            return refused("These bytes are no record and cannot be duplicated");
        }
    };
    act.label = format!("Duplicate {}", name_of(&spot.path));
    Ok(Outcome::Act(act))
}

/// Adds a field with its default value to a message; if a singular field is there, finds it.
pub(super) fn add_field(document: &Document, inside: &Inside, number: u32) -> Outcome {
    finished(try_add_field(document, inside, number))
}

fn try_add_field(document: &Document, inside: &Inside, number: u32) -> Result<Outcome, OpError> {
    let Some(message) = &inside.message else {
        return refused("Without a type no field can be added; choose a message type first");
    };
    let Some(field) = field_of(message, number) else {
        return refused(format!("{} has no field {number}", message.full_name()));
    };
    if is_singular(&field)
        && let Some(at) = last_of(document, inside.part.range.clone(), number)?
    {
        let row = RowId { offset: at.offset, facet: Facet::Record };
        return Ok(Outcome::Found(Place { chain: inside.part.chain.clone(), row }));
    }
    let parent = Parent { parts: vec![inside.part.clone()], message: Some(message.clone()) };
    let bytes = ops::field_bytes(&field, &default_record(&field));
    let mut edits = vec![ops::insert_record(document, &parent, number, bytes)?];
    edits.extend(ops::clear_oneof(document, &parent, &field)?);
    let path = inside.path.with(Step::of_field(&field));
    Ok(Outcome::Act(Act::new(format!("Add {path}"), edits)))
}

/// What the first record of a field holds: one element or entry of a repeated one.
fn default_record(field: &FieldDescriptor) -> Encoded {
    let default = ops::default_of(field);
    match field.is_list() && field.is_packed() {
        true => Encoded { wire_type: WireType::Len, payload: default.payload },
        false => default,
    }
}

/// One more element behind what a row stands for; a map entry needs a key.
pub(super) fn add_element(document: &Document, spot: &Spot, key: Option<&str>) -> Outcome {
    finished(try_add_element(document, spot, key))
}

fn try_add_element(document: &Document, spot: &Spot, key: Option<&str>) -> Result<Outcome, OpError> {
    let Some(field) = spot.row.entry.field().filter(|field| field.is_list() || field.is_map()) else {
        return refused("This field is not repeated, so nothing can be added to it");
    };
    let chain = spot.chain.clone();
    let insert = |offset, bytes| Edit::Insert { chain: chain.clone(), offset, bytes };
    let bytes = match key {
        _ if !field.is_map() => ops::field_bytes(field, &ops::default_of(field)),
        Some(key) => match new_entry(document, spot, field, key)? {
            Ok(bytes) => bytes,
            Err(reason) => return refused(reason),
        },
        None => return refused("A new map entry needs a key"),
    };
    let edit = match &spot.row.entry {
        Entry::Run { counted: false, .. } => {
            return refused("The records of this field are still being counted");
        }
        Entry::Run { .. } if is_packable(field) => {
            let text = crate::document::value::default_text(&field.kind(), None);
            let act = ops::add(document, &spot.path, None, NewValue::Text(&text))?;
            return Ok(Outcome::Act(act));
        }
        Entry::Run { range, .. } => insert(range.end, bytes),
        Entry::Record { at, .. } if at.record.missing > 0 || at.is_unclosed_group() => {
            return refused("This record is cut short; an element behind it would become part of it");
        }
        Entry::Record { at, meaning: Meaning::Packed(_), .. } => {
            let mut chain = chain;
            chain.push(at.offset);
            let end = at.payload().end;
            Edit::Splice { chain, range: end..end, bytes: ops::default_of(field).payload }
        }
        Entry::Record { at, .. } => insert(at.end(), bytes),
        Entry::Element { range, .. } => {
            Edit::Splice { chain, range: range.end..range.end, bytes: ops::default_of(field).payload }
        }
        Entry::Absent { .. } => {
            let parent = Parent { parts: vec![spot.part.clone()], message: spot.message.clone() };
            let bytes = if field.is_map() { bytes } else { ops::field_bytes(field, &default_record(field)) };
            ops::insert_record(document, &parent, field.number(), bytes)?
        }
        Entry::Rest { .. } | Entry::Unread { .. } => {
            return refused("Nothing can be added to bytes that are no record");
        }
    };
    let path = without_brackets(&spot.path);
    Ok(Outcome::Act(Act::new(format!("Add {path}"), vec![edit])))
}

/// The record of a map entry with this key and the default value; or why there is none.
fn new_entry(
    document: &Document,
    spot: &Spot,
    field: &FieldDescriptor,
    key: &str,
) -> Result<Result<Vec<u8>, String>, OpError> {
    let Kind::Message(entry) = field.kind() else { return Ok(Err("This map has no entries".to_owned())) };
    let (Some(key_field), Some(value)) = (entry.get_field(1), entry.get_field(2)) else {
        return Ok(Err("This map has no keys".to_owned()));
    };
    let encoded = parsed(&key_field.kind(), key, &spot.path)?;
    if has_key(document, spot, &key_field, key) {
        return Ok(Err(format!("The map has an entry {key:?} already; set its value instead")));
    }
    let mut payload = ops::field_bytes(&key_field, &encoded);
    payload.extend(ops::field_bytes(&value, &ops::default_of(&value)));
    Ok(Ok(ops::field_bytes(field, &Encoded { wire_type: WireType::Len, payload })))
}

/// Whether the map that the row is, or is an entry of, has an entry with this key.
pub(super) fn has_key(document: &Document, spot: &Spot, key_field: &FieldDescriptor, key: &str) -> bool {
    let step = match key_field.kind() {
        Kind::String => Some(Step::Key(key.to_owned())),
        Kind::Bool => Some(Step::BoolKey(key.trim() == "true")),
        // However it is spelled: 0x10 is 16.
        kind => parse_value(&kind, key)
            .ok()
            .and_then(|encoded| edit_text(&kind, &encoded.payload)?.parse().ok())
            .map(Step::Index),
    };
    let path = without_brackets(&spot.path);
    step.and_then(|step| document.resolve(&path.with(step)).ok())
        .is_some_and(|resolved| matches!(resolved.target, Target::Entries { .. }))
}

/// The path of the field as a whole.
pub(super) fn without_brackets(path: &FieldPath) -> FieldPath {
    let mut path = path.clone();
    while path.0.last().is_some_and(Step::is_bracket) {
        path.0.pop();
    }
    path
}
