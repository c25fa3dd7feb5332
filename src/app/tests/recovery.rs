//! Edits after a crash.

use super::*;

const BYTES: &[u8] = &[0x0a, 0x05, 0x0a, 0x03, 0x12, 0x01, b'a'];

#[test]
fn unsaved_edits_come_back_after_a_crash() {
    let mut fixture = Fixture::with(BYTES, SEND);
    fixture.set("messages[0].topic.name", "orders");
    let edited = fixture.bytes();
    fixture.act(Action::OpenPasted("08 01".to_owned()));
    let tab = fixture.tab();
    fixture.act(Action::ReadAs { tab, message: Some("google.protobuf.Int32Value".to_owned()) });
    fixture.set("value", "7");
    let mut fixture = fixture.restart();
    let Some(Question::Journal { labels }) = fixture.question() else { panic!("not offered") };
    assert_eq!(labels.len(), 2);
    fixture.act(Action::Answer(Answer::Yes));
    let tabs = &fixture.session.state().tabs;
    assert_eq!(tabs.len(), 2, "{:?}", fixture.session.state().notices);
    let named = tabs.iter().find(|tab| tab.path.is_some()).unwrap().document().unwrap();
    let untitled = tabs.iter().find(|tab| tab.path.is_none()).unwrap().document().unwrap();
    assert_eq!((bytes_of(named), bytes_of(untitled)), (edited.clone(), vec![0x08, 0x07]));
    assert_eq!(named.document.undo_label(), Some("Restore unsaved edits"));
    assert!(named.document.is_modified() && named.document.n_edits() == 1);
    assert_eq!(named.message().map(|message| message.full_name()), Some(SEND));
    assert_eq!(fs::read(fixture.path("send.bin")).unwrap(), BYTES);
    // And once more: they are in this session's journal now, and only there.
    let mut fixture = fixture.restart();
    let Some(Question::Journal { labels }) = fixture.question() else { panic!("not offered again") };
    assert_eq!(labels.len(), 2);
    fixture.act(Action::Answer(Answer::Yes));
    let id = fixture.session.state().tabs.iter().find(|tab| tab.path.is_some()).unwrap().id;
    fixture.act(Action::Activate(id));
    fixture.act(Action::Undo);
    assert_eq!(fixture.bytes(), BYTES);
    fixture.act(Action::Redo);
    fixture.act(Action::Save(id));
    assert_eq!(fs::read(fixture.path("send.bin")).unwrap(), edited);
    let fixture = fixture.restart();
    assert!(matches!(fixture.question(), Some(Question::Journal { labels }) if labels.len() == 1));
}

#[test]
fn edits_that_are_undone_saved_or_discarded_are_not_offered() {
    let mut fixture = Fixture::with(BYTES, SEND);
    fixture.set("messages[0].topic.name", "orders");
    fixture.act(Action::Undo);
    let mut fixture = fixture.restart();
    assert_eq!(fixture.question(), None);
    fixture.act(Action::Open(vec![fixture.path("send.bin")]));
    fixture.set("messages[0].topic.name", "orders");
    let mut fixture = fixture.restart();
    fixture.act(Action::DiscardJournal);
    assert_eq!(fixture.question(), None);
    assert_eq!(fixture.restart().question(), None);
}

#[test]
fn edits_of_a_file_that_changed_since_are_kept_but_not_forced_on_it() {
    let mut fixture = Fixture::with(BYTES, SEND);
    fixture.set("messages[0].topic.name", "orders");
    let path = fixture.path("send.bin");
    let fixture = fixture.restart();
    fs::write(&path, b"").unwrap();
    let mut fixture = fixture;
    fixture.act(Action::RestoreJournal);
    let said = fixture.notices().concat();
    assert!(said.contains("could not be brought back") && said.contains("send.bin"), "{said}");
    assert!(fixture.session.state().tabs.is_empty());
    assert!(fixture.restart().question().is_some());
}
