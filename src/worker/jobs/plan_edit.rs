use super::{JobContext, Report, Work, WorkerError};
use crate::document::ops::Lifted;
use crate::document::{Act, Chain, Document, ReadMode, RowId, Tree};
use std::fmt;

/// What looking through a document came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// An act to be applied.
    Act(Act),
    /// Nothing but to take back, or do again, the step at hand.
    Undo,
    Redo,
    /// An act to be applied, and what a person should know of it.
    Noted {
        act: Act,
        note: String,
    },
    /// Records for the clipboard.
    Copied(Box<Copied>),
    /// This singular field is set already, where records were to be put.
    Occupied {
        path: String,
    },
    /// To take steps back or do them again until so many are applied.
    GoToStep(usize),
    /// A place to be selected.
    Found(Place),
    /// Why it cannot be done, as a sentence.
    Refused(String),
    /// Removing the record lets one of so many older values come back.
    Older {
        n_older: u64,
    },
    /// What a replacement would lose, one sentence each.
    Loses {
        losses: Vec<String>,
    },
}

/// Records taken out of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Copied {
    pub lifted: Lifted,
    /// For other programs.
    pub text: String,
    /// What removes them, if they were cut.
    pub act: Option<Act>,
    /// What a person should know of that.
    pub note: Option<String>,
}

/// A row, and the records around it from the outside in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub chain: Chain,
    pub row: RowId,
}

/// Looks through a document too large to be looked through while the window waits.
///
/// Everything that applying the act will read is read here first, so that it is at hand then.
pub struct PlanEdit {
    pub document: Document,
    pub tree: Tree,
    pub plan: Box<dyn FnOnce(&Document) -> Outcome + Send>,
}

impl fmt::Debug for PlanEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlanEdit of {} bytes", self.document.len())
    }
}

impl Work for PlanEdit {
    fn label(&self) -> &'static str {
        "Looking through the document"
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let PlanEdit { mut document, mut tree, plan } = *self;
        let outcome = plan(&document);
        context.go_on()?;
        // What is wrong with an act is said where it counts.
        let has_changed = match &outcome {
            Outcome::Act(act) | Outcome::Noted { act, .. } => document.apply(act).unwrap_or(false),
            Outcome::Copied(copied) => {
                copied.act.as_ref().is_some_and(|act| document.apply(act).unwrap_or(false))
            }
            Outcome::Undo => document.undo().is_some(),
            Outcome::Redo => document.redo().is_some(),
            Outcome::GoToStep(n_applied) => document.go_to_step(*n_applied).is_some(),
            _ => false,
        };
        if has_changed {
            tree.follow(&document, ReadMode::Wait);
        }
        if let Outcome::Found(place) = &outcome {
            tree.reveal_record(document.snapshot(), &place.chain, place.row, ReadMode::Wait);
        }
        Ok(Report::Planned(outcome))
    }
}
