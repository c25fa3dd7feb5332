//! What a message comes to: stretches of the bytes it has, and new ones; and the splices that make it
//! of them.

use super::between;
use crate::wire::{WireType, write_tag, write_varint};
use std::collections::BTreeMap;
use std::ops::Range;

/// Splices that one act makes at most; of more those nearest to each other become one.
const MAX_SPLICES: usize = 2_000;

/// A stretch of the result.
enum Part {
    /// Bytes that are there already.
    Old(Range<usize>),
    New(Vec<u8>),
}

impl Part {
    fn len(&self) -> usize {
        match self {
            Part::Old(place) => place.len(),
            Part::New(bytes) => bytes.len(),
        }
    }
}

/// The result, from its start on.
pub(super) struct Out<'a> {
    old: &'a [u8],
    parts: Vec<Part>,
    len: usize,
}

/// A record whose head is still to be written, as its length is not known.
pub(super) struct Begun {
    /// Of the two parts that are kept for its tag and its length.
    head_idx: usize,
    start: usize,
}

/// What replaces a stretch of the old bytes.
pub(super) type Replaced = (Range<usize>, Vec<u8>);

impl<'a> Out<'a> {
    pub fn new(old: &'a [u8]) -> Self {
        Self { old, parts: Vec::new(), len: 0 }
    }

    /// Where a stretch of the old bytes stands among them.
    pub fn place(&self, slice: &[u8]) -> Range<usize> {
        let start = (slice.as_ptr() as usize).saturating_sub(self.old.as_ptr() as usize);
        start..start + slice.len()
    }

    /// Bytes as they are.
    pub fn keep(&mut self, slice: &'a [u8]) {
        self.push(Part::Old(self.place(slice)));
    }

    pub fn put(&mut self, bytes: &[u8]) {
        self.push(Part::New(bytes.to_vec()));
    }

    fn push(&mut self, part: Part) {
        self.len += part.len();
        match (self.parts.last_mut(), part) {
            (_, part) if part.len() == 0 => {}
            (Some(Part::New(last)), Part::New(bytes)) => last.extend(bytes),
            (Some(Part::Old(last)), Part::Old(place)) if last.end == place.start => last.end = place.end,
            (_, part) => self.parts.push(part),
        }
    }

    pub fn begin(&mut self) -> Begun {
        let head_idx = self.parts.len();
        self.parts.extend([Part::Old(0..0), Part::Old(0..0)]);
        Begun { head_idx, start: self.len }
    }

    /// Ends a record; `whole` is the one that it was made from, if that is one.
    pub fn end(&mut self, begun: &Begun, number: u32, is_group: bool, whole: Option<&'a [u8]>) {
        let Begun { head_idx, start } = *begun;
        let (mut tag, mut length) = (Vec::new(), Vec::new());
        write_tag(&mut tag, number, if is_group { WireType::Sgroup } else { WireType::Len });
        if !is_group {
            write_varint(&mut length, (self.len - start) as u64);
        }
        let behind_tag = tag.len();
        let head = [self.same_or_new(tag, whole, 0), self.same_or_new(length, whole, behind_tag)];
        if self.parts.len() <= head_idx + 3 {
            // With little in it, it may go on where the bytes before it end.
            let content = self.parts.drain(head_idx..).nth(2);
            self.len = start;
            head.into_iter().chain(content).for_each(|part| self.push(part));
        } else {
            for (idx, part) in head.into_iter().enumerate() {
                self.len += part.len();
                self.parts[head_idx + idx] = part;
            }
        }
        if is_group {
            let mut end = Vec::new();
            write_tag(&mut end, number, WireType::Egroup);
            let at = whole.map_or(0, |whole| whole.len().saturating_sub(end.len()));
            let end = self.same_or_new(end, whole, at);
            self.push(end);
        }
    }

    /// Bytes that may be those at this place of the record.
    fn same_or_new(&self, bytes: Vec<u8>, whole: Option<&'a [u8]>, at: usize) -> Part {
        match whole.and_then(|whole| whole.get(at..at + bytes.len())) {
            Some(same) if same == bytes => Part::Old(self.place(same)),
            _ => Part::New(bytes),
        }
    }

    /// What is to be replaced, in order: as little as can be, so that places in the rest stay.
    pub fn replaced(self) -> Vec<Replaced> {
        let stays = self.in_order();
        let Out { old, parts, .. } = self;
        let mut replaced: Vec<Replaced> = Vec::new();
        let (mut at, mut new) = (0, Vec::new());
        let mut replace = |range: Range<usize>, new: &mut Vec<u8>| {
            let (within, bytes) = between(&old[range.clone()], new);
            if !within.is_empty() || !bytes.is_empty() {
                let start = range.start;
                replaced.push((start + within.start..start + within.end, bytes.to_vec()));
            }
            new.clear();
        };
        for (part, stays) in parts.into_iter().zip(stays) {
            match part {
                Part::Old(place) if stays => {
                    replace(at..place.start, &mut new);
                    at = place.end;
                }
                Part::Old(place) => new.extend_from_slice(&old[place]),
                Part::New(bytes) => new.extend(bytes),
            }
        }
        replace(at..old.len(), &mut new);
        join(old, replaced)
    }

    /// Which parts stay where they are, while the others move past them: those old ones in order that
    /// are the most bytes together.
    fn in_order(&self) -> Vec<bool> {
        // By where the last one ends: the most bytes up to there, and the part.
        let mut best: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        let mut before: Vec<Option<usize>> = vec![None; self.parts.len()];
        for (idx, part) in self.parts.iter().enumerate() {
            let Part::Old(place) = part else { continue };
            if place.is_empty() {
                continue;
            }
            let (n_before, previous) =
                best.range(..=place.start).next_back().map_or((0, None), |(_, (n, idx))| (*n, Some(*idx)));
            before[idx] = previous;
            let n_bytes = n_before + place.len();
            if best.range(..=place.end).next_back().is_some_and(|(_, (n, _))| *n >= n_bytes) {
                continue;
            }
            while let Some((end, _)) = best.range(place.end..).next().filter(|(_, (n, _))| *n <= n_bytes) {
                let end = *end;
                best.remove(&end);
            }
            best.insert(place.end, (n_bytes, idx));
        }
        let mut stays = vec![false; self.parts.len()];
        let mut next = best.last_key_value().map(|(_, (_, idx))| *idx);
        while let Some(idx) = next {
            stays[idx] = true;
            next = before[idx];
        }
        stays
    }
}

/// Makes one of those that are near each other, until there are few enough.
fn join(old: &[u8], mut replaced: Vec<Replaced>) -> Vec<Replaced> {
    let mut gap = 16;
    while replaced.len() > MAX_SPLICES {
        let mut joined: Vec<Replaced> = Vec::new();
        for (range, bytes) in replaced {
            match joined.last_mut() {
                Some((last, into)) if range.start - last.end < gap => {
                    into.extend_from_slice(&old[last.end..range.start]);
                    into.extend(bytes);
                    last.end = range.end;
                }
                _ => joined.push((range, bytes)),
            }
        }
        replaced = joined;
        gap *= 2;
    }
    replaced
}
