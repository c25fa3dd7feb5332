//! Where groups end, remembered for the groups whose end is far.
//!
//! A group has no length: its end is found by reading all that is in it. Groups in groups, or one that
//! is never closed, would make every look at one of them a pass over the rest of the document. One pass
//! tells the ends of all groups that it meets, so those are kept beside the bytes they are true of.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a group that are read each time rather than remembered.
pub(super) const NEAR: u64 = 64;
/// Groups that are remembered.
const MAX_GROUPS: usize = 1 << 16;

/// How a group ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GroupEnd {
    /// With an end tag at this offset, of so many bytes.
    Closed { at: u64, tag_width: u8 },
    /// Not before its message does, which is here.
    Unclosed { end: u64 },
}

/// The ends of groups of one snapshot, by the offset of their content. Clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct GroupEnds(Arc<Mutex<HashMap<u64, GroupEnd>>>);

impl GroupEnds {
    /// The end of the group with its content at this offset, in a message that ends at `end`.
    pub fn get(&self, content: u64, end: u64) -> Option<GroupEnd> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(&content).copied()?;
        let holds = match found {
            GroupEnd::Closed { at, tag_width } => at + u64::from(tag_width) <= end,
            GroupEnd::Unclosed { end: known } => known == end,
        };
        holds.then_some(found)
    }

    /// Remembers ends; the outermost ones come first.
    pub fn add(&self, found: impl IntoIterator<Item = (u64, GroupEnd)>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = found.into_iter();
        if known.len() + found.size_hint().0 > MAX_GROUPS {
            known.clear();
        }
        known.extend(found.take(MAX_GROUPS));
    }
}
