//! A message as text: one file per format.
//!
//! To add one: a file `format/<name>.rs` and a line in [`FORMATS`]; the command line's `--to` and
//! the export dialog iterate over that table. [`INPUTS`] is the same for the way back.
//!
//! **Law.** Text is handed on as it is made and never taken back; memory does not grow with the
//! message. What a format cannot say is reported, never silently left out.
//!
//! [`LITERALS`] write bytes as other programs read them, whatever they mean.
//!
//! **Not here:** text of single values (`document`), files and pipes (`worker`, `cli`).

mod groups;
mod hex;
mod input;
mod json;
mod literal;
mod loss;
mod text;
mod tree;
mod wire_text;

use crate::document::{Path, Snapshot, SourceError};
use prost_reflect::MessageDescriptor;
use std::io::{self, Write};
use std::ops::{ControlFlow, Range};

pub use hex::write_hex;
pub use input::{INPUTS, Input, InputError};
pub use json::{JsonOptions, JsonWriter, write_json, write_json_value};
pub use literal::{LITERALS, Literal, literal, spaced_hex};
pub use loss::{Loss, LossKind, LossReport};
pub use text::{TextError, TextFault, read_text, type_in_header, write_text};
pub use tree::{MAX_DEPTH, TreeReport, write_rows, write_tree};
pub use wire_text::{WireTextError, WireTextFault, read_wire_text, write_wire_text};

/// Why no text, or not all of it, was written.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("Writing failed: {0}")]
    Write(#[from] io::Error),
    #[error("Cancelled")]
    Cancelled,
    #[error("{format} needs a message type")]
    NoType { format: &'static str },
    #[error("\"{message}\" has no field {number}")]
    NoField { number: u32, message: String },
}

/// What to write: bytes of a document and, if it is known, what they are.
#[derive(Clone)]
pub struct Subject<'a> {
    pub snapshot: &'a Snapshot,
    /// The payload of the message.
    pub range: Range<u64>,
    pub message: Option<&'a MessageDescriptor>,
    /// The place of the message, for what is reported.
    pub path: Path,
}

/// Gets an offset of the document now and then; `Break` cancels.
pub type Progress<'a> = dyn FnMut(u64) -> ControlFlow<()> + 'a;

/// A way to write a message as text.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// As `--to` takes it.
    pub name: &'static str,
    /// As a menu shows it.
    pub title: &'static str,
    /// Of a file, without the dot.
    pub extension: &'static str,
    pub needs_type: bool,
    /// Writes the whole message; the text ends with a line end.
    pub write: fn(&Subject, &JsonOptions, &mut dyn Write, &mut Progress) -> Result<LossReport, FormatError>,
}

/// All of them, in the order in which they are offered; the first is the default.
pub const FORMATS: &[Format] = &[
    Format { name: "json", title: "JSON", extension: "json", needs_type: true, write: json_of },
    Format { name: "text", title: "Text format", extension: "textproto", needs_type: false, write: text_of },
    Format { name: "tree", title: "Tree", extension: "txt", needs_type: false, write: tree_of },
    Format { name: "wire", title: "Wire text", extension: "txt", needs_type: false, write: wire_of },
    Format { name: "hex", title: "Hex dump", extension: "hex", needs_type: false, write: hex_of },
];

fn json_of(
    subject: &Subject,
    options: &JsonOptions,
    out: &mut dyn Write,
    progress: &mut Progress,
) -> Result<LossReport, FormatError> {
    let Some(message) = subject.message else { return Err(FormatError::NoType { format: "JSON" }) };
    let mut writer = JsonWriter::new(subject.snapshot, options, out, progress);
    writer.message(subject.range.clone(), message, &subject.path)?;
    writer.text("\n");
    writer.finish()
}

fn text_of(
    subject: &Subject,
    options: &JsonOptions,
    out: &mut dyn Write,
    progress: &mut Progress,
) -> Result<LossReport, FormatError> {
    let listed = (&subject.path, options.max_losses);
    write_text(subject.snapshot, subject.range.clone(), subject.message, listed, out, progress)
}

fn wire_of(
    subject: &Subject,
    _options: &JsonOptions,
    out: &mut dyn Write,
    progress: &mut Progress,
) -> Result<LossReport, FormatError> {
    write_wire_text(subject.snapshot, subject.range.clone(), subject.message, out, progress)?;
    Ok(LossReport::default())
}

fn tree_of(
    subject: &Subject,
    _options: &JsonOptions,
    out: &mut dyn Write,
    progress: &mut Progress,
) -> Result<LossReport, FormatError> {
    write_tree(subject.snapshot, subject.range.clone(), subject.message, u64::MAX, out, progress)?;
    Ok(LossReport::default())
}

fn hex_of(
    subject: &Subject,
    _options: &JsonOptions,
    out: &mut dyn Write,
    progress: &mut Progress,
) -> Result<LossReport, FormatError> {
    write_hex(subject.snapshot, subject.range.clone(), out, progress)?;
    Ok(LossReport::default())
}
