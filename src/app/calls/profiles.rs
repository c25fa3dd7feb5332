//! Profiles on disk: the fields filled from one, and kept as one. Secrets are asked for, never kept.

use super::super::action::{Action, Dialog, Question};
use super::super::jobs::Purpose;
use super::super::notices::About;
use super::super::session::Session;
use super::super::state::NoticeTone;
use super::{CallAct, CallForm};
use crate::rpc::{Profile, ProfilePlace, ProfileValue, TypedSecrets};
use crate::worker::jobs::{CallFiles, KeepSecrets};
use crate::worker::{Job, StoredProfile, WorkerError, profile_file};
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

    /// Keeps the fields as a profile; asks before another one is replaced. Secrets that were typed go into
    /// the system keyring, or are asked for again.
    pub(super) fn store_profile(&mut self, name: &str, overwrite: bool, in_keyring: bool) {
        let (mut profile, typed) = match self.state.calls.form.to_keep() {
            Ok(read) => read,
            Err(errors) => {
                let reason = errors.first().map(|error| error.reason.clone()).unwrap_or_default();
                return self.notify_anew(
                    About::Profile,
                    NoticeTone::Error,
                    format!("The profile was not saved: {reason}"),
                );
            }
        };
        let name = name.trim();
        let Some(folder) = self.profiles_folder() else {
            return self.notify_anew(
                About::Profile,
                NoticeTone::Error,
                "The profile was not saved: there is no folder for settings",
            );
        };
        let Some(path) = profile_file(&folder, name) else {
            let text = format!("The profile was not saved: \"{name}\" is no name of a file");
            return self.notify_anew(About::Profile, NoticeTone::Error, text);
        };
        let is_another = self.state.calls.form.profile.name != name;
        let is_there = self.state.calls.profiles.iter().any(|stored| stored.name == name);
        if is_there && is_another && !overwrite {
            let then = CallAct::StoreProfile { name: name.to_owned(), overwrite: true, in_keyring };
            let question = Question::Overwrite { path, then: Box::new(Action::Call(then)) };
            self.state.dialog = Some(Dialog::Question(question));
            return;
        }
        profile = profile.beside_folder(&folder);
        profile.name = name.to_owned();
        let kept = if in_keyring { into_keyring(&mut profile, &typed) } else { Vec::new() };
        let owner = profile.name.clone();
        let to_store = Box::new((path, profile));
        if kept.is_empty() {
            return self.write_profile(to_store);
        }
        let job = Job::KeepSecrets(KeepSecrets { owner, changes: kept });
        self.start(Purpose::KeepSecrets(to_store), job, "Keeping secrets in the system keyring");
    }

    /// The secrets are where the profile says.
    pub(in crate::app) fn secrets_kept(&mut self, to_store: Box<(PathBuf, Profile)>) {
        let folder = to_store.0.parent().unwrap_or(Path::new("")).to_owned();
        self.state.calls.form = CallForm::of(to_store.1.clone().in_folder(&folder));
        self.write_profile(to_store);
    }

    pub(in crate::app) fn keeping_secrets_failed(&mut self, error: Option<&WorkerError>) {
        let text = match error {
            Some(WorkerError::Keyring { error }) => {
                format!("The profile was not saved: {error}. {}", error.hint())
            }
            Some(error) => format!("The profile was not saved: {error}"),
            None => return self.notify_anew(About::Profile, NoticeTone::Note, "The profile was not saved"),
        };
        self.notify_anew(About::Profile, NoticeTone::Error, text);
    }

    fn write_profile(&mut self, to_store: Box<(PathBuf, Profile)>) {
        let (path, profile) = *to_store;
        self.state.calls.form.profile.name.clone_from(&profile.name);
        self.forget_secrets(&profile);
        let secrets = match (profile.asked().is_empty(), profile.in_keyring().is_empty()) {
            (false, _) => "; secrets are asked for when it is used",
            (true, false) => "; its secrets are in the system keyring",
            (true, true) => "",
        };
        let note = format!("Saved the profile \"{}\"{secrets}", profile.name);
        let job = CallFiles::StoreProfile { path, profile: Box::new(profile) };
        self.start(Purpose::StoreProfile { note }, Job::CallFiles(job), "Saving the profile");
    }

    /// Takes out of the keyring what the profile had there and has elsewhere now.
    fn forget_secrets(&mut self, profile: &Profile) {
        let before = self.stored_profile(&profile.name).map(|before| before.in_keyring()).unwrap_or_default();
        let now = profile.in_keyring();
        let gone = before.into_iter().filter(|place| !now.contains(place));
        let changes: Vec<(ProfilePlace, Option<String>)> = gone.map(|place| (place, None)).collect();
        if !changes.is_empty() {
            let job = Job::KeepSecrets(KeepSecrets { owner: profile.name.clone(), changes });
            self.start(Purpose::Errand, job, "");
        }
    }

    pub(in crate::app) fn profile_stored(&mut self, note: String) {
        self.notify_anew(About::Profile, NoticeTone::Done, note);
        self.list_profiles();
    }
}

/// Has the profile name the keyring for every secret that was typed; the secrets by their places.
fn into_keyring(profile: &mut Profile, typed: &TypedSecrets) -> Vec<(ProfilePlace, Option<String>)> {
    let mut kept = Vec::new();
    for place in profile.asked() {
        if let Some(secret) = typed.get("", &place) {
            profile.set(&place, ProfileValue::Keyring);
            kept.push((place, Some(secret.to_owned())));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::MetadataDraft;
    use super::*;

    #[test]
    fn typed_secrets_go_into_the_keyring_and_those_still_to_be_typed_are_asked_for() {
        let draft =
            |name: &str, value: &str| MetadataDraft { name: name.to_owned(), value: value.to_owned() };
        let form = CallForm {
            endpoint: "http://127.0.0.1:1".to_owned(),
            metadata: vec![draft("authorization", "hush-1"), draft("cookie", "?"), draft("x-id", "7")],
            proxy: "http://me:hush-2@proxy:1".to_owned(),
            is_rocketmq: true,
            access_key: "me".to_owned(),
            secret: "hush-3".to_owned(),
            session_token: "hush-4".to_owned(),
            ..CallForm::default()
        };
        assert!(form.has_typed_secrets() && !CallForm::default().has_typed_secrets());
        let (mut profile, typed) = form.to_keep().unwrap();
        let kept = into_keyring(&mut profile, &typed);
        let mut secrets: Vec<&str> = kept.iter().filter_map(|(_, secret)| secret.as_deref()).collect();
        secrets.sort_unstable();
        assert_eq!(secrets, ["http://me:hush-2@proxy:1", "hush-1", "hush-3", "hush-4"]);
        assert_eq!(profile.asked(), [ProfilePlace::Metadata("cookie".to_owned())]);
        assert_eq!(profile.in_keyring().len(), 4);
        let text = profile.to_text("").unwrap();
        assert!(!text.contains("hush") && text.contains("secret = ?keyring"), "{text}");
    }
}
