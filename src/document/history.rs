//! What was done, so that it can be taken back: groups of splices with a name.

use super::moved::Moved;
use super::pieces::Piece;
use super::snapshot::Snapshot;
use super::splices::{Splice, SpliceLog};

/// What belongs to one act of a person, such as a run of typing or a drag: edits with the same
/// gesture are one undo step. No clock decides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Gesture(pub u64);

/// A splice that can be made and taken back.
#[derive(Clone, Debug)]
struct Made {
    start: u64,
    removed: Span,
    added: Span,
}

/// Pieces of one side of a splice; nearly always none or one.
#[derive(Clone, Debug)]
enum Span {
    Few(Option<Piece>),
    Many(Box<[Piece]>),
}

impl Span {
    fn of(pieces: Vec<Piece>) -> Span {
        match pieces.as_slice() {
            [] => Span::Few(None),
            [piece] => Span::Few(Some(*piece)),
            _ => Span::Many(pieces.into()),
        }
    }

    fn pieces(&self) -> &[Piece] {
        match self {
            Span::Few(piece) => piece.as_slice(),
            Span::Many(pieces) => pieces,
        }
    }

    fn len(&self) -> u64 {
        self.pieces().iter().map(|piece| piece.len).sum()
    }
}

/// One undo step.
#[derive(Clone, Debug)]
struct Step {
    label: String,
    gesture: Option<Gesture>,
    made: Vec<Made>,
    /// Where in the log this step was last applied.
    log_start: usize,
    /// Names the state that the step leads to.
    state: u64,
    /// What was selected before and after, as offsets of the moment.
    before: Option<u64>,
    after: Option<u64>,
}

/// No step leads to it.
const NO_STATE: u64 = u64::MAX;

/// All steps of a document's life, and how many of them are applied.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    steps: Vec<Step>,
    n_applied: usize,
    last_state: u64,
    /// The state without any step, 0 unless history was cut.
    saved_state: u64,
}

/// A row of the history for a person to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry<'a> {
    pub label: &'a str,
    pub applied: bool,
    /// Whether the bytes after this step are those last saved.
    pub is_saved: bool,
}

/// A step being put together.
pub(super) struct Draft {
    made: Vec<Made>,
    splices: Vec<Splice>,
    pub moved: Moved,
}

impl Draft {
    pub fn new() -> Self {
        Self { made: Vec::new(), splices: Vec::new(), moved: Moved::default() }
    }

    /// Makes one replacement in `snapshot` and remembers how to take it back.
    pub fn splice(&mut self, snapshot: &mut Snapshot, range: std::ops::Range<u64>, bytes: &[u8]) {
        let removed = snapshot.splice(range.clone(), bytes);
        let added = snapshot.pieces_of(range.start..range.start + bytes.len() as u64);
        let splice =
            Splice { start: range.start, n_removed: range.end - range.start, n_added: bytes.len() as u64 };
        self.splices.push(splice);
        self.moved.push(splice);
        self.made.push(Made { start: range.start, removed: Span::of(removed), added: Span::of(added) });
    }

    pub fn is_empty(&self) -> bool {
        self.made.is_empty()
    }

    /// Takes everything back, as if it had not been.
    pub fn take_back(self, snapshot: &mut Snapshot) {
        for made in self.made.into_iter().rev() {
            snapshot.splice_pieces(made.start..made.start + made.added.len(), made.removed.pieces());
        }
    }
}

impl History {
    pub fn push(
        &mut self,
        draft: Draft,
        label: String,
        gesture: Option<Gesture>,
        selection: (Option<u64>, Option<u64>),
        log: &mut SpliceLog,
    ) {
        self.steps.truncate(self.n_applied);
        let log_start = log.len();
        draft.splices.iter().for_each(|splice| log.push(*splice));
        self.last_state += 1;
        let at_saved = self.state() == self.saved_state;
        if let Some(last) = self.steps.last_mut()
            && gesture.is_some()
            && last.gesture == gesture
            && !at_saved
            && last.log_start + last.made.len() == log_start
        {
            last.made.extend(draft.made);
            last.state = self.last_state;
            last.after = selection.1;
            return;
        }
        self.steps.push(Step {
            label,
            gesture,
            made: draft.made,
            log_start,
            state: self.last_state,
            before: selection.0,
            after: selection.1,
        });
        self.n_applied += 1;
    }

    /// Takes the last applied step back; returns its label and what was selected before it.
    pub fn undo(&mut self, snapshot: &mut Snapshot, log: &mut SpliceLog) -> Option<(String, Option<u64>)> {
        let step = self.steps.get_mut(self.n_applied.checked_sub(1)?)?;
        let log_start = log.len();
        for (idx, made) in step.made.iter().enumerate().rev() {
            let (n_removed, n_added) = (made.added.len(), made.removed.len());
            snapshot.splice_pieces(made.start..made.start + n_removed, made.removed.pieces());
            log.push_undoing(Splice { start: made.start, n_removed, n_added }, step.log_start + idx);
        }
        step.log_start = log_start;
        self.n_applied -= 1;
        Some((step.label.clone(), step.before))
    }

    /// Applies the next step again; returns its label and what was selected after it.
    pub fn redo(&mut self, snapshot: &mut Snapshot, log: &mut SpliceLog) -> Option<(String, Option<u64>)> {
        let step = self.steps.get_mut(self.n_applied)?;
        let log_start = log.len();
        let n = step.made.len();
        for (idx, made) in step.made.iter().enumerate() {
            let (n_removed, n_added) = (made.removed.len(), made.added.len());
            snapshot.splice_pieces(made.start..made.start + n_removed, made.added.pieces());
            log.push_undoing(Splice { start: made.start, n_removed, n_added }, step.log_start + n - 1 - idx);
        }
        step.log_start = log_start;
        self.n_applied += 1;
        Some((step.label.clone(), step.after))
    }

    /// Forgets what could be done again, unless it leads to what was saved last.
    pub fn forget_undone(&mut self) {
        let undone = &self.steps[self.n_applied..];
        if undone.iter().all(|step| step.state != self.saved_state) {
            self.steps.truncate(self.n_applied);
        }
    }

    pub fn undo_label(&self) -> Option<&str> {
        Some(&self.steps.get(self.n_applied.checked_sub(1)?)?.label)
    }

    /// Of the last applied step.
    pub fn gesture(&self) -> Option<Gesture> {
        self.steps.get(self.n_applied.checked_sub(1)?)?.gesture
    }

    pub fn redo_label(&self) -> Option<&str> {
        Some(&self.steps.get(self.n_applied)?.label)
    }

    /// Names the present state: equal if and only if the bytes are the same state.
    pub fn state(&self) -> u64 {
        self.n_applied.checked_sub(1).map_or(0, |idx| self.steps[idx].state)
    }

    pub fn mark_saved(&mut self, state: u64) {
        self.saved_state = state;
    }

    pub fn mark_unsaved(&mut self) {
        self.saved_state = NO_STATE;
    }

    pub fn is_saved(&self) -> bool {
        self.state() == self.saved_state
    }

    /// The state that is saved.
    pub fn saved_state(&self) -> u64 {
        self.saved_state
    }

    pub fn n_applied(&self) -> usize {
        self.n_applied
    }

    /// Splices of the steps between now and the state in which so many are applied.
    pub fn n_splices_to(&self, n_applied: usize) -> usize {
        let (from, to) = (self.n_applied.min(n_applied), self.n_applied.max(n_applied));
        let steps = self.steps.get(from..to.min(self.steps.len())).unwrap_or_default();
        steps.iter().map(|step| step.made.len()).sum()
    }

    pub fn n_steps(&self) -> usize {
        self.steps.len()
    }

    /// A step by its number, oldest first.
    pub fn entry(&self, idx: usize) -> Option<HistoryEntry<'_>> {
        let step = self.steps.get(idx)?;
        let is_saved = step.state == self.saved_state;
        Some(HistoryEntry { label: &step.label, applied: idx < self.n_applied, is_saved })
    }

    /// Whether the bytes without any step are those last saved.
    pub fn began_saved(&self) -> bool {
        self.saved_state == 0
    }
}
