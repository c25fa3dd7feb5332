//! Laws and tables over all kinds.

use super::*;
use crate::schema::kind_wire_type;
use proptest::prelude::*;
use prost_reflect::prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, Kind, Value};
use protox::Compiler;
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};

/// A `.proto` file in memory, for tests in this room.
struct InMemory(&'static str);

impl FileResolver for InMemory {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        if name == "test.proto" {
            File::from_source(name, self.0)
        } else {
            Err(protox::Error::file_not_found(name))
        }
    }
}

/// The pool of one file that may import Google's.
pub(in crate::document) fn pool_of(source: &'static str) -> DescriptorPool {
    let mut resolver = ChainFileResolver::new();
    resolver.add(InMemory(source));
    resolver.add(GoogleFileResolver::new());
    let mut compiler = Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).open_file("test.proto").unwrap_or_else(|error| panic!("{error:?}"));
    compiler.descriptor_pool()
}

const KINDS: &str = r#"
    syntax = "proto3";
    package t;
    import "google/protobuf/any.proto";
    import "google/protobuf/duration.proto";
    import "google/protobuf/field_mask.proto";
    import "google/protobuf/struct.proto";
    import "google/protobuf/timestamp.proto";
    import "google/protobuf/wrappers.proto";
    enum Color { option allow_alias = true; RED = 0; GREEN = 1; BLUE = 5; AZURE = 5; LAST = -1; }
    message Name { string name = 1; }
    message All {
        int32 int32 = 1; int64 int64 = 2; uint32 uint32 = 3; uint64 uint64 = 4;
        sint32 sint32 = 5; sint64 sint64 = 6; fixed32 fixed32 = 7; fixed64 fixed64 = 8;
        sfixed32 sfixed32 = 9; sfixed64 sfixed64 = 10; bool bool = 11; Color enum = 12;
        float float = 13; double double = 14; string string = 15; bytes bytes = 16;
        Name name = 17; All all = 18; repeated int32 numbers = 19; map<string, int32> map = 20;
        map<int32, Name> names = 29;
        google.protobuf.Timestamp time = 21; google.protobuf.Duration span = 22;
        google.protobuf.Int32Value boxed_int = 23; google.protobuf.StringValue boxed_string = 24;
        google.protobuf.FieldMask mask = 25; google.protobuf.Any any = 26;
        google.protobuf.Value value = 27; google.protobuf.Struct struct = 28;
        google.protobuf.DoubleValue boxed_double = 30; google.protobuf.BytesValue boxed_bytes = 31;
        google.protobuf.BoolValue boxed_bool = 32;
    }
"#;

fn all() -> prost_reflect::MessageDescriptor {
    pool_of(KINDS).get_message_by_name("t.All").unwrap()
}

fn kind(name: &str) -> Kind {
    all().get_field_by_name(name).unwrap_or_else(|| panic!("no field {name}")).kind()
}

fn shown(name: &str, bytes: &[u8]) -> String {
    show_value(&kind(name), bytes, bytes.len() as u64, 60).text
}

#[test]
fn text_becomes_the_shortest_payload() {
    for (field, text, expected) in [
        ("int32", "-1", "ff ff ff ff ff ff ff ff ff 01"),
        ("int32", "0x7fffffff", "ff ff ff ff 07"),
        ("int32", "-0x80000000", "80 80 80 80 f8 ff ff ff ff 01"),
        ("int64", "-9223372036854775808", "80 80 80 80 80 80 80 80 80 01"),
        ("uint32", " 4294967295 ", "ff ff ff ff 0f"),
        ("uint64", "18446744073709551615", "ff ff ff ff ff ff ff ff ff 01"),
        ("sint32", "-2147483648", "ff ff ff ff 0f"),
        ("sint64", "-1", "01"),
        ("fixed32", "1", "01 00 00 00"),
        ("fixed64", "1", "01 00 00 00 00 00 00 00"),
        ("sfixed32", "-2", "fe ff ff ff"),
        ("sfixed64", "-2", "fe ff ff ff ff ff ff ff"),
        ("bool", "true", "01"),
        ("bool", "false", "00"),
        ("enum", "AZURE", "05"),
        ("enum", "-7", "f9 ff ff ff ff ff ff ff ff 01"),
        ("float", "-0", "00 00 00 80"),
        ("double", "inf", "00 00 00 00 00 00 f0 7f"),
        ("string", " hex:00\"", "20 68 65 78 3a 30 30 22"),
        ("bytes", "hex:00 FF", "00 ff"),
        ("bytes", "base64:AP8", "00 ff"),
        ("bytes", "é", "c3 a9"),
        ("bytes", "@", "40"),
        ("time", "1970-01-01T00:00:01.5Z", "08 01 10 80 ca b5 ee 01"),
        ("time", "\"1970-01-01T00:00:00Z\"", ""),
        ("span", "-1.5s", "08 ff ff ff ff ff ff ff ff ff 01 10 80 b6 ca 91 fe ff ff ff ff 01"),
        ("boxed_int", "5", "08 05"),
        ("boxed_int", "0", ""),
        ("boxed_double", "-0", "09 00 00 00 00 00 00 00 80"),
        ("boxed_string", "{}", "0a 02 7b 7d"),
        ("boxed_bytes", "hex:ff", "0a 01 ff"),
        ("boxed_bool", "true", "08 01"),
        ("mask", "a.b, c_d", "0a 03 61 2e 62 0a 03 63 5f 64"),
        ("mask", "\"cD\"", "0a 03 63 5f 64"),
        ("any", "{}", ""),
        ("value", "{}", "2a 00"),
        ("value", "null", "08 00"),
        (
            "struct",
            "{\"b\": 1, \"a\": true}",
            "0a 07 0a 01 61 12 02 20 01 0a 0e 0a 01 62 12 09 11 00 00 00 00 00 00 f0 3f",
        ),
        (
            "all",
            "{\"map\": {\"b\": 2, \"a\": 1}, \"numbers\": [1, 300]}",
            "9a 01 03 01 ac 02 a2 01 05 0a 01 61 10 01 a2 01 05 0a 01 62 10 02",
        ),
        ("name", "{}", ""),
    ] {
        let encoded =
            parse_value(&kind(field), text).unwrap_or_else(|error| panic!("{field} {text}: {error}"));
        assert_eq!(escape::hex(&encoded.payload), expected, "{field} {text}");
        assert_eq!(encoded.wire_type, kind_wire_type(&kind(field)));
    }
}

#[test]
fn what_is_no_value_says_why() {
    for (field, text, expected) in [
        ("int32", "2147483648", "\"2147483648\" is out of range for int32 (-2147483648 to 2147483647)"),
        ("uint32", "-1", "\"-1\" is out of range for uint32 (0 to 4294967295)"),
        (
            "uint64",
            "18446744073709551616",
            "\"18446744073709551616\" is out of range for uint64 (0 to 18446744073709551615)",
        ),
        (
            "fixed32",
            "99999999999999999999999999999999999999999999",
            "\"9999999999999999999999999999999999999999…\" is out of range for fixed32 (0 to 4294967295)",
        ),
        ("int64", "1_000", "\"1_000\" is not an integer"),
        ("int64", "", "\"\" is not an integer"),
        ("int64", "0x", "\"0x\" is not an integer"),
        ("int64", "+1", "\"+1\" is not an integer"),
        ("int64", "1.0", "\"1.0\" is not an integer"),
        ("bool", "1", "\"1\" is neither true nor false"),
        ("enum", "GREEEN", "\"GREEEN\" is not a value of t.Color"),
        ("float", "1e39", "\"1e39\" is out of range for float (-3.4028235e38 to 3.4028235e38)"),
        ("bytes", "@x.bin", "\"@x.bin\" names a file, which goes into a bytes field only"),
        ("time", "yesterday", "\"yesterday\" is not a time: the date is not like 2026-11-23"),
        ("span", "1.5", "\"1.5\" is not a duration: a unit is missing; there are d, h, m, s, ms, us and ns"),
        (
            "name",
            "{\"name\": \"a\",\n \"nme\": 1}",
            "No t.Name in JSON: unrecognized field name 'nme', at line 2, column 6",
        ),
        ("name", "", "No t.Name in JSON: EOF while parsing a value, at line 1, column 0"),
        ("name", "{} x", "No t.Name in JSON: trailing characters, at line 1, column 4"),
    ] {
        assert_eq!(parse_value(&kind(field), text).unwrap_err().to_string(), expected, "{field} {text}");
    }
    assert_eq!(parse_value(&kind("enum"), "GREEEN").unwrap_err().hint().unwrap(), "Did you mean GREEN?");
    assert_eq!(parse_value(&kind("enum"), "blue").unwrap_err().hint().unwrap(), "Did you mean BLUE?");
}

#[test]
fn text_nested_too_deep_is_refused() {
    let text = "{\"all\":".repeat(100_000);
    assert!(matches!(parse_value(&kind("all"), &text), Err(ValueError::Json { .. })));
}

#[test]
fn a_file_is_named_for_bytes_only() {
    assert_eq!(file_reference(Some(&Kind::Bytes), "@a/b.bin"), Some("a/b.bin"));
    assert_eq!(file_reference(None, "@a"), Some("a"));
    assert_eq!(file_reference(Some(&Kind::Bytes), "@"), None);
    assert_eq!(file_reference(Some(&Kind::String), "@a"), None);
}

#[test]
fn a_payload_is_shown_on_one_line() {
    let topic = b"\x8a\x01\x08\x0a\x06orders\x60\x01\x58\x01\x08\x07\x18\x09";
    for (field, payload, expected) in [
        ("int32", &b"\x07"[..], "7"),
        ("int32", b"\x85\x80\x80\x80\x10", "5 (0x100000005)"),
        ("int32", b"\x07\x07", "2 B  07 07"),
        ("bool", b"\x02", "true (2)"),
        ("enum", b"\x01", "GREEN = 1"),
        ("enum", b"\x07", "7 (unknown)"),
        ("float", b"\x00\x00\x00\x80", "-0"),
        ("float", b"\x01\x00\xc0\x7f", "nan(0x7fc00001)"),
        ("string", b"a\xff\n", "\"a\\xff\\n\""),
        ("bytes", b"", "0 B"),
        ("bytes", b"hello", "5 B  \"hello\""),
        ("bytes", b"\x00\x01", "2 B  00 01"),
        ("bytes", &[0; 30], "30 B  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 …"),
        ("time", b"\x08\x98\xc9\x91\xca\x06", "2025-12-18T20:31:20Z"),
        ("time", b"", "1970-01-01T00:00:00Z"),
        ("time", b"\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "seconds 0, nanos -1 (out of range)"),
        ("span", b"\x08\x01\x10\x80\xca\xb5\xee\x01", "1.5s"),
        ("boxed_int", b"\x08\x05", "5"),
        ("boxed_int", b"", "0"),
        ("boxed_string", b"\x0a\x01x", "\"x\""),
        ("mask", b"\x0a\x01a\x0a\x03b.c", "a, b.c"),
        ("any", b"\x0a\x19type.googleapis.com/t.All\x12\x02hi", "All · {…}"),
        ("struct", b"", "{}"),
        ("struct", b"\x0a\x0c\x0a\x01k\x12\x07\x32\x05\x0a\x03\x1a\x01s", "{\"k\": [\"s\"]}"),
        ("struct", b"\x0a\x00", "{\"\": no value}"),
        ("value", b"", "no value"),
        ("value", b"\x08\x00", "null"),
        ("value", b"\x11\x00\x00\x00\x00\x00\x00\xf8\x3f", "1.5"),
        ("value", b"\x1a\x01a\x20\x01", "true"),
        ("value", b"\x32\x06\x0a\x02\x08\x00\x0a\x00", "[null, no value]"),
        ("value", b"\x32\x05\x0a\x02\x08\x00\xff", "[null, …]"),
        ("all", topic, "name \"orders\" · GREEN · bool true · int32 7"),
        ("all", b"", "{}"),
        ("all", b"\x98\x01\x01", "{…}"),
        ("map", b"\x0a\x01k\x10\x05", "\"k\": 5"),
        ("map", b"\x10\x05", "\"\": 5"),
        ("names", b"\x08\x03", "3: {}"),
        ("names", b"\x12\x03\x0a\x01n\x08\x03", "3: name \"n\""),
    ] {
        assert_eq!(shown(field, payload), expected, "{field}");
    }
}

#[test]
fn a_struct_on_one_line_ends_in_width_and_in_depth() {
    let list_of = |inner: &[u8]| [&[0x32, inner.len() as u8 + 2, 0x0a, inner.len() as u8], inner].concat();
    let deep = (0..20).fold(vec![0x08, 0x00], |inner, _| list_of(&inner));
    assert_eq!(shown("value", &deep), "[[[[[…]]]]]");
    let values = [0x0a, 0x02, 0x20, 0x01].repeat(30);
    let wide = [&[0x32, values.len() as u8], &values[..]].concat();
    let line = shown("value", &wide);
    assert!(line.starts_with("[true, true") && line.ends_with(", …]"), "{line}");
    assert!(line.chars().count() < 80, "{line}");
}

#[test]
fn a_head_says_how_long_the_whole_is() {
    let shown = show_value(&Kind::String, b"abcdef", 5000, 3);
    assert_eq!((shown.text.as_str(), &shown.marks[..]), ("\"abc…\" (5 000 B)", &[Mark::Cut][..]));
    let shown = show_value(&Kind::Bytes, &[0xff; 10], 1 << 20, 12);
    assert_eq!(shown.text, "1 048 576 B  ff ff ff ff …");
    let head = b"\x0a\x90\x4eabc";
    let shown = show_value(&kind("boxed_string"), head, 10_003, 80);
    assert_eq!(shown.text, "\"abc…\" (10 000 B)");
    assert_eq!(show_packed(&Kind::Int32, b"\x01\x02\x80\x01", 4, 80).text, "[1, 2, 128]");
    assert_eq!(show_packed(&Kind::Int32, b"\x01\x02\x80", 40, 80).text, "[1, 2, …]");
    assert_eq!(show_packed(&Kind::Float, b"\0\0\0", 3, 80).marks, [Mark::Damaged, Mark::Cut]);
}

#[test]
fn defaults_can_be_typed_again() {
    for field in all().fields() {
        let kind = field.kind();
        let text = default_text(&kind, None);
        if kind
            .as_message()
            .is_none_or(|message| !message.is_map_entry() && message.full_name() != "google.protobuf.Value")
        {
            let encoded =
                parse_value(&kind, &text).unwrap_or_else(|error| panic!("{}: {error}", field.name()));
            assert_eq!(encoded, default_payload(&kind, None), "{}", field.name());
        }
    }
    assert_eq!(default_text(&kind("enum"), Some(&Value::EnumNumber(5))), "BLUE");
}

/// Every scalar value that a field may hold.
fn any_scalar() -> impl Strategy<Value = (&'static str, Value)> {
    prop_oneof![
        any::<i32>().prop_flat_map(|v| prop::sample::select(vec!["int32", "sint32", "sfixed32"])
            .prop_map(move |n| (n, Value::I32(v)))),
        any::<i64>().prop_flat_map(|v| prop::sample::select(vec!["int64", "sint64", "sfixed64"])
            .prop_map(move |n| (n, Value::I64(v)))),
        any::<u32>().prop_flat_map(
            |v| prop::sample::select(vec!["uint32", "fixed32"]).prop_map(move |n| (n, Value::U32(v)))
        ),
        any::<u64>().prop_flat_map(
            |v| prop::sample::select(vec!["uint64", "fixed64"]).prop_map(move |n| (n, Value::U64(v)))
        ),
        any::<u32>().prop_map(|bits| ("float", Value::F32(f32::from_bits(bits)))),
        any::<u64>().prop_map(|bits| ("double", Value::F64(f64::from_bits(bits)))),
        any::<bool>().prop_map(|v| ("bool", Value::Bool(v))),
        any::<i32>().prop_map(|v| ("enum", Value::EnumNumber(v))),
        (-1..6_i32).prop_map(|v| ("enum", Value::EnumNumber(v))),
        any::<String>().prop_map(|v| ("string", Value::String(v))),
        prop::collection::vec(any::<u8>(), 0..50).prop_map(|v| ("bytes", Value::Bytes(v.into()))),
    ]
}

proptest! {
    #[test]
    fn a_scalar_reads_back_from_its_text_and_is_spelled_as_others_spell_it((name, value) in any_scalar()) {
        let kind = kind(name);
        let encoded = encode_value(&kind, &value).unwrap();
        let text = edit_text(&kind, &encoded.payload).unwrap();
        prop_assert_eq!(&parse_value(&kind, &text).unwrap(), &encoded);
        let mut message = DynamicMessage::new(all());
        message.try_set_field_by_name(name, value).unwrap();
        let theirs = message.encode_to_vec();
        if !theirs.is_empty() {
            prop_assert!(theirs.ends_with(&encoded.payload));
        }
    }

    #[test]
    fn messages_are_spelled_as_others_spell_them(fields in prop::collection::vec(any_scalar(), 0..6), nest: bool) {
        let mut message = DynamicMessage::new(all());
        for (name, value) in fields {
            message.try_set_field_by_name(name, value).unwrap();
        }
        if nest {
            let mut outer = DynamicMessage::new(all());
            outer.try_set_field_by_name("all", Value::Message(message)).unwrap();
            outer.try_set_field_by_name("numbers", Value::List(vec![Value::I32(1), Value::I32(-1)])).unwrap();
            message = outer;
        }
        let theirs = message.encode_to_vec();
        let kind = Kind::Message(all());
        prop_assert_eq!(&encode_value(&kind, &Value::Message(message)).unwrap().payload, &theirs);
        if let Some(text) = edit_text(&kind, &theirs) {
            prop_assert_eq!(&parse_value(&kind, &text).unwrap().payload, &theirs);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(payload in prop::collection::vec(any::<u8>(), 0..60), max_chars in 0..50_usize, more in 0..99_u64) {
        for field in all().fields() {
            let kind = field.kind();
            let shown = show_value(&kind, &payload, payload.len() as u64 + more, max_chars);
            prop_assert!(!shown.text.chars().any(is_hidden), "{:?}", shown);
            show_packed(&kind, &payload, payload.len() as u64 + more, max_chars);
            if let Some(text) = edit_text(&kind, &payload) {
                let again = parse_value(&kind, &text).unwrap();
                prop_assert_eq!(edit_text(&kind, &again.payload), Some(text), "{}", field.name());
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "(\\{?\"?(time|span|value|all|struct|any|mask)?\"?:?[-+0-9TZ:.,\"{}\\[\\]a-z ]{0,24}|.{0,20})") {
        for field in all().fields() {
            if let Ok(encoded) = parse_value(&field.kind(), &text) {
                show_value(&field.kind(), &encoded.payload, encoded.payload.len() as u64, 40);
            }
        }
    }

    #[test]
    fn no_time_in_json_makes_it_panic(text in "[-+]?[0-9]{1,20}(\\.[0-9]{0,12})?s?|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,12})?(Z|[-+][0-9]{2}:[0-9]{2})") {
        let _ = parse_value(&kind("all"), &format!("{{\"time\":\"{text}\"}}"));
        let _ = parse_value(&kind("all"), &format!("{{\"span\":\"{text}\"}}"));
    }
}
