//! Integers of every width: decimal or hexadecimal text, exact to 64 bits.

use super::{Editing, Editor, Form, draft_ui, forms_ui};
use crate::app::Action;
use crate::document::reading::TimeUnit;
use crate::document::value::bits_of;
use crate::schema::Kind;
use crate::ui::widgets::KeyValue;
use egui::Ui;

pub const EDITOR: Editor = Editor {
    name: "integer",
    fits: |subject| subject.kind().is_some_and(|kind| range_of(kind).is_some()),
    ui: integer_ui,
};

const FORMS: [(Form, &str); 2] = [(Form::Text, "Decimal"), (Form::Bits, "Hexadecimal")];

/// The least and the greatest value.
fn range_of(kind: &Kind) -> Option<(i128, i128)> {
    Some(match kind {
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => (i32::MIN.into(), i32::MAX.into()),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => (i64::MIN.into(), i64::MAX.into()),
        Kind::Uint32 | Kind::Fixed32 => (0, u32::MAX.into()),
        Kind::Uint64 | Kind::Fixed64 => (0, u64::MAX.into()),
        _ => return None,
    })
}

fn integer_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    forms_ui(ui, editing, "Written in", &FORMS, None);
    let action = draft_ui(ui, editing, 1, true);
    let kind = editing.subject.kind()?;
    if let Some(bits) = bits_of(kind, &editing.subject.head) {
        match editing.draft.form {
            Form::Bits => {
                let decimal = editing.subject.edit_text.clone().unwrap_or_default();
                KeyValue::new("Decimal", &decimal).show(ui);
            }
            _ => {
                KeyValue::new("Hexadecimal", &format!("0x{bits:x}")).show(ui);
            }
        }
        let all = binary(bits).join(" ");
        for (line_idx, line) in binary(bits).chunks(2).enumerate() {
            let name = if line_idx == 0 { "Binary" } else { "" };
            KeyValue::new(name, &line.join(" ")).copied(&all).show(ui);
        }
        if let Some((unit, time)) = likely_time(editing.subject.edit_text.as_deref()) {
            KeyValue::new(&format!("Time in {}", unit.symbol()), &time).show(ui);
        }
        let (least, greatest) = range_of(kind)?;
        KeyValue::new("Least", &least.to_string()).show(ui);
        KeyValue::new("Greatest", &greatest.to_string()).show(ui);
    }
    action
}

/// The time that an integer of our days may count.
fn likely_time(number: Option<&str>) -> Option<(TimeUnit, String)> {
    let count: i64 = number?.parse().ok()?;
    let unit = TimeUnit::likely(count)?;
    Some((unit, unit.text(count)?))
}

/// Groups of eight bits, without leading groups of zeros.
fn binary(bits: u64) -> Vec<String> {
    let bytes = bits.to_be_bytes();
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(7);
    bytes[first..].iter().map(|byte| format!("{byte:08b}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_stand_in_groups_of_eight() {
        assert_eq!(binary(0), ["00000000"]);
        assert_eq!(binary(0x0196), ["00000001", "10010110"]);
        assert_eq!(binary(u64::MAX).len(), 8);
    }
}
