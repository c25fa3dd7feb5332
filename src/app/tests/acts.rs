//! Editing.

use super::*;
use crate::document::Gesture;

/// messages { topic { name: "a" } user_properties { "k": "v" } body: "b" } and an unknown 99.
fn message() -> Vec<u8> {
    let entry = [len(1, b"k"), len(2, b"v")].concat();
    let inner = [len(1, &len(2, b"a")), len(2, &entry), len(4, b"b")].concat();
    [len(1, &inner), unhex("98 06 07")].concat()
}

#[test]
fn a_value_is_set_undone_redone_saved_and_exported() {
    let mut fixture = Fixture::with(&message(), SEND);
    let path = fixture.path("send.bin");
    assert_eq!(fixture.session.state().active_tab().unwrap().title, "send.bin");
    fixture.set("messages[0].topic.name", "orders");
    let after = fixture.bytes();
    assert_ne!(after, message());
    assert_eq!(fixture.selected_path(), "messages[0].topic.name");
    assert_eq!(fixture.open().document.undo_label(), Some("Set messages[0].topic.name"));
    fixture.act(Action::Undo);
    assert_eq!(fixture.bytes(), message());
    assert_eq!(fixture.selected_path(), "messages[0].topic.name");
    fixture.act(Action::Redo);
    assert_eq!(fixture.bytes(), after);
    let tab = fixture.tab();
    fixture.act(Action::Save(tab));
    assert_eq!(fs::read(&path).unwrap(), after);
    assert!(!fixture.open().document.is_modified());
    assert_eq!(fixture.notices(), [format!("Saved send.bin, {} B", after.len())]);
    fixture.act(Action::Undo);
    assert!(fixture.open().document.is_modified(), "undo survives a save");
    fixture.act(Action::Redo);
    let json = fixture.path("out.json");
    let export = |part, overwrite| Action::Export {
        tab,
        path: json.clone(),
        format: "json".to_owned(),
        part,
        overwrite,
    };
    fixture.act(export(None, false));
    let text = fs::read_to_string(&json).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["messages"][0]["topic"]["name"], "orders");
    let said = fixture.notices().concat();
    assert!(said.contains("1 thing is not in the text") && said.contains("offset 23"), "{said}");
    fixture.act(export(Some(super::path("messages[0].topic")), false));
    assert!(matches!(fixture.question(), Some(Question::Overwrite { .. })), "{:?}", fixture.notices());
    fixture.act(Action::Answer(Answer::Yes));
    let value: serde_json::Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!(value, serde_json::json!({"name": "orders"}));
    for (part, expected) in [
        (
            "messages",
            serde_json::json!([{"topic": {"name": "orders"}, "userProperties": {"k": "v"}, "body": "Yg=="}]),
        ),
        (r#"messages[0].user_properties["k"]"#, "v".into()),
        ("messages[0].body", "Yg==".into()),
    ] {
        fixture.act(export(Some(super::path(part)), true));
        let value: serde_json::Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
        assert_eq!(value, expected, "{part}");
    }
}

#[test]
fn text_format_is_exported_and_pasted_back_as_a_message_of_its_type() {
    let bytes = unhex("0a 10 0a 03 12 01 61 12 06 0a 01 6b 12 01 76 22 01 62 98 06 07");
    let mut fixture = Fixture::with(&bytes, SEND);
    let tab = fixture.tab();
    let Ok(Action::Show(dialog)) = Command::ExportText.resolve(fixture.session.state()) else {
        panic!("it can be exported")
    };
    let Dialog::File(FileDialog::Export { format, part, .. }) = dialog else { panic!("{dialog:?}") };
    let path = fixture.path("out.textproto");
    fixture.act(Action::Export { tab, path: path.clone(), format, part, overwrite: false });
    assert!(fixture.notices().concat().starts_with("Exported out.textproto, "));
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(&format!("# proto-message: {SEND}\n")) && text.ends_with("\n99: 7\n"), "{text}");
    fixture.act(Action::PasteAsDocument(text.clone()));
    assert_eq!(fixture.bytes(), bytes);
    assert_eq!(fixture.open().message().map(|message| message.full_name()), Some(SEND));
    assert!(fixture.open().document.is_modified(), "it is in no file yet");
    let n_tabs = fixture.session.state().tabs.len();
    for (text, reason) in [
        (text.replace("topic", "topik"), "has no field \"topik\". Did you mean topic?"),
        (text.replace(SEND, "no.Such"), "no.Such"),
    ] {
        fixture.act(Action::PasteAsDocument(text));
        assert_eq!(fixture.session.state().tabs.len(), n_tabs);
        assert!(fixture.notices().concat().contains(reason), "{reason}");
    }
}

#[test]
fn an_edit_of_a_row_lands_in_its_record() {
    let cases = [
        (
            r#"messages[0].user_properties["k"]"#,
            "w",
            "0a 10 0a 03 12 01 61 12 06 0a 01 6b 12 01 77 22 01 62 98 06 07",
        ),
        ("messages[0].body", "hex:00", "0a 10 0a 03 12 01 61 12 06 0a 01 6b 12 01 76 22 01 00 98 06 07"),
        ("99", "300", "0a 10 0a 03 12 01 61 12 06 0a 01 6b 12 01 76 22 01 62 98 06 ac 02"),
        (
            "messages[0].topic",
            r#"{"name": "bc"}"#,
            "0a 11 0a 04 12 02 62 63 12 06 0a 01 6b 12 01 76 22 01 62 98 06 07",
        ),
    ];
    for (path, text, expected) in cases {
        let mut fixture = Fixture::with(&message(), SEND);
        fixture.set(path, text);
        assert_eq!(fixture.hex(), expected, "{path}: {:?}", fixture.notices());
        assert_eq!(fixture.selected_path(), path);
        fixture.act(Action::Undo);
        assert_eq!(fixture.bytes(), message(), "{path}");
    }
}

#[test]
fn a_draft_that_is_no_value_changes_nothing_and_says_why() {
    let mut fixture = Fixture::with(&message(), SEND);
    let row = fixture.select("99");
    fixture.act(Action::SetValue { row, text: "x".to_owned(), gesture: None });
    assert_eq!(fixture.bytes(), message());
    let said = fixture.notices().concat();
    assert!(said.contains("not an integer"), "{said}");
    let row = fixture.select("messages");
    assert_eq!(row.facet, Facet::Run);
    fixture.act(Action::SetValue { row, text: "{}".to_owned(), gesture: None });
    let said = fixture.notices().concat();
    assert!(said.contains("repeated"), "{said}");
    fixture.act(Action::SetValue { row: record(9_999), text: "1".to_owned(), gesture: None });
    assert!(fixture.notices().concat().contains("no longer there"));
    assert_eq!((fixture.bytes(), fixture.open().document.n_edits()), (message(), 0));
}

#[test]
fn one_gesture_is_one_step() {
    let mut fixture = Fixture::with(&message(), SEND);
    let row = fixture.select("messages[0].topic.name");
    for text in ["o", "or", "ord"] {
        let row = fixture.open().selection.as_ref().map_or(row, |selection| selection.row);
        fixture.act(Action::SetValue { row, text: text.to_owned(), gesture: Some(Gesture(1)) });
    }
    assert_eq!(fixture.open().document.n_edits(), 1);
    fixture.act(Action::Undo);
    assert_eq!(fixture.bytes(), message());
}

#[test]
fn a_oneof_member_takes_the_others_away() {
    // settings {} and thread_stack_trace {}.
    let mut fixture = Fixture::with(&unhex("12 00 1a 00"), "apache.rocketmq.v2.TelemetryCommand");
    fixture.act(Action::AddField { row: None, number: 7 });
    assert_eq!(fixture.hex(), "3a 00");
    assert_eq!(fixture.open().document.undo_label(), Some("Add verify_message_command"));
    assert_eq!(fixture.selected_path(), "verify_message_command");
    fixture.act(Action::Undo);
    assert_eq!(fixture.hex(), "12 00 1a 00");
    let row = fixture.select("thread_stack_trace");
    fixture.act(Action::SetValue { row, text: r#"{"nonce": "n"}"#.to_owned(), gesture: None });
    assert_eq!(fixture.hex(), "1a 03 0a 01 6e");
    let row = fixture.open().selection.as_ref().unwrap().row;
    fixture.act(Action::AddField { row: Some(row), number: 2 });
    assert_eq!(fixture.hex(), "1a 05 0a 01 6e 12 00", "{:?}", fixture.notices());
    assert_eq!(fixture.open().document.n_edits(), 2);
}

#[test]
fn a_field_that_is_there_is_selected_instead_of_added() {
    let mut fixture = Fixture::with(&message(), SEND);
    let row = fixture.select("messages[0]");
    fixture.act(Action::AddField { row: Some(row), number: 4 });
    assert_eq!((fixture.bytes(), fixture.selected_path().as_str()), (message(), "messages[0].body"));
    fixture.act(Action::AddField { row: Some(row), number: 3 });
    assert_eq!(fixture.selected_path(), "messages[0].system_properties");
    fixture.act(Action::AddField { row: Some(row), number: 77 });
    assert!(fixture.notices().concat().contains("has no field 77"));
}

#[test]
fn packed_elements_are_set_added_duplicated_and_removed() {
    // FieldDescriptorProto-like packed numbers: SourceCodeInfo.Location.path is repeated int32, packed.
    let location = "google.protobuf.SourceCodeInfo.Location";
    let before = "0a 03 01 96 01 22 01 78";
    // Where, what, the bytes afterwards, and what is selected then.
    type Case = (&'static str, fn(RowId) -> Action, &'static str, &'static str);
    let steps: &[Case] = &[
        (
            "path[1]",
            |row| Action::SetValue { row, text: "5".to_owned(), gesture: None },
            "0a 02 01 05 22 01 78",
            "path[1]",
        ),
        ("path[0]", |row| Action::AddElement { row, key: None }, "0a 04 01 00 96 01 22 01 78", "path[1]"),
        ("path[1]", Action::Duplicate, "0a 05 01 96 01 96 01 22 01 78", "path[2]"),
        ("path[0]", Action::Remove, "0a 02 96 01 22 01 78", "path[0]"),
        ("path", |row| Action::AddElement { row, key: None }, "0a 04 01 96 01 00 22 01 78", "path[2]"),
    ];
    for (path, action, after, selected) in steps {
        let mut fixture = Fixture::with(&unhex(before), location);
        let row = fixture.select(path);
        fixture.act(action(row));
        assert_eq!(fixture.hex(), *after, "{path}: {:?}", fixture.notices());
        assert_eq!(fixture.selected_path(), *selected);
        fixture.act(Action::Undo);
        assert_eq!(fixture.hex(), before);
    }
    let mut fixture = Fixture::with(&unhex("0a 01 07 22 01 78"), location);
    let row = fixture.select("path[0]");
    fixture.act(Action::Remove(row));
    assert_eq!(fixture.hex(), "22 01 78", "an empty packed record goes with its last element");
}

#[test]
fn map_entries_need_a_new_key() {
    let mut fixture = Fixture::with(&message(), SEND);
    let row = fixture.select("messages[0].user_properties");
    fixture.act(Action::AddElement { row, key: None });
    assert_eq!(fixture.session.state().dialog, Some(Dialog::MapKey { row }));
    fixture.act(Action::AddElement { row, key: Some("k".to_owned()) });
    let refusal = fixture.session.state().refusal.clone().unwrap_or_default();
    assert!(refusal.contains("already") && fixture.notices().is_empty(), "{refusal}");
    fixture.act(Action::AddElement { row, key: Some("n".to_owned()) });
    assert_eq!(fixture.session.state().dialog, None);
    assert_eq!(
        fixture.hex(),
        "0a 17 0a 03 12 01 61 12 06 0a 01 6b 12 01 76 12 05 0a 01 6e 12 00 22 01 62 98 06 07"
    );
    assert_eq!(fixture.selected_path(), r#"messages[0].user_properties["n"]"#);
    assert_eq!(fixture.open().document.undo_label(), Some("Add messages[0].user_properties"));
}

#[test]
fn removing_the_value_that_counts_asks_about_older_ones() {
    // queue_id 1, then 2, in SystemProperties.
    let twice = "68 01 68 02";
    let properties = "apache.rocketmq.v2.SystemProperties";
    for (answer, after) in [(Answer::Yes, ""), (Answer::No, "68 01"), (Answer::Cancel, twice)] {
        let mut fixture = Fixture::with(&unhex(twice), properties);
        fixture.act(Action::Remove(record(2)));
        assert_eq!(fixture.question(), Some(&Question::OlderValue { row: record(2), n_older: 1 }));
        assert_eq!(fixture.hex(), twice);
        fixture.act(Action::Answer(answer));
        assert_eq!(fixture.hex(), after, "{answer:?}");
    }
    let mut fixture = Fixture::with(&unhex(twice), properties);
    fixture.act(Action::Remove(record(0)));
    assert_eq!((fixture.hex().as_str(), fixture.question()), ("68 02", None));
}

#[test]
fn a_message_replaced_by_text_says_what_it_would_lose() {
    let topic = [len(2, b"a"), unhex("98 06 07")].concat();
    let before = len(1, &len(1, &topic));
    let mut fixture = Fixture::with(&before, SEND);
    fixture.set("messages[0].topic", r#"{"name": "b"}"#);
    assert_eq!(fixture.bytes(), before);
    let Some(Question::LosesOnReplace { losses, .. }) = fixture.question() else { panic!("no question") };
    assert!(losses.len() == 1 && losses[0].ends_with("at 0x7"), "{losses:?}");
    fixture.act(Action::Answer(Answer::Yes));
    assert_eq!(fixture.bytes(), len(1, &len(1, &len(2, b"b"))));
}

#[test]
fn bytes_go_to_a_file_and_come_from_one() {
    let mut fixture = Fixture::with(&message(), SEND);
    let out = fixture.path("body.bin");
    let row = fixture.select("messages[0].body");
    let range = fixture.open().selection.as_ref().unwrap().range.clone();
    let to_file = |path: &PathBuf, overwrite| Action::BytesToFile {
        range: range.end - 1..range.end,
        path: path.clone(),
        overwrite,
    };
    fixture.act(to_file(&out, false));
    assert_eq!(fs::read(&out).unwrap(), b"b");
    fs::write(&out, b"kept").unwrap();
    fixture.act(to_file(&out, false));
    assert!(
        matches!(fixture.question(), Some(Question::Overwrite { .. })),
        "a file that is there is asked about"
    );
    assert_eq!(fs::read(&out).unwrap(), b"kept");
    fixture.act(Action::Answer(Answer::Yes));
    assert_eq!(fs::read(&out).unwrap(), b"b");
    let new = fixture.file("new.bin", &[0xff, 0x00]);
    fixture.act(Action::PayloadFromFile { row, path: new.clone() });
    assert_eq!(fixture.hex(), "0a 11 0a 03 12 01 61 12 06 0a 01 6b 12 01 76 22 02 ff 00 98 06 07");
    let row = fixture.select("messages[0].topic.name");
    fixture.act(Action::PayloadFromFile { row, path: new });
    assert!(fixture.notices().concat().contains("not UTF-8"));
    fixture.act(Action::PayloadFromFile { row, path: fixture.path("absent") });
    assert!(fixture.notices().concat().contains("absent"));
    assert_eq!(fixture.open().document.n_edits(), 1);
}

#[test]
fn removing_walks_on_to_the_next_row() {
    let mut fixture = Fixture::with(&message(), SEND);
    let row = fixture.select("messages[0].topic");
    fixture.act(Action::Remove(row));
    assert_eq!(fixture.selected_path(), "messages[0].user_properties");
    let row = fixture.select("99");
    fixture.act(Action::Remove(row));
    assert!(fixture.open().selection.is_some());
    let row = fixture.select("messages");
    fixture.act(Action::Remove(row));
    assert_eq!((fixture.bytes(), &fixture.open().selection), (Vec::new(), &None));
    fixture.act(Action::Undo);
    fixture.act(Action::Undo);
    fixture.act(Action::Undo);
    assert_eq!(fixture.bytes(), message());
}

#[test]
fn problems_follow_edits() {
    let mut fixture = Fixture::with(&message(), SEND);
    let problems = &fixture.open().problems;
    assert_eq!((problems.n_notes, problems.n_errors, problems.revision), (1, 0, Some(0)));
    let row = fixture.select("messages[0].body");
    fixture.act(Action::SetBytes { row, bytes: vec![b'x'; 200] });
    let open = fixture.open();
    assert_eq!(open.problems.revision, Some(open.document.revision()));
    let problem = open.problems.found.first().unwrap();
    assert_eq!(open.offset_of(problem), open.document.len() - 3);
}

#[test]
fn a_slide_is_one_step_exact_to_the_ends_of_its_kind_and_taken_back_whole() {
    use crate::document::value::{edit_text, step_value};
    use crate::schema::Kind;
    // seconds of a Timestamp, an int64 at its least; then nanos, which a slide leaves alone.
    let least = "08 80 80 80 80 80 80 80 80 80 01 10 05";
    let mut fixture = Fixture::with(&unhex(least), "google.protobuf.Timestamp");
    fixture.set("nanos", "6");
    let row = fixture.select("seconds");
    let gesture = Gesture(7);
    let base = unhex(least)[1..11].to_vec();
    for n_steps in [1, 5, -3, 1_000, 2] {
        let payload = step_value(&Kind::Int64, &base, n_steps).unwrap().payload;
        fixture.act(Action::SetPayload { row, payload, gesture: Some(gesture) });
    }
    let payload = step_value(&Kind::Int64, &base, 2).unwrap().payload;
    assert_eq!(edit_text(&Kind::Int64, &payload).unwrap(), "-9223372036854775806");
    assert!(fixture.hex().starts_with("08 82 80 80 80 80 80 80 80 80 01"), "{}", fixture.hex());
    let document = &fixture.open().document;
    assert_eq!((document.n_edits(), document.undo_label()), (2, Some("Set seconds")));
    fixture.act(Action::TakeBack(Gesture(8)));
    assert_eq!(fixture.open().document.n_edits(), 2, "of another gesture");
    fixture.act(Action::TakeBack(gesture));
    assert_eq!((fixture.hex(), fixture.open().document.n_edits()), (least.replace("10 05", "10 06"), 1));
    assert_eq!(fixture.open().document.redo_label(), None, "nobody undid what was typed on the way");
    fixture.act(Action::TakeBack(gesture));
    assert_eq!(fixture.open().document.n_edits(), 1, "the step before it stays");

    let greatest = parse(&Kind::Uint64, "18446744073709551615");
    let past = step_value(&Kind::Uint64, &greatest, 9).unwrap();
    assert_eq!((past.payload, past.n_steps), (greatest, 0));
}

fn parse(kind: &crate::schema::Kind, text: &str) -> Vec<u8> {
    crate::document::value::parse_value(kind, text).unwrap().payload
}
