//! Finding records: what a person asks for, and the walk that answers.
//!
//! **Law.** A search finds what decoding everything and looking at each record would find, on damaged
//! bytes and without a type too. It changes nothing, keeps an explicit stack and one window, and tells
//! how far it is; what it finds is handed on at once.
//!
//! - `query`, `parse`, `pattern`: the language, and errors that name the column
//! - `needle`, `compare`: text, patterns and values to be found
//! - `table`, `walk`: records in wire order, with what their types say of them
//! - `matcher`: whether a record is one that was asked for
//! - `run`: the pass, over all records or, where the bytes rule most of them out, only to those whose
//!   bytes hold what is looked for
//! - `hit`: what was found, as text
//! - `follow`, `outline`: places that stay with their bytes, and rows of what was found and what is
//!   around it
//!
//! **Not here:** keeping results while a document is edited (`app`), drawing them (`ui`).

#[cfg(test)]
mod chosen_tests;
mod compare;
mod follow;
#[cfg(test)]
mod has_tests;
mod hit;
mod matcher;
mod needle;
mod outline;
mod parse;
mod pattern;
mod query;
mod run;
mod table;
#[cfg(test)]
mod tests;
mod walk;

pub use follow::Followed;
pub use hit::{Excerpt, Hit, Shown};
pub use outline::{Outline, OutlineRow};
pub use query::{Query, QueryError, SYNTAX};
pub use run::{Finding, Progress, SearchReport, Sink, doubt, locate, places, search};
