use super::*;
use std::sync::mpsc;

/// Long enough that only a hang reaches it.
const PATIENCE: Duration = Duration::from_secs(60);

struct Job<F> {
    line: Option<(Line, WhenNewer)>,
    is_quick: bool,
    must_end: bool,
    run: F,
}

impl<F: FnOnce(&JobContext) -> Result<Report, WorkerError> + Send> Work for Job<F> {
    fn label(&self) -> &'static str {
        "A test"
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        (self.run)(context)
    }

    fn line(&self) -> Option<(Line, WhenNewer)> {
        self.line.clone()
    }

    fn is_quick(&self) -> bool {
        self.is_quick
    }

    fn must_end(&self) -> bool {
        self.must_end
    }
}

fn job<F>(run: F) -> Job<F>
where
    F: FnOnce(&JobContext) -> Result<Report, WorkerError> + Send,
{
    Job { line: None, is_quick: false, must_end: false, run }
}

fn submit<F>(worker: &Worker, job: Job<F>) -> JobId
where
    F: FnOnce(&JobContext) -> Result<Report, WorkerError> + Send + 'static,
{
    worker.shared.submit(Box::new(job))
}

/// The ends of `n` jobs by job, progress left out.
fn ends(worker: &Worker, n: usize) -> Vec<(JobId, Report)> {
    let mut ends = Vec::new();
    while ends.len() < n {
        let Event { job, report } = worker.wait(PATIENCE).expect("an event");
        if !matches!(report, Report::Progress { .. }) {
            ends.push((job, report));
        }
    }
    ends.sort_by_key(|(job, _)| *job);
    ends
}

/// Runs until it is cancelled; says when it began.
fn endless(
    began: mpsc::Sender<()>,
) -> impl FnOnce(&JobContext) -> Result<Report, WorkerError> + Send + 'static {
    move |context| {
        began.send(()).ok();
        loop {
            context.step(0, 1)?;
            thread::yield_now();
        }
    }
}

#[test]
fn a_job_reports_progress_and_then_its_end_and_wakes_the_window() {
    let (woken, wakes) = mpsc::channel();
    let worker = start(move || {
        woken.send(()).ok();
    });
    let id = submit(
        &worker,
        job(|context| {
            context.step(5, 10)?;
            Ok(Report::JournalKept)
        }),
    );
    let first = worker.wait(PATIENCE).unwrap();
    assert_eq!(first.job, id);
    assert!(matches!(first.report, Report::Progress { n_done: 5, n_total: 10 }));
    assert!(matches!(ends(&worker, 1)[..], [(job, Report::JournalKept)] if job == id));
    assert!(wakes.try_iter().count() >= 1);
    assert!(worker.poll().is_none());
}

#[test]
fn a_panic_is_that_jobs_failure_and_no_others() {
    let worker = start(|| {});
    for n in 0..10 {
        submit(
            &worker,
            job(move |_| {
                assert!(n % 2 == 1, "odd {n}");
                Ok(Report::JournalKept)
            }),
        );
    }
    for (job, report) in ends(&worker, 10) {
        match report {
            Report::JournalKept => assert_eq!(job.0 % 2, 0),
            Report::Failed { label: "A test", error: WorkerError::Panicked { reason, .. } } => {
                assert!(reason.starts_with("odd"), "{reason}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_cancel_ends_a_running_job_and_drops_a_waiting_one() {
    let worker = start(|| {});
    let (began, begins) = mpsc::channel();
    let ids: Vec<JobId> = (0..4).map(|_| submit(&worker, job(endless(began.clone())))).collect();
    for _ in 0..N_THREADS {
        begins.recv_timeout(PATIENCE).unwrap();
    }
    ids.iter().rev().for_each(|id| worker.cancel(*id));
    let ends = ends(&worker, 4);
    assert!(ends.iter().all(|(_, report)| matches!(report, Report::Cancelled)), "{ends:?}");
    assert!(begins.try_recv().is_err(), "the waiting ones never began");
    worker.cancel(ids[0]);
    assert!(worker.poll().is_none());
}

#[test]
fn a_quick_job_does_not_wait_for_long_ones() {
    let worker = start(|| {});
    let (began, _begins) = mpsc::channel();
    let long: Vec<JobId> = (0..5).map(|_| submit(&worker, job(endless(began.clone())))).collect();
    let quick = submit(&worker, Job { is_quick: true, ..job(|_| Ok(Report::JournalKept)) });
    assert!(matches!(ends(&worker, 1)[..], [(job, Report::JournalKept)] if job == quick));
    long.iter().for_each(|id| worker.cancel(*id));
    ends(&worker, 5);
}

#[test]
fn a_newer_job_of_its_line_drops_the_waiting_and_may_cancel_the_running_one() {
    for newer in [WhenNewer::CancelOlder, WhenNewer::ReplaceWaiting] {
        let worker = start(|| {});
        let line = || Some((Line::Test(1), newer));
        let (began, begins) = mpsc::channel();
        // It holds its line until all others are there, cancelled or not.
        let (release, released) = mpsc::channel::<()>();
        let until_cancelled = endless(began);
        let held = move |context: &JobContext| {
            let end = until_cancelled(context);
            released.recv_timeout(PATIENCE).ok();
            end
        };
        let first = submit(&worker, Job { line: line(), ..job(held) });
        begins.recv_timeout(PATIENCE).unwrap();
        let later: Vec<JobId> = (0..3)
            .map(|_| submit(&worker, Job { line: line(), ..job(|_| Ok(Report::JournalKept)) }))
            .collect();
        if newer == WhenNewer::ReplaceWaiting {
            let dropped = ends(&worker, 2);
            assert!(dropped.iter().all(|(_, report)| matches!(report, Report::Cancelled)));
            assert_eq!(worker.n_unfinished(), 2, "the running one goes on, the newest waits for it");
            worker.cancel(first);
            release.send(()).unwrap();
            only_the_newest_is_kept(&ends(&worker, 2), later[2]);
        } else {
            release.send(()).unwrap();
            only_the_newest_is_kept(&ends(&worker, 4), later[2]);
        }
    }
}

/// In whatever order the ends are told.
fn only_the_newest_is_kept(ends: &[(JobId, Report)], newest: JobId) {
    for (job, report) in ends {
        let as_expected = match report {
            Report::JournalKept => *job == newest,
            Report::Cancelled => *job != newest,
            _ => false,
        };
        assert!(as_expected, "{ends:?}");
    }
}

#[test]
fn jobs_of_one_line_run_in_turn() {
    let worker = start(|| {});
    let (ran, order) = mpsc::channel();
    for n in 0..50 {
        let ran = ran.clone();
        let line = Some((Line::Test(1), WhenNewer::InTurn));
        let run = move |_: &JobContext| {
            ran.send((n, true)).ok();
            thread::yield_now();
            ran.send((n, false)).ok();
            Ok(Report::JournalKept)
        };
        submit(&worker, Job { line, ..job(run) });
    }
    ends(&worker, 50);
    let found: Vec<(i32, bool)> = order.try_iter().collect();
    let expected: Vec<(i32, bool)> = (0..50).flat_map(|n| [(n, true), (n, false)]).collect();
    assert_eq!(found, expected);
}

#[test]
fn too_many_jobs_are_refused_and_not_waited_for() {
    let worker = start(|| {});
    let (began, _begins) = mpsc::channel();
    let n_jobs = MAX_JOBS + N_THREADS + 3;
    let ids: Vec<JobId> = (0..n_jobs).map(|_| submit(&worker, job(endless(began.clone())))).collect();
    ids.iter().for_each(|id| worker.cancel(*id));
    let ends = ends(&worker, n_jobs);
    let refused = ends.iter().filter(|(_, report)| {
        matches!(report, Report::Failed { error: WorkerError::TooManyJobs { .. }, .. })
    });
    assert!((3..=3 + N_THREADS).contains(&refused.count()));
}

#[test]
fn closing_waits_for_a_save_and_cancels_the_rest() {
    let worker = start(|| {});
    let (began, begins) = mpsc::channel();
    submit(&worker, job(endless(began)));
    begins.recv_timeout(PATIENCE).unwrap();
    let (saved, saves) = mpsc::channel();
    for n in 0..5 {
        let saved = saved.clone();
        let line = Some((Line::Test(1), WhenNewer::InTurn));
        let run = move |context: &JobContext| {
            for step in 0..100 {
                context.step(step, 100)?;
                thread::yield_now();
            }
            saved.send(n).ok();
            Ok(Report::JournalKept)
        };
        submit(&worker, Job { must_end: true, line, ..job(run) });
    }
    drop(worker);
    assert_eq!(saves.try_iter().collect::<Vec<i32>>(), [0, 1, 2, 3, 4]);
}

#[test]
fn work_on_many_bytes_waits_a_moment_for_what_is_newer_and_hears_it_at_once() {
    let worker = start(|| {});
    let (began, has_begun) = mpsc::channel();
    let waiting = submit(
        &worker,
        job(move |context| {
            began.send(()).ok();
            // Far longer than anybody waits, if nothing newer came.
            loop {
                context.await_newer(u64::MAX)?;
            }
        }),
    );
    has_begun.recv_timeout(PATIENCE).unwrap();
    worker.cancel(waiting);
    assert!(matches!(ends(&worker, 1)[0], (job, Report::Cancelled) if job == waiting));
    let at_once = submit(
        &worker,
        job(|context| {
            context.await_newer(0)?;
            context.await_newer(u64::MAX)?;
            Ok(Report::JournalKept)
        }),
    );
    assert!(matches!(ends(&worker, 1)[0], (job, Report::JournalKept) if job == at_once));
}
