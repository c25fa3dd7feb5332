//! The one thing selected, and which rows are open.

use super::action::{Dialog, SelectTarget};
use super::cursor;
use super::editing::After;
use super::session::Session;
use super::state::{NoticeTone, OpenDocument, Selection};
use crate::document::{
    Document, Facet, Meaning, Path as FieldPath, ReadMode, Reader, Resolved, Row, RowId, SMALL_WINDOW, Step,
    Target, forms_runs, path_of,
};
use crate::worker::jobs::{Outcome, Place, Plan};

impl Session {
    pub(super) fn select(&mut self, target: SelectTarget) {
        self.state.refusal = None;
        // Where a path leads is found out first.
        let is_path = matches!(target, SelectTarget::Path(_) | SelectTarget::PathOrOffset(..));
        if self.state.dialog == Some(Dialog::GoTo) && !is_path {
            self.state.dialog = None;
        }
        let Some((tab, open)) = self.active() else { return };
        let revision = open.document.revision();
        match target {
            SelectTarget::Row(number) => {
                if let Some(row) = open.rows(number..number.saturating_add(1)).pop() {
                    select_row(open, &row);
                }
            }
            SelectTarget::Offset(offset) => {
                let len = open.document.len();
                if offset >= len {
                    let text = format!("Offset {offset} lies beyond the document's {len} bytes");
                    return self.notify(NoticeTone::Error, text);
                }
                if !select_offset(open, offset) || open.backing.lacks_bytes() {
                    let row = RowId { offset, facet: Facet::Record };
                    open.backing.reveal = Some(Place { chain: Vec::new(), row });
                    cursor::place(open, offset, None);
                }
            }
            SelectTarget::Path(ref path) | SelectTarget::PathOrOffset(ref path, _) => {
                let path = path.clone();
                let action = super::action::Action::Select(target);
                let shows_absent = open.tree.shows_absent();
                let plan: Plan = Box::new(move |document, _| find_path(document, &path, shows_absent));
                self.think(tab, revision, action, After::Keep, plan);
            }
            SelectTarget::Sibling { forward } => self.select_sibling(forward),
            SelectTarget::Change { forward } => self.select_change(forward),
            SelectTarget::Named { start, here } => self.select_named(&start, here),
            SelectTarget::Parent => {
                let Some(row) = open.selected_row() else { return };
                let above = open.tree.row_of_branch(row.branch);
                let above = above.and_then(|number| open.rows(number..number + 1).pop());
                if let Some(above) = above {
                    select_row(open, &above);
                    open.n_reveals += 1;
                }
            }
        }
    }

    pub(super) fn expand_row(&mut self, number: u64) {
        let Some((_, open)) = self.active() else { return };
        if let Some(row) = open.rows(number..number.saturating_add(1)).pop() {
            open.tree.expand(open.document.snapshot(), &row, ReadMode::Cached);
            refresh(open);
        }
    }

    pub(super) fn collapse_row(&mut self, number: u64) {
        let Some((_, open)) = self.active() else { return };
        if let Some(row) = open.rows(number..number.saturating_add(1)).pop() {
            open.tree.collapse(&row);
            open.keep_closed(row.id);
            // What was selected inside is hidden now.
            if open.selection.is_some() && open.selected_row().is_none() {
                select_row(open, &row);
            }
            refresh(open);
        }
    }

    pub(super) fn collapse_all(&mut self) {
        if self.fold_below(0) {
            return;
        }
        let Some((_, open)) = self.active() else { return };
        let offset = open.selection.as_ref().map(in_what_is_around);
        open.tree.collapse_all();
        open.reaching = None;
        if let Some(offset) = offset
            && let Some(row) = open.tree.deepest(open.document.snapshot(), offset, ReadMode::Cached)
        {
            select_row(open, &row);
            open.n_reveals += 1;
        }
    }

    pub(super) fn reveal_pending(&mut self) {
        if let Some((_, open)) = self.active() {
            super::documents::unfold(open);
            let mut reader = Reader::new(open.document.snapshot(), ReadMode::Cached, SMALL_WINDOW);
            open.tree.survey_wanting(&mut reader);
            refresh(open);
            reveal_pending(open);
        }
    }
}

/// A byte that the rows around the selected one have too: of what is absent the last one in front of
/// its message's records.
pub(super) fn in_what_is_around(selection: &Selection) -> u64 {
    match selection.row.facet {
        Facet::Absent(_) => selection.row.offset.saturating_sub(1),
        _ => selection.range.start,
    }
}

/// The row that a path means, as a place.
pub(super) fn find_path(document: &Document, path: &FieldPath, shows_absent: bool) -> Outcome {
    let resolved = match document.resolve(path) {
        Ok(resolved) => resolved,
        Err(error) => {
            let oneof = find_absent(document, path, shows_absent);
            return oneof.unwrap_or_else(|| Outcome::Refused(error.to_string()));
        }
    };
    let Resolved { target, field, .. } = resolved;
    let record = |offset| RowId { offset, facet: Facet::Record };
    let names_all = field.as_ref().is_some_and(forms_runs) && matches!(path.0.last(), Some(Step::Field(_)));
    let place = match target {
        Target::Root => None,
        Target::Absent { .. } => {
            let absent = find_absent(document, path, shows_absent);
            let nothing = || Outcome::Refused(format!("There is nothing at \"{path}\""));
            return absent.unwrap_or_else(nothing);
        }
        Target::Records(records) if names_all => {
            let is_run = records.len() > 1
                || !matches!(records.first().map(|first| &first.meaning), Some(Meaning::Packed(_)));
            let facet = if is_run { Facet::Run } else { Facet::Record };
            records.first().map(|first| (first.chain.clone(), RowId { offset: first.at.offset, facet }))
        }
        Target::Records(records) => records.last().map(|last| (last.chain.clone(), record(last.at.offset))),
        Target::Entries { entries, .. } => {
            entries.last().map(|last| (last.chain.clone(), record(last.at.offset)))
        }
        Target::Element { record, range, .. } => {
            let mut chain = record.chain.clone();
            chain.push(record.at.offset);
            Some((chain, RowId { offset: range.start, facet: Facet::Element }))
        }
    };
    match place {
        Some((chain, row)) => Outcome::Found(Place { chain, row }),
        None => Outcome::Refused("The whole message is the tree itself".to_owned()),
    }
}

/// The row of a field that is not set or of a oneof, whose name is no field's; of a oneof the member
/// that is set, if one is.
fn find_absent(document: &Document, path: &FieldPath, shows_absent: bool) -> Option<Outcome> {
    let (Step::Field(name), around) = path.0.split_last()? else { return None };
    let around = FieldPath(around.to_vec());
    let (chain, start, message) = match document.resolve(&around).ok()?.target {
        Target::Root => (Vec::new(), 0, document.message()?.clone()),
        Target::Records(mut records) => {
            let record = records.pop()?;
            let chain = [record.chain, vec![record.at.offset]].concat();
            (chain, record.at.payload().start, record.meaning.message()?)
        }
        _ => return None,
    };
    let oneof = message.oneofs().find(|oneof| oneof.name() == name && !oneof.is_synthetic());
    let number = match &oneof {
        Some(oneof) => oneof.fields().map(|member| member.number()).min()?,
        None => message.get_field_by_name(name)?.number(),
    };
    let members = oneof.iter().flat_map(|oneof| oneof.fields());
    let set = members.filter_map(|member| {
        match document.resolve(&around.with(Step::of_field(&member))).ok()?.target {
            Target::Records(mut records) => records.pop(),
            _ => None,
        }
    });
    if let Some(set) = set.max_by_key(|located| located.at.offset) {
        let row = RowId { offset: set.at.offset, facet: Facet::Record };
        return Some(Outcome::Found(Place { chain: set.chain, row }));
    }
    if !shows_absent {
        let text = format!("\"{path}\" is not set; show absent fields to go to it");
        return Some(Outcome::Refused(text));
    }
    let row = RowId { offset: start, facet: Facet::Absent(number) };
    Some(Outcome::Found(Place { chain, row }))
}

/// Makes a row the selection, and its first byte the cursor's.
pub(super) fn select_row(open: &mut OpenDocument, row: &Row) {
    open.backing.reveal = None;
    let Some(row_number) = open.tree.row_number(row) else { return };
    open.selection = Some(Selection {
        row: row.id,
        row_number,
        chain: open.tree.chain(row.branch),
        range: row.entry.range(),
        path: path_of(&open.tree, open.document.snapshot(), row, ReadMode::Cached),
    });
    cursor::place(open, row.entry.range().start, None);
}

/// Selects the innermost record that holds a byte, and puts the cursor there; `false` if it is not
/// to be had yet.
pub(super) fn select_offset(open: &mut OpenDocument, offset: u64) -> bool {
    let Some(row) = open.tree.reveal(open.document.snapshot(), offset, ReadMode::Cached) else {
        return false;
    };
    select_row(open, &row);
    cursor::place(open, offset, None);
    open.n_reveals += 1;
    true
}

/// Selects a row wherever it is, opening what is around it; `false` if it is not to be had yet.
pub(super) fn select_place(open: &mut OpenDocument, place: &Place, mode: ReadMode) -> bool {
    let found = open.tree.reveal_record(open.document.snapshot(), &place.chain, place.row, mode);
    match found {
        Some(row) if row.id == place.row => {
            select_row(open, &row);
            open.n_reveals += 1;
            true
        }
        _ => false,
    }
}

/// Selects what was asked for before its records had been found, if they have been by now.
pub(super) fn reveal_pending(open: &mut OpenDocument) {
    let Some(place) = open.backing.reveal.clone() else { return };
    let is_done = match place.chain.is_empty() {
        true => {
            let at_cursor = open.cursor.clone();
            let is_found = select_offset(open, place.row.offset);
            open.cursor = at_cursor;
            is_found && !open.backing.lacks_bytes()
        }
        false => select_place(open, &place, ReadMode::Cached),
    };
    open.backing.reveal = (!is_done).then_some(place);
}

/// Brings the selection's row number up to date after rows were opened, closed or found.
pub(super) fn refresh(open: &mut OpenDocument) {
    let number = open.selected_row().and_then(|row| open.tree.row_number(&row));
    if let (Some(selection), Some(number)) = (&mut open.selection, number) {
        selection.row_number = number;
    }
}

/// The row's words for a label of the history, such as `topic.name`.
pub(super) fn name_of(path: &FieldPath) -> String {
    if path.is_root() { "the message".to_owned() } else { path.to_string() }
}
