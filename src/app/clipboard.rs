//! Copying, cutting and pasting: records between places and documents, and bytes as text.
//!
//! **Law.** Records are pasted byte for byte as they were copied, as long as the text that was put on
//! the system's clipboard with them is still there; any other text is read as what it spells.

use super::action::{Action, ChoiceRow, Choosing, Dialog, FileDialog};
use super::editing::{After, wait};
use super::lifting;
use super::pasted;
use super::selection::name_of;
use super::session::Session;
use super::spelled::{self, Spelling};
use super::state::{NoticeTone, OpenDocument, TabId};
use crate::document::ops::{Lifted, Occupied, whole_records};
use crate::document::value::{grouped, parse_raw, parse_value, quote_bytes, quote_text};
use crate::document::{Entry, Meaning, ReadMode, Row, Step};
use crate::format::literal;
use crate::schema::Kind;
use crate::wire::{Read, WireType, records};
use crate::worker::jobs::{Copied, Done};
use std::ops::Range;

/// Bytes that go onto the clipboard at once.
const MAX_COPIED: u64 = 1 << 20;
/// Field numbers that bytes pasted as records plausibly have.
const MAX_LIKELY_NUMBER: u32 = 10_000;
/// Records that are shown before they are pasted.
const MAX_PREVIEWED: usize = 4;
/// Characters of a value in a question.
const MAX_SHOWN: usize = 60;

/// Records that were copied, and the text that went onto the system's clipboard with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedRecords {
    pub records: Lifted,
    pub text: String,
}

impl CopiedRecords {
    /// Whether this text is the one that was put there. Line ends may have been changed on the way.
    pub(super) fn is_of(&self, text: &str) -> bool {
        let lines = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
        self.text == text || lines(&self.text) == lines(text)
    }
}

impl Session {
    pub(super) fn copy_text(&mut self, text: String) {
        self.state.clipboard = Some(text);
        self.state.copied = None;
    }

    /// Text of bytes for the clipboard.
    pub(super) fn copy_bytes(&mut self, range: Range<u64>, name: &str) {
        let (Some((_, open)), Some(literal)) = (self.active(), literal(name)) else { return };
        let range = range.start..range.end.min(open.document.len());
        let n_bytes = range.end.saturating_sub(range.start);
        if n_bytes > MAX_COPIED {
            return self.offer_file(range);
        }
        match open.document.snapshot().bytes(range, ReadMode::Cached) {
            Ok(bytes) => {
                self.copy_text((literal.write)(&bytes));
                let text = format!("Copied {} B as {}", grouped(n_bytes), literal.title);
                self.notify(NoticeTone::Done, text);
            }
            Err(_missing) => self.notify(NoticeTone::Warning, "These bytes are still being read; try again"),
        }
    }

    fn offer_file(&mut self, range: Range<u64>) {
        let mib = (range.end - range.start) as f64 / (1 << 20) as f64;
        self.state.dialog = Some(Dialog::Choose(Choosing {
            title: "Too large to copy".to_owned(),
            text: format!("These are {mib:.1} MiB. Up to 1 MiB goes onto the clipboard."),
            choices: vec![ChoiceRow {
                title: "Write to a file…".to_owned(),
                detail: "The bytes as they are".to_owned(),
                action: Action::Show(Dialog::File(FileDialog::BytesToFile { range })),
            }],
        }));
    }

    pub(super) fn copied(&mut self, tab: TabId, copied: Copied, done: Option<Box<Done>>) {
        let Copied { lifted, text, act, note } = copied;
        let n_bytes = grouped(lifted.bytes.len() as u64);
        let did = if act.is_some() { "Cut" } else { "Copied" };
        let mut said = format!("{did} {}, {n_bytes} B", lifted.name);
        self.state.clipboard = Some(text.clone());
        self.state.copied = Some(CopiedRecords { records: lifted, text });
        if let Some(note) = note {
            said = format!("{said}. {note}");
        }
        self.notify(NoticeTone::Done, said);
        if let Some(act) = act {
            self.make(tab, act, After::Gone, done);
        }
    }

    /// Pastes into the document in front, if that takes it; else opens what the text means.
    pub(super) fn paste(&mut self, text: String) {
        let Some((_, open)) = self.active() else { return self.open_pasted(&text) };
        let revision = open.document.revision();
        if open.backing.thinking.is_some() {
            return wait(open, revision, Action::Paste(text));
        }
        let row = open.selection.as_ref().map(|selection| selection.row);
        if let Some(copied) = self.state.copied.as_ref().filter(|copied| copied.is_of(&text)) {
            let (records, occupied) = (Box::new(copied.records.clone()), Occupied::Ask);
            let name = records.name.clone();
            let value = self.active().and_then(|(_, open)| value_choice(open, &records, &text));
            let put = Action::PutRecords { row, records, occupied };
            let Some(value) = value else { return self.edit(put) };
            let title = format!("Add the record of {name}");
            let around = self.active().and_then(|(_, open)| around_of(open));
            let detail = match around {
                Some(path) => format!("Into {path}, byte for byte"),
                None => "Into the message itself, byte for byte".to_owned(),
            };
            let record = ChoiceRow { title, detail, action: put };
            return self.ask_meaning(vec![value, record]);
        }
        let Some((_, open)) = self.active() else { return };
        let mut choices = meanings(open, &text);
        match choices.len() {
            0 => self.open_pasted(&text),
            1 => {
                let action = choices.remove(0).action;
                self.apply(action);
            }
            _ => self.ask_meaning(choices),
        }
    }

    fn ask_meaning(&mut self, choices: Vec<ChoiceRow>) {
        let selection = self.state.active_document().and_then(|open| open.selection.as_ref());
        let place = selection.map(|selection| name_of(&selection.path)).unwrap_or_default();
        self.state.dialog = Some(Dialog::Choose(Choosing {
            title: "Paste as what?".to_owned(),
            text: format!("What the clipboard holds can mean several things at {place}."),
            choices,
        }));
    }

    /// Opens what the clipboard holds in a tab of its own.
    pub(super) fn paste_as_document(&mut self, text: &str) {
        let Some(copied) = self.state.copied.as_ref().filter(|copied| copied.is_of(text)) else {
            return self.open_pasted(text);
        };
        let Lifted { bytes, message, content, .. } = copied.records.clone();
        let payload = content.as_ref().and_then(|_| lifting::payload_of(&bytes)).map(<[u8]>::to_vec);
        let name = if payload.is_some() { content } else { message };
        let message = name.and_then(|name| self.state.schema.message(&name).ok());
        self.open_untitled(payload.unwrap_or(bytes), message);
        self.mark_unsaved();
    }

    /// Asks what is to become of a singular field that records are pasted over.
    pub(super) fn ask_occupied(&mut self, action: Action, path: &str) {
        let Action::PutRecords { row, records, .. } = action else { return };
        let put = |occupied| Action::PutRecords { row, records: records.clone(), occupied };
        let choice = |title: &str, detail: &str, occupied| ChoiceRow {
            title: title.to_owned(),
            detail: detail.to_owned(),
            action: put(occupied),
        };
        let choices = vec![
            choice("Replace it", "What is there now is removed", Occupied::Replace),
            choice("Add a second record", "Both stand there; the last one counts", Occupied::Add),
        ];
        self.state.dialog = Some(Dialog::Choose(Choosing {
            title: "The field is set already".to_owned(),
            text: format!("{path} takes one value and has one already."),
            choices,
        }));
    }
}

/// A record that was copied from another field, as the value of the selected one: of what is no
/// message both can be meant.
fn value_choice(open: &OpenDocument, records: &Lifted, text: &str) -> Option<ChoiceRow> {
    let row = open.selected_row()?;
    let name = name_of(&open.selection.as_ref()?.path);
    let around = open.tree.message_at(row.branch)?;
    let kind = value_kind(&row)?;
    let is_same = lifting::is_of_field(records, around.message.as_ref(), &row);
    if kind.is_message() || is_same || !kind.takes(text) {
        return None;
    }
    let title = format!("Set {name} to the value");
    let action = Action::SetValue { row: row.id, text: text.to_owned(), gesture: None };
    Some(ChoiceRow { title, detail: quote_text(text.trim(), MAX_SHOWN).0, action })
}

/// The message around the selected row; `None` if that is the whole one.
fn around_of(open: &OpenDocument) -> Option<String> {
    let mut path = open.selection.as_ref()?.path.clone();
    while let Some(Step::Index(_) | Step::Key(_) | Step::BoolKey(_)) = path.0.pop() {}
    (!path.is_root()).then(|| path.to_string())
}

/// What pasted text can mean where the selection is, the likeliest first.
fn meanings(open: &OpenDocument, text: &str) -> Vec<ChoiceRow> {
    let Some(row) = open.selected_row() else { return Vec::new() };
    let name = open.selection.as_ref().map(|selection| name_of(&selection.path)).unwrap_or_default();
    let spelled = spelled::likely_bytes(text);
    let mut choices = Vec::new();
    let shown = quote_text(text.trim(), MAX_SHOWN).0;
    let kind = value_kind(&row);
    let takes_bytes = matches!(&kind, Some(Takes::Kind(Kind::Bytes) | Takes::Raw(WireType::Len)));
    if let Some((bytes, spelling)) = spelled.as_ref().filter(|_| takes_bytes) {
        choices.push(ChoiceRow {
            title: format!("Set {name} to the bytes"),
            detail: format!("{} B from {}", grouped(bytes.len() as u64), spelling.name()),
            action: Action::SetBytes { row: row.id, bytes: bytes.clone() },
        });
    }
    if let Some((bytes, spelling)) = spelled.filter(|(bytes, _)| are_likely_records(bytes)) {
        choices.push(records_choice(&row, bytes, spelling));
    }
    choices.extend(elements_choice(open, &row, text));
    if kind.is_some_and(|kind| kind.takes(text)) {
        choices.push(ChoiceRow {
            title: format!("Set {name} to the text"),
            detail: shown,
            action: Action::SetValue { row: row.id, text: text.to_owned(), gesture: None },
        });
    }
    if let Some(paths) = pasted::paths(text.trim()).filter(|_| !choices.is_empty()) {
        let files = if paths.len() == 1 { "the file" } else { "the files" };
        choices.insert(
            0,
            ChoiceRow {
                title: format!("Open {files}"),
                detail: paths.first().map(|path| path.display().to_string()).unwrap_or_default(),
                action: Action::Open(paths),
            },
        );
    }
    choices
}

fn are_likely_records(bytes: &[u8]) -> bool {
    whole_records(bytes).is_some_and(|found| found.iter().all(|(number, _)| *number <= MAX_LIKELY_NUMBER))
}

fn records_choice(row: &Row, bytes: Vec<u8>, spelling: Spelling) -> ChoiceRow {
    let detail = format!("{} B from {}: {}", grouped(bytes.len() as u64), spelling.name(), preview(&bytes));
    let records = Box::new(lifting::of_bytes(bytes));
    let action = Action::PutRecords { row: Some(row.id), records, occupied: Occupied::Ask };
    ChoiceRow { title: "Add the records".to_owned(), detail, action }
}

/// The first records in a line: `99: 5, 100: "a", …`.
fn preview(bytes: &[u8]) -> String {
    let mut parts = Vec::new();
    let mut walk = records(bytes);
    while let Some((offset, Read::Record(record))) = walk.next() {
        if parts.len() == MAX_PREVIEWED {
            parts.push("…".to_owned());
            break;
        }
        let payload =
            bytes.get(offset + usize::from(record.payload_start)..walk.offset()).unwrap_or_default();
        let value = match record.tag.wire_type {
            WireType::Len => quote_bytes(payload, true, 20).0,
            WireType::Sgroup | WireType::Egroup => "group".to_owned(),
            WireType::Varint | WireType::I64 | WireType::I32 => record.scalar.value.to_string(),
        };
        parts.push(format!("{}: {value}", record.tag.number));
    }
    parts.join(", ")
}

/// Text that is JSON for all of a repeated field or map, or for one element, as records.
fn elements_choice(open: &OpenDocument, row: &Row, text: &str) -> Option<ChoiceRow> {
    let Entry::Run { field, .. } = &row.entry else { return None };
    let message = open.tree.message_at(row.branch)?.message?;
    let parent = Kind::Message(message.clone());
    let read = |value: String| {
        let json = format!("{{\"{}\": {value}}}", field.name());
        parse_value(&parent, &json).ok().map(|encoded| encoded.payload).filter(|bytes| !bytes.is_empty())
    };
    let bytes = read(text.to_owned()).or_else(|| read(format!("[{text}]")))?;
    let detail = format!("{} B: {}", grouped(bytes.len() as u64), preview(&bytes));
    let records = Box::new(Lifted {
        message: Some(message.full_name().to_owned()),
        name: field.name().to_owned(),
        ..lifting::of_bytes(bytes)
    });
    let action = Action::PutRecords { row: Some(row.id), records, occupied: Occupied::Ask };
    Some(ChoiceRow { title: format!("Add to {}", field.name()), detail, action })
}

/// What a row's value is typed as.
enum Takes {
    Kind(Kind),
    Raw(WireType),
}

impl Takes {
    fn is_message(&self) -> bool {
        matches!(self, Takes::Kind(Kind::Message(_)) | Takes::Raw(WireType::Len | WireType::Sgroup))
    }

    fn takes(&self, text: &str) -> bool {
        match self {
            Takes::Kind(kind) => parse_value(kind, text).is_ok(),
            Takes::Raw(wire_type) => parse_raw(*wire_type, text).is_ok(),
        }
    }
}

fn value_kind(row: &Row) -> Option<Takes> {
    match &row.entry {
        Entry::Element { field, .. } => Some(Takes::Kind(field.kind())),
        Entry::Record { meaning: Meaning::Field(field), .. } if field.is_map() => match field.kind() {
            Kind::Message(entry) => entry.get_field(2).map(|value| Takes::Kind(value.kind())),
            _ => None,
        },
        Entry::Record {
            meaning: Meaning::Field(field) | Meaning::Chosen { declared: Some(field), .. },
            ..
        } => Some(Takes::Kind(field.kind())),
        Entry::Record {
            at, meaning: Meaning::Unknown | Meaning::Clash(_) | Meaning::Chosen { .. }, ..
        } => Some(Takes::Raw(at.wire_type())),
        _ => None,
    }
}
