//! Readings that a person chose, by the field numbers that lead to a record.

use super::Reading;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was chosen for one place, and for places inside it.
#[derive(Clone, Default, PartialEq)]
struct Node {
    own: Option<Reading>,
    below: BTreeMap<u32, Arc<Node>>,
}

/// All readings chosen for a document. Cloning it costs nothing.
///
/// A place is named by field numbers alone, so that a choice holds for every element of a repeated
/// field and every entry of a map.
#[derive(Clone, Default, PartialEq)]
pub struct Readings {
    root: Option<Arc<Node>>,
}

/// Those for the records of one message.
#[derive(Clone, Default, PartialEq)]
pub struct Scope {
    node: Option<Arc<Node>>,
}

impl Readings {
    pub fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    /// The scope of the root message.
    pub fn scope(&self) -> Scope {
        Scope { node: self.root.clone() }
    }

    pub fn get(&self, numbers: &[u32]) -> Option<&Reading> {
        let mut node = self.root.as_deref()?;
        for number in numbers {
            node = node.below.get(number)?;
        }
        node.own.as_ref()
    }

    /// Chooses a reading for a place, or none.
    pub fn set(&mut self, numbers: &[u32], reading: Option<Reading>) {
        // From the innermost node outwards; paths are as deep as messages a person opened.
        let mut nodes: Vec<Node> = vec![self.root.as_deref().cloned().unwrap_or_default()];
        for number in numbers {
            let next = nodes.last().and_then(|node| node.below.get(number)).map(|node| (**node).clone());
            nodes.push(next.unwrap_or_default());
        }
        if let Some(last) = nodes.last_mut() {
            last.own = reading;
        }
        let mut made: Option<Node> = None;
        for (depth, mut node) in nodes.into_iter().enumerate().rev() {
            if let Some(number) = numbers.get(depth) {
                match made.take() {
                    Some(child) => drop(node.below.insert(*number, Arc::new(child))),
                    None => drop(node.below.remove(number)),
                }
            }
            made = (node.own.is_some() || !node.below.is_empty()).then_some(node);
        }
        self.root = made.map(Arc::new);
    }

    /// All places and their readings, outer ones first.
    pub fn all(&self) -> Vec<(Vec<u32>, Reading)> {
        let mut found = Vec::new();
        let mut open: Vec<(Vec<u32>, &Node)> =
            self.root.as_deref().map(|root| (Vec::new(), root)).into_iter().collect();
        while let Some((numbers, node)) = open.pop() {
            if let Some(reading) = &node.own {
                found.push((numbers.clone(), reading.clone()));
            }
            for (number, below) in node.below.iter().rev() {
                let mut numbers = numbers.clone();
                numbers.push(*number);
                open.push((numbers, below));
            }
        }
        found
    }
}

impl Scope {
    /// What was chosen for records with this number.
    pub fn get(&self, number: u32) -> Option<&Reading> {
        self.node.as_deref()?.below.get(&number)?.own.as_ref()
    }

    /// The scope inside records with this number.
    pub fn inside(&self, number: u32) -> Scope {
        Scope { node: self.node.as_deref().and_then(|node| node.below.get(&number)).cloned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_found_at_its_place_and_leaves_no_trace_when_it_is_taken_back() {
        let mut readings = Readings::default();
        readings.set(&[1, 99], Some(Reading::Hex));
        readings.set(&[1, 99, 2], Some(Reading::Message));
        readings.set(&[7], Some(Reading::Base64));
        let names: Vec<_> = readings.all().iter().map(|(at, it)| format!("{at:?} {}", it.name())).collect();
        assert_eq!(names, ["[1, 99] hex", "[1, 99, 2] message", "[7] base64"]);
        let inside = readings.scope().inside(1);
        assert_eq!(inside.get(99), Some(&Reading::Hex));
        assert_eq!(inside.inside(99).get(2), Some(&Reading::Message));
        assert_eq!((inside.get(7), readings.scope().get(7)), (None, Some(&Reading::Base64)));
        readings.set(&[1, 99], None);
        assert_eq!((readings.get(&[1, 99]), readings.get(&[1, 99, 2])), (None, Some(&Reading::Message)));
        readings.set(&[1, 99, 2], None);
        readings.set(&[7], None);
        assert!(readings.is_empty());
    }
}
