use super::{JobContext, Line, Report, WhenNewer, Work, WorkerError};
use crate::schema::{LoadReport, Schema};
use crate::worker::schema_files::{SchemaPlaces, load_what_is_there};
use crate::worker::source_list::{SchemaSources, SourceList, watched};
use std::path::PathBuf;
use std::sync::Arc;

/// Loads the declarations of `.proto` files, folders, archives and descriptor sets.
#[derive(Debug)]
pub struct LoadSchema {
    pub sources: SchemaSources,
}

/// Declarations, and what became of every file.
#[derive(Clone, Debug)]
pub struct LoadedSchema {
    pub schema: Arc<Schema>,
    pub report: Arc<LoadReport>,
    /// The report, ready to be shown.
    pub list: Box<SourceList>,
    /// What is to be looked after on disk.
    pub watched: Vec<PathBuf>,
}

impl Work for LoadSchema {
    fn label(&self) -> &'static str {
        "Loading the schema"
    }

    fn line(&self) -> Option<(Line, WhenNewer)> {
        Some((Line::Schema, WhenNewer::CancelOlder))
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let SchemaSources { paths, includes, no_builtin, protoc } = &self.sources;
        let (with_builtin, with_protoc) = (!no_builtin, *protoc == Some(true));
        let places = SchemaPlaces { paths, includes, with_builtin, with_protoc };
        let step = &mut |n_done, n_total| context.step(n_done, n_total).is_ok();
        let (schema, report) = load_what_is_there(places, step)?;
        schema.prepare();
        let list = Box::new(SourceList::new(&self.sources, &report));
        let watched = watched(&self.sources, &report);
        let (schema, report) = (Arc::new(schema), Arc::new(report));
        Ok(Report::SchemaLoaded(LoadedSchema { schema, report, list, watched }))
    }
}

/// Lets go of a schema that nothing needs any more: it may be made of millions of parts.
#[derive(Debug)]
pub struct ReleaseSchema {
    pub schema: Arc<Schema>,
    pub report: Option<Arc<LoadReport>>,
}

impl Work for ReleaseSchema {
    fn label(&self) -> &'static str {
        "Letting go of the schema"
    }

    fn run(self: Box<Self>, _context: &JobContext) -> Result<Report, WorkerError> {
        drop(self);
        Ok(Report::Released)
    }
}
