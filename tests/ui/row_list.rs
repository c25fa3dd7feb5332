use std::collections::BTreeMap;

use egui::{Event, Key, Modifiers, Pos2, Rect, Role, Ui, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoloupe::ui::fonts;
use protoloupe::ui::widgets::{RowLabel, RowList, RowListState, cell};

use crate::harness::harness;

const SIZE: [f32; 2] = [400.0, 300.0];
const N_ROWS: [u64; 2] = [10_000_000, 1 << 40];

#[derive(Default)]
struct List {
    n_rows: u64,
    state: RowListState,
    selected: Option<u64>,
    rects: BTreeMap<u64, Rect>,
    double_clicked: Option<u64>,
}

fn list_ui(ui: &mut Ui, list: &mut List) {
    list.rects.clear();
    let (rects, selected) = (&mut list.rects, list.selected);
    let rows = RowList::tree("Records", list.n_rows).selected(|row| Some(row) == selected);
    let shown = rows.keeps_in_view(selected).show(ui, &mut list.state, |ui, row| {
        rects.insert(row.idx, row.rect);
        let text = format!("row {}", row.idx);
        let color = ui.visuals().text_color();
        cell(ui.painter(), row.rect, &text, &fonts::mono(12.0), color, egui::Align::Min);
        RowLabel::new(text).level(1).expanded((row.idx % 2 == 0).then_some(false))
    });
    if let Some((row, _)) = shown.clicked {
        list.selected = Some(row);
    }
    list.double_clicked = shown.double_clicked.or(list.double_clicked);
    if let Some(row) = list.state.selection_by_keys(&shown.response, list.selected) {
        list.selected = Some(row);
    }
}

fn list(n_rows: u64) -> Harness<'static, List> {
    harness(SIZE, List { n_rows, ..List::default() }, |ui, list| {
        egui::CentralPanel::default().frame(egui::Frame::NONE).show(ui, |ui| list_ui(ui, list));
    })
}

fn wheel(harness: &mut Harness<'_, List>, points: f32) {
    harness.event(Event::PointerMoved(pos2(50.0, 100.0)));
    harness.event(Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, -points),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Trackpad,
        modifiers: Modifiers::NONE,
    });
    harness.run();
}

fn drag(harness: &mut Harness<'_, List>, from: Pos2, to: Pos2) {
    harness.event(Event::PointerMoved(from));
    harness.drag_at(from);
    for share in [0.3, 0.6, 1.0] {
        harness.event(Event::PointerMoved(from.lerp(to, share)));
    }
    harness.drop_at(to);
    harness.run();
}

#[test]
fn rows_stand_on_whole_pixels_one_under_the_other() {
    for n_rows in N_ROWS {
        let mut harness = list(n_rows);
        harness.state_mut().state.reveal(n_rows / 3);
        harness.run();
        let rects = &harness.state().rects;
        assert!((13..=14).contains(&rects.len()), "{} rows", rects.len());
        assert!(rects.contains_key(&(n_rows / 3)));
        let mut last: Option<Rect> = None;
        for rect in rects.values() {
            assert_eq!(rect.top().fract(), 0.0);
            assert_eq!(rect.height(), 24.0);
            assert!(last.is_none_or(|last| last.bottom() == rect.top()));
            last = Some(*rect);
        }
    }
}

#[test]
fn the_wheel_moves_by_single_points_anywhere() {
    for n_rows in N_ROWS {
        let mut harness = list(n_rows);
        harness.state_mut().state.reveal(n_rows / 2);
        harness.run();
        let before = harness.state().rects[&(n_rows / 2)].top();
        wheel(&mut harness, 1.0);
        assert_eq!(harness.state().rects[&(n_rows / 2)].top(), before - 1.0);
    }
}

#[test]
fn dragging_the_thumb_down_shows_the_last_row() {
    for n_rows in N_ROWS {
        let mut harness = list(n_rows);
        drag(&mut harness, pos2(395.0, 10.0), pos2(395.0, 900.0));
        let rect = harness.state().rects[&(n_rows - 1)];
        assert_eq!(rect.bottom(), 300.0);
        drag(&mut harness, pos2(395.0, 290.0), pos2(395.0, -900.0));
        assert_eq!(harness.state().rects[&0].top(), 0.0);
    }
}

#[test]
fn a_press_beside_the_thumb_turns_a_page() {
    let mut harness = list(10_000);
    drag(&mut harness, pos2(395.0, 280.0), pos2(395.0, 280.0));
    assert_eq!(harness.state().state.position().row, 11);
}

#[test]
fn the_view_stays_while_rows_are_added() {
    let mut harness = list(10_000_000);
    harness.state_mut().state.reveal(5_000_000);
    harness.run();
    let before = harness.state().rects.clone();
    for _ in 0..5 {
        harness.state_mut().n_rows += 1_000_000;
        harness.run();
    }
    assert_eq!(harness.state().rects, before);
}

#[test]
fn the_view_stays_under_a_held_thumb_while_rows_are_added() {
    let mut harness = list(10_000_000);
    harness.event(Event::PointerMoved(pos2(395.0, 10.0)));
    harness.drag_at(pos2(395.0, 10.0));
    harness.event(Event::PointerMoved(pos2(395.0, 100.0)));
    harness.run();
    let before = harness.state().rects.clone();
    assert!(!before.contains_key(&0));
    harness.state_mut().n_rows *= 2;
    harness.run();
    assert_eq!(harness.state().rects, before);
}

#[test]
fn the_view_stays_when_the_caller_says_that_rows_came_above() {
    let mut harness = list(1000);
    harness.state_mut().state.reveal(500);
    harness.run();
    let before = harness.state().rects.clone();
    let first = harness.state().state.position().row;
    harness.state_mut().n_rows += 300;
    harness.state_mut().state.anchor_moved(first + 300);
    harness.run();
    let moved: BTreeMap<u64, Rect> = before.into_iter().map(|(row, rect)| (row + 300, rect)).collect();
    assert_eq!(harness.state().rects, moved);
}

#[test]
fn a_list_that_shrinks_shows_its_end() {
    let mut harness = list(10_000);
    harness.state_mut().state.reveal(9_999);
    harness.run();
    harness.state_mut().n_rows = 50;
    harness.run();
    assert_eq!(harness.state().rects[&49].bottom(), 300.0);
    harness.state_mut().n_rows = 0;
    harness.run();
    assert!(harness.state().rects.is_empty());
}

#[test]
fn a_row_is_found_and_clicked_by_its_role_and_name() {
    let mut harness = list(10_000_000);
    harness.get_by_role_and_label(Role::TreeItem, "row 4").click();
    harness.run();
    assert_eq!(harness.state().selected, Some(4));
    let row = harness.get_by_role_and_label(Role::TreeItem, "row 4");
    let node = row.accesskit_node();
    assert_eq!(node.is_selected(), Some(true));
    assert_eq!(node.data().level(), Some(1));
    assert_eq!(node.data().is_expanded(), Some(false));
    assert_eq!(node.data().position_in_set(), Some(4));
    let list = harness.get_by_role_and_label(Role::Tree, "Records");
    assert!(list.get_all_by_role(Role::TreeItem).count() >= 12, "rows stand below the list");
}

#[test]
fn an_arrow_pressed_as_soon_as_the_list_has_the_focus_moves_in_the_list() {
    let list = List { n_rows: 10, selected: Some(3), ..List::default() };
    let mut harness = harness(SIZE, list, |ui, list| {
        egui::Panel::bottom("below").show(ui, |ui| _ = ui.button("Below"));
        egui::CentralPanel::default().frame(egui::Frame::NONE).show(ui, |ui| list_ui(ui, list));
    });
    harness.get_by_label("row 3").click();
    harness.key_press(Key::ArrowDown);
    harness.run();
    harness.key_press(Key::ArrowDown);
    harness.run();
    assert_eq!(harness.state().selected, Some(5));
    assert!(!harness.get_by_label("Below").is_focused());
}

#[test]
fn a_clicked_list_takes_keys() {
    let mut harness = list(10_000_000);
    harness.get_by_label("row 3").click();
    harness.run();
    harness.key_press(Key::ArrowDown);
    harness.run();
    assert_eq!(harness.state().selected, Some(4));
    harness.key_press(Key::PageDown);
    harness.run();
    assert_eq!(harness.state().selected, Some(16));
    harness.key_press(Key::End);
    harness.run();
    assert_eq!(harness.state().selected, Some(9_999_999));
    assert_eq!(harness.state().rects[&9_999_999].bottom(), 300.0);
    harness.key_press(Key::Home);
    harness.run();
    assert_eq!(harness.state().rects[&0].top(), 0.0);
}

#[test]
fn the_list_is_one_stop_for_tab() {
    let mut harness = harness(SIZE, List { n_rows: 100, ..List::default() }, |ui, list| {
        let _ = ui.button("Before");
        egui::CentralPanel::default().frame(egui::Frame::NONE).show(ui, |ui| list_ui(ui, list));
    });
    for name in ["Before", "Records", "Before"] {
        harness.key_press(Key::Tab);
        harness.run();
        assert!(harness.get_by_label(name).is_focused(), "{name}");
    }
}

#[test]
fn two_clicks_are_a_double_click() {
    let mut harness = list(100);
    for _ in 0..2 {
        let at = pos2(50.0, 60.0);
        harness.event(Event::PointerMoved(at));
        harness.drag_at(at);
        harness.event(Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed: false,
            modifiers: Modifiers::NONE,
        });
    }
    harness.input_mut().predicted_dt = 0.01;
    harness.run();
    assert_eq!(harness.state().selected, Some(2));
}

#[test]
fn a_view_that_becomes_lower_keeps_the_selected_row_in_it_if_it_was_there() {
    for (row, is_kept) in [(109, true), (90, false)] {
        let mut harness = list(1000);
        harness.state_mut().selected = Some(row);
        harness.state_mut().state.anchor_moved(100);
        harness.run();
        assert_eq!(harness.state().rects.contains_key(&row), is_kept);
        harness.set_size(vec2(400.0, 90.0));
        harness.run();
        assert_eq!(harness.state().rects.contains_key(&row), is_kept, "row {row}");
    }
}
