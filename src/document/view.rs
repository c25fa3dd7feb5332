//! The words and values of a row, and the path of the place it stands for.

use super::level::{Meaning, message_in};
use super::path::{Path, Step};
use super::plausible::is_plausible_message;
use super::reader::{Found, Reader, RecordAt, SMALL_WINDOW};
use super::reading::{Reading, plausible_readings};
use super::resolve::{MapKey, read_key};
use super::rows::{Absent, BranchId, Entry, Row, Standing, Tree};
use super::snapshot::Snapshot;
use super::source::{ReadMode, SourceError};
use super::value::{Mark, ValueText, default_text, grouped, show_packed, show_value};
use crate::schema::{FieldDescriptor, Kind, has_presence, is_singular, kind_label, kind_name, wire_type};
use crate::wire::WireType;
use std::fmt;
use std::ops::Range;

/// Bytes of a payload that are read to show its value.
const HEAD: u64 = 1 << 10;

/// What colours a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Text,
    Number,
    Enum,
    Bytes,
    /// A message, a run: what stands for the rows below it.
    Summary,
    Unknown,
    /// Parsers take it, but it is not what its type allows.
    Warning,
    Problem,
    /// A field that is not there.
    Absent,
}

/// What a row is beside its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A member of the oneof of this name.
    Oneof(String),
    Standing(Standing),
    /// Written although parsers cannot tell it from an absent field.
    Default,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Oneof(name) => write!(f, "oneof {name}"),
            Note::Standing(Standing::Overridden) => f.write_str("overridden"),
            Note::Standing(Standing::Effective) => f.write_str("in effect"),
            Note::Standing(Standing::Part { nth, n_parts }) => write!(f, "part {nth} of {n_parts}"),
            Note::Default => f.write_str("default"),
        }
    }
}

/// A row in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowText {
    /// The field number, empty for what has none.
    pub number: String,
    /// The field's name, `[0]` or `["key"]` inside a run, or what kind of bytes stand here.
    pub name: String,
    /// The declared kind; for unknown fields the wire type.
    pub kind: String,
    pub value: String,
    /// All bytes of the row, tags and lengths included.
    pub n_bytes: u64,
    pub tone: Tone,
    /// What is irregular about the value.
    pub marks: Vec<Mark>,
    pub notes: Vec<Note>,
}

/// Puts a row into words; values are cut at about `max_chars`.
pub fn row_text(snapshot: &Snapshot, row: &Row, max_chars: usize, mode: ReadMode) -> RowText {
    let chosen = row.value_reading.as_ref();
    let mut text = text_of(snapshot, &row.entry, chosen, max_chars, mode);
    text.notes.extend(row.standing.map(Note::Standing));
    if row.is_reading && text.tone == Tone::Problem {
        text.tone = Tone::Unknown;
    }
    text
}

/// Puts what a row stands for into words, for rows that are in no [`Tree`].
pub fn entry_row_text(snapshot: &Snapshot, entry: &Entry, max_chars: usize, mode: ReadMode) -> RowText {
    text_of(snapshot, entry, None, max_chars, mode)
}

/// `chosen` is what the value of a map entry is read as.
fn text_of(
    snapshot: &Snapshot,
    entry: &Entry,
    chosen: Option<&Reading>,
    max_chars: usize,
    mode: ReadMode,
) -> RowText {
    let range = entry.range();
    let text = RowText {
        number: entry.number().map(|number| number.to_string()).unwrap_or_default(),
        name: String::new(),
        kind: String::new(),
        value: String::new(),
        n_bytes: range.end - range.start,
        tone: Tone::Summary,
        marks: Vec::new(),
        notes: notes(entry),
    };
    match entry {
        Entry::Run { field, n_records, counted, .. } => {
            let what = if field.is_map() { ["entry", "entries"] } else { ["element", "elements"] };
            let more = if *counted { "" } else { "…" };
            let value = format!("{}{more} {}", grouped(*n_records), what[usize::from(*n_records != 1)]);
            RowText { name: field.name().to_owned(), kind: kind_label(field), value, ..text }
        }
        Entry::Record { at, meaning: Meaning::Field(field), .. } if field.is_map() => {
            entry_text(snapshot, at, field, chosen, max_chars, mode, text)
        }
        Entry::Record { at, meaning, element_idx } => {
            record_text(snapshot, at, meaning, *element_idx, max_chars, mode, text)
        }
        Entry::Element { field, range, element_idx } => {
            let shown = read_value(snapshot, &field.kind(), range.clone(), max_chars, mode);
            let text = RowText { name: format!("[{element_idx}]"), kind: kind_name(&field.kind()), ..text };
            with_value(text, tone_of(&field.kind()), shown)
        }
        Entry::Rest { damage, .. } => RowText {
            name: "damaged".to_owned(),
            value: format!("{damage}; {} B kept", grouped(text.n_bytes)),
            tone: Tone::Problem,
            ..text
        },
        Entry::Unread { error, .. } => unread(text, error),
        Entry::Absent { what, .. } => absent_text(what, text),
    }
}

fn notes(entry: &Entry) -> Vec<Note> {
    let mut notes = Vec::new();
    if let Entry::Record { at, meaning: Meaning::Field(field), .. } = entry {
        notes.extend(entry.oneof().map(|oneof| Note::Oneof(oneof.name().to_owned())));
        let is_scalar = is_singular(field) && !matches!(field.kind(), Kind::Message(_));
        let is_zero = match at.wire_type() {
            WireType::Len => at.record.payload_len == 0,
            _ => at.record.scalar.value == 0,
        };
        if is_scalar && is_zero && !has_presence(field) {
            notes.push(Note::Default);
        }
    }
    notes
}

/// What a parser gives for the field: its default where it cannot tell that it is absent.
fn absent_text(what: &Absent, text: RowText) -> RowText {
    let number = what.number().to_string();
    let text = RowText { number, name: what.name().to_owned(), tone: Tone::Absent, ..text };
    match what {
        Absent::Oneof(oneof) => {
            let n = oneof.fields().len();
            RowText { number: String::new(), kind: format!("oneof of {n}"), value: "None".to_owned(), ..text }
        }
        Absent::Field(field) => {
            let value = match is_singular(field) {
                false if field.is_map() => "no entries".to_owned(),
                false => "no elements".to_owned(),
                true if has_presence(field) => match field.field_descriptor_proto().default_value() {
                    "" => "not set".to_owned(),
                    default => format!("not set, reads as {default}"),
                },
                true => match field.kind() {
                    Kind::String => "\"\"".to_owned(),
                    Kind::Bytes => "no bytes".to_owned(),
                    kind => default_text(&kind, Some(&field.default_value())),
                },
            };
            RowText { kind: kind_label(field), value, ..text }
        }
    }
}

fn unread(text: RowText, error: &SourceError) -> RowText {
    match error {
        SourceError::Missing { .. } => RowText { value: "Reading…".to_owned(), ..text },
        error => {
            RowText { name: "unreadable".to_owned(), value: error.to_string(), tone: Tone::Problem, ..text }
        }
    }
}

fn with_value(text: RowText, tone: Tone, shown: Result<ValueText, SourceError>) -> RowText {
    match shown {
        Ok(shown) => {
            let tone = match shown.marks.as_slice() {
                marks if marks.iter().any(|mark| matches!(mark, Mark::Damaged | Mark::InvalidUtf8)) => {
                    Tone::Problem
                }
                marks if marks.contains(&Mark::OutOfRange) => Tone::Warning,
                _ => tone,
            };
            RowText { value: shown.text, marks: shown.marks, tone, ..text }
        }
        Err(error) => unread(text, &error),
    }
}

fn tone_of(kind: &Kind) -> Tone {
    match kind {
        Kind::String => Tone::Text,
        Kind::Bytes => Tone::Bytes,
        Kind::Enum(_) | Kind::Bool => Tone::Enum,
        Kind::Message(message) if crate::schema::WellKnown::of(message).is_some() => Tone::Number,
        Kind::Message(_) => Tone::Summary,
        _ => Tone::Number,
    }
}

fn tone_of_reading(reading: &Reading) -> Tone {
    match reading {
        Reading::Kind(kind) => tone_of(kind),
        Reading::Message => Tone::Summary,
        Reading::Time { .. } | Reading::Packed(_) => Tone::Number,
        Reading::Hex | Reading::Base64 => Tone::Bytes,
    }
}

fn record_text(
    snapshot: &Snapshot,
    at: &RecordAt,
    meaning: &Meaning,
    element_idx: Option<u64>,
    max_chars: usize,
    mode: ReadMode,
    text: RowText,
) -> RowText {
    let mut text = match meaning {
        Meaning::Field(field) => {
            let shown = read_value(snapshot, &field.kind(), at.payload(), max_chars, mode);
            let text = RowText { name: name_of(field, element_idx), kind: kind_name(&field.kind()), ..text };
            with_value(text, tone_of(&field.kind()), shown)
        }
        Meaning::Packed(field) => {
            let shown = head(snapshot, at.payload(), mode)
                .map(|(bytes, len)| show_packed(&field.kind(), &bytes, len, max_chars));
            let text = RowText { name: field.name().to_owned(), kind: kind_label(field), ..text };
            with_value(text, Tone::Number, shown)
        }
        Meaning::Chosen { declared, reading } => {
            let name = declared.as_ref().map_or("unknown".to_owned(), |field| name_of(field, element_idx));
            let found = match declared {
                Some(field) if wire_type(field) == at.wire_type() => kind_name(&field.kind()),
                Some(_) | None => at.wire_type().to_string(),
            };
            let text = RowText { name, kind: format!("{found} as {}", reading.label()), ..text };
            let shown =
                head(snapshot, at.payload(), mode).map(|(bytes, len)| reading.show(&bytes, len, max_chars));
            let text = with_value(text, tone_of_reading(reading), shown);
            let tone = if text.tone == Tone::Problem { Tone::Unknown } else { text.tone };
            RowText { tone, ..text }
        }
        Meaning::Clash(field) => {
            let kind = format!("{}, found {}", kind_label(field), at.wire_type());
            let text = RowText { name: name_of(field, element_idx), kind, ..text };
            with_value(text, Tone::Warning, raw_value(snapshot, at, max_chars, mode))
        }
        Meaning::Unknown => {
            let text = RowText { name: "unknown".to_owned(), kind: at.wire_type().to_string(), ..text };
            with_value(text, Tone::Unknown, raw_value(snapshot, at, max_chars, mode))
        }
    };
    if at.record.missing > 0 {
        let (there, declared) = (at.record.payload_len, at.record.scalar.value);
        let verb = if there == 1 { "is" } else { "are" };
        text.value = format!("{} of {} B {verb} there · {}", grouped(there), grouped(declared), text.value);
        text.tone = Tone::Problem;
    } else if at.is_unclosed_group() {
        text.value = format!("the group does not end · {}", text.value);
        text.tone = Tone::Problem;
    }
    text
}

fn name_of(field: &FieldDescriptor, element_idx: Option<u64>) -> String {
    match element_idx {
        Some(idx) => format!("[{idx}]"),
        None => field.name().to_owned(),
    }
}

fn entry_text(
    snapshot: &Snapshot,
    at: &RecordAt,
    field: &FieldDescriptor,
    chosen: Option<&Reading>,
    max_chars: usize,
    mode: ReadMode,
    text: RowText,
) -> RowText {
    let Kind::Message(entry) = field.kind() else { return text };
    let (Some(key), Some(value)) = (entry.get_field(1), entry.get_field(2)) else { return text };
    let mut reader = Reader::new(snapshot, mode, SMALL_WINDOW);
    let name = match read_key(&mut reader, at.payload(), &key.kind()) {
        Ok(Some(key)) => key.step().to_string(),
        Ok(None) => "[…]".to_owned(),
        Err(error) => return unread(text, &error),
    };
    let (name, _) = super::value::quote_text(&name, 120);
    let name = name.trim_matches('"').replace("\\\"", "\"");
    let text = RowText { name, kind: kind_name(&value.kind()), ..text };
    let value_at = last_value(&mut reader, at.payload(), &value);
    if let (Some(reading), Ok(Some(payload))) = (chosen, &value_at) {
        let text = RowText { kind: format!("{} as {}", text.kind, reading.label()), ..text };
        let shown = head(snapshot, payload.clone(), mode);
        let shown = shown.map(|(bytes, len)| reading.show(&bytes, len, max_chars));
        return with_value(text, tone_of_reading(reading), shown);
    }
    let shown = match value_at {
        Ok(Some(payload)) => read_value(snapshot, &value.kind(), payload, max_chars, mode),
        Ok(None) => Ok(show_value(
            &value.kind(),
            &super::value::default_payload(&value.kind(), None).payload,
            0,
            max_chars,
        )),
        Err(error) => Err(error),
    };
    with_value(text, tone_of(&value.kind()), shown)
}

/// The payload of the last record of `value` in a map entry.
fn last_value(
    reader: &mut Reader<'_>,
    entry: Range<u64>,
    value: &FieldDescriptor,
) -> Result<Option<Range<u64>>, SourceError> {
    let (mut offset, mut last) = (entry.start, None);
    while let Found::Record(at) = reader.record(offset, entry.end)? {
        offset = at.end();
        if at.number() == value.number() && at.wire_type() == crate::schema::wire_type(value) {
            last = Some(at.payload());
        }
    }
    Ok(last)
}

fn head(snapshot: &Snapshot, payload: Range<u64>, mode: ReadMode) -> Result<(Vec<u8>, u64), SourceError> {
    let len = payload.end - payload.start;
    Ok((snapshot.bytes(payload.start..payload.start + len.min(HEAD), mode)?, len))
}

fn read_value(
    snapshot: &Snapshot,
    kind: &Kind,
    payload: Range<u64>,
    max_chars: usize,
    mode: ReadMode,
) -> Result<ValueText, SourceError> {
    let (bytes, len) = head(snapshot, payload, mode)?;
    Ok(show_value(kind, &bytes, len, max_chars))
}

/// The likeliest reading of what no field declares, and how many others there are.
fn raw_value(
    snapshot: &Snapshot,
    at: &RecordAt,
    max_chars: usize,
    mode: ReadMode,
) -> Result<ValueText, SourceError> {
    let (bytes, len) = head(snapshot, at.payload(), mode)?;
    if at.wire_type() == WireType::Sgroup {
        return Ok(ValueText { text: "group".to_owned(), marks: Vec::new() });
    }
    let complete = bytes.len() as u64 == len;
    let found = plausible_readings(at.wire_type(), at.record.scalar.value, &bytes, complete);
    let Some(first) = found.first() else { return Ok(ValueText::default()) };
    let ValueText { text, marks } = match first {
        Reading::Kind(Kind::String) => ValueText { marks: Vec::new(), ..first.show(&bytes, len, max_chars) },
        Reading::Hex => show_value(&Kind::Bytes, &bytes, len, max_chars),
        Reading::Message => {
            let n_records = crate::wire::records(&bytes).count();
            let (least, plural) =
                (if complete { "" } else { "at least " }, if n_records == 1 { "" } else { "s" });
            ValueText { text: format!("message {least}{n_records} record{plural}"), marks: Vec::new() }
        }
        first => {
            let shown = first.show(&bytes, len, max_chars);
            ValueText { text: format!("{} {}", first.label(), shown.text), ..shown }
        }
    };
    let others = match found.len() {
        0 | 1 => String::new(),
        n => format!(" · {n} readings"),
    };
    Ok(ValueText { text: format!("{text}{others}"), marks })
}

/// Whether a row opens without being asked: what is declared, and what can hardly be anything else.
pub fn opens_by_itself(snapshot: &Snapshot, entry: &Entry, mode: ReadMode) -> bool {
    let Entry::Record { at, meaning, .. } = entry else { return entry.is_expandable() };
    if !entry.is_expandable() {
        return false;
    }
    if !matches!(meaning, Meaning::Unknown | Meaning::Clash(_)) || at.wire_type() == WireType::Sgroup {
        return message_in(at, meaning).is_some() || matches!(meaning, Meaning::Packed(_));
    }
    let mut reader = Reader::new(snapshot, mode, SMALL_WINDOW);
    is_plausible_message(&mut reader, at.payload(), at.record.missing > 0).unwrap_or(false)
}

/// The path of the place that a row stands for.
pub fn path_of(tree: &Tree, snapshot: &Snapshot, row: &Row, mode: ReadMode) -> Path {
    let mut reader = Reader::new(snapshot, mode, SMALL_WINDOW);
    let mut rows = vec![row.clone()];
    let mut branch: Option<BranchId> = Some(row.branch);
    while let Some(above) = branch.and_then(|id| tree.row_above(snapshot, id, mode)) {
        branch = Some(above.branch);
        if !matches!(above.entry, Entry::Run { .. }) {
            rows.push(above);
        }
    }
    let mut steps: Vec<Step> = Vec::new();
    let mut in_entry = false;
    for row in rows.iter().rev() {
        if !in_entry {
            steps.extend(steps_of(&mut reader, row));
        }
        // The key and the value of a map entry are at the entry's own path.
        in_entry =
            matches!(&row.entry, Entry::Record { meaning: Meaning::Field(field), .. } if field.is_map());
    }
    Path(steps)
}

/// The field numbers that lead to the record that a row stands for: that of each record around it,
/// and its own.
pub fn numbers_of(tree: &Tree, snapshot: &Snapshot, row: &Row, mode: ReadMode) -> Vec<u32> {
    let mut numbers: Vec<u32> = row.entry.number().into_iter().collect();
    let mut branch = row.branch;
    while let Some(above) = tree.row_above(snapshot, branch, mode) {
        branch = above.branch;
        if let Entry::Record { at, .. } = &above.entry {
            numbers.push(at.number());
        }
    }
    numbers.reverse();
    numbers
}

/// The steps from a message to a row of it.
fn steps_of(reader: &mut Reader<'_>, row: &Row) -> Vec<Step> {
    let named = Step::of_field;
    match &row.entry {
        Entry::Run { field, .. } => vec![named(field)],
        Entry::Record { at, meaning: Meaning::Field(field), .. } if field.is_map() => {
            let key = match field.kind() {
                Kind::Message(entry) => entry.get_field(1).map(|key| key.kind()),
                _ => None,
            };
            let key = key.and_then(|kind| read_key(reader, at.payload(), &kind).ok().flatten());
            vec![named(field), key.as_ref().map_or(Step::Index(0), MapKey::step)]
        }
        Entry::Record { meaning: Meaning::Packed(field), .. } => vec![named(field)],
        Entry::Record {
            meaning:
                Meaning::Field(field) | Meaning::Clash(field) | Meaning::Chosen { declared: Some(field), .. },
            element_idx,
            ..
        } => {
            let mut steps = vec![named(field)];
            steps.extend(element_idx.map(|idx| Step::Index(i128::from(idx))));
            steps
        }
        Entry::Record { at, .. } => vec![Step::Number(at.number())],
        Entry::Element { element_idx, .. } => vec![Step::Index(i128::from(*element_idx))],
        Entry::Absent { what: Absent::Field(field), .. } => vec![named(field)],
        Entry::Absent { what: Absent::Oneof(oneof), .. } => vec![Step::Field(oneof.name().to_owned())],
        Entry::Rest { .. } | Entry::Unread { .. } => Vec::new(),
    }
}
