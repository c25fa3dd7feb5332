//! `bytes`: as text, hexadecimal or base64, or from and to a file.

use super::large::{files_ui, large_ui};
use super::string::rows_for;
use super::{Editing, Editor, Form, draft_ui, forms_ui};
use crate::app::Action;
use crate::schema::Kind;
use egui::Ui;

pub const EDITOR: Editor =
    Editor { name: "bytes", fits: |subject| matches!(subject.kind(), Some(Kind::Bytes)), ui: bytes_ui };

const FORMS: [(Form, &str); 3] = [(Form::Text, "Text"), (Form::Hex, "Hex"), (Form::Base64, "Base64")];

fn bytes_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    if !editing.subject.is_whole() {
        return large_ui(ui, editing);
    }
    let no_text = (!editing.subject.head.is_empty() && !editing.subject.head_is_text())
        .then_some((0, "These bytes are not text that could be typed"));
    forms_ui(ui, editing, "Written as", &FORMS, no_text);
    let rows = rows_for(&editing.draft.text);
    let action = draft_ui(ui, editing, rows, true);
    files_ui(ui, editing).or(action)
}
