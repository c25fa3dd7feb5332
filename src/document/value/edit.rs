//! The text an editor starts from.

use super::raw::bytes_edit_text;
use super::well_known::{boxed, parts};
use super::{
    Scalar, default_payload, duration_text, encode_value, float, parse_value, read_scalar,
    read_seconds_nanos, timestamp_text,
};
use crate::schema::WellKnown;
use crate::wire::WireType;
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, Value};

/// Messages larger than this are not offered as text.
const MAX_MESSAGE: usize = 64 << 10;

/// Text from which [`parse_value`] makes the same value again; `None` if no text can.
///
/// `payload` is all of it. Not to be had: invalid UTF-8 in a string, a message with unknown fields,
/// damaged or out of range, a payload that is none of this kind. A message of more than 64 KiB is
/// left to other ways.
pub fn edit_text(kind: &Kind, payload: &[u8]) -> Option<String> {
    match kind {
        Kind::String => simdutf8::basic::from_utf8(payload).ok().map(str::to_owned),
        Kind::Bytes => Some(bytes_edit_text(payload)),
        Kind::Message(message) => message_text(message, payload),
        _ => read_scalar(kind, payload).map(|scalar| scalar_text(kind, scalar)),
    }
}

/// The text of what [`default_payload`] holds.
pub fn default_text(kind: &Kind, declared: Option<&Value>) -> String {
    edit_text(kind, &default_payload(kind, declared).payload).unwrap_or_default()
}

fn scalar_text(kind: &Kind, scalar: Scalar) -> String {
    match scalar {
        Scalar::Int(value) => value.to_string(),
        Scalar::Bool(value) => value.to_string(),
        Scalar::Float(value) => float::float_text(value),
        Scalar::Double(value) => float::double_text(value),
        Scalar::Enum(number) => match kind {
            Kind::Enum(descriptor) => {
                descriptor.get_value(number).map_or(number.to_string(), |value| value.name().to_owned())
            }
            _ => number.to_string(),
        },
    }
}

fn message_text(message: &MessageDescriptor, payload: &[u8]) -> Option<String> {
    if payload.len() > MAX_MESSAGE {
        return None;
    }
    match WellKnown::of(message) {
        Some(WellKnown::Timestamp) => {
            let (time, more) = read_seconds_nanos(payload);
            timestamp_text(time).filter(|_| !more)
        }
        Some(WellKnown::Duration) => {
            let (time, more) = read_seconds_nanos(payload);
            duration_text(time).filter(|_| !more)
        }
        Some(WellKnown::Wrapper(kind)) => {
            let (value, more) = boxed(&kind, payload);
            let default = default_payload(&kind, None).payload;
            edit_text(&kind, value.unwrap_or(&default)).filter(|_| !more)
        }
        Some(WellKnown::FieldMask) => mask_text(payload),
        _ if payload.is_empty() && message.full_name() != "google.protobuf.Value" => Some("{}".to_owned()),
        _ => json_text(message, payload),
    }
}

/// The paths of a FieldMask, unless one of them would not come back from between commas.
fn mask_text(payload: &[u8]) -> Option<String> {
    let (mut paths, mut at) = (Vec::new(), 0);
    for (record, bytes) in parts(payload) {
        at += usize::from(record.payload_start) + bytes.len();
        let path = std::str::from_utf8(bytes).ok()?;
        let plain =
            !path.is_empty() && path.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '*'));
        let is_path = record.tag.number == 1 && record.tag.wire_type == WireType::Len && record.missing == 0;
        if !plain || !is_path {
            return None;
        }
        paths.push(path);
    }
    (at == payload.len()).then(|| paths.join(","))
}

/// ProtoJSON, if reading it again gives the message whole.
fn json_text(descriptor: &MessageDescriptor, payload: &[u8]) -> Option<String> {
    let kind = Kind::Message(descriptor.clone());
    let message = DynamicMessage::decode(descriptor.clone(), payload).ok()?;
    if has_unknown(&message) {
        return None;
    }
    let text = serde_json::to_string(&message).ok()?;
    let encoded = encode_value(&kind, &Value::Message(message))?;
    let again = parse_value(&kind, &text).ok()?;
    (again == encoded).then_some(text)
}

/// Whether any message inside has unknown fields; its depth is bounded by the decoder (100).
fn has_unknown(message: &DynamicMessage) -> bool {
    let values = message.fields().map(|(_, value)| value).chain(message.extensions().map(|(_, value)| value));
    message.unknown_fields().next().is_some() || values.into_iter().any(value_has_unknown)
}

fn value_has_unknown(value: &Value) -> bool {
    match value {
        Value::Message(message) => has_unknown(message),
        Value::List(values) => values.iter().any(value_has_unknown),
        Value::Map(entries) => entries.values().any(value_has_unknown),
        _ => false,
    }
}
