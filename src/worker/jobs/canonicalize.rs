use super::compare::compare;
use super::{Compared, Done, JobContext, Report, Work, WorkerError};
use crate::document::canonical::{CanonicalError, CanonicalReport, canonical_act};
use crate::document::{Document, Tree};
use std::ops::ControlFlow;

/// Finds out what writing a document canonically would change, and does it on a clone.
#[derive(Debug)]
pub struct Canonicalize {
    pub document: Document,
    pub tree: Tree,
    /// Offset of the record that is selected.
    pub selection: Option<u64>,
    pub max_listed: usize,
}

/// The document written canonically, and what that would change.
#[derive(Debug)]
pub struct Canonicalized {
    /// `None` if it is already.
    pub done: Option<Box<Done>>,
    pub report: CanonicalReport,
    pub compared: Compared,
}

impl Work for Canonicalize {
    fn label(&self) -> &'static str {
        "Canonicalizing"
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let Canonicalize { document, tree, selection, max_listed } = *self;
        let before = document.snapshot().clone();
        let len = before.len();
        let mut go_on = |at| match context.step(at, len) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_cancelled) => ControlFlow::Break(()),
        };
        let (mut act, report) = canonical_act(&document, &mut go_on).map_err(|error| match error {
            CanonicalError::Stopped => WorkerError::Cancelled,
            CanonicalError::Source(error) => WorkerError::Document { error },
            error => WorkerError::NotCanonical { error },
        })?;
        let mut done = Done::of(document, tree);
        act.selection = selection;
        let has_changed = done.document.apply(&act).map_err(|error| WorkerError::Edit { error })?;
        let message = done.document.message().cloned();
        let scope = done.document.root().scope;
        let both = [&before, done.document.snapshot()];
        let compared = compare(both, message.as_ref(), &scope, None, max_listed, context)?;
        if has_changed {
            done.follow();
        }
        let done = has_changed.then(|| Box::new(done));
        Ok(Report::Canonicalized(Canonicalized { done, report, compared }))
    }
}
