//! The selected row with all that is asked of it again and again: read once a revision.

use super::draft::{Form, hex};
use crate::app::OpenDocument;
use crate::document::value::{default_payload, edit_text, raw_edit_text};
use crate::document::{
    Chain, Entry, Found, Meaning, ReadMode, Reader, RecordAt, Row, RowText, SMALL_WINDOW, SourceError,
    row_text,
};
use crate::schema::{FieldDescriptor, Kind, MessageDescriptor};
use crate::wire::{Damage, Reading, WireType, readings};
use std::ops::Range;

/// Payloads up to this many bytes are edited in place; of larger ones the head is shown.
pub const HEAD: u64 = 64 << 10;
/// Characters of a value's text in the inspector.
const MAX_CHARS: usize = 400;

/// What the selected row holds.
#[derive(Clone)]
pub enum What {
    /// One value of this kind.
    Value(Kind),
    /// A payload that no field declares, or that is not what its field declares.
    Raw(WireType),
    Run(FieldDescriptor),
    Packed(FieldDescriptor),
    Rest(Damage),
    Unread(SourceError),
}

#[derive(Clone)]
pub struct Subject {
    pub row: Row,
    pub revision: usize,
    pub root: Option<MessageDescriptor>,
    pub text: RowText,
    pub what: What,
    /// Of the value itself; of a map entry that of its value.
    pub payload: Range<u64>,
    /// The record that has this payload, and what encloses it.
    pub record_offset: u64,
    pub chain: Chain,
    /// All of the payload, or its first [`HEAD`] bytes.
    pub head: Vec<u8>,
    pub edit_text: Option<String>,
    pub readings: Vec<Reading>,
}

impl Subject {
    /// Reads the selected row; `None` if nothing is selected or its bytes are not here yet.
    pub fn of(open: &OpenDocument) -> Option<Self> {
        let row = open.selected_row()?;
        let snapshot = open.document.snapshot();
        let mut subject = Self {
            revision: open.document.revision(),
            root: open.message().cloned(),
            text: row_text(snapshot, &row, MAX_CHARS, ReadMode::Cached),
            what: What::Unread(SourceError::Changed),
            payload: row.entry.range(),
            record_offset: row.entry.range().start,
            chain: open.tree.chain(row.branch),
            head: Vec::new(),
            edit_text: None,
            readings: Vec::new(),
            row,
        };
        subject.classify(open)?;
        Some(subject)
    }

    /// Whether this still says what is selected.
    pub fn is_current(&self, open: &OpenDocument) -> bool {
        let same_row = open.selection.as_ref().is_some_and(|selection| selection.row == self.row.id);
        same_row
            && self.revision == open.document.revision()
            && self.root.as_ref() == open.message()
            && !matches!(self.what, What::Unread(SourceError::Missing { .. }))
    }

    fn classify(&mut self, open: &OpenDocument) -> Option<()> {
        match self.row.entry.clone() {
            Entry::Run { field, .. } => self.what = What::Run(field),
            Entry::Rest { damage, .. } => self.what = What::Rest(damage),
            Entry::Unread { error, .. } => self.what = What::Unread(error),
            Entry::Element { field, range, .. } => {
                self.payload = range;
                self.read_value(open, field.kind())?;
            }
            Entry::Record { at, meaning: Meaning::Packed(field), .. } => {
                self.payload = at.payload();
                self.what = What::Packed(field);
            }
            Entry::Record { at, meaning: Meaning::Field(field), .. } if field.is_map() => {
                self.read_entry(open, &at, &field)?;
            }
            Entry::Record { at, meaning: Meaning::Field(field), .. } => {
                self.payload = at.payload();
                self.read_value(open, field.kind())?;
            }
            Entry::Record { at, .. } => self.read_raw(open, &at)?,
        }
        Some(())
    }

    fn read_head(&mut self, open: &OpenDocument) -> Option<()> {
        let len = self.payload_len().min(HEAD);
        let range = self.payload.start..self.payload.start + len;
        self.head = open.document.snapshot().bytes(range, ReadMode::Cached).ok()?;
        Some(())
    }

    fn read_value(&mut self, open: &OpenDocument, kind: Kind) -> Option<()> {
        self.read_head(open)?;
        self.edit_text = if self.is_whole() { edit_text(&kind, &self.head) } else { None };
        self.what = What::Value(kind);
        Some(())
    }

    fn read_raw(&mut self, open: &OpenDocument, at: &RecordAt) -> Option<()> {
        self.payload = at.payload();
        self.read_head(open)?;
        let wire_type = at.wire_type();
        self.edit_text = if self.is_whole() { raw_edit_text(wire_type, &self.head) } else { None };
        self.readings = readings(wire_type, at.record.scalar.value, &self.head, self.is_whole());
        self.what = What::Raw(wire_type);
        Some(())
    }

    /// A map entry shows its key and edits its value.
    fn read_entry(&mut self, open: &OpenDocument, at: &RecordAt, map: &FieldDescriptor) -> Option<()> {
        let Kind::Message(entry) = map.kind() else { return None };
        let value = entry.get_field(2)?;
        let mut reader = Reader::new(open.document.snapshot(), ReadMode::Cached, SMALL_WINDOW);
        let (mut offset, mut found) = (at.payload().start, None);
        // An entry has two records; one stuffed with others is not gone through.
        for _ in 0..64 {
            let Found::Record(inner) = reader.record(offset, at.payload().end).ok()? else { break };
            offset = inner.end();
            if inner.number() == 2 && inner.wire_type() == crate::schema::wire_type(&value) {
                found = Some(inner);
            }
        }
        match found {
            Some(inner) => {
                self.payload = inner.payload();
                self.record_offset = inner.offset;
                self.chain.push(at.offset);
                self.read_value(open, value.kind())
            }
            None => {
                self.payload = at.payload().end..at.payload().end;
                self.head = default_payload(&value.kind(), None).payload;
                self.edit_text = edit_text(&value.kind(), &self.head);
                self.what = What::Value(value.kind());
                Some(())
            }
        }
    }

    pub fn payload_len(&self) -> u64 {
        self.payload.end - self.payload.start
    }

    /// Whether all of the payload is in `head`.
    pub fn is_whole(&self) -> bool {
        self.payload_len() <= HEAD
    }

    pub fn kind(&self) -> Option<&Kind> {
        match &self.what {
            What::Value(kind) => Some(kind),
            _ => None,
        }
    }

    pub fn is_text(&self) -> bool {
        matches!(self.kind(), Some(Kind::String | Kind::Bytes))
    }

    /// Whether the bytes read as text that a person could have typed.
    pub fn head_is_text(&self) -> bool {
        let is_typed = |c: char| matches!(c, '\n' | '\t') || !crate::document::value::is_hidden(c);
        !self.head.is_empty() && std::str::from_utf8(&self.head).is_ok_and(|text| text.chars().all(is_typed))
    }

    /// The payload as a draft starts from.
    pub fn text_in(&self, form: Form) -> String {
        match form {
            Form::Hex => hex(&self.head),
            Form::Base64 => base64_simd::STANDARD.encode_to_string(&self.head),
            Form::Text if matches!(self.kind(), Some(Kind::Bytes)) => {
                String::from_utf8_lossy(&self.head).into_owned()
            }
            Form::Text => match &self.edit_text {
                Some(text) if matches!(self.kind(), Some(Kind::Message(_))) => super::message::spread(text),
                Some(text) => text.clone(),
                None if matches!(self.kind(), Some(Kind::String)) => {
                    String::from_utf8_lossy(&self.head).into_owned()
                }
                None => String::new(),
            },
        }
    }

    /// Whether a field in the row can hold the value: one line, exact, not long.
    pub fn fits_a_row(&self) -> bool {
        let short = |text: &String| text.len() <= 400 && !text.contains(['\n', '\r']);
        let is_single = match &self.what {
            What::Value(Kind::Message(message)) => {
                crate::schema::WellKnown::of(message).is_some_and(|known| {
                    use crate::schema::WellKnown;
                    matches!(known, WellKnown::Timestamp | WellKnown::Duration | WellKnown::Wrapper(_))
                })
            }
            What::Value(Kind::Bytes) => false,
            What::Value(_) | What::Raw(_) => true,
            _ => false,
        };
        is_single && self.edit_text.as_ref().is_some_and(short)
    }
}
