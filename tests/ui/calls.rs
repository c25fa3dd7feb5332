//! Calls from the window: sending, replies as tabs, questions, open calls, settings.

use crate::server::{Server, Step, framed, grpc_headers, status};
use crate::window::{CTRL, CTRL_SHIFT, Window, bytes, click, press_with, type_text, window_of};
use egui::{Key, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoloupe::app::{Action, CallAct, CallForm, Folders, Layout, MetadataDraft, Pane, Session, State};
use protoloupe::schema::Schema;
use std::time::Duration;

const ROUTE: &str = "apache.rocketmq.v2.QueryRouteRequest";
/// A topic "orders".
pub const REQUEST: &[u8] = b"\x0a\x08\x12\x06orders";
/// Status 20000, with a padded length.
const REPLY: &[u8] = b"\x0a\x84\x00\x08\xa0\x9c\x01";

/// A window on a request of these bytes, with the call pane shown.
pub fn window_on(request: &[u8], change: impl FnOnce(&mut CallForm)) -> Window {
    window_as_high(request, change, 220.0)
}

/// The same with a pane of this height in points.
pub fn window_as_high(request: &[u8], change: impl FnOnce(&mut CallForm), height: f32) -> Window {
    let mut session = Session::new(Schema::builtin(), Folders::default(), || {});
    let hex: String = request.iter().map(|byte| format!("{byte:02x} ")).collect();
    session.apply(Action::OpenPasted(hex));
    let tab = session.state().active.expect("a tab");
    session.apply(Action::ReadAs { tab, message: Some(ROUTE.to_owned()) });
    let mut form = CallForm::default();
    change(&mut form);
    session.apply(Action::Call(CallAct::SetForm(Box::new(form))));
    session.apply(Action::TogglePane(Pane::Call));
    session.apply(Action::Arrange(Layout { bottom_height: Some(height), ..Layout::default() }));
    session.settle();
    window_of(session, [1400.0, 860.0])
}

pub fn to(url: &str) -> impl FnOnce(&mut CallForm) + use<> {
    let url = url.to_owned();
    move |form| form.endpoint = url
}

pub fn state(window: &Window) -> &State {
    window.state().state()
}

#[track_caller]
fn wait(window: &mut Window, what: &str, until: impl Fn(&State) -> bool) {
    for _ in 0..6_000 {
        window.state_mut().poll();
        if until(state(window)) {
            window.run();
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("waited a minute for {what}");
}

#[track_caller]
pub fn wait_for_end(window: &mut Window) {
    wait(window, "the end", |state| state.calls.made.last().is_some_and(|made| !made.is_live()));
}

/// Presses the pane's button; the toolbar has one too.
pub fn send(window: &mut Window) {
    let buttons = window.get_all_by_role_and_label(Role::Button, "Send");
    buttons.last().expect("a button").click();
    window.run();
}

pub fn replying() -> Server {
    let headers = Step::Headers(200, grpc_headers());
    Server::start(vec![Step::ReadAll, headers, Step::Data(framed(0, REPLY)), Step::Trailers(status("0"))])
}

fn echoing() -> Server {
    Server::start(vec![Step::Headers(200, grpc_headers()), Step::Echo, Step::Trailers(status("0"))])
}

pub fn said(window: &Window) -> String {
    let line = window.get_by_role(Role::Status);
    line.accesskit_node().label().unwrap_or_default()
}

#[test]
fn send_sends_the_document_and_the_reply_comes_to_the_front() {
    let server = replying();
    let mut window = window_on(REQUEST, to(&server.url()));
    assert_eq!(said(&window), "Nothing was sent yet");
    window.get_by_label("Method: apache.rocketmq.v2.MessagingService/QueryRoute");
    press_with(&mut window, CTRL, Key::Enter);
    wait_for_end(&mut window);
    assert_eq!(server.seen().len(), 1);
    assert!(server.seen()[0].body == framed(0, REQUEST), "the server got other bytes");
    assert_eq!(state(&window).active_tab().unwrap().title, "reply 1 of QueryRoute");
    assert_eq!(bytes(&window), REPLY);
    assert!(said(&window).starts_with("20000 OK, gRPC 0 OK · HTTP 200 OK · "), "{}", said(&window));
    // The timeline tells of each step.
    for name in ["Trailers", "Ended: 20000 OK"] {
        window.get_by(|node| {
            node.role() == Role::ListItem && node.label().is_some_and(|label| label.contains(name))
        });
    }
}

#[test]
fn a_message_opens_from_the_timeline_by_keys_and_by_its_button() {
    let server = echoing();
    let mut window = window_on(REQUEST, to(&server.url()));
    let act = |window: &mut Window, act| {
        window.state_mut().apply(Action::Call(act));
        window.run();
    };
    act(&mut window, CallAct::SetMethod("any.v1.Service/Talk".to_owned()));
    act(&mut window, CallAct::SetKind(protoloupe::rpc::RpcKind::Bidi));
    click(&mut window, Role::Button, "Begin");
    wait(&mut window, "the connection", |state| state.calls.made[0].steps.all().len() >= 3);
    click(&mut window, Role::Button, "Send message");
    wait(&mut window, "the echo", |state| state.calls.made[0].n_received == 1);
    assert_eq!(state(&window).tabs.len(), 1);
    let row = window.get_by(|node| {
        node.role() == Role::ListItem && node.label().is_some_and(|label| label.contains("2 received"))
    });
    row.click();
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(state(&window).active_tab().unwrap().title, "reply 1 of Talk");
    assert_eq!(bytes(&window), REQUEST);
    // The reply goes back as the next message: what is in front is what is sent.
    click(&mut window, Role::Button, "Send message");
    wait(&mut window, "the second echo", |state| state.calls.made[0].n_received == 2);
    click(&mut window, Role::Button, "Half-close");
    wait_for_end(&mut window);
    assert_eq!(server.seen()[0].body, framed(0, REQUEST).repeat(2));
    assert!(window.query_by_label("Half-close").is_none() && window.query_by_label("Cancel").is_none());
}

#[test]
fn a_reply_is_compared_with_the_one_before_from_its_menu() {
    let replies = [framed(0, REPLY), framed(0, b"\x0a\x03\x08\xa1\x9c\x01")].concat();
    let headers = Step::Headers(200, grpc_headers());
    let steps = vec![Step::ReadAll, headers, Step::Data(replies), Step::Trailers(status("0"))];
    let server = Server::start(steps);
    let mut window = window_on(REQUEST, to(&server.url()));
    let method = "apache.rocketmq.v2.MessagingService/ReceiveMessage".to_owned();
    window.state_mut().apply(Action::Call(CallAct::SetMethod(method)));
    window.state_mut().apply(Action::Call(CallAct::Send));
    window.run();
    // The document is another message than this method takes.
    click(&mut window, Role::Button, "Send anyway");
    wait_for_end(&mut window);
    let row = window.get_by(|node| {
        node.role() == Role::ListItem && node.label().is_some_and(|label| label.contains("3 received"))
    });
    row.click_secondary();
    window.run();
    window.get_by_label("Compare with the reply before").click();
    window.run();
    assert!(state(&window).comparison.is_some(), "the differences are shown");
    let titles: Vec<&str> = state(&window).tabs.iter().map(|tab| tab.title.as_str()).collect();
    assert_eq!(titles[1..], ["reply 1 of ReceiveMessage", "reply 2 of ReceiveMessage"]);
}

#[test]
fn the_methods_that_take_the_document_come_first_whatever_is_in_front() {
    let mut window = window_on(REQUEST, to("http://127.0.0.1:9"));
    press_with(&mut window, CTRL_SHIFT, Key::M);
    let offers: Vec<String> =
        window.get_all_by_role(Role::ListItem).filter_map(|node| node.accesskit_node().label()).collect();
    assert!(offers.iter().any(|label| label.contains("QueryRoute")), "{offers:?}");
    window.key_press(Key::Escape);
    window.run();
    // Another document has another method, without a word.
    window.state_mut().apply(Action::OpenPasted("0a 03 12 01 61".to_owned()));
    let tab = state(&window).active.unwrap();
    let message = Some("apache.rocketmq.v2.HeartbeatRequest".to_owned());
    window.state_mut().apply(Action::ReadAs { tab, message });
    window.run();
    window.get_by_label("Method: apache.rocketmq.v2.MessagingService/Heartbeat");
}

#[test]
fn a_call_that_nobody_answers_is_cancelled_by_its_button_and_by_key() {
    let server = Server::start(vec![Step::ReadAll, Step::Silence]);
    let mut window = window_on(REQUEST, to(&server.url()));
    for n_calls in 1..3 {
        send(&mut window);
        wait(&mut window, "the message to go", |state| {
            state.calls.made.len() == n_calls && state.calls.made[n_calls - 1].n_sent == 1
        });
        assert!(said(&window).starts_with("Calling QueryRoute"), "{}", said(&window));
        if n_calls == 1 {
            click(&mut window, Role::Button, "Cancel");
        } else {
            press_with(&mut window, CTRL_SHIFT, Key::L);
        }
        wait_for_end(&mut window);
        assert!(said(&window).starts_with("Cancelled"), "{}", said(&window));
    }
}

#[test]
fn esc_in_the_timeline_gives_a_call_up_and_a_hidden_one_is_told_of_below() {
    let server = Server::start(vec![Step::ReadAll, Step::Silence]);
    let mut window = window_on(REQUEST, to(&server.url()));
    send(&mut window);
    wait(&mut window, "the message to go", |state| state.calls.made[0].n_sent == 1);
    click(&mut window, Role::Button, "Hide calls");
    click(&mut window, Role::Button, "1 call goes on");
    let row = window.get_by(|node| {
        node.role() == Role::ListItem && node.label().is_some_and(|label| label.contains("1 sent"))
    });
    row.click();
    window.run();
    window.key_press(Key::Escape);
    window.run();
    wait_for_end(&mut window);
    assert!(window.query_by_label("1 call goes on").is_none());
    assert!(said(&window).starts_with("Cancelled"), "{}", said(&window));
}

#[test]
fn damage_and_strangers_are_asked_about_before_anything_is_sent() {
    let server = replying();
    let mut window = window_on(b"\x0a\x7f", to(&server.url()));
    send(&mut window);
    window.get_by_label("Send bytes that do not decode?");
    press_with(&mut window, CTRL, Key::Enter);
    assert!(window.query_by_role_and_label(Role::Button, "Send anyway").is_some(), "it is still asked");
    click(&mut window, Role::Button, "Send anyway");
    wait_for_end(&mut window);
    assert!(server.seen()[0].body == framed(0, b"\x0a\x7f"), "the server got other bytes");

    let mut window = window_on(REQUEST, to("http://192.0.2.1:9"));
    send(&mut window);
    window.get_by_label("Send to this server?");
    window.get_by_label("Without credentials");
    window.key_press(Key::Escape);
    window.run();
    assert!(state(&window).dialog.is_none() && state(&window).calls.made.is_empty());
}

#[test]
fn fields_say_what_is_wrong_with_them() {
    let mut window = window_on(REQUEST, |_| {});
    assert_eq!(said(&window), "Name a server, then send the document to it");
    window.get_by_role_and_label(Role::TextInput, "Server").focus();
    window.run();
    type_text(&mut window, "localhost:1");
    assert!(said(&window).contains("does not say how to speak to the server"), "{}", said(&window));
    click(&mut window, Role::RadioButton, "Settings");
    window.get_by_role_and_label(Role::TextInput, "Deadline").focus();
    window.run();
    type_text(&mut window, "5");
    window.get_by(|node| {
        node.role() == Role::Alert && node.label().is_some_and(|label| label.contains("\"5\" is not a time"))
    });
    type_text(&mut window, "s");
    assert_eq!(state(&window).calls.form.deadline, "5s");
    assert!(window.query_by_role(Role::Alert).is_none());
}

#[test]
fn the_method_picker_finds_methods_and_takes_one_that_no_schema_knows() {
    let mut window = window_on(REQUEST, to("http://127.0.0.1:9"));
    press_with(&mut window, CTRL_SHIFT, Key::M);
    type_text(&mut window, "ackmess");
    window.key_press(Key::Enter);
    window.run();
    let target = &state(&window).calls.target;
    assert_eq!(target.text, "apache.rocketmq.v2.MessagingService/AckMessage");
    assert!(!target.fits && said(&window).contains("takes AckMessageRequest"), "{}", said(&window));
    press_with(&mut window, CTRL_SHIFT, Key::M);
    type_text(&mut window, "a.v1.Service/New");
    window.key_press(Key::Enter);
    window.run();
    let target = &state(&window).calls.target;
    assert!(target.method.is_none() && target.path().unwrap().to_string() == "a.v1.Service/New");
    // How it is called is then a setting.
    click(&mut window, Role::RadioButton, "Settings");
    click(&mut window, Role::RadioButton, "Both");
    assert_eq!(state(&window).calls.kind(), protoloupe::rpc::RpcKind::Bidi);
}

#[test]
fn servers_are_completed_from_those_that_something_was_sent_to() {
    let server = replying();
    let mut window = window_on(REQUEST, to(&server.url()));
    send(&mut window);
    wait_for_end(&mut window);
    let url = state(&window).settings.endpoints[0].clone();
    window.state_mut().apply(Action::Call(CallAct::SetForm(Box::default())));
    window.run();
    window.get_by_role_and_label(Role::TextInput, "Server").focus();
    window.run();
    type_text(&mut window, "127");
    window.key_press(Key::ArrowDown);
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(state(&window).calls.form.endpoint, url);
}

#[test]
fn calls_are_listed_and_gone_back_to() {
    let server = replying();
    let mut window = window_on(REQUEST, to(&server.url()));
    for n_calls in 1..3 {
        window.state_mut().apply(Action::Activate(protoloupe::app::TabId(1)));
        window.run();
        send(&mut window);
        wait(&mut window, "the end", |state| {
            state.calls.made.len() == n_calls && state.calls.made.iter().all(|made| !made.is_live())
        });
    }
    click(&mut window, Role::RadioButton, "Calls");
    let rows = || {
        window.get_all_by_role(Role::ListItem).filter(|node| {
            node.accesskit_node().label().is_some_and(|label| label.contains("QueryRoute at http://"))
        })
    };
    assert_eq!(rows().count(), 2);
    let first = state(&window).calls.made[0].id;
    assert_ne!(state(&window).calls.shown, Some(first));
    rows().next_back().unwrap().click();
    window.run();
    assert_eq!(state(&window).calls.shown, Some(first));
    click(&mut window, Role::Button, "Forget all");
    assert!(state(&window).calls.made.is_empty());
}

/// Pictures to look at: set `GALLERY_DIR`.
#[test]
fn the_pane_is_drawn_in_every_state() {
    let server = replying();
    let refused = "http://127.0.0.1:1";
    let folder = std::env::var_os("GALLERY_DIR").map(std::path::PathBuf::from);
    for (size, dark) in [([1400.0, 860.0], false), ([1000.0, 700.0], true)] {
        for (name, url) in [("ok", server.url()), ("refused", refused.to_owned()), ("none", String::new())] {
            let mut window = window_on(REQUEST, to(&url));
            window.set_size(size.into());
            if dark {
                window.state_mut().apply(Action::SetTheme(protoloupe::app::ThemeSetting::Dark));
            }
            window.run();
            if !url.is_empty() {
                send(&mut window);
                wait_for_end(&mut window);
            }
            for part in ["Timeline", "Settings", "Calls"] {
                click(&mut window, Role::RadioButton, part);
                let picture = window.render().unwrap();
                if let Some(folder) = &folder {
                    let theme = if dark { "dark" } else { "light" };
                    picture.save(folder.join(format!("call {name} {part} {theme}.png"))).unwrap();
                }
            }
        }
    }
}

/// A form with something in every part.
fn full_form(form: &mut CallForm) {
    let draft = |name: &str, value: &str| MetadataDraft { name: name.to_owned(), value: value.to_owned() };
    form.endpoint = "https://example.com".to_owned();
    form.skip_verification = true;
    form.certificate = "me.pem".to_owned();
    form.deadline = "soon".to_owned();
    form.metadata = vec![draft("authorization", "hush-hush"), draft("x-id", "7"), draft("a b", "c")];
    form.is_rocketmq = true;
    form.access_key = "me".to_owned();
    form.secret = "hush-hush".to_owned();
}

#[test]
fn settings_hide_what_is_secret_and_say_what_is_wrong_beside_it() {
    let folder = std::env::var_os("GALLERY_DIR").map(std::path::PathBuf::from);
    for is_dark in [false, true] {
        let mut window = window_as_high(REQUEST, full_form, 480.0);
        if is_dark {
            window.state_mut().apply(Action::SetTheme(protoloupe::app::ThemeSetting::Dark));
        }
        window.state_mut().apply(Action::TogglePane(Pane::Hex));
        window.run();
        click(&mut window, Role::RadioButton, "Settings");
        let alerts: Vec<String> = window
            .get_all_by_role(Role::Alert)
            .map(|node| node.accesskit_node().label().unwrap_or_default())
            .collect();
        assert_eq!(alerts.len(), 4, "{alerts:?}");
        let secrets = |window: &Window| {
            let fields = window.query_all_by_role(Role::PasswordInput);
            fields.filter_map(|node| node.accesskit_node().value()).collect::<Vec<String>>()
        };
        assert!(secrets(&window).iter().all(|value| !value.contains("hush")), "{:?}", secrets(&window));
        let picture = window.render().unwrap();
        if let Some(folder) = &folder {
            let theme = if is_dark { "dark" } else { "light" };
            picture.save(folder.join(format!("call settings full {theme}.png"))).unwrap();
        }
    }
}
