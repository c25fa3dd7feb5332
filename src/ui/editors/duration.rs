//! `google.protobuf.Duration`: in seconds, or with units.

use super::{Editing, Editor, Subject, draft_ui};
use crate::app::Action;
use crate::document::value::read_seconds_nanos;
use crate::schema::Kind;
use crate::schema::WellKnown;
use crate::ui::widgets::KeyValue;
use egui::Ui;

pub const EDITOR: Editor = Editor { name: "duration", fits: is_duration, ui: duration_ui };

fn is_duration(subject: &Subject) -> bool {
    let Some(Kind::Message(message)) = subject.kind() else { return false };
    WellKnown::of(message) == Some(WellKnown::Duration)
}

fn duration_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let action = draft_ui(ui, editing, 1, true);
    let (time, _) = read_seconds_nanos(&editing.subject.head);
    KeyValue::new("Seconds", &time.seconds.to_string()).show(ui);
    KeyValue::new("Nanos", &time.nanos.to_string()).show(ui);
    ui.weak("Such as 1.5s, 250ms or 1h2m3s");
    action
}
