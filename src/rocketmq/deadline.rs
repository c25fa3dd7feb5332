//! How long the API's own clients wait for each method.

use super::walk::{last_len, last_varint};
use std::time::Duration;

/// The services of the API.
const PACKAGE: &str = "apache.rocketmq.v2.";
/// What a reply may take.
const REQUEST: Duration = Duration::from_secs(3);
/// How long a request for messages is held back when it does not say.
const LONG_POLLING: Duration = Duration::from_secs(20);

/// The deadline of a call that begins with `message`: none for a stream that stays open, otherwise what
/// a reply may take, after the time for which the message lets the server wait. `None` for methods of
/// other services.
pub fn usual_deadline(service: &str, method: &str, message: &[u8]) -> Option<Option<Duration>> {
    if !service.starts_with(PACKAGE) {
        return None;
    }
    let field_of_wait = match method {
        "Telemetry" => return Some(None),
        "ReceiveMessage" => 7,
        "PullMessage" => 6,
        _ => return Some(Some(REQUEST)),
    };
    let wait = last_len(message, field_of_wait).and_then(duration);
    Some(Some(REQUEST + wait.unwrap_or(LONG_POLLING)))
}

/// A `google.protobuf.Duration`, in whole seconds; `None` for a negative one, and past a day.
fn duration(bytes: &[u8]) -> Option<Duration> {
    let seconds = last_varint(bytes, 1).unwrap_or_default();
    (seconds <= 86_400).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_for_messages_leaves_room_for_its_own_wait() {
        let seconds = |seconds| Some(Some(Duration::from_secs(seconds)));
        for (method, message, expected) in [
            ("SendMessage", &b""[..], seconds(3)),
            ("Telemetry", b"", Some(None)),
            // long_polling_timeout { seconds: 10 }
            ("ReceiveMessage", b"\x3a\x02\x08\x0a", seconds(13)),
            ("PullMessage", b"\x32\x02\x08\x0a", seconds(13)),
            ("ReceiveMessage", b"", seconds(23)),
            ("ReceiveMessage", b"\x3a\xff", seconds(23)),
            ("ReceiveMessage", b"\x3a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", seconds(23)),
        ] {
            let found = usual_deadline("apache.rocketmq.v2.MessagingService", method, message);
            assert_eq!(found, expected, "{method} {message:x?}");
        }
        assert_eq!(usual_deadline("grpc.health.v1.Health", "Check", b""), None);
    }
}
