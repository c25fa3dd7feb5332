//! Protoloupe: view, edit and replay binary Protocol Buffers messages.

pub mod document;
pub mod wire;
#[cfg(feature = "app")]
pub mod worker;
