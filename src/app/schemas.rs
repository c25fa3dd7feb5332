//! Where declarations come from, and what a new schema means for what is open.

use super::jobs::Purpose;
use super::session::Session;
use super::state::{Content, NoticeTone, TabId, TypeChoice};
use crate::worker::Job;
use crate::worker::WorkerError;
use crate::worker::jobs::{LoadSchema, LoadedSchema};
use std::path::PathBuf;
use std::sync::Arc;

/// Sources of declarations, looked up in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaSources {
    /// `.proto` files, folders and archives of them, descriptor sets.
    pub paths: Vec<PathBuf>,
    /// Folders that imports are looked up in first.
    pub includes: Vec<String>,
    /// Leaves out the RocketMQ v2 API.
    pub no_builtin: bool,
}

impl Session {
    /// Adds sources behind those that are loaded. Documents keep what they are read as until the
    /// new schema is there.
    pub(super) fn add_sources(&mut self, paths: Vec<PathBuf>) {
        self.leave_file_dialog();
        let mut sources = self.state.sources.clone();
        for path in paths {
            let path = std::path::absolute(&path).unwrap_or(path);
            sources.paths.retain(|known| *known != path);
            sources.paths.push(path);
        }
        self.load_schema(sources, None);
    }

    /// `read_as` names the type that open documents are read as once the schema is there.
    pub(super) fn load_schema(&mut self, sources: SchemaSources, read_as: Option<String>) {
        let job = LoadSchema {
            paths: sources.paths.clone(),
            includes: sources.includes.clone(),
            with_builtin: !sources.no_builtin,
        };
        let purpose = Purpose::LoadSchema { sources, read_as };
        self.start(purpose, Job::LoadSchema(job), "Loading the schema");
    }

    pub(super) fn schema_loaded(
        &mut self,
        sources: SchemaSources,
        read_as: Option<String>,
        loaded: LoadedSchema,
    ) {
        let LoadedSchema { schema, report } = loaded;
        if let Some(problem) = report.broken_sources().next() {
            return self.notify(NoticeTone::Error, format!("The schema was not loaded: {problem}"));
        }
        let (n_files, n_broken) = (report.files.len(), report.broken().count());
        if n_broken == n_files
            && let Some(problem) = report.first_problem()
        {
            return self.notify(NoticeTone::Error, format!("The schema was not loaded: {problem}"));
        }
        self.state.schema = schema;
        self.state.sources = sources;
        self.state.schema_report = Some(Arc::clone(&report));
        self.read_again();
        self.browse_again();
        if let Some(name) = read_as {
            let tabs: Vec<TabId> = self.state.tabs.iter().map(|tab| tab.id).collect();
            tabs.into_iter().for_each(|tab| self.read_as(tab, Some(&name)));
        }
        let n_types = self.state.schema.messages().len();
        let files = if n_files == 1 { "1 file".to_owned() } else { format!("{n_files} files") };
        match report.first_problem() {
            None => {
                self.notify(NoticeTone::Done, format!("Loaded {files}; {n_types} message types are known"))
            }
            Some(problem) => self.notify(
                NoticeTone::Error,
                format!("Loaded {files}, {n_broken} of which cannot be used. The first: {problem}"),
            ),
        }
    }

    pub(super) fn loading_failed(&mut self, error: &WorkerError) {
        self.notify(NoticeTone::Error, format!("The schema was not loaded: {error}"));
    }

    /// Every document is read as the type of the same name in the new schema, with all its edits. One
    /// whose type is gone stays open as bytes.
    fn read_again(&mut self) {
        let schema = Arc::clone(&self.state.schema);
        let types = self.state.settings.types.clone();
        let mut gone = Vec::new();
        let tabs: Vec<TabId> = self.state.tabs.iter().map(|tab| tab.id).collect();
        for id in tabs {
            let Some(tab) = self.tab_mut(id) else { continue };
            let (title, path) = (tab.title.clone(), tab.path.clone());
            let remembered = types.iter().find(|(known, _)| Some(known) == path.as_ref());
            let remembered = remembered.map(|(_, name)| name.clone());
            match &mut tab.content {
                Content::Opening { read_as, .. } => {
                    *read_as = read_as.take().and_then(|message| schema.message(message.full_name()).ok());
                }
                Content::Failed { .. } => {}
                Content::Open(open) => {
                    let before = open.message().map(|message| message.full_name().to_owned());
                    let now = before.as_deref().or(remembered.as_deref());
                    let now = now.and_then(|name| schema.message(name).ok());
                    if let (Some(name), None) = (&before, &now) {
                        gone.push(format!("{name} of {title}"));
                    }
                    match (&before, &now) {
                        (None, Some(_)) => open.choice = TypeChoice::Chosen,
                        (_, None) if open.choice != TypeChoice::Chosen => open.choice = TypeChoice::Pending,
                        _ => {}
                    }
                    super::documents::read_document_as(open, now);
                    open.backing.is_ranked = false;
                    open.ranking = None;
                }
            }
        }
        if !gone.is_empty() {
            let text =
                format!("The new schema does not declare {}; the bytes are as they were", gone.join(", "));
            self.notify(NoticeTone::Note, text);
        }
    }
}
