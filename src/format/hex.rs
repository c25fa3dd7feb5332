//! Hex dump: offset, sixteen bytes, and what of them is ASCII.

use super::FormatError;
use crate::document::{ReadMode, Snapshot};
use std::io::Write;
use std::ops::{ControlFlow, Range};

/// Bytes in a line.
const WIDTH: usize = 16;
/// Bytes read at once, a multiple of [`WIDTH`].
const PART: u64 = 64 << 10;
/// Progress is told after this many bytes.
const TICK: u64 = 1 << 20;

/// Writes a line per sixteen bytes: `00000010  0a 1b …  |..|`. Offsets are the document's.
pub fn write_hex(
    snapshot: &Snapshot,
    range: Range<u64>,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<(), FormatError> {
    let end = range.end.min(snapshot.len());
    let mut at = range.start;
    let mut text = Vec::new();
    while at < end {
        let bytes = snapshot.bytes(at..end.min(at + PART), ReadMode::Wait)?;
        text.clear();
        for (line_idx, line) in bytes.chunks(WIDTH).enumerate() {
            write_line(&mut text, at + (line_idx * WIDTH) as u64, line);
        }
        out.write_all(&text)?;
        at += bytes.len() as u64;
        if at.is_multiple_of(TICK) && progress(at).is_break() {
            return Err(FormatError::Cancelled);
        }
    }
    out.flush()?;
    Ok(())
}

fn write_line(text: &mut Vec<u8>, offset: u64, line: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u64| HEX[(value & 15) as usize];
    let n_digits = if offset > u64::from(u32::MAX) { 16 } else { 8 };
    text.extend((0..n_digits).rev().map(|place| digit(offset >> (4 * place))));
    for idx in 0..WIDTH {
        text.extend_from_slice(if idx % 8 == 0 { b"  " } else { b" " });
        match line.get(idx) {
            Some(byte) => text.extend([digit(u64::from(byte >> 4)), digit(u64::from(*byte))]),
            None => text.extend_from_slice(b"  "),
        }
    }
    text.extend_from_slice(b"  |");
    text.extend(line.iter().map(|byte| if matches!(byte, b' '..=b'~') { *byte } else { b'.' }));
    text.extend_from_slice(b"|\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dump(bytes: &[u8], range: Range<u64>) -> String {
        let mut out = Vec::new();
        let snapshot = Snapshot::of_bytes(bytes);
        write_hex(&snapshot, range, &mut out, &mut |_| ControlFlow::Continue(())).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_line_has_offset_bytes_and_ascii() {
        let bytes = b"\x0a\x05hello\x12\x0bhello world\xff";
        assert_eq!(
            dump(bytes, 0..bytes.len() as u64),
            "00000000  0a 05 68 65 6c 6c 6f 12  0b 68 65 6c 6c 6f 20 77  |..hello..hello w|\n\
             00000010  6f 72 6c 64 ff                                    |orld.|\n"
        );
    }

    #[test]
    fn a_range_keeps_the_offsets_of_the_document_and_ends_with_it() {
        assert_eq!(
            dump(b"abcdef", 4..99),
            "00000004  65 66                                             |ef|\n"
        );
        assert_eq!(dump(b"abcdef", 7..9), "");
    }

    #[test]
    fn a_cancelled_dump_says_so() {
        let snapshot = Snapshot::of_bytes(&vec![0; 3 << 20]);
        let mut out = Vec::new();
        let done = write_hex(&snapshot, 0..3 << 20, &mut out, &mut |_| ControlFlow::Break(()));
        assert!(matches!(done, Err(FormatError::Cancelled)));
    }
}
