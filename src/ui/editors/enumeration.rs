//! Enums: by name or number, or from the list of declared values. Unknown numbers are kept.

use super::{Editing, Editor, draft_ui};
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
    let picked = enter_picks(ui, editing, &found);
    let action = draft_ui(ui, editing, 1, true);
    unknown_ui(ui, editing, &descriptor);
    let clicked = list_ui(ui, editing, &values, &found);
    match picked.or(clicked) {
        Some(value_idx) => {
            editing.draft.text = names[value_idx].clone();
            editing.draft.set(editing.subject)
        }
        None => action,
    }
}

/// While the text names no value the list shows those that are near.
fn found(editing: &Editing<'_>, names: &[String]) -> Vec<usize> {
    if editing.draft.error.is_none() {
        return (0..names.len()).collect();
    }
    let ranked = ranked(&editing.draft.text, names.iter().map(String::as_str));
    ranked.into_iter().map(|(value_idx, _)| value_idx).collect()
}

/// Enter takes the first of the list if the text is not a value itself.
fn enter_picks(ui: &Ui, editing: &Editing<'_>, found: &[usize]) -> Option<usize> {
    let id = super::field_id(editing.tab, Place::Inspector);
    let is_typing = ui.memory(|memory| memory.has_focus(id));
    if !is_typing || editing.draft.error.is_none() || found.is_empty() {
        return None;
    }
    let enter = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    enter.then(|| found[0])
}

/// That the number is not declared, or is under several names.
fn unknown_ui(ui: &mut Ui, editing: &Editing<'_>, descriptor: &EnumDescriptor) {
    let number = match read_scalar(&Kind::Enum(descriptor.clone()), &editing.subject.head) {
        Some(Scalar::Enum(number)) => number,
        _ => return,
    };
    if descriptor.get_value(number).is_none() {
        let text = format!("{} declares no {number}; it is kept as it is", descriptor.name());
        ui.colored_label(theme(ui).color.unknown, text);
        return;
    }
    let names = descriptor.values().filter(|value| value.number() == number);
    let shown = editing.subject.edit_text.as_deref();
    let others: Vec<String> =
        names.map(|value| value.name().to_owned()).filter(|name| Some(name.as_str()) != shown).collect();
    if !others.is_empty() {
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
    let now = match read_scalar(editing.subject.kind()?, &editing.subject.head) {
        Some(Scalar::Enum(number)) => Some(number),
        _ => None,
    };
    let schema = &editing.state.schema;
    let is_now = |row: u64| now == found.get(row as usize).map(|value_idx| values[*value_idx].number());
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
