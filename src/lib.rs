//! Protoloupe: view, edit and replay binary Protocol Buffers messages.

#[cfg(feature = "gui")]
pub mod ui;
