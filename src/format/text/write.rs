//! Records into lines.

use super::super::loss::{Loss, LossKind, LossReport};
use super::super::{FormatError, Progress};
use super::plan::{Plan, Turn};
use super::table::{Field, Table, Tables};
use super::value::{is_usual, push_escaped, push_scalar, whole_characters};
use crate::document::{
    Found, LARGE_WINDOW, Path, ReadMode, Reader, RecordAt, SMALL_WINDOW, Snapshot, SourceError, Step,
    is_plausible_message, read_key,
};
use crate::schema::{Kind, MessageDescriptor};
use crate::wire::{Damage, MAX_VARINT, Read, WireType, read_varint};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write;
use std::ops::{ControlFlow, Range};
use std::rc::Rc;

/// Progress is told after this many bytes.
const TICK: u64 = 1 << 20;
/// Text is handed on when there is this much of it.
const FLUSH: usize = 64 << 10;
/// Bytes of a string that are read at once.
const STRING_PART: u64 = 64 << 10;
/// Lines further in than this are not indented more.
const MAX_INDENT: usize = 32;
/// A list goes on in the next line after this many bytes of one.
const LIST_WIDTH: usize = 100;
/// Bytes that are no record, as far as they are shown.
const MAX_REST: u64 = 32;

/// How a level came to be, for what is reported of it.
pub(super) enum Place {
    Root,
    Field {
        step: Step,
        idx: Option<u64>,
    },
    /// The entry of a map whose keys are of this kind.
    Entry {
        step: Step,
        entry: Range<u64>,
        key: Kind,
    },
}

/// A message that is being written.
pub(super) struct Level {
    pub table: Option<Rc<Table>>,
    pub plan: Plan,
    pub at: u64,
    pub end: u64,
    first: Range<u64>,
    /// Further parts, of a message that was split.
    more: Vec<Range<u64>>,
    n_begun: usize,
    pub place: Place,
    /// Elements written so far, by slot.
    n_elements: HashMap<usize, u64>,
}

impl Level {
    pub fn new(table: Option<Rc<Table>>, parts: Vec<Range<u64>>, place: Place) -> Level {
        let mut parts = parts.into_iter();
        let first = parts.next().unwrap_or(0..0);
        Level {
            table,
            plan: Plan::default(),
            at: first.start,
            end: first.end,
            first,
            more: parts.collect(),
            n_begun: 0,
            place,
            n_elements: HashMap::new(),
        }
    }

    pub fn parts(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        std::iter::once(self.first.clone()).chain(self.more.iter().cloned())
    }

    /// Goes on with the next part, if there is one.
    fn next_part(&mut self) -> bool {
        let Some(part) = self.more.get(self.n_begun) else { return false };
        (self.at, self.end) = (part.start, part.end);
        self.n_begun += 1;
        true
    }

    /// Leaves nothing to be written.
    pub fn finish(&mut self) {
        self.at = self.end;
        self.n_begun = self.more.len();
    }

    pub fn count(&mut self, slot: usize) -> u64 {
        let n = self.n_elements.entry(slot).or_default();
        *n += 1;
        *n - 1
    }
}

pub(super) struct Writer<'a> {
    pub reader: Reader<'a>,
    /// For looking ahead without losing the place.
    pub scout: Reader<'a>,
    pub tables: Tables,
    pub levels: Vec<Level>,
    pub line: String,
    prefix: &'a Path,
    report: LossReport,
    max_losses: usize,
    out: &'a mut dyn Write,
    progress: &'a mut Progress<'a>,
    next_tick: u64,
}

/// Writes the message whose payload is `range`. `path` is its place, and `max_losses` how many of the
/// losses are listed; `progress` gets an offset of the document about every MiB, and if it answers
/// `Break` the work ends with [`FormatError::Cancelled`].
pub fn write_text<'a>(
    snapshot: &'a Snapshot,
    range: Range<u64>,
    message: Option<&MessageDescriptor>,
    (path, max_losses): (&'a Path, usize),
    out: &'a mut dyn Write,
    progress: &'a mut Progress<'a>,
) -> Result<LossReport, FormatError> {
    let end = range.end.min(snapshot.len());
    let start = range.start.min(end);
    let mut writer = Writer {
        reader: Reader::new(snapshot, ReadMode::Wait, LARGE_WINDOW),
        scout: Reader::new(snapshot, ReadMode::Wait, 4 * SMALL_WINDOW),
        tables: Tables::default(),
        levels: Vec::new(),
        line: String::new(),
        prefix: path,
        report: LossReport::default(),
        max_losses,
        out,
        progress,
        next_tick: 0,
    };
    if let Some(message) = message {
        let _ = writeln!(writer.line, "# proto-file: {}", message.parent_file().name());
        let _ = writeln!(writer.line, "# proto-message: {}\n", message.full_name());
    }
    let table = message.map(|message| writer.tables.of(message));
    let whole = start..end;
    writer.enter(Level::new(table, Vec::from([whole]), Place::Root))?;
    writer.expand()?;
    while !writer.levels.is_empty() {
        writer.step()?;
    }
    writer.out.write_all(writer.line.as_bytes())?;
    writer.out.flush()?;
    Ok(writer.report.sorted())
}

impl Writer<'_> {
    /// The next record of the innermost message, or its end.
    fn step(&mut self) -> Result<(), FormatError> {
        let Some(level) = self.levels.last_mut() else { return Ok(()) };
        let (at, end) = (level.at, level.end);
        if at >= self.next_tick {
            self.next_tick = at + TICK;
            if let ControlFlow::Break(()) = (self.progress)(at) {
                return Err(FormatError::Cancelled);
            }
        }
        match self.reader.record(at, end)? {
            Found::End if level.next_part() => Ok(()),
            Found::End => self.close(),
            Found::Rest(damage) => {
                level.at = end;
                self.rest(at..end, damage)
            }
            Found::Record(record) => {
                level.at = record.end();
                let table = level.table.clone();
                match table.and_then(|table| table.taken_by(&record.record).map(|slot| (table, slot))) {
                    Some((table, slot)) => self.field(&record, &table.fields[slot], slot),
                    None => self.undeclared(&record),
                }
            }
        }
    }

    pub fn begin_line(&mut self) {
        let depth = self.levels.len().saturating_sub(1).min(MAX_INDENT);
        self.line.extend(std::iter::repeat_n("  ", depth));
    }

    pub fn end_line(&mut self) -> Result<(), FormatError> {
        self.line.push('\n');
        self.relieve()
    }

    fn relieve(&mut self) -> Result<(), FormatError> {
        if self.line.len() > FLUSH {
            self.out.write_all(self.line.as_bytes())?;
            self.line.clear();
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), FormatError> {
        self.levels.pop();
        if self.levels.is_empty() {
            return Ok(());
        }
        self.begin_line();
        self.line.push('}');
        self.end_line()
    }

    fn rest(&mut self, range: Range<u64>, damage: Damage) -> Result<(), FormatError> {
        let shown = self
            .reader
            .snapshot()
            .bytes(range.start..range.end.min(range.start + MAX_REST), ReadMode::Wait)?;
        self.begin_line();
        let _ = write!(self.line, "# {damage}:");
        for byte in &shown {
            let _ = write!(self.line, " {byte:02x}");
        }
        let n_more = range.end - range.start - shown.len() as u64;
        if n_more > 0 {
            let _ = write!(self.line, " and {n_more} more bytes");
        }
        self.end_line()?;
        self.lose(LossKind::Damage, range.start, None, || {
            format!("{damage}; the rest of the message is left out")
        })
    }

    fn field(&mut self, record: &RecordAt, field: &Field, slot: usize) -> Result<(), FormatError> {
        let Some(level) = self.levels.last_mut() else { return Ok(()) };
        let mut last = None;
        if !field.is_repeated {
            match level.plan.turn(slot, record.offset) {
                Turn::Alone => {}
                Turn::FirstOf { last: found } => last = Some(found),
                Turn::Joined => return Ok(()),
                Turn::Superseded => {
                    return self.lose(LossKind::Superseded, record.offset, Some(step_of(field)), || {
                        "An earlier value is left out because a later one replaces it".to_owned()
                    });
                }
            }
        }
        if let Kind::Message(message) = &field.kind {
            return self.open(record, field, slot, message, last);
        }
        if record.wire_type() == WireType::Len && field.wire_type != WireType::Len {
            self.packed(record, field)?;
        } else {
            self.begin_line();
            self.line.push_str(&field.label);
            self.line.push_str(": ");
            match &field.kind {
                Kind::String => self.quoted(record.payload(), true)?,
                Kind::Bytes => self.quoted(record.payload(), false)?,
                _ => push_scalar(&mut self.line, field, record.record.scalar.value),
            }
            self.end_line()?;
            self.lose_nan(field, record.record.scalar.value, record.offset)?;
        }
        self.lose_missing(record, Some(step_of(field)))
    }

    /// A string in quotes, whatever its length.
    fn quoted(&mut self, range: Range<u64>, is_string: bool) -> Result<(), FormatError> {
        self.line.push('"');
        let mut at = range.start;
        while at < range.end {
            let want = (range.end - at).min(STRING_PART) as usize;
            let bytes = self.reader.at(at, want)?;
            let bytes = bytes.get(..want).unwrap_or(bytes);
            let is_last = at + bytes.len() as u64 >= range.end;
            let used = if is_last { bytes.len() } else { whole_characters(bytes) };
            push_escaped(&mut self.line, &bytes[..used], is_string);
            at += used as u64;
            self.relieve()?;
        }
        self.line.push('"');
        Ok(())
    }

    /// The elements of a packed record as a list.
    fn packed(&mut self, record: &RecordAt, field: &Field) -> Result<(), FormatError> {
        let payload = record.payload();
        let (mut at, mut is_open, mut line_start) = (payload.start, false, 0);
        while at < payload.end {
            let want = (payload.end - at).min(MAX_VARINT as u64) as usize;
            let bytes = self.reader.at(at, want)?;
            let Some((bits, width)) = element(field.wire_type, bytes.get(..want).unwrap_or(bytes)) else {
                break;
            };
            self.lose_nan(field, bits, at)?;
            at += width;
            if field.names.as_ref().is_some_and(|names| !names.takes(bits as i32)) {
                // Parsers keep it as an unknown field.
                if std::mem::take(&mut is_open) {
                    self.line.push(']');
                    self.end_line()?;
                }
                self.begin_line();
                let _ = write!(self.line, "{}: {bits}", record.number());
                self.end_line()?;
                continue;
            }
            if !std::mem::replace(&mut is_open, true) {
                line_start = self.line.len();
                self.begin_line();
                let _ = write!(self.line, "{}: [", field.label);
            } else if self.line.len() - line_start > LIST_WIDTH {
                self.line.push(',');
                self.end_line()?;
                line_start = self.line.len();
                self.begin_line();
                self.line.push_str("  ");
            } else {
                self.line.push_str(", ");
            }
            push_scalar(&mut self.line, field, bits);
        }
        if is_open {
            self.line.push(']');
            self.end_line()?;
        }
        if at < payload.end {
            self.lose(LossKind::Damage, at, Some(step_of(field)), || {
                "The packed field does not end with an element; the rest of it is left out".to_owned()
            })?;
        }
        Ok(())
    }

    /// A record that no field takes, by its number.
    fn undeclared(&mut self, record: &RecordAt) -> Result<(), FormatError> {
        let (number, scalar) = (record.number(), record.record.scalar);
        self.begin_line();
        let _ = write!(self.line, "{number}");
        match record.wire_type() {
            WireType::Varint => write!(self.line, ": {}", scalar.value),
            WireType::I32 => write!(self.line, ": 0x{:08x}", scalar.value as u32),
            WireType::I64 => write!(self.line, ": 0x{:016x}", scalar.value),
            WireType::Len if self.is_message(record)? => return self.open_undeclared(record),
            WireType::Len => {
                self.line.push_str(": ");
                self.quoted(record.payload(), true)?;
                Ok(())
            }
            WireType::Sgroup | WireType::Egroup => {
                self.lose(LossKind::Unknown, record.offset, Some(Step::Number(number)), || {
                    format!("Group {number} is not declared; read back, its fields are length-delimited")
                })?;
                return self.open_undeclared(record);
            }
        }
        .unwrap_or_default();
        self.end_line()?;
        self.lose_missing(record, Some(Step::Number(number)))
    }

    /// Whether an undeclared payload reads as a message that is written back as the same bytes.
    fn is_message(&mut self, record: &RecordAt) -> Result<bool, SourceError> {
        let payload = record.payload();
        if payload.is_empty() || record.record.missing > 0 {
            return Ok(false);
        }
        if !is_plausible_message(&mut self.scout, payload.clone(), false)? {
            return Ok(false);
        }
        let mut at = payload.start;
        loop {
            match self.scout.head(at, payload.end)? {
                Read::End => return Ok(true),
                Read::Record(inner)
                    if inner.missing == 0
                        && !inner.scalar.overflow
                        && !inner.is_overlong()
                        && !matches!(inner.tag.wire_type, WireType::Sgroup | WireType::Egroup) =>
                {
                    at += inner.head_and_payload_len();
                }
                Read::Record(_) | Read::Rest(_) => return Ok(false),
            }
        }
    }

    fn lose_nan(&mut self, field: &Field, bits: u64, offset: u64) -> Result<(), FormatError> {
        if is_usual(field, bits) {
            return Ok(());
        }
        self.lose(LossKind::Nan, offset, Some(step_of(field)), || {
            format!("The NaN 0x{bits:x} is written as the usual one")
        })
    }

    pub fn lose_missing(&mut self, record: &RecordAt, step: Option<Step>) -> Result<(), FormatError> {
        let missing = record.record.missing;
        if record.is_unclosed_group() {
            let number = record.number();
            return self.lose(LossKind::Damage, record.offset, step, || format!("Group {number} has no end"));
        }
        if missing == 0 {
            return Ok(());
        }
        self.lose(LossKind::Damage, record.offset, step, || {
            let plural = if missing == 1 { " is" } else { "s are" };
            format!("{missing} byte{plural} missing at the end")
        })
    }

    /// Reports what is at `step` in the innermost message, or what is that message.
    pub fn lose(
        &mut self,
        kind: LossKind,
        offset: u64,
        step: Option<Step>,
        text: impl FnOnce() -> String,
    ) -> Result<(), FormatError> {
        let mut listed = None;
        if self.report.losses.len() < self.max_losses {
            listed = Some(Loss { kind, path: self.path(step)?, offset, text: text() });
        }
        self.report.add(kind, listed);
        Ok(())
    }

    fn path(&mut self, last: Option<Step>) -> Result<Path, SourceError> {
        let mut steps = self.prefix.0.clone();
        // A key stands for the entry and for what is in it.
        let mut is_in_entry = false;
        for level in &self.levels {
            match &level.place {
                Place::Root => {}
                Place::Field { .. } if std::mem::take(&mut is_in_entry) => {}
                Place::Field { step, idx } => {
                    steps.push(step.clone());
                    steps.extend(idx.map(|idx| Step::Index(i128::from(idx))));
                }
                Place::Entry { step, entry, key } => {
                    steps.push(step.clone());
                    let key = read_key(&mut self.scout, entry.clone(), key)?;
                    steps.extend(key.map(|key| key.step()));
                    is_in_entry = true;
                }
            }
        }
        let is_inside = |step: &Step| !(is_in_entry && matches!(step, Step::Field(_)));
        steps.extend(last.filter(is_inside));
        Ok(Path(steps))
    }
}

/// The bits of the element that bytes begin with, and how many bytes it takes.
pub(super) fn element(wire_type: WireType, bytes: &[u8]) -> Option<(u64, u64)> {
    match wire_type {
        WireType::I32 => Some((u64::from(u32::from_le_bytes(*bytes.first_chunk()?)), 4)),
        WireType::I64 => Some((u64::from_le_bytes(*bytes.first_chunk()?), 8)),
        _ => read_varint(bytes).ok().map(|varint| (varint.value, u64::from(varint.width))),
    }
}

pub(super) fn step_of(field: &Field) -> Step {
    Step::of_field(&field.field)
}
