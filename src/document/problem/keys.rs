//! Keys of maps: compared while walking, and read for a path.

use super::MAX_MAP_KEYS;
use crate::document::path::Step;
use crate::document::reader::{Found, Reader, SMALL_WINDOW};
use crate::document::snapshot::Snapshot;
use crate::document::source::{ReadMode, SourceError};
use crate::document::value::{Scalar, default_payload, read_scalar};
use crate::schema::kind_wire_type;
use prost_reflect::Kind;
use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::ops::Range;

/// Up to this many keys are compared one by one.
const N_FEW: usize = 16;
/// Bytes of a key that a path shows.
const MAX_SHOWN_KEY: u64 = 4 << 10;

/// The key hashes of one map.
#[derive(Debug, Default)]
pub(super) struct KeySet {
    few: Vec<u64>,
    many: HashSet<u64, BuildHasherDefault<AsIs>>,
}

/// Whether a key was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Added {
    New,
    Again,
    /// The map has more keys than are compared.
    Full,
}

impl KeySet {
    #[inline]
    pub fn add(&mut self, hash: u64) -> Added {
        if self.many.is_empty() {
            if self.few.contains(&hash) {
                return Added::Again;
            }
            self.few.push(hash);
            if self.few.len() > N_FEW {
                self.many.extend(self.few.drain(..));
            }
            return Added::New;
        }
        if self.many.len() >= MAX_MAP_KEYS && !self.many.contains(&hash) {
            return Added::Full;
        }
        if self.many.insert(hash) { Added::New } else { Added::Again }
    }

    /// Empties it for another map, giving back what a large one took.
    pub fn reset(&mut self) {
        self.few.clear();
        if self.many.capacity() > 1024 {
            self.many = HashSet::default();
        }
        self.many.clear();
    }
}

/// Hashes are spread already.
#[derive(Debug, Default)]
pub(super) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Makes hashes that bytes made to harm cannot foresee.
#[derive(Debug, Default)]
pub(super) struct KeyHasher(RandomState);

impl KeyHasher {
    /// Of a key's value, by its whole bytes for LEN and its bits for the others.
    pub fn hash(&self, bytes: &[u8]) -> u64 {
        self.0.hash_one(bytes)
    }

    pub fn hash_bits(&self, bits: u64) -> u64 {
        self.0.hash_one(bits)
    }
}

/// The key of the map entry that fills `range`, as a step of a path.
pub(super) fn read_key(
    snapshot: &Snapshot,
    mode: ReadMode,
    range: Range<u64>,
    kind: &Kind,
) -> Result<Step, SourceError> {
    let mut reader = Reader::new(snapshot, mode, SMALL_WINDOW);
    let (mut at, mut found) = (range.start, None);
    while let Found::Record(record) = reader.record(at, range.end)? {
        if record.number() == 1 && record.wire_type() == kind_wire_type(kind) {
            found = Some(record.payload());
        }
        at = record.end();
    }
    let payload = match found {
        Some(range) => snapshot.bytes(range.start..range.end.min(range.start + MAX_SHOWN_KEY), mode)?,
        None => default_payload(kind, None).payload,
    };
    Ok(match read_scalar(kind, &payload) {
        Some(Scalar::Bool(key)) => Step::BoolKey(key),
        Some(Scalar::Int(key)) => Step::Index(key),
        _ => Step::Key(String::from_utf8_lossy(&payload).into_owned()),
    })
}
