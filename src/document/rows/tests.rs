use super::*;
use crate::document::{Act, Document, Edit, ReadMode, Reader, SMALL_WINDOW};
use crate::schema::MessageDescriptor;
use crate::wire::{WireType, write_len, write_tag, write_varint};
use proptest::prelude::*;

const PROTO: &str = r#"
    syntax = "proto3";
    package t;
    message Node {
        Node child = 1;
        repeated Node children = 2;
        repeated int32 packed = 3;
        string name = 4;
        map<string, Node> named = 5;
        repeated fixed32 fixed = 6;
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
    compiler.descriptor_pool().get_message_by_name("t.Node").unwrap()
}

fn open(bytes: &[u8]) -> (Document, Tree) {
    let document = Document::of_bytes(bytes, Some(message()));
    let tree = Tree::new(&document, ReadMode::Wait);
    (document, tree)
}

fn rows(document: &Document, tree: &Tree) -> Vec<Row> {
    tree.rows(document.snapshot(), 0..u64::MAX, ReadMode::Wait)
}

fn shown(document: &Document, tree: &Tree) -> Vec<String> {
    let line = |row: &Row| {
        let range = row.entry.range();
        let indent = "  ".repeat(row.depth as usize);
        let what = match &row.entry {
            Entry::Run { field, n_records, .. } => format!("{} ×{n_records}", field.name()),
            Entry::Record { at, meaning, element_idx } => {
                let name =
                    meaning.field().map_or_else(|| at.number().to_string(), |field| field.name().to_owned());
                element_idx.map_or(name.clone(), |idx| format!("{name}[{idx}]"))
            }
            Entry::Element { element_idx, .. } => format!("[{element_idx}]"),
            Entry::Rest { .. } => "rest".to_owned(),
            Entry::Unread { .. } => "unread".to_owned(),
            Entry::Absent { what, .. } => format!("({})", what.name()),
        };
        format!("{indent}{what} {}..{}", range.start, range.end)
    };
    rows(document, tree).iter().map(line).collect()
}

fn expand_all(document: &Document, tree: &mut Tree) {
    let mut at = 0;
    while at < tree.n_rows() {
        let row = tree.rows(document.snapshot(), at..at + 1, ReadMode::Wait).remove(0);
        tree.expand(document.snapshot(), &row, ReadMode::Wait);
        at += 1;
    }
}

fn sample() -> Vec<u8> {
    let mut leaf = Vec::new();
    write_len(&mut leaf, 4, b"x");
    let mut out = Vec::new();
    write_len(&mut out, 1, &leaf);
    write_len(&mut out, 2, &leaf);
    write_len(&mut out, 2, &leaf);
    write_len(&mut out, 3, &[1, 0x96, 0x01, 3]);
    write_len(&mut out, 2, &leaf);
    write_tag(&mut out, 3, WireType::Varint);
    write_varint(&mut out, 9);
    write_len(&mut out, 3, &[7, 8]);
    write_len(&mut out, 99, b"??");
    out.push(0x07);
    out
}

#[test]
fn runs_elements_and_the_rest_are_rows_where_they_stand() {
    let (document, mut tree) = open(&sample());
    assert_eq!(
        shown(&document, &tree),
        [
            "child 0..5",
            "children ×2 5..15",
            "packed[0] 15..21",
            "children ×1 21..26",
            "packed ×2 26..32",
            "99 32..37",
            "rest 37..38",
        ]
    );
    expand_all(&document, &mut tree);
    assert_eq!(
        shown(&document, &tree),
        [
            "child 0..5",
            "  name 2..5",
            "children ×2 5..15",
            "  children[0] 5..10",
            "    name 7..10",
            "  children[1] 10..15",
            "    name 12..15",
            "packed[0] 15..21",
            "  [0] 17..18",
            "  [1] 18..20",
            "  [2] 20..21",
            "children ×1 21..26",
            "  children[2] 21..26",
            "    name 23..26",
            "packed ×2 26..32",
            "  packed[3] 26..28",
            "  packed[4] 28..32",
            "    [4] 30..31",
            "    [5] 31..32",
            "99 32..37",
            "  rest 35..37",
            "rest 37..38",
        ]
    );
}

#[test]
fn what_is_open_stays_open_through_an_edit_and_its_undo() {
    let (mut document, mut tree) = open(&sample());
    expand_all(&document, &mut tree);
    let before = shown(&document, &tree);
    let edits = vec![
        Edit::SetPayload { chain: vec![0], offset: 2, payload: vec![b'y'; 200] },
        Edit::Remove { chain: vec![], range: 10..15 },
    ];
    document.apply(&Act::new("Two", edits)).unwrap();
    tree.follow(&document, ReadMode::Wait);
    let now = shown(&document, &tree);
    assert_eq!(&now[..3], ["child 0..206", "  name 3..206", "children ×1 206..211"]);
    assert_eq!(now.len(), before.len() - 2);
    document.undo();
    tree.follow(&document, ReadMode::Wait);
    assert_eq!(shown(&document, &tree), before);
}

#[test]
fn bytes_that_come_into_a_message_whose_length_stays_push_its_last_ones_out_of_it() {
    for (bytes, at) in [([0x0a, 3, 0x0a, 0, 0xf9, 0], 2), ([0x12, 3, 0x22, 1, b'x', 0], 2)] {
        let (mut document, mut tree) = open(&bytes);
        expand_all(&document, &mut tree);
        let edit = Edit::Splice { chain: vec![], range: at..at, bytes: vec![0x0a, 1, b'a'] };
        document.apply(&Act::new("Put", vec![edit])).unwrap();
        tree.follow(&document, ReadMode::Wait);
        expand_all(&document, &mut tree);
        let mut anew = Tree::new(&document, ReadMode::Wait);
        expand_all(&document, &mut anew);
        assert_eq!(shown(&document, &tree), shown(&document, &anew));
    }
}

#[test]
fn a_row_is_found_by_any_of_its_bytes() {
    let (document, mut tree) = open(&sample());
    let row = tree.reveal(document.snapshot(), 13, ReadMode::Wait).unwrap();
    assert_eq!(row.id, RowId { offset: 12, facet: Facet::Record });
    assert_eq!(tree.chain(row.branch), [10]);
    let number = tree.row_number(&row).unwrap();
    assert_eq!(tree.rows(document.snapshot(), number..number + 1, ReadMode::Wait)[0].id, row.id);
    assert_eq!(tree.reveal(document.snapshot(), 19, ReadMode::Wait).unwrap().id.facet, Facet::Element);
    assert_eq!(tree.reveal(document.snapshot(), 37, ReadMode::Wait).unwrap().id.facet, Facet::Rest);
}

#[test]
fn ten_thousand_levels_open_one_by_one() {
    let mut bytes = Vec::new();
    for _ in 0..10_000 {
        let mut outer = Vec::new();
        write_len(&mut outer, 1, &bytes);
        bytes = outer;
    }
    let (mut document, mut tree) = open(&bytes);
    tree.expand_levels(document.snapshot(), 20_000, 20_000, ReadMode::Wait);
    assert_eq!(tree.n_rows(), 10_000);
    let last = tree.rows(document.snapshot(), 9_999..10_000, ReadMode::Wait).remove(0);
    assert_eq!(last.depth, 9_999);
    let chain = tree.chain(last.branch);
    let mut closed = Tree::new(&document, ReadMode::Wait);
    let revealed = closed.reveal_record(document.snapshot(), &chain, last.id, ReadMode::Wait).unwrap();
    assert_eq!((revealed.id, revealed.depth), (last.id, 9_999));
    let path = crate::document::path_of(&closed, document.snapshot(), &revealed, ReadMode::Wait);
    assert_eq!(path.0.len(), 10_000);
    let mut closed = Tree::new(&document, ReadMode::Wait);
    let revealed = closed.reveal(document.snapshot(), last.id.offset, ReadMode::Wait).unwrap();
    assert_eq!((revealed.id, closed.n_rows()), (last.id, 10_000));
    let offset = last.entry.range().end;
    let mut chain_in = chain.clone();
    chain_in.push(last.id.offset);
    let edit = Edit::Insert { chain: chain_in, offset, bytes: vec![0x22, 1, b'!'] };
    document.apply(&Act::new("Deep", vec![edit])).unwrap();
    tree.follow(&document, ReadMode::Wait);
    assert_eq!(tree.n_rows(), 10_000);
    document.undo();
    assert_eq!(document.len(), bytes.len() as u64);
}

#[test]
fn twenty_thousand_groups_that_are_never_closed_open_one_by_one() {
    let bytes = vec![0x0b; 20_000];
    let (mut document, mut tree) = open(&bytes);
    assert!(tree.expand_levels(document.snapshot(), 20_000, 20_000, ReadMode::Wait));
    assert_eq!(tree.n_rows(), 20_000);
    let last = tree.rows(document.snapshot(), 19_999..20_000, ReadMode::Wait).remove(0);
    assert_eq!((last.depth, last.entry.range()), (19_999, 19_999..20_000));
    let edit = Edit::Insert { chain: (0..19_999).collect(), offset: 20_000, bytes: vec![0x08, 1] };
    document.apply(&Act::new("Deep", vec![edit])).unwrap();
    tree.follow(&document, ReadMode::Wait);
    let first = tree.rows(document.snapshot(), 0..1, ReadMode::Wait).remove(0);
    assert_eq!(first.entry.range(), 0..20_002, "what is known of other bytes is not used");
}

fn record() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..6).prop_map(|b| {
            let mut o = vec![];
            write_len(&mut o, 4, &b);
            o
        }),
        prop::collection::vec(0_u8..0x90, 0..6).prop_map(|b| {
            let mut o = vec![];
            write_len(&mut o, 3, &b);
            o
        }),
        any::<u8>().prop_map(|v| vec![0x18, v & 0x7f]),
        prop::collection::vec(any::<u8>(), 8).prop_map(|b| {
            let mut o = vec![];
            write_len(&mut o, 6, &b);
            o
        }),
        prop::collection::vec(any::<u8>(), 1..4),
    ];
    leaf.prop_recursive(4, 200, 60, |inner| {
        (1_u32..6, prop::collection::vec(inner, 0..60)).prop_map(|(number, records)| {
            let mut out = Vec::new();
            write_len(&mut out, number, &records.concat());
            out
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A tree that followed edits shows what a fresh tree with the same rows open shows.
    #[test]
    fn a_followed_tree_equals_a_fresh_one(
        records in prop::collection::vec(record(), 0..200),
        acts in prop::collection::vec((any::<u32>(), 0_u8..5, prop::collection::vec(any::<u8>(), 0..5)), 1..12),
        n_open in 0_usize..400,
    ) {
        let (mut document, mut tree) = open(&records.concat());
        let is_shown = n_open % 2 == 0;
        let show = |document: &Document, tree: &mut Tree| {
            tree.show_absent(&mut Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW), is_shown);
        };
        show(&document, &mut tree);
        let mut at = 0;
        while at < tree.n_rows().min(n_open as u64) {
            let row = tree.rows(document.snapshot(), at..at + 1, ReadMode::Wait).remove(0);
            tree.expand(document.snapshot(), &row, ReadMode::Wait);
            at += 1;
        }
        for (place, kind, bytes) in acts {
            let n_rows = tree.n_rows();
            if n_rows > 0 {
                let row = tree.rows(document.snapshot(), u64::from(place) % n_rows..u64::MAX, ReadMode::Wait).remove(0);
                let (chain, range) = (tree.chain(row.branch), row.entry.range());
                let edit = match kind {
                    0 => Edit::SetPayload { chain, offset: range.start, payload: bytes },
                    1 => Edit::Remove { chain, range },
                    2 => Edit::Insert { chain, offset: range.start, bytes: vec![0x18, 0x05] },
                    _ => Edit::Splice { chain, range, bytes },
                };
                if kind == 4 {
                    document.undo();
                } else {
                    let _refused = document.apply(&Act::new("any", vec![edit]));
                }
            }
            tree.follow(&document, ReadMode::Wait);
            let mut fresh = Tree::new(&document, ReadMode::Wait);
            show(&document, &mut fresh);
            let opened: Vec<u64> = rows(&document, &tree).iter().enumerate()
                .filter(|(_, row)| row.is_expanded).map(|(idx, _)| idx as u64).collect();
            for number in opened {
                let row = fresh.rows(document.snapshot(), number..number + 1, ReadMode::Wait);
                prop_assert!(!row.is_empty());
                fresh.expand(document.snapshot(), &row[0], ReadMode::Wait);
            }
            prop_assert_eq!(shown(&document, &tree), shown(&document, &fresh));
            let standings = |tree: &Tree| rows(&document, tree).iter().map(|row| row.standing).collect::<Vec<_>>();
            prop_assert_eq!(standings(&tree), standings(&fresh));
            prop_assert_eq!(tree.n_rows(), fresh.n_rows());
        }
    }
}
