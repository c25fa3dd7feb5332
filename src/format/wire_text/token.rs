//! One value as it is written.

use crate::document::value::is_hidden;
use crate::schema::Kind;
use crate::wire::{Varint, varint_width, zigzag_decode};
use std::fmt::Write as _;

/// Appends how many bytes more than needed a varint takes, if it does.
pub(super) fn push_long_form(text: &mut String, value: u64, width: u8) {
    let extra = usize::from(width).saturating_sub(varint_width(value));
    if extra > 0 {
        let _ = write!(text, "long-form:{extra} ");
    }
}

/// Appends a varint; `kind` is what it is declared as. Bits beyond the 64th are not in it.
pub(super) fn push_varint(text: &mut String, varint: Varint, kind: Option<&Kind>) {
    push_long_form(text, varint.value, varint.width);
    let value = varint.value;
    let _ = match kind {
        Some(Kind::Bool) if value < 2 && !varint.is_overlong() => write!(text, "{}", value == 1),
        Some(Kind::Sint32 | Kind::Sint64) => write!(text, "{}z", zigzag_decode(value)),
        Some(Kind::Uint32 | Kind::Uint64) => write!(text, "{value}"),
        _ => write!(text, "{}", value as i64),
    };
}

/// Appends the bits of an I32 or I64.
pub(super) fn push_fixed(text: &mut String, bits: u64, is_wide: bool, kind: Option<&Kind>) {
    let suffix = if is_wide { "i64" } else { "i32" };
    let _ = match kind {
        Some(Kind::Float) if !is_wide => {
            let value = f32::from_bits(bits as u32);
            return push_float(text, zmij::Buffer::new().format(value), f64::from(value), bits, suffix);
        }
        Some(Kind::Double) if is_wide => {
            let value = f64::from_bits(bits);
            return push_float(text, zmij::Buffer::new().format(value), value, bits, suffix);
        }
        Some(Kind::Sfixed32) if !is_wide => write!(text, "{}{suffix}", bits as u32 as i32),
        Some(Kind::Sfixed64) if is_wide => write!(text, "{}{suffix}", bits as i64),
        _ => write!(text, "{bits}{suffix}"),
    };
}

/// `shortest` reads back as the same bits, unless the value is infinite or no number.
fn push_float(text: &mut String, shortest: &str, value: f64, bits: u64, suffix: &str) {
    if value.is_nan() {
        let _ = write!(text, "0x{bits:x}{suffix}");
    } else if value.is_infinite() {
        let sign = if value < 0.0 { "-" } else { "" };
        let _ = write!(text, "{sign}inf{}", &suffix[1..]);
    } else {
        // A point tells a float from an integer.
        let (digits, exponent) = match shortest.split_once('e') {
            Some((digits, exponent)) => (digits, Some(exponent)),
            None => (shortest, None),
        };
        text.push_str(digits);
        if !digits.contains('.') {
            text.push_str(".0");
        }
        if let Some(exponent) = exponent {
            text.push('e');
            text.push_str(exponent.trim_start_matches('+'));
        }
        if suffix == "i32" {
            text.push_str(suffix);
        }
    }
}

/// Appends bytes in quotes: what can be read as text stands as it is, the other bytes as escapes.
pub(super) fn push_quoted(text: &mut String, bytes: &[u8]) {
    text.push('"');
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' | '\\' => text.extend(['\\', c]),
                '\n' => text.push_str("\\n"),
                _ if is_hidden(c) => push_escaped(text, c.encode_utf8(&mut [0; 4]).as_bytes()),
                _ => text.push(c),
            }
        }
        push_escaped(text, chunk.invalid());
    }
    text.push('"');
}

fn push_escaped(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(text, "\\x{byte:02x}");
    }
}

/// Appends bytes as digits between backticks.
pub(super) fn push_hex(text: &mut String, bytes: &[u8]) {
    text.push('`');
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text.push('`');
}

/// Whether bytes read better as text than as digits. They may end inside a character.
pub(super) fn is_text(bytes: &[u8], is_all: bool) -> bool {
    let valid = match std::str::from_utf8(bytes) {
        Ok(valid) => valid,
        Err(error) if !is_all && error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    valid.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'))
}

/// How many of these bytes stand in one line: all, but for a character that goes on behind them.
pub(super) fn whole_characters(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => error.valid_up_to(),
        _ => bytes.len(),
    }
}
