//! What is wrong with a text, and where.

use crate::format::input::line_and_column;

/// Why a text makes no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Line {line}, column {column}: {fault}")]
pub struct TextError {
    /// Counted from 1.
    pub line: u64,
    /// In characters, counted from 1.
    pub column: u64,
    pub fault: TextFault,
}

/// What is wrong at a place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    #[error("This is not UTF-8")]
    Utf8,
    #[error("Expected {what}, found {found}")]
    Expected { what: String, found: String },
    #[error("The {what} is never closed")]
    Unclosed { what: &'static str },
    #[error("A string ends in the line that it starts in")]
    LineInString,
    #[error("No escape is spelled like this")]
    Escape,
    #[error("\"{text}\" is not a number")]
    Number { text: String },
    #[error("\"{text}\" is not a field number")]
    FieldNumber { text: String },
    #[error("{message} has no field \"{name}\"{}", did_you_mean(.near))]
    UnknownField { name: String, message: String, near: Vec<String> },
    #[error("\"{name}\" is a reserved name of {message}")]
    Reserved { name: String, message: String },
    #[error("No extension \"{name}\" is known for {message}")]
    UnknownExtension { name: String, message: String },
    #[error("No type is loaded for \"{url}\"")]
    UnknownType { url: String },
    #[error("Only a google.protobuf.Any holds a \"[{url}]\", and this is {message}")]
    NotAny { url: String, message: String },
    #[error("Without a type, fields are named by their numbers, and \"{name}\" is none")]
    NoType { name: String },
    #[error("\"{name}\" was given before, and it holds one value")]
    Twice { name: String },
    #[error("\"{name}\" and \"{other}\" are of the oneof \"{oneof}\", of which one can be set")]
    Oneof { name: String, other: String, oneof: String },
    #[error("\"{name}\" holds one value, so it takes no list")]
    ListOfOne { name: String },
    #[error("{text} is not between {min} and {max}, as {kind} is")]
    Range { text: String, kind: String, min: i128, max: i128 },
    #[error("{name} has no value \"{text}\"{}", did_you_mean(.near))]
    EnumValue { text: String, name: String, near: Vec<String> },
    #[error("{what} are nested deeper than {max}")]
    TooDeep { what: &'static str, max: usize },
}

impl TextError {
    pub(super) fn at(text: &[u8], offset: usize, fault: TextFault) -> TextError {
        let (line, column) = line_and_column(text, offset);
        TextError { line, column, fault }
    }
}

impl TextFault {
    /// What to do about it; `None` where the fault says it all.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            TextFault::Utf8 => "Save the text as UTF-8; in strings, other bytes are written as \\ooo",
            TextFault::Unclosed { .. } => "Close it",
            TextFault::LineInString => "Write \\n for a line end, or several strings one after the other",
            TextFault::Escape => {
                "Write \\\\, \\\", \\n, \\ooo with up to 377, \\xHH, \\uHHHH or \\UHHHHHHHH with up to 10FFFF"
            }
            TextFault::FieldNumber { .. } => "Write a whole number from 1 to 536870911",
            TextFault::UnknownExtension { .. } => "Load the file that declares it, with --proto",
            TextFault::UnknownType { .. } => {
                "Load the file that declares it, or write type_url and value by themselves"
            }
            TextFault::NoType { .. } => {
                "Say the type with --type, or in a line # proto-message: NAME in front"
            }
            TextFault::Reserved { .. } | TextFault::Twice { .. } => "Leave it out",
            TextFault::Oneof { .. } => "Leave one of them out",
            TextFault::EnumValue { near, .. } if near.is_empty() => {
                "Write one of the values that it declares"
            }
            _ => return None,
        })
    }
}

fn did_you_mean(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!(". Did you mean {}?", near.join(" or ")) }
}

/// The names that differ least from what was written; none if none is near.
pub(super) fn near<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let plain = |name: &str| name.to_lowercase().replace('_', "");
    let wanted = plain(wanted);
    let limit = (wanted.chars().count() / 4).clamp(1, 4);
    let mut found: Vec<(usize, &str)> = names
        .filter_map(|name| {
            let known = plain(name);
            let distance = crate::schema::edit_distance(known.as_bytes(), wanted.as_bytes());
            let is_part =
                2 < wanted.len().min(known.len()) && (known.contains(&wanted) || wanted.contains(&known));
            ((distance <= limit && distance < wanted.len()) || is_part).then_some((distance, name))
        })
        .collect();
    found.sort();
    found.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}
