//! Message ids as clients make them up: version 1, in 34 hexadecimal digits.

/// 2021-01-01 in seconds since 1970, from which ids count.
const START: u64 = 1_609_459_200;

/// The id that a client in `process` on the machine of `address` gives its message number `sequence` at
/// a time in seconds since 1970.
pub fn new_message_id(address: [u8; 6], process: u16, seconds: u64, sequence: u32) -> String {
    let since = seconds.saturating_sub(START) as u32;
    let mut bytes = vec![1];
    bytes.extend(address);
    bytes.extend(process.to_be_bytes());
    bytes.extend(since.to_be_bytes());
    bytes.extend(sequence.to_be_bytes());
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_holds_who_made_it_and_when() {
        let id = new_message_id([0x02, 0x42, 0xac, 0x11, 0x00, 0x02], 0x1234, START + 0x0102_0304, 7);
        assert_eq!(id, "010242AC1100021234010203040000".to_owned() + "0007");
        assert_eq!(id.len(), 34);
    }
}
