//! The calls of this session and those made before, the newest first.

use super::columns::{GAP, MEASURED, Wish, places, server_in, widest, widths};
use super::{CallView, Part, bar};
use crate::app::{Action, CallAct, Command, MadeCall, State, StoredCall, duration_text};
use crate::document::value::grouped;
use crate::rpc::MethodPath;
use crate::ui::commands::offer;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::panels::size_text;
use crate::ui::theme::{Theme, theme};
use crate::ui::widgets::{
    Choice, Elide, HoverText, IconButton, Row, RowLabel, RowList, TextButton, cell, cell_elided,
    empty_state_ui, visible_text,
};
use egui::{Align, Color32, Rect, Ui, UiBuilder, pos2, vec2};

/// The least that columns are shown with.
const LEAST_METHOD: f32 = 110.0;
const LEAST_OUTCOME: f32 = 100.0;
const LEAST_SERVER: f32 = 150.0;

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
    zone: String,
    counts: String,
}

pub(super) fn list_ui(ui: &mut Ui, state: &State, view: &mut CallView, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    let all = ui.available_rect_before_wrap();
    let bar = bar::place(theme, all);
    let mut inside = ui.new_child(UiBuilder::new().id_salt("call rows").max_rect(all.with_max_y(bar.top())));
    inside.shrink_clip_rect(all.with_max_y(bar.top()));
    let listed = listed(state);
    if listed.is_empty() {
        nothing_ui(&mut inside, state, actions);
        return bar_ui(ui, state, bar, actions);
    }
    let is_shown = |number: u64| match listed.get(number as usize) {
        Some(Listed::Made(made)) => Some(made.id) == state.calls.shown,
        Some(Listed::Stored(call)) => {
            state.calls.shown().is_some_and(|made| made.stored.as_ref() == Some(&call.path))
        }
        None => false,
    };
    let here = (0..listed.len() as u64).find(|number| is_shown(*number));
    let first: Vec<Told> = listed.iter().take(MEASURED).map(|listed| told(theme, *listed)).collect();
    let columns = Columns::of(&inside, theme, &first);
    let list = RowList::new("Calls", listed.len() as u64).selected(is_shown).keeps_in_view(here);
    let response = list.show(&mut inside, &mut view.calls, |ui, row| match listed.get(row.idx as usize) {
        Some(listed) => row_ui(ui, theme, row, &columns, &told(theme, *listed)),
        None => RowLabel::new(""),
    });
    let moved = view.calls.selection_by_keys(&response.response, here);
    if let Some((row, _)) = response.clicked {
        view.calls.ensure_visible(row);
    }
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

/// What stands in the place of rows, and what helps.
fn nothing_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let stored = &state.calls.stored;
    let (sentence, hint, help) = match (&stored.error, stored.query.is_empty()) {
        (Some(error), _) => {
            let again = (Choice::new("Try again").icon(Icon::Refresh), CallAct::ListStored);
            ("Earlier calls cannot be read", error.as_str(), Some(again))
        }
        (None, true) => {
            ("No calls yet", "What is sent and what comes back is kept here, without secrets.", None)
        }
        (None, false) => {
            let all = (Choice::new("Show all"), CallAct::SearchStored(String::new()));
            ("No call has these words", "Method, server and outcome are searched.", Some(all))
        }
    };
    let choices: Vec<Choice<'_>> = help.iter().map(|(choice, _)| *choice).collect();
    if empty_state_ui(ui, Icon::Server, sentence, hint, &choices).is_some() {
        actions.extend(help.map(|(_, act)| Action::Call(act)));
    }
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
            let (started, zone) = time_texts(made.started);
            Told {
                icon,
                color,
                method: made.call.method.method.clone(),
                server: made.call.endpoint.to_string(),
                outcome,
                took: if made.is_live() { String::new() } else { duration_text(made.took) },
                started,
                zone,
                counts: counts(made.n_sent, made.n_received),
            }
        }
        Listed::Stored(call) => {
            let summary = &call.summary;
            let method = summary.method.parse::<MethodPath>();
            let (icon, color) =
                if summary.is_ok() { (Icon::Check, color.ok) } else { (Icon::Error, color.problem) };
            let millis = i64::try_from(summary.started_at_millis).unwrap_or(0);
            let time = jiff::Timestamp::from_millisecond(millis);
            let (started, zone) = time.map(time_texts).unwrap_or_default();
            Told {
                icon,
                color,
                method: method.map_or_else(|_| summary.method.clone(), |path| path.method),
                server: summary.endpoint.clone(),
                outcome: summary.outcome(),
                took: duration_text(summary.took),
                started,
                zone,
                counts: counts(summary.n_sent, summary.n_received),
            }
        }
    }
}

/// Day and time where the person is, and how far that is from universal time.
fn time_texts(time: jiff::Timestamp) -> (String, String) {
    let here = time.to_zoned_datetime(jiff::tz::TimeZone::system());
    (here.strftime("%Y-%m-%d %H:%M:%S").to_string(), here.strftime("%:z").to_string())
}

/// What the columns of all rows are measured from.
struct Columns {
    method: Wish,
    outcome: Wish,
    server: Wish,
    date: Wish,
    took: f32,
}

impl Columns {
    fn of(ui: &Ui, theme: &Theme, first: &[Told]) -> Columns {
        let (dense, mono) = (fonts::regular(theme.size.text_dense), fonts::mono(theme.size.text_mono));
        let painter = ui.painter();
        let width = |font, text: fn(&Told) -> &String| {
            widest(painter, font, first.iter().map(|told| text(told).as_str()))
        };
        let date = width(&mono, |told| &told.started);
        Columns {
            method: Wish::new(width(&dense, |told| &told.method), LEAST_METHOD),
            outcome: Wish::new(width(&dense, |told| &told.outcome), LEAST_OUTCOME),
            server: Wish::new(width(&mono, |told| &told.server), LEAST_SERVER),
            date: Wish::new(date, date),
            took: width(&mono, |told| &told.took).ceil(),
        }
    }
}

fn row_ui(ui: &Ui, theme: &Theme, row: &Row, columns: &Columns, told: &Told) -> RowLabel {
    let painter = ui.painter();
    let mut at = row.rect.shrink2(vec2(theme.size.margin, 0.0));
    told.icon.paint_sized(painter, pos2(at.left() + 7.0, at.center().y), 14.0, told.color);
    at.min.x += 14.0 + theme.size.gap;
    let (dense, mono) = (fonts::regular(theme.size.text_dense), fonts::mono(theme.size.text_mono));
    let muted = theme.color.muted;
    cell(painter, at.with_min_x(at.right() - columns.took), &told.took, &mono, muted, Align::Max);
    at.max.x -= columns.took + GAP;
    let (method, outcome) = (visible_text(&told.method), visible_text(&told.outcome));
    let server = visible_text(&told.server);
    // The date goes first, then the server: how a call went is what most look for.
    let by_weight = widths(at.width(), &[columns.method, columns.outcome, columns.server, columns.date]);
    let [in_method, in_outcome, in_server, in_date] = [0, 1, 2, 3].map(|idx| by_weight[idx]);
    let texts = [
        (told.started.as_str(), &mono, muted, Elide::End),
        (&*method, &dense, theme.color.text, Elide::End),
        (&*server, &mono, muted, Elide::Middle),
        (&*outcome, &dense, muted, Elide::End),
    ];
    let places = places(at, &[in_date, in_method, in_server, in_outcome]);
    for ((text, font, ink, elide), place) in texts.into_iter().zip(places) {
        if let Some(place) = place {
            let is_server = elide == Elide::Middle;
            let text = if is_server { server_in(painter, font, text, place.width()) } else { text };
            cell_elided(painter, place, text, font, ink, Align::Min, elide);
        }
    }
    // The zone is nowhere else.
    let when = format!("{} {}", told.started, told.zone);
    row.response.clone().told(format!("{method} at {server}\n{outcome}\n{}, {when}", told.counts));
    RowLabel::new(format!("{method} at {}", told.server))
        .value(format!("{outcome}, {}, {}", told.counts, told.started))
}

fn bar_ui(ui: &mut Ui, state: &State, bar: Rect, actions: &mut Vec<Action>) {
    let stored = &state.calls.stored;
    let mut query = stored.query.clone();
    bar::bar_ui(ui, bar, &mut query, "Find a call", |ui, is_narrow| {
        let button = |ui: &mut Ui, choice: Choice<'_>| match is_narrow {
            true => IconButton::of(choice).show(ui).clicked(),
            false => TextButton::of(choice).show(ui).clicked(),
        };
        let n_calls = stored.all.as_ref().map_or(0, Vec::len);
        let is_empty = n_calls == 0 && state.calls.made.iter().all(MadeCall::is_live);
        let hint = format!(
            "Deletes all that have ended: {} calls, {} on disk. The latest 1 000 calls and 256 MiB are kept.",
            grouped(n_calls as u64),
            size_text(stored.n_bytes())
        );
        let reason = is_empty.then_some("No call has ended");
        let forget = Choice::new("Forget all").icon(Icon::Trash).hint(&hint).disabled(reason);
        if button(ui, forget) {
            actions.push(Action::Call(CallAct::ForgetCalls));
        }
        if let Some(again) = offer(Command::SendAgain, state)
            && button(ui, again.choice().icon(Icon::Refresh))
        {
            actions.extend(again.action.ok());
        }
    });
    if query != stored.query {
        actions.push(Action::Call(CallAct::SearchStored(query)));
    }
}
