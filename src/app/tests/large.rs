//! A document larger than what is held in memory or looked through at once.

use super::*;

const N_MESSAGES: usize = 12_000;

/// 12 000 messages of about 1 KiB.
fn large() -> Vec<u8> {
    let body = vec![b'x'; 1_000];
    let mut bytes = Vec::new();
    for n in 0..N_MESSAGES {
        let inner = [len(1, &len(2, format!("topic {n}").as_bytes())), len(4, &body)].concat();
        bytes.extend(len(1, &inner));
    }
    bytes
}

#[test]
fn a_large_document_is_worked_on_in_the_background() {
    let bytes = large();
    assert!(bytes.len() as u64 > crate::worker::SMALL_FILE);
    let mut fixture = Fixture::with(&bytes, SEND);
    assert!(fixture.session.rows(0..1).len() == 1, "the first rows need nothing but opening");
    let open = fixture.open();
    assert_eq!((open.problems.revision, open.problems.n_errors), (Some(0), 0));
    assert!(open.tree.is_counted());
    assert_eq!(open.tree.n_rows(), 1 + N_MESSAGES as u64, "the only run is open");
    fixture.session.rows(9_000..9_040);
    fixture.session.settle();
    let rows = fixture.session.rows(9_000..9_040);
    assert_eq!(rows.len(), 40);
    assert!(rows.iter().all(|row| matches!(row.entry, crate::document::Entry::Record { .. })));
    let row = fixture.select("messages[11000].topic.name");
    assert_eq!(fixture.selected_path(), "messages[11000].topic.name");
    // Three acts in a row, none of which waits for the one before.
    let set = |text: &str| Action::SetValue { row, text: text.to_owned(), gesture: None };
    fixture.session.apply(set("a longer topic than before"));
    fixture.session.apply(Action::Undo);
    fixture.session.apply(set("b"));
    assert_eq!(fixture.open().document.n_edits(), 0, "not at once");
    fixture.session.settle();
    let open = fixture.open();
    assert_eq!((open.document.n_edits(), open.document.len()), (1, bytes.len() as u64 - 10));
    assert_eq!(fixture.selected_path(), "messages[11000].topic.name");
    let edited = fixture.bytes();
    fixture.act(Action::AddField { row: None, number: 1 });
    assert_eq!(fixture.selected_path(), format!("messages[{N_MESSAGES}]"));
    fixture.act(Action::Undo);
    assert_eq!(fixture.bytes(), edited);
    let tab = fixture.tab();
    fixture.act(Action::Save(tab));
    assert_eq!(fs::read(fixture.path("send.bin")).unwrap(), edited);
    fixture.act(Action::Undo);
    assert_eq!(fixture.bytes(), bytes, "the old file is still there to be read");
    let fixture = fixture.restart();
    assert!(matches!(fixture.question(), Some(Question::Journal { labels }) if labels.len() == 1));
}

#[test]
fn an_offset_far_down_is_selected_as_soon_as_it_is_found() {
    let bytes = large();
    let mut fixture = Fixture::new();
    let path = fixture.file("large.bin", &bytes);
    fixture.session.apply(Action::Open(vec![path]));
    while fixture.session.state().active_document().is_none() {
        fixture.session.poll();
    }
    let tab = fixture.tab();
    fixture.session.apply(Action::ReadAs { tab, message: Some(SEND.to_owned()) });
    let offset = bytes.len() as u64 - 500;
    fixture.act(Action::Select(SelectTarget::Offset(offset)));
    assert_eq!(fixture.selected_path(), format!("messages[{}].body", N_MESSAGES - 1));
    let selection = fixture.open().selection.clone().unwrap();
    assert!(selection.range.contains(&offset));
}

#[test]
fn a_large_file_cut_short_while_open_is_told_and_kept_from_being_saved_as_rubbish() {
    let bytes = large();
    let mut fixture = Fixture::with(&bytes, SEND);
    let path = fixture.path("send.bin");
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(1_000).unwrap();
    fixture.wait_for(|state| state.active_document().unwrap().disk == DiskState::Changed);
    let tab = fixture.tab();
    let other = fixture.path("other.bin");
    fixture.act(Action::SaveAs { tab, path: other.clone(), overwrite: false });
    assert!(!other.exists());
    let said = fixture.notices().concat();
    assert!(said.contains("The file changed while it was open"), "{said}");
    fixture.act(Action::Reload(tab));
    assert_eq!(fixture.open().document.len(), 1_000);
}
