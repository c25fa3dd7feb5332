//! Floating-point numbers as text: the shortest that reads back to the same bits.

use super::ValueError;
use std::fmt::Write as _;

/// Text of a float; a NaN other than the usual one carries its bits, as in `nan(0x7fc00001)`.
pub(super) fn float_text(value: f32) -> String {
    if value.is_nan() {
        return nan_text(u64::from(value.to_bits()), u64::from(f32::NAN.to_bits()));
    }
    finite_text(zmij::Buffer::new().format(value), value.is_infinite(), value < 0.0)
}

/// Text of a double, like [`float_text`].
pub(super) fn double_text(value: f64) -> String {
    if value.is_nan() {
        return nan_text(value.to_bits(), f64::NAN.to_bits());
    }
    finite_text(zmij::Buffer::new().format(value), value.is_infinite(), value < 0.0)
}

fn nan_text(bits: u64, usual: u64) -> String {
    let mut out = String::from("nan");
    if bits != usual {
        let _ = write!(out, "(0x{bits:x})");
    }
    out
}

fn finite_text(text: &str, infinite: bool, negative: bool) -> String {
    match (infinite, negative) {
        (true, true) => "-inf".to_owned(),
        (true, false) => "inf".to_owned(),
        _ => text.strip_suffix(".0").unwrap_or(text).to_owned(),
    }
}

/// Whether these are the bits of the NaN that everybody writes.
pub(super) fn is_usual_nan(bits: u64, wide: bool) -> bool {
    bits == if wide { f64::NAN.to_bits() } else { u64::from(f32::NAN.to_bits()) }
}

/// Reads a float, rounding once from the decimal text.
pub(super) fn parse_float(text: &str) -> Result<f32, ValueError> {
    let text = text.trim();
    if let Some(special) = special(text)? {
        return Ok(match special {
            Special::Bits(bits) => match u32::try_from(bits).map(f32::from_bits) {
                Ok(value) if value.is_nan() => value,
                _ => return Err(no_number(text)),
            },
            Special::Value(value) => value as f32,
        });
    }
    let value: f32 = text.parse().map_err(|_| no_number(text))?;
    if value.is_infinite() {
        return Err(ValueError::FloatRange { text: text.to_owned(), kind: "float", max: "3.4028235e38" });
    }
    Ok(value)
}

/// Reads a double.
pub(super) fn parse_double(text: &str) -> Result<f64, ValueError> {
    let text = text.trim();
    if let Some(special) = special(text)? {
        return Ok(match special {
            Special::Bits(bits) if f64::from_bits(bits).is_nan() => f64::from_bits(bits),
            Special::Bits(_) => return Err(no_number(text)),
            Special::Value(value) => value,
        });
    }
    let value: f64 = text.parse().map_err(|_| no_number(text))?;
    if value.is_infinite() {
        let max = "1.7976931348623157e308";
        return Err(ValueError::FloatRange { text: text.to_owned(), kind: "double", max });
    }
    Ok(value)
}

enum Special {
    Value(f64),
    Bits(u64),
}

/// The words among the numbers; everything else has to begin with a digit, a sign or a point.
fn special(text: &str) -> Result<Option<Special>, ValueError> {
    if let Some(bits) = text.strip_prefix("nan(0x").and_then(|rest| rest.strip_suffix(')')) {
        let plain = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let bits = u64::from_str_radix(bits, 16).ok().filter(|_| plain);
        return bits.map(|bits| Some(Special::Bits(bits))).ok_or_else(|| no_number(text));
    }
    let (negative, word) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let is = |name: &str| word.eq_ignore_ascii_case(name);
    let value = match () {
        _ if is("nan") && !negative => f64::NAN,
        _ if (is("inf") || is("infinity")) && negative => f64::NEG_INFINITY,
        _ if is("inf") || is("infinity") => f64::INFINITY,
        _ if word.starts_with(|c: char| c.is_ascii_digit() || c == '.') => return Ok(None),
        _ => return Err(no_number(text)),
    };
    Ok(Some(Special::Value(value)))
}

fn no_number(text: &str) -> ValueError {
    ValueError::Float { text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_shown_short_and_signed() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.5, "1.5"),
            (0.1, "0.1"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (f64::from_bits(0x7ff8_0000_0000_0001), "nan(0x7ff8000000000001)"),
            (f64::from_bits(0xfff8_0000_0000_0000), "nan(0xfff8000000000000)"),
        ] {
            assert_eq!(double_text(value), expected);
        }
        assert_eq!(float_text(0.1), "0.1");
        assert_eq!(float_text(16_777_216.0), "16777216");
    }

    #[test]
    fn what_is_no_number_or_too_large_is_refused() {
        for text in
            ["", "-", "x", "1_000", "+inf", "nan()", "nan(0x1)", "0x10", "1e", "--1", "infinit", "-nan"]
        {
            assert!(matches!(parse_double(text), Err(ValueError::Float { .. })), "{text}");
        }
        assert!(matches!(parse_float("3.5e38"), Err(ValueError::FloatRange { .. })));
        assert!(matches!(parse_double("1e309"), Err(ValueError::FloatRange { .. })));
        // Halfway between two floats: rounding by way of a double would go the other way.
        assert_eq!(parse_float("1.00000017881393432617187499").unwrap().to_bits(), 0x3f80_0001);
    }

    proptest! {
        #[test]
        fn every_bit_pattern_reads_back(bits32: u32, bits64: u64) {
            prop_assert_eq!(parse_float(&float_text(f32::from_bits(bits32))).unwrap().to_bits(), bits32);
            prop_assert_eq!(parse_double(&double_text(f64::from_bits(bits64))).unwrap().to_bits(), bits64);
        }
    }
}
