//! Descriptor sets, sound and hostile.

use super::super::{Schema, SchemaError, Syntax, builtin};
use crate::wire::write_len;
use proptest::prelude::*;
use prost_reflect::prost::Message as _;
use prost_reflect::prost_types::FileDescriptorProto;
use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet, MessageOptions,
};

fn load(files: Vec<FileDescriptorProto>) -> Result<Schema, SchemaError> {
    Schema::from_descriptor_set(&FileDescriptorSet { file: files }.encode_to_vec(), false)
}

fn field(name: &str, number: i32, kind: Type) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        label: Some(Label::Optional as i32),
        r#type: Some(kind as i32),
        ..Default::default()
    }
}

fn file(name: &str, message: DescriptorProto) -> FileDescriptorProto {
    FileDescriptorProto {
        name: Some(name.to_owned()),
        syntax: Some("proto3".to_owned()),
        message_type: vec![message],
        ..Default::default()
    }
}

fn message(name: &str, field: Vec<FieldDescriptorProto>) -> DescriptorProto {
    DescriptorProto { name: Some(name.to_owned()), field, ..Default::default() }
}

fn with_entry(entry: Vec<FieldDescriptorProto>) -> FileDescriptorProto {
    let mut map = field("map", 1, Type::Message);
    map.label = Some(Label::Repeated as i32);
    map.type_name = Some(".M.E".to_owned());
    let mut outer = message("M", vec![map]);
    let mut entry = message("E", entry);
    entry.options = Some(MessageOptions { map_entry: Some(true), ..Default::default() });
    outer.nested_type.push(entry);
    file("a.proto", outer)
}

#[test]
fn a_sound_set_loads_and_an_empty_syntax_means_proto2() {
    let mut sound = with_entry(vec![field("key", 1, Type::String), field("value", 2, Type::Int32)]);
    sound.syntax = Some(String::new());
    let schema = load(vec![sound]).unwrap();
    let message = schema.message("M").unwrap();
    assert!(message.get_field(1).unwrap().is_map());
    assert_eq!(message.parent_file().syntax(), Syntax::Proto2);
    assert!(schema.message("Timestamp").is_ok(), "Google's types are always there");
}

#[test]
fn what_would_panic_or_hang_the_pool_is_refused_with_a_reason() {
    let mut editions = file("a.proto", message("M", vec![]));
    editions.syntax = Some("editions".to_owned());
    let mut odd_syntax = editions.clone();
    odd_syntax.syntax = Some("proto4".to_owned());
    let named =
        |kind, name: &str| FieldDescriptorProto { type_name: Some(name.to_owned()), ..field("f", 1, kind) };
    let in_oneof = FieldDescriptorProto { oneof_index: Some(3), ..field("f", 1, Type::Int32) };
    let defaulted =
        FieldDescriptorProto { default_value: Some(r"\777".to_owned()), ..field("f", 1, Type::Bytes) };
    let mut with_enum = file("a.proto", message("M", vec![named(Type::Message, ".E")]));
    with_enum.enum_type.push(EnumDescriptorProto { name: Some("E".to_owned()), ..Default::default() });
    let mut importing = file("a.proto", message("M", vec![]));
    importing.dependency.push("gone.proto".to_owned());
    let one = |f: FieldDescriptorProto| file("a.proto", message("M", vec![f]));
    let key = |kind| with_entry(vec![field("key", 1, kind), field("value", 2, Type::Int32)]);
    for (set, problem) in [
        (vec![editions], "uses edition unknown"),
        (vec![odd_syntax], "Syntax \"proto4\" is neither"),
        (
            vec![with_entry(vec![field("key", 1, Type::String)])],
            "A map entry does not have exactly the fields 1 and 2",
        ),
        (
            vec![with_entry(vec![field("key", 1, Type::String), field("value", 3, Type::String)])],
            "A map entry does not have",
        ),
        (vec![key(Type::Bytes)], "The key of a map is not"),
        (vec![key(Type::Double)], "The key of a map is not"),
        (vec![one(named(Type::Message, ".Gone"))], "\".Gone\" is not a type of the right kind"),
        (vec![one(named(Type::Int32, ".M"))], "A field of kind Int32 names the type \".M\""),
        (vec![one(field("f", 1, Type::Message))], "A field does not name its type"),
        (vec![one(field("f", 0, Type::Int32))], "Field number 0"),
        (vec![one(field("f", 19_500, Type::Int32))], "Field number 19500"),
        (vec![one(field("f g", 1, Type::Int32))], "\"f g\" is not a legal name"),
        (vec![one(field("", 1, Type::Int32))], "\"\" is not a legal name"),
        (vec![one(in_oneof)], "Oneof 3 does not exist"),
        (vec![one(defaulted)], "The default value of \"f\" is not escaped bytes"),
        (vec![with_enum], "An enum has no values"),
        (vec![importing], "imports \"gone.proto\", which is not in the set"),
        (
            vec![file("a.proto", message("M", vec![])), file("a.proto", message("N", vec![]))],
            "Two different files",
        ),
    ] {
        let error = load(set).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(problem), "{error:?} does not contain {problem:?}");
    }
}

#[test]
fn files_that_contradict_each_other_are_both_there() {
    let first = file("a.proto", message("M", vec![field("f", 1, Type::Int32)]));
    let schema = load(vec![first, file("b.proto", message("M", vec![]))]).unwrap();
    let n_fields = |name: &str| schema.message(name).unwrap().fields().len();
    assert_eq!((n_fields("M"), n_fields("b.proto:M")), (1, 0));
}

#[test]
fn circles_of_imports_are_named_and_public_diamonds_take_no_time() {
    let importing = |name: usize, imports: &[usize]| FileDescriptorProto {
        name: Some(format!("{name}.proto")),
        dependency: imports.iter().map(|import| format!("{import}.proto")).collect(),
        public_dependency: (0..imports.len() as i32).collect(),
        ..Default::default()
    };
    let error = load(vec![importing(0, &[1]), importing(1, &[2]), importing(2, &[0])]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Files import each other in a circle: 0.proto → 1.proto → 2.proto → 0.proto"
    );
    // Two files a layer, each importing both of the next: 2^200 ways through.
    let layered =
        (0..200).flat_map(|layer| [2 * layer, 2 * layer + 1].map(|n| (n, [2 * layer + 2, 2 * layer + 3])));
    let mut files: Vec<_> = layered.map(|(name, imports)| importing(name, &imports)).collect();
    files.extend([importing(400, &[]), importing(401, &[])]);
    assert!(load(files).is_ok());
}

#[test]
fn messages_nested_too_deep_and_sets_cut_short_are_errors() {
    let mut deep = message("M", vec![]);
    for _ in 0..80 {
        deep = DescriptorProto { nested_type: vec![deep], ..message("M", vec![]) };
    }
    assert!(load(vec![file("a.proto", deep)]).is_err());
    let set = FileDescriptorSet { file: vec![file("a.proto", message("M", vec![]))] }.encode_to_vec();
    for len in 1..set.len() {
        assert!(Schema::from_descriptor_set(&set[..len], true).is_err(), "{len}");
    }
    assert!(Schema::from_descriptor_set(b"syntax = \"proto3\";", true).is_err());
    assert!(Schema::from_descriptor_set(&[], true).is_ok());
}

fn good_set() -> Vec<u8> {
    let mut map = with_entry(vec![field("key", 1, Type::String), field("value", 2, Type::Int32)]);
    map.message_type[0].field.push(FieldDescriptorProto {
        default_value: Some(r"\001a".to_owned()),
        ..field("b", 2, Type::Bytes)
    });
    let rocketmq: Vec<u8> = builtin::rocketmq_files()
        .take(1)
        .flat_map(|file| {
            let mut record = Vec::new();
            write_len(&mut record, 1, file);
            record
        })
        .collect();
    [FileDescriptorSet { file: vec![map] }.encode_to_vec(), rocketmq].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_mutated_descriptor_set_is_a_schema_or_an_error(
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
        in_front in any::<bool>(),
    ) {
        let mut set = good_set();
        let len = if in_front { 200 } else { set.len() };
        for (at, byte) in changes {
            set[at.index(len)] = byte;
        }
        match Schema::from_descriptor_set(&set, false) {
            Err(error) => prop_assert!(!matches!(error, SchemaError::Crashed(_)), "{error}"),
            Ok(schema) => for message in schema.messages() {
                for field in message.fields() {
                    let _ = (field.kind(), field.default_value(), schema.comment(&field));
                }
                let _ = prost_reflect::DynamicMessage::decode(message.clone(), [10, 2, 8, 1].as_slice());
            },
        }
    }

    #[test]
    fn arbitrary_bytes_are_a_schema_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Schema::from_descriptor_set(&bytes, false);
    }
}
