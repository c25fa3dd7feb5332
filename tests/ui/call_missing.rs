//! What Send asks for where something is missing, and where it leads.

use crate::calls::{REQUEST, replying, said, send, state, to, wait_for_end, window_as_high, window_on};
use crate::server::{Server, Step, grpc_headers};
use crate::window::{CTRL, Window, click, press_with, type_text};
use egui::{Key, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoloupe::app::{Action, CallAct, CallForm, Dialog, MetadataDraft};
use protoloupe::rpc::RpcKind;
use std::time::Duration;

const NO_METHOD: &str = "Nothing was sent: no method is chosen";
const NO_SERVER: &str = "Nothing was sent: no server is named";

/// The one toolbar and the one pane have a button each.
fn first_send(window: &mut Window) {
    window.get_all_by_role_and_label(Role::Button, "Send").next().expect("a button").click();
    window.run();
}

fn ctrl_enter(window: &mut Window) {
    press_with(window, CTRL, Key::Enter);
}

const WAYS: [fn(&mut Window); 3] = [first_send, send, ctrl_enter];

fn is_focused(window: &Window, name: &str) -> bool {
    let node = window.get_by(|node| {
        matches!(node.role(), Role::TextInput | Role::PasswordInput) && node.label().as_deref() == Some(name)
    });
    node.accesskit_node().is_focused()
}

/// Small enough for a head of one line over any part but the timeline.
fn make_small(window: &mut Window) {
    window.set_size(egui::vec2(600.0, 420.0));
    window.run();
}

#[test]
fn send_asks_for_the_method_that_a_reply_does_not_have() {
    for way in WAYS {
        let server = replying();
        let mut window = window_on(REQUEST, to(&server.url()));
        send(&mut window);
        wait_for_end(&mut window);
        assert!(said(&window).starts_with("20000 OK"), "{}", said(&window));
        way(&mut window);
        window.get_by_label("Call which method");
        assert!(said(&window).starts_with(NO_METHOD), "{}", said(&window));
        type_text(&mut window, "ackmess");
        window.key_press(Key::Enter);
        window.run();
        let target = &state(&window).calls.target;
        assert_eq!(target.text, "apache.rocketmq.v2.MessagingService/AckMessage");
        assert!(!said(&window).starts_with("Nothing was sent:"), "{}", said(&window));
        assert_eq!(server.seen().len(), 1, "to choose sends nothing");
    }
}

#[test]
fn send_gives_the_server_the_keyboard_where_none_is_named() {
    for way in WAYS {
        let mut window = window_on(REQUEST, |_| {});
        assert!(!is_focused(&window, "Server"));
        for _ in 0..2 {
            way(&mut window);
            window.run();
            assert!(is_focused(&window, "Server"));
            assert!(said(&window).starts_with(NO_SERVER), "{}", said(&window));
            // And once more, from somewhere else.
            window.get_by_role_and_label(Role::TextInput, "Search").focus();
            window.run();
            assert!(!is_focused(&window, "Server"));
        }
    }
}

#[test]
fn send_comes_to_the_front_with_what_is_missing() {
    let mut window = window_on(REQUEST, |_| {});
    click(&mut window, Role::Button, "Hide calls");
    ctrl_enter(&mut window);
    window.run();
    assert!(state(&window).settings.show_call && is_focused(&window, "Server"));
    assert!(said(&window).starts_with(NO_SERVER), "{}", said(&window));
}

#[test]
fn in_a_small_window_the_server_gets_the_keyboard_in_every_part() {
    for part in ["Timeline", "Settings", "Calls", "Saved"] {
        let mut window = window_on(REQUEST, |_| {});
        make_small(&mut window);
        if part != "Timeline" {
            click(&mut window, Role::RadioButton, part);
        }
        ctrl_enter(&mut window);
        window.run();
        assert!(is_focused(&window, "Server"), "{part}");
        assert!(said(&window).starts_with(NO_SERVER), "{}", said(&window));
    }
}

#[test]
fn a_field_that_is_wrong_comes_into_view_with_the_keyboard() {
    let draft = |name: &str, value: &str| MetadataDraft { name: name.to_owned(), value: value.to_owned() };
    let tls = "https://example.com";
    let plain = "http://127.0.0.1:9";
    type Change = Box<dyn Fn(&mut CallForm)>;
    let cases: Vec<(&str, &str, &str, Change)> = vec![
        (plain, "Deadline", "in Deadline, ", Box::new(|form| form.deadline = "soon".to_owned())),
        (
            plain,
            "Largest message",
            "in Largest message, ",
            Box::new(|form| form.max_message = "x".to_owned()),
        ),
        (plain, "Proxy", "in Proxy, ", Box::new(|form| form.proxy = "ftp://x".to_owned())),
        (tls, "Private key", "a client certificate ", Box::new(|form| form.certificate = "a".to_owned())),
        (tls, "Certificate", "a client certificate ", Box::new(|form| form.key = "a".to_owned())),
        (plain, "Name of metadata", "", Box::new(move |form| form.metadata = vec![draft("a b", "c")])),
        (plain, "Value of metadata", "", Box::new(move |form| form.metadata = vec![draft("x-bin", "%")])),
        (
            plain,
            "Access key",
            "an access key ",
            Box::new(|form| (form.is_rocketmq, form.secret) = (true, "a".to_owned())),
        ),
        (
            plain,
            "Secret",
            "an access key ",
            Box::new(|form| (form.is_rocketmq, form.access_key) = (true, "a".to_owned())),
        ),
    ];
    for (url, field, reason, change) in cases {
        let mut window = window_as_high(
            REQUEST,
            |form| {
                form.endpoint = url.to_owned();
                change(form);
            },
            180.0,
        );
        make_small(&mut window);
        for _ in 0..2 {
            ctrl_enter(&mut window);
            window.run();
            window.run();
            assert!(is_focused(&window, field), "{field}");
            let told = said(&window);
            assert!(told.starts_with(&format!("Nothing was sent: {reason}")), "{field}: {told}");
            let place = window
                .get_by(|node| {
                    matches!(node.role(), Role::TextInput | Role::PasswordInput)
                        && node.label().as_deref() == Some(field)
                })
                .rect();
            assert!(place.bottom() <= 420.0 && 200.0 < place.top(), "{field} is in view: {place}");
            window.get_by_role_and_label(Role::TextInput, "Search").focus();
            window.run();
        }
    }
}

#[test]
fn a_session_leads_to_what_it_lacks_too() {
    let mut window = window_on(REQUEST, to("http://127.0.0.1:9"));
    window.state_mut().apply(Action::Call(CallAct::StartSession));
    window.run();
    window.run();
    assert!(is_focused(&window, "Topics"));
    assert_eq!(said(&window), "No session was opened: no topics are named, Name them with commas in between");
    assert!(window.query_by_role(Role::Alert).is_none(), "no toast says it again");
}

#[test]
fn a_refusal_goes_with_the_document_that_it_was_about() {
    let mut window = window_on(REQUEST, |form| {
        (form.endpoint, form.deadline) = ("http://127.0.0.1:9".to_owned(), "soon".to_owned());
    });
    ctrl_enter(&mut window);
    window.run();
    assert!(said(&window).starts_with("Nothing was sent: "), "{}", said(&window));
    window.state_mut().apply(Action::OpenPasted("0a 03 12 01 61".to_owned()));
    window.run();
    assert!(state(&window).calls.refused.is_none() && !said(&window).starts_with("Nothing was sent: "));
}

#[test]
fn without_a_document_no_method_is_chosen_and_the_button_says_why() {
    let mut window = window_on(REQUEST, to("http://127.0.0.1:9"));
    let tab = state(&window).active.unwrap();
    window.state_mut().apply(Action::Call(CallAct::SetMethod("any.v1.Service/Talk".to_owned())));
    window.state_mut().apply(Action::Call(CallAct::SetKind(RpcKind::Bidi)));
    window.state_mut().apply(Action::Close(tab));
    window.state_mut().apply(Action::Answer(protoloupe::app::Answer::No));
    window.state_mut().session_mut().settle();
    window.run();
    assert!(state(&window).active.is_none());
    for name in ["Method: any.v1.Service/Talk", "Begin"] {
        let button = window.get_by_role_and_label(Role::Button, name);
        assert!(button.accesskit_node().is_disabled(), "{name}");
        button.click();
        window.run();
    }
    assert!(state(&window).dialog.is_none() && state(&window).calls.made.is_empty());
}

#[test]
fn a_method_that_no_schema_knows_is_told_of_and_may_be_typed_whole() {
    let mut window = window_on(REQUEST, to("http://127.0.0.1:9"));
    window.state_mut().apply(Action::Call(CallAct::SetMethod("a.v1.Service/New".to_owned())));
    window.run();
    assert!(said(&window).starts_with("No schema knows this method"), "{}", said(&window));
    window.state_mut().apply(Action::Show(Dialog::MethodPicker));
    window.run();
    type_text(&mut window, "zzqq");
    window.get_by_label("No method has these letters");
    window.get_by_label_contains("Type package.Service/Method");
}

#[test]
fn a_call_that_goes_on_is_ended_from_every_part_of_a_small_window() {
    let steps = || vec![Step::Headers(200, grpc_headers()), Step::Echo, Step::Silence];
    for part in ["Timeline", "Settings", "Calls", "Saved"] {
        let server = Server::start(steps());
        let mut window = window_on(REQUEST, to(&server.url()));
        make_small(&mut window);
        let act = |window: &mut Window, act| {
            window.state_mut().apply(Action::Call(act));
            window.run();
        };
        act(&mut window, CallAct::SetMethod("any.v1.Service/Talk".to_owned()));
        act(&mut window, CallAct::SetKind(RpcKind::Bidi));
        act(&mut window, CallAct::Send);
        for _ in 0..1_000 {
            window.state_mut().poll();
            if state(&window).calls.made.first().is_some_and(|made| made.n_received == 1) {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        window.run();
        if part != "Timeline" {
            click(&mut window, Role::RadioButton, part);
        }
        assert!(said(&window).contains(&format!(", at {}, ", server.url())), "{}", said(&window));
        click(&mut window, Role::Button, "Half-close");
        assert!(state(&window).calls.made[0].is_half_closed, "{part}");
        assert!(window.query_by_role_and_label(Role::Button, "Half-close").is_none());
        click(&mut window, Role::Button, "Cancel");
        let made = &state(&window).calls.made[0];
        assert!(made.is_cancelling || !made.is_live(), "{part}");
    }
}

#[test]
fn settings_that_are_opened_lead_to_what_is_wrong() {
    let mut window = window_on(REQUEST, |form| {
        (form.endpoint, form.deadline) = ("http://127.0.0.1:9".to_owned(), "soon".to_owned());
    });
    make_small(&mut window);
    click(&mut window, Role::RadioButton, "Settings");
    window.run();
    assert!(is_focused(&window, "Deadline"));
    let told = window.get_by_role(Role::Alert);
    let label = told.accesskit_node().label().unwrap_or_default();
    assert!(label.starts_with("\"soon\" is not a time. ") && told.rect().bottom() <= 420.0, "{label}");
    // What is typed on takes it away, and the field keeps the keyboard.
    type_text(&mut window, "5s");
    assert!(is_focused(&window, "Deadline") && window.query_by_role(Role::Alert).is_none());
    click(&mut window, Role::RadioButton, "Timeline");
    click(&mut window, Role::RadioButton, "Settings");
    window.run();
    assert!(!is_focused(&window, "Deadline"), "nothing is wrong any more");
}

#[test]
fn a_call_that_failed_says_what_helps_in_one_line_with_why() {
    let mut window = window_on(REQUEST, to("http://127.0.0.1:1"));
    send(&mut window);
    wait_for_end(&mut window);
    let told = said(&window);
    assert!(told.starts_with("Nothing listens at 127.0.0.1:1: "), "{told}");
    assert!(told.contains(", Check that the server runs and listens on this port, "), "{told}");
}
