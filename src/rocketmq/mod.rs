//! What only Apache RocketMQ knows.
//!
//! **Law.** Nothing here applies to messages of other schemas: types are known by their full names and
//! shapes, and what does not fit is `None`.
//!
//! - `in_band`: the status that replies carry inside
//!
//! **Not here:** calls (`rpc`), the API itself (`protos`, `schema`).

mod in_band;

pub use in_band::{InBand, in_band};
