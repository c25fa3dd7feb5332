//! Which file an import means, without being told the roots, and why.
//!
//! An import names a file from a root folder that nobody has written down. But the files at hand have
//! paths, and imports end like the paths of the files they mean. So the roots follow from the imports:
//! what stands in front of the part that agrees is the root. Where several files agree, the one nearest
//! to the importer wins.
//!
//! Looked at in this order, the first that has the file wins: Google's own files; the roots a person
//! gave; files of the same source by the whole import; other sources; folders around the importer,
//! and folders in them that are roots by custom; the built-in files; then the same with the first
//! parts of the import left out, as in a checkout without its outer folder; then whatever lies in the
//! project around.

use super::text::{Parsed, parse};
use super::unit::Unit;
use super::{FileResolver, SchemaError};
use std::collections::{BTreeSet, HashMap};

/// Folders that are roots by custom.
const LAYOUTS: [&str; 9] = [
    "proto",
    "protos",
    "protobuf",
    "src/main/proto",
    "src/main/protobuf",
    "third_party",
    "vendor",
    "include",
    "src",
];
/// Folders around a file that are looked at.
const MAX_ANCESTORS: usize = 16;
/// Importers whose projects are listed.
const MAX_LISTINGS: usize = 4;
/// Rivals and tried places that are kept for the explanation.
const MAX_KEPT: usize = 8;

/// How an import was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// Google's own files are always there.
    Google,
    /// Under a root folder that was given.
    Given,
    /// The path of a file of the source ends like the import.
    Path,
    /// A file of another source.
    OtherSource,
    /// Under a folder around the importer.
    Around,
    /// In a folder around the importer that is a root by custom.
    Custom,
    /// A file that is built in.
    BuiltIn,
    /// The path of a file ends like the import without its first parts.
    End,
    /// Somewhere in the project around the importer.
    Project,
    /// The name of a file of the same descriptor set.
    Set,
    Nowhere,
}

/// One import and what became of it.
#[derive(Clone, Debug)]
pub struct Found {
    /// As it is written.
    pub import: String,
    pub how: How,
    /// The file; empty for [`How::Nowhere`].
    pub path: String,
    /// What stands in front of the import in the path.
    pub root: String,
    /// Other files that the import could have meant, or where it was looked for in vain.
    pub tried: Vec<String>,
}

/// What a search leads to.
pub(super) enum Hit {
    Unit(usize),
    /// A file that was not read yet.
    New {
        path: String,
        content: Vec<u8>,
    },
    None,
}

pub(super) struct Finder<'a> {
    resolver: &'a dyn FileResolver,
    includes: &'a [String],
    /// Units by the last part of their path.
    by_base: HashMap<String, Vec<usize>>,
    by_path: HashMap<String, usize>,
    /// Descriptors by name, the first source first.
    by_name: HashMap<String, Vec<usize>>,
    /// What folders around hold for an import: the same is asked for many files.
    around: HashMap<(String, String), Option<String>>,
    /// What lies in the projects around importers, by the last part of the path; listed when an import
    /// is found nowhere else.
    projects: HashMap<String, BTreeSet<String>>,
    /// Folders of importers whose projects are listed.
    listed: Vec<String>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(resolver: &'a dyn FileResolver, includes: &'a [String]) -> Finder<'a> {
        Finder {
            resolver,
            includes,
            by_base: HashMap::new(),
            by_path: HashMap::new(),
            by_name: HashMap::new(),
            around: HashMap::new(),
            projects: HashMap::new(),
            listed: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, unit_idx: usize, unit: &Unit) {
        if unit.has_path() {
            self.by_base.entry(base(&unit.path).to_owned()).or_default().push(unit_idx);
            self.by_path.entry(unit.path.clone()).or_insert(unit_idx);
        } else {
            self.by_name.entry(unit.name.clone()).or_default().push(unit_idx);
        }
    }

    pub(super) fn at_path(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// Finds what a text imports. `on_disk` says that there are folders around it to look in.
    pub(super) fn find(
        &mut self,
        units: &[Unit],
        importer_idx: usize,
        import: &str,
        on_disk: bool,
    ) -> Result<(Hit, Found), SchemaError> {
        let importer = units.get(importer_idx).map_or("", |unit| unit.path.as_str());
        let source = units.get(importer_idx).map_or(0, |unit| unit.source);
        let mut found = Found {
            import: import.to_owned(),
            how: How::Nowhere,
            path: String::new(),
            root: String::new(),
            tried: Vec::new(),
        };
        if !stays_inside(import) {
            return Ok((Hit::None, found));
        }
        if let Some(unit_idx) = self.of_google(units, import) {
            return Ok(settle(found, Hit::Unit(unit_idx), How::Google, import, import));
        }
        if on_disk {
            for root in self.includes {
                let path = at(root, import);
                if let Some(hit) = self.at(&path)? {
                    return Ok(settle(found, hit, How::Given, &path, import));
                }
                keep(&mut found.tried, path);
            }
        }
        if let Some(unit_idx) = self.by_end(units, importer, import, Some(source), &mut found.tried) {
            let path = units[unit_idx].path.clone();
            return Ok(settle(found, Hit::Unit(unit_idx), How::Path, &path, import));
        }
        if let Some(unit_idx) = self.in_other_sources(units, importer, import, &mut found.tried) {
            let path = units[unit_idx].path.clone();
            return Ok(settle(found, Hit::Unit(unit_idx), How::OtherSource, &path, import));
        }
        if on_disk && let Some(path) = self.around(importer, import, &mut found.tried) {
            let own = folder(importer);
            let root = path.strip_suffix(import).unwrap_or_default().trim_end_matches('/');
            let how = if root.is_empty() || own == root || is_inside(own, root) {
                How::Around
            } else {
                How::Custom
            };
            if let Some(hit) = self.at(&path)? {
                return Ok(settle(found, hit, how, &path, import));
            }
        }
        if let Some(unit_idx) = self.named(units, import, 0) {
            return Ok(settle(found, Hit::Unit(unit_idx), How::BuiltIn, import, import));
        }
        self.find_by_end(units, importer_idx, import, on_disk, found)
    }

    /// The same with the first parts of the import left out, and what lies in the project around.
    fn find_by_end(
        &mut self,
        units: &[Unit],
        importer_idx: usize,
        import: &str,
        on_disk: bool,
        mut found: Found,
    ) -> Result<(Hit, Found), SchemaError> {
        let importer = units.get(importer_idx).map_or("", |unit| unit.path.as_str());
        let source = units.get(importer_idx).map_or(0, |unit| unit.source);
        let mut rest = import;
        while let Some((_, shorter)) = rest.split_once('/') {
            rest = shorter;
            if let Some(unit_idx) = self.by_end(units, importer, rest, Some(source), &mut Vec::new())
                && unit_idx != importer_idx
                && is_plausible(import, rest, &units[unit_idx], importer)
            {
                let path = units[unit_idx].path.clone();
                return Ok(settle(found, Hit::Unit(unit_idx), How::End, &path, rest));
            }
            let path = match rest.contains('/') {
                true if on_disk => self.around(importer, rest, &mut Vec::new()),
                // By its name alone a file is found beside the importer only.
                false if on_disk => {
                    Some(at(folder(importer), rest)).filter(|path| self.resolver.exists(path))
                }
                _ => None,
            };
            if let Some(path) = path.filter(|path| path != importer)
                && self.is_plausible_file(import, &path)?
                && let Some(hit) = self.at(&path)?
            {
                return Ok(settle(found, hit, How::End, &path, rest));
            }
        }
        if on_disk {
            let nearest = self.in_projects(importer, import);
            if let Some(path) = nearest
                && let Some(hit) = self.at(&path)?
            {
                return Ok(settle(found, hit, How::Project, &path, import));
            }
        }
        found.tried.truncate(MAX_KEPT);
        Ok((Hit::None, found))
    }

    /// A file of the same set, a file of Google or of another source, for an import of a descriptor.
    pub(super) fn find_named(
        &self,
        units: &[Unit],
        importer_idx: usize,
        import: &str,
    ) -> (Option<usize>, Found) {
        let source = units.get(importer_idx).map_or(0, |unit| unit.source);
        let found = Found {
            import: import.to_owned(),
            how: How::Nowhere,
            path: String::new(),
            root: String::new(),
            tried: Vec::new(),
        };
        let hit = self
            .of_google(units, import)
            .map(|unit_idx| (unit_idx, How::Google))
            .or_else(|| Some((self.named(units, import, source)?, How::Set)))
            .or_else(|| Some((self.in_other_sources(units, "", import, &mut Vec::new())?, How::OtherSource)))
            .or_else(|| Some((self.named(units, import, 0)?, How::BuiltIn)));
        match hit {
            Some((unit_idx, how)) => {
                let path = units[unit_idx].path.clone();
                (Some(unit_idx), settle(found, Hit::None, how, &path, import).1)
            }
            None => (None, found),
        }
    }

    /// Google's files are those of the source 0, whatever else has their names.
    fn of_google(&self, units: &[Unit], import: &str) -> Option<usize> {
        super::check::is_googles(import).then(|| self.named(units, import, 0)).flatten()
    }

    fn named(&self, units: &[Unit], name: &str, source: usize) -> Option<usize> {
        let candidates = self.by_name.get(name)?;
        candidates.iter().copied().find(|unit_idx| units[*unit_idx].source == source)
    }

    fn in_other_sources(
        &self,
        units: &[Unit],
        importer: &str,
        import: &str,
        tried: &mut Vec<String>,
    ) -> Option<usize> {
        let of_sets = self.by_name.get(import).into_iter().flatten().copied();
        let of_sets = of_sets.filter(|unit_idx| units[*unit_idx].source > 0).min_by_key(|i| units[*i].source);
        of_sets.or_else(|| self.by_end(units, importer, import, None, tried))
    }

    /// The unit whose path ends with `end`, the nearest to `importer`.
    fn by_end(
        &self,
        units: &[Unit],
        importer: &str,
        end: &str,
        source: Option<usize>,
        tried: &mut Vec<String>,
    ) -> Option<usize> {
        let candidates = self.by_base.get(base(end))?;
        let fits = |unit_idx: &&usize| {
            let unit = &units[**unit_idx];
            let front = unit.path.strip_suffix(end);
            front.is_some_and(|front| front.is_empty() || front.ends_with('/'))
                && source.is_none_or(|source| unit.source == source)
        };
        let mut fitting: Vec<usize> = candidates.iter().filter(fits).copied().collect();
        fitting.sort_by_key(|unit_idx| {
            let path = units[*unit_idx].path.as_str();
            let root = path.strip_suffix(end).unwrap_or_default().trim_end_matches('/');
            let is_custom =
                LAYOUTS.iter().any(|layout| root == *layout || root.ends_with(&format!("/{layout}")));
            (std::cmp::Reverse(common(path, importer)), !is_custom, path.len(), path)
        });
        for other in fitting.iter().skip(1) {
            keep(tried, units[*other].path.clone());
        }
        fitting.first().copied()
    }

    /// The path of the file that a folder around the importer has for the import, the nearest first.
    fn around(&mut self, importer: &str, import: &str, tried: &mut Vec<String>) -> Option<String> {
        for ancestor in ancestors(importer).take(MAX_ANCESTORS) {
            let key = (ancestor.to_owned(), import.to_owned());
            let known = match self.around.get(&key) {
                Some(known) => known.clone(),
                None => {
                    let direct = std::iter::once(at(ancestor, import));
                    let custom = LAYOUTS.iter().map(|layout| at(&at(ancestor, layout), import));
                    let hit = direct.chain(custom).find(|path| self.resolver.exists(path));
                    self.around.insert(key, hit.clone());
                    hit
                }
            };
            if known.is_some() {
                return known;
            }
            if !ancestor.starts_with("..") {
                keep(tried, at(ancestor, import));
            }
        }
        None
    }

    /// The nearest file in the projects around that ends like the import.
    fn in_projects(&mut self, importer: &str, import: &str) -> Option<String> {
        let own = folder(importer);
        let is_listed = self.listed.iter().any(|folder| own == folder || is_inside(own, folder));
        if !is_listed && self.listed.len() < MAX_LISTINGS {
            self.listed.push(own.to_owned());
            for path in self.resolver.nearby(importer) {
                self.projects.entry(base(&path).to_owned()).or_default().insert(path);
            }
        }
        let end = format!("/{import}");
        let candidates = self.projects.get(base(import))?.iter().filter(|path| path.ends_with(&end));
        candidates.max_by_key(|path| (common(path, importer), std::cmp::Reverse(path.len()))).cloned()
    }

    fn at(&self, path: &str) -> Result<Option<Hit>, SchemaError> {
        if let Some(unit_idx) = self.at_path(path) {
            return Ok(Some(Hit::Unit(unit_idx)));
        }
        let content = self
            .resolver
            .read(path)
            .map_err(|reason| SchemaError::Unreadable { file: path.to_owned(), reason })?;
        Ok(content.map(|content| Hit::New { path: path.to_owned(), content }))
    }

    fn is_plausible_file(&self, import: &str, path: &str) -> Result<bool, SchemaError> {
        let content = self.resolver.read(path).ok().flatten().unwrap_or_default();
        let package = parse(path, &content).map(|Parsed { proto, .. }| proto.package().to_owned());
        Ok(package.is_ok_and(|package| package_fits(import, &package)))
    }
}

fn settle(mut found: Found, hit: Hit, how: How, path: &str, end: &str) -> (Hit, Found) {
    found.root = path.strip_suffix(end).unwrap_or_default().trim_end_matches('/').to_owned();
    found.path = path.to_owned();
    found.how = how;
    if matches!(found.how, How::Google | How::BuiltIn) {
        found.tried.clear();
    }
    (hit, found)
}

/// A file that is found by a part of the import only must be in the package that the import speaks of,
/// and by its name alone only beside the importer.
fn is_plausible(import: &str, rest: &str, unit: &Unit, importer: &str) -> bool {
    package_fits(import, &unit.package) && (rest.contains('/') || folder(&unit.path) == folder(importer))
}

fn package_fits(import: &str, package: &str) -> bool {
    let folders = folder(import).replace('/', ".");
    !package.contains('.') || folders == package || folders.ends_with(&format!(".{package}"))
}

fn keep(list: &mut Vec<String>, path: String) {
    if list.len() < MAX_KEPT && !list.contains(&path) {
        list.push(path);
    }
}

fn base(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, base)| base)
}

pub(super) fn folder(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => "",
    }
}

fn is_inside(path: &str, folder: &str) -> bool {
    folder == "/" || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether an import names a file below its root, as compilers demand; no other is looked for.
fn stays_inside(import: &str) -> bool {
    !import.contains('\\') && import.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Folders around the working folder, for paths that start in it.
const ABOVE: [&str; 5] = ["..", "../..", "../../..", "../../../..", "../../../../.."];

/// The folders around a file, the innermost first.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(folder(path));
    let is_relative = !path.starts_with('/') && !path.starts_with("..");
    let above = ABOVE.iter().copied().filter(move |_| is_relative);
    std::iter::from_fn(move || {
        let now = next?;
        next = if now.is_empty() || now == "/" { None } else { Some(folder(now)) };
        Some(now)
    })
    .chain(above)
}

/// How many folders two paths have in common from the start.
fn common(a: &str, b: &str) -> usize {
    folder(a).split('/').zip(folder(b).split('/')).take_while(|(a, b)| a == b).count()
}

pub(super) fn at(root: &str, name: &str) -> String {
    match root {
        "" => name.to_owned(),
        root if root.ends_with('/') => format!("{root}{name}"),
        root => format!("{root}/{name}"),
    }
}

pub(super) fn slashed(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let mut path = path.as_str();
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    match path {
        "." => String::new(),
        "/" => "/".to_owned(),
        path => path.trim_end_matches('/').to_owned(),
    }
}
