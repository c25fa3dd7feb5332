//! Why a call did not come to a status, in plain words, and what to do about it.

use super::tls::certificate::CertificateFacts;
use hyper::header::HeaderMap;
use std::fmt;
use std::time::Duration;

/// How far a call was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    #[default]
    Resolving,
    Connecting,
    Proxy,
    Tls,
    Sending,
    Waiting,
    Receiving,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Resolving => "while looking up the host",
            Phase::Connecting => "while connecting",
            Phase::Proxy => "while speaking to the proxy",
            Phase::Tls => "during the TLS handshake",
            Phase::Sending => "while sending",
            Phase::Waiting => "while waiting for the first byte of an answer",
            Phase::Receiving => "in the middle of the answer",
        })
    }
}

/// What a server that does not speak gRPC answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignAnswer {
    /// `None` if it was not even HTTP of the version asked for.
    pub http_status: Option<u16>,
    pub content_type: Option<String>,
    /// A redirect's target; it is not followed.
    pub location: Option<String>,
    pub first_bytes: Vec<u8>,
}

impl Failure {
    /// Whether the way to the server broke, which may be there again later.
    pub(super) fn is_of_the_way(&self) -> bool {
        matches!(
            self,
            Failure::Deadline { .. }
                | Failure::NoSuchHost { .. }
                | Failure::Refused { .. }
                | Failure::Unreachable { .. }
                | Failure::Proxy { .. }
                | Failure::Foreign(_)
                | Failure::Reset { .. }
                | Failure::GoAway { .. }
                | Failure::ConnectionLost { .. }
                | Failure::Truncated { .. }
                | Failure::NoStatus
        )
    }
}

/// Everything that can go wrong between a person's act and a status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("Cancelled {0}")]
    Cancelled(Phase),
    #[error("The deadline of {} passed {phase}", seconds(.after))]
    Deadline { after: Duration, phase: Phase },

    #[error("There is no host \"{host}\": {reason}")]
    NoSuchHost { host: String, reason: String },
    #[error("Nothing listens at {target}: the connection was refused")]
    Refused { target: String },
    #[error("{target} cannot be reached: {reason}")]
    Unreachable { target: String, reason: String },
    #[error("Unix sockets do not exist on this system")]
    NoUnixSockets,
    #[error("The proxy setting \"{text}\" is not understood")]
    ProxySetting { text: String },
    #[error("The proxy {proxy} did not connect to {target}: {reason}")]
    Proxy { proxy: String, target: String, reason: String, wants_credentials: bool },

    #[error("The server at {target} speaks plain text, not TLS")]
    PlaintextServer { target: String },
    #[error("The server at {target} speaks TLS, not plain text")]
    TlsServer { target: String },
    #[error("The certificate of {name} is not trusted: {reason}")]
    Untrusted { name: String, reason: String, seen: Option<Box<CertificateFacts>> },
    #[error("The certificate of {name} has expired{}", until(.seen))]
    Expired { name: String, seen: Option<Box<CertificateFacts>> },
    #[error("The certificate of {name} is not valid yet{}", since(.seen))]
    NotYetValid { name: String, seen: Option<Box<CertificateFacts>> },
    #[error("The certificate is not for {name} but for {}", names(.seen))]
    WrongName { name: String, seen: Option<Box<CertificateFacts>> },
    #[error("The server wants a client certificate{}", if *.sent { " other than the one that was sent" } else { "" })]
    ClientCertificate { sent: bool },
    #[error("The server does not offer HTTP/2 under TLS (ALPN)")]
    NoHttp2,
    #[error("The server at {target} speaks HTTP/2 only, and was asked in HTTP/1.1")]
    OnlyHttp2 { target: String },
    #[error("\"{name}\" cannot be verified as the name of a server")]
    ServerName { name: String },
    #[error("{what} cannot be used: {reason}")]
    TlsSetting { what: &'static str, reason: String },
    #[error("TLS failed: {reason}")]
    Tls { reason: String },

    #[error("{}", foreign(.0))]
    Foreign(Box<ForeignAnswer>),
    #[error("The server closed the stream with {code} ({meaning})", meaning = h2_meaning(*.code), code = h2_name(*.code))]
    Reset { code: u32 },
    #[error("The server is closing the connection with {}{}", h2_name(*.code), debug_data(.debug))]
    GoAway { code: u32, debug: String },
    #[error("The connection ended {phase}: {reason}")]
    ConnectionLost { phase: Phase, reason: String },
    #[error("The server broke the rules of HTTP: {reason}")]
    Http { reason: String },
    #[error("The headers or trailers of the answer have more than {limit} bytes")]
    HeadersTooLarge { limit: u32 },

    #[error("{}", too_large(*.declared, *.limit))]
    MessageTooLarge { declared: Option<u64>, limit: u64 },
    #[error("The last message is cut off: {received} of {} bytes came", declared_text(*.declared))]
    Truncated { declared: Option<u64>, received: u64 },
    #[error("A message has flags {flags:#04x}, which mean nothing here")]
    UnknownFlags { flags: u8 },
    #[error("A message is compressed, but no header says how")]
    CompressionUnnamed,
    #[error("A message is compressed with \"{name}\", which was not offered")]
    CompressionUnknown { name: String },
    #[error("A message does not decompress: {reason}")]
    CompressionBroken { reason: String },
    #[error("The answer is no base64, at character {at}")]
    NotBase64 { at: u64 },
    #[error("The stream ended without a status")]
    NoStatus,
    #[error("\"{text}\" is not a gRPC status")]
    BadStatus { text: String },
    #[error("The end of the answer cannot be read: {reason}")]
    BadEnd { reason: String },
    #[error("The status is OK, but no message came")]
    NoReply,

    #[error("There is no message to send")]
    NoRequest,
    #[error("A {kind} call sends one message, not {n_messages}")]
    ManyRequests { kind: &'static str, n_messages: u64 },
    #[error("The message has {len} bytes; a frame ends at 4 GiB")]
    RequestTooLarge { len: u64 },
    #[error("{protocol} cannot carry {kind} calls")]
    KindNotCarried { protocol: &'static str, kind: &'static str },
    #[error("The method \"{0}\" is not package.Service/Method")]
    Method(String),
    #[error("The request cannot be written as HTTP: {reason}")]
    Request { reason: String },
    #[error("The system refused: {reason}")]
    System { reason: String },
}

impl Failure {
    /// What to do about it; `None` where the sentence says it all.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Failure::Deadline { phase: Phase::Connecting, .. } => {
                "Nothing answers there; is the address right, or does a firewall drop what is sent?"
            }
            Failure::Deadline { .. } => "Allow more time with a longer deadline",
            Failure::NoSuchHost { .. } => "Check the spelling, and whether the name is known on this machine",
            Failure::Refused { .. } => "Check that the server runs and listens on this port",
            Failure::Unreachable { .. } => "Check the address and the network, or go through a proxy",
            Failure::ProxySetting { .. } => {
                "Write http://host:port or socks5://host:port, or none to connect directly; a proxy that is itself \
                 reached over TLS (https://) is not supported"
            }
            Failure::Proxy { wants_credentials: true, .. } => "Write them as http://user:password@host:port",
            Failure::Proxy { .. } => "Check the proxy, or connect directly",
            Failure::OnlyHttp2 { .. } => {
                "Take gRPC as the protocol: what is sent in HTTP/2 without TLS only gRPC servers take"
            }
            Failure::PlaintextServer { .. } => "Write http:// instead of https://",
            Failure::TlsServer { .. } => "Write https:// instead of http://",
            Failure::Untrusted { .. } => {
                "Name the authority that signed it as own CA, or skip verification if you know the server"
            }
            Failure::Expired { .. } => "Renew the server's certificate, and check this machine's clock",
            Failure::NotYetValid { .. } => "Check this machine's clock",
            Failure::WrongName { .. } => {
                "Connect by a name that stands in the certificate, or give that name as the authority"
            }
            Failure::ClientCertificate { .. } => "Give a certificate and its key that the server accepts",
            Failure::NoHttp2 => "Is this a gRPC server? gRPC-Web and Connect also work over HTTP/1.1",
            Failure::Foreign(answer) => return Some(foreign_hint(answer).to_owned()),
            Failure::Reset { code } => return h2_hint(*code).map(str::to_owned),
            Failure::GoAway { code: 11, .. } => "Send less often; keep-alive pings count too",
            Failure::GoAway { .. } => "Send again: the server takes no more calls on this connection",
            Failure::HeadersTooLarge { .. } => "Raise the limit if so much metadata is expected",
            Failure::MessageTooLarge { .. } => "Raise the limit if messages of this size are expected",
            Failure::Truncated { .. } => "The bytes that came are kept",
            Failure::NoStatus => "The server, or a proxy before it, ended the stream too early",
            Failure::NoRequest => "Give a message; an empty file is the empty message",
            Failure::KindNotCarried { .. } => "Take gRPC for this method",
            Failure::Method(_) => "Write it like apache.rocketmq.v2.MessagingService/SendMessage",
            _ => return None,
        };
        Some(hint.to_owned())
    }

    /// The certificate that was refused, or that could not help it.
    pub fn certificate(&self) -> Option<&CertificateFacts> {
        match self {
            Failure::Untrusted { seen, .. }
            | Failure::Expired { seen, .. }
            | Failure::NotYetValid { seen, .. }
            | Failure::WrongName { seen, .. } => seen.as_deref(),
            _ => None,
        }
    }
}

impl ForeignAnswer {
    pub(super) fn new(http_status: Option<u16>, headers: &HeaderMap, first_bytes: Vec<u8>) -> Self {
        let text = |name: &str| {
            headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        Self { http_status, content_type: text("content-type"), location: text("location"), first_bytes }
    }
}

/// `30 s`, `0.5 s`.
pub(super) fn seconds(duration: &Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

/// The reason phrase of an HTTP status.
pub fn http_reason(status: u16) -> &'static str {
    hyper::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("")
}

fn foreign(answer: &ForeignAnswer) -> String {
    match answer.http_status {
        Some(status) => {
            let kind = answer.content_type.as_deref().unwrap_or("no content type");
            let status = format!("{status} {}", http_reason(status));
            format!("The answer is HTTP {}, {kind}, and not gRPC", status.trim_end())
        }
        None => "The answer is not HTTP/2".to_owned(),
    }
}

fn foreign_hint(answer: &ForeignAnswer) -> &'static str {
    match answer.http_status {
        None => "Is this a gRPC server? gRPC-Web and Connect also work over HTTP/1.1",
        Some(400..=499) if wants_certificate(&answer.first_bytes) => {
            "The server, or a proxy before it, wants a client certificate"
        }
        Some(301..=308) => "Redirects are not followed; call the address it names if you trust it",
        Some(401 | 407) => "Credentials are wanted, maybe by a proxy in between",
        Some(403) => "Something in between forbids the call",
        Some(404) => "No such path: check the method, the path prefix and the protocol",
        Some(415) => "The server does not take this protocol; try another one",
        Some(502..=504) => "A proxy answered in place of the server, which it could not reach",
        Some(_) => "Is this the address of a gRPC server, and the protocol right?",
    }
}

/// Whether a text says what nginx and others say to a caller who shows no certificate.
fn wants_certificate(text: &[u8]) -> bool {
    String::from_utf8_lossy(text).to_ascii_lowercase().contains("ssl certificate")
}

fn too_large(declared: Option<u64>, limit: u64) -> String {
    match declared {
        Some(declared) => {
            format!("A message is declared to have {declared} bytes; the limit is {limit}")
        }
        None => format!("A message comes to more than {limit} bytes, the limit"),
    }
}

fn declared_text(declared: Option<u64>) -> String {
    declared.map_or_else(|| "its five prefix".to_owned(), |declared| declared.to_string())
}

fn debug_data(debug: &str) -> String {
    if debug.is_empty() { String::new() } else { format!(": {debug}") }
}

fn until(seen: &Option<Box<CertificateFacts>>) -> String {
    seen.as_ref().map_or_else(String::new, |seen| format!(", on {}", seen.not_after))
}

fn since(seen: &Option<Box<CertificateFacts>>) -> String {
    seen.as_ref().map_or_else(String::new, |seen| format!(", but from {} on", seen.not_before))
}

fn names(seen: &Option<Box<CertificateFacts>>) -> String {
    match seen {
        Some(seen) if !seen.names.is_empty() => seen.names.join(", "),
        Some(seen) => format!("\"{}\", which lists no names", seen.subject),
        None => "another name".to_owned(),
    }
}

/// Names of the error codes of HTTP/2 (RFC 9113, section 7), by number.
const H2_CODES: [(&str, &str); 14] = [
    ("NO_ERROR", "no error, it has said all it wanted"),
    ("PROTOCOL_ERROR", "it says that a rule of HTTP/2 was broken"),
    ("INTERNAL_ERROR", "something went wrong inside it"),
    ("FLOW_CONTROL_ERROR", "it says that flow control was not kept"),
    ("SETTINGS_TIMEOUT", "it waited too long for settings"),
    ("STREAM_CLOSED", "it had closed the stream already"),
    ("FRAME_SIZE_ERROR", "it says that a frame has the wrong size"),
    ("REFUSED_STREAM", "it did not begin with the call"),
    ("CANCEL", "it gave the call up"),
    ("COMPRESSION_ERROR", "it could not read the headers"),
    ("CONNECT_ERROR", "a tunnel broke"),
    ("ENHANCE_YOUR_CALM", "it is asked for too much"),
    ("INADEQUATE_SECURITY", "it wants better TLS"),
    ("HTTP_1_1_REQUIRED", "it wants HTTP/1.1"),
];

fn h2_name(code: u32) -> String {
    H2_CODES.get(code as usize).map_or_else(|| format!("code {code}"), |(name, _)| (*name).to_owned())
}

fn h2_meaning(code: u32) -> &'static str {
    H2_CODES.get(code as usize).map_or("a code that HTTP/2 does not know", |(_, meaning)| meaning)
}

fn h2_hint(code: u32) -> Option<&'static str> {
    match code {
        7 => Some("The call can be sent again without doing anything twice"),
        8 => Some("Often a deadline on the server's side"),
        11 => Some("Send less often"),
        13 => Some("gRPC needs HTTP/2; gRPC-Web and Connect also work over HTTP/1.1"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_say_what_was_wrong_and_what_to_do() {
        let foreign = |status, content_type: &str| {
            Failure::Foreign(Box::new(ForeignAnswer {
                http_status: Some(status),
                content_type: Some(content_type.to_owned()),
                location: None,
                first_bytes: b"<html>".to_vec(),
            }))
        };
        for (failure, sentence, hint) in [
            (
                Failure::Deadline { after: Duration::from_millis(1500), phase: Phase::Waiting },
                "The deadline of 1.5 s passed while waiting for the first byte of an answer",
                "longer deadline",
            ),
            (
                foreign(502, "text/html"),
                "The answer is HTTP 502 Bad Gateway, text/html, and not gRPC",
                "proxy",
            ),
            (foreign(999, "a/b"), "The answer is HTTP 999, a/b, and not gRPC", "address"),
            (
                Failure::Reset { code: 8 },
                "The server closed the stream with CANCEL (it gave the call up)",
                "deadline",
            ),
            (
                Failure::GoAway { code: 11, debug: "too_many_pings".to_owned() },
                "The server is closing the connection with ENHANCE_YOUR_CALM: too_many_pings",
                "keep-alive",
            ),
            (
                Failure::MessageTooLarge { declared: Some(3 << 30), limit: 64 << 20 },
                "A message is declared to have 3221225472 bytes; the limit is 67108864",
                "Raise",
            ),
            (
                Failure::Truncated { declared: Some(10), received: 5 },
                "The last message is cut off: 5 of 10 bytes came",
                "kept",
            ),
        ] {
            assert_eq!(failure.to_string(), sentence);
            assert!(failure.hint().unwrap().contains(hint), "{sentence}");
        }
        assert!(Failure::Reset { code: 77 }.to_string().contains("code 77"));
    }
}
