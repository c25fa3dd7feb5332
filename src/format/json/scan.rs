//! A look at a message's records before writing: are they in order, and if not, which count?

use super::super::FormatError;
use super::input::{Heads, read_head};
use super::keys::{KeyHasher, KeyHashes};
use super::table::{Form, Holds, Table};
use crate::document::{Found, RecordAt};
use crate::wire::{Damage, Read, WireType};
use std::ops::Range;

/// A record of a message, by what the schema says of it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Seen {
    Field {
        slot: usize,
        record: RecordAt,
    },
    Clash {
        slot: usize,
        record: RecordAt,
    },
    Unknown(RecordAt),
    /// The part of the message ends here without its remaining bytes.
    Damage {
        offset: u64,
        damage: Damage,
    },
}

/// Walks the records of one message whose payload may come in several parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    part: usize,
    at: u64,
}

impl Walk {
    pub fn new(parts: &[Range<u64>]) -> Self {
        Self { part: 0, at: parts.first().map_or(0, |part| part.start) }
    }

    /// From the record at or after `offset` on, which is where a record starts or ends.
    pub fn from(parts: &[Range<u64>], offset: u64) -> Self {
        let part = parts.partition_point(|part| part.end <= offset);
        Self { part, at: parts.get(part).map_or(offset, |part| part.start.max(offset)) }
    }

    #[inline]
    pub fn next(
        &mut self,
        heads: &mut Heads<'_, '_>,
        table: &Table,
        parts: &[Range<u64>],
    ) -> Result<Option<Seen>, FormatError> {
        while let Some(part) = parts.get(self.part) {
            if self.at < part.end
                && let Read::Record(record) = read_head(heads.peek(self.at, part.end)?, part.end - self.at)
                && !matches!(record.tag.wire_type, WireType::Sgroup | WireType::Egroup)
            {
                let record = RecordAt { offset: self.at, record, end_tag_width: 0 };
                self.at = record.end();
                return Ok(Some(classify(table, record)));
            }
            match heads.record(self.at, part.end)? {
                Found::End => self.next_part(parts),
                Found::Rest(damage) => {
                    let offset = self.at;
                    self.next_part(parts);
                    return Ok(Some(Seen::Damage { offset, damage }));
                }
                Found::Record(record) => {
                    self.at = record.end();
                    return Ok(Some(classify(table, record)));
                }
            }
        }
        Ok(None)
    }

    fn next_part(&mut self, parts: &[Range<u64>]) {
        self.part += 1;
        self.at = parts.get(self.part).map_or(0, |part| part.start);
    }
}

#[inline]
fn classify(table: &Table, record: RecordAt) -> Seen {
    let Some(slot) = table.slot(record.number()) else { return Seen::Unknown(record) };
    let field = &table.fields[slot];
    let wire_type = record.wire_type();
    if wire_type == field.wire_type || (field.packable && wire_type == WireType::Len) {
        Seen::Field { slot, record }
    } else {
        Seen::Clash { slot, record }
    }
}

/// Which records of one field count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FieldPlan {
    pub slot: usize,
    pub first: u64,
    /// Offset of the first record that counts; `u64::MAX` if none does.
    pub from: u64,
    /// Offset of the last record.
    pub last: u64,
    /// Records, also those that do not count.
    pub n: u64,
}

impl FieldPlan {
    pub fn counts(&self) -> bool {
        self.from != u64::MAX
    }

    /// Whether several records make up the one value.
    pub fn merges(&self, table: &Table) -> bool {
        let field = &table.fields[self.slot];
        field.holds == Holds::One && field.form == Form::Message && self.from < self.last && self.n > 1
    }
}

/// The records of a message that count, field by field in ascending order.
#[derive(Debug)]
pub(super) struct Plan {
    pub fields: Vec<FieldPlan>,
    /// Whether writing the records as they come gives the same.
    pub in_order: bool,
}

impl Plan {
    /// Also collects the hashes of the keys of its maps.
    pub fn make(
        heads: &mut Heads<'_, '_>,
        table: &Table,
        parts: &[Range<u64>],
        hasher: KeyHasher,
        hashes: &mut KeyHashes,
    ) -> Result<Self, FormatError> {
        let mut plan = Self { fields: Vec::new(), in_order: true };
        // Of each oneof seen: the member that is set, and where its run of records began.
        let mut oneofs: Vec<(u16, usize, u64)> = Vec::new();
        let (mut idx, mut walk) = (0, Walk::new(parts));
        while let Some(seen) = walk.next(heads, table, parts)? {
            let Seen::Field { slot, record } = seen else { continue };
            let field = &table.fields[slot];
            let offset = record.offset;
            if plan.fields.get(idx).is_none_or(|last| last.slot != slot) {
                idx = plan.enter(slot, offset);
            } else {
                plan.in_order &= field.holds != Holds::One;
            }
            let seen = &mut plan.fields[idx];
            seen.n += 1;
            seen.last = offset;
            if field.holds == Holds::One && field.form != Form::Message {
                seen.from = offset;
            }
            if let Some(entry_table) = &field.entry {
                hashes.add(heads, hasher, field, entry_table, slot, &record)?;
            }
            if let Some(oneof) = field.oneof_idx {
                match oneofs.iter_mut().find(|(idx, ..)| *idx == oneof) {
                    Some((_, member, _)) if *member == slot => {}
                    Some((_, member, start)) => {
                        (*member, *start) = (slot, offset);
                        plan.in_order = false;
                    }
                    None => oneofs.push((oneof, slot, offset)),
                }
            }
        }
        for seen in &mut plan.fields {
            let Some(oneof) = table.fields[seen.slot].oneof_idx else { continue };
            let Some((_, member, start)) = oneofs.iter().find(|(idx, ..)| *idx == oneof) else { continue };
            seen.from = if *member == seen.slot { seen.from.max(*start) } else { u64::MAX };
        }
        Ok(plan)
    }

    /// Index of the plan for a field that is not the one before.
    fn enter(&mut self, slot: usize, offset: u64) -> usize {
        match self.fields.binary_search_by_key(&slot, |seen| seen.slot) {
            Ok(idx) => {
                self.in_order = false;
                idx
            }
            Err(idx) => {
                self.in_order &= idx == self.fields.len();
                self.fields.insert(idx, FieldPlan { slot, first: offset, from: offset, last: offset, n: 0 });
                idx
            }
        }
    }

    pub fn of(&self, slot: usize) -> Option<&FieldPlan> {
        let idx = self.fields.binary_search_by_key(&slot, |seen| seen.slot).ok()?;
        Some(&self.fields[idx])
    }

    /// Whether a record of a field is one of those that count.
    pub fn counts(&self, slot: usize, offset: u64) -> bool {
        self.of(slot).is_some_and(|seen| seen.from <= offset)
    }
}
