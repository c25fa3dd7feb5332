//! Enum values by name and number.

use super::{ValueError, integer};
use prost_reflect::EnumDescriptor;

/// Names offered when one is not found.
const MAX_NEAR: usize = 3;
/// Enum values looked at for names that are near.
const MAX_COMPARED: usize = 10_000;

/// The number of an enum value given by its name, or any number.
pub(super) fn parse_enum(descriptor: &EnumDescriptor, text: &str) -> Result<i32, ValueError> {
    let text = text.trim();
    if let Some(value) = descriptor.get_value_by_name(text) {
        return Ok(value.number());
    }
    if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
        let (min, max) = (i128::from(i32::MIN), i128::from(i32::MAX));
        return integer::parse_integer(text, "an enum", min, max).map(|number| number as i32);
    }
    let enum_name = descriptor.full_name().to_owned();
    Err(ValueError::Enum { text: text.to_owned(), enum_name, near: near_names(descriptor, text) })
}

fn near_names(descriptor: &EnumDescriptor, text: &str) -> Vec<String> {
    let wanted = text.to_ascii_uppercase();
    if wanted.is_empty() || wanted.len() > 100 {
        return Vec::new();
    }
    let mut near = Vec::new();
    for value in descriptor.values().take(MAX_COMPARED) {
        let name = value.name().to_ascii_uppercase();
        let cost = if name == wanted {
            0
        } else if wanted.len() >= 3 && (name.contains(&wanted) || wanted.contains(&name)) {
            1
        } else {
            2 + distance(name.as_bytes(), wanted.as_bytes())
        };
        if cost <= 2 + wanted.len() / 3 {
            near.push((cost, value.name().to_owned()));
        }
    }
    near.sort();
    near.into_iter().take(MAX_NEAR).map(|(_, name)| name).collect()
}

/// How many letters have to be added, removed or changed to turn one word into the other.
fn distance(a: &[u8], b: &[u8]) -> usize {
    if a.len().abs_diff(b.len()) > 40 {
        return usize::MAX / 2;
    }
    let mut costs: Vec<usize> = (0..=b.len()).collect();
    for (row, from) in a.iter().enumerate() {
        let mut diagonal = row;
        costs[0] = row + 1;
        for (column, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != to);
            diagonal = costs[column + 1];
            costs[column + 1] = change.min(diagonal + 1).min(costs[column] + 1);
        }
    }
    costs[b.len()]
}
