//! Editors and readings in the window, by role and label.

use crate::harness::harness;
use egui::{Event, Key, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node};
use protoloupe::app::{Action, Folders, OpenDocument, SelectTarget, Session};
use protoloupe::document::value::parse_value;
use protoloupe::document::{ReadMode, row_text};
use protoloupe::schema::{FileResolver, Kind, Schema};
use protoloupe::ui::shell::Shell;
use std::sync::Arc;

const PROTO: &str = r#"
syntax = "proto3";
package shop;
import "google/protobuf/timestamp.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/any.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/field_mask.proto";
enum Color { option allow_alias = true; RED = 0; BLUE = 5; AZURE = 5; }
message Order { string name = 1; uint32 amount = 2; Color color = 3; }
message All {
  int32 i32 = 1; double twice = 2; string text = 3; bytes raw = 4; Color color = 5; Order order = 6;
  google.protobuf.Timestamp time = 7; google.protobuf.Duration span = 8; google.protobuf.Any any = 9;
  google.protobuf.Struct tree = 10; google.protobuf.FieldMask mask = 11; string long = 12;
  map<string, string> notes = 13;
}
"#;

const JSON: &str = r#"{
  "i32": -5, "twice": 1.5, "text": "two\nlines", "raw": "CgR0ZWEhEAI=", "color": "BLUE",
  "order": { "name": "tea" }, "time": "2026-11-23T10:15:04.250Z", "span": "90s",
  "any": { "@type": "type.googleapis.com/shop.Order", "name": "milk" },
  "tree": { "a": true, "b": [1, "x"] }, "mask": "name,amount"
}"#;

struct OneFile;

impl FileResolver for OneFile {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok((path == "shop.proto").then(|| PROTO.as_bytes().to_vec()))
    }
}

type Window = Harness<'static, Shell>;

fn schema() -> Schema {
    Schema::compile(&["shop.proto".to_owned()], &[], &OneFile, false).expect("a schema")
}

/// The bytes of `JSON` and then those of `more`.
pub fn message(more: &[u8]) -> Vec<u8> {
    let message = schema().message("shop.All").expect("a message");
    let mut bytes = parse_value(&Kind::Message(message), JSON).expect("a value").payload;
    bytes.extend(more);
    bytes
}

pub fn session(bytes: &[u8]) -> Session {
    let mut session = Session::new(Arc::new(schema()), Folders::default(), || {});
    let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    session.apply(Action::OpenPasted(hex.join(" ")));
    session.settle();
    let tab = session.state().active.expect("a tab");
    session.apply(Action::ReadAs { tab, message: Some("shop.All".to_owned()) });
    session.settle();
    session
}

fn window(more: &[u8]) -> Window {
    let shell = Shell::new(session(&message(more)));
    let mut window = harness([1400.0, 1000.0], shell, |ui, shell: &mut Shell| {
        Shell::use_no_system_dialogs(ui.ctx());
        shell.session_mut().settle();
        shell.ui(ui);
        shell.session_mut().settle();
    });
    window.run();
    window
}

fn open(window: &Window) -> &OpenDocument {
    window.state().state().active_document().expect("an open document")
}

fn bytes(window: &Window) -> Vec<u8> {
    let document = &open(window).document;
    document.snapshot().bytes(0..document.len(), ReadMode::Wait).expect("bytes in memory")
}

fn n_edits(window: &Window) -> usize {
    open(window).document.n_edits()
}

fn select(window: &mut Window, path: &str) {
    let path = path.parse().expect("a path");
    window.state_mut().apply(Action::Select(SelectTarget::Path(path)));
    window.run();
}

fn click(window: &mut Window, role: Role, label: &str) {
    window.get_by_role_and_label(role, label).click();
    window.run();
}

fn has_button(window: &Window, label: &str) -> bool {
    window.query_by_role_and_label(Role::Button, label).is_some()
}

/// Puts the keyboard into a field, replaces its text key by key, and leaves it there.
fn type_into(window: &mut Window, label: &str, text: &str) {
    input(window, label).focus();
    window.run();
    window.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    window.run();
    for character in text.chars() {
        window.event(Event::Text(character.to_string()));
        window.run();
    }
}

/// A text field of one line or of many.
fn input<'a>(window: &'a Window, label: &'a str) -> Node<'a> {
    let many = window.query_by_role_and_label(Role::MultilineTextInput, label);
    many.unwrap_or_else(|| window.get_by_role_and_label(Role::TextInput, label))
}

fn field(window: &Window, label: &str) -> String {
    input(window, label).value().unwrap_or_default()
}

fn press(window: &mut Window, key: Key) {
    window.key_press(key);
    window.run();
}

/// Kind and value of the selected row in the tree.
fn selected_row(window: &Window) -> String {
    let open = open(window);
    let row = open.selected_row().expect("a selected row");
    let text = row_text(open.document.snapshot(), &row, 80, ReadMode::Wait);
    format!("{} | {}", text.kind, text.value)
}

#[test]
fn any_reading_of_an_unknown_number_can_be_typed_in() {
    // 99: 150
    let mut window = window(&[0x98, 0x06, 0x96, 0x01]);
    let before = bytes(&window);
    select(&mut window, "99");
    assert_eq!(
        (field(&window, "As uint64"), field(&window, "As sint64")),
        ("150".to_owned(), "75".to_owned())
    );
    type_into(&mut window, "As sint64", "-300");
    assert!(bytes(&window).ends_with(&[0x98, 0x06, 0xd7, 0x04]), "{:?}", bytes(&window));
    assert_eq!((field(&window, "As uint64"), n_edits(&window)), ("599".to_owned(), 1));
    type_into(&mut window, "As sint64", "x");
    window.get_by_role_and_label(Role::Alert, "\"x\" is not an integer");
    assert_eq!(
        (bytes(&window), n_edits(&window)),
        (before.clone(), 0),
        "nothing of this run of typing is kept"
    );
    press(&mut window, Key::Escape);
    assert_eq!(field(&window, "As sint64"), "75");
    assert_eq!((bytes(&window), n_edits(&window)), (before, 0));
}

#[test]
fn a_pinned_reading_is_shown_in_the_tree_and_edited_in_its_row() {
    let mut window = window(&[0x98, 0x06, 0x96, 0x01]);
    select(&mut window, "99");
    click(&mut window, Role::Button, "Show as sint64 in the tree");
    assert_eq!(selected_row(&window), "VARINT as sint64 | 75");
    window.get_by_role_and_label(Role::TreeItem, "unknown, VARINT as sint64, 75");
    press(&mut window, Key::F2);
    window.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    window.run();
    for character in "-1".chars() {
        window.event(Event::Text(character.to_string()));
        window.run();
    }
    assert!(bytes(&window).ends_with(&[0x98, 0x06, 0x01]));
    press(&mut window, Key::Enter);
    click(&mut window, Role::Button, "No longer read as sint64");
    assert_eq!(selected_row(&window), "VARINT | uint64 1 · 4 readings");
}

#[test]
fn packed_numbers_and_times_are_typed_as_they_read() {
    // 98: two floats and a third; 97: milliseconds.
    let floats: Vec<u8> = [1.5_f32, 2.0, 0.25].iter().flat_map(|one| one.to_le_bytes()).collect();
    let mut more = vec![0x88, 0x06, 0x80, 0x98, 0xfa, 0x86, 0x8d, 0x34, 0x92, 0x06, 12];
    more.extend(&floats);
    let mut window = window(&more);
    select(&mut window, "98");
    assert_eq!(field(&window, "As packed float"), "1.5, 2, 0.25");
    type_into(&mut window, "As packed float", "[3, -0.5]");
    let expected: Vec<u8> = [3.0_f32, -0.5].iter().flat_map(|one| one.to_le_bytes()).collect();
    assert!(bytes(&window).ends_with(&expected));
    select(&mut window, "97");
    let shown = field(&window, "As time in ms");
    assert!(shown.starts_with("20") && shown.ends_with('Z'), "{shown}");
    type_into(&mut window, "As time in ms", "2026-11-23T10:15:04Z");
    assert_eq!(field(&window, "As uint64"), "1795428904000");
}

#[test]
fn text_among_the_readings_hides_nothing_and_looks_like_no_type() {
    // 99: "a", a line end, and a character that does not show.
    let mut window = window(&[0x9a, 0x06, 0x05, b'a', b'\n', 0xe2, 0x80, 0x8b]);
    select(&mut window, "99");
    assert_eq!(field(&window, "As string"), "a\\n\\u{200b}");
    type_into(&mut window, "As string", "by hand");
    assert!(bytes(&window).ends_with(b"by hand"));
    assert!(window.query_by_label("Looks like").is_none());
}

#[test]
fn readings_stay_where_they_are_while_one_of_them_is_typed_in() {
    // 99: bytes that are text, a message and packed numbers.
    let mut window = window(&[0x9a, 0x06, 0x03, 0x08, 0x96, 0x01]);
    select(&mut window, "99");
    window.get_by_label_contains("As message 1 record");
    let top = |window: &Window| input(window, "As packed varint").rect().top();
    let before = top(&window);
    type_into(&mut window, "As packed varint", "7, 4294967296");
    assert_eq!(top(&window), before);
    window.get_by_label_contains("As message does not fit these bytes");
    press(&mut window, Key::Enter);
    assert!(window.query_by_label_contains("As message").is_none(), "it goes when nobody types any more");
}

#[test]
fn bytes_that_look_like_a_type_are_read_as_it_with_one_click() {
    let mut window = window(&[]);
    let before = bytes(&window);
    select(&mut window, "raw");
    click(&mut window, Role::Button, "Read as Order");
    assert_eq!(selected_row(&window), "bytes as Order | name \"tea!\" · amount 2");
    assert_eq!(bytes(&window), before);
    select(&mut window, "raw.amount");
    type_into(&mut window, "Value", "300");
    assert_eq!(bytes(&window).len(), before.len() + 1, "the length around it follows");
    assert_eq!(n_edits(&window), 1);
    select(&mut window, "raw");
    click(&mut window, Role::Button, "Back to what is declared");
    assert!(selected_row(&window).starts_with("bytes | 9 B"), "{}", selected_row(&window));
}

#[test]
fn the_type_of_a_payload_is_picked_from_a_list_by_keys() {
    let mut window = window(&[]);
    select(&mut window, "raw");
    window.key_press_modifiers(egui::Modifiers::COMMAND | egui::Modifiers::SHIFT, Key::T);
    window.run();
    for character in "shop.Order".chars() {
        window.event(Event::Text(character.to_string()));
        window.run();
    }
    press(&mut window, Key::Enter);
    assert_eq!(window.state().state().dialog, None);
    assert_eq!(selected_row(&window), "bytes as Order | name \"tea!\" · amount 2");
}

#[test]
fn integers_are_decimal_or_hexadecimal() {
    let mut window = window(&[]);
    select(&mut window, "i32");
    assert_eq!(field(&window, "Value"), "-5");
    click(&mut window, Role::RadioButton, "Hexadecimal");
    assert_eq!(field(&window, "Value"), "0xfffffffb");
    type_into(&mut window, "Value", "0xffffffff");
    window.get_by_label("Decimal -1");
    type_into(&mut window, "Value", "0x100000000");
    window.get_by_role_and_label(Role::Alert, "\"0x100000000\" has more than 32 bits");
    type_into(&mut window, "Value", "7");
    window.get_by_label("Decimal 7");
    assert!(selected_row(&window).ends_with("| 7"));
}

#[test]
fn a_form_chosen_for_one_number_is_that_of_the_next() {
    let mut window = window(&[]);
    select(&mut window, "i32");
    click(&mut window, Role::RadioButton, "Hexadecimal");
    select(&mut window, "order");
    select(&mut window, "i32");
    assert_eq!(field(&window, "Value"), "0xfffffffb");
}

#[test]
fn a_time_written_in_fields_is_one_text_in_its_row() {
    let mut window = window(&[]);
    select(&mut window, "time");
    click(&mut window, Role::RadioButton, "Fields");
    press(&mut window, Key::F2);
    assert_eq!(field(&window, "Value in row"), "2026-11-23T10:15:04.250Z");
}

#[test]
fn special_numbers_are_a_click() {
    let mut window = window(&[]);
    select(&mut window, "twice");
    for (label, value) in [("nan", "nan"), ("-inf", "-inf"), ("-0", "-0")] {
        click(&mut window, Role::Button, label);
        assert_eq!(selected_row(&window), format!("double | {value}"));
    }
    click(&mut window, Role::RadioButton, "Bits");
    type_into(&mut window, "Value", "0x7ff8000000000001");
    assert_eq!(selected_row(&window), "double | nan(0x7ff8000000000001)");
}

#[test]
fn text_that_is_no_utf_8_is_spelled_out_and_edited_byte_by_byte() {
    // text, once more: "a", a byte that is none of UTF-8, and a character that turns text around.
    let mut window = window(&[0x1a, 0x05, b'a', 0xff, 0xe2, 0x80, 0xae]);
    select(&mut window, "text");
    assert_eq!(field(&window, "Value"), "a\\xff\\u{202e}");
    window.get_by_label("1 byte is not UTF-8; it is kept as it is");
    type_into(&mut window, "Value", "a\\xfeb");
    assert!(bytes(&window).ends_with(&[0x1a, 0x03, b'a', 0xfe, b'b']));
    type_into(&mut window, "Value", "a\\q");
    assert!(window.query_by_role_and_label(Role::Alert, "\"\\\\q\" is no escape, at character 2").is_some());
    press(&mut window, Key::Escape);
    click(&mut window, Role::RadioButton, "Hex");
    assert_eq!(field(&window, "Value"), "61 ff e2 80 ae");
}

#[test]
fn a_time_is_typed_by_its_fields_and_as_its_numbers() {
    let mut window = window(&[]);
    select(&mut window, "time");
    click(&mut window, Role::RadioButton, "Fields");
    assert_eq!(field(&window, "Date"), "2026-11-23");
    type_into(&mut window, "Date", "2027-01-02");
    assert_eq!(selected_row(&window), "Timestamp | 2027-01-02T10:15:04.250Z");
    assert_eq!(n_edits(&window), 1, "one run of typing");
    type_into(&mut window, "Nanos", "7");
    assert_eq!(selected_row(&window), "Timestamp | 2027-01-02T10:15:04.000000007Z");
    type_into(&mut window, "Date", "2027-02-30");
    assert!(window.query_by_label_contains("no such day").is_some());
    press(&mut window, Key::Escape);
    click(&mut window, Role::RadioButton, "Raw");
    type_into(&mut window, "Seconds", "-99999999999999");
    assert!(selected_row(&window).contains("out of range"), "{}", selected_row(&window));
    assert!(window.query_by_label_contains("Out of range").is_some());
}

#[test]
fn a_struct_is_changed_as_a_tree() {
    let mut window = window(&[]);
    let before = bytes(&window);
    select(&mut window, "tree");
    click(&mut window, Role::Button, "true");
    assert_eq!(n_edits(&window), 1);
    type_into(&mut window, "Number b[0]", "2.5");
    type_into(&mut window, "Key a", "ok");
    press(&mut window, Key::Enter);
    click(&mut window, Role::Button, "Add to b");
    click(&mut window, Role::RadioButton, "JSON");
    let json: serde_json::Value = serde_json::from_str(&field(&window, "JSON")).expect("JSON");
    assert_eq!(json, serde_json::json!({"ok": false, "b": [2.5, "x", null]}));
    for _ in 0..n_edits(&window) {
        click(&mut window, Role::Button, "Undo");
    }
    assert_eq!(bytes(&window), before);
}

#[test]
fn a_long_list_of_values_is_paged_through_and_changed_anywhere() {
    let mut window = window(&[]);
    select(&mut window, "tree");
    let json = format!("{{\"b\": [{}]}}", vec!["0"; 150].join(", "));
    let row = open(&window).selection.as_ref().map(|selection| selection.row).expect("a row");
    window.state_mut().apply(Action::SetValue { row, text: json, gesture: None });
    window.run();
    assert!(window.query_by_label("Number b[120]").is_none());
    window.get_by_label("1 to 100 of 152");
    click(&mut window, Role::Button, "Later values");
    window.get_by_label("101 to 152 of 152");
    type_into(&mut window, "Number b[120]", "2.5");
    // The field that is typed in was scrolled to, and the button out of view.
    window.get_by_role_and_label(Role::Button, "Earlier values").click_accesskit();
    window.run();
    window.get_by_label("1 to 100 of 152");
    window.get_by_role_and_label(Role::RadioButton, "JSON").click_accesskit();
    window.run();
    let json: serde_json::Value = serde_json::from_str(&field(&window, "JSON")).expect("JSON");
    assert_eq!((&json["b"][120], &json["b"][119]), (&2.5.into(), &0.0.into()));
}

#[test]
fn an_any_says_its_type_and_opens_inside() {
    let mut window = window(&[]);
    select(&mut window, "any");
    window.get_by_label("Type shop.Order");
    click(&mut window, Role::Button, "Open what is inside");
    assert_eq!(selected_row(&window), "bytes as Order | name \"milk\"");
    assert!(!has_button(&window, "Back to what is declared"), "the Any says so, not a person");
    select(&mut window, "any.value.name");
    type_into(&mut window, "Value", "oat milk");
    assert_eq!(selected_row(&window), "string | \"oat milk\"");
}

#[test]
fn a_map_entry_without_a_value_gets_one_in_any_form() {
    let mut window = window(&[0x6a, 0x03, 0x0a, 0x01, b'k']);
    select(&mut window, r#"notes["k"]"#);
    click(&mut window, Role::RadioButton, "Hex");
    type_into(&mut window, "Value", "6869");
    assert!(bytes(&window).ends_with(&[0x6a, 0x07, 0x0a, 0x01, b'k', 0x12, 0x02, b'h', b'i']));
    assert_eq!(n_edits(&window), 1);
}

#[test]
fn enter_on_a_struct_goes_into_its_first_field() {
    let mut window = window(&[]);
    select(&mut window, "tree");
    press(&mut window, Key::F2);
    assert!(input(&window, "Key a").accesskit_node().is_focused());
}

#[test]
fn a_mask_has_one_path_a_line_and_an_enum_says_its_other_names() {
    let mut window = window(&[]);
    select(&mut window, "mask");
    assert_eq!(field(&window, "Value"), "name\namount");
    select(&mut window, "color");
    window.get_by_label_contains("Also called");
    assert!(selected_row(&window).ends_with("= 5"), "{}", selected_row(&window));
}

#[test]
fn a_long_string_is_looked_at_anywhere_and_not_typed_on() {
    let text: String = (0..9_000).map(|n| format!("line {n} é\n")).collect();
    let mut more = vec![0x62];
    protoloupe::wire::write_varint(&mut more, text.len() as u64);
    more.extend(text.as_bytes());
    let mut window = window(&more);
    select(&mut window, "long");
    assert!(window.query_by_role_and_label(Role::TextInput, "Value").is_none());
    let first = window.get_by_role_and_label(Role::ListItem, "Value at 0x0");
    assert_eq!(first.accesskit_node().data().value(), Some("line 0 é\\nline 1 é\\nline"));
    assert!(has_button(&window, "Write to file…") && has_button(&window, "Read from file…"));
    click(&mut window, Role::RadioButton, "Hex");
    window.get_by_role_and_label(Role::ListItem, "Value at 0x8");
}
