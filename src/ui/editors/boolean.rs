//! `bool`: two buttons.

use super::{Editing, Editor};
use crate::app::Action;
use crate::schema::Kind;
use crate::ui::widgets::Segment;
use egui::Ui;

pub const EDITOR: Editor =
    Editor { name: "bool", fits: |subject| matches!(subject.kind(), Some(Kind::Bool)), ui: boolean_ui };

fn boolean_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let names = ["false", "true"];
    let now = names.iter().position(|name| editing.draft.text == *name);
    let chosen = Segment::new("Value", &names).show(ui, now)?;
    editing.draft.begin();
    editing.draft.text = names[chosen].to_owned();
    editing.draft.set(editing.subject)
}
