//! The list's own scroll bar: an egui one keeps its place in f32 points over all rows.

use egui::epaint::RectShape;
use egui::{Id, PointerButton, Rect, Sense, Shape, Ui, pos2, vec2};

use super::position::{Extent, Position};
use crate::ui::theme::theme;

/// Where on the thumb the pointer holds it, in points from its top.
pub type Grab = Option<f32>;

/// The bar in `rect`: where the person moved the list, and the thumb, to be painted over the rows.
///
/// Keys and the wheel do all a bar does, so it takes no focus.
pub fn scroll_bar_ui(
    ui: &Ui,
    id: Id,
    rect: Rect,
    extent: &Extent,
    position: Position,
    grab: &mut Grab,
) -> (Option<Position>, Shape) {
    if extent.fits() {
        *grab = None;
        return (None, Shape::Noop);
    }
    let theme = theme(ui);
    let track = rect.shrink2(vec2(0.0, 2.0));
    let length = (f64::from(track.height()) * extent.shown()) as f32;
    let length = length.max(theme.size.thumb_min).min(track.height());
    let travel = f64::from(track.height() - length);
    let thumb_at = |position: Position| track.top() + (travel * extent.share(position)) as f32;

    let response = ui.interact(rect, id, Sense::DRAG);
    let pointer_y = response.interact_pointer_pos().map(|pos| pos.y);
    let mut moved = None;
    if let Some(y) = pointer_y
        && response.drag_started_by(PointerButton::Primary)
    {
        let top = thumb_at(position);
        let page = f64::from(extent.view_height - extent.row_height);
        *grab = None;
        if y < top {
            moved = Some(position.moved(-page, extent));
        } else if top + length < y {
            moved = Some(position.moved(page, extent));
        } else {
            *grab = Some(y - top);
        }
    }
    // While the pointer rests, the view does too, even as rows are being added.
    let is_moving = ui.input(|input| input.pointer.delta().y != 0.0);
    if let (Some(y), Some(hold)) = (pointer_y, *grab)
        && response.dragged()
        && is_moving
    {
        let share = f64::from(y - hold - track.top()) / travel.max(1e-3);
        moved = Some(extent.at_share(share));
    }
    if !response.dragged() {
        *grab = None;
    }

    let is_hot = response.hovered() || response.dragged();
    let width = theme.size.thumb + if is_hot { 3.0 } else { 0.0 };
    let min = pos2(track.right() - width - 1.0, thumb_at(moved.unwrap_or(position)));
    let thumb = Rect::from_min_size(min, vec2(width, length));
    (moved, RectShape::filled(thumb, width / 2.0, theme.color.thumb).into())
}
