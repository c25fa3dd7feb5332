//! Declarations by number and by name.

use crate::schema::{
    Cardinality, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, WellKnown, accepts,
    extension_name, extensions_of, is_closed, wire_type,
};
use crate::wire::{Record, WireType};
use std::collections::HashMap;
use std::rc::Rc;

/// A declared field or extension.
pub(super) struct Field {
    pub field: FieldDescriptor,
    /// As it stands in front of its value.
    pub label: String,
    pub kind: Kind,
    pub wire_type: WireType,
    /// A list or a map.
    pub is_repeated: bool,
    /// Index into [`Table::oneofs`].
    pub oneof: Option<usize>,
    /// Of an enum.
    pub names: Option<Names>,
}

/// The values of an enum.
pub(super) struct Names {
    by_number: HashMap<i32, String>,
    pub is_closed: bool,
}

impl Names {
    fn of(descriptor: &EnumDescriptor) -> Names {
        let mut by_number = HashMap::new();
        for value in &descriptor.enum_descriptor_proto().value {
            // Of two names for one number the first is written, as the official printers do.
            by_number.entry(value.number()).or_insert_with(|| value.name().to_owned());
        }
        Names { by_number, is_closed: is_closed(descriptor) }
    }

    pub fn get(&self, number: i32) -> Option<&str> {
        self.by_number.get(&number).map(String::as_str)
    }

    /// Whether a field takes this number; otherwise parsers keep it as an unknown field.
    pub fn takes(&self, number: i32) -> bool {
        !self.is_closed || self.by_number.contains_key(&number)
    }
}

impl Field {
    pub fn is_message(&self) -> bool {
        matches!(self.kind, Kind::Message(_))
    }

    fn new(field: FieldDescriptor, oneof: Option<usize>) -> Field {
        let kind = field.kind();
        let label = match &kind {
            // A group is written by the name of its type, if it is one that was declared as a group.
            Kind::Message(message) if field.is_group() && is_like(message, &field) => message.name(),
            _ => field.name(),
        };
        let names = match &kind {
            Kind::Enum(descriptor) => Some(Names::of(descriptor)),
            _ => None,
        };
        Field {
            label: label.to_owned(),
            wire_type: wire_type(&field),
            is_repeated: field.cardinality() == Cardinality::Repeated,
            kind,
            oneof,
            names,
            field,
        }
    }
}

fn is_like(message: &MessageDescriptor, field: &FieldDescriptor) -> bool {
    extension_name(field).is_none() && message.name().to_lowercase() == field.name()
}

/// A message type.
pub(super) struct Table {
    pub message: MessageDescriptor,
    /// Ascending by number; a *slot* is an index into them.
    pub fields: Vec<Field>,
    pub oneofs: Vec<String>,
    pub is_any: bool,
    by_name: HashMap<String, usize>,
}

impl Table {
    fn new(message: &MessageDescriptor) -> Table {
        let mut oneofs: Vec<String> = Vec::new();
        let mut fields: Vec<Field> = Vec::new();
        for field in message.fields() {
            let oneof = field.containing_oneof().map(|oneof| {
                let known = oneofs.iter().position(|known| known == oneof.name());
                known.unwrap_or_else(|| {
                    oneofs.push(oneof.name().to_owned());
                    oneofs.len() - 1
                })
            });
            fields.push(Field::new(field, oneof));
        }
        fields.extend(extensions_of(message).into_iter().map(|field| Field::new(field, None)));
        fields.sort_by_key(|field| field.field.number());
        fields.dedup_by_key(|field| field.field.number());
        let mut by_name = HashMap::new();
        for (slot, field) in fields.iter().enumerate() {
            by_name.insert(field.field.name().to_owned(), slot);
        }
        for (slot, field) in fields.iter().enumerate() {
            by_name.entry(field.label.clone()).or_insert(slot);
        }
        let is_any = WellKnown::of(message) == Some(WellKnown::Any);
        Table { message: message.clone(), fields, oneofs, is_any, by_name }
    }

    pub fn slot(&self, number: u32) -> Option<usize> {
        // Most types number their fields from 1 on.
        let near = (number as usize).wrapping_sub(1);
        if self.fields.get(near).is_some_and(|field| field.field.number() == number) {
            return Some(near);
        }
        self.fields.binary_search_by_key(&number, |field| field.field.number()).ok()
    }

    /// By the declared name, the name of a group's type, or `[full.name]` of an extension.
    pub fn slot_named(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The field that a record is a value of, or elements of; `None` if parsers keep it as unknown.
    pub fn taken_by(&self, record: &Record) -> Option<usize> {
        let slot = self.slot(record.tag.number)?;
        let field = &self.fields[slot];
        if record.tag.wire_type == field.wire_type {
            let is_taken = |names: &Names| names.takes(record.scalar.value as i32);
            return field.names.as_ref().is_none_or(is_taken).then_some(slot);
        }
        accepts(&field.field, record.tag.wire_type).then_some(slot)
    }
}

/// The tables made so far.
#[derive(Default)]
pub(super) struct Tables(HashMap<String, Rc<Table>>);

impl Tables {
    pub fn of(&mut self, message: &MessageDescriptor) -> Rc<Table> {
        if let Some(table) = self.0.get(message.full_name()) {
            return Rc::clone(table);
        }
        let table = Rc::new(Table::new(message));
        self.0.insert(message.full_name().to_owned(), Rc::clone(&table));
        table
    }
}
