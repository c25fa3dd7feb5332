//! What problems there are, and which of them can be put right without doubt.

use std::fmt;

/// Which complaint a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProblemKind {
    /// Bytes that are no record.
    Damage,
    /// A length that declares more than is there.
    Overrun,
    UnclosedGroup,
    TooDeep,
    /// The record's wire type is not the declared kind's.
    WireType,
    Utf8,
    /// A singular field in several records.
    SetAgain,
    /// A message in several records, which merge.
    Split,
    /// Several members of a oneof.
    Oneof,
    /// A key of a map in several entries.
    KeyAgain,
    NoKey,
    NoValue,
    ValueFirst,
    Unknown,
    Reserved,
    EnumNumber,
    /// A bool that is neither 0 nor 1.
    OddBool,
    /// A varint with more bits than an int32 or enum has.
    BeyondInt32,
    /// A varint with more bits than a uint32 or sint32 has.
    BeyondUint32,
    /// A varint with bits beyond the 64th.
    Beyond64,
    /// A varint in more bytes than needed.
    Padded,
    PackedWidth,
    PackedCut,
    TimeRange,
    MissingRequired,
}

impl ProblemKind {
    pub const ALL: [ProblemKind; 25] = [
        ProblemKind::Damage,
        ProblemKind::Overrun,
        ProblemKind::UnclosedGroup,
        ProblemKind::TooDeep,
        ProblemKind::WireType,
        ProblemKind::Utf8,
        ProblemKind::SetAgain,
        ProblemKind::Split,
        ProblemKind::Oneof,
        ProblemKind::KeyAgain,
        ProblemKind::NoKey,
        ProblemKind::NoValue,
        ProblemKind::ValueFirst,
        ProblemKind::Unknown,
        ProblemKind::Reserved,
        ProblemKind::EnumNumber,
        ProblemKind::OddBool,
        ProblemKind::BeyondInt32,
        ProblemKind::BeyondUint32,
        ProblemKind::Beyond64,
        ProblemKind::Padded,
        ProblemKind::PackedWidth,
        ProblemKind::PackedCut,
        ProblemKind::TimeRange,
        ProblemKind::MissingRequired,
    ];

    /// What putting it right does; `None` where a person has to decide.
    ///
    /// Parsers read the same before and after, but for a length that overruns and a group without its
    /// end, which they refuse.
    pub fn fix_label(self) -> Option<&'static str> {
        Some(match self {
            ProblemKind::Overrun => "Shorten the length to what is there",
            ProblemKind::UnclosedGroup => "Add the end tag",
            ProblemKind::SetAgain => "Remove the earlier values",
            ProblemKind::Oneof => "Remove the earlier members",
            ProblemKind::KeyAgain => "Remove the earlier entries",
            ProblemKind::OddBool => "Write true as 1",
            ProblemKind::BeyondInt32 | ProblemKind::BeyondUint32 => "Write the 32 bits that parsers read",
            ProblemKind::Beyond64 => "Write the 64 bits that parsers read",
            ProblemKind::Padded => "Write it in the fewest bytes",
            _ => return None,
        })
    }

    /// Whether it is about a message as a whole, such as what it has not: its range is then that of the
    /// message's payload, and no record in it is to blame.
    pub fn is_of_message(self) -> bool {
        use ProblemKind::{MissingRequired, NoKey, NoValue, TimeRange, ValueFirst};
        matches!(self, MissingRequired | NoKey | NoValue | TimeRange | ValueFirst)
    }

    /// What can be done about it where only a person knows whether that is right: an offer and no fix.
    pub fn offer_label(self) -> Option<&'static str> {
        (self == ProblemKind::MissingRequired).then_some("Add the field")
    }
}

impl fmt::Display for ProblemKind {
    /// A word for scripts, such as `set-again`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ProblemKind::Damage => "damage",
            ProblemKind::Overrun => "overrun",
            ProblemKind::UnclosedGroup => "unclosed-group",
            ProblemKind::TooDeep => "too-deep",
            ProblemKind::WireType => "wire-type",
            ProblemKind::Utf8 => "utf8",
            ProblemKind::SetAgain => "set-again",
            ProblemKind::Split => "split",
            ProblemKind::Oneof => "oneof",
            ProblemKind::KeyAgain => "key-again",
            ProblemKind::NoKey => "no-key",
            ProblemKind::NoValue => "no-value",
            ProblemKind::ValueFirst => "value-first",
            ProblemKind::Unknown => "unknown",
            ProblemKind::Reserved => "reserved",
            ProblemKind::EnumNumber => "enum-number",
            ProblemKind::OddBool => "odd-bool",
            ProblemKind::BeyondInt32 => "beyond-int32",
            ProblemKind::BeyondUint32 => "beyond-uint32",
            ProblemKind::Beyond64 => "beyond-64-bits",
            ProblemKind::Padded => "padded",
            ProblemKind::PackedWidth => "packed-width",
            ProblemKind::PackedCut => "packed-cut",
            ProblemKind::TimeRange => "time-range",
            ProblemKind::MissingRequired => "missing-required",
        })
    }
}
