//! Descriptors as flat tables: what the ranking asks of them a million times.

use super::super::{Cardinality, FieldShape, Kind, MessageDescriptor, WellKnown, is_closed};
use std::collections::HashMap;

/// The tables of all messages of a pool, map entries included.
pub(in super::super) struct Tables {
    messages: Vec<Table>,
    index: Index,
}

/// Messages that have or will have a table.
#[derive(Default)]
struct Index {
    all: Vec<MessageDescriptor>,
    /// Several where pools contradict each other.
    by_name: HashMap<String, Vec<usize>>,
}

impl Index {
    fn get(&self, message: &MessageDescriptor) -> Option<usize> {
        let places = self.by_name.get(message.full_name())?;
        places.iter().copied().find(|place| self.all.get(*place) == Some(message))
    }

    fn of(&mut self, message: &MessageDescriptor) -> usize {
        self.get(message).unwrap_or_else(|| {
            self.by_name.entry(message.full_name().to_owned()).or_default().push(self.all.len());
            self.all.push(message.clone());
            self.all.len() - 1
        })
    }
}

pub(super) struct Table {
    /// By field number.
    fields: Vec<(u32, Field)>,
    pub(super) n_required: u32,
    pub(super) class: Class,
}

/// Messages of which more is known than their fields.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Class {
    Plain,
    Timestamp,
    Duration,
    MapEntry,
}

pub(super) struct Field {
    pub(super) shape: Shape,
    pub(super) is_repeated: bool,
    pub(super) is_required: bool,
    /// No writer writes the default value of such a field.
    pub(super) has_implicit_presence: bool,
    /// Which oneof of the message it is a member of.
    pub(super) oneof: Option<u8>,
    /// Its place among the message's fields, for sets of seen fields; 64 and more share one.
    pub(super) bit: u8,
}

/// What a value may look like.
pub(super) enum Shape {
    Bool,
    /// The declared numbers, sorted.
    Enum {
        numbers: Vec<i32>,
        is_closed: bool,
    },
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Float,
    Fixed64,
    Double,
    String,
    Bytes,
    Message(usize),
    Group(usize),
}

impl Shape {
    pub(super) fn is_packable(&self) -> bool {
        !matches!(self, Shape::String | Shape::Bytes | Shape::Message(_) | Shape::Group(_))
    }
}

impl Tables {
    /// Of these messages and all that they contain.
    pub(in super::super) fn new(messages: &[MessageDescriptor]) -> Tables {
        let mut index = Index::default();
        for message in messages {
            index.of(message);
        }
        let mut tables = Vec::new();
        // Making a table may meet messages that have none yet.
        while let Some(message) = index.all.get(tables.len()).cloned() {
            tables.push(table(&message, &mut index));
        }
        Tables { messages: tables, index }
    }

    pub(super) fn of(&self, message: &MessageDescriptor) -> Option<usize> {
        self.index.get(message)
    }

    pub(super) fn get(&self, index: usize) -> Option<&Table> {
        self.messages.get(index)
    }
}

impl Table {
    pub(super) fn field(&self, number: u32) -> Option<&Field> {
        // Fields are mostly numbered from 1 without gaps.
        if let Some((found, field)) = self.fields.get((number as usize).wrapping_sub(1))
            && *found == number
        {
            return Some(field);
        }
        let place = self.fields.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        self.fields.get(place).map(|(_, field)| field)
    }
}

fn table(message: &MessageDescriptor, index: &mut Index) -> Table {
    let mut fields: Vec<(u32, Field)> = Vec::new();
    for field in message.fields() {
        let oneof = field.containing_oneof().filter(|oneof| !oneof.is_synthetic());
        let oneof = oneof.and_then(|oneof| message.oneofs().position(|other| other == oneof));
        fields.push((field.number(), shaped(&field, oneof, index)));
    }
    fields.extend(message.extensions().map(|field| (field.number(), shaped(&field, None, index))));
    fields.sort_by_key(|(number, _)| *number);
    for (place, (_, field)) in fields.iter_mut().enumerate() {
        field.bit = place.min(63) as u8;
    }
    let class = match WellKnown::of(message) {
        Some(WellKnown::Timestamp) => Class::Timestamp,
        Some(WellKnown::Duration) => Class::Duration,
        _ if message.is_map_entry() => Class::MapEntry,
        _ => Class::Plain,
    };
    let n_required = fields.iter().filter(|(_, field)| field.is_required).count() as u32;
    Table { fields, n_required, class }
}

fn shaped(field: &impl FieldShape, oneof: Option<usize>, index: &mut Index) -> Field {
    let kind = field.kind();
    let is_repeated = field.cardinality() == Cardinality::Repeated;
    let has_implicit_presence = !is_repeated && !field.supports_presence();
    let shape = match kind {
        Kind::Bool => Shape::Bool,
        Kind::Enum(descriptor) => {
            let mut numbers: Vec<i32> = descriptor.values().map(|value| value.number()).collect();
            numbers.sort_unstable();
            Shape::Enum { numbers, is_closed: is_closed(&descriptor) }
        }
        Kind::Int32 => Shape::Int32,
        Kind::Int64 => Shape::Int64,
        Kind::Uint32 => Shape::Uint32,
        Kind::Uint64 => Shape::Uint64,
        Kind::Sint32 => Shape::Sint32,
        Kind::Sint64 => Shape::Sint64,
        Kind::Fixed32 | Kind::Sfixed32 => Shape::Fixed32,
        Kind::Float => Shape::Float,
        Kind::Fixed64 | Kind::Sfixed64 => Shape::Fixed64,
        Kind::Double => Shape::Double,
        Kind::String => Shape::String,
        Kind::Bytes => Shape::Bytes,
        Kind::Message(message) if field.is_group() => Shape::Group(index.of(&message)),
        Kind::Message(message) => Shape::Message(index.of(&message)),
    };
    Field {
        shape,
        is_repeated,
        is_required: field.cardinality() == Cardinality::Required,
        has_implicit_presence,
        oneof: oneof.map(|index| index.min(63) as u8),
        bit: 0,
    }
}
