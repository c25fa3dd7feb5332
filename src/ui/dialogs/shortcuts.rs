//! All shortcuts, and what this program is.

use super::DialogView;
use super::frame::{buttons_ui, dialog};
use crate::app::{Action, COMMANDS};
use crate::ui::fonts;
use crate::ui::theme::theme;
use crate::ui::widgets::{RowLabel, RowList, cell};
use egui::{Align, Context, Ui, vec2};

/// Keys that belong to a place and not to a command.
const OF_THE_TREE: [(&str, &str); 6] = [
    ("↑ ↓", "Walk the tree"),
    ("→ ←", "Open or go in; close or go out"),
    ("Enter", "Edit the value, or open the row"),
    ("Esc", "Leave a value as it was"),
    ("Home End", "First and last row"),
    ("Page Up, Page Down", "A page of rows"),
];

const OF_THE_BYTES: [(&str, &str); 6] = [
    ("0–9 a–f", "Type over the byte at the cursor, or over the text in its column"),
    ("Insert", "Type in front of the byte instead of over it, and back"),
    ("Delete, Backspace", "Remove the byte at the cursor, or the one before it"),
    ("Shift with ← → ↑ ↓", "Select bytes"),
    ("Home, End", "Start and end of the line; with Ctrl of the document"),
    ("Esc", "Select no bytes; then back to the tree"),
];

pub fn shortcuts_ui(ctx: &Context, view: &mut DialogView, actions: &mut Vec<Action>) {
    let mut rows: Vec<(String, &str)> =
        OF_THE_TREE.iter().chain(&OF_THE_BYTES).map(|(keys, what)| ((*keys).to_owned(), *what)).collect();
    let commands = COMMANDS.iter().filter_map(|row| Some((row.shortcut?.to_string(), row.title)));
    rows.extend(commands);
    let (pressed, is_closed) = dialog(ctx, "Keyboard shortcuts", 460.0, |ui| {
        let height = (ctx.content_rect().height() - 240.0).clamp(120.0, 520.0);
        list_ui(ui, &rows, height, view);
        buttons_ui(ui, &[("Close", None)])
    });
    if pressed.is_some() || is_closed {
        actions.push(Action::Dismiss);
    }
}

fn list_ui(ui: &mut Ui, rows: &[(String, &str)], height: f32, view: &mut DialogView) {
    let theme = theme(ui);
    let size = vec2(ui.available_width(), height);
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
        let row_ui = |ui: &mut Ui, row: &crate::ui::widgets::Row| {
            let (keys, what) = &rows[row.idx as usize];
            let at = row.rect.shrink2(vec2(theme.size.gap, 0.0));
            let font = fonts::regular(theme.size.text);
            let key_cell = cell(ui.painter(), at, keys, &font, theme.color.muted, Align::Max);
            let at = at.with_max_x(key_cell.rect.left() - theme.size.gap);
            cell(ui.painter(), at, what, &font, theme.color.text, Align::Min);
            RowLabel::new(*what).value(keys.as_str())
        };
        RowList::new("Shortcuts", rows.len() as u64).without_hover().show(ui, &mut view.list, row_ui);
    });
}

pub fn about_ui(ctx: &Context, actions: &mut Vec<Action>) {
    let (pressed, is_closed) = dialog(ctx, "About Protoloupe", 420.0, |ui| {
        ui.label(format!("Version {}", env!("CARGO_PKG_VERSION")));
        ui.add_space(theme(ui).size.gap);
        ui.label(
            "View and edit binary Protocol Buffers messages. The bytes are the document: saving without \
             an edit gives the identical file.",
        );
        ui.add_space(theme(ui).size.gap);
        ui.weak("Fonts: Inter and JetBrains Mono (SIL Open Font License). Icons: Lucide (ISC).");
        buttons_ui(ui, &[("Close", None)])
    });
    if pressed.is_some() || is_closed {
        actions.push(Action::Dismiss);
    }
}
