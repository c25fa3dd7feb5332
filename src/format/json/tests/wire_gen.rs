//! Wire bytes for a descriptor: valid, and as odd as the encoding allows.

use crate::wire::{WireType, write_varint, write_varint_padded};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

/// A stream of choices made from a seed; shrinking the seed bytes makes the message simpler.
pub struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl<'a> Choices<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes: bytes.iter() }
    }

    fn byte(&mut self) -> u8 {
        self.bytes.next().copied().unwrap_or(0)
    }

    fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { usize::from(self.byte()) % n }
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    fn is_spent(&self) -> bool {
        self.bytes.as_slice().is_empty()
    }

    fn bits(&mut self) -> u64 {
        const EDGES: [u64; 14] = [
            0,
            1,
            2,
            300,
            127,
            128,
            u64::MAX,
            i64::MAX as u64,
            1 << 63,
            u32::MAX as u64,
            i32::MAX as u64,
            1 << 31,
            0x7ff0_0000_0000_0000,
            0x8000_0000_0000_0000,
        ];
        match self.below(3) {
            0 => EDGES[self.below(EDGES.len())],
            1 => u64::from(self.byte()),
            _ => (0..8).fold(0, |bits, _| bits << 8 | u64::from(self.byte())),
        }
    }

    fn varint(&mut self, out: &mut Vec<u8>, value: u64) {
        if self.one_in(12) {
            let width = self.below(10) as u8 + 1;
            write_varint_padded(out, value, width);
        } else {
            write_varint(out, value);
        }
    }

    fn tag(&mut self, out: &mut Vec<u8>, number: u32, wire_type: WireType) {
        let value = u64::from(number) << 3 | u64::from(wire_type.bits());
        // prost reads tags of up to five bytes only when their value fits 32 bits; padding is fine.
        self.varint(out, value);
    }

    fn text(&mut self) -> String {
        const WORDS: [&str; 12] = [
            "",
            "a",
            "b",
            "\"",
            "\\ \n\t\u{1}",
            "Zürich",
            "東京 🚀",
            "key",
            "<&>",
            "a long text of more than sixteen bytes",
            "\u{7f}\u{80}",
            "/",
        ];
        let mut text = WORDS[self.below(WORDS.len())].to_owned();
        while self.one_in(4) && !self.is_spent() {
            text.push_str(WORDS[self.below(WORDS.len())]);
        }
        text
    }

    fn len(&mut self, out: &mut Vec<u8>, number: u32, payload: &[u8]) {
        self.tag(out, number, WireType::Len);
        self.varint(out, payload.len() as u64);
        out.extend_from_slice(payload);
    }

    /// Some record of a number that the message may or may not declare.
    fn unknown(&mut self, out: &mut Vec<u8>) {
        let number = 900 + self.below(30) as u32;
        match self.below(5) {
            0 => {
                self.tag(out, number, WireType::Varint);
                let bits = self.bits();
                self.varint(out, bits);
            }
            1 => {
                self.tag(out, number, WireType::I64);
                out.extend(self.bits().to_le_bytes());
            }
            2 => {
                self.tag(out, number, WireType::I32);
                out.extend((self.bits() as u32).to_le_bytes());
            }
            3 => {
                let text = self.text();
                self.len(out, number, text.as_bytes());
            }
            _ => {
                self.tag(out, number, WireType::Sgroup);
                if self.one_in(2) && !self.is_spent() {
                    self.unknown(out);
                }
                self.tag(out, number, WireType::Egroup);
            }
        }
    }
}

/// One message of `descriptor`.
pub fn gen_message(choices: &mut Choices, descriptor: &MessageDescriptor, depth: usize) -> Vec<u8> {
    match descriptor.full_name() {
        "google.protobuf.Any" => return gen_any(choices, depth),
        "google.protobuf.Timestamp" => return gen_time(choices, -62_135_596_800, 253_402_300_799, false),
        "google.protobuf.Duration" => return gen_time(choices, -315_576_000_000, 315_576_000_000, true),
        "google.protobuf.FieldMask" => return gen_mask(choices),
        "google.protobuf.DoubleValue" | "google.protobuf.FloatValue" => {
            return gen_finite(choices, descriptor.name() == "DoubleValue");
        }
        _ => {}
    }
    let mut out = Vec::new();
    let extensions: Vec<_> = descriptor.extensions().collect();
    let fields: Vec<FieldDescriptor> = descriptor.fields().collect();
    let n_records = choices.below(7);
    for _ in 0..n_records {
        if choices.one_in(9) && !descriptor.is_map_entry() {
            choices.unknown(&mut out);
            continue;
        }
        let idx = choices.below(fields.len() + extensions.len());
        if let Some(field) = fields.get(idx) {
            gen_record(
                choices,
                &mut out,
                field.number(),
                &field.kind(),
                field.is_group(),
                field.is_list(),
                depth,
            );
        } else if let Some(field) = extensions.get(idx - fields.len()) {
            gen_record(
                choices,
                &mut out,
                field.number(),
                &field.kind(),
                field.is_group(),
                field.is_list(),
                depth,
            );
        }
    }
    if choices.one_in(3) {
        // Half of the messages come as most writers make them.
        return out;
    }
    sorted(&out)
}

/// The records of a message in the order of their numbers.
fn sorted(bytes: &[u8]) -> Vec<u8> {
    let mut records: Vec<(u32, &[u8])> = Vec::new();
    let mut walk = crate::wire::records(bytes);
    while let Some((offset, crate::wire::Read::Record(record))) = walk.next() {
        records.push((record.tag.number, &bytes[offset..walk.offset()]));
    }
    records.sort_by_key(|(number, _)| *number);
    records.into_iter().flat_map(|(_, record)| record.iter().copied()).collect()
}

fn gen_record(
    choices: &mut Choices,
    out: &mut Vec<u8>,
    number: u32,
    kind: &Kind,
    is_group: bool,
    is_list: bool,
    depth: usize,
) {
    if let Kind::Message(child) = kind {
        let payload =
            if depth > 5 || choices.is_spent() { Vec::new() } else { gen_message(choices, child, depth + 1) };
        if is_group {
            choices.tag(out, number, WireType::Sgroup);
            out.extend(payload);
            choices.tag(out, number, WireType::Egroup);
        } else if choices.one_in(6) && !child.is_map_entry() && !is_list {
            // Split over two records.
            let records: Vec<_> = crate::wire::records(&payload).collect();
            let at = records.get(choices.below(records.len())).map_or(0, |(offset, _)| *offset);
            choices.len(out, number, &payload[..at]);
            if choices.one_in(2) {
                choices.unknown(out);
            }
            choices.len(out, number, &payload[at..]);
        } else {
            choices.len(out, number, &payload);
        }
        return;
    }
    if is_list && !matches!(kind, Kind::String | Kind::Bytes) && choices.one_in(2) {
        let mut payload = Vec::new();
        for _ in 0..choices.below(5) {
            gen_scalar(choices, &mut payload, kind);
        }
        choices.len(out, number, &payload);
        return;
    }
    let wire_type = WireType::from_bits(match kind.wire_type() {
        prost_wire if prost_wire as u8 == 2 => 2,
        other => other as u8,
    });
    choices.tag(out, number, wire_type.unwrap());
    gen_scalar(choices, out, kind);
}

fn gen_scalar(choices: &mut Choices, out: &mut Vec<u8>, kind: &Kind) {
    match kind {
        Kind::String => {
            let text = choices.text();
            choices.varint(out, text.len() as u64);
            out.extend(text.as_bytes());
        }
        Kind::Bytes => {
            let bytes: Vec<u8> = (0..choices.below(9)).map(|_| choices.byte()).collect();
            choices.varint(out, bytes.len() as u64);
            out.extend(bytes);
        }
        Kind::Double => {
            let bits = choices.bits();
            // -0.0 without presence is an exception: see `against`.
            let bits = if bits == 1 << 63 { 0 } else { bits };
            out.extend(bits.to_le_bytes());
        }
        Kind::Float => {
            let bits = choices.bits() as u32;
            let bits = if bits == 1 << 31 { 0 } else { bits };
            out.extend(bits.to_le_bytes());
        }
        Kind::Fixed64 | Kind::Sfixed64 => out.extend(choices.bits().to_le_bytes()),
        Kind::Fixed32 | Kind::Sfixed32 => out.extend((choices.bits() as u32).to_le_bytes()),
        Kind::Enum(_) => {
            let number = [0_i64, 1, 2, 300, -1, 77, 5][choices.below(7)];
            choices.varint(out, number as u64);
        }
        _ => {
            let bits = choices.bits();
            choices.varint(out, bits);
        }
    }
}

fn gen_time(choices: &mut Choices, min: i64, max: i64, is_duration: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let seconds = match choices.below(5) {
        0 => min,
        1 => max,
        2 => 0,
        _ => min + (choices.bits() % (max - min) as u64) as i64,
    };
    let mut nanos = [0_i64, 1, 999_999_999, 500_000_000, 120_000, 7_000][choices.below(6)];
    if is_duration && (seconds < 0 || (seconds == 0 && choices.one_in(2))) {
        nanos = -nanos;
    }
    let mut field = |choices: &mut Choices, number, value: i64| {
        choices.tag(&mut out, number, WireType::Varint);
        choices.varint(&mut out, value as u64);
    };
    match choices.below(4) {
        // Always both, so that records that merge never mix the signs of two durations.
        0 => {
            field(choices, 2, nanos);
            field(choices, 1, seconds);
        }
        1 => {
            field(choices, 2, nanos);
            field(choices, 1, 5);
            field(choices, 1, seconds);
        }
        _ => {
            field(choices, 1, seconds);
            field(choices, 2, nanos);
        }
    }
    if choices.one_in(8) {
        choices.unknown(&mut out);
    }
    out
}

fn gen_mask(choices: &mut Choices) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..choices.below(4) {
        let path = ["a", "foo_bar", "foo_bar.baz_qux", "x.y.z", "f1"][choices.below(5)];
        choices.len(&mut out, 1, path.as_bytes());
    }
    out
}

fn gen_finite(choices: &mut Choices, is_double: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..choices.below(3) {
        let value = [0.0, 1.5, -2.25, 1e30][choices.below(4)];
        choices.tag(&mut out, 1, if is_double { WireType::I64 } else { WireType::I32 });
        if is_double {
            out.extend(f64::to_le_bytes(value));
        } else {
            out.extend((value as f32).to_le_bytes());
        }
    }
    out
}

fn gen_any(choices: &mut Choices, depth: usize) -> Vec<u8> {
    const TYPES: [&str; 8] = [
        "test.three.Scalars",
        "test.three.Tree",
        "test.two.Old",
        "google.protobuf.Timestamp",
        "google.protobuf.Any",
        "google.protobuf.Struct",
        "google.protobuf.Empty",
        "google.protobuf.Int64Value",
    ];
    let name = TYPES[choices.below(TYPES.len())];
    let payload = gen_message(choices, &super::message(name), depth + 1);
    let mut out = Vec::new();
    let swap = choices.one_in(4);
    if swap {
        choices.len(&mut out, 2, &payload);
    }
    choices.len(&mut out, 1, format!("type.googleapis.com/{name}").as_bytes());
    if !swap {
        choices.len(&mut out, 2, &payload);
    }
    out
}
