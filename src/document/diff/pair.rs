//! Two records that belong together, and those that at first seemed not to.

use super::item::{HASHED_WHOLE, Item, What};
use super::walk::{Finding, Loose, Walk};
use super::{Change, Halt};
use crate::document::level::{Meaning, message_in};
use crate::document::plausible::is_plausible_message;
use crate::document::reader::{Reader, RecordAt};
use crate::document::source::SourceError;
use crate::document::value::read_scalar;
use crate::schema::{FieldDescriptor, Kind, is_singular, kind_wire_type};
use crate::wire::{WireType, read_varint};
use std::collections::HashMap;
use std::ops::Range;

/// Elements that are compared to see whether a field was packed or unpacked only.
const MAX_REPACKED: u64 = 1 << 20;

impl Walk<'_> {
    /// Joins what was left over on both sides: records that moved, fields and keys that moved and
    /// changed, elements that were packed or unpacked.
    pub(super) fn join_loose(
        &mut self,
        mut findings: Vec<Finding>,
        loose: &Loose,
    ) -> Result<Vec<Finding>, Halt> {
        let mut gone = vec![false; findings.len()];
        if !loose.old.is_empty() && !loose.new.is_empty() {
            let mut by_hash: HashMap<u64, Vec<usize>> = HashMap::new();
            for at in loose.old.iter().rev() {
                if let Ok(item) = &findings[*at].old {
                    by_hash.entry(item.hash).or_default().push(*at);
                }
            }
            for at in &loose.new {
                let hash = findings[*at].new.as_ref().map_or(0, |item| item.hash);
                if let Some(old) = by_hash.get_mut(&hash).and_then(Vec::pop) {
                    findings[*at].old = findings[old].old.clone();
                    findings[*at].change = Some(Change::Moved);
                    gone[old] = true;
                }
            }
            self.join_fields(&mut findings, loose, &mut gone);
            self.join_packed(&mut findings, loose, &mut gone)?;
        }
        let mut gone = gone.into_iter();
        findings.retain(|_| !gone.next().unwrap_or(false));
        Ok(findings)
    }

    fn join_fields(&self, findings: &mut [Finding], loose: &Loose, gone: &mut [bool]) {
        // Of several records of one field or key the last one counts.
        for new_at in loose.new.iter().rev() {
            let Ok(new) = &findings[*new_at].new else { continue };
            if findings[*new_at].change.is_some() || !stands_for_itself(new) {
                continue;
            }
            let found = loose.old.iter().rev().copied().find(|old_at| {
                !gone[*old_at]
                    && findings[*old_at].old.as_ref().is_ok_and(|old| {
                        stands_for_itself(old) && old.likeness(new) == super::align::Likeness::Field
                    })
            });
            if let Some(old_at) = found {
                findings[*new_at].old = findings[old_at].old.clone();
                gone[old_at] = true;
            }
        }
    }

    /// A repeated scalar field that has the same elements in other records.
    fn join_packed(
        &mut self,
        findings: &mut [Finding],
        loose: &Loose,
        gone: &mut [bool],
    ) -> Result<(), Halt> {
        let mut numbers: Vec<u32> = Vec::new();
        let number = |item: &Item| item.packable().map(|field| field.number());
        for at in &loose.new {
            let number = findings[*at].new.as_ref().ok().and_then(number);
            numbers.extend(number.filter(|number| !numbers.contains(number)));
        }
        for wanted in numbers {
            let side = |places: &[usize], is_old: bool| -> Vec<(usize, Item)> {
                let item = |at: &usize| {
                    let item = if is_old { &findings[*at].old } else { &findings[*at].new };
                    let item = item.as_ref().ok().filter(|item| number(item) == Some(wanted))?;
                    Some((*at, item.clone())).filter(|_| !gone[*at] && findings[*at].change.is_none())
                };
                places.iter().filter_map(item).collect()
            };
            let (old, new) = (side(&loose.old, true), side(&loose.new, false));
            if old.is_empty() || new.is_empty() {
                continue;
            }
            let same = match (elements(&mut self.old, &old)?, elements(&mut self.new, &new)?) {
                (Some(old), Some(new)) => old == new,
                _ => false,
            };
            if same {
                let first = new[0].0;
                findings[first].old = Ok(old[0].1.clone());
                findings[first].change = Some(Change::Respelled);
                old.iter().chain(&new[1..]).for_each(|(at, _)| gone[*at] = true);
            }
        }
        Ok(())
    }

    /// Finds out what differs, or hands on what is known to.
    pub(super) fn finding(&mut self, finding: Finding) -> Result<(), Halt> {
        if let Some(change) = finding.change {
            return self.emit(&finding, change);
        }
        match (&finding.old, &finding.new) {
            (Ok(old), Ok(new)) => self.pair(&finding, old, new),
            (Err(_), _) => self.emit(&finding, Change::Added),
            _ => self.emit(&finding, Change::Removed),
        }
    }

    fn pair(&mut self, finding: &Finding, old: &Item, new: &Item) -> Result<(), Halt> {
        let is_long = old.len() > HASHED_WHOLE && old.len() == new.len();
        if is_long && self.forward(old.range().start, new.range().start, old.len())? == old.len() {
            return Ok(());
        }
        let (What::Record { at: old_at, meaning }, What::Record { at: new_at, meaning: new_meaning }) =
            (&old.what, &new.what)
        else {
            return self.emit(finding, Change::Changed);
        };
        if old_at.wire_type() != new_at.wire_type() || meaning != new_meaning {
            return self.emit(finding, Change::Changed);
        }
        let (old_payload, new_payload) = (old_at.payload(), new_at.payload());
        let (n_old, n_new) = (old_payload.end - old_payload.start, new_payload.end - new_payload.start);
        let is_whole = [old_at, new_at].iter().all(|at| at.record.missing == 0 && !at.is_unclosed_group());
        let equal = self.forward(old_payload.start, new_payload.start, n_old.min(n_new))?;
        if equal == n_old && equal == n_new {
            let change = if is_whole { Change::Respelled } else { Change::Changed };
            return self.emit(finding, change);
        }
        if let Meaning::Packed(field) = meaning {
            if spelling(old_at) != spelling(new_at) {
                self.emit(finding, Change::Respelled)?;
            }
            return self.packed(finding, [old, new], field, [old_payload, new_payload]);
        }
        if let Some(message) = self.message_of(old_at, new_at, meaning)? {
            if spelling(old_at) != spelling(new_at) {
                self.emit(finding, Change::Respelled)?;
            }
            if self.enter(finding, message, [old_payload, new_payload]) {
                return Ok(());
            }
            return self.emit(finding, Change::Changed);
        }
        let same_value = self.has_same_value(meaning, old_at, new_at)?;
        self.emit(finding, if same_value { Change::Respelled } else { Change::Changed })
    }

    /// The type of the messages in two records, if that is what they hold.
    #[allow(clippy::option_option, reason = "no message, and one of no type, are two things")]
    fn message_of(
        &mut self,
        old: &RecordAt,
        new: &RecordAt,
        meaning: &Meaning,
    ) -> Result<Option<Option<crate::schema::MessageDescriptor>>, Halt> {
        let Some(inside) = message_in(old, meaning) else { return Ok(None) };
        if inside.message.is_none() && old.wire_type() == WireType::Len {
            let plausible = is_plausible_message(&mut self.old, old.payload(), old.record.missing > 0)?
                && is_plausible_message(&mut self.new, new.payload(), new.record.missing > 0)?;
            return Ok(plausible.then_some(None));
        }
        Ok(Some(inside.message))
    }

    fn has_same_value(
        &mut self,
        meaning: &Meaning,
        old: &RecordAt,
        new: &RecordAt,
    ) -> Result<bool, SourceError> {
        let wire_type = old.wire_type();
        if let Meaning::Field(field) = meaning
            && wire_type == WireType::Varint
        {
            let old = bytes(&mut self.old, old.payload())?;
            let new = bytes(&mut self.new, new.payload())?;
            return Ok(same_scalar(&field.kind(), &old, &new));
        }
        let is_varint = wire_type == WireType::Varint;
        Ok(is_varint && old.record.scalar.value == new.record.scalar.value)
    }
}

/// Whether nothing but its name tells which one it is: a singular field, or the entry of a key.
fn stands_for_itself(item: &Item) -> bool {
    match item.record() {
        Some((_, meaning)) => meaning.field().is_some_and(|field| is_singular(field) || item.key.is_some()),
        None => false,
    }
}

/// What about a record's head is free: the width of its tag, and whether its length is padded.
fn spelling(at: &RecordAt) -> (u8, bool, u8) {
    let is_padded = at.wire_type() == WireType::Len && at.record.scalar.is_overlong();
    (at.record.tag.width, is_padded, at.end_tag_width)
}

pub(super) fn same_scalar(kind: &Kind, old: &[u8], new: &[u8]) -> bool {
    match (read_scalar(kind, old), read_scalar(kind, new)) {
        (Some(old), Some(new)) => old == new,
        _ => false,
    }
}

/// The bytes of one scalar.
fn bytes(reader: &mut Reader<'_>, range: Range<u64>) -> Result<Vec<u8>, SourceError> {
    let want = (range.end - range.start) as usize;
    Ok(reader.at(range.start, want)?[..want].to_vec())
}

/// The elements of some records as bits; `None` if they are too many or not whole.
fn elements(reader: &mut Reader<'_>, items: &[(usize, Item)]) -> Result<Option<Vec<u64>>, SourceError> {
    let mut found = Vec::new();
    for (_, item) in items {
        let (Some((at, _)), Some(field)) = (item.record(), item.packable()) else { return Ok(None) };
        let payload = at.payload();
        if payload.end - payload.start > MAX_REPACKED || found.len() as u64 > MAX_REPACKED {
            return Ok(None);
        }
        let bytes = bytes(reader, payload)?;
        if !bits(field, &bytes, &mut found) {
            return Ok(None);
        }
    }
    Ok(Some(found))
}

fn bits(field: &FieldDescriptor, mut bytes: &[u8], found: &mut Vec<u64>) -> bool {
    let width = match kind_wire_type(&field.kind()) {
        WireType::I32 => 4,
        WireType::I64 => 8,
        _ => {
            while !bytes.is_empty() {
                let Ok(varint) = read_varint(bytes) else { return false };
                found.push(varint.value);
                bytes = &bytes[usize::from(varint.width)..];
            }
            return true;
        }
    };
    let of = |chunk: &[u8]| chunk.iter().rev().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    found.extend(bytes.chunks(width).map(of));
    bytes.len().is_multiple_of(width)
}
