//! Payloads that are more than one value: packed elements, and text of any length.

use super::state::{Halt, Large, Place, State};
use super::table::{Class, Field};
use super::wording;
use crate::document::reader::{LARGE_WINDOW, Reader};
use crate::wire::{MAX_VARINT, Record, VarintError, WireType, count_varints, read_varint, varint_width};
use std::ops::Range;

/// Longest key that is hashed whole; a longer one is told apart by this much of it.
const MAX_KEY: usize = 64 << 10;

impl State<'_> {
    /// A packed payload; one that is not wholly in the window is left in [`State::large`].
    pub(super) fn packed_payload(
        &mut self,
        offset: u64,
        record: &Record,
        bytes: &[u8],
        field_idx: u32,
        field: Field,
    ) -> Result<(), Halt> {
        let payload_start = offset + u64::from(record.payload_start);
        let payload_end = payload_start + record.payload_len;
        let cut = record.missing > 0;
        let width = match field.wire_type {
            WireType::I32 => 4,
            WireType::I64 => 8,
            _ => {
                let start = usize::from(record.payload_start);
                let Some(bytes) = bytes.get(start..start.saturating_add(record.payload_len as usize)) else {
                    self.large =
                        Some(Large { field_idx, field, payload: payload_start..payload_end, is_cut: cut });
                    return Ok(());
                };
                self.packed_varints(payload_start, bytes, true, cut, field_idx, field.class)?;
                return Ok(());
            }
        };
        let before = self.levels.count(field_idx, record.payload_len / width);
        if !record.payload_len.is_multiple_of(width) && !cut {
            let place = Place::Field(field_idx, Some(before));
            let complaint = wording::packed_width(record.payload_len, width);
            self.emit(payload_start..payload_end, place, complaint)?;
        }
        Ok(())
    }

    /// Goes through the varints in `bytes`, which start at `start`; returns how many bytes it took. What
    /// is left over is the beginning of one that goes on behind `bytes`, unless this is the `last`.
    fn packed_varints(
        &mut self,
        start: u64,
        bytes: &[u8],
        last: bool,
        cut: bool,
        field_idx: u32,
        class: Class,
    ) -> Result<usize, Halt> {
        if class == Class::Any && bytes.iter().all(|byte| *byte < 0x80) {
            self.levels.count(field_idx, count_varints(bytes));
            return Ok(bytes.len());
        }
        let mut at = 0;
        while at < bytes.len() {
            let element = start + at as u64;
            let varint = match read_varint(&bytes[at..]) {
                Ok(varint) => varint,
                Err(VarintError::Cut) if !last || cut => return Ok(at),
                Err(error) => {
                    let place = Place::Field(field_idx, Some(self.levels.count(field_idx, 0)));
                    let complaint = wording::packed_cut(error == VarintError::TooLong);
                    self.emit(element..start + bytes.len() as u64, place, complaint)?;
                    return Ok(bytes.len());
                }
            };
            let idx = self.levels.count(field_idx, 1);
            at += usize::from(varint.width);
            let (place, range) = (Place::Field(field_idx, Some(idx)), element..start + at as u64);
            if varint.overflow {
                self.emit(range.clone(), place, wording::beyond_64_bits())?;
            } else if varint.width > 1 && varint.is_overlong() {
                let shortest = varint_width(varint.value);
                self.emit(range.clone(), place, wording::padded("value", varint.width.into(), shortest))?;
            }
            if let Some(complaint) = self.scalar_complaint(class, varint.value) {
                self.emit(range, place, complaint)?;
            }
        }
        Ok(at)
    }

    /// Reports the first invalid UTF-8 in `bytes`, which start a string at `start`. If the string was
    /// cut off, so may its last character be.
    pub(super) fn check_utf8(
        &mut self,
        start: u64,
        bytes: &[u8],
        cut: bool,
        place: Place,
    ) -> Result<(), Halt> {
        let Err(error) = simdutf8::compat::from_utf8(bytes) else { return Ok(()) };
        if cut && error.error_len().is_none() {
            return Ok(());
        }
        let at = error.valid_up_to() as u64;
        let n_bad = error.error_len().unwrap_or(bytes.len() - error.valid_up_to()) as u64;
        self.report_utf8(start, at, n_bad, place)
    }

    fn report_utf8(&mut self, start: u64, at: u64, n_bad: u64, place: Place) -> Result<(), Halt> {
        let top = self.levels.frames.last().map_or(super::table::NONE, |top| top.type_idx);
        let found = self.tables.types.get(top as usize);
        let is_checked = match place {
            Place::Field(field_idx, _) => found.is_some_and(|found| found.checks_utf8(field_idx)),
            Place::Message | Place::Unknown(..) => false,
        };
        self.emit(start + at..start + at + n_bad, place, wording::utf8(is_checked, at))
    }

    /// A payload that is not wholly in the window, read in stretches.
    pub(super) fn large(&mut self, reader: &mut Reader<'_>, large: Large) -> Result<(), Halt> {
        let Large { field_idx, field, payload, is_cut: cut } = large;
        match field.class {
            Class::Bytes | Class::String => {
                let want = MAX_KEY.min((payload.end - payload.start) as usize);
                if field.number == 1 {
                    let head = reader.at(payload.start, want)?;
                    self.note_len_key(1, &head[..want.min(head.len())]);
                }
                if field.class == Class::String {
                    self.large_string(reader, field_idx, field, payload, cut)
                } else {
                    Ok(())
                }
            }
            class => self.large_packed(reader, field_idx, class, payload, cut),
        }
    }

    fn large_packed(
        &mut self,
        reader: &mut Reader<'_>,
        field_idx: u32,
        class: Class,
        payload: Range<u64>,
        cut: bool,
    ) -> Result<(), Halt> {
        let mut at = payload.start;
        while at < payload.end {
            let want = (payload.end - at).min(LARGE_WINDOW as u64);
            let bytes = stretch(reader, at, want)?;
            let last = at + want == payload.end;
            let taken = self.packed_varints(at, bytes, last, cut, field_idx, class)?;
            if taken == 0 && bytes.len() < MAX_VARINT {
                break; // The beginning of an element of a payload that is cut off.
            }
            at += taken.max(1) as u64;
        }
        Ok(())
    }

    fn large_string(
        &mut self,
        reader: &mut Reader<'_>,
        field_idx: u32,
        field: Field,
        payload: Range<u64>,
        cut: bool,
    ) -> Result<(), Halt> {
        let element = field.repeated.then(|| self.levels.count(field_idx, 0).saturating_sub(1));
        let place = Place::Field(field_idx, element);
        let mut at = payload.start;
        while at < payload.end {
            let want = (payload.end - at).min(LARGE_WINDOW as u64);
            let bytes = stretch(reader, at, want)?;
            let last = at + want == payload.end;
            if simdutf8::basic::from_utf8(bytes).is_ok() {
                at += want;
                continue;
            }
            let Err(error) = simdutf8::compat::from_utf8(bytes) else { break };
            let valid = error.valid_up_to() as u64;
            match error.error_len() {
                // A character across the border: go on from where it starts.
                None if !last && valid > 0 => at += valid,
                None if cut => break,
                n_bad => {
                    let n_bad = n_bad.map_or(want - valid, |n_bad| n_bad as u64);
                    return self.report_utf8(payload.start, at + valid - payload.start, n_bad, place);
                }
            }
        }
        Ok(())
    }
}

/// Exactly `want` bytes from `at` on, which lie inside the document.
fn stretch<'r>(reader: &'r mut Reader<'_>, at: u64, want: u64) -> Result<&'r [u8], Halt> {
    let bytes = reader.at(at, want as usize)?;
    Ok(&bytes[..bytes.len().min(want as usize)])
}
