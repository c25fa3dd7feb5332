//! The file of a call, the schema and the type it is read with.

use super::{CliError, Console, ReadArgs, SchemaArgs};
use crate::document::{Document, ReadMode, Source};
use crate::schema::{LoadReport, MessageDescriptor, Ranking, Schema, rank};
use crate::worker;
use crate::worker::{
    FileSource, Input, Protoc, SchemaPlaces, WorkerError, protoc_for, read_fifo, read_stdin,
};
use std::path::Path;
use std::sync::Arc;

/// Bytes that the ranking of types gets to see.
const HEAD: u64 = 64 << 10;
/// The largest value that is read from a file, in bytes.
const MAX_SMALL_FILE: u64 = 256 << 20;

/// A file that was opened and, if that is known, what it is.
#[derive(Debug)]
pub struct Opened {
    /// As the call names it, for what is said about it.
    pub name: String,
    /// Its type is the one asked for, or the one that is clearly best.
    pub document: Document,
    pub schema: Arc<Schema>,
    /// `None` for standard input.
    pub file: Option<Arc<FileSource>>,
    /// Whether the type was guessed.
    pub is_guessed: bool,
}

impl Opened {
    pub fn message(&self) -> Option<&MessageDescriptor> {
        self.document.message()
    }

    /// Tells a person at a terminal what a guess came to.
    pub(super) fn remark_type(&self, console: &mut Console) {
        match self.message() {
            Some(message) if self.is_guessed => {
                console.remark(&format!("Read as {}, the type that clearly fits best", message.full_name()))
            }
            Some(_) => {}
            None => console.remark("No message type is clearly the best; --type TYPE says which it is"),
        }
    }

    /// The types that fit, the best first.
    pub fn ranking(&self) -> Result<Ranking, CliError> {
        let snapshot = self.document.snapshot();
        let head_len = snapshot.len().min(HEAD);
        let head = snapshot
            .bytes(0..head_len, ReadMode::Wait)
            .map_err(|error| CliError::Source { error, file: self.name.clone() })?;
        Ok(rank(&self.schema, &head, head_len == snapshot.len()))
    }
}

/// Opens `path` (`-` is standard input) as no type in particular.
pub(super) fn open_untyped(path: &Path, args: &SchemaArgs) -> Result<Opened, CliError> {
    let schema = load_schema(args)?;
    let (source, file) = read(path)?;
    let name = path.display().to_string();
    Ok(Opened { name, document: Document::new(source, None), schema, file, is_guessed: false })
}

/// Opens `path` (`-` is standard input) and finds out what it is.
pub fn open(path: &Path, args: &ReadArgs) -> Result<Opened, CliError> {
    find_type(open_untyped(path, &args.schema)?, args)
}

/// Like [`open`], for bytes that are at hand; `name` is what they are called.
pub(super) fn open_source(source: Arc<dyn Source>, name: &Path, args: &ReadArgs) -> Result<Opened, CliError> {
    let schema = load_schema(&args.schema)?;
    let (name, document) = (name.display().to_string(), Document::new(source, None));
    find_type(Opened { name, document, schema, file: None, is_guessed: false }, args)
}

fn find_type(mut opened: Opened, args: &ReadArgs) -> Result<Opened, CliError> {
    if let Some(name) = &args.type_name {
        opened.document.read_as(Some(opened.schema.message(name).map_err(CliError::Schema)?));
    } else {
        let best = opened.ranking()?.preselected;
        opened.is_guessed = best.is_some();
        opened.document.read_as(best);
    }
    Ok(opened)
}

type Read = (Arc<dyn Source>, Option<Arc<FileSource>>);

fn read(path: &Path) -> Result<Read, CliError> {
    if path == Path::new("-") {
        return Ok((read_whole_stdin()?.source(), None));
    }
    let fifo = read_fifo(path, u64::MAX).map_err(|error| CliError::Open { error, near_command: None })?;
    if let Some(input) = fifo {
        return Ok((input.source(), None));
    }
    let file = FileSource::open(path).map_err(|error| CliError::Open { error, near_command: None })?;
    Ok((file.clone(), Some(file)))
}

/// All of standard input, whatever its size.
pub(super) fn read_whole_stdin() -> Result<Input, CliError> {
    read_stdin(u64::MAX).map_err(|error| CliError::Open { error, near_command: None })
}

/// The whole content of a file that becomes a value.
pub(super) fn read_small_file(path: &Path) -> Result<Vec<u8>, WorkerError> {
    let source: Arc<dyn Source> = if path == Path::new("-") {
        read_stdin(MAX_SMALL_FILE)?.source()
    } else if let Some(input) = read_fifo(path, MAX_SMALL_FILE)? {
        input.source()
    } else {
        FileSource::open(path)?
    };
    if source.len() > MAX_SMALL_FILE {
        // It is held in memory as a whole.
        return Err(WorkerError::TooLarge { limit: MAX_SMALL_FILE, path: path.to_owned() });
    }
    let mut bytes = vec![0; source.len() as usize];
    match source.read_at(0, &mut bytes, ReadMode::Wait) {
        Ok(()) => Ok(bytes),
        Err(error) => Err(WorkerError::Document { error }),
    }
}

/// The declarations that the arguments name.
///
/// What is wrong with a file that was named itself is an error; files of a folder, an archive or a set
/// that cannot be used are counted on standard error.
pub fn load_schema(args: &SchemaArgs) -> Result<Arc<Schema>, CliError> {
    if !args.is_given() {
        return Ok(Schema::builtin());
    }
    let (schema, report) = load_reported(args)?;
    if let Some(problem) = report.broken_sources().next() {
        return Err(CliError::Schema(problem.clone()));
    }
    for (source_idx, source) in report.sources.iter().enumerate() {
        let mut files = report.files.iter().filter(|file| file.source == source_idx);
        let n_files = files.clone().count();
        let n_broken = files.clone().filter(|file| file.problem.is_some()).count();
        if n_broken == 0 {
            continue;
        }
        let first = files.find_map(|file| file.problem.clone());
        if let Some(problem) = first.filter(|_| source.what == "a file" || n_broken == n_files) {
            return Err(match about_protoc(&report, args) {
                Some(hint) => CliError::Uncompiled { error: problem, hint },
                None => CliError::Schema(problem),
            });
        }
        Console::new().say(&format!(
            "{n_broken} of {n_files} files in {:?} cannot be used; protoloupe types --why with the same options says why",
            source.path
        ));
    }
    if report.first_problem().is_some()
        && let Some(hint) = about_protoc(&report, args)
    {
        Console::new().say(hint);
    }
    Ok(Arc::new(schema))
}

/// What `protoc` has to do with files that cannot be used.
pub(super) fn about_protoc(report: &LoadReport, args: &SchemaArgs) -> Option<&'static str> {
    Some(match protoc_for(report, args.protoc)? {
        Protoc::Offered { .. } => {
            "protoc is on the PATH; with --protoc it compiles what cannot be used otherwise"
        }
        Protoc::Missing => "protoc is not on the PATH, so it could not help",
    })
}

/// The declarations, and what became of every file.
pub(super) fn load_reported(args: &SchemaArgs) -> Result<(Schema, LoadReport), CliError> {
    let places = SchemaPlaces {
        paths: &args.sources,
        includes: &args.include,
        with_builtin: !args.no_builtin,
        with_protoc: args.protoc,
    };
    let loaded = worker::load_schema(places, &mut |_, _| true);
    let (schema, report) = loaded.map_err(|error| match error {
        WorkerError::Schema { error } => CliError::Schema(error),
        error => CliError::Open { error, near_command: None },
    })?;
    Ok((schema, report))
}
