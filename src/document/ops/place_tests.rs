use super::place::{Around, Piece, neighbour, put_beside};
use crate::document::reader::{Found, Reader, RecordAt, SMALL_WINDOW};
use crate::document::resolve::MessagePart;
use crate::document::source::ReadMode;
use crate::document::{Act, Document};
use crate::schema::{FieldDescriptor, MessageDescriptor, Schema};
use crate::wire::{WireType, read_varint, write_len, write_tag, write_varint};
use proptest::prelude::*;

/// `repeated int32 path = 1`, packed; `optional string leading_comments = 3`.
fn location() -> MessageDescriptor {
    Schema::builtin().message("google.protobuf.SourceCodeInfo.Location").unwrap()
}

fn path() -> FieldDescriptor {
    location().get_field(1).unwrap()
}

fn bytes(document: &Document) -> Vec<u8> {
    document.snapshot().bytes(0..document.len(), ReadMode::Wait).unwrap()
}

fn records(document: &Document) -> Vec<RecordAt> {
    let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW);
    let (mut offset, mut found) = (0, Vec::new());
    while let Found::Record(at) = reader.record(offset, document.len()).unwrap() {
        offset = at.end();
        found.push(at);
    }
    found
}

/// The elements of `path` in order, with their values.
fn elements(document: &Document) -> Vec<(Piece, u64)> {
    let all = bytes(document);
    let mut found = Vec::new();
    for at in records(document).into_iter().filter(|at| at.number() == 1) {
        if at.wire_type() == WireType::Varint {
            found.push((Piece::Record(at), at.record.scalar.value));
            continue;
        }
        let mut start = at.payload().start;
        while start < at.payload().end {
            let varint = read_varint(&all[start as usize..at.payload().end as usize]).unwrap();
            let range = start..start + u64::from(varint.width);
            start = range.end;
            found.push((Piece::Element { record: at, range }, varint.value));
        }
    }
    found
}

/// All records of other fields.
fn others(document: &Document) -> Vec<Vec<u8>> {
    let all = bytes(document);
    let other = records(document).into_iter().filter(|at| at.number() != 1);
    other.map(|at| all[at.range().start as usize..at.end() as usize].to_vec()).collect()
}

fn values(document: &Document) -> Vec<u64> {
    elements(document).into_iter().map(|(_, value)| value).collect()
}

/// One record of elements, packed or not, or of another field.
fn chunk() -> impl Strategy<Value = Vec<u8>> {
    let packed = prop::collection::vec(0_u64..400, 1..5).prop_map(|values| {
        let (mut payload, mut out) = (Vec::new(), Vec::new());
        values.iter().for_each(|value| write_varint(&mut payload, *value));
        write_len(&mut out, 1, &payload);
        out
    });
    let single = (0_u64..400).prop_map(|value| {
        let mut out = Vec::new();
        write_tag(&mut out, 1, WireType::Varint);
        write_varint(&mut out, value);
        out
    });
    let other = "[a-z]{0,4}".prop_map(|text| {
        let mut out = Vec::new();
        write_len(&mut out, 3, text.as_bytes());
        out
    });
    prop_oneof![packed, single, other]
}

proptest! {
    /// One place down or up changes two elements of the field and nothing else, wherever they stand;
    /// undo gives the bytes back.
    #[test]
    fn moving_an_element_changes_places_with_the_next_one(
        chunks in prop::collection::vec(chunk(), 1..10),
        nth in any::<prop::sample::Index>(),
        down in any::<bool>(),
    ) {
        let all = chunks.concat();
        let mut document = Document::of_bytes(&all, Some(location()));
        let before = elements(&document);
        prop_assume!(!before.is_empty());
        let nth = nth.index(before.len());
        let (part, message) = (MessagePart { chain: vec![], range: 0..document.len() }, location());
        let around = Around { document: &document, part: &part, message: Some(&message) };
        let beside = neighbour(&around, Some(&path()), &before[nth].0, down).unwrap();
        let other = if down { nth + 1 } else { nth.wrapping_sub(1) };
        let Some(beside) = beside else {
            prop_assert!(before.get(other).is_none());
            return Ok(());
        };
        prop_assert_eq!(&beside, &before[other].0);
        let edits = put_beside(&around, Some(&path()), &before[nth].0, &beside, down).unwrap().unwrap();
        let kept = others(&document);
        document.apply(&Act::new("Move", edits)).unwrap();
        let mut expected: Vec<u64> = before.iter().map(|(_, value)| *value).collect();
        expected.swap(nth, other);
        prop_assert_eq!(values(&document), expected);
        prop_assert_eq!(others(&document), kept);
        document.undo();
        prop_assert_eq!(bytes(&document), all);
    }

    /// Anywhere else: the element is where it was put, and the others are in their order.
    #[test]
    fn an_element_goes_beside_any_other(
        chunks in prop::collection::vec(chunk(), 1..10),
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
        below in any::<bool>(),
    ) {
        let mut document = Document::of_bytes(&chunks.concat(), Some(location()));
        let before = elements(&document);
        prop_assume!(!before.is_empty());
        let (from, to) = (from.index(before.len()), to.index(before.len()));
        let (part, message) = (MessagePart { chain: vec![], range: 0..document.len() }, location());
        let around = Around { document: &document, part: &part, message: Some(&message) };
        let edits = put_beside(&around, Some(&path()), &before[from].0, &before[to].0, below).unwrap().unwrap();
        let kept = others(&document);
        document.apply(&Act::new("Move", edits)).unwrap();
        let mut expected: Vec<u64> = before.iter().map(|(_, value)| *value).collect();
        if from != to {
            let value = expected.remove(from);
            let at = to - usize::from(from < to) + usize::from(below);
            expected.insert(at, value);
        }
        prop_assert_eq!(values(&document), expected);
        prop_assert_eq!(others(&document), kept);
    }
}

#[test]
fn a_record_that_is_no_element_moves_past_what_stands_beside_it() {
    // leading_comments "a", path 1 2 (two records), trailing_comments "b"
    let all = [0x1a, 1, b'a', 0x08, 1, 0x08, 2, 0x22, 1, b'b'];
    let document = Document::of_bytes(&all, Some(location()));
    let (part, message) = (MessagePart { chain: vec![], range: 0..document.len() }, location());
    let around = Around { document: &document, part: &part, message: Some(&message) };
    let found = records(&document);
    let first = Piece::Record(found[0]);
    let comments = location().get_field(3).unwrap();
    assert_eq!(neighbour(&around, Some(&comments), &first, true).unwrap(), Some(Piece::Run(3..7)));
    assert_eq!(neighbour(&around, Some(&comments), &first, false).unwrap(), None);
    let last = Piece::Record(found[3]);
    assert_eq!(neighbour(&around, None, &last, false).unwrap(), Some(Piece::Run(3..7)));
    let run = Piece::Run(3..7);
    assert_eq!(neighbour(&around, Some(&path()), &run, true).unwrap(), Some(last.clone()));
    let edits = put_beside(&around, Some(&path()), &run, &last, true).unwrap().unwrap();
    let mut moved = document.clone();
    moved.apply(&Act::new("Move", edits)).unwrap();
    assert_eq!(bytes(&moved), [0x1a, 1, b'a', 0x22, 1, b'b', 0x08, 1, 0x08, 2]);
}

#[test]
fn nothing_goes_behind_a_record_that_is_cut_short() {
    let all = [0x1a, 1, b'a', 0x22, 9, b'b'];
    let document = Document::of_bytes(&all, Some(location()));
    let (part, message) = (MessagePart { chain: vec![], range: 0..document.len() }, location());
    let around = Around { document: &document, part: &part, message: Some(&message) };
    let found = records(&document);
    let pieces = [Piece::Record(found[0]), Piece::Record(found[1])];
    assert!(put_beside(&around, None, &pieces[0], &pieces[1], true).unwrap().is_err());
    assert!(put_beside(&around, None, &pieces[1], &pieces[0], false).unwrap().is_err());
}
