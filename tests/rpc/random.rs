//! Whatever a server answers, a call ends once, with words, and keeps what came.

use crate::harness::{call, framed, grpc_headers, make};
use crate::server::{PlainServer, Server, Step};
use proptest::prelude::*;
use protoloupe::rpc::{RpcKind, TRANSPORTS};

/// The media type that an answer needs to be taken for one of the transport's.
fn media_type(transport: &str, kind: RpcKind) -> &'static str {
    match (transport, kind) {
        ("grpc-web", _) => "application/grpc-web+proto",
        ("grpc-web-text", _) => "application/grpc-web-text+proto",
        ("connect", RpcKind::Unary) => "application/proto",
        ("connect", _) => "application/connect+proto",
        _ => "application/grpc",
    }
}

/// Bytes that look more or less like frames.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let bytes = proptest::collection::vec(any::<u8>(), 0..40);
    let frame = (prop_oneof![Just(0), Just(1), Just(2), Just(0x80), any::<u8>()], bytes.clone());
    let frames = proptest::collection::vec(frame, 0..4);
    let cut = any::<proptest::sample::Index>();
    prop_oneof![
        bytes,
        (frames, cut).prop_map(|(frames, cut)| {
            let mut all: Vec<u8> = frames.iter().flat_map(|(flags, bytes)| framed(*flags, bytes)).collect();
            all.truncate(cut.index(all.len() + 1));
            all
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_body_ends_the_call_with_words(body in body(), status in "[ -~]{0,12}", encoding in "gzip|deflate|identity|x") {
        for transport in TRANSPORTS {
            for kind in transport.kinds.iter().filter(|kind| transport.name == "grpc" || **kind != RpcKind::Bidi) {
                let made = if transport.name == "grpc" {
                    let headers = [grpc_headers(), vec![("grpc-encoding", encoding.clone())]].concat();
                    let trailers = vec![("grpc-status", status.clone())];
                    let server = Server::start(vec![
                        Step::ReadAll,
                        Step::Headers(200, headers),
                        Step::Data(body.clone()),
                        Step::Trailers(trailers),
                    ]);
                    make(&call(&server.url(), *kind), &[b"x"])
                } else {
                    let head = format!(
                        "HTTP/1.1 200 OK\r\nContent-Type: {}\r\ngrpc-encoding: {encoding}\r\n\
                         content-encoding: {encoding}\r\nContent-Length: {}\r\n\r\n",
                        media_type(transport.name, *kind),
                        body.len(),
                    );
                    let server = PlainServer::start([head.as_bytes(), &body].concat());
                    let mut call = call(&server.url(), *kind);
                    call.transport = transport;
                    make(&call, &[b"x"])
                };
                prop_assert!(made.ending.status.is_some() || made.ending.failure.is_some());
                if let Some(failure) = &made.ending.failure {
                    prop_assert!(!failure.to_string().is_empty());
                }
                prop_assert!(made.received().iter().map(|message| message.len()).sum::<usize>() <= 64 << 20);
            }
        }
    }

    #[test]
    fn any_bytes_instead_of_http_end_the_call_with_words(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let server = PlainServer::start(bytes);
        for transport in TRANSPORTS {
            let mut call = call(&server.url(), RpcKind::Unary);
            call.transport = transport;
            let made = make(&call, &[b"x"]);
            prop_assert!(made.ending.failure.is_some(), "{:?}", made.ending);
        }
    }
}
