//! What happens in calls that go on, and acts on them.

use super::super::session::Session;
use super::super::state::NoticeTone;
use super::steps::{self, Step, StepLine};
use super::{CallId, MadeCall, Outcome, outcome};
use crate::rocketmq::{addresses, in_band};
use crate::rpc::{Direction, Event, Message, NotSent};
use crate::schema::Schema;
use crate::worker::{JobId, Report};

/// Servers named by replies that are remembered.
const MAX_NAMED: usize = 50;

impl Session {
    /// Takes in what the job of a call reports.
    pub(in crate::app) fn call_reported(&mut self, job: JobId, report: Report) {
        let Some(id) = self.calling.live.get(&job).map(|(id, _)| *id) else { return };
        match report {
            Report::Call(events) => events.into_iter().for_each(|event| self.call_event(id, event)),
            Report::SessionLost(lost) => self.session_lost(job, &lost),
            Report::SessionAsked { what, asked } => self.session_asked(job, what, &asked),
            Report::Failed { error, .. } => self.call_broke(job, id, &error.to_string()),
            _ => {
                self.calling.live.remove(&job);
                self.call_broke(job, id, "The call stopped without an end");
            }
        }
    }

    fn call_event(&mut self, id: CallId, event: Event) {
        let schema = self.state.schema.clone();
        let front = self.state.calls.shown;
        if matches!(event, Event::Ended(_)) {
            self.session_ended(id);
        }
        let Some(made) = self.state.calls.call_mut(id) else { return };
        let first = made.take(event, &schema);
        let has_ended = !made.is_live();
        let named = std::mem::take(&mut made.named);
        // The one reply of a call is what the person waits for.
        if let Some(nth) = first.filter(|_| !made.call.kind.receives_many() && front == Some(id)) {
            self.open_message(id, nth);
        }
        self.remember_named(named);
        if has_ended {
            self.keep_call(id);
        }
    }

    /// Servers that a reply names, to be offered.
    fn remember_named(&mut self, named: Vec<String>) {
        let known = &mut self.state.calls.named;
        for server in named {
            known.retain(|other| *other != server);
            known.insert(0, server);
        }
        known.truncate(MAX_NAMED);
    }

    /// Something broke on this side.
    fn call_broke(&mut self, job: JobId, id: CallId, reason: &str) {
        self.calling.live.remove(&job);
        self.session_ended(id);
        let Some(made) = self.state.calls.call_mut(id).filter(|made| made.is_live()) else { return };
        made.outcome =
            Some(Outcome { is_ok: false, wrong: Some(reason.to_owned()), hint: None, parts: Vec::new() });
        let lines = vec![StepLine::new("error", reason)];
        let (at, n_before) = (made.steps.all().last().map(|step| step.at), made.n_messages());
        let at = at.unwrap_or_default();
        let title = "Ended without a status".to_owned();
        made.steps.push(Step { at, n_before, title, is_warning: true, lines, is_open: true });
    }

    pub(super) fn half_close(&mut self, id: CallId) {
        let Some(outbox) = self.calling.outbox(id) else { return };
        match outbox.half_close() {
            Ok(()) => {
                if let Some(made) = self.state.calls.call_mut(id) {
                    made.is_half_closed = true;
                }
            }
            Err(NotSent::Full) => {
                self.notify(NoticeTone::Warning, "The server has yet to take the messages that were sent");
            }
            Err(NotSent::Closed) => {}
        }
    }

    pub(super) fn cancel_call(&mut self, id: CallId) {
        if let Some(outbox) = self.calling.outbox(id) {
            outbox.cancel();
        }
        if let Some(made) = self.state.calls.call_mut(id).filter(|made| made.is_live()) {
            made.is_cancelling = true;
        }
    }

    pub(super) fn show_call(&mut self, id: CallId) {
        if self.state.calls.call(id).is_some() {
            self.state.calls.shown = Some(id);
            self.state.settings.show_call = true;
        }
    }

    pub(super) fn forget_ended(&mut self) {
        let calls = &mut self.state.calls;
        calls.made.retain(MadeCall::is_live);
        calls.shown = calls.shown.filter(|id| calls.made.iter().any(|made| made.id == *id));
    }

    pub(super) fn toggle_step(&mut self, id: CallId, step: usize) {
        if let Some(made) = self.state.calls.call_mut(id) {
            made.steps.toggle(step);
        }
    }
}

impl MadeCall {
    /// Keeps an event; the number of the first message that was received, if this is it.
    fn take(&mut self, event: Event, schema: &Schema) -> Option<u64> {
        let n_before = self.n_messages();
        if let Some(step) = steps::of_event(&event, n_before) {
            self.steps.push(step);
        }
        let mut first = None;
        match &event {
            Event::Message(message) => {
                self.count(message, schema);
                let is_first = message.direction == Direction::Received && self.n_received == 1;
                first = is_first.then_some(n_before);
            }
            Event::HalfClosed { .. } => self.is_half_closed = true,
            Event::Ended(ending) => {
                let (outcome, step) = outcome::of(ending, self.in_band.as_ref(), schema, n_before);
                self.outcome = Some(outcome);
                self.took = ending.at;
                self.steps.push(step);
            }
            Event::Connected { .. } | Event::Headers { .. } | Event::Trailers { .. } => {}
        }
        self.log.push(event);
        first
    }

    fn count(&mut self, message: &Message, schema: &Schema) {
        match message.direction {
            Direction::Sent => self.n_sent += 1,
            Direction::Received => {
                self.n_received += 1;
                let scheme = if self.call.endpoint.is_tls { "https" } else { "http" };
                let found = self.output.as_ref().map(|output| addresses(output, &message.bytes));
                self.named.extend(found.into_iter().flatten().map(|(host, port)| {
                    let host = if host.contains(':') { format!("[{host}]") } else { host };
                    format!("{scheme}://{host}:{port}")
                }));
                let found = self.output.as_ref().and_then(|output| in_band(schema, output, &message.bytes));
                let keeps_bad = self.in_band.as_ref().is_some_and(|status| !status.is_ok());
                if let Some(status) = found.filter(|_| !keeps_bad) {
                    self.in_band = Some(status);
                }
            }
        }
    }
}
