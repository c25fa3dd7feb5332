//! One line of text for a value, to be looked at.

use super::escape::{grouped, hex, is_hidden};
use super::scalar::{has_excess_bits, scalar_of_bits};
use super::{Scalar, float, quote_bytes, read_scalar, summary};
use crate::schema::kind_wire_type;
use crate::wire::{WireType, read_varint};
use prost_reflect::Kind;

/// What about a shown value is not as it should be, or not as it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// Not all of the value is shown.
    Cut,
    /// Hidden characters stand there as escapes.
    Escaped,
    /// Bytes that are no UTF-8 stand there as `\xNN`.
    InvalidUtf8,
    /// The enum does not declare this number.
    UnknownNumber,
    /// A bool that is neither 0 nor 1.
    OddBool,
    /// Bits that the kind has no room for were dropped.
    ExcessBits,
    NegativeZero,
    /// A NaN with bits other than the usual ones.
    OddNan,
    /// A Timestamp or Duration beyond what its type allows.
    OutOfRange,
    /// The payload is none of this kind, or ends in the middle.
    Damaged,
}

/// A value on one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValueText {
    pub text: String,
    pub marks: Vec<Mark>,
}

impl ValueText {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), marks: Vec::new() }
    }

    pub(super) fn marked(text: impl Into<String>, mark: Mark) -> Self {
        Self { text: text.into(), marks: vec![mark] }
    }

    pub(super) fn mark(&mut self, mark: Mark) {
        if !self.marks.contains(&mark) {
            self.marks.push(mark);
        }
    }
}

/// Shows a payload of a field of this kind, which has the wire type of its kind.
///
/// `payload` may be the head of one that is `total_len` bytes long; 1 KiB is always enough. About
/// `max_chars` characters come out, with `…` and the length in bytes where that is not all.
pub fn show_value(kind: &Kind, payload: &[u8], total_len: u64, max_chars: usize) -> ValueText {
    match kind {
        Kind::String => show_string(payload, total_len, max_chars),
        Kind::Bytes => show_bytes(payload, total_len, max_chars),
        Kind::Message(message) => summary::show_message(message, payload, total_len, max_chars),
        _ => match read_scalar(kind, payload) {
            Some(scalar) => {
                let bits = read_varint(payload).map_or(0, |varint| varint.value);
                let excess = kind_wire_type(kind) == WireType::Varint
                    && read_varint(payload).is_ok_and(|v| v.overflow);
                show_scalar(kind, scalar, bits, excess)
            }
            None => {
                let mut shown = show_bytes(payload, total_len, max_chars);
                shown.mark(Mark::Damaged);
                shown
            }
        },
    }
}

/// Shows the elements of a packed payload, as in `[1, 2, 3]`; see [`show_value`] for the head.
pub fn show_packed(kind: &Kind, payload: &[u8], total_len: u64, max_chars: usize) -> ValueText {
    let mut shown = ValueText::plain("[");
    let mut rest = payload;
    while !rest.is_empty() {
        let width = match kind_wire_type(kind) {
            WireType::I32 => 4,
            WireType::I64 => 8,
            _ => read_varint(rest).map_or(usize::MAX, |varint| usize::from(varint.width)),
        };
        let Some((element, after)) = rest.split_at_checked(width) else {
            if payload.len() as u64 == total_len {
                shown.mark(Mark::Damaged);
            }
            break;
        };
        let element = show_value(kind, element, element.len() as u64, max_chars);
        if shown.text.len() + element.text.len() > max_chars {
            break;
        }
        if shown.text.len() > 1 {
            shown.text.push_str(", ");
        }
        shown.text.push_str(&element.text);
        element.marks.into_iter().for_each(|mark| shown.mark(mark));
        rest = after;
    }
    if !rest.is_empty() || (payload.len() as u64) < total_len {
        shown.text.push_str(if shown.text.len() > 1 { ", …" } else { "…" });
        shown.mark(Mark::Cut);
    }
    shown.text.push(']');
    shown
}

/// `bits` is the whole varint, `overflow` whether even that is not all of it.
fn show_scalar(kind: &Kind, scalar: Scalar, bits: u64, overflow: bool) -> ValueText {
    let mut shown = match scalar {
        Scalar::Int(value) => ValueText::plain(value.to_string()),
        Scalar::Bool(value) if bits > 1 => ValueText::marked(format!("{value} ({bits})"), Mark::OddBool),
        Scalar::Bool(value) => ValueText::plain(value.to_string()),
        Scalar::Float(value) => {
            show_float(float::float_text(value), value.into(), u64::from(value.to_bits()), false)
        }
        Scalar::Double(value) => show_float(float::double_text(value), value, value.to_bits(), true),
        Scalar::Enum(number) => show_enum(kind, number),
    };
    let is_varint = kind_wire_type(kind) == WireType::Varint;
    if is_varint && has_excess_bits(kind, bits) {
        shown.text.push_str(&format!(" (0x{bits:x})"));
        shown.mark(Mark::ExcessBits);
    } else if overflow {
        shown.mark(Mark::ExcessBits);
    }
    shown
}

fn show_float(text: String, value: f64, bits: u64, wide: bool) -> ValueText {
    let mut shown = ValueText::plain(text);
    if value == 0.0 && value.is_sign_negative() {
        shown.mark(Mark::NegativeZero);
    }
    if value.is_nan() && !float::is_usual_nan(bits, wide) {
        shown.mark(Mark::OddNan);
    }
    shown
}

fn show_enum(kind: &Kind, number: i32) -> ValueText {
    match kind.as_enum().and_then(|descriptor| descriptor.get_value(number)) {
        Some(value) => ValueText::plain(format!("{} = {number}", value.name())),
        None => ValueText::marked(format!("{number} (unknown)"), Mark::UnknownNumber),
    }
}

/// A scalar that is known only by its bits, as a summary has it.
pub(super) fn show_bits(kind: &Kind, bits: u64) -> ValueText {
    show_scalar(kind, scalar_of_bits(kind, bits), bits, false)
}

pub(super) fn show_string(payload: &[u8], total_len: u64, max_chars: usize) -> ValueText {
    let complete = payload.len() as u64 >= total_len;
    let (text, found) = quote_bytes(payload, complete, max_chars);
    let mut shown = ValueText::plain(text);
    if found.cut {
        shown.text.push_str(&format!(" ({} B)", grouped(total_len)));
    }
    for (is, mark) in
        [(found.cut, Mark::Cut), (found.escaped, Mark::Escaped), (found.invalid, Mark::InvalidUtf8)]
    {
        if is {
            shown.mark(mark);
        }
    }
    shown
}

/// The length, then text if it is all printable, otherwise the first bytes in hexadecimal.
pub(super) fn show_bytes(payload: &[u8], total_len: u64, max_chars: usize) -> ValueText {
    let length = format!("{} B", grouped(total_len));
    if total_len == 0 {
        return ValueText::plain(length);
    }
    let complete = payload.len() as u64 >= total_len;
    let looked_at = &payload[..payload.len().min(max_chars.saturating_add(1).saturating_mul(4))];
    let is_head = !complete || looked_at.len() < payload.len();
    let printable = |text: &str| !text.chars().any(|c| is_hidden(c) && !matches!(c, '\n' | '\r' | '\t'));
    let readable = match simdutf8::compat::from_utf8(looked_at) {
        Ok(text) => printable(text),
        Err(error) if is_head && error.error_len().is_none() && error.valid_up_to() > 0 => {
            std::str::from_utf8(&looked_at[..error.valid_up_to()]).is_ok_and(printable)
        }
        Err(_) => false,
    };
    let mut shown = ValueText::plain(length);
    shown.text.push_str("  ");
    if readable && !payload.is_empty() {
        let (text, found) = quote_bytes(payload, complete, max_chars);
        shown.text.push_str(&text);
        if found.cut {
            shown.mark(Mark::Cut);
        }
    } else {
        let n_bytes = payload.len().min((max_chars / 3).max(1));
        shown.text.push_str(&hex(&payload[..n_bytes]));
        if (n_bytes as u64) < total_len {
            shown.text.push_str(" …");
            shown.mark(Mark::Cut);
        }
    }
    shown
}
