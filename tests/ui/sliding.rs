//! Numbers in the window by a drag and by arrow keys, and drafts that do not parse.

use super::structures::*;
use egui::{Event, Key, Modifiers, Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

const PROPERTIES: &str = "apache.rocketmq.v2.SystemProperties";
const SHIFT: Modifiers = Modifiers::SHIFT;

/// queue_id 5, with an edit before it that is none of what follows.
fn queue_id() -> Window {
    let mut window = window("68 07", PROPERTIES);
    select(&mut window, "queue_id");
    press(&mut window, Key::F2);
    type_text(&mut window, "5");
    press(&mut window, Key::Enter);
    assert_eq!((hex(&window).as_str(), open(&window).document.n_edits()), ("68 05", 1));
    window
}

fn value(window: &Window) -> Option<String> {
    window.get_by_role_and_label(Role::TextInput, "Value").accesskit_node().value()
}

fn handle(window: &Window) -> egui::Rect {
    window.get_by_role_and_label(Role::Slider, "Slide the value").rect()
}

#[test]
fn a_drag_of_many_frames_is_one_step_that_tree_and_bytes_follow() {
    let mut window = queue_id();
    let from = handle(&window).center();
    pointer(&mut window, from, Some(true));
    for frame in 1..=40 {
        pointer(&mut window, from + vec2(3.0 * frame as f32, 0.0), None);
    }
    assert_eq!(hex(&window), "68 23", "120 points are 30 steps");
    window.get_by_label_contains("queue_id, int32, 35");
    pointer(&mut window, from - vec2(40.0, 0.0), None);
    assert_eq!(hex(&window), "68 fb ff ff ff ff ff ff ff ff 01", "-5");
    pointer(&mut window, from + vec2(8.0, 0.0), None);
    pointer(&mut window, from + vec2(8.0, 0.0), Some(false));
    let slider = window.get_by_role_and_label(Role::Slider, "Slide the value");
    assert_eq!(slider.accesskit_node().value().as_deref(), Some("7"));
    assert_eq!((hex(&window).as_str(), value(&window).as_deref()), ("68 07", Some("7")));
    let document = &open(&window).document;
    assert_eq!((document.n_edits(), document.undo_label()), (2, Some("Set queue_id")));
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!((hex(&window).as_str(), value(&window).as_deref()), ("68 05", Some("5")));
    // Another drag is another step.
    for _ in 0..2 {
        pointer(&mut window, from, Some(true));
        pointer(&mut window, from + vec2(4.0, 0.0), None);
        pointer(&mut window, from + vec2(4.0, 0.0), Some(false));
    }
    assert_eq!((hex(&window).as_str(), open(&window).document.n_edits()), ("68 07", 3));
}

#[test]
fn the_way_of_the_pointer_to_the_handle_is_no_part_of_a_drag() {
    let mut window = queue_id();
    let from = handle(&window).center();
    pointer(&mut window, from - vec2(400.0, 0.0), None);
    let button = egui::PointerButton::Primary;
    let pressed = Event::PointerButton { pos: from, button, pressed: true, modifiers: Modifiers::NONE };
    // Both in one frame.
    window.input_mut().events.extend([Event::PointerMoved(from), pressed]);
    window.run();
    pointer(&mut window, from + vec2(4.0, 0.0), None);
    pointer(&mut window, from + vec2(4.0, 0.0), Some(false));
    assert_eq!(hex(&window), "68 06");
}

#[test]
fn esc_during_a_drag_gives_back_what_was_and_ends_it() {
    let mut window = queue_id();
    let from = handle(&window).center();
    pointer(&mut window, from, Some(true));
    pointer(&mut window, from + vec2(50.0, 0.0), None);
    assert_ne!(hex(&window), "68 05");
    press(&mut window, Key::Escape);
    assert_eq!((hex(&window).as_str(), value(&window).as_deref()), ("68 05", Some("5")));
    pointer(&mut window, from + vec2(90.0, 0.0), None);
    pointer(&mut window, from + vec2(90.0, 0.0), Some(false));
    assert_eq!((hex(&window).as_str(), open(&window).document.n_edits()), ("68 05", 1));
}

#[test]
fn arrow_keys_step_in_the_field_and_at_the_handle() {
    let mut window = queue_id();
    window.get_by_role_and_label(Role::TextInput, "Value").focus();
    window.run();
    for _ in 0..3 {
        press(&mut window, Key::ArrowUp);
    }
    press(&mut window, Key::PageUp);
    press_with(&mut window, SHIFT, Key::ArrowDown);
    press(&mut window, Key::ArrowDown);
    assert_eq!((hex(&window).as_str(), value(&window).as_deref()), ("68 07", Some("7")));
    assert!(window.get_by_role_and_label(Role::TextInput, "Value").is_focused());
    // Typing goes on at the end, and is of the same step.
    window.event(Event::Text("1".to_owned()));
    window.run();
    assert_eq!((hex(&window).as_str(), open(&window).document.n_edits()), ("68 47", 2));
    press(&mut window, Key::Escape);
    assert_eq!((hex(&window).as_str(), open(&window).document.n_edits()), ("68 05", 1));

    let handle = window.get_by_role_and_label(Role::Slider, "Slide the value");
    handle.focus();
    window.run();
    for (modifiers, key) in [
        (Modifiers::NONE, Key::ArrowRight),
        (Modifiers::NONE, Key::ArrowUp),
        (SHIFT, Key::ArrowLeft),
        (Modifiers::NONE, Key::PageUp),
    ] {
        press_with(&mut window, modifiers, key);
    }
    assert_eq!((hex(&window).as_str(), open(&window).document.n_edits()), ("68 07", 2));
    window.get_by_role_and_label(Role::Slider, "Slide the value").increment_accesskit();
    window.run();
    assert_eq!(hex(&window), "68 08");
    press(&mut window, Key::Escape);
    assert_eq!((hex(&window).as_str(), open(&window).document.n_edits()), ("68 05", 1));
    assert!(
        window.query_by_role_and_label(Role::TextInput, "Value").is_some_and(|field| !field.is_focused())
    );
}

#[test]
fn a_number_goes_no_further_than_its_kind_and_what_is_no_number_has_no_handle() {
    let mut window = window("68 ff ff ff ff 07 0a 01 61", PROPERTIES);
    select(&mut window, "queue_id");
    let from = handle(&window).center();
    pointer(&mut window, from, Some(true));
    pointer(&mut window, from + vec2(200.0, 0.0), None);
    assert_eq!((hex(&window).as_str(), open(&window).document.n_edits()), ("68 ff ff ff ff 07 0a 01 61", 0));
    // The way back begins at once.
    pointer(&mut window, from + vec2(196.0, 0.0), None);
    pointer(&mut window, from + vec2(196.0, 0.0), Some(false));
    assert_eq!(hex(&window), "68 fe ff ff ff 07 0a 01 61");
    select(&mut window, "tag");
    assert!(window.query_by_role_and_label(Role::Slider, "Slide the value").is_none());
}

#[test]
fn a_draft_that_does_not_parse_leaves_the_bytes_as_they_were_and_is_not_left_by_enter() {
    let mut window = queue_id();
    press(&mut window, Key::F2);
    type_text(&mut window, "12");
    assert_eq!(hex(&window), "68 0c");
    type_text(&mut window, "x");
    assert_eq!(hex(&window), "68 05", "what was typed on the way is not kept either");
    press(&mut window, Key::Enter);
    window.get_by_role(Role::Alert);
    window.event(Event::Text("3".to_owned()));
    window.run();
    press(&mut window, Key::Backspace);
    press(&mut window, Key::Backspace);
    assert_eq!(hex(&window), "68 0c", "the field was not left");
    press(&mut window, Key::Enter);
    let document = &open(&window).document;
    assert_eq!((hex(&window).as_str(), document.n_edits()), ("68 0c", 2));
    // The same value in other words is no edit, so Esc takes nothing back.
    press(&mut window, Key::F2);
    type_text(&mut window, "0xc");
    press(&mut window, Key::Escape);
    assert_eq!((hex(&window).as_str(), open(&window).document.n_edits()), ("68 0c", 2));
}
