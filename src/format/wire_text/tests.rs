use super::*;
use crate::document::Snapshot;
use crate::schema::{MessageDescriptor, Schema};
use proptest::prelude::*;
use std::ops::ControlFlow;

fn text_of(bytes: &[u8], message: Option<&MessageDescriptor>) -> String {
    let snapshot = Snapshot::of_bytes(bytes);
    let mut out = Vec::new();
    write_wire_text(&snapshot, 0..snapshot.len(), message, &mut out, &mut |_| ControlFlow::Continue(()))
        .unwrap();
    String::from_utf8(out).unwrap()
}

fn bytes_of(text: &str) -> Vec<u8> {
    read_wire_text(text.as_bytes()).unwrap()
}

#[track_caller]
fn check_round_trip(bytes: &[u8], message: Option<&MessageDescriptor>) -> String {
    let text = text_of(bytes, message);
    assert_eq!(read_wire_text(text.as_bytes()).as_deref(), Ok(bytes), "{text}");
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    text
}

#[test]
fn every_token_spells_its_bytes() {
    for (text, bytes) in [
        ("", &b""[..]),
        ("# a comment\n 456 # another", b"\xc8\x03"),
        ("-1", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
        ("0xFf -2z 3", b"\xff\x01\x03\x03"),
        ("18446744073709551615", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
        ("-23i64 5i32", b"\xe9\xff\xff\xff\xff\xff\xff\xff\x05\0\0\0"),
        ("4294967295i32", b"\xff\xff\xff\xff"),
        ("long-form:3 3", b"\x83\x80\x80\x00"),
        ("true false", b"\x01\x00"),
        ("1.5 -1.5i32 inf32 -inf64", b"\0\0\0\0\0\0\xf8\x3f\0\0\xc0\xbf\0\0\x80\x7f\0\0\0\0\0\0\xf0\xff"),
        (r#""a\"\\\n\x00\7\101" "b" `0aFF`"#, b"a\"\\\n\0\x07Ab\n\xff"),
        ("1:VARINT 2:I64 3:LEN 4:SGROUP 5:EGROUP 6:I32 8:6", b"\x08\x11\x1a\x23\x2c\x35\x46"),
        ("1: 55z", b"\x08\x6e"),
        ("2: 1.0i32", b"\x15\0\0\x80\x3f"),
        ("3: {\"text\"}", b"\x1a\x04text"),
        ("3:{}", b"\x1a\x00"),
        ("1: {2: {3: {}} \"x\"}", b"\x0a\x05\x12\x02\x1a\x00x"),
        ("23: long-form:2 {\"a\"}", b"\xba\x01\x81\x80\x00a"),
        ("long-form:1 1: 5", b"\x88\x00\x05"),
        ("26: !{1: 5}", b"\xd3\x01\x08\x05\xd4\x01"),
        ("27: !{long-form:3}", b"\xdb\x01\xdc\x81\x80\x80\x00"),
        ("2:LEN 5 \"abcd\"", b"\x12\x05abcd"),
        ("1: 2: 3: \"a\"", b"\x08\x10\x18a"),
        ("1:", b"\x08"),
    ] {
        assert_eq!(read_wire_text(text.as_bytes()).as_deref(), Ok(bytes), "{text}");
    }
}

#[test]
fn what_spells_nothing_says_where_and_why() {
    for (text, expected) in [
        ("1: 5\n  oops", "Line 2, column 3: \"oops\" is no value, tag or brace"),
        ("1: {2: 5", "Line 1, column 4: The brace never ends"),
        ("1: 5 }", "Line 1, column 6: No brace is open here"),
        ("\"é\" \"abc", "Line 1, column 5: The text in quotes never ends"),
        ("`0`", "Line 1, column 1: A byte has two hexadecimal digits, and one is missing"),
        ("`0g`", "Line 1, column 3: This is not a hexadecimal digit"),
        (r#""\q""#, "Line 1, column 2: No escape is spelled like this"),
        (r#""\777""#, "Line 1, column 2: No escape is spelled like this"),
        ("!{}", "Line 1, column 1: A group needs the tag before it, without a wire type"),
        ("1:SGROUP !{}", "Line 1, column 10: A group needs the tag before it, without a wire type"),
        (
            "long-form:2 \"a\"",
            "Line 1, column 1: Only an integer, a tag, a length and the end of a group have a long form",
        ),
        ("long-form:0 1", "Line 1, column 1: A long form has 1 to 9 more bytes"),
        ("long-form:9 -1", "Line 1, column 13: A varint has at most 10 bytes"),
        ("9:8", "Line 1, column 1: \"8\" is not a wire type"),
        ("-1: 5", "Line 1, column 1: \"-1\" is not a field number"),
        ("18446744073709551616", "Line 1, column 1: \"18446744073709551616\" is no value, tag or brace"),
        ("4294967296i32", "Line 1, column 1: \"4294967296i32\" is no value, tag or brace"),
        ("]", "Line 1, column 1: \"]\" is no value, tag or brace"),
    ] {
        let error = read_wire_text(text.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), expected, "{text}");
        assert!(!error.fault.hint().is_empty());
    }
}

#[test]
fn a_message_reads_as_records_with_the_names_of_their_fields() {
    let schema = Schema::builtin();
    let status = schema.message("apache.rocketmq.v2.Status").unwrap();
    let bytes = bytes_of("1: 20000  2: {\"OK\\u\"}".replace("\\u", "\\n").as_str());
    assert_eq!(
        check_round_trip(&bytes, Some(&status)),
        "# apache.rocketmq.v2.Status\n1: 20000  # code = OK\n2: {\"OK\\n\"}  # message\n"
    );
    let entry = schema.message("apache.rocketmq.v2.QueryRouteResponse").unwrap();
    let bytes = bytes_of("1: {1: 20000}  99: {`ff00fe`} 2: {}");
    assert_eq!(
        check_round_trip(&bytes, Some(&entry)),
        "# apache.rocketmq.v2.QueryRouteResponse\n1: {  # status\n  1: 20000  # code = OK\n}\n\
         99: {`ff00fe`}\n2: {}  # message_queues\n"
    );
}

#[test]
fn what_is_odd_on_the_wire_is_odd_in_the_text() {
    for (spelled, expected) in [
        ("long-form:1 1: long-form:2 5", "long-form:1 1: long-form:2 5\n"),
        ("1: long-form:1 {\"abc\"}", "1: long-form:1 {\"abc\"}\n"),
        ("1:LEN 9 \"abc\"", "1:LEN 9\n\"abc\"\n"),
        ("1:VARINT `ffffffffffffffffff7f`", "1:VARINT `ffffffffffffffffff7f`\n"),
        ("1: !{2: 5 long-form:1}", "1: !{\n  2: 5\nlong-form:1 }\n"),
        ("1:SGROUP 2: 5", "1:SGROUP\n  2: 5\n"),
        ("2: 5 1:EGROUP 7", "2: 5\n# Group 1 ends here but did not start\n`0c07`\n"),
        ("1: 5 `0a`", "1: 5\n# The message ends inside the length of field 1\n`0a`\n"),
        ("5: 1i32 6: 2i64", "5: 1i32\n6: 2i64\n"),
        ("1: {\"\\x01\\xff\"}", "1: {`01ff`}\n"),
    ] {
        assert_eq!(check_round_trip(&bytes_of(spelled), None), expected, "{spelled}");
    }
}

#[test]
fn long_payloads_take_many_lines_and_deep_ones_no_stack() {
    let text = "ü".repeat(3000);
    let bytes = [&[0x0a, 0xf0, 0x2e][..], text.as_bytes()].concat();
    let written = check_round_trip(&bytes, None);
    assert!(written.lines().count() > 5 && written.lines().all(|line| line.len() < 1100), "{written}");
    let binary: Vec<u8> = (0..=255).cycle().take(1000).map(|byte: u8| byte | 0x80).collect();
    check_round_trip(&[&[0x0a, 0xe8, 0x07][..], &binary].concat(), None);

    let depth = 10_000;
    let deep = format!("{}5{}", "1: {".repeat(depth), "}".repeat(depth));
    let bytes = bytes_of(&deep);
    assert_eq!(bytes_of(&text_of(&bytes, None)), bytes);
    let groups = bytes_of(&format!("{}{}", "1: !{".repeat(depth), "}".repeat(depth)));
    assert_eq!(bytes_of(&text_of(&groups, None)), groups);
}

#[test]
fn a_cancelled_text_says_so() {
    let snapshot = Snapshot::of_bytes(&vec![0x08; 3 << 20]);
    let written =
        write_wire_text(&snapshot, 0..3 << 20, None, &mut Vec::new(), &mut |_| ControlFlow::Break(()));
    assert!(matches!(written, Err(crate::format::FormatError::Cancelled)));
}

proptest! {
    #[test]
    fn any_bytes_come_back_whatever_they_are_read_as(
        bytes in proptest::collection::vec(any::<u8>(), 0..80),
        message_idx in 0_usize..4,
    ) {
        let schema = Schema::builtin();
        let names = ["apache.rocketmq.v2.Message", "google.protobuf.Struct", "google.protobuf.Any"];
        let message = names.get(message_idx).map(|name| schema.message(name).unwrap());
        check_round_trip(&bytes, message.as_ref());
    }

    #[test]
    fn any_records_come_back(
        records in proptest::collection::vec((1_u32..20, 0_u8..6, any::<u64>(), 0_u8..4), 0..30),
    ) {
        let mut bytes = Vec::new();
        for (number, bits, value, extra) in records {
            let tag = u64::from(number << 3 | u32::from(bits));
            crate::wire::write_varint_padded(&mut bytes, tag, 1 + extra % 3);
            match bits {
                0 => crate::wire::write_varint_padded(&mut bytes, value >> (value % 64), extra * 3),
                1 => bytes.extend(value.to_le_bytes()),
                5 => bytes.extend((value as u32).to_le_bytes()),
                2 => {
                    let len = (value % 9) as usize;
                    crate::wire::write_varint_padded(&mut bytes, len as u64, extra);
                    bytes.extend(&value.to_le_bytes()[..len.min(8)]);
                }
                _ => {}
            }
        }
        check_round_trip(&bytes, None);
    }

    #[test]
    fn any_number_comes_back_as_every_kind(bits: u64) {
        let schema = Schema::builtin();
        for name in ["Float", "Double", "Int32", "Int64", "UInt32", "UInt64", "Bool"] {
            let message = schema.message(&format!("google.protobuf.{name}Value")).unwrap();
            for tag in [0x08, 0x09, 0x0d] {
                let bytes = [&[tag][..], &bits.to_le_bytes()[..if tag == 0x0d { 4 } else { 8 }]].concat();
                check_round_trip(&bytes, Some(&message));
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,40}") {
        let _ = read_wire_text(text.as_bytes());
    }
}
