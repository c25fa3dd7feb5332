use crate::support::{bytes, captures, leaves};
use protoloupe::document::{Act, Document, Edit, Entry, ReadMode, Tree, ops, path_of, resolve, row_text};
use protoloupe::format::{JsonOptions, write_json};
use protoloupe::wire::WireType;

/// Opens everything and returns the rows' ranges with their depths.
fn every_row(document: &Document) -> (Tree, Vec<protoloupe::document::Row>) {
    let mut tree = Tree::new(document, ReadMode::Wait);
    tree.expand_levels(document.snapshot(), u32::MAX, 1_000_000, ReadMode::Wait);
    let rows = tree.rows(document.snapshot(), 0..u64::MAX, ReadMode::Wait);
    (tree, rows)
}

#[test]
fn every_byte_of_a_capture_is_part_of_a_row() {
    for capture in captures() {
        let document = Document::of_bytes(&capture.bytes, Some(capture.message));
        let (_, rows) = every_row(&document);
        let mut at = 0;
        for row in rows.iter().filter(|row| row.depth == 0) {
            assert_eq!(row.entry.range().start, at, "{}", capture.file);
            at = row.entry.range().end;
        }
        assert_eq!(at, document.len(), "{}", capture.file);
        for row in &rows {
            assert!(!matches!(row.entry, Entry::Rest { .. } | Entry::Unread { .. }), "{}", capture.file);
            let text = row_text(document.snapshot(), row, 80, ReadMode::Wait);
            assert_ne!(text.name, "unknown", "{}: every field of a capture is declared", capture.file);
        }
    }
}

#[test]
fn the_path_of_every_row_leads_back_to_it() {
    for capture in captures() {
        let document = Document::of_bytes(&capture.bytes, Some(capture.message.clone()));
        let (tree, rows) = every_row(&document);
        for row in rows.iter().filter(|row| !matches!(row.entry, Entry::Run { .. })) {
            let path = path_of(&tree, document.snapshot(), row, ReadMode::Wait);
            let resolved = resolve(document.snapshot(), Some(&capture.message), &path);
            let resolved = resolved.unwrap_or_else(|error| panic!("{}: {path}: {error}", capture.file));
            let range = row.entry.range();
            let leads_back = match &resolved.target {
                protoloupe::document::Target::Records(found) => {
                    found.iter().any(|one| one.at.range() == range)
                }
                protoloupe::document::Target::Entries { entries, .. } => entries
                    .iter()
                    .any(|entry| entry.at.range().start <= range.start && range.end <= entry.at.range().end),
                protoloupe::document::Target::Element { range: found, .. } => *found == range,
                _ => false,
            };
            assert!(leads_back, "{}: {path} of {range:?}", capture.file);
        }
    }
}

#[test]
fn one_edit_changes_one_record_and_the_lengths_around_it() {
    let mut n_edits = 0;
    for capture in captures() {
        for (idx, leaf) in leaves(&capture.bytes, &capture.message).into_iter().enumerate() {
            let mut document = Document::of_bytes(&capture.bytes, Some(capture.message.clone()));
            let payload = match leaf.wire_type {
                WireType::Varint => vec![0x81, 0x01],
                WireType::I64 => vec![9; 8],
                WireType::I32 => vec![9; 4],
                _ => vec![b'z'; 300],
            };
            let edit = Edit::SetPayload {
                chain: leaf.chain.clone(),
                offset: leaf.offset as u64,
                payload: payload.clone(),
            };
            document.apply(&Act::new("Set", vec![edit])).unwrap();
            let now = bytes(&document);
            let (before, after) = (leaves(&capture.bytes, &capture.message), leaves(&now, &capture.message));
            assert_eq!(before.len(), after.len(), "{}", capture.file);
            for (other, (old, new)) in before.iter().zip(&after).enumerate() {
                assert_eq!(old.place, new.place, "{}", capture.file);
                if other == idx {
                    assert!(new.bytes.ends_with(&payload), "{}", capture.file);
                } else {
                    assert_eq!(old.bytes, new.bytes, "{}", capture.file);
                }
            }
            document.undo();
            assert_eq!(bytes(&document), capture.bytes, "{}", capture.file);
            assert!(!document.is_modified());
            n_edits += 1;
        }
    }
    assert!(n_edits > 200, "{n_edits}");
}

#[test]
fn setting_a_value_to_its_own_text_changes_no_byte() {
    let mut n_values = 0;
    for capture in captures() {
        let document = Document::of_bytes(&capture.bytes, Some(capture.message.clone()));
        let (tree, rows) = every_row(&document);
        for row in &rows {
            let Entry::Record { at, meaning, .. } = &row.entry else { continue };
            let Some(kind) = meaning.field().map(|field| field.kind()) else { continue };
            let payload = document.snapshot().bytes(at.payload(), ReadMode::Wait).unwrap();
            // The key of a map entry is at the entry's own path, where the value is set.
            let map =
                meaning.field().is_some_and(|field| field.is_map() || field.parent_message().is_map_entry());
            let Some(text) = protoloupe::document::value::edit_text(&kind, &payload).filter(|_| !map) else {
                continue;
            };
            let path = path_of(&tree, document.snapshot(), row, ReadMode::Wait);
            let Ok(act) = ops::set(&document, &path, ops::NewValue::Text(&text)) else { continue };
            let mut edited = document.clone();
            let changed = edited.apply(&act).unwrap();
            let is_message = matches!(kind, protoloupe::schema::Kind::Message(_));
            assert!(!changed || is_message, "{}: {path} = {text}", capture.file);
            n_values += 1;
        }
    }
    assert!(n_values > 200, "{n_values}");
}

#[test]
fn json_of_a_capture_is_what_the_reflection_library_says() {
    for capture in captures() {
        let document = Document::of_bytes(&capture.bytes, None);
        let mut text = Vec::new();
        let mut go_on = |_: u64| std::ops::ControlFlow::Continue(());
        write_json(
            document.snapshot(),
            0..document.len(),
            &capture.message,
            &JsonOptions::default(),
            &mut text,
            &mut go_on,
        )
        .unwrap();
        let ours: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let theirs =
            prost_reflect::DynamicMessage::decode(capture.message.clone(), capture.bytes.as_slice()).unwrap();
        assert_eq!(ours, serde_json::to_value(&theirs).unwrap(), "{}", capture.file);
    }
}
