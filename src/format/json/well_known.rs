//! Which messages of `google.protobuf` ProtoJSON spells in a way of their own.

use prost_reflect::{EnumDescriptor, MessageDescriptor};

/// A message with a JSON form of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WellKnown {
    Any,
    Timestamp,
    Duration,
    FieldMask,
    Struct,
    ListValue,
    Value,
    /// `DoubleValue` to `BytesValue`: written as the value alone.
    Wrapper,
    Empty,
}

pub(super) fn well_known(message: &MessageDescriptor) -> Option<WellKnown> {
    Some(match message.full_name().strip_prefix("google.protobuf.")? {
        "Any" => WellKnown::Any,
        "Timestamp" => WellKnown::Timestamp,
        "Duration" => WellKnown::Duration,
        "FieldMask" => WellKnown::FieldMask,
        "Struct" => WellKnown::Struct,
        "ListValue" => WellKnown::ListValue,
        "Value" => WellKnown::Value,
        "Empty" => WellKnown::Empty,
        "DoubleValue" | "FloatValue" | "Int64Value" | "UInt64Value" | "Int32Value" | "UInt32Value"
        | "BoolValue" | "StringValue" | "BytesValue" => WellKnown::Wrapper,
        _ => return None,
    })
}

/// Whether the enum is `google.protobuf.NullValue`, whose values are all written `null`.
pub(super) fn is_null_value(kind: &EnumDescriptor) -> bool {
    kind.full_name() == "google.protobuf.NullValue"
}
