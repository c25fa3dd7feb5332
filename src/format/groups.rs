//! Where groups end.
//!
//! A group does not say how long it is, so that looking for the end of each of many nested ones
//! costs the square of their number. Here every byte is looked at once at most.

use crate::document::{Reader, SourceError};
use crate::wire::{Read, WireType};
use std::collections::HashMap;

/// Heads that one search goes through. A group that is longer stays open-ended.
const MAX_HEADS: usize = 1 << 16;

/// What is known of the group that starts at an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Its end tag starts here and has this width.
    Closed { content_end: u64, end_tag_width: u8 },
    /// It has no end tag: its content reaches to the end of the enclosing message.
    Unclosed,
    /// It ends too far away to be looked for.
    Unknown,
}

/// Extents kept before all are forgotten.
const MAX_KEPT: usize = 1 << 17;

/// The extents found so far, by the offset of the start tag.
#[derive(Debug, Default)]
pub(super) struct Groups(HashMap<u64, Extent>);

impl Groups {
    /// The extent of the group whose start tag is at `offset`, in a message that ends at `end`.
    pub fn extent(&mut self, reader: &mut Reader<'_>, offset: u64, end: u64) -> Result<Extent, SourceError> {
        if let Some(extent) = self.0.get(&offset) {
            return Ok(*extent);
        }
        if self.0.len() > MAX_KEPT {
            self.0.clear();
        }
        self.search(reader, offset, end)?;
        Ok(self.0.get(&offset).copied().unwrap_or(Extent::Unknown))
    }

    /// Goes on until the group at `offset` is closed, noting all groups on the way.
    fn search(&mut self, reader: &mut Reader<'_>, offset: u64, end: u64) -> Result<(), SourceError> {
        let mut open: Vec<(u64, u32)> = Vec::new();
        let mut at = offset;
        let mut others = Extent::Unknown;
        for _ in 0..MAX_HEADS {
            let Read::Record(record) = reader.head(at, end)? else {
                others = Extent::Unclosed;
                break;
            };
            match record.tag.wire_type {
                WireType::Sgroup => open.push((at, record.tag.number)),
                WireType::Egroup => {
                    let Some((start, _)) = open.pop_if(|(_, number)| *number == record.tag.number) else {
                        others = Extent::Unclosed;
                        break;
                    };
                    let end_tag_width = record.tag.width;
                    self.0.insert(start, Extent::Closed { content_end: at, end_tag_width });
                    if open.is_empty() {
                        break;
                    }
                }
                _ => {}
            }
            at += record.head_and_payload_len();
        }
        self.0.extend(open.iter().map(|(start, _)| (*start, others)));
        Ok(())
    }
}
