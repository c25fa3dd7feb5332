//! The records of one message, as far as they are whole.

use crate::wire::{Read, WireType, records};
use std::ops::Range;

/// A record, or bytes that are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub range: Range<usize>,
    /// `None` for what is no record.
    pub field: Option<(u32, WireType)>,
    pub payload: Range<usize>,
    /// Of a VARINT.
    pub value: u64,
}

/// All bytes of the message in order.
pub(super) fn pieces(bytes: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut iter = records(bytes);
    while let Some((start, read)) = iter.next() {
        let Read::Record(record) = read else {
            pieces.push(Piece { range: start..bytes.len(), field: None, payload: start..start, value: 0 });
            break;
        };
        let end = iter.offset().min(bytes.len());
        let payload = (start + usize::from(record.payload_start)).min(end)..end;
        let field = Some((record.tag.number, record.tag.wire_type));
        pieces.push(Piece { range: start..end, field, payload, value: record.scalar.value });
    }
    pieces
}

/// The payload of the last LEN record of a field.
pub(super) fn last_len(bytes: &[u8], number: u32) -> Option<&[u8]> {
    let piece = pieces(bytes).into_iter().rev().find(|piece| piece.field == Some((number, WireType::Len)))?;
    bytes.get(piece.payload)
}

/// The value of the last VARINT record of a field.
pub(super) fn last_varint(bytes: &[u8], number: u32) -> Option<u64> {
    let is_it = |piece: &Piece| piece.field == Some((number, WireType::Varint));
    pieces(bytes).into_iter().rev().find(is_it).map(|piece| piece.value)
}

/// The last LEN record of a field as text; bytes that are no UTF-8 as U+FFFD.
pub(super) fn last_text(bytes: &[u8], number: u32) -> Option<String> {
    last_len(bytes, number).map(|text| String::from_utf8_lossy(text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_pieces_are_all_bytes_in_order(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let joined: Vec<u8> =
                pieces(&bytes).into_iter().flat_map(|piece| bytes[piece.range].to_vec()).collect();
            prop_assert_eq!(joined, bytes);
        }
    }

    #[test]
    fn what_stands_in_a_group_is_no_field_of_the_message() {
        // 9: !{ 1: 5 }  1: 7
        let bytes = b"\x4b\x08\x05\x4c\x08\x07";
        assert_eq!(last_varint(bytes, 1), Some(7));
        assert_eq!(last_varint(&bytes[..4], 1), None);
    }
}
