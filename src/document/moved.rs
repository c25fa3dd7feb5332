//! Where offsets from before a group of splices are after them, without going through all of them.
//!
//! **Law.** [`Moved::start`] and [`Moved::end`] are what going through the splices one by one gives.
//! Splices that come in the order of their offsets cost no more than finding their place; any other
//! costs as much as there are splices behind it.

use super::splices::Splice;

/// The splices of a group so far, as what they do to offsets.
#[derive(Clone, Debug, Default)]
pub(super) struct Moved {
    starts: Steps,
    ends: Steps,
}

impl Moved {
    pub fn push(&mut self, splice: Splice) {
        let Splice { start, n_removed, .. } = splice;
        let behind = start + n_removed;
        self.starts.push(start..behind, splice);
        // What ends where bytes are inserted ends before them.
        let low = if n_removed == 0 { start + 1 } else { start };
        self.ends.push(low..behind.max(low), splice);
    }

    /// Where an offset is now; where its byte is gone, the place of the removal. What stands where
    /// bytes are inserted moves behind them.
    pub fn start(&self, offset: u64) -> u64 {
        self.starts.now(offset)
    }

    /// Like [`Self::start`], for the end of a range: what is inserted behind it stays outside.
    pub fn end(&self, offset: u64) -> u64 {
        self.ends.now(offset)
    }
}

/// A map of offsets that never falls, in steps by their old offsets. Before the first step nothing has
/// moved.
#[derive(Clone, Debug, Default)]
struct Steps(Vec<Step>);

/// Until the next one, all old offsets are at one place, or go on from it.
#[derive(Clone, Copy, Debug)]
struct Step {
    old: u64,
    now: u64,
    is_gone: bool,
}

impl Steps {
    fn now(&self, offset: u64) -> u64 {
        match self.0.partition_point(|step| step.old <= offset).checked_sub(1).map(|idx| self.0[idx]) {
            None => offset,
            Some(step) if step.is_gone => step.now,
            Some(step) => step.now + (offset - step.old),
        }
    }

    /// What is in `gone` now goes to the start of the splice, and what is behind moves with it.
    fn push(&mut self, gone: std::ops::Range<u64>, splice: Splice) {
        let from = self.split(gone.start);
        let to = self.split(gone.end);
        if to > from {
            let old = self.0[from].old;
            let one = Step { old, now: splice.start, is_gone: true };
            self.0.splice(from..to, [one]);
        }
        if splice.n_added == splice.n_removed {
            return;
        }
        let behind = from + usize::from(to > from);
        for step in &mut self.0[behind..] {
            step.now = step.now - splice.n_removed + splice.n_added;
        }
    }

    /// The first step that holds nothing before this present offset; makes it where one goes across.
    fn split(&mut self, now: u64) -> usize {
        let idx = self.0.partition_point(|step| step.now < now);
        let before = match idx.checked_sub(1) {
            Some(before) => self.0[before],
            None => Step { old: 0, now: 0, is_gone: false },
        };
        let old = before.old + (now - before.now);
        let is_across = !before.is_gone && self.0.get(idx).is_none_or(|next| old < next.old);
        if is_across {
            self.0.insert(idx, Step { old, now, is_gone: false });
        }
        idx
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one_by_one(offset: u64, splices: &[Splice], is_end: bool) -> u64 {
        splices.iter().fold(offset, |offset, splice| match is_end {
            true if splice.n_removed == 0 && splice.start == offset => offset,
            _ => splice.map(offset).unwrap_or_else(|place| place),
        })
    }

    proptest! {
        #[test]
        fn offsets_are_where_going_through_the_splices_one_by_one_leads(
            parts in prop::collection::vec((0_u64..60, 0_u64..6, 0_u64..6), 0..24),
        ) {
            let mut moved = Moved::default();
            let mut splices = Vec::new();
            for (start, n_removed, n_added) in parts {
                splices.push(Splice { start, n_removed, n_added });
                moved.push(Splice { start, n_removed, n_added });
                for offset in 0..80 {
                    prop_assert_eq!(moved.start(offset), one_by_one(offset, &splices, false));
                    prop_assert_eq!(moved.end(offset), one_by_one(offset, &splices, true));
                }
            }
        }
    }

    #[test]
    fn splices_in_order_make_few_steps_of_an_enclosing_length() {
        let mut moved = Moved::default();
        for nth in 0..1_000 {
            let start = 10 + 3 * nth;
            moved.push(Splice { start, n_removed: 2, n_added: 1 });
            moved.push(Splice { start: 1, n_removed: 2, n_added: 2 });
        }
        assert!(moved.starts.0.len() < 2_100, "{}", moved.starts.0.len());
        assert_eq!(moved.start(10 + 4 * 1_000), 10 + 3 * 1_000);
    }
}
