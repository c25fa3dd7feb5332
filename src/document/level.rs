//! What stands in a message, given what a schema says of it.

use super::reader::RecordAt;
use crate::schema::{FieldDescriptor, Kind, MessageDescriptor, is_packable, wire_type};
use crate::wire::WireType;
use std::fmt;
use std::ops::Range;

/// A message where it stands: the bytes of its records, and what declares them.
#[derive(Clone)]
pub struct MessageAt {
    /// The records; of an embedded message its payload.
    pub range: Range<u64>,
    /// `None` if nothing is known of its fields.
    pub message: Option<MessageDescriptor>,
}

/// How a record is read.
#[derive(Clone, PartialEq)]
pub enum Meaning {
    /// As its field declares it.
    Field(FieldDescriptor),
    /// A LEN record that holds elements of a repeated scalar field.
    Packed(FieldDescriptor),
    /// The number is declared, but as a kind that has another wire type.
    Clash(FieldDescriptor),
    /// No field with this number is declared.
    Unknown,
}

// A descriptor's own `Debug` writes out everything that it reaches, without end where types contain
// each other; so what holds one names it instead.
impl fmt::Debug for MessageAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.message.as_ref().map(MessageDescriptor::full_name);
        f.debug_struct("MessageAt").field("range", &self.range).field("message", &name).finish()
    }
}

impl fmt::Debug for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            Meaning::Field(_) => "Field",
            Meaning::Packed(_) => "Packed",
            Meaning::Clash(_) => "Clash",
            Meaning::Unknown => "Unknown",
        };
        write!(f, "{word}({})", self.field().map_or("", FieldDescriptor::full_name))
    }
}

impl Meaning {
    /// What `message` says of a record with this number and wire type.
    pub fn of(message: Option<&MessageDescriptor>, number: u32, found: WireType) -> Meaning {
        let Some(field) = message.and_then(|message| message.get_field(number)) else {
            return Meaning::Unknown;
        };
        if wire_type(&field) == found {
            Meaning::Field(field)
        } else if found == WireType::Len && field.is_list() && is_packable(&field) {
            Meaning::Packed(field)
        } else {
            Meaning::Clash(field)
        }
    }

    /// The field that the number belongs to, whether or not the bytes agree with it.
    pub fn field(&self) -> Option<&FieldDescriptor> {
        match self {
            Meaning::Field(field) | Meaning::Packed(field) | Meaning::Clash(field) => Some(field),
            Meaning::Unknown => None,
        }
    }

    /// The message that the record's payload is declared to be.
    pub fn message(&self) -> Option<MessageDescriptor> {
        match self {
            Meaning::Field(field) => match field.kind() {
                Kind::Message(message) => Some(message),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Whether the records with this number form one row when they stand together.
pub fn forms_runs(field: &FieldDescriptor) -> bool {
    field.is_list() || field.is_map()
}

/// The message inside a record: declared, a group, or an undeclared LEN read as one.
pub fn message_in(at: &RecordAt, meaning: &Meaning) -> Option<MessageAt> {
    let message = meaning.message();
    let readable = match at.wire_type() {
        WireType::Sgroup => true,
        WireType::Len => message.is_some() || matches!(meaning, Meaning::Unknown | Meaning::Clash(_)),
        _ => false,
    };
    readable.then(|| MessageAt { range: at.payload(), message })
}
