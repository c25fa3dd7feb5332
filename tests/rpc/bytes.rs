use crate::harness::{call, framed, grpc_headers, make, status};
use crate::server::{Server, Step};
use protoloupe::rpc::RpcKind;

fn echo() -> Server {
    Server::start(vec![Step::Headers(200, grpc_headers()), Step::Echo, Step::Trailers(status("0"))])
}

/// Bytes of every kind that a person may want to send.
fn documents() -> Vec<(&'static str, Vec<u8>)> {
    let sixteen_mib = (0..16_u32 << 20).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    vec![
        ("empty", vec![]),
        ("one byte", vec![0]),
        ("invalid: a length that overruns", b"\x0a\x7fab".to_vec()),
        ("invalid: an unfinished varint", vec![0x08, 0xff, 0xff]),
        ("an unknown field", b"\x9a\x06\x05hello".to_vec()),
        ("padded varints", vec![0x88, 0x80, 0x00, 0x81, 0x80, 0x80, 0x00]),
        ("looks like a frame", vec![0, 0, 0, 0, 1, 7]),
        ("16 MiB", sixteen_mib),
    ]
}

#[test]
fn what_goes_out_and_what_comes_back_are_the_document_byte_for_byte() {
    let server = echo();
    for (what, document) in documents() {
        let made = make(&call(&server.url(), RpcKind::Unary), &[&document]).succeeds();
        let seen = server.seen().pop().unwrap();
        assert!(seen.body == framed(0, &document), "{what}: the server got other bytes");
        assert!(made.received() == [&document], "{what}: other bytes came back");
        assert!(made.sent() == [&document], "{what}");
    }
}

#[test]
fn compression_is_around_the_bytes_and_changes_none_of_them() {
    let server = Server::start(vec![
        Step::Headers(200, [grpc_headers(), vec![("grpc-encoding", "gzip".to_owned())]].concat()),
        Step::Echo,
        Step::Trailers(status("0")),
    ]);
    for (what, document) in documents() {
        let mut call = call(&server.url(), RpcKind::Unary);
        call.compress = true;
        let made = make(&call, &[&document]).succeeds();
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.body[0], 1, "{what}");
        assert_eq!(seen.headers["grpc-encoding"], "gzip");
        assert!(made.received() == [&document], "{what}: other bytes came back");
        assert!(made.log.messages().all(|message| message.is_compressed), "{what}");
    }
}

#[test]
fn a_message_over_the_limit_goes_out_and_does_not_come_back() {
    let server = echo();
    let mut call = call(&server.url(), RpcKind::Unary);
    call.limits.message = 999;
    let made = make(&call, &[&[7; 1000]]).fails(&["declared to have 1000 bytes", "limit is 999", "Raise"]);
    assert_eq!(made.sent(), [[7; 1000]]);
    assert!(made.received().is_empty());
}
