//! Messages that ProtoJSON writes as one value, and `Any`.

use super::super::FormatError;
use super::super::loss::LossKind;
use super::engine::{Engine, FLUSH};
use super::frame::Parts;
use super::input::{Heads, read_head};
use super::report::Place;
use super::scan::{Seen, Walk};
use super::table::{Form, Shape, Table};
use crate::document::RecordAt;
use crate::document::value::{
    MAX_DURATION_SECONDS, MAX_TIMESTAMP_SECONDS, MIN_TIMESTAMP_SECONDS, civil_of_days,
};
use crate::wire::{Read, WireType};
use std::rc::Rc;

const NANOS_PER_SECOND: i32 = 1_000_000_000;

/// A type URL longer than this names no type.
const MAX_URL: u64 = 64 << 10;

/// The records of fields 1 and 2 of a message that count.
struct Pair {
    first: Option<RecordAt>,
    second: Option<RecordAt>,
}

impl Engine<'_> {
    /// The last records of fields 1 and 2; what else there is is reported.
    fn pair(&mut self, bytes: &[u8], base: u64, table: &Table, parts: &Parts) -> Result<Pair, FormatError> {
        let slots = [table.slot(1), table.slot(2)];
        let mut found = [None, None];
        let mut is_odd = false;
        let one = std::slice::from_ref(&parts.first);
        let all = if parts.more.is_empty() { None } else { Some(parts.to_vec()) };
        let ranges = all.as_deref().unwrap_or(one);
        let mut heads = Heads { window: bytes, base, input: &mut self.input };
        let mut walk = Walk::new(ranges);
        while let Some(seen) = walk.next(&mut heads, table, ranges)? {
            match seen {
                Seen::Field { slot, record } => {
                    is_odd |= record.record.missing > 0;
                    match slots.iter().position(|wanted| *wanted == Some(slot)) {
                        Some(idx) => is_odd |= found[idx].replace(record).is_some(),
                        None => is_odd = true,
                    }
                }
                _ => is_odd = true,
            }
        }
        if is_odd {
            let mut last = vec![None; table.fields.len()];
            for (slot, record) in slots.iter().zip(&found) {
                if let (Some(slot), Some(record)) = (slot, record) {
                    last[*slot] = Some(record.offset);
                }
            }
            self.lose_around(bytes, base, table, ranges, &last)?;
        }
        Ok(Pair { first: found[0], second: found[1] })
    }

    pub fn time(&mut self, bytes: &[u8], base: u64, table: &Table, parts: &Parts) -> Result<(), FormatError> {
        let heads = Heads { window: bytes, base, input: &mut self.input };
        let plain = heads.in_window(&parts.first).filter(|_| parts.more.is_empty()).and_then(plain_time);
        let (seconds, nanos) = match plain {
            Some((seconds, nanos)) => (seconds as i64, nanos as i32),
            None => {
                let pair = self.pair(bytes, base, table, parts)?;
                let bits = |record: Option<RecordAt>| record.map_or(0, |record| record.record.scalar.value);
                (bits(pair.first) as i64, bits(pair.second) as i32)
            }
        };
        let written = if table.shape == Shape::Timestamp {
            write_timestamp(&mut self.text.out, seconds, nanos)
        } else {
            write_duration(&mut self.text.out, seconds, nanos)
        };
        if written {
            return Ok(());
        }
        self.text.open(b'{');
        self.text.name(false, "seconds");
        self.text.scalar(Form::Int64, seconds as u64, None);
        self.text.name(true, "nanos");
        self.text.scalar(Form::Int32, nanos as u64, None);
        self.text.close(b'}', true);
        let name = table.full_name.rsplit('.').next().unwrap_or_default();
        self.lose(LossKind::Range, parts.first.start, Place::Value, || {
            format!("{seconds} seconds and {nanos} nanoseconds are no {name}; they are written as an object")
        })
    }

    pub fn field_mask(
        &mut self,
        bytes: &[u8],
        base: u64,
        table: &Table,
        parts: &Parts,
    ) -> Result<(), FormatError> {
        let ranges = parts.to_vec();
        self.text.out.push(b'"');
        let mut walk = Walk::new(&ranges);
        let (mut any, mut is_odd) = (false, false);
        loop {
            let mut heads = Heads { window: bytes, base, input: &mut self.input };
            let record = match walk.next(&mut heads, table, &ranges)? {
                None => break,
                Some(Seen::Field { record, .. }) => record,
                Some(_) => {
                    is_odd = true;
                    continue;
                }
            };
            is_odd |= record.record.missing > 0;
            let path = heads.fetch(record.payload())?;
            let (camel, is_exact) = camel_case(&path);
            if any {
                self.text.out.push(b',');
            }
            any |= !camel.is_empty();
            let (_, bad) = self.text.string_part(&camel, true);
            let offset = record.payload().start;
            if bad.is_some() {
                self.lose_utf8(offset)?;
            } else if !is_exact {
                self.lose(LossKind::Range, offset, Place::Value, || {
                    let path = String::from_utf8_lossy(&path).into_owned();
                    format!("\"{path}\" cannot be read back from camel case; it is written as it is")
                })?;
            }
            if !self.is_attempt() && self.text.out.len() > FLUSH {
                self.flush()?;
            }
        }
        self.text.out.push(b'"');
        if is_odd { self.lose_around(bytes, base, table, &ranges, &[]) } else { Ok(()) }
    }

    /// Writes an `Any` whose type is not loaded; of one whose type is, what stands before its
    /// members, and returns them.
    pub fn any(
        &mut self,
        bytes: &[u8],
        base: u64,
        table: &Table,
        parts: &Parts,
    ) -> Result<Option<(Rc<Table>, Parts)>, FormatError> {
        let pair = self.pair(bytes, base, table, parts)?;
        let url_range = pair.first.map_or(0..0, |record| record.payload());
        let payload = pair.second.map_or(0..0, |record| record.payload());
        self.text.open(b'{');
        if url_range.is_empty() && payload.is_empty() {
            self.text.close(b'}', false);
            return Ok(None);
        }
        let mut url = Vec::new();
        let mut heads = Heads { window: bytes, base, input: &mut self.input };
        if url_range.end - url_range.start <= MAX_URL {
            url = heads.fetch(url_range.clone())?;
        }
        self.text.name(false, "@type");
        self.string_at(bytes, base, url_range.clone())?;
        let name = std::str::from_utf8(&url).ok().and_then(|url| url.rsplit_once('/'));
        let found = name.and_then(|(_, name)| self.tables.by_name(name));
        let Some(id) = found else {
            self.text.name(true, "value");
            self.bytes_at(bytes, base, payload)?;
            self.text.close(b'}', true);
            self.lose(LossKind::UnknownType, url_range.start.max(parts.first.start), Place::Value, || {
                let url = String::from_utf8_lossy(&url).into_owned();
                format!("No type is loaded for \"{url}\"; its bytes are written as base64")
            })?;
            return Ok(None);
        };
        let payload_table = self.tables.get(id);
        if payload_table.is_well_known {
            self.text.name(true, "value");
        }
        Ok(Some((payload_table, Parts::one(payload))))
    }
}

/// The bits of fields 1 and 2, if the payload is each at most once and nothing else.
fn plain_time(payload: &[u8]) -> Option<(u64, u64)> {
    let (mut bits, mut at) = ([0; 2], 0);
    let mut last = 0;
    while at < payload.len() {
        let Read::Record(record) = read_head(&payload[at..], (payload.len() - at) as u64) else {
            return None;
        };
        let number = record.tag.number;
        if record.tag.wire_type != WireType::Varint || number <= last || number > 2 {
            return None;
        }
        bits[number as usize - 1] = record.scalar.value;
        last = number;
        at += record.head_and_payload_len() as usize;
    }
    Some((bits[0], bits[1]))
}

/// RFC 3339 with 0, 3, 6 or 9 digits of a second; false if it is out of range.
fn write_timestamp(out: &mut Vec<u8>, seconds: i64, nanos: i32) -> bool {
    if !(MIN_TIMESTAMP_SECONDS..=MAX_TIMESTAMP_SECONDS).contains(&seconds)
        || !(0..NANOS_PER_SECOND).contains(&nanos)
    {
        return false;
    }
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil_of_days(days);
    out.push(b'"');
    digits(out, year, 4);
    for (separator, value) in
        [(b'-', month), (b'-', day), (b'T', second / 3600), (b':', second / 60 % 60), (b':', second % 60)]
    {
        out.push(separator);
        digits(out, value, 2);
    }
    write_nanos(out, i64::from(nanos));
    out.extend_from_slice(b"Z\"");
    true
}

/// Seconds with 0, 3, 6 or 9 decimals; false if it is out of range or its signs differ.
fn write_duration(out: &mut Vec<u8>, seconds: i64, nanos: i32) -> bool {
    let signs_differ = (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0);
    let is_in_range = (-MAX_DURATION_SECONDS..=MAX_DURATION_SECONDS).contains(&seconds)
        && (1 - NANOS_PER_SECOND..NANOS_PER_SECOND).contains(&nanos);
    if signs_differ || !is_in_range {
        return false;
    }
    out.extend_from_slice(if seconds < 0 || nanos < 0 { b"\"-" } else { b"\"" });
    out.extend_from_slice(itoa::Buffer::new().format(seconds.unsigned_abs()).as_bytes());
    write_nanos(out, i64::from(nanos.unsigned_abs()));
    out.extend_from_slice(b"s\"");
    true
}

fn write_nanos(out: &mut Vec<u8>, nanos: i64) {
    let (value, width) = match nanos {
        0 => return,
        _ if nanos % 1_000_000 == 0 => (nanos / 1_000_000, 3),
        _ if nanos % 1_000 == 0 => (nanos / 1_000, 6),
        _ => (nanos, 9),
    };
    out.push(b'.');
    digits(out, value, width);
}

fn digits(out: &mut Vec<u8>, value: i64, width: u32) {
    for place in (0..width).rev() {
        out.push(b'0' + (value / 10_i64.pow(place) % 10) as u8);
    }
}

/// A path of a FieldMask in lower camel case; as it is, and false, if that cannot be undone.
fn camel_case(path: &[u8]) -> (Vec<u8>, bool) {
    let mut camel = Vec::with_capacity(path.len());
    let mut after_underscore = false;
    for &byte in path {
        match byte {
            b'A'..=b'Z' => return (path.to_vec(), false),
            _ if after_underscore && !byte.is_ascii_lowercase() => return (path.to_vec(), false),
            b'_' => after_underscore = true,
            _ => {
                camel.push(if after_underscore { byte.to_ascii_uppercase() } else { byte });
                after_underscore = false;
            }
        }
    }
    if after_underscore { (path.to_vec(), false) } else { (camel, true) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::value::{SecondsNanos, timestamp_text};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_timestamp_is_written_as_it_is_shown(
            seconds in prop_oneof![MIN_TIMESTAMP_SECONDS - 2..=MAX_TIMESTAMP_SECONDS + 2, -100_000_i64..100_000],
            nanos in prop_oneof![Just(0), Just(-1), Just(1_000_000_000), 0..1_000_000_000, (0..1000).prop_map(|n| n * 1_000_000)],
        ) {
            let mut out = Vec::new();
            let shown = timestamp_text(SecondsNanos { seconds, nanos });
            prop_assert_eq!(write_timestamp(&mut out, seconds, nanos), shown.is_some());
            prop_assert_eq!(String::from_utf8(out).unwrap(), shown.map_or(String::new(), |text| format!("\"{text}\"")));
        }
    }
}
