//! The steps that were made, oldest first; those that were undone are dimmed.

use super::Shown;
use crate::document::HistoryEntry;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::view::TabView;
use crate::ui::widgets::{RowLabel, RowList, cell, empty_state_ui, visible_text};
use egui::{Align, Ui, pos2};

pub fn history_ui(ui: &mut Ui, shown: Shown<'_>, view: &mut TabView) {
    let steps: Vec<HistoryEntry<'_>> = shown.open.document.history().collect();
    if steps.is_empty() {
        let hint = "Every edit will be listed here by name. Undo is unlimited and survives a save.";
        empty_state_ui(ui, Icon::History, "Nothing was edited yet", hint, &[]);
        return;
    }
    let theme = theme(ui);
    let last_applied = steps.iter().rposition(|step| step.applied);
    RowList::new("History", steps.len() as u64)
        .selected(|row| last_applied.map(|row| row as u64) == Some(row))
        .show(ui, &mut view.history, |ui, row| {
            let step = &steps[row.idx as usize];
            let color = if step.applied { theme.color.text } else { theme.color.muted };
            let icon = if step.applied { Icon::Check } else { Icon::Redo };
            let mut at = row.rect.shrink2(egui::vec2(theme.size.margin, 0.0));
            let center = pos2(at.left() + theme.size.icon / 2.0, at.center().y);
            icon.paint_sized(ui.painter(), center, theme.size.icon - 2.0, theme.color.muted);
            at.min.x += theme.size.icon + theme.size.gap;
            let label = visible_text(step.label);
            let font = fonts::regular(theme.size.text_dense);
            cell(ui.painter(), at, &label, &font, color, Align::Min);
            RowLabel::new(label).value(if step.applied { "done" } else { "undone" })
        });
}
