//! Screens of calls.

use super::Touch::{Click, ClickOn, ClickOtherOn, Do, Press, Reach, Type, Wait};
use super::begun::{PACKAGE, pasted};
use super::{Screen, Touch};
use crate::server::{Server, Step, framed, grpc_headers, status};
use egui::{Key, Modifiers, Role};
use protoloupe::app::{Action, CallAct, CallForm, Dialog, Layout, MetadataDraft, Pane, Session, State};

const REQUEST: &str = "0a 08 12 06 6f 72 64 65 72 73";
const REPLY: &[u8] = b"\x0a\x84\x00\x08\xa0\x9c\x01";

/// A request of a route with the call pane shown.
fn session(change: impl FnOnce(&mut CallForm)) -> Session {
    let mut session = pasted(REQUEST, "QueryRouteRequest");
    let mut form = CallForm::default();
    change(&mut form);
    session.apply(Action::Call(CallAct::SetForm(Box::new(form))));
    session.apply(Action::TogglePane(Pane::Call));
    session.settle();
    session
}

pub fn to(url: &str) -> Session {
    session(|form| form.endpoint = url.to_owned())
}

/// A screen of calls to a server that plays these steps.
fn with(name: &str, steps: impl Fn() -> Vec<Step> + 'static) -> Screen {
    Screen::new(name, move || {
        // It ends with the program: the window outlives what begins it.
        let server = Box::leak(Box::new(Server::start(steps())));
        to(&server.url())
    })
}

fn replying() -> Vec<Step> {
    let headers = Step::Headers(200, grpc_headers());
    vec![Step::ReadAll, headers, Step::Data(framed(0, REPLY)), Step::Trailers(status("0"))]
}

/// A server that ends the call with this status.
fn refusing(code: &str, message: &str) -> Vec<Step> {
    let mut trailers = status(code);
    trailers.push(("grpc-message", message.to_owned()));
    vec![Step::ReadAll, Step::Headers(200, grpc_headers()), Step::Trailers(trailers)]
}

fn echoing() -> Vec<Step> {
    vec![Step::Headers(200, grpc_headers()), Step::Echo, Step::Trailers(status("0"))]
}

pub fn is_over(state: &State) -> bool {
    state.calls.made.last().is_some_and(|made| !made.is_live())
}

/// Or it was refused before it began.
pub fn is_over_or_refused(state: &State) -> bool {
    state.calls.preparing.is_none() && state.calls.made.iter().all(|made| !made.is_live())
}

fn has_sent(state: &State) -> bool {
    state.calls.made.last().is_some_and(|made| made.n_sent == 1)
}

fn has_received(state: &State) -> bool {
    state.calls.made.last().is_some_and(|made| made.n_received == 1)
}

fn act(act: CallAct) -> Touch {
    Do(Action::Call(act))
}

/// A form with something in every part.
fn full(form: &mut CallForm) {
    let draft = |name: &str, value: &str| MetadataDraft { name: name.to_owned(), value: value.to_owned() };
    form.endpoint = "https://proxy.eu-central-1.rocketmq.example.com:8081".to_owned();
    form.certificate = "/home/ada/certificates/of the client/me.pem".to_owned();
    form.deadline = "soon".to_owned();
    form.metadata = vec![draft("authorization", "hush-hush"), draft("x-id", "7"), draft("a b", "c")];
    form.is_rocketmq = true;
    form.access_key = "me".to_owned();
    form.secret = "hush-hush".to_owned();
}

/// The pane is as high as it can be.
fn tall() -> Session {
    let mut session = session(full);
    session.apply(Action::Arrange(Layout { bottom_height: Some(480.0), ..Layout::default() }));
    session
}

pub fn screens() -> Vec<Screen> {
    let send = || act(CallAct::Send);
    let part = |part: &'static str| Click(Role::RadioButton, part);
    vec![
        Screen::new("call nothing named", || to("")),
        Screen::new("call settings", || to("")).and([part("Settings")]),
        Screen::new("call settings tall", tall).and([part("Settings")]).if_wide(1_000.0..f32::MAX),
        Screen::new("call settings full", || session(full))
            .and([part("Settings"), Reach(Role::TextInput, "a b")]),
        Screen::new("call settings wrong", || session(full)).and([part("Settings")]),
        Screen::new("call not sent", || session(full)).does([Action::Call(CallAct::Send)]),
        Screen::new("call method missing", || to("http://127.0.0.1:9"))
            .does([Action::Call(CallAct::SetMethod(String::new())), Action::Call(CallAct::Send)])
            .and([Press(Modifiers::NONE, Key::Escape)]),
        with("call open over settings", echoing).and([
            act(CallAct::SetMethod("any.v1.Service/Talk".to_owned())),
            act(CallAct::SetKind(protoloupe::rpc::RpcKind::Bidi)),
            send(),
            Wait(has_received),
            part("Settings"),
        ]),
        Screen::new("call none made", || to("")).and([part("Calls")]),
        Screen::new("call endpoint wrong", || to("localhost:1")),
        Screen::new("call refused", || to("http://127.0.0.1:1")).and([send(), Wait(is_over)]),
        Screen::new("call alone", || to(""))
            .does([Action::Close(protoloupe::app::TabId(1)), Action::Answer(protoloupe::app::Answer::No)]),
        with("call replied", replying).and([send(), Wait(is_over)]),
        with("call list", replying).and([send(), Wait(is_over), part("Calls")]),
        with("call message menu", replying).and([
            send(),
            Wait(is_over),
            ClickOtherOn(Role::ListItem, "2 received"),
        ]),
        with("call step open", replying).and([send(), Wait(is_over), ClickOn(Role::ListItem, "Trailers")]),
        with("call unauthenticated", || refusing("16", "the token is of yesterday"))
            .and([send(), Wait(is_over)]),
        with("call out of time", || refusing("4", "")).and([send(), Wait(is_over)]),
        Screen::new("call deadline passed", || {
            let server = Box::leak(Box::new(Server::start(vec![Step::ReadAll, Step::Silence])));
            session(|form| (form.endpoint, form.deadline) = (server.url(), "50ms".to_owned()))
        })
        .and([send(), Wait(is_over)]),
        Screen::new("call TLS refused", || {
            let server = Box::leak(Box::new(Server::start(replying())));
            to(&server.url().replace("http:", "https:"))
        })
        .and([send(), Wait(is_over)]),
        with("call waiting", || vec![Step::ReadAll, Step::Silence]).and([send(), Wait(has_sent)]),
        with("call open", echoing)
            .and([
                act(CallAct::SetMethod("any.v1.Service/Talk".to_owned())),
                act(CallAct::SetKind(protoloupe::rpc::RpcKind::Bidi)),
                act(CallAct::Begin),
                Wait(|state| state.calls.made.last().is_some_and(|made| made.steps.all().len() >= 3)),
            ])
            .and([Press(Modifiers::COMMAND, Key::Enter), Wait(has_received)]),
        Screen::new("call method picker", || to("")).does([Action::Show(Dialog::MethodPicker)]),
        Screen::new("call method picker none", || to(""))
            .does([Action::Show(Dialog::MethodPicker)])
            .and([Type("zzqq")]),
        Screen::new("call method unknown", || to("http://127.0.0.1:9"))
            .does([Action::Call(CallAct::SetMethod("a.v1.Service/New".to_owned()))]),
        Screen::new("call method does not fit", || to("http://127.0.0.1:9"))
            .does([Action::Call(CallAct::SetMethod(format!("{PACKAGE}.MessagingService/AckMessage")))]),
        Screen::new("call menu", || to("")).and([Click(Role::Button, "Call")]).if_wide(640.0..f32::MAX),
    ]
}
