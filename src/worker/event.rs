//! What comes back from jobs, and the queue it waits in until the window polls.

use super::error::WorkerError;
use super::file_source::FileSource;
use super::in_place::StrayBackup;
use super::jobs::{
    CallFilesReport, Canonicalized, Compared, Exported, Hits, ListEntry, Outlined, Planned, Ranked, Restored,
};
use super::jobs::{FoundDeclarations, LoadedSchema, NamedFile};
use super::jobs::{PreparedMessage, ReflectedSet, WrittenText};
use super::journal::{Entry, Journal};
use super::lock::{OpenElsewhere, OpenMark};
use super::save::Saved;
use super::spool::Input;
use super::watch::FileChange;
use crate::document::problem::{CheckReport, Problem};
use crate::document::{IndexWork, SurveyWork};
use crate::rpc;
use crate::schema::Definition;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Which job; [`JobId::WATCH`] for what no job asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub(super) u64);

impl JobId {
    /// The watching of open files.
    pub const WATCH: JobId = JobId(0);
}

/// Something a job has to say.
#[derive(Debug)]
pub struct Event {
    pub job: JobId,
    pub report: Report,
}

/// Every job ends with exactly one report that is none of [`Report::Progress`], [`Report::IndexPart`],
/// [`Report::FoundPart`] and [`Report::Call`].
#[derive(Debug)]
pub enum Report {
    /// In bytes where the job reads or writes them. Only the newest waits to be polled.
    Progress {
        n_done: u64,
        n_total: u64,
    },
    Opened(Opened),
    /// Input that comes once, read to its end.
    InputRead(Input),
    Saved(Saved),
    /// Rows that were missing can be drawn now.
    Fetched {
        n_blocks: usize,
    },
    JournalKept,
    JournalForgotten,
    Listed {
        prefix: PathBuf,
        entries: Vec<ListEntry>,
        /// There were more.
        is_cut: bool,
    },
    SmallFile {
        path: PathBuf,
        bytes: Vec<u8>,
    },
    /// A file that is no document was written.
    Written(Saved),
    SettingsStored,
    Planned(Planned),
    /// As far as it is; more follows.
    IndexPart(IndexWork),
    Indexed(IndexWork),
    Surveyed(SurveyWork),
    Ranked(Ranked),
    SchemaLoaded(LoadedSchema),
    Released,
    FoundDeclarations(FoundDeclarations),
    /// `None` if its file no longer declares it.
    Definition(Option<Definition>),
    MessagePrepared(PreparedMessage),
    MessageText(WrittenText),
    /// What was to be in the system keyring is there.
    SecretsKept,
    Reflected(ReflectedSet),
    /// What happened in a call since the last of these, in order; more follows.
    Call(Vec<rpc::Event>),
    /// The call's thread is at its end; the last event of the call came before.
    CallOver,
    /// What the server said to a call that a session made by itself.
    /// The stream of a session was lost, and is opened again.
    SessionLost(Box<rpc::Lost>),
    SessionAsked {
        what: &'static str,
        asked: Box<rpc::Asked>,
    },
    Checked {
        found: Vec<Problem>,
        report: CheckReport,
    },
    Canonicalized(Canonicalized),
    Compared(Compared),
    Exported(Exported),
    /// Some of what a search has found so far; more follows.
    FoundPart(Hits),
    /// The last of what a search found.
    Searched(Hits),
    Outlined(Outlined),
    CallFiles(CallFilesReport),
    /// Why each file is of no use, if it is not.
    FilesChecked(Vec<(NamedFile, Option<String>)>),
    JournalOpened {
        journal: Arc<Journal>,
        /// What ended sessions left, the newest first.
        pending: Vec<Entry>,
        /// Files whose writing in place was cut off.
        backups: Vec<StrayBackup>,
    },
    Restored(Restored),
    /// A mark, or who was first.
    Marked {
        mark: Option<OpenMark>,
        elsewhere: Option<OpenElsewhere>,
    },
    /// From [`JobId::WATCH`].
    FileChange(FileChange),
    /// From [`JobId::WATCH`]: files of the schema are others.
    SchemaChanged,
    Cancelled,
    Failed {
        /// What the job was, for the message.
        label: &'static str,
        error: WorkerError,
    },
}

/// A file that was opened.
#[derive(Debug)]
pub struct Opened {
    pub path: PathBuf,
    pub source: Arc<FileSource>,
    /// To be held while the document is open.
    pub mark: Option<OpenMark>,
    /// Who else has it open.
    pub elsewhere: Option<OpenElsewhere>,
}

/// Events that wait before a job that has more to say must wait too.
const MAX_WAITING: usize = 1_024;
/// Events of one call that wait, and bytes of their messages, before the call must wait.
const MAX_OF_CALL: usize = 256;
const MAX_BYTES_OF_CALL: usize = 8 << 20;

/// Bounded for jobs that run, so that none outruns the window; ends of jobs always fit.
pub(super) struct EventQueue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    wake: Box<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct Waiting {
    events: VecDeque<Event>,
    is_closed: bool,
}

impl EventQueue {
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self { waiting: Mutex::default(), changed: Condvar::new(), wake: Box::new(wake) }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds the end of a job; never waits.
    pub fn push(&self, event: Event) {
        let mut waiting = self.lock();
        if waiting.is_closed {
            return;
        }
        waiting.events.push_back(event);
        drop(waiting);
        self.changed.notify_all();
        (self.wake)();
    }

    /// Adds what a running job has to say. Waits while the queue is full, unless `is_cancelled`.
    pub fn publish(&self, event: Event, is_cancelled: impl Fn() -> bool) {
        let mut waiting = self.lock();
        if let Report::Progress { .. } = event.report
            && let Some(last) = last_progress(&mut waiting.events, event.job)
        {
            *last = event;
            return;
        }
        while waiting.events.len() >= MAX_WAITING && !waiting.is_closed && !is_cancelled() {
            let again = Duration::from_millis(50);
            waiting = self.changed.wait_timeout(waiting, again).unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(waiting);
        self.push(event);
    }

    /// Adds to what waits of a call. Waits itself while that is much, unless `is_cancelled`.
    pub fn publish_call(&self, job: JobId, event: rpc::Event, is_cancelled: impl Fn() -> bool) {
        let mut waiting = self.lock();
        let is_last = matches!(event, rpc::Event::Ended(_));
        while !waiting.is_closed && !is_last && !is_cancelled() && is_much(of_call(&mut waiting.events, job))
        {
            let again = Duration::from_millis(50);
            waiting = self.changed.wait_timeout(waiting, again).unwrap_or_else(PoisonError::into_inner).0;
        }
        if let Some(events) = of_call(&mut waiting.events, job) {
            events.push(event);
            return;
        }
        drop(waiting);
        self.push(Event { job, report: Report::Call(vec![event]) });
    }

    pub fn poll(&self) -> Option<Event> {
        let event = self.lock().events.pop_front();
        self.changed.notify_all();
        event
    }

    pub fn wait(&self, timeout: Duration) -> Option<Event> {
        let until = Instant::now() + timeout;
        let mut waiting = self.lock();
        loop {
            if let Some(event) = waiting.events.pop_front() {
                self.changed.notify_all();
                return Some(event);
            }
            let left = until.checked_duration_since(Instant::now())?;
            waiting = self.changed.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Drops what comes from now on; nobody polls any more.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }
}

fn last_progress(events: &mut VecDeque<Event>, job: JobId) -> Option<&mut Event> {
    let last = events.iter_mut().rev().find(|event| event.job == job)?;
    matches!(last.report, Report::Progress { .. }).then_some(last)
}

/// What waits of a call; there is at most one batch.
fn of_call(events: &mut VecDeque<Event>, job: JobId) -> Option<&mut Vec<rpc::Event>> {
    events.iter_mut().rev().filter(|event| event.job == job).find_map(|event| match &mut event.report {
        Report::Call(events) => Some(events),
        _ => None,
    })
}

fn is_much(events: Option<&mut Vec<rpc::Event>>) -> bool {
    let len = |event: &rpc::Event| match event {
        rpc::Event::Message(message) => message.bytes.len(),
        _ => 0,
    };
    events.is_some_and(|events| {
        events.len() >= MAX_OF_CALL || events.iter().map(len).sum::<usize>() >= MAX_BYTES_OF_CALL
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_progress_of_a_job_waits() {
        let queue = EventQueue::new(|| {});
        let progress =
            |job, n_done| Event { job: JobId(job), report: Report::Progress { n_done, n_total: 9 } };
        for n_done in 0..5 {
            queue.publish(progress(1, n_done), || false);
            queue.publish(progress(2, n_done * 10), || false);
        }
        let mut found = Vec::new();
        while let Some(Event { job, report: Report::Progress { n_done, .. } }) = queue.poll() {
            found.push((job.0, n_done));
        }
        assert_eq!(found, [(1, 4), (2, 40)]);
    }

    #[test]
    fn a_full_queue_holds_jobs_back_but_not_their_ends() {
        let queue = EventQueue::new(|| {});
        let event = |job| Event { job: JobId(job), report: Report::JournalKept };
        std::thread::scope(|scope| {
            let job = scope.spawn(|| {
                (0..3 * MAX_WAITING as u64).for_each(|n| queue.publish(event(n), || false));
            });
            for n in 0..3 * MAX_WAITING as u64 {
                let found = queue.wait(Duration::from_secs(60)).unwrap();
                assert_eq!(found.job.0, n);
                assert!(queue.lock().events.len() <= MAX_WAITING);
            }
            job.join().unwrap();
        });
        (0..2 * MAX_WAITING as u64).for_each(|n| queue.push(event(n)));
        assert_eq!(queue.lock().events.len(), 2 * MAX_WAITING);
        queue.close();
        queue.publish(event(1), || false);
        assert_eq!(queue.lock().events.len(), 2 * MAX_WAITING);
    }

    #[test]
    fn what_a_call_says_waits_in_one_batch_and_a_call_that_says_much_waits_itself() {
        let queue = EventQueue::new(|| {});
        let message = |nth: u64, len: usize| {
            rpc::Event::Message(rpc::Message {
                direction: rpc::Direction::Received,
                at: Duration::from_nanos(nth),
                bytes: vec![0; len].into(),
                wire_len: len as u64,
                is_compressed: false,
            })
        };
        const N_MESSAGES: u64 = 4 * MAX_OF_CALL as u64;
        std::thread::scope(|scope| {
            let call = scope.spawn(|| {
                // Every hundredth fills the room by itself.
                let len = |nth| if nth % 100 == 0 { MAX_BYTES_OF_CALL } else { 1 };
                (0..N_MESSAGES)
                    .for_each(|nth| queue.publish_call(JobId(1), message(nth, len(nth)), || false));
            });
            let mut nth = 0;
            while nth < N_MESSAGES {
                let found = queue.wait(Duration::from_secs(60)).unwrap();
                let Report::Call(events) = found.report else { panic!("{found:?}") };
                assert!(events.len() <= MAX_OF_CALL);
                for event in events {
                    assert_eq!(event, message(nth, if nth % 100 == 0 { MAX_BYTES_OF_CALL } else { 1 }));
                    nth += 1;
                }
            }
            call.join().unwrap();
        });
        // A cancelled call has its last words, however much waits.
        (0..2 * MAX_OF_CALL as u64).for_each(|nth| queue.publish_call(JobId(2), message(nth, 0), || true));
        let Some(Event { report: Report::Call(events), .. }) = queue.poll() else { panic!("nothing") };
        assert_eq!((events.len(), queue.poll().is_none()), (2 * MAX_OF_CALL, true));
    }
}
