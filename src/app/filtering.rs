//! Which rows the tree shows.

use super::action::Action;
use super::folding::Folds;
use super::jobs::Purpose;
use super::searching::{SHOWN_FROM, type_name};
use super::session::Session;
use super::state::{OpenDocument, TabId};
use crate::document::RowId;
use crate::document::reading::Scope;
use crate::document::search::{Followed, Outline};
use crate::worker::jobs::{OutlineRows, Outlined, Wanted};
use crate::worker::{Job, JobId};

/// Rows of a filtered tree.
const MAX_ROWS: usize = 200_000;

/// Which rows the tree shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TreeFilter {
    #[default]
    All,
    /// What stands in the bytes: no absent fields.
    Set,
    /// What no type declares.
    Unknown,
    /// What a check complains about.
    Problems,
    /// What the search finds.
    Matches,
}

impl TreeFilter {
    pub const EVERY: [TreeFilter; 5] =
        [TreeFilter::All, TreeFilter::Set, TreeFilter::Unknown, TreeFilter::Problems, TreeFilter::Matches];

    /// Whether its rows are found by a pass over the document.
    pub fn is_outline(self) -> bool {
        matches!(self, TreeFilter::Unknown | TreeFilter::Problems | TreeFilter::Matches)
    }
}

/// The filter of a document's tree and the rows it leaves.
#[derive(Default)]
pub struct Filter {
    pub kind: TreeFilter,
    /// The rows, if the filter is one that has to look for them.
    pub outline: Outline,
    /// Where they are by now.
    pub places: Followed,
    /// Which rows are closed.
    pub(super) folds: Folds,
    pub running: Option<JobId>,
    /// Whether the rows are those of this filter, or those of an earlier one are gone and the pass
    /// goes on.
    pub is_made: bool,
    /// There would be more rows.
    pub is_cut: bool,
    pub failure: Option<String>,
    made_for: Option<Key>,
    serial: u64,
}

/// What the rows were found in.
#[derive(Clone, PartialEq)]
struct Key {
    kind: TreeFilter,
    revision: usize,
    message: Option<String>,
    scope: Scope,
    query: String,
}

impl Session {
    pub(super) fn set_filter(&mut self, kind: TreeFilter) {
        let Some((_, open)) = self.active() else { return };
        let stopped = open.filter.running.take();
        open.filter = Filter { kind, serial: open.filter.serial + 1, ..Filter::default() };
        open.n_reveals += 1;
        if let Some(job) = stopped {
            self.worker.cancel(job);
        }
    }

    /// Brings the rows of a filtered tree up to date.
    pub(super) fn follow_filter(&mut self) {
        let Some((tab, open)) = self.active() else { return };
        let OpenDocument { filter, document, search, .. } = open;
        if filter.kind == TreeFilter::Matches && search.query.is_none() {
            filter.kind = TreeFilter::All;
        }
        if !filter.kind.is_outline() {
            return;
        }
        filter.places.follow(document.splices());
        open.follow_folds();
        let OpenDocument { filter, document, search, selection, .. } = open;
        let is_query = filter.kind == TreeFilter::Matches;
        let query = search.query.as_ref().filter(|_| is_query);
        let key = Key {
            kind: filter.kind,
            revision: document.revision(),
            message: type_name(document),
            scope: document.readings().scope(),
            query: query.map(|query| query.text().to_owned()).unwrap_or_default(),
        };
        if filter.made_for.as_ref() == Some(&key) {
            return;
        }
        let wanted = match (filter.kind, query) {
            (TreeFilter::Problems, _) => Wanted::Problems,
            (TreeFilter::Matches, Some(query)) => Wanted::Matches(query.clone()),
            _ => Wanted::Unknown,
        };
        if filter.made_for.as_ref().is_none_or(|made| made.query != key.query) {
            filter.is_made = false;
        }
        let is_edited = filter
            .made_for
            .as_ref()
            .is_some_and(|made| *made == Key { revision: made.revision, ..key.clone() });
        let keep = match is_edited {
            true => kept(filter, selection.as_ref().map(|selection| selection.row)),
            false => Vec::new(),
        };
        filter.made_for = Some(key);
        filter.serial += 1;
        let (serial, revision) = (filter.serial, document.revision());
        let (snapshot, root) = (document.snapshot().clone(), document.root());
        let is_shown = SHOWN_FROM <= snapshot.len();
        let job = OutlineRows { document: tab.0, snapshot, root, wanted, keep, max_rows: MAX_ROWS };
        let purpose = Purpose::Outline { tab, serial, revision };
        let title = self.state.tab(tab).map(|tab| tab.title.clone()).unwrap_or_default();
        let label = if is_shown { format!("Filtering {title}") } else { String::new() };
        let job = self.start(purpose, Job::OutlineRows(job), label);
        if let Some(open) = self.open_document(tab) {
            open.filter.running = Some(job);
        }
    }

    /// Selects the `nth` of the rows that are there.
    pub(super) fn go_to_filtered(&mut self, nth: u64) {
        let Some((tab, open)) = self.active() else { return };
        let Some((idx, offset)) = open.filter.row(nth) else { return };
        let is_declared = open.filter.outline.rows().get(idx).is_some_and(|row| row.is_declared);
        self.go_to(tab, offset, is_declared, Action::GoToFiltered(nth));
    }

    pub(super) fn take_outline(&mut self, tab: TabId, serial: u64, revision: usize, found: Outlined) {
        let Some(open) = self.open_document(tab).filter(|open| open.filter.serial == serial) else { return };
        let OpenDocument { filter, document, .. } = open;
        let folded = filter.folded_rows();
        filter.outline = found.outline;
        filter.places = Followed::new(revision);
        filter.places.add(filter.outline.rows().iter().map(|row| row.offset), document.splices());
        filter.fold_again(&folded, document.revision());
        (filter.running, filter.is_made, filter.is_cut, filter.failure) = (None, true, found.is_cut, None);
    }

    pub(super) fn outline_ended(&mut self, tab: TabId, serial: u64, failure: Option<String>) {
        let Some(open) = self.open_document(tab).filter(|open| open.filter.serial == serial) else { return };
        (open.filter.running, open.filter.failure) = (None, failure);
    }
}

/// Rows that stay though an edit makes them others than what the filter is about, so that a row does not
/// go away while a person types in it: all that a query found, else the selected one.
fn kept(filter: &Filter, selected: Option<RowId>) -> Vec<u64> {
    let rows = filter.outline.rows().iter().enumerate().filter(|(_, row)| row.is_found);
    let now = rows.filter_map(|(idx, _)| filter.outline.row_id(idx, &filter.places));
    let is_kept = |row: &RowId| filter.kind == TreeFilter::Matches || Some(*row) == selected;
    now.filter(is_kept).map(|row| row.offset).collect()
}
