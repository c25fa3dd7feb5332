//! The list of differences, driven by role and label.

use crate::harness::harness;
use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoloupe::app::{Action, Compare, Dialog, Folders, Question, SelectTarget, Session};
use protoloupe::schema::Schema;
use protoloupe::ui::shell::Shell;

type Window = Harness<'static, Shell>;

const TYPE: &str = "apache.rocketmq.v2.SendMessageRequest";
const CAPTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/captures/SendMessage-req-1.bin");

/// The window on a copy of a captured request, in which the topic was changed and the body removed.
fn window(folder: &std::path::Path) -> Window {
    let file = folder.join("send.bin");
    std::fs::copy(CAPTURE, &file).expect("a copy");
    let mut session = Session::new(Schema::builtin(), Folders::default(), || {});
    session.apply(Action::Open(vec![file]));
    session.settle();
    let tab = session.state().active.expect("a tab");
    session.apply(Action::ReadAs { tab, message: Some(TYPE.to_owned()) });
    session.settle();
    let mut window = harness([1200.0, 800.0], Shell::new(session), |ui, shell: &mut Shell| {
        Shell::use_no_system_dialogs(ui.ctx());
        shell.session_mut().settle();
        shell.ui(ui);
        shell.session_mut().settle();
    });
    window.run();
    let row = select(&mut window, "messages[0].topic.name");
    act(&mut window, Action::SetValue { row, text: "orders".to_owned(), gesture: None });
    let row = select(&mut window, "messages[0].body");
    act(&mut window, Action::Remove(row));
    window
}

fn act(window: &mut Window, action: Action) {
    window.state_mut().apply(action);
    window.run();
}

fn select(window: &mut Window, path: &str) -> protoloupe::document::RowId {
    act(window, Action::Select(SelectTarget::Path(path.parse().expect("a path"))));
    window.state().state().active_document().and_then(|open| open.selection.as_ref()).expect("a row").row
}

fn selected(window: &Window) -> String {
    let open = window.state().state().active_document().expect("a document");
    open.selection.as_ref().map(|selection| selection.path.to_string()).unwrap_or_default()
}

fn click(window: &mut Window, role: Role, label: &str) {
    window.get_by_role_and_label(role, label).click();
    window.run();
}

fn press(window: &mut Window, key: Key) {
    window.key_press(key);
    window.run();
}

/// With `GALLERY_DIR` set, a picture to look at.
fn picture(window: &mut Window, name: &str) {
    if let Some(dir) = std::env::var_os("GALLERY_DIR") {
        let image = window.render().expect("a picture");
        image.save(std::path::Path::new(&dir).join(format!("{name}.png"))).expect("a folder");
    }
}

#[test]
fn changes_are_reviewed_by_keys_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = window(folder.path());
    window.key_press_modifiers(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::D);
    window.run();
    let row = window.get_by_role_and_label(Role::ListItem, "changed: messages[0].topic.name");
    assert_eq!(row.accesskit_node().value().as_deref(), Some("\"topic-normal\" to \"orders\""));
    assert_eq!(row.accesskit_node().is_selected(), Some(true));
    window.get_by_role_and_label(Role::List, "Old bytes");
    window.get_by_role_and_label(Role::List, "New bytes");
    picture(&mut window, "review");
    press(&mut window, Key::ArrowDown);
    let row = window.get_by_role_and_label(Role::ListItem, "removed: messages[0].body");
    assert_eq!(row.accesskit_node().is_selected(), Some(true));
    picture(&mut window, "review-removed");
    press(&mut window, Key::ArrowUp);
    press(&mut window, Key::Enter);
    assert_eq!(selected(&window), "messages[0].topic.name");
    assert_eq!(window.state().state().dialog, None);
}

#[test]
fn the_question_before_closing_offers_a_look_and_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = window(folder.path());
    let tab = window.state().state().active.expect("a tab");
    act(&mut window, Action::Close(tab));
    picture(&mut window, "question-unsaved");
    click(&mut window, Role::Button, "Review changes");
    assert_eq!(window.state().state().dialog, Some(Dialog::Differences));
    click(&mut window, Role::Button, "Back");
    assert_eq!(window.state().state().dialog, Some(Dialog::Question(Question::UnsavedTab(tab))));
}

#[test]
fn a_file_that_changed_on_disk_offers_to_compare() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = window(folder.path());
    std::fs::write(folder.path().join("send.bin"), [0x0a, 0x05, 0x0a, 0x03, 0x12, 0x01, b'z'])
        .expect("written");
    let tab = window.state().state().active.expect("a tab");
    act(&mut window, Action::Save(tab));
    picture(&mut window, "question-changed");
    // The strip over the document offers it too; the question is drawn last.
    let compare = window.query_all_by_role_and_label(Role::Button, "Compare").last();
    compare.expect("a button").click();
    window.run();
    window.get_by_role_and_label(Role::ListItem, "changed: messages[0].topic.name");
    picture(&mut window, "compare-disk");
    press(&mut window, Key::Escape);
    window.get_by_role_and_label(Role::Button, "Keep mine and save");
    click(&mut window, Role::Button, "Take theirs");
    assert_eq!(window.state().state().active_document().expect("a document").document.len(), 7);
}

#[test]
fn a_click_picks_and_the_button_goes_to_the_field() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = window(folder.path());
    let tab = window.state().state().active.expect("a tab");
    act(&mut window, Action::Compare(Compare::Changes(tab)));
    click(&mut window, Role::ListItem, "removed: messages[0].body");
    click(&mut window, Role::ListItem, "changed: messages[0].topic.name");
    click(&mut window, Role::Button, "Go to field");
    assert_eq!(selected(&window), "messages[0].topic.name");
}

#[test]
fn no_differences_say_so_in_dark_and_small() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = window(folder.path());
    let tab = window.state().state().active.expect("a tab");
    act(&mut window, Action::Compare(Compare::Tabs { old: tab, new: tab }));
    window.get_by_label("Both hold the same bytes.");
    act(&mut window, Action::SetTheme(protoloupe::app::ThemeSetting::Dark));
    picture(&mut window, "no-differences");
    act(&mut window, Action::Dismiss);
    window.set_size(egui::vec2(900.0, 600.0));
    act(&mut window, Action::Compare(Compare::Changes(tab)));
    picture(&mut window, "review-small-dark");
    window.get_by_role_and_label(Role::ListItem, "removed: messages[0].body");
}

#[test]
fn canonicalizing_shows_what_changes_and_is_one_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = window(folder.path());
    act(&mut window, Action::OpenPasted("98 06 07 68 01 68 82 00 0a 01 61 98 01 00".to_owned()));
    let tab = window.state().state().active.expect("a tab");
    let message = Some("apache.rocketmq.v2.SystemProperties".to_owned());
    act(&mut window, Action::ReadAs { tab, message });
    act(&mut window, Action::Canonicalize(tab));
    window.get_by_label_contains("Left out: ");
    picture(&mut window, "canonicalize");
    click(&mut window, Role::Button, "Canonicalize");
    let open = window.state().state().active_document().expect("a document");
    assert_eq!((open.document.n_edits(), open.document.undo_label()), (1, Some("Canonicalize")));
    act(&mut window, Action::Canonicalize(tab));
    window.get_by_label("The message is spelled canonically already.");
}
