//! The keys and values of the selected run of a map as a table, in the inspector.

use super::tree_row::{is_words, value_style};
use super::{Shown, problems_of, tone_of};
use crate::app::{Action, SelectTarget};
use crate::document::value::grouped;
use crate::document::{Entry, ReadMode, entry_row_text};
use crate::ui::editors::{MAX_ENTRIES, Subject};
use crate::ui::fonts;
use crate::ui::theme::{Theme, theme};
use crate::ui::view::TabView;
use crate::ui::widgets::{Row, RowLabel, RowList, cell, visible_text};
use egui::{Align, Key, Modifiers, Rect, Sense, StrokeKind, Ui, UiBuilder, vec2};

/// Rows that stand there without scrolling.
const MOST_ROWS: usize = 10;
const MAX_CHARS: usize = 200;
const KEY_SHARE: f32 = 0.42;

/// A click or Enter goes to the entry.
pub fn entries_ui(
    ui: &mut Ui,
    shown: Shown<'_>,
    subject: &Subject,
    view: &mut TabView,
    actions: &mut Vec<Action>,
) {
    let theme = theme(ui);
    let entries = &subject.entries;
    ui.weak(subject.text.value.as_str());
    ui.add_space(theme.size.gap_small);
    let header = vec2(ui.available_width(), theme.size.row_dense);
    let (header, _) = ui.allocate_exact_size(header, Sense::hover());
    let font = fonts::regular(theme.size.text_dense);
    for (title, at) in ["Key", "Value"].into_iter().zip(cells(theme, header)) {
        cell(ui.painter(), at, title, &font, theme.color.muted, Align::Min);
    }
    let n_rows = entries.len().min(MOST_ROWS) as f32;
    let size = vec2(ui.available_width(), n_rows * theme.size.row + 2.0 * theme.size.line);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let kind = StrokeKind::Inside;
    ui.painter().rect(rect, theme.size.radius, theme.color.surface_0, theme.line(), kind);
    let mut inside = ui.new_child(UiBuilder::new().max_rect(rect.shrink(theme.size.line)));
    let picked = view.picked_entry.filter(|picked| *picked < entries.len() as u64);
    let response = RowList::new("Entries", entries.len() as u64).selected(|row| picked == Some(row)).show(
        &mut inside,
        &mut view.entries,
        |ui, row| row_ui(ui, theme, shown, row, &entries[row.idx as usize]),
    );
    if let Some(moved) = view.entries.selection_by_keys(&response.response, picked) {
        view.picked_entry = Some(moved);
    }
    let enter =
        response.response.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    let gone_to = response.clicked.map(|(row, _)| row).or(picked.filter(|_| enter));
    if let Some(entry) = gone_to.and_then(|row| entries.get(row as usize)) {
        view.picked_entry = None;
        actions.push(Action::Select(SelectTarget::Offset(entry.range().start)));
    }
    if entries.len() == MAX_ENTRIES {
        let text = format!("The first {}; open the row to see all", grouped(MAX_ENTRIES as u64));
        ui.weak(text);
    }
}

fn cells(theme: &Theme, row: Rect) -> [Rect; 2] {
    let inner = row.shrink2(vec2(theme.size.gap, 0.0));
    let middle = (inner.left() + KEY_SHARE * inner.width()).round();
    [inner.with_max_x(middle - theme.size.gap), inner.with_min_x(middle)]
}

fn row_ui(ui: &Ui, theme: &Theme, shown: Shown<'_>, row: &Row, entry: &Entry) -> RowLabel {
    let text = entry_row_text(shown.open.document.snapshot(), entry, MAX_CHARS, ReadMode::Cached);
    let [mut key_at, value_at] = cells(theme, row.rect);
    if let Some(tone) =
        problems_of(shown.open, entry, false).map(|problem| problem.severity).max().map(tone_of)
    {
        let at = key_at.with_min_x(key_at.right() - theme.size.icon);
        tone.icon().paint_sized(ui.painter(), at.center(), theme.size.icon - 2.0, tone.color(theme));
        key_at.max.x = at.left() - theme.size.gap_small;
    }
    let key = text.name.strip_prefix('[').and_then(|key| key.strip_suffix(']')).unwrap_or(&text.name);
    let (key, value) = (visible_text(key), visible_text(&text.value));
    let mono = fonts::mono(theme.size.text_mono);
    let drawn = cell(ui.painter(), key_at, &key, &mono, theme.color.text, Align::Min);
    drawn.full_text_on_hover(ui, &row.response, || key.clone().into_owned());
    let (font, color) = value_style(theme, text.tone, is_words(entry));
    let drawn = cell(ui.painter(), value_at, &value, &font, color, Align::Min);
    drawn.full_text_on_hover(ui, &row.response, || value.clone().into_owned());
    RowLabel::new(format!("Entry {key}")).value(value.clone().into_owned())
}
