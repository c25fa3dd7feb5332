//! What differs: before a save, from the disk, between tabs.

use super::*;
use crate::document::{Act, Edit};

const BYTES: &[u8] = &[0x0a, 0x05, 0x0a, 0x03, 0x12, 0x01, b'a'];

fn lines(fixture: &Fixture) -> Vec<String> {
    let shown = fixture.session.state().comparison.as_ref().expect("a comparison");
    assert_eq!(shown.progress, Progress::Done);
    assert_eq!(fixture.session.state().dialog, Some(Dialog::Differences));
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
    let line = |one: &ListedDifference| {
        let one = &one.difference;
        format!("{} {}: {} -> {}", one.change, one.path, text(&one.old.text), text(&one.new.text))
    };
    shown.found.iter().map(line).collect()
}

fn resolved(fixture: &Fixture, command: Command) -> Result<Action, &'static str> {
    command.resolve(fixture.session.state())
}

#[test]
fn what_a_save_will_change_is_listed_and_led_to() {
    let mut fixture = Fixture::with(BYTES, SEND);
    assert_eq!(resolved(&fixture, Command::ReviewChanges), Err("Nothing was changed"));
    fixture.set("messages[0].topic.name", "bc");
    let row = fixture.select("messages[0]");
    fixture.act(Action::AddField { row: Some(row), number: 4 });
    let tab = fixture.tab();
    fixture.act(resolved(&fixture, Command::ReviewChanges).unwrap());
    let found = lines(&fixture);
    assert_eq!(found[0], r#"changed messages[0].topic.name: "a" -> "bc""#);
    assert!(found[1].starts_with("added messages[0].body: nothing -> "), "{found:?}");
    let shown = fixture.session.state().comparison.as_ref().unwrap();
    assert_eq!((shown.old.title.as_str(), shown.new.title.as_str()), ("Saved", "Now"));
    let first = &shown.found[0];
    assert_eq!(first.new.bytes[(first.difference.new.range.start - first.new.start) as usize], 0x12);
    fixture.act(Action::GoToDifference(0));
    assert_eq!(fixture.selected_path(), "messages[0].topic.name");
    assert!(fixture.session.state().dialog.is_none() && fixture.session.state().comparison.is_none());
    fixture.act(Action::Save(tab));
    assert_eq!(resolved(&fixture, Command::ReviewChanges), Err("Nothing was changed"));
    fixture.set("messages[0].topic.name", "d");
    fixture.act(Action::Compare(Compare::Changes(tab)));
    assert_eq!(lines(&fixture), [r#"changed messages[0].topic.name: "bc" -> "d""#], "from the last save on");
}

#[test]
fn what_was_never_on_disk_is_compared_with_what_it_began_as() {
    let mut fixture = Fixture::new();
    fixture.act(Action::OpenPasted("0a 05 0a 03 12 01 61".to_owned()));
    let tab = fixture.tab();
    fixture.act(Action::ReadAs { tab, message: Some(SEND.to_owned()) });
    let row = fixture.select("messages");
    fixture.act(Action::Remove(row));
    fixture.act(Action::Compare(Compare::Changes(tab)));
    let found = lines(&fixture);
    assert!(found.len() == 1 && found[0].starts_with("removed messages[0]: "), "{found:?}");
    assert!(found[0].ends_with("-> nothing"), "{found:?}");
    fixture.act(Action::GoToDifference(0));
    assert!(fixture.session.state().dialog.is_none(), "there is no place to go to");
}

#[test]
fn a_file_that_changed_is_compared_before_it_is_decided_about() {
    let theirs = unhex("0a 05 0a 03 12 01 7a");
    for (answer, expected) in [(Answer::Yes, "mine"), (Answer::No, "theirs")] {
        let mut fixture = Fixture::with(BYTES, SEND);
        let path = fixture.path("send.bin");
        fixture.set("messages[0].topic.name", "b");
        let mine = fixture.bytes();
        fs::write(&path, &theirs).unwrap();
        let tab = fixture.tab();
        fixture.act(Action::Save(tab));
        assert_eq!(fixture.question(), Some(&Question::ChangedOnDisk(tab)));
        fixture.act(Action::Answer(Answer::Look));
        assert_eq!(lines(&fixture), [r#"changed messages[0].topic.name: "z" -> "b""#]);
        assert_eq!(fixture.session.state().comparison.as_ref().unwrap().old.title, "On disk");
        fixture.act(Action::Dismiss);
        assert_eq!(fixture.question(), Some(&Question::ChangedOnDisk(tab)), "it is asked again");
        fixture.act(Action::Answer(answer));
        assert_eq!(fs::read(&path).unwrap() == mine, expected == "mine");
        assert_eq!(fixture.bytes() == theirs, expected == "theirs");
    }
}

#[test]
fn keeping_mine_is_reviewed_against_the_disk() {
    let mut fixture = Fixture::with(BYTES, SEND);
    fixture.set("messages[0].topic.name", "b");
    fs::write(fixture.path("send.bin"), unhex("0a 05 0a 03 12 01 7a")).unwrap();
    fixture.wait_for(|state| state.tabs[0].document().is_some_and(|open| open.disk == DiskState::Changed));
    let tab = fixture.tab();
    fixture.act(Action::Compare(Compare::Disk(tab)));
    assert_eq!(lines(&fixture), [r#"changed messages[0].topic.name: "z" -> "b""#]);
    fixture.act(Action::Dismiss);
    assert_eq!(fixture.session.state().dialog, None);
    fixture.act(Action::KeepMine(tab));
    fixture.act(Action::Compare(Compare::Changes(tab)));
    assert_eq!(lines(&fixture), [r#"changed messages[0].topic.name: "z" -> "b""#]);
    fixture.act(Action::Dismiss);
    fixture.act(Action::TakeTheirs(tab));
    assert_eq!(fixture.bytes(), unhex("0a 05 0a 03 12 01 7a"));
}

#[test]
fn closing_goes_on_where_it_was_after_a_look_at_the_changes() {
    let mut fixture = Fixture::with(BYTES, SEND);
    fixture.set("messages[0].topic.name", "b");
    let tab = fixture.tab();
    fixture.act(Action::Close(tab));
    fixture.act(Action::Answer(Answer::Look));
    assert_eq!(lines(&fixture).len(), 1);
    fixture.act(Action::Dismiss);
    assert_eq!(fixture.question(), Some(&Question::UnsavedTab(tab)));
    fixture.act(Action::Answer(Answer::Yes));
    assert!(fixture.session.state().tabs.is_empty());
    assert_ne!(fs::read(fixture.path("send.bin")).unwrap(), BYTES);
}

#[test]
fn a_file_that_is_gone_says_so() {
    let mut fixture = Fixture::with(BYTES, SEND);
    fixture.set("messages[0].topic.name", "b");
    fs::remove_file(fixture.path("send.bin")).unwrap();
    let tab = fixture.tab();
    fixture.act(Action::Compare(Compare::Disk(tab)));
    let shown = fixture.session.state().comparison.as_ref().unwrap();
    let Progress::Failed(reason) = &shown.progress else { panic!("{:?}", shown.progress) };
    assert!(reason.contains("send.bin"), "{reason}");
}

#[test]
fn two_tabs_are_compared() {
    let mut fixture = Fixture::with(BYTES, SEND);
    assert_eq!(resolved(&fixture, Command::CompareTabs), Err("No other document is open"));
    let first = fixture.tab();
    let other = fixture.file("other.bin", &unhex("0a 05 0a 03 12 01 62 98 06 07"));
    fixture.act(Action::Open(vec![other]));
    let second = fixture.tab();
    fixture.act(Action::ReadAs { tab: second, message: Some(SEND.to_owned()) });
    let compare = Action::Compare(Compare::Tabs { old: first, new: second });
    assert_eq!(resolved(&fixture, Command::CompareTabs), Ok(compare.clone()));
    fixture.act(compare);
    let found = lines(&fixture);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0], r#"changed messages[0].topic.name: "a" -> "b""#);
    assert!(found[1].starts_with("added 99: nothing -> "), "{found:?}");
    fixture.act(Action::Dismiss);
    // What is gone in the new one is shown where it still is.
    fixture.act(Action::Compare(Compare::Tabs { old: second, new: first }));
    fixture.act(Action::GoToDifference(1));
    assert_eq!((fixture.tab(), fixture.selected_path().as_str()), (second, "99"));
    fixture.act(Action::ReadAs { tab: first, message: None });
    fixture.act(Action::Compare(Compare::Tabs { old: first, new: second }));
    assert!(fixture.session.state().comparison.as_ref().unwrap().message.is_none());
    assert!(lines(&fixture)[0].starts_with("changed 1.1.2: "));
    fixture.act(Action::Dismiss);
    fixture.act(Action::OpenSample);
    let third = fixture.tab();
    assert_eq!(resolved(&fixture, Command::CompareTabs), Ok(Action::Show(Dialog::CompareWith(third))));
}

#[test]
fn a_canonical_spelling_is_shown_before_it_is_written() {
    // queue_id 0 and 2, tag behind it, an unknown field in front.
    let before = "98 06 07 68 00 68 82 00 0a 01 61";
    let mut fixture = Fixture::with(&unhex(before), "apache.rocketmq.v2.SystemProperties");
    let tab = fixture.tab();
    fixture.act(Action::ReadAs { tab, message: None });
    assert!(resolved(&fixture, Command::Canonicalize).unwrap_err().contains("choose a message type"));
    fixture.act(Action::ReadAs { tab, message: Some("apache.rocketmq.v2.SystemProperties".to_owned()) });
    let canonicalize = resolved(&fixture, Command::Canonicalize).unwrap();
    fixture.act(canonicalize.clone());
    let found = lines(&fixture);
    assert!(found.contains(&"removed queue_id: 0 -> nothing".to_owned()), "{found:?}");
    assert!(found.iter().any(|line| line.starts_with("respelled queue_id: 2")), "{found:?}");
    let report = fixture.session.state().comparison.as_ref().unwrap().canonical.unwrap();
    assert_eq!((report.n_overridden, report.n_unknown, report.n_defaults), (1, 1, 0));
    assert_eq!(fixture.hex(), before, "nothing was written yet");
    fixture.act(Action::Dismiss);
    assert_eq!((fixture.hex().as_str(), fixture.open().document.n_edits()), (before, 0));
    fixture.act(canonicalize.clone());
    fixture.act(Action::ApplyCanonical);
    assert_eq!(fixture.hex(), "0a 01 61 68 02 98 06 07");
    assert_eq!(fixture.open().document.undo_label(), Some("Canonicalize"));
    fixture.act(canonicalize);
    assert!(lines(&fixture).is_empty());
    fixture.act(Action::Dismiss);
    fixture.act(Action::Undo);
    assert_eq!(fixture.hex(), before);
}

#[test]
fn canonicalizing_closes_no_row_and_selects_no_other() {
    // messages { body b, topic { name a } } { topic { name bc } }, with lengths that are padded
    let before = unhex("0a 88 00 22 01 62 0a 03 12 01 61 0a 87 80 00 0a 05 12 82 00 62 63");
    let mut fixture = Fixture::with(&before, SEND);
    for path in ["messages[0].topic.name", "messages[1].topic.name", "messages[1].topic"] {
        fixture.select(path);
    }
    let rows = shown(fixture.open()).len();
    let canonicalize = resolved(&fixture, Command::Canonicalize).unwrap();
    fixture.act(canonicalize);
    fixture.act(Action::ApplyCanonical);
    assert_eq!(fixture.hex(), "0a 08 0a 03 12 01 61 22 01 62 0a 06 0a 04 12 02 62 63");
    assert_eq!((shown(fixture.open()).len(), fixture.selected_path().as_str()), (rows, "messages[1].topic"));
}

#[test]
fn rows_of_a_large_document_stay_open_when_it_is_written_canonically() {
    // A message with a long body, and { topic { name bc } } with lengths that are padded.
    let long = len(1, &len(4, &vec![b'x'; 1_200_000]));
    let before = [long.clone(), unhex("0a 87 80 00 0a 05 12 82 00 62 63")].concat();
    let mut fixture = Fixture::with(&before, SEND);
    fixture.select("messages[1].topic.name");
    let rows = shown(fixture.open()).len();
    let canonicalize = resolved(&fixture, Command::Canonicalize).unwrap();
    fixture.act(canonicalize);
    assert_eq!(lines(&fixture).len(), 2, "{:?}", lines(&fixture));
    fixture.act(Action::ApplyCanonical);
    assert_eq!(fixture.bytes(), [long, unhex("0a 06 0a 04 12 02 62 63")].concat());
    let selected = fixture.selected_path();
    assert_eq!((shown(fixture.open()).len(), selected.as_str()), (rows, "messages[1].topic.name"));
    fixture.act(Action::Undo);
    assert_eq!((fixture.bytes(), fixture.open().document.n_edits()), (before, 0));
}

#[test]
fn a_document_that_was_edited_meanwhile_keeps_its_edit_and_is_not_written_canonically() {
    let mut fixture = Fixture::with(&unhex("68 82 00 0a 01 61"), "apache.rocketmq.v2.SystemProperties");
    let canonicalize = resolved(&fixture, Command::Canonicalize).unwrap();
    fixture.act(canonicalize);
    let edit = Edit::Splice { chain: Vec::new(), range: 5..6, bytes: b"b".to_vec() };
    fixture.act(Action::Edit(Act::new("Mine", vec![edit])));
    fixture.act(Action::ApplyCanonical);
    assert_eq!(fixture.hex(), "68 82 00 0a 01 62");
    assert_eq!((fixture.open().document.undo_label(), fixture.open().document.n_edits()), (Some("Mine"), 1));
    let said = fixture.notices();
    assert!(said.iter().any(|text| text.contains("changed meanwhile")), "{said:?}");
}
