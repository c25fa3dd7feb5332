//! Protoloupe: view, edit and replay binary Protocol Buffers messages.
//!
//! **The bytes are the document.** Tree, hex, JSON and docs are readings of them; a schema explains
//! bytes and never replaces, hides or rewrites them.
//!
//! # The map
//!
//! Three rings, each of which compiles without the ones outside it.
//!
//! | ring | room | what it holds |
//! | --- | --- | --- |
//! | 1 | [`wire`] | bytes ⇄ records, without a schema |
//! | 1 | [`schema`] | declarations: sources, lookup, pages with "used in", samples, type ranking |
//! | 1 | [`document`] | the thing edited: source, pieces, rows, paths, edits, history, problems |
//! | 1 | [`format`] | a message ⇄ text: JSON, text format, the wire as text, tree, hex, literals of bytes |
//! | 1 | [`rocketmq`] | what only RocketMQ knows: ids, statuses, sessions, what follows from a reply |
//! | 2 | `rpc` | calls: transports, metadata, TLS, status, profiles, sessions, server reflection |
//! | 2 | `worker` | background jobs; the only room that touches disk, other programs and the keyring |
//! | 2 | `app` | the session: state, commands, actions; no drawing |
//! | 2 | `cli` | the command line, one file a command |
//! | 3 | `ui` | the window and pictures of it; the only room that knows egui |
//!
//! Feature `app` adds ring 2, feature `gui` (the default) ring 3. Which room may use which is a
//! table in `tests/architecture.rs`.
//!
//! # Invariants
//!
//! - Reading never fails: it yields records and, where bytes cannot be one, the rest with the
//!   reason. Writing back what was read gives the same bytes, for every byte string.
//! - Saving without an edit gives the identical file; an edit changes only the records it names
//!   and the lengths around them; undo gives the identical bytes back.
//! - Ring 1 does no I/O of its own, knows no clock and cannot panic on input. It reads bytes
//!   through [`document::Source`].
//! - Only `app` changes the session and only [`document::Document`] changes a document; `ui` draws
//!   and sends actions. `ui` never waits, `worker` never draws.
//! - Memory and time for opening, scrolling and editing do not grow with the file, except for the
//!   sparse index and what a person has opened.
//! - Depth, counts and lengths that come from data are bounded or walked with an explicit stack.
//!
//! # Glossary
//!
//! The words are the protobuf specification's. *Record*: a tag and its payload on the wire. *Tag*:
//! the varint of field number and wire type. *Kind*: the declared type of a field. *Unknown field*:
//! a record that no field declares. *Overlong*: spelled in more bytes than needed. *Offset*: an
//! absolute position in the document. *Run*: adjacent records of one repeated field. *Rest*: bytes
//! that are no record. *Revision*: a state of a document. *Gesture*: one act of a person, one undo
//! step. *Command*, *action*, *event*, *job*: what can be asked, what was asked, what happened, and
//! work off the window's thread.

#[cfg(feature = "app")]
pub mod app;
#[cfg(feature = "app")]
pub mod cli;
pub mod document;
pub mod format;
pub mod rocketmq;
#[cfg(feature = "app")]
pub mod rpc;
pub mod schema;
#[cfg(feature = "gui")]
pub mod ui;
pub mod wire;
#[cfg(feature = "app")]
pub mod worker;
