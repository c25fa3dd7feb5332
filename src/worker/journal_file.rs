//! How a journal entry is written down: a first line, a checksum, and a protobuf message.
//!
//! ```text
//! 1 path   2 base {1 device  2 inode  3 len  4 modified_seconds  5 modified_nanos}
//! 3 message type   4 label   5 written_at   6 len
//! 7 part {1 base start, 2 length} or {3 added bytes}, repeated in the document's order
//! ```
//!
//! **Law.** Reading never fails loudly: what is not wholly as it was written is `None`.

use super::identity::FileIdentity;
use super::journal::{Entry, EntryPart};
use super::{platform, state};
use crate::wire::{self, Read, WireType};
use std::path::PathBuf;

const FIRST_LINE: &[u8] = b"protoloupe journal 1\n";
const CHECKSUM_WIDTH: usize = 8;

/// The bytes in front of the message that [`write`] gives.
pub(super) fn head(message: &[u8]) -> Vec<u8> {
    [FIRST_LINE, &state::checksum(message).to_le_bytes()[..]].concat()
}

pub(super) fn write(entry: &Entry) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some(path) = &entry.path {
        wire::write_len(&mut out, 1, &platform::path_bytes(path));
    }
    if let Some(base) = &entry.base {
        wire::write_len(&mut out, 2, &write_identity(base));
    }
    if let Some(message) = &entry.message {
        wire::write_len(&mut out, 3, message.as_bytes());
    }
    wire::write_len(&mut out, 4, entry.label.as_bytes());
    write_number(&mut out, 5, entry.written_at);
    write_number(&mut out, 6, entry.len);
    for part in &entry.parts {
        let mut written = Vec::new();
        match part {
            EntryPart::Base { start, len } => {
                write_number(&mut written, 1, *start);
                write_number(&mut written, 2, *len);
            }
            EntryPart::Added(bytes) => wire::write_len(&mut written, 3, bytes),
        }
        wire::write_len(&mut out, 7, &written);
    }
    out
}

fn write_number(out: &mut Vec<u8>, number: u32, value: u64) {
    wire::write_tag(out, number, WireType::Varint);
    wire::write_varint(out, value);
}

fn write_identity(identity: &FileIdentity) -> Vec<u8> {
    let FileIdentity { device, inode, len, modified_seconds, modified_nanos } = *identity;
    let mut out = Vec::new();
    let values = [device, inode, len, modified_seconds.cast_unsigned(), u64::from(modified_nanos)];
    for (number, value) in (1..).zip(values) {
        write_number(&mut out, number, value);
    }
    out
}

/// The entry in `bytes`, a whole file; its `file` is left empty.
pub(super) fn read(bytes: &[u8]) -> Option<Entry> {
    let (checksum, message) = bytes.strip_prefix(FIRST_LINE)?.split_first_chunk::<CHECKSUM_WIDTH>()?;
    if u64::from_le_bytes(*checksum) != state::checksum(message) {
        return None;
    }
    let mut entry = Entry::default();
    for field in fields(message) {
        match field? {
            (1, Value::Bytes(path)) => entry.path = Some(platform::path_of_bytes(path)),
            (2, Value::Bytes(base)) => entry.base = Some(read_identity(base)?),
            (3, Value::Bytes(message)) => entry.message = Some(String::from_utf8(message.to_vec()).ok()?),
            (4, Value::Bytes(label)) => entry.label = String::from_utf8(label.to_vec()).ok()?,
            (5, Value::Number(written_at)) => entry.written_at = written_at,
            (6, Value::Number(len)) => entry.len = len,
            (7, Value::Bytes(part)) => entry.parts.push(read_part(part)?),
            _ => return None,
        }
    }
    is_sound(&entry).then_some(entry)
}

/// Whether all parts lie in the base and make up the length.
fn is_sound(entry: &Entry) -> bool {
    let base_len = entry.base.map_or(0, |base| base.len);
    let len = entry.parts.iter().try_fold(0_u64, |sum, part| match part {
        EntryPart::Base { start, len } => {
            start.checked_add(*len).filter(|end| *end <= base_len)?;
            sum.checked_add(*len)
        }
        EntryPart::Added(bytes) => sum.checked_add(bytes.len() as u64),
    });
    len == Some(entry.len)
}

fn read_part(bytes: &[u8]) -> Option<EntryPart> {
    let (mut start, mut len, mut added) = (None, None, None);
    for field in fields(bytes) {
        match field? {
            (1, Value::Number(value)) => start = Some(value),
            (2, Value::Number(value)) => len = Some(value),
            (3, Value::Bytes(value)) => added = Some(value.to_vec()),
            _ => return None,
        }
    }
    match (start, len, added) {
        (Some(start), Some(len), None) => Some(EntryPart::Base { start, len }),
        (None, None, Some(bytes)) => Some(EntryPart::Added(bytes)),
        _ => None,
    }
}

fn read_identity(bytes: &[u8]) -> Option<FileIdentity> {
    let mut values = [0; 5];
    for field in fields(bytes) {
        let (number, Value::Number(value)) = field? else { return None };
        *values.get_mut(number.checked_sub(1)? as usize)? = value;
    }
    let [device, inode, len, seconds, nanos] = values;
    let modified_nanos = u32::try_from(nanos).ok()?;
    Some(FileIdentity { device, inode, len, modified_seconds: seconds.cast_signed(), modified_nanos })
}

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message of ours; `None` for what we would not have written.
fn fields(bytes: &[u8]) -> impl Iterator<Item = Option<(u32, Value<'_>)>> {
    wire::records(bytes).map(|(offset, read)| {
        let Read::Record(record) = read else { return None };
        let start = offset + usize::from(record.payload_start);
        let value = match record.tag.wire_type {
            WireType::Varint => Value::Number(record.scalar.value),
            WireType::Len => Value::Bytes(bytes.get(start..start + record.payload_len as usize)?),
            _ => return None,
        };
        Some((record.tag.number, value))
    })
}

/// Where an entry of `session` for `document` is kept.
pub(super) fn name(session: &str, document: u64) -> PathBuf {
    PathBuf::from(format!("{session}-{document}.journal"))
}

/// The session of an entry's file.
pub(super) fn session_of(name: &str) -> Option<&str> {
    let (session, document) = name.strip_suffix(".journal")?.rsplit_once('-')?;
    document.parse::<u64>().ok()?;
    Some(session)
}
