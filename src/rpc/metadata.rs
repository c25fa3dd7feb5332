//! What travels beside the messages: text, and bytes under names that end in `-bin`.

use base64_simd::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use std::fmt;

/// Metadata to send, in the order written; a name may occur several times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata(Vec<Entry>);

/// One name with its value as it stands on the wire.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// In lower case.
    pub name: String,
    pub value: Vec<u8>,
    /// It came from a place for secrets, so it is one whatever its name.
    pub is_hidden: bool,
}

/// Why something is no metadata.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    #[error("\"{0}\" is not \"name: value\"")]
    NoColon(String),
    #[error("\"{0}\" is not a name of metadata: letters, digits and -._ only")]
    Name(String),
    #[error("\"{0}\" belongs to the connection and its protocol, and is no metadata")]
    Reserved(String),
    #[error("The value of \"{0}\" has characters other than printable ASCII")]
    NotText(String),
    #[error("The value of \"{0}\" is not base64")]
    NotBase64(String),
}

impl MetadataError {
    pub fn hint(&self) -> &'static str {
        match self {
            MetadataError::NoColon(_) => "Write it like 'x-request-id: 7'",
            MetadataError::Name(_) => "Take another name",
            MetadataError::Reserved(_) => {
                "Take another name; protocol, deadline and compression are settings of the call"
            }
            MetadataError::NotText(_) => "Bytes travel as base64 under a name that ends in -bin",
            MetadataError::NotBase64(_) => "Write base64, or name a file of bytes as @FILE",
        }
    }
}

/// Names that HTTP or the protocol of the call keeps for itself.
const RESERVED: [&str; 18] = [
    "connect-accept-encoding",
    "connect-content-encoding",
    "connect-protocol-version",
    "connect-timeout-ms",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "grpc-accept-encoding",
    "grpc-encoding",
    "grpc-timeout",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl Metadata {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// Adds a value as a person writes it: text, or base64 under a name that ends in `-bin`, which is
    /// sent as it is spelled.
    pub fn add_text(&mut self, name: &str, value: &str) -> Result<(), MetadataError> {
        let name = checked_name(name)?;
        let value = value.trim();
        if name.ends_with("-bin") && decode_base64(value.as_bytes()).is_none() {
            return Err(MetadataError::NotBase64(name));
        }
        self.push(name, value.as_bytes())
    }

    /// Adds bytes: under a name that ends in `-bin` as base64 without padding, otherwise as text.
    pub fn add_bytes(&mut self, name: &str, value: &[u8]) -> Result<(), MetadataError> {
        let name = checked_name(name)?;
        if name.ends_with("-bin") {
            let value = STANDARD_NO_PAD.encode_to_string(value);
            return self.push(name, value.as_bytes());
        }
        self.push(name, value.trim_ascii())
    }

    fn push(&mut self, name: String, value: &[u8]) -> Result<(), MetadataError> {
        if !value.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            return Err(MetadataError::NotText(name));
        }
        self.0.push(Entry { name, value: value.to_vec(), is_hidden: false });
        Ok(())
    }

    /// Adds the entries of `others`, which take the place of those of the same names.
    pub fn replace(&mut self, others: &Metadata) {
        self.0.retain(|entry| others.0.iter().all(|other| other.name != entry.name));
        self.0.extend(others.0.iter().cloned());
    }

    /// Makes the value that was added last a secret.
    pub fn hide_last(&mut self) {
        if let Some(entry) = self.0.last_mut() {
            entry.is_hidden = true;
        }
    }

    /// Puts the entries into `headers`; the first of a name replaces what a transport set.
    pub(super) fn write_to(&self, headers: &mut HeaderMap) {
        for (idx, entry) in self.0.iter().enumerate() {
            let parts = (HeaderName::try_from(&entry.name), HeaderValue::from_bytes(&entry.value));
            let (Ok(name), Ok(mut value)) = parts else { continue };
            value.set_sensitive(entry.is_secret());
            if self.0.iter().take(idx).any(|before| before.name == entry.name) {
                headers.append(name, value);
            } else {
                headers.insert(name, value);
            }
        }
    }
}

/// Splits `name: value`.
pub fn split_entry(text: &str) -> Result<(&str, &str), MetadataError> {
    text.split_once(':')
        .map(|(name, value)| (name.trim(), value.trim()))
        .ok_or_else(|| MetadataError::NoColon(text.to_owned()))
}

/// Whether what has this name, in lower case, is a secret by the name alone.
pub(super) fn is_secret_name(name: &str) -> bool {
    const PARTS: [&str; 12] = [
        "authorization",
        "cookie",
        "token",
        "secret",
        "password",
        "passwd",
        "passphrase",
        "credential",
        "api-key",
        "apikey",
        "api_key",
        "signature",
    ];
    const WORDS: [&str; 7] = ["auth", "jwt", "pwd", "session", "bearer", "otp", "dpop"];
    let has_word = || name.split(['-', '_', '.']).any(|word| WORDS.contains(&word));
    PARTS.iter().any(|part| name.contains(part)) || has_word()
}

/// Whether a value is a secret whatever its name: it begins as credentials do (RFC 7617, RFC 6750), or
/// as a signed token (RFC 7519).
pub(super) fn is_secret_value(value: &str) -> bool {
    let starts = |scheme: &str| value.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme));
    starts("bearer ") || starts("basic ") || (value.starts_with("eyJ") && value.contains('.'))
}

fn checked_name(name: &str) -> Result<String, MetadataError> {
    let name = name.to_ascii_lowercase();
    let is_name_char = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    if name.is_empty() || !name.chars().all(is_name_char) {
        return Err(MetadataError::Name(name));
    }
    if RESERVED.contains(&name.as_str()) {
        return Err(MetadataError::Reserved(name));
    }
    Ok(name)
}

impl Entry {
    /// An entry as it came; `name` is in lower case.
    pub fn received(name: &str, value: &[u8]) -> Entry {
        Entry { name: name.to_owned(), value: value.to_vec(), is_hidden: false }
    }

    /// Whether the value must not be shown, kept or copied unasked.
    pub fn is_secret(&self) -> bool {
        let is_secret_text = || std::str::from_utf8(&self.value).is_ok_and(is_secret_value);
        self.is_hidden || is_secret_name(&self.name) || is_secret_text()
    }

    /// The values under a name that ends in `-bin`, with or without padding, several joined by commas.
    /// `None` for text, and for what is not base64.
    pub fn binary(&self) -> Option<Vec<Vec<u8>>> {
        if !self.name.ends_with("-bin") {
            return None;
        }
        self.value.split(|byte| *byte == b',').map(|part| decode_base64(part.trim_ascii())).collect()
    }

    /// The value as text; bytes that are no UTF-8 as U+FFFD.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.value).into_owned()
    }
}

/// Names only; values may be secrets.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} bytes", self.name, self.value.len())
    }
}

/// Base64 of either alphabet, padded or not.
pub(super) fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
        .iter()
        .find_map(|base64| base64.decode_to_vec(text).ok())
}

/// Headers or trailers as they came, in order of arrival per name.
pub(super) fn entries_of(headers: &HeaderMap) -> Vec<Entry> {
    headers.iter().map(|(name, value)| Entry::received(name.as_str(), value.as_bytes())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_values_are_read_in_every_spelling() {
        for (value, expected) in [
            ("AAEC", Some(vec![vec![0, 1, 2]])),
            ("AAE=", Some(vec![vec![0, 1]])),
            ("AAE", Some(vec![vec![0, 1]])),
            ("_-8", Some(vec![vec![0xff, 0xef]])),
            ("AA, AQ==", Some(vec![vec![0], vec![1]])),
            ("", Some(vec![vec![]])),
            ("A", None),
            ("%%", None),
        ] {
            let entry = Entry::received("a-bin", value.as_bytes());
            assert_eq!(entry.binary(), expected, "{value}");
        }
        assert_eq!(Entry::received("a", b"AAEC").binary(), None);
    }

    #[test]
    fn base64_is_sent_as_it_is_spelled_and_bytes_without_padding() {
        let mut metadata = Metadata::new();
        metadata.add_text("A-Bin", "AAE=").unwrap();
        metadata.add_text("a-bin", "AAE").unwrap();
        metadata.add_bytes("b-bin", &[0, 1]).unwrap();
        metadata.add_bytes("token", b"secret\n").unwrap();
        let mut headers = HeaderMap::new();
        metadata.write_to(&mut headers);
        let values: Vec<&[u8]> = headers.get_all("a-bin").iter().map(HeaderValue::as_bytes).collect();
        assert_eq!(values, [b"AAE=".as_slice(), b"AAE"]);
        assert_eq!(headers["b-bin"], "AAE");
        assert_eq!(headers["token"], "secret");
        assert!(!format!("{metadata:?}").contains("secret"), "{metadata:?}");
    }

    #[test]
    fn a_person_may_replace_what_a_transport_sets() {
        let mut headers = HeaderMap::new();
        headers.insert("user-agent", HeaderValue::from_static("ours"));
        let mut metadata = Metadata::new();
        metadata.add_text("user-agent", "theirs").unwrap();
        metadata.write_to(&mut headers);
        assert_eq!(headers.get_all("user-agent").iter().collect::<Vec<_>>(), ["theirs"]);
    }

    #[test]
    fn what_is_no_metadata_is_refused_with_its_reason() {
        for (name, value, reason) in [
            ("", "a", "not a name"),
            (":path", "/", "not a name"),
            ("a b", "a", "not a name"),
            ("Host", "a", "belongs to the connection"),
            ("Content-Type", "text/html", "and its protocol"),
            ("grpc-timeout", "1S", "and its protocol"),
            ("a", "a\r\nb: c", "printable ASCII"),
            ("a", "ü", "printable ASCII"),
            ("a-bin", "?", "not base64"),
        ] {
            let error = Metadata::new().add_text(name, value).unwrap_err();
            assert!(error.to_string().contains(reason), "{name}: {error}");
        }
        assert!(split_entry("no colon").is_err());
        assert_eq!(split_entry("a: b:c").unwrap(), ("a", "b:c"));
    }
}
