//! Doing edits, and bringing rows and selection along.

use super::action::{Action, Dialog, Question, SelectTarget};
use super::adopting;
use super::after::{self, Before};
use super::cursor::{self, CursorAfter};
use super::documents::row_now;
use super::fixing;
use super::jobs::Purpose;
use super::lifting::{self, Destination};
use super::plans::{self, Inside, Spot, Value};
use super::selection;
use super::session::Session;
use super::state::{NoticeTone, OpenDocument, TabId};
use super::structures;
use crate::document::problem::Wanted;
use crate::document::{
    Act, Anchored, Document, Edit, Facet, Gesture, MessagePart, Path as FieldPath, ReadMode, RowId, Stepped,
};
use crate::worker::Job;
use crate::worker::jobs::{Done, Looked, Outcome, Place, Plan, PlanEdit, Planned, ReadSmallFile};
use std::ops::{ControlFlow, Range};
use std::path::PathBuf;

/// A document up to this many bytes is looked through at once.
const AT_ONCE: u64 = 1 << 20;
/// Asked for while another edit is prepared.
const MAX_WAITING: usize = 256;
/// Bytes of a file that become a value.
const MAX_PAYLOAD: u64 = 256 << 20;

/// What is selected after an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// The same record or element as before.
    Keep,
    /// What was added.
    New,
    /// The first record that was written.
    First,
    /// What stands where something was removed.
    Gone,
    /// The bytes at the cursor.
    Cursor(CursorAfter),
    /// What was moved, a row of this facet.
    Moved(Facet),
}

impl Session {
    pub(super) fn edit(&mut self, action: Action) {
        match action {
            Action::Bytes(act) => return self.act_on_bytes(act),
            Action::Paste(text) => return self.paste(text),
            _ => {}
        }
        self.state.refusal = None;
        // A key is looked at first: see `answered`.
        if let Some(Dialog::AddField { .. } | Dialog::OneofMember { .. }) = self.state.dialog {
            self.state.dialog = None;
        }
        let Some((tab, open)) = self.active() else { return };
        let revision = open.document.revision();
        if open.backing.thinking.is_some() {
            return wait(open, revision, action);
        }
        if let Action::AddElement { row, key: None } = &action
            && open.row(*row).is_some_and(|row| row.entry.field().is_some_and(|field| field.is_map()))
        {
            self.state.dialog = Some(Dialog::MapKey { row: *row });
            return;
        }
        match plan(open, &action) {
            Some((plan, after)) => self.think(tab, revision, action, after, plan),
            None => {
                self.answered(&action);
                self.notify(NoticeTone::Warning, "This row is no longer there; select it again");
            }
        }
    }

    /// Makes a plan, at once or in the background, and then does what it came to.
    pub(super) fn think(&mut self, tab: TabId, revision: usize, action: Action, after: After, plan: Plan) {
        let Some(open) = self.open_document(tab) else { return };
        let label = adopting::label(open, &action);
        if open.document.len() <= AT_ONCE && label.is_none() {
            let outcome = plan(&open.document, &mut |_| ControlFlow::Continue(()));
            self.planned(tab, revision, action, after, Planned { outcome, done: None });
            return;
        }
        let selection = open.selection.as_ref().map(|selection| selection.row.offset);
        let job = PlanEdit { document: open.document.clone(), tree: open.tree.clone(), selection, plan };
        let purpose = Purpose::Plan { tab, revision, action, after };
        let job = self.start(purpose, Job::PlanEdit(job), label.unwrap_or_default());
        if let Some(open) = self.open_document(tab) {
            open.backing.thinking = Some(job);
        }
    }

    /// Goes on with what was asked for while an edit was prepared, unless a question comes first.
    pub(super) fn think_on(&mut self) {
        let front = self.state.active;
        for tab in self.state.tabs.iter().map(|tab| tab.id).collect::<Vec<_>>() {
            while !matches!(self.state.dialog, Some(Dialog::Question(_)))
                && let Some(open) = self.open_document(tab)
                && open.backing.thinking.is_none()
                && let Some((revision, action)) = open.backing.waiting.pop_front()
            {
                let action = brought_forward(open, revision, action);
                self.state.active = Some(tab);
                self.edit(action);
                self.state.active = front;
            }
        }
    }

    pub(super) fn planned(
        &mut self,
        tab: TabId,
        revision: usize,
        action: Action,
        after: After,
        planned: Planned,
    ) {
        let Planned { outcome, done } = planned;
        let Some(open) = self.open_document(tab) else { return };
        open.backing.thinking = None;
        let is_stale = open.document.revision() != revision;
        if let (Outcome::Refused(_), Action::Select(SelectTarget::PathOrOffset(_, offset))) =
            (&outcome, &action)
        {
            let (offset, is_there) = (*offset, *offset < open.document.len());
            self.answered(&action);
            return if is_there {
                self.select(SelectTarget::Offset(offset))
            };
        }
        if let (Outcome::Refused(reason), false) = (&outcome, is_stale)
            && asks_for(self.state.dialog.as_ref(), &action)
        {
            self.state.refusal = Some(reason.clone());
            return;
        }
        self.answered(&action);
        let Some(open) = self.open_document(tab) else { return };
        match outcome {
            Outcome::Found(place) => {
                let chain = place.chain.iter();
                let chain = chain
                    .map(|offset| row_now(open, RowId { offset: *offset, ..place.row }, revision).offset);
                let place = Place { chain: chain.collect(), row: row_now(open, place.row, revision) };
                if !selection::select_place(open, &place, ReadMode::Cached) {
                    open.backing.reveal = Some(place);
                }
            }
            _ if is_stale => self.notify(NoticeTone::Warning, "The document changed meanwhile; try again"),
            Outcome::Act(act) => self.make(tab, act, after, done),
            Outcome::Noted { act, note } => {
                self.make(tab, act, after, done);
                self.notify(NoticeTone::Note, note);
            }
            Outcome::Copied(copied) => self.copied(tab, *copied, done),
            Outcome::Occupied { path } => self.ask_occupied(action, &path),
            Outcome::Undo => self.step(tab, done, Document::undo),
            Outcome::TakeBack => self.step(tab, done, Document::take_back),
            Outcome::Redo => self.step(tab, done, Document::redo),
            Outcome::Refused(reason) => self.notify(NoticeTone::Error, reason),
            Outcome::GoToStep(n_applied) => self.step(tab, done, |document| document.go_to_step(n_applied)),
            Outcome::Older { n_older } => {
                if let Action::Remove(row) = action {
                    self.state.dialog = Some(Dialog::Question(Question::OlderValue { row, n_older }));
                }
            }
            Outcome::Loses { losses } => {
                if let Action::SetValue { row, text, gesture } = action {
                    let then = Box::new(Action::ReplaceValue { row, text, gesture });
                    self.state.dialog = Some(Dialog::Question(Question::LosesOnReplace { losses, then }));
                }
            }
        }
    }

    /// Closes the dialog that asked for what an action did.
    fn answered(&mut self, action: &Action) {
        if asks_for(self.state.dialog.as_ref(), action) {
            self.state.dialog = None;
        }
    }

    pub(super) fn apply_act(&mut self, tab: TabId, mut act: Act, after: After) {
        let Some(open) = self.open_document(tab) else { return };
        let before = Before::of(open, &act);
        act.selection = act.selection.or(before.selected());
        match open.document.apply(&act) {
            Err(error) => {
                let text = format!("{} is not possible: {error}", act.label);
                self.notify(NoticeTone::Error, text);
            }
            // The value is the present one.
            Ok(false) => {
                if let After::Cursor(to) = after {
                    cursor::place_after(open, to, before.revision());
                }
            }
            Ok(true) => {
                open.tree.follow(&open.document, ReadMode::Wait);
                before.show(open, &act, after);
            }
        }
    }

    fn step(
        &mut self,
        tab: TabId,
        done: Option<Box<Done>>,
        step: impl FnOnce(&mut Document) -> Option<Stepped>,
    ) {
        let Some(open) = self.open_document(tab) else { return };
        let before = open.selection.clone();
        let n_before = open.document.revision();
        let Some(stepped) = adopting::step(open, done, step) else { return };
        // What was set on an absent field is an absent field again.
        let gone = before.as_ref().filter(|before| {
            let splices = open.document.splices();
            let anchor = splices.anchor_at(before.row.offset, n_before);
            open.tree.shows_absent() && matches!(splices.resolve(anchor), Anchored::Gone(_))
        });
        let absent = gone.map(|gone| gone.path.clone());
        let is_back =
            before.as_ref().is_some_and(|before| after::select_what_came_back(open, before, n_before));
        let shown = stepped.selection.filter(|_| !is_back);
        let is_shown = is_back
            || shown
                .is_some_and(|offset| offset < open.document.len() && selection::select_offset(open, offset));
        if !is_shown {
            after::keep_selection(open, before.map(|before| (before.row, before.chain)), n_before);
        }
        if let Some(offset) = shown {
            cursor::place(open, offset, None);
        }
        // Where there is no such row it stays at what is selected now.
        if let Some(path) = absent {
            self.select(SelectTarget::PathOrOffset(path, u64::MAX));
        }
    }

    pub(super) fn payload_from_file(&mut self, row: RowId, path: PathBuf) {
        self.leave_file_dialog();
        let Some((tab, open)) = self.active() else { return };
        let revision = open.document.revision();
        let label = format!("Reading {}", super::documents::title_of(&path));
        let job = Job::ReadSmallFile(ReadSmallFile { path, limit: MAX_PAYLOAD });
        self.start(Purpose::PayloadFrom { tab, row, revision }, job, label);
    }

    pub(super) fn payload_read(&mut self, tab: TabId, row: RowId, revision: usize, bytes: Vec<u8>) {
        let Some(open) = self.open_document(tab) else { return };
        let row = row_now(open, row, revision);
        let front = self.state.active.replace(tab);
        self.edit(Action::SetBytes { row, bytes });
        self.state.active = front;
    }
}

/// Whether the dialog waits for what becomes of an action, so that a refusal is said in it.
fn asks_for(dialog: Option<&Dialog>, action: &Action) -> bool {
    match (dialog, action) {
        (Some(Dialog::RenameKey { row }), Action::RenameKey { row: renamed, .. }) => row == renamed,
        (Some(Dialog::MapKey { row }), Action::AddElement { row: around, key: Some(_) }) => row == around,
        (Some(Dialog::GoTo), Action::Select(SelectTarget::Path(_) | SelectTarget::PathOrOffset(..))) => true,
        _ => false,
    }
}

/// Keeps an action until the edit that is being prepared is made.
pub(super) fn wait(open: &mut OpenDocument, revision: usize, action: Action) {
    let last = open
        .backing
        .waiting
        .back_mut()
        .filter(|(meant, last)| *meant == revision && is_step_of(last, &action));
    if let Some(last) = last {
        *last = (revision, action);
    } else if open.backing.waiting.len() < MAX_WAITING {
        open.backing.waiting.push_back((revision, action));
    }
}

/// Whether two actions are of one gesture on one row, so that the later one is all that counts.
fn is_step_of(earlier: &Action, later: &Action) -> bool {
    match (earlier, later) {
        (
            Action::SetPayload { row, gesture: Some(gesture), .. },
            Action::SetPayload { row: later, gesture: Some(same), .. },
        ) => row == later && gesture == same,
        _ => false,
    }
}

/// What is to be found out for an action; `None` if its row is not there.
fn plan(open: &OpenDocument, action: &Action) -> Option<(Plan, After)> {
    let spot = |row: &RowId| Spot::of(open, *row);
    Some(match action.clone() {
        Action::Edit(act) => (Box::new(move |_, _| Outcome::Act(act)), After::Keep),
        Action::SetValue { row, text, gesture } => {
            let (spot, value) = (spot(&row)?, Value::Text(text));
            (
                Box::new(move |document, _| plans::set_value(document, &spot, &value, gesture, false)),
                After::Keep,
            )
        }
        Action::ReplaceValue { row, text, gesture } => {
            let (spot, value) = (spot(&row)?, Value::Text(text));
            (
                Box::new(move |document, _| plans::set_value(document, &spot, &value, gesture, true)),
                After::Keep,
            )
        }
        Action::SetBytes { row, bytes } => {
            let (spot, value) = (spot(&row)?, Value::Bytes(bytes));
            (Box::new(move |document, _| plans::set_value(document, &spot, &value, None, true)), After::Keep)
        }
        Action::SetPayload { row, payload, gesture } => {
            let (spot, value) = (spot(&row)?, Value::Payload(payload));
            (
                Box::new(move |document, _| plans::set_value(document, &spot, &value, gesture, true)),
                After::Keep,
            )
        }
        Action::AddField { row, number } => {
            let inside = match row {
                Some(row) => spot(&row)?.inside(),
                None => root(open),
            };
            (Box::new(move |document, _| plans::add_field(document, &inside, number)), After::New)
        }
        Action::AddElement { row, key } => {
            let spot = spot(&row)?;
            (Box::new(move |document, _| plans::add_element(document, &spot, key.as_deref())), After::New)
        }
        Action::InsertBefore(row) => {
            let spot = spot(&row)?;
            (Box::new(move |document, _| structures::insert_before(document, &spot)), After::New)
        }
        Action::ChooseMember { row, number } => {
            let spot = spot(&row)?;
            let after = if number.is_some() { After::New } else { After::Gone };
            (Box::new(move |document, _| structures::choose_member(document, &spot, number)), after)
        }
        Action::MergeParts(row) => {
            let spot = spot(&row)?;
            (Box::new(move |document, _| structures::merge_parts(document, &spot)), After::First)
        }
        Action::RenameKey { row, key } => {
            let spot = spot(&row)?;
            (Box::new(move |document, _| structures::rename_key(document, &spot, &key)), After::Keep)
        }
        Action::MoveRow { row, down } => {
            let (spot, after) = (spot(&row)?, After::Moved(row.facet));
            (Box::new(move |document, _| structures::move_row(document, &spot, down)), after)
        }
        Action::MoveTo { row, to, below } => {
            let (spot, to, after) = (spot(&row)?, spot(&to)?, After::Moved(row.facet));
            (Box::new(move |document, _| structures::move_to(document, &spot, &to, below)), after)
        }
        Action::Duplicate(row) => {
            let spot = spot(&row)?;
            (Box::new(move |document, _| plans::duplicate(document, &spot)), After::New)
        }
        Action::Remove(row) => {
            let spot = spot(&row)?;
            (Box::new(move |document, _| plans::remove(document, &spot, false)), After::Gone)
        }
        Action::RemoveThis(row) => {
            let spot = spot(&row)?;
            (Box::new(move |document, _| plans::remove(document, &spot, true)), After::Gone)
        }
        Action::RemoveAll(row) => {
            let spot = spot(&row)?;
            (Box::new(move |document, _| plans::remove_all(document, &spot)), After::Gone)
        }
        Action::CopyRecords(row) => {
            let spot = spot(&row)?;
            (Box::new(move |document, _| lifting::lift(document, &spot, false)), After::Keep)
        }
        Action::CutRecords(row) => {
            let spot = spot(&row)?;
            (Box::new(move |document, _| lifting::lift(document, &spot, true)), After::Gone)
        }
        Action::PutRecords { row, records, occupied } => {
            let into = Destination { spot: row.and_then(|row| spot(&row)), root: root(open) };
            let put = move |document: &Document, _: &mut Looked<'_>| {
                lifting::put(document, &into, &records, occupied)
            };
            (Box::new(put), After::New)
        }
        Action::FixProblem { kind, range } => {
            let wanted = Wanted::One(kind, range);
            (Box::new(move |document, go_on| fixing::fix(document, &wanted, go_on)), After::Keep)
        }
        Action::FixAll(kind) => {
            let wanted = Wanted::All(kind);
            (Box::new(move |document, go_on| fixing::fix(document, &wanted, go_on)), After::Keep)
        }
        Action::AddMissing(path) => {
            (Box::new(move |document, _| fixing::add_missing(document, &path)), After::New)
        }
        Action::GoToStep(n_applied) => (Box::new(move |_, _| Outcome::GoToStep(n_applied)), After::Keep),
        Action::Undo => (Box::new(|_, _| Outcome::Undo), After::Keep),
        Action::TakeBack(gesture) => (Box::new(move |document, _| take_back(document, gesture)), After::Keep),
        Action::Redo => (Box::new(|_, _| Outcome::Redo), After::Keep),
        _ => return None,
    })
}

fn take_back(document: &Document, gesture: Gesture) -> Outcome {
    match document.gesture() == Some(gesture) {
        true => Outcome::TakeBack,
        false => Outcome::Act(Act::new("Take back", Vec::new())),
    }
}

fn root(open: &OpenDocument) -> Inside {
    let part = MessagePart { chain: Vec::new(), range: 0..open.document.len() };
    Inside { part, message: open.message().cloned(), path: FieldPath::default() }
}

/// An action that meant a row of an earlier revision.
fn brought_forward(open: &OpenDocument, revision: usize, action: Action) -> Action {
    let now = |row| row_now(open, row, revision);
    match action {
        Action::Edit(mut act) => {
            act.edits.iter_mut().for_each(|edit| bring_edit_forward(open, revision, edit));
            act.selection = act.selection.map(|offset| offset_now(open, offset, revision));
            Action::Edit(act)
        }
        Action::SetValue { row, text, gesture } => Action::SetValue { row: now(row), text, gesture },
        Action::ReplaceValue { row, text, gesture } => Action::ReplaceValue { row: now(row), text, gesture },
        Action::SetBytes { row, bytes } => Action::SetBytes { row: now(row), bytes },
        Action::SetPayload { row, payload, gesture } => {
            Action::SetPayload { row: now(row), payload, gesture }
        }
        Action::AddField { row, number } => Action::AddField { row: row.map(now), number },
        Action::AddElement { row, key } => Action::AddElement { row: now(row), key },
        Action::InsertBefore(row) => Action::InsertBefore(now(row)),
        Action::ChooseMember { row, number } => Action::ChooseMember { row: now(row), number },
        Action::MergeParts(row) => Action::MergeParts(now(row)),
        Action::RenameKey { row, key } => Action::RenameKey { row: now(row), key },
        Action::MoveRow { row, down } => Action::MoveRow { row: now(row), down },
        Action::MoveTo { row, to, below } => Action::MoveTo { row: now(row), to: now(to), below },
        Action::Duplicate(row) => Action::Duplicate(now(row)),
        Action::Remove(row) => Action::Remove(now(row)),
        Action::RemoveAll(row) => Action::RemoveAll(now(row)),
        Action::RemoveThis(row) => Action::RemoveThis(now(row)),
        Action::CopyRecords(row) => Action::CopyRecords(now(row)),
        Action::CutRecords(row) => Action::CutRecords(now(row)),
        Action::PutRecords { row, records, occupied } => {
            Action::PutRecords { row: row.map(now), records, occupied }
        }
        Action::FixProblem { kind, range } => {
            let at = |offset| offset_now(open, offset, revision);
            let start = at(range.start);
            let end = if range.is_empty() { start } else { at(range.end - 1) + 1 };
            Action::FixProblem { kind, range: start..end }
        }
        action => action,
    }
}

fn bring_edit_forward(open: &OpenDocument, revision: usize, edit: &mut Edit) {
    let now = |offset: &mut u64| *offset = offset_now(open, *offset, revision);
    let range_now = |range: &mut Range<u64>| {
        let end = match range.is_empty() {
            true => offset_now(open, range.start, revision),
            false => offset_now(open, range.end - 1, revision) + 1,
        };
        now(&mut range.start);
        range.end = end.max(range.start);
    };
    let (Edit::SetPayload { chain, .. }
    | Edit::Insert { chain, .. }
    | Edit::Remove { chain, .. }
    | Edit::Move { chain, .. }
    | Edit::Splice { chain, .. }) = edit;
    chain.iter_mut().for_each(now);
    match edit {
        Edit::SetPayload { offset, .. } | Edit::Insert { offset, .. } => now(offset),
        Edit::Remove { range, .. } | Edit::Splice { range, .. } => range_now(range),
        Edit::Move { range, to, .. } => {
            range_now(range);
            now(to);
        }
    }
}

pub(super) fn offset_now(open: &OpenDocument, offset: u64, n_before: usize) -> u64 {
    let splices = open.document.splices();
    match splices.resolve(splices.anchor_at(offset, n_before)) {
        Anchored::At(offset) | Anchored::Gone(offset) => offset,
    }
}
