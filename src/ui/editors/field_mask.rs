//! `google.protobuf.FieldMask`: one path a line.

use super::string::rows_for;
use super::{Editing, Editor, Form, draft_ui, forms_ui, time};
use crate::app::Action;
use crate::schema::WellKnown;
use egui::Ui;

/// A mask whose paths could not be told apart in text is a message like any other.
pub const EDITOR: Editor = Editor {
    name: "field mask",
    fits: |subject| time::known(subject) == Some(WellKnown::FieldMask) && subject.edit_text.is_some(),
    ui: field_mask_ui,
};

const FORMS: [(Form, &str); 2] = [(Form::Text, "Paths"), (Form::Hex, "Raw")];

fn field_mask_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    forms_ui(ui, editing, "Written as", &FORMS, None);
    let rows = rows_for(&editing.draft.text);
    let action = draft_ui(ui, editing, rows, true);
    if editing.draft.form == Form::Text {
        let n_paths = editing.draft.text.lines().filter(|line| !line.trim().is_empty()).count();
        ui.weak(format!("{n_paths} {}, one per line", if n_paths == 1 { "path" } else { "paths" }));
    }
    action
}
