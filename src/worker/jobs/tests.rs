use super::*;
use crate::document::{ReadMode, Snapshot, Source as _, SourceError};
use crate::worker::{Draft, Event, Job, Journal, SaveOptions, Worker, start};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Submits a job and waits for its end.
fn run(worker: &Worker, job: Job) -> Report {
    let id = worker.submit(job);
    loop {
        let Event { job, report } = worker.wait(Duration::from_secs(60)).expect("an event");
        assert_eq!(job, id);
        if !matches!(report, Report::Progress { .. }) {
            return report;
        }
    }
}

fn error_of(report: Report) -> (&'static str, WorkerError) {
    match report {
        Report::Failed { label, error } => (label, error),
        other => panic!("{other:?}"),
    }
}

fn opened(worker: &Worker, path: &Path, marks: &Path) -> Opened {
    let job = Open { path: path.to_owned(), mark_folder: Some(marks.to_owned()) };
    match run(worker, Job::Open(job)) {
        Report::Opened(opened) => opened,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_document_is_opened_edited_journalled_and_saved() {
    let folder = tempfile::tempdir().unwrap();
    let (path, marks) = (folder.path().join("a.pb"), folder.path().join("open"));
    fs::write(&path, b"\x08\x01").unwrap();
    fs::write(folder.path().join(".a.pb.protoloupe-99-0.tmp"), b"stray").unwrap();
    let worker = start(|| {});
    let first = opened(&worker, &path, &marks);
    assert!(!folder.path().join(".a.pb.protoloupe-99-0.tmp").exists());
    assert!(first.mark.is_some() && first.elsewhere.is_none());
    let second = opened(&worker, &path, &marks);
    assert_eq!(second.elsewhere.map(|other| other.process), Some(std::process::id()));

    let contents = Snapshot::new(first.source.clone());
    let edited = contents.spliced(1..2, b"\x02");
    let journal = Arc::new(Journal::open(&folder.path().join("journal")).unwrap());
    let draft = Draft {
        path: Some(path.clone()),
        base: Some((first.source.file_identity(), contents)),
        message: None,
        label: "a.pb".to_owned(),
        snapshot: edited.clone(),
    };
    let write = WriteJournal { journal: journal.clone(), document: 1, draft };
    assert!(matches!(run(&worker, Job::WriteJournal(write)), Report::JournalKept));

    let expected = Some(first.source.file_identity());
    let save = Save { snapshot: edited, target: path.clone(), expected, options: SaveOptions::default() };
    let Report::Saved(saved) = run(&worker, Job::Save(save)) else { panic!("saved") };
    assert_eq!((fs::read(&path).unwrap(), saved.n_bytes), (b"\x08\x02".to_vec(), 2));
    let forget = ForgetJournal { journal: journal.clone(), document: 1 };
    assert!(matches!(run(&worker, Job::ForgetJournal(forget)), Report::JournalForgotten));
    drop(Arc::into_inner(journal));
    assert_eq!(Journal::open(&folder.path().join("journal")).unwrap().pending(), []);
}

#[test]
fn missing_rows_are_there_after_a_fetch() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pb");
    fs::write(&path, vec![7; 9_000_000]).unwrap();
    let worker = start(|| {});
    let source = opened(&worker, &path, &folder.path().join("open")).source;
    let mut row = [0; 10];
    let missing = source.read_at(8_000_000, &mut row, ReadMode::Cached);
    assert_eq!(missing, Err(SourceError::Missing { offset: 8_000_000 }));
    let fetch = Job::Fetch(Fetch { source: source.clone() });
    assert!(matches!(run(&worker, fetch), Report::Fetched { n_blocks: 1 }));
    source.read_at(8_000_000, &mut row, ReadMode::Cached).unwrap();
    assert_eq!(row, [7; 10]);
}

#[test]
fn what_cannot_be_done_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let worker = start(|| {});
    let path = folder.path().join("missing.pb");
    let (label, error) = error_of(run(&worker, Job::Open(Open { path: path.clone(), mark_folder: None })));
    assert_eq!(label, "Opening");
    assert!(error.to_string().contains("missing.pb"), "{error}");
    fs::write(&path, [1; 11]).unwrap();
    let read = |limit| run(&worker, Job::ReadSmallFile(ReadSmallFile { path: path.clone(), limit }));
    assert!(matches!(read(11), Report::SmallFile { bytes, .. } if bytes == [1; 11]));
    assert!(matches!(error_of(read(10)).1, WorkerError::TooLarge { limit: 10, .. }));
    let write = |overwrite| {
        let job = WriteFile { path: path.clone(), bytes: b"value".to_vec(), overwrite };
        run(&worker, Job::WriteFile(job))
    };
    assert!(matches!(error_of(write(false)).1, WorkerError::AlreadyExists { .. }));
    assert!(matches!(write(true), Report::Written(_)));
    assert_eq!(fs::read(&path).unwrap(), b"value");
    let store = StoreSettings { path: folder.path().join("settings"), text: "{}".to_owned() };
    assert!(matches!(run(&worker, Job::StoreSettings(store)), Report::SettingsStored));
}

#[test]
fn a_path_is_completed_from_what_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("alpha")).unwrap();
    for name in ["album", "beta", ".hidden"] {
        fs::write(folder.path().join(name), b"").unwrap();
    }
    let worker = start(|| {});
    let list = |typed: &str| {
        let prefix = PathBuf::from(format!("{}/{typed}", folder.path().display()));
        match run(&worker, Job::ListFolder(ListFolder { prefix })) {
            Report::Listed { entries, is_cut: false, .. } => entries
                .iter()
                .map(|entry| {
                    let name = entry.path.strip_prefix(folder.path()).unwrap().display().to_string();
                    if entry.is_folder { name + "/" } else { name }
                })
                .collect::<Vec<String>>(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(list("al"), ["album", "alpha/"]);
    assert_eq!(list(""), ["album", "alpha/", "beta"]);
    assert_eq!(list("."), [".hidden"]);
    assert_eq!(list("alpha/"), Vec::<String>::new());
    assert_eq!(list("no/such/folder"), Vec::<String>::new());
    for n in 0..600 {
        fs::write(folder.path().join(format!("alpha/{n}")), b"").unwrap();
    }
    let prefix = folder.path().join("alpha/");
    let listed = run(&worker, Job::ListFolder(ListFolder { prefix }));
    assert!(matches!(listed, Report::Listed { entries, is_cut: true, .. } if entries.len() == 500));
}

/// Two messages in one another, and a record that no type declares.
const NESTED: &[u8] = &[0x0a, 0x04, 0x0a, 0x02, b'a', b'b', 0x98, 0x06, 0x07, 0x12, 0x02, b'a', b'b'];

#[test]
fn a_search_counts_all_and_hands_over_the_first() {
    let worker = start(|| {});
    let snapshot = Snapshot::of_bytes(&NESTED.repeat(3_000));
    let root = crate::document::Document::of_bytes(&NESTED.repeat(3_000), None).root();
    let query: crate::document::search::Query = "\"ab\"".parse().unwrap();
    let job = Search { document: 1, snapshot, root, query: Arc::new(query), max_listed: 5_000 };
    let id = worker.submit(Job::Search(job));
    let mut found = Hits::default();
    loop {
        let Event { job, report } = worker.wait(Duration::from_secs(60)).expect("an event");
        assert_eq!(job, id);
        let (part, is_end) = match report {
            Report::FoundPart(part) => (part, false),
            Report::Searched(part) => (part, true),
            _ => continue,
        };
        assert!(part.n_found >= found.n_found, "only ever more");
        found.n_found = part.n_found;
        found.hits.extend(part.hits);
        if is_end {
            break;
        }
    }
    assert_eq!((found.n_found, found.hits.len()), (6_000, 5_000));
    assert!(found.hits.is_sorted_by_key(|hit| hit.offset));
}

#[test]
fn rows_of_an_outline_are_cut_and_say_so() {
    let worker = start(|| {});
    for (max_rows, n_rows, is_cut) in [(100, 30, false), (7, 7, true)] {
        let document = crate::document::Document::of_bytes(&NESTED.repeat(10), None);
        let (snapshot, root) = (document.snapshot().clone(), document.root());
        let keep = Vec::new();
        let job = OutlineRows { document: 1, snapshot, root, wanted: Wanted::Unknown, keep, max_rows };
        let Report::Outlined(found) = run(&worker, Job::OutlineRows(job)) else { panic!("rows") };
        assert_eq!((found.outline.len(), found.is_cut), (n_rows, is_cut));
    }
}
