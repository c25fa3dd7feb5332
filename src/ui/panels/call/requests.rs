//! The requests that are kept as files in a folder, by name. A double click opens one.

use super::columns::{GAP, MEASURED, Wish, places, server_in, widest, widths};
use super::{CallView, bar};
use crate::app::{Action, CallAct, Command, Dialog, FileDialog, State, StoredRequest};
use crate::document::value::grouped;
use crate::rpc::MethodPath;
use crate::ui::commands::offer;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::panels::size_text;
use crate::ui::theme::{Theme, theme};
use crate::ui::widgets::{
    Choice, Elide, HoverText, IconButton, Row, RowLabel, RowList, TextButton, cell, cell_elided,
    context_menu, empty_state_ui, menu_below, menu_item_ui, visible_text,
};
use egui::{Align, Context, Key, Modifiers, Rect, Ui, UiBuilder, pos2, vec2};
use std::path::{Path, PathBuf};

/// The least that columns are shown with.
const LEAST_NAME: f32 = 130.0;
const LEAST_METHOD: f32 = 72.0;
const LEAST_SERVER: f32 = 150.0;
/// Points of the folder's name.
const MOST_FOLDER: f32 = 180.0;
const LIST_AGAIN: &str = "List the folder again";

pub(super) fn requests_ui(ui: &mut Ui, state: &State, view: &mut CallView, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    let all = ui.available_rect_before_wrap();
    let bar = bar::place(theme, all);
    let builder = UiBuilder::new().id_salt("request rows").max_rect(all.with_max_y(bar.top()));
    let mut inside = ui.new_child(builder);
    inside.shrink_clip_rect(all.with_max_y(bar.top()));
    let found: Vec<&StoredRequest> = state.calls.requests.found().collect();
    if found.is_empty() {
        nothing_ui(&mut inside, state, actions);
    } else {
        rows_ui(&mut inside, state, &found, view, actions);
    }
    bar_ui(ui, state, bar, actions);
}

/// What stands in the place of rows, and what helps.
fn nothing_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let requests = &state.calls.requests;
    let hint = "It is two plain files: the message, and a text with server, method and settings.";
    let mut helps: Vec<(Choice<'_>, Action)> = Vec::new();
    let save = offer(Command::SaveRequest, state);
    let (sentence, hint) = match (&requests.error, &requests.all) {
        (Some(error), _) => {
            helps.push((
                Choice::new("Choose folder…").icon(Icon::Folder),
                Action::Show(Dialog::File(FileDialog::RequestsFolder)),
            ));
            helps.push((Choice::new(LIST_AGAIN).icon(Icon::Refresh), Action::Call(CallAct::ListRequests)));
            ("The folder of requests cannot be read", error.as_str())
        }
        (None, None) => ("Reading the folder…", ""),
        (None, Some(_)) if !requests.query.is_empty() => {
            helps.push((Choice::new("Show all"), Action::Call(CallAct::SearchRequests(String::new()))));
            ("No request has these words", "Name, method, server, profile and type are searched.")
        }
        (None, Some(_)) => {
            let nothing = Action::Dismiss;
            helps.extend(save.as_ref().map(|save| (save.choice(), save.action.clone().unwrap_or(nothing))));
            ("No request is kept in this folder", hint)
        }
    };
    let choices: Vec<Choice<'_>> = helps.iter().map(|(choice, _)| *choice).collect();
    if let Some(chosen) = empty_state_ui(ui, Icon::Save, sentence, hint, &choices) {
        actions.push(helps.swap_remove(chosen).1);
    }
}

fn rows_ui(
    ui: &mut Ui,
    state: &State,
    found: &[&StoredRequest],
    view: &mut CallView,
    actions: &mut Vec<Action>,
) {
    let theme = theme(ui);
    let open = state.active_tab().and_then(|tab| tab.path.as_deref());
    let picked = view.picked_request.clone();
    let is_picked =
        |number: u64| found.get(number as usize).is_some_and(|r| Some(&r.path) == picked.as_ref());
    let mut asked = None;
    let here = (0..found.len() as u64).find(|number| is_picked(*number));
    let columns = Columns::of(ui, theme, found);
    let list = RowList::new("Saved requests", found.len() as u64).selected(is_picked).keeps_in_view(here);
    let response = list.show(ui, &mut view.requests, |ui, row| match found.get(row.idx as usize) {
        Some(stored) => {
            let is_open = Some(stored.message.as_path()) == open;
            row_ui(ui, theme, row, stored, &columns, is_open, &mut asked)
        }
        None => RowLabel::new(""),
    });
    let moved = view.requests.selection_by_keys(&response.response, here);
    let clicked = response.clicked.map(|(row, _)| row);
    if let Some(row) = clicked {
        view.requests.ensure_visible(row);
    }
    if let Some(stored) = clicked.or(moved).and_then(|row| found.get(row as usize)) {
        view.picked_request = Some(stored.path.clone());
    }
    if let Some(stored) = response.double_clicked.and_then(|row| found.get(row as usize)) {
        asked = Some(CallAct::OpenRequest(stored.path.clone()));
    }
    view.has_requests_focus = response.response.has_focus();
    if view.has_requests_focus
        && let Some(path) = here.and_then(|row| found.get(row as usize)).map(|stored| stored.path.clone())
    {
        asked = asked.or(keys(ui, path));
    }
    actions.extend(asked.map(Action::Call));
}

/// Enter opens, Delete removes.
fn keys(ui: &Ui, path: PathBuf) -> Option<CallAct> {
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::Enter) {
        return Some(CallAct::OpenRequest(path));
    }
    pressed(Key::Delete).then_some(CallAct::RemoveRequest(path))
}

impl CallView {
    /// F2 renames the request that is picked. It means something else in the rest of the window, and is
    /// taken before that.
    pub fn take_keys(&self, ctx: &Context, actions: &mut Vec<Action>) {
        let Some(path) = self.picked_request.clone().filter(|_| self.has_requests_focus) else { return };
        if ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::F2)) {
            actions.push(Action::Call(CallAct::AskRequestName { renamed: Some(path) }));
        }
    }
}

/// What the columns of all rows are measured from.
struct Columns {
    name: Wish,
    method: Wish,
    server: Wish,
    size: f32,
}

impl Columns {
    fn of(ui: &Ui, theme: &Theme, found: &[&StoredRequest]) -> Columns {
        let first: Vec<_> = found.iter().take(MEASURED).map(|stored| (*stored, told(stored))).collect();
        let (dense, mono) = (fonts::regular(theme.size.text_dense), fonts::mono(theme.size.text_mono));
        let painter = ui.painter();
        let right = first.iter().filter(|(_, (.., wrong))| wrong.is_none());
        let methods = widest(painter, &dense, right.clone().map(|(_, (method, ..))| method.as_str()));
        let servers = widest(painter, &mono, right.map(|(_, (_, server, _))| server.as_str()));
        let names = widest(painter, &dense, first.iter().map(|(stored, _)| stored.name.as_str()));
        let sizes: Vec<String> =
            first.iter().filter_map(|(stored, _)| stored.n_bytes.map(size_text)).collect();
        Columns {
            name: Wish::new(names, LEAST_NAME),
            method: Wish::new(methods, LEAST_METHOD),
            server: Wish::new(servers, LEAST_SERVER),
            size: widest(painter, &mono, sizes.iter().map(String::as_str)),
        }
    }
}

fn row_ui(
    ui: &mut Ui,
    theme: &Theme,
    row: &Row,
    stored: &StoredRequest,
    columns: &Columns,
    is_open: bool,
    asked: &mut Option<CallAct>,
) -> RowLabel {
    let color = &theme.color;
    let mut at = row.rect.shrink2(vec2(theme.size.margin, 0.0));
    let (method, server, wrong) = told(stored);
    let (icon, ink) = match (wrong.is_some(), is_open) {
        (true, _) => (Icon::Error, color.problem),
        (false, true) => (Icon::Message, color.accent),
        (false, false) => (Icon::Message, color.muted),
    };
    icon.paint_sized(ui.painter(), pos2(at.left() + 7.0, at.center().y), 14.0, ink);
    at.min.x += 14.0 + theme.size.gap;
    let side = theme.size.row_dense;
    if row.is_hovered || row.is_selected {
        let center = pos2(at.right() - side / 2.0, at.center().y);
        let open = IconButton::new(Icon::ExternalLink, "Open the request").small();
        if open.put(ui, Rect::from_center_size(center, vec2(side, side)), row.idx).clicked() {
            *asked = Some(CallAct::OpenRequest(stored.path.clone()));
        }
    }
    at.max.x -= side + theme.size.gap_small;
    let size = stored.n_bytes.map(size_text).unwrap_or_default();
    let (dense, mono) = (fonts::regular(theme.size.text_dense), fonts::mono(theme.size.text_mono));
    let (name, method, server) = (visible_text(&stored.name), visible_text(&method), visible_text(&server));
    let painter = ui.painter();
    let is_cut = if let Some(wrong) = &wrong {
        let full = visible_text(&wrong.full);
        wrong_ui(painter, theme, at, &name, &Wrong { short: wrong.short, full: &*full })
    } else {
        cell(painter, at.with_min_x(at.right() - columns.size), &size, &mono, color.muted, Align::Max);
        at.max.x -= columns.size + GAP;
        let widths = widths(at.width(), &[columns.name, columns.method, columns.server]);
        let texts = [
            (&name, &dense, color.text, Elide::End),
            (&method, &dense, color.muted, Elide::End),
            (&server, &mono, color.muted, Elide::Middle),
        ];
        let mut is_cut = widths[2] < columns.server.all;
        for ((text, font, ink, elide), place) in texts.into_iter().zip(places(at, &widths)) {
            let room = place.map_or(0.0, |place| place.width());
            let text = if elide == Elide::Middle { server_in(painter, font, text, room) } else { text };
            let shown = place.map(|place| cell_elided(painter, place, text, font, ink, Align::Min, elide));
            is_cut |= shown.is_none_or(|shown| shown.is_elided) && !text.is_empty();
        }
        is_cut
    };
    let what = wrong.map_or_else(|| format!("{method} at {server}"), |wrong| wrong.full);
    if is_cut {
        row.response.clone().told(format!("{name}\n{what}"));
    }
    menu_ui(row, stored, asked);
    let value = if size.is_empty() { what } else { format!("{what}, {size}") };
    RowLabel::new(name).value(value)
}

/// The name, and what is wrong: in a few words where all of it has no room. Whether something is cut.
fn wrong_ui(painter: &egui::Painter, theme: &Theme, at: Rect, name: &str, wrong: &Wrong<&str>) -> bool {
    let dense = fonts::regular(theme.size.text_dense);
    let width = |text: &str| widest(painter, &dense, std::iter::once(text)).ceil();
    let room = at.width() - width(name) - GAP;
    let text = if width(wrong.full) <= room { wrong.full } else { wrong.short };
    // Long names make room for it.
    let left = (at.left() + width(name)).min(at.right() - width(text) - GAP).max(at.left());
    let named = cell(painter, at.with_max_x(left), name, &dense, theme.color.text, Align::Min);
    let wrong_at = at.with_min_x((left + GAP).min(at.right()));
    let shown = cell(painter, wrong_at, text, &dense, theme.color.problem, Align::Min);
    named.is_elided || shown.is_elided || text != wrong.full
}

/// What is wrong with a request, in a few words and in all.
struct Wrong<T> {
    short: &'static str,
    full: T,
}

/// Method, server or profile, and what is wrong.
fn told(stored: &StoredRequest) -> (String, String, Option<Wrong<String>>) {
    let request = match &stored.request {
        Ok(request) => request,
        Err(error) => {
            let wrong = Wrong { short: "Not readable", full: error.to_string() };
            return (String::new(), String::new(), Some(wrong));
        }
    };
    let method = request.method.parse::<MethodPath>();
    let wrong = match &method {
        _ if stored.n_bytes.is_none() => {
            let full = format!("Its message is missing: {}", file_name(&stored.message));
            Some(Wrong { short: "Message missing", full })
        }
        Err(error) => Some(Wrong { short: "Method wrong", full: error.to_string() }),
        Ok(_) => None,
    };
    let method = method.map_or_else(|_| request.method.clone(), |path| path.method);
    let server = match request.profile.as_str() {
        "" => request.settings.endpoint.clone(),
        profile => format!("profile {profile}"),
    };
    (method, server, wrong)
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn menu_ui(row: &Row, stored: &StoredRequest, asked: &mut Option<CallAct>) {
    context_menu(&row.response).show(|ui| {
        let path = || stored.path.clone();
        let rows = [
            (Choice::new("Open").icon(Icon::ExternalLink).shortcut("Enter"), CallAct::OpenRequest(path())),
            (
                Choice::new("Rename…").icon(Icon::Edit).shortcut("F2"),
                CallAct::AskRequestName { renamed: Some(path()) },
            ),
            (Choice::new("Remove").icon(Icon::Trash).shortcut("Delete"), CallAct::RemoveRequest(path())),
        ];
        for (choice, act) in rows {
            if menu_item_ui(ui, &choice) {
                *asked = Some(act);
                ui.close();
            }
        }
    });
}

/// Search, folder and saving; the search stays where there is little room, and the others lose their names.
fn bar_ui(ui: &mut Ui, state: &State, bar: Rect, actions: &mut Vec<Action>) {
    let requests = &state.calls.requests;
    let mut query = requests.query.clone();
    bar::bar_ui(ui, bar, &mut query, "Find a request", |ui, is_narrow| {
        if let Some(save) = offer(Command::SaveRequest, state) {
            let choice = save.choice().icon(Icon::Save);
            let save_button = match is_narrow {
                true => IconButton::of(choice).show(ui),
                false => TextButton::of(choice).show(ui),
            };
            if save_button.clicked() {
                actions.extend(save.action.ok());
            }
        }
        if IconButton::new(Icon::Refresh, LIST_AGAIN).show(ui).clicked() {
            actions.push(Action::Call(CallAct::ListRequests));
        }
        folder_ui(ui, state, is_narrow, actions);
    });
    if query != requests.query {
        actions.push(Action::Call(CallAct::SearchRequests(query)));
    }
}

/// The folder that they are in; a menu leads to another one.
fn folder_ui(ui: &mut Ui, state: &State, is_narrow: bool, actions: &mut Vec<Action>) {
    let requests = &state.calls.requests;
    let Some(folder) = &requests.folder else { return };
    let n_requests = requests.all.as_ref().map_or(0, Vec::len);
    let more = if n_requests == 1 { "" } else { "s" };
    let hint = format!("{} request{more} in {}", grouped(n_requests as u64), folder.display());
    let name = file_name(folder);
    let button = if is_narrow {
        IconButton::new(Icon::Folder, "Folder of the requests").hint(&hint).show(ui)
    } else {
        let button = TextButton::of(Choice { title: &name, hint: &hint, ..Choice::default() });
        let button = button.icon(Icon::Folder).menu().at_most(MOST_FOLDER).show(ui);
        ui.ctx().accesskit_node_builder(button.id, |node| node.set_label("Folder of the requests"));
        button
    };
    menu_below(&button).show(|ui| {
        if menu_item_ui(ui, &Choice::new("Choose folder…").icon(Icon::Folder)) {
            actions.push(Action::Show(Dialog::File(FileDialog::RequestsFolder)));
            ui.close();
        }
        let reason = state.settings.requests.is_none().then_some("It is your own folder");
        if menu_item_ui(ui, &Choice::new("Use your own folder").disabled(reason)) {
            actions.push(Action::Call(CallAct::SetRequestsFolder(None)));
            ui.close();
        }
        if menu_item_ui(ui, &Choice::new("Copy its path").icon(Icon::Copy)) {
            actions.push(Action::Copy(folder.display().to_string()));
            ui.close();
        }
    });
}
