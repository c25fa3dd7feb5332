//! The window and its parts, driven by role and label.

#![allow(clippy::disallowed_methods, reason = "it looks at the disk from outside")]

#[path = "ui/bytes.rs"]
mod bytes; // typing, selecting and pasting bytes and records
#[path = "ui/call_form.rs"]
mod call_form; // files that fields name, outcomes of earlier settings
#[path = "ui/call_low.rs"]
mod call_low; // the call pane in a small window, and ways back from nothing
#[path = "ui/call_missing.rs"]
mod call_missing; // what Send asks for, and where it leads
#[path = "ui/call_times.rs"]
mod call_times; // frames drawn while servers say nothing, or far too much
#[path = "ui/calls.rs"]
mod calls; // sending, replies, questions and settings of the call pane
#[path = "ui/differences.rs"]
mod differences; // what differs, listed and gone to
#[path = "ui/editing.rs"]
mod editing; // clicks in rows, long packed fields, drags, what a value says
#[path = "ui/editor_pictures.rs"]
mod editor_pictures; // pictures of every editor to look at, on demand
#[path = "ui/editors.rs"]
mod editors; // every kind has an editor that gives the same bytes again
#[path = "ui/fixes.rs"]
mod fixes; // problems put right, steps gone to
#[path = "ui/gallery.rs"]
mod gallery; // pictures to look at, on demand
#[path = "ui/harness.rs"]
mod harness; // the one way to start a test window
#[path = "ui/icon.rs"]
mod icon; // the icon is what our painter draws
#[path = "ui/requests.rs"]
mod requests; // requests that are kept as files in a folder
#[path = "ui/rocketmq.rs"]
mod rocketmq; // a RocketMQ session, and what follows from a message
#[path = "ui/row_list.rs"]
mod row_list; // exact places at any number of rows
#[path = "ui/schema.rs"]
mod schema; // the tree of declarations, its filter and its pages
#[path = "ui/screens.rs"]
mod screens; // every screen at any size, to look at and to hold to laws
#[path = "ui/search.rs"]
mod search; // the search box, results and filters
#[path = "rpc/server.rs"]
#[allow(dead_code, reason = "the tests of calls use all of it")]
mod server; // a raw HTTP/2 server that plays a script
#[path = "ui/sliding.rs"]
mod sliding; // numbers by a drag and by arrow keys, drafts that do not parse
#[path = "ui/structures.rs"]
mod structures; // oneofs, maps, order, absent fields, ways through the tree
#[path = "ui/under_way.rs"]
mod under_way; // work that goes on, and what is left of it when it was stopped
#[path = "ui/values.rs"]
mod values; // editors and readings by role and label
#[path = "ui/widgets.rs"]
mod widgets; // each widget by role and label
#[path = "ui/window.rs"]
mod window; // the whole window on a capture: keys, clicks, bytes
#[path = "ui/window_pictures.rs"]
mod window_pictures; // pictures of the window to look at, on demand
