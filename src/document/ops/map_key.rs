//! The key of a map entry.

use super::{NewValue, OpError, field_bytes, inside};
use crate::document::Document;
use crate::document::edit::Edit;
use crate::document::path::Path;
use crate::document::reader::{Found, Reader, SMALL_WINDOW};
use crate::document::resolve::Located;
use crate::document::source::ReadMode;
use crate::schema::{FieldDescriptor, wire_type};

/// The edit that gives a map entry another key; its value stays as it is. `key` is the entry's first
/// field.
pub fn rename_key(
    document: &Document,
    entry: &Located,
    key: &FieldDescriptor,
    text: &str,
    path: &Path,
) -> Result<Edit, OpError> {
    let encoded = NewValue::Text(text).encode(&key.kind(), path)?;
    let payload = entry.at.payload();
    let mut reader = Reader::new(document.snapshot(), ReadMode::Wait, SMALL_WINDOW);
    let (mut offset, mut last) = (payload.start, None);
    while let Found::Record(at) = reader.record(offset, payload.end)? {
        offset = at.end();
        if at.number() == key.number() {
            last = Some(at);
        }
    }
    let chain = inside(entry);
    let bytes = || field_bytes(key, &encoded);
    Ok(match last {
        Some(at) if at.wire_type() == wire_type(key) => {
            Edit::SetPayload { chain, offset: at.offset, payload: encoded.payload }
        }
        Some(at) => Edit::Splice { chain, range: at.range(), bytes: bytes() },
        None => Edit::Insert { chain, offset: payload.start, bytes: bytes() },
    })
}
