//! Calls: a document's exact bytes to a server, and what comes of it.
//!
//! **Law.** One act of a person sends once: nothing is sent on load, again by itself, or to an address
//! that a reply names. What is sent is the document as it stood at the act. Values of secrets are in
//! memory alone, and in no `Debug`.
//!
//! - `form`: the fields of the pane; `method`: what is called with the document in front
//! - `sending`: from the act to the running call, over what has to be asked before
//! - `live`: what happens in a call, and acts on one that goes on
//! - `steps`, `outcome`: a call in words; `replies`: messages as documents
//! - `rocketmq`: sessions, and what follows from a message
//! - `stored`: calls made before; `copied`, `copying`: a call as a line for a shell
//! - `requests`: requests as files in a folder; `files`: whether the files are there that fields name
//! - `profiles`: the fields on disk; `reflecting`: the schema that a server tells
//!
//! **Not here:** connections and protocols (`rpc`), the thread of a call (`worker`).

mod commands;
mod copied;
mod copying;
mod files;
mod form;
mod live;
mod method;
mod outcome;
mod profiles;
mod reflecting;
mod replies;
mod requests;
mod rocketmq;
mod sending;
mod steps;
mod stored;

pub use form::{CallForm, FieldError, FormField, MetadataDraft};
pub use method::{MethodChoice, TargetMethod, method_choices};
pub use outcome::{Outcome, duration_text};
pub use requests::SavedRequests;
pub use rocketmq::{LiveSession, Offer};
pub use steps::{Step, StepLine, StepsView, TimelineRow};
pub use stored::StoredCalls;

pub(super) use commands::resolve;
pub(super) use copying::CopyPending;
pub(super) use requests::ToStore;
pub(super) use sending::Pending;

use super::state::TabId;
use crate::rpc::{Call, CallLog, Direction, Message, Outbox, RpcKind, SessionHandle};
use crate::schema::MessageDescriptor;
use crate::worker::jobs::Reflect;
use crate::worker::{JobId, RemovedRequest, StoredProfile};
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::Duration;

/// Calls whose messages are kept; of older ones those that have ended go.
const MAX_CALLS: usize = 50;

/// Names a call for as long as the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallId(pub u64);

/// What a person can ask for about calls.
#[derive(Clone, Debug, PartialEq)]
pub enum CallAct {
    /// The fields, as they stand now.
    SetForm(Box<CallForm>),
    /// The method to call with the document in front, as typed or picked.
    SetMethod(String),
    /// How a method is called that no schema knows.
    SetKind(RpcKind),
    /// Makes a call with the document in front as its only or first message.
    Send,
    /// Makes a call of a kind that sends many messages, and sends none yet.
    Begin,
    /// Sends the document in front as one more message.
    SendTo(CallId),
    HalfClose(CallId),
    Cancel(CallId),
    /// Brings a call to the front of the pane.
    Show(CallId),
    /// Puts no call in the front, so that the next message makes a new one.
    SetAside,
    /// Forgets the calls that have ended, here and on disk.
    ForgetCalls,
    /// Lists the calls on disk again.
    ListStored,
    /// Looks for words among the calls made before.
    SearchStored(String),
    /// Brings a call made before to the front.
    OpenStored(PathBuf),
    /// Sends the first message of a call again, with the call's own settings.
    SendAgain(CallId),
    /// Fills the fields from the profile of this name.
    UseProfile(String),
    /// Keeps the fields as a profile.
    StoreProfile {
        name: String,
        overwrite: bool,
        /// Secrets that were typed go into the system keyring.
        in_keyring: bool,
    },
    /// Puts the path of a file into the field that names it.
    NameFile {
        field: FormField,
        path: PathBuf,
    },
    /// Lists the requests in their folder again.
    ListRequests,
    /// The folder of the requests; the person's own with `None`.
    SetRequestsFolder(Option<PathBuf>),
    SearchRequests(String),
    /// Asks for the name of a new request, or another name of one.
    AskRequestName {
        renamed: Option<PathBuf>,
    },
    /// Keeps the document in front with server, method and settings as a request.
    StoreRequest {
        name: String,
        overwrite: bool,
    },
    /// Opens the request whose text is in this file.
    OpenRequest(PathBuf),
    RenameRequest {
        path: PathBuf,
        name: String,
    },
    RemoveRequest(PathBuf),
    RestoreRequest(Box<RemovedRequest>),
    /// Asks the server for its schema.
    Reflect,
    /// Puts the call that the fields name on the clipboard.
    Copy(CopyAs),
    /// Opens a message, by its number from 0, in a tab.
    OpenMessage {
        call: CallId,
        nth: u64,
    },
    /// Compares a received message with the one received before it, both in tabs.
    CompareWithBefore {
        call: CallId,
        nth: u64,
    },
    /// Fills deadline and headers as RocketMQ's own clients do.
    FillAsClient,
    /// Opens a RocketMQ session as the fields say.
    StartSession,
    /// Says so to the server, and ends it.
    EndSession,
    /// Does what a message of RocketMQ leads to.
    TakeOffer {
        call: CallId,
        nth: u64,
        offer: Offer,
    },
    /// Opens or closes the lines of a step.
    ToggleStep {
        call: CallId,
        step: usize,
    },
}

impl CallAct {
    /// Whether it changes what is called next, or what is in front: why nothing was sent is past then.
    fn is_of_next_call(&self) -> bool {
        use CallAct::*;
        matches!(
            self,
            SetForm(_)
                | SetMethod(_)
                | SetKind(_)
                | Send
                | Begin
                | SendTo(_)
                | Show(_)
                | SetAside
                | OpenStored(_)
                | SendAgain(_)
                | UseProfile(_)
                | NameFile { .. }
                | OpenRequest(_)
                | FillAsClient
                | StartSession
        )
    }
}

/// Lines for a shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyAs {
    /// Of this program.
    Command,
    Grpcurl,
}

/// Everything about calls that a panel may draw.
#[derive(Default)]
pub struct Calls {
    pub form: CallForm,
    /// What is called with the document in front.
    pub target: TargetMethod,
    /// How a method is called that no schema knows.
    pub raw_kind: Option<RpcKind>,
    /// A message is being read and checked before it is sent.
    pub preparing: Option<JobId>,
    /// Why nothing was sent when it was last asked for, until something else is done about a call or
    /// something else is in front.
    pub refused: Option<Refused>,
    /// How often nothing was sent.
    pub n_refused: u64,
    /// The oldest first.
    pub made: Vec<MadeCall>,
    /// The RocketMQ session that goes on.
    pub session: Option<LiveSession>,
    /// In the front of the pane.
    pub shown: Option<CallId>,
    /// Calls that were begun in this session.
    pub n_begun: u64,
    /// Calls on disk.
    pub stored: StoredCalls,
    /// By name.
    pub profiles: Vec<StoredProfile>,
    /// Requests that are kept as files.
    pub requests: SavedRequests,
    /// Servers that replies named, the newest first; offered, never called by themselves.
    pub named: Vec<String>,
    /// Which message a tab was opened from.
    pub origins: HashMap<TabId, Origin>,
    /// What is known of the files that the fields name.
    files: files::NamedFiles,
    /// Methods that a person chose for a tab.
    pub(super) chosen: HashMap<TabId, String>,
}

/// Why nothing was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    pub reason: String,
    /// What to do about it; may be empty.
    pub hint: String,
    /// What the system said; may be empty.
    pub detail: String,
    /// The field to mend.
    pub field: Option<FormField>,
    /// A session was to be opened.
    pub is_session: bool,
}

/// Where a document came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    pub call: CallId,
    pub nth: u64,
}

/// A call and what is known of it.
pub struct MadeCall {
    pub id: CallId,
    /// The fields as they were, secrets too.
    pub form: CallForm,
    /// Without messages; with secrets, so it is not printed.
    pub call: Call,
    pub input: Option<MessageDescriptor>,
    pub output: Option<MessageDescriptor>,
    pub started: jiff::Timestamp,
    pub log: CallLog,
    /// Messages that went to the connection, and that came.
    pub n_sent: u64,
    pub n_received: u64,
    /// What is no message, between the messages.
    pub steps: StepsView,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// How long it took; zero while it goes on.
    pub took: Duration,
    /// Its file, once it is kept.
    pub stored: Option<PathBuf>,
    /// Nothing more will be sent.
    pub is_half_closed: bool,
    pub is_cancelling: bool,
    /// The replies' own statuses: the first bad one, else the last.
    pub(super) in_band: Option<crate::rocketmq::InBand>,
    /// Servers that the messages just taken in named.
    pub(super) named: Vec<String>,
}

impl Calls {
    pub fn call(&self, id: CallId) -> Option<&MadeCall> {
        self.made.iter().find(|made| made.id == id)
    }

    pub fn shown(&self) -> Option<&MadeCall> {
        self.call(self.shown?)
    }

    /// The call in front, if messages can be sent into it. Into a session go only its own commands.
    pub fn open_to_send(&self) -> Option<&MadeCall> {
        let is_meant = |made: &&MadeCall| {
            !self.is_session(made.id) || self.target.path().is_ok_and(|path| path == made.call.method)
        };
        self.shown().filter(|made| made.takes_messages()).filter(is_meant)
    }

    /// Whether it is the stream of the RocketMQ session that goes on.
    pub fn is_session(&self, id: CallId) -> bool {
        self.session.as_ref().is_some_and(|session| session.call == id)
    }

    pub fn n_live(&self) -> usize {
        self.made.iter().filter(|made| made.is_live()).count()
    }

    pub(super) fn call_mut(&mut self, id: CallId) -> Option<&mut MadeCall> {
        self.made.iter_mut().find(|made| made.id == id)
    }

    fn add(&mut self, made: MadeCall) {
        self.refused = None;
        self.shown = Some(made.id);
        self.made.push(made);
        while self.made.len() > MAX_CALLS
            && let Some(idx) = self.made.iter().position(|made| !made.is_live())
        {
            self.made.remove(idx);
        }
    }
}

impl MadeCall {
    pub fn is_live(&self) -> bool {
        self.outcome.is_none()
    }

    /// Whether more messages can be sent.
    pub fn takes_messages(&self) -> bool {
        self.is_live() && self.call.kind.sends_many() && !self.is_half_closed && !self.is_cancelling
    }

    /// The message with this number; `None` if it was let go.
    pub fn message(&self, nth: u64) -> Option<&Message> {
        let idx = nth.checked_sub(self.log.n_dropped())?;
        self.log.message(usize::try_from(idx).ok()?)
    }

    /// Messages in all, those that were let go too.
    pub fn n_messages(&self) -> u64 {
        self.log.n_dropped() + self.log.messages().len() as u64
    }

    /// The type of a message.
    pub fn type_of(&self, message: &Message) -> Option<&MessageDescriptor> {
        match message.direction {
            Direction::Sent => self.input.as_ref(),
            Direction::Received => self.output.as_ref(),
        }
    }

    /// The message received before this one, as far as it is kept.
    pub fn received_before(&self, nth: u64) -> Option<u64> {
        let is_received =
            |nth: &u64| self.message(*nth).is_some_and(|message| message.direction == Direction::Received);
        (self.log.n_dropped()..nth).rev().find(is_received)
    }
}

/// What only the session needs of calls.
#[derive(Default)]
pub(super) struct Calling {
    /// Those that have not ended, by the job that makes them.
    live: HashMap<JobId, (CallId, Outbox)>,
    /// The way into the RocketMQ session.
    session: Option<SessionHandle>,
    /// Waits for an answer of the person.
    pending: Option<Pending>,
    /// The same, where a server is to be asked for its schema.
    pending_reflection: Option<Box<Reflect>>,
    /// Servers that the person agreed to send to in this session.
    agreed: HashSet<String>,
    last: u64,
    /// Replies opened as tabs, by method.
    n_replies: HashMap<String, u64>,
    /// What the target method was last worked out for.
    target_key: method::TargetKey,
}

impl Calling {
    fn outbox(&self, id: CallId) -> Option<&Outbox> {
        self.live.values().find(|(live, _)| *live == id).map(|(_, outbox)| outbox)
    }
}
