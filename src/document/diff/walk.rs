//! The stack of messages being compared.

use super::align::{Likeness, Match, align};
use super::item::{Counts, HASHED_WHOLE, Item, Maker};
use super::same::Same;
use super::{Change, DiffReport, Difference, Halt, Side};
use crate::document::path::{Path, Step};
use crate::document::reader::{Found, LARGE_WINDOW, Reader, SMALL_WINDOW};
use crate::document::reading::Scope;
use crate::document::rows::Tree;
use crate::document::snapshot::Snapshot;
use crate::document::source::{ReadMode, SourceError};
use crate::schema::{MessageDescriptor, extensions_of};
use std::ops::{ControlFlow, Range};

/// Records of each message that are matched at once, at first and at most.
const FIRST_STRETCH: usize = 256;
const MAX_STRETCH: usize = 16 << 10;
/// Messages nested deeper are compared as bytes.
pub(super) const MAX_DEPTH: usize = 20_000;
/// Equal bytes from which on what is known of the new message is asked for a way over them.
const FAR: u64 = 1 << 20;
/// Records passed over between two looks at the progress hook.
const PASSED: usize = 4096;

/// Compares two messages of one type, or of none, and hands every difference to `sink`, by and large
/// in the order of the new message.
///
/// `known` are the rows of the new message, if there are any: where their indexes know the way, equal
/// stretches are passed over without walking. `progress` is told the offset reached in the new message.
/// It and the sink may ask to stop.
///
/// # Errors
/// Bytes that cannot be read; what was found before has been handed on.
pub fn diff(
    old: &Snapshot,
    new: &Snapshot,
    message: Option<&MessageDescriptor>,
    known: Option<&Tree>,
    sink: &mut dyn FnMut(Difference) -> ControlFlow<()>,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<DiffReport, SourceError> {
    diff_as_read(old, new, message, &Scope::default(), known, sink, progress)
}

/// Like [`diff`], with bytes and undeclared records read as a person chose.
///
/// # Errors
/// Those of [`diff`].
pub fn diff_as_read(
    old: &Snapshot,
    new: &Snapshot,
    message: Option<&MessageDescriptor>,
    scope: &Scope,
    known: Option<&Tree>,
    sink: &mut dyn FnMut(Difference) -> ControlFlow<()>,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<DiffReport, SourceError> {
    let reader = |snapshot| Reader::new(snapshot, ReadMode::Wait, SMALL_WINDOW * 4);
    let mut walk = Walk {
        old: reader(old),
        new: reader(new),
        passing: Reader::new(new, ReadMode::Wait, LARGE_WINDOW),
        same: Same::new(old, new),
        maker: Maker::new(),
        known,
        nodes: Vec::new(),
        work: Vec::new(),
        depth: 0,
        report: DiffReport::default(),
        sink,
        progress,
    };
    let ends = [0..old.len(), 0..new.len()];
    walk.work.push(Work::Walk(Box::new(Level::new(message.cloned(), scope.clone(), None, ends))));
    match walk.run() {
        Ok(()) => {}
        Err(Halt::Stopped) => walk.report.stopped = true,
        Err(Halt::Source(error)) => return Err(error),
    }
    Ok(walk.report)
}

/// A place in the chain of paths: the node before, and the steps from there on.
pub(super) struct Node {
    before: Option<usize>,
    steps: Vec<Step>,
    old_steps: Vec<Step>,
}

/// Two messages on the way.
pub(super) struct Level {
    pub message: Option<MessageDescriptor>,
    /// What was chosen for its records.
    scope: Scope,
    pub node: Option<usize>,
    /// Inside a map entry, whose path names its value.
    pub in_entry: bool,
    old: Range<u64>,
    new: Range<u64>,
    /// Where the new message begins.
    new_start: u64,
    old_counts: Counts,
    new_counts: Counts,
}

impl Level {
    pub fn new(
        message: Option<MessageDescriptor>,
        scope: Scope,
        node: Option<usize>,
        [old, new]: [Range<u64>; 2],
    ) -> Self {
        let in_entry = message.as_ref().is_some_and(|message| message.is_map_entry());
        let (old_counts, new_counts) = (Counts::default(), Counts::default());
        let new_start = new.start;
        Self { message, scope, node, in_entry, old, new, new_start, old_counts, new_counts }
    }
}

/// Something found in a message: what is there on one side, or on both.
pub(super) struct Finding {
    /// `None` if it is still to be found out what differs.
    pub change: Option<Change>,
    pub old: Result<Item, u64>,
    pub new: Result<Item, u64>,
    /// Of the message that it is in.
    pub node: Option<usize>,
    pub in_entry: bool,
    pub scope: Scope,
}

enum Work {
    Walk(Box<Level>),
    Finding(Box<Finding>),
    /// All below a node has been compared.
    Leave,
}

pub(super) struct Walk<'a> {
    pub old: Reader<'a>,
    pub new: Reader<'a>,
    /// Goes over what is equal.
    passing: Reader<'a>,
    pub same: Same<'a>,
    pub maker: Maker,
    known: Option<&'a Tree>,
    nodes: Vec<Node>,
    work: Vec<Work>,
    depth: usize,
    pub report: DiffReport,
    sink: &'a mut dyn FnMut(Difference) -> ControlFlow<()>,
    progress: &'a mut dyn FnMut(u64) -> ControlFlow<()>,
}

impl Walk<'_> {
    fn run(&mut self) -> Result<(), Halt> {
        while let Some(work) = self.work.pop() {
            match work {
                Work::Walk(level) => self.step(level)?,
                Work::Finding(finding) => self.finding(*finding)?,
                Work::Leave => {
                    self.nodes.pop();
                    self.depth -= 1;
                }
            }
        }
        Ok(())
    }

    /// How many equal bytes two places have.
    pub fn forward(&mut self, old_at: u64, new_at: u64, most: u64) -> Result<u64, Halt> {
        let progress = &mut self.progress;
        self.same.forward(old_at, new_at, most, &mut || progress(new_at))
    }

    /// Goes on with two messages: over what is equal, then over a stretch that is not.
    fn step(&mut self, mut level: Box<Level>) -> Result<(), Halt> {
        if (self.progress)(level.new.start).is_break() {
            return Err(Halt::Stopped);
        }
        let (n_old, n_new) = (level.old.end - level.old.start, level.new.end - level.new.start);
        let equal = self.forward(level.old.start, level.new.start, n_old.min(n_new))?;
        if equal == n_old && equal == n_new {
            return Ok(());
        }
        self.pass(&mut level, equal)?;
        let findings = self.stretch(&mut level)?;
        let is_over = level.old.is_empty() && level.new.is_empty();
        if !is_over {
            self.work.push(Work::Walk(level));
        }
        self.work.extend(findings.into_iter().rev().map(|finding| Work::Finding(Box::new(finding))));
        Ok(())
    }

    /// Passes over the records that are wholly in the next `equal` bytes.
    fn pass(&mut self, level: &mut Level, equal: u64) -> Result<(), Halt> {
        let limit = level.new.start + equal;
        if equal > FAR {
            self.leap(level, limit)?;
        }
        let mut n_passed = 0;
        while let Found::Record(at) = self.passing.record(level.new.start, level.new.end)? {
            if at.end() > limit || at.record.missing > 0 || at.is_unclosed_group() {
                break;
            }
            level.new_counts.pass(&mut self.new, &at, level.message.as_ref())?;
            let mut old_at = at;
            old_at.offset = level.old.start;
            level.old_counts.pass(&mut self.old, &old_at, level.message.as_ref())?;
            level.old.start += at.end() - at.offset;
            level.new.start = at.end();
            n_passed += 1;
            if n_passed % PASSED == 0 && (self.progress)(level.new.start).is_break() {
                return Err(Halt::Stopped);
            }
        }
        Ok(())
    }

    /// Passes over most of what is equal, where an index knows a record near its end.
    fn leap(&mut self, level: &mut Level, limit: u64) -> Result<(), Halt> {
        let range = level.new_start..level.new.end;
        let index = self.known.and_then(|tree| tree.index_over(&range, level.message.as_ref()));
        let Some(index) = index else { return Ok(()) };
        // A record that begins before the limit may reach beyond it; one that ends there does not.
        let Some((place, _)) = index.seek_offset(&mut self.new, limit - 1)? else { return Ok(()) };
        if place.offset <= level.new.start {
            return Ok(());
        }
        let fields = level.message.iter().flat_map(|message| message.fields().chain(extensions_of(message)));
        for field in fields.filter(|field| field.is_list()) {
            let number = field.number();
            let n_before = index.n_elements_before(&mut self.new, place, number)?;
            let n_new = level.new_counts.settled(&mut self.new, &field)?;
            let n_old = level.old_counts.settled(&mut self.old, &field)?;
            level.new_counts.set(number, n_before);
            level.old_counts.set(number, n_old + n_before.saturating_sub(n_new));
        }
        level.new_counts.forget_unknown();
        level.old_counts.forget_unknown();
        level.old.start += place.offset - level.new.start;
        level.new.start = place.offset;
        Ok(())
    }

    /// Matches the next records of both messages, as many as it takes to find equal ones again.
    fn stretch(&mut self, level: &mut Level) -> Result<Vec<Finding>, Halt> {
        let mut size = FIRST_STRETCH;
        loop {
            let old = self.collect(level, size, true)?;
            let new = self.collect(level, size, false)?;
            let hashes = |items: &[Item]| items.iter().map(|item| item.hash).collect::<Vec<u64>>();
            let likeness = |a: usize, b: usize| match (old.items.get(a), new.items.get(b)) {
                (Some(a), Some(b)) => a.likeness(b),
                _ => Likeness::None,
            };
            let mut matches = align(&hashes(&old.items), &hashes(&new.items), &likeness);
            if !(old.is_all && new.is_all) {
                match matches.iter().rposition(|one| one.is_equal) {
                    Some(last) => matches.truncate(last + 1),
                    None if size < MAX_STRETCH => {
                        size *= 4;
                        continue;
                    }
                    None => {}
                }
            }
            return self.findings(level, old, new, &matches);
        }
    }

    fn collect(&mut self, level: &Level, size: usize, is_old: bool) -> Result<Collected, Halt> {
        let (reader, range, counts) = match is_old {
            true => (&mut self.old, &level.old, &level.old_counts),
            false => (&mut self.new, &level.new, &level.new_counts),
        };
        let mut counts = counts.clone();
        let (mut at, mut items) = (range.start, Vec::new());
        while items.len() < size {
            match reader.record(at, range.end)? {
                Found::End => return Ok(Collected { items, is_all: true }),
                Found::Record(record) => {
                    at = record.end();
                    items.push(self.maker.record(
                        reader,
                        record,
                        level.message.as_ref(),
                        &level.scope,
                        &mut counts,
                    )?);
                }
                Found::Rest(damage) => {
                    items.push(self.maker.rest(reader, at..range.end, damage)?);
                    return Ok(Collected { items, is_all: true });
                }
            }
        }
        Ok(Collected { is_all: at == range.end, items })
    }

    /// What the matching means; moves the level on behind what was matched.
    fn findings(
        &mut self,
        level: &mut Level,
        old: Collected,
        new: Collected,
        matches: &[Match],
    ) -> Result<Vec<Finding>, Halt> {
        let (mut findings, mut loose) = (Vec::new(), Loose::default());
        for one in matches {
            let (old, new) = (one.old.map(|at| &old.items[at]), one.new.map(|at| &new.items[at]));
            let (old_at, new_at) = (level.old.start, level.new.start);
            for (item, is_old) in [(old, true), (new, false)] {
                let Some(item) = item else { continue };
                let (reader, range, counts) = match is_old {
                    true => (&mut self.old, &mut level.old, &mut level.old_counts),
                    false => (&mut self.new, &mut level.new, &mut level.new_counts),
                };
                range.start = item.range().end;
                if let Some((at, _)) = item.record() {
                    counts.pass(reader, at, level.message.as_ref())?;
                }
            }
            match (old, new) {
                // Ends of long records may be equal where their middles are not.
                (Some(old), Some(_)) if one.is_equal && old.len() <= HASHED_WHOLE => continue,
                (Some(_), None) => loose.old.push(findings.len()),
                (None, Some(_)) => loose.new.push(findings.len()),
                _ => {}
            }
            findings.push(Finding {
                change: None,
                old: old.cloned().ok_or(old_at),
                new: new.cloned().ok_or(new_at),
                node: level.node,
                in_entry: level.in_entry,
                scope: level.scope.clone(),
            });
        }
        self.join_loose(findings, &loose)
    }

    /// Hands a difference on.
    pub fn emit(&mut self, finding: &Finding, change: Change) -> Result<(), Halt> {
        let text = |item: &Result<Item, u64>, reader: &Reader<'_>| match item {
            Ok(item) => {
                let is_record = item.record().is_some();
                Side { range: item.range(), text: Some(item.text(reader)), is_record }
            }
            Err(at) => Side::nothing(*at),
        };
        let (old, new) = (text(&finding.old, &self.old), text(&finding.new, &self.new));
        let steps = |item: &Result<Item, u64>| item.as_ref().map(|item| item.steps(finding.in_entry)).ok();
        let (old_steps, new_steps) = (steps(&finding.old), steps(&finding.new));
        self.hand_on(change, finding.node, [old_steps, new_steps], [old, new])
    }

    /// Hands on a difference at the ends of these steps from a node; a side without steps is absent.
    pub fn hand_on(
        &mut self,
        change: Change,
        node: Option<usize>,
        [old_steps, new_steps]: [Option<Vec<Step>>; 2],
        [old, new]: [Side; 2],
    ) -> Result<(), Halt> {
        let old_path = old_steps.map(|steps| self.path(node, steps, true));
        let new_path = new_steps.map(|steps| self.path(node, steps, false));
        let (path, old_path) = match (old_path, new_path) {
            (Some(old), Some(new)) => (new.clone(), Some(old).filter(|old| *old != new)),
            (None, Some(new)) => (new, None),
            (Some(old), None) => (old, None),
            (None, None) => (Path::default(), None),
        };
        self.report.count(change);
        match (self.sink)(Difference { change, path, old_path, old, new }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Halt::Stopped),
        }
    }

    fn path(&self, node: Option<usize>, steps: Vec<Step>, is_old: bool) -> Path {
        let mut parts = vec![steps];
        let mut node = node;
        while let Some(found) = node.and_then(|at| self.nodes.get(at)) {
            parts.push(if is_old { found.old_steps.clone() } else { found.steps.clone() });
            node = found.before;
        }
        Path(parts.into_iter().rev().flatten().collect())
    }

    /// Goes into two messages that a finding has; `false` where they are nested too deep.
    pub fn enter(
        &mut self,
        finding: &Finding,
        message: Option<MessageDescriptor>,
        ranges: [Range<u64>; 2],
    ) -> bool {
        if self.depth >= MAX_DEPTH {
            return false;
        }
        let steps = |item: &Result<Item, u64>| {
            item.as_ref().map(|item| item.steps(finding.in_entry)).unwrap_or_default()
        };
        let (old_steps, steps) = (steps(&finding.old), steps(&finding.new));
        self.nodes.push(Node { before: finding.node, steps, old_steps });
        self.depth += 1;
        self.work.push(Work::Leave);
        let number = finding.new.as_ref().ok().and_then(Item::record).map(|(at, _)| at.number());
        let scope = number.map_or_else(Scope::default, |number| finding.scope.inside(number));
        let level = Level::new(message, scope, Some(self.nodes.len() - 1), ranges);
        self.work.push(Work::Walk(Box::new(level)));
        true
    }
}

struct Collected {
    items: Vec<Item>,
    /// Whether the message ends behind them.
    is_all: bool,
}

/// Findings with one side only, by their places among all.
#[derive(Default)]
pub(super) struct Loose {
    pub old: Vec<usize>,
    pub new: Vec<usize>,
}
