//! Reading the snapshot: a window that moves forward with the writing, and heads anywhere.

use super::super::FormatError;
use crate::document::{Found, ReadMode, RecordAt, SMALL_WINDOW, Snapshot};
use crate::wire::{self, Damage, MAX_HEAD, Read, Record, WireType};
use std::collections::HashMap;
use std::ops::{ControlFlow, Range};

/// Progress is told, and cancelling asked for, after this many bytes.
const TICK: u64 = 1 << 20;

/// The window for looking ahead grows up to this.
const MAX_SCAN: usize = 64 << 10;

/// Groups that hold this many levels of groups are remembered; the others are walked again.
const MIN_HEIGHT: u32 = 8;

/// Bytes to read from, with the hook that tells progress.
pub(super) struct Input<'a> {
    pub snapshot: &'a Snapshot,
    /// For what is outside the window: a window of its own, small where reading jumps.
    scan: Vec<u8>,
    scan_start: u64,
    progress: &'a mut dyn FnMut(u64) -> ControlFlow<()>,
    /// Where the writing is.
    done: u64,
    unticked: u64,
    groups: Groups,
}

impl<'a> Input<'a> {
    pub fn new(snapshot: &'a Snapshot, progress: &'a mut dyn FnMut(u64) -> ControlFlow<()>) -> Self {
        Self {
            snapshot,
            scan: Vec::new(),
            scan_start: 0,
            progress,
            done: 0,
            unticked: 0,
            groups: Groups::default(),
        }
    }

    /// Says that the window is now at `offset`.
    pub fn advance(&mut self, offset: u64) -> Result<(), FormatError> {
        let moved = offset.abs_diff(self.done).min(TICK);
        self.done = offset;
        self.work(moved)
    }

    fn work(&mut self, n_bytes: u64) -> Result<(), FormatError> {
        self.unticked += n_bytes;
        if self.unticked < TICK {
            return Ok(());
        }
        self.unticked = 0;
        match (self.progress)(self.done) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(FormatError::Cancelled),
        }
    }

    /// The bytes from `offset` on, at least `want` of them. The caller bounds the range.
    #[inline]
    fn scan(&mut self, offset: u64, want: usize) -> Result<&[u8], FormatError> {
        let start = offset.wrapping_sub(self.scan_start);
        if start > self.scan.len() as u64 || self.scan.len() - (start as usize) < want {
            self.rescan(offset, want)?;
        }
        let start = offset.wrapping_sub(self.scan_start) as usize;
        Ok(self.scan.get(start..).unwrap_or_default())
    }

    #[cold]
    fn rescan(&mut self, offset: u64, want: usize) -> Result<(), FormatError> {
        let scan_end = self.scan_start + self.scan.len() as u64;
        let goes_on = (self.scan_start..=scan_end).contains(&offset);
        let ahead = if goes_on { (2 * self.scan.len()).min(MAX_SCAN) } else { 0 };
        let left = self.snapshot.len().saturating_sub(offset);
        let size = (ahead.max(SMALL_WINDOW).max(want) as u64).min(left) as usize;
        self.work(size as u64)?;
        self.scan.resize(size, 0);
        self.scan_start = offset;
        if let Err(error) = self.snapshot.read_at(offset, &mut self.scan, ReadMode::Wait) {
            self.scan.clear();
            return Err(error.into());
        }
        Ok(())
    }

    fn fetch(&self, range: Range<u64>) -> Result<Vec<u8>, FormatError> {
        Ok(self.snapshot.bytes(range, ReadMode::Wait)?)
    }
}

/// As `wire::read`, with a short way for the records that nearly all are: a tag of one or two
/// bytes, a length of up to three, nothing cut off.
#[inline(always)]
pub(super) fn read_head(bytes: &[u8], remaining: u64) -> Read {
    match short_head(bytes, remaining) {
        Some(record) => Read::Record(record),
        None => read_odd_head(bytes, remaining),
    }
}

#[inline(never)]
fn read_odd_head(bytes: &[u8], remaining: u64) -> Read {
    wire::read(bytes, remaining)
}

#[inline(always)]
fn short_head(bytes: &[u8], remaining: u64) -> Option<Record> {
    let first = *bytes.first()?;
    let (tag, tag_width) = if first < 0x80 {
        (u32::from(first), 1_u8)
    } else {
        let second = *bytes.get(1).filter(|byte| **byte < 0x80)?;
        (u32::from(first & 0x7f) | u32::from(second) << 7, 2)
    };
    let rest = bytes.get(usize::from(tag_width)..)?;
    let number = tag >> 3;
    let wire_type = match tag & 7 {
        0 => WireType::Varint,
        2 => WireType::Len,
        _ => return None,
    };
    let (value, width) = short_varint(rest)?;
    let payload_start = if wire_type == WireType::Len { tag_width + width } else { tag_width };
    let payload_len = if wire_type == WireType::Len { value } else { u64::from(width) };
    if number == 0 || u64::from(payload_start) + payload_len > remaining {
        return None;
    }
    let scalar = wire::Varint { value, width, overflow: false };
    let tag = wire::Tag { number, wire_type, width: tag_width };
    Some(Record { tag, payload_start, payload_len, scalar, missing: 0 })
}

/// A varint of up to three bytes, with its width.
#[inline(always)]
fn short_varint(bytes: &[u8]) -> Option<(u64, u8)> {
    let first = u64::from(*bytes.first()?);
    if first < 0x80 {
        return Some((first, 1));
    }
    let second = u64::from(*bytes.get(1)?);
    if second < 0x80 {
        return Some((first & 0x7f | second << 7, 2));
    }
    let third = u64::from(*bytes.get(2)?);
    (third < 0x80).then_some((first & 0x7f | (second & 0x7f) << 7 | third << 14, 3))
}

/// Reads heads and bytes from the window if they are there, else from the snapshot.
pub(super) struct Heads<'h, 'a> {
    pub window: &'h [u8],
    pub base: u64,
    pub input: &'h mut Input<'a>,
}

impl Heads<'_, '_> {
    /// The bytes of `range`, if all of them are in the window.
    pub fn in_window(&self, range: &Range<u64>) -> Option<&[u8]> {
        let start = range.start.checked_sub(self.base)? as usize;
        let len = (range.end - range.start) as usize;
        self.window.get(start..)?.get(..len)
    }

    #[inline]
    pub fn head(&mut self, offset: u64, end: u64) -> Result<Read, FormatError> {
        if offset >= end {
            return Ok(Read::End);
        }
        Ok(read_head(self.peek(offset, end)?, end - offset))
    }

    /// The bytes at `offset`, enough for the head of a record of a message that ends at `end`.
    #[inline]
    pub fn peek(&mut self, offset: u64, end: u64) -> Result<&[u8], FormatError> {
        let want = (MAX_HEAD as u64).min(end - offset) as usize;
        let window = self.window;
        if let Some(start) = offset.checked_sub(self.base)
            && let Some(bytes) = window.get(start as usize..)
            && bytes.len() >= want
        {
            return Ok(bytes);
        }
        self.input.scan(offset, want)
    }

    /// The bytes of `range`, if they are at hand.
    #[inline]
    pub fn near(&self, range: &Range<u64>) -> Option<&[u8]> {
        if let Some(bytes) = self.in_window(range) {
            return Some(bytes);
        }
        let start = range.start.checked_sub(self.input.scan_start)? as usize;
        let len = (range.end - range.start) as usize;
        self.input.scan.get(start..)?.get(..len)
    }

    /// Like `Reader::record`, but linear for groups in groups.
    pub fn record(&mut self, offset: u64, end: u64) -> Result<Found, FormatError> {
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

    /// Gives a group's start tag its extent.
    pub fn group(&mut self, offset: u64, mut record: Record, end: u64) -> Result<RecordAt, FormatError> {
        let content = offset + u64::from(record.payload_start);
        let (content_end, end_tag_width) = match self.input.groups.get(offset) {
            Some(found) => found,
            None => self.walk_group(offset, content, record.tag.number, end)?,
        };
        record.payload_len = content_end.min(end) - content;
        Ok(RecordAt { offset, record, end_tag_width })
    }

    fn walk_group(
        &mut self,
        offset: u64,
        content: u64,
        number: u32,
        end: u64,
    ) -> Result<(u64, u8), FormatError> {
        let mut found = self.input.groups.begin(offset);
        let mut open = vec![(number, offset, 0_u32)];
        let mut at = content;
        while let Read::Record(inner) = self.head(at, end)? {
            match inner.tag.wire_type {
                WireType::Sgroup => open.push((inner.tag.number, at, 0)),
                WireType::Egroup => {
                    let closes = |last: &mut (u32, u64, u32)| last.0 == inner.tag.number;
                    let Some((_, start, height)) = open.pop_if(closes) else { break };
                    if height >= MIN_HEIGHT {
                        found.insert(start, (at, inner.tag.width));
                    }
                    match open.last_mut() {
                        Some(parent) => parent.2 = parent.2.max(height + 1),
                        None => {
                            self.input.groups.end(found, at);
                            return Ok((at, inner.tag.width));
                        }
                    }
                }
                _ => {}
            }
            at += inner.head_and_payload_len();
        }
        // None of those still open has an end; the message's end is theirs.
        for (_, start, _) in open {
            found.insert(start, (end, 0));
        }
        self.input.groups.end(found, end);
        Ok((end, 0))
    }

    /// Hands the bytes of `range` to `visit`. The caller bounds the range.
    pub fn with_bytes<T>(
        &mut self,
        range: Range<u64>,
        visit: impl FnOnce(&[u8]) -> T,
    ) -> Result<T, FormatError> {
        if range.is_empty() {
            return Ok(visit(&[]));
        }
        if let Some(bytes) = self.in_window(&range) {
            return Ok(visit(bytes));
        }
        let len = (range.end - range.start) as usize;
        if len <= SMALL_WINDOW {
            let bytes = self.input.scan(range.start, len)?;
            return Ok(visit(&bytes[..len.min(bytes.len())]));
        }
        Ok(visit(&self.input.fetch(range)?))
    }

    /// The bytes of `range`. The caller bounds the range.
    pub fn fetch(&mut self, range: Range<u64>) -> Result<Vec<u8>, FormatError> {
        match self.in_window(&range) {
            Some(bytes) => Ok(bytes.to_vec()),
            None => self.input.fetch(range),
        }
    }
}

/// Ends of the groups inside the group walked last, so that groups in groups in groups are walked
/// once and not once per level.
#[derive(Debug, Default)]
struct Groups {
    ends: HashMap<u64, (u64, u8)>,
    covered: Range<u64>,
}

impl Groups {
    fn get(&self, offset: u64) -> Option<(u64, u8)> {
        if !self.covered.contains(&offset) {
            return None;
        }
        self.ends.get(&offset).copied()
    }

    fn begin(&mut self, offset: u64) -> HashMap<u64, (u64, u8)> {
        let mut ends = std::mem::take(&mut self.ends);
        if !self.covered.contains(&offset) {
            ends.clear();
            self.covered = offset..offset;
        }
        ends
    }

    fn end(&mut self, ends: HashMap<u64, (u64, u8)>, end: u64) {
        self.ends = ends;
        self.covered.end = self.covered.end.max(end);
    }
}
