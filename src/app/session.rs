//! The session: one state, one worker, and the only place where the state changes.

use super::action::Action;
use super::calls::{Calling, Calls};
use super::jobs::Purpose;
use super::saving::AfterSave;
use super::settings::{self, Settings};
use super::state::{Content, OpenDocument, State, Tab, TabId};
use crate::document::Row;
use crate::schema::Schema;
use crate::worker::SchemaSources;
use crate::worker::{self, Entry, JobId, Journal, Worker};
use std::collections::HashMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Events taken in at once, so that no frame waits for many.
const MAX_EVENTS: usize = 64;

/// Where things are remembered; without a folder they are not.
#[derive(Clone, Debug, Default)]
pub struct Folders {
    /// Settings.
    pub config: Option<PathBuf>,
    /// Unsaved edits, marks of open files, backups.
    pub state: Option<PathBuf>,
}

impl Folders {
    /// The person's own.
    pub fn of_person() -> Folders {
        Folders { config: worker::config_folder(), state: worker::state_folder() }
    }

    pub(super) fn settings(&self) -> Option<PathBuf> {
        self.config.as_ref().map(|folder| folder.join("settings.json"))
    }

    pub(super) fn marks(&self) -> Option<PathBuf> {
        self.state.as_ref().map(|folder| folder.join("open"))
    }

    pub(super) fn backups(&self) -> PathBuf {
        let folder = self.state.clone().unwrap_or_else(|| std::env::temp_dir().join("protoloupe"));
        folder.join("backups")
    }
}

/// What is open and everything that goes on about it.
pub struct Session {
    pub(super) state: State,
    pub(super) worker: Worker,
    pub(super) folders: Folders,
    /// What each job that has not ended is for.
    pub(super) jobs: HashMap<JobId, Purpose>,
    /// The one long look at a document that goes on beside everything else.
    pub(super) background: Option<(JobId, TabId)>,
    pub(super) fetching: Option<JobId>,
    /// Types are being ranked for the selected payload.
    pub(super) guessing: Option<JobId>,
    pub(super) calling: Calling,
    pub(super) journal: Option<Arc<Journal>>,
    /// What earlier sessions left, until it is given back or not wanted.
    pub(super) pending: Vec<Entry>,
    pub(super) has_asked_for_pending: bool,
    pub(super) after_save: HashMap<TabId, AfterSave>,
    /// The settings as they are stored or being stored.
    pub(super) stored: Settings,
    pub(super) storing: Option<JobId>,
    pub(super) last_tab: u64,
    pub(super) last_comparison: u64,
    pub(super) n_untitled: u64,
}

impl Session {
    /// `wake` is called from any thread when [`Session::poll`] has something to do.
    pub fn new(schema: Arc<Schema>, folders: Folders, wake: impl Fn() + Send + Sync + 'static) -> Session {
        let settings = folders.settings().map_or_else(Settings::default, |path| settings::load(&path));
        let state = State {
            schema,
            sources: SchemaSources::default(),
            schema_report: None,
            source_list: Default::default(),
            removed: None,
            browser: Default::default(),
            tabs: Vec::new(),
            active: None,
            settings: settings.clone(),
            dialog: None,
            refusal: None,
            comparison: None,
            calls: Calls::default(),
            notices: Vec::new(),
            outdated: Vec::new(),
            clipboard: None,
            copied: None,
            listing: None,
            running: Vec::new(),
            closing: false,
        };
        let mut session = Session {
            state,
            worker: worker::start(wake),
            folders,
            jobs: HashMap::new(),
            background: None,
            fetching: None,
            guessing: None,
            calling: Calling::default(),
            journal: None,
            pending: Vec::new(),
            has_asked_for_pending: false,
            after_save: HashMap::new(),
            stored: settings,
            storing: None,
            last_tab: 0,
            last_comparison: 0,
            n_untitled: 0,
        };
        session.open_journal();
        session
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    /// Does what was asked for.
    pub fn apply(&mut self, action: Action) {
        self.act(action);
        self.go_on();
    }

    pub(super) fn act(&mut self, action: Action) {
        match action {
            Action::Begin(opening) => self.begin(opening),
            Action::Open(paths) => self.open(paths),
            Action::OpenSample => self.open_sample(),
            Action::OpenPasted(text) => self.open_pasted(&text),
            Action::Activate(tab) => self.activate(tab),
            Action::Close(tab) => self.close(tab),
            Action::Reload(tab) => self.reload(tab),
            Action::KeepMine(tab) => self.keep_mine(tab),
            Action::TakeTheirs(tab) => self.reload_now(tab),
            Action::AddSchema(paths) => self.add_sources(paths),
            Action::ShowSources(is_shown) => self.show_sources(is_shown),
            Action::SetSources(sources) => self.set_sources(sources),
            Action::RemoveSource(path) => self.remove_source(&path),
            Action::RemoveImportRoot(root) => self.remove_import_root(&root),
            Action::PutBackSource => self.put_back_source(),
            Action::UseProtoc(yes) => self.use_protoc(yes),
            Action::MoveSource { path, up } => self.move_source(&path, up),
            Action::AddImportRoot(path) => self.add_import_root(path),
            Action::FilterSchema(query) => self.filter_schema(query),
            Action::ShowFound(nth) => self.show_found(nth),
            Action::ShowPage(address) => self.show_page(address),
            Action::StepPage { forward } => self.step_page(forward),
            Action::NewDocument { of, is_sample } => self.new_document_of(&of, is_sample),
            Action::NewRequest(method) => self.new_request(&method),
            Action::ReadAs { tab, message } => self.read_as(tab, message.as_deref()),
            Action::ReadRecordAs { row, reading } => self.read_record_as(row, reading),
            Action::Select(target) => self.select(target),
            Action::ExpandRow(number) => self.expand_row(number),
            Action::CollapseRow(number) => self.collapse_row(number),
            Action::ExpandLevels(n_levels) => self.expand_levels(n_levels),
            Action::CollapseAll => self.collapse_all(),
            Action::OpenToDepth(n_levels) => self.open_to_depth(n_levels),
            Action::ExpandBelow(number) => self.expand_below(number),
            Action::ExpandSiblings(number) => self.expand_siblings(number),
            Action::Reach(rows) => self.reach(rows),
            Action::ShowAbsent(is_shown) => self.show_absent(is_shown),
            Action::Search(text) => self.search(text),
            Action::ClearSearch => self.clear_search(),
            Action::StepHit { forward } => self.step_hit(forward),
            Action::GoToHit(nth) => self.go_to_hit(nth),
            Action::GoToFiltered(nth) => self.go_to_filtered(nth),
            Action::FoldFiltered { nth, is_folded } => self.fold_filtered(nth, is_folded),
            Action::ToggleResults => self.toggle_results(),
            Action::Filter(kind) => self.set_filter(kind),
            Action::Edit(_)
            | Action::SetValue { .. }
            | Action::ReplaceValue { .. }
            | Action::SetBytes { .. }
            | Action::SetPayload { .. }
            | Action::AddField { .. }
            | Action::AddElement { .. }
            | Action::InsertBefore(_)
            | Action::ChooseMember { .. }
            | Action::MergeParts(_)
            | Action::RenameKey { .. }
            | Action::MoveRow { .. }
            | Action::MoveTo { .. }
            | Action::Duplicate(_)
            | Action::Remove(_)
            | Action::RemoveAll(_)
            | Action::RemoveThis(_)
            | Action::CopyRecords(_)
            | Action::CutRecords(_)
            | Action::PutRecords { .. }
            | Action::FixProblem { .. }
            | Action::FixAll(_)
            | Action::AddMissing(_)
            | Action::Undo
            | Action::Redo
            | Action::TakeBack(_)
            | Action::GoToStep(_) => self.edit(action),
            Action::MoveFiltered { from, to, below } => self.move_filtered(from, to, below),
            Action::Compare(what) => self.compare(what),
            Action::GoToDifference(idx) => self.go_to_difference(idx),
            Action::Bytes(act) => self.act_on_bytes(act),
            Action::CopyBytes { range, name } => self.copy_bytes(range, &name),
            Action::Paste(text) => self.paste(text),
            Action::PasteAsDocument(text) => self.paste_as_document(&text),
            Action::Call(act) => self.act_on_calls(act),
            Action::Canonicalize(tab) => self.canonicalize(tab),
            Action::ApplyCanonical => self.apply_canonical(),
            Action::Save(tab) => self.save(tab),
            Action::SaveAs { tab, path, overwrite } => self.save_as(tab, path, overwrite),
            Action::SaveInPlace(tab) => self.save_in_place(tab),
            Action::Export { .. } | Action::BytesToFile { .. } => self.export(action),
            Action::PayloadFromFile { row, path } => self.payload_from_file(row, path),
            Action::Show(dialog) => self.show(dialog),
            Action::Dismiss => self.dismiss(),
            Action::Answer(answer) => self.answer(answer),
            Action::TogglePane(pane) => self.toggle_pane(pane),
            Action::ShowPane(pane) => self.show_pane(pane),
            Action::ResetPanes => self.reset_panes(),
            Action::SetTheme(theme) => self.state.settings.theme = theme,
            Action::Zoom(steps) => self.zoom(steps),
            Action::Arrange(layout) => self.arrange(layout),
            Action::CancelJob(job) => self.cancel_job(job),
            Action::RestoreJournal => self.restore_journal(),
            Action::DiscardJournal => self.discard_journal(),
            Action::ClearRecent => self.state.settings.recent.clear(),
            Action::ListFolder(prefix) => self.list_folder(prefix),
            Action::Copy(text) => self.copy_text(text),
            Action::Quit => self.quit(),
        }
    }

    /// Takes in what the worker has to say, some of it per call; whether anything changed.
    pub fn poll(&mut self) -> bool {
        let mut n_events = 0;
        while n_events < MAX_EVENTS
            && let Some(event) = self.worker.poll()
        {
            self.take(event);
            n_events += 1;
        }
        if n_events > 0 {
            self.go_on();
        }
        n_events > 0
    }

    /// The rows of this range of the active document, as far as they are at hand; the others come.
    pub fn rows(&mut self, range: Range<u64>) -> Vec<Row> {
        let rows = self.state.active_document().map(|open| open.rows(range)).unwrap_or_default();
        self.fetch_missing();
        rows
    }

    /// Text to be put on the clipboard.
    pub fn take_clipboard(&mut self) -> Option<String> {
        self.state.clipboard.take()
    }

    /// Looks whether open files changed on disk, such as when the window gains focus.
    pub fn look_at_disk(&mut self) {
        self.worker.look_now();
        self.look_at_named_files_again();
        if self.state.settings.show_call && self.state.calls.requests.all.is_some() {
            self.list_requests();
        }
    }

    /// Whether jobs are going on.
    pub fn is_busy(&self) -> bool {
        !self.jobs.is_empty()
    }

    /// Does all work that is going on to its end: for tests and pictures, never for the window.
    pub fn settle(&mut self) {
        self.fetch_missing();
        while self.is_busy() {
            if let Some(event) = self.worker.wait(Duration::from_secs(1)) {
                self.take(event);
                self.go_on();
            }
            self.fetch_missing();
        }
        self.poll();
    }

    pub(super) fn open_document(&mut self, tab: TabId) -> Option<&mut OpenDocument> {
        match &mut self.tab_mut(tab)?.content {
            Content::Open(open) => Some(open),
            _ => None,
        }
    }

    /// The document in front and its tab.
    pub(super) fn active(&mut self) -> Option<(TabId, &mut OpenDocument)> {
        let tab = self.state.active?;
        Some((tab, self.open_document(tab)?))
    }

    pub(super) fn tab_mut(&mut self, id: TabId) -> Option<&mut Tab> {
        self.state.tabs.iter_mut().find(|tab| tab.id == id)
    }
}
