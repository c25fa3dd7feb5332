//! `google.protobuf.Timestamp` as RFC 3339.

use super::{SecondsNanos, ValueError};
use std::fmt::Write as _;

/// 0001-01-01T00:00:00Z in seconds since 1970.
pub const MIN_TIMESTAMP_SECONDS: i64 = -62_135_596_800;
/// 9999-12-31T23:59:59Z in seconds since 1970.
pub const MAX_TIMESTAMP_SECONDS: i64 = 253_402_300_799;

const DAY: i64 = 86_400;

/// Text in UTC with 0, 3, 6 or 9 digits of a second; `None` outside of years 1 to 9999 or if the nanos
/// are none.
pub fn timestamp_text(time: SecondsNanos) -> Option<String> {
    let SecondsNanos { seconds, nanos } = time;
    if !(MIN_TIMESTAMP_SECONDS..=MAX_TIMESTAMP_SECONDS).contains(&seconds)
        || !(0..1_000_000_000).contains(&nanos)
    {
        return None;
    }
    let (year, month, day) = civil_of_days(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let mut out = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    write_fraction(&mut out, nanos.unsigned_abs());
    out.push('Z');
    Some(out)
}

/// Appends `.` and 3, 6 or 9 digits, or nothing for 0.
fn write_fraction(out: &mut String, nanos: u32) {
    let _ = match nanos {
        0 => Ok(()),
        _ if nanos.is_multiple_of(1_000_000) => write!(out, ".{:03}", nanos / 1_000_000),
        _ if nanos.is_multiple_of(1_000) => write!(out, ".{:06}", nanos / 1_000),
        _ => write!(out, ".{nanos:09}"),
    };
}

/// Reads RFC 3339 with any offset and up to 9 digits of a second; a space or `t` may stand for `T`.
pub fn parse_timestamp(text: &str) -> Result<SecondsNanos, ValueError> {
    let text = text.trim();
    parse(text.as_bytes()).map_err(|reason| ValueError::Timestamp { text: text.to_owned(), reason })
}

fn parse(bytes: &[u8]) -> Result<SecondsNanos, &'static str> {
    let mut rest = bytes;
    let date = "the date is not like 2026-11-23";
    let (year, month, day) = triple(&mut rest, 4, b'-').ok_or(date)?;
    if !(1..=12).contains(&month) || !(1..=days_in_month(year, month)).contains(&day) {
        return Err("there is no such day");
    }
    if !eat(&mut rest, |byte| matches!(byte, b'T' | b't' | b' ')) {
        return Err("no \"T\" between date and time");
    }
    let (hour, minute, second) = triple(&mut rest, 2, b':').ok_or("the time is not like 10:15:04")?;
    if second == 60 {
        return Err("a leap second cannot be written");
    }
    if hour > 23 || minute > 59 || second > 59 {
        return Err("there is no such time of day");
    }
    let nanos = fraction(&mut rest)?;
    let offset = offset_seconds(&mut rest)?;
    if !rest.is_empty() {
        return Err("something follows the offset");
    }
    let seconds = days_of_civil(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset;
    if !(MIN_TIMESTAMP_SECONDS..=MAX_TIMESTAMP_SECONDS).contains(&seconds) {
        return Err("it is not between the years 1 and 9999");
    }
    Ok(SecondsNanos { seconds, nanos })
}

fn eat(rest: &mut &[u8], accepts: impl Fn(u8) -> bool) -> bool {
    match rest.split_first() {
        Some((byte, after)) if accepts(*byte) => {
            *rest = after;
            true
        }
        _ => false,
    }
}

fn digits(rest: &mut &[u8], n_digits: usize) -> Option<i64> {
    let (digits, after) = rest.split_at_checked(n_digits)?;
    *rest = after;
    digits
        .iter()
        .try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
}

fn triple(rest: &mut &[u8], n_first: usize, separator: u8) -> Option<(i64, i64, i64)> {
    let first = digits(rest, n_first)?;
    let second = eat(rest, |byte| byte == separator).then(|| digits(rest, 2))??;
    let third = eat(rest, |byte| byte == separator).then(|| digits(rest, 2))??;
    Some((first, second, third))
}

fn fraction(rest: &mut &[u8]) -> Result<i32, &'static str> {
    if !eat(rest, |byte| byte == b'.') {
        return Ok(0);
    }
    let n_digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (found, after) = rest.split_at(n_digits);
    *rest = after;
    match n_digits {
        0 => Err("no digit follows the point"),
        // More digits are fine as long as they say nothing.
        _ if found.iter().skip(9).any(|byte| *byte != b'0') => Err("it is finer than a nanosecond"),
        _ => {
            let padded = found.iter().copied().chain(std::iter::repeat(b'0')).take(9);
            Ok(padded.fold(0, |value, byte| value * 10 + i32::from(byte - b'0')))
        }
    }
}

fn offset_seconds(rest: &mut &[u8]) -> Result<i64, &'static str> {
    if eat(rest, |byte| matches!(byte, b'Z' | b'z')) {
        return Ok(0);
    }
    let reason = "no offset such as Z or +01:00 at the end";
    let negative = rest.first() == Some(&b'-');
    if !eat(rest, |byte| matches!(byte, b'+' | b'-')) {
        return Err(reason);
    }
    let hours = digits(rest, 2).ok_or(reason)?;
    let minutes = eat(rest, |byte| byte == b':').then(|| digits(rest, 2)).flatten().ok_or(reason)?;
    if hours > 23 || minutes > 59 {
        return Err("there is no such offset");
    }
    Ok((hours * 3600 + minutes * 60) * if negative { -1 } else { 1 })
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar. Years are counted from March, so that
/// the leap day comes last.
fn days_of_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a day counted from 1970-01-01 in the Gregorian calendar.
pub fn civil_of_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn offsets_and_fractions_come_down_to_utc() {
        for (text, expected) in [
            ("2026-11-23T10:15:04Z", "2026-11-23T10:15:04Z"),
            ("2026-11-23 11:15:04.5+01:00", "2026-11-23T10:15:04.500Z"),
            ("2026-11-23t00:15:04.000000001-23:59", "2026-11-24T00:14:04.000000001Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"),
            ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z"),
            ("2000-02-29T00:00:00z", "2000-02-29T00:00:00Z"),
        ] {
            let time = parse_timestamp(text).unwrap();
            assert_eq!(timestamp_text(time).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_no_time_says_why() {
        for (text, reason) in [
            ("", "date"),
            ("2026-1-23T10:15:04Z", "date"),
            ("2026-02-29T10:15:04Z", "no such day"),
            ("2026-11-23", "\"T\""),
            ("2026-11-23T10:15", "10:15:04"),
            ("2026-11-23T24:00:00Z", "time of day"),
            ("2026-11-23T23:59:60Z", "leap second"),
            ("2026-11-23T10:15:04", "offset"),
            ("2026-11-23T10:15:04.Z", "digit"),
            ("2026-11-23T10:15:04.0000000001Z", "nanosecond"),
            ("2026-11-23T10:15:04Zx", "follows"),
            ("0001-01-01T00:00:00+01:00", "between the years"),
            ("0000-01-01T00:00:00Z", "between the years"),
        ] {
            let error = parse_timestamp(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn every_time_in_range_reads_back(
            seconds in MIN_TIMESTAMP_SECONDS..=MAX_TIMESTAMP_SECONDS, nanos in 0..1_000_000_000_i32,
        ) {
            let time = SecondsNanos { seconds, nanos };
            prop_assert_eq!(parse_timestamp(&timestamp_text(time).unwrap()).unwrap(), time);
        }

        #[test]
        fn dates_agree_with_another_calendar(seconds in MIN_TIMESTAMP_SECONDS..=253_402_207_200_i64) {
            let text = timestamp_text(SecondsNanos { seconds, nanos: 0 }).unwrap();
            prop_assert_eq!(text, jiff::Timestamp::from_second(seconds).unwrap().to_string());
        }
    }
}
