//! From a place in a branch to what stands there.

use super::super::index::{Index, Place};
use super::super::level::{Meaning, MessageAt, forms_runs};
use super::super::reader::{Found, Reader, RecordAt};
use super::super::reading::Reading;
use super::super::source::SourceError;
use super::entry::{Entry, Row};
use super::tree::{Branch, BranchId, Tree, What};
use crate::schema::{Kind, is_packable};
use crate::wire::WireType;

impl Tree {
    pub(super) fn row(&self, reader: &mut Reader<'_>, id: BranchId, ordinal: u64) -> Row {
        let branch = self.branch(id);
        let entry = branch.and_then(|_| self.entry(reader, id, ordinal).transpose()).unwrap_or_else(|| {
            let error = branch.and_then(|branch| branch.error.clone());
            let offset = branch.and_then(|b| b.what.index()).map_or(0, |index| index.frontier().offset);
            Ok(Entry::Unread { offset, error: error.unwrap_or(SourceError::Missing { offset }) })
        });
        let entry = entry.unwrap_or_else(|error| Entry::Unread {
            offset: branch.and_then(|b| b.what.index()).map_or(0, |index| index.range().start),
            error,
        });
        let is_expanded = branch.is_some_and(|branch| branch.children.contains_key(&ordinal));
        let around = self.message_branch(id);
        let start = around.and_then(|around| around.what.index()).map_or(0, |index| index.range().start);
        let standing = around.and_then(|around| around.survey.standing_of(&entry, start));
        let depth = branch.map_or(0, |branch| branch.depth);
        let shows_absent = self.shows_absent;
        let is_overridden = branch.is_some_and(|branch| branch.is_overridden);
        let is_reading = branch.is_some_and(|branch| branch.is_reading);
        let value_reading = around.and_then(|around| chosen_for_value(&around.what, &entry));
        Row {
            id: entry.id(),
            depth,
            branch: id,
            ordinal,
            entry,
            is_expanded,
            standing,
            is_overridden,
            is_reading,
            value_reading,
            shows_absent,
        }
    }

    /// The branch whose records the rows of a branch are; that of a run is the message around it.
    pub(super) fn message_branch(&self, id: BranchId) -> Option<&Branch> {
        let branch = self.branch(id)?;
        match &branch.what {
            What::Run { .. } => self.branch(branch.parent?.0),
            _ => Some(branch),
        }
    }

    fn entry(
        &self,
        reader: &mut Reader<'_>,
        id: BranchId,
        ordinal: u64,
    ) -> Result<Option<Entry>, SourceError> {
        let Some(branch) = self.branch(id) else { return Ok(None) };
        match &branch.what {
            What::Message { index, .. } => {
                if let (Some(place), Some(around)) = (index.seek_row(reader, ordinal)?, branch.what.message())
                {
                    return message_entry(reader, index, &around, place, ordinal);
                }
                Ok(rest_entry(index, ordinal).or_else(|| branch.survey.absent_entry(index, ordinal)))
            }
            What::Run { first_record, first_element, field, .. } => {
                let Some((parent, _)) = branch.parent else { return Ok(None) };
                let what = self.branch(parent).map(|parent| &parent.what);
                let Some((index, around)) = what.and_then(|what| what.index().zip(what.message())) else {
                    return Ok(None);
                };
                let Some(place) = index.seek_record(reader, first_record + ordinal)? else { return Ok(None) };
                if is_packable(field) {
                    return record_entry(reader, index, &around, place);
                }
                Ok(plain_record(reader, &around, place)?.map(|(at, meaning)| Entry::Record {
                    at,
                    meaning,
                    element_idx: Some(first_element + ordinal),
                }))
            }
            What::Packed { index, field, first_element, .. } => {
                let Some(place) = index.seek_record(reader, ordinal)? else {
                    return Ok(rest_entry(index, ordinal));
                };
                let Some(next) = index.next(reader, place)? else { return Ok(None) };
                let range = place.offset..next.offset;
                Ok(Some(Entry::Element { field: field.clone(), range, element_idx: first_element + ordinal }))
            }
        }
    }
}

/// What was chosen for the value of a map entry that stands in `around`.
fn chosen_for_value(around: &What, entry: &Entry) -> Option<Reading> {
    let What::Message { scope, .. } = around else { return None };
    let Entry::Record { at, meaning: Meaning::Field(field), .. } = entry else { return None };
    let Kind::Message(of_entry) = field.kind() else { return None };
    let value =
        of_entry.get_field(2).filter(|value| field.is_map() && matches!(value.kind(), Kind::Bytes))?;
    let chosen = scope.inside(at.number());
    chosen.get(value.number()).filter(|reading| reading.wire_type() == WireType::Len).cloned()
}

pub(super) fn rest_entry(index: &Index, ordinal: u64) -> Option<Entry> {
    let (offset, damage) = index.rest()?;
    (ordinal == index.frontier().n_rows).then(|| Entry::Rest { range: offset..index.range().end, damage })
}

/// The row of a message that starts at `place`: a run, or one record.
fn message_entry(
    reader: &mut Reader<'_>,
    index: &Index,
    around: &MessageAt,
    place: Place,
    ordinal: u64,
) -> Result<Option<Entry>, SourceError> {
    let Some(Entry::Record { at, meaning, element_idx }) = record_entry(reader, index, around, place)? else {
        return Ok(None);
    };
    let Some(field) = meaning.field().filter(|field| forms_runs(field)).cloned() else {
        return Ok(Some(Entry::Record { at, meaning, element_idx }));
    };
    let next = index.seek_row(reader, ordinal + 1)?;
    let counted = next.is_some() || index.is_done();
    let end = next.unwrap_or_else(|| index.frontier());
    let n_records = end.n_records.saturating_sub(place.n_records);
    if n_records == 1 && counted && matches!(meaning, Meaning::Packed(_)) {
        return Ok(Some(Entry::Record { at, meaning, element_idx }));
    }
    Ok(Some(Entry::Run { field, range: place.offset..end.offset, n_records, counted }))
}

fn plain_record(
    reader: &mut Reader<'_>,
    around: &MessageAt,
    place: Place,
) -> Result<Option<(RecordAt, Meaning)>, SourceError> {
    let Found::Record(at) = reader.record(place.offset, around.range.end)? else { return Ok(None) };
    let meaning = around.meaning(reader, &at)?;
    Ok(Some((at, meaning)))
}

fn record_entry(
    reader: &mut Reader<'_>,
    index: &Index,
    around: &MessageAt,
    place: Place,
) -> Result<Option<Entry>, SourceError> {
    let Some((at, meaning)) = plain_record(reader, around, place)? else { return Ok(None) };
    let repeated = meaning.field().is_some_and(forms_runs);
    let element_idx =
        if repeated { Some(index.n_elements_before(reader, place, at.number())?) } else { None };
    Ok(Some(Entry::Record { at, meaning, element_idx }))
}
