//! Numbers by their bits, in hexadecimal.

use super::integer::range_of;
use super::parse::write_integer;
use super::{Encoded, Scalar, ValueError, parse_value, read_scalar};
use crate::schema::kind_wire_type;
use prost_reflect::Kind;

/// Bits of a number of this kind; `None` for kinds that are none.
fn width(kind: &Kind) -> Option<u32> {
    Some(match kind {
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 | Kind::Uint32 | Kind::Fixed32 => 32,
        Kind::Float | Kind::Enum(_) => 32,
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 | Kind::Uint64 | Kind::Fixed64 | Kind::Double => 64,
        _ => return None,
    })
}

/// The value's own bits, in two's complement where it is signed; not those of its spelling.
pub fn bits_of(kind: &Kind, payload: &[u8]) -> Option<u64> {
    let width = width(kind)?;
    let bits = match read_scalar(kind, payload)? {
        Scalar::Int(value) => value as u64,
        Scalar::Float(value) => u64::from(value.to_bits()),
        Scalar::Double(value) => value.to_bits(),
        Scalar::Enum(number) => number as u32 as u64,
        Scalar::Bool(_) => return None,
    };
    Some(if width == 32 { u64::from(bits as u32) } else { bits })
}

/// `0x` and the bits; all digits for what is read by its bits alone.
pub fn bits_text(kind: &Kind, payload: &[u8]) -> Option<String> {
    let bits = bits_of(kind, payload)?;
    Some(match kind {
        Kind::Float => format!("0x{bits:08x}"),
        Kind::Double => format!("0x{bits:016x}"),
        _ => format!("0x{bits:x}"),
    })
}

/// Reads `0x` and bits, or else what [`parse_value`] takes.
pub fn parse_bits_text(kind: &Kind, text: &str) -> Result<Encoded, ValueError> {
    let trimmed = text.trim();
    let digits = trimmed.strip_prefix("0x").or_else(|| trimmed.strip_prefix("0X"));
    let (Some(digits), Some(width)) = (digits, width(kind)) else { return parse_value(kind, text) };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(ValueError::Integer { text: trimmed.to_owned() });
    }
    let max = if width == 32 { u64::from(u32::MAX) } else { u64::MAX };
    let bits = u64::from_str_radix(digits, 16).ok().filter(|bits| *bits <= max);
    let Some(bits) = bits else {
        return Err(ValueError::TooManyBits { text: trimmed.to_owned(), width });
    };
    let mut payload = Vec::new();
    match (kind, range_of(kind)) {
        (Kind::Float, _) => payload.extend((bits as u32).to_le_bytes()),
        (Kind::Double, _) => payload.extend(bits.to_le_bytes()),
        (_, Some((_, min, _))) => {
            let value = match (min < 0, width) {
                (false, _) => i128::from(bits),
                (true, 32) => i128::from(bits as u32 as i32),
                (true, _) => i128::from(bits as i64),
            };
            write_integer(kind, value, &mut payload);
        }
        (_, None) => return parse_value(kind, text),
    }
    Ok(Encoded { wire_type: kind_wire_type(kind), payload })
}

#[cfg(test)]
mod tests {
    use super::super::edit_text;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bits_are_twos_complement_and_both_notations_are_taken() {
        for (kind, text, value, bits) in [
            (Kind::Int32, "0xffffffff", "-1", "0xffffffff"),
            (Kind::Int32, "-5", "-5", "0xfffffffb"),
            (Kind::Sint64, "0x8000000000000000", "-9223372036854775808", "0x8000000000000000"),
            (Kind::Uint64, "18446744073709551615", "18446744073709551615", "0xffffffffffffffff"),
            (Kind::Sfixed32, "-0x5", "-5", "0xfffffffb"),
            (Kind::Float, "0x7fc00001", "nan(0x7fc00001)", "0x7fc00001"),
            (Kind::Float, "1.5", "1.5", "0x3fc00000"),
            (Kind::Double, "0x8000000000000000", "-0", "0x8000000000000000"),
        ] {
            let payload = parse_bits_text(&kind, text).unwrap().payload;
            assert_eq!(edit_text(&kind, &payload).unwrap(), value, "{text}");
            assert_eq!(bits_text(&kind, &payload).unwrap(), bits, "{text}");
        }
        for (kind, text, part) in [
            (Kind::Int32, "0x100000000", "more than 32 bits"),
            (Kind::Uint64, "0x10000000000000000", "more than 64 bits"),
            (Kind::Int32, "2147483648", "-2147483648 to 2147483647"),
            (Kind::Int32, "0xg", "not an integer"),
        ] {
            let error = parse_bits_text(&kind, text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn every_number_reads_back_from_its_bits(bits: u64) {
            for kind in [
                Kind::Int32, Kind::Int64, Kind::Uint32, Kind::Uint64, Kind::Sint32, Kind::Sint64, Kind::Fixed32,
                Kind::Fixed64, Kind::Sfixed32, Kind::Sfixed64, Kind::Float, Kind::Double,
            ] {
                let bits = if width(&kind) == Some(32) { u64::from(bits as u32) } else { bits };
                let encoded = parse_bits_text(&kind, &format!("0x{bits:X}")).unwrap();
                prop_assert_eq!(bits_of(&kind, &encoded.payload), Some(bits), "{:?}", kind);
                let text = bits_text(&kind, &encoded.payload).unwrap();
                prop_assert_eq!(parse_bits_text(&kind, &text).unwrap(), encoded);
            }
        }
    }
}
