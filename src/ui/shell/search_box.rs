//! The search box in the top bar, what can be written into it, and the filter of the tree.

use crate::app::{Action, Command, OpenDocument, State, TabId, TreeFilter};
use crate::document::search::SYNTAX;
use crate::document::value::grouped;
use crate::ui::commands::offer;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Theme, theme};
use crate::ui::view::{Asked, Beside, View};
use crate::ui::widgets::{Choice, IconButton, TextField, cell, menu_below, menu_item_ui, scrolled_menu_ui};
use egui::{Align, Id, Key, Layout, Modifiers, Popup, PopupCloseBehavior, RichText, Sense, Ui, vec2};

/// Points of the box in a wide and in a narrow window.
const WIDEST: f32 = 300.0;
const NARROWEST: f32 = 120.0;
/// In narrower windows the help is left out, and the box gives some of its width to the type.
const NARROW: f32 = 640.0;
const HELP: f32 = 36.0;
const HOW_TO: &str = "How to search";
const WHAT: &str = "What can be looked for";
const MORE: &str = "A capital letter finds capitals only. Enter and F3 go on, Esc leaves.";
/// From this width of the window on, what is looked for stands beside its examples; else in a strip as
/// wide as this.
const BESIDE: f32 = 760.0;
const NARROW_HELP: f32 = 320.0;
/// Of the place where the count stands, and what it leaves to the name of the type.
const COUNT: f32 = 84.0;
const LEAST_FOR_TYPE: f32 = 130.0;

/// The field itself, for asking for the focus from elsewhere.
fn field_id(tab: TabId) -> Id {
    Id::unique(("search box", tab))
}

/// What there is room for beside the type.
pub struct SearchRoom {
    has_count: bool,
    box_width: Option<f32>,
    has_help: bool,
}

impl SearchRoom {
    /// Of these points, which it shares with the type; `None` without a document.
    pub fn of(ui: &Ui, state: &State, available: f32) -> Option<SearchRoom> {
        state.active_document()?;
        let spacing = ui.spacing().item_spacing.x;
        let button = theme(ui).size.button + spacing;
        let has_help = ui.ctx().content_rect().width() >= NARROW;
        let rest = available - if has_help { 2.0 * button } else { button };
        let least = if has_help { NARROWEST } else { NARROWEST - HELP };
        let width = (rest * 0.45).floor().clamp(least, WIDEST);
        let has_box = width <= rest;
        let has_count = has_box && COUNT + LEAST_FOR_TYPE < rest - width - spacing;
        Some(SearchRoom { has_count, box_width: has_box.then_some(width), has_help })
    }

    /// Points of the parts, each with the space before it.
    pub fn width(&self, ui: &Ui) -> f32 {
        let button = theme(ui).size.button;
        let help = self.has_help.then_some(button);
        let parts = [self.has_count.then_some(COUNT), self.box_width, help, Some(button)];
        parts.into_iter().flatten().map(|width| width + ui.spacing().item_spacing.x).sum()
    }
}

/// Count, box, help and filter.
pub fn search_box_ui(
    ui: &mut Ui,
    state: &State,
    room: &SearchRoom,
    view: &mut View,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let (Some(tab), Some(open)) = (state.active, state.active_document()) else { return };
    let draft = follow(view, tab, open);
    if room.has_count {
        count_ui(ui, open);
    }
    if let Some(width) = room.box_width {
        box_ui(ui, tab, open, draft, width, asked, actions);
    }
    if room.has_help {
        help_ui(ui);
    }
    filter_ui(ui, state, open, !room.has_help, actions);
}

/// The text in the box: as it is typed, unless the search was changed elsewhere.
fn follow<'a>(view: &'a mut View, tab: TabId, open: &OpenDocument) -> &'a mut String {
    let tab_view = view.tabs.entry(tab).or_default();
    if tab_view.seen_search != open.search.text {
        tab_view.seen_search.clone_from(&open.search.text);
        tab_view.search_text.clone_from(&open.search.text);
        if !open.search.text.is_empty() {
            view.beside = Beside::Results;
        }
    }
    &mut tab_view.search_text
}

fn box_ui(
    ui: &mut Ui,
    tab: TabId,
    open: &OpenDocument,
    draft: &mut String,
    width: f32,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let id = field_id(tab);
    let has_focus = ui.memory(|memory| memory.has_focus(id));
    // Before the field sees them: it would give the focus away.
    let mut step = None;
    if has_focus {
        ui.input_mut(|input| {
            if input.consume_key(Modifiers::SHIFT, Key::Enter) {
                step = Some(false);
            } else if input.consume_key(Modifiers::NONE, Key::Enter) {
                step = Some(true);
            }
        });
    }
    let field = TextField::search("Search", draft).id(id).width(width).invalid(open.search.error.is_some());
    let response = field.show(ui);
    if std::mem::take(&mut asked.focus_search) {
        response.request_focus();
        crate::ui::widgets::field::select_all(ui.ctx(), id, draft);
    }
    if response.changed() {
        actions.push(Action::Search(draft.clone()));
    }
    if let Some(forward) = step {
        if open.search.text != *draft {
            actions.push(Action::Search(draft.clone()));
        }
        actions.push(Action::StepHit { forward });
    }
    if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
        asked.focus_tree = true;
    }
    let has_room = open.search.is_listed;
    if let Some(error) = open.search.error.as_ref().filter(|_| response.has_focus() && !has_room) {
        response.show_tooltip_ui(|ui| {
            ui.colored_label(theme(ui).color.problem, error.to_string());
            ui.weak(error.hint);
        });
    }
}

/// `3 of 12`, in a place that is kept free.
fn count_ui(ui: &mut Ui, open: &OpenDocument) {
    let theme = theme(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(COUNT, theme.size.button), Sense::hover());
    let search = &open.search;
    if search.query.is_none() {
        return;
    }
    let here = search.current.and_then(|idx| search.places.now(idx)).map(|now| search.places.n_before(now));
    // Of bytes as they were before an edit, or not all of them yet.
    let is_more = !search.is_whole || search.is_stale(&open.document);
    let more = if is_more { "…" } else { "" };
    let text = match (here, search.n_found) {
        (_, 0) if search.running.is_some() => "Searching…".to_owned(),
        (_, 0) if search.failure.is_some() => "Failed".to_owned(),
        (_, 0) if !search.is_whole => "Stopped".to_owned(),
        (_, 0) => "None".to_owned(),
        (Some(nth), n) => format!("{} of {}{more}", grouped(nth as u64 + 1), grouped(n)),
        (None, n) => format!("{}{more} found", grouped(n)),
    };
    let font = fonts::regular(theme.size.text_dense);
    cell(
        ui.painter(),
        rect.shrink2(vec2(theme.size.gap_small, 0.0)),
        &text,
        &font,
        theme.color.muted,
        Align::Max,
    );
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Status, true, format!("Found: {text}")));
}

/// What can be written into the box.
fn help_ui(ui: &mut Ui) {
    let button = IconButton::new(Icon::Help, HOW_TO).show(ui);
    help_below(menu_below(&button));
}

fn help_below(popup: Popup<'_>) {
    popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        let theme = theme(ui);
        let frame = egui::Frame::new().inner_margin(theme.size.margin);
        match ui.ctx().content_rect().width() < BESIDE {
            true => scrolled_menu_ui(ui, NARROW_HELP, |ui| drop(frame.show(ui, |ui| lines_ui(ui, theme)))),
            false => drop(frame.show(ui, |ui| syntax_ui(ui, theme))),
        }
    });
}

/// Each example above what it means.
fn lines_ui(ui: &mut Ui, theme: &Theme) {
    ui.set_max_width(NARROW_HELP);
    // A menu stretches its words to both sides.
    ui.with_layout(Layout::top_down(Align::Min), |ui| {
        ui.label(RichText::new(WHAT).heading());
        for (example, what) in SYNTAX {
            ui.add_space(theme.size.gap_small);
            ui.label(RichText::new(*example).font(fonts::mono(theme.size.text_mono)));
            ui.weak(*what);
        }
        ui.add_space(theme.size.gap);
        ui.weak(MORE);
    });
}

fn syntax_ui(ui: &mut Ui, theme: &Theme) {
    ui.set_max_width(640.0);
    ui.label(RichText::new(WHAT).heading());
    ui.add_space(theme.size.gap);
    ui.spacing_mut().interact_size.y = theme.size.row_dense;
    let grid = egui::Grid::new("search syntax").num_columns(2).spacing(vec2(2.0 * theme.size.gap, 2.0));
    grid.show(ui, |ui| {
        for (example, what) in SYNTAX {
            ui.label(RichText::new(*example).font(fonts::mono(theme.size.text_mono)));
            ui.weak(*what);
            ui.end_row();
        }
    });
    ui.add_space(theme.size.gap);
    ui.weak(MORE);
}

/// The filter, and the help where it has no button of its own.
fn filter_ui(ui: &mut Ui, state: &State, open: &OpenDocument, tells_how: bool, actions: &mut Vec<Action>) {
    let is_on = open.filter.kind != TreeFilter::All;
    let button = IconButton::new(Icon::Filter, "Filter the tree").selected(is_on).show(ui);
    let help = button.id.with("help");
    let mut is_help_asked = false;
    menu_below(&button).show(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.set_min_width(200.0);
        let commands = [
            Command::ShowAll,
            Command::ShowSet,
            Command::ShowUnknown,
            Command::ShowProblems,
            Command::ShowMatches,
        ];
        for (command, kind) in commands.into_iter().zip(TreeFilter::EVERY) {
            let Some(offer) = offer(command, state) else { continue };
            let mut choice = offer.choice();
            if open.filter.kind == kind {
                choice = Choice { icon: Some(Icon::Check), disabled: None, ..choice };
            } else {
                choice.icon = None;
            }
            if menu_item_ui(ui, &choice) {
                actions.extend(offer.action.ok());
            }
        }
        if tells_how {
            ui.separator();
            let how = Choice { icon: Some(Icon::Help), ..Choice::new(HOW_TO) };
            is_help_asked = menu_item_ui(ui, &how);
        }
    });
    if is_help_asked {
        Popup::open_id(ui.ctx(), help);
    }
    if Popup::is_id_open(ui.ctx(), help) {
        help_below(menu_below(&button).id(help).open_memory(None));
    }
}
