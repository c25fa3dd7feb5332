use super::{JobContext, Line, Report, WhenNewer, Work, WorkerError};
use crate::schema::{EntryId, Schema, SchemaError};
use std::sync::Arc;

/// Finds declarations, fields and enum values by some of their letters.
#[derive(Debug)]
pub struct FindDeclarations {
    pub schema: Arc<Schema>,
    pub query: String,
    pub most: usize,
}

/// The closest first.
#[derive(Clone, Debug)]
pub struct FoundDeclarations(pub Vec<EntryId>);

impl Work for FindDeclarations {
    fn label(&self) -> &'static str {
        "Finding declarations"
    }

    fn line(&self) -> Option<(Line, WhenNewer)> {
        Some((Line::Declarations, WhenNewer::CancelOlder))
    }

    fn is_quick(&self) -> bool {
        true
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let found = self.schema.catalogue().find(&self.query, self.most, &mut || context.go_on().is_ok());
        match found {
            Ok(found) => Ok(Report::FoundDeclarations(FoundDeclarations(found))),
            Err(SchemaError::Cancelled) => Err(WorkerError::Cancelled),
            Err(error) => Err(WorkerError::Schema { error }),
        }
    }
}
