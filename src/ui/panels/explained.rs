//! What the selected value says beside what it is: ids, handles and times taken apart.

use crate::document::reading::{Explained, explain_time, explain_uuid};
use crate::rocketmq::explain_id;
use crate::schema::Kind;
use crate::ui::editors::{Subject, What};
use crate::ui::widgets::{KeyValue, section_ui};
use crate::wire::WireType;
use egui::Ui;

/// Longer texts are no ids.
const MAX_LEN: usize = 1_024;
const NAME_WIDTH: f32 = 118.0;

pub fn explained_ui(ui: &mut Ui, subject: &Subject) {
    let Some(found) = explained(subject) else { return };
    section_ui(ui, "Looks like", "", None);
    ui.add(egui::Label::new(&found.what).wrap());
    for (name, value) in &found.parts {
        KeyValue::new(name, value).name_width(NAME_WIDTH).elide_middle().show(ui);
    }
}

fn explained(subject: &Subject) -> Option<Explained> {
    match &subject.what {
        What::Value(Kind::String | Kind::Bytes) | What::Raw(WireType::Len) => text(subject),
        What::Value(
            Kind::Int64
            | Kind::Uint64
            | Kind::Fixed64
            | Kind::Sfixed64
            | Kind::Sint64
            | Kind::Int32
            | Kind::Uint32
            | Kind::Fixed32
            | Kind::Sfixed32
            | Kind::Sint32,
        ) => explain_time(subject.edit_text.as_ref()?.parse().ok()?),
        _ => None,
    }
}

fn text(subject: &Subject) -> Option<Explained> {
    if !subject.is_whole() || subject.head.len() > MAX_LEN {
        return None;
    }
    let text = std::str::from_utf8(&subject.head).ok()?;
    let digits = || text.parse::<i64>().ok().filter(|_| text.len() >= 10);
    explain_uuid(text).or_else(|| explain_id(text)).or_else(|| explain_time(digits()?))
}
