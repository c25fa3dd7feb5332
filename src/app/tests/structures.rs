//! Oneofs, map keys, the order of elements, what is absent, and ways through the tree.

use super::*;
use crate::document::Entry;

pub(super) const COMMAND: &str = "apache.rocketmq.v2.TelemetryCommand";
const LOCATION: &str = "google.protobuf.SourceCodeInfo.Location";

pub(super) fn run(fixture: &mut Fixture, command: Command) {
    let action = command.resolve(fixture.session.state()).unwrap_or_else(|reason| panic!("{reason}"));
    fixture.act(action);
}

fn n_edits(fixture: &Fixture) -> usize {
    fixture.open().document.n_edits()
}

/// Selects the visible row of something that is not there.
pub(super) fn select_absent(fixture: &mut Fixture, name: &str) -> RowId {
    let rows = all_rows(fixture.open());
    let number = rows.iter().position(|row| match &row.entry {
        Entry::Absent { what, .. } => what.name() == name,
        _ => false,
    });
    let number = number.unwrap_or_else(|| panic!("no {name} in {:?}", shown(fixture.open())));
    fixture.act(Action::Select(SelectTarget::Row(number as u64)));
    rows[number].id
}

#[test]
fn choosing_a_member_takes_the_others_away_in_one_step() {
    // settings {} and thread_stack_trace {}.
    let before = "12 00 1a 00";
    let mut fixture = Fixture::with(&unhex(before), COMMAND);
    let row = fixture.select("thread_stack_trace");
    run(&mut fixture, Command::ChooseMember);
    assert_eq!(fixture.session.state().dialog, Some(Dialog::OneofMember { row }));
    for (number, after, selected) in [
        (Some(7), "3a 00", "verify_message_command"),
        (Some(2), "12 00", "settings"),
        (Some(3), "1a 00", "thread_stack_trace"),
        (None, "", ""),
    ] {
        let row = fixture.select("thread_stack_trace");
        fixture.act(Action::ChooseMember { row, number });
        assert_eq!((fixture.hex().as_str(), n_edits(&fixture)), (after, 1), "{:?}", fixture.notices());
        assert_eq!(fixture.selected_path(), selected);
        fixture.act(Action::Undo);
        assert_eq!(fixture.hex(), before);
    }
    assert_eq!(fixture.session.state().dialog, None);
}

#[test]
fn an_unset_oneof_is_one_row_from_which_a_member_is_set() {
    let mut fixture = Fixture::with(&unhex("0a 00"), COMMAND);
    assert_eq!(fixture.open().tree.n_rows(), 1);
    run(&mut fixture, Command::ShowAbsent);
    assert_eq!(shown(fixture.open()), ["status {}", "command None"]);
    let row = select_absent(&mut fixture, "command");
    run(&mut fixture, Command::ChooseMember);
    fixture.act(Action::ChooseMember { row, number: Some(4) });
    assert_eq!(fixture.hex(), "0a 00 22 00");
    assert_eq!(fixture.selected_path(), "verify_message_result");
}

#[test]
fn what_is_absent_is_set_with_its_default_and_the_choice_is_remembered() {
    let mut fixture = Fixture::with(&unhex("0a 05 0a 03 12 01 61"), SEND);
    run(&mut fixture, Command::ShowAbsent);
    fixture.select("messages[0].topic.name");
    assert!(
        shown(fixture.open()).contains(&"      resource_namespace \"\"".to_owned()),
        "{:?}",
        shown(fixture.open())
    );
    select_absent(&mut fixture, "resource_namespace");
    assert_eq!(fixture.selected_path(), "messages[0].topic.resource_namespace");
    let Some(Entry::Absent { what, .. }) = fixture.open().selected_row().map(|row| row.entry) else {
        panic!()
    };
    let row = fixture.open().selection.as_ref().map(|selection| selection.row);
    fixture.act(Action::AddField { row, number: what.number() });
    assert_eq!(fixture.hex(), "0a 07 0a 05 0a 00 12 01 61");
    assert_eq!(fixture.selected_path(), "messages[0].topic.resource_namespace");
    fixture.act(Action::Undo);
    // A map asks for the key.
    let row = select_absent(&mut fixture, "user_properties");
    fixture.act(Action::AddElement { row, key: None });
    assert_eq!(fixture.session.state().dialog, Some(Dialog::MapKey { row }));
    fixture.act(Action::AddElement { row, key: Some("k".to_owned()) });
    assert_eq!(fixture.hex(), "0a 0c 0a 03 12 01 61 12 05 0a 01 6b 12 00");
    let mut fixture = fixture.restart();
    assert!(fixture.session.state().settings.show_absent);
    fixture.act(Action::DiscardJournal);
    fixture.act(Action::OpenSample);
    assert!(fixture.open().tree.shows_absent());
}

#[test]
fn hiding_what_is_absent_keeps_a_selection() {
    let mut fixture = Fixture::with(&unhex("0a 00"), COMMAND);
    run(&mut fixture, Command::ShowAbsent);
    select_absent(&mut fixture, "command");
    let why = Command::Remove.resolve(fixture.session.state());
    assert_eq!(why, Err("This field is not set"));
    run(&mut fixture, Command::ShowAbsent);
    assert_eq!(fixture.selected_path(), "status");
}

#[test]
fn a_key_is_renamed_unless_the_map_has_it() {
    // user_properties { k: v } { n: w }
    let before = "0a 10 12 06 0a 01 6b 12 01 76 12 06 0a 01 6e 12 01 77";
    let mut fixture = Fixture::with(&unhex(before), SEND);
    let row = fixture.select(r#"messages[0].user_properties["k"]"#);
    run(&mut fixture, Command::RenameKey);
    assert_eq!(fixture.session.state().dialog, Some(Dialog::RenameKey { row }));
    fixture.act(Action::RenameKey { row, key: "n".to_owned() });
    let refusal = fixture.session.state().refusal.clone().unwrap_or_default();
    assert!(refusal.contains("already") && fixture.notices().is_empty(), "{refusal}");
    assert_eq!(fixture.session.state().dialog, Some(Dialog::RenameKey { row }), "to be typed again");
    fixture.act(Action::RenameKey { row, key: "key".to_owned() });
    assert_eq!((&fixture.session.state().dialog, &fixture.session.state().refusal), (&None, &None));
    assert_eq!(fixture.hex(), "0a 12 12 08 0a 03 6b 65 79 12 01 76 12 06 0a 01 6e 12 01 77");
    assert_eq!(fixture.selected_path(), r#"messages[0].user_properties["key"]"#);
    fixture.act(Action::Undo);
    assert_eq!(fixture.hex(), before);
    let row = fixture.select("messages[0]");
    fixture.act(Action::RenameKey { row, key: "x".to_owned() });
    assert!(fixture.notices().concat().contains("Only an entry of a map"));
}

#[test]
fn an_entry_without_its_key_gets_one() {
    // An entry that only has a value has the empty key.
    let mut fixture = Fixture::with(&unhex("0a 05 12 03 12 01 76"), SEND);
    let row = fixture.select(r#"messages[0].user_properties[""]"#);
    fixture.act(Action::RenameKey { row, key: "k".to_owned() });
    assert_eq!(fixture.hex(), "0a 08 12 06 0a 01 6b 12 01 76");
}

#[test]
fn elements_move_within_a_run_and_on_into_the_next() {
    // messages { body a } { body b }, unknown 99, messages { body c }
    let before = "0a 03 22 01 61 0a 03 22 01 62 98 06 07 0a 03 22 01 63";
    let mut fixture = Fixture::with(&unhex(before), SEND);
    fixture.select("messages[0]");
    run(&mut fixture, Command::MoveDown);
    assert_eq!(fixture.hex(), "0a 03 22 01 62 0a 03 22 01 61 98 06 07 0a 03 22 01 63");
    assert_eq!(fixture.selected_path(), "messages[1]");
    run(&mut fixture, Command::MoveDown);
    assert_eq!(fixture.hex(), "0a 03 22 01 62 98 06 07 0a 03 22 01 63 0a 03 22 01 61");
    assert_eq!(fixture.selected_path(), "messages[2]");
    run(&mut fixture, Command::MoveDown);
    assert!(fixture.notices().concat().contains("last element"), "at the end");
    run(&mut fixture, Command::MoveUp);
    run(&mut fixture, Command::MoveUp);
    assert_eq!(fixture.selected_path(), "messages[0]");
    assert_eq!(n_edits(&fixture), 4);
    for _ in 0..4 {
        fixture.act(Action::Undo);
    }
    assert_eq!(fixture.hex(), before);
    // A whole run moves past what stands beside it.
    fixture.select("messages");
    run(&mut fixture, Command::MoveDown);
    assert_eq!(fixture.hex(), "98 06 07 0a 03 22 01 61 0a 03 22 01 62 0a 03 22 01 63");
}

#[test]
fn a_drag_is_one_step() {
    // messages { body a } { body b }, unknown 99, messages { body c }
    let before = "0a 03 22 01 61 0a 03 22 01 62 98 06 07 0a 03 22 01 63";
    let mut fixture = Fixture::with(&unhex(before), SEND);
    let first = fixture.select("messages[0]");
    let last = fixture.select("messages[2]");
    fixture.act(Action::MoveTo { row: first, to: last, below: true });
    assert_eq!(fixture.hex(), "0a 03 22 01 62 98 06 07 0a 03 22 01 63 0a 03 22 01 61");
    assert_eq!((fixture.selected_path().as_str(), n_edits(&fixture)), ("messages[2]", 1));
    fixture.act(Action::Undo);
    assert_eq!(fixture.hex(), before);
    let inner = fixture.select("messages[0].body");
    let last = fixture.select("messages[2]");
    fixture.act(Action::MoveTo { row: inner, to: last, below: false });
    assert!(fixture.notices().concat().contains("within its message"));
    let unknown = fixture.select("99");
    let first = fixture.select("messages[0]");
    fixture.act(Action::MoveTo { row: unknown, to: first, below: false });
    assert!(fixture.notices().concat().contains("elements of its field"));
    assert_eq!(fixture.hex(), before);
}

#[test]
fn packed_elements_move_and_are_inserted() {
    // path 1 150 2, then 3 on its own
    let before = "0a 04 01 96 01 02 08 03";
    let mut fixture = Fixture::with(&unhex(before), LOCATION);
    fixture.select("path[1]");
    run(&mut fixture, Command::MoveUp);
    assert_eq!(fixture.hex(), "0a 04 96 01 01 02 08 03");
    assert_eq!(fixture.selected_path(), "path[0]");
    fixture.select("path[2]");
    run(&mut fixture, Command::MoveDown);
    assert_eq!(fixture.hex(), "0a 03 96 01 01 08 03 08 02");
    assert_eq!(fixture.selected_path(), "path[3]");
    fixture.select("path[0]");
    run(&mut fixture, Command::InsertBefore);
    assert_eq!(fixture.hex(), "0a 04 00 96 01 01 08 03 08 02");
    assert_eq!(fixture.selected_path(), "path[0]");
    fixture.select("path[3]");
    run(&mut fixture, Command::InsertBefore);
    assert_eq!(fixture.hex(), "0a 04 00 96 01 01 08 00 08 03 08 02");
    assert_eq!(fixture.selected_path(), "path[3]");
}

#[test]
fn siblings_names_and_changes_are_walked() {
    // messages { topic { name a }, user_properties { k: v }, body b }, unknown 99
    let bytes = "0a 10 0a 03 12 01 61 12 06 0a 01 6b 12 01 76 22 01 62 98 06 07";
    let mut fixture =
        Fixture::with(&unhex("0a 10 0a 03 12 01 61 12 06 0a 01 6b 12 01 76 22 01 62 98 06 07"), SEND);
    assert_eq!(fixture.bytes(), unhex(bytes));
    fixture.select("messages[0].topic");
    run(&mut fixture, Command::NextSibling);
    assert_eq!(fixture.selected_path(), "messages[0].user_properties");
    run(&mut fixture, Command::NextSibling);
    run(&mut fixture, Command::PreviousSibling);
    run(&mut fixture, Command::PreviousSibling);
    assert_eq!(fixture.selected_path(), "messages[0].topic");
    let named = |fixture: &mut Fixture, start: &str, here| {
        let start = start.to_owned();
        fixture.act(Action::Select(SelectTarget::Named { start, here }));
        fixture.selected_path()
    };
    run(&mut fixture, Command::ExpandAll);
    assert_eq!(named(&mut fixture, "B", false), "messages[0].body");
    assert_eq!(named(&mut fixture, "t", false), "messages[0].topic", "around the end");
    assert_eq!(named(&mut fixture, "to", true), "messages[0].topic", "it still fits");
    assert_eq!(named(&mut fixture, "k", false), r#"messages[0].user_properties["k"]"#);
    assert_eq!(named(&mut fixture, "99", false), "99", "by number");
    assert_eq!(named(&mut fixture, "zz", false), "99", "nothing has this name");

    run(&mut fixture, Command::NextChange);
    assert!(fixture.notices().concat().contains("Nothing differs"));
    fixture.set("messages[0].topic.name", "bc");
    fixture.set("99", "8");
    fixture.select("messages[0].body");
    run(&mut fixture, Command::NextChange);
    assert_eq!(fixture.selected_path(), "99");
    run(&mut fixture, Command::NextChange);
    assert_eq!(fixture.selected_path(), "messages[0].topic.name", "not the lengths around it");
    run(&mut fixture, Command::PreviousChange);
    assert_eq!(fixture.selected_path(), "99");
    let tab = fixture.tab();
    fixture.act(Action::Save(tab));
    fixture.notices();
    run(&mut fixture, Command::NextChange);
    assert!(fixture.notices().concat().contains("Nothing differs"));
}

#[test]
fn rows_open_to_a_depth_beside_each_other_and_all_below() {
    let bytes = unhex("0a 0c 0a 03 12 01 61 0a 05 0a 03 12 01 61 0a 05 0a 03 12 01 61");
    let mut fixture = Fixture::with(&bytes, SEND);
    run(&mut fixture, Command::CollapseAll);
    let n_rows = |fixture: &Fixture| fixture.open().tree.n_rows();
    assert_eq!(n_rows(&fixture), 1);
    run(&mut fixture, Command::ExpandTo1);
    assert_eq!(n_rows(&fixture), 3);
    fixture.act(Action::Select(SelectTarget::Row(1)));
    run(&mut fixture, Command::ExpandSiblings);
    let with_siblings = n_rows(&fixture);
    assert!(with_siblings > 3, "{:?}", shown(fixture.open()));
    run(&mut fixture, Command::ExpandBelow);
    let below = n_rows(&fixture);
    assert!(below > with_siblings);
    run(&mut fixture, Command::ExpandTo9);
    assert!(n_rows(&fixture) > below);
    assert_eq!(fixture.notices(), Vec::<String>::new());
    assert_eq!(fixture.selected_path(), "messages[0]");
}

#[test]
fn rows_that_are_too_many_to_open_at_once_open_as_they_are_reached() {
    let one = len(1, &len(1, &len(2, b"a")));
    let mut fixture = Fixture::with(&one.repeat(50_000), SEND);
    run(&mut fixture, Command::ExpandAll);
    assert!(fixture.notices().concat().contains("the others open as you come to them"));
    let n_rows = fixture.open().tree.n_rows();
    assert!(n_rows > 50_000 && n_rows < 110_000, "{n_rows}");
    // The window asks again for what came into view until nothing more does.
    let start = n_rows - 2;
    for n_rows in [n_rows + 2, n_rows + 3, n_rows + 4] {
        let rows = start..fixture.open().tree.n_rows();
        assert!(fixture.open().wants_opening(&rows));
        fixture.act(Action::Reach(rows));
        assert_eq!(fixture.open().tree.n_rows(), n_rows);
    }
    let rows = start..n_rows + 4;
    fixture.act(Action::Reach(rows.clone()));
    assert!(!fixture.open().wants_opening(&rows));
    let depths: Vec<u32> = fixture.open().rows(rows).iter().map(|row| row.depth).collect();
    assert_eq!(depths, [1, 2, 3, 1, 2, 3]);
    // What is closed by hand stays closed, also after an edit in front of it.
    fixture.act(Action::CollapseRow(start));
    let row = fixture.open().rows(0..2)[1].id;
    fixture.act(Action::Remove(row));
    let n_rows = fixture.open().tree.n_rows();
    fixture.act(Action::Reach(n_rows - 4..n_rows));
    let shown = fixture.open().rows(n_rows - 4..n_rows);
    assert_eq!(
        shown.iter().map(|row| (row.depth, row.is_expanded)).collect::<Vec<_>>(),
        [(1, false), (1, true), (2, true), (3, false)]
    );
    run(&mut fixture, Command::CollapseAll);
    assert!(!fixture.open().wants_opening(&(0..10)));
}

const EXTENDED: &str = r#"
    syntax = "proto2";
    package p;
    message A {
        optional group Pair = 1 { optional int32 x = 1; repeated A deeper = 2; }
        map<string, bytes> blobs = 3;
        extensions 100 to 199;
    }
    extend A { optional A again = 100; repeated sint32 many = 101 [packed = true]; }
"#;

/// A document of `p.A`, whose schema nothing else declares.
fn extended(hex: &str) -> Fixture {
    struct OneFile;
    impl crate::schema::FileResolver for OneFile {
        fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
            Ok((path == "a.proto").then(|| EXTENDED.as_bytes().to_vec()))
        }
    }
    let schema = Schema::compile(&["a.proto".to_owned()], &[], &OneFile, true).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let session = Session::new(std::sync::Arc::new(schema), Folders::default(), || {});
    let mut fixture = Fixture { session, folder };
    let path = fixture.file("a.bin", &unhex(hex));
    fixture.act(Action::Open(vec![path]));
    let tab = fixture.tab();
    fixture.act(Action::ReadAs { tab, message: Some("p.A".to_owned()) });
    fixture
}

#[test]
fn what_the_value_of_a_map_entry_is_read_as_is_seen_on_the_entry() {
    // blobs { "k": <Pair { x: 5 }> }
    let mut fixture = extended("1a 07 0a 01 6b 12 02 08 05");
    run(&mut fixture, Command::ExpandAll);
    let value = all_rows(fixture.open()).iter().find(|row| row.entry.number() == Some(2)).unwrap().id;
    let pair = fixture.session.state().schema.message("p.A.Pair").unwrap();
    let reading = Some(crate::document::reading::Reading::Kind(crate::schema::Kind::Message(pair)));
    fixture.act(Action::ReadRecordAs { row: value, reading });
    let rows = all_rows(fixture.open());
    let text = row_text(fixture.open().document.snapshot(), &rows[1], 60, ReadMode::Wait);
    assert_eq!(
        (text.name.as_str(), text.kind.as_str(), text.value.as_str()),
        ("[\"k\"]", "bytes as Pair", "x 5")
    );
    fixture.act(Action::ReadRecordAs { row: value, reading: None });
    let rows = all_rows(fixture.open());
    let text = row_text(fixture.open().document.snapshot(), &rows[1], 60, ReadMode::Wait);
    assert_eq!(text.kind, "bytes");
}

#[test]
fn extensions_that_are_not_there_are_offered_like_other_fields() {
    let mut fixture = extended("");
    run(&mut fixture, Command::ShowAbsent);
    let absent = ["pair not set", "blobs no entries", "[p.again] not set", "[p.many] no elements"];
    assert_eq!(shown(fixture.open()), absent);
    let row = select_absent(&mut fixture, "[p.again]");
    assert_eq!(fixture.selected_path(), "(p.again)");
    fixture.act(Action::AddField { row: Some(row), number: 100 });
    assert_eq!(fixture.hex(), "a2 06 00", "{:?}", fixture.notices());
    let row = select_absent(&mut fixture, "[p.many]");
    fixture.act(Action::AddField { row: Some(row), number: 101 });
    assert_eq!(fixture.hex(), "a2 06 00 aa 06 01 00", "{:?}", fixture.notices());
}

#[test]
fn extensions_are_fields_with_a_name_of_their_own() {
    // again { many -1 }
    let mut fixture = extended("a2 06 04 aa 06 01 01");
    run(&mut fixture, Command::ExpandAll);
    assert_eq!(shown(fixture.open()), ["[p.again] {…}", "  [p.many] [-1]", "    [0] -1"]);
    let row = fixture.select("(p.again).(p.many)[0]");
    fixture.act(Action::SetValue { row, text: "150".to_owned(), gesture: None });
    assert_eq!(fixture.hex(), "a2 06 05 aa 06 02 ac 02");
    assert_eq!(fixture.selected_path(), "(p.again).(p.many)[0]");
    let row = fixture.select("(p.again)");
    fixture.act(Action::AddField { row: Some(row), number: 100 });
    assert_eq!(fixture.hex(), "a2 06 08 a2 06 00 aa 06 02 ac 02", "{:?}", fixture.notices());
    assert_eq!(fixture.selected_path(), "(p.again).(p.again)");
    fixture.act(Action::Undo);
    fixture.act(Action::Undo);
    assert_eq!(fixture.hex(), "a2 06 04 aa 06 01 01");
}

#[test]
fn a_group_is_edited_like_a_message() {
    // pair { x 1  deeper { } }
    let mut fixture = extended("0b 08 01 12 00 0c");
    let row = fixture.select("pair.deeper[0]");
    fixture.act(Action::AddField { row: Some(row), number: 1 });
    assert_eq!(fixture.hex(), "0b 08 01 12 02 0b 0c 0c", "{:?}", fixture.notices());
    assert_eq!(fixture.selected_path(), "pair.deeper[0].pair");
    let row = fixture.select("pair.x");
    fixture.act(Action::SetValue { row, text: "300".to_owned(), gesture: None });
    assert_eq!(fixture.hex(), "0b 08 ac 02 12 02 0b 0c 0c");
    let row = fixture.select("pair.deeper");
    fixture.act(Action::MoveRow { row, down: false });
    assert_eq!(fixture.hex(), "0b 12 02 0b 0c 08 ac 02 0c");
    let row = fixture.select("pair");
    fixture.act(Action::SetValue { row, text: r#"{"x": 5}"#.to_owned(), gesture: None });
    assert_eq!(fixture.hex(), "0b 08 05 0c", "{:?} {:?}", fixture.notices(), fixture.question());
}

#[test]
fn what_is_moved_stays_open() {
    // Two messages, each with a topic; the second one has everything open.
    let mut fixture = Fixture::with(&unhex("0a 05 0a 03 12 01 61 0a 05 0a 03 12 01 62"), SEND);
    fixture.select("messages[1].topic.name");
    let before = shown(fixture.open()).len();
    let row = fixture.select("messages[1]");
    fixture.act(Action::MoveRow { row, down: false });
    assert_eq!(fixture.selected_path(), "messages[0]");
    let now = shown(fixture.open());
    assert_eq!(now.len(), before, "{now:?}");
    assert!(now.iter().any(|row| row.contains("name \"b\"")), "{now:?}");
    let row = fixture.open().selection.as_ref().unwrap().row;
    fixture.act(Action::MoveRow { row, down: true });
    assert_eq!(shown(fixture.open()).len(), before);
    fixture.act(Action::Undo);
    assert_eq!(shown(fixture.open()).len(), before);
}

#[test]
fn closing_what_is_around_an_absent_field_selects_what_is_still_there() {
    for closing in [Action::CollapseAll, Action::OpenToDepth(0)] {
        let mut fixture = Fixture::with(&unhex("0a 02 08 01"), COMMAND);
        run(&mut fixture, Command::ShowAbsent);
        fixture.act(Action::ExpandRow(0));
        select_absent(&mut fixture, "message");
        fixture.act(closing.clone());
        let path = fixture.selected_path();
        assert!(fixture.open().selected_row().is_some() && path == "status", "{closing:?} {path}");
    }
}

#[test]
fn a_number_goes_to_the_field_that_has_it_else_to_the_offset() {
    // 2: 7  1: 1
    let mut fixture = Fixture::with(&unhex("10 07 08 01"), "google.protobuf.Empty");
    let mut go = |text: &str, offset| {
        fixture.act(Action::Show(Dialog::GoTo));
        fixture.act(Action::Select(SelectTarget::PathOrOffset(path(text), offset)));
        assert_eq!((&fixture.session.state().dialog, &fixture.session.state().refusal), (&None, &None));
        fixture.selected_path()
    };
    assert_eq!(go("2", 2), "2", "not what stands at offset 2");
    assert_eq!(go("3", 3), "1");
    assert_eq!(go("9", 9), "1", "there is neither");
}

#[test]
fn a_field_that_is_not_set_and_a_oneof_are_gone_to_by_name() {
    let go = |fixture: &mut Fixture, text: &str| fixture.act(Action::Select(SelectTarget::Path(path(text))));
    // status { code: 1 }
    let mut fixture = Fixture::with(&unhex("0a 02 08 01"), COMMAND);
    go(&mut fixture, "command");
    assert!(fixture.notices().concat().contains("show absent fields"));
    run(&mut fixture, Command::ShowAbsent);
    go(&mut fixture, "command");
    assert!(matches!(fixture.open().selected_row().unwrap().id.facet, Facet::Absent(_)));
    go(&mut fixture, "status.message");
    assert_eq!(fixture.selected_path(), "status.message");
    let row = fixture.open().selection.as_ref().unwrap().row;
    fixture.act(Action::AddField { row: Some(row), number: 2 });
    go(&mut fixture, "status.message");
    assert_eq!(fixture.open().selected_row().unwrap().id.facet, Facet::Record);
    let row = fixture.select("command");
    fixture.act(Action::ChooseMember { row, number: Some(2) });
    let member = fixture.selected_path();
    fixture.select("status");
    go(&mut fixture, "command");
    assert_eq!(fixture.selected_path(), member, "the member that is set");
}

#[test]
fn a_message_in_parts_becomes_one_record_in_one_step() {
    // messages { topic { name a }, body b, topic { resource_namespace n } }
    let before = "0a 0d 0a 03 12 01 61 22 01 62 0a 03 0a 01 6e";
    let mut fixture = Fixture::with(&unhex(before), SEND);
    fixture.select("messages[0].topic.name");
    let parts: Vec<RowId> = all_rows(fixture.open())
        .iter()
        .filter(|row| matches!(row.standing, Some(crate::document::Standing::Part { .. })))
        .map(|row| row.id)
        .collect();
    assert_eq!(parts.len(), 2);
    for part in parts {
        fixture.act(Action::MergeParts(part));
        assert_eq!(fixture.hex(), "0a 0b 0a 06 12 01 61 0a 01 6e 22 01 62");
        assert_eq!(
            (fixture.selected_path().as_str(), fixture.open().document.n_edits()),
            ("messages[0].topic", 1)
        );
        fixture.act(Action::Undo);
        assert_eq!(fixture.hex(), before);
    }
    let row = fixture.select("messages[0].body");
    fixture.act(Action::MergeParts(row));
    assert!(fixture.notices().concat().contains("Only a message"));
}

#[test]
fn elements_of_a_filtered_tree_move_beside_each_other_as_one_step() {
    // messages { body a } { topic {} } { body b } { body c }: the second one is hidden.
    let before = "0a 03 22 01 61 0a 02 0a 00 0a 03 22 01 62 0a 03 22 01 63";
    let mut fixture = Fixture::with(&unhex(before), SEND);
    fixture.act(Action::Search("messages[*].body".to_owned()));
    fixture.act(Action::Filter(TreeFilter::Matches));
    let open = fixture.open();
    let nth = |offset: u64| open.filter.nth_of(record(offset)).unwrap();
    let (first, last) = (nth(0), nth(14));
    let body = first + 1;
    assert!(open.why_not_move_filtered(first, last, true).is_some_and(|reason| reason.contains("open row")));
    assert!(
        open.why_not_move_filtered(body, last, false).is_some_and(|reason| reason.contains("its message"))
    );
    assert!(open.why_not_move_filtered(first, first, false).is_some());
    fixture.act(Action::MoveFiltered { from: body, to: last, below: false });
    assert_eq!((fixture.hex().as_str(), fixture.notices().len()), (before, 1));
    fixture.act(Action::MoveFiltered { from: first, to: last, below: false });
    assert_eq!(fixture.hex(), "0a 02 0a 00 0a 03 22 01 62 0a 03 22 01 61 0a 03 22 01 63");
    assert_eq!((fixture.open().document.n_edits(), fixture.selected_path().as_str()), (1, "messages[2]"));
    fixture.act(Action::Undo);
    assert_eq!(fixture.hex(), before);
}

#[test]
fn an_unknown_field_of_a_filtered_tree_moves_beside_one_of_another_number() {
    let mut fixture = Fixture::with(&unhex("98 06 07 0a 03 22 01 61 a0 06 05"), SEND);
    fixture.act(Action::Filter(TreeFilter::Unknown));
    let (from, to) = (0, 1);
    assert_eq!(fixture.open().why_not_move_filtered(from, to, true), None);
    fixture.act(Action::MoveFiltered { from, to, below: true });
    assert_eq!(fixture.hex(), "0a 03 22 01 61 a0 06 05 98 06 07");
}

#[test]
fn an_element_far_down_a_packed_field_stays_selected_while_it_changes() {
    let mut bytes = len(1, &vec![7; 200_000]);
    bytes.extend(unhex("1a 01 61"));
    let mut fixture = Fixture::with(&bytes, "google.protobuf.SourceCodeInfo.Location");
    fixture.select("path[150000]");
    for text in ["1", "12", "123456"] {
        let row = fixture.open().selection.clone().unwrap().row;
        fixture.act(Action::SetValue { row, text: text.to_owned(), gesture: None });
        assert_eq!(fixture.selected_path(), "path[150000]", "{text}");
        assert!(fixture.open().selected_row().is_some());
    }
    assert_eq!(fixture.bytes().len(), bytes.len() + 2);
    fixture.act(Action::Undo);
    fixture.act(Action::Remove(fixture.open().selection.clone().unwrap().row));
    assert_eq!(fixture.selected_path(), "path[150000]", "what stands there now");
}
