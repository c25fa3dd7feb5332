//! `google.protobuf.Timestamp`: as RFC 3339, by date and time of a zone, or by its two numbers.

use super::time::{self, is_in_range, local_text, parts_ui, zone_name};
use super::{Editing, Editor, Form, draft_ui, forms_ui};
use crate::app::Action;
use crate::document::value::{read_seconds_nanos, timestamp_text};
use crate::schema::WellKnown;
use crate::ui::theme::theme;
use crate::ui::widgets::{KeyValue, Segment};
use egui::{Label, RichText, Ui};

pub const EDITOR: Editor = Editor {
    name: "timestamp",
    fits: |subject| time::known(subject) == Some(WellKnown::Timestamp),
    ui: timestamp_ui,
};

const FORMS: [(Form, &str); 3] = [(Form::Text, "Text"), (Form::Fields, "Fields"), (Form::Raw, "Raw")];

fn timestamp_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let is_in_range = is_in_range(editing.subject);
    let (time, has_more) = read_seconds_nanos(&editing.subject.head);
    let no_fields =
        (!is_in_range).then_some((1, "This is not a date; it can be changed as raw seconds and nanos"));
    forms_ui(ui, editing, "Written as", &FORMS, no_fields);
    let action = match editing.draft.form {
        Form::Fields => {
            if let Some(zone) = zone_name() {
                let now = usize::from(editing.draft.is_local);
                if let Some(chosen) = Segment::new("Zone", &["UTC", zone.as_str()]).show(ui, Some(now)) {
                    editing.draft.set_local(chosen == 1, editing.subject);
                }
                ui.add_space(theme(ui).size.gap_small);
            }
            if editing.draft.parts.is_empty() {
                ui.weak("No zone reaches this time; UTC does");
            }
            parts_ui(ui, editing, &["Date", "Time", "Nanos"])
        }
        Form::Raw => parts_ui(ui, editing, &["Seconds", "Nanos"]),
        _ => draft_ui(ui, editing, 1, true),
    };
    if !is_in_range {
        let text = "Out of range: a Timestamp goes from year 1 to 9999, with nanos from 0 to 999999999.";
        ui.add(Label::new(RichText::new(text).color(theme(ui).color.warning)).wrap());
    }
    if let Some(utc) = timestamp_text(time).filter(|_| editing.draft.form != Form::Text) {
        KeyValue::new("UTC", &utc).show(ui);
    }
    if let Some(local) = local_text(time).filter(|_| zone_name().is_some()) {
        KeyValue::new("Local", &local).show(ui);
    }
    if editing.draft.form != Form::Raw {
        KeyValue::new("Seconds", &time.seconds.to_string()).show(ui);
        KeyValue::new("Nanos", &time.nanos.to_string()).show(ui);
    }
    if has_more {
        ui.weak("There are more records inside; open the row to see them");
    }
    action
}
