//! Problems that are put right by one act.

use super::action::Action;
use super::command::{Command, document};
use super::plans::{self, Inside};
use super::state::{OpenDocument, State};
use crate::document::problem::{Problem, ProblemKind, Wanted, fixes};
use crate::document::{Act, Document, Path as FieldPath, Resolved, Target};
use crate::worker::jobs::{Looked, Outcome};

/// The act that puts what is wanted right.
pub(super) fn fix(document: &Document, wanted: &Wanted, go_on: &mut Looked<'_>) -> Outcome {
    let made = fixes(document.snapshot(), document.message(), wanted, go_on);
    let (Wanted::One(kind, _) | Wanted::All(kind)) = wanted;
    match made {
        Ok(fixes) => {
            let what = kind.fix_label().unwrap_or("Fix");
            let times =
                if fixes.n_problems > 1 { format!(" ({} times)", fixes.n_problems) } else { String::new() };
            Outcome::Act(Act::new(format!("{what}{times}"), fixes.edits))
        }
        Err(error) => Outcome::Refused(error.to_string()),
    }
}

/// The act that adds the field that is missing at a path, with its default value.
pub(super) fn add_missing(document: &Document, path: &FieldPath) -> Outcome {
    let found = match document.resolve(path) {
        Ok(found) => found,
        Err(error) => return Outcome::Refused(error.to_string()),
    };
    let Resolved { target, parent, number, .. } = found;
    let is_missing = matches!(target, Target::Absent { rest } if rest.len() == 1);
    let Some(part) = parent.parts.last().filter(|_| is_missing) else {
        return Outcome::Refused(format!("{path} is there, or what is around it is not"));
    };
    let mut around = path.clone();
    around.0.pop();
    let inside = Inside { part: part.clone(), message: parent.message.clone(), path: around };
    plans::add_field(document, &inside, number)
}

impl OpenDocument {
    /// The first problem of the selected field that can be put right without doubt.
    pub fn fixable_problem(&self) -> Option<&Problem> {
        let range = &self.selection.as_ref()?.range;
        if self.problems.revision != Some(self.document.revision()) {
            return None;
        }
        self.problems.found.iter().find(|problem| {
            let is_here = range.contains(&problem.range.start) || problem.range.start == range.start;
            is_here && problem.kind.fix_label().is_some()
        })
    }

    /// Problems of a kind, among those that are listed.
    pub fn n_problems_of(&self, kind: ProblemKind) -> usize {
        self.problems.found.iter().filter(|problem| problem.kind == kind).count()
    }
}

/// What the commands of this topic mean now.
pub(super) fn resolve(command: Command, state: &State) -> Result<Action, &'static str> {
    let (_, open) = document(state)?;
    if open.selection.is_none() {
        return Err("Nothing is selected");
    }
    let found = open.fixable_problem();
    let problem = found.ok_or("The selected field has no problem that can be put right without doubt")?;
    Ok(match command {
        Command::FixAllLikeIt => Action::FixAll(problem.kind),
        _ => Action::FixProblem { kind: problem.kind, range: problem.range.clone() },
    })
}
