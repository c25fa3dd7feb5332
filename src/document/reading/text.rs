//! Payloads as the text of a reading, and back.

use super::Reading;
use crate::document::value::{
    Mark, ValueError, ValueText, edit_text, escaped_text, grouped, hex, parse_escaped, parse_value,
    show_packed, show_value,
};
use crate::schema::{Kind, kind_wire_type};
use crate::wire::{WireType, read_varint, write_varint};

/// Longer payloads are not put into text to be typed on.
const MAX_TEXT: usize = 16 << 10;

impl Reading {
    /// Text from which [`Reading::payload`] makes this payload again; `None` if no text can, or if it
    /// would be too long to type on.
    pub fn text(&self, payload: &[u8]) -> Option<String> {
        if payload.len() > MAX_TEXT {
            return None;
        }
        match self {
            Reading::Kind(Kind::Bytes) | Reading::Hex => Some(hex(payload)),
            // On one line, with nothing hidden.
            Reading::Kind(Kind::String) => {
                let text = std::str::from_utf8(payload).ok()?;
                Some(escaped_text(text.as_bytes()).replace('\n', "\\n"))
            }
            Reading::Kind(kind) => edit_text(kind, payload),
            Reading::Message => None,
            Reading::Time { wire_type, unit } => unit.text(count(*wire_type, payload)?),
            Reading::Base64 => Some(base64_simd::STANDARD.encode_to_string(payload)),
            Reading::Packed(kind) => {
                let elements: Option<Vec<String>> =
                    elements(kind, payload)?.into_iter().map(|element| edit_text(kind, element)).collect();
                elements.map(|elements| elements.join(", "))
            }
        }
    }

    /// The payload that a text stands for: `present` itself where that says the same, in whatever
    /// spelling.
    pub fn payload(&self, text: &str, present: &[u8]) -> Result<Vec<u8>, ValueError> {
        let new = self.parse(text)?;
        let is_same = new != present && self.text(present).is_some_and(|now| self.text(&new) == Some(now));
        Ok(if is_same { present.to_vec() } else { new })
    }

    fn parse(&self, text: &str) -> Result<Vec<u8>, ValueError> {
        match self {
            Reading::Kind(Kind::Bytes) | Reading::Hex => bytes("hex:", text),
            Reading::Base64 => bytes("base64:", text),
            Reading::Kind(Kind::String) => parse_escaped(text),
            Reading::Kind(kind) => Ok(parse_value(kind, text)?.payload),
            Reading::Message => bytes("hex:", text),
            Reading::Time { wire_type, unit } => Ok(of_count(*wire_type, unit.parse(text)?)?),
            Reading::Packed(kind) => {
                let text = text.trim();
                let text = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
                let mut payload = Vec::new();
                if text.trim().is_empty() {
                    return Ok(payload);
                }
                for element in text.split(',') {
                    payload.extend(parse_value(kind, element)?.payload);
                }
                Ok(payload)
            }
        }
    }

    /// A payload on one line, to be looked at. `payload` may be the head of one that is `total_len`
    /// bytes long.
    pub fn show(&self, payload: &[u8], total_len: u64, max_chars: usize) -> ValueText {
        let is_head = (payload.len() as u64) < total_len;
        let mut shown = match self {
            Reading::Kind(kind) => return show_value(kind, payload, total_len, max_chars),
            Reading::Packed(kind) => return show_packed(kind, payload, total_len, max_chars),
            Reading::Time { wire_type, unit } => {
                let time = count(*wire_type, payload).and_then(|count| unit.text(count));
                return match time {
                    Some(text) => ValueText { text, marks: Vec::new() },
                    None => {
                        let shown = show_value(&integer(*wire_type), payload, total_len, max_chars);
                        let text = format!("{} (no time)", shown.text);
                        ValueText { text, marks: vec![Mark::OutOfRange] }
                    }
                };
            }
            Reading::Message => {
                let text = match total_len {
                    0 => "{}".to_owned(),
                    len => format!("{} B", grouped(len)),
                };
                return ValueText { text, marks: Vec::new() };
            }
            Reading::Hex => hex(&payload[..payload.len().min(max_chars / 3 + 1)]),
            Reading::Base64 => {
                let n_whole = payload.len().min(max_chars / 4 * 3 + 3);
                base64_simd::STANDARD.encode_to_string(&payload[..n_whole])
            }
        };
        let mut marks = Vec::new();
        if is_head || shown.chars().count() > max_chars {
            shown.truncate(max_chars);
            shown = format!("{} … ({} B)", shown.trim_end(), grouped(total_len));
            marks.push(Mark::Cut);
        }
        ValueText { text: shown, marks }
    }

    /// Whether a payload can be read like this at all.
    pub fn fits(&self, payload: &[u8]) -> bool {
        match self {
            Reading::Message | Reading::Kind(Kind::Message(_)) => true,
            reading => reading.text(payload).is_some(),
        }
    }
}

fn bytes(prefix: &str, text: &str) -> Result<Vec<u8>, ValueError> {
    parse_value(&Kind::Bytes, &format!("{prefix}{text}")).map(|encoded| encoded.payload)
}

/// The kind that reads integers of a wire type as they are counted.
fn integer(wire_type: WireType) -> Kind {
    match wire_type {
        WireType::I32 => Kind::Fixed32,
        WireType::I64 => Kind::Sfixed64,
        _ => Kind::Int64,
    }
}

fn count(wire_type: WireType, payload: &[u8]) -> Option<i64> {
    match wire_type {
        WireType::I32 => Some(i64::from(u32::from_le_bytes(payload.try_into().ok()?))),
        WireType::I64 => Some(i64::from_le_bytes(payload.try_into().ok()?)),
        WireType::Varint => {
            let found = read_varint(payload).ok()?;
            (usize::from(found.width) == payload.len()).then_some(found.value as i64)
        }
        _ => None,
    }
}

fn of_count(wire_type: WireType, count: i64) -> Result<Vec<u8>, ValueError> {
    let mut payload = Vec::new();
    match wire_type {
        WireType::I32 => match u32::try_from(count) {
            Ok(count) => payload.extend(count.to_le_bytes()),
            Err(_) => {
                let (min, max) = (0, i128::from(u32::MAX));
                return Err(ValueError::Range { text: count.to_string(), kind: "fixed32", min, max });
            }
        },
        WireType::I64 => payload.extend(count.to_le_bytes()),
        _ => write_varint(&mut payload, count as u64),
    }
    Ok(payload)
}

/// The elements of a packed payload; `None` if it does not end where one ends.
fn elements<'a>(kind: &Kind, payload: &'a [u8]) -> Option<Vec<&'a [u8]>> {
    let mut found = Vec::new();
    let mut rest = payload;
    while !rest.is_empty() {
        let width = match kind_wire_type(kind) {
            WireType::I32 => 4,
            WireType::I64 => 8,
            _ => usize::from(read_varint(rest).ok()?.width),
        };
        let (element, after) = rest.split_at_checked(width)?;
        found.push(element);
        rest = after;
    }
    Some(found)
}
