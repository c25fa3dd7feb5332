//! What undeclared and bytes records are read as.

use super::*;
use crate::document::Entry;
use crate::document::diff::Difference;
use crate::document::reading::{Reading, TimeUnit};
use crate::schema::Kind;

/// messages { topic { name: "a" } body: <Resource { name: "b" }> } and an unknown 99: 7.
fn bytes() -> Vec<u8> {
    let inner = [len(1, &len(2, b"a")), len(4, &len(2, b"b"))].concat();
    [len(1, &inner), unhex("98 06 07")].concat()
}

fn resource() -> Option<Reading> {
    let message = Schema::builtin().message("apache.rocketmq.v2.Resource").unwrap();
    Some(Reading::Kind(Kind::Message(message)))
}

fn line(fixture: &Fixture, path: &str) -> String {
    let open = fixture.open();
    let of = |row: &Row| crate::document::path_of(&open.tree, open.document.snapshot(), row, ReadMode::Wait);
    let rows = all_rows(open);
    let row = rows.iter().find(|row| of(row).to_string() == path).unwrap_or_else(|| panic!("no row {path}"));
    let text = row_text(open.document.snapshot(), row, 60, ReadMode::Wait);
    format!("{} | {} | {}", text.name, text.kind, text.value)
}

#[test]
fn bytes_read_as_a_message_open_as_it_and_are_edited_inside() {
    let mut fixture = Fixture::with(&bytes(), SEND);
    let row = fixture.select("messages[0].body");
    fixture.act(Action::ReadRecordAs { row, reading: resource() });
    assert_eq!(line(&fixture, "messages[0].body"), "body | bytes as Resource | name \"b\"");
    assert_eq!(line(&fixture, "messages[0].body.name"), "name | string | \"b\"");
    assert_eq!(fixture.bytes(), bytes(), "reading is not editing");
    fixture.set("messages[0].body.name", "orders");
    let inner = [len(1, &len(2, b"a")), len(4, &len(2, b"orders"))].concat();
    assert_eq!(fixture.bytes(), [len(1, &inner), unhex("98 06 07")].concat());
    assert_eq!(fixture.selected_path(), "messages[0].body.name");
    let row = fixture.select("messages[0].body");
    fixture.act(Action::AddField { row: Some(row), number: 1 });
    assert_eq!(fixture.selected_path(), "messages[0].body.resource_namespace");
    fixture.act(Action::Undo);
    fixture.act(Action::Undo);
    assert_eq!(fixture.bytes(), bytes());
    let row = fixture.select("messages[0].body");
    fixture.act(Action::ReadRecordAs { row, reading: None });
    assert_eq!(line(&fixture, "messages[0].body"), "body | bytes | 3 B  12 01 62");
}

#[test]
fn what_changed_inside_of_bytes_read_as_a_message_is_listed_there() {
    let mut fixture = Fixture::with(&bytes(), SEND);
    let row = fixture.select("messages[0].body");
    fixture.act(Action::ReadRecordAs { row, reading: resource() });
    fixture.set("messages[0].body.name", "orders");
    let tab = fixture.tab();
    fixture.act(Action::Compare(Compare::Changes(tab)));
    let found = |fixture: &Fixture| {
        let shown = fixture.session.state().comparison.as_ref().expect("a comparison");
        let one = |found: &ListedDifference| {
            let Difference { path, old, new, .. } = &found.difference;
            format!("{path} {} {}", old.text.as_deref().unwrap_or(""), new.text.as_deref().unwrap_or(""))
        };
        shown.found.iter().map(one).collect::<Vec<String>>()
    };
    assert_eq!(found(&fixture), ["messages[0].body.name \"b\" \"orders\""]);
    fixture.act(Action::GoToDifference(0));
    assert_eq!(fixture.selected_path(), "messages[0].body.name");
    let row = fixture.select("messages[0].body");
    fixture.act(Action::ReadRecordAs { row, reading: None });
    fixture.act(Action::Compare(Compare::Changes(tab)));
    assert!(found(&fixture)[0].starts_with("messages[0].body 3 B"), "{:?}", found(&fixture));
}

#[test]
fn a_reading_is_remembered_for_the_type_and_the_place_and_not_for_the_file() {
    let mut fixture = Fixture::with(&bytes(), SEND);
    let row = fixture.select("messages[0].body");
    fixture.act(Action::ReadRecordAs { row, reading: resource() });
    let row = fixture.select("99");
    let sint = Some(Reading::Kind(Kind::Sint64));
    fixture.act(Action::ReadRecordAs { row, reading: sint });
    assert_eq!(line(&fixture, "99"), "unknown | VARINT as sint64 | -4");
    fixture.set("99", "-5");
    assert!(fixture.hex().ends_with("98 06 09"), "{}", fixture.hex());
    let mut fixture = fixture.restart();
    let other = fixture.file("other.bin", &bytes());
    fixture.act(Action::Open(vec![other]));
    let tab = fixture.tab();
    fixture.act(Action::ReadAs { tab, message: Some(SEND.to_owned()) });
    assert_eq!(line(&fixture, "99"), "unknown | VARINT as sint64 | -4");
    assert_eq!(line(&fixture, "messages[0].body"), "body | bytes as Resource | name \"b\"");
    fixture.act(Action::ReadAs { tab, message: Some("apache.rocketmq.v2.SendMessageResponse".to_owned()) });
    assert!(fixture.open().document.readings().is_empty());
    fixture.act(Action::ReadAs { tab, message: Some(SEND.to_owned()) });
    let row = fixture.select("99");
    fixture.act(Action::ReadRecordAs { row, reading: None });
    let n_left = fixture.session.state().settings.readings.len();
    assert_eq!((line(&fixture, "99").as_str(), n_left), ("unknown | VARINT | uint64 7 · 3 readings", 1));
}

#[test]
fn a_reading_of_another_wire_type_or_of_a_declared_value_is_refused() {
    let mut fixture = Fixture::with(&bytes(), SEND);
    let row = fixture.select("99");
    fixture.act(Action::ReadRecordAs { row, reading: resource() });
    let topic = fixture.select("messages[0].topic.name");
    fixture.act(Action::ReadRecordAs { row: topic, reading: Some(Reading::Hex) });
    assert!(fixture.open().document.readings().is_empty());
    assert_eq!(fixture.notices().len(), 1, "said once while nothing else was");
    let time = Reading::Time { wire_type: crate::wire::WireType::Varint, unit: TimeUnit::Seconds };
    fixture.act(Action::ReadRecordAs { row, reading: Some(time) });
    assert_eq!(line(&fixture, "99"), "unknown | VARINT as time in s | 1970-01-01T00:00:07Z");
}

#[test]
fn a_selected_payload_is_ranked_against_all_types() {
    let mut fixture = Fixture::with(&bytes(), SEND);
    fixture.select("messages[0].topic");
    assert!(fixture.open().guess.is_none());
    let row = fixture.select("messages[0].body");
    let guess = fixture.open().guess.as_ref().unwrap();
    assert_eq!(guess.row, row);
    let ranking = guess.ranking.as_ref().unwrap();
    assert!(ranking.place_of("apache.rocketmq.v2.Resource").is_some_and(|place| place < 5));
}

#[test]
fn an_any_opens_as_the_type_it_names_and_follows_its_url() {
    let any = |url: &str| [len(1, url.as_bytes()), len(2, &len(2, b"b"))].concat();
    let message = "google.protobuf.Any";
    let mut fixture = Fixture::with(&any("type.googleapis.com/apache.rocketmq.v2.Resource"), message);
    assert_eq!(line(&fixture, "value"), "value | bytes as Resource | name \"b\"");
    assert_eq!(line(&fixture, "value.name"), "name | string | \"b\"");
    fixture.set("type_url", "x/apache.rocketmq.v2.Broker");
    assert_eq!(line(&fixture, "value"), "value | bytes as Broker | {…}");
    fixture.set("type_url", "x/nowhere.Unknown");
    assert_eq!(line(&fixture, "value"), "value | bytes | 3 B  12 01 62");
    fixture.act(Action::Undo);
    fixture.act(Action::Undo);
    assert_eq!(line(&fixture, "value.name"), "name | string | \"b\"");
    let rows = all_rows(fixture.open());
    assert!(rows.iter().all(|row| !matches!(row.entry, Entry::Unread { .. })));
}

#[test]
fn a_payload_lands_in_its_record_whatever_its_kind() {
    let payload = |row, payload: &[u8]| Action::SetPayload { row, payload: payload.to_vec(), gesture: None };
    let cases: &[(&str, &str, &str, &[u8], &str)] = &[
        // A packed element.
        ("google.protobuf.SourceCodeInfo.Location", "0a 03 01 96 01", "path[1]", &[7], "0a 02 01 07"),
        // A map entry without a value.
        (
            SEND,
            "0a 05 12 03 0a 01 6b",
            "messages[0].user_properties[\"k\"]",
            b"v",
            "0a 08 12 06 0a 01 6b 12 01 76",
        ),
        // A string where the type declares a VARINT stays one.
        ("apache.rocketmq.v2.Broker", "12 01 61", "id", b"bc", "12 02 62 63"),
        // Bytes that are no UTF-8, in a string.
        ("apache.rocketmq.v2.Resource", "12 01 61", "name", &[0xff], "12 01 ff"),
    ];
    for (message, before, path, new, after) in cases {
        let mut fixture = Fixture::with(&unhex(before), message);
        let row = fixture.select(path);
        fixture.act(payload(row, new));
        assert_eq!(fixture.hex(), *after, "{path}: {:?}", fixture.notices());
        assert_eq!(fixture.open().document.undo_label(), Some(format!("Set {path}").as_str()));
        fixture.act(Action::Undo);
        assert_eq!(fixture.hex(), *before);
    }
    // settings {} and thread_stack_trace {}, of which one may be set.
    let mut fixture = Fixture::with(&unhex("12 00 1a 00"), "apache.rocketmq.v2.TelemetryCommand");
    let row = fixture.select("thread_stack_trace");
    fixture.act(payload(row, &[0x0a, 0x01, b'n']));
    assert_eq!(fixture.hex(), "1a 03 0a 01 6e");
}
