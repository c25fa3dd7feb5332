use super::*;
use crate::document::{Act, Document, Edit, Meaning, ReadMode, Reader, SMALL_WINDOW, row_text};
use crate::schema::MessageDescriptor;

const PROTO: &str = r#"
    syntax = "proto3";
    package t;
    message A {
        A inner = 1;
        int32 number = 2;
        optional int32 maybe = 3;
        repeated string words = 4;
        map<string, int32> counts = 5;
        oneof choice { A left = 6; string right = 7; bool up = 8; }
    }
"#;

fn message() -> MessageDescriptor {
    struct OneFile;
    impl protox::file::FileResolver for OneFile {
        fn open_file(&self, name: &str) -> Result<protox::file::File, protox::Error> {
            protox::file::File::from_source(name, PROTO)
        }
    }
    let mut compiler = protox::Compiler::with_file_resolver(OneFile);
    compiler.open_file("t.proto").unwrap();
    compiler.descriptor_pool().get_message_by_name("t.A").unwrap()
}

fn unhex(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

/// The document with everything open and, with `absent`, what is not there.
fn open(hex: &str, absent: bool) -> (Document, Tree) {
    let document = Document::of_bytes(&unhex(hex), Some(message()));
    let mut tree = Tree::new(&document, ReadMode::Wait);
    let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW);
    tree.show_absent(&mut reader, absent);
    tree.expand_levels(document.snapshot(), 9, 1_000, ReadMode::Wait);
    (document, tree)
}

fn rows(document: &Document, tree: &Tree) -> Vec<Row> {
    tree.rows(document.snapshot(), 0..u64::MAX, ReadMode::Wait)
}

/// Name, value and notes of each row.
fn shown(document: &Document, tree: &Tree) -> Vec<String> {
    let line = |row: &Row| {
        let text = row_text(document.snapshot(), row, 60, ReadMode::Wait);
        let notes: String = text.notes.iter().map(|note| format!(" ({note})")).collect();
        format!("{}{} {}{notes}", "  ".repeat(row.depth as usize), text.name, text.value)
    };
    rows(document, tree).iter().map(line).collect()
}

#[test]
fn what_is_absent_has_rows_on_request_behind_the_records_and_a_oneof_one() {
    let (document, mut tree) = open("0a 00 10 05", true);
    let expected =
        ["inner {}", "number 5", "maybe not set", "words no elements", "counts no entries", "choice None"];
    assert_eq!(shown(&document, &tree), expected, "an empty message is not opened by itself");
    let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW);
    tree.show_absent(&mut reader, false);
    assert_eq!(shown(&document, &tree), expected[..2]);
    let (document, tree) = open("1a 00", true);
    assert!(shown(&document, &tree)[0].starts_with("maybe \"\""), "{:?}", shown(&document, &tree));
}

#[test]
fn presence_is_told_apart_from_a_default() {
    let (document, tree) = open("10 00 18 00 40 00", true);
    assert_eq!(
        shown(&document, &tree),
        [
            "number 0 (default)",
            "maybe 0",
            "up false (oneof choice)",
            "inner not set",
            "words no elements",
            "counts no entries",
        ]
    );
    let (document, tree) = open("", true);
    assert_eq!(shown(&document, &tree)[1], "number 0");
}

#[test]
fn earlier_records_of_a_singular_field_are_overridden() {
    let (document, tree) = open("10 01 10 02 10 03", false);
    assert_eq!(
        shown(&document, &tree),
        ["number 1 (overridden)", "number 2 (overridden)", "number 3 (in effect)"]
    );
}

#[test]
fn a_split_message_is_shown_as_parts_that_merge() {
    // inner { number: 1 maybe: 1 inner { number: 5 } }  inner { number: 2 inner { maybe: 6 } }
    let (document, tree) = open("0a 08 10 01 18 01 0a 02 10 05 0a 06 10 02 0a 02 18 06", true);
    let found = shown(&document, &tree);
    assert_eq!(
        found,
        [
            "inner number 1 · maybe 1 (part 1 of 2)",
            "  number 1 (overridden)",
            "  maybe 1",
            "  inner number 5 (part 1 of 2)",
            "    number 5",
            "inner number 2 (part 2 of 2)",
            "  number 2 (in effect)",
            "  inner maybe 6 (part 2 of 2)",
            "    maybe 6",
            "    inner not set",
            "    words no elements",
            "    counts no entries",
            "    choice None",
            "  words no elements",
            "  counts no entries",
            "  choice None",
            "number 0",
            "maybe not set",
            "words no elements",
            "counts no entries",
            "choice None",
        ]
    );
}

#[test]
fn the_last_member_of_a_oneof_and_the_last_entry_of_a_key_count() {
    // right "a", left {}, left {}, up true; counts { a: 1 } twice and { b: 2 } once
    let (document, tree) = open(
        "3a 01 61 32 00 32 00 40 01 2a 05 0a 01 61 10 01 2a 05 0a 01 62 10 02 2a 05 0a 01 61 10 03",
        false,
    );
    let found: Vec<String> = shown(&document, &tree).into_iter().filter(|line| line.contains('(')).collect();
    assert_eq!(
        found,
        [
            "right \"a\" (oneof choice) (overridden)",
            "left {} (oneof choice) (overridden)",
            "left {} (oneof choice) (overridden)",
            "up true (oneof choice)",
            "  [\"a\"] 1 (overridden)",
            "  [\"a\"] 3 (in effect)",
        ]
    );
}

#[test]
fn a_row_of_something_absent_is_found_by_its_id_in_messages_that_end_together() {
    // inner { inner { } }, all ending at the same byte
    let (document, tree) = open("0a 04 0a 02 10 01", true);
    let absent: Vec<Row> =
        rows(&document, &tree).into_iter().filter(|row| matches!(row.entry, Entry::Absent { .. })).collect();
    assert_eq!(absent.len(), 5 + 5 + 5);
    for row in &absent {
        let found = tree.find(document.snapshot(), row.id, ReadMode::Wait).unwrap();
        assert_eq!((found.branch, found.ordinal), (row.branch, row.ordinal));
        let mut closed = Tree::new(&document, ReadMode::Wait);
        closed.show_absent(&mut Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW), true);
        let chain = tree.chain(row.branch);
        let revealed = closed.reveal_record(document.snapshot(), &chain, row.id, ReadMode::Wait).unwrap();
        assert_eq!((revealed.id, revealed.depth), (row.id, row.depth));
    }
}

#[test]
fn an_empty_message_opens_on_request_to_show_what_it_has_not() {
    let (document, mut tree) = open("0a 00", true);
    let row = tree.rows(document.snapshot(), 0..1, ReadMode::Wait).remove(0);
    assert!(row.is_expandable() && !row.is_expanded);
    tree.expand(document.snapshot(), &row, ReadMode::Wait);
    assert_eq!(shown(&document, &tree)[1], "  inner not set");
    assert_eq!(tree.n_rows(), 1 + 6 + 5);
    let (document, mut tree) = open("0a 00", false);
    let row = tree.rows(document.snapshot(), 0..1, ReadMode::Wait).remove(0);
    tree.expand(document.snapshot(), &row, ReadMode::Wait);
    assert!(!row.is_expandable() && tree.n_rows() == 1);
}

#[test]
fn recursive_types_do_not_open_what_is_absent() {
    let (document, tree) = open("", true);
    let n_rows = tree.n_rows();
    assert_eq!(n_rows, 6);
    let all = rows(&document, &tree);
    assert!(all.iter().all(|row| !row.is_expandable() && !row.is_expanded));
}

#[test]
fn a_message_with_too_many_records_has_no_survey_but_a_long_list_does_not_count() {
    let words = "22 01 61 ".repeat(20_000);
    let (document, mut tree) = open(&format!("10 01 {words} 10 02"), true);
    let work = tree.index_work();
    if let Some(mut work) = work {
        let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW);
        work.index.advance(&mut reader, u64::MAX, u64::MAX).unwrap();
        assert!(tree.take_index(work, document.snapshot()));
    }
    let last = tree.rows(document.snapshot(), tree.n_rows() - 1..u64::MAX, ReadMode::Wait).remove(0);
    assert!(matches!(last.entry, Entry::Absent { .. }), "{:?}", last.entry);
    let first = tree.rows(document.snapshot(), 0..1, ReadMode::Wait).remove(0);
    assert_eq!(first.standing, Some(Standing::Overridden));
    let (document, tree) = open(&"10 01 ".repeat(5_000), true);
    let all = rows(&document, &tree);
    assert!(all.iter().all(|row| row.standing.is_none()
        && matches!(&row.entry, Entry::Record { meaning: Meaning::Field(_), .. })));
}

#[test]
fn what_is_in_an_overridden_record_is_marked_too_as_long_as_it_is() {
    // choice is left, then right; counts has the key "a" twice.
    let (mut document, tree) = open("32 02 10 05 3a 01 61 2a 05 0a 01 61 10 01 2a 05 0a 01 61 10 02", false);
    let marks = |document: &Document, tree: &Tree| -> Vec<bool> {
        rows(document, tree).iter().map(|row| row.is_overridden).collect()
    };
    let mut tree = tree;
    let expected = [
        false, true,  // left, and the number in it
        false, // right
        false, // counts
        false, true, true, // its first entry, with key and value
        false, false, false,
    ];
    assert_eq!(marks(&document, &tree), expected, "{:?}", shown(&document, &tree));
    let remove = |range| Act::new("Remove", vec![Edit::Remove { chain: vec![], range }]);
    document.apply(&remove(4..7)).unwrap();
    tree.follow(&document, ReadMode::Wait);
    assert_eq!(marks(&document, &tree)[..2], [false, false], "nothing takes its place now");
    document.undo();
    tree.follow(&document, ReadMode::Wait);
    assert_eq!(marks(&document, &tree), expected);
}

#[test]
fn a_message_with_many_records_is_surveyed_elsewhere_and_one_with_too_many_not_at_all() {
    let entry = |n: u32| {
        let mut key = Vec::new();
        crate::wire::write_len(&mut key, 1, n.to_string().as_bytes());
        let mut record = Vec::new();
        crate::wire::write_len(&mut record, 5, &key);
        record
    };
    let bytes: Vec<u8> = (0..5_000).chain([7]).flat_map(entry).collect();
    let mut document = Document::of_bytes(&bytes, Some(message()));
    let mut tree = Tree::new(&document, ReadMode::Wait);
    let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW);
    tree.show_absent(&mut reader, true);
    assert_eq!((tree.n_rows(), tree.surveyed(BranchId::root())), (1, Surveyed::Later));
    let survey = |tree: &mut Tree, document: &Document| {
        let work = tree.survey_work().expect("work");
        let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW);
        let mut go_on = |_| std::ops::ControlFlow::Continue(());
        let made = work.run(&mut reader, &mut go_on).unwrap().expect("not stopped");
        tree.take_survey(made, document.snapshot());
    };
    survey(&mut tree, &document);
    assert_eq!((tree.n_rows(), tree.surveyed(BranchId::root())), (6, Surveyed::Whole));
    assert!(tree.survey_work().is_none());
    let run = tree.rows(document.snapshot(), 0..1, ReadMode::Wait).remove(0);
    tree.expand(document.snapshot(), &run, ReadMode::Wait);
    let entries = tree.rows(document.snapshot(), 8..9, ReadMode::Wait);
    assert_eq!(entries[0].standing, Some(Standing::Overridden), "the last entry has the same key");
    document.apply(&Act::new("Remove", vec![Edit::Remove { chain: vec![], range: 0..5 }])).unwrap();
    tree.follow(&document, ReadMode::Wait);
    assert_eq!(tree.surveyed(BranchId::root()), Surveyed::Later);
    assert_eq!(tree.n_rows(), 5_000 + 6, "rows of what is absent stay");
    survey(&mut tree, &document);
    assert_eq!((tree.n_rows(), tree.surveyed(BranchId::root())), (5_000 + 6, Surveyed::Whole));
    let bytes: Vec<u8> = (0..300_000).flat_map(entry).collect();
    let document = Document::of_bytes(&bytes, Some(message()));
    let mut tree = Tree::new(&document, ReadMode::Wait);
    while let Some(mut work) = tree.index_work() {
        work.index
            .advance(&mut Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW), u64::MAX, u64::MAX)
            .unwrap();
        assert!(tree.take_index(work, document.snapshot()));
    }
    survey(&mut tree, &document);
    assert_eq!(tree.surveyed(BranchId::root()), Surveyed::Never);
    assert!(tree.survey_work().is_none(), "it is not tried again");
}

#[test]
fn what_does_not_fit_a_reading_is_no_damage() {
    use crate::document::{Tone, entry_row_text};
    // An unknown field 9 whose payload is no message, opened as one.
    let (document, mut tree) = open("4a 01 61", false);
    let first = tree.rows(document.snapshot(), 0..1, ReadMode::Wait).remove(0);
    tree.expand(document.snapshot(), &first, ReadMode::Wait);
    let all = rows(&document, &tree);
    let rest = all.last().unwrap();
    assert!(rest.is_reading && matches!(rest.entry, Entry::Rest { .. }), "{rest:?}");
    let shown = row_text(document.snapshot(), rest, 80, ReadMode::Wait);
    assert_eq!((shown.name.as_str(), shown.tone), ("damaged", Tone::Unknown));
    // In a declared message the same bytes are damaged.
    let (document, tree) = open("0a 01 61", false);
    let rest = rows(&document, &tree).pop().unwrap();
    assert!(!rest.is_reading);
    let shown = row_text(document.snapshot(), &rest, 80, ReadMode::Wait);
    assert_eq!(shown.tone, Tone::Problem);
    assert_eq!(entry_row_text(document.snapshot(), &rest.entry, 80, ReadMode::Wait).tone, Tone::Problem);
}

#[test]
fn a_time_out_of_range_is_a_warning_in_its_row_as_among_the_problems() {
    use crate::document::Tone;
    let message = crate::schema::Schema::builtin()
        .pool()
        .get_message_by_name("apache.rocketmq.v2.SystemProperties")
        .unwrap();
    let number = message.get_field_by_name("born_timestamp").unwrap().number() as u8;
    // 10^18 seconds.
    let mut bytes = vec![number << 3 | 2, 10, 0x08];
    crate::wire::write_varint(&mut bytes, 1_000_000_000_000_000_000);
    bytes[1] = bytes.len() as u8 - 2;
    let document = Document::of_bytes(&bytes, Some(message));
    let mut tree = Tree::new(&document, ReadMode::Wait);
    tree.expand_levels(document.snapshot(), 9, 10, ReadMode::Wait);
    let row = rows(&document, &tree).remove(0);
    let shown = row_text(document.snapshot(), &row, 80, ReadMode::Wait);
    assert_eq!((shown.name.as_str(), shown.tone), ("born_timestamp", Tone::Warning));
}
