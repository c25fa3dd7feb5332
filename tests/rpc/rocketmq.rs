//! RocketMQ sessions: the stream, the heartbeats beside it, and its end.

use crate::harness::{framed, grpc_headers, status};
use crate::server::{Server, Step};
use protoloupe::app::{Action, CallAct, CallForm, Folders, MadeCall, Offer, Session, State};
use protoloupe::document::ReadMode;
use protoloupe::rocketmq::{Answer, ClientSettings, ClientType, FollowUp, ServerCommand, received};
use protoloupe::rpc::{
    Call, Caller, Direction, Event, Pace, RocketMqClient, RpcKind, SessionEvent, run_session, session,
};
use protoloupe::schema::Schema;
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
    server_after(reply, Vec::new())
}

/// One that does these first.
fn server_after(reply: &'static [u8], first: Vec<Step>) -> (Server, Commands) {
    let commands = Commands::default();
    let came = commands.clone();
    let answer = move |command: &[u8]| {
        came.lock().unwrap().push(command.to_vec());
        reply.to_vec()
    };
    let others = vec![
        Step::OfPath("/Telemetry", vec![Step::Answer(Arc::new(answer))]),
        Step::ReadAll,
        Step::Headers(200, grpc_headers()),
        Step::Data(framed(0, OK)),
        Step::Trailers(status("0")),
    ];
    (Server::start([first, others].concat()), commands)
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
    heard: impl FnMut(&SessionEvent, &protoloupe::rpc::SessionHandle),
) -> Vec<SessionEvent> {
    run_at(Pace::default(), server, heard)
}

fn run_at(
    pace: Pace,
    server: &Server,
    mut heard: impl FnMut(&SessionEvent, &protoloupe::rpc::SessionHandle),
) -> Vec<SessionEvent> {
    let caller = caller(server);
    let client = caller.client_settings().unwrap();
    let (handle, inbox) = session();
    let (tell, events) = mpsc::sync_channel(1_000);
    let thread = std::thread::spawn(move || {
        run_session(&caller, &client, &pace, inbox, &mut |event| tell.send(event).unwrap()).unwrap();
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

/// As fast as a test wants it.
const FAST: Pace = Pace {
    first_heartbeat: Duration::from_secs(60),
    heartbeat: Duration::from_secs(60),
    settings: Duration::from_secs(60),
    first_pause: Duration::from_millis(1),
    longest_pause: Duration::from_millis(4),
    n_tries: 5,
    last_words: Duration::from_secs(1),
};

/// The server's settings, and then the end that comes of these steps.
fn breaking(end: Vec<Step>) -> Vec<Step> {
    [vec![Step::Headers(200, grpc_headers()), Step::Data(framed(0, SETTINGS))], end].concat()
}

#[test]
fn settings_are_sent_again_from_time_to_time() {
    let (server, commands) = server(SETTINGS);
    let pace = Pace { settings: Duration::from_millis(20), ..FAST };
    let mut n_settings = 0;
    run_at(pace, &server, |event, handle| {
        n_settings += usize::from(command(event) == Some(ServerCommand::Settings));
        if n_settings == 3 {
            handle.stop();
        }
    });
    let commands = commands.lock().unwrap();
    assert!(commands.len() >= 3, "{}", commands.len());
    assert!(commands.iter().all(|command| *command == commands[0]));
    assert_eq!(ServerCommand::read(&commands[0]), ServerCommand::Settings);
}

#[test]
fn a_stream_that_is_lost_is_opened_again_with_the_settings_first() {
    let lost = breaking(vec![Step::Trailers(status("14"))]);
    let (server, commands) = server_after(SETTINGS, vec![Step::FirstOfPath(2, "/Telemetry", lost)]);
    let (mut n_lost, mut last) = (0, Duration::ZERO);
    let events = run_at(FAST, &server, |event, handle| {
        match event {
            SessionEvent::Lost(lost) => {
                n_lost += 1;
                assert_eq!((lost.n_try, lost.n_tries), (n_lost, 5));
                assert_eq!(lost.again_in, FAST.first_pause * n_lost);
                // Waits for the next stream.
                handle.send(VERIFY.to_vec()).unwrap();
            }
            SessionEvent::Stream(Event::Connected { at, .. }) => {
                assert!(last <= *at, "time went back");
                last = *at;
            }
            _ => {}
        }
        if n_lost == 2 && command(event).is_some() {
            handle.stop();
        }
    });
    assert!(matches!(events.last(), Some(SessionEvent::Ended(_))), "{events:?}");
    let seen = server.seen();
    let streams: Vec<_> = seen.iter().filter(|seen| seen.path.ends_with("/Telemetry")).collect();
    assert_eq!(streams.len(), 3);
    assert!(streams.iter().all(|seen| seen.headers["x-mq-client-id"] == "me@1"));
    let requests: std::collections::BTreeSet<_> =
        streams.iter().map(|seen| seen.headers["x-mq-request-id"].clone()).collect();
    assert_eq!(requests.len(), 3, "the headers are not made afresh");
    let first = commands.lock().unwrap()[0].clone();
    assert_eq!(ServerCommand::read(&first), ServerCommand::Settings);
}

#[test]
fn a_session_is_given_up_after_so_many_tries_and_at_once_where_the_server_says_no() {
    for (end, n_streams) in [
        (vec![Step::End], 6),
        (vec![Step::Trailers(status("14"))], 6),
        (vec![Step::Trailers(status("0"))], 6),
        (vec![Step::Trailers(status("16"))], 1),
        (vec![Step::Trailers(status("9"))], 1),
    ] {
        let server = Server::start(breaking(end));
        let events = run_at(FAST, &server, |_, _| {});
        let n_lost = events.iter().filter(|event| matches!(event, SessionEvent::Lost(_))).count();
        assert_eq!((n_lost + 1, server.seen().len()), (n_streams, n_streams));
        assert!(matches!(events.last(), Some(SessionEvent::Ended(_))));
    }
}

#[test]
fn a_session_that_waits_for_its_stream_ends_when_it_is_told_to() {
    let pace = Pace { first_pause: Duration::from_secs(60), longest_pause: Duration::from_secs(60), ..FAST };
    type Act = fn(&protoloupe::rpc::SessionHandle);
    for act in [|handle| handle.stop(), |handle| handle.canceller().cancel()] as [Act; 2] {
        let server = Server::start(breaking(vec![Step::Trailers(status("14"))]));
        let events = run_at(pace, &server, |event, handle| {
            if matches!(event, SessionEvent::Lost(_)) {
                act(handle);
            }
        });
        assert!(events.iter().any(|event| matches!(event, SessionEvent::Lost(_))), "{events:?}");
        assert!(matches!(events.last(), Some(SessionEvent::Ended(_))), "{events:?}");
        assert_eq!(server.seen().len(), 1, "nothing is asked of a server that is not there");
    }
}

#[test]
fn a_session_that_nobody_holds_ends() {
    let (server, _) = server(SETTINGS);
    let caller = caller(&server);
    let (handle, inbox) = session();
    let mut handle = Some(handle);
    let mut last = None;
    run_session(&caller, &caller.client_settings().unwrap(), &Pace::default(), inbox, &mut |event| {
        if command(&event).is_some() {
            handle.take();
        }
        last = Some(event);
    })
    .unwrap();
    assert!(matches!(last, Some(SessionEvent::Ended(_))), "{last:?}");
    assert!(server.seen().iter().any(|seen| seen.path.ends_with("/NotifyClientTermination")));
}

const RECEIVE: &[u8] = include_bytes!("../data/captures/ReceiveMessage-req-1.bin");
const RECEIVED: &[u8] = include_bytes!("../data/captures/ReceiveMessage-resp-2.bin");

/// The window's state, whose fields say that a simple consumer calls this server.
struct App(Session);

impl App {
    fn new(server: &Server) -> App {
        let mut app = App(Session::new(Schema::builtin(), Folders::default(), || {}));
        let mut form = CallForm { endpoint: server.url(), is_rocketmq: true, ..CallForm::default() };
        form.client_type =
            ClientType::ALL.iter().position(|kind| *kind == ClientType::SimpleConsumer).unwrap();
        form.topics = "orders, payments".to_owned();
        form.group = "g".to_owned();
        app.act(CallAct::SetForm(Box::new(form)));
        app
    }

    fn act(&mut self, act: CallAct) {
        self.0.apply(Action::Call(act));
        self.0.settle();
    }

    fn open(&mut self, bytes: &[u8], message: &str) {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x} ")).collect();
        self.0.apply(Action::OpenPasted(hex));
        let tab = self.0.state().active.expect("a tab");
        self.0.apply(Action::ReadAs { tab, message: Some(format!("apache.rocketmq.v2.{message}")) });
        self.0.settle();
    }

    #[track_caller]
    fn wait(&mut self, what: &str, until: impl Fn(&State) -> bool) {
        for _ in 0..6_000 {
            self.0.settle();
            if until(self.0.state()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("waited a minute for {what}");
    }

    fn made(&self) -> &MadeCall {
        self.0.state().calls.made.last().expect("a call")
    }

    fn bytes(&self) -> Vec<u8> {
        let document = &self.0.state().active_document().expect("a document").document;
        document.snapshot().bytes(0..document.snapshot().len(), ReadMode::Wait).unwrap()
    }
}

#[test]
fn calls_beside_a_session_are_made_by_its_client() {
    let (server, commands) = server(SETTINGS);
    let mut app = App::new(&server);
    app.act(CallAct::StartSession);
    app.wait("a heartbeat", |state| {
        let steps = state.calls.made.first().map(|made| made.steps.all()).unwrap_or_default();
        steps.iter().any(|step| step.title == "Heartbeat: 20000 OK")
    });
    assert_eq!(app.made().n_received, 1);
    assert_eq!(ServerCommand::read(&commands.lock().unwrap()[0]), ServerCommand::Settings);
    let titles: Vec<String> =
        app.made().log.messages().filter_map(|message| app.made().command_title(message)).collect();
    assert_eq!(titles, ["The client's settings", "The server's settings"]);
    let session = app.0.state().calls.session.clone().expect("a session");
    // There is one at a time.
    app.act(CallAct::StartSession);
    assert_eq!(app.0.state().calls.made.len(), 1);
    app.open(b"\x0a\x08\x12\x06orders", "QueryRouteRequest");
    app.act(CallAct::SetAside);
    app.act(CallAct::SetMethod("apache.rocketmq.v2.MessagingService/QueryRoute".to_owned()));
    app.act(CallAct::Send);
    app.wait("the reply", |state| state.calls.made.len() == 2 && !state.calls.made[1].is_live());
    app.act(CallAct::EndSession);
    app.wait("the end", |state| state.calls.session.is_none());
    assert!(app.0.state().calls.call(session.call).is_some_and(|made| !made.is_live()));
    let seen = server.seen();
    let last: Vec<&str> = seen.iter().map(|seen| seen.path.rsplit('/').next().unwrap()).collect();
    for method in ["Telemetry", "Heartbeat", "QueryRoute", "NotifyClientTermination"] {
        assert!(last.contains(&method), "{method} is not in {last:?}");
    }
    for seen in seen.iter() {
        assert_eq!(seen.headers["x-mq-client-id"], session.client_id.as_str(), "{}", seen.path);
    }
}

#[test]
fn a_session_that_cannot_be_is_not_opened() {
    let (server, _) = server(SETTINGS);
    let mut app = App::new(&server);
    let mut form = app.0.state().calls.form.clone();
    form.group = String::new();
    app.act(CallAct::SetForm(Box::new(form)));
    app.act(CallAct::StartSession);
    let refused = app.0.state().calls.refused.as_ref().map(|refused| refused.reason.clone());
    assert!(refused.as_ref().is_some_and(|reason| reason.contains("A consumer has a group")), "{refused:?}");
    assert!(app.0.state().calls.made.is_empty() && server.seen().is_empty());
}

#[test]
fn a_command_of_the_server_is_answered_when_a_person_says_so() {
    let (server, commands) = server(VERIFY);
    let mut app = App::new(&server);
    app.act(CallAct::StartSession);
    app.wait("a command", |state| state.calls.made.first().is_some_and(|made| made.n_received == 1));
    let offers = app.made().offers(1);
    assert_eq!(offers, [Offer::Answer(Answer::Consumed)]);
    let call = app.made().id;
    app.act(CallAct::TakeOffer { call, nth: 1, offer: offers[0] });
    app.wait("the next one", |state| state.calls.made[0].n_received == 2);
    assert_eq!(commands.lock().unwrap()[1], b"\x0a\x04\x08\xa0\x9c\x01\x22\x03\x0a\x01n");
}

#[test]
fn a_received_message_leads_to_requests_that_wait_to_be_sent() {
    let server = Server::start(vec![
        Step::ReadAll,
        Step::Headers(200, grpc_headers()),
        Step::Data([framed(0, OK), framed(0, RECEIVED)].concat()),
        Step::Trailers(status("0")),
    ]);
    let mut app = App::new(&server);
    app.open(RECEIVE, "ReceiveMessageRequest");
    app.act(CallAct::SetMethod("apache.rocketmq.v2.MessagingService/ReceiveMessage".to_owned()));
    app.act(CallAct::Send);
    app.wait("the end", |state| state.calls.made.first().is_some_and(|made| !made.is_live()));
    // The request itself and the status lead nowhere.
    assert_eq!((app.made().offers(0), app.made().offers(1)), (vec![], vec![]));
    let offers = app.made().offers(2);
    assert_eq!(offers, FollowUp::ALL.map(Offer::FollowUp));
    let call = app.made().id;
    for offer in offers {
        app.act(CallAct::TakeOffer { call, nth: 2, offer });
        let Offer::FollowUp(follow_up) = offer else { panic!("{offer:?}") };
        let state = app.0.state();
        assert_eq!(state.calls.target.path().unwrap().to_string(), follow_up.method());
        let open = state.active_document().unwrap();
        assert_eq!(open.document.message().unwrap().full_name(), follow_up.message_type());
        if follow_up == FollowUp::Acknowledge {
            let reply = Schema::builtin().message("ReceiveMessageResponse").unwrap();
            let expected = received(&reply, RECEIVED, RECEIVE).unwrap().request(follow_up, "").unwrap();
            assert_eq!(app.bytes(), expected);
        }
    }
    assert_eq!(server.seen().len(), 1);
    app.act(CallAct::Send);
    app.wait("the second call", |state| state.calls.made.len() == 2 && !state.calls.made[1].is_live());
    assert!(server.seen()[1].path.ends_with("/SendMessage"), "{}", server.seen()[1].path);
}
