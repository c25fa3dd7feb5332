//! The outcome inside a reply. Most failures come under gRPC's OK and are told only here.

use super::answers::is_listed_answer;
use crate::schema::{Kind, MessageDescriptor, Schema, is_singular};
use crate::wire::{Read, WireType, records};

const STATUS: &str = "apache.rocketmq.v2.Status";
/// Fields of the status.
const CODE: u32 = 1;
const MESSAGE: u32 = 2;
/// Codes that mean success; of several results each entry has its own status.
const OK: i64 = 20_000;
const MULTIPLE_RESULTS: i64 = 30_000;

/// A reply's own status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InBand {
    pub code: i64,
    /// `TOPIC_NOT_FOUND`; `None` for a number that the API does not declare.
    pub name: Option<String>,
    /// As the server wrote it.
    pub message: String,
    /// What the API says of the code, in one sentence.
    pub meaning: Option<String>,
}

impl InBand {
    /// Whether the server did what it was asked for; see each entry if there are several results.
    pub fn is_ok(&self) -> bool {
        matches!(self.code, OK | MULTIPLE_RESULTS)
    }
}

/// The status in `bytes`, a `message` of the RocketMQ API; `None` if the type has none or it is absent.
pub fn in_band(schema: &Schema, message: &MessageDescriptor, bytes: &[u8]) -> Option<InBand> {
    let is_status = |kind: Kind| matches!(kind, Kind::Message(message) if message.full_name() == STATUS);
    let field = message.get_field_by_name("status").filter(|f| is_singular(f) && is_status(f.kind()))?;
    // A message in several records is all of them, one behind the other.
    let mut status: Option<Vec<u8>> = None;
    each(bytes, |number, wire_type, _, payload| {
        if number == field.number() && wire_type == WireType::Len {
            status.get_or_insert_default().extend_from_slice(payload);
        }
    });
    let status = status?;
    let (mut code, mut text) = (0, String::new());
    each(&status, |number, wire_type, value, payload| match (number, wire_type) {
        // An enum's number is 32 bits with a sign.
        (CODE, WireType::Varint) => code = i64::from(value as i32),
        (MESSAGE, WireType::Len) => text = String::from_utf8_lossy(payload).into_owned(),
        _ => {}
    });
    let Kind::Message(declared) = field.kind() else { return None };
    let value = match declared.get_field(CODE).map(|field| field.kind()) {
        Some(Kind::Enum(codes)) => i32::try_from(code).ok().and_then(|code| codes.get_value(code)),
        _ => None,
    };
    let meaning = value.as_ref().and_then(|value| schema.comment(value)).map(first_sentence);
    let name = value.map(|value| value.name().to_owned());
    let meaning = match (unlisted(message, name.as_deref()), meaning) {
        (Some(unlisted), Some(meaning)) => Some(format!("{meaning}; {unlisted}")),
        (unlisted, meaning) => meaning.or(unlisted),
    };
    Some(InBand { code, name, message: text, meaning })
}

/// That the API does not expect the code from this method, if so.
fn unlisted(message: &MessageDescriptor, code: Option<&str>) -> Option<String> {
    let method = message.name().strip_suffix("Response")?;
    (is_listed_answer(method, code?) == Some(false))
        .then(|| format!("the API does not list this code for {method}"))
}

fn each<'a>(bytes: &'a [u8], mut found: impl FnMut(u32, WireType, u64, &'a [u8])) {
    for (offset, read) in records(bytes) {
        let Read::Record(record) = read else { return };
        let start = offset + usize::from(record.payload_start);
        let payload = bytes.get(start..start.saturating_add(record.payload_len as usize)).unwrap_or_default();
        found(record.tag.number, record.tag.wire_type, record.scalar.value, payload);
    }
}

fn first_sentence(comment: &str) -> String {
    let paragraph = comment.split("\n\n").next().unwrap_or_default();
    let line = paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    line.split_once(". ").map_or(line.as_str(), |(first, _)| first).trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(message: &str, bytes: &[u8]) -> Option<InBand> {
        let schema = Schema::builtin();
        in_band(&schema, &schema.message(message).unwrap(), bytes)
    }

    #[test]
    fn a_reply_tells_its_own_status_with_its_meaning() {
        // status { code: 40402, message: "no topic" }
        let status = b"\x0a\x0e\x08\xd2\xbb\x02\x12\x08no topic";
        let found = of("QueryRouteResponse", status).unwrap();
        assert_eq!(found.name.as_deref(), Some("TOPIC_NOT_FOUND"));
        assert_eq!((found.code, found.message.as_str(), found.is_ok()), (40_402, "no topic", false));
        assert_eq!(found.meaning.as_deref(), Some("There is no such topic"));
        // In two parts, the later code wins and the message stays.
        let in_parts = [status, &b"\x0a\x04\x08\xa0\x9c\x01"[..]].concat();
        let found = of("QueryRouteResponse", &in_parts).unwrap();
        assert_eq!((found.code, found.message.as_str(), found.is_ok()), (20_000, "no topic", true));
    }

    #[test]
    fn a_code_that_the_method_is_not_known_for_is_said() {
        // status { code: ILLEGAL_MESSAGE_TAG }
        let status = b"\x0a\x04\x08\xc5\xb8\x02";
        let of_ack = of("AckMessageResponse", status).unwrap().meaning.unwrap();
        assert!(of_ack.ends_with("; the API does not list this code for AckMessage"), "{of_ack}");
        let of_send = of("SendMessageResponse", status).unwrap().meaning.unwrap();
        assert!(!of_send.contains("does not list"), "{of_send}");
    }

    #[test]
    fn several_results_are_ok_and_an_unknown_number_is_kept() {
        assert!(of("AckMessageResponse", b"\x0a\x04\x08\xb0\xea\x01").unwrap().is_ok());
        let found = of("AckMessageResponse", b"\x0a\x02\x08\x07").unwrap();
        assert!(!found.is_ok());
        assert_eq!((found.code, found.name, found.meaning), (7, None, None));
    }

    #[test]
    fn what_has_no_status_has_none() {
        assert_eq!(of("QueryRouteResponse", b""), None);
        assert_eq!(of("Message", b"\x0a\x02\x08\x01"), None);
        assert_eq!(of("ReceiveMessageResponse", b"\x12\x00"), None);
        assert!(of("ReceiveMessageResponse", b"\x0a\x04\x08\xa0\x9c\x01").unwrap().is_ok());
    }
}
