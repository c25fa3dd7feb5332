//! All rows of a message, one after the other.

use super::super::groups::{Extent, Groups};
use super::{MAX_DEPTH, TreeRow};
use crate::document::reading::Scope;
use crate::document::{
    Entry, Found, LARGE_WINDOW, Meaning, MessageAt, ReadMode, Reader, RecordAt, SMALL_WINDOW, Snapshot,
    SourceError, forms_runs, is_plausible_message, message_in,
};
use crate::schema::{FieldDescriptor, MessageDescriptor, wire_type};
use crate::wire::{Damage, MAX_VARINT, Read, Record, VarintError, WireType, read_varint};
use std::collections::HashMap;
use std::ops::Range;

/// A message, or the elements of a packed record, that the walk is in.
struct Level {
    start: u64,
    /// For a group that is closed: behind its end tag.
    end: u64,
    /// Of its rows.
    depth: u32,
    what: What,
}

enum What {
    Message {
        message: Option<MessageDescriptor>,
        /// For a group, its number: an end tag with this number ends it.
        group: Option<u32>,
        /// Where the run that the walk is in ends.
        run_end: u64,
        /// Elements so far, by the number of their repeated field.
        n_elements: HashMap<u32, u64>,
    },
    Packed {
        field: FieldDescriptor,
        n_elements: u64,
    },
}

impl What {
    fn message(message: Option<MessageDescriptor>, group: Option<u32>) -> What {
        What::Message { message, group, run_end: 0, n_elements: HashMap::new() }
    }
}

/// Gives the rows one by one.
pub(super) struct Walk<'a> {
    reader: Reader<'a>,
    /// For looking ahead without losing the place.
    scout: Reader<'a>,
    groups: Groups,
    levels: Vec<Level>,
    at: u64,
}

impl<'a> Walk<'a> {
    pub fn new(snapshot: &'a Snapshot, range: Range<u64>, message: Option<&MessageDescriptor>) -> Self {
        let root = Level {
            start: range.start,
            end: range.end,
            depth: 0,
            what: What::message(message.cloned(), None),
        };
        Self {
            reader: Reader::new(snapshot, ReadMode::Wait, LARGE_WINDOW),
            scout: Reader::new(snapshot, ReadMode::Wait, SMALL_WINDOW),
            groups: Groups::default(),
            levels: vec![root],
            at: range.start,
        }
    }

    pub fn offset(&self) -> u64 {
        self.at
    }

    pub fn next(&mut self) -> Result<Option<TreeRow>, SourceError> {
        loop {
            let Some(level) = self.levels.last() else { return Ok(None) };
            if self.at >= level.end {
                self.close();
                continue;
            }
            if let What::Packed { field, n_elements } = &level.what {
                let (field, n_elements) = (field.clone(), *n_elements);
                return self.element(field, n_elements);
            }
            if let Some(row) = self.record()? {
                return Ok(Some(row));
            }
        }
    }

    fn close(&mut self) {
        let Some(closed) = self.levels.pop() else { return };
        if let (What::Packed { field, n_elements }, Some(level)) = (closed.what, self.levels.last_mut())
            && let What::Message { n_elements: all, .. } = &mut level.what
        {
            all.insert(field.number(), n_elements);
        }
    }

    /// The bytes from here to the end of the level, which are no record.
    fn rest(&mut self, damage: Damage) -> Option<TreeRow> {
        let level = self.levels.last()?;
        let range = self.at..level.end;
        self.at = level.end;
        Some(TreeRow { entry: Entry::Rest { range, damage }, depth: level.depth, is_open_ended: false })
    }

    /// The next row of a message; `None` if it only ended.
    fn record(&mut self) -> Result<Option<TreeRow>, SourceError> {
        let Some(Level { start, end, depth, what: What::Message { message, group, run_end, n_elements } }) =
            self.levels.last()
        else {
            return Ok(None);
        };
        let (start, end, depth, in_run) = (*start, *end, *depth, self.at < *run_end);
        let record = match self.reader.head(self.at, end)? {
            Read::End => {
                self.at = end;
                return Ok(None);
            }
            Read::Rest(damage) => return Ok(self.rest(damage)),
            Read::Record(record) => record,
        };
        let number = record.tag.number;
        if record.tag.wire_type == WireType::Egroup {
            if *group != Some(number) {
                return Ok(self.rest(Damage::StrayEnd { number }));
            }
            self.at += record.head_and_payload_len();
            self.close();
            return Ok(None);
        }
        let mut meaning = Meaning::of(message.as_ref(), number, record.tag.wire_type);
        // What an Any holds is read as the type that it names.
        if number == 2 && meaning.is_open() {
            let around = MessageAt { range: start..end, message: message.clone(), scope: Scope::default() };
            let at = RecordAt { offset: self.at, record, end_tag_width: 0 };
            meaning = around.meaning(&mut self.scout, &at)?;
        }
        let repeated = meaning.field().filter(|field| forms_runs(field)).cloned();
        let element_idx = repeated.as_ref().map(|_| n_elements.get(&number).copied().unwrap_or(0));
        if let (Some(field), false) = (repeated, in_run) {
            let entry = self.run(field, record, end)?;
            let is_single = matches!(entry, Entry::Run { n_records: 1, counted: true, .. });
            if !(is_single && matches!(meaning, Meaning::Packed(_))) {
                if let Some(Level { what: What::Message { run_end, .. }, .. }) = self.levels.last_mut() {
                    *run_end = entry.range().end;
                }
                return Ok(Some(TreeRow { entry, depth, is_open_ended: false }));
            }
        }
        if let (Some(idx), Some(Level { what: What::Message { n_elements, .. }, .. })) =
            (element_idx, self.levels.last_mut())
            && !matches!(meaning, Meaning::Packed(_))
        {
            n_elements.insert(number, idx + 1);
        }
        let depth = depth + u32::from(in_run);
        self.one(record, end, depth, meaning, element_idx).map(Some)
    }

    /// The run of records that starts here with `first`.
    fn run(&mut self, field: FieldDescriptor, first: Record, end: u64) -> Result<Entry, SourceError> {
        let number = first.tag.number;
        let (mut at, mut n_records, mut counted) = (self.at, 0, true);
        while let Read::Record(record) = self.scout.head(at, end)? {
            if record.tag.number != number || record.tag.wire_type == WireType::Egroup {
                break;
            }
            n_records += 1;
            if record.tag.wire_type == WireType::Sgroup {
                match self.groups.extent(&mut self.scout, at, end)? {
                    Extent::Closed { content_end, end_tag_width } => {
                        at = content_end + u64::from(end_tag_width)
                    }
                    Extent::Unclosed => at = end,
                    Extent::Unknown => {
                        counted = false;
                        at += record.head_and_payload_len();
                        break;
                    }
                }
            } else {
                at += record.head_and_payload_len();
            }
        }
        Ok(Entry::Run { field, range: self.at..at, n_records, counted })
    }

    /// The row of one record; what it opens is walked next.
    fn one(
        &mut self,
        record: Record,
        end: u64,
        depth: u32,
        meaning: Meaning,
        element_idx: Option<u64>,
    ) -> Result<TreeRow, SourceError> {
        let mut at = RecordAt { offset: self.at, record, end_tag_width: 0 };
        let (mut is_open_ended, mut content_end) = (false, end);
        if record.tag.wire_type == WireType::Sgroup {
            match self.groups.extent(&mut self.scout, self.at, end)? {
                Extent::Closed { content_end: found, end_tag_width } => {
                    at.end_tag_width = end_tag_width;
                    content_end = found;
                }
                Extent::Unclosed => {}
                Extent::Unknown => {
                    // Not unclosed, as far as is known.
                    at.end_tag_width = 1;
                    is_open_ended = true;
                }
            }
            at.record.payload_len = content_end - at.payload().start;
        }
        let inside = if at.record.payload_len == 0 || depth >= MAX_DEPTH {
            None
        } else {
            self.inside(&at, &meaning, element_idx)?
        };
        match inside {
            Some(what) => {
                let is_closed_group = at.end_tag_width > 0 && !is_open_ended;
                let level_end = match record.tag.wire_type {
                    WireType::Sgroup if is_closed_group => at.end(),
                    WireType::Sgroup => end,
                    _ => at.payload().end,
                };
                self.at = at.payload().start;
                self.levels.push(Level { start: self.at, end: level_end, depth: depth + 1, what });
            }
            None if is_open_ended => self.skip(end)?,
            None => self.at = at.end(),
        }
        Ok(TreeRow { entry: Entry::Record { at, meaning, element_idx }, depth, is_open_ended })
    }

    /// What the walk goes into with this record, if anything.
    fn inside(
        &mut self,
        at: &RecordAt,
        meaning: &Meaning,
        element_idx: Option<u64>,
    ) -> Result<Option<What>, SourceError> {
        if let Meaning::Packed(field) = meaning {
            return Ok(Some(What::Packed { field: field.clone(), n_elements: element_idx.unwrap_or(0) }));
        }
        let Some(found) = message_in(at, meaning) else { return Ok(None) };
        let is_group = at.wire_type() == WireType::Sgroup;
        let is_declared = matches!(meaning, Meaning::Field(_) | Meaning::Chosen { .. });
        if !is_declared
            && !is_group
            && !is_plausible_message(&mut self.scout, found.range, at.record.missing > 0)?
        {
            return Ok(None);
        }
        Ok(Some(What::message(found.message, is_group.then(|| at.number()))))
    }

    /// Goes behind a group whose end is far away.
    fn skip(&mut self, end: u64) -> Result<(), SourceError> {
        self.at = match self.reader.record(self.at, end)? {
            Found::Record(at) => at.end(),
            _ => end,
        };
        Ok(())
    }

    /// The next element of a packed record.
    fn element(&mut self, field: FieldDescriptor, element_idx: u64) -> Result<Option<TreeRow>, SourceError> {
        let Some(level) = self.levels.last_mut() else { return Ok(None) };
        let (number, left) = (field.number(), level.end - self.at);
        let width = match wire_type(&field) {
            WireType::I32 => 4,
            WireType::I64 => 8,
            _ => {
                let want = left.min(MAX_VARINT as u64) as usize;
                let bytes = self.reader.at(self.at, want)?;
                match read_varint(bytes.get(..want).unwrap_or(bytes)) {
                    Ok(varint) => varint.width,
                    Err(VarintError::Cut) => return Ok(self.rest(Damage::CutVarint { number })),
                    Err(VarintError::TooLong) => return Ok(self.rest(Damage::EndlessVarint { number })),
                }
            }
        };
        if left < u64::from(width) {
            return Ok(self.rest(Damage::CutFixed { number, want: width, have: left as u8 }));
        }
        if let What::Packed { n_elements, .. } = &mut level.what {
            *n_elements += 1;
        }
        let range = self.at..self.at + u64::from(width);
        self.at = range.end;
        let depth = level.depth;
        let entry = Entry::Element { field, range, element_idx };
        Ok(Some(TreeRow { entry, depth, is_open_ended: false }))
    }
}
