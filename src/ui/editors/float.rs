//! `float` and `double`, with NaN, infinities and negative zero.

use super::{Editing, Editor, draft_ui};
use crate::app::Action;
use crate::document::value::{Scalar, read_scalar};
use crate::schema::Kind;
use crate::ui::widgets::KeyValue;
use egui::Ui;

pub const EDITOR: Editor = Editor {
    name: "float",
    fits: |subject| matches!(subject.kind(), Some(Kind::Float | Kind::Double)),
    ui: float_ui,
};

fn float_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let action = draft_ui(ui, editing, 1, true);
    let bits = match read_scalar(editing.subject.kind()?, &editing.subject.head)? {
        Scalar::Float(value) => format!("0x{:08x}", value.to_bits()),
        Scalar::Double(value) => format!("0x{:016x}", value.to_bits()),
        _ => return action,
    };
    KeyValue::new("Bits", &bits).show(ui);
    ui.weak("Also nan, inf, -inf and -0");
    action
}
