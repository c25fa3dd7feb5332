//! gRPC-Web: the frames of gRPC, and the trailers in a frame of their own at the end of the body. In
//! its text form all of it is base64, padded wherever the server flushed.

use super::grpc::{Frames, common_headers, end, wrap};
use super::{End, Http, Piece, Reply, Transport, Wrapped, media_type, set};
use crate::rpc::call::{Call, RpcKind};
use crate::rpc::codec::Leftover;
use crate::rpc::failure::Failure;
use crate::rpc::metadata::entries_of;
use crate::rpc::status::Status;
use base64_simd::STANDARD;
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::http::response::Parts;

/// The frame holds trailers.
const TRAILERS: u8 = 0x80;

const KINDS: &[RpcKind] = &[RpcKind::Unary, RpcKind::ServerStream];

pub(super) const GRPC_WEB: Transport = Transport {
    name: "grpc-web",
    title: "gRPC-Web",
    kinds: KINDS,
    http: |_| Http::Either,
    headers: |call, headers| {
        set(headers, "content-type", "application/grpc-web+proto");
        set(headers, "accept", "application/grpc-web+proto");
        set(headers, "x-grpc-web", "1");
        common_headers(call, headers);
    },
    wrap: |call, bytes| wrap(call, bytes),
    reply,
};

pub(super) const GRPC_WEB_TEXT: Transport = Transport {
    name: "grpc-web-text",
    title: "gRPC-Web (text)",
    kinds: KINDS,
    http: |_| Http::Either,
    headers: |call, headers| {
        set(headers, "content-type", "application/grpc-web-text+proto");
        set(headers, "accept", "application/grpc-web-text+proto");
        set(headers, "x-grpc-web", "1");
        common_headers(call, headers);
    },
    wrap: |call, bytes| {
        let wrapped = wrap(call, bytes)?;
        let text = STANDARD.encode_to_string(wrapped.parts.concat());
        Ok(Wrapped { parts: vec![text.into()], ..wrapped })
    },
    reply,
};

fn reply(call: &Call, parts: &Parts) -> Option<Box<dyn Reply>> {
    let media_type = media_type(&parts.headers);
    let is_text = media_type.starts_with("application/grpc-web-text");
    let is_web = media_type.starts_with("application/grpc-web");
    (is_web || parts.headers.contains_key("grpc-status")).then(|| {
        Box::new(WebReply {
            text: is_text.then(Quartets::default),
            frames: Frames::new(call, parts),
            headers: parts.headers.clone(),
            trailers: None,
            broken_at: None,
        }) as Box<dyn Reply>
    })
}

struct WebReply {
    text: Option<Quartets>,
    frames: Frames,
    headers: HeaderMap,
    trailers: Option<HeaderMap>,
    /// Where the text stopped being base64.
    broken_at: Option<u64>,
}

impl Reply for WebReply {
    fn feed(&mut self, bytes: Bytes) {
        match self.text.as_mut().map(|text| text.decode(&bytes)) {
            None => self.frames.feed(bytes),
            Some((decoded, broken_at)) => {
                self.frames.feed(decoded.into());
                self.broken_at = self.broken_at.or(broken_at);
            }
        }
    }

    fn next(&mut self) -> Result<Option<Piece>, Failure> {
        match self.frames.next(TRAILERS)? {
            Some((frame, _, _)) if frame.flags == TRAILERS => {
                let trailers = parse_trailers(&frame.payload)?;
                let entries = entries_of(&trailers);
                self.trailers = Some(trailers);
                Ok(Some(Piece::Trailers(entries)))
            }
            Some((frame, wire_len, is_compressed)) => {
                Ok(Some(Piece::Message { bytes: frame.payload, wire_len, is_compressed }))
            }
            None => self.broken_at.map_or(Ok(None), |at| Err(Failure::NotBase64 { at })),
        }
    }

    fn end(&mut self, trailers: Option<&HeaderMap>) -> End {
        let status = self.trailers.as_ref().and_then(Status::from_headers);
        let status = status.or_else(|| trailers.and_then(Status::from_headers));
        end(status.or_else(|| Status::from_headers(&self.headers)), self.frames.truncation())
    }

    fn leftover(&self) -> Option<Leftover> {
        self.frames.leftover()
    }
}

/// Lines of `name: value`.
fn parse_trailers(block: &[u8]) -> Result<HeaderMap, Failure> {
    let mut trailers = HeaderMap::new();
    for line in block.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
        let bad = || Failure::BadEnd {
            reason: format!("\"{}\" is no trailer", String::from_utf8_lossy(&line[..line.len().min(80)])),
        };
        let colon = line.iter().position(|byte| *byte == b':').ok_or_else(bad)?;
        let (name, value) = line.split_at(colon);
        let name = HeaderName::from_bytes(&name.trim_ascii().to_ascii_lowercase()).map_err(|_| bad())?;
        let value = HeaderValue::from_bytes(value[1..].trim_ascii()).map_err(|_| bad())?;
        trailers.try_append(name, value).map_err(|_| bad())?;
    }
    Ok(trailers)
}

/// Base64 that comes in pieces, four characters at a time, each four padded or not.
#[derive(Debug, Default)]
struct Quartets {
    rest: Vec<u8>,
    n_decoded: u64,
}

impl Quartets {
    /// The bytes of all whole quartets, and where the first character stands that is none of base64's.
    fn decode(&mut self, text: &[u8]) -> (Vec<u8>, Option<u64>) {
        self.rest.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
        let whole = self.rest.len() - self.rest.len() % 4;
        let mut decoded = Vec::with_capacity(whole / 4 * 3);
        let mut start = 0;
        while start < whole {
            // Up to and with the next padding: what base64 takes for one text.
            let padding = self.rest[start..whole].iter().position(|byte| *byte == b'=');
            let end = padding.map_or(whole, |at| start + at / 4 * 4 + 4);
            match STANDARD.decode_to_vec(&self.rest[start..end]) {
                Ok(bytes) => decoded.extend(bytes),
                Err(_) => {
                    self.rest.clear();
                    return (decoded, Some(self.n_decoded + start as u64));
                }
            }
            start = end;
        }
        self.n_decoded += whole as u64;
        self.rest.drain(..whole);
        (decoded, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn trailers_are_lines_and_anything_else_is_said() {
        let trailers = parse_trailers(b"grpc-status: 0\r\nGrpc-Message:a:b\r\nx: \r\n").unwrap();
        assert_eq!(trailers["grpc-status"], "0");
        assert_eq!(trailers["grpc-message"], "a:b");
        assert_eq!(trailers["x"], "");
        assert!(parse_trailers(b"no colon").is_err());
        assert!(parse_trailers(b"a b: c").is_err());
        assert!(parse_trailers(b"a: \x00").is_err());
    }

    #[test]
    fn what_is_no_base64_is_found() {
        let mut quartets = Quartets::default();
        assert_eq!(quartets.decode(b"AAEC"), (vec![0, 1, 2], None));
        assert_eq!(quartets.decode(b"AA==%%%%"), (vec![0], Some(8)));
    }

    proptest! {
        #[test]
        fn base64_padded_anywhere_reads_as_its_bytes(
            pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..30), 0..6),
            part_len in 1_usize..20,
        ) {
            let text: String = pieces.iter().map(|piece| STANDARD.encode_to_string(piece)).collect();
            let mut quartets = Quartets::default();
            let mut decoded = Vec::new();
            for part in text.as_bytes().chunks(part_len) {
                let (bytes, broken_at) = quartets.decode(part);
                prop_assert_eq!(broken_at, None);
                decoded.extend(bytes);
            }
            prop_assert_eq!(decoded, pieces.concat());
        }
    }
}
