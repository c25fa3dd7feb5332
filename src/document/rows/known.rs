//! What the tree knows of messages, for passes that would have to walk over them.

use super::super::index::Index;
use super::tree::{Tree, What};
use crate::schema::MessageDescriptor;
use std::ops::Range;

impl Tree {
    /// The index of the message that fills `range`, if a row of it was opened and it is read as this
    /// type.
    pub fn index_over(&self, range: &Range<u64>, message: Option<&MessageDescriptor>) -> Option<&Index> {
        self.branches.iter().flatten().find_map(|branch| match &branch.what {
            What::Message { index, message: found, .. }
                if index.range() == *range && found.as_ref() == message =>
            {
                Some(index)
            }
            _ => None,
        })
    }
}
