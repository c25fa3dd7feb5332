//! What each problem says, and what it advises.

use super::{ProblemKind, Severity};
use crate::wire::{Damage, WireType};

/// A problem without its place.
pub(super) struct Complaint {
    pub kind: ProblemKind,
    pub severity: Severity,
    pub message: String,
    pub hint: Option<&'static str>,
}

fn note(kind: ProblemKind, message: String, hint: Option<&'static str>) -> Complaint {
    Complaint { kind, severity: Severity::Note, message, hint }
}

fn warning(kind: ProblemKind, message: String, hint: &'static str) -> Complaint {
    Complaint { kind, severity: Severity::Warning, message, hint: Some(hint) }
}

fn error(kind: ProblemKind, message: String, hint: &'static str) -> Complaint {
    Complaint { kind, severity: Severity::Error, message, hint: Some(hint) }
}

/// A byte count with its unit.
fn bytes(n_bytes: u64) -> String {
    format!("{n_bytes} byte{}", if n_bytes == 1 { "" } else { "s" })
}

pub(super) fn damage(damage: Damage, n_kept: u64) -> Complaint {
    error(
        ProblemKind::Damage,
        format!("{damage}; {} from here on cannot be read and stay as they are", bytes(n_kept)),
        "Repair or delete them in the hex pane; what stands before them can be edited",
    )
}

pub(super) fn overrun(declared: u64, there: u64) -> Complaint {
    let verb = if there == 1 { "is" } else { "are" };
    error(
        ProblemKind::Overrun,
        format!("The length declares {}, {there} {verb} there", bytes(declared)),
        "The message was cut off, or the length is wrong",
    )
}

pub(super) fn unclosed_group(number: u32) -> Complaint {
    error(
        ProblemKind::UnclosedGroup,
        format!("Group {number} has no end tag"),
        "The message was cut off, or an end tag is missing in the group",
    )
}

pub(super) fn too_deep(depth: usize) -> Complaint {
    warning(
        ProblemKind::TooDeep,
        format!("What is nested deeper than {depth} messages is not checked"),
        "Most parsers refuse more than 100 levels",
    )
}

pub(super) fn too_deep_group(depth: usize) -> Complaint {
    error(
        ProblemKind::TooDeep,
        format!("Groups are nested deeper than {depth}; the rest of the message is not checked"),
        "No parser follows so far; remove the groups",
    )
}

pub(super) fn wire_type(kind: &str, declared: WireType, found: WireType) -> Complaint {
    warning(
        ProblemKind::WireType,
        format!("The schema declares {kind}, which is {declared}, but the record is {found}"),
        "Parsers take it for an unknown field; the type may be the wrong one",
    )
}

pub(super) fn utf8(is_checked: bool, at: u64) -> Complaint {
    let severity = if is_checked { Severity::Error } else { Severity::Warning };
    Complaint {
        kind: ProblemKind::Utf8,
        severity,
        message: format!("The string is not valid UTF-8 from byte {at} on"),
        hint: Some("Edit the text, or declare the field as bytes"),
    }
}

pub(super) fn set_again() -> Complaint {
    warning(
        ProblemKind::SetAgain,
        "The field is set again; the last value counts".to_owned(),
        "Remove the records before the last one",
    )
}

pub(super) fn merges() -> Complaint {
    note(ProblemKind::Split, "The message comes in several records; their parts merge".to_owned(), None)
}

pub(super) fn oneof(oneof: &str, other: &str) -> Complaint {
    warning(
        ProblemKind::Oneof,
        format!("The oneof \"{oneof}\" holds \"{other}\" already; the last one counts"),
        "Remove the member that is not meant",
    )
}

pub(super) fn key_again() -> Complaint {
    warning(
        ProblemKind::KeyAgain,
        "The map has this key already; the last entry counts".to_owned(),
        "Remove the entries before the last one",
    )
}

pub(super) fn no_key() -> Complaint {
    note(ProblemKind::NoKey, "The map entry has no key, which stands for the default key".to_owned(), None)
}

pub(super) fn no_value() -> Complaint {
    note(
        ProblemKind::NoValue,
        "The map entry has no value, which stands for the default value".to_owned(),
        None,
    )
}

pub(super) fn value_first() -> Complaint {
    note(ProblemKind::ValueFirst, "The map entry has its value before its key".to_owned(), None)
}

pub(super) fn unknown(number: u32, message: &str) -> Complaint {
    note(
        ProblemKind::Unknown,
        format!("{message} has no field {number}"),
        Some("A newer schema may know it; it is kept as it is"),
    )
}

pub(super) fn reserved(number: u32, message: &str) -> Complaint {
    note(
        ProblemKind::Reserved,
        format!("{message} reserves field number {number}"),
        Some("An older schema may know it; it is kept as it is"),
    )
}

pub(super) fn enum_number(number: i32, name: &str, closed: bool) -> Complaint {
    let message = format!("{number} is not a value of {name}");
    if closed {
        warning(
            ProblemKind::EnumNumber,
            message,
            "The enum is closed: parsers take the record for an unknown field",
        )
    } else {
        note(ProblemKind::EnumNumber, message, Some("A newer schema may know it; it is kept as it is"))
    }
}

pub(super) fn odd_bool(bits: u64) -> Complaint {
    note(ProblemKind::OddBool, format!("The bool is {bits}; everything but 0 means true"), None)
}

pub(super) fn beyond_32_bits(bits: u64, is_signed: bool) -> Complaint {
    let kind = if is_signed { ProblemKind::BeyondInt32 } else { ProblemKind::BeyondUint32 };
    warning(
        kind,
        format!("0x{bits:x} has more than 32 bits; parsers keep the low 32"),
        "Set the value again to write what they read",
    )
}

pub(super) fn beyond_64_bits() -> Complaint {
    warning(
        ProblemKind::Beyond64,
        "The varint has bits beyond the 64th, which parsers drop".to_owned(),
        "Set the value again to write what they read",
    )
}

/// `what` is the tag, the length or the value.
pub(super) fn padded(what: &str, width: usize, shortest: usize) -> Complaint {
    note(ProblemKind::Padded, format!("The {what} takes {}, {shortest} would do", bytes(width as u64)), None)
}

pub(super) fn packed_width(len: u64, width: u64) -> Complaint {
    error(
        ProblemKind::PackedWidth,
        format!("The packed payload of {} is no multiple of {width}", bytes(len)),
        "Parsers refuse it; the type may be the wrong one",
    )
}

pub(super) fn packed_cut(endless: bool) -> Complaint {
    let reason =
        if endless { "has a varint that does not end within 10 bytes" } else { "ends inside a varint" };
    error(
        ProblemKind::PackedCut,
        format!("The packed payload {reason}"),
        "Parsers refuse it; the type may be the wrong one",
    )
}

pub(super) fn time_range(what: &str, seconds: i64, nanos: i32) -> Complaint {
    warning(
        ProblemKind::TimeRange,
        format!("The {what} is out of range: {seconds} seconds and {nanos} nanos"),
        "JSON cannot carry it",
    )
}

pub(super) fn missing_required() -> Complaint {
    error(
        ProblemKind::MissingRequired,
        "The required field is missing".to_owned(),
        "Add the field, which gives it its default value, and set what was meant: parsers refuse the message until it is there, and no byte says which value that is",
    )
}
