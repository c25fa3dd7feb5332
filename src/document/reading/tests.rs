//! The law of readings, over all of them.

use super::*;
use crate::schema::Schema;
use crate::wire::write_varint;
use proptest::prelude::*;

/// A payload of each wire type that can be read in more than one way.
fn payload() -> impl Strategy<Value = (WireType, Vec<u8>)> {
    let varint = |value: u64, padding: usize| {
        let mut bytes = Vec::new();
        write_varint(&mut bytes, value);
        if let Some(last) = bytes.last_mut().filter(|_| padding > 0) {
            *last |= 0x80;
        }
        let n_more = padding.min(10 - bytes.len().min(10));
        bytes.extend((0..n_more).map(|idx| if idx + 1 == n_more { 0 } else { 0x80 }));
        if n_more == 0
            && let Some(last) = bytes.last_mut()
        {
            *last &= 0x7f;
        }
        (WireType::Varint, bytes)
    };
    let likely = prop_oneof![any::<u64>(), 0_u64..4, 1_000_000_000_u64..2_000_000_000_000_000_000];
    prop_oneof![
        (likely.clone(), 0_usize..3).prop_map(move |(value, padding)| varint(value, padding)),
        any::<u32>().prop_map(|bits| (WireType::I32, bits.to_le_bytes().to_vec())),
        likely.prop_map(|bits| (WireType::I64, bits.to_le_bytes().to_vec())),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| (WireType::Len, bytes)),
        "[ -~\u{e4}\n\u{202e}]{0,24}".prop_map(|text| (WireType::Len, text.into_bytes())),
        prop::collection::vec(-1e6_f32..1e6, 0..6)
            .prop_map(|floats| (WireType::Len, floats.iter().flat_map(|one| one.to_le_bytes()).collect())),
    ]
}

fn scalar(wire_type: WireType, payload: &[u8]) -> u64 {
    match wire_type {
        WireType::Varint => crate::wire::read_varint(payload).map_or(0, |varint| varint.value),
        WireType::I32 | WireType::I64 => {
            payload.iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte))
        }
        _ => 0,
    }
}

proptest! {
    #[test]
    fn the_own_text_of_a_reading_changes_no_byte((wire_type, payload) in payload()) {
        for reading in plausible_readings(wire_type, scalar(wire_type, &payload), &payload, true) {
            prop_assert_eq!(reading.wire_type(), wire_type);
            let Some(text) = reading.text(&payload) else {
                prop_assert!(reading.message().is_some(), "{:?} has no text", reading);
                continue;
            };
            let back = reading.payload(&text, &payload);
            prop_assert_eq!(back.as_ref(), Ok(&payload), "{:?} {}", reading, text);
            let alone = reading.payload(&text, &[]).unwrap();
            prop_assert_eq!(reading.text(&alone), Some(text), "{:?}", reading);
        }
    }

    #[test]
    fn no_text_and_no_payload_makes_a_reading_panic(text in ".{0,30}", payload in prop::collection::vec(any::<u8>(), 0..30)) {
        for wire_type in WireType::ALL {
            for reading in plausible_readings(wire_type, 7, &payload, true) {
                let _ = reading.payload(&text, &payload);
                let shown = reading.show(&payload, payload.len() as u64 + 5, 20);
                prop_assert!(shown.text.chars().count() < 80, "{}", shown.text);
            }
        }
    }

    #[test]
    fn a_time_reads_back_in_every_unit(seconds in 946_684_800_i64..4_102_444_800, nanos in 0_i64..1_000_000_000) {
        for (unit, per_second) in TimeUnit::ALL.into_iter().zip([1, 1_000, 1_000_000, 1_000_000_000]) {
            let count = seconds * per_second + nanos * per_second / 1_000_000_000;
            prop_assert_eq!(TimeUnit::likely(count), Some(unit));
            prop_assert_eq!(unit.parse(&unit.text(count).unwrap()), Ok(count));
        }
    }
}

#[test]
fn each_wire_type_is_shown_in_all_its_readings() {
    let labels = |wire_type, payload: &[u8]| {
        let found = plausible_readings(wire_type, scalar(wire_type, payload), payload, true);
        found.iter().map(|one| one.label()).collect::<Vec<_>>().join(", ")
    };
    let mut millis = Vec::new();
    write_varint(&mut millis, 1_790_000_000_000);
    for (wire_type, payload, expected) in [
        (WireType::Varint, vec![1], "uint64, int64, sint64, bool"),
        (WireType::Varint, millis, "uint64, int64, sint64, time in ms"),
        (WireType::I32, 1_790_000_000_u32.to_le_bytes().to_vec(), "fixed32, sfixed32, float, time in s"),
        (WireType::I64, 1.5_f64.to_le_bytes().to_vec(), "double, fixed64, sfixed64"),
        (WireType::Len, b"h".to_vec(), "string, hex, base64, packed varint"),
        (
            WireType::Len,
            [1.5_f32, 2.0, 0.1].iter().flat_map(|one| one.to_le_bytes()).collect(),
            "hex, base64, packed varint, packed fixed32, packed float",
        ),
        (WireType::Len, vec![0x08, 0x01], "message, string, hex, base64, packed varint"),
    ] {
        assert_eq!(labels(wire_type, &payload), expected);
    }
}

#[test]
fn a_reading_is_found_by_its_name_again() {
    let schema = Schema::builtin();
    let message = schema.message("apache.rocketmq.v2.Resource").unwrap();
    let code = schema.pool().get_enum_by_name("apache.rocketmq.v2.Code").unwrap();
    let mut all: Vec<Reading> = SCALARS.iter().cloned().map(Reading::Kind).collect();
    all.extend([Kind::Uint64, Kind::Fixed32, Kind::Double].map(Reading::Packed));
    all.extend([Reading::Message, Reading::Hex, Reading::Base64]);
    all.extend([Kind::Message(message.clone()), Kind::Enum(code.clone())].map(Reading::Kind));
    for wire_type in [WireType::Varint, WireType::I32, WireType::I64] {
        all.extend(TimeUnit::ALL.map(|unit| Reading::Time { wire_type, unit }));
    }
    for reading in all {
        let name = reading.name();
        let found = Reading::named(
            &name,
            |name| (name == message.full_name()).then(|| message.clone()),
            |name| (name == code.full_name()).then(|| code.clone()),
        );
        assert_eq!(found.as_ref(), Some(&reading), "{name}");
    }
    for odd in
        ["", "message ", "message x.Y", "time", "time LEN s", "time VARINT h", "packed string", "uint9"]
    {
        assert_eq!(Reading::named(odd, |_| None, |_| None), None, "{odd}");
    }
}

#[test]
fn what_is_typed_and_does_not_fit_says_why() {
    let time = |wire_type, unit| Reading::Time { wire_type, unit };
    for (reading, text, part) in [
        (Reading::Kind(Kind::Int64), "9223372036854775808", "-9223372036854775808 to 9223372036854775807"),
        (time(WireType::I32, TimeUnit::Seconds), "2200-01-01T00:00:00Z", "0 to 4294967295"),
        (time(WireType::Varint, TimeUnit::Millis), "2026-01-01T00:00:00.0001Z", "finer"),
        (time(WireType::Varint, TimeUnit::Nanos), "9999-01-01T00:00:00Z", "too far"),
        (Reading::Packed(Kind::Fixed32), "1, x", "not an integer"),
        (Reading::Hex, "0", "only one digit"),
        (Reading::Kind(Kind::String), "a\\q", "no escape, at character 2"),
        (Reading::Base64, "a", "not base64"),
    ] {
        let error = reading.payload(text, &[]).unwrap_err().to_string();
        assert!(error.contains(part), "{reading:?} {text}: {error}");
    }
}
