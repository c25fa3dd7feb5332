//! Looking for records: the query, what it found, and going from one to the next.

use super::action::{Action, SelectTarget};
use super::command::Command;
use super::editing::After;
use super::filtering::TreeFilter;
use super::jobs::Purpose;
use super::renewing::Renewal;
use super::session::Session;
use super::state::{OpenDocument, State, TabId};
use crate::document::reading::Scope;
use crate::document::search::{Followed, Hit, Query, QueryError, doubt, locate};
use crate::document::{Document, Step};
use crate::worker::jobs::{Hits, Outcome, Place, Plan, Search as SearchJob};
use crate::worker::{Job, JobId};
use std::sync::Arc;

/// Records that are listed; all are counted.
pub(super) const MAX_LISTED: usize = 100_000;
/// A search of fewer bytes is over before anyone looks.
pub(super) const SHOWN_FROM: u64 = 64 << 20;

/// What is looked for in a document, and what was found.
#[derive(Default)]
pub struct Search {
    /// As it was written; empty if nothing is looked for.
    pub text: String,
    /// `None` if there is nothing to look for or the text is no query.
    pub query: Option<Arc<Query>>,
    pub error: Option<QueryError>,
    /// The first ones, in wire order, as they were found.
    pub hits: Vec<Hit>,
    /// Where they are by now.
    pub places: Followed,
    /// All that were found so far, listed or not.
    pub n_found: u64,
    pub running: Option<JobId>,
    /// Bytes that were looked at, of how many.
    pub looked_at: Option<(u64, u64)>,
    /// Whether the search came to its end.
    pub is_whole: bool,
    /// Why it did not, if it failed.
    pub failure: Option<String>,
    /// What may be wrong with a query that finds nothing.
    pub doubt: Option<String>,
    /// Which of `hits` was gone to last.
    pub current: Option<usize>,
    /// Whether the results are shown.
    pub is_listed: bool,
    /// The bytes and the type that were searched.
    pub(super) made_for: Option<(usize, Option<String>, Scope)>,
    /// Finds the same again after edits.
    pub renewal: Renewal,
    /// Tells the newest search from older ones whose end is still to be told.
    serial: u64,
    /// The first one is to be selected when it is there.
    wants_first: bool,
}

impl Search {
    /// Edits since the search, which its results follow but which are still to be searched.
    pub fn is_stale(&self, document: &Document) -> bool {
        self.made_for.as_ref().is_some_and(|(revision, ..)| *revision != document.revision())
    }

    /// Hits whose bytes were removed since.
    pub fn n_gone(&self) -> usize {
        self.places.n_found() - self.places.len()
    }

    /// The places of hits in `range`, which are in order once the search has ended.
    pub fn has_hit_in(&self, range: &std::ops::Range<u64>) -> bool {
        self.places.n_before(range.start) < self.places.n_before(range.end)
    }
}

impl Session {
    /// Looks for what the text asks for in the active document; nothing if it is blank.
    pub(super) fn search(&mut self, text: String) {
        let Some((tab, open)) = self.active() else { return };
        let is_current = open.search.text == text && !open.search.is_stale(&open.document);
        if is_current && (open.search.running.is_some() || open.search.is_whole) {
            open.search.is_listed = true;
            return;
        }
        let serial = open.search.serial + 1;
        let stopped = open.search.running.take().or(open.search.renewal.running);
        open.search = Search { text, serial, is_listed: true, ..Search::default() };
        match open.search.text.trim().is_empty() {
            true => open.search.is_listed = false,
            false => match open.search.text.parse::<Query>() {
                Ok(query) => open.search.query = Some(Arc::new(query)),
                Err(error) => open.search.error = Some(error),
            },
        }
        if let Some(job) = stopped {
            self.worker.cancel(job);
        }
        self.start_search(tab);
    }

    fn start_search(&mut self, tab: TabId) {
        let title = self.state.tab(tab).map(|tab| tab.title.clone()).unwrap_or_default();
        let Some(open) = self.open_document(tab) else { return };
        let Some(query) = open.search.query.clone() else { return };
        let document = &open.document;
        let root = document.root();
        let revision = document.revision();
        open.search.doubt = doubt(&query, document.message());
        open.search.places = Followed::new(revision);
        open.search.made_for = Some((revision, type_name(document), root.scope.clone()));
        let serial = open.search.serial;
        let snapshot = document.snapshot().clone();
        let label = if snapshot.len() >= SHOWN_FROM { format!("Searching {title}") } else { String::new() };
        let job = SearchJob { document: tab.0, snapshot, root, query, max_listed: MAX_LISTED };
        let job = self.start(Purpose::Search { tab, serial }, Job::Search(job), label);
        if let Some(open) = self.open_document(tab) {
            open.search.running = Some(job);
        }
    }

    /// Takes in what a search has found; `is_end` if that is all.
    pub(super) fn take_hits(&mut self, tab: TabId, serial: u64, found: Hits, is_end: bool) {
        let Some(open) = self.open_document(tab).filter(|open| open.search.serial == serial) else { return };
        let OpenDocument { search, document, .. } = open;
        search.n_found = found.n_found;
        search.places.add(found.hits.iter().map(|hit| hit.offset), document.splices());
        search.hits.extend(found.hits);
        if is_end {
            (search.running, search.is_whole) = (None, true);
            sort(search, document);
        }
        if search.wants_first && !search.places.is_empty() {
            search.wants_first = false;
            if self.state.active == Some(tab) {
                self.step_hit(true);
            }
        }
    }

    pub(super) fn search_went_on(&mut self, tab: TabId, serial: u64, n_done: u64, n_total: u64) {
        if let Some(open) = self.open_document(tab).filter(|open| open.search.serial == serial) {
            open.search.looked_at = Some((n_done, n_total));
        }
    }

    /// A search ended before it was through: stopped, or failed for a reason.
    pub(super) fn search_ended(&mut self, tab: TabId, serial: u64, failure: Option<String>) {
        let Some(open) = self.open_document(tab).filter(|open| open.search.serial == serial) else { return };
        let OpenDocument { search, document, .. } = open;
        (search.running, search.failure, search.wants_first) = (None, failure, false);
        sort(search, document);
    }

    pub(super) fn clear_search(&mut self) {
        self.search(String::new());
    }

    pub(super) fn toggle_results(&mut self) {
        if let Some((_, open)) = self.active() {
            open.search.is_listed = !open.search.is_listed;
        }
    }

    /// Goes to the next hit behind the selection or before it, around the end.
    pub(super) fn step_hit(&mut self, forward: bool) {
        let Some((_, open)) = self.active() else { return };
        let OpenDocument { search, selection, .. } = open;
        let n = search.places.len();
        if n == 0 {
            search.wants_first = search.running.is_some();
            return;
        }
        let selected = selection.as_ref().map(|selection| selection.range.clone());
        // The selected row may be one around a hit that has no row of its own.
        let current = search.current.and_then(|idx| search.places.now(idx));
        let here = match (selected, current) {
            (Some(selected), Some(current)) if selected.contains(&current) => Some(current),
            (Some(selected), _) => Some(selected.start),
            (None, _) => None,
        };
        let nth = match (here, forward) {
            (Some(here), true) => search.places.n_before(here.saturating_add(1)) % n,
            (Some(here), false) => (search.places.n_before(here) + n - 1) % n,
            (None, true) => 0,
            (None, false) => n - 1,
        };
        self.go_to_hit(nth as u64);
    }

    /// Selects the `nth` of the hits that are there.
    pub(super) fn go_to_hit(&mut self, nth: u64) {
        let Some((tab, open)) = self.active() else { return };
        let Some((idx, offset)) = open.search.places.get(nth as usize) else { return };
        open.search.current = Some(idx);
        let Some(hit) = open.search.hits.get(idx) else { return };
        let is_declared = !hit.path.0.iter().any(|step| matches!(step, Step::Number(_)));
        self.go_to(tab, offset, is_declared, Action::GoToHit(nth));
    }

    /// Selects the innermost row at an offset. What no type declares, and is only plausibly a message,
    /// does not open on the way to it by itself.
    pub(super) fn go_to(&mut self, tab: TabId, offset: u64, is_declared: bool, action: Action) {
        if is_declared {
            return self.select(SelectTarget::Offset(offset));
        }
        let Some(open) = self.open_document(tab) else { return };
        let revision = open.document.revision();
        let plan: Plan =
            Box::new(move |document, _| match locate(document.snapshot(), &document.root(), offset) {
                Ok(Some((chain, row, _))) => Outcome::Found(Place { chain, row }),
                Ok(None) => Outcome::Refused("There is no record at this offset any more".to_owned()),
                Err(error) => Outcome::Refused(error.to_string()),
            });
        self.think(tab, revision, action, After::Keep, plan);
    }

    /// Brings results up to date with edits, and searches again when the type has changed.
    pub(super) fn follow_search(&mut self) {
        let Some((tab, open)) = self.active() else { return };
        let OpenDocument { search, document, .. } = open;
        search.places.follow(document.splices());
        let Some((_, name, scope)) = &search.made_for else { return };
        if *name == type_name(document) && *scope == document.readings().scope() {
            return;
        }
        let text = std::mem::take(&mut search.text);
        let is_listed = search.is_listed;
        self.search(text);
        if let Some(open) = self.open_document(tab) {
            open.search.is_listed = is_listed;
        }
    }
}

pub(super) fn type_name(document: &Document) -> Option<String> {
    document.message().map(|message| message.full_name().to_owned())
}

/// Lengths of repeated fields are found behind what is in them.
pub(super) fn sort(search: &mut Search, document: &Document) {
    if search.hits.is_sorted_by_key(|hit| hit.offset) {
        return;
    }
    let current = search.current.and_then(|idx| search.hits.get(idx)).map(|hit| hit.row());
    search.hits.sort_by_key(|hit| hit.offset);
    search.current = current.and_then(|row| search.hits.iter().position(|hit| hit.row() == row));
    let revision = search.made_for.as_ref().map_or(0, |(revision, ..)| *revision);
    search.places = Followed::new(revision);
    search.places.add(search.hits.iter().map(|hit| hit.offset), document.splices());
}

const NO_QUERY: &str = "Nothing is being looked for; Ctrl+F begins";

/// What the commands of searching and filtering mean now.
pub(super) fn resolve(command: Command, state: &State) -> Result<Action, &'static str> {
    let open = state.active_document().ok_or("No document is open")?;
    let has_query = open.search.query.is_some();
    match command {
        // The window puts the keyboard into the search box.
        Command::Find => Ok(Action::Search(open.search.text.clone())),
        Command::FindNext | Command::FindPrevious if !has_query => Err(NO_QUERY),
        Command::FindNext | Command::FindPrevious
            if open.search.places.is_empty() && open.search.running.is_none() =>
        {
            Err("Nothing was found")
        }
        Command::FindNext => Ok(Action::StepHit { forward: true }),
        Command::FindPrevious => Ok(Action::StepHit { forward: false }),
        Command::ClearSearch | Command::ToggleResults if open.search.text.is_empty() => Err(NO_QUERY),
        Command::ClearSearch => Ok(Action::ClearSearch),
        Command::ToggleResults => Ok(Action::ToggleResults),
        Command::ShowSet => Ok(Action::Filter(TreeFilter::Set)),
        Command::ShowUnknown => Ok(Action::Filter(TreeFilter::Unknown)),
        Command::ShowProblems => Ok(Action::Filter(TreeFilter::Problems)),
        Command::ShowMatches if !has_query => Err(NO_QUERY),
        Command::ShowMatches => Ok(Action::Filter(TreeFilter::Matches)),
        _ if open.filter.kind == TreeFilter::All => Err("Everything is shown"),
        _ => Ok(Action::Filter(TreeFilter::All)),
    }
}
