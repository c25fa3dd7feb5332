//! Features by name and number, and where they are written.

use super::{last_varint, number};
use crate::wire::{Read, WireType, records, write_len, write_tag, write_varint};
use prost_reflect::prost_types::{FileDescriptorProto, UninterpretedOption};
use std::collections::HashMap;

/// Field numbers of `google.protobuf.FeatureSet`.
pub(super) const FIELD_PRESENCE: u32 = 1;
pub(super) const ENUM_TYPE: u32 = 2;
pub(super) const REPEATED_FIELD_ENCODING: u32 = 3;
pub(super) const UTF8_VALIDATION: u32 = 4;
pub(super) const MESSAGE_ENCODING: u32 = 5;
pub(super) const JSON_FORMAT: u32 = 6;
const ENFORCE_NAMING_STYLE: u32 = 7;
const DEFAULT_SYMBOL_VISIBILITY: u32 = 8;

pub(super) const IMPLICIT: u64 = 2;
pub(super) const LEGACY_REQUIRED: u64 = 3;
pub(super) const CLOSED: u64 = 2;
pub(super) const PACKED: u64 = 1;
pub(super) const UNCHECKED: u64 = 3;
pub(super) const DELIMITED: u64 = 2;

/// A name, its number, and the names of its values with theirs.
type Feature = (&'static str, u32, &'static [(&'static str, u64)]);

/// Every feature.
const FEATURES: [Feature; 8] = [
    (
        "field_presence",
        FIELD_PRESENCE,
        &[("EXPLICIT", 1), ("IMPLICIT", IMPLICIT), ("LEGACY_REQUIRED", LEGACY_REQUIRED)],
    ),
    ("enum_type", ENUM_TYPE, &[("OPEN", 1), ("CLOSED", CLOSED)]),
    ("repeated_field_encoding", REPEATED_FIELD_ENCODING, &[("PACKED", PACKED), ("EXPANDED", 2)]),
    ("utf8_validation", UTF8_VALIDATION, &[("VERIFY", 2), ("NONE", UNCHECKED)]),
    ("message_encoding", MESSAGE_ENCODING, &[("LENGTH_PREFIXED", 1), ("DELIMITED", DELIMITED)]),
    ("json_format", JSON_FORMAT, &[("ALLOW", 1), ("LEGACY_BEST_EFFORT", 2)]),
    ("enforce_naming_style", ENFORCE_NAMING_STYLE, &[("STYLE2024", 1), ("STYLE_LEGACY", 2)]),
    (
        "default_symbol_visibility",
        DEFAULT_SYMBOL_VISIBILITY,
        &[("EXPORT_ALL", 1), ("EXPORT_TOP_LEVEL", 2), ("LOCAL_ALL", 3), ("STRICT", 4)],
    ),
];

/// An edition that is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    Edition2023,
    Edition2024,
}

impl Edition {
    /// By the word in a `.proto` file.
    pub(in super::super) fn of_word(word: &str) -> Option<Edition> {
        match word {
            "2023" => Some(Edition::Edition2023),
            "2024" => Some(Edition::Edition2024),
            _ => None,
        }
    }

    /// By the number in a descriptor.
    pub(in super::super) fn of_number(number: u64) -> Option<Edition> {
        match number {
            1000 => Some(Edition::Edition2023),
            1001 => Some(Edition::Edition2024),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Edition::Edition2023 => "2023",
            Edition::Edition2024 => "2024",
        }
    }

    /// The six features that bear on bytes and JSON are the same in both editions.
    pub(super) fn defaults(self) -> Features {
        Features { presence: 1, enum_type: 1, repeated: PACKED, utf8: 2, message: 1, json: 1 }
    }
}

/// What holds at a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Features {
    pub(super) presence: u64,
    pub(super) enum_type: u64,
    pub(super) repeated: u64,
    pub(super) utf8: u64,
    pub(super) message: u64,
    pub(super) json: u64,
}

impl Features {
    /// What holds where `written`, a serialized FeatureSet, stands.
    pub(super) fn with(mut self, written: Option<&Vec<u8>>) -> Features {
        let Some(written) = written else { return self };
        for (number, value) in [
            (FIELD_PRESENCE, &mut self.presence),
            (ENUM_TYPE, &mut self.enum_type),
            (REPEATED_FIELD_ENCODING, &mut self.repeated),
            (UTF8_VALIDATION, &mut self.utf8),
            (MESSAGE_ENCODING, &mut self.message),
            (JSON_FORMAT, &mut self.json),
        ] {
            if let Some(found) = last_varint(written, number) {
                *value = found;
            }
        }
        self
    }

    /// As a serialized FeatureSet.
    pub(super) fn encoded(self) -> Vec<u8> {
        let mut out = Vec::new();
        for (number, value) in [
            (FIELD_PRESENCE, self.presence),
            (ENUM_TYPE, self.enum_type),
            (REPEATED_FIELD_ENCODING, self.repeated),
            (UTF8_VALIDATION, self.utf8),
            (MESSAGE_ENCODING, self.message),
            (JSON_FORMAT, self.json),
        ] {
            write_tag(&mut out, number, WireType::Varint);
            write_varint(&mut out, value);
        }
        out
    }
}

pub(super) fn value(features: &[u8], number: u32) -> Option<u64> {
    last_varint(features, number)
}

/// What is written where, by path: serialized FeatureSets.
pub(in super::super) type Written = HashMap<Vec<i32>, Vec<u8>>;

/// All records of `features` in serialized options, merged.
pub(super) fn in_options(options: &[u8], number: u32) -> Vec<u8> {
    let mut merged = Vec::new();
    for (offset, read) in records(options) {
        if let Read::Record(record) = read
            && record.tag.number == number
            && record.tag.wire_type == WireType::Len
        {
            let start = offset + usize::from(record.payload_start);
            merged.extend_from_slice(
                options.get(start..start + record.payload_len as usize).unwrap_or_default(),
            );
        }
    }
    merged
}

/// What of a file descriptor has features, for [`written`].
#[derive(Clone, Copy)]
enum Part {
    File,
    Message,
    Field,
    Oneof,
    Enum,
}

impl Part {
    fn within(self, number: u32) -> Option<Part> {
        Some(match (self, number) {
            (Part::File, 4) | (Part::Message, 3) => Part::Message,
            (Part::File, 5) | (Part::Message, 4) => Part::Enum,
            (Part::File, 7) | (Part::Message, 2 | 6) => Part::Field,
            (Part::Message, 8) => Part::Oneof,
            _ => return None,
        })
    }

    /// The number of its options, and that of features in them.
    fn options(self) -> (u32, u32) {
        match self {
            Part::File => (8, number::FILE),
            Part::Message => (7, number::MESSAGE),
            Part::Field => (8, number::FIELD),
            Part::Oneof => (2, number::ONEOF),
            Part::Enum => (3, number::ENUM),
        }
    }
}

/// The features that a serialized file descriptor has in its options.
pub(super) fn written(file: &[u8]) -> Written {
    let mut found = Written::new();
    let mut open: Vec<(Part, Vec<i32>, &[u8])> = vec![(Part::File, Vec::new(), file)];
    while let Some((part, path, bytes)) = open.pop() {
        let (options, features) = part.options();
        let mut counts: HashMap<u32, i32> = HashMap::new();
        for (offset, read) in records(bytes) {
            let Read::Record(record) = read else { break };
            if record.tag.wire_type != WireType::Len {
                continue;
            }
            let start = offset + usize::from(record.payload_start);
            let payload = bytes.get(start..start + record.payload_len as usize).unwrap_or_default();
            if record.tag.number == options {
                let features = in_options(payload, features);
                if !features.is_empty() {
                    found.entry(path.clone()).or_default().extend(features);
                }
            } else if let Some(within) = part.within(record.tag.number) {
                let count = counts.entry(record.tag.number).or_default();
                let path = path.iter().copied().chain([record.tag.number as i32, *count]).collect();
                *count += 1;
                open.push((within, path, payload));
            }
        }
    }
    found
}

/// Turns options like `features.field_presence = IMPLICIT` into `features` records of the options, so
/// that text and descriptors of editions are one. Returns the records by the path of what they
/// belong to. Features of single languages stay for the pool.
pub(in super::super) fn written_in_options(file: &mut FileDescriptorProto) -> Written {
    let mut found = Written::new();
    let mut take = |path: Vec<i32>, options: Option<&mut Vec<UninterpretedOption>>| {
        let Some(options) = options else { return };
        options.retain(|option| match encoded(option) {
            Some(features) => {
                found.entry(path.clone()).or_default().extend(features);
                false
            }
            None => true,
        });
    };
    macro_rules! take {
        ($path:expr, $options:expr) => {
            take($path, $options.as_mut().map(|options| &mut options.uninterpreted_option))
        };
    }
    take!(Vec::new(), file.options);
    for (idx, extension) in file.extension.iter_mut().enumerate() {
        take!(vec![7, idx as i32], extension.options);
    }
    for (idx, descriptor) in file.enum_type.iter_mut().enumerate() {
        take!(vec![5, idx as i32], descriptor.options);
    }
    let mut open: Vec<_> =
        file.message_type.iter_mut().enumerate().map(|(idx, m)| (vec![4, idx as i32], m)).collect();
    while let Some((path, message)) = open.pop() {
        let below = |number: i32, idx: usize| [path.as_slice(), &[number, idx as i32]].concat();
        take!(path.clone(), message.options);
        for (idx, field) in message.field.iter_mut().enumerate() {
            take!(below(2, idx), field.options);
        }
        for (idx, extension) in message.extension.iter_mut().enumerate() {
            take!(below(6, idx), extension.options);
        }
        for (idx, oneof) in message.oneof_decl.iter_mut().enumerate() {
            take!(below(8, idx), oneof.options);
        }
        for (idx, descriptor) in message.enum_type.iter_mut().enumerate() {
            take!(below(4, idx), descriptor.options);
        }
        let nested = message.nested_type.iter_mut().enumerate();
        open.extend(nested.map(|(idx, nested)| ([path.as_slice(), &[3, idx as i32]].concat(), nested)));
    }
    found
}

/// A features option as a serialized FeatureSet; `None` if it is no such option.
fn encoded(option: &UninterpretedOption) -> Option<Vec<u8>> {
    let names: Vec<&str> = option
        .name
        .iter()
        .map(|part| if part.is_extension { "(" } else { part.name_part.as_str() })
        .collect();
    let mut out = Vec::new();
    let mut add = |name: &str, value: &str| {
        let (_, number, values) = FEATURES.iter().find(|(known, ..)| *known == name)?;
        let (_, value) = values.iter().find(|(known, _)| *known == value)?;
        write_tag(&mut out, *number, WireType::Varint);
        write_varint(&mut out, *value);
        Some(())
    };
    match (names.as_slice(), option.identifier_value.as_deref(), option.aggregate_value.as_deref()) {
        (["features", name], Some(value), _) => add(name, value)?,
        (["features"], _, Some(text)) => {
            let words: Vec<&str> = text
                .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                .filter(|w| !w.is_empty())
                .collect();
            for pair in words.chunks(2) {
                let [name, value] = pair else { return None };
                add(name, value)?;
            }
        }
        _ => return None,
    }
    Some(out)
}

/// The `features` record in the options of what stands at a path.
pub(super) fn options_record(path: &[i32], features: &[u8]) -> Vec<u8> {
    let part =
        path.chunks(2).try_fold(Part::File, |part, step| part.within(u32::try_from(*step.first()?).ok()?));
    let Some((options, number)) = part.map(Part::options) else { return Vec::new() };
    let (mut inner, mut out) = (Vec::new(), Vec::new());
    write_len(&mut inner, number, features);
    write_len(&mut out, options, &inner);
    out
}
