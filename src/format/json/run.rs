//! The loop over the records of the uppermost message. This is where the time goes.

use super::super::FormatError;
use super::engine::{Engine, FLUSH};
use super::frame::{Frame, NO_SLOT, Parts};
use super::input::read_head;
use super::keys::{PlainEntry, meaning};
use super::table::{Field, Form, Holds, Table};
use crate::wire::{MAX_HEAD, Read, Record, WireType};
use std::ops::Range;
use std::rc::Rc;

/// Why the loop over a window ended.
enum Next {
    Done,
    /// The bytes from `at` on have to be in the window, `want` of them if there are so many.
    Window {
        at: u64,
        want: u64,
    },
    /// The next record is longer than the limit.
    Big,
}

/// What the next record means for the loop.
enum Step {
    /// The same message goes on.
    Same,
    /// Another message may be the uppermost, or the same one starts again.
    Moved,
    Leave(Next),
}

/// What stands between a record and its being written.
enum Turn {
    Clear,
    /// The run before it is open.
    RunOpen,
    /// It comes out of order, and nobody has looked ahead.
    OutOfOrder,
}

/// A record of a field, all of it in the window.
struct Located<'w> {
    slot: usize,
    offset: u64,
    payload: Range<u64>,
    payload_bytes: &'w [u8],
    record: Record,
}

impl Frame {
    /// Makes `slot` the field that is being written, if nothing speaks against it.
    #[inline(always)]
    fn turn_to(&mut self, field: &Field, slot: usize) -> Turn {
        let is_unchecked = self.ahead.is_none();
        if slot == self.slot {
            let is_second = field.holds == Holds::One && is_unchecked;
            return if is_second { Turn::OutOfOrder } else { Turn::Clear };
        }
        if self.is_run_open {
            return Turn::RunOpen;
        }
        let is_late = self.slot != NO_SLOT && slot < self.slot;
        if (is_late || self.oneofs & field.oneof != 0) && is_unchecked {
            return Turn::OutOfOrder;
        }
        self.slot = slot;
        self.oneofs |= field.oneof;
        Turn::Clear
    }
}

impl Engine<'_> {
    /// Writes everything on the stack.
    pub fn run(&mut self) -> Result<(), FormatError> {
        loop {
            match self.with_window(|engine, (bytes, base)| engine.run_in(bytes, base))? {
                Next::Done => return Ok(()),
                Next::Window { at, want } => self.refill(at, want)?,
                Next::Big => self.big_record()?,
            }
        }
    }

    /// Writes records as long as they are in the window.
    fn run_in(&mut self, bytes: &[u8], base: u64) -> Result<Next, FormatError> {
        let window_end = base + bytes.len() as u64;
        loop {
            let is_attempt = self.is_attempt();
            let Some(frame) = self.stack.last_mut() else { return Ok(Next::Done) };
            let is_outside = frame.at < frame.end && (frame.at < base || frame.end > window_end);
            if is_attempt && is_outside {
                // An attempt begins: all of its message has to be there.
                return Ok(Next::Window { at: frame.at, want: frame.end - frame.at });
            }
            let table = Rc::clone(&frame.table);
            loop {
                match self.step(bytes, base, &table)? {
                    Step::Same => {}
                    Step::Moved => break,
                    Step::Leave(next) => return Ok(next),
                }
            }
        }
    }

    /// Writes the next record of the uppermost message.
    #[inline(always)]
    fn step(&mut self, bytes: &[u8], base: u64, table: &Table) -> Result<Step, FormatError> {
        let Some(frame) = self.stack.last_mut() else { return Ok(Step::Leave(Next::Done)) };
        let (at, end) = (frame.at, frame.end);
        if at >= end {
            self.end_of_segment(bytes, base)?;
            return Ok(Step::Moved);
        }
        let in_window = at.checked_sub(base).and_then(|start| bytes.get(start as usize..));
        let enough = |rest: &&[u8]| rest.len() >= MAX_HEAD || at + rest.len() as u64 >= end;
        let Some(rest) = in_window.filter(enough) else {
            return Ok(Step::Leave(Next::Window { at, want: MAX_HEAD as u64 }));
        };
        let record = match read_head(rest, end - at) {
            Read::Record(record) => record,
            Read::Rest(damage) => {
                frame.at = end;
                self.lose_rest(at, damage)?;
                return Ok(Step::Same);
            }
            Read::End => return Ok(Step::Same),
        };
        let Some(slot) = table.slot(record.tag.number) else {
            self.unknown(bytes, base)?;
            return Ok(Step::Same);
        };
        let field = &table.fields[slot];
        let wire_type = record.tag.wire_type;
        if wire_type != field.wire_type && !(field.packable && wire_type == WireType::Len) {
            self.clash(bytes, base, field)?;
            return Ok(Step::Same);
        }
        match frame.turn_to(field, slot) {
            Turn::Clear if wire_type != WireType::Sgroup => {}
            Turn::Clear => {
                self.group(bytes, base, record)?;
                return Ok(Step::Moved);
            }
            Turn::RunOpen if self.end_run() => return Ok(Step::Same),
            Turn::RunOpen | Turn::OutOfOrder => {
                self.fall_back(bytes, base)?;
                return Ok(Step::Moved);
            }
        }
        let start = usize::from(record.payload_start);
        let payload = at + start as u64..at + start as u64 + record.payload_len;
        let Some(payload_bytes) = rest.get(start..).and_then(|rest| rest.get(..record.payload_len as usize))
        else {
            let is_big = payload.end - at > self.limit;
            let want = payload.end - at;
            return Ok(Step::Leave(if is_big { Next::Big } else { Next::Window { at, want } }));
        };
        frame.at = payload.end;
        self.value(bytes, base, field, Located { slot, offset: at, payload, payload_bytes, record })
    }

    #[inline(always)]
    fn value(
        &mut self,
        bytes: &[u8],
        base: u64,
        field: &Field,
        located: Located<'_>,
    ) -> Result<Step, FormatError> {
        let Located { slot, offset, payload, payload_bytes, record } = located;
        let Some(frame) = self.stack.last_mut() else { return Ok(Step::Moved) };
        let text = &mut self.text;
        let is_elided = field.elide && record.missing == 0;
        match field.form {
            _ if field.holds == Holds::Map => {
                return self.map_entry(
                    bytes,
                    base,
                    field,
                    Located { slot, offset, payload, payload_bytes, record },
                );
            }
            _ if field.packable && record.tag.wire_type == WireType::Len => {
                if !self.packed(payload_bytes, payload.start, field)? {
                    self.abandon(bytes, base)?;
                    return Ok(Step::Moved);
                }
            }
            Form::String => {
                if is_elided && payload_bytes.is_empty() {
                    return Ok(Step::Same);
                }
                frame.begin_value(text, field, slot);
                if let Some(bad) = text.string(payload_bytes) {
                    self.lose_utf8(payload.start + bad as u64)?;
                }
            }
            Form::Bytes => {
                if is_elided && payload_bytes.is_empty() {
                    return Ok(Step::Same);
                }
                frame.begin_value(text, field, slot);
                text.base64(payload_bytes);
            }
            Form::Message => {
                frame.begin_value(text, field, slot);
                if record.missing > 0 {
                    self.lose_missing(offset, record.missing)?;
                }
                self.open((bytes, base), field.child, Parts::one(payload))?;
                return Ok(Step::Moved);
            }
            form => {
                let bits = record.scalar.value;
                if is_elided && meaning(form, bits) == 0 {
                    return Ok(Step::Same);
                }
                frame.begin_value(text, field, slot);
                text.scalar(form, bits, field.names.as_deref());
            }
        }
        if record.missing > 0 {
            self.lose_missing(offset, record.missing)?;
        }
        if self.text.out.len() > FLUSH {
            self.relieve(bytes, base)?;
            return Ok(Step::Moved);
        }
        Ok(Step::Same)
    }

    #[inline(always)]
    fn map_entry(
        &mut self,
        bytes: &[u8],
        base: u64,
        field: &Field,
        located: Located<'_>,
    ) -> Result<Step, FormatError> {
        let Located { slot, offset, payload, payload_bytes, record } = located;
        let Some(frame) = self.stack.last_mut() else { return Ok(Step::Moved) };
        frame.entry = offset..payload.end;
        let is_plain = record.missing == 0 && frame.repeats(slot).is_none();
        let Some(entry) = PlainEntry::read(field, payload_bytes).filter(|_| is_plain) else {
            if record.missing > 0 {
                self.lose_missing(offset, record.missing)?;
            }
            self.entry(bytes, base, field, payload)?;
            return Ok(Step::Moved);
        };
        if frame.ahead.is_none() {
            self.keys.push(entry.hash(self.hasher));
        }
        frame.begin_value(&mut self.text, field, slot);
        for bad in entry.write(&mut self.text).into_iter().flatten() {
            self.lose_utf8(payload.start + bad as u64)?;
        }
        if let Some((child, value)) = entry.message() {
            let value = payload.start + value.start as u64..payload.start + value.end as u64;
            self.open((bytes, base), child, Parts::one(value))?;
            return Ok(Step::Moved);
        }
        if self.text.out.len() > FLUSH {
            self.relieve(bytes, base)?;
            return Ok(Step::Moved);
        }
        Ok(Step::Same)
    }
}
