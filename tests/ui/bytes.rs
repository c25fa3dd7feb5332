//! Bytes and clipboard in the window, by role and label.

use crate::window::*;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoloupe::app::{Action, ByteAct, Dialog, Move};

/// The middle of a byte's digits, in rows of sixteen.
fn byte_at(window: &Window, offset: u64) -> Pos2 {
    let label = format!("Bytes at 0x{:x}", offset / 16 * 16);
    let row = window.get_by_role_and_label(Role::ListItem, &label).rect();
    let idx = (offset % 16) as f32;
    egui::pos2(row.left() + 68.0 + idx * 22.0 + if idx < 8.0 { 0.0 } else { 8.0 }, row.center().y)
}

fn button(window: &mut Window, pos: Pos2, pressed: bool, modifiers: Modifiers) {
    window.event(Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers });
}

fn click_byte(window: &mut Window, offset: u64, modifiers: Modifiers) {
    let at = byte_at(window, offset);
    window.hover_at(at);
    button(window, at, true, modifiers);
    button(window, at, false, modifiers);
    window.run();
}

fn click_and_forget(window: &mut Window, offset: u64) {
    click_byte(window, offset, Modifiers::NONE);
}

/// Two clicks in two frames, as close as fingers are.
fn double_click(window: &mut Window, at: Pos2) {
    window.hover_at(at);
    window.run();
    for _ in 0..2 {
        for pressed in [true, false] {
            let button = PointerButton::Primary;
            let event = Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE };
            window.input_mut().events.push(event);
        }
        window.step();
    }
    window.run();
}

fn label(window: &Window, text: &str) -> bool {
    window.query_by_label_contains(text).is_some()
}

#[test]
fn digits_are_typed_over_the_bytes_and_undone() {
    let mut window = window();
    let before = bytes(&window);
    click_and_forget(&mut window, 8);
    assert_eq!(selected(&window), "messages[0].topic.name");
    assert!(label(&window, "0x8 · 8"));
    type_text(&mut window, "4f7g2");
    let after = bytes(&window);
    assert_eq!((&after[8..10], after.len()), (&b"\x4f\x72"[..], before.len()));
    assert_eq!(open(&window).document.n_edits(), 1, "a run of typing is one step");
    assert!(label(&window, "0xa · 10"), "the cursor went on");
    press_with(&mut window, CTRL, Key::Z);
    assert_eq!(bytes(&window), before);
}

#[test]
fn insert_delete_and_backspace_change_the_length() {
    let mut window = window();
    let before = bytes(&window);
    click_and_forget(&mut window, 8);
    press(&mut window, Key::Insert);
    window.get_by_role_and_label(Role::Button, "Insert");
    click(&mut window, Role::CheckBox, "Keep lengths in step");
    click_and_forget(&mut window, 8);
    click(&mut window, Role::Button, "Digits");
    click_and_forget(&mut window, 8);
    type_text(&mut window, "41");
    assert_eq!(bytes(&window).len(), before.len() + 1);
    assert!(label(&window, "name, string, \"tAopic-normal\""), "the lengths followed");
    press(&mut window, Key::Backspace);
    assert_eq!(bytes(&window), before);
    press(&mut window, Key::Delete);
    assert_eq!(bytes(&window).len(), before.len() - 1);
}

#[test]
fn text_is_typed_in_the_column_of_text() {
    let mut window = window();
    let row = window.get_by_role_and_label(Role::ListItem, "Bytes at 0x0").rect();
    let ninth = byte_at(&window, 9).x;
    // The column of text begins behind the digits of the sixteenth byte.
    let at = egui::pos2(ninth + 6.5 * 22.0 + 16.0 + 8.5 * 8.0, row.center().y);
    window.hover_at(at);
    button(&mut window, at, true, Modifiers::NONE);
    button(&mut window, at, false, Modifiers::NONE);
    window.run();
    window.get_by_role_and_label(Role::Button, "Text");
    type_text(&mut window, "Zz");
    let after = bytes(&window);
    assert!(holds(&after, "Zz"), "{:?}", String::from_utf8_lossy(&after[..20]));
}

#[test]
fn bytes_are_selected_by_keys_drag_and_shift_click() {
    let mut window = window();
    click_and_forget(&mut window, 8);
    for _ in 0..3 {
        press_with(&mut window, Modifiers::SHIFT, Key::ArrowRight);
    }
    assert_eq!(open(&window).selected_bytes(), 8..11);
    assert!(label(&window, "3 B selected"));
    click_byte(&mut window, 13, Modifiers::SHIFT);
    assert_eq!(open(&window).selected_bytes(), 8..14);
    let (from, to) = (byte_at(&window, 4), byte_at(&window, 20));
    window.hover_at(from);
    button(&mut window, from, true, Modifiers::NONE);
    window.run();
    window.hover_at(to);
    window.run();
    button(&mut window, to, false, Modifiers::NONE);
    window.run();
    assert_eq!(open(&window).selected_bytes(), 4..21);
    press_with(&mut window, CTRL, Key::A);
    assert_eq!(open(&window).selected_bytes(), 0..158);
    let at = byte_at(&window, 10);
    double_click(&mut window, at);
    assert_eq!(open(&window).selected_bytes(), 7..19, "a double click selects the value");
}

#[test]
fn selected_bytes_are_copied_cut_and_pasted() {
    let mut window = window();
    let before = bytes(&window);
    click_and_forget(&mut window, 8);
    for _ in 0..2 {
        press_with(&mut window, Modifiers::SHIFT, Key::ArrowRight);
    }
    window.event(Event::Cut);
    window.run();
    assert_eq!(bytes(&window), [&before[..8], &before[10..]].concat());
    press(&mut window, Key::Insert);
    window.event(Event::Paste("6f 70".to_owned()));
    window.run();
    assert_eq!(bytes(&window), before);
}

#[test]
fn a_record_is_cut_and_pasted_by_keys() {
    let mut window = window();
    let before = bytes(&window);
    select(&mut window, "messages[0].body");
    window.event(Event::Cut);
    window.run();
    assert_eq!(bytes(&window).len(), before.len() - 17);
    let text = window.state().state().copied.as_ref().expect("records").text.clone();
    select(&mut window, "messages[0].topic.name");
    window.event(Event::Paste("{\"no\": 1".to_owned()));
    window.run();
    assert!(holds(&bytes(&window), "{\"no\": 1"), "other text is the value");
    press_with(&mut window, CTRL, Key::Z);
    select(&mut window, "messages[0]");
    window.event(Event::Paste(text));
    window.run();
    assert_eq!(bytes(&window), before);
}

#[test]
fn what_can_mean_two_things_is_asked_and_answered_by_keys() {
    let mut window = window();
    select(&mut window, "messages[0].topic.name");
    window.event(Event::Paste("98 06 05".to_owned()));
    window.run();
    assert!(matches!(window.state().state().dialog, Some(Dialog::Choose(_))));
    window.get_by_role_and_label(Role::ListItem, "Add the records");
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::Enter);
    assert!(holds(&bytes(&window), "98 06 05"));
    assert_eq!(window.state().state().dialog, None);
}

#[test]
fn go_to_takes_a_step_from_the_cursor_and_returns_to_the_bytes() {
    let mut window = window();
    click_and_forget(&mut window, 8);
    press_with(&mut window, CTRL, Key::G);
    type_text(&mut window, "+16");
    press(&mut window, Key::Enter);
    assert!(label(&window, "0x18 · 24"));
    type_text(&mut window, "00");
    assert_eq!(bytes(&window)[24], 0, "the bytes have the keyboard again");
}

#[test]
fn the_data_inspector_reads_the_bytes_at_the_cursor_and_writes_them() {
    let mut window = window();
    click_and_forget(&mut window, 9);
    window.get_by_role_and_label(Role::ListItem, "u8: 112");
    window.get_by_role_and_label(Role::ListItem, "UTF-8: p");
    window.get_by_role_and_label(Role::ListItem, "bits: 01110000");
    let row = window.get_by_role_and_label(Role::ListItem, "tag: 14 VARINT").rect();
    let row = row.center();
    double_click(&mut window, row);
    press_with(&mut window, CTRL, Key::A);
    type_text(&mut window, "x");
    press(&mut window, Key::Enter);
    assert_eq!(open(&window).document.n_edits(), 0, "no tag");
    press_with(&mut window, CTRL, Key::A);
    type_text(&mut window, "12 I64");
    press(&mut window, Key::Enter);
    assert_eq!(bytes(&window)[9], 0x61);
    press_with(&mut window, CTRL_SHIFT, Key::I);
    assert!(window.query_by_label("tag: 12 I64").is_none());
}

#[test]
fn a_byte_says_which_field_it_is_of() {
    let mut window = window();
    let at = byte_at(&window, 9);
    window.hover_at(at);
    for _ in 0..40 {
        window.step();
    }
    assert!(label(&window, "Value, byte 3 of 12"), "the tooltip");
    window.state_mut().apply(Action::Bytes(ByteAct::Move { to: Move::Start, extends: false }));
    window.run();
    assert_eq!(selected(&window), "messages[0]");
    let row = window.get_by_role_and_label(Role::ListItem, "Bytes at 0x0");
    assert!(row.accesskit_node().value().is_some_and(|value| value.starts_with("0a")));
}

#[test]
fn the_bytes_are_reached_and_left_by_keys() {
    let mut window = window();
    select(&mut window, "messages[0].body");
    press_with(&mut window, CTRL, Key::H);
    assert!(!window.state().state().settings.show_hex);
    press_with(&mut window, CTRL, Key::B);
    window.run();
    type_text(&mut window, "2a");
    let at = open(&window).selection.as_ref().expect("a selection").range.start;
    assert_eq!(bytes(&window)[at as usize], 0x2a);
    press_with(&mut window, Modifiers::SHIFT, Key::ArrowRight);
    press(&mut window, Key::Escape);
    assert!(open(&window).selected_bytes().is_empty());
    press(&mut window, Key::Escape);
    press(&mut window, Key::Home);
    assert_eq!(selected(&window), "messages", "the tree has the keyboard");
}

#[test]
fn a_reading_is_copied_by_keys() {
    let mut window = window();
    click_and_forget(&mut window, 9);
    window.get_by_role_and_label(Role::ListItem, "u8: 112").click();
    window.run();
    window.event(Event::Copy);
    window.step();
    let commands = &window.output().platform_output.commands;
    let is_copied = |command: &egui::OutputCommand| matches!(command, egui::OutputCommand::CopyText(text) if text == "112");
    assert!(commands.iter().any(is_copied), "{commands:?}");
    assert!(window.state().state().copied.is_none(), "it is no record");
}

#[test]
fn select_all_in_the_tree_leaves_the_keyboard_there_and_says_where_it_means_the_bytes() {
    let mut window = window();
    let before = bytes(&window);
    press_with(&mut window, CTRL, Key::A);
    assert!(label(&window, "once the bytes have the keyboard"));
    type_text(&mut window, "41");
    assert_eq!((bytes(&window), open(&window).document.n_edits()), (before.clone(), 0));
    press_with(&mut window, CTRL, Key::B);
    press_with(&mut window, CTRL, Key::A);
    assert_eq!(open(&window).selected_bytes(), 0..before.len() as u64);
}

#[test]
fn what_is_typed_before_a_dialog_is_there_goes_to_it_and_not_to_the_bytes() {
    let mut window = window();
    let before = bytes(&window);
    click_and_forget(&mut window, 8);
    let key = |key: Key, modifiers: Modifiers| Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers,
    };
    // All in the frame of the shortcut, as a slow machine sees it.
    let events = &mut window.input_mut().events;
    events.push(key(Key::G, CTRL));
    events.extend([Event::Text("4".to_owned()), Event::Text("0".to_owned())]);
    window.run();
    assert_eq!(bytes(&window), before);
    let field = window.get_by_role_and_label(Role::TextInput, "Path or offset");
    assert_eq!(field.accesskit_node().value().as_deref(), Some("40"));
    press(&mut window, Key::Enter);
    assert!(label(&window, "0x28 · 40"));
    // In the frame after it, in which the dialog is shown for the first time.
    window.input_mut().events.push(key(Key::G, CTRL));
    window.step();
    window.input_mut().events.extend([Event::Text("4".to_owned()), key(Key::Enter, Modifiers::NONE)]);
    window.step();
    window.run();
    assert_eq!(bytes(&window), before);
    assert!(window.state().state().dialog.is_none());
    assert!(label(&window, "0x4 · 4"));
}

#[test]
fn a_question_is_not_answered_by_what_was_pressed_before_it_was_seen() {
    let mut window = window();
    click_and_forget(&mut window, 8);
    type_text(&mut window, "4");
    let after = bytes(&window);
    let tab = window.state().state().active.expect("a tab");
    window.state_mut().apply(Action::Close(tab));
    let (key, modifiers) = (Key::Enter, Modifiers::NONE);
    let enter = Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
    window.input_mut().events.extend([Event::Text("5".to_owned()), enter]);
    window.step();
    window.run();
    assert!(matches!(window.state().state().dialog, Some(Dialog::Question(_))));
    assert_eq!(bytes(&window), after);
}

#[test]
fn a_mode_that_is_clicked_leaves_the_keyboard_to_the_bytes() {
    let mut window = window();
    let before = bytes(&window);
    press_with(&mut window, CTRL, Key::B);
    click(&mut window, Role::Button, "Overwrite");
    type_text(&mut window, "ab");
    assert_eq!(bytes(&window).len(), before.len() + 1, "inserted");
}

#[test]
fn enter_on_cancel_chooses_nothing_of_what_pasted_text_can_mean() {
    let mut window = window();
    let before = bytes(&window);
    select(&mut window, "messages[0].topic.name");
    window.event(Event::Paste("98 06 05".to_owned()));
    window.run();
    window.get_by_role_and_label(Role::Button, "Cancel").focus();
    window.run();
    press(&mut window, Key::Enter);
    assert_eq!(window.state().state().dialog, None);
    assert_eq!(bytes(&window), before);
}
