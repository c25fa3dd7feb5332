//! Noticing that files of a schema changed.
//!
//! **Law.** A change is told once, when the files have stood still from one look to the next: what
//! is being written is not read half-way, and a checkout of many files is one change.

use super::identity::FileIdentity;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A look that took long is followed by a pause of so many times its length.
const PAUSE: u32 = 20;

/// Files and folders, and what they were like when they were last looked at.
pub(super) struct SchemaWatch {
    pub paths: Arc<[PathBuf]>,
    /// Tells lists apart: what was found for an older one is dropped.
    pub serial: u64,
    told: Option<u64>,
    /// Seen once, and not yet told.
    pending: Option<u64>,
    next: Instant,
}

impl SchemaWatch {
    pub fn new(paths: Vec<PathBuf>, serial: u64) -> SchemaWatch {
        SchemaWatch { paths: paths.into(), serial, told: None, pending: None, next: Instant::now() }
    }

    pub fn is_due(&self) -> bool {
        self.next <= Instant::now()
    }

    /// Takes in what a look found; whether a change is to be told.
    pub fn found(&mut self, now: u64, took: Duration) -> bool {
        self.next = Instant::now() + took * PAUSE;
        match self.told {
            None => self.told = Some(now),
            Some(told) if told == now => self.pending = None,
            Some(_) if self.pending == Some(now) => {
                (self.told, self.pending) = (Some(now), None);
                return true;
            }
            Some(_) => self.pending = Some(now),
        }
        false
    }
}

/// A number that is another one when any of the files is another one, is gone or has come. A folder's
/// changes when something is made or removed in it.
pub(super) fn fingerprint(paths: &[PathBuf], go_on: &dyn Fn() -> bool) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    for (idx, path) in paths.iter().enumerate() {
        if idx % 256 == 0 && !go_on() {
            return None;
        }
        match fs::metadata(path) {
            Ok(metadata) => (idx, FileIdentity::of(&metadata)).hash(&mut hasher),
            Err(_) => (idx, "absent").hash(&mut hasher),
        }
    }
    Some(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_once_when_the_files_stand_still() {
        let mut watch = SchemaWatch::new(Vec::new(), 1);
        let found: Vec<bool> =
            [1, 1, 2, 3, 3, 3, 1, 1, 2, 1].map(|now| watch.found(now, Duration::ZERO)).to_vec();
        let told: Vec<usize> = (0..found.len()).filter(|idx| found[*idx]).collect();
        assert_eq!(told, [4, 7], "what comes back before it was told is no change");
    }

    #[test]
    fn a_fingerprint_knows_content_absence_and_new_files_in_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.proto");
        let paths = [folder.path().to_owned(), file.clone()];
        let mut seen = Vec::new();
        let mut look = || seen.push(fingerprint(&paths, &|| true).unwrap());
        look();
        fs::write(&file, "a").unwrap();
        look();
        fs::write(&file, "bc").unwrap();
        look();
        fs::write(folder.path().join("b.proto"), "").unwrap();
        look();
        fs::remove_file(&file).unwrap();
        look();
        let n_seen = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), n_seen);
        assert_eq!(fingerprint(&paths, &|| false), None);
    }
}
