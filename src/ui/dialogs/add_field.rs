//! The fields that a message can have, those it has not got first.

use super::DialogView;
use super::frame::{buttons_ui, dialog};
use crate::app::{Action, OpenDocument, State};
use crate::document::{Entry, Found, MessageAt, ReadMode, Reader, RowId, SMALL_WINDOW, message_in};
use crate::schema::{FieldDescriptor, Schema, extensions_of, is_singular, kind_label};
use crate::ui::fonts;
use crate::ui::theme::{Theme, theme};
use crate::ui::widgets::fuzzy::ranked;
use crate::ui::widgets::{Row, RowLabel, RowList, TextField, cell};
use egui::{Align, Context, Id, Key, Modifiers, Rect, Ui, pos2, vec2};

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
    let found: Vec<usize> = ranked(&view.text, fields.iter().map(FieldDescriptor::name))
        .into_iter()
        .map(|(idx, _)| idx)
        .collect();
    let entered = keys(ctx, view, found.len());
    let name = at.message.as_ref().map_or("a message without a type", |message| message.name());
    let title = format!("Add a field to {name}");
    let (answer, is_closed) = dialog(ctx, &title, 600.0, |ui| {
        let id = Id::unique("find a field");
        let field = TextField::search("Find a field", &mut view.text).id(id).show(ui);
        if !std::mem::replace(&mut view.is_focused, true) {
            field.request_focus();
        }
        if field.changed() {
            view.picked = 0;
            view.list = Default::default();
        }
        ui.add_space(theme(ui).size.gap);
        let clicked = list_ui(ui, &state.schema, &fields, &present, &found, view);
        if let Some(row) = clicked.0 {
            view.picked = row;
        }
        let reason = found.is_empty().then_some("No field has these letters");
        (buttons_ui(ui, &[("Add", reason), ("Cancel", None)]), clicked.1)
    });
    let is_chosen = answer.0 == Some(0) || answer.1 || entered;
    if let Some(field) = found.get(view.picked).map(|idx| &fields[*idx]).filter(|_| is_chosen) {
        actions.push(Action::Dismiss);
        actions.push(Action::AddField { row, number: field.number() });
    } else if answer.0 == Some(1) || is_closed {
        actions.push(Action::Dismiss);
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

fn keys(ctx: &Context, view: &mut DialogView, n_found: usize) -> bool {
    let pressed = |key: Key| ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let last = n_found.saturating_sub(1);
    let before = view.picked.min(last);
    view.picked = before;
    for (key, to) in [(Key::ArrowDown, (before + 1).min(last)), (Key::ArrowUp, before.saturating_sub(1))] {
        if pressed(key) {
            view.picked = to;
            view.list.ensure_visible(to as u64);
        }
    }
    pressed(Key::Enter)
}

fn list_ui(
    ui: &mut Ui,
    schema: &Schema,
    fields: &[FieldDescriptor],
    present: &[u32],
    found: &[usize],
    view: &mut DialogView,
) -> (Option<usize>, bool) {
    let theme = theme(ui);
    let most = (ui.ctx().content_rect().height() - 260.0).clamp(120.0, 360.0);
    let height = (fields.len().max(3) as f32 * theme.size.row).min(most);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), egui::Sense::hover());
    if fields.is_empty() {
        let font = fonts::regular(theme.size.text);
        let text = "No type declares the fields of this message. Choose a type first.";
        cell(ui.painter(), rect.with_max_y(rect.top() + 40.0), text, &font, theme.color.muted, Align::Min);
        return (None, false);
    }
    let picked = view.picked as u64;
    let shown = ui
        .scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
            RowList::new("Fields to add", found.len() as u64).selected(|row| row == picked).show(
                ui,
                &mut view.list,
                |ui, row| {
                    let field = &fields[found[row.idx as usize]];
                    let is_there = present.contains(&field.number());
                    field_row_ui(ui, theme, row, schema, field, is_there)
                },
            )
        })
        .inner;
    (shown.clicked.map(|(row, _)| row as usize), shown.double_clicked.is_some())
}

fn field_row_ui(
    ui: &Ui,
    theme: &Theme,
    row: &Row,
    schema: &Schema,
    field: &FieldDescriptor,
    is_there: bool,
) -> RowLabel {
    let painter = ui.painter();
    let rect = row.rect.shrink2(vec2(theme.size.gap, 0.0));
    let column = |from: f32, to: f32| {
        Rect::from_min_max(pos2(rect.left() + from, rect.top()), pos2(rect.left() + to, rect.bottom()))
    };
    let dense = fonts::regular(theme.size.text_dense);
    let ink = if is_there && is_singular(field) { theme.color.muted } else { theme.color.text };
    let number = field.number().to_string();
    cell(
        painter,
        column(0.0, 32.0),
        &number,
        &fonts::mono(theme.size.text_mono),
        theme.color.muted,
        Align::Max,
    );
    cell(painter, column(44.0, 204.0), field.name(), &fonts::regular(theme.size.text), ink, Align::Min);
    let kind = kind_label(field);
    cell(painter, column(212.0, 352.0), &kind, &dense, theme.color.muted, Align::Min);
    let comment = schema.comment(field).unwrap_or("");
    let first_line = comment.lines().next().unwrap_or("");
    let about = if is_there && is_singular(field) { "already there" } else { first_line };
    let at = Rect::from_min_max(pos2(rect.left() + 360.0, rect.top()), rect.max);
    let shown = cell(painter, at, about, &dense, theme.color.muted, Align::Min);
    if row.is_hovered && (shown.is_elided || comment.lines().nth(1).is_some()) {
        row.response.clone().on_hover_text(comment);
    }
    RowLabel::new(format!("{}, {kind}", field.name())).value(about)
}
