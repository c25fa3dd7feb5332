//! `.proto` files, right and wrong.

use super::super::{FileResolver, Kind, Schema, SchemaError, kind_label};
use proptest::prelude::*;

/// Files by path; one called `locked.proto` cannot be read.
struct Files(Vec<(&'static str, &'static [u8])>);

impl FileResolver for Files {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        if path.ends_with("locked.proto") {
            return Err("permission denied".to_owned());
        }
        Ok(self.0.iter().find(|(name, _)| *name == path).map(|(_, content)| content.to_vec()))
    }
}

fn compile(
    files: &[(&'static str, &'static str)],
    name: &str,
    includes: &[&str],
) -> Result<Schema, SchemaError> {
    let files = Files(files.iter().map(|(name, text)| (*name, text.as_bytes())).collect());
    let includes: Vec<String> = includes.iter().map(|include| (*include).to_owned()).collect();
    Schema::compile(&[name.to_owned()], &includes, &files, true)
}

#[test]
fn imports_are_found_in_the_roots_beside_the_file_and_among_the_built_in() {
    let a = "syntax = \"proto3\"; package p; import \"b.proto\"; \
                 import \"google/protobuf/timestamp.proto\"; import \"apache/rocketmq/v2/definition.proto\";
// About A.\nmessage A { B b = 1; google.protobuf.Timestamp t = 2; apache.rocketmq.v2.Status s = 3; }";
    let b = "syntax = \"proto3\"; package p; message B { int32 i = 1; }";
    for (paths, name, includes) in [
        ([("a.proto", a), ("b.proto", b)], "a.proto", vec![]),
        ([("a.proto", a), ("b.proto", b)], "./a.proto", vec!["."]),
        ([("dir/a.proto", a), ("dir/b.proto", b)], "dir/a.proto", vec![]),
        ([("dir/a.proto", a), ("dir/b.proto", b)], "dir/a.proto", vec!["dir/"]),
        ([("/x/a.proto", a), ("/x/b.proto", b)], "/x/a.proto", vec![]),
        ([("/x/y/a.proto", a), ("/z/b.proto", b)], "/x/y/a.proto", vec!["/x/y", "/z"]),
        ([("dir/a.proto", a), ("b.proto", b)], "a.proto", vec!["dir", ""]),
    ] {
        let schema = compile(&paths, name, &includes).unwrap_or_else(|e| panic!("{name} {includes:?}: {e}"));
        let message = schema.message("p.A").unwrap();
        assert_eq!(schema.comment(&message), Some("About A."), "{name}");
        assert!(schema.message("SendMessageRequest").is_ok(), "{name}");
    }
}

#[test]
fn errors_name_file_line_column_the_line_and_a_hint() {
    let dep = ("dep.proto", "syntax = \"proto3\"; package d; message D {}");
    for (text, expected) in [
        (
            "syntax = \"proto3\";\nmessage A {\n  int32 x = ;\n}",
            "Expected an integer, but found ';', in \"a.proto\" line 3 column 13\n  int32 x = ;",
        ),
        (
            "syntax = \"proto3\";\nmessage A {",
            "Expected a message field, oneof, reserved range, enum, message, option or '}', but reached end of file, in \"a.proto\" line 2 column 12\n  message A {\nIs a closing brace missing?",
        ),
        (
            "syntax = \"proto3\";\n\nmessage A { D d = 1; }",
            "Name 'D' is not defined, in \"a.proto\" line 3 column 13\n  message A { D d = 1; }\nIs the import of the file that declares it missing?",
        ),
        (
            "syntax = \"proto3\";\nimport \"dep.proto\";\nmessage A { D d = 1; }",
            "Name 'D' is not defined, in \"a.proto\" line 3 column 13\n  message A { D d = 1; }\nd.D is declared in \"dep.proto\"; import that file, or write the full name",
        ),
        (
            "syntax = \"proto3\";\nimport \"gone.proto\"; message A { Gone g = 1; }",
            "Import \"gone.proto\" was not found, and 'Gone' is not defined, in \"a.proto\" line 2 column 1\n  import \"gone.proto\"; message A { Gone g = 1; }\nLooked for gone.proto; name its root folder with -I",
        ),
        (
            "syntax = \"proto3\";\nimport \"google/protobuf/gone.proto\"; message A { Gone g = 1; }",
            "Import \"google/protobuf/gone.proto\" was not found, and 'Gone' is not defined, in \"a.proto\" line 2 column 1\n  import \"google/protobuf/gone.proto\"; message A { Gone g = 1; }\nLooked for google/protobuf/gone.proto; name its root folder with -I",
        ),
        (
            "syntax = \"proto3\"; import \"a.proto\";",
            "Files import each other in a circle: a.proto → a.proto",
        ),
        (
            "// c\n/* d */ edition = \"2027\"; message A {}",
            "File \"a.proto\" uses edition 2027; proto2, proto3 and the editions 2023 and 2024 are understood",
        ),
        (
            "syntax = \"proto3\"; import \"locked.proto\";",
            "File \"locked.proto\" could not be read: permission denied",
        ),
        (
            "syntax = \"proto3\";\nmessage A { int32 a = 1; int32 b = 1; }",
            "Field number '1' is already used, in \"a.proto\" line 2 column 36\n  message A { int32 a = 1; int32 b = 1; }",
        ),
    ] {
        let error = compile(&[("a.proto", text), dep], "a.proto", &[]).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let gone = compile(&[], "x/gone.proto", &["inc"]).unwrap_err().to_string();
    assert_eq!(gone, "File \"x/gone.proto\" was not found in the working folder, \"inc\"");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text_and_latin_1_is_none_outside_of_comments() {
    let files = Files(vec![
        ("bom.proto", b"\xef\xbb\xbfsyntax = \"proto3\"; message A {}"),
        ("latin.proto", b"syntax = \"proto3\";\nmessage caf\xe9 {} // caf\xe9\n"),
    ]);
    assert!(Schema::compile(&["bom.proto".to_owned()], &[], &files, false).unwrap().message("A").is_ok());
    let error = Schema::compile(&["latin.proto".to_owned()], &[], &files, false).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The file is not UTF-8, in \"latin.proto\" line 2 column 12\n  message caf\u{fffd} {} // caf\u{fffd}\nSave it as UTF-8"
    );
}

#[test]
fn names_of_one_file_do_not_leak_into_another_that_does_not_import_it() {
    // In one pool, `p.q.T` would shadow the `q.T` that b.proto means.
    let files = Files(vec![
        ("a.proto", b"syntax = \"proto3\"; package p.q; message U {}"),
        ("q.proto", b"syntax = \"proto3\"; package q; message T {}"),
        ("b.proto", b"syntax = \"proto3\"; package p; import \"q.proto\"; message B { q.T t = 1; }"),
    ]);
    let names = ["a.proto", "b.proto"].map(str::to_owned);
    let schema = Schema::compile(&names, &[], &files, false).unwrap();
    assert_eq!(kind_label(&schema.message("B").unwrap().get_field(1).unwrap()), "T");
}

#[test]
fn public_imports_are_followed_to_any_depth() {
    let files = Files(vec![
        ("a.proto", b"syntax = \"proto3\"; import \"b.proto\"; message A { D d = 1; }"),
        ("b.proto", b"syntax = \"proto3\"; import public \"c.proto\";"),
        ("c.proto", b"syntax = \"proto3\"; import public \"d.proto\";"),
        ("d.proto", b"syntax = \"proto3\"; message D {}"),
    ]);
    let schema = Schema::compile(&["a.proto".to_owned()], &[], &files, false).unwrap();
    assert_eq!(
        schema.message("A").unwrap().get_field(1).unwrap().kind(),
        schema.message("D").map(Kind::Message).unwrap()
    );
}

#[test]
fn custom_options_and_deep_ones_do_no_harm() {
    let text = |value: &str| {
        let text = format!(
            "syntax = \"proto3\"; import \"google/protobuf/descriptor.proto\"; message O {{ O o = 1; }}\
                 extend google.protobuf.FieldOptions {{ O opt = 50000; }}\
                 message A {{ int32 i = 1 [(opt) = {value}]; }}"
        );
        let files = Files(vec![("a.proto", Box::leak(text.into_boxed_str()).as_bytes())]);
        Schema::compile(&["a.proto".to_owned()], &[], &files, false)
    };
    let schema = text("{ o { o {} } }").unwrap();
    let field = schema.message("A").unwrap().get_field(1).unwrap();
    assert!(field.options().extensions().next().is_some());
    let deep = text(&format!("{} {}", "{ o ".repeat(4000), "{}".to_owned() + &"}".repeat(4000)));
    assert!(
        deep.map(|_| ())
            .unwrap_err()
            .to_string()
            .starts_with("Braces are nested too deep, in \"a.proto\" line 1")
    );
}

#[test]
fn a_schema_of_ones_own_may_replace_the_built_in_one() {
    let text = "syntax = \"proto3\"; package apache.rocketmq.v2; message Status { string why = 7; }";
    let schema = compile(&[("mine.proto", text)], "mine.proto", &[]).unwrap();
    assert!(schema.message("Status").unwrap().get_field(7).is_some());
    assert!(schema.message("SendMessageRequest").is_err());
}

#[test]
fn text_with_a_bit_of_everything_compiles() {
    let schema = compile(&[("a.proto", MIXED)], "a.proto", &[]).unwrap();
    let message = schema.message("p.q.M").unwrap();
    assert_eq!(schema.comment(&message), Some("About M."));
    assert!(message.get_field(2).unwrap().is_map() && message.get_field(5).unwrap().is_group());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn mutated_text_is_a_schema_or_an_error(
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), "[ -~\n]"), 1..5),
        cut in any::<proptest::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut text = MIXED.to_owned();
        for (at, with) in changes {
            let at = at.index(text.len());
            text.replace_range(at..=at, &with);
        }
        if is_cut {
            text.truncate(cut.index(text.len()));
        }
        let files = Files(vec![("a.proto", Box::leak(text.into_boxed_str()).as_bytes())]);
        let result = Schema::compile(&["a.proto".to_owned()], &[], &files, false);
        if let Err(error) = result {
            prop_assert!(!matches!(error, SchemaError::Crashed(_)), "{error}");
        }
    }
}

const MIXED: &str = r#"syntax = "proto2";
package p.q;
import "google/protobuf/descriptor.proto";
/* About M. */
message M {
  optional bytes b = 1 [default = "\001\xffa"];
  map<string, M> m = 2;
  oneof o { int32 i = 3; E e = 4; }
  optional group G = 5 { required sint64 s = 1; }
  repeated fixed32 f = 6 [packed = true, (opt) = { i: 3 }];
  reserved 10 to 20, 30; reserved "x";
  extensions 100 to max;
  message N { enum E { A = 0; B = -1; } }
}
enum E { option allow_alias = true; X = 1; Y = 1; }
extend google.protobuf.FieldOptions { optional M opt = 50000; }
service S { rpc R(stream M) returns (.p.q.M) { option deprecated = true; } }
"#;
