//! The selected row with all that is asked of it again and again: read once a revision.

use super::draft::Form;
use crate::app::OpenDocument;
use crate::document::reading::{Reading, Readings, plausible_readings};
use crate::document::value::{bits_text, default_payload, edit_text, escaped_text, hex, raw_edit_text};
use crate::document::{
    Absent, Entry, Found, Meaning, ReadMode, Reader, RecordAt, Row, RowText, SMALL_WINDOW, SourceError,
    numbers_of, row_text,
};
use crate::schema::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, WellKnown};
use crate::wire::{Damage, WireType};
use std::ops::Range;

/// Payloads up to this many bytes are edited in place; of larger ones the head is shown.
pub const HEAD: u64 = 64 << 10;
/// Characters of a value's text in the inspector.
const MAX_CHARS: usize = 400;
/// Entries of a map that are listed beside its row; the tree has all.
pub const MAX_ENTRIES: usize = 200;
/// Characters of a reading that cannot be typed on.
const MAX_LOOKED_AT: usize = 80;

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
    /// A field that is not there.
    Absent(Absent),
}

/// One way to read the payload, in words.
#[derive(Clone)]
pub struct ReadingText {
    pub reading: Reading,
    /// To be typed on; `None` where no text can say it.
    pub text: Option<String>,
    /// To be looked at.
    pub shown: String,
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
    /// All of the payload, or its first [`HEAD`] bytes.
    pub head: Vec<u8>,
    pub edit_text: Option<String>,
    /// The value of a VARINT, I32 or I64 record.
    pub scalar: u64,
    /// The first entries of a run of a map.
    pub entries: Vec<Entry>,
    /// Every plausible way to read what no declaration explains.
    pub readings: Vec<ReadingText>,
    /// What a person, or the Any around it, says it is read as.
    pub chosen: Option<Reading>,
    /// It was a person, and can be taken back.
    pub is_chosen_by_person: bool,
    /// Whether a person may choose how to read it.
    pub is_open: bool,
    /// Text is the likeliest reading, so that a type that fits does so by chance.
    pub looks_like_text: bool,
    /// Enums of the message around it, which an undeclared number may be of.
    pub enums_around: Vec<EnumDescriptor>,
    /// What was chosen for the document when this was read.
    readings_of_document: Readings,
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
            head: Vec::new(),
            edit_text: None,
            scalar: 0,
            entries: Vec::new(),
            readings: Vec::new(),
            chosen: None,
            is_chosen_by_person: false,
            is_open: false,
            looks_like_text: false,
            enums_around: Vec::new(),
            readings_of_document: open.document.readings().clone(),
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
            && self.readings_of_document == *open.document.readings()
            && !matches!(self.what, What::Unread(SourceError::Missing { .. }))
    }

    fn list_entries(&mut self, open: &OpenDocument, field: &FieldDescriptor, range: Range<u64>) {
        let mut reader = Reader::new(open.document.snapshot(), ReadMode::Cached, SMALL_WINDOW);
        let mut offset = range.start;
        while self.entries.len() < MAX_ENTRIES {
            match reader.record(offset, range.end) {
                Ok(Found::Record(at)) => {
                    offset = at.end();
                    let meaning = Meaning::Field(field.clone());
                    self.entries.push(Entry::Record { at, meaning, element_idx: None });
                }
                Ok(Found::End | Found::Rest(_)) => return,
                Err(error) => {
                    self.what = What::Unread(error);
                    return;
                }
            }
        }
    }

    fn classify(&mut self, open: &OpenDocument) -> Option<()> {
        match self.row.entry.clone() {
            Entry::Run { field, range, .. } => {
                self.what = What::Run(field.clone());
                if field.is_map() {
                    self.list_entries(open, &field, range);
                }
            }
            Entry::Rest { damage, .. } => self.what = What::Rest(damage),
            Entry::Unread { error, .. } => self.what = What::Unread(error),
            Entry::Absent { what, .. } => self.what = What::Absent(what),
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
                self.is_open = matches!(field.kind(), Kind::Bytes);
                if self.is_open {
                    self.read_readings(&at, |reading| {
                        // The bytes themselves have an editor.
                        !matches!(reading, Reading::Hex | Reading::Base64 | Reading::Kind(Kind::String))
                    });
                }
            }
            Entry::Record { at, meaning, .. } => {
                self.is_open = true;
                if let Meaning::Chosen { reading, .. } = meaning {
                    self.chosen = Some(reading);
                    let document = &open.document;
                    let numbers = numbers_of(&open.tree, document.snapshot(), &self.row, ReadMode::Cached);
                    self.is_chosen_by_person = document.readings().get(&numbers).is_some();
                }
                self.payload = at.payload();
                match self.chosen.clone() {
                    Some(Reading::Kind(kind @ Kind::Message(_))) => self.read_value(open, kind)?,
                    _ => self.read_raw(open, &at)?,
                }
            }
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
        self.read_head(open)?;
        let wire_type = at.wire_type();
        self.edit_text = if self.is_whole() { raw_edit_text(wire_type, &self.head) } else { None };
        self.scalar = at.record.scalar.value;
        self.what = What::Raw(wire_type);
        self.read_readings(at, |_| true);
        let around = open.tree.message_at(self.row.branch).and_then(|around| around.message);
        let enums = around.iter().flat_map(|around| around.fields()).filter_map(|field| match field.kind() {
            Kind::Enum(descriptor) => Some(descriptor),
            _ => None,
        });
        for descriptor in enums {
            if !self.enums_around.contains(&descriptor) {
                self.enums_around.push(descriptor);
            }
        }
        Some(())
    }

    fn read_readings(&mut self, at: &RecordAt, is_wanted: impl Fn(&Reading) -> bool) {
        let found = plausible_readings(at.wire_type(), at.record.scalar.value, &self.head, self.is_whole());
        self.looks_like_text = matches!(found.first(), Some(Reading::Kind(Kind::String)));
        let mut found: Vec<Reading> = found.into_iter().filter(is_wanted).collect();
        if let Some(chosen) = self.chosen.as_ref().filter(|chosen| !found.contains(chosen)) {
            found.insert(0, chosen.clone());
        }
        self.readings = found.into_iter().map(|reading| self.in_words(reading)).collect();
    }

    /// A reading of the payload in words.
    pub fn in_words(&self, reading: Reading) -> ReadingText {
        let text = if self.is_whole() { reading.text(&self.head) } else { None };
        let shown = match reading {
            Reading::Message => {
                let n_records = crate::wire::records(&self.head).count();
                let least = if self.is_whole() { "" } else { "at least " };
                format!("{least}{n_records} {}", if n_records == 1 { "record" } else { "records" })
            }
            _ => reading.show(&self.head, self.payload_len(), MAX_LOOKED_AT).text,
        };
        ReadingText { reading, text, shown }
    }

    /// The reading that typing starts from, where readings are all there is.
    pub fn first_reading(&self) -> Option<&Reading> {
        if !matches!(self.what, What::Raw(_)) {
            return None;
        }
        let typed = |one: &&ReadingText| one.text.is_some();
        let chosen =
            self.readings.iter().filter(typed).find(|one| Some(&one.reading) == self.chosen.as_ref());
        chosen.or_else(|| self.readings.iter().find(typed)).map(|one| &one.reading)
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

    /// Whether the payload stands between the tags of a group.
    pub fn is_group(&self) -> bool {
        matches!(&self.row.entry, Entry::Record { at, .. } if at.wire_type() == WireType::Sgroup)
    }

    /// Whether the bytes read as text that a person could have typed.
    pub fn head_is_text(&self) -> bool {
        let is_typed = |c: char| matches!(c, '\n' | '\t') || !crate::document::value::is_hidden(c);
        !self.head.is_empty() && std::str::from_utf8(&self.head).is_ok_and(|text| text.chars().all(is_typed))
    }

    /// The payload as a draft starts from.
    pub fn text_in(&self, form: Form) -> String {
        match form {
            Form::Fields | Form::Raw | Form::Declared => String::new(),
            Form::Hex => hex(&self.head),
            Form::Bits => self.kind().and_then(|kind| bits_text(kind, &self.head)).unwrap_or_default(),
            Form::Escaped => escaped_text(&self.head),
            Form::Base64 => base64_simd::STANDARD.encode_to_string(&self.head),
            Form::Text if matches!(self.kind(), Some(Kind::Bytes)) => {
                String::from_utf8_lossy(&self.head).into_owned()
            }
            Form::Text | Form::Tree => match &self.edit_text {
                Some(text) if self.is_mask() => text.replace(',', "\n"),
                Some(text) if matches!(self.kind(), Some(Kind::Message(_))) => super::message::spread(text),
                Some(text) => text.clone(),
                None if matches!(self.kind(), Some(Kind::String)) => {
                    String::from_utf8_lossy(&self.head).into_owned()
                }
                None => String::new(),
            },
        }
    }

    fn is_mask(&self) -> bool {
        matches!(self.kind(), Some(Kind::Message(message)) if WellKnown::of(message) == Some(WellKnown::FieldMask))
    }

    /// Whether a field in the row can hold the value: one line, exact, not long.
    pub fn fits_a_row(&self) -> bool {
        let short = |text: &String| text.len() <= 400 && !text.contains(['\n', '\r']);
        let is_single = match &self.what {
            What::Value(Kind::Message(message)) => WellKnown::of(message).is_some_and(|known| {
                matches!(known, WellKnown::Timestamp | WellKnown::Duration | WellKnown::Wrapper(_))
            }),
            What::Value(Kind::Bytes) => false,
            What::Value(_) | What::Raw(_) => true,
            _ => false,
        };
        let text = match self.first_reading() {
            Some(reading) => reading.text(&self.head),
            None => self.edit_text.clone(),
        };
        is_single && text.as_ref().is_some_and(short)
    }
}
