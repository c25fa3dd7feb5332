//! Where the bytes of one snapshot of a document differ from another's.

use super::snapshot::Snapshot;
use std::ops::Range;

/// The stretches of `now` that do not stand in `then`, in order. An empty one is where bytes were
/// taken away, or where what follows stood elsewhere.
///
/// Compares what the snapshots are made of and reads nothing: bytes typed anew count as changed
/// even if they are the same. Both are of one document.
pub fn changes(now: &Snapshot, then: &Snapshot) -> Vec<Range<u64>> {
    // Where each stretch of source and added bytes stands in `then`, by its start there.
    let mut at = 0;
    let mut known: Vec<(u64, u64, u64)> = then
        .spans()
        .into_iter()
        .map(|(start, len)| {
            at += len;
            (start, len, at - len)
        })
        .collect();
    known.sort_unstable();
    let mut found: Vec<Range<u64>> = Vec::new();
    let mut add = |range: Range<u64>| match found.last_mut() {
        Some(last) if last.end == range.start => last.end = range.end,
        _ => found.push(range),
    };
    let (mut offset, mut expected) = (0, 0);
    for (start, len) in now.spans() {
        let (mut start, end) = (start, start + len);
        while start < end {
            let idx = known.partition_point(|(from, _, _)| *from <= start);
            let inside = idx.checked_sub(1).map(|idx| known[idx]).filter(|(from, len, _)| start < from + len);
            let n = match inside {
                Some((from, len, place)) => {
                    let n = (from + len).min(end) - start;
                    let place = place + (start - from);
                    if place != expected {
                        add(offset..offset);
                    }
                    expected = place + n;
                    n
                }
                None => {
                    let n = known.get(idx).map_or(end, |(next, _, _)| (*next).min(end)) - start;
                    add(offset..offset + n);
                    n
                }
            };
            start += n;
            offset += n;
        }
    }
    if expected != then.len() && found.last().is_none_or(|last| last.end != offset) {
        found.push(offset..offset);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Act, Document, Edit, ReadMode};
    use proptest::prelude::*;

    fn splice(document: &mut Document, range: Range<u64>, bytes: &[u8]) {
        let edit = Edit::Splice { chain: Vec::new(), range, bytes: bytes.to_vec() };
        document.apply(&Act::new("Splice", vec![edit])).unwrap();
    }

    #[test]
    fn replaced_added_and_removed_bytes_are_changes() {
        let mut document = Document::of_bytes(b"abcdefghij", None);
        let saved = document.snapshot().clone();
        assert_eq!(changes(document.snapshot(), &saved), []);
        splice(&mut document, 2..3, b"XY");
        splice(&mut document, 8..9, b"");
        // abXYdefgij
        assert_eq!(changes(document.snapshot(), &saved), [2..4, 8..8]);
        let later = document.snapshot().clone();
        splice(&mut document, 9..10, b"");
        assert_eq!(changes(document.snapshot(), &later).first(), Some(&(9..9)));
        assert_eq!(changes(document.snapshot(), document.snapshot()), []);
        document.undo();
        document.undo();
        document.undo();
        assert_eq!(changes(document.snapshot(), &saved), []);
    }

    proptest! {
        /// What is outside of the changes is the same bytes in the same order.
        #[test]
        fn what_is_no_change_is_what_was_there(
            steps in prop::collection::vec((any::<u8>(), 0_u64..6, prop::collection::vec(any::<u8>(), 0..5)), 1..20),
            n_saved in 0_usize..20,
        ) {
            let mut document = Document::of_bytes(&(0..60).collect::<Vec<u8>>(), None);
            let mut saved = document.snapshot().clone();
            for (idx, (place, n, bytes)) in steps.into_iter().enumerate() {
                let start = u64::from(place) % (document.len() + 1);
                let end = (start + n).min(document.len());
                splice(&mut document, start..end, &bytes);
                if idx < n_saved {
                    saved = document.snapshot().clone();
                }
            }
            let now = document.snapshot().bytes(0..document.len(), ReadMode::Wait).unwrap();
            let then = saved.bytes(0..saved.len(), ReadMode::Wait).unwrap();
            let found = changes(document.snapshot(), &saved);
            prop_assert!(found.windows(2).all(|pair| pair[0].end < pair[1].start));
            if found.is_empty() {
                prop_assert_eq!(&now, &then);
            }
            // Each stretch between two changes stands in the saved bytes as it is.
            let mut start = 0;
            for change in found.iter().chain([&(now.len() as u64..now.len() as u64)]) {
                let same = &now[start as usize..change.start as usize];
                prop_assert!(same.is_empty() || then.windows(same.len()).any(|window| window == same));
                start = change.end;
            }
        }
    }
}
