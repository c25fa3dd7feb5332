//! Server, method and the buttons of a call.

use super::server::server_ui;
use super::{CallView, status};
use crate::app::{Action, CallAct, CallForm, Command, FieldError, FormField, MadeCall, State};
use crate::rpc::{MethodPath, RpcKind};
use crate::ui::commands::offer;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::widgets::{Choice, HoverText, IconButton, TextButton, cell};
use egui::{Align, Layout, Role, Sense, Ui, WidgetInfo, vec2};

/// Points from which on server and method stand side by side.
pub(super) const WIDE: f32 = 472.0;
/// Of the width that both have together.
const SERVER_SHARE: f32 = 0.52;

pub(super) fn head_ui(
    ui: &mut Ui,
    state: &State,
    form: &mut CallForm,
    errors: &[FieldError],
    view: &mut CallView,
    actions: &mut Vec<Action>,
) {
    let theme = theme(ui);
    let is_wide = WIDE <= ui.available_width();
    let size = vec2(ui.available_width(), theme.size.field);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = theme.size.gap_small;
        buttons_ui(ui, state, actions);
        if is_wide {
            more_buttons_ui(ui, state, actions);
        }
        ui.add_space(theme.size.gap - theme.size.gap_small);
        let left = ui.available_width();
        if let Some(made) = state.calls.open_to_send() {
            return goes_where_ui(ui, made);
        }
        ui.allocate_ui_with_layout(
            vec2(left, theme.size.field),
            Layout::left_to_right(Align::Center),
            |ui| {
                ui.spacing_mut().item_spacing.x = theme.size.gap;
                let method = if is_wide { method_width(ui, state, left * (1.0 - SERVER_SHARE)) } else { 0.0 };
                let width = (left - method).floor();
                let server = server_ui(ui, state, form, errors, width, &mut view.server);
                if view.wanted == Some(FormField::Endpoint) {
                    server.request_focus();
                }
                if is_wide {
                    method_ui(ui, state, actions);
                }
            },
        );
    });
    if !is_wide {
        let size = vec2(ui.available_width(), theme.size.button);
        ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = theme.size.gap_small;
            more_buttons_ui(ui, state, actions);
            if state.calls.open_to_send().is_none() {
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| method_ui(ui, state, actions));
            }
        });
    }
}

/// The head of a low pane in one line: how it stands, the method, and Send. The server is among the
/// settings then.
pub(super) fn low_head_ui(ui: &mut Ui, state: &State, errors: &[FieldError], actions: &mut Vec<Action>) {
    let theme = theme(ui);
    let size = vec2(ui.available_width(), theme.size.field);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = theme.size.gap_small;
        buttons_ui(ui, state, actions);
        for act in live_acts(state) {
            if IconButton::of(act.choice()).show(ui).clicked() {
                actions.push(Action::Call(act.act));
            }
        }
        ui.add_space(theme.size.gap - theme.size.gap_small);
        let size = vec2(ui.available_width(), theme.size.field);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = theme.size.gap;
            status::short_status_ui(ui, state, errors);
            match state.calls.open_to_send() {
                Some(made) => goes_where_ui(ui, made),
                None => method_ui(ui, state, actions),
            }
        });
    });
}

/// What messages are sent into, in the place of the fields for a new call.
fn goes_where_ui(ui: &mut Ui, made: &MadeCall) {
    let theme = theme(ui);
    let size = vec2(ui.available_width(), theme.size.field);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let method = format!("Into {}", made.call.method.method);
    let server = made.call.endpoint.to_string();
    let full = format!("{method} at {server}");
    let font = fonts::regular(theme.size.text);
    let width = |text: &str| {
        let galley = ui.painter().layout_no_wrap(text.to_owned(), font.clone(), theme.color.text);
        galley.size().x
    };
    // The server is told as a whole or not at all; the state tells it too.
    let candidates = match server.split_once("://") {
        Some((_, host)) => vec![full.clone(), format!("{method} at {host}"), method],
        None => vec![full.clone(), method],
    };
    let fits = candidates.iter().find(|text| width(text) <= rect.width());
    let text = fits.or(candidates.last()).unwrap_or(&full);
    let shown = cell(ui.painter(), rect, text, &font, theme.color.text, Align::Min);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &full));
    if shown.is_elided || *text != full {
        response.told(format!("{} at {server}", made.call.method));
    }
}

/// From the right: what most people want next is outermost.
fn buttons_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let calls = &state.calls;
    let open = calls.open_to_send();
    let title = if open.is_some() { "Send message" } else { "Send" };
    if let Some(send) = offer(Command::Send, state) {
        let choice = Choice { title, ..send.choice() };
        if TextButton::of(choice).primary().show(ui).clicked() {
            actions.extend(send.action.ok());
        }
    }
    if calls.shown().is_some_and(|made| calls.is_session(made.id)) {
        let hint = "Tells the server that the client ends, and ends the session";
        if TextButton::new("End session").hint(hint).outlined().show(ui).clicked() {
            actions.push(Action::Call(CallAct::EndSession));
        }
    }
}

/// What can be done about the call in front while it goes on.
struct LiveAct {
    icon: Icon,
    title: &'static str,
    hint: &'static str,
    reason: Option<&'static str>,
    act: CallAct,
}

impl LiveAct {
    fn choice(&self) -> Choice<'static> {
        Choice::new(self.title).icon(self.icon).hint(self.hint).disabled(self.reason)
    }
}

/// A session has its own end.
fn live_acts(state: &State) -> Vec<LiveAct> {
    let calls = &state.calls;
    let live = calls.shown().filter(|made| made.is_live() && !calls.is_session(made.id));
    let cancel = live.map(|made| LiveAct {
        icon: Icon::Close,
        title: "Cancel",
        hint: "Gives the call up; what came stays",
        reason: made.is_cancelling.then_some("The call is being given up"),
        act: CallAct::Cancel(made.id),
    });
    let open = live.filter(|made| made.takes_messages());
    let half_close = open.map(|made| LiveAct {
        icon: Icon::LastSent,
        title: "Half-close",
        hint: "Says that no more messages will be sent; replies still come",
        reason: None,
        act: CallAct::HalfClose(made.id),
    });
    cancel.into_iter().chain(half_close).collect()
}

/// What goes into a second line in a narrow pane.
fn more_buttons_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let calls = &state.calls;
    let open = calls.open_to_send();
    if calls.shown().is_some_and(|made| calls.is_session(made.id)) {
        return;
    }
    for act in live_acts(state) {
        if TextButton::of(act.choice()).outlined().show(ui).clicked() {
            actions.push(Action::Call(act.act));
        }
    }
    if open.is_none() && calls.kind().sends_many() && calls.target.error.is_none() {
        let hint = "Makes the call and sends no message yet";
        let reason = offer(Command::ChooseMethod, state).and_then(|offer| offer.action.err());
        if TextButton::new("Begin").hint(hint).disabled(reason).outlined().show(ui).clicked() {
            actions.push(Action::Call(CallAct::Begin));
        }
    }
    if open.is_some() {
        let hint = "Lets the call in front go on and makes a new one next";
        if TextButton::new("Set aside").hint(hint).outlined().show(ui).clicked() {
            actions.push(Action::Call(CallAct::SetAside));
        }
    }
}

/// Points that the method takes with the gap before it, of so many at most.
fn method_width(ui: &Ui, state: &State, most: f32) -> f32 {
    let (title, hint, _) = method_title(ui, state, most);
    method_button(&title, &hint).width(ui) + theme(ui).size.gap
}

/// The method; a click picks another one.
fn method_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let Some(choose) = offer(Command::ChooseMethod, state) else { return };
    let (title, hint, full) = method_title(ui, state, ui.available_width());
    let response = method_button(&title, &hint).disabled(choose.action.as_ref().err().copied()).show(ui);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(format!("Method: {full}")));
    if response.clicked() {
        actions.extend(choose.action.ok());
    }
}

/// What its button says in so many points, its hint, and its path.
fn method_title(ui: &Ui, state: &State, width: f32) -> (String, String, String) {
    let target = &state.calls.target;
    let path = target.path().ok();
    let (full, candidates) = match &path {
        Some(path) => (path.to_string(), titles(path)),
        None => ("none".to_owned(), vec!["Choose a method…".to_owned(), "Method…".to_owned()]),
    };
    let hint = match (&target.method, &path) {
        (Some(method), _) => {
            format!("{full}\n{}: takes {}", kind_text(RpcKind::of(method)), method.input().full_name())
        }
        (None, Some(_)) => format!("{full}\nNo schema knows it; it is called with raw bytes"),
        (None, None) => "What is called with the document".to_owned(),
    };
    let cuts = candidates.last().cloned().unwrap_or_default();
    let cuts = cuts.char_indices().rev().map(|(end, _)| format!("{}…", &cuts[..end])).collect::<Vec<_>>();
    let fits = |title: &&String| method_button(title, &hint).width(ui) <= width;
    let title = candidates.iter().chain(&cuts).find(fits).cloned();
    (title.unwrap_or_else(|| "…".to_owned()), hint, full)
}

fn method_button<'a>(title: &'a str, hint: &'a str) -> TextButton<'a> {
    TextButton::of(Choice { title, hint, ..Choice::default() }).menu().outlined()
}

/// Shorter and shorter.
fn titles(path: &MethodPath) -> Vec<String> {
    let service = path.service.rsplit_once('.').map_or(path.service.as_str(), |(_, service)| service);
    vec![path.to_string(), format!("{service}/{}", path.method), path.method.clone()]
}

pub(super) fn kind_text(kind: RpcKind) -> &'static str {
    match kind {
        RpcKind::Unary => "One message each way",
        RpcKind::ServerStream => "One message there, any number back",
        RpcKind::ClientStream => "Any number of messages there, one back",
        RpcKind::Bidi => "Any number of messages each way",
    }
}
