use super::*;
use crate::document::{Document, ReadMode, Row, Tree, row_text};
use crate::schema::Schema;
use proptest::prelude::*;

fn lines(bytes: &[u8], message: &str) -> Vec<String> {
    let snapshot = Snapshot::of_bytes(bytes);
    let message = Schema::builtin().message(message).unwrap();
    let mut out = Vec::new();
    let go_on = &mut |_| ControlFlow::Continue(());
    let report = write_tree(&snapshot, 0..snapshot.len(), Some(&message), u64::MAX, &mut out, go_on).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(report, TreeReport { n_rows: text.lines().count() as u64, n_before: 0, n_remaining: 0 });
    text.lines().map(str::to_owned).collect()
}

/// Depth, number, name, value and bytes of the rows of the walk.
fn walked(bytes: &[u8], message: &MessageDescriptor) -> Vec<(u32, String, String, String, u64)> {
    let snapshot = Snapshot::of_bytes(bytes);
    let mut walk = walk::Walk::new(&snapshot, 0..snapshot.len(), Some(message));
    let mut found = Vec::new();
    while let Some(row) = walk.next().unwrap() {
        let text = crate::document::entry_row_text(&snapshot, &row.entry, 60, ReadMode::Wait);
        found.push((row.depth, text.number, text.name, text.value, text.n_bytes));
    }
    found
}

/// The same of the window's tree with everything opened that the walk opens.
fn opened(bytes: &[u8], message: &MessageDescriptor) -> Vec<(u32, String, String, String, u64)> {
    let document = Document::of_bytes(bytes, Some(message.clone()));
    let snapshot = document.snapshot();
    let mut tree = Tree::new(&document, ReadMode::Wait);
    let opens = |row: &Row| crate::document::opens_by_itself(snapshot, &row.entry, ReadMode::Wait);
    let mut at = 0;
    while at < tree.n_rows() {
        let row = tree.rows(snapshot, at..at + 1, ReadMode::Wait).remove(0);
        if opens(&row) {
            tree.expand(snapshot, &row, ReadMode::Wait);
        }
        at += 1;
    }
    let rows = tree.rows(snapshot, 0..tree.n_rows(), ReadMode::Wait);
    let words = rows.iter().map(|row| {
        let text = row_text(snapshot, row, 60, ReadMode::Wait);
        (row.depth, text.number, text.name, text.value, text.n_bytes)
    });
    words.collect()
}

/// Records of small numbers, so that many are declared, one in another.
fn message_bytes() -> impl Strategy<Value = Vec<u8>> {
    let record = (1..8_u8, 0..5_u8, prop::collection::vec(any::<u8>(), 0..6)).prop_map(record_bytes);
    let leaf = prop::collection::vec(record, 0..5).prop_map(|records| records.concat());
    leaf.prop_recursive(4, 64, 4, |inner| {
        let nested = (1..8_u8, any::<bool>(), inner).prop_map(|(number, is_group, inner)| {
            if is_group {
                return [&[number << 3 | 3][..], &inner, &[number << 3 | 4]].concat();
            }
            let mut bytes = vec![number << 3 | 2];
            crate::wire::write_varint(&mut bytes, inner.len() as u64);
            bytes.extend(inner);
            bytes
        });
        prop::collection::vec(nested, 1..4).prop_map(|records| records.concat())
    })
}

fn record_bytes((number, form, payload): (u8, u8, Vec<u8>)) -> Vec<u8> {
    match form {
        0 => vec![number << 3, payload.len() as u8],
        1 => [&[number << 3 | 5][..], b"abcd"].concat(),
        2 => [&[number << 3 | 1][..], b"abcdefgh"].concat(),
        3 => [&[number << 3 | 2, payload.len() as u8][..], &payload].concat(),
        _ => vec![number << 3, 0x80 | payload.len() as u8, 0],
    }
}

#[test]
fn an_any_is_opened_as_the_type_it_names() {
    let mut bytes = Vec::new();
    let mut inner = Vec::new();
    crate::wire::write_len(&mut inner, 2, b"orders");
    crate::wire::write_len(&mut bytes, 1, b"type.googleapis.com/apache.rocketmq.v2.Resource");
    crate::wire::write_len(&mut bytes, 2, &inner);
    let message = Schema::builtin().message("google.protobuf.Any").unwrap();
    let rows = walked(&bytes, &message);
    assert_eq!(
        rows.last().map(|row| (row.0, row.2.as_str(), row.3.as_str())),
        Some((1, "name", "\"orders\""))
    );
    assert_eq!(rows, opened(&bytes, &message));
}

proptest! {
    #[test]
    fn the_text_has_the_rows_of_the_window(bytes in message_bytes(), ty in 0..4_usize) {
        let name = ["SendMessageRequest", "google.protobuf.Struct", "TelemetryCommand", "FileDescriptorProto"][ty];
        let message = Schema::builtin().message(name).unwrap();
        let rows = walked(&bytes, &message);
        // The text also opens what is cut off.
        prop_assume!(!rows.iter().any(|row| [" B are there", " B is there"].iter().any(|cut| row.3.contains(cut))));
        prop_assert_eq!(rows, opened(&bytes, &message));
    }

    #[test]
    fn every_byte_string_is_written_and_its_outer_rows_tile_it(
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), 0..0x1c_u8], 0..200),
    ) {
        let message = Schema::builtin().message("FileDescriptorProto").unwrap();
        let rows = walked(&bytes, &message);
        let n_bytes: u64 = rows.iter().filter(|row| row.0 == 0).map(|row| row.4).sum();
        prop_assert_eq!(n_bytes, bytes.len() as u64);
        prop_assert_eq!(lines(&bytes, "FileDescriptorProto").len(), rows.len());
    }
}

#[test]
fn a_group_that_ends_far_away_has_no_size_and_goes_on() {
    let mut bytes = vec![0x0b];
    for _ in 0..70_000 {
        bytes.extend([0x10, 0x01]);
    }
    bytes.extend([0x0c, 0x18, 0x07]);
    let lines = lines(&bytes, "google.protobuf.Empty");
    assert!(lines[0].ends_with("  …"), "{}", lines[0]);
    assert_eq!(lines.len(), 70_002);
    assert!(lines[70_001].starts_with("3  unknown"), "{}", lines[70_001]);
}

#[test]
fn depth_is_a_number_where_indent_stops() {
    let mut bytes = vec![0x08, 0x01];
    for _ in 0..12 {
        bytes = [vec![0x0a, bytes.len() as u8], bytes].concat();
    }
    let lines = lines(&bytes, "google.protobuf.Empty");
    assert!(lines[8].starts_with("1                  unknown  LEN"), "{}", lines[8]);
    assert!(lines[9].starts_with("1               9· unknown  LEN"), "{}", lines[9]);
    assert!(lines[12].starts_with("1              12· unknown  VARINT"), "{}", lines[12]);
}

#[test]
fn a_message_that_is_cut_off_is_opened_up_to_there() {
    // LEN 1 of 20 bytes { LEN 1 "orders", LEN 2 of 9 bytes "ab
    let bytes = [&[0x0a, 20, 0x0a, 6][..], b"orders", &[0x12, 9], b"ab"].concat();
    let lines = lines(&bytes, "google.protobuf.Empty");
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1].contains("\"orders\""));
    assert!(lines[2].contains("2 of 9 B are there") && lines[2].ends_with("! at offset 10"));
}

#[test]
fn rows_beyond_the_limit_are_counted() {
    let snapshot = Snapshot::of_bytes(&[0x08, 0x01].repeat(2_000));
    let mut out = Vec::new();
    let go_on = &mut |_| ControlFlow::Continue(());
    let report = write_tree(&snapshot, 0..4_000, None, 5, &mut out, go_on).unwrap();
    assert_eq!(report, TreeReport { n_rows: 5, n_before: 0, n_remaining: 1_995 });
    assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 5);
}

#[test]
fn some_rows_are_those_of_the_whole_tree() {
    let bytes = [len_record(1, &[0x08, 0x01]), vec![0x10, 0x02], len_record(1, b"\x08\x03")].concat();
    let snapshot = Snapshot::of_bytes(&bytes.repeat(300));
    let end = snapshot.len();
    let go_on = &mut |_| ControlFlow::Continue(());
    let mut all = Vec::new();
    write_tree(&snapshot, 0..end, None, u64::MAX, &mut all, go_on).unwrap();
    let words = |text: &[u8]| -> Vec<String> {
        let text = String::from_utf8(text.to_vec()).unwrap();
        text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    };
    let all = words(&all);
    for (rows, n_before) in [(0..3, 0), (700..710, 700), (1_495..u64::MAX, 1_495), (2_000..3_000, 1_500)] {
        let mut some = Vec::new();
        let report = write_rows(&snapshot, 0..end, None, rows.clone(), &mut some, go_on).unwrap();
        let expected = all.get(rows.start as usize..(rows.end as usize).min(all.len())).unwrap_or_default();
        assert_eq!(words(&some), expected);
        assert_eq!((report.n_before, report.n_rows), (n_before, expected.len() as u64));
    }
}

fn len_record(number: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    crate::wire::write_len(&mut out, number, payload);
    out
}

#[test]
fn a_cancelled_tree_says_so() {
    let snapshot = Snapshot::of_bytes(&[0x08, 0x01].repeat(1_000));
    let stop = &mut |_| ControlFlow::Break(());
    let done = write_tree(&snapshot, 0..2_000, None, u64::MAX, &mut Vec::new(), stop);
    assert!(matches!(done, Err(FormatError::Cancelled)));
}
