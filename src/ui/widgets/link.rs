//! A text that leads somewhere.

use super::{Elide, cell_elided, visible_text};
use crate::ui::fonts;
use crate::ui::theme::theme;
use egui::{Align, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

/// At most as wide as there is room; `spoken` stands in front of it for those who hear it.
pub fn text_link_ui(ui: &mut Ui, text: &str, spoken: &str) -> Response {
    link_elided_ui(ui, text, spoken, Elide::End)
}

/// The same for a path, of which the end matters.
pub fn path_link_ui(ui: &mut Ui, path: &str, spoken: &str) -> Response {
    link_elided_ui(ui, path, spoken, Elide::Start)
}

fn link_elided_ui(ui: &mut Ui, text: &str, spoken: &str, elide: Elide) -> Response {
    let theme = theme(ui);
    let text = visible_text(text);
    let font = fonts::regular(theme.size.text_dense);
    let galley = ui.painter().layout_no_wrap(text.to_string(), font.clone(), theme.color.accent);
    let size = vec2(galley.size().x.min(ui.available_width()).max(8.0), theme.size.row_dense);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let accent = theme.color.accent;
    let shown = cell_elided(ui.painter(), rect, &text, &font, accent, Align::Min, elide);
    if response.hovered() || response.has_focus() {
        let line = Stroke::new(theme.size.line, theme.color.accent);
        ui.painter().hline(shown.rect.x_range(), shown.rect.bottom() - 1.0, line);
    }
    if response.has_focus() {
        let ring = rect.expand2(vec2(2.0, 0.0));
        ui.painter().rect_stroke(ring, theme.size.radius, theme.focus(), StrokeKind::Inside);
    }
    shown.full_text_on_hover(ui, &response, || text.to_string());
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, format!("{spoken}{text}")));
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}
