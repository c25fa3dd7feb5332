//! Compression of single messages. What comes out is counted while it comes.

use super::failure::Failure;
use flate2::Compression;
use flate2::bufread::{MultiGzDecoder, ZlibDecoder};
use flate2::write::GzEncoder;
use std::io::{Read, Write as _};

/// What a server may use; sent as `grpc-accept-encoding` and its like.
pub(super) const ACCEPTED: &str = "identity,gzip,deflate";

/// How a message is compressed when its flag says that it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Gzip,
    Deflate,
    Unknown(String),
}

impl Encoding {
    /// The encoding that a header names; none means identity.
    pub fn of(name: Option<&str>) -> Encoding {
        match name.map(str::trim) {
            None | Some("" | "identity") => Encoding::Identity,
            Some("gzip" | "x-gzip") => Encoding::Gzip,
            Some("deflate") => Encoding::Deflate,
            Some(other) => Encoding::Unknown(other.to_owned()),
        }
    }

    /// The message without compression, if it has no more than `limit` bytes.
    pub fn inflate(&self, bytes: &[u8], limit: u64) -> Result<Vec<u8>, Failure> {
        match self {
            Encoding::Gzip => read_bounded(MultiGzDecoder::new(bytes), limit),
            Encoding::Deflate => read_bounded(ZlibDecoder::new(bytes), limit),
            Encoding::Identity => Err(Failure::CompressionUnnamed),
            Encoding::Unknown(name) => Err(Failure::CompressionUnknown { name: name.clone() }),
        }
    }
}

fn read_bounded(decoder: impl Read, limit: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    match decoder.take(limit.saturating_add(1)).read_to_end(&mut bytes) {
        Ok(n_bytes) if n_bytes as u64 > limit => Err(Failure::MessageTooLarge { declared: None, limit }),
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failure::CompressionBroken { reason: error.to_string() }),
    }
}

pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = deflate(&vec![0; 4 << 20]);
        assert!(bomb.len() < 8 << 10);
        let error = Encoding::Gzip.inflate(&bomb, 1 << 20).unwrap_err();
        assert_eq!(error, Failure::MessageTooLarge { declared: None, limit: 1 << 20 });
        assert_eq!(Encoding::Gzip.inflate(&bomb, 4 << 20).unwrap().len(), 4 << 20);
    }

    #[test]
    fn what_does_not_inflate_is_a_failure() {
        let whole = deflate(b"some bytes");
        for bytes in [&b"no gzip"[..], &whole[..whole.len() - 1], &whole[..5], b""] {
            assert!(matches!(Encoding::Gzip.inflate(bytes, 100), Err(Failure::CompressionBroken { .. })));
        }
        assert_eq!(Encoding::of(None).inflate(b"", 1), Err(Failure::CompressionUnnamed));
        assert!(Encoding::of(Some("zstd")).inflate(b"", 1).is_err());
    }

    proptest! {
        #[test]
        fn what_was_compressed_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            prop_assert_eq!(Encoding::Gzip.inflate(&deflate(&bytes), 2000).unwrap(), bytes);
        }
    }
}
