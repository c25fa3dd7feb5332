use super::{JobContext, Report, Work, WorkerError};
use crate::document::Snapshot;
use crate::document::problem::check;
use crate::schema::MessageDescriptor;
use std::fmt;
use std::ops::ControlFlow;

/// Finds what is wrong or odd about a document.
pub struct CheckProblems {
    pub snapshot: Snapshot,
    pub message: Option<MessageDescriptor>,
    /// So many are listed; all are counted.
    pub max_listed: usize,
}

impl fmt::Debug for CheckProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CheckProblems of {} bytes", self.snapshot.len())
    }
}

impl Work for CheckProblems {
    fn label(&self) -> &'static str {
        "Checking"
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let len = self.snapshot.len();
        context.await_newer(len)?;
        let mut found = Vec::new();
        let mut sink = |problem| {
            if found.len() < self.max_listed {
                found.push(problem);
            }
            ControlFlow::Continue(())
        };
        let mut progress = |at| match context.step(at, len) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_cancelled) => ControlFlow::Break(()),
        };
        let report = check(&self.snapshot, 0..len, self.message.as_ref(), &mut sink, &mut progress)
            .map_err(|error| WorkerError::Document { error })?;
        context.go_on()?;
        // What is said of a whole message or record comes when its end is known.
        found.sort_by_key(|problem| problem.range.start);
        Ok(Report::Checked { found, report })
    }
}
