//! Integers as text.

use super::ValueError;
use prost_reflect::Kind;

/// The declared name of an integer kind with its least and greatest value.
pub(super) fn range_of(kind: &Kind) -> Option<(&'static str, i128, i128)> {
    let (i32s, i64s) =
        ((i128::from(i32::MIN), i128::from(i32::MAX)), (i128::from(i64::MIN), i128::from(i64::MAX)));
    let (u32s, u64s) = ((0, i128::from(u32::MAX)), (0, i128::from(u64::MAX)));
    let (name, (min, max)) = match kind {
        Kind::Int32 => ("int32", i32s),
        Kind::Int64 => ("int64", i64s),
        Kind::Uint32 => ("uint32", u32s),
        Kind::Uint64 => ("uint64", u64s),
        Kind::Sint32 => ("sint32", i32s),
        Kind::Sint64 => ("sint64", i64s),
        Kind::Fixed32 => ("fixed32", u32s),
        Kind::Fixed64 => ("fixed64", u64s),
        Kind::Sfixed32 => ("sfixed32", i32s),
        Kind::Sfixed64 => ("sfixed64", i64s),
        Kind::Enum(_) => ("an enum", i32s),
        _ => return None,
    };
    Some((name, min, max))
}

/// Reads a decimal or, after `0x`, hexadecimal integer with an optional `-`.
pub(super) fn parse_integer(
    text: &str,
    kind: &'static str,
    min: i128,
    max: i128,
) -> Result<i128, ValueError> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (radix, digits) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(rest) => (16, rest),
        None => (10, digits),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(ValueError::Integer { text: text.to_owned() });
    }
    // Only digits: what does not parse is too large.
    let value = i128::from_str_radix(digits, radix).map(|value| if negative { -value } else { value });
    match value {
        Ok(value) if (min..=max).contains(&value) => Ok(value),
        _ => Err(ValueError::Range { text: text.to_owned(), kind, min, max }),
    }
}
