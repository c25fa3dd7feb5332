//! The command line, run as a program.

#[path = "cli/sample.rs"]
mod sample; // the message of a first start
#[path = "cli/wire.rs"]
mod wire; // an independent writer and reader
