//! Editions 2023 and 2024: what features mean, and files of editions said in the words of proto2 and
//! proto3, which are all that the pool understands.
//!
//! A file is lowered by records added to its bytes: the last value of a singular field counts, and
//! messages merge. It becomes proto2, or proto3 where a field has no presence. What the pool cannot
//! be told (closed enums, unchecked UTF-8) is asked of the features themselves, which stay in the
//! options: as they are written, and at the file as they are resolved.
//!
//! - `features`: the features by name and number, what is written where
//! - `lower`: from features to records
//! - `patch`: records added to a file descriptor at a path
//!
//! **Not here:** the text of editions (`text`).

mod features;
mod lower;
mod patch;

pub use features::Edition;
pub(super) use features::{Written, written_in_options};
pub(super) use lower::lower;

use super::{EnumDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor, Syntax};
use crate::wire::{Read, records};
use features::{ENUM_TYPE, UTF8_VALIDATION};
use prost_reflect::{DynamicMessage, ReflectMessage as _, prost::Message as _};

/// Numbers of `features` in the options of each kind of declaration.
mod number {
    pub(super) const FILE: u32 = 50;
    pub(super) const MESSAGE: u32 = 12;
    pub(super) const FIELD: u32 = 21;
    pub(super) const ONEOF: u32 = 1;
    pub(super) const ENUM: u32 = 7;
}

/// Whether an enum of an editions file is closed; `None` for proto2 and proto3.
pub(super) fn enum_is_closed(descriptor: &EnumDescriptor) -> Option<bool> {
    let file = of_file(&descriptor.parent_file(), ENUM_TYPE)?;
    let own = feature(&descriptor.options(), number::ENUM, ENUM_TYPE);
    let value = own.or_else(|| of_messages(descriptor.parent_message(), ENUM_TYPE)).unwrap_or(file);
    Some(value == features::CLOSED)
}

/// Whether strings of an editions file must be UTF-8; `None` for proto2 and proto3.
pub(super) fn field_checks_utf8(field: &FieldDescriptor) -> Option<bool> {
    let file = of_file(&field.parent_file(), UTF8_VALIDATION)?;
    let own = feature(&field.options(), number::FIELD, UTF8_VALIDATION);
    let value = own
        .or_else(|| feature(&field.containing_oneof()?.options(), number::ONEOF, UTF8_VALIDATION))
        .or_else(|| of_messages(Some(field.parent_message().clone()), UTF8_VALIDATION))
        .unwrap_or(file);
    Some(value != features::UNCHECKED)
}

/// Whether the file was lowered from an edition: then its features are resolved in its options.
fn of_file(file: &FileDescriptor, wanted: u32) -> Option<u64> {
    file.file_descriptor_proto().options.as_ref()?;
    feature(&file.options(), number::FILE, wanted)
}

fn of_messages(message: Option<MessageDescriptor>, wanted: u32) -> Option<u64> {
    let mut message = message;
    while let Some(at) = message {
        if let Some(value) = feature(&at.options(), number::MESSAGE, wanted) {
            return Some(value);
        }
        message = at.parent_message();
    }
    None
}

fn feature(options: &DynamicMessage, features: u32, wanted: u32) -> Option<u64> {
    debug_assert!(options.descriptor().full_name().starts_with("google.protobuf."));
    features::value(&features::in_options(&options.encode_to_vec(), features), wanted)
}

/// The syntax of files that are not of an edition decides about closed enums and UTF-8.
pub(super) fn is_proto3(file: &FileDescriptor) -> bool {
    file.syntax() == Syntax::Proto3
}

/// The last value of a varint field in serialized bytes.
fn last_varint(bytes: &[u8], number: u32) -> Option<u64> {
    let varints = records(bytes).filter_map(|(_, read)| match read {
        Read::Record(record) if record.tag.number == number => Some(record.scalar.value),
        _ => None,
    });
    varints.last()
}
