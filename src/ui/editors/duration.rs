//! `google.protobuf.Duration`: in seconds or with units, by its parts, or by its two numbers.

use super::time::{self, is_in_range, parts_ui};
use super::{Editing, Editor, Form, draft_ui, forms_ui};
use crate::app::Action;
use crate::document::value::{duration_text, read_seconds_nanos};
use crate::schema::WellKnown;
use crate::ui::theme::theme;
use crate::ui::widgets::KeyValue;
use egui::{Label, RichText, Ui};

pub const EDITOR: Editor = Editor {
    name: "duration",
    fits: |subject| time::known(subject) == Some(WellKnown::Duration),
    ui: duration_ui,
};

const FORMS: [(Form, &str); 3] = [(Form::Text, "Text"), (Form::Fields, "Fields"), (Form::Raw, "Raw")];

fn duration_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    forms_ui(ui, editing, "Written as", &FORMS, None);
    let (time, has_more) = read_seconds_nanos(&editing.subject.head);
    let action = match editing.draft.form {
        Form::Fields => parts_ui(ui, editing, &["Hours", "Minutes", "Seconds", "Nanos"]),
        Form::Raw => parts_ui(ui, editing, &["Seconds", "Nanos"]),
        _ => draft_ui(ui, editing, 1, true),
    };
    if !is_in_range(editing.subject) {
        let text = "Out of range: a Duration is at most 315576000000 seconds to either side, with nanos \
                    of the same sign.";
        ui.add(Label::new(RichText::new(text).color(theme(ui).color.warning)).wrap());
    }
    if let Some(text) = duration_text(time).filter(|_| editing.draft.form != Form::Text) {
        KeyValue::new("In all", &text).show(ui);
    }
    if editing.draft.form != Form::Raw {
        KeyValue::new("Seconds", &time.seconds.to_string()).show(ui);
        KeyValue::new("Nanos", &time.nanos.to_string()).show(ui);
    }
    if editing.draft.form == Form::Text {
        ui.weak("Such as 1.5s, 250ms or 1h2m3s");
    }
    if has_more {
        ui.weak("There are more records inside; open the row to see them");
    }
    action
}
