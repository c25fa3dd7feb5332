//! What stands in a message, given what a schema says of it.

use super::reader::{Reader, RecordAt};
use super::reading::{Reading, Scope, type_in_any};
use super::source::SourceError;
use crate::schema::{FieldDescriptor, Kind, MessageDescriptor, field_of, is_packable, wire_type};
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
    /// The readings that a person chose for records in it.
    pub scope: Scope,
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
    /// No field and no extension with this number is declared.
    Unknown,
    /// Otherwise than declared, or undeclared: as a person chose, or as the Any around it says.
    Chosen { declared: Option<FieldDescriptor>, reading: Reading },
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
            Meaning::Chosen { .. } => "Chosen",
        };
        write!(f, "{word}({})", self.field().map_or("", FieldDescriptor::full_name))
    }
}

impl Meaning {
    /// What `message` says of a record with this number and wire type.
    pub fn of(message: Option<&MessageDescriptor>, number: u32, found: WireType) -> Meaning {
        let Some(field) = message.and_then(|message| field_of(message, number)) else {
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

    /// Whether a person may choose how to read it: bytes, and what no declaration explains.
    pub fn is_open(&self) -> bool {
        match self {
            Meaning::Field(field) => matches!(field.kind(), Kind::Bytes),
            Meaning::Packed(_) => false,
            Meaning::Clash(_) | Meaning::Unknown | Meaning::Chosen { .. } => true,
        }
    }

    /// The field that the number belongs to, whether or not the bytes agree with it.
    pub fn field(&self) -> Option<&FieldDescriptor> {
        match self {
            Meaning::Field(field) | Meaning::Packed(field) | Meaning::Clash(field) => Some(field),
            Meaning::Chosen { declared, .. } => declared.as_ref(),
            Meaning::Unknown => None,
        }
    }

    /// The type that the record's payload is read as, if that is a message of a known type.
    pub fn message(&self) -> Option<MessageDescriptor> {
        match self {
            Meaning::Chosen { reading, .. } => reading.message().flatten().cloned(),
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

/// The message inside a record: declared, a group, or a LEN that is read as one.
pub fn message_in(at: &RecordAt, meaning: &Meaning) -> Option<MessageAt> {
    let message = meaning.message();
    let readable = match (at.wire_type(), meaning) {
        (WireType::Sgroup, _) => true,
        (WireType::Len, Meaning::Chosen { reading, .. }) => reading.message().is_some(),
        (WireType::Len, Meaning::Unknown | Meaning::Clash(_)) => true,
        (WireType::Len, _) => message.is_some(),
        _ => false,
    };
    readable.then(|| MessageAt { range: at.payload(), message, scope: Scope::default() })
}

impl MessageAt {
    /// The message inside one of its records, with what was chosen for the records there.
    pub fn inside(&self, at: &RecordAt, meaning: &Meaning) -> Option<MessageAt> {
        let inside = message_in(at, meaning)?;
        Some(MessageAt { scope: self.scope.inside(at.number()), ..inside })
    }

    /// How one of its records is read: as declared, unless that leaves it open and a person chose, or
    /// unless it is what an Any holds.
    pub fn meaning(&self, reader: &mut Reader<'_>, at: &RecordAt) -> Result<Meaning, SourceError> {
        let declared = Meaning::of(self.message.as_ref(), at.number(), at.wire_type());
        if !declared.is_open() {
            return Ok(declared);
        }
        let chosen = self.scope.get(at.number()).filter(|reading| reading.wire_type() == at.wire_type());
        let reading = match (chosen, &self.message) {
            (Some(reading), _) => Some(reading.clone()),
            (None, Some(any)) if at.number() == 2 && any.full_name() == "google.protobuf.Any" => {
                type_in_any(reader, any, self.range.clone())?.map(|found| Reading::Kind(Kind::Message(found)))
            }
            _ => None,
        };
        Ok(match reading {
            Some(reading) => Meaning::Chosen { declared: declared.field().cloned(), reading },
            None => declared,
        })
    }
}
