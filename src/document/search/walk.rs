//! Records in wire order, with what their types say of them.

mod place;

use super::super::level::MessageAt;
use super::super::plausible::is_plausible_message;
use super::super::reader::{Found, LARGE_WINDOW, Reader, SMALL_WINDOW};
use super::super::reading::{Reading as ReadAs, Scope, type_in_any};
use super::super::snapshot::Snapshot;
use super::super::source::{ReadMode, SourceError};
use super::table::{Field, NONE, Tables};
use crate::schema::{Kind, WellKnown};
use crate::wire::{Damage, MAX_VARINT, Read, Record, VarintError, WireType, count_varints, read_varint};
use std::ops::Range;

/// Messages nested deeper are looked at from outside.
const MAX_DEPTH: usize = 1 << 16;
/// Fields that a message's records are counted of; only what no type declares can be more.
const MAX_COUNTED: usize = 256;

/// How a record is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// As its field declares it.
    Field,
    /// Elements of a repeated scalar field in one record.
    Packed,
    /// One of these elements.
    Element,
    /// Its field is declared with another wire type.
    Clash,
    Unknown,
    /// No record: from here to the end of the message.
    Rest,
    /// The end tag of the group that the walk is in.
    EndTag,
    /// Not met by itself: a repeated field as a whole, `scalar` being its number of elements.
    Count,
}

/// What the walk met. Own ranges, from the tag to what is walked next, tile the message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub offset: u64,
    /// The bytes behind tag and length.
    pub payload: (u64, u64),
    pub number: u32,
    pub wire_type: WireType,
    pub scalar: u64,
    pub reading: Reading,
    /// In the type of the message around it, or [`NONE`].
    pub field_idx: u32,
    /// Its place among the elements of its field.
    pub element: Option<u64>,
    /// Whether no record of the same field stands right before it.
    pub starts_run: bool,
    /// Whether its payload is walked next.
    pub opens: bool,
    /// Whether it is longer than the message around it.
    pub is_cut: bool,
}

impl Item {
    /// The bytes that are its own and not those of an item inside.
    pub fn own(&self) -> Range<u64> {
        self.offset..if self.opens { self.payload.0 } else { self.payload.1 }
    }

    pub fn payload_len(&self) -> u64 {
        self.payload.1 - self.payload.0
    }
}

/// A message that is open, or the elements of a packed record.
struct Frame {
    /// Offset of the record that it is inside of.
    record: u64,
    start: u64,
    /// Of a group, where it ends at the latest.
    end: u64,
    type_idx: u32,
    /// Of the field that it is a value of, in the type around it.
    field_idx: u32,
    number: u32,
    element: Option<u64>,
    what: What,
    /// The readings that a person chose for its records.
    scope: Scope,
    /// Field number of the record before.
    previous: u32,
    counts_start: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Message,
    Group,
    Packed,
}

/// What a record is read as otherwise than declared.
enum Inner {
    /// A message of this type, or of none that is known.
    Message(u32),
    /// No message.
    None,
}

/// Elements of one field of an open message.
#[derive(Clone, Copy)]
struct Count {
    number: u32,
    n: u64,
    /// Offset of the first.
    first: u64,
    /// A packed payload whose elements are not counted yet, and their width, 0 for varints.
    pending: Option<(u64, u64, u8)>,
}

/// What comes next.
pub(super) enum Met {
    Item(Item),
    /// The innermost message ends here; asked for by `Walk::tells_ends`.
    Ends,
    End,
}

/// Whether a field can be what is looked for.
pub(super) type IsWanted<'q> = Box<dyn Fn(&Field) -> bool + 'q>;

/// See the module.
pub(super) struct Walk<'s, 'q> {
    pub tables: Tables<'q>,
    reader: Reader<'s>,
    /// For looking elsewhere without losing the place.
    scout: Reader<'s>,
    frames: Vec<Frame>,
    counts: Vec<Count>,
    at: u64,
    /// Elements of packed records are items too.
    pub opens_packed: bool,
    /// What no type declares is read as a message where it can hardly be anything else.
    pub opens_unknown: bool,
    pub tells_ends: bool,
    has_told: bool,
    /// Which fields can be what is looked for; all if there is none.
    pub wanted: Option<IsWanted<'q>>,
}

impl<'s, 'q> Walk<'s, 'q> {
    pub fn new(snapshot: &'s Snapshot, root: &MessageAt, mut tables: Tables<'q>) -> Self {
        let end = root.range.end.min(snapshot.len());
        let start = root.range.start.min(end);
        let type_idx = root.message.as_ref().map_or(NONE, |message| tables.type_idx(message));
        tables.compile(type_idx);
        let root = Frame {
            record: start,
            start,
            end,
            type_idx,
            field_idx: NONE,
            number: 0,
            element: None,
            what: What::Message,
            scope: root.scope.clone(),
            previous: 0,
            counts_start: 0,
        };
        Self {
            tables,
            reader: Reader::new(snapshot, ReadMode::Wait, LARGE_WINDOW),
            scout: Reader::new(snapshot, ReadMode::Wait, SMALL_WINDOW),
            frames: vec![root],
            counts: Vec::new(),
            at: start,
            opens_packed: true,
            opens_unknown: true,
            tells_ends: false,
            has_told: false,
            wanted: None,
        }
    }

    pub fn offset(&self) -> u64 {
        self.at
    }

    /// The next item that does not end at or before `from`; those that do are passed over unopened.
    pub fn next(&mut self, from: u64) -> Result<Met, SourceError> {
        loop {
            let Some(frame) = self.frames.last() else { return Ok(Met::End) };
            if self.at >= frame.end {
                if self.tells_ends && !self.has_told && frame.what != What::Packed {
                    self.has_told = true;
                    return Ok(Met::Ends);
                }
                self.close();
                continue;
            }
            let item = if frame.what == What::Packed { self.element(from)? } else { self.record(from)? };
            if let Some(item) = item {
                return Ok(Met::Item(item));
            }
        }
    }

    fn close(&mut self) {
        self.has_told = false;
        if let Some(frame) = self.frames.pop() {
            self.counts.truncate(frame.counts_start);
        }
    }

    /// The next record of a message; `None` if it was passed over or the message only ended.
    fn record(&mut self, from: u64) -> Result<Option<Item>, SourceError> {
        let Some(frame) = self.frames.last_mut() else { return Ok(None) };
        let (offset, end, type_idx) = (self.at, frame.end, frame.type_idx);
        let record = match self.reader.head(offset, end)? {
            Read::End => {
                self.at = end;
                return Ok(None);
            }
            Read::Rest(damage) => return Ok(self.rest(damage, from)),
            Read::Record(record) => record,
        };
        let number = record.tag.number;
        if record.tag.wire_type == WireType::Egroup {
            return self.end_tag(&record, from);
        }
        let starts_run = frame.previous != number;
        frame.previous = number;
        let field_idx = self.tables.get(type_idx).map_or(NONE, |found| found.lookup(number));
        let (mut reading, mut repeats, mut inner) = (Reading::Unknown, true, NONE);
        if let Some(field) = self.tables.field(type_idx, field_idx) {
            (repeats, inner) = (field.repeats(), field.type_idx);
            reading = match record.tag.wire_type {
                found if found == field.wire_type => Reading::Field,
                WireType::Len if field.is_packable => Reading::Packed,
                _ => Reading::Clash,
            };
            if reading != Reading::Field {
                inner = NONE;
            }
        }
        let element = if repeats { self.counted(number, offset)? } else { None };
        let payload = offset + u64::from(record.payload_start);
        let item = Item {
            offset,
            payload: (payload, payload + record.payload_len),
            number,
            wire_type: record.tag.wire_type,
            scalar: record.scalar.value,
            reading,
            field_idx,
            element,
            starts_run,
            opens: false,
            is_cut: record.missing > 0,
        };
        let is_open = matches!(reading, Reading::Unknown | Reading::Clash)
            || self.tables.field(type_idx, field_idx).is_some_and(|field| field.kind == Kind::Bytes);
        let chosen = if is_open && item.wire_type == WireType::Len { self.chosen(&item)? } else { None };
        let (inner, is_message) = match chosen {
            Some(Inner::Message(chosen)) => (chosen, Some(true)),
            Some(Inner::None) => (NONE, Some(false)),
            None => (inner, None),
        };
        self.enter(item, inner, is_message, from)
    }

    /// What a person chose to read a record as, or what the Any around it says that it is.
    fn chosen(&mut self, item: &Item) -> Result<Option<Inner>, SourceError> {
        let Some(frame) = self.frames.last() else { return Ok(None) };
        if let Some(reading) =
            frame.scope.get(item.number).filter(|reading| reading.wire_type() == item.wire_type)
        {
            return Ok(Some(match reading.message() {
                Some(Some(message)) => Inner::Message(self.tables.type_idx(message)),
                Some(None) => Inner::Message(NONE),
                None => Inner::None,
            }));
        }
        let Some(around) = self.tables.get(frame.type_idx).filter(|_| item.number == 2) else {
            return Ok(None);
        };
        if around.known != Some(WellKnown::Any) {
            return Ok(None);
        }
        let found = type_in_any(&mut self.scout, &around.descriptor, frame.start..frame.end)?;
        Ok(found.map(|found| Inner::Message(self.tables.type_idx(&found))))
    }

    /// The kind of scalar that a person chose to read an undeclared record as.
    pub fn chosen_kind(&self, item: &Item) -> Option<Kind> {
        if !matches!(item.reading, Reading::Unknown | Reading::Clash) {
            return None;
        }
        // What was met last is in the innermost message, unless it was opened as one itself.
        let frame = self.frames.last().filter(|_| !item.opens)?;
        match frame.scope.get(item.number).filter(|reading| reading.wire_type() == item.wire_type)? {
            ReadAs::Kind(kind) if !matches!(kind, Kind::Message(_)) => Some(kind.clone()),
            _ => None,
        }
    }

    /// Counts a record and goes into it or behind it. `is_message` says so if that was chosen.
    fn enter(
        &mut self,
        mut item: Item,
        inner: u32,
        is_message: Option<bool>,
        from: u64,
    ) -> Result<Option<Item>, SourceError> {
        let is_group = item.wire_type == WireType::Sgroup;
        let is_passed = !is_group && item.payload.1 <= from;
        if item.reading == Reading::Packed {
            let width = match self.tables.field(self.type_idx(), item.field_idx).map(|field| field.wire_type)
            {
                Some(WireType::I32) => 4,
                Some(WireType::I64) => 8,
                _ => 0,
            };
            if let Some(count) = self.count_mut(item.number) {
                count.pending = Some((item.payload.0, item.payload.1, width));
            }
        } else if let Some(count) = self.count_mut(item.number).filter(|_| item.element.is_some()) {
            count.n += 1;
        }
        item.opens = !is_passed
            && self.frames.len() <= MAX_DEPTH
            && (is_group || item.payload_len() > 0)
            && match is_message {
                Some(is_message) => is_message,
                None => self.is_opened(&item, inner)?,
            };
        if item.opens {
            let Some(outer) = self.frames.last() else { return Ok(None) };
            let (outer_end, scope) = (outer.end, outer.scope.inside(item.number));
            self.tables.compile(inner);
            let what = match item.reading {
                Reading::Packed => What::Packed,
                _ if is_group => What::Group,
                _ => What::Message,
            };
            self.frames.push(Frame {
                record: item.offset,
                start: item.payload.0,
                end: if is_group { outer_end } else { item.payload.1 },
                type_idx: inner,
                field_idx: item.field_idx,
                number: item.number,
                element: item.element,
                what,
                scope,
                previous: 0,
                counts_start: self.counts.len(),
            });
            self.at = item.payload.0;
        } else {
            self.at = item.payload.1;
        }
        Ok((item.own().end > from).then_some(item))
    }

    /// The message in an item that the walk has just met, if it goes into one there.
    pub fn inside(&mut self, item: &Item) -> Result<Option<MessageAt>, SourceError> {
        let Some(frame) = self.frames.last().filter(|frame| item.opens && frame.record == item.offset) else {
            return Ok(None);
        };
        let message = self.tables.get(frame.type_idx).map(|found| found.descriptor.clone());
        let (scope, end) = (frame.scope.clone(), frame.end);
        let range = match frame.what {
            What::Packed => return Ok(None),
            What::Message => frame.start..end,
            What::Group => match self.scout.record(item.offset, end)? {
                Found::Record(group) => group.payload(),
                Found::End | Found::Rest(_) => return Ok(None),
            },
        };
        Ok(Some(MessageAt { range, message, scope }))
    }

    fn is_opened(&mut self, item: &Item, inner: u32) -> Result<bool, SourceError> {
        Ok(match (item.reading, item.wire_type) {
            (_, WireType::Sgroup) => true,
            (Reading::Packed, _) => self.opens_packed,
            (Reading::Field, WireType::Len) => inner != NONE && self.is_worth(inner),
            (Reading::Unknown | Reading::Clash, WireType::Len) => {
                self.opens_unknown
                    && is_plausible_message(&mut self.scout, item.payload.0..item.payload.1, item.is_cut)?
            }
            _ => false,
        })
    }

    /// Whether anything in a message of this type can be what is looked for.
    fn is_worth(&mut self, type_idx: u32) -> bool {
        let Some(wanted) = &self.wanted else { return true };
        if let Some(is_worth) = self.tables.get(type_idx).and_then(|found| found.is_worth) {
            return is_worth;
        }
        self.tables.compile(type_idx);
        let is_entry = self.tables.get(type_idx).is_some_and(|found| found.is_entry());
        let is_worth = is_entry || self.tables.any_field(type_idx, wanted);
        if let Some(found) = self.tables.types.get_mut(type_idx as usize) {
            found.is_worth = Some(is_worth);
        }
        is_worth
    }

    fn rest(&mut self, damage: Damage, from: u64) -> Option<Item> {
        let end = self.frames.last()?.end;
        let number = match damage {
            Damage::CutFixed { number, .. } | Damage::CutVarint { number } | Damage::CutLength { number } => {
                number
            }
            _ => 0,
        };
        let item = self.bare(end, number, Reading::Rest);
        self.at = end;
        (end > from).then_some(item)
    }

    /// Bytes from here to `end` that are no record of their own.
    fn bare(&self, end: u64, number: u32, reading: Reading) -> Item {
        Item {
            offset: self.at,
            payload: (self.at, end),
            number,
            wire_type: WireType::Len,
            scalar: 0,
            reading,
            field_idx: NONE,
            element: None,
            starts_run: false,
            opens: false,
            is_cut: false,
        }
    }

    fn end_tag(&mut self, record: &Record, from: u64) -> Result<Option<Item>, SourceError> {
        let number = record.tag.number;
        let Some(frame) = self.frames.last_mut() else { return Ok(None) };
        if frame.what != What::Group || frame.number != number {
            return Ok(self.rest(Damage::StrayEnd { number }, from));
        }
        // The message ends behind its end tag: what is asked of it at its end can still be asked.
        let end = self.at + record.head_and_payload_len();
        frame.end = end;
        let item = self.bare(end, number, Reading::EndTag);
        self.at = end;
        Ok((end > from).then_some(item))
    }

    /// The next element of a packed record.
    fn element(&mut self, from: u64) -> Result<Option<Item>, SourceError> {
        let Some(frame) = self.frames.last() else { return Ok(None) };
        let (number, field_idx, end, first) = (frame.number, frame.field_idx, frame.end, frame.element);
        let outer_type = self.outer_type();
        let wire_type =
            self.tables.field(outer_type, field_idx).map_or(WireType::Varint, |field| field.wire_type);
        let left = end - self.at;
        let want = left.min(MAX_VARINT as u64) as usize;
        let bytes = self.reader.at(self.at, want)?;
        let bytes = bytes.get(..want).unwrap_or(bytes);
        let (width, scalar) = match wire_type {
            WireType::I32 | WireType::I64 => {
                let width = if wire_type == WireType::I32 { 4 } else { 8 };
                let Some(bytes) = bytes.get(..width) else {
                    return Ok(
                        self.rest(Damage::CutFixed { number, want: width as u8, have: want as u8 }, from)
                    );
                };
                (width as u64, bytes.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte)))
            }
            _ => match read_varint(bytes) {
                Ok(varint) => (u64::from(varint.width), varint.value),
                Err(VarintError::Cut) => return Ok(self.rest(Damage::CutVarint { number }, from)),
                Err(VarintError::TooLong) => return Ok(self.rest(Damage::EndlessVarint { number }, from)),
            },
        };
        let Some(frame) = self.frames.last_mut() else { return Ok(None) };
        // The elements of this record so far.
        let nth = u64::from(frame.previous);
        let item = Item {
            offset: self.at,
            payload: (self.at, self.at + width),
            number,
            wire_type,
            scalar,
            reading: Reading::Element,
            field_idx,
            element: first.map(|first| first + nth),
            starts_run: false,
            opens: false,
            is_cut: false,
        };
        frame.previous += 1;
        self.at += width;
        Ok((self.at > from).then_some(item))
    }

    /// Elements of a field before this record, which is its first if there are none.
    fn counted(&mut self, number: u32, offset: u64) -> Result<Option<u64>, SourceError> {
        let start = self.frames.last().map_or(0, |frame| frame.counts_start);
        let Some(idx) = self.counts[start..].iter().position(|count| count.number == number) else {
            if self.counts.len() - start >= MAX_COUNTED {
                return Ok(None);
            }
            self.counts.push(Count { number, n: 0, first: offset, pending: None });
            return Ok(Some(0));
        };
        self.settle(start + idx)?;
        Ok(Some(self.counts[start + idx].n))
    }

    fn count_mut(&mut self, number: u32) -> Option<&mut Count> {
        let start = self.frames.last()?.counts_start;
        self.counts[start..].iter_mut().find(|count| count.number == number)
    }

    /// Counts the elements of a packed payload that was passed.
    fn settle(&mut self, count_idx: usize) -> Result<(), SourceError> {
        let Some((start, end, width)) = self.counts[count_idx].pending.take() else { return Ok(()) };
        let mut n = (end - start).checked_div(u64::from(width)).unwrap_or(0);
        let mut at = if width == 0 { start } else { end };
        while at < end {
            let want = (end - at).min(LARGE_WINDOW as u64) as usize;
            let bytes = self.scout.at(at, want)?;
            n += count_varints(&bytes[..want]);
            at += want as u64;
        }
        self.counts[count_idx].n += n;
        Ok(())
    }

    /// The repeated fields of the innermost message that were met: number, elements, first record.
    pub fn repeated(&mut self) -> Result<Vec<(u32, u64, u64)>, SourceError> {
        let start = self.frames.last().map_or(0, |frame| frame.counts_start);
        for idx in start..self.counts.len() {
            self.settle(idx)?;
        }
        Ok(self.counts[start..].iter().map(|count| (count.number, count.n, count.first)).collect())
    }

    pub fn reader(&mut self) -> &mut Reader<'s> {
        &mut self.reader
    }

    pub fn scout(&mut self) -> &mut Reader<'s> {
        &mut self.scout
    }
}
