//! A row being dragged to another place: the line where it would go, and scrolling at the edges.

use egui::{CursorIcon, Key, Rect, Ui, pos2};

use super::{RowDrag, RowListState, rows_in_view};
use crate::ui::theme::theme;

/// How near to an edge of the view dragging scrolls, and how far a frame.
const EDGE: f32 = 20.0;
const STEP: f64 = 6.0;

/// Follows the pointer while a row is dragged; returns where it was let go, if it can go there.
pub(super) fn drag_ui(
    ui: &Ui,
    state: &mut RowListState,
    view: Rect,
    may_drop: &dyn Fn(RowDrag) -> bool,
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
    let target = drag.filter(|(drag, _)| view.contains(pointer) && may_drop(*drag));
    if !is_down {
        return target.map(|(drag, _)| drag);
    }
    let theme = theme(ui);
    ui.ctx().set_cursor_icon(if target.is_some() { CursorIcon::Grabbing } else { CursorIcon::NoDrop });
    if let Some((drag, rect)) = target {
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
