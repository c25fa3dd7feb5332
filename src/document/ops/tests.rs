use super::*;
use crate::document::Document;
use crate::schema::Schema;
use crate::wire::write_len;
use proptest::prelude::*;

fn send() -> MessageDescriptor {
    Schema::builtin().message("apache.rocketmq.v2.SendMessageRequest").unwrap()
}

fn telemetry() -> MessageDescriptor {
    Schema::builtin().message("apache.rocketmq.v2.TelemetryCommand").unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x} ")).collect::<String>().trim_end().to_owned()
}

fn unhex(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

fn bytes(document: &Document) -> Vec<u8> {
    document.snapshot().bytes(0..document.len(), ReadMode::Wait).unwrap()
}

fn edited(message: MessageDescriptor, before: &str, op: &str) -> String {
    let mut document = Document::of_bytes(&unhex(before), Some(message));
    let (verb, rest) = op.split_once(' ').unwrap();
    let path = |text: &str| text.parse::<Path>().unwrap();
    let act = match verb {
        "set" => {
            let (at, value) = Path::split_assignment(rest).unwrap();
            set(&document, &path(at), NewValue::Text(value))
        }
        "add" => {
            let (at, value) = Path::split_assignment(rest).unwrap();
            let (at, wire_type) =
                at.split_once(':').map_or((at, None), |(at, t)| (at, WireType::from_name(t)));
            add(&document, &path(at), wire_type, NewValue::Text(value))
        }
        _ => remove(&document, &path(rest)),
    };
    match act {
        Ok(act) => {
            document.apply(&act).unwrap();
            let after = hex(&bytes(&document));
            document.undo();
            assert_eq!(hex(&bytes(&document)), before, "undo of {op}");
            after
        }
        Err(error) => error.to_string(),
    }
}

#[test]
fn an_edit_lands_where_semantics_say() {
    // messages { topic { name: "a" } } with an unknown 99 and a padded length.
    let message = "0a 88 00 0a 03 12 01 61 98 06 07";
    let cases = [
        ("set messages[0].topic.name=bc", "0a 89 00 0a 04 12 02 62 63 98 06 07"),
        ("set messages[0].topic.name=a", message),
        ("set messages[0].topic.resource_namespace=n", "0a 8b 00 0a 06 0a 01 6e 12 01 61 98 06 07"),
        ("set messages[0].body=hex:00ff", "0a 8c 00 0a 03 12 01 61 22 02 00 ff 98 06 07"),
        ("set messages[0].99=8", "0a 88 00 0a 03 12 01 61 98 06 08"),
        ("add messages[0].99:VARINT=5", "0a 8b 00 0a 03 12 01 61 98 06 07 98 06 05"),
        ("add messages[0].7:I32=1", "0a 8d 00 0a 03 12 01 61 3d 01 00 00 00 98 06 07"),
        ("remove messages[0].topic", "0a 83 00 98 06 07"),
        ("remove messages[0]", ""),
        ("add messages={}", "0a 88 00 0a 03 12 01 61 98 06 07 0a 00"),
        (
            r#"set messages[0].user_properties["k"]=v"#,
            "0a 90 00 0a 03 12 01 61 12 06 0a 01 6b 12 01 76 98 06 07",
        ),
        (
            "set messages[0].system_properties.born_timestamp=1970-01-01T00:00:01Z",
            "0a 8e 00 0a 03 12 01 61 1a 04 3a 02 08 01 98 06 07",
        ),
        ("add messages[0].system_properties.keys=k", "0a 8d 00 0a 03 12 01 61 1a 03 12 01 6b 98 06 07"),
    ];
    for (op, after) in cases {
        assert_eq!(edited(send(), message, op), after, "{op}");
    }
}

#[test]
fn a_value_equal_to_the_present_one_changes_no_byte_however_it_is_spelled() {
    // system_properties { born_timestamp { seconds: 1 nanos: 0 }  queue_id: 7 in two bytes }, 99: 7 in
    // two bytes, user_properties { "k": "" } without its value.
    let message = "0a 14 1a 09 3a 04 08 01 10 00 68 87 00 98 06 87 00 12 03 0a 01 6b";
    for op in [
        "set messages[0].system_properties.born_timestamp=1970-01-01T00:00:01Z",
        "set messages[0].system_properties.queue_id=0x7",
        "set messages[0].99=7",
    ] {
        assert_eq!(edited(send(), message, op), message, "{op}");
    }
}

#[test]
fn what_cannot_be_edited_says_why() {
    let message = "0a 05 0a 03 12 01 61";
    let cases = [
        ("set messages[0].topik.name=x", "did you mean topic"),
        ("set messages[3].topic.name=x", "has 1 elements, so there is no [3]"),
        ("set messages.topic.name=x", "messages[0]"),
        ("set messages[0].topic[0].name=x", "not repeated"),
        ("set messages[0].body.x=1", "not a message"),
        ("set messages=x", "name an element"),
        ("remove messages[0].body", "There is nothing at"),
        ("add messages[0].topic={}", "not repeated"),
        ("add messages[0].99=5", "99:VARINT"),
        ("set messages[0].system_properties.queue_id=x", "queue_id"),
        ("set messages[0].user_properties[1]=x", "no key of map"),
    ];
    for (op, expected) in cases {
        let found = edited(send(), message, op);
        assert!(found.contains(expected), "{op}: {found}");
    }
}

#[test]
fn setting_a_oneof_member_removes_the_others_in_one_step() {
    // settings {} then thread_stack_trace {}.
    let found = edited(telemetry(), "12 00 1a 00", "set verify_message_command.nonce=x");
    assert_eq!(found, "3a 03 0a 01 78");
}

#[test]
fn duplicates_split_messages_and_map_keys_have_their_last_say() {
    // Two topics that merge: name "a" in the first, namespace "n" in the second.
    let split = "0a 0a 0a 03 12 01 61 0a 03 0a 01 6e";
    assert_eq!(edited(send(), split, "set messages[0].topic.name=b"), "0a 0a 0a 03 12 01 62 0a 03 0a 01 6e");
    let twice = "0a 10 12 06 0a 01 6b 12 01 61 12 06 0a 01 6b 12 01 62";
    assert_eq!(
        edited(send(), twice, r#"set messages[0].user_properties["k"]=c"#),
        "0a 10 12 06 0a 01 6b 12 01 61 12 06 0a 01 6b 12 01 63"
    );
    assert_eq!(edited(send(), twice, r#"remove messages[0].user_properties["k"]"#), "0a 00");
}

#[test]
fn a_clash_keeps_its_wire_type_unless_the_value_is_of_the_declared_kind() {
    // queue_id (int32, field 13) as LEN "ab", then as a number.
    let clash = "0a 06 1a 04 6a 02 61 62";
    assert_eq!(edited(send(), clash, "set messages[0].system_properties.queue_id=7"), "0a 04 1a 02 68 07");
    assert_eq!(
        edited(send(), clash, "set messages[0].system_properties.queue_id=xyz"),
        "0a 07 1a 05 6a 03 78 79 7a"
    );
}

#[test]
fn damage_elsewhere_stops_no_edit() {
    let damaged = "0a 05 0a 03 12 01 61 0f ff";
    assert_eq!(edited(send(), damaged, "set messages[0].topic.name=b"), "0a 05 0a 03 12 01 62 0f ff");
    assert_eq!(edited(send(), damaged, "add messages={}"), "0a 05 0a 03 12 01 61 0a 00 0f ff");
    // The outer length overruns by 3 and stays 3 too long.
    let cut = "0a 08 0a 03 12 01 61";
    assert_eq!(edited(send(), cut, "set messages[0].topic.name=bc"), "0a 09 0a 04 12 02 62 63");
}

proptest! {
    /// Whatever the bytes, setting the field of one record leaves all others as they were.
    #[test]
    fn an_edit_changes_one_record_and_the_lengths_around_it(
        records in prop::collection::vec((2_u32..200, prop::collection::vec(any::<u8>(), 0..20)), 0..6),
        after in prop::collection::vec(any::<u8>(), 0..60),
        name in "[a-z]{0,200}",
    ) {
        let mut topic = Vec::new();
        write_len(&mut topic, 2, b"t");
        let mut message = Vec::new();
        write_len(&mut message, 1, &topic);
        // What follows may be damaged in any way; what precedes must be whole to be passed.
        let mut before = Vec::new();
        records.iter().for_each(|(number, payload)| write_len(&mut before, *number, payload));
        let mut flat = before.clone();
        write_len(&mut flat, 1, &message);
        let rest = flat.len();
        flat.extend(&after);
        let mut document = Document::of_bytes(&flat, Some(send()));
        let act = set(&document, &"messages[0].topic.name".parse().unwrap(), NewValue::Text(&name)).unwrap();
        document.apply(&act).unwrap();
        let now = bytes(&document);
        prop_assert!(now.starts_with(&before));
        prop_assert!(now.ends_with(&flat[rest..]));
        let mut topic = Vec::new();
        write_len(&mut topic, 2, name.as_bytes());
        let mut message = Vec::new();
        write_len(&mut message, 1, &topic);
        let mut expected = before.clone();
        write_len(&mut expected, 1, &message);
        expected.extend(&after);
        prop_assert_eq!(&now, &expected);
        document.undo();
        prop_assert_eq!(bytes(&document), flat);
    }
}
