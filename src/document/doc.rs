//! The document: bytes, what they are read as, and everything done to them.

use super::edit::{Edit, EditError, replacements};
use super::history::{Draft, Gesture, History, HistoryEntry};
use super::level::MessageAt;
use super::path::Path;
use super::reading::{Reading, Readings};
use super::resolve::{ResolveError, Resolved, resolve_in};
use super::snapshot::Snapshot;
use super::source::Source;
use super::splices::SpliceLog;
use crate::schema::MessageDescriptor;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

/// One act of a person on a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// For the history, such as `Set topic.name`.
    pub label: String,
    pub gesture: Option<Gesture>,
    /// Offset of the record selected when the act began.
    pub selection: Option<u64>,
    /// In the order they are to be made; their offsets are those before the act.
    pub edits: Vec<Edit>,
}

impl Act {
    pub fn new(label: impl Into<String>, edits: Vec<Edit>) -> Act {
        Act { label: label.into(), gesture: None, selection: None, edits }
    }
}

/// What taking back or repeating a step did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stepped {
    pub label: String,
    /// Offset of the record to select, in the present bytes.
    pub selection: Option<u64>,
}

/// What a document was when a clone of it was taken; see [`Document::adopt`].
#[derive(Clone, Debug)]
pub struct Basis {
    source: Arc<dyn Source>,
    revision: usize,
    saved_state: u64,
}

/// A sequence of bytes being edited. Only [`Document::apply`], [`Document::undo`],
/// [`Document::redo`] and [`Document::adopt`] change it.
#[derive(Clone)]
pub struct Document {
    snapshot: Snapshot,
    message: Option<MessageDescriptor>,
    readings: Readings,
    log: SpliceLog,
    history: History,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.message.as_ref().map_or("", |message| message.full_name());
        write!(f, "Document({} bytes, {} edits, {name})", self.len(), self.n_edits())
    }
}

impl Document {
    pub fn new(source: Arc<dyn Source>, message: Option<MessageDescriptor>) -> Document {
        Document {
            snapshot: Snapshot::new(source),
            message,
            readings: Readings::default(),
            log: SpliceLog::default(),
            history: History::default(),
        }
    }

    pub fn of_bytes(bytes: &[u8], message: Option<MessageDescriptor>) -> Document {
        Self::new(Arc::new(super::MemorySource::new(bytes)), message)
    }

    /// The bytes as they are now.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    pub fn len(&self) -> u64 {
        self.snapshot.len()
    }

    pub fn is_empty(&self) -> bool {
        self.snapshot.is_empty()
    }

    /// What the root is read as.
    pub fn message(&self) -> Option<&MessageDescriptor> {
        self.message.as_ref()
    }

    /// Reads the same bytes as another message, or as none. Not an edit.
    pub fn read_as(&mut self, message: Option<MessageDescriptor>) {
        self.message = message;
    }

    /// What a person chose to read undeclared and bytes records as.
    pub fn readings(&self) -> &Readings {
        &self.readings
    }

    /// Chooses a reading for the place that these field numbers lead to. Not an edit.
    pub fn choose_reading(&mut self, numbers: &[u32], reading: Option<Reading>) {
        self.readings.set(numbers, reading);
    }

    pub fn set_readings(&mut self, readings: Readings) {
        self.readings = readings;
    }

    /// The whole document as a message.
    pub fn root(&self) -> MessageAt {
        MessageAt { range: 0..self.len(), message: self.message.clone(), scope: self.readings.scope() }
    }

    /// Follows a path as the document is read now.
    pub fn resolve(&self, path: &Path) -> Result<Resolved, ResolveError> {
        resolve_in(&self.snapshot, &self.root(), path)
    }

    /// Grows with every change, undo and redo; what was made from another revision is stale.
    pub fn revision(&self) -> usize {
        self.log.len()
    }

    pub fn splices(&self) -> &SpliceLog {
        &self.log
    }

    /// Makes all edits of an act, or none. Returns whether a byte changed.
    pub fn apply(&mut self, act: &Act) -> Result<bool, EditError> {
        self.apply_while(act, &mut |_| ControlFlow::Continue(()))
    }

    /// The same for an act of many edits: `progress` is told how many are made, and may ask to stop.
    pub fn apply_while(
        &mut self,
        act: &Act,
        progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> Result<bool, EditError> {
        let mut draft = Draft::new();
        for (n_made, edit) in act.edits.iter().enumerate() {
            let made = match progress(n_made) {
                ControlFlow::Continue(()) => replacements(&self.snapshot, edit, &draft.moved),
                ControlFlow::Break(()) => Err(EditError::Stopped),
            };
            match made {
                Ok(made) => {
                    made.into_iter().for_each(|one| draft.splice(&mut self.snapshot, one.range, &one.bytes))
                }
                Err(error) => {
                    draft.take_back(&mut self.snapshot);
                    return Err(error);
                }
            }
        }
        if draft.is_empty() {
            return Ok(false);
        }
        let after = act.selection.map(|offset| draft.moved.start(offset));
        self.history.push(draft, act.label.clone(), act.gesture, (act.selection, after), &mut self.log);
        Ok(true)
    }

    pub fn undo(&mut self) -> Option<Stepped> {
        let (label, selection) = self.history.undo(&mut self.snapshot, &mut self.log)?;
        Some(Stepped { label, selection })
    }

    /// Undoes a step as if it had not been: redo does not bring it back, unless it was saved.
    pub fn take_back(&mut self) -> Option<Stepped> {
        let stepped = self.undo();
        self.history.forget_undone();
        stepped
    }

    pub fn redo(&mut self) -> Option<Stepped> {
        let (label, selection) = self.history.redo(&mut self.snapshot, &mut self.log)?;
        Some(Stepped { label, selection })
    }

    /// What a clone taken now begins with.
    pub fn basis(&self) -> Basis {
        let source = self.snapshot.source().clone();
        Basis { source, revision: self.revision(), saved_state: self.history.saved_state() }
    }

    /// Takes over what was done to a clone of this document, whatever it took to do it. What the bytes
    /// are read as stays. Returns `false` and changes nothing if this document was changed or saved
    /// since the clone was taken.
    pub fn adopt(&mut self, basis: &Basis, done: Document) -> bool {
        let is_same = Arc::ptr_eq(&basis.source, self.snapshot.source())
            && basis.revision == self.revision()
            && basis.saved_state == self.history.saved_state();
        if is_same {
            (self.snapshot, self.log, self.history) = (done.snapshot, done.log, done.history);
        }
        is_same
    }

    /// What undo would take back.
    pub fn undo_label(&self) -> Option<&str> {
        self.history.undo_label()
    }

    /// The gesture of the step that undo would take back, if it is of one.
    pub fn gesture(&self) -> Option<Gesture> {
        self.history.gesture()
    }

    /// What redo would do again.
    pub fn redo_label(&self) -> Option<&str> {
        self.history.redo_label()
    }

    /// Names the present state of the bytes; see [`Document::mark_saved`].
    pub fn state(&self) -> u64 {
        self.history.state()
    }

    /// Says that the bytes of `state` are on disk.
    pub fn mark_saved(&mut self, state: u64) {
        self.history.mark_saved(state);
    }

    /// No state of the bytes is saved anywhere, not even the one they began with.
    pub fn mark_unsaved(&mut self) {
        self.history.mark_unsaved();
    }

    /// Whether the bytes differ from the last saved state.
    pub fn is_modified(&self) -> bool {
        !self.history.is_saved()
    }

    /// Steps that are applied now.
    pub fn n_edits(&self) -> usize {
        self.history.n_applied()
    }

    /// Takes steps back or does them again until `n_applied` are applied, or all there are.
    pub fn go_to_step(&mut self, n_applied: usize) -> Option<Stepped> {
        let n_applied = n_applied.min(self.n_steps());
        let mut stepped = None;
        while self.n_edits() != n_applied {
            stepped = if self.n_edits() > n_applied { self.undo() } else { self.redo() };
        }
        stepped
    }

    /// Splices that lie between now and the state in which `n_applied` steps are applied.
    pub fn n_splices_to(&self, n_applied: usize) -> usize {
        self.history.n_splices_to(n_applied)
    }

    /// Steps in all, those that were taken back included.
    pub fn n_steps(&self) -> usize {
        self.history.n_steps()
    }

    /// A step by its number, oldest first.
    pub fn step(&self, idx: usize) -> Option<HistoryEntry<'_>> {
        self.history.entry(idx)
    }

    /// Whether the bytes without any step are those last saved.
    pub fn began_saved(&self) -> bool {
        self.history.began_saved()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::ReadMode;

    fn bytes(document: &Document) -> Vec<u8> {
        document.snapshot().bytes(0..document.len(), ReadMode::Wait).unwrap()
    }

    /// 1: { 2: "ab"  3: 150 }  4: 7, with the outer length padded to three bytes.
    const NESTED: &[u8] = &[0x0a, 0x87, 0x80, 0x00, 0x12, 0x02, b'a', b'b', 0x18, 0x96, 0x01, 0x20, 0x07];

    fn set(chain: &[u64], offset: u64, payload: &[u8]) -> Act {
        let edit = Edit::SetPayload { chain: chain.to_vec(), offset, payload: payload.to_vec() };
        Act::new("Set", vec![edit])
    }

    #[test]
    fn an_edit_changes_its_record_and_the_lengths_around_it() {
        let mut document = Document::of_bytes(NESTED, None);
        assert!(document.apply(&set(&[0], 4, b"abc")).unwrap());
        let expected = [0x0a, 0x88, 0x80, 0x00, 0x12, 0x03, b'a', b'b', b'c', 0x18, 0x96, 0x01, 0x20, 0x07];
        assert_eq!(bytes(&document), expected);
        assert!(document.is_modified());
        assert_eq!(document.undo().unwrap().label, "Set");
        assert_eq!(bytes(&document), NESTED);
        assert!(!document.is_modified());
        document.redo().unwrap();
        assert_eq!(bytes(&document), expected);
    }

    #[test]
    fn a_length_that_outgrows_its_width_grows_its_parents_too() {
        let mut inner = vec![0x12, 126];
        inner.extend([b'x'; 126]);
        let mut outer = vec![0x0a, 0x80, 0x01];
        outer.extend(&inner);
        let mut document = Document::of_bytes(&outer, None);
        document.apply(&set(&[0], 3, &[b'y'; 128])).unwrap();
        let now = bytes(&document);
        assert_eq!(&now[..6], [0x0a, 0x83, 0x01, 0x12, 0x80, 0x01]);
        assert_eq!(now.len(), 3 + 3 + 128);
    }

    #[test]
    fn a_length_that_was_not_padded_is_not_padded_by_an_edit() {
        let mut before = vec![0x0a, 0x83, 0x01, 0x12, 0x80, 0x01];
        before.extend([b'x'; 128]);
        let mut document = Document::of_bytes(&before, None);
        document.apply(&set(&[0], 3, b"ab")).unwrap();
        assert_eq!(bytes(&document), [0x0a, 0x04, 0x12, 0x02, b'a', b'b']);
        document.undo();
        assert_eq!(bytes(&document), before);
    }

    #[test]
    fn an_equal_value_is_no_edit() {
        let mut document = Document::of_bytes(NESTED, None);
        assert!(!document.apply(&set(&[0], 8, &[0x96, 0x01])).unwrap());
        assert_eq!((document.undo_label(), document.revision()), (None, 0));
    }

    #[test]
    fn a_refused_edit_changes_nothing() {
        let mut document = Document::of_bytes(NESTED, None);
        let mut act = set(&[0], 4, b"abc");
        act.edits.push(Edit::SetPayload { chain: vec![0], offset: 8, payload: vec![0x80] });
        assert!(matches!(document.apply(&act), Err(EditError::Payload { .. })));
        assert_eq!(bytes(&document), NESTED);
    }

    #[test]
    fn the_edits_of_one_act_mean_the_offsets_before_it() {
        let mut document = Document::of_bytes(NESTED, None);
        let edits = vec![
            Edit::Remove { chain: vec![0], range: 4..8 },
            Edit::SetPayload { chain: vec![0], offset: 8, payload: vec![0x01] },
            Edit::Insert { chain: vec![], offset: 11, bytes: vec![0x28, 0x05] },
            Edit::Move { chain: vec![], range: 11..13, to: 0 },
        ];
        document.apply(&Act::new("Several", edits)).unwrap();
        assert_eq!(bytes(&document), [0x20, 0x07, 0x0a, 0x82, 0x80, 0x00, 0x18, 0x01, 0x28, 0x05]);
        document.undo();
        assert_eq!(bytes(&document), NESTED);
    }

    #[test]
    fn any_step_can_be_gone_to() {
        let mut document = Document::of_bytes(NESTED, None);
        let mut states = vec![bytes(&document)];
        for text in [&b"a"[..], b"abc", b"abcd"] {
            document.apply(&set(&[0], 4, text)).unwrap();
            states.push(bytes(&document));
        }
        document.mark_saved(document.state());
        for at in [0, 3, 1, 1, 2, 9, 0] {
            let before = document.n_edits();
            let stepped = document.go_to_step(at);
            assert_eq!(stepped.is_some(), before != at.min(3));
            assert_eq!(bytes(&document), states[at.min(3)]);
            assert_eq!(document.is_modified(), at < 3);
        }
        let saved: Vec<bool> = (0..3).map(|at| document.step(at).unwrap().is_saved).collect();
        assert_eq!((saved, document.began_saved()), (vec![false, false, true], false));
        document.go_to_step(1);
        document.apply(&set(&[0], 4, b"z")).unwrap();
        assert_eq!(document.n_steps(), 2);
        assert!(
            (0..2).all(|at| !document.step(at).unwrap().is_saved),
            "what was saved can no longer be gone to"
        );
    }

    #[test]
    fn what_was_done_to_a_clone_is_taken_over_unless_something_happened_meanwhile() {
        let mut document = Document::of_bytes(NESTED, None);
        document.apply(&set(&[0], 4, b"abc")).unwrap();
        let (basis, mut done) = (document.basis(), document.clone());
        done.apply(&set(&[0], 4, b"z")).unwrap();
        let expected = bytes(&done);
        let mut edited = document.clone();
        edited.apply(&set(&[0], 4, b"mine")).unwrap();
        let before = bytes(&edited);
        assert!(!edited.adopt(&basis, done.clone()));
        assert_eq!((bytes(&edited), edited.n_edits()), (before, 2), "an edit made meanwhile stays");
        let mut saved = document.clone();
        saved.mark_saved(saved.state());
        assert!(!saved.adopt(&basis, done.clone()), "what is saved is told by the present history");
        let mut other = Document::of_bytes(NESTED, None);
        other.apply(&set(&[0], 4, b"abc")).unwrap();
        assert!(!other.adopt(&basis, done.clone()), "another document of the same revision");
        assert!(document.adopt(&basis, done));
        assert_eq!((bytes(&document), document.n_edits()), (expected, 2));
        document.go_to_step(0);
        assert_eq!(bytes(&document), NESTED);
    }

    #[test]
    fn one_gesture_is_one_step_and_a_save_ends_it() {
        let mut document = Document::of_bytes(NESTED, None);
        for text in [&b"a"[..], b"abc", b"abcd"] {
            let act = Act { gesture: Some(Gesture(7)), ..set(&[0], 4, text) };
            document.apply(&act).unwrap();
        }
        assert_eq!(document.n_edits(), 1);
        document.mark_saved(document.state());
        document.apply(&Act { gesture: Some(Gesture(7)), ..set(&[0], 4, b"z") }).unwrap();
        assert_eq!((document.n_edits(), document.is_modified()), (2, true));
        document.undo();
        assert!(!document.is_modified());
        document.undo();
        assert_eq!(bytes(&document), NESTED);
        assert!(document.is_modified());
    }
}
