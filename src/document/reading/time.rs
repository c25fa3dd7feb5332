//! Integers that count from 1970.

use crate::document::value::{SecondsNanos, ValueError, parse_timestamp, timestamp_text};

/// What an integer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeUnit {
    Seconds,
    Millis,
    Micros,
    Nanos,
}

/// 2000-01-01 and 2100-01-01 in seconds: what lies between is likely to be a time.
const LIKELY_SECONDS: std::ops::Range<i64> = 946_684_800..4_102_444_800;

impl TimeUnit {
    pub const ALL: [TimeUnit; 4] = [TimeUnit::Seconds, TimeUnit::Millis, TimeUnit::Micros, TimeUnit::Nanos];

    pub fn symbol(self) -> &'static str {
        match self {
            TimeUnit::Seconds => "s",
            TimeUnit::Millis => "ms",
            TimeUnit::Micros => "µs",
            TimeUnit::Nanos => "ns",
        }
    }

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            TimeUnit::Seconds => "seconds",
            TimeUnit::Millis => "milliseconds",
            TimeUnit::Micros => "microseconds",
            TimeUnit::Nanos => "nanoseconds",
        }
    }

    fn per_second(self) -> i64 {
        match self {
            TimeUnit::Seconds => 1,
            TimeUnit::Millis => 1_000,
            TimeUnit::Micros => 1_000_000,
            TimeUnit::Nanos => 1_000_000_000,
        }
    }

    /// The unit in which an integer is a time of our days. The ranges do not overlap.
    pub fn likely(count: i64) -> Option<TimeUnit> {
        TimeUnit::ALL.into_iter().find(|unit| LIKELY_SECONDS.contains(&count.div_euclid(unit.per_second())))
    }

    /// RFC 3339; `None` outside of years 1 to 9999.
    pub fn text(self, count: i64) -> Option<String> {
        let seconds = count.div_euclid(self.per_second());
        let nanos = count.rem_euclid(self.per_second()) * (1_000_000_000 / self.per_second());
        timestamp_text(SecondsNanos { seconds, nanos: nanos as i32 })
    }

    /// The count that RFC 3339 text stands for; it has to come out whole.
    pub fn parse(self, text: &str) -> Result<i64, ValueError> {
        let time = parse_timestamp(text)?;
        let refuse = |reason| ValueError::Timestamp { text: text.trim().to_owned(), reason };
        let per_unit = 1_000_000_000 / self.per_second();
        let nanos = i64::from(time.nanos);
        if nanos % per_unit != 0 {
            return Err(refuse("it is finer than the unit that is counted"));
        }
        let whole = time.seconds.checked_mul(self.per_second());
        whole
            .and_then(|whole| whole.checked_add(nanos / per_unit))
            .ok_or_else(|| refuse("it is too far away to be counted in this unit"))
    }
}
