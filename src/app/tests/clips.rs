//! Records between places and documents.

use super::*;
use crate::document::ops::Occupied;
use proptest::prelude::*;

/// messages { topic { name: "a" } user_properties { "k": "v" } body: "b" } and an unknown 99.
fn message() -> Vec<u8> {
    let entry = [len(1, b"k"), len(2, b"v")].concat();
    let inner = [len(1, &len(2, b"a")), len(2, &entry), len(4, b"b")].concat();
    [len(1, &inner), unhex("98 06 07")].concat()
}

fn run(fixture: &mut Fixture, command: Command) {
    let action = command.resolve(fixture.session.state()).unwrap();
    fixture.act(action);
}

/// Copies or cuts at a path; returns what other programs get.
fn take(fixture: &mut Fixture, path: &str, command: Command) -> String {
    fixture.select(path);
    run(fixture, command);
    fixture.session.take_clipboard().unwrap_or_else(|| panic!("{:?}", fixture.notices()))
}

fn paste(fixture: &mut Fixture, path: &str, text: &str) {
    fixture.select(path);
    fixture.act(Action::Paste(text.to_owned()));
}

fn choices(fixture: &Fixture) -> Vec<ChoiceRow> {
    match &fixture.session.state().dialog {
        Some(Dialog::Choose(choosing)) => choosing.choices.clone(),
        _ => Vec::new(),
    }
}

fn choose(fixture: &mut Fixture, idx: usize) {
    let action = choices(fixture)[idx].action.clone();
    fixture.act(Action::Dismiss);
    fixture.act(action);
}

#[test]
fn what_is_copied_is_json_a_value_or_hex_elsewhere() {
    let mut fixture = Fixture::with(&message(), SEND);
    for (path, expected) in [
        ("messages[0].topic", "{\n  \"name\": \"a\"\n}"),
        ("messages[0].topic.name", "a"),
        ("messages[0].body", "b"),
        (r#"messages[0].user_properties["k"]"#, "{\n  \"k\": \"v\"\n}"),
        ("99", "7"),
    ] {
        assert_eq!(take(&mut fixture, path, Command::Copy), expected, "{path}");
    }
    let text = take(&mut fixture, "messages", Command::Copy);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value[0]["topic"]["name"], "a");
    assert_eq!(fixture.bytes(), message());
}

#[test]
fn a_record_goes_behind_the_selected_one_of_its_field() {
    let mut fixture = Fixture::with(&message(), SEND);
    let text = take(&mut fixture, "messages[0]", Command::Copy);
    fixture.act(Action::Paste(text.replace('\n', "\r\n")));
    let first = &message()[..message().len() - 3];
    assert_eq!(fixture.bytes(), [first, first, &unhex("98 06 07")].concat());
    assert_eq!(fixture.selected_path(), "messages[1]", "the new one is selected");
    assert_eq!(fixture.open().document.undo_label(), Some("Paste messages[0]"));
    let entry = take(&mut fixture, r#"messages[0].user_properties["k"]"#, Command::Cut);
    paste(&mut fixture, "messages[1].user_properties", &entry);
    assert_eq!(fixture.open().document.n_edits(), 3);
    let entries = shown(fixture.open()).into_iter().filter(|row| row.contains("2 entries"));
    assert_eq!(entries.count(), 1, "{:?}", shown(fixture.open()));
}

#[test]
fn a_record_goes_into_the_selected_message_where_its_number_belongs() {
    let mut fixture = Fixture::with(&message(), SEND);
    let body = take(&mut fixture, "messages[0].body", Command::Cut);
    assert_eq!(fixture.open().document.undo_label(), Some("Cut messages[0].body"));
    let tab = fixture.tab();
    fixture.act(Action::OpenPasted(hex(&[len(1, &len(1, &len(2, b"z"))), unhex("98 06 01")].concat())));
    let other = fixture.tab();
    fixture.act(Action::ReadAs { tab: other, message: Some(SEND.to_owned()) });
    paste(&mut fixture, "messages[0]", &body);
    assert_eq!(fixture.hex(), "0a 08 0a 03 12 01 7a 22 01 62 98 06 01");
    assert_eq!(fixture.selected_path(), "messages[0].body");
    fixture.act(Action::Activate(tab));
    paste(&mut fixture, "messages[0]", &body);
    assert_eq!(fixture.bytes(), message(), "back where it was");
}

#[test]
fn a_field_that_is_not_declared_there_is_unknown_and_said_to_be() {
    let mut fixture = Fixture::with(&message(), SEND);
    let unknown = take(&mut fixture, "99", Command::Copy);
    paste(&mut fixture, "messages[0].topic", &unknown);
    assert!(fixture.hex().starts_with("0a 13 0a 06 12 01 61 98 06 07"), "{}", fixture.hex());
    let said = fixture.notices().concat();
    assert!(said.contains("Resource declares no field 99"), "{said}");
}

#[test]
fn a_singular_field_that_is_set_is_replaced_or_added_as_the_person_says() {
    let mut fixture = Fixture::with(&message(), SEND);
    let topic = take(&mut fixture, "messages[0].topic", Command::Copy);
    fixture.set("messages[0].topic.name", "other");
    let before = fixture.bytes();
    paste(&mut fixture, "messages[0]", &topic);
    assert_eq!(fixture.bytes(), before, "not before it is said");
    let titles: Vec<String> = choices(&fixture).into_iter().map(|choice| choice.title).collect();
    assert_eq!(titles, ["Replace it", "Add a second record"]);
    choose(&mut fixture, 0);
    assert_eq!(fixture.bytes(), message());
    paste(&mut fixture, "messages[0]", &topic);
    choose(&mut fixture, 1);
    assert!(fixture.hex().starts_with("0a 15 0a 03 12 01 61 0a 03 12 01 61"), "{}", fixture.hex());
}

#[test]
fn text_is_pasted_as_the_value_or_as_records_and_asked_where_it_can_be_both() {
    let mut fixture = Fixture::with(&message(), SEND);
    paste(&mut fixture, "messages[0].topic.name", "orders");
    assert!(shown(fixture.open()).join("\n").contains("name \"orders\""));
    fixture.act(Action::Undo);
    paste(&mut fixture, "messages[0].topic", "{\"name\": \"x\"}");
    assert!(shown(fixture.open()).join("\n").contains("name \"x\""));
    fixture.act(Action::Undo);
    paste(&mut fixture, "messages[0].topic", "98 06 05");
    assert!(fixture.hex().starts_with("0a 13 0a 06 12 01 61 98 06 05"), "{}", fixture.hex());
    fixture.act(Action::Undo);
    paste(&mut fixture, "messages[0].topic.name", "98 06 05");
    let titles: Vec<String> = choices(&fixture).into_iter().map(|choice| choice.title).collect();
    assert_eq!(titles, ["Add the records", "Set messages[0].topic.name to the text"]);
    choose(&mut fixture, 1);
    assert!(shown(fixture.open()).join("\n").contains("name \"98 06 05\""));
    fixture.act(Action::Undo);
    paste(&mut fixture, "messages[0].body", "base64:/wD/");
    choose(&mut fixture, 0);
    assert!(fixture.hex().contains("22 03 ff 00 ff"), "{}", fixture.hex());
}

#[test]
fn a_value_copied_from_another_field_is_asked_for_as_value_or_record() {
    let mut fixture = Fixture::with(&message(), SEND);
    let name = take(&mut fixture, "messages[0].topic.name", Command::Copy);
    paste(&mut fixture, "messages[0].body", &name);
    let titles: Vec<String> = choices(&fixture).into_iter().map(|choice| choice.title).collect();
    let expected = ["Set messages[0].body to the value", "Add the record of messages[0].topic.name"];
    assert_eq!(titles, expected);
    choose(&mut fixture, 0);
    assert!(fixture.hex().contains("22 01 61"), "{}", fixture.hex());
    fixture.act(Action::Copy(name.clone()));
    fixture.act(Action::Undo);
    paste(&mut fixture, "messages[0].body", &name);
    assert!(fixture.hex().contains("22 01 61"), "as text it is the value alone");
}

#[test]
fn json_of_a_repeated_field_is_added_to_it() {
    let mut fixture = Fixture::with(&message(), SEND);
    for (path, text, row) in [
        ("messages", r#"[{"body": "eA=="}, {}]"#, "messages 3 elements"),
        ("messages", r#"{"body": "eA=="}"#, "messages 2 elements"),
        ("messages[0].user_properties", r#"{"a": "b", "c": "d"}"#, "    user_properties 3 entries"),
    ] {
        paste(&mut fixture, path, text);
        assert!(shown(fixture.open()).contains(&row.to_owned()), "{path}: {:?}", shown(fixture.open()));
        fixture.act(Action::Undo);
        assert_eq!(fixture.bytes(), message());
    }
    paste(&mut fixture, "messages[0].topic.name", "98 06 05 9a 06 01 61");
    assert_eq!(choices(&fixture)[0].detail, "7 B from hex: 99: 5, 99: \"a\"");
}

#[test]
fn what_no_document_takes_is_opened_and_what_spells_nothing_says_what_was_tried() {
    let mut fixture = Fixture::with(&message(), SEND);
    paste(&mut fixture, "messages", "what is this?");
    let said = fixture.notices().concat();
    assert!(said.contains("as hex") && said.contains("as base64") && said.contains("as escaped"), "{said}");
    fixture.select("messages[0]");
    fixture.act(Action::PasteAsDocument(r#""\x98\x06\007""#.to_owned()));
    assert_eq!((fixture.hex().as_str(), fixture.session.state().tabs.len()), ("98 06 07", 2));
    let mut empty = Fixture::new();
    empty.act(Action::Paste("mAYH".to_owned()));
    assert_eq!(empty.hex(), "98 06 07");
}

#[test]
fn a_copied_message_becomes_a_document_of_its_own_type() {
    let mut fixture = Fixture::with(&message(), SEND);
    let text = take(&mut fixture, "messages[0].topic", Command::Copy);
    fixture.act(Action::PasteAsDocument(text));
    assert_eq!(fixture.hex(), "12 01 61");
    let name = fixture.open().message().map(|message| message.full_name().to_owned());
    assert_eq!(name.as_deref(), Some("apache.rocketmq.v2.Resource"));
    let text = take(&mut fixture, "name", Command::Copy);
    fixture.act(Action::Bytes(ByteAct::Move { to: Move::End, extends: false }));
    fixture.act(Action::Bytes(ByteAct::Put(text)));
    assert_eq!(fixture.hex(), "12 01 61 12 01 61", "in the bytes the records themselves are pasted");
}

#[test]
fn elements_of_a_packed_field_are_copied_and_pasted_as_elements() {
    // FileDescriptorProto { public_dependency: [1, 2] }, which is not packed, and packed bytes for it.
    let mut fixture = Fixture::with(&unhex("52 02 01 02"), "google.protobuf.FileDescriptorProto");
    let text = take(&mut fixture, "public_dependency[0]", Command::Copy);
    assert_eq!(text, "1");
    paste(&mut fixture, "public_dependency[1]", &text);
    assert_eq!(fixture.hex(), "52 03 01 02 01");
    let text = take(&mut fixture, "public_dependency[1]", Command::Cut);
    assert_eq!((fixture.hex().as_str(), text.as_str()), ("52 02 01 01", "2"));
    fixture.act(Action::PutRecords {
        row: None,
        records: Box::new(fixture.session.state().copied.clone().unwrap().records),
        occupied: Occupied::Ask,
    });
    assert_eq!(fixture.hex(), "52 02 01 01 50 02", "as a record of its own in the message");
}

#[test]
fn what_is_cut_short_is_not_copied_as_a_record() {
    let mut fixture = Fixture::with(&unhex("98 06 07 0a 05 61"), SEND);
    fixture.select("messages[0]");
    run(&mut fixture, Command::Copy);
    assert_eq!(fixture.session.take_clipboard(), None);
    assert!(fixture.notices().concat().contains("cut short"));
    let mut fixture = Fixture::with(&unhex("98 06 07 00 01"), SEND);
    fixture.act(Action::Select(SelectTarget::Row(1)));
    run(&mut fixture, Command::Copy);
    assert_eq!(fixture.session.take_clipboard().as_deref(), Some("00 01"), "but its bytes are");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Overlong varints, padded lengths, groups: whatever a record is, cutting it and pasting it
    /// elsewhere keeps its bytes, and undo brings back the document.
    #[test]
    fn cut_and_paste_keep_every_byte_of_a_record(
        records in prop::collection::vec(
            prop_oneof![
                Just("98 06 07"),
                Just("98 86 00 87 80 00"),
                Just("9a 06 82 80 00 61 62"),
                Just("9b 06 08 01 9c 06"),
                Just("9d 06 01 02 03 04"),
                Just("99 06 01 02 03 04 05 06 07 08"),
            ],
            1..5,
        ),
        pick in any::<prop::sample::Index>(),
    ) {
        let all: Vec<Vec<u8>> = records.iter().map(|record| unhex(record)).collect();
        let topic = len(1, &len(1, &len(2, b"a")));
        let bytes = [topic.clone(), all.concat()].concat();
        let mut fixture = Fixture::with(&bytes, SEND);
        let at = pick.index(all.len());
        let offset = (topic.len() + all[..at].iter().map(Vec::len).sum::<usize>()) as u64;
        fixture.act(Action::CutRecords(record(offset)));
        let text = fixture.session.take_clipboard().unwrap();
        let rest: Vec<u8> = all.iter().enumerate().filter(|(idx, _)| *idx != at).flat_map(|(_, r)| r.clone()).collect();
        prop_assert_eq!(fixture.bytes(), [topic.clone(), rest.clone()].concat());
        paste(&mut fixture, "messages[0].topic", &text);
        let inner = len(1, &[len(2, b"a"), all[at].clone()].concat());
        prop_assert_eq!(fixture.bytes(), [len(1, &inner), rest].concat());
        fixture.act(Action::Undo);
        fixture.act(Action::Undo);
        prop_assert_eq!(fixture.bytes(), bytes);
    }
}
