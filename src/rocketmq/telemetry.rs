//! The stream that makes a client known: what it says first, what the server says on it, and what can be
//! answered.

use super::ClientType;
use super::build::{Builder, resource, seconds};
use super::walk::{last_len, last_text, last_varint};
use std::time::Duration;

/// How long a client says that it waits for replies.
const REQUEST_TIMEOUT: u64 = 3;
/// How long it lets the server wait for messages.
const LONG_POLLING: u64 = 20;

/// Fields of `TelemetryCommand`.
const STATUS: u32 = 1;

/// What a client says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientSettings {
    pub client_type: ClientType,
    pub namespace: String,
    /// What it publishes to, or subscribes to.
    pub topics: Vec<String>,
    /// Of a consumer.
    pub group: String,
    /// Host and port that it was configured with, and that host's kind.
    pub access_point: Option<(String, u16, AddressKind)>,
    /// A value of `Language`, if the client's is one.
    pub language: String,
    pub version: String,
}

/// What a host is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressKind {
    Ipv4,
    Ipv6,
    DomainName,
}

/// The first command of a session.
pub fn settings_command(client: &ClientSettings) -> Vec<u8> {
    let mut settings = Builder::new("Settings").varint("client_type", client.client_type.number());
    if let Some((host, port, kind)) = &client.access_point {
        let scheme = match kind {
            AddressKind::Ipv4 => "IPv4",
            AddressKind::Ipv6 => "IPv6",
            AddressKind::DomainName => "DOMAIN_NAME",
        };
        let address = Builder::new("Address").text("host", host).varint("port", u64::from(*port)).bytes();
        let endpoints =
            Builder::new("Endpoints").name("scheme", scheme).message("addresses", &address).bytes();
        settings = settings.message("access_point", &endpoints);
    }
    settings = settings.message("request_timeout", &seconds(REQUEST_TIMEOUT));
    settings = match client.client_type.is_consumer() {
        false => settings.message("publishing", &publishing(client)),
        true => settings.message("subscription", &subscription(client)),
    };
    let agent = Builder::new("UA").name("language", &client.language).text_if_any("version", &client.version);
    let settings = settings.message("user_agent", &agent.bytes()).bytes();
    Builder::new("TelemetryCommand").message("settings", &settings).bytes()
}

fn publishing(client: &ClientSettings) -> Vec<u8> {
    let topics = client.topics.iter();
    let publishing = topics.fold(Builder::new("Publishing"), |publishing, topic| {
        publishing.message("topics", &resource(&client.namespace, topic))
    });
    publishing.bytes()
}

fn subscription(client: &ClientSettings) -> Vec<u8> {
    let group = resource(&client.namespace, &client.group);
    let everything = Builder::new("FilterExpression").name("type", "TAG").text("expression", "*").bytes();
    let topics = client.topics.iter();
    let subscription =
        topics.fold(Builder::new("Subscription").message("group", &group), |subscription, topic| {
            let entry = Builder::new("SubscriptionEntry")
                .message("topic", &resource(&client.namespace, topic))
                .message("expression", &everything);
            subscription.message("subscriptions", &entry.bytes())
        });
    subscription.message("long_polling_timeout", &seconds(LONG_POLLING)).bytes()
}

/// A `HeartbeatRequest`, which keeps a session.
pub fn heartbeat(client: &ClientSettings) -> Vec<u8> {
    let heartbeat = Builder::new("HeartbeatRequest");
    let heartbeat = match client.client_type.is_consumer() {
        true => heartbeat.message("group", &resource(&client.namespace, &client.group)),
        false => heartbeat,
    };
    heartbeat.varint("client_type", client.client_type.number()).bytes()
}

/// A `NotifyClientTerminationRequest`, which ends it.
pub fn termination(client: &ClientSettings) -> Vec<u8> {
    let request = Builder::new("NotifyClientTerminationRequest");
    match client.client_type.is_consumer() {
        true => request.message("group", &resource(&client.namespace, &client.group)).bytes(),
        false => request.bytes(),
    }
}

/// What the server says on the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerCommand {
    /// The settings as the server wants them.
    Settings,
    /// Whether a transaction that nobody ended is to be committed; the message and its transaction's id.
    RecoverOrphanedTransaction {
        message: Vec<u8>,
        transaction_id: String,
    },
    PrintThreadStackTrace {
        nonce: String,
    },
    /// Whether the client consumes this message.
    VerifyMessage {
        nonce: String,
        message: Vec<u8>,
    },
    ReconnectEndpoints {
        nonce: String,
    },
    NotifyUnsubscribeLite {
        lite_topic: String,
    },
    /// A status without a command.
    Status {
        code: i64,
        message: String,
    },
    /// Nothing that this program knows.
    Other,
}

/// What can be sent back on the same stream, or called for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A `TelemetryCommand` that says that the message was consumed.
    Consumed,
    /// A `TelemetryCommand` that says that there are no threads to tell of.
    NoThreads,
    /// An `EndTransactionRequest` of the method of that name.
    Commit,
    Rollback,
}

impl Answer {
    pub fn title(self) -> &'static str {
        match self {
            Answer::Consumed => "Say that it was consumed",
            Answer::NoThreads => "Say that there are no threads",
            Answer::Commit => "Commit the transaction",
            Answer::Rollback => "Roll the transaction back",
        }
    }

    /// The method that takes the answer; `None` for one that goes back on the stream.
    pub fn method(self) -> Option<&'static str> {
        match self {
            Answer::Consumed | Answer::NoThreads => None,
            Answer::Commit | Answer::Rollback => Some("apache.rocketmq.v2.MessagingService/EndTransaction"),
        }
    }
}

impl ServerCommand {
    /// Reads a `TelemetryCommand`. Of several commands in it, which no server sends, the first here.
    pub fn read(bytes: &[u8]) -> ServerCommand {
        let command = |number| last_len(bytes, number);
        let nonce = |command: &[u8]| last_text(command, 1).unwrap_or_default();
        if command(2).is_some() {
            return ServerCommand::Settings;
        }
        if let Some(command) = command(5) {
            let message = last_len(command, 1).unwrap_or_default().to_vec();
            let transaction_id = last_text(command, 2).unwrap_or_default();
            return ServerCommand::RecoverOrphanedTransaction { message, transaction_id };
        }
        if let Some(command) = command(6) {
            return ServerCommand::PrintThreadStackTrace { nonce: nonce(command) };
        }
        if let Some(command) = command(7) {
            let message = last_len(command, 2).unwrap_or_default().to_vec();
            return ServerCommand::VerifyMessage { nonce: nonce(command), message };
        }
        if let Some(command) = command(8) {
            return ServerCommand::ReconnectEndpoints { nonce: nonce(command) };
        }
        if let Some(command) = command(9) {
            return ServerCommand::NotifyUnsubscribeLite { lite_topic: nonce(command) };
        }
        match command(STATUS) {
            Some(status) => ServerCommand::Status {
                code: i64::from(last_varint(status, 1).unwrap_or_default() as i32),
                message: last_text(status, 2).unwrap_or_default(),
            },
            None => ServerCommand::Other,
        }
    }

    /// What it is, in a few words.
    pub fn title(&self) -> String {
        match self {
            ServerCommand::Settings => "The server's settings".to_owned(),
            ServerCommand::RecoverOrphanedTransaction { transaction_id, .. } => {
                format!("Asks about transaction \"{transaction_id}\", which nobody ended")
            }
            ServerCommand::PrintThreadStackTrace { .. } => "Asks for the stacks of all threads".to_owned(),
            ServerCommand::VerifyMessage { .. } => "Asks whether this message is consumed".to_owned(),
            ServerCommand::ReconnectEndpoints { .. } => "Asks for a new connection".to_owned(),
            ServerCommand::NotifyUnsubscribeLite { lite_topic } => {
                format!("Ended the subscription of lite topic \"{lite_topic}\"")
            }
            ServerCommand::Status { code, message } => {
                format!("Status {code} {message}").trim_end().to_owned()
            }
            ServerCommand::Other => "A command that is not known".to_owned(),
        }
    }

    pub fn answers(&self) -> &'static [Answer] {
        match self {
            ServerCommand::RecoverOrphanedTransaction { .. } => &[Answer::Commit, Answer::Rollback],
            ServerCommand::PrintThreadStackTrace { .. } => &[Answer::NoThreads],
            ServerCommand::VerifyMessage { .. } => &[Answer::Consumed],
            _ => &[],
        }
    }

    /// The message of an answer; `None` if it is none to this.
    pub fn answer(&self, answer: Answer) -> Option<Vec<u8>> {
        let ok = || Builder::new("Status").name("code", "OK").bytes();
        match (self, answer) {
            (ServerCommand::VerifyMessage { nonce, .. }, Answer::Consumed) => {
                let result = Builder::new("VerifyMessageResult").text("nonce", nonce).bytes();
                let command = Builder::new("TelemetryCommand").message("status", &ok());
                Some(command.message("verify_message_result", &result).bytes())
            }
            (ServerCommand::PrintThreadStackTrace { nonce }, Answer::NoThreads) => {
                let trace = Builder::new("ThreadStackTrace")
                    .text("nonce", nonce)
                    .text("thread_stack_trace", "This client has no threads of its own")
                    .bytes();
                let command = Builder::new("TelemetryCommand").message("status", &ok());
                Some(command.message("thread_stack_trace", &trace).bytes())
            }
            (
                ServerCommand::RecoverOrphanedTransaction { message, transaction_id },
                Answer::Commit | Answer::Rollback,
            ) => {
                let resolution = if answer == Answer::Commit { "COMMIT" } else { "ROLLBACK" };
                Some(super::follow_up::end_transaction(
                    message,
                    transaction_id,
                    resolution,
                    "SOURCE_SERVER_CHECK",
                ))
            }
            _ => None,
        }
    }
}

/// How often a session says that it is there.
pub const HEARTBEAT_EVERY: Duration = Duration::from_secs(10);

/// How often it says again what it is.
pub const SETTINGS_EVERY: Duration = Duration::from_secs(5 * 60);

#[cfg(test)]
mod tests {
    use super::super::build::tests::json;
    use super::*;
    use serde_json::json;

    fn client(client_type: ClientType) -> ClientSettings {
        ClientSettings {
            client_type,
            namespace: "ns".to_owned(),
            topics: vec!["orders".to_owned(), "payments".to_owned()],
            group: "g".to_owned(),
            access_point: Some(("127.0.0.1".to_owned(), 8081, AddressKind::Ipv4)),
            language: "RUST".to_owned(),
            version: "1".to_owned(),
        }
    }

    #[test]
    fn a_producer_publishes_and_consumers_subscribe() {
        let topic = |name: &str| json!({ "resourceNamespace": "ns", "name": name });
        for client_type in ClientType::ALL {
            let client = client(client_type);
            let found = json("TelemetryCommand", &settings_command(&client));
            let settings = &found["settings"];
            let name = client_type.name().to_uppercase().replace('-', "_");
            assert_eq!(settings["clientType"], json!(name));
            let address = json!([{ "host": "127.0.0.1", "port": 8081 }]);
            assert_eq!(settings["accessPoint"], json!({ "scheme": "IPv4", "addresses": address }));
            assert_eq!(settings["requestTimeout"], json!("3s"));
            assert_eq!(settings["userAgent"], json!({ "language": "RUST", "version": "1" }));
            let (heartbeat, end) = (
                json("HeartbeatRequest", &heartbeat(&client)),
                json("NotifyClientTerminationRequest", &termination(&client)),
            );
            assert_eq!(heartbeat["clientType"], json!(name));
            if client_type == ClientType::Producer {
                assert_eq!(settings["publishing"]["topics"], json!([topic("orders"), topic("payments")]));
                assert_eq!(settings.get("subscription"), None);
                assert_eq!((heartbeat.get("group"), end.get("group")), (None, None));
            } else {
                let subscription = &settings["subscription"];
                let expression = json!({ "type": "TAG", "expression": "*" });
                assert_eq!(
                    subscription["subscriptions"],
                    json!([
                        { "topic": topic("orders"), "expression": expression },
                        { "topic": topic("payments"), "expression": expression }
                    ])
                );
                assert_eq!(subscription["group"], topic("g"));
                assert_eq!((&heartbeat["group"], &end["group"]), (&topic("g"), &topic("g")));
            }
        }
    }

    #[test]
    fn what_the_server_says_is_read_and_answered() {
        let nonce = Builder::new("PrintThreadStackTraceCommand").text("nonce", "n1").bytes();
        let asked =
            Builder::new("TelemetryCommand").message("print_thread_stack_trace_command", &nonce).bytes();
        let asked = ServerCommand::read(&asked);
        assert_eq!(asked, ServerCommand::PrintThreadStackTrace { nonce: "n1".to_owned() });
        let answer = json("TelemetryCommand", &asked.answer(Answer::NoThreads).unwrap());
        assert_eq!(
            (&answer["threadStackTrace"]["nonce"], &answer["status"]["code"]),
            (&json!("n1"), &json!("OK"))
        );
        assert_eq!(asked.answer(Answer::Commit), None);

        let verify = Builder::new("VerifyMessageCommand").text("nonce", "n2").message("message", b"").bytes();
        let verify = Builder::new("TelemetryCommand").message("verify_message_command", &verify).bytes();
        let verify = ServerCommand::read(&verify);
        assert_eq!(verify.answers(), [Answer::Consumed]);
        let answer = json("TelemetryCommand", &verify.answer(Answer::Consumed).unwrap());
        assert_eq!(answer["verifyMessageResult"]["nonce"], json!("n2"));

        let properties = Builder::new("SystemProperties").text("message_id", "m").text("trace_context", "t");
        let message = Builder::new("Message")
            .message("topic", &resource("", "orders"))
            .message("system_properties", &properties.bytes());
        let orphan = Builder::new("RecoverOrphanedTransactionCommand")
            .message("message", &message.bytes())
            .text("transaction_id", "x");
        let orphan =
            Builder::new("TelemetryCommand").message("recover_orphaned_transaction_command", &orphan.bytes());
        let orphan = ServerCommand::read(&orphan.bytes());
        let end = json("EndTransactionRequest", &orphan.answer(Answer::Rollback).unwrap());
        let expected = json!({
            "topic": { "name": "orders" }, "messageId": "m", "transactionId": "x",
            "resolution": "ROLLBACK", "source": "SOURCE_SERVER_CHECK", "traceContext": "t",
        });
        assert_eq!(end, expected);
    }

    #[test]
    fn settings_a_bare_status_and_nothing_known_are_told_apart() {
        let settings = Builder::new("TelemetryCommand").message("settings", b"").bytes();
        assert_eq!(ServerCommand::read(&settings), ServerCommand::Settings);
        let found = ServerCommand::read(b"\x0a\x07\x08\xa0\x9c\x01\x12\x01k");
        assert_eq!(found, ServerCommand::Status { code: 20_000, message: "k".to_owned() });
        for bytes in [&b""[..], b"\xff", b"\x7a\x00"] {
            assert_eq!(ServerCommand::read(bytes), ServerCommand::Other);
        }
        let captured = include_bytes!("../../tests/data/captures/Telemetry-resp-1.bin");
        assert_eq!(ServerCommand::read(captured), ServerCommand::Settings);
    }
}
