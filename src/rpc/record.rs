//! A call that was made, as it is remembered: without its secrets.

use super::call::{Call, Direction, Event, Message, RpcKind};
use super::log::CallLog;
use super::metadata::Entry;
use super::status::Status;
use hyper::body::Bytes;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Bytes of messages that are remembered of one call, the latest.
pub const MAX_RECORDED: u64 = 64 << 20;
/// The first line of the file form.
const MAGIC: &str = "protoloupe call 1\n";

/// A call with its messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    pub summary: CallSummary,
    pub messages: Vec<Message>,
}

/// What is known of a call without its messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSummary {
    /// Milliseconds since 1970.
    pub started_at_millis: u64,
    /// The name of the profile that made it.
    pub profile: Option<String>,
    pub endpoint: String,
    /// `package.Service/Method`.
    pub method: String,
    pub kind: RpcKind,
    /// The name of the transport.
    pub protocol: String,
    /// Names and values of what was sent; secrets are left out, and named in `left_out`.
    pub metadata: Vec<(String, String)>,
    pub left_out: Vec<String>,
    pub took: Duration,
    pub http_status: Option<u16>,
    /// Code and message of gRPC's status.
    pub status: Option<(u32, String)>,
    /// Code, name and message of the status inside a RocketMQ reply.
    pub in_band: Option<(i64, String, String)>,
    /// What went wrong besides, in words.
    pub failure: Option<String>,
    pub n_sent: u64,
    pub n_received: u64,
    /// Of the messages that a call's log keeps.
    pub bytes_sent: u64,
    pub bytes_received: u64,
    /// Older messages that are not remembered.
    pub n_forgotten: u64,
}

impl CallSummary {
    /// Whether everything said OK.
    pub fn is_ok(&self) -> bool {
        self.failure.is_none()
            && self.status.as_ref().is_some_and(|(code, _)| *code == 0)
            && self.in_band.as_ref().is_none_or(|(code, _, _)| matches!(code, 20_000 | 30_000))
    }

    /// The innermost outcome in a few words: `TOPIC_NOT_FOUND 40402`, `gRPC 14`, a failure, `OK`.
    pub fn outcome(&self) -> String {
        if let Some((code, name, _)) = self.in_band.as_ref() {
            return format!("{code} {name}").trim_end().to_owned();
        }
        if let Some(failure) = &self.failure {
            return failure.clone();
        }
        match (&self.status, self.http_status) {
            (Some((0, _)), _) => "OK".to_owned(),
            (Some((code, _)), _) => {
                let status = Status { code: *code, message: String::new(), details: None };
                format!("gRPC {code} {}", status.name().unwrap_or("unknown"))
            }
            (None, Some(http_status)) => format!("HTTP {http_status}"),
            (None, None) => "No answer".to_owned(),
        }
    }

    /// Whether every word of `query` is in what is known of it, in any case.
    pub fn matches(&self, query: &str) -> bool {
        let status = self.status.as_ref().map(|(_, message)| message.as_str());
        let in_band = self.in_band.as_ref().map(|(_, _, message)| message.as_str());
        let mut text =
            [self.method.as_str(), &self.endpoint, self.profile.as_deref().unwrap_or_default()].join(" ");
        text.push_str(&format!(" {} {}", self.outcome(), self.kind.title()));
        for part in [status, in_band, self.failure.as_deref()].into_iter().flatten() {
            text.push(' ');
            text.push_str(part);
        }
        let text = text.to_lowercase();
        query.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }
}

impl CallRecord {
    /// What is remembered of a call. `in_band` is the status inside its replies.
    pub fn new(
        call: &Call,
        log: &CallLog,
        profile: Option<&str>,
        in_band: Option<&crate::rocketmq::InBand>,
        started_at_millis: u64,
    ) -> CallRecord {
        let (secrets, shown): (Vec<&Entry>, Vec<&Entry>) =
            call.metadata.entries().iter().partition(|entry| entry.is_secret());
        let ending = log.ending();
        let of = |direction| log.messages().filter(move |message| message.direction == direction);
        let n_bytes = |direction| of(direction).map(|message| message.bytes.len() as u64).sum();
        let messages = latest(log);
        let took = log.steps().iter().map(at_of).chain(ending.map(|ending| ending.at)).max();
        CallRecord {
            summary: CallSummary {
                started_at_millis,
                profile: profile.map(str::to_owned),
                endpoint: call.endpoint.to_string(),
                method: call.method.to_string(),
                kind: call.kind,
                protocol: call.transport.name.to_owned(),
                metadata: shown.iter().map(|entry| (entry.name.clone(), entry.text())).collect(),
                left_out: secrets.iter().map(|entry| entry.name.clone()).collect(),
                took: took.unwrap_or_default(),
                http_status: ending.and_then(|ending| ending.http_status),
                status: ending
                    .and_then(|ending| ending.status.as_ref())
                    .map(|status| (status.code, status.message.clone())),
                in_band: in_band.map(|status| {
                    (status.code, status.name.clone().unwrap_or_default(), status.message.clone())
                }),
                failure: ending.and_then(|ending| ending.failure.as_ref()).map(ToString::to_string),
                n_sent: of(Direction::Sent).count() as u64,
                n_received: of(Direction::Received).count() as u64,
                bytes_sent: n_bytes(Direction::Sent),
                bytes_received: n_bytes(Direction::Received),
                n_forgotten: log.n_dropped() + (log.messages().len() - messages.len()) as u64,
            },
            messages,
        }
    }

    /// The file form: a line that says what it is, a line of JSON, the bytes of the messages.
    pub fn head(&self) -> Vec<u8> {
        let mut value = self.summary.to_json();
        let message = |message: &Message| {
            json!({
                "direction": direction_name(message.direction),
                "at_micros": micros(message.at),
                "len": message.bytes.len(),
                "wire_len": message.wire_len,
                "is_compressed": message.is_compressed,
            })
        };
        value.insert("messages".to_owned(), self.messages.iter().map(message).collect());
        format!("{MAGIC}{}\n", Value::Object(value)).into_bytes()
    }

    /// Reads the file form; `None` for anything else, and for less than all of it.
    pub fn read(bytes: &[u8]) -> Option<CallRecord> {
        let (value, mut rest) = split_head(bytes)?;
        let summary = CallSummary::of_json(&value)?;
        let mut messages = Vec::new();
        for described in value.get("messages")?.as_array()? {
            let len = usize::try_from(described.get("len")?.as_u64()?).ok()?;
            let (message, after) = rest.split_at_checked(len)?;
            rest = after;
            messages.push(Message {
                direction: direction_of(described.get("direction")?.as_str()?)?,
                at: Duration::from_micros(described.get("at_micros")?.as_u64()?),
                bytes: Bytes::copy_from_slice(message),
                wire_len: described.get("wire_len")?.as_u64()?,
                is_compressed: described.get("is_compressed")?.as_bool()?,
            });
        }
        rest.is_empty().then_some(CallRecord { summary, messages })
    }

    /// The summary at the start of the file form.
    pub fn read_summary(bytes: &[u8]) -> Option<CallSummary> {
        let (value, _) = split_head(bytes)?;
        CallSummary::of_json(&value)
    }
}

fn split_head(bytes: &[u8]) -> Option<(Value, &[u8])> {
    let rest = bytes.strip_prefix(MAGIC.as_bytes())?;
    let end = memchr::memchr(b'\n', rest)?;
    let value = serde_json::from_slice(&rest[..end]).ok()?;
    Some((value, &rest[end + 1..]))
}

/// The latest messages that are not too many bytes together.
fn latest(log: &CallLog) -> Vec<Message> {
    let mut n_bytes = 0;
    let messages: Vec<&Message> = log.messages().collect();
    let kept = messages.iter().rev().take_while(|message| {
        n_bytes += message.bytes.len() as u64;
        n_bytes <= MAX_RECORDED
    });
    let n_kept = kept.count();
    messages[messages.len() - n_kept..].iter().map(|message| (*message).clone()).collect()
}

fn at_of(event: &Event) -> Duration {
    match event {
        Event::Connected { at, .. }
        | Event::HalfClosed { at }
        | Event::Headers { at, .. }
        | Event::Trailers { at, .. } => *at,
        Event::Message(message) => message.at,
        Event::Ended(ending) => ending.at,
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Sent => "sent",
        Direction::Received => "received",
    }
}

fn direction_of(name: &str) -> Option<Direction> {
    [Direction::Sent, Direction::Received].into_iter().find(|direction| direction_name(*direction) == name)
}

impl CallSummary {
    fn to_json(&self) -> Map<String, Value> {
        let value = json!({
            "started_at_millis": self.started_at_millis,
            "profile": self.profile,
            "endpoint": self.endpoint,
            "method": self.method,
            "kind": self.kind.name(),
            "protocol": self.protocol,
            "metadata": self.metadata,
            "left_out": self.left_out,
            "took_micros": micros(self.took),
            "http_status": self.http_status,
            "status": self.status,
            "in_band": self.in_band,
            "failure": self.failure,
            "n_sent": self.n_sent,
            "n_received": self.n_received,
            "bytes_sent": self.bytes_sent,
            "bytes_received": self.bytes_received,
            "n_forgotten": self.n_forgotten,
        });
        match value {
            Value::Object(object) => object,
            _ => Map::new(),
        }
    }

    fn of_json(value: &Value) -> Option<CallSummary> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str| value.get(name).and_then(Value::as_u64);
        let list =
            |name: &str| value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let tuple = |name: &str| match list(name) {
            [] => None,
            parts => Some(parts),
        };
        let string = |value: &Value| value.as_str().map(str::to_owned);
        let pair = |value: &Value| Some((string(value.get(0)?)?, string(value.get(1)?)?));
        let kind = text("kind")?;
        Some(CallSummary {
            started_at_millis: number("started_at_millis")?,
            profile: text("profile"),
            endpoint: text("endpoint")?,
            method: text("method")?,
            kind: RpcKind::ALL.into_iter().find(|known| known.name() == kind)?,
            protocol: text("protocol")?,
            metadata: list("metadata").iter().filter_map(pair).collect(),
            left_out: list("left_out").iter().filter_map(string).collect(),
            took: Duration::from_micros(number("took_micros")?),
            http_status: number("http_status").and_then(|status| u16::try_from(status).ok()),
            status: tuple("status").and_then(|parts| {
                Some((u32::try_from(parts.first()?.as_u64()?).ok()?, string(parts.get(1)?)?))
            }),
            in_band: tuple("in_band").and_then(|parts| {
                Some((parts.first()?.as_i64()?, string(parts.get(1)?)?, string(parts.get(2)?)?))
            }),
            failure: text("failure"),
            n_sent: number("n_sent")?,
            n_received: number("n_received")?,
            bytes_sent: number("bytes_sent")?,
            bytes_received: number("bytes_received")?,
            n_forgotten: number("n_forgotten")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::call::Ending;
    use super::super::failure::{Failure, Phase};
    use super::*;
    use crate::rocketmq::InBand;

    fn message(direction: Direction, bytes: &[u8]) -> Message {
        let (at, wire_len) = (Duration::from_micros(1500), bytes.len() as u64);
        Message { direction, at, bytes: bytes.to_vec().into(), wire_len, is_compressed: false }
    }

    fn record(failure: Option<Failure>) -> CallRecord {
        let mut call =
            Call::new("http://127.0.0.1:8081".parse().unwrap(), "a.B/C".parse().unwrap(), RpcKind::Bidi);
        call.metadata.add_text("x-a", "shown").unwrap();
        call.metadata.add_text("authorization", "s3cret").unwrap();
        call.metadata.add_text("x-b", "t0ken").unwrap();
        call.metadata.hide_last();
        let mut log = CallLog::default();
        log.push(Event::Message(message(Direction::Sent, b"\n\0\xff")));
        log.push(Event::Message(message(Direction::Received, b"")));
        log.push(Event::Message(message(Direction::Received, b"abc")));
        log.push(Event::Ended(Ending {
            at: Duration::from_millis(12),
            http_status: Some(200),
            status: Some(Status { code: 0, message: "fine".to_owned(), details: None }),
            failure,
            leftover: None,
        }));
        let in_band = InBand {
            code: 40_402,
            name: Some("TOPIC_NOT_FOUND".to_owned()),
            message: "no \"t\"".to_owned(),
            meaning: None,
        };
        CallRecord::new(&call, &log, Some("local"), Some(&in_band), 1_700_000_000_000)
    }

    fn file_form(record: &CallRecord) -> Vec<u8> {
        let mut bytes = record.head();
        record.messages.iter().for_each(|message| bytes.extend_from_slice(&message.bytes));
        bytes
    }

    #[test]
    fn a_record_comes_back_from_its_file_form_and_holds_no_secret() {
        for record in [record(None), record(Some(Failure::Cancelled(Phase::Receiving)))] {
            let bytes = file_form(&record);
            assert_eq!(CallRecord::read(&bytes), Some(record.clone()));
            assert_eq!(CallRecord::read_summary(&bytes), Some(record.summary.clone()));
            for len in 0..bytes.len() {
                assert_eq!(CallRecord::read(&bytes[..len]), None, "{len} bytes of it");
            }
            let text = String::from_utf8_lossy(&bytes);
            assert!(text.contains("shown") && !text.contains("s3cret") && !text.contains("t0ken"), "{text}");
            assert_eq!(record.summary.left_out, ["authorization", "x-b"]);
        }
    }

    #[test]
    fn a_record_is_found_by_what_is_known_of_it() {
        let summary = record(None).summary;
        for (query, found) in [
            ("", true),
            ("a.b/c", true),
            ("LOCAL topic_not", true),
            ("8081 bidirectional", true),
            ("no \"t\"", true),
            ("fine", true),
            ("shown", false),
            ("c xyz", false),
        ] {
            assert_eq!(summary.matches(query), found, "{query}");
        }
        assert_eq!(summary.outcome(), "40402 TOPIC_NOT_FOUND");
        assert!(!summary.is_ok());
    }

    #[test]
    fn only_the_latest_messages_are_remembered() {
        let mut log = CallLog::default();
        for len in [10, 40 << 20, 30 << 20, 5] {
            log.push(Event::Message(message(Direction::Received, &vec![0; len])));
        }
        let call = Call::new("http://a".parse().unwrap(), "a.B/C".parse().unwrap(), RpcKind::Bidi);
        let record = CallRecord::new(&call, &log, None, None, 0);
        let lens: Vec<usize> = record.messages.iter().map(|message| message.bytes.len()).collect();
        assert_eq!(lens, [30 << 20, 5]);
        assert_eq!((record.summary.n_forgotten, record.summary.n_received), (2, 4));
        assert_eq!(record.summary.outcome(), "No answer");
    }
}
