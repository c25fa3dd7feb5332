//! Records as they are matched: what they are, a hash of their bytes, and their path.

use super::align::Likeness;
use crate::document::level::Meaning;
use crate::document::path::Step;
use crate::document::reader::{Reader, RecordAt};
use crate::document::reading::Scope;
use crate::document::resolve::{MapKey, read_key};
use crate::document::rows::Entry;
use crate::document::source::ReadMode;
use crate::document::source::SourceError;
use crate::document::view::entry_row_text;
use crate::schema::{FieldDescriptor, Kind, MessageDescriptor, is_packable_kind, kind_wire_type};
use crate::wire::{Damage, WireType, count_varints};
use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher as _, RandomState};
use std::ops::Range;

/// Records up to this many bytes are hashed whole; of longer ones both ends.
pub(super) const HASHED_WHOLE: u64 = 64 << 10;
const HASHED_END: u64 = 1 << 10;
/// Characters of a value that a difference shows.
const MAX_CHARS: usize = 200;
/// Unknown numbers that are counted in one message.
const MAX_UNKNOWN: usize = 64;
/// Packed records whose elements wait to be counted.
const MAX_UNCOUNTED: usize = 64;

/// What stands at a place of a message.
#[derive(Clone, Debug)]
pub(super) enum What {
    Record { at: RecordAt, meaning: Meaning },
    Rest { range: Range<u64>, damage: Damage },
}

#[derive(Clone, Debug)]
pub(super) struct Item {
    pub what: What,
    pub hash: u64,
    /// Of a map entry.
    pub key: Option<MapKey>,
    /// Elements of its repeated field before it; of an unknown number, records.
    pub idx: u64,
}

impl Item {
    pub fn range(&self) -> Range<u64> {
        match &self.what {
            What::Record { at, .. } => at.range(),
            What::Rest { range, .. } => range.clone(),
        }
    }

    pub fn len(&self) -> u64 {
        let range = self.range();
        range.end - range.start
    }

    pub fn record(&self) -> Option<(&RecordAt, &Meaning)> {
        match &self.what {
            What::Record { at, meaning } => Some((at, meaning)),
            What::Rest { .. } => None,
        }
    }

    /// The field whose elements it holds, if they may stand packed.
    pub fn packable(&self) -> Option<&FieldDescriptor> {
        let (_, meaning) = self.record()?;
        match meaning {
            Meaning::Field(field) | Meaning::Packed(field) => {
                Some(field).filter(|field| field.is_list() && is_packable_kind(&field.kind()))
            }
            _ => None,
        }
    }

    fn is_packed(&self) -> bool {
        matches!(self.record(), Some((_, Meaning::Packed(_))))
    }

    /// How much speaks for two that are not equal being the same thing.
    pub fn likeness(&self, other: &Item) -> Likeness {
        let (Some((at, meaning)), Some((other_at, _))) = (self.record(), other.record()) else {
            let both_rest = self.record().is_none() && other.record().is_none();
            return if both_rest { Likeness::Field } else { Likeness::None };
        };
        if at.number() != other_at.number() || self.is_packed() != other.is_packed() {
            return Likeness::None;
        }
        match meaning.field() {
            Some(field) if field.is_map() => match (&self.key, &other.key) {
                (Some(key), Some(other)) if key == other => Likeness::Field,
                (None, None) => Likeness::Place,
                _ => Likeness::None,
            },
            Some(field) if field.is_list() => Likeness::Place,
            Some(_) => Likeness::Field,
            None => Likeness::Place,
        }
    }

    /// The steps from its message to it; none inside a map entry, whose path names its value.
    pub fn steps(&self, in_entry: bool) -> Vec<Step> {
        let Some((at, meaning)) = self.record().filter(|_| !in_entry) else { return Vec::new() };
        let idx = Step::Index(i128::from(self.idx));
        let Some(field) = meaning.field() else {
            let number = Step::Number(at.number());
            return if self.idx > 0 { vec![number, idx] } else { vec![number] };
        };
        let name = Step::of_field(field);
        match &self.key {
            Some(key) => vec![name, key.step()],
            None if field.is_list() && !self.is_packed() => vec![name, idx],
            None => vec![name],
        }
    }

    /// Its value in words.
    pub fn text(&self, reader: &Reader<'_>) -> String {
        let entry = match &self.what {
            What::Record { at, meaning } => {
                Entry::Record { at: *at, meaning: meaning.clone(), element_idx: None }
            }
            What::Rest { range, damage } => Entry::Rest { range: range.clone(), damage: *damage },
        };
        entry_row_text(reader.snapshot(), &entry, MAX_CHARS, ReadMode::Wait).value
    }
}

/// Makes items of what a reader finds.
pub(super) struct Maker {
    hasher: RandomState,
}

impl Maker {
    pub fn new() -> Self {
        Self { hasher: RandomState::new() }
    }

    pub fn record(
        &self,
        reader: &mut Reader<'_>,
        at: RecordAt,
        message: Option<&MessageDescriptor>,
        scope: &Scope,
        counts: &mut Counts,
    ) -> Result<Item, SourceError> {
        let declared = Meaning::of(message, at.number(), at.wire_type());
        let chosen = scope.get(at.number()).filter(|reading| reading.wire_type() == at.wire_type());
        let meaning = match chosen.filter(|_| declared.is_open()) {
            Some(reading) => {
                Meaning::Chosen { declared: declared.field().cloned(), reading: reading.clone() }
            }
            None => declared,
        };
        let key = match &meaning {
            Meaning::Field(field) if field.is_map() => match key_kind(field) {
                Some(kind) => read_key(reader, at.payload(), &kind)?,
                None => None,
            },
            _ => None,
        };
        let idx = counts.count(reader, &at, &meaning)?;
        let hash = self.hash(reader, at.range())?;
        Ok(Item { what: What::Record { at, meaning }, hash, key, idx })
    }

    pub fn rest(
        &self,
        reader: &mut Reader<'_>,
        range: Range<u64>,
        damage: Damage,
    ) -> Result<Item, SourceError> {
        let hash = self.hash(reader, range.clone())?;
        Ok(Item { what: What::Rest { range, damage }, hash, key: None, idx: 0 })
    }

    fn hash(&self, reader: &mut Reader<'_>, range: Range<u64>) -> Result<u64, SourceError> {
        let len = range.end - range.start;
        if len <= HASHED_WHOLE {
            let bytes = &reader.at(range.start, len as usize)?[..len as usize];
            return Ok(self.hasher.hash_one(bytes));
        }
        let end = HASHED_END as usize;
        let head = reader.at(range.start, end)?[..end].to_vec();
        let tail = &reader.at(range.end - HASHED_END, end)?[..end];
        Ok(self.hasher.hash_one((len, head, tail)))
    }

    pub fn hash_value(&self, value: &[u8]) -> u64 {
        self.hasher.hash_one(value)
    }
}

fn key_kind(field: &FieldDescriptor) -> Option<Kind> {
    match field.kind() {
        Kind::Message(entry) => Some(entry.get_field(1)?.kind()),
        _ => None,
    }
}

/// How many elements of each repeated field were met in a message, from its start on.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    by_number: HashMap<u32, Counter>,
    /// Those of them that are fields.
    declared: BTreeSet<u32>,
    n_unknown: usize,
}

#[derive(Clone, Debug, Default)]
struct Counter {
    n: u64,
    /// Packed payloads whose elements are counted only when somebody asks.
    uncounted: Vec<Range<u64>>,
}

impl Counts {
    /// Passes over a record without asking how many there were.
    pub fn pass(
        &mut self,
        reader: &mut Reader<'_>,
        at: &RecordAt,
        message: Option<&MessageDescriptor>,
    ) -> Result<(), SourceError> {
        let meaning = Meaning::of(message, at.number(), at.wire_type());
        match &meaning {
            Meaning::Packed(field) => {
                self.declared.insert(at.number());
                let counter = self.by_number.entry(at.number()).or_default();
                counter.uncounted.push(at.payload());
                if counter.uncounted.len() > MAX_UNCOUNTED {
                    counter.settle(reader, &field.kind())?;
                }
            }
            _ => {
                if let Some(counter) = self.counter(at.number(), &meaning) {
                    counter.n += 1;
                }
            }
        }
        Ok(())
    }

    /// Counts a record; returns how many elements there were before it.
    fn count(
        &mut self,
        reader: &mut Reader<'_>,
        at: &RecordAt,
        meaning: &Meaning,
    ) -> Result<u64, SourceError> {
        let Some(counter) = self.counter(at.number(), meaning) else { return Ok(0) };
        if let Some(field) = meaning.field() {
            counter.settle(reader, &field.kind())?;
        }
        let before = counter.n;
        match meaning {
            Meaning::Packed(_) => counter.uncounted.push(at.payload()),
            _ => counter.n += 1,
        }
        Ok(before)
    }

    /// Elements of a field so far.
    pub fn settled(&mut self, reader: &mut Reader<'_>, field: &FieldDescriptor) -> Result<u64, SourceError> {
        let Some(counter) = self.by_number.get_mut(&field.number()) else { return Ok(0) };
        counter.settle(reader, &field.kind())?;
        Ok(counter.n)
    }

    /// Says how many elements of a field there were.
    pub fn set(&mut self, number: u32, n: u64) {
        self.by_number.insert(number, Counter { n, uncounted: Vec::new() });
        self.declared.insert(number);
    }

    /// Counts unknown records no more: some were passed over.
    pub fn forget_unknown(&mut self) {
        let declared = &self.declared;
        self.by_number.retain(|number, _| declared.contains(number));
        self.n_unknown = MAX_UNKNOWN;
    }

    fn counter(&mut self, number: u32, meaning: &Meaning) -> Option<&mut Counter> {
        let is_counted = match meaning.field() {
            Some(field) => {
                let is_list = field.is_list();
                if is_list && !self.by_number.contains_key(&number) {
                    self.declared.insert(number);
                }
                is_list
            }
            None if self.by_number.contains_key(&number) => true,
            None => {
                self.n_unknown += 1;
                self.n_unknown <= MAX_UNKNOWN
            }
        };
        is_counted.then(|| self.by_number.entry(number).or_default())
    }
}

impl Counter {
    fn settle(&mut self, reader: &mut Reader<'_>, kind: &Kind) -> Result<(), SourceError> {
        for payload in std::mem::take(&mut self.uncounted) {
            self.n += n_elements(reader, payload, kind)?;
        }
        Ok(())
    }
}

/// Elements of a packed payload; one that is cut off is none.
pub(super) fn n_elements(
    reader: &mut Reader<'_>,
    payload: Range<u64>,
    kind: &Kind,
) -> Result<u64, SourceError> {
    let width = match kind_wire_type(kind) {
        WireType::I32 => 4,
        WireType::I64 => 8,
        _ => 1,
    };
    if width > 1 {
        return Ok((payload.end - payload.start) / width);
    }
    let (mut at, mut n) = (payload.start, 0);
    while at < payload.end {
        let want = (payload.end - at).min(HASHED_WHOLE) as usize;
        n += count_varints(&reader.at(at, want)?[..want]);
        at += want as u64;
    }
    Ok(n)
}
