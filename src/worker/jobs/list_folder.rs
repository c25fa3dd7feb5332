use super::{JobContext, Line, Report, WhenNewer, Work, WorkerError};
use crate::worker::error::Call;
use crate::worker::platform;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// More than anyone reads through.
const MAX_ENTRIES: usize = 500;

/// Lists what a path that is being typed can go on with, sorted by name.
#[derive(Debug)]
pub struct ListFolder {
    /// The path so far; with a separator at its end, what is in that folder. Names that begin with a
    /// dot are listed if the last part typed does.
    pub prefix: PathBuf,
}

/// A name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListEntry {
    pub path: PathBuf,
    /// Also of a link to one.
    pub is_folder: bool,
}

impl Work for ListFolder {
    fn label(&self) -> &'static str {
        "Listing the folder"
    }

    fn line(&self) -> Option<(Line, WhenNewer)> {
        Some((Line::Listing, WhenNewer::CancelOlder))
    }

    fn is_quick(&self) -> bool {
        true
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let (typed, start) = split(&self.prefix);
        let folder = if typed.as_os_str().is_empty() { Path::new(".") } else { &typed };
        let listing = match fs::read_dir(folder) {
            Ok(listing) => listing,
            // A path that is being typed need not exist.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(Report::Listed { prefix: self.prefix, entries: Vec::new(), is_cut: false });
            }
            Err(error) => return Err(WorkerError::io(Call::List, folder, error)),
        };
        let mut names: Vec<OsString> = Vec::new();
        for found in listing {
            context.go_on()?;
            let Ok(found) = found else { continue };
            let name = found.file_name();
            let bytes = name.as_encoded_bytes();
            let shows = bytes.starts_with(&start) && (!bytes.starts_with(b".") || start.starts_with(b"."));
            if shows {
                names.push(name);
            }
        }
        names.sort();
        let is_cut = names.len() > MAX_ENTRIES;
        names.truncate(MAX_ENTRIES);
        let entries = names.into_iter().map(|name| {
            let path = typed.join(name);
            let is_folder = path.is_dir();
            ListEntry { path, is_folder }
        });
        let entries = entries.collect();
        Ok(Report::Listed { prefix: self.prefix, entries, is_cut })
    }
}

/// The folder that is typed already, with its separator, and what names in it begin with. Told by
/// bytes: for a `Path` a dot at the end is nothing.
fn split(prefix: &Path) -> (PathBuf, Vec<u8>) {
    let bytes = platform::path_bytes(prefix);
    let is_separator = |byte: &u8| byte.is_ascii() && std::path::is_separator(char::from(*byte));
    let start = bytes.iter().rposition(is_separator).map_or(0, |at| at + 1);
    (platform::path_of_bytes(&bytes[..start]), bytes[start..].to_vec())
}
