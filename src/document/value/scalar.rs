//! Scalars as they stand on the wire, read the way the official parsers read them.

use crate::schema::kind_wire_type;
use crate::wire::{WireType, read_varint, zigzag_decode};
use prost_reflect::Kind;

/// A scalar read from its payload.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// Any integer kind, within its range.
    Int(i128),
    Bool(bool),
    Float(f32),
    Double(f64),
    /// An enum's number.
    Enum(i32),
}

/// Reads a payload of a varint or fixed-width kind; `None` if it is not exactly one such payload, and
/// for LEN kinds.
///
/// Bits beyond the kind's width are dropped, and every bool but 0 is true, as the official parsers
/// have it.
pub fn read_scalar(kind: &Kind, payload: &[u8]) -> Option<Scalar> {
    let bits = match kind_wire_type(kind) {
        WireType::Varint => {
            read_varint(payload).ok().filter(|varint| usize::from(varint.width) == payload.len())?.value
        }
        WireType::I32 => u64::from(u32::from_le_bytes(payload.try_into().ok()?)),
        WireType::I64 => u64::from_le_bytes(payload.try_into().ok()?),
        _ => return None,
    };
    Some(scalar_of_bits(kind, bits))
}

/// What the bits of a varint or fixed-width payload stand for.
pub(in crate::document) fn scalar_of_bits(kind: &Kind, bits: u64) -> Scalar {
    match kind {
        Kind::Int32 | Kind::Sfixed32 => Scalar::Int(i128::from(bits as u32 as i32)),
        Kind::Int64 | Kind::Sfixed64 => Scalar::Int(i128::from(bits as i64)),
        Kind::Uint32 | Kind::Fixed32 => Scalar::Int(i128::from(bits as u32)),
        Kind::Sint32 => Scalar::Int(i128::from(zigzag_decode(u64::from(bits as u32)) as i32)),
        Kind::Sint64 => Scalar::Int(i128::from(zigzag_decode(bits))),
        Kind::Bool => Scalar::Bool(bits != 0),
        Kind::Float => Scalar::Float(f32::from_bits(bits as u32)),
        Kind::Double => Scalar::Double(f64::from_bits(bits)),
        Kind::Enum(_) => Scalar::Enum(bits as u32 as i32),
        _ => Scalar::Int(i128::from(bits)),
    }
}

/// Whether a varint has bits that its kind has no room for, and that are therefore dropped.
///
/// A negative int32 or enum is written in 64 bits, all ones above; that is not too many.
pub(super) fn has_excess_bits(kind: &Kind, bits: u64) -> bool {
    match kind {
        Kind::Int32 | Kind::Enum(_) => {
            bits as u32 as i32 as i64 as u64 != bits && u64::from(bits as u32) != bits
        }
        Kind::Uint32 | Kind::Sint32 => u64::from(bits as u32) != bits,
        _ => false,
    }
}
