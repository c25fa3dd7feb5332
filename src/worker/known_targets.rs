//! Servers that a person has agreed to send to, one a line.
//!
//! Only what distinguishes them is kept: scheme, host and port, never metadata or credentials.

use super::error::WorkerError;
use super::state;
use std::path::{Path, PathBuf};

/// A longer list is none of ours.
const MAX_LIST: u64 = 1 << 20;
/// Servers that are remembered; the oldest are forgotten first.
const MAX_TARGETS: usize = 1_000;

/// The list of this person; `None` without a home.
pub fn known_targets_file() -> Option<PathBuf> {
    state::state_folder().map(|folder| folder.join("known-targets"))
}

/// Whether the list names the target.
pub fn is_known_target(list: &Path, target: &str) -> bool {
    read(list).iter().any(|known| known == target)
}

/// Adds the target to the list, unless it is there.
pub fn remember_target(list: &Path, target: &str) -> Result<(), WorkerError> {
    let mut known = read(list);
    if known.iter().any(|known| known == target) || target.contains(['\n', '\r']) {
        return Ok(());
    }
    known.push(target.to_owned());
    let n_forgotten = known.len().saturating_sub(MAX_TARGETS);
    let text: String = known.iter().skip(n_forgotten).map(|target| format!("{target}\n")).collect();
    state::store_private(list, &[text.as_bytes()])
}

fn read(list: &Path) -> Vec<String> {
    let bytes = state::read_capped(list, MAX_LIST).ok().flatten().unwrap_or_default();
    String::from_utf8_lossy(&bytes).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_known_once_it_was_agreed_to() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("new/known-targets");
        assert!(!is_known_target(&list, "https://a:443"));
        for target in ["https://a:443", "http://b:80", "https://a:443", "odd\nline"] {
            remember_target(&list, target).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&list).unwrap(), "https://a:443\nhttp://b:80\n");
        assert!(is_known_target(&list, "http://b:80") && !is_known_target(&list, "http://a:443"));
    }

    #[test]
    fn the_list_is_bounded_and_garbage_in_it_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("known-targets");
        std::fs::write(&list, b"\xff\xfe\n\n").unwrap();
        for n in 0..MAX_TARGETS + 5 {
            remember_target(&list, &format!("http://h{n}:1")).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&list).unwrap().lines().count(), MAX_TARGETS);
        assert!(is_known_target(&list, "http://h1004:1") && !is_known_target(&list, "http://h1:1"));
    }
}
