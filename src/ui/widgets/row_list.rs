//! The one list of the window: tree, hex, problems, results.
//!
//! Law: what a frame costs and how exact it is do not depend on the number of rows. A place is
//! a first row (`u64`) and an offset below one row; rows are placed relative to the view, and
//! only those in view exist.
//!
//! The view stays still when rows come or go below it. When they do above it, the caller says
//! so with [`RowListState::anchor_moved`].
//!
//! **Not here:** what a row shows (the caller's closure), which row is selected, and keys,
//! but for [`RowListState::selection_by_keys`].

mod drag;
pub mod position;
mod scroll_bar;

use std::ops::Range;

use egui::{
    CursorIcon, EventFilter, FocusDirection, Id, Key, Modifiers, Rect, Response, Role, Sense, Shape,
    StrokeKind, Ui, UiBuilder, pos2, vec2,
};
use position::{Extent, Position};

use crate::ui::theme::theme;

/// Where a list stands between frames; the caller keeps one per list.
#[derive(Clone, Debug, Default)]
pub struct RowListState {
    position: Position,
    extent: Extent,
    wanted: Option<Wanted>,
    grab: scroll_bar::Grab,
    /// The row that the person is dragging.
    dragged: Option<u64>,
}

/// Carried out by the next frame, which knows how high the view is.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    Visible(u64),
    Centered(u64),
}

impl RowListState {
    pub fn position(&self) -> Position {
        self.position
    }

    /// Scrolls the least that brings `row` into view, in the next frame.
    pub fn ensure_visible(&mut self, row: u64) {
        self.wanted = Some(Wanted::Visible(row));
    }

    /// Puts `row` in the middle of the view if it is outside, in the next frame: for jumps.
    pub fn reveal(&mut self, row: u64) {
        self.wanted = Some(Wanted::Centered(row));
    }

    /// Rows that fit whole, as of the last frame; at least one.
    pub fn page_rows(&self) -> u64 {
        self.extent.page_rows()
    }

    /// The row that was first in view is now `to_row`: nothing on screen moves.
    pub fn anchor_moved(&mut self, to_row: u64) {
        self.position.row = to_row;
    }

    /// Where ↑ ↓ Page Up, Page Down, Home and End take the selection, if the list has the focus.
    ///
    /// The row is scrolled into view; its keys are consumed.
    pub fn selection_by_keys(&mut self, list: &Response, selected: Option<u64>) -> Option<u64> {
        if !list.has_focus() || self.extent.n_rows == 0 {
            return None;
        }
        let last = self.extent.n_rows - 1;
        let page = self.page_rows();
        let here = selected.map_or(0, |row| row.min(last));
        let below = |rows: u64| here.saturating_add(rows).min(last);
        let steps = [
            (Key::ArrowDown, if selected.is_some() { below(1) } else { 0 }),
            (Key::ArrowUp, here.saturating_sub(1)),
            (Key::PageDown, below(page)),
            (Key::PageUp, here.saturating_sub(page)),
            (Key::Home, 0),
            (Key::End, last),
        ];
        let (_, row) = list
            .ctx
            .input_mut(|input| steps.into_iter().find(|(key, _)| input.consume_key(Modifiers::NONE, *key)))?;
        self.ensure_visible(row);
        (selected != Some(row)).then_some(row)
    }
}

/// One row in view, as handed to the closure that draws it.
pub struct Row {
    pub idx: u64,
    /// All of the row, even where the view cuts it; on whole pixels.
    pub rect: Rect,
    pub is_selected: bool,
    pub is_hovered: bool,
    /// For a context menu or a tooltip of this row.
    pub response: Response,
}

/// How a row reads to those who do not see it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowLabel {
    pub name: String,
    pub value: Option<String>,
    /// Depth in a tree, from 0.
    pub level: Option<usize>,
    /// `None` for a row that cannot be opened.
    pub is_expanded: Option<bool>,
}

impl RowLabel {
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    pub fn level(mut self, level: usize) -> Self {
        self.level = Some(level);
        self
    }

    pub fn expanded(mut self, is_expanded: Option<bool>) -> Self {
        self.is_expanded = is_expanded;
        self
    }
}

/// What happened to the list in this frame.
pub struct RowListResponse {
    /// The list as a whole: focus, and clicks below the last row.
    pub response: Response,
    /// Where rows are drawn: the list without its scroll bar.
    pub rows_rect: Rect,
    pub visible: Range<u64>,
    pub hovered: Option<u64>,
    /// With the modifiers held, for selecting ranges.
    pub clicked: Option<(u64, Modifiers)>,
    pub double_clicked: Option<u64>,
    pub secondary_clicked: Option<u64>,
    /// Let go in this frame.
    pub dropped: Option<RowDrag>,
}

/// A row on its way to another place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowDrag {
    pub from: u64,
    /// The row under the pointer, and whether it is in its lower half.
    pub over: u64,
    pub below: bool,
}

/// What letting go comes to, which may be plain to see, or why it comes to nothing.
pub type MayDrop = Result<&'static str, &'static str>;

/// A list to be shown.
pub struct RowList<'a> {
    name: &'a str,
    n_rows: u64,
    row_height: Option<f32>,
    roles: (Role, Role),
    is_selected: Box<dyn Fn(u64) -> bool + 'a>,
    has_hover: bool,
    kept: Option<u64>,
    may_drop: Option<Box<dyn Fn(RowDrag) -> MayDrop + 'a>>,
}

impl<'a> RowList<'a> {
    /// `name` is what a screen reader calls the list; it also tells lists of one `Ui` apart.
    pub fn new(name: &'a str, n_rows: u64) -> Self {
        Self {
            name,
            n_rows,
            row_height: None,
            roles: (Role::List, Role::ListItem),
            is_selected: Box::new(|_| false),
            has_hover: true,
            kept: None,
            may_drop: None,
        }
    }

    pub fn tree(name: &'a str, n_rows: u64) -> Self {
        Self { roles: (Role::Tree, Role::TreeItem), ..Self::new(name, n_rows) }
    }

    /// In points; the table's `row` if not set.
    pub fn row_height(mut self, row_height: f32) -> Self {
        self.row_height = Some(row_height);
        self
    }

    pub fn selected(mut self, is_selected: impl Fn(u64) -> bool + 'a) -> Self {
        self.is_selected = Box::new(is_selected);
        self
    }

    /// A row that stays in view, if it was, when the view becomes lower.
    pub fn keeps_in_view(mut self, row: Option<u64>) -> Self {
        self.kept = row;
        self
    }

    /// For lists whose rows are not the unit of choice, such as hex.
    pub fn without_hover(mut self) -> Self {
        self.has_hover = false;
        self
    }

    /// Lets rows be dragged to where `may_drop` says that they can go; what it says stands at the pointer.
    pub fn draggable(mut self, may_drop: impl Fn(RowDrag) -> MayDrop + 'a) -> Self {
        self.may_drop = Some(Box::new(may_drop));
        self
    }

    /// Fills what is left of `ui`, and calls `row_ui` for each row in view.
    pub fn show(
        self,
        ui: &mut Ui,
        state: &mut RowListState,
        mut row_ui: impl FnMut(&mut Ui, &Row) -> RowLabel,
    ) -> RowListResponse {
        let theme = theme(ui);
        let rect = ui.available_rect_before_wrap();
        let id = ui.make_persistent_id(self.name);
        ui.advance_cursor_after_rect(rect);
        let response = ui.interact(rect, id, Sense::click());
        self.announce(ui, &response);
        let mut rows_rect = rect;
        rows_rect.max.x -= theme.size.scroll_bar;

        let extent = Extent {
            n_rows: self.n_rows,
            row_height: self.row_height.unwrap_or(theme.size.row),
            view_height: rect.height(),
        };
        let before = std::mem::replace(&mut state.extent, extent);
        let is_lower = extent.view_height < before.view_height && 0.0 < before.row_height;
        if let Some(row) = self.kept.filter(|_| is_lower && state.wanted.is_none())
            && state.position.showing(row, &before) == state.position
        {
            state.ensure_visible(row);
        }
        let bar_rect = Rect::from_min_max(pos2(rows_rect.right(), rect.top()), rect.max);
        let thumb = self.scroll(ui, state, rect, bar_rect, id);

        let mut shown = RowListResponse {
            response,
            rows_rect,
            visible: state.position.row..state.position.row,
            hovered: None,
            clicked: None,
            double_clicked: None,
            secondary_clicked: None,
            dropped: None,
        };
        let mut rows =
            ui.new_child(UiBuilder::new().id_salt(id).max_rect(rows_rect).accessibility_parent(id));
        // Hover and selection run under the scroll bar, to the edge.
        rows.shrink_clip_rect(rect);
        let mut started = None;
        for (row_idx, row_rect) in rows_in_view(state, rows_rect, ui.pixels_per_point()) {
            let is_started = self.row(&mut rows, row_idx, row_rect, &mut shown, &mut row_ui);
            if is_started {
                started = Some(row_idx);
            }
        }
        state.dragged = started.or(state.dragged);
        if let Some(may_drop) = &self.may_drop {
            shown.dropped = drag::drag_ui(&rows, state, rows_rect, &**may_drop);
        }
        ui.painter().add(thumb);
        take_focus(ui, &shown);
        if shown.response.has_focus() {
            let ring = rect.shrink(theme.size.line / 2.0);
            let stroke = egui::Stroke::new(theme.size.line, theme.color.focus);
            ui.painter().rect_stroke(ring, 0.0, stroke, StrokeKind::Middle);
        }
        shown
    }

    fn scroll(&self, ui: &mut Ui, state: &mut RowListState, rect: Rect, bar_rect: Rect, id: Id) -> Shape {
        let extent = state.extent;
        state.position = state.position.within(&extent);
        state.position = match state.wanted.take() {
            Some(Wanted::Visible(row)) => state.position.showing(row, &extent),
            Some(Wanted::Centered(row)) if state.position.showing(row, &extent) != state.position => {
                Position::centered_on(row, &extent)
            }
            _ => state.position,
        };
        if ui.rect_contains_pointer(rect) && !extent.fits() {
            let wheel = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
            state.position = state.position.moved(-f64::from(wheel), &extent);
        }
        let bar_id = id.with("scroll bar");
        let (moved, thumb) =
            scroll_bar::scroll_bar_ui(ui, bar_id, bar_rect, &extent, state.position, &mut state.grab);
        state.position = moved.unwrap_or(state.position);
        thumb
    }

    fn row(
        &self,
        ui: &mut Ui,
        row_idx: u64,
        rect: Rect,
        shown: &mut RowListResponse,
        row_ui: &mut impl FnMut(&mut Ui, &Row) -> RowLabel,
    ) -> bool {
        let theme = theme(ui);
        let sense = if self.may_drop.is_some() { Sense::CLICK | Sense::DRAG } else { Sense::CLICK };
        let response = ui.interact(rect, shown.response.id.with(row_idx), sense);
        let is_dragging = ui.ctx().dragged_id().is_some();
        let row = Row {
            idx: row_idx,
            rect,
            is_selected: (self.is_selected)(row_idx),
            is_hovered: self.has_hover && response.contains_pointer() && !is_dragging,
            response,
        };
        let ground = rect.with_max_x(rect.right() + theme.size.scroll_bar);
        if row.is_selected {
            ui.painter().rect_filled(ground, 0.0, theme.color.selection);
            let edge = rect.with_max_x(rect.left() + theme.size.edge);
            ui.painter().rect_filled(edge, 0.0, theme.color.accent);
        } else if row.is_hovered {
            ui.painter().rect_filled(ground, 0.0, theme.color.hover);
        }
        let label = row_ui(ui, &row);
        self.announce_row(ui, &row, label, shown.response.id);

        shown.visible.end = row_idx + 1;
        if row.is_hovered {
            shown.hovered = Some(row_idx);
        }
        if row.response.clicked() {
            shown.clicked = Some((row_idx, ui.input(|input| input.modifiers)));
        }
        if row.response.double_clicked() {
            shown.double_clicked = Some(row_idx);
        }
        if row.response.secondary_clicked() {
            shown.secondary_clicked = Some(row_idx);
        }
        row.response.drag_started_by(egui::PointerButton::Primary)
    }

    fn announce(&self, ui: &Ui, response: &Response) {
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(self.roles.0);
            node.set_label(self.name);
            node.set_size_of_set(usize::try_from(self.n_rows).unwrap_or(usize::MAX));
        });
    }

    fn announce_row(&self, ui: &Ui, row: &Row, label: RowLabel, list_id: Id) {
        row.response.widget_info(|| egui::WidgetInfo::labeled(self.roles.1, ui.is_enabled(), &label.name));
        ui.ctx().accesskit_node_builder(row.response.id, |node| {
            node.set_position_in_set(usize::try_from(row.idx).unwrap_or(usize::MAX));
            node.set_selected(row.is_selected);
            if let Some(level) = label.level {
                node.set_level(level);
            }
            if let Some(is_expanded) = label.is_expanded {
                node.set_expanded(is_expanded);
            }
            if let Some(value) = label.value {
                node.set_value(value);
            }
        });
        if row.is_selected {
            let row_id = row.response.id.accesskit_id();
            ui.ctx().accesskit_node_builder(list_id, |node| node.set_active_descendant(row_id));
        }
    }
}

/// The rows that touch the view, top to bottom, each edge on a whole pixel.
fn rows_in_view(
    state: &RowListState,
    view: Rect,
    pixels_per_point: f32,
) -> impl Iterator<Item = (u64, Rect)> {
    let Extent { n_rows, row_height, .. } = state.extent;
    let Position { row: first, offset } = state.position;
    let n_visible = ((view.height() + offset) / row_height.max(1.0)).ceil().max(0.0) as u64;
    let to_pixel = move |y: f32| (y * pixels_per_point).round() / pixels_per_point;
    (0..n_visible.min(n_rows.saturating_sub(first))).map(move |nth| {
        let edge = |nth: u64| to_pixel(view.top() - offset + nth as f32 * row_height);
        let min = pos2(view.left(), edge(nth));
        (first + nth, Rect::from_min_size(min, vec2(view.width(), edge(nth + 1) - min.y)))
    })
}

/// A click anywhere in the list focuses it; while it has the focus, arrows and Esc are its own.
fn take_focus(ui: &Ui, shown: &RowListResponse) {
    let is_clicked = shown.response.clicked() || shown.clicked.is_some() || shown.secondary_clicked.is_some();
    if is_clicked {
        shown.response.request_focus();
    }
    if shown.response.has_focus() {
        let filter = EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape: true };
        let arrows = [Key::ArrowUp, Key::ArrowDown, Key::ArrowLeft, Key::ArrowRight];
        let is_arrow = ui.input(|input| arrows.iter().any(|arrow| input.key_pressed(*arrow)));
        ui.memory_mut(|memory| {
            memory.set_focus_lock_filter(shown.response.id, filter);
            // The filter holds from the next frame on only; an arrow may be pressed in the first.
            if is_arrow {
                memory.move_focus(FocusDirection::None);
            }
        });
    }
    if shown.hovered.is_some() {
        ui.ctx().set_cursor_icon(CursorIcon::Default);
    }
}
