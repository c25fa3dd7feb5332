//! Calls to servers of our own on the loopback, which record what comes and answer what they are told.

#![allow(clippy::disallowed_methods, reason = "it looks at the disk from outside")]

#[path = "rpc/acts.rs"]
mod acts; // calls as actions of the window's session: what is asked, sent, kept and opened
#[path = "rpc/answers.rs"]
mod answers; // status, metadata, details: what a well-behaved server says
#[path = "rpc/bytes.rs"]
mod bytes; // what goes out is the document, byte for byte
#[path = "rpc/command.rs"]
mod command; // `call` and `reflect`, run as a program
#[path = "rpc/harness.rs"]
mod harness; // makes calls and keeps their events
#[path = "rpc/hostile.rs"]
mod hostile; // answers that mean harm, one by one
#[path = "rpc/kinds.rs"]
mod kinds; // the four kinds, message by message
#[cfg(target_os = "linux")]
#[path = "rpc/memory.rs"]
mod memory; // what hostile answers cost, with little memory to be had
#[path = "rpc/profiles.rs"]
mod profiles; // `call` and `reflect` with profiles
#[path = "rpc/proxies.rs"]
mod proxies; // Unix sockets and what may stand in between
#[path = "rpc/random.rs"]
mod random; // answers that nobody thought of
#[path = "rpc/reflection.rs"]
mod reflection; // the schema that a server tells of itself
#[path = "rpc/rocketmq.rs"]
mod rocketmq; // RocketMQ sessions: the stream, heartbeats, the end
#[path = "rpc/secrets.rs"]
mod secrets; // that none of them is told, however a call goes
#[path = "rpc/server.rs"]
mod server; // a raw HTTP/2 server that plays a script
#[path = "rpc/tls.rs"]
mod tls; // who is trusted, with certificates made on the spot
#[path = "rpc/transports.rs"]
mod transports; // one suite for every row of the table
