//! Where declarations come from, and what a new schema means for what is open.

use super::jobs::Purpose;
use super::notices::About;
use super::session::Session;
use super::state::{Content, NoticeTone, TabId, TypeChoice};
use crate::schema::LoadReport;
use crate::worker::jobs::{LoadSchema, LoadedSchema, ReleaseSchema};
use crate::worker::{Job, SchemaSources, SourceList, WorkerError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Files of which the source of their type is remembered.
const MAX_TYPE_SOURCES: usize = 500;

/// What was removed last from the sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    pub name: String,
    /// The sources with it.
    pub(super) before: SchemaSources,
}

/// What a schema is loaded for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// A person changed the sources, which are remembered.
    Asked,
    /// The program was started on them.
    Begun,
    /// They were remembered.
    Remembered,
    /// Files changed on disk.
    Changed,
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
        self.set_sources(sources);
    }

    pub(super) fn set_sources(&mut self, sources: SchemaSources) {
        self.state.removed = None;
        self.load_schema(sources, None, Why::Asked);
    }

    pub(super) fn remove_source(&mut self, path: &Path) {
        let before = self.state.sources.clone();
        let mut sources = before.clone();
        sources.paths.retain(|known| known != path);
        self.set_sources(sources);
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        self.state.removed = Some(Removed { name, before });
    }

    pub(super) fn remove_import_root(&mut self, root: &str) {
        let before = self.state.sources.clone();
        let mut sources = before.clone();
        sources.includes.retain(|known| known != root);
        self.set_sources(sources);
        self.state.removed = Some(Removed { name: root.to_owned(), before });
    }

    pub(super) fn put_back_source(&mut self) {
        if let Some(Removed { before, .. }) = self.state.removed.take() {
            self.set_sources(before);
        }
    }

    /// An answer that changes nothing is remembered without loading anything.
    pub(super) fn use_protoc(&mut self, yes: bool) {
        let sources = SchemaSources { protoc: Some(yes), ..self.state.sources.clone() };
        if yes || self.state.source_list.rows.iter().any(|row| row.n_compiled > 0) {
            return self.set_sources(sources);
        }
        self.state.settings.sources.protoc = sources.protoc;
        self.state.source_list.sources.protoc = sources.protoc;
        self.state.sources = sources;
    }

    pub(super) fn move_source(&mut self, path: &Path, up: bool) {
        let mut sources = self.state.sources.clone();
        let Some(at) = sources.paths.iter().position(|known| known == path) else { return };
        let to = if up { at.checked_sub(1) } else { Some(at + 1).filter(|to| *to < sources.paths.len()) };
        if let Some(to) = to {
            sources.paths.swap(at, to);
            self.set_sources(sources);
        }
    }

    /// The folder is looked in before those that were named earlier: it was named to put them right.
    pub(super) fn add_import_root(&mut self, path: PathBuf) {
        self.leave_file_dialog();
        let path = std::path::absolute(&path).unwrap_or(path);
        let root = path.to_string_lossy().trim_end_matches('/').to_owned();
        let mut sources = self.state.sources.clone();
        sources.includes.retain(|known| *known != root);
        sources.includes.insert(0, root);
        self.set_sources(sources);
    }

    /// Loads what the program was started on. `read_as` names the type that open documents are read as
    /// once the schema is there.
    pub(super) fn begin_schema(&mut self, sources: SchemaSources, read_as: Option<String>) {
        self.load_schema(sources, read_as, Why::Begun);
    }

    pub(super) fn recalls_sources(&self) -> bool {
        self.state.settings.sources != SchemaSources::default()
    }

    pub(super) fn recall_sources(&mut self, read_as: Option<String>) {
        self.load_schema(self.state.settings.sources.clone(), read_as, Why::Remembered);
    }

    /// Loads the source that declares the type a person chose for a file, if nothing declares it now.
    pub(super) fn recall_source_of(&mut self, path: &Path) {
        let settings = &self.state.settings;
        let Some((_, name)) = settings.types.iter().find(|(known, _)| known == path) else { return };
        let source = settings.type_sources.iter().find(|(known, _)| known == path);
        let Some((_, source)) = source.filter(|_| self.state.schema.message(name).is_err()) else { return };
        if !self.state.sources.paths.contains(source) {
            let mut sources = self.state.sources.clone();
            sources.paths.push(source.clone());
            self.load_schema(sources, None, Why::Remembered);
        }
    }

    /// Remembers where the type of a tab's document was declared.
    pub(super) fn remember_source_of(&mut self, path: &Path, tab: TabId) {
        let message = self.state.tab(tab).and_then(|tab| tab.document()?.message().cloned());
        let file = message.map(|message| message.parent_file());
        let source = file.and_then(|file| self.state.schema.source_path(&file).map(PathBuf::from));
        let known = &mut self.state.settings.type_sources;
        known.retain(|(of, _)| of != path);
        if let Some(source) = source {
            known.insert(0, (path.to_owned(), source));
            known.truncate(MAX_TYPE_SOURCES);
        }
    }

    /// Files of the schema changed on disk.
    pub(super) fn schema_changed(&mut self) {
        self.load_schema(self.state.sources.clone(), None, Why::Changed);
    }

    /// What is asked for next adds to these sources, though they are not there yet.
    fn load_schema(&mut self, sources: SchemaSources, read_as: Option<String>, why: Why) {
        let job = LoadSchema { sources: sources.clone() };
        self.state.sources = sources.clone();
        let purpose = Purpose::LoadSchema { sources, read_as, why };
        self.start(purpose, Job::LoadSchema(job), "Loading the schema");
    }

    pub(super) fn schema_loaded(
        &mut self,
        sources: SchemaSources,
        read_as: Option<String>,
        why: Why,
        loaded: LoadedSchema,
    ) {
        let LoadedSchema { schema, report, list, watched } = loaded;
        self.outdate(About::Schema);
        let old_schema = std::mem::replace(&mut self.state.schema, schema);
        self.state.source_list = *list;
        self.worker.watch_schema(watched);
        if why == Why::Asked {
            self.state.settings.sources = sources.clone();
        }
        self.state.sources = sources;
        let old_report = self.state.schema_report.replace(Arc::clone(&report));
        self.read_again();
        self.browse_again();
        if let Some(name) = read_as {
            let tabs: Vec<TabId> = self.state.tabs.iter().map(|tab| tab.id).collect();
            tabs.into_iter().for_each(|tab| self.read_as(tab, Some(&name)));
        }
        self.say_what_was_loaded(why, &report);
        // Nothing is read as its types any more, and to take a large one apart takes long.
        let job = ReleaseSchema { schema: old_schema, report: old_report };
        self.start(Purpose::Errand, Job::ReleaseSchema(job), "");
    }

    fn say_what_was_loaded(&mut self, why: Why, report: &LoadReport) {
        let n_types = self.state.schema.messages().len();
        let (n_files, n_broken) = (report.files.len(), report.broken().count());
        let files = if n_files == 1 { "1 file".to_owned() } else { format!("{n_files} files") };
        let again = if why == Why::Changed { " again, which changed on disk" } else { "" };
        if let Some(problem) = report.broken_sources().next() {
            let text = format!("A source of the schema cannot be used: {problem}");
            return self.notify_about(About::Schema, NoticeTone::Error, text);
        }
        let broken_tone = if n_broken == n_files { NoticeTone::Error } else { NoticeTone::Warning };
        match report.first_problem() {
            // What was to be expected is no news.
            None if why == Why::Remembered => {}
            None if n_files == 0 => {
                self.notify_about(
                    About::Schema,
                    NoticeTone::Done,
                    format!("{n_types} message types are known"),
                );
            }
            None => {
                let (tone, ignored) = match report.n_contradictions {
                    0 => (NoticeTone::Done, String::new()),
                    1 => (NoticeTone::Warning, "; 1 declaration is ignored".to_owned()),
                    n => (NoticeTone::Warning, format!("; {n} declarations are ignored")),
                };
                let text = format!("Loaded {files}{again}; {n_types} message types are known{ignored}");
                self.notify_about(About::Schema, tone, text);
            }
            Some(problem) if n_broken == 1 => {
                let problem = problem.to_string();
                let what = problem.lines().next().unwrap_or_default();
                let text = format!("Loaded {files}{again}, one of which cannot be used: {what}");
                self.notify_about(About::Schema, broken_tone, text);
            }
            Some(_) => {
                let text = format!(
                    "Loaded {files}{again}, {n_broken} of which cannot be used; the list of sources says why"
                );
                self.notify_about(About::Schema, broken_tone, text);
            }
        }
    }

    /// The sources stay listed, so that the one that is to blame can be removed.
    pub(super) fn loading_failed(&mut self, sources: SchemaSources, error: &WorkerError) {
        if !self.is_loading() {
            self.state.source_list = SourceList::failed(&sources, &error.to_string());
            self.state.sources = sources;
        }
        self.outdate(About::Schema);
        self.notify_about(About::Schema, NoticeTone::Error, format!("The schema was not loaded: {error}"));
    }

    pub(super) fn loading_cancelled(&mut self) {
        // One that was followed by another is no news.
        if !self.is_loading() {
            self.state.sources = self.state.source_list.sources.clone();
            self.outdate(About::Schema);
            self.notify_about(
                About::Schema,
                NoticeTone::Note,
                "Loading was cancelled; the schema is as it was",
            );
        }
    }

    fn is_loading(&self) -> bool {
        self.jobs.values().any(|purpose| matches!(purpose, Purpose::LoadSchema { .. }))
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
                    let lost = open.backing.lost_type.take();
                    let wanted = before.clone().or(lost).or(remembered);
                    let now = wanted.as_deref().and_then(|name| schema.message(name).ok());
                    if let (Some(name), None) = (&before, &now) {
                        gone.push(format!("{name} of {title}"));
                    }
                    if now.is_none() {
                        // A schema that is being written may have it again soon.
                        open.backing.lost_type = wanted;
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
            self.notify_about(About::Schema, NoticeTone::Note, text);
        }
    }
}
