//! Links, modes, owners and attributes.

use super::*;
use crate::worker::Remedy;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};

#[test]
fn mode_and_extended_attributes_are_kept() {
    for mode in [0o600, 0o644, 0o755, 0o640, 0o4755] {
        let case = case();
        fs::set_permissions(&case.path, fs::Permissions::from_mode(mode)).unwrap();
        let has_attributes = xattr::set(&case.path, "user.note", b"kept").is_ok();
        let saved = case.save_with(&Faults::default(), &SaveOptions::default()).unwrap();
        assert_eq!(fs::metadata(&case.path).unwrap().mode() & 0o7777, mode);
        if has_attributes {
            assert_eq!(xattr::get(&case.path, "user.note").unwrap().as_deref(), Some(&b"kept"[..]));
        } else {
            println!("skipped: no extended attributes in this folder");
        }
        assert_eq!(saved.warnings, Vec::<String>::new());
    }
}

#[test]
fn owner_and_group_are_kept_where_that_is_allowed() {
    let case = case();
    if chown(&case.path, Some(12_345), Some(23_456)).is_err() {
        println!("skipped: only root may give files away");
        return;
    }
    case.save_with(&Faults::default(), &SaveOptions::default()).unwrap();
    let now = fs::metadata(&case.path).unwrap();
    assert_eq!((now.uid(), now.gid()), (12_345, 23_456));
}

/// Refuses one kind of call as the system would, for want of a right.
struct Refuses(Call);

impl Gate for Refuses {
    fn pass(&self, call: Call, n_bytes: usize) -> io::Result<usize> {
        if call == self.0 { Err(io::ErrorKind::PermissionDenied.into()) } else { Ok(n_bytes) }
    }
}

#[test]
fn what_cannot_be_replaced_says_so_and_offers_writing_in_place() {
    let refused = |case: &Case, gate: &dyn Gate| {
        let expected = case.source.file_identity();
        let options = SaveOptions::default();
        let saved = save_on(Disk(gate), &case.snapshot, &case.path, Some(&expected), &options, NOTHING);
        let error = saved.unwrap_err();
        assert_eq!(error.remedy(), Some(Remedy::WriteInPlace), "{error}");
        assert_eq!((case.on_disk(), case.others()), (OLD.to_vec(), vec![]));
        error
    };
    let error = refused(&case(), &Refuses(Call::Create));
    assert!(matches!(error, WorkerError::ReadOnlyFolder { .. }), "{error}");
    refused(&case(), &Refuses(Call::Rename));
    let foreign = case();
    if chown(&foreign.path, Some(12_345), None).is_ok() {
        let error = refused(&foreign, &Refuses(Call::SetOwner));
        assert!(matches!(error, WorkerError::NotOwned { .. }), "{error}");
    } else {
        println!("skipped: only root may give files away");
    }
    // A new file has nothing to be written into.
    let case = case();
    let path = case.folder.path().join("new.pb");
    let gate = Refuses(Call::Create);
    let saved = save_on(Disk(&gate), &case.snapshot, &path, None, &SaveOptions::default(), NOTHING);
    assert_eq!(saved.unwrap_err().remedy(), Some(Remedy::SaveAs));
}

#[test]
fn a_group_that_cannot_be_kept_gains_nothing() {
    let case = case();
    if chown(&case.path, None, Some(23_456)).is_err() {
        println!("skipped: only root may give files to any group");
        return;
    }
    for (mode, expected) in [(0o664, 0o644), (0o660, 0o600), (0o2775, 0o755), (0o646, 0o644)] {
        fs::set_permissions(&case.path, fs::Permissions::from_mode(mode)).unwrap();
        let options = SaveOptions { overwrite: true, ..SaveOptions::default() };
        chown(&case.path, None, Some(23_456)).unwrap();
        fs::set_permissions(&case.path, fs::Permissions::from_mode(mode)).unwrap();
        let gate = Refuses(Call::SetOwner);
        let saved = save_on(Disk(&gate), &case.snapshot, &case.path, None, &options, NOTHING).unwrap();
        let now = fs::metadata(&case.path).unwrap().mode() & 0o7777;
        assert_eq!(now & 0o2070, expected & 0o2070, "{mode:o} became {now:o}");
        assert!(saved.warnings[0].contains("group"), "{:?}", saved.warnings);
    }
}

#[test]
fn a_new_file_gets_the_usual_mode_and_a_temporary_file_the_private_one() {
    let case = case();
    let usual = case.folder.path().join("usual");
    fs::write(&usual, b"").unwrap();
    let path = case.folder.path().join("new.pb");
    save(&case.snapshot, &path, None, &SaveOptions::default(), NOTHING).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode(), fs::metadata(&usual).unwrap().mode());
    let looking = |_done: u64, _total: u64| {
        let listing = fs::read_dir(case.folder.path()).unwrap().flatten();
        let temp = listing.filter(|found| found.path().extension().is_some_and(|end| end == "tmp"));
        let modes: Vec<u32> = temp.map(|found| found.metadata().unwrap().mode() & 0o777).collect();
        assert_eq!(modes, [0o600]);
        Ok(())
    };
    let expected = case.source.file_identity();
    save(&case.snapshot, &case.path, Some(&expected), &SaveOptions::default(), &looking).unwrap();
}

#[test]
fn a_symbolic_link_stays_one_and_its_target_is_saved() {
    let case = case();
    let there = case.folder.path().join("there");
    fs::create_dir(&there).unwrap();
    symlink("../a.pb", there.join("link")).unwrap();
    symlink("there/link", case.folder.path().join("link2")).unwrap();
    let link = case.folder.path().join("link2");
    let source = FileSource::open(&link).unwrap();
    let expected = source.file_identity();
    let saved = save(&case.snapshot, &link, Some(&expected), &SaveOptions::default(), NOTHING).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::symlink_metadata(there.join("link")).unwrap().is_symlink());
    assert_eq!(case.on_disk(), case.new);
    assert_eq!(saved.path, fs::canonicalize(&case.path).unwrap());
}

#[test]
fn links_that_lead_nowhere_folders_and_devices_are_refused_with_save_as() {
    use rustix::fs::{CWD, FileType, Mode};
    let case = case();
    let at = |name: &str| case.folder.path().join(name);
    symlink("nowhere", at("dangling")).unwrap();
    symlink("loop2", at("loop1")).unwrap();
    symlink("loop1", at("loop2")).unwrap();
    rustix::fs::mknodat(CWD, at("fifo"), FileType::Fifo, Mode::from(0o600), 0).unwrap();
    let paths = [at("dangling"), at("loop1"), at("fifo"), case.folder.path().to_owned(), "/dev/null".into()];
    for path in paths {
        for overwrite in [false, true] {
            let options = SaveOptions { overwrite, ..case.in_place() };
            let error = save(&case.snapshot, &path, None, &options, NOTHING).unwrap_err();
            assert_eq!(error.remedy(), Some(Remedy::SaveAs), "{error}");
            assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        }
    }
    assert!(!at("nowhere").exists());
}

#[test]
fn a_hard_linked_file_is_written_in_place_and_keeps_its_names() {
    let case = case();
    let other = case.folder.path().join("backup-of-mine");
    fs::hard_link(&case.path, &other).unwrap();
    let error = case.save_with(&Faults::default(), &SaveOptions::default()).unwrap_err();
    assert_eq!(error.remedy(), Some(Remedy::WriteInPlace), "{error}");
    let saved = case.save_with(&Faults::default(), &case.in_place()).unwrap();
    assert_eq!((case.on_disk(), fs::read(&other).unwrap()), (case.new.clone(), case.new.clone()));
    assert_eq!(saved.identity, FileIdentity::of(&fs::metadata(&case.path).unwrap()));
    assert_eq!(fs::read_dir(case.folder.path().join("backup")).unwrap().count(), 0);
}

#[test]
fn whichever_call_fails_in_place_the_old_bytes_are_put_back() {
    let mut n = 0;
    loop {
        let case = case();
        let faults = Faults { fail_at: n, max_write: 11, ..Faults::default() };
        let saved = case.save_with(&faults, &case.in_place());
        let Some(call) = faults.failed().first().copied() else {
            assert!(saved.is_ok());
            break;
        };
        match saved {
            // After the flush only looking and tidying up are left.
            Ok(_) => assert!(matches!(call, Call::Remove), "{n}: {call}"),
            Err(error) => {
                assert!(error.to_string().contains(&call.to_string()), "{n}: {error}");
                let now = case.on_disk();
                assert!(now == OLD || call == Call::Look && now == case.new, "{n}: {error}: {now:?}");
            }
        }
        n += 1;
    }
    assert!(n >= 15, "{n} calls were tried");
}

#[test]
fn a_file_half_written_in_place_on_a_failing_disk_is_kept_in_its_backup() {
    let mut n_kept = 0;
    for n in 0..40 {
        let case = case();
        let faults = Faults { fail_at: n, for_good: true, max_write: 11, ..Faults::default() };
        match case.save_with(&faults, &case.in_place()) {
            Err(WorkerError::InPlace { backup, .. }) => {
                assert_eq!(fs::read(backup).unwrap(), OLD);
                n_kept += 1;
            }
            Err(_) => assert!(case.on_disk() == OLD || case.on_disk() == case.new),
            Ok(_) => {}
        }
    }
    assert!(n_kept > 0);
}

#[test]
fn a_large_document_is_read_from_the_backup_once_its_file_is_written_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.pb");
    let bytes: Vec<u8> = (0..9_000_000_u32).map(|n| (n % 251) as u8).collect();
    fs::write(&path, &bytes).unwrap();
    fs::hard_link(&path, folder.path().join("other")).unwrap();
    let source = FileSource::open(&path).unwrap();
    let before = Snapshot::new(source.clone());
    let edited = before.spliced(0..1_000_000, b"").spliced(4_000_000..4_000_000, b"added");
    let options = SaveOptions {
        in_place: Some(InPlace { backup_folder: folder.path().join("backup") }),
        source: Some(source.clone()),
        ..SaveOptions::default()
    };
    let saved = save(&edited, &path, Some(&source.file_identity()), &options, NOTHING).unwrap();
    let expected = [&bytes[1_000_000..5_000_000], b"added", &bytes[5_000_000..]].concat();
    assert!(fs::read(&path).unwrap() == expected);
    // Undo still finds the old bytes, and the next save too.
    assert!(before.bytes(0..before.len(), ReadMode::Wait).unwrap() == bytes);
    save(&before, &path, Some(&saved.identity), &options, NOTHING).unwrap();
    assert!(fs::read(&path).unwrap() == bytes);
    assert_eq!(fs::read_dir(folder.path().join("backup")).unwrap().count(), 0);
}
