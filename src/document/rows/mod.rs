//! The tree as numbered rows: what is expanded, how many rows that makes, and what each row is.
//!
//! Branches live in an arena, so that neither walking nor dropping ten thousand levels needs the
//! call stack. A row is read again each time it is asked for; nothing is kept per row.
//!
//! **Not here:** words and values of a row (`document::view`), drawing (`ui`).

mod byte_at;
mod entry;
mod follow;
mod reveal;
#[cfg(test)]
mod tests;
mod tree;

pub use byte_at::{ByteAt, BytePart};
pub use entry::{Entry, Facet, Row, RowId};
pub use tree::{BranchId, IndexWork, Tree};
