//! The header of a list: titles over columns whose edges can be dragged.
//!
//! The last column takes what the others leave. Widths are the caller's, to be remembered.

use egui::{Align, CursorIcon, Key, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::elide::cell;
use crate::ui::{fonts, theme::theme};

/// What a column is called and how its cells stand.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub title: &'static str,
    pub align: Align,
    /// In points; also the least the last column keeps. A column that wants none and has none is left out.
    pub min_width: f32,
}

impl Column {
    pub const fn new(title: &'static str, min_width: f32) -> Self {
        Self { title, align: Align::Min, min_width }
    }

    /// For numbers that are compared.
    pub const fn right(title: &'static str, min_width: f32) -> Self {
        Self { title, align: Align::Max, min_width }
    }
}

/// Where the columns of this frame are; valid for every row of the list below.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnLayout {
    /// Left edge of each column, and the right edge of the last.
    edges: Vec<f32>,
    pad: f32,
}

impl ColumnLayout {
    /// The part of `row` for column `column_idx`, less the padding between columns.
    pub fn cell(&self, row: Rect, column_idx: usize) -> Rect {
        let (left, right) = (self.edges[column_idx], self.edges[column_idx + 1]);
        Rect::from_min_max(
            pos2(left + self.pad, row.top()),
            pos2((right - self.pad).max(left + self.pad), row.bottom()),
        )
    }

    pub fn column_at(&self, x: f32) -> Option<usize> {
        let column_idx = self.edges.iter().position(|edge| x < *edge)?;
        column_idx.checked_sub(1)
    }
}

/// Draws the header as wide as `ui` and returns where the cells of the list below stand.
///
/// `widths` is filled up from the least widths if it is too short. An edge is dragged, or moved
/// with ← and → when it has the focus; a double click sets the least width.
pub fn header_ui(ui: &mut Ui, columns: &[Column], widths: &mut Vec<f32>) -> ColumnLayout {
    let theme = theme(ui);
    let missing = widths.len().min(columns.len());
    widths.extend(columns[missing..].iter().map(|column| column.min_width));
    let size = vec2(ui.available_width(), theme.size.row);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect_filled(rect, 0.0, theme.color.surface_1);
    let right = rect.right() - theme.size.scroll_bar;
    let layout = layout(rect.left(), right, columns, widths, theme.size.gap / 2.0);

    let font = fonts::regular(theme.size.text_small);
    for (column_idx, column) in columns.iter().enumerate() {
        let at = layout.cell(rect, column_idx);
        cell(ui.painter(), at, column.title, &font, theme.color.muted, column.align);
    }
    let mut is_changed = false;
    for column_idx in 0..columns.len().saturating_sub(1) {
        let x = layout.edges[column_idx + 1];
        let width = &mut widths[column_idx];
        if *width <= 0.0 {
            continue;
        }
        is_changed |= edge_ui(ui, rect, x, &columns[column_idx], width);
    }
    let y = rect.bottom() - theme.size.line / 2.0;
    ui.painter().hline(rect.x_range(), y, theme.line());
    if is_changed {
        ui.ctx().request_repaint();
    }
    layout
}

fn layout(left: f32, right: f32, columns: &[Column], widths: &[f32], pad: f32) -> ColumnLayout {
    let mut edges = vec![left];
    let mut x = left;
    for (column_idx, column) in columns.iter().enumerate() {
        let is_last = column_idx + 1 == columns.len();
        let after: f32 = columns[column_idx + 1..].iter().map(|column| column.min_width).sum();
        let most = (right - after - x).max(column.min_width);
        let width = if is_last { most } else { widths[column_idx].clamp(column.min_width, most) };
        x = (x + width).round();
        edges.push(x);
    }
    ColumnLayout { edges, pad }
}

fn edge_ui(ui: &mut Ui, header: Rect, x: f32, column: &Column, width: &mut f32) -> bool {
    let theme = theme(ui);
    let grip = Rect::from_x_y_ranges(x - 4.0..=x + 4.0, header.y_range());
    let id = ui.make_persistent_id(("column edge", column.title));
    let response = ui.interact(grip, id, Sense::click_and_drag());
    let before = *width;
    if response.dragged() {
        *width += response.drag_delta().x;
    }
    if response.double_clicked() {
        *width = column.min_width;
    }
    if response.has_focus() {
        let filter = egui::EventFilter { horizontal_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        ui.input(|input| {
            *width -= 8.0 * f32::from(u8::from(input.key_pressed(Key::ArrowLeft)));
            *width += 8.0 * f32::from(u8::from(input.key_pressed(Key::ArrowRight)));
        });
    }
    *width = width.max(column.min_width);
    let is_hot = response.hovered() || response.dragged() || response.has_focus();
    if is_hot {
        ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
    }
    let stroke = if is_hot { theme.focus() } else { theme.line() };
    let x = ui.painter().round_to_pixel_center(x);
    let y = if is_hot { header.y_range() } else { header.shrink(5.0).y_range() };
    ui.painter().vline(x, y, stroke);
    response.widget_info(|| {
        let name = format!("Width of {}", column.title);
        WidgetInfo::labeled(Role::Splitter, ui.is_enabled(), name)
    });
    before != *width
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] =
        [Column::right("#", 30.0), Column::new("Field", 80.0), Column::new("Value", 100.0)];

    #[test]
    fn the_last_column_takes_what_is_left() {
        let layout = layout(0.0, 500.0, &COLUMNS, &[40.0, 160.0, 0.0], 4.0);
        assert_eq!(layout.edges, [0.0, 40.0, 200.0, 500.0]);
        let row = Rect::from_min_max(pos2(0.0, 48.0), pos2(500.0, 72.0));
        assert_eq!(layout.cell(row, 1), Rect::from_min_max(pos2(44.0, 48.0), pos2(196.0, 72.0)));
    }

    #[test]
    fn no_column_pushes_another_out_of_view() {
        let layout = layout(0.0, 300.0, &COLUMNS, &[40.0, 900.0, 0.0], 4.0);
        assert_eq!(layout.edges, [0.0, 40.0, 200.0, 300.0]);
    }

    #[test]
    fn a_place_is_in_one_column() {
        let layout = layout(10.0, 500.0, &COLUMNS, &[40.0, 160.0, 0.0], 4.0);
        assert_eq!(layout.column_at(5.0), None);
        assert_eq!(layout.column_at(10.0), Some(0));
        assert_eq!(layout.column_at(50.0), Some(1));
        assert_eq!(layout.column_at(499.0), Some(2));
        assert_eq!(layout.column_at(501.0), None);
    }
}
