use crate::harness::{call, framed, grpc_headers, make, make_with, status};
use crate::server::{Server, Step};
use protoloupe::rpc::{Direction, Event, Failure, Leftover, Phase, RpcKind};
use std::time::Duration;

#[test]
fn every_kind_sends_and_receives_what_it_may() {
    for (kind, sent, received) in [
        (RpcKind::Unary, 1, 1),
        (RpcKind::ServerStream, 1, 3),
        (RpcKind::ServerStream, 1, 0),
        (RpcKind::ClientStream, 3, 1),
        (RpcKind::ClientStream, 0, 1),
        (RpcKind::Bidi, 3, 2),
        (RpcKind::Bidi, 0, 0),
    ] {
        let replies: Vec<u8> = (0..received).flat_map(|n| framed(0, &[n; 4])).collect();
        let server = Server::start(vec![
            Step::ReadAll,
            Step::Headers(200, grpc_headers()),
            Step::Data(replies),
            Step::Trailers(status("0")),
        ]);
        let messages: Vec<Vec<u8>> = (0..sent).map(|n| vec![n; 5]).collect();
        let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
        let made = make(&call(&server.url(), kind), &messages).succeeds();
        let body: Vec<u8> = messages.iter().flat_map(|message| framed(0, message)).collect();
        assert_eq!(server.seen()[0].body, body, "{kind:?}");
        assert_eq!(server.seen()[0].path, "/test.v1.Service/Method");
        assert_eq!(made.sent(), messages, "{kind:?}");
        assert_eq!(made.received().len(), usize::from(received), "{kind:?}");
    }
}

#[test]
fn a_conversation_goes_message_by_message_until_it_is_half_closed() {
    let server =
        Server::start(vec![Step::Headers(200, grpc_headers()), Step::Echo, Step::Trailers(status("0"))]);
    let mut n_rounds = 0;
    let made = make_with(&call(&server.url(), RpcKind::Bidi), |event, outbox| match event {
        Event::Connected { .. } => outbox.try_send(vec![0]).unwrap(),
        Event::Message(message) if message.direction == Direction::Received => {
            n_rounds += 1;
            if n_rounds < 5 {
                outbox.try_send(vec![n_rounds]).unwrap();
            } else {
                // The server ends once nothing more will come.
                outbox.half_close().unwrap();
            }
        }
        _ => {}
    })
    .succeeds();
    let expected = [[0], [1], [2], [3], [4]];
    assert_eq!(made.received(), expected);
    assert_eq!(made.sent(), expected);
    let order: Vec<Direction> = made.log.messages().map(|message| message.direction).collect();
    assert_eq!(order, [Direction::Sent, Direction::Received].repeat(5));
    assert!(made.log.steps().iter().any(|step| matches!(step, Event::HalfClosed { .. })));
}

#[test]
fn a_cancel_is_answered_before_the_next_byte_and_keeps_what_came() {
    let server =
        Server::start(vec![Step::Headers(200, grpc_headers()), Step::Data(framed(0, b"one")), Step::Silence]);
    for kind in [RpcKind::ServerStream, RpcKind::Bidi] {
        let made = make_with(&call(&server.url(), kind), |event, outbox| match event {
            Event::Connected { .. } => outbox.try_send(b"go".to_vec()).unwrap(),
            Event::Message(message) if message.direction == Direction::Received => outbox.cancel(),
            _ => {}
        });
        assert_eq!(made.ending.failure, Some(Failure::Cancelled(Phase::Receiving)), "{kind:?}");
        assert_eq!(made.received(), [b"one"]);
    }
    // The server waited for nothing else, so the caller said that it had given up.
    wait_until(|| server.seen().iter().all(|seen| seen.reset == Some(h2::Reason::CANCEL)));
}

#[test]
fn a_cancel_before_the_first_byte_ends_the_call_too() {
    let server = Server::start(vec![Step::Silence]);
    let made = make_with(&call(&server.url(), RpcKind::Unary), |event, outbox| match event {
        Event::Connected { .. } => outbox.try_send(vec![1]).unwrap(),
        Event::Message(_) => outbox.cancel(),
        _ => {}
    });
    assert!(matches!(made.ending.failure, Some(Failure::Cancelled(_))), "{:?}", made.ending);
    assert_eq!(made.sent(), [[1]]);
}

#[test]
fn silence_ends_at_the_deadline_which_the_server_knows() {
    let server = Server::start(vec![Step::Silence]);
    let mut call = call(&server.url(), RpcKind::Unary);
    call.deadline = Some(Duration::from_millis(150));
    make(&call, &[b"x"]).fails(&["The deadline of 0.15 s passed", "longer deadline"]);
    assert_eq!(server.seen()[0].headers["grpc-timeout"], "150000u");
    call.deadline = None;
    std::thread::scope(|scope| {
        let made = make_with(&call, |event, outbox| {
            if let Event::Connected { .. } = event {
                outbox.try_send(vec![1]).unwrap();
                let (server, outbox) = (&server, outbox.clone());
                scope.spawn(move || {
                    wait_until(|| server.seen().len() == 2);
                    outbox.cancel();
                });
            }
        });
        assert!(matches!(made.ending.failure, Some(Failure::Cancelled(_))));
    });
    assert!(!server.seen()[1].headers.contains_key("grpc-timeout"));
}

#[test]
fn what_came_of_a_message_before_the_deadline_is_kept() {
    let server = Server::start(vec![
        Step::Headers(200, grpc_headers()),
        Step::Data([framed(0, b"one"), framed(0, b"two")[..6].to_vec()].concat()),
        Step::Silence,
    ]);
    let mut call = call(&server.url(), RpcKind::ServerStream);
    call.deadline = Some(Duration::from_millis(500));
    let made = make(&call, &[b"x"]).fails(&["deadline", "in the middle of the answer"]);
    assert_eq!(made.received(), [b"one"]);
    assert_eq!(made.ending.leftover, Some(Leftover { declared: Some(3), bytes: b"t".to_vec() }));
}

#[test]
fn a_call_without_its_message_is_not_made() {
    let server = Server::start(vec![Step::Silence]);
    make(&call(&server.url(), RpcKind::Unary), &[]).fails(&["no message to send"]);
    assert!(server.seen().is_empty());
}

/// Looks again until it is so; the server's side of an end comes when it comes.
fn wait_until(is_so: impl Fn() -> bool) {
    while !is_so() {
        std::thread::yield_now();
    }
}
