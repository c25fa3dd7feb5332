//! A message on one line: its own text where it has one, otherwise its first few scalars.
//!
//! Only the first bytes are looked at, and messages inside are looked into one level deep, so that a
//! row costs the same whatever stands below it.

use super::escape::grouped;
use super::show::{show_bits, show_bytes, show_string};
use super::struct_line::{self, Form};
use super::well_known::{boxed, parts};
use super::{
    Mark, SecondsNanos, ValueText, default_payload, duration_text, read_seconds_nanos, show_value,
    timestamp_text,
};
use crate::schema::{WellKnown, field_of, kind_wire_type};
use crate::wire::{Record, WireType};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

/// Bytes of a message that a summary looks at.
const MAX_LOOKED_AT: usize = 256;
/// Fields in a summary.
const MAX_PARTS: usize = 4;
/// Characters of each string in a summary.
const MAX_PART_CHARS: usize = 24;

pub(super) fn show_message(
    message: &MessageDescriptor,
    payload: &[u8],
    total_len: u64,
    max_chars: usize,
) -> ValueText {
    let complete = payload.len() as u64 >= total_len;
    match WellKnown::of(message) {
        Some(WellKnown::Timestamp) => show_time(payload, complete, timestamp_text),
        Some(WellKnown::Duration) => show_time(payload, complete, duration_text),
        Some(WellKnown::Wrapper(kind)) => show_boxed(&kind, payload, complete, max_chars),
        Some(WellKnown::Struct) => struct_line::show(Form::Struct, payload, total_len, max_chars),
        Some(WellKnown::Value) => struct_line::show(Form::Value, payload, total_len, max_chars),
        Some(WellKnown::ListValue) => struct_line::show(Form::List, payload, total_len, max_chars),
        _ if total_len == 0 => ValueText::plain("{}"),
        Some(WellKnown::FieldMask) => show_mask(payload, complete, max_chars),
        Some(WellKnown::Any) => show_any(message, payload, total_len, max_chars),
        _ if message.is_map_entry() => show_entry(message, payload, total_len, max_chars),
        _ => summary(message, payload, total_len, max_chars),
    }
}

fn show_time(payload: &[u8], complete: bool, text: fn(SecondsNanos) -> Option<String>) -> ValueText {
    let (time, _) = read_seconds_nanos(payload);
    let mut shown = match text(time) {
        Some(text) => ValueText::plain(text),
        None => ValueText::marked(
            format!("seconds {}, nanos {} (out of range)", time.seconds, time.nanos),
            Mark::OutOfRange,
        ),
    };
    cut_unless(complete, &mut shown);
    shown
}

fn cut_unless(complete: bool, shown: &mut ValueText) {
    if !complete {
        shown.text.push_str(" …");
        shown.mark(Mark::Cut);
    }
}

fn show_boxed(kind: &Kind, payload: &[u8], complete: bool, max_chars: usize) -> ValueText {
    let (value, _) = boxed(kind, payload);
    let found = parts(payload).filter(|(record, _)| record.tag.number == 1).last();
    match (value, found) {
        (Some(value), _) => show_value(kind, value, value.len() as u64, max_chars),
        // A long string of which the head is here.
        (None, Some((record, value)))
            if record.tag.wire_type == WireType::Len && kind_wire_type(kind) == WireType::Len =>
        {
            show_value(kind, value, record.scalar.value, max_chars)
        }
        _ => {
            let default = default_payload(kind, None).payload;
            let mut shown = show_value(kind, &default, default.len() as u64, max_chars);
            cut_unless(complete, &mut shown);
            shown
        }
    }
}

fn show_mask(payload: &[u8], complete: bool, max_chars: usize) -> ValueText {
    let mut shown = ValueText::default();
    for (record, path) in parts(payload).filter(|(record, _)| record.tag.number == 1) {
        if shown.text.chars().count() >= max_chars {
            cut_unless(false, &mut shown);
            return shown;
        }
        if !shown.text.is_empty() {
            shown.text.push_str(", ");
        }
        let path = show_string(path, path.len() as u64 + record.missing, max_chars);
        shown.text.push_str(path.text.trim_matches('"'));
        path.marks.into_iter().for_each(|mark| shown.mark(mark));
    }
    cut_unless(complete, &mut shown);
    shown
}

/// The type that an Any names, and what is in it if the type is known.
fn show_any(any: &MessageDescriptor, payload: &[u8], total_len: u64, max_chars: usize) -> ValueText {
    let url = parts(payload).filter(|(record, _)| record.tag.number == 1).last();
    let Some((record, url)) = url else { return show_bytes(payload, total_len, max_chars) };
    let name_start = url.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
    let shown = show_string(&url[name_start..], (url.len() - name_start) as u64 + record.missing, max_chars);
    let value = parts(payload)
        .filter(|(record, _)| record.tag.number == 2 && record.tag.wire_type == WireType::Len)
        .last();
    let name = std::str::from_utf8(&url[name_start..]).ok();
    let found = name.and_then(|name| any.parent_pool().get_message_by_name(name));
    // An Any in an Any is not looked into: that could go on.
    if let (Some(found), Some((record, value))) = (&found, value)
        && WellKnown::of(found) != Some(WellKnown::Any)
    {
        let left = max_chars.saturating_sub(shown.text.len());
        let inside = show_message(found, value, value.len() as u64 + record.missing, left);
        return ValueText { text: format!("{} · {}", found.name(), inside.text), marks: inside.marks };
    }
    let value_len = value.map_or(0, |(record, _)| record.scalar.value);
    let text = format!("{} · {} B", shown.text.trim_matches('"'), grouped(value_len.min(total_len)));
    ValueText { text, marks: shown.marks }
}

/// A map entry as `key: value`; what is absent is its default.
fn show_entry(message: &MessageDescriptor, payload: &[u8], total_len: u64, max_chars: usize) -> ValueText {
    let mut shown = ValueText::default();
    for number in [1, 2] {
        let Some(kind) = message.get_field(number).map(|field| field.kind()) else { continue };
        let is_part =
            |record: &Record| record.tag.number == number && record.tag.wire_type == kind_wire_type(&kind);
        let part = match parts(payload).filter(|(record, _)| is_part(record)).last() {
            Some((record, bytes)) => {
                let declared_len = (bytes.len() as u64).saturating_add(record.missing);
                show_value(&kind, bytes, declared_len, max_chars / 2)
            }
            None if payload.len() as u64 != total_len => ValueText::marked("…", Mark::Cut),
            None => {
                let default = default_payload(&kind, None).payload;
                show_value(&kind, &default, default.len() as u64, max_chars / 2)
            }
        };
        if number == 2 {
            shown.text.push_str(": ");
        }
        shown.text.push_str(&part.text);
        part.marks.into_iter().for_each(|mark| shown.mark(mark));
    }
    shown
}

fn summary(message: &MessageDescriptor, payload: &[u8], total_len: u64, max_chars: usize) -> ValueText {
    let head = &payload[..payload.len().min(MAX_LOOKED_AT)];
    let mut shown = ValueText::default();
    let (mut n_parts, mut n_chars) = (0, 0);
    for (record, bytes) in parts(head) {
        let Some(field) = field_of(message, record.tag.number) else { continue };
        let Some(part) = show_part(&field, &record, bytes) else { continue };
        let len = part.text.chars().count();
        if n_parts == MAX_PARTS || (n_parts > 0 && n_chars + 3 + len > max_chars) {
            break;
        }
        if n_parts > 0 {
            shown.text.push_str(" · ");
        }
        shown.text.push_str(&part.text);
        part.marks.into_iter().for_each(|mark| shown.mark(mark));
        n_parts += 1;
        n_chars += 3 + len;
    }
    if n_parts == 0 {
        shown.text = if total_len == 0 { "{}" } else { "{…}" }.to_owned();
    }
    shown
}

/// One field of a summary, with its name unless the value speaks for itself.
fn show_part(field: &FieldDescriptor, record: &Record, bytes: &[u8]) -> Option<ValueText> {
    let kind = field.kind();
    if field.is_list() || field.is_map() {
        return None;
    }
    if let Kind::Message(inner) = &kind {
        let text = inner_text(inner, bytes)?;
        return Some(ValueText { text: format!("{} {}", field.name(), text.text), marks: text.marks });
    }
    if record.tag.wire_type != kind_wire_type(&kind) {
        return None;
    }
    if let Kind::Enum(descriptor) = &kind
        && let Some(value) = descriptor.get_value(record.scalar.value as u32 as i32)
    {
        return Some(ValueText::plain(value.name()));
    }
    let shown = show_record(&kind, record, bytes);
    Some(ValueText { text: format!("{} {}", field.name(), shown.text), marks: shown.marks })
}

fn show_record(kind: &Kind, record: &Record, bytes: &[u8]) -> ValueText {
    let declared_len = (bytes.len() as u64).saturating_add(record.missing);
    match kind {
        Kind::String => show_string(bytes, declared_len, MAX_PART_CHARS),
        Kind::Bytes => ValueText::plain(format!("{} B", grouped(declared_len))),
        _ => show_bits(kind, record.scalar.value),
    }
}

/// What stands for a message inside a summary: its own text, or its first string.
fn inner_text(message: &MessageDescriptor, payload: &[u8]) -> Option<ValueText> {
    use WellKnown::{Duration, ListValue, Struct, Timestamp, Value, Wrapper};
    match WellKnown::of(message) {
        Some(Timestamp | Duration | Wrapper(_) | Struct | Value | ListValue) => {
            Some(show_message(message, payload, payload.len() as u64, MAX_PART_CHARS))
        }
        _ => parts(payload).find_map(|(record, bytes)| {
            let field = field_of(message, record.tag.number)?;
            let is_text = field.kind() == Kind::String && !field.is_list();
            let is_len = record.tag.wire_type == WireType::Len;
            (is_text && is_len && !bytes.is_empty()).then(|| show_record(&field.kind(), &record, bytes))
        }),
    }
}
