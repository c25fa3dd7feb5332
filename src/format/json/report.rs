//! Telling what is lost, with its path.

use super::super::FormatError;
use super::super::loss::{Loss, LossKind};
use super::engine::Engine;
use super::frame::Frame;
use super::input::Heads;
use super::keys::{EntryAt, key_step};
use super::scan::{Seen, Walk};
use super::table::{Field, Holds, Table};
use crate::document::{Found, Path, RecordAt, Step};
use crate::wire::Damage;
use std::ops::Range;
use std::rc::Rc;

/// Where a loss is.
pub(super) enum Place {
    /// The value that the uppermost message is writing.
    Value,
    /// The uppermost message itself.
    Message,
    /// A field of the uppermost message.
    Field(Step),
    /// A field of a message inside the value that the uppermost message is writing.
    Inside(Step),
}

impl Engine<'_> {
    pub fn lose(
        &mut self,
        kind: LossKind,
        offset: u64,
        place: Place,
        text: impl FnOnce() -> String,
    ) -> Result<(), FormatError> {
        if self.losses.has_room() {
            let path = self.path(place)?;
            self.losses.list(Loss { kind, path, offset, text: text() });
        }
        self.losses.count(kind);
        Ok(())
    }

    fn path(&mut self, place: Place) -> Result<Path, FormatError> {
        let mut steps = self.prefix.0.clone();
        let n_values = match place {
            Place::Value | Place::Inside(_) => self.stack.len(),
            Place::Message | Place::Field(_) => self.stack.len().saturating_sub(1),
        };
        for (idx, frame) in self.stack.iter().enumerate() {
            if frame.is_any_payload {
                steps.push(Step::Field("value".to_owned()));
            }
            if idx >= n_values {
                break;
            }
            let Some(field) = frame.table.fields.get(frame.slot) else { continue };
            if !frame.table.is_named_outside {
                steps.push(field_step(field));
            }
            match field.holds {
                Holds::One => {}
                Holds::List => {
                    steps.push(Step::Index(i128::from(frame.n_elements.saturating_sub(1))));
                }
                Holds::Map => {
                    let mut heads = Heads { window: &[], base: 0, input: &mut self.input };
                    steps.extend(entry_step(&mut heads, frame, field)?);
                }
            }
        }
        if let Place::Field(step) | Place::Inside(step) = place {
            steps.push(step);
        }
        Ok(Path(steps))
    }

    /// The bytes from `offset` to the end of the uppermost message are no records.
    pub fn lose_rest(&mut self, offset: u64, damage: Damage) -> Result<(), FormatError> {
        self.lose(LossKind::Damage, offset, Place::Message, || rest_text(damage))
    }

    pub fn lose_missing(&mut self, offset: u64, missing: u64) -> Result<(), FormatError> {
        self.lose(LossKind::Damage, offset, Place::Value, || missing_text(missing))
    }

    /// A record that is written although its end is missing.
    pub fn lose_end_of(&mut self, record: &RecordAt) -> Result<(), FormatError> {
        if record.is_unclosed_group() {
            let number = record.number();
            return self.lose(LossKind::Damage, record.offset, Place::Value, || unclosed_text(number));
        }
        self.lose_missing(record.offset, record.record.missing)
    }

    pub fn lose_utf8(&mut self, offset: u64) -> Result<(), FormatError> {
        self.lose(LossKind::Utf8, offset, Place::Value, || {
            "Bytes that are no UTF-8 are written as U+FFFD".to_owned()
        })
    }

    /// Steps over a record that no field declares.
    pub fn unknown(&mut self, bytes: &[u8], base: u64) -> Result<(), FormatError> {
        match self.step_over(bytes, base)? {
            Some(record) => self.lose_unknown(&record, Place::Field(Step::Number(record.number()))),
            None => Ok(()),
        }
    }

    pub fn clash(&mut self, bytes: &[u8], base: u64, field: &Field) -> Result<(), FormatError> {
        match self.step_over(bytes, base)? {
            Some(record) => self.lose_clash(&record, field, Place::Field(field_step(field))),
            None => Ok(()),
        }
    }

    fn step_over(&mut self, bytes: &[u8], base: u64) -> Result<Option<RecordAt>, FormatError> {
        let Some(frame) = self.stack.last_mut() else { return Ok(None) };
        let (at, end) = (frame.at, frame.end);
        let mut heads = Heads { window: bytes, base, input: &mut self.input };
        match heads.record(at, end)? {
            Found::Record(record) => {
                frame.at = record.end();
                Ok(Some(record))
            }
            Found::Rest(damage) => {
                frame.at = end;
                self.lose_rest(at, damage)?;
                Ok(None)
            }
            Found::End => Ok(None),
        }
    }

    fn lose_unknown(&mut self, record: &RecordAt, place: Place) -> Result<(), FormatError> {
        if record.is_unclosed_group() {
            let number = record.number();
            return self.lose(LossKind::Damage, record.offset, place, || unclosed_text(number));
        }
        if record.record.missing > 0 {
            let missing = record.record.missing;
            return self.lose(LossKind::Damage, record.offset, place, || missing_text(missing));
        }
        let (wire_type, n_bytes) = (record.wire_type(), record.end() - record.offset);
        self.lose(LossKind::Unknown, record.offset, place, || {
            format!("An unknown field ({wire_type}, {n_bytes} bytes) is left out")
        })
    }

    fn lose_clash(&mut self, record: &RecordAt, field: &Field, place: Place) -> Result<(), FormatError> {
        let (found, declared) = (record.wire_type(), field.wire_type);
        if record.is_unclosed_group() || record.record.missing > 0 {
            return self.lose_unknown(record, place);
        }
        self.lose(LossKind::Clash, record.offset, place, || {
            format!("A record is left out because it is {found} and the field is {declared}")
        })
    }

    fn lose_superseded(&mut self, record: &RecordAt, place: Place) -> Result<(), FormatError> {
        self.lose(LossKind::Superseded, record.offset, place, || {
            "An earlier value is left out because a later one replaces it".to_owned()
        })
    }

    /// An entry whose key comes again, in the run that is being written.
    pub fn lose_superseded_entry(&mut self, offset: u64, step: Step) -> Result<(), FormatError> {
        let Some(frame) = self.stack.last() else { return Ok(()) };
        let Some(field) = frame.table.fields.get(frame.slot) else { return Ok(()) };
        let name = field_step(field);
        let is_named_outside = frame.table.is_named_outside;
        if !self.losses.has_room() {
            self.losses.count(LossKind::Superseded);
            return Ok(());
        }
        let mut path = self.path(Place::Message)?;
        if !is_named_outside {
            path.0.push(name);
        }
        path.0.push(step);
        let text = "An earlier entry is left out because its key comes again".to_owned();
        self.losses.list(Loss { kind: LossKind::Superseded, path, offset, text });
        self.losses.count(LossKind::Superseded);
        Ok(())
    }

    /// Reports the records that are passed over when the uppermost message is written field by
    /// field.
    pub fn lose_what_does_not_count(&mut self, bytes: &[u8], base: u64) -> Result<(), FormatError> {
        let Some(frame) = self.stack.last() else { return Ok(()) };
        let Some(ahead) = &frame.ahead else { return Ok(()) };
        let (table, parts) = (Rc::clone(&frame.table), ahead.parts.clone());
        let mut walk = Walk::new(&parts);
        loop {
            let mut heads = Heads { window: bytes, base, input: &mut self.input };
            let Some(seen) = walk.next(&mut heads, &table, &parts)? else { return Ok(()) };
            if let Seen::Field { slot, record } = seen {
                let counts = self
                    .stack
                    .last()
                    .and_then(|frame| frame.ahead.as_ref())
                    .is_some_and(|ahead| ahead.plan.counts(slot, record.offset));
                if !counts {
                    self.lose_superseded(&record, Place::Field(field_step(&table.fields[slot])))?;
                }
                continue;
            }
            self.lose_seen(&table, seen, Place::Message, Place::Field)?;
        }
    }

    /// Reports what a walk found if it is nothing that a field takes.
    pub fn lose_seen(
        &mut self,
        table: &Table,
        seen: Seen,
        message: Place,
        field_place: fn(Step) -> Place,
    ) -> Result<(), FormatError> {
        match seen {
            Seen::Field { .. } => Ok(()),
            Seen::Clash { slot, record } => {
                let field = &table.fields[slot];
                self.lose_clash(&record, field, field_place(field_step(field)))
            }
            Seen::Unknown(record) => self.lose_unknown(&record, field_place(Step::Number(record.number()))),
            Seen::Damage { offset, damage } => {
                self.lose(LossKind::Damage, offset, message, || rest_text(damage))
            }
        }
    }

    /// Reports what a message that is one value holds besides what counts: `last` has the offset of
    /// the record that counts, by slot.
    pub fn lose_around(
        &mut self,
        bytes: &[u8],
        base: u64,
        table: &Table,
        parts: &[Range<u64>],
        last: &[Option<u64>],
    ) -> Result<(), FormatError> {
        let mut walk = Walk::new(parts);
        loop {
            let mut heads = Heads { window: bytes, base, input: &mut self.input };
            let Some(seen) = walk.next(&mut heads, table, parts)? else { return Ok(()) };
            match seen {
                Seen::Field { slot, record } => {
                    let place = Place::Inside(field_step(&table.fields[slot]));
                    match last.get(slot) {
                        Some(Some(offset)) if *offset != record.offset => {
                            self.lose_superseded(&record, place)?;
                        }
                        _ if record.record.missing > 0 => {
                            let missing = record.record.missing;
                            self.lose(LossKind::Damage, record.offset, place, || missing_text(missing))?;
                        }
                        _ => {}
                    }
                }
                seen => self.lose_seen(table, seen, Place::Value, Place::Inside)?,
            }
        }
    }
}

fn rest_text(damage: Damage) -> String {
    format!("{damage}; the rest of the message is left out")
}

fn missing_text(missing: u64) -> String {
    let plural = if missing == 1 { " is" } else { "s are" };
    format!("{missing} byte{plural} missing at the end")
}

pub(super) fn unclosed_text(number: u32) -> String {
    format!("Group {number} has no end")
}

pub(super) fn field_step(field: &Field) -> Step {
    if field.is_extension { Step::Extension(field.name.clone()) } else { Step::Field(field.name.clone()) }
}

fn entry_step(heads: &mut Heads<'_, '_>, frame: &Frame, field: &Field) -> Result<Option<Step>, FormatError> {
    let Some(table) = &field.entry else { return Ok(None) };
    let Found::Record(record) = heads.record(frame.entry.start, frame.entry.end)? else { return Ok(None) };
    let entry = EntryAt::read(heads, table, &record.payload())?;
    key_step(heads, table, &entry).map(Some)
}
