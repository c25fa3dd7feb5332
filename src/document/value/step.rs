//! A number some steps further up or down, as a slider or an arrow key wants it.

use super::{
    MAX_DURATION_SECONDS, MAX_TIMESTAMP_SECONDS, MIN_TIMESTAMP_SECONDS, Scalar, SecondsNanos, edit_text,
    integer, parse_value, read_scalar, read_seconds_nanos, with_seconds_nanos,
};
use crate::schema::WellKnown;
use prost_reflect::Kind;

const NANOS: i128 = 1_000_000_000;
/// Digits of a double that say which one it is.
const MAX_DIGITS: i32 = 17;

/// A value some steps further, no further than its kind goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepTo {
    pub payload: Vec<u8>,
    /// Steps that were made: fewer where the kind ends.
    pub n_steps: i64,
}

/// What `n_steps` make of a number: whole numbers by one each, times by a second, and floats by a
/// hundredth to a thousandth of what they begin with, so that all of a drag has steps of one size.
///
/// Integers are exact to 64 bits; what is counted in decimal stays so: 0.1 and two steps are 0.102.
/// `None` for what is no number, such as NaN, infinities and times out of range.
pub fn step_value(kind: &Kind, payload: &[u8], n_steps: i64) -> Option<StepTo> {
    match kind {
        Kind::Float | Kind::Double => step_float(kind, payload, n_steps),
        Kind::Message(message) => match WellKnown::of(message)? {
            WellKnown::Timestamp => step_timestamp(payload, n_steps),
            WellKnown::Duration => step_duration(payload, n_steps),
            WellKnown::Wrapper(inner) => {
                let inside = parse_value(&inner, &edit_text(kind, payload)?).ok()?.payload;
                let StepTo { payload, n_steps } = step_value(&inner, &inside, n_steps)?;
                let text = edit_text(&inner, &payload)?;
                Some(StepTo { payload: parse_value(kind, &text).ok()?.payload, n_steps })
            }
            _ => None,
        },
        Kind::Enum(_) => None,
        _ => {
            let (_, least, greatest) = integer::range_of(kind)?;
            let Scalar::Int(value) = read_scalar(kind, payload)? else { return None };
            let to = (value + i128::from(n_steps)).clamp(least, greatest);
            let payload = parse_value(kind, &to.to_string()).ok()?.payload;
            Some(StepTo { payload, n_steps: (to - value) as i64 })
        }
    }
}

fn step_float(kind: &Kind, payload: &[u8], n_steps: i64) -> Option<StepTo> {
    let text = edit_text(kind, payload)?;
    // Of a float the shortest decimal, not all the digits of its bits.
    let value: f64 = text.parse().ok()?;
    let greatest = if matches!(kind, Kind::Float) { f64::from(f32::MAX) } else { f64::MAX };
    if !value.is_finite() {
        return None;
    }
    let exponent = exponent_of(value).map_or(-2, |exponent| exponent - 2).max(-300);
    let step = format!("1e{exponent}").parse::<f64>().ok()?;
    let to = (value + step * n_steps as f64).clamp(-greatest, greatest);
    let lowest = lowest_digit(&text).min(exponent);
    let n_digits = exponent_of(to).map_or(0, |first| (first - lowest).clamp(0, MAX_DIGITS - 1));
    let rounded = format!("{to:.*e}", n_digits as usize);
    let is_zero = to.abs() < step / 2.0;
    let text = if is_zero { "0" } else { rounded.as_str() };
    let payload = parse_value(kind, text).or_else(|_| parse_value(kind, &to.to_string())).ok()?.payload;
    let n_made = if to.abs() < greatest { n_steps } else { ((to - value) / step) as i64 };
    Some(StepTo { payload, n_steps: n_made })
}

/// The power of ten of the first digit; `None` of zero.
fn exponent_of(value: f64) -> Option<i32> {
    (value != 0.0).then(|| format!("{value:e}"))?.split_once('e')?.1.parse().ok()
}

/// The power of ten of the last digit.
fn lowest_digit(text: &str) -> i32 {
    let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let n_behind = digits.split_once('.').map_or(0, |(_, behind)| behind.len() as i32);
    exponent.parse::<i32>().unwrap_or(0) - n_behind
}

fn step_timestamp(payload: &[u8], n_steps: i64) -> Option<StepTo> {
    let (time, _) = read_seconds_nanos(payload);
    let range = MIN_TIMESTAMP_SECONDS..=MAX_TIMESTAMP_SECONDS;
    if !range.contains(&time.seconds) || !(0..NANOS as i32).contains(&time.nanos) {
        return None;
    }
    let seconds = time.seconds.saturating_add(n_steps).clamp(*range.start(), *range.end());
    let payload = with_seconds_nanos(payload, SecondsNanos { seconds, ..time });
    Some(StepTo { payload, n_steps: seconds - time.seconds })
}

/// Seconds and nanos have the same sign, so that half a second and one step down is minus a half.
fn step_duration(payload: &[u8], n_steps: i64) -> Option<StepTo> {
    let (time, _) = read_seconds_nanos(payload);
    let nanos = i128::from(time.nanos);
    let value = i128::from(time.seconds) * NANOS + nanos;
    let most = i128::from(MAX_DURATION_SECONDS + 1) * NANOS - 1;
    let is_of_one_sign = time.seconds == 0 || time.nanos == 0 || (time.seconds < 0) == (time.nanos < 0);
    if value.abs() > most || nanos.abs() >= NANOS || !is_of_one_sign {
        return None;
    }
    let wanted = value + i128::from(n_steps) * NANOS;
    let n_made = match wanted.clamp(-most, most) {
        to if to == wanted => n_steps,
        to => ((to - value) / NANOS) as i64,
    };
    let to = value + i128::from(n_made) * NANOS;
    let time = SecondsNanos { seconds: (to / NANOS) as i64, nanos: (to % NANOS) as i32 };
    Some(StepTo { payload: with_seconds_nanos(payload, time), n_steps: n_made })
}

#[cfg(test)]
mod tests {
    use super::super::tests::pool_of;
    use super::*;
    use proptest::prelude::*;

    fn stepped(kind: &Kind, text: &str, n_steps: i64) -> (String, i64) {
        let payload = parse_value(kind, text).unwrap().payload;
        let to = step_value(kind, &payload, n_steps).unwrap();
        (edit_text(kind, &to.payload).unwrap(), to.n_steps)
    }

    fn known(name: &str) -> Kind {
        let source = r#"
            syntax = "proto3";
            import "google/protobuf/duration.proto";
            import "google/protobuf/timestamp.proto";
            import "google/protobuf/wrappers.proto";
        "#;
        Kind::Message(pool_of(source).get_message_by_name(name).unwrap())
    }

    #[test]
    fn integers_are_exact_and_end_where_their_kind_does() {
        for (kind, from, n_steps, expected) in [
            (Kind::Uint64, "18446744073709551610", 4, ("18446744073709551614", 4)),
            (Kind::Uint64, "18446744073709551610", 1_000, ("18446744073709551615", 5)),
            (Kind::Fixed64, "3", -10, ("0", -3)),
            (Kind::Int64, "-9223372036854775807", -9, ("-9223372036854775808", -1)),
            (Kind::Sint64, "9007199254740993", 1, ("9007199254740994", 1)),
            (Kind::Sfixed64, "0", i64::MIN, ("-9223372036854775808", i64::MIN)),
            (Kind::Int32, "2147483646", 2, ("2147483647", 1)),
            (Kind::Sint32, "-1", 2, ("1", 2)),
            (Kind::Uint32, "0", -1, ("0", 0)),
        ] {
            assert_eq!(stepped(&kind, from, n_steps), (expected.0.to_owned(), expected.1), "{kind:?} {from}");
        }
        assert_eq!(step_value(&Kind::Bool, &[1], 1), None);
        assert_eq!(step_value(&Kind::Int32, &[0x80], 1), None, "no payload of its kind");
    }

    #[test]
    fn floats_step_by_their_size_in_decimal() {
        for (from, n_steps, expected) in [
            ("0.1", 2, "0.102"),
            ("123.4", 1, "124.4"),
            ("123.4", -200, "-76.6"),
            ("0", 3, "0.03"),
            ("-5", 100, "-4"),
            ("-5", 500, "0"),
            ("1e300", 1, "1.01e300"),
            ("1.7976931348623157e308", 1, "1.7976931348623157e308"),
        ] {
            assert_eq!(stepped(&Kind::Double, from, n_steps).0.replace("e+", "e"), expected, "{from}");
        }
        assert_eq!(stepped(&Kind::Float, "0.1", 2).0, "0.102");
        assert_eq!(stepped(&Kind::Float, "3.4028235e38", 9).0, "3.4028235e+38");
        for text in ["nan", "inf", "-inf"] {
            let payload = parse_value(&Kind::Double, text).unwrap().payload;
            assert_eq!(step_value(&Kind::Double, &payload, 1), None, "{text}");
        }
    }

    #[test]
    fn times_step_by_seconds_and_stay_in_range() {
        let (timestamp, duration) = (known("google.protobuf.Timestamp"), known("google.protobuf.Duration"));
        for (kind, from, n_steps, expected) in [
            (&timestamp, "2026-11-23T10:15:04.250Z", -5, ("2026-11-23T10:14:59.250Z", -5)),
            (&timestamp, "9999-12-31T23:59:58Z", 9, ("9999-12-31T23:59:59Z", 1)),
            (&duration, "0.5s", -1, ("-0.5s", -1)),
            (&duration, "315575999999.5s", 5, ("315576000000.5s", 1)),
            (&known("google.protobuf.Int64Value"), "41", 1, ("42", 1)),
            (&known("google.protobuf.UInt32Value"), "1", -5, ("0", -1)),
        ] {
            assert_eq!(stepped(kind, from, n_steps), (expected.0.to_owned(), expected.1), "{from}");
        }
        // Nanos of another sign: out of range, which nobody makes of a step.
        let of_two_signs = [0x08, 1, 0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        assert_eq!(step_value(&duration, &of_two_signs, 1), None);
        // What else is in it stays.
        let with_more = [0x98, 0x06, 0x07, 0x08, 0x05];
        assert_eq!(step_value(&timestamp, &with_more, 2).unwrap().payload, [0x98, 0x06, 0x07, 0x08, 0x07]);
    }

    proptest! {
        #[test]
        fn steps_up_and_down_lead_back(value: i64, n_steps: i32) {
            let n_steps = i64::from(n_steps);
            let (text, made) = stepped(&Kind::Int64, &value.to_string(), n_steps);
            prop_assert_eq!(stepped(&Kind::Int64, &text, -made), (value.to_string(), -made));
        }

        #[test]
        fn every_float_steps_to_a_float(bits: u64, n_steps in -10_000_i64..10_000) {
            let value = f64::from_bits(bits);
            let to = step_value(&Kind::Double, &bits.to_le_bytes(), n_steps);
            prop_assert_eq!(to.is_some(), value.is_finite());
            let Some(to) = to else { return Ok(()) };
            let to = f64::from_bits(u64::from_le_bytes(to.payload.try_into().unwrap()));
            prop_assert!(to.is_finite());
            prop_assert!(if n_steps < 0 { to <= value } else { value <= to }, "{} {}", value, to);
        }
    }
}
