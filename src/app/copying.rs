//! What the commands about bytes and the clipboard mean now.

use super::action::{Action, Dialog, FileDialog, Pane};
use super::command::{Command, NO_SELECTION, document};
use super::cursor::ByteAct;
use super::state::{OpenDocument, State};
use crate::document::value::{edit_text, raw_edit_text};
use crate::document::{Entry, Meaning, ReadMode, Row};
use crate::format::spaced_hex;
use std::ops::Range;

/// Bytes that go onto the clipboard at once.
const MAX_COPIED: u64 = 1 << 20;

/// The name in `format::LITERALS` that a command copies bytes by.
fn literal_of(command: Command) -> Option<&'static str> {
    Some(match command {
        Command::CopyHex => "hex",
        Command::CopyBase64 => "base64",
        Command::CopyEscaped => "escaped",
        Command::CopyC => "c",
        Command::CopyRust => "rust",
        Command::CopyGo => "go",
        Command::CopyJava => "java",
        Command::CopyPython => "python",
        _ => return None,
    })
}

pub(super) fn resolve(command: Command, state: &State) -> Result<Action, &'static str> {
    let (_, open) = document(state)?;
    if let Some(name) = literal_of(command) {
        let range = open.bytes_at_hand().ok_or(NO_SELECTION)?;
        return Ok(Action::CopyBytes { range, name: name.to_owned() });
    }
    match command {
        Command::Copy if open.selected_row().is_some_and(|row| matches!(row.entry, Entry::Rest { .. })) => {
            let range = open.bytes_at_hand().ok_or(NO_SELECTION)?;
            Ok(Action::CopyBytes { range, name: "hex".to_owned() })
        }
        Command::Copy | Command::Cut
            if open.selected_row().is_some_and(|row| matches!(row.entry, Entry::Absent { .. })) =>
        {
            Err("This field is not set; there is nothing to copy")
        }
        Command::Copy | Command::Cut => {
            let row = open.selection.as_ref().ok_or(NO_SELECTION)?.row;
            let is_cut = command == Command::Cut;
            Ok(if is_cut { Action::CutRecords(row) } else { Action::CopyRecords(row) })
        }
        Command::BytesToFile => {
            let range = open.bytes_at_hand().ok_or(NO_SELECTION)?;
            Ok(Action::Show(Dialog::File(FileDialog::BytesToFile { range })))
        }
        Command::SelectAllBytes if open.document.is_empty() => Err("The document has no bytes"),
        Command::SelectAllBytes => Ok(Action::Bytes(ByteAct::SelectAll)),
        Command::SelectValue => {
            let value = open.selected_value().ok_or(NO_SELECTION)?;
            Ok(Action::Bytes(ByteAct::Select { from: value.start, to: value.end }))
        }
        // The window gives the pane the keyboard.
        Command::FocusBytes => Ok(Action::Bytes(ByteAct::Deselect)),
        Command::FocusInspector => {
            open.selection.as_ref().map(|_| Action::ShowPane(Pane::Inspector)).ok_or(NO_SELECTION)
        }
        Command::ToggleInsert => Ok(Action::Bytes(ByteAct::Insert(!open.cursor.inserts()))),
        _ => Ok(Action::Bytes(ByteAct::KeepLengths(!open.cursor.keeps_lengths()))),
    }
}

fn copied(open: &OpenDocument, range: Range<u64>) -> Result<Vec<u8>, &'static str> {
    if range.end.saturating_sub(range.start) > MAX_COPIED {
        return Err("This is larger than 1 MiB; write it to a file instead");
    }
    let bytes = open.document.snapshot().bytes(range, ReadMode::Cached);
    bytes.map_err(|_missing| "These bytes are still being read")
}

/// The row's value as it could be typed again; bytes without a spelling as hex.
pub(super) fn value_text(open: &OpenDocument, row: &Row) -> Result<String, &'static str> {
    let (text, payload) = match &row.entry {
        Entry::Record { at, meaning, .. } => {
            let payload = copied(open, at.payload())?;
            let declared = match meaning {
                Meaning::Field(field) if !field.is_map() => Some(field.kind()),
                _ => None,
            };
            let text = match (declared, meaning) {
                (Some(kind), _) => edit_text(&kind, &payload),
                (None, Meaning::Chosen { reading, .. }) => reading.text(&payload),
                (None, _) => raw_edit_text(at.wire_type(), &payload),
            };
            (text, payload)
        }
        Entry::Element { field, range, .. } => {
            let payload = copied(open, range.clone())?;
            (edit_text(&field.kind(), &payload), payload)
        }
        entry => (None, copied(open, entry.range())?),
    };
    Ok(text.unwrap_or_else(|| format!("hex:{}", spaced_hex(&payload))))
}
