use super::{JobContext, Line, Report, WhenNewer, Work, WorkerError};
use crate::schema::{LoadReport, Schema};
use crate::worker::schema_files::load_what_is_there;
use std::path::PathBuf;
use std::sync::Arc;

/// Loads the declarations of `.proto` files, folders, archives and descriptor sets.
#[derive(Debug)]
pub struct LoadSchema {
    /// Looked up in this order.
    pub paths: Vec<PathBuf>,
    /// Folders that imports are looked up in first.
    pub includes: Vec<String>,
    pub with_builtin: bool,
}

/// Declarations, and what became of every file.
#[derive(Clone, Debug)]
pub struct LoadedSchema {
    pub schema: Arc<Schema>,
    pub report: Arc<LoadReport>,
}

impl Work for LoadSchema {
    fn label(&self) -> &'static str {
        "Loading the schema"
    }

    fn line(&self) -> Option<(Line, WhenNewer)> {
        Some((Line::Schema, WhenNewer::CancelOlder))
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let LoadSchema { paths, includes, with_builtin } = *self;
        let step = &mut |n_done, n_total| context.step(n_done, n_total).is_ok();
        let (schema, report) = load_what_is_there(&paths, &includes, with_builtin, step)?;
        schema.prepare();
        Ok(Report::SchemaLoaded(LoadedSchema { schema: Arc::new(schema), report: Arc::new(report) }))
    }
}
