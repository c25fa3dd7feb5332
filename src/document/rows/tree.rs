//! Branches: what is expanded, and how many rows that makes.

use super::super::doc::Document;
use super::super::edit::Chain;
use super::super::index::Index;
use super::super::level::{Meaning, MessageAt};
use super::super::reader::{Reader, SMALL_WINDOW};
use super::super::reading::Scope;
use super::super::snapshot::Snapshot;
use super::super::source::{ReadMode, SourceError};
use super::entry::{Entry, Facet, Row, RowId, Standing};
use super::survey::Survey;
use crate::schema::{FieldDescriptor, MessageDescriptor};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Bytes and records that expanding may look at before the rest is left to a background pass.
const EXPAND_BYTES: u64 = 1 << 20;
const EXPAND_RECORDS: u64 = 20_000;

/// An expanded row, or the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BranchId(pub(super) u32);

#[derive(Clone)]
pub(super) struct Branch {
    pub parent: Option<(BranchId, u64)>,
    pub what: What,
    /// By their place in this branch.
    pub children: BTreeMap<u64, BranchId>,
    /// Rows of its own.
    pub n_own: u64,
    /// Own rows and those of everything expanded below.
    pub n_rows: u64,
    pub depth: u32,
    /// It is in a message that a later record overrides.
    pub is_overridden: bool,
    /// Its bytes are a message by a reading alone: no schema declares them to be one.
    pub is_reading: bool,
    pub error: Option<SourceError>,
    /// What the records say together; of messages alone.
    pub survey: Survey,
}

/// What an expanded row holds.
#[derive(Clone)]
pub(super) enum What {
    /// The records of a message; `record` is the offset of the record around it, none for the root.
    Message { record: Option<u64>, message: Option<MessageDescriptor>, scope: Scope, index: Index },
    /// The records of a run in the parent's message, from the record at `offset` on.
    Run { offset: u64, first_record: u64, first_element: u64, field: FieldDescriptor },
    /// The elements of a packed record.
    Packed { record: u64, field: FieldDescriptor, first_element: u64, index: Index },
}

impl What {
    /// The message whose records the branch holds.
    pub fn message(&self) -> Option<MessageAt> {
        match self {
            What::Message { message, index, scope, .. } => {
                Some(MessageAt { range: index.range(), message: message.clone(), scope: scope.clone() })
            }
            _ => None,
        }
    }

    pub fn index(&self) -> Option<&Index> {
        match self {
            What::Message { index, .. } | What::Packed { index, .. } => Some(index),
            What::Run { .. } => None,
        }
    }

    pub fn index_mut(&mut self) -> Option<&mut Index> {
        match self {
            What::Message { index, .. } | What::Packed { index, .. } => Some(index),
            What::Run { .. } => None,
        }
    }

    /// The row that the branch is the inside of; none for the root.
    pub fn row(&self) -> Option<RowId> {
        match self {
            What::Run { offset, .. } => Some(RowId { offset: *offset, facet: Facet::Run }),
            what => what.record().map(|offset| RowId { offset, facet: Facet::Record }),
        }
    }

    /// Offset of the record that the branch is the inside of.
    pub fn record(&self) -> Option<u64> {
        match self {
            What::Message { record, .. } => *record,
            What::Packed { record, .. } => Some(*record),
            What::Run { .. } => None,
        }
    }
}

/// An index that is not complete, to be advanced elsewhere and given back.
#[derive(Clone, Debug)]
pub struct IndexWork {
    pub branch: BranchId,
    /// The document's revision that the index belongs to.
    pub revision: usize,
    pub index: Index,
}

/// Names what is open in a tree: equal as long as no row was opened or closed and none is read as
/// something else.
#[derive(Clone, Debug)]
pub struct Shape(Arc<()>);

impl PartialEq for Shape {
    fn eq(&self, other: &Shape) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// See the module.
#[derive(Clone)]
pub struct Tree {
    pub(super) branches: Vec<Option<Branch>>,
    pub(super) free: Vec<u32>,
    /// Length of the document's splice log that the tree has followed.
    pub(super) n_followed: usize,
    /// Rows whose bytes were removed while they were expanded, with the log's length just before.
    pub(super) gone: Vec<(usize, Vec<RowId>)>,
    /// Whether fields without a record have rows.
    pub(super) shows_absent: bool,
    shape: Shape,
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_branches = self.branches.iter().flatten().count();
        write!(f, "Tree({} rows, {n_branches} branches)", self.n_rows())
    }
}

pub(super) const ROOT: BranchId = BranchId(0);

impl Tree {
    /// The tree of a document with only the root's rows.
    pub fn new(document: &Document, mode: ReadMode) -> Tree {
        let root = document.root();
        let index = Index::of_message(&root);
        let what = What::Message { record: None, index, message: root.message, scope: root.scope };
        let branch = Branch {
            parent: None,
            what,
            children: BTreeMap::new(),
            n_own: 0,
            n_rows: 0,
            depth: 0,
            is_overridden: false,
            is_reading: false,
            error: None,
            survey: Survey::default(),
        };
        let mut tree = Tree {
            branches: vec![Some(branch)],
            free: Vec::new(),
            n_followed: document.revision(),
            gone: Vec::new(),
            shows_absent: false,
            shape: Shape(Arc::new(())),
        };
        tree.advance(document.snapshot(), ROOT, mode);
        tree
    }

    /// Rows that are visible when scrolled to. Grows while the background pass goes on.
    pub fn n_rows(&self) -> u64 {
        self.branch(ROOT).map_or(0, |root| root.n_rows)
    }

    /// Whether all rows have been counted.
    pub fn is_counted(&self) -> bool {
        self.unfinished_branch().is_none()
    }

    pub(super) fn branch(&self, id: BranchId) -> Option<&Branch> {
        self.branches.get(id.0 as usize)?.as_ref()
    }

    pub(super) fn branch_mut(&mut self, id: BranchId) -> Option<&mut Branch> {
        self.branches.get_mut(id.0 as usize)?.as_mut()
    }

    fn unfinished_branch(&self) -> Option<BranchId> {
        let unfinished = |branch: &Branch| {
            branch.error.as_ref().is_none_or(|error| matches!(error, SourceError::Missing { .. }))
                && branch.what.index().is_some_and(|index| !index.is_done())
        };
        let idx = self.branches.iter().position(|branch| branch.as_ref().is_some_and(unfinished))?;
        Some(BranchId(idx as u32))
    }

    /// An index to be completed in the background, if there is one.
    pub fn index_work(&self) -> Option<IndexWork> {
        let branch = self.unfinished_branch()?;
        let index = self.branch(branch)?.what.index()?.clone();
        Some(IndexWork { branch, revision: self.n_followed, index })
    }

    /// Takes an advanced index back; `false` if the document has moved on since it was given out.
    pub fn take_index(&mut self, work: IndexWork, snapshot: &Snapshot) -> bool {
        let current = work.revision == self.n_followed;
        let Some(branch) = self.branch_mut(work.branch).filter(|_| current) else { return false };
        let Some(index) = branch.what.index_mut() else { return false };
        if index.range() != work.index.range() {
            return false;
        }
        *index = work.index;
        branch.error = None;
        self.recount(snapshot, work.branch, ReadMode::Cached);
        true
    }

    /// Lets a branch look at a bounded part of its bytes.
    pub(super) fn advance(&mut self, snapshot: &Snapshot, id: BranchId, mode: ReadMode) {
        self.look(snapshot, id, mode);
        self.recount(snapshot, id, mode);
    }

    fn look(&mut self, snapshot: &Snapshot, id: BranchId, mode: ReadMode) {
        let mut reader = Reader::new(snapshot, mode, SMALL_WINDOW * 4);
        if let Some(branch) = self.branch_mut(id)
            && let Some(index) = branch.what.index_mut()
        {
            branch.error = index.advance(&mut reader, EXPAND_BYTES, EXPAND_RECORDS).err();
        }
    }

    /// Counts a branch's own rows again, those of runs directly below it too.
    pub(super) fn recount(&mut self, snapshot: &Snapshot, id: BranchId, mode: ReadMode) {
        let mut reader = Reader::new(snapshot, mode, SMALL_WINDOW);
        self.recount_own(&mut reader, id, false);
        let runs: Vec<BranchId> =
            self.branch(id).map(|b| b.children.values().copied().collect()).unwrap_or_default();
        for run in runs {
            if self.branch(run).is_some_and(|branch| matches!(branch.what, What::Run { .. })) {
                self.recount_own(&mut reader, run, false);
                self.sum_rows(run);
            }
        }
        self.sum_rows(id);
    }

    /// `is_changed` says that the bytes of its message are others than before.
    pub(super) fn recount_own(&mut self, reader: &mut Reader<'_>, id: BranchId, is_changed: bool) {
        let n_own = self.count_own(reader, id);
        let survey = match is_changed || !self.keeps_survey(id) {
            true => Some(self.survey(reader, id)),
            false => None,
        };
        if let Some((n_own, branch)) = n_own.zip(self.branch_mut(id)) {
            let unread =
                branch.error.as_ref().is_some_and(|error| !matches!(error, SourceError::Missing { .. }));
            branch.survey = survey.unwrap_or_else(|| std::mem::take(&mut branch.survey));
            branch.n_own = n_own + u64::from(unread) + branch.survey.absent.len() as u64;
        }
        self.spread_overridden(id);
    }

    fn count_own(&self, reader: &mut Reader<'_>, id: BranchId) -> Option<u64> {
        let branch = self.branch(id)?;
        match &branch.what {
            What::Message { index, .. } | What::Packed { index, .. } => Some(index.n_rows()),
            What::Run { first_record, .. } => {
                let (parent, ordinal) = branch.parent?;
                let index = self.branch(parent)?.what.index()?;
                let end = index.seek_row(reader, ordinal + 1).ok()?.unwrap_or_else(|| index.frontier());
                Some(end.n_records.saturating_sub(*first_record))
            }
        }
    }

    /// Brings the row count of a branch and of everything around it up to date.
    pub(super) fn sum_rows(&mut self, id: BranchId) {
        let Some(branch) = self.branch(id) else { return };
        let below: u64 =
            branch.children.values().filter_map(|child| self.branch(*child)).map(|b| b.n_rows).sum();
        let growth = (branch.n_own + below).wrapping_sub(branch.n_rows);
        let mut next = Some(id).filter(|_| growth != 0);
        while let Some(branch) = next.and_then(|id| self.branch_mut(id)) {
            branch.n_rows = branch.n_rows.wrapping_add(growth);
            next = branch.parent.map(|(parent, _)| parent);
        }
    }

    /// Counts the rows of all branches anew, the innermost first.
    pub(super) fn sum_all(&mut self) {
        let open = self.branches.iter().enumerate();
        let mut by_depth: Vec<(u32, u32)> =
            open.filter_map(|(idx, branch)| Some((branch.as_ref()?.depth, idx as u32))).collect();
        by_depth.sort_unstable_by(|one, other| other.cmp(one));
        for (_, idx) in by_depth {
            let Some(branch) = self.branch(BranchId(idx)) else { continue };
            let below = branch.children.values().filter_map(|child| self.branch(*child));
            let n_rows = branch.n_own + below.map(|child| child.n_rows).sum::<u64>();
            if let Some(branch) = self.branch_mut(BranchId(idx)) {
                branch.n_rows = n_rows;
            }
        }
    }

    /// The rows `range` of the tree, fewer at its end.
    pub fn rows(&self, snapshot: &Snapshot, range: Range<u64>, mode: ReadMode) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut reader = Reader::new(snapshot, mode, SMALL_WINDOW);
        let mut at = if range.start < self.n_rows() { self.position(range.start) } else { None };
        while let Some((id, ordinal)) = at
            && (rows.len() as u64) < range.end.saturating_sub(range.start)
        {
            rows.push(self.row(&mut reader, id, ordinal));
            at = self.successor(id, ordinal);
        }
        rows
    }

    /// The branch and place of a row.
    fn position(&self, row: u64) -> Option<(BranchId, u64)> {
        let (mut id, mut row) = (ROOT, row);
        'branch: loop {
            let branch = self.branch(id)?;
            let mut n_below = 0;
            for (ordinal, child) in &branch.children {
                let own = ordinal + n_below;
                if row <= own {
                    break;
                }
                let n_rows = self.branch(*child)?.n_rows;
                if row <= own + n_rows {
                    row = row - own - 1;
                    id = *child;
                    continue 'branch;
                }
                n_below += n_rows;
            }
            return Some((id, row - n_below));
        }
    }

    pub(super) fn successor(&self, id: BranchId, ordinal: u64) -> Option<(BranchId, u64)> {
        if let Some(child) = self.branch(id)?.children.get(&ordinal)
            && self.branch(*child)?.n_own > 0
        {
            return Some((*child, 0));
        }
        let (mut id, mut ordinal) = (id, ordinal + 1);
        loop {
            let branch = self.branch(id)?;
            if ordinal < branch.n_own {
                return Some((id, ordinal));
            }
            let (parent, place) = branch.parent?;
            id = parent;
            ordinal = place + 1;
        }
    }

    /// The number of the row at this place of a branch.
    pub(super) fn number(&self, id: BranchId, ordinal: u64) -> Option<u64> {
        let (mut id, mut ordinal, mut number) = (id, ordinal, 0);
        loop {
            let branch = self.branch(id)?;
            let before = branch.children.range(..ordinal).filter_map(|(_, child)| self.branch(*child));
            number += ordinal + before.map(|child| child.n_rows).sum::<u64>();
            let Some((parent, place)) = branch.parent else { return Some(number) };
            number += 1;
            id = parent;
            ordinal = place;
        }
    }

    /// The records around the rows of a branch, outermost first.
    pub fn chain(&self, id: BranchId) -> Chain {
        let mut chain = Chain::new();
        let mut next = Some(id);
        while let Some(branch) = next.and_then(|id| self.branch(id)) {
            chain.extend(branch.what.record());
            next = branch.parent.map(|(parent, _)| parent);
        }
        chain.reverse();
        chain
    }

    /// The message whose records the rows of a branch are; for packed elements the message around
    /// their record.
    pub fn message_at(&self, id: BranchId) -> Option<MessageAt> {
        let branch = self.branch(id)?;
        branch.what.message().or_else(|| self.message_at_of_parent(branch))
    }

    fn message_at_of_parent(&self, branch: &Branch) -> Option<MessageAt> {
        let mut parent = branch.parent;
        while let Some((id, _)) = parent {
            let branch = self.branch(id)?;
            if let Some(message) = branch.what.message() {
                return Some(message);
            }
            parent = branch.parent;
        }
        None
    }

    /// The row that a branch is the inside of; `None` for the root.
    pub fn row_of_branch(&self, id: BranchId) -> Option<u64> {
        let (parent, ordinal) = self.branch(id)?.parent?;
        self.number(parent, ordinal)
    }

    /// The number of a row.
    pub fn row_number(&self, row: &Row) -> Option<u64> {
        self.number(row.branch, row.ordinal)
    }

    /// Opens a row. Does nothing if it cannot be opened or is open.
    pub fn expand(&mut self, snapshot: &Snapshot, row: &Row, mode: ReadMode) {
        if let Some(id) = self.open_row(snapshot, row, mode) {
            self.sum_rows(id);
        }
    }

    /// Opens a row whose own rows are still to be counted in what is around it.
    pub(super) fn open_row(&mut self, snapshot: &Snapshot, row: &Row, mode: ReadMode) -> Option<BranchId> {
        if row.is_expanded || !row.is_expandable() {
            return None;
        }
        let mut reader = Reader::new(snapshot, mode, SMALL_WINDOW);
        let what = match &row.entry {
            Entry::Run { field, range, .. } => {
                let start = self.run_start(&mut reader, row.branch, range.start, field.number());
                let (first_record, first_element) = start?;
                What::Run { offset: range.start, first_record, first_element, field: field.clone() }
            }
            Entry::Record { at, meaning: Meaning::Packed(field), element_idx } => What::Packed {
                record: at.offset,
                field: field.clone(),
                first_element: element_idx.unwrap_or(0),
                index: Index::of_packed(at.payload(), field),
            },
            Entry::Record { at, meaning, .. } => {
                let around = self.message_at(row.branch);
                let inside = around.and_then(|around| around.inside(at, meaning))?;
                let index = Index::of_message(&inside);
                let MessageAt { message, scope, .. } = inside;
                What::Message { record: Some(at.offset), message, scope, index }
            }
            _ => return None,
        };
        let branch = Branch {
            parent: Some((row.branch, row.ordinal)),
            what,
            children: BTreeMap::new(),
            n_own: 0,
            n_rows: 0,
            depth: row.depth + 1,
            is_overridden: row.is_overridden || row.standing == Some(Standing::Overridden),
            is_reading: row.is_reading || row.entry.is_reading(),
            error: None,
            survey: Survey::default(),
        };
        let id = self.insert(branch);
        if let Some(parent) = self.branch_mut(row.branch) {
            parent.children.insert(row.ordinal, id);
        }
        self.look(snapshot, id, mode);
        self.recount_own(&mut reader, id, false);
        Some(id)
    }

    /// What is open now; a clone has the same shape until one of both changes.
    pub fn shape(&self) -> Shape {
        self.shape.clone()
    }

    pub(super) fn reshape(&mut self) {
        self.shape = Shape(Arc::new(()));
    }

    fn insert(&mut self, branch: Branch) -> BranchId {
        self.reshape();
        match self.free.pop() {
            Some(idx) => {
                self.branches[idx as usize] = Some(branch);
                BranchId(idx)
            }
            None => {
                self.branches.push(Some(branch));
                BranchId(self.branches.len() as u32 - 1)
            }
        }
    }

    /// Closes a row and everything open below it.
    pub fn collapse(&mut self, row: &Row) {
        if let Some(child) =
            self.branch_mut(row.branch).and_then(|branch| branch.children.remove(&row.ordinal))
        {
            self.drop_branch(child);
            self.sum_rows(row.branch);
        }
    }

    /// Closes everything; only the root's rows are left.
    pub fn collapse_all(&mut self) {
        let children = self.branch_mut(ROOT).map(|root| std::mem::take(&mut root.children));
        children.unwrap_or_default().into_values().for_each(|child| self.drop_branch(child));
        self.sum_rows(ROOT);
    }

    /// Frees a branch that its parent no longer holds, with all below it.
    pub(super) fn drop_branch(&mut self, id: BranchId) {
        self.reshape();
        let mut doomed = vec![id];
        while let Some(id) = doomed.pop() {
            if let Some(branch) = self.branches.get_mut(id.0 as usize).and_then(Option::take) {
                doomed.extend(branch.children.values());
                self.free.push(id.0);
            }
        }
    }
}
