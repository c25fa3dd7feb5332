//! Work that goes on, and what is left of it when it was stopped.

use super::window::*;
use crate::harness::harness;
use egui::{Key, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoloupe::app::{Action, Folders, Pane, Progress, Session, State, TreeFilter};
use protoloupe::schema::Schema;
use protoloupe::ui::shell::Shell;
use protoloupe::worker::JobId;
use std::path::Path;

const MIB: u64 = 1 << 20;

/// On a field of 96 MiB that takes no room on the disk: looking through it is never over at once.
fn huge(folder: &Path) -> Window {
    let path = folder.join("huge.bin");
    // Field 1, LEN, 96 MiB.
    std::fs::write(&path, [0x0a, 0x80, 0x80, 0x80, 0x30]).expect("a file");
    let file = std::fs::OpenOptions::new().write(true).open(&path).expect("the file");
    file.set_len(5 + 96 * MIB).expect("a length");
    let mut session = Session::new(Schema::builtin(), Folders::default(), || {});
    session.apply(Action::Open(vec![path]));
    session.settle();
    window_of(session, [1200.0, 800.0])
}

/// Begins something and stops it at once.
fn stop(window: &mut Window, action: Action, job: impl Fn(&State) -> Option<JobId>) {
    window.state_mut().apply(action);
    let job = job(window.state().state()).expect("it goes on");
    window.state_mut().apply(Action::CancelJob(job));
    window.run();
}

#[test]
fn a_search_that_was_stopped_says_so_and_can_be_made_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = huge(folder.path());
    let search = Action::Search("hex:01 02 03".to_owned());
    stop(&mut window, search, |state| state.active_document()?.search.running);
    window.get_by_label("The search was stopped");
    window.get_by_label("Found: Stopped");
    window.get_by_role_and_label(Role::Button, "Results");
    assert!(window.query_by_label_contains("Nothing was found").is_none(), "nobody knows");
    click(&mut window, Role::Button, "Search again");
    window.get_by_label("Nothing was found");
    window.get_by_label("Found: None");
    window.get_by_role_and_label(Role::Button, "Results  0");
}

#[test]
fn a_filter_that_was_stopped_looks_again_on_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = huge(folder.path());
    let running = |state: &State| state.active_document()?.filter.running;
    stop(&mut window, Action::Filter(TreeFilter::Problems), running);
    window.get_by_label("Looking for rows was stopped");
    assert!(!open(&window).filter.is_made);
    click(&mut window, Role::Button, "Look again");
    assert!(open(&window).filter.is_made);
    stop(&mut window, Action::Filter(TreeFilter::Unknown), running);
    window.get_all_by_role_and_label(Role::Button, "Show everything").last().expect("a way out").click();
    window.run();
    assert_eq!(open(&window).filter.kind, TreeFilter::All);
}

#[test]
fn a_problem_list_has_no_number_before_it_is_made() {
    let mut session = Session::new(Schema::builtin(), Folders::default(), || {});
    session.apply(Action::ShowPane(Pane::Problems));
    session.apply(Action::OpenPasted("0a 05 0a 03 12 01 61".to_owned()));
    let mut window = unsettled(session);
    // That of the bar, and the title of the pane.
    assert_eq!(window.get_all_by_role_and_label(Role::Button, "Problems").count(), 2);
    window.state_mut().session_mut().settle();
    window.step();
    window.get_by_role_and_label(Role::Button, "Problems  0");
}

/// What goes on beside the window does not come in.
fn unsettled(session: Session) -> Window {
    let mut window = harness([1200.0, 800.0], Shell::new(session), |ui, shell: &mut Shell| {
        Shell::use_no_system_dialogs(ui.ctx());
        shell.ui(ui);
    });
    window.step();
    window
}

#[test]
#[cfg(unix)]
fn what_nobody_knows_the_end_of_says_how_much_came_so_far_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("orders.fifo");
    let made = std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo");
    assert!(made.success());
    let mut session = Session::new(Schema::builtin(), Folders::default(), || {});
    session.apply(Action::Open(vec![path]));
    while !session.state().running.iter().any(|running| running.label.starts_with("Reading")) {
        session.poll();
    }
    let mut window = unsettled(session);
    let label = "Reading orders.fifo until its end";
    let told = window.get_by_role_and_label(Role::ProgressIndicator, label);
    assert_eq!(told.accesskit_node().value().as_deref(), Some("0 B so far"));
    assert!(window.query_by_label("No document").is_none(), "there will be one");
    let job = window.state().state().running.last().expect("it goes on").job;
    window.state_mut().apply(Action::CancelJob(job));
    window.state_mut().session_mut().settle();
    window.step();
    assert!(window.state().state().tabs.is_empty());
}

#[test]
fn edits_that_were_undone_past_a_save_are_told_as_unsaved() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("small.bin");
    std::fs::write(&path, [0x08, 1]).expect("a file");
    let mut session = Session::new(Schema::builtin(), Folders::default(), || {});
    session.apply(Action::Open(vec![path]));
    session.settle();
    session.apply(Action::ShowPane(Pane::History));
    let mut window = window_of(session, [1200.0, 800.0]);
    window.get_by_label("No edits");
    select(&mut window, "1");
    let row = open(&window).selection.as_ref().expect("a row").row;
    window.state_mut().apply(Action::SetValue { row, text: "2".to_owned(), gesture: None });
    let tab = window.state().state().active.expect("a tab");
    window.state_mut().apply(Action::Save(tab));
    window.run();
    window.get_by_label("1 edit, +0 bytes, saved");
    window.state_mut().apply(Action::Undo);
    window.run();
    window.get_by_label("All edits undone, not saved");
    window.get_by_role_and_label(Role::Button, "History  1");
}

#[test]
fn enter_does_not_stop_what_goes_on_but_its_button_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut session = std::mem::replace(
        huge(folder.path()).state_mut().session_mut(),
        Session::new(Schema::builtin(), Folders::default(), || {}),
    );
    let tab = session.state().active.expect("a tab");
    session.apply(Action::Canonicalize(tab));
    let mut window = unsettled(session);
    let is_running = |window: &Window| {
        window
            .state()
            .state()
            .comparison
            .as_ref()
            .is_some_and(|it| matches!(it.progress, Progress::Running(_)))
    };
    assert!(is_running(&window));
    for key in [Key::Enter, Key::Enter] {
        window.key_press(key);
        window.step();
    }
    assert!(is_running(&window), "nobody asked for an end");
    window.get_by_role_and_label(Role::Button, "Stop").focus();
    window.step();
    window.key_press(Key::Enter);
    window.step();
    window.step();
    assert!(!is_running(&window));
}

#[test]
fn the_status_bar_says_how_much_more_goes_on_in_a_small_window_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut session = std::mem::replace(
        huge(folder.path()).state_mut().session_mut(),
        Session::new(Schema::builtin(), Folders::default(), || {}),
    );
    let tab = session.state().active.expect("a tab");
    for name in ["first.hex", "second.hex"] {
        let (path, format) = (folder.path().join(name), "hex".to_owned());
        session.apply(Action::Export { tab, path, format, part: None, overwrite: true });
    }
    let mut window = harness([600.0, 420.0], Shell::new(session), |ui, shell: &mut Shell| {
        Shell::use_no_system_dialogs(ui.ctx());
        shell.ui(ui);
    });
    window.step();
    let more = window.get_by_label("+1").rect();
    assert!(window.ctx.content_rect().contains_rect(more), "{more:?}");
    window.hover_at(more.center());
    for _ in 0..30 {
        window.step();
    }
    window.get_by_label_contains("Exporting first.hex");
}
