//! Profiles on disk: the fields filled from one, and kept as one. Secrets are asked for, never kept.

use super::super::action::{Action, Dialog, Question};
use super::super::jobs::Purpose;
use super::super::session::Session;
use super::super::state::NoticeTone;
use super::{CallAct, CallForm};
use crate::rpc::Profile;
use crate::worker::jobs::CallFiles;
use crate::worker::{Job, StoredProfile, profile_file};
use std::path::{Path, PathBuf};

impl Session {
    fn profiles_folder(&self) -> Option<PathBuf> {
        self.folders.config.as_ref().map(|folder| folder.join("profiles"))
    }

    /// Lists them again.
    pub(super) fn list_profiles(&mut self) {
        let Some(folder) = self.profiles_folder() else { return };
        self.start(Purpose::CallFiles { call: None }, Job::CallFiles(CallFiles::ListProfiles { folder }), "");
    }

    pub(super) fn profiles_listed(&mut self, profiles: Vec<StoredProfile>) {
        self.state.calls.profiles = profiles;
    }

    /// Fills the fields from a profile.
    pub(super) fn use_profile(&mut self, name: &str) {
        let Some(stored) = self.state.calls.profiles.iter().find(|stored| stored.name == name) else {
            return;
        };
        match stored.profile.clone() {
            Ok(profile) => {
                let folder = stored.path.parent().unwrap_or(Path::new("")).to_owned();
                self.fill(profile.in_folder(&folder));
            }
            Err(error) => {
                let hint = error.hint().map(|hint| format!(". {hint}")).unwrap_or_default();
                let text = format!("{:?} is no profile: {error}{hint}", stored.path);
                self.notify(NoticeTone::Error, text);
            }
        }
    }

    /// Fills the fields; what was typed for the same server stays typed.
    pub(super) fn fill(&mut self, profile: Profile) {
        let mut form = CallForm::of(profile);
        form.keep_typed(&self.state.calls.form);
        self.state.calls.form = form;
    }

    /// The profile of this name as it is on disk, with its paths whole.
    pub(super) fn stored_profile(&self, name: &str) -> Option<Profile> {
        let stored = self.state.calls.profiles.iter().find(|stored| stored.name == name)?;
        let profile = stored.profile.clone().ok()?;
        Some(profile.in_folder(stored.path.parent()?))
    }

    /// Keeps the fields as a profile; asks before another one is replaced.
    pub(super) fn store_profile(&mut self, name: &str, overwrite: bool) {
        let mut profile = match self.state.calls.form.to_keep() {
            Ok(profile) => profile,
            Err(errors) => {
                let reason = errors.first().map(|error| error.reason.clone()).unwrap_or_default();
                return self.notify(NoticeTone::Error, format!("The profile was not saved: {reason}"));
            }
        };
        let name = name.trim();
        let Some(folder) = self.profiles_folder() else {
            return self
                .notify(NoticeTone::Error, "The profile was not saved: there is no folder for settings");
        };
        let Some(path) = profile_file(&folder, name) else {
            let text = format!("The profile was not saved: \"{name}\" is no name of a file");
            return self.notify(NoticeTone::Error, text);
        };
        let is_another = self.state.calls.form.profile.name != name;
        let is_there = self.state.calls.profiles.iter().any(|stored| stored.name == name);
        if is_there && is_another && !overwrite {
            let then = CallAct::StoreProfile { name: name.to_owned(), overwrite: true };
            let question = Question::Overwrite { path, then: Box::new(Action::Call(then)) };
            self.state.dialog = Some(Dialog::Question(question));
            return;
        }
        profile = profile.beside_folder(&folder);
        profile.name = name.to_owned();
        self.state.calls.form.profile.name = name.to_owned();
        let job = CallFiles::StoreProfile { path, profile: Box::new(profile) };
        self.start(Purpose::CallFiles { call: None }, Job::CallFiles(job), "Saving the profile");
    }

    pub(super) fn profile_stored(&mut self) {
        self.notify(NoticeTone::Done, "The profile was saved; secrets are asked for when it is used");
        self.list_profiles();
    }
}
