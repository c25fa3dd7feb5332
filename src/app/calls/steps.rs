//! What happens in a call beside its messages, in words.

use super::outcome::{certificate_lines, duration_text};
use crate::document::value::quote_bytes;
use crate::rpc::{Connected, Entry, Event};
use std::time::Duration;

/// Characters of a value that are shown.
const MAX_SHOWN: usize = 300;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Since the start of the call.
    pub at: Duration,
    /// Messages that came before it.
    pub n_before: u64,
    pub title: String,
    /// Something that a person should look at.
    pub is_warning: bool,
    pub lines: Vec<StepLine>,
    /// Whether the lines are shown.
    pub is_open: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepLine {
    pub name: String,
    pub value: String,
}

impl StepLine {
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> StepLine {
        StepLine { name: name.into(), value: value.into() }
    }
}

/// What a row of the timeline shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineRow {
    /// By its number from 0 in the call.
    Message(u64),
    /// By its place among the steps.
    Step(usize),
    Line {
        step: usize,
        line: usize,
    },
}

/// The steps of a call, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepsView {
    steps: Vec<Step>,
}

impl StepsView {
    pub fn all(&self) -> &[Step] {
        &self.steps
    }

    pub(super) fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    pub(super) fn toggle(&mut self, idx: usize) {
        if let Some(step) = self.steps.get_mut(idx).filter(|step| !step.lines.is_empty()) {
            step.is_open = !step.is_open;
        }
    }

    /// Rows of the timeline, where messages from `first` up to `end` are kept.
    pub fn n_rows(&self, first: u64, end: u64) -> u64 {
        end.saturating_sub(first) + self.steps.iter().map(n_rows_of).sum::<u64>()
    }

    /// The number of a row; `None` if it is not there any more.
    pub fn number_of(&self, row: TimelineRow, first: u64, end: u64) -> Option<u64> {
        let (wanted_step, line) = match row {
            TimelineRow::Step(step) => (step, 0),
            TimelineRow::Line { step, line } => (step, 1 + line as u64),
            TimelineRow::Message(nth) if (first..end).contains(&nth) => {
                let before = self.steps.iter().take_while(|step| step.n_before.clamp(first, end) <= nth);
                return Some(nth - first + before.map(n_rows_of).sum::<u64>());
            }
            TimelineRow::Message(_) => return None,
        };
        let step = self.steps.get(wanted_step).filter(|step| line < n_rows_of(step))?;
        let before = self.steps.iter().take(wanted_step).map(n_rows_of).sum::<u64>();
        Some(step.n_before.clamp(first, end) - first + before + line)
    }

    /// The row with this number. Costs as much as there are steps, however many messages there are.
    pub fn row(&self, number: u64, first: u64, end: u64) -> Option<TimelineRow> {
        let (mut left, mut message) = (number, first);
        for (idx, step) in self.steps.iter().enumerate() {
            let n_before = step.n_before.clamp(message, end) - message;
            if left < n_before {
                return Some(TimelineRow::Message(message + left));
            }
            (left, message) = (left - n_before, message + n_before);
            if left == 0 {
                return Some(TimelineRow::Step(idx));
            }
            left -= 1;
            let n_lines = n_rows_of(step) - 1;
            if left < n_lines {
                return Some(TimelineRow::Line { step: idx, line: left as usize });
            }
            left -= n_lines;
        }
        Some(message + left).filter(|message| *message < end).map(TimelineRow::Message)
    }
}

/// A step's own row and those of its lines.
fn n_rows_of(step: &Step) -> u64 {
    1 + if step.is_open { step.lines.len() as u64 } else { 0 }
}

/// The step that an event is; `None` for messages and the end.
pub(super) fn of_event(event: &Event, n_before: u64) -> Option<Step> {
    let step = |at: Duration, title: String, lines: Vec<StepLine>| Step {
        at,
        n_before,
        title,
        is_warning: false,
        lines,
        is_open: false,
    };
    Some(match event {
        Event::Connected { at, facts } => {
            let unverified = facts.tls.as_ref().is_some_and(|tls| tls.unverified.is_some());
            let connected = step(*at, connected_title(facts), connected_lines(facts));
            // A certificate that nobody vouches for is shown, not only there to be found.
            Step { is_warning: unverified, is_open: unverified, ..connected }
        }
        Event::HalfClosed { at } => step(*at, "Half-closed: nothing more is sent".to_owned(), Vec::new()),
        Event::Headers { at, http_status, entries } => {
            step(*at, format!("Headers, HTTP {http_status}"), entries.iter().map(entry_line).collect())
        }
        Event::Trailers { at, entries } => {
            step(*at, "Trailers".to_owned(), entries.iter().map(entry_line).collect())
        }
        Event::Message(_) | Event::Ended(_) => return None,
    })
}

/// What is sent before the first message.
pub(super) fn beginning(title: String, entries: &[Entry]) -> Step {
    let lines = entries.iter().map(entry_line).collect();
    Step { at: Duration::ZERO, n_before: 0, title, is_warning: false, lines, is_open: false }
}

fn connected_title(facts: &Connected) -> String {
    let version = if facts.is_http2 { "HTTP/2" } else { "HTTP/1.1" };
    let how = match &facts.tls {
        None => "in plain text".to_owned(),
        Some(tls) if tls.unverified.is_some() => format!("under {}, not verified", tls.version),
        Some(tls) => format!("under {}", tls.version),
    };
    format!("Connected to {}, {version} {how}", facts.peer)
}

fn connected_lines(facts: &Connected) -> Vec<StepLine> {
    let mut lines = Vec::new();
    lines.extend(facts.proxy.as_ref().map(|proxy| StepLine::new("through", proxy)));
    if let Some(tls) = &facts.tls {
        lines.extend(tls.unverified.as_ref().map(|why| StepLine::new("not verified", why)));
        lines.extend(certificate_lines(&tls.certificate));
    }
    lines
}

/// A header; the value of a secret is left out.
fn entry_line(entry: &Entry) -> StepLine {
    let value = match (entry.is_secret(), entry.binary()) {
        (true, _) => "(not shown)".to_owned(),
        (false, Some(values)) => {
            let shown = values.iter().map(|value| quote_bytes(value, true, MAX_SHOWN).0);
            shown.collect::<Vec<String>>().join(", ")
        }
        (false, None) => entry.text(),
    };
    StepLine::new(&entry.name, value)
}

impl Step {
    /// When it was, as shown.
    pub fn time(&self) -> String {
        duration_text(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn step(n_before: u64, n_lines: usize, is_open: bool) -> Step {
        let lines = vec![StepLine::new("a", "b"); n_lines];
        let title = "A step".to_owned();
        Step { at: Duration::ZERO, n_before, title, is_warning: false, lines, is_open }
    }

    proptest! {
        #[test]
        fn rows_are_messages_and_steps_in_their_order(
            mut steps in proptest::collection::vec((0_u64..30, 0_usize..4, any::<bool>()), 0..6),
            first in 0_u64..20,
            n_kept in 0_u64..20,
        ) {
            steps.sort();
            let view =
                StepsView { steps: steps.iter().map(|(n, lines, open)| step(*n, *lines, *open)).collect() };
            let end = first + n_kept;
            // The same, walked through row by row.
            let mut expected = Vec::new();
            let mut message = first;
            for (idx, step) in view.all().iter().enumerate() {
                while message < step.n_before.min(end) {
                    expected.push(TimelineRow::Message(message));
                    message += 1;
                }
                expected.push(TimelineRow::Step(idx));
                if step.is_open {
                    expected.extend((0..step.lines.len()).map(|line| TimelineRow::Line { step: idx, line }));
                }
            }
            expected.extend((message..end).map(TimelineRow::Message));
            let found: Vec<TimelineRow> = (0..).map_while(|number| view.row(number, first, end)).collect();
            prop_assert_eq!(view.n_rows(first, end), found.len() as u64);
            for (number, row) in found.iter().enumerate() {
                prop_assert_eq!(view.number_of(*row, first, end), Some(number as u64));
            }
            prop_assert_eq!(view.number_of(TimelineRow::Message(end), first, end), None);
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn values_of_secrets_are_left_out_and_bytes_are_read() {
        let entry = |name: &str, value: &str| Entry::received(name, value.as_bytes());
        assert_eq!(entry_line(&entry("set-cookie", "hidden")).value, "(not shown)");
        assert_eq!(entry_line(&entry("a-bin", "aGk")).value, "\"hi\"");
        assert_eq!(entry_line(&entry("a", "hi")).value, "hi");
    }
}
