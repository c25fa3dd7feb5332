use super::*;
use std::io::Write as _;

/// A file of `len` bytes, byte n being n % 251, opened as if it were large.
fn large(len: usize) -> (tempfile::TempDir, PathBuf, Arc<FileSource>, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.pb");
    let bytes: Vec<u8> = (0..len).map(|n| (n % 251) as u8).collect();
    fs::write(&path, &bytes).unwrap();
    let source = FileSource::open_with(&path, 0).unwrap();
    (folder, path, source, bytes)
}

fn read(source: &FileSource, offset: u64, len: usize, mode: ReadMode) -> Result<Vec<u8>, SourceError> {
    let mut out = vec![0; len];
    source.read_at(offset, &mut out, mode).map(|()| out)
}

#[test]
fn every_way_of_reading_gives_the_same_bytes() {
    let (_folder, _path, source, bytes) = large(3 * BLOCK + 77);
    for offset in [0, 1, BLOCK - 1, BLOCK, 2 * BLOCK + 5, 3 * BLOCK + 76] {
        for len in [0, 1, 100, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 9] {
            let end = offset + len;
            for mode in [ReadMode::Cached, ReadMode::Wait] {
                let found = match read(&source, offset as u64, len, mode) {
                    Err(SourceError::Missing { .. }) => {
                        assert!(source.fetch() > 0);
                        read(&source, offset as u64, len, mode)
                    }
                    found => found,
                };
                match found {
                    Ok(found) => assert!(found == bytes[offset..end], "{offset} {len} {mode:?}"),
                    Err(error) => assert!(end > bytes.len(), "{offset} {len} {mode:?}: {error}"),
                }
            }
        }
    }
    assert!(read(&source, u64::MAX, 2, ReadMode::Wait).is_err());
}

#[test]
fn a_cached_read_names_the_first_missing_byte_and_fetch_brings_all() {
    let (_folder, _path, source, bytes) = large(4 * BLOCK);
    let start = BLOCK as u64 - 10;
    assert_eq!(
        read(&source, start, BLOCK + 20, ReadMode::Cached),
        Err(SourceError::Missing { offset: start })
    );
    assert!(source.has_wanted());
    assert_eq!(source.fetch(), 3);
    assert!(!source.has_wanted());
    let found = read(&source, start, BLOCK + 20, ReadMode::Cached).unwrap();
    assert!(found == bytes[BLOCK - 10..2 * BLOCK + 10]);
}

#[test]
fn a_pass_over_everything_leaves_the_screen_in_the_cache() {
    let (_folder, _path, source, _bytes) = large(300 * BLOCK);
    read(&source, 5, 10, ReadMode::Wait).unwrap();
    for block in 0..300 {
        read(&source, block * BLOCK as u64, BLOCK, ReadMode::Wait).unwrap();
    }
    assert!(read(&source, 5, 10, ReadMode::Cached).is_ok());
}

#[test]
fn a_file_changed_under_the_source_is_an_error_and_never_other_bytes() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 4] = [
        ("cut short", |path| File::options().write(true).open(path).unwrap().set_len(10).unwrap()),
        ("emptied", |path| drop(File::create(path).unwrap())),
        ("grown", |path| File::options().append(true).open(path).unwrap().write_all(b"x").unwrap()),
        ("rewritten", |path| {
            let file = File::options().write(true).open(path).unwrap();
            (&file).write_all(&[9; 100]).unwrap();
            file.set_modified(std::time::UNIX_EPOCH).unwrap();
        }),
    ];
    for (name, change) in changes {
        let (_folder, path, source, _bytes) = large(2 * BLOCK);
        read(&source, 0, 10, ReadMode::Wait).unwrap();
        change(&path);
        for len in [10, BLOCK] {
            let found = read(&source, BLOCK as u64, len, ReadMode::Wait);
            assert_eq!(found, Err(SourceError::Changed), "{name}");
        }
        assert_eq!(
            read(&source, 0, 10, ReadMode::Cached),
            Err(SourceError::Changed),
            "{name}, cached before"
        );
        assert_eq!(source.verify(), Err(SourceError::Changed), "{name}");
    }
}

#[test]
fn a_file_that_was_replaced_or_deleted_is_read_on_from_what_was_opened() {
    let (folder, path, source, bytes) = large(2 * BLOCK);
    let other = folder.path().join("other");
    fs::write(&other, b"short").unwrap();
    fs::rename(&other, &path).unwrap();
    assert!(read(&source, 0, 2 * BLOCK, ReadMode::Wait).unwrap() == bytes);
    fs::remove_file(&path).unwrap();
    assert_eq!(source.verify(), Ok(()));
}

#[test]
fn a_small_file_is_held_in_memory_whatever_happens_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.pb");
    fs::write(&path, b"\x08\x01").unwrap();
    let source = FileSource::open(&path).unwrap();
    fs::write(&path, b"other bytes").unwrap();
    assert_eq!(read(&source, 0, 2, ReadMode::Cached).unwrap(), b"\x08\x01");
    assert_eq!(source.verify(), Ok(()));
}

#[test]
fn a_block_that_cannot_be_read_says_so_until_it_is_tried_again() {
    let (_folder, _path, source, _bytes) = large(2 * BLOCK);
    let Content::File(open) = &source.content else { panic!("a large file") };
    open.cache().put(1, Block::Failed("bad sector".to_owned()));
    let found = read(&source, BLOCK as u64 + 7, 3, ReadMode::Cached);
    assert_eq!(found, Err(SourceError::Io { offset: BLOCK as u64 + 7, reason: "bad sector".to_owned() }));
    source.forget_failures();
    assert!(matches!(read(&source, BLOCK as u64, 3, ReadMode::Cached), Err(SourceError::Missing { .. })));
}

#[test]
fn a_switch_to_a_backup_is_not_seen_by_readers() {
    let (folder, path, source, bytes) = large(8 * BLOCK);
    let backup = folder.path().join("backup");
    fs::copy(&path, &backup).unwrap();
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    (0..200_u64).all(|n| {
                        let offset = n % 7 * BLOCK as u64;
                        let expected = &bytes[offset as usize..offset as usize + BLOCK];
                        read(&source, offset, BLOCK, ReadMode::Wait).as_deref() == Ok(expected)
                    })
                })
            })
            .collect();
        let (file, identity) = open_regular(&backup).unwrap();
        source.switch_to(file, identity);
        fs::write(&path, vec![0xff; 8 * BLOCK]).unwrap();
        assert!(readers.into_iter().all(|reader| reader.join().unwrap()));
    });
    assert_eq!(source.verify(), Ok(()));
}

#[test]
fn what_is_no_regular_file_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    assert!(matches!(FileSource::open(folder.path()), Err(WorkerError::IsFolder { .. })));
    let missing = FileSource::open(&at("missing")).unwrap_err();
    assert!(missing.is_not_found() && missing.to_string().contains("missing"), "{missing}");
    #[cfg(unix)]
    {
        use rustix::fs::{CWD, FileType, Mode};
        use std::os::unix::fs::symlink;
        use std::os::unix::net::UnixListener;
        rustix::fs::mknodat(CWD, at("fifo"), FileType::Fifo, Mode::from(0o600), 0).unwrap();
        let _socket = UnixListener::bind(at("socket")).unwrap();
        symlink("nowhere", at("dangling")).unwrap();
        symlink("loop", at("loop")).unwrap();
        for (path, what) in [(at("fifo"), "FIFO"), (at("socket"), "socket"), ("/dev/null".into(), "device")] {
            let error = FileSource::open(&path).unwrap_err();
            assert_eq!(error, WorkerError::NotRegular { what, path });
        }
        assert!(matches!(FileSource::open(&at("dangling")), Err(WorkerError::DanglingLink { .. })));
        assert!(matches!(FileSource::open(&at("loop")), Err(WorkerError::LinkLoop { .. })));
    }
}
