//! One reading of the bytes: as a message of one type, with what speaks for and against it.

use super::cost::{self, Fit, Text};
use super::table::{Class, Field, Shape, Table, Tables};
use crate::wire::{Damage, Read, Record, Records, VarintError, WireType, read_varint, records};

/// How deep nested messages are looked into; deeper payloads count as opaque.
const MAX_DEPTH: usize = 16;

/// Seconds of 1990 and 2100: a Timestamp between them is likely meant.
const PLAUSIBLE_SECONDS: std::ops::Range<i64> = 631_152_000..4_102_444_800;
/// What the specification allows.
const TIMESTAMP_SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
const DURATION_SECONDS: i64 = 315_576_000_000;
/// Ten years: a Duration beyond is more likely something else.
const PLAUSIBLE_DURATION: i64 = 315_576_000;
const NANOS: i64 = 999_999_999;

/// What a reading found.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    /// Bits needed to write the bytes down as a message of this type.
    pub(super) cost: u64,
    pub(super) n_records: u64,
    pub(super) n_known: u64,
    /// Bytes in records that are known all the way down.
    pub(super) n_explained: u64,
    pub(super) n_clashes: u32,
    pub(super) n_damaged: u32,
    pub(super) n_text: u32,
    pub(super) n_not_text: u32,
    pub(super) n_unknown_enums: u32,
    pub(super) n_odd: u32,
    pub(super) n_missing: u32,
}

/// A message that is being read.
struct Frame<'a> {
    table: &'a Table,
    bytes: &'a [u8],
    walk: Records<'a>,
    /// The bytes end before the message does, through no fault of the type.
    cut: bool,
    cost: u64,
    last_number: u32,
    seen: u64,
    seen_oneofs: u64,
    n_required_seen: u32,
    /// Fields 1 and 2, for Timestamp and Duration.
    first_two: [i64; 2],
}

impl<'a> Frame<'a> {
    fn new(table: &'a Table, bytes: &'a [u8], cut: bool) -> Frame<'a> {
        Frame {
            table,
            bytes,
            walk: records(bytes),
            cut,
            cost: 0,
            last_number: 0,
            seen: 0,
            seen_oneofs: 0,
            n_required_seen: 0,
            first_two: [0; 2],
        }
    }
}

/// Reads `bytes`, which may be the head of a longer message, as one of type `ty`.
pub(super) fn evidence(tables: &Tables, ty: usize, bytes: &[u8]) -> Evidence {
    let mut found = Evidence::default();
    let Some(table) = tables.get(ty) else { return found };
    // One step per byte is more than enough for records that are not nested without end.
    let mut n_steps = bytes.len() + 1;
    // A root that is cut is cut for every type.
    let mut open = vec![Frame::new(table, bytes, true)];
    loop {
        let may_nest = open.len() < MAX_DEPTH;
        let Some(frame) = open.last_mut() else { break };
        let next = if n_steps == 0 { None } else { frame.walk.next() };
        n_steps = n_steps.saturating_sub(1);
        match next {
            Some((offset, Read::Record(record))) => {
                let nested = found.record(tables, frame, offset, &record, may_nest);
                open.extend(nested);
            }
            Some((offset, Read::Rest(damage))) => found.rest(frame, offset, damage),
            Some((_, Read::End)) | None => {
                let unread = frame.bytes.len().saturating_sub(frame.walk.offset());
                // However wrong a nested message is, it is no worse than bytes that are none.
                let worst = cost::opaque(frame.bytes.len()) + cost::MALFORMED;
                let cost = found.close(frame, if n_steps == 0 { unread } else { 0 });
                open.pop();
                match open.last_mut() {
                    Some(parent) => parent.cost += cost.min(worst),
                    None => found.cost = cost,
                }
            }
        }
    }
    found
}

impl Evidence {
    /// Everything that speaks against the type, the gravest first.
    pub(super) fn against(&self) -> [u32; 6] {
        [self.n_clashes, self.n_damaged, self.n_not_text, self.n_unknown_enums, self.n_odd, self.n_missing]
    }

    /// Judges one record; a nested message that is to be read is returned.
    fn record<'a>(
        &mut self,
        tables: &'a Tables,
        frame: &mut Frame<'a>,
        offset: usize,
        record: &Record,
        may_nest: bool,
    ) -> Option<Frame<'a>> {
        let bytes = frame.bytes;
        let start = (offset + usize::from(record.payload_start)).min(bytes.len());
        let payload = bytes.get(start..).unwrap_or_default();
        let payload = payload.get(..record.payload_len as usize).unwrap_or(payload);
        let whole = frame.walk.offset().saturating_sub(offset);
        let number = record.tag.number;
        self.n_records += 1;
        if number < frame.last_number {
            frame.cost += cost::OUT_OF_ORDER;
        }
        frame.last_number = number;
        let overruns = record.missing > 0 && !frame.cut;
        if overruns {
            self.n_damaged += 1;
            frame.cost += cost::CLASH;
        }
        let Some(field) = frame.table.field(number) else {
            frame.cost += cost::opaque(whole) + cost::UNKNOWN;
            return None;
        };
        self.note_seen(frame, field);
        let cut = record.missing > 0;
        let head = whole.saturating_sub(payload.len());
        let judged = match (record.tag.wire_type, &field.shape) {
            (WireType::Len, Shape::Message(ty)) | (WireType::Sgroup, Shape::Group(ty)) => {
                frame.cost += cost::KNOWN_TAG + cost::SMALL;
                self.n_known += 1;
                self.n_explained += head as u64;
                match tables.get(*ty).filter(|_| may_nest) {
                    Some(table) => return Some(Frame::new(table, payload, cut)),
                    None => {
                        self.n_explained += payload.len() as u64;
                        frame.cost += cost::opaque(payload.len());
                        return None;
                    }
                }
            }
            (WireType::Len, Shape::String | Shape::Bytes) => Some(self.text(field, payload, cut)),
            (WireType::Len, shape) if field.is_repeated && shape.is_packable() => {
                self.packed(shape, payload, cut)
            }
            (WireType::Varint, shape) => {
                if let Some(known) = frame.first_two.get_mut(number as usize - 1) {
                    *known = record.scalar.value as i64;
                }
                cost::varint(shape, record.scalar.value)
            }
            (WireType::I32, shape) => cost::fixed32(shape, record.scalar.value as u32),
            (WireType::I64, shape) => cost::fixed64(shape, record.scalar.value),
            _ => None,
        };
        let Some((value_cost, fit)) = judged else {
            self.n_clashes += 1;
            frame.cost += cost::opaque(whole) + cost::CLASH;
            return None;
        };
        self.n_known += 1;
        self.n_explained += whole as u64;
        self.note_fit(fit);
        frame.cost += cost::KNOWN_TAG + value_cost;
        let is_default = match record.tag.wire_type {
            WireType::Len => payload.is_empty(),
            _ => record.scalar.value == 0,
        };
        if is_default && field.has_implicit_presence {
            frame.cost += cost::DEFAULT_WRITTEN;
        }
        None
    }

    fn note_seen(&mut self, frame: &mut Frame, field: &Field) {
        let bit = 1_u64 << field.bit;
        let again = frame.seen & bit != 0;
        frame.seen |= bit;
        frame.n_required_seen += u32::from(field.is_required && !again);
        // Bit 63 stands for many fields.
        if again && !field.is_repeated && field.bit < 63 {
            frame.cost += cost::REPEATED;
        }
        if let Some(oneof) = field.oneof {
            if frame.seen_oneofs & (1 << oneof) != 0 && !again {
                frame.cost += cost::REPEATED;
            }
            frame.seen_oneofs |= 1 << oneof;
        }
    }

    fn note_fit(&mut self, fit: Fit) {
        match fit {
            Fit::Good => {}
            Fit::Odd => self.n_odd += 1,
            Fit::UnknownEnum => self.n_unknown_enums += 1,
        }
    }

    fn text(&mut self, field: &Field, payload: &[u8], cut: bool) -> (u64, Fit) {
        let text = cost::text(payload, cut);
        if !matches!(field.shape, Shape::String) {
            return (cost::bytes(text, payload.len()), Fit::Good);
        }
        self.n_text += 1;
        let fit = match text {
            Text::Printable => Fit::Good,
            Text::Control => Fit::Odd,
            Text::NotUtf8 => {
                self.n_not_text += 1;
                Fit::Good
            }
        };
        (cost::string(text, payload.len()), fit)
    }

    /// `None` if the payload cannot be a packed sequence of this kind.
    fn packed(&mut self, shape: &Shape, payload: &[u8], cut: bool) -> Option<(u64, Fit)> {
        let mut total = cost::SMALL;
        let mut add = |judged: (u64, Fit)| {
            total += judged.0;
            judged.1
        };
        let width = match shape {
            Shape::Fixed32 | Shape::Float => 4,
            Shape::Fixed64 | Shape::Double => 8,
            _ => {
                let mut rest = payload;
                while !rest.is_empty() {
                    let varint = match read_varint(rest) {
                        Ok(varint) => varint,
                        Err(VarintError::Cut) if cut => {
                            return Some((total + cost::opaque(rest.len()), Fit::Good));
                        }
                        Err(_) => return None,
                    };
                    let fit = add(cost::packed_varint(shape, varint.value)?);
                    self.note_fit(fit);
                    rest = rest.get(usize::from(varint.width)..).unwrap_or_default();
                }
                return Some((total, Fit::Good));
            }
        };
        let elements = payload.chunks_exact(width);
        if !elements.remainder().is_empty() && !cut {
            return None;
        }
        for element in elements {
            let bits = element.iter().rev().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            let judged =
                if width == 4 { cost::fixed32(shape, bits as u32) } else { cost::fixed64(shape, bits) };
            let fit = add(judged?);
            self.note_fit(fit);
        }
        Some((total, Fit::Good))
    }

    fn rest(&mut self, frame: &mut Frame, offset: usize, damage: Damage) {
        frame.cost += cost::opaque(frame.bytes.len().saturating_sub(offset));
        let is_end = matches!(
            damage,
            Damage::CutTag | Damage::CutVarint { .. } | Damage::CutFixed { .. } | Damage::CutLength { .. }
        );
        if !(frame.cut && is_end) {
            self.n_damaged += 1;
            frame.cost += cost::MALFORMED;
        }
    }

    /// The cost of a message that has been read, all but the last `n_unread` bytes.
    fn close(&mut self, frame: &Frame, n_unread: usize) -> u64 {
        let mut total = frame.cost + cost::opaque(n_unread);
        let n_missing = frame.table.n_required - frame.n_required_seen;
        if n_missing > 0 && !frame.cut {
            self.n_missing += n_missing;
            total += cost::MISSING * u64::from(n_missing);
        }
        let [seconds, nanos] = frame.first_two;
        match frame.table.class {
            Class::Timestamp if !TIMESTAMP_SECONDS.contains(&seconds) || !(0..=NANOS).contains(&nanos) => {
                self.n_odd += 1;
                total += cost::CLASH;
            }
            Class::Timestamp if PLAUSIBLE_SECONDS.contains(&seconds) => {
                total = total.saturating_sub(cost::PLAUSIBLE_TIME);
            }
            Class::Duration => {
                let one_sign = seconds.signum() * nanos.signum() >= 0;
                let in_range = (-DURATION_SECONDS..=DURATION_SECONDS).contains(&seconds)
                    && (-NANOS..=NANOS).contains(&nanos);
                if !one_sign || !in_range {
                    self.n_odd += 1;
                    total += cost::CLASH;
                } else if !(-PLAUSIBLE_DURATION..=PLAUSIBLE_DURATION).contains(&seconds) {
                    total += cost::ODD / 2;
                }
            }
            Class::MapEntry if !frame.cut => {
                // The key is the first field of an entry and the value its second.
                total += if frame.seen & 1 == 0 { cost::NO_KEY } else { 0 };
                total += if frame.seen & 2 == 0 { cost::NO_VALUE } else { 0 };
            }
            Class::Timestamp | Class::MapEntry | Class::Plain => {}
        }
        total
    }
}
