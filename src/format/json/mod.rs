//! ProtoJSON, written straight from the wire.
//!
//! **Law.** What has been handed on is never taken back, memory does not grow with the message
//! (except a set of map-key hashes, at most half a byte per byte, and the depth of its nesting),
//! and the text does not depend on how the work was cut up: fields stand in ascending order.
//!
//! - `table`: descriptors compiled into flat tables
//! - `engine`, `frame`, `run`: the stack of messages and the loop over records
//! - `scan`, `order`: the look ahead at messages that are long or not in order; `keys`: map keys
//! - `values`, `special`: entries, packed fields, long payloads; Timestamp, Any and their like
//! - `text`: escapes, base64, commas; `input`: windows and heads; `loss`, `report`: what is lost
//!
//! **Not here:** reading JSON (that makes a small message, by `DynamicMessage`).

mod engine;
mod frame;
mod input;
mod keys;
mod order;
mod report;
mod run;
mod scan;
mod special;
mod table;
#[cfg(test)]
pub(super) mod tests;
mod text;
mod values;

use super::FormatError;
use super::loss::LossReport;
use crate::document::{Path, Snapshot};
use engine::Engine;
use frame::Parts;
use prost_reflect::MessageDescriptor;
use std::io::Write;
use std::ops::{ControlFlow, Range};

/// How the text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonOptions {
    /// Two blanks of indent and a line per member, instead of one line.
    pub pretty: bool,
    /// Names as declared, instead of lowerCamelCase.
    pub proto_names: bool,
    /// Also absent fields that have no presence.
    pub defaults: bool,
    /// Enum values as numbers, instead of names.
    pub enum_numbers: bool,
    /// So many losses are listed; the others are counted.
    pub max_losses: usize,
}

impl Default for JsonOptions {
    fn default() -> Self {
        Self { pretty: false, proto_names: false, defaults: false, enum_numbers: false, max_losses: 1000 }
    }
}

/// Sizes in bytes at which the work is cut up. They change no byte of the text.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Messages up to this size are written without a look ahead.
    attempt: u64,
    /// The same, inside a message whose text outgrew `overflow`.
    careful: u64,
    /// Text held back for one message.
    overflow: usize,
    /// The window, where reading goes straight on; it starts with `first_window`.
    window: usize,
    first_window: usize,
    /// A long payload is read in parts of this size, at least 10.
    part: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            attempt: 1 << 20,
            careful: 16 << 10,
            overflow: 4 << 20,
            window: crate::document::LARGE_WINDOW,
            first_window: 8 << 10,
            part: 192 << 10,
        }
    }
}

/// Writes messages of one snapshot, one after the other.
///
/// `progress` gets an offset of the document about every MiB; if it answers `Break` the work ends
/// with [`FormatError::Cancelled`].
pub struct JsonWriter<'a> {
    engine: Engine<'a>,
}

impl<'a> JsonWriter<'a> {
    pub fn new(
        snapshot: &'a Snapshot,
        options: &JsonOptions,
        out: &'a mut dyn Write,
        progress: &'a mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Self {
        Self { engine: Engine::new(snapshot, options, Limits::default(), out, progress) }
    }

    #[cfg(test)]
    fn with_limits(
        snapshot: &'a Snapshot,
        options: &JsonOptions,
        limits: Limits,
        out: &'a mut dyn Write,
        progress: &'a mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Self {
        Self { engine: Engine::new(snapshot, options, limits, out, progress) }
    }

    /// Writes the message whose payload is `range`. `path` is its place, for the losses.
    pub fn message(
        &mut self,
        range: Range<u64>,
        message: &MessageDescriptor,
        path: &Path,
    ) -> Result<(), FormatError> {
        self.engine.prefix.clone_from(path);
        let table = self.engine.tables.id(message);
        let range = self.inside(range);
        self.engine.write(table, Parts::one(range))
    }

    /// Writes the value of field `number` of `message`, made up by `records`, each from its tag to
    /// its end. With `is_element` a single record of a repeated field is written without brackets.
    pub fn value(
        &mut self,
        records: &[Range<u64>],
        message: &MessageDescriptor,
        number: u32,
        is_element: bool,
        path: &Path,
    ) -> Result<(), FormatError> {
        self.engine.prefix.clone_from(path);
        let Some(table) = self.engine.tables.of_field(message, number, is_element) else {
            return Err(FormatError::NoField { number, message: message.full_name().to_owned() });
        };
        let parts = records.iter().map(|range| self.inside(range.clone())).collect();
        self.engine.write_bare(table, Parts::of(parts))
    }

    /// Writes text between messages, such as a line end.
    pub fn text(&mut self, text: &str) {
        self.engine.text.out.extend_from_slice(text.as_bytes());
    }

    /// Hands on what is left.
    pub fn finish(mut self) -> Result<LossReport, FormatError> {
        self.engine.flush()?;
        self.engine.sink.flush()?;
        Ok(self.engine.losses.take())
    }

    fn inside(&self, range: Range<u64>) -> Range<u64> {
        let end = range.end.min(self.engine.input.snapshot.len());
        range.start.min(end)..end
    }
}

/// Writes one message as JSON, without a line end. See [`JsonWriter`].
pub fn write_json(
    snapshot: &Snapshot,
    range: Range<u64>,
    message: &MessageDescriptor,
    options: &JsonOptions,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<LossReport, FormatError> {
    let mut writer = JsonWriter::new(snapshot, options, out, progress);
    writer.message(range, message, &Path::default())?;
    writer.finish()
}

/// Writes one field's value as JSON, without a line end. See [`JsonWriter::value`].
pub fn write_json_value(
    snapshot: &Snapshot,
    records: &[Range<u64>],
    message: &MessageDescriptor,
    number: u32,
    options: &JsonOptions,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<LossReport, FormatError> {
    let mut writer = JsonWriter::new(snapshot, options, out, progress);
    writer.value(records, message, number, false, &Path::default())?;
    writer.finish()
}
