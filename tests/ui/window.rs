//! The whole window, driven by role and label.

use crate::harness::harness;
use egui::{Event, Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoloupe::app::{Action, Content, Folders, OpenDocument, Pane, SelectTarget, Session, ThemeSetting};
use protoloupe::document::ReadMode;
use protoloupe::schema::Schema;
use protoloupe::ui::shell::Shell;

pub const CTRL: Modifiers = Modifiers::COMMAND;
pub const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

pub type Window = Harness<'static, Shell>;

const CAPTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/captures/SendMessage-req-1.bin");

/// A window of this size on a session; work in the background is done before and after each frame.
pub fn window_of(session: Session, size: [f32; 2]) -> Window {
    let mut window = harness(size, Shell::new(session), |ui, shell: &mut Shell| {
        Shell::use_no_system_dialogs(ui.ctx());
        shell.session_mut().settle();
        shell.ui(ui);
        shell.session_mut().settle();
    });
    window.run();
    window
}

/// The window on a captured request of 158 bytes, with nowhere to remember anything.
pub fn window() -> Window {
    let mut session = Session::new(Schema::builtin(), Folders::default(), || {});
    session.apply(Action::Open(vec![CAPTURE.into()]));
    session.settle();
    let tab = session.state().active.expect("a tab");
    let message = Some("apache.rocketmq.v2.SendMessageRequest".to_owned());
    session.apply(Action::ReadAs { tab, message });
    session.settle();
    window_of(session, [1200.0, 800.0])
}

pub fn open(window: &Window) -> &OpenDocument {
    window.state().state().active_document().expect("an open document")
}

pub fn bytes(window: &Window) -> Vec<u8> {
    let document = &open(window).document;
    document.snapshot().bytes(0..document.len(), ReadMode::Wait).expect("bytes in memory")
}

pub fn selected(window: &Window) -> String {
    open(window).selection.as_ref().map(|selection| selection.path.to_string()).unwrap_or_default()
}

pub fn press(window: &mut Window, key: Key) {
    window.key_press(key);
    window.run();
}

pub fn press_with(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run();
}

pub fn type_text(window: &mut Window, text: &str) {
    for character in text.chars() {
        window.event(Event::Text(character.to_string()));
        window.run();
    }
}

pub fn click(window: &mut Window, role: Role, label: &str) {
    window.get_by_role_and_label(role, label).click();
    window.run();
}

pub fn select(window: &mut Window, path: &str) {
    let path = path.parse().expect("a path");
    window.state_mut().apply(Action::Select(SelectTarget::Path(path)));
    window.run();
}

pub fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

// --- the tree

#[test]
fn arrow_keys_walk_open_and_close() {
    let mut window = window();
    for expected in ["messages", "messages[0]", "messages[0].topic"] {
        press(&mut window, Key::ArrowDown);
        assert_eq!(selected(&window), expected);
    }
    let n_rows = open(&window).tree.n_rows();
    press(&mut window, Key::ArrowRight);
    assert_eq!(open(&window).tree.n_rows(), n_rows + 1, "open");
    press(&mut window, Key::ArrowRight);
    assert_eq!(selected(&window), "messages[0].topic.name", "gone in");
    press(&mut window, Key::ArrowLeft);
    assert_eq!(selected(&window), "messages[0].topic", "gone out");
    press(&mut window, Key::ArrowLeft);
    assert_eq!(open(&window).tree.n_rows(), n_rows, "closed");
    press(&mut window, Key::End);
    assert_eq!(selected(&window), "messages[0].body");
}

#[test]
fn a_row_says_name_kind_and_value() {
    let mut window = window();
    select(&mut window, "messages[0].topic.name");
    let row = window.get_by_role_and_label(Role::TreeItem, "name, string, \"topic-normal\"");
    assert_eq!(row.accesskit_node().is_selected(), Some(true));
    let topic = window.get_by_role_and_label(Role::TreeItem, "topic, Resource, name \"topic-normal\"");
    assert_eq!(topic.accesskit_node().data().is_expanded(), Some(true));
}

#[test]
fn a_click_selects_and_the_path_bar_goes_back_up() {
    let mut window = window();
    select(&mut window, "messages[0].topic.name");
    click(&mut window, Role::Link, "Go to messages[0]");
    assert_eq!(selected(&window), "messages[0]");
    window.get_by_label_contains("body, bytes").click();
    window.run();
    assert_eq!(selected(&window), "messages[0].body");
}

#[test]
fn delete_removes_and_ctrl_d_duplicates() {
    let mut window = window();
    let before = bytes(&window);
    window.get_by_label_contains("body, bytes").click();
    window.run();
    press_with(&mut window, CTRL, Key::D);
    assert_eq!(bytes(&window).len(), before.len() + 17);
    press_with(&mut window, CTRL, Key::Z);
    assert_eq!(bytes(&window), before);
    press(&mut window, Key::Delete);
    assert_eq!(bytes(&window).len(), before.len() - 17);
}

// --- editing

#[test]
fn a_string_is_edited_in_its_row_by_keys_alone() {
    let mut window = window();
    let before = bytes(&window);
    for key in [Key::ArrowDown, Key::ArrowDown, Key::ArrowDown, Key::ArrowRight, Key::ArrowRight] {
        press(&mut window, key);
    }
    press(&mut window, Key::Enter);
    type_text(&mut window, "orders");
    let after = bytes(&window);
    assert!(holds(&after, "orders") && !holds(&after, "topic-normal"));
    assert_eq!(after.len(), before.len() - 6);
    assert_eq!(open(&window).document.n_edits(), 1, "a run of typing is one step");
    press(&mut window, Key::Enter);
    press(&mut window, Key::ArrowUp);
    assert_eq!(selected(&window), "messages[0].topic", "the tree has the keyboard again");
    click(&mut window, Role::Button, "Undo");
    assert_eq!(bytes(&window), before);
    click(&mut window, Role::Button, "Redo");
    assert_eq!(bytes(&window), after);
}

#[test]
fn esc_returns_to_what_was() {
    let mut window = window();
    let before = bytes(&window);
    select(&mut window, "messages[0].topic.name");
    press(&mut window, Key::F2);
    type_text(&mut window, "x");
    assert_ne!(bytes(&window), before);
    press(&mut window, Key::Escape);
    assert_eq!(bytes(&window), before);
    assert!(!open(&window).document.is_modified());
    press(&mut window, Key::ArrowUp);
    assert_eq!(selected(&window), "messages[0].topic");
}

#[test]
fn a_draft_that_does_not_parse_says_why_and_changes_nothing() {
    let mut window = window();
    let before = bytes(&window);
    select(&mut window, "messages[0].system_properties.message_type");
    press(&mut window, Key::F2);
    type_text(&mut window, "Q");
    assert_eq!(bytes(&window), before);
    assert_eq!(open(&window).document.n_edits(), 0);
    let says =
        window.get_by_role_and_label(Role::Alert, "\"Q\" is not a value of apache.rocketmq.v2.MessageType");
    assert!(!says.accesskit_node().is_hidden());
    press(&mut window, Key::Escape);
    assert_eq!(window.get_by_role_and_label(Role::TextInput, "Value").value().as_deref(), Some("NORMAL"));
}

#[test]
fn f6_gives_the_inspector_the_keyboard_and_takes_it_back() {
    let mut window = window();
    select(&mut window, "messages[0].system_properties.born_timestamp.seconds");
    press(&mut window, Key::F6);
    assert!(window.get_by_role_and_label(Role::TextInput, "Value").is_focused());
    press(&mut window, Key::F6);
    press(&mut window, Key::ArrowUp);
    let above = "messages[0].system_properties.born_timestamp";
    assert_eq!(selected(&window), above, "the tree has the keyboard");
    // A run has no value to type.
    select(&mut window, "messages");
    press(&mut window, Key::F6);
    assert!(window.get_by_role_and_label(Role::Button, "Add field…").is_focused());
}

#[test]
fn a_document_without_bytes_says_what_to_do() {
    let mut window = window();
    select(&mut window, "messages");
    press(&mut window, Key::Delete);
    assert!(bytes(&window).is_empty());
    window.get_by_label("No field of the message is set.");
    let add: Vec<_> = window.get_all_by_role_and_label(Role::Button, "Add field…").collect();
    assert_eq!(add.len(), 2, "in the tree, and in the inspector");
    add[0].click();
    drop(add);
    window.run();
    press(&mut window, Key::Enter);
    assert!(!bytes(&window).is_empty());
}

#[test]
fn where_nothing_has_the_keyboard_the_keys_of_the_tree_give_it_back() {
    let mut window = window();
    select(&mut window, "messages[0].topic");
    window.get_by_role_and_label(Role::Button, "Open…").focus();
    window.run();
    press(&mut window, Key::Escape);
    press(&mut window, Key::ArrowUp);
    assert_eq!(selected(&window), "messages[0]", "a button was left with Esc");
    let focused = window.ctx.memory(|memory| memory.focused()).expect("the tree");
    window.ctx.memory_mut(|memory| memory.surrender_focus(focused));
    press(&mut window, Key::End);
    assert_eq!(selected(&window), "messages[0]");
    press(&mut window, Key::ArrowUp);
    assert_eq!(selected(&window), "messages");
}

#[test]
fn a_pane_that_is_asked_for_comes_to_the_front() {
    let mut window = window();
    for (pane, title) in [(Pane::History, "History  0"), (Pane::Problems, "Problems  0")] {
        window.state_mut().apply(Action::ShowPane(pane));
        window.run();
        let tab = window.get_by_role_and_label(Role::Button, title);
        assert_eq!(tab.accesskit_node().toggled(), Some(true.into()), "{title}");
    }
}

#[test]
fn a_menu_that_is_longer_than_the_window_follows_the_keys() {
    let mut session = Session::new(Schema::builtin(), Folders::default(), || {});
    session.settle();
    let mut window = window_of(session, [600.0, 420.0]);
    click(&mut window, Role::Button, "Menu");
    for _ in 0..30 {
        press(&mut window, Key::ArrowDown);
    }
    let focused = window.ctx.memory(|memory| memory.focused()).expect("an item");
    let rect = window.ctx.read_response(focused).expect("an item").rect;
    assert!(window.ctx.content_rect().contains_rect(rect), "{rect:?}");
    let item = window.query_all_by_role(Role::MenuItem).find(|item| item.is_focused());
    assert!(item.is_some());
}

#[test]
fn the_edge_of_a_column_follows_the_pointer_in_a_small_window_too() {
    for size in [[620.0, 450.0], [1600.0, 1000.0]] {
        let mut session = Session::new(Schema::builtin(), Folders::default(), || {});
        session.apply(Action::Open(vec![CAPTURE.into()]));
        session.settle();
        let mut window = window_of(session, size);
        let edge =
            |window: &Window| window.get_by_role_and_label(Role::Splitter, "Width of Field").rect().center();
        let from = edge(&window);
        window.event(Event::PointerMoved(from));
        window.drag_at(from);
        for step in 1..=4 {
            window.event(Event::PointerMoved(from + egui::vec2(8.0 * step as f32, 0.0)));
            window.run();
        }
        window.drop_at(from + egui::vec2(32.0, 0.0));
        window.run();
        assert!((edge(&window).x - from.x - 32.0).abs() <= 2.0, "{size:?}: {from:?} {:?}", edge(&window));
    }
}

#[test]
fn an_enum_is_picked_from_its_list() {
    let mut window = window();
    select(&mut window, "messages[0].system_properties.message_type");
    click(&mut window, Role::ListItem, "DELAY = 3");
    assert!(window.query_by_label_contains("message_type, MessageType, DELAY").is_some());
    assert_eq!(open(&window).document.n_edits(), 1);
}

#[test]
fn an_enum_is_searched_and_taken_in_its_row() {
    let mut window = window();
    select(&mut window, "messages[0].system_properties.message_type");
    press(&mut window, Key::F2);
    type_text(&mut window, "d");
    let first = window.get_all_by_role(Role::ListItem).find(|row| {
        row.accesskit_node().is_selected() == Some(true)
            && row.accesskit_node().label().is_some_and(|label| label.contains(" = "))
    });
    assert!(first.is_some(), "what Enter would take is marked");
    type_text(&mut window, "ela");
    press(&mut window, Key::ArrowDown);
    assert_eq!(open(&window).document.n_edits(), 0, "moving in the list sets nothing");
    press(&mut window, Key::Enter);
    assert!(window.query_by_label_contains("message_type, MessageType, DELAY").is_some());
    assert!(
        window.query_by_role_and_label(Role::TextInput, "Value in row").is_none(),
        "Enter leaves the field"
    );
    assert_eq!(open(&window).document.n_edits(), 1);
}

#[test]
fn up_and_down_step_an_enum_through_its_values_in_one_edit() {
    let mut window = window();
    select(&mut window, "messages[0].system_properties.message_type");
    press(&mut window, Key::F2);
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::ArrowDown);
    assert!(window.query_by_label_contains("message_type, MessageType, DELAY").is_some());
    press(&mut window, Key::ArrowUp);
    assert!(window.query_by_label_contains("message_type, MessageType, FIFO").is_some());
    press(&mut window, Key::Enter);
    assert_eq!(open(&window).document.n_edits(), 1);
}

#[test]
fn typing_goes_on_when_the_bytes_before_it_grow() {
    let mut window = window();
    select(&mut window, "messages[0].topic.name");
    press(&mut window, Key::F2);
    // From 127 bytes on the lengths around it take another byte, which moves the row.
    let long = "abcdefghij".repeat(14);
    type_text(&mut window, &long);
    assert!(holds(&bytes(&window), &long));
    assert_eq!(open(&window).document.n_edits(), 1);
}

#[test]
fn undo_belongs_to_the_draft_while_it_has_the_focus() {
    let mut window = window();
    select(&mut window, "messages[0].topic.name");
    press(&mut window, Key::F2);
    type_text(&mut window, "ab");
    let n_edits = open(&window).document.n_edits();
    press_with(&mut window, CTRL, Key::Z);
    assert_eq!(open(&window).document.n_edits(), n_edits, "the document's undo was not touched");
}

// --- commands and dialogs

#[test]
fn the_palette_runs_a_command() {
    let mut window = window();
    assert!(window.state().state().settings.show_hex);
    press_with(&mut window, CTRL_SHIFT, Key::P);
    type_text(&mut window, "hex pane");
    press(&mut window, Key::Enter);
    assert!(!window.state().state().settings.show_hex);
    assert!(window.query_by_label("Bytes").is_none_or(|node| node.accesskit_node().role() != Role::List));
}

#[test]
fn a_field_is_added_from_the_list_of_those_missing() {
    let mut window = window();
    select(&mut window, "messages[0].topic");
    press(&mut window, Key::Insert);
    type_text(&mut window, "namespace");
    press(&mut window, Key::Enter);
    assert_eq!(selected(&window), "messages[0].topic.resource_namespace");
    assert_eq!(open(&window).document.n_edits(), 1);
}

#[test]
fn go_to_takes_a_path_and_an_offset() {
    let mut window = window();
    press_with(&mut window, CTRL, Key::G);
    type_text(&mut window, "messages[0].system_properties.tag");
    press(&mut window, Key::Enter);
    assert_eq!(selected(&window), "messages[0].system_properties.tag");
    press_with(&mut window, CTRL, Key::G);
    type_text(&mut window, "0x8");
    press(&mut window, Key::Enter);
    assert_eq!(selected(&window), "messages[0].topic.name");
}

#[test]
fn closing_a_changed_document_asks_first() {
    let mut window = window();
    select(&mut window, "messages[0].topic.name");
    press(&mut window, Key::F2);
    type_text(&mut window, "orders");
    press(&mut window, Key::Enter);
    press_with(&mut window, CTRL, Key::W);
    click(&mut window, Role::Button, "Cancel");
    assert_eq!(window.state().state().tabs.len(), 1);
    press_with(&mut window, CTRL, Key::W);
    let mut saves = window.query_all_by_role_and_label(Role::Button, "Save");
    assert!(saves.any(|button| button.is_focused()), "Enter means the primary button");
    drop(saves);
    click(&mut window, Role::Button, "Discard edits");
    assert!(window.state().state().tabs.is_empty());
    window.get_by_label("Open a binary message");
}

#[test]
fn saving_under_a_typed_path_writes_the_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("orders.bin");
    let mut window = window();
    press_with(&mut window, CTRL_SHIFT, Key::S);
    press_with(&mut window, CTRL, Key::A);
    window.event(Event::Paste(path.display().to_string()));
    window.run();
    press(&mut window, Key::Enter);
    assert_eq!(std::fs::read(&path).expect("the file"), bytes(&window));
    assert_eq!(window.state().state().active_tab().expect("a tab").title, "orders.bin");
}

#[test]
fn a_file_that_is_not_there_says_so_in_its_tab() {
    let mut window = window();
    window.state_mut().apply(Action::Open(vec!["/nowhere/orders.bin".into()]));
    window.run();
    let tab = window.state().state().active_tab().expect("a tab");
    assert!(matches!(tab.content, Content::Failed { .. }));
    window.get_by_role_and_label(Role::Button, "Try again");
    click(&mut window, Role::Button, "Close");
    assert_eq!(window.state().state().tabs.len(), 1);
}

// --- hex, problems, look

#[test]
fn a_click_on_a_byte_selects_its_field() {
    let mut window = window();
    let row = window.get_by_role_and_label(Role::ListItem, "Bytes at 0x0").rect();
    // The ninth byte is in the topic's name.
    let at = egui::pos2(row.left() + 57.0 + 9.0 * 22.0, row.center().y);
    window.hover_at(at);
    for pressed in [true, false] {
        let button = egui::PointerButton::Primary;
        window.event(Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE });
    }
    window.run();
    assert_eq!(selected(&window), "messages[0].topic.name");
}

#[test]
fn problems_are_listed_and_lead_to_their_place() {
    let mut window = window();
    window.state_mut().apply(Action::OpenPasted("0a 02 68 69 12 05 61".to_owned()));
    window.run();
    press_with(&mut window, CTRL, Key::M);
    let problem = window.get_by_label_contains("error: ");
    problem.click();
    window.run();
    assert!(open(&window).selection.is_some());
}

#[test]
fn the_theme_is_changed_from_the_menu() {
    let mut window = window();
    click(&mut window, Role::Button, "View");
    click(&mut window, Role::MenuItem, "Dark theme");
    assert_eq!(window.ctx.theme(), egui::Theme::Dark);
}

#[test]
fn the_title_names_the_document_and_marks_edits() {
    let mut window = window();
    assert_eq!(window.state().title(), "SendMessage-req-1.bin — Protoloupe");
    window.get_by_label_contains("body, bytes").click();
    window.run();
    press(&mut window, Key::Delete);
    assert_eq!(window.state().title(), "SendMessage-req-1.bin ● — Protoloupe");
}

/// Few pictures, for what no label tells: run with `UPDATE_SNAPSHOTS=1` after a change of the look.
#[test]
fn the_window_looks_as_it_did() {
    let mut window = window();
    window.set_size(egui::vec2(1000.0, 640.0));
    select(&mut window, "messages[0].topic.name");
    window.snapshot("window light");
    window.state_mut().apply(Action::SetTheme(ThemeSetting::Dark));
    window.run();
    window.snapshot("window dark");
}

#[test]
fn tab_goes_through_the_top_bar_in_the_order_that_is_seen() {
    for width in [600.0, 800.0, 1200.0] {
        let mut session = Session::new(Schema::builtin(), Folders::default(), || {});
        session.apply(Action::Open(vec![CAPTURE.into()]));
        session.settle();
        let mut window = window_of(session, [width, 500.0]);
        let first = if width < 640.0 { "Menu" } else { "File" };
        window.get_by_role_and_label(Role::Button, first).focus();
        window.run();
        let mut passed = Vec::new();
        loop {
            let focused = window.ctx.memory(|memory| memory.focused()).expect("a widget");
            let rect = window.ctx.read_response(focused).expect("a widget").rect;
            if rect.top() > 40.0 {
                break;
            }
            passed.push(rect.left());
            press(&mut window, Key::Tab);
        }
        assert!(passed.len() > 3, "{passed:?} at {width}");
        assert!(passed.is_sorted(), "{passed:?} at {width}");
    }
}
