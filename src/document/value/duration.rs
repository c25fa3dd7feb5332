//! `google.protobuf.Duration` as people write it: `1.5s`, `250ms`, `1h2m3s`.

use super::{SecondsNanos, ValueError};

/// Ten thousand years: the most seconds a Duration may have, to either side.
pub const MAX_DURATION_SECONDS: i64 = 315_576_000_000;

/// The nanoseconds that are too many: the seconds may have a fraction still.
const LIMIT: i128 = (MAX_DURATION_SECONDS as i128 + 1) * 1_000_000_000;
const TOO_LONG: &str = "it is longer than 315576000000s";

/// Units by their name and nanoseconds; longer names first where one begins another.
const UNITS: [(&str, i128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

/// Text in seconds; `None` if seconds and nanos are out of range or of different sign.
pub fn duration_text(time: SecondsNanos) -> Option<String> {
    let SecondsNanos { seconds, nanos } = time;
    let in_range =
        seconds.unsigned_abs() <= MAX_DURATION_SECONDS as u64 && nanos.unsigned_abs() < 1_000_000_000;
    if !in_range || i64::from(nanos).signum() * seconds.signum() < 0 {
        return None;
    }
    let sign = if seconds < 0 || nanos < 0 { "-" } else { "" };
    let mut out = format!("{sign}{}", seconds.unsigned_abs());
    if nanos != 0 {
        let fraction = format!("{:09}", nanos.unsigned_abs());
        out.push('.');
        out.push_str(fraction.trim_end_matches('0'));
    }
    out.push('s');
    Some(out)
}

/// Reads amounts with their units, such as `-1.5s` or `1h2m3.5s`.
pub fn parse_duration(text: &str) -> Result<SecondsNanos, ValueError> {
    let text = text.trim();
    parse(text).map_err(|reason| ValueError::Duration { text: text.to_owned(), reason })
}

fn parse(text: &str) -> Result<SecondsNanos, &'static str> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    if rest.is_empty() {
        return Err("it is empty");
    }
    let mut total = 0_i128;
    while !rest.is_empty() {
        let whole_len = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (whole, after) = rest.split_at(whole_len);
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => after.split_at(after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len())),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err("an amount is missing");
        }
        let after = after.trim_start();
        let unit_len = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_len);
        let Some((_, nanos)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err("a unit is missing; there are d, h, m, s, ms, us and ns");
        };
        let amount = amount(whole, fraction, *nanos)?;
        total = total.checked_add(amount).filter(|total| *total < LIMIT).ok_or(TOO_LONG)?;
        rest = after.trim_start();
    }
    let total = total * sign;
    Ok(SecondsNanos { seconds: (total / 1_000_000_000) as i64, nanos: (total % 1_000_000_000) as i32 })
}

/// `whole.fraction` units in nanoseconds.
fn amount(whole: &str, fraction: &str, unit: i128) -> Result<i128, &'static str> {
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| TOO_LONG)? };
    let fraction = fraction.trim_end_matches('0');
    // A day in nanoseconds has 14 digits: no more can come out whole.
    if fraction.len() > 14 {
        return Err("it is finer than a nanosecond");
    }
    let scale = 10_i128.pow(fraction.len() as u32);
    let part: i128 = if fraction.is_empty() { 0 } else { fraction.parse().map_err(|_| TOO_LONG)? };
    if part * unit % scale != 0 {
        return Err("it is finer than a nanosecond");
    }
    whole.checked_mul(unit).map(|whole| whole + part * unit / scale).ok_or(TOO_LONG)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn units_add_up() {
        for (text, expected) in [
            ("1.5s", "1.5s"),
            ("250ms", "0.25s"),
            ("1h2m3.5s", "3723.5s"),
            ("-1.5s", "-1.5s"),
            ("0s", "0s"),
            (".5s", "0.5s"),
            ("1d 2h", "93600s"),
            ("7us", "0.000007s"),
            ("1ns", "0.000000001s"),
            ("1.500000000000s", "1.5s"),
            ("315576000000s", "315576000000s"),
        ] {
            assert_eq!(duration_text(parse_duration(text).unwrap()).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_says_why() {
        for (text, reason) in [
            ("", "empty"),
            ("5", "unit"),
            ("s", "amount"),
            ("1.5x", "unit"),
            ("1.0000000001s", "nanosecond"),
            ("315576000001s", "longer"),
            ("99999999999999999999999999999999999999999s", "longer"),
            ("1s-2s", "amount"),
        ] {
            let error = parse_duration(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn every_duration_in_range_reads_back(
            seconds in 0..=MAX_DURATION_SECONDS, nanos in 0..1_000_000_000_i32, negative: bool,
        ) {
            let sign = if negative { -1 } else { 1 };
            let time = SecondsNanos { seconds: seconds * sign, nanos: nanos * sign as i32 };
            prop_assert_eq!(parse_duration(&duration_text(time).unwrap()).unwrap(), time);
        }
    }
}
