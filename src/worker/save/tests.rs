use super::*;
use crate::document::{MemorySource, ReadMode, Source};
use crate::worker::disk::Gate;
use proptest::prelude::*;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

const OLD: &[u8] = b"\x0a\x05hello, the old file";
const NOTHING: Hook<'static> = &|_, _| Ok(());

/// Counts calls; the `fail_at`-th fails, or ends the process, and so do those after it if `for_good`.
/// Writes come `max_write` bytes at a time, until `room` bytes are written.
struct Faults {
    n_calls: AtomicUsize,
    fail_at: usize,
    for_good: bool,
    kill: bool,
    max_write: usize,
    room: AtomicUsize,
    failed: std::sync::Mutex<Vec<Call>>,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            n_calls: AtomicUsize::new(0),
            fail_at: usize::MAX,
            for_good: false,
            kill: false,
            max_write: usize::MAX,
            room: AtomicUsize::new(usize::MAX),
            failed: std::sync::Mutex::default(),
        }
    }
}

impl Faults {
    fn failed(&self) -> Vec<Call> {
        self.failed.lock().unwrap().clone()
    }
}

impl Gate for Faults {
    fn pass(&self, call: Call, n_bytes: usize) -> io::Result<usize> {
        let n = self.n_calls.fetch_add(1, Ordering::Relaxed);
        if n == self.fail_at && self.kill {
            std::process::abort();
        }
        if n == self.fail_at || (self.for_good && n > self.fail_at) {
            self.failed.lock().unwrap().push(call);
            return Err(io::Error::other("injected"));
        }
        if call != Call::Write {
            return Ok(n_bytes);
        }
        let room = self.room.load(Ordering::Relaxed);
        let n_allowed = n_bytes.min(self.max_write).min(room);
        if n_allowed == 0 && n_bytes > 0 {
            self.failed.lock().unwrap().push(call);
            return Err(io::ErrorKind::StorageFull.into());
        }
        if room != usize::MAX {
            self.room.store(room - n_allowed, Ordering::Relaxed);
        }
        Ok(n_allowed)
    }
}

struct Case {
    folder: tempfile::TempDir,
    path: PathBuf,
    source: Arc<FileSource>,
    snapshot: Snapshot,
    new: Vec<u8>,
}

/// A file that was opened and edited.
fn case() -> Case {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pb");
    fs::write(&path, OLD).unwrap();
    let source = FileSource::open(&path).unwrap();
    let snapshot = Snapshot::new(source.clone()).spliced(2..7, b"HELLO, much longer").spliced(0..1, b"\x12");
    let new = snapshot.bytes(0..snapshot.len(), ReadMode::Wait).unwrap();
    Case { folder, path, source, snapshot, new }
}

impl Case {
    fn save_with(&self, faults: &Faults, options: &SaveOptions) -> Result<Saved, WorkerError> {
        let expected = self.source.file_identity();
        save_on(Disk(faults), &self.snapshot, &self.path, Some(&expected), options, NOTHING)
    }

    fn in_place(&self) -> SaveOptions {
        let in_place = InPlace { backup_folder: self.folder.path().join("backup") };
        SaveOptions { in_place: Some(in_place), source: Some(self.source.clone()), ..SaveOptions::default() }
    }

    fn on_disk(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap()
    }

    /// Files in the folder other than the document.
    fn others(&self) -> Vec<String> {
        let listing = fs::read_dir(self.folder.path()).unwrap();
        let names = listing.map(|found| found.unwrap().file_name().into_string().unwrap());
        names.filter(|name| !["a.pb", "backup"].contains(&name.as_str())).collect()
    }
}

#[test]
fn a_save_writes_the_edited_bytes_and_says_what_is_there_now() {
    let case = case();
    let saved = case.save_with(&Faults::default(), &SaveOptions::default()).unwrap();
    assert_eq!(case.on_disk(), case.new);
    assert_eq!(saved.identity, FileIdentity::of(&fs::metadata(&case.path).unwrap()));
    assert_eq!((saved.n_bytes, saved.is_flushed), (case.new.len() as u64, true));
    assert_eq!((saved.warnings, case.others()), (vec![], vec![]));
    // The next save of the same document goes by what this one left.
    let again = case.snapshot.spliced(0..1, b"\x1a");
    save(&again, &case.path, Some(&saved.identity), &SaveOptions::default(), NOTHING).unwrap();
    assert_eq!(case.on_disk()[0], 0x1a);
}

#[test]
fn whichever_call_fails_the_old_file_is_intact_and_the_error_names_call_and_path() {
    let mut n = 0;
    loop {
        let case = case();
        let faults = Faults { fail_at: n, ..Faults::default() };
        let saved = case.save_with(&faults, &SaveOptions::default());
        let Some(call) = faults.failed().first().copied() else {
            assert!(saved.is_ok());
            break;
        };
        match saved {
            Err(error) => {
                let text = error.to_string();
                assert!(text.contains(&call.to_string()) && text.contains("a.pb"), "{n}: {text}");
                assert_eq!(case.on_disk(), OLD, "{n}: {text}");
            }
            Ok(saved) => {
                // Only what comes after the rename may fail without failing the save.
                assert!(matches!(call, Call::OpenFolder | Call::FlushFolder), "{n}: {call}");
                assert!(!saved.is_flushed && saved.warnings[0].contains(&call.to_string()));
                assert_eq!(case.on_disk(), case.new);
            }
        }
        assert_eq!(case.others(), Vec::<String>::new(), "{n}: {call}");
        n += 1;
    }
    assert!(n >= 10, "{n} calls were tried");
}

#[test]
fn what_a_failing_disk_leaves_behind_is_cleaned_at_the_next_start() {
    let mut n_left = 0;
    for n in 0..14 {
        let case = case();
        let faults = Faults { fail_at: n, for_good: true, ..Faults::default() };
        if case.save_with(&faults, &SaveOptions::default()).is_err() {
            assert_eq!(case.on_disk(), OLD, "{n}");
        }
        n_left += case.others().len();
        clean_then_expect_none(&case);
    }
    assert!(n_left > 0);
}

fn clean_then_expect_none(case: &Case) {
    temp::clean_stray(case.folder.path());
    assert_eq!(case.others(), Vec::<String>::new());
}

#[test]
fn a_disk_full_at_any_byte_leaves_the_old_file() {
    let n_new = case().new.len();
    for room in 0..=n_new {
        for options in [SaveOptions::default(), case().in_place()] {
            let in_place = options.in_place.is_some();
            let case = case();
            let options = if in_place { case.in_place() } else { options };
            let faults = Faults { room: AtomicUsize::new(room), ..Faults::default() };
            let saved = case.save_with(&faults, &options);
            if room == n_new && !in_place {
                assert!(saved.is_ok());
                continue;
            }
            let error = saved.unwrap_err().to_string();
            assert!(error.starts_with("Write failed"), "{room}: {error}");
            assert_eq!(case.others(), Vec::<String>::new());
            if !in_place {
                assert_eq!(case.on_disk(), OLD, "{room}");
            }
        }
    }
}

#[test]
fn short_writes_are_continued() {
    for max_write in [1, 2, 7] {
        let case = case();
        let faults = Faults { max_write, ..Faults::default() };
        case.save_with(&faults, &SaveOptions::default()).unwrap();
        assert_eq!(case.on_disk(), case.new);
    }
}

#[test]
fn a_cancelled_save_leaves_no_trace() {
    for stop_at in [0, 1] {
        let case = case();
        let hook =
            |done: u64, _total: u64| if done >= stop_at { Err(WorkerError::Cancelled) } else { Ok(()) };
        let expected = case.source.file_identity();
        let saved = save(&case.snapshot, &case.path, Some(&expected), &SaveOptions::default(), &hook);
        assert_eq!(saved, Err(WorkerError::Cancelled));
        assert_eq!((case.on_disk(), case.others()), (OLD.to_vec(), vec![]));
    }
}

#[test]
fn a_file_that_is_not_what_was_opened_is_not_written_over() {
    let case = case();
    let save =
        |overwrite| case.save_with(&Faults::default(), &SaveOptions { overwrite, ..SaveOptions::default() });
    fs::write(&case.path, b"somebody else's longer bytes").unwrap();
    let error = save(false).unwrap_err();
    assert!(matches!(error, WorkerError::ChangedOnDisk { .. }));
    assert_eq!(error.remedy(), Some(crate::worker::Remedy::Overwrite));
    assert_eq!(case.on_disk(), b"somebody else's longer bytes");
    fs::remove_file(&case.path).unwrap();
    assert!(matches!(save(false), Err(WorkerError::DeletedOnDisk { .. })));
    assert_eq!(case.others(), Vec::<String>::new());
    save(true).unwrap();
    assert_eq!(case.on_disk(), case.new);
}

#[test]
fn a_file_changed_while_it_is_saved_is_not_written_over() {
    let case = case();
    let changing = |done: u64, _total: u64| {
        if done > 0 {
            fs::write(&case.path, b"meanwhile").unwrap();
        }
        Ok(())
    };
    let expected = case.source.file_identity();
    let saved = save(&case.snapshot, &case.path, Some(&expected), &SaveOptions::default(), &changing);
    assert!(matches!(saved, Err(WorkerError::ChangedOnDisk { .. })), "{saved:?}");
    assert_eq!((case.on_disk(), case.others()), (b"meanwhile".to_vec(), vec![]));

    let new_path = case.folder.path().join("new.pb");
    let appearing = |done: u64, _total: u64| {
        if done > 0 {
            fs::write(&new_path, b"meanwhile").unwrap();
        }
        Ok(())
    };
    assert!(save(&case.snapshot, &new_path, None, &SaveOptions::default(), &appearing).is_err());
    assert_eq!(fs::read(&new_path).unwrap(), b"meanwhile");
}

#[test]
fn save_as_asks_before_it_replaces_and_does_not_cut_its_own_source() {
    let case = case();
    let other = case.folder.path().join("b.pb");
    fs::write(&other, b"in the way").unwrap();
    let save_as = |path: &Path, overwrite| {
        save(&case.snapshot, path, None, &SaveOptions { overwrite, ..SaveOptions::default() }, NOTHING)
    };
    assert!(matches!(save_as(&other, false), Err(WorkerError::AlreadyExists { .. })));
    assert_eq!(fs::read(&other).unwrap(), b"in the way");
    save_as(&other, true).unwrap();
    assert_eq!(fs::read(&other).unwrap(), case.new);
    save_as(&case.path, true).unwrap();
    assert_eq!(case.on_disk(), case.new);
    save_as(&case.folder.path().join("new.pb"), false).unwrap();
    assert!(save_as(&case.folder.path().join("no/such/folder.pb"), false).is_err());
}

proptest! {
    #[test]
    fn a_save_is_the_snapshot_whatever_its_parts(
        edits in prop::collection::vec((any::<u32>(), 0..3_000_u64, 0..300_usize), 0..40),
        moves in prop::collection::vec((any::<u32>(), any::<u32>(), 1..200_000_u64), 0..6),
    ) {
        let bytes: Vec<u8> = (0..700_000_u32).map(|n| (n % 253) as u8).collect();
        let mut snapshot = Snapshot::of_bytes(&bytes);
        for (at, len, n_added) in edits {
            let start = u64::from(at) % snapshot.len();
            snapshot = snapshot.spliced(start..(start + len).min(snapshot.len()), &vec![0xee; n_added]);
        }
        for (from, to, len) in moves {
            let start = u64::from(from) % snapshot.len();
            let end = (start + len).min(snapshot.len());
            snapshot = snapshot.moved(start..end, u64::from(to) % (start + 1));
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pb");
        save(&snapshot, &path, None, &SaveOptions::default(), NOTHING).unwrap();
        prop_assert!(fs::read(&path).unwrap() == snapshot.bytes(0..snapshot.len(), ReadMode::Wait).unwrap());
    }
}

#[test]
fn a_damaged_source_fails_the_save_and_says_where() {
    #[derive(Debug)]
    struct Bad(MemorySource);
    impl Source for Bad {
        fn len(&self) -> u64 {
            self.0.len()
        }
        fn read_at(
            &self,
            offset: u64,
            out: &mut [u8],
            mode: ReadMode,
        ) -> Result<(), crate::document::SourceError> {
            if offset + out.len() as u64 > 2_500_000 {
                return Err(crate::document::SourceError::Io { offset, reason: "bad sector".to_owned() });
            }
            self.0.read_at(offset, out, mode)
        }
        fn identity(&self) -> String {
            self.0.identity()
        }
    }
    let case = case();
    let snapshot = Snapshot::new(Arc::new(Bad(MemorySource::new(vec![1; 3_000_000]))));
    let expected = case.source.file_identity();
    let saved = save(&snapshot, &case.path, Some(&expected), &SaveOptions::default(), NOTHING);
    let error = saved.unwrap_err();
    assert!(error.to_string().contains("bad sector") && error.to_string().contains("2097152"), "{error}");
    assert_eq!((case.on_disk(), case.others()), (OLD.to_vec(), vec![]));
}

/// A file of 9 MB with a few edits.
fn large_case() -> Case {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pb");
    let bytes: Vec<u8> = (0..9_000_000_u32).map(|n| (n % 251) as u8).collect();
    fs::write(&path, &bytes).unwrap();
    let source = FileSource::open(&path).unwrap();
    let mut snapshot = Snapshot::new(source.clone());
    let mut new = bytes;
    for at in [8_999_999, 5_000_001, 5_000_000, 700_000, 300_001, 1, 0] {
        snapshot = snapshot.spliced(at..at + 1, b"edit");
        new.splice(at as usize..=at as usize, *b"edit");
    }
    Case { folder, path, source, snapshot, new }
}

#[test]
fn a_large_file_is_written_whole_however_short_the_writes() {
    for max_write in [usize::MAX, 100_001] {
        let case = large_case();
        let faults = Faults { max_write, ..Faults::default() };
        case.save_with(&faults, &SaveOptions::default()).unwrap();
        assert!(case.on_disk() == case.new);
    }
}

#[test]
fn a_disk_full_or_a_source_changed_in_the_middle_leaves_the_old_file() {
    for room in [0, 4_000_000, 9_000_020] {
        let case = large_case();
        let faults = Faults { room: AtomicUsize::new(room), ..Faults::default() };
        let options = SaveOptions { source: Some(case.source.clone()), ..SaveOptions::default() };
        let error = case.save_with(&faults, &options).unwrap_err();
        assert!(error.to_string().starts_with("Write failed"), "{error}");
        assert!(fs::metadata(&case.path).unwrap().len() == 9_000_000 && case.others().is_empty());
    }
    let case = large_case();
    let changing = |done: u64, _total: u64| {
        if done == 0 {
            fs::OpenOptions::new().write(true).open(&case.path).unwrap().set_len(6_000_000).unwrap();
        }
        Ok(())
    };
    let options = SaveOptions { source: Some(case.source.clone()), ..SaveOptions::default() };
    let other = case.folder.path().join("b.pb");
    let error = save(&case.snapshot, &other, None, &options, &changing).unwrap_err();
    assert!(error.to_string().contains("changed"), "{error}");
    assert!(!other.exists() && case.others().is_empty());
}

#[test]
fn an_empty_document_is_an_empty_file() {
    let case = case();
    let expected = case.source.file_identity();
    save(&Snapshot::of_bytes(b""), &case.path, Some(&expected), &SaveOptions::default(), NOTHING).unwrap();
    assert_eq!(case.on_disk(), b"");
}

/// Runs in a child of the two tests below: ends the process at one call of a save.
#[test]
fn child_that_is_killed() {
    let Ok(args) = std::env::var("PROTOLOUPE_KILLED_SAVE") else { return };
    let args: Vec<&str> = args.splitn(3, ' ').collect();
    let path = PathBuf::from(args[2]);
    let source = FileSource::open(&path).unwrap();
    let snapshot = Snapshot::new(source.clone()).spliced(0..2, b"new");
    let faults = Faults { fail_at: args[1].parse().unwrap(), kill: true, max_write: 9, ..Faults::default() };
    let backup_folder = path.with_file_name("backup");
    let in_place = (args[0] == "in_place").then_some(InPlace { backup_folder });
    let options = SaveOptions { in_place, source: Some(source.clone()), ..SaveOptions::default() };
    let expected = source.file_identity();
    save_on(Disk(&faults), &snapshot, &path, Some(&expected), &options, NOTHING).unwrap();
}

/// Whether the child came to its end before call `n`.
fn run_killed(how: &str, n: usize, path: &Path) -> bool {
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "worker::save::tests::child_that_is_killed"])
        .env("PROTOLOUPE_KILLED_SAVE", format!("{how} {n} {}", path.display()))
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status();
    status.unwrap().success()
}

#[test]
fn killed_at_any_call_the_file_is_wholly_old_or_wholly_new_and_no_stray_stays() {
    let new = [b"new", &OLD[2..]].concat();
    let (mut n, mut n_old, mut n_stray) = (0, 0, 0);
    loop {
        let case = case();
        let survived = run_killed("replace", n, &case.path);
        let now = case.on_disk();
        assert!(now == OLD || now == new, "{n}: {now:?}");
        n_old += usize::from(now == OLD);
        n_stray += case.others().len();
        clean_then_expect_none(&case);
        if survived {
            assert_eq!(now, new);
            break;
        }
        n += 1;
    }
    assert!(n >= 10 && n_old >= 8 && n_stray >= 5, "{n} calls, {n_old} times old, {n_stray} strays");
}

#[test]
fn killed_while_writing_in_place_the_whole_old_file_is_there_or_in_its_backup() {
    let new = [b"new", &OLD[2..]].concat();
    let (mut n, mut n_backups) = (0, 0);
    loop {
        let case = case();
        let survived = run_killed("in_place", n, &case.path);
        let now = case.on_disk();
        let strays = super::super::in_place::stray_backups(&case.folder.path().join("backup"));
        if let [stray] = &strays[..] {
            assert_eq!(fs::read(&stray.backup).unwrap(), OLD);
            assert_eq!(fs::canonicalize(&stray.target).unwrap(), fs::canonicalize(&case.path).unwrap());
            stray.remove().unwrap();
            n_backups += 1;
        } else {
            assert!(now == OLD || now == new, "{n}: {now:?}");
        }
        let left = fs::read_dir(case.folder.path().join("backup")).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{n}");
        if survived {
            assert_eq!(now, new);
            break;
        }
        n += 1;
    }
    assert!(n >= 15 && n_backups >= 5, "{n} calls, {n_backups} backups");
}

#[cfg(unix)]
mod unix;
