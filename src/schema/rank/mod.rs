//! Which message types fit given bytes.
//!
//! **Law.** Evidence is in the bytes alone. A type is worth what it saves: the bits needed to write
//! the bytes down knowing the type, against knowing none (`cost`). Types that save the same cannot
//! be told apart and share a group; nothing is preselected unless one type is clearly best.
//!
//! Work is bounded: a head of the bytes, a depth, and a number of records per type. What lies beyond
//! is not held against anybody.
//!
//! **Not here:** evidence from file names or methods (who has it says so in the reason).

mod cost;
mod read;
mod table;

use super::{MessageDescriptor, Schema};
use read::{Evidence, evidence};
pub(super) use table::Tables;

/// The most bytes that are looked at, for few types and for many.
const MAX_HEAD: usize = 64 << 10;
const MIN_HEAD: usize = 2 << 10;
/// The most bytes that are looked at for all types together.
const MAX_WORK: usize = 8 << 20;
/// How many bits the best type must be ahead to be chosen without asking.
const CLEAR_MARGIN: i64 = 12;

/// All message types, the best fitting first.
#[derive(Clone)]
pub struct Ranking {
    /// By falling score; types in a group by name.
    pub groups: Vec<Group>,
    /// The type to read the bytes with, if it is clearly best.
    pub preselected: Option<MessageDescriptor>,
}

/// Types whose readings of the bytes are equally good.
#[derive(Clone)]
pub struct Group {
    pub types: Vec<MessageDescriptor>,
    /// Bits that these types save against knowing no type; below 0 where they contradict the bytes.
    pub score: i64,
    /// A plain sentence without full stop.
    pub reason: String,
}

impl Ranking {
    /// The group a type is in, 0 for the best.
    pub fn place_of(&self, full_name: &str) -> Option<usize> {
        self.groups.iter().position(|group| group.types.iter().any(|ty| ty.full_name() == full_name))
    }
}

/// Ranks all message types by how well `bytes` fit. `complete` says that the message ends where
/// `bytes` end; otherwise they are its head.
pub fn rank(schema: &Schema, bytes: &[u8], complete: bool) -> Ranking {
    let tables = schema.tables();
    let types = schema.messages();
    let head_len = (MAX_WORK / types.len().max(1)).clamp(MIN_HEAD, MAX_HEAD);
    let head = bytes.get(..head_len).unwrap_or(bytes);
    let complete = complete && head.len() == bytes.len();
    let baseline = cost::baseline(head);
    let mut judged: Vec<(i64, Evidence, &MessageDescriptor)> = types
        .iter()
        .map(|ty| {
            let evidence = tables.of(ty).map_or_else(Evidence::default, |ty| evidence(tables, ty, head));
            (baseline.saturating_sub_unsigned(evidence.cost), evidence, ty)
        })
        .collect();
    // What nothing speaks against comes first; types that are equal in all stay in the order of
    // their names.
    judged.sort_by_key(|(score, evidence, _)| (std::cmp::Reverse(*score), evidence.against()));
    let preselected = preselected(&judged, head.len());
    let equal = |a: &(i64, Evidence, _), b: &(i64, Evidence, _)| a.0 == b.0 && a.1.against() == b.1.against();
    let groups = judged.chunk_by(equal).filter_map(|alike| {
        let (score, evidence, _) = alike.first()?;
        let types = alike.iter().map(|(_, _, ty)| (*ty).clone()).collect();
        Some(Group { types, score: *score, reason: reason(evidence, head.len(), complete) })
    });
    Ranking { groups: groups.collect(), preselected }
}

fn preselected(judged: &[(i64, Evidence, &MessageDescriptor)], n_bytes: usize) -> Option<MessageDescriptor> {
    let (score, evidence, ty) = judged.first()?;
    let second = judged.get(1).map_or(0, |(score, ..)| *score).max(0);
    let explains_most = evidence.n_explained * 4 >= n_bytes as u64 * 3;
    (score - second >= CLEAR_MARGIN && explains_most).then(|| (*ty).clone())
}

fn reason(evidence: &Evidence, n_bytes: usize, complete: bool) -> String {
    if n_bytes == 0 {
        return "No bytes: an empty message of any type".to_owned();
    }
    if evidence.n_records == 0 && evidence.n_damaged > 0 {
        return "Not even the first record can be read".to_owned();
    }
    let mut parts = vec![
        format!("{} of {} known", evidence.n_known, counted(evidence.n_records, "record")),
        format!("{} of {} explained", evidence.n_explained, counted(n_bytes as u64, "byte")),
    ];
    let mut add = |n: u32, one: &str, many: &str| match n {
        0 => {}
        1 => parts.push(one.to_owned()),
        n => parts.push(format!("{n} {many}")),
    };
    add(evidence.n_clashes, "1 wire type clashes", "wire types clash");
    add(evidence.n_damaged, "1 nested message is malformed", "nested messages are malformed");
    add(evidence.n_not_text, "1 string is not UTF-8", "strings are not UTF-8");
    add(evidence.n_unknown_enums, "1 enum number is unknown", "enum numbers are unknown");
    add(evidence.n_odd, "1 value is implausible", "values are implausible");
    add(evidence.n_missing, "1 required field is missing", "required fields are missing");
    if evidence.n_text > 0 && evidence.n_not_text == 0 {
        parts.push("all text is UTF-8".to_owned());
    }
    if !complete {
        parts.push(format!("judged by the first {}", counted(n_bytes as u64, "byte")));
    }
    parts.join(", ")
}

fn counted(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

#[cfg(test)]
mod tests;
