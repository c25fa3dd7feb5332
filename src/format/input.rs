//! Text that makes a message.

use super::{TextError, WireTextError, read_text, read_wire_text, type_in_header};
use crate::document::Snapshot;
use crate::document::canonical::canonicalize;
use crate::document::value::{ValueError, parse_value};
use crate::schema::{Kind, MessageDescriptor};
use std::ops::ControlFlow;

/// A form of text that messages are made of.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// As `--from` takes it.
    pub name: &'static str,
    pub read: Read,
    /// The type that a text itself names.
    pub names_type: fn(&[u8]) -> Option<&str>,
}

/// The bytes that a text spells.
pub type Read = fn(&[u8], Option<&MessageDescriptor>) -> Result<Vec<u8>, InputError>;

/// Why a text makes no message.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    #[error("{format} needs a message type")]
    NoType { format: &'static str },
    #[error("The text is not UTF-8, from byte {offset} on")]
    Utf8 { offset: usize },
    #[error("{0}")]
    Value(ValueError),
    #[error("{0}")]
    Text(TextError),
    #[error("{0}")]
    WireText(WireTextError),
}

/// All of them, in the order in which they are offered; the first is the default.
pub const INPUTS: &[Input] = &[
    Input { name: "json", read: of_json, names_type: |_| None },
    Input { name: "text", read: of_text, names_type: type_in_header },
    Input { name: "wire", read: of_wire_text, names_type: |_| None },
];

impl InputError {
    /// What to do about it; `None` where the error says it all.
    pub fn hint(&self) -> Option<String> {
        match self {
            InputError::NoType { .. } => Some("Say which with --type TYPE".to_owned()),
            InputError::Utf8 { .. } => Some("Save the text as UTF-8".to_owned()),
            InputError::Text(error) => error.fault.hint().map(str::to_owned),
            InputError::WireText(error) => Some(error.fault.hint().to_owned()),
            InputError::Value(error) => error.hint(),
        }
    }
}

fn of_json(text: &[u8], message: Option<&MessageDescriptor>) -> Result<Vec<u8>, InputError> {
    let Some(message) = message else { return Err(InputError::NoType { format: "JSON" }) };
    let text = std::str::from_utf8(text).map_err(|error| InputError::Utf8 { offset: error.valid_up_to() })?;
    let encoded = parse_value(&Kind::Message(message.clone()), text).map_err(InputError::Value)?;
    Ok(in_order(encoded.payload, message))
}

/// The same text gives the same bytes: entries of maps, which come in any order, stand by their keys.
pub(super) fn in_order(payload: Vec<u8>, message: &MessageDescriptor) -> Vec<u8> {
    let snapshot = Snapshot::of_bytes(&payload);
    let Ok(canonical) = canonicalize(&snapshot, message, &mut |_| ControlFlow::Continue(())) else {
        // What is too large to be ordered is right in any order.
        return payload;
    };
    let mut ordered = Vec::with_capacity(payload.len());
    let mut at = 0;
    for (range, bytes) in canonical.replaced {
        ordered.extend_from_slice(payload.get(at..range.start).unwrap_or_default());
        ordered.extend_from_slice(&bytes);
        at = range.end;
    }
    ordered.extend_from_slice(payload.get(at..).unwrap_or_default());
    ordered
}

fn of_text(text: &[u8], message: Option<&MessageDescriptor>) -> Result<Vec<u8>, InputError> {
    read_text(text, message).map_err(InputError::Text)
}

fn of_wire_text(text: &[u8], _message: Option<&MessageDescriptor>) -> Result<Vec<u8>, InputError> {
    read_wire_text(text).map_err(InputError::WireText)
}

/// Where an offset is in a text: its line, and its column in characters, both counted from 1.
pub(super) fn line_and_column(text: &[u8], offset: usize) -> (u64, u64) {
    let before = &text[..offset.min(text.len())];
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let line = memchr::memchr_iter(b'\n', before).count() as u64 + 1;
    (line, String::from_utf8_lossy(&before[line_start..]).chars().count() as u64 + 1)
}
