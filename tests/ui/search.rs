//! The search box, its results and the filter of the tree, by role and label.

use super::window::*;
use egui::{Key, Modifiers, Role};
use egui_kittest::kittest::Queryable as _;
use protoloupe::app::{Action, TreeFilter};

fn found(window: &Window) -> Vec<String> {
    open(window).search.hits.iter().map(|hit| hit.path.to_string()).collect()
}

fn look_for(window: &mut Window, text: &str) {
    press_with(window, CTRL, Key::F);
    assert!(window.get_by_role_and_label(Role::TextInput, "Search").is_focused());
    type_text(window, text);
}

#[test]
fn ctrl_f_and_typing_list_what_is_found_and_enter_goes_there() {
    let mut window = window();
    look_for(&mut window, "topic.name");
    assert_eq!(found(&window), ["messages[0].topic.name"]);
    window.get_by_role_and_label(Role::ListItem, "messages[0].topic.name");
    assert_eq!(selected(&window), "");
    press(&mut window, Key::Enter);
    assert_eq!(selected(&window), "messages[0].topic.name");
    assert!(window.get_by_role_and_label(Role::TextInput, "Search").is_focused(), "to go on with Enter");
    window.get_by_label("Found: 1 of 1");
    press(&mut window, Key::Escape);
    press(&mut window, Key::ArrowUp);
    assert_eq!(selected(&window), "messages[0].topic", "the tree has the keyboard");
    assert_eq!(open(&window).search.text, "topic.name", "leaving keeps the search");
}

#[test]
fn f3_goes_on_and_a_click_on_a_result_goes_there() {
    let mut window = window();
    look_for(&mut window, "messages[0].*");
    let paths = found(&window);
    assert!(paths.len() > 1, "{paths:?}");
    press(&mut window, Key::Escape);
    press(&mut window, Key::F3);
    assert_eq!(selected(&window), paths[0]);
    press(&mut window, Key::F3);
    assert_eq!(selected(&window), paths[1]);
    press_with(&mut window, egui::Modifiers::SHIFT, Key::F3);
    assert_eq!(selected(&window), paths[0]);
    click(&mut window, Role::ListItem, &paths[1]);
    assert_eq!(selected(&window), paths[1]);
    press(&mut window, Key::ArrowUp);
    assert_eq!(selected(&window), paths[0], "arrows walk the results");
}

#[test]
fn what_is_no_query_and_what_finds_nothing_say_so() {
    let mut window = window();
    look_for(&mut window, "topic ==");
    window.get_by_label_contains("at column 9");
    type_text(&mut window, " nowhere");
    window.get_by_label_contains("Nothing was found");
    click(&mut window, Role::Button, "Hide results");
    assert!(window.query_by_label_contains("Nothing was found").is_none());
    press_with(&mut window, CTRL_SHIFT, Key::F);
    window.get_by_label_contains("Nothing was found");
    click(&mut window, Role::Button, "Clear");
    assert!(open(&window).search.text.is_empty());
}

#[test]
fn the_language_is_explained_beside_the_box() {
    let mut window = window();
    click(&mut window, Role::Button, "How to search");
    for (example, what) in protoloupe::document::search::SYNTAX {
        window.get_by_label(example);
        window.get_by_label(what);
    }
}

#[test]
fn a_filter_is_plain_to_see_and_to_leave() {
    let mut window = window();
    look_for(&mut window, "topic.name");
    press(&mut window, Key::Enter);
    click(&mut window, Role::Button, "Filter the tree");
    click(&mut window, Role::MenuItem, "Only matches");
    assert_eq!(open(&window).filter.kind, TreeFilter::Matches);
    window.get_by_label_contains("Only matches and what is around");
    let rows = window.get_all_by_role(Role::TreeItem).count();
    assert_eq!(rows, 3, "what is found, and the two messages around it");
    click(&mut window, Role::Button, "Show everything");
    assert_eq!(open(&window).filter.kind, TreeFilter::All);
    assert!(window.query_by_label_contains("Only matches and what is around").is_none());
}

#[test]
fn the_filtered_tree_is_worked_with_keys_alone() {
    let mut window = window();
    window.state_mut().apply(Action::Search("topic.name".to_owned()));
    window.state_mut().apply(Action::Filter(TreeFilter::Matches));
    window.run();
    window.get_by_role_and_label(Role::Tree, "Filtered fields").focus();
    window.run();
    for path in ["messages[0]", "messages[0].topic", "messages[0].topic.name"] {
        press(&mut window, Key::ArrowDown);
        assert_eq!(selected(&window), path);
    }
    press(&mut window, Key::Enter);
    assert!(window.get_by_role_and_label(Role::TextInput, "Value in row").is_focused());
    type_text(&mut window, "filtered");
    assert!(holds(&bytes(&window), "filtered"), "typed into the row");
    press(&mut window, Key::Enter);
    let rows = |window: &Window| window.get_all_by_role(Role::TreeItem).count();
    press(&mut window, Key::ArrowLeft);
    assert_eq!((selected(&window), rows(&window)), ("messages[0].topic".to_owned(), 3), "to what is around");
    press(&mut window, Key::ArrowLeft);
    assert_eq!((selected(&window), rows(&window)), ("messages[0].topic".to_owned(), 2), "closes it");
    press(&mut window, Key::Enter);
    assert_eq!(rows(&window), 3, "and opens it again");
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::Delete);
    assert!(!holds(&bytes(&window), "filtered"));
    press_with(&mut window, CTRL, Key::Z);
    assert!(holds(&bytes(&window), "filtered"));
    window.get_by_role_and_label(Role::Tree, "Filtered fields").focus();
    window.run();
    press(&mut window, Key::Escape);
    assert_eq!(open(&window).filter.kind, TreeFilter::All);
}

#[test]
fn rows_of_a_filtered_tree_are_gone_to_by_name_duplicated_and_moved_by_keys() {
    let mut window = crate::structures::window(crate::structures::RUNS, crate::structures::SEND);
    window.state_mut().apply(Action::Search("body".to_owned()));
    window.state_mut().apply(Action::Filter(TreeFilter::Matches));
    window.run();
    window.get_by_role_and_label(Role::Tree, "Filtered fields").focus();
    window.run();
    type_text(&mut window, "bo");
    assert_eq!(selected(&window), "messages[0].body");
    press(&mut window, Key::ArrowUp);
    assert_eq!(selected(&window), "messages[0]");
    press_with(&mut window, Modifiers::ALT, Key::ArrowDown);
    let now = crate::structures::hex(&window);
    assert_eq!(now, "0a 03 22 01 62 0a 03 22 01 61 98 06 07 0a 03 22 01 63");
    assert_eq!(selected(&window), "messages[1]");
    press_with(&mut window, CTRL, Key::D);
    let now = crate::structures::hex(&window);
    assert_eq!(now, "0a 03 22 01 62 0a 03 22 01 61 0a 03 22 01 61 98 06 07 0a 03 22 01 63");
    assert_eq!((selected(&window).as_str(), open(&window).document.n_edits()), ("messages[2]", 2));
    window.get_by_role_and_label(Role::TreeItem, "messages[2], Message, body 1 B");
    press(&mut window, Key::Delete);
    press_with(&mut window, Modifiers::ALT, Key::ArrowUp);
    assert_eq!(open(&window).document.n_edits(), 4);
}

// --- going to a path or an offset

#[test]
fn a_path_that_leads_nowhere_is_said_beside_the_field_and_typed_again() {
    let mut window = window();
    press_with(&mut window, CTRL, Key::G);
    type_text(&mut window, "messages[7].topic");
    press(&mut window, Key::Enter);
    window.get_by_role_and_label(Role::TextInput, "Path or offset");
    window.get_by_label_contains("messages[7]");
    assert!(
        window
            .query_all_by_role(Role::Status)
            .all(|status| { !format!("{status:?}").contains("messages[7]") })
    );
    type_text(&mut window, "messages[0].topic");
    press(&mut window, Key::Enter);
    assert!(window.query_by_role_and_label(Role::TextInput, "Path or offset").is_none());
    assert_eq!(selected(&window), "messages[0].topic");
}

#[test]
fn an_offset_asked_for_in_the_bytes_leaves_the_keyboard_there_and_a_path_takes_it_to_the_tree() {
    let mut window = window();
    select(&mut window, "messages[0].topic.name");
    press_with(&mut window, CTRL, Key::B);
    let is_in_hex = |window: &Window| window.get_by_role_and_label(Role::List, "Bytes").is_focused();
    assert!(is_in_hex(&window));
    press_with(&mut window, CTRL, Key::G);
    type_text(&mut window, "0x10");
    press(&mut window, Key::Enter);
    assert!(is_in_hex(&window), "to type on the bytes there");
    press_with(&mut window, CTRL, Key::G);
    type_text(&mut window, "messages[0].body");
    press(&mut window, Key::Enter);
    assert!(!is_in_hex(&window));
    press(&mut window, Key::ArrowUp);
    assert_eq!(selected(&window), "messages[0].system_properties", "the tree has it");
}

#[test]
fn a_small_window_tells_how_to_search_too() {
    let mut session = protoloupe::app::Session::new(
        protoloupe::schema::Schema::builtin(),
        protoloupe::app::Folders::default(),
        || {},
    );
    session.apply(Action::OpenPasted("08 01".to_owned()));
    session.settle();
    let mut window = window_of(session, [600.0, 420.0]);
    click(&mut window, Role::Button, "Filter the tree");
    click(&mut window, Role::MenuItem, "How to search");
    window.get_by_label("What can be looked for");
    press(&mut window, Key::Escape);
    assert!(window.query_by_label("What can be looked for").is_none());
}
