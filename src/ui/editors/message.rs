//! Messages: what is in them, and all of them as JSON.

use super::large::large_ui;
use super::string::rows_for;
use super::{Editing, Editor, Form, draft_ui, error_ui, forms_ui};
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
    if !editing.subject.is_whole() {
        return large_ui(ui, editing).or(asked);
    }
    let no_json = editing.subject.edit_text.is_none();
    let why = "JSON cannot carry all that is in this message, so it is edited field by field";
    forms_ui(ui, editing, "Written as", &FORMS, no_json.then_some((0, why)));
    let changed = match editing.draft.form {
        Form::Hex => {
            let rows = rows_for(&editing.draft.text);
            draft_ui(ui, editing, rows, true)
        }
        _ if no_json => {
            ui.add(egui::Label::new(egui::RichText::new(why).color(theme(ui).color.muted)).wrap());
            None
        }
        _ => json_ui(ui, editing),
    };
    changed.or(asked)
}

const FORMS: [(Form, &str); 2] = [(Form::Text, "JSON"), (Form::Hex, "Raw")];

/// Replaces the message when asked to, not while typing: half a message is seldom meant.
pub fn json_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
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
    error_ui(ui, Some(editing.draft));
    let is_same = editing.draft.text == editing.subject.text_in(Form::Text);
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

/// JSON on one line as JSON on many, in its own order; other text as it is.
pub fn spread(json: &str) -> String {
    if !json.starts_with(['{', '[']) {
        return json.to_owned();
    }
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    let mut characters = json.chars().peekable();
    while let Some(character) = characters.next() {
        if in_string {
            out.push(character);
            in_string = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
            continue;
        }
        match character {
            '{' | '[' if matches!(characters.peek(), Some('}' | ']')) => out.push(character),
            '{' | '[' => {
                depth += 1;
                out.push(character);
                new_line(&mut out, depth);
            }
            '}' | ']' => {
                if !out.ends_with(['{', '[']) {
                    depth = depth.saturating_sub(1);
                    new_line(&mut out, depth);
                }
                out.push(character);
            }
            ',' => {
                out.push(character);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => {
                in_string = character == '"';
                out.push(character);
            }
        }
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth.min(40)));
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn json_is_spread_over_lines_and_strings_are_left_alone() {
        let cases = [
            (r#"{"a":1,"b":"x,{\"}"}"#, "{\n  \"a\": 1,\n  \"b\": \"x,{\\\"}\"\n}"),
            (r#"{"a":{},"b":[1]}"#, "{\n  \"a\": {},\n  \"b\": [\n    1\n  ]\n}"),
            ("{}", "{}"),
            ("1.5s", "1.5s"),
        ];
        for (json, text) in cases {
            assert_eq!(spread(json), text);
        }
    }
}
