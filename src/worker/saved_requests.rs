//! Requests that are kept as plain files in a folder: `NAME.request` beside `NAME.bin`, which are the
//! message's bytes as they stand. Such a folder fits in a repository.

use super::error::WorkerError;
use super::profiles::{files_ending, profile_file};
use super::save::{Hook, SaveOptions, save};
use super::state;
use crate::document::Snapshot;
use crate::rpc::{ProfileError, SavedRequest};
use std::path::{Path, PathBuf};

const ENDING: &str = ".request";
const MESSAGE_ENDING: &str = ".bin";
/// A larger text is none of ours.
const MAX_TEXT: u64 = 1 << 20;
/// Requests of a folder that are listed.
const MAX_REQUESTS: usize = 10_000;

/// A request in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRequest {
    pub name: String,
    pub path: PathBuf,
    /// Where its message is, or should be.
    pub message: PathBuf,
    /// An error where the text is no request.
    pub request: Result<SavedRequest, ProfileError>,
}

/// The requests of a folder by name; none if it is not there.
pub fn list_requests(folder: &Path) -> Result<Vec<StoredRequest>, WorkerError> {
    files_ending(folder, ENDING, MAX_REQUESTS)?.iter().map(|path| load(path)).collect()
}

fn load(path: &Path) -> Result<StoredRequest, WorkerError> {
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = file_name.strip_suffix(ENDING).unwrap_or(&file_name).to_owned();
    let request = SavedRequest::read(&name, &text_of(path)?);
    let message = path.with_file_name(format!("{name}{MESSAGE_ENDING}"));
    Ok(StoredRequest { request, message, path: path.to_owned(), name })
}

fn text_of(path: &Path) -> Result<String, WorkerError> {
    let bytes = state::read_capped(path, MAX_TEXT)?;
    let bytes = bytes.ok_or_else(|| WorkerError::TooLarge { limit: MAX_TEXT, path: path.to_owned() })?;
    String::from_utf8(bytes).map_err(|_| WorkerError::NoText {
        reason: "The file is not UTF-8 text".to_owned(),
        path: path.to_owned(),
    })
}

/// Writes both files of a request, the message first. Of a text that is there comments and unknown keys
/// stay; a request of the same name is written over only if `overwrite`.
pub fn store_request(
    folder: &Path,
    request: &SavedRequest,
    message: &Snapshot,
    overwrite: bool,
    hook: Hook<'_>,
) -> Result<StoredRequest, WorkerError> {
    let name = &request.name;
    let Some(path) = profile_file(folder, name).map(|path| path.with_file_name(format!("{name}{ENDING}")))
    else {
        let reason = format!("\"{name}\" is no name of a file");
        return Err(WorkerError::NoText { reason, path: folder.to_owned() });
    };
    let message_path = path.with_file_name(format!("{name}{MESSAGE_ENDING}"));
    if !overwrite && (path.exists() || message_path.exists()) {
        return Err(WorkerError::AlreadyExists { path });
    }
    let old = if path.exists() { text_of(&path)? } else { String::new() };
    let text = request
        .to_text(&old)
        .map_err(|error| WorkerError::NoText { reason: error.to_string(), path: path.clone() })?;
    std::fs::create_dir_all(folder)
        .map_err(|error| WorkerError::io(super::error::Call::Create, folder, error))?;
    let options = SaveOptions { overwrite: true, ..SaveOptions::default() };
    save(message, &message_path, None, &options, hook)?;
    save(&Snapshot::of_bytes(text.as_bytes()), &path, None, &options, &|_, _| Ok(()))?;
    Ok(StoredRequest { name: name.clone(), request: Ok(request.clone()), path, message: message_path })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::{ProfileValue, RpcKind};

    fn request(name: &str) -> SavedRequest {
        SavedRequest {
            name: name.to_owned(),
            method: "a.B/C".to_owned(),
            kind: RpcKind::Unary,
            message_type: "a.M".to_owned(),
            profile: "local".to_owned(),
            endpoint: String::new(),
            metadata: vec![("authorization".to_owned(), ProfileValue::Environment("TOKEN".to_owned()))],
        }
    }

    fn store(folder: &Path, request: &SavedRequest, overwrite: bool) -> Result<StoredRequest, WorkerError> {
        let message = Snapshot::of_bytes(b"\x0a\x80\x80\xff");
        store_request(folder, request, &message, overwrite, &|_, _| Ok(()))
    }

    #[test]
    fn a_request_is_a_text_beside_the_bytes_of_its_message() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("new/requests");
        assert_eq!(list_requests(&folder).unwrap(), []);
        let stored = store(&folder, &request("send ü"), false).unwrap();
        assert_eq!(list_requests(&folder).unwrap(), vec![stored.clone()]);
        assert_eq!(std::fs::read(&stored.message).unwrap(), b"\x0a\x80\x80\xff");
        assert!(matches!(store(&folder, &request("send ü"), false), Err(WorkerError::AlreadyExists { .. })));
        std::fs::write(folder.join("bad.request"), "kind = x").unwrap();
        let mut other = request("send ü");
        other.metadata.clear();
        store(&folder, &other, true).unwrap();
        let listed = list_requests(&folder).unwrap();
        assert!(listed[0].request.is_err());
        assert_eq!(listed[1].request, Ok(other));
    }

    #[test]
    fn a_request_with_a_secret_or_a_name_that_leads_elsewhere_is_not_stored() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["", "../a", "a/b", ".a"] {
            assert!(store(folder.path(), &request(name), true).is_err(), "{name}");
        }
        let mut secret = request("a");
        secret.metadata = vec![("cookie".to_owned(), ProfileValue::Text("s3cret".to_owned()))];
        assert!(!store(folder.path(), &secret, true).unwrap_err().to_string().contains("s3cret"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
