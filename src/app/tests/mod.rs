//! The session through its actions, with real files and a real worker.

mod absent;
mod acts;
mod browser;
mod bytes;
mod captures;
mod clips;
mod differences;
mod files;
mod fixes;
mod large;
mod offers;
mod readings;
mod recovery;
mod requests;
mod schemas;
mod search;
mod sequences;
mod structures;

use super::*;
use crate::document::{Facet, Path as FieldPath, ReadMode, Row, RowId, row_text};
use crate::schema::Schema;
use crate::wire::write_len;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

const SEND: &str = "apache.rocketmq.v2.SendMessageRequest";

/// A session with folders of its own; what it remembers is there for the next one.
pub(super) struct Fixture {
    pub session: Session,
    pub folder: tempfile::TempDir,
}

impl Fixture {
    pub fn new() -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let session = session_in(folder.path());
        Fixture { session, folder }
    }

    /// A session that opens one file of these bytes, read as this type.
    pub fn with(bytes: &[u8], message: &str) -> Fixture {
        let mut fixture = Fixture::new();
        let path = fixture.file("send.bin", bytes);
        fixture.act(Action::Open(vec![path]));
        let tab = fixture.tab();
        fixture.act(Action::ReadAs { tab, message: Some(message.to_owned()) });
        fixture
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Does an action and all work that comes of it.
    pub fn act(&mut self, action: Action) {
        self.session.apply(action);
        self.session.settle();
    }

    pub fn tab(&self) -> TabId {
        self.session.state().active.expect("an active tab")
    }

    pub fn open(&self) -> &OpenDocument {
        self.session.state().active_document().expect("an open document")
    }

    pub fn bytes(&self) -> Vec<u8> {
        bytes_of(self.open())
    }

    pub fn hex(&self) -> String {
        hex(&self.bytes())
    }

    /// Selects a path and returns its row.
    pub fn select(&mut self, path: &str) -> RowId {
        self.act(Action::Select(SelectTarget::Path(path.parse().unwrap())));
        let selection = self.open().selection.clone();
        selection
            .unwrap_or_else(|| panic!("nothing selected at {path}: {:?}", self.session.state().notices))
            .row
    }

    pub fn set(&mut self, path: &str, text: &str) {
        let row = self.select(path);
        self.act(Action::SetValue { row, text: text.to_owned(), gesture: None });
    }

    pub fn selected_path(&self) -> String {
        self.open().selection.as_ref().map(|selection| selection.path.to_string()).unwrap_or_default()
    }

    /// The texts of notices since the last call.
    pub fn notices(&mut self) -> Vec<String> {
        self.session.take_notices().into_iter().map(|notice| notice.text).collect()
    }

    pub fn question(&self) -> Option<&Question> {
        match &self.session.state().dialog {
            Some(Dialog::Question(question)) => Some(question),
            _ => None,
        }
    }

    /// Ends the session as a crash would: without any action.
    pub fn restart(self) -> Fixture {
        let Fixture { session, folder } = self;
        drop(session);
        let mut session = session_in(folder.path());
        session.settle();
        Fixture { session, folder }
    }

    /// Polls until something from outside has come in.
    pub fn wait_for(&mut self, until: impl Fn(&State) -> bool) {
        for _ in 0..6_000 {
            self.session.look_at_disk();
            self.session.poll();
            if until(self.session.state()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("waited for a minute");
    }
}

pub(super) fn session_in(folder: &Path) -> Session {
    let folders = Folders { config: Some(folder.join("config")), state: Some(folder.join("state")) };
    let mut session = Session::new(Schema::builtin(), folders, || {});
    session.settle();
    session
}

pub(super) fn bytes_of(open: &OpenDocument) -> Vec<u8> {
    open.document.snapshot().bytes(0..open.document.len(), ReadMode::Wait).unwrap()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x} ")).collect::<String>().trim_end().to_owned()
}

pub(super) fn unhex(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

/// A LEN record.
pub(super) fn len(number: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write_len(&mut out, number, payload);
    out
}

pub(super) fn all_rows(open: &OpenDocument) -> Vec<Row> {
    open.rows(0..u64::MAX)
}

/// Number, name and value of every visible row.
pub(super) fn shown(open: &OpenDocument) -> Vec<String> {
    let line = |row: &Row| {
        let text = row_text(open.document.snapshot(), row, 60, ReadMode::Wait);
        format!("{}{} {}", "  ".repeat(row.depth as usize), text.name, text.value)
    };
    all_rows(open).iter().map(line).collect()
}

pub(super) fn record(offset: u64) -> RowId {
    RowId { offset, facet: Facet::Record }
}

pub(super) fn path(text: &str) -> FieldPath {
    text.parse().unwrap()
}
