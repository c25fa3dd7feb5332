//! Requests that follow from a message that was received, or from the reply to one that was sent.
//!
//! What they take over, such as topic and group, is taken in the bytes that it has.

use super::build::{Builder, seconds};
use super::walk::{last_len, last_text, last_varint, pieces};
use crate::schema::MessageDescriptor;
use crate::wire::{WireType, write_len};

const SERVICE: &str = "apache.rocketmq.v2.MessagingService";

/// Fields of `Message`.
const TOPIC: u32 = 1;
const SYSTEM_PROPERTIES: u32 = 3;
/// Fields of `SystemProperties`.
const MESSAGE_ID: u32 = 3;
const MESSAGE_TYPE: u32 = 6;
const RECEIPT_HANDLE: u32 = 12;
const DELIVERY_ATTEMPT: u32 = 16;
const TRACE_CONTEXT: u32 = 18;
const LITE_TOPIC: u32 = 21;
/// What servers write there and clients do not: digest, store time, store host, receipt handle, queue
/// offset, invisible duration, delivery attempt, dead letter queue.
const OF_SERVER: [u32; 8] = [4, 9, 10, RECEIPT_HANDLE, 14, 15, DELIVERY_ATTEMPT, 20];
/// Of `MessageType`: a half message, which a transaction ends.
const TRANSACTION: u64 = 4;
/// The attempts after which clients give a message up when nobody says otherwise.
const MAX_ATTEMPTS: u64 = 16;

/// What can be done with a message that was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FollowUp {
    Acknowledge,
    ChangeInvisibleDuration,
    DeadLetter,
    SendAgain,
}

impl FollowUp {
    pub const ALL: [FollowUp; 4] =
        [FollowUp::Acknowledge, FollowUp::ChangeInvisibleDuration, FollowUp::DeadLetter, FollowUp::SendAgain];

    /// As it stands on a button.
    pub fn title(self) -> &'static str {
        match self {
            FollowUp::Acknowledge => "Acknowledge",
            FollowUp::ChangeInvisibleDuration => "Change how long it is invisible",
            FollowUp::DeadLetter => "Forward to the dead letter queue",
            FollowUp::SendAgain => "Send again as a new message",
        }
    }

    /// `package.Service/Method` that takes the request.
    pub fn method(self) -> String {
        let method = match self {
            FollowUp::Acknowledge => "AckMessage",
            FollowUp::ChangeInvisibleDuration => "ChangeInvisibleDuration",
            FollowUp::DeadLetter => "ForwardMessageToDeadLetterQueue",
            FollowUp::SendAgain => "SendMessage",
        };
        format!("{SERVICE}/{method}")
    }

    /// The full name of the request's type.
    pub fn message_type(self) -> &'static str {
        match self {
            FollowUp::Acknowledge => "apache.rocketmq.v2.AckMessageRequest",
            FollowUp::ChangeInvisibleDuration => "apache.rocketmq.v2.ChangeInvisibleDurationRequest",
            FollowUp::DeadLetter => "apache.rocketmq.v2.ForwardMessageToDeadLetterQueueRequest",
            FollowUp::SendAgain => "apache.rocketmq.v2.SendMessageRequest",
        }
    }
}

/// A message that was received, and for whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// A `Message`.
    pub message: Vec<u8>,
    /// The `Resource` of the group that asked for it.
    pub group: Vec<u8>,
    /// For how long it was asked to be invisible, as a `google.protobuf.Duration`.
    pub invisible_duration: Option<Vec<u8>>,
}

/// The message in a reply of this type, asked for with `request`; `None` if there is none in it, as in
/// the replies that hold only a status.
pub fn received(reply_type: &MessageDescriptor, reply: &[u8], request: &[u8]) -> Option<Received> {
    match reply_type.full_name() {
        "apache.rocketmq.v2.ReceiveMessageResponse" | "apache.rocketmq.v2.PullMessageResponse" => {}
        _ => return None,
    }
    Some(Received {
        message: last_len(reply, 2)?.to_vec(),
        group: last_len(request, 1).unwrap_or_default().to_vec(),
        invisible_duration: match reply_type.name() {
            "ReceiveMessageResponse" => last_len(request, 5).map(<[u8]>::to_vec),
            _ => None,
        },
    })
}

impl Received {
    fn properties(&self) -> &[u8] {
        last_len(&self.message, SYSTEM_PROPERTIES).unwrap_or_default()
    }

    fn property(&self, number: u32) -> String {
        last_text(self.properties(), number).unwrap_or_default()
    }

    pub fn message_id(&self) -> String {
        self.property(MESSAGE_ID)
    }

    /// Whether there is a request: the server knows nothing of a message without its receipt handle.
    pub fn can(&self, follow_up: FollowUp) -> bool {
        follow_up == FollowUp::SendAgain || !self.property(RECEIPT_HANDLE).is_empty()
    }

    /// The bytes of the request; `new_message_id` is for one that sends the message again. `None` if
    /// [`Received::can`] says so.
    pub fn request(&self, follow_up: FollowUp, new_message_id: &str) -> Option<Vec<u8>> {
        let handle = self.property(RECEIPT_HANDLE);
        if !self.can(follow_up) {
            return None;
        }
        let topic = last_len(&self.message, TOPIC);
        let (message_id, lite_topic) = (self.message_id(), self.property(LITE_TOPIC));
        Some(match follow_up {
            FollowUp::Acknowledge => {
                let entry = Builder::new("AckMessageEntry")
                    .text("message_id", &message_id)
                    .text("receipt_handle", &handle)
                    .text_if_any("lite_topic", &lite_topic);
                Builder::new("AckMessageRequest")
                    .message("group", &self.group)
                    .message_if_any("topic", topic)
                    .message("entries", &entry.bytes())
                    .bytes()
            }
            FollowUp::ChangeInvisibleDuration => {
                let usual = seconds(30);
                let duration = self.invisible_duration.as_deref().unwrap_or(&usual);
                Builder::new("ChangeInvisibleDurationRequest")
                    .message("group", &self.group)
                    .message_if_any("topic", topic)
                    .text("receipt_handle", &handle)
                    .message("invisible_duration", duration)
                    .text("message_id", &message_id)
                    .text_if_any("lite_topic", &lite_topic)
                    .bytes()
            }
            FollowUp::DeadLetter => {
                let attempt = last_varint(self.properties(), DELIVERY_ATTEMPT).unwrap_or(1);
                Builder::new("ForwardMessageToDeadLetterQueueRequest")
                    .message("group", &self.group)
                    .message_if_any("topic", topic)
                    .text("receipt_handle", &handle)
                    .text("message_id", &message_id)
                    .varint("delivery_attempt", attempt)
                    .varint("max_delivery_attempts", MAX_ATTEMPTS)
                    .text_if_any("lite_topic", &lite_topic)
                    .bytes()
            }
            FollowUp::SendAgain => {
                let message = again(&self.message, new_message_id);
                Builder::new("SendMessageRequest").message("messages", &message).bytes()
            }
        })
    }
}

/// The message as a client sends it: with a new id, and without what only servers write.
fn again(message: &[u8], new_message_id: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut has_properties = false;
    for piece in pieces(message) {
        if piece.field == Some((SYSTEM_PROPERTIES, WireType::Len)) {
            let properties = with_id(&message[piece.payload], new_message_id);
            write_len(&mut out, SYSTEM_PROPERTIES, &properties);
            has_properties = true;
        } else {
            out.extend_from_slice(&message[piece.range]);
        }
    }
    if !has_properties {
        write_len(&mut out, SYSTEM_PROPERTIES, &with_id(&[], new_message_id));
    }
    out
}

fn with_id(properties: &[u8], message_id: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut has_id = false;
    for piece in pieces(properties) {
        match piece.field {
            Some((MESSAGE_ID, _)) if has_id => {}
            Some((MESSAGE_ID, _)) => {
                write_len(&mut out, MESSAGE_ID, message_id.as_bytes());
                has_id = true;
            }
            Some((number, _)) if OF_SERVER.contains(&number) => {}
            _ => out.extend_from_slice(&properties[piece.range]),
        }
    }
    if !has_id {
        write_len(&mut out, MESSAGE_ID, message_id.as_bytes());
    }
    out
}

/// An `EndTransactionRequest` for a half message, with names of the enums' values.
pub(super) fn end_transaction(
    message: &[u8],
    transaction_id: &str,
    resolution: &str,
    source: &str,
) -> Vec<u8> {
    let properties = last_len(message, SYSTEM_PROPERTIES).unwrap_or_default();
    let text = |number| last_text(properties, number).unwrap_or_default();
    Builder::new("EndTransactionRequest")
        .message_if_any("topic", last_len(message, TOPIC))
        .text("message_id", &text(MESSAGE_ID))
        .text("transaction_id", transaction_id)
        .name("resolution", resolution)
        .name("source", source)
        .text_if_any("trace_context", &text(TRACE_CONTEXT))
        .bytes()
}

/// What can follow from the reply to a `SendMessage`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentFollowUp {
    /// As it stands on a button.
    pub title: &'static str,
    /// `package.Service/Method`.
    pub method: String,
    pub message_type: &'static str,
    pub request: Vec<u8>,
}

/// The requests that end or recall what `request`, a `SendMessageRequest`, made: for each half message
/// that has a transaction, its commit and its rollback; for each entry with a recall handle, the recall.
pub fn after_send(request: &[u8], reply: &[u8]) -> Vec<SentFollowUp> {
    let of_field = |bytes: &[u8], number: u32| -> Vec<Vec<u8>> {
        let is_it = |field| field == Some((number, WireType::Len));
        pieces(bytes).into_iter().filter(|p| is_it(p.field)).map(|p| bytes[p.payload].to_vec()).collect()
    };
    let mut found = Vec::new();
    for (message, entry) in of_field(request, 1).iter().zip(of_field(reply, 2)) {
        let transaction_id = last_text(&entry, 3).unwrap_or_default();
        // Some servers name a transaction for every message.
        let properties = last_len(message, SYSTEM_PROPERTIES).unwrap_or_default();
        let is_half = last_varint(properties, MESSAGE_TYPE) == Some(TRANSACTION);
        if is_half && !transaction_id.is_empty() {
            for (title, resolution) in
                [("Commit the transaction", "COMMIT"), ("Roll the transaction back", "ROLLBACK")]
            {
                found.push(SentFollowUp {
                    title,
                    method: format!("{SERVICE}/EndTransaction"),
                    message_type: "apache.rocketmq.v2.EndTransactionRequest",
                    request: end_transaction(message, &transaction_id, resolution, "SOURCE_CLIENT"),
                });
            }
        }
        let recall_handle = last_text(&entry, 5).unwrap_or_default();
        if !recall_handle.is_empty() {
            let request = Builder::new("RecallMessageRequest")
                .message_if_any("topic", last_len(message, TOPIC))
                .text("recall_handle", &recall_handle);
            found.push(SentFollowUp {
                title: "Recall the message",
                method: format!("{SERVICE}/RecallMessage"),
                message_type: "apache.rocketmq.v2.RecallMessageRequest",
                request: request.bytes(),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::build::resource;
    use super::super::build::tests::json;
    use super::*;
    use crate::schema::Schema;
    use serde_json::json;

    const REQUEST: &[u8] = include_bytes!("../../tests/data/captures/ReceiveMessage-req-1.bin");
    const REPLY: &[u8] = include_bytes!("../../tests/data/captures/ReceiveMessage-resp-2.bin");

    fn captured() -> Received {
        let reply_type = Schema::builtin().message("ReceiveMessageResponse").unwrap();
        received(&reply_type, REPLY, REQUEST).unwrap()
    }

    #[test]
    fn a_received_message_leads_to_requests_that_name_it() {
        let received = captured();
        let (reply, request) =
            (json("ReceiveMessageResponse", REPLY), json("ReceiveMessageRequest", REQUEST));
        let (message, properties) = (&reply["message"], &reply["message"]["systemProperties"]);
        let (id, handle) = (&properties["messageId"], &properties["receiptHandle"]);
        assert!(id.is_string() && handle.is_string());
        let made = |follow_up: FollowUp| {
            let name = follow_up.message_type().rsplit('.').next().unwrap();
            json(name, &received.request(follow_up, "01AB").unwrap())
        };
        let ack = made(FollowUp::Acknowledge);
        assert_eq!((&ack["group"], &ack["topic"]), (&request["group"], &message["topic"]));
        assert_eq!(ack["entries"], json!([{ "messageId": id, "receiptHandle": handle }]));
        let change = made(FollowUp::ChangeInvisibleDuration);
        assert_eq!((&change["messageId"], &change["receiptHandle"]), (id, handle));
        assert_eq!(change["invisibleDuration"], request["invisibleDuration"]);
        let dead = made(FollowUp::DeadLetter);
        assert_eq!((&dead["messageId"], &dead["receiptHandle"]), (id, handle));
        assert_eq!(dead["deliveryAttempt"], properties["deliveryAttempt"]);
        assert_eq!(dead["maxDeliveryAttempts"], json!(16));
    }

    #[test]
    fn a_message_sent_again_has_a_new_id_and_nothing_of_the_servers() {
        let again = json("SendMessageRequest", &captured().request(FollowUp::SendAgain, "01AB").unwrap());
        let (again, old) = (&again["messages"][0], &json("ReceiveMessageResponse", REPLY)["message"]);
        for same in ["topic", "userProperties", "body"] {
            assert_eq!(again.get(same), old.get(same), "{same}");
        }
        let (new, old) = (&again["systemProperties"], &old["systemProperties"]);
        assert_eq!(new["messageId"], json!("01AB"));
        for same in ["tag", "keys", "bodyEncoding", "messageType", "bornTimestamp", "bornHost"] {
            assert_eq!(new.get(same), old.get(same), "{same}");
        }
        for gone in ["receiptHandle", "storeTimestamp", "storeHost", "queueOffset", "bodyDigest"] {
            assert_eq!(new.get(gone), None, "{gone}");
        }
        // Unknown fields stay, and so does an order of its own.
        let message = b"\x22\x01b\x98\x06\x05\x1a\x06\x98\x06\x07\x1a\x01m";
        let received = Received { message: message.to_vec(), ..Received::default() };
        let bytes = received.request(FollowUp::SendAgain, "M").unwrap();
        assert_eq!(bytes, b"\x0a\x0e\x22\x01b\x98\x06\x05\x1a\x06\x98\x06\x07\x1a\x01M");
    }

    #[test]
    fn nothing_follows_from_a_message_without_a_handle_or_a_reply_without_a_message() {
        let received = Received { message: b"\x0a\x00".to_vec(), ..Received::default() };
        for follow_up in FollowUp::ALL {
            let is_made = received.request(follow_up, "M").is_some();
            assert_eq!(is_made, follow_up == FollowUp::SendAgain, "{follow_up:?}");
        }
        let schema = Schema::builtin();
        let status = include_bytes!("../../tests/data/captures/ReceiveMessage-resp-3.bin");
        let reply_type = schema.message("ReceiveMessageResponse").unwrap();
        assert_eq!(super::received(&reply_type, status, REQUEST), None);
        assert_eq!(super::received(&schema.message("AckMessageResponse").unwrap(), REPLY, REQUEST), None);
    }

    #[test]
    fn what_was_sent_can_be_ended_or_recalled_as_its_reply_says() {
        let message = |id: &str, message_type: &str| {
            let properties = Builder::new("SystemProperties").text("message_id", id);
            let properties = properties.name("message_type", message_type).bytes();
            let message = Builder::new("Message").message("topic", &resource("ns", "t"));
            message.message("system_properties", &properties).bytes()
        };
        let request = Builder::new("SendMessageRequest").message("messages", &message("a", "TRANSACTION"));
        let request = request.message("messages", &message("b", "DELAY")).bytes();
        let entry = || Builder::new("SendResultEntry").text("transaction_id", "x");
        let reply = Builder::new("SendMessageResponse")
            .message("entries", &entry().bytes())
            .message("entries", &entry().text("recall_handle", "x").bytes());
        let found = after_send(&request, &reply.bytes());
        let titles: Vec<&str> = found.iter().map(|found| found.title).collect();
        assert_eq!(titles, ["Commit the transaction", "Roll the transaction back", "Recall the message"]);
        let topic = json!({ "resourceNamespace": "ns", "name": "t" });
        assert_eq!(
            json("EndTransactionRequest", &found[0].request),
            json!({ "topic": topic, "messageId": "a", "transactionId": "x", "resolution": "COMMIT",
                    "source": "SOURCE_CLIENT" })
        );
        let recall = json("RecallMessageRequest", &found[2].request);
        assert_eq!(recall, json!({ "topic": topic, "recallHandle": "x" }));
    }
}
