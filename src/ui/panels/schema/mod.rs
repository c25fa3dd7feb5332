//! All declarations that are loaded: a tree with a filter, and below it the page of one; and where
//! they come from.
//!
//! - `rows`: which rows of the tree are open
//! - `list`: the tree, or what the filter finds
//! - `page`, `parts`: the docs of one declaration
//! - `sources`, `source_notes`: where declarations come from, and what is to be known of that

mod list;
mod page;
mod parts;
mod rows;
mod source_notes;
mod sources;

pub use parts::link_ui;

use super::docs;
use crate::app::{Action, Pane, SourceList, State};
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::view::Asked;
use crate::ui::widgets::{HoverText, IconButton, RowListState, TextButton, TextField};
use egui::{Id, Key, PointerButton, Rect, Sense, Ui, pos2, vec2};

/// Points that a list keeps over a page, and a page below a list.
const LEAST_LIST: f32 = 48.0;
const LEAST_PAGE: f32 = 96.0;
/// A page is not made higher than this at the cost of the list.
const MOST_OF_PAGE: f32 = 160.0;

/// What the window remembers of the pane.
#[derive(Default)]
pub struct SchemaView {
    rows: rows::Rows,
    tree: RowListState,
    found: RowListState,
    /// What stands in the filter.
    text: String,
    /// The query that it was last made equal to.
    seen_query: String,
    /// Of what the filter finds.
    picked: usize,
    /// The row of the tree that is selected.
    selected: Option<u32>,
    seen_visits: u64,
    page: page::PageView,
    sources: sources::SourcesView,
    /// The tree is to have the keyboard.
    wants_tree: bool,
    /// The filter is to have the keyboard.
    pub wants_filter: bool,
}

/// The filter, for asking for the keyboard.
fn filter_id() -> Id {
    Id::unique("filter of declarations")
}

pub fn schema_ui(
    ui: &mut Ui,
    state: &State,
    view: &mut SchemaView,
    list_height: &mut f32,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let theme = theme(ui);
    ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
    view.follow(state);
    let around = ui.max_rect();
    mouse_ui(ui, state, around, actions);
    strip_ui(ui, state, actions);
    if state.browser.shows_sources {
        return sources::sources_ui(ui, state, &mut view.sources, actions);
    }
    filter_ui(ui, state, view, asked, actions);
    let all = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(all);
    let has_page = state.browser.page.is_some() || state.browser.gone.is_some();
    if !has_page {
        let mut list = pane(ui, "declarations", all);
        list::list_ui(&mut list, state, view, asked, actions);
        return;
    }
    // In a low pane a page gets more than half of it.
    let least_page = LEAST_PAGE.max(all.height() * 0.6).min(MOST_OF_PAGE);
    let most = (all.height() - least_page).max(LEAST_LIST);
    let middle = (all.top() + list_height.clamp(LEAST_LIST, most)).round();
    let mut list = pane(ui, "declarations", all.with_max_y(middle));
    list::list_ui(&mut list, state, view, asked, actions);
    let mut below = pane(ui, "page", all.with_min_y(middle));
    page::page_ui(&mut below, state, &mut view.page, actions);
    ui.painter().hline(all.x_range(), middle, theme.line());
    divider_ui(ui, all, middle, list_height, most);
}

/// The buttons of a mouse that go back and forward.
fn mouse_ui(ui: &Ui, state: &State, around: Rect, actions: &mut Vec<Action>) {
    for (button, forward) in [(PointerButton::Extra1, false), (PointerButton::Extra2, true)] {
        let is_pressed = ui.input(|input| input.pointer.button_pressed(button));
        if is_pressed && ui.rect_contains_pointer(around) && state.browser.can_step(forward) {
            actions.push(Action::StepPage { forward });
        }
    }
}

fn pane(ui: &mut Ui, name: &str, rect: Rect) -> Ui {
    let layout = egui::Layout::top_down(egui::Align::Min);
    let mut pane = ui.new_child(egui::UiBuilder::new().id_salt(name).max_rect(rect).layout(layout));
    pane.shrink_clip_rect(rect);
    pane
}

/// The edge between list and page, which can be dragged.
fn divider_ui(ui: &Ui, all: Rect, middle: f32, list_height: &mut f32, most: f32) {
    let at = Rect::from_x_y_ranges(all.x_range(), middle - 3.0..=middle + 3.0);
    let edge = ui.interact(at, ui.make_persistent_id("edge of list and page"), Sense::drag());
    if edge.hovered() || edge.dragged() {
        ui.ctx().set_cursor_icon(egui::CursorIcon::ResizeVertical);
        ui.painter().hline(all.x_range(), middle, theme(ui).focus());
    }
    if let Some(pointer) = edge.interact_pointer_pos().filter(|_| edge.dragged()) {
        *list_height = (pointer.y - all.top()).clamp(LEAST_LIST, most);
    }
}

/// Which of its two sides the pane shows, and a way to close it.
fn strip_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.bar), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.bottom() - theme.size.line / 2.0, theme.line());
    let side = theme.size.row_dense;
    let center = pos2(rect.right() - theme.size.gap - side / 2.0, rect.center().y);
    let at = Rect::from_center_size(center, vec2(side, side));
    let close = IconButton::new(Icon::Close, "Hide schema").small().color(theme.color.muted);
    if close.put(ui, at, 0).clicked() {
        actions.push(Action::TogglePane(Pane::Schema));
    }
    let list = &state.source_list;
    let sources = format!("Sources  {}", state.sources.paths.len());
    let inner = rect.shrink2(vec2(theme.size.gap_small, 1.0)).with_max_x(at.left());
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    ui.scope_builder(egui::UiBuilder::new().max_rect(inner).layout(layout), |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for (title, is_sources) in [("Declarations", false), (sources.as_str(), true)] {
            let is_front = state.browser.shows_sources == is_sources;
            let response = TextButton::new(title).show(ui);
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_toggled(is_front.into()));
            if is_front {
                let line = response.rect.with_min_y(response.rect.bottom() - 2.0);
                ui.painter().rect_filled(line.shrink2(vec2(4.0, 0.0)), 0.0, theme.color.accent);
            }
            if response.clicked() {
                actions.push(Action::ShowSources(is_sources));
            }
        }
        let wrong = wrong_with(list);
        if !wrong.is_empty() {
            let (mark, response) = ui.allocate_exact_size(vec2(theme.size.icon, side), Sense::hover());
            Icon::Warning.paint_sized(
                ui.painter(),
                mark.center(),
                theme.size.icon - 2.0,
                theme.color.warning,
            );
            let text = wrong.join(", ");
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
            response.told(text);
        }
    });
}

/// What is to be known of the sources, in words.
fn wrong_with(list: &SourceList) -> Vec<String> {
    let count = |n: usize, one: &str, many: &str| match n {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{n} {many}")),
    };
    let parts = [
        count(list.n_broken(), "file cannot be used", "files cannot be used"),
        count(list.n_missing, "import was not found", "imports were not found"),
        count(list.n_contradictions, "declaration is ignored", "declarations are ignored"),
    ];
    parts.into_iter().flatten().collect()
}

fn filter_ui(
    ui: &mut Ui,
    state: &State,
    view: &mut SchemaView,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let theme = theme(ui);
    let size = vec2(ui.available_width(), theme.size.field + 2.0 * theme.size.gap);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let id = filter_id();
    if ui.memory(|memory| memory.has_focus(id)) {
        list::filter_keys(ui, state, view, actions);
    }
    let inner = rect.shrink2(vec2(theme.size.gap, theme.size.gap));
    let mut inner = ui.new_child(egui::UiBuilder::new().max_rect(inner));
    let field = TextField::search("Find a declaration", &mut view.text).id(id).show(&mut inner);
    if std::mem::take(&mut view.wants_filter) {
        field.request_focus();
        crate::ui::widgets::field::select_all(ui.ctx(), id, &view.text);
    }
    // The toolkit has taken the keyboard away by then.
    if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
        match state.browser.query.is_empty() {
            true => asked.focus_tree = true,
            false => {
                actions.push(Action::FilterSchema(String::new()));
                field.request_focus();
            }
        }
    }
    if field.changed() {
        view.picked = 0;
        view.found = RowListState::default();
        view.seen_query.clone_from(&view.text);
        actions.push(Action::FilterSchema(view.text.clone()));
    }
}

impl SchemaView {
    /// Brings what is selected and open up to date with where the session went.
    fn follow(&mut self, state: &State) {
        let browser = &state.browser;
        if self.seen_query != browser.query {
            self.text.clone_from(&browser.query);
            self.seen_query.clone_from(&browser.query);
            self.picked = 0;
        }
        let is_new = self.rows.follow(&state.schema);
        if std::mem::replace(&mut self.seen_visits, browser.n_visits) != browser.n_visits || is_new {
            let page = browser.page.as_ref();
            self.selected = page.and_then(|page| state.schema.catalogue().row_of(&page.address));
            if let Some(row) = self.selected
                && let Some(at) = self.rows.reveal(state.schema.catalogue(), row)
            {
                self.tree.reveal(at);
            }
        }
    }
}
