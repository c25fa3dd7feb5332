//! Work under way: what, how much, and a way to stop it.

use egui::{Align, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::button::IconButton;
use super::elide::{cell, place};
use crate::ui::icons::Icon;
use crate::ui::{fonts, theme::theme};

/// Points of the bar, and what an amount takes about.
const LEAST_BAR: f32 = 40.0;
const MOST_BAR: f32 = 160.0;
const AMOUNT: f32 = 130.0;
/// Points of the words below which they go before the amount.
const LEAST_WORDS: f32 = 72.0;

/// One line as wide as `ui`; true when the person asks to stop.
///
/// `share` runs from 0 to 1, `None` if there is no telling; `amount` is as shown, such as
/// "412 of 1 024 MiB".
pub fn progress_ui(ui: &mut Ui, label: &str, amount: &str, share: Option<f32>, can_cancel: bool) -> bool {
    let theme = theme(ui);
    let size = vec2(ui.available_width(), theme.size.row);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let mut rest = rect;
    let mut is_cancelled = false;
    let side = theme.size.row_dense;
    if can_cancel {
        let center = pos2(rest.right() - side / 2.0, rest.center().y);
        let name = format!("Cancel {}", label.to_lowercase());
        let button = IconButton::new(Icon::Close, &name).small();
        let at = Rect::from_center_size(center, vec2(side, side));
        is_cancelled = button.put(ui, at, response.id.value()).clicked();
        rest.max.x -= side + theme.size.gap;
    }
    let font = fonts::regular(theme.size.text_dense);
    // The words come first where it is narrow.
    let words = ui.painter().layout_no_wrap(label.to_owned(), font.clone(), theme.color.text).size().x;
    let bar_width = (rest.width() - words - AMOUNT).min(rest.width() * 0.3).clamp(LEAST_BAR, MOST_BAR);
    let bar =
        Rect::from_center_size(pos2(rest.right() - bar_width / 2.0, rest.center().y), vec2(bar_width, 4.0));
    ui.painter().rect_filled(bar, 2.0, theme.color.pressed);
    if let Some(share) = share {
        let done = bar.with_max_x(bar.left() + bar.width() * share.clamp(0.0, 1.0));
        ui.painter().rect_filled(done, 2.0, theme.color.accent);
    }
    rest.max.x = bar.left() - theme.size.margin;

    let number = ui.painter().layout_no_wrap(amount.to_owned(), font.clone(), theme.color.muted);
    let left = rest.width() - number.size().x - theme.size.gap;
    // Pointing at it tells what there is no room for.
    let has_amount = words.min(LEAST_WORDS) <= left;
    if has_amount {
        let at = place(ui.painter(), rest, &number, Align::Max);
        ui.painter().galley(at.min, number, theme.color.muted);
        rest.max.x = at.left() - theme.size.gap;
    }
    let mut shown = cell(ui.painter(), rest, label, &font, theme.color.text, Align::Min);
    shown.is_elided |= !has_amount;
    shown.full_text_on_hover(ui, &response, || match amount {
        "" => label.to_owned(),
        amount => format!("{label}, {amount}"),
    });

    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, label));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_value(amount);
        if let Some(share) = share {
            node.set_numeric_value(f64::from(share));
            node.set_min_numeric_value(0.0);
            node.set_max_numeric_value(1.0);
        }
    });
    is_cancelled
}
