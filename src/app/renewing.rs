//! Searching again by itself, after edits.
//!
//! What was found stays and follows its bytes until all that is found now takes its place at once. It
//! is one of the long looks that go on beside everything else, so the next edit ends it and the last
//! one wins.

use super::jobs::Purpose;
use super::searching::{MAX_LISTED, sort};
use super::session::Session;
use super::state::{OpenDocument, TabId};
use crate::document::search::{Followed, Hit};
use crate::worker::jobs::{Hits, Search as SearchJob};
use crate::worker::{Job, JobId};

/// A search that is to take the place of the one that is shown.
#[derive(Default)]
pub struct Renewal {
    pub running: Option<JobId>,
    hits: Vec<Hit>,
    n_found: u64,
    /// The revision that the person did not want to wait for, or that could not be searched.
    given_up: Option<usize>,
}

impl OpenDocument {
    /// Whether the results are those of earlier bytes and are about to be found again.
    pub fn wants_renewal(&self) -> bool {
        let search = &self.search;
        search.query.is_some()
            && search.running.is_none()
            && search.is_whole
            && search.is_stale(&self.document)
            && search.renewal.given_up != Some(self.document.revision())
    }

    /// The search that is to be made again.
    pub(super) fn renewal(&self, tab: TabId) -> Option<(Purpose, Job)> {
        let query = self.search.query.clone()?;
        let document = &self.document;
        let purpose = Purpose::SearchAgain { tab, revision: document.revision() };
        let (snapshot, root) = (document.snapshot().clone(), document.root());
        let job = SearchJob { document: tab.0, snapshot, root, query, max_listed: MAX_LISTED };
        Some((purpose, Job::Search(job)))
    }
}

impl Session {
    pub(super) fn renewal_started(&mut self, tab: TabId, job: JobId) {
        if let Some(open) = self.open_document(tab) {
            open.search.renewal = Renewal { running: Some(job), ..Renewal::default() };
        }
    }

    /// Takes in what is found again; `is_end` if that is all.
    pub(super) fn take_renewed(
        &mut self,
        tab: TabId,
        job: JobId,
        revision: usize,
        found: Hits,
        is_end: bool,
    ) {
        let Some(open) = self.open_document(tab) else { return };
        let OpenDocument { search, document, .. } = open;
        if search.renewal.running != Some(job) {
            return;
        }
        search.renewal.hits.extend(found.hits);
        search.renewal.n_found = found.n_found;
        if !is_end {
            return;
        }
        let renewal = std::mem::take(&mut search.renewal);
        let current =
            search.current.and_then(|idx| Some((search.hits.get(idx)?.facet, search.places.now(idx)?)));
        search.hits = renewal.hits;
        search.n_found = renewal.n_found;
        if let Some((made_for, ..)) = &mut search.made_for {
            *made_for = revision;
        }
        search.places = Followed::new(revision);
        search.places.add(search.hits.iter().map(|hit| hit.offset), document.splices());
        search.current = None;
        sort(search, document);
        search.current = current.and_then(|(facet, now)| find(search, facet, now));
    }

    /// The search was not made again to its end. Unless the session itself ended it, that is not tried
    /// for these bytes any more.
    pub(super) fn renewal_ended(&mut self, tab: TabId, revision: usize) {
        let Some(open) = self.open_document(tab) else { return };
        if open.search.renewal.running.is_some() {
            open.search.renewal = Renewal { given_up: Some(revision), ..Renewal::default() };
        }
    }
}

/// The hit that was gone to last, if it is found again.
fn find(search: &super::Search, facet: crate::document::Facet, now: u64) -> Option<usize> {
    let first = search.places.n_before(now);
    let same = (first..search.places.len()).map_while(|nth| search.places.get(nth));
    let mut same = same.take_while(|(_, offset)| *offset == now);
    same.find(|(idx, _)| search.hits.get(*idx).is_some_and(|hit| hit.facet == facet)).map(|(idx, _)| idx)
}
