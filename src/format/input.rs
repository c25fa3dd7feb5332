//! Text that makes a message.

use super::{WireTextError, read_wire_text};
use crate::document::canonical::canonical_act;
use crate::document::value::{ValueError, parse_value};
use crate::document::{Document, ReadMode};
use crate::schema::{Kind, MessageDescriptor};
use std::ops::ControlFlow;

/// A form of text that messages are made of.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// As `--from` takes it.
    pub name: &'static str,
    pub read: Read,
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
    WireText(WireTextError),
}

/// All of them, in the order in which they are offered; the first is the default.
pub const INPUTS: &[Input] =
    &[Input { name: "json", read: of_json }, Input { name: "wire", read: of_wire_text }];

impl InputError {
    /// What to do about it; `None` where the error says it all.
    pub fn hint(&self) -> Option<String> {
        match self {
            InputError::NoType { .. } => Some("Say which with --type TYPE".to_owned()),
            InputError::Utf8 { .. } => Some("Save the text as UTF-8".to_owned()),
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
fn in_order(payload: Vec<u8>, message: &MessageDescriptor) -> Vec<u8> {
    let mut document = Document::of_bytes(&payload, Some(message.clone()));
    let act = canonical_act(&document, &mut |_| ControlFlow::Continue(()));
    let applied = act.ok().and_then(|(act, _)| document.apply(&act).ok());
    let snapshot = document.snapshot();
    match applied.map(|_| snapshot.bytes(0..snapshot.len(), ReadMode::Wait)) {
        Some(Ok(bytes)) => bytes,
        // What is too large to be ordered is right in any order.
        _ => payload,
    }
}

fn of_wire_text(text: &[u8], _message: Option<&MessageDescriptor>) -> Result<Vec<u8>, InputError> {
    read_wire_text(text).map_err(InputError::WireText)
}
