//! Sessions that screens begin with.

use crate::editor_pictures;
use crate::values;
use protoloupe::app::{Action, Folders, SelectTarget, Session};
use protoloupe::document::RowId;
use protoloupe::schema::Schema;
use std::path::PathBuf;

pub const PACKAGE: &str = "apache.rocketmq.v2";

/// Nothing is open and nothing is remembered.
pub fn empty() -> Session {
    Session::new(Schema::builtin(), Folders::default(), || {})
}

/// As on a first start.
pub fn sample() -> Session {
    let mut session = empty();
    session.apply(Action::Begin(Default::default()));
    session.settle();
    session
}

/// These bytes as hex, read as a type of the built-in schema.
pub fn pasted(hex: &str, message: &str) -> Session {
    let mut session = empty();
    session.apply(Action::OpenPasted(hex.to_owned()));
    session.settle();
    read_as(&mut session, &format!("{PACKAGE}.{message}"));
    session
}

pub fn read_as(session: &mut Session, message: &str) {
    let tab = session.state().active.expect("a tab");
    session.apply(Action::ReadAs { tab, message: Some(message.to_owned()) });
    session.settle();
}

/// A value of every kind that has an editor, and what nothing declares.
pub fn kinds(select: &str) -> Session {
    let mut session = values::session(&values::message(&editor_pictures::odd()));
    select_path(&mut session, select);
    session
}

pub fn select_path(session: &mut Session, path: &str) {
    let path = path.parse().expect("a path");
    session.apply(Action::Select(SelectTarget::Path(path)));
    session.settle();
}

/// A value of every kind, each well-formed.
pub fn plain(select: &str) -> Session {
    let mut session = values::session(&values::message(&[]));
    select_path(&mut session, select);
    session
}

/// A file with these bytes in a folder that is gone with the program, opened.
pub fn file(name: &str, bytes: &[u8]) -> (Session, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder").keep();
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a file");
    let mut session = empty();
    session.apply(Action::Open(vec![path.clone()]));
    session.settle();
    (session, path)
}

/// A copy of a captured request in which the topic was changed and the body removed.
pub fn edited() -> Session {
    let bytes = include_bytes!("../../data/captures/SendMessage-req-1.bin");
    let (mut session, _) = file("send.bin", bytes);
    read_as(&mut session, &format!("{PACKAGE}.SendMessageRequest"));
    let mut edit = |path: &str, action: fn(RowId) -> Action| {
        select_path(&mut session, path);
        let row =
            session.state().active_document().and_then(|open| open.selection.clone()).expect("a row").row;
        session.apply(action(row));
        session.settle();
    };
    edit("messages[0].topic.name", |row| Action::SetValue { row, text: "orders".to_owned(), gesture: None });
    edit("messages[0].body", Action::Remove);
    edit("messages[0].topic.name", |_| Action::ExpandLevels(9));
    session
}

/// A string of 100 KB and 5 000 packed numbers.
pub fn large() -> Session {
    let text = "What is long is shown by its head and its length. ".repeat(2_000);
    let numbers: Vec<u8> = (0..5_000_u32).flat_map(|n| [0x80 | (n & 0x7f) as u8, (n >> 7) as u8]).collect();
    let mut bytes = vec![0x1a];
    push_len(&mut bytes, text.len());
    bytes.extend(text.as_bytes());
    bytes.push(0x22);
    push_len(&mut bytes, 100_000);
    bytes.extend((0..100_000_u32).map(|n| (n * 7 % 251) as u8));
    bytes.extend([0xb2, 0x06]);
    push_len(&mut bytes, numbers.len());
    bytes.extend(numbers);
    values::session(&bytes)
}

pub fn push_len(bytes: &mut Vec<u8>, mut len: usize) {
    while len >= 0x80 {
        bytes.push(0x80 | (len & 0x7f) as u8);
        len >>= 7;
    }
    bytes.push(len as u8);
}
