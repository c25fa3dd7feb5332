//! Keeping the tree where it is while the bytes below it change, and finding rows by offset.

use super::super::doc::Document;
use super::super::level::Meaning;
use super::super::reader::{Reader, SMALL_WINDOW};
use super::super::snapshot::Snapshot;
use super::super::source::{ReadMode, SourceError};
use super::super::splices::{Anchored, Hull, Splice};
use super::entry::{Entry, Facet, Row, RowId};
use super::tree::{Branch, BranchId, Tree, What};
use std::collections::BTreeMap;
use std::ops::Range;

/// Removals whose expanded rows are remembered for an undo.
const MAX_GONE: usize = 64;

impl Tree {
    /// Brings the tree up to date with the document after edits, undo or redo. What was expanded
    /// stays expanded; what was removed is closed, and opens again when the removal is undone.
    pub fn follow(&mut self, document: &Document, mode: ReadMode) {
        let splices: Vec<Splice> = document.splices().since(self.n_followed).collect();
        if !splices.is_empty() {
            self.follow_splices(document, &splices, mode);
        }
    }

    /// Brings the tree up to date with the readings chosen for the document. What is read as another
    /// message now is opened as that.
    pub fn reread(&mut self, document: &Document, mode: ReadMode) {
        self.reshape();
        if let Some(Branch { what: What::Message { scope, .. }, .. }) = self.branch_mut(BranchId::root()) {
            *scope = document.root().scope;
        }
        self.follow_splices(document, &[], mode);
    }

    fn follow_splices(&mut self, document: &Document, splices: &[Splice], mode: ReadMode) {
        let n_before = self.n_followed;
        self.n_followed = document.revision();
        let snapshot = document.snapshot();
        let mut reader = Reader::new(snapshot, mode, SMALL_WINDOW);
        let mut open = vec![(BranchId::root(), Some(document.root().range))];
        let mut in_order = Vec::new();
        while let Some((id, range)) = open.pop() {
            let is_changed = self.follow_index(&mut reader, id, range, splices);
            self.recount_own(&mut reader, id, is_changed);
            in_order.push(id);
            let Some(branch) = self.branch_mut(id) else { continue };
            let children = std::mem::take(&mut branch.children);
            let mut kept = BTreeMap::new();
            for child in children.into_values() {
                match self.follow_child(&mut reader, id, child, splices) {
                    Some((ordinal, range)) if !kept.contains_key(&ordinal) => {
                        kept.insert(ordinal, child);
                        open.push((child, range));
                    }
                    _ => self.forget(child, n_before),
                }
            }
            if let Some(branch) = self.branch_mut(id) {
                for (ordinal, child) in &kept {
                    branch.children.insert(*ordinal, *child);
                }
            }
            for (ordinal, child) in kept {
                if let Some(branch) = self.branch_mut(child) {
                    branch.parent = Some((id, ordinal));
                }
            }
        }
        for id in in_order.into_iter().rev() {
            self.recount(snapshot, id, mode);
        }
        self.bring_back(document, mode);
    }

    /// Returns whether bytes of the branch changed, or may be read as something else.
    fn follow_index(
        &mut self,
        reader: &mut Reader<'_>,
        id: BranchId,
        range: Option<Range<u64>>,
        splices: &[Splice],
    ) -> bool {
        let Some((branch, range)) = self.branch_mut(id).zip(range) else { return true };
        let Some(index) = branch.what.index_mut() else { return true };
        let (start, len) = (index.range().start, index.range().end - index.range().start);
        let hull = Hull::inside(splices.iter().copied(), start);
        let is_inside = hull.is_some_and(|hull| hull.before.start <= len);
        let is_changed = splices.is_empty() || is_inside || len != range.end - range.start;
        branch.error = index.follow(reader, splices, range).err();
        is_changed
    }

    /// Finds an open row's new place in its branch, and the bytes that its own rows stand for;
    /// `None` if its bytes are gone or mean something else now.
    fn follow_child(
        &mut self,
        reader: &mut Reader<'_>,
        parent: BranchId,
        child: BranchId,
        splices: &[Splice],
    ) -> Option<(u64, Option<Range<u64>>)> {
        let (offset, is_run) = match &self.branch(child)?.what {
            What::Run { offset, .. } => (*offset, true),
            what => (what.record()?, false),
        };
        let moved = map_all(offset, splices);
        let offset = match moved {
            Ok(offset) => offset,
            Err(place) if is_run => place,
            Err(_) => return None,
        };
        let ordinal = self.ordinal_at(reader, parent, offset).ok()??;
        let entry = self.row(reader, parent, ordinal).entry;
        let around = self.message_at(parent);
        let run_start = match &entry {
            Entry::Run { field, range, .. } => {
                Some(self.run_start(reader, parent, range.start, field.number())?)
            }
            _ => None,
        };
        match (&mut self.branch_mut(child)?.what, entry) {
            (
                What::Run { offset, first_record, first_element, field },
                Entry::Run { field: now, range, .. },
            ) => {
                if *field != now {
                    return None;
                }
                *offset = range.start;
                (*first_record, *first_element) = run_start?;
                Some((ordinal, None))
            }
            (What::Message { record, message, scope, .. }, Entry::Record { at, meaning, .. })
                if at.offset == offset =>
            {
                let inside = around?.inside(&at, &meaning)?;
                if inside.message != *message {
                    return None;
                }
                *scope = inside.scope;
                *record = Some(offset);
                Some((ordinal, Some(at.payload())))
            }
            (
                What::Packed { record, field, first_element, .. },
                Entry::Record { at, meaning: Meaning::Packed(now), element_idx },
            ) if at.offset == offset && *field == now => {
                *record = offset;
                *first_element = element_idx.unwrap_or(0);
                Some((ordinal, Some(at.payload())))
            }
            _ => None,
        }
    }

    /// Records of the message, and elements of the field, before the run that starts at `offset`.
    pub(super) fn run_start(
        &self,
        reader: &mut Reader<'_>,
        id: BranchId,
        offset: u64,
        number: u32,
    ) -> Option<(u64, u64)> {
        let index = self.branch(id)?.what.index()?;
        let (place, _) = index.seek_offset(reader, offset).ok()??;
        Some((place.n_records, index.n_elements_before(reader, place, number).ok()?))
    }

    /// Closes a row whose bytes are gone, and remembers what was open.
    fn forget(&mut self, id: BranchId, n_before: usize) {
        let mut opened = Vec::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            let Some(branch) = self.branch(id) else { continue };
            opened.extend(branch.what.row());
            open.extend(branch.children.values());
        }
        self.drop_branch(id);
        if self.gone.len() == MAX_GONE {
            self.gone.remove(0);
        }
        self.gone.push((n_before, opened));
    }

    /// Rows in `range` that are open, what is around a row before it.
    pub fn opened_in(&self, range: &Range<u64>) -> Vec<RowId> {
        let rows = self.branches.iter().flatten().filter_map(|branch| {
            let row = branch.what.row()?;
            range.contains(&row.offset).then_some((branch.depth, row))
        });
        let mut rows: Vec<(u32, RowId)> = rows.collect();
        rows.sort_unstable();
        rows.into_iter().map(|(_, row)| row).collect()
    }

    fn bring_back(&mut self, document: &Document, mode: ReadMode) {
        let mut still_gone = Vec::new();
        for (n_before, opened) in std::mem::take(&mut self.gone) {
            let now = |row: &RowId| match document
                .splices()
                .resolve(document.splices().anchor_at(row.offset, n_before))
            {
                Anchored::At(offset) => Some(RowId { offset, facet: row.facet }),
                Anchored::Gone(_) => None,
            };
            let back: Vec<RowId> = opened.iter().filter_map(now).collect();
            if back.len() < opened.len() {
                still_gone.push((n_before, opened));
                continue;
            }
            let mut is_back = true;
            for id in back {
                if let Some(row) = self.find(document.snapshot(), id, mode) {
                    self.expand(document.snapshot(), &row, mode);
                    is_back &= row.is_expandable();
                }
            }
            // It is there, but read as what cannot be opened for now.
            if !is_back {
                still_gone.push((n_before, opened));
            }
        }
        self.gone = still_gone;
    }

    /// The visible row with this id.
    pub fn find(&self, snapshot: &Snapshot, id: RowId, mode: ReadMode) -> Option<Row> {
        let mut reader = Reader::new(snapshot, mode, SMALL_WINDOW);
        let mut branch = BranchId::root();
        loop {
            if let Some(row) = self.absent_row(&mut reader, branch, id) {
                return Some(row);
            }
            // What is absent from a message is looked for through the record around it.
            let inside = u64::from(matches!(id.facet, Facet::Absent(_)));
            let ordinal = self.ordinal_at(&mut reader, branch, id.offset.checked_sub(inside)?).ok()??;
            let row = self.row(&mut reader, branch, ordinal);
            if row.id == id {
                return Some(row);
            }
            branch = *self.branch(branch)?.children.get(&ordinal)?;
        }
    }

    /// The row with this id behind the records of a branch, if its message is the one that is meant.
    pub(super) fn absent_row(&self, reader: &mut Reader<'_>, id: BranchId, row: RowId) -> Option<Row> {
        let Facet::Absent(number) = row.facet else { return None };
        let What::Message { index, .. } = &self.branch(id)?.what else { return None };
        let ordinal = self.ordinal_of_absent(id, number).filter(|_| index.range().start == row.offset)?;
        Some(self.row(reader, id, ordinal))
    }

    /// The deepest visible row that holds the byte at `offset`.
    pub fn deepest(&self, snapshot: &Snapshot, offset: u64, mode: ReadMode) -> Option<Row> {
        let mut reader = Reader::new(snapshot, mode, SMALL_WINDOW);
        let (mut branch, mut found) = (BranchId::root(), None);
        while let Ok(Some(ordinal)) = self.ordinal_at(&mut reader, branch, offset) {
            let row = self.row(&mut reader, branch, ordinal);
            if !row.entry.range().contains(&offset) {
                break;
            }
            found = Some(row);
            match self.branch(branch).and_then(|branch| branch.children.get(&ordinal)) {
                Some(child) => branch = *child,
                None => break,
            }
        }
        found
    }

    /// The place in a branch of the row that holds the byte at `offset`.
    pub(super) fn ordinal_at(
        &self,
        reader: &mut Reader<'_>,
        id: BranchId,
        offset: u64,
    ) -> Result<Option<u64>, SourceError> {
        let Some(branch) = self.branch(id) else { return Ok(None) };
        let (index, first_record) = match &branch.what {
            What::Message { index, .. } | What::Packed { index, .. } => (index, None),
            What::Run { first_record, .. } => {
                let parent = branch.parent.and_then(|(parent, _)| self.branch(parent));
                let Some(index) = parent.and_then(|parent| parent.what.index()) else { return Ok(None) };
                (index, Some(*first_record))
            }
        };
        Ok(match index.seek_offset(reader, offset)? {
            Some((place, next)) => match first_record {
                Some(first) => place.n_records.checked_sub(first).filter(|ordinal| *ordinal < branch.n_own),
                None => Some(next.n_rows - 1),
            },
            None => {
                let rest = index.rest().filter(|(start, _)| *start <= offset && offset < index.range().end);
                rest.filter(|_| first_record.is_none()).map(|_| index.frontier().n_rows)
            }
        })
    }
}

impl BranchId {
    /// The branch of the root's rows.
    pub fn root() -> BranchId {
        super::tree::ROOT
    }

    pub(super) fn of_idx(idx: u32) -> BranchId {
        BranchId(idx)
    }
}

fn map_all(offset: u64, splices: &[Splice]) -> Result<u64, u64> {
    let mut gone = false;
    let mut at = offset;
    for splice in splices {
        at = splice.map(at).unwrap_or_else(|place| {
            gone = true;
            place
        });
    }
    if gone { Err(at) } else { Ok(at) }
}
