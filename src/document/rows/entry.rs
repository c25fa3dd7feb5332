//! What one row is.

use super::super::level::{Meaning, message_in};
use super::super::reader::RecordAt;
use super::super::source::SourceError;
use super::tree::BranchId;
use crate::schema::FieldDescriptor;
use crate::wire::Damage;
use std::fmt;
use std::ops::Range;

/// Which of the rows that can start at one offset is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Facet {
    /// A run of adjacent records of one repeated field.
    Run,
    /// One record.
    Record,
    /// One element of a packed record.
    Element,
    /// Bytes that are no record.
    Rest,
}

/// Names a row by the bytes it stands for; unique in one revision of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowId {
    pub offset: u64,
    pub facet: Facet,
}

/// What a row stands for.
#[derive(Clone)]
pub enum Entry {
    /// Adjacent records of one repeated field.
    Run {
        field: FieldDescriptor,
        /// From the first record to the end of the last one seen.
        range: Range<u64>,
        /// Records seen so far.
        n_records: u64,
        /// Whether the run's end has been seen.
        counted: bool,
    },
    Record {
        at: RecordAt,
        meaning: Meaning,
        /// Zero-based index among all elements of its repeated field in this message; of a packed
        /// record, the index of its first element.
        element_idx: Option<u64>,
    },
    /// One element of a packed record.
    Element { field: FieldDescriptor, range: Range<u64>, element_idx: u64 },
    /// From here to the end of the message the bytes are no record.
    Rest { range: Range<u64>, damage: Damage },
    /// Bytes that could not be read yet, or at all.
    Unread { offset: u64, error: SourceError },
}

impl Entry {
    /// All bytes that the row stands for.
    pub fn range(&self) -> Range<u64> {
        match self {
            Entry::Run { range, .. } | Entry::Element { range, .. } | Entry::Rest { range, .. } => {
                range.clone()
            }
            Entry::Record { at, .. } => at.range(),
            Entry::Unread { offset, .. } => *offset..*offset,
        }
    }

    pub fn id(&self) -> RowId {
        let facet = match self {
            Entry::Run { .. } => Facet::Run,
            Entry::Record { .. } => Facet::Record,
            Entry::Element { .. } => Facet::Element,
            Entry::Rest { .. } | Entry::Unread { .. } => Facet::Rest,
        };
        RowId { offset: self.range().start, facet }
    }

    /// The declared field, whether or not the bytes agree with it.
    pub fn field(&self) -> Option<&FieldDescriptor> {
        match self {
            Entry::Run { field, .. } | Entry::Element { field, .. } => Some(field),
            Entry::Record { meaning, .. } => meaning.field(),
            Entry::Rest { .. } | Entry::Unread { .. } => None,
        }
    }

    /// The field number on the wire.
    pub fn number(&self) -> Option<u32> {
        match self {
            Entry::Record { at, .. } => Some(at.number()),
            _ => self.field().map(FieldDescriptor::number),
        }
    }

    /// Whether the row can have rows below it.
    pub fn is_expandable(&self) -> bool {
        match self {
            Entry::Run { .. } => true,
            Entry::Record { at, meaning, .. } => match meaning {
                Meaning::Packed(_) => at.record.payload_len > 0,
                _ => at.record.payload_len > 0 && message_in(at, meaning).is_some(),
            },
            _ => false,
        }
    }
}

// Descriptors are named instead of written out: see `Meaning`.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.id().facet, self.range())?;
        match self {
            Entry::Record { meaning, .. } => write!(f, " {meaning:?}"),
            Entry::Rest { damage, .. } => write!(f, " {damage}"),
            Entry::Unread { error, .. } => write!(f, " {error}"),
            _ => write!(f, " {}", self.field().map_or("", FieldDescriptor::full_name)),
        }
    }
}

/// One row of the tree.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: RowId,
    /// 0 for the root's rows.
    pub depth: u32,
    /// The branch that the row is in, and its place there.
    pub branch: BranchId,
    pub ordinal: u64,
    pub entry: Entry,
    pub is_expanded: bool,
}
