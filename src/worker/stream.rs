//! A snapshot's bytes from front to back, for passes that copy or compare all of it.

use super::error::WorkerError;
use crate::document::{ReadMode, Snapshot, SourceError};
use std::ops::Range;

/// Bytes handed on at once.
pub(super) const STEP: usize = 1 << 20;
const MIN_WINDOW: usize = 64 << 10;
const MAX_WINDOW: usize = 1 << 20;

/// Reads through a window of the source, so that a document of many small parts still costs few
/// large reads, none of which pass the cache of the screen.
pub(super) struct Stream<'a> {
    snapshot: &'a Snapshot,
    window: Vec<u8>,
    window_start: u64,
    /// Grows while parts follow each other in the source, else falls back.
    window_size: usize,
}

impl<'a> Stream<'a> {
    pub fn new(snapshot: &'a Snapshot) -> Self {
        Self { snapshot, window: Vec::new(), window_start: 0, window_size: MIN_WINDOW }
    }

    /// Fills `out` with the bytes from `offset` on, which must lie inside the snapshot.
    pub fn read(&mut self, offset: u64, out: &mut [u8]) -> Result<(), WorkerError> {
        let parts = self.snapshot.parts(offset..offset + out.len() as u64);
        let mut rest = out;
        for part in parts {
            let len = (part.range.end - part.range.start) as usize;
            let (into, after) = std::mem::take(&mut rest).split_at_mut(len);
            rest = after;
            let read = match part.source_start {
                Some(start) if len < MAX_WINDOW / 4 => self.read_window(start, into),
                Some(_) | None => self.snapshot.read_at(part.range.start, into, ReadMode::Wait),
            };
            read.map_err(|error| WorkerError::document(part.range.start, error))?;
        }
        Ok(())
    }

    fn read_window(&mut self, start: u64, out: &mut [u8]) -> Result<(), SourceError> {
        let held = self.window_start..self.window_start + self.window.len() as u64;
        if !contains(&held, start, out.len()) {
            let follows = held.start <= start && start <= held.end + MIN_WINDOW as u64;
            self.window_size = if follows { (self.window_size * 2).min(MAX_WINDOW) } else { MIN_WINDOW };
            let source = self.snapshot.source();
            let size = self.window_size.max(out.len()) as u64;
            self.window.resize(size.min(source.len().saturating_sub(start)) as usize, 0);
            self.window_start = start;
            if let Err(error) = source.read_at(start, &mut self.window, ReadMode::Wait) {
                self.window.clear();
                return Err(error);
            }
        }
        let here = (start - self.window_start) as usize;
        match self.window.get(here..here + out.len()) {
            Some(bytes) => out.copy_from_slice(bytes),
            None => {
                return Err(SourceError::Io { offset: start, reason: "the source ends before".to_owned() });
            }
        }
        Ok(())
    }
}

fn contains(held: &Range<u64>, start: u64, len: usize) -> bool {
    held.start <= start && start + len as u64 <= held.end
}
