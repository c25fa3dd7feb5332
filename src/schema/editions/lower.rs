//! From features to the words of proto2 and proto3.

use super::features::{
    DELIMITED, Edition, Features, IMPLICIT, LEGACY_REQUIRED, PACKED, Written, options_record, written,
};
use super::patch::Patches;
use crate::wire::{WireType, write_len, write_tag, write_varint};
use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};

/// Field numbers of `FieldDescriptorProto` and its options.
const LABEL: u32 = 4;
const TYPE: u32 = 5;
const OPTIONS: u32 = 8;
const ONEOF_INDEX: u32 = 9;
const PROTO3_OPTIONAL: u32 = 17;
const OPTION_PACKED: u32 = 2;
/// Of `DescriptorProto`.
const ONEOF_DECL: u32 = 8;
/// Of `FileDescriptorProto`.
const SYNTAX: u32 = 12;

/// The file in the words of proto2 or proto3, serialized.
///
/// `bytes` is `proto` serialized; `from_text` are features that are not in its options yet.
pub(in super::super) fn lower(
    proto: &FileDescriptorProto,
    bytes: &[u8],
    edition: Edition,
    from_text: &Written,
) -> Vec<u8> {
    let mut patches = Patches::default();
    let mut all = written(bytes);
    for (path, features) in from_text {
        patches.add(path, &options_record(path, features));
        all.entry(path.clone()).or_default().extend_from_slice(features);
    }
    let file = edition.defaults().with(all.get(&[][..]));
    patches.add(&[], &options_record(&[], &file.encoded()));
    let mut lowering = Lowering { written: all, patches, is_proto3: false };
    lowering.is_proto3 = lowering.has_implicit_fields(proto, file) && may_be_proto3(proto);
    let syntax = if lowering.is_proto3 { "proto3" } else { "proto2" };
    let mut record = Vec::new();
    write_len(&mut record, SYNTAX, syntax.as_bytes());
    lowering.patches.add(&[], &record);
    for (idx, extension) in proto.extension.iter().enumerate() {
        lowering.field(&[7, idx as i32], extension, file, false, &[]);
    }
    let mut open: Vec<_> =
        proto.message_type.iter().enumerate().map(|(idx, m)| (vec![4, idx as i32], m, file)).collect();
    while let Some((path, message, outer)) = open.pop() {
        let features = lowering.message(&path, message, outer);
        let nested = message.nested_type.iter().enumerate();
        open.extend(nested.map(|(idx, nested)| (below(&path, 3, idx), nested, features)));
    }
    lowering.patches.applied(bytes)
}

/// The first value of every enum of a proto3 file is 0.
fn may_be_proto3(proto: &FileDescriptorProto) -> bool {
    let mut open: Vec<&DescriptorProto> = proto.message_type.iter().collect();
    let mut enums: Vec<_> = proto.enum_type.iter().collect();
    while let Some(message) = open.pop() {
        enums.extend(&message.enum_type);
        open.extend(&message.nested_type);
    }
    enums.iter().all(|descriptor| descriptor.value.first().is_none_or(|value| value.number() == 0))
}

fn below(path: &[i32], number: i32, idx: usize) -> Vec<i32> {
    [path, &[number, idx as i32]].concat()
}

struct Lowering {
    written: Written,
    patches: Patches,
    is_proto3: bool,
}

impl Lowering {
    fn has_implicit_fields(&self, proto: &FileDescriptorProto, file: Features) -> bool {
        let mut open: Vec<_> =
            proto.message_type.iter().enumerate().map(|(idx, m)| (vec![4, idx as i32], m, file)).collect();
        while let Some((path, message, outer)) = open.pop() {
            let features = outer.with(self.written.get(&path));
            let is_implicit = |(idx, field): (usize, &FieldDescriptorProto)| {
                is_plain(field) && features.with(self.written.get(&below(&path, 2, idx))).presence == IMPLICIT
            };
            if !is_map_entry(message) && message.field.iter().enumerate().any(is_implicit) {
                return true;
            }
            let nested = message.nested_type.iter().enumerate();
            open.extend(nested.map(|(idx, nested)| (below(&path, 3, idx), nested, features)));
        }
        false
    }

    /// Returns what holds within the message.
    fn message(&mut self, path: &[i32], message: &DescriptorProto, outer: Features) -> Features {
        let features = outer.with(self.written.get(path));
        if is_map_entry(message) {
            return features;
        }
        let mut n_oneofs = message.oneof_decl.len();
        for (idx, field) in message.field.iter().enumerate() {
            let of_oneof = field.oneof_index.and_then(|oneof| usize::try_from(oneof).ok());
            let scope = match of_oneof {
                Some(oneof) => features.with(self.written.get(&below(path, 8, oneof))),
                None => features,
            };
            let field_path = below(path, 2, idx);
            let presence = scope.with(self.written.get(&field_path)).presence;
            let mut added = Vec::new();
            if self.is_proto3 && is_plain(field) && presence != IMPLICIT && presence != LEGACY_REQUIRED {
                // The presence of proto3: a oneof of its own.
                let name =
                    format!("{}_{}", if field.name().starts_with('_') { "X" } else { "" }, field.name());
                let mut oneof = Vec::new();
                write_len(&mut oneof, 1, name.as_bytes());
                let mut record = Vec::new();
                write_len(&mut record, ONEOF_DECL, &oneof);
                self.patches.add(path, &record);
                write_scalar(&mut added, ONEOF_INDEX, n_oneofs as u64);
                write_scalar(&mut added, PROTO3_OPTIONAL, 1);
                n_oneofs += 1;
            }
            self.field(&field_path, field, scope, is_map(field, message), &added);
        }
        for (idx, extension) in message.extension.iter().enumerate() {
            self.field(&below(path, 6, idx), extension, features, false, &[]);
        }
        features
    }

    fn field(
        &mut self,
        path: &[i32],
        field: &FieldDescriptorProto,
        scope: Features,
        is_map: bool,
        added: &[u8],
    ) {
        let features = scope.with(self.written.get(path));
        let mut added = added.to_vec();
        if features.message == DELIMITED && field.r#type == Some(Type::Message as i32) && !is_map {
            write_scalar(&mut added, TYPE, Type::Group as u64);
        }
        if features.presence == LEGACY_REQUIRED
            && field.label() == Label::Optional
            && field.extendee.is_none()
            && field.oneof_index.is_none()
        {
            write_scalar(&mut added, LABEL, Label::Required as u64);
        }
        if field.label() == Label::Repeated && is_packable(field) {
            let mut packed = Vec::new();
            write_scalar(&mut packed, OPTION_PACKED, u64::from(features.repeated == PACKED));
            write_len(&mut added, OPTIONS, &packed);
        }
        if !added.is_empty() {
            self.patches.add(path, &added);
        }
    }
}

/// Whether the field is a map of the message it is declared in.
fn is_map(field: &FieldDescriptorProto, message: &DescriptorProto) -> bool {
    let refers = field.type_name().rsplit('.').next();
    message.nested_type.iter().any(|nested| is_map_entry(nested) && refers == Some(nested.name()))
}

fn is_map_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry())
}

/// A singular field outside of oneofs that is no message.
fn is_plain(field: &FieldDescriptorProto) -> bool {
    field.label() == Label::Optional
        && field.oneof_index.is_none()
        && !matches!(field.r#type.map(Type::try_from), Some(Ok(Type::Message | Type::Group)))
}

fn is_packable(field: &FieldDescriptorProto) -> bool {
    !matches!(
        field.r#type.map(Type::try_from),
        None | Some(Ok(Type::String | Type::Bytes | Type::Message | Type::Group) | Err(_))
    )
}

fn write_scalar(out: &mut Vec<u8>, number: u32, value: u64) {
    write_tag(out, number, WireType::Varint);
    write_varint(out, value);
}
