//! What the window and the readers ask of a field again and again.

use super::{Cardinality, EnumDescriptor, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use crate::wire::WireType;

/// What a declared field and a declared extension have in common.
pub trait FieldShape {
    fn kind(&self) -> Kind;
    fn cardinality(&self) -> Cardinality;
    /// Written as SGROUP … EGROUP instead of LEN.
    fn is_group(&self) -> bool;
    fn is_map(&self) -> bool;
    fn supports_presence(&self) -> bool;
}

macro_rules! field_shape {
    ($($descriptor:ty),*) => {$(
        impl FieldShape for $descriptor {
            fn kind(&self) -> Kind {
                self.kind()
            }
            fn cardinality(&self) -> Cardinality {
                self.cardinality()
            }
            fn is_group(&self) -> bool {
                self.is_group()
            }
            fn is_map(&self) -> bool {
                self.is_map()
            }
            fn supports_presence(&self) -> bool {
                self.supports_presence()
            }
        }
    )*};
}

field_shape!(FieldDescriptor, ExtensionDescriptor);

/// The word for a kind in a `.proto` file; messages and enums by their name without package and
/// enclosing types.
pub fn kind_name(kind: &Kind) -> String {
    let word = match kind {
        Kind::Double => "double",
        Kind::Float => "float",
        Kind::Int32 => "int32",
        Kind::Int64 => "int64",
        Kind::Uint32 => "uint32",
        Kind::Uint64 => "uint64",
        Kind::Sint32 => "sint32",
        Kind::Sint64 => "sint64",
        Kind::Fixed32 => "fixed32",
        Kind::Fixed64 => "fixed64",
        Kind::Sfixed32 => "sfixed32",
        Kind::Sfixed64 => "sfixed64",
        Kind::Bool => "bool",
        Kind::String => "string",
        Kind::Bytes => "bytes",
        Kind::Message(message) => message.name(),
        Kind::Enum(descriptor) => descriptor.name(),
    };
    word.to_owned()
}

/// The kind column of the window: `string`, `repeated string`, `map<string, string>`, `Timestamp`.
pub fn kind_label(field: &impl FieldShape) -> String {
    let kind = field.kind();
    match &kind {
        Kind::Message(entry) if field.is_map() => {
            let [key, value] = [1, 2].map(|number| entry.get_field(number).map(|field| field.kind()));
            match (key, value) {
                (Some(key), Some(value)) => format!("map<{}, {}>", kind_name(&key), kind_name(&value)),
                _ => kind_name(&kind),
            }
        }
        _ if field.cardinality() == Cardinality::Repeated => format!("repeated {}", kind_name(&kind)),
        _ => kind_name(&kind),
    }
}

/// The wire type of one value of this field, unpacked.
pub fn wire_type(field: &impl FieldShape) -> WireType {
    if field.is_group() { WireType::Sgroup } else { kind_wire_type(&field.kind()) }
}

/// The wire type that a kind is written with; a group's field apart, whose kind is a message too.
pub fn kind_wire_type(kind: &Kind) -> WireType {
    match kind {
        Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => WireType::I64,
        Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => WireType::I32,
        Kind::String | Kind::Bytes | Kind::Message(_) => WireType::Len,
        _ => WireType::Varint,
    }
}

/// Whether a record of this wire type is a value of the field: its own, or packed.
///
/// Parsers take a repeated scalar in either form, whatever the schema says.
pub fn accepts(field: &impl FieldShape, found: WireType) -> bool {
    found == wire_type(field) || (found == WireType::Len && is_packable(field))
}

/// Whether several values of this field may share one LEN record.
pub fn is_packable(field: &impl FieldShape) -> bool {
    field.cardinality() == Cardinality::Repeated && is_packable_kind(&field.kind())
}

/// Whether values of this kind are packed when their field is repeated.
pub fn is_packable_kind(kind: &Kind) -> bool {
    !matches!(kind, Kind::String | Kind::Bytes | Kind::Message(_))
}

/// Whether the field holds at most one value: neither repeated nor a map.
pub fn is_singular(field: &impl FieldShape) -> bool {
    field.cardinality() != Cardinality::Repeated
}

/// Whether "absent" and "default value" are two things for this field.
pub fn has_presence(field: &impl FieldShape) -> bool {
    is_singular(field) && field.supports_presence()
}

/// Google's types that people write in a notation of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WellKnown {
    Timestamp,
    Duration,
    /// `google.protobuf.Int32Value` and its eight siblings; the kind of what is boxed.
    Wrapper(Kind),
    Struct,
    Value,
    ListValue,
    FieldMask,
    Any,
    Empty,
}

impl WellKnown {
    /// The well-known type that this message is, by its full name and its fields: a schema may call
    /// anything Timestamp.
    pub fn of(message: &MessageDescriptor) -> Option<WellKnown> {
        let name = message.full_name().strip_prefix("google.protobuf.")?;
        let is = |number, kind: Kind| message.get_field(number).is_some_and(|field| field.kind() == kind);
        let n_fields = message.fields().len();
        let boxed = |kind: Kind| (n_fields == 1 && is(1, kind.clone())).then_some(WellKnown::Wrapper(kind));
        let time = n_fields == 2 && is(1, Kind::Int64) && is(2, Kind::Int32);
        match name {
            "Timestamp" => time.then_some(WellKnown::Timestamp),
            "Duration" => time.then_some(WellKnown::Duration),
            "Struct" => Some(WellKnown::Struct),
            "Value" => Some(WellKnown::Value),
            "ListValue" => Some(WellKnown::ListValue),
            "FieldMask" => (n_fields == 1 && is(1, Kind::String)).then_some(WellKnown::FieldMask),
            "Any" => (n_fields == 2 && is(1, Kind::String) && is(2, Kind::Bytes)).then_some(WellKnown::Any),
            "Empty" => (n_fields == 0).then_some(WellKnown::Empty),
            "DoubleValue" => boxed(Kind::Double),
            "FloatValue" => boxed(Kind::Float),
            "Int64Value" => boxed(Kind::Int64),
            "UInt64Value" => boxed(Kind::Uint64),
            "Int32Value" => boxed(Kind::Int32),
            "UInt32Value" => boxed(Kind::Uint32),
            "BoolValue" => boxed(Kind::Bool),
            "StringValue" => boxed(Kind::String),
            "BytesValue" => boxed(Kind::Bytes),
            _ => None,
        }
    }
}

/// Whether a number that the enum does not declare counts as an unknown field.
///
/// Enums of proto2 files are closed, those of proto3 are open, and editions say it themselves. Not for
/// every record: it looks into options.
pub fn is_closed(descriptor: &EnumDescriptor) -> bool {
    let is_proto2 = || !super::editions::is_proto3(&descriptor.parent_file());
    super::editions::enum_is_closed(descriptor).unwrap_or_else(is_proto2)
}

/// Whether parsers refuse a string of this field that is not UTF-8. Not for every record, as above.
pub fn checks_utf8(field: &FieldDescriptor) -> bool {
    let is_proto3 = || super::editions::is_proto3(&field.parent_file());
    super::editions::field_checks_utf8(field).unwrap_or_else(is_proto3)
}

#[cfg(test)]
mod tests {
    use super::super::Schema;
    use super::*;

    fn field(path: &str) -> FieldDescriptor {
        let (message, field) = path.rsplit_once('.').unwrap();
        let message = Schema::builtin().pool().get_message_by_name(message);
        message.and_then(|message| message.get_field_by_name(field)).expect(path)
    }

    #[test]
    fn labels_read_like_a_proto_file_with_short_names() {
        for (path, label, wire) in [
            ("apache.rocketmq.v2.SystemProperties.keys", "repeated string", WireType::Len),
            ("apache.rocketmq.v2.Message.user_properties", "map<string, string>", WireType::Len),
            ("apache.rocketmq.v2.SystemProperties.born_timestamp", "Timestamp", WireType::Len),
            ("apache.rocketmq.v2.Digest.type", "DigestType", WireType::Varint),
            ("apache.rocketmq.v2.Message.body", "bytes", WireType::Len),
            ("apache.rocketmq.v2.OffsetOption.policy", "Policy", WireType::Varint),
            ("apache.rocketmq.v2.ConsumeStatus.receive_rt", "double", WireType::I64),
            (
                "apache.rocketmq.v2.ConsumerRunningInfo.consume_status_table",
                "map<string, ConsumeStatus>",
                WireType::Len,
            ),
            ("google.protobuf.FloatValue.value", "float", WireType::I32),
        ] {
            assert_eq!(kind_label(&field(path)), label, "{path}");
            assert_eq!(wire_type(&field(path)), wire, "{path}");
        }
    }

    #[test]
    fn only_repeated_scalars_are_packable_and_then_both_forms_are_accepted() {
        let packable = field("apache.rocketmq.v2.MessageQueue.accept_message_types");
        assert!(is_packable(&packable) && !is_singular(&packable));
        assert!(accepts(&packable, WireType::Varint) && accepts(&packable, WireType::Len));
        for path in ["apache.rocketmq.v2.SystemProperties.keys", "apache.rocketmq.v2.MessageQueue.id"] {
            assert!(!is_packable(&field(path)), "{path}");
        }
        assert!(!accepts(&field("apache.rocketmq.v2.MessageQueue.id"), WireType::Len));
    }

    #[test]
    fn presence_is_where_absent_and_default_differ() {
        for (path, presence) in [
            ("apache.rocketmq.v2.SystemProperties.tag", true),
            ("apache.rocketmq.v2.SystemProperties.message_id", false),
            ("apache.rocketmq.v2.SystemProperties.keys", false),
            ("apache.rocketmq.v2.Message.topic", true),
            ("apache.rocketmq.v2.OffsetOption.offset", true),
            ("google.protobuf.FieldDescriptorProto.number", true),
        ] {
            assert_eq!(has_presence(&field(path)), presence, "{path}");
        }
    }

    #[test]
    fn well_known_types_are_known_by_name() {
        let pool = Schema::builtin();
        let of = |name: &str| WellKnown::of(&pool.pool().get_message_by_name(name).expect(name));
        assert_eq!(of("google.protobuf.Timestamp"), Some(WellKnown::Timestamp));
        assert_eq!(of("google.protobuf.UInt64Value"), Some(WellKnown::Wrapper(Kind::Uint64)));
        assert_eq!(of("google.protobuf.Api"), None);
        assert_eq!(of("apache.rocketmq.v2.Status"), None);
        let wrappers = pool.pool().all_messages().filter_map(|message| match WellKnown::of(&message)? {
            WellKnown::Wrapper(kind) => Some((message.get_field(1)?.kind(), kind)),
            _ => None,
        });
        let pairs: Vec<_> = wrappers.collect();
        assert_eq!(pairs.len(), 9);
        assert!(pairs.iter().all(|(declared, named)| declared == named));
    }
}
