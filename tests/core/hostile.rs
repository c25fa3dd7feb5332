use crate::support::{bytes, captures};
use proptest::prelude::*;
use protoloupe::document::problem;
use protoloupe::document::{Act, Document, Edit, ReadMode, Tree, row_text};
use protoloupe::schema::{MessageDescriptor, Schema};
use std::ops::ControlFlow;

fn send() -> MessageDescriptor {
    Schema::builtin().message("apache.rocketmq.v2.SendMessageRequest").unwrap()
}

/// Opens all rows, puts them into words and checks for problems: nothing may panic or hang.
fn look_at(document: &Document) -> u64 {
    let mut tree = Tree::new(document, ReadMode::Wait);
    tree.expand_levels(document.snapshot(), u32::MAX, 5_000, ReadMode::Wait);
    for row in tree.rows(document.snapshot(), 0..5_000, ReadMode::Wait) {
        let text = row_text(document.snapshot(), &row, 60, ReadMode::Wait);
        assert!(text.value.chars().all(|c| !c.is_control()), "{text:?}");
    }
    let mut n_problems = 0;
    problem::check(
        document.snapshot(),
        0..document.len(),
        document.message(),
        &mut |_| {
            n_problems += 1;
            ControlFlow::Continue(())
        },
        &mut |_| ControlFlow::Continue(()),
    )
    .unwrap();
    n_problems
}

#[test]
fn a_capture_cut_at_any_byte_is_shown_and_explained() {
    for capture in captures().into_iter().filter(|capture| capture.bytes.len() < 400) {
        for cut in 0..capture.bytes.len() {
            let document = Document::of_bytes(&capture.bytes[..cut], Some(capture.message.clone()));
            look_at(&document);
        }
    }
}

#[test]
fn an_empty_document_can_be_looked_at_and_filled() {
    let mut document = Document::of_bytes(&[], Some(send()));
    assert_eq!(look_at(&document), 0);
    let edit = Edit::Insert { chain: vec![], offset: 0, bytes: vec![0x0a, 0x00] };
    document.apply(&Act::new("Add messages", vec![edit])).unwrap();
    assert_eq!(bytes(&document), [0x0a, 0x00]);
    document.undo();
    assert!(document.is_empty());
}

#[test]
fn ten_thousand_levels_are_shown_checked_and_edited() {
    let mut nested = Vec::new();
    for _ in 0..10_000 {
        let mut outer = Vec::new();
        protoloupe::wire::write_len(&mut outer, 1, &nested);
        nested = outer;
    }
    let document = Document::of_bytes(&nested, None);
    look_at(&document);
    let groups = [vec![0x0b; 10_000], vec![0x0c; 10_000]].concat();
    look_at(&Document::of_bytes(&groups, None));
    look_at(&Document::of_bytes(&groups[..15_000], Some(send())));
}

fn edit() -> impl Strategy<Value = (u8, u64, u64, Vec<u8>)> {
    (0_u8..6, any::<u64>(), 0_u64..20, prop::collection::vec(any::<u8>(), 0..200))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_can_be_looked_at_as_anything(
        content in prop::collection::vec(any::<u8>(), 0..600),
        capture_idx in any::<prop::sample::Index>(),
    ) {
        let captures = captures();
        let message = capture_idx.get(&captures).message.clone();
        look_at(&Document::of_bytes(&content, Some(message)));
        look_at(&Document::of_bytes(&content, None));
    }

    #[test]
    fn any_edits_of_any_bytes_are_undone_exactly(
        content in prop::collection::vec(any::<u8>(), 0..300),
        capture_idx in any::<prop::sample::Index>(),
        use_capture in any::<bool>(),
        edits in prop::collection::vec(edit(), 1..40),
    ) {
        let captures = captures();
        let capture = capture_idx.get(&captures);
        let content = if use_capture { capture.bytes.clone() } else { content };
        let mut document = Document::of_bytes(&content, Some(capture.message.clone()));
        let mut tree = Tree::new(&document, ReadMode::Wait);
        tree.expand_levels(document.snapshot(), u32::MAX, 500, ReadMode::Wait);
        let mut states = vec![bytes(&document)];
        for (kind, place, len, payload) in edits {
            let n_rows = tree.n_rows();
            let row = tree.rows(document.snapshot(), place % n_rows.max(1)..u64::MAX, ReadMode::Wait).into_iter().next();
            let edit = match (kind, row) {
                (0, Some(row)) => Edit::SetPayload {
                    chain: tree.chain(row.branch), offset: row.entry.range().start, payload },
                (1, Some(row)) => Edit::Remove { chain: tree.chain(row.branch), range: row.entry.range() },
                (2, Some(row)) => Edit::Insert {
                    chain: tree.chain(row.branch), offset: row.entry.range().end, bytes: payload },
                (3, Some(row)) => {
                    let range = row.entry.range();
                    Edit::Move { chain: tree.chain(row.branch), to: range.start.saturating_sub(len), range }
                }
                _ => {
                    let start = place % (document.len() + 1);
                    Edit::Splice { chain: vec![], range: start..(start + len).min(document.len()), bytes: payload }
                }
            };
            if document.apply(&Act::new("any", vec![edit])) == Ok(true) {
                states.push(bytes(&document));
            }
            tree.follow(&document, ReadMode::Wait);
        }
        prop_assert_eq!(document.n_edits(), states.len() - 1);
        for state in states.iter().rev() {
            prop_assert_eq!(&bytes(&document), state);
            document.undo();
        }
        prop_assert!(!document.is_modified());
        for state in states.iter().skip(1) {
            document.redo();
            prop_assert_eq!(&bytes(&document), state);
        }
    }
}
