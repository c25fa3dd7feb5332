//! Two byte strings in, lines of differences out.

use super::*;
use crate::document::ops::{self, NewValue};
use crate::document::value::tests::pool_of;
use crate::document::{
    Act, Document, Edit, Found, LARGE_WINDOW, ReadMode, Reader, Snapshot, Source, SourceError, Tree,
};
use crate::schema::MessageDescriptor;
use crate::wire::{WireType, write_len, write_tag, write_varint};
use proptest::prelude::*;
use prost_reflect::DescriptorPool;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    pool_of(
        r#"
        syntax = "proto3";
        package t;
        message M {
            int32 i = 1; string s = 2; M m = 3; repeated int32 n = 4; map<string, M> map = 5;
            bool flag = 6; repeated M ms = 7; repeated string texts = 8; bytes raw = 9;
            repeated fixed32 words = 10; map<int32, int32> ints = 11; double d = 12;
        }"#,
    )
});

fn message() -> MessageDescriptor {
    POOL.get_message_by_name("t.M").unwrap()
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits: String = hex.chars().filter(|c| !c.is_whitespace()).collect();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn differences(old: &Snapshot, new: &Snapshot, message: Option<&MessageDescriptor>) -> Vec<Difference> {
    differences_knowing(old, new, message, None)
}

fn differences_knowing(
    old: &Snapshot,
    new: &Snapshot,
    message: Option<&MessageDescriptor>,
    known: Option<&Tree>,
) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut sink = |difference: Difference| {
        assert!(difference.old.range.start <= difference.old.range.end);
        assert!(difference.old.range.end <= old.len() && difference.new.range.end <= new.len());
        assert_eq!(difference.change == Change::Added, difference.old.text.is_none());
        assert_eq!(difference.change == Change::Removed, difference.new.text.is_none());
        found.push(difference);
        ControlFlow::Continue(())
    };
    let report = diff(old, new, message, known, &mut sink, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(report.n_differences(), found.len() as u64);
    found
}

fn lines(old: &[u8], new: &[u8], message: Option<&MessageDescriptor>) -> Vec<String> {
    let (old, new) = (Snapshot::of_bytes(old), Snapshot::of_bytes(new));
    differences(&old, &new, message).iter().map(line).collect()
}

/// `changed path: old -> new`, with the places of both in front.
fn line(one: &Difference) -> String {
    let place = |side: &Side| format!("{}..{}", side.range.start, side.range.end);
    let text = |side: &Side| side.text.clone().unwrap_or_else(|| "nothing".to_owned());
    let from = one.old_path.as_ref().map(|path| format!(" (was {path})")).unwrap_or_default();
    format!(
        "{} {} {} {}{from}: {} -> {}",
        place(&one.old),
        place(&one.new),
        one.change,
        one.path,
        text(&one.old),
        text(&one.new)
    )
}

#[track_caller]
fn expect(old: &str, new: &str, expected: &[&str]) {
    assert_eq!(lines(&unhex(old), &unhex(new), Some(&message())), expected, "{old} / {new}");
}

#[test]
fn a_field_is_added_removed_or_changed() {
    expect("08 01 12 01 61", "08 01 12 01 62", &[r#"2..5 2..5 changed s: "a" -> "b""#]);
    expect("08 01", "08 01 12 01 62", &[r#"2..2 2..5 added s: nothing -> "b""#]);
    expect("08 01 12 01 62", "12 01 62", &["0..2 0..0 removed i: 1 -> nothing"]);
    expect("08 01", "08 01", &[]);
    expect("", "", &[]);
}

#[test]
fn the_same_value_in_other_bytes_is_respelled() {
    expect("08 01", "08 81 00", &["0..2 0..3 respelled i: 1 -> 1"]);
    expect("30 01", "30 02", &["0..2 0..2 respelled flag: true -> true (2)"]);
    expect("12 01 61", "12 81 00 61", &[r#"0..3 0..4 respelled s: "a" -> "a""#]);
    expect("1a 02 08 01", "9a 00 02 08 01", &["0..4 0..5 respelled m: i 1 -> i 1"]);
    expect(
        "1a 02 08 01",
        "9a 00 02 08 02",
        &["0..4 0..5 respelled m: i 1 -> i 2", "2..4 3..5 changed m.i: 1 -> 2"],
    );
    expect("22 02 01 02", "20 01 20 02", &["0..4 0..2 respelled n[0] (was n): [1, 2] -> 1"]);
    expect("22 02 01 02", "22 03 01 82 00", &["3..4 3..5 respelled n[1]: 2 -> 2"]);
}

#[test]
fn what_moved_is_told_apart_from_what_changed() {
    expect("08 01 12 01 61", "12 01 61 08 01", &["0..2 3..5 moved i: 1 -> 1"]);
    expect("08 01 12 01 61", "12 01 62 08 01", &[r#"2..5 0..3 changed s: "a" -> "b""#]);
    expect(
        "42 01 61 42 01 62 42 01 63",
        "42 01 63 42 01 61 42 01 62",
        &[r#"6..9 0..3 moved texts[0] (was texts[2]): "c" -> "c""#],
    );
}

#[test]
fn elements_are_matched_by_value_and_then_by_place() {
    expect(
        "42 01 61 42 01 62 42 01 63",
        "42 01 61 42 01 63",
        &[r#"3..6 3..3 removed texts[1]: "b" -> nothing"#],
    );
    expect(
        "42 01 61 42 01 62 42 01 63",
        "42 01 61 42 01 78 42 01 63",
        &[r#"3..6 3..6 changed texts[1]: "b" -> "x""#],
    );
    expect("22 03 01 02 03", "22 04 01 02 05 03", &["4..4 4..5 added n[2]: nothing -> 5"]);
    expect("22 03 01 02 03", "22 04 01 82 01 03", &["3..4 3..5 changed n[1]: 2 -> 130"]);
    expect("20 07 22 02 01 02", "20 07 22 02 01 03", &["5..6 5..6 changed n[2]: 2 -> 3"]);
    expect(
        "52 08 01 00 00 00 02 00 00 00",
        "52 08 01 00 00 00 02 00 00 01",
        &["6..10 6..10 changed words[1]: 2 -> 16777218"],
    );
}

#[test]
fn map_entries_are_matched_by_their_keys() {
    expect(
        "5a 04 08 01 10 01 5a 04 08 02 10 02",
        "5a 04 08 02 10 03 5a 04 08 01 10 01",
        &["10..12 4..6 changed ints[2]: 2 -> 3"],
    );
    expect(
        "2a 07 0a 01 61 12 02 08 01",
        "2a 07 0a 01 62 12 02 08 01",
        &[r#"0..9 0..0 removed map["a"]: i 1 -> nothing"#, r#"9..9 0..9 added map["b"]: nothing -> i 1"#],
    );
    expect(
        "2a 07 0a 01 61 12 02 08 01",
        "2a 07 0a 01 61 12 02 08 02",
        &[r#"7..9 7..9 changed map["a"].i: 1 -> 2"#],
    );
}

#[test]
fn unknown_records_are_counted() {
    let found = lines(&unhex("a8 06 01 a8 06 02"), &unhex("a8 06 01 a8 06 03"), Some(&message()));
    assert!(found.len() == 1 && found[0].starts_with("3..6 3..6 changed 101[1]: "), "{found:?}");
}

#[test]
fn without_a_type_numbers_name_the_fields() {
    let (old, new) = (unhex("1a 02 08 01"), unhex("1a 02 08 02"));
    let found = differences(&Snapshot::of_bytes(&old), &Snapshot::of_bytes(&new), None);
    let paths: Vec<String> = found.iter().map(|one| one.path.to_string()).collect();
    assert_eq!(paths, ["3.1"]);
}

#[test]
fn damaged_bytes_are_a_difference_of_their_message() {
    let found = lines(&unhex("08 01 1a 02 08 80"), &unhex("08 01 1a 02 08 81"), Some(&message()));
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("4..6 4..6 changed m: "), "{found:?}");
}

#[test]
fn what_was_put_in_front_of_many_records_is_one_difference_each() {
    let old: Vec<u8> = (0..3_000_u32).flat_map(|n| text_record(&format!("t{n}"))).collect();
    let mut new: Vec<u8> = (0..400_u32).flat_map(|n| text_record(&format!("new {n}"))).collect();
    new.extend(&old);
    let found = differences(&Snapshot::of_bytes(&old), &Snapshot::of_bytes(&new), Some(&message()));
    assert_eq!(found.len(), 400);
    assert!(found.iter().all(|one| one.change == Change::Added));
}

fn text_record(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    write_len(&mut out, 8, text.as_bytes());
    out
}

#[test]
fn ten_thousand_levels_are_walked() {
    let nested = |value: u8| {
        let mut bytes = vec![0x08, value];
        for _ in 0..10_000 {
            let mut outer = Vec::with_capacity(bytes.len() + 5);
            write_tag(&mut outer, 3, WireType::Len);
            write_varint(&mut outer, bytes.len() as u64);
            bytes.splice(0..0, outer);
        }
        bytes
    };
    let (old, new) = (Snapshot::of_bytes(&nested(1)), Snapshot::of_bytes(&nested(2)));
    let found = differences(&old, &new, Some(&message()));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path.0.len(), 10_001);
}

/// Counts the bytes that are read of it.
#[derive(Debug)]
struct Counting {
    bytes: Vec<u8>,
    n_read: AtomicU64,
}

impl Source for Counting {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, out: &mut [u8], _mode: ReadMode) -> Result<(), SourceError> {
        self.n_read.fetch_add(out.len() as u64, Ordering::Relaxed);
        out.copy_from_slice(&self.bytes[offset as usize..offset as usize + out.len()]);
        Ok(())
    }

    fn identity(&self) -> String {
        "counting".to_owned()
    }
}

#[test]
fn what_both_share_is_not_read() {
    let mut bytes = Vec::new();
    for n in 0..20_u8 {
        let mut inner = Vec::new();
        write_len(&mut inner, 9, &vec![n; 4 << 20]);
        write_len(&mut inner, 2, b"name");
        write_len(&mut bytes, 7, &inner);
    }
    let source = Arc::new(Counting { bytes, n_read: AtomicU64::new(0) });
    let mut document = Document::new(source.clone(), Some(message()));
    let before = document.snapshot().clone();
    let path = "ms[12].s".parse().unwrap();
    let act = ops::set(&document, &path, NewValue::Text("other")).unwrap();
    document.apply(&act).unwrap();
    source.n_read.store(0, Ordering::Relaxed);
    let found = differences(&before, document.snapshot(), document.message());
    assert_eq!(found.iter().map(|one| one.path.to_string()).collect::<Vec<_>>(), ["ms[12].s"]);
    let n_read = source.n_read.load(Ordering::Relaxed);
    assert!(n_read < 8 << 20, "{n_read} of {} bytes were read", source.len());
}

#[test]
fn what_an_index_knows_is_not_walked_over() {
    let mut bytes = Vec::new();
    for n in 0..60_000_u32 {
        write_len(&mut bytes, if n % 3 == 0 { 8 } else { 7 }, &[&[0x12, 40][..], &[b'a'; 40]].concat());
        if n % 1_000 == 0 {
            write_len(&mut bytes, 4, &[1, 2, 3]);
            write_len(&mut bytes, 101, b"unknown");
        }
    }
    let source = Arc::new(Counting { bytes, n_read: AtomicU64::new(0) });
    let mut document = Document::new(source.clone(), Some(message()));
    let before = document.snapshot().clone();
    for (path, text) in [("ms[10].s", "b"), ("texts[19000]", "c"), ("n[170]", "9"), ("ms[39000].s", "d")] {
        let path = path.parse().unwrap();
        let act = ops::set(&document, &path, NewValue::Text(text)).unwrap();
        document.apply(&act).unwrap();
    }
    let first = document.snapshot().len() / 2;
    let act = Act::new(
        "Add",
        vec![Edit::Insert {
            chain: vec![],
            offset: first_record_at(&document, first),
            bytes: text_record("new"),
        }],
    );
    document.apply(&act).unwrap();
    let mut tree = Tree::new(&document, ReadMode::Wait);
    while let Some(mut work) = tree.index_work() {
        let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, LARGE_WINDOW);
        work.index.advance(&mut reader, u64::MAX, u64::MAX).unwrap();
        tree.take_index(work, document.snapshot());
    }
    let read_for = |known: Option<&Tree>| {
        source.n_read.store(0, Ordering::Relaxed);
        let found = differences_knowing(&before, document.snapshot(), document.message(), known);
        (found, source.n_read.load(Ordering::Relaxed))
    };
    let (walked, n_walked) = read_for(None);
    let (leapt, n_leapt) = read_for(Some(&tree));
    assert_eq!(walked.len(), 5);
    assert_eq!(leapt, walked);
    assert!(n_leapt * 2 < n_walked, "{n_leapt} and {n_walked} bytes were read");
}

fn first_record_at(document: &Document, offset: u64) -> u64 {
    let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, LARGE_WINDOW);
    let mut at = 0;
    while at < offset {
        let Found::Record(record) = reader.record(at, document.len()).unwrap() else { break };
        at = record.end();
    }
    at
}

/// Bytes that look like messages of this type, with something wrong now and then.
fn any_wire(depth: u32) -> BoxedStrategy<Vec<u8>> {
    let number = prop_oneof![8 => 1..13_u32, 1 => Just(101)];
    let scalar = (number.clone(), 0..4_u64, any::<bool>()).prop_map(|(number, value, wide)| {
        let mut out = Vec::new();
        write_tag(&mut out, number, if wide { WireType::I32 } else { WireType::Varint });
        if wide {
            out.extend((value as u32).to_le_bytes())
        } else {
            write_varint(&mut out, value)
        }
        out
    });
    let len = (number.clone(), prop::collection::vec(0..4_u8, 0..5)).prop_map(|(number, payload)| {
        let mut out = Vec::new();
        write_len(&mut out, number, &payload);
        out
    });
    let junk = prop::collection::vec(any::<u8>(), 0..3);
    let leaf = prop_oneof![6 => scalar, 4 => len, 1 => junk].boxed();
    if depth == 0 {
        return leaf;
    }
    let nested = (number, prop::collection::vec(any_wire(depth - 1), 0..5), any::<bool>());
    let nested = nested.prop_map(|(number, parts, group)| {
        let (mut out, payload) = (Vec::new(), parts.concat());
        if group {
            write_tag(&mut out, number, WireType::Sgroup);
            out.extend(payload);
            write_tag(&mut out, number, WireType::Egroup);
        } else {
            write_len(&mut out, number, &payload);
        }
        out
    });
    prop_oneof![3 => leaf, 2 => nested].boxed()
}

proptest! {
    #[test]
    fn sharing_pieces_changes_nothing_but_the_cost(
        parts in prop::collection::vec(any_wire(2), 1..9), typed in any::<bool>(),
        splices in prop::collection::vec((any::<prop::sample::Index>(), 0..6_u64, prop::collection::vec(0..4_u8, 0..5)), 0..5),
    ) {
        let bytes = parts.concat();
        let mut document = Document::of_bytes(&bytes, None);
        let before = document.snapshot().clone();
        for (at, n_removed, bytes) in splices {
            let start = at.index(document.len() as usize + 1) as u64;
            let range = start..(start + n_removed).min(document.len());
            document.apply(&Act::new("", vec![Edit::Splice { chain: vec![], range, bytes }])).unwrap();
        }
        let now = document.snapshot().bytes(0..document.len(), ReadMode::Wait).unwrap();
        let message = message();
        let message = typed.then_some(&message);
        let sharing = differences(&before, document.snapshot(), message);
        let apart = differences(&Snapshot::of_bytes(&bytes), &Snapshot::of_bytes(&now), message);
        prop_assert_eq!(sharing, apart);
    }

    #[test]
    fn bytes_differ_if_and_only_if_there_is_a_difference(
        old in prop::collection::vec(any_wire(2), 0..7), new in prop::collection::vec(any_wire(2), 0..7),
        typed in any::<bool>(),
    ) {
        let message = message();
        let message = typed.then_some(&message);
        let (old, new) = (old.concat(), new.concat());
        prop_assert_eq!(lines(&old, &new, message).is_empty(), old == new);
        prop_assert!(lines(&old, &old, message).is_empty());
    }

    #[test]
    fn the_difference_the_other_way_round_swaps_added_and_removed(
        parts in prop::collection::vec(any_wire(2), 1..8), gone in any::<prop::sample::Index>(),
    ) {
        let at = gone.index(parts.len());
        let mut fewer = parts.clone();
        fewer.remove(at);
        let (old, new) = (parts.concat(), fewer.concat());
        prop_assert_eq!(lines(&old, &new, Some(&message())).is_empty(), lines(&new, &old, Some(&message())).is_empty());
    }

    #[test]
    fn an_edited_document_differs_at_the_edited_paths(
        values in prop::collection::btree_map(0..EDITED.len(), 5..90_u8, 0..5),
    ) {
        let bytes = unhex(WHOLE);
        let mut document = Document::of_bytes(&bytes, Some(message()));
        let before = document.snapshot().clone();
        let mut expected: Vec<String> = Vec::new();
        for (at, value) in &values {
            let path = EDITED[*at].parse().unwrap();
            let act = ops::set(&document, &path, NewValue::Text(&value.to_string())).unwrap();
            document.apply(&act).unwrap();
            expected.push(EDITED[*at].to_owned());
        }
        let sharing = differences(&before, document.snapshot(), document.message());
        let now = document.snapshot().bytes(0..document.len(), ReadMode::Wait).unwrap();
        let apart = differences(&Snapshot::of_bytes(&bytes), &Snapshot::of_bytes(&now), Some(&message()));
        prop_assert_eq!(&sharing, &apart);
        let mut found: Vec<String> = sharing.iter().map(|one| one.path.to_string()).collect();
        expected.sort();
        found.sort();
        prop_assert_eq!(found, expected);
        for one in &sharing {
            prop_assert_eq!(one.change, Change::Changed);
        }
        while document.undo().is_some() {}
        prop_assert!(differences(&before, document.snapshot(), document.message()).is_empty());
    }
}

/// i, s, m { i, s }, n packed, map { a }, texts, words, ints, ms { i } twice.
const WHOLE: &str = "08 01 12 01 61 1a 05 08 02 12 01 62 22 03 01 02 03 2a 07 0a 01 61 12 02 08 01 \
                     42 01 61 42 01 62 5a 04 08 01 10 01 3a 02 08 01 3a 02 08 02";
const EDITED: [&str; 10] =
    ["i", "s", "m.i", "m.s", "n[1]", r#"map["a"].i"#, "texts[1]", "ints[1]", "ms[0].i", "ms[1].i"];
