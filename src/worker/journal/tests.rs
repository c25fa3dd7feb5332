use super::*;
use crate::document::{MemorySource, ReadMode};
use crate::worker::{FileSource, SaveOptions, save};
use proptest::prelude::*;
use std::sync::Arc;

struct Case {
    folder: tempfile::TempDir,
    path: PathBuf,
    source: Arc<FileSource>,
    opened: Snapshot,
}

fn case(bytes: &[u8]) -> Case {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pb");
    fs::write(&path, bytes).unwrap();
    let source = FileSource::open(&path).unwrap();
    let opened = Snapshot::new(source.clone());
    Case { folder, path, source, opened }
}

impl Case {
    fn journal(&self) -> Journal {
        Journal::open(&self.folder.path().join("journal")).unwrap()
    }

    fn draft(&self, snapshot: Snapshot) -> Draft {
        Draft {
            path: Some(self.path.clone()),
            base: Some((self.source.file_identity(), self.opened.clone())),
            message: Some("a.Message".to_owned()),
            label: "a.pb".to_owned(),
            snapshot,
        }
    }
}

fn all(snapshot: &Snapshot) -> Vec<u8> {
    snapshot.bytes(0..snapshot.len(), ReadMode::Wait).unwrap()
}

/// The document that an entry gives back on `source`.
fn given_back(entry: &Entry, source: Arc<dyn Source>) -> Vec<u8> {
    let splices = entry.restore(&*source).unwrap();
    let mut snapshot = Snapshot::new(source);
    for splice in splices {
        snapshot = snapshot.spliced(splice.range, &splice.bytes);
    }
    all(&snapshot)
}

#[test]
fn edits_of_an_ended_session_come_back() {
    let case = case(b"0123456789");
    let ended = case.journal();
    let edited = case.opened.spliced(2..4, b"added").spliced(0..1, b"");
    ended.write(7, &case.draft(edited.clone())).unwrap();
    let journal = case.journal();
    assert_eq!(journal.pending(), [], "a session that runs keeps its entries to itself");
    drop(ended);
    let [entry] = &journal.pending()[..] else { panic!("one entry") };
    assert_eq!(entry.base_state(), BaseState::Same);
    assert_eq!((entry.path.as_ref(), entry.label.as_str()), (Some(&case.path), "a.pb"));
    assert_eq!(entry.message.as_deref(), Some("a.Message"));
    assert_eq!(given_back(entry, FileSource::open(&case.path).unwrap()), all(&edited));
    journal.discard(entry).unwrap();
    assert_eq!(journal.pending(), []);
}

#[test]
fn the_newest_write_counts_and_a_removed_entry_is_gone() {
    let case = case(b"0123456789");
    let ended = case.journal();
    for text in [&b"first"[..], b"second"] {
        ended.write(1, &case.draft(case.opened.spliced(0..0, text))).unwrap();
    }
    ended.write(2, &case.draft(case.opened.spliced(0..0, b"saved since"))).unwrap();
    ended.remove(2).unwrap();
    ended.remove(3).unwrap();
    drop(ended);
    let [entry] = &case.journal().pending()[..] else { panic!("one entry") };
    assert_eq!(given_back(entry, case.source.clone()), b"second0123456789");
}

#[test]
fn edits_on_a_file_that_changed_since_are_not_given_back() {
    let case = case(b"0123456789");
    let ended = case.journal();
    ended.write(1, &case.draft(case.opened.spliced(0..1, b"x"))).unwrap();
    drop(ended);
    let [entry] = &case.journal().pending()[..] else { panic!("one entry") };
    fs::write(&case.path, b"somebody else's").unwrap();
    assert_eq!(entry.base_state(), BaseState::Changed);
    let error = entry.restore(&*FileSource::open(&case.path).unwrap()).unwrap_err();
    assert!(matches!(error, WorkerError::BaseChanged { .. }), "{error}");
    fs::remove_file(&case.path).unwrap();
    assert_eq!(entry.base_state(), BaseState::Gone);
}

#[test]
fn edits_after_a_save_are_told_by_the_saved_file() {
    let case = case(b"0123456789");
    // Saved without "345"; then that came back by undo, and something was added.
    let saved = case.opened.spliced(3..6, b"").spliced(0..0, b"new ");
    let done =
        save(&saved, &case.path, Some(&case.source.file_identity()), &SaveOptions::default(), &|_, _| Ok(()));
    let now = case.opened.spliced(0..0, b"new ").spliced(14..14, b" end");
    let ended = case.journal();
    let base = Some((done.unwrap().identity, saved));
    ended.write(1, &Draft { base, ..case.draft(now.clone()) }).unwrap();
    drop(ended);
    let [entry] = &case.journal().pending()[..] else { panic!("one entry") };
    assert_eq!(given_back(entry, FileSource::open(&case.path).unwrap()), all(&now));
}

#[test]
fn a_document_without_a_file_is_kept_whole() {
    let case = case(b"");
    let ended = case.journal();
    let pasted = Snapshot::of_bytes(b"pasted bytes").spliced(0..1, b"P");
    ended.write(1, &Draft { path: None, base: None, ..case.draft(pasted) }).unwrap();
    drop(ended);
    let [entry] = &case.journal().pending()[..] else { panic!("one entry") };
    assert_eq!(entry.base_state(), BaseState::None);
    assert_eq!(given_back(entry, Arc::new(MemorySource::new(&b""[..]))), b"Pasted bytes");
}

#[test]
fn an_entry_is_small_however_large_the_file() {
    let case = case(&vec![7; 5_000_000]);
    let journal = case.journal();
    // The larger of two neighbours is moved: the smaller one is what is told as moved.
    let edited = case.opened.moved(1_000..5_000_000, 900).spliced(50..51, b"x");
    journal.write(1, &case.draft(edited)).unwrap();
    let file = journal.file_of(1);
    assert!(fs::metadata(&file).unwrap().len() < 400);
    let entry = read_entry(&file).unwrap();
    let n_bytes: usize = entry.restore(&*case.source).unwrap().iter().map(|splice| splice.bytes.len()).sum();
    assert_eq!(n_bytes, 101);
}

#[test]
fn damaged_foreign_and_huge_files_are_set_aside() {
    let case = case(b"0123456789");
    let ended = case.journal();
    let folder = ended.folder.clone();
    ended.write(1, &case.draft(case.opened.spliced(2..4, b"added"))).unwrap();
    let whole = fs::read(ended.file_of(1)).unwrap();
    drop(ended);
    let journal = case.journal();
    fs::remove_file(
        folder.join(
            fs::read_dir(&folder)
                .unwrap()
                .flatten()
                .map(|found| found.file_name())
                .find(|name| name.to_string_lossy().ends_with("-1.journal"))
                .unwrap(),
        ),
    )
    .unwrap();
    let file = folder.join("1-a-1.journal");
    let mut damaged: Vec<Vec<u8>> = (0..whole.len()).map(|len| whole[..len].to_vec()).collect();
    damaged.extend((0..whole.len()).map(|at| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        bytes
    }));
    damaged.push(b"not a journal at all".to_vec());
    damaged.push([&whole[..], b"\x08"].concat());
    for bytes in damaged {
        fs::write(&file, &bytes).unwrap();
        assert_eq!(journal.pending(), [], "{bytes:?}");
        assert!(!file.exists() && folder.join("1-a-1.journal.bad").exists());
    }
    let huge = File::create(&file).unwrap();
    huge.set_len(MAX_JOURNAL + 1).unwrap();
    assert_eq!(journal.pending(), []);
    assert!(!file.exists());
    // A folder where a file should be is left alone.
    fs::create_dir(&file).unwrap();
    assert_eq!(journal.pending(), []);
}

#[test]
fn parts_beyond_the_base_are_no_entry() {
    let base = Some(FileIdentity { device: 1, inode: 2, len: 10, modified_seconds: -3, modified_nanos: 4 });
    for (start, len, is_sound) in [(0, 10, true), (5, 5, true), (5, 6, false), (u64::MAX, 2, false)] {
        let entry = Entry { base, len, parts: vec![EntryPart::Base { start, len }], ..Entry::default() };
        let message = journal_file::write(&entry);
        let read = journal_file::read(&[journal_file::head(&message), message].concat());
        assert_eq!(read, is_sound.then_some(entry));
    }
}

#[cfg(unix)]
#[test]
fn entries_are_for_their_owner_alone() {
    use std::os::unix::fs::MetadataExt as _;
    let case = case(b"0123456789");
    let journal = case.journal();
    journal.write(1, &case.draft(case.opened.spliced(0..1, b"x"))).unwrap();
    assert_eq!(fs::metadata(&journal.folder).unwrap().mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(journal.file_of(1)).unwrap().mode() & 0o777, 0o600);
}

fn edited(mut snapshot: Snapshot, edits: &[(u32, u64, usize)], moves: &[(u32, u32, u64)]) -> Snapshot {
    for (at, len, n_added) in edits {
        let start = u64::from(*at) % (snapshot.len() + 1);
        let end = (start + len).min(snapshot.len());
        snapshot = snapshot.spliced(start..end, &vec![0xee; *n_added]);
    }
    for (from, to, len) in moves {
        let start = u64::from(*from) % (snapshot.len() + 1);
        let end = (start + len).min(snapshot.len());
        snapshot = snapshot.moved(start..end, u64::from(*to) % (start + 1));
    }
    snapshot
}

proptest! {
    #[test]
    fn every_document_comes_back_from_every_saved_base(
        before in prop::collection::vec((any::<u32>(), 0..20_u64, 0..9_usize), 0..8),
        moved_before in prop::collection::vec((any::<u32>(), any::<u32>(), 1..200_u64), 0..3),
        after in prop::collection::vec((any::<u32>(), 0..20_u64, 0..9_usize), 0..8),
        moved_after in prop::collection::vec((any::<u32>(), any::<u32>(), 1..200_u64), 0..3),
        was_undone in any::<bool>(),
    ) {
        let opened = Snapshot::of_bytes(&(0..500_u32).map(|n| (n % 251) as u8).collect::<Vec<u8>>());
        let base = edited(opened.clone(), &before, &moved_before);
        let now = edited(if was_undone { opened } else { base.clone() }, &after, &moved_after);
        let parts = relative::parts(&now, Some(&base), u64::MAX).unwrap();
        let on_disk = MemorySource::new(all(&base));
        let mut found = Snapshot::new(Arc::new(on_disk.clone()));
        for splice in relative::splices(&parts, &on_disk).unwrap() {
            found = found.spliced(splice.range, &splice.bytes);
        }
        prop_assert_eq!(all(&found), all(&now));
    }
}
