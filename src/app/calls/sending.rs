//! From a person's act to a call that goes on, over what has to be asked before.

use super::super::action::{Dialog, Pane, Question};
use super::super::jobs::Purpose;
use super::super::notices::About;
use super::super::session::Session;
use super::super::state::NoticeTone;
use super::steps::{self, StepsView};
use super::{CallForm, CallId, FieldError, MadeCall, Refused};
use crate::document::problem::Problem;
use crate::rpc::{self, Bytes, Call, CallLog, Endpoint, NotSent, Place, RpcKind, TypedSecrets};
use crate::schema::MessageDescriptor;
use crate::worker::jobs::{CallToMake, MakeCall, PrepareMessage, PreparedMessage};
use crate::worker::{CancelToken, Job, JobId, ProfileInputs, WorkerError};
use std::time::Duration;

/// A message on its way, and what it is for.
pub(in crate::app) struct Pending {
    what: What,
    /// Of the document.
    title: String,
    input: Option<MessageDescriptor>,
    output: Option<MessageDescriptor>,
    /// Who the caller is, in words without secrets.
    identity: Vec<String>,
    /// The fields at the act.
    form: CallForm,
    prepared: Option<PreparedMessage>,
    /// What the document is read as, where the method takes something else.
    other_type: Option<String>,
    is_undecodable_fine: bool,
}

/// Messages of a new call behind its first one.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Rest {
    pub messages: Vec<Bytes>,
    pub half_closes: bool,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A new call, with the message or with none yet.
    Start(Rest),
    /// One more message of this call.
    Into(CallId),
    /// A RocketMQ session at the endpoint that the fields have.
    Session { endpoint: String },
}

impl Pending {
    pub(super) fn new(
        what: What,
        title: String,
        (input, output): (Option<MessageDescriptor>, Option<MessageDescriptor>),
        identity: Vec<String>,
        form: CallForm,
    ) -> Pending {
        Pending {
            what,
            title,
            input,
            output,
            identity,
            form,
            prepared: None,
            other_type: None,
            is_undecodable_fine: false,
        }
    }
}

impl Session {
    /// Makes a call with the document in front; without a message if `has_message` is not so.
    pub(super) fn send(&mut self, has_message: bool) {
        self.send_with(has_message, Rest::default());
    }

    /// The same, with what follows the message.
    pub(super) fn send_with(&mut self, has_message: bool, rest: Rest) {
        if self.state.calls.preparing.is_some() {
            return;
        }
        let (mut profile, typed) = match self.state.calls.form.read() {
            Ok(read) => read,
            Err(errors) => return self.refuse_to_send(of_field(errors)),
        };
        let method = match self.state.calls.target.path() {
            Ok(method) => method,
            Err(reason) => {
                self.show(Dialog::MethodPicker);
                let hint = "Choose one, or type package.Service/Method".to_owned();
                return self.refuse_to_send(Refused { hint, ..of(reason) });
            }
        };
        let kind = self.state.calls.kind();
        if !has_message && !kind.sends_many() {
            return;
        }
        let Some((title, snapshot)) = self.front() else { return };
        let declared = self.state.calls.target.method.clone();
        let input = declared.as_ref().map(|method| method.input());
        self.join_session(&mut profile);
        let identity = profile.identity();
        let inputs = inputs(typed, &self.state.calls.form);
        let call = Some(Box::new(CallToMake { profile, inputs, method, kind }));
        let snapshot = has_message.then_some(snapshot);
        let job = PrepareMessage { snapshot, input: input.clone(), call };
        let output = declared.map(|method| method.output());
        self.prepare(What::Start(rest), title, (input, output), identity, job);
    }

    /// Sends the document in front into a call that goes on.
    pub(super) fn send_to(&mut self, id: CallId) {
        let Some(made) = self.state.calls.call(id).filter(|made| made.takes_messages()) else { return };
        let (input, output) = (made.input.clone(), made.output.clone());
        let Some((title, snapshot)) = self.front() else { return };
        if self.state.calls.preparing.is_some() {
            return;
        }
        let job = PrepareMessage { snapshot: Some(snapshot), input: input.clone(), call: None };
        self.prepare(What::Into(id), title, (input, output), Vec::new(), job);
    }

    fn front(&self) -> Option<(String, crate::document::Snapshot)> {
        let tab = self.state.active_tab()?;
        Some((tab.title.clone(), tab.document()?.document.snapshot().clone()))
    }

    fn prepare(
        &mut self,
        what: What,
        title: String,
        types: (Option<MessageDescriptor>, Option<MessageDescriptor>),
        identity: Vec<String>,
        job: PrepareMessage,
    ) {
        let label = format!("Reading {title}");
        let form = self.state.calls.form.clone();
        let mut pending = Pending::new(what, title, types, identity, form);
        let read_as = self.state.active_document().and_then(|open| open.message());
        let takes_other =
            |name: &String| pending.input.as_ref().is_some_and(|input| input.full_name() != name);
        let read_as = read_as.map(|message| message.full_name().to_owned());
        pending.other_type = read_as.filter(|name| job.snapshot.is_some() && takes_other(name));
        let purpose = Purpose::PrepareMessage { pending: Box::new(pending) };
        let job = self.start(purpose, Job::PrepareMessage(job), label);
        self.state.calls.preparing = Some(job);
        self.state.calls.refused = None;
    }

    pub(in crate::app) fn message_prepared(&mut self, mut pending: Pending, prepared: PreparedMessage) {
        self.state.calls.preparing = None;
        pending.prepared = Some(prepared);
        self.send_on(pending);
    }

    pub(in crate::app) fn preparing_failed(&mut self, error: Option<&WorkerError>) {
        self.state.calls.preparing = None;
        match error {
            Some(WorkerError::Profile { error }) => {
                let hint = error.hint().unwrap_or_default();
                let detail = error.detail().unwrap_or_default().to_owned();
                self.refuse_to_send(Refused { hint, detail, ..of(error.to_string()) });
            }
            Some(error) => self.refuse_to_send(of(error.to_string())),
            None => self.notify_anew(About::Call, NoticeTone::Note, "Nothing was sent"),
        }
    }

    /// Says in the pane why nothing was sent, and leads to the field that is to be mended.
    pub(super) fn refuse_to_send(&mut self, refused: Refused) {
        self.state.calls.refused = Some(refused);
        self.state.calls.n_refused += 1;
        self.show_pane(Pane::Call);
    }

    /// Asks the next thing that is to be asked, or sends.
    fn send_on(&mut self, pending: Pending) {
        let Some(prepared) = &pending.prepared else { return };
        if let (Some(message), Some(input)) = (&pending.other_type, &pending.input) {
            let (title, input) = (pending.title.clone(), input.full_name().to_owned());
            let question = Question::OtherType { title, message: message.clone(), input };
            return self.ask(pending, question);
        }
        let problem = prepared.problem.as_ref().filter(|_| !pending.is_undecodable_fine);
        if let (Some(problem), Some(input)) = (problem, &pending.input) {
            let question = does_not_decode(&pending.title, problem, input.full_name());
            return self.ask(pending, question);
        }
        if let Some(call) = &prepared.call {
            let key = target_key(&call.endpoint, call.tls.skip_verification);
            if !call.endpoint.is_loopback() && !self.calling.agreed.contains(&key) {
                let question = Question::NewTarget {
                    endpoint: call.endpoint.to_string(),
                    method: call.method.to_string(),
                    identity: pending.identity.clone(),
                    is_unverified: call.tls.skip_verification,
                    n_bytes: prepared.bytes.as_ref().map(|bytes| bytes.len() as u64),
                };
                return self.ask(pending, question);
            }
        }
        match pending.what.clone() {
            What::Start(rest) => self.start_call(pending, rest),
            What::Into(id) => self.hand_over(id, pending),
            What::Session { endpoint } => {
                let Pending { input, output, form, prepared, .. } = pending;
                if let Some(PreparedMessage { call: Some(call), caller: Some(caller), .. }) = prepared {
                    self.session_prepared(endpoint, form, (input, output), caller, call);
                }
            }
        }
    }

    fn ask(&mut self, pending: Pending, question: Question) {
        self.calling.pending = Some(pending);
        self.state.dialog = Some(Dialog::Question(question));
    }

    pub(in crate::app) fn send_anyway(&mut self, yes: bool) {
        let Some(pending) = self.calling.pending.take().filter(|_| yes) else { return };
        self.send_on(Pending { is_undecodable_fine: true, ..pending });
    }

    pub(in crate::app) fn send_other_type(&mut self, yes: bool) {
        let Some(pending) = self.calling.pending.take().filter(|_| yes) else { return };
        self.send_on(Pending { other_type: None, ..pending });
    }

    pub(in crate::app) fn agree_to_target(&mut self, yes: bool) {
        if let Some(job) = self.calling.pending_reflection.take().filter(|_| yes) {
            if let Ok(endpoint) = job.profile.endpoint.parse() {
                self.calling.agreed.insert(target_key(&endpoint, job.profile.tls.skip_verification));
            }
            return self.start_reflection(*job);
        }
        let Some(pending) = self.calling.pending.take().filter(|_| yes) else { return };
        if let Some(call) = pending.prepared.as_ref().and_then(|prepared| prepared.call.as_ref()) {
            self.calling.agreed.insert(target_key(&call.endpoint, call.tls.skip_verification));
        }
        self.send_on(pending);
    }

    /// A question was left without a yes: nothing is sent.
    pub(in crate::app) fn drop_pending(&mut self) {
        self.calling.pending = None;
        self.calling.pending_reflection = None;
    }

    fn start_call(&mut self, pending: Pending, rest: Rest) {
        let Pending { input, output, title, form, prepared, .. } = pending;
        let Some(PreparedMessage { bytes, call: Some(mut call), caller, .. }) = prepared else { return };
        // A question may have taken its time, and what is signed is the time.
        if let Some(Ok(now)) = caller.map(|caller| caller.call(call.method.clone(), call.kind, &[])) {
            call.metadata = now.metadata;
        }
        let n_messages = usize::from(bytes.is_some()) + rest.messages.len();
        if let Err(failure) = call.check(n_messages as u64) {
            let hint = failure.hint().unwrap_or_default();
            return self.refuse_to_send(Refused { hint, ..of(failure.to_string()) });
        }
        let (outbox, inbox) = rpc::outbox_for(n_messages);
        let canceller = outbox.canceller();
        for bytes in bytes.into_iter().chain(rest.messages) {
            // The box is empty and open, and has room for all.
            let _ = outbox.try_send(bytes);
        }
        if rest.half_closes {
            let _ = outbox.half_close();
        }
        self.remember_endpoint(&call.endpoint);
        let made = self.new_call(&call, form, (input, output), &title);
        let id = made.id;
        self.outdate(About::Call);
        self.state.calls.add(made);
        self.state.calls.n_begun += 1;
        let job = self.worker.submit(Job::MakeCall(MakeCall { call, inbox, canceller }));
        self.calling.live.insert(job, (id, outbox));
        self.state.settings.show_call = true;
    }

    pub(super) fn new_call(
        &mut self,
        call: &Call,
        form: CallForm,
        (input, output): (Option<MessageDescriptor>, Option<MessageDescriptor>),
        title: &str,
    ) -> MadeCall {
        self.calling.last += 1;
        let what = format!("Calling {} with {title}", call.method.method);
        let mut steps = StepsView::default();
        steps.push(steps::beginning(what, call.metadata.entries()));
        MadeCall {
            id: CallId(self.calling.last),
            form,
            call: call.clone(),
            input,
            output,
            started: jiff::Timestamp::now(),
            log: CallLog::default(),
            n_sent: 0,
            n_received: 0,
            steps,
            outcome: None,
            is_half_closed: call.kind == RpcKind::Unary || call.kind == RpcKind::ServerStream,
            is_cancelling: false,
            took: Duration::ZERO,
            stored: None,
            in_band: None,
            named: Vec::new(),
        }
    }

    fn hand_over(&mut self, id: CallId, pending: Pending) {
        let bytes = pending.prepared.and_then(|prepared| prepared.bytes);
        let (Some(bytes), Some(outbox)) = (bytes, self.calling.outbox(id)) else {
            return self.notify_anew(
                About::Call,
                NoticeTone::Warning,
                "Nothing was sent: the call has ended",
            );
        };
        match outbox.try_send(bytes) {
            Ok(()) => self.outdate(About::Call),
            Err(NotSent::Full) => {
                self.notify_anew(
                    About::Call,
                    NoticeTone::Warning,
                    "Nothing was sent: the server takes no more messages yet",
                );
            }
            Err(NotSent::Closed) => {
                self.notify_anew(
                    About::Call,
                    NoticeTone::Warning,
                    "Nothing was sent: the call takes no more messages",
                );
            }
        }
    }

    pub(super) fn remember_endpoint(&mut self, endpoint: &Endpoint) {
        let text = endpoint.to_string();
        let known = &mut self.state.settings.endpoints;
        known.retain(|other| *other != text);
        known.insert(0, text);
        known.truncate(super::super::settings::MAX_RECENT);
    }

    /// Whether the job only gets something ready that is to be sent.
    pub(in crate::app) fn is_call(&self, job: JobId) -> bool {
        self.calling.live.contains_key(&job)
    }
}

fn of(reason: String) -> Refused {
    Refused { reason, ..Refused::default() }
}

/// What is wrong first.
pub(super) fn of_field(errors: Vec<FieldError>) -> Refused {
    let refused = errors.into_iter().next().map(|error| Refused {
        hint: error.hint,
        field: Some(error.field),
        ..of(error.reason)
    });
    refused.unwrap_or_default()
}

fn does_not_decode(title: &str, problem: &Problem, message: &str) -> Question {
    Question::DoesNotDecode {
        title: title.to_owned(),
        message: message.to_owned(),
        problem: problem.message.clone(),
        offset: problem.range.start,
    }
}

/// What a server is agreed to by: how it is reached, not what is called there.
pub(super) fn target_key(endpoint: &Endpoint, skips_verification: bool) -> String {
    let unverified = if skips_verification { " unverified" } else { "" };
    match &endpoint.place {
        Place::Tcp { .. } => {
            let plain = Endpoint { path_prefix: String::new(), ..endpoint.clone() };
            format!("{plain}{unverified}")
        }
        Place::Unix(_) => endpoint.to_string(),
    }
}

/// What a profile names outside of itself; relative paths start where the program was started, and the
/// keyring is asked for the secrets of the profile that the fields were filled from.
pub(super) fn inputs(typed: TypedSecrets, form: &CallForm) -> ProfileInputs {
    ProfileInputs {
        folder: std::env::current_dir().unwrap_or_default(),
        profile: String::new(),
        typed,
        owner: form.profile.name.clone(),
        cancel: CancelToken::default(),
    }
}
