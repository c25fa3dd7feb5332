//! The cursor in the bytes, what is selected there, and what typing does.
//!
//! **Law.** A change made here is an edit like any other: one splice, alone or with the lengths of
//! the records around it. A run of typing is one undo step, and the cursor stays where the person
//! types whatever the bytes mean by then.
//!
//! **Not here:** copying and pasting of records (`clipboard`), how the bytes are drawn (`ui`).

use super::action::Action;
use super::editing::{After, offset_now};
use super::selection;
use super::session::Session;
use super::spelled;
use super::state::{NoticeTone, OpenDocument};
use crate::document::{
    Act, Anchored, Chain, Edit, Entry, Facet, Found, Gesture, ReadMode, Reader, Row, RowId, SMALL_WINDOW,
};
use crate::worker::jobs::{Outcome, Place, Plan};
use std::ops::Range;

/// Gestures of this room begin here, so that they are none of the window's.
const FIRST_GESTURE: u64 = 1 << 48;

/// What was asked for in the bytes of the active document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByteAct {
    Move {
        to: Move,
        /// Keeps the other end of what is selected.
        extends: bool,
    },
    /// Selects from the first place to the second, where the cursor then is.
    Select {
        from: u64,
        to: u64,
    },
    SelectAll,
    /// Nothing but the row stays selected; a run of typing ends.
    Deselect,
    /// The value of the innermost record that holds this byte.
    SelectValue(u64),
    /// Keys go to the column of text, or to that of digits.
    UseText(bool),
    /// A hexadecimal digit, below 16.
    Digit(u8),
    /// Text as its UTF-8.
    Text(String),
    Delete,
    Backspace,
    /// Text from the clipboard: what it spells, or itself in the column of text.
    Put(String),
    /// Bytes from the clipboard.
    PutBytes(Vec<u8>),
    /// Bytes that stand for those of a range.
    Write {
        range: Range<u64>,
        bytes: Vec<u8>,
    },
    /// Typing moves what follows, instead of going over it.
    Insert(bool),
    /// The lengths of the records around an edit follow it.
    KeepLengths(bool),
}

/// Where the cursor goes. Lines are as wide as the window shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    By(i64),
    To(u64),
    LineStart { width: u64 },
    LineEnd { width: u64 },
    Start,
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RunOf {
    Typing,
    Removing,
}

/// Where the bytes are typed at. Read through [`OpenDocument`], which knows what edits came since.
#[derive(Clone, Debug, Default)]
pub struct ByteCursor {
    offset: u64,
    /// The other end of what is selected.
    from: Option<u64>,
    /// Of the document, when both were right.
    revision: usize,
    /// The byte at the cursor, of which the first digit was typed.
    half: Option<u8>,
    run: Option<(RunOf, Gesture)>,
    n_runs: u64,
    is_in_text: bool,
    inserts: bool,
    keeps_lengths: bool,
}

impl ByteCursor {
    /// Whether keys go to the column of text.
    pub fn is_in_text(&self) -> bool {
        self.is_in_text
    }

    pub fn inserts(&self) -> bool {
        self.inserts
    }

    pub fn keeps_lengths(&self) -> bool {
        self.keeps_lengths
    }

    /// Whether the first digit of the byte at the cursor was typed.
    pub fn is_halfway(&self) -> bool {
        self.half.is_some()
    }

    /// What is typed next is another undo step.
    pub(super) fn end_run(&mut self) {
        (self.half, self.run) = (None, None);
    }

    fn gesture(&mut self, of: RunOf) -> Gesture {
        match self.run {
            Some((last, gesture)) if last == of => gesture,
            _ => {
                self.n_runs += 1;
                let gesture = Gesture(FIRST_GESTURE + self.n_runs);
                self.run = Some((of, gesture));
                gesture
            }
        }
    }
}

impl OpenDocument {
    /// Where bytes are typed; the document's length behind the last one.
    pub fn cursor_offset(&self) -> u64 {
        self.moved(self.cursor.offset)
    }

    /// What is selected among the bytes, apart from the selected row.
    pub fn selected_bytes(&self) -> Range<u64> {
        let here = self.cursor_offset();
        let from = self.cursor.from.map_or(here, |from| self.moved(from));
        here.min(from)..here.max(from)
    }

    /// The selected bytes, or all bytes of the selected row.
    pub fn bytes_at_hand(&self) -> Option<Range<u64>> {
        let selected = self.selected_bytes();
        if !selected.is_empty() {
            return Some(selected);
        }
        self.selection.as_ref().map(|selection| selection.range.clone()).filter(|range| !range.is_empty())
    }

    /// The bytes of the selected value, without tag and length.
    pub fn selected_value(&self) -> Option<Range<u64>> {
        let value = value_of(&self.selected_row()?)?;
        (!value.is_empty()).then_some(value)
    }

    /// The first byte that readings at the cursor are of.
    pub fn inspected_offset(&self) -> u64 {
        let selected = self.selected_bytes();
        if selected.is_empty() { self.cursor_offset() } else { selected.start }
    }

    fn moved(&self, offset: u64) -> u64 {
        let splices = self.document.splices();
        let now = match splices.resolve(splices.anchor_at(offset, self.cursor.revision)) {
            Anchored::At(offset) | Anchored::Gone(offset) => offset,
        };
        now.min(self.document.len())
    }
}

/// Where the cursor is after an edit: so many bytes before where the byte at `anchor`, of before the
/// edit, has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CursorAfter {
    pub anchor: u64,
    pub back: u64,
    pub half: Option<u8>,
}

/// Puts the cursor somewhere; a run of typing ends.
pub(super) fn place(open: &mut OpenDocument, offset: u64, from: Option<u64>) {
    let len = open.document.len();
    let cursor = &mut open.cursor;
    cursor.offset = offset.min(len);
    cursor.from = from.map(|from| from.min(len)).filter(|from| *from != cursor.offset);
    cursor.revision = open.document.revision();
    cursor.end_run();
}

/// Puts the cursor where an edit left it; the run of typing goes on.
pub(super) fn place_after(open: &mut OpenDocument, after: CursorAfter, n_before: usize) {
    let run = open.cursor.run;
    let offset = offset_now(open, after.anchor, n_before).saturating_sub(after.back);
    if !is_in_selected_row(open, offset) {
        show(open, offset);
    }
    place(open, offset, None);
    (open.cursor.half, open.cursor.run) = (after.half, run);
}

impl Session {
    pub(super) fn act_on_bytes(&mut self, act: ByteAct) {
        let Some((tab, open)) = self.active() else { return };
        let revision = open.document.revision();
        if open.backing.thinking.is_some() {
            return super::editing::wait(open, revision, Action::Bytes(act));
        }
        // The records that were copied, and not their text.
        let act = match (act, &self.state.copied) {
            (ByteAct::Put(text), Some(copied)) if copied.is_of(&text) => {
                ByteAct::PutBytes(copied.records.bytes.clone())
            }
            (act, _) => act,
        };
        let Some((_, open)) = self.active() else { return };
        match act {
            ByteAct::Move { to, extends } => move_cursor(open, to, extends),
            ByteAct::Select { from, to } => select_bytes(open, from, to),
            ByteAct::SelectAll => {
                let len = open.document.len();
                place(open, len, Some(0));
            }
            ByteAct::Deselect => {
                let here = open.cursor_offset();
                place(open, here, None);
            }
            ByteAct::SelectValue(offset) => select_value(open, offset),
            ByteAct::UseText(is_in_text) => {
                open.cursor.is_in_text = is_in_text;
                open.cursor.end_run();
            }
            ByteAct::Insert(inserts) => {
                open.cursor.inserts = inserts;
                open.cursor.end_run();
            }
            ByteAct::KeepLengths(keeps) => {
                open.cursor.keeps_lengths = keeps;
                open.cursor.end_run();
            }
            edit => match planned(open, &edit) {
                Ok(Some((act, after))) => {
                    let plan: Plan = Box::new(move |_, _| Outcome::Act(act));
                    self.think(tab, revision, Action::Bytes(edit), After::Cursor(after), plan);
                }
                Ok(None) => {}
                Err(reason) => self.notify(NoticeTone::Warning, reason),
            },
        }
    }
}

fn move_cursor(open: &mut OpenDocument, to: Move, extends: bool) {
    let (here, len, selected) = (open.cursor_offset(), open.document.len(), open.selected_bytes());
    let from = open.cursor.from.map_or(here, |from| open.moved(from));
    // As in text: without extending, a step out of a selection goes to its end.
    let leaves = !extends && !selected.is_empty();
    let offset = match to {
        Move::By(-1) if leaves => selected.start,
        Move::By(1) if leaves => return place(open, selected.end, None),
        Move::By(by) if by < 0 && here < by.unsigned_abs() && by != -1 => here,
        Move::By(by) => here.saturating_add_signed(by).min(len),
        Move::To(offset) => offset.min(len),
        Move::LineStart { width } => here - here % width.max(1),
        Move::LineEnd { width } => (here - here % width.max(1) + width.max(1) - 1).min(len),
        Move::Start => 0,
        Move::End => len,
    };
    if extends {
        return select_bytes(open, from, offset);
    }
    show(open, offset);
    place(open, offset, None);
}

fn select_bytes(open: &mut OpenDocument, from: u64, to: u64) {
    show(open, if from < to { to - 1 } else { to });
    place(open, to, Some(from));
}

/// Whether an offset is in the value of the selected row or right behind it.
fn is_in_selected_row(open: &OpenDocument, offset: u64) -> bool {
    let value = open.selected_row().and_then(|row| value_of(&row));
    value.is_some_and(|value| value.start <= offset && offset <= value.end)
}

/// Selects the innermost row that the byte at `offset` is in.
fn show(open: &mut OpenDocument, offset: u64) {
    let Some(last) = open.document.len().checked_sub(1) else { return };
    let offset = offset.min(last);
    let before = open.cursor.clone();
    if !selection::select_offset(open, offset) || open.backing.lacks_bytes() {
        let row = RowId { offset, facet: Facet::Record };
        open.backing.reveal = Some(Place { chain: Vec::new(), row });
    }
    open.cursor = before;
}

fn select_value(open: &mut OpenDocument, offset: u64) {
    show(open, offset);
    let Some(row) = open.selected_row() else { return };
    let range = value_of(&row).filter(|value| !value.is_empty()).unwrap_or_else(|| row.entry.range());
    place(open, range.end, Some(range.start));
}

/// The bytes of a row without tag and length.
fn value_of(row: &Row) -> Option<Range<u64>> {
    match &row.entry {
        Entry::Record { at, .. } => Some(at.payload()),
        Entry::Element { range, .. } | Entry::Rest { range, .. } => Some(range.clone()),
        Entry::Run { .. } | Entry::Unread { .. } | Entry::Absent { .. } => None,
    }
}

type Planned = Result<Option<(Act, CursorAfter)>, String>;

/// What typing comes to.
fn planned(open: &mut OpenDocument, act: &ByteAct) -> Planned {
    let len = open.document.len();
    let selected = open.selected_bytes();
    let here = open.cursor_offset();
    match act {
        ByteAct::Digit(digit) => digit_typed(open, digit & 0x0f),
        ByteAct::Text(text) => {
            let range = replaced(open, text.len() as u64);
            let gesture = open.cursor.gesture(RunOf::Typing);
            Ok(edit(open, range, text.as_bytes().to_vec(), typing_label(open), Some(gesture)))
        }
        ByteAct::Delete | ByteAct::Backspace => {
            let is_half = open.cursor.half.is_some();
            let range = match act {
                _ if !selected.is_empty() => selected,
                ByteAct::Backspace if !is_half => here.saturating_sub(1)..here,
                _ => here..(here + 1).min(len),
            };
            if range.is_empty() {
                return Ok(None);
            }
            let gesture = open.cursor.gesture(RunOf::Removing);
            let label = format!("Remove bytes at 0x{:x}", range.start);
            Ok(edit(open, range, Vec::new(), label, Some(gesture)))
        }
        ByteAct::Put(text) => {
            let bytes = match open.cursor.is_in_text {
                true => text.as_bytes().to_vec(),
                false => {
                    let read = spelled::bytes(text).map(|(bytes, _)| bytes);
                    read.map_err(|tried| format!("The pasted text spells no bytes. {tried}"))?
                }
            };
            Ok(put(open, bytes))
        }
        ByteAct::PutBytes(bytes) => Ok(put(open, bytes.clone())),
        ByteAct::Write { range, bytes } => {
            let label = format!("Set {} at 0x{:x}", count(bytes.len()), range.start);
            let back = bytes.len() as u64;
            let made = edit(open, range.clone(), bytes.clone(), label, None);
            Ok(made.map(|(act, after)| (act, CursorAfter { back, ..after })))
        }
        _ => Ok(None),
    }
}

fn put(open: &OpenDocument, bytes: Vec<u8>) -> Option<(Act, CursorAfter)> {
    let range = replaced(open, bytes.len() as u64);
    let label = format!("Paste {} at 0x{:x}", count(bytes.len()), range.start);
    edit(open, range, bytes, label, None)
}

fn count(n_bytes: usize) -> String {
    if n_bytes == 1 { "1 byte".to_owned() } else { format!("{n_bytes} bytes") }
}

/// The bytes that give way to `n_bytes` new ones at the cursor.
fn replaced(open: &OpenDocument, n_bytes: u64) -> Range<u64> {
    let (here, selected) = (open.cursor_offset(), open.selected_bytes());
    match open.cursor.inserts {
        _ if !selected.is_empty() => selected,
        true => here..here,
        false => here..here.saturating_add(n_bytes).min(open.document.len()),
    }
}

fn typing_label(open: &OpenDocument) -> String {
    let what = if open.cursor.inserts { "Insert bytes" } else { "Type over bytes" };
    format!("{what} at 0x{:x}", open.inspected_offset())
}

fn digit_typed(open: &mut OpenDocument, digit: u8) -> Planned {
    let (here, len, selected) = (open.cursor_offset(), open.document.len(), open.selected_bytes());
    let label = typing_label(open);
    if let Some(first) = open.cursor.half.filter(|_| here < len) {
        let gesture = open.cursor.gesture(RunOf::Typing);
        return Ok(edit(open, here..here + 1, vec![first & 0xf0 | digit], label, Some(gesture)));
    }
    let at = if selected.is_empty() { here } else { selected.start };
    let (range, low) = match open.cursor.inserts {
        true => (if selected.is_empty() { at..at } else { selected }, 0),
        false if at == len => (at..at, 0),
        false => {
            let present = open.document.snapshot().bytes(at..at + 1, ReadMode::Cached);
            let present = present.map_err(|error| error.to_string())?;
            (at..at + 1, present.first().copied().unwrap_or(0) & 0x0f)
        }
    };
    let byte = digit << 4 | low;
    let gesture = open.cursor.gesture(RunOf::Typing);
    let made = edit(open, range, vec![byte], label, Some(gesture));
    Ok(made.map(|(act, after)| (act, CursorAfter { back: 1, half: Some(byte), ..after })))
}

fn edit(
    open: &OpenDocument,
    range: Range<u64>,
    bytes: Vec<u8>,
    label: String,
    gesture: Option<Gesture>,
) -> Option<(Act, CursorAfter)> {
    let grows = bytes.len() as u64 != range.end - range.start;
    let chain = if open.cursor.keeps_lengths && grows { chain_around(open, &range) } else { Chain::new() };
    let after = CursorAfter { anchor: range.end, back: 0, half: None };
    let selection = Some(range.start);
    let edits = vec![Edit::Splice { chain, range, bytes }];
    Some((Act { label, gesture, selection, edits }, after))
}

/// The records whose payloads hold all of a range, outermost first. What stands right behind the
/// value of the selected row counts as in it.
fn chain_around(open: &OpenDocument, range: &Range<u64>) -> Chain {
    let snapshot = open.document.snapshot();
    let holds = |value: &Range<u64>| value.start <= range.start && range.end <= value.end;
    let selected = open.selected_row().filter(|row| value_of(row).is_some_and(|value| holds(&value)));
    let row = selected.or_else(|| open.tree.deepest(snapshot, range.start, ReadMode::Cached));
    let Some(row) = row else { return Chain::new() };
    let mut around = open.tree.chain(row.branch);
    if let Entry::Record { at, .. } = &row.entry {
        around.push(at.offset);
    }
    let mut reader = Reader::new(snapshot, ReadMode::Cached, SMALL_WINDOW);
    let (mut chain, mut end) = (Chain::new(), snapshot.len());
    for offset in around {
        let Ok(Found::Record(at)) = reader.record(offset, end) else { break };
        if !holds(&at.payload()) {
            break;
        }
        chain.push(offset);
        end = at.payload().end;
    }
    chain
}
