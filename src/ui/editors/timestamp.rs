//! `google.protobuf.Timestamp`: as RFC 3339.

use super::{Editing, Editor, Subject, draft_ui};
use crate::app::Action;
use crate::document::value::{read_seconds_nanos, timestamp_text};
use crate::schema::Kind;
use crate::schema::WellKnown;
use crate::ui::widgets::KeyValue;
use egui::Ui;

pub const EDITOR: Editor = Editor { name: "timestamp", fits: is_timestamp, ui: timestamp_ui };

fn is_timestamp(subject: &Subject) -> bool {
    let Some(Kind::Message(message)) = subject.kind() else { return false };
    WellKnown::of(message) == Some(WellKnown::Timestamp)
}

fn timestamp_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let action = draft_ui(ui, editing, 1, true);
    let (time, has_more) = read_seconds_nanos(&editing.subject.head);
    if let Some(utc) = timestamp_text(time) {
        KeyValue::new("UTC", &utc).name_width(72.0).show(ui);
    }
    if let Some(local) = local_text(time.seconds, time.nanos) {
        KeyValue::new("Local", &local).name_width(72.0).show(ui);
    }
    KeyValue::new("Seconds", &time.seconds.to_string()).name_width(72.0).show(ui);
    KeyValue::new("Nanos", &time.nanos.to_string()).name_width(72.0).show(ui);
    if has_more {
        ui.weak("There are more records inside; open the row to see them");
    }
    action
}

/// Without the fraction, which is that of UTC.
fn local_text(seconds: i64, nanos: i32) -> Option<String> {
    let time = jiff::Timestamp::new(seconds, nanos).ok()?;
    let zone = jiff::tz::TimeZone::try_system().ok()?;
    let zoned = time.to_zoned_datetime(zone);
    Some(zoned.strftime("%Y-%m-%d %H:%M:%S %:z").to_string())
}
