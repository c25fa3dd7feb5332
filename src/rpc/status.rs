//! What a server says of how a call went: code, message, details.

use super::details::{self, Detail};
use super::failure::Failure;
use super::metadata::decode_base64;
use hyper::header::HeaderMap;

/// A status as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// 0 is OK; numbers that gRPC does not know are kept.
    pub code: u32,
    /// As the server wrote it; may hold anything, so make it visible before it is shown.
    pub message: String,
    /// `google.rpc.Status`, as bytes; `None` if there is none.
    pub details: Option<Details>,
}

/// What came beside code and message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Details {
    /// The bytes of a `google.rpc.Status`, and what is in it.
    Decoded { bytes: Vec<u8>, details: Vec<Detail> },
    /// What is no `google.rpc.Status`, as it came.
    Raw { bytes: Vec<u8>, reason: String },
}

/// Codes by number: name, meaning, what to do.
const CODES: [(&str, &str, &str); 17] = [
    ("OK", "done", ""),
    ("CANCELLED", "the call was cancelled", ""),
    ("UNKNOWN", "an error that the server does not explain", ""),
    ("INVALID_ARGUMENT", "the request is wrong whatever the server's state", "Look at the request's fields"),
    ("DEADLINE_EXCEEDED", "the deadline passed before it was done", "Allow more time with a longer deadline"),
    ("NOT_FOUND", "what was asked for is not there", ""),
    ("ALREADY_EXISTS", "what was to be made is there already", ""),
    ("PERMISSION_DENIED", "this caller may not do this", "Check whose credentials are sent"),
    ("RESOURCE_EXHAUSTED", "a quota or a size limit is used up", ""),
    ("FAILED_PRECONDITION", "something else has to happen first", ""),
    ("ABORTED", "it clashed with something else", "Sending again may help"),
    ("OUT_OF_RANGE", "it went past the end of what is valid", ""),
    (
        "UNIMPLEMENTED",
        "the server does not know this method",
        "Check service and method; reflection lists what the server offers",
    ),
    ("INTERNAL", "something is broken inside the server", ""),
    ("UNAVAILABLE", "the server cannot be used at the moment", "Sending again later may help"),
    ("DATA_LOSS", "data is lost or damaged", ""),
    ("UNAUTHENTICATED", "the credentials are absent or not valid", "Check the credentials that are sent"),
];

impl Status {
    pub fn is_ok(&self) -> bool {
        self.code == 0
    }

    /// `UNAVAILABLE`; nothing for a number that gRPC does not know.
    pub fn name(&self) -> Option<&'static str> {
        CODES.get(self.code as usize).map(|(name, _, _)| *name)
    }

    pub fn meaning(&self) -> &'static str {
        CODES.get(self.code as usize).map_or("a number that gRPC gives no meaning", |(_, meaning, _)| meaning)
    }

    pub fn hint(&self) -> Option<&'static str> {
        CODES.get(self.code as usize).map(|(_, _, hint)| *hint).filter(|hint| !hint.is_empty())
    }

    /// The status in trailers, or in headers where nothing else came; `None` if there is none.
    pub(super) fn from_headers(headers: &HeaderMap) -> Option<Result<Status, Failure>> {
        let code = headers.get("grpc-status")?.as_bytes();
        let Some(code) = std::str::from_utf8(code).ok().and_then(|code| code.trim().parse().ok()) else {
            return Some(Err(Failure::BadStatus { text: String::from_utf8_lossy(code).into_owned() }));
        };
        let message = headers.get("grpc-message").map(|value| percent_decode(value.as_bytes()));
        let details = headers.get("grpc-status-details-bin").map(|value| Details::read(value.as_bytes()));
        Some(Ok(Status { code, message: message.unwrap_or_default(), details }))
    }

    /// The status that a Connect error's code names.
    pub(super) fn from_connect(code: &str, message: String, details: Vec<Detail>) -> Status {
        let name = if code == "canceled" { "CANCELLED".to_owned() } else { code.to_ascii_uppercase() };
        let found = CODES.iter().position(|(known, _, _)| *known == name).filter(|code| *code > 0);
        let details = (!details.is_empty()).then(|| Details::Decoded { bytes: Vec::new(), details });
        Status { code: found.unwrap_or(2) as u32, message, details }
    }
}

impl Details {
    fn read(base64: &[u8]) -> Details {
        let Some(bytes) = decode_base64(base64) else {
            return Details::Raw { bytes: base64.to_vec(), reason: "it is no base64".to_owned() };
        };
        match details::read(&bytes) {
            Ok(details) => Details::Decoded { bytes, details },
            Err(reason) => Details::Raw { bytes, reason },
        }
    }
}

/// Undoes `%XX`; what is no escape stays, and bytes that are no UTF-8 become U+FFFD.
pub(super) fn percent_decode(text: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%').then_some(after.get(..2)).flatten();
        let byte = escaped.and_then(|digits| {
            let [high, low] = [digits[0], digits[1]].map(|digit| char::from(digit).to_digit(16));
            u8::try_from(high? * 16 + low?).ok()
        });
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn status(pairs: &[(&'static str, &str)]) -> Option<Result<Status, Failure>> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_str(value).unwrap());
        }
        Status::from_headers(&headers)
    }

    #[test]
    fn a_status_is_read_whatever_its_number() {
        let found = status(&[("grpc-status", "14"), ("grpc-message", "no%20room %zz %e2%82%ac%")]);
        let found = found.unwrap().unwrap();
        assert_eq!((found.code, found.name()), (14, Some("UNAVAILABLE")));
        assert_eq!(found.message, "no room %zz €%");
        let found = status(&[("grpc-status", "999")]).unwrap().unwrap();
        assert_eq!((found.name(), found.meaning()), (None, "a number that gRPC gives no meaning"));
        assert!(!found.is_ok());
        for text in ["", "x", "-1", "99999999999"] {
            let found = status(&[("grpc-status", text)]).unwrap();
            assert_eq!(found, Err(Failure::BadStatus { text: text.to_owned() }));
        }
        assert!(status(&[("grpc-message", "a")]).is_none());
    }

    #[test]
    fn details_that_do_not_decode_are_kept_raw() {
        for (value, bytes) in [("%%%", b"%%%".to_vec()), ("/////w", vec![0xff; 4])] {
            let found = status(&[("grpc-status", "3"), ("grpc-status-details-bin", value)]);
            match found.unwrap().unwrap().details {
                Some(Details::Raw { bytes: raw, .. }) => assert_eq!(raw, bytes),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn connect_codes_are_the_same_codes() {
        for (text, code) in [("unavailable", 14), ("canceled", 1), ("not_found", 5), ("odd", 2), ("ok", 2)] {
            assert_eq!(Status::from_connect(text, String::new(), Vec::new()).code, code, "{text}");
        }
    }
}
