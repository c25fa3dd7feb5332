//! Which field numbers of a message are taken, reserved, for extensions, and free.

use super::MessageBody;

/// The last number that a field may have.
const LAST: u32 = (1 << 29) - 1;
/// Numbers that protobuf keeps for itself.
const OWN: (u32, u32) = (19_000, 19_999);

/// Adjacent numbers of one use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberRange {
    pub first: u32,
    pub last: u32,
    pub what: NumberUse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberUse {
    Fields,
    Reserved,
    /// Other files may declare extensions here.
    Extensions,
    Free,
}

impl NumberUse {
    pub fn word(self) -> &'static str {
        match self {
            NumberUse::Fields => "fields",
            NumberUse::Reserved => "reserved",
            NumberUse::Extensions => "extensions",
            NumberUse::Free => "free",
        }
    }
}

impl MessageBody {
    /// All numbers from 1 to the last that a field may have, without gaps and overlaps.
    pub fn numbers(&self) -> Vec<NumberRange> {
        let range = |(first, last), what| NumberRange { first, last, what };
        let mut taken: Vec<NumberRange> = self
            .fields
            .iter()
            .map(|field| range((field.number, field.number), NumberUse::Fields))
            .chain(self.reserved.iter().map(|reserved| range(*reserved, NumberUse::Reserved)))
            .chain(self.extendable.iter().map(|extendable| range(*extendable, NumberUse::Extensions)))
            .chain([range(OWN, NumberUse::Reserved)])
            .collect();
        taken.sort_by_key(|range| range.first);
        let mut all: Vec<NumberRange> = Vec::new();
        let mut next = 1;
        for NumberRange { first, last, what } in taken {
            let (first, last) = (first.max(next), last.min(LAST));
            if last < first {
                continue;
            }
            if next < first {
                join(&mut all, NumberRange { first: next, last: first - 1, what: NumberUse::Free });
            }
            join(&mut all, NumberRange { first, last, what });
            next = last + 1;
        }
        if next <= LAST {
            join(&mut all, NumberRange { first: next, last: LAST, what: NumberUse::Free });
        }
        all
    }
}

fn join(all: &mut Vec<NumberRange>, range: NumberRange) {
    match all.last_mut() {
        Some(before) if before.what == range.what => before.last = range.last,
        _ => all.push(range),
    }
}
