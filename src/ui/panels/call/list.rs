//! The calls of this session and those made before, the newest first.

use super::{CallView, Part};
use crate::app::{Action, CallAct, Command, MadeCall, State, StoredCall, duration_text};
use crate::document::value::grouped;
use crate::rpc::MethodPath;
use crate::ui::commands::offer;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::panels::size_text;
use crate::ui::theme::{Theme, theme};
use crate::ui::widgets::{
    Elide, Row, RowLabel, RowList, TextButton, TextField, cell, cell_elided, empty_state_ui, visible_text,
};
use egui::{Align, Color32, Layout, Rect, Ui, UiBuilder, pos2};

/// Points from which on a row has its date, and the bar its search field beside the buttons.
const WIDE: f32 = 520.0;
const DATE_WIDTH: f32 = 116.0;
/// Of the rest, and the least that a duration takes.
const METHOD_SHARE: f32 = 0.3;
const OUTCOME_SHARE: f32 = 0.28;
const LEAST_TIME: f32 = 44.0;
const SEARCH_WIDTH: f32 = 190.0;

/// What a row is of.
#[derive(Clone, Copy)]
enum Listed<'a> {
    Made(&'a MadeCall),
    Stored(&'a StoredCall),
}

/// What a row shows.
struct Told {
    icon: Icon,
    color: Color32,
    method: String,
    server: String,
    outcome: String,
    took: String,
    started: String,
    counts: String,
}

pub(super) fn list_ui(ui: &mut Ui, state: &State, view: &mut CallView, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    let all = ui.available_rect_before_wrap();
    let bar = all.with_min_y(all.bottom() - theme.size.bar - theme.size.gap_small);
    let mut inside = ui.new_child(UiBuilder::new().id_salt("call rows").max_rect(all.with_max_y(bar.top())));
    inside.shrink_clip_rect(all.with_max_y(bar.top()));
    let listed = listed(state);
    if listed.is_empty() {
        let stored = &state.calls.stored;
        let (sentence, hint) = match (&stored.error, stored.query.is_empty()) {
            (Some(error), _) => ("Earlier calls cannot be read", error.as_str()),
            (None, true) => {
                ("No calls yet", "What is sent and what comes back is kept here, without secrets.")
            }
            (None, false) => ("No call has these words", "Method, server and outcome are searched."),
        };
        empty_state_ui(&mut inside, Icon::Server, sentence, hint, &[]);
        return bar_ui(ui, state, bar, actions);
    }
    let is_shown = |number: u64| match listed.get(number as usize) {
        Some(Listed::Made(made)) => Some(made.id) == state.calls.shown,
        Some(Listed::Stored(call)) => {
            state.calls.shown().is_some_and(|made| made.stored.as_ref() == Some(&call.path))
        }
        None => false,
    };
    let response = RowList::new("Calls", listed.len() as u64).selected(is_shown).show(
        &mut inside,
        &mut view.calls,
        |ui, row| match listed.get(row.idx as usize) {
            Some(listed) => row_ui(ui, theme, row, &told(theme, *listed)),
            None => RowLabel::new(""),
        },
    );
    let here = (0..listed.len() as u64).find(|number| is_shown(*number));
    let moved = view.calls.selection_by_keys(&response.response, here);
    if let Some(listed) =
        response.clicked.map(|(row, _)| row).or(moved).and_then(|row| listed.get(row as usize))
    {
        actions.push(Action::Call(match listed {
            Listed::Made(made) => CallAct::Show(made.id),
            Listed::Stored(call) => CallAct::OpenStored(call.path.clone()),
        }));
    }
    if response.double_clicked.is_some() {
        view.part = Part::Timeline;
    }
    bar_ui(ui, state, bar, actions);
}

fn listed(state: &State) -> Vec<Listed<'_>> {
    let calls = &state.calls;
    let is_in_list = |made: &MadeCall| made.stored.is_some() && calls.stored.all.is_some();
    let made = calls.made.iter().rev().filter(|made| !is_in_list(made));
    made.map(Listed::Made).chain(calls.stored.found().map(Listed::Stored)).collect()
}

fn told(theme: &Theme, listed: Listed<'_>) -> Told {
    let color = &theme.color;
    let counts =
        |n_sent: u64, n_received: u64| format!("{} sent, {} received", grouped(n_sent), grouped(n_received));
    match listed {
        Listed::Made(made) => {
            let (icon, color, outcome) = match &made.outcome {
                None => (Icon::Clock, color.accent, "going on".to_owned()),
                Some(outcome) if outcome.is_ok => {
                    (Icon::Check, color.ok, outcome.parts.first().cloned().unwrap_or_default())
                }
                Some(outcome) => (Icon::Error, color.problem, outcome.wrong.clone().unwrap_or_default()),
            };
            Told {
                icon,
                color,
                method: made.call.method.method.clone(),
                server: made.call.endpoint.to_string(),
                outcome,
                took: if made.is_live() { String::new() } else { duration_text(made.took) },
                started: time_text(made.started),
                counts: counts(made.n_sent, made.n_received),
            }
        }
        Listed::Stored(call) => {
            let summary = &call.summary;
            let method = summary.method.parse::<MethodPath>();
            let (icon, color) =
                if summary.is_ok() { (Icon::Check, color.ok) } else { (Icon::Error, color.problem) };
            let millis = i64::try_from(summary.started_at_millis).unwrap_or(0);
            Told {
                icon,
                color,
                method: method.map_or_else(|_| summary.method.clone(), |path| path.method),
                server: summary.endpoint.clone(),
                outcome: summary.outcome(),
                took: duration_text(summary.took),
                started: jiff::Timestamp::from_millisecond(millis).map(time_text).unwrap_or_default(),
                counts: counts(summary.n_sent, summary.n_received),
            }
        }
    }
}

/// Day and minute where the person is.
fn time_text(time: jiff::Timestamp) -> String {
    let here = jiff::tz::TimeZone::system().to_datetime(time);
    here.strftime("%Y-%m-%d %H:%M").to_string()
}

fn row_ui(ui: &Ui, theme: &Theme, row: &Row, told: &Told) -> RowLabel {
    let painter = ui.painter();
    let mut at = row.rect.shrink2(egui::vec2(theme.size.margin, 0.0));
    let is_wide = WIDE <= at.width();
    told.icon.paint_sized(painter, pos2(at.left() + 7.0, at.center().y), 14.0, told.color);
    at.min.x += 14.0 + theme.size.gap;
    let dense = fonts::regular(theme.size.text_dense);
    let mono = fonts::mono(theme.size.text_mono);
    let muted = theme.color.muted;
    if is_wide {
        let date_at = at.with_max_x(at.left() + DATE_WIDTH);
        cell(painter, date_at, &told.started, &mono, muted, Align::Min);
        at.min.x = date_at.right() + theme.size.gap;
    }
    let time_at = at.with_min_x(at.right() - 64.0);
    let took = cell(painter, time_at, &told.took, &mono, muted, Align::Max);
    at.max.x = took.rect.left().min(time_at.right() - LEAST_TIME) - theme.size.gap;
    let method = visible_text(&told.method);
    let method_at = at.with_max_x(at.left() + at.width() * METHOD_SHARE);
    let shown = cell(painter, method_at, &method, &dense, theme.color.text, Align::Min);
    shown.full_text_on_hover(ui, &row.response, || method.clone().into_owned());
    let outcome = visible_text(&told.outcome);
    let outcome_at = at.with_min_x(at.right() - at.width() * OUTCOME_SHARE);
    let shown = cell(painter, outcome_at, &outcome, &dense, muted, Align::Min);
    shown.full_text_on_hover(ui, &row.response, || outcome.clone().into_owned());
    let between = pos2(method_at.right() + theme.size.gap, at.top());
    let server_at = Rect::from_min_max(between, pos2(outcome_at.left() - theme.size.gap, at.bottom()));
    // The port is what differs.
    let shown = cell_elided(painter, server_at, &told.server, &mono, muted, Align::Min, Elide::Middle);
    shown.full_text_on_hover(ui, &row.response, || told.server.clone());
    RowLabel::new(format!("{method} at {}", told.server))
        .value(format!("{outcome}, {}, {}", told.counts, told.started))
}

fn bar_ui(ui: &mut Ui, state: &State, bar: Rect, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    ui.painter().rect_filled(bar, 0.0, theme.color.surface_1);
    ui.painter().hline(bar.x_range(), bar.top() + theme.size.line / 2.0, theme.line());
    let inner = bar.shrink2(egui::vec2(theme.size.gap, 1.0));
    let stored = &state.calls.stored;
    let builder = UiBuilder::new().id_salt("of calls").max_rect(inner);
    ui.scope_builder(builder.layout(Layout::right_to_left(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = theme.size.gap_small;
        let n_calls = stored.all.as_ref().map_or(0, Vec::len);
        let is_empty = n_calls == 0 && state.calls.made.iter().all(MadeCall::is_live);
        let hint = format!(
            "Deletes all that have ended: {} calls, {} on disk. The latest 1 000 calls and 256 MiB are kept.",
            grouped(n_calls as u64),
            size_text(stored.n_bytes())
        );
        let reason = is_empty.then_some("No call has ended");
        let forget = TextButton::new("Forget all").icon(Icon::Trash).hint(&hint).disabled(reason);
        if forget.show(ui).clicked() {
            actions.push(Action::Call(CallAct::ForgetCalls));
        }
        if let Some(again) = offer(Command::SendAgain, state)
            && TextButton::of(again.choice()).icon(Icon::Refresh).show(ui).clicked()
        {
            actions.extend(again.action.ok());
        }
        let mut query = stored.query.clone();
        let width = ui.available_width().min(SEARCH_WIDTH);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            if width > 80.0 {
                TextField::search("Find a call", &mut query).width(width).height(22.0).show(ui);
            }
        });
        if query != stored.query {
            actions.push(Action::Call(CallAct::SearchStored(query)));
        }
    });
}
