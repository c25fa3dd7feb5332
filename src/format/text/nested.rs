//! Bytes of messages whose lengths are not known yet.
//!
//! Lengths are known when their messages close: the bytes are collected without them, and they are put
//! between at the end, so that every byte is moved once however deep it is.

use crate::wire::{varint_width, write_varint};

/// A length that goes before the byte `start`.
struct Length {
    start: usize,
    value: u64,
}

#[derive(Default)]
pub(super) struct Nested {
    pub out: Vec<u8>,
    lengths: Vec<Length>,
}

/// Where a message begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    start: usize,
    length_idx: usize,
    /// Bytes of the lengths inside it, which are not among the bytes yet.
    pub n_inside: usize,
}

impl Nested {
    /// From here on a message without a length in front.
    pub fn begin(&self) -> Begun {
        Begun { start: self.out.len(), length_idx: self.lengths.len(), n_inside: 0 }
    }

    /// From here on a message with a length.
    pub fn begin_len(&mut self) -> Begun {
        let begun = self.begin();
        self.lengths.push(Length { start: self.out.len(), value: 0 });
        begun
    }

    /// How many bytes of lengths what began so brings along.
    pub fn end_len(&mut self, begun: Begun) -> usize {
        let value = (self.out.len() - begun.start + begun.n_inside) as u64;
        if let Some(length) = self.lengths.get_mut(begun.length_idx) {
            length.value = value;
        }
        begun.n_inside + varint_width(value)
    }

    /// Takes out all that came since, with its lengths.
    pub fn take(&mut self, begun: Begun) -> Vec<u8> {
        let lengths = self.lengths.split_off(begun.length_idx.min(self.lengths.len()));
        if lengths.is_empty() && begun.start == 0 {
            return std::mem::take(&mut self.out);
        }
        let mut bytes = Vec::with_capacity(self.out.len() - begun.start + begun.n_inside);
        let mut at = begun.start;
        for length in lengths {
            bytes.extend_from_slice(&self.out[at..length.start]);
            write_varint(&mut bytes, length.value);
            at = length.start;
        }
        bytes.extend_from_slice(&self.out[at..]);
        self.out.truncate(begun.start);
        bytes
    }
}
