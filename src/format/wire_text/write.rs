//! Records into lines.

use super::super::FormatError;
use super::super::groups::{Extent, Groups};
use super::token::{
    is_text, push_fixed, push_hex, push_long_form, push_quoted, push_varint, whole_characters,
};
use crate::document::reading::Scope;
use crate::document::{
    LARGE_WINDOW, Meaning, MessageAt, ReadMode, Reader, RecordAt, SMALL_WINDOW, Snapshot,
    is_plausible_message, message_in,
};
use crate::schema::{FieldDescriptor, Kind, MessageDescriptor, wire_type};
use crate::wire::{Damage, MAX_VARINT, Read, Record, Tag, Varint, WireType, read_varint};
use std::fmt::Write as _;
use std::io::Write;
use std::ops::{ControlFlow, Range};

/// Progress is told after this many bytes.
const TICK: u64 = 1 << 20;
/// Lines further in than this are not indented more.
const MAX_INDENT: usize = 32;
/// Bytes of text in a line, and of digits.
const TEXT_WIDTH: u64 = 1024;
const HEX_WIDTH: u64 = 32;
/// Elements of a packed record go on in the next line after this many bytes of it.
const PACKED_WIDTH: usize = 100;
/// A payload this long stands in the line of its tag.
const SHORT: u64 = 80;

/// What is written where a level ends.
enum Closer {
    Nothing,
    /// Of a LEN payload.
    Brace,
    /// Of a group whose end tag has this width.
    Group {
        number: u32,
        end_tag_width: u8,
    },
    /// The level ends with the end tag of this group, or without one.
    OpenGroup {
        number: u32,
    },
}

struct Level {
    start: u64,
    end: u64,
    message: Option<MessageDescriptor>,
    closer: Closer,
}

struct Writer<'a> {
    reader: Reader<'a>,
    /// For looking ahead without losing the place.
    scout: Reader<'a>,
    groups: Groups,
    levels: Vec<Level>,
    at: u64,
    line: String,
    out: &'a mut dyn Write,
    progress: &'a mut dyn FnMut(u64) -> ControlFlow<()>,
    next_tick: u64,
}

/// Writes the message whose payload is `range`. `progress` gets an offset of the document about every
/// MiB; if it answers `Break` the work ends with [`FormatError::Cancelled`].
pub fn write_wire_text(
    snapshot: &Snapshot,
    range: Range<u64>,
    message: Option<&MessageDescriptor>,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<(), FormatError> {
    let end = range.end.min(snapshot.len());
    let start = range.start.min(end);
    let mut writer = Writer {
        reader: Reader::new(snapshot, ReadMode::Wait, LARGE_WINDOW),
        scout: Reader::new(snapshot, ReadMode::Wait, SMALL_WINDOW),
        groups: Groups::default(),
        levels: vec![Level { start, end, message: message.cloned(), closer: Closer::Nothing }],
        at: start,
        line: String::new(),
        out,
        progress,
        next_tick: 0,
    };
    if let Some(message) = message {
        let _ = write!(writer.line, "# {}", message.full_name());
        writer.end_line()?;
    }
    while let Some(level_end) = writer.levels.last().map(|level| level.end) {
        writer.tick()?;
        if writer.at < level_end { writer.record()? } else { writer.close()? }
    }
    writer.out.flush()?;
    Ok(())
}

impl Writer<'_> {
    fn tick(&mut self) -> Result<(), FormatError> {
        if self.at < self.next_tick {
            return Ok(());
        }
        self.next_tick = self.at + TICK;
        match (self.progress)(self.at) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(FormatError::Cancelled),
        }
    }

    /// Begins a line of the level that the writer is in, or of one further out.
    fn begin_line(&mut self, n_out: usize) {
        let depth = (self.levels.len() - 1).saturating_sub(n_out).min(MAX_INDENT);
        self.line.extend(std::iter::repeat_n("  ", depth));
    }

    fn end_line(&mut self) -> Result<(), FormatError> {
        self.line.push('\n');
        self.out.write_all(self.line.as_bytes())?;
        self.line.clear();
        Ok(())
    }

    /// Ends a line that tells of a record, with its field's name.
    fn end_named(&mut self, meaning: &Meaning) -> Result<(), FormatError> {
        if let Some(field) = meaning.field() {
            let _ = write!(self.line, "  # {}", field.name());
        }
        self.end_line()
    }

    fn push_tag(&mut self, tag: Tag, is_spelled: bool) {
        push_long_form(&mut self.line, tag.value(), tag.width);
        let _ = write!(self.line, "{}:", tag.number);
        if is_spelled {
            self.line.push_str(tag.wire_type.name());
        }
    }

    fn close(&mut self) -> Result<(), FormatError> {
        match self.levels.last().map(|level| &level.closer) {
            Some(Closer::Brace) => {
                self.begin_line(1);
                self.line.push('}');
                self.end_line()?;
            }
            Some(Closer::Group { number, end_tag_width }) => {
                let tag = Tag { number: *number, wire_type: WireType::Egroup, width: *end_tag_width };
                self.begin_line(1);
                push_long_form(&mut self.line, tag.value(), tag.width);
                self.line.push('}');
                self.at += u64::from(tag.width);
                self.end_line()?;
            }
            _ => {}
        }
        self.levels.pop();
        Ok(())
    }

    /// What is left of the level is no record.
    fn rest(&mut self, end: u64, damage: Damage) -> Result<(), FormatError> {
        self.begin_line(0);
        let _ = write!(self.line, "# {damage}");
        self.end_line()?;
        self.bytes(self.at..end, Some(false))
    }

    fn record(&mut self) -> Result<(), FormatError> {
        let Some(Level { start, end, message, closer }) = self.levels.last() else { return Ok(()) };
        let (start, end) = (*start, *end);
        let record = match self.reader.head(self.at, end)? {
            Read::End => {
                self.at = end;
                return Ok(());
            }
            Read::Rest(damage) => return self.rest(end, damage),
            Read::Record(record) => record,
        };
        let number = record.tag.number;
        if record.tag.wire_type == WireType::Egroup {
            if !matches!(closer, Closer::OpenGroup { number: open } if *open == number) {
                return self.rest(end, Damage::StrayEnd { number });
            }
            self.begin_line(1);
            self.push_tag(record.tag, true);
            self.at += record.head_and_payload_len();
            self.levels.pop();
            return self.end_line();
        }
        let mut meaning = Meaning::of(message.as_ref(), number, record.tag.wire_type);
        // What an Any holds is read as the type that it names.
        if number == 2 && meaning.is_open() {
            let around = MessageAt { range: start..end, message: message.clone(), scope: Scope::default() };
            let at = RecordAt { offset: self.at, record, end_tag_width: 0 };
            meaning = around.meaning(&mut self.scout, &at)?;
        }
        self.begin_line(0);
        match record.tag.wire_type {
            WireType::Varint => self.varint(record, &meaning),
            WireType::I32 | WireType::I64 => self.fixed(record, &meaning),
            WireType::Len => self.len(record, end, &meaning),
            WireType::Sgroup | WireType::Egroup => self.group(record, end, &meaning),
        }
    }

    fn varint(&mut self, record: Record, meaning: &Meaning) -> Result<(), FormatError> {
        let payload = self.at + u64::from(record.payload_start);
        self.push_tag(record.tag, record.scalar.overflow);
        self.line.push(' ');
        if record.scalar.overflow {
            self.push_overflowing(payload, record.scalar)?;
        } else {
            push_varint(&mut self.line, record.scalar, kind_of(meaning).as_ref());
        }
        self.at = payload + record.payload_len;
        if let (Meaning::Field(field), false) = (meaning, record.scalar.overflow)
            && let Kind::Enum(descriptor) = field.kind()
            && let Some(value) = descriptor.get_value(record.scalar.value as i32)
        {
            let _ = write!(self.line, "  # {} = {}", field.name(), value.name());
            return self.end_line();
        }
        self.end_named(meaning)
    }

    /// Bits beyond the 64th are in no number.
    fn push_overflowing(&mut self, offset: u64, varint: Varint) -> Result<(), FormatError> {
        let width = usize::from(varint.width);
        let bytes = self.reader.at(offset, width)?;
        push_hex(&mut self.line, bytes.get(..width).unwrap_or(bytes));
        Ok(())
    }

    fn fixed(&mut self, record: Record, meaning: &Meaning) -> Result<(), FormatError> {
        self.push_tag(record.tag, false);
        self.line.push(' ');
        let is_wide = record.tag.wire_type == WireType::I64;
        push_fixed(&mut self.line, record.scalar.value, is_wide, kind_of(meaning).as_ref());
        self.at += record.head_and_payload_len();
        self.end_named(meaning)
    }

    fn group(&mut self, record: Record, end: u64, meaning: &Meaning) -> Result<(), FormatError> {
        let number = record.tag.number;
        let extent = self.groups.extent(&mut self.scout, self.at, end)?;
        let (level_end, closer) = match extent {
            Extent::Closed { content_end, end_tag_width } => {
                self.push_tag(record.tag, false);
                self.line.push_str(" !{");
                (content_end, Closer::Group { number, end_tag_width })
            }
            // It may end far away, so the tags stand by themselves.
            Extent::Unclosed | Extent::Unknown => {
                self.push_tag(record.tag, true);
                (end, Closer::OpenGroup { number })
            }
        };
        self.end_named(meaning)?;
        let start = self.at + record.head_and_payload_len();
        self.go_into(start..level_end, meaning.message(), closer);
        Ok(())
    }

    fn go_into(&mut self, range: Range<u64>, message: Option<MessageDescriptor>, closer: Closer) {
        self.at = range.start;
        self.levels.push(Level { start: range.start, end: range.end, message, closer });
    }

    fn len(&mut self, record: Record, end: u64, meaning: &Meaning) -> Result<(), FormatError> {
        let at = RecordAt { offset: self.at, record, end_tag_width: 0 };
        let (length, payload) = (record.scalar, at.payload());
        // The length of what a brace closes is that of its content.
        let is_braced = record.missing == 0 && !length.overflow;
        self.push_tag(record.tag, !is_braced);
        self.line.push(' ');
        if length.overflow {
            self.push_overflowing(at.length_range().start, length)?;
        } else if is_braced {
            push_long_form(&mut self.line, length.value, length.width);
        } else {
            push_varint(&mut self.line, length, Some(&Kind::Uint64));
        }
        if is_braced && payload.is_empty() {
            self.line.push_str("{}");
            self.at = payload.end;
            return self.end_named(meaning);
        }
        let closer = if is_braced { Closer::Brace } else { Closer::Nothing };
        if let Some(message) = self.message(&at, meaning)? {
            self.line.push_str(if is_braced { "{" } else { "" });
            self.end_named(meaning)?;
            self.go_into(payload.start..payload.end.min(end), message, closer);
            return Ok(());
        }
        if !is_braced {
            self.end_named(meaning)?;
            return self.bytes(payload, is_string(meaning).then_some(true));
        }
        self.line.push('{');
        if let Meaning::Packed(field) = meaning {
            self.packed(payload, field)?;
        } else if payload.end - payload.start <= SHORT {
            let bytes = self.snapshot_bytes(payload.clone())?;
            match is_string(meaning) || is_text(&bytes, true) {
                true => push_quoted(&mut self.line, &bytes),
                false => push_hex(&mut self.line, &bytes),
            }
            self.at = payload.end;
        } else {
            self.end_named(meaning)?;
            self.go_into(payload.clone(), None, Closer::Nothing);
            self.bytes(payload, is_string(meaning).then_some(true))?;
            self.levels.pop();
            self.begin_line(0);
            self.line.push('}');
            return self.end_line();
        }
        self.line.push('}');
        self.end_named(meaning)
    }

    /// The message in a LEN payload, if it is read as one: its type, if that is known.
    fn message(
        &mut self,
        at: &RecordAt,
        meaning: &Meaning,
    ) -> Result<Option<Option<MessageDescriptor>>, FormatError> {
        let Some(found) = message_in(at, meaning) else { return Ok(None) };
        let is_declared = matches!(meaning, Meaning::Field(_) | Meaning::Chosen { .. });
        let is_message =
            is_declared || is_plausible_message(&mut self.scout, found.range.clone(), at.record.missing > 0)?;
        Ok(is_message.then_some(found.message))
    }

    fn packed(&mut self, payload: Range<u64>, field: &FieldDescriptor) -> Result<(), FormatError> {
        let kind = field.kind();
        let found = wire_type(field);
        self.at = payload.start;
        let mut is_first = true;
        while self.at < payload.end {
            if !std::mem::take(&mut is_first) {
                self.line.push(' ');
            }
            if self.line.len() > PACKED_WIDTH {
                self.end_line()?;
                self.tick()?;
                self.begin_line(0);
                self.line.push_str("  ");
            }
            let left = payload.end - self.at;
            let want = left.min(MAX_VARINT as u64) as usize;
            let bytes = self.reader.at(self.at, want)?;
            let bytes = bytes.get(..want).unwrap_or(bytes);
            let fixed_width = match found {
                WireType::I32 => 4,
                WireType::I64 => 8,
                _ => 0,
            };
            let width = if fixed_width > 0 {
                let Some(bytes) = bytes.get(..fixed_width) else { break };
                let bits = bytes.iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte));
                push_fixed(&mut self.line, bits, fixed_width == 8, Some(&kind));
                fixed_width as u64
            } else {
                let Ok(varint) = read_varint(bytes) else { break };
                match varint.overflow {
                    true => push_hex(&mut self.line, &bytes[..usize::from(varint.width)]),
                    false => push_varint(&mut self.line, varint, Some(&kind)),
                }
                u64::from(varint.width)
            };
            self.at += width;
        }
        if self.at < payload.end {
            // Less than one element, or a varint without an end and whatever follows it.
            self.end_line()?;
            self.bytes(self.at..payload.end, Some(false))?;
            self.begin_line(0);
        }
        Ok(())
    }

    /// Lines of bytes, as text or as digits; as what reads better, if that is not said.
    fn bytes(&mut self, range: Range<u64>, is_text: Option<bool>) -> Result<(), FormatError> {
        self.at = range.start;
        let head = self.snapshot_bytes(range.start..range.end.min(range.start + TEXT_WIDTH))?;
        let is_all = head.len() as u64 == range.end - range.start;
        let is_text = is_text.unwrap_or_else(|| self::is_text(&head, is_all));
        while self.at < range.end {
            self.tick()?;
            let width = if is_text { TEXT_WIDTH } else { HEX_WIDTH };
            let bytes = self.snapshot_bytes(self.at..range.end.min(self.at + width))?;
            self.begin_line(0);
            let taken = if is_text { whole_characters(&bytes) } else { bytes.len() };
            match is_text {
                true => push_quoted(&mut self.line, &bytes[..taken]),
                false => push_hex(&mut self.line, &bytes),
            }
            self.at += taken as u64;
            self.end_line()?;
        }
        Ok(())
    }

    fn snapshot_bytes(&mut self, range: Range<u64>) -> Result<Vec<u8>, FormatError> {
        let want = (range.end - range.start) as usize;
        let bytes = self.reader.at(range.start, want)?;
        Ok(bytes.get(..want).unwrap_or(bytes).to_vec())
    }
}

/// What a scalar is declared as, if the bytes agree.
fn kind_of(meaning: &Meaning) -> Option<Kind> {
    match meaning {
        Meaning::Field(field) => Some(field.kind()),
        _ => None,
    }
}

fn is_string(meaning: &Meaning) -> bool {
    matches!(meaning, Meaning::Field(field) if field.kind() == Kind::String)
}
