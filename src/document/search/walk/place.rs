//! Where the walk stands: what is around an item that it has just met.

use super::super::super::path::{Path, Step};
use super::super::super::resolve::{MapKey, read_key};
use super::super::super::source::SourceError;
use super::super::pattern::Level;
use super::super::table::{Field, NONE};
use super::{Item, Reading, Walk, What};

impl Walk<'_, '_> {
    /// The type of the innermost message; for elements that around their record.
    pub fn type_idx(&self) -> u32 {
        match self.frames.last() {
            Some(frame) if frame.what == What::Packed => self.outer_type(),
            Some(frame) => frame.type_idx,
            None => NONE,
        }
    }

    pub(super) fn outer_type(&self) -> u32 {
        self.frames
            .len()
            .checked_sub(2)
            .and_then(|idx| self.frames.get(idx))
            .map_or(NONE, |outer| outer.type_idx)
    }

    /// What declares an item that was just met.
    pub fn field_of(&self, item: &Item) -> Option<&Field> {
        self.tables.field(self.type_around(item), item.field_idx)
    }

    /// The type of the message that an item just met is in.
    fn type_around(&self, item: &Item) -> u32 {
        let depth = self.n_around(item);
        let frame = self.frames.get(depth.saturating_sub(1));
        match frame {
            Some(frame) if frame.what == What::Packed => {
                depth.checked_sub(2).and_then(|idx| self.frames.get(idx)).map_or(NONE, |outer| outer.type_idx)
            }
            Some(frame) => frame.type_idx,
            None => NONE,
        }
    }

    /// Open messages around an item that was just met, itself not among them.
    fn n_around(&self, item: &Item) -> usize {
        self.frames.len() - usize::from(item.opens)
    }

    /// Whether an item is in a message of which nothing is declared and that stands in another such.
    pub fn is_inside_unknown(&self, item: &Item) -> bool {
        self.n_around(item) > 1 && self.type_around(item) == NONE
    }

    /// Whether an item is the key or the value of a map entry.
    pub fn is_in_entry(&self, item: &Item) -> bool {
        self.tables.get(self.type_around(item)).is_some_and(|found| found.is_entry())
    }

    /// The levels that lead to an item, as a pattern sees them, by their frames; those of a map entry's
    /// key and value and of packed elements are their record's.
    pub fn levels(&self, item: &Item) -> Vec<usize> {
        let n_frames = self.n_around(item);
        let mut levels: Vec<usize> = (1..n_frames).filter(|idx| self.adds_level(*idx)).collect();
        match item.reading {
            Reading::Element => {
                // The element stands for itself, not for its record.
                levels.pop();
                levels.push(usize::MAX);
            }
            Reading::Rest | Reading::EndTag => {}
            _ if self.is_in_entry(item) => {}
            _ => levels.push(usize::MAX),
        }
        levels
    }

    /// Whether a frame's record is more than the value of the map entry around it.
    fn adds_level(&self, frame_idx: usize) -> bool {
        let outer = frame_idx.checked_sub(1).and_then(|idx| self.frames.get(idx));
        !outer.is_some_and(|outer| self.tables.get(outer.type_idx).is_some_and(|found| found.is_entry()))
    }

    /// One level of [`Self::levels`].
    pub fn level<'a>(&'a self, item: &Item, idx: usize) -> Level<'a> {
        let (type_idx, field_idx, number, element) = match self.frames.get(idx) {
            Some(frame) => {
                let outer = self.frames.get(idx.wrapping_sub(1)).map_or(NONE, |outer| outer.type_idx);
                (outer, frame.field_idx, frame.number, frame.element)
            }
            None => (self.type_around(item), item.field_idx, item.number, item.element),
        };
        let field = self.tables.field(type_idx, field_idx);
        let is_map = field.is_some_and(|field| field.is_map);
        Level { number, step: field.map(|field| &field.step), element, is_map }
    }

    /// The key of the map entry that a level stands for.
    pub fn key(&mut self, item: &Item, idx: usize) -> Result<Option<MapKey>, SourceError> {
        let (entry, payload) = match self.frames.get(idx) {
            Some(frame) => (frame.type_idx, frame.start..frame.end),
            None => {
                let inner = self.field_of(item).map_or(NONE, |field| field.type_idx);
                (inner, item.payload.0..item.payload.1)
            }
        };
        self.tables.compile(entry);
        let key_idx = self.tables.get(entry).map_or(NONE, |found| found.lookup(1));
        let Some(kind) = self.tables.field(entry, key_idx).map(|field| field.kind.clone()) else {
            return Ok(None);
        };
        read_key(&mut self.scout, payload, &kind)
    }

    /// Where an item stands.
    pub fn path(&mut self, item: &Item) -> Result<Path, SourceError> {
        let mut steps = Vec::new();
        for idx in self.levels(item) {
            let level = self.level(item, idx);
            let (step, element, number) = (level.step.cloned(), level.element, level.number);
            let (is_map, is_declared) = (level.is_map, step.is_some());
            steps.push(step.unwrap_or(Step::Number(number)));
            let is_whole = idx == usize::MAX && matches!(item.reading, Reading::Packed | Reading::Count);
            if is_whole {
                continue;
            }
            if is_map {
                let key = self.key(item, idx)?;
                steps.extend(key.map(|key| key.step()));
            } else if let Some(element) = element.filter(|element| is_declared || *element > 0) {
                steps.push(Step::Index(i128::from(element)));
            }
        }
        Ok(Path(steps))
    }

    /// Offset of the group's start tag, for an end tag; otherwise the item's own.
    pub fn start_of(&self, item: &Item) -> u64 {
        let group = self.frames.last().filter(|_| item.reading == Reading::EndTag);
        group.map_or(item.offset, |group| group.record)
    }

    /// A repeated field of the innermost message as a whole.
    pub fn count_item(&self, number: u32, n: u64, first: u64) -> Option<Item> {
        let field_idx = self.tables.get(self.type_idx())?.lookup(number);
        let field = self.tables.field(self.type_idx(), field_idx).filter(|field| field.repeats())?;
        Some(Item {
            offset: first,
            payload: (first, first),
            number,
            wire_type: field.wire_type,
            scalar: n,
            reading: Reading::Count,
            field_idx,
            element: None,
            starts_run: true,
            opens: false,
            is_cut: false,
        })
    }

    /// The records around an item, outermost first, each with its place among the elements of its field.
    pub fn around(&self, item: &Item) -> Vec<(u64, Option<u64>)> {
        let around = self.frames.iter().take(self.n_around(item)).skip(1);
        around.map(|frame| (frame.record, frame.element)).collect()
    }

    /// Where the message around an item ends.
    pub fn end_around(&self, item: &Item) -> u64 {
        self.frames.get(self.n_around(item).saturating_sub(1)).map_or(item.payload.1, |frame| frame.end)
    }
}
