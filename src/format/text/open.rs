//! Messages inside messages, and what an `Any` holds.

use super::super::FormatError;
use super::plan::Plan;
use super::table::Field;
use super::write::{Level, Place, Writer, element, step_of};
use crate::document::reading::type_name_in_url;
use crate::document::{Found, RecordAt, SourceError, Step};
use crate::schema::{Kind, MessageDescriptor};
use crate::wire::{MAX_VARINT, WireType};
use std::ops::Range;

/// A type URL longer than this is not followed.
const MAX_URL: u64 = 1 << 10;

impl Writer<'_> {
    /// Goes into a message, with a look ahead at its records.
    pub fn enter(&mut self, mut level: Level) -> Result<(), SourceError> {
        if let Some(table) = &level.table {
            level.plan = Plan::make(&mut self.scout, table, level.parts())?;
        }
        self.levels.push(level);
        Ok(())
    }

    /// Writes the head of a declared message and goes into it. `last` is where the last record of a
    /// message stands that several make up.
    pub fn open(
        &mut self,
        record: &RecordAt,
        field: &Field,
        slot: usize,
        message: &MessageDescriptor,
        last: Option<u64>,
    ) -> Result<(), FormatError> {
        let parts = match last {
            Some(last) => self.parts_of(record, slot, last)?,
            None => Vec::from([record.payload()]),
        };
        let step = step_of(field);
        let place = if field.field.is_map() {
            let key = message.get_field(1).map_or(Kind::String, |key| key.kind());
            Place::Entry { step, entry: record.payload(), key }
        } else {
            let level = self.levels.last_mut().filter(|_| field.is_repeated);
            Place::Field { step, idx: level.map(|level| level.count(slot)) }
        };
        self.begin_line();
        self.line.push_str(&field.label);
        let table = self.tables.of(message);
        self.into(Level::new(Some(table), parts, place), record)
    }

    pub fn open_undeclared(&mut self, record: &RecordAt) -> Result<(), FormatError> {
        let place = Place::Field { step: Step::Number(record.number()), idx: None };
        self.into(Level::new(None, Vec::from([record.payload()]), place), record)
    }

    fn into(&mut self, level: Level, record: &RecordAt) -> Result<(), FormatError> {
        let is_empty = level.parts().all(|part| part.is_empty());
        self.enter(level)?;
        self.lose_missing(record, None)?;
        if is_empty {
            self.levels.pop();
            self.line.push_str(" {}");
            return self.end_line();
        }
        self.line.push_str(" {");
        self.end_line()?;
        self.expand()
    }

    /// The parts of a message that several records of the innermost message make up, of which `first`
    /// is one.
    fn parts_of(&mut self, first: &RecordAt, slot: usize, last: u64) -> Result<Vec<Range<u64>>, FormatError> {
        let mut parts = Vec::new();
        let Some(level) = self.levels.last() else { return Ok(parts) };
        let Some(table) = &level.table else { return Ok(parts) };
        for part in level.parts().filter(|part| first.offset < part.end && part.start <= last) {
            let mut at = part.start.max(if part.contains(&first.offset) { first.offset } else { 0 });
            while let Found::Record(record) = self.scout.record(at, part.end)? {
                at = record.end();
                if table.taken_by(&record.record) == Some(slot) {
                    parts.push(record.payload());
                }
            }
        }
        Ok(parts)
    }

    /// As long as the innermost message is an `Any` whose type is loaded and which holds nothing else,
    /// goes into what it holds.
    pub fn expand(&mut self) -> Result<(), FormatError> {
        while let Some(held) = self.held()? {
            if let Some(level) = self.levels.last_mut() {
                level.finish();
            }
            let table = self.tables.of(&held.message);
            self.begin_line();
            let is_empty = held.payload.is_empty();
            self.line.extend(["[", &held.url, "] {", if is_empty { "}" } else { "" }]);
            self.end_line()?;
            if is_empty {
                break;
            }
            let place = Place::Field { step: Step::Field("value".to_owned()), idx: None };
            self.enter(Level::new(Some(table), Vec::from([held.payload]), place))?;
        }
        Ok(())
    }

    fn held(&mut self) -> Result<Option<Held>, SourceError> {
        let Some(level) = self.levels.last() else { return Ok(None) };
        let Some(table) = level.table.as_ref().filter(|table| table.is_any) else { return Ok(None) };
        let of = |number| table.slot(number).and_then(|slot| level.plan.only(slot));
        let (Some(url), value) = (of(1), of(2)) else { return Ok(None) };
        let n_records = 1 + u64::from(value.is_some());
        if level.plan.has_others || level.plan.n_records != n_records || level.parts().count() != 1 {
            return Ok(None);
        }
        let (end, pool) = (level.end, table.message.parent_pool().clone());
        let Found::Record(url) = self.scout.record(url, end)? else { return Ok(None) };
        let url = url.payload();
        if url.end - url.start > MAX_URL {
            return Ok(None);
        }
        let len = (url.end - url.start) as usize;
        let url = String::from_utf8(self.scout.at(url.start, len)?[..len].to_vec()).unwrap_or_default();
        let found = pool.get_message_by_name(type_name_in_url(&url)).filter(|found| !found.is_map_entry());
        let Some(message) = found.filter(|_| has_known_domain(&url)) else { return Ok(None) };
        let payload = match value {
            Some(value) => match self.scout.record(value, end)? {
                Found::Record(value) => value.payload(),
                _ => return Ok(None),
            },
            None => 0..0,
        };
        Ok(self.is_whole(&message, payload.clone())?.then_some(Held { url, message, payload }))
    }

    /// Whether parsers take all that is in a message; what an `Any` in it holds apart.
    fn is_whole(&mut self, message: &MessageDescriptor, payload: Range<u64>) -> Result<bool, SourceError> {
        let mut open = Vec::from([(self.tables.of(message), payload)]);
        while let Some((table, rest)) = open.last_mut() {
            let record = match self.scout.record(rest.start, rest.end)? {
                Found::End => {
                    open.pop();
                    continue;
                }
                Found::Record(record) if record.record.missing == 0 && !record.is_unclosed_group() => record,
                Found::Record(_) | Found::Rest(_) => return Ok(false),
            };
            rest.start = record.end();
            let Some(field) = table.taken_by(&record.record).map(|slot| &table.fields[slot]) else {
                continue;
            };
            if let Kind::Message(inner) = &field.kind {
                let inner = self.tables.of(inner);
                open.push((inner, record.payload()));
            } else if record.wire_type() == WireType::Len && field.wire_type != WireType::Len {
                let (mut at, end) = (record.payload().start, record.payload().end);
                while at < end {
                    let want = (end - at).min(MAX_VARINT as u64) as usize;
                    let bytes = self.scout.at(at, want)?;
                    let element = element(field.wire_type, bytes.get(..want).unwrap_or(bytes));
                    let Some((_, width)) = element else { return Ok(false) };
                    at += width;
                }
            }
        }
        Ok(true)
    }
}

/// What an `Any` holds.
struct Held {
    url: String,
    message: MessageDescriptor,
    payload: Range<u64>,
}

/// Whether every reader of text takes this as the name of what an `Any` holds; protoc takes no others.
fn has_known_domain(url: &str) -> bool {
    let domain = url.split_once('/').map(|(domain, _)| domain);
    matches!(domain, Some("type.googleapis.com" | "type.googleprod.com")) && url.matches('/').count() == 1
}
