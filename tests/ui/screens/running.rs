//! Screens of work that goes on, was stopped, or failed.

use super::Screen;
use super::Touch::{self, Click, Do, DoFor, Still, Wait};
use super::begun::{empty, read_as, sample};
use crate::server::{Server, Step};
use egui::Role;
use protoloupe::app::{Action, CallAct, CallForm, Pane, Session, State, TabId, TreeFilter};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

const SEND: &str = "apache.rocketmq.v2.SendMessageRequest";
const MIB: u64 = 1 << 20;

pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| tempfile::tempdir().expect("a folder").keep())
}

/// A message with a body of 96 MiB that takes no room on the disk.
fn huge_file() -> PathBuf {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    let write = || {
        let path = folder().join("orders of the year.bin");
        let mut head = vec![0x22];
        super::begun::push_len(&mut head, (96 * MIB) as usize);
        let len = head.len() as u64 + 96 * MIB;
        let mut all = vec![0x0a];
        super::begun::push_len(&mut all, len as usize);
        all.extend(head);
        let mut file = std::fs::File::create(&path).expect("a file");
        file.write_all(&all).expect("room");
        file.set_len(all.len() as u64 + 96 * MIB).expect("a length");
        path
    };
    FILE.get_or_init(write).clone()
}

fn huge() -> Session {
    let mut session = empty();
    session.apply(Action::Open(vec![huge_file()]));
    session.settle();
    read_as(&mut session, SEND);
    session
}

/// Some hundred files of declarations.
fn protos() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let write = || {
        let path = folder().join("protos");
        std::fs::create_dir(&path).expect("a folder");
        for n in 0..300 {
            let text = format!("syntax = \"proto3\"; package many; message M{n} {{ int32 x = 1; }}");
            std::fs::write(path.join(format!("f{n}.proto")), text).expect("a file");
        }
        path
    };
    FOLDER.get_or_init(write).clone()
}

/// How far something is, unless it is over by then.
fn is_under_way(state: &State) -> bool {
    let mut shown = state.running.iter().filter(|running| running.is_shown);
    shown.all(|running| 0 < running.n_done)
}

/// Of a search nothing is shown in the status bar of a small file.
fn is_searching(state: &State) -> bool {
    state.running.iter().all(|running| 0 < running.n_done)
}

fn are_two(state: &State) -> bool {
    state.running.iter().filter(|running| running.is_shown).count() == 2
}

/// What was begun last ends.
fn cancel(state: &State) -> Action {
    let job = state.running.last().map(|running| running.job);
    job.map_or(Action::Dismiss, Action::CancelJob)
}

fn silent() -> Session {
    // It ends with the program: the window outlives what begins it.
    let server = Box::leak(Box::new(Server::start(vec![Step::ReadAll, Step::Silence])));
    let mut session = super::begun::pasted("0a 08 12 06 6f 72 64 65 72 73", "QueryRouteRequest");
    let form = CallForm { endpoint: server.url(), ..CallForm::default() };
    session.apply(Action::Call(CallAct::SetForm(Box::new(form))));
    session.apply(Action::TogglePane(Pane::Call));
    session.settle();
    session
}

fn search() -> Touch {
    Do(Action::Search("hex:01 02 03 04".to_owned()))
}

fn export(format: &str) -> Touch {
    let path = folder().join(format!("orders of the year.{format}"));
    let format = format.to_owned();
    Do(Action::Export { tab: TabId(1), path, format, part: None, overwrite: true })
}

pub fn screens() -> Vec<Screen> {
    let mut screens = work();
    screens.extend(of_calls());
    #[cfg(unix)]
    screens.push(Screen::new("running fifo", sample).and([
        Still,
        Do(Action::Open(vec![fifo()])),
        Wait(|state| state.running.iter().any(|running| running.label.starts_with("Reading"))),
    ]));
    screens
}

/// Nobody writes into it.
#[cfg(unix)]
fn fifo() -> PathBuf {
    static FIFO: OnceLock<PathBuf> = OnceLock::new();
    let make = || {
        let path = folder().join("orders.fifo");
        let made = std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo");
        assert!(made.success());
        path
    };
    FIFO.get_or_init(make).clone()
}

fn work() -> Vec<Screen> {
    let tab = TabId(1);
    let filter = |kind: TreeFilter| Do(Action::Filter(kind));
    let is_stopped =
        |state: &State| state.active_document().is_some_and(|open| open.search.running.is_none());
    let is_filtered =
        |state: &State| state.active_document().is_some_and(|open| open.filter.running.is_none());
    vec![
        Screen::new("running open", sample).and([Still, Do(Action::Open(vec![huge_file()]))]),
        Screen::new("running check", sample).and([
            Do(Action::ShowPane(Pane::Problems)),
            Still,
            Do(Action::OpenPasted("0a 05 0a 03 12 01 61".to_owned())),
        ]),
        Screen::new("running search", huge).and([Still, search(), Wait(is_searching)]),
        Screen::new("running search stopped", huge).and([Still, search(), DoFor(cancel), Wait(is_stopped)]),
        Screen::new("running filter", huge).and([Still, filter(TreeFilter::Unknown)]),
        Screen::new("running filter stopped", huge).and([
            Still,
            filter(TreeFilter::Unknown),
            DoFor(cancel),
            Wait(is_filtered),
        ]),
        Screen::new("running canonicalize", huge).and([Still, Do(Action::Canonicalize(tab))]),
        Screen::new("running export", huge).and([Still, export("json"), Wait(is_under_way)]),
        Screen::new("running two", huge).and([Still, export("json"), search(), Wait(are_two)]),
        Screen::new("running exports", huge).and([Still, export("json"), export("text"), Wait(are_two)]),
        Screen::new("running schema", sample).and([
            Do(Action::ShowSources(true)),
            Still,
            Do(Action::AddSchema(vec![protos()])),
        ]),
        Screen::new("running schema stopped", sample).and([
            Do(Action::ShowSources(true)),
            Still,
            Do(Action::AddSchema(vec![protos()])),
            DoFor(cancel),
            Wait(|state| state.running.is_empty()),
        ]),
        Screen::new("running find declaration", sample).and([
            Do(Action::ShowPane(Pane::Schema)),
            Still,
            Do(Action::FilterSchema("queue".to_owned())),
        ]),
        Screen::new("copy too large", huge)
            .does([Action::CopyBytes { range: 0..2 * MIB, name: "hex".to_owned() }]),
    ]
}

fn of_calls() -> Vec<Screen> {
    let act = |act: CallAct| Do(Action::Call(act));
    let has_sent = |state: &State| state.calls.made.last().is_some_and(|made| made.n_sent == 1);
    vec![
        Screen::new("running call message", silent).and([Still, act(CallAct::Send)]),
        Screen::new("running call giving up", silent).and([
            act(CallAct::Send),
            Wait(has_sent),
            Still,
            DoFor(|state| {
                let made = state.calls.made.last().map(|made| made.id);
                made.map_or(Action::Dismiss, |made| Action::Call(CallAct::Cancel(made)))
            }),
        ]),
        Screen::new("running call hidden", silent).and([
            act(CallAct::Send),
            Wait(has_sent),
            Do(Action::TogglePane(Pane::Call)),
        ]),
        Screen::new("running reflection", silent).and([Still, act(CallAct::Reflect)]),
        Screen::new("running list of requests", silent).and([Still, Click(Role::RadioButton, "Saved")]),
    ]
}
