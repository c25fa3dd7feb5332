//! A document told as ranges of a file and the bytes that are not in it, and back.

use super::error::WorkerError;
use super::journal::{EntryPart, RestoreSplice};
use crate::document::{ReadMode, Snapshot, Source};
use std::sync::Arc;

/// A stretch of the source, and where the base has it.
struct Held {
    source_start: u64,
    source_end: u64,
    base_start: u64,
}

/// The parts of `snapshot`, as ranges of a file that holds the bytes of `base`. Holding more than
/// `limit` bytes is refused.
pub(super) fn parts(
    snapshot: &Snapshot,
    base: Option<&Snapshot>,
    limit: u64,
) -> Result<Vec<EntryPart>, WorkerError> {
    let held = base.filter(|base| Arc::ptr_eq(base.source(), snapshot.source())).map(held_by);
    let held = held.unwrap_or_default();
    let mut out = Parts { parts: Vec::new(), n_added: 0, limit };
    for part in snapshot.parts(0..snapshot.len()) {
        let Some(source_start) = part.source_start else {
            out.add(snapshot, part.range.start, part.range.end)?;
            continue;
        };
        let source_end = source_start + (part.range.end - part.range.start);
        let mut at = source_start;
        let mut idx = held.partition_point(|held| held.source_end <= at);
        while at < source_end {
            let in_document = part.range.start + (at - source_start);
            match held.get(idx) {
                Some(here) if here.source_start <= at => {
                    let end = here.source_end.min(source_end);
                    out.refer(here.base_start + (at - here.source_start), end - at);
                    at = end;
                    idx += 1;
                }
                next => {
                    let end = next.map_or(source_end, |next| next.source_start.min(source_end));
                    out.add(snapshot, in_document, in_document + (end - at))?;
                    at = end;
                }
            }
        }
    }
    Ok(out.parts)
}

/// What of the source stands in `base`, ascending and apart.
fn held_by(base: &Snapshot) -> Vec<Held> {
    let parts = base.parts(0..base.len()).into_iter();
    let mut held: Vec<Held> = parts
        .filter_map(|part| {
            let source_start = part.source_start?;
            let source_end = source_start + (part.range.end - part.range.start);
            Some(Held { source_start, source_end, base_start: part.range.start })
        })
        .collect();
    held.sort_by_key(|held| held.source_start);
    let mut covered = 0;
    held.retain_mut(|held| {
        let n_covered = covered.max(held.source_start) - held.source_start;
        held.source_start += n_covered;
        held.base_start += n_covered;
        covered = covered.max(held.source_end);
        held.source_start < held.source_end
    });
    held
}

struct Parts {
    parts: Vec<EntryPart>,
    n_added: u64,
    limit: u64,
}

impl Parts {
    fn refer(&mut self, start: u64, len: u64) {
        match self.parts.last_mut() {
            Some(EntryPart::Base { start: before, len: n }) if *before + *n == start => *n += len,
            _ => self.parts.push(EntryPart::Base { start, len }),
        }
    }

    fn add(&mut self, snapshot: &Snapshot, start: u64, end: u64) -> Result<(), WorkerError> {
        self.n_added += end - start;
        if self.n_added > self.limit {
            return Err(WorkerError::JournalTooLarge { limit: self.limit });
        }
        let read = snapshot.bytes(start..end, ReadMode::Wait);
        let bytes = read.map_err(|error| WorkerError::document(start, error))?;
        match self.parts.last_mut() {
            Some(EntryPart::Added(before)) => before.extend_from_slice(&bytes),
            _ => self.parts.push(EntryPart::Added(bytes)),
        }
        Ok(())
    }
}

/// The splices, last first, that turn `base` into what `parts` describe. What was moved is read
/// from `base`: as few bytes as keep the rest in order.
pub(super) fn splices(parts: &[EntryPart], base: &dyn Source) -> Result<Vec<RestoreSplice>, WorkerError> {
    let kept = heaviest_in_order(parts);
    let mut splices: Vec<RestoreSplice> = Vec::new();
    let (mut at, mut bytes) = (0, Vec::new());
    let mut close = |at: &mut u64, start: u64, end: u64, bytes: &mut Vec<u8>| {
        if *at < start || !bytes.is_empty() {
            splices.push(RestoreSplice { range: *at..start, bytes: std::mem::take(bytes) });
        }
        *at = end;
    };
    for (part, kept) in parts.iter().zip(kept) {
        match part {
            EntryPart::Base { start, len } if kept => close(&mut at, *start, start + len, &mut bytes),
            EntryPart::Base { start, len } => {
                let limit = super::journal::MAX_JOURNAL;
                if bytes.len() as u64 + len > limit {
                    return Err(WorkerError::JournalTooLarge { limit });
                }
                let before = bytes.len();
                bytes.resize(before + *len as usize, 0);
                base.read_at(*start, &mut bytes[before..], ReadMode::Wait)
                    .map_err(|error| WorkerError::document(*start, error))?;
            }
            EntryPart::Added(added) => bytes.extend_from_slice(added),
        }
    }
    close(&mut at, base.len(), base.len(), &mut bytes);
    splices.reverse();
    Ok(splices)
}

/// For every part whether it stays where it is: of all choices of base ranges that ascend without
/// touching each other's bytes, the one with the most bytes.
fn heaviest_in_order(parts: &[EntryPart]) -> Vec<bool> {
    let mut ends: Vec<u64> = parts.iter().filter_map(|part| base_range(part).map(|(_, end)| end)).collect();
    ends.sort_unstable();
    ends.dedup();
    // A prefix-maximum tree: for the ranges that end up to ends[i], the best sum and its last part.
    let mut tree: Vec<(u64, Option<usize>)> = vec![(0, None); ends.len() + 1];
    let mut before: Vec<Option<usize>> = vec![None; parts.len()];
    for (idx, part) in parts.iter().enumerate() {
        let Some((start, end)) = base_range(part) else { continue };
        let mut at = ends.partition_point(|end| *end <= start);
        let mut best = (0, None);
        while at > 0 {
            best = if tree[at].0 > best.0 { tree[at] } else { best };
            at &= at - 1;
        }
        before[idx] = best.1;
        let sum = best.0 + (end - start);
        let mut at = ends.partition_point(|known| *known < end) + 1;
        while at < tree.len() {
            if sum > tree[at].0 {
                tree[at] = (sum, Some(idx));
            }
            at += at & at.wrapping_neg();
        }
    }
    let mut kept = vec![false; parts.len()];
    let best = tree.iter().max_by_key(|(sum, _)| *sum).and_then(|(_, last)| *last);
    let mut last = best;
    while let Some(idx) = last {
        kept[idx] = true;
        last = before[idx];
    }
    kept
}

fn base_range(part: &EntryPart) -> Option<(u64, u64)> {
    match part {
        EntryPart::Base { start, len } if *len > 0 => Some((*start, start + len)),
        EntryPart::Base { .. } | EntryPart::Added(_) => None,
    }
}
