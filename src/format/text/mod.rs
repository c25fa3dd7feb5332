//! Protobuf's text format, written straight from the wire and read into bytes.
//!
//! Fields stand in the order of the wire, a packed record as a list. What no field declares stands under
//! its number: `7: 150` is a VARINT, `7: 0x` with 8 or 16 digits an I32 or I64, `7: "…"` a LEN and
//! `7 {…}` a LEN that reads as a message and is written back as the same bytes. Without a type all fields
//! are written and read so. Comments in front name the type, as the specification proposes.
//!
//! **Law.** Parsers read the same from the bytes and from what [`read_text`] makes of the text, but for
//! what the report lists. Memory does not grow with the message, except the depth of its nesting and one
//! range per part of a message that was split.
//!
//! - `table`: declarations by number and by name
//! - `plan`: which records of a message count; `write`, `open`, `value`: records into lines
//! - `scan`, `literal`: text into tokens, tokens into values; `read`, `nested`, `store`: into bytes
//! - `error`: what is wrong with a text, and where
//!
//! **Not here:** the wire itself as text (`wire_text`).

mod error;
mod literal;
mod nested;
mod open;
mod plan;
mod read;
mod scan;
mod store;
mod table;
#[cfg(test)]
mod tests;
mod value;
mod write;

pub use error::{TextError, TextFault};
pub use read::{read_text, type_in_header};
pub use write::write_text;
