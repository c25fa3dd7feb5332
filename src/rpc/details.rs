//! Rich error details: the messages of `google.rpc` that travel beside a status.

use super::fields::{payloads, text};
use crate::schema::{FileResolver, MessageDescriptor, Schema};
use prost_reflect::DynamicMessage;
use std::sync::{Arc, OnceLock};

/// The most details that are read of one status.
const MAX_DETAILS: usize = 1_000;

/// One `google.protobuf.Any` of a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// As it came, such as `type.googleapis.com/google.rpc.ErrorInfo`.
    pub type_url: String,
    pub bytes: Vec<u8>,
}

impl Detail {
    /// The type's full name.
    pub fn type_name(&self) -> &str {
        self.type_url.rsplit_once('/').map_or(&self.type_url, |(_, name)| name)
    }

    /// Its type among those of `google.rpc`, or in `schema`; `None` if nobody declares it.
    pub fn message(&self, schema: Option<&Schema>) -> Option<MessageDescriptor> {
        let name = self.type_name();
        let of = |schema: &Schema| schema.message(name).ok().filter(|found| found.full_name() == name);
        known().and_then(|known| of(&known)).or_else(|| schema.and_then(of))
    }

    /// The detail as JSON on one line; `None` if its type is not known or its bytes do not decode.
    pub fn json(&self, schema: Option<&Schema>) -> Option<String> {
        let message = DynamicMessage::decode(self.message(schema)?, self.bytes.as_slice()).ok()?;
        serde_json::to_string(&message).ok()
    }
}

/// The details of a serialized `google.rpc.Status`, or why it is none.
pub(super) fn read(status: &[u8]) -> Result<Vec<Detail>, String> {
    let mut details = Vec::new();
    for payload in payloads(status, 3)? {
        if details.len() == MAX_DETAILS {
            return Err(format!("it has more than {MAX_DETAILS} details"));
        }
        details.push(Detail {
            type_url: text(payload, 1)?,
            bytes: payloads(payload, 2)?.last().copied().unwrap_or_default().to_vec(),
        });
    }
    Ok(details)
}

/// The types of `google.rpc` that details are made of.
fn known() -> Option<Arc<Schema>> {
    static KNOWN: OnceLock<Option<Arc<Schema>>> = OnceLock::new();
    KNOWN.get_or_init(|| Schema::compile(&[NAME.to_owned()], &[], &Text, false).ok().map(Arc::new)).clone()
}

const NAME: &str = "google/rpc/details.proto";

struct Text;

impl FileResolver for Text {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok((path == NAME).then(|| include_bytes!("../../protos/google/rpc/details.proto").to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::write_len;

    fn any(type_url: &str, bytes: &[u8]) -> Vec<u8> {
        let mut any = Vec::new();
        write_len(&mut any, 1, type_url.as_bytes());
        write_len(&mut any, 2, bytes);
        any
    }

    #[test]
    fn details_of_known_types_read_as_json_and_others_keep_their_bytes() {
        let mut info = Vec::new();
        write_len(&mut info, 1, b"STOCKOUT");
        write_len(&mut info, 2, b"example.com");
        let mut status = vec![8, 3];
        write_len(&mut status, 3, &any("type.googleapis.com/google.rpc.ErrorInfo", &info));
        write_len(&mut status, 3, &any("example.com/made.up.Type", b"\x08\x01"));
        write_len(&mut status, 3, &any("type.googleapis.com/google.rpc.ErrorInfo", b"\x0a\x7f"));
        let details = read(&status).unwrap();
        assert_eq!(details.len(), 3);
        assert_eq!(details[0].json(None).unwrap(), r#"{"reason":"STOCKOUT","domain":"example.com"}"#);
        assert_eq!((details[1].type_name(), details[1].json(None)), ("made.up.Type", None));
        assert_eq!(details[1].bytes, b"\x08\x01");
        assert_eq!(details[2].json(None), None);
    }

    #[test]
    fn every_type_of_details_is_known() {
        for name in [
            "BadRequest",
            "DebugInfo",
            "ErrorInfo",
            "Help",
            "LocalizedMessage",
            "PreconditionFailure",
            "QuotaFailure",
            "RequestInfo",
            "ResourceInfo",
            "RetryInfo",
        ] {
            let detail = Detail { type_url: format!("x/google.rpc.{name}"), bytes: Vec::new() };
            assert_eq!(detail.json(None).as_deref(), Some("{}"), "{name}");
        }
    }

    #[test]
    fn damage_is_a_reason() {
        for bytes in [&b"\x1a\x05a"[..], b"\xff\xff", b"\x1a\x02\x0a\x09"] {
            assert!(read(bytes).is_err(), "{bytes:?}");
        }
        assert_eq!(read(b""), Ok(Vec::new()));
    }
}
