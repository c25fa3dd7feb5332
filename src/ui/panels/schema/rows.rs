//! Which rows of the tree of declarations are open, and so which can be seen.

use crate::schema::{Catalogue, Entry, Schema, What};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Weak};

/// A source with fewer packages shows them opened at first.
const FEW_PACKAGES: usize = 4;

/// Names a row by what it and those around it are called, so that it stays open when the schema is
/// loaded again.
type Key = u64;

#[derive(Default)]
pub struct Rows {
    /// The schema that the rows are of.
    of: Weak<Schema>,
    open: HashSet<Key>,
    /// Rows that can be seen, top to bottom; made when something opens or closes.
    visible: Vec<u32>,
    is_begun: bool,
}

impl Rows {
    /// Makes the rows anew if the schema is another one; returns whether it is.
    pub fn follow(&mut self, schema: &Arc<Schema>) -> bool {
        if self.of.ptr_eq(&Arc::downgrade(schema)) {
            return false;
        }
        self.of = Arc::downgrade(schema);
        let catalogue = schema.catalogue();
        if !std::mem::replace(&mut self.is_begun, true) {
            self.begin(catalogue);
        }
        self.lay_out(catalogue);
        true
    }

    /// Opens sources, and the packages of those that have few.
    fn begin(&mut self, catalogue: &Catalogue) {
        let entries = catalogue.entries();
        for (row, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.depth == 0) {
            let row = row as u32;
            self.open.insert(key(catalogue, row));
            let below = &entries[row as usize + 1..=(row + entry.n_below) as usize];
            let packages = below.iter().zip(row + 1..).filter(|(entry, _)| entry.depth == 1);
            let own = packages.filter(|(entry, _)| !is_googles(entry)).map(|(_, row)| row);
            let own: Vec<u32> = own.collect();
            if own.len() < FEW_PACKAGES {
                self.open.extend(own.into_iter().map(|row| key(catalogue, row)));
            }
        }
    }

    pub fn visible(&self) -> &[u32] {
        &self.visible
    }

    /// The place of a row among those that can be seen.
    pub fn place_of(&self, row: u32) -> Option<u64> {
        self.visible.binary_search(&row).ok().map(|place| place as u64)
    }

    pub fn is_open(&self, catalogue: &Catalogue, row: u32) -> bool {
        self.open.contains(&key(catalogue, row))
    }

    pub fn set_open(&mut self, catalogue: &Catalogue, row: u32, is_open: bool) {
        let key = key(catalogue, row);
        let is_changed = if is_open { self.open.insert(key) } else { self.open.remove(&key) };
        if is_changed {
            self.lay_out(catalogue);
        }
    }

    /// Opens what is around a row; returns its place.
    pub fn reveal(&mut self, catalogue: &Catalogue, row: u32) -> Option<u64> {
        let mut at = row;
        while let Some(parent) = parent(catalogue, at) {
            self.open.insert(key(catalogue, parent));
            at = parent;
        }
        self.lay_out(catalogue);
        self.place_of(row)
    }

    fn lay_out(&mut self, catalogue: &Catalogue) {
        let entries = catalogue.entries();
        self.visible.clear();
        let mut row = 0;
        while let Some(entry) = entries.get(row as usize) {
            self.visible.push(row);
            row += 1;
            if entry.n_below > 0 && !self.open.contains(&key(catalogue, row - 1)) {
                row += entry.n_below;
            }
        }
    }
}

/// The row around a row.
pub fn parent(catalogue: &Catalogue, row: u32) -> Option<u32> {
    catalogue.entries().get(row as usize).map(|entry| entry.parent).filter(|parent| *parent != row)
}

fn is_googles(entry: &Entry) -> bool {
    matches!(&entry.what, What::Package(package) if package == "google" || package.starts_with("google."))
}

fn key(catalogue: &Catalogue, row: u32) -> Key {
    let mut hasher = DefaultHasher::new();
    let mut at = Some(row);
    while let Some(row) = at {
        match catalogue.entries().get(row as usize).map(|entry| &entry.what) {
            Some(What::Source(path)) => path.hash(&mut hasher),
            Some(What::Package(package)) => package.hash(&mut hasher),
            Some(What::File(file)) => file.name().hash(&mut hasher),
            Some(What::Declared(declaration)) => declaration.full_name().hash(&mut hasher),
            None => {}
        }
        at = parent(catalogue, row);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_closed_hides_all_below_and_revealing_opens_the_way() {
        let schema = Schema::builtin();
        let catalogue = schema.catalogue();
        let mut rows = Rows::default();
        assert!(rows.follow(&schema));
        assert!(!rows.follow(&schema));
        let n_before = rows.visible().len();
        let declaration = schema.find("DescribeSubscriptionResponse.ClientSubscriptionInfo").unwrap();
        let row = catalogue.row_of(&declaration.address()).unwrap();
        assert_eq!(rows.place_of(row), None);
        let place = rows.reveal(catalogue, row).unwrap();
        assert_eq!(rows.visible()[place as usize], row);
        let around = parent(catalogue, row).unwrap();
        rows.set_open(catalogue, around, false);
        assert_eq!(rows.place_of(row), None);
        rows.set_open(catalogue, 0, false);
        assert!(rows.visible().len() < n_before);
    }
}
