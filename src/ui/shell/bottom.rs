//! The panes below the document: hex on the left, problems, history, results and calls on the right.

use crate::app::{Action, Pane, State};
use crate::document::value::grouped;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::panels::call::{PARTS_WIDTH, call_ui, parts_ui};
use crate::ui::panels::{Shown, data, hex, hex_strip, history, problems, results};
use crate::ui::theme::theme;
use crate::ui::view::{Asked, Beside, View};
use crate::ui::widgets::{IconButton, TextButton, cell};
use egui::{Align, Frame, Layout, Panel, Rect, Ui, UiBuilder, pos2, vec2};

/// Points that a row of sixteen bytes takes, about.
const HEX_WIDTH: f32 = 660.0;
/// Points for readings beside the bytes, and the least that the bytes keep.
const DATA_WIDTH: f32 = 320.0;
const MOST_DATA: f32 = 480.0;
/// Points of a line of 16 bytes with its text and the bar beside it.
const BYTES_WIDTH: f32 = 600.0;
const LEAST_HEX: f32 = 330.0;
const LEAST_BESIDE: f32 = 380.0;
/// Points that server, method and buttons of a call want.
const LEAST_CALL: f32 = 540.0;
/// Points that a low window leaves to the document above.
const LEAST_ABOVE: f32 = 220.0;
/// The same beside calls, whose parts need some height.
const LEAST_ABOVE_CALL: f32 = 130.0;

pub fn bottom_ui(ui: &mut Ui, state: &State, view: &mut View, asked: &mut Asked, actions: &mut Vec<Action>) {
    let settings = &state.settings;
    if view.call.comes_forward(state) {
        view.beside = Beside::Call;
    }
    let (Some(tab), Some(open)) = (state.active, state.active_document()) else {
        return call_alone_ui(ui, state, view, actions);
    };
    let has_beside =
        settings.show_problems || settings.show_history || settings.show_call || open.search.is_listed;
    if !settings.show_hex && !has_beside {
        return;
    }
    let shown = Shown { state, tab, open };
    let theme = theme(ui);
    let frame = Frame::new().fill(theme.color.surface_0);
    let is_call = view.beside == Beside::Call && settings.show_call;
    let above = if is_call { LEAST_ABOVE_CALL } else { LEAST_ABOVE };
    let most = (ui.available_height() - above).max(100.0);
    let wanted = view.layout.bottom_height.clamp(84.0, most);
    let range = super::size_range(ui, wanted, 84.0..=most);
    let panel = Panel::bottom("bottom").frame(frame).resizable(true).size_range(range);
    let panel = panel.default_size(wanted).show(ui, |ui| {
        ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
        let all = ui.available_rect_before_wrap();
        ui.advance_cursor_after_rect(all);
        let hex_width = match (settings.show_hex, has_beside) {
            (true, true) => {
                let wanted = if settings.show_data { BYTES_WIDTH + MOST_DATA } else { HEX_WIDTH };
                let beside = if is_call { LEAST_CALL } else { LEAST_BESIDE };
                wanted.min(all.width() - beside).max(all.width() * 0.45)
            }
            (true, false) => all.width(),
            (false, _) => 0.0,
        };
        let middle = (all.left() + hex_width).round();
        if settings.show_hex {
            let mut left = pane(ui, "hex pane", all.with_max_x(middle));
            hex_pane_ui(&mut left, shown, view, asked, actions);
        }
        if has_beside {
            let mut right = pane(ui, "beside hex", all.with_min_x(middle));
            beside_ui(&mut right, shown, view, actions);
            if settings.show_hex {
                ui.painter().vline(middle, all.y_range(), theme.line());
            }
        }
    });
    super::keep_size(&mut view.layout.bottom_height, wanted, panel.response.rect.height());
}

/// Calls go on where no document is open.
fn call_alone_ui(ui: &mut Ui, state: &State, view: &mut View, actions: &mut Vec<Action>) {
    if !state.settings.show_call {
        return;
    }
    let theme = theme(ui);
    let most = (ui.available_height() - LEAST_ABOVE_CALL).max(100.0);
    let frame = Frame::new().fill(theme.color.surface_0);
    let wanted = view.layout.bottom_height.clamp(84.0, most);
    let range = super::size_range(ui, wanted, 84.0..=most);
    let panel = Panel::bottom("bottom").frame(frame).resizable(true).size_range(range);
    let panel = panel.default_size(wanted).show(ui, |ui| {
        ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
        let all = ui.available_rect_before_wrap();
        ui.advance_cursor_after_rect(all);
        let ui = &mut pane(ui, "call alone", all);
        let strip = strip(ui);
        if close_ui(ui, strip, "Hide calls") {
            actions.push(Action::TogglePane(Pane::Call));
        }
        let inner = strip.shrink2(vec2(theme.size.gap_small, 1.0)).with_max_x(strip.right() - 32.0);
        let at = inner.with_min_x(inner.left() + theme.size.gap);
        let font = fonts::regular(theme.size.text);
        let title = cell(ui.painter(), at, "Call", &font, theme.color.text, Align::Min);
        let rest = inner.with_min_x(title.rect.right() + 2.0 * theme.size.gap);
        call_pane_ui(ui, state, rest, view, actions);
    });
    super::keep_size(&mut view.layout.bottom_height, wanted, panel.response.rect.height());
}

/// The call pane, with the choice of its parts in the strip over it if there is room.
fn call_pane_ui(ui: &mut Ui, state: &State, strip: Rect, view: &mut View, actions: &mut Vec<Action>) {
    let has_room = PARTS_WIDTH <= strip.width();
    if has_room {
        let builder = UiBuilder::new().max_rect(strip).layout(Layout::right_to_left(Align::Center));
        ui.scope_builder(builder, |ui| parts_ui(ui, &mut view.call, actions));
    }
    call_ui(ui, state, !has_room, &mut view.call, actions);
}

fn pane(ui: &mut Ui, name: &str, rect: Rect) -> Ui {
    let mut pane =
        ui.new_child(UiBuilder::new().id_salt(name).max_rect(rect).layout(Layout::top_down(Align::Min)));
    pane.shrink_clip_rect(rect);
    pane
}

/// A strip over a pane; returns what is left of it for titles.
fn strip(ui: &mut Ui) -> Rect {
    let theme = theme(ui);
    let size = vec2(ui.available_width(), theme.size.bar);
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    ui.painter().rect_filled(rect, 0.0, theme.color.surface_1);
    ui.painter().hline(rect.x_range(), rect.bottom() - theme.size.line / 2.0, theme.line());
    rect
}

fn close_ui(ui: &mut Ui, strip: Rect, name: &str) -> bool {
    let theme = theme(ui);
    let side = theme.size.row_dense;
    let center = pos2(strip.right() - theme.size.gap - side / 2.0, strip.center().y);
    let at = Rect::from_center_size(center, vec2(side, side));
    IconButton::new(Icon::Close, name).small().color(theme.color.muted).put(ui, at, 0).clicked()
}

fn hex_pane_ui(ui: &mut Ui, shown: Shown<'_>, view: &mut View, asked: &mut Asked, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    let strip = strip(ui);
    let has_room = LEAST_HEX + DATA_WIDTH <= strip.width();
    hex_strip::strip_ui(ui, shown, strip, has_room, asked, actions);
    if close_ui(ui, strip, "Hide hex") {
        actions.push(Action::TogglePane(Pane::Hex));
    }
    let tab = view.tab(shown.tab);
    let all = ui.available_rect_before_wrap();
    let has_data = shown.state.settings.show_data && has_room;
    // As much as numbers of 64 bits take in both orders, where the bytes leave it.
    let data_width = (all.width() - BYTES_WIDTH).clamp(DATA_WIDTH, MOST_DATA);
    let middle = if has_data { (all.right() - data_width).round() } else { all.right() };
    let mut left = pane(ui, "bytes", all.with_max_x(middle));
    hex::hex_ui(&mut left, shown, &mut tab.hex, asked, actions);
    if has_data {
        let mut right = pane(ui, "data", all.with_min_x(middle));
        data::data_ui(&mut right, shown, &mut tab.data, actions);
        ui.painter().vline(middle, all.y_range(), theme.line());
    }
}

fn results_title(shown: Shown<'_>) -> String {
    let search = &shown.open.search;
    if search.n_found == 0 && !search.is_whole {
        return "Results".to_owned();
    }
    let more = if search.is_stale(&shown.open.document) { "…" } else { "" };
    format!("Results  {}{more}", grouped(search.n_found))
}

fn beside_ui(ui: &mut Ui, shown: Shown<'_>, view: &mut View, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    let settings = &shown.state.settings;
    let problems = &shown.open.problems;
    let n_problems = problems.n_errors + problems.n_warnings + problems.n_notes;
    // A count that is not known yet is none.
    let problems = match problems.revision {
        Some(_) => format!("Problems  {}", grouped(n_problems)),
        None => "Problems".to_owned(),
    };
    let n_steps = shown.open.document.n_steps() as u64;
    let mut tabs = vec![
        (settings.show_problems, Beside::Problems, problems),
        (settings.show_history, Beside::History, format!("History  {}", grouped(n_steps))),
        (shown.open.search.is_listed, Beside::Results, results_title(shown)),
        (settings.show_call, Beside::Call, "Call".to_owned()),
    ];
    tabs.retain(|(is_there, ..)| *is_there);
    // One that was asked for since the last frame comes to the front.
    let before = std::mem::replace(&mut view.seen_beside, tabs.iter().map(|tab| tab.1).collect());
    if let Some((_, new, _)) = tabs.iter().find(|tab| !before.is_empty() && !before.contains(&tab.1)) {
        view.beside = *new;
    }
    if !tabs.iter().any(|(_, beside, _)| *beside == view.beside) {
        view.beside = tabs.first().map(|(_, beside, _)| *beside).unwrap_or_default();
    }
    let strip = strip(ui);
    let inner = strip.shrink2(vec2(theme.size.gap_small, 1.0)).with_max_x(strip.right() - 32.0);
    let builder = UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center));
    let titles = ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for (_, beside, title) in &tabs {
            let is_front = view.beside == *beside;
            let response = TextButton::new(title).show(ui);
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_toggled(is_front.into()));
            if is_front && tabs.len() > 1 {
                let line = response.rect.with_min_y(response.rect.bottom() - 2.0);
                ui.painter().rect_filled(line.shrink2(vec2(4.0, 0.0)), 0.0, theme.color.accent);
            }
            if response.clicked() {
                view.beside = *beside;
            }
        }
    });
    let (hide, close) = match view.beside {
        Beside::Problems => ("Hide problems", Action::TogglePane(Pane::Problems)),
        Beside::History => ("Hide history", Action::TogglePane(Pane::History)),
        Beside::Results => ("Hide results", Action::ToggleResults),
        Beside::Call => ("Hide calls", Action::TogglePane(Pane::Call)),
    };
    if close_ui(ui, strip, hide) {
        actions.push(close);
    }
    let beside = view.beside;
    if beside == Beside::Call {
        let rest = inner.with_min_x(titles.response.rect.right() + theme.size.gap);
        return call_pane_ui(ui, shown.state, rest, view, actions);
    }
    let tab = view.tab(shown.tab);
    match beside {
        Beside::Problems => problems::problems_ui(ui, shown, tab, actions),
        Beside::History => history::history_ui(ui, shown, tab, actions),
        Beside::Results => results::results_ui(ui, shown, tab, actions),
        Beside::Call => {}
    }
}
