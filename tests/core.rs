//! The laws of ring 1, over real messages and arbitrary bytes.

#![allow(clippy::disallowed_methods, reason = "it looks at the disk from outside")]

#[path = "core/captures.rs"]
mod captures;
#[path = "core/editions.rs"]
mod editions;
#[path = "core/hostile.rs"]
mod hostile;
#[path = "core/kinds.rs"]
mod kinds;
#[path = "core/support.rs"]
mod support;
#[path = "core/text.rs"]
mod text;
