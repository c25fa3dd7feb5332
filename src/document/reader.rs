//! Records of a snapshot, read through a window that moves over it.

use super::snapshot::Snapshot;
use super::source::{ReadMode, SourceError};
use crate::wire::{self, Damage, MAX_HEAD, Read, Record, WireType};
use std::ops::Range;

/// Window for jumping about: a screen of rows needs a few of them.
pub const SMALL_WINDOW: usize = 4 << 10;
/// Window for passes over everything; larger ones fall out of the processor's cache.
pub const LARGE_WINDOW: usize = 256 << 10;

/// A record where it stands. All offsets are the document's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordAt {
    /// Of the tag's first byte.
    pub offset: u64,
    /// For a group, `payload_len` is its content's length.
    pub record: Record,
    /// Bytes of a group's end tag; 0 for what is no group and for a group that is not closed.
    pub end_tag_width: u8,
}

impl RecordAt {
    pub fn number(&self) -> u32 {
        self.record.tag.number
    }

    pub fn wire_type(&self) -> WireType {
        self.record.tag.wire_type
    }

    /// Tag, length, payload and end tag.
    pub fn range(&self) -> Range<u64> {
        self.offset..self.end()
    }

    pub fn end(&self) -> u64 {
        self.offset + self.record.head_and_payload_len() + u64::from(self.end_tag_width)
    }

    /// The value's bytes; of a group what stands between its tags.
    pub fn payload(&self) -> Range<u64> {
        let start = self.offset + u64::from(self.record.payload_start);
        start..start + self.record.payload_len
    }

    /// The bytes of the length in front of a LEN payload; empty for other wire types.
    pub fn length_range(&self) -> Range<u64> {
        self.offset + u64::from(self.record.tag.width)..self.payload().start
    }

    /// Whether this is a group without its end tag.
    pub fn is_unclosed_group(&self) -> bool {
        self.wire_type() == WireType::Sgroup && self.end_tag_width == 0
    }
}

/// What stands at an offset inside a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The message ends here.
    End,
    Record(RecordAt),
    /// From here to the end of the message the bytes are no record.
    Rest(Damage),
}

/// Reads heads and bytes of one snapshot through a window of its own.
#[derive(Debug)]
pub struct Reader<'a> {
    snapshot: &'a Snapshot,
    mode: ReadMode,
    window: Vec<u8>,
    window_start: u64,
    window_size: usize,
}

impl<'a> Reader<'a> {
    /// `window_size` is [`SMALL_WINDOW`] or [`LARGE_WINDOW`].
    pub fn new(snapshot: &'a Snapshot, mode: ReadMode, window_size: usize) -> Self {
        Self { snapshot, mode, window: Vec::new(), window_start: 0, window_size }
    }

    pub fn snapshot(&self) -> &'a Snapshot {
        self.snapshot
    }

    /// The bytes from `offset` on: at least `want.min(len - offset)` of them, usually more.
    pub fn at(&mut self, offset: u64, want: usize) -> Result<&[u8], SourceError> {
        let len = self.snapshot.len();
        let need = (want as u64).min(len.saturating_sub(offset));
        let window_end = self.window_start + self.window.len() as u64;
        if offset < self.window_start || offset + need > window_end {
            let size = (self.window_size.max(want) as u64).min(len - offset) as usize;
            self.window.resize(size, 0);
            self.window_start = offset;
            if let Err(error) = self.snapshot.read_at(offset, &mut self.window, self.mode) {
                self.window.clear();
                // A window that reaches into unread bytes may still have what is needed before them.
                self.window.resize(need as usize, 0);
                if let Err(_again) = self.snapshot.read_at(offset, &mut self.window, self.mode) {
                    self.window.clear();
                    return Err(error);
                }
            }
        }
        let start = (offset - self.window_start) as usize;
        Ok(&self.window[start..])
    }

    /// Reads the record at `offset` inside a message that ends at `end`, groups with their extent.
    pub fn record(&mut self, offset: u64, end: u64) -> Result<Found, SourceError> {
        Ok(match self.head(offset, end)? {
            Read::End => Found::End,
            Read::Rest(damage) => Found::Rest(damage),
            Read::Record(record) => match record.tag.wire_type {
                WireType::Egroup => Found::Rest(Damage::StrayEnd { number: record.tag.number }),
                WireType::Sgroup => Found::Record(self.group(offset, record, end)?),
                _ => Found::Record(RecordAt { offset, record, end_tag_width: 0 }),
            },
        })
    }

    /// Reads the head at `offset` alone: a group's start and end tags are records of their own.
    #[inline]
    pub fn head(&mut self, offset: u64, end: u64) -> Result<Read, SourceError> {
        if offset >= end {
            return Ok(Read::End);
        }
        Ok(wire::read(self.at(offset, MAX_HEAD)?, end - offset))
    }

    fn group(&mut self, offset: u64, mut record: Record, end: u64) -> Result<RecordAt, SourceError> {
        let content = offset + u64::from(record.payload_start);
        let mut open = vec![record.tag.number];
        let mut at = content;
        while let Read::Record(inner) = self.head(at, end)? {
            match inner.tag.wire_type {
                WireType::Sgroup => open.push(inner.tag.number),
                WireType::Egroup => {
                    if open.pop() != Some(inner.tag.number) {
                        break;
                    }
                    if open.is_empty() {
                        record.payload_len = at - content;
                        return Ok(RecordAt { offset, record, end_tag_width: inner.tag.width });
                    }
                }
                _ => {}
            }
            at += inner.head_and_payload_len();
        }
        record.payload_len = end - content;
        Ok(RecordAt { offset, record, end_tag_width: 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn records_and_the_rest_tile_every_byte_string(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let snapshot = Snapshot::of_bytes(&bytes);
            let mut reader = Reader::new(&snapshot, ReadMode::Wait, 64);
            let (mut at, end) = (0, bytes.len() as u64);
            let mut from_slice = wire::records(&bytes);
            loop {
                match reader.record(at, end).unwrap() {
                    Found::End => { prop_assert_eq!(at, end); prop_assert!(from_slice.next().is_none()); break }
                    Found::Rest(damage) => {
                        prop_assert_eq!(from_slice.next(), Some((at as usize, Read::Rest(damage))));
                        break
                    }
                    Found::Record(record) => {
                        prop_assert_eq!(from_slice.next(), Some((at as usize, Read::Record(record.record))));
                        prop_assert!(record.end() > at && record.end() <= end);
                        at = record.end();
                        prop_assert_eq!(from_slice.offset() as u64, at);
                    }
                }
            }
        }
    }
}
