//! Wire bytes and a query in, paths out; and the walk held to a plain decoding of everything.

use super::*;
use crate::document::doc::{Act, Document};
use crate::document::edit::Edit;
use crate::document::level::MessageAt;
use crate::document::plausible::is_plausible_message;
use crate::document::reader::Reader;
use crate::document::reading::{Reading as ReadAs, Scope};
use crate::document::snapshot::Snapshot;
use crate::document::source::ReadMode;
use crate::document::splices::Anchored;
use crate::document::value::tests::pool_of;
use crate::schema::{Kind, MessageDescriptor};
use crate::wire::{Read, WireType, group_end, read_varint, records, write_len, write_tag, write_varint};
use proptest::prelude::*;
use prost_reflect::DescriptorPool;
use std::ops::{ControlFlow, Range};
use std::sync::LazyLock;

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    pool_of(
        r#"
        syntax = "proto2";
        package t;
        import "google/protobuf/duration.proto";
        import "google/protobuf/timestamp.proto";
        import "google/protobuf/wrappers.proto";
        enum Color { RED = 0; DARK_GREEN = 1; FAR = 1000; }
        message M {
            optional int32 i = 1; optional string s = 2; optional M m = 3; repeated int32 n = 4 [packed = true];
            map<string, M> by_name = 5; map<int32, string> by_number = 6; optional bool flag = 7;
            optional Color color = 8; repeated string texts = 9; optional bytes raw = 10;
            optional google.protobuf.Timestamp time = 11; optional google.protobuf.Duration span = 12;
            optional google.protobuf.StringValue boxed = 13; optional double d = 14; optional float f = 15;
            optional uint64 big = 16; optional sint64 z = 17; repeated M ms = 18;
            optional group G = 19 { optional string inner = 1; }
            extensions 100 to 200;
        }
        extend M { optional string note = 100; }"#,
    )
});

fn message() -> MessageDescriptor {
    POOL.get_message_by_name("t.M").unwrap()
}

fn root(snapshot: &Snapshot, message: Option<&MessageDescriptor>) -> MessageAt {
    MessageAt { range: 0..snapshot.len(), message: message.cloned(), scope: Scope::default() }
}

fn found_in(bytes: &[u8], message: Option<&MessageDescriptor>, query: &str) -> Vec<(u64, String, String)> {
    let query: Query = query.parse().unwrap_or_else(|error| panic!("{query}: {error}"));
    let snapshot = Snapshot::of_bytes(bytes);
    let mut found = Vec::new();
    let mut sink = |finding: &mut Finding<'_, '_, '_>| {
        let hit = finding.hit()?;
        let text = hit.excerpt(&snapshot, hit.offset, 60, ReadMode::Wait)?.text();
        found.push((hit.offset, hit.path.to_string(), text));
        Ok(ControlFlow::Continue(()))
    };
    let report =
        search(&snapshot, &root(&snapshot, message), &query, &mut sink, &mut |_| ControlFlow::Continue(()))
            .unwrap();
    assert_eq!((report.n_found, report.end), (found.len() as u64, bytes.len() as u64));
    found
}

fn paths(bytes: &[u8], query: &str) -> Vec<String> {
    found_in(bytes, Some(&message()), query).into_iter().map(|(_, path, _)| path).collect()
}

fn varint(number: u32, value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    write_tag(&mut out, number, WireType::Varint);
    write_varint(&mut out, value);
    out
}

fn len(number: u32, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    write_len(&mut out, number, payload.as_ref());
    out
}

fn fixed(number: u32, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write_tag(&mut out, number, if bytes.len() == 4 { WireType::I32 } else { WireType::I64 });
    out.extend(bytes);
    out
}

fn entry(number: u32, key: Vec<u8>, value: Vec<u8>) -> Vec<u8> {
    len(number, [key, value].concat())
}

/// One of everything.
fn sample() -> Vec<u8> {
    let inner = [len(2, "Orders 2"), varint(1, 7)].concat();
    [
        varint(1, 150),
        len(2, "orders"),
        len(3, &inner),
        len(4, [1, 2, 3]),
        len(4, [150, 1]),
        entry(5, len(1, "k.1"), len(2, &inner)),
        entry(5, len(1, "k2"), len(2, varint(8, 1))),
        entry(6, varint(1, 5), len(2, "five")),
        varint(7, 1),
        varint(8, 1000),
        len(9, "a"),
        len(9, "bcd"),
        len(10, [0, 1, 2, 0xff]),
        len(11, varint(1, 1_700_000_000)),
        len(12, [varint(1, 1), varint(2, 500_000_000)].concat()),
        len(13, len(1, "boxed text")),
        fixed(14, &1.5_f64.to_le_bytes()),
        fixed(15, &0.1_f32.to_le_bytes()),
        varint(16, u64::MAX),
        varint(17, 5), // -3
        len(18, varint(1, 1)),
        len(18, varint(1, 2)),
        vec![0x9b, 0x01],
        len(1, "in a group"),
        vec![0x9c, 0x01],
        len(100, "an extension"),
        varint(99, 7),
        varint(99, 8),
        len(98, [varint(1, 42), len(2, "undeclared")].concat()),
    ]
    .concat()
}

#[track_caller]
fn expect(query: &str, expected: &[&str]) {
    assert_eq!(paths(&sample(), query), expected, "{query}");
}

#[test]
fn plain_text_is_found_in_values_and_names() {
    expect("orders", &["s", "m.s", r#"by_name["k.1"].s"#]);
    expect("Orders", &["m.s", r#"by_name["k.1"].s"#]);
    expect("orders 2", &["m.s", r#"by_name["k.1"].s"#]);
    expect("far", &["color"]);
    expect("dark", &[r#"by_name["k2"].color"#]);
    expect("text", &["texts[0]", "boxed.value"]);
    expect("in a", &["g.inner"]);
    expect("extension", &["(t.note)"]);
    expect("undeclared", &["98.2"]);
    expect("k2", &[r#"by_name["k2"]"#]);
    expect("2023-11-14", &["time"]);
    expect("true", &["flag"]);
    expect("nothing like it", &[]);
}

#[test]
fn a_number_is_found_wherever_it_stands() {
    expect("150", &["i", "n[3]"]);
    expect("1000", &["color"]);
    expect("7", &["m.i", r#"by_name["k.1"].i"#, "99"]);
    expect("-3", &["z"]);
    expect("18446744073709551615", &["big"]);
    expect("0xffffffffffffffff", &["big"]);
    expect("0.1", &["f"]);
    expect("42", &["98.1"]);
}

#[test]
fn quotes_patterns_and_bytes_are_found_as_they_stand() {
    expect("\"orders\"", &["s"]);
    expect("\"Orders\"", &["m.s", r#"by_name["k.1"].s"#]);
    expect("/^o.*s$/", &["s"]);
    expect("/^O/", &["m.s", r#"by_name["k.1"].s"#]);
    expect("hex:0102", &["n[0]", "raw", "ms[0]", "ms[1]"]);
    expect("hex:00 01 02 ff", &["raw"]);
    expect("hex:9c01", &["g"]);
}

#[test]
fn a_path_finds_what_stands_there() {
    expect("m.s", &["m.s"]);
    expect(".s", &["s"]);
    expect("ms[1].i", &["ms[1].i"]);
    expect("ms[*].i", &["ms[0].i", "ms[1].i"]);
    expect("by_name[\"k.1\"].*", &[r#"by_name["k.1"].s"#, r#"by_name["k.1"].i"#]);
    expect("by_number[5]", &["by_number[5]"]);
    expect("n[3]", &["n[3]"]);
    expect("98.1", &[]);
    expect("98.*", &["98.1", "98.2"]);
    expect("99[1]", &["99[1]"]);
    expect("(t.note)", &["(t.note)"]);
    expect("te*s[*]", &["texts[0]", "texts[1]"]);
    expect(".m.**", &["m.s", "m.i"]);
}

#[test]
fn values_are_compared_by_their_kind() {
    expect("i == 150", &["i"]);
    expect("i > 7", &["i"]);
    expect("i >= 7", &["i", "m.i", r#"by_name["k.1"].i"#]);
    expect("i != 7 and i > 1.5", &["i", "ms[1].i"]);
    expect("n == 150", &["n[3]"]);
    expect("n[*] < 2", &["n[0]"]);
    expect("big == 18446744073709551615", &["big"]);
    expect("big > 18446744073709551614", &["big"]);
    expect("z < -2", &["z"]);
    expect("flag == true", &["flag"]);
    expect("color == FAR", &["color"]);
    expect("color >= 1", &[r#"by_name["k2"].color"#, "color"]);
    expect("s == orders", &["s"]);
    expect("s == \"Orders 2\"", &["m.s", r#"by_name["k.1"].s"#]);
    expect("s ~ ders", &["s", "m.s", r#"by_name["k.1"].s"#]);
    expect("s ~ /2$/", &["m.s", r#"by_name["k.1"].s"#]);
    expect("raw == hex:000102ff", &["raw"]);
    expect("raw ~ hex:02ff", &["raw"]);
    expect("f == 0.1", &["f"]);
    expect("d <= 1.5", &["d"]);
    expect("time > 2023-11-14", &["time"]);
    expect("time == 2023-11-14T22:13:20Z", &["time"]);
    expect("span >= 1500ms", &["span"]);
    expect("boxed == \"boxed text\"", &["boxed"]);
    expect("by_number[5] == five", &["by_number[5]"]);
    expect("by_number[*] ~ iv", &["by_number[5]"]);
    expect("99 == 8", &["99[1]"]);
    expect("98.2 == undeclared", &["98.2"]);
    expect("inner ~ group", &["g.inner"]);
}

#[test]
fn a_length_counts_bytes_or_elements() {
    expect("raw.len == 4", &["raw"]);
    expect("s.len > 6", &["m.s", r#"by_name["k.1"].s"#]);
    expect("texts.len == 2", &["texts"]);
    expect("texts[*].len == 3", &["texts[1]"]);
    expect("n.len == 4", &["n"]);
    expect("by_name.len >= 2", &["by_name"]);
    expect("98.len > 3", &["98"]);
    expect("m.len == 12", &["m"]);
}

#[test]
fn conditions_are_joined_over_one_record() {
    expect("s ~ orders and not s == orders", &["m.s", r#"by_name["k.1"].s"#]);
    expect("i == 150 or color == FAR", &["i", "color"]);
    expect("(i == 150 or i == 7) and not m.i > 0", &["i", r#"by_name["k.1"].i"#]);
    expect("orders && !m.s", &["s", r#"by_name["k.1"].s"#]);
}

#[test]
fn without_a_type_numbers_and_bytes_are_found() {
    let bytes = sample();
    let found = |query| -> Vec<String> {
        found_in(&bytes, None, query).into_iter().map(|(_, path, _)| path).collect()
    };
    assert_eq!(found("orders"), ["2", "3.2", "5.2.2"]);
    assert_eq!(found("1 == 150"), ["1"]);
    assert_eq!(found("18.1 == 2"), ["18[1].1"]);
    assert_eq!(found("19.1 ~ group"), ["19.1"]);
    assert_eq!(found("s == orders"), Vec::<String>::new());
}

#[test]
fn what_matched_is_marked_in_the_excerpt() {
    let long = format!("{}needle{}", "a".repeat(500), "b".repeat(500));
    let bytes = len(2, &long);
    let query: Query = "Needle".to_lowercase().parse().unwrap();
    let snapshot = Snapshot::of_bytes(&bytes);
    let mut excerpts = Vec::new();
    let mut sink = |finding: &mut Finding<'_, '_, '_>| {
        let hit = finding.hit()?;
        excerpts.push(hit.excerpt(&snapshot, hit.offset, 40, ReadMode::Wait)?);
        Ok(ControlFlow::Continue(()))
    };
    let go_on = &mut |_| ControlFlow::Continue(());
    search(&snapshot, &root(&snapshot, Some(&message())), &query, &mut sink, go_on).unwrap();
    let Excerpt { before, matched, after } = &excerpts[0];
    assert_eq!((before.as_str(), matched.as_str()), ("…aaaaaaaaaaaaaaaaaaaaaaaa", "needle"));
    assert!(after.starts_with("bbb") && after.ends_with("… (1 006 B)"), "{after}");
}

#[test]
fn what_is_no_query_names_the_column_and_says_what_to_do() {
    for (query, column, reason) in [
        ("", 1, "empty"),
        ("  ", 1, "empty"),
        ("\"abc", 1, "not closed"),
        ("s == ", 6, "value is missing"),
        ("s == and", 6, "value is missing"),
        ("hex:0", 5, "digit"),
        ("hex:0g", 6, "not a hexadecimal digit"),
        ("/a(/", 1, "regular expression"),
        ("/x*/", 1, "finds nothing everywhere"),
        ("m[ == 1", 3, "Expected *, an index"),
        ("a b == c", 1, "neither a comparison"),
        ("(s == 1", 1, "not closed"),
        ("(s == 1))", 9, "Unexpected"),
        ("not s == 1", 1, "only rules out"),
        ("s == 1 and", 11, "missing here"),
        ("s.len > x", 9, "A length is a number"),
        ("say \"hi\"", 5, "quote in the middle"),
        ("s == 1 2", 8, "Unexpected"),
    ] {
        let error = query.parse::<Query>().unwrap_err();
        assert_eq!(error.column, column, "{query}: {error}");
        assert!(error.reason.contains(reason) && !error.hint.is_empty(), "{query}: {error}");
    }
}

#[test]
fn every_example_of_the_syntax_is_understood() {
    for (example, _) in SYNTAX {
        example.parse::<Query>().unwrap_or_else(|error| panic!("{example}: {error}"));
    }
}

#[test]
fn a_name_that_no_field_has_is_doubted() {
    let doubt = |query: &str, message: Option<&MessageDescriptor>| doubt(&query.parse().unwrap(), message);
    let message = message();
    assert_eq!(
        doubt("m.colour == 1", Some(&message)).as_deref(),
        Some("Nothing in M is called \"colour\"; did you mean color?")
    );
    assert_eq!(doubt("m.s.len > 1", Some(&message)), None);
    assert!(doubt("s == 1", None).is_some_and(|doubt| doubt.starts_with("Without a type")));
    assert_eq!(doubt("99 == 1", None), None);
    let of_two = doubt("s == a and color == FAR", Some(&message)).unwrap_or_default();
    assert!(of_two.contains("none is both \"s\" and \"color\""), "{of_two}");
    assert_eq!(doubt("s == a and s ~ b", Some(&message)), None);
    for (query, text, name) in
        [("time > yesterday", "yesterday", "time"), ("color == BLUE", "BLUE", "color"), ("m == 1", "1", "m")]
    {
        let expected = format!("\"{text}\" is not a value that \"{name}\" can have");
        assert_eq!(doubt(query, Some(&message)), Some(expected));
    }
    for query in
        ["time > 2023-11-14", "color == FAR", "by_number[*] == x", "boxed == y", "raw == hex:00", "s ~ x"]
    {
        assert_eq!(doubt(query, Some(&message)), None, "{query}");
    }
}

#[test]
fn what_is_read_otherwise_than_declared_is_searched_as_it_is_read() {
    let inner = [len(2, "chosen"), varint(1, 9)].concat();
    let bytes = [len(10, &inner), len(98, &inner), len(3, len(10, &inner))].concat();
    let mut document = Document::of_bytes(&bytes, Some(message()));
    let paths = |document: &Document, query: &str| -> Vec<String> {
        let mut found = Vec::new();
        let mut sink = |finding: &mut Finding<'_, '_, '_>| {
            found.push(finding.hit()?.path.to_string());
            Ok(ControlFlow::Continue(()))
        };
        let go_on = &mut |_| ControlFlow::Continue(());
        search(document.snapshot(), &document.root(), &query.parse().unwrap(), &mut sink, go_on).unwrap();
        found
    };
    assert_eq!(paths(&document, "s == chosen"), Vec::<String>::new());
    assert_eq!(paths(&document, "chosen"), ["raw", "98.2", "m.raw"]);
    document.choose_reading(&[10], Some(ReadAs::Kind(Kind::Message(message()))));
    document.choose_reading(&[3, 10], Some(ReadAs::Message));
    document.choose_reading(&[98], Some(ReadAs::Kind(Kind::String)));
    assert_eq!(paths(&document, "s == chosen"), ["raw.s"]);
    assert_eq!(paths(&document, "chosen"), ["raw.s", "98", "m.raw.2"]);
    assert_eq!(paths(&document, "i == 9"), ["raw.i"]);
}

#[test]
fn what_an_any_holds_is_searched_as_the_type_it_names() {
    let schema = crate::schema::Schema::builtin();
    let any = schema.message("google.protobuf.Any").unwrap();
    let named = len(1, "type.googleapis.com/apache.rocketmq.v2.Resource");
    let bytes = [named, len(2, len(2, "orders"))].concat();
    let found = |query: &str| -> Vec<String> {
        found_in(&bytes, Some(&any), query).into_iter().map(|(_, path, _)| path).collect()
    };
    assert_eq!(found("name == orders"), ["value.name"]);
    assert_eq!(found("orders"), ["value.name"]);
    assert_eq!(found("resource"), ["type_url"]);
}

#[test]
fn ten_thousand_levels_are_walked_without_the_call_stack() {
    let mut bytes = len(2, "deepest");
    for _ in 0..10_000 {
        bytes = len(3, &bytes);
    }
    let found = found_in(&bytes, Some(&message()), "/^deepest$/");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].1.matches('.').count(), 10_000);
    assert_eq!(found_in(&bytes, Some(&message()), "deepest"), found);
    assert_eq!(found_in(&bytes, Some(&message()), "**.s == deepest"), found);
    let groups = [0x9b, 0x01].repeat(10_000);
    assert_eq!(found_in(&groups, Some(&message()), "\"x\"").len(), 0);
}

#[test]
fn a_search_ends_when_it_is_told_to() {
    let bytes = len(2, "a").repeat(1000);
    let snapshot = Snapshot::of_bytes(&bytes);
    for query in ["\"a\"", "s == a"] {
        let mut n = 0;
        let mut sink = |_: &mut Finding<'_, '_, '_>| {
            n += 1;
            Ok(if n == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        };
        let query = query.parse().unwrap();
        let go_on = &mut |_| ControlFlow::Continue(());
        let report = search(&snapshot, &root(&snapshot, Some(&message())), &query, &mut sink, go_on).unwrap();
        assert_eq!((report.stopped, report.n_found, report.end), (true, 3, 9));
    }
}

#[test]
fn a_long_value_is_searched_across_windows() {
    let mut text = vec![b'.'; 3 << 20];
    for at in [(256 << 10) - 3, (1 << 20) - 2, (2 << 20) + 5] {
        text.splice(at..at + 6, *b"needle");
        let bytes = [len(9, &text), len(2, "needle")].concat();
        for query in ["needle", "\"needle\"", "/ne+dle/", "hex:6e6565646c65"] {
            assert_eq!(paths(&bytes, query), ["texts[0]", "s"], "{query}");
        }
        text.fill(b'.');
    }
}

// --- everything decoded, and then filtered

/// A record, an element, an end tag or the rest, and the bytes that are its own.
struct Leaf {
    /// Of the row that shows it.
    offset: usize,
    own: Range<usize>,
    /// Bytes in which text is looked for.
    text: Option<Range<usize>>,
}

/// All records of a message the plain way: with the call stack and everything in memory.
fn decoded(all: &[u8], range: Range<usize>, message: Option<&MessageDescriptor>, leaves: &mut Vec<Leaf>) {
    for (at, read) in records(&all[range.clone()]) {
        let offset = range.start + at;
        let Read::Record(record) = read else {
            let own = offset..range.end;
            return leaves.push(Leaf { offset, own: own.clone(), text: Some(own) });
        };
        let start = offset + usize::from(record.payload_start);
        let payload = start..start + record.payload_len as usize;
        let (number, wire_type) = (record.tag.number, record.tag.wire_type);
        let field = message.and_then(|message| message.get_field(number));
        let extension = message.and_then(|message| message.get_extension(number));
        let (declared, kind) = match (&field, &extension) {
            (Some(field), _) => (crate::schema::wire_type(field), Some(field.kind())),
            (_, Some(extension)) => (crate::schema::wire_type(extension), Some(extension.kind())),
            _ => (wire_type, None),
        };
        let is_packed = wire_type == WireType::Len && number == 4 && kind.is_some();
        let kind = kind.filter(|_| declared == wire_type || is_packed);
        let inner = match &kind {
            Some(Kind::Message(inner)) => Some(Some(inner.clone())),
            None if wire_type == WireType::Sgroup => Some(None),
            None if wire_type == WireType::Len => {
                is_plausible(all, &payload, record.missing > 0).then_some(None)
            }
            _ => None,
        };
        let opens = wire_type == WireType::Sgroup || (!payload.is_empty() && (inner.is_some() || is_packed));
        let is_text = matches!(kind, None | Some(Kind::String | Kind::Bytes)) && wire_type == WireType::Len;
        let own = offset..if opens { payload.start } else { payload.end };
        leaves.push(Leaf { offset, own, text: (is_text && !opens).then(|| payload.clone()) });
        match inner.filter(|_| opens) {
            Some(inner) => decoded(all, payload.clone(), inner.as_ref(), leaves),
            None if opens => elements(all, payload.clone(), leaves),
            None => {}
        }
        if wire_type == WireType::Sgroup
            && let Some((_, width)) = group_end(&all[payload.start..range.end], number)
        {
            let own = payload.end..payload.end + usize::from(width);
            leaves.push(Leaf { offset, own, text: None });
        }
    }
}

fn is_plausible(all: &[u8], payload: &Range<usize>, is_cut: bool) -> bool {
    let snapshot = Snapshot::of_bytes(all);
    let mut reader = Reader::new(&snapshot, ReadMode::Wait, 4096);
    is_plausible_message(&mut reader, payload.start as u64..payload.end as u64, is_cut).unwrap()
}

fn elements(all: &[u8], payload: Range<usize>, leaves: &mut Vec<Leaf>) {
    let mut offset = payload.start;
    while offset < payload.end {
        let (end, text) = match read_varint(&all[offset..payload.end]) {
            Ok(varint) => (offset + usize::from(varint.width), None),
            Err(_) => (payload.end, Some(offset..payload.end)),
        };
        leaves.push(Leaf { offset, own: offset..end, text });
        offset = end;
    }
}

fn arb_message() -> impl Strategy<Value = Vec<u8>> {
    let number = prop_oneof![1_u32..20, Just(99), Just(98), Just(100)];
    let word = prop_oneof![Just("ab"), Just("xaby"), Just("a"), Just("b"), Just("zz")];
    let leaf = prop_oneof![
        (number.clone(), any::<u16>()).prop_map(|(number, value)| varint(number, u64::from(value))),
        (number.clone(), word.clone()).prop_map(|(number, word)| len(number, word)),
        (1_u32..20, any::<[u8; 8]>()).prop_map(|(number, bytes)| fixed(number, &bytes)),
        (1_u32..20, any::<[u8; 4]>()).prop_map(|(number, bytes)| fixed(number, &bytes)),
        prop::collection::vec(any::<u8>(), 0..6),
        (word.clone(), word).prop_map(|(key, value)| entry(6, len(1, key), len(2, value))),
    ];
    let tree = leaf.prop_recursive(4, 40, 6, move |inner| {
        let number = prop_oneof![Just(3_u32), Just(18), Just(5), Just(98), Just(10)];
        let all = prop::collection::vec(inner, 0..6);
        prop_oneof![
            (number, all.clone()).prop_map(|(number, all)| len(number, all.concat())),
            all.clone().prop_map(|all| [vec![0x9b, 0x01], all.concat(), vec![0x9c, 0x01]].concat()),
            all.prop_map(|all| [vec![0x9b, 0x01], all.concat()].concat()),
        ]
    });
    prop::collection::vec(tree, 0..8).prop_map(|all| all.concat())
}

proptest! {
    #[test]
    fn a_search_finds_what_decoding_everything_finds(bytes in arb_message(), is_typed in any::<bool>()) {
        let typed = message();
        let message = is_typed.then_some(&typed);
        let offsets = |query: &str| -> Vec<u64> {
            found_in(&bytes, message, query).into_iter().map(|(offset, _, _)| offset).collect()
        };
        let mut leaves = Vec::new();
        decoded(&bytes, 0..bytes.len(), message, &mut leaves);
        let owners = |is_found: &dyn Fn(&Leaf) -> bool| -> Vec<u64> {
            leaves.iter().filter(|leaf| is_found(leaf)).map(|leaf| leaf.offset as u64).collect()
        };
        for text in ["ab", "b", "\u{1}"] {
            let holds = |text_at: &Range<usize>| {
                bytes[text_at.clone()].windows(text.len()).any(|window| window == text.as_bytes())
            };
            let expected = owners(&|leaf| leaf.text.as_ref().is_some_and(holds));
            // Once only where the bytes are, and once by looking at every record.
            prop_assert_eq!(&offsets(&serde_json::to_string(text).unwrap()), &expected);
            prop_assert_eq!(&offsets(&format!("/(?-i){text}/")), &expected);
        }
        for needle in [&b"ab"[..], &[0x9c, 0x01], &[0x0a], &[0x00]] {
            let starts: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(needle)).collect();
            let expected = owners(&|leaf| starts.iter().any(|start| leaf.own.contains(start)));
            let hex: String = needle.iter().map(|byte| format!("{byte:02x}")).collect();
            prop_assert_eq!(&offsets(&format!("hex:{hex}")), &expected);
            prop_assert_eq!(&offsets(&format!("hex:{hex} or 77 == 99999999")), &expected);
        }
    }

    #[test]
    fn places_and_searches_agree_about_where_things_are(bytes in arb_message()) {
        let message = message();
        let snapshot = Snapshot::of_bytes(&bytes);
        for (offset, path, _) in found_in(&bytes, Some(&message), "**.*") {
            let (_, row, placed) = locate(&snapshot, &root(&snapshot, Some(&message)), offset).unwrap().unwrap();
            prop_assert_eq!((row.offset, placed.to_string()), (offset, path));
        }
    }

    #[test]
    fn hits_stay_with_their_bytes_through_edits_and_return_with_undo(
        bytes in arb_message(),
        edits in prop::collection::vec((any::<u16>(), 0_u64..8, 0_usize..6), 1..12),
    ) {
        let message = message();
        let mut document = Document::of_bytes(&bytes, Some(message.clone()));
        let before = found_in(&bytes, Some(&message), "**.*");
        let anchors: Vec<_> = before.iter().map(|(offset, _, _)| document.splices().anchor(*offset)).collect();
        let tags: Vec<u8> = before.iter().map(|(offset, _, _)| bytes[*offset as usize]).collect();
        for (place, n_removed, n_added) in edits {
            let start = u64::from(place) % (document.len() + 1);
            let range = start..(start + n_removed).min(document.len());
            let edit = Edit::Splice { chain: vec![], range, bytes: vec![0x2a; n_added] };
            document.apply(&Act::new("Type", vec![edit])).unwrap();
            let now = document.snapshot().bytes(0..document.len(), ReadMode::Wait).unwrap();
            for (anchor, tag) in anchors.iter().zip(&tags) {
                if let Anchored::At(offset) = document.splices().resolve(*anchor) {
                    prop_assert_eq!(now[offset as usize], *tag);
                }
            }
        }
        while document.undo().is_some() {}
        for (anchor, (offset, _, _)) in anchors.iter().zip(&before) {
            prop_assert_eq!(document.splices().resolve(*anchor), Anchored::At(*offset));
        }
    }
}
