//! What only Apache RocketMQ knows.
//!
//! **Law.** Nothing here applies to messages of other schemas: types are known by their full names and
//! shapes, and what does not fit is `None`.
//!
//! - `answers`: which methods answer with which codes
//! - `client_type`: what a client is to the server
//! - `telemetry`: the stream that makes a client known
//! - `follow_up`: the requests that follow from a reply; `message_id`: ids of new messages
//! - `deadline`: how long the API's own clients wait
//! - `ids`: what ids and handles say of when and where
//! - `in_band`: the status that replies carry inside
//! - `addresses`: servers that a message names
//! - `walk`, `build`: messages of the API read and written by hand
//!
//! **Not here:** calls (`rpc`), the API itself (`protos`, `schema`).

mod addresses;
mod answers;
mod build;
mod client_type;
mod deadline;
mod follow_up;
mod ids;
mod in_band;
mod message_id;
mod telemetry;
mod walk;

pub use addresses::addresses;
pub use answers::{is_listed_answer, methods_answering};
pub use client_type::ClientType;
pub use deadline::usual_deadline;
pub use follow_up::{FollowUp, Received, SentFollowUp, after_send, received};
pub use ids::explain_id;
pub use in_band::{InBand, in_band};
pub use message_id::new_message_id;
pub use telemetry::{
    AddressKind, Answer, ClientSettings, HEARTBEAT_EVERY, SETTINGS_EVERY, ServerCommand, heartbeat,
    settings_command, termination,
};
