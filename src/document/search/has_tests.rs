//! Conditions that are joined on one message.

use super::*;
use crate::document::Document;
use crate::schema::Schema;
use std::ops::ControlFlow;

fn paths(document: &Document, query: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut sink = |finding: &mut Finding<'_, '_, '_>| {
        found.push(finding.hit()?.path.to_string());
        Ok(ControlFlow::Continue(()))
    };
    let mut go_on = |_| ControlFlow::Continue(());
    let query = query.parse().unwrap_or_else(|error| panic!("{query}: {error}"));
    search(document.snapshot(), &document.root(), &query, &mut sink, &mut go_on).unwrap();
    found
}

/// messages { topic { name a } body x } { topic { name a } body xyz } { topic { name b } body xyz }
fn request() -> Document {
    let one = |name: u8, body: &[u8]| {
        let inner = [&[0x0a, 3, 0x12, 1, name, 0x22, body.len() as u8][..], body].concat();
        [&[0x0a, inner.len() as u8][..], &inner].concat()
    };
    let bytes = [one(b'a', b"x"), one(b'a', b"xyz"), one(b'b', b"xyz")].concat();
    let message = Schema::builtin().message("apache.rocketmq.v2.SendMessageRequest").unwrap();
    Document::of_bytes(&bytes, Some(message))
}

#[test]
fn a_message_is_found_by_several_of_its_fields() {
    let document = request();
    for (query, expected) in [
        (r#"messages[*] has (topic.name == "a" and body.len > 1)"#, &["messages[1]"][..]),
        (r#"messages[*] has (topic.name == "b" or body.len == 1)"#, &["messages[0]", "messages[2]"]),
        (r#"messages[*] has (body and not topic.name == "a")"#, &["messages[2]"]),
        (r#"messages[*] has (topic has (name == "b"))"#, &["messages[2]"]),
        (r#"* has (name == "b" and not body.len > 0)"#, &["messages[2].topic"]),
        (r#"messages[*] has ("xyz") and not messages[*] has (topic.name == b)"#, &["messages[1]"]),
        (r#"messages[1] has (topic.name == "b")"#, &[]),
        (r#".messages[*] has (.topic.name == a)"#, &["messages[0]", "messages[1]"]),
        (r#"messages[*] has (.name == a)"#, &[]),
    ] {
        assert_eq!(paths(&document, query), expected, "{query}");
    }
}

#[test]
fn groups_and_messages_without_a_type_have_an_inside_too() {
    // 19: { 1: 5 2: 6 } as a group  3: { 1: 5 }
    let bytes = [0x9b, 0x01, 0x08, 0x05, 0x10, 0x06, 0x9c, 0x01, 0x1a, 0x02, 0x08, 0x05];
    let document = Document::of_bytes(&bytes, None);
    assert_eq!(paths(&document, "* has (1 == 5)"), ["19", "3"]);
    assert_eq!(paths(&document, "* has (1 == 5 and 2 == 6)"), ["19"]);
    assert_eq!(paths(&document, "19 has (3 == 5)"), Vec::<String>::new(), "what is behind it is not in it");
}

#[test]
fn what_is_asked_for_has_to_end_and_to_be_there() {
    for (query, column, reason) in [
        ("messages[*] has (topic", 17, "not closed"),
        ("messages[*] has (not topic == a)", 17, "not enough"),
        ("messages[*] has ()", 18, "missing"),
    ] {
        let error = query.parse::<Query>().unwrap_err();
        assert_eq!(error.column, column, "{query}: {error}");
        assert!(error.reason.contains(reason) && !error.hint.is_empty(), "{query}: {error}");
    }
    assert!("has (x)".parse::<Query>().is_ok(), "alone it is text");
}
