//! The messages that are open at a place, and what was met in each.

use super::keys::{Added, KeySet};
use super::table::{Field, NONE, Tables};

/// Set on a counter whose records stood in an earlier part of a split message.
const INHERITED: u64 = 1 << 63;
/// Counters of all open messages together.
const MAX_SLOTS: usize = 1 << 24;
/// Unknown field numbers counted in one message.
const MAX_UNKNOWN: usize = 64;

/// One open message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// The record that opened it.
    pub offset: u64,
    /// Its first byte.
    pub start: u64,
    /// Where it ends; of a group where it ends at the latest.
    pub end: u64,
    /// [`NONE`] if nothing is known about what it holds.
    pub type_idx: u32,
    /// The field of the enclosing type that opened it, or [`NONE`].
    pub field_idx: u32,
    /// That field's number.
    pub number: u32,
    pub is_group: bool,
    /// Whether the field that opened it may hold one message only.
    pub is_singular: bool,
    /// Whether its end was reached because of damage, so that no end tag is missed.
    pub is_damaged: bool,
    /// Of a map entry the hash of its key; of a Timestamp or Duration its seconds.
    pub first: u64,
    /// Of a Timestamp or Duration its nanos.
    pub second: u64,
    slots_start: usize,
    slots_end: usize,
    touched_start: usize,
    saved_start: usize,
    unknown_start: usize,
    sets_start: usize,
}

/// A counter of a message that was closed, kept while the message around it is open.
#[derive(Clone, Copy, Debug)]
struct Saved {
    /// The field of the enclosing message that it stood in.
    field_idx: u32,
    slot: u32,
    count: u64,
}

/// The stack.
#[derive(Debug, Default)]
pub(super) struct Levels {
    pub frames: Vec<Frame>,
    /// Counters, those of a frame behind those of the frame around it. All that belongs to no open
    /// frame is 0.
    slots: Vec<u64>,
    /// Counters that are not 0.
    touched: Vec<usize>,
    saved: Vec<Saved>,
    unknown: Vec<(u32, u64)>,
    sets: Vec<(u32, KeySet)>,
    spare_sets: Vec<KeySet>,
}

/// What opens a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    pub offset: u64,
    pub start: u64,
    pub end: u64,
    pub type_idx: u32,
    pub field_idx: u32,
    pub number: u32,
    pub is_group: bool,
    pub is_singular: bool,
}

impl Levels {
    /// Opens a message; `false` if there is no room for its counters.
    pub fn open(&mut self, opening: Opening, tables: &Tables) -> bool {
        let slots_start = self.frames.last().map_or(0, |top| top.slots_end);
        let n_slots = tables.types.get(opening.type_idx as usize).map_or(0, |found| found.n_slots());
        let slots_end = slots_start + n_slots;
        if slots_end > MAX_SLOTS {
            return false;
        }
        if slots_end > self.slots.len() {
            self.slots.resize(slots_end, 0);
        }
        let Opening { offset, start, end, type_idx, field_idx, number, is_group, is_singular } = opening;
        self.frames.push(Frame {
            offset,
            start,
            end,
            type_idx,
            field_idx,
            number,
            is_group,
            is_singular,
            is_damaged: false,
            first: 0,
            second: 0,
            slots_start,
            slots_end,
            touched_start: self.touched.len(),
            saved_start: self.saved.len(),
            unknown_start: self.unknown.len(),
            sets_start: self.sets.len(),
        });
        true
    }

    /// Closes the innermost message, and keeps those of its counters that another part of the same
    /// message would need.
    #[inline]
    pub fn close(&mut self, tables: &Tables) -> Option<Frame> {
        let frame = self.frames.pop()?;
        self.saved.truncate(frame.saved_start);
        self.unknown.truncate(frame.unknown_start);
        while self.sets.len() > frame.sets_start {
            if let Some((_, mut set)) = self.sets.pop() {
                set.reset();
                self.spare_sets.push(set);
            }
        }
        let fields = tables.types.get(frame.type_idx as usize).map_or(&[][..], |found| &found.fields[..]);
        let keep =
            |slot: u32| fields.get(slot as usize).is_some_and(|field| field.repeated || field.required);
        for at in frame.touched_start..self.touched.len() {
            let slot = self.touched[at];
            let idx = (slot - frame.slots_start) as u32;
            if frame.is_singular && keep(idx) {
                self.saved.push(Saved { field_idx: frame.field_idx, slot: idx, count: self.slots[slot] });
            }
            self.slots[slot] = 0;
        }
        self.touched.truncate(frame.touched_start);
        Some(frame)
    }

    /// Gives the innermost message, a further part of one, what its earlier parts counted.
    pub fn inherit(&mut self, is_repeated: impl Fn(u32) -> bool) {
        let [.., outer, top] = self.frames.as_slice() else { return };
        let (from, field_idx, slots_start) = (outer.saved_start, top.field_idx, top.slots_start);
        for saved in self.saved.split_off(from) {
            if saved.field_idx != field_idx {
                self.saved.push(saved);
                continue;
            }
            let count = if is_repeated(saved.slot) { saved.count } else { saved.count | INHERITED };
            self.set_slot(slots_start + saved.slot as usize, count);
        }
        if let Some(top) = self.frames.last_mut() {
            top.saved_start = self.saved.len();
        }
    }

    #[inline]
    fn set_slot(&mut self, slot: usize, value: u64) {
        if let Some(counter) = self.slots.get_mut(slot) {
            if *counter == 0 {
                self.touched.push(slot);
            }
            *counter = value;
        }
    }

    /// Counts `n` more elements of a field of the innermost message; returns how many there were.
    #[inline]
    pub fn count(&mut self, field_idx: u32, n: u64) -> u64 {
        let Some(top) = self.frames.last() else { return 0 };
        let slot = top.slots_start + field_idx as usize;
        let before = self.slots.get(slot).copied().unwrap_or(0) & !INHERITED;
        if n > 0 {
            self.set_slot(slot, before + n);
        }
        before
    }

    /// Elements counted of a field of the message at `level`.
    pub fn counted(&self, level: usize, field_idx: u32) -> u64 {
        let Some(frame) = self.frames.get(level) else { return 0 };
        self.slots.get(frame.slots_start + field_idx as usize).copied().unwrap_or(0) & !INHERITED
    }

    /// Whether a field of the innermost message was met in any of its parts.
    pub fn has(&self, field_idx: u32) -> bool {
        let slot = self.frames.last().map_or(0, |top| top.slots_start + field_idx as usize);
        self.slots.get(slot).is_some_and(|count| *count != 0)
    }

    /// Notes that a member of a oneof is set; returns the other member that was set before.
    #[inline]
    pub fn set_oneof(&mut self, field: &Field, field_idx: u32, n_fields: usize) -> Option<u32> {
        let slot = self.frames.last()?.slots_start + n_fields + field.oneof as usize;
        let before = self.slots.get(slot).copied().unwrap_or(0);
        self.set_slot(slot, u64::from(field_idx) + 1);
        (before != 0 && before != u64::from(field_idx) + 1).then(|| (before - 1) as u32)
    }

    /// Counts an unknown record of the innermost message; returns how many there were of its number.
    pub fn count_unknown(&mut self, number: u32) -> u64 {
        let Some(top) = self.frames.last() else { return 0 };
        let start = top.unknown_start;
        if let Some((_, count)) = self.unknown[start..].iter_mut().find(|(other, _)| *other == number) {
            *count += 1;
            return *count - 1;
        }
        if self.unknown.len() - start < MAX_UNKNOWN {
            self.unknown.push((number, 1));
        }
        0
    }

    /// Unknown records of a number counted in the message at `level`.
    pub fn unknown_counted(&self, level: usize, number: u32) -> u64 {
        let start = self.frames.get(level).map_or(0, |frame| frame.unknown_start);
        let end = self.frames.get(level + 1).map_or(self.unknown.len(), |frame| frame.unknown_start);
        self.unknown[start..end].iter().find(|(other, _)| *other == number).map_or(0, |(_, count)| *count)
    }

    /// Adds a key to a map of the innermost message.
    #[inline]
    pub fn add_key(&mut self, field_idx: u32, hash: u64) -> Added {
        let start = self.frames.last().map_or(0, |top| top.sets_start);
        let known = self.sets[start..].iter().position(|(other, _)| *other == field_idx);
        let at = known.unwrap_or_else(|| {
            self.sets.push((field_idx, self.spare_sets.pop().unwrap_or_default()));
            self.sets.len() - 1 - start
        });
        self.sets.get_mut(start + at).map_or(Added::New, |(_, set)| set.add(hash))
    }

    /// Marks every open group that ends where the innermost message ends: damage has swallowed its
    /// end tag.
    pub fn mark_damaged(&mut self) {
        let Some(end) = self.frames.last().map(|top| top.end) else { return };
        for frame in self.frames.iter_mut().rev() {
            if frame.end != end {
                break;
            }
            frame.is_damaged = true;
            if !frame.is_group {
                break;
            }
        }
    }

    pub fn type_of(&self, level: usize) -> u32 {
        self.frames.get(level).map_or(NONE, |frame| frame.type_idx)
    }
}
