//! The open documents, side by side; those that do not fit are in a menu at the end.

use egui::{Align, PointerButton, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::button::IconButton;
use super::choice::{Choice, menu_item_ui};
use super::elide::{Elide, cell_elided};
use super::floating::{HoverText, menu_below};
use crate::ui::icons::Icon;
use crate::ui::{fonts, theme::theme};

#[derive(Clone, Copy, Debug)]
pub struct Tab<'a> {
    pub title: &'a str,
    /// Shown when hovered: the path.
    pub hint: &'a str,
    /// Has changes that are not saved.
    pub is_modified: bool,
}

/// How far the tabs are scrolled; the caller keeps one per bar.
#[derive(Clone, Debug, Default)]
pub struct TabBarState {
    offset: f32,
    shown_active: Option<usize>,
}

/// What was asked for, by tab index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TabBarResponse {
    pub selected: Option<usize>,
    /// By its button or the middle mouse button.
    pub closed: Option<usize>,
}

const LEAST_WIDTH: f32 = 88.0;
const MOST_WIDTH: f32 = 240.0;

/// Draws the bar as wide as `ui`.
pub fn tab_bar_ui(ui: &mut Ui, state: &mut TabBarState, tabs: &[Tab<'_>], active: usize) -> TabBarResponse {
    let theme = theme(ui);
    let height = theme.size.bar + 4.0;
    let (rect, bar) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, theme.color.surface_1);
    let y = rect.bottom() - theme.size.line / 2.0;
    ui.painter().hline(rect.x_range(), y, theme.line());

    let widths: Vec<f32> = tabs.iter().map(|tab| tab_width(ui, tab)).collect();
    let total: f32 = widths.iter().sum();
    let overflows = rect.width() < total;
    let menu_width = if overflows { theme.size.button + theme.size.gap } else { 0.0 };
    let view = rect.with_max_x(rect.right() - menu_width);
    scroll(ui, state, view, &widths, active);

    let mut happened = TabBarResponse::default();
    ui.ctx().accesskit_node_builder(bar.id, |node| {
        node.set_role(Role::TabList);
        node.set_label("Open documents");
    });
    let mut inner = ui.new_child(UiBuilder::new().max_rect(view).accessibility_parent(bar.id));
    inner.shrink_clip_rect(view);
    let mut left = view.left() - state.offset.round();
    for (tab_idx, (tab, width)) in tabs.iter().zip(&widths).enumerate() {
        let tab_rect = Rect::from_min_size(pos2(left, rect.top()), vec2(*width, height));
        left += width;
        if tab_rect.intersects(view) {
            tab_ui(&mut inner, tab_idx, tab, tab_rect, tab_idx == active, &mut happened);
        }
    }
    if overflows {
        let at = Rect::from_center_size(
            pos2(rect.right() - menu_width / 2.0, rect.center().y),
            vec2(theme.size.button, theme.size.button),
        );
        let button = IconButton::new(Icon::ChevronDown, "All documents").put(ui, at, 0);
        menu_below(&button).show(|ui| menu_ui(ui, tabs, active, &mut happened));
    }
    happened
}

/// Opens where the active document is.
fn menu_ui(ui: &mut Ui, tabs: &[Tab<'_>], active: usize, happened: &mut TabBarResponse) {
    let theme = theme(ui);
    // All the room below its button, in whole rows.
    let room = ui.ctx().content_rect().height() - ui.cursor().top() - 2.0 * theme.size.margin;
    let most = (room / theme.size.row).floor().max(3.0) * theme.size.row;
    let below = (active + 1) as f32 * theme.size.row - most + theme.size.row;
    let list = egui::ScrollArea::vertical().max_height(most);
    let is_new = ui.is_sizing_pass();
    let list = if is_new { list.vertical_scroll_offset(below.max(0.0)) } else { list };
    list.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (tab_idx, tab) in tabs.iter().enumerate() {
            let is_active = tab_idx == active;
            let icon = is_active.then_some(Icon::Check);
            let choice = Choice { icon, ..Choice::new(tab.title) };
            if menu_item_ui(ui, &choice) {
                happened.selected = Some(tab_idx);
            }
        }
    });
}

fn tab_width(ui: &Ui, tab: &Tab<'_>) -> f32 {
    let theme = theme(ui);
    let font = fonts::regular(theme.size.text);
    let (text, _) = super::elide::fitting_prefix(tab.title, &font, MOST_WIDTH);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, theme.color.text);
    let width = theme.size.margin + galley.size().x + theme.size.gap + theme.size.row_dense + 6.0;
    width.ceil().clamp(LEAST_WIDTH, MOST_WIDTH)
}

fn scroll(ui: &Ui, state: &mut TabBarState, view: Rect, widths: &[f32], active: usize) {
    let total: f32 = widths.iter().sum();
    if ui.rect_contains_pointer(view) && view.width() < total {
        let wheel = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta));
        state.offset -= wheel.x + wheel.y;
    }
    if state.shown_active != Some(active) && active < widths.len() {
        state.shown_active = Some(active);
        let start: f32 = widths[..active].iter().sum();
        let end = start + widths[active];
        state.offset = state.offset.min(start).max(end - view.width());
    }
    state.offset = state.offset.clamp(0.0, (total - view.width()).max(0.0));
}

fn tab_ui(
    ui: &mut Ui,
    tab_idx: usize,
    tab: &Tab<'_>,
    rect: Rect,
    is_active: bool,
    happened: &mut TabBarResponse,
) {
    let theme = theme(ui);
    let id = ui.make_persistent_id(("tab", tab_idx));
    let response = ui.interact(rect, id, Sense::click());
    let is_over = response.contains_pointer();
    ground(ui, rect, is_active, &response);
    let side = theme.size.row_dense;
    let close_at =
        Rect::from_center_size(pos2(rect.right() - side / 2.0 - 6.0, rect.center().y), vec2(side, side));
    let text = Rect::from_min_max(
        pos2(rect.left() + theme.size.margin, rect.top()),
        pos2(close_at.left() - 4.0, rect.bottom()),
    );
    let color = if is_active { theme.color.text } else { theme.color.muted };
    let font = fonts::regular(theme.size.text);
    cell_elided(ui.painter(), text, tab.title, &font, color, Align::Min, Elide::Middle);

    response.widget_info(|| {
        let state = if tab.is_modified { ", not saved" } else { "" };
        WidgetInfo::labeled(Role::Tab, ui.is_enabled(), format!("{}{state}", tab.title))
    });
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_selected(is_active));
    if tab.is_modified && !is_over {
        ui.painter().circle_filled(close_at.center(), 3.5, theme.color.muted);
    } else if is_over || is_active {
        let name = format!("Close {}", tab.title);
        let close = IconButton::new(Icon::Close, &name).shortcut("Ctrl+W").small();
        if close.color(theme.color.muted).put(ui, close_at, tab_idx as u64).clicked() {
            happened.closed = Some(tab_idx);
        }
    }
    if response.clicked_by(PointerButton::Middle) {
        happened.closed = Some(tab_idx);
    } else if response.clicked() {
        happened.selected = Some(tab_idx);
    }
    if !tab.hint.is_empty() {
        response.told(tab.hint);
    }
}

fn ground(ui: &Ui, rect: Rect, is_active: bool, response: &egui::Response) {
    let theme = theme(ui);
    let is_over = response.contains_pointer();
    if is_active {
        ui.painter().rect_filled(rect, 0.0, theme.color.surface_0);
    } else if is_over {
        ui.painter().rect_filled(rect, 0.0, theme.color.surface_2);
    }
    let line_x = ui.painter().round_to_pixel_center(rect.right() - 1.0);
    ui.painter().vline(line_x, rect.y_range(), theme.line());
    if is_active {
        let edge = rect.with_max_y(rect.top() + 2.0);
        ui.painter().rect_filled(edge, 0.0, theme.color.accent);
    }
    if response.has_focus() {
        let ring = rect.shrink2(vec2(2.0, 3.0));
        ui.painter().rect_stroke(ring, theme.size.radius, theme.focus(), egui::StrokeKind::Inside);
    }
}
