//! `string`: text of many lines. What is hidden, and what is not UTF-8, can be spelled out and is
//! never replaced.

use super::large::{files_ui, large_ui};
use super::{Editing, Editor, Form, draft_ui, forms_ui};
use crate::app::Action;
use crate::document::value::hidden_in;
use crate::schema::Kind;
use crate::ui::theme::theme;
use egui::{Label, RichText, Ui};

pub const EDITOR: Editor =
    Editor { name: "string", fits: |subject| matches!(subject.kind(), Some(Kind::String)), ui: string_ui };

const FORMS: [(Form, &str); 3] = [(Form::Text, "Text"), (Form::Escaped, "Escaped"), (Form::Hex, "Hex")];

fn string_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    if !editing.subject.is_whole() {
        return large_ui(ui, editing);
    }
    let hidden = hidden_in(&editing.subject.head);
    let no_text =
        (hidden.n_invalid > 0).then_some((0, "Typing here would replace the bytes that are not UTF-8"));
    forms_ui(ui, editing, "Written as", &FORMS, no_text);
    let rows = rows_for(&editing.draft.text);
    let action = draft_ui(ui, editing, rows, true);
    let color = &theme(ui).color;
    if hidden.n_invalid > 0 {
        let text = match hidden.n_invalid {
            1 => "1 byte is not UTF-8; it is kept as it is".to_owned(),
            n => format!("{n} bytes are not UTF-8; they are kept as they are"),
        };
        ui.add(Label::new(RichText::new(text).color(color.problem)).wrap());
    }
    if hidden.n_hidden > 0 {
        let (many, them) =
            if hidden.n_hidden == 1 { ("character does", "it") } else { ("characters do", "them") };
        let where_shown = match editing.draft.form {
            Form::Text => format!("; Escaped spells {them} out"),
            _ => String::new(),
        };
        let text = format!("{} {many} not show{where_shown}", hidden.n_hidden);
        ui.add(Label::new(RichText::new(text).color(color.warning)).wrap());
    }
    let n_chars = String::from_utf8_lossy(&editing.subject.head).chars().count();
    let n_bytes = editing.subject.head.len();
    ui.weak(format!("{n_chars} {}, {n_bytes} {}", plural(n_chars, "character"), plural(n_bytes, "byte")));
    files_ui(ui, editing).or(action)
}

fn plural(n: usize, what: &str) -> String {
    if n == 1 { what.to_owned() } else { format!("{what}s") }
}

/// Lines of the field for this text; a few more than it has, so that there is room to type.
pub fn rows_for(text: &str) -> usize {
    let wrapped: usize = text.split('\n').take(20).map(|line| 1 + line.len() / 40).sum();
    (wrapped + 1).clamp(3, 12)
}
