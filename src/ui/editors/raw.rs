//! What no field declares, or what is not of its field's kind: every reading of it, side by side.

use super::large::{files_ui, large_ui};
use super::readings::readings_ui;
use super::string::rows_for;
use super::{Editing, Editor, Form, What, draft_ui};
use crate::app::Action;
use crate::schema::kind_label;
use crate::ui::theme::theme;
use crate::ui::widgets::TextButton;
use crate::wire::WireType;
use egui::Ui;

pub const EDITOR: Editor =
    Editor { name: "raw", fits: |subject| matches!(subject.what, What::Raw(_)), ui: raw_ui };

fn raw_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let What::Raw(wire_type) = editing.subject.what else { return None };
    if !editing.subject.is_whole() {
        let pinned = readings_ui(ui, editing);
        return large_ui(ui, editing).or(pinned);
    }
    if wire_type == WireType::Sgroup {
        let rows = rows_for(&editing.draft.text);
        let action = draft_ui(ui, editing, rows, true);
        ui.weak("The records between the tags, in hexadecimal");
        return action;
    }
    let mut action = readings_ui(ui, editing);
    if wire_type == WireType::Len {
        action = files_ui(ui, editing).or(action);
    }
    declared_ui(ui, editing).or(action)
}

/// For a record of another wire type than its field's: a value of the declared kind replaces it.
fn declared_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let field = editing.subject.row.entry.field()?.clone();
    ui.add_space(theme(ui).size.gap_small);
    if editing.draft.form != Form::Declared || editing.draft.reading.is_some() {
        let title = format!("Replace by {}…", kind_label(&field));
        let hint = "Writes the record anew, with the wire type that its field declares";
        if TextButton::new(&title).hint(hint).show(ui).clicked() {
            editing.draft.write_as(Form::Declared, editing.subject);
        }
        return None;
    }
    ui.weak(format!("A {} in place of this record", kind_label(&field)));
    draft_ui(ui, editing, 1, true)
}
