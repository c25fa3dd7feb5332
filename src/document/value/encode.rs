//! Values of the reflection library as payloads.

use super::Encoded;
use crate::schema::kind_wire_type;
use crate::wire::{WireType, write_len, write_tag, write_varint, zigzag_encode};
use prost_reflect::{Cardinality, DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind, MapKey, Value};

/// Encodes one element of a field of this kind; `None` if the value is of another kind.
///
/// Fields of a message go out by number and map entries by key, so that equal values give equal bytes.
/// Recurses into messages: the caller bounds their depth, as reading JSON text does.
pub fn encode_value(kind: &Kind, value: &Value) -> Option<Encoded> {
    let mut payload = Vec::new();
    write_payload(kind, value, &mut payload)?;
    Some(Encoded { wire_type: kind_wire_type(kind), payload })
}

/// What a newly added element of this kind holds: 0, "", the first value of an enum, the empty
/// message; or `declared`, where the schema names a default.
pub fn default_payload(kind: &Kind, declared: Option<&Value>) -> Encoded {
    declared.and_then(|value| encode_value(kind, value)).unwrap_or_else(|| {
        encode_value(kind, &kind.default_value())
            .unwrap_or(Encoded { wire_type: kind_wire_type(kind), payload: Vec::new() })
    })
}

fn write_payload(kind: &Kind, value: &Value, out: &mut Vec<u8>) -> Option<()> {
    match (kind, value) {
        (Kind::Int32, Value::I32(value)) | (Kind::Enum(_), Value::EnumNumber(value)) => {
            write_varint(out, i64::from(*value) as u64);
        }
        (Kind::Int64, Value::I64(value)) => write_varint(out, *value as u64),
        (Kind::Uint32, Value::U32(value)) => write_varint(out, u64::from(*value)),
        (Kind::Uint64, Value::U64(value)) => write_varint(out, *value),
        (Kind::Sint32, Value::I32(value)) => write_varint(out, zigzag_encode(i64::from(*value))),
        (Kind::Sint64, Value::I64(value)) => write_varint(out, zigzag_encode(*value)),
        (Kind::Bool, Value::Bool(value)) => write_varint(out, u64::from(*value)),
        (Kind::Fixed32, Value::U32(value)) => out.extend(value.to_le_bytes()),
        (Kind::Sfixed32, Value::I32(value)) => out.extend(value.to_le_bytes()),
        (Kind::Float, Value::F32(value)) => out.extend(value.to_bits().to_le_bytes()),
        (Kind::Fixed64, Value::U64(value)) => out.extend(value.to_le_bytes()),
        (Kind::Sfixed64, Value::I64(value)) => out.extend(value.to_le_bytes()),
        (Kind::Double, Value::F64(value)) => out.extend(value.to_bits().to_le_bytes()),
        (Kind::String, Value::String(value)) => out.extend(value.as_bytes()),
        (Kind::Bytes, Value::Bytes(value)) => out.extend(value.as_ref()),
        (Kind::Message(_), Value::Message(message)) => write_message(message, out)?,
        _ => return None,
    }
    Some(())
}

/// What of a field or an extension decides how it is written.
struct Shape {
    number: u32,
    kind: Kind,
    is_group: bool,
    is_packed: bool,
}

impl Shape {
    fn of_field(field: &FieldDescriptor) -> Shape {
        let (number, kind) = (field.number(), field.kind());
        Shape { number, kind, is_group: field.is_group(), is_packed: field.is_packed() }
    }

    fn of_extension(field: &ExtensionDescriptor) -> Shape {
        let is_packed = field.is_packed() && field.cardinality() == Cardinality::Repeated;
        Shape { number: field.number(), kind: field.kind(), is_group: field.is_group(), is_packed }
    }
}

fn write_message(message: &DynamicMessage, out: &mut Vec<u8>) -> Option<()> {
    let fields = message.fields().map(|(field, value)| (Shape::of_field(&field), value));
    let extensions = message.extensions().map(|(field, value)| (Shape::of_extension(&field), value));
    let mut all: Vec<_> = fields.chain(extensions).collect();
    all.sort_by_key(|(shape, _)| shape.number);
    all.iter().try_for_each(|(shape, value)| write_field(shape, value, out))
}

fn write_field(shape: &Shape, value: &Value, out: &mut Vec<u8>) -> Option<()> {
    match value {
        Value::List(values) if shape.is_packed => {
            let mut packed = Vec::new();
            values.iter().try_for_each(|value| write_payload(&shape.kind, value, &mut packed))?;
            if !values.is_empty() {
                write_len(out, shape.number, &packed);
            }
            Some(())
        }
        Value::List(values) => values.iter().try_for_each(|value| write_record(shape, value, out)),
        Value::Map(entries) => {
            let entry = shape.kind.as_message()?;
            let key_shape = Shape::of_field(&entry.get_field(1)?);
            let value_shape = Shape::of_field(&entry.get_field(2)?);
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            for (key, value) in entries {
                let mut payload = Vec::new();
                write_record(&key_shape, &key_value(key), &mut payload)?;
                write_record(&value_shape, value, &mut payload)?;
                write_len(out, shape.number, &payload);
            }
            Some(())
        }
        value => write_record(shape, value, out),
    }
}

fn write_record(shape: &Shape, value: &Value, out: &mut Vec<u8>) -> Option<()> {
    let wire_type = kind_wire_type(&shape.kind);
    if shape.is_group {
        write_tag(out, shape.number, WireType::Sgroup);
        write_payload(&shape.kind, value, out)?;
        write_tag(out, shape.number, WireType::Egroup);
    } else if wire_type == WireType::Len {
        let mut payload = Vec::new();
        write_payload(&shape.kind, value, &mut payload)?;
        write_len(out, shape.number, &payload);
    } else {
        write_tag(out, shape.number, wire_type);
        write_payload(&shape.kind, value, out)?;
    }
    Some(())
}

fn key_value(key: &MapKey) -> Value {
    match key {
        MapKey::Bool(key) => Value::Bool(*key),
        MapKey::I32(key) => Value::I32(*key),
        MapKey::I64(key) => Value::I64(*key),
        MapKey::U32(key) => Value::U32(*key),
        MapKey::U64(key) => Value::U64(*key),
        MapKey::String(key) => Value::String(key.clone()),
    }
}
