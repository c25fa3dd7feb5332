//! Records of a snapshot, read through a window that moves over it.

use super::groups::{GroupEnd, NEAR};
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
        let found = match self.group_nearby(content, record.tag.number, end)? {
            Some(found) => found,
            None => match self.snapshot.group_ends().get(content, end) {
                Some(known) => known,
                None => self.group_far(content, record.tag.number, end)?,
            },
        };
        let (at, end_tag_width) = match found {
            GroupEnd::Closed { at, tag_width } => (at, tag_width),
            GroupEnd::Unclosed { end } => (end, 0),
        };
        record.payload_len = at - content;
        Ok(RecordAt { offset, record, end_tag_width })
    }

    /// The end of a group; `None` if it is not in the first bytes.
    fn group_nearby(&mut self, content: u64, number: u32, end: u64) -> Result<Option<GroupEnd>, SourceError> {
        let mut walk = GroupWalk::new(content, number);
        while walk.at <= content + NEAR {
            if let Some(found) = walk.step(self, end)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The end of a group however far it is. Remembers it, and those of the groups in it.
    fn group_far(&mut self, content: u64, number: u32, end: u64) -> Result<GroupEnd, SourceError> {
        let mut walk = GroupWalk { passed: Some(Vec::new()), ..GroupWalk::new(content, number) };
        loop {
            if let Some(found) = walk.step(self, end)? {
                let open = walk.open.iter().map(|(content, _)| (*content, GroupEnd::Unclosed { end }));
                let ends: Vec<_> = open.chain(walk.passed.into_iter().flatten().rev()).collect();
                self.snapshot.group_ends().add(ends);
                return Ok(found);
            }
        }
    }
}

/// On the way through a group, with the groups in it that are open.
struct GroupWalk {
    at: u64,
    /// Where the contents start, and the numbers; outermost first.
    open: Vec<(u64, u32)>,
    /// The ends of groups that were passed and are not near, if they are wanted.
    passed: Option<Vec<(u64, GroupEnd)>>,
}

impl GroupWalk {
    fn new(content: u64, number: u32) -> Self {
        Self { at: content, open: vec![(content, number)], passed: None }
    }

    /// Goes one record further; the end of the outermost group once it is known.
    fn step(&mut self, reader: &mut Reader<'_>, end: u64) -> Result<Option<GroupEnd>, SourceError> {
        let Read::Record(inner) = reader.head(self.at, end)? else {
            return Ok(Some(GroupEnd::Unclosed { end }));
        };
        let behind = self.at + inner.head_and_payload_len();
        match inner.tag.wire_type {
            WireType::Sgroup => self.open.push((behind, inner.tag.number)),
            WireType::Egroup => {
                if self.open.last().is_none_or(|(_, number)| *number != inner.tag.number) {
                    return Ok(Some(GroupEnd::Unclosed { end }));
                }
                let closed = GroupEnd::Closed { at: self.at, tag_width: inner.tag.width };
                if let Some((content, _)) = self.open.pop()
                    && let Some(passed) = self.passed.as_mut().filter(|_| content + NEAR < self.at)
                {
                    passed.push((content, closed));
                }
                if self.open.is_empty() {
                    return Ok(Some(closed));
                }
            }
            _ => {}
        }
        self.at = behind;
        Ok(None)
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

        #[test]
        fn the_ends_of_groups_are_those_that_reading_each_of_them_alone_finds(
            parts in prop::collection::vec((0_u8..8, 1_u32..3), 0..60), n_closed in 0_usize..40
        ) {
            let mut bytes = Vec::new();
            for (kind, number) in &parts {
                match kind {
                    0..4 => wire::write_tag(&mut bytes, *number, WireType::Sgroup),
                    4 => wire::write_tag(&mut bytes, *number, WireType::Egroup),
                    _ => wire::write_len(&mut bytes, 9, &[0x31; 200]),
                }
            }
            (0..n_closed).for_each(|_| wire::write_tag(&mut bytes, 1, WireType::Egroup));
            let whole = Snapshot::of_bytes(&bytes);
            let mut reader = Reader::new(&whole, ReadMode::Wait, 64);
            let root = 0..bytes.len() as u64;
            let mut messages = vec![root];
            while let Some(message) = messages.pop() {
                let mut at = message.start;
                while let Found::Record(found) = reader.record(at, message.end).unwrap() {
                    // Bytes of which nothing is known yet.
                    let fresh = Snapshot::of_bytes(&bytes);
                    let alone = Reader::new(&fresh, ReadMode::Wait, 64).record(at, message.end).unwrap();
                    prop_assert_eq!(alone, Found::Record(found));
                    if found.wire_type() == WireType::Sgroup {
                        messages.push(found.payload());
                    }
                    at = found.end();
                }
            }
        }
    }
}
