//! What each byte in view is: tag, length or value of which record.
//!
//! The walk starts at the tree's row that holds the first byte in view, so it costs the same
//! anywhere in the document, and it stops after a bounded number of records: what is beyond is
//! drawn without a tint.

use crate::app::OpenDocument;
use crate::document::{Entry, Found, Meaning, MessageAt, ReadMode, Reader, RecordAt, SMALL_WINDOW};
use crate::schema::{FieldDescriptor, Kind, is_singular};
use crate::wire::WireType;
use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Tag,
    Length,
    Value,
    /// No record.
    Rest,
}

/// A stretch of bytes of one role.
pub type RoleSpan = (Range<u64>, Role);

/// The most records that are looked at.
const MOST_RECORDS: usize = 4_000;
/// The most rows of the tree that are looked at for what a person opened.
const MOST_ROWS: u64 = 256;
/// The most records around the first byte in view that are gone through.
const MOST_LEVELS: usize = 4_000;

/// What is to be said of the bytes in view.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roles {
    /// In order.
    pub spans: Vec<RoleSpan>,
    /// Records that the selected row stands for too, beside its own: other runs of its field, other
    /// packed records, other parts of its message.
    pub related: Vec<Range<u64>>,
}

/// The records that belong to what is selected: of this number, right inside these records or other parts
/// of the same messages.
struct Related {
    around: Vec<Around>,
    number: u32,
}

/// A record around another.
#[derive(Clone, Copy)]
struct Around {
    record: u64,
    number: u32,
    /// Its message may come in several records, which merge.
    is_part: bool,
}

impl Around {
    fn of(at: &RecordAt, meaning: &Meaning) -> Self {
        let is_message = |field: &FieldDescriptor| matches!(field.kind(), Kind::Message(_));
        let is_part = matches!(meaning, Meaning::Field(field) if is_singular(field) && is_message(field));
        Self { record: at.offset, number: at.number(), is_part }
    }

    /// Whether what is inside one is of the same message as what is inside the other.
    fn is_one_with(&self, other: &Around) -> bool {
        self.record == other.record || self.is_part && other.is_part && self.number == other.number
    }
}

impl Related {
    fn of(open: &OpenDocument) -> Option<Self> {
        let selection = open.selection.as_ref()?;
        let row = open.selected_row()?;
        let has_parts = match &row.entry {
            Entry::Run { .. } | Entry::Record { meaning: Meaning::Packed(_), .. } => true,
            Entry::Record { meaning: Meaning::Field(field), .. } => {
                is_singular(field) && matches!(field.kind(), Kind::Message(_))
            }
            _ => false,
        };
        let number = row.entry.field().map(FieldDescriptor::number).filter(|_| has_parts)?;
        Some(Self { around: Self::around(open, &selection.chain)?, number })
    }

    fn around(open: &OpenDocument, chain: &[u64]) -> Option<Vec<Around>> {
        let mut reader = Reader::new(open.document.snapshot(), ReadMode::Cached, SMALL_WINDOW);
        let mut message = open.document.root();
        let mut around = Vec::new();
        for offset in chain.iter().take(MOST_LEVELS) {
            let Ok(Found::Record(at)) = reader.record(*offset, message.range.end) else { return None };
            let meaning = message.meaning(&mut reader, &at).ok()?;
            around.push(Around::of(&at, &meaning));
            message = message.inside(&at, &meaning)?;
        }
        (around.len() == chain.len()).then_some(around)
    }
}

/// A message being walked.
struct Level {
    /// It is one with the message at its depth around what is selected, and so are those around it.
    is_around: bool,
    message: MessageAt,
    /// Where the record around it ends: behind the end tag of a group.
    record_end: u64,
}

/// Roles of the bytes in `visible`.
pub fn roles_of(open: &OpenDocument, visible: Range<u64>) -> Roles {
    let snapshot = open.document.snapshot();
    let mut walk = Walk {
        open,
        opened: Vec::new(),
        reader: Reader::new(snapshot, ReadMode::Cached, SMALL_WINDOW),
        visible: visible.clone(),
        related: Related::of(open),
        levels: vec![Level { is_around: true, message: open.document.root(), record_end: snapshot.len() }],
        roles: Roles::default(),
    };
    let start = walk.descend().unwrap_or(0);
    walk.run(start);
    walk.roles
}

struct Walk<'a> {
    open: &'a OpenDocument,
    /// Records that are open in the tree, from the first byte in view on.
    opened: Vec<u64>,
    reader: Reader<'a>,
    visible: Range<u64>,
    related: Option<Related>,
    levels: Vec<Level>,
    roles: Roles,
}

impl Walk<'_> {
    /// Enters the records around the first byte in view; returns where to go on.
    fn descend(&mut self) -> Option<u64> {
        let open = self.open;
        let row = open.tree.deepest(open.document.snapshot(), self.visible.start, ReadMode::Cached)?;
        let number = open.tree.row_number(&row)?;
        let rows = open.rows(number..number + MOST_ROWS);
        self.opened = rows.iter().filter(|row| row.is_expanded).map(|row| row.id.offset).collect();
        for offset in open.tree.chain(row.branch).into_iter().take(MOST_LEVELS) {
            let end = self.levels.last()?.message.range.end;
            let Ok(Found::Record(at)) = self.reader.record(offset, end) else { return Some(offset) };
            self.relate(&at);
            if self.enter(&at, true).is_none() {
                return Some(offset);
            }
        }
        Some(row.entry.range().start)
    }

    fn run(&mut self, start: u64) {
        let mut offset = start;
        for _ in 0..MOST_RECORDS {
            while let Some(level) = self.levels.last()
                && level.message.range.end <= offset
            {
                if level.message.range.end < level.record_end {
                    let end_tag = level.message.range.end..level.record_end;
                    offset = level.record_end;
                    self.push(end_tag, Role::Tag);
                }
                self.levels.pop();
            }
            let Some(end) = self.levels.last().map(|level| level.message.range.end) else { return };
            if self.visible.end <= offset {
                return;
            }
            match self.reader.record(offset, end) {
                Ok(Found::Record(at)) => offset = self.record(&at),
                Ok(Found::Rest(_)) => {
                    self.push(offset..end, Role::Rest);
                    offset = end;
                }
                Ok(Found::End) => offset = end,
                Err(_) => return,
            }
        }
    }

    /// Returns where the next record is.
    fn record(&mut self, at: &RecordAt) -> u64 {
        if at.end() <= self.visible.start {
            return at.end();
        }
        self.relate(at);
        if self.enter(at, false).is_some() {
            return at.payload().start;
        }
        self.head(at);
        self.push(at.payload(), Role::Value);
        self.push(at.payload().end..at.end(), Role::Tag);
        at.end()
    }

    /// Goes into a record's message, if that is what it is declared to be or `is_open` in the tree.
    fn enter(&mut self, at: &RecordAt, is_open: bool) -> Option<()> {
        let around = self.levels.last()?.message.clone();
        let meaning = around.meaning(&mut self.reader, at).ok()?;
        let is_declared = meaning.message().is_some();
        let is_group = at.wire_type() == WireType::Sgroup;
        if !is_declared && !is_group && !is_open && !self.opened.contains(&at.offset) {
            return None;
        }
        let message = around.inside(at, &meaning)?;
        self.head(at);
        let of = self.related.as_ref().and_then(|related| related.around.get(self.levels.len() - 1));
        let is_one = of.is_some_and(|of| of.is_one_with(&Around::of(at, &meaning)));
        let is_around = is_one && self.levels.last()?.is_around;
        self.levels.push(Level { is_around, message, record_end: at.end() });
        Some(())
    }

    fn relate(&mut self, at: &RecordAt) {
        let is_around = self.levels.last().is_some_and(|level| level.is_around);
        let depth = self.levels.len() - 1;
        let of = self.related.as_ref().filter(|of| is_around && of.around.len() == depth);
        if of.is_some_and(|of| of.number == at.number()) {
            self.roles.related.push(at.range());
        }
    }

    fn head(&mut self, at: &RecordAt) {
        let length = at.length_range();
        self.push(at.offset..length.start, Role::Tag);
        self.push(length, Role::Length);
    }

    fn push(&mut self, range: Range<u64>, role: Role) {
        let range = range.start.max(self.visible.start)..range.end.min(self.visible.end);
        if range.start < range.end {
            self.roles.spans.push((range, role));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Action, Folders, SelectTarget, Session};
    use crate::schema::Schema;

    /// The roles of all bytes with this selected, which has this path.
    fn roles(hex: &str, message: &str, target: SelectTarget, path: &str) -> Roles {
        let mut session = Session::new(Schema::builtin(), Folders::default(), || {});
        session.apply(Action::OpenPasted(hex.to_owned()));
        let tab = session.state().active.unwrap();
        session.apply(Action::ReadAs { tab, message: Some(message.to_owned()) });
        session.settle();
        session.apply(Action::Select(target));
        session.settle();
        let open = session.state().active_document().unwrap();
        assert_eq!(open.selection.as_ref().unwrap().path.to_string(), path);
        roles_of(open, 0..open.document.len())
    }

    #[test]
    fn what_stands_in_several_stretches_is_related_as_a_whole() {
        const SEND: &str = "apache.rocketmq.v2.SendMessageRequest";
        const MESSAGE: &str = "apache.rocketmq.v2.Message";
        const COMMAND: &str = "apache.rocketmq.v2.TelemetryCommand";
        const FILE: &str = "google.protobuf.FileDescriptorProto";
        use SelectTarget::{Offset, Row};
        let cases = [
            ("0a 02 0a 00 98 06 07 0a 00 0a 00", SEND, Row(0), "messages", vec![0..4, 7..9, 9..11]),
            ("0a 03 12 01 61 22 01 62 0a 02 0a 00", MESSAGE, Offset(0), "topic", vec![0..5, 8..12]),
            (
                "12 04 12 02 08 01 12 04 12 02 08 02",
                COMMAND,
                Offset(2),
                "settings.access_point",
                vec![2..6, 8..12],
            ),
            ("52 02 01 02 0a 01 61 52 01 03", FILE, Offset(1), "public_dependency", vec![0..4, 7..10]),
            ("0a 02 0a 00 98 06 07 0a 00", SEND, Offset(1), "messages[0]", vec![]),
            ("22 01 62 22 01 63", MESSAGE, Offset(0), "body", vec![]),
            ("0a 03 12 01 61 22 01 62", MESSAGE, Offset(2), "topic.name", vec![]),
        ];
        for (hex, message, target, path, related) in cases {
            assert_eq!(roles(hex, message, target, path).related, related, "{path}");
        }
    }

    #[test]
    fn every_byte_of_a_record_has_its_role() {
        let bytes = "0a 03 12 01 61 98 06 07 00";
        let target = SelectTarget::Offset(0);
        let found = roles(bytes, "apache.rocketmq.v2.Message", target, "topic");
        let expected = [
            (0..1, Role::Tag),
            (1..2, Role::Length),
            (2..3, Role::Tag),
            (3..4, Role::Length),
            (4..5, Role::Value),
            (5..7, Role::Tag),
            (7..8, Role::Value),
            (8..9, Role::Rest),
        ];
        assert_eq!(found.spans, expected);
    }
}
