//! What an act comes to, found out on clones of a document and its tree.

use super::{JobContext, Report, Work, WorkerError};
use crate::document::{Basis, Document, ReadMode, Shape, Stepped, Tree};

/// A document and its tree after an act, to be taken over whole.
#[derive(Debug)]
pub struct Done {
    /// What both began with.
    pub basis: Basis,
    pub shape: Shape,
    pub document: Document,
    pub tree: Tree,
    /// Of what takes steps back or does them again.
    pub stepped: Option<Stepped>,
}

impl Done {
    /// Of clones that nothing was done to yet.
    pub fn of(document: Document, tree: Tree) -> Done {
        let (basis, shape) = (document.basis(), tree.shape());
        Done { basis, shape, document, tree, stepped: None }
    }

    /// Brings the tree along.
    pub fn follow(&mut self) {
        self.tree.follow(&self.document, ReadMode::Wait);
    }
}

/// Lets go of one that nobody wants: it may hold all bytes of a large message.
#[derive(Debug)]
pub struct ReleaseDone(pub Box<Done>);

impl Work for ReleaseDone {
    fn label(&self) -> &'static str {
        "Letting go of what was not wanted"
    }

    fn run(self: Box<Self>, _context: &JobContext) -> Result<Report, WorkerError> {
        drop(self);
        Ok(Report::Released)
    }
}
