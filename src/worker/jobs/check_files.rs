use super::{JobContext, Line, Report, WhenNewer, Work, WorkerError};
use crate::worker::state::read_capped;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A larger file is none of these.
const MAX_LEN: u64 = 8 << 20;

/// Looks at files that a call is going to read, as soon as they are named.
#[derive(Debug)]
pub struct CheckFiles {
    pub files: Vec<NamedFile>,
}

/// A file, and what is to be in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    pub path: PathBuf,
    pub holds: FileHolds,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileHolds {
    /// In PEM.
    Certificates,
    /// In PEM.
    PrivateKey,
    Value,
}

impl Work for CheckFiles {
    fn label(&self) -> &'static str {
        "Looking at the files of the call"
    }

    fn line(&self) -> Option<(Line, WhenNewer)> {
        Some((Line::CallFiles, WhenNewer::CancelOlder))
    }

    fn is_quick(&self) -> bool {
        true
    }

    fn run(self: Box<Self>, context: &JobContext) -> Result<Report, WorkerError> {
        let mut checked = Vec::new();
        for file in self.files {
            context.go_on()?;
            let wrong = wrong_with(&file);
            checked.push((file, wrong));
        }
        Ok(Report::FilesChecked(checked))
    }
}

/// Why the file is of no use, in a sentence without its path.
fn wrong_with(file: &NamedFile) -> Option<String> {
    match read(&file.path) {
        Err(reason) => Some(reason),
        Ok(bytes) => wrong_content(&bytes, file.holds).map(str::to_owned),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    match read_capped(path, MAX_LEN) {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err("The file is too large".to_owned()),
        Err(WorkerError::IsFolder { .. }) => Err("This is a folder".to_owned()),
        Err(WorkerError::NotRegular { what, .. }) => Err(format!("This is a {what}")),
        Err(WorkerError::DanglingLink { .. }) => Err("The link leads to no file".to_owned()),
        Err(WorkerError::Io { kind: ErrorKind::NotFound, .. }) => Err("There is no such file".to_owned()),
        Err(WorkerError::Io { kind: ErrorKind::PermissionDenied, .. }) => {
            Err("You may not read this file".to_owned())
        }
        Err(error) => Err(error.to_string()),
    }
}

fn wrong_content(bytes: &[u8], holds: FileHolds) -> Option<&'static str> {
    let has = |mark: &[u8]| bytes.windows(mark.len()).any(|part| part == mark);
    match holds {
        FileHolds::Value => None,
        FileHolds::Certificates if has(b"-----BEGIN CERTIFICATE-----") => None,
        FileHolds::Certificates => Some("The file holds no certificate in PEM"),
        FileHolds::PrivateKey if has(b"-----BEGIN ENCRYPTED PRIVATE KEY-----") => {
            Some("The key is encrypted; name a file with the key as it is")
        }
        FileHolds::PrivateKey if has(b"PRIVATE KEY-----") => None,
        FileHolds::PrivateKey => Some("The file holds no private key in PEM"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_of_no_use_is_told_from_one_that_is() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let files = [
            ("ca.pem", "text\n-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"),
            ("key.pem", "-----BEGIN EC PRIVATE KEY-----\nAA==\n"),
            ("locked.pem", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n"),
            ("empty", ""),
        ];
        for (name, text) in files {
            std::fs::write(at(name), text).unwrap();
        }
        use FileHolds::{Certificates, PrivateKey, Value};
        for (name, holds, expected) in [
            ("ca.pem", Certificates, None),
            ("key.pem", PrivateKey, None),
            ("empty", Value, None),
            ("locked.pem", PrivateKey, Some("The key is encrypted; name a file with the key as it is")),
            ("ca.pem", PrivateKey, Some("The file holds no private key in PEM")),
            ("key.pem", Certificates, Some("The file holds no certificate in PEM")),
            ("nowhere", Value, Some("There is no such file")),
            ("", Value, Some("This is a folder")),
        ] {
            let file = NamedFile { path: at(name), holds };
            assert_eq!(wrong_with(&file).as_deref(), expected, "{name}");
        }
    }
}
