//! What it takes to write a value down, in bits, if one knows its kind.
//!
//! The figures are coarse on purpose: two kinds that are equally plausible for a value cost the
//! same, so that types which the bytes cannot tell apart come out equal. Evidence is what costs
//! much: a clash, text that is none, an unknown enum number.

use super::table::Shape;
use crate::wire::{Read, records, varint_width};

/// The tag of a record whose field is known.
pub(super) const KNOWN_TAG: u64 = 2;
/// The length of a LEN payload, or the value of a small varint.
pub(super) const SMALL: u64 = 4;
/// A record that no field declares, on top of its bytes.
pub(super) const UNKNOWN: u64 = 12;
/// A record of a declared field in a wire type it cannot have, on top of its bytes.
pub(super) const CLASH: u64 = 24;
/// A message payload that is none, or text that is not UTF-8, on top of its bytes.
pub(super) const MALFORMED: u64 = 40;
/// A value that parsers accept but no writer writes, or that is far from what its kind is for.
pub(super) const ODD: u64 = 16;
/// A default value that proto3 writers leave out.
pub(super) const DEFAULT_WRITTEN: u64 = 3;
/// A singular field or a oneof that is there more than once.
pub(super) const REPEATED: u64 = 6;
/// A field before one with a lower number.
pub(super) const OUT_OF_ORDER: u64 = 1;
/// A required field that is not there.
pub(super) const MISSING: u64 = 8;
/// A map entry without its key, or without its value: many writers write both even if empty.
pub(super) const NO_KEY: u64 = 6;
pub(super) const NO_VALUE: u64 = 2;
/// Taken off a Timestamp within a lifetime of today: no other pair of integers looks like it.
pub(super) const PLAUSIBLE_TIME: u64 = 16;

/// Bytes about which nothing is known.
pub(super) fn opaque(n_bytes: usize) -> u64 {
    8 * n_bytes as u64
}

/// A message about which nothing is known but that it is one.
pub(super) fn baseline(bytes: &[u8]) -> i64 {
    let n_records = records(bytes).filter(|(_, read)| matches!(read, Read::Record(_))).count();
    (opaque(bytes.len()) + UNKNOWN * n_records as u64) as i64
}

/// What a value says about its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    Good,
    Odd,
    UnknownEnum,
}

/// A varint as a value of a kind; `None` if the kind is not written as a varint.
pub(super) fn varint(shape: &Shape, value: u64) -> Option<(u64, Fit)> {
    let plain = SMALL + 7 * (varint_width(value) as u64 - 1);
    let in_range = |holds: bool| if holds { (plain, Fit::Good) } else { (plain + ODD, Fit::Odd) };
    let signed = |min: i64, max: i64| match value as i64 {
        value if value < min || value > max => (plain + ODD, Fit::Odd),
        ..0 => (SMALL + ODD, Fit::Good),
        _ => (plain, Fit::Good),
    };
    Some(match shape {
        Shape::Bool if value < 2 => (SMALL, Fit::Good),
        Shape::Bool => (plain + CLASH, Fit::Odd),
        Shape::Enum { numbers, is_closed } => match i32::try_from(value as i64) {
            Ok(number) if numbers.binary_search(&number).is_ok() => (SMALL, Fit::Good),
            _ if *is_closed => (plain + ODD, Fit::UnknownEnum),
            _ => (plain + ODD / 2, Fit::UnknownEnum),
        },
        Shape::Int32 => signed(i64::from(i32::MIN), i64::from(i32::MAX)),
        Shape::Int64 => signed(i64::MIN, i64::MAX),
        Shape::Uint32 | Shape::Sint32 => in_range(value <= u64::from(u32::MAX)),
        Shape::Uint64 | Shape::Sint64 => (plain, Fit::Good),
        _ => return None,
    })
}

/// A varint among packed ones: it has no tag that could have told it apart.
pub(super) fn packed_varint(shape: &Shape, value: u64) -> Option<(u64, Fit)> {
    let (cost, fit) = varint(shape, value)?;
    Some(match (shape, fit) {
        (Shape::Bool | Shape::Enum { .. }, Fit::Good) => (3, fit),
        _ => (cost + 3, fit),
    })
}

/// The four bytes of an I32 as a value of a kind; `None` if the kind is not written so.
pub(super) fn fixed32(shape: &Shape, bits: u32) -> Option<(u64, Fit)> {
    match shape {
        Shape::Fixed32 => Some((20, Fit::Good)),
        Shape::Float => Some(float(f64::from(f32::from_bits(bits)), 20)),
        _ => None,
    }
}

/// The eight bytes of an I64 as a value of a kind; `None` if the kind is not written so.
pub(super) fn fixed64(shape: &Shape, bits: u64) -> Option<(u64, Fit)> {
    match shape {
        Shape::Fixed64 => Some((40, Fit::Good)),
        Shape::Double => Some(float(f64::from_bits(bits), 40)),
        _ => None,
    }
}

fn float(value: f64, cost: u64) -> (u64, Fit) {
    let plausible = value == 0.0 || (1e-12..1e18).contains(&value.abs()) || value.is_infinite();
    if plausible { (cost, Fit::Good) } else { (cost + ODD, Fit::Odd) }
}

/// What bytes say about being text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    Printable,
    /// UTF-8 with control characters other than line ends and tabs.
    Control,
    NotUtf8,
}

/// `cut` says that the text goes on beyond these bytes.
pub(super) fn text(bytes: &[u8], cut: bool) -> Text {
    let text = match simdutf8::compat::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if cut && error.error_len().is_none() => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            simdutf8::compat::from_utf8(valid).unwrap_or_default()
        }
        Err(_) => return Text::NotUtf8,
    };
    let is_control = |byte: u8| (byte < 0x20 && !matches!(byte, b'\n' | b'\r' | b'\t')) || byte == 0x7f;
    if text.bytes().any(is_control) { Text::Control } else { Text::Printable }
}

/// A LEN payload as a string.
pub(super) fn string(found: Text, n_bytes: usize) -> u64 {
    match found {
        Text::Printable => SMALL + 5 * n_bytes as u64,
        Text::Control => SMALL + ODD + opaque(n_bytes),
        Text::NotUtf8 => SMALL + MALFORMED + opaque(n_bytes),
    }
}

/// A LEN payload as bytes: text is as likely there as in a string.
pub(super) fn bytes(found: Text, n_bytes: usize) -> u64 {
    match found {
        Text::Printable => string(found, n_bytes),
        _ => SMALL + opaque(n_bytes),
    }
}
