//! Structures and ways through the tree in the window, by role and label.

pub use crate::window::Window;
use crate::window::window_of;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoloupe::app::{Action, Folders, OpenDocument, SelectTarget, Session};
use protoloupe::document::ReadMode;
use protoloupe::schema::Schema;

pub const SEND: &str = "apache.rocketmq.v2.SendMessageRequest";
pub const COMMAND: &str = "apache.rocketmq.v2.TelemetryCommand";

/// messages { body a } { body b }, unknown 99, messages { body c }
pub const RUNS: &str = "0a 03 22 01 61 0a 03 22 01 62 98 06 07 0a 03 22 01 63";

pub fn window(hex: &str, message: &str) -> Window {
    let mut session = Session::new(Schema::builtin(), Folders::default(), || {});
    session.apply(Action::OpenPasted(hex.to_owned()));
    session.settle();
    let tab = session.state().active.expect("a tab");
    session.apply(Action::ReadAs { tab, message: Some(message.to_owned()) });
    session.settle();
    window_of(session, [1200.0, 1000.0])
}

pub fn open(window: &Window) -> &OpenDocument {
    window.state().state().active_document().expect("an open document")
}

pub fn hex(window: &Window) -> String {
    let document = &open(window).document;
    let bytes = document.snapshot().bytes(0..document.len(), ReadMode::Wait).expect("bytes in memory");
    bytes.iter().map(|byte| format!("{byte:02x} ")).collect::<String>().trim_end().to_owned()
}

pub fn selected(window: &Window) -> String {
    open(window).selection.as_ref().map(|selection| selection.path.to_string()).unwrap_or_default()
}

pub fn press_with(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run();
}

pub fn press(window: &mut Window, key: Key) {
    press_with(window, Modifiers::NONE, key);
}

pub fn type_text(window: &mut Window, text: &str) {
    for character in text.chars() {
        window.event(Event::Text(character.to_string()));
        window.run();
    }
}

pub fn select(window: &mut Window, path: &str) {
    let path = path.parse().expect("a path");
    window.state_mut().apply(Action::Select(SelectTarget::Path(path)));
    window.run();
}

fn click_row(window: &mut Window, label: &str) {
    window.get_by_role_and_label(Role::TreeItem, label).click();
    window.run();
}

const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

#[test]
fn an_absent_field_is_set_by_enter_and_its_editor_opens() {
    let mut window = window("0a 05 0a 03 12 01 61", SEND);
    select(&mut window, "messages[0].topic.name");
    press_with(&mut window, CTRL_SHIFT, Key::A);
    click_row(&mut window, "resource_namespace, string, \"\"");
    press(&mut window, Key::Enter);
    assert_eq!(selected(&window), "messages[0].topic.resource_namespace");
    type_text(&mut window, "ns");
    press(&mut window, Key::Enter);
    assert_eq!(hex(&window), "0a 09 0a 07 0a 02 6e 73 12 01 61");
    window.get_by_role_and_label(Role::TreeItem, "resource_namespace, string, \"ns\"");
    press_with(&mut window, CTRL_SHIFT, Key::A);
    assert!(window.query_by_label_contains("no entries").is_none());
}

#[test]
fn a_oneof_member_is_chosen_in_the_inspector_and_in_its_dialog() {
    let mut window = window("12 00", COMMAND);
    click_row(&mut window, "settings, Settings, {}, oneof command");
    let set = window.get_by_role_and_label(Role::RadioButton, "settings");
    assert_eq!(set.accesskit_node().toggled(), Some(true.into()));
    window.get_by_role_and_label(Role::RadioButton, "thread_stack_trace").click();
    window.run();
    assert_eq!((hex(&window).as_str(), open(&window).document.n_edits()), ("1a 00", 1));
    press_with(&mut window, Modifiers::COMMAND, Key::J);
    type_text(&mut window, "recover");
    press(&mut window, Key::Enter);
    assert_eq!(hex(&window), "2a 00");
    assert_eq!(selected(&window), "recover_orphaned_transaction_command");
    window.get_by_role_and_label(Role::RadioButton, "None").click();
    window.run();
    assert_eq!(hex(&window), "");
}

#[test]
fn an_unset_oneof_is_set_from_its_row() {
    let mut window = window("0a 00", COMMAND);
    press_with(&mut window, CTRL_SHIFT, Key::A);
    window.get_by_label_contains("command, oneof of").click();
    window.run();
    press(&mut window, Key::Enter);
    type_text(&mut window, "settings");
    press(&mut window, Key::Enter);
    assert_eq!(hex(&window), "0a 00 12 00");
    assert_eq!(selected(&window), "settings");
}

#[test]
fn f2_renames_a_map_key_and_refuses_one_that_is_there() {
    let mut window = window("0a 10 12 06 0a 01 6b 12 01 76 12 06 0a 01 6e 12 01 77", SEND);
    select(&mut window, r#"messages[0].user_properties["k"]"#);
    press(&mut window, Key::F2);
    type_text(&mut window, "n");
    press(&mut window, Key::Enter);
    assert_eq!(hex(&window), "0a 10 12 06 0a 01 6b 12 01 76 12 06 0a 01 6e 12 01 77", "it is there already");
    window.get_by_role_and_label(Role::TextInput, "Key");
    type_text(&mut window, "key");
    press(&mut window, Key::Enter);
    window.get_by_role_and_label(Role::TreeItem, "[\"key\"], string, \"v\"");
    assert_eq!(selected(&window), r#"messages[0].user_properties["key"]"#);
}

#[test]
fn a_map_is_a_table_of_keys_and_values_whose_rows_lead_to_the_entries() {
    // user_properties: "k" twice, and "n".
    let entry = |key: char, value: char| format!("12 06 0a 01 {:02x} 12 01 {:02x}", key as u8, value as u8);
    let entries = [entry('k', 'a'), entry('n', 'b'), entry('k', 'c')].join(" ");
    let mut window = window(&format!("0a 18 {entries}"), SEND);
    select(&mut window, "messages[0].user_properties");
    let rows = |window: &Window| -> Vec<(String, String)> {
        let all = window.query_all_by_role(Role::ListItem).map(|row| row.accesskit_node());
        let said = all.filter_map(|row| Some((row.label()?, row.value()?)));
        said.filter(|(label, _)| label.starts_with("Entry ")).collect()
    };
    let expected = [("Entry \"k\"", "\"a\""), ("Entry \"n\"", "\"b\""), ("Entry \"k\"", "\"c\"")];
    assert_eq!(rows(&window), expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    window.get_by_role_and_label(Role::ListItem, "Entry \"n\"").click();
    window.run();
    assert_eq!(selected(&window), r#"messages[0].user_properties["n"]"#);
    select(&mut window, "messages[0].user_properties");
    window.get_by_role_and_label(Role::List, "Entries").focus();
    window.run();
    press(&mut window, Key::End);
    press(&mut window, Key::Enter);
    assert_eq!(open(&window).selection.as_ref().map(|selection| selection.range.clone()), Some(18..26));
}

#[test]
fn rows_are_moved_by_keys() {
    let mut window = window(RUNS, SEND);
    select(&mut window, "messages[1]");
    press_with(&mut window, Modifiers::ALT, Key::ArrowDown);
    assert_eq!(hex(&window), "0a 03 22 01 61 98 06 07 0a 03 22 01 63 0a 03 22 01 62");
    assert_eq!(selected(&window), "messages[2]");
    press_with(&mut window, Modifiers::ALT, Key::ArrowUp);
    assert_eq!(selected(&window), "messages[1]");
}

pub fn pointer(window: &mut Window, pos: Pos2, pressed: Option<bool>) {
    window.hover_at(pos);
    if let Some(pressed) = pressed {
        let event =
            Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE };
        window.event(event);
    }
    window.run();
}

#[test]
fn a_row_is_dragged_beside_another_in_one_step() {
    let mut window = window(RUNS, SEND);
    press_with(&mut window, Modifiers::ALT, Key::Num1);
    let center = |label: &str| window.get_by_label_contains(label).rect().center();
    let rows: Vec<Pos2> = ["[0], Message", "[2], Message"].into_iter().map(center).collect();
    let below = rows[1] + egui::vec2(0.0, 6.0);
    pointer(&mut window, rows[0], Some(true));
    pointer(&mut window, rows[0] + egui::vec2(0.0, 12.0), None);
    pointer(&mut window, below, None);
    assert_eq!(hex(&window), RUNS, "nothing moves before it is let go");
    pointer(&mut window, below, Some(false));
    assert_eq!(hex(&window), "0a 03 22 01 62 98 06 07 0a 03 22 01 63 0a 03 22 01 61");
    assert_eq!((open(&window).document.n_edits(), selected(&window).as_str()), (1, "messages[2]"));
}

#[test]
fn below_the_last_row_of_an_open_element_is_below_the_element() {
    let mut window = window(RUNS, SEND);
    press_with(&mut window, Modifiers::ALT, Key::Num2);
    let from = window.get_by_label_contains("[0], Message").rect().center();
    let body = window.get_all_by_label_contains("body, bytes").last().expect("the last body");
    let to = body.rect().center() + egui::vec2(0.0, 6.0);

    pointer(&mut window, from, Some(true));
    pointer(&mut window, to, None);
    pointer(&mut window, to, Some(false));
    assert_eq!(hex(&window), "0a 03 22 01 62 98 06 07 0a 03 22 01 63 0a 03 22 01 61");
}

#[test]
fn esc_and_a_place_where_it_cannot_go_leave_a_dragged_row() {
    let mut window = window(RUNS, SEND);
    press_with(&mut window, Modifiers::ALT, Key::Num1);
    let from = window.get_by_label_contains("[0], Message").rect().center();
    let unknown = window.get_by_label_contains("unknown, VARINT").rect().center();
    let to = window.get_by_label_contains("[2], Message").rect().center();
    pointer(&mut window, from, Some(true));
    pointer(&mut window, unknown, None);
    pointer(&mut window, unknown, Some(false));
    assert_eq!(hex(&window), RUNS);
    pointer(&mut window, from, Some(true));
    pointer(&mut window, to, None);
    press(&mut window, Key::Escape);
    pointer(&mut window, to, Some(false));
    assert_eq!(hex(&window), RUNS);
}

#[test]
fn typing_a_name_goes_to_its_row_and_a_star_opens_all_below() {
    let mut window = window("0a 10 0a 03 12 01 61 12 06 0a 01 6b 12 01 76 22 01 62 98 06 07", SEND);
    press(&mut window, Key::ArrowDown);
    type_text(&mut window, "bo");
    assert_eq!(selected(&window), "messages[0].body");
    select(&mut window, "messages[0]");
    let n_rows = open(&window).tree.n_rows();
    type_text(&mut window, "*");
    assert!(open(&window).tree.n_rows() > n_rows);
    window.get_by_role_and_label(Role::TreeItem, "[\"k\"], string, \"v\"");
}

#[test]
fn of_very_many_rows_all_open_as_the_keys_come_to_them() {
    let mut window = window(&"0a 05 0a 03 12 01 61 ".repeat(12_000), SEND);
    select(&mut window, "messages");
    window.get_by_role_and_label(Role::Tree, "Fields").focus();
    window.run();
    type_text(&mut window, "*");
    window.run();
    window.get_by_label_contains("the others open as you come to them");
    for _ in 0..6 {
        press(&mut window, Key::End);
    }
    assert_eq!(selected(&window), "messages[11999].topic.name");
    window.get_by_label_contains("[11999], Message");
    for _ in 0..2 {
        press(&mut window, Key::ArrowLeft);
    }
    press(&mut window, Key::ArrowLeft);
    press(&mut window, Key::End);
    assert_eq!(selected(&window), "messages[11999].topic", "what is closed stays closed");
}

#[test]
fn the_path_opens_a_menu_of_what_stands_beside_a_part() {
    let mut window = window("0a 10 0a 03 12 01 61 12 06 0a 01 6b 12 01 76 22 01 62 98 06 07", SEND);
    select(&mut window, "messages[0].topic.name");
    window.get_by_role_and_label(Role::Button, "What stands beside topic").click();
    window.run();
    window.get_by_role_and_label(Role::MenuItem, "body").click();
    window.run();
    assert_eq!(selected(&window), "messages[0].body");
    window.get_by_role_and_label(Role::Button, "What stands beside messages[0]").click();
    window.run();
    window.get_by_role_and_label(Role::MenuItem, "unknown 99").click();
    window.run();
    assert_eq!(selected(&window), "99");
}

#[test]
fn what_does_not_count_says_so() {
    let window = window("68 01 68 02", "apache.rocketmq.v2.SystemProperties");
    window.get_by_role_and_label(Role::TreeItem, "queue_id, int32, 1, overridden");
    window.get_by_role_and_label(Role::TreeItem, "queue_id, int32, 2, in effect");
}

#[test]
fn of_two_members_the_one_in_force_is_marked_and_the_other_can_be_chosen() {
    let mut window = window("12 00 1a 00", COMMAND);
    select(&mut window, "2");
    assert_eq!(open(&window).selection.as_ref().map(|selection| selection.row.offset), Some(0));
    let toggled = |window: &Window, name: &str| {
        window.get_by_role_and_label(Role::RadioButton, name).accesskit_node().toggled()
    };
    assert_eq!(toggled(&window, "settings"), Some(false.into()), "it is overridden");
    assert_eq!(toggled(&window, "thread_stack_trace"), Some(true.into()));
    window.get_by_role_and_label(Role::RadioButton, "settings").click();
    window.run();
    assert_eq!((hex(&window).as_str(), selected(&window).as_str()), ("12 00", "settings"));
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(hex(&window), "12 00 1a 00");
}

#[test]
fn the_digit_of_a_shortcut_is_no_name_that_is_typed() {
    let mut window = window("0a 05 0a 03 12 01 61 0a 00", SEND);
    select(&mut window, "messages");
    let before = selected(&window);
    for modifiers in [Modifiers::ALT, Modifiers::NONE] {
        window.event(Event::ModifiersChanged(modifiers));
        if modifiers.alt {
            window.event(Event::Text("1".to_owned()));
        }
    }
    window.run();
    assert_eq!(selected(&window), before);
}

#[test]
fn the_value_of_a_run_is_not_edited_and_takes_no_keyboard_later() {
    let mut window = window(RUNS, SEND);
    select(&mut window, "messages");
    press(&mut window, Key::F2);
    select(&mut window, "messages[0].body");
    let before = hex(&window);
    type_text(&mut window, "x");
    assert_eq!(hex(&window), before, "the tree has the keyboard");
}

#[test]
fn a_value_that_fits_no_row_is_edited_in_the_inspector_which_comes_back_for_it() {
    let mut window = window(RUNS, SEND);
    select(&mut window, "messages[0]");
    window.state_mut().apply(Action::TogglePane(protoloupe::app::Pane::Inspector));
    window.run();
    assert!(!window.state().state().settings.show_inspector);
    window.get_by_role(Role::Tree).focus();
    window.run();
    press(&mut window, Key::F2);
    window.run();
    assert!(window.state().state().settings.show_inspector);
}
