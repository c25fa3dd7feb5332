//! `string`: text of many lines. What is not UTF-8 is edited as hexadecimal, never replaced.

use super::bytes::{files_ui, head_ui};
use super::{Editing, Editor, draft_ui};
use crate::app::Action;
use crate::schema::Kind;
use crate::ui::editors::Form;
use crate::ui::theme::theme;
use egui::Ui;

pub const EDITOR: Editor =
    Editor { name: "string", fits: |subject| matches!(subject.kind(), Some(Kind::String)), ui: string_ui };

fn string_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    if !editing.subject.is_whole() {
        head_ui(ui, editing.subject);
        return files_ui(ui, editing);
    }
    if editing.draft.form == Form::Hex {
        let text = "These bytes are not valid UTF-8, so they are shown in hexadecimal";
        ui.colored_label(theme(ui).color.problem, text);
    }
    let rows = rows_for(&editing.draft.text);
    draft_ui(ui, editing, rows, true)
}

/// Lines of the field for this text; a few more than it has, so that there is room to type.
pub fn rows_for(text: &str) -> usize {
    let wrapped: usize = text.split('\n').take(20).map(|line| 1 + line.len() / 40).sum();
    (wrapped + 1).clamp(3, 12)
}
