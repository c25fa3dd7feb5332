use super::compare::compare;
use super::{Compared, JobContext, Report, Work, WorkerError};
use crate::document::canonical::{CanonicalError, CanonicalReport, canonical_act};
use crate::document::{Act, Document};
use std::ops::ControlFlow;

/// Finds out what writing a document canonically would change.
#[derive(Debug)]
pub struct Canonicalize {
    pub document: Document,
    pub max_listed: usize,
}

/// The act, and what it would change.
#[derive(Debug)]
pub struct Canonicalized {
    pub act: Act,
    pub report: CanonicalReport,
    pub compared: Compared,
}

impl Work for Canonicalize {
    fn label(&self) -> &'static str {
        "Canonicalizing"
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let Canonicalize { mut document, max_listed } = *self;
        let before = document.snapshot().clone();
        let len = before.len();
        let mut go_on = |at| match context.step(at, len) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_cancelled) => ControlFlow::Break(()),
        };
        let (act, report) = canonical_act(&document, &mut go_on).map_err(|error| match error {
            CanonicalError::Stopped => WorkerError::Cancelled,
            CanonicalError::Source(error) => WorkerError::Document { error },
            error => WorkerError::NotCanonical { error },
        })?;
        document.apply(&act).map_err(|error| WorkerError::Edit { error })?;
        let message = document.message().cloned();
        let scope = document.root().scope;
        let both = [&before, document.snapshot()];
        let compared = compare(both, message.as_ref(), &scope, None, max_listed, context)?;
        Ok(Report::Canonicalized(Canonicalized { act, report, compared }))
    }
}
