//! The order of a message's records: looking ahead, going through parts and fields, closing.

use super::super::FormatError;
use super::engine::{Engine, FLUSH};
use super::frame::{Ahead, NO_SLOT, Parts};
use super::input::Heads;
use super::keys::{KeyHashes, Repeats};
use super::scan::{FieldPlan, Plan, Seen, Walk};
use super::table::Holds;
use std::ops::Range;
use std::rc::Rc;

impl Engine<'_> {
    /// Finds out which records of the uppermost message count, and in what order they come.
    pub fn look_ahead(&mut self, bytes: &[u8], base: u64, parts: Vec<Range<u64>>) -> Result<(), FormatError> {
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

    /// Goes on with the next part or field of the uppermost message, or closes it.
    pub fn end_of_segment(&mut self, bytes: &[u8], base: u64) -> Result<(), FormatError> {
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
    pub fn end_run(&mut self) -> bool {
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
        self.settle()
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
