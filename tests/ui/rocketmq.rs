//! RocketMQ in the call pane: a session, and what follows from a message.

use crate::server::{Server, Step, framed, grpc_headers, status};
use crate::window::{Window, click, window_of};
use egui::Role;
use egui_kittest::kittest::Queryable as _;
use protoloupe::app::{Action, CallAct, CallForm, Command, Folders, Pane, Session, State};
use protoloupe::rocketmq::ClientType;
use protoloupe::schema::Schema;
use std::sync::Arc;
use std::time::Duration;

const REQUEST: &[u8] = include_bytes!("../data/captures/ReceiveMessage-req-1.bin");
const REPLY: &[u8] = include_bytes!("../data/captures/ReceiveMessage-resp-2.bin");

/// A server that answers what is said in a session with settings, and every other call with a message.
fn server() -> Server {
    Server::start(vec![
        Step::OfPath("/Telemetry", vec![Step::Answer(Arc::new(|_: &[u8]| b"\x12\x00".to_vec()))]),
        Step::ReadAll,
        Step::Headers(200, grpc_headers()),
        Step::Data(framed(0, REPLY)),
        Step::Trailers(status("0")),
    ])
}

/// A window on a request for messages, whose fields say that a simple consumer calls the server.
fn window_to(server: &Server) -> Window {
    let mut session = Session::new(Schema::builtin(), Folders::default(), || {});
    session.apply(Action::OpenPasted(REQUEST.iter().map(|byte| format!("{byte:02x} ")).collect()));
    let tab = session.state().active.expect("a tab");
    let message = Some("apache.rocketmq.v2.ReceiveMessageRequest".to_owned());
    session.apply(Action::ReadAs { tab, message });
    let mut form = CallForm { endpoint: server.url(), is_rocketmq: true, ..CallForm::default() };
    form.client_type = ClientType::ALL.iter().position(|kind| *kind == ClientType::SimpleConsumer).unwrap();
    (form.topics, form.group) = ("orders".to_owned(), "g".to_owned());
    session.apply(Action::Call(CallAct::SetForm(Box::new(form))));
    session.apply(Action::TogglePane(Pane::Call));
    session.settle();
    window_of(session, [1600.0, 1600.0])
}

#[track_caller]
fn wait(window: &mut Window, what: &str, until: impl Fn(&State) -> bool) {
    for _ in 0..6_000 {
        window.state_mut().poll();
        if until(window.state().state()) {
            window.run();
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("waited a minute for {what}");
}

#[test]
fn a_session_is_opened_and_ended_by_its_buttons() {
    let server = server();
    let mut window = window_to(&server);
    let open = Command::ToggleSession.resolve(window.state().state()).expect("a session can be opened");
    window.state_mut().apply(open);
    window.run();
    wait(&mut window, "settings", |state| state.calls.made.first().is_some_and(|made| made.n_received == 1));
    window.get_by(|node| {
        node.role() == Role::ListItem && node.label().is_some_and(|label| label.contains("2 received"))
    });
    // What is in front goes to a call of its own, not into the session.
    assert!(window.query_by_label("Send message").is_none());
    click(&mut window, Role::Button, "End session");
    wait(&mut window, "the end", |state| state.calls.session.is_none());
    assert!(window.query_by_label("End session").is_none());
    assert!(server.seen().iter().any(|seen| seen.path.ends_with("/NotifyClientTermination")));
}

#[test]
fn one_click_fills_deadline_and_headers_as_the_clients_do() {
    let server = server();
    let mut window = window_to(&server);
    let mut form = window.state().state().calls.form.clone();
    form.client_id.clear();
    window.state_mut().apply(Action::Call(CallAct::SetForm(Box::new(form))));
    window.run();
    click(&mut window, Role::RadioButton, "Settings");
    let fill = window.get_by_role_and_label(Role::Button, "Fill in as the clients of RocketMQ do");
    fill.scroll_to_me();
    window.run();
    click(&mut window, Role::Button, "Fill in as the clients of RocketMQ do");
    let form = window.state().state().calls.form.clone();
    // The message lets the server wait for 20 s, and a reply may take 3 s more.
    assert_eq!((form.deadline.as_str(), form.client_id.split('@').count()), ("23s", 4));
    let names: Vec<&str> = form.metadata.iter().map(|draft| draft.name.as_str()).collect();
    assert_eq!(names, ["x-mq-language", "x-mq-client-version", "x-mq-protocol"]);
    // A header that is changed is sent as it was changed, and the others beside it.
    let mut changed = form.clone();
    changed.metadata[0].value = "JAVA".to_owned();
    window.state_mut().apply(Action::Call(CallAct::SetForm(Box::new(changed))));
    window.state_mut().apply(Action::Call(CallAct::FillAsClient));
    assert_eq!(window.state().state().calls.form.metadata.len(), 3);
    window.state_mut().apply(Action::Call(CallAct::Send));
    wait(&mut window, "the end", |state| state.calls.made.first().is_some_and(|made| !made.is_live()));
    let seen = server.seen();
    let value = |name: &str| seen[0].headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(value("x-mq-language").as_deref(), Some("JAVA"));
    assert_eq!(value("x-mq-client-id"), Some(form.client_id));
    assert!(value("x-mq-request-id").is_some() && value("x-mq-date-time").is_some());
    assert_eq!(value("grpc-timeout").as_deref(), Some("23000000u"));
}

#[test]
fn the_menu_of_a_received_message_makes_the_request_that_acknowledges_it() {
    let server = server();
    let mut window = window_to(&server);
    window.state_mut().apply(Action::Call(CallAct::Send));
    wait(&mut window, "the end", |state| state.calls.made.first().is_some_and(|made| !made.is_live()));
    let row = window.get_by(|node| {
        node.role() == Role::ListItem && node.label().is_some_and(|label| label.contains("2 received"))
    });
    row.click_secondary();
    window.run();
    for label in ["Change how long it is invisible", "Send again as a new message"] {
        window.get_by_label(label);
    }
    window.get_by_label("Acknowledge").click();
    window.run();
    let state = window.state().state();
    assert_eq!(state.active_tab().unwrap().title, "AckMessage request");
    window.get_by_label("Method: apache.rocketmq.v2.MessagingService/AckMessage");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_session_that_lacks_something_says_what_and_shows_where() {
    let mut window = crate::window::window();
    for (endpoint, says) in [("", "no server is named"), ("http://127.0.0.1:1", "no topics are named")] {
        let form = CallForm { endpoint: endpoint.to_owned(), ..CallForm::default() };
        window.state_mut().apply(Action::Call(CallAct::SetForm(Box::new(form))));
        let open =
            Command::ToggleSession.resolve(window.state().state()).expect("a session can be asked for");
        window.state_mut().apply(open);
        window.run();
        assert!(window.state().state().settings.show_call);
        assert!(window.query_by_label_contains(says).is_some(), "{says}");
    }
    assert!(window.state().state().calls.form.is_rocketmq);
}
