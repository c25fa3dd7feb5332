//! Bytes and records: the protobuf wire format, without a schema.
//!
//! **Law.** Reading never fails: [`read`] yields a [`Record`] or says why the bytes here are none
//! ([`Damage`]). Records and the rest tile their input, so writing back what was read gives the
//! same bytes for every byte string.
//!
//! The functions work on slices; a message larger than memory is walked by `document::Reader`,
//! which feeds them one record head at a time.
//!
//! **Not here:** field names and kinds (`schema`), where bytes come from and edits (`document`).

mod readings;
mod record;
mod tag;
mod varint;
mod write;

pub use readings::{Reading, readings, zigzag_decode, zigzag_encode};
pub use record::{Damage, MAX_HEAD, Read, Record, Records, group_end, read, records};
pub use tag::{MAX_NUMBER, Tag, WireType};
pub use varint::{MAX_VARINT, Varint, VarintError, count_varints, read_varint, varint_width};
pub use write::{write_len, write_tag, write_varint, write_varint_padded};
