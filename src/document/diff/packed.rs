//! Elements of two packed records of one field.

use super::align::{Likeness, align};
use super::item::{Item, n_elements};
use super::pair::same_scalar;
use super::walk::{Finding, Walk};
use super::{Change, Halt, Side};
use crate::document::path::Step;
use crate::document::reader::Reader;
use crate::document::source::SourceError;
use crate::document::value::show_value;
use crate::schema::{FieldDescriptor, Kind, kind_wire_type};
use crate::wire::{WireType, read_varint};
use std::ops::Range;

/// Bytes between the first and the last change up to which elements are told apart.
const MAX_BETWEEN: u64 = 64 << 10;
const MAX_CHARS: usize = 60;

/// One element: where it is, and its bytes.
struct Element {
    range: Range<u64>,
    bytes: Vec<u8>,
}

impl Walk<'_> {
    pub(super) fn packed(
        &mut self,
        finding: &Finding,
        items: [&Item; 2],
        field: &FieldDescriptor,
        [old, new]: [Range<u64>; 2],
    ) -> Result<(), Halt> {
        let kind = field.kind();
        let Some([old_mid, new_mid]) = self.between(&kind, &old, &new)? else {
            return self.emit(finding, Change::Changed);
        };
        let (Some(olds), Some(news)) =
            (elements(&mut self.old, &kind, &old_mid)?, elements(&mut self.new, &kind, &new_mid)?)
        else {
            return self.emit(finding, Change::Changed);
        };
        let old_first = items[0].idx + n_elements(&mut self.old, old.start..old_mid.start, &kind)?;
        let new_first = items[1].idx + n_elements(&mut self.new, new.start..new_mid.start, &kind)?;
        let hashes = |elements: &[Element]| -> Vec<u64> {
            elements.iter().map(|element| self.maker.hash_value(&element.bytes)).collect()
        };
        let matches = align(&hashes(&olds), &hashes(&news), &|_, _| Likeness::Place);
        let (mut old_at, mut new_at) = (old_mid.start, new_mid.start);
        for one in matches {
            let (old, new) = (one.old.map(|at| &olds[at]), one.new.map(|at| &news[at]));
            let side = |element: Option<&Element>, at: u64| match element {
                Some(element) => Side {
                    range: element.range.clone(),
                    text: Some(show_value(&kind, &element.bytes, element.bytes.len() as u64, MAX_CHARS).text),
                    is_record: false,
                },
                None => Side::nothing(at),
            };
            let sides = [side(old, old_at), side(new, new_at)];
            (old_at, new_at) = (sides[0].range.end, sides[1].range.end);
            if one.is_equal {
                continue;
            }
            let change = match (old, new) {
                (Some(old), Some(new)) if same_scalar(&kind, &old.bytes, &new.bytes) => Change::Respelled,
                (Some(_), Some(_)) => Change::Changed,
                (Some(_), None) => Change::Removed,
                _ => Change::Added,
            };
            let steps = |item: &Item, first: u64, at: Option<usize>| {
                let mut steps = item.steps(finding.in_entry);
                steps.push(Step::Index(i128::from(first) + at? as i128));
                Some(steps)
            };
            let steps = [steps(items[0], old_first, one.old), steps(items[1], new_first, one.new)];
            self.hand_on(change, finding.node, steps, sides)?;
        }
        Ok(())
    }

    /// What is between the elements that both begin with and those that both end with; `None` if it is
    /// too long or not made of elements.
    fn between(
        &mut self,
        kind: &Kind,
        old: &Range<u64>,
        new: &Range<u64>,
    ) -> Result<Option<[Range<u64>; 2]>, Halt> {
        let (n_old, n_new) = (old.end - old.start, new.end - new.start);
        let mut head = self.forward(old.start, new.start, n_old.min(n_new))?;
        let width = width_of(kind);
        match width {
            Some(width) => head -= head % width,
            None => {
                while head > 0 && self.new.at(new.start + head - 1, 1)?[0] >= 0x80 {
                    head -= 1;
                }
            }
        }
        let mut tail = self.same.backward(old.end, new.end, n_old.min(n_new) - head)?;
        match width {
            Some(width) => tail -= tail % width,
            None => {
                let starts = |reader: &mut Reader<'_>, range: &Range<u64>| -> Result<bool, SourceError> {
                    let before = range.end - tail;
                    Ok(before == range.start + head || reader.at(before - 1, 1)?[0] < 0x80)
                };
                if !(starts(&mut self.old, old)? && starts(&mut self.new, new)?) {
                    while tail > 0 && self.new.at(new.end - tail, 1)?[0] >= 0x80 {
                        tail -= 1;
                    }
                    tail = tail.saturating_sub(1);
                }
            }
        }
        let between = [old.start + head..old.end - tail, new.start + head..new.end - tail];
        let is_short = between.iter().all(|range| range.end - range.start <= MAX_BETWEEN);
        Ok(is_short.then_some(between))
    }
}

fn width_of(kind: &Kind) -> Option<u64> {
    match kind_wire_type(kind) {
        WireType::I32 => Some(4),
        WireType::I64 => Some(8),
        _ => None,
    }
}

fn elements(
    reader: &mut Reader<'_>,
    kind: &Kind,
    range: &Range<u64>,
) -> Result<Option<Vec<Element>>, SourceError> {
    let want = (range.end - range.start) as usize;
    let bytes = reader.at(range.start, want)?[..want].to_vec();
    let (mut at, mut found) = (0, Vec::new());
    while at < bytes.len() {
        let len = match width_of(kind) {
            Some(width) => width as usize,
            None => match read_varint(&bytes[at..]) {
                Ok(varint) => usize::from(varint.width),
                Err(_) => return Ok(None),
            },
        };
        let Some(element) = bytes.get(at..at + len) else { return Ok(None) };
        let start = range.start + at as u64;
        found.push(Element { range: start..start + len as u64, bytes: element.to_vec() });
        at += len;
    }
    Ok(Some(found))
}
