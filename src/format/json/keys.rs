//! Map entries: reading one, and finding keys that come again.

use super::super::FormatError;
use super::input::Heads;
use super::scan::{FieldPlan, Seen, Walk};
use super::table::{Form, Holds, Table};
use crate::document::{RecordAt, Step};
use crate::wire::zigzag_decode;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

/// Slots of an entry's table.
pub(super) const KEY: usize = 0;
pub(super) const VALUE: usize = 1;

/// A key is hashed in parts of this size.
const PART: u64 = 1 << 20;

/// What a map entry holds.
#[derive(Clone, Debug, Default)]
pub(super) struct EntryAt {
    /// The last key; `None` stands for the default.
    pub key: Option<RecordAt>,
    /// The last value; `None` stands for the default.
    pub value: Option<RecordAt>,
    /// The parts of a message value, if there are several.
    pub parts: Vec<Range<u64>>,
    /// Whether there is more than one key, one value and nothing else.
    pub is_odd: bool,
}

impl EntryAt {
    pub fn read(heads: &mut Heads<'_, '_>, table: &Table, range: &Range<u64>) -> Result<Self, FormatError> {
        let mut entry = Self::default();
        let parts = std::slice::from_ref(range);
        let merges = table.fields.get(VALUE).is_some_and(|value| value.form == Form::Message);
        let mut walk = Walk::new(parts);
        while let Some(seen) = walk.next(heads, table, parts)? {
            match seen {
                Seen::Field { slot: KEY, record } => {
                    entry.is_odd |= entry.key.is_some();
                    entry.key = Some(record);
                }
                Seen::Field { record, .. } => {
                    if let Some(before) = entry.value.replace(record) {
                        entry.is_odd = true;
                        if merges {
                            if entry.parts.is_empty() {
                                entry.parts.push(before.payload());
                            }
                            entry.parts.push(record.payload());
                        }
                    }
                }
                _ => entry.is_odd = true,
            }
        }
        Ok(entry)
    }
}

/// The part of a record's bits that its kind means, for telling keys apart.
pub(super) fn meaning(form: Form, bits: u64) -> u64 {
    match form {
        Form::Int32 | Form::Uint32 | Form::Sint32 | Form::Enum => u64::from(bits as u32),
        Form::Bool => u64::from(bits != 0),
        _ => bits,
    }
}

/// Hashes map keys with a seed of this run.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyHasher(u64);

impl KeyHasher {
    pub fn new() -> Self {
        Self(RandomState::new().hash_one(0_u64))
    }

    fn fold(a: u64, b: u64) -> u64 {
        let product = u128::from(a) * u128::from(b);
        product as u64 ^ (product >> 64) as u64
    }

    pub fn bits(self, bits: u64) -> u64 {
        Self::fold(bits ^ self.0, 0x9e37_79b9_7f4a_7c15 ^ self.0.rotate_left(32))
    }

    pub fn bytes(self, bytes: &[u8]) -> u64 {
        const FACTOR: u64 = 0xa076_1d64_78bd_642f;
        let mut hash = self.0 ^ bytes.len() as u64;
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            hash = Self::fold(hash ^ u64::from_le_bytes(*word), FACTOR);
        }
        let rest = rest.iter().fold(0, |rest, byte| rest << 8 | u64::from(*byte));
        Self::fold(Self::fold(hash ^ rest, FACTOR), 0xe703_7ed1_a0b4_28db ^ self.0)
    }

    /// Of an entry's key; equal keys have equal hashes.
    pub fn key(
        self,
        heads: &mut Heads<'_, '_>,
        form: Form,
        key: Option<&RecordAt>,
    ) -> Result<u64, FormatError> {
        if form != Form::String {
            return Ok(self.bits(meaning(form, key.map_or(0, |key| key.record.scalar.value))));
        }
        let Some(key) = key else { return Ok(self.bytes(&[])) };
        let range = key.payload();
        let mut hash = 0;
        let mut at = range.start;
        loop {
            let part = at..range.end.min(at.saturating_add(PART));
            hash ^= heads.with_bytes(part.clone(), |bytes| self.bytes(bytes))?;
            at = part.end;
            if at >= range.end {
                return Ok(hash);
            }
        }
    }
}

/// Keys of one map that come more than once.
#[derive(Debug)]
pub(super) struct Repeats {
    /// Hashes of those keys, ascending.
    hashes: Vec<u64>,
    /// Where each of them comes last.
    last: Vec<u64>,
}

impl Repeats {
    /// Looks through the entries of the map field of `plan`. Needs at most half a byte per byte of
    /// them, by coming back for more if the entries are tiny.
    pub fn find(
        heads: &mut Heads<'_, '_>,
        table: &Table,
        parts: &[Range<u64>],
        plan: &FieldPlan,
        hasher: KeyHasher,
    ) -> Result<Option<Self>, FormatError> {
        if plan.n < 2 || table.fields[plan.slot].holds != Holds::Map {
            return Ok(None);
        }
        let n_at_once = ((plan.last - plan.first) / 16).max(64 << 10);
        let n_passes = plan.n.div_ceil(n_at_once);
        let mut hashes = Vec::new();
        for pass in 0..n_passes {
            let mut seen = Vec::with_capacity((plan.n / n_passes + plan.n / n_passes / 8 + 1) as usize);
            each_key(heads, table, parts, plan, hasher, |_, hash| {
                if (hash >> 32) % n_passes == pass {
                    seen.push(hash);
                }
            })?;
            seen.sort_unstable();
            hashes.extend(seen.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]));
        }
        if hashes.is_empty() {
            return Ok(None);
        }
        hashes.sort_unstable();
        hashes.dedup();
        let mut last = vec![0; hashes.len()];
        each_key(heads, table, parts, plan, hasher, |offset, hash| {
            if let Ok(idx) = hashes.binary_search(&hash) {
                last[idx] = offset;
            }
        })?;
        Ok(Some(Self { hashes, last }))
    }

    /// Where the key with this hash comes last, if it comes more than once.
    pub fn last(&self, hash: u64) -> Option<u64> {
        self.hashes.binary_search(&hash).ok().map(|idx| self.last[idx])
    }
}

fn each_key(
    heads: &mut Heads<'_, '_>,
    table: &Table,
    parts: &[Range<u64>],
    plan: &FieldPlan,
    hasher: KeyHasher,
    mut visit: impl FnMut(u64, u64),
) -> Result<(), FormatError> {
    let Some(entry_table) = &table.fields[plan.slot].entry else { return Ok(()) };
    let form = entry_table.fields[KEY].form;
    let mut walk = Walk::from(parts, plan.first);
    while let Some(seen) = walk.next(heads, table, parts)? {
        let Seen::Field { slot, record } = seen else { continue };
        if slot == plan.slot {
            let entry = EntryAt::read(heads, entry_table, &record.payload())?;
            visit(record.offset, hasher.key(heads, form, entry.key.as_ref())?);
        }
        if record.offset >= plan.last {
            break;
        }
    }
    Ok(())
}

/// Whether two entries have the same key.
pub(super) fn same_key(
    heads: &mut Heads<'_, '_>,
    entry_table: &Table,
    a: &EntryAt,
    b: &EntryAt,
) -> Result<bool, FormatError> {
    let form = entry_table.fields[KEY].form;
    if form != Form::String {
        let bits = |entry: &EntryAt| meaning(form, entry.key.map_or(0, |key| key.record.scalar.value));
        return Ok(bits(a) == bits(b));
    }
    let range = |entry: &EntryAt| entry.key.map_or(0..0, |key| key.payload());
    let (a, b) = (range(a), range(b));
    if a.end - a.start != b.end - b.start {
        return Ok(false);
    }
    let mut at = 0;
    while at < a.end - a.start {
        let len = PART.min(a.end - a.start - at);
        let bytes = heads.fetch(a.start + at..a.start + at + len)?;
        if !heads.with_bytes(b.start + at..b.start + at + len, |other| other == bytes)? {
            return Ok(false);
        }
        at += len;
    }
    Ok(true)
}

/// The key as a step of a path.
pub(super) fn key_step(
    heads: &mut Heads<'_, '_>,
    entry_table: &Table,
    entry: &EntryAt,
) -> Result<Step, FormatError> {
    let form = entry_table.fields[KEY].form;
    let bits = entry.key.map_or(0, |key| key.record.scalar.value);
    Ok(match form {
        Form::String => {
            let range = entry.key.map_or(0..0, |key| key.payload());
            let range = range.start..range.end.min(range.start + 4096);
            Step::Key(heads.with_bytes(range, |bytes| String::from_utf8_lossy(bytes).into_owned())?)
        }
        Form::Bool => Step::BoolKey(bits != 0),
        Form::Int32 => Step::Index(i128::from(bits as i32)),
        Form::Uint32 => Step::Index(i128::from(bits as u32)),
        Form::Sint32 => Step::Index(i128::from(zigzag_decode(u64::from(bits as u32)) as i32)),
        Form::Int64 => Step::Index(i128::from(bits as i64)),
        Form::Sint64 => Step::Index(i128::from(zigzag_decode(bits))),
        _ => Step::Index(i128::from(bits)),
    })
}
