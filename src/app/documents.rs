//! Opening, closing and reading documents.

use super::action::{Dialog, Opening, Question};
use super::cursor::ByteCursor;
use super::jobs::Purpose;
use super::saving::AfterSave;
use super::session::Session;
use super::settings::MAX_RECENT;
use super::state::{
    Backing, Content, DiskState, NoticeTone, OpenDocument, ProblemList, Tab, TabId, TypeChoice,
};
use crate::document::{
    Document, IndexWork, MemorySource, ReadMode, RowId, Snapshot, Source, Tree, opens_by_itself,
};
use crate::schema::{MessageDescriptor, Ranking};
use crate::worker::jobs::{ListFolder, Open, ReadFifo};
use crate::worker::{self, FileChange, Input, Job, OnDisk, OpenElsewhere, Opened, WorkerError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a first start shows: a request that sends RocketMQ messages.
pub const SAMPLE: &[u8] = include_bytes!("../../assets/sample-send-message.bin");
/// Its type.
pub const SAMPLE_TYPE: &str = "apache.rocketmq.v2.SendMessageRequest";
/// Rows that are opened without being asked.
const MAX_UNFOLDED: u64 = 200;
/// Bytes of a document of which more than one row is opened without being asked.
const UNFOLD_ALL: u64 = 4 << 20;
/// Choices of a type that are remembered.
const MAX_TYPES: usize = 500;

impl Session {
    /// Opens what the program was started on.
    pub(super) fn begin(&mut self, opening: Opening) {
        let Opening { input, files, message, sources } = opening;
        if input.is_none() && files.is_empty() {
            match self.state.settings.open.clone() {
                open if open.is_empty() => self.open_sample(),
                open => self.open(open),
            }
        }
        if let Some(input) = input {
            self.open_input(&input);
        }
        self.open(files);
        if let Some(sources) = sources {
            self.begin_schema(sources, message);
        } else if self.recalls_sources() {
            self.recall_sources(message);
        } else if message.is_some() {
            let tabs: Vec<TabId> = self.state.tabs.iter().map(|tab| tab.id).collect();
            tabs.into_iter().for_each(|tab| self.read_as(tab, message.as_deref()));
        }
    }

    fn open_input(&mut self, input: &Input) {
        let mut open = new_document(input.source(), None);
        open.backing.file = input.spool().cloned();
        self.push_unsaved("Standard input".to_owned(), open);
    }

    pub(super) fn open(&mut self, paths: Vec<PathBuf>) {
        self.leave_file_dialog();
        for path in paths {
            let path = std::path::absolute(&path).unwrap_or(path);
            if let Some(tab) = self.tab_of(&path) {
                self.activate(tab);
                if let Some(Content::Failed { .. }) = self.state.tab(tab).map(|tab| &tab.content) {
                    self.reload(tab);
                }
                continue;
            }
            let tab = self.new_tab_id();
            let job = self.start_opening(tab, &path);
            let title = title_of(&path);
            self.state.tabs.push(Tab {
                id: tab,
                title,
                path: Some(path),
                content: Content::Opening { job, read_as: None },
            });
            self.state.active = Some(tab);
        }
    }

    fn start_opening(&mut self, tab: TabId, path: &Path) -> worker::JobId {
        let job = Open { path: path.to_owned(), mark_folder: self.folders.marks() };
        self.start(Purpose::Open { tab }, Job::Open(job), format!("Opening {}", title_of(path)))
    }

    pub(super) fn new_tab_id(&mut self) -> TabId {
        self.last_tab += 1;
        TabId(self.last_tab)
    }

    /// The tab that has this file open, or tries to.
    pub(super) fn tab_of(&self, path: &Path) -> Option<TabId> {
        self.state.tabs.iter().find(|tab| tab.path.as_deref() == Some(path)).map(|tab| tab.id)
    }

    pub(super) fn opened(&mut self, tab: TabId, opened: Opened) {
        let Some(found) = self.tab_mut(tab) else { return };
        let read_as = match &mut found.content {
            Content::Opening { read_as, .. } => read_as.take(),
            _ => None,
        };
        let identity = opened.source.file_identity();
        let same = |other: &&Tab| {
            let known = other.document().and_then(|open| open.identity);
            // Without numbers of device and file every file would be the same.
            other.id != tab && identity.inode != 0 && known.is_some_and(|known| known.is_same_file(&identity))
        };
        if let Some(other) = self.state.tabs.iter().find(same).map(|tab| (tab.id, tab.title.clone())) {
            self.remove_tab(tab);
            self.activate(other.0);
            self.notify(NoticeTone::Note, format!("This file is open already, as {}", other.1));
            return;
        }
        let path = opened.path.clone();
        let document = self.document_of(opened, read_as);
        if let Some(found) = self.tab_mut(tab) {
            found.content = Content::Open(Box::new(document));
        }
        self.recall_readings(tab);
        self.recall_source_of(&path);
        self.remember_path(&path);
        self.watch();
    }

    /// A document of a file that was opened; the type is the one given, or the one remembered.
    pub(super) fn document_of(&mut self, opened: Opened, message: Option<MessageDescriptor>) -> OpenDocument {
        let Opened { path, source, mark, elsewhere } = opened;
        let remembered = self.state.settings.types.iter().find(|(known, _)| *known == path);
        let remembered = remembered.and_then(|(_, name)| self.state.schema.message(name).ok());
        let message = message.or(remembered);
        let identity = source.file_identity();
        let mut open = new_document(source.clone(), message);
        open.backing.base = Some((identity, Snapshot::new(source.clone())));
        open.backing.file = Some(source);
        open.backing.mark = mark;
        open.identity = Some(identity);
        open.open_elsewhere = elsewhere.map(elsewhere_text);
        open
    }

    /// A tab for bytes that are on no disk.
    pub(super) fn open_bytes(
        &mut self,
        title: String,
        bytes: Vec<u8>,
        message: Option<MessageDescriptor>,
    ) -> TabId {
        self.open_source(title, Arc::new(MemorySource::new(bytes)), message)
    }

    /// The same for bytes that are somewhere already.
    pub(super) fn open_source(
        &mut self,
        title: String,
        source: Arc<dyn Source>,
        message: Option<MessageDescriptor>,
    ) -> TabId {
        self.push_unsaved(title, new_document(source, message))
    }

    fn push_unsaved(&mut self, title: String, open: OpenDocument) -> TabId {
        let tab = self.new_tab_id();
        let content = Content::Open(Box::new(open));
        self.state.tabs.push(Tab { id: tab, title, path: None, content });
        self.state.active = Some(tab);
        self.recall_readings(tab);
        tab
    }

    pub(super) fn open_sample(&mut self) {
        let message = self.state.schema.message(SAMPLE_TYPE).ok();
        self.open_bytes("Sample".to_owned(), SAMPLE.to_vec(), message);
    }

    pub(super) fn open_untitled(&mut self, bytes: Vec<u8>, message: Option<MessageDescriptor>) {
        self.n_untitled += 1;
        let title = format!("Untitled {}", self.n_untitled);
        self.open_bytes(title, bytes, message);
    }

    /// The document in front came from the clipboard, which may hold something else soon.
    pub(super) fn mark_unsaved(&mut self) {
        if let Some((_, open)) = self.active() {
            open.document.mark_unsaved();
        }
    }

    /// Reads what can be read only once, waiting for who writes it.
    pub(super) fn start_reading(&mut self, tab: TabId, path: &Path) {
        let label = format!("Reading {} until its end", title_of(path));
        let job = Job::ReadFifo(ReadFifo { path: path.to_owned() });
        let job = self.start(Purpose::OpenInput { tab }, job, label);
        if let Some(Content::Opening { job: before, .. }) = self.tab_mut(tab).map(|tab| &mut tab.content) {
            *before = job;
        }
    }

    /// The bytes are in no file of the person's from now on.
    pub(super) fn input_read(&mut self, tab: TabId, input: &Input) {
        let Some(found) = self.tab_mut(tab) else { return };
        let read_as = match &mut found.content {
            Content::Opening { read_as, .. } => read_as.take(),
            _ => None,
        };
        let mut open = new_document(input.source(), read_as);
        open.backing.file = input.spool().cloned();
        open.document.mark_unsaved();
        found.content = Content::Open(Box::new(open));
        found.path = None;
        self.recall_readings(tab);
    }

    pub(super) fn opening_failed(&mut self, tab: TabId, error: &WorkerError) {
        let hint = hint_of(error);
        if let Some(tab) = self.tab_mut(tab) {
            tab.content = Content::Failed { message: error.to_string(), hint: hint.map(str::to_owned) };
        }
    }

    pub(super) fn activate(&mut self, tab: TabId) {
        if self.state.tab(tab).is_some() {
            self.state.active = Some(tab);
        }
    }

    pub(super) fn close(&mut self, tab: TabId) {
        let Some(found) = self.state.tab(tab) else { return };
        if let Content::Opening { job, .. } = found.content {
            self.worker.cancel(job);
        }
        let kept = self.is_kept_by_call(tab);
        if self.state.tab(tab).is_some_and(Tab::is_modified) || kept == Some(false) {
            self.state.active = Some(tab);
            self.state.dialog = Some(Dialog::Question(Question::UnsavedTab(tab)));
            return;
        }
        if let Some(found) = self.state.tab(tab).filter(|_| kept == Some(true)) {
            let text = format!("{} is still there, in the timeline of its call", found.title);
            self.notify(NoticeTone::Note, text);
        }
        self.close_now(tab);
    }

    /// Closes a tab whose edits are saved or not wanted.
    pub(super) fn close_now(&mut self, tab: TabId) {
        self.after_save.remove(&tab);
        self.forget_journal(tab);
        self.remove_tab(tab);
        self.watch();
    }

    pub(super) fn remove_tab(&mut self, tab: TabId) {
        let Some(idx) = self.state.tabs.iter().position(|found| found.id == tab) else { return };
        self.state.tabs.remove(idx);
        if self.state.active == Some(tab) {
            let next = self.state.tabs.get(idx).or(self.state.tabs.last());
            self.state.active = next.map(|tab| tab.id);
        }
        self.remember_open();
    }

    pub(super) fn reload(&mut self, tab: TabId) {
        if self.state.tab(tab).is_some_and(Tab::is_modified) {
            self.state.dialog = Some(Dialog::Question(Question::DropEdits(tab)));
            return;
        }
        self.reload_now(tab);
    }

    pub(super) fn reload_now(&mut self, tab: TabId) {
        let Some(path) = self.state.tab(tab).and_then(|tab| tab.path.clone()) else { return };
        if self.open_document(tab).is_none() {
            let job = self.start_opening(tab, &path);
            if let Some(found) = self.tab_mut(tab) {
                found.content = Content::Opening { job, read_as: None };
            }
            return;
        }
        // Our own mark stays.
        let job = Open { path: path.clone(), mark_folder: None };
        self.start(Purpose::Reload { tab }, Job::Open(job), format!("Reading {} again", title_of(&path)));
    }

    pub(super) fn reloaded(&mut self, tab: TabId, opened: Opened) {
        self.abandon(tab);
        let Some(before) = self.open_document(tab) else { return };
        let message = before.message().cloned();
        let choice = before.choice;
        let selected = before.selection.as_ref().map(|selection| selection.row.offset);
        let mark = before.backing.mark.take();
        let ranking = before.ranking.take();
        let elsewhere = before.open_elsewhere.take();
        let readings = before.document.readings().clone();
        let mut document = self.document_of(opened, message);
        document.document.set_readings(readings);
        document.tree.reread(&document.document, ReadMode::Cached);
        (document.choice, document.ranking, document.open_elsewhere) = (choice, ranking, elsewhere);
        document.backing.mark = mark;
        document.backing.is_ranked = true;
        if let Some(found) = self.tab_mut(tab) {
            found.content = Content::Open(Box::new(document));
        }
        self.forget_journal(tab);
        if let (Some(open), Some(offset)) = (self.open_document(tab), selected) {
            unfold(open);
            super::selection::select_offset(open, offset);
        }
        self.watch();
    }

    pub(super) fn keep_mine(&mut self, tab: TabId) {
        if let Some(open) = self.open_document(tab) {
            open.disk = DiskState::Same;
            // The next save replaces what is there now.
            open.identity = open.backing.found_on_disk;
            open.backing.base = None;
            open.backing.journalled = None;
        }
        self.watch();
    }

    pub(super) fn file_changed(&mut self, change: &FileChange) {
        let tab = TabId(change.document);
        let Some(open) = self.open_document(tab) else { return };
        if open.saving.is_some() || (change.identity.is_some() && change.identity == open.identity) {
            return;
        }
        open.backing.found_on_disk = change.identity;
        match change.what {
            OnDisk::Same => {
                open.identity = change.identity;
                if let (Some(base), Some(now)) = (&mut open.backing.base, change.identity) {
                    base.0 = now;
                }
                open.disk = DiskState::Same;
                // Edits are kept relative to the file as it is.
                open.backing.journalled = None;
            }
            OnDisk::Changed | OnDisk::Replaced => open.disk = DiskState::Changed,
            OnDisk::Deleted => open.disk = DiskState::Deleted,
        }
    }

    /// Tells the worker which files to look after.
    pub(super) fn watch(&mut self) {
        let watched = self.state.tabs.iter().filter_map(|tab| {
            let open = tab.document()?;
            let (expected, contents) = open.backing.base.clone()?;
            let (path, source) = (tab.path.clone()?, open.backing.file.clone());
            Some(worker::Watched { document: tab.id.0, path, expected, contents, source })
        });
        self.worker.watch(watched.collect());
    }

    pub(super) fn read_as(&mut self, tab: TabId, message: Option<&str>) {
        if let Some(Dialog::TypePicker(_)) = self.state.dialog {
            self.state.dialog = None;
        }
        let found = match message.map(|name| self.state.schema.message(name)) {
            Some(Err(error)) => return self.notify(NoticeTone::Error, error.to_string()),
            Some(Ok(found)) => Some(found),
            None => None,
        };
        let name = found.as_ref().map(|message| message.full_name().to_owned());
        let path = self.state.tab(tab).and_then(|tab| tab.path.clone());
        match self.tab_mut(tab).map(|tab| &mut tab.content) {
            Some(Content::Open(open)) => {
                open.choice = TypeChoice::Chosen;
                read_document_as(open, found);
            }
            Some(Content::Opening { read_as, .. }) => *read_as = found,
            Some(Content::Failed { .. }) | None => return,
        }
        self.recall_readings(tab);
        if let Some(path) = path {
            self.remember_source_of(&path, tab);
            let types = &mut self.state.settings.types;
            types.retain(|(known, _)| *known != path);
            if let Some(name) = name {
                types.insert(0, (path, name));
                types.truncate(MAX_TYPES);
            }
        }
    }

    pub(super) fn ranked(&mut self, tab: TabId, ranking: Arc<Ranking>) {
        let Some(open) = self.open_document(tab) else { return };
        open.backing.is_ranked = true;
        let is_new = open.choice == TypeChoice::Pending;
        if is_new {
            match &ranking.preselected {
                Some(message) => {
                    open.choice = TypeChoice::Ranked;
                    read_document_as(open, Some(message.clone()));
                }
                None => {
                    open.choice = TypeChoice::Unclear;
                    unfold(open);
                }
            }
        }
        open.ranking = Some(ranking);
        if is_new {
            self.recall_readings(tab);
        }
    }

    pub(super) fn ranking_failed(&mut self, tab: TabId) {
        if let Some(open) = self.open_document(tab) {
            open.backing.is_ranked = true;
            if open.choice == TypeChoice::Pending {
                open.choice = TypeChoice::Unclear;
            }
        }
    }

    pub(super) fn take_index(&mut self, tab: TabId, work: IndexWork) {
        let Some(open) = self.open_document(tab) else { return };
        open.tree.take_index(work, open.document.snapshot());
        unfold(open);
        super::selection::refresh(open);
        super::selection::reveal_pending(open);
    }

    pub(super) fn remember_path(&mut self, path: &Path) {
        let recent = &mut self.state.settings.recent;
        recent.retain(|known| known != path);
        recent.insert(0, path.to_owned());
        recent.truncate(MAX_RECENT);
        self.remember_open();
    }

    fn remember_open(&mut self) {
        let open = self.state.tabs.iter().filter(|tab| tab.document().is_some());
        self.state.settings.open = open.filter_map(|tab| tab.path.clone()).collect();
    }

    pub(super) fn list_folder(&mut self, prefix: PathBuf) {
        let job = Job::ListFolder(ListFolder { prefix });
        self.start(Purpose::List, job, "");
    }

    /// Saves, then closes; or closes and drops the edits.
    pub(super) fn close_answered(&mut self, tab: TabId, save: bool) {
        if save {
            self.after_save.insert(tab, AfterSave::Close);
            self.save(tab);
        } else {
            self.close_now(tab);
        }
    }
}

/// A document whose type is the one given, or is still to be found out.
pub(super) fn new_document(source: Arc<dyn Source>, message: Option<MessageDescriptor>) -> OpenDocument {
    let choice = if message.is_some() { TypeChoice::Chosen } else { TypeChoice::Pending };
    let document = Document::new(source, message);
    let tree = Tree::new(&document, ReadMode::Cached);
    let mut open = OpenDocument {
        document,
        tree,
        choice,
        ranking: None,
        guess: None,
        selection: None,
        cursor: ByteCursor::default(),
        problems: ProblemList::default(),
        search: Default::default(),
        reaching: None,
        filter: Default::default(),
        identity: None,
        disk: DiskState::Same,
        open_elsewhere: None,
        saving: None,
        n_reveals: 0,
        intended_method: None,
        backing: Backing::default(),
    };
    if choice == TypeChoice::Chosen {
        unfold(&mut open);
    }
    open
}

pub(super) fn read_document_as(open: &mut OpenDocument, message: Option<MessageDescriptor>) {
    let selected = open.selection.take().map(|selection| selection.row.offset);
    open.document.read_as(message);
    open.tree = Tree::new(&open.document, ReadMode::Cached);
    open.backing.is_unfolded = false;
    unfold(open);
    if let Some(offset) = selected {
        super::selection::select_offset(open, offset);
    }
}

/// Opens the first rows: all of a small document's, as far as they fit; of a large one only what
/// stands alone.
pub(super) fn unfold(open: &mut OpenDocument) {
    if open.backing.is_unfolded || open.tree.n_rows() == 0 || open.choice == TypeChoice::Pending {
        return;
    }
    open.backing.is_unfolded = true;
    let snapshot = open.document.snapshot();
    if snapshot.len() <= UNFOLD_ALL {
        open.tree.expand_levels(snapshot, 2, MAX_UNFOLDED, ReadMode::Cached);
    }
    if open.tree.n_rows() == 1
        && let Some(only) = open.tree.rows(snapshot, 0..1, ReadMode::Cached).pop()
        && opens_by_itself(snapshot, &only.entry, ReadMode::Cached)
    {
        open.tree.expand(snapshot, &only, ReadMode::Cached);
    }
}

/// The row with this id, of the revision that `revision` names.
pub(super) fn row_now(open: &OpenDocument, row: RowId, revision: usize) -> RowId {
    use crate::document::{Anchored, Facet};
    let splices = open.document.splices();
    // What is absent goes with the last byte in front of its message's records.
    let inside = u64::from(matches!(row.facet, Facet::Absent(_)));
    let Some(offset) = row.offset.checked_sub(inside) else { return row };
    match splices.resolve(splices.anchor_at(offset, revision)) {
        Anchored::At(offset) | Anchored::Gone(offset) => RowId { offset: offset + inside, facet: row.facet },
    }
}

pub(super) fn title_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

pub(super) fn elsewhere_text(elsewhere: OpenElsewhere) -> String {
    match elsewhere.process {
        0 => "This file is open in another window too".to_owned(),
        process => {
            format!("This file is open in another window too (process {process})")
        }
    }
}

/// What to do about a file that could not be opened.
fn hint_of(error: &WorkerError) -> Option<&'static str> {
    use std::io::ErrorKind;
    Some(match error {
        WorkerError::Io { kind: ErrorKind::NotFound, .. } => {
            "Check the path; the file may have been moved or deleted"
        }
        WorkerError::Io { kind: ErrorKind::PermissionDenied, .. } => {
            "You may not read this file; ask its owner or change its permissions"
        }
        WorkerError::IsFolder { .. } => "Choose a file in the folder",
        WorkerError::DanglingLink { .. } | WorkerError::LinkLoop { .. } => {
            "Open the file that the link should lead to"
        }
        WorkerError::ChangedOnDisk { .. } => "Something is writing the file; try again when it is done",
        _ => return None,
    })
}
