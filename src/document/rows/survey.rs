//! What the records of an open message say together: which fields are absent, and which records a
//! later one overrides or merges with.
//!
//! Made when a message is opened and again when the document changes, at once from at most
//! [`MAX_RECORDS`] records; of a message with more it is made in the background. Adjacent elements of one list are passed over by the
//! index.

use super::super::index::Index;
use super::super::level::Meaning;
use super::super::reader::{Found, Reader, RecordAt};
use super::super::resolve::{MapKey, read_key};
use super::super::source::SourceError;
use super::entry::{Absent, Entry, Standing, oneof_of};
use super::survey_work::Surveyed;
use super::tree::{BranchId, Tree, What};
use crate::schema::{FieldDescriptor, Kind, MessageDescriptor, extensions_of};
use crate::wire::WireType;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// Records that are read for one survey.
const MAX_RECORDS: u32 = 4_096;
/// Records between two looks at whether to go on.
const ASK_EVERY: u32 = 1_024;
/// Elements of one list that are walked through before the index is asked for its end.
const WALKED: u32 = 64;

#[derive(Clone, Default)]
pub(super) struct Survey {
    /// In the order of their numbers. Empty unless the tree shows them.
    pub absent: Vec<Absent>,
    /// By the offset of the record from the start of its message, so that it holds wherever that
    /// stands; those with nothing to tell are not in it.
    standing: BTreeMap<u64, Standing>,
    /// Of each embedded message that several records make up, where their payloads are.
    split: BTreeMap<u32, Vec<Range<u64>>>,
    /// Bytes were missing that may come.
    pub is_wanting: bool,
    /// It was made from all records of the message, and depends on no others.
    pub is_own: bool,
    pub surveyed: Surveyed,
}

impl Survey {
    /// Of a record in a message that starts at `start`.
    pub fn standing_of(&self, entry: &Entry, start: u64) -> Option<Standing> {
        let Entry::Record { at, .. } = entry else { return None };
        self.standing.get(&at.offset.checked_sub(start)?).copied()
    }

    /// The row behind a message's records at this place.
    pub fn absent_entry(&self, index: &Index, ordinal: u64) -> Option<Entry> {
        let nth = ordinal.checked_sub(index.n_rows()).filter(|_| index.is_done())?;
        let what = self.absent.get(usize::try_from(nth).ok()?)?.clone();
        Some(Entry::Absent { what, message: index.range() })
    }
}

impl Tree {
    /// Whether fields without a record have rows.
    pub fn shows_absent(&self) -> bool {
        self.shows_absent
    }

    /// Gives fields without a record rows behind the records of every open message, or takes them
    /// away.
    pub fn show_absent(&mut self, reader: &mut Reader<'_>, is_shown: bool) {
        if self.shows_absent == is_shown {
            return;
        }
        self.shows_absent = is_shown;
        self.reshape();
        for idx in 0..self.branches.len() {
            let id = BranchId::of_idx(idx as u32);
            if self.branch(id).is_some_and(|branch| matches!(branch.what, What::Message { .. })) {
                self.recount_own(reader, id, true);
                self.sum_rows(id);
            }
        }
    }

    /// Surveys the messages again whose bytes were not at hand.
    pub fn survey_wanting(&mut self, reader: &mut Reader<'_>) {
        for idx in 0..self.branches.len() {
            let id = BranchId::of_idx(idx as u32);
            if self.branch(id).is_some_and(|branch| branch.survey.is_wanting) {
                self.recount_own(reader, id, true);
                self.sum_rows(id);
            }
        }
    }

    /// The place of a field's row behind the records of a branch.
    pub(super) fn ordinal_of_absent(&self, id: BranchId, number: u32) -> Option<u64> {
        let branch = self.branch(id)?;
        let index = branch.what.index().filter(|index| index.is_done())?;
        let nth = branch.survey.absent.iter().position(|what| what.number() == number)?;
        Some(index.n_rows() + nth as u64)
    }

    /// Tells the open messages below a branch whether a later record overrides what they are in.
    pub(super) fn spread_overridden(&mut self, id: BranchId) {
        let mut changed = vec![id];
        while let Some(id) = changed.pop() {
            let Some(branch) = self.branch(id) else { continue };
            let around = self.message_branch(id).and_then(|message| Some((message, message.what.index()?)));
            let is_overridden = |child: &What| {
                let standing = around.zip(child.record()).and_then(|((message, index), record)| {
                    message.survey.standing.get(&record.checked_sub(index.range().start)?)
                });
                branch.is_overridden || standing == Some(&Standing::Overridden)
            };
            let children = branch.children.values().filter_map(|id| Some((*id, self.branch(*id)?)));
            let found: Vec<(BranchId, bool, bool)> = children
                .map(|(id, child)| (id, is_overridden(&child.what), matches!(child.what, What::Run { .. })))
                .collect();
            for (id, is_overridden, is_run) in found {
                let Some(child) = self.branch_mut(id) else { continue };
                if std::mem::replace(&mut child.is_overridden, is_overridden) != is_overridden || is_run {
                    changed.push(id);
                }
            }
        }
    }

    /// Surveys the message of a branch; what cannot be read or is too much has an empty survey.
    pub(super) fn survey(&self, reader: &mut Reader<'_>, id: BranchId) -> Survey {
        let Some(branch) = self.branch(id) else { return Survey::default() };
        let What::Message { message: Some(message), index, .. } = &branch.what else {
            return Survey::default();
        };
        if !index.is_done() || branch.error.is_some() {
            return Survey::default();
        }
        let parts = self.parts_of(id, index);
        let mut taker = Taker::new(MAX_RECORDS);
        for part in &parts {
            let index = Some(index).filter(|index| index.range() == *part);
            match taker.walk(reader, message, index, part, &mut |_| false) {
                Ok(true) => {}
                Ok(false) => return branch.survey.put_off(self.shows_absent),
                found => {
                    let is_wanting = matches!(found, Err(SourceError::Missing { .. }));
                    return Survey { is_wanting, ..Survey::default() };
                }
            }
        }
        taker.survey_of(message, index, &parts, self.shows_absent)
    }

    /// Whether the survey of a branch holds as long as no byte of its message changes.
    pub(super) fn keeps_survey(&self, id: BranchId) -> bool {
        let Some(branch) = self.branch(id) else { return false };
        let is_alone = |index: &Index| self.parts_of(id, index).len() == 1;
        branch.survey.is_own && branch.what.index().is_some_and(is_alone)
    }

    /// All stretches of records that make up the message of a branch, in wire order.
    pub(super) fn parts_of(&self, id: BranchId, index: &Index) -> Vec<Range<u64>> {
        let around = self.branch(id).and_then(|branch| self.branch(branch.parent?.0));
        let split = around
            .and_then(|around| around.survey.split.values().find(|parts| parts.contains(&index.range())));
        split.cloned().unwrap_or_else(|| vec![index.range()])
    }
}

/// A record of a singular field.
struct Occurrence {
    number: u32,
    offset: u64,
    payload: Range<u64>,
    merges: bool,
}

/// Goes over records and remembers what a survey is made of.
#[derive(Default)]
pub(super) struct Taker {
    n_records: u32,
    max_records: u32,
    /// Numbers of all declared fields that are there, in order of their first record.
    present: Vec<u32>,
    singular: Vec<Occurrence>,
    /// Records with the same key of the same map.
    entries: HashMap<(u32, MapKey), Vec<u64>>,
    /// Members of a oneof, by its name, as they come.
    members: BTreeMap<String, Vec<(u32, u64)>>,
}

impl Taker {
    pub fn new(max_records: u32) -> Taker {
        Taker { max_records, ..Taker::default() }
    }

    /// Returns whether it came to the end within the bound. `is_stopped` is asked now and then, with the
    /// offset reached.
    pub fn walk(
        &mut self,
        reader: &mut Reader<'_>,
        message: &MessageDescriptor,
        index: Option<&Index>,
        part: &Range<u64>,
        is_stopped: &mut dyn FnMut(u64) -> bool,
    ) -> Result<bool, SourceError> {
        let (mut offset, mut last, mut n_alike) = (part.start, 0, 0);
        while let Found::Record(at) = reader.record(offset, part.end)? {
            self.n_records += 1;
            let is_asked = self.n_records.is_multiple_of(ASK_EVERY);
            if self.n_records > self.max_records || is_asked && is_stopped(offset) {
                return Ok(false);
            }
            n_alike = if at.number() == last { n_alike + 1 } else { 0 };
            last = at.number();
            let is_list = self.take(reader, message, &at)?;
            offset = at.end();
            if is_list
                && n_alike > WALKED
                && let Some(index) = index
            {
                n_alike = 0;
                let Some((_, behind)) = index.seek_offset(reader, at.offset)? else { return Ok(false) };
                match index.seek_row(reader, behind.n_rows)? {
                    Some(next) => offset = next.offset,
                    None => return Ok(true),
                }
            }
        }
        Ok(true)
    }

    /// Remembers one record; whether it is an element of a list, whose like need not be seen.
    fn take(
        &mut self,
        reader: &mut Reader<'_>,
        message: &MessageDescriptor,
        at: &RecordAt,
    ) -> Result<bool, SourceError> {
        let meaning = Meaning::of(Some(message), at.number(), at.wire_type());
        let Some(field) = meaning.field() else { return Ok(false) };
        if !self.present.contains(&at.number()) {
            self.present.push(at.number());
        }
        if field.is_list() {
            return Ok(true);
        }
        if !matches!(meaning, Meaning::Field(_)) {
            return Ok(false);
        }
        if let (true, Kind::Message(entry)) = (field.is_map(), field.kind()) {
            let kind = entry.get_field(1).map(|key| key.kind());
            if let Some(kind) = kind
                && let Some(key) = read_key(reader, at.payload(), &kind)?
            {
                self.entries.entry((at.number(), key)).or_default().push(at.offset);
            }
            return Ok(false);
        }
        if let Some(oneof) = oneof_of(field) {
            self.members.entry(oneof.name().to_owned()).or_default().push((at.number(), at.offset));
        }
        self.singular.push(Occurrence {
            number: at.number(),
            offset: at.offset,
            payload: at.payload(),
            merges: merges(field, at.wire_type()),
        });
        Ok(false)
    }

    /// The fields of the type that are not there; of a oneof without a member one.
    fn absent(&self, message: &MessageDescriptor) -> Vec<Absent> {
        let mut absent: Vec<Absent> = Vec::new();
        for field in message.fields().chain(extensions_of(message)) {
            match oneof_of(&field) {
                Some(oneof) => {
                    let is_there = oneof.fields().any(|member| self.present.contains(&member.number()));
                    let what = Absent::Oneof(oneof);
                    if !is_there && !absent.contains(&what) {
                        absent.push(what);
                    }
                }
                None if self.present.contains(&field.number()) => {}
                None => absent.push(Absent::Field(field)),
            }
        }
        absent.sort_by_key(Absent::number);
        absent
    }

    /// What was seen of the parts of a message comes to, for the one that an index is of.
    pub fn survey_of(
        self,
        message: &MessageDescriptor,
        index: &Index,
        parts: &[Range<u64>],
        shows_absent: bool,
    ) -> Survey {
        let is_last = parts.last() == Some(&index.range());
        let absent = if shows_absent && is_last { self.absent(message) } else { Vec::new() };
        let mut survey = Survey { absent, ..self.survey() };
        let range = index.range();
        let own = survey.standing.range(range.clone());
        survey.standing = own.map(|(offset, standing)| (offset - range.start, *standing)).collect();
        survey.is_own = parts.len() == 1 && survey.split.is_empty();
        survey
    }

    fn survey(self) -> Survey {
        let mut survey = Survey::default();
        let mut by_number: BTreeMap<u32, Vec<&Occurrence>> = BTreeMap::new();
        self.singular.iter().for_each(|one| by_number.entry(one.number).or_default().push(one));
        for (number, found) in by_number {
            let n_parts = found.len() as u32;
            if n_parts == 1 {
                continue;
            }
            if found.iter().all(|one| one.merges) {
                for (one, nth) in found.iter().zip(1..) {
                    survey.standing.insert(one.offset, Standing::Part { nth, n_parts });
                }
                survey.split.insert(number, found.iter().map(|one| one.payload.clone()).collect());
            } else {
                survey.rank(found.iter().map(|one| one.offset));
            }
        }
        for offsets in self.entries.into_values().filter(|offsets| offsets.len() > 1) {
            survey.rank(offsets.into_iter());
        }
        // Another member takes away what came before it.
        for members in self.members.into_values() {
            let Some((last, _)) = members.last().copied() else { continue };
            let n_gone = members.iter().rposition(|(number, _)| *number != last).map_or(0, |idx| idx + 1);
            for (_, offset) in &members[..n_gone] {
                survey.standing.insert(*offset, Standing::Overridden);
            }
        }
        survey
    }
}

impl Survey {
    /// None will be made.
    pub fn given_up() -> Survey {
        Survey { surveyed: Surveyed::Never, ..Survey::default() }
    }

    /// To be made in the background. Rows of absent fields stay until then, so that none jumps.
    fn put_off(&self, shows_absent: bool) -> Survey {
        let absent = if shows_absent { self.absent.clone() } else { Vec::new() };
        Survey { absent, surveyed: Surveyed::Later, ..Survey::default() }
    }

    /// The last one counts.
    fn rank(&mut self, offsets: impl DoubleEndedIterator<Item = u64>) {
        let mut offsets = offsets.rev();
        if let Some(last) = offsets.next() {
            self.standing.insert(last, Standing::Effective);
        }
        offsets.for_each(|offset| {
            self.standing.insert(offset, Standing::Overridden);
        });
    }
}

/// Whether several records of the field merge instead of the last one counting.
fn merges(field: &FieldDescriptor, wire_type: WireType) -> bool {
    matches!(field.kind(), Kind::Message(_)) && matches!(wire_type, WireType::Len | WireType::Sgroup)
}
