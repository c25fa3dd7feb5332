//! The name of each file: what imports of it are written with.

use super::find::{Found, How, folder};
use super::unit::Unit;
use std::collections::HashMap;

/// Gives every text its name. A file that is imported is called as most imports call it; one that is
/// not by the innermost root that encloses it, where roots are those given and those that imports
/// were found under; without any, by the folders of its package, else by its place in its source.
///
/// `found` holds, beside each unit, what its imports led to; `bases` the folder of each source.
pub(super) fn name_units(units: &mut [Unit], found: &[Vec<Found>], includes: &[String], bases: &[String]) {
    let mut votes: HashMap<usize, HashMap<String, usize>> = HashMap::new();
    let mut roots: Vec<String> = includes.to_vec();
    for (unit, found) in units.iter().zip(found) {
        for (import, found) in unit.imports.iter().zip(found) {
            if let Some(target) = import.target {
                *votes.entry(target).or_default().entry(import.name.clone()).or_default() += 1;
            }
            if matches!(found.how, How::Path | How::Around | How::Custom | How::Project) {
                roots.push(found.root.clone());
            }
        }
    }
    roots.sort_by_key(|root| std::cmp::Reverse(root.len()));
    roots.dedup();
    for (unit_idx, unit) in units.iter_mut().enumerate() {
        if !unit.has_path() || !unit.name.is_empty() {
            continue;
        }
        let by_import = votes.get(&unit_idx).and_then(|votes| {
            votes.iter().max_by_key(|(name, n_votes)| (**n_votes, name.len(), (*name).clone()))
        });
        unit.name = match by_import {
            Some((name, _)) => name.clone(),
            None => {
                let base = bases.get(unit.source).map_or("", String::as_str);
                own_name(unit, &roots, includes, base)
            }
        };
    }
}

/// Gives files that differ but have the same name names of their own: a pool knows files by name.
/// Copies of one file keep theirs.
pub(super) fn part_names(units: &mut [Unit], bases: &[String]) {
    let mut taken: HashMap<String, usize> = HashMap::new();
    for unit_idx in 0..units.len() {
        let unit = &units[unit_idx];
        if unit.source == 0 {
            continue;
        }
        let is_free = |name: &String| match taken.get(name) {
            Some(other) => units[*other].bytes == unit.bytes,
            None => true,
        };
        let base = bases.get(unit.source).map_or("", String::as_str);
        let names = [Some(unit.name.clone()), inside(&unit.path, base), Some(unit.path.clone())];
        let numbered = || format!("{}:{unit_idx}", unit.path);
        let name = names.into_iter().flatten().find(is_free).unwrap_or_else(numbered);
        taken.entry(name.clone()).or_insert(unit_idx);
        units[unit_idx].name = name;
    }
}

fn own_name(unit: &Unit, roots: &[String], includes: &[String], base: &str) -> String {
    let path = unit.path.as_str();
    let mut given: Vec<&String> = includes.iter().collect();
    given.sort_by_key(|root| std::cmp::Reverse(root.len()));
    let by_package = || {
        let folders = unit.package.replace('.', "/");
        let file = path.strip_prefix(folder(path))?.trim_start_matches('/');
        let is_there = folder(path) == folders || folder(path).ends_with(&format!("/{folders}"));
        (is_there && !folders.is_empty()).then(|| format!("{folders}/{file}"))
    };
    given
        .iter()
        .find_map(|root| inside(path, root))
        .or_else(by_package)
        .or_else(|| roots.iter().find_map(|root| inside(path, root).filter(|_| !root.is_empty())))
        .or_else(|| inside(path, base))
        .unwrap_or_else(|| path.trim_start_matches('/').to_owned())
}

/// The path from a root on.
fn inside(path: &str, root: &str) -> Option<String> {
    let rest = match root {
        "" => path.strip_prefix('/').is_none().then_some(path)?,
        root if root.ends_with('/') => path.strip_prefix(root)?,
        root => path.strip_prefix(root)?.strip_prefix('/')?,
    };
    (!rest.is_empty() && !rest.split('/').any(|part| part == "..")).then(|| rest.to_owned())
}
