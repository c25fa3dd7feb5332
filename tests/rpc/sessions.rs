//! RocketMQ sessions: the stream, the heartbeats beside it, and its end.

use crate::harness::{framed, grpc_headers, status};
use crate::server::{Server, Step};
use protoloupe::rocketmq::{ClientSettings, ClientType, ServerCommand};
use protoloupe::rpc::{
    Call, Caller, Direction, Event, RocketMqClient, RpcKind, SessionEvent, run_session, session,
};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

/// status { code: OK }
const OK: &[u8] = b"\x0a\x04\x08\xa0\x9c\x01";
/// settings {}
const SETTINGS: &[u8] = b"\x12\x00";
/// verify_message_command { nonce: "n" }
const VERIFY: &[u8] = b"\x3a\x03\x0a\x01n";

type Commands = Arc<Mutex<Vec<Vec<u8>>>>;

/// A server that answers every command on the stream with `reply`, and every other call with OK; and the
/// commands that came.
fn server(reply: &'static [u8]) -> (Server, Commands) {
    let commands = Commands::default();
    let came = commands.clone();
    let answer = move |command: &[u8]| {
        came.lock().unwrap().push(command.to_vec());
        reply.to_vec()
    };
    let server = Server::start(vec![
        Step::OfPath("/Telemetry", vec![Step::Answer(Arc::new(answer))]),
        Step::ReadAll,
        Step::Headers(200, grpc_headers()),
        Step::Data(framed(0, OK)),
        Step::Trailers(status("0")),
    ]);
    (server, commands)
}

fn caller(server: &Server) -> Caller {
    let template = Call::new(server.url().parse().unwrap(), "a/B".parse().unwrap(), RpcKind::Unary);
    let mut caller = Caller::new(template);
    caller.rocketmq = Some(RocketMqClient::new("me@1".to_owned()));
    caller.session = Some(ClientSettings {
        client_type: ClientType::SimpleConsumer,
        topics: vec!["orders".to_owned()],
        group: "g".to_owned(),
        ..ClientSettings::default()
    });
    caller
}

/// Runs a session; `heard` gets every event and the way into it.
fn run(
    server: &Server,
    mut heard: impl FnMut(&SessionEvent, &protoloupe::rpc::SessionHandle),
) -> Vec<SessionEvent> {
    let caller = caller(server);
    let client = caller.client_settings().unwrap();
    let (handle, inbox) = session();
    let (tell, events) = mpsc::sync_channel(1_000);
    let thread = std::thread::spawn(move || {
        run_session(&caller, &client, inbox, &mut |event| tell.send(event).unwrap()).unwrap();
    });
    let mut all = Vec::new();
    while let Ok(event) = events.recv_timeout(Duration::from_secs(60)) {
        heard(&event, &handle);
        all.push(event);
    }
    thread.join().unwrap();
    all
}

fn command(event: &SessionEvent) -> Option<ServerCommand> {
    match event {
        SessionEvent::Stream(Event::Message(message)) if message.direction == Direction::Received => {
            Some(ServerCommand::read(&message.bytes))
        }
        _ => None,
    }
}

#[test]
fn a_session_makes_the_client_known_beats_and_says_when_it_ends() {
    let (server, commands) = server(SETTINGS);
    let events = run(&server, |event, handle| {
        if matches!(event, SessionEvent::Heartbeat(_)) {
            handle.stop();
        }
    });
    assert!(events.iter().any(|event| command(event) == Some(ServerCommand::Settings)));
    let Some(SessionEvent::Heartbeat(beat)) = events.iter().find(|e| matches!(e, SessionEvent::Heartbeat(_)))
    else {
        panic!("{events:?}")
    };
    assert!(beat.is_ok(), "{beat:?}");
    let n_ended = events.iter().filter(|event| matches!(event, SessionEvent::Ended(_))).count();
    assert_eq!(n_ended, 1);
    let Some(SessionEvent::Ended(ending)) = events.last() else { panic!("{events:?}") };
    assert!(ending.is_ok(), "{ending:?}");
    let seen = server.seen();
    let paths: Vec<&str> = seen.iter().map(|seen| seen.path.rsplit('/').next().unwrap()).collect();
    assert_eq!(paths, ["Telemetry", "Heartbeat", "NotifyClientTermination"]);
    for seen in seen.iter() {
        assert_eq!(seen.headers["x-mq-client-id"], "me@1", "{}", seen.path);
    }
    assert!(!seen[0].headers.contains_key("grpc-timeout"));
    assert_eq!(commands.lock().unwrap().len(), 1);
    // group { name: "g" }  client_type: SIMPLE_CONSUMER
    assert_eq!(seen[1].body, framed(0, b"\x0a\x03\x12\x01g\x10\x03"));
    assert_eq!(seen[2].body, framed(0, b"\x0a\x03\x12\x01g"));
}

#[test]
fn nothing_is_answered_unasked_and_an_answer_goes_out_once() {
    let (server, commands) = server(VERIFY);
    let mut n_answers = 0;
    run(&server, |event, handle| {
        let Some(asked) = command(event) else { return };
        if n_answers == 0 {
            let answer = asked.answer(asked.answers()[0]).unwrap();
            handle.send(answer).unwrap();
        } else {
            handle.stop();
        }
        n_answers += 1;
    });
    assert_eq!(n_answers, 2);
    let commands = commands.lock().unwrap();
    // status { code: OK }  verify_message_result { nonce: "n" }
    assert_eq!(commands[1..], [b"\x0a\x04\x08\xa0\x9c\x01\x22\x03\x0a\x01n".to_vec()]);
    assert_eq!(ServerCommand::read(&commands[0]), ServerCommand::Settings);
}

#[test]
fn a_refused_session_ends_with_the_servers_reason() {
    let server = Server::start(vec![
        Step::Headers(200, grpc_headers()),
        Step::Trailers(vec![("grpc-status", "9".to_owned()), ("grpc-message", "no group".to_owned())]),
    ]);
    let events = run(&server, |_, _| {});
    let Some(SessionEvent::Ended(ending)) = events.last() else { panic!("{events:?}") };
    assert_eq!(ending.status.as_ref().unwrap().message, "no group");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_session_that_nobody_holds_ends() {
    let (server, _) = server(SETTINGS);
    let caller = caller(&server);
    let (handle, inbox) = session();
    let mut handle = Some(handle);
    let mut last = None;
    run_session(&caller, &caller.client_settings().unwrap(), inbox, &mut |event| {
        if command(&event).is_some() {
            handle.take();
        }
        last = Some(event);
    })
    .unwrap();
    assert!(matches!(last, Some(SessionEvent::Ended(_))), "{last:?}");
    assert!(server.seen().iter().any(|seen| seen.path.ends_with("/NotifyClientTermination")));
}
