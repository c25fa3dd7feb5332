//! gRPC over HTTP/2: frames in the body, the status in trailers, or in headers where nothing else
//! comes.

use super::{End, Http, Piece, Reply, Transport, Wrapped, grpc_timeout, header, media_type, set};
use crate::rpc::call::{Call, RpcKind};
use crate::rpc::codec::{COMPRESSED, Frame, FrameReader, Leftover, prefix};
use crate::rpc::compression::{ACCEPTED, Encoding, deflate};
use crate::rpc::failure::Failure;
use crate::rpc::status::Status;
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderValue};
use hyper::http::response::Parts;

pub(super) const GRPC: Transport = Transport {
    name: "grpc",
    title: "gRPC",
    kinds: &RpcKind::ALL,
    http: |_| Http::Two,
    headers: |call, headers| {
        set(headers, "te", "trailers");
        set(headers, "content-type", "application/grpc");
        common_headers(call, headers);
    },
    wrap: |call, bytes| wrap(call, bytes),
    reply,
};

/// What gRPC and gRPC-Web have in common.
pub(super) fn common_headers(call: &Call, headers: &mut HeaderMap) {
    set(headers, "grpc-accept-encoding", ACCEPTED);
    if call.compress {
        set(headers, "grpc-encoding", "gzip");
    }
    if let Some(deadline) = call.deadline
        && let Ok(timeout) = HeaderValue::try_from(grpc_timeout(deadline))
    {
        headers.insert("grpc-timeout", timeout);
    }
}

/// The message with its prefix, compressed if the call asks for it.
pub(super) fn wrap(call: &Call, bytes: Bytes) -> Result<Wrapped, Failure> {
    let (flags, bytes) = if call.compress { (COMPRESSED, deflate(&bytes).into()) } else { (0, bytes) };
    let prefix = Bytes::copy_from_slice(&prefix(flags, bytes.len())?);
    let wire_len = bytes.len() as u64;
    let parts = if bytes.is_empty() { vec![prefix] } else { vec![prefix, bytes] };
    Ok(Wrapped { parts, wire_len, is_compressed: call.compress })
}

fn reply(call: &Call, parts: &Parts) -> Option<Box<dyn Reply>> {
    let media_type = media_type(&parts.headers);
    let is_grpc = media_type == "application/grpc" || media_type.starts_with("application/grpc+");
    (is_grpc || parts.headers.contains_key("grpc-status")).then(|| {
        Box::new(GrpcReply { frames: Frames::new(call, parts), headers: parts.headers.clone() })
            as Box<dyn Reply>
    })
}

/// Frames of an answer, without compression.
pub(super) struct Frames {
    reader: FrameReader,
    encoding: Encoding,
    limit: u64,
    /// A whole message that could not be read.
    unread: Option<Vec<u8>>,
}

impl Frames {
    pub fn new(call: &Call, parts: &Parts) -> Frames {
        let limit = call.limits.message;
        let encoding = Encoding::of(header(&parts.headers, "grpc-encoding"));
        Frames { reader: FrameReader::new(limit), encoding, limit, unread: None }
    }

    pub fn with_encoding(call: &Call, encoding: Encoding) -> Frames {
        let limit = call.limits.message;
        Frames { reader: FrameReader::new(limit), encoding, limit, unread: None }
    }

    pub fn feed(&mut self, bytes: Bytes) {
        self.reader.feed(bytes);
    }

    /// The next frame. Its payload is inflated and its flag cleared; of other flags only those in
    /// `known` are let through.
    pub fn next(&mut self, known: u8) -> Result<Option<(Frame, u64, bool)>, Failure> {
        let Some(mut frame) = self.reader.next()? else { return Ok(None) };
        if frame.flags & !(COMPRESSED | known) != 0 {
            self.unread = Some(frame.payload);
            return Err(Failure::UnknownFlags { flags: frame.flags });
        }
        let wire_len = frame.payload.len() as u64;
        let is_compressed = frame.flags & COMPRESSED != 0;
        if is_compressed {
            frame.flags &= !COMPRESSED;
            frame.payload = match self.encoding.inflate(&frame.payload, self.limit) {
                Ok(inflated) => inflated,
                Err(failure) => {
                    self.unread = Some(frame.payload);
                    return Err(failure);
                }
            };
        }
        Ok(Some((frame, wire_len, is_compressed)))
    }

    pub fn leftover(&self) -> Option<Leftover> {
        let unread = self.unread.as_ref();
        unread
            .map(|bytes| Leftover { declared: Some(bytes.len() as u64), bytes: bytes.clone() })
            .or_else(|| self.reader.leftover())
    }

    /// The failure that bytes left over at the end are.
    pub fn truncation(&self) -> Option<Failure> {
        let leftover = self.reader.leftover()?;
        Some(Failure::Truncated { declared: leftover.declared, received: leftover.bytes.len() as u64 })
    }
}

struct GrpcReply {
    frames: Frames,
    headers: HeaderMap,
}

impl Reply for GrpcReply {
    fn feed(&mut self, bytes: Bytes) {
        self.frames.feed(bytes);
    }

    fn next(&mut self) -> Result<Option<Piece>, Failure> {
        let next = self.frames.next(0)?;
        Ok(next.map(|(frame, wire_len, is_compressed)| Piece::Message {
            bytes: frame.payload,
            wire_len,
            is_compressed,
        }))
    }

    fn end(&mut self, trailers: Option<&HeaderMap>) -> End {
        let status = trailers.and_then(Status::from_headers).or_else(|| Status::from_headers(&self.headers));
        end(status, self.frames.truncation())
    }

    fn leftover(&self) -> Option<Leftover> {
        self.frames.leftover()
    }
}

/// Puts together a status that may be absent or unreadable and a message that may be cut off.
pub(super) fn end(status: Option<Result<Status, Failure>>, truncation: Option<Failure>) -> End {
    match status {
        Some(Ok(status)) => End { status: Some(status), failure: truncation },
        Some(Err(failure)) => End { status: None, failure: Some(truncation.unwrap_or(failure)) },
        None => End { status: None, failure: Some(truncation.unwrap_or(Failure::NoStatus)) },
    }
}
