//! Messages inside the message: opened, and checked as a whole when they close.

use super::keys::Added;
use super::levels::{Frame, Opening};
use super::state::{Halt, Pending, Place, State};
use super::table::{NONE, Special};
use super::{MAX_DEPTH, wording};
use crate::document::value::{
    MAX_DURATION_SECONDS, MAX_TIMESTAMP_SECONDS, MIN_TIMESTAMP_SECONDS, SecondsNanos, duration_text,
};
use crate::wire::{Record, WireType};

/// In [`super::levels::Frame::second`] of a map entry: its value came before any key.
pub(super) const VALUE_FIRST: u64 = 1;

/// What a record opens.
pub(super) struct Opened {
    /// Its type, or [`NONE`].
    pub child: u32,
    pub field_idx: u32,
    /// Whether its field may hold one message only, in as many parts as there are records.
    pub is_singular: bool,
    /// Whether it continues a message that an earlier record began.
    pub is_part: bool,
}

impl State<'_> {
    pub fn open(&mut self, offset: u64, record: &Record, opened: Opened) -> Result<u64, Halt> {
        let Opened { child, field_idx, is_singular, is_part } = opened;
        let Some(top) = self.levels.frames.last() else { return Ok(offset) };
        let is_group = record.tag.wire_type == WireType::Sgroup;
        let start = offset + u64::from(record.payload_start);
        let end = if is_group { top.end } else { start + record.payload_len };
        self.tables.compile(child);
        let level = self.levels.frames.len();
        let number = record.tag.number;
        let opening =
            Opening { offset, start, end, type_idx: child, field_idx, number, is_group, is_singular };
        if level >= MAX_DEPTH || !self.levels.open(opening, &self.tables) {
            let complaint = if is_group { wording::too_deep_group(level) } else { wording::too_deep(level) };
            self.emit(offset..end, Place::Message, complaint)?;
            if is_group {
                self.levels.mark_damaged();
            }
            return Ok(end);
        }
        if is_part {
            let types = &self.tables.types;
            let fields = types.get(child as usize).map_or(&[][..], |found| &found.fields[..]);
            self.levels.inherit(|slot| fields.get(slot as usize).is_some_and(|field| field.repeated));
            self.pending.retain(|pending| (pending.level, pending.field_idx) != (level, field_idx));
        }
        Ok(start)
    }

    /// Closes the innermost message, which has been walked to its end.
    #[inline]
    pub fn close(&mut self) -> Result<(), Halt> {
        let types = &self.tables.types;
        let found = self.levels.frames.last().and_then(|top| types.get(top.type_idx as usize));
        let special = found.map_or(Special::Nothing, |found| found.special);
        if found.is_some_and(|found| found.has_required) {
            self.check_required()?;
        }
        match special {
            Special::MapEntry => self.check_entry_shape()?,
            Special::Timestamp => self.check_time("Timestamp")?,
            Special::Duration => self.check_time("Duration")?,
            Special::Nothing => {}
        }
        let Some(closed) = self.levels.close(&self.tables) else { return Ok(()) };
        if !self.pending.is_empty() {
            self.release_pending(self.levels.frames.len() + 1)?;
        }
        if special == Special::MapEntry && closed.field_idx != NONE {
            self.check_key(&closed)?;
        }
        Ok(())
    }

    /// Reports what was pending inside messages that are closed now.
    fn release_pending(&mut self, level: usize) -> Result<(), Halt> {
        let start = self.pending.iter().rposition(|pending| pending.level < level).map_or(0, |at| at + 1);
        self.pending.split_off(start).into_iter().try_for_each(|pending| self.send(pending.problem))
    }

    fn check_required(&mut self) -> Result<(), Halt> {
        let Some(&top) = self.levels.frames.last() else { return Ok(()) };
        let n_fields = self.tables.types.get(top.type_idx as usize).map_or(0, |found| found.fields.len());
        for field_idx in 0..n_fields as u32 {
            let required = self.tables.types[top.type_idx as usize].fields[field_idx as usize].required;
            if !required || self.levels.has(field_idx) {
                continue;
            }
            let complaint = wording::missing_required();
            let problem = self.problem(top.start..top.end, Place::Field(field_idx, None), complaint)?;
            let level = self.levels.frames.len() - 1;
            if top.is_singular {
                self.pending.push(Pending { level, field_idx: top.field_idx, problem });
            } else {
                self.send(problem)?;
            }
        }
        Ok(())
    }

    /// Keys and values that are absent, or in the wrong order. Field 1 is the key, 2 the value.
    fn check_entry_shape(&mut self) -> Result<(), Halt> {
        let Some(top) = self.levels.frames.last() else { return Ok(()) };
        let (range, value_first) = (top.start..top.end, top.second == VALUE_FIRST);
        let Some(found) = self.tables.types.get(top.type_idx as usize) else { return Ok(()) };
        let (key, value) = (found.lookup(1), found.lookup(2));
        let has_key = self.levels.has(key);
        if !has_key {
            let is_len = found.fields.get(key as usize).is_some_and(|field| field.wire_type == WireType::Len);
            let hash = if is_len { self.hasher.hash(&[]) } else { self.hasher.hash_bits(0) };
            self.top_mut(|top| top.first = hash);
            self.emit(range.clone(), Place::Message, wording::no_key())?;
        }
        if !self.levels.has(value) {
            self.emit(range.clone(), Place::Message, wording::no_value())?;
        } else if has_key && value_first {
            self.emit(range, Place::Message, wording::value_first())?;
        }
        Ok(())
    }

    fn check_key(&mut self, entry: &Frame) -> Result<(), Halt> {
        match self.levels.add_key(entry.field_idx, entry.first) {
            Added::New => Ok(()),
            Added::Full => {
                self.report.n_uncompared += 1;
                Ok(())
            }
            Added::Again => self.emit_for_entry(entry, wording::key_again()),
        }
    }

    fn check_time(&mut self, what: &str) -> Result<(), Halt> {
        let Some(&top) = self.levels.frames.last() else { return Ok(()) };
        let (seconds, nanos) = (top.first as i64, top.second as u32 as i32);
        let fine = if what == "Timestamp" {
            (MIN_TIMESTAMP_SECONDS..=MAX_TIMESTAMP_SECONDS).contains(&seconds)
                && (0..1_000_000_000).contains(&nanos)
        } else {
            nanos == 0 && seconds.unsigned_abs() <= MAX_DURATION_SECONDS as u64
                || duration_text(SecondsNanos { seconds, nanos }).is_some()
        };
        if fine {
            return Ok(());
        }
        self.emit(top.start..top.end, Place::Message, wording::time_range(what, seconds, nanos))
    }
}
