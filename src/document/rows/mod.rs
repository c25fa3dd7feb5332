//! The tree as numbered rows: what is expanded, how many rows that makes, and what each row is.
//!
//! Branches live in an arena, so that neither walking nor dropping ten thousand levels needs the
//! call stack. A row is read again each time it is asked for; nothing is kept per row.
//!
//! A message's fields that are not there have rows on request, behind its records; what records that
//! say the same field come to is surveyed with it, at once for messages up to a bound and else
//! in the background.
//!
//! **Not here:** words and values of a row (`document::view`), drawing (`ui`).

mod byte_at;
mod entry;
mod expand;
mod follow;
mod known;
mod read;
mod reveal;
mod survey;
#[cfg(test)]
mod survey_tests;
mod survey_work;
#[cfg(test)]
mod tests;
mod tree;

pub use byte_at::{ByteAt, BytePart};
pub use entry::{Absent, Entry, Facet, Row, RowId, Standing, oneof_of};
pub use survey_work::{SurveyWork, Surveyed};
pub use tree::{BranchId, IndexWork, Shape, Tree};
