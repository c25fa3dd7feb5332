//! Files of a tar archive: blocks of 512 bytes, a head in front of every file.

use super::archive::{ArchiveError, Unpacked};

const BLOCK: usize = 512;

/// Whether a tar archive begins so.
pub(super) fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
        || (bytes.len() >= BLOCK && bytes.get(..BLOCK).is_some_and(has_checksum))
}

/// Hands every file that `wants` asks for by its path to `unpacked`.
pub(super) fn unpack(
    bytes: &[u8],
    wants: &dyn Fn(&str) -> bool,
    unpacked: &mut Unpacked,
) -> Result<(), ArchiveError> {
    let mut at = 0;
    let mut long_name: Option<String> = None;
    while let Some(head) = bytes.get(at..at + BLOCK) {
        if head.iter().all(|byte| *byte == 0) {
            break;
        }
        if !has_checksum(head) {
            return Err(ArchiveError::Damaged("the head of a file is wrong"));
        }
        unpacked.count_entry()?;
        let len = octal(&head[124..136]).ok_or(ArchiveError::Damaged("a length is not a number"))?;
        let start = at + BLOCK;
        let content = start.checked_add(len).and_then(|end| bytes.get(start..end));
        let content = content.ok_or(ArchiveError::Damaged("a file is cut off"))?;
        at = start + len.div_ceil(BLOCK) * BLOCK;
        match head[156] {
            b'L' => long_name = Some(text(content)),
            b'x' => long_name = path_record(content).or(long_name),
            b'0' | 0 | b'7' => {
                let name = long_name.take().unwrap_or_else(|| short_name(head));
                if wants(&name) {
                    unpacked.add(name, content.to_vec())?;
                }
            }
            // Folders, links, devices: nothing to read.
            b'g' => {}
            _ => long_name = None,
        }
    }
    Ok(())
}

fn short_name(head: &[u8]) -> String {
    let (name, prefix) = (text(&head[..100]), text(&head[345..500]));
    let is_posix = head.get(257..263) == Some(b"ustar\0");
    if is_posix && !prefix.is_empty() { format!("{prefix}/{name}") } else { name }
}

/// Up to the first zero byte.
fn text(bytes: &[u8]) -> String {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
}

fn octal(bytes: &[u8]) -> Option<usize> {
    let text = text(bytes);
    usize::from_str_radix(text.trim(), 8).ok()
}

/// The `path` among the records "length key=value\n" of an extended head.
fn path_record(content: &[u8]) -> Option<String> {
    let mut rest = content;
    while !rest.is_empty() {
        let space = memchr::memchr(b' ', rest)?;
        let len: usize = std::str::from_utf8(rest.get(..space)?).ok()?.parse().ok()?;
        let record = rest.get(space + 1..len)?;
        if let Some(path) = record.strip_prefix(b"path=") {
            return Some(String::from_utf8_lossy(path.strip_suffix(b"\n")?).into_owned());
        }
        rest = rest.get(len.max(1)..)?;
    }
    None
}

fn has_checksum(head: &[u8]) -> bool {
    let bytes = head.iter().enumerate();
    let sum: usize =
        bytes.map(|(at, byte)| if (148..156).contains(&at) { 32 } else { usize::from(*byte) }).sum();
    octal(&head[148..156]) == Some(sum)
}
