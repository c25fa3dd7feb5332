//! Every declared kind, in every shape of a field, met by every wire type.

use crate::support::bytes;
use protoloupe::document::ops::{NewValue, set};
use protoloupe::document::{
    Document, Entry, Facet, Meaning, Path, ReadMode, Row, RowId, RowText, Tone, Tree, row_text,
};
use protoloupe::schema::{FileResolver, MessageDescriptor, Schema};
use protoloupe::wire::{WireType, write_tag, write_varint};
use std::fmt::Write as _;

/// A kind as declared, its wire type, a value as shown and as bytes, and another as typed and as
/// bytes.
struct Sample {
    kind: &'static str,
    wire_type: WireType,
    shown: &'static str,
    hex: &'static str,
    typed: &'static str,
    typed_hex: &'static str,
}

const fn sample(
    kind: &'static str,
    wire_type: WireType,
    [shown, hex]: [&'static str; 2],
    [typed, typed_hex]: [&'static str; 2],
) -> Sample {
    Sample { kind, wire_type, shown, hex, typed, typed_hex }
}

use WireType::{I32, I64, Len, Sgroup, Varint};

#[rustfmt::skip]
const SAMPLES: &[Sample] = &[
    sample("double", I64, ["1.5", "00 00 00 00 00 00 f8 3f"], ["-2.25", "00 00 00 00 00 00 02 c0"]),
    sample("float", I32, ["1.5", "00 00 c0 3f"], ["-inf", "00 00 80 ff"]),
    sample("int32", Varint, ["-1", "ff ff ff ff ff ff ff ff ff 01"], ["150", "96 01"]),
    sample("int64", Varint, ["-9223372036854775808", "80 80 80 80 80 80 80 80 80 01"],
        ["9223372036854775807", "ff ff ff ff ff ff ff ff 7f"]),
    sample("uint32", Varint, ["4294967295", "ff ff ff ff 0f"], ["7", "07"]),
    sample("uint64", Varint, ["18446744073709551615", "ff ff ff ff ff ff ff ff ff 01"], ["0x10", "10"]),
    sample("sint32", Varint, ["-1", "01"], ["-2147483648", "ff ff ff ff 0f"]),
    sample("sint64", Varint, ["-9223372036854775808", "ff ff ff ff ff ff ff ff ff 01"], ["1", "02"]),
    sample("fixed32", I32, ["4294967295", "ff ff ff ff"], ["1", "01 00 00 00"]),
    sample("fixed64", I64, ["18446744073709551615", "ff ff ff ff ff ff ff ff"],
        ["1", "01 00 00 00 00 00 00 00"]),
    sample("sfixed32", I32, ["-1", "ff ff ff ff"], ["1", "01 00 00 00"]),
    sample("sfixed64", I64, ["-1", "ff ff ff ff ff ff ff ff"], ["2", "02 00 00 00 00 00 00 00"]),
    sample("bool", Varint, ["true", "01"], ["false", "00"]),
    sample("E", Varint, ["ONE = 1", "01"], ["TWO", "02"]),
    sample("string", Len, ["\"ab\"", "61 62"], ["c", "63"]),
    sample("bytes", Len, ["2 B  ff 00", "ff 00"], ["hex:0102 03", "01 02 03"]),
    sample("M", Len, ["x 1", "08 01"], [r#"{"x": 2}"#, "08 02"]),
    sample("group", Sgroup, ["x 1", "08 01"], [r#"{"x": 2}"#, "08 02"]),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    Singular,
    Optional,
    Repeated,
    Packed,
    MapValue,
    Member,
    Extension,
}

const SHAPES: [Shape; 7] = [
    Shape::Singular,
    Shape::Optional,
    Shape::Repeated,
    Shape::Packed,
    Shape::MapValue,
    Shape::Member,
    Shape::Extension,
];

const WIRE_TYPES: [WireType; 5] = [Varint, I64, Len, Sgroup, I32];

/// Of the field under test; extensions have another.
const NUMBER: u32 = 3;
const EXTENSION: u32 = 1_000;

impl Sample {
    fn is_packable(&self) -> bool {
        !matches!(self.wire_type, Len | Sgroup)
    }

    /// Whether a field of this kind can be declared in this shape.
    fn fits(&self, shape: Shape, syntax: &str) -> bool {
        match shape {
            Shape::Extension => syntax == "proto2",
            _ if self.kind == "group" && syntax == "proto3" => false,
            Shape::Packed => self.is_packable(),
            Shape::MapValue => self.kind != "group",
            Shape::Optional => syntax == "proto3",
            _ => true,
        }
    }

    /// The declaration of a message for this kind and shape.
    fn declare(&self, shape: Shape, syntax: &str, text: &mut String) {
        let name = format!("{}_{shape:?}", self.kind);
        let label = if syntax == "proto2" { "optional " } else { "" };
        let kind = self.kind;
        let field = |label: &str, number: u32, options: &str| match kind {
            "group" => format!("{label}group F = {number} {{ optional int32 x = 1; }}"),
            kind => format!("{label}{kind} f = {number}{options};"),
        };
        let body = match shape {
            Shape::Singular => field(label, NUMBER, ""),
            Shape::Optional => field("optional ", NUMBER, ""),
            Shape::Repeated if self.is_packable() => field("repeated ", NUMBER, " [packed = false]"),
            Shape::Repeated => field("repeated ", NUMBER, ""),
            Shape::Packed => field("repeated ", NUMBER, " [packed = true]"),
            Shape::MapValue => format!("map<int32, {kind}> f = {NUMBER};"),
            Shape::Member => format!("oneof one {{ {} int32 other = 9; }}", field("", NUMBER, "")),
            Shape::Extension => {
                let declared = field("optional ", EXTENSION, "");
                writeln!(text, "message Scope_{kind} {{ extend {name} {{ {declared} }} }}").unwrap();
                "extensions 1000 to 2000;".to_owned()
            }
        };
        writeln!(text, "message {name} {{ {body} }}").unwrap();
    }
}

struct OneFile(String);

impl FileResolver for OneFile {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok((path == "all.proto").then(|| self.0.clone().into_bytes()))
    }
}

fn schema(syntax: &str) -> Schema {
    let mut text = format!("syntax = \"{syntax}\"; package p; enum E {{ ZERO = 0; ONE = 1; TWO = 2; }}\n");
    let label = if syntax == "proto2" { "optional " } else { "" };
    writeln!(text, "message M {{ {label}int32 x = 1; }}").unwrap();
    for sample in SAMPLES {
        for shape in SHAPES.into_iter().filter(|shape| sample.fits(*shape, syntax)) {
            sample.declare(shape, syntax, &mut text);
        }
    }
    Schema::compile(&["all.proto".to_owned()], &[], &OneFile(text), false).unwrap()
}

fn unhex(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

fn record(number: u32, wire_type: WireType, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write_tag(&mut out, number, wire_type);
    if wire_type == Len {
        write_varint(&mut out, payload.len() as u64);
    }
    out.extend(payload);
    if wire_type == Sgroup {
        write_tag(&mut out, number, WireType::Egroup);
    }
    out
}

/// A payload of a wire type that is not the kind's.
fn other_payload(wire_type: WireType) -> Vec<u8> {
    match wire_type {
        Varint => vec![0x05],
        I64 => vec![1, 2, 3, 4, 5, 6, 7, 8],
        I32 => vec![1, 2, 3, 4],
        _ => vec![0x08, 0x05],
    }
}

/// One field met by one wire type.
struct Case<'a> {
    sample: &'a Sample,
    shape: Shape,
    wire_type: WireType,
    message: MessageDescriptor,
    name: String,
}

impl Case<'_> {
    fn number(&self) -> u32 {
        if self.shape == Shape::Extension { EXTENSION } else { NUMBER }
    }

    fn is_own(&self) -> bool {
        self.wire_type == self.sample.wire_type
    }

    fn is_packed(&self) -> bool {
        let is_list = matches!(self.shape, Shape::Repeated | Shape::Packed);
        is_list && self.wire_type == Len && self.sample.is_packable()
    }

    /// The record under test, or the value's record of a map entry.
    fn record(&self) -> Vec<u8> {
        let payload = match () {
            () if self.is_packed() => unhex(&format!("{} {}", self.sample.hex, self.sample.typed_hex)),
            () if self.is_own() => unhex(self.sample.hex),
            () => other_payload(self.wire_type),
        };
        self.wrapped(&record(self.value_number(), self.wire_type, &payload))
    }

    /// The same after the other value was typed.
    fn edited(&self) -> Vec<u8> {
        let typed = unhex(self.sample.typed_hex);
        let new = match self.is_packed() {
            true => record(self.number(), Len, &[typed.clone(), typed].concat()),
            false => record(self.value_number(), self.sample.wire_type, &typed),
        };
        self.wrapped(&new)
    }

    fn value_number(&self) -> u32 {
        if self.shape == Shape::MapValue { 2 } else { self.number() }
    }

    fn wrapped(&self, value: &[u8]) -> Vec<u8> {
        match self.shape {
            Shape::MapValue => record(NUMBER, Len, &[&[0x08, 0x07], value].concat()),
            _ => value.to_vec(),
        }
    }

    fn path(&self) -> Path {
        let path = match self.shape {
            Shape::Repeated | Shape::Packed => "f[0]".to_owned(),
            Shape::MapValue => "f[7]".to_owned(),
            Shape::Extension => format!("(p.Scope_{}.f)", self.sample.kind),
            _ => "f".to_owned(),
        };
        path.parse().unwrap()
    }

    fn check_shown(&self, row: &Row, text: &RowText) {
        let Entry::Record { meaning, .. } = &row.entry else { panic!("{}: {row:?}", self.name) };
        if self.shape == Shape::MapValue {
            assert_eq!(text.name, "[7]", "{}", self.name);
            if self.is_own() {
                assert_eq!(text.value, self.sample.shown, "{}", self.name);
            }
            return;
        }
        match meaning {
            Meaning::Packed(_) => assert!(self.is_packed(), "{}", self.name),
            Meaning::Field(_) => {
                assert!(self.is_own(), "{}", self.name);
                assert_eq!(text.value, self.sample.shown, "{}", self.name);
            }
            Meaning::Clash(_) => {
                assert!(!self.is_own() && !self.is_packed(), "{}", self.name);
                assert!(
                    text.kind.ends_with(&format!("found {}", self.wire_type)),
                    "{}: {}",
                    self.name,
                    text.kind
                );
                assert_eq!(text.tone, Tone::Warning, "{}", self.name);
            }
            Meaning::Unknown | Meaning::Chosen { .. } => panic!("{} is unknown", self.name),
        }
        let expected = match self.shape {
            Shape::Repeated | Shape::Packed if !self.is_packed() => "[0]".to_owned(),
            Shape::Extension => format!("[p.Scope_{}.f]", self.sample.kind),
            _ => "f".to_owned(),
        };
        assert_eq!(text.name, expected, "{}", self.name);
    }

    fn check(&self) {
        let before = record(1, Varint, &[0x01]);
        let behind = record(15, Len, b"zz");
        let all = [&before[..], &self.record(), &behind].concat();
        let mut document = Document::of_bytes(&all, Some(self.message.clone()));
        let mut tree = Tree::new(&document, ReadMode::Wait);
        let id = RowId { offset: before.len() as u64, facet: Facet::Record };
        let row = tree.reveal_record(document.snapshot(), &[], id, ReadMode::Wait).unwrap();
        assert_eq!(row.id, id, "{}", self.name);
        self.check_shown(&row, &row_text(document.snapshot(), &row, 80, ReadMode::Wait));
        let act = set(&document, &self.path(), NewValue::Text(self.sample.typed));
        let act = act.unwrap_or_else(|error| panic!("{}: {error}", self.name));
        assert!(document.apply(&act).unwrap(), "{}", self.name);
        let expected = [&before[..], &self.edited(), &behind].concat();
        assert_eq!(bytes(&document), expected, "{}", self.name);
        document.undo();
        assert_eq!(bytes(&document), all, "{}", self.name);
    }
}

#[test]
fn every_kind_in_every_shape_is_shown_and_edited_whatever_its_wire_type() {
    let mut n_cases = 0;
    for syntax in ["proto2", "proto3"] {
        let schema = schema(syntax);
        for sample in SAMPLES {
            for shape in SHAPES.into_iter().filter(|shape| sample.fits(*shape, syntax)) {
                for wire_type in WIRE_TYPES {
                    let message = schema.message(&format!("p.{}_{shape:?}", sample.kind)).unwrap();
                    let name = format!("{syntax} {} {shape:?} as {wire_type}", sample.kind);
                    Case { sample, shape, wire_type, message, name }.check();
                    n_cases += 1;
                }
            }
        }
    }
    assert!(n_cases > 800, "{n_cases}");
}
