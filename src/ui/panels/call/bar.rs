//! The bar below a list of the pane: a search field at the left, which always stands, and buttons.

use crate::ui::theme::{Theme, theme};
use crate::ui::widgets::TextField;
use egui::{Align, Layout, Rect, Ui, UiBuilder, vec2};

/// Points from which on buttons have their names.
const WIDE: f32 = 430.0;
const SEARCH_WIDTH: f32 = 190.0;
/// The least that the field is shown with.
const LEAST_SEARCH: f32 = 60.0;

/// Where the bar is in the part `all` of the pane.
pub(super) fn place(theme: &Theme, all: Rect) -> Rect {
    all.with_min_y(all.bottom() - theme.size.bar - theme.size.gap_small)
}

/// `buttons_ui` draws from the right, and is told whether there is little room.
pub(super) fn bar_ui(
    ui: &mut Ui,
    bar: Rect,
    query: &mut String,
    name: &str,
    buttons_ui: impl FnOnce(&mut Ui, bool),
) {
    let theme = theme(ui);
    ui.painter().rect_filled(bar, 0.0, theme.color.surface_1);
    ui.painter().hline(bar.x_range(), bar.top() + theme.size.line / 2.0, theme.line());
    let inner = bar.shrink2(vec2(theme.size.margin, 1.0));
    let builder = UiBuilder::new().id_salt(name).max_rect(inner);
    ui.scope_builder(builder.layout(Layout::right_to_left(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = theme.size.gap_small;
        buttons_ui(ui, bar.width() < WIDE);
        let width = ui.available_width().clamp(LEAST_SEARCH, SEARCH_WIDTH);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            TextField::search(name, query).width(width).height(22.0).show(ui);
        });
    });
}
