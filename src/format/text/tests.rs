use super::super::input::in_order;
use super::super::json::tests::wire_gen::{Choices, gen_message};
use super::super::{FormatError, JsonOptions, LossKind, LossReport, write_json};
use super::*;
use crate::document::{Path, Snapshot};
use crate::schema::{FileResolver, MessageDescriptor, Schema};
use crate::wire::{WireType, write_len, write_tag, write_varint};
use proptest::prelude::*;
use std::ops::ControlFlow;
use std::sync::OnceLock;

struct Files;

impl FileResolver for Files {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(Some(match path {
            "odd.proto" => include_bytes!("../../../tests/data/text/odd.proto").to_vec(),
            "three.proto" => include_bytes!("../../../tests/data/json/three.proto").to_vec(),
            "two.proto" => include_bytes!("../../../tests/data/json/two.proto").to_vec(),
            _ => return Ok(None),
        }))
    }
}

fn message(name: &str) -> MessageDescriptor {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    let files = ["odd.proto", "three.proto", "two.proto"].map(str::to_owned);
    let schema = SCHEMA.get_or_init(|| Schema::compile(&files, &[], &Files, true).unwrap());
    schema.message(name).unwrap()
}

fn written(bytes: &[u8], message: Option<&MessageDescriptor>) -> (String, LossReport) {
    let (mut out, path) = (Vec::new(), Path::default());
    let (snapshot, mut progress) = (Snapshot::of_bytes(bytes), |_| ControlFlow::Continue(()));
    let report =
        write_text(&snapshot, 0..snapshot.len(), message, (&path, 100), &mut out, &mut progress).unwrap();
    (String::from_utf8(out).unwrap(), report)
}

/// Without the comments in front.
fn text(bytes: &[u8], name: &str) -> (String, LossReport) {
    let (text, report) = written(bytes, Some(&message(name)));
    let header = format!("# proto-message: {name}\n\n");
    (text.split_once(&header).unwrap().1.to_owned(), report)
}

fn read(text: &str, name: &str) -> Result<Vec<u8>, TextError> {
    read_text(text.as_bytes(), Some(&message(name)))
}

fn len(number: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write_len(&mut out, number, payload);
    out
}

fn int(number: u32, value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    write_tag(&mut out, number, WireType::Varint);
    write_varint(&mut out, value);
    out
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What protoc 3.21 makes of these; where it says nothing for a value that is absent by default, so do we.
#[test]
fn every_spelling_is_read_as_protoc_reads_it() {
    for (text, expected) in [
        ("s: \"\\377\"", "0a01ff"),
        ("f: 1e400", "150000807f"),
        ("f: -inf", "15000080ff"),
        ("f: Infinity", "150000807f"),
        ("f: - # sign\n 1", "15000080bf"),
        ("f: 99999999999999999999999", "151668a965"),
        ("f: 1.5f", "150000c03f"),
        ("f: 10F", "1500002041"),
        ("f: -nan", "150000c0ff"),
        ("f: NaN", "150000c07f"),
        ("f: .5", "150000003f"),
        ("f: 5.", "150000a040"),
        ("f: -0", "1500000080"),
        ("r: [1,2] r: 3", "1a03010203"),
        ("r: [] sub: [] sub []", ""),
        ("Grp {a: 1}", "23080124"),
        ("b: t", "2801"),
        ("b: False", "2800"),
        ("b: 00", "2800"),
        ("b: 0x1", "2801"),
        ("u: 0x1F", "301f"),
        ("u: 017", "300f"),
        ("e: Y", "4802"),
        ("e: 0x1", "4801"),
        ("s: 'a' \"b\" '\\u00e9\\U0001F600'", "0a086162c3a9f09f9880"),
        ("s: \"\\ud83d\\ude00\"", "0a04f09f9880"),
        ("s: '\\'\\\"\\a\\?'", "0a042722073f"),
        ("by: \"\\x414\"", "52024134"),
        ("by: \"\\1\\12\\1234\"", "5204010a5334"),
        ("s:\"a\", f:1; b:true", "0a0161150000803f2801"),
        ("m { key: \"a\" } m < key: \"a\" value: 2 >", "42050a01611002"),
        ("m: [{key: \"a\"}, <value: 1>]", "42040a00100142050a01611000"),
        ("sub { } sub: <>;", "6a006a00"),
        ("sub [ {s:\"1\"}, {}, ] ", "Line 1, column 20: Expected \"{\", found \"]\""),
        ("sub [ {s:\"1\"}, {} ] # end", "6a030a01316a00"),
        (
            "any { [type.googleapis.com/odd.A] { s: \"x\" r: 1 r: 2} }",
            "3a240a19747970652e676f6f676c65617069732e636f6d2f6f64642e4112070a01781a020102",
        ),
        (
            "any { [ type.googleapis.com / odd.A ] < > }",
            "3a1b0a19747970652e676f6f676c65617069732e636f6d2f6f64642e41",
        ),
        ("[odd.ext]: 5 [ odd . extgroup ] { a: 1 } [odd.ext_as] { u: 1 }", "a00605ab06080 1ac06b206023001"),
        ("z: -3 x: 1", "80010599010100000000000000"),
        ("i: -9223372036854775808", "a80180808080808080808001"),
        // By numbers, which protoc writes and does not read.
        (
            "55: 1 56: 0x0000002a 57: 0x000000000000002a 58: \"a\" 'b' 59 { 1: 7 60: -1 } 1: 2",
            "0802b80301c5032a000000c9032a00000000000000d203026162da030e0807e003ffffffffffffffffff01",
        ),
        ("13 { s: \"x\" }", "6a030a0178"),
    ] {
        let found = read(text, "odd.A").map(|bytes| hex(&bytes)).unwrap_or_else(|error| error.to_string());
        assert_eq!(found, expected.replace(" 1ac", "1ac"), "{text}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, expected) in [
        ("s: \"a\nb\"", "Line 1, column 4: A string ends in the line that it starts in"),
        ("f: 0x10", "Line 1, column 4: Expected a decimal number, inf or nan for \"f\", found \"0x10\""),
        ("f: 010", "Line 1, column 4: Expected a decimal number, inf or nan for \"f\", found \"010\""),
        ("f: f", "Line 1, column 4: Expected a decimal number, inf or nan for \"f\", found \"f\""),
        ("grp {a: 1}", ""),
        ("b: TRUE", "Line 1, column 4: Expected true or false for \"b\", found \"TRUE\""),
        ("b: 2", "Line 1, column 4: 2 is not between 0 and 1, as bool is"),
        ("u: -1", "Line 1, column 4: -1 is not between 0 and 4294967295, as uint32 is"),
        ("u: 4294967296", "Line 1, column 4: 4294967296 is not between 0 and 4294967295, as uint32 is"),
        ("u: 1.0", "Line 1, column 4: Expected a whole number for \"u\", found \"1.0\""),
        ("u: 08", "Line 1, column 4: \"08\" is not a number"),
        ("u: 1s: 2", "Line 1, column 4: \"1s\" is not a number"),
        ("u: \"1\"", "Line 1, column 4: Expected a whole number for \"u\", found a string"),
        ("e: 3", "Line 1, column 4: odd.E has no value \"3\""),
        ("es: [X, Z]", "Line 1, column 9: odd.E has no value \"Z\""),
        ("no_such_field: 1", "Line 1, column 1: odd.A has no field \"no_such_field\""),
        ("old: 3", "Line 1, column 1: \"old\" is a reserved name of odd.A"),
        ("sub {\n  ony { }\n}", "Line 2, column 3: odd.A has no field \"ony\". Did you mean any or one?"),
        (
            "o1: 1 o2: \"x\"",
            "Line 1, column 7: \"o2\" and \"o1\" are of the oneof \"o\", of which one can be set",
        ),
        ("s: \"\" s: \"\"", "Line 1, column 7: \"s\" was given before, and it holds one value"),
        ("m { key: \"\" key: \"\" }", "Line 1, column 13: \"key\" was given before, and it holds one value"),
        ("e: [X]", "Line 1, column 4: \"e\" holds one value, so it takes no list"),
        ("s: \"\\q\"", "Line 1, column 5: No escape is spelled like this"),
        ("s: \"\\400\"", "Line 1, column 5: No escape is spelled like this"),
        ("s: \"\\ud800x\"", "Line 1, column 5: No escape is spelled like this"),
        ("s: abc", "Line 1, column 4: Expected a string for \"s\", found \"abc\""),
        ("s \"x\"", "Line 1, column 3: Expected \":\", found a string"),
        ("s:\"é\" é", "Line 1, column 7: Expected a field name, found \"é\""),
        ("sub { s: \"x\" >", "Line 1, column 14: Expected a field name or \"}\", found \">\""),
        ("sub {\n s: \"x\"", "Line 1, column 5: The brace is never closed"),
        ("sub [{}", "Line 1, column 5: The list is never closed"),
        ("r: [1", "Line 1, column 4: The list is never closed"),
        ("r: [1 2]", "Line 1, column 7: Expected \",\" or \"]\", found \"2\""),
        ("sub", "Line 1, column 4: Expected \"{\", found the end of the text"),
        ("s: \"x", "Line 1, column 4: The string is never closed"),
        ("[odd.ext", "Line 1, column 1: The bracket is never closed"),
        ("[odd.no]: 1", "Line 1, column 1: No extension \"odd.no\" is known for odd.A"),
        (
            "[a/odd.A] {}",
            "Line 1, column 1: Only a google.protobuf.Any holds a \"[a/odd.A]\", and this is odd.A",
        ),
        ("any { [a/odd.No] {} }", "Line 1, column 7: No type is loaded for \"a/odd.No\""),
        (
            "any { type_url: \"x\" [a/odd.A] {} }",
            "Line 1, column 21: \"type_url\" was given before, and it holds one value",
        ),
        ("u: 1 ; ; b: t", "Line 1, column 8: Expected a field name, found \";\""),
        ("0: 1", "Line 1, column 1: \"0\" is not a field number"),
        ("7: 1.5", "Line 1, column 4: Expected a whole number or a string, found \"1.5\""),
        ("7: 0x", "Line 1, column 4: \"0x\" is not a number"),
        (
            "7: 99999999999999999999",
            "Line 1, column 4: 99999999999999999999 is not between -9223372036854775808 and 18446744073709551615, as a varint is",
        ),
    ] {
        match read(text, "odd.A") {
            Err(error) => assert_eq!(error.to_string(), expected, "{text}"),
            Ok(_) => assert_eq!(expected, "", "{text}"),
        }
    }
    let error = read_text(b"a: 1", None).unwrap_err();
    assert!(matches!(error.fault, TextFault::NoType { .. }), "{error}");
    let error = read_text(b"1: 1\n2: \"\xff\"", None).unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.fault),
        ("Line 2, column 5: This is not UTF-8", TextFault::Utf8)
    );
}

#[test]
fn nesting_is_bounded_on_the_way_in_and_not_on_the_way_out() {
    for (open, close) in [("sub {", "}"), ("1 <", ">"), ("one: {", "}"), ("sub [{", "}]")] {
        let deep = |n: usize| format!("{}{}", open.repeat(n), close.repeat(n));
        let bytes = read(&deep(10_000), "odd.A").unwrap();
        let (again, _) = text(&bytes, "odd.A");
        assert_eq!(read(&again, "odd.A").unwrap(), bytes);
        let error = read(&deep(10_001), "odd.A").unwrap_err();
        assert_eq!(error.fault, TextFault::TooDeep { what: "Messages", max: 10_000 });
        assert!(read(&open.repeat(200_000), "odd.A").is_err());
    }
    let groups = [[0x23; 30_000], [0x24; 30_000]].concat();
    assert_eq!(text(&groups, "odd.A").0.matches('{').count(), 30_000);
    let any = |n: usize| format!("any {{ {}{} }}", "[a/google.protobuf.Any] {".repeat(n), "}".repeat(n));
    assert!(read(&any(16), "odd.A").is_ok());
    assert!(matches!(read(&any(17), "odd.A").unwrap_err().fault, TextFault::TooDeep { max: 16, .. }));
}

#[test]
fn records_are_written_in_the_order_of_the_wire() {
    let any = |payload: &[u8]| [len(1, b"type.googleapis.com/odd.A"), len(2, payload)].concat();
    let entry = |key: &str, value: &[u8]| [len(1, key.as_bytes()), value.to_vec()].concat();
    for (bytes, expected) in [
        (
            [int(6, 7), len(1, "ä\u{202e}\"\n\u{7f}".as_bytes())].concat(),
            "u: 7\ns: \"ä\\342\\200\\256\\\"\\n\\177\"\n",
        ),
        (len(1, b"a\xffb\xc3"), "s: \"a\\377b\\303\"\n"),
        (len(10, "ä\u{0}1".as_bytes()), "by: \"\\303\\244\\0001\"\n"),
        ([len(3, &[1, 0xac, 2]), int(3, 5)].concat(), "r: [1, 300]\nr: 5\n"),
        (len(17, &[1, 9, 2]), "es: [X]\n17: 9\nes: [Y]\n"),
        ([int(9, 1), int(17, 2), int(17, 7)].concat(), "e: X\nes: Y\n17: 7\n"),
        (int(9, 7), "9: 7\n"),
        (vec![0x23, 0x08, 0x01, 0x24], "Grp {\n  a: 1\n}\n"),
        (
            [int(100, 1), vec![0xab, 6, 0xac, 6], len(102, &int(6, 1))].concat(),
            "[odd.ext]: 1\n[odd.extgroup] {}\n[odd.ext_as] {\n  u: 1\n}\n",
        ),
        ([len(8, &entry("k", &int(2, 3))), len(8, &[])].concat(), "m {\n  key: \"k\"\n  value: 3\n}\nm {}\n"),
        (
            [len(7, &any(&int(6, 1))), len(13, &[])].concat(),
            "any {\n  [type.googleapis.com/odd.A] {\n    u: 1\n  }\n}\nsub {}\n",
        ),
        (len(7, &any(&[])), "any {\n  [type.googleapis.com/odd.A] {}\n}\n"),
        (len(7, &any(b"\x0e")), "any {\n  type_url: \"type.googleapis.com/odd.A\"\n  value: \"\\016\"\n}\n"),
        (
            len(7, &[len(1, b"a.b/odd.A"), len(2, &[])].concat()),
            "any {\n  type_url: \"a.b/odd.A\"\n  value: \"\"\n}\n",
        ),
        (
            len(7, &[len(1, b"odd.A"), len(2, &[])].concat()),
            "any {\n  type_url: \"odd.A\"\n  value: \"\"\n}\n",
        ),
        (
            [int(1, 5), int(300, u64::MAX), len(301, b"text"), len(302, &int(4, 5))].concat(),
            "1: 5\n300: 18446744073709551615\n301: \"text\"\n302 {\n  4: 5\n}\n",
        ),
        (b"\x15\x00\x00\x00\x80\x79\x00\x00\x00\x00\x00\x00\xf0\x7f".to_vec(), "f: -0\nd: inf\n"),
        (
            b"\x2d\x01\x00\x00\x00\x31\x01\x00\x00\x00\x00\x00\x00\x00".to_vec(),
            "5: 0x00000001\n6: 0x0000000000000001\n",
        ),
    ] {
        let (found, report) = text(&bytes, "odd.A");
        assert_eq!(found, expected, "{}", hex(&bytes));
        assert_eq!(report.n_losses(), 0, "{expected}: {report:?}");
        assert_eq!(
            hex(&read(&found, "odd.A").unwrap()),
            hex(&in_order(bytes, &message("odd.A"))),
            "{expected}"
        );
    }
    assert_eq!(written(&[int(1, 5), len(2, b"hi")].concat(), None).0, "1: 5\n2: \"hi\"\n");
}

#[test]
fn what_the_text_does_not_say_is_told() {
    let merged = [len(18, &int(6, 1)), int(6, 4), len(18, &[len(1, b"x"), int(6, 2)].concat())].concat();
    for (bytes, expected, told) in [
        (merged, "one {\n  s: \"x\"\n  u: 2\n}\nu: 4\n", "Superseded one.u @3"),
        ([int(6, 1), int(6, 2)].concat(), "u: 2\n", "Superseded u @0"),
        ([int(11, 1), len(12, b"x")].concat(), "o2: \"x\"\n", "Superseded o1 @0"),
        (
            [len(14, &int(6, 1)), int(11, 1), len(14, &int(5, 1))].concat(),
            "o3 {\n  b: true\n}\n",
            "Superseded o3 @0, Superseded o1 @4",
        ),
        (vec![0x33, 0x08, 0x01, 0x34], "6 {\n  1: 1\n}\n", "Unknown 6 @0"),
        (vec![0x23, 0x08, 0x01], "Grp {\n  a: 1\n}\n", "Damage grp @0"),
        (
            b"\x30\x05\x0e\x01".to_vec(),
            "u: 5\n# Wire type 6 of field 1 does not exist: 0e 01\n",
            "Damage  @2",
        ),
        (b"\x0a\x05ab".to_vec(), "s: \"ab\"\n", "Damage s @0"),
        (
            [len(13, &[]), len(13, b"\x0a\x05ab")].concat(),
            "sub {}\nsub {\n  s: \"ab\"\n}\n",
            "Damage sub[1].s @4",
        ),
        (
            len(8, b"\x0a\x01k\x10\x80"),
            "m {\n  key: \"k\"\n  # The message ends inside the varint of field 2: 10 80\n}\n",
            "Damage m[\"k\"] @5",
        ),
        (
            len(20, &[int(1, 7), len(2, b"\x0a\x05ab")].concat()),
            "am {\n  key: 7\n  value {\n    s: \"ab\"\n  }\n}\n",
            "Damage am[7].s @7",
        ),
        (b"\x15\x01\x00\xc0\xff".to_vec(), "f: -nan\n", "Nan f @0"),
        (len(3, b"\x01\x80"), "r: [1]\n", "Damage r @3"),
    ] {
        let (found, report) = text(&bytes, "odd.A");
        assert_eq!(found, expected, "{}", hex(&bytes));
        let losses =
            report.losses.iter().map(|loss| format!("{:?} {} @{}", loss.kind, loss.path, loss.offset));
        assert_eq!(losses.collect::<Vec<_>>().join(", "), told, "{expected}");
        assert!(read(&found, "odd.A").is_ok(), "{expected}");
    }
}

#[test]
fn long_strings_and_lists_are_written_in_parts() {
    let long = "aä😀".repeat(40_000);
    let packed: Vec<u8> = (0..100_000).map(|at| at as u8 & 0x7f).collect();
    let bytes = [len(1, long.as_bytes()), len(3, &packed), len(10, &packed)].concat();
    let (found, report) = text(&bytes, "odd.A");
    assert_eq!((report.n_losses(), found.matches("\\").count() > 1), (0, true));
    assert!(found.contains(&long));
    assert!(found.lines().filter(|line| !line.contains('"')).all(|line| line.len() < 120));
    assert_eq!(read(&found, "odd.A").unwrap(), bytes);
}

#[test]
fn a_text_names_its_type_in_front() {
    let (text, _) = written(&int(6, 1), Some(&message("odd.A")));
    assert_eq!(text, "# proto-file: odd.proto\n# proto-message: odd.A\n\nu: 1\n");
    assert_eq!(type_in_header(text.as_bytes()), Some("odd.A"));
    assert_eq!(type_in_header(b"\n#proto-message:  a.B  \r\nx: 1"), Some("a.B"));
    for without in ["", "x: 1\n# proto-message: odd.A", "# proto-message:\n", "# a proto-message: odd.A"] {
        assert_eq!(type_in_header(without.as_bytes()), None, "{without}");
    }
}

#[test]
fn writing_stops_when_it_is_told_to() {
    let (snapshot, path, mut out) = (Snapshot::of_bytes(&int(1, 1)), Path::default(), Vec::new());
    let mut progress = |_| ControlFlow::Break(());
    let done = write_text(&snapshot, 0..2, None, (&path, 0), &mut out, &mut progress);
    assert!(matches!(done, Err(FormatError::Cancelled)));
}

fn json(bytes: &[u8], message: &MessageDescriptor) -> serde_json::Value {
    let (mut out, snapshot) = (Vec::new(), Snapshot::of_bytes(bytes));
    let mut progress = |_| ControlFlow::Continue(());
    let options = JsonOptions::default();
    write_json(&snapshot, 0..snapshot.len(), message, &options, &mut out, &mut progress).unwrap();
    serde_json::from_slice(&out).unwrap()
}

const TYPES: [&str; 9] = [
    "test.three.All",
    "test.three.Scalars",
    "test.three.Lists",
    "test.three.Maps",
    "test.three.Choice",
    "test.three.Tree",
    "test.three.Known",
    "test.two.Old",
    "odd.A",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(1000), ..ProptestConfig::default() })]

    #[test]
    fn an_odd_message_means_the_same_after_its_text(
        seed in prop::collection::vec(any::<u8>(), 0..600),
        type_idx in 0..TYPES.len(),
    ) {
        let message = message(TYPES[type_idx]);
        let bytes = gen_message(&mut Choices::new(&seed), &message, 0);
        let (text, report) = written(&bytes, Some(&message));
        let made = read_text(text.as_bytes(), Some(&message));
        let made = made.map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
        prop_assert!(!report.is_damaged(), "{:?}", report);
        prop_assert_eq!(json(&made, &message), json(&bytes, &message), "{}", text);
        // What an Any holds is put in order too, an undeclared group does not stay one, a NaN is the usual.
        if !text.contains("/") && report.count(LossKind::Unknown) + report.count(LossKind::Nan) == 0 {
            prop_assert_eq!(hex(&made), hex(&in_order(bytes, &message)), "{}", text);
        }
    }

    #[test]
    fn any_bytes_become_text_that_is_read_whatever_their_type(
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), 0_u8..0x40], 0..120),
        type_idx in 0..TYPES.len() + 1,
    ) {
        let message = TYPES.get(type_idx).map(|name| message(name));
        let (text, report) = written(&bytes, message.as_ref());
        let made = read_text(text.as_bytes(), message.as_ref());
        let made = made.map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
        if message.is_none() && report.n_losses() == 0 {
            // Varints may have been longer than needed.
            let (again, _) = written(&made, None);
            prop_assert_eq!(again, text);
        }
    }

    #[test]
    fn any_text_is_read_or_refused_with_its_place(
        parts in prop::collection::vec(prop_oneof![
            Just("sub"), Just("s"), Just("r"), Just("any"), Just("["), Just("]"), Just("{"), Just("}"), Just("<"),
            Just(">"), Just(":"), Just(","), Just("\""), Just("\\"), Just("'"), Just("1"), Just("0x"), Just("-"),
            Just("a.b/odd.A"), Just(" "), Just("\n"), Just("#"), Just("é"), Just("."), Just("1e+"), Just("one"),
        ], 0..40),
    ) {
        let text = parts.concat();
        if let Err(error) = read(&text, "odd.A") {
            prop_assert!(error.line as usize <= text.lines().count() + 1 && error.column > 0, "{}", error);
        }
    }
}
