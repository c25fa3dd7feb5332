//! Many places that stay with their bytes while a document is edited.

use super::super::splices::{Anchored, SpliceLog};

/// Offsets found at one revision, and where they are by now. Following an edit costs a step for each
/// place and splice, and what was removed comes back when the removal is undone.
#[derive(Clone, Debug, Default)]
pub struct Followed {
    /// As found.
    found: Vec<u64>,
    /// Length of the splice log then.
    found_at: usize,
    /// By now; `None` while its bytes are removed.
    now: Vec<Option<u64>>,
    /// Those that are there, in order.
    there: Vec<u32>,
    followed: usize,
}

impl Followed {
    /// No places yet; those that will be added were found at `revision`.
    pub fn new(revision: usize) -> Followed {
        Followed { found_at: revision, followed: revision, ..Followed::default() }
    }

    pub fn add(&mut self, offsets: impl IntoIterator<Item = u64>, log: &SpliceLog) {
        self.follow(log);
        for offset in offsets {
            let now = match log.resolve(log.anchor_at(offset, self.found_at)) {
                Anchored::At(now) => Some(now),
                Anchored::Gone(_) => None,
            };
            if now.is_some() {
                self.there.push(self.found.len() as u32);
            }
            self.found.push(offset);
            self.now.push(now);
        }
    }

    /// Brings all places up to date.
    pub fn follow(&mut self, log: &SpliceLog) {
        if self.followed >= log.len() {
            return;
        }
        let splices: Vec<_> = log.since(self.followed).collect();
        self.followed = log.len();
        let mut has_changed = false;
        for (now, found) in self.now.iter_mut().zip(&self.found) {
            let before = *now;
            *now = match before {
                Some(offset) => splices.iter().try_fold(offset, |offset, splice| splice.map(offset)).ok(),
                None => None,
            };
            if now.is_none() {
                // Removed now or before; perhaps brought back.
                if let Anchored::At(offset) = log.resolve(log.anchor_at(*found, self.found_at)) {
                    *now = Some(offset);
                }
            }
            has_changed |= before.is_some() != now.is_some();
        }
        if has_changed {
            let there = self.now.iter().enumerate().filter(|(_, now)| now.is_some());
            self.there = there.map(|(idx, _)| idx as u32).collect();
        }
    }

    /// Places that are there.
    pub fn len(&self) -> usize {
        self.there.len()
    }

    pub fn is_empty(&self) -> bool {
        self.there.is_empty()
    }

    /// Places that were found, there or not.
    pub fn n_found(&self) -> usize {
        self.found.len()
    }

    /// Of the places that are there the `nth`: its number among all, and its offset.
    pub fn get(&self, nth: usize) -> Option<(usize, u64)> {
        let idx = *self.there.get(nth)? as usize;
        Some((idx, (*self.now.get(idx)?)?))
    }

    /// Where the place `idx` of all is by now.
    pub fn now(&self, idx: usize) -> Option<u64> {
        *self.now.get(idx)?
    }

    /// How many of the places that are there lie before `offset`, if places were added in order.
    pub fn n_before(&self, offset: u64) -> usize {
        self.there.partition_point(|idx| self.now(*idx as usize).is_some_and(|now| now < offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Act, Document, Edit};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn following_step_by_step_is_following_the_log(
            steps in prop::collection::vec((any::<u16>(), 0_u64..10, 0_usize..6, 0_u8..4), 1..40)
        ) {
            let mut document = Document::of_bytes(&[7; 60], None);
            let mut followed = Followed::new(0);
            followed.add(0..60, document.splices());
            for (place, n_removed, n_added, kind) in steps {
                match kind {
                    0 => drop(document.undo()),
                    1 => drop(document.redo()),
                    _ => {
                        let start = u64::from(place) % (document.len() + 1);
                        let range = start..(start + n_removed).min(document.len());
                        let edit = Edit::Splice { chain: vec![], range, bytes: vec![1; n_added] };
                        document.apply(&Act::new("Type", vec![edit])).unwrap();
                    }
                }
                followed.follow(document.splices());
                let log = document.splices();
                let expected: Vec<(usize, u64)> = (0..60_usize)
                    .filter_map(|idx| match log.resolve(log.anchor_at(idx as u64, 0)) {
                        Anchored::At(now) => Some((idx, now)),
                        Anchored::Gone(_) => None,
                    })
                    .collect();
                let found: Vec<_> = (0..followed.len()).filter_map(|nth| followed.get(nth)).collect();
                prop_assert_eq!(&found, &expected);
                let middle = document.len() / 2;
                prop_assert_eq!(followed.n_before(middle), expected.iter().filter(|(_, now)| *now < middle).count());
            }
        }
    }
}
