//! Map entries, packed elements, groups, and records longer than the window.

use super::super::FormatError;
use super::super::loss::LossKind;
use super::engine::{Engine, FLUSH};
use super::frame::Parts;
use super::input::Heads;
use super::keys::{EntryAt, KEY, VALUE, key_step, same_key};
use super::report::{Place, unclosed_text};
use super::scan::{Seen, Walk};
use super::table::{Field, Form, Holds, Table};
use crate::document::{Found, ReadMode, RecordAt};
use crate::wire::{Record, VarintError, WireType, read_varint};
use std::ops::Range;
use std::rc::Rc;

/// Why a run of packed elements stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// Every byte was used.
    End,
    /// The bytes end inside an element.
    Cut,
    /// A varint without an end.
    Endless,
    /// There is enough text.
    Full,
}

impl Engine<'_> {
    /// Writes the value of a group of the uppermost message.
    pub fn group(&mut self, bytes: &[u8], base: u64, record: Record) -> Result<(), FormatError> {
        let Some(frame) = self.stack.last_mut() else { return Ok(()) };
        let table = Rc::clone(&frame.table);
        let mut heads = Heads { window: bytes, base, input: &mut self.input };
        let record = heads.group(frame.at, record, frame.end)?;
        let Some(field) = table.fields.get(frame.slot) else { return Ok(()) };
        frame.at = record.end();
        frame.begin_value(&mut self.text, field, frame.slot);
        if record.is_unclosed_group() {
            let number = record.number();
            self.lose(LossKind::Damage, record.offset, Place::Value, || unclosed_text(number))?;
        }
        self.open((bytes, base), field.child, Parts::one(record.payload()))
    }

    /// Writes a map entry. The uppermost message's `entry` is its record.
    pub fn entry(
        &mut self,
        bytes: &[u8],
        base: u64,
        field: &Field,
        range: Range<u64>,
    ) -> Result<(), FormatError> {
        let Some(entry_table) = &field.entry else { return Ok(()) };
        let mut heads = Heads { window: bytes, base, input: &mut self.input };
        let entry = EntryAt::read(&mut heads, entry_table, &range)?;
        let Some(frame) = self.stack.last_mut() else { return Ok(()) };
        let form = entry_table.fields[KEY].form;
        let mut last = None;
        if frame.ahead.is_none() {
            self.keys.push(self.hasher.key(&mut heads, form, entry.key.as_ref())?);
        } else if let Some(repeats) = frame.repeats(frame.slot) {
            last = repeats.last(self.hasher.key(&mut heads, form, entry.key.as_ref())?);
        }
        let offset = frame.entry.start;
        if let Some(last) = last.filter(|last| *last != offset)
            && self.key_comes_again(bytes, base, entry_table, &entry, offset, last)?
        {
            let mut heads = Heads { window: bytes, base, input: &mut self.input };
            let step = key_step(&mut heads, entry_table, &entry)?;
            return self.lose_superseded_entry(offset, step);
        }
        let Some(frame) = self.stack.last_mut() else { return Ok(()) };
        let slot = frame.slot;
        frame.begin_value(&mut self.text, field, slot);
        if entry.is_odd {
            let counts = [entry.key.map(|key| key.offset), entry.value.map(|value| value.offset)];
            let counts = if entry.parts.is_empty() { &counts[..] } else { &counts[..1] };
            self.lose_around(bytes, base, entry_table, std::slice::from_ref(&range), counts)?;
        }
        self.entry_key(bytes, base, form, entry.key)?;
        if let Some(key) = entry.key
            && key.record.missing > 0
            && !entry.is_odd
        {
            self.lose_missing(key.offset, key.record.missing)?;
        }
        self.text.colon();
        self.entry_value(bytes, base, &entry_table.fields[VALUE], entry)
    }

    /// Whether the key of an entry comes again later. `last` is where its hash does.
    fn key_comes_again(
        &mut self,
        bytes: &[u8],
        base: u64,
        entry_table: &Table,
        entry: &EntryAt,
        offset: u64,
        last: u64,
    ) -> Result<bool, FormatError> {
        let Some(frame) = self.stack.last() else { return Ok(false) };
        let Some(ahead) = &frame.ahead else { return Ok(false) };
        let mut heads = Heads { window: bytes, base, input: &mut self.input };
        let mut walk = Walk::from(&ahead.parts, last);
        if let Some(Seen::Field { record, .. }) = walk.next(&mut heads, &frame.table, &ahead.parts)? {
            let other = EntryAt::read(&mut heads, entry_table, &record.payload())?;
            if same_key(&mut heads, entry_table, entry, &other)? {
                return Ok(true);
            }
        }
        // Two keys with one hash: every later entry has to be looked at.
        let mut walk = Walk::from(&ahead.parts, offset);
        while let Some(seen) = walk.next(&mut heads, &frame.table, &ahead.parts)? {
            let Seen::Field { slot, record } = seen else { continue };
            if slot == frame.slot && record.offset > offset {
                let other = EntryAt::read(&mut heads, entry_table, &record.payload())?;
                if same_key(&mut heads, entry_table, entry, &other)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn entry_key(
        &mut self,
        bytes: &[u8],
        base: u64,
        form: Form,
        key: Option<RecordAt>,
    ) -> Result<(), FormatError> {
        if form != Form::String {
            self.text.key(form, key.map_or(0, |key| key.record.scalar.value));
            return Ok(());
        }
        match key {
            Some(key) => self.string_at(bytes, base, key.payload()),
            None => {
                self.text.string(&[]);
                Ok(())
            }
        }
    }

    fn entry_value(
        &mut self,
        bytes: &[u8],
        base: u64,
        field: &Field,
        entry: EntryAt,
    ) -> Result<(), FormatError> {
        let value = entry.value;
        match field.form {
            Form::Message => {
                let parts = match value {
                    _ if !entry.parts.is_empty() => Parts::of(entry.parts),
                    Some(value) => Parts::one(value.payload()),
                    None => Parts::one(0..0),
                };
                if let Some(value) = value
                    && value.record.missing > 0
                    && !entry.is_odd
                {
                    self.lose_missing(value.offset, value.record.missing)?;
                }
                return self.open((bytes, base), field.child, parts);
            }
            Form::String | Form::Bytes => match value {
                Some(value) if field.form == Form::String => self.string_at(bytes, base, value.payload())?,
                Some(value) => self.bytes_at(bytes, base, value.payload())?,
                None => self.text.out.extend_from_slice(&field.default_text),
            },
            _ => match value {
                Some(value) => {
                    self.text.scalar(field.form, value.record.scalar.value, field.names.as_deref());
                }
                None => self.text.out.extend_from_slice(&field.default_text),
            },
        }
        if let Some(value) = value
            && value.record.missing > 0
            && !entry.is_odd
        {
            self.lose_missing(value.offset, value.record.missing)?;
        }
        self.relieve(bytes, base)
    }

    pub fn string_at(&mut self, bytes: &[u8], base: u64, range: Range<u64>) -> Result<(), FormatError> {
        let heads = Heads { window: bytes, base, input: &mut self.input };
        let start = range.start;
        match heads.in_window(&range) {
            Some(text) => match self.text.string(text) {
                Some(bad) => self.lose_utf8(start + bad as u64),
                None => Ok(()),
            },
            None => self.long_string(range),
        }
    }

    pub fn bytes_at(&mut self, bytes: &[u8], base: u64, range: Range<u64>) -> Result<(), FormatError> {
        let heads = Heads { window: bytes, base, input: &mut self.input };
        match heads.in_window(&range) {
            Some(bytes) => {
                self.text.base64(bytes);
                Ok(())
            }
            None => self.long_bytes(range),
        }
    }

    /// Writes the elements of a packed record that is in the window. False: the text of the
    /// attempt has grown too long, so that it has to be given up.
    pub fn packed(&mut self, payload: &[u8], offset: u64, field: &Field) -> Result<bool, FormatError> {
        let mut used = 0;
        loop {
            let (n, stop) = self.elements(&payload[used..], field);
            used += n;
            match stop {
                Stop::End => return Ok(true),
                Stop::Full if self.is_attempt() => {
                    if self.attempt_overflows() {
                        return Ok(false);
                    }
                }
                Stop::Full => self.flush()?,
                Stop::Cut | Stop::Endless => {
                    self.lose_elements(offset + used as u64, stop)?;
                    return Ok(true);
                }
            }
        }
    }

    fn lose_elements(&mut self, offset: u64, stop: Stop) -> Result<(), FormatError> {
        let field = self.stack.last().and_then(|frame| frame.table.fields.get(frame.slot));
        let step = field.map(super::report::field_step);
        let place = step.map_or(Place::Message, Place::Field);
        self.lose(LossKind::Damage, offset, place, || {
            let why = if stop == Stop::Cut { "ends inside" } else { "has no end in" };
            format!("The packed field {why} an element; the rest of it is left out")
        })
    }

    /// Writes packed elements as long as they are complete. Returns how many bytes were used.
    fn elements(&mut self, bytes: &[u8], field: &Field) -> (usize, Stop) {
        let Some(frame) = self.stack.last_mut() else { return (bytes.len(), Stop::End) };
        let text = &mut self.text;
        let slot = frame.slot;
        let full = text.out.len().max(FLUSH) + FLUSH;
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            if let Some(names) = &field.names
                && frame.is_run_open
                && !text.is_pretty()
            {
                // One byte an element, with names made for it: nearly all enums.
                for byte in rest {
                    let Some(name) = names.element(*byte).filter(|_| text.out.len() <= full) else { break };
                    text.whole_label(name);
                    frame.n_elements += 1;
                    at += 1;
                }
            }
            let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) else { break };
            let (bits, width) = match field.wire_type {
                WireType::I32 => match rest.first_chunk::<4>() {
                    Some(bits) => (u64::from(u32::from_le_bytes(*bits)), 4),
                    None => return (at, Stop::Cut),
                },
                WireType::I64 => match rest.first_chunk::<8>() {
                    Some(bits) => (u64::from_le_bytes(*bits), 8),
                    None => return (at, Stop::Cut),
                },
                _ => match read_varint(rest) {
                    Ok(varint) => (varint.value, usize::from(varint.width)),
                    Err(VarintError::Cut) => return (at, Stop::Cut),
                    Err(VarintError::TooLong) => return (at, Stop::Endless),
                },
            };
            if frame.is_run_open && !text.is_pretty() {
                text.out.push(b',');
                frame.n_elements += 1;
            } else {
                frame.begin_value(text, field, slot);
            }
            text.scalar(field.form, bits, field.names.as_deref());
            at += width;
            if text.out.len() > full {
                return (at, Stop::Full);
            }
        }
        (at, Stop::End)
    }

    /// Moves the window to `at`; it grows as long as the reading goes straight on.
    pub fn refill(&mut self, at: u64, want: u64) -> Result<(), FormatError> {
        if self.text.out.len() > FLUSH && !self.is_attempt() {
            self.flush()?;
        }
        self.input.advance(at)?;
        let window_end = self.window_start + self.window.len() as u64;
        let goes_on = (self.window_start..=window_end).contains(&at);
        let next = if goes_on { self.read_ahead * 2 } else { self.limits.first_window };
        self.read_ahead = next.clamp(self.limits.first_window, self.limits.window);
        let len = self.input.snapshot.len().saturating_sub(at);
        let size = want.max(self.read_ahead as u64).min(len) as usize;
        self.window.resize(size, 0);
        self.window.shrink_to(2 * self.limits.window.max(self.limits.attempt as usize));
        self.window_start = at;
        if let Err(error) = self.input.snapshot.read_at(at, &mut self.window, ReadMode::Wait) {
            self.window.clear();
            return Err(error.into());
        }
        Ok(())
    }

    /// Writes the next record of the uppermost message, which is longer than the limit and belongs
    /// to a field.
    pub fn big_record(&mut self) -> Result<(), FormatError> {
        let Some(frame) = self.stack.last_mut() else { return Ok(()) };
        let table = Rc::clone(&frame.table);
        let slot = frame.slot;
        let mut heads = Heads { window: &[], base: 0, input: &mut self.input };
        let Found::Record(record) = heads.record(frame.at, frame.end)? else { return Ok(()) };
        let Some(field) = table.fields.get(slot) else { return Ok(()) };
        frame.at = record.end();
        let payload = record.payload();
        let missing = record.record.missing;
        if field.holds == Holds::Map {
            frame.entry = record.range();
            if missing > 0 {
                self.lose_missing(record.offset, missing)?;
            }
            return self.entry(&[], 0, field, payload);
        }
        if field.packable {
            self.long_packed(payload, field)?;
            return if missing > 0 { self.lose_missing(record.offset, missing) } else { Ok(()) };
        }
        frame.begin_value(&mut self.text, field, slot);
        match field.form {
            Form::String => self.long_string(payload)?,
            Form::Bytes => self.long_bytes(payload)?,
            _ => {
                if missing > 0 {
                    self.lose_missing(record.offset, missing)?;
                }
                return self.open((&[], 0), field.child, Parts::one(payload));
            }
        }
        if missing > 0 { self.lose_missing(record.offset, missing) } else { Ok(()) }
    }

    /// Reads the parts of a range one after the other; `part` gets each with its offset and
    /// whether it is the last, and says how much of it was used.
    fn in_parts(
        &mut self,
        range: Range<u64>,
        mut part: impl FnMut(&mut Self, u64, &[u8], bool) -> Result<usize, FormatError>,
    ) -> Result<(), FormatError> {
        let mut buffer = Vec::new();
        let mut at = range.start;
        while at < range.end {
            let len = (range.end - at).min(self.limits.part as u64) as usize;
            buffer.resize(len, 0);
            self.input.snapshot.read_at(at, &mut buffer, ReadMode::Wait)?;
            let used = part(self, at, &buffer, at + len as u64 == range.end)?;
            if used == 0 {
                break;
            }
            at += used as u64;
            if !self.is_attempt() && self.text.out.len() > FLUSH {
                self.flush()?;
            }
            self.input.advance(at)?;
        }
        Ok(())
    }

    fn long_string(&mut self, range: Range<u64>) -> Result<(), FormatError> {
        self.text.out.push(b'"');
        let mut first_bad = None;
        self.in_parts(range, |engine, offset, part, is_last| {
            let (used, bad) = engine.text.string_part(part, is_last);
            first_bad = first_bad.or(bad.map(|bad| offset + bad as u64));
            Ok(used)
        })?;
        self.text.out.push(b'"');
        match first_bad {
            Some(offset) => self.lose_utf8(offset),
            None => Ok(()),
        }
    }

    pub fn long_bytes(&mut self, range: Range<u64>) -> Result<(), FormatError> {
        self.text.out.push(b'"');
        self.in_parts(range, |engine, _, part, is_last| {
            let used = if is_last { part.len() } else { part.len() - part.len() % 3 };
            engine.text.base64_part(&part[..used]);
            Ok(used)
        })?;
        self.text.out.push(b'"');
        Ok(())
    }

    fn long_packed(&mut self, range: Range<u64>, field: &Field) -> Result<(), FormatError> {
        self.in_parts(range, |engine, offset, part, is_last| {
            let mut used = 0;
            loop {
                let (n, stop) = engine.elements(&part[used..], field);
                used += n;
                match stop {
                    Stop::Full => engine.flush()?,
                    Stop::Cut if !is_last => return Ok(used),
                    Stop::End => return Ok(used),
                    Stop::Cut | Stop::Endless => {
                        engine.lose_elements(offset + used as u64, stop)?;
                        return Ok(0);
                    }
                }
            }
        })
    }
}
