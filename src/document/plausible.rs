//! Whether a payload that no field declares is a message.

use super::reader::Reader;
use super::source::SourceError;
use crate::wire::{Damage, Read, WireType, readings};
use std::ops::Range;

/// Of a long payload that no field declares, so many bytes and records are looked at.
const LOOKED_AT: u64 = 4 << 10;
const MAX_RECORDS_LOOKED_AT: u32 = 256;
/// A record that is cut off speaks for a message up to this field number.
const MAX_LIKELY_NUMBER: u32 = 1000;

/// Whether a payload that no field declares can hardly be anything but a message. One that is
/// cut off may end in the middle of a record.
pub fn is_plausible_message(
    reader: &mut Reader<'_>,
    payload: Range<u64>,
    is_cut: bool,
) -> Result<bool, SourceError> {
    let len = payload.end - payload.start;
    let head = head_of(reader, payload.start, len.min(LOOKED_AT) as usize)?;
    let is_all = head.len() as u64 == len && !is_cut;
    let found = readings(WireType::Len, 0, &head, is_all);
    if is_all || found.first().is_some_and(|reading| reading.kind == "string") {
        return Ok(found.first().is_some_and(|reading| reading.kind == "message"));
    }
    let mut open = Vec::new();
    let mut at = payload.start;
    for n_before in 0..MAX_RECORDS_LOOKED_AT {
        match reader.head(at, payload.end)? {
            Read::End => return Ok(open.is_empty() || is_cut),
            Read::Rest(damage) => return Ok(is_cut && n_before > 0 && is_cut_off(damage)),
            Read::Record(record) if record.missing > 0 => {
                return Ok(is_cut && record.tag.number <= MAX_LIKELY_NUMBER);
            }
            Read::Record(record) => {
                match record.tag.wire_type {
                    WireType::Sgroup => open.push(record.tag.number),
                    WireType::Egroup if open.pop() != Some(record.tag.number) => return Ok(false),
                    _ => {}
                }
                at += record.head_and_payload_len();
            }
        }
    }
    Ok(true)
}

fn head_of(reader: &mut Reader<'_>, offset: u64, want: usize) -> Result<Vec<u8>, SourceError> {
    Ok(reader.at(offset, want)?.iter().take(want).copied().collect())
}

fn is_cut_off(damage: Damage) -> bool {
    matches!(
        damage,
        Damage::CutTag | Damage::CutVarint { .. } | Damage::CutFixed { .. } | Damage::CutLength { .. }
    )
}
