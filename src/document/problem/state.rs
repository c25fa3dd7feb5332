//! What is known at a place of the walk, and how a problem leaves it.

use super::keys::{KeyHasher, read_key};
use super::levels::{Frame, Levels};
use super::table::{Field, NONE, Special, Tables};
use super::wording::Complaint;
use super::{CheckReport, Problem, Severity};
use crate::document::edit::Chain;
use crate::document::path::{Path, Step};
use crate::document::snapshot::Snapshot;
use crate::document::source::{ReadMode, SourceError};
use crate::schema::MessageDescriptor;
use std::ops::{ControlFlow, Range};

/// Why the walk ends early.
#[derive(Debug)]
pub(super) enum Halt {
    Source(Box<SourceError>),
    Stopped,
}

impl From<SourceError> for Halt {
    fn from(error: SourceError) -> Self {
        Halt::Source(Box::new(error))
    }
}

/// A payload that has yet to be gone through and is not wholly in the window.
#[derive(Clone, Debug)]
pub(super) struct Large {
    pub field_idx: u32,
    pub field: Field,
    pub payload: Range<u64>,
    /// Whether less is there than its length declares.
    pub is_cut: bool,
}

/// What a problem is about, inside the innermost message.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Message,
    /// A field, and if it is repeated which of its elements.
    Field(u32, Option<u64>),
    /// An unknown number, and how many there were before.
    Unknown(u32, u64),
}

/// A required field that is missing so far: another part of its message may still have it.
pub(super) struct Pending {
    /// How many messages are open around the part.
    pub level: usize,
    pub field_idx: u32,
    pub problem: Problem,
}

/// Takes problems in, each with the place it was found at.
pub(super) type Sink<'a> = &'a mut dyn FnMut(Problem, &Site<'_>) -> ControlFlow<()>;

/// Where a problem was found, as long as the walk is there.
pub(super) struct Site<'a> {
    levels: &'a Levels,
    tables: &'a Tables,
    /// Offset of the record.
    pub record: u64,
}

impl Site<'_> {
    /// The records around the one that is being checked, outermost first.
    pub fn chain(&self) -> Chain {
        self.levels.frames.iter().skip(1).map(|frame| frame.offset).collect()
    }

    /// The message that the record is in; of a group its end at the latest.
    pub fn message_range(&self) -> Range<u64> {
        self.levels.frames.last().map_or(0..0, |top| top.start..top.end)
    }

    /// The groups that end where the innermost message does, innermost first: where each begins, and its
    /// number.
    pub fn groups_to_close(&self) -> Vec<(u64, u32)> {
        let end = self.message_range().end;
        let open = self.levels.frames.iter().skip(1).rev();
        let groups = open.take_while(|frame| frame.is_group && frame.end == end);
        groups.map(|frame| (frame.offset, frame.number)).collect()
    }

    pub fn message(&self) -> Option<MessageDescriptor> {
        let top = self.levels.frames.last()?;
        self.tables.types.get(top.type_idx as usize).map(|found| found.descriptor.clone())
    }
}

/// Everything but the bytes.
pub(super) struct State<'a> {
    pub snapshot: &'a Snapshot,
    pub mode: ReadMode,
    pub tables: Tables,
    pub levels: Levels,
    pub report: CheckReport,
    pub sink: Sink<'a>,
    /// Where the record that is being checked begins.
    pub record: u64,
    /// Left by a record that could not be checked in place: the walk has to go through it next.
    pub large: Option<Large>,
    pub hasher: KeyHasher,
    pub pending: Vec<Pending>,
}

impl<'a> State<'a> {
    pub fn new(snapshot: &'a Snapshot, mode: ReadMode, sink: Sink<'a>) -> Self {
        Self {
            snapshot,
            mode,
            tables: Tables::default(),
            levels: Levels::default(),
            report: CheckReport::default(),
            sink,
            record: 0,
            large: None,
            hasher: KeyHasher::default(),
            pending: Vec::new(),
        }
    }
}

impl State<'_> {
    /// Hands on a problem at a place inside the innermost message.
    #[cold]
    pub fn emit(&mut self, range: Range<u64>, place: Place, complaint: Complaint) -> Result<(), Halt> {
        let problem = self.problem(range, place, complaint)?;
        self.send(problem)
    }

    /// Like [`State::emit`], for a map entry that was just closed.
    #[cold]
    pub fn emit_for_entry(&mut self, entry: &Frame, complaint: Complaint) -> Result<(), Halt> {
        let (range, field_idx) = (entry.start..entry.end, entry.field_idx);
        self.record = entry.offset;
        let mut path = self.path(Place::Field(field_idx, None))?;
        path.0.push(self.key_step(self.levels.frames.len() - 1, field_idx, range.clone())?);
        self.send(made(range, path, complaint))
    }

    pub fn problem(
        &mut self,
        range: Range<u64>,
        place: Place,
        complaint: Complaint,
    ) -> Result<Problem, Halt> {
        Ok(made(range, self.path(place)?, complaint))
    }

    pub fn send(&mut self, problem: Problem) -> Result<(), Halt> {
        match problem.severity {
            Severity::Note => self.report.n_notes += 1,
            Severity::Warning => self.report.n_warnings += 1,
            Severity::Error => self.report.n_errors += 1,
        }
        let site = Site { levels: &self.levels, tables: &self.tables, record: self.record };
        match (self.sink)(problem, &site) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Halt::Stopped),
        }
    }

    /// The path to a place, made from the stack.
    fn path(&self, place: Place) -> Result<Path, Halt> {
        let mut steps = Vec::new();
        for level in 1..self.levels.frames.len() {
            let frame = self.levels.frames[level];
            let outer = self.levels.type_of(level - 1);
            let Some(found) = self.tables.types.get(outer as usize).filter(|_| frame.field_idx != NONE)
            else {
                let n_met = self.levels.unknown_counted(level - 1, frame.number);
                push_unknown(&mut steps, frame.number, n_met.saturating_sub(1));
                continue;
            };
            if found.special == Special::MapEntry {
                continue; // The key in brackets names the entry's value.
            }
            steps.push(found.step(frame.field_idx));
            let Some(field) = found.fields.get(frame.field_idx as usize) else { continue };
            if field.is_map {
                steps.push(self.key_step(level - 1, frame.field_idx, frame.start..frame.end)?);
            } else if field.repeated {
                let n_met = self.levels.counted(level - 1, frame.field_idx);
                steps.push(Step::Index(i128::from(n_met.saturating_sub(1))));
            }
        }
        self.push_place(&mut steps, place);
        Ok(Path(steps))
    }

    fn push_place(&self, steps: &mut Vec<Step>, place: Place) {
        let top = self.levels.frames.last().map_or(NONE, |top| top.type_idx);
        match place {
            Place::Message => {}
            Place::Unknown(number, n_before) => push_unknown(steps, number, n_before),
            Place::Field(field_idx, element) => {
                let Some(found) = self.tables.types.get(top as usize) else { return };
                if found.special == Special::MapEntry {
                    return;
                }
                steps.push(found.step(field_idx));
                let is_map = found.fields.get(field_idx as usize).is_some_and(|field| field.is_map);
                if let Some(element) = element.filter(|_| !is_map) {
                    steps.push(Step::Index(i128::from(element)));
                }
            }
        }
    }

    /// The key of the entry that fills `range`, of a map field of the message at `level`.
    fn key_step(&self, level: usize, field_idx: u32, range: Range<u64>) -> Result<Step, Halt> {
        let types = &self.tables.types;
        let found = types.get(self.levels.type_of(level) as usize);
        let kind = found.and_then(|found| found.kind(field_idx)).and_then(|kind| kind.as_message());
        match kind.and_then(|entry| entry.get_field(1)) {
            Some(key) => Ok(read_key(self.snapshot, self.mode, range, &key.kind())?),
            None => Ok(Step::Index(0)),
        }
    }
}

fn push_unknown(steps: &mut Vec<Step>, number: u32, n_before: u64) {
    steps.push(Step::Number(number));
    if n_before > 0 {
        steps.push(Step::Index(i128::from(n_before)));
    }
}

fn made(range: Range<u64>, path: Path, complaint: Complaint) -> Problem {
    let Complaint { kind, severity, message, hint } = complaint;
    Problem { kind, severity, range, path, message, hint: hint.map(str::to_owned) }
}
