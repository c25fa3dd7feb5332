//! What a value says beside what it is: ids and times that are written as text or as a number.

use super::TimeUnit;
use crate::document::value::grouped;

/// A value taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// What it looks like, such as `UUID, version 7`.
    pub what: String,
    /// Its parts, each with what it is called.
    pub parts: Vec<(&'static str, String)>,
}

/// 1582-10-15, from which a UUID of version 1 counts 100 ns, to 1970.
const GREGORIAN_SECONDS: i64 = 12_219_292_800;
const TICKS_PER_SECOND: i64 = 10_000_000;

/// A UUID in its text form of 36 characters.
pub fn explain_uuid(text: &str) -> Option<Explained> {
    let groups: Vec<&str> = text.split('-').collect();
    let lens: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    if lens != [8, 4, 4, 4, 12] {
        return None;
    }
    let digits = groups.concat();
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let bits = u128::from_str_radix(&digits, 16).ok()?;
    let named = |what: &str| Some(Explained { what: what.to_owned(), parts: Vec::new() });
    match bits {
        0 => return named("UUID of zeros"),
        u128::MAX => return named("UUID of ones"),
        _ if bits >> 62 & 0b11 != 0b10 => return named("UUID of another variant than RFC 9562"),
        _ => {}
    }
    let version = (bits >> 76) as u8 & 0xf;
    let mut parts = Vec::new();
    match version {
        1 => {
            let ticks = (bits >> 64 & 0xfff) << 48 | (bits >> 80 & 0xffff) << 32 | bits >> 96;
            let ticks = ticks as i64 - GREGORIAN_SECONDS * TICKS_PER_SECOND;
            parts.extend(TimeUnit::Micros.text(ticks / 10).map(|time| ("Time", time)));
            parts.push(("Address", address(&(bits as u64).to_be_bytes()[2..])));
        }
        7 => {
            let millis = (bits >> 80) as i64;
            parts.extend(TimeUnit::Millis.text(millis).map(|time| ("Time", time)));
        }
        _ => {}
    }
    let how = match version {
        1 => ", from time and address",
        3 | 5 => ", from a name",
        4 => ", random",
        7 => ", from time",
        _ => "",
    };
    Some(Explained { what: format!("UUID, version {version}{how}"), parts })
}

/// A number that counts from 1970, if that is a time of our days.
pub fn explain_time(count: i64) -> Option<Explained> {
    let unit = TimeUnit::likely(count)?;
    let what = format!("Unix time in {}", unit.name());
    Some(Explained { what, parts: vec![("Time", unit.text(count)?)] })
}

/// A number of milliseconds as a time, or else as it is.
pub fn millis_text(millis: i64) -> String {
    TimeUnit::Millis.text(millis).unwrap_or_else(|| format!("{} ms", grouped(millis.unsigned_abs())))
}

/// Bytes of a network address, as it is written.
pub fn address(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(found: Option<Explained>) -> String {
        let Some(found) = found else { return "nothing".to_owned() };
        let parts: String = found.parts.iter().map(|(name, value)| format!("; {name} {value}")).collect();
        format!("{}{parts}", found.what)
    }

    #[test]
    fn a_uuid_says_its_version_and_what_it_was_made_from() {
        // The examples of RFC 9562.
        let cases = [
            (
                "C232AB00-9414-11EC-B3C8-9F6BDECED846",
                "UUID, version 1, from time and address; Time 2022-02-22T19:22:22Z; Address 9f:6b:de:ce:d8:46",
            ),
            ("919108f7-52d1-4320-9bac-f847db4148a8", "UUID, version 4, random"),
            ("2ed6657d-e927-568b-95e1-2665a8aea6a2", "UUID, version 5, from a name"),
            ("017F22E2-79B0-7CC3-98C4-DC0C0C07398F", "UUID, version 7, from time; Time 2022-02-22T19:22:22Z"),
            ("00000000-0000-0000-0000-000000000000", "UUID of zeros"),
            ("919108f7-52d1-4320-0bac-f847db4148a8", "UUID of another variant than RFC 9562"),
            ("919108f752d143209bacf847db4148a8", "nothing"),
            ("g19108f7-52d1-4320-9bac-f847db4148a8", "nothing"),
            ("+19108f7-52d1-4320-9bac-f847db4148a8", "nothing"),
        ];
        for (text, expected) in cases {
            assert_eq!(lines(explain_uuid(text)), expected, "{text}");
        }
    }

    #[test]
    fn a_number_that_may_be_a_time_says_its_unit() {
        let cases = [
            (1_795_427_516, "Unix time in seconds; Time 2026-11-23T09:51:56Z"),
            (1_795_427_516_154, "Unix time in milliseconds; Time 2026-11-23T09:51:56.154Z"),
            (1_795_427_516_154_000, "Unix time in microseconds; Time 2026-11-23T09:51:56.154Z"),
            (15_000, "nothing"),
            (-1, "nothing"),
        ];
        for (count, expected) in cases {
            assert_eq!(lines(explain_time(count)), expected, "{count}");
        }
    }
}
