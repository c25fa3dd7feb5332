//! The laws of ring 1, over real messages and arbitrary bytes.

#[path = "core/captures.rs"]
mod captures;
#[path = "core/hostile.rs"]
mod hostile;
#[path = "core/support.rs"]
mod support;
