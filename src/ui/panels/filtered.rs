//! The tree with some of its rows only: what a filter leaves, and what is around it.

use super::tree::{columns_ui, edit_in_row, menu_ui, scroll_to_selection};
use super::tree_input::typed_ui;
use super::tree_row::{is_words, value_style};
use super::under_way::page_under_way_ui;
use super::{Shown, problems_of, size_text, tone_of};
use crate::app::{Action, TreeFilter};
use crate::document::value::quote_text;
use crate::document::{Entry, MapKey, Meaning, ReadMode, RowText, SMALL_WINDOW, Tone, entry_row_text};
use crate::document::{Reader, read_key};
use crate::schema::Kind;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::keys;
use crate::ui::theme::{Theme, theme};
use crate::ui::view::{Asked, TabView};
use crate::ui::widgets::{
    Choice, ColumnLayout, Row, RowDrag, RowLabel, RowList, cell, context_menu, empty_state_ui, tree_cell,
    visible_text,
};
use egui::{Align, Key, Modifiers, Ui, pos2};

/// Characters of a value that can matter to a row.
const MAX_CHARS: usize = 240;
/// What a drag comes to where it may be let go.
const MAY_DROP: [&str; 2] = [
    "Goes right above this row; rows that the filter hides stay where they are",
    "Goes right below this row; rows that the filter hides stay where they are",
];

pub fn filtered_ui(
    ui: &mut Ui,
    shown: Shown<'_>,
    view: &mut TabView,
    widths: &mut Vec<f32>,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let filter = &shown.open.filter;
    if filter.places.is_empty() {
        nothing_ui(ui, shown, actions);
        return;
    }
    scroll_to_selection(shown.open, view);
    let layout = columns_ui(ui, widths);
    let theme = theme(ui);
    let selected = shown.open.selection.as_ref().map(|selection| selection.row);
    let here = selected.and_then(|row| filter.nth_of(row));
    if view.seen_filtered != here {
        view.seen_filtered = here;
        if let Some(here) = here {
            view.filtered.ensure_visible(here);
        }
    }
    let mut state = std::mem::take(&mut view.filtered);
    let mut in_row = Vec::new();
    let list = RowList::tree("Filtered fields", filter.n_rows())
        .selected(|nth| Some(nth) == here)
        .keeps_in_view(here)
        .draggable(|drag| match shown.open.why_not_move_filtered(drag.from, drag.over, drag.below) {
            Some(reason) => Err(reason),
            None => Ok(MAY_DROP[usize::from(drag.below)]),
        });
    let response = list.show(ui, &mut state, |ui, row| {
        context_menu(&row.response).show(|ui| menu_ui(ui, shown, asked, &mut in_row));
        let is_edited = row.is_selected && view.is_editing_row;
        let (label, fold) = row_ui(ui, theme, &layout, row, shown, is_edited);
        in_row.extend(fold);
        if is_edited && let Some(subject) = view.subject.take() {
            in_row.extend(edit_in_row(ui, shown, &subject, layout.cell(row.rect, 3), view, asked));
            view.subject = Some(subject);
        }
        label
    });
    view.filtered = state;
    actions.append(&mut in_row);
    if let Some(RowDrag { from, over: to, below }) = response.dropped {
        actions.push(Action::MoveFiltered { from, to, below });
    }
    let list = &response.response;
    if std::mem::take(&mut asked.focus_tree) {
        list.request_focus();
    }
    let moved = view.filtered.selection_by_keys(list, here);
    let clicked = response.clicked.map(|(row, _)| row).or(response.secondary_clicked);
    if let Some(nth) = clicked.or(moved) {
        actions.push(Action::GoToFiltered(nth));
    }
    if let Some(nth) = response.double_clicked {
        let is_value = view
            .subject
            .as_ref()
            .is_some_and(|subject| filter.row_id(nth) == Some(subject.row.id) && subject.fits_a_row());
        match fold(shown, nth).filter(|_| !is_value) {
            Some((is_folded, _)) => actions.push(Action::FoldFiltered { nth, is_folded: !is_folded }),
            None => asked.edit = true,
        }
    }
    if list.has_focus() {
        keys_ui(ui, shown, view, here, asked, actions);
    }
}

/// Whether a row is closed, and its number in the outline; `None` if there is nothing below it.
fn fold(shown: Shown<'_>, nth: u64) -> Option<(bool, usize)> {
    let filter = &shown.open.filter;
    let (idx, _) = filter.row(nth)?;
    filter.has_below(idx).then(|| (filter.is_folded(idx), idx))
}

fn keys_ui(
    ui: &Ui,
    shown: Shown<'_>,
    view: &mut TabView,
    here: Option<u64>,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    typed_ui(ui, shown, view, asked, actions);
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if let Some(nth) = here {
        let state = fold(shown, nth).map(|(is_folded, _)| is_folded);
        let folding = |is_folded| Action::FoldFiltered { nth, is_folded };
        if pressed(Key::ArrowRight) {
            actions.extend(match state {
                Some(true) => Some(folding(false)),
                Some(false) => Some(Action::GoToFiltered(nth + 1)),
                None => None,
            });
        }
        if pressed(Key::ArrowLeft) {
            actions.extend(match state {
                Some(false) => Some(folding(true)),
                _ => shown.open.filter.nth_around(nth).map(Action::GoToFiltered),
            });
        }
        if pressed(Key::Space) {
            actions.extend(state.map(|is_folded| folding(!is_folded)));
        }
        if pressed(Key::Enter) {
            match (state, &view.subject) {
                (Some(is_folded), Some(subject)) if !subject.fits_a_row() => {
                    actions.push(folding(!is_folded));
                }
                _ => asked.edit = true,
            }
        }
    }
    if pressed(Key::Escape) {
        actions.push(Action::Filter(TreeFilter::All));
    }
    for command in keys::pressed_in_list(ui.ctx()) {
        asked.run(ui.ctx(), command, command.resolve(shown.state), actions);
    }
}

/// Says why there are no rows, or how far looking for them is.
fn nothing_ui(ui: &mut Ui, shown: Shown<'_>, actions: &mut Vec<Action>) {
    let filter = &shown.open.filter;
    if let Some(job) = filter.running.filter(|_| !filter.is_made) {
        let running = shown.state.running.iter().find(|running| running.job == job);
        if page_under_way_ui(ui, "Looking for rows", running) {
            actions.push(Action::CancelJob(job));
        }
        return;
    }
    let choices = [Choice::new("Look again"), Choice::new("Show everything")];
    let (icon, sentence, hint, choices) = match (&filter.failure, filter.is_made, filter.kind) {
        (Some(failure), ..) => (Icon::Error, "The rows could not be found", failure.as_str(), &choices[..]),
        (None, false, _) => {
            let hint = "Which rows there are was not found out.";
            (Icon::Filter, "Looking for rows was stopped", hint, &choices[..])
        }
        (.., TreeFilter::Unknown) => {
            (Icon::Check, "No unknown fields", "The type declares every record.", &choices[..0])
        }
        (.., TreeFilter::Problems) => {
            let hint = "Every byte is accounted for by the type it is read as.";
            (Icon::Check, "No problems", hint, &choices[..0])
        }
        _ => (Icon::Search, "No matches", "The search finds nothing in this document.", &choices[..0]),
    };
    match empty_state_ui(ui, icon, sentence, hint, choices) {
        Some(0) => actions.push(Action::Filter(filter.kind)),
        Some(_) => actions.push(Action::Filter(TreeFilter::All)),
        None => {}
    }
}

/// Paints a row; returns how it reads, and what a click on its chevron asks for.
fn row_ui(
    ui: &Ui,
    theme: &Theme,
    columns: &ColumnLayout,
    row: &Row,
    shown: Shown<'_>,
    is_edited: bool,
) -> (RowLabel, Option<Action>) {
    let open = shown.open;
    let filter = &open.filter;
    let (snapshot, root) = (open.document.snapshot(), open.document.root());
    let Some((idx, offset)) = filter.row(row.idx) else { return (RowLabel::new(""), None) };
    let Some(outlined) = filter.outline.rows().get(idx) else { return (RowLabel::new(""), None) };
    let plain = |name: &str, value: &str| (plain_ui(ui, theme, columns, row, name, value), None);
    let entry = match filter.outline.entry(idx, &filter.places, snapshot, &root, ReadMode::Cached) {
        Ok(Some(entry)) => entry,
        Ok(None) => return plain("changed", "These bytes are read otherwise by now"),
        Err(error) => {
            let text =
                entry_row_text(snapshot, &Entry::Unread { offset, error }, MAX_CHARS, ReadMode::Cached);
            return plain(&text.name, &text.value);
        }
    };
    let text = entry_row_text(snapshot, &entry, MAX_CHARS, ReadMode::Cached);
    let painter = ui.painter();
    let mono = fonts::mono(theme.size.text_mono);
    let dense = fonts::regular(theme.size.text_dense);
    cell(painter, columns.cell(row.rect, 0), &text.number, &mono, theme.color.muted, Align::Max);
    let name_at = columns.cell(row.rect, 1);
    let most = ((name_at.width() / 3.0) / theme.size.indent).floor().max(1.0) as usize;
    let depth = outlined.depth as usize;
    let is_expanded = filter.has_below(idx).then(|| !filter.is_folded(idx));
    let tree = tree_cell(painter, theme, name_at, depth.min(most), is_expanded);
    let mut at = tree.text;
    let found = problems_of(open, &entry, is_expanded == Some(true));
    if let Some(tone) = found.map(|problem| problem.severity).max().map(tone_of) {
        let center = pos2(at.right() - theme.size.icon / 2.0, at.center().y);
        tone.icon().paint_sized(painter, center, theme.size.icon - 2.0, tone.color(theme));
        at.max.x -= theme.size.icon + theme.size.gap_small;
    }
    let name = name_of(shown, &entry, &text);
    let name_text = visible_text(&name);
    let color = match (outlined.is_found, text.tone) {
        (false, _) => theme.color.muted,
        (true, Tone::Unknown) => theme.color.unknown,
        (true, _) => theme.color.text,
    };
    let font = fonts::regular(theme.size.text);
    let drawn = cell(painter, at, &name_text, &font, color, Align::Min);
    drawn.full_text_on_hover(ui, &row.response, || name_text.clone().into_owned());
    let kind = visible_text(&text.kind);
    let drawn = cell(painter, columns.cell(row.rect, 2), &kind, &dense, theme.color.muted, Align::Min);
    drawn.full_text_on_hover(ui, &row.response, || kind.clone().into_owned());
    if !is_edited {
        let value = visible_text(&text.value);
        let (value_font, tone) = value_style(theme, text.tone, is_words(&entry));
        let value_color = if outlined.is_found { tone } else { theme.color.muted };
        let drawn = cell(painter, columns.cell(row.rect, 3), &value, &value_font, value_color, Align::Min);
        drawn.full_text_on_hover(ui, &row.response, || value.clone().into_owned());
    }
    let size = size_text(text.n_bytes);
    cell(painter, columns.cell(row.rect, 4), &size, &mono, theme.color.muted, Align::Max);
    let label =
        RowLabel::new(format!("{name}, {}, {}", text.kind, text.value)).level(depth).expanded(is_expanded);
    let nth = row.idx;
    let clicked = is_expanded.filter(|_| tree.is_chevron_clicked(&row.response));
    (label, clicked.map(|is_expanded| Action::FoldFiltered { nth, is_folded: is_expanded }))
}

/// A row of which only words are known.
fn plain_ui(ui: &Ui, theme: &Theme, columns: &ColumnLayout, row: &Row, name: &str, value: &str) -> RowLabel {
    let dense = fonts::regular(theme.size.text_dense);
    let muted = theme.color.muted;
    cell(ui.painter(), columns.cell(row.rect, 1), name, &dense, muted, Align::Min);
    let drawn = cell(ui.painter(), columns.cell(row.rect, 3), value, &dense, muted, Align::Min);
    drawn.full_text_on_hover(ui, &row.response, || value.to_owned());
    RowLabel::new(format!("{name}, {value}"))
}

/// The field's name with its index or key, as there are no rows for runs here.
fn name_of(shown: Shown<'_>, entry: &Entry, text: &RowText) -> String {
    match entry {
        Entry::Record { at, meaning: Meaning::Field(field), .. } if field.is_map() => {
            let Kind::Message(inner) = field.kind() else { return field.name().to_owned() };
            let Some(key) = inner.get_field(1) else { return field.name().to_owned() };
            let mut reader = Reader::new(shown.open.document.snapshot(), ReadMode::Cached, SMALL_WINDOW);
            let key = read_key(&mut reader, at.payload(), &key.kind()).ok().flatten();
            match key {
                Some(MapKey::Text(key)) => {
                    format!("{}[{}]", field.name(), quote_text(&String::from_utf8_lossy(&key), 80).0)
                }
                Some(key) => format!("{}{}", field.name(), key.step()),
                None => format!("{}[…]", field.name()),
            }
        }
        Entry::Record { meaning, element_idx: Some(idx), .. } => match meaning.field() {
            Some(field) if !matches!(meaning, Meaning::Packed(_)) => format!("{}[{idx}]", field.name()),
            _ => text.name.clone(),
        },
        Entry::Element { field, element_idx, .. } => format!("{}[{element_idx}]", field.name()),
        _ => text.name.clone(),
    }
}
