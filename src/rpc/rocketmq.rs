//! The headers of a RocketMQ client, with a fresh signature for every call.
//!
//! What is signed is the text of `x-mq-date-time` alone: no method, no body. A captured header can be
//! sent again by anyone, so it is a secret like the key that made it.

use super::metadata::{Metadata, MetadataError};
use jiff::Timestamp;
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

/// The headers of a client, none of whose values is made up by a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RocketMqClient {
    /// Calls that belong together, such as a session and what runs beside it, share it.
    pub client_id: String,
    pub namespace: String,
    pub language: String,
    pub client_version: String,
    pub protocol: String,
    pub credentials: Option<Credentials>,
}

/// Who signs.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub access_key: String,
    pub secret: String,
    /// Of temporary credentials.
    pub session_token: Option<String>,
}

/// Without key, secret and token.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}

/// A word that every server takes; some throw at one that they do not know.
const LANGUAGE: &str = "OTHER";
const PROTOCOL: &str = "v2";
/// The first version of clients to which errors of polling times are told by a code of their own.
const CLIENT_VERSION: &str = "5.0.3";

impl RocketMqClient {
    pub fn new(client_id: String) -> RocketMqClient {
        RocketMqClient {
            client_id,
            namespace: String::new(),
            language: LANGUAGE.to_owned(),
            client_version: CLIENT_VERSION.to_owned(),
            protocol: PROTOCOL.to_owned(),
            credentials: None,
        }
    }

    /// Adds the headers of one call, with the time as it is now; names that are there already stay as
    /// they are.
    pub fn add_to(&self, metadata: &mut Metadata) -> Result<(), MetadataError> {
        // A date and time that a person gave is what is signed.
        let given = metadata.entries().iter().find(|entry| entry.name == DATE_TIME).map(|entry| entry.text());
        let date_time = given.unwrap_or_else(|| Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string());
        let mut add = |name: &str, value: &str| {
            if metadata.entries().iter().any(|entry| entry.name == name) {
                return Ok(());
            }
            metadata.add_text(name, value)
        };
        add("x-mq-client-id", &self.client_id)?;
        add("x-mq-language", &self.language)?;
        add("x-mq-client-version", &self.client_version)?;
        add("x-mq-protocol", &self.protocol)?;
        add("x-mq-request-id", &request_id())?;
        add("x-mq-namespace", &self.namespace)?;
        add(DATE_TIME, &date_time)?;
        let Some(credentials) = &self.credentials else { return Ok(()) };
        if let Some(token) = &credentials.session_token {
            add("x-mq-session-token", token)?;
        }
        add("authorization", &credentials.authorization(&date_time))
    }
}

const DATE_TIME: &str = "x-mq-date-time";

impl Credentials {
    fn authorization(&self, date_time: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, self.secret.as_bytes());
        let signature = hmac::sign(&key, date_time.as_bytes());
        let signature: String = signature.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        format!(
            "MQv2-HMAC-SHA1 Credential={}, SignedHeaders={DATE_TIME}, Signature={signature}",
            self.access_key
        )
    }
}

/// A client id that no other run of this program has: `protoloupe@PID@0@` and nanoseconds in base 36.
pub fn new_client_id() -> String {
    let mut nanos = Timestamp::now().as_nanosecond().unsigned_abs();
    let mut digits = Vec::new();
    while nanos > 0 {
        digits.extend(char::from_digit((nanos % 36) as u32, 36));
        nanos /= 36;
    }
    let digits: String = digits.iter().rev().collect();
    format!("protoloupe@{}@0@{digits}", std::process::id())
}

/// A message id that nobody else has made up: of version 1, with a random address in it that says so.
pub fn new_message_id() -> String {
    static SEQUENCE: AtomicU32 = AtomicU32::new(0);
    let mut address = [0; 6];
    let _ = SystemRandom::new().fill(&mut address);
    // The bit of addresses that no network card has (RFC 9562, 6.10).
    address[0] |= 1;
    let seconds = u64::try_from(Timestamp::now().as_second()).unwrap_or_default();
    let sequence = SEQUENCE.fetch_add(1, Ordering::Relaxed);
    crate::rocketmq::new_message_id(address, std::process::id() as u16, seconds, sequence)
}

/// A random UUID (RFC 9562, version 4), or the null one where the system has nothing random.
fn request_id() -> String {
    let mut bytes = [0; 16];
    if SystemRandom::new().fill(&mut bytes).is_ok() {
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
    }
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> RocketMqClient {
        let (access_key, secret) = ("ak".to_owned(), "sk".to_owned());
        let credentials = Some(Credentials { access_key, secret, session_token: Some("tok".to_owned()) });
        RocketMqClient { credentials, ..RocketMqClient::new("me@1@0@z".to_owned()) }
    }

    fn value<'a>(metadata: &'a Metadata, name: &str) -> &'a [u8] {
        &metadata.entries().iter().find(|entry| entry.name == name).expect(name).value
    }

    #[test]
    fn signatures_are_those_of_the_published_client() {
        let index = include_str!("../../tests/data/captures/index.json");
        let index: serde_json::Value = serde_json::from_str(index).unwrap();
        let mut n_compared = 0;
        for entry in index["entries"].as_array().unwrap() {
            let pairs = entry["metadata"].as_array().map(Vec::as_slice).unwrap_or_default();
            let of = |name: &str| pairs.iter().find(|pair| pair[0] == name).and_then(|pair| pair[1].as_str());
            let (Some(date_time), Some(authorization)) = (of(DATE_TIME), of("authorization")) else {
                continue;
            };
            let mut metadata = Metadata::new();
            metadata.add_text(DATE_TIME, date_time).unwrap();
            client().add_to(&mut metadata).unwrap();
            assert_eq!(value(&metadata, "authorization"), authorization.as_bytes());
            n_compared += 1;
        }
        assert!(n_compared > 10, "{n_compared}");
    }

    #[test]
    fn every_header_is_there_and_what_a_person_gave_stays() {
        let mut metadata = Metadata::new();
        metadata.add_text("x-mq-language", "JAVA").unwrap();
        client().add_to(&mut metadata).unwrap();
        for (name, expected) in [
            ("x-mq-client-id", "me@1@0@z"),
            ("x-mq-language", "JAVA"),
            ("x-mq-client-version", "5.0.3"),
            ("x-mq-protocol", "v2"),
            ("x-mq-namespace", ""),
            ("x-mq-session-token", "tok"),
        ] {
            assert_eq!(value(&metadata, name), expected.as_bytes(), "{name}");
        }
        let date_time = String::from_utf8(value(&metadata, DATE_TIME).to_vec()).unwrap();
        assert_eq!((date_time.len(), &date_time[8..9], &date_time[15..]), (16, "T", "Z"), "{date_time}");
        assert_eq!(value(&metadata, "x-mq-request-id").len(), 36);
        assert_eq!(metadata.entries().len(), 9);
        assert!(!format!("{:?} {metadata:?}", client()).contains("sk"));
    }

    #[test]
    fn without_credentials_nothing_is_signed() {
        let mut metadata = Metadata::new();
        RocketMqClient::new(new_client_id()).add_to(&mut metadata).unwrap();
        assert!(metadata.entries().iter().all(|entry| !entry.is_secret()));
        let client_id = new_client_id();
        assert_eq!(client_id.split('@').count(), 4, "{client_id}");
    }
}
