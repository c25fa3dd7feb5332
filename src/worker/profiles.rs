//! Profiles in files of their own, one a server, and what they name outside of themselves.

use super::error::{Call, WorkerError};
use super::job::CancelToken;
use super::keyring::{KeyringPlace, keyring_owner, read_keyring};
use super::spool::read_fifo;
use super::state;
use crate::document::ReadMode;
use crate::rpc::{Inputs, NotKept, Profile, ProfileError, ProfilePlace, TypedSecrets};
use std::fs;
use std::path::{Path, PathBuf};

/// How the name of a profile's file ends.
pub const PROFILE_ENDING: &str = ".profile";
/// A larger file is no profile.
const MAX_PROFILE: u64 = 1 << 20;
/// A larger file is neither a value of metadata nor a certificate.
const MAX_VALUE: u64 = 8 << 20;
/// Profiles of a folder that are listed.
const MAX_PROFILES: usize = 10_000;
const MAX_NAME: usize = 100;

/// A profile as it is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredProfile {
    pub name: String,
    pub path: PathBuf,
    /// An error where the file is no profile.
    pub profile: Result<Profile, ProfileError>,
    /// Lines with keys that this version does not know: number and key.
    pub unknown_keys: Vec<(usize, String)>,
}

/// Where this person's profiles are; `None` without a home.
pub fn profiles_folder() -> Option<PathBuf> {
    state::config_folder().map(|folder| folder.join("profiles"))
}

/// The file of the profile of this name; `None` for what is no name.
pub fn profile_file(folder: &Path, name: &str) -> Option<PathBuf> {
    let is_file_name = !name.starts_with('.')
        && !name.contains(['/', '\\', ':'])
        && !name.chars().any(char::is_control)
        && name.trim() == name;
    let fits = (1..=MAX_NAME).contains(&name.len());
    (is_file_name && fits).then(|| folder.join(format!("{name}{PROFILE_ENDING}")))
}

/// The profiles of a folder by name; none if it is not there. A file that cannot be read is among them.
pub fn list_profiles(folder: &Path) -> Result<Vec<StoredProfile>, WorkerError> {
    let mut profiles = Vec::new();
    for path in files_ending(folder, PROFILE_ENDING, MAX_PROFILES)? {
        let unread = |error| {
            let name = name_of(&path);
            let profile = Err(unreadable(&name, &error));
            StoredProfile { name, path: path.clone(), profile, unknown_keys: Vec::new() }
        };
        profiles.push(load_profile(&path).unwrap_or_else(unread));
    }
    Ok(profiles)
}

/// The paths of the files of a folder whose names end so, in their order; none if it is not there.
pub(super) fn files_ending(folder: &Path, ending: &str, limit: usize) -> Result<Vec<PathBuf>, WorkerError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(WorkerError::io(Call::List, folder, error)),
    };
    let is_ours = |name: &str| !name.starts_with('.') && name.len() > ending.len() && name.ends_with(ending);
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(is_ours))
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .take(limit)
        .collect();
    paths.sort();
    Ok(paths)
}

/// Reads one; an error of the system is this room's, what is wrong with the text the profile's.
pub fn load_profile(path: &Path) -> Result<StoredProfile, WorkerError> {
    stored(path, text_of(path)?)
}

/// The same of what a shell's `<(command)` leads to, too, for which it waits.
pub fn read_profile(path: &Path) -> Result<StoredProfile, WorkerError> {
    let Some(input) = read_fifo(path, MAX_PROFILE)? else { return load_profile(path) };
    let source = input.source();
    let mut bytes = vec![0; source.len() as usize];
    source.read_at(0, &mut bytes, ReadMode::Wait).map_err(|error| WorkerError::Document { error })?;
    stored(path, as_text(path, bytes)?)
}

fn stored(path: &Path, text: String) -> Result<StoredProfile, WorkerError> {
    let name = name_of(path);
    Ok(StoredProfile {
        profile: Profile::read(&name, &text),
        unknown_keys: Profile::unknown_keys(&text),
        name,
        path: path.to_owned(),
    })
}

fn name_of(path: &Path) -> String {
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    file_name.strip_suffix(PROFILE_ENDING).unwrap_or(&file_name).to_owned()
}

/// Why a file in a folder of such files is none, so that the others can be used all the same.
pub(super) fn unreadable(name: &str, error: &WorkerError) -> ProfileError {
    let place = name.to_owned();
    match error {
        WorkerError::NoText { .. } => ProfileError::NotText { place },
        error => ProfileError::File { reason: error.to_string(), place },
    }
}

fn text_of(path: &Path) -> Result<String, WorkerError> {
    let bytes = state::read_capped(path, MAX_PROFILE)?;
    let bytes = bytes.ok_or_else(|| WorkerError::TooLarge { limit: MAX_PROFILE, path: path.to_owned() })?;
    as_text(path, bytes)
}

fn as_text(path: &Path, bytes: Vec<u8>) -> Result<String, WorkerError> {
    String::from_utf8(bytes).map_err(|_| WorkerError::NoText {
        reason: "The file is not UTF-8 text".to_owned(),
        path: path.to_owned(),
    })
}

/// Writes a profile over the file as it is, of which comments and unknown keys stay.
pub fn store_profile(path: &Path, profile: &Profile) -> Result<(), WorkerError> {
    let old = if path.exists() { text_of(path)? } else { String::new() };
    let text = profile
        .to_text(&old)
        .map_err(|error| WorkerError::NoText { reason: error.to_string(), path: path.to_owned() })?;
    let real = fs::canonicalize(path).unwrap_or_else(|_absent| path.to_owned());
    state::store_private(&real, &[text.as_bytes()])
}

/// The environment, files beside a profile, what was typed, and the system keyring, which may let a person
/// wait.
#[derive(Clone, Debug)]
pub struct ProfileInputs {
    /// Where relative paths start.
    pub folder: PathBuf,
    pub profile: String,
    pub typed: TypedSecrets,
    /// Whose secrets the keyring is asked for; empty for a profile that has no file.
    pub owner: String,
    /// Ends waiting for the keyring.
    pub cancel: CancelToken,
}

impl ProfileInputs {
    /// Of the profile in a file; nothing was typed.
    pub fn beside(path: &Path) -> ProfileInputs {
        let folder = super::save::folder_of(path).to_owned();
        ProfileInputs {
            folder,
            profile: String::new(),
            typed: TypedSecrets::default(),
            owner: keyring_owner(path),
            cancel: CancelToken::default(),
        }
    }
}

impl Inputs for ProfileInputs {
    fn environment(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn file(&self, path: &Path) -> Result<Vec<u8>, String> {
        let path = match (path.strip_prefix("~"), std::env::home_dir()) {
            (Ok(below), Some(home)) => home.join(below),
            _ => self.folder.join(path),
        };
        match state::read_capped(&path, MAX_VALUE) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(WorkerError::TooLarge { limit: MAX_VALUE, path }.to_string()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn typed(&self, place: &ProfilePlace) -> Option<String> {
        self.typed.get(&self.profile, place).map(str::to_owned)
    }

    fn keyring(&self, place: &ProfilePlace) -> Result<String, NotKept> {
        let place = KeyringPlace { owner: self.owner.clone(), place: place.clone() };
        Ok(read_keyring(&place, &self.cancel)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::ProfileValue;

    #[test]
    fn profiles_are_listed_by_name_and_bad_ones_among_them() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(list_profiles(&folder.path().join("none")).unwrap(), []);
        let file = |name: &str| profile_file(folder.path(), name).unwrap();
        store_profile(&file("b"), &Profile::new("b", "http://b")).unwrap();
        fs::write(file("a ü"), "# mine\nendpoint = http://a\nnew = 1\n").unwrap();
        fs::write(file("c"), "[metadata]\nauthorization = abc\n").unwrap();
        fs::write(folder.path().join("other.txt"), "x").unwrap();
        fs::create_dir(file("d")).unwrap();
        let found = list_profiles(folder.path()).unwrap();
        let names: Vec<&str> = found.iter().map(|stored| stored.name.as_str()).collect();
        assert_eq!(names, ["a ü", "b", "c"]);
        assert_eq!(found[0].unknown_keys, [(3, "new".to_owned())]);
        assert_eq!(found[1].profile.as_ref().unwrap().endpoint, "http://b");
        assert!(found[2].profile.is_err());
        // What a person wrote there stays.
        let mut changed = found[0].profile.clone().unwrap();
        changed.compress = true;
        store_profile(&file("a ü"), &changed).unwrap();
        let text = fs::read_to_string(file("a ü")).unwrap();
        assert_eq!(text, "# mine\nendpoint = http://a\nnew = 1\nversion = 1\ncompress = true\n");
    }

    #[test]
    fn a_name_is_one_that_every_folder_takes() {
        for name in ["", ".", "..", ".hidden", "a/b", "a\\b", "a\nb", " a", &"x".repeat(101)] {
            assert_eq!(profile_file(Path::new("/p"), name), None, "{name:?}");
        }
        assert_eq!(profile_file(Path::new("/p"), "a b"), Some("/p/a b.profile".into()));
    }

    #[test]
    fn a_secret_is_never_stored() {
        let folder = tempfile::tempdir().unwrap();
        let path = profile_file(folder.path(), "p").unwrap();
        let mut profile = Profile::new("p", "http://a");
        profile.metadata.push(("authorization".to_owned(), ProfileValue::Text("s3cret".to_owned())));
        let error = store_profile(&path, &profile).unwrap_err();
        assert!(!error.to_string().contains("s3cret") && !path.exists(), "{error}");
    }

    #[test]
    fn files_are_found_beside_the_profile() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("token"), "s3cret\n").unwrap();
        let path = folder.path().join("p.profile");
        fs::write(&path, "endpoint = http://a\n[metadata]\nx-token = @token\n").unwrap();
        let profile = load_profile(&path).unwrap().profile.unwrap();
        let caller = profile.caller(&ProfileInputs::beside(&path)).unwrap();
        assert_eq!(caller.template.metadata.entries()[0].text(), "s3cret");
        fs::remove_file(folder.path().join("token")).unwrap();
        let error = profile.caller(&ProfileInputs::beside(&path)).unwrap_err().to_string();
        assert!(error.contains("token"), "{error}");
    }
}
