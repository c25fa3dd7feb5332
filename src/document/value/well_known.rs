//! Reading and writing the fields of Google's types that have a text of their own.

use super::scalar::scalar_of_bits;
use super::{Scalar, read_scalar};
use crate::schema::kind_wire_type;
use crate::wire::{Read, Record, WireType, records, write_tag, write_varint};
use prost_reflect::Kind;

/// The fields of a Timestamp or Duration, in range or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecondsNanos {
    pub seconds: i64,
    pub nanos: i32,
}

/// The records of a small message, each with its payload; stops at damage.
pub(super) fn parts(payload: &[u8]) -> impl Iterator<Item = (Record, &[u8])> {
    records(payload).map_while(move |(offset, read)| {
        let Read::Record(record) = read else { return None };
        let start = offset + usize::from(record.payload_start);
        let end = start.checked_add(record.payload_len as usize)?;
        Some((record, payload.get(start..end)?))
    })
}

/// Seconds and nanos of a Timestamp or Duration: the last of each, 0 where there is none.
///
/// The flag says whether there is anything else: unknown fields, repetitions, damage.
pub fn read_seconds_nanos(payload: &[u8]) -> (SecondsNanos, bool) {
    let mut time = SecondsNanos::default();
    let (mut has_seconds, mut has_nanos, mut at) = (false, false, 0);
    let mut more = false;
    for (record, bytes) in parts(payload) {
        at += usize::from(record.payload_start) + bytes.len();
        let varint = record.tag.wire_type == WireType::Varint;
        match record.tag.number {
            1 if varint => {
                more |= std::mem::replace(&mut has_seconds, true);
                if let Scalar::Int(value) = scalar_of_bits(&Kind::Int64, record.scalar.value) {
                    time.seconds = value as i64;
                }
            }
            2 if varint => {
                more |= std::mem::replace(&mut has_nanos, true);
                if let Scalar::Int(value) = scalar_of_bits(&Kind::Int32, record.scalar.value) {
                    time.nanos = value as i32;
                }
            }
            _ => more = true,
        }
    }
    (time, more || at != payload.len())
}

/// The payload of a Timestamp or Duration; fields that are 0 are left out.
pub(super) fn write_seconds_nanos(time: SecondsNanos) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, value) in [(1, time.seconds), (2, i64::from(time.nanos))] {
        if value != 0 {
            write_tag(&mut out, number, WireType::Varint);
            write_varint(&mut out, value as u64);
        }
    }
    out
}

/// A payload with these seconds and nanos in place of the present ones; everything else in it stays.
pub fn with_seconds_nanos(present: &[u8], time: SecondsNanos) -> Vec<u8> {
    let (now, has_more) = read_seconds_nanos(present);
    if now == time {
        return present.to_vec();
    }
    if !has_more {
        return write_seconds_nanos(time);
    }
    let mut out = present.to_vec();
    let numbers = [(2, i64::from(time.nanos), i64::from(now.nanos)), (1, time.seconds, now.seconds)];
    for (number, value, before) in numbers {
        if value == before {
            continue;
        }
        let (mut at, mut last) = (0, 0..0);
        for (record, bytes) in parts(&out) {
            let start = at;
            at += usize::from(record.payload_start) + bytes.len();
            if record.tag.number == number && record.tag.wire_type == WireType::Varint {
                last = start..at;
            }
        }
        let mut new = Vec::new();
        write_tag(&mut new, number, WireType::Varint);
        write_varint(&mut new, value as u64);
        out.splice(last, new);
    }
    out
}

/// The payload boxed in a wrapper: the last record of field 1, or `None` if there is none, and
/// whether there is anything else.
pub(super) fn boxed<'a>(kind: &Kind, payload: &'a [u8]) -> (Option<&'a [u8]>, bool) {
    let (mut found, mut more, mut at) = (None, false, 0);
    for (record, bytes) in parts(payload) {
        at += usize::from(record.payload_start) + bytes.len();
        if record.tag.number == 1 && record.tag.wire_type == kind_wire_type(kind) && record.missing == 0 {
            more |= found.replace(bytes).is_some();
        } else {
            more = true;
        }
    }
    (found, more || at != payload.len())
}

/// The payload of a wrapper around `value`; the kind's default is the empty message.
pub(super) fn write_boxed(kind: &Kind, value: &[u8]) -> Vec<u8> {
    let is_default = match read_scalar(kind, value) {
        Some(Scalar::Int(value)) => value == 0,
        Some(Scalar::Bool(value)) => !value,
        Some(Scalar::Float(value)) => value.to_bits() == 0,
        Some(Scalar::Double(value)) => value.to_bits() == 0,
        Some(Scalar::Enum(value)) => value == 0,
        None => value.is_empty(),
    };
    let mut out = Vec::new();
    if !is_default {
        write_tag(&mut out, 1, kind_wire_type(kind));
        if kind_wire_type(kind) == WireType::Len {
            write_varint(&mut out, value.len() as u64);
        }
        out.extend_from_slice(value);
    }
    out
}
