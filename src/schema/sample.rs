//! A message of a type with values that look real, to begin a new document with.
//!
//! The same type gives the same bytes each time. Types that contain each other end where one would
//! be inside itself, and what is written is bounded however wide and deep a type is.

use super::kind::{WellKnown, is_packable, kind_wire_type, wire_type};
use super::{Cardinality, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use crate::wire::{WireType, write_len, write_tag, write_varint};

/// Messages in each other that a sample has.
pub const SAMPLE_DEPTH: usize = 5;
/// The most values of one sample.
const MAX_VALUES: usize = 2_000;
/// 2026-01-31T12:00:00Z.
const SECONDS: u64 = 1_769_860_800;

/// The bytes of a sample, with messages down to `depth`.
pub fn sample(message: &MessageDescriptor, depth: usize) -> Vec<u8> {
    let mut writer = Writer { around: Vec::new(), n_left: MAX_VALUES, depth };
    writer.message(message)
}

struct Writer {
    /// The types that are being written, the outermost first.
    around: Vec<MessageDescriptor>,
    n_left: usize,
    depth: usize,
}

impl Writer {
    fn message(&mut self, message: &MessageDescriptor) -> Vec<u8> {
        if let Some(bytes) = WellKnown::of(message).and_then(|known| well_known(&known)) {
            return bytes;
        }
        self.around.push(message.clone());
        let mut out = Vec::new();
        let mut is_oneof_set = Vec::new();
        for field in message.fields() {
            if let Some(oneof) = field.containing_oneof().filter(|oneof| !oneof.is_synthetic()) {
                if is_oneof_set.contains(&oneof) || !self.can_write(&field) {
                    continue;
                }
                is_oneof_set.push(oneof);
            }
            self.field(&mut out, &field);
        }
        self.around.pop();
        out
    }

    /// Whether a message inside this field would not be inside itself or too deep.
    fn can_write(&self, field: &FieldDescriptor) -> bool {
        let kind = match field.kind() {
            Kind::Message(entry) if field.is_map() => entry.get_field(2).map(|value| value.kind()),
            kind => Some(kind),
        };
        match kind {
            Some(Kind::Message(inner)) => self.around.len() <= self.depth && !self.around.contains(&inner),
            Some(_) => true,
            None => false,
        }
    }

    fn field(&mut self, out: &mut Vec<u8>, field: &FieldDescriptor) {
        if self.n_left == 0 || !self.can_write(field) {
            // A parser refuses a message without them.
            if field.cardinality() == Cardinality::Required {
                self.record(out, field, &empty_value(field));
            }
            return;
        }
        if field.is_map() {
            return self.map(out, field);
        }
        let is_list = field.cardinality() == Cardinality::Repeated;
        let n = match field.kind() {
            Kind::Message(_) => 1,
            _ => 1 + usize::from(is_list),
        };
        let values: Vec<Vec<u8>> = (0..n).map(|idx| self.value(field, &field.kind(), idx)).collect();
        if is_list && is_packable(field) && field.is_packed() {
            write_len(out, field.number(), &values.concat());
            return;
        }
        for value in values {
            self.record(out, field, &value);
        }
    }

    fn map(&mut self, out: &mut Vec<u8>, field: &FieldDescriptor) {
        let Kind::Message(entry) = field.kind() else { return };
        let mut bytes = Vec::new();
        for inner in entry.fields() {
            let value = self.value(&inner, &inner.kind(), 0);
            self.record(&mut bytes, &inner, &value);
        }
        write_len(out, field.number(), &bytes);
    }

    fn record(&self, out: &mut Vec<u8>, field: &FieldDescriptor, value: &[u8]) {
        let number = field.number();
        match wire_type(field) {
            WireType::Len => write_len(out, number, value),
            WireType::Sgroup => {
                write_tag(out, number, WireType::Sgroup);
                out.extend(value);
                write_tag(out, number, WireType::Egroup);
            }
            wire_type => {
                write_tag(out, number, wire_type);
                out.extend(value);
            }
        }
    }

    /// The payload of one value; `idx` tells elements apart.
    fn value(&mut self, field: &FieldDescriptor, kind: &Kind, idx: usize) -> Vec<u8> {
        self.n_left = self.n_left.saturating_sub(1);
        let number = integer(field).saturating_add(idx as u64);
        match kind {
            Kind::Message(inner) => self.message(inner),
            Kind::Enum(descriptor) => varint(enum_number(descriptor)),
            Kind::String => text(field, idx).into_bytes(),
            Kind::Bytes => text(field, idx).into_bytes(),
            Kind::Bool => varint(1),
            Kind::Double => 1.5_f64.to_le_bytes().to_vec(),
            Kind::Float => 1.5_f32.to_le_bytes().to_vec(),
            Kind::Fixed64 | Kind::Sfixed64 => number.to_le_bytes().to_vec(),
            Kind::Fixed32 | Kind::Sfixed32 => narrow(number).to_le_bytes().to_vec(),
            Kind::Sint64 => varint(number << 1),
            Kind::Sint32 => varint(u64::from(narrow(number)) << 1),
            Kind::Int32 | Kind::Uint32 => varint(u64::from(narrow(number))),
            Kind::Int64 | Kind::Uint64 => varint(number),
        }
    }
}

fn varint(value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    write_varint(&mut out, value);
    out
}

/// What fits 32 bits with a sign.
fn narrow(number: u64) -> u32 {
    u32::try_from(number).ok().filter(|number| *number <= i32::MAX as u32).unwrap_or(1)
}

fn empty_value(field: &FieldDescriptor) -> Vec<u8> {
    match kind_wire_type(&field.kind()) {
        WireType::I32 => vec![0; 4],
        WireType::I64 => vec![0; 8],
        WireType::Varint => match field.kind() {
            Kind::Enum(descriptor) => varint(enum_number(&descriptor)),
            _ => vec![0],
        },
        _ => Vec::new(),
    }
}

/// The first value that says something.
fn enum_number(descriptor: &EnumDescriptor) -> u64 {
    let meant = descriptor.values().find(|value| value.number() != 0);
    let number = meant.or_else(|| descriptor.values().next()).map_or(0, |value| value.number());
    // As a negative int32 is written: in ten bytes.
    i64::from(number) as u64
}

fn well_known(known: &WellKnown) -> Option<Vec<u8>> {
    let record = |number: u32, value: u64| {
        let mut out = Vec::new();
        write_tag(&mut out, number, WireType::Varint);
        write_varint(&mut out, value);
        out
    };
    let len = |number: u32, payload: &[u8]| {
        let mut out = Vec::new();
        write_len(&mut out, number, payload);
        out
    };
    let duration = record(1, 30);
    Some(match known {
        WellKnown::Timestamp => record(1, SECONDS),
        WellKnown::Duration => duration,
        WellKnown::Empty => Vec::new(),
        WellKnown::FieldMask => len(1, b"name"),
        WellKnown::Any => {
            [len(1, b"type.googleapis.com/google.protobuf.Duration"), len(2, &duration)].concat()
        }
        WellKnown::Value => len(3, b"text"),
        WellKnown::ListValue => len(1, &len(3, b"text")),
        WellKnown::Struct => len(1, &[len(1, b"key"), len(2, &len(3, b"text"))].concat()),
        WellKnown::Wrapper(_) => return None,
    })
}

/// Words in a field's name, and what such a text looks like.
const TEXTS: [(&str, &str); 14] = [
    ("email", "ada@example.com"),
    ("url", "https://example.com/1"),
    ("uri", "https://example.com/1"),
    ("host", "host.example.com"),
    ("domain", "example.com"),
    ("ip", "192.0.2.1"),
    ("address", "192.0.2.1:8080"),
    ("version", "1.0.0"),
    ("language", "en"),
    ("locale", "en-GB"),
    ("currency", "EUR"),
    ("country", "DE"),
    ("phone", "+49 30 123456"),
    ("time", "2026-01-31T12:00:00Z"),
];

fn text(field: &FieldDescriptor, idx: usize) -> String {
    let name = field.name().to_lowercase();
    let words: Vec<&str> = name.split('_').collect();
    if let Some((_, text)) = TEXTS.iter().find(|(word, _)| words.contains(word)) {
        return (*text).to_owned();
    }
    let message = field.parent_message();
    let stem = match words.as_slice() {
        ["name" | "id" | "key"] if !message.is_map_entry() => dashed(message.name()),
        [stem @ .., "id" | "name"] if !stem.is_empty() => stem.join("-"),
        words => words.join("-"),
    };
    format!("{stem}-{}", idx + 1)
}

/// `SendMessage` as `send-message`.
fn dashed(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        out.extend(c.to_lowercase());
    }
    out
}

fn integer(field: &FieldDescriptor) -> u64 {
    let name = field.name().to_lowercase();
    let has = |word: &str| name.split('_').any(|part| part == word);
    match () {
        () if has("port") => 8080,
        () if has("millis") || has("ms") => SECONDS * 1_000,
        () if has("timestamp") => SECONDS,
        () if has("nanos") => 0,
        () if has("count") || has("size") || has("limit") || has("max") => 10,
        () => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schema;
    use prost_reflect::DynamicMessage;

    #[test]
    fn every_sample_of_the_built_in_types_is_a_message_of_its_type_with_all_fields_known() {
        for message in Schema::builtin().messages() {
            let bytes = sample(message, SAMPLE_DEPTH);
            let decoded = DynamicMessage::decode(message.clone(), bytes.as_slice()).unwrap();
            assert_eq!(decoded.unknown_fields().count(), 0, "{}", message.full_name());
            assert_eq!(bytes, sample(message, SAMPLE_DEPTH));
            assert!(bytes.len() < 100_000, "{}", message.full_name());
            let plain = message.fields().any(|field| !matches!(field.kind(), Kind::Message(_)));
            assert!(
                !plain || !bytes.is_empty() || message.full_name().ends_with("Empty"),
                "{}",
                message.full_name()
            );
        }
    }

    #[test]
    fn names_of_fields_say_what_their_texts_look_like() {
        let schema = Schema::builtin();
        let message = schema.message("apache.rocketmq.v2.Message").unwrap();
        let decoded = DynamicMessage::decode(message.clone(), sample(&message, 5).as_slice()).unwrap();
        let json = serde_json::to_value(&decoded).unwrap();
        assert_eq!(json["topic"]["name"], "resource-1");
        assert_eq!(json["systemProperties"]["messageId"], "message-1");
        assert_eq!(json["systemProperties"]["bornTimestamp"], "2026-01-31T12:00:00Z");
        assert_eq!(json["userProperties"], serde_json::json!({ "key-1": "value-1" }));
    }

    const HOSTILE: &str = r#"syntax = "proto2";
message A { required B b = 1; repeated A more = 2; required int32 n = 3; optional group G = 4 { optional A a = 1; optional sint64 s = 2; } }
message B { required A a = 1; oneof x { A back = 2; string s = 3; } map<string, A> all = 4; optional E e = 5; repeated int32 p = 6 [packed = true]; }
enum E { NEGATIVE = -5; }
"#;

    struct One;

    impl crate::schema::FileResolver for One {
        fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
            Ok((path == "a.proto").then(|| HOSTILE.as_bytes().to_vec()))
        }
    }

    #[test]
    fn types_that_contain_each_other_end_and_required_fields_are_there() {
        let schema = Schema::compile(&["a.proto".to_owned()], &[], &One, false).unwrap();
        let message = schema.message("A").unwrap();
        let bytes = sample(&message, SAMPLE_DEPTH);
        let decoded = DynamicMessage::decode(message, bytes.as_slice()).unwrap();
        assert!(decoded.has_field_by_number(3));
        let inner = decoded.get_field_by_number(1).unwrap();
        let inner = inner.as_message().unwrap();
        assert!(inner.has_field_by_number(1), "required, though it would be inside itself");
        assert!(inner.has_field_by_number(3), "the first member that can be");
        assert_eq!(inner.get_field_by_number(5).unwrap().as_enum_number(), Some(-5));
        assert_eq!(decoded.unknown_fields().count(), 0);
    }
}
