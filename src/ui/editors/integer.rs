//! Integers of every width: decimal or hexadecimal text, exact to 64 bits.

use super::{Editing, Editor, draft_ui};
use crate::app::Action;
use crate::document::value::{Scalar, read_scalar};
use crate::schema::Kind;
use crate::ui::widgets::KeyValue;
use egui::Ui;

pub const EDITOR: Editor = Editor {
    name: "integer",
    fits: |subject| subject.kind().is_some_and(|kind| range_of(kind).is_some()),
    ui: integer_ui,
};

/// The least and the greatest value, and the width in hexadecimal digits.
fn range_of(kind: &Kind) -> Option<(i128, i128, usize)> {
    Some(match kind {
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => (i32::MIN.into(), i32::MAX.into(), 8),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => (i64::MIN.into(), i64::MAX.into(), 16),
        Kind::Uint32 | Kind::Fixed32 => (0, u32::MAX.into(), 8),
        Kind::Uint64 | Kind::Fixed64 => (0, u64::MAX.into(), 16),
        _ => return None,
    })
}

fn integer_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let action = draft_ui(ui, editing, 1, true);
    let kind = editing.subject.kind()?;
    if let Some(Scalar::Int(value)) = read_scalar(kind, &editing.subject.head) {
        let bits = if range_of(kind)?.2 == 8 { u64::from(value as u32) } else { value as u64 };
        KeyValue::new("Hexadecimal", &format!("0x{bits:x}")).show(ui);
        KeyValue::new("Binary", &binary(bits)).show(ui);
        let (least, greatest, _) = range_of(kind)?;
        KeyValue::new("Range", &format!("{least} to {greatest}")).show(ui);
    }
    action
}

/// Groups of eight bits, without leading groups of zeros.
fn binary(bits: u64) -> String {
    let bytes = bits.to_be_bytes();
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(7);
    let groups: Vec<String> = bytes[first..].iter().map(|byte| format!("{byte:08b}")).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_stand_in_groups_of_eight() {
        assert_eq!(binary(0), "00000000");
        assert_eq!(binary(0x0196), "00000001 10010110");
        assert_eq!(binary(u64::MAX).len(), 8 * 9 - 1);
    }
}
