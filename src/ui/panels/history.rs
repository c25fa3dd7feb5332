//! The steps that were made, oldest first; a click goes back or forward to any of them.

use super::Shown;
use crate::app::Action;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Theme, theme};
use crate::ui::view::TabView;
use crate::ui::widgets::{Row, RowLabel, RowList, cell, empty_state_ui, visible_text};
use egui::{Align, Ui, pos2};
use std::cmp::Ordering;

pub fn history_ui(ui: &mut Ui, shown: Shown<'_>, view: &mut TabView, actions: &mut Vec<Action>) {
    let document = &shown.open.document;
    if document.n_steps() == 0 {
        let hint = "Every edit will be listed here by name. Undo is unlimited and survives a save.";
        empty_state_ui(ui, Icon::History, "Nothing was edited yet", hint, &[]);
        return;
    }
    let theme = theme(ui);
    // The first row is the document without any step.
    let here = document.n_edits() as u64;
    if view.seen_step.replace(here) != Some(here) {
        view.history.ensure_visible(here);
    }
    let list = RowList::new("History", document.n_steps() as u64 + 1).selected(|row| row == here).show(
        ui,
        &mut view.history,
        |ui, row| row_ui(ui, theme, shown, row, here),
    );
    let moved = view.history.selection_by_keys(&list.response, Some(here));
    let clicked = list.clicked.map(|(row, _)| row).filter(|row| *row != here);
    if let Some(row) = clicked.or(moved) {
        actions.push(Action::GoToStep(row as usize));
    }
}

fn row_ui(ui: &Ui, theme: &Theme, shown: Shown<'_>, row: &Row, here: u64) -> RowLabel {
    let document = &shown.open.document;
    let step = row.idx.checked_sub(1).and_then(|idx| document.step(idx as usize));
    let label = visible_text(step.as_ref().map_or("Opened", |step| step.label));
    let is_state_saved = step.as_ref().map_or(document.began_saved(), |step| step.is_saved);
    // What was never on disk was never saved.
    let is_saved = is_state_saved && shown.open.identity.is_some();
    let (icon, word) = match row.idx.cmp(&here) {
        Ordering::Equal => (Icon::ArrowRight, "current"),
        Ordering::Less => (Icon::Check, "done"),
        Ordering::Greater => (Icon::Redo, "undone"),
    };
    let mut at = row.rect.shrink2(egui::vec2(theme.size.margin, 0.0));
    let center = pos2(at.left() + theme.size.icon / 2.0, at.center().y);
    let ink = if row.idx == here { theme.color.accent } else { theme.color.muted };
    icon.paint_sized(ui.painter(), center, theme.size.icon - 2.0, ink);
    at.min.x += theme.size.icon + theme.size.gap;
    if is_saved {
        let font = fonts::regular(theme.size.text_small);
        let saved = cell(ui.painter(), at, "saved", &font, theme.color.ok, Align::Max);
        let center = pos2(saved.rect.left() - theme.size.icon / 2.0 - 2.0, at.center().y);
        Icon::Save.paint_sized(ui.painter(), center, theme.size.icon - 3.0, theme.color.ok);
        at.max.x = center.x - theme.size.icon;
    }
    let size = theme.size.text_dense;
    let font = if row.idx == here { fonts::medium(size) } else { fonts::regular(size) };
    let color = if row.idx > here { theme.color.muted } else { theme.color.text };
    cell(ui.painter(), at, &label, &font, color, Align::Min)
        .full_text_on_hover(ui, &row.response, || label.to_string());
    let saved = if is_saved { ", saved" } else { "" };
    RowLabel::new(label).value(format!("{word}{saved}"))
}
