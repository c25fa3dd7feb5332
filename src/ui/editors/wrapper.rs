//! `google.protobuf.Int32Value` and its siblings: the value inside.

use super::boolean::choice_ui;
use super::string::rows_for;
use super::{Editing, Editor, Form, Subject, draft_ui, forms_ui, time};
use crate::app::Action;
use crate::schema::WellKnown;
use crate::schema::{Kind, kind_name};
use egui::Ui;

pub const EDITOR: Editor = Editor { name: "wrapper", fits: is_wrapper, ui: wrapper_ui };

const FORMS: [(Form, &str); 2] = [(Form::Text, "Value"), (Form::Hex, "Raw")];

fn boxed(subject: &Subject) -> Option<Kind> {
    match time::known(subject)? {
        WellKnown::Wrapper(kind) => Some(kind),
        _ => None,
    }
}

/// One that holds more than its value is a message like any other.
fn is_wrapper(subject: &Subject) -> bool {
    boxed(subject).is_some() && subject.edit_text.is_some()
}

fn wrapper_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let kind = boxed(editing.subject)?;
    forms_ui(ui, editing, "Written as", &FORMS, None);
    if editing.draft.form == Form::Hex {
        let rows = rows_for(&editing.draft.text);
        return draft_ui(ui, editing, rows, true);
    }
    let is_default =
        if editing.subject.head.is_empty() { ", which is not written as it is the default" } else { "" };
    ui.weak(format!("The {} inside{is_default}", kind_name(&kind)));
    if matches!(kind, Kind::Bool) {
        return choice_ui(ui, editing);
    }
    let rows = if matches!(kind, Kind::String | Kind::Bytes) { rows_for(&editing.draft.text) } else { 1 };
    let action = draft_ui(ui, editing, rows, true);
    if matches!(kind, Kind::Bytes) {
        ui.weak("Text, or hex:… or base64:…");
    }
    action
}
