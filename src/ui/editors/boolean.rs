//! `bool`: two buttons.

use super::{Editing, Editor};
use crate::app::Action;
use crate::schema::Kind;
use crate::ui::theme::theme;
use crate::ui::widgets::Segment;
use crate::wire::read_varint;
use egui::Ui;

pub const EDITOR: Editor =
    Editor { name: "bool", fits: |subject| matches!(subject.kind(), Some(Kind::Bool)), ui: boolean_ui };

fn boolean_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let action = choice_ui(ui, editing);
    if let Ok(varint) = read_varint(&editing.subject.head)
        && varint.value > 1
    {
        let text = format!("{} on the wire, which reads as true; it is kept until edited", varint.value);
        ui.colored_label(theme(ui).color.warning, text);
    }
    action
}

/// For a bool, boxed or not.
pub fn choice_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let names = ["false", "true"];
    let now = names.iter().position(|name| editing.draft.text == *name);
    let chosen = Segment::new("Value", &names).show(ui, now)?;
    editing.draft.begin();
    editing.draft.text = names[chosen].to_owned();
    editing.draft.set(editing.subject)
}
