//! What RocketMQ adds to calls: a session that makes the client known, and the requests that follow
//! from a message.
//!
//! A session is shown as the call that it is: its stream's messages are the client's settings and the
//! server's commands, and its heartbeats are steps.

use super::super::jobs::Purpose;
use super::super::notices::About;
use super::super::session::Session;
use super::super::state::NoticeTone;
use super::replies::MessageSource;
use super::sending::{Pending, What, inputs, of_field};
use super::steps::{Step, StepLine};
use super::{CallForm, CallId, FormField, MadeCall, MetadataDraft, Refused};
use crate::document::ReadMode;
use crate::rocketmq::{
    Answer, ClientSettings, FollowUp, Received, SentFollowUp, ServerCommand, after_send, received,
    usual_deadline,
};
use crate::rpc::{
    Asked, Call, Caller, Direction, Lost, Message, MethodPath, NotSent, Profile, RocketMqClient, RpcKind,
    new_client_id, new_message_id, session, time_text,
};
use crate::schema::MessageDescriptor;
use crate::worker::jobs::{CallToMake, KeepSession, PrepareMessage};
use crate::worker::{Job, JobId};
use std::sync::Arc;

const SERVICE: &str = "apache.rocketmq.v2.MessagingService";
const TELEMETRY: &str = "Telemetry";
/// Bytes of a message that follow-ups are looked for in.
const MAX_LOOKED_AT: usize = 8 << 20;

/// Bytes of a command that is put in words.
const MAX_NAMED: usize = 64 << 10;

/// The session that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSession {
    pub call: CallId,
    /// Calls beside it have it too.
    pub client_id: String,
    /// As the form had it.
    pub endpoint: String,
}

/// What a message of RocketMQ leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// From a message that was received.
    FollowUp(FollowUp),
    /// From the reply to a message that was sent, by its place in the list.
    AfterSend { idx: usize, title: &'static str },
    /// To a command of the server.
    Answer(Answer),
}

impl Offer {
    /// As it stands in a menu.
    pub fn title(self) -> &'static str {
        match self {
            Offer::FollowUp(follow_up) => follow_up.title(),
            Offer::AfterSend { title, .. } => title,
            Offer::Answer(answer) => answer.title(),
        }
    }

    /// Whether it is sent at once; otherwise it opens as a document to be looked at first.
    pub fn is_sent(self) -> bool {
        matches!(self, Offer::Answer(answer) if answer.method().is_none())
    }
}

impl MadeCall {
    /// What the message with this number leads to.
    pub fn offers(&self, nth: u64) -> Vec<Offer> {
        let Some(message) = self.message(nth).filter(|message| message.bytes.len() <= MAX_LOOKED_AT) else {
            return Vec::new();
        };
        if message.direction != Direction::Received || self.call.method.service != SERVICE {
            return Vec::new();
        }
        if self.call.method.method == TELEMETRY {
            let answers = ServerCommand::read(&message.bytes).answers();
            return answers.iter().map(|answer| Offer::Answer(*answer)).collect();
        }
        if let Some(received) = self.received(nth) {
            let can = |follow_up: &FollowUp| received.can(*follow_up);
            return FollowUp::ALL.into_iter().filter(can).map(Offer::FollowUp).collect();
        }
        let after = self.after_send(nth).into_iter().enumerate();
        after.map(|(idx, found)| Offer::AfterSend { idx, title: found.title }).collect()
    }

    /// The message inside the reply with this number.
    fn received(&self, nth: u64) -> Option<Received> {
        received(self.output.as_ref()?, &self.message(nth)?.bytes, &self.request()?)
    }

    fn after_send(&self, nth: u64) -> Vec<SentFollowUp> {
        match (self.message(nth), self.request()) {
            (Some(reply), Some(request)) if self.call.method.method == "SendMessage" => {
                after_send(&request, &reply.bytes)
            }
            _ => Vec::new(),
        }
    }

    /// The first message that was sent, as far as it is kept.
    fn request(&self) -> Option<crate::rpc::Bytes> {
        self.log.messages().find(|message| message.direction == Direction::Sent).map(|m| m.bytes.clone())
    }

    /// What a message of a session is, in words; `None` for others, and for what no words are known for.
    pub fn command_title(&self, message: &Message) -> Option<String> {
        if !self.is_session() || message.bytes.len() > MAX_NAMED {
            return None;
        }
        match (ServerCommand::read(&message.bytes), message.direction) {
            (ServerCommand::Settings, Direction::Sent) => Some("The client's settings".to_owned()),
            (ServerCommand::Other, _) | (_, Direction::Sent) => None,
            (command, Direction::Received) => Some(command.title()),
        }
    }

    fn is_session(&self) -> bool {
        self.call.method.service == SERVICE && self.call.method.method == TELEMETRY
    }
}

/// Bytes of a message that are looked at for how long it lets the server wait.
const HEAD: u64 = 64 << 10;

impl Session {
    /// Fills the fields as the API's own clients call the method with the document in front: the
    /// headers that stay the same, and how long they wait.
    pub(super) fn fill_as_client(&mut self) {
        let open = self.state.active_document();
        let head = open.and_then(|open| {
            let snapshot = open.document.snapshot();
            snapshot.bytes(0..snapshot.len().min(HEAD), ReadMode::Cached).ok()
        });
        let method = self.state.calls.target.path().ok();
        let deadline = method
            .and_then(|method| usual_deadline(&method.service, &method.method, &head.unwrap_or_default()));
        let form = &mut self.state.calls.form;
        form.is_rocketmq = true;
        if form.client_id.trim().is_empty() {
            form.client_id = new_client_id();
        }
        if let Some(deadline) = deadline {
            form.deadline = time_text(deadline);
        }
        let client = RocketMqClient::new(String::new());
        for (name, value) in [
            ("x-mq-language", client.language),
            ("x-mq-client-version", client.client_version),
            ("x-mq-protocol", client.protocol),
        ] {
            let is_there = form.metadata.iter().any(|draft| draft.name.trim().eq_ignore_ascii_case(name));
            if !is_there {
                form.metadata.push(MetadataDraft { name: name.to_owned(), value });
            }
        }
    }

    /// Opens a session as the form says.
    pub(super) fn start_session(&mut self) {
        if self.state.calls.session.is_some() || self.state.calls.preparing.is_some() {
            return;
        }
        // Whoever asks for a session is a client of RocketMQ.
        self.state.calls.form.is_rocketmq = true;
        let (profile, typed) = match self.state.calls.form.read() {
            Ok(read) => read,
            Err(errors) => {
                return self.refuse_to_send(Refused { is_session: true, ..of_field(errors) });
            }
        };
        if let Some(missing) = missing(&profile) {
            return self.refuse_to_send(missing);
        }
        let method = MethodPath { service: SERVICE.to_owned(), method: TELEMETRY.to_owned() };
        let declared = self.state.schema.method(&method.to_string()).ok();
        let message = declared.map(|method| (method.input(), method.output()));
        let (input, output) = message.unzip();
        let identity = profile.identity();
        let endpoint = profile.endpoint.clone();
        let inputs = inputs(typed, &self.state.calls.form);
        let call = Some(Box::new(CallToMake { profile, inputs, method, kind: RpcKind::Bidi }));
        let job = PrepareMessage { snapshot: None, input: None, call };
        let title = "the client's settings".to_owned();
        let form = self.state.calls.form.clone();
        let pending = Pending::new(What::Session { endpoint }, title, (input, output), identity, form);
        let purpose = Purpose::PrepareMessage { pending: Box::new(pending) };
        let job = self.start(purpose, Job::PrepareMessage(job), "Opening a session");
        self.state.calls.preparing = Some(job);
    }

    /// Opens it, now that everything is read and agreed to.
    pub(super) fn session_prepared(
        &mut self,
        endpoint: String,
        form: CallForm,
        types: (Option<MessageDescriptor>, Option<MessageDescriptor>),
        caller: Box<Caller>,
        call: Box<Call>,
    ) {
        let (Some(client), Some(who)) = (caller.client_settings(), &caller.rocketmq) else { return };
        let client_id = who.client_id.clone();
        let (handle, inbox) = session();
        let outbox = handle.outbox();
        self.remember_endpoint(&call.endpoint);
        let title = client_title(&client);
        let made = self.new_call(&call, form, types, &title);
        let id = made.id;
        self.state.calls.add(made);
        self.state.calls.n_begun += 1;
        let canceller = outbox.canceller();
        let job = self.worker.submit(Job::KeepSession(KeepSession { caller, client, inbox, canceller }));
        self.calling.live.insert(job, (id, outbox));
        self.calling.session = Some(handle);
        self.state.calls.session = Some(LiveSession { call: id, client_id, endpoint });
        self.state.settings.show_call = true;
    }

    /// Tells the server, and lets the stream end.
    pub(super) fn end_session(&mut self) {
        if let Some(handle) = &self.calling.session {
            handle.stop();
        }
    }

    /// A call has ended; if it is the session's, there is none any more.
    pub(super) fn session_ended(&mut self, id: CallId) {
        if self.state.calls.is_session(id) {
            self.state.calls.session = None;
            self.calling.session = None;
        }
    }

    /// Calls beside a session are made by the same client.
    pub(super) fn join_session(&self, profile: &mut Profile) {
        if let (Some(session), Some(setting)) = (&self.state.calls.session, &mut profile.rocketmq)
            && session.endpoint == profile.endpoint
        {
            setting.client_id.clone_from(&session.client_id);
        }
    }

    /// The session asked the server something by itself. What is as it was is not told again.
    pub(super) fn session_asked(&mut self, job: JobId, what: &'static str, asked: &Asked) {
        let Some(id) = self.calling.live.get(&job).map(|(id, _)| *id) else { return };
        let Some(made) = self.state.calls.call_mut(id).filter(|made| made.is_session()) else { return };
        let step = asked_step(what, asked, made.n_messages());
        let before = made.steps.all().iter().rev().find(|step| step.title.starts_with(what));
        if before.is_none_or(|before| before.title != step.title) {
            made.steps.push(step);
        }
    }

    /// The stream broke off, and the session goes on with another one soon.
    pub(super) fn session_lost(&mut self, job: JobId, lost: &Lost) {
        let Some(id) = self.calling.live.get(&job).map(|(id, _)| *id) else { return };
        let Some(made) = self.state.calls.call_mut(id).filter(|made| made.is_session()) else { return };
        let why = match (&lost.ending.failure, &lost.ending.status) {
            (Some(failure), _) => failure.to_string(),
            (None, Some(status)) => format!("gRPC {} {}", status.code, status.name().unwrap_or_default()),
            (None, None) => "it ended".to_owned(),
        };
        let again = format!("in {}, try {} of {}", time_text(Some(lost.again_in)), lost.n_try, lost.n_tries);
        let lines = vec![StepLine::new("why", &why), StepLine::new("again", &again)];
        let (at, n_before) = (lost.ending.at, made.n_messages());
        let title = "The stream was lost".to_owned();
        made.steps.push(Step { at, n_before, title, is_warning: true, lines, is_open: true });
    }

    /// Does what a message leads to: a request opens as a document with its method, to be looked at
    /// and sent; an answer to the server on its own stream goes out.
    pub(super) fn take_offer(&mut self, call: CallId, nth: u64, offer: Offer) {
        let Some(made) = self.state.calls.call(call) else { return };
        let opened = match offer {
            Offer::FollowUp(follow_up) => made.received(nth).and_then(|received| {
                let request = received.request(follow_up, &new_message_id())?;
                Some((follow_up.method(), follow_up.message_type().to_owned(), request))
            }),
            Offer::AfterSend { idx, .. } => made
                .after_send(nth)
                .into_iter()
                .nth(idx)
                .map(|found| (found.method, found.message_type.to_owned(), found.request)),
            Offer::Answer(answer) => {
                let command = made.message(nth).map(|message| ServerCommand::read(&message.bytes));
                let Some(bytes) = command.and_then(|command| command.answer(answer)) else { return };
                match answer.method() {
                    None => return self.answer_server(bytes),
                    Some(method) => {
                        let message = "apache.rocketmq.v2.EndTransactionRequest".to_owned();
                        Some((method.to_owned(), message, bytes))
                    }
                }
            }
        };
        let Some((method, message, request)) = opened else {
            return self.notify(NoticeTone::Note, "This message leads to nothing more");
        };
        let message = self.state.schema.message(&message).ok();
        let title = format!("{} request", method.rsplit('/').next().unwrap_or_default());
        let tab = self.open_source(title, Arc::new(MessageSource(request.into())), message);
        self.state.calls.chosen.insert(tab, method);
        self.follow_target();
    }

    fn answer_server(&mut self, command: Vec<u8>) {
        let sent = self.calling.session.as_ref().map(|handle| handle.send(command));
        match sent {
            Some(Ok(())) => self.outdate(About::Call),
            Some(Err(NotSent::Full)) => {
                self.notify_anew(
                    About::Call,
                    NoticeTone::Warning,
                    "Nothing was sent: the server takes no more messages yet",
                );
            }
            Some(Err(NotSent::Closed)) | None => {
                self.notify_anew(About::Call, NoticeTone::Warning, "Nothing was sent: the session has ended");
            }
        }
    }
}

/// What a session still needs to be known.
fn missing(profile: &Profile) -> Option<Refused> {
    let setting = profile.rocketmq.as_ref()?;
    let refused = |field, reason: &str, hint: &str| {
        let (reason, hint) = (reason.to_owned(), hint.to_owned());
        Some(Refused { reason, hint, field: Some(field), is_session: true, ..Refused::default() })
    };
    if setting.topics.is_empty() {
        return refused(FormField::Topics, "No topics are named", "Name them with commas in between");
    }
    if setting.client_type.is_consumer() && setting.group.is_empty() {
        return refused(FormField::Group, "A consumer has a group", "Name it");
    }
    None
}

fn client_title(client: &ClientSettings) -> String {
    let topics = client.topics.join(", ");
    match client.client_type.is_consumer() {
        true => format!("{} of {topics} in group {}", client.client_type.title(), client.group),
        false => format!("{} of {topics}", client.client_type.title()),
    }
}

/// A call that a session made, as a step of it.
fn asked_step(what: &str, asked: &Asked, n_before: u64) -> Step {
    let outcome = match (&asked.in_band, &asked.ending.failure, &asked.ending.status) {
        (Some(status), _, _) => {
            format!("{} {}", status.code, status.name.as_deref().unwrap_or_default()).trim_end().to_owned()
        }
        (None, Some(failure), _) => failure.to_string(),
        (None, None, Some(status)) => format!("gRPC {} {}", status.code, status.name().unwrap_or_default()),
        (None, None, None) => "no answer".to_owned(),
    };
    let mut lines = Vec::new();
    if let Some(status) = asked.in_band.as_ref().filter(|status| !status.is_ok()) {
        lines.extend(status.meaning.as_ref().map(|meaning| StepLine::new("meaning", meaning)));
        lines.push(StepLine::new("message", &status.message));
    }
    let title = format!("{what}: {outcome}");
    Step { at: asked.at, n_before, title, is_warning: !asked.is_ok(), lines, is_open: false }
}
