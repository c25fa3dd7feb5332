//! Editions as they come out of text; what protoc makes of them is in `tests/core/editions.rs`.

use super::super::{Edition, FileResolver, Schema, is_closed};

struct One(&'static str);

impl FileResolver for One {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok((path == "m.proto").then(|| self.0.as_bytes().to_vec()))
    }
}

fn compile(text: &'static str) -> Schema {
    Schema::compile(&["m.proto".to_owned()], &[], &One(text), false).unwrap()
}

#[test]
fn an_edition_is_kept_and_its_features_are_among_the_options() {
    let schema = compile(
        "edition = \"2023\"; option features.field_presence = IMPLICIT;\n\
         message M { int32 a = 1; int32 b = 2 [features.field_presence = EXPLICIT]; }",
    );
    let message = schema.message("M").unwrap();
    assert_eq!(schema.edition(&message.parent_file()), Some(Edition::Edition2023));
    let [a, b] = [1, 2].map(|number| message.get_field(number).unwrap());
    assert!(!a.supports_presence() && b.supports_presence());
    let described = schema.describe("M").unwrap();
    assert!(described.contains("in m.proto (edition 2023)"), "{described}");
    assert!(described.contains("  2  int32  b  [features = { field_presence:EXPLICIT }]"), "{described}");
}

#[test]
fn a_file_with_fields_without_presence_may_have_closed_enums() {
    let schema = compile(
        "edition = \"2023\"; message M { int32 a = 1 [features.field_presence = IMPLICIT]; E e = 2; }\n\
         enum E { option features.enum_type = CLOSED; ZERO = 0; } enum F { F_ZERO = 0; }",
    );
    let closed: Vec<bool> =
        schema.enums().iter().filter(|e| e.package_name().is_empty()).map(is_closed).collect();
    assert_eq!(closed, [true, false]);
}

#[test]
fn an_error_in_an_edition_names_the_column_that_the_person_sees() {
    let text = "edition = \"2023\";\nmessage M { int32 a = 1; Gone gone = 2; }";
    let error = Schema::compile(&["m.proto".to_owned()], &[], &One(text), false).unwrap_err().to_string();
    assert!(error.starts_with("Name 'Gone' is not defined, in \"m.proto\" line 2 column 26\n"), "{error}");
    let text = "edition = \"2023\";\nmessage M { int32 a = 1; int32 b = ; }";
    let error = Schema::compile(&["m.proto".to_owned()], &[], &One(text), false).unwrap_err().to_string();
    assert!(
        error.starts_with("Expected an integer, but found ';', in \"m.proto\" line 2 column 36\n"),
        "{error}"
    );
}
