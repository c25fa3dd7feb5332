//! Tabs and the document in front.

use super::banners::banners_ui;
use crate::app::{Action, Command, Content, Running, State, Tab as DocumentTab};
use crate::ui::commands::{icon_of, offer};
use crate::ui::icons::Icon;
use crate::ui::panels::{Shown, filtered, path_bar, size_text, tree};
use crate::ui::theme::theme;
use crate::ui::view::{Asked, View};
use crate::ui::widgets::{Choice, Tab, empty_state_ui, menu_item_ui, progress_ui, tab_bar_ui};
use egui::{Layout, Ui, vec2};

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
    let (n_done, n_total) = running.map_or((0, 0), |running| (running.n_done, running.n_total));
    let share = (0 < n_total).then(|| (n_done as f64 / n_total as f64) as f32);
    let amount = match n_total {
        0 => String::new(),
        total => format!("{} of {}", size_text(n_done), size_text(total)),
    };
    ui.add_space(ui.available_height() * 0.4);
    let mut is_cancelled = false;
    ui.with_layout(Layout::top_down(egui::Align::Center), |ui| {
        let width = ui.available_width().min(460.0);
        ui.allocate_ui_with_layout(vec2(width, 40.0), Layout::top_down(egui::Align::Min), |ui| {
            is_cancelled = progress_ui(ui, &format!("Opening {}", tab.title), &amount, share, true);
        });
    });
    is_cancelled
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
    let text = match hint {
        Some(hint) => format!("{hint}\n{path}"),
        None => path,
    };
    let choices = [Choice::new("Try again"), Choice::new("Open another…"), Choice::new("Close")];
    match empty_state_ui(ui, Icon::Error, message, &text, &choices) {
        Some(0) => actions.push(Action::Reload(tab.id)),
        Some(1) => actions.extend(offer(Command::Open, state).and_then(|offer| offer.action.ok())),
        Some(_) => actions.push(Action::Close(tab.id)),
        None => {}
    }
}

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
    let height = ui.available_height() * if recent.is_empty() { 1.0 } else { 0.6 };
    let size = vec2(ui.available_width(), height);
    let chosen = ui
        .allocate_ui(size, |ui| {
            ui.set_min_height(height);
            empty_state_ui(ui, Icon::Message, "Open a binary message", hint, &choices)
        })
        .inner;
    drop(choices);
    if let Some(offer) = chosen.and_then(|idx| offers.into_iter().nth(idx)) {
        asked.run(ui.ctx(), offer.row.command, offer.action, actions);
    }
    if !recent.is_empty() {
        recent_ui(ui, state, actions);
    }
}

fn recent_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    ui.with_layout(Layout::top_down(egui::Align::Center), |ui| {
        ui.weak("Recent");
        ui.add_space(theme.size.gap_small);
        let width = ui.available_width().min(420.0);
        ui.allocate_ui_with_layout(vec2(width, 200.0), Layout::top_down(egui::Align::Min), |ui| {
            for path in state.settings.recent.iter().take(8) {
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
                let folder = path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
                let choice = Choice { icon: Some(Icon::File), shortcut: &folder, ..Choice::new(&name) };
                if menu_item_ui(ui, &choice) {
                    actions.push(Action::Open(vec![path.clone()]));
                }
            }
        });
    });
}
