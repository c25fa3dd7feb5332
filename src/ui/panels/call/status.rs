//! One line that says how the call in front stands, or what keeps the next one from being made.

use crate::app::{Calls, FieldError, FormField, MadeCall, Outcome, State};
use crate::document::value::grouped;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Theme, theme};
use crate::ui::widgets::{HoverText, elide, visible_text};
use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Color32, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use std::time::Duration;

/// What the line says.
struct Said {
    icon: Option<Icon>,
    color: Color32,
    text: String,
    /// Beside it, muted: what goes with it, or what to do.
    more: String,
    /// Behind that: statuses, counts and times, none of which is broken at the end of a line.
    facts: String,
    /// What only those want to know who point at it.
    detail: String,
}

impl Said {
    fn full(&self) -> String {
        let parts = [&self.text, &self.more, &self.facts, &self.detail].map(|part| visible_text(part));
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("\n")
    }
}

pub(super) fn status_ui(ui: &mut Ui, state: &State, errors: &[FieldError]) {
    let most_lines = if state.calls.shown().is_some() { MOST_LINES } else { MOST_LINES_ALONE };
    line_ui(ui, &said(theme(ui), state, errors), most_lines);
    keep_time(ui, state);
}

/// The time that a call takes goes on.
fn keep_time(ui: &Ui, state: &State) {
    if state.calls.shown().is_some_and(MadeCall::is_live) {
        ui.ctx().request_repaint_after(Duration::from_secs(1));
    }
}

/// Lines that it goes on for; the rest is told when it is pointed at.
const MOST_LINES: usize = 3;
/// The same over a timeline with nothing in it.
const MOST_LINES_ALONE: usize = 6;

fn line_ui(ui: &mut Ui, said: &Said, most_lines: usize) {
    let theme = theme(ui);
    let (text, more) = (visible_text(&said.text), visible_text(&said.more));
    let icon_space = if said.icon.is_some() { 14.0 + theme.size.gap } else { 0.0 };
    let mut job = LayoutJob::default();
    let format = |font, color| TextFormat { valign: Align::Center, ..TextFormat::simple(font, color) };
    job.append(&text, 0.0, format(fonts::medium(theme.size.text), said.color));
    let facts = visible_text(&said.facts).replace(' ', "\u{a0}").replace("·\u{a0}", "· ");
    let dense = fonts::regular(theme.size.text_dense);
    for part in [&*more, &*facts].into_iter().filter(|part| !part.is_empty()) {
        // A place to break the line at.
        job.append(" ", 0.0, format(dense.clone(), theme.color.muted));
        job.append(part, theme.size.gap_small, format(dense.clone(), theme.color.muted));
    }
    job.wrap.max_width = ui.available_width() - icon_space;
    job.wrap.max_rows = most_lines;
    let galley = ui.painter().layout_job(job);
    let height = theme.size.button.max(galley.size().y + theme.size.gap_small);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let mut at = rect;
    if let Some(icon) = said.icon {
        let first_line = galley.rows.first().map_or(0.0, |row| row.rect().center().y);
        let above = (rect.height() - galley.size().y) / 2.0;
        let center = pos2(at.left() + 7.0, rect.top() + above + first_line);
        icon.paint_sized(ui.painter(), center, 14.0, said.color);
        at.min.x += icon_space;
    }
    announce(&response, said);
    let is_cut = galley.elided || !said.detail.is_empty();
    let place = elide::place(ui.painter(), at, &galley, Align::Min);
    ui.painter().galley(place.min, galley, said.color);
    if is_cut {
        response.told(said.full());
    }
}

fn announce(response: &Response, said: &Said) {
    let label = said.full().replace('\n', ", ");
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &label));
}

/// The same as an icon; all of it is told while the pointer is over it.
pub(super) fn short_status_ui(ui: &mut Ui, state: &State, errors: &[FieldError]) {
    let theme = theme(ui);
    let said = said(theme, state, errors);
    let (rect, response) = ui.allocate_exact_size(vec2(14.0, theme.size.button), Sense::hover());
    said.icon.unwrap_or(Icon::Info).paint_sized(ui.painter(), rect.center(), 14.0, said.color);
    announce(&response, &said);
    response.told(said.full());
    keep_time(ui, state);
}

fn said(theme: &Theme, state: &State, errors: &[FieldError]) -> Said {
    let color = &theme.color;
    let calls = &state.calls;
    if calls.preparing.is_some() {
        return plain(color.muted, "Reading the message…");
    }
    let wrong = |text: &str, hint: &str| Said {
        icon: Some(Icon::Error),
        more: hint.to_owned(),
        ..plain(color.problem, text)
    };
    if let Some(refused) = &calls.refused {
        let what = if refused.is_session { "No session was opened" } else { "Nothing was sent" };
        let reason = match refused.field.and_then(FormField::title) {
            Some(title) => format!("in {title}, {}", inside(&refused.reason)),
            None => inside(&refused.reason),
        };
        let detail = refused.detail.clone();
        return Said { detail, ..wrong(&format!("{what}: {reason}"), &capital(&refused.hint)) };
    }
    if let Some(made) = calls.shown() {
        match &made.outcome {
            None => return going_on(theme, calls, made),
            Some(outcome) if made.form == calls.form => return ended(theme, outcome),
            Some(outcome) if errors.is_empty() => return earlier(theme, outcome),
            // What keeps the next call from being made matters more than how an earlier one went.
            Some(_) => {}
        }
    }
    if state.active_document().is_none() {
        return plain(color.muted, "Open a document to send, or a saved request");
    }
    if calls.form.endpoint.trim().is_empty() {
        return plain(color.muted, "Name a server, then send the document to it");
    }
    if let Some(error) = errors.first() {
        let reason = match error.field.title() {
            Some(title) => format!("{title}: {}", error.reason),
            None => error.reason.clone(),
        };
        return wrong(&reason, &capital(&error.hint));
    }
    if let Some(error) = &calls.target.error {
        return if calls.target.text.is_empty() {
            plain(color.muted, "Choose a method, then send the document to it")
        } else {
            wrong(error, "")
        };
    }
    let is_read = state.active_document().is_some_and(|open| open.message().is_some());
    match &calls.target.method {
        Some(method) if is_read && !calls.target.fits => {
            let open = state.active_document().and_then(|open| open.message());
            let read_as = open.map_or("something else", |message| message.name());
            Said {
                icon: Some(Icon::Warning),
                more: format!("The document is read as {read_as}"),
                ..plain(color.warning, &format!("The method takes {}", method.input().name()))
            }
        }
        None => Said {
            icon: Some(Icon::Info),
            more: "It is called with raw bytes, and replies have no type".to_owned(),
            ..plain(color.text, "No schema knows this method")
        },
        Some(_) => plain(color.muted, "Nothing was sent yet"),
    }
}

/// A hint that goes on after a colon elsewhere, as a sentence.
pub(super) fn capital(hint: &str) -> String {
    let mut rest = hint.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// A sentence as the end of another one.
fn inside(sentence: &str) -> String {
    let mut rest = sentence.chars();
    match rest.next() {
        Some(first) if rest.clone().next().is_some_and(|second| second.is_lowercase() || second == ' ') => {
            first.to_lowercase().chain(rest).collect()
        }
        _ => sentence.to_owned(),
    }
}

fn plain(color: Color32, text: &str) -> Said {
    let (more, facts, detail) = Default::default();
    Said { icon: None, color, text: text.to_owned(), more, facts, detail }
}

fn ended(theme: &Theme, outcome: &Outcome) -> Said {
    let color = &theme.color;
    match &outcome.wrong {
        None => {
            let mut parts = outcome.parts.iter();
            let first = parts.next().cloned().unwrap_or_default();
            let facts = parts.cloned().collect::<Vec<_>>().join(" · ");
            Said { icon: Some(Icon::Check), facts, ..plain(color.ok, &first) }
        }
        Some(wrong) => {
            let others = outcome.parts.iter().filter(|part| !wrong.contains(part.as_str()));
            let facts = others.cloned().collect::<Vec<_>>().join(" · ");
            let more = outcome.hint.clone().unwrap_or_default();
            Said { icon: Some(Icon::Error), more, facts, ..plain(color.problem, wrong) }
        }
    }
}

/// The outcome of a call that was made with other settings than those in the fields.
fn earlier(theme: &Theme, outcome: &Outcome) -> Said {
    let said = ended(theme, outcome);
    Said {
        icon: Some(Icon::History),
        color: theme.color.muted,
        text: format!("Earlier, with other settings: {}", said.text),
        ..said
    }
}

fn going_on(theme: &Theme, calls: &Calls, made: &MadeCall) -> Said {
    let seconds = jiff::Timestamp::now().duration_since(made.started).as_secs().max(0);
    let what = if made.is_cancelling { "Giving up" } else { "Calling" };
    let counts = format!("{} sent · {} received", grouped(made.n_sent), grouped(made.n_received));
    // The field for the server says it otherwise.
    let is_elsewhere = made.takes_messages() || made.form.endpoint != calls.form.endpoint;
    Said {
        icon: Some(Icon::Clock),
        more: if is_elsewhere { format!("at {}", made.call.endpoint) } else { String::new() },
        facts: format!("{counts} · {seconds} s"),
        ..plain(theme.color.text, &format!("{what} {}", made.call.method.method))
    }
}
