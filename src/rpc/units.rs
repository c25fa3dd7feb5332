//! Spans of time and sizes as people write them.

use std::time::Duration;

/// What to write instead of what is not a time.
pub const TIME_HINT: &str = "write it like 500ms, 5s, 2m or none";
/// What to write instead of what is not a size.
pub const SIZE_HINT: &str = "write it like 64MiB, up to 4GiB - 1";

/// `500ms`, `1.5s`, `2m`, `1h`; `Some(None)` for `none`.
pub fn read_time(text: &str) -> Option<Option<Duration>> {
    if text == "none" {
        return Some(None);
    }
    let start_of_unit = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(start_of_unit);
    let unit = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    let seconds = number.parse::<f64>().ok()? * unit;
    Duration::try_from_secs_f64(seconds).ok().filter(|time| *time > Duration::ZERO).map(Some)
}

/// The shortest text that [`read_time`] reads as this, to the millisecond.
pub fn time_text(time: Option<Duration>) -> String {
    let Some(time) = time else { return "none".to_owned() };
    let millis = time.as_millis().max(1);
    for (unit, name) in [(3_600_000, "h"), (60_000, "m"), (1_000, "s")] {
        if millis.is_multiple_of(unit) {
            return format!("{}{name}", millis / unit);
        }
    }
    format!("{millis}ms")
}

/// Bytes, or `64KiB`, `64MiB`, `1GiB`; less than 4 GiB.
pub fn read_size(text: &str) -> Option<u64> {
    let start_of_unit = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(start_of_unit);
    let shift = match unit {
        "" | "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => return None,
    };
    let bytes = number.parse::<u64>().ok()?.checked_mul(1 << shift)?;
    (bytes <= u64::from(u32::MAX)).then_some(bytes)
}

/// The shortest text that [`read_size`] reads as this.
pub fn size_text(bytes: u64) -> String {
    for (shift, name) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] {
        if bytes > 0 && bytes.is_multiple_of(1 << shift) {
            return format!("{}{name}", bytes >> shift);
        }
    }
    bytes.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_and_sizes_are_written_with_units() {
        for (text, expected) in [
            ("500ms", Some(Some(Duration::from_millis(500)))),
            ("5s", Some(Some(Duration::from_secs(5)))),
            ("1.5m", Some(Some(Duration::from_secs(90)))),
            ("none", Some(None)),
            ("0s", None),
            ("5", None),
            ("s", None),
            ("-5s", None),
            ("1e9h", None),
        ] {
            assert_eq!(read_time(text), expected, "{text}");
        }
        for (text, expected) in [
            ("1000", Some(1000)),
            ("64MiB", Some(64 << 20)),
            ("3GiB", Some(3 << 30)),
            ("4GiB", None),
            ("99999999999GiB", None),
            ("MB", None),
            ("5MB", None),
        ] {
            assert_eq!(read_size(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(millis in 1_u64..10_000_000, bytes in 0_u64..=u64::from(u32::MAX)) {
            let time = Some(Duration::from_millis(millis));
            prop_assert_eq!(read_time(&time_text(time)), Some(time));
            prop_assert_eq!(read_size(&size_text(bytes)), Some(bytes));
        }
    }
}
