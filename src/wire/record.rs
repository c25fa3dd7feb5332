//! One record: a tag and its payload, or the reason why there is none.

use super::{MAX_VARINT, Tag, Varint, VarintError, WireType, read_varint};
use std::fmt;

/// The most bytes that have to be seen to know a record's extent: a tag and a varint.
pub const MAX_HEAD: usize = 2 * MAX_VARINT;

/// A record's head: all that is known without looking at the payload of a LEN or a group.
///
/// Offsets are relative to the record's first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    pub tag: Tag,
    /// Where the payload starts: after the tag, and for LEN after the length.
    pub payload_start: u8,
    /// Payload bytes that are there. 0 for SGROUP and EGROUP, whose extent [`group_end`] finds.
    pub payload_len: u64,
    /// VARINT: the value. LEN: the declared length. I32 and I64: the bits, with their width.
    pub scalar: Varint,
    /// Bytes of a LEN payload that were declared but lie beyond the end of the enclosing message.
    pub missing: u64,
}

impl Record {
    /// Tag, length and payload together; for a group the start tag alone.
    pub fn head_and_payload_len(&self) -> u64 {
        u64::from(self.payload_start) + self.payload_len
    }

    /// Bytes of the length in front of a LEN payload, otherwise 0.
    pub fn length_width(&self) -> u8 {
        self.payload_start - self.tag.width
    }

    /// Whether tag, length or varint is spelled in more bytes than needed.
    pub fn is_overlong(&self) -> bool {
        let padded_value =
            matches!(self.tag.wire_type, WireType::Varint | WireType::Len) && self.scalar.is_overlong();
        padded_value || usize::from(self.tag.width) > super::varint_width(self.tag.value())
    }
}

/// Why bytes cannot be read as a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// The message ends inside a tag.
    CutTag,
    /// A tag goes on for ten bytes without an end.
    EndlessTag,
    /// A tag has bits beyond the 32nd; parsers disagree about it.
    WideTag,
    /// Field number 0 does not exist.
    NumberZero,
    /// Wire types 6 and 7 do not exist.
    WireType { number: u32, bits: u8 },
    /// The message ends inside a varint.
    CutVarint { number: u32 },
    /// A varint goes on for ten bytes without an end.
    EndlessVarint { number: u32 },
    /// The message ends inside an I32 or I64.
    CutFixed { number: u32, want: u8, have: u8 },
    /// The message ends inside a length.
    CutLength { number: u32 },
    /// A length goes on for ten bytes without an end.
    EndlessLength { number: u32 },
    /// An end tag without the start tag it would close.
    StrayEnd { number: u32 },
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damage::CutTag => write!(f, "The message ends inside a tag"),
            Damage::EndlessTag => write!(f, "A tag does not end within 10 bytes"),
            Damage::WideTag => write!(f, "A tag has more than 32 bits"),
            Damage::NumberZero => write!(f, "Field number 0 does not exist"),
            Damage::WireType { number, bits } => {
                write!(f, "Wire type {bits} of field {number} does not exist")
            }
            Damage::CutVarint { number } => write!(f, "The message ends inside the varint of field {number}"),
            Damage::EndlessVarint { number } => {
                write!(f, "The varint of field {number} does not end within 10 bytes")
            }
            Damage::CutFixed { number, want, have } => {
                write!(f, "Field {number} has {have} of {want} bytes before the message ends")
            }
            Damage::CutLength { number } => write!(f, "The message ends inside the length of field {number}"),
            Damage::EndlessLength { number } => {
                write!(f, "The length of field {number} does not end within 10 bytes")
            }
            Damage::StrayEnd { number } => write!(f, "Group {number} ends here but did not start"),
        }
    }
}

/// What stands at a place inside a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// Nothing: the message ends here.
    End,
    Record(Record),
    /// No record: everything from here to the end of the message is kept as it is.
    Rest(Damage),
}

/// Reads the head of the record at the start of `bytes`, inside a message that goes on for
/// `remaining` bytes from there.
///
/// `bytes` may be shorter than `remaining`, but not shorter than `remaining.min(MAX_HEAD)`.
/// An EGROUP is a record like any other here; whether it closes something the walker knows.
#[inline]
pub fn read(bytes: &[u8], remaining: u64) -> Read {
    if remaining == 0 {
        return Read::End;
    }
    let bytes = if bytes.len() as u64 > remaining { &bytes[..remaining as usize] } else { bytes };
    let tag = match read_varint(bytes) {
        Ok(tag) => tag,
        Err(VarintError::Cut) => return Read::Rest(Damage::CutTag),
        Err(VarintError::TooLong) => return Read::Rest(Damage::EndlessTag),
    };
    if tag.overflow || tag.value > u64::from(u32::MAX) {
        return Read::Rest(Damage::WideTag);
    }
    let number = (tag.value >> 3) as u32;
    let bits = (tag.value & 7) as u8;
    if number == 0 {
        return Read::Rest(Damage::NumberZero);
    }
    let Some(wire_type) = WireType::from_bits(bits) else {
        return Read::Rest(Damage::WireType { number, bits });
    };
    let tag = Tag { number, wire_type, width: tag.width };
    read_payload(tag, &bytes[usize::from(tag.width)..], remaining - u64::from(tag.width))
}

#[inline]
fn read_payload(tag: Tag, bytes: &[u8], remaining: u64) -> Read {
    let number = tag.number;
    let record = |payload_start, payload_len, scalar, missing| {
        Read::Record(Record { tag, payload_start, payload_len, scalar, missing })
    };
    match tag.wire_type {
        WireType::Varint => match read_varint(bytes) {
            Ok(value) => record(tag.width, u64::from(value.width), value, 0),
            Err(VarintError::Cut) => Read::Rest(Damage::CutVarint { number }),
            Err(VarintError::TooLong) => Read::Rest(Damage::EndlessVarint { number }),
        },
        WireType::Len => match read_varint(bytes) {
            Ok(length) => {
                let available = remaining - u64::from(length.width);
                let missing = length.value.saturating_sub(available);
                record(tag.width + length.width, length.value - missing, length, missing)
            }
            Err(VarintError::Cut) => Read::Rest(Damage::CutLength { number }),
            Err(VarintError::TooLong) => Read::Rest(Damage::EndlessLength { number }),
        },
        WireType::I64 | WireType::I32 => {
            let want = if tag.wire_type == WireType::I64 { 8 } else { 4 };
            let Some(payload) = bytes.get(..usize::from(want)) else {
                return Read::Rest(Damage::CutFixed { number, want, have: bytes.len() as u8 });
            };
            let value = payload.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
            record(tag.width, u64::from(want), Varint { value, width: want, overflow: false }, 0)
        }
        WireType::Sgroup | WireType::Egroup => {
            record(tag.width, 0, Varint { value: 0, width: 0, overflow: false }, 0)
        }
    }
}

/// Finds the end of a group whose start tag has been read and whose content starts `bytes`.
///
/// Returns the content's length and the width of the end tag; `None` if the group is not closed,
/// in which case its content reaches to the end of `bytes`.
pub fn group_end(bytes: &[u8], number: u32) -> Option<(usize, u8)> {
    let mut open = vec![number];
    let mut at = 0;
    loop {
        let Read::Record(record) = read(&bytes[at..], (bytes.len() - at) as u64) else { return None };
        match record.tag.wire_type {
            WireType::Sgroup => open.push(record.tag.number),
            WireType::Egroup => {
                if open.pop() != Some(record.tag.number) {
                    return None;
                }
                if open.is_empty() {
                    return Some((at, record.tag.width));
                }
            }
            _ => {}
        }
        at += record.head_and_payload_len() as usize;
    }
}

/// Walks the records of one message held in memory, each with its offset.
///
/// A group comes as one SGROUP record whose `payload_len` is its content's length; the end tag is
/// stepped over. The walk ends after the first `Rest`.
pub fn records(bytes: &[u8]) -> Records<'_> {
    Records { bytes, at: 0, ended: false }
}

/// See [`records`].
#[derive(Clone, Debug)]
pub struct Records<'a> {
    bytes: &'a [u8],
    at: usize,
    ended: bool,
}

impl Records<'_> {
    /// Offset of what comes next.
    pub fn offset(&self) -> usize {
        self.at
    }
}

impl Iterator for Records<'_> {
    type Item = (usize, Read);

    fn next(&mut self) -> Option<(usize, Read)> {
        if self.ended {
            return None;
        }
        let offset = self.at;
        match read(&self.bytes[offset..], (self.bytes.len() - offset) as u64) {
            Read::End => None,
            Read::Record(record) if record.tag.wire_type == WireType::Egroup => {
                self.ended = true;
                Some((offset, Read::Rest(Damage::StrayEnd { number: record.tag.number })))
            }
            Read::Record(mut record) => {
                let start = offset + usize::from(record.payload_start);
                self.at = offset + record.head_and_payload_len() as usize;
                if record.tag.wire_type == WireType::Sgroup {
                    let content = &self.bytes[start..];
                    let (len, end_width) =
                        group_end(content, record.tag.number).unwrap_or((content.len(), 0));
                    record.payload_len = len as u64;
                    self.at = start + len + usize::from(end_width);
                }
                Some((offset, Read::Record(record)))
            }
            Read::Rest(damage) => {
                self.ended = true;
                Some((offset, Read::Rest(damage)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(bytes: &[u8]) -> Vec<String> {
        records(bytes)
            .map(|(offset, read)| match read {
                Read::Record(record) => {
                    format!("{offset}: {} {} {}", record.tag.number, record.tag.wire_type, record.payload_len)
                }
                Read::Rest(damage) => format!("{offset}: {damage}"),
                Read::End => unreachable!(),
            })
            .collect()
    }

    #[test]
    fn each_wire_type_is_read_with_its_extent() {
        let bytes = [
            0x08, 0x96, 0x01, // 1: VARINT 150
            0x11, 1, 2, 3, 4, 5, 6, 7, 8, // 2: I64
            0x1a, 0x02, b'h', b'i', // 3: LEN
            0x23, 0x08, 0x01, 0x24, // 4: group
            0x2d, 1, 2, 3, 4, // 5: I32
        ];
        assert_eq!(
            kinds(&bytes),
            ["0: 1 VARINT 2", "3: 2 I64 8", "12: 3 LEN 2", "16: 4 SGROUP 2", "20: 5 I32 4"]
        );
    }

    #[test]
    fn a_length_that_overruns_shows_what_is_there() {
        let Read::Record(record) = read(&[0x0a, 0x05, b'h', b'i'], 4) else { panic!("no record") };
        assert_eq!((record.payload_len, record.missing), (2, 3));
        let Read::Record(huge) =
            read(&[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], 11)
        else {
            panic!("no record")
        };
        assert_eq!((huge.payload_len, huge.missing), (0, u64::MAX));
    }

    #[test]
    fn what_is_no_record_says_why() {
        let cases: [(&[u8], &str); 9] = [
            (&[0x80], "0: The message ends inside a tag"),
            (&[0x80; 10], "0: A tag does not end within 10 bytes"),
            (&[0x88, 0x80, 0x80, 0x80, 0x10, 0x00], "0: A tag has more than 32 bits"),
            (&[0x00], "0: Field number 0 does not exist"),
            (&[0x0e], "0: Wire type 6 of field 1 does not exist"),
            (&[0x08, 0x80], "0: The message ends inside the varint of field 1"),
            (&[0x09, 1, 2], "0: Field 1 has 2 of 8 bytes before the message ends"),
            (&[0x0a], "0: The message ends inside the length of field 1"),
            (&[0x0c], "0: Group 1 ends here but did not start"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(kinds(bytes), [expected], "{bytes:02x?}");
        }
    }

    #[test]
    fn a_group_ends_at_its_own_end_tag() {
        assert_eq!(group_end(&[0x0b, 0x0c, 0x08, 0x01, 0x1c], 3), Some((4, 1)));
        assert_eq!(group_end(&[0x08, 0x01], 3), None);
        assert_eq!(group_end(&[0x0c], 3), None);
    }

    #[test]
    fn ten_thousand_open_groups_need_no_call_stack() {
        let mut bytes = vec![0x0b; 100_000];
        bytes.extend(std::iter::repeat_n(0x0c, 99_999));
        assert_eq!(group_end(&bytes[1..], 1), None);
    }
}
