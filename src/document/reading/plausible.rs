//! Which readings are worth showing.

use super::{Reading, TimeUnit};
use crate::schema::{EnumDescriptor, Kind, Schema};
use crate::wire::{WireType, readings};

/// Enums offered for a number at most; more tell nothing.
const MAX_ENUMS: usize = 4;
/// Smaller numbers are in most enums.
const MIN_TELLING: i32 = 16;

/// Every plausible reading of a payload that no field declares, the likeliest first.
///
/// `scalar` is the value of a VARINT, I32 or I64; `payload` the bytes of a LEN, of which a head is
/// enough: `complete` says whether it is all of it.
pub fn plausible_readings(wire_type: WireType, scalar: u64, payload: &[u8], complete: bool) -> Vec<Reading> {
    let mut found = Vec::new();
    for reading in readings(wire_type, scalar, payload, complete) {
        match reading.kind {
            "message" => found.push(Reading::Message),
            "bytes" => found.extend([Reading::Hex, Reading::Base64]),
            "packed varint" => found.push(Reading::Packed(Kind::Uint64)),
            kind => match kind.strip_prefix("packed ") {
                Some(kind) => found.extend(super::scalar_kind(kind).map(Reading::Packed)),
                None => found.extend(super::scalar_kind(kind).map(Reading::Kind)),
            },
        }
    }
    let count = match wire_type {
        WireType::I32 => Some(i64::from(scalar as u32)),
        WireType::Varint | WireType::I64 => Some(scalar as i64),
        _ => None,
    };
    if let Some(unit) = count.and_then(TimeUnit::likely) {
        found.push(Reading::Time { wire_type, unit });
    }
    found
}

/// Enums that declare the number of an undeclared VARINT, where that tells something: with the name
/// it has there. Those in `near`, which are used around the record, come first.
pub fn guessed_enums(schema: &Schema, number: u64, near: &[EnumDescriptor]) -> Vec<(EnumDescriptor, String)> {
    let Ok(number) = i32::try_from(number as i64) else { return Vec::new() };
    let named = |descriptor: &EnumDescriptor| {
        let value = descriptor.get_value(number)?;
        Some((descriptor.clone(), value.name().to_owned()))
    };
    let mut found: Vec<(EnumDescriptor, String)> = near.iter().filter_map(named).collect();
    if number >= MIN_TELLING {
        let others: Vec<_> =
            schema.enums().iter().filter(|one| !near.contains(one)).filter_map(named).collect();
        if others.len() <= MAX_ENUMS {
            found.extend(others);
        }
    }
    found.truncate(MAX_ENUMS);
    found
}
