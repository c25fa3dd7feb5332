//! The varint in front of every record: field number and wire type.

use std::fmt;

/// The largest field number, 2^29 - 1.
pub const MAX_NUMBER: u32 = (1 << 29) - 1;

/// How a payload is laid out, by the names of the encoding specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WireType {
    Varint,
    I64,
    Len,
    Sgroup,
    Egroup,
    I32,
}

impl WireType {
    /// All of them, by their number on the wire.
    pub const ALL: [WireType; 6] =
        [WireType::Varint, WireType::I64, WireType::Len, WireType::Sgroup, WireType::Egroup, WireType::I32];

    /// The type whose low three tag bits are `bits`; 6 and 7 are none.
    pub fn from_bits(bits: u8) -> Option<WireType> {
        Self::ALL.get(usize::from(bits)).copied()
    }

    /// The low three bits of a tag.
    pub fn bits(self) -> u8 {
        self as u8
    }

    /// The word of the specification, in capitals.
    pub fn name(self) -> &'static str {
        match self {
            WireType::Varint => "VARINT",
            WireType::I64 => "I64",
            WireType::Len => "LEN",
            WireType::Sgroup => "SGROUP",
            WireType::Egroup => "EGROUP",
            WireType::I32 => "I32",
        }
    }

    /// The type that [`WireType::name`] gives this word for, in any case.
    pub fn from_name(name: &str) -> Option<WireType> {
        Self::ALL.into_iter().find(|wire_type| wire_type.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for WireType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A tag as found, with the width it was spelled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// 1 to [`MAX_NUMBER`].
    pub number: u32,
    pub wire_type: WireType,
    /// 1 to 10 bytes; more than needed when padded.
    pub width: u8,
}

impl Tag {
    /// The integer that the varint spells.
    pub fn value(self) -> u64 {
        u64::from(self.number) << 3 | u64::from(self.wire_type.bits())
    }
}
