//! The five-byte prefix: one byte of flags, four of length, then that many bytes of one message.

use super::failure::Failure;
use hyper::body::Bytes;

/// Bytes before every message.
pub(super) const PREFIX_LEN: usize = 5;
/// The message is compressed.
pub(super) const COMPRESSED: u8 = 1;

/// The prefix of a message of this many bytes.
///
/// # Errors
/// Four bytes of length end at 4 GiB.
pub(super) fn prefix(flags: u8, len: usize) -> Result<[u8; PREFIX_LEN], Failure> {
    let Ok(declared) = u32::try_from(len) else { return Err(Failure::RequestTooLarge { len: len as u64 }) };
    let [a, b, c, d] = declared.to_be_bytes();
    Ok([flags, a, b, c, d])
}

/// One frame as it came.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub flags: u8,
    pub payload: Vec<u8>,
}

/// Bytes that are no whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// How many bytes the message was to have; `None` if not even that came.
    pub declared: Option<u64>,
    pub bytes: Vec<u8>,
}

/// Cuts what comes in into frames. A declared length is compared with the limit before room is made.
#[derive(Debug)]
pub(super) struct FrameReader {
    limit: u64,
    /// Came, not looked at yet.
    pending: Bytes,
    prefix: [u8; PREFIX_LEN],
    prefix_len: usize,
    payload: Vec<u8>,
}

impl FrameReader {
    pub fn new(limit: u64) -> Self {
        Self { limit, pending: Bytes::new(), prefix: [0; PREFIX_LEN], prefix_len: 0, payload: Vec::new() }
    }

    /// Takes the next bytes; all frames of those before must have been taken.
    pub fn feed(&mut self, bytes: Bytes) {
        self.pending =
            if self.pending.is_empty() { bytes } else { [&self.pending[..], &bytes].concat().into() };
    }

    /// The next whole frame, if it is there.
    pub fn next(&mut self) -> Result<Option<Frame>, Failure> {
        let missing = PREFIX_LEN - self.prefix_len;
        if missing > 0 {
            let part = self.pending.split_to(missing.min(self.pending.len()));
            self.prefix[self.prefix_len..self.prefix_len + part.len()].copy_from_slice(&part);
            self.prefix_len += part.len();
        }
        let Some(declared) = self.declared() else { return Ok(None) };
        if declared > self.limit {
            return Err(Failure::MessageTooLarge { declared: Some(declared), limit: self.limit });
        }
        let missing = declared - self.payload.len() as u64;
        let part = self.pending.split_to(missing.min(self.pending.len() as u64) as usize);
        self.payload.extend_from_slice(&part);
        if (self.payload.len() as u64) < declared {
            return Ok(None);
        }
        self.prefix_len = 0;
        Ok(Some(Frame { flags: self.prefix[0], payload: std::mem::take(&mut self.payload) }))
    }

    fn declared(&self) -> Option<u64> {
        let [_, length @ ..] = self.prefix;
        (self.prefix_len == PREFIX_LEN).then(|| u64::from(u32::from_be_bytes(length)))
    }

    /// What came of a frame that is not whole.
    pub fn leftover(&self) -> Option<Leftover> {
        match self.declared() {
            Some(declared) => Some(Leftover { declared: Some(declared), bytes: self.payload.clone() }),
            None if self.prefix_len > 0 => {
                Some(Leftover { declared: None, bytes: self.prefix[..self.prefix_len].to_vec() })
            }
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_length_over_the_limit_is_refused_before_its_bytes_come() {
        let mut reader = FrameReader::new(10);
        reader.feed(Bytes::from_static(&[0, 0xc0, 0, 0, 0]));
        let error = reader.next().unwrap_err();
        assert_eq!(error, Failure::MessageTooLarge { declared: Some(3 << 30), limit: 10 });
        assert_eq!(reader.payload.capacity(), 0);
    }

    #[test]
    fn what_is_cut_off_is_kept() {
        let mut reader = FrameReader::new(100);
        assert_eq!(reader.leftover(), None);
        reader.feed(Bytes::from_static(&[0, 0, 0]));
        assert_eq!(reader.next().unwrap(), None);
        assert_eq!(reader.leftover(), Some(Leftover { declared: None, bytes: vec![0, 0, 0] }));
        reader.feed(Bytes::from_static(&[0, 10, 1, 2, 3, 4, 5]));
        assert_eq!(reader.next().unwrap(), None);
        assert_eq!(reader.leftover(), Some(Leftover { declared: Some(10), bytes: vec![1, 2, 3, 4, 5] }));
    }

    proptest! {
        #[test]
        fn frames_come_out_as_they_went_in_however_they_are_cut(
            messages in proptest::collection::vec((any::<u8>(), proptest::collection::vec(any::<u8>(), 0..40)), 0..8),
            part_len in 1_usize..50,
        ) {
            let mut all = Vec::new();
            for (flags, message) in &messages {
                all.extend(prefix(*flags, message.len()).unwrap());
                all.extend(message);
            }
            let mut reader = FrameReader::new(40);
            let mut read = Vec::new();
            for part in all.chunks(part_len) {
                reader.feed(Bytes::copy_from_slice(part));
                while let Some(frame) = reader.next().unwrap() {
                    read.push((frame.flags, frame.payload));
                }
            }
            prop_assert_eq!(read, messages);
            prop_assert_eq!(reader.leftover(), None);
        }
    }
}
