//! Some records and all that is around them, as rows: what a filtered tree shows.

use super::super::level::{Meaning, MessageAt};
use super::super::reader::{Found, Reader, SMALL_WINDOW};
use super::super::rows::{Entry, Facet, RowId};
use super::super::snapshot::Snapshot;
use super::super::source::{ReadMode, SourceError};
use super::follow::Followed;
use super::run::Finding;
use crate::schema::FieldDescriptor;
use crate::wire::{Damage, MAX_VARINT, WireType, read_varint};
use std::collections::HashSet;

/// No row: the root is around it.
const NONE: u32 = u32::MAX;

/// One row of an outline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutlineRow {
    /// Where its bytes started when it was found.
    pub offset: u64,
    pub facet: Facet,
    pub depth: u32,
    /// Whether it was asked for, and is not only around what was.
    pub is_found: bool,
    /// Whether types say what all records around it are.
    pub is_declared: bool,
    /// Its place among the elements of its field.
    element: Option<u64>,
    /// The row around it.
    parent: u32,
}

/// Rows in wire order, each behind the row that is around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    rows: Vec<OutlineRow>,
}

impl Outline {
    /// Adds what was found and what is around it; `false` if that would be more than `max_rows` rows.
    pub fn add(&mut self, finding: &Finding<'_, '_, '_>, max_rows: usize) -> bool {
        let mut around = finding.around();
        let own = finding.row();
        around.push((own.offset, finding.element()));
        let last = around.len() - 1;
        for (depth, (offset, element)) in around.into_iter().enumerate() {
            let is_own = depth == last;
            let facet = if is_own { own.facet } else { Facet::Record };
            // A run has no row of its own here: its first record stands for it.
            let facet = if facet == Facet::Run { Facet::Record } else { facet };
            if let Some(row) = self.rows.iter_mut().rev().take(64).find(|row| row.offset == offset) {
                row.is_found |= is_own;
                continue;
            }
            if self.rows.len() >= max_rows {
                return false;
            }
            let (depth, is_declared) = (depth as u32, finding.is_declared());
            let row =
                OutlineRow { offset, facet, depth, is_found: is_own, is_declared, element, parent: NONE };
            self.rows.push(row);
        }
        true
    }

    /// Of these offsets those at which nothing was asked for, in order.
    pub fn without(&self, mut offsets: Vec<u64>) -> Vec<u64> {
        let found: HashSet<u64> = self.rows.iter().filter(|row| row.is_found).map(|row| row.offset).collect();
        offsets.retain(|offset| !found.contains(offset));
        offsets.sort_unstable();
        offsets.dedup();
        offsets
    }

    /// Puts the rows in order and finds which is around which.
    pub fn finish(mut self) -> Outline {
        self.rows.sort_by_key(|row| (row.offset, row.depth));
        self.rows.dedup_by(|later, first| {
            let is_same = later.offset == first.offset;
            first.is_found |= is_same && later.is_found;
            is_same
        });
        let mut open: Vec<u32> = Vec::new();
        for idx in 0..self.rows.len() {
            let row = &mut self.rows[idx];
            open.truncate(row.depth as usize);
            row.parent = open.last().copied().unwrap_or(NONE);
            row.depth = open.len() as u32;
            open.push(idx as u32);
        }
        self
    }

    pub fn rows(&self) -> &[OutlineRow] {
        &self.rows
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row around a row; `None` if that is the root.
    pub fn around(&self, idx: usize) -> Option<usize> {
        self.rows
            .get(idx)
            .map(|row| row.parent)
            .filter(|parent| *parent != NONE)
            .map(|parent| parent as usize)
    }

    /// Rows that were asked for.
    pub fn n_found(&self) -> usize {
        self.rows.iter().filter(|row| row.is_found).count()
    }

    /// What a row stands for, read from where its bytes are by now; `None` if they are none of what
    /// was found there.
    pub fn entry(
        &self,
        idx: usize,
        places: &Followed,
        snapshot: &Snapshot,
        root: &MessageAt,
        mode: ReadMode,
    ) -> Result<Option<Entry>, SourceError> {
        let mut way = Vec::new();
        let mut next = idx as u32;
        while let Some(row) = self.rows.get(next as usize) {
            way.push((next, row));
            next = row.parent;
        }
        let mut reader = Reader::new(snapshot, mode, SMALL_WINDOW);
        let mut message = root.clone();
        let mut packed = None;
        while let Some((row_idx, row)) = way.pop() {
            let Some(offset) = places.now(row_idx as usize) else { return Ok(None) };
            let is_last = way.is_empty();
            if let Some((field, end)) = packed.take() {
                if row.facet == Facet::Element {
                    return element(&mut reader, field, offset, end, row.element.unwrap_or(0));
                }
                let damage = Damage::CutVarint { number: field.number() };
                return Ok(Some(Entry::Rest { range: offset..end, damage }));
            }
            let at = match reader.record(offset, message.range.end)? {
                Found::Record(at) => at,
                Found::Rest(damage) if is_last => {
                    return Ok(Some(Entry::Rest { range: offset..message.range.end, damage }));
                }
                Found::Rest(_) | Found::End => return Ok(None),
            };
            let meaning = message.meaning(&mut reader, &at)?;
            if is_last {
                return Ok(Some(Entry::Record { at, meaning, element_idx: row.element }));
            }
            if let Meaning::Packed(field) = &meaning {
                packed = Some((field.clone(), at.payload().end));
            } else if let Some(inside) = message.inside(&at, &meaning) {
                message = inside;
            } else {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// The tree's name for a row.
    pub fn row_id(&self, idx: usize, places: &Followed) -> Option<RowId> {
        Some(RowId { offset: places.now(idx)?, facet: self.rows.get(idx)?.facet })
    }
}

fn element(
    reader: &mut Reader<'_>,
    field: FieldDescriptor,
    offset: u64,
    end: u64,
    element_idx: u64,
) -> Result<Option<Entry>, SourceError> {
    let left = end.saturating_sub(offset);
    let width = match crate::schema::wire_type(&field) {
        WireType::I32 => 4,
        WireType::I64 => 8,
        _ => {
            let want = left.min(MAX_VARINT as u64) as usize;
            let bytes = reader.at(offset, want)?;
            read_varint(bytes.get(..want).unwrap_or(bytes)).map_or(left, |varint| u64::from(varint.width))
        }
    };
    let range = offset..offset + width.min(left);
    Ok(Some(Entry::Element { field, range, element_idx }))
}
