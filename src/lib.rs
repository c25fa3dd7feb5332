//! Protoloupe: view, edit and replay binary Protocol Buffers messages.

pub mod document;
pub mod schema;
pub mod wire;
