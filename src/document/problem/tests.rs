//! Wire bytes in, problem lines out.

use super::*;
use crate::document::snapshot::Snapshot;
use crate::document::value::tests::pool_of;
use crate::wire::{WireType, write_len, write_tag, write_varint};
use proptest::prelude::*;
use prost_reflect::{DescriptorPool, MessageDescriptor};
use std::ops::ControlFlow;
use std::sync::LazyLock;

static PROTO3: LazyLock<DescriptorPool> = LazyLock::new(|| {
    pool_of(
        r#"
        syntax = "proto3";
        package t;
        import "google/protobuf/duration.proto";
        import "google/protobuf/timestamp.proto";
        enum Color { RED = 0; GREEN = 1; FAR = 1000; }
        message M {
            reserved 90 to 95;
            int32 i = 1; string s = 2; M m = 3; repeated int32 n = 4; map<string, M> map = 5;
            oneof pick { string a = 6; int32 b = 7; M c = 8; }
            bool flag = 9; Color color = 10; repeated Color colors = 11; repeated string texts = 12;
            google.protobuf.Timestamp time = 13; google.protobuf.Duration span = 14;
            map<int32, int32> ints = 15; repeated M ms = 16; bytes raw = 17; sint32 z = 18;
            repeated fixed32 words = 19; map<bool, int32> bools = 20; repeated bool flags = 21;
            uint64 far = 200; optional int32 maybe = 201; repeated uint64 longs = 202;
        }"#,
    )
});

static PROTO2: LazyLock<DescriptorPool> = LazyLock::new(|| {
    pool_of(
        r#"
        syntax = "proto2";
        package u;
        enum Closed { ONE = 1; TWO = 2; }
        message M {
            required int32 id = 1; optional M m = 2; repeated M ms = 3; optional Closed closed = 4;
            optional string s = 5; optional group G = 6 { required int32 x = 1; repeated int32 n = 2; }
            extensions 100 to 200;
        }
        extend M { optional int32 more = 100; repeated M many = 101; }"#,
    )
});

pub(in crate::document) fn message(name: &str) -> MessageDescriptor {
    let pool = if name.starts_with("t.") { &PROTO3 } else { &PROTO2 };
    pool.get_message_by_name(name).unwrap()
}

pub(in crate::document) fn bytes_of(hex: &str) -> Vec<u8> {
    let digits: String = hex.chars().filter(|c| !c.is_whitespace()).collect();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

/// One line a problem, as `severity start..end path: message`.
fn problems(name: Option<&str>, bytes: &[u8]) -> Vec<String> {
    let snapshot = Snapshot::of_bytes(bytes);
    let mut lines = Vec::new();
    let mut sink = |problem: Problem| {
        assert!(problem.range.start <= problem.range.end && problem.range.end <= bytes.len() as u64);
        let Problem { severity, range, path, message, .. } = problem;
        lines.push(format!("{severity} {}..{} {path}: {message}", range.start, range.end));
        ControlFlow::Continue(())
    };
    let descriptor = name.map(message);
    let range = 0..bytes.len() as u64;
    let report =
        check(&snapshot, range, descriptor.as_ref(), &mut sink, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(report.end, bytes.len() as u64);
    assert_eq!(report.n_notes + report.n_warnings + report.n_errors, lines.len() as u64);
    lines
}

#[track_caller]
fn expect(name: &str, hex: &str, expected: &[&str]) {
    assert_eq!(problems(Some(name), &bytes_of(hex)), expected, "{hex}");
}

#[test]
fn clean_bytes_have_no_problems() {
    for hex in [
        "",
        "08 01  12 02 68 69  1a 02 08 01  22 03 01 02 03  20 04  48 01  50 e8 07",
        "08 ff ff ff ff ff ff ff ff ff 01",
        "2a 07 0a 01 61 12 02 08 01  2a 05 0a 01 62 12 00",
        "6a 04 08 01 10 01  72 0b 08 ff ff ff ff ff ff ff ff ff 01",
        "9a 01 08 01 00 00 00 02 00 00 00  9d 01 03 00 00 00",
        "c0 0c 01  8a 01 02 ff fe",
    ] {
        expect("t.M", hex, &[]);
    }
    expect("u.M", "08 01 12 02 08 02 33 08 01 34 20 02 a0 06 05 aa 06 02 08 01", &[]);
}

#[test]
fn damage_says_what_is_kept() {
    expect(
        "t.M",
        "08 01 00 01 02",
        &[
            "error 2..5 : Field number 0 does not exist; 3 bytes from here on cannot be read and stay as they are",
        ],
    );
    expect(
        "t.M",
        "1a 02 08 80 08 01",
        &[
            "error 2..4 m: The message ends inside the varint of field 1; 2 bytes from here on cannot be read and stay as they are",
        ],
    );
    expect("t.M", "1a 32 12 02 68 69", &["error 0..6 m: The length declares 50 bytes, 4 are there"]);
    expect("t.M", "12 05 68 c3", &["error 0..4 s: The length declares 5 bytes, 2 are there"]);
    expect(
        "t.M",
        "0c",
        &[
            "error 0..1 : Group 1 ends here but did not start; 1 byte from here on cannot be read and stay as they are",
        ],
    );
}

#[test]
fn groups_are_followed() {
    expect("u.M", "08 01 33 08 01", &["error 3..5 g: Group 6 has no end tag"]);
    expect(
        "u.M",
        "08 01 33 08 01 0b 0c",
        &[
            "warning 5..6 g.x: The schema declares int32, which is VARINT, but the record is SGROUP",
            "error 3..7 g: Group 6 has no end tag",
        ],
    );
    expect(
        "u.M",
        "08 01 33 08 01 3c",
        &[
            "error 5..6 g: Group 7 ends here but did not start; 1 byte from here on cannot be read and stay as they are",
        ],
    );
    expect("u.M", "08 01 33 34", &["error 3..3 g.x: The required field is missing"]);
    expect(
        "t.M",
        "a3 06 0b a2 06 80 80 00 0c a4 06",
        &["note 0..2 100: t.M has no field 100", "note 5..8 100.1.100: The length takes 3 bytes, 1 would do"],
    );
    expect(
        "t.M",
        "a3 06 a3 06 a4 06",
        &["note 0..2 100: t.M has no field 100", "error 2..6 100: Group 100 has no end tag"],
    );
}

#[test]
fn a_clash_of_wire_types_names_both() {
    expect(
        "t.M",
        "0d 01 00 00 00",
        &["warning 0..5 i: The schema declares int32, which is VARINT, but the record is I32"],
    );
    expect(
        "t.M",
        "10 01",
        &["warning 0..2 s: The schema declares string, which is LEN, but the record is VARINT"],
    );
    expect(
        "t.M",
        "1b 1c",
        &["warning 0..1 m: The schema declares t.M, which is LEN, but the record is SGROUP"],
    );
    expect("t.M", "22 02 01 02 20 03", &[]);
}

#[test]
fn text_has_to_be_utf8() {
    expect("t.M", "12 04 61 c3 28 61", &["error 3..4 s: The string is not valid UTF-8 from byte 1 on"]);
    expect("u.M", "08 01 2a 02 61 ff", &["warning 5..6 s: The string is not valid UTF-8 from byte 1 on"]);
    expect(
        "t.M",
        "62 01 61 62 01 ff",
        &["error 5..6 texts[1]: The string is not valid UTF-8 from byte 0 on"],
    );
    expect(
        "t.M",
        "2a 05 0a 01 ff 12 00",
        &["error 4..5 map[\"\u{fffd}\"]: The string is not valid UTF-8 from byte 0 on"],
    );
}

#[test]
fn what_is_set_twice_says_which_counts() {
    expect("t.M", "08 01 08 02", &["warning 2..4 i: The field is set again; the last value counts"]);
    expect("t.M", "1a 00 1a 00", &["note 2..4 m: The message comes in several records; their parts merge"]);
    expect(
        "t.M",
        "32 00 38 01",
        &["warning 2..4 b: The oneof \"pick\" holds \"a\" already; the last one counts"],
    );
    expect(
        "t.M",
        "c8 0c 01 c8 0c 01",
        &["warning 3..6 maybe: The field is set again; the last value counts"],
    );
    expect(
        "t.M",
        "2a 03 0a 01 61 2a 05 0a 01 61 12 00",
        &[
            "note 2..5 map[\"a\"]: The map entry has no value, which stands for the default value",
            "warning 7..12 map[\"a\"]: The map has this key already; the last entry counts",
        ],
    );
    expect(
        "t.M",
        "7a 08 08 ff ff ff ff 0f 10 01 7a 0d 08 ff ff ff ff ff ff ff ff ff 01 10 01",
        &["warning 12..25 ints[-1]: The map has this key already; the last entry counts"],
    );
    expect(
        "t.M",
        "7a 04 08 05 10 01 7a 04 08 05 10 01",
        &["warning 8..12 ints[5]: The map has this key already; the last entry counts"],
    );
    expect(
        "t.M",
        "a2 01 04 08 01 10 01 a2 01 04 08 02 10 01",
        &[
            "note 11..12 bools[true]: The bool is 2; everything but 0 means true",
            "warning 10..14 bools[true]: The map has this key already; the last entry counts",
        ],
    );
    expect(
        "t.M",
        "2a 02 12 00 2a 04 0a 00 12 00",
        &[
            "note 2..4 map[\"\"]: The map entry has no key, which stands for the default key",
            "warning 6..10 map[\"\"]: The map has this key already; the last entry counts",
        ],
    );
    expect(
        "t.M",
        "2a 05 12 00 0a 01 61",
        &["note 2..7 map[\"a\"]: The map entry has its value before its key"],
    );
    // A set for each map: what one message holds is not compared with what another holds.
    expect("t.M", "82 01 07 2a 05 0a 01 61 12 00 82 01 07 2a 05 0a 01 61 12 00", &[]);
}

#[test]
fn values_out_of_range_are_marked() {
    expect("t.M", "48 02", &["note 1..2 flag: The bool is 2; everything but 0 means true"]);
    expect("t.M", "50 07", &["note 1..2 color: 7 is not a value of t.Color"]);
    expect("t.M", "50 ff ff ff ff ff ff ff ff ff 01", &["note 1..11 color: -1 is not a value of t.Color"]);
    expect("u.M", "08 01 20 03", &["warning 3..4 closed: 3 is not a value of u.Closed"]);
    expect(
        "t.M",
        "08 80 80 80 80 10",
        &["warning 1..6 i: 0x100000000 has more than 32 bits; parsers keep the low 32"],
    );
    expect("t.M", "08 ff ff ff ff 0f", &[]);
    expect(
        "t.M",
        "90 01 80 80 80 80 10",
        &["warning 2..7 z: 0x100000000 has more than 32 bits; parsers keep the low 32"],
    );
    expect(
        "t.M",
        "c0 0c ff ff ff ff ff ff ff ff ff 7f",
        &["warning 2..12 far: The varint has bits beyond the 64th, which parsers drop"],
    );
    expect("t.M", "6a 0d 08 ff 82 d1 ff af 07 10 ff 93 eb dc 03", &[]);
    expect(
        "t.M",
        "6a 07 08 80 83 d1 ff af 07",
        &["warning 2..9 time: The Timestamp is out of range: 253402300800 seconds and 0 nanos"],
    );
    expect(
        "t.M",
        "6a 0b 10 ff ff ff ff ff ff ff ff ff 01",
        &["warning 2..13 time: The Timestamp is out of range: 0 seconds and -1 nanos"],
    );
    expect(
        "t.M",
        "72 0d 08 01 10 ff ff ff ff ff ff ff ff ff 01",
        &["warning 2..15 span: The Duration is out of range: 1 seconds and -1 nanos"],
    );
}

#[test]
fn padding_is_noted_where_it_is() {
    expect("t.M", "88 00 01", &["note 0..2 i: The tag takes 2 bytes, 1 would do"]);
    expect("t.M", "08 81 00", &["note 1..3 i: The value takes 2 bytes, 1 would do"]);
    expect("t.M", "12 82 80 00 68 69", &["note 1..4 s: The length takes 3 bytes, 1 would do"]);
    expect("t.M", "62 00 62 80 00", &["note 3..5 texts[1]: The length takes 2 bytes, 1 would do"]);
}

#[test]
fn unknown_fields_are_counted_and_reserved_ones_told() {
    expect(
        "t.M",
        "d8 05 01 a8 06 01 a8 06 02 1a 03 a8 06 01",
        &[
            "note 0..3 91: t.M reserves field number 91",
            "note 3..6 101: t.M has no field 101",
            "note 6..9 101[1]: t.M has no field 101",
            "note 11..14 m.101: t.M has no field 101",
        ],
    );
}

#[test]
fn packed_elements_are_indexed_over_all_records() {
    expect(
        "t.M",
        "5a 03 00 07 01 58 08 5a 02 e8 07",
        &[
            "note 3..4 colors[1]: 7 is not a value of t.Color",
            "note 6..7 colors[3]: 8 is not a value of t.Color",
        ],
    );
    expect("t.M", "22 03 01 02 81", &["error 4..5 n[2]: The packed payload ends inside a varint"]);
    expect("t.M", "22 03 01 82 00", &["note 3..5 n[1]: The value takes 2 bytes, 1 would do"]);
    expect(
        "t.M",
        "9a 01 05 00 00 00 00 00",
        &["error 3..8 words[0]: The packed payload of 5 bytes is no multiple of 4"],
    );
    expect("t.M", "aa 01 03 01 01 02", &["note 5..6 flags[2]: The bool is 2; everything but 0 means true"]);
    expect("t.M", "22 05 01 02 81", &["error 0..5 n[0]: The length declares 5 bytes, 3 are there"]);
}

#[test]
fn required_fields_may_come_in_any_part() {
    expect("u.M", "", &["error 0..0 id: The required field is missing"]);
    expect(
        "u.M",
        "08 01 1a 00 1a 02 08 01 1a 00",
        &[
            "error 4..4 ms[0].id: The required field is missing",
            "error 10..10 ms[2].id: The required field is missing",
        ],
    );
    expect("u.M", "08 01 12 00", &["error 4..4 m.id: The required field is missing"]);
    expect(
        "u.M",
        "08 01 12 00 12 02 08 01",
        &["note 4..8 m: The message comes in several records; their parts merge"],
    );
    expect(
        "u.M",
        "08 01 12 02 08 01 12 00",
        &["note 6..8 m: The message comes in several records; their parts merge"],
    );
    expect(
        "u.M",
        "08 01 12 00 12 00",
        &[
            "note 4..6 m: The message comes in several records; their parts merge",
            "error 6..6 m.id: The required field is missing",
        ],
    );
}

#[test]
fn elements_count_on_over_the_parts_of_a_message() {
    expect(
        "t.M",
        "1a 03 62 01 61 1a 03 62 01 ff",
        &[
            "note 5..10 m: The message comes in several records; their parts merge",
            "error 9..10 m.texts[1]: The string is not valid UTF-8 from byte 0 on",
        ],
    );
    expect(
        "t.M",
        "82 01 03 62 01 61 82 01 03 62 01 ff",
        &["error 11..12 ms[1].texts[0]: The string is not valid UTF-8 from byte 0 on"],
    );
}

#[test]
fn paths_name_keys_and_extensions() {
    expect(
        "t.M",
        "2a 0a 0a 03 61 2e 62 12 03 62 01 ff",
        &["error 11..12 map[\"a.b\"].texts[0]: The string is not valid UTF-8 from byte 0 on"],
    );
    expect(
        "t.M",
        "2a 08 12 03 62 01 ff 0a 01 6b",
        &[
            "error 6..7 map[\"k\"].texts[0]: The string is not valid UTF-8 from byte 0 on",
            "note 2..10 map[\"k\"]: The map entry has its value before its key",
        ],
    );
    expect(
        "u.M",
        "08 01 a0 06 01 a0 06 01 aa 06 00",
        &[
            "warning 5..8 (u.more): The field is set again; the last value counts",
            "error 11..11 (u.many)[0].id: The required field is missing",
        ],
    );
}

#[test]
fn without_a_type_only_what_nobody_can_read_is_reported() {
    assert_eq!(problems(None, &bytes_of("08 01 12 03 ff ff ff 1b 08 01 1c")), Vec::<String>::new());
    assert_eq!(
        problems(None, &bytes_of("08 01 08 81 00 12 05 61")),
        [
            "note 3..5 1[1]: The value takes 2 bytes, 1 would do",
            "error 5..8 2: The length declares 5 bytes, 1 is there",
        ]
    );
}

#[test]
fn ten_thousand_levels_are_walked() {
    let mut bytes = bytes_of("48 02");
    for _ in 0..10_000 {
        let mut outer = Vec::with_capacity(bytes.len() + 5);
        write_tag(&mut outer, 3, WireType::Len);
        write_varint(&mut outer, bytes.len() as u64);
        bytes.splice(0..0, outer);
    }
    let lines = problems(Some("t.M"), &bytes);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].contains(&"m.".repeat(10_000)));
}

#[test]
fn groups_without_end_are_bounded() {
    let bytes = vec![0x33; 1 << 20];
    let lines = problems(None, &bytes);
    assert!(lines.len() == 1 && lines[0].contains("nested deeper than 20000"), "{}", lines.len());
}

#[test]
fn strings_and_packed_fields_larger_than_the_window_are_checked_across_its_borders() {
    let text = "añb€𝄞".repeat(60_000);
    for (shift, cut) in [(0, 0), (1, 0), (2, 0), (3, 0), (0, 1)] {
        let mut payload = vec![b'x'; shift];
        payload.extend(text.as_bytes());
        payload.truncate(payload.len() - cut);
        let mut bytes = Vec::new();
        write_len(&mut bytes, 12, b"ok");
        write_len(&mut bytes, 12, &payload);
        let head = bytes.len() - payload.len();
        let expected = if cut == 0 {
            Vec::new()
        } else {
            let (at, end) = (payload.len() - 3, bytes.len());
            vec![format!(
                "error {}..{end} texts[1]: The string is not valid UTF-8 from byte {at} on",
                head + at
            )]
        };
        assert_eq!(problems(Some("t.M"), &bytes), expected);
    }
    let mut packed = Vec::new();
    for number in 0..300_000_u64 {
        write_varint(&mut packed, number);
    }
    packed.extend([0x81, 0x00]);
    let mut bytes = Vec::new();
    write_len(&mut bytes, 202, &packed);
    let end = bytes.len();
    let expected = format!("note {}..{end} longs[300000]: The value takes 2 bytes, 1 would do", end - 2);
    assert_eq!(problems(Some("t.M"), &bytes), [expected]);
}

#[test]
fn the_sink_and_the_hook_can_stop_it() {
    let bytes: Vec<u8> = std::iter::repeat_n([0x48, 0x02], 1000).flatten().collect();
    let snapshot = Snapshot::of_bytes(&bytes);
    let mut n_seen = 0;
    let mut sink = |_| {
        n_seen += 1;
        if n_seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let report =
        check(&snapshot, 0..2000, Some(&message("t.M")), &mut sink, &mut |_| ControlFlow::Continue(()))
            .unwrap();
    assert!(report.stopped && report.end < 2000);
    assert_eq!((n_seen, report.worst()), (3, Some(Severity::Warning)));
    let report = check(&snapshot, 0..2000, None, &mut |_| panic!(), &mut |_| ControlFlow::Break(())).unwrap();
    assert!(report.stopped);
}

/// Bytes that look like messages of these types, with something wrong now and then.
pub(in crate::document) fn any_wire(depth: u32) -> BoxedStrategy<Vec<u8>> {
    let number = prop_oneof![8 => 1..22_u32, 1 => Just(200), 1 => Just(101)];
    let scalar = (number.clone(), any::<u64>(), 0..3_u8).prop_map(|(number, value, how)| {
        let mut out = Vec::new();
        let wire_type = [WireType::Varint, WireType::I32, WireType::I64][usize::from(how)];
        write_tag(&mut out, number, wire_type);
        match wire_type {
            WireType::Varint => write_varint(&mut out, value >> (value & 63)),
            WireType::I32 => out.extend((value as u32).to_le_bytes()),
            _ => out.extend(value.to_le_bytes()),
        }
        out
    });
    let len = (number.clone(), prop::collection::vec(any::<u8>(), 0..12)).prop_map(|(number, payload)| {
        let mut out = Vec::new();
        write_len(&mut out, number, &payload);
        out
    });
    let junk = prop::collection::vec(any::<u8>(), 0..4);
    let leaf = prop_oneof![6 => scalar, 4 => len, 1 => junk].boxed();
    if depth == 0 {
        return leaf;
    }
    let inner = prop::collection::vec(any_wire(depth - 1), 0..5);
    let nested = (number, inner, any::<bool>()).prop_map(|(number, parts, group)| {
        let (mut out, payload) = (Vec::new(), parts.concat());
        if group {
            write_tag(&mut out, number, WireType::Sgroup);
            out.extend(payload);
            write_tag(&mut out, number, WireType::Egroup);
        } else {
            write_len(&mut out, number, &payload);
        }
        out
    });
    prop_oneof![3 => leaf, 2 => nested].boxed()
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for name in [None, Some("t.M"), Some("u.M")] {
            problems(name, &bytes);
        }
    }

    #[test]
    fn what_decodes_has_no_error_and_what_has_none_decodes(parts in prop::collection::vec(any_wire(3), 0..6)) {
        let bytes = parts.concat();
        for name in ["t.M", "u.M"] {
            let lines = problems(Some(name), &bytes);
            let refused: Vec<_> = lines
                .iter()
                .filter(|line| line.starts_with("error") && !line.contains("required field"))
                .collect();
            let decoded = prost_reflect::DynamicMessage::decode(message(name), &bytes[..]);
            // Their parser also refuses what this one calls a clash of wire types, and what is varied
            // here: strings in proto2.
            if refused.is_empty() && !lines.iter().any(|line| line.starts_with("warning")) {
                prop_assert!(decoded.is_ok(), "{:02x?} {:?} {:?}", bytes, lines, decoded);
            }
            if decoded.is_ok() {
                prop_assert!(refused.is_empty(), "{:02x?} {:?}", bytes, refused);
            }
        }
    }
}
