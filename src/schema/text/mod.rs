//! `.proto` text to the declarations of one file: syntax only, names as they are written.
//!
//! - `tokens`, `scan`: editions and other things rewritten that the parser does not know
//! - `parse`: from bytes to a [`Parsed`] file, or the place where it is wrong
//!
//! **Not here:** what names refer to (`link`), where files come from (`source`).

mod parse;
mod scan;
mod tokens;

pub(super) use parse::{Parsed, import_place, parse, place_of, proto_error, sentence};
pub(super) use scan::written_imports;
