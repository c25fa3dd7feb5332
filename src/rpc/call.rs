//! What is called with what, and what can be said of it while it goes on.

use super::codec::Leftover;
use super::endpoint::Endpoint;
use super::failure::Failure;
use super::limits::{DEFAULT_DEADLINE, Limits};
use super::metadata::{Entry, Metadata};
use super::proxy::Proxy;
use super::status::Status;
use super::tls::{Tls, TlsFacts};
use super::transport::{TRANSPORTS, Transport};
use crate::schema::MethodDescriptor;
use hyper::body::Bytes;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Who sends how many messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RpcKind {
    Unary,
    ServerStream,
    ClientStream,
    Bidi,
}

impl RpcKind {
    pub const ALL: [RpcKind; 4] =
        [RpcKind::Unary, RpcKind::ServerStream, RpcKind::ClientStream, RpcKind::Bidi];

    pub fn of(method: &MethodDescriptor) -> RpcKind {
        match (method.is_client_streaming(), method.is_server_streaming()) {
            (false, false) => RpcKind::Unary,
            (false, true) => RpcKind::ServerStream,
            (true, false) => RpcKind::ClientStream,
            (true, true) => RpcKind::Bidi,
        }
    }

    /// As the command line takes it.
    pub fn name(self) -> &'static str {
        match self {
            RpcKind::Unary => "unary",
            RpcKind::ServerStream => "server",
            RpcKind::ClientStream => "client",
            RpcKind::Bidi => "bidi",
        }
    }

    /// As it stands in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            RpcKind::Unary => "unary",
            RpcKind::ServerStream => "server-streaming",
            RpcKind::ClientStream => "client-streaming",
            RpcKind::Bidi => "bidirectional",
        }
    }

    /// Whether the caller may send any number of messages instead of exactly one.
    pub fn sends_many(self) -> bool {
        matches!(self, RpcKind::ClientStream | RpcKind::Bidi)
    }

    /// Whether the server may.
    pub fn receives_many(self) -> bool {
        matches!(self, RpcKind::ServerStream | RpcKind::Bidi)
    }
}

/// `package.Service` and `Method`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodPath {
    pub service: String,
    pub method: String,
}

impl From<&MethodDescriptor> for MethodPath {
    fn from(method: &MethodDescriptor) -> Self {
        let service = method.parent_service().full_name().to_owned();
        MethodPath { service, method: method.name().to_owned() }
    }
}

/// `package.Service/Method`, with a `/` in front or without.
impl FromStr for MethodPath {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let is_name_char = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let path = text.strip_prefix('/').unwrap_or(text);
        match path.split_once('/') {
            Some((service, method))
                if [service, method].iter().all(|p| !p.is_empty() && p.chars().all(is_name_char)) =>
            {
                Ok(MethodPath { service: service.to_owned(), method: method.to_owned() })
            }
            _ => Err(Failure::Method(text.to_owned())),
        }
    }
}

impl fmt::Display for MethodPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.service, self.method)
    }
}

/// Everything about a call except its messages.
#[derive(Clone, Debug)]
pub struct Call {
    pub endpoint: Endpoint,
    pub method: MethodPath,
    pub kind: RpcKind,
    pub transport: &'static Transport,
    pub metadata: Metadata,
    /// From the first step to the last byte; also told to the server.
    pub deadline: Option<Duration>,
    /// Whether messages are sent compressed with gzip.
    pub compress: bool,
    pub limits: Limits,
    pub tls: Tls,
    /// What is sent as `:authority` or `Host` instead of the endpoint's host, and verified under TLS
    /// unless [`Tls::server_name`] says otherwise.
    pub authority: Option<String>,
    pub proxy: Proxy,
    /// How often an HTTP/2 connection is pinged; one that does not answer for as long is given up.
    pub keep_alive: Option<Duration>,
}

impl Call {
    /// A gRPC call with defaults for everything else.
    pub fn new(endpoint: Endpoint, method: MethodPath, kind: RpcKind) -> Call {
        Call {
            endpoint,
            method,
            kind,
            transport: &TRANSPORTS[0],
            metadata: Metadata::new(),
            deadline: Some(DEFAULT_DEADLINE),
            compress: false,
            limits: Limits::default(),
            tls: Tls::default(),
            authority: None,
            proxy: Proxy::default(),
            keep_alive: None,
        }
    }

    /// Whether the transport can carry it, and `n_messages` are what its kind sends.
    pub fn check(&self, n_messages: u64) -> Result<(), Failure> {
        let kind = self.kind.title();
        if !self.transport.kinds.contains(&self.kind) {
            return Err(Failure::KindNotCarried { protocol: self.transport.title, kind });
        }
        match n_messages {
            _ if self.kind.sends_many() => Ok(()),
            0 => Err(Failure::NoRequest),
            1 => Ok(()),
            _ => Err(Failure::ManyRequests { kind, n_messages }),
        }
    }

    /// The name to ask for and to verify under TLS.
    pub(super) fn server_name(&self) -> String {
        let of_authority = self.authority.as_deref().map(|authority| {
            let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            let host = authority.rsplit_once(':').filter(|(_, port)| is_port(port));
            host.map_or(authority, |(host, _)| host).trim_matches(['[', ']']).to_owned()
        });
        of_authority.unwrap_or_else(|| self.endpoint.host().to_owned())
    }
}

/// What happened. Times are since the start of the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Connected {
        at: Duration,
        facts: Connected,
    },
    /// A message went to the connection, or came whole from it.
    Message(Message),
    /// Nothing more will be sent.
    HalfClosed {
        at: Duration,
    },
    Headers {
        at: Duration,
        http_status: u16,
        entries: Vec<Entry>,
    },
    Trailers {
        at: Duration,
        entries: Vec<Entry>,
    },
    /// The last one of every call.
    Ended(Ending),
}

impl Event {
    /// The same, with its time counted from `by` before.
    pub(super) fn later(mut self, by: Duration) -> Event {
        match &mut self {
            Event::Connected { at, .. }
            | Event::HalfClosed { at }
            | Event::Headers { at, .. }
            | Event::Trailers { at, .. } => *at += by,
            Event::Message(message) => message.at += by,
            Event::Ended(ending) => ending.at += by,
        }
        self
    }
}

/// How the server was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// The address at the other end.
    pub peer: String,
    pub proxy: Option<String>,
    pub tls: Option<TlsFacts>,
    pub is_http2: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    Sent,
    Received,
}

/// One message of a call; its bytes are those of the document, without prefix and compression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub direction: Direction,
    pub at: Duration,
    pub bytes: Bytes,
    /// Bytes on the wire, prefix apart.
    pub wire_len: u64,
    pub is_compressed: bool,
}

/// How a call ended; several of these may be there at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    pub at: Duration,
    pub http_status: Option<u16>,
    pub status: Option<Status>,
    pub failure: Option<Failure>,
    /// Bytes that came and are no whole message.
    pub leftover: Option<Leftover>,
}

impl Ending {
    /// Whether the server said OK and nothing went wrong besides.
    pub fn is_ok(&self) -> bool {
        self.failure.is_none() && self.status.as_ref().is_some_and(Status::is_ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_path_is_a_service_and_a_method() {
        for text in ["a.b.C/M", "/a.b.C/M"] {
            assert_eq!(text.parse::<MethodPath>().unwrap().to_string(), "a.b.C/M");
        }
        for text in ["", "a", "/", "a/", "/M", "a/b/c", "a b/M", "a/M?x"] {
            assert!(text.parse::<MethodPath>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_authority_is_also_the_name_to_verify() {
        let mut call =
            Call::new("https://127.0.0.1:1".parse().unwrap(), "a/B".parse().unwrap(), RpcKind::Unary);
        assert_eq!(call.server_name(), "127.0.0.1");
        for (authority, name) in [("a.com", "a.com"), ("a.com:99", "a.com"), ("[::1]:9", "::1")] {
            call.authority = Some(authority.to_owned());
            assert_eq!(call.server_name(), name);
        }
    }

    #[test]
    fn a_call_is_checked_against_its_kind_and_transport() {
        for kind in RpcKind::ALL {
            let mut call = Call::new("http://a".parse().unwrap(), "a/B".parse().unwrap(), kind);
            assert!(call.check(1).is_ok());
            assert_eq!(call.check(0).is_ok(), kind.sends_many());
            assert_eq!(call.check(2).is_ok(), kind.sends_many());
            for transport in TRANSPORTS {
                call.transport = transport;
                assert_eq!(call.check(1).is_ok(), transport.kinds.contains(&kind), "{}", transport.name);
            }
        }
    }
}
