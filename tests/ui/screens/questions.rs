//! Screens of questions, each brought about by what really leads to it.

use super::Screen;
use super::Touch::{Do, DoFor};
use super::begun::{PACKAGE, edited, empty, file, pasted, read_as, sample, select_path};
use super::calls;
use protoloupe::app::{
    Action, CallAct, CallForm, Folders, MetadataDraft, Opening, Pane, Session, State, TabId,
};
use protoloupe::document::RowId;
use protoloupe::schema::Schema;
use std::path::{Path, PathBuf};

const SEND: &str = "apache.rocketmq.v2.SendMessageRequest";
const BODY: &[u8] = b"\x0a\x05\x0a\x03\x12\x01\x61";
/// Seven fields that nothing declares, in a message.
const SEVEN_UNKNOWN: &str = "0a 15 a0 06 01 a8 06 02 b0 06 03 b8 06 04 c0 06 05 c8 06 06 d0 06 07";
/// A topic, and a message that ends too early.
const CUT: &[u8] = b"\x0a\x05\x0a\x03\x12\x01\x61\x0a\x7f\x01";
const FAR: &str = "https://proxy.eu-central-1.rocketmq.example.com:8081";

pub fn screens() -> Vec<Screen> {
    let mut screens = of_documents();
    screens.extend(of_files());
    screens.extend(of_calls());
    screens
}

fn here(state: &State) -> RowId {
    let selection = state.active_document().and_then(|open| open.selection.as_ref());
    selection.map(|selection| selection.row).expect("a row")
}

/// Where the document in front stands.
fn path_of(session: &Session) -> PathBuf {
    session.state().tabs[0].path.clone().expect("a path")
}

/// Adds documents that no file holds.
fn with_pasted(mut session: Session, all: &[&str]) -> Session {
    for hex in all {
        session.apply(Action::OpenPasted((*hex).to_owned()));
        session.settle();
    }
    session
}

fn of_documents() -> Vec<Screen> {
    let tab = TabId(1);
    let of_queue = |hex: &'static str| {
        move || {
            let mut session = pasted(hex, "SystemProperties");
            select_path(&mut session, "queue_id");
            session
        }
    };
    let remove = || [DoFor(|state| Action::Remove(here(state)))];
    vec![
        Screen::new("question unsaved tab", edited).does([Action::Close(tab)]),
        Screen::new("question unsaved on quit", edited).does([Action::Quit]),
        Screen::new("question never saved on quit", || with_pasted(empty(), &["08 01"])).does([Action::Quit]),
        Screen::new("question never saved all on quit", || {
            with_pasted(sample(), &["08 01", "08 02 12 00", "10 03"])
        })
        .does([Action::Quit]),
        Screen::new("question edited tabs on quit", || {
            let mut session = edited();
            let path = path_of(&session).with_file_name("second.bin");
            std::fs::write(&path, BODY).expect("a file");
            session.apply(Action::Open(vec![path]));
            session.settle();
            read_as(&mut session, SEND);
            set(&mut session, "messages[0].topic.name", "orders");
            session
        })
        .does([Action::Quit]),
        Screen::new("question unsaved tabs on quit", || with_pasted(edited(), &["08 01", "08 02 12 00"]))
            .does([Action::Quit]),
        Screen::new("question drop edits", edited).does([Action::Reload(tab)]),
        Screen::new("question older value", of_queue("68 01 68 02")).and(remove()),
        Screen::new("question older values", of_queue("68 01 68 02 68 03")).and(remove()),
        Screen::new("question loses", || {
            let mut session = pasted(SEVEN_UNKNOWN, "SendMessageRequest");
            select_path(&mut session, "messages[0]");
            session
        })
        .and([DoFor(|state| Action::SetValue {
            row: here(state),
            text: "{\"topic\": {\"name\": \"orders\"}}".to_owned(),
            gesture: None,
        })]),
        Screen::new("question journal", journal),
    ]
}

/// A start after one that ended with edits of a file and of what no file holds.
fn journal() -> Session {
    let folder = tempfile::tempdir().expect("a folder").keep();
    let path = folder.join("SendMessage-req-000000000000000001.bin");
    std::fs::write(&path, BODY).expect("a file");
    let begin = || {
        let folders = Folders { config: None, state: Some(folder.join("state")) };
        Session::new(Schema::builtin(), folders, || {})
    };
    let mut session = begin();
    session.settle();
    session.apply(Action::Open(vec![path]));
    session.settle();
    read_as(&mut session, SEND);
    set(&mut session, "messages[0].topic.name", "orders");
    let mut session = with_pasted(session, &["68 01"]);
    read_as(&mut session, &format!("{PACKAGE}.SystemProperties"));
    set(&mut session, "queue_id", "7");
    drop(session);
    let mut session = begin();
    session.apply(Action::Begin(Opening::default()));
    session.settle();
    session
}

fn set(session: &mut Session, path: &str, text: &str) {
    select_path(session, path);
    let row = here(session.state());
    session.apply(Action::SetValue { row, text: text.to_owned(), gesture: None });
    session.settle();
}

/// What is edited, after this was done to its file.
fn edited_and(change: fn(&Path)) -> impl Fn() -> Session {
    move || {
        let session = edited();
        change(&path_of(&session));
        session
    }
}

fn of_files() -> Vec<Screen> {
    let tab = TabId(1);
    let mut screens = vec![
        Screen::new(
            "question changed on disk",
            edited_and(|path| std::fs::write(path, BODY).expect("a file")),
        )
        .does([Action::Save(tab)]),
        Screen::new(
            "question deleted on disk",
            edited_and(|path| std::fs::remove_file(path).expect("it was there")),
        )
        .does([Action::Save(tab)]),
        Screen::new(
            "question overwrite",
            edited_and(|path| {
                std::fs::write(path.with_file_name("orders of the year.bin"), BODY).expect("a file");
            }),
        )
        .and([DoFor(|state| {
            let path = state.tabs[0].path.clone().expect("a path");
            let path = path.with_file_name("orders of the year.bin");
            Action::SaveAs { tab: TabId(1), path, overwrite: false }
        })]),
    ];
    #[cfg(unix)]
    screens.push(
        Screen::new(
            "question in place",
            edited_and(|path| {
                std::fs::hard_link(path, path.with_file_name("second.bin")).expect("a second name");
            }),
        )
        .does([Action::Save(tab)]),
    );
    screens
}

/// The call pane is shown, and these bytes are sent to a server far away.
fn of_call(name: &'static str, bytes: &'static [u8], change: fn(&mut CallForm)) -> impl Fn() -> Session {
    move || {
        let (mut session, _) = file(name, bytes);
        read_as(&mut session, SEND);
        let mut form = CallForm { endpoint: FAR.to_owned(), ..CallForm::default() };
        change(&mut form);
        session.apply(Action::Call(CallAct::SetForm(Box::new(form))));
        session.apply(Action::ShowPane(Pane::Call));
        session.settle();
        session
    }
}

fn of_calls() -> Vec<Screen> {
    let send = || [Do(Action::Call(CallAct::Send))];
    let long = "a document with quite a long name.bin";
    let unverified = |form: &mut CallForm| {
        form.skip_verification = true;
        form.is_rocketmq = true;
        (form.access_key, form.secret) = ("LTAI5t8Zq".to_owned(), "hush-hush".to_owned());
        let (name, value) = ("authorization".to_owned(), "Bearer hush-hush".to_owned());
        form.metadata = vec![MetadataDraft { name, value }];
    };
    vec![
        Screen::new("question other type", of_call(long, BODY, |_| {}))
            .does([Action::Call(CallAct::SetMethod(format!("{PACKAGE}.MessagingService/AckMessage")))])
            .and(send()),
        Screen::new("question does not decode", of_call(long, CUT, |_| {})).and(send()),
        Screen::new("question new target", of_call(long, BODY, |_| {})).and(send()),
        Screen::new("question unverified target", of_call(long, BODY, unverified)).and(send()),
        Screen::new("question target of reflection", of_call(long, BODY, |_| {}))
            .does([Action::Call(CallAct::Reflect)]),
        Screen::new("question target without a message", || calls::to("http://192.0.2.1:9")).does([
            Action::Call(CallAct::SetMethod("any.v1.Service/Talk".to_owned())),
            Action::Call(CallAct::SetKind(protoloupe::rpc::RpcKind::Bidi)),
            Action::Call(CallAct::Begin),
        ]),
    ]
}
