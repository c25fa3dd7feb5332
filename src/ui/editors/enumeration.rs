//! Enums: by name or number, or from the list of declared values. Unknown numbers are kept.

use super::{Draft, Editing, Editor, draft_ui};
use crate::app::Action;
use crate::document::value::{Scalar, read_scalar};
use crate::schema::{EnumDescriptor, EnumValueDescriptor, Kind};
use crate::ui::theme::{Theme, theme};
use crate::ui::widgets::fuzzy::ranked;
use crate::ui::widgets::{HoverText, Row, RowLabel, RowList, cell};
use crate::ui::{fonts, view::Place};
use egui::{Align, Key, Modifiers, Ui, vec2};

pub const EDITOR: Editor = Editor {
    name: "enum",
    fits: |subject| matches!(subject.kind(), Some(Kind::Enum(_))),
    ui: enumeration_ui,
};

const MOST_ROWS: usize = 9;

fn enumeration_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let Some(Kind::Enum(descriptor)) = editing.subject.kind().cloned() else { return None };
    let values: Vec<EnumValueDescriptor> = descriptor.values().collect();
    let names: Vec<String> = values.iter().map(|value| value.name().to_owned()).collect();
    let found = found(editing, &names);
    let taken = key_takes(ui, editing, &values, &found).and_then(|idx| take(editing, &names[idx]));
    let action = draft_ui(ui, editing, 1, true);
    unknown_ui(ui, editing, &descriptor);
    let clicked = list_ui(ui, editing, &values, &found).and_then(|idx| take(editing, &names[idx]));
    clicked.or(taken).or(action)
}

fn take(editing: &mut Editing<'_>, name: &str) -> Option<Action> {
    editing.draft.text = name.to_owned();
    editing.draft.set(editing.subject)
}

/// While the text names no value the list shows those that are near.
fn found(editing: &Editing<'_>, names: &[String]) -> Vec<usize> {
    if editing.draft.error.is_none() {
        return (0..names.len()).collect();
    }
    let ranked = ranked(&editing.draft.text, names.iter().map(String::as_str));
    ranked.into_iter().map(|(value_idx, _)| value_idx).collect()
}

/// The keys of a field that is typed in, here or in the row. While its text names no value, Up and
/// Down go through what the list has found and Enter takes it, and leaves the field as it always
/// does; else Up and Down take the value before or after the present one.
fn key_takes(
    ui: &Ui,
    editing: &mut Editing<'_>,
    values: &[EnumValueDescriptor],
    found: &[usize],
) -> Option<usize> {
    let ids = [Place::Inspector, Place::Row].map(|place| super::field_id(editing.tab, place));
    if found.is_empty() || !ids.iter().any(|id| ui.memory(|memory| memory.has_focus(*id))) {
        return None;
    }
    let count = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
    let (downs, ups) = (count(Key::ArrowDown), count(Key::ArrowUp));
    let step = |from: usize| (from + downs).saturating_sub(ups).min(found.len() - 1);
    let is_stepped = downs + ups > 0;
    if editing.draft.error.is_none() {
        let now = number(editing)?;
        let from = values.iter().position(|value| value.number() == now);
        return is_stepped.then(|| from.map_or(0, step));
    }
    let picked = step(picked(editing.draft, found));
    if is_stepped {
        editing.draft.picked = Some((editing.draft.text.clone(), picked));
        editing.draft.list.reveal(picked as u64);
    }
    ui.input(|input| input.key_pressed(Key::Enter)).then(|| found[picked])
}

/// Which of those found Enter takes: the first, until Up and Down went on for this text.
fn picked(draft: &Draft, found: &[usize]) -> usize {
    let asked = draft.picked.as_ref().filter(|(text, _)| *text == draft.text);
    asked.map_or(0, |(_, nth)| *nth).min(found.len().saturating_sub(1))
}

fn number(editing: &Editing<'_>) -> Option<i32> {
    match read_scalar(editing.subject.kind()?, &editing.subject.head) {
        Some(Scalar::Enum(number)) => Some(number),
        _ => None,
    }
}

/// That the number is not declared, or is under several names.
fn unknown_ui(ui: &mut Ui, editing: &Editing<'_>, descriptor: &EnumDescriptor) {
    let Some(number) = number(editing) else { return };
    if descriptor.get_value(number).is_none() {
        let text = format!("{} declares no {number}; it is kept as it is", descriptor.name());
        ui.colored_label(theme(ui).color.note, text);
        return;
    }
    let names = descriptor.values().filter(|value| value.number() == number);
    let shown = editing.subject.edit_text.as_deref();
    let others: Vec<String> =
        names.map(|value| value.name().to_owned()).filter(|name| Some(name.as_str()) != shown).collect();
    if !others.is_empty() && editing.draft.error.is_none() {
        ui.weak(format!("Also called {}", others.join(", ")));
    }
}

fn list_ui(
    ui: &mut Ui,
    editing: &mut Editing<'_>,
    values: &[EnumValueDescriptor],
    found: &[usize],
) -> Option<usize> {
    let theme = theme(ui);
    let n_shown = found.len().clamp(1, MOST_ROWS);
    let size = vec2(ui.available_width(), n_shown as f32 * theme.size.row);
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    ui.painter().rect_filled(rect, theme.size.radius, theme.color.surface_0);
    if found.is_empty() {
        let font = fonts::regular(theme.size.text_dense);
        let at = rect.shrink2(vec2(theme.size.gap, 0.0));
        cell(ui.painter(), at, "No value has these letters", &font, theme.color.muted, Align::Min);
        return None;
    }
    let (now, schema) = (number(editing), &editing.state.schema);
    let picked = editing.draft.error.is_some().then(|| picked(editing.draft, found) as u64);
    let is_now = |row: u64| match picked {
        Some(picked) => row == picked,
        None => now == found.get(row as usize).map(|value_idx| values[*value_idx].number()),
    };
    let shown = ui
        .scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
            RowList::new("Values", found.len() as u64).selected(is_now).show(
                ui,
                &mut editing.draft.list,
                |ui, row| {
                    let value = &values[found[row.idx as usize]];
                    let label = value_row_ui(ui, theme, row, value);
                    if let Some(comment) = schema.comment(value).filter(|_| row.is_hovered) {
                        row.response.clone().told(comment);
                    }
                    label
                },
            )
        })
        .inner;
    shown.clicked.map(|(row, _)| found[row as usize])
}

fn value_row_ui(ui: &Ui, theme: &Theme, row: &Row, value: &EnumValueDescriptor) -> RowLabel {
    let font = fonts::mono(theme.size.text_mono);
    let mut at = row.rect.shrink2(vec2(theme.size.gap, 0.0));
    let number = value.number().to_string();
    let shown = cell(ui.painter(), at, &number, &font, theme.color.muted, Align::Max);
    at.max.x = shown.rect.left() - theme.size.gap;
    cell(ui.painter(), at, value.name(), &font, theme.color.enumeration, Align::Min);
    RowLabel::new(format!("{} = {number}", value.name()))
}
