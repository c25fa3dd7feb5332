//! A look at a message's records before writing: of several values of one field, which count?

use super::table::Table;
use crate::document::{Found, Reader, SourceError};
use std::ops::Range;

/// The records of a singular field.
#[derive(Clone, Copy, Debug)]
struct Seen {
    slot: usize,
    /// Of the first record that counts; `u64::MAX` if none does.
    from: u64,
    last: u64,
}

/// What becomes of a record of a singular field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is the value.
    Alone,
    /// It is the first of those that make up the message.
    FirstOf { last: u64 },
    /// An earlier record stands for it too.
    Joined,
    /// A later one replaces it.
    Superseded,
}

/// Which records of a message count.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Ascending by slot.
    fields: Vec<Seen>,
    /// Records that no field takes, and bytes that are no record or are missing.
    pub has_others: bool,
    pub n_records: u64,
}

impl Plan {
    pub fn make(
        reader: &mut Reader<'_>,
        table: &Table,
        parts: impl Iterator<Item = Range<u64>>,
    ) -> Result<Plan, SourceError> {
        let mut plan = Plan::default();
        // Of each oneof: the member that is set, and where its run of records began.
        let mut oneofs: Vec<(usize, usize, u64)> = Vec::new();
        for part in parts {
            let mut at = part.start;
            loop {
                let record = match reader.record(at, part.end)? {
                    Found::End => break,
                    Found::Rest(_) => {
                        plan.has_others = true;
                        break;
                    }
                    Found::Record(record) => record,
                };
                at = record.end();
                plan.n_records += 1;
                plan.has_others |= record.record.missing > 0 || record.is_unclosed_group();
                let Some(slot) = table.taken_by(&record.record) else {
                    plan.has_others = true;
                    continue;
                };
                let field = &table.fields[slot];
                if field.is_repeated {
                    continue;
                }
                plan.see(slot, record.offset, field.is_message());
                if let Some(oneof) = field.oneof {
                    match oneofs.iter_mut().find(|(known, ..)| *known == oneof) {
                        Some((_, member, _)) if *member == slot => {}
                        Some((_, member, start)) => (*member, *start) = (slot, record.offset),
                        None => oneofs.push((oneof, slot, record.offset)),
                    }
                }
            }
        }
        for seen in &mut plan.fields {
            let Some(oneof) = table.fields[seen.slot].oneof else { continue };
            let Some((_, member, start)) = oneofs.iter().find(|(known, ..)| *known == oneof) else {
                continue;
            };
            seen.from = if *member == seen.slot { seen.from.max(*start) } else { u64::MAX };
        }
        Ok(plan)
    }

    fn see(&mut self, slot: usize, offset: u64, is_message: bool) {
        let idx = match self.fields.last() {
            Some(last) if last.slot < slot => Err(self.fields.len()),
            _ => self.fields.binary_search_by_key(&slot, |seen| seen.slot),
        };
        match idx {
            Ok(idx) => {
                let seen = &mut self.fields[idx];
                seen.last = offset;
                if !is_message {
                    seen.from = offset;
                }
            }
            Err(idx) => self.fields.insert(idx, Seen { slot, from: offset, last: offset }),
        }
    }

    pub fn turn(&self, slot: usize, offset: u64) -> Turn {
        let Ok(idx) = self.fields.binary_search_by_key(&slot, |seen| seen.slot) else { return Turn::Alone };
        let Seen { from, last, .. } = self.fields[idx];
        match offset {
            _ if offset < from => Turn::Superseded,
            _ if offset > from => Turn::Joined,
            _ if from < last => Turn::FirstOf { last },
            _ => Turn::Alone,
        }
    }

    /// Where the value of a field stands, if one record is all there is of it.
    pub fn only(&self, slot: usize) -> Option<u64> {
        let idx = self.fields.binary_search_by_key(&slot, |seen| seen.slot).ok()?;
        let Seen { from, last, .. } = self.fields[idx];
        (from == last).then_some(from)
    }
}
