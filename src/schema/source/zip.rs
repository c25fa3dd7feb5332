//! Files of a zip archive, read from its central directory.

use super::archive::{ArchiveError, Unpacked, inflate};

const END_OF_DIRECTORY: [u8; 4] = *b"PK\x05\x06";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
/// Lengths of the fixed parts.
const END_LEN: usize = 22;
const ENTRY_LEN: usize = 46;
const LOCAL_LEN: usize = 30;
/// The longest comment that may follow the end of the directory.
const MAX_COMMENT: usize = 0xffff;

/// Hands every file that `wants` asks for by its path to `unpacked`.
pub(super) fn unpack(
    bytes: &[u8],
    wants: &dyn Fn(&str) -> bool,
    unpacked: &mut Unpacked,
) -> Result<(), ArchiveError> {
    let window = bytes.len().saturating_sub(END_LEN + MAX_COMMENT);
    let tail = bytes.get(window..).unwrap_or_default();
    let end = memchr::memmem::rfind(tail, &END_OF_DIRECTORY)
        .ok_or(ArchiveError::Damaged("its directory is missing"))?;
    let end = tail.get(end..).unwrap_or_default();
    let n_entries = u16_at(end, 10)?;
    let directory = u32_at(end, 16)?;
    if n_entries == 0xffff || directory == 0xffff_ffff {
        return Err(ArchiveError::Damaged("it has more than 65 534 files or 4 GiB"));
    }
    let mut at = directory as usize;
    for _ in 0..n_entries {
        let entry = bytes.get(at..).filter(|entry| entry.starts_with(&ENTRY));
        let entry = entry.ok_or(ArchiveError::Damaged("its directory is cut off"))?;
        let (flags, method) = (u16_at(entry, 8)?, u16_at(entry, 10)?);
        let (packed_len, len) = (u32_at(entry, 20)? as usize, u32_at(entry, 24)? as usize);
        let [name_len, extra_len, comment_len] = [28, 30, 32].map(|at| u16_at(entry, at).map(usize::from));
        let (name_len, local) = (name_len?, u32_at(entry, 42)? as usize);
        let name =
            entry.get(ENTRY_LEN..ENTRY_LEN + name_len).ok_or(ArchiveError::Damaged("a name is cut off"))?;
        let name = String::from_utf8_lossy(name).into_owned();
        at += ENTRY_LEN + name_len + extra_len? + comment_len?;
        unpacked.count_entry()?;
        if name.ends_with('/') || !wants(&name) {
            continue;
        }
        if flags & 1 != 0 {
            return Err(ArchiveError::Damaged("its files are encrypted"));
        }
        let head = bytes.get(local..).filter(|head| head.starts_with(&LOCAL));
        let head = head.ok_or(ArchiveError::Damaged("a file is not where its directory says"))?;
        let start = LOCAL_LEN + usize::from(u16_at(head, 26)?) + usize::from(u16_at(head, 28)?);
        let packed = head.get(start..start.saturating_add(packed_len));
        let packed = packed.ok_or(ArchiveError::Damaged("a file is cut off"))?;
        let content = match method {
            0 => packed.to_vec(),
            8 => inflate(flate2::read::DeflateDecoder::new(packed), packed.len(), unpacked.room())?,
            _ => return Err(ArchiveError::Damaged("a file is compressed in another way than deflate")),
        };
        if content.len() != len {
            return Err(ArchiveError::Damaged("a file has another length than its directory says"));
        }
        unpacked.add(name, content)?;
    }
    Ok(())
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, ArchiveError> {
    let field = bytes.get(at..at + 2).and_then(|field| field.try_into().ok());
    field.map(u16::from_le_bytes).ok_or(ArchiveError::Damaged("it is cut off"))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, ArchiveError> {
    let field = bytes.get(at..at + 4).and_then(|field| field.try_into().ok());
    field.map(u32::from_le_bytes).ok_or(ArchiveError::Damaged("it is cut off"))
}
