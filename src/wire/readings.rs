//! What a payload could mean when no field declares it.

use super::{MAX_VARINT, Read, WireType, count_varints, group_end, records};

/// One plausible meaning of an undeclared payload, as text a person can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The kind it would be, in the words of a `.proto` file.
    pub kind: &'static str,
    pub text: String,
}

/// The signed integer that a zigzag varint stands for.
pub fn zigzag_decode(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// The zigzag varint that stands for a signed integer.
pub fn zigzag_encode(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// Every plausible reading of a payload, the likeliest first.
///
/// `scalar` is the value of a VARINT, I32 or I64; `payload` the bytes of a LEN or group, of which
/// a head is enough: `complete` says whether it is all of it.
pub fn readings(wire_type: WireType, scalar: u64, payload: &[u8], complete: bool) -> Vec<Reading> {
    let mut found = Vec::new();
    let mut add = |kind, text: String| found.push(Reading { kind, text });
    match wire_type {
        WireType::Varint => {
            add("uint64", scalar.to_string());
            add("int64", (scalar as i64).to_string());
            add("sint64", zigzag_decode(scalar).to_string());
            if scalar < 2 {
                add("bool", (scalar == 1).to_string());
            }
        }
        WireType::I32 => {
            add("fixed32", (scalar as u32).to_string());
            add("sfixed32", (scalar as u32 as i32).to_string());
            add(
                "float",
                float_text(
                    f64::from(f32::from_bits(scalar as u32)),
                    f32::from_bits(scalar as u32).to_string(),
                ),
            );
        }
        WireType::I64 => {
            add("double", float_text(f64::from_bits(scalar), f64::from_bits(scalar).to_string()));
            add("fixed64", scalar.to_string());
            add("sfixed64", (scalar as i64).to_string());
        }
        WireType::Len => {
            for reading in len_readings(payload, complete) {
                found.push(reading);
            }
        }
        WireType::Sgroup | WireType::Egroup => {}
    }
    found
}

fn float_text(value: f64, text: String) -> String {
    if value.is_nan() { "nan".to_owned() } else { text }
}

fn len_readings(payload: &[u8], complete: bool) -> Vec<Reading> {
    let mut found = Vec::new();
    let mut add = |kind, text: String| found.push(Reading { kind, text });
    let text = match simdutf8::compat::from_utf8(payload) {
        Ok(text) => Some(text),
        Err(error) if !complete && error.error_len().is_none() => {
            simdutf8::compat::from_utf8(&payload[..error.valid_up_to()]).ok()
        }
        Err(_) => None,
    };
    let printable =
        text.is_some_and(|text| text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')));
    if let Some(text) = text.filter(|_| printable) {
        add("string", text.to_owned());
    }
    let mut n_records = 0_u64;
    let whole = records(payload).all(|(offset, read)| match read {
        Read::Record(record) => {
            n_records += 1;
            // Text in braces begins like a group that does not end.
            let inside = || &payload[offset + usize::from(record.payload_start)..];
            let is_group = record.tag.wire_type == WireType::Sgroup;
            record.missing == 0 && (!is_group || group_end(inside(), record.tag.number).is_some())
        }
        _ => false,
    });
    if (whole || !complete) && n_records > 0 {
        let plural = if n_records == 1 { "" } else { "s" };
        let at_least = if complete { "" } else { "at least " };
        add("message", format!("{at_least}{n_records} record{plural}"));
    }
    if let Some(text) = text.filter(|_| !printable) {
        add("string", text.to_owned());
    }
    add("bytes", format!("{} B", payload.len()));
    if complete && !payload.is_empty() {
        let is_varint =
            |bytes: &[u8]| bytes.len() <= MAX_VARINT && bytes.last().is_some_and(|byte| *byte < 0x80);
        if payload.split_inclusive(|byte| *byte < 0x80).all(is_varint) {
            add("packed varint", format!("{} elements", count_varints(payload)));
        }
        for (kind, width) in
            [("packed fixed32", 4), ("packed fixed64", 8), ("packed float", 4), ("packed double", 8)]
        {
            let is_likely = match kind {
                "packed float" => payload.chunks_exact(4).all(is_likely_float),
                "packed double" => payload.chunks_exact(8).all(is_likely_double),
                _ => true,
            };
            if payload.len().is_multiple_of(width) && is_likely {
                add(kind, format!("{} elements", payload.len() / width));
            }
        }
    }
    found
}

/// Magnitudes that people write; others are more often something else than a number.
const LIKELY: std::ops::Range<f64> = 1e-9..1e15;

fn is_likely_float(bytes: &[u8]) -> bool {
    bytes.try_into().is_ok_and(|bytes| is_likely(f64::from(f32::from_le_bytes(bytes))))
}

fn is_likely_double(bytes: &[u8]) -> bool {
    bytes.try_into().is_ok_and(|bytes| is_likely(f64::from_le_bytes(bytes)))
}

fn is_likely(value: f64) -> bool {
    value == 0.0 || LIKELY.contains(&value.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zigzag_is_its_own_inverse_at_the_edges() {
        for value in [0, 1, -1, i64::MAX, i64::MIN] {
            assert_eq!(zigzag_decode(zigzag_encode(value)), value);
        }
    }

    #[test]
    fn text_is_offered_before_bytes_and_a_message_only_if_whole() {
        let kinds = |payload: &[u8]| {
            readings(WireType::Len, 0, payload, true).iter().map(|r| r.kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds(b"hi!")[0], "string");
        assert_eq!(kinds(&[0x08, 0x01])[0], "message");
        assert!(!kinds(&[0x08]).contains(&"message"));
        let halves = [0.5_f32, -2.0, 7.25].map(f32::to_le_bytes).concat();
        assert!(kinds(&halves).contains(&"packed float") && !kinds(&halves).contains(&"packed double"));
        // A group that does not end, as text in braces begins; and one that does.
        assert!(!kinds(b"{\"a\": 1}").contains(&"message"), "{:?}", kinds(b"{\"a\": 1}"));
        assert!(!kinds(&[0x0b, 0x08, 0x01]).contains(&"message"));
        assert!(kinds(&[0x0b, 0x08, 0x01, 0x0c]).contains(&"message"));
    }
}
