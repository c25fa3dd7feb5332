//! All declarations that are loaded: a tree with a filter, and below it the page of one.
//!
//! - `rows`: which rows of the tree are open
//! - `list`: the tree, or what the filter finds
//! - `page`, `parts`: the docs of one declaration

mod list;
mod page;
mod parts;
mod rows;

pub use parts::link_ui;

use super::docs;
use crate::app::{Action, Command, Pane, State};
use crate::ui::commands::offer;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::view::Asked;
use crate::ui::widgets::{IconButton, RowListState, TextField};
use egui::{Id, Rect, Sense, Ui, pos2, vec2};

/// Points that a list keeps over a page, and a page below a list.
const LEAST_LIST: f32 = 96.0;
const LEAST_PAGE: f32 = 120.0;

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
    strip_ui(ui, state, actions);
    filter_ui(ui, state, view, actions);
    let all = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(all);
    let has_page = state.browser.page.is_some() || state.browser.gone.is_some();
    if !has_page {
        let mut list = pane(ui, "declarations", all);
        list::list_ui(&mut list, state, view, asked, actions);
        return;
    }
    let most = (all.height() - LEAST_PAGE).max(LEAST_LIST);
    let middle = (all.top() + list_height.clamp(LEAST_LIST, most)).round();
    let mut list = pane(ui, "declarations", all.with_max_y(middle));
    list::list_ui(&mut list, state, view, asked, actions);
    let mut below = pane(ui, "page", all.with_min_y(middle));
    page::page_ui(&mut below, state, &mut view.page, actions);
    ui.painter().hline(all.x_range(), middle, theme.line());
    divider_ui(ui, all, middle, list_height, most);
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

/// The pane's name, and what can be asked of it.
fn strip_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.bar), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.bottom() - theme.size.line / 2.0, theme.line());
    let side = theme.size.row_dense;
    let mut at = Rect::from_center_size(
        pos2(rect.right() - theme.size.gap - side / 2.0, rect.center().y),
        vec2(side, side),
    );
    let close = IconButton::new(Icon::Close, "Hide schema").small().color(theme.color.muted);
    if close.put(ui, at, 0).clicked() {
        actions.push(Action::TogglePane(Pane::Schema));
    }
    for command in [Command::AddSchemaFolder, Command::AddSchema] {
        at = at.translate(vec2(-side - 2.0, 0.0));
        let Some(offer) = offer(command, state) else { continue };
        let mut choice = offer.choice();
        choice.icon = Some(if command == Command::AddSchema { Icon::Plus } else { Icon::Folder });
        if IconButton::of(choice).small().color(theme.color.muted).put(ui, at, 1).clicked() {
            actions.extend(offer.action.ok());
        }
    }
    let title = rect.shrink2(vec2(theme.size.margin, 0.0)).with_max_x(at.left() - theme.size.gap);
    let font = crate::ui::fonts::semibold(theme.size.text_dense);
    let name =
        crate::ui::widgets::cell(ui.painter(), title, "Schema", &font, theme.color.text, egui::Align::Min);
    let font = crate::ui::fonts::regular(theme.size.text_dense);
    let n_types = crate::document::value::grouped(state.schema.messages().len() as u64);
    let rest = title.with_min_x(name.rect.right() + theme.size.gap);
    let text = format!("{n_types} message types");
    crate::ui::widgets::cell(ui.painter(), rest, &text, &font, theme.color.muted, egui::Align::Min);
}

fn filter_ui(ui: &mut Ui, state: &State, view: &mut SchemaView, actions: &mut Vec<Action>) {
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
