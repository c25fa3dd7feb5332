//! Whether a record is one that was asked for.

use super::super::level::MessageAt;
use super::super::reader::LARGE_WINDOW;
use super::super::source::SourceError;
use super::super::value::{Scalar, duration_text, read_seconds_nanos, scalar_of_bits, timestamp_text};
use super::compare;
use super::needle::Needle;
use super::pattern::{Bracket, PathPattern};
use super::query::{Compare, Expr, Measure, Op, Plain, Term};
use super::table::{NONE, Tables};
use super::walk::{Item, Met, Reading, Walk};
use crate::schema::{Kind, WellKnown};
use crate::wire::WireType;
use std::ops::Range;

/// Bytes of a Timestamp, Duration or wrapper that are read to compare it.
const MAX_VALUE: u64 = 64 << 10;

/// What a record matched with: the bytes, if bytes of its value were looked for.
pub(super) type Matched = Option<Range<u64>>;

type Answer = Result<Option<Matched>, SourceError>;

fn yes(is_so: bool) -> Answer {
    Ok(is_so.then_some(None))
}

/// Whether `item`, which the walk has just met, is what `expr` asks for. Nesting of expressions is
/// bounded where they are read.
pub(super) fn matches(expr: &Expr, walk: &mut Walk<'_, '_>, item: &Item) -> Answer {
    match expr {
        Expr::All(all) => {
            let mut found = None;
            for one in all {
                match matches(one, walk, item)? {
                    Some(matched) => found = found.or(matched),
                    None => return Ok(None),
                }
            }
            Ok(Some(found))
        }
        Expr::Any(all) => {
            for one in all {
                if let Some(matched) = matches(one, walk, item)? {
                    return Ok(Some(matched));
                }
            }
            Ok(None)
        }
        Expr::Not(inner) => yes(matches(inner, walk, item)?.is_none()),
        Expr::Term(term) => term_matches(term, walk, item),
    }
}

fn term_matches(term: &Term, walk: &mut Walk<'_, '_>, item: &Item) -> Answer {
    if item.reading == Reading::Count {
        return match term {
            Term::Compare(compare) => yes(count_matches(compare, walk, item)?),
            _ => Ok(None),
        };
    }
    match term {
        Term::Plain(plain) => plain_matches(plain, walk, item),
        Term::Text(needle) => text_matches(needle, walk, item),
        Term::Bytes(needle) => {
            let own = item.own();
            let reach = (own.end + needle.max_len() as u64 - 1).min(walk.reader().snapshot().len());
            let found = find(walk, own.start..reach, needle)?;
            Ok(found.filter(|found| found.start < own.end).map(Some))
        }
        Term::Path(pattern) => {
            let is_own = !matches!(item.reading, Reading::Rest | Reading::EndTag) && !walk.is_in_entry(item);
            // An element is meant by its index, its record by the name alone.
            let by_index = pattern.last().is_some_and(|last| last.bracket != Bracket::None);
            let is_meant = match item.reading {
                Reading::Element => by_index,
                Reading::Packed => !by_index,
                _ => true,
            };
            yes(is_own && is_meant && is_at(pattern, walk, item)?)
        }
        Term::Compare(compare) => compare_matches(compare, walk, item),
        Term::Has(has) => {
            if walk.is_in_entry(item) || !is_at(&has.path, walk, item)? {
                return Ok(None);
            }
            match walk.inside(item)? {
                Some(inside) => yes(holds(&has.expr, walk, &inside)?),
                None => Ok(None),
            }
        }
        Term::Unknown => {
            yes(matches!(item.reading, Reading::Unknown | Reading::Clash) && !walk.is_inside_unknown(item))
        }
    }
}

/// Whether what is asked for stands somewhere inside of a message.
fn holds(expr: &Expr, walk: &mut Walk<'_, '_>, inside: &MessageAt) -> Result<bool, SourceError> {
    match expr {
        Expr::All(all) => {
            for one in all {
                if !holds(one, walk, inside)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Expr::Any(all) => {
            for one in all {
                if holds(one, walk, inside)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Expr::Not(inner) => Ok(!holds(inner, walk, inside)?),
        Expr::Term(term) => {
            // One set of tables serves both walks, so that none is made for every message.
            let tables = std::mem::replace(&mut walk.tables, Tables::new(|_| 0));
            let snapshot = walk.reader().snapshot();
            let mut inner = Walk::new(snapshot, inside, tables);
            let found = stands_in(term, &mut inner);
            walk.tables = inner.tables;
            found
        }
    }
}

fn stands_in(term: &Term, walk: &mut Walk<'_, '_>) -> Result<bool, SourceError> {
    walk.tells_ends = matches!(term, Term::Compare(compare) if compare.measure == Measure::Len);
    loop {
        match walk.next(0)? {
            Met::Item(item) => {
                if term_matches(term, walk, &item)?.is_some() {
                    return Ok(true);
                }
            }
            Met::Ends => {
                for (number, n, first) in walk.repeated()? {
                    if let Some(item) = walk.count_item(number, n, first)
                        && term_matches(term, walk, &item)?.is_some()
                    {
                        return Ok(true);
                    }
                }
            }
            Met::End => return Ok(false),
        }
    }
}

/// Whether an item stands where a path leads.
fn is_at(pattern: &PathPattern, walk: &mut Walk<'_, '_>, item: &Item) -> Result<bool, SourceError> {
    let Some(last) = pattern.last() else { return Ok(false) };
    if !walk.is_in_entry(item) && !last.fits(&walk.level(item, usize::MAX)) {
        return Ok(false);
    }
    let levels = walk.levels(item);
    pattern.fits(levels.len(), |step, nth| {
        let Some(idx) = levels.get(nth) else { return Ok(false) };
        let level = walk.level(item, *idx);
        if !step.fits(&level) {
            return Ok(false);
        }
        if !(level.is_map && step.wants_key()) {
            return Ok(true);
        }
        Ok(walk.key(item, *idx)?.is_some_and(|key| step.fits_key(&key)))
    })
}

fn plain_matches(plain: &Plain, walk: &mut Walk<'_, '_>, item: &Item) -> Answer {
    let is_declared = matches!(item.reading, Reading::Field | Reading::Packed | Reading::Clash);
    let field = walk.field_of(item);
    let named = field.map_or(0, |field| field.named);
    let repeats = field.is_some_and(|field| field.repeats());
    let kind =
        field.map(|field| (field.kind.clone(), field.type_idx)).filter(|_| item.reading != Reading::Clash);
    // A run has one name, and the key and value of a map entry have none of their own.
    if is_declared && named >> plain.bit & 1 == 1 && (item.starts_run || !repeats) && !walk.is_in_entry(item)
    {
        return Ok(Some(None));
    }
    if let Some(path) = &plain.path
        && is_declared
        && !walk.is_in_entry(item)
        && is_at(path, walk, item)?
    {
        return Ok(Some(None));
    }
    if let Some(chosen) = walk.chosen_kind(item).filter(|_| item.wire_type != WireType::Len) {
        return yes(scalar_matches(plain, &chosen, item.scalar));
    }
    match (item.reading, item.wire_type) {
        (Reading::Packed | Reading::EndTag | Reading::Count, _) => Ok(None),
        (Reading::Rest, _) | (_, WireType::Len) => match kind {
            Some((Kind::Message(_), type_idx)) => time_matches(plain, walk, item, type_idx),
            _ => text_matches(&plain.needle, walk, item),
        },
        (_, WireType::Sgroup | WireType::Egroup) => Ok(None),
        (reading, wire_type) => yes(match kind {
            Some((kind, _)) if reading != Reading::Unknown => scalar_matches(plain, &kind, item.scalar),
            _ => undeclared_matches(plain, wire_type, item.scalar),
        }),
    }
}

fn scalar_matches(plain: &Plain, kind: &Kind, bits: u64) -> bool {
    match scalar_of_bits(kind, bits) {
        Scalar::Int(value) => plain.integer == Some(value),
        Scalar::Bool(value) => plain.bool == Some(value),
        Scalar::Float(value) => {
            plain.float.is_some_and(|wanted| value == wanted as f32 || (value.is_nan() && wanted.is_nan()))
        }
        Scalar::Double(value) => {
            plain.float.is_some_and(|wanted| value == wanted || (value.is_nan() && wanted.is_nan()))
        }
        Scalar::Enum(number) => {
            plain.integer == Some(i128::from(number))
                || kind
                    .as_enum()
                    .and_then(|descriptor| descriptor.get_value(number))
                    .is_some_and(|value| plain.needle.is_in(value.name()))
        }
    }
}

fn undeclared_matches(plain: &Plain, wire_type: WireType, bits: u64) -> bool {
    let signed =
        if wire_type == WireType::I32 { i128::from(bits as u32 as i32) } else { i128::from(bits as i64) };
    let is_integer = plain.integer.is_some_and(|wanted| wanted == i128::from(bits) || wanted == signed);
    let is_float = plain.float.is_some_and(|wanted| match wire_type {
        WireType::I32 => f32::from_bits(bits as u32) == wanted as f32,
        WireType::I64 => f64::from_bits(bits) == wanted,
        _ => false,
    });
    is_integer || is_float
}

/// A Timestamp or Duration by the text that is shown for it.
fn time_matches(plain: &Plain, walk: &mut Walk<'_, '_>, item: &Item, type_idx: u32) -> Answer {
    let known = walk.tables.get(type_idx).and_then(|found| found.known.clone());
    let text = match known {
        Some(WellKnown::Timestamp) => timestamp_text,
        Some(WellKnown::Duration) => duration_text,
        _ => return Ok(None),
    };
    if !plain.may_be_time || item.payload_len() > MAX_VALUE {
        return Ok(None);
    }
    let payload = payload(walk, item, MAX_VALUE)?;
    yes(text(read_seconds_nanos(&payload).0).is_some_and(|text| plain.needle.is_in(&text)))
}

/// Text in a string, in bytes, and in what no type declares and is no message.
fn text_matches(needle: &Needle, walk: &mut Walk<'_, '_>, item: &Item) -> Answer {
    let is_text = !item.opens
        && item.wire_type == WireType::Len
        && match item.reading {
            Reading::Field => {
                walk.field_of(item).is_some_and(|field| matches!(field.kind, Kind::String | Kind::Bytes))
            }
            Reading::Unknown | Reading::Clash | Reading::Rest => true,
            _ => false,
        };
    if !is_text {
        return Ok(None);
    }
    Ok(find(walk, item.payload.0..item.payload.1, needle)?.map(Some))
}

/// The first match that lies in `range`.
fn find(walk: &mut Walk<'_, '_>, range: Range<u64>, needle: &Needle) -> Result<Matched, SourceError> {
    let len = range.end.saturating_sub(range.start);
    let at = |base: u64, found: Range<usize>| base + found.start as u64..base + found.end as u64;
    if len <= LARGE_WINDOW as u64 {
        let bytes = walk.reader().at(range.start, len as usize)?;
        return Ok(needle.find(&bytes[..len as usize]).map(|found| at(range.start, found)));
    }
    let mut start = range.start;
    while start < range.end {
        let want = (range.end - start).min((LARGE_WINDOW + needle.max_len()) as u64) as usize;
        let bytes = walk.scout().at(start, want)?;
        if let Some(found) = needle.find(&bytes[..want]) {
            return Ok(Some(at(start, found)));
        }
        start += LARGE_WINDOW as u64;
    }
    Ok(None)
}

/// The bytes of a value, at most `most` of them.
fn payload(walk: &mut Walk<'_, '_>, item: &Item, most: u64) -> Result<Vec<u8>, SourceError> {
    let len = item.payload_len().min(most) as usize;
    Ok(walk.reader().at(item.payload.0, len)?[..len].to_vec())
}

fn compare_matches(compare: &Compare, walk: &mut Walk<'_, '_>, item: &Item) -> Answer {
    if matches!(item.reading, Reading::Rest | Reading::EndTag | Reading::Packed) {
        return Ok(None);
    }
    // An entry is compared by its value.
    let in_entry = walk.is_in_entry(item);
    if in_entry && item.number != 2 {
        return Ok(None);
    }
    let field = walk.field_of(item);
    if field.is_some_and(|field| field.is_map) && item.reading == Reading::Field {
        return Ok(None);
    }
    let repeats = field.is_some_and(|field| field.repeats());
    let kind = field.filter(|_| item.reading != Reading::Clash).map(|field| field.kind.clone());
    let inner = field.map_or(NONE, |field| field.type_idx);
    let kind = walk.chosen_kind(item).or(kind);
    if !is_at(&compare.path, walk, item)? {
        return Ok(None);
    }
    if compare.measure == Measure::Len {
        let by_index = compare.path.last().is_some_and(|last| last.bracket != Bracket::None);
        let is_measured = item.wire_type == WireType::Len && (by_index || !(repeats || in_entry));
        let standing = compare::number(i128::from(item.payload_len()), &compare.literal);
        return yes(is_measured && standing.is_some_and(|standing| standing.answers(compare.op)));
    }
    match (kind, item.wire_type) {
        (_, WireType::Sgroup | WireType::Egroup) => Ok(None),
        (Some(Kind::Message(_)), _) => message_matches(compare, walk, item, inner),
        (kind, WireType::Len) => bytes_match(compare, walk, item, kind.as_ref()),
        (kind, wire_type) => {
            if let (Some(needle), Some(Kind::Enum(descriptor))) = (&compare.literal.needle, &kind) {
                let value = descriptor.get_value(item.scalar as u32 as i32);
                return yes(value.is_some_and(|value| needle.is_in(value.name())));
            }
            let standing = match &kind {
                Some(kind) => compare::scalar(kind, item.scalar, &compare.literal),
                None => compare::undeclared(wire_type, item.scalar, &compare.literal),
            };
            yes(standing.is_some_and(|standing| standing.answers(compare.op)))
        }
    }
}

fn message_matches(compare: &Compare, walk: &mut Walk<'_, '_>, item: &Item, inner: u32) -> Answer {
    walk.tables.compile(inner);
    let known = walk.tables.get(inner).and_then(|found| found.known.clone());
    let Some(known) = known.filter(|known| compare::is_value(Some(known))) else { return Ok(None) };
    if let (Op::Contains, Some(needle)) = (compare.op, &compare.literal.needle) {
        let text = match known {
            WellKnown::Timestamp => timestamp_text,
            WellKnown::Duration => duration_text,
            // The record inside says so itself.
            _ => return Ok(None),
        };
        let payload = payload(walk, item, MAX_VALUE)?;
        return yes(text(read_seconds_nanos(&payload).0).is_some_and(|text| needle.is_in(&text)));
    }
    let payload = payload(walk, item, MAX_VALUE)?;
    let standing = compare::message(&known, &payload, &compare.literal);
    yes(standing.is_some_and(|standing| standing.answers(compare.op)))
}

fn bytes_match(compare: &Compare, walk: &mut Walk<'_, '_>, item: &Item, kind: Option<&Kind>) -> Answer {
    if let (Op::Contains, Some(needle)) = (compare.op, &compare.literal.needle) {
        return text_matches(needle, walk, item);
    }
    let is_string = kind == Some(&Kind::String);
    let Some(wanted) = compare::literal_bytes(is_string, &compare.literal) else { return Ok(None) };
    let head = payload(walk, item, wanted.len() as u64 + 1)?;
    yes(compare::bytes(&head, item.payload_len(), &wanted).answers(compare.op))
}

/// A repeated field by its number of elements.
fn count_matches(compare: &Compare, walk: &mut Walk<'_, '_>, item: &Item) -> Result<bool, SourceError> {
    let by_index = compare.path.last().is_some_and(|last| last.bracket != Bracket::None);
    if compare.measure != Measure::Len || by_index || !is_at(&compare.path, walk, item)? {
        return Ok(false);
    }
    let standing = compare::number(i128::from(item.scalar), &compare.literal);
    Ok(standing.is_some_and(|standing| standing.answers(compare.op)))
}
