//! One value of one field: its bytes, and the text a person reads and types for it.
//!
//! **Law.** [`parse_value`] writes the shortest spelling, and what [`edit_text`] yields parses back to
//! the same value; where no text can carry a value exactly there is no edit text. [`show_value`] never
//! fails: it is for looking at, bounded in length, and marks what is irregular.
//!
//! A payload here is what stands after the tag and, for LEN, after the length. A message's payload is
//! the same for LEN and for a group, so [`Encoded`] says LEN and whoever writes a group adds its tags.
//!
//! **Not here:** where a value stands and how it gets there (edits), whole documents as JSON
//! (`format`), meanings of undeclared payloads (`wire::readings`).

mod bits;
mod duration;
mod edit;
mod encode;
mod enums;
mod error;
mod escape;
mod escaped;
mod float;
mod integer;
mod parse;
mod probe;
mod raw;
mod scalar;
mod show;
mod step;
mod struct_line;
mod summary;
mod timestamp;
mod well_known;

#[cfg(test)]
pub(super) mod tests;

pub use bits::{bits_of, bits_text, parse_bits_text};
pub use duration::{MAX_DURATION_SECONDS, duration_text, parse_duration};
pub use edit::{default_text, edit_text};
pub use encode::{default_payload, encode_value};
pub use error::ValueError;
pub use escape::{escape_char, grouped, hex, is_hidden, quote_bytes, quote_text};
pub use escaped::{HiddenIn, escaped_text, hidden_in, line_of_text, parse_escaped};
pub(super) use parse::parse_bytes;
pub use parse::{file_reference, parse_value};
pub use probe::{MAX_PROBED, Order, Probe, Unit};
pub use raw::{parse_raw, raw_edit_text};
pub(super) use scalar::scalar_of_bits;
pub use scalar::{Scalar, read_scalar};
pub use show::{Mark, ValueText, show_packed, show_value};
pub use step::{StepTo, step_value};
pub use timestamp::{
    MAX_TIMESTAMP_SECONDS, MIN_TIMESTAMP_SECONDS, civil_of_days, parse_timestamp, timestamp_text,
};
pub use well_known::{SecondsNanos, read_seconds_nanos, with_seconds_nanos};

use crate::wire::WireType;

/// A value as it goes on the wire: everything but its tag and, for LEN, its length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    pub wire_type: WireType,
    pub payload: Vec<u8>,
}
