//! Words and values of a row.

use super::level::{Meaning, message_in};
use super::rows::Entry;
use super::snapshot::Snapshot;
use super::source::ReadMode;
use crate::wire::{self, WireType, readings};

/// LEN payloads up to this many bytes are looked at to see whether they could be a message.
const PLAUSIBLE: u64 = 4 << 10;

/// Whether a row opens without being asked: what is declared, and what can hardly be anything else.
pub fn opens_by_itself(snapshot: &Snapshot, entry: &Entry, mode: ReadMode) -> bool {
    let Entry::Record { at, meaning, .. } = entry else { return entry.is_expandable() };
    if !entry.is_expandable() {
        return false;
    }
    if !matches!(meaning, Meaning::Unknown | Meaning::Clash(_)) || at.wire_type() == WireType::Sgroup {
        return message_in(at, meaning).is_some() || matches!(meaning, Meaning::Packed(_));
    }
    let payload = at.payload();
    if payload.end - payload.start > PLAUSIBLE {
        return false;
    }
    let Ok(bytes) = snapshot.bytes(payload, mode) else { return false };
    readings(wire::WireType::Len, 0, &bytes, true).first().is_some_and(|reading| reading.kind == "message")
}
