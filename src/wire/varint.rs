//! Base-128 integers, read with the width they were spelled in.

/// The most bytes a varint may take.
pub const MAX_VARINT: usize = 10;

/// A varint as found: its value, and how many bytes spelled it.
///
/// The width is kept because an overlong spelling is legal and must survive a save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Varint {
    /// The low 64 bits; what lies beyond is dropped, as the C++, Java and upb parsers do.
    pub value: u64,
    /// 1 to 10 bytes.
    pub width: u8,
    /// Whether the tenth byte carried bits beyond the 64th.
    pub overflow: bool,
}

impl Varint {
    /// Whether fewer bytes would have spelled the same value.
    pub fn is_overlong(self) -> bool {
        usize::from(self.width) > varint_width(self.value)
    }
}

/// Why there is no varint at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VarintError {
    /// The input ends inside it.
    Cut,
    /// Ten bytes, and each says that another follows.
    TooLong,
}

/// Reads one varint at the start of `bytes`.
#[inline]
pub fn read_varint(bytes: &[u8]) -> Result<Varint, VarintError> {
    if let Some(&byte) = bytes.first()
        && byte < 0x80
    {
        return Ok(Varint { value: u64::from(byte), width: 1, overflow: false });
    }
    let mut value = 0_u64;
    for (idx, &byte) in bytes.iter().take(MAX_VARINT).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * idx);
        if byte < 0x80 {
            let overflow = idx == MAX_VARINT - 1 && byte > 1;
            return Ok(Varint { value, width: idx as u8 + 1, overflow });
        }
    }
    if bytes.len() < MAX_VARINT { Err(VarintError::Cut) } else { Err(VarintError::TooLong) }
}

/// Bytes in the shortest spelling of `value`, 1 to 10.
pub fn varint_width(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

/// How many varints end inside `bytes`: the bytes below 0x80.
pub fn count_varints(bytes: &[u8]) -> u64 {
    bytes
        .chunks(128)
        .map(|chunk| u64::from(chunk.iter().map(|byte| u8::from(*byte < 0x80)).sum::<u8>()))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlong_varint_keeps_its_width() {
        let found = read_varint(&[0x96, 0x81, 0x00, 0xff]).unwrap();
        assert_eq!((found.value, found.width, found.is_overlong()), (150, 3, true));
    }

    #[test]
    fn bits_beyond_the_64th_are_dropped_and_marked() {
        let found = read_varint(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]).unwrap();
        assert_eq!((found.value, found.width, found.overflow), (u64::MAX, 10, true));
        let exact = read_varint(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]).unwrap();
        assert!(!exact.overflow && !exact.is_overlong());
    }

    #[test]
    fn a_varint_without_an_end_says_why() {
        assert_eq!(read_varint(&[]), Err(VarintError::Cut));
        assert_eq!(read_varint(&[0x80; 9]), Err(VarintError::Cut));
        assert_eq!(read_varint(&[0x80; 10]), Err(VarintError::TooLong));
    }

    #[test]
    fn widths_match_the_boundaries_of_seven_bits() {
        for (value, width) in
            [(0, 1), (127, 1), (128, 2), (16383, 2), (16384, 3), (u64::MAX >> 1, 9), (u64::MAX, 10)]
        {
            assert_eq!(varint_width(value), width, "{value}");
        }
    }

    #[test]
    fn packed_varints_are_counted_by_their_last_bytes() {
        assert_eq!(count_varints(&[0x01, 0x80, 0x01, 0x80]), 2);
        assert_eq!(count_varints(&[0; 1000]), 1000);
    }
}
