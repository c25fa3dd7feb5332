//! Map entries: reading one, and finding keys that come again.

use super::super::FormatError;
use super::input::{Heads, read_head};
use super::scan::{FieldPlan, Seen, Walk};
use super::table::{Field, Form, Holds, Table};
use super::text::Printer;
use crate::document::{RecordAt, Step};
use crate::wire::{Read, zigzag_decode};
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

/// Slots of an entry's table.
pub(super) const KEY: usize = 0;
pub(super) const VALUE: usize = 1;

/// So many hashes are always kept.
const N_AT_ONCE: usize = 64 << 10;

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

/// A map entry as nearly all are: the key, then the value, and nothing else.
pub(super) struct PlainEntry<'w> {
    key_field: &'w Field,
    value_field: &'w Field,
    /// The bits of a scalar, or where the bytes of a LEN are in the payload.
    key: (u64, Range<usize>),
    value: (u64, Range<usize>),
    payload: &'w [u8],
}

impl<'w> PlainEntry<'w> {
    #[inline]
    pub fn read(field: &'w Field, payload: &'w [u8]) -> Option<Self> {
        let table = field.entry.as_ref()?;
        let [key_field, value_field] = table.fields.as_slice() else { return None };
        let key = Self::part(payload, 0, key_field)?;
        let value = Self::part(payload, key.1.end, value_field)?;
        (value.1.end == payload.len()).then_some(Self { key_field, value_field, key, value, payload })
    }

    #[inline(always)]
    fn part(payload: &[u8], start: usize, field: &Field) -> Option<(u64, Range<usize>)> {
        let bytes = payload.get(start..)?;
        let Read::Record(record) = read_head(bytes, bytes.len() as u64) else { return None };
        if record.tag.number != field.number || record.tag.wire_type != field.wire_type || record.missing > 0
        {
            return None;
        }
        let start = start + usize::from(record.payload_start);
        Some((record.scalar.value, start..start + record.payload_len as usize))
    }

    pub fn hash(&self, hasher: KeyHasher) -> u64 {
        if self.key_field.form == Form::String {
            hasher.bytes(&self.payload[self.key.1.clone()])
        } else {
            hasher.bits(meaning(self.key_field.form, self.key.0))
        }
    }

    /// Writes key and value, of a message value only what stands before it. Returns where in the
    /// payload the first bytes of key and value are that are no UTF-8.
    #[inline]
    pub fn write(&self, text: &mut Printer) -> [Option<usize>; 2] {
        let mut bad = [None; 2];
        if self.key_field.form == Form::String {
            let range = self.key.1.clone();
            bad[0] = text.string(&self.payload[range.clone()]).map(|bad| bad + range.start);
        } else {
            text.key(self.key_field.form, self.key.0);
        }
        text.colon();
        let range = self.value.1.clone();
        match self.value_field.form {
            Form::Message => {}
            Form::Bytes => text.base64(&self.payload[range]),
            Form::String => {
                bad[1] = text.string(&self.payload[range.clone()]).map(|bad| bad + range.start);
            }
            form => text.scalar(form, self.value.0, self.value_field.names.as_deref()),
        }
        bad
    }

    /// The table and place of a message value.
    pub fn message(&self) -> Option<(u32, Range<usize>)> {
        (self.value_field.form == Form::Message).then(|| (self.value_field.child, self.value.1.clone()))
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

/// Hashes of the keys of maps, in the order of the entries, as long as they are few beside the
/// bytes of the entries.
#[derive(Debug, Default)]
pub(super) struct KeyHashes {
    maps: Vec<Collected>,
}

#[derive(Debug)]
struct Collected {
    slot: usize,
    hashes: Vec<u64>,
    n_bytes: u64,
    /// Too many to be kept; [`Repeats::find`] comes back for them.
    is_full: bool,
}

impl KeyHashes {
    pub fn add(
        &mut self,
        heads: &mut Heads<'_, '_>,
        hasher: KeyHasher,
        field: &Field,
        entry_table: &Table,
        slot: usize,
        record: &RecordAt,
    ) -> Result<(), FormatError> {
        let idx = match self.maps.iter().position(|map| map.slot == slot) {
            Some(idx) => idx,
            None => {
                self.maps.push(Collected { slot, hashes: Vec::new(), n_bytes: 0, is_full: false });
                self.maps.len() - 1
            }
        };
        let map = &mut self.maps[idx];
        if map.is_full {
            return Ok(());
        }
        map.n_bytes += record.end() - record.offset;
        if map.hashes.len() >= N_AT_ONCE && (map.hashes.len() * 16) as u64 > map.n_bytes {
            (map.is_full, map.hashes) = (true, Vec::new());
            return Ok(());
        }
        map.hashes.push(key_hash(heads, hasher, field, entry_table, record)?);
        Ok(())
    }

    fn take(&mut self, slot: usize) -> Option<Vec<u64>> {
        let map = self.maps.iter_mut().find(|map| map.slot == slot && !map.is_full)?;
        Some(std::mem::take(&mut map.hashes))
    }
}

fn key_hash(
    heads: &mut Heads<'_, '_>,
    hasher: KeyHasher,
    field: &Field,
    entry_table: &Table,
    record: &RecordAt,
) -> Result<u64, FormatError> {
    let payload = record.payload();
    if let Some(entry) = heads.near(&payload).and_then(|bytes| PlainEntry::read(field, bytes))
        && entry.key.1.len() as u64 <= PART
    {
        return Ok(entry.hash(hasher));
    }
    let entry = EntryAt::read(heads, entry_table, &payload)?;
    hasher.key(heads, entry_table.fields[KEY].form, entry.key.as_ref())
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
        collected: &mut KeyHashes,
    ) -> Result<Option<Self>, FormatError> {
        if plan.n < 2 || table.fields[plan.slot].holds != Holds::Map {
            return Ok(None);
        }
        let mut hashes = Vec::new();
        let mut keep_twins = |mut seen: Vec<u64>| {
            seen.sort_unstable();
            hashes.extend(seen.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]));
        };
        if let Some(seen) = collected.take(plan.slot) {
            keep_twins(seen);
        } else {
            let n_at_once = ((plan.last - plan.first) / 16).max(N_AT_ONCE as u64);
            let n_passes = plan.n.div_ceil(n_at_once);
            for pass in 0..n_passes {
                let mut seen = Vec::with_capacity((plan.n / n_passes + plan.n / n_passes / 8 + 1) as usize);
                each_key(heads, table, parts, plan, hasher, |_, hash| {
                    if (hash >> 32) % n_passes == pass {
                        seen.push(hash);
                    }
                })?;
                keep_twins(seen);
            }
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
    let field = &table.fields[plan.slot];
    let mut walk = Walk::from(parts, plan.first);
    while let Some(seen) = walk.next(heads, table, parts)? {
        let Seen::Field { slot, record } = seen else { continue };
        if slot == plan.slot {
            visit(record.offset, key_hash(heads, hasher, field, entry_table, &record)?);
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
