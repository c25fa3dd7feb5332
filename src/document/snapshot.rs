//! The bytes of a document at one moment.

use super::groups::GroupEnds;
use super::pieces::{Piece, Pieces};
use super::source::{MemorySource, ReadMode, Source, SourceError};
use std::ops::Range;
use std::sync::Arc;

/// Added bytes are gathered in chunks of this size; a longer insertion is a chunk of its own.
const CHUNK: usize = 64 << 10;

/// An immutable view of a document's bytes: the source as changed by the splices so far.
///
/// Cloning costs a few reference counts. A job that saves, exports or searches works on a clone
/// while the person goes on typing.
#[derive(Clone, Debug)]
pub struct Snapshot {
    source: Arc<dyn Source>,
    pieces: Pieces,
    added: Added,
    /// True of these bytes alone: a splice begins with none.
    group_ends: GroupEnds,
}

/// Bytes in the order they were added. Nothing is ever taken away: undo refers to them.
#[derive(Clone, Debug, Default)]
struct Added {
    /// Full chunks, each with the offset of its first byte.
    full: Arc<Vec<(u64, Arc<[u8]>)>>,
    tail: Arc<Vec<u8>>,
    tail_start: u64,
}

impl Added {
    fn push(&mut self, bytes: &[u8]) -> Piece {
        if self.tail.len() + bytes.len() > CHUNK {
            self.close_tail();
        }
        let start = self.tail_start + self.tail.len() as u64;
        Arc::make_mut(&mut self.tail).extend_from_slice(bytes);
        if self.tail.len() > CHUNK {
            self.close_tail();
        }
        Piece::added(start, bytes.len() as u64)
    }

    fn close_tail(&mut self) {
        if self.tail.is_empty() {
            return;
        }
        let tail = std::mem::take(Arc::make_mut(&mut self.tail));
        let len = tail.len() as u64;
        Arc::make_mut(&mut self.full).push((self.tail_start, tail.into()));
        self.tail_start += len;
    }

    fn read(&self, mut start: u64, mut out: &mut [u8]) {
        while !out.is_empty() {
            let (base, chunk): (u64, &[u8]) = if start >= self.tail_start {
                (self.tail_start, &self.tail)
            } else {
                let idx = self.full.partition_point(|(base, _)| *base <= start) - 1;
                (self.full[idx].0, &self.full[idx].1)
            };
            let bytes = &chunk[(start - base) as usize..];
            let n = bytes.len().min(out.len());
            out[..n].copy_from_slice(&bytes[..n]);
            start += n as u64;
            out = &mut out[n..];
        }
    }
}

impl Snapshot {
    /// All bytes of `source`, unchanged.
    pub fn new(source: Arc<dyn Source>) -> Self {
        let pieces = Pieces::of_source(source.len());
        Self { source, pieces, added: Added::default(), group_ends: GroupEnds::default() }
    }

    /// Bytes held in memory.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self::new(Arc::new(MemorySource::new(bytes)))
    }

    pub fn len(&self) -> u64 {
        self.pieces.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes that the edits started from.
    pub fn source(&self) -> &Arc<dyn Source> {
        &self.source
    }

    /// Fills `out` with the bytes from `offset` on; the offset in an error is the document's.
    ///
    /// # Panics
    /// If the range does not lie inside `0..len()`.
    pub fn read_at(&self, offset: u64, out: &mut [u8], mode: ReadMode) -> Result<(), SourceError> {
        let (mut at, mut out) = (offset, out);
        while !out.is_empty() {
            let (base, piece) = self.pieces.find(at).expect("a read inside the document");
            let skip = at - base;
            let n = (piece.len - skip).min(out.len() as u64) as usize;
            let (here, rest) = out.split_at_mut(n);
            if piece.is_added() {
                self.added.read(piece.start() + skip, here);
            } else {
                let source_offset = piece.start() + skip;
                self.source
                    .read_at(source_offset, here, mode)
                    .map_err(|error| moved(error, source_offset, at))?;
            }
            at += n as u64;
            out = rest;
        }
        Ok(())
    }

    /// The bytes of `range` as a vector. The caller bounds the range.
    pub fn bytes(&self, range: Range<u64>, mode: ReadMode) -> Result<Vec<u8>, SourceError> {
        let mut out = vec![0; (range.end - range.start) as usize];
        self.read_at(range.start, &mut out, mode)?;
        Ok(out)
    }

    /// How the bytes of `range` are made up, in order: where each part starts and, for a part that
    /// the source holds, its place there.
    pub fn parts(&self, range: Range<u64>) -> Vec<Part> {
        let mut at = range.start;
        let parts = self.pieces.slice(range).into_iter().map(|piece| {
            let part = at..at + piece.len;
            at = part.end;
            Part { range: part, source_start: (!piece.is_added()).then(|| piece.start()) }
        });
        parts.collect()
    }

    /// The part that holds the byte at `offset`, from there on; `None` behind the end.
    pub fn part_at(&self, offset: u64) -> Option<Part> {
        let (base, piece) = self.pieces.find(offset)?;
        let source_start = (!piece.is_added()).then(|| piece.start() + (offset - base));
        Some(Part { range: offset..base + piece.len, source_start })
    }

    /// What the bytes are made of, in order: a start that names a place in the source or among the
    /// added bytes, and how many follow it there.
    pub(super) fn spans(&self) -> Vec<(u64, u64)> {
        self.pieces.slice(0..self.len()).into_iter().map(|piece| (piece.name(), piece.len)).collect()
    }

    pub(super) fn group_ends(&self) -> &GroupEnds {
        &self.group_ends
    }

    pub(super) fn splice(&mut self, range: Range<u64>, bytes: &[u8]) -> Vec<Piece> {
        self.group_ends = GroupEnds::default();
        let added = if bytes.is_empty() { None } else { Some(self.added.push(bytes)) };
        self.pieces.splice(range, added.as_slice())
    }

    pub(super) fn splice_pieces(&mut self, range: Range<u64>, pieces: &[Piece]) -> Vec<Piece> {
        self.group_ends = GroupEnds::default();
        self.pieces.splice(range, pieces)
    }

    pub(super) fn pieces_of(&self, range: Range<u64>) -> Vec<Piece> {
        self.pieces.slice(range)
    }
}

/// Edited snapshots for the tests of rooms that only read them.
#[cfg(test)]
impl Snapshot {
    pub(crate) fn spliced(&self, range: Range<u64>, bytes: &[u8]) -> Snapshot {
        let mut snapshot = self.clone();
        snapshot.splice(range, bytes);
        snapshot
    }

    /// With the bytes of `range` moved in front of `to`, which lies before it.
    pub(crate) fn moved(&self, range: Range<u64>, to: u64) -> Snapshot {
        let mut snapshot = self.clone();
        let pieces = snapshot.pieces_of(range.clone());
        snapshot.splice_pieces(range, &[]);
        snapshot.splice_pieces(to..to, &pieces);
        snapshot
    }
}

/// A stretch of a snapshot that comes from one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it stands in the document.
    pub range: Range<u64>,
    /// Where it stands in the source; `None` if the bytes were added.
    pub source_start: Option<u64>,
}

fn moved(error: SourceError, from: u64, to: u64) -> SourceError {
    match error {
        SourceError::Missing { offset } => SourceError::Missing { offset: offset - from + to },
        SourceError::Io { offset, reason } => SourceError::Io { offset: offset - from + to, reason },
        SourceError::Changed => SourceError::Changed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_does_not_see_later_splices() {
        let mut snapshot = Snapshot::of_bytes(b"hello world");
        snapshot.splice(0..5, b"HELLO");
        let before = snapshot.clone();
        snapshot.splice(5..6, &[b'-'; 200_000]);
        assert_eq!(before.bytes(0..11, ReadMode::Wait).unwrap(), b"HELLO world");
        let now = snapshot.bytes(0..snapshot.len(), ReadMode::Wait).unwrap();
        assert_eq!(now.len(), 200_010);
        assert!(now.ends_with(b"--world"));
    }
}
