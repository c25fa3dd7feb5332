//! What one byte belongs to: the innermost field that is declared or open, and which part of its
//! record.
//!
//! Goes on from the deepest visible row, so that it costs the same anywhere; what is closed is walked
//! a bounded number of records far.

use super::super::level::{Meaning, MessageAt};
use super::super::path::{Path, Step};
use super::super::reader::{Found, Reader, RecordAt, SMALL_WINDOW};
use super::super::resolve::{MapKey, read_key};
use super::super::snapshot::Snapshot;
use super::super::source::{ReadMode, SourceError};
use super::super::view::path_of;
use super::entry::Entry;
use super::tree::Tree;
use crate::schema::{FieldDescriptor, Kind, kind_label, kind_wire_type};
use crate::wire::WireType;
use std::collections::HashMap;
use std::ops::Range;

/// Records that are walked in closed rows.
const MOST_RECORDS: u64 = 4_096;
/// Bytes of a packed payload that are walked for an index.
const MOST_PACKED: u64 = 64 << 10;

/// Which part of a record a byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BytePart {
    Tag,
    Length,
    Value,
    /// The tag that closes a group.
    EndTag,
    /// No part of a record.
    Rest,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteAt {
    pub path: Path,
    pub part: BytePart,
    /// All bytes of that part.
    pub range: Range<u64>,
    /// Declared kind, or wire type.
    pub kind: String,
}

impl Tree {
    /// What the byte at `offset` belongs to; `None` beyond the end and where bytes are not at hand.
    pub fn byte_at(&self, snapshot: &Snapshot, offset: u64, mode: ReadMode) -> Option<ByteAt> {
        let row = self.deepest(snapshot, offset, mode)?;
        let path = path_of(self, snapshot, &row, mode);
        let mut reader = Reader::new(snapshot, mode, SMALL_WINDOW);
        let around = self.message_at(row.branch)?;
        let mut walk = Walk { reader: &mut reader, offset, path, around, n_left: MOST_RECORDS };
        match row.entry {
            Entry::Rest { range, .. } => Some(walk.found(BytePart::Rest, range, "damaged".to_owned())),
            Entry::Element { field, range, .. } => {
                Some(walk.found(BytePart::Value, range, kind_label(&field)))
            }
            Entry::Record { at, meaning, element_idx } => walk.record(at, meaning, element_idx).ok(),
            Entry::Run { field, range, .. } => {
                let (_, first) =
                    self.run_start(walk.reader, row.branch, range.start, field.number()).unwrap_or((0, 0));
                walk.run(&field, range, first).ok()
            }
            Entry::Unread { .. } | Entry::Absent { .. } => None,
        }
    }
}

struct Walk<'a, 'b> {
    reader: &'a mut Reader<'b>,
    offset: u64,
    path: Path,
    /// The message that the records being looked at are in.
    around: MessageAt,
    n_left: u64,
}

impl Walk<'_, '_> {
    fn found(&self, part: BytePart, range: Range<u64>, kind: String) -> ByteAt {
        ByteAt { path: self.path.clone(), part, range, kind }
    }

    /// Finds the record of a closed run.
    fn run(&mut self, field: &FieldDescriptor, range: Range<u64>, first: u64) -> Result<ByteAt, SourceError> {
        let (mut at, mut element_idx) = (range.start, Some(first));
        while let Some(record) = self.next(at, range.end)? {
            let meaning = self.around.meaning(self.reader, &record)?;
            if record.range().contains(&self.offset) {
                self.step_of(&record, &meaning, element_idx)?;
                return self.record(record, meaning, element_idx);
            }
            // Elements of packed records are not counted here.
            element_idx = element_idx.filter(|_| !matches!(meaning, Meaning::Packed(_))).map(|idx| idx + 1);
            at = record.end();
        }
        Ok(self.found(BytePart::Value, range, kind_label(field)))
    }

    fn next(&mut self, at: u64, end: u64) -> Result<Option<RecordAt>, SourceError> {
        if self.n_left == 0 {
            return Ok(None);
        }
        self.n_left -= 1;
        Ok(match self.reader.record(at, end)? {
            Found::Record(record) => Some(record),
            Found::End | Found::Rest(_) => None,
        })
    }

    /// Goes on from a record that holds the byte, into what it declares.
    fn record(
        &mut self,
        record: RecordAt,
        meaning: Meaning,
        element_idx: Option<u64>,
    ) -> Result<ByteAt, SourceError> {
        let (mut record, mut meaning, mut element_idx) = (record, meaning, element_idx);
        let mut is_in_entry = false;
        loop {
            let kind = match &meaning {
                Meaning::Field(field) | Meaning::Packed(field) => kind_label(field),
                Meaning::Chosen { reading, .. } => reading.label(),
                Meaning::Clash(_) | Meaning::Unknown => record.wire_type().to_string(),
            };
            let (length, payload) = (record.length_range(), record.payload());
            if self.offset < length.start {
                return Ok(self.found(BytePart::Tag, record.offset..length.start, kind));
            }
            if length.contains(&self.offset) {
                return Ok(self.found(BytePart::Length, length, kind));
            }
            if payload.end <= self.offset {
                return Ok(self.found(BytePart::EndTag, payload.end..record.end(), kind));
            }
            if let Meaning::Packed(field) = &meaning {
                let field = field.clone();
                return self.element(&field, payload, element_idx, kind);
            }
            let is_declared = meaning.message().is_some() || record.wire_type() == WireType::Sgroup;
            let inside = self.around.inside(&record, &meaning).filter(|_| is_declared);
            let Some(inside) = inside else { return Ok(self.found(BytePart::Value, payload, kind)) };
            self.around = inside;
            let Some((inner, inner_meaning, inner_idx)) = self.child(payload.clone())? else {
                return Ok(self.found(BytePart::Value, payload, kind));
            };
            // Key and value of a map entry are at the entry's own path.
            let is_entry = matches!(&meaning, Meaning::Field(field) if field.is_map());
            if !is_entry && !is_in_entry {
                self.step_of(&inner, &inner_meaning, inner_idx)?;
            }
            is_in_entry = false;
            (record, meaning, element_idx) = (inner, inner_meaning, inner_idx);
        }
    }

    /// The record of a message that holds the byte, and its place among those of its field.
    fn child(&mut self, range: Range<u64>) -> Result<Option<(RecordAt, Meaning, Option<u64>)>, SourceError> {
        let (mut at, mut n_before) = (range.start, HashMap::new());
        while let Some(record) = self.next(at, range.end)? {
            let n: &mut u64 = n_before.entry(record.number()).or_default();
            if record.range().contains(&self.offset) {
                let meaning = self.around.meaning(self.reader, &record)?;
                let is_list = meaning.field().is_some_and(FieldDescriptor::is_list);
                return Ok(Some((record, meaning, is_list.then_some(*n))));
            }
            *n += 1;
            at = record.end();
        }
        Ok(None)
    }

    /// Adds a record's steps to the path.
    fn step_of(
        &mut self,
        record: &RecordAt,
        meaning: &Meaning,
        element_idx: Option<u64>,
    ) -> Result<(), SourceError> {
        // A run has named its field already.
        let is_named = matches!(
            (self.path.0.last(), meaning.field()),
            (Some(Step::Field(name)), Some(field)) if name == field.name() && (field.is_list() || field.is_map())
        );
        match meaning {
            _ if is_named => {}
            Meaning::Unknown | Meaning::Chosen { declared: None, .. } => {
                self.path.0.push(Step::Number(record.number()));
            }
            Meaning::Field(field)
            | Meaning::Packed(field)
            | Meaning::Clash(field)
            | Meaning::Chosen { declared: Some(field), .. } => {
                self.path.0.push(Step::Field(field.name().to_owned()));
            }
        }
        match meaning {
            Meaning::Field(field) if field.is_map() => {
                let key = match field.kind() {
                    Kind::Message(entry) => entry.get_field(1).map(|key| key.kind()),
                    _ => None,
                };
                if let Some(kind) = key {
                    let key = read_key(self.reader, record.payload(), &kind)?;
                    self.path.0.extend(key.as_ref().map(MapKey::step));
                }
            }
            Meaning::Field(field) | Meaning::Chosen { declared: Some(field), .. } if field.is_list() => {
                self.path.0.extend(element_idx.map(|idx| Step::Index(i128::from(idx))));
            }
            _ => {}
        }
        Ok(())
    }

    fn element(
        &mut self,
        field: &FieldDescriptor,
        payload: Range<u64>,
        first: Option<u64>,
        kind: String,
    ) -> Result<ByteAt, SourceError> {
        let into = self.offset - payload.start;
        let width = match kind_wire_type(&field.kind()) {
            WireType::I32 => 4,
            WireType::I64 => 8,
            _ if into > MOST_PACKED => return Ok(self.found(BytePart::Value, payload, kind)),
            _ => 0,
        };
        let (idx, range) = if width > 0 {
            let start = self.offset - into % width;
            (into / width, start..(start + width).min(payload.end))
        } else {
            let want = (payload.end - payload.start).min(into + 10) as usize;
            let bytes = self.reader.at(payload.start, want)?;
            let into = into as usize;
            let before = bytes.get(..into).unwrap_or_default();
            let start = before.iter().rposition(|byte| *byte < 0x80).map_or(0, |at| at + 1);
            let len = bytes.iter().take(want).skip(into).position(|byte| *byte < 0x80);
            let end = len.map_or(want, |len| into + len + 1) as u64;
            let n_before = before.iter().filter(|byte| **byte < 0x80).count() as u64;
            (n_before, payload.start + start as u64..payload.start + end)
        };
        self.path.0.extend(first.map(|first| Step::Index(i128::from(first + idx))));
        Ok(self.found(BytePart::Value, range, kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::schema::Schema;

    fn said(tree: &Tree, document: &Document, offset: u64) -> String {
        match tree.byte_at(document.snapshot(), offset, ReadMode::Wait) {
            Some(at) => format!("{} {:?} {:?}", at.path, at.part, at.range),
            None => "none".to_owned(),
        }
    }

    #[test]
    fn a_byte_knows_its_field_whether_its_row_is_open_or_not() {
        // messages { topic { name: "a" } user_properties { "k": "v" } } 99: { "x" } 4: 0
        let bytes = [
            0x0a, 0x0d, 0x0a, 0x03, 0x12, 0x01, b'a', 0x12, 0x06, 0x0a, 0x01, b'k', 0x12, 0x01, b'v', 0x9a,
            0x06, 0x01, b'x', 0x00,
        ];
        let schema = Schema::builtin();
        let message = schema.message("apache.rocketmq.v2.SendMessageRequest").unwrap();
        let document = Document::of_bytes(&bytes, Some(message));
        let mut tree = Tree::new(&document, ReadMode::Wait);
        let expected = [
            (0, "messages[0] Tag 0..1"),
            (1, "messages[0] Length 1..2"),
            (2, "messages[0].topic Tag 2..3"),
            (6, "messages[0].topic.name Value 6..7"),
            (8, "messages[0].user_properties[\"k\"] Length 8..9"),
            (14, "messages[0].user_properties[\"k\"] Value 14..15"),
            (16, "99 Tag 15..17"),
            (18, "99 Value 18..19"),
            (19, " Rest 19..20"),
            (20, "none"),
        ];
        for (offset, expected) in expected {
            assert_eq!(said(&tree, &document, offset), expected, "closed");
        }
        tree.expand_levels(document.snapshot(), 10, 1_000, ReadMode::Wait);
        for (offset, expected) in expected {
            assert_eq!(said(&tree, &document, offset), expected, "open");
        }
    }
}
