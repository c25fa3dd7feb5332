//! A protobuf writer and reader of a few lines, so that the tests need not trust what they test.

/// A varint, minimal.
pub fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn tag(number: u64, wire_type: u64) -> Vec<u8> {
    varint(number << 3 | wire_type)
}

/// A VARINT record.
pub fn int(number: u64, value: u64) -> Vec<u8> {
    [tag(number, 0), varint(value)].concat()
}

/// A VARINT record whose value takes one byte more than needed.
pub fn padded_int(number: u64, value: u64) -> Vec<u8> {
    let mut bytes = int(number, value);
    *bytes.last_mut().unwrap() |= 0x80;
    bytes.push(0);
    bytes
}

/// A LEN record.
pub fn len(number: u64, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    [tag(number, 2), varint(payload.len() as u64), payload.to_vec()].concat()
}

/// A record of a well-formed message: number, wire type, all its bytes, its payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plain {
    pub number: u64,
    pub wire_type: u64,
    pub bytes: Vec<u8>,
    pub payload: Vec<u8>,
}

/// The records of a well-formed message without groups.
pub fn records(bytes: &[u8]) -> Vec<Plain> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let tag = read_varint(bytes, &mut at);
        let payload_start = match tag & 7 {
            0 => {
                let start = at;
                read_varint(bytes, &mut at);
                start
            }
            1 => {
                at += 8;
                at - 8
            }
            2 => {
                let len = read_varint(bytes, &mut at) as usize;
                at += len;
                at - len
            }
            5 => {
                at += 4;
                at - 4
            }
            other => panic!("wire type {other} at {start}"),
        };
        let (bytes, payload) = (bytes[start..at].to_vec(), bytes[payload_start..at].to_vec());
        found.push(Plain { number: tag >> 3, wire_type: tag & 7, bytes, payload });
    }
    found
}

fn read_varint(bytes: &[u8], at: &mut usize) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = bytes[*at];
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            return value;
        }
    }
}
