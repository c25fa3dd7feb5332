//! Spelling varints, tags and LEN records.

use super::{Tag, WireType};

/// Appends the shortest spelling of `value`.
pub fn write_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends `value` in exactly `width` bytes if it fits there, otherwise in its shortest spelling.
pub fn write_varint_padded(out: &mut Vec<u8>, value: u64, width: u8) {
    let shortest = super::varint_width(value);
    write_varint(out, value);
    if shortest < usize::from(width) {
        if let Some(last) = out.last_mut() {
            *last |= 0x80;
        }
        out.extend(std::iter::repeat_n(0x80, usize::from(width) - shortest - 1));
        out.push(0);
    }
}

/// Appends a tag in its shortest spelling.
pub fn write_tag(out: &mut Vec<u8>, number: u32, wire_type: WireType) {
    write_varint(out, Tag { number, wire_type, width: 0 }.value());
}

/// Appends a whole LEN record.
pub fn write_len(out: &mut Vec<u8>, number: u32, payload: &[u8]) {
    write_tag(out, number, WireType::Len);
    write_varint(out, payload.len() as u64);
    out.extend_from_slice(payload);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::read_varint;

    #[test]
    fn a_padded_varint_reads_back_at_its_width() {
        for value in [0, 1, 127, 128, 300, u64::MAX] {
            for width in 1..=10 {
                let mut out = Vec::new();
                write_varint_padded(&mut out, value, width);
                let found = read_varint(&out).unwrap();
                assert_eq!(found.value, value);
                assert_eq!(usize::from(found.width), out.len());
                assert_eq!(out.len(), usize::from(width).max(crate::wire::varint_width(value)));
            }
        }
    }
}
