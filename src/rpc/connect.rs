//! From an endpoint to a connection: look the host up, connect, tunnel, shake hands.

use super::addresses::first_to_answer;
use super::call::{Call, Connected};
use super::endpoint::{Endpoint, Place, bracketed};
use super::failure::{Failure, ForeignAnswer, Phase};
use super::proxy::{ProxyAddress, tunnel};
use super::system_words::system_words;
use super::tls::{self, Setup, TlsFacts};
use super::watch::{Io, Record, Watched, tls_error_in};
use hyper::header::HeaderMap;
use std::cell::Cell;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;

/// A connection that is ready for HTTP.
pub(super) struct Opened {
    pub io: Box<dyn Io>,
    pub facts: Connected,
    pub trace: Trace,
}

/// What is remembered of a connection to explain its end.
pub(super) struct Trace {
    target: String,
    /// As on the wire.
    wire: Arc<Record>,
    /// Under TLS, what came out of it.
    inside: Option<(Setup, Arc<Record>)>,
    /// What it is spoken to in, once that is known.
    is_http2: bool,
}

/// Opens the connection that a call needs; `phase` tells how far it is.
pub(super) async fn open(call: &Call, protocols: &[&[u8]], phase: &Cell<Phase>) -> Result<Opened, Failure> {
    let endpoint = &call.endpoint;
    let (io, peer, proxy) = reach(call, phase).await?;
    let (io, wire) = Watched::new(io);
    let target = endpoint.to_string();
    let mut facts =
        Connected { peer, proxy: proxy.map(|proxy| proxy.to_string()), tls: None, is_http2: false };
    if !endpoint.is_tls {
        return Ok(Opened {
            io: Box::new(io),
            facts,
            trace: Trace { target, wire, inside: None, is_http2: true },
        });
    }
    phase.set(Phase::Tls);
    let host = call.server_name();
    let setup = tls::setup(&call.tls, &host, protocols)?;
    let connecting = TlsConnector::from(setup.config.clone()).connect(setup.server_name.clone(), io);
    let stream = connecting.await.map_err(|error| match tls_error_in(&error) {
        Some(error) => setup.failure(error, &wire.first_bytes(), &target),
        None => Failure::ConnectionLost { phase: Phase::Tls, reason: io_reason(&error) },
    })?;
    let (_, session) = stream.get_ref();
    let (certificate, unverified) = setup.seen.found().unwrap_or_default();
    facts.tls = Some(TlsFacts {
        version: match session.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2".to_owned(),
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3".to_owned(),
            other => format!("{other:?}"),
        },
        protocol: session.alpn_protocol().map(|protocol| String::from_utf8_lossy(protocol).into_owned()),
        certificate,
        unverified: unverified.filter(|_| call.tls.skip_verification),
    });
    let (io, inside) = Watched::new(stream);
    let trace = Trace { target, wire, inside: Some((setup, inside)), is_http2: true };
    Ok(Opened { io: Box::new(io), facts, trace })
}

type Reached = (Box<dyn Io>, String, Option<ProxyAddress>);

async fn reach(call: &Call, phase: &Cell<Phase>) -> Result<Reached, Failure> {
    let endpoint = &call.endpoint;
    match &endpoint.place {
        Place::Unix(path) => {
            phase.set(Phase::Connecting);
            Ok((unix_socket(path, endpoint).await?, endpoint.to_string(), None))
        }
        Place::Tcp { host, port } => {
            let variable = |name: &str| std::env::var(name).ok();
            let proxy = call.proxy.for_host(host, endpoint.is_tls, variable)?;
            let Some(proxy) = proxy else {
                let stream = tcp(host, *port, phase).await?;
                let peer = stream.peer_addr().map_or_else(|_| endpoint.to_string(), |peer| peer.to_string());
                return Ok((Box::new(stream), peer, None));
            };
            let mut stream = tcp(&proxy.host, proxy.port, phase).await.map_err(|failure| Failure::Proxy {
                proxy: proxy.to_string(),
                target: format!("{}:{port}", bracketed(host)),
                reason: failure.to_string(),
                wants_credentials: false,
            })?;
            phase.set(Phase::Proxy);
            tunnel(&mut stream, &proxy, host, *port).await?;
            Ok((Box::new(stream), format!("{}:{port}", bracketed(host)), Some(proxy)))
        }
    }
}

async fn tcp(host: &str, port: u16, phase: &Cell<Phase>) -> Result<TcpStream, Failure> {
    phase.set(Phase::Resolving);
    let no_host = |reason: String| Failure::NoSuchHost { host: host.to_owned(), reason };
    let addresses: Vec<SocketAddr> =
        lookup_host((host, port)).await.map_err(|error| no_host(system_words(&error)))?.collect();
    phase.set(Phase::Connecting);
    if addresses.is_empty() {
        return Err(no_host("it has no address".to_owned()));
    }
    let stream = first_to_answer(addresses).await?;
    // Small frames go out at once; where that cannot be set, they go a little later.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

pub(super) fn connect_failure(error: &io::Error, target: String) -> Failure {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Failure::Refused { target },
        _ => Failure::Unreachable { target, reason: io_reason(error) },
    }
}

#[cfg(unix)]
async fn unix_socket(path: &std::path::Path, endpoint: &Endpoint) -> Result<Box<dyn Io>, Failure> {
    match tokio::net::UnixStream::connect(path).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => Err(connect_failure(&error, endpoint.to_string())),
    }
}

#[cfg(not(unix))]
async fn unix_socket(_path: &std::path::Path, _endpoint: &Endpoint) -> Result<Box<dyn Io>, Failure> {
    Err(Failure::NoUnixSockets)
}

/// What the system says, as a clause.
pub(super) fn io_reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionReset => "the other side broke it off".to_owned(),
        io::ErrorKind::UnexpectedEof => "the other side closed it".to_owned(),
        io::ErrorKind::BrokenPipe => "the other side takes no more bytes".to_owned(),
        io::ErrorKind::NotFound => "there is no such socket".to_owned(),
        _ => system_words(error),
    }
}

impl Trace {
    pub fn speaks_http1(&mut self) {
        self.is_http2 = false;
    }

    /// What an error of HTTP means.
    pub fn explain(&self, error: &hyper::Error, phase: Phase, max_headers: u32) -> Failure {
        if let Some((setup, inside)) = &self.inside
            && let Some(error) = inside.tls_error()
        {
            return setup.failure(&error, &self.wire.first_bytes(), &self.target);
        }
        let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(cause) = source {
            if let Some(error) = cause.downcast_ref::<h2::Error>() {
                return self.explain_h2(error, phase, max_headers);
            }
            if let Some(error) = cause.downcast_ref::<io::Error>() {
                return Failure::ConnectionLost { phase, reason: io_reason(error) };
            }
            source = cause.source();
        }
        if error.is_parse() {
            // hyper tells a client of this in words only.
            if error.to_string().contains("too large") {
                return Failure::HeadersTooLarge { limit: max_headers };
            }
            return self.not_http().unwrap_or_else(|| Failure::Http { reason: error.to_string() });
        }
        if error.is_timeout() {
            let reason = "it does not answer pings any more".to_owned();
            return Failure::ConnectionLost { phase, reason };
        }
        let reason = "the other side closed it".to_owned();
        self.not_http().unwrap_or(Failure::ConnectionLost { phase, reason })
    }

    fn explain_h2(&self, error: &h2::Error, phase: Phase, max_headers: u32) -> Failure {
        let code = error.reason().map_or(0, u32::from);
        if let Some(error) = error.get_io() {
            let reason = io_reason(error);
            return self.not_http().unwrap_or(Failure::ConnectionLost { phase, reason });
        }
        match (error.is_remote(), error.is_go_away(), error.is_reset()) {
            (true, true, _) => Failure::GoAway { code, debug: go_away_text(error) },
            (true, _, true) => Failure::Reset { code },
            (false, _, _) if is_about_headers(error) => Failure::HeadersTooLarge { limit: max_headers },
            _ => self.not_http().unwrap_or_else(|| Failure::Http { reason: error.to_string() }),
        }
    }

    /// What the first bytes say where they are no answer to HTTP at all.
    fn not_http(&self) -> Option<Failure> {
        let record = self.inside.as_ref().map_or(&self.wire, |(_, inside)| inside);
        let first_bytes = record.first_bytes();
        match first_bytes.as_slice() {
            [0x15, 3, 0..=4, ..] => Some(Failure::TlsServer { target: self.target.clone() }),
            [0, 0, _, 4, _, 0, 0, 0, 0, ..] if !self.is_http2 => {
                Some(Failure::OnlyHttp2 { target: self.target.clone() })
            }
            // SETTINGS, which every HTTP/2 server sends first; what went wrong came later.
            [] | [0, 0, _, 4, _, 0, 0, 0, 0, ..] => None,
            _ => Some(Failure::Foreign(Box::new(foreign_answer(&first_bytes)))),
        }
    }
}

/// Whether h2 gave up because a header list is over its limit: the one reason for which it refuses a
/// stream of its own accord, unless the list is so long that it does not even read it.
fn is_about_headers(error: &h2::Error) -> bool {
    (error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM))
        || (error.is_go_away() && error.to_string().contains("too_many_continuations"))
}

/// The debug data of a GOAWAY, which h2 shows at the end of its sentence only.
fn go_away_text(error: &h2::Error) -> String {
    let sentence = error.to_string();
    let data = sentence.split_once("(b\"").and_then(|(_, data)| data.strip_suffix("\")"));
    data.unwrap_or_default().to_owned()
}

/// An answer in HTTP/1 to one who asked in HTTP/2, or in no HTTP at all.
fn foreign_answer(first_bytes: &[u8]) -> ForeignAnswer {
    let text = String::from_utf8_lossy(first_bytes);
    let status =
        text.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)).and_then(|status| status.parse().ok());
    let mut answer = ForeignAnswer::new(status, &HeaderMap::new(), first_bytes.to_vec());
    if status.is_some() {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let field = |name: &str| {
            let mut fields = head.lines().filter_map(|line| line.split_once(':'));
            fields.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
        };
        answer.content_type = field("content-type");
        answer.location = field("location");
        answer.first_bytes = body.as_bytes().to_vec();
    }
    answer
}
