//! Where declarations come from: `.proto` files, folders and archives of them, descriptor sets.
//!
//! Bytes come in; the files that a folder has, and files that are imported from elsewhere, are asked
//! of a [`FileResolver`].
//!
//! - `archive`, `zip`, `tar`: archives, unpacked in memory within limits
//! - `image`: descriptor sets in JSON
//!
//! **Not here:** disks (`worker`), what imports mean (`find`).

mod archive;
mod image;
mod tar;
#[cfg(test)]
mod tests;
mod zip;

use super::check::{is_googles, set_files};
use super::docs::visible;
use super::find::{at, slashed};
use super::load::{LoadRequest, Step};
use super::report::SourceReport;
use super::unit::{Form, Unit};
use super::{Compiled, FileResolver, SchemaError, builtin};
use archive::Kind;
use std::collections::HashMap;

/// One place where declarations come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A `.proto` file on disk; also looked for in the roots that are given.
    File { path: String },
    /// A folder with the paths of its `.proto` files, relative to it.
    Folder { path: String, files: Vec<String> },
    /// An archive, a descriptor set or an image, told apart by its first bytes; `.proto` text too.
    Bytes { path: String, bytes: Vec<u8> },
    /// One that is not there any more, or cannot be read.
    Lost { path: String, reason: String },
    /// A serialized `google.protobuf.FileDescriptorSet`, whatever its bytes look like.
    Set { path: String, bytes: Vec<u8> },
}

/// Everything that was read, before imports are followed.
pub(super) struct Gathered {
    /// The built-in files first, as those of source 0.
    pub(super) units: Vec<Unit>,
    pub(super) sources: Vec<SourceReport>,
    /// The folder of each source, source 0 included.
    pub(super) bases: Vec<String>,
    /// Whether a source has folders around it.
    pub(super) on_disk: Vec<bool>,
    /// Files of the person's that stand for Google's: their source and path.
    pub(super) replaced: Vec<(usize, String)>,
    pub(super) compiled: Compiled,
    /// Texts that no resolver can give once more.
    contents: HashMap<String, Vec<u8>>,
}

impl Gathered {
    /// The text of a unit, read again: it is needed for errors alone.
    pub(super) fn content(&self, unit: &Unit, resolver: &dyn FileResolver) -> Option<Vec<u8>> {
        match self.contents.get(&unit.path) {
            Some(content) => Some(content.clone()),
            None => resolver.read(&unit.path).ok().flatten(),
        }
    }

    fn text(&mut self, source: usize, path: String, content: &[u8]) {
        let unit = Unit::of_file(source, path, content, &self.compiled);
        let base = unit.path.rsplit('/').next().unwrap_or(&unit.path);
        let google = format!("{}/{base}", unit.package.replace('.', "/"));
        let is_replaced = is_googles(&google)
            && self.units.iter().take_while(|unit| unit.source == 0).any(|unit| unit.name == google);
        if is_replaced {
            self.replaced.push((source, unit.path));
        } else {
            self.units.push(unit);
        }
    }

    /// Reads a text of a source on disk.
    fn read(&mut self, source: usize, path: String, resolver: &dyn FileResolver, roots: &[String]) {
        match resolver.read(&path) {
            Ok(Some(content)) => self.text(source, path, &content),
            Ok(None) => {
                let problem = SchemaError::FileNotFound { file: visible(&path), roots: roots.to_vec() };
                self.units.push(Unit::broken(source, path, problem));
            }
            Err(reason) => {
                let problem = SchemaError::Unreadable { file: visible(&path), reason };
                self.units.push(Unit::broken(source, path, problem));
            }
        }
    }

    fn set(&mut self, source: usize, path: &str, bytes: &[u8]) -> Result<(), SchemaError> {
        let n_before = self.units.len();
        for file in set_files(bytes)? {
            let mut unit = match Unit::of_descriptor(source, path, file) {
                Ok(unit) => unit,
                Err(SchemaError::NotASet(problem)) => return Err(SchemaError::NotASet(problem)),
                Err(problem) => {
                    let mut unit = Unit::broken(source, path.to_owned(), problem);
                    unit.form = Form::Set;
                    unit
                }
            };
            if is_googles(&unit.name)
                && unit.is_usable()
                && self.units.iter().any(|b| b.source == 0 && b.name == unit.name)
            {
                continue;
            }
            let twin = self.units.iter().skip(n_before).find(|other| other.name == unit.name);
            match twin.filter(|_| unit.is_usable()) {
                Some(other) if other.bytes == unit.bytes => continue,
                Some(_) => {
                    let problem = "Two different files have this name".to_owned();
                    let [file, place] = [&unit.name; 2].map(|name| visible(name));
                    unit.problem = Some(SchemaError::Invalid { file, place, problem });
                }
                None => {}
            }
            self.units.push(unit);
        }
        Ok(())
    }

    fn bytes(&mut self, source: usize, path: &str, bytes: &[u8]) -> (&'static str, Result<(), SchemaError>) {
        let unreadable = |error: archive::ArchiveError| SchemaError::Archive {
            file: visible(path),
            reason: error.to_string(),
        };
        match archive::kind(bytes) {
            Some(kind @ (Kind::Zip | Kind::Tar)) => {
                let what = if kind == Kind::Zip { "a zip archive" } else { "a tar archive" };
                let unpacked = archive::unpack(bytes, kind).map_err(unreadable);
                (what, unpacked.map(|files| self.archive(source, path, files)))
            }
            Some(Kind::Gzip) => match archive::gunzip(bytes) {
                Ok(inner) if archive::kind(&inner) == Some(Kind::Tar) => {
                    let unpacked = archive::unpack(&inner, Kind::Tar).map_err(unreadable);
                    ("a tar archive", unpacked.map(|files| self.archive(source, path, files)))
                }
                Ok(inner) => ("a compressed descriptor set", self.plain(source, path, &inner).1),
                Err(error) => ("an archive", Err(unreadable(error))),
            },
            None => self.plain(source, path, bytes),
        }
    }

    fn archive(&mut self, source: usize, path: &str, files: Vec<(String, Vec<u8>)>) {
        for (inner, content) in files {
            let path = format!("{path}/{inner}");
            self.text(source, path.clone(), &content);
            self.contents.insert(path, content);
        }
    }

    fn plain(&mut self, source: usize, path: &str, bytes: &[u8]) -> (&'static str, Result<(), SchemaError>) {
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        if first == Some(&b'{') {
            let set = image::from_json(bytes);
            return ("a descriptor set in JSON", set.and_then(|set| self.set(source, path, &set)));
        }
        let is_text = path.ends_with(".proto")
            || (!bytes.is_empty() && bytes.iter().all(|byte| *byte >= b' ' || byte.is_ascii_whitespace()));
        if is_text {
            self.text(source, path.to_owned(), bytes);
            self.contents.insert(path.to_owned(), bytes.to_vec());
            return ("a file", Ok(()));
        }
        ("a descriptor set", self.set(source, path, bytes))
    }
}

/// The text of a file of an archive, by its path in it.
pub fn archived_text(archive: &[u8], path: &str) -> Result<Option<Vec<u8>>, SchemaError> {
    let files = match archive::kind(archive) {
        Some(Kind::Gzip) => archive::gunzip(archive).and_then(|inner| archive::unpack(&inner, Kind::Tar)),
        Some(kind) => archive::unpack(archive, kind),
        None => return Ok(None),
    };
    let files =
        files.map_err(|error| SchemaError::Archive { file: visible(path), reason: error.to_string() })?;
    Ok(files.into_iter().find(|(inner, _)| inner == path).map(|(_, content)| content))
}

/// Reads all sources; what is wrong with one of them is in its report.
pub(super) fn gather(
    request: LoadRequest<'_>,
    includes: &[String],
    step: Step<'_>,
) -> Result<Gathered, SchemaError> {
    let LoadRequest { sources, resolver, with_builtin, compiled, .. } = request;
    let mut gathered = Gathered {
        units: builtin_units(with_builtin),
        compiled,
        sources: Vec::new(),
        bases: vec![String::new()],
        on_disk: vec![false],
        replaced: Vec::new(),
        contents: HashMap::new(),
    };
    let n_total: usize = sources
        .iter()
        .map(|source| match source {
            Source::Folder { files, .. } => files.len(),
            Source::File { .. } | Source::Bytes { .. } | Source::Set { .. } | Source::Lost { .. } => 1,
        })
        .sum();
    let mut n_done = 0;
    let mut advance =
        |n_done: usize| if step(n_done, 3 * n_total) { Ok(()) } else { Err(SchemaError::Cancelled) };
    for (idx, source) in sources.into_iter().enumerate() {
        let source_idx = idx + 1;
        let mut report = SourceReport { path: String::new(), what: "a file", problem: None };
        let (mut base, mut on_disk) = (String::new(), true);
        match source {
            Source::File { path } => {
                report.path.clone_from(&path);
                let path = located(&slashed(&path), includes, resolver);
                let roots: Vec<String> =
                    [String::new()].into_iter().chain(includes.iter().cloned()).collect();
                gathered.read(source_idx, path, resolver, &roots);
            }
            Source::Folder { path, files } => {
                report.path.clone_from(&path);
                report.what = "a folder";
                base = slashed(&path);
                if files.is_empty() {
                    report.problem = Some(SchemaError::NoProtos { path: visible(&path) });
                }
                for file in files {
                    gathered.read(source_idx, at(&base, &slashed(&file)), resolver, &[]);
                    n_done += 1;
                    if n_done % 16 == 0 {
                        advance(n_done)?;
                    }
                }
            }
            Source::Bytes { path, bytes } => {
                base.clone_from(&path);
                on_disk = false;
                let n_before = gathered.units.len();
                let (what, result) = gathered.bytes(source_idx, &path, &bytes);
                report.what = what;
                report.problem = result.err();
                if report.problem.is_none() && what.ends_with("archive") && gathered.units.len() == n_before {
                    report.problem = Some(SchemaError::NoProtos { path: visible(&path) });
                }
                report.path = path;
            }
            Source::Lost { path, reason } => {
                on_disk = false;
                report.what = "a source";
                report.problem = Some(SchemaError::LostSource(visible(&reason)));
                report.path = path;
            }
            Source::Set { path, bytes } => {
                on_disk = false;
                report.what = "a descriptor set";
                report.problem = gathered.set(source_idx, &path, &bytes).err();
                report.path = path;
            }
        }
        gathered.sources.push(report);
        gathered.bases.push(base);
        gathered.on_disk.push(on_disk);
        advance(n_done)?;
    }
    Ok(gathered)
}

/// A path, or the first root that has it.
fn located(path: &str, includes: &[String], resolver: &dyn FileResolver) -> String {
    if resolver.exists(path) || path.starts_with('/') {
        return path.to_owned();
    }
    let under_root = includes.iter().map(|root| at(root, path)).find(|path| resolver.exists(path));
    under_root.unwrap_or_else(|| path.to_owned())
}

/// Google's files, and with `with_rocketmq` those of RocketMQ behind them.
fn builtin_units(with_rocketmq: bool) -> Vec<Unit> {
    let rocketmq = builtin::rocketmq_files().filter(|_| with_rocketmq);
    // Constants that a test decodes.
    builtin::google_files()
        .chain(rocketmq)
        .filter_map(|bytes| Unit::of_descriptor(0, "", bytes).ok())
        .collect()
}
