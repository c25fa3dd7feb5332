//! One record against its declaration.

use super::levels::Frame;
use super::nested::{Opened, VALUE_FIRST};
use super::state::{Halt, Large, Place, State};
use super::table::{Class, Field, NONE, Special};
use super::wording::{self, Complaint};
use crate::wire::{Record, Tag, WireType, varint_width};
use std::ops::Range;

impl State<'_> {
    /// Checks the record at `offset`, whose bytes start `bytes` as far as the window goes.
    #[inline]
    pub fn record(&mut self, offset: u64, record: &Record, bytes: &[u8]) -> Result<u64, Halt> {
        let Some(top) = self.levels.frames.last() else { return Ok(offset) };
        let type_idx = top.type_idx;
        self.record = offset;
        let end = offset + record.head_and_payload_len();
        let Tag { number, wire_type, .. } = record.tag;
        let field_idx = self.tables.types.get(type_idx as usize).map_or(NONE, |found| found.lookup(number));
        let known =
            self.tables.types.get(type_idx as usize).and_then(|found| found.fields.get(field_idx as usize));
        let Some(&field) = known else { return self.unknown_record(offset, record) };
        let packed = wire_type == WireType::Len && field.packable;
        if wire_type != field.wire_type && !packed {
            return self.clashing_record(offset, record, field_idx);
        }
        if is_odd(record) {
            let idx = field.repeated.then(|| self.levels.counted(self.levels.frames.len() - 1, field_idx));
            self.check_spelling(offset, record, Place::Field(field_idx, idx))?;
        }
        if packed {
            self.packed_payload(offset, record, bytes, field_idx, field)?;
            return Ok(if self.large.is_some() { offset } else { end });
        }
        let before = self.levels.count(field_idx, 1);
        if !field.repeated && (before > 0 || field.oneof != NONE) {
            self.check_single(offset..end, before, field_idx, &field)?;
        }
        let place = Place::Field(field_idx, field.repeated.then_some(before));
        match field.class {
            Class::Message(child) => {
                let is_singular = !field.repeated;
                let is_part = is_singular && before > 0;
                let opened = Opened { child, field_idx, is_singular, is_part };
                return self.open(offset, record, opened);
            }
            Class::String | Class::Bytes => {
                return self.string(offset, record, bytes, field_idx, field, place);
            }
            class => self.scalar(offset, record, class, place)?,
        }
        Ok(end)
    }

    /// Varints and fixed widths.
    #[inline]
    fn scalar(&mut self, offset: u64, record: &Record, class: Class, place: Place) -> Result<(), Halt> {
        let bits = record.scalar.value;
        let special = self.special_of_top();
        if special != Special::Nothing {
            match (special, record.tag.number) {
                (Special::MapEntry, 1) => self.note_key(self.hasher.hash_bits(key_bits(class, bits))),
                (Special::Timestamp | Special::Duration, 1) => self.top_mut(|top| top.first = bits),
                (Special::Timestamp | Special::Duration, 2) => self.top_mut(|top| top.second = bits),
                _ => {}
            }
        }
        let Some(complaint) = self.scalar_complaint(class, bits) else { return Ok(()) };
        let start = offset + u64::from(record.payload_start);
        self.emit(start..start + record.payload_len, place, complaint)
    }

    #[inline]
    pub fn special_of_top(&self) -> Special {
        let top = self.levels.frames.last().map_or(NONE, |top| top.type_idx);
        self.tables.types.get(top as usize).map_or(Special::Nothing, |found| found.special)
    }

    pub fn top_mut(&mut self, change: impl FnOnce(&mut Frame)) {
        if let Some(top) = self.levels.frames.last_mut() {
            change(top);
        }
    }

    /// What is wrong with the bits of a varint of this class.
    #[inline]
    pub fn scalar_complaint(&self, class: Class, bits: u64) -> Option<Complaint> {
        match class {
            Class::Bool if bits > 1 => Some(wording::odd_bool(bits)),
            Class::Int32 if bits > u64::from(u32::MAX) && bits as u32 as i32 as i64 as u64 != bits => {
                Some(wording::beyond_32_bits(bits, true))
            }
            Class::Uint32 if bits > u64::from(u32::MAX) => Some(wording::beyond_32_bits(bits, false)),
            Class::Enum(idx) => {
                let found = self.tables.enums.get(idx as usize)?;
                if bits > u64::from(u32::MAX) && bits as u32 as i32 as i64 as u64 != bits {
                    return Some(wording::beyond_32_bits(bits, true));
                }
                let unknown = !found.contains(bits);
                unknown.then(|| wording::enum_number(bits as u32 as i32, &found.name, found.is_closed))
            }
            _ => None,
        }
    }

    fn string(
        &mut self,
        offset: u64,
        record: &Record,
        bytes: &[u8],
        field_idx: u32,
        field: Field,
        place: Place,
    ) -> Result<u64, Halt> {
        let start = usize::from(record.payload_start);
        let payload_start = offset + u64::from(record.payload_start);
        let payload = payload_start..payload_start + record.payload_len;
        let Some(bytes) = bytes.get(start..start.saturating_add(record.payload_len as usize)) else {
            self.large = Some(Large { field_idx, field, payload, is_cut: record.missing > 0 });
            return Ok(offset);
        };
        self.note_len_key(record.tag.number, bytes);
        if field.class == Class::String && simdutf8::basic::from_utf8(bytes).is_err() {
            self.check_utf8(payload.start, bytes, record.missing > 0, place)?;
        }
        Ok(payload.end)
    }

    /// Remembers the key of a map entry if that is what is open and `number` is a key's.
    #[inline]
    pub fn note_len_key(&mut self, number: u32, key: &[u8]) {
        if number == 1 && self.special_of_top() == Special::MapEntry {
            self.note_key(self.hasher.hash(key));
        }
    }

    fn note_key(&mut self, hash: u64) {
        let types = &self.tables.types;
        let found = self.levels.frames.last().and_then(|top| types.get(top.type_idx as usize));
        let value = found.map_or(NONE, |found| found.lookup(2));
        let value_first = self.levels.has(value);
        self.top_mut(|top| {
            top.first = hash;
            top.second = if value_first { VALUE_FIRST } else { 0 };
        });
    }

    /// A singular field that was met before, or is a member of a oneof.
    fn check_single(
        &mut self,
        range: Range<u64>,
        before: u64,
        field_idx: u32,
        field: &Field,
    ) -> Result<(), Halt> {
        let place = Place::Field(field_idx, None);
        if before > 0 {
            let message = matches!(field.class, Class::Message(_));
            let complaint = if message { wording::merges() } else { wording::set_again() };
            self.emit(range.clone(), place, complaint)?;
        }
        if field.oneof == NONE {
            return Ok(());
        }
        let type_idx = self.levels.frames.last().map_or(NONE, |top| top.type_idx);
        let Some(found) = self.tables.types.get(type_idx as usize) else { return Ok(()) };
        let Some(other) = self.levels.set_oneof(field, field_idx, found.fields.len()) else { return Ok(()) };
        let complaint = wording::oneof(&found.oneof_name(field.oneof), &found.step(other).to_string());
        self.emit(range, place, complaint)
    }

    fn unknown_record(&mut self, offset: u64, record: &Record) -> Result<u64, Halt> {
        let number = record.tag.number;
        let type_idx = self.levels.frames.last().map_or(NONE, |top| top.type_idx);
        let before = self.levels.count_unknown(number);
        let place = Place::Unknown(number, before);
        let end = offset + record.head_and_payload_len();
        if let Some(found) = self.tables.types.get(type_idx as usize) {
            let name = found.descriptor.full_name();
            let reserved = found.is_reserved(number);
            let complaint =
                if reserved { wording::reserved(number, name) } else { wording::unknown(number, name) };
            self.emit(offset..end, place, complaint)?;
        }
        if is_odd(record) {
            self.check_spelling(offset, record, place)?;
        }
        self.pass_or_open_group(offset, record, NONE)
    }

    fn clashing_record(&mut self, offset: u64, record: &Record, field_idx: u32) -> Result<u64, Halt> {
        let place = Place::Field(field_idx, None);
        let type_idx = self.levels.frames.last().map_or(NONE, |top| top.type_idx);
        if let Some(found) = self.tables.types.get(type_idx as usize) {
            let declared =
                found.fields.get(field_idx as usize).map_or(WireType::Len, |field| field.wire_type);
            let complaint = wording::wire_type(&found.kind_name(field_idx), declared, record.tag.wire_type);
            self.emit(offset..offset + record.head_and_payload_len(), place, complaint)?;
        }
        self.check_spelling(offset, record, place)?;
        self.pass_or_open_group(offset, record, field_idx)
    }

    fn pass_or_open_group(&mut self, offset: u64, record: &Record, field_idx: u32) -> Result<u64, Halt> {
        if record.tag.wire_type == WireType::Sgroup {
            return self.open(
                offset,
                record,
                Opened { child: NONE, field_idx, is_singular: false, is_part: false },
            );
        }
        Ok(offset + record.head_and_payload_len())
    }

    /// Padding, bits too many, a length that overruns.
    pub fn check_spelling(&mut self, offset: u64, record: &Record, place: Place) -> Result<(), Halt> {
        let tag_end = offset + u64::from(record.tag.width);
        let scalar_end = tag_end + u64::from(record.scalar.width);
        let shortest = varint_width(record.tag.value());
        if usize::from(record.tag.width) > shortest {
            self.emit(offset..tag_end, place, wording::padded("tag", record.tag.width.into(), shortest))?;
        }
        if !matches!(record.tag.wire_type, WireType::Varint | WireType::Len) {
            return Ok(());
        }
        if record.scalar.overflow {
            self.emit(tag_end..scalar_end, place, wording::beyond_64_bits())?;
        } else if record.scalar.is_overlong() {
            let what = if record.tag.wire_type == WireType::Len { "length" } else { "value" };
            let shortest = varint_width(record.scalar.value);
            self.emit(
                tag_end..scalar_end,
                place,
                wording::padded(what, record.scalar.width.into(), shortest),
            )?;
        }
        if record.missing > 0 {
            let there = record.payload_len;
            self.emit(offset..scalar_end + there, place, wording::overrun(record.scalar.value, there))?;
        }
        Ok(())
    }
}

/// Whether anything about the spelling of a record is not the plain way.
#[inline]
fn is_odd(record: &Record) -> bool {
    let is_short = record.tag.width == 1 && record.scalar.width <= 1;
    record.missing > 0 || !is_short && (record.scalar.overflow || record.is_overlong())
}

/// The bits of a key as far as its kind has room for them, so that equal keys are equal.
fn key_bits(class: Class, bits: u64) -> u64 {
    match class {
        Class::Int32 | Class::Uint32 => u64::from(bits as u32),
        Class::Bool => u64::from(bits != 0),
        _ => bits,
    }
}
