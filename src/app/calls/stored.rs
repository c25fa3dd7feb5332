//! Calls that were made before, kept on disk with their messages and without their secrets.

use super::super::jobs::Purpose;
use super::super::session::Session;
use super::super::state::NoticeTone;
use super::outcome::of_summary;
use super::sending::Rest;
use super::steps::{self, StepsView};
use super::{CallForm, CallId, MadeCall, MetadataDraft};
use crate::rpc::{
    Call, CallLog, CallRecord, CallSummary, Direction, Endpoint, Event, Metadata, MethodPath, Profile,
    TRANSPORTS,
};
use crate::worker::jobs::{CallFiles, CallFilesReport};
use crate::worker::{Job, StoredCall, WorkerError};
use std::path::PathBuf;

/// The calls on disk.
#[derive(Default)]
pub struct StoredCalls {
    /// The newest first; `None` before they were listed.
    pub all: Option<Vec<StoredCall>>,
    /// What is searched for among them.
    pub query: String,
    /// Why they cannot be listed or kept.
    pub error: Option<String>,
    pub(super) is_listing: bool,
}

impl StoredCalls {
    /// Those that the search finds.
    pub fn found(&self) -> impl Iterator<Item = &StoredCall> {
        self.all.iter().flatten().filter(|call| call.summary.matches(&self.query))
    }

    /// Bytes of all of them on disk.
    pub fn n_bytes(&self) -> u64 {
        self.all.iter().flatten().map(|call| call.n_bytes).sum()
    }
}

impl Session {
    fn calls_folder(&self) -> Option<PathBuf> {
        self.folders.state.as_ref().map(|folder| folder.join("calls"))
    }

    /// Lists them once they can be seen.
    pub(in crate::app) fn list_stored_calls(&mut self) {
        let stored = &self.state.calls.stored;
        if !self.state.settings.show_call || stored.all.is_some() || stored.is_listing {
            return;
        }
        let Some(folder) = self.calls_folder() else { return };
        self.state.calls.stored.is_listing = true;
        self.list_profiles();
        self.list_requests_once();
        self.start(Purpose::CallFiles { call: None }, Job::CallFiles(CallFiles::ListCalls { folder }), "");
    }

    /// Lists them as they are on disk now.
    pub(super) fn list_stored_calls_again(&mut self) {
        let stored = &mut self.state.calls.stored;
        if !stored.is_listing {
            (stored.all, stored.error) = (None, None);
            self.list_stored_calls();
        }
    }

    /// Keeps a call that has ended.
    pub(super) fn keep_call(&mut self, id: CallId) {
        let Some(folder) = self.calls_folder() else { return };
        let Some(made) = self.state.calls.call(id) else { return };
        let started = u64::try_from(made.started.as_millisecond()).unwrap_or(0);
        let profile = Some(made.form.profile.name.as_str()).filter(|name| !name.is_empty());
        let record = CallRecord::new(&made.call, &made.log, profile, made.in_band.as_ref(), started);
        let job = CallFiles::KeepCall { folder, record: Box::new(record) };
        self.start(Purpose::CallFiles { call: Some(id) }, Job::CallFiles(job), "");
    }

    pub(in crate::app) fn call_files_done(&mut self, call: Option<CallId>, report: CallFilesReport) {
        let stored = &mut self.state.calls.stored;
        match report {
            CallFilesReport::Calls(all) => {
                stored.is_listing = false;
                stored.all = Some(all);
            }
            CallFilesReport::CallKept { call: kept, forgotten } => {
                let path = kept.path.clone();
                if let Some(all) = &mut stored.all {
                    all.retain(|known| !forgotten.contains(&known.path));
                    all.insert(0, *kept);
                }
                if let Some(made) = call.and_then(|id| self.state.calls.call_mut(id)) {
                    made.stored = Some(path);
                }
            }
            CallFilesReport::CallOpened { path, record } => self.stored_opened(path, *record),
            CallFilesReport::CallsForgotten(paths) => {
                if let Some(all) = &mut stored.all {
                    all.retain(|known| !paths.contains(&known.path));
                }
            }
            CallFilesReport::Profiles(profiles) => self.profiles_listed(profiles),
            report => self.requests_changed(report),
        }
    }

    pub(in crate::app) fn call_files_failed(&mut self, label: &str, error: &WorkerError) {
        if label == "Listing the requests" {
            return self.listing_requests_failed(error);
        }
        let stored = &mut self.state.calls.stored;
        if stored.is_listing {
            // To be seen in the place of the list, and not tried again and again.
            stored.is_listing = false;
            stored.all = Some(Vec::new());
            stored.error = Some(error.to_string());
            return;
        }
        self.notify(NoticeTone::Error, format!("{label} failed: {error}"));
    }

    /// Brings a call on disk to the front.
    pub(super) fn open_stored(&mut self, path: PathBuf) {
        let known = self.state.calls.made.iter().find(|made| made.stored.as_ref() == Some(&path));
        if let Some(id) = known.map(|made| made.id) {
            return self.show_call(id);
        }
        let job = Job::CallFiles(CallFiles::OpenCall { path });
        self.start(Purpose::CallFiles { call: None }, job, "Opening the call");
    }

    fn stored_opened(&mut self, path: PathBuf, record: CallRecord) {
        match self.made_of(path, record) {
            Ok(made) => self.state.calls.add(made),
            Err(reason) => self.notify(NoticeTone::Error, format!("The call cannot be shown: {reason}")),
        }
    }

    fn made_of(&mut self, path: PathBuf, record: CallRecord) -> Result<MadeCall, String> {
        let CallRecord { summary, messages } = record;
        let call = call_of(&summary)?;
        let declared = self.state.schema.method(&summary.method).ok();
        self.calling.last += 1;
        let mut steps = StepsView::default();
        let title = format!("Called {} at {}", call.method, call.endpoint);
        steps.push(steps::beginning(title, call.metadata.entries()));
        let mut log = CallLog::default();
        let n_messages = messages.len() as u64;
        messages.into_iter().for_each(|message| log.push(Event::Message(message)));
        let (outcome, step) = of_summary(&summary, n_messages);
        steps.push(step);
        let millis = i64::try_from(summary.started_at_millis).unwrap_or(0);
        Ok(MadeCall {
            id: CallId(self.calling.last),
            form: form_of(&summary),
            input: declared.as_ref().map(|method| method.input()),
            output: declared.as_ref().map(|method| method.output()),
            started: jiff::Timestamp::from_millisecond(millis).unwrap_or_default(),
            log,
            n_sent: summary.n_sent,
            n_received: summary.n_received,
            steps,
            outcome: Some(outcome),
            is_half_closed: true,
            is_cancelling: false,
            in_band: None,
            named: Vec::new(),
            took: summary.took,
            stored: Some(path),
            call,
        })
    }

    /// Deletes the calls on disk, and forgets those of this session that have ended.
    pub(super) fn forget_calls(&mut self) {
        self.forget_ended();
        let all = self.state.calls.stored.all.iter().flatten();
        let paths: Vec<PathBuf> = all.map(|call| call.path.clone()).collect();
        if !paths.is_empty() {
            let job = Job::CallFiles(CallFiles::ForgetCalls { paths });
            self.start(Purpose::CallFiles { call: None }, job, "Forgetting the calls");
        }
    }

    /// Sends the messages of a call again, to the same server and method, with its settings; the first one
    /// is opened.
    pub(super) fn send_again(&mut self, id: CallId) {
        let Some(made) = self.state.calls.call(id) else { return };
        let mut messages = (made.log.n_dropped()..made.n_messages()).filter_map(|nth| {
            let message = made.message(nth).filter(|message| message.direction == Direction::Sent)?;
            Some((nth, message.bytes.clone()))
        });
        let Some((nth, _)) = messages.next() else {
            return self.notify(NoticeTone::Note, "The message that was sent is not kept any more");
        };
        let messages: Vec<_> = messages.map(|(_, bytes)| bytes).collect();
        let n_lost = made.n_sent.saturating_sub(messages.len() as u64 + 1);
        let rest = Rest { messages, half_closes: made.call.kind.sends_many() && made.is_half_closed };
        let (form, method, kind) = (made.form.clone(), made.call.method.to_string(), made.call.kind);
        let Some(tab) = self.open_message(id, nth) else { return };
        self.state.calls.form = form;
        self.state.calls.chosen.insert(tab, method);
        self.state.calls.raw_kind = Some(kind);
        self.follow_target();
        if n_lost > 0 {
            let text = format!("{n_lost} older messages are not kept any more, and are not sent again");
            self.notify(NoticeTone::Warning, text);
        }
        // What was asked for is one call, and it waits for the message that was just opened.
        self.send_with(true, rest);
    }
}

/// The call without what was not kept.
fn call_of(summary: &CallSummary) -> Result<Call, String> {
    let endpoint: Endpoint =
        summary.endpoint.parse().map_err(|error: crate::rpc::EndpointError| error.to_string())?;
    let method: MethodPath =
        summary.method.parse().map_err(|error: crate::rpc::Failure| error.to_string())?;
    let mut call = Call::new(endpoint, method, summary.kind);
    call.transport = TRANSPORTS.iter().find(|row| row.name == summary.protocol).unwrap_or(&TRANSPORTS[0]);
    let mut metadata = Metadata::new();
    for (name, value) in &summary.metadata {
        // What was sent once can be sent.
        let _ = metadata.add_text(name, value);
    }
    call.metadata = metadata;
    Ok(call)
}

/// The fields as they were, as far as that was kept; secrets are to be typed again.
fn form_of(summary: &CallSummary) -> CallForm {
    let mut form = CallForm::of(Profile::new("", &summary.endpoint));
    form.transport = TRANSPORTS.iter().position(|row| row.name == summary.protocol).unwrap_or(0);
    let is_rocketmq = |name: &str| name.starts_with("x-mq-");
    let draft = |name: &String, value: &str| MetadataDraft { name: name.clone(), value: value.to_owned() };
    let plain = summary.metadata.iter().filter(|(name, _)| !is_rocketmq(name));
    form.metadata = plain.map(|(name, value)| draft(name, value)).collect();
    form.is_rocketmq = summary.metadata.iter().any(|(name, _)| is_rocketmq(name));
    let value =
        |wanted: &str| summary.metadata.iter().find(|(name, _)| name == wanted).map(|(_, v)| v.clone());
    form.client_id = value("x-mq-client-id").unwrap_or_default();
    form.namespace = value("x-mq-namespace").unwrap_or_default();
    if form.is_rocketmq && summary.left_out.iter().any(|name| name == "authorization") {
        // It was signed, by whom was not kept.
        form.secret = "?".to_owned();
    }
    let secrets = summary.left_out.iter().filter(|name| !form.is_rocketmq || !is_of_signature(name));
    form.metadata.extend(secrets.map(|name| draft(name, "?")));
    form
}

/// Whether the header is made afresh with each signature.
fn is_of_signature(name: &str) -> bool {
    name == "authorization" || name == "x-mq-session-token"
}
