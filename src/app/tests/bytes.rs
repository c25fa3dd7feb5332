//! The cursor in the bytes, and typing there.

use super::*;
use crate::document::Facet;
use proptest::prelude::*;

/// messages { topic { name: "ab" } body: "c" } and an unknown 99.
const MESSAGE: &str = "0a 09 0a 04 12 02 61 62 22 01 63 98 06 07";

fn fixture() -> Fixture {
    Fixture::with(&unhex(MESSAGE), SEND)
}

fn act(fixture: &mut Fixture, act: ByteAct) {
    fixture.act(Action::Bytes(act));
}

fn go(fixture: &mut Fixture, offset: u64) {
    act(fixture, ByteAct::Move { to: Move::To(offset), extends: false });
}

fn type_digits(fixture: &mut Fixture, digits: &str) {
    for digit in digits.chars().filter_map(|c| c.to_digit(16)) {
        act(fixture, ByteAct::Digit(digit as u8));
    }
}

fn cursor(fixture: &Fixture) -> u64 {
    fixture.open().cursor_offset()
}

#[test]
fn typing_goes_over_bytes_nibble_by_nibble_and_is_one_step() {
    let mut fixture = fixture();
    go(&mut fixture, 6);
    assert_eq!(fixture.selected_path(), "messages[0].topic.name");
    type_digits(&mut fixture, "7");
    assert_eq!(fixture.hex(), MESSAGE.replace("61", "71"));
    assert!(fixture.open().cursor.is_halfway());
    type_digits(&mut fixture, "879");
    assert_eq!(fixture.hex(), MESSAGE.replace("61 62", "78 79"));
    assert_eq!((cursor(&fixture), fixture.open().document.n_edits()), (8, 1));
    assert_eq!(fixture.open().document.undo_label(), Some("Type over bytes at 0x6"));
    assert_eq!(fixture.selected_path(), "messages[0].topic.name", "it stays where it is typed");
    fixture.act(Action::Undo);
    assert_eq!((fixture.hex().as_str(), cursor(&fixture)), (MESSAGE, 6));
    fixture.act(Action::Redo);
    assert_eq!(fixture.hex(), MESSAGE.replace("61 62", "78 79"));
}

#[test]
fn a_run_of_typing_ends_where_the_cursor_is_moved() {
    let mut fixture = fixture();
    go(&mut fixture, 6);
    type_digits(&mut fixture, "71");
    go(&mut fixture, 6);
    type_digits(&mut fixture, "72");
    act(&mut fixture, ByteAct::UseText(true));
    act(&mut fixture, ByteAct::Text("z".to_owned()));
    assert_eq!(fixture.hex(), MESSAGE.replace("61 62", "72 7a"));
    assert_eq!(fixture.open().document.n_edits(), 3);
    act(&mut fixture, ByteAct::Delete);
    act(&mut fixture, ByteAct::Delete);
    assert_eq!(fixture.open().document.n_edits(), 4, "a run of removing is one step too");
    for _ in 0..4 {
        fixture.act(Action::Undo);
    }
    assert_eq!(fixture.hex(), MESSAGE);
}

#[test]
fn the_lengths_around_follow_only_if_asked() {
    let mut fixture = fixture();
    act(&mut fixture, ByteAct::Insert(true));
    go(&mut fixture, 7);
    type_digits(&mut fixture, "78");
    assert_eq!(fixture.hex(), "0a 09 0a 04 12 02 61 78 62 22 01 63 98 06 07");
    fixture.act(Action::Undo);
    act(&mut fixture, ByteAct::KeepLengths(true));
    go(&mut fixture, 7);
    type_digits(&mut fixture, "78");
    let grown = "0a 0a 0a 05 12 03 61 78 62 22 01 63 98 06 07";
    assert_eq!((fixture.hex().as_str(), cursor(&fixture)), (grown, 8));
    assert_eq!(shown(fixture.open())[3], "      name \"axb\"");
    act(&mut fixture, ByteAct::Backspace);
    act(&mut fixture, ByteAct::Backspace);
    assert_eq!(fixture.hex(), "0a 08 0a 03 12 01 62 22 01 63 98 06 07");
    fixture.act(Action::Undo);
    fixture.act(Action::Undo);
    assert_eq!(fixture.hex(), MESSAGE);
}

#[test]
fn a_value_goes_on_where_the_cursor_stands_right_behind_it() {
    let mut fixture = fixture();
    act(&mut fixture, ByteAct::KeepLengths(true));
    act(&mut fixture, ByteAct::Insert(true));
    act(&mut fixture, ByteAct::UseText(true));
    act(&mut fixture, ByteAct::SelectValue(6));
    assert_eq!(fixture.open().selected_bytes(), 6..8);
    act(&mut fixture, ByteAct::Move { to: Move::By(1), extends: false });
    assert_eq!((cursor(&fixture), fixture.selected_path().as_str()), (8, "messages[0].topic.name"));
    act(&mut fixture, ByteAct::Text("cd".to_owned()));
    act(&mut fixture, ByteAct::Text("e".to_owned()));
    assert_eq!(fixture.hex(), "0a 0c 0a 07 12 05 61 62 63 64 65 22 01 63 98 06 07");
    assert_eq!(fixture.selected_path(), "messages[0].topic.name");
    act(&mut fixture, ByteAct::SelectValue(6));
    act(&mut fixture, ByteAct::Text("z".to_owned()));
    assert_eq!(fixture.hex(), "0a 08 0a 03 12 01 7a 22 01 63 98 06 07", "what is selected gives way");
}

#[test]
fn the_tree_follows_as_bytes_become_damaged_and_whole_again() {
    let mut fixture = fixture();
    go(&mut fixture, 3);
    type_digits(&mut fixture, "0f");
    let rows = shown(fixture.open()).join("\n");
    assert!(rows.contains("7 of 15 B are there"), "{rows}");
    assert_eq!(cursor(&fixture), 4);
    go(&mut fixture, 3);
    type_digits(&mut fixture, "04");
    assert_eq!(fixture.hex(), MESSAGE);
    assert!(shown(fixture.open()).join("\n").contains("name \"ab\""));
    assert!(!fixture.open().document.snapshot().is_empty());
}

#[test]
fn bytes_are_added_behind_the_last_one_in_either_mode() {
    for inserts in [false, true] {
        let mut fixture = fixture();
        act(&mut fixture, ByteAct::Insert(inserts));
        act(&mut fixture, ByteAct::Move { to: Move::End, extends: false });
        assert_eq!(cursor(&fixture), 14);
        type_digits(&mut fixture, "2005");
        assert_eq!(fixture.hex(), format!("{MESSAGE} 20 05"));
        assert_eq!((cursor(&fixture), fixture.open().document.n_edits()), (16, 1));
        act(&mut fixture, ByteAct::Delete);
        assert_eq!(fixture.open().document.n_edits(), 1, "there is nothing behind the last byte");
        fixture.act(Action::Undo);
        assert_eq!((fixture.hex().as_str(), cursor(&fixture)), (MESSAGE, 14));
    }
}

#[test]
fn an_empty_document_can_be_typed_into() {
    let mut fixture = Fixture::with(&[], SEND);
    type_digits(&mut fixture, "9806 07");
    assert_eq!(fixture.hex(), "98 06 07");
    act(&mut fixture, ByteAct::SelectAll);
    act(&mut fixture, ByteAct::Delete);
    assert!(fixture.bytes().is_empty());
    act(&mut fixture, ByteAct::Backspace);
    fixture.act(Action::Undo);
    assert_eq!(fixture.hex(), "98 06 07");
}

#[test]
fn selections_are_made_from_the_cursor_and_left_by_a_step() {
    let mut fixture = fixture();
    go(&mut fixture, 4);
    let extend = |to| ByteAct::Move { to, extends: true };
    for _ in 0..3 {
        act(&mut fixture, extend(Move::By(1)));
    }
    assert_eq!((fixture.open().selected_bytes(), cursor(&fixture)), (4..7, 7));
    act(&mut fixture, extend(Move::LineStart { width: 8 }));
    assert_eq!((fixture.open().selected_bytes(), cursor(&fixture)), (0..4, 0));
    act(&mut fixture, extend(Move::End));
    assert_eq!(fixture.open().selected_bytes(), 4..14);
    act(&mut fixture, ByteAct::Move { to: Move::By(-1), extends: false });
    assert_eq!((fixture.open().selected_bytes(), cursor(&fixture)), (4..4, 4));
    act(&mut fixture, ByteAct::Move { to: Move::By(-16), extends: false });
    assert_eq!(cursor(&fixture), 4, "there is no line above");
    fixture.select("messages[0].body");
    assert_eq!(cursor(&fixture), 8, "a row of the tree takes the cursor along");
    assert_eq!(fixture.open().bytes_at_hand(), Some(8..11));
}

#[test]
fn an_edit_elsewhere_takes_the_cursor_along() {
    let mut fixture = fixture();
    go(&mut fixture, 6);
    go(&mut fixture, 10);
    let topic = RowId { offset: 4, facet: Facet::Record };
    fixture.act(Action::SetValue { row: topic, text: "abcd".to_owned(), gesture: None });
    assert_eq!(cursor(&fixture), 12);
    assert_eq!(fixture.selected_path(), "messages[0].body");
}

#[test]
fn pasted_text_becomes_the_bytes_that_it_spells() {
    let mut fixture = fixture();
    go(&mut fixture, 6);
    act(&mut fixture, ByteAct::Put("0x7a 7b".to_owned()));
    assert_eq!(fixture.hex(), MESSAGE.replace("61 62", "7a 7b"));
    act(&mut fixture, ByteAct::Put("no bytes".to_owned()));
    let said = fixture.notices().concat();
    assert!(said.contains("spells no bytes") && said.contains("as base64"), "{said}");
    act(&mut fixture, ByteAct::UseText(true));
    go(&mut fixture, 6);
    act(&mut fixture, ByteAct::Put("no".to_owned()));
    assert_eq!(fixture.hex(), MESSAGE.replace("61 62", "6e 6f"));
    act(&mut fixture, ByteAct::Write { range: 13..14, bytes: vec![0x96, 0x01] });
    assert!(fixture.hex().ends_with("98 06 96 01"));
    assert_eq!(fixture.open().document.undo_label(), Some("Set 2 bytes at 0xd"));
}

#[test]
fn bytes_are_copied_in_every_form_and_large_ones_offered_as_a_file() {
    let mut fixture = fixture();
    act(&mut fixture, ByteAct::Select { from: 4, to: 8 });
    for (command, expected) in [
        (Command::CopyHex, "12 02 61 62"),
        (Command::CopyBase64, "EgJhYg=="),
        (Command::CopyEscaped, r#""\022\002ab""#),
        (Command::CopyPython, r#"b"\x12\x02ab""#),
    ] {
        let action = command.resolve(fixture.session.state()).unwrap();
        fixture.act(action);
        assert_eq!(fixture.session.take_clipboard().as_deref(), Some(expected), "{command:?}");
    }
    let mut large = Fixture::with(&vec![0; (1 << 20) + 1], SEND);
    large.act(Action::Bytes(ByteAct::SelectAll));
    let action = Command::CopyC.resolve(large.session.state()).unwrap();
    large.act(action);
    assert_eq!(large.session.take_clipboard(), None);
    let Some(Dialog::Choose(choosing)) = large.session.state().dialog.clone() else { panic!("no offer") };
    large.act(Action::Dismiss);
    large.act(choosing.choices[0].action.clone());
    let Some(Dialog::File(FileDialog::BytesToFile { range })) = large.session.state().dialog.clone() else {
        panic!("no dialog")
    };
    let path = large.path("part.bin");
    large.act(Action::BytesToFile { range: 0..range.end, path: path.clone(), overwrite: false });
    assert_eq!(fs::read(&path).unwrap().len(), (1 << 20) + 1);
    large.act(Action::BytesToFile { range: 0..2, path: path.clone(), overwrite: false });
    assert!(matches!(large.question(), Some(Question::Overwrite { .. })));
    large.act(Action::Answer(Answer::Yes));
    assert_eq!(fs::read(&path).unwrap(), [0, 0]);
}

#[test]
fn typing_in_a_large_document_keeps_its_order() {
    let mut bytes = Vec::new();
    for _ in 0..20 {
        bytes.extend(len(1, &len(4, &[b'x'; 100_000])));
    }
    let mut fixture = Fixture::with(&bytes, SEND);
    act(&mut fixture, ByteAct::Insert(true));
    act(&mut fixture, ByteAct::Move { to: Move::To(1_000_000), extends: false });
    for digit in [6, 1, 6, 2, 6, 3] {
        // Not settled in between, as fingers do not wait.
        fixture.session.apply(Action::Bytes(ByteAct::Digit(digit)));
    }
    fixture.session.settle();
    bytes.splice(1_000_000..1_000_000, *b"abc");
    assert!(fixture.bytes() == bytes);
    assert_eq!((fixture.open().document.n_edits(), cursor(&fixture)), (1, 1_000_003));
}

fn any_act() -> impl Strategy<Value = ByteAct> {
    prop_oneof![
        (0_u8..16).prop_map(ByteAct::Digit),
        (0_u8..16).prop_map(ByteAct::Digit),
        "[a-zä]{1,3}".prop_map(ByteAct::Text),
        Just(ByteAct::Delete),
        Just(ByteAct::Backspace),
        (0_u64..30, any::<bool>()).prop_map(|(to, extends)| ByteAct::Move { to: Move::To(to), extends }),
        (-3_i64..4, any::<bool>()).prop_map(|(by, extends)| ByteAct::Move { to: Move::By(by), extends }),
        (0_u64..30).prop_map(ByteAct::SelectValue),
        any::<bool>().prop_map(ByteAct::Insert),
        any::<bool>().prop_map(ByteAct::KeepLengths),
        prop::collection::vec(any::<u8>(), 1..4).prop_map(ByteAct::PutBytes),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_acts_is_taken_back_to_the_identical_bytes(
        acts in prop::collection::vec(any_act(), 1..40),
    ) {
        let mut fixture = fixture();
        for one in acts {
            act(&mut fixture, one);
            prop_assert!(cursor(&fixture) <= fixture.open().document.len());
            prop_assert!(fixture.open().selected_bytes().end <= fixture.open().document.len());
        }
        let after = fixture.bytes();
        let n_edits = fixture.open().document.n_edits();
        for _ in 0..n_edits {
            fixture.act(Action::Undo);
        }
        prop_assert_eq!(fixture.hex(), MESSAGE);
        prop_assert!(!fixture.open().document.is_modified());
        for _ in 0..n_edits {
            fixture.act(Action::Redo);
        }
        prop_assert_eq!(fixture.bytes(), after);
    }
}
