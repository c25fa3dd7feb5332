//! What became of the sources of declarations, made ready to be shown.
//!
//! Made where a schema is loaded: a list of ten thousand files is not gone through by the window.
//!
//! **Not here:** loading them (`schema_files`).

use super::protoc::Protoc;
use super::schema_files::protoc_for;
use crate::schema::{Contradiction, FileReport, Found, How, LoadReport, SchemaError};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Files and imports that are listed; all are counted.
const MAX_LISTED: usize = 200;
/// Other places of an import that are offered.
const MAX_ROOTS: usize = 6;

/// What a hint says to do in a call, and what that is in the window.
const CALL_HINT: &str = "ame its root folder with -I";
const WINDOW_HINT: &str = "ame its root folder below";

/// Sources of declarations, looked up in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaSources {
    /// `.proto` files, folders and archives of them, descriptor sets.
    pub paths: Vec<PathBuf>,
    /// Folders that imports are looked up in first.
    pub includes: Vec<String>,
    /// Leaves out the RocketMQ v2 API.
    pub no_builtin: bool,
    /// Whether `protoc` compiles what is refused here; `None` as long as nobody was asked.
    pub protoc: Option<bool>,
}

/// What the list of sources shows. Made once when a schema was loaded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceList {
    /// What was loaded.
    pub sources: SchemaSources,
    /// In the order they are looked up.
    pub rows: Vec<SourceRow>,
    /// Folders that imports were found under, each with how many of them, the most first.
    pub roots: Vec<(String, usize)>,
    /// Imports that were not found, or where there was a choice.
    pub imports: Vec<ImportRow>,
    pub n_missing: usize,
    /// Names that files declare differently; the first ones of all.
    pub contradictions: Vec<Contradiction>,
    pub n_contradictions: usize,
    pub protoc: Option<Protoc>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct SourceRow {
    pub path: PathBuf,
    /// "a folder", "a descriptor set", …
    pub what: &'static str,
    pub n_files: usize,
    pub n_broken: usize,
    /// What is wrong with all of it.
    pub problem: Option<String>,
    pub broken: Vec<BrokenFile>,
    /// Files that `protoc` compiled.
    pub n_compiled: usize,
    /// Files that can be used, and what was left out of each.
    pub noted: Vec<(String, Vec<String>)>,
}

/// A file that cannot be used.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokenFile {
    pub path: String,
    /// Line and column, from 1.
    pub place: Option<(u32, u32)>,
    /// The line as it stands in the file.
    pub source_line: String,
    pub message: String,
    pub hint: String,
}

/// An import that is to be known about.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportRow {
    /// As written.
    pub import: String,
    /// The first of the files that have it.
    pub by: String,
    pub n_importers: usize,
    /// The file that it means; `None` if it was not found.
    pub found: Option<String>,
    /// Why that file and no other.
    pub why: &'static str,
    /// What was passed over or looked for.
    pub tried: Vec<String>,
    /// Roots under which it would be another file.
    pub others: Vec<String>,
}

impl SourceList {
    pub(super) fn new(sources: &SchemaSources, report: &LoadReport) -> SourceList {
        let mut files: Vec<Vec<&FileReport>> = vec![Vec::new(); sources.paths.len()];
        for file in &report.files {
            if let Some(of_source) = files.get_mut(file.source) {
                of_source.push(file);
            }
        }
        let rows = sources.paths.iter().zip(files).enumerate().map(|(idx, (path, files))| {
            let source = report.sources.get(idx);
            let broken = files.iter().filter_map(|file| Some(BrokenFile::new(file, file.problem.as_ref()?)));
            let broken: Vec<BrokenFile> = broken.collect();
            SourceRow {
                path: path.clone(),
                what: source.map_or("a file", |source| source.what),
                n_files: files.len(),
                n_broken: broken.len(),
                problem: source.and_then(|source| source.problem.as_ref()).map(ToString::to_string),
                broken: broken.into_iter().take(MAX_LISTED).collect(),
                n_compiled: files.iter().filter(|file| file.is_compiled && file.problem.is_none()).count(),
                noted: noted(&files),
            }
        });
        let imports = imports(report);
        SourceList {
            sources: sources.clone(),
            rows: rows.collect(),
            roots: report.roots(),
            n_missing: imports.iter().filter(|import| import.found.is_none()).count(),
            imports,
            contradictions: report.contradictions.iter().take(MAX_LISTED).cloned().collect(),
            n_contradictions: report.n_contradictions,
            protoc: protoc_for(report, sources.protoc == Some(true)),
        }
    }

    /// Nothing of these sources was loaded, for a reason that none of them has alone.
    pub fn failed(sources: &SchemaSources, reason: &str) -> SourceList {
        let row = |path: &PathBuf| SourceRow {
            path: path.clone(),
            what: "a source",
            n_files: 0,
            n_broken: 0,
            problem: Some(reason.to_owned()),
            broken: Vec::new(),
            n_compiled: 0,
            noted: Vec::new(),
        };
        let rows = sources.paths.iter().map(row).collect();
        SourceList { sources: sources.clone(), rows, ..SourceList::default() }
    }

    /// Files that cannot be used, and sources of which nothing can.
    pub fn n_broken(&self) -> usize {
        self.rows.iter().map(|row| row.n_broken + usize::from(row.problem.is_some())).sum()
    }
}

fn noted(files: &[&FileReport]) -> Vec<(String, Vec<String>)> {
    let noted = files.iter().filter(|file| file.problem.is_none() && !file.notes.is_empty());
    noted.take(MAX_LISTED).map(|file| (file.path.clone(), file.notes.clone())).collect()
}

impl BrokenFile {
    fn new(file: &FileReport, problem: &SchemaError) -> BrokenFile {
        let path = file.path.clone();
        match problem {
            SchemaError::Proto { line, column, source_line, message, hint, .. } => BrokenFile {
                path,
                place: (*line > 0).then_some((*line, *column)),
                source_line: source_line.clone(),
                message: message.clone(),
                hint: hint.replace(CALL_HINT, WINDOW_HINT),
            },
            problem => BrokenFile {
                path,
                place: None,
                source_line: String::new(),
                message: problem.to_string(),
                hint: String::new(),
            },
        }
    }

    /// As compilers write it: `path:line:column`.
    pub fn place_text(&self) -> String {
        match self.place {
            Some((line, column)) => format!("{}:{line}:{column}", self.path),
            None => self.path.clone(),
        }
    }
}

/// Imports that were not found come first; those that there was no doubt about are left out.
fn imports(report: &LoadReport) -> Vec<ImportRow> {
    let mut rows = BTreeMap::<(bool, &str, &str), ImportRow>::new();
    for file in &report.files {
        for found in file.imports.iter().filter(|found| is_doubtful(found)) {
            let is_found = found.how != How::Nowhere;
            let row = rows.entry((is_found, &found.import, &found.path)).or_insert_with(|| ImportRow {
                import: found.import.clone(),
                by: file.path.clone(),
                n_importers: 0,
                found: is_found.then(|| found.path.clone()),
                why: found.why(),
                tried: found.tried.clone(),
                others: if is_found { other_roots(found) } else { Vec::new() },
            });
            row.n_importers += 1;
        }
    }
    rows.into_values().take(MAX_LISTED).collect()
}

fn is_doubtful(found: &Found) -> bool {
    match found.how {
        How::Nowhere | How::End | How::Project => true,
        How::Path | How::OtherSource => !found.tried.is_empty(),
        _ => false,
    }
}

/// The folders under which the import is one of the files that were passed over.
fn other_roots(found: &Found) -> Vec<String> {
    let root = |path: &String| {
        let root = path.strip_suffix(found.import.as_str())?.strip_suffix('/')?;
        (!root.is_empty()).then(|| root.to_owned())
    };
    let mut roots: Vec<String> = found.tried.iter().filter_map(root).collect();
    roots.retain(|root| *root != found.root);
    roots.dedup();
    roots.truncate(MAX_ROOTS);
    roots
}

/// The files and folders that are looked after: what was read, where more may come, and where what is
/// missing may appear.
pub(super) fn watched(sources: &SchemaSources, report: &LoadReport) -> Vec<PathBuf> {
    let mut paths: BTreeSet<PathBuf> = sources.paths.iter().cloned().collect();
    let what = |file: &FileReport| report.sources.get(file.source).map(|source| source.what);
    for file in &report.files {
        if !matches!(what(file), Some("a folder" | "a file")) {
            continue;
        }
        let path = Path::new(&file.path);
        paths.insert(path.to_owned());
        if let Some(root) = sources.paths.get(file.source).filter(|root| path.starts_with(root)) {
            let folders = path.ancestors().skip(1).take_while(|folder| folder.starts_with(root));
            for folder in folders {
                if !paths.insert(folder.to_owned()) && folder != root {
                    break;
                }
            }
        }
        let missing = file.missing().flat_map(|found| &found.tried);
        paths.extend(missing.take(MAX_LISTED).map(PathBuf::from));
    }
    paths.into_iter().collect()
}
