//! What became of every file: for whoever has to know why something is missing.

use super::editions::Edition;
use super::find::{Found, How};
use super::load::OF_IMPORT;
use super::unit::{Form, Unit};
use super::{Contradiction, SchemaError};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::fmt::Write as _;

/// What [`super::Schema::load`] has to say besides the schema.
#[derive(Clone, Debug, Default)]
pub struct LoadReport {
    /// In the order they are looked up.
    pub sources: Vec<SourceReport>,
    /// In the order of their sources.
    pub files: Vec<FileReport>,
    /// Names that files declare differently; the first ones of all.
    pub contradictions: Vec<Contradiction>,
    pub n_contradictions: usize,
    /// Only some of the files are left, each of which is to be known about.
    is_partial: bool,
}

/// One source.
#[derive(Clone, Debug)]
pub struct SourceReport {
    pub path: String,
    /// "a folder", "a descriptor set", …
    pub what: &'static str,
    /// What is wrong with all of it.
    pub problem: Option<SchemaError>,
}

/// One file of a source.
#[derive(Clone, Debug)]
pub struct FileReport {
    /// Which of the sources, from 0.
    pub source: usize,
    pub path: String,
    /// What imports of it are written with.
    pub name: String,
    pub edition: Option<Edition>,
    pub problem: Option<SchemaError>,
    /// Another compiler read it.
    pub is_compiled: bool,
    /// What was left out of it.
    pub notes: Vec<String>,
    pub imports: Vec<Found>,
}

impl FileReport {
    /// `said` is what another compiler says against it.
    pub(super) fn new(unit: &Unit, imports: Vec<Found>, said: Option<&String>) -> FileReport {
        let problem = unit.problem.clone();
        FileReport {
            source: unit.source.saturating_sub(1),
            path: unit.path.clone(),
            name: unit.name.clone(),
            edition: unit.edition,
            problem: match said {
                Some(said) => problem.map(|problem| problem.beside(said)),
                None => problem,
            },
            is_compiled: unit.form == Form::Compiled,
            notes: unit.notes.clone(),
            imports,
        }
    }

    /// A copy of a file of Google's.
    pub(super) fn replaced(source: usize, path: &str) -> FileReport {
        FileReport {
            source: source.saturating_sub(1),
            path: path.to_owned(),
            name: path.to_owned(),
            edition: None,
            problem: None,
            is_compiled: false,
            notes: vec!["The built-in file of this name is used instead".to_owned()],
            imports: Vec::new(),
        }
    }

    /// Whether another compiler may be able to read it: something is wrong with the file itself, not
    /// with what it imports.
    pub fn may_compile_elsewhere(&self) -> bool {
        match &self.problem {
            _ if self.is_compiled => false,
            Some(SchemaError::Proto { message, .. }) => !message.starts_with(OF_IMPORT),
            Some(SchemaError::Edition { .. } | SchemaError::Invalid { .. }) => true,
            Some(SchemaError::Refused(_) | SchemaError::Crashed(_) | SchemaError::TooLarge(_)) => true,
            _ => false,
        }
    }

    /// Imports that lead nowhere.
    pub fn missing(&self) -> impl Iterator<Item = &Found> {
        self.imports.iter().filter(|found| found.how == How::Nowhere)
    }
}

impl LoadReport {
    pub(super) fn new(sources: &[SourceReport]) -> LoadReport {
        LoadReport { sources: sources.to_vec(), ..LoadReport::default() }
    }

    /// Files that cannot be used.
    pub fn broken(&self) -> impl Iterator<Item = &FileReport> {
        self.files.iter().filter(|file| file.problem.is_some())
    }

    /// What is wrong with whole sources.
    pub fn broken_sources(&self) -> impl Iterator<Item = &SchemaError> {
        self.sources.iter().filter_map(|source| source.problem.as_ref())
    }

    /// The first thing that is wrong, of sources before files.
    pub fn first_problem(&self) -> Option<&SchemaError> {
        self.broken_sources().next().or_else(|| self.files.iter().find_map(|file| file.problem.as_ref()))
    }

    /// Keeps these files alone, each with all that is to be said of it.
    pub fn retain(&mut self, mut is_wanted: impl FnMut(&FileReport) -> bool) {
        self.files.retain(|file| is_wanted(file));
        let names: HashSet<&str> = self.files.iter().map(|file| file.name.as_str()).collect();
        self.contradictions.retain(|one| {
            names.contains(one.winner.file.as_str()) || names.contains(one.loser.file.as_str())
        });
        self.n_contradictions = self.contradictions.len();
        self.is_partial = true;
    }

    /// Roots that imports were found under, each with how many imports lead there, the most first.
    pub fn roots(&self) -> Vec<(String, usize)> {
        let found = self.files.iter().flat_map(|file| &file.imports);
        let mut roots = std::collections::BTreeMap::<&str, usize>::new();
        for found in found.filter(|found| is_by_root(&found.how)) {
            *roots.entry(&found.root).or_default() += 1;
        }
        let mut roots: Vec<(String, usize)> =
            roots.into_iter().map(|(root, n)| (shown_root(root).to_owned(), n)).collect();
        roots.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        roots
    }

    /// What was looked for, tried and found, as lines of text.
    pub fn explain(&self) -> String {
        let mut text = String::new();
        let mut line =
            |level: usize, line: std::fmt::Arguments<'_>| _ = writeln!(text, "{:1$}{line}", "", 2 * level);
        for (source_idx, source) in self.sources.iter().enumerate() {
            let files: Vec<&FileReport> =
                self.files.iter().filter(|file| file.source == source_idx).collect();
            let n_broken = files.iter().filter(|file| file.problem.is_some()).count();
            line(
                0,
                format_args!(
                    "{} \"{}\"",
                    super::text::sentence(source.what),
                    super::docs::visible(&source.path)
                ),
            );
            if let Some(problem) = &source.problem {
                line(1, format_args!("{problem}"));
                continue;
            }
            match n_broken {
                0 if self.is_partial => line(1, format_args!("{} of it", counted(files.len()))),
                0 => line(1, format_args!("{}, all usable", counted(files.len()))),
                n => line(1, format_args!("{}, {n} of them not usable", counted(files.len()))),
            }
        }
        let roots = self.roots();
        if !roots.is_empty() {
            line(0, format_args!("\nRoots"));
            for (root, n) in roots {
                line(
                    1,
                    format_args!(
                        "{}  ({n} {})",
                        super::docs::visible(&root),
                        if n == 1 { "import" } else { "imports" }
                    ),
                );
            }
        }
        if !self.contradictions.is_empty() {
            line(0, format_args!("\nDeclared differently by several files: {}", self.n_contradictions));
            for contradiction in &self.contradictions {
                line(1, format_args!("{}", contradiction.sentence()));
            }
        }
        let mut is_first = true;
        for file in &self.files {
            let is_told = |found: &&Found| self.is_partial || found.is_unusual();
            let unusual: Vec<&Found> = file.imports.iter().filter(is_told).collect();
            let is_usual = file.problem.is_none() && file.notes.is_empty() && !file.is_compiled;
            if is_usual && unusual.is_empty() && !self.is_partial {
                continue;
            }
            if std::mem::take(&mut is_first) {
                line(0, format_args!("\nFiles to know about"));
            }
            line(1, format_args!("{}", super::docs::visible(&file.path)));
            if let Some(problem) = &file.problem {
                for part in problem.to_string().lines() {
                    line(2, format_args!("{}", super::docs::visible(part)));
                }
            }
            if file.is_compiled && file.problem.is_none() {
                line(2, format_args!("Compiled by protoc"));
            }
            for note in &file.notes {
                line(2, format_args!("{note}"));
            }
            for found in unusual {
                line(2, format_args!("{}", super::docs::visible(&found.sentence())));
            }
        }
        text
    }

    /// The same as JSON, with every import.
    pub fn to_json(&self) -> Value {
        let files = self.files.iter().map(|file| {
            let imports = file.imports.iter().map(|found| {
                json!({
                    "import": found.import,
                    "found": (found.how != How::Nowhere).then_some(&found.path),
                    "root": is_by_root(&found.how).then(|| shown_root(&found.root)),
                    "why": found.why(),
                    "tried": found.tried,
                })
            });
            json!({
                "source": file.source,
                "path": file.path,
                "name": file.name,
                "edition": file.edition.map(Edition::name),
                "problem": file.problem.as_ref().map(problem_json),
                "compiled_by": file.is_compiled.then_some("protoc"),
                "notes": file.notes,
                "imports": imports.collect::<Vec<_>>(),
            })
        });
        let sources = self.sources.iter().map(|source| {
            json!({
                "path": source.path,
                "kind": source.what,
                "problem": source.problem.as_ref().map(problem_json),
            })
        });
        let roots =
            self.roots().into_iter().map(|(root, n_imports)| json!({ "root": root, "imports": n_imports }));
        let contradictions = self.contradictions.iter().map(|one| {
            json!({
                "full_name": one.winner.full_name,
                "meant": one.winner.file,
                "other": one.loser.file,
                "difference": one.difference,
            })
        });
        json!({
            "declared_differently": contradictions.collect::<Vec<_>>(),
            "sources": sources.collect::<Vec<_>>(),
            "roots": roots.collect::<Vec<_>>(),
            "files": files.collect::<Vec<_>>(),
        })
    }
}

fn problem_json(problem: &SchemaError) -> Value {
    match problem {
        SchemaError::Proto { line, column, source_line, message, hint, .. } => json!({
            "message": message, "line": line, "column": column, "source_line": source_line, "hint": hint,
        }),
        problem => json!({ "message": problem.to_string() }),
    }
}

/// The first paths of a list, and how many more there are.
pub(super) fn some_of(paths: &[String]) -> String {
    match paths {
        [a, b, rest @ ..] if !rest.is_empty() => format!("{a}, {b} and {} more places", rest.len()),
        paths => paths.join(", "),
    }
}

fn counted(n_files: usize) -> String {
    if n_files == 1 { "1 file".to_owned() } else { format!("{n_files} files") }
}

fn is_by_root(how: &How) -> bool {
    matches!(
        how,
        How::Given | How::Path | How::OtherSource | How::Around | How::Custom | How::Project | How::End
    )
}

fn shown_root(root: &str) -> &str {
    if root.is_empty() { "." } else { root }
}

impl Found {
    /// Whether there is more to it than one file in the place where one would look.
    fn is_unusual(&self) -> bool {
        match self.how {
            How::Google | How::BuiltIn | How::Set => false,
            How::Given | How::Around | How::Custom => false,
            How::Path | How::OtherSource => !self.tried.is_empty(),
            How::End | How::Project | How::Nowhere => true,
        }
    }

    /// Why this file and no other, as a clause.
    pub fn why(&self) -> &'static str {
        match self.how {
            How::Google => "built in",
            How::Given => "under a root that was given",
            How::Path if self.tried.is_empty() => "the path of one file ends like the import",
            How::Path => "the nearest of the files whose paths end like the import",
            How::OtherSource => "a file of another source",
            How::Around => "in a folder around the importer",
            How::Custom => "in a folder around the importer that is a root by custom",
            How::BuiltIn => "built in",
            How::End => "its path ends like the import without its first folders",
            How::Project => "somewhere in the project around the importer",
            How::Set => "in the same descriptor set",
            How::Nowhere => "not found",
        }
    }

    fn sentence(&self) -> String {
        let tried = match self.tried.as_slice() {
            [] => String::new(),
            tried if self.how == How::Nowhere => format!("; looked for {}", some_of(tried)),
            tried => format!("; passed over {}", some_of(tried)),
        };
        match self.how {
            How::Nowhere => format!("Import \"{}\" was not found{tried}", self.import),
            _ => format!("Import \"{}\" is \"{}\", {}{tried}", self.import, self.path, self.why()),
        }
    }
}
