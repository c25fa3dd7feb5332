//! Connect: a unary message is the whole body and an error is JSON; streams are frames, and the last
//! frame is JSON with the error, if there is one, and the trailers.

use super::grpc::{Frames, wrap as wrap_frame};
use super::{End, Http, Piece, Reply, Transport, Wrapped, header, media_type, set};
use crate::rpc::call::{Call, RpcKind};
use crate::rpc::codec::Leftover;
use crate::rpc::compression::{Encoding, deflate};
use crate::rpc::details::Detail;
use crate::rpc::failure::Failure;
use crate::rpc::metadata::{Entry, decode_base64};
use crate::rpc::status::Status;
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderValue};
use hyper::http::response::Parts;
use serde_json::Value;

/// The frame ends the stream.
const END_STREAM: u8 = 2;
/// What a server may use.
const ACCEPTED: &str = "gzip";
/// The longest JSON at the end of an answer that is read.
const MAX_JSON: usize = 1 << 20;

pub(super) const CONNECT: Transport = Transport {
    name: "connect",
    title: "Connect",
    kinds: &RpcKind::ALL,
    http: |kind| if kind == RpcKind::Bidi { Http::Two } else { Http::Either },
    headers,
    wrap,
    reply,
};

fn headers(call: &Call, headers: &mut HeaderMap) {
    let is_unary = call.kind == RpcKind::Unary;
    set(headers, "content-type", if is_unary { "application/proto" } else { "application/connect+proto" });
    set(headers, "connect-protocol-version", "1");
    set(headers, if is_unary { "accept-encoding" } else { "connect-accept-encoding" }, ACCEPTED);
    if call.compress {
        set(headers, if is_unary { "content-encoding" } else { "connect-content-encoding" }, "gzip");
    }
    if let Some(deadline) = call.deadline {
        // At most ten digits.
        let millis = deadline.as_millis().min(9_999_999_999);
        if let Ok(millis) = HeaderValue::try_from(millis.to_string()) {
            headers.insert("connect-timeout-ms", millis);
        }
    }
}

fn wrap(call: &Call, bytes: Bytes) -> Result<Wrapped, Failure> {
    if call.kind != RpcKind::Unary {
        return wrap_frame(call, bytes);
    }
    let bytes = if call.compress { deflate(&bytes).into() } else { bytes };
    Ok(Wrapped { wire_len: bytes.len() as u64, parts: vec![bytes], is_compressed: call.compress })
}

fn reply(call: &Call, parts: &Parts) -> Option<Box<dyn Reply>> {
    let is_ok = parts.status == 200;
    match (call.kind, media_type(&parts.headers).as_str()) {
        (RpcKind::Unary, "application/proto") if is_ok => {}
        (RpcKind::Unary, "application/json") if !is_ok => {}
        (RpcKind::Unary, _) => return None,
        (_, "application/connect+proto") if is_ok => {
            let encoding = Encoding::of(header(&parts.headers, "connect-content-encoding"));
            return Some(Box::new(StreamReply { frames: Frames::with_encoding(call, encoding), end: None }));
        }
        (_, _) => return None,
    }
    let declared = header(&parts.headers, "content-length").and_then(|length| length.parse().ok());
    Some(Box::new(UnaryReply {
        is_error: !is_ok,
        encoding: Encoding::of(header(&parts.headers, "content-encoding")),
        declared,
        limit: call.limits.message,
        body: Vec::new(),
        is_read: false,
        trailers: trailers_in_headers(&parts.headers),
    }))
}

/// Trailers of a unary answer stand among its headers.
fn trailers_in_headers(headers: &HeaderMap) -> Vec<Entry> {
    let trailers = headers.iter().filter_map(|(name, value)| {
        let name = name.as_str().strip_prefix("trailer-")?.to_owned();
        Some(Entry::received(&name, value.as_bytes()))
    });
    trailers.collect()
}

struct UnaryReply {
    is_error: bool,
    encoding: Encoding,
    declared: Option<u64>,
    limit: u64,
    body: Vec<u8>,
    /// Whether the body was handed on as a message.
    is_read: bool,
    trailers: Vec<Entry>,
}

impl UnaryReply {
    fn plain(&self) -> Result<Vec<u8>, Failure> {
        match self.encoding {
            Encoding::Identity => Ok(self.body.clone()),
            _ => self.encoding.inflate(&self.body, self.limit),
        }
    }
}

impl Reply for UnaryReply {
    fn feed(&mut self, bytes: Bytes) {
        // One byte over the limit is enough to know.
        let room = (self.limit + 1).saturating_sub(self.body.len() as u64);
        let n_taken = room.min(bytes.len() as u64) as usize;
        self.body.extend_from_slice(&bytes[..n_taken]);
    }

    fn next(&mut self) -> Result<Option<Piece>, Failure> {
        let declared = self.declared.filter(|declared| *declared > self.limit);
        if declared.is_some() || self.body.len() as u64 > self.limit {
            return Err(Failure::MessageTooLarge { declared, limit: self.limit });
        }
        Ok(None)
    }

    fn last(&mut self, _trailers: Option<&HeaderMap>) -> Result<Vec<Piece>, Failure> {
        let mut pieces = Vec::new();
        if !self.is_error {
            let bytes = self.plain()?;
            self.is_read = true;
            let is_compressed = self.encoding != Encoding::Identity;
            pieces.push(Piece::Message { bytes, wire_len: self.body.len() as u64, is_compressed });
        }
        if !self.trailers.is_empty() {
            pieces.push(Piece::Trailers(std::mem::take(&mut self.trailers)));
        }
        Ok(pieces)
    }

    fn end(&mut self, _trailers: Option<&HeaderMap>) -> End {
        let status = if self.is_error {
            self.plain().and_then(|body| json(&body)).and_then(|error| status_of(&error))
        } else {
            Ok(ok())
        };
        ended(status)
    }

    fn leftover(&self) -> Option<Leftover> {
        let is_whole = self.is_read || self.body.is_empty();
        (!is_whole && !self.is_error).then(|| Leftover { declared: self.declared, bytes: self.body.clone() })
    }
}

struct StreamReply {
    frames: Frames,
    end: Option<Result<Status, Failure>>,
}

impl Reply for StreamReply {
    fn feed(&mut self, bytes: Bytes) {
        self.frames.feed(bytes);
    }

    fn next(&mut self) -> Result<Option<Piece>, Failure> {
        match self.frames.next(END_STREAM)? {
            Some((frame, _, _)) if frame.flags == END_STREAM => {
                let end = json(&frame.payload)?;
                self.end = Some(match end.get("error") {
                    None | Some(Value::Null) => Ok(ok()),
                    Some(error) => status_of(error),
                });
                Ok(Some(Piece::Trailers(metadata_of(&end))))
            }
            Some((frame, wire_len, is_compressed)) => {
                Ok(Some(Piece::Message { bytes: frame.payload, wire_len, is_compressed }))
            }
            None => Ok(None),
        }
    }

    fn end(&mut self, _trailers: Option<&HeaderMap>) -> End {
        super::grpc::end(self.end.take(), self.frames.truncation())
    }

    fn leftover(&self) -> Option<Leftover> {
        self.frames.leftover()
    }
}

fn ok() -> Status {
    Status { code: 0, message: String::new(), details: None }
}

fn ended(status: Result<Status, Failure>) -> End {
    super::grpc::end(Some(status), None)
}

fn json(text: &[u8]) -> Result<Value, Failure> {
    let bad = |reason: String| Failure::BadEnd { reason };
    if text.len() > MAX_JSON {
        return Err(bad(format!("its JSON has more than {MAX_JSON} bytes")));
    }
    serde_json::from_slice(text).map_err(|error| bad(error.to_string()))
}

/// `{"code": …, "message": …, "details": […]}`.
fn status_of(error: &Value) -> Result<Status, Failure> {
    let text =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if !error.is_object() {
        return Err(Failure::BadEnd { reason: "the error is no JSON object".to_owned() });
    }
    let details = error.get("details").and_then(Value::as_array).into_iter().flatten();
    let details = details.map(|detail| Detail {
        type_url: text(detail, "type"),
        bytes: decode_base64(text(detail, "value").as_bytes()).unwrap_or_default(),
    });
    Ok(Status::from_connect(&text(error, "code"), text(error, "message"), details.collect()))
}

/// `{"metadata": {"name": ["value"]}}`.
fn metadata_of(end: &Value) -> Vec<Entry> {
    let metadata = end.get("metadata").and_then(Value::as_object).into_iter().flatten();
    let entries = metadata.flat_map(|(name, values)| {
        let values = values.as_array().into_iter().flatten().filter_map(Value::as_str);
        values.map(|value| Entry::received(&name.to_ascii_lowercase(), value.as_bytes()))
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_in_json_is_a_status() {
        let error = json(
            br#"{"code":"not_found","message":"no \u001b[31m","details":[{"type":"a.B","value":"CAE"}]}"#,
        );
        let status = status_of(&error.unwrap()).unwrap();
        assert_eq!((status.code, status.message.as_str()), (5, "no \u{1b}[31m"));
        assert!(status_of(&json(b"[]").unwrap()).is_err());
        assert_eq!(status_of(&json(b"{}").unwrap()).unwrap().code, 2);
        assert!(json(b"{").is_err());
    }
}
