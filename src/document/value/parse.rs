//! Text as the payload of a declared kind.

use super::well_known::{write_boxed, write_seconds_nanos};
use super::{Encoded, ValueError, encode_value, enums, float, integer, parse_duration, parse_timestamp};
use crate::schema::{WellKnown, kind_wire_type};
use crate::wire::{write_len, write_varint, zigzag_encode};
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, Value};

/// The file that a text stands for in a bytes field (`Some(Kind::Bytes)`) or in an unknown LEN
/// (`None`): what follows `@`. Whoever calls reads it and uses its bytes as the payload.
pub fn file_reference<'a>(kind: Option<&Kind>, text: &'a str) -> Option<&'a str> {
    match kind {
        None | Some(Kind::Bytes) => text.strip_prefix('@').filter(|path| !path.is_empty()),
        _ => None,
    }
}

/// Reads `text` as one value of `kind`, written minimal.
///
/// A string is literal. Bytes are `hex:…`, `base64:…` or the UTF-8 of the text. Messages are ProtoJSON
/// or, where [`WellKnown`] says so, what a person would write.
pub fn parse_value(kind: &Kind, text: &str) -> Result<Encoded, ValueError> {
    let mut payload = Vec::new();
    match kind {
        Kind::String => payload.extend_from_slice(text.as_bytes()),
        Kind::Bytes => payload = parse_bytes(text)?,
        Kind::Message(message) => payload = parse_message(message, text)?,
        Kind::Bool => match text.trim() {
            "true" => payload.push(1),
            "false" => payload.push(0),
            other => return Err(ValueError::Bool { text: other.to_owned() }),
        },
        Kind::Enum(descriptor) => {
            write_varint(&mut payload, i64::from(enums::parse_enum(descriptor, text)?) as u64);
        }
        Kind::Float => payload.extend(float::parse_float(text)?.to_bits().to_le_bytes()),
        Kind::Double => payload.extend(float::parse_double(text)?.to_bits().to_le_bytes()),
        _ => {
            if let Some((name, min, max)) = integer::range_of(kind) {
                write_integer(kind, integer::parse_integer(text, name, min, max)?, &mut payload);
            }
        }
    }
    Ok(Encoded { wire_type: kind_wire_type(kind), payload })
}

pub(super) fn write_integer(kind: &Kind, value: i128, out: &mut Vec<u8>) {
    match kind {
        Kind::Fixed32 | Kind::Sfixed32 => out.extend((value as u32).to_le_bytes()),
        Kind::Fixed64 | Kind::Sfixed64 => out.extend((value as u64).to_le_bytes()),
        Kind::Sint32 | Kind::Sint64 => write_varint(out, zigzag_encode(value as i64)),
        _ => write_varint(out, value as u64),
    }
}

/// `hex:…`, `base64:…` or the text's own UTF-8.
pub(in crate::document) fn parse_bytes(text: &str) -> Result<Vec<u8>, ValueError> {
    if let Some(digits) = text.strip_prefix("hex:") {
        parse_hex(digits)
    } else if let Some(digits) = text.strip_prefix("base64:") {
        parse_base64(digits)
    } else if text.len() > 1 && text.starts_with('@') {
        Err(ValueError::File { text: text.to_owned() })
    } else {
        Ok(text.as_bytes().to_vec())
    }
}

fn parse_hex(text: &str) -> Result<Vec<u8>, ValueError> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut high = None;
    for (idx, c) in text.chars().enumerate() {
        if c.is_whitespace() {
            continue;
        }
        let Some(digit) = c.to_digit(16) else {
            return Err(ValueError::Hex { found: c.to_string(), at: idx + 1 });
        };
        match high.take() {
            None => high = Some(digit as u8),
            Some(high) => bytes.push(high << 4 | digit as u8),
        }
    }
    if high.is_some() { Err(ValueError::HexHalf) } else { Ok(bytes) }
}

/// Either alphabet, with or without padding, spaces and line breaks ignored.
fn parse_base64(text: &str) -> Result<Vec<u8>, ValueError> {
    let standard = |c| match c {
        '-' => '+',
        '_' => '/',
        c => c,
    };
    let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).map(standard).collect();
    let digits = text.trim_end_matches('=');
    let n_padding = text.len() - digits.len();
    if n_padding > 2 || (n_padding > 0 && !text.len().is_multiple_of(4)) {
        return Err(ValueError::Base64);
    }
    base64_simd::STANDARD_NO_PAD.decode_to_vec(digits).map_err(|_| ValueError::Base64)
}

fn parse_message(message: &MessageDescriptor, text: &str) -> Result<Vec<u8>, ValueError> {
    let known = WellKnown::of(message);
    if let Some(WellKnown::Wrapper(kind)) = &known {
        // `{}` is a text like any other where the text is the value.
        let literal = matches!(kind, Kind::String | Kind::Bytes);
        if literal || text.trim() != "{}" {
            return Ok(write_boxed(kind, &parse_value(kind, text)?.payload));
        }
    }
    // For Value, `{}` is a struct without fields, which is not the empty message.
    if text.trim() == "{}" && message.full_name() != "google.protobuf.Value" {
        return Ok(Vec::new());
    }
    let trimmed = text.trim();
    let unquoted = trimmed.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(trimmed);
    match known {
        Some(WellKnown::Timestamp) => parse_timestamp(unquoted).map(write_seconds_nanos),
        Some(WellKnown::Duration) => parse_duration(unquoted).map(write_seconds_nanos),
        Some(WellKnown::FieldMask) if !trimmed.starts_with('"') => {
            let mut out = Vec::new();
            for path in trimmed.split(',').map(str::trim).filter(|path| !path.is_empty()) {
                write_len(&mut out, 1, path.as_bytes());
            }
            Ok(out)
        }
        _ => parse_json(message, text),
    }
}

fn parse_json(descriptor: &MessageDescriptor, text: &str) -> Result<Vec<u8>, ValueError> {
    let error = |error: serde_json::Error| {
        let (line, column) = (error.line(), error.column());
        let whole = error.to_string();
        let reason = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(reason, _)| reason).to_owned();
        ValueError::Json { message: descriptor.full_name().to_owned(), reason, line, column }
    };
    // Nesting is bounded by serde_json, which refuses to go deeper than 128.
    let mut json = serde_json::Deserializer::from_str(text);
    let message = DynamicMessage::deserialize(descriptor.clone(), &mut json).map_err(error)?;
    json.end().map_err(error)?;
    let encoded = encode_value(&Kind::Message(descriptor.clone()), &Value::Message(message));
    Ok(encoded.map(|encoded| encoded.payload).unwrap_or_default())
}
