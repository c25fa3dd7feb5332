//! How bytes get there and back: one file a protocol.
//!
//! To add one: a file `transport/<name>.rs` with the four functions of a [`Transport`] and a row in
//! [`TRANSPORTS`]; the command line's `--protocol` and the suite in `tests/rpc` iterate over it.
//!
//! **Not here:** connections, HTTP and time (`run`), the five-byte prefix (`codec`).

mod connect;
mod grpc;
mod web;

use super::call::{Call, RpcKind};
use super::codec::Leftover;
use super::failure::Failure;
use super::metadata::Entry;
use super::status::Status;
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderValue};
use hyper::http::response::Parts;
use std::fmt;
use std::time::Duration;

/// A protocol that carries calls over HTTP.
pub struct Transport {
    /// As the command line takes it.
    pub name: &'static str,
    pub title: &'static str,
    /// The kinds of calls that it can carry.
    pub kinds: &'static [RpcKind],
    pub(super) http: fn(RpcKind) -> Http,
    /// The headers of a request, without metadata.
    pub(super) headers: fn(&Call, &mut HeaderMap),
    /// One message as parts of the request's body, and how many bytes of it are the message's.
    pub(super) wrap: fn(&Call, Bytes) -> Result<Wrapped, Failure>,
    /// A reader of the answer; `None` if the answer is none of this protocol.
    pub(super) reply: fn(&Call, &Parts) -> Option<Box<dyn Reply>>,
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// All of them, in the order in which they are offered; the first is the default.
pub static TRANSPORTS: &[Transport] = &[grpc::GRPC, web::GRPC_WEB, web::GRPC_WEB_TEXT, connect::CONNECT];

/// The version of HTTP that a protocol runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Http {
    /// HTTP/2, in plain text with prior knowledge.
    Two,
    /// What the server chooses under TLS, HTTP/1.1 in plain text.
    Either,
}

/// A message on its way out.
pub(super) struct Wrapped {
    pub parts: Vec<Bytes>,
    pub wire_len: u64,
    pub is_compressed: bool,
}

/// Something whole out of an answer.
#[derive(Debug)]
pub(super) enum Piece {
    Message {
        bytes: Vec<u8>,
        wire_len: u64,
        is_compressed: bool,
    },
    /// Trailers that travel in the body.
    Trailers(Vec<Entry>),
}

/// What the end of an answer comes to.
#[derive(Debug, Default)]
pub(super) struct End {
    pub status: Option<Status>,
    pub failure: Option<Failure>,
}

/// Reads one answer.
pub(super) trait Reply {
    /// Takes bytes of the body; every piece of those before must have been taken.
    fn feed(&mut self, bytes: Bytes);

    /// The next whole piece, if it is there.
    fn next(&mut self) -> Result<Option<Piece>, Failure>;

    /// The body has ended: what is still to be handed on.
    fn last(&mut self, _trailers: Option<&HeaderMap>) -> Result<Vec<Piece>, Failure> {
        Ok(Vec::new())
    }

    /// How the answer ended, after [`Reply::last`].
    fn end(&mut self, trailers: Option<&HeaderMap>) -> End;

    /// Bytes that are no whole message.
    fn leftover(&self) -> Option<Leftover>;
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The media type without parameters, in lower case.
fn media_type(headers: &HeaderMap) -> String {
    let value = header(headers, "content-type").unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// `grpc-timeout`: up to eight digits and a unit.
fn grpc_timeout(deadline: Duration) -> String {
    const MAX: u128 = 99_999_999;
    let nanos = deadline.as_nanos();
    for (unit, letter) in [(1, 'n'), (1_000, 'u'), (1_000_000, 'm'), (1_000_000_000, 'S')] {
        if nanos.div_ceil(unit) <= MAX {
            return format!("{}{letter}", nanos.div_ceil(unit));
        }
    }
    format!("{}H", (u128::from(deadline.as_secs())).div_ceil(3600).min(MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_has_at_most_eight_digits_and_is_never_shorter() {
        for (nanos, text) in [
            (0, "0n"),
            (99_999_999, "99999999n"),
            (100_000_000, "100000u"),
            (100_000_001, "100001u"),
            (5_000_000_000, "5000000u"),
            (30_000_000_000, "30000000u"),
            (100_000_000_000, "100000m"),
            (200_000_000_000_000, "200000S"),
            (u64::MAX, "5124096H"),
        ] {
            let timeout = grpc_timeout(Duration::from_nanos(nanos));
            if nanos < u64::MAX {
                assert_eq!(timeout, text);
            }
            assert!(timeout.len() <= 9, "{timeout}");
        }
        assert_eq!(grpc_timeout(Duration::MAX), "99999999H");
    }

    #[test]
    fn transports_have_names_of_their_own_and_grpc_is_the_default() {
        assert_eq!(TRANSPORTS[0].name, "grpc");
        let mut names: Vec<_> = TRANSPORTS.iter().map(|transport| transport.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TRANSPORTS.len());
    }
}
