//! A box with words beside it, which is on or off.

use egui::emath::GuiRounding as _;
use egui::{Align, Rect, Role, Sense, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::elide::place;
use super::floating::HoverText;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;

const SIDE: f32 = 14.0;

/// Returns whether a person changed `is_on`.
pub fn check_box_ui(ui: &mut Ui, text: &str, hint: &str, is_on: &mut bool) -> bool {
    let theme = theme(ui);
    let font = fonts::regular(theme.size.text_dense);
    let gap = theme.size.gap_small + 2.0;
    let room = ui.available_width() - SIDE - gap;
    let galley = ui.painter().layout(text.to_owned(), font, theme.color.text, room);
    let size = vec2((SIDE + gap + galley.size().x).ceil(), galley.size().y.max(theme.size.row_dense));
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let is_changed = response.clicked();
    *is_on ^= is_changed;

    let first_line = rect.with_max_y(rect.top() + theme.size.row_dense);
    let center = pos2(rect.left() + SIDE / 2.0, first_line.center().y);
    let square = Rect::from_center_size(center, vec2(SIDE, SIDE)).round_to_pixels(ui.pixels_per_point());
    let (fill, stroke) = match *is_on {
        true => (theme.color.accent, egui::Stroke::NONE),
        false if response.hovered() => (theme.color.pressed, theme.outline()),
        false => (theme.color.surface_0, theme.outline()),
    };
    let radius = theme.size.radius - 1.0;
    ui.painter().rect(square, radius, fill, stroke, StrokeKind::Inside);
    if *is_on {
        Icon::Check.paint_sized(ui.painter(), square.center(), SIDE - 3.0, theme.color.on_accent);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(square.expand(2.0), radius + 2.0, theme.focus(), StrokeKind::Outside);
    }
    let at = place(ui.painter(), rect.with_min_x(rect.left() + SIDE + gap), &galley, Align::Min);
    ui.painter().galley(at.min, galley, theme.color.text);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, ui.is_enabled(), *is_on, text));
    response.told(hint);
    is_changed
}
