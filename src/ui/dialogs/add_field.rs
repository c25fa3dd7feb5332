//! The fields that a message can have, those it has not got first.

use super::DialogView;
use super::field_list::{FieldChoice, FieldList, Picked, field_list_ui};
use crate::app::{Action, OpenDocument, State};
use crate::document::{Entry, Found, MessageAt, ReadMode, Reader, RowId, SMALL_WINDOW, message_in};
use crate::schema::{FieldDescriptor, extensions_of, is_singular};
use egui::Context;

/// Records of the message that are looked at for fields it already has.
const MOST_RECORDS: usize = 10_000;

pub fn add_field_ui(
    ctx: &Context,
    state: &State,
    row: Option<RowId>,
    view: &mut DialogView,
    actions: &mut Vec<Action>,
) {
    let message = state.active_document().and_then(|open| Some((open, message_of(open, row)?)));
    let Some((open, at)) = message else {
        actions.push(Action::Dismiss);
        return;
    };
    let present = present(open, &at);
    let fields = fields(&at, &present);
    let choice = |field| {
        let mut choice = FieldChoice::of(field, &state.schema);
        choice.title = match (present.contains(&field.number()), is_singular(field)) {
            (false, _) => "Add",
            (true, false) => "Add another",
            (true, true) => "Go to field",
        };
        if choice.title == "Go to field" {
            (choice.about, choice.is_muted) = ("already there", true);
        }
        choice
    };
    let name = at.message.as_ref().map_or("a message without a type", |message| message.name());
    let list = FieldList {
        title: &format!("Add a field to {name}"),
        note: "",
        find: "Find a field",
        list: "Fields to add",
        verb: "Add",
        choices: fields.iter().map(choice).collect(),
        if_empty: "No type declares the fields of this message. Choose a type first.",
        if_none: if fields.is_empty() { "There is no field to add" } else { "No field has these letters" },
        first: 0,
    };
    let Some(picked) = field_list_ui(ctx, &list, view) else { return };
    actions.push(Action::Dismiss);
    if let Picked::Choice(idx) = picked
        && let Some(field) = fields.get(idx)
    {
        actions.push(Action::AddField { row, number: field.number() });
    }
}

/// The message that a row is, or is in; without a row the whole document.
fn message_of(open: &OpenDocument, row: Option<RowId>) -> Option<MessageAt> {
    let Some(row) = row else { return Some(open.document.root()) };
    let row = open.row(row)?;
    if let Entry::Record { at, meaning, .. } = &row.entry
        && let Some(inside) = message_in(at, meaning).filter(|inside| inside.message.is_some())
        && !meaning.field().is_some_and(|field| field.is_map())
    {
        return Some(inside);
    }
    open.tree.message_at(row.branch)
}

fn present(open: &OpenDocument, at: &MessageAt) -> Vec<u32> {
    let mut reader = Reader::new(open.document.snapshot(), ReadMode::Cached, SMALL_WINDOW);
    let (mut offset, mut numbers) = (at.range.start, Vec::new());
    for _ in 0..MOST_RECORDS {
        let Ok(Found::Record(record)) = reader.record(offset, at.range.end) else { break };
        offset = record.end();
        if !numbers.contains(&record.number()) && numbers.len() < 1_000 {
            numbers.push(record.number());
        }
    }
    numbers
}

/// By number; those that can be added without repeating or replacing anything first.
fn fields(at: &MessageAt, present: &[u32]) -> Vec<FieldDescriptor> {
    let mut fields: Vec<FieldDescriptor> =
        at.message.iter().flat_map(|message| message.fields().chain(extensions_of(message))).collect();
    fields.sort_by_key(|field| {
        let is_there = present.contains(&field.number());
        (is_there && is_singular(field), is_there, field.number())
    });
    fields
}
