use super::*;
use crate::document::ReadMode;
use crate::worker::{SaveOptions, save};
use std::fs::File;
use std::time::UNIX_EPOCH;

/// A watched file; a large one is read by position.
fn watched(len: usize) -> (tempfile::TempDir, Watched) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pb");
    fs::write(&path, (0..len).map(|n| (n % 251) as u8).collect::<Vec<u8>>()).unwrap();
    let source = FileSource::open(&path).unwrap();
    let expected = source.file_identity();
    let contents = Snapshot::new(source.clone());
    (folder, Watched { document: 3, path, expected, contents, source: Some(source) })
}

const SMALL: usize = 5_000;
const LARGE: usize = 9_000_000;

fn what(watched: &Watched) -> OnDisk {
    look(watched, &|_, _| Ok(())).unwrap().what
}

/// A system may give a new file the number of one that was deleted.
fn is_other(what: OnDisk) -> bool {
    matches!(what, OnDisk::Changed | OnDisk::Replaced)
}

fn touch(path: &Path) {
    File::options().write(true).open(path).unwrap().set_modified(UNIX_EPOCH).unwrap();
}

#[test]
fn every_change_is_told_and_the_same_bytes_are_silence() {
    for len in [SMALL, LARGE] {
        let (folder, watched) = watched(len);
        assert_eq!(what(&watched), OnDisk::Same);
        let bytes = fs::read(&watched.path).unwrap();
        let other = folder.path().join("other");
        let replace = |bytes: &[u8]| {
            fs::write(&other, bytes).unwrap();
            touch(&other);
            fs::rename(&other, &watched.path).unwrap();
        };
        replace(&bytes);
        assert_eq!(what(&watched), OnDisk::Same, "replaced by the same bytes");
        let mut last_differs = bytes.clone();
        *last_differs.last_mut().unwrap() ^= 1;
        replace(&last_differs);
        assert!(is_other(what(&watched)), "the same length");
        replace(&bytes[1..]);
        assert!(is_other(what(&watched)), "another length");
        fs::remove_file(&watched.path).unwrap();
        assert_eq!(what(&watched), OnDisk::Deleted);
        fs::create_dir(&watched.path).unwrap();
        assert!(is_other(what(&watched)), "by a folder");
    }
}

#[test]
fn a_small_file_touched_is_the_same_and_cut_short_or_rewritten_is_changed() {
    let (_folder, watched) = watched(SMALL);
    touch(&watched.path);
    let change = look(&watched, &|_, _| Ok(())).unwrap();
    assert_eq!(change.what, OnDisk::Same);
    assert_ne!(change.identity, Some(watched.expected), "to be expected from now on");
    fs::write(&watched.path, vec![0; SMALL]).unwrap();
    assert_eq!(what(&watched), OnDisk::Changed);
    File::options().write(true).open(&watched.path).unwrap().set_len(10).unwrap();
    assert_eq!(what(&watched), OnDisk::Changed);
}

#[test]
fn a_large_file_rewritten_in_place_is_changed_and_its_source_says_so_at_once() {
    let (_folder, watched) = watched(LARGE);
    let source = watched.source.clone().unwrap();
    let mut screen = [0; 100];
    crate::document::Source::read_at(&*source, 0, &mut screen, ReadMode::Wait).unwrap();
    File::options().write(true).open(&watched.path).unwrap().set_len(10).unwrap();
    assert_eq!(what(&watched), OnDisk::Changed);
    let read = crate::document::Source::read_at(&*source, 0, &mut screen, ReadMode::Cached);
    assert_eq!(read, Err(crate::document::SourceError::Changed));
}

#[test]
fn our_own_save_is_no_change() {
    let (_folder, mut watched) = watched(LARGE);
    let edited = watched.contents.spliced(5..10, b"other text");
    let options = SaveOptions::default();
    let saved = save(&edited, &watched.path, Some(&watched.expected), &options, &|_, _| Ok(())).unwrap();
    // Before the session knows of the save, the look names the identity that it will expect.
    assert_eq!(look(&watched, &|_, _| Ok(())).unwrap().identity, Some(saved.identity));
    watched.contents = edited;
    assert_eq!(what(&watched), OnDisk::Same);
    watched.expected = saved.identity;
    assert_eq!(what(&watched), OnDisk::Same);
}

#[test]
fn the_watcher_tells_each_change_once_and_its_end_too() {
    let (folder, watched) = watched(SMALL);
    let events = Arc::new(EventQueue::new(|| {}));
    let watcher = Watcher::start(Arc::clone(&events));
    watcher.watch(vec![watched.clone()]);
    let bytes = fs::read(&watched.path).unwrap();
    let next = || {
        watcher.look_now();
        let event = events.wait(Duration::from_secs(60)).unwrap();
        let Report::FileChange(change) = event.report else { panic!("{event:?}") };
        assert_eq!((event.job, change.document), (JobId::WATCH, 3));
        change.what
    };
    fs::remove_file(&watched.path).unwrap();
    assert_eq!(next(), OnDisk::Deleted);
    let other = folder.path().join("other");
    fs::write(&other, b"others").unwrap();
    fs::rename(&other, &watched.path).unwrap();
    assert!(is_other(next()));
    fs::write(&other, &bytes).unwrap();
    fs::rename(&other, &watched.path).unwrap();
    assert_eq!(next(), OnDisk::Same);
    // A list that names the same file in the same state brings nothing up again.
    fs::remove_file(&watched.path).unwrap();
    assert_eq!(next(), OnDisk::Deleted);
    watcher.watch(vec![watched.clone()]);
    fs::write(&other, b"others again").unwrap();
    fs::rename(&other, &watched.path).unwrap();
    assert!(is_other(next()));
    watcher.stop();
}
