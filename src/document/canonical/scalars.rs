//! Scalars in the fewest bytes.

use crate::schema::{FieldDescriptor, Kind, kind_wire_type};
use crate::wire::{WireType, read_varint, write_tag, write_varint};

/// The bits of a varint of this kind, as parsers read them.
fn bits(kind: &Kind, value: u64) -> u64 {
    match kind {
        Kind::Int32 | Kind::Enum(_) => value as u32 as i32 as i64 as u64,
        Kind::Uint32 | Kind::Sint32 => u64::from(value as u32),
        Kind::Bool => u64::from(value != 0),
        _ => value,
    }
}

/// Writes a payload anew: varints in the fewest bytes, others as they are.
pub(super) fn write_scalar(out: &mut Vec<u8>, kind: &Kind, payload: &[u8]) {
    match (kind_wire_type(kind), read_varint(payload)) {
        (WireType::Varint, Ok(varint)) => write_varint(out, bits(kind, varint.value)),
        _ => out.extend_from_slice(payload),
    }
}

/// Whether absent means the same, for a field without presence.
pub(super) fn is_default(kind: &Kind, payload: &[u8]) -> bool {
    match (kind_wire_type(kind), read_varint(payload)) {
        (WireType::Varint, Ok(varint)) => bits(kind, varint.value) == 0,
        _ => {
            payload.iter().all(|byte| *byte == 0) && kind_wire_type(kind) != WireType::Len
                || payload.is_empty()
        }
    }
}

/// The payloads of all elements of a repeated scalar field, packed or not; `None` if one is damaged.
pub(super) fn elements<'a>(
    kind: &Kind,
    records: impl Iterator<Item = (&'a [u8], WireType)>,
) -> Option<Vec<&'a [u8]>> {
    let mut all = Vec::new();
    for (payload, wire_type) in records {
        if wire_type != WireType::Len {
            all.push(payload);
            continue;
        }
        let mut left = payload;
        while !left.is_empty() {
            let len = match kind_wire_type(kind) {
                WireType::I32 => 4,
                WireType::I64 => 8,
                _ => usize::from(read_varint(left).ok()?.width),
            };
            all.push(left.get(..len)?);
            left = &left[len..];
        }
    }
    Some(all)
}

/// Writes elements packed or not, as the field is declared.
pub(super) fn write_elements(out: &mut Vec<u8>, field: &FieldDescriptor, kind: &Kind, all: &[&[u8]]) {
    if !field.is_packed() {
        for element in all {
            write_tag(out, field.number(), kind_wire_type(kind));
            write_scalar(out, kind, element);
        }
        return;
    }
    if all.is_empty() {
        return;
    }
    let mut packed = Vec::new();
    all.iter().for_each(|element| write_scalar(&mut packed, kind, element));
    write_tag(out, field.number(), WireType::Len);
    write_varint(out, packed.len() as u64);
    out.extend(packed);
}
