//! The threads that run jobs.
//!
//! **Law.** Submitting never waits. Every job submitted ends with exactly one event: its result,
//! its failure (a panic is one), or that it was cancelled.

use super::error::WorkerError;
use super::event::{Event, EventQueue, JobId, Report};
use super::job::{CancelToken, Job, JobContext, Line, WhenNewer, Work};
use super::watch::{Watched, Watcher};
use crate::rpc::system_words;
use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Threads for any job; one more runs only quick ones.
const N_THREADS: usize = 2;
/// Jobs that wait to be run.
const MAX_JOBS: usize = 256;
/// Jobs that have a thread to themselves.
const MAX_APART: usize = 64;

/// Takes jobs in and gives events out. Dropping it cancels what may be cancelled and waits for the
/// rest, such as a save.
pub struct Worker {
    shared: Arc<Shared>,
    watcher: Watcher,
}

struct Shared {
    jobs: Mutex<Jobs>,
    changed: Condvar,
    events: Arc<EventQueue>,
}

#[derive(Default)]
struct Jobs {
    last_id: u64,
    waiting: VecDeque<Submitted>,
    running: Vec<Running>,
    /// Those that have a thread to themselves.
    n_apart: usize,
    is_closed: bool,
}

struct Submitted {
    work: Box<dyn Work>,
    running: Running,
}

#[derive(Clone)]
struct Running {
    job: JobId,
    cancel: CancelToken,
    line: Option<Line>,
    must_end: bool,
}

/// Starts the threads. `wake` is called from any of them whenever there is something to poll.
pub fn start(wake: impl Fn() + Send + Sync + 'static) -> Worker {
    let events = Arc::new(EventQueue::new(wake));
    let shared = Arc::new(Shared { jobs: Mutex::default(), changed: Condvar::new(), events: events.clone() });
    for idx in 0..=N_THREADS {
        let shared = Arc::clone(&shared);
        let spawned =
            thread::Builder::new().name(format!("worker {idx}")).spawn(move || shared.run_jobs(idx == 0));
        // Without threads there is no program; the first one is enough to go on.
        assert!(spawned.is_ok() || idx > 1, "no thread could be started");
    }
    Worker { shared, watcher: Watcher::start(events) }
}

impl Worker {
    pub fn submit(&self, job: Job) -> JobId {
        self.shared.submit(job.work())
    }

    /// The job's end is then [`Report::Cancelled`], unless it came to another one before.
    pub fn cancel(&self, job: JobId) {
        let mut jobs = self.shared.lock();
        if let Some(idx) = jobs.waiting.iter().position(|waiting| waiting.running.job == job) {
            jobs.waiting.remove(idx);
            self.shared.events.push(Event { job, report: Report::Cancelled });
        }
        for running in jobs.running.iter().filter(|running| running.job == job) {
            running.cancel.cancel();
        }
    }

    /// The next event, if there is one.
    pub fn poll(&self) -> Option<Event> {
        self.shared.events.poll()
    }

    /// The next event, waited for: for the command line and tests, never for the window.
    pub fn wait(&self, timeout: Duration) -> Option<Event> {
        self.shared.events.wait(timeout)
    }

    /// Jobs that have not come to their end.
    pub fn n_unfinished(&self) -> usize {
        let jobs = self.shared.lock();
        jobs.waiting.len() + jobs.running.len()
    }

    /// The files to look after from now on; what changes comes as [`Report::FileChange`].
    pub fn watch(&self, files: Vec<Watched>) {
        self.watcher.watch(files);
    }

    /// The files and folders of the schema to look after from now on; that they changed comes as
    /// [`Report::SchemaChanged`].
    pub fn watch_schema(&self, paths: Vec<PathBuf>) {
        self.watcher.watch_schema(paths);
    }

    /// Looks at the watched files now, such as when the window gains focus.
    pub fn look_now(&self) {
        self.watcher.look_now();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.shared.events.close();
        self.watcher.stop();
        let mut jobs = self.shared.lock();
        jobs.is_closed = true;
        jobs.waiting.retain(|waiting| waiting.running.must_end);
        for running in jobs.running.iter().filter(|running| !running.must_end) {
            running.cancel.cancel();
        }
        self.shared.changed.notify_all();
        while !jobs.waiting.is_empty() || jobs.running.iter().any(|running| running.must_end) {
            jobs = self.shared.changed.wait(jobs).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn submit(self: &Arc<Self>, work: Box<dyn Work>) -> JobId {
        if work.runs_apart() {
            return self.run_apart(work);
        }
        let mut jobs = self.lock();
        jobs.last_id += 1;
        let job = JobId(jobs.last_id);
        let (line, newer) = match work.line() {
            Some((line, newer)) => (Some(line), newer),
            None => (None, WhenNewer::InTurn),
        };
        if newer != WhenNewer::InTurn {
            self.drop_older(&mut jobs, line.as_ref(), newer);
        }
        if jobs.waiting.len() >= MAX_JOBS {
            let label = work.label();
            let error = WorkerError::TooManyJobs { label, limit: MAX_JOBS };
            self.events.push(Event { job, report: Report::Failed { label, error } });
            return job;
        }
        let running = Running { job, cancel: CancelToken::default(), line, must_end: work.must_end() };
        jobs.waiting.push_back(Submitted { work, running });
        drop(jobs);
        self.changed.notify_all();
        job
    }

    /// Begins at once, on a thread that ends with the job.
    fn run_apart(self: &Arc<Self>, work: Box<dyn Work>) -> JobId {
        let label = work.label();
        let mut jobs = self.lock();
        jobs.last_id += 1;
        let job = JobId(jobs.last_id);
        jobs.n_apart += 1;
        let must_end = work.must_end();
        let running = Running { job, cancel: CancelToken::default(), line: None, must_end };
        let too_many = jobs.n_apart > MAX_APART;
        if !too_many {
            jobs.running.push(running.clone());
        }
        drop(jobs);
        let spawned = (!too_many).then(|| {
            let shared = Arc::clone(self);
            let run = move || {
                shared.run_job(Submitted { work, running });
                shared.lock().n_apart -= 1;
            };
            thread::Builder::new().name(format!("job {}", job.0)).spawn(run)
        });
        let error = match spawned {
            Some(Ok(_detached)) => return job,
            Some(Err(error)) => WorkerError::NoThread { label, reason: system_words(&error) },
            None => WorkerError::TooManyJobs { label, limit: MAX_APART },
        };
        let mut jobs = self.lock();
        jobs.n_apart -= 1;
        jobs.running.retain(|running| running.job != job);
        drop(jobs);
        self.events.push(Event { job, report: Report::Failed { label, error } });
        job
    }

    fn drop_older(&self, jobs: &mut Jobs, line: Option<&Line>, newer: WhenNewer) {
        jobs.waiting.retain(|waiting| {
            let stays = waiting.running.line.as_ref() != line;
            if !stays {
                self.events.push(Event { job: waiting.running.job, report: Report::Cancelled });
            }
            stays
        });
        if newer == WhenNewer::CancelOlder {
            jobs.running
                .iter()
                .filter(|running| running.line.as_ref() == line)
                .for_each(|running| running.cancel.cancel());
        }
    }

    /// The next job that may run: quick ones first, none whose line is busy.
    fn next(&self, only_quick: bool) -> Option<Submitted> {
        let mut jobs = self.lock();
        loop {
            let free = |waiting: &Submitted| {
                let line = &waiting.running.line;
                line.is_none() || jobs.running.iter().all(|running| running.line != *line)
            };
            let found = jobs.waiting.iter().position(|waiting| waiting.work.is_quick() && free(waiting));
            let found = found.or_else(|| if only_quick { None } else { jobs.waiting.iter().position(free) });
            if let Some(submitted) = found.and_then(|idx| jobs.waiting.remove(idx)) {
                jobs.running.push(submitted.running.clone());
                return Some(submitted);
            }
            if jobs.is_closed && jobs.waiting.is_empty() {
                return None;
            }
            jobs = self.changed.wait(jobs).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn run_jobs(self: Arc<Self>, only_quick: bool) {
        while let Some(submitted) = self.next(only_quick) {
            self.run_job(submitted);
        }
    }

    fn run_job(&self, submitted: Submitted) {
        let Submitted { work, running: Running { job, cancel, .. } } = submitted;
        let label = work.label();
        let context = JobContext { job, cancel, events: Arc::clone(&self.events) };
        let report = match catch_unwind(AssertUnwindSafe(|| work.run(&context))) {
            Ok(Ok(report)) => report,
            Ok(Err(WorkerError::Cancelled)) => Report::Cancelled,
            Ok(Err(error)) => Report::Failed { label, error },
            Err(panic) => {
                let error = WorkerError::Panicked { label, reason: panic_text(&*panic) };
                Report::Failed { label, error }
            }
        };
        self.events.push(Event { job, report });
        self.lock().running.retain(|running| running.job != job);
        self.changed.notify_all();
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(test)]
mod tests;
