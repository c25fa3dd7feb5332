//! Why a text is no value.

use super::escape::quote_text;

/// Longest part of the offending text that an error repeats, in characters.
const MAX_QUOTED: usize = 40;

/// Why a text is not a value of a kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    #[error("{} is not an integer", quoted(.text))]
    Integer { text: String },
    #[error("{} is out of range for {kind} ({min} to {max})", quoted(.text))]
    Range { text: String, kind: &'static str, min: i128, max: i128 },
    #[error("{} has more than {width} bits", quoted(.text))]
    TooManyBits { text: String, width: u32 },
    #[error("{} is neither true nor false", quoted(.text))]
    Bool { text: String },
    #[error("{} is not a number", quoted(.text))]
    Float { text: String },
    #[error("{} is out of range for {kind} (-{max} to {max})", quoted(.text))]
    FloatRange { text: String, kind: &'static str, max: &'static str },
    #[error("{} is not a value of {enum_name}", quoted(.text))]
    Enum {
        text: String,
        enum_name: String,
        /// Names much like it, the nearest first.
        near: Vec<String>,
    },
    #[error("{} is not a hexadecimal digit, at character {at} after \"hex:\"", quoted(.found))]
    Hex { found: String, at: usize },
    #[error("The last byte after \"hex:\" has only one digit")]
    HexHalf,
    #[error("{} is no escape, at character {at}", quoted(.found))]
    Escape { found: String, at: usize },
    #[error("The text after \"base64:\" is not base64")]
    Base64,
    #[error("{} names a file, which goes into a bytes field only", quoted(.text))]
    File { text: String },
    #[error("{} is not a time: {reason}", quoted(.text))]
    Timestamp { text: String, reason: &'static str },
    #[error("{} is not a duration: {reason}", quoted(.text))]
    Duration { text: String, reason: &'static str },
    #[error("No {message} in JSON: {reason}, at line {line}, column {column}")]
    Json { message: String, reason: String, line: usize, column: usize },
    #[error("These bytes are not whole records, so they cannot stand in a group")]
    Group,
    #[error("{} is not a value for {wire_type}: {reason}", quoted(.text))]
    Raw { text: String, wire_type: crate::wire::WireType, reason: &'static str },
}

impl ValueError {
    /// What to do about it, in a sentence; `None` where the error says it all.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            ValueError::Integer { .. } => "Write it in decimal, or in hexadecimal after 0x",
            ValueError::Float { .. } => "Write a decimal number such as 1.5 or 1e-3, or nan, inf or -inf",
            ValueError::Enum { near, .. } if !near.is_empty() => {
                return Some(format!("Did you mean {}?", near.join(" or ")));
            }
            ValueError::Enum { .. } => "Use the name of a value, in the same case, or its number",
            ValueError::File { .. } => "Write the text itself, or bytes as hex:… where bytes are expected",
            ValueError::Timestamp { .. } => {
                "Write it like 2026-11-23T10:15:04.5Z or 2026-11-23T11:15:04+01:00"
            }
            ValueError::Duration { .. } => "Write it like 1.5s, 250ms or 1h2m3s",
            ValueError::Hex { .. } | ValueError::HexHalf => "Write two digits per byte, such as hex:0a ff",
            ValueError::Escape { .. } => {
                "There are \\n, \\t, \\\\, \\xff for a byte and \\u{200b} for a character"
            }
            ValueError::Raw { wire_type: crate::wire::WireType::Sgroup, .. } => {
                "Write the records between its tags as hex:…"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

fn quoted(text: &str) -> String {
    quote_text(text, MAX_QUOTED).0
}
