use crate::harness::{call, framed, grpc_headers, make, make_with, status};
use crate::server::{PlainServer, Server, Step};
use flate2::Compression;
use flate2::write::GzEncoder;
use h2::Reason;
use protoloupe::rpc::{Details, Direction, Event, Failure, Leftover, RpcKind};
use std::io::Write as _;

fn answering(steps: impl IntoIterator<Item = Step>) -> Server {
    let mut script = vec![Step::ReadAll, Step::Headers(200, grpc_headers())];
    script.extend(steps);
    Server::start(script)
}

fn unary(server: &Server) -> crate::harness::Made {
    make(&call(&server.url(), RpcKind::Unary), &[b"request"])
}

#[test]
fn a_gibibyte_in_a_mebibyte_of_gzip_stops_at_the_limit() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..1024 {
        bomb.write_all(&[0; 1 << 20]).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 2 << 20, "{}", bomb.len());
    let headers = [grpc_headers(), vec![("grpc-encoding", "gzip".to_owned())]].concat();
    let server =
        Server::start(vec![Step::Headers(200, headers), Step::Data(framed(1, &bomb)), Step::Silence]);
    let made = unary(&server).fails(&["comes to more than 67108864 bytes"]);
    assert!(made.received().is_empty());
    assert_eq!(made.ending.leftover.unwrap().bytes.len(), bomb.len(), "what came is kept as it came");
}

#[test]
fn a_declared_size_over_the_limit_is_said_before_the_bytes_come() {
    let server = answering([Step::Data(vec![0, 0xc0, 0, 0, 0]), Step::Silence]);
    unary(&server).fails(&["declared to have 3221225472 bytes", "67108864"]);
}

#[test]
fn a_message_that_is_cut_off_is_kept_and_said() {
    let five_of_ten = [vec![0, 0, 0, 0, 10], b"12345".to_vec()].concat();
    for (end, has_status) in [(Step::Trailers(status("0")), true), (Step::End, false)] {
        let server = answering([Step::Data(framed(0, b"whole")), Step::Data(five_of_ten.clone()), end]);
        let made = unary(&server).fails(&["5 of 10 bytes came"]);
        assert_eq!(made.received(), [b"whole"]);
        assert_eq!(made.ending.status.is_some(), has_status);
        let leftover = Leftover { declared: Some(10), bytes: b"12345".to_vec() };
        assert_eq!(made.ending.leftover, Some(leftover));
    }
}

#[test]
fn a_reset_in_the_middle_of_a_message_is_said_with_its_code() {
    let server = answering([Step::Data(vec![0, 0, 0, 0, 10, 1]), Step::Reset(Reason::INTERNAL_ERROR)]);
    // Bytes and reset may come together, and then HTTP/2 forgets the bytes.
    unary(&server).fails(&["INTERNAL_ERROR", "inside it"]);
    let server = Server::start(vec![Step::ReadAll, Step::Reset(Reason::ENHANCE_YOUR_CALM)]);
    unary(&server).fails(&["ENHANCE_YOUR_CALM", "Send less often"]);
}

#[test]
fn an_end_without_a_status_is_not_taken_for_success() {
    let server = answering([Step::Data(framed(0, b"reply")), Step::End]);
    let made = unary(&server).fails(&["without a status"]);
    assert_eq!(made.received(), [b"reply"]);
    let server = answering([Step::Data(framed(0, b"reply")), Step::Trailers(vec![("x", "y".to_owned())])]);
    unary(&server).fails(&["without a status"]);
}

#[test]
fn trailers_and_headers_over_the_limit_are_said() {
    let huge = || vec![("x-huge", "x".repeat(200 << 10)), ("grpc-status", "0".to_owned())];
    let server = answering([Step::Data(framed(0, b"reply")), Step::Trailers(huge())]);
    let made = unary(&server);
    assert!(!made.ending.is_ok());
    made.fails(&["headers or trailers", "65536"]);
    let server = Server::start(vec![Step::Headers(200, huge()), Step::End]);
    unary(&server).fails(&["headers or trailers", "65536"]);
}

#[test]
fn flags_that_mean_nothing_are_said_and_the_bytes_kept() {
    let server = answering([Step::Data(framed(7, b"odd")), Step::Silence]);
    let made = unary(&server).fails(&["flags 0x07"]);
    assert_eq!(made.ending.leftover.unwrap().bytes, b"odd");
}

#[test]
fn compression_that_was_not_agreed_on_is_said() {
    for (encoding, flags, part) in
        [("zstd", 1, "\"zstd\""), ("identity", 1, "no header says how"), ("gzip", 1, "does not decompress")]
    {
        let headers = [grpc_headers(), vec![("grpc-encoding", encoding.to_owned())]].concat();
        let server = Server::start(vec![
            Step::Headers(200, headers),
            Step::Data(framed(flags, b"abc")),
            Step::Silence,
        ]);
        let made = unary(&server).fails(&[part]);
        assert_eq!(made.ending.leftover.unwrap().bytes, b"abc");
    }
}

#[test]
fn html_is_shown_with_its_http_status() {
    let html = b"<html>not \x1b[31mgRPC</html>".to_vec();
    for (http_status, hint) in [(200, "Is this the address"), (502, "proxy answered")] {
        let server = Server::start(vec![
            Step::ReadAll,
            Step::Headers(http_status, vec![("content-type", "text/html; charset=utf-8".to_owned())]),
            Step::Data(html.clone()),
            Step::End,
        ]);
        let made = unary(&server).fails(&[&http_status.to_string(), "text/html", "not gRPC", hint]);
        assert_eq!(made.ending.http_status, Some(http_status));
        match made.ending.failure {
            Some(Failure::Foreign(answer)) => assert_eq!(answer.first_bytes, html),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn an_http_1_server_is_recognized_by_what_it_says() {
    let server = PlainServer::start("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\nno");
    let made = make(&call(&server.url(), RpcKind::Unary), &[b"x"]);
    match made.fails(&["HTTP 400 Bad Request", "text/plain"]).ending.failure {
        Some(Failure::Foreign(answer)) => assert_eq!(answer.first_bytes, b"no"),
        other => panic!("{other:?}"),
    }
    let server = PlainServer::start("220 mail.example.com ESMTP\r\n");
    make(&call(&server.url(), RpcKind::Unary), &[b"x"]).fails(&["not HTTP/2"]);
    let server = PlainServer::start("");
    make(&call(&server.url(), RpcKind::Unary), &[b"x"]).fails(&["The connection ended"]);
}

#[test]
fn a_status_beyond_all_numbers_is_kept_as_it_is() {
    let server = answering([
        Step::Data(framed(0, b"reply")),
        Step::Trailers(vec![
            ("grpc-status", "999".to_owned()),
            ("grpc-message", "%1b[31mred%0d%0aline".to_owned()),
        ]),
    ]);
    let made = unary(&server);
    let ending = &made.ending;
    let status = ending.status.clone().unwrap();
    assert_eq!((status.code, status.name()), (999, None));
    assert_eq!(status.message, "\u{1b}[31mred\r\nline");
    assert!(!ending.is_ok() && ending.failure.is_none());
    let server = answering([Step::Trailers(status_with("zero"))]);
    unary(&server).fails(&["\"zero\" is not a gRPC status"]);
}

fn status_with(text: &str) -> Vec<(&'static str, String)> {
    status(text)
}

#[test]
fn broken_details_are_kept_raw() {
    for (value, bytes) in [("!!!", b"!!!".to_vec()), ("//8=", vec![0xff, 0xff])] {
        let trailers = vec![("grpc-status", "3".to_owned()), ("grpc-status-details-bin", value.to_owned())];
        let server = answering([Step::Trailers(trailers)]);
        match unary(&server).ending.status.unwrap().details {
            Some(Details::Raw { bytes: raw, .. }) => assert_eq!(raw, bytes),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_goaway_is_said_with_its_code() {
    let server = Server::start(vec![Step::ReadAll, Step::GoAway(Reason::ENHANCE_YOUR_CALM), Step::Silence]);
    let made = unary(&server);
    made.fails(&["closing the connection", "ENHANCE_YOUR_CALM"]);
}

#[test]
fn a_goaway_that_lets_the_call_go_on_does_not_end_it() {
    let server = answering([Step::GoAwayLater, Step::Data(framed(0, b"reply")), Step::Trailers(status("0"))]);
    assert_eq!(unary(&server).succeeds().received(), [b"reply"]);
}

#[test]
fn a_connection_that_answers_no_pings_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        use std::io::Read as _;
        let (mut stream, _) = listener.accept().unwrap();
        // Settings, and from then on nothing.
        stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let mut call = call(&format!("http://{address}"), RpcKind::ServerStream);
    call.keep_alive = Some(std::time::Duration::from_millis(200));
    make(&call, &[b"x"]).fails(&["The connection ended", "pings"]);
    thread.join().unwrap();
}

#[test]
fn an_endless_stream_takes_bounded_memory_and_ends_when_told_to() {
    let server = answering([Step::Endless(framed(0, &[7; 1000]).repeat(50))]);
    let mut n_received = 0;
    let made = make_with(&call(&server.url(), RpcKind::ServerStream), |event, outbox| match event {
        Event::Connected { .. } => outbox.try_send(vec![1]).unwrap(),
        Event::Message(message) if message.direction == Direction::Received => {
            n_received += 1;
            if n_received == 20_000 {
                outbox.cancel();
            }
        }
        _ => {}
    });
    assert!(matches!(made.ending.failure, Some(Failure::Cancelled(_))), "{:?}", made.ending);
    assert_eq!(n_received, 20_000, "nothing is handed on after a cancel");
    assert_eq!(made.log.messages().len(), 100);
    assert_eq!(made.log.n_dropped(), 20_001 - 100);
}

#[test]
fn tiny_messages_may_come_faster_than_they_are_looked_at() {
    const N_MESSAGES: u32 = 30_000;
    let server = answering([Step::Endless(framed(0, b""))]);
    let mut n_received = 0;
    let made = make_with(&call(&server.url(), RpcKind::ServerStream), |event, outbox| match event {
        Event::Connected { .. } => outbox.try_send(vec![1]).unwrap(),
        Event::Message(message) if message.direction == Direction::Received => {
            n_received += 1;
            if n_received % 3_000 == 1 {
                // The server fills the window meanwhile.
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
            if n_received == N_MESSAGES {
                outbox.cancel();
            }
        }
        _ => {}
    });
    assert!(matches!(made.ending.failure, Some(Failure::Cancelled(_))), "{:?}", made.ending);
    assert_eq!(n_received, N_MESSAGES);
}

#[test]
fn nobody_at_the_address_is_said() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    make(&call(&format!("http://{closed}"), RpcKind::Unary), &[b"x"]).fails(&["refused", "listens"]);
    make(&call("http://no-such-host.invalid:1", RpcKind::Unary), &[b"x"])
        .fails(&["no-such-host.invalid", "spelling"]);
}

#[test]
fn ok_without_a_message_is_not_ok_where_one_is_due() {
    let server = answering([Step::Trailers(status("0"))]);
    unary(&server).fails(&["no message came"]);
    make(&call(&server.url(), RpcKind::ServerStream), &[b"x"]).succeeds();
}
