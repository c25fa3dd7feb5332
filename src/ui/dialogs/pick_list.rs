//! The rows below a box that narrows them: one is picked, by keys or by pointer.

use super::DialogView;
use crate::ui::icons::Icon;
use crate::ui::widgets::{Row, RowLabel, RowList, empty_state_ui};
use egui::{Context, Key, Modifiers, Ui, vec2};

/// Rows that Page up and Page down go by.
const PAGE: usize = 8;

/// Moves the pick; returns whether Enter was pressed.
pub fn keys(ctx: &Context, view: &mut DialogView, n_found: usize) -> bool {
    let pressed = |key: Key| ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let last = n_found.saturating_sub(1);
    let before = view.picked.min(last);
    view.picked = before;
    for (key, to) in [
        (Key::ArrowDown, (before + 1).min(last)),
        (Key::ArrowUp, before.saturating_sub(1)),
        (Key::PageDown, (before + PAGE).min(last)),
        (Key::PageUp, before.saturating_sub(PAGE)),
    ] {
        if pressed(key) {
            view.picked = to;
            view.list.ensure_visible(to as u64);
        }
    }
    pressed(Key::Enter)
}

/// The greatest height of such a list, in points: whole rows of `row_height`.
pub fn most_height(ui: &Ui, row_height: f32) -> f32 {
    let most = (ui.ctx().content_rect().height() - 260.0).clamp(120.0, 420.0);
    (most / row_height).floor() * row_height
}

/// In the place of rows: why there are none, and what helps.
pub fn nothing_ui(ui: &mut Ui, height: f32, nothing: &str, hint: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), egui::Sense::hover());
    let place = egui::UiBuilder::new().max_rect(rect);
    ui.scope_builder(place, |ui| empty_state_ui(ui, Icon::Search, nothing, hint, &[]));
}

/// Shows the rows, `height` points high, or why there are none; returns the row clicked, and whether
/// one was clicked twice.
pub fn rows_ui(
    ui: &mut Ui,
    rows: RowList<'_>,
    height: f32,
    nothing: Option<&str>,
    view: &mut DialogView,
    row_ui: impl FnMut(&mut Ui, &Row) -> RowLabel,
) -> (Option<usize>, bool) {
    if let Some(nothing) = nothing {
        nothing_ui(ui, height, nothing, "Other letters, or fewer of them, may find it.");
        return (None, false);
    }
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), egui::Sense::hover());
    let picked = view.picked as u64;
    let place = egui::UiBuilder::new().max_rect(rect);
    let shown = ui
        .scope_builder(place, |ui| rows.selected(|row| row == picked).show(ui, &mut view.list, row_ui))
        .inner;
    (shown.clicked.map(|(row, _)| row as usize), shown.double_clicked.is_some())
}
