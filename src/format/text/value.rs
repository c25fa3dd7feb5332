//! One value as it is written.

use super::table::Field;
use crate::document::value::is_hidden;
use crate::schema::Kind;
use crate::wire::zigzag_decode;
use std::fmt::Write as _;

/// Appends a scalar; `bits` are those of its record or element.
pub(super) fn push_scalar(line: &mut String, field: &Field, bits: u64) {
    // Writing to a String cannot fail.
    let _ = match &field.kind {
        Kind::Int32 | Kind::Sfixed32 => write!(line, "{}", bits as i32),
        Kind::Int64 | Kind::Sfixed64 => write!(line, "{}", bits as i64),
        Kind::Uint32 | Kind::Fixed32 => write!(line, "{}", bits as u32),
        Kind::Sint32 => write!(line, "{}", zigzag_decode(u64::from(bits as u32)) as i32),
        Kind::Sint64 => write!(line, "{}", zigzag_decode(bits)),
        Kind::Bool => write!(line, "{}", bits != 0),
        Kind::Float => {
            let value = f32::from_bits(bits as u32);
            push_float(line, zmij::Buffer::new().format(value), f64::from(value));
            Ok(())
        }
        Kind::Double => {
            let value = f64::from_bits(bits);
            push_float(line, zmij::Buffer::new().format(value), value);
            Ok(())
        }
        Kind::Enum(_) => match field.names.as_ref().and_then(|names| names.get(bits as i32)) {
            Some(name) => write!(line, "{name}"),
            None => write!(line, "{}", bits as i32),
        },
        _ => write!(line, "{bits}"),
    };
}

/// Whether a NaN is one of the two that text can name; of other values always.
pub(super) fn is_usual(field: &Field, bits: u64) -> bool {
    match field.kind {
        Kind::Float => {
            !f32::from_bits(bits as u32).is_nan() || bits as u32 & 0x7fff_ffff == f32::NAN.to_bits()
        }
        Kind::Double => !f64::from_bits(bits).is_nan() || bits & 0x7fff_ffff_ffff_ffff == f64::NAN.to_bits(),
        _ => true,
    }
}

fn push_float(line: &mut String, shortest: &str, value: f64) {
    match value {
        _ if value.is_nan() => line.push_str(if value.is_sign_negative() { "-nan" } else { "nan" }),
        f64::INFINITY => line.push_str("inf"),
        f64::NEG_INFINITY => line.push_str("-inf"),
        _ => line.push_str(shortest.strip_suffix(".0").unwrap_or(shortest)),
    }
}

/// Appends what stands between the quotes for a part of a string, or of bytes.
///
/// An escape has three octal digits, so that no digit behind it can be taken for a part of it.
pub(super) fn push_escaped(line: &mut String, bytes: &[u8], is_string: bool) {
    if !is_string {
        return push_bytes(line, bytes);
    }
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                ' '..='~' => push_ascii(line, c as u8),
                _ if is_hidden(c) => push_bytes(line, c.encode_utf8(&mut [0; 4]).as_bytes()),
                _ => line.push(c),
            }
        }
        push_bytes(line, chunk.invalid());
    }
}

fn push_bytes(line: &mut String, bytes: &[u8]) {
    for byte in bytes {
        push_ascii(line, *byte);
    }
}

fn push_ascii(line: &mut String, byte: u8) {
    match byte {
        b'\n' => line.push_str("\\n"),
        b'\r' => line.push_str("\\r"),
        b'\t' => line.push_str("\\t"),
        b'"' | b'\\' => line.extend(['\\', char::from(byte)]),
        b' '..=b'~' => line.push(char::from(byte)),
        _ => {
            let _ = write!(line, "\\{byte:03o}");
        }
    }
}

/// How many of these bytes stand in one part of a string: all, but for a character that goes on behind
/// them.
pub(super) fn whole_characters(bytes: &[u8]) -> usize {
    let start = bytes.len().saturating_sub(4);
    match std::str::from_utf8(&bytes[start..]) {
        // What stands in front may be the end of a character; only the end of these bytes matters.
        Err(_) => {
            let lead = bytes[start..].iter().rposition(|byte| *byte >= 0xc0).map(|at| start + at);
            let want = |lead: usize| bytes[lead].leading_ones() as usize;
            match lead {
                Some(lead) if lead > 0 && lead + want(lead) > bytes.len() => lead,
                _ => bytes.len(),
            }
        }
        Ok(_) => bytes.len(),
    }
}
