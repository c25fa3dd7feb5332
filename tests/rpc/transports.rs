//! Every row of the table passes the same suite: exact bytes both ways, several messages, a status
//! with its message, trailers, an end that is none.

use crate::harness::{Made, call, framed, grpc_headers, make};
use crate::server::{PlainServer, Server, Step};
use flate2::Compression;
use flate2::write::GzEncoder;
use protoloupe::rpc::{Event, RpcKind, TRANSPORTS, Transport};
use std::io::Write as _;

/// What a server answers, whatever the protocol.
#[derive(Clone, Default)]
struct Answer {
    messages: Vec<Vec<u8>>,
    code: u32,
    text: &'static str,
    has_end: bool,
    is_compressed: bool,
}

/// A server of the protocol, and a way to get at what came: the request's bodies.
enum Host {
    Two(Server),
    One(PlainServer),
}

impl Host {
    fn url(&self) -> String {
        match self {
            Host::Two(server) => server.url(),
            Host::One(server) => server.url(),
        }
    }

    fn body(&self) -> Vec<u8> {
        match self {
            Host::Two(server) => server.seen().last().unwrap().body.clone(),
            Host::One(server) => server.seen().last().unwrap().1.clone(),
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn host(transport: &Transport, kind: RpcKind, answer: &Answer) -> Host {
    let frames = || -> Vec<u8> {
        let frame = |message: &Vec<u8>| {
            if answer.is_compressed { framed(1, &gzip(message)) } else { framed(0, message) }
        };
        answer.messages.iter().flat_map(frame).collect()
    };
    let encoding = |name: &str| {
        if answer.is_compressed { format!("{name}: gzip\r\n") } else { String::new() }
    };
    let ok = |headers: String, body: Vec<u8>| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
        Host::One(PlainServer::start([head.into_bytes(), body].concat()))
    };
    match transport.name {
        "grpc" => {
            let mut headers = grpc_headers();
            if answer.is_compressed {
                headers.push(("grpc-encoding", "gzip".to_owned()));
            }
            let trailers = vec![
                ("grpc-status", answer.code.to_string()),
                ("grpc-message", answer.text.to_owned()),
                ("x-last", "7".to_owned()),
            ];
            let end = if answer.has_end { Step::Trailers(trailers) } else { Step::End };
            Host::Two(Server::start(vec![
                Step::ReadAll,
                Step::Headers(200, headers),
                Step::Data(frames()),
                end,
            ]))
        }
        name @ ("grpc-web" | "grpc-web-text") => {
            let mut parts = vec![frames()];
            if answer.has_end {
                let trailers =
                    format!("grpc-status: {}\r\ngrpc-message: {}\r\nx-last: 7\r\n", answer.code, answer.text);
                parts.push(framed(0x80, trailers.as_bytes()));
            }
            let body = if name == "grpc-web" {
                parts.concat()
            } else {
                // Each part padded by itself, as a server that flushes does.
                parts
                    .iter()
                    .map(|part| base64_simd::STANDARD.encode_to_string(part))
                    .collect::<String>()
                    .into()
            };
            ok(format!("Content-Type: application/{name}+proto\r\n{}", encoding("grpc-encoding")), body)
        }
        "connect" if kind == RpcKind::Unary => {
            let last = if answer.has_end { "Trailer-X-Last: 7\r\n" } else { "" };
            if answer.code != 0 {
                let body =
                    format!(r#"{{"code":"{}","message":"{}"}}"#, connect_code(answer.code), answer.text);
                let head = format!(
                    "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{last}\r\n",
                    body.len()
                );
                return Host::One(PlainServer::start(head + &body));
            }
            let message = answer.messages.concat();
            let body = if answer.is_compressed { gzip(&message) } else { message };
            if !answer.has_end {
                let head =
                    "HTTP/1.1 200 OK\r\nContent-Type: application/proto\r\nContent-Length: 9999\r\n\r\n";
                return Host::One(PlainServer::start([head.as_bytes(), &body].concat()));
            }
            ok(format!("Content-Type: application/proto\r\n{last}{}", encoding("Content-Encoding")), body)
        }
        "connect" => {
            let mut body = frames();
            if answer.has_end {
                let error = format!(
                    r#""error":{{"code":"{}","message":"{}"}},"#,
                    connect_code(answer.code),
                    answer.text
                );
                let error = if answer.code == 0 { String::new() } else { error };
                body.extend(framed(2, format!(r#"{{{error}"metadata":{{"X-Last":["7"]}}}}"#).as_bytes()));
            }
            if kind == RpcKind::Bidi {
                let mut headers = vec![("content-type", "application/connect+proto".to_owned())];
                if answer.is_compressed {
                    headers.push(("connect-content-encoding", "gzip".to_owned()));
                }
                return Host::Two(Server::start(vec![
                    Step::ReadAll,
                    Step::Headers(200, headers),
                    Step::Data(body),
                    Step::End,
                ]));
            }
            ok(
                format!(
                    "Content-Type: application/connect+proto\r\n{}",
                    encoding("Connect-Content-Encoding")
                ),
                body,
            )
        }
        name => panic!("no server for {name}: a new transport needs one here"),
    }
}

fn connect_code(code: u32) -> &'static str {
    match code {
        0 => "",
        5 => "not_found",
        code => panic!("{code}"),
    }
}

/// The messages of a request's body.
fn messages_of(transport: &Transport, kind: RpcKind, body: &[u8], is_chunked: bool) -> Vec<Vec<u8>> {
    let body = if is_chunked { unchunked(body) } else { body.to_vec() };
    let mut body = match transport.name {
        "grpc-web-text" => base64_simd::STANDARD.decode_to_vec(&body).unwrap(),
        "connect" if kind == RpcKind::Unary => return vec![body],
        _ => body,
    };
    let mut messages = Vec::new();
    while !body.is_empty() {
        let len = u32::from_be_bytes(body[1..5].try_into().unwrap()) as usize;
        messages.push(body[5..5 + len].to_vec());
        body.drain(..5 + len);
    }
    messages
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|two| two == b"\r\n").unwrap();
        let len = usize::from_str_radix(std::str::from_utf8(&body[..end]).unwrap(), 16).unwrap();
        if len == 0 {
            return whole;
        }
        whole.extend(&body[end + 2..end + 2 + len]);
        body = &body[end + 2 + len + 2..];
    }
}

fn ask(transport: &'static Transport, kind: RpcKind, answer: &Answer, messages: &[&[u8]]) -> (Made, Vec<u8>) {
    let host = host(transport, kind, answer);
    let mut call = call(&host.url(), kind);
    call.transport = transport;
    let made = make(&call, messages);
    let body = host.body();
    (made, body)
}

fn all() -> impl Iterator<Item = (&'static Transport, RpcKind)> {
    TRANSPORTS.iter().flat_map(|transport| transport.kinds.iter().map(move |kind| (transport, *kind)))
}

#[test]
fn messages_go_both_ways_byte_for_byte() {
    let documents: [&[u8]; 4] = [b"", b"\x9a\x06\x05hello", b"\x0a\x7fcut", &[0xff; 5000]];
    for (transport, kind) in all() {
        for document in documents {
            for is_compressed in [false, true] {
                let sent = if kind.sends_many() { vec![document; 2] } else { vec![document] };
                let n_replies = if kind.receives_many() { 3 } else { 1 };
                let answer = Answer {
                    messages: vec![document.to_vec(); n_replies],
                    has_end: true,
                    is_compressed,
                    ..Answer::default()
                };
                let (made, body) = ask(transport, kind, &answer, &sent);
                let what = format!("{} {kind:?} {is_compressed} {} bytes", transport.name, document.len());
                assert!(made.ending.is_ok(), "{what}: {:?}", made.ending);
                assert_eq!(made.received(), answer.messages, "{what}");
                assert_eq!(made.sent(), sent, "{what}");
                let is_chunked = kind == RpcKind::ClientStream && transport.name == "connect";
                assert_eq!(messages_of(transport, kind, &body, is_chunked), sent, "{what}");
            }
        }
    }
}

#[test]
fn a_status_comes_with_its_message_and_trailers() {
    for (transport, kind) in all() {
        let answer = Answer { code: 5, text: "not here", has_end: true, ..Answer::default() };
        let (made, _) = ask(transport, kind, &answer, &[b"x"]);
        let what = format!("{} {kind:?}", transport.name);
        assert_eq!(made.ending.failure, None, "{what}");
        let status = made.ending.status.as_ref().unwrap();
        assert_eq!((status.name(), status.message.as_str()), (Some("NOT_FOUND"), "not here"), "{what}");
        let last = made.log.steps().iter().find_map(|step| match step {
            Event::Trailers { entries, .. } => entries.iter().find(|entry| entry.name == "x-last").cloned(),
            _ => None,
        });
        assert_eq!(last.map(|entry| entry.value), Some(b"7".to_vec()), "{what}");
    }
}

#[test]
fn an_answer_without_an_end_is_not_taken_for_success() {
    for (transport, kind) in all() {
        let answer = Answer { messages: vec![b"reply".to_vec()], ..Answer::default() };
        let (made, _) = ask(transport, kind, &answer, &[b"x"]);
        assert!(made.ending.failure.is_some(), "{} {kind:?}: {:?}", transport.name, made.ending);
        let kept = made.received().concat().len() + made.ending.leftover.map_or(0, |left| left.bytes.len());
        assert_eq!(kept, 5, "{} {kind:?}", transport.name);
    }
}

#[test]
fn an_answer_in_another_protocol_is_shown() {
    for (transport, kind) in all().filter(|(_, kind)| *kind != RpcKind::Bidi) {
        if transport.name == "grpc" {
            continue;
        }
        let server = PlainServer::start(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\n<html",
        );
        let mut call = call(&server.url(), kind);
        call.transport = transport;
        make(&call, &[b"x"]).fails(&["HTTP 200 OK", "text/html"]);
    }
}

#[test]
fn what_a_transport_cannot_carry_is_refused_before_anything_is_sent() {
    for transport in TRANSPORTS {
        for kind in RpcKind::ALL.into_iter().filter(|kind| !transport.kinds.contains(kind)) {
            let server = PlainServer::start("");
            let mut call = call(&server.url(), kind);
            call.transport = transport;
            make(&call, &[b"x"]).fails(&["cannot carry", kind.title()]);
            assert!(server.seen().is_empty());
        }
    }
}
