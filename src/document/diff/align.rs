//! Which of two rows of things belong together: a longest matching in order.

/// Rows up to this long are matched exactly; longer ones between what is there once in both.
const EXACT: usize = 256;

/// How well two things match, from a caller who knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    None,
    /// Two elements of one repeated field: only their place speaks for it.
    Place,
    /// The same field, or the entry of the same key.
    Field,
    Equal,
}

impl Likeness {
    fn weight(self) -> u32 {
        match self {
            Likeness::None => 0,
            Likeness::Place => 1,
            Likeness::Field => 8,
            Likeness::Equal => 16,
        }
    }
}

/// What the matching made of the two rows, in order; at least one side is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub old: Option<usize>,
    pub new: Option<usize>,
    pub is_equal: bool,
}

/// Matches two rows given by hashes: equal hashes stand for equal things.
pub(super) fn align(old: &[u64], new: &[u64], likeness: &dyn Fn(usize, usize) -> Likeness) -> Vec<Match> {
    let mut made = Vec::with_capacity(old.len().max(new.len()));
    let rows = Rows { old, new, likeness };
    let (mut old_at, mut new_at) = (0, 0);
    for (old_idx, new_idx) in rows.anchors() {
        rows.between(old_at..old_idx, new_at..new_idx, &mut made);
        made.push(Match { old: Some(old_idx), new: Some(new_idx), is_equal: true });
        (old_at, new_at) = (old_idx + 1, new_idx + 1);
    }
    rows.between(old_at..old.len(), new_at..new.len(), &mut made);
    made
}

type Stretch = std::ops::Range<usize>;

struct Rows<'a> {
    old: &'a [u64],
    new: &'a [u64],
    likeness: &'a dyn Fn(usize, usize) -> Likeness,
}

impl Rows<'_> {
    fn likeness(&self, old: usize, new: usize) -> Likeness {
        if self.old[old] == self.new[new] { Likeness::Equal } else { (self.likeness)(old, new) }
    }

    /// Of long rows: what is there once in both, as far as it stands in the same order.
    fn anchors(&self) -> Vec<(usize, usize)> {
        if self.old.len() <= EXACT && self.new.len() <= EXACT {
            return Vec::new();
        }
        let new = once(self.new);
        let mut found: Vec<(usize, usize)> =
            once(self.old).into_iter().filter_map(|(hash, at)| Some((at, *new.get(&hash)?))).collect();
        found.sort_unstable();
        increasing(&found)
    }

    fn between(&self, mut old: Stretch, mut new: Stretch, made: &mut Vec<Match>) {
        let equal = |old: usize, new: usize| Match { old: Some(old), new: Some(new), is_equal: true };
        while !old.is_empty() && !new.is_empty() && self.old[old.start] == self.new[new.start] {
            made.push(equal(old.start, new.start));
            (old.start, new.start) = (old.start + 1, new.start + 1);
        }
        let mut tail = Vec::new();
        while !old.is_empty() && !new.is_empty() && self.old[old.end - 1] == self.new[new.end - 1] {
            (old.end, new.end) = (old.end - 1, new.end - 1);
            tail.push(equal(old.end, new.end));
        }
        if old.len() <= EXACT && new.len() <= EXACT {
            self.exact(old, new, made);
        } else {
            self.in_step(old, new, made);
        }
        made.extend(tail.into_iter().rev());
    }

    /// The heaviest matching in order, by dynamic programming from the end.
    fn exact(&self, old: Stretch, new: Stretch, made: &mut Vec<Match>) {
        let width = new.len() + 1;
        let mut best = vec![0_u32; (old.len() + 1) * width];
        let at = |row: usize, column: usize| row * width + column;
        for row in (0..old.len()).rev() {
            for column in (0..new.len()).rev() {
                let weight = self.likeness(old.start + row, new.start + column).weight();
                let paired = if weight > 0 { weight + best[at(row + 1, column + 1)] } else { 0 };
                best[at(row, column)] = paired.max(best[at(row + 1, column)]).max(best[at(row, column + 1)]);
            }
        }
        let (mut row, mut column) = (0, 0);
        while row < old.len() && column < new.len() {
            let likeness = self.likeness(old.start + row, new.start + column);
            let weight = likeness.weight();
            let here = best[at(row, column)];
            // Of several records of one field the last one counts.
            let is_early = likeness == Likeness::Field
                && (here == best[at(row + 1, column)] || here == best[at(row, column + 1)]);
            if weight > 0 && !is_early && best[at(row, column)] == weight + best[at(row + 1, column + 1)] {
                made.push(Match {
                    old: Some(old.start + row),
                    new: Some(new.start + column),
                    is_equal: likeness == Likeness::Equal,
                });
                (row, column) = (row + 1, column + 1);
            } else if best[at(row, column)] == best[at(row + 1, column)] {
                made.push(Match { old: Some(old.start + row), new: None, is_equal: false });
                row += 1;
            } else {
                made.push(Match { old: None, new: Some(new.start + column), is_equal: false });
                column += 1;
            }
        }
        made.extend((old.start + row..old.end).map(|old| Match {
            old: Some(old),
            new: None,
            is_equal: false,
        }));
        made.extend((new.start + column..new.end).map(|new| Match {
            old: None,
            new: Some(new),
            is_equal: false,
        }));
    }

    /// One by one, where there is too much to look for more.
    fn in_step(&self, old: Stretch, new: Stretch, made: &mut Vec<Match>) {
        for step in 0..old.len().max(new.len()) {
            let sides = [old.start + step, new.start + step];
            let [old, new] =
                [(sides[0] < old.end).then_some(sides[0]), (sides[1] < new.end).then_some(sides[1])];
            let likeness = old.zip(new).map_or(Likeness::None, |(old, new)| self.likeness(old, new));
            if likeness == Likeness::None {
                made.extend(old.map(|old| Match { old: Some(old), new: None, is_equal: false }));
                made.extend(new.map(|new| Match { old: None, new: Some(new), is_equal: false }));
            } else {
                made.push(Match { old, new, is_equal: likeness == Likeness::Equal });
            }
        }
    }
}

/// What stands once in a row, and where.
fn once(row: &[u64]) -> std::collections::HashMap<u64, usize> {
    let mut found = std::collections::HashMap::new();
    let mut twice = std::collections::HashSet::new();
    for (at, hash) in row.iter().enumerate() {
        if found.insert(*hash, at).is_some() {
            twice.insert(*hash);
        }
    }
    found.retain(|hash, _| !twice.contains(hash));
    found
}

/// The longest part of `pairs`, which rise in their first, that rises in its second too.
fn increasing(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, (_, new)) in pairs.iter().enumerate() {
        let len = ends.partition_point(|end| pairs[*end].1 < *new);
        before.push(len.checked_sub(1).map(|len| ends[len]));
        if len == ends.len() {
            ends.push(at);
        } else {
            ends[len] = at;
        }
    }
    let mut chain = Vec::with_capacity(ends.len());
    let mut at = ends.last().copied();
    while let Some(here) = at {
        chain.push(pairs[here]);
        at = before[here];
    }
    chain.reverse();
    chain
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(old: &[u64], new: &[u64]) -> String {
        // Things of the same tens are of one field.
        let likeness = |a: usize, b: usize| {
            if old[a] / 10 == new[b] / 10 { Likeness::Place } else { Likeness::None }
        };
        let word = |one: &Match| match (one.old, one.new) {
            (Some(old_idx), Some(new_idx)) if one.is_equal => {
                assert_eq!(old[old_idx], new[new_idx]);
                old[old_idx].to_string()
            }
            (Some(old_idx), Some(new_idx)) => format!("{}~{}", old[old_idx], new[new_idx]),
            (Some(old_idx), None) => format!("-{}", old[old_idx]),
            (None, Some(new_idx)) => format!("+{}", new[new_idx]),
            (None, None) => unreachable!(),
        };
        align(old, new, &likeness).iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn equal_things_come_first_and_places_after_them() {
        assert_eq!(words(&[11, 12, 13], &[11, 13]), "11 -12 13");
        assert_eq!(words(&[11, 12, 13], &[11, 19, 13]), "11 12~19 13");
        assert_eq!(words(&[11, 12], &[19, 11, 12]), "+19 11 12");
        assert_eq!(words(&[11, 21], &[21, 11]), "-11 21 +11");
        assert_eq!(words(&[], &[11]), "+11");
    }

    #[test]
    fn a_long_row_finds_what_was_put_in_front_of_it() {
        let old: Vec<u64> = (0..2_000).map(|at| at * 10).collect();
        let mut new: Vec<u64> = (0..300).map(|at| 1_000_001 + at * 10).collect();
        new.extend(&old);
        let made = align(&old, &new, &|_, _| Likeness::Place);
        assert_eq!(made.iter().filter(|one| one.is_equal).count(), 2_000);
        assert_eq!(made.len(), 2_300);
    }

    proptest! {
        #[test]
        fn everything_is_matched_or_left_over_once_and_in_order(
            old in prop::collection::vec(0_u64..30, 0..40), new in prop::collection::vec(0_u64..30, 0..40),
            n in 1_usize..20,
        ) {
            let (old, new) = (old.repeat(n), new.repeat(n));
            let made = align(&old, &new, &|a, b| if old[a] / 10 == new[b] / 10 { Likeness::Place } else { Likeness::None });
            let olds: Vec<usize> = made.iter().filter_map(|one| one.old).collect();
            let news: Vec<usize> = made.iter().filter_map(|one| one.new).collect();
            prop_assert_eq!(olds, (0..old.len()).collect::<Vec<_>>());
            prop_assert_eq!(news, (0..new.len()).collect::<Vec<_>>());
            for one in made {
                if let (Some(a), Some(b)) = (one.old, one.new) {
                    prop_assert_eq!(one.is_equal, old[a] == new[b]);
                }
            }
        }
    }
}
