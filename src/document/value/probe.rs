//! What bytes at a place would be, read as each thing they could be, without regard to records.
//!
//! **Law.** What [`Probe::read`] says is written back by [`Probe::write`] as the same bytes, unless
//! they were padded.

use super::{SecondsNanos, escape_char, float, integer, is_hidden, parse_timestamp, timestamp_text};
use crate::wire::{
    MAX_NUMBER, Tag, WireType, read_varint, write_tag, write_varint, zigzag_decode, zigzag_encode,
};

/// Bytes that are enough for every reading.
pub const MAX_PROBED: usize = 10;
/// Times between 1990 and 2100 are plausible, in seconds since 1970.
const PLAUSIBLE: std::ops::Range<i64> = 631_152_000..4_102_444_800;

/// In which order the bytes of a number stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    Little,
    Big,
}

/// What a time is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    Seconds,
    Millis,
    Micros,
    Nanos,
}

impl Unit {
    fn per_second(self) -> i64 {
        match self {
            Unit::Seconds => 1,
            Unit::Millis => 1_000,
            Unit::Micros => 1_000_000,
            Unit::Nanos => 1_000_000_000,
        }
    }
}

/// One way to read bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Probe {
    Tag,
    Varint,
    SignedVarint,
    Zigzag,
    /// Of 8, 16, 32 or 64 bits.
    Unsigned(u8, Order),
    Signed(u8, Order),
    Float(Order),
    Double(Order),
    /// One character of UTF-8.
    Character,
    /// The bits of one byte, the highest first.
    Bits,
    /// A varint since 1970.
    VarintTime(Unit),
    /// Four or eight bytes since 1970, the lowest first.
    FixedTime(u8, Unit),
}

impl Probe {
    /// What the bytes say, and how many of them; `None` if they say nothing.
    pub fn read(self, bytes: &[u8]) -> Option<(String, usize)> {
        let varint = || read_varint(bytes).ok().map(|found| (found.value, usize::from(found.width)));
        Some(match self {
            Probe::Tag => {
                let (value, width) = varint()?;
                let wire_type = WireType::from_bits((value & 7) as u8)?;
                let number = u32::try_from(value >> 3).ok()?;
                let is_number = (1..=MAX_NUMBER).contains(&number);
                is_number.then(|| (format!("{number} {wire_type}"), width))?
            }
            Probe::Varint => varint().map(|(value, width)| (value.to_string(), width))?,
            Probe::SignedVarint => varint().map(|(value, width)| ((value as i64).to_string(), width))?,
            Probe::Zigzag => varint().map(|(value, width)| (zigzag_decode(value).to_string(), width))?,
            Probe::Unsigned(bits, order) => (fixed(bytes, bits, order)?.to_string(), usize::from(bits / 8)),
            Probe::Signed(bits, order) => {
                let shift = 64 - u32::from(bits);
                let value = (fixed(bytes, bits, order)? << shift) as i64 >> shift;
                (value.to_string(), usize::from(bits / 8))
            }
            Probe::Float(order) => {
                let bits = fixed(bytes, 32, order)? as u32;
                (float::float_text(f32::from_bits(bits)), 4)
            }
            Probe::Double(order) => (float::double_text(f64::from_bits(fixed(bytes, 64, order)?)), 8),
            Probe::Character => {
                let c = (1..=4.min(bytes.len())).find_map(|n| {
                    std::str::from_utf8(&bytes[..n]).ok().and_then(|text| text.chars().next())
                })?;
                let mut text = String::new();
                match is_hidden(c) {
                    true => {
                        escape_char(&mut text, c);
                    }
                    false => text.push(c),
                }
                (text, c.len_utf8())
            }
            Probe::Bits => (format!("{:08b}", bytes.first()?), 1),
            Probe::VarintTime(unit) => {
                let (value, width) = varint()?;
                (time_text(i64::try_from(value).ok()?, unit)?, width)
            }
            Probe::FixedTime(bits, unit) => {
                let value = i64::try_from(fixed(bytes, bits, Order::Little)?).ok()?;
                (time_text(value, unit)?, usize::from(bits / 8))
            }
        })
    }

    /// The bytes that say this.
    pub fn write(self, text: &str) -> Result<Vec<u8>, String> {
        let (lowest, highest) = (i128::from(i64::MIN), i128::from(u64::MAX));
        let whole = |name: &'static str, min: i128, max: i128| {
            integer::parse_integer(text, name, min, max).map_err(|error| error.to_string())
        };
        let varint = |value: u64| {
            let mut bytes = Vec::new();
            write_varint(&mut bytes, value);
            bytes
        };
        Ok(match self {
            Probe::Tag => {
                let tag = parse_tag(text).ok_or("A tag is a field number and a wire type, such as 3 LEN")?;
                let mut bytes = Vec::new();
                write_tag(&mut bytes, tag.number, tag.wire_type);
                bytes
            }
            Probe::Varint | Probe::SignedVarint => varint(whole("a varint", lowest, highest)? as u64),
            Probe::Zigzag => {
                let value = whole("a zigzag varint", lowest, i128::from(i64::MAX))?;
                varint(zigzag_encode(value as i64))
            }
            Probe::Unsigned(bits, order) => {
                let value = whole(self.name(), 0, (1_i128 << bits) - 1)?;
                in_order(value as u64, bits, order)
            }
            Probe::Signed(bits, order) => {
                let half = 1_i128 << (bits - 1);
                in_order(whole(self.name(), -half, half - 1)? as u64, bits, order)
            }
            Probe::Float(order) => {
                let value = float::parse_float(text).map_err(|error| error.to_string())?;
                in_order(u64::from(value.to_bits()), 32, order)
            }
            Probe::Double(order) => {
                let value = float::parse_double(text).map_err(|error| error.to_string())?;
                in_order(value.to_bits(), 64, order)
            }
            Probe::Character => {
                let c = parse_character(text).ok_or("This takes one character, or its code as \\u{…}")?;
                c.encode_utf8(&mut [0; 4]).as_bytes().to_vec()
            }
            Probe::Bits => {
                let is_byte = text.len() == 8 && text.bytes().all(|bit| matches!(bit, b'0' | b'1'));
                let byte = u8::from_str_radix(text, 2).ok().filter(|_| is_byte);
                vec![byte.ok_or("This takes eight digits, each 0 or 1")?]
            }
            Probe::VarintTime(unit) => varint(count_of(text, unit)? as u64),
            Probe::FixedTime(bits, unit) => {
                let count = count_of(text, unit)?;
                if bits == 32 && u32::try_from(count).is_err() {
                    return Err("This time does not fit into four bytes".to_owned());
                }
                in_order(count as u64, bits, Order::Little)
            }
        })
    }

    /// As a column of names has it.
    pub fn name(self) -> &'static str {
        match self {
            Probe::Tag => "tag",
            Probe::Varint => "varint",
            Probe::SignedVarint => "signed",
            Probe::Zigzag => "zigzag",
            Probe::Unsigned(8, _) => "u8",
            Probe::Unsigned(16, _) => "u16",
            Probe::Unsigned(32, _) => "u32",
            Probe::Unsigned(..) => "u64",
            Probe::Signed(8, _) => "i8",
            Probe::Signed(16, _) => "i16",
            Probe::Signed(32, _) => "i32",
            Probe::Signed(..) => "i64",
            Probe::Float(_) => "float",
            Probe::Double(_) => "double",
            Probe::Character => "UTF-8",
            Probe::Bits => "bits",
            Probe::VarintTime(Unit::Seconds) => "varint, s",
            Probe::VarintTime(Unit::Millis) => "varint, ms",
            Probe::VarintTime(Unit::Micros) => "varint, µs",
            Probe::VarintTime(Unit::Nanos) => "varint, ns",
            Probe::FixedTime(32, _) => "u32, s",
            Probe::FixedTime(_, Unit::Seconds) => "u64, s",
            Probe::FixedTime(_, Unit::Millis) => "u64, ms",
            Probe::FixedTime(_, Unit::Micros) => "u64, µs",
            Probe::FixedTime(_, Unit::Nanos) => "u64, ns",
        }
    }
}

fn fixed(bytes: &[u8], bits: u8, order: Order) -> Option<u64> {
    let bytes = bytes.get(..usize::from(bits / 8))?;
    let add = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
    Some(match order {
        Order::Little => bytes.iter().rev().fold(0, add),
        Order::Big => bytes.iter().fold(0, add),
    })
}

fn in_order(value: u64, bits: u8, order: Order) -> Vec<u8> {
    let mut bytes = value.to_le_bytes()[..usize::from(bits / 8)].to_vec();
    if order == Order::Big {
        bytes.reverse();
    }
    bytes
}

fn parse_tag(text: &str) -> Option<Tag> {
    let (number, wire_type) = text.trim().split_once(char::is_whitespace)?;
    let number = number.parse().ok().filter(|number| (1..=MAX_NUMBER).contains(number))?;
    Some(Tag { number, wire_type: WireType::from_name(wire_type.trim())?, width: 0 })
}

fn parse_character(text: &str) -> Option<char> {
    let mut chars = text.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return Some(c);
    }
    match text {
        "\\n" => Some('\n'),
        "\\r" => Some('\r'),
        "\\t" => Some('\t'),
        _ => {
            let code = text.strip_prefix("\\u{")?.strip_suffix('}')?;
            u32::from_str_radix(code, 16).ok().and_then(char::from_u32)
        }
    }
}

fn time_text(count: i64, unit: Unit) -> Option<String> {
    let per_second = unit.per_second();
    let seconds = count.div_euclid(per_second);
    let nanos = count.rem_euclid(per_second) * (1_000_000_000 / per_second);
    let time = SecondsNanos { seconds, nanos: i32::try_from(nanos).ok()? };
    PLAUSIBLE.contains(&seconds).then(|| timestamp_text(time)).flatten()
}

fn count_of(text: &str, unit: Unit) -> Result<i64, String> {
    let time = parse_timestamp(text).map_err(|error| error.to_string())?;
    let part = i64::from(time.nanos) / (1_000_000_000 / unit.per_second());
    let count = time.seconds.checked_mul(unit.per_second()).and_then(|count| count.checked_add(part));
    count.filter(|count| 0 <= *count).ok_or_else(|| "This time is before 1970 or too late".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all() -> Vec<Probe> {
        use Probe::*;
        let mut all = vec![Tag, Varint, SignedVarint, Zigzag, Character, Bits];
        for order in [Order::Little, Order::Big] {
            for bits in [8, 16, 32, 64] {
                all.extend([Unsigned(bits, order), Signed(bits, order)]);
            }
            all.extend([Float(order), Double(order)]);
        }
        for unit in [Unit::Seconds, Unit::Millis, Unit::Micros, Unit::Nanos] {
            all.extend([VarintTime(unit), FixedTime(64, unit)]);
        }
        all.push(FixedTime(32, Unit::Seconds));
        all
    }

    #[test]
    fn bytes_are_read_as_each_thing_they_could_be() {
        use Probe::*;
        let bytes = [0x96, 0x01, 0xff, 0xff, 0, 0, 0, 0x40, 0, 0];
        for (probe, expected) in [
            (Tag, None),
            (Varint, Some(("150", 2))),
            (Zigzag, Some(("75", 2))),
            (Unsigned(8, Order::Little), Some(("150", 1))),
            (Signed(8, Order::Little), Some(("-106", 1))),
            (Unsigned(16, Order::Big), Some(("38401", 2))),
            (Signed(32, Order::Little), Some(("-65130", 4))),
            (Bits, Some(("10010110", 1))),
            (Character, None),
        ] {
            let found = probe.read(&bytes);
            assert_eq!(found.as_ref().map(|(text, n)| (text.as_str(), *n)), expected, "{probe:?}");
        }
        assert_eq!(Character.read("ä!".as_bytes()), Some(("ä".to_owned(), 2)));
        assert_eq!(Tag.read(&[0x9a, 0x06]), Some(("99 LEN".to_owned(), 2)));
        assert_eq!(Character.read(&[0]), Some(("\\u{0}".to_owned(), 1)));
        let time = 1_700_000_000_u64.to_le_bytes();
        let text = "2023-11-14T22:13:20Z".to_owned();
        assert_eq!(FixedTime(64, Unit::Seconds).read(&time), Some((text, 8)));
        assert_eq!(FixedTime(64, Unit::Millis).read(&time), None, "1970 is not plausible");
        assert_eq!(Unsigned(64, Order::Little).read(&time[..7]), None);
    }

    #[test]
    fn what_is_no_reading_is_refused_with_a_reason() {
        use Probe::*;
        for (probe, text) in [
            (Unsigned(8, Order::Little), "256"),
            (Signed(16, Order::Big), "32768"),
            (Tag, "0 LEN"),
            (Tag, "3"),
            (Bits, "0101"),
            (Bits, "+0101010"),
            (Character, "ab"),
            (VarintTime(Unit::Seconds), "yesterday"),
            (FixedTime(32, Unit::Seconds), "9999-01-01T00:00:00Z"),
        ] {
            assert!(!probe.write(text).unwrap_err().is_empty(), "{probe:?} {text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_back(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
            for probe in all() {
                let Some((text, n_bytes)) = probe.read(&bytes) else { continue };
                let written = probe.write(&text).unwrap();
                let is_padded = read_varint(&bytes).is_ok_and(|found| found.is_overlong() || found.overflow);
                let is_varint = matches!(
                    probe,
                    Probe::Tag | Probe::Varint | Probe::SignedVarint | Probe::Zigzag | Probe::VarintTime(_)
                );
                if is_varint && is_padded {
                    prop_assert_eq!(probe.read(&written).map(|(text, _)| text), Some(text));
                } else {
                    prop_assert_eq!(&written[..], &bytes[..n_bytes], "{:?} {}", probe, text);
                }
            }
        }
    }
}
