use super::{JobContext, Report, Work, WorkerError};
use crate::document::{LARGE_WINDOW, ReadMode, Reader, Snapshot, SurveyWork};
use std::ops::ControlFlow;

/// Looks at which fields of a message with many records are absent, and which records count.
#[derive(Debug)]
pub struct SurveyMessage {
    pub snapshot: Snapshot,
    pub work: SurveyWork,
}

impl Work for SurveyMessage {
    fn label(&self) -> &'static str {
        "Looking for absent fields"
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let SurveyMessage { snapshot, work } = *self;
        let mut reader = Reader::new(&snapshot, ReadMode::Wait, LARGE_WINDOW);
        let mut progress = |at| match context.step(at, snapshot.len()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_cancelled) => ControlFlow::Break(()),
        };
        let made = work.run(&mut reader, &mut progress).map_err(|error| WorkerError::Document { error })?;
        context.go_on()?;
        Ok(made.map_or(Report::Cancelled, Report::Surveyed))
    }
}
