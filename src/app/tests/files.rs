//! Opening, saving, closing, and disks that change.

use super::*;
use crate::document::MemorySource;
use crate::worker::Input;
use std::sync::Arc;

const BYTES: &[u8] = &[0x0a, 0x05, 0x0a, 0x03, 0x12, 0x01, b'a'];

#[test]
fn the_same_file_is_one_tab_and_is_remembered() {
    let mut fixture = Fixture::with(BYTES, SEND);
    let other = fixture.file("other.bin", BYTES);
    fixture.act(Action::Open(vec![other.clone()]));
    assert_eq!(fixture.session.state().tabs.len(), 2);
    let path = fixture.path("send.bin");
    fixture.act(Action::Open(vec![path.clone()]));
    assert_eq!(fixture.session.state().tabs.len(), 2);
    assert_eq!(fixture.session.state().active_tab().unwrap().title, "send.bin");
    let link = fixture.path("link.bin");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    fixture.act(Action::Open(vec![link]));
    assert_eq!(fixture.session.state().tabs.len(), 2);
    assert!(fixture.notices().concat().contains("open already"));
    assert_eq!(fixture.session.state().settings.recent, [other.clone(), path.clone()]);
    let mut fixture = fixture.restart();
    let settings = fixture.session.state().settings.clone();
    assert_eq!((settings.recent, &settings.open), (vec![other.clone(), path.clone()], &vec![path, other]));
    fixture.act(Action::Open(settings.open));
    let open = fixture.session.state().tabs[0].document().unwrap();
    assert_eq!(open.message().map(|message| message.full_name()), Some(SEND));
    assert_eq!(open.choice, TypeChoice::Chosen);
}

#[test]
fn a_start_opens_what_it_is_asked_for_as_the_type_it_names() {
    let mut fixture = Fixture::new();
    let files = vec![fixture.file("a.bin", BYTES), fixture.file("b.bin", BYTES)];
    let input = Input::Memory(Arc::new(MemorySource::new(BYTES)));
    let opening = Opening { input: Some(input), files, message: Some(SEND.to_owned()), ..Opening::default() };
    fixture.act(Action::Begin(opening));
    let state = fixture.session.state();
    let titles: Vec<&str> = state.tabs.iter().map(|tab| tab.title.as_str()).collect();
    assert_eq!(titles, ["Standard input", "a.bin", "b.bin"]);
    for tab in &state.tabs {
        let open = tab.document().unwrap();
        assert_eq!(open.message().map(|message| message.full_name()), Some(SEND), "{}", tab.title);
        assert_eq!(open.choice, TypeChoice::Chosen);
    }
    assert_eq!(state.active_tab().unwrap().title, "b.bin");

    let mut first = Fixture::new();
    first.act(Action::Begin(Opening::default()));
    assert_eq!(first.session.state().active_tab().unwrap().title, "Sample");
}

#[test]
fn standard_input_is_saved_under_a_name_that_is_asked_for() {
    let mut fixture = Fixture::new();
    let input = Input::Memory(Arc::new(MemorySource::new(BYTES)));
    let opening = Opening { input: Some(input), message: Some(SEND.to_owned()), ..Opening::default() };
    fixture.act(Action::Begin(opening));
    fixture.set("messages[0].topic.name", "b");
    let tab = fixture.tab();
    fixture.act(Action::Save(tab));
    assert_eq!(fixture.session.state().dialog, Some(Dialog::File(FileDialog::SaveAs { tab })));
    let path = fixture.path("kept.bin");
    fixture.act(Action::SaveAs { tab, path: path.clone(), overwrite: false });
    assert_eq!(fs::read(&path).unwrap(), fixture.bytes());
    assert_eq!(fixture.session.state().active_tab().unwrap().title, "kept.bin");
}

#[test]
fn what_cannot_be_opened_says_why() {
    let mut fixture = Fixture::new();
    let folder = fixture.folder.path().to_owned();
    fixture.act(Action::Open(vec![fixture.path("absent"), folder]));
    let failed: Vec<(String, Option<String>)> = fixture
        .session
        .state()
        .tabs
        .iter()
        .filter_map(|tab| match &tab.content {
            Content::Failed { message, hint } => Some((message.clone(), hint.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(failed.len(), 2);
    assert!(failed[0].0.contains("absent") && failed[0].1.is_some(), "{failed:?}");
    assert!(failed[1].0.contains("folder"), "{failed:?}");
    let path = fixture.file("absent", BYTES);
    fixture.act(Action::Open(vec![path]));
    assert_eq!(fixture.session.state().tabs.len(), 2);
    assert_eq!(fixture.bytes(), BYTES, "a second try opens it");
}

#[test]
fn closing_asks_about_unsaved_edits() {
    for (answer, saved, n_tabs) in
        [(Answer::Cancel, false, 1), (Answer::No, false, 0), (Answer::Yes, true, 0)]
    {
        let mut fixture = Fixture::with(BYTES, SEND);
        fixture.set("messages[0].topic.name", "b");
        let tab = fixture.tab();
        fixture.act(Action::Close(tab));
        assert_eq!(fixture.question(), Some(&Question::UnsavedTab(tab)));
        fixture.act(Action::Answer(answer));
        assert_eq!(fixture.session.state().tabs.len(), n_tabs, "{answer:?}");
        assert_eq!(fs::read(fixture.path("send.bin")).unwrap() != BYTES, saved, "{answer:?}");
        assert_eq!(fixture.question(), None);
    }
    let mut fixture = Fixture::with(BYTES, SEND);
    let tab = fixture.tab();
    fixture.act(Action::Close(tab));
    assert!(fixture.session.state().tabs.is_empty() && fixture.session.state().active.is_none());
}

#[test]
fn quitting_saves_all_or_drops_all_or_stays() {
    for (answer, saved, closing) in
        [(Answer::Cancel, false, false), (Answer::No, false, true), (Answer::Yes, true, true)]
    {
        let mut fixture = Fixture::with(BYTES, SEND);
        fixture.set("messages[0].topic.name", "b");
        let other = fixture.file("other.bin", BYTES);
        fixture.act(Action::Open(vec![other.clone()]));
        let tab = fixture.tab();
        fixture.act(Action::ReadAs { tab, message: Some(SEND.to_owned()) });
        fixture.set("messages[0].topic.name", "c");
        fixture.act(Action::Quit);
        assert!(matches!(fixture.question(), Some(Question::UnsavedOnQuit(tabs)) if tabs.len() == 2));
        fixture.act(Action::Answer(answer));
        assert_eq!(fixture.session.state().closing, closing, "{answer:?}");
        for path in [other, fixture.path("send.bin")] {
            assert_eq!(fs::read(path).unwrap() != BYTES, saved, "{answer:?}");
        }
        let fixture = fixture.restart();
        let asks = fixture.question().is_some();
        assert_eq!(
            asks,
            answer == Answer::Cancel,
            "edits that are saved or dropped are not offered: {answer:?}"
        );
    }
}

#[test]
fn what_was_never_on_disk_asks_for_a_name() {
    let mut fixture = Fixture::new();
    fixture.act(Action::OpenPasted("0a 05 0a 03 12 01 61".to_owned()));
    let tab = fixture.tab();
    assert_eq!(fixture.session.state().active_tab().unwrap().title, "Untitled 1");
    fixture.act(Action::ReadAs { tab, message: Some(SEND.to_owned()) });
    fixture.set("messages[0].topic.name", "b");
    fixture.act(Action::Close(tab));
    fixture.act(Action::Answer(Answer::Yes));
    assert_eq!(fixture.session.state().dialog, Some(Dialog::File(FileDialog::SaveAs { tab })));
    let path = fixture.path("new.bin");
    fixture.act(Action::SaveAs { tab, path: path.clone(), overwrite: false });
    assert_eq!(fs::read(&path).unwrap(), unhex("0a 05 0a 03 12 01 62"));
    assert!(fixture.session.state().tabs.is_empty(), "it was to be closed after the save");
    assert_eq!(fixture.session.state().settings.recent, [path]);
}

#[test]
fn save_as_does_not_write_over_what_is_there_unasked() {
    let mut fixture = Fixture::with(BYTES, SEND);
    let other = fixture.file("other.bin", b"other");
    let third = fixture.file("third.bin", b"third");
    fixture.act(Action::Open(vec![other.clone(), fixture.path("send.bin")]));
    let tab = fixture.tab();
    fixture.set("messages[0].topic.name", "b");
    fixture.act(Action::SaveAs { tab, path: other.clone(), overwrite: true });
    assert_eq!(fs::read(&other).unwrap(), b"other");
    assert!(fixture.notices().concat().contains("is open here as other.bin"));
    fixture.act(Action::SaveAs { tab, path: third.clone(), overwrite: false });
    assert_eq!(fs::read(&third).unwrap(), b"third");
    assert!(matches!(fixture.question(), Some(Question::Overwrite { .. })));
    assert!(fixture.open().document.is_modified());
    fixture.act(Action::Answer(Answer::Yes));
    assert_eq!(fs::read(&third).unwrap(), fixture.bytes());
    assert_eq!(fixture.session.state().active_tab().unwrap().title, "third.bin");
    assert_eq!(fs::read(fixture.path("send.bin")).unwrap(), BYTES);
    // Onto itself.
    fixture.set("messages[0].topic.name", "c");
    fixture.act(Action::SaveAs { tab, path: third.clone(), overwrite: false });
    assert_eq!(fs::read(&third).unwrap(), fixture.bytes());
}

#[test]
fn a_save_that_fails_keeps_the_edits() {
    use std::os::unix::fs::symlink;
    let mut fixture = Fixture::with(BYTES, SEND);
    fixture.set("messages[0].topic.name", "b");
    let tab = fixture.tab();
    let folder = fixture.path("folder");
    fs::create_dir(&folder).unwrap();
    let looped = fixture.path("loop");
    symlink(&looped, &looped).unwrap();
    for path in [folder, fixture.path("absent/new.bin"), looped] {
        fixture.act(Action::SaveAs { tab, path: path.clone(), overwrite: true });
        let said = fixture.notices().concat();
        assert!(said.starts_with("Saving failed: "), "{path:?}: {said}");
        assert!(fixture.open().document.is_modified() && fixture.open().saving.is_none(), "{path:?}");
        fixture.act(Action::Dismiss);
    }
    assert_eq!(fs::read(fixture.path("send.bin")).unwrap(), BYTES);
}

#[test]
fn a_hard_linked_file_is_written_in_place_after_asking() {
    let mut fixture = Fixture::with(BYTES, SEND);
    let second = fixture.path("second.bin");
    fs::hard_link(fixture.path("send.bin"), &second).unwrap();
    fixture.set("messages[0].topic.name", "b");
    let tab = fixture.tab();
    fixture.act(Action::Save(tab));
    let Some(Question::InPlace { reason, .. }) = fixture.question() else {
        panic!("{:?}", fixture.notices())
    };
    assert!(reason.contains("hard links"), "{reason}");
    assert_eq!(fs::read(&second).unwrap(), BYTES);
    fixture.act(Action::Answer(Answer::Yes));
    assert_eq!(fs::read(&second).unwrap(), fixture.bytes());
    assert!(!fixture.open().document.is_modified());
}

#[test]
fn a_file_that_changed_meanwhile_is_not_written_over_unasked() {
    for (answer, expected) in [(Answer::Yes, "mine"), (Answer::No, "theirs"), (Answer::Cancel, "both")] {
        let mut fixture = Fixture::with(BYTES, SEND);
        let path = fixture.path("send.bin");
        let theirs = unhex("0a 05 0a 03 12 01 7a");
        fixture.set("messages[0].topic.name", "b");
        let mine = fixture.bytes();
        fs::remove_file(&path).unwrap();
        fs::write(&path, &theirs).unwrap();
        let tab = fixture.tab();
        fixture.act(Action::Save(tab));
        assert_eq!(fixture.question(), Some(&Question::ChangedOnDisk(tab)));
        assert_eq!(fs::read(&path).unwrap(), theirs);
        fixture.act(Action::Answer(answer));
        let (disk, open) = (fs::read(&path).unwrap(), fixture.bytes());
        match expected {
            "mine" => assert_eq!((&disk, &open), (&mine, &mine)),
            "theirs" => assert_eq!((&disk, &open), (&theirs, &theirs)),
            _ => assert_eq!((&disk, &open), (&theirs, &mine)),
        }
        assert_eq!(fixture.open().document.is_modified(), expected == "both");
    }
}

#[test]
fn a_change_on_disk_is_seen_and_reloaded() {
    let mut fixture = Fixture::with(BYTES, SEND);
    let path = fixture.path("send.bin");
    fixture.select("messages[0].topic.name");
    // The same bytes are silence.
    fs::remove_file(&path).unwrap();
    fs::write(&path, BYTES).unwrap();
    let before = fixture.open().identity;
    fixture.wait_for(|state| state.active_document().unwrap().identity != before);
    assert_eq!(fixture.open().disk, DiskState::Same);
    fs::write(&path, unhex("0a 06 0a 04 12 02 7a 7a")).unwrap();
    fixture.wait_for(|state| state.active_document().unwrap().disk == DiskState::Changed);
    assert_eq!(fixture.bytes(), BYTES, "small files are read into memory");
    let tab = fixture.tab();
    fixture.act(Action::Reload(tab));
    assert_eq!((fixture.hex().as_str(), fixture.open().disk), ("0a 06 0a 04 12 02 7a 7a", DiskState::Same));
    assert_eq!(fixture.selected_path(), "messages[0].topic.name");
    fs::remove_file(&path).unwrap();
    fixture.wait_for(|state| state.active_document().unwrap().disk == DiskState::Deleted);
    fixture.act(Action::KeepMine(tab));
    fixture.act(Action::Save(tab));
    assert_eq!(fs::read(&path).unwrap(), fixture.bytes(), "{:?}", fixture.notices());
}

#[test]
fn reading_a_file_again_asks_about_edits() {
    for (answer, kept) in [(Answer::Cancel, true), (Answer::Yes, false)] {
        let mut fixture = Fixture::with(BYTES, SEND);
        fixture.set("messages[0].topic.name", "b");
        let tab = fixture.tab();
        fixture.act(Action::Reload(tab));
        assert_eq!(fixture.question(), Some(&Question::DropEdits(tab)));
        fixture.act(Action::Answer(answer));
        assert_eq!(fixture.bytes() != BYTES, kept, "{answer:?}");
    }
}

#[test]
fn a_second_window_is_told() {
    let fixture = Fixture::with(BYTES, SEND);
    let mut other = session_in(fixture.folder.path());
    other.apply(Action::Open(vec![fixture.path("send.bin")]));
    other.settle();
    let open = other.state().active_document().unwrap();
    assert!(open.open_elsewhere.as_ref().is_some_and(|text| text.contains("another window")));
    assert_eq!(fixture.open().open_elsewhere, None);
}

#[test]
fn a_type_is_chosen_and_taken_back() {
    let mut fixture = Fixture::with(BYTES, SEND);
    let tab = fixture.tab();
    fixture.select("messages[0].topic.name");
    fixture.act(Action::ReadAs { tab, message: None });
    assert_eq!(fixture.open().message().map(|message| message.full_name()), None);
    assert!(shown(fixture.open())[0].starts_with("unknown"), "{:?}", shown(fixture.open()));
    fixture.act(Action::ReadAs { tab, message: Some("No.Such".to_owned()) });
    assert!(fixture.notices().concat().contains("No.Such"));
    fixture.act(Action::ReadAs { tab, message: Some("SendMessageRequest".to_owned()) });
    assert_eq!(fixture.open().message().map(|message| message.full_name()), Some(SEND));
    assert_eq!(fixture.bytes(), BYTES);
}

#[test]
fn the_sample_and_the_settings_need_no_folder() {
    let mut session = Session::new(Schema::builtin(), Folders::default(), || {});
    session.apply(Action::OpenSample);
    session.settle();
    let open = session.state().active_document().unwrap();
    assert_eq!(open.message().map(|message| message.full_name()), Some(SEND));
    assert!(open.problems.n_errors == 0 && open.tree.n_rows() > 5);
    session.apply(Action::Zoom(3));
    session.apply(Action::TogglePane(Pane::Hex));
    session.apply(Action::SetTheme(ThemeSetting::Dark));
    session.settle();
    let settings = &session.state().settings;
    assert_eq!((settings.zoom, settings.show_hex, settings.theme), (130, false, ThemeSetting::Dark));
}

#[test]
fn a_folder_is_listed_for_the_path_field() {
    let mut fixture = Fixture::with(BYTES, SEND);
    let prefix = fixture.path("se");
    fixture.act(Action::ListFolder(prefix.clone()));
    let listing = fixture.session.state().listing.clone().unwrap();
    assert_eq!((listing.prefix, listing.found), (prefix, vec![(fixture.path("send.bin"), false)]));
}

#[test]
fn pasted_bytes_count_as_unsaved_until_they_are_saved() {
    let mut fixture = Fixture::new();
    fixture.act(Action::OpenPasted("08 01".to_owned()));
    let tab = fixture.tab();
    let is_modified = |fixture: &Fixture| fixture.session.state().tab(tab).unwrap().is_modified();
    assert!(is_modified(&fixture));
    fixture.act(Action::Close(tab));
    assert_eq!(fixture.question(), Some(&Question::UnsavedTab(tab)));
    fixture.act(Action::Answer(Answer::Cancel));
    let mut fixture = fixture.restart();
    assert!(matches!(fixture.question(), Some(Question::Journal { labels }) if labels.len() == 1));
    fixture.act(Action::Answer(Answer::Yes));
    let tab = fixture.tab();
    assert_eq!(fixture.bytes(), [8, 1]);
    let path = fixture.path("pasted.bin");
    fixture.act(Action::SaveAs { tab, path: path.clone(), overwrite: false });
    assert_eq!(fs::read(&path).unwrap(), [8, 1]);
    fixture.act(Action::Close(tab));
    assert_eq!(fixture.question(), None);
    assert!(fixture.session.state().tabs.is_empty());
}

#[test]
fn a_start_without_arguments_opens_what_was_open_or_else_the_sample() {
    let mut fixture = Fixture::with(&[0x0a, 0x05, 0x0a, 0x03, 0x12, 0x01, b'a'], SEND);
    let path = fixture.path("send.bin");
    fixture.session.settle();
    let mut fixture = fixture.restart();
    fixture.act(Action::Begin(Opening::default()));
    let tabs = &fixture.session.state().tabs;
    assert_eq!(tabs.iter().map(|tab| tab.path.clone()).collect::<Vec<_>>(), [Some(path)]);
    fixture.act(Action::Close(fixture.tab()));
    let mut fixture = fixture.restart();
    fixture.act(Action::Begin(Opening::default()));
    assert_eq!(fixture.session.state().active_tab().unwrap().title, "Sample");
}

#[test]
fn what_was_asked_for_before_a_file_was_read_again_does_nothing_after_it() {
    for _ in 0..20 {
        let mut fixture = Fixture::with(&unhex("0a 05 0a 03 12 01 61"), SEND);
        let payload = fixture.file("payload.bin", b"b");
        let row = fixture.select("messages[0].topic.name");
        let tab = fixture.tab();
        fixture.session.apply(Action::PayloadFromFile { row, path: payload });
        fixture.session.apply(Action::Search("a".to_owned()));
        fixture.act(Action::TakeTheirs(tab));
        assert_eq!(fixture.hex(), "0a 05 0a 03 12 01 61");
        assert!(!fixture.open().document.is_modified() && fixture.open().search.hits.is_empty());
        assert_eq!(fixture.open().problems.revision, Some(fixture.open().document.revision()));
    }
}

#[cfg(unix)]
#[test]
fn a_fifo_is_waited_for_read_to_its_end_and_counts_as_unsaved() {
    use std::io::Write as _;
    let mut fixture = Fixture::new();
    let path = fixture.path("fifo");
    let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    // Nobody writes it: the window goes on, and the person can give it up.
    fixture.session.apply(Action::Open(vec![path.clone()]));
    fixture
        .wait_for(|state| state.running.iter().any(|running| running.label == "Reading fifo until its end"));
    let job = fixture.session.state().running.iter().find(|running| running.is_shown).unwrap().job;
    fixture.act(Action::CancelJob(job));
    assert!(fixture.session.state().tabs.is_empty());

    fixture.session.apply(Action::Open(vec![path.clone()]));
    let writer = std::thread::spawn(move || {
        let mut fifo = fs::OpenOptions::new().write(true).open(path).unwrap();
        for _ in 0..1_000 {
            fifo.write_all(&[0x98, 0x06, 0x07]).unwrap();
        }
    });
    fixture.wait_for(|state| state.active_document().is_some());
    writer.join().unwrap();
    assert_eq!(fixture.bytes(), [0x98, 0x06, 0x07].repeat(1_000));
    let tab = fixture.session.state().active_tab().unwrap();
    assert_eq!((tab.title.as_str(), tab.path.as_ref(), tab.is_modified()), ("fifo", None, true));
}
