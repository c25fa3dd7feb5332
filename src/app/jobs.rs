//! What jobs are for, what becomes of their events, and which work is to be done next.

use super::action::Action;
use super::calls::{CallId, CopyPending, Pending, ToStore};
use super::editing::After;
use super::renewing::Renewal;
use super::schemas::Why;
use super::selection::refresh;
use super::session::Session;
use super::settings;
use super::state::{Listing, NoticeTone, Running, TabId};
use crate::document::{RowId, Snapshot};
use crate::rpc::Profile;
use crate::schema::Address;
use crate::worker::SchemaSources;
use crate::worker::jobs::{
    BuildIndex, CallFilesReport, CheckProblems, Fetch, RankTypes, StoreSettings, SurveyMessage,
};
use crate::worker::{Event, Job, JobId, Report, WorkerError};
use std::path::PathBuf;

/// Problems that are listed; all are counted.
const MAX_PROBLEMS: usize = 1_000;
/// Work on fewer bytes is over before anyone looks.
const SHOWN_FROM: u64 = 64 << 20;

/// What a job is for.
pub(super) enum Purpose {
    Open {
        tab: TabId,
    },
    /// A FIFO is read, which has no place to be read again.
    OpenInput {
        tab: TabId,
    },
    Reload {
        tab: TabId,
    },
    Save {
        tab: TabId,
        state: u64,
        snapshot: Snapshot,
        target: PathBuf,
    },
    Mark {
        tab: TabId,
    },
    Plan {
        tab: TabId,
        revision: usize,
        action: Action,
        after: After,
    },
    Rank {
        tab: TabId,
    },
    /// What the payload of a record looks like.
    Guess {
        tab: TabId,
        row: RowId,
        revision: usize,
    },
    Index {
        tab: TabId,
        revision: usize,
    },
    /// Which fields of an open message are absent or overridden.
    Survey {
        tab: TabId,
        revision: usize,
    },
    Check {
        tab: TabId,
        revision: usize,
    },
    /// The comparison that is shown, if it still is the one of this number.
    Compare {
        number: u64,
    },
    Export {
        action: Action,
    },
    Search {
        tab: TabId,
        serial: u64,
    },
    /// Finds what the document's search asks for once more, in the bytes of this revision.
    SearchAgain {
        tab: TabId,
        revision: usize,
    },
    Outline {
        tab: TabId,
        serial: u64,
        revision: usize,
    },
    PayloadFrom {
        tab: TabId,
        row: RowId,
        revision: usize,
    },
    OpenJournal,
    KeepJournal {
        tab: TabId,
    },
    Restore,
    Fetch,
    List,
    StoreSettings,
    PrepareMessage {
        pending: Box<Pending>,
    },
    /// What is kept of calls; the call that is to be kept.
    CallFiles {
        call: Option<CallId>,
    },
    StoreRequest(ToStore),
    RenameRequest,
    CheckFiles,
    /// The profile is written once its secrets are in the keyring.
    KeepSecrets(Box<(PathBuf, Profile)>),
    StoreProfile {
        note: String,
    },
    /// A server is asked for its schema.
    Reflect,
    CopyCall {
        pending: Box<CopyPending>,
    },
    LoadSchema {
        sources: SchemaSources,
        /// The type that documents are read as then.
        read_as: Option<String>,
        why: Why,
    },
    FindDeclarations {
        query: String,
    },
    ReadDefinition {
        address: Address,
    },
    /// Nothing is to be done when it ends well.
    Errand,
}

impl Session {
    /// Hands a job to the worker; with a label it is shown while it runs.
    pub(super) fn start(&mut self, purpose: Purpose, job: Job, label: impl Into<String>) -> JobId {
        let in_bytes = !matches!(purpose, Purpose::LoadSchema { .. } | Purpose::Plan { .. });
        let has_no_end = matches!(purpose, Purpose::OpenInput { .. });
        let job = self.worker.submit(job);
        let label = label.into();
        let is_shown = !label.is_empty();
        self.jobs.insert(job, purpose);
        let running = Running { job, label, n_done: 0, n_total: 0, in_bytes, has_no_end, is_shown };
        self.state.running.push(running);
        job
    }

    pub(super) fn take(&mut self, event: Event) {
        let Event { job, report } = event;
        if self.is_call(job) {
            return self.call_reported(job, report);
        }
        match report {
            Report::Progress { n_done, n_total } => {
                if let Some(running) = self.state.running.iter_mut().find(|running| running.job == job) {
                    (running.n_done, running.n_total) = (n_done, n_total);
                }
                if let Some(Purpose::Search { tab, serial }) = self.jobs.get(&job) {
                    self.search_went_on(*tab, *serial, n_done, n_total);
                }
            }
            Report::IndexPart(work) => {
                if let Some(Purpose::Index { tab, .. }) = self.jobs.get(&job) {
                    self.take_index(*tab, work);
                }
            }
            Report::FoundPart(found) => match self.jobs.get(&job) {
                Some(Purpose::Search { tab, serial }) => self.take_hits(*tab, *serial, found, false),
                Some(Purpose::SearchAgain { tab, revision }) => {
                    self.take_renewed(*tab, job, *revision, found, false);
                }
                _ => {}
            },
            Report::FileChange(change) => self.file_changed(&change),
            Report::SchemaChanged => self.schema_changed(),
            report => {
                self.state.running.retain(|running| running.job != job);
                if self.background.is_some_and(|(background, _)| background == job) {
                    self.background = None;
                }
                if let Some(purpose) = self.jobs.remove(&job) {
                    self.ended(job, purpose, report);
                }
            }
        }
    }

    fn ended(&mut self, job: JobId, purpose: Purpose, report: Report) {
        match (purpose, report) {
            (purpose, Report::Failed { label, error }) => self.failed(purpose, label, &error),
            (purpose, Report::Cancelled) => self.cancelled(purpose),
            (Purpose::Open { tab }, Report::Opened(opened)) => self.opened(tab, opened),
            (Purpose::OpenInput { tab }, Report::InputRead(input)) => self.input_read(tab, &input),
            (Purpose::Reload { tab }, Report::Opened(opened)) => self.reloaded(tab, opened),
            (Purpose::Save { tab, state, snapshot, target }, Report::Saved(saved)) => {
                self.saved(tab, state, snapshot, target, saved);
            }
            (Purpose::Mark { tab }, Report::Marked { mark, elsewhere }) => self.marked(tab, mark, elsewhere),
            (Purpose::Plan { tab, revision, action, after }, Report::Planned(planned)) => {
                self.planned(tab, revision, action, after, planned);
            }
            (Purpose::Rank { tab }, Report::Ranked(ranked)) => self.ranked(tab, ranked.0),
            (Purpose::Guess { tab, row, revision }, Report::Ranked(ranked)) => {
                self.guessed(tab, row, revision, ranked.0);
            }
            (Purpose::Index { tab, .. }, Report::Indexed(work)) => self.take_index(tab, work),
            (Purpose::Survey { tab, .. }, Report::Surveyed(work)) => {
                if let Some(open) = self.open_document(tab) {
                    open.tree.take_survey(work, open.document.snapshot());
                    refresh(open);
                }
            }
            (Purpose::Check { tab, revision }, Report::Checked { found, report }) => {
                if let Some(open) = self.open_document(tab) {
                    let list = &mut open.problems;
                    (list.n_errors, list.n_warnings, list.n_notes) =
                        (report.n_errors, report.n_warnings, report.n_notes);
                    (list.found, list.revision, list.checking) = (found, Some(revision), None);
                }
            }
            (Purpose::Compare { number }, Report::Compared(compared)) => self.compared(number, compared),
            (Purpose::Search { tab, serial }, Report::Searched(found)) => {
                self.take_hits(tab, serial, found, true)
            }
            (Purpose::SearchAgain { tab, revision }, Report::Searched(found)) => {
                self.take_renewed(tab, job, revision, found, true);
            }
            (Purpose::Outline { tab, serial, revision }, Report::Outlined(found)) => {
                self.take_outline(tab, serial, revision, found);
            }
            (Purpose::Compare { number }, Report::Canonicalized(made)) => self.canonicalized(number, made),
            (Purpose::CallFiles { call }, Report::CallFiles(report)) => self.call_files_done(call, report),
            (Purpose::StoreRequest(stored), Report::CallFiles(CallFilesReport::RequestStored(done))) => {
                self.request_stored(stored, done.0, done.1);
            }
            (Purpose::KeepSecrets(to_store), Report::SecretsKept) => self.secrets_kept(to_store),
            (Purpose::StoreProfile { note }, Report::CallFiles(_)) => self.profile_stored(note),
            (Purpose::CheckFiles, Report::FilesChecked(checked)) => self.files_checked(checked),
            (Purpose::RenameRequest, Report::CallFiles(report)) => self.requests_changed(report),
            (Purpose::Reflect, Report::Reflected(set)) => self.reflected(set),
            (Purpose::CopyCall { pending }, Report::MessageText(text)) => self.copy_grpcurl(*pending, text),
            (Purpose::PrepareMessage { pending }, Report::MessagePrepared(prepared)) => {
                self.message_prepared(*pending, prepared);
            }
            (Purpose::Export { .. }, Report::Exported(exported)) => self.exported(&exported),
            (Purpose::PayloadFrom { tab, row, revision }, Report::SmallFile { bytes, .. }) => {
                self.payload_read(tab, row, revision, bytes);
            }
            (Purpose::OpenJournal, Report::JournalOpened { journal, pending, backups }) => {
                self.journal_opened(journal, pending, &backups);
            }
            (Purpose::KeepJournal { tab }, Report::JournalKept) => self.journal_kept(tab),
            (Purpose::Restore, Report::Restored(restored)) => self.restored(restored),
            (Purpose::Fetch, _) => {
                self.fetching = None;
                self.reveal_pending();
            }
            (Purpose::List, Report::Listed { prefix, entries, is_cut }) => {
                let found = entries.into_iter().map(|entry| (entry.path, entry.is_folder)).collect();
                self.state.listing = Some(Listing { prefix, found, is_cut });
            }
            (Purpose::StoreSettings, _) => self.storing = None,
            (Purpose::LoadSchema { sources, read_as, why }, Report::SchemaLoaded(loaded)) => {
                self.schema_loaded(sources, read_as, why, loaded);
            }
            (Purpose::FindDeclarations { query }, Report::FoundDeclarations(found)) => {
                self.declarations_found(&query, found.0);
            }
            (Purpose::ReadDefinition { address }, Report::Definition(found)) => {
                self.definition_read(&address, found);
            }
            _ => {}
        }
    }

    fn cancelled(&mut self, purpose: Purpose) {
        match purpose {
            Purpose::Open { tab } | Purpose::OpenInput { tab } => self.remove_tab(tab),
            Purpose::Save { tab, .. } => {
                self.save_ended(tab);
                self.notify(NoticeTone::Note, "Saving was cancelled; the file is as it was");
            }
            Purpose::LoadSchema { .. } => self.loading_cancelled(),
            Purpose::Export { .. } => {
                self.notify(NoticeTone::Note, "Exporting was cancelled; nothing was written")
            }
            Purpose::PrepareMessage { .. } => self.preparing_failed(None),
            Purpose::StoreRequest(stored) => self.storing_request_cancelled(stored),
            Purpose::KeepSecrets(_) => self.keeping_secrets_failed(None),
            Purpose::Reflect => self.notify(NoticeTone::Note, "The schema is as it was"),
            Purpose::Search { tab, serial } => self.search_ended(tab, serial, None),
            Purpose::SearchAgain { tab, revision } => self.renewal_ended(tab, revision),
            Purpose::Outline { tab, serial, .. } => self.outline_ended(tab, serial, None),
            Purpose::Plan { tab, .. } => {
                if let Some(open) = self.open_document(tab) {
                    open.backing.thinking = None;
                }
            }
            Purpose::Check { tab, .. } => {
                if let Some(open) = self.open_document(tab) {
                    open.problems.checking = None;
                }
            }
            Purpose::Fetch => self.fetching = None,
            Purpose::Guess { .. } => self.guessing = None,
            Purpose::StoreSettings => self.storing = None,
            _ => {}
        }
    }

    fn failed(&mut self, purpose: Purpose, label: &str, error: &WorkerError) {
        match purpose {
            Purpose::Open { tab } => match error {
                WorkerError::NotRegular { what: "FIFO", path } => return self.start_reading(tab, path),
                error => return self.opening_failed(tab, error),
            },
            Purpose::OpenInput { tab } => return self.opening_failed(tab, error),
            Purpose::Save { tab, target, .. } => return self.saving_failed(tab, &target, error),
            Purpose::Export { action } => return self.exporting_failed(action, error),
            Purpose::Compare { number } => return self.comparing_failed(number, error),
            Purpose::PrepareMessage { .. } => return self.preparing_failed(Some(error)),
            Purpose::CallFiles { .. } => return self.call_files_failed(label, error),
            Purpose::StoreRequest(stored) => return self.storing_request_failed(stored, error),
            Purpose::KeepSecrets(_) => return self.keeping_secrets_failed(Some(error)),
            Purpose::RenameRequest => return self.renaming_request_failed(error),
            Purpose::Reflect => return self.reflecting_failed(error),
            Purpose::Restore => return self.restoring_failed(error),
            Purpose::LoadSchema { sources, .. } => return self.loading_failed(sources, error),
            Purpose::ReadDefinition { address } => return self.definition_failed(&address, error),
            Purpose::Mark { .. } | Purpose::List => return,
            Purpose::Search { tab, serial } => self.search_ended(tab, serial, Some(error.to_string())),
            Purpose::SearchAgain { tab, revision } => self.renewal_ended(tab, revision),
            Purpose::Outline { tab, serial, .. } => self.outline_ended(tab, serial, Some(error.to_string())),
            Purpose::Plan { tab, .. } => {
                if let Some(open) = self.open_document(tab) {
                    open.backing.thinking = None;
                }
            }
            Purpose::Rank { tab } => self.ranking_failed(tab),
            Purpose::Index { tab, .. } => {
                if let Some(open) = self.open_document(tab) {
                    open.backing.unindexed = Some(open.document.revision());
                }
            }
            Purpose::Check { tab, .. } => {
                if let Some(open) = self.open_document(tab) {
                    open.problems.checking = None;
                }
            }
            Purpose::Survey { tab, revision } => {
                if let Some(open) = self.open_document(tab) {
                    open.backing.unsurveyed = Some(revision);
                }
            }
            Purpose::KeepJournal { tab } => {
                let Some(open) = self.open_document(tab) else { return };
                if std::mem::replace(&mut open.backing.is_unjournalled, true) {
                    return;
                }
            }
            Purpose::Fetch => self.fetching = None,
            Purpose::Guess { .. } => self.guessing = None,
            Purpose::StoreSettings => self.storing = None,
            _ => {}
        }
        self.notify(NoticeTone::Error, format!("{label} failed: {error}"));
    }

    /// Ends what goes on about a document whose bytes have become others: none of it is about these,
    /// even where revisions have the same number.
    pub(super) fn abandon(&mut self, tab: TabId) {
        for (job, purpose) in &mut self.jobs {
            let about = match purpose {
                Purpose::Plan { tab, .. }
                | Purpose::Index { tab, .. }
                | Purpose::Survey { tab, .. }
                | Purpose::Check { tab, .. }
                | Purpose::Search { tab, .. }
                | Purpose::SearchAgain { tab, .. }
                | Purpose::Outline { tab, .. }
                | Purpose::PayloadFrom { tab, .. } => *tab,
                _ => continue,
            };
            if about == tab {
                *purpose = Purpose::Errand;
                self.worker.cancel(*job);
            }
        }
    }

    /// Ends a job that the person does not want to wait for.
    pub(super) fn cancel_job(&mut self, job: JobId) {
        let (tab, is_index) = match self.jobs.get(&job) {
            Some(Purpose::Index { tab, .. }) => (Some(*tab), true),
            Some(Purpose::Survey { tab, .. }) => (Some(*tab), false),
            _ => (None, false),
        };
        if let Some(open) = tab.and_then(|tab| self.open_document(tab)) {
            let revision = Some(open.document.revision());
            let given_up = if is_index { &mut open.backing.unindexed } else { &mut open.backing.unsurveyed };
            *given_up = revision;
        }
        self.worker.cancel(job);
    }

    /// Starts what is to be done next; after every action and every event.
    pub(super) fn go_on(&mut self) {
        self.follow_search();
        self.follow_filter();
        self.think_on();
        self.forget_closed_tabs();
        self.follow_target();
        self.list_stored_calls();
        self.look_at_named_files();
        self.keep_absent();
        self.keep_journals();
        self.ask_for_pending();
        self.store_settings();
        self.guess_types();
        self.look_in_background();
    }

    fn store_settings(&mut self) {
        if self.storing.is_some() || self.state.settings == self.stored {
            return;
        }
        self.stored = self.state.settings.clone();
        if let Some(path) = self.folders.settings() {
            let text = settings::to_text(&self.stored);
            let job = Job::StoreSettings(StoreSettings { path, text });
            self.storing = Some(self.start(Purpose::StoreSettings, job, ""));
        }
    }

    /// Asks the worker for bytes that rows were drawn without; to be called after drawing.
    pub fn fetch_missing(&mut self) {
        if self.fetching.is_some() {
            return;
        }
        let Some((_, open)) = self.active() else { return };
        if let Some(source) = open.backing.file.clone().filter(|file| file.has_wanted()) {
            self.fetching = Some(self.start(Purpose::Fetch, Job::Fetch(Fetch { source }), ""));
        }
    }

    /// One look at a document goes on at a time, so that saving and editing find a free thread. The
    /// document in front comes first.
    fn look_in_background(&mut self) {
        let front = self.state.active;
        if let Some((job, tab)) = self.background {
            let made_for = match self.jobs.get(&job) {
                Some(
                    Purpose::Check { revision, .. }
                    | Purpose::Index { revision, .. }
                    | Purpose::Survey { revision, .. }
                    | Purpose::SearchAgain { revision, .. },
                ) => Some(*revision),
                _ => None,
            };
            let now = self.open_document(tab).map(|open| open.document.revision());
            let is_stale = now.is_none() || made_for.is_some_and(|revision| now != Some(revision));
            let is_behind = front != Some(tab) && front.is_some_and(|front| self.next_look(front).is_some());
            if is_stale || is_behind {
                self.worker.cancel(job);
                // To be done again.
                if let Some(open) = self.open_document(tab) {
                    if open.problems.checking == Some(job) {
                        open.backing.checked = None;
                    }
                    if open.search.renewal.running == Some(job) {
                        open.search.renewal = Renewal::default();
                    }
                }
            }
            return;
        }
        let others: Vec<TabId> = self.state.tabs.iter().map(|tab| tab.id).collect();
        for tab in front.into_iter().chain(others) {
            if let Some((purpose, job, label)) = self.next_look(tab) {
                let is_check = matches!(purpose, Purpose::Check { .. });
                let is_search = matches!(purpose, Purpose::SearchAgain { .. });
                let job = self.start(purpose, job, label);
                if is_search {
                    self.renewal_started(tab, job);
                }
                if let Some(open) = self.open_document(tab).filter(|_| is_check) {
                    open.problems.checking = Some(job);
                    let message = open.message().map(|message| message.full_name().to_owned());
                    open.backing.checked = Some((open.document.revision(), message));
                }
                self.background = Some((job, tab));
                return;
            }
        }
    }

    /// The next thing to find out about a document.
    fn next_look(&mut self, tab: TabId) -> Option<(Purpose, Job, String)> {
        let schema = self.state.schema.clone();
        let title = self.state.tab(tab)?.title.clone();
        let open = self.open_document(tab)?;
        let snapshot = open.document.snapshot().clone();
        let revision = open.document.revision();
        let shown = |label: &str| {
            if snapshot.len() >= SHOWN_FROM { format!("{label} {title}") } else { String::new() }
        };
        if !open.backing.is_ranked {
            let range = 0..snapshot.len();
            let job = Job::RankTypes(RankTypes { schema, snapshot: snapshot.clone(), range });
            return Some((Purpose::Rank { tab }, job, String::new()));
        }
        if open.backing.unindexed != Some(revision)
            && let Some(work) = open.tree.index_work()
        {
            let label = shown("Finding records of");
            return Some((
                Purpose::Index { tab, revision },
                Job::BuildIndex(BuildIndex { snapshot, work }),
                label,
            ));
        }
        if open.backing.unsurveyed != Some(revision)
            && let Some(work) = open.tree.survey_work()
        {
            let label = shown("Looking for absent fields of");
            let job = Job::SurveyMessage(SurveyMessage { snapshot, work });
            return Some((Purpose::Survey { tab, revision }, job, label));
        }
        if open.wants_renewal() {
            let (purpose, job) = open.renewal(tab)?;
            return Some((purpose, job, shown("Searching")));
        }
        let message = open.message().cloned();
        let key = (revision, message.as_ref().map(|message| message.full_name().to_owned()));
        if open.backing.checked.as_ref() != Some(&key) {
            let label = shown("Checking");
            let job = CheckProblems { snapshot, message, max_listed: MAX_PROBLEMS };
            return Some((Purpose::Check { tab, revision }, Job::CheckProblems(job), label));
        }
        None
    }
}
