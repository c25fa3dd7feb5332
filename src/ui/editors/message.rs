//! Messages: what is in them, and all of them as JSON.

use super::string::rows_for;
use super::{Editing, Editor, error_ui};
use crate::app::{Action, Dialog};
use crate::document::value::parse_value;
use crate::schema::Kind;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::view::Place;
use crate::ui::widgets::{TextButton, TextField};
use egui::Ui;

pub const EDITOR: Editor = Editor {
    name: "message",
    fits: |subject| matches!(subject.kind(), Some(Kind::Message(_))),
    ui: message_ui,
};

fn message_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let row = editing.subject.row.id;
    let mut asked = None;
    if TextButton::new("Add field…").icon(Icon::Plus).outlined().show(ui).clicked() {
        asked = Some(Action::Show(Dialog::AddField { row: Some(row) }));
    }
    ui.add_space(theme(ui).size.gap_small);
    if editing.subject.edit_text.is_none() {
        ui.weak("JSON cannot carry all that is in this message, so it is edited field by field");
        return asked;
    }
    json_ui(ui, editing).or(asked)
}

/// Replaces the message when asked to, not while typing: half a message is seldom meant.
fn json_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    ui.weak("As JSON");
    let id = super::field_id(editing.tab, Place::Inspector);
    let rows = rows_for(&editing.draft.text);
    let invalid = editing.draft.error.is_some();
    let field = TextField::new("JSON", &mut editing.draft.text).id(id).rows(rows).mono().invalid(invalid);
    let field = field.show(ui);
    if field.changed() {
        let parsed = parse_value(editing.subject.kind()?, &editing.draft.text);
        editing.draft.error = parsed.err().map(|error| error.to_string());
    }
    let left_by_escape = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Escape));
    if left_by_escape {
        return editing.draft.take_back(editing.subject);
    }
    error_ui(ui, editing.draft);
    let is_same = editing.subject.edit_text.as_ref() == Some(&editing.draft.text);
    let reason = match () {
        () if is_same => Some("The text is what the message already holds"),
        () if editing.draft.error.is_some() => Some("The text is not a message of this type"),
        () => None,
    };
    let replace = TextButton::new("Replace with this text").outlined().disabled(reason);
    if replace.show(ui).clicked() {
        editing.draft.begin();
        return editing.draft.set(editing.subject);
    }
    None
}
