//! The requests that are kept as files in a folder, by name. A double click opens one.

use super::CallView;
use crate::app::{Action, CallAct, Command, Dialog, FileDialog, State, StoredRequest};
use crate::document::value::grouped;
use crate::rpc::MethodPath;
use crate::ui::commands::offer;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::panels::size_text;
use crate::ui::theme::{Theme, theme};
use crate::ui::widgets::{
    Choice, HoverText, IconButton, Row, RowLabel, RowList, TextButton, TextField, cell, context_menu,
    empty_state_ui, menu_below, menu_item_ui, visible_text,
};
use egui::{Align, Context, Key, Layout, Modifiers, Rect, Ui, UiBuilder, pos2, vec2};
use std::path::{Path, PathBuf};

const SEARCH_WIDTH: f32 = 190.0;
const SIZE_WIDTH: f32 = 60.0;

pub(super) fn requests_ui(ui: &mut Ui, state: &State, view: &mut CallView, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    let all = ui.available_rect_before_wrap();
    let bar = all.with_min_y(all.bottom() - theme.size.bar - theme.size.gap_small);
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

fn nothing_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let requests = &state.calls.requests;
    let hint = "A request is two plain files: the message's bytes, and a text with server, method and \
                settings.";
    let (sentence, hint) = match (&requests.error, &requests.all) {
        (Some(error), _) => ("The folder of requests cannot be read", error.as_str()),
        (None, None) => ("Reading the folder…", ""),
        (None, Some(all)) if all.is_empty() => ("No request is kept in this folder", hint),
        (None, Some(_)) => {
            ("No request has these words", "Name, method, server, profile and type are searched.")
        }
    };
    let save = offer(Command::SaveRequest, state).filter(|_| requests.query.is_empty());
    let choices: Vec<Choice<'_>> = save.iter().map(|save| save.choice()).collect();
    if empty_state_ui(ui, Icon::Save, sentence, hint, &choices).is_some() {
        actions.extend(save.and_then(|save| save.action.ok()));
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
    let response = RowList::new("Saved requests", found.len() as u64).selected(is_picked).show(
        ui,
        &mut view.requests,
        |ui, row| match found.get(row.idx as usize) {
            Some(stored) => {
                let is_open = Some(stored.message.as_path()) == open;
                row_ui(ui, theme, row, stored, is_open, &mut asked)
            }
            None => RowLabel::new(""),
        },
    );
    let here = (0..found.len() as u64).find(|number| is_picked(*number));
    let moved = view.requests.selection_by_keys(&response.response, here);
    let clicked = response.clicked.map(|(row, _)| row);
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

fn row_ui(
    ui: &mut Ui,
    theme: &Theme,
    row: &Row,
    stored: &StoredRequest,
    is_open: bool,
    asked: &mut Option<CallAct>,
) -> RowLabel {
    let color = &theme.color;
    let mut at = row.rect.shrink2(vec2(theme.size.margin, 0.0));
    let is_wrong = stored.request.is_err() || stored.n_bytes.is_none();
    let (icon, ink) = match (is_wrong, is_open) {
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
    let mono = fonts::mono(theme.size.text_mono);
    let size_at = at.with_min_x(at.right() - SIZE_WIDTH);
    cell(ui.painter(), size_at, &size, &mono, color.muted, Align::Max);
    at.max.x = size_at.left() - theme.size.gap;
    let part = |from: f32, to: f32| {
        let x = |share: f32| at.left() + at.width() * share;
        Rect::from_min_max(pos2(x(from), at.top()), pos2(x(to) - theme.size.gap, at.bottom()))
    };
    let dense = fonts::regular(theme.size.text_dense);
    let name = visible_text(&stored.name);
    let shown = cell(ui.painter(), part(0.0, 0.32), &name, &dense, color.text, Align::Min);
    let (method, server, wrong) = told(stored);
    let (method, server) = (visible_text(&method), visible_text(&server));
    let told = match &wrong {
        Some(wrong) => {
            cell(ui.painter(), part(0.32, 1.0), &visible_text(wrong), &dense, color.problem, Align::Min)
        }
        None => {
            cell(ui.painter(), part(0.32, 0.54), &method, &dense, color.muted, Align::Min);
            cell(ui.painter(), part(0.54, 1.0), &server, &mono, color.muted, Align::Min)
        }
    };
    let what = wrong.clone().unwrap_or_else(|| format!("{method} at {server}"));
    let is_cut = shown.is_elided || told.is_elided;
    if is_cut {
        row.response.clone().told(format!("{name}\n{what}"));
    }
    menu_ui(row, stored, asked);
    RowLabel::new(name).value(format!("{what}, {size}"))
}

/// Method, server or profile, and what is wrong.
fn told(stored: &StoredRequest) -> (String, String, Option<String>) {
    let request = match &stored.request {
        Ok(request) => request,
        Err(error) => return (String::new(), String::new(), Some(error.to_string())),
    };
    let method = request.method.parse::<MethodPath>();
    let method = method.map_or_else(|_| request.method.clone(), |path| path.method);
    let server = match request.profile.as_str() {
        "" => request.settings.endpoint.clone(),
        profile => format!("profile {profile}"),
    };
    let wrong =
        stored.n_bytes.is_none().then(|| format!("Its message is missing: {}", file_name(&stored.message)));
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

fn bar_ui(ui: &mut Ui, state: &State, bar: Rect, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    ui.painter().rect_filled(bar, 0.0, theme.color.surface_1);
    ui.painter().hline(bar.x_range(), bar.top() + theme.size.line / 2.0, theme.line());
    let inner = bar.shrink2(vec2(theme.size.gap, 1.0));
    let requests = &state.calls.requests;
    let builder = UiBuilder::new().id_salt("of requests").max_rect(inner);
    ui.scope_builder(builder.layout(Layout::right_to_left(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = theme.size.gap_small;
        if let Some(save) = offer(Command::SaveRequest, state)
            && TextButton::of(save.choice()).icon(Icon::Save).show(ui).clicked()
        {
            actions.extend(save.action.ok());
        }
        if IconButton::new(Icon::Refresh, "List the folder again").show(ui).clicked() {
            actions.push(Action::Call(CallAct::ListRequests));
        }
        folder_ui(ui, state, actions);
        let mut query = requests.query.clone();
        let width = ui.available_width().min(SEARCH_WIDTH);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            if width > 80.0 {
                TextField::search("Find a request", &mut query).width(width).height(22.0).show(ui);
            }
        });
        if query != requests.query {
            actions.push(Action::Call(CallAct::SearchRequests(query)));
        }
    });
}

/// The folder that they are in; a menu leads to another one.
fn folder_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let requests = &state.calls.requests;
    let Some(folder) = &requests.folder else { return };
    let n_requests = requests.all.as_ref().map_or(0, Vec::len);
    let hint = format!("{} requests in {}", grouped(n_requests as u64), folder.display());
    let name = file_name(folder);
    let button = TextButton::of(Choice { title: &name, hint: &hint, ..Choice::default() });
    let button = button.icon(Icon::Folder).menu().show(ui);
    ui.ctx().accesskit_node_builder(button.id, |node| node.set_label("Folder of the requests"));
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
