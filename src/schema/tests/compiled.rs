//! Files that another compiler read.

use super::super::{FileReport, FileResolver, LoadRequest, Schema, Source};
use prost_reflect::prost::Message as _;
use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};
use std::collections::HashMap;

/// `w/a.proto` is refused here; it imports `x/b.proto`.
struct Tree;

impl FileResolver for Tree {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(match path {
            "w/a.proto" => Some(b"syntax = \"proto3\"; import \"x/b.proto\"; message A { B b = ; }".to_vec()),
            "w/deep/x/b.proto" => {
                Some(b"syntax = \"proto3\"; package p; message B { int32 i = 1; }".to_vec())
            }
            "w/c.proto" => {
                Some(b"syntax = \"proto3\"; import \"a.proto\"; message C { p.A a = 1; }".to_vec())
            }
            _ => None,
        })
    }
}

fn load(made: Result<Vec<u8>, String>) -> (Schema, FileReport) {
    let files = ["a.proto", "c.proto", "deep/x/b.proto"].map(str::to_owned).to_vec();
    let sources = vec![Source::Folder { path: "w".to_owned(), files }];
    let compiled = HashMap::from([("w/a.proto".to_owned(), made)]);
    let request =
        LoadRequest { sources, includes: Vec::new(), resolver: &Tree, with_builtin: false, compiled };
    let (schema, report) = Schema::load(request, &mut |_, _| true).unwrap();
    let file = report.files.iter().find(|file| file.path == "w/a.proto").unwrap().clone();
    (schema, file)
}

fn a() -> FileDescriptorProto {
    let field = FieldDescriptorProto {
        name: Some("b".to_owned()),
        number: Some(1),
        label: Some(Label::Optional as i32),
        r#type: Some(Type::Message as i32),
        type_name: Some(".p.B".to_owned()),
        ..Default::default()
    };
    FileDescriptorProto {
        name: Some("some/where/a.proto".to_owned()),
        package: Some("p".to_owned()),
        syntax: Some("proto3".to_owned()),
        dependency: vec!["x/b.proto".to_owned()],
        message_type: vec![DescriptorProto {
            name: Some("A".to_owned()),
            field: vec![field],
            ..Default::default()
        }],
        ..Default::default()
    }
}

#[test]
fn a_file_that_another_compiler_read_is_named_imported_and_linked_like_a_text() {
    let (schema, file) = load(Ok(a().encode_to_vec()));
    assert!(file.is_compiled && file.problem.is_none() && !file.may_compile_elsewhere(), "{file:?}");
    assert_eq!((file.name.as_str(), file.imports[0].path.as_str()), ("a.proto", "w/deep/x/b.proto"));
    let a = schema.message("C").unwrap().get_field(1).unwrap().kind();
    assert_eq!(a.as_message().map(|a| a.full_name().to_owned()).as_deref(), Some("p.A"));
}

#[test]
fn what_another_compiler_says_stands_beside_our_own_words() {
    let (schema, file) = load(Err("a.proto:1: no".to_owned()));
    let problem = file.problem.unwrap().to_string();
    assert!(
        problem.contains("line 1 column 58") && problem.ends_with("\nprotoc says: a.proto:1: no"),
        "{problem}"
    );
    assert!(schema.message("p.B").is_ok() && schema.message("C").is_err());
    // Its imports are looked up all the same.
    assert_eq!(file.imports[0].path, "w/deep/x/b.proto");
}

#[test]
fn what_another_compiler_made_is_not_trusted() {
    let with = |change: &dyn Fn(&mut FileDescriptorProto)| {
        let mut file = a();
        change(&mut file);
        file.encode_to_vec()
    };
    let hostile = [
        vec![0xff, 0xff],
        vec![0x0a, 200],
        with(&|file| file.syntax = Some("proto9".to_owned())),
        with(&|file| file.message_type[0].name = Some("1 x".to_owned())),
        with(&|file| file.message_type[0].field[0].type_name = Some(".p.Nothing".to_owned())),
        with(&|file| file.message_type[0].field[0].number = Some(0)),
        with(&|file| file.dependency = vec!["gone.proto".to_owned()]),
        with(&|file| file.public_dependency = vec![7]),
    ];
    for (idx, made) in hostile.into_iter().enumerate() {
        let (schema, file) = load(Ok(made));
        let is_harmless = idx == 7;
        assert_eq!(file.problem.is_some(), !is_harmless, "{idx}: {:?}", file.problem);
        assert!(schema.message("p.B").is_ok(), "{idx}");
    }
}
