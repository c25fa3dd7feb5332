//! What undeclared and bytes records are read as: choosing, remembering, and what they look like.

use super::action::Dialog;
use super::jobs::Purpose;
use super::session::Session;
use super::settings::{MAX_READINGS, RememberedReading};
use super::state::{Guess, NoticeTone, OpenDocument, TabId};
use crate::document::reading::{Reading, Readings};
use crate::document::{Entry, ReadMode, RowId, numbers_of};
use crate::schema::{Declaration, Ranking, Schema};
use crate::wire::WireType;
use crate::worker::Job;
use crate::worker::jobs::RankTypes;
use std::sync::Arc;

impl Session {
    /// Reads a record otherwise than declared, here and wherever the same fields lead to it; with
    /// `None` as declared again.
    pub(super) fn read_record_as(&mut self, row: RowId, reading: Option<Reading>) {
        if let Some(Dialog::RecordType { .. }) = self.state.dialog {
            self.state.dialog = None;
        }
        let Some((tab, open)) = self.active() else { return };
        let Some(found) = open.row(row) else {
            return self.notify(NoticeTone::Warning, "This row is no longer there; select it again");
        };
        let fits = match &found.entry {
            Entry::Record { at, meaning, .. } if meaning.is_open() => {
                reading.as_ref().is_none_or(|reading| reading.wire_type() == at.wire_type())
            }
            _ => false,
        };
        if !fits {
            let text = "Only bytes and what no declaration explains can be read as something else";
            return self.notify(NoticeTone::Warning, text);
        }
        let numbers = numbers_of(&open.tree, open.document.snapshot(), &found, ReadMode::Cached);
        let is_message = reading.as_ref().is_some_and(|reading| reading.message().is_some());
        open.document.choose_reading(&numbers, reading);
        open.tree.reread(&open.document, ReadMode::Wait);
        if let Some(now) = open.row(row).filter(|_| is_message) {
            open.tree.expand(open.document.snapshot(), &now, ReadMode::Cached);
        }
        find_selection(open);
        self.remember_readings(tab);
    }

    /// Keeps the choices for the document's type; without a type they hold as long as it is open.
    fn remember_readings(&mut self, tab: TabId) {
        let Some(open) = self.open_document(tab) else { return };
        let Some(message) = open.message().map(|message| message.full_name().to_owned()) else { return };
        let chosen = open.document.readings().all();
        let remembered = &mut self.state.settings.readings;
        remembered.retain(|known| known.message != message);
        let new = chosen.into_iter().map(|(numbers, reading)| RememberedReading {
            message: message.clone(),
            numbers,
            reading: reading.name(),
        });
        remembered.splice(0..0, new);
        remembered.truncate(MAX_READINGS);
    }

    /// Brings back what was chosen for the document's type.
    pub(super) fn recall_readings(&mut self, tab: TabId) {
        let schema = self.state.schema.clone();
        let remembered = self.state.settings.readings.clone();
        let Some(open) = self.open_document(tab) else { return };
        let mut readings = Readings::default();
        if let Some(message) = open.message() {
            for known in remembered.iter().filter(|known| known.message == message.full_name()) {
                if let Some(reading) = reading_named(&schema, &known.reading) {
                    readings.set(&known.numbers, Some(reading));
                }
            }
        }
        if readings != *open.document.readings() {
            open.document.set_readings(readings);
            open.tree.reread(&open.document, ReadMode::Wait);
            find_selection(open);
        }
    }

    /// Ranks types for the selected payload if it could be a message and that was not done yet.
    pub(super) fn guess_types(&mut self) {
        if self.guessing.is_some() {
            return;
        }
        let schema = self.state.schema.clone();
        let Some((tab, open)) = self.active() else { return };
        let revision = open.document.revision();
        let Some((row, range)) = payload_to_guess(open) else { return };
        if open.guess.as_ref().is_some_and(|guess| (guess.row, guess.revision) == (row, revision)) {
            return;
        }
        open.guess = Some(Guess { row, revision, ranking: None });
        let job = RankTypes { schema, snapshot: open.document.snapshot().clone(), range };
        self.guessing = Some(self.start(Purpose::Guess { tab, row, revision }, Job::RankTypes(job), ""));
    }

    pub(super) fn guessed(&mut self, tab: TabId, row: RowId, revision: usize, ranking: Arc<Ranking>) {
        self.guessing = None;
        if let Some(guess) = self.open_document(tab).and_then(|open| open.guess.as_mut())
            && (guess.row, guess.revision) == (row, revision)
        {
            guess.ranking = Some(ranking);
        }
    }
}

/// Keeps the selection where it is; if its row is read as something else now, on what is there.
fn find_selection(open: &mut OpenDocument) {
    let Some(selection) = open.selection.clone() else { return };
    match open.row(selection.row) {
        Some(row) => super::selection::select_row(open, &row),
        None => {
            open.selection = None;
            super::selection::select_offset(open, selection.row.offset);
        }
    }
}

/// The selected record's payload, if it is a LEN that may be read as any message.
fn payload_to_guess(open: &OpenDocument) -> Option<(RowId, std::ops::Range<u64>)> {
    let row = open.selected_row()?;
    match &row.entry {
        Entry::Record { at, meaning, .. }
            if meaning.is_open() && at.wire_type() == WireType::Len && at.record.payload_len > 0 =>
        {
            Some((row.id, at.payload()))
        }
        _ => None,
    }
}

/// The reading of this name, with types as the schema has them now.
fn reading_named(schema: &Schema, name: &str) -> Option<Reading> {
    Reading::named(
        name,
        |full_name| schema.message(full_name).ok().filter(|found| found.full_name() == full_name),
        |full_name| match schema.find(full_name) {
            Ok(Declaration::Enum(found)) if found.full_name() == full_name => Some(found),
            _ => None,
        },
    )
}
