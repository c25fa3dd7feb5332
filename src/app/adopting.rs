//! Taking over what was done to clones of a document and its tree, off the window's thread.

use super::action::Action;
use super::after::Before;
use super::editing::After;
use super::session::Session;
use super::state::{OpenDocument, TabId};
use crate::document::{Act, Document, ReadMode, Stepped};
use crate::worker::jobs::Done;

/// More splices than these take longer than a frame has time for.
const SPLICES_AT_ONCE: usize = 2_000;

impl OpenDocument {
    /// Takes it over whole; `false` if the document changed meanwhile, and is left as it is.
    pub(super) fn adopt(&mut self, done: Done) -> bool {
        let Done { basis, shape, document, tree, .. } = done;
        let is_adopted = self.document.adopt(&basis, document);
        if is_adopted {
            // Rows that were opened or closed meanwhile stay so.
            match self.tree.shape() == shape {
                true => self.tree = tree,
                false => self.tree.follow(&self.document, ReadMode::Wait),
            }
        }
        is_adopted
    }
}

/// What an action is called while it goes on, if it takes longer than a frame has time for, however
/// small the document is.
pub(super) fn label(open: &OpenDocument, action: &Action) -> Option<&'static str> {
    let n_edits = open.document.n_edits();
    let (n_splices, label) = match action {
        Action::Undo => (open.document.n_splices_to(n_edits.saturating_sub(1)), "Taking back"),
        Action::Redo => (open.document.n_splices_to(n_edits + 1), "Doing again"),
        Action::GoToStep(n_applied) => (open.document.n_splices_to(*n_applied), "Going through the history"),
        Action::FixAll(_) => {
            let list = &open.problems;
            ((list.n_errors + list.n_warnings + list.n_notes) as usize, "Putting problems right")
        }
        _ => return None,
    };
    (n_splices > SPLICES_AT_ONCE).then_some(label)
}

impl Session {
    /// Makes an act; what was done on clones already is taken over if the document is still the same.
    pub(super) fn make(&mut self, tab: TabId, act: Act, after: After, done: Option<Box<Done>>) {
        if done.is_none_or(|done| !self.adopt_act(tab, &act, after, *done)) {
            self.apply_act(tab, act, after);
        }
    }

    /// Takes over an act that was made on a clone; `false` if the document changed meanwhile.
    pub(super) fn adopt_act(&mut self, tab: TabId, act: &Act, after: After, done: Done) -> bool {
        let Some(open) = self.open_document(tab) else { return false };
        let before = Before::of(open, act);
        if !open.adopt(done) {
            return false;
        }
        before.show(open, act, after);
        true
    }
}

/// Takes steps, or takes over those that were taken on a clone.
pub(super) fn step(
    open: &mut OpenDocument,
    done: Option<Box<Done>>,
    step: impl FnOnce(&mut Document) -> Option<Stepped>,
) -> Option<Stepped> {
    if let Some(mut done) = done {
        let stepped = done.stepped.take();
        if open.adopt(*done) {
            return stepped;
        }
    }
    let stepped = step(&mut open.document)?;
    open.tree.follow(&open.document, ReadMode::Wait);
    Some(stepped)
}
