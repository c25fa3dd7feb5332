//! Tabs and the document in front.

use super::banners::banners_ui;
use crate::app::{Action, Command, Content, Running, State, Tab as DocumentTab};
use crate::ui::commands::{icon_of, offer};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::panels::under_way::page_under_way_ui;
use crate::ui::panels::{Shown, filtered, path_bar, tree};
use crate::ui::theme::theme;
use crate::ui::view::{Asked, View};
use crate::ui::widgets::{
    Choice, Elide, HoverText, Tab, cell_elided, empty_state_over_ui, empty_state_ui, tab_bar_ui, visible_text,
};
use egui::{Align, Layout, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use std::path::{Path, PathBuf};

pub fn center_ui(ui: &mut Ui, state: &State, view: &mut View, asked: &mut Asked, actions: &mut Vec<Action>) {
    if !state.tabs.is_empty() {
        tabs_ui(ui, state, view, actions);
    }
    let Some(tab) = state.active_tab() else {
        nothing_open_ui(ui, state, asked, actions);
        return;
    };
    match &tab.content {
        Content::Opening { job, .. } => {
            let running = state.running.iter().find(|running| running.job == *job);
            if opening_ui(ui, tab, running) {
                actions.push(Action::CancelJob(*job));
            }
        }
        Content::Failed { message, hint } => failed_ui(ui, state, tab, message, hint.as_deref(), actions),
        Content::Open(open) => {
            let shown = Shown { state, tab: tab.id, open };
            banners_ui(ui, shown, view.tab(tab.id), actions);
            path_bar::path_bar_ui(ui, shown, actions);
            let View { tabs, layout, .. } = view;
            let tab_view = tabs.entry(tab.id).or_default();
            match open.filter.kind.is_outline() {
                true => filtered::filtered_ui(ui, shown, tab_view, &mut layout.tree_columns, asked, actions),
                false => tree::tree_ui(ui, shown, tab_view, &mut layout.tree_columns, asked, actions),
            }
        }
    }
}

fn tabs_ui(ui: &mut Ui, state: &State, view: &mut View, actions: &mut Vec<Action>) {
    let hints: Vec<String> = state
        .tabs
        .iter()
        .map(|tab| tab.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default())
        .collect();
    let tabs: Vec<Tab<'_>> = state
        .tabs
        .iter()
        .zip(&hints)
        .map(|(tab, hint)| Tab {
            title: &tab.title,
            hint,
            is_modified: matches!(&tab.content, Content::Open(open) if open.document.is_modified()),
        })
        .collect();
    let active = state.tabs.iter().position(|tab| Some(tab.id) == state.active).unwrap_or(0);
    let response = tab_bar_ui(ui, &mut view.tab_bar, &tabs, active);
    let id = |idx: usize| state.tabs.get(idx).map(|tab| tab.id);
    actions.extend(response.closed.and_then(id).map(Action::Close));
    actions.extend(response.selected.and_then(id).map(Action::Activate));
}

/// Returns whether the person asks to stop.
fn opening_ui(ui: &mut Ui, tab: &DocumentTab, running: Option<&Running>) -> bool {
    let label = running.map_or_else(|| format!("Opening {}", tab.title), |running| running.label.clone());
    page_under_way_ui(ui, &label, running)
}

fn failed_ui(
    ui: &mut Ui,
    state: &State,
    tab: &DocumentTab,
    message: &str,
    hint: Option<&str>,
    actions: &mut Vec<Action>,
) {
    let path = tab.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    // The message may name it already.
    let path = if message.contains(&path) { String::new() } else { path };
    let text = [hint.unwrap_or_default(), &path].into_iter().filter(|line| !line.is_empty());
    let text = text.collect::<Vec<_>>().join("\n");
    let choices = [Choice::new("Try again"), Choice::new("Open another…"), Choice::new("Close")];
    match empty_state_ui(ui, Icon::Error, message, &text, &choices) {
        Some(0) => actions.push(Action::Reload(tab.id)),
        Some(1) => actions.extend(offer(Command::Open, state).and_then(|offer| offer.action.ok())),
        Some(_) => actions.push(Action::Close(tab.id)),
        None => {}
    }
}

/// Points that the files opened last take beside each other.
const RECENT_WIDTH: f32 = 720.0;
/// Files opened last that are offered.
const MOST_RECENT: usize = 8;

/// No tab: how to get one.
fn nothing_open_ui(ui: &mut Ui, state: &State, asked: &mut Asked, actions: &mut Vec<Action>) {
    let commands = [Command::Open, Command::OpenSample, Command::PasteAsDocument];
    let offers: Vec<_> = commands.into_iter().filter_map(|command| offer(command, state)).collect();
    let choices: Vec<Choice<'_>> = offers
        .iter()
        .map(|offer| Choice { icon: icon_of(offer.row.command), hint: "", ..offer.choice() })
        .collect();
    let hint = "Drop a file here, or paste a path, hex, base64 or escaped text.";
    let recent = &state.settings.recent;
    let mut opened = None;
    let below = |ui: &mut Ui| opened = recent_ui(ui, recent);
    let n_rows = recent.len().min(MOST_RECENT) as f32;
    let size = &theme(ui).size;
    let height = if recent.is_empty() { 0.0 } else { (n_rows + 1.0) * size.row + 3.0 * size.margin };
    let chosen =
        empty_state_over_ui(ui, Icon::Message, "Open a binary message", hint, &choices, height, below);
    drop(choices);
    actions.extend(opened);
    if let Some(offer) = chosen.and_then(|idx| offers.into_iter().nth(idx)) {
        asked.run(ui.ctx(), offer.row.command, offer.action, actions);
    }
}

/// The files opened last.
fn recent_ui(ui: &mut Ui, recent: &[PathBuf]) -> Option<Action> {
    if recent.is_empty() {
        return None;
    }
    let theme = theme(ui);
    ui.add_space(2.0 * theme.size.margin);
    let mut opened = None;
    let width = ui.available_width().min(RECENT_WIDTH);
    ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(egui::Align::Min), |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.horizontal(|ui| {
            ui.add_space(theme.size.gap);
            ui.weak("Recent");
        });
        ui.add_space(theme.size.gap_small);
        for (idx, path) in recent.iter().take(MOST_RECENT).enumerate() {
            if recent_row_ui(ui, idx, path) {
                opened = Some(Action::Open(vec![path.clone()]));
            }
        }
    });
    opened
}

/// A file's name and folder on one line; true when chosen.
fn recent_row_ui(ui: &mut Ui, idx: usize, path: &Path) -> bool {
    let theme = theme(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.row), Sense::hover());
    let response = ui.interact(rect, ui.make_persistent_id(("recent", idx)), Sense::click());
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, theme.size.radius, theme.color.pressed);
    }
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let name = visible_text(&name);
    let folder = path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
    let folder = visible_text(&folder);
    let mut at = rect.shrink2(vec2(theme.size.gap, 0.0));
    let center = pos2(at.left() + theme.size.icon / 2.0, at.center().y);
    Icon::File.paint(ui.painter(), center, theme.color.muted);
    at.min.x += theme.size.icon + theme.size.gap;
    let font = fonts::regular(theme.size.text);
    let name_at = at.with_max_x(at.left() + at.width() * 0.75);
    let shown = cell_elided(ui.painter(), name_at, &name, &font, theme.color.text, Align::Min, Elide::Middle);
    at.min.x = shown.rect.right() + theme.size.margin;
    let dense = fonts::regular(theme.size.text_dense);
    let muted = theme.color.muted;
    let told = cell_elided(ui.painter(), at, &folder, &dense, muted, Align::Max, Elide::Middle);
    response.widget_info(|| WidgetInfo::labeled(Role::MenuItem, ui.is_enabled(), &*name));
    let is_clicked = response.clicked();
    if shown.is_elided || told.is_elided {
        response.told(visible_text(&path.to_string_lossy()));
    }
    is_clicked
}
