//! How far two places hold the same bytes.

use super::Halt;
use crate::document::snapshot::Snapshot;
use crate::document::source::ReadMode;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Bytes that are compared at first, and at most, in one step.
const FIRST: u64 = 512;
const STEP: u64 = 256 << 10;

/// Two snapshots, byte by byte.
pub(super) struct Same<'a> {
    old: &'a Snapshot,
    new: &'a Snapshot,
    /// Whether both began with the same bytes, so that equal places need not be read.
    has_one_source: bool,
    old_bytes: Vec<u8>,
    new_bytes: Vec<u8>,
}

impl<'a> Same<'a> {
    pub fn new(old: &'a Snapshot, new: &'a Snapshot) -> Self {
        let address = |snapshot: &Snapshot| Arc::as_ptr(snapshot.source()).cast::<()>();
        let has_one_source = std::ptr::eq(address(old), address(new));
        Self { old, new, has_one_source, old_bytes: Vec::new(), new_bytes: Vec::new() }
    }

    /// Bytes that are equal from two places on, up to `most`.
    pub fn forward(
        &mut self,
        old_at: u64,
        new_at: u64,
        most: u64,
        go_on: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<u64, Halt> {
        let (mut n, mut step) = (0, FIRST);
        while n < most {
            let mut want = (most - n).min(step);
            if self.has_one_source
                && let (Some(old), Some(new)) = (self.old.part_at(old_at + n), self.new.part_at(new_at + n))
            {
                let shared = (old.range.end - old.range.start).min(new.range.end - new.range.start);
                if old.source_start.is_some() && old.source_start == new.source_start {
                    n += shared.min(most - n);
                    continue;
                }
                want = want.min(shared);
            }
            self.read(old_at + n, new_at + n, want)?;
            if self.old_bytes != self.new_bytes {
                let equal = self.old_bytes.iter().zip(&self.new_bytes).take_while(|(old, new)| old == new);
                return Ok(n + equal.count() as u64);
            }
            n += want;
            step = (step * 4).min(STEP);
            if go_on().is_break() {
                return Err(Halt::Stopped);
            }
        }
        Ok(n)
    }

    /// Bytes that are equal before two places, up to `most`.
    pub fn backward(&mut self, old_end: u64, new_end: u64, most: u64) -> Result<u64, Halt> {
        let (mut n, mut step) = (0, FIRST);
        while n < most {
            let want = (most - n).min(step);
            self.read(old_end - n - want, new_end - n - want, want)?;
            if self.old_bytes != self.new_bytes {
                let pairs = self.old_bytes.iter().rev().zip(self.new_bytes.iter().rev());
                return Ok(n + pairs.take_while(|(old, new)| old == new).count() as u64);
            }
            n += want;
            step = (step * 4).min(STEP);
        }
        Ok(n)
    }

    fn read(&mut self, old_at: u64, new_at: u64, want: u64) -> Result<(), Halt> {
        self.old_bytes.resize(want as usize, 0);
        self.new_bytes.resize(want as usize, 0);
        self.old.read_at(old_at, &mut self.old_bytes, ReadMode::Wait)?;
        self.new.read_at(new_at, &mut self.new_bytes, ReadMode::Wait)?;
        Ok(())
    }
}
