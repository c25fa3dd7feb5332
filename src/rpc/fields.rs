//! Fields of the few messages that belong to the protocols themselves.

use crate::wire::{Read, Record, WireType, records};

/// Walks the records of a message; an error if it is damaged.
fn each<'a>(message: &'a [u8], mut found: impl FnMut(&Record, &'a [u8])) -> Result<(), String> {
    for (offset, read) in records(message) {
        match read {
            Read::Record(record) if record.missing > 0 => {
                return Err(format!("it is cut off, {} bytes missing at offset {offset}", record.missing));
            }
            Read::Record(record) => {
                let start = offset + usize::from(record.payload_start);
                let payload = message.get(start..start.saturating_add(record.payload_len as usize));
                found(&record, payload.unwrap_or_default());
            }
            Read::Rest(damage) => return Err(format!("{damage}, at offset {offset}")),
            Read::End => break,
        }
    }
    Ok(())
}

/// The payloads of all LEN records of one field.
pub(super) fn payloads(message: &[u8], number: u32) -> Result<Vec<&[u8]>, String> {
    let mut payloads = Vec::new();
    each(message, |record, payload| {
        if record.tag.number == number && record.tag.wire_type == WireType::Len {
            payloads.push(payload);
        }
    })?;
    Ok(payloads)
}

/// The text of a singular field; empty if it is absent.
pub(super) fn text(message: &[u8], number: u32) -> Result<String, String> {
    Ok(String::from_utf8_lossy(payloads(message, number)?.last().copied().unwrap_or_default()).into_owned())
}

/// The value of a singular varint field; 0 if it is absent.
pub(super) fn varint(message: &[u8], number: u32) -> Result<u64, String> {
    let mut value = 0;
    each(message, |record, _| {
        if record.tag.number == number && record.tag.wire_type == WireType::Varint {
            value = record.scalar.value;
        }
    })?;
    Ok(value)
}
