//! `google.protobuf.Int32Value` and its siblings: the value inside.

use super::string::rows_for;
use super::{Editing, Editor, Subject, draft_ui};
use crate::app::Action;
use crate::schema::WellKnown;
use crate::schema::{Kind, kind_name};
use egui::Ui;

pub const EDITOR: Editor = Editor { name: "wrapper", fits: is_wrapper, ui: wrapper_ui };

fn boxed(subject: &Subject) -> Option<Kind> {
    let Some(Kind::Message(message)) = subject.kind() else { return None };
    match WellKnown::of(message)? {
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
    ui.weak(format!("The {} inside", kind_name(&kind)));
    let rows = if matches!(kind, Kind::String) { rows_for(&editing.draft.text) } else { 1 };
    draft_ui(ui, editing, rows, true)
}
