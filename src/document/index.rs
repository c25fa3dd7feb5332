//! Where the records of one message are, kept sparsely: one checkpoint per 64 records.
//!
//! A row of a message is a record, a run of adjacent records of one repeated field, or the rest
//! that is no record. The index finds rows by number and by offset; it is built in steps, follows
//! splices, and losing it costs time only.

use super::level::{MessageAt, forms_runs};
use super::reader::{Found, Reader};
use super::source::SourceError;
use super::splices::{Hull, Splice};
use crate::schema::{FieldDescriptor, extensions_of, is_packable, wire_type};
use crate::wire::{Damage, WireType, count_varints, read_varint};
use std::ops::Range;
use std::sync::Arc;

/// Records between two checkpoints.
const STRIDE: u64 = 64;
/// Bytes of packed varints that a bounded step may count beyond its bound.
const COUNT_AHEAD: u64 = 1 << 20;
/// Checkpoints in a block.
const BLOCK: usize = 64;
/// Records that following a splice may read again before the rest is left to a background pass.
const FOLLOW_BUDGET: u64 = 100_000;

/// What the index counts.
#[derive(Clone, Debug)]
enum Unit {
    /// Records of a message; adjacent ones with a number in `runs` share a row.
    Records { runs: Arc<[RunField]> },
    /// Varints of a packed payload of this field.
    Varints { number: u32 },
    /// Elements of a packed payload of this field, `width` bytes each.
    Fixed { number: u32, width: u64 },
}

#[derive(Clone, Debug, PartialEq)]
struct RunField {
    number: u32,
    /// For a packable field: the width of an element, 0 if it is a varint.
    packed_width: Option<u64>,
}

/// A place between two units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub offset: u64,
    /// Units before it.
    pub n_records: u64,
    /// Rows started before it.
    pub n_rows: u64,
    /// Field number of the record before it if that can form a run, otherwise 0.
    run: u32,
}

/// Checkpoints relative to a base, so that a splice moves the base alone. The base's offset counts
/// from the start of the message, so that what happens before the message moves nothing.
#[derive(Clone, Debug)]
struct Block {
    base: Place,
    /// Elements of each run field before the base, in the order of `runs`.
    n_elements: Box<[u64]>,
    checkpoints: Vec<Checkpoint>,
}

#[derive(Clone, Copy, Debug)]
struct Checkpoint {
    offset: u32,
    run: u32,
    /// At most [`STRIDE`] × [`BLOCK`], like the rows.
    n_records: u16,
    n_rows: u16,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Index {
    range: Range<u64>,
    unit: Unit,
    blocks: Vec<Block>,
    frontier: Place,
    /// Elements of each run field before the frontier.
    n_elements: Box<[u64]>,
    end: Option<End>,
}

/// How the walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Clean,
    Rest(Damage),
}

enum Stepped {
    To(Place),
    End(End),
}

impl Index {
    /// An index of a message that has seen nothing yet.
    pub fn of_message(at: &MessageAt) -> Index {
        let fields = at.message.iter().flat_map(|message| message.fields().chain(extensions_of(message)));
        let runs = fields
            .filter(forms_runs)
            .map(|field| RunField { number: field.number(), packed_width: packed_width(&field) });
        let runs: Arc<[RunField]> = runs.collect();
        Self::new(at.range.clone(), Unit::Records { runs })
    }

    /// An index of the elements in a packed payload.
    pub fn of_packed(payload: Range<u64>, field: &FieldDescriptor) -> Index {
        let unit = match packed_width(field) {
            Some(width) if width > 0 => Unit::Fixed { number: field.number(), width },
            _ => Unit::Varints { number: field.number() },
        };
        Self::new(payload, unit)
    }

    fn new(range: Range<u64>, unit: Unit) -> Index {
        let n_runs = if let Unit::Records { runs } = &unit { runs.len() } else { 0 };
        let frontier = Place { offset: range.start, n_records: 0, n_rows: 0, run: 0 };
        let n_elements: Box<[u64]> = vec![0; n_runs].into();
        Index { range, unit, blocks: Vec::new(), frontier, n_elements, end: None }
    }

    pub fn range(&self) -> Range<u64> {
        self.range.clone()
    }

    /// Rows found so far, the rest included once it is known.
    pub fn n_rows(&self) -> u64 {
        self.frontier.n_rows + u64::from(self.rest().is_some())
    }

    /// Units found so far.
    pub fn n_records(&self) -> u64 {
        self.frontier.n_records
    }

    /// Whether everything has been seen.
    pub fn is_done(&self) -> bool {
        self.end.is_some()
    }

    /// Bytes seen so far.
    pub fn n_bytes_seen(&self) -> u64 {
        self.frontier.offset - self.range.start
    }

    /// Where the bytes stop being records, and why.
    pub fn rest(&self) -> Option<(u64, Damage)> {
        match self.end {
            Some(End::Rest(damage)) => Some((self.frontier.offset, damage)),
            _ => None,
        }
    }

    /// Bytes that the index itself takes.
    pub fn n_bytes_held(&self) -> usize {
        self.blocks
            .iter()
            .map(|block| size_of::<Block>() + block.checkpoints.capacity() * size_of::<Checkpoint>())
            .sum()
    }

    /// Reads on for about `n_bytes` and at most `n_records`; returns whether all has been seen.
    pub fn advance(
        &mut self,
        reader: &mut Reader<'_>,
        n_bytes: u64,
        n_records: u64,
    ) -> Result<bool, SourceError> {
        let stop_offset = self.frontier.offset.saturating_add(n_bytes);
        let stop_record = self.frontier.n_records.saturating_add(n_records);
        while self.end.is_none()
            && self.frontier.offset < stop_offset
            && self.frontier.n_records < stop_record
        {
            if !self.step_frontier(reader, stop_offset)? {
                break;
            }
        }
        if self.end.is_none() && self.frontier.offset == self.range.end {
            self.end = Some(End::Clean);
        }
        Ok(self.is_done())
    }

    /// One unit further; `false` if counting its elements would read far beyond `stop_offset`.
    fn step_frontier(&mut self, reader: &mut Reader<'_>, stop_offset: u64) -> Result<bool, SourceError> {
        if let Unit::Fixed { number, width } = self.unit {
            let left = self.range.end - self.range.start;
            let n = left / width;
            let offset = self.range.start + n * width;
            self.frontier = Place { offset, n_records: n, n_rows: n, run: 0 };
            let cut = Damage::CutFixed { number, want: width as u8, have: (left % width) as u8 };
            self.end = Some(if left.is_multiple_of(width) { End::Clean } else { End::Rest(cut) });
            return Ok(true);
        }
        let next = match self.step(reader, self.frontier)? {
            Stepped::To(next) => next,
            Stepped::End(end) => {
                self.end = Some(end);
                return Ok(true);
            }
        };
        let counted = self.counted_run(next);
        if let Some((_, Some(0))) = counted
            && next.offset > stop_offset.saturating_add(COUNT_AHEAD)
        {
            return Ok(false);
        }
        if self.frontier.n_records.is_multiple_of(STRIDE) {
            self.checkpoint();
        }
        if let Some((idx, width)) = counted {
            self.n_elements[idx] += elements_in(reader, self.frontier.offset, self.range.end, width)?;
        }
        self.frontier = next;
        Ok(true)
    }

    /// Which run field the record before `next` belongs to, and the width of its packed elements.
    fn counted_run(&self, next: Place) -> Option<(usize, Option<u64>)> {
        let Unit::Records { runs } = &self.unit else { return None };
        let idx = runs.iter().position(|run| next.run != 0 && run.number == next.run)?;
        Some((idx, runs[idx].packed_width))
    }

    fn checkpoint(&mut self) {
        let place = Place { offset: self.frontier.offset - self.range.start, ..self.frontier };
        if let Some(block) = self.blocks.last_mut()
            && block.checkpoints.len() < BLOCK
            && place.offset - block.base.offset <= u64::from(u32::MAX)
        {
            block.push(place);
            return;
        }
        let mut block = Block { base: place, n_elements: self.n_elements.clone(), checkpoints: Vec::new() };
        block.push(place);
        self.blocks.push(block);
    }

    fn step(&self, reader: &mut Reader<'_>, from: Place) -> Result<Stepped, SourceError> {
        match &self.unit {
            Unit::Fixed { width, .. } => {
                let next = from.offset + width;
                if next > self.range.end {
                    return Ok(Stepped::End(End::Clean));
                }
                Ok(Stepped::To(Place {
                    offset: next,
                    n_records: from.n_records + 1,
                    n_rows: from.n_rows + 1,
                    run: 0,
                }))
            }
            Unit::Varints { number } => {
                if from.offset >= self.range.end {
                    return Ok(Stepped::End(End::Clean));
                }
                let left = (self.range.end - from.offset).min(16) as usize;
                let bytes = reader.at(from.offset, left)?;
                match read_varint(&bytes[..left]) {
                    Ok(varint) => Ok(Stepped::To(Place {
                        offset: from.offset + u64::from(varint.width),
                        n_records: from.n_records + 1,
                        n_rows: from.n_rows + 1,
                        run: 0,
                    })),
                    Err(crate::wire::VarintError::Cut) => {
                        Ok(Stepped::End(End::Rest(Damage::CutVarint { number: *number })))
                    }
                    Err(crate::wire::VarintError::TooLong) => {
                        Ok(Stepped::End(End::Rest(Damage::EndlessVarint { number: *number })))
                    }
                }
            }
            Unit::Records { runs } => Ok(match reader.record(from.offset, self.range.end)? {
                Found::End => Stepped::End(End::Clean),
                Found::Rest(damage) => Stepped::End(End::Rest(damage)),
                Found::Record(at) => {
                    let number = at.number();
                    let run = if runs.iter().any(|run| run.number == number) { number } else { 0 };
                    let starts_row = run == 0 || run != from.run;
                    Stepped::To(Place {
                        offset: at.end(),
                        n_records: from.n_records + 1,
                        n_rows: from.n_rows + u64::from(starts_row),
                        run,
                    })
                }
            }),
        }
    }

    /// The place before the record with this ordinal, or `None` if it has not been seen.
    pub fn seek_record(&self, reader: &mut Reader<'_>, record: u64) -> Result<Option<Place>, SourceError> {
        if record >= self.frontier.n_records {
            return Ok(None);
        }
        if let Unit::Fixed { width, .. } = self.unit {
            let offset = self.range.start + record * width;
            return Ok(Some(Place { offset, n_records: record, n_rows: record, run: 0 }));
        }
        let mut place = self.last_checkpoint(|place| place.n_records <= record);
        while place.n_records < record {
            match self.step(reader, place)? {
                Stepped::To(next) => place = next,
                Stepped::End(_) => return Ok(None),
            }
        }
        Ok(Some(place))
    }

    /// The place before the first record of this row, or `None` if it has not been seen.
    pub fn seek_row(&self, reader: &mut Reader<'_>, row: u64) -> Result<Option<Place>, SourceError> {
        if !matches!(self.unit, Unit::Records { .. }) {
            return self.seek_record(reader, row);
        }
        if row >= self.frontier.n_rows {
            return Ok(None);
        }
        // The last checkpoint before which at most `row` rows started: the row starts behind it.
        let mut place = self.last_checkpoint(|place| place.n_rows <= row);
        loop {
            let Stepped::To(next) = self.step(reader, place)? else { return Ok(None) };
            if next.n_rows > row {
                return Ok(Some(place));
            }
            place = next;
        }
    }

    /// The place before the record that holds the byte at `offset`, and the one behind it.
    pub fn seek_offset(
        &self,
        reader: &mut Reader<'_>,
        offset: u64,
    ) -> Result<Option<(Place, Place)>, SourceError> {
        if offset < self.range.start || offset >= self.frontier.offset {
            return Ok(None);
        }
        if let Unit::Fixed { width, .. } = self.unit {
            let record = (offset - self.range.start) / width;
            let place =
                |n: u64| Place { offset: self.range.start + n * width, n_records: n, n_rows: n, run: 0 };
            return Ok(Some((place(record), place(record + 1))));
        }
        let mut place = self.last_checkpoint(|place| place.offset <= offset);
        loop {
            let Stepped::To(next) = self.step(reader, place)? else { return Ok(None) };
            if next.offset > offset {
                return Ok(Some((place, next)));
            }
            place = next;
        }
    }

    /// The record behind `place`, or `None` at the end of what are records.
    pub fn next(&self, reader: &mut Reader<'_>, place: Place) -> Result<Option<Place>, SourceError> {
        Ok(match self.step(reader, place)? {
            Stepped::To(next) => Some(next),
            Stepped::End(_) => None,
        })
    }

    /// Elements of field `number` in the records before `place`.
    pub fn n_elements_before(
        &self,
        reader: &mut Reader<'_>,
        place: Place,
        number: u32,
    ) -> Result<u64, SourceError> {
        let Unit::Records { runs } = &self.unit else { return Ok(0) };
        let Some(idx) = runs.iter().position(|run| run.number == number) else { return Ok(0) };
        let n_blocks =
            self.blocks.partition_point(|block| block.base.offset + self.range.start <= place.offset);
        let Some(block) = self.blocks[..n_blocks].last() else { return Ok(0) };
        let (mut at, mut n) = (self.absolute(block.base), block.n_elements[idx]);
        while at.offset < place.offset {
            let Stepped::To(next) = self.step(reader, at)? else { break };
            if next.run == number {
                n += elements_in(reader, at.offset, self.range.end, runs[idx].packed_width)?;
            }
            at = next;
        }
        Ok(n)
    }

    /// The place behind everything seen so far.
    pub fn frontier(&self) -> Place {
        self.frontier
    }

    fn absolute(&self, place: Place) -> Place {
        Place { offset: place.offset + self.range.start, ..place }
    }

    fn last_checkpoint(&self, before: impl Fn(Place) -> bool) -> Place {
        let before = |place| before(self.absolute(place));
        let n_blocks = self.blocks.partition_point(|block| before(block.base));
        let Some(block) = self.blocks[..n_blocks].last() else { return Self::start_of(&self.range) };
        let n = block.checkpoints.partition_point(|checkpoint| before(block.place(*checkpoint)));
        self.absolute(n.checked_sub(1).map_or(block.base, |idx| block.place(block.checkpoints[idx])))
    }

    fn start_of(range: &Range<u64>) -> Place {
        Place { offset: range.start, n_records: 0, n_rows: 0, run: 0 }
    }

    /// Brings the index up to date after `splices`; `range` is where the message is now. Reads
    /// again from the checkpoint before the change until old and new boundaries agree.
    pub fn follow(
        &mut self,
        reader: &mut Reader<'_>,
        splices: &[Splice],
        range: Range<u64>,
    ) -> Result<(), SourceError> {
        let old = std::mem::replace(&mut self.range, range);
        let hull = Hull::inside(splices.iter().copied(), old.start);
        let untouched = hull.is_none() && old.end - old.start == self.range.end - self.range.start;
        if untouched {
            self.frontier.offset = self.frontier.offset - old.start + self.range.start;
            return Ok(());
        }
        let hull = hull.unwrap_or(Hull { before: 0..u64::MAX, after: 0..u64::MAX });
        if matches!(self.unit, Unit::Fixed { .. }) {
            *self = Index::new(self.range.clone(), self.unit.clone());
            return self.advance(reader, FOLLOW_BUDGET * 4, FOLLOW_BUDGET).map(|_| ());
        }
        self.follow_units(reader, &hull, &old)
    }

    fn follow_units(
        &mut self,
        reader: &mut Reader<'_>,
        hull: &Hull,
        old: &Range<u64>,
    ) -> Result<(), SourceError> {
        let blocks = std::mem::take(&mut self.blocks);
        let n_runs = self.n_elements.len();
        let seen = Seen {
            frontier: Place { offset: self.frontier.offset - old.start, ..self.frontier },
            end: self.end.take(),
            n_elements: std::mem::replace(&mut self.n_elements, vec![0; n_runs].into()),
        };
        self.frontier = Self::start_of(&self.range);
        // Blocks that end before the change stay; the last that starts before it is read again.
        let n_before = blocks.partition_point(|block| block.base.offset < hull.before.start);
        if let Some(last) = n_before.checked_sub(1) {
            self.frontier = self.absolute(blocks[last].base);
            self.n_elements = blocks[last].n_elements.clone();
            self.blocks = blocks[..last].to_vec();
        }
        // What follows the change is what it was only if the message still ends there: a length may not
        // have grown with what it encloses.
        let ends_alike = hull.shift(old.end - old.start) == self.range.end - self.range.start;
        let mut next = blocks.partition_point(|block| block.base.offset < hull.before.end);
        let mut n_read = 0;
        while self.end.is_none() && n_read < FOLLOW_BUDGET {
            let here = self.frontier.offset - self.range.start;
            while blocks.get(next).is_some_and(|block| hull.shift(block.base.offset) < here) {
                next += 1;
            }
            if ends_alike
                && let Some(block) = blocks.get(next)
                && hull.shift(block.base.offset) == here
                && block.base.run == self.frontier.run
            {
                self.adopt(&blocks[next..], hull, &seen);
                return Ok(());
            }
            n_read += 1;
            if self.frontier.offset == self.range.end {
                self.end = Some(End::Clean);
            } else {
                self.step_frontier(reader, u64::MAX)?;
            }
        }
        Ok(())
    }

    /// Takes over blocks behind a change whose records are what they were.
    fn adopt(&mut self, blocks: &[Block], hull: &Hull, seen: &Seen) {
        let Some(first) = blocks.first() else { return };
        let here = self.frontier;
        let rebase = |place: Place| Place {
            offset: hull.shift(place.offset),
            n_records: place.n_records - first.base.n_records + here.n_records,
            n_rows: place.n_rows - first.base.n_rows + here.n_rows,
            run: place.run,
        };
        let before = self.n_elements.clone();
        let rebase_elements = |counts: &[u64]| -> Box<[u64]> {
            let pairs = counts.iter().zip(&first.n_elements).zip(&before);
            pairs.map(|((count, first), before)| count - first + before).collect()
        };
        self.blocks.extend(blocks.iter().map(|block| Block {
            base: rebase(block.base),
            n_elements: rebase_elements(&block.n_elements),
            checkpoints: block.checkpoints.clone(),
        }));
        self.n_elements = rebase_elements(&seen.n_elements);
        self.frontier = self.absolute(rebase(seen.frontier));
        self.end = seen.end;
    }
}

/// What an index knew before a change.
struct Seen {
    /// Its offset counts from the start of the message.
    frontier: Place,
    end: Option<End>,
    n_elements: Box<[u64]>,
}

impl Block {
    fn push(&mut self, place: Place) {
        self.checkpoints.push(Checkpoint {
            offset: (place.offset - self.base.offset) as u32,
            n_records: (place.n_records - self.base.n_records) as u16,
            n_rows: (place.n_rows - self.base.n_rows) as u16,
            run: place.run,
        });
    }

    fn place(&self, checkpoint: Checkpoint) -> Place {
        Place {
            offset: self.base.offset + u64::from(checkpoint.offset),
            n_records: self.base.n_records + u64::from(checkpoint.n_records),
            n_rows: self.base.n_rows + u64::from(checkpoint.n_rows),
            run: checkpoint.run,
        }
    }
}

fn packed_width(field: &FieldDescriptor) -> Option<u64> {
    if !field.is_list() || !is_packable(field) {
        return None;
    }
    Some(match wire_type(field) {
        WireType::I32 => 4,
        WireType::I64 => 8,
        _ => 0,
    })
}

/// Elements that the record at `offset` adds to its repeated field.
fn elements_in(
    reader: &mut Reader<'_>,
    offset: u64,
    end: u64,
    packed_width: Option<u64>,
) -> Result<u64, SourceError> {
    let Some(width) = packed_width else { return Ok(1) };
    let Found::Record(at) = reader.record(offset, end)? else { return Ok(0) };
    if at.wire_type() != WireType::Len {
        return Ok(1);
    }
    let payload = at.payload();
    if let Some(n) = (payload.end - payload.start).checked_div(width) {
        return Ok(n);
    }
    let (mut n, mut at) = (0, payload.start);
    while at < payload.end {
        let want = (payload.end - at).min(super::reader::LARGE_WINDOW as u64) as usize;
        n += count_varints(&reader.at(at, want)?[..want]);
        at += want as u64;
    }
    Ok(n)
}
