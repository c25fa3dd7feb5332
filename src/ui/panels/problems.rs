//! What a check found, in wire order; a click goes there.

use super::{Shown, tone_of};
use crate::app::{Action, SelectTarget};
use crate::document::problem::Problem;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Theme, theme};
use crate::ui::view::TabView;
use crate::ui::widgets::{Elide, Row, RowLabel, RowList, cell, cell_elided, empty_state_ui, visible_text};
use egui::{Align, Rect, Ui, pos2};

pub fn problems_ui(ui: &mut Ui, shown: Shown<'_>, view: &mut TabView, actions: &mut Vec<Action>) {
    let list = &shown.open.problems;
    if list.found.is_empty() {
        let is_checked = list.revision.is_some();
        let (icon, sentence, hint) = match is_checked {
            true => (Icon::Check, "No problems", "Every byte is accounted for by the type it is read as."),
            false => (Icon::Clock, "Checking…", ""),
        };
        empty_state_ui(ui, icon, sentence, hint, &[]);
        return;
    }
    let theme = theme(ui);
    let selected = shown.open.selection.as_ref().map(|selection| selection.range.start);
    let is_selected = |row: u64| {
        list.found.get(row as usize).is_some_and(|problem| Some(shown.open.offset_of(problem)) == selected)
    };
    let response = RowList::new("Problems", list.found.len() as u64).selected(is_selected).show(
        ui,
        &mut view.problems,
        |ui, row| {
            let problem = &list.found[row.idx as usize];
            row_ui(ui, theme, row, problem, shown.open.offset_of(problem))
        },
    );
    let here = list.found.iter().position(|problem| Some(shown.open.offset_of(problem)) == selected);
    let moved = view.problems.selection_by_keys(&response.response, here.map(|row| row as u64));
    if let Some(row) = response.clicked.map(|(row, _)| row).or(moved)
        && let Some(problem) = list.found.get(row as usize)
    {
        actions.push(Action::Select(SelectTarget::Offset(shown.open.offset_of(problem))));
    }
}

fn row_ui(ui: &Ui, theme: &Theme, row: &Row, problem: &Problem, offset: u64) -> RowLabel {
    let painter = ui.painter();
    let tone = tone_of(problem.severity);
    let mut at = row.rect.shrink2(egui::vec2(theme.size.margin, 0.0));
    let center = pos2(at.left() + theme.size.icon / 2.0, at.center().y);
    tone.icon().paint_sized(painter, center, theme.size.icon - 2.0, tone.color(theme));
    at.min.x += theme.size.icon + theme.size.gap;
    let mono = fonts::mono(theme.size.text_mono);
    let dense = fonts::regular(theme.size.text_dense);
    let offset = format!("0x{offset:x}");
    let right = Rect::from_min_max(pos2(at.right() - 72.0, at.top()), at.max);
    cell(painter, right, &offset, &mono, theme.color.muted, Align::Max);
    at.max.x = right.left() - theme.size.gap;
    let path = problem.path.to_string();
    let path_at = Rect::from_min_max(pos2(at.right() - (at.width() * 0.4).min(280.0), at.top()), at.max);
    let path_text = visible_text(&path);
    let muted = theme.color.muted;
    let path_cell = cell_elided(painter, path_at, &path_text, &dense, muted, Align::Max, Elide::Middle);
    if !path.is_empty() {
        at.max.x = path_cell.rect.left() - 2.0 * theme.size.gap;
    }
    let message = visible_text(&problem.message);
    cell(painter, at, &message, &dense, theme.color.text, Align::Min);
    let hint = problem.hint.as_deref().unwrap_or("");
    if row.is_hovered {
        row.response.clone().on_hover_ui(|ui| {
            ui.label(message.as_ref());
            if !hint.is_empty() {
                ui.weak(hint);
            }
        });
    }
    RowLabel::new(format!("{}: {message}", problem.severity)).value(format!("{path} at {offset}"))
}
