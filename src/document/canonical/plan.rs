//! The records of one message in canonical order.

use super::CanonicalReport;
use super::scalars::{elements, is_default, write_elements, write_scalar};
use crate::document::level::Meaning;
use crate::document::ops::field_bytes;
use crate::document::resolve::MapKey;
use crate::document::value::default_payload;
use crate::schema::{FieldDescriptor, Kind, MessageDescriptor, field_of, is_packable};
use crate::wire::{Read, Record, WireType, records, write_tag, write_varint};
use std::collections::{BTreeMap, HashMap};

/// Records of one message that are put into order; one with more stays as it is.
const MAX_RECORDS: usize = 4 << 20;

/// How a message stands in the one around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrap {
    Root,
    /// With the field's number.
    Len(u32),
    Group(u32),
}

/// A message to be written: its parts merge.
pub(super) struct Inside<'a> {
    pub message: MessageDescriptor,
    pub parts: Vec<&'a [u8]>,
    pub wrap: Wrap,
    /// The record that it is in, if it is one record alone.
    pub whole: Option<&'a [u8]>,
}

/// A stretch of the message in order.
pub(super) enum Planned<'a> {
    Bytes(Vec<u8>),
    /// As it is.
    Kept(&'a [u8]),
    Messages(Messages<'a>),
}

/// Messages of one field.
pub(super) struct Messages<'a> {
    message: MessageDescriptor,
    wrap: Wrap,
    /// From the last to be written to the first; each with its parts.
    waiting: Vec<Payloads<'a>>,
}

enum Payloads<'a> {
    One(Found<'a>),
    Parts(Vec<&'a [u8]>),
}

impl<'a> Messages<'a> {
    pub fn next(&mut self) -> Option<Inside<'a>> {
        let (parts, whole) = match self.waiting.pop()? {
            Payloads::One(found) => (vec![found.payload], Some(found.whole)),
            Payloads::Parts(parts) => (parts, None),
        };
        Some(Inside { message: self.message.clone(), parts, wrap: self.wrap, whole })
    }
}

/// One record: all of it, and its payload.
#[derive(Clone, Copy)]
struct Found<'a> {
    whole: &'a [u8],
    payload: &'a [u8],
    wire_type: WireType,
    number: u32,
    scalar: u64,
}

/// The records of one message, up to where they are damaged.
struct Level<'a> {
    /// In wire order.
    found: Vec<Found<'a>>,
    rest: Option<&'a [u8]>,
}

fn read<'a>(part: &'a [u8], found: &mut Vec<Found<'a>>) -> Option<&'a [u8]> {
    let mut walk = records(part);
    while let Some((offset, read)) = walk.next() {
        let Read::Record(record) = read else { return part.get(offset..) };
        if record.missing > 0 || is_unclosed(&record, walk.offset() - offset) {
            return part.get(offset..);
        }
        let whole = &part[offset..walk.offset()];
        let start = usize::from(record.payload_start);
        let payload = &whole[start..start + record.payload_len as usize];
        let (wire_type, number) = (record.tag.wire_type, record.tag.number);
        found.push(Found { whole, payload, wire_type, number, scalar: record.scalar.value });
        if found.len() > MAX_RECORDS {
            return None;
        }
    }
    None
}

fn is_unclosed(record: &Record, taken: usize) -> bool {
    record.tag.wire_type == WireType::Sgroup && record.head_and_payload_len() == taken as u64
}

fn is_whole(payload: &[u8]) -> bool {
    read(payload, &mut Vec::new()).is_none()
}

/// Puts the records of a message into order; `all` are the bytes that its parts are stretches of.
pub(super) fn plan<'a>(all: &'a [u8], inside: &Inside<'a>, report: &mut CanonicalReport) -> Vec<Planned<'a>> {
    let mut level = Level { found: Vec::new(), rest: None };
    for part in &inside.parts {
        // Of several parts none is damaged.
        level.rest = read(part, &mut level.found);
    }
    if level.found.len() > MAX_RECORDS {
        report.n_kept += 1;
        return inside.parts.iter().map(|part| Planned::Kept(part)).collect();
    }
    let message = &inside.message;
    let mut known: BTreeMap<u32, Vec<Found<'a>>> = BTreeMap::new();
    let mut unknown: Vec<Found<'a>> = Vec::new();
    for found in level.found {
        match Meaning::of(Some(message), found.number, found.wire_type) {
            Meaning::Field(_) | Meaning::Packed(_) => known.entry(found.number).or_default().push(found),
            // What a person reads bytes as does not change what parsers make of them.
            Meaning::Clash(_) | Meaning::Unknown | Meaning::Chosen { .. } => unknown.push(found),
        }
    }
    keep_one_member(message, &mut known, report);
    let mut planner = Planner { all, planned: Vec::new(), bytes: Vec::new(), report };
    let is_entry = message.is_map_entry();
    let fields: Vec<FieldDescriptor> = known.keys().filter_map(|number| field_of(message, *number)).collect();
    if is_entry {
        for number in [1, 2] {
            let Some(field) = message.get_field(number) else { continue };
            match known.get(&number) {
                Some(found) => planner.field(&field, found, true),
                None => {
                    let default = default_payload(&field.kind(), Some(&field.default_value()));
                    planner.bytes.extend(field_bytes(&field, &default));
                }
            }
        }
    } else {
        for field in fields {
            planner.field(&field, &known[&field.number()], false);
        }
    }
    unknown.sort_by_key(|found| found.number);
    planner.report.n_unknown += unknown.len() as u64;
    unknown.iter().for_each(|found| planner.respelled(found));
    planner.close_bytes();
    if let Some(rest) = level.rest {
        planner.report.n_kept += 1;
        planner.planned.push(Planned::Kept(rest));
    }
    planner.planned
}

/// Of each oneof only the member that was set last, from where it was set last on.
fn keep_one_member(
    message: &MessageDescriptor,
    known: &mut BTreeMap<u32, Vec<Found<'_>>>,
    report: &mut CanonicalReport,
) {
    let place = |found: &Found<'_>| found.whole.as_ptr() as usize;
    for oneof in message.oneofs().filter(|oneof| !oneof.is_synthetic()) {
        let members: Vec<u32> =
            oneof.fields().map(|field| field.number()).filter(|number| known.contains_key(number)).collect();
        if members.len() < 2 {
            continue;
        }
        let last_of = |number: &u32| known.get(number).and_then(|found| found.last()).map(place);
        let Some(effective) = members.iter().copied().max_by_key(last_of) else { continue };
        let others = members.iter().filter(|number| **number != effective);
        let cut = others.filter_map(last_of).max().unwrap_or(0);
        for number in &members {
            let Some(found) = known.get_mut(number) else { continue };
            let n_before = found.len();
            found.retain(|one| *number == effective && place(one) > cut);
            report.n_overridden += (n_before - found.len()) as u64;
            if found.is_empty() {
                known.remove(number);
            }
        }
    }
}

/// An unknown record in the fewest bytes, its content as it is.
fn respelled(out: &mut Vec<u8>, found: &Found<'_>) {
    write_tag(out, found.number, found.wire_type);
    match found.wire_type {
        WireType::Varint => write_varint(out, found.scalar),
        WireType::Len => {
            write_varint(out, found.payload.len() as u64);
            out.extend_from_slice(found.payload);
        }
        WireType::Sgroup => {
            out.extend_from_slice(found.payload);
            write_tag(out, found.number, WireType::Egroup);
        }
        _ => out.extend_from_slice(found.payload),
    }
}

struct Planner<'a, 'r> {
    all: &'a [u8],
    planned: Vec<Planned<'a>>,
    /// Not yet among what is planned.
    bytes: Vec<u8>,
    report: &'r mut CanonicalReport,
}

impl<'a> Planner<'a, '_> {
    fn close_bytes(&mut self) {
        if !self.bytes.is_empty() {
            self.planned.push(Planned::Bytes(std::mem::take(&mut self.bytes)));
        }
    }

    fn keep(&mut self, found: &[Found<'a>]) {
        self.close_bytes();
        self.report.n_kept += 1;
        self.planned.extend(found.iter().map(|found| Planned::Kept(found.whole)));
    }

    /// What was written from `start` on stands in place of these records: as far as it begins like them,
    /// they stay.
    fn instead_of(&mut self, found: &[Found<'a>], start: usize) {
        let [Some(first), Some(last)] = [found.first(), found.last()] else { return };
        let place = |slice: &[u8]| (slice.as_ptr() as usize).saturating_sub(self.all.as_ptr() as usize);
        let (at, end) = (place(first.whole), place(last.whole) + last.whole.len());
        let (Some(old), Some(new)) = (self.all.get(at..end), self.bytes.get(start..)) else { return };
        let n_same = match old == new {
            true => old.len(),
            // With its tag the place of the record stays.
            false => first.whole.iter().zip(new).take_while(|(old, new)| old == new).count(),
        };
        if n_same > 0 {
            let rest = self.bytes.split_off(start + n_same);
            self.bytes.truncate(start);
            self.close_bytes();
            self.planned.push(Planned::Kept(&old[..n_same]));
            self.bytes = rest;
        }
    }

    fn respelled(&mut self, found: &Found<'a>) {
        let start = self.bytes.len();
        respelled(&mut self.bytes, found);
        self.instead_of(std::slice::from_ref(found), start);
    }

    /// With `keeps_default` also a value that absent would mean.
    fn field(&mut self, field: &FieldDescriptor, found: &[Found<'a>], keeps_default: bool) {
        let kind = field.kind();
        match kind {
            Kind::Message(entry) if field.is_map() => self.map(field, &entry, found),
            Kind::Message(message) if field.is_list() => {
                let waiting = found.iter().rev().map(|found| Payloads::One(*found)).collect();
                self.messages(field, message, waiting);
            }
            Kind::Message(message) if found.len() == 1 => {
                self.messages(field, message, vec![Payloads::One(found[0])]);
            }
            Kind::Message(message) => {
                let parts: Vec<&[u8]> = found.iter().map(|found| found.payload).collect();
                if !parts.iter().all(|part| is_whole(part)) {
                    return self.keep(found);
                }
                self.report.n_joined += parts.len() as u64 - 1;
                self.messages(field, message, vec![Payloads::Parts(parts)]);
            }
            kind if is_packable(field) => {
                let all = elements(&kind, found.iter().map(|found| (found.payload, found.wire_type)));
                match all {
                    Some(all) => {
                        let start = self.bytes.len();
                        write_elements(&mut self.bytes, field, &kind, &all);
                        self.instead_of(found, start);
                    }
                    None => self.keep(found),
                }
            }
            _ if field.is_list() => found.iter().for_each(|found| self.respelled(found)),
            kind => {
                let Some(last) = found.last() else { return };
                self.report.n_overridden += found.len() as u64 - 1;
                if !keeps_default && !field.supports_presence() && is_default(&kind, last.payload) {
                    self.report.n_defaults += 1;
                    return;
                }
                let start = self.bytes.len();
                write_tag(&mut self.bytes, field.number(), last.wire_type);
                if last.wire_type == WireType::Len {
                    write_varint(&mut self.bytes, last.payload.len() as u64);
                }
                write_scalar(&mut self.bytes, &kind, last.payload);
                self.instead_of(std::slice::from_ref(last), start);
            }
        }
    }

    fn messages(&mut self, field: &FieldDescriptor, message: MessageDescriptor, waiting: Vec<Payloads<'a>>) {
        self.close_bytes();
        let number = field.number();
        let wrap = if field.is_group() { Wrap::Group(number) } else { Wrap::Len(number) };
        self.planned.push(Planned::Messages(Messages { message, wrap, waiting }));
    }

    /// The last entry of each key, by key.
    fn map(&mut self, field: &FieldDescriptor, entry: &MessageDescriptor, found: &[Found<'a>]) {
        let Some(kind) = entry.get_field(1).map(|key| key.kind()) else { return self.keep(found) };
        let mut last: HashMap<MapKey, Found<'a>> = HashMap::new();
        for one in found {
            let Some(key) = key_of(&kind, one.payload) else { return self.keep(found) };
            if last.insert(key, *one).is_some() {
                self.report.n_overridden += 1;
            }
        }
        let mut entries: Vec<(MapKey, Found<'a>)> = last.into_iter().collect();
        entries.sort_by(|(a, _), (b, _)| order(b).cmp(&order(a)));
        let waiting = entries.into_iter().map(|(_, found)| Payloads::One(found)).collect();
        self.messages(field, entry.clone(), waiting);
    }
}

/// The key of an entry; `None` if the entry is damaged.
fn key_of(kind: &Kind, payload: &[u8]) -> Option<MapKey> {
    let mut found = Vec::new();
    if read(payload, &mut found).is_some() {
        return None;
    }
    let keys = found.iter().rev().filter(|found| found.number == 1);
    let mut keys = keys.filter_map(|key| MapKey::of_record(kind, key.wire_type, key.scalar, key.payload));
    Some(keys.next().unwrap_or_else(|| MapKey::default_of(kind)))
}

fn order(key: &MapKey) -> (i128, &[u8]) {
    match key {
        MapKey::Text(text) => (0, text),
        MapKey::Integer(number) => (*number, &[]),
        MapKey::Bool(key) => (i128::from(*key), &[]),
    }
}
