//! The thing edited: a sequence of bytes, of which the tree is a reading.
//!
//! **Law.** No edit: the identical bytes. Edit then undo: the identical bytes. An edit changes only
//! the records it names and the lengths around them.
//!
//! - `source`, `pieces`, `snapshot`: bytes that never change, and what splices make of them
//! - `reader`: records of a snapshot, through a window
//! - `level`, `reading`: what a schema says of a record, and what a person chose to read it as
//! - `edit`, `history`, `splices`, `doc`: the closed set of edits, undo, and places that survive both
//! - `changes`: where two states of a document differ
//! - `index`, `rows`, `view`, `plausible`: the tree as numbered rows, and the words of a row
//! - `path`, `resolve`, `ops`: a place as a person writes it, and edits as a person means them
//! - `value`: one value as text
//! - `canonical`: one spelling of a message
//! - `diff`: what differs between two snapshots
//! - `search`: finding records by what is in them and where they stand
//!
//! **Not here:** files (`worker` implements [`Source`]), JSON (`format`), drawing (`ui`).

pub mod canonical;
mod changes;
pub mod diff;
mod doc;
mod edit;
mod groups;
mod history;
mod index;
mod level;
mod moved;
pub mod ops;
mod path;
mod pieces;
mod plausible;
pub mod problem;
mod reader;
pub mod reading;
mod resolve;
mod rows;
pub mod search;
mod snapshot;
mod source;
mod splices;
pub mod value;
mod view;

pub use changes::changes;
pub use doc::{Act, Basis, Document, Stepped};
pub use edit::{Chain, Edit, EditError};
pub use history::{Gesture, HistoryEntry};
pub use index::{Index, Place};
pub use level::{Meaning, MessageAt, forms_runs, message_in};
pub use path::{Path, PathError, Step};
pub use plausible::is_plausible_message;
pub use reader::{Found, LARGE_WINDOW, Reader, RecordAt, SMALL_WINDOW};
pub use resolve::{
    Located, MapKey, MessagePart, Parent, ResolveError, Resolved, Target, read_key, resolve, resolve_in,
};
pub use rows::{
    Absent, BranchId, ByteAt, BytePart, Entry, Facet, IndexWork, Row, RowId, Shape, Standing, SurveyWork,
    Surveyed, Tree, oneof_of,
};
pub use snapshot::{Part, Snapshot};
pub use source::{MemorySource, ReadMode, Source, SourceError};
pub use splices::{Anchor, Anchored, Hull, Splice, SpliceLog};
pub use view::{Note, RowText, Tone, entry_row_text, numbers_of, opens_by_itself, path_of, row_text};
