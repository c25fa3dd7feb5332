//! Problems and history, driven by role and label.

use crate::window::{Window, window_of};
use egui::{Key, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoloupe::app::{Action, Folders, Pane, SelectTarget, Session};
use protoloupe::document::ReadMode;
use protoloupe::schema::Schema;

/// A SystemProperties with queue_id 1 and 2, a padded delivery_attempt twice, and an unknown field.
const ODD: &str = "68 01 68 02 80 01 83 00 80 01 84 80 00 98 06 07";

fn window() -> Window {
    window_with(ODD, "apache.rocketmq.v2.SystemProperties")
}

fn window_with(hex: &str, message: &str) -> Window {
    let mut session = Session::new(Schema::builtin(), Folders::default(), || {});
    session.apply(Action::OpenPasted(hex.to_owned()));
    session.settle();
    let tab = session.state().active.expect("a tab");
    session.apply(Action::ReadAs { tab, message: Some(message.to_owned()) });
    session.apply(Action::TogglePane(Pane::Problems));
    session.settle();
    window_of(session, [1200.0, 800.0])
}

fn hex(window: &Window) -> String {
    let document = &window.state().state().active_document().expect("a document").document;
    let bytes = document.snapshot().bytes(0..document.len(), ReadMode::Wait).expect("bytes in memory");
    bytes.iter().map(|byte| format!("{byte:02x} ")).collect::<String>().trim_end().to_owned()
}

fn click(window: &mut Window, role: Role, label: &str) {
    window.get_by_role_and_label(role, label).click();
    window.run();
}

fn picture(window: &mut Window, name: &str) {
    if let Some(dir) = std::env::var_os("GALLERY_DIR") {
        let image = window.render().expect("a picture");
        image.save(std::path::Path::new(&dir).join(format!("{name}.png"))).expect("a folder");
    }
}

const SET_AGAIN: &str = "warning: The field is set again; the last value counts";
const PADDED: &str = "note: The value takes 3 bytes, 1 would do";

#[test]
fn after_a_fix_the_next_problem_is_picked_so_that_fix_goes_on() {
    let mut window = window();
    window.get_all_by_role_and_label(Role::ListItem, SET_AGAIN).next().expect("a problem").click();
    window.run();
    for after in [
        "68 02 80 01 83 00 80 01 84 80 00 98 06 07",
        "68 02 80 01 03 80 01 84 80 00 98 06 07",
        "68 02 80 01 84 80 00 98 06 07",
        "68 02 80 01 04 98 06 07",
    ] {
        click(&mut window, Role::Button, "Fix");
        assert_eq!(hex(&window), after);
    }
    assert!(window.query_by_role_and_label(Role::Button, "Fix").is_none(), "what is left has no fix");
}

#[test]
fn a_problem_is_picked_and_fixed_and_the_fix_undone() {
    let mut window = window();
    window.get_all_by_role_and_label(Role::ListItem, SET_AGAIN).next().expect("a problem").click();
    window.run();
    picture(&mut window, "problems-picked");
    click(&mut window, Role::Button, "Fix");
    assert_eq!(hex(&window), "68 02 80 01 83 00 80 01 84 80 00 98 06 07");
    click(&mut window, Role::Button, "Undo");
    assert_eq!(hex(&window), ODD);
}

#[test]
fn all_of_a_kind_are_fixed_by_one_button() {
    let mut window = window();
    click(&mut window, Role::ListItem, PADDED);
    click(&mut window, Role::Button, "Fix all of this kind");
    assert_eq!(hex(&window), "68 01 68 02 80 01 03 80 01 04 98 06 07");
    picture(&mut window, "problems-fixed");
}

#[test]
fn a_problem_that_has_no_sure_fix_offers_none() {
    let mut window = window();
    window.get_by_label_contains("has no field 99").click();
    window.run();
    assert!(window.query_by_role_and_label(Role::Button, "Fix").is_none());
}

#[test]
fn the_inspector_offers_the_fix_by_its_name() {
    let mut window = window();
    click(&mut window, Role::ListItem, PADDED);
    window
        .get_all_by_role_and_label(Role::Button, "Write it in the fewest bytes")
        .next()
        .expect("a button")
        .click();
    window.run();
    assert_eq!(hex(&window), "68 01 68 02 80 01 83 00 80 01 04 98 06 07");
}

#[test]
fn the_history_is_walked_by_keys_and_by_clicks() {
    let mut window = window();
    window.state_mut().apply(Action::TogglePane(Pane::Problems));
    window.state_mut().apply(Action::TogglePane(Pane::History));
    window.run();
    for kind in [
        protoloupe::document::problem::ProblemKind::Padded,
        protoloupe::document::problem::ProblemKind::SetAgain,
    ] {
        window.state_mut().apply(Action::FixAll(kind));
        window.run();
    }
    let last = hex(&window);
    let step = window.get_by_role_and_label(Role::ListItem, "Remove the earlier values (2 times)");
    assert_eq!(step.accesskit_node().value().as_deref(), Some("current"));
    assert_eq!(step.accesskit_node().is_selected(), Some(true));
    click(&mut window, Role::ListItem, "Opened");
    assert_eq!(hex(&window), ODD);
    let opened = window.get_by_role_and_label(Role::ListItem, "Opened");
    assert_eq!(opened.accesskit_node().value().as_deref(), Some("current"));
    picture(&mut window, "history");
    window.key_press(Key::ArrowDown);
    window.run();
    assert_eq!(hex(&window), "68 01 68 02 80 01 03 80 01 04 98 06 07");
    window.key_press(Key::End);
    window.run();
    assert_eq!(hex(&window), last);
}

#[test]
fn a_missing_required_field_is_added_from_its_problem_and_not_called_a_fix() {
    let mut window = window_with("12 02 10 01", "google.protobuf.UninterpretedOption");
    click(&mut window, Role::ListItem, "error: The required field is missing");
    assert!(window.query_by_role_and_label(Role::Button, "Fix").is_none());
    window.get_all_by_role_and_label(Role::Button, "Add the field").last().expect("an offer").click();
    window.run();
    assert_eq!(hex(&window), "12 04 0a 00 10 01");
    assert!(window.query_by_role_and_label(Role::ListItem, "error: The required field is missing").is_none());
    click(&mut window, Role::Button, "Undo");
    assert_eq!(hex(&window), "12 02 10 01");
}

#[test]
fn what_a_message_lacks_is_no_problem_of_its_first_field() {
    let mut window = window_with("12 02 10 01", "google.protobuf.UninterpretedOption");
    click(&mut window, Role::ListItem, "error: The required field is missing");
    let selected = |window: &Window| {
        let open = window.state().state().active_document().expect("a document");
        open.selection.as_ref().map(|selection| selection.path.to_string())
    };
    assert_eq!(selected(&window).as_deref(), Some("name[0]"), "the message, not what is in it");
    assert!(
        window.query_all_by_label_contains("parsers refuse the message until it is there").next().is_some()
    );
    window.state_mut().apply(Action::Select(protoloupe::app::SelectTarget::Offset(2)));
    window.run();
    assert_eq!(selected(&window).as_deref(), Some("name[0].is_extension"));
    assert!(window.query_by_label_contains("parsers refuse the message until it is there").is_none());
}

#[test]
fn a_time_out_of_range_is_a_problem_of_the_time_and_not_of_its_seconds() {
    let mut window =
        window_with("3a 0b 08 80 80 90 bb ba d6 ad f0 0d 10 00", "apache.rocketmq.v2.SystemProperties");
    let problem = window.get_all_by_role(Role::ListItem).find(|row| {
        row.accesskit_node().label().is_some_and(|label| label.starts_with("warning: The Timestamp"))
    });
    problem.expect("a problem").click();
    window.run();
    let selected = |window: &Window| {
        let open = window.state().state().active_document().expect("a document");
        open.selection.as_ref().map(|selection| selection.path.to_string()).unwrap_or_default()
    };
    assert_eq!(selected(&window), "born_timestamp");
    let n_told = |window: &Window| window.query_all_by_label_contains("JSON cannot carry it").count();
    let of_time = n_told(&window);
    window.state_mut().apply(Action::Select(protoloupe::app::SelectTarget::Offset(3)));
    window.run();
    assert_eq!(selected(&window), "born_timestamp.seconds");
    assert!(n_told(&window) < of_time, "the inspector of the seconds has no problem");
}

#[test]
fn a_group_without_its_end_is_said_before_what_is_read_of_it_and_the_worst_first() {
    let mut window = window_with("9b 06 08 01", "apache.rocketmq.v2.SystemProperties");
    window.state_mut().apply(Action::Select(SelectTarget::Offset(0)));
    window.run();
    let sections = window.get_all_by_role(Role::DisclosureTriangle);
    let first = sections.min_by(|one, other| one.rect().top().total_cmp(&other.rect().top()));
    assert_eq!(first.and_then(|first| first.accesskit_node().label()).as_deref(), Some("Problems"));
    let button = window.get_by_role_and_label(Role::Button, "Add the end tag").rect();
    let notes = window.get_all_by_label_contains("has no field 99");
    let notes: Vec<f32> =
        notes.map(|note| note.rect()).filter(|at| at.left() > 800.0).map(|at| at.top()).collect();
    assert!(!notes.is_empty() && notes.iter().all(|top| button.top() < *top), "{notes:?}");
}
