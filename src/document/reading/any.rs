//! `google.protobuf.Any`: the type it names.

use crate::document::reader::{Found, Reader};
use crate::document::source::SourceError;
use crate::schema::MessageDescriptor;
use crate::wire::{Read, WireType, records};
use std::ops::Range;

/// The longest type URL that is followed, in bytes.
const MAX_URL: u64 = 1 << 10;
/// An Any has two records; one stuffed with others is not gone through.
const MAX_RECORDS: usize = 64;

/// The full name that a type URL ends with.
pub fn type_name_in_url(url: &str) -> &str {
    url.rsplit_once('/').map_or(url, |(_, name)| name)
}

/// The type URL in the payload of an Any: its last.
pub fn url_in_payload(payload: &[u8]) -> Option<String> {
    let (mut at, mut url) = (0, None);
    for (_, read) in records(payload).take(MAX_RECORDS) {
        let Read::Record(record) = read else { break };
        let start = at + usize::from(record.payload_start);
        at = start + record.payload_len as usize;
        if record.tag.number == 1 && record.tag.wire_type == WireType::Len {
            url = payload.get(start..at).and_then(|bytes| std::str::from_utf8(bytes).ok());
        }
    }
    url.map(str::to_owned)
}

/// The type that the Any in `range` names, if the pool that declares `any` has it.
pub fn type_in_any(
    reader: &mut Reader<'_>,
    any: &MessageDescriptor,
    range: Range<u64>,
) -> Result<Option<MessageDescriptor>, SourceError> {
    let (mut offset, mut url) = (range.start, None);
    for _ in 0..MAX_RECORDS {
        let Found::Record(at) = reader.record(offset, range.end)? else { break };
        offset = at.end();
        if at.number() == 1 && at.wire_type() == WireType::Len && at.record.payload_len <= MAX_URL {
            url = Some(at.payload());
        }
    }
    let Some(url) = url else { return Ok(None) };
    let len = (url.end - url.start) as usize;
    let bytes = &reader.at(url.start, len)?[..len];
    let name = std::str::from_utf8(bytes).ok().map(type_name_in_url);
    Ok(name
        .and_then(|name| any.parent_pool().get_message_by_name(name))
        .filter(|found| !found.is_map_entry()))
}
