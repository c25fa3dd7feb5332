//! Values of records that no field declares: the wire type alone says what the text may be.

use super::escape::{hex, is_hidden};
use super::parse::parse_bytes;
use super::{Encoded, ValueError, float, integer};
use crate::wire::{WireType, group_end, read_varint, write_varint, zigzag_encode};

/// Reads `text` as a payload of `wire_type`.
///
/// VARINT: an integer of 64 bits with or without sign, or `zigzag:` and a signed one. I32 and I64: an
/// integer of their width, or a floating-point number, told by its point, exponent or name. LEN: text,
/// `hex:…` or `base64:…`. SGROUP: `hex:…`, the records between its tags.
pub fn parse_raw(wire_type: WireType, text: &str) -> Result<Encoded, ValueError> {
    let refuse = |reason| Err(ValueError::Raw { text: text.to_owned(), wire_type, reason });
    let mut payload = Vec::new();
    match wire_type {
        WireType::Varint => match text.trim().strip_prefix("zigzag:") {
            Some(text) => {
                write_varint(&mut payload, zigzag_encode(parse_bits(text, "sint64", 64, true)? as i64))
            }
            None => write_varint(&mut payload, parse_bits(text, "VARINT", 64, false)?),
        },
        WireType::I32 if is_float(text) => payload.extend(float::parse_float(text)?.to_bits().to_le_bytes()),
        WireType::I64 if is_float(text) => payload.extend(float::parse_double(text)?.to_bits().to_le_bytes()),
        WireType::I32 => payload.extend((parse_bits(text, "I32", 32, false)? as u32).to_le_bytes()),
        WireType::I64 => payload.extend(parse_bits(text, "I64", 64, false)?.to_le_bytes()),
        WireType::Len => payload = parse_bytes(text)?,
        WireType::Sgroup if text.starts_with("hex:") => {
            payload = parse_bytes(text)?;
            if !is_whole_content(&payload) {
                return Err(ValueError::Group);
            }
        }
        WireType::Sgroup => return refuse("a group takes hex:… only"),
        WireType::Egroup => return refuse("an end tag has no value"),
    }
    Ok(Encoded { wire_type, payload })
}

/// An integer of `width` bits, from the least signed to the greatest unsigned one.
fn parse_bits(text: &str, name: &'static str, width: u32, signed: bool) -> Result<u64, ValueError> {
    let (min, max) = (-(1_i128 << (width - 1)), (1_i128 << if signed { width - 1 } else { width }) - 1);
    integer::parse_integer(text, name, min, max).map(|value| value as u64)
}

fn is_float(text: &str) -> bool {
    let text = text.trim().trim_start_matches('-');
    if text.starts_with("0x") || text.starts_with("0X") {
        return false;
    }
    text.contains(['.', 'e', 'E']) || text.starts_with(['n', 'N', 'i', 'I'])
}

/// Whether these bytes would end where they end if an end tag followed them.
fn is_whole_content(content: &[u8]) -> bool {
    const END_OF_GROUP_1: u8 = 0x0c;
    let mut closed = content.to_vec();
    closed.push(END_OF_GROUP_1);
    group_end(&closed, 1).is_some_and(|(len, _)| len == content.len())
}

/// Text from which [`parse_raw`] makes the same value again; `None` if there is none.
pub fn raw_edit_text(wire_type: WireType, payload: &[u8]) -> Option<String> {
    match wire_type {
        WireType::Varint => {
            let found = read_varint(payload).ok()?;
            (usize::from(found.width) == payload.len()).then(|| found.value.to_string())
        }
        WireType::I32 => Some(u32::from_le_bytes(payload.try_into().ok()?).to_string()),
        WireType::I64 => Some(u64::from_le_bytes(payload.try_into().ok()?).to_string()),
        WireType::Len => Some(bytes_edit_text(payload)),
        WireType::Sgroup => is_whole_content(payload).then(|| format!("hex:{}", hex(payload))),
        WireType::Egroup => None,
    }
}

/// Bytes as their own text where that is fit to be read and cannot be taken for anything else,
/// otherwise as `hex:…`.
pub(super) fn bytes_edit_text(payload: &[u8]) -> String {
    match simdutf8::basic::from_utf8(payload) {
        Ok(text)
            if !text.starts_with("hex:")
                && !text.starts_with("base64:")
                && !text.starts_with('@')
                && !text.chars().any(|c| is_hidden(c) && c != '\n' && c != '\t') =>
        {
            text.to_owned()
        }
        _ => format!("hex:{}", hex(payload)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(wire_type: WireType, text: &str) -> String {
        match parse_raw(wire_type, text) {
            Ok(encoded) => hex(&encoded.payload),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_wire_type_says_what_the_text_may_be() {
        use WireType::*;
        for (wire_type, text, expected) in [
            (Varint, "150", "96 01"),
            (Varint, "-1", "ff ff ff ff ff ff ff ff ff 01"),
            (Varint, "0xff", "ff 01"),
            (Varint, "zigzag:-1", "01"),
            (
                Varint,
                "18446744073709551616",
                "\"18446744073709551616\" is out of range for VARINT (-9223372036854775808 to 18446744073709551615)",
            ),
            (I32, "1", "01 00 00 00"),
            (I32, "-1", "ff ff ff ff"),
            (I32, "0xe0", "e0 00 00 00"),
            (I32, "1.5", "00 00 c0 3f"),
            (I64, "1e0", "00 00 00 00 00 00 f0 3f"),
            (I64, "-inf", "00 00 00 00 00 00 f0 ff"),
            (Len, "hi", "68 69"),
            (Len, "hex:0A ff", "0a ff"),
            (Len, "base64:-_8", "fb ff"),
            (Len, "base64:+/8=", "fb ff"),
            (Len, "base64:+/8==", "The text after \"base64:\" is not base64"),
            (Len, "hex:0", "The last byte after \"hex:\" has only one digit"),
            (Len, "hex:0g", "\"g\" is not a hexadecimal digit, at character 2 after \"hex:\""),
            (Sgroup, "hex:08 01", "08 01"),
            (Sgroup, "hex:08", "These bytes are not whole records, so they cannot stand in a group"),
            (Sgroup, "hex:0c 0b", "These bytes are not whole records, so they cannot stand in a group"),
            (Sgroup, "hi", "\"hi\" is not a value for SGROUP: a group takes hex:… only"),
        ] {
            assert_eq!(parsed(wire_type, text), expected, "{wire_type} {text}");
        }
    }

    proptest! {
        #[test]
        fn any_payload_reads_back_from_its_text(payload in prop::collection::vec(any::<u8>(), 0..40)) {
            for wire_type in WireType::ALL {
                if let Some(text) = raw_edit_text(wire_type, &payload) {
                    let back = parse_raw(wire_type, &text).unwrap();
                    if wire_type != WireType::Varint {
                        prop_assert_eq!(&back.payload, &payload);
                    }
                    prop_assert_eq!(raw_edit_text(wire_type, &back.payload), Some(text));
                }
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,30}") {
            for wire_type in WireType::ALL {
                let _ = parse_raw(wire_type, &text);
            }
        }
    }
}
