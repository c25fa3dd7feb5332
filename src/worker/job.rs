//! What the worker can be asked for.

use super::error::WorkerError;
use super::event::{Event, EventQueue, JobId, Report};
use super::jobs::{
    BuildIndex, CallFiles, Canonicalize, CheckFiles, CheckProblems, Compare, DiscardEntry, Export, Fetch,
    ForgetJournal, ListFolder, Mark, Open, OpenJournal, OutlineRows, PlanEdit, RankTypes, ReadSmallFile,
    RestoreEntry, Save, Search, StoreSettings, SurveyMessage, WriteFile, WriteJournal,
};
use super::jobs::{FindDeclarations, LoadSchema, ReadDefinition, ReadFifo, ReleaseDone, ReleaseSchema};
use super::jobs::{KeepSecrets, KeepSession, MakeCall, MessageText, PrepareMessage, Reflect};
use crate::rpc;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

/// Looking through so many bytes takes longer than the pause between two keys.
const MANY_BYTES: u64 = 16 << 20;
const MOMENT: Duration = Duration::from_millis(200);

/// A job and all that it needs. To add one: `jobs/mod.rs`.
#[derive(Debug)]
pub enum Job {
    Open(Open),
    Save(Save),
    Fetch(Fetch),
    WriteJournal(WriteJournal),
    ForgetJournal(ForgetJournal),
    ListFolder(ListFolder),
    ReadSmallFile(ReadSmallFile),
    ReadFifo(ReadFifo),
    WriteFile(WriteFile),
    StoreSettings(StoreSettings),
    PlanEdit(PlanEdit),
    BuildIndex(BuildIndex),
    SurveyMessage(SurveyMessage),
    RankTypes(RankTypes),
    Canonicalize(Canonicalize),
    CheckFiles(CheckFiles),
    CheckProblems(CheckProblems),
    Compare(Compare),
    Export(Export),
    OpenJournal(OpenJournal),
    RestoreEntry(RestoreEntry),
    DiscardEntry(DiscardEntry),
    Mark(Mark),
    Search(Search),
    OutlineRows(OutlineRows),
    LoadSchema(LoadSchema),
    ReleaseDone(ReleaseDone),
    ReleaseSchema(ReleaseSchema),
    CallFiles(CallFiles),
    FindDeclarations(FindDeclarations),
    ReadDefinition(ReadDefinition),
    PrepareMessage(PrepareMessage),
    MakeCall(MakeCall),
    KeepSecrets(KeepSecrets),
    KeepSession(KeepSession),
    Reflect(Reflect),
    MessageText(MessageText),
}

impl Job {
    pub(super) fn work(self) -> Box<dyn Work> {
        match self {
            Job::Open(job) => Box::new(job),
            Job::Save(job) => Box::new(job),
            Job::Fetch(job) => Box::new(job),
            Job::WriteJournal(job) => Box::new(job),
            Job::ForgetJournal(job) => Box::new(job),
            Job::ListFolder(job) => Box::new(job),
            Job::ReadFifo(job) => Box::new(job),
            Job::ReadSmallFile(job) => Box::new(job),
            Job::WriteFile(job) => Box::new(job),
            Job::StoreSettings(job) => Box::new(job),
            Job::PlanEdit(job) => Box::new(job),
            Job::BuildIndex(job) => Box::new(job),
            Job::SurveyMessage(job) => Box::new(job),
            Job::RankTypes(job) => Box::new(job),
            Job::Canonicalize(job) => Box::new(job),
            Job::CheckFiles(job) => Box::new(job),
            Job::CheckProblems(job) => Box::new(job),
            Job::Compare(job) => Box::new(job),
            Job::Export(job) => Box::new(job),
            Job::OpenJournal(job) => Box::new(job),
            Job::RestoreEntry(job) => Box::new(job),
            Job::DiscardEntry(job) => Box::new(job),
            Job::Mark(job) => Box::new(job),
            Job::Search(job) => Box::new(job),
            Job::OutlineRows(job) => Box::new(job),
            Job::LoadSchema(job) => Box::new(job),
            Job::ReleaseDone(job) => Box::new(job),
            Job::ReleaseSchema(job) => Box::new(job),
            Job::CallFiles(job) => Box::new(job),
            Job::FindDeclarations(job) => Box::new(job),
            Job::ReadDefinition(job) => Box::new(job),
            Job::PrepareMessage(job) => Box::new(job),
            Job::MakeCall(job) => Box::new(job),
            Job::KeepSecrets(job) => Box::new(job),
            Job::KeepSession(job) => Box::new(job),
            Job::Reflect(job) => Box::new(job),
            Job::MessageText(job) => Box::new(job),
        }
    }
}

/// What every kind of job says of itself.
pub(super) trait Work: Send {
    /// Names the job in messages: "Opening".
    fn label(&self) -> &'static str;

    /// Runs on a worker thread; the report is the job's end. A job that takes long calls
    /// [`JobContext::step`] between steps of about 1 MiB and passes its error on.
    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError>;

    /// The line that the job stands in; jobs of one line never run side by side.
    fn line(&self) -> Option<(Line, WhenNewer)> {
        None
    }

    /// Whether rows or typing wait for it: one thread is kept free for these.
    fn is_quick(&self) -> bool {
        false
    }

    /// Whether closing the program waits for its end.
    fn must_end(&self) -> bool {
        false
    }

    /// Whether it may last for hours, waiting for somebody else: it then has a thread to itself.
    fn runs_apart(&self) -> bool {
        false
    }
}

/// Jobs that concern the same thing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Line {
    /// Writes to one file.
    File(PathBuf),
    /// Blocks of one file.
    Blocks(String),
    /// The journal's entry of one document.
    Journal(u64),
    Listing,
    /// Files that the fields of a call name.
    CallFiles,
    /// The search in one document.
    Search(u64),
    /// The filter of one document's tree.
    Outline(u64),
    Schema,
    /// The filter of the declarations.
    Declarations,
    /// The source text of the declaration that is shown.
    Definition,
    #[cfg(test)]
    Test(u32),
}

/// What a newer job of the same line means for older ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WhenNewer {
    /// Every one runs, in order.
    InTurn,
    /// One that has not begun is dropped; one that runs comes to its end.
    ReplaceWaiting,
    /// Dropped or cancelled: for what is asked again on every keystroke.
    CancelOlder,
}

/// Shared by a job and whoever may end it early.
#[derive(Clone, Default)]
pub struct CancelToken(Arc<Cancel>);

#[derive(Default)]
struct Cancel {
    is_cancelled: AtomicBool,
    /// Those who wait for something else and have to be told.
    told: Mutex<Vec<Box<dyn FnOnce() + Send>>>,
}

impl CancelToken {
    pub fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::Release);
        let told = std::mem::take(&mut *self.0.told.lock().unwrap_or_else(PoisonError::into_inner));
        told.into_iter().for_each(|tell| tell());
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::Acquire)
    }

    /// Calls `tell` on a cancel; now, if it was cancelled already.
    pub(super) fn on_cancel(&self, tell: impl FnOnce() + Send + 'static) {
        let mut told = self.0.told.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_cancelled() {
            drop(told);
            tell();
        } else {
            told.push(Box::new(tell));
        }
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CancelToken({})", self.is_cancelled())
    }
}

/// A running job's way to speak, and to hear that it is no longer wanted.
pub struct JobContext {
    pub(super) job: JobId,
    pub(super) cancel: CancelToken,
    pub(super) events: Arc<EventQueue>,
}

impl JobContext {
    /// Tells how far the job is; [`WorkerError::Cancelled`] if it is to end.
    pub fn step(&self, n_done: u64, n_total: u64) -> Result<(), WorkerError> {
        self.go_on()?;
        self.publish(Report::Progress { n_done, n_total });
        Ok(())
    }

    /// [`WorkerError::Cancelled`] if the job is to end.
    pub fn go_on(&self) -> Result<(), WorkerError> {
        if self.cancel.is_cancelled() { Err(WorkerError::Cancelled) } else { Ok(()) }
    }

    /// Lets a moment pass before work on many bytes is begun, in which a newer job may end this one:
    /// nothing is read for a key that another follows at once.
    pub(super) fn await_newer(&self, n_bytes: u64) -> Result<(), WorkerError> {
        if n_bytes >= MANY_BYTES {
            let (sender, ended) = mpsc::channel::<()>();
            self.cancel.on_cancel(move || drop(sender));
            // Nobody sends: it ends with the moment, or with the cancel.
            let (Ok(()) | Err(_)) = ended.recv_timeout(MOMENT);
        }
        self.go_on()
    }

    /// Sends a report before the end, such as a batch of results. Waits while too many are unread.
    pub fn publish(&self, report: Report) {
        self.events.publish(Event { job: self.job, report }, || self.cancel.is_cancelled());
    }

    /// Says what happened in a call. Waits while too much of it is unread; whoever sends so much waits
    /// with it.
    pub fn publish_call(&self, event: rpc::Event) {
        self.events.publish_call(self.job, event, || self.cancel.is_cancelled());
    }
}
