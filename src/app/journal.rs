//! Unsaved edits that outlive a crash.

use super::action::{Dialog, Question};
use super::documents::{new_document, title_of};
use super::editing::After;
use super::jobs::Purpose;
use super::session::Session;
use super::state::{Content, NoticeTone, Tab, TabId, TypeChoice};
use crate::document::{Act, Edit, MemorySource};
use crate::worker::jobs::{DiscardEntry, ForgetJournal, OpenJournal, RestoreEntry, Restored, WriteJournal};
use crate::worker::{Draft, Entry, Job, Journal, StrayBackup, WorkerError};
use std::sync::Arc;

impl Session {
    pub(super) fn open_journal(&mut self) {
        if let Some(state) = self.folders.state.clone() {
            let job = OpenJournal { folder: state.join("journal"), backup_folder: self.folders.backups() };
            self.start(Purpose::OpenJournal, Job::OpenJournal(job), "");
        }
    }

    pub(super) fn journal_opened(
        &mut self,
        journal: Arc<Journal>,
        pending: Vec<Entry>,
        backups: &[StrayBackup],
    ) {
        self.journal = Some(journal);
        self.pending = pending;
        for StrayBackup { backup, target } in backups {
            let text = format!(
                "Writing {target:?} was cut off when the program ended; the file as it was before is {backup:?}"
            );
            self.notify(NoticeTone::Warning, text);
        }
    }

    /// Writes down what changed since the journal was told last.
    pub(super) fn keep_journals(&mut self) {
        let Some(journal) = self.journal.clone() else { return };
        let mut jobs = Vec::new();
        for tab in &mut self.state.tabs {
            let (id, title, path) = (tab.id, &tab.title, &tab.path);
            let Content::Open(open) = &mut tab.content else { continue };
            let now = (open.document.revision(), open.document.is_modified());
            if open.backing.journalled == Some(now) {
                continue;
            }
            let was_told = open.backing.journalled.replace(now).is_some() || now.0 > 0;
            if now.1 {
                let draft = Draft {
                    path: path.clone(),
                    base: open.backing.base.clone(),
                    message: open.document.message().map(|message| message.full_name().to_owned()),
                    label: title.clone(),
                    snapshot: open.document.snapshot().clone(),
                };
                let job = WriteJournal { journal: journal.clone(), document: id.0, draft };
                jobs.push((id, Job::WriteJournal(job)));
            } else if was_told {
                let job = ForgetJournal { journal: journal.clone(), document: id.0 };
                jobs.push((id, Job::ForgetJournal(job)));
            }
        }
        for (tab, job) in jobs {
            self.start(Purpose::KeepJournal { tab }, job, "");
        }
    }

    pub(super) fn forget_journal(&mut self, tab: TabId) {
        if let Some(journal) = self.journal.clone() {
            let job = Job::ForgetJournal(ForgetJournal { journal, document: tab.0 });
            self.start(Purpose::KeepJournal { tab }, job, "");
        }
    }

    /// Asks once, as soon as nothing else is being asked.
    pub(super) fn ask_for_pending(&mut self) {
        if self.pending.is_empty() || self.has_asked_for_pending || self.state.dialog.is_some() {
            return;
        }
        self.has_asked_for_pending = true;
        let labels = self.pending.iter().map(|entry| match &entry.path {
            Some(path) => path.display().to_string(),
            None => entry.label.clone(),
        });
        self.state.dialog = Some(Dialog::Question(Question::Journal { labels: labels.collect() }));
    }

    pub(super) fn restore_journal(&mut self) {
        self.leave_question();
        for entry in std::mem::take(&mut self.pending) {
            let label = format!("Bringing back {}", entry.label);
            let job = RestoreEntry { entry, mark_folder: self.folders.marks() };
            self.start(Purpose::Restore, Job::RestoreEntry(job), label);
        }
    }

    pub(super) fn discard_journal(&mut self) {
        self.leave_question();
        for entry in std::mem::take(&mut self.pending) {
            self.discard_entry(entry);
        }
    }

    fn leave_question(&mut self) {
        if let Some(Dialog::Question(Question::Journal { .. })) = self.state.dialog {
            self.state.dialog = None;
        }
    }

    pub(super) fn discard_entry(&mut self, entry: Entry) {
        if let Some(journal) = self.journal.clone() {
            self.start(Purpose::Errand, Job::DiscardEntry(DiscardEntry { journal, entry }), "");
        }
    }

    pub(super) fn restored(&mut self, restored: Restored) {
        let Restored { entry, opened, splices } = restored;
        let message = entry.message.as_deref().and_then(|name| self.state.schema.message(name).ok());
        if let Some(other) = entry.path.as_deref().and_then(|path| self.tab_of(path)) {
            let is_modified = self.state.tab(other).is_some_and(Tab::is_modified);
            if is_modified {
                let text = format!(
                    "{} was edited again already; its earlier edits are kept and offered at the next start",
                    entry.label
                );
                return self.notify(NoticeTone::Warning, text);
            }
            self.remove_tab(other);
        }
        let tab = self.new_tab_id();
        let has_type = message.is_some();
        let mut open = match opened {
            Some(opened) => self.document_of(opened, message),
            None => new_document(Arc::new(MemorySource::new(Vec::new())), message),
        };
        if has_type {
            open.choice = TypeChoice::Chosen;
        }
        let title = entry.path.as_deref().map_or_else(|| entry.label.clone(), title_of);
        self.state.tabs.push(Tab {
            id: tab,
            title,
            path: entry.path.clone(),
            content: Content::Open(Box::new(open)),
        });
        self.state.active = Some(tab);
        self.recall_readings(tab);
        let edits = splices.into_iter();
        let edits =
            edits.map(|splice| Edit::Splice { chain: Vec::new(), range: splice.range, bytes: splice.bytes });
        self.apply_act(tab, Act::new("Restore unsaved edits", edits.collect()), After::Keep);
        if let Some(open) = self.open_document(tab) {
            super::documents::unfold(open);
        }
        if let Some(path) = &entry.path {
            self.remember_path(path);
        }
        self.watch();
        self.mark_again(tab);
        self.keep_journals();
        // Only when the edits are in this session's journal is the earlier entry let go.
        self.let_go_after_keeping(tab, entry);
    }

    fn let_go_after_keeping(&mut self, tab: TabId, entry: Entry) {
        let modified = self.state.tab(tab).is_some_and(Tab::is_modified);
        if !modified {
            return self.discard_entry(entry);
        }
        if let Some(open) = self.open_document(tab) {
            open.backing.restored_from = Some(entry);
        }
    }

    /// The journal was written; what an earlier session knew of it is no longer needed.
    pub(super) fn journal_kept(&mut self, tab: TabId) {
        let Some(open) = self.open_document(tab) else { return };
        open.backing.is_unjournalled = false;
        if let Some(entry) = open.backing.restored_from.take() {
            self.discard_entry(entry);
        }
    }

    pub(super) fn restoring_failed(&mut self, error: &WorkerError) {
        let text = format!(
            "Unsaved edits could not be brought back: {error}. They are kept and offered at the next start"
        );
        self.notify(NoticeTone::Warning, text);
    }
}
