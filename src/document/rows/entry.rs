//! What one row is.

use super::super::level::{Meaning, message_in};
use super::super::reader::RecordAt;
use super::super::reading::Reading;
use super::super::source::SourceError;
use super::tree::BranchId;
use crate::schema::{FieldDescriptor, OneofDescriptor};
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
    /// No bytes: a field that is not there, by its number; of a oneof that of its first member. The
    /// offset is where the records of its message start.
    Absent(u32),
}

/// Names a row by the bytes it stands for; unique in one revision of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowId {
    pub offset: u64,
    pub facet: Facet,
}

/// What a message could have and has not.
#[derive(Clone, PartialEq)]
pub enum Absent {
    Field(FieldDescriptor),
    /// A oneof of which no member is set.
    Oneof(OneofDescriptor),
}

impl Absent {
    /// The field's number; of a oneof that of its first member.
    pub fn number(&self) -> u32 {
        match self {
            Absent::Field(field) => field.number(),
            Absent::Oneof(oneof) => oneof.fields().map(|field| field.number()).min().unwrap_or(0),
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Absent::Field(field) => field.name(),
            Absent::Oneof(oneof) => oneof.name(),
        }
    }
}

/// How a record stands to others that say the same field, or to those of the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A later record counts instead.
    Overridden,
    /// The last of several: the one that counts.
    Effective,
    /// One of the records that an embedded message is split into, which merge.
    Part { nth: u32, n_parts: u32 },
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
    /// What the message in this range has not.
    Absent { what: Absent, message: Range<u64> },
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
            Entry::Absent { message, .. } => message.end..message.end,
        }
    }

    pub fn id(&self) -> RowId {
        let facet = match self {
            Entry::Absent { what, message } => {
                return RowId { offset: message.start, facet: Facet::Absent(what.number()) };
            }
            Entry::Run { .. } => Facet::Run,
            Entry::Record { .. } => Facet::Record,
            Entry::Element { .. } => Facet::Element,
            Entry::Rest { .. } | Entry::Unread { .. } => Facet::Rest,
        };
        RowId { offset: self.range().start, facet }
    }

    /// Whether what is in it stands there by a reading alone, not by a declaration.
    pub(super) fn is_reading(&self) -> bool {
        matches!(self, Entry::Record { meaning: Meaning::Unknown | Meaning::Chosen { .. }, .. })
    }

    /// The declared field, whether or not the bytes agree with it.
    pub fn field(&self) -> Option<&FieldDescriptor> {
        match self {
            Entry::Run { field, .. } | Entry::Element { field, .. } => Some(field),
            Entry::Record { meaning, .. } => meaning.field(),
            Entry::Absent { what: Absent::Field(field), .. } => Some(field),
            Entry::Absent { .. } | Entry::Rest { .. } | Entry::Unread { .. } => None,
        }
    }

    /// The oneof that the row is a member of, or stands for.
    pub fn oneof(&self) -> Option<OneofDescriptor> {
        match self {
            Entry::Absent { what: Absent::Oneof(oneof), .. } => Some(oneof.clone()),
            _ => oneof_of(self.field()?),
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

/// The oneof that a field is a member of; the one behind a proto3 `optional` is none.
pub fn oneof_of(field: &FieldDescriptor) -> Option<OneofDescriptor> {
    field.containing_oneof().filter(|oneof| !oneof.is_synthetic())
}

// Descriptors are named instead of written out: see `Meaning`.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.id().facet, self.range())?;
        match self {
            Entry::Record { meaning, .. } => write!(f, " {meaning:?}"),
            Entry::Rest { damage, .. } => write!(f, " {damage}"),
            Entry::Unread { error, .. } => write!(f, " {error}"),
            Entry::Absent { what, .. } => write!(f, " {}", what.name()),
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
    /// Set where several records say the same.
    pub standing: Option<Standing>,
    /// A record around it is overridden.
    pub is_overridden: bool,
    /// A record around it is a message by a reading alone: what does not fit there is no damage.
    pub is_reading: bool,
    /// What a person chose to read the value of a map entry as.
    pub value_reading: Option<Reading>,
    /// What is absent has rows, so that an empty message of a known type can be opened too.
    pub shows_absent: bool,
}

impl Row {
    /// Whether the row can have rows below it.
    pub fn is_expandable(&self) -> bool {
        let is_message = match &self.entry {
            Entry::Record { at, meaning, .. } => message_in(at, meaning).is_some_and(|m| m.message.is_some()),
            _ => false,
        };
        self.entry.is_expandable() || (self.shows_absent && is_message)
    }
}
