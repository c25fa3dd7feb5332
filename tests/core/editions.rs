//! Editions against what protoc makes of them: `tests/data/editions` holds its descriptor set of the
//! `.proto` files there, what it says of each field and enum, and messages with its JSON.

use crate::support::{Disk, bytes, folder_of};
use protoloupe::document::{Document, ReadMode, Tree};
use protoloupe::format::{JsonOptions, write_json};
use protoloupe::schema::{
    Cardinality, FieldShape, LoadRequest, MessageDescriptor, Schema, Source, checks_utf8, has_presence,
    is_closed,
};
use std::collections::HashMap;
use std::ops::ControlFlow;

/// Read from text, and from protoc's descriptor set.
fn schemas() -> [(&'static str, Schema); 2] {
    let folder = folder_of("editions");
    let files = ["shapes.proto", "legacy.proto", "whole.proto", "visible.proto", "visible_options.proto"];
    let files = files.map(str::to_owned).to_vec();
    let from_text = Source::Folder { path: folder.clone(), files };
    let set = std::fs::read(format!("{folder}/editions.binpb")).unwrap();
    let from_set = Source::Bytes { path: "editions.binpb".to_owned(), bytes: set };
    [("text", from_text), ("descriptor set", from_set)].map(|(what, source)| {
        let resolver = &Disk;
        let request = LoadRequest {
            sources: vec![source],
            includes: Vec::new(),
            resolver,
            with_builtin: true,
            compiled: HashMap::new(),
        };
        let (schema, report) = Schema::load(request, &mut |_, _| true).unwrap();
        let problems: Vec<_> = report.broken().map(|file| file.problem.clone()).collect();
        assert!(problems.is_empty(), "{what}: {problems:?}");
        (what, schema)
    })
}

fn facts(field: &impl FieldShape, is_packed: bool, has_presence: bool) -> String {
    let facts = [
        ("presence", has_presence),
        ("packed", is_packed),
        ("group", field.is_group()),
        ("required", field.cardinality() == Cardinality::Required),
        ("repeated", field.cardinality() == Cardinality::Repeated),
    ];
    facts.iter().filter(|(_, holds)| *holds).map(|(name, _)| format!(" {name}")).collect()
}

#[test]
fn fields_and_enums_of_editions_are_what_protoc_says_they_are() {
    let expected = std::fs::read_to_string(format!("{}/facts.txt", folder_of("editions"))).unwrap();
    let mut expected: Vec<&str> = expected.lines().collect();
    expected.sort_unstable();
    for (what, schema) in schemas() {
        let is_ours = |package: &str| ["shapes", "legacy", "whole", "visible"].contains(&package);
        let mut found = Vec::new();
        for message in schema.messages().iter().filter(|message| is_ours(message.package_name())) {
            if message.parent_file().name() == "visible_options.proto" {
                continue;
            }
            for field in message.fields() {
                found.push(format!(
                    "{}{}",
                    field.full_name(),
                    facts(&field, field.is_packed(), has_presence(&field))
                ));
            }
        }
        for extension in schema.pool().all_extensions().filter(|e| e.parent_file().package_name() == "shapes")
        {
            let singular = extension.cardinality() != Cardinality::Repeated;
            found.push(format!(
                "{}{}",
                extension.full_name(),
                facts(&extension, extension.is_packed(), singular)
            ));
        }
        for descriptor in schema.enums().iter().filter(|descriptor| is_ours(descriptor.package_name())) {
            let word = if is_closed(descriptor) { "closed" } else { "open" };
            found.push(format!("{} {word}", descriptor.full_name()));
        }
        found.sort_unstable();
        assert_eq!(found, expected, "{what}");
    }
}

#[test]
fn utf8_is_checked_where_the_features_say_so() {
    for (what, schema) in schemas() {
        let checked =
            |message: &str, number| checks_utf8(&schema.message(message).unwrap().get_field(number).unwrap());
        assert!(checked("shapes.Defaults", 2), "{what}");
        assert!(!checked("shapes.Group", 4), "{what}");
        assert!(!checked("legacy.Required", 4), "{what}");
    }
}

#[test]
fn messages_of_editions_are_shown_and_exported_as_protoc_does() {
    let golden = std::fs::read(format!("{}/messages.json", folder_of("editions"))).unwrap();
    let golden: serde_json::Value = serde_json::from_slice(&golden).unwrap();
    for (what, schema) in schemas() {
        for (name, message) in golden.as_object().unwrap() {
            let descriptor = schema.message(message["type"].as_str().unwrap()).unwrap();
            let wire = unhex(message["hex"].as_str().unwrap());
            assert_eq!(json(&wire, &descriptor), message["json"], "{name} from {what}");
            let document = Document::of_bytes(&wire, Some(descriptor));
            let mut tree = Tree::new(&document, ReadMode::Wait);
            tree.expand_levels(document.snapshot(), u32::MAX, 1_000, ReadMode::Wait);
            let rows = tree.rows(document.snapshot(), 0..u64::MAX, ReadMode::Wait);
            // Extensions apart: the tree knows a message's own fields.
            for row in rows.iter().filter(|_| name != "defaults") {
                let shown = protoloupe::document::row_text(document.snapshot(), row, 80, ReadMode::Wait);
                assert_ne!(shown.name, "unknown", "{name} from {what}");
            }
            assert_eq!(bytes(&document), wire);
        }
    }
}

fn json(wire: &[u8], message: &MessageDescriptor) -> serde_json::Value {
    let document = Document::of_bytes(wire, Some(message.clone()));
    let snapshot = document.snapshot();
    let mut out = Vec::new();
    let go_on = &mut |_| ControlFlow::Continue(());
    write_json(snapshot, 0..snapshot.len(), message, &JsonOptions::default(), &mut out, go_on).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digit).collect()
}
