//! Case by case: what the properties step around, damage, depth, sizes, options.

use super::*;
use crate::document::{Act, Document, Edit, ReadMode, Source, SourceError};
use crate::format::{FORMATS, Subject};
use crate::format::{Loss, LossKind};
use crate::wire::{WireType, write_len, write_tag, write_varint};
use proptest::prelude::*;
use std::sync::Arc;

const THREE: &str = "test.three.";

fn three(name: &str) -> MessageDescriptor {
    message(&format!("{THREE}{name}"))
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

fn time(seconds: i64, nanos: i64) -> Vec<u8> {
    [int(1, seconds as u64), int(2, nanos as u64)].concat()
}

fn json(bytes: &[u8], name: &str) -> String {
    write(bytes, &three(name)).0
}

/// Kind, path and offset of each loss.
fn losses(report: &LossReport) -> Vec<String> {
    let line = |loss: &Loss| format!("{:?} {} @{}", loss.kind, loss.path, loss.offset);
    report.losses.iter().map(line).collect()
}

#[test]
fn where_prost_reflect_departs_from_the_rules_we_follow_the_rules() {
    let minus_zero = [&[0x09][..], &(-0.0_f64).to_le_bytes()].concat();
    assert_eq!(json(&minus_zero, "Scalars"), r#"{"fDouble":-0.0}"#);
    let nan = |number| len(number, &[&[0x09][..], &f64::NAN.to_le_bytes()].concat());
    assert_eq!(json(&nan(9), "Known"), r#"{"wDouble":"NaN"}"#);
    let infinity = len(10, &[&[0x0d][..], &f32::NEG_INFINITY.to_le_bytes()].concat());
    assert_eq!(json(&infinity, "Known"), r#"{"wFloat":"-Infinity"}"#);
    for (bytes, text) in [
        (len(1, &time(5, -1)), r#"{"time":{"seconds":"5","nanos":-1}}"#),
        (len(1, &time(5, 1_000_000_000)), r#"{"time":{"seconds":"5","nanos":1000000000}}"#),
        (len(1, &time(253_402_300_800, 0)), r#"{"time":{"seconds":"253402300800","nanos":0}}"#),
        (len(2, &time(5, -1)), r#"{"span":{"seconds":"5","nanos":-1}}"#),
        (len(2, &time(-5, 1)), r#"{"span":{"seconds":"-5","nanos":1}}"#),
        (len(2, &time(315_576_000_001, 0)), r#"{"span":{"seconds":"315576000001","nanos":0}}"#),
        (len(3, &len(1, b"foo_")), r#"{"mask":"foo_"}"#),
        (len(3, &[len(1, b"ok_a"), len(1, b"fooBar")].concat()), r#"{"mask":"okA,fooBar"}"#),
    ] {
        let (found, report) = write(&bytes, &three("Known"));
        assert_eq!(found, text);
        assert_eq!(report.count(LossKind::Range), 1, "{text}");
        assert!(report.is_damaged());
    }
    assert_eq!(write(&int(1, 0), &message("test.two.Aliased")).0, r#"{"alias":"FIRST"}"#);
}

#[test]
fn well_known_types_have_their_own_text() {
    for (bytes, text) in [
        (len(1, &time(1_700_000_000, 120_000_000)), r#"{"time":"2023-11-14T22:13:20.120Z"}"#),
        (len(1, &time(-62_135_596_800, 0)), r#"{"time":"0001-01-01T00:00:00Z"}"#),
        (len(1, &time(253_402_300_799, 999_999_999)), r#"{"time":"9999-12-31T23:59:59.999999999Z"}"#),
        (len(2, &time(0, -1_000)), r#"{"span":"-0.000001s"}"#),
        (len(3, &[len(1, b"foo_bar.baz"), len(1, b"x")].concat()), r#"{"mask":"fooBar.baz,x"}"#),
        (len(4, &len(1, &[len(1, b"k"), len(2, &int(4, 1))].concat())), r#"{"object":{"k":true}}"#),
        (len(5, &[]), r#"{"value":null}"#),
        (len(6, &[len(1, &int(1, 0)), len(1, &len(3, b"x"))].concat()), r#"{"list":[null,"x"]}"#),
        (len(7, &[]), r#"{"any":{}}"#),
        (len(8, &[]), r#"{"empty":{}}"#),
        (len(11, &[]), r#"{"wInt64":"0"}"#),
        (len(16, &len(1, b"")), r#"{"wString":""}"#),
    ] {
        assert_eq!(write(&bytes, &three("Known")), (text.to_owned(), LossReport::default()));
    }
}

#[test]
fn an_any_is_written_as_its_type_or_as_base64() {
    let any = |url: &str, payload: &[u8]| len(7, &[len(1, url.as_bytes()), len(2, payload)].concat());
    let tree = any("x/test.three.Tree", &int(1, 7));
    assert_eq!(json(&tree, "Known"), r#"{"any":{"@type":"x/test.three.Tree","id":7}}"#);
    let wrapped = any("x/google.protobuf.Duration", &int(1, 7));
    assert_eq!(json(&wrapped, "Known"), r#"{"any":{"@type":"x/google.protobuf.Duration","value":"7s"}}"#);
    for url in ["x/no.Such", "test.three.Tree", ""] {
        let (text, report) = write(&any(url, b"\x01\x02"), &three("Known"));
        assert_eq!(text, format!(r#"{{"any":{{"@type":"{url}","value":"AQI="}}}}"#));
        assert_eq!(report.count(LossKind::UnknownType), 1);
        assert!(!report.is_damaged());
    }
    let inner_loss = any("x/test.three.Tree", &[0x32, 0x02, 0xff, b'a']);
    assert_eq!(losses(&write(&inner_loss, &three("Known")).1), ["Utf8 any.value.label @25"]);
}

#[test]
fn messages_named_like_well_known_types_are_written_by_their_fields() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/json");
    let pool =
        DescriptorPool::from_file_descriptor_set(protox::compile(["fake.proto"], [dir]).unwrap()).unwrap();
    let message = |name: &str| pool.get_message_by_name(&format!("google.protobuf.{name}")).unwrap();
    let value = [int(1, 1), int(2, 2)].concat();
    assert_eq!(write(&value, &message("Value")).0, r#"{"a":1,"b":2}"#);
    let time = [len(1, b"x"), len(2, &value)].concat();
    assert_eq!(write(&time, &message("Timestamp")).0, r#"{"seconds":["x"],"nanos":{"a":1,"b":2}}"#);
    assert_eq!(write(&len(1, &[]), &message("Any")).0, r#"{"typeUrl":{}}"#);
}

#[test]
fn what_is_left_out_is_told_with_path_and_offset() {
    let entry = len(4, &[len(1, b"k"), len(2, &int(99, 1))].concat());
    let bytes =
        [int(1, 1), int(1, 2), len(2, &[0x32, 0x01, 0xff]), len(3, &[0x0d, 1, 2, 3, 4]), entry].concat();
    let (text, report) = write(&bytes, &three("Tree"));
    assert_eq!(text, "{\"id\":2,\"left\":{\"label\":\"\u{fffd}\"},\"children\":[{}],\"named\":{\"k\":{}}}");
    assert_eq!(
        losses(&report),
        ["Superseded id @0", "Utf8 left.label @8", "Clash children[0].id @11", "Unknown named[\"k\"].99 @23",]
    );
    assert!(report.is_damaged(), "bad UTF-8 is damage");
}

#[test]
fn unknown_fields_alone_are_no_damage() {
    let (text, report) = write(&[int(99, 1), int(1, 5)].concat(), &three("Tree"));
    assert_eq!((text.as_str(), report.n_losses(), report.is_damaged()), (r#"{"id":5}"#, 1, false));
}

#[test]
fn of_damaged_bytes_what_is_there_is_written() {
    for (bytes, text, told) in [
        (&b"\x08\x05\x32\x09abc"[..], r#"{"id":5,"label":"abc"}"#, "Damage label @2"),
        (b"\x08\x05\x0e", r#"{"id":5}"#, "Damage  @2"),
        (b"\x12\x09\x08\x07\x32\x01x", r#"{"left":{"id":7,"label":"x"}}"#, "Damage left @0"),
        (b"\x12\x03\x08\x07\x80\x08\x03", r#"{"id":3,"left":{"id":7}}"#, "Damage left @4"),
        (b"\x08", r#"{}"#, "Damage  @0"),
    ] {
        let (found, report) = write(bytes, &three("Tree"));
        assert_eq!(found, text);
        assert_eq!(losses(&report), [told], "{text}");
        assert!(report.is_damaged());
    }
    let cut = [len(4, &[1, 2, 0x80]), int(5, 1)].concat();
    assert_eq!(json(&cut, "Lists"), r#"{"rInt64":["1","2"],"rUint32":[1]}"#);
    let group = [0x43, 0x08, 0x01];
    let (text, report) = write(&group, &message("test.two.Old"));
    assert_eq!(
        (text.as_str(), losses(&report)),
        (r#"{"row":[{"count":"1"}]}"#, vec!["Damage row[0] @0".to_owned()])
    );
}

#[test]
fn losses_beyond_the_limit_are_counted() {
    let bytes = int(99, 1).repeat(500);
    let options = JsonOptions { max_losses: 3, ..JsonOptions::default() };
    let (_, report) = write_with(&Snapshot::of_bytes(&bytes), &three("Tree"), &options, Limits::default());
    assert_eq!((report.losses.len(), report.count(LossKind::Unknown)), (3, 500));
}

#[test]
fn options_change_the_looks() {
    let bytes = [
        int(1, 1),
        len(3, &int(1, 2)),
        len(3, &[]),
        len(4, &[len(1, b"a"), len(2, &[])].concat()),
        len(5, &int(7, 300)),
    ]
    .concat();
    let pretty = JsonOptions { pretty: true, ..JsonOptions::default() };
    let text =
        |options| write_with(&Snapshot::of_bytes(&bytes), &three("Tree"), &options, Limits::default()).0;
    let expected = r#"{
  "id": 1,
  "children": [
    {
      "id": 2
    },
    {}
  ],
  "named": {
    "a": {}
  },
  "choice": {
    "color": "DARK_BLUE"
  }
}"#;
    assert_eq!(text(pretty), expected);
    assert!(
        text(JsonOptions { enum_numbers: true, ..JsonOptions::default() }).ends_with(r#"{"color":300}}"#)
    );
    let all = JsonOptions { defaults: true, proto_names: true, ..JsonOptions::default() };
    let one = write_with(&Snapshot::of_bytes(&int(9, 0)), &three("Choice"), &all, Limits::default()).0;
    assert_eq!(one, r#"{"outside":0}"#);
    let none = write_with(&Snapshot::of_bytes(&[]), &three("Tree"), &all, Limits::default()).0;
    assert_eq!(none, r#"{"id":0,"children":[],"named":{},"label":""}"#);
}

#[test]
fn one_field_or_element_can_be_written_alone() {
    let entry = |key: &[u8], id| len(4, &[len(1, key), len(2, &int(1, id))].concat());
    let records = [int(1, 7), len(3, &int(1, 1)), entry(b"a", 1), len(3, &[]), entry(b"a", 2)];
    let bytes = records.concat();
    let starts: Vec<u64> =
        records.iter().scan(0, |at, record| Some(std::mem::replace(at, *at + record.len() as u64))).collect();
    let range = |idx: usize| starts[idx]..starts[idx] + records[idx].len() as u64;
    let snapshot = Snapshot::of_bytes(&bytes);
    let value = |idxs: &[usize], number, is_element| {
        let mut out = Vec::new();
        let mut progress = |_| ControlFlow::Continue(());
        let mut writer = JsonWriter::new(&snapshot, &JsonOptions::default(), &mut out, &mut progress);
        let ranges: Vec<_> = idxs.iter().map(|idx| range(*idx)).collect();
        writer.value(&ranges, &three("Tree"), number, is_element, &Path::default()).unwrap();
        writer.finish().unwrap();
        String::from_utf8(out).unwrap()
    };
    assert_eq!(value(&[0], 1, false), "7");
    assert_eq!(value(&[1, 3], 3, false), r#"[{"id":1},{}]"#);
    assert_eq!(value(&[1], 3, true), r#"{"id":1}"#);
    assert_eq!(value(&[2, 4], 4, false), r#"{"a":{"id":2}}"#);
    assert_eq!(value(&[], 3, false), "[]");
    assert_eq!(value(&[], 6, false), r#""""#);
    let mut out = Vec::new();
    let error =
        write_json_value(&snapshot, &[], &three("Tree"), 77, &JsonOptions::default(), &mut out, &mut |_| {
            ControlFlow::Continue(())
        });
    assert!(matches!(error, Err(FormatError::NoField { number: 77, .. })));
}

/// `depth` levels of `Tree.left` around an empty one, each with an id in front of the inner message
/// or behind it.
fn nested(depth: usize, id_first: bool) -> Vec<u8> {
    let id = int(1, 5);
    // Made back to front from the inside out, so that no level is copied.
    let (mut front_reversed, mut back, mut inner_len) = (Vec::new(), Vec::new(), 0_u64);
    for _ in 0..depth {
        let mut head = Vec::new();
        write_tag(&mut head, 2, WireType::Len);
        write_varint(&mut head, inner_len);
        front_reversed.extend(head.iter().rev());
        if id_first {
            front_reversed.extend(id.iter().rev());
        } else {
            back.extend(&id);
        }
        inner_len += (head.len() + id.len()) as u64;
    }
    front_reversed.reverse();
    [front_reversed, back].concat()
}

#[test]
fn a_hundred_thousand_levels_are_written_by_every_way() {
    const DEPTH: usize = 100_000;
    let expected = ["{\"id\":5,\"left\":".repeat(DEPTH), "{}".to_owned(), "}".repeat(DEPTH)].concat();
    // With the inner message first, the order is wrong at every level.
    for id_first in [true, false] {
        let snapshot = Snapshot::of_bytes(&nested(DEPTH, id_first));
        for limits in [Limits::default(), NO_ATTEMPT, Limits { attempt: 10_000, ..Limits::default() }] {
            let (text, report) = write_with(&snapshot, &three("Tree"), &JsonOptions::default(), limits);
            assert!(text == expected, "{limits:?}");
            assert_eq!(report.n_losses(), 0);
        }
    }
}

#[test]
fn ten_thousand_levels_of_groups_are_walked_once_and_not_once_per_level() {
    const DEPTH: usize = 10_000;
    // Row = 8 of Old; the groups inside it are unknown to Row.
    let mut bytes = vec![0x43; DEPTH];
    bytes.extend(std::iter::repeat_n(0x44, DEPTH));
    for limits in [Limits::default(), NO_ATTEMPT, TINY] {
        let snapshot = Snapshot::of_bytes(&bytes);
        let (text, report) = write_with(&snapshot, &message("test.two.Old"), &JsonOptions::default(), limits);
        assert_eq!(text, r#"{"row":[{}]}"#);
        assert_eq!(report.n_losses(), 1);
    }
}

/// A sink that remembers its longest write.
#[derive(Default)]
struct Pieces {
    longest: usize,
    total: usize,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.longest = self.longest.max(bytes.len());
        self.total += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn long_values_are_handed_on_in_pieces() {
    let long = vec![b'x'; 6 << 20];
    let packed = vec![1_u8; 3 << 20];
    let cases = [
        (len(15, &long), "Scalars"),
        (len(14, &long), "Scalars"),
        (len(10, &packed), "Lists"),
        (len(12, &[len(1, &long), len(2, &long)].concat()), "Maps"),
        (len(3, &int(1, 1)).repeat(1 << 20), "Tree"),
        // Below the limit of an attempt, but with a text far longer.
        (len(10, &packed[..1_000_000]), "Lists"),
    ];
    for (bytes, name) in cases {
        let mut sink = Pieces::default();
        let snapshot = Snapshot::of_bytes(&bytes);
        write_json(
            &snapshot,
            0..snapshot.len(),
            &three(name),
            &JsonOptions::default(),
            &mut sink,
            &mut |_| ControlFlow::Continue(()),
        )
        .unwrap();
        assert!(sink.longest < 2 << 20, "{name}: {}", sink.longest);
        assert!(sink.total > bytes.len() / 2);
    }
}

#[test]
fn a_long_map_keeps_the_last_entry_of_each_key() {
    let entry = |key: u32, value: u32| {
        len(12, &[len(1, format!("key-{key}").as_bytes()), len(2, value.to_string().as_bytes())].concat())
    };
    let n = 40_000;
    let mut bytes: Vec<u8> = (0..n).flat_map(|idx| entry(idx, idx)).collect();
    bytes.extend((0..n).step_by(1000).flat_map(|idx| entry(idx, idx + 1)));
    let (text, report) = write(&bytes, &three("Maps"));
    let found: serde_json::Value = serde_json::from_str(&text).unwrap();
    let map = found["mString"].as_object().unwrap();
    assert_eq!((map.len(), report.count(LossKind::Superseded)), (n as usize, 40));
    assert_eq!((map["key-1"].as_str(), map["key-2000"].as_str()), (Some("1"), Some("2001")));
    assert_eq!(text.matches("\"key-2000\"").count(), 1);
}

#[test]
fn cancelling_ends_the_work() {
    let snapshot = Snapshot::of_bytes(&len(15, &vec![0; 8 << 20]));
    let mut n_asked = 0;
    let done = write_json(
        &snapshot,
        0..snapshot.len(),
        &three("Scalars"),
        &JsonOptions::default(),
        &mut Vec::new(),
        &mut |_| {
            n_asked += 1;
            if n_asked < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        },
    );
    assert!(matches!(done, Err(FormatError::Cancelled)));
    assert_eq!(n_asked, 3);
}

/// A source whose second half cannot be read.
#[derive(Debug)]
struct Broken;

impl Source for Broken {
    fn len(&self) -> u64 {
        1 << 20
    }

    fn read_at(&self, offset: u64, out: &mut [u8], _mode: ReadMode) -> Result<(), SourceError> {
        if offset + out.len() as u64 > 1 << 19 {
            return Err(SourceError::Io { offset, reason: "bad sector".to_owned() });
        }
        out.fill(0x08);
        Ok(())
    }

    fn identity(&self) -> String {
        "broken".to_owned()
    }
}

#[test]
fn bytes_that_cannot_be_read_are_an_error() {
    let snapshot = Snapshot::new(Arc::new(Broken));
    let done = write_json(
        &snapshot,
        0..snapshot.len(),
        &three("Tree"),
        &JsonOptions::default(),
        &mut Vec::new(),
        &mut |_| ControlFlow::Continue(()),
    );
    assert!(matches!(done, Err(FormatError::Source(SourceError::Io { .. }))));
}

#[test]
fn every_format_writes_and_json_asks_for_a_type() {
    let snapshot = Snapshot::of_bytes(&int(1, 5));
    let message = three("Tree");
    for format in FORMATS {
        for message in [Some(&message), None] {
            let subject = Subject { snapshot: &snapshot, range: 0..2, message, path: Path::default() };
            let mut out = Vec::new();
            let done = (format.write)(&subject, &JsonOptions::default(), &mut out, &mut |_| {
                ControlFlow::Continue(())
            });
            assert_eq!(done.is_ok(), message.is_some() || !format.needs_type, "{}", format.name);
            assert_eq!(out.ends_with(b"\n"), done.is_ok(), "{}", format.name);
        }
    }
}

proptest! {
    #[test]
    fn an_edited_document_reads_as_its_flat_bytes(
        seed in prop::collection::vec(any::<u8>(), 0..400),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 0..6)), 0..12),
    ) {
        let message = three("All");
        let bytes = super::wire_gen::gen_message(&mut super::wire_gen::Choices::new(&seed), &message, 0);
        let mut document = Document::of_bytes(&bytes, Some(message.clone()));
        for (start, end, bytes) in edits {
            let len = document.len() as usize + 1;
            let (a, b) = (start.index(len) as u64, end.index(len) as u64);
            let range = a.min(b)..a.max(b).min(a.min(b) + 4);
            document.apply(&Act::new("Edit", vec![Edit::Splice { chain: Vec::new(), range, bytes }])).unwrap();
        }
        let snapshot = document.snapshot();
        let flat = snapshot.bytes(0..snapshot.len(), ReadMode::Wait).unwrap();
        for limits in [Limits::default(), TINY] {
            prop_assert_eq!(
                write_with(snapshot, &message, &JsonOptions::default(), limits),
                write_with(&Snapshot::of_bytes(&flat), &message, &JsonOptions::default(), limits)
            );
        }
    }
}
