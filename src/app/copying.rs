//! What the commands about bytes and the clipboard mean now.

use super::action::{Action, Dialog, FileDialog};
use super::command::{Command, NO_SELECTION, document};
use super::cursor::ByteAct;
use super::state::State;
use crate::document::Entry;

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
        Command::ToggleInsert => Ok(Action::Bytes(ByteAct::Insert(!open.cursor.inserts()))),
        _ => Ok(Action::Bytes(ByteAct::KeepLengths(!open.cursor.keeps_lengths()))),
    }
}
