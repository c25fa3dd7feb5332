//! The transcoder: a stack of messages, one loop over the records of the uppermost.
//!
//! A message no longer than the limit is an *attempt*: written as it comes, without a look ahead,
//! and taken back from the buffer when its records turn out not to be in order. A longer message
//! is looked through first, and what is written of it stays written.

use super::super::FormatError;
use super::frame::{Ahead, Frame, NO_SLOT, Parts};
use super::input::{Heads, Input, read_head};
use super::keys::{KeyHasher, KeyHashes, PlainEntry, Repeats};
use super::loss::Losses;
use super::scan::{FieldPlan, Plan, Seen, Walk};
use super::table::{Form, Holds, Shape, Table, Tables};
use super::text::Printer;
use super::{JsonOptions, Limits};
use crate::document::{Path, Snapshot};
use crate::wire::{MAX_HEAD, Read, WireType};
use std::io::Write;
use std::ops::{ControlFlow, Range};
use std::rc::Rc;

/// Text is handed on when there is this much of it.
pub(super) const FLUSH: usize = 256 << 10;

/// An attempt may roll back this many times its own length before it is looked through instead.
const PATIENCE: u64 = 4;

pub(super) struct Engine<'a> {
    pub input: Input<'a>,
    pub sink: &'a mut dyn Write,
    pub tables: Tables,
    pub text: Printer,
    pub losses: Losses,
    pub stack: Vec<Frame>,
    /// Path of the message or value that is being written.
    pub prefix: Path,
    pub limits: Limits,
    /// Messages up to this size are attempts.
    pub limit: u64,
    attempt: Option<Attempt>,
    /// Hashes of the keys of the maps that are being written in an attempt.
    pub keys: Vec<u64>,
    pub hasher: KeyHasher,
    pub window: Vec<u8>,
    pub window_start: u64,
    /// Size of the next window, if it follows on this one.
    pub read_ahead: usize,
}

/// A message that may have to be taken back.
#[derive(Clone, Copy, Debug)]
struct Attempt {
    frame_idx: usize,
    len: u64,
    /// Bytes of input whose text was taken back.
    rolled_back: u64,
    /// Look through every message of it.
    looks_ahead: bool,
}

/// Why the loop over a window ended.
pub(super) enum Next {
    Done,
    /// The bytes from `at` on have to be in the window, `want` of them if there are so many.
    Window {
        at: u64,
        want: u64,
    },
    /// The next record is longer than the limit.
    Big,
}

impl<'a> Engine<'a> {
    pub fn new(
        snapshot: &'a Snapshot,
        options: &JsonOptions,
        limits: Limits,
        sink: &'a mut dyn Write,
        progress: &'a mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Self {
        Self {
            input: Input::new(snapshot, progress),
            sink,
            tables: Tables::new(*options),
            text: Printer::new(options.pretty),
            losses: Losses::new(options.max_losses),
            stack: Vec::new(),
            prefix: Path::default(),
            limits,
            limit: limits.attempt,
            attempt: None,
            keys: Vec::new(),
            hasher: KeyHasher::new(),
            window: Vec::new(),
            window_start: 0,
            read_ahead: limits.first_window,
        }
    }

    /// Writes the message or value of `table` whose payload is `parts`.
    pub fn write(&mut self, table: u32, parts: Parts) -> Result<(), FormatError> {
        self.stack.clear();
        self.attempt = None;
        self.limit = self.limits.attempt;
        self.with_window(|engine, heads| engine.open(heads, table, parts))?;
        self.run()
    }

    /// As [`Engine::write`], for a table that is in no list.
    pub fn write_bare(&mut self, table: Rc<Table>, parts: Parts) -> Result<(), FormatError> {
        self.stack.clear();
        self.attempt = None;
        self.limit = self.limits.attempt;
        self.with_window(|engine, (bytes, base)| engine.push(bytes, base, table, parts, false))?;
        self.run()
    }

    /// Lends the window to `act`, with the offset of its first byte.
    pub fn with_window<T>(
        &mut self,
        act: impl FnOnce(&mut Self, (&[u8], u64)) -> Result<T, FormatError>,
    ) -> Result<T, FormatError> {
        let window = std::mem::take(&mut self.window);
        let done = act(self, (&window, self.window_start));
        self.window = window;
        done
    }

    fn run(&mut self) -> Result<(), FormatError> {
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
        'frames: loop {
            let Some(frame) = self.stack.last_mut() else { return Ok(Next::Done) };
            if self.attempt.is_some() && (frame.at < base || frame.end > window_end) && frame.at < frame.end {
                // An attempt begins: all of its message has to be there.
                return Ok(Next::Window { at: frame.at, want: frame.end - frame.at });
            }
            let table = Rc::clone(&frame.table);
            loop {
                let (at, end) = (frame.at, frame.end);
                if at >= end {
                    self.end_of_segment(bytes, base)?;
                    continue 'frames;
                }
                let in_window = at.checked_sub(base).and_then(|start| bytes.get(start as usize..));
                let Some(rest) =
                    in_window.filter(|rest| rest.len() >= MAX_HEAD || at + rest.len() as u64 >= end)
                else {
                    return Ok(Next::Window { at, want: MAX_HEAD as u64 });
                };
                let record = match read_head(rest, end - at) {
                    Read::Record(record) => record,
                    Read::Rest(damage) => {
                        frame.at = end;
                        self.lose_rest(at, damage)?;
                        continue 'frames;
                    }
                    Read::End => continue,
                };
                let wire_type = record.tag.wire_type;
                let Some(slot) = table.slot(record.tag.number) else {
                    self.unknown(bytes, base)?;
                    continue 'frames;
                };
                let field = &table.fields[slot];
                let is_packed = field.packable && wire_type == WireType::Len;
                if wire_type != field.wire_type && !is_packed {
                    self.clash(bytes, base, field)?;
                    continue 'frames;
                }
                if slot != frame.slot {
                    if frame.is_run_open {
                        if !self.end_run() {
                            self.fall_back(bytes, base)?;
                        }
                        continue 'frames;
                    }
                    let is_late = frame.slot != NO_SLOT && slot < frame.slot;
                    if (is_late || frame.oneofs & field.oneof != 0) && frame.ahead.is_none() {
                        self.fall_back(bytes, base)?;
                        continue 'frames;
                    }
                    frame.slot = slot;
                    frame.oneofs |= field.oneof;
                } else if field.holds == Holds::One && frame.ahead.is_none() {
                    self.fall_back(bytes, base)?;
                    continue 'frames;
                }
                if wire_type == WireType::Sgroup {
                    self.group(bytes, base, record)?;
                    continue 'frames;
                }
                let payload = at + u64::from(record.payload_start);
                let record_end = payload + record.payload_len;
                if record_end > window_end {
                    if record_end - at > self.limit {
                        return Ok(Next::Big);
                    }
                    return Ok(Next::Window { at, want: record_end - at });
                }
                frame.at = record_end;
                let start = (payload - base) as usize;
                let payload_bytes = &bytes[start..start + record.payload_len as usize];
                let text = &mut self.text;
                match field.form {
                    _ if field.holds == Holds::Map => {
                        frame.entry = at..record_end;
                        if frame.repeats(slot).is_none()
                            && record.missing == 0
                            && let Some(entry) = PlainEntry::read(field, payload_bytes)
                        {
                            if frame.ahead.is_none() {
                                self.keys.push(entry.hash(self.hasher));
                            }
                            frame.begin_value(text, field, slot);
                            let bad = entry.write(text);
                            let is_done = bad == [None; 2] && entry.message().is_none();
                            if is_done && text.out.len() <= FLUSH {
                                continue;
                            }
                            for bad in bad.into_iter().flatten() {
                                self.lose_utf8(payload + bad as u64)?;
                            }
                            if let Some((child, value)) = entry.message() {
                                let value = payload + value.start as u64..payload + value.end as u64;
                                self.open((bytes, base), child, Parts::one(value))?;
                                continue 'frames;
                            }
                            self.relieve(bytes, base)?;
                            continue 'frames;
                        }
                        if record.missing > 0 {
                            self.lose_missing(at, record.missing)?;
                        }
                        self.entry(bytes, base, field, payload..record_end)?;
                        continue 'frames;
                    }
                    _ if is_packed => {
                        frame.at = at;
                        if !self.packed(payload_bytes, payload, field)? {
                            self.abandon(bytes, base)?;
                            continue 'frames;
                        }
                        let Some(frame) = self.stack.last_mut() else { return Ok(Next::Done) };
                        frame.at = record_end;
                        if record.missing > 0 {
                            self.lose_missing(at, record.missing)?;
                        }
                        continue 'frames;
                    }
                    Form::String => {
                        if field.elide && payload_bytes.is_empty() && record.missing == 0 {
                            continue;
                        }
                        frame.begin_value(text, field, slot);
                        if let Some(bad) = text.string(payload_bytes) {
                            self.lose_utf8(payload + bad as u64)?;
                            if record.missing > 0 {
                                self.lose_missing(at, record.missing)?;
                            }
                            continue 'frames;
                        }
                    }
                    Form::Bytes => {
                        if field.elide && payload_bytes.is_empty() && record.missing == 0 {
                            continue;
                        }
                        frame.begin_value(text, field, slot);
                        text.base64(payload_bytes);
                    }
                    Form::Message => {
                        frame.begin_value(text, field, slot);
                        if record.missing > 0 {
                            self.lose_missing(at, record.missing)?;
                        }
                        self.open((bytes, base), field.child, Parts::one(payload..record_end))?;
                        continue 'frames;
                    }
                    _ => {
                        let bits = record.scalar.value;
                        if field.elide && super::keys::meaning(field.form, bits) == 0 {
                            continue;
                        }
                        frame.begin_value(text, field, slot);
                        text.scalar(field.form, bits, field.names.as_deref());
                    }
                }
                if record.missing > 0 {
                    self.lose_missing(at, record.missing)?;
                    continue 'frames;
                }
                if self.text.out.len() > FLUSH {
                    self.relieve(bytes, base)?;
                    continue 'frames;
                }
            }
        }
    }

    /// Hands text on, or gives up an attempt whose text has grown too long to be held back.
    pub fn relieve(&mut self, bytes: &[u8], base: u64) -> Result<(), FormatError> {
        match &self.attempt {
            None if self.text.out.len() > FLUSH => self.flush(),
            Some(_) if self.attempt_overflows() => self.abandon(bytes, base),
            _ => Ok(()),
        }
    }

    pub fn attempt_overflows(&self) -> bool {
        let Some(attempt) = &self.attempt else { return false };
        let Some(frame) = self.stack.get(attempt.frame_idx) else { return false };
        self.text.out.len() - frame.out_start.min(self.text.out.len()) > self.limits.overflow
            && attempt.len > self.limits.careful
    }

    /// Whether what is being written may still be taken back.
    pub fn is_attempt(&self) -> bool {
        self.attempt.is_some()
    }

    pub fn flush(&mut self) -> Result<(), FormatError> {
        self.sink.write_all(&self.text.out)?;
        self.text.out.clear();
        Ok(())
    }

    /// Starts the message of `table`, or writes it if it is one of those that are a single value.
    pub fn open(&mut self, (bytes, base): (&[u8], u64), table: u32, parts: Parts) -> Result<(), FormatError> {
        let (mut table, mut parts) = (self.tables.get(table), parts);
        loop {
            match table.shape {
                Shape::Object | Shape::List | Shape::Bare => {
                    return self.push(bytes, base, table, parts, false);
                }
                Shape::Timestamp | Shape::Duration => return self.time(bytes, base, &table, &parts),
                Shape::FieldMask => return self.field_mask(bytes, base, &table, &parts),
                Shape::Any => match self.any(bytes, base, &table, &parts)? {
                    None => return Ok(()),
                    Some((payload_table, payload)) if !payload_table.is_well_known => {
                        return self.push(bytes, base, payload_table, payload, true);
                    }
                    Some((payload_table, payload)) => {
                        self.push_any(table);
                        (table, parts) = (payload_table, payload);
                    }
                },
            }
        }
    }

    /// A frame that has nothing left to read: it closes the object of an `Any`.
    fn push_any(&mut self, table: Rc<Table>) {
        let slot = table.slot(2).unwrap_or(NO_SLOT);
        let mut frame = self.frame(table, 0..0, false);
        (frame.slot, frame.any, frame.next_fill) = (slot, true, usize::MAX);
        self.stack.push(frame);
    }

    fn frame(&self, table: Rc<Table>, range: Range<u64>, is_any_payload: bool) -> Frame {
        Frame {
            table,
            at: range.start,
            end: range.end,
            start: range.start,
            ahead: None,
            slot: NO_SLOT,
            is_run_open: false,
            any: is_any_payload,
            n_elements: 0,
            entry: 0..0,
            oneofs: 0,
            next_fill: 0,
            is_any_payload,
            out_start: self.text.out.len(),
            depth: self.text.depth,
            mark: self.losses.mark(),
            keys_start: self.keys.len(),
            outer_limit: self.limit,
        }
    }

    fn push(
        &mut self,
        bytes: &[u8],
        base: u64,
        table: Rc<Table>,
        parts: Parts,
        is_any_payload: bool,
    ) -> Result<(), FormatError> {
        let len = parts.first.end - parts.first.start;
        let frame = self.frame(table, parts.first.clone(), is_any_payload);
        frame.write_opener(&mut self.text);
        self.stack.push(frame);
        match &self.attempt {
            None if parts.more.is_empty() && len <= self.limit => {
                let frame_idx = self.stack.len() - 1;
                self.attempt = Some(Attempt { frame_idx, len, rolled_back: 0, looks_ahead: false });
                Ok(())
            }
            Some(attempt) if parts.more.is_empty() && !attempt.looks_ahead => {
                if self.text.out.len() > FLUSH {
                    return self.relieve(bytes, base);
                }
                Ok(())
            }
            _ => self.look_ahead(bytes, base, parts.to_vec()),
        }
    }

    /// Finds out which records of the uppermost message count, and in what order they come.
    fn look_ahead(&mut self, bytes: &[u8], base: u64, parts: Vec<Range<u64>>) -> Result<(), FormatError> {
        let Some(frame) = self.stack.last_mut() else { return Ok(()) };
        let table = Rc::clone(&frame.table);
        let mut heads = Heads { window: bytes, base, input: &mut self.input };
        let mut hashes = KeyHashes::default();
        let plan = Plan::make(&mut heads, &table, &parts, self.hasher, &mut hashes)?;
        let mut repeats = Vec::new();
        for seen in &plan.fields {
            let found = Repeats::find(&mut heads, &table, &parts, seen, self.hasher, &mut hashes)?;
            if let Some(found) = found {
                repeats.push((seen.slot, found));
            }
        }
        let in_order = plan.in_order;
        (frame.at, frame.end) = (0, 0);
        frame.ahead = Some(Box::new(Ahead { parts, plan, next: 0, cursor: None, repeats }));
        if !in_order {
            self.lose_what_does_not_count(bytes, base)?;
        }
        Ok(())
    }

    /// Takes back what the uppermost message has written, and looks ahead.
    fn fall_back(&mut self, bytes: &[u8], base: u64) -> Result<(), FormatError> {
        let Some(attempt) = &mut self.attempt else { return Ok(()) };
        let Some(frame) = self.stack.last() else { return Ok(()) };
        attempt.rolled_back += frame.at - frame.start;
        if attempt.rolled_back > PATIENCE * attempt.len + 4096 {
            attempt.looks_ahead = true;
            let n_frames = attempt.frame_idx + 1;
            self.stack.truncate(n_frames);
        }
        self.restart(bytes, base)
    }

    /// Gives the attempt up: its outermost message is treated as a long one.
    fn abandon(&mut self, bytes: &[u8], base: u64) -> Result<(), FormatError> {
        let Some(attempt) = self.attempt.take() else { return Ok(()) };
        self.stack.truncate(attempt.frame_idx + 1);
        self.limit = self.limit.min(self.limits.careful);
        self.restart(bytes, base)?;
        self.losses.commit();
        Ok(())
    }

    fn restart(&mut self, bytes: &[u8], base: u64) -> Result<(), FormatError> {
        let Some(frame) = self.stack.last_mut() else { return Ok(()) };
        let parts = match frame.ahead.take() {
            Some(ahead) => ahead.parts,
            None => vec![frame.start..frame.end],
        };
        self.text.out.truncate(frame.out_start);
        self.text.depth = frame.depth;
        self.losses.roll_back(frame.mark);
        self.keys.truncate(frame.keys_start);
        frame.reset();
        frame.write_opener(&mut self.text);
        self.look_ahead(bytes, base, parts)
    }

    /// Goes on with the next part or field of the uppermost message, or closes it.
    fn end_of_segment(&mut self, bytes: &[u8], base: u64) -> Result<(), FormatError> {
        let Some(frame) = self.stack.last_mut() else { return Ok(()) };
        if let Some(ahead) = &mut frame.ahead {
            if ahead.plan.in_order {
                if let Some(part) = ahead.parts.get(ahead.next) {
                    ahead.next += 1;
                    (frame.at, frame.end) = (part.start, part.end);
                    return Ok(());
                }
            } else if let Some(seen) = ahead.plan.fields.get(ahead.next) {
                let seen = *seen;
                return self.next_of_field(bytes, base, seen);
            }
        }
        self.close(bytes, base)
    }

    /// Sets the uppermost message to the next records of a field, in a pass of its own.
    fn next_of_field(&mut self, bytes: &[u8], base: u64, seen: FieldPlan) -> Result<(), FormatError> {
        if seen.counts() && seen.merges(&self.stack[self.stack.len() - 1].table) {
            return self.merge(bytes, base, seen);
        }
        let Some(frame) = self.stack.last_mut() else { return Ok(()) };
        let Some(ahead) = &mut frame.ahead else { return Ok(()) };
        let from = match ahead.cursor.take() {
            None if !seen.counts() => u64::MAX,
            None => seen.from,
            Some(cursor) => cursor,
        };
        if from > seen.last {
            ahead.next += 1;
            return Ok(());
        }
        let mut heads = Heads { window: bytes, base, input: &mut self.input };
        let mut walk = Walk::from(&ahead.parts, from);
        let mut segment: Option<Range<u64>> = None;
        while let Some(found) = walk.next(&mut heads, &frame.table, &ahead.parts)? {
            let (slot, record) = match found {
                Seen::Field { slot, record } => (slot, record),
                Seen::Clash { record, .. } | Seen::Unknown(record) => (NO_SLOT, record),
                Seen::Damage { .. } => continue,
            };
            let range = record.range();
            match &mut segment {
                None if slot == seen.slot => segment = Some(range.clone()),
                Some(open) if slot == seen.slot && open.end == range.start => open.end = range.end,
                Some(_) => break,
                None => {}
            }
            let is_long = segment.as_ref().is_some_and(|open| open.end - open.start >= FLUSH as u64);
            if range.start >= seen.last || is_long {
                break;
            }
        }
        match segment {
            Some(range) => {
                ahead.cursor = Some(range.end);
                (frame.at, frame.end) = (range.start, range.end);
            }
            None => ahead.next += 1,
        }
        Ok(())
    }

    /// Writes a singular message that is split over several records.
    fn merge(&mut self, bytes: &[u8], base: u64, seen: FieldPlan) -> Result<(), FormatError> {
        let Some(frame) = self.stack.last_mut() else { return Ok(()) };
        if frame.is_run_open {
            self.end_run();
            return Ok(());
        }
        let Some(ahead) = &mut frame.ahead else { return Ok(()) };
        ahead.next += 1;
        let table = Rc::clone(&frame.table);
        let mut heads = Heads { window: bytes, base, input: &mut self.input };
        let mut walk = Walk::from(&ahead.parts, seen.from);
        let (mut payloads, mut cut) = (Vec::new(), Vec::new());
        while let Some(found) = walk.next(&mut heads, &table, &ahead.parts)? {
            let Seen::Field { slot, record } = found else { continue };
            if slot == seen.slot {
                payloads.push(record.payload());
                if record.record.missing > 0 || record.is_unclosed_group() {
                    cut.push(record);
                }
            }
            if record.offset >= seen.last {
                break;
            }
        }
        let field = &table.fields[seen.slot];
        frame.slot = seen.slot;
        frame.begin_value(&mut self.text, field, seen.slot);
        for record in cut {
            self.lose_end_of(&record)?;
        }
        self.open((bytes, base), field.child, Parts::of(payloads))
    }

    /// Closes the brackets of the open run; false if it is a map in which a key came twice.
    fn end_run(&mut self) -> bool {
        let Some(frame) = self.stack.last_mut() else { return true };
        let is_unchecked_map = frame.ahead.is_none()
            && frame.table.fields.get(frame.slot).is_some_and(|field| field.holds == Holds::Map);
        if is_unchecked_map {
            let keys = &mut self.keys[frame.keys_start..];
            if has_twins(keys) {
                return false;
            }
            self.keys.truncate(frame.keys_start);
        }
        frame.close_run(&mut self.text);
        true
    }

    /// Ends the uppermost message.
    fn close(&mut self, bytes: &[u8], base: u64) -> Result<(), FormatError> {
        let Some(frame) = self.stack.last_mut() else { return Ok(()) };
        if frame.is_run_open {
            if !self.end_run() {
                return self.fall_back(bytes, base);
            }
            return Ok(());
        }
        let n_fields = frame.table.fields.len();
        if frame.table.fills && frame.next_fill < n_fields {
            frame.fill(&mut self.text, n_fields);
        }
        frame.write_closer(&mut self.text);
        self.limit = frame.outer_limit;
        self.stack.pop();
        if self.attempt.is_some_and(|attempt| attempt.frame_idx == self.stack.len()) {
            self.attempt = None;
        }
        if self.attempt.is_none() {
            self.losses.commit();
            if self.text.out.len() > FLUSH {
                self.flush()?;
            }
        }
        Ok(())
    }
}

/// Whether a hash stands in the list twice. Sorts longer lists.
fn has_twins(hashes: &mut [u64]) -> bool {
    if hashes.len() <= 8 {
        return hashes.iter().enumerate().any(|(idx, hash)| hashes[..idx].contains(hash));
    }
    hashes.sort_unstable();
    hashes.windows(2).any(|pair| pair[0] == pair[1])
}
