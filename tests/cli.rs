//! The command line, run as a program.

#![allow(clippy::disallowed_methods, reason = "it looks at the disk from outside")]

#[path = "cli/answers.rs"]
mod answers; // each command on data that is well
#[path = "cli/differences.rs"]
mod differences; // diff: what it says, and its exit codes
#[path = "cli/edits.rs"]
mod edits; // set: what changes and what does not
#[path = "cli/harm.rs"]
mod harm; // damaged, random, deep and empty messages
#[path = "cli/harness.rs"]
mod harness; // runs the program
#[path = "cli/readme.rs"]
mod readme; // what README.md says is so
#[path = "cli/refusals.rs"]
mod refusals; // wrong calls, and what is said of them
#[path = "cli/sample.rs"]
mod sample; // the message of a first start
#[path = "cli/schemas.rs"]
mod schemas; // folders, archives and sets of declarations
#[path = "cli/search.rs"]
mod search; // what a query finds, and which rows there are
#[path = "cli/text.rs"]
mod text; // decode and encode: text of a message, and back
#[path = "cli/wire.rs"]
mod wire; // an independent writer and reader
