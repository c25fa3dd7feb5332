use super::{Done, JobContext, Report, Work, WorkerError};
use crate::document::ops::Lifted;
use crate::document::{Act, Chain, Document, ReadMode, RowId, Stepped, Tree};
use std::fmt;
use std::ops::ControlFlow;

/// Steps between two looks at whether to go on.
const ASK_EVERY: usize = 64;

/// What looking through a document came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// An act to be applied.
    Act(Act),
    /// Nothing but to take back, or do again, the step at hand.
    Undo,
    Redo,
    /// Like `Undo`, of what nobody asked to be a step: it is not done again either.
    TakeBack,
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

/// Told how far a document was looked through; may ask to stop.
pub type Looked<'a> = dyn FnMut(u64) -> ControlFlow<()> + 'a;

/// Looks through a document for what is to be done.
pub type Plan = Box<dyn FnOnce(&Document, &mut Looked<'_>) -> Outcome + Send>;

/// Looks through a document too large to be looked through while the window waits, and makes the act
/// on a clone, so that the window has only to take it over.
///
/// Everything that showing the act will read is read here first, so that it is at hand then.
pub struct PlanEdit {
    pub document: Document,
    pub tree: Tree,
    /// Offset of the record that is selected.
    pub selection: Option<u64>,
    pub plan: Plan,
}

impl fmt::Debug for PlanEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlanEdit of {} bytes", self.document.len())
    }
}

/// What is to be done, and the document with it done; `None` if nothing is to be changed.
#[derive(Debug)]
pub struct Planned {
    pub outcome: Outcome,
    pub done: Option<Box<Done>>,
}

impl Work for PlanEdit {
    fn label(&self) -> &'static str {
        "Looking through the document"
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let PlanEdit { document, tree, selection, plan } = *self;
        let len = document.len();
        // What tells how far it looks has as much to do again when it makes what it found.
        let mut has_looked = false;
        let mut outcome = plan(&document, &mut |at| {
            has_looked = true;
            match context.step(at, 2 * len) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_cancelled) => ControlFlow::Break(()),
            }
        });
        context.go_on()?;
        let mut done = Done::of(document, tree);
        // What is wrong with an act is said where it counts.
        let apply = |document: &mut Document, act: &mut Act| {
            act.selection = act.selection.or(selection);
            apply(document, act, has_looked, context)
        };
        let document = &mut done.document;
        let has_changed = match &mut outcome {
            Outcome::Act(act) | Outcome::Noted { act, .. } => apply(document, act)?,
            Outcome::Copied(copied) => match &mut copied.act {
                Some(act) => apply(document, act)?,
                None => false,
            },
            Outcome::Undo => step(&mut done, 1, Document::undo, context)?,
            Outcome::TakeBack => step(&mut done, 1, Document::take_back, context)?,
            Outcome::Redo => step(&mut done, 1, Document::redo, context)?,
            Outcome::GoToStep(n_applied) => {
                let (from, to) = (document.n_edits(), (*n_applied).min(document.n_steps()));
                let one = if to < from { Document::undo } else { Document::redo };
                step(&mut done, from.abs_diff(to), one, context)?
            }
            _ => false,
        };
        if has_changed {
            done.follow();
        }
        if let Outcome::Found(place) = &outcome {
            let snapshot = done.document.snapshot();
            done.tree.reveal_record(snapshot, &place.chain, place.row, ReadMode::Wait);
        }
        let done = has_changed.then(|| Box::new(done));
        Ok(Report::Planned(Planned { outcome, done }))
    }
}

/// Makes the edits of an act, unless it is stopped; whether a byte changed.
fn apply(
    document: &mut Document,
    act: &Act,
    has_looked: bool,
    context: &JobContext,
) -> Result<bool, WorkerError> {
    let n_edits = act.edits.len() as u64;
    let n_before = if has_looked { n_edits } else { 0 };
    let mut stopped = None;
    let mut go_on = |n_made: usize| match n_made % ASK_EVERY {
        0 => match context.step(n_before + n_made as u64, n_before + n_edits) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                stopped = Some(error);
                ControlFlow::Break(())
            }
        },
        _ => ControlFlow::Continue(()),
    };
    let has_changed = document.apply_while(act, &mut go_on).unwrap_or(false);
    match stopped {
        Some(error) => Err(error),
        None => Ok(has_changed),
    }
}

/// Takes so many steps, unless it is stopped; whether there was one.
fn step(
    done: &mut Done,
    n_steps: usize,
    one: fn(&mut Document) -> Option<Stepped>,
    context: &JobContext,
) -> Result<bool, WorkerError> {
    for step_idx in 0..n_steps {
        if step_idx % ASK_EVERY == 0 {
            context.step(step_idx as u64, n_steps as u64)?;
        }
        done.stepped = one(&mut done.document);
    }
    Ok(done.stepped.is_some())
}
