//! What the session remembers. Read by panels, written by `apply` alone.

use super::action::{Action, Dialog};
use super::browser::Browser;
use super::calls::Calls;
use super::clipboard::CopiedRecords;
use super::comparing::Comparison;
use super::cursor::ByteCursor;
use super::filtering::Filter;
use super::notices::About;
use super::reaching::Reaching;
use super::schemas::Removed;
use super::searching::Search;
use super::settings::Settings;
use crate::document::problem::Problem;
use crate::document::{Anchored, Chain, Document, Path as FieldPath, ReadMode, Row, RowId, Snapshot, Tree};
use crate::schema::{LoadReport, MessageDescriptor, Ranking, Schema};
use crate::worker::SchemaSources;
use crate::worker::SourceList;
use crate::worker::jobs::Place;
use crate::worker::{Entry, FileIdentity, FileSource, JobId, OpenMark};
use std::collections::VecDeque;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// Names a tab for as long as the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TabId(pub u64);

/// Everything a panel may draw. No `Debug` here: that of a descriptor can be endless.
pub struct State {
    pub schema: Arc<Schema>,
    /// Where it was loaded from.
    pub sources: SchemaSources,
    /// What became of every file of the sources; `None` if nothing was loaded.
    pub schema_report: Option<Arc<LoadReport>>,
    /// The same, made ready to be shown.
    pub source_list: SourceList,
    /// What was removed last from the sources, until they change otherwise.
    pub removed: Option<Removed>,
    pub browser: Browser,
    /// In the order of the tab bar.
    pub tabs: Vec<Tab>,
    pub active: Option<TabId>,
    pub settings: Settings,
    /// At most one at a time; the palette is one.
    pub dialog: Option<Dialog>,
    /// Why what was last asked for in the dialog cannot be done.
    pub refusal: Option<String>,
    /// What the list of differences shows while it is open.
    pub comparison: Option<Comparison>,
    pub calls: Calls,
    /// Short messages not yet taken by the window; see `Session::take_notices`.
    pub notices: Vec<Notice>,
    /// Of what earlier messages are to go; see `Session::take_outdated`.
    pub outdated: Vec<About>,
    /// Text for the clipboard not yet taken by the window; see `Session::take_clipboard`.
    pub clipboard: Option<String>,
    /// Records to be pasted, as long as their text is still on the clipboard.
    pub copied: Option<CopiedRecords>,
    /// How a path being typed can go on.
    pub listing: Option<Listing>,
    /// Long work in progress, oldest first.
    pub running: Vec<Running>,
    /// The window should close now.
    pub closing: bool,
}

/// What a folder holds, for the path field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The path as it was typed when this was asked for.
    pub prefix: PathBuf,
    /// Paths and whether they are folders.
    pub found: Vec<(PathBuf, bool)>,
    /// There were more.
    pub is_cut: bool,
}

/// One document, or what became of trying to open it.
pub struct Tab {
    pub id: TabId,
    /// The file's name, or `Untitled 1`, `Sample`.
    pub title: String,
    pub path: Option<PathBuf>,
    pub content: Content,
}

pub enum Content {
    Opening {
        job: JobId,
        /// The type asked for meanwhile.
        read_as: Option<MessageDescriptor>,
    },
    /// Why it could not be opened.
    Failed {
        message: String,
        hint: Option<String>,
    },
    Open(Box<OpenDocument>),
}

/// A document and what a person sees of it.
pub struct OpenDocument {
    pub document: Document,
    pub tree: Tree,
    /// How the type was come by.
    pub choice: TypeChoice,
    /// Made in the background; `None` until it is there.
    pub ranking: Option<Arc<Ranking>>,
    /// What the selected payload looks like, if it is one that may be read as any message.
    pub guess: Option<Guess>,
    pub selection: Option<Selection>,
    /// In the bytes, where the hex pane types.
    pub cursor: ByteCursor,
    pub problems: ProblemList,
    pub search: Search,
    pub filter: Filter,
    /// Rows that open when they come into view; `None` if none do.
    pub reaching: Option<Reaching>,
    /// The file as it was opened or last saved; `None` for what was never on disk.
    pub identity: Option<FileIdentity>,
    pub disk: DiskState,
    /// Another window has the same file open.
    pub open_elsewhere: Option<String>,
    /// What differs from the last saved state is being written to disk.
    pub saving: Option<JobId>,
    /// Counts reveals, so that panels scroll to the selection once per jump and not every frame.
    pub n_reveals: u64,
    /// The full name of the method that it is a request of; `None` if that was not said.
    pub intended_method: Option<String>,
    /// What only the session needs.
    pub(super) backing: Backing,
}

/// Where a document comes from and what is to be done about it; not drawn.
#[derive(Default)]
pub(super) struct Backing {
    /// The file that is read; `None` for what was never on disk.
    pub file: Option<Arc<FileSource>>,
    /// Keeps other windows told that the file is open.
    pub mark: Option<OpenMark>,
    /// What the file on disk holds, as opened or as last saved.
    pub base: Option<(FileIdentity, Snapshot)>,
    /// The revision, and whether it was modified, that the journal was told of.
    pub journalled: Option<(usize, bool)>,
    /// The journal refused; said once.
    pub is_unjournalled: bool,
    /// The revision and type that were checked.
    pub checked: Option<(usize, Option<String>)>,
    /// The revision at which looking for absent fields failed.
    pub unsurveyed: Option<usize>,
    /// The revision at which finding records failed.
    pub unindexed: Option<usize>,
    pub is_ranked: bool,
    /// Whether the first rows were opened.
    pub is_unfolded: bool,
    /// The type that it was read as until a schema did not declare it any more.
    pub lost_type: Option<String>,
    /// An edit is being prepared or a place looked for.
    pub thinking: Option<JobId>,
    /// Asked for meanwhile, with the revision that was meant.
    pub waiting: VecDeque<(usize, Action)>,
    /// To be selected as soon as the index reaches it.
    pub reveal: Option<Place>,
    /// An earlier session's entry of the journal that it was made from, until this session's is written.
    pub restored_from: Option<Entry>,
    /// What the disk was found to hold when it changed; `None` if nothing.
    pub found_on_disk: Option<FileIdentity>,
}

/// How the root's type was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeChoice {
    /// Ranking is still going on.
    Pending,
    /// Clearly best in the ranking.
    Ranked,
    /// By a person, an argument or memory.
    Chosen,
    /// Nothing fits clearly; a person should pick.
    Unclear,
}

/// The one thing selected, shown everywhere: tree, hex, path bar, inspector.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    pub row: RowId,
    /// The number of the row in the tree; brought up to date by `apply`.
    pub row_number: u64,
    /// The records around it, outermost first.
    pub chain: Chain,
    /// All bytes of the row.
    pub range: Range<u64>,
    pub path: FieldPath,
}

/// Types ranked for the payload of one record.
pub struct Guess {
    pub row: RowId,
    pub revision: usize,
    /// Made in the background; `None` until it is there.
    pub ranking: Option<Arc<Ranking>>,
}

/// The file on disk, compared with what is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiskState {
    #[default]
    Same,
    Changed,
    Deleted,
}

/// What a check found.
#[derive(Debug, Default)]
pub struct ProblemList {
    /// The first ones, in wire order.
    pub found: Vec<Problem>,
    pub n_errors: u64,
    pub n_warnings: u64,
    pub n_notes: u64,
    /// The document's revision that was checked; `None` before the first check ends.
    pub revision: Option<usize>,
    pub checking: Option<JobId>,
}

/// Work that goes on beside the window.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    pub job: JobId,
    /// Such as `Exporting send.json`.
    pub label: String,
    pub n_done: u64,
    pub n_total: u64,
    /// Whether these are bytes; otherwise only their ratio says something.
    pub in_bytes: bool,
    /// It goes on until somebody else ends it; how much there is in all is not known.
    pub has_no_end: bool,
    /// Shown in the status bar with a cancel button; quick helpers are not.
    pub is_shown: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeTone {
    Done,
    Note,
    Warning,
    Error,
}

/// A short message for a toast.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub tone: NoticeTone,
    pub text: String,
    /// Takes back what it tells of.
    pub undo: Option<Action>,
    /// It goes once something newer is said of this.
    pub about: Option<About>,
}

impl State {
    pub fn tab(&self, id: TabId) -> Option<&Tab> {
        self.tabs.iter().find(|tab| tab.id == id)
    }

    pub fn active_tab(&self) -> Option<&Tab> {
        self.tab(self.active?)
    }

    /// The document in front, if one is open there.
    pub fn active_document(&self) -> Option<&OpenDocument> {
        self.active_tab()?.document()
    }
}

impl Backing {
    /// Whether rows asked for bytes that are still to be brought.
    pub fn lacks_bytes(&self) -> bool {
        self.file.as_ref().is_some_and(|file| file.has_wanted())
    }
}

impl Tab {
    pub fn document(&self) -> Option<&OpenDocument> {
        match &self.content {
            Content::Open(open) => Some(open),
            Content::Opening { .. } | Content::Failed { .. } => None,
        }
    }

    /// Whether closing it would lose something.
    pub fn is_modified(&self) -> bool {
        self.document().is_some_and(|open| open.document.is_modified())
    }
}

impl OpenDocument {
    pub fn message(&self) -> Option<&MessageDescriptor> {
        self.document.message()
    }

    /// The rows of this range as far as their bytes are at hand; `Session::fetch_missing` brings the
    /// others.
    pub fn rows(&self, range: Range<u64>) -> Vec<Row> {
        self.tree.rows(self.document.snapshot(), range, ReadMode::Cached)
    }

    /// The row that is selected.
    pub fn selected_row(&self) -> Option<Row> {
        self.row(self.selection.as_ref()?.row)
    }

    /// Where a problem is by now; it was found in an earlier revision if edits came since.
    pub fn offset_of(&self, problem: &Problem) -> u64 {
        let splices = self.document.splices();
        let n_before = self.problems.revision.unwrap_or(splices.len());
        match splices.resolve(splices.anchor_at(problem.range.start, n_before)) {
            Anchored::At(offset) | Anchored::Gone(offset) => offset,
        }
    }

    /// A byte of the row that a problem belongs to: of one of a message as a whole the message's own
    /// record, not the first in it.
    pub fn place_of(&self, problem: &Problem) -> u64 {
        let at = self.offset_of(problem);
        if problem.kind.is_of_message() { at.saturating_sub(1) } else { at }
    }

    /// The visible row with this id.
    pub fn row(&self, id: RowId) -> Option<Row> {
        self.tree.find(self.document.snapshot(), id, ReadMode::Cached)
    }
}
