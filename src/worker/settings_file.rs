//! The settings as text in a file; what it says is `app`'s business.

use super::error::WorkerError;
use super::state;
use std::fs;
use std::path::{Path, PathBuf};

/// A larger file is none of ours.
const MAX_SETTINGS: u64 = 1 << 20;

/// The text; `None` if there is none or it cannot be read. A file that is no text or is too large is
/// set aside, so that defaults can be stored.
pub fn load(path: &Path) -> Option<String> {
    let text = state::read_capped(path, MAX_SETTINGS).ok()?.and_then(|bytes| String::from_utf8(bytes).ok());
    if text.is_none() {
        set_aside(path);
    }
    text
}

/// Moves settings that make no sense out of the way, as NAME.bad; where they are then.
pub fn set_aside(path: &Path) -> Option<PathBuf> {
    state::set_aside(path)
}

/// Replaces the text as one, readable for the person alone; a link stays one.
pub fn store(path: &Path, text: &str) -> Result<(), WorkerError> {
    let real = fs::canonicalize(path).unwrap_or_else(|_absent| path.to_owned());
    state::store_private(&real, &[text.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_and_bad_ones_are_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/settings.json");
        assert_eq!(load(&path), None);
        store(&path, "{}").unwrap();
        store(&path, "{\"version\": 1}").unwrap();
        assert_eq!(load(&path).as_deref(), Some("{\"version\": 1}"));
        for bad in [vec![0xff, 0xfe], vec![b' '; MAX_SETTINGS as usize + 1]] {
            fs::write(&path, &bad).unwrap();
            assert_eq!(load(&path), None);
            assert!(!path.exists());
            assert!(fs::read(folder.path().join("new/settings.json.bad")).unwrap() == bad);
        }
        store(&path, "again").unwrap();
        assert_eq!(load(&path).as_deref(), Some("again"));
    }

    #[test]
    fn a_folder_in_the_place_of_settings_is_an_error_and_no_crash() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(load(folder.path()), None);
        let error = store(folder.path(), "{}").unwrap_err();
        assert!(error.to_string().contains(folder.path().to_str().unwrap()), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn settings_are_private_and_a_link_to_them_stays() {
        use std::os::unix::fs::MetadataExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        store(&link, "new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert_eq!(fs::metadata(&real).unwrap().mode() & 0o777, 0o600);
    }
}
