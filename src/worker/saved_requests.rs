//! Requests that are kept as plain files in a folder: `NAME.request` beside `NAME.bin`, which are the
//! message's bytes as they stand. Such a folder fits in a repository.
//!
//! **Law.** A message is written before its text, and a name is taken only if neither file is there or the
//! person said so. What is removed goes to a folder of ours first, from which it can come back.

use super::error::{Call, WorkerError};
use super::profiles::{files_ending, profile_file, unreadable};
use super::save::{Hook, SaveOptions, Saved, save};
use super::state;
use crate::document::Snapshot;
use crate::rpc::{ProfileError, SavedRequest};
use std::fs;
use std::path::{Path, PathBuf};

const ENDING: &str = ".request";
const MESSAGE_ENDING: &str = ".bin";
/// A larger text is none of ours.
const MAX_TEXT: u64 = 1 << 20;
/// Requests of a folder that are listed.
const MAX_REQUESTS: usize = 10_000;
/// Removed requests that can come back.
const MAX_REMOVED: usize = 20;

/// A request in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRequest {
    pub name: String,
    pub path: PathBuf,
    /// Where its message is, or should be.
    pub message: PathBuf,
    /// Bytes of the message; `None` if it is not there.
    pub n_bytes: Option<u64>,
    /// An error where the text is no request.
    pub request: Result<SavedRequest, ProfileError>,
}

/// A request that was removed: where its files were, and where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedRequest {
    pub name: String,
    moved: Vec<(PathBuf, PathBuf)>,
}

impl RemovedRequest {
    /// The folder that it was in.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.moved.first().and_then(|(path, _)| path.parent())
    }
}

/// The requests of a folder by name; none if it is not there. A file that cannot be read is among them.
pub fn list_requests(folder: &Path) -> Result<Vec<StoredRequest>, WorkerError> {
    let paths = files_ending(folder, ENDING, MAX_REQUESTS)?;
    let listed = |path: &PathBuf| {
        let unread = |error| stored(path, &name_of(path), Err(unreadable(&name_of(path), &error)));
        load(path).unwrap_or_else(unread)
    };
    Ok(paths.iter().map(listed).collect())
}

fn load(path: &Path) -> Result<StoredRequest, WorkerError> {
    let name = name_of(path);
    let request = SavedRequest::read(&name, &text_of(path)?);
    Ok(stored(path, &name, request))
}

fn name_of(path: &Path) -> String {
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    file_name.strip_suffix(ENDING).unwrap_or(&file_name).to_owned()
}

fn stored(path: &Path, name: &str, request: Result<SavedRequest, ProfileError>) -> StoredRequest {
    let message = path.with_file_name(format!("{name}{MESSAGE_ENDING}"));
    let n_bytes = fs::metadata(&message).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len());
    StoredRequest { request, n_bytes, message, path: path.to_owned(), name: name.to_owned() }
}

fn text_of(path: &Path) -> Result<String, WorkerError> {
    let bytes = state::read_capped(path, MAX_TEXT)?;
    let bytes = bytes.ok_or_else(|| WorkerError::TooLarge { limit: MAX_TEXT, path: path.to_owned() })?;
    String::from_utf8(bytes).map_err(|_| WorkerError::NoText {
        reason: "The file is not UTF-8 text".to_owned(),
        path: path.to_owned(),
    })
}

/// The files of a request of this name: text and message.
pub fn request_files(folder: &Path, name: &str) -> [PathBuf; 2] {
    [ENDING, MESSAGE_ENDING].map(|ending| folder.join(format!("{name}{ending}")))
}

fn files_of(folder: &Path, name: &str) -> Result<[PathBuf; 2], WorkerError> {
    match profile_file(folder, name) {
        Some(_) => Ok(request_files(folder, name)),
        None => {
            let reason = format!("\"{name}\" is no name of a file");
            Err(WorkerError::NoText { reason, path: folder.to_owned() })
        }
    }
}

/// An error if one of the files is there.
fn are_free(paths: &[PathBuf; 2]) -> Result<(), WorkerError> {
    match paths.iter().find(|path| fs::symlink_metadata(path).is_ok()) {
        Some(path) => Err(WorkerError::AlreadyExists { path: path.clone() }),
        None => Ok(()),
    }
}

/// Writes the text of a request, and before it its message if there is one to be written. Of a text that
/// is there comments and unknown keys stay; a request of the same name is written over only if
/// `options` say so.
pub fn store_request(
    folder: &Path,
    request: &SavedRequest,
    message: Option<&Snapshot>,
    options: &SaveOptions,
    hook: Hook<'_>,
) -> Result<(StoredRequest, Option<Saved>), WorkerError> {
    let paths = files_of(folder, &request.name)?;
    if !options.overwrite {
        are_free(&paths)?;
    }
    let [path, message_path] = paths;
    let old = if path.exists() { text_of(&path)? } else { String::new() };
    let text = request
        .to_text(&old)
        .map_err(|error| WorkerError::NoText { reason: error.to_string(), path: path.clone() })?;
    fs::create_dir_all(folder).map_err(|error| WorkerError::io(Call::Create, folder, error))?;
    let saved = message.map(|message| save(message, &message_path, None, options, hook)).transpose()?;
    let over = SaveOptions { overwrite: true, ..SaveOptions::default() };
    save(&Snapshot::of_bytes(text.as_bytes()), &path, None, &over, &|_, _| Ok(()))?;
    Ok((stored(&path, &request.name, Ok(request.clone())), saved))
}

/// Gives both files of a request another name, which must be free.
pub fn rename_request(path: &Path, name: &str) -> Result<StoredRequest, WorkerError> {
    let old = load(path)?;
    let new = files_of(super::save::folder_of(path), name)?;
    are_free(&new)?;
    if old.n_bytes.is_some() {
        rename(&old.message, &new[1])?;
    }
    if let Err(error) = rename(path, &new[0]) {
        // Neither has the new name then.
        let _ = fs::rename(&new[1], &old.message);
        return Err(error);
    }
    load(&new[0])
}

fn rename(from: &Path, to: &Path) -> Result<(), WorkerError> {
    fs::rename(from, to).map_err(|error| WorkerError::io(Call::Rename, from, error))
}

/// Moves the files of a request into a folder of their own in `removed`, where the latest are kept.
pub fn remove_request(path: &Path, removed: &Path) -> Result<RemovedRequest, WorkerError> {
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = file_name.strip_suffix(ENDING).unwrap_or(&file_name).to_owned();
    let place = place_for(removed)?;
    let message = path.with_file_name(format!("{name}{MESSAGE_ENDING}"));
    let mut moved = Vec::new();
    for from in [path.to_owned(), message].into_iter().filter(|path| path.is_file()) {
        let to = place.join(from.file_name().unwrap_or_default());
        move_file(&from, &to)?;
        moved.push((from, to));
    }
    Ok(RemovedRequest { name, moved })
}

/// Moves the files back, unless others have their names by now.
pub fn restore_request(removed: &RemovedRequest) -> Result<Option<StoredRequest>, WorkerError> {
    if let Some((path, _)) = removed.moved.iter().find(|(path, _)| fs::symlink_metadata(path).is_ok()) {
        return Err(WorkerError::AlreadyExists { path: path.clone() });
    }
    for (from, to) in removed.moved.iter().rev() {
        move_file(to, from)?;
    }
    removed.moved.first().map(|(path, _)| load(path)).transpose()
}

/// A new folder; the oldest go when there are many.
fn place_for(removed: &Path) -> Result<PathBuf, WorkerError> {
    state::create_private_folder(removed)?;
    let entries = fs::read_dir(removed).map_err(|error| WorkerError::io(Call::List, removed, error))?;
    let number = |entry: &fs::DirEntry| entry.file_name().to_str().and_then(|name| name.parse::<u64>().ok());
    let mut numbers: Vec<u64> = entries.flatten().filter_map(|entry| number(&entry)).collect();
    numbers.sort_unstable();
    let n_over = (numbers.len() + 1).saturating_sub(MAX_REMOVED);
    for number in &numbers[..n_over] {
        // Another window may have been faster.
        let _ = fs::remove_dir_all(removed.join(number.to_string()));
    }
    let place = removed.join((numbers.last().unwrap_or(&0) + 1).to_string());
    state::create_private_folder(&place)?;
    Ok(place)
}

/// Renames, or copies and removes where the other place is on another disk.
fn move_file(from: &Path, to: &Path) -> Result<(), WorkerError> {
    if fs::rename(from, to).is_ok() {
        return Ok(());
    }
    fs::copy(from, to).map_err(|error| WorkerError::io(Call::Write, to, error))?;
    fs::remove_file(from).map_err(|error| WorkerError::io(Call::Remove, from, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::{Profile, ProfileValue, RpcKind};

    fn request(name: &str) -> SavedRequest {
        let mut settings = Profile::new("", "http://127.0.0.1:1");
        settings.metadata = vec![("authorization".to_owned(), ProfileValue::Environment("TOKEN".to_owned()))];
        SavedRequest {
            name: name.to_owned(),
            method: "a.B/C".to_owned(),
            kind: RpcKind::Unary,
            message_type: "a.M".to_owned(),
            profile: String::new(),
            settings,
        }
    }

    fn store(folder: &Path, request: &SavedRequest, overwrite: bool) -> Result<StoredRequest, WorkerError> {
        let message = Snapshot::of_bytes(b"\x0a\x80\x80\xff");
        let options = SaveOptions { overwrite, ..SaveOptions::default() };
        store_request(folder, request, Some(&message), &options, &|_, _| Ok(())).map(|(stored, _)| stored)
    }

    #[test]
    fn a_request_is_a_text_beside_the_bytes_of_its_message() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("new/requests");
        assert_eq!(list_requests(&folder).unwrap(), []);
        let stored = store(&folder, &request("send ü"), false).unwrap();
        assert_eq!(list_requests(&folder).unwrap(), vec![stored.clone()]);
        assert_eq!(
            (fs::read(&stored.message).unwrap(), stored.n_bytes),
            (b"\x0a\x80\x80\xff".to_vec(), Some(4))
        );
        assert!(matches!(store(&folder, &request("send ü"), false), Err(WorkerError::AlreadyExists { .. })));
        fs::write(folder.join("bad.request"), "kind = x").unwrap();
        fs::write(folder.join("worse.request"), b"kind = \xff").unwrap();
        let mut other = request("send ü");
        other.settings.metadata.clear();
        store(&folder, &other, true).unwrap();
        let listed = list_requests(&folder).unwrap();
        assert!(listed[0].request.is_err() && listed[0].n_bytes.is_none());
        assert_eq!(listed[1].request, Ok(other));
        assert_eq!(listed[2].request, Err(ProfileError::NotText { place: "worse".to_owned() }));
    }

    #[test]
    fn a_text_is_written_without_its_message_when_that_is_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let stored = store(folder.path(), &request("a"), false).unwrap();
        fs::write(&stored.message, b"edited").unwrap();
        let options = SaveOptions { overwrite: true, ..SaveOptions::default() };
        let mut other = request("a");
        other.method = "a.B/D".to_owned();
        store_request(folder.path(), &other, None, &options, &|_, _| Ok(())).unwrap();
        assert_eq!(fs::read(&stored.message).unwrap(), b"edited");
        assert_eq!(list_requests(folder.path()).unwrap()[0].request, Ok(other));
    }

    #[test]
    fn a_request_with_a_secret_or_a_name_that_leads_elsewhere_is_not_stored() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["", "../a", "a/b", ".a"] {
            assert!(store(folder.path(), &request(name), true).is_err(), "{name}");
        }
        let mut secret = request("a");
        secret.settings.metadata = vec![("cookie".to_owned(), ProfileValue::Text("s3cret".to_owned()))];
        assert!(!store(folder.path(), &secret, true).unwrap_err().to_string().contains("s3cret"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn both_files_get_another_name_or_neither() {
        let folder = tempfile::tempdir().unwrap();
        let stored = store(folder.path(), &request("a"), false).unwrap();
        store(folder.path(), &request("b"), false).unwrap();
        let taken = rename_request(&stored.path, "b").unwrap_err();
        assert!(matches!(taken, WorkerError::AlreadyExists { .. }));
        assert!(rename_request(&stored.path, "../c").is_err() && stored.path.exists());
        let renamed = rename_request(&stored.path, "c").unwrap();
        assert_eq!((renamed.name.as_str(), renamed.n_bytes), ("c", Some(4)));
        assert!(!stored.path.exists() && !stored.message.exists());
    }

    #[test]
    fn what_was_removed_comes_back_unless_its_name_was_taken() {
        let folder = tempfile::tempdir().unwrap();
        let (requests, removed) = (folder.path().join("requests"), folder.path().join("removed"));
        let stored = store(&requests, &request("a"), false).unwrap();
        let gone = remove_request(&stored.path, &removed).unwrap();
        assert_eq!(list_requests(&requests).unwrap(), []);
        assert!(!stored.message.exists());
        assert_eq!(restore_request(&gone).unwrap(), Some(stored.clone()));
        let gone = remove_request(&stored.path, &removed).unwrap();
        store(&requests, &request("a"), false).unwrap();
        assert!(matches!(restore_request(&gone), Err(WorkerError::AlreadyExists { .. })));
        for _ in 0..MAX_REMOVED + 5 {
            store(&requests, &request("x"), false).unwrap();
            remove_request(&requests.join("x.request"), &removed).unwrap();
        }
        assert_eq!(fs::read_dir(&removed).unwrap().count(), MAX_REMOVED);
    }
}
