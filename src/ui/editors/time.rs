//! Timestamp and Duration in several fields.

use super::{Editing, Form, Subject, after_typing, field_id};
use crate::app::Action;
use crate::document::value::{
    Scalar, SecondsNanos, ValueError, duration_text, parse_timestamp, parse_value, read_scalar,
    read_seconds_nanos, timestamp_text, with_seconds_nanos,
};
use crate::schema::{Kind, WellKnown};
use crate::ui::fonts;
use crate::ui::theme::theme;
use crate::ui::view::Place;
use crate::ui::widgets::{NAME_WIDTH, TextField, cell};
use egui::{Align, Id, Ui, vec2};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The well-known type that the subject is a value of.
pub fn known(subject: &Subject) -> Option<WellKnown> {
    match subject.kind()? {
        Kind::Message(message) => WellKnown::of(message),
        _ => None,
    }
}

/// The text of each field of a form; none for forms with one field.
pub fn parts_of(subject: &Subject, form: Form, is_local: bool) -> Vec<String> {
    let (time, _) = read_seconds_nanos(&subject.head);
    match (form, known(subject)) {
        (Form::Raw, Some(_)) => vec![time.seconds.to_string(), time.nanos.to_string()],
        (Form::Fields, Some(WellKnown::Timestamp)) if is_local => local_parts(time).unwrap_or_default(),
        (Form::Fields, Some(WellKnown::Timestamp)) => utc_parts(time).unwrap_or_default(),
        (Form::Fields, Some(WellKnown::Duration)) => {
            let (hours, minutes, seconds) = (time.seconds / 3600, time.seconds / 60 % 60, time.seconds % 60);
            let nanos = i64::from(time.nanos);
            [hours, minutes, seconds, nanos].map(|part| part.to_string()).into()
        }
        _ => Vec::new(),
    }
}

fn utc_parts(time: SecondsNanos) -> Option<Vec<String>> {
    let text = timestamp_text(SecondsNanos { nanos: 0, ..time })?;
    let (date, clock) = text.trim_end_matches('Z').split_once('T')?;
    Some(vec![date.to_owned(), clock.to_owned(), time.nanos.to_string()])
}

fn local_parts(time: SecondsNanos) -> Option<Vec<String>> {
    let zoned = jiff::Timestamp::new(time.seconds, 0).ok()?.to_zoned_datetime(zone()?);
    let clock = zoned.strftime("%H:%M:%S").to_string();
    Some(vec![zoned.date().to_string(), clock, time.nanos.to_string()])
}

fn zone() -> Option<TimeZone> {
    TimeZone::try_system().ok()
}

/// The name of the person's zone, such as `Europe/Berlin`, if it is another than UTC.
pub fn zone_name() -> Option<String> {
    let zone = zone()?;
    let name = zone.iana_name().unwrap_or("Local");
    let is_utc = zone == TimeZone::UTC || matches!(name, "UTC" | "Etc/UTC" | "Etc/UCT" | "Zulu");
    (!is_utc).then(|| name.to_owned())
}

/// The time in the person's zone, written like that of UTC: `2026-11-23T12:15:04.250+02:00`.
pub fn local_text(time: SecondsNanos) -> Option<String> {
    let utc = timestamp_text(time)?;
    let fraction =
        utc.trim_end_matches('Z').split_once('.').map_or(String::new(), |(_, rest)| format!(".{rest}"));
    let zoned = jiff::Timestamp::new(time.seconds, 0).ok()?.to_zoned_datetime(zone()?);
    Some(format!("{}{fraction}{}", zoned.strftime("%Y-%m-%dT%H:%M:%S"), zoned.strftime("%:z")))
}

/// The payload that the fields of a form stand for; what else is in `present` stays.
pub fn payload_of(
    known: Option<WellKnown>,
    form: Form,
    is_local: bool,
    parts: &[String],
    present: &[u8],
) -> Result<Vec<u8>, ValueError> {
    let part = |idx: usize| parts.get(idx).map_or("", |part| part.trim());
    let time = match (form, known) {
        (Form::Fields, Some(WellKnown::Timestamp)) => {
            let nanos = integer(part(2), &Kind::Uint32)?;
            if nanos > 999_999_999 {
                return Err(ValueError::Range {
                    text: part(2).to_owned(),
                    kind: "nanos",
                    min: 0,
                    max: 999_999_999,
                });
            }
            let text = format!("{}T{}", part(0), part(1));
            let seconds = match is_local {
                true => local_seconds(&text)?,
                false => parse_timestamp(&format!("{text}Z"))?.seconds,
            };
            SecondsNanos { seconds, nanos: nanos as i32 }
        }
        (Form::Fields, _) => {
            let whole = |idx| integer(part(idx), &Kind::Int64).map(i128::from);
            let seconds = whole(0)? * 3600 + whole(1)? * 60 + whole(2)?;
            let total = seconds * 1_000_000_000 + whole(3)?;
            let seconds = i64::try_from(total / 1_000_000_000).map_err(|_| ValueError::Duration {
                text: format!("{seconds}s"),
                reason: "it is longer than 64 bits of seconds",
            })?;
            SecondsNanos { seconds, nanos: (total % 1_000_000_000) as i32 }
        }
        _ => SecondsNanos {
            seconds: integer(part(0), &Kind::Int64)?,
            nanos: integer(part(1), &Kind::Int32)? as i32,
        },
    };
    Ok(with_seconds_nanos(present, time))
}

fn integer(text: &str, kind: &Kind) -> Result<i64, ValueError> {
    match read_scalar(kind, &parse_value(kind, text)?.payload) {
        Some(Scalar::Int(value)) => Ok(value as i64),
        _ => Err(ValueError::Integer { text: text.to_owned() }),
    }
}

fn local_seconds(text: &str) -> Result<i64, ValueError> {
    let refuse = |reason| ValueError::Timestamp { text: text.to_owned(), reason };
    // Says what is wrong with the text itself.
    parse_timestamp(&format!("{text}Z"))?;
    let civil: DateTime = text.parse().map_err(|_| refuse("there is no such time"))?;
    let zone = zone().ok_or_else(|| refuse("the zone of this machine is not known"))?;
    let zoned = civil.to_zoned_datetime(zone).map_err(|_| refuse("there is no such time in this zone"))?;
    Ok(zoned.timestamp().as_second())
}

/// Whether a Timestamp or Duration is one that its type allows.
pub fn is_in_range(subject: &Subject) -> bool {
    let (time, _) = read_seconds_nanos(&subject.head);
    match known(subject) {
        Some(WellKnown::Timestamp) => timestamp_text(time).is_some(),
        Some(WellKnown::Duration) => duration_text(time).is_some(),
        _ => true,
    }
}

/// One labelled field under the other, for each part of the draft.
pub fn parts_ui(ui: &mut Ui, editing: &mut Editing<'_>, names: &[&str]) -> Option<Action> {
    let theme = theme(ui);
    let mut action = None;
    for (part_idx, name) in names.iter().enumerate().take(editing.draft.parts.len()) {
        let mut text = editing.draft.parts[part_idx].clone();
        let response = ui
            .horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                let (rect, _) =
                    ui.allocate_exact_size(vec2(NAME_WIDTH, theme.size.field), egui::Sense::hover());
                let font = fonts::regular(theme.size.text_dense);
                cell(ui.painter(), rect, name, &font, theme.color.muted, Align::Min);
                let id = match part_idx {
                    0 => field_id(editing.tab, Place::Inspector),
                    part_idx => Id::unique(("value part", editing.tab, part_idx)),
                };
                TextField::new(name, &mut text).id(id).mono().invalid(editing.draft.error.is_some()).show(ui)
            })
            .inner;
        if response.changed() {
            editing.draft.parts[part_idx] = text;
        }
        action = after_typing(&response, editing.subject, editing.draft, true).or(action);
    }
    super::error_ui(ui, Some(editing.draft));
    action
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(parts: &[&str]) -> Vec<String> {
        parts.iter().map(|part| (*part).to_owned()).collect()
    }

    #[test]
    fn fields_make_the_time_they_show() {
        let timestamp = Some(WellKnown::Timestamp);
        for time in
            [(0, 0), (1_790_000_000, 5), (-1, 999_999_999), (253_402_200_000, 0), (-62_135_596_800, 7)]
        {
            let time = SecondsNanos { seconds: time.0, nanos: time.1 };
            for is_local in [false, true] {
                let shown = if is_local { local_parts(time) } else { utc_parts(time) }.unwrap();
                let payload = payload_of(timestamp.clone(), Form::Fields, is_local, &shown, &[]).unwrap();
                assert_eq!(read_seconds_nanos(&payload), (time, false), "{shown:?}");
            }
        }
        let last = SecondsNanos { seconds: 253_402_300_799, nanos: 0 };
        assert!(utc_parts(last).is_some() && local_parts(last).is_none(), "no zone reaches the last hours");
        let span = |shown: &[&str]| {
            let payload =
                payload_of(Some(WellKnown::Duration), Form::Fields, false, &parts(shown), &[]).unwrap();
            read_seconds_nanos(&payload).0
        };
        assert_eq!(span(&["1", "2", "3", "4"]), SecondsNanos { seconds: 3723, nanos: 4 });
        assert_eq!(span(&["0", "0", "-1", "-500000000"]), SecondsNanos { seconds: -1, nanos: -500_000_000 });
        assert_eq!(span(&["0", "0", "1", "-1"]), SecondsNanos { seconds: 0, nanos: 999_999_999 });
    }

    #[test]
    fn what_is_no_date_or_no_number_says_so() {
        let timestamp = Some(WellKnown::Timestamp);
        for (form, shown, part) in [
            (Form::Fields, ["2026-02-30", "10:00:00", "0"], "no such day"),
            (Form::Fields, ["2026-02-03", "25:00:00", "0"], "time of day"),
            (Form::Fields, ["2026-02-03", "10:00:00", "1000000000"], "0 to 999999999"),
            (Form::Raw, ["9223372036854775808", "0", ""], "out of range"),
            (Form::Raw, ["1", "x", ""], "not an integer"),
        ] {
            for is_local in [false, true] {
                let error = payload_of(timestamp.clone(), form, is_local, &parts(&shown), &[]).unwrap_err();
                assert!(error.to_string().contains(part), "{shown:?}: {error}");
            }
        }
    }

    #[test]
    fn raw_numbers_out_of_range_and_other_records_are_kept() {
        // nanos 1 twice with an unknown field between, then seconds.
        let present = [0x10, 1, 0x98, 0x06, 7, 0x10, 2, 0x08, 5];
        let shown = parts(&["9223372036854775807", "-7"]);
        let payload = payload_of(Some(WellKnown::Timestamp), Form::Raw, false, &shown, &present).unwrap();
        let (time, has_more) = read_seconds_nanos(&payload);
        assert_eq!((time.seconds, time.nanos, has_more), (i64::MAX, -7, true));
        assert_eq!(payload[..5], present[..5]);
        let same = parts(&["5", "2"]);
        let payload = payload_of(Some(WellKnown::Timestamp), Form::Raw, false, &same, &present).unwrap();
        assert_eq!(payload, present);
    }
}
