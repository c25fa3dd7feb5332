//! Screens of saved requests, of profiles and of calls made before.

use super::Touch::{Click, ClickOn, ClickOtherOn, Do, DoFor, Press, Reach, Type, Wait};
use super::begun::PACKAGE;
use super::{Screen, calls};
use crate::server::{Server, Step, framed, grpc_headers, status};
use egui::{Key, Modifiers, Role};
use protoloupe::app::{
    Action, CallAct, CallForm, Folders, Layout, Notice, NoticeTone, Pane, Session, State, TabId,
};
use protoloupe::schema::Schema;
use std::path::Path;

/// A request of a route with the call pane shown, in a session that remembers.
fn session_in(folder: &Path, change: impl FnOnce(&mut CallForm)) -> Session {
    let folders = Folders { config: Some(folder.join("config")), state: Some(folder.join("state")) };
    let mut session = Session::new(Schema::builtin(), folders, || {});
    session.apply(Action::OpenPasted("0a 08 12 06 6f 72 64 65 72 73".to_owned()));
    session.settle();
    super::begun::read_as(&mut session, &format!("{PACKAGE}.QueryRouteRequest"));
    let mut form =
        CallForm { endpoint: "https://proxy.eu.example.com:8081".to_owned(), ..CallForm::default() };
    change(&mut form);
    session.apply(Action::Call(CallAct::SetForm(Box::new(form))));
    session.apply(Action::ShowPane(Pane::Call));
    session.apply(Action::Arrange(Layout { bottom_height: Some(260.0), ..Layout::default() }));
    session.settle();
    session
}

fn new_folder() -> std::path::PathBuf {
    tempfile::tempdir().expect("a folder").keep()
}

const NAMES: [&str; 3] =
    ["one with a name that is longer than the room for it", "route of orders", "route of payments"];

/// Three requests in the folder, which is changed so.
fn saved(change: fn(&Path)) -> impl Fn() -> Session {
    move || {
        let folder = new_folder();
        let mut session = session_in(&folder, |_| {});
        for name in NAMES {
            session.apply(Action::Call(CallAct::StoreRequest { name: name.to_owned(), overwrite: false }));
            session.settle();
        }
        all_done(&mut session);
        change(&folder.join("config/requests"));
        session
    }
}

/// What a screen stands on was done.
fn all_done(session: &mut Session) {
    let notices = session.take_notices();
    let is_done = |notice: &Notice| notice.tone == NoticeTone::Done;
    assert!(!notices.is_empty() && notices.iter().all(is_done), "{notices:?}");
}

fn none() -> Session {
    session_in(&new_folder(), |_| {})
}

/// The fields hold secrets, and two profiles are kept.
fn secrets() -> Session {
    let mut session = session_in(&new_folder(), |form| {
        form.is_rocketmq = true;
        (form.access_key, form.secret) = ("LTAI5t8Zq".to_owned(), "hush-hush".to_owned());
    });
    for name in ["shop", "shop in Frankfurt"] {
        session.apply(Action::Call(CallAct::StoreProfile {
            name: name.to_owned(),
            overwrite: false,
            in_keyring: false,
        }));
        session.settle();
    }
    all_done(&mut session);
    assert_eq!(session.state().calls.profiles.len(), 2, "profiles are kept");
    let form = CallForm { secret: "hush-hush".to_owned(), ..session.state().calls.form.clone() };
    session.apply(Action::Call(CallAct::SetForm(Box::new(form))));
    session.apply(Action::Arrange(Layout { bottom_height: Some(480.0), ..Layout::default() }));
    session.settle();
    session
}

/// Two calls that were answered.
fn called() -> Session {
    let headers = Step::Headers(200, grpc_headers());
    let reply = framed(0, b"\x0a\x04\x08\xa0\x9c\x01");
    let steps = vec![Step::ReadAll, headers, Step::Data(reply), Step::Trailers(status("0"))];
    // It ends with the program: the window outlives what begins it.
    let server = Box::leak(Box::new(Server::start(steps)));
    session_in(&new_folder(), |form| form.endpoint = server.url())
}

pub fn screens() -> Vec<Screen> {
    let saved_part = || Click(Role::RadioButton, "Saved");
    let save = || Do(Action::Call(CallAct::AskRequestName { renamed: None }));
    let enter = || Press(Modifiers::NONE, Key::Enter);
    let row = |name: &'static str| ClickOn(Role::ListItem, name);
    let mut screens = vec![
        Screen::new("saved none", none).and([saved_part()]),
        Screen::new("saved list", saved(|_| {})).and([saved_part()]),
        Screen::new("saved picked", saved(|_| {})).and([saved_part(), row("route of orders")]),
        Screen::new("saved menu", saved(|_| {}))
            .and([saved_part(), ClickOtherOn(Role::ListItem, "route of orders")]),
        Screen::new("saved folder menu", saved(|_| {}))
            .and([saved_part(), Click(Role::Button, "Folder of the requests")]),
        Screen::new("saved found none", saved(|_| {}))
            .and([saved_part(), Do(Action::Call(CallAct::SearchRequests("zzqq".to_owned())))]),
        Screen::new("saved removed", saved(|_| {})).and([
            saved_part(),
            row("route of orders"),
            Press(Modifiers::NONE, Key::Delete),
        ]),
        Screen::new(
            "saved without message",
            saved(|folder| {
                std::fs::remove_file(folder.join("route of orders.bin")).expect("it was there");
                std::fs::write(folder.join("route of payments.request"), "kind = neither").expect("a file");
            }),
        )
        .and([saved_part()]),
        Screen::new("saved folder wrong", || {
            let folder = new_folder();
            std::fs::create_dir(folder.join("config")).expect("a folder");
            std::fs::write(folder.join("config/requests"), b"no folder").expect("a file");
            session_in(&folder, |_| {})
        })
        .and([saved_part()]),
        Screen::new("saved alone", saved(|_| {})).and([Do(Action::Close(TabId(1))), saved_part()]),
        Screen::new("saved name", none).and([save()]),
        Screen::new("saved name empty", none).and([save(), Press(Modifiers::NONE, Key::Backspace)]),
        Screen::new("saved name taken", saved(|_| {})).and([save(), Type("route of payments"), enter()]),
        Screen::new("saved rename", saved(|_| {})).and([
            saved_part(),
            row("route of orders"),
            Press(Modifiers::NONE, Key::F2),
        ]),
        Screen::new("saved rename taken", saved(|_| {})).and([
            saved_part(),
            row("route of orders"),
            Press(Modifiers::NONE, Key::F2),
            Type("route of payments"),
            enter(),
        ]),
    ];
    screens.extend(of_profiles());
    screens.extend(of_earlier_calls());
    screens
}

fn of_profiles() -> Vec<Screen> {
    let settings = || Click(Role::RadioButton, "Settings");
    let secret = || Reach(Role::PasswordInput, "Secret");
    let keep = |name: &str| {
        let in_keyring = false;
        Do(Action::Call(CallAct::StoreProfile { name: name.to_owned(), overwrite: false, in_keyring }))
    };
    vec![
        Screen::new("profile secrets", secrets).and([settings(), secret()]),
        Screen::new("profile secrets in keyring", secrets).and([
            settings(),
            Click(Role::CheckBox, "Keep them in the system keyring"),
            Reach(Role::CheckBox, "Keep them in the system keyring"),
        ]),
        Screen::new("profile menu", secrets).and([settings(), Click(Role::Button, "Choose a profile")]),
        Screen::new("profile used", secrets).and([
            settings(),
            Do(Action::Call(CallAct::UseProfile("shop".to_owned()))),
            Reach(Role::Button, "Choose a profile"),
        ]),
        Screen::new("profile stored", secrets).and([
            settings(),
            keep("shop here"),
            Reach(Role::Button, "Choose a profile"),
        ]),
        Screen::new("profile taken", secrets).and([settings(), keep("shop")]),
        // Of a profile without a name no keyring is asked, so that none is touched here.
        Screen::new("profile secret in no keyring", || {
            session_in(&new_folder(), |form| {
                form.endpoint = "http://127.0.0.1:1".to_owned();
                form.is_rocketmq = true;
                (form.access_key, form.secret) = ("me".to_owned(), "?keyring".to_owned());
            })
        })
        .and([Do(Action::Call(CallAct::Send)), Wait(calls::is_over_or_refused)]),
        Screen::new("profile secret asked for", || {
            session_in(&new_folder(), |form| {
                form.is_rocketmq = true;
                (form.access_key, form.secret) = ("me".to_owned(), "?".to_owned());
            })
        })
        .and([settings(), Reach(Role::TextInput, "Secret")]),
        Screen::new("profile client menu", secrets).and([settings(), Click(Role::Button, "Producer")]),
    ]
}

fn of_earlier_calls() -> Vec<Screen> {
    let send = || [Do(Action::Call(CallAct::Send)), Wait(calls::is_over)];
    let calls_part = || Click(Role::RadioButton, "Calls");
    let again = |state: &State| {
        let made = state.calls.made.last().map(|made| made.id);
        made.map_or(Action::Dismiss, |made| Action::Call(CallAct::SendAgain(made)))
    };
    vec![
        Screen::new("earlier calls", called).and(send()).and([
            DoFor(again),
            Wait(calls::is_over),
            calls_part(),
        ]),
        Screen::new("earlier calls found none", called)
            .and(send())
            .and([calls_part(), Do(Action::Call(CallAct::SearchStored("zzqq".to_owned())))]),
        Screen::new("earlier calls wrong", || {
            let folder = new_folder();
            std::fs::create_dir(folder.join("state")).expect("a folder");
            std::fs::write(folder.join("state/calls"), b"no folder").expect("a file");
            session_in(&folder, |_| {})
        })
        .and([calls_part()]),
        Screen::new("server offers", called).and(send()).and([
            Click(Role::TextInput, "Server"),
            Press(super::table::CTRL, Key::A),
            Press(Modifiers::NONE, Key::Backspace),
        ]),
    ]
}
