//! `.proto` files, folders and archives of them, and descriptor sets, as sources of a schema.

use super::error::{Call, WorkerError};
use super::protoc::{LIMITS, Protoc, compile, find_protoc};
use super::spool::read_stdin;
use super::state::read_capped;
use crate::document::ReadMode;
use crate::schema::{Compiled, FileResolver, LoadReport, LoadRequest, Schema, SchemaError, Source};
use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The largest `.proto` file, archive or descriptor set, in bytes.
const MAX_FILE: u64 = 256 << 20;
/// The most `.proto` files of a folder.
const MAX_PROTOS: usize = 50_000;
/// The most entries of folders that are gone through.
const MAX_ENTRIES: usize = 2_000_000;
/// The same for the project around a file, which nobody has named.
const MAX_NEARBY: usize = 50_000;
/// Projects around a file that are looked through.
const MAX_PROJECTS: usize = 3;
/// How far up a project's folder is looked for.
const MAX_UP: usize = 12;
/// What stands in the outermost folder of a project.
const MARKS: [&str; 12] = [
    ".git",
    ".hg",
    "buf.yaml",
    "buf.work.yaml",
    "go.mod",
    "Cargo.toml",
    "package.json",
    "pom.xml",
    "build.gradle",
    "pyproject.toml",
    "WORKSPACE",
    "MODULE.bazel",
];

/// Folders that hold nothing but declarations, whatever stands in them: packages leave the marks out.
const PROTO_FOLDERS: [&str; 5] = ["proto", "protos", "protobuf", "protobufs", "idl"];

/// Where a schema is loaded from.
#[derive(Clone, Copy, Debug)]
pub struct SchemaPlaces<'a> {
    /// Looked up in this order.
    pub paths: &'a [PathBuf],
    /// Folders that imports are looked up in first.
    pub includes: &'a [String],
    pub with_builtin: bool,
    /// Whether `protoc` compiles what is refused here, if it is there.
    pub with_protoc: bool,
}

/// Loads the schema of what is at these paths. `step` hears how far it is and ends it with `false`. What
/// is wrong with single files is in the report.
pub fn load_schema(
    places: SchemaPlaces<'_>,
    step: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<(Schema, LoadReport), WorkerError> {
    for folder in places.includes {
        fs::read_dir(folder).map_err(|error| WorkerError::io(Call::List, Path::new(folder), error))?;
    }
    let mut sources = Vec::with_capacity(places.paths.len());
    for path in places.paths {
        sources.push(source(path, &mut || step(0, 0))?);
    }
    of_sources(sources, places, step)
}

/// The same where a source that cannot be read keeps none of the others from being loaded; it is in
/// the report.
pub fn load_what_is_there(
    places: SchemaPlaces<'_>,
    step: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<(Schema, LoadReport), WorkerError> {
    let mut sources = Vec::with_capacity(places.paths.len());
    for path in places.paths {
        sources.push(match source(path, &mut || step(0, 0)) {
            Err(WorkerError::Cancelled) => return Err(WorkerError::Cancelled),
            Err(error) => {
                let path = path.to_string_lossy().into_owned();
                Source::Lost { path, reason: error.to_string() }
            }
            Ok(source) => source,
        });
    }
    of_sources(sources, places, step)
}

/// Loads once and, if `protoc` is to help and may read more, once more with what it made.
fn of_sources(
    sources: Vec<Source>,
    places: SchemaPlaces<'_>,
    step: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<(Schema, LoadReport), WorkerError> {
    let protoc = if places.with_protoc { find_protoc() } else { None };
    let Some(protoc) = protoc else { return load_once(sources, places, Compiled::new(), step) };
    let (schema, report) = load_once(sources.clone(), places, Compiled::new(), step)?;
    let refused = refused(&report);
    if refused.is_empty() {
        return Ok((schema, report));
    }
    drop(schema);
    let compiled = compile(&protoc, &refused, &roots(&report, places), LIMITS, step)?;
    load_once(sources, places, compiled, step)
}

fn load_once(
    sources: Vec<Source>,
    places: SchemaPlaces<'_>,
    compiled: Compiled,
    step: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<(Schema, LoadReport), WorkerError> {
    let (includes, with_builtin) = (places.includes.to_vec(), places.with_builtin);
    let request = LoadRequest { sources, includes, resolver: &SchemaFiles, with_builtin, compiled };
    let loaded = Schema::load(request, &mut |n_done, n_total| step(n_done as u64, n_total as u64));
    loaded.map_err(|error| match error {
        SchemaError::Cancelled => WorkerError::Cancelled,
        error => WorkerError::Schema { error },
    })
}

/// Files on disk that another compiler may be able to read.
fn refused(report: &LoadReport) -> Vec<String> {
    let files = report.files.iter().filter(|file| file.may_compile_elsewhere());
    files.map(|file| file.path.clone()).filter(|path| SchemaFiles.exists(path)).collect()
}

/// The folders that imports were found under, those that were named first.
fn roots(report: &LoadReport, places: SchemaPlaces<'_>) -> Vec<String> {
    let named = places.includes.iter().cloned();
    let found = report.roots().into_iter().map(|(root, _)| root);
    let folders = places.paths.iter().filter(|path| path.is_dir());
    named.chain(found).chain(folders.map(|path| path.to_string_lossy().into_owned())).collect()
}

/// What is to be said of `protoc` once a schema was loaded with or without it.
pub fn protoc_for(report: &LoadReport, with_protoc: bool) -> Option<Protoc> {
    let n_files = refused(report).len();
    match (with_protoc, find_protoc()) {
        _ if n_files == 0 => None,
        (false, Some(path)) => Some(Protoc::Offered { path, n_files }),
        (true, None) => Some(Protoc::Missing),
        _ => None,
    }
}

fn source(path: &Path, go_on: &mut dyn FnMut() -> bool) -> Result<Source, WorkerError> {
    let shown = path.to_string_lossy().into_owned();
    if path == Path::new("-") {
        let source = read_stdin(MAX_FILE)?.source();
        let mut bytes = vec![0; source.len() as usize];
        let read = source.read_at(0, &mut bytes, ReadMode::Wait);
        read.map_err(|error| WorkerError::Document { error })?;
        return Ok(Source::Bytes { path: "standard input".to_owned(), bytes });
    }
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            let mut files = Vec::new();
            list_protos(path, MAX_ENTRIES, true, go_on, &mut files)?;
            Ok(Source::Folder { path: shown, files })
        }
        // Such a file may also be one of a root folder that is given.
        Ok(_) | Err(_) if path.extension().is_some_and(|extension| extension == "proto") => {
            Ok(Source::File { path: shown })
        }
        Ok(_) => match read_capped(path, MAX_FILE)? {
            Some(bytes) => Ok(Source::Bytes { path: shown, bytes }),
            None => Err(WorkerError::TooLarge { limit: MAX_FILE, path: path.to_owned() }),
        },
        Err(error) => Err(WorkerError::io(Call::Open, path, error)),
    }
}

/// The paths of the `.proto` files in a folder, relative to it, sorted. Links to folders are not
/// followed: they may lead back.
fn list_protos(
    folder: &Path,
    max_entries: usize,
    is_asked_for: bool,
    go_on: &mut dyn FnMut() -> bool,
    files: &mut Vec<String>,
) -> Result<(), WorkerError> {
    let mut open = vec![PathBuf::new()];
    let mut n_entries = 0;
    while let Some(inner) = open.pop() {
        let listing = match fs::read_dir(folder.join(&inner)) {
            Ok(listing) => listing,
            Err(error) if is_asked_for && inner.as_os_str().is_empty() => {
                return Err(WorkerError::io(Call::List, folder, error));
            }
            // The others can still be used.
            Err(_) => continue,
        };
        for entry in listing.flatten() {
            n_entries += 1;
            if n_entries > max_entries || files.len() >= MAX_PROTOS {
                files.sort();
                return if is_asked_for { Err(too_many(folder)) } else { Ok(()) };
            }
            if n_entries % 256 == 0 && !go_on() {
                return Err(WorkerError::Cancelled);
            }
            let name = entry.file_name();
            let path = inner.join(&name);
            let is_hidden = name.as_encoded_bytes().starts_with(b".");
            let is_proto = path.extension().is_some_and(|extension| extension == "proto");
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => {
                    let is_foreign = !is_asked_for && (name == "node_modules" || name == "target");
                    if !is_hidden && !is_foreign {
                        open.push(path);
                    }
                }
                Ok(_) if is_proto && folder.join(&path).is_file() => {
                    files.extend(path.to_str().map(|path| path.replace(std::path::MAIN_SEPARATOR, "/")));
                }
                _ => {}
            }
        }
    }
    files.sort();
    Ok(())
}

fn too_many(folder: &Path) -> WorkerError {
    let problem = format!("more than {MAX_PROTOS} .proto files or {MAX_ENTRIES} entries in {folder:?}");
    WorkerError::Schema { error: SchemaError::TooLarge(problem) }
}

/// The disk, as the schema sees it.
pub struct SchemaFiles;

impl FileResolver for SchemaFiles {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let path = Path::new(path);
        match read_capped(path, MAX_FILE) {
            Ok(Some(bytes)) => Ok(Some(bytes)),
            Ok(None) => Err(WorkerError::TooLarge { limit: MAX_FILE, path: path.to_owned() }.to_string()),
            Err(WorkerError::Io {
                call: Call::Open | Call::Look,
                kind: ErrorKind::NotFound | ErrorKind::NotADirectory,
                ..
            }) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    fn exists(&self, path: &str) -> bool {
        Path::new(path).is_file()
    }

    fn nearby(&self, path: &str) -> Vec<String> {
        let Ok(start) = std::path::absolute(path) else { return Vec::new() };
        let is_of_protos = |folder: &Path| PROTO_FOLDERS.iter().any(|name| folder.ends_with(name));
        let has_mark = |folder: &Path| MARKS.iter().any(|mark| folder.join(mark).exists());
        let is_project = |folder: &&Path| is_of_protos(folder) || has_mark(folder);
        // A project may lie in another: the inner one holds what is meant more often, the outer one
        // what it depends on.
        let projects: Vec<&Path> = start.ancestors().skip(1).take(MAX_UP).filter(is_project).collect();
        let mut found = BTreeSet::new();
        for project in projects.into_iter().take(MAX_PROJECTS) {
            let mut files = Vec::new();
            // What cannot be listed has nothing to offer.
            let _ = list_protos(project, MAX_NEARBY, false, &mut || true, &mut files);
            found.extend(files.into_iter().map(|file| project.join(file)));
        }
        let here = std::env::current_dir().unwrap_or_default();
        let is_relative = !Path::new(path).is_absolute();
        let as_named = |file: PathBuf| match file.strip_prefix(&here) {
            Ok(inside) if is_relative => inside.to_str().map(str::to_owned),
            _ => file.to_str().map(str::to_owned),
        };
        found.into_iter().filter_map(as_named).collect()
    }
}
