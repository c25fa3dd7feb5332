//! What a payload can be read as when its declaration does not say, or says only "bytes".
//!
//! **Law.** A reading explains bytes and never changes them: [`Reading::payload`] of the text that
//! [`Reading::text`] gives is the payload it was given for. Readings that a person chose are kept in
//! [`Readings`] beside the bytes, by the field numbers that lead to a record.
//!
//! Rows, the search and lists of differences show what was chosen. What parsers make of the bytes does
//! not change with it: JSON, problems and the canonical spelling go by the declarations.
//!
//! **Not here:** which readings are plausible without a schema (`wire::readings`), values of declared
//! kinds (`document::value`).

mod any;
mod explained;
mod plausible;
mod scope;
#[cfg(test)]
mod tests;
mod text;
mod time;

pub use any::{type_in_any, type_name_in_url, url_in_payload};
pub use explained::{Explained, address, explain_time, explain_uuid, millis_text};
pub use plausible::{guessed_enums, plausible_readings};
pub use scope::{Readings, Scope};
pub use time::TimeUnit;

use crate::schema::{EnumDescriptor, Kind, MessageDescriptor, kind_name, kind_wire_type};
use crate::wire::WireType;
use std::fmt;

/// A way to read a payload.
#[derive(Clone, PartialEq)]
pub enum Reading {
    /// As one value of this kind; of a message by its type.
    Kind(Kind),
    /// As a message of which no field is declared.
    Message,
    /// As a point in time: an integer of this wire type, counted from 1970.
    Time { wire_type: WireType, unit: TimeUnit },
    /// As bytes in hexadecimal.
    Hex,
    /// As bytes in base64.
    Base64,
    /// As values of this scalar kind, one behind the other.
    Packed(Kind),
}

// A kind's own `Debug` writes out everything that it reaches, without end where types contain each
// other.
impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reading({})", self.name())
    }
}

impl Reading {
    /// The wire type of the records that can be read like this.
    pub fn wire_type(&self) -> WireType {
        match self {
            Reading::Kind(kind) => kind_wire_type(kind),
            Reading::Time { wire_type, .. } => *wire_type,
            Reading::Message | Reading::Hex | Reading::Base64 | Reading::Packed(_) => WireType::Len,
        }
    }

    /// The type of a reading as a message; `None` inside if no type is known.
    pub fn message(&self) -> Option<Option<&MessageDescriptor>> {
        match self {
            Reading::Kind(Kind::Message(message)) => Some(Some(message)),
            Reading::Message => Some(None),
            _ => None,
        }
    }

    /// A few words for people: `sint64`, `time in ms`, `packed float`, `Status`.
    pub fn label(&self) -> String {
        match self {
            Reading::Kind(kind) => kind_name(kind),
            Reading::Message => "message".to_owned(),
            Reading::Time { unit, .. } => format!("time in {}", unit.symbol()),
            Reading::Hex => "hex".to_owned(),
            Reading::Base64 => "base64".to_owned(),
            Reading::Packed(Kind::Uint64) => "packed varint".to_owned(),
            Reading::Packed(kind) => format!("packed {}", kind_name(kind)),
        }
    }

    /// A name that [`Reading::named`] finds it by again.
    pub fn name(&self) -> String {
        match self {
            Reading::Kind(Kind::Message(message)) => format!("message {}", message.full_name()),
            Reading::Kind(Kind::Enum(descriptor)) => format!("enum {}", descriptor.full_name()),
            Reading::Time { wire_type, unit } => format!("time {wire_type} {}", unit.symbol()),
            Reading::Packed(kind) => format!("packed {}", kind_name(kind)),
            other => other.label(),
        }
    }

    /// The reading of this name; types are looked up by full name. `None` if there is none by now.
    pub fn named(
        name: &str,
        message: impl FnOnce(&str) -> Option<MessageDescriptor>,
        enumeration: impl FnOnce(&str) -> Option<EnumDescriptor>,
    ) -> Option<Reading> {
        match name.split_once(' ') {
            None if name == "message" => Some(Reading::Message),
            None if name == "hex" => Some(Reading::Hex),
            None if name == "base64" => Some(Reading::Base64),
            None => scalar_kind(name).map(Reading::Kind),
            Some(("message", full_name)) => message(full_name).map(Kind::Message).map(Reading::Kind),
            Some(("enum", full_name)) => enumeration(full_name).map(Kind::Enum).map(Reading::Kind),
            Some(("packed", kind)) => {
                let kind = scalar_kind(kind).filter(|kind| !matches!(kind, Kind::String | Kind::Bytes))?;
                Some(Reading::Packed(kind))
            }
            Some(("time", rest)) => {
                let (wire_type, unit) = rest.split_once(' ')?;
                let wire_type = WireType::ALL.into_iter().find(|known| known.to_string() == wire_type)?;
                let unit = TimeUnit::ALL.into_iter().find(|known| known.symbol() == unit)?;
                let is_integer = matches!(wire_type, WireType::Varint | WireType::I32 | WireType::I64);
                is_integer.then_some(Reading::Time { wire_type, unit })
            }
            Some(_) => None,
        }
    }
}

/// Kinds that can be told by their word alone.
const SCALARS: [Kind; 15] = [
    Kind::Uint64,
    Kind::Int64,
    Kind::Sint64,
    Kind::Uint32,
    Kind::Int32,
    Kind::Sint32,
    Kind::Bool,
    Kind::Fixed32,
    Kind::Sfixed32,
    Kind::Float,
    Kind::Fixed64,
    Kind::Sfixed64,
    Kind::Double,
    Kind::String,
    Kind::Bytes,
];

fn scalar_kind(name: &str) -> Option<Kind> {
    SCALARS.iter().find(|kind| kind_name(kind) == name).cloned()
}
