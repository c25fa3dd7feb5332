//! What no field declares, or what is not of its field's kind: raw text, started from any reading.

use super::bytes::{files_ui, head_ui};
use super::string::rows_for;
use super::{Editing, Editor, Subject, What, draft_ui};
use crate::app::Action;
use crate::ui::theme::theme;
use crate::ui::widgets::TextButton;
use crate::wire::WireType;
use egui::Ui;

pub const EDITOR: Editor =
    Editor { name: "raw", fits: |subject| matches!(subject.what, What::Raw(_)), ui: raw_ui };

fn raw_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let What::Raw(wire_type) = editing.subject.what else { return None };
    if !editing.subject.is_whole() {
        head_ui(ui, editing.subject);
        return files_ui(ui, editing);
    }
    let rows =
        if matches!(wire_type, WireType::Len | WireType::Sgroup) { rows_for(&editing.draft.text) } else { 1 };
    let action = draft_ui(ui, editing, rows, true);
    ui.weak(hint(wire_type));
    notations_ui(ui, editing);
    action
}

fn hint(wire_type: WireType) -> &'static str {
    match wire_type {
        WireType::Varint => "An integer, or zigzag: and a signed one",
        WireType::I32 | WireType::I64 => "An integer, or a number with a point",
        WireType::Len => "Text, or hex:… or base64:…",
        WireType::Sgroup | WireType::Egroup => "The records between the tags, as hex:…",
    }
}

/// The same bytes in the notation of each reading, to go on from.
fn notations_ui(ui: &mut Ui, editing: &mut Editing<'_>) {
    let notations = notations(editing.subject);
    if notations.len() < 2 {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme(ui).size.gap_small;
        ui.weak("Write as");
        for (kind, text) in notations {
            if TextButton::new(kind)
                .hint("Puts the same value into the field in this notation")
                .show(ui)
                .clicked()
            {
                editing.draft.text = text;
                editing.draft.error = None;
                editing.draft.hint = None;
            }
        }
    });
}

/// What could be typed for each reading, all giving the bytes that are there.
fn notations(subject: &Subject) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for reading in &subject.readings {
        let text = match reading.kind {
            "uint64" | "int64" | "fixed32" | "sfixed32" | "fixed64" | "sfixed64" => reading.text.clone(),
            "sint64" => format!("zigzag:{}", reading.text),
            "float" | "double" => with_point(&reading.text),
            "string" => reading.text.clone(),
            "bytes" => format!("hex:{}", super::draft::hex(&subject.head)),
            _ => continue,
        };
        found.push((reading.kind, text));
    }
    found
}

fn with_point(number: &str) -> String {
    if number.contains(['.', 'e', 'n', 'N', 'i']) { number.to_owned() } else { format!("{number}.0") }
}

#[cfg(test)]
mod tests {
    use super::with_point;

    #[test]
    fn a_float_is_told_by_its_point() {
        for (number, text) in [("1", "1.0"), ("1.5", "1.5"), ("-inf", "-inf"), ("nan", "nan")] {
            assert_eq!(with_point(number), text);
        }
    }
}
