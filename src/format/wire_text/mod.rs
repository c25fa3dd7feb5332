//! The wire itself as text: every byte of a message, and back.
//!
//! The language is that of Protoscope: `1: 150`, `2: {"orders"}`, `3: {1: 1  2: 5i32}`, `` `0aff` ``.
//! Tags, lengths and values that take more bytes than needed are marked with `long-form:N`, where N is
//! how many more; what is no record stands as digits. Names of fields stand in comments, so that no
//! schema is needed to read the text.
//!
//! **Law.** [`read_wire_text`] of what [`write_wire_text`] wrote gives the same bytes, for every byte
//! string and every type it is read as.
//!
//! - `write`: records into lines, with an explicit stack
//! - `token`: one value as it is written
//! - `scan`, `read`: text into tokens, tokens into bytes
//!
//! **Not here:** values by the names of their fields (`json`).

mod read;
mod scan;
#[cfg(test)]
mod tests;
mod token;
mod write;

pub use read::{WireTextError, WireTextFault, read_wire_text};
pub use write::write_wire_text;
