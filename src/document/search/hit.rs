//! What was found, to be kept and to be read.

use super::super::path::Path;
use super::super::reader::{Reader, RecordAt, SMALL_WINDOW};
use super::super::rows::{Facet, RowId};
use super::super::snapshot::Snapshot;
use super::super::source::{ReadMode, SourceError};
use super::super::value::{grouped, quote_bytes, show_packed, show_value};
use crate::schema::Kind;
use crate::wire::{Read, WireType, readings};
use std::fmt;
use std::ops::Range;

/// Bytes of a payload that are read to show its value.
const HEAD: u64 = 1 << 10;
/// Bytes shown in front of a match in a long text.
const BEFORE: u64 = 24;

/// One record, element or stretch of damaged bytes that was found. Its offsets are those of the
/// moment it was found at.
#[derive(Clone)]
pub struct Hit {
    pub offset: u64,
    pub facet: Facet,
    /// Where the message around it ends, if that cuts the record off.
    pub cut_at: Option<u64>,
    pub shown: Shown,
    /// The bytes that match, if a text or bytes were looked for.
    pub matched: Option<Range<u64>>,
    pub path: Path,
}

/// How the value is put into words.
#[derive(Clone, PartialEq)]
pub enum Shown {
    Kind(Kind),
    Packed(Kind),
    /// By its wire type alone.
    Raw,
    /// One element of a packed record, of so many bytes.
    Element(Kind, u8),
    /// No record: so many bytes.
    Rest(u64),
    /// A repeated field as a whole, of so many elements.
    Count(u64),
}

// A kind's own `Debug` writes out everything that it reaches, without end where types contain each
// other.
impl fmt::Debug for Hit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hit({:?} {} \"{}\" {:?})", self.facet, self.offset, self.path, self.matched)
    }
}

impl PartialEq for Hit {
    fn eq(&self, other: &Hit) -> bool {
        (self.offset, self.facet, self.cut_at, &self.matched, &self.path)
            == (other.offset, other.facet, other.cut_at, &other.matched, &other.path)
    }
}

/// A value on one line, with what matched in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    pub before: String,
    /// Empty if nothing in the value itself was looked for.
    pub matched: String,
    pub after: String,
}

impl Excerpt {
    pub fn text(&self) -> String {
        [self.before.as_str(), &self.matched, &self.after].concat()
    }

    fn plain(text: impl Into<String>) -> Excerpt {
        Excerpt { before: text.into(), ..Excerpt::default() }
    }
}

impl Hit {
    /// The row of the tree that shows it, while its bytes are where they were.
    pub fn row(&self) -> RowId {
        RowId { offset: self.offset, facet: self.facet }
    }

    /// Its value, read from where it is by now, in about `max_chars` characters.
    pub fn excerpt(
        &self,
        snapshot: &Snapshot,
        offset: u64,
        max_chars: usize,
        mode: ReadMode,
    ) -> Result<Excerpt, SourceError> {
        let moved = |at: u64| at.wrapping_sub(self.offset).wrapping_add(offset);
        let end = self.cut_at.map_or(snapshot.len(), |cut_at| moved(cut_at).min(snapshot.len()));
        let mut reader = Reader::new(snapshot, mode, SMALL_WINDOW);
        if let Shown::Count(n) = self.shown {
            return Ok(Excerpt::plain(format!(
                "{} {}",
                grouped(n),
                if n == 1 { "element" } else { "elements" }
            )));
        }
        if let Shown::Rest(len) = self.shown {
            let range = offset..offset.saturating_add(len).min(end);
            return within(snapshot, range.clone(), self.matched_now(offset, &range), max_chars, false, mode);
        }
        if let Shown::Element(kind, width) = &self.shown {
            let range = offset..offset.saturating_add(u64::from(*width)).min(end);
            let bytes = snapshot.bytes(range.clone(), mode)?;
            return Ok(Excerpt::plain(show_value(kind, &bytes, bytes.len() as u64, max_chars).text));
        }
        // The head alone: a group's end may be far away.
        let at = match reader.head(offset.min(end), end)? {
            Read::Record(record) => RecordAt { offset, record, end_tag_width: 0 },
            Read::Rest(damage) => return Ok(Excerpt::plain(damage.to_string())),
            Read::End => return Ok(Excerpt::default()),
        };
        let payload = at.payload();
        if let Some(matched) = self.matched_now(offset, &payload) {
            let is_text = matches!(&self.shown, Shown::Kind(Kind::String));
            return within(snapshot, payload, Some(matched), max_chars, is_text, mode);
        }
        let len = payload.end - payload.start;
        let head = snapshot.bytes(payload.start..payload.start + len.min(HEAD), mode)?;
        Ok(Excerpt::plain(self.value(&at, &head, len, max_chars)))
    }

    /// What matched, if it lies in `range` still.
    fn matched_now(&self, offset: u64, range: &Range<u64>) -> Option<Range<u64>> {
        let matched = self.matched.as_ref()?;
        let start = matched.start.checked_sub(self.offset)?.checked_add(offset)?;
        let end = start + (matched.end - matched.start);
        (range.start <= start && end <= range.end).then_some(start..end)
    }

    fn value(&self, at: &RecordAt, head: &[u8], len: u64, max_chars: usize) -> String {
        let fits = |kind: &Kind| match kind {
            Kind::Message(_) => true,
            kind => crate::schema::kind_wire_type(kind) == at.wire_type(),
        };
        match &self.shown {
            Shown::Kind(kind) if fits(kind) => show_value(kind, head, len, max_chars).text,
            Shown::Packed(kind) if at.wire_type() == WireType::Len => {
                show_packed(kind, head, len, max_chars).text
            }
            _ if at.wire_type() == WireType::Sgroup => "group".to_owned(),
            _ => {
                let is_all = head.len() as u64 == len;
                let found = readings(at.wire_type(), at.record.scalar.value, head, is_all);
                match found.first() {
                    Some(first) if first.kind == "string" => quote_bytes(head, is_all, max_chars).0,
                    Some(first) if first.kind == "bytes" => {
                        show_value(&Kind::Bytes, head, len, max_chars).text
                    }
                    Some(first) => first.text.clone(),
                    None => String::new(),
                }
            }
        }
    }
}

/// The bytes around a match, as text or, if they are none, in hexadecimal.
fn within(
    snapshot: &Snapshot,
    payload: Range<u64>,
    matched: Option<Range<u64>>,
    max_chars: usize,
    is_text: bool,
    mode: ReadMode,
) -> Result<Excerpt, SourceError> {
    let matched = matched.unwrap_or(payload.start..payload.start);
    let room = max_chars as u64;
    let mut start = match matched.end - payload.start <= room {
        true => payload.start,
        false => matched.start.saturating_sub(BEFORE).max(payload.start),
    };
    let end = payload.end.min(matched.end.max(start) + room).min(matched.start + 4 * room);
    let mut bytes = snapshot.bytes(start..end, mode)?;
    // Not in the middle of a character.
    let n_cut = bytes.iter().take(4).take_while(|byte| **byte & 0xc0 == 0x80).count();
    if start > payload.start && n_cut < 4 && start + n_cut as u64 <= matched.start {
        bytes.drain(..n_cut);
        start += n_cut as u64;
    }
    let from = (matched.start - start) as usize;
    let to = ((matched.end - start) as usize).min(bytes.len());
    let (head, rest) = bytes.split_at(from.min(bytes.len()));
    let (middle, tail) = rest.split_at(to.saturating_sub(from).min(rest.len()));
    let readable =
        is_text || std::str::from_utf8(&bytes).map_or_else(|error| error.error_len().is_none(), |_| true);
    let text = |bytes: &[u8]| match readable {
        true => {
            let (quoted, _) = quote_bytes(bytes, true, usize::MAX);
            quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(&quoted).to_owned()
        }
        false => bytes.iter().map(|byte| format!("{byte:02x} ")).collect(),
    };
    let (quote, gap) = if readable { ("\"", "…") } else { ("", "… ") };
    let before = format!("{}{}", if start > payload.start { gap } else { quote }, text(head));
    let cut = format!("… ({} B)", grouped(payload.end - payload.start));
    let after = format!("{}{}", text(tail), if end < payload.end { cut.as_str() } else { quote });
    Ok(Excerpt { before, matched: text(middle), after })
}
