//! Every kind has an editor, and what an editor starts from gives the same bytes again.

use protoloupe::app::{Action, Folders, SelectTarget, Session};
use protoloupe::document::ReadMode;
use protoloupe::document::value::parse_value;
use protoloupe::schema::{FileResolver, Kind, Schema};
use protoloupe::ui::editors::{Draft, Form, Subject, What, editor_of};
use std::collections::BTreeSet;
use std::sync::Arc;

const PROTO: &str = r#"
syntax = "proto3";
import "google/protobuf/timestamp.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/wrappers.proto";
import "google/protobuf/any.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/field_mask.proto";
enum Color { option allow_alias = true; RED = 0; BLUE = 5; AZURE = 5; }
message All {
  int32 i32 = 1; int64 i64 = 2; uint32 u32 = 3; uint64 u64 = 4; sint32 s32 = 5; sint64 s64 = 6;
  fixed32 f32 = 7; fixed64 f64 = 8; sfixed32 sf32 = 9; sfixed64 sf64 = 10;
  float single = 11; double twice = 12; bool yes = 13; string text = 14; bytes raw = 15;
  Color color = 16; All inner = 17; repeated int32 packed = 18; map<string, uint64> sizes = 19;
  google.protobuf.Timestamp time = 20; google.protobuf.Duration span = 21;
  google.protobuf.UInt64Value boxed = 22; google.protobuf.StringValue boxed_text = 23;
  google.protobuf.BoolValue boxed_yes = 24; google.protobuf.BytesValue boxed_raw = 25;
  google.protobuf.FieldMask mask = 26; google.protobuf.Any any = 27;
  google.protobuf.Struct tree = 28; google.protobuf.Value value = 29; google.protobuf.ListValue list = 30;
  repeated fixed64 marks = 31; string odd = 32; google.protobuf.Timestamp far = 33;
}
"#;

const JSON: &str = r#"{
  "i32": -5, "i64": "-9223372036854775808", "u32": 4294967295, "u64": "18446744073709551615",
  "s32": -1, "s64": "-2", "f32": 7, "f64": "8", "sf32": -9, "sf64": "-10",
  "single": 0.1, "twice": 1e300, "yes": true, "text": "two\nlines", "raw": "AP//",
  "color": "BLUE", "inner": { "color": 7, "raw": "aGk=" }, "packed": [1, -1, 300],
  "sizes": { "a": "1", "b": "9007199254740993" },
  "time": "2026-11-23T10:15:04.250Z", "span": "-1.5s", "boxed": "9007199254740993", "boxedText": "x",
  "boxedYes": true, "boxedRaw": "AP8=", "mask": "fooBar,baz",
  "any": { "@type": "type.googleapis.com/All", "i32": 7 },
  "tree": { "a": [1, null, { "b": true }], "c": "x" }, "value": 1.5, "list": ["y", {}],
  "marks": ["1", "18446744073709551615"]
}"#;

/// A string with a byte that is no UTF-8, a Timestamp out of range, and three undeclared records.
const ODD: &[u8] = &[
    0x82, 0x02, 0x05, b'a', 0xff, 0xe2, 0x80, 0xae, 0x8a, 0x02, 0x04, 0x10, 0xff, 0xff, 0x7f, 0x98, 0x06,
    0x96, 0x01, 0x9a, 0x06, 0x02, b'h', b'i', 0x9d, 0x06, 0, 0, 0xc0, 0x7f,
];

struct OneFile;

impl FileResolver for OneFile {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok((path == "all.proto").then(|| PROTO.as_bytes().to_vec()))
    }
}

/// A document that holds every kind, and after them what is odd about values.
fn session() -> (Session, Vec<u8>) {
    let schema = Schema::compile(&["all.proto".to_owned()], &[], &OneFile, false).expect("a schema");
    let message = schema.message("All").expect("a message");
    let mut bytes = parse_value(&Kind::Message(message), JSON).expect("a value").payload;
    bytes.extend(ODD);
    let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut session = Session::new(Arc::new(schema), Folders::default(), || {});
    session.apply(Action::OpenPasted(hex.join(" ")));
    session.settle();
    let tab = session.state().active.expect("a tab");
    session.apply(Action::ReadAs { tab, message: Some("All".to_owned()) });
    session.apply(Action::ExpandLevels(9));
    session.settle();
    (session, bytes)
}

fn now(session: &Session) -> Vec<u8> {
    let document = &session.state().active_document().expect("a document").document;
    document.snapshot().bytes(0..document.len(), ReadMode::Wait).expect("bytes in memory")
}

const FORMS: [Form; 8] =
    [Form::Text, Form::Bits, Form::Escaped, Form::Hex, Form::Base64, Form::Fields, Form::Raw, Form::Tree];

#[test]
fn every_kind_has_an_editor_whose_text_gives_the_same_bytes() {
    let (mut session, bytes) = session();
    let n_rows = session.state().active_document().expect("a document").tree.n_rows();
    let mut used = BTreeSet::new();
    let mut n_tried = 0;
    for number in 0..n_rows {
        session.apply(Action::Select(SelectTarget::Row(number)));
        let open = session.state().active_document().expect("a document");
        let subject = Subject::of(open).expect("a selected row");
        if !matches!(subject.what, What::Value(_) | What::Raw(_)) {
            continue;
        }
        let path = open.selection.as_ref().expect("a selection").path.clone();
        let editor = editor_of(&subject).unwrap_or_else(|| panic!("{path} has no editor"));
        used.insert(editor.name);
        for form in FORMS {
            let open = session.state().active_document().expect("a document");
            let subject = Subject::of(open).expect("a selected row");
            let mut draft = Draft::of(&subject, path.clone());
            let first = draft.form;
            if form != first {
                draft.write_as(form, &subject);
            }
            let is_written = match form {
                Form::Fields | Form::Raw => !draft.parts.is_empty(),
                Form::Hex | Form::Base64 => {
                    matches!(subject.what, What::Value(Kind::Bytes | Kind::Message(_)))
                }
                Form::Escaped => matches!(subject.kind(), Some(Kind::String)),
                Form::Text if matches!(subject.kind(), Some(Kind::Bytes)) => subject.head_is_text(),
                Form::Tree => matches!(subject.kind(), Some(Kind::Message(_))) && subject.edit_text.is_some(),
                Form::Text if subject.kind().is_some() => subject.edit_text.is_some(),
                _ => form == first || !draft.text.is_empty(),
            };
            if !is_written || matches!((form, &subject.what), (Form::Text, What::Raw(_))) {
                continue;
            }
            n_tried += 1;
            let action = draft.set(&subject).unwrap_or_else(|| panic!("{path} {form:?}: {:?}", draft.error));
            session.apply(action);
            session.settle();
            assert_eq!(now(&session), bytes, "{path} as {form:?} {:?} {:?}", draft.text, draft.parts);
        }
        for reading in Subject::of(session.state().active_document().expect("a document"))
            .expect("a selected row")
            .readings
        {
            let open = session.state().active_document().expect("a document");
            let subject = Subject::of(open).expect("a selected row");
            let mut draft = Draft::of(&subject, path.clone());
            if reading.text.is_none() {
                continue;
            }
            draft.read_as(reading.reading, &subject);
            let action = draft.set(&subject).unwrap_or_else(|| panic!("{path}: {:?}", draft.error));
            session.apply(action);
            session.settle();
            assert_eq!(now(&session), bytes, "{path} as {:?} {:?}", draft.reading, draft.text);
            n_tried += 1;
        }
    }
    assert!(n_tried > 150, "{n_tried} ways to write a value were tried");
    let all: BTreeSet<&str> = protoloupe::ui::editors::EDITORS.iter().map(|editor| editor.name).collect();
    assert_eq!(used, all);
}

#[test]
fn integers_are_exact_to_64_bits() {
    let (mut session, _) = session();
    for (path, text) in
        [("u64", "18446744073709551614"), ("i64", "-9223372036854775807"), ("u64", "0xfffffffffffffffd")]
    {
        session.apply(Action::Select(SelectTarget::Path(path.parse().expect("a path"))));
        let open = session.state().active_document().expect("a document");
        let subject = Subject::of(open).expect("a selected row");
        let mut draft = Draft::of(&subject, path.parse().expect("a path"));
        draft.text = text.to_owned();
        let action = draft.set(&subject).expect("a value");
        session.apply(action);
        session.settle();
        let open = session.state().active_document().expect("a document");
        let after = Subject::of(open).expect("a selected row").edit_text.expect("text");
        let expected = if text.starts_with("0x") { "18446744073709551613" } else { text };
        assert_eq!(after, expected);
    }
}

#[test]
fn a_number_out_of_range_is_refused_with_the_range() {
    let (mut session, bytes) = session();
    session.apply(Action::Select(SelectTarget::Path("i32".parse().expect("a path"))));
    let open = session.state().active_document().expect("a document");
    let subject = Subject::of(open).expect("a selected row");
    let mut draft = Draft::of(&subject, "i32".parse().expect("a path"));
    draft.text = "2147483648".to_owned();
    assert_eq!(draft.set(&subject), None);
    let error = draft.error.expect("a reason");
    assert!(error.contains("-2147483648 to 2147483647"), "{error}");
    assert_eq!(now(&session), bytes);
}
