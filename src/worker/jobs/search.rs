use super::super::job::{Line, WhenNewer};
use super::{JobContext, Report, Work, WorkerError};
use crate::document::problem::check;
use crate::document::search::{Finding, Hit, Outline, Query, places, search};
use crate::document::{MessageAt, Snapshot, SourceError};
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Between two batches handed over.
const EVERY: Duration = Duration::from_millis(100);
/// Hits of a batch that is handed over at once.
const BATCH: usize = 4_096;

/// Finds the records of a document that a query asks for, and hands them over in batches. A newer
/// search of the same document ends an older one.
pub struct Search {
    /// Tells documents apart.
    pub document: u64,
    pub snapshot: Snapshot,
    pub root: MessageAt,
    pub query: Arc<Query>,
    /// So many are handed over; all are counted.
    pub max_listed: usize,
}

/// Some of what a search found.
#[derive(Debug, Default)]
pub struct Hits {
    pub hits: Vec<Hit>,
    /// So far, handed over or not.
    pub n_found: u64,
}

impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Search for {} in {} bytes", self.query.text(), self.snapshot.len())
    }
}

impl Work for Search {
    fn label(&self) -> &'static str {
        "Searching"
    }

    fn line(&self) -> Option<(Line, WhenNewer)> {
        Some((Line::Search(self.document), WhenNewer::CancelOlder))
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let len = self.snapshot.len();
        context.await_newer(len)?;
        let mut left = self.max_listed;
        let found = std::cell::RefCell::new(Hits::default());
        let last = std::cell::Cell::new(Instant::now());
        let hand_over = || {
            let mut found = found.borrow_mut();
            let hits = std::mem::take(&mut found.hits);
            last.set(Instant::now());
            context.publish(Report::FoundPart(Hits { hits, n_found: found.n_found }));
        };
        let mut sink = |finding: &mut Finding<'_, '_, '_>| {
            found.borrow_mut().n_found += 1;
            if left > 0 {
                left -= 1;
                let hit = finding.hit()?;
                found.borrow_mut().hits.push(hit);
                if found.borrow().hits.len() >= BATCH {
                    hand_over();
                }
            }
            Ok(go_on(context))
        };
        let mut progress = |at| match context.step(at, len) {
            Ok(()) => {
                if last.get().elapsed() >= EVERY && found.borrow().n_found > 0 {
                    hand_over();
                }
                ControlFlow::Continue(())
            }
            Err(_cancelled) => ControlFlow::Break(()),
        };
        search(&self.snapshot, &self.root, &self.query, &mut sink, &mut progress).map_err(failed)?;
        context.go_on()?;
        Ok(Report::Searched(found.into_inner()))
    }
}

/// What the rows of a filtered tree are about.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// What no type declares.
    Unknown,
    /// What a check complains about.
    Problems,
    /// What a query asks for.
    Matches(Arc<Query>),
}

/// Finds the rows that a filter leaves in the tree, with all that is around them. A newer one of the
/// same document ends an older one.
pub struct OutlineRows {
    /// Tells documents apart.
    pub document: u64,
    pub snapshot: Snapshot,
    pub root: MessageAt,
    pub wanted: Wanted,
    /// Offsets of rows that are to be there whatever is wanted.
    pub keep: Vec<u64>,
    pub max_rows: usize,
}

/// The rows of a filtered tree.
#[derive(Debug, Default)]
pub struct Outlined {
    pub outline: Outline,
    /// There would be more.
    pub is_cut: bool,
}

impl fmt::Debug for OutlineRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutlineRows of {} bytes: {:?}", self.snapshot.len(), self.wanted)
    }
}

impl Work for OutlineRows {
    fn label(&self) -> &'static str {
        "Filtering"
    }

    fn line(&self) -> Option<(Line, WhenNewer)> {
        Some((Line::Outline(self.document), WhenNewer::CancelOlder))
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let len = self.snapshot.len();
        context.await_newer(len)?;
        let mut outlined = Outlined::default();
        let mut sink = |finding: &mut Finding<'_, '_, '_>| {
            if !outlined.outline.add(finding, self.max_rows) {
                outlined.is_cut = true;
                return Ok(ControlFlow::Break(()));
            }
            Ok(go_on(context))
        };
        let mut progress = |at| match context.step(at, len) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_cancelled) => ControlFlow::Break(()),
        };
        match &self.wanted {
            Wanted::Unknown => {
                let query = Query::unknown();
                search(&self.snapshot, &self.root, &query, &mut sink, &mut progress).map_err(failed)?;
            }
            Wanted::Matches(query) => {
                search(&self.snapshot, &self.root, query, &mut sink, &mut progress).map_err(failed)?;
            }
            Wanted::Problems => {
                let mut offsets = Vec::new();
                let mut note = |problem: crate::document::problem::Problem| {
                    offsets.push(problem.range.start.min(len.saturating_sub(1)));
                    let is_enough = offsets.len() >= self.max_rows;
                    if is_enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                };
                let message = self.root.message.as_ref();
                check(&self.snapshot, self.root.range.clone(), message, &mut note, &mut progress)
                    .map_err(failed)?;
                context.go_on()?;
                offsets.sort_unstable();
                offsets.dedup();
                if len > 0 {
                    places(&self.snapshot, &self.root, &offsets, &mut sink, &mut progress).map_err(failed)?;
                }
            }
        }
        context.go_on()?;
        let keep = outlined.outline.without(self.keep);
        let mut sink = |finding: &mut Finding<'_, '_, '_>| {
            outlined.is_cut |= !outlined.outline.add(finding, self.max_rows);
            Ok(if outlined.is_cut { ControlFlow::Break(()) } else { go_on(context) })
        };
        places(&self.snapshot, &self.root, &keep, &mut sink, &mut progress).map_err(failed)?;
        context.go_on()?;
        let Outlined { outline, is_cut } = outlined;
        Ok(Report::Outlined(Outlined { outline: outline.finish(), is_cut }))
    }
}

fn go_on(context: &JobContext) -> ControlFlow<()> {
    match context.go_on() {
        Ok(()) => ControlFlow::Continue(()),
        Err(_cancelled) => ControlFlow::Break(()),
    }
}

fn failed(error: SourceError) -> WorkerError {
    WorkerError::Document { error }
}
