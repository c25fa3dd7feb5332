//! Requests that are kept as files in a folder: the document in front with server, method and settings.

use super::super::action::{Action, Dialog, Question};
use super::super::jobs::Purpose;
use super::super::notices::About;
use super::super::session::Session;
use super::super::state::{NoticeTone, TabId};
use super::CallAct;
use crate::document::Snapshot;
use crate::rpc::{Profile, ProfileValue, SavedRequest};
use crate::worker::jobs::{CallFiles, CallFilesReport};
use crate::worker::{
    Job, RemovedRequest, SaveOptions, Saved, StoredRequest, WorkerError, profile_file, request_files,
};
use std::path::{Path, PathBuf};

/// Choices of a type that are remembered.
const MAX_TYPES: usize = 500;

/// The requests in the folder.
#[derive(Default)]
pub struct SavedRequests {
    pub folder: Option<PathBuf>,
    /// By name; `None` before they were listed.
    pub all: Option<Vec<StoredRequest>>,
    /// What is searched for among them.
    pub query: String,
    /// Why they cannot be listed.
    pub error: Option<String>,
    pub(super) is_listing: bool,
}

/// The message that is stored with a request, and what is known of its document.
pub(in crate::app) struct ToStore {
    /// As it was asked for.
    name: String,
    document: Option<(TabId, u64, Snapshot)>,
    /// Secrets were left out.
    has_secrets: bool,
}

impl SavedRequests {
    /// Those that the search finds.
    pub fn found(&self) -> impl Iterator<Item = &StoredRequest> {
        self.all.iter().flatten().filter(|stored| match &stored.request {
            Ok(request) => request.matches(&self.query),
            Err(_) => stored.name.to_lowercase().contains(&self.query.trim().to_lowercase()),
        })
    }

    /// The request that this file is the message of.
    pub fn of_message(&self, path: &Path) -> Option<&StoredRequest> {
        self.all.iter().flatten().find(|stored| stored.message == path)
    }

    fn of_text(&self, path: &Path) -> Option<&StoredRequest> {
        self.all.iter().flatten().find(|stored| stored.path == path)
    }

    fn put(&mut self, stored: StoredRequest) {
        let all = self.all.get_or_insert_default();
        all.retain(|known| known.path != stored.path);
        let at = all.partition_point(|known| known.path < stored.path);
        all.insert(at, stored);
    }

    fn take_out(&mut self, path: &Path) {
        self.all.iter_mut().for_each(|all| all.retain(|known| known.path != path));
    }
}

impl Session {
    fn requests_folder(&self) -> Option<PathBuf> {
        let own = || self.folders.config.as_ref().map(|folder| folder.join("requests"));
        self.state.settings.requests.clone().or_else(own)
    }

    /// Lists them once they can be seen.
    pub(super) fn list_requests_once(&mut self) {
        if self.state.calls.requests.all.is_none() && !self.state.calls.requests.is_listing {
            self.list_requests();
        }
    }

    /// Lists them as they are on disk now.
    pub(in crate::app) fn list_requests(&mut self) {
        let Some(folder) = self.requests_folder() else { return };
        let requests = &mut self.state.calls.requests;
        (requests.folder, requests.is_listing) = (Some(folder.clone()), true);
        self.start(Purpose::CallFiles { call: None }, Job::CallFiles(CallFiles::ListRequests { folder }), "");
    }

    /// Why they cannot be listed, to be seen in the place of the list.
    pub(super) fn listing_requests_failed(&mut self, error: &WorkerError) {
        let requests = &mut self.state.calls.requests;
        requests.is_listing = false;
        (requests.all, requests.error) = (Some(Vec::new()), Some(error.to_string()));
    }

    /// Requests are those of another folder from now on; of the person's own with `None`.
    pub(super) fn set_requests_folder(&mut self, folder: Option<PathBuf>) {
        self.leave_file_dialog();
        self.state.settings.requests = folder.map(|folder| std::path::absolute(&folder).unwrap_or(folder));
        self.state.calls.requests.all = None;
        self.list_requests();
    }

    /// Asks for the name of a request that is to be saved, or to have another one.
    pub(super) fn ask_request_name(&mut self, renamed: Option<PathBuf>) {
        self.list_requests_once();
        self.state.calls.requests.folder = self.requests_folder();
        self.show(Dialog::RequestName { renamed });
    }

    /// Keeps the document in front with everything about its call; asks before another one goes.
    pub(super) fn store_request(&mut self, name: &str, overwrite: bool) {
        let name = name.trim();
        match self.request_to_store(name) {
            Ok((folder, request)) => self.start_storing(folder, request, overwrite),
            Err(reason) => self.refuse_request(reason),
        }
    }

    /// Says it in the dialog that asked, or in a note.
    fn refuse_request(&mut self, reason: String) {
        match self.state.dialog {
            Some(Dialog::RequestName { .. }) => self.state.refusal = Some(reason),
            _ => self.notify_anew(
                About::Request,
                NoticeTone::Error,
                format!("The request was not saved: {reason}"),
            ),
        }
    }

    fn request_to_store(&self, name: &str) -> Result<(PathBuf, SavedRequest), String> {
        let folder = self.requests_folder().ok_or("there is no folder for requests")?;
        profile_file(&folder, name).ok_or_else(|| format!("\"{name}\" is no name of a file"))?;
        let open = self.state.active_document().ok_or("no document is open")?;
        let calls = &self.state.calls;
        let method = calls.target.path()?.to_string();
        let (settings, _typed) = calls
            .form
            .to_keep()
            .map_err(|errors| errors.first().map(|error| error.reason.clone()).unwrap_or_default())?;
        let request = SavedRequest {
            name: name.to_owned(),
            method,
            kind: calls.kind(),
            message_type: open.message().map(|message| message.full_name().to_owned()).unwrap_or_default(),
            profile: String::new(),
            settings,
        };
        let mut request = request.beside(self.stored_profile(&calls.form.profile.name).as_ref());
        request.settings = request.settings.beside_folder(&folder);
        if request.profile.is_empty() {
            // The keyring has them for a profile, which is not named.
            for place in request.settings.in_keyring() {
                request.settings.set(&place, ProfileValue::Asked);
            }
        }
        Ok((folder, request))
    }

    fn start_storing(&mut self, folder: PathBuf, request: SavedRequest, overwrite: bool) {
        let Some(tab) = self.state.active else { return };
        let [_, path] = request_files(&folder, &request.name);
        let is_own = self.state.tab(tab).is_some_and(|found| found.path.as_deref() == Some(&path));
        if let Some(other) = self.tab_of(&path).filter(|_| !is_own) {
            let title = self.state.tab(other).map(|tab| tab.title.clone()).unwrap_or_default();
            return self
                .refuse_request(format!("{title} is open here; close it first, or take another name"));
        }
        let Some(open) = self.open_document(tab) else { return };
        let options = SaveOptions { overwrite, source: open.backing.file.clone(), ..SaveOptions::default() };
        // The bytes of a message that is a file already are saved as any file's.
        let message = (!is_own).then(|| open.document.snapshot().clone());
        let state = open.document.state();
        let is_modified = open.document.is_modified();
        let document = message.clone().map(|snapshot| (tab, state, snapshot));
        let has_secrets = !request.settings.asked().is_empty();
        let to_store = ToStore { name: request.name.clone(), document, has_secrets };
        let label = format!("Saving {}", request.name);
        let job = CallFiles::StoreRequest { folder, request: Box::new(request), message, options };
        let job = self.start(Purpose::StoreRequest(to_store), Job::CallFiles(job), label);
        if !is_own && let Some(open) = self.open_document(tab) {
            open.saving = Some(job);
        }
        if is_own && is_modified {
            self.save(tab);
        }
        self.state.dialog = None;
        self.state.refusal = None;
    }

    pub(in crate::app) fn request_stored(
        &mut self,
        stored: ToStore,
        request: StoredRequest,
        saved: Option<Saved>,
    ) {
        let message = request.message.clone();
        self.state.calls.requests.put(request);
        let secrets = if stored.has_secrets { "; secrets are asked for when it is opened" } else { "" };
        self.notify_anew(
            About::Request,
            NoticeTone::Done,
            format!("Saved the request {}{secrets}", stored.name),
        );
        if let (Some((tab, state, snapshot)), Some(saved)) = (stored.document, saved) {
            self.keep_chosen_method(tab);
            self.saved_as(tab, state, snapshot, message, saved);
        }
    }

    /// The document goes on being sent to the method that it was saved with.
    fn keep_chosen_method(&mut self, tab: TabId) {
        let text = self.state.calls.target.text.clone();
        if self.state.active == Some(tab) {
            self.state.calls.chosen.entry(tab).or_insert(text);
        }
    }

    pub(in crate::app) fn storing_request_failed(&mut self, stored: ToStore, error: &WorkerError) {
        if let Some(open) = stored.document.as_ref().and_then(|(tab, ..)| self.open_document(*tab)) {
            open.saving = None;
        }
        if let WorkerError::AlreadyExists { path } = error {
            let then = CallAct::StoreRequest { name: stored.name, overwrite: true };
            let question = Question::Overwrite { path: path.clone(), then: Box::new(Action::Call(then)) };
            self.state.dialog = Some(Dialog::Question(question));
            return;
        }
        self.notify_anew(About::Request, NoticeTone::Error, format!("The request was not saved: {error}"));
    }

    pub(in crate::app) fn storing_request_cancelled(&mut self, stored: ToStore) {
        if let Some(open) = stored.document.and_then(|(tab, ..)| self.open_document(tab)) {
            open.saving = None;
        }
        self.notify_anew(About::Request, NoticeTone::Note, "The request was not saved");
    }

    /// Opens the message of a request, and fills the fields as the request says.
    pub(super) fn open_request(&mut self, path: &Path) {
        let Some(stored) = self.state.calls.requests.of_text(path).cloned() else { return };
        let request = match &stored.request {
            Ok(request) => request,
            Err(error) => {
                let hint = error.hint().map(|hint| format!(". {hint}")).unwrap_or_default();
                let text = format!("{} is no request: {error}{hint}", stored.path.display());
                return self.notify(NoticeTone::Error, text);
            }
        };
        if stored.n_bytes.is_none() {
            let text = format!("The message of {} is not there: {}", stored.name, stored.message.display());
            return self.notify(NoticeTone::Error, text);
        }
        let settings = self.settings_of(request, &stored.path);
        self.remember_type(&stored.message, &request.message_type);
        self.open(vec![stored.message.clone()]);
        let Some(tab) = self.tab_of(&stored.message) else { return };
        self.fill(settings);
        let calls = &mut self.state.calls;
        calls.chosen.insert(tab, request.method.clone());
        calls.raw_kind = Some(request.kind);
        calls.shown = calls.shown.filter(|id| calls.made.iter().any(|made| made.id == *id && made.is_live()));
        self.state.settings.show_call = true;
    }

    /// Everything about the call of a request, with the profile that it names.
    fn settings_of(&mut self, request: &SavedRequest, path: &Path) -> Profile {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let mut request = request.clone();
        request.settings = request.settings.in_folder(&folder);
        if request.profile.is_empty() {
            return request.settings;
        }
        match self.stored_profile(&request.profile) {
            Some(profile) => request.with_profile(profile),
            None => {
                let text = format!(
                    "There is no profile {} here, so only the server and the metadata of the request are filled in",
                    request.profile
                );
                self.notify(NoticeTone::Warning, text);
                request.settings
            }
        }
    }

    /// What the file is read as when it is opened next.
    fn remember_type(&mut self, path: &Path, name: &str) {
        if name.is_empty() {
            return;
        }
        let types = &mut self.state.settings.types;
        types.retain(|(known, _)| known != path);
        types.insert(0, (path.to_owned(), name.to_owned()));
        types.truncate(MAX_TYPES);
        if self.state.schema.message(name).is_err() {
            let text = format!("No schema that is loaded declares {name}, the type of the request");
            self.notify(NoticeTone::Warning, text);
        }
    }

    pub(super) fn rename_request(&mut self, path: PathBuf, name: &str) {
        let name = name.trim().to_owned();
        let job = CallFiles::RenameRequest { path, name };
        self.start(Purpose::RenameRequest, Job::CallFiles(job), "Renaming the request");
    }

    pub(in crate::app) fn renaming_request_failed(&mut self, error: &WorkerError) {
        match self.state.dialog {
            Some(Dialog::RequestName { .. }) => self.state.refusal = Some(error.to_string()),
            _ => self.notify(NoticeTone::Error, format!("The request was not renamed: {error}")),
        }
    }

    pub(super) fn remove_request(&mut self, path: PathBuf) {
        let folder = self.folders.state.clone().unwrap_or_else(|| std::env::temp_dir().join("protoloupe"));
        let job = CallFiles::RemoveRequest { path, removed: folder.join("removed-requests") };
        let purpose = Purpose::CallFiles { call: None };
        self.start(purpose, Job::CallFiles(job), "Removing the request");
    }

    pub(super) fn restore_request(&mut self, removed: RemovedRequest) {
        let job = CallFiles::RestoreRequest(removed);
        let purpose = Purpose::CallFiles { call: None };
        self.start(purpose, Job::CallFiles(job), "Bringing the request back");
    }

    /// Takes in what became of the folder.
    pub(in crate::app) fn requests_changed(&mut self, report: CallFilesReport) {
        match report {
            CallFilesReport::Requests(all) => {
                let requests = &mut self.state.calls.requests;
                (requests.all, requests.error, requests.is_listing) = (Some(all), None, false);
            }
            CallFilesReport::RequestRenamed(old, renamed) => self.request_renamed(&old, *renamed),
            CallFilesReport::RequestRemoved(path, removed) => {
                self.state.calls.requests.take_out(&path);
                let text = format!("Removed the request {}", removed.name);
                let undo = CallAct::RestoreRequest(Box::new(removed));
                self.notify_with_undo(text, Action::Call(undo));
            }
            CallFilesReport::RequestRestored(Some(stored)) => {
                self.notify(NoticeTone::Done, format!("The request {} is back", stored.name));
                self.state.calls.requests.put(*stored);
            }
            _ => {}
        }
    }

    fn request_renamed(&mut self, old: &Path, renamed: StoredRequest) {
        if let Some(Dialog::RequestName { .. }) = self.state.dialog {
            self.dismiss();
        }
        let before = self.state.calls.requests.of_text(old).map(|known| known.message.clone());
        let tab = before.and_then(|message| self.tab_of(&message));
        let (message, message_type) = (renamed.message.clone(), renamed.request.as_ref().ok());
        let message_type = message_type.map(|request| request.message_type.clone());
        self.state.calls.requests.take_out(old);
        self.state.calls.requests.put(renamed);
        if let Some(tab) = tab {
            self.moved_to(tab, message, message_type.filter(|name| !name.is_empty()));
            self.watch();
        }
    }
}
