//! `float` and `double`, with NaN, infinities and negative zero.

use super::{Editing, Editor, Form, draft_ui, forms_ui};
use crate::app::Action;
use crate::document::value::bits_text;
use crate::schema::Kind;
use crate::ui::theme::theme;
use crate::ui::widgets::{KeyValue, TextButton};
use egui::Ui;

pub const EDITOR: Editor = Editor {
    name: "float",
    fits: |subject| matches!(subject.kind(), Some(Kind::Float | Kind::Double)),
    ui: float_ui,
};

const FORMS: [(Form, &str); 2] = [(Form::Text, "Number"), (Form::Bits, "Bits")];
/// Values that are not typed every day, and what they are.
const SPECIAL: [(&str, &str); 4] = [
    ("nan", "Not a number; other NaNs can be typed by their bits"),
    ("inf", "Infinity"),
    ("-inf", "Negative infinity"),
    ("-0", "Zero with a sign"),
];

fn float_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    forms_ui(ui, editing, "Written as", &FORMS, None);
    let mut action = draft_ui(ui, editing, 1, true);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme(ui).size.gap_small;
        for (text, hint) in SPECIAL {
            if TextButton::new(text).hint(hint).show(ui).clicked() {
                editing.draft.write_as(Form::Text, editing.subject);
                editing.draft.begin();
                editing.draft.text = text.to_owned();
                action = editing.draft.set(editing.subject);
            }
        }
    });
    let bits = bits_text(editing.subject.kind()?, &editing.subject.head)?;
    match (editing.draft.form, &editing.subject.edit_text) {
        (Form::Bits, Some(number)) => KeyValue::new("Number", number).show(ui),
        _ => KeyValue::new("Bits", &bits).show(ui),
    };
    action
}
