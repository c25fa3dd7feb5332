//! A row being dragged to another place: the line where it would go, and scrolling at the edges.

use egui::{CursorIcon, Key, PopupAnchor, Rect, StrokeKind, Tooltip, Ui, pos2};

use super::{MayDrop, RowDrag, RowListState, rows_in_view};
use crate::ui::theme::theme;
use crate::ui::widgets::floating;

/// How near to an edge of the view dragging scrolls, and how far a frame.
const EDGE: f32 = 20.0;
const STEP: f64 = 6.0;

/// Follows the pointer while a row is dragged; returns where it was let go, if it can go there.
pub(super) fn drag_ui(
    ui: &Ui,
    state: &mut RowListState,
    view: Rect,
    may_drop: &dyn Fn(RowDrag) -> MayDrop,
) -> Option<RowDrag> {
    let from = state.dragged?;
    let (pointer, is_down, is_left) = ui.input(|input| {
        (input.pointer.latest_pos(), input.pointer.primary_down(), input.key_pressed(Key::Escape))
    });
    let pointer = pointer?;
    if is_left || !is_down {
        state.dragged = None;
    }
    if is_left {
        return None;
    }
    let over =
        rows_in_view(state, view, ui.pixels_per_point()).find(|(_, rect)| rect.y_range().contains(pointer.y));
    let drag = over.map(|(over, rect)| (RowDrag { from, over, below: rect.center().y < pointer.y }, rect));
    let asked = drag.filter(|_| view.contains(pointer)).map(|(drag, rect)| (drag, rect, may_drop(drag)));
    let target = asked.filter(|(.., said)| said.is_ok());
    if !is_down {
        return target.map(|(drag, ..)| drag);
    }
    let theme = theme(ui);
    ui.ctx().set_cursor_icon(if target.is_some() { CursorIcon::Grabbing } else { CursorIcon::NoDrop });
    if let Some((_, rect)) = rows_in_view(state, view, ui.pixels_per_point()).find(|(row, _)| *row == from) {
        ui.painter().rect_filled(rect, 0.0, theme.color.accent.gamma_multiply(0.14));
        let line = egui::Stroke::new(theme.size.line, theme.color.accent);
        ui.painter().rect_stroke(rect, 0.0, line, StrokeKind::Inside);
    }
    if let Some((.., Ok(note) | Err(note))) = asked.filter(|(.., said)| *said != Ok("")) {
        note_ui(ui, note);
    }
    if let Some((drag, rect, _)) = target {
        let y = if drag.below { rect.bottom() } else { rect.top() };
        let y = ui.painter().round_to_pixel_center(y);
        ui.painter().hline(view.x_range(), y, egui::Stroke::new(2.0 * theme.size.line, theme.color.accent));
        ui.painter().circle_filled(pos2(view.left() + 3.0, y), 3.0, theme.color.accent);
    }
    let step = match pointer.y {
        y if y < view.top() + EDGE => -STEP,
        y if view.bottom() - EDGE < y => STEP,
        _ => return None,
    };
    state.position = state.position.moved(step, &state.extent);
    ui.ctx().request_repaint();
    None
}

/// Says at the pointer what letting go would do, or why nothing.
fn note_ui(ui: &Ui, note: &str) {
    let id = ui.scope_id().with("what a drag comes to");
    let tooltip = Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), id, PopupAnchor::Pointer);
    floating::framed(tooltip, ui.ctx()).gap(10.0).show(|ui| {
        // It does not keep the width of a shorter one before it.
        ui.set_max_width(ui.spacing().tooltip_width);
        ui.label(note);
    });
}
