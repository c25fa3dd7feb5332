//! A value beside the value it is compared with.

use super::super::value::{
    Scalar, SecondsNanos, parse_bytes, parse_duration, parse_timestamp, read_seconds_nanos, scalar_of_bits,
};
use super::query::{Literal, Op};
use crate::schema::{Kind, WellKnown, kind_wire_type};
use crate::wire::{Read, WireType, records};
use std::cmp::Ordering;

/// How two values of one kind stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub is_equal: bool,
    /// `None` where neither is the greater, such as for NaN.
    pub order: Option<Ordering>,
}

impl Standing {
    fn of(order: Ordering) -> Standing {
        Standing { is_equal: order == Ordering::Equal, order: Some(order) }
    }

    fn is(is_equal: bool) -> Standing {
        Standing { is_equal, order: is_equal.then_some(Ordering::Equal) }
    }

    pub fn answers(self, op: Op) -> bool {
        match op {
            Op::Equal => self.is_equal,
            Op::NotEqual => !self.is_equal,
            Op::Less => self.order == Some(Ordering::Less),
            Op::AtMost => self.order.is_some_and(Ordering::is_le),
            Op::Greater => self.order == Some(Ordering::Greater),
            Op::AtLeast => self.order.is_some_and(Ordering::is_ge),
            Op::Contains => false,
        }
    }
}

/// A scalar of a declared kind beside the literal; `None` if the literal is not a value of the kind.
pub(super) fn scalar(kind: &Kind, bits: u64, literal: &Literal) -> Option<Standing> {
    Some(match scalar_of_bits(kind, bits) {
        Scalar::Int(value) => number(value, literal)?,
        Scalar::Bool(value) => Standing::is(value == literal.text.parse::<bool>().ok()?),
        Scalar::Float(value) => {
            // The literal means the float that is nearest to it.
            let wanted = f64::from(literal.text.parse::<f32>().ok().filter(|_| literal.float.is_some())?);
            float(f64::from(value), wanted)
        }
        Scalar::Double(value) => float(value, literal.float?),
        Scalar::Enum(value) => {
            let named = kind.as_enum().and_then(|descriptor| descriptor.get_value_by_name(&literal.text));
            match named {
                Some(named) => Standing::of(value.cmp(&named.number())),
                None => number(i128::from(value), literal)?,
            }
        }
    })
}

/// A scalar that no field declares, as an integer or, if the literal is none, as a float.
pub(super) fn undeclared(wire_type: WireType, bits: u64, literal: &Literal) -> Option<Standing> {
    if literal.is_quoted {
        return None;
    }
    if let Some(wanted) = literal.integer {
        let signed = match wire_type {
            WireType::I32 => i128::from(bits as u32 as i32),
            _ => i128::from(bits as i64),
        };
        return Some(Standing::of(if wanted < 0 { signed } else { i128::from(bits) }.cmp(&wanted)));
    }
    if let (Ok(wanted), WireType::Varint, true) = (literal.text.parse::<bool>(), wire_type, bits < 2) {
        return Some(Standing::is((bits == 1) == wanted));
    }
    match wire_type {
        WireType::I32 => {
            Some(float(f64::from(f32::from_bits(bits as u32)), f64::from(literal.float? as f32)))
        }
        WireType::I64 => Some(float(f64::from_bits(bits), literal.float?)),
        _ => None,
    }
}

/// An integer beside a literal, exact to the last digit.
pub(super) fn number(value: i128, literal: &Literal) -> Option<Standing> {
    if literal.is_quoted {
        return None;
    }
    if let Some(wanted) = literal.integer {
        return Some(Standing::of(value.cmp(&wanted)));
    }
    let wanted = literal.float?;
    if wanted.is_nan() {
        return Some(Standing { is_equal: false, order: None });
    }
    // The integers at hand have 64 bits, so that what does not fit into 128 is beyond all of them.
    let floor = wanted.floor();
    Some(Standing::of(match value.cmp(&(floor as i128)) {
        Ordering::Equal if wanted > floor => Ordering::Less,
        order => order,
    }))
}

fn float(value: f64, wanted: f64) -> Standing {
    let is_equal = value == wanted || (value.is_nan() && wanted.is_nan());
    Standing { is_equal, order: value.partial_cmp(&wanted) }
}

/// What the literal's bytes are where a string or bytes are compared.
pub(super) fn literal_bytes(is_string: bool, literal: &Literal) -> Option<Vec<u8>> {
    if is_string || literal.is_quoted {
        return Some(literal.text.clone().into_bytes());
    }
    parse_bytes(&literal.text).ok()
}

/// Bytes beside the literal's, of which as many as there are and one more have been read.
pub(super) fn bytes(head: &[u8], len: u64, wanted: &[u8]) -> Standing {
    let n = head.len().min(wanted.len());
    Standing::of(head[..n].cmp(&wanted[..n]).then(len.cmp(&(wanted.len() as u64))))
}

/// Whether a message is compared as one value.
pub(super) fn is_value(known: Option<&WellKnown>) -> bool {
    matches!(known, Some(WellKnown::Timestamp | WellKnown::Duration | WellKnown::Wrapper(_)))
}

/// Whether the literal is a value of this kind at all. A map's entry is compared by its value.
pub(super) fn accepts(kind: &Kind, literal: &Literal) -> bool {
    match kind {
        Kind::String => true,
        Kind::Bytes => literal_bytes(false, literal).is_some(),
        Kind::Message(inner) if inner.is_map_entry() => {
            inner.get_field(2).is_some_and(|value| match value.kind() {
                Kind::Message(inner) if inner.is_map_entry() => false,
                kind => accepts(&kind, literal),
            })
        }
        Kind::Message(inner) => {
            WellKnown::of(inner).is_some_and(|known| message(&known, &[], literal).is_some())
        }
        kind => scalar(kind, 0, literal).is_some(),
    }
}

/// A Timestamp, Duration or wrapper beside the literal. `payload` is all of it.
pub(super) fn message(known: &WellKnown, payload: &[u8], literal: &Literal) -> Option<Standing> {
    let nanos = |time: SecondsNanos| i128::from(time.seconds) * 1_000_000_000 + i128::from(time.nanos);
    match known {
        WellKnown::Timestamp => {
            let wanted = timestamp(&literal.text)?;
            Some(Standing::of(nanos(read_seconds_nanos(payload).0).cmp(&nanos(wanted))))
        }
        WellKnown::Duration => {
            let wanted = parse_duration(&literal.text).ok()?;
            Some(Standing::of(nanos(read_seconds_nanos(payload).0).cmp(&nanos(wanted))))
        }
        WellKnown::Wrapper(kind) => {
            let boxed = records(payload).filter_map(|(offset, read)| match read {
                Read::Record(record)
                    if record.tag.number == 1 && record.tag.wire_type == kind_wire_type(kind) =>
                {
                    Some((offset, record))
                }
                _ => None,
            });
            let last = boxed.last();
            if !matches!(kind, Kind::String | Kind::Bytes) {
                return scalar(kind, last.map_or(0, |(_, record)| record.scalar.value), literal);
            }
            let wanted = literal_bytes(*kind == Kind::String, literal)?;
            let value = last.map_or(&[][..], |(offset, record)| {
                let start = offset + usize::from(record.payload_start);
                payload.get(start..start + record.payload_len as usize).unwrap_or_default()
            });
            Some(bytes(value, value.len() as u64, &wanted))
        }
        _ => None,
    }
}

/// RFC 3339, or a day alone, which begins at midnight in UTC.
pub(super) fn timestamp(text: &str) -> Option<SecondsNanos> {
    let is_day = text.len() == 10 && !text.contains(['T', 't']);
    if is_day { parse_timestamp(&format!("{text}T00:00:00Z")).ok() } else { parse_timestamp(text).ok() }
}
