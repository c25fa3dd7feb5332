//! Documents to disk, and what is asked when that is not as simple as it sounds.

use super::action::{Action, Answer, Dialog, FileDialog, Question};
use super::documents::{elsewhere_text, title_of};
use super::jobs::Purpose;
use super::notices::About;
use super::session::Session;
use super::state::{DiskState, NoticeTone, TabId};
use crate::document::Snapshot;
use crate::document::value::grouped;
use crate::worker::jobs::{Mark, Save};
use crate::worker::{InPlace, Job, OpenElsewhere, OpenMark, Remedy, SaveOptions, Saved, WorkerError};
use std::path::{Path, PathBuf};

/// What comes after a save that went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterSave {
    Close,
    Quit,
}

impl Session {
    pub(super) fn save(&mut self, tab: TabId) {
        let Some(found) = self.state.tab(tab) else { return };
        if found.document().is_none() {
            return;
        }
        match found.path.clone() {
            Some(path) => self.start_saving(tab, path, SaveOptions::default()),
            None => {
                self.state.active = Some(tab);
                self.state.dialog = Some(Dialog::File(FileDialog::SaveAs { tab }));
            }
        }
    }

    pub(super) fn save_as(&mut self, tab: TabId, path: PathBuf, overwrite: bool) {
        self.leave_file_dialog();
        let path = std::path::absolute(&path).unwrap_or(path);
        match self.tab_of(&path) {
            Some(other) if other != tab => {
                let title = self.state.tab(other).map(|tab| tab.title.clone()).unwrap_or_default();
                let text = format!(
                    "{path:?} is open here as {title}; close that tab first, or save under another name"
                );
                self.after_save.remove(&tab);
                self.notify(NoticeTone::Error, text);
            }
            _ => self.start_saving(tab, path, SaveOptions { overwrite, ..SaveOptions::default() }),
        }
    }

    pub(super) fn save_in_place(&mut self, tab: TabId) {
        let backup_folder = self.folders.backups();
        let Some(path) = self.state.tab(tab).and_then(|tab| tab.path.clone()) else { return };
        let in_place = Some(InPlace { backup_folder });
        self.start_saving(tab, path, SaveOptions { in_place, ..SaveOptions::default() });
    }

    fn start_saving(&mut self, tab: TabId, target: PathBuf, mut options: SaveOptions) {
        let is_own = self.state.tab(tab).is_some_and(|tab| tab.path.as_deref() == Some(&target));
        let Some(open) = self.open_document(tab) else { return };
        options.source = open.backing.file.clone();
        if open.saving.is_some() {
            return self.notify(NoticeTone::Note, "This document is being saved already");
        }
        let expected = open.identity.filter(|_| is_own);
        let (snapshot, state) = (open.document.snapshot().clone(), open.document.state());
        let label = format!("Saving {}", title_of(&target));
        let job = Save { snapshot: snapshot.clone(), target: target.clone(), expected, options };
        let job = self.start(Purpose::Save { tab, state, snapshot, target }, Job::Save(job), label);
        if let Some(open) = self.open_document(tab) {
            open.saving = Some(job);
        }
    }

    pub(super) fn saved(
        &mut self,
        tab: TabId,
        state: u64,
        snapshot: Snapshot,
        target: PathBuf,
        saved: Saved,
    ) {
        let text = format!("Saved {}, {} B", title_of(&target), grouped(saved.n_bytes));
        let about = About::File(target.clone());
        self.saved_as(tab, state, snapshot, target, saved);
        self.notify_about(about, NoticeTone::Done, text);
        match self.after_save.remove(&tab) {
            Some(AfterSave::Close) => self.close(tab),
            Some(AfterSave::Quit) => self.quit_on(),
            None => {}
        }
    }

    /// The document stands in this file now.
    pub(super) fn saved_as(
        &mut self,
        tab: TabId,
        state: u64,
        snapshot: Snapshot,
        target: PathBuf,
        saved: Saved,
    ) {
        let is_new = self.state.tab(tab).is_some_and(|tab| tab.path.as_deref() != Some(&target));
        let Some(open) = self.open_document(tab) else { return };
        open.saving = None;
        open.disk = DiskState::Same;
        open.identity = Some(saved.identity);
        open.backing.base = Some((saved.identity, snapshot));
        open.backing.journalled = None;
        if saved.is_flushed {
            open.document.mark_saved(state);
        }
        let message = open.message().map(|message| message.full_name().to_owned());
        let about = About::File(target.clone());
        self.outdate(about.clone());
        if is_new {
            self.moved_to(tab, target, message);
        }
        for warning in &saved.warnings {
            self.notify_about(about.clone(), NoticeTone::Warning, warning.clone());
        }
        self.watch();
    }

    /// The document bears another file's name from now on.
    pub(super) fn moved_to(&mut self, tab: TabId, path: PathBuf, message: Option<String>) {
        if let Some(found) = self.tab_mut(tab) {
            found.title = title_of(&path);
            found.path = Some(path.clone());
        }
        if let Some(open) = self.open_document(tab) {
            open.backing.mark = None;
            open.open_elsewhere = None;
        }
        if let Some(message) = message {
            let types = &mut self.state.settings.types;
            types.retain(|(known, _)| *known != path);
            types.insert(0, (path.clone(), message));
        }
        self.remember_path(&path);
        self.mark_again(tab);
    }

    /// Marks a tab's file as open unless it is.
    pub(super) fn mark_again(&mut self, tab: TabId) {
        let path = self.state.tab(tab).and_then(|tab| tab.path.clone());
        let is_marked = self.open_document(tab).is_none_or(|open| open.backing.mark.is_some());
        if let (false, Some(folder), Some(path)) = (is_marked, self.folders.marks(), path) {
            self.start(Purpose::Mark { tab }, Job::Mark(Mark { folder, path }), "");
        }
    }

    pub(super) fn marked(&mut self, tab: TabId, mark: Option<OpenMark>, elsewhere: Option<OpenElsewhere>) {
        if let Some(open) = self.open_document(tab) {
            open.backing.mark = mark;
            open.open_elsewhere = elsewhere.map(elsewhere_text);
        }
    }

    /// A save that wrote nothing.
    pub(super) fn save_ended(&mut self, tab: TabId) {
        self.after_save.remove(&tab);
        if let Some(open) = self.open_document(tab) {
            open.saving = None;
        }
    }

    pub(super) fn saving_failed(&mut self, tab: TabId, target: &Path, error: &WorkerError) {
        let after = self.after_save.get(&tab).copied();
        self.save_ended(tab);
        let about = About::File(target.to_owned());
        self.outdate(about.clone());
        let Some(found) = self.state.tab(tab) else { return };
        let is_own = found.path.as_deref() == Some(target);
        let question = match (error.remedy(), error) {
            (Some(Remedy::WriteInPlace), _) if is_own => {
                Some(Question::InPlace { tab, reason: reason_of(error, target) })
            }
            (_, WorkerError::ChangedOnDisk { .. } | WorkerError::DeletedOnDisk { .. }) if is_own => {
                self.note_change(tab, error);
                Some(Question::ChangedOnDisk(tab))
            }
            // Nothing was expected there; it is our own if the person once chose to keep theirs.
            (Some(Remedy::Overwrite), _) => {
                let then = Action::SaveAs { tab, path: target.to_owned(), overwrite: true };
                Some(Question::Overwrite { path: target.to_owned(), then: Box::new(then) })
            }
            (Some(Remedy::SaveAs | Remedy::WriteInPlace), _) => {
                self.notify_about(
                    about,
                    NoticeTone::Error,
                    format!("Saving failed: {error}. Choose another name or folder"),
                );
                self.state.dialog = Some(Dialog::File(FileDialog::SaveAs { tab }));
                None
            }
            _ => {
                let text = format!(
                    "Saving failed: {error}. The file on disk is as it was, and your edits are kept here"
                );
                self.notify_about(about, NoticeTone::Error, text);
                // Nothing is closed on the heels of a save that failed.
                self.after_save.clear();
                return;
            }
        };
        self.state.active = Some(tab);
        // The answer may still lead to what was to come after the save.
        if let Some(after) = after {
            self.after_save.insert(tab, after);
        }
        if let Some(question) = question {
            self.state.dialog = Some(Dialog::Question(question));
        }
    }

    fn note_change(&mut self, tab: TabId, error: &WorkerError) {
        let Some(open) = self.open_document(tab) else { return };
        match error {
            WorkerError::ChangedOnDisk { now, .. } => {
                open.disk = DiskState::Changed;
                open.backing.found_on_disk = Some(*now);
            }
            _ => {
                open.disk = DiskState::Deleted;
                open.backing.found_on_disk = None;
            }
        }
    }

    pub(super) fn answer(&mut self, answer: Answer) {
        let Some(Dialog::Question(question)) = self.state.dialog.take() else { return };
        if answer == Answer::Cancel {
            self.after_save.clear();
            self.drop_pending();
            return;
        }
        if answer == Answer::Look {
            return self.look_first(question);
        }
        let yes = answer == Answer::Yes;
        match question {
            Question::UnsavedTab(tab) => self.close_answered(tab, yes),
            Question::UnsavedOnQuit(tabs) => self.quit_answered(&tabs, yes),
            Question::Overwrite { then, .. } | Question::LosesOnReplace { then, .. } => {
                if yes {
                    self.apply(*then);
                } else {
                    self.after_save.clear();
                }
            }
            Question::InPlace { tab, .. } if yes => self.save_in_place(tab),
            Question::InPlace { tab, .. } => {
                self.state.dialog = Some(Dialog::File(FileDialog::SaveAs { tab }))
            }
            Question::ChangedOnDisk(tab) if yes => {
                if let Some(path) = self.state.tab(tab).and_then(|tab| tab.path.clone()) {
                    self.start_saving(tab, path, SaveOptions { overwrite: true, ..SaveOptions::default() });
                }
            }
            Question::ChangedOnDisk(tab) => {
                self.after_save.clear();
                self.reload_now(tab);
            }
            Question::DropEdits(tab) if yes => self.reload_now(tab),
            Question::DropEdits(_) => {}
            Question::OlderValue { row, .. } if yes => self.apply(Action::RemoveAll(row)),
            Question::OlderValue { row, .. } => self.apply(Action::RemoveThis(row)),
            Question::OtherType { .. } => self.send_other_type(yes),
            Question::DoesNotDecode { .. } => self.send_anyway(yes),
            Question::NewTarget { .. } => self.agree_to_target(yes),
            Question::Journal { .. } if yes => self.restore_journal(),
            Question::Journal { .. } => self.discard_journal(),
        }
    }

    pub(super) fn quit(&mut self) {
        let modified: Vec<TabId> =
            self.state.tabs.iter().filter(|tab| tab.is_modified()).map(|tab| tab.id).collect();
        if modified.is_empty() {
            return self.quit_now();
        }
        self.state.dialog = Some(Dialog::Question(Question::UnsavedOnQuit(modified)));
    }

    fn quit_answered(&mut self, tabs: &[TabId], save: bool) {
        if save {
            self.after_save.extend(tabs.iter().map(|tab| (*tab, AfterSave::Quit)));
            self.quit_on();
            return;
        }
        for tab in tabs {
            self.forget_journal(*tab);
        }
        self.quit_now();
    }

    /// Saves the next document that is to be saved before the end, one after the other.
    fn quit_on(&mut self) {
        let waits = |tab: &TabId| self.after_save.get(tab) == Some(&AfterSave::Quit);
        let next = self.state.tabs.iter().filter(|tab| tab.is_modified()).map(|tab| tab.id).find(waits);
        match next {
            Some(tab) => self.save(tab),
            // Asks again about what was edited meanwhile.
            None => self.quit(),
        }
    }

    fn quit_now(&mut self) {
        self.state.closing = true;
    }
}

/// What an error says besides the path of the file that is spoken of.
fn reason_of(error: &WorkerError, path: &Path) -> String {
    let said = error.to_string();
    let rest = said.strip_suffix(&format!("{path:?}")).map(|rest| rest.trim_end_matches([' ', ',', ':']));
    rest.map_or_else(|| said.clone(), str::to_owned)
}
