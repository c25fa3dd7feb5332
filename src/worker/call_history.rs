//! The calls that were made, each in a private file of its own in a folder of the state folder.
//!
//! **Law.** A call is there wholly or not at all. The oldest go when there are too many, by count and by
//! bytes. What is no call of ours is left alone.

use super::error::{Call, WorkerError};
use super::state;
use crate::rpc::{CallRecord, CallSummary};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Calls that are remembered.
pub const MAX_CALLS: usize = 1_000;
/// Bytes of all of them on disk.
pub const MAX_CALL_BYTES: u64 = 256 << 20;
const ENDING: &str = ".call";
/// Bytes of a file that hold its summary, unless it has very many messages.
const HEAD: u64 = 64 << 10;
/// The most bytes that a head is looked for in.
const MAX_HEAD: u64 = 8 << 20;

/// A call in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCall {
    pub path: PathBuf,
    pub n_bytes: u64,
    pub summary: CallSummary,
}

/// Where this person's calls are; `None` without a home.
pub fn calls_folder() -> Option<PathBuf> {
    state::state_folder().map(|folder| folder.join("calls"))
}

/// Adds a call, and takes out the oldest that are too many then: the call, and the files that went.
pub fn keep_call(folder: &Path, record: &CallRecord) -> Result<(StoredCall, Vec<PathBuf>), WorkerError> {
    keep_within(folder, record, MAX_CALLS, MAX_CALL_BYTES)
}

fn keep_within(
    folder: &Path,
    record: &CallRecord,
    max_calls: usize,
    max_bytes: u64,
) -> Result<(StoredCall, Vec<PathBuf>), WorkerError> {
    let head = record.head();
    let parts: Vec<&[u8]> =
        std::iter::once(head.as_slice()).chain(record.messages.iter().map(|m| &m.bytes[..])).collect();
    let n_bytes = parts.iter().map(|part| part.len() as u64).sum();
    state::create_private_folder(folder)?;
    let path = free_name(folder, record.summary.started_at_millis);
    state::store_private(&path, &parts)?;
    let gone = forget_oldest(folder, max_calls, max_bytes)?;
    Ok((StoredCall { path, n_bytes, summary: record.summary.clone() }, gone))
}

/// Names sort by time; calls of one millisecond and of several windows have numbers of their own.
fn free_name(folder: &Path, millis: u64) -> PathBuf {
    let process = std::process::id();
    let name = |number: u32| folder.join(format!("{millis:015}-{process}-{number:03}{ENDING}"));
    (0..).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(0))
}

/// The files of calls, the oldest first, with their sizes.
fn files(folder: &Path) -> Result<Vec<(PathBuf, u64)>, WorkerError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(WorkerError::io(Call::List, folder, error)),
    };
    let is_ours = |name: &str| name.starts_with(|c: char| c.is_ascii_digit()) && name.ends_with(ENDING);
    let mut files: Vec<(PathBuf, u64)> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(is_ours))
        .filter_map(|entry| entry.metadata().ok().map(|metadata| (entry.path(), metadata)))
        .filter(|(_, metadata)| metadata.is_file())
        .map(|(path, metadata)| (path, metadata.len()))
        .collect();
    files.sort();
    Ok(files)
}

/// The newest stays whatever its size.
fn forget_oldest(folder: &Path, max_calls: usize, max_bytes: u64) -> Result<Vec<PathBuf>, WorkerError> {
    let files = files(folder)?;
    let (mut n_calls, mut n_bytes) = (files.len(), files.iter().map(|(_, len)| len).sum::<u64>());
    let mut gone = Vec::new();
    for (path, len) in files {
        if n_calls <= 1 || (n_calls <= max_calls && n_bytes <= max_bytes) {
            break;
        }
        // Another window may have been faster.
        let _ = fs::remove_file(&path);
        n_calls -= 1;
        n_bytes -= len;
        gone.push(path);
    }
    Ok(gone)
}

/// The calls of a folder, the newest first; none if it is not there. `step` ends it with its error.
pub fn list_calls(
    folder: &Path,
    step: &dyn Fn(u64, u64) -> Result<(), WorkerError>,
) -> Result<Vec<StoredCall>, WorkerError> {
    let files = files(folder)?;
    let n_total = files.len() as u64;
    let mut calls = Vec::new();
    for (n_done, (path, n_bytes)) in files.into_iter().rev().enumerate() {
        step(n_done as u64, n_total)?;
        if let Some(summary) = summary_of(&path, n_bytes) {
            calls.push(StoredCall { path, n_bytes, summary });
        }
    }
    Ok(calls)
}

fn summary_of(path: &Path, n_bytes: u64) -> Option<CallSummary> {
    let mut bytes = Vec::new();
    let mut file = File::open(path).ok()?;
    for limit in [HEAD, MAX_HEAD] {
        (&mut file).take(limit - bytes.len() as u64).read_to_end(&mut bytes).ok()?;
        if let Some(summary) = CallRecord::read_summary(&bytes) {
            return Some(summary);
        }
        if bytes.len() as u64 >= n_bytes {
            return None;
        }
    }
    None
}

/// One call with its messages.
pub fn open_call(path: &Path) -> Result<CallRecord, WorkerError> {
    let bytes = state::read_capped(path, MAX_CALL_BYTES)?;
    let record = bytes.as_deref().and_then(CallRecord::read);
    record.ok_or_else(|| WorkerError::NoText {
        reason: "The file holds no call, or not all of it".to_owned(),
        path: path.to_owned(),
    })
}

/// Deletes these calls.
pub fn forget_calls(paths: &[PathBuf]) -> Result<(), WorkerError> {
    for path in paths {
        match fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(WorkerError::io(Call::Remove, path, error));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::{Call as RpcCall, CallLog, Direction, Event, Message, RpcKind};
    use std::time::Duration;

    fn record(millis: u64, len: usize) -> CallRecord {
        let mut call =
            RpcCall::new("http://127.0.0.1:1".parse().unwrap(), "a.B/C".parse().unwrap(), RpcKind::Unary);
        call.metadata.add_text("authorization", "s3cret").unwrap();
        let mut log = CallLog::default();
        log.push(Event::Message(Message {
            direction: Direction::Sent,
            at: Duration::from_micros(7),
            bytes: vec![0xa5; len].into(),
            wire_len: len as u64,
            is_compressed: false,
        }));
        CallRecord::new(&call, &log, None, None, millis)
    }

    fn listed(folder: &Path) -> Vec<u64> {
        let calls = list_calls(folder, &|_, _| Ok(())).unwrap();
        calls.iter().map(|call| call.summary.started_at_millis).collect()
    }

    #[test]
    fn a_call_comes_back_with_its_bytes_and_without_its_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("calls");
        assert_eq!(listed(&folder), [0; 0]);
        let (stored, gone) = keep_call(&folder, &record(5, 100_000)).unwrap();
        assert_eq!((gone.len(), stored.n_bytes), (0, fs::metadata(&stored.path).unwrap().len()));
        assert_eq!(open_call(&stored.path).unwrap(), record(5, 100_000));
        assert_eq!(list_calls(&folder, &|_, _| Ok(())).unwrap(), vec![stored.clone()]);
        let bytes = fs::read(&stored.path).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("s3cret"));
        forget_calls(&[stored.path.clone(), stored.path.clone()]).unwrap();
        assert_eq!(listed(&folder), [0; 0]);
        assert!(open_call(&stored.path).is_err());
    }

    #[test]
    fn the_oldest_go_and_what_is_none_of_ours_stays() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::write(folder.join("notes.txt"), "x").unwrap();
        fs::write(folder.join("000000000000001-1-000.call"), "damaged").unwrap();
        let mut small = 0;
        for millis in [30, 10, 20, 20, 40] {
            small = keep_within(folder, &record(millis, 10), 4, MAX_CALL_BYTES).unwrap().0.n_bytes;
        }
        // Room for a large one and one small one, but not for two.
        let limit = 2 * small + 5_000;
        assert_eq!(listed(folder), [40, 30, 20, 20]);
        let (_, gone) = keep_within(folder, &record(50, 5_000), 4, limit).unwrap();
        assert_eq!(listed(folder), [50, 40], "{gone:?}");
        keep_within(folder, &record(60, 50_000), 4, limit).unwrap();
        assert_eq!(listed(folder), [60]);
        assert!(folder.join("notes.txt").exists());
    }

    #[cfg(unix)]
    #[test]
    fn calls_are_for_their_person_alone() {
        use std::os::unix::fs::MetadataExt as _;
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("calls");
        let (stored, _) = keep_call(&folder, &record(1, 1)).unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::metadata(&stored.path).unwrap().mode() & 0o777, 0o600);
    }
}
