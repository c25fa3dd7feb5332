//! Editing in the window: what is clicked in rows, long packed fields, drags, and what a value says.

use super::structures::*;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoloupe::app::{Action, Dialog, TreeFilter};

const LOCATION: &str = "google.protobuf.SourceCodeInfo.Location";

/// A click at a place.
fn click_at(window: &mut Window, pos: Pos2) {
    window.hover_at(pos);
    window.run();
    for pressed in [true, false] {
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        window.event(Event::PointerButton { pos, button, pressed, modifiers });
    }
    window.run();
}

#[test]
fn a_click_on_the_mark_of_a_oneof_in_its_row_offers_the_other_members() {
    let mut window = window("12 00", COMMAND);
    let row = window.get_by_role_and_label(Role::TreeItem, "settings, Settings, {}, oneof command").rect();
    // The mark ends where the column of sizes begins.
    click_at(&mut window, row.right_center() - vec2(72.0 + 24.0, 0.0));
    assert!(window.get_by_role_and_label(Role::TextInput, "Find a member").is_focused());
    window.get_by_role_and_label(Role::ListItem, "settings, set, Settings");
    press(&mut window, Key::End);
    type_text(&mut window, "stack");
    press(&mut window, Key::Enter);
    assert_eq!((hex(&window).as_str(), open(&window).document.n_edits()), ("1a 00", 1));
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(hex(&window), "12 00");
}

#[test]
fn a_hundred_thousand_packed_elements_are_walked_by_pages_and_edited_in_their_rows() {
    let mut bytes = vec![0x0a, 0xa0, 0x8d, 0x06];
    bytes.extend((0..100_000).map(|n| (n % 100) as u8));
    let text: String = bytes.iter().map(|byte| format!("{byte:02x} ")).collect();
    let mut window = window(&text, LOCATION);
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::ArrowRight);
    assert_eq!(open(&window).tree.n_rows(), 100_001);
    let drawn = window.get_all_by_role(Role::TreeItem).count();
    assert!(drawn < 100, "{drawn} rows are drawn: those in view");
    press(&mut window, Key::End);
    assert_eq!(selected(&window), "path[99999]");
    press(&mut window, Key::PageUp);
    let page: u64 =
        selected(&window).trim_start_matches("path[").trim_end_matches(']').parse().expect("an index");
    assert!((99_900..99_999).contains(&page), "{page}");
    press(&mut window, Key::End);
    press(&mut window, Key::Enter);
    type_text(&mut window, "300");
    press(&mut window, Key::Enter);
    assert!(hex(&window).ends_with("60 61 62 ac 02"));
    assert!(hex(&window).starts_with("0a a1 8d 06"), "the length grew");
    press(&mut window, Key::Home);
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::Delete);
    assert_eq!(open(&window).tree.n_rows(), 100_000);
}

#[test]
fn a_line_shows_where_a_dragged_row_goes() {
    let mut window = window(RUNS, SEND);
    press_with(&mut window, Modifiers::ALT, Key::Num1);
    let center = |window: &Window, label: &str| window.get_by_label_contains(label).rect().center();
    let (from, to) = (center(&window, "[0], Message"), center(&window, "[2], Message"));
    let before = window.render().expect("a picture");
    pointer(&mut window, from, Some(true));
    pointer(&mut window, to + vec2(0.0, 6.0), None);
    let line = window.render().expect("a picture");
    let y = window.get_by_label_contains("[2], Message").rect().bottom() as u32;
    let differs = |y: u32| before.get_pixel(200, y) != line.get_pixel(200, y);
    assert!((y - 2..=y + 1).any(differs), "below the row at {y}");
    press(&mut window, Key::Escape);
    pointer(&mut window, to, Some(false));
    assert_eq!(hex(&window), RUNS);
}

#[test]
fn rows_of_a_filtered_tree_are_dragged_past_hidden_ones_or_it_says_why_not() {
    // unknown 99, messages { body a, unknown 98 }, unknown 99
    let before = "98 06 01 0a 06 22 01 61 90 06 03 98 06 02";
    let mut window = window(before, SEND);
    window.state_mut().apply(Action::Filter(TreeFilter::Unknown));
    window.run();
    let rows: Vec<Pos2> =
        window.get_all_by_label_contains("unknown, VARINT").map(|row| row.rect().center()).collect();
    assert_eq!(rows.len(), 3);
    pointer(&mut window, rows[0], Some(true));
    pointer(&mut window, rows[1], None);
    window.get_by_label_contains("moved within its message only");
    pointer(&mut window, rows[1], Some(false));
    assert_eq!(hex(&window), before);
    pointer(&mut window, rows[0], Some(true));
    pointer(&mut window, rows[2] + vec2(0.0, 6.0), None);
    window.get_by_label_contains("rows that the filter hides stay where they are");
    pointer(&mut window, rows[2] + vec2(0.0, 6.0), Some(false));
    assert_eq!(hex(&window), "0a 06 22 01 61 90 06 03 98 06 02 98 06 01");
    assert!(window.query_by_label_contains("that the filter hides").is_none());
    assert_eq!(open(&window).document.n_edits(), 1);
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(hex(&window), before);
}

#[test]
fn what_is_pasted_is_shown_before_it_is_put_anywhere() {
    let mut window = window("0a 05 0a 03 12 01 61", SEND);
    select(&mut window, "messages[0].topic.name");
    window.event(Event::Paste("98 06 07".to_owned()));
    window.run();
    let row = window.get_by_role_and_label(Role::ListItem, "Add the records");
    let detail = row.accesskit_node().value().unwrap_or_default();
    assert!(detail.contains("99: 7"), "what they are: {detail}");
    assert_eq!(hex(&window), "0a 05 0a 03 12 01 61");
    press(&mut window, Key::Escape);
    assert_eq!(hex(&window), "0a 05 0a 03 12 01 61", "nothing was put anywhere");
    window.event(Event::Paste("98 06 07".to_owned()));
    window.run();
    press(&mut window, Key::Enter);
    assert!(hex(&window).contains("98 06 07"), "the likeliest comes first");
    press_with(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(hex(&window), "0a 05 0a 03 12 01 61");
}

#[test]
fn the_inspector_takes_ids_and_times_apart() {
    let id = "01919935533FEE67490B15A6B500000000";
    let record: String = id.bytes().map(|byte| format!("{byte:02x} ")).collect();
    // messages { system_properties { message_id } }
    let mut window = window(&format!("0a 26 1a 24 1a 22 {record}"), SEND);
    select(&mut window, "messages[0].system_properties.message_id");
    window.get_by_label_contains("RocketMQ message id, version 1");
    window.get_by_label_contains("2026-11-23T09:51:49Z");
}

#[test]
fn adding_a_field_that_is_there_goes_to_it() {
    let mut window = window("0a 05 0a 03 12 01 61", SEND);
    select(&mut window, "messages[0].topic");
    press(&mut window, Key::Insert);
    if window.query_by_role_and_label(Role::TextInput, "Find a field").is_none() {
        let row = open(&window).selection.as_ref().map(|selection| selection.row);
        window.state_mut().apply(Action::Show(Dialog::AddField { row }));
        window.run();
    }
    window.get_by_role_and_label(Role::Button, "Add");
    type_text(&mut window, "name");
    press(&mut window, Key::ArrowUp);
    let is_there = window.get_by_role_and_label(Role::ListItem, "name, string");
    assert_eq!(is_there.accesskit_node().value().as_deref(), Some("already there"));
    is_there.click();
    window.run();
    window.get_by_role_and_label(Role::Button, "Go to field").click();
    window.run();
    assert_eq!(selected(&window), "messages[0].topic.name");
    assert_eq!(open(&window).document.n_edits(), 0);
}

#[test]
fn a_window_that_was_small_for_a_while_gives_panes_their_size_back() {
    let mut window = window(RUNS, SEND);
    let places = |window: &Window| {
        let at = |label: &str| window.get_by_role_and_label(Role::Button, label).rect().left_top();
        (at("Hide hex"), window.get_by_role_and_label(Role::Tree, "Fields").rect().right())
    };
    let before = places(&window);
    for small in [vec2(600.0, 420.0), vec2(560.0, 300.0)] {
        window.set_size(small);
        window.run();
        let kind = window.get_by_label_contains("Type: ").rect();
        assert!(kind.width() > 40.0 && kind.right() <= small.x, "{kind:?} in {small:?}");
    }
    window.get_by_role_and_label(Role::Button, "Menu").click();
    window.run();
    window.get_by_role_and_label(Role::MenuItem, "Open…");
    press(&mut window, Key::Escape);
    window.set_size(vec2(1200.0, 1000.0));
    window.run();
    assert_eq!(places(&window), before);
}

#[test]
fn the_parts_of_a_message_are_merged_by_a_button_in_one_step() {
    let mut window = window("0a 0d 0a 03 12 01 61 22 01 62 0a 03 0a 01 6e", SEND);
    select(&mut window, "messages[0].topic");
    window.get_by_role_and_label(Role::Button, "Merge the 2 parts into one record").click();
    window.run();
    assert_eq!(hex(&window), "0a 0b 0a 06 12 01 61 0a 01 6e 22 01 62");
    assert_eq!((open(&window).document.n_edits(), selected(&window).as_str()), (1, "messages[0].topic"));
    assert!(window.query_by_label_contains("Merge the").is_none());
}

#[test]
fn where_no_type_fits_none_comes_first() {
    let mut window = window("9a 06 06 ff ff ff ff ff 7f", SEND);
    select(&mut window, "99");
    let row = open(&window).selection.as_ref().expect("a selection").row;
    window.state_mut().apply(Action::Show(Dialog::RecordType { row }));
    window.run();
    window.get_by_label_contains("No loaded type fits these bytes");
    let first = window.get_by_role_and_label(Role::ListItem, "No type");
    assert_eq!(first.accesskit_node().is_selected(), Some(true));
}

#[test]
fn a_list_in_which_nothing_is_found_says_so() {
    let mut window = window("0a 05 0a 03 12 01 61", SEND);
    select(&mut window, "messages[0].topic");
    let row = open(&window).selection.as_ref().map(|selection| selection.row);
    for (dialog, words) in [
        (Dialog::AddField { row }, "No field has these letters"),
        (Dialog::RecordType { row: row.unwrap() }, "No type has these letters"),
    ] {
        window.state_mut().apply(Action::Show(dialog));
        window.run();
        type_text(&mut window, "zzqq");
        assert!(window.query_all_by_role_and_label(Role::ListItem, "name, string").next().is_none());
        window.get_by_role_and_label(Role::Label, words);
        press(&mut window, Key::Escape);
    }
}
