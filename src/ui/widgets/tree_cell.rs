//! Where a row of a tree begins: guides for its depth, a chevron if it can be opened.

use egui::{Painter, Rect, Response, pos2, vec2};

use crate::ui::icons::Icon;
use crate::ui::theme::Theme;

/// What is left of a cell after the guides and the chevron.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TreeCell {
    /// For the name.
    pub text: Rect,
    chevron: Rect,
}

impl TreeCell {
    /// A click on the chevron opens or closes the row; a click elsewhere selects it.
    pub fn is_chevron_clicked(&self, row: &Response) -> bool {
        let is_over = |pos| self.chevron.contains(pos);
        row.clicked() && row.interact_pointer_pos().is_some_and(is_over)
    }
}

/// Guides of deeper levels than this are not drawn: they would be off any screen.
const MOST_GUIDES: usize = 256;

/// Paints guides and chevron into the left of `rect`; `is_expanded` is `None` for a leaf.
///
/// The space of the chevron is kept where there is none.
pub fn tree_cell(
    painter: &Painter,
    theme: &Theme,
    rect: Rect,
    depth: usize,
    is_expanded: Option<bool>,
) -> TreeCell {
    let indent = theme.size.indent;
    let middle = indent / 2.0;
    for level in 0..depth.min(MOST_GUIDES) {
        let x = painter.round_to_pixel_center(rect.left() + level as f32 * indent + middle);
        if rect.right() < x {
            break;
        }
        painter.vline(x, rect.y_range(), theme.line());
    }
    let left = rect.left() + depth as f32 * indent;
    let center = pos2(left + middle, rect.center().y);
    if let Some(is_expanded) = is_expanded
        && center.x < rect.right()
    {
        let icon = if is_expanded { Icon::ChevronDown } else { Icon::ChevronRight };
        icon.paint_sized(painter, center, theme.size.icon - 2.0, theme.color.muted);
    }
    let start = (left + indent + theme.size.gap_small).min(rect.right());
    let has_chevron = is_expanded.is_some();
    let side = if has_chevron { rect.height() } else { 0.0 };
    TreeCell {
        text: rect.with_min_x(start),
        chevron: Rect::from_center_size(center, vec2(side.min(indent + 6.0), side)),
    }
}
