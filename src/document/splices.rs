//! What happened to offsets: the log of splices, and places brought forward through it.

use std::ops::Range;

/// One replacement of bytes, in the offsets of the moment it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Splice {
    pub start: u64,
    pub n_removed: u64,
    pub n_added: u64,
}

impl Splice {
    pub fn removed(&self) -> Range<u64> {
        self.start..self.start + self.n_removed
    }

    /// Where `offset` is afterwards; `Err` with the place of the removal if its byte is gone.
    ///
    /// What stands exactly where bytes are inserted moves behind them.
    pub fn map(&self, offset: u64) -> Result<u64, u64> {
        if offset < self.start {
            Ok(offset)
        } else if offset < self.start + self.n_removed {
            Err(self.start)
        } else {
            Ok(offset - self.n_removed + self.n_added)
        }
    }
}

/// Every splice of a document's life, undo and redo included.
#[derive(Clone, Debug, Default)]
pub struct SpliceLog {
    entries: Vec<LogEntry>,
}

#[derive(Clone, Copy, Debug)]
struct LogEntry {
    splice: Splice,
    /// The later entry that took this one back, if it is still taken back by it.
    undone_by: Option<u32>,
}

/// A place that survives edits: an offset at a moment.
///
/// It costs nothing while edits happen and is brought forward when it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    offset: u64,
    /// Length of the log when the offset was right.
    n_splices: usize,
}

/// Where an anchor is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchored {
    At(u64),
    /// Its bytes were removed; they stood here. It returns when the removal is undone.
    Gone(u64),
}

impl SpliceLog {
    /// Splices so far; grows with every edit, undo and redo.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The splices made since the log had `n_splices`.
    pub fn since(&self, n_splices: usize) -> impl Iterator<Item = Splice> + '_ {
        self.entries[n_splices.min(self.entries.len())..].iter().map(|entry| entry.splice)
    }

    /// A place to be found again later.
    pub fn anchor(&self, offset: u64) -> Anchor {
        Anchor { offset, n_splices: self.entries.len() }
    }

    /// A place as it was when the log had `n_splices`.
    pub fn anchor_at(&self, offset: u64, n_splices: usize) -> Anchor {
        Anchor { offset, n_splices }
    }

    /// Brings an anchor forward to now.
    pub fn resolve(&self, anchor: Anchor) -> Anchored {
        let (mut offset, mut at) = (anchor.offset, anchor.n_splices);
        while let Some(entry) = self.entries.get(at) {
            match entry.splice.map(offset) {
                Ok(moved) => {
                    offset = moved;
                    at += 1;
                }
                Err(place) => match entry.undone_by {
                    // Between a splice and its undoing everything was taken back too.
                    Some(undoing) => at = undoing as usize + 1,
                    None => return Anchored::Gone(self.collapse(place, at + 1)),
                },
            }
        }
        Anchored::At(offset)
    }

    fn collapse(&self, mut offset: u64, from: usize) -> u64 {
        for splice in self.since(from) {
            offset = splice.map(offset).unwrap_or_else(|place| place);
        }
        offset
    }

    pub(super) fn push(&mut self, splice: Splice) {
        self.entries.push(LogEntry { splice, undone_by: None });
    }

    /// Records a splice that takes back the entry at `undone`.
    pub(super) fn push_undoing(&mut self, splice: Splice, undone: usize) {
        let idx = self.entries.len() as u32;
        if let Some(entry) = self.entries.get_mut(undone) {
            entry.undone_by = Some(idx);
        }
        self.push(splice);
    }
}

/// The smallest stretch that holds everything a row of splices touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hull {
    /// In the offsets before the splices.
    pub before: Range<u64>,
    /// The same stretch in the offsets after them; it starts at the same offset.
    pub after: Range<u64>,
}

impl Hull {
    /// `None` if there are no splices.
    pub fn of(splices: impl IntoIterator<Item = Splice>) -> Option<Hull> {
        let mut hull: Option<(u64, u64, u64)> = None;
        for splice in splices {
            let removed = splice.removed();
            let (start, before_end, after_end) = hull.unwrap_or((splice.start, splice.start, splice.start));
            let beyond = removed.end.saturating_sub(after_end);
            hull = Some((
                start.min(splice.start),
                before_end + beyond,
                after_end + beyond - splice.n_removed + splice.n_added,
            ));
        }
        hull.map(|(start, before_end, after_end)| Hull { before: start..before_end, after: start..after_end })
    }

    /// The hull of what the splices touched at or behind `start`, in offsets counted from `start`,
    /// which moves along. `None` if all of them lie before it.
    ///
    /// A pure insertion exactly at `start` counts as behind it.
    pub fn inside(splices: impl IntoIterator<Item = Splice>, start: u64) -> Option<Hull> {
        let mut start = start;
        let inside = splices.into_iter().filter_map(move |splice| {
            let end = splice.start + splice.n_removed;
            if splice.start < start && end <= start {
                start = start - splice.n_removed + splice.n_added;
                return None;
            }
            Some(Splice { start: splice.start.saturating_sub(start), ..splice })
        });
        Self::of(inside)
    }

    /// Where an offset outside the hull is afterwards.
    pub fn shift(&self, offset: u64) -> u64 {
        if offset < self.before.end { offset } else { offset - self.before.end + self.after.end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn splice(start: u64, n_removed: u64, n_added: u64) -> Splice {
        Splice { start, n_removed, n_added }
    }

    #[test]
    fn an_anchor_moves_with_its_byte() {
        let mut log = SpliceLog::default();
        let anchor = log.anchor(10);
        log.push(splice(2, 1, 5));
        log.push(splice(14, 0, 3));
        log.push(splice(30, 5, 0));
        assert_eq!(log.resolve(anchor), Anchored::At(17));
    }

    #[test]
    fn a_removed_anchor_waits_at_its_place_and_returns_with_undo() {
        let mut log = SpliceLog::default();
        let anchor = log.anchor(10);
        log.push(splice(8, 4, 0));
        log.push(splice(0, 0, 2));
        assert_eq!(log.resolve(anchor), Anchored::Gone(10));
        log.push_undoing(splice(0, 2, 0), 1);
        log.push_undoing(splice(8, 0, 4), 0);
        assert_eq!(log.resolve(anchor), Anchored::At(10));
        log.push_undoing(splice(8, 4, 0), 3);
        assert_eq!(log.resolve(anchor), Anchored::Gone(8));
    }

    #[test]
    fn a_hull_covers_a_payload_and_the_lengths_around_it() {
        let hull = Hull::of([splice(50, 4, 10), splice(20, 1, 2), splice(5, 1, 1)]).unwrap();
        assert_eq!(hull, Hull { before: 5..54, after: 5..61 });
        assert_eq!(hull.shift(60), 67);
        assert_eq!(
            Hull::of([splice(5, 0, 3), splice(100, 2, 0)]).unwrap(),
            Hull { before: 5..99, after: 5..100 }
        );
    }
}
