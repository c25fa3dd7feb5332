//! Every kind has an editor, and what an editor starts from gives the same bytes again.

use protoloupe::app::{Action, Folders, SelectTarget, Session};
use protoloupe::document::ReadMode;
use protoloupe::document::value::parse_value;
use protoloupe::schema::{FileResolver, Kind, Schema};
use protoloupe::ui::editors::{Draft, Subject, What, editor_of};
use std::collections::BTreeSet;
use std::sync::Arc;

const PROTO: &str = r#"
syntax = "proto3";
import "google/protobuf/timestamp.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/wrappers.proto";
enum Color { RED = 0; BLUE = 5; }
message All {
  int32 i32 = 1; int64 i64 = 2; uint32 u32 = 3; uint64 u64 = 4; sint32 s32 = 5; sint64 s64 = 6;
  fixed32 f32 = 7; fixed64 f64 = 8; sfixed32 sf32 = 9; sfixed64 sf64 = 10;
  float single = 11; double twice = 12; bool yes = 13; string text = 14; bytes raw = 15;
  Color color = 16; All inner = 17; repeated int32 packed = 18; map<string, uint64> sizes = 19;
  google.protobuf.Timestamp time = 20; google.protobuf.Duration span = 21;
  google.protobuf.UInt64Value boxed = 22; google.protobuf.StringValue boxed_text = 23;
}
"#;

const JSON: &str = r#"{
  "i32": -5, "i64": "-9223372036854775808", "u32": 4294967295, "u64": "18446744073709551615",
  "s32": -1, "s64": "-2", "f32": 7, "f64": "8", "sf32": -9, "sf64": "-10",
  "single": 0.1, "twice": 1e300, "yes": true, "text": "two\nlines", "raw": "AP//",
  "color": "BLUE", "inner": { "color": 7, "raw": "aGk=" }, "packed": [1, -1, 300],
  "sizes": { "a": "1", "b": "9007199254740993" },
  "time": "2026-11-23T10:15:04.250Z", "span": "1.5s", "boxed": "9007199254740993", "boxedText": "x"
}"#;

struct OneFile;

impl FileResolver for OneFile {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok((path == "all.proto").then(|| PROTO.as_bytes().to_vec()))
    }
}

/// A document that holds every kind, and after them two records that no field declares.
fn session() -> (Session, Vec<u8>) {
    let schema = Schema::compile(&["all.proto".to_owned()], &[], &OneFile, false).expect("a schema");
    let message = schema.message("All").expect("a message");
    let mut bytes = parse_value(&Kind::Message(message), JSON).expect("a value").payload;
    bytes.extend([0x98, 0x06, 0x96, 0x01, 0x9a, 0x06, 0x02, b'h', b'i']);
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

#[test]
fn every_kind_has_an_editor_whose_text_gives_the_same_bytes() {
    let (mut session, bytes) = session();
    let n_rows = session.state().active_document().expect("a document").tree.n_rows();
    let mut used = BTreeSet::new();
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
        let mut draft = Draft::of(&subject, path.clone());
        if subject.edit_text.is_none() {
            continue;
        }
        let action = draft.set(&subject).unwrap_or_else(|| panic!("{path}: {:?}", draft.error));
        session.apply(action);
        session.settle();
        assert_eq!(now(&session), bytes, "{path} as {:?}", draft.text);
    }
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
