//! What ids and handles say: whoever made them wrote into them when and where.

use crate::document::reading::{Explained, address, millis_text};
use crate::document::value::grouped;

/// 2021-01-01 UTC, from which message ids count, in seconds from 1970.
const IDS_FROM: i64 = 1_609_459_200;
/// Longer texts are no ids.
const MAX_LEN: usize = 1_024;

/// What a text says if it has the shape of a message id, a receipt handle or a recall handle.
pub fn explain_id(text: &str) -> Option<Explained> {
    if text.len() > MAX_LEN {
        return None;
    }
    message_id(text)
        .or_else(|| offset_id(text))
        .or_else(|| receipt_handle(text))
        .or_else(|| recall_handle(text))
}

fn explained(what: &str, parts: Vec<(&'static str, String)>) -> Option<Explained> {
    Some(Explained { what: what.to_owned(), parts })
}

/// Bytes written as two digits each.
fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Version 1 of an id: address, process, seconds, and a number that counts up.
fn message_id(text: &str) -> Option<Explained> {
    let bytes = unhex(text).filter(|bytes| bytes.len() == 17 && bytes[0] == 1)?;
    let seconds = number(&bytes[9..13]) as i64;
    explained(
        "RocketMQ message id, version 1",
        vec![
            ("Made at", millis_text((IDS_FROM + seconds) * 1_000)),
            ("By address", address(&bytes[1..7])),
            ("In process", format!("{} (low 16 bits)", number(&bytes[7..9]))),
            ("Number", grouped(number(&bytes[13..17]))),
        ],
    )
}

/// An id of a broker: its IPv4 address, port and the place in its commit log.
fn offset_id(text: &str) -> Option<Explained> {
    let bytes = unhex(text).filter(|bytes| bytes.len() == 16)?;
    let (port, offset) = (number(&bytes[4..8]), number(&bytes[8..16]));
    // Other things have 16 bytes too: a port has 16 bits, and no log is that long.
    if port == 0 || port > 0xffff || offset >> 48 != 0 {
        return None;
    }
    let host = bytes[..4].iter().map(u8::to_string).collect::<Vec<_>>().join(".");
    explained(
        "RocketMQ message id of a broker",
        vec![("Broker", format!("{host}:{port}")), ("Commit log offset", grouped(offset))],
    )
}

/// What AckMessage and ChangeInvisibleDuration need to find a message that was received.
fn receipt_handle(text: &str) -> Option<Explained> {
    let words: Vec<&str> = text.split(' ').collect();
    if !matches!(words.len(), 8 | 9) {
        return None;
    }
    let at = |idx: usize| words.get(idx).and_then(|word| word.parse::<i64>().ok());
    let (start, received, invisible) = (at(0)?, at(1)?, at(2)?);
    let (revive_queue, topic_type, queue, offset) = (at(3)?, at(4)?, at(6)?, at(7)?);
    let mut parts = vec![
        ("Received at", millis_text(received)),
        ("Hidden for", format!("{} ms", grouped(invisible.unsigned_abs()))),
        ("Valid until", millis_text(received.checked_add(invisible)?)),
        ("Broker", (*words.get(5)?).to_owned()),
        ("Queue", queue.to_string()),
        ("Queue offset", offset.to_string()),
        ("From offset", start.to_string()),
        ("Revive queue", revive_queue.to_string()),
        ("Kind of topic", topic_type.to_string()),
    ];
    if words.len() == 9 {
        parts.push(("Commit log offset", at(8)?.to_string()));
    }
    explained("RocketMQ receipt handle", parts)
}

/// What RecallMessage needs to take back a message that is to be delivered later.
fn recall_handle(text: &str) -> Option<Explained> {
    let engine = if text.ends_with('=') { base64_simd::URL_SAFE } else { base64_simd::URL_SAFE_NO_PAD };
    let plain = String::from_utf8(engine.decode_to_vec(text).ok()?).ok()?;
    let words: Vec<&str> = plain.split(' ').collect();
    let ["v1", topic, broker, time, id] = words.as_slice() else { return None };
    explained(
        "RocketMQ recall handle",
        vec![
            ("Topic", (*topic).to_owned()),
            ("Broker", (*broker).to_owned()),
            ("Delivered at", millis_text(time.parse().ok()?)),
            ("Message id", (*id).to_owned()),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Read, WireType, records};

    macro_rules! capture {
        ($name:literal) => {
            include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/captures/", $name, ".bin"))
                .as_slice()
        };
    }

    /// Every text in a captured message that says something, with what it says.
    fn found(bytes: &[u8]) -> Vec<String> {
        let (mut found, mut left) = (Vec::new(), vec![bytes]);
        while let Some(bytes) = left.pop() {
            for (at, read) in records(bytes) {
                let Read::Record(record) = read else { continue };
                if record.tag.wire_type != WireType::Len {
                    continue;
                }
                let start = at + usize::from(record.payload_start);
                let payload = &bytes[start..start + record.payload_len as usize];
                match std::str::from_utf8(payload).ok().and_then(explain_id) {
                    Some(explained) => {
                        let part = |(name, value): &(&str, String)| format!("; {name} {value}");
                        let parts: String = explained.parts.iter().map(part).collect();
                        found.push(format!("{}{parts}", explained.what));
                    }
                    None => left.push(payload),
                }
            }
        }
        found
    }

    #[test]
    fn ids_and_handles_of_captured_calls_say_when_and_where() {
        let cases = [
            (
                capture!("SendMessage-req-1"),
                "RocketMQ message id, version 1; Made at 2026-11-23T09:51:47Z; \
                 By address 91:99:35:53:3f:ee; In process 26441 (low 16 bits); Number 0",
            ),
            (
                capture!("AckMessage-req-1"),
                "RocketMQ message id of a broker; Broker 127.0.0.1:10911; Commit log offset 285",
            ),
            (
                capture!("ChangeInvisibleDuration-req-1"),
                "RocketMQ receipt handle; Received at 2026-11-23T09:51:56.154Z; Hidden for 15 000 ms; \
                 Valid until 2026-11-23T09:52:11.154Z; Broker broker-a; Queue 0; Queue offset 0; \
                 From offset 0; Revive queue 0; Kind of topic 0",
            ),
            (
                capture!("RecallMessage-req-1"),
                "RocketMQ recall handle; Topic topic-delay; Broker broker-a; \
                 Delivered at 2026-11-23T09:52:49Z; Message id 01919935533FEE67490B15A6B50000000A",
            ),
        ];
        for (bytes, expected) in cases {
            let found = found(bytes);
            assert!(found.iter().any(|one| one.starts_with(expected)), "{expected}: {found:#?}");
        }
    }

    #[test]
    fn what_only_nearly_has_the_shape_says_nothing() {
        for text in [
            "",
            "02919935533FEE67490B15A6B500000000",
            "01919935533FEE67490B15A6B5000000",
            "019g9935533FEE67490B15A6B500000000",
            "d41d8cd98f00b204e9800998ecf8427e",
            "0 1 2 3 4 broker-a 0",
            "0 x 15000 0 0 broker-a 0 0",
            "0 9223372036854775807 15000 0 0 broker-a 0 0",
            "djE",
        ] {
            assert_eq!(explain_id(text), None, "{text}");
        }
    }
}
