//! Tokens into values.

use crate::schema::Kind;

/// A whole number as it is spelled: decimal, `0x…` or with a leading zero octal. `Err` if it is none,
/// `Ok(None)` if it has more than 64 bits.
pub(super) fn integer(text: &str) -> Result<Option<u64>, ()> {
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&text[2..], 16),
        [b'0', _, ..] => (&text[1..], 8),
        _ => (text, 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(());
    }
    Ok(u64::from_str_radix(digits, radix).ok())
}

/// The digits of a decimal number with or without a point, an exponent and an `f` behind; `None` if it
/// is none.
pub(super) fn decimal(text: &str) -> Option<&str> {
    let text = text.strip_suffix(['f', 'F']).unwrap_or(text);
    // With a leading zero it is octal or hexadecimal, which no fraction is.
    if text.starts_with('0') && text[1..].starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
    (text.chars().all(is_part) && text.parse::<f64>().is_ok()).then_some(text)
}

/// The name of a kind of integers, and the range it has.
pub(super) fn range_of(kind: &Kind) -> Option<(i128, i128)> {
    Some(match kind {
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => (i128::from(i32::MIN), i128::from(i32::MAX)),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => (i128::from(i64::MIN), i128::from(i64::MAX)),
        Kind::Uint32 | Kind::Fixed32 => (0, i128::from(u32::MAX)),
        Kind::Uint64 | Kind::Fixed64 => (0, i128::from(u64::MAX)),
        Kind::Enum(_) => (i128::from(i32::MIN), i128::from(i32::MAX)),
        Kind::Bool => (0, 1),
        _ => return None,
    })
}
