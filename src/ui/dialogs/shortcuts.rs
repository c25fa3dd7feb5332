//! All shortcuts, and what this program is.

use super::DialogView;
use super::frame::{buttons_ui, dialog};
use crate::app::{Action, COMMANDS};
use crate::ui::fonts;
use crate::ui::theme::theme;
use crate::ui::widgets::{RowLabel, RowList, cell};
use egui::{Align, Context, Ui, vec2};
use std::collections::HashSet;

/// Keys that belong to a place and not to a command.
const OF_THE_TREE: [(&str, &str); 6] = [
    ("↑, ↓", "Walk the tree"),
    ("→, ←", "Open or go in; close or go out"),
    ("Enter", "Edit the value, or open the row"),
    ("Esc", "Leave a value as it was"),
    ("Home, End", "First and last row"),
    ("Page Up, Page Down", "A page of rows"),
];

const OF_THE_BYTES: [(&str, &str); 8] = [
    ("0–9, a–f", "Type over the byte at the cursor"),
    ("Any character", "Type over the text, in its column"),
    ("Insert", "Type in front of the byte instead of over it, and back"),
    ("Delete, Backspace", "Remove the byte at the cursor, or the one before it"),
    ("Shift+←, →, ↑, ↓", "Select bytes"),
    ("Home, End", "Start and end of the line"),
    ("Ctrl+Home, Ctrl+End", "Start and end of the document"),
    ("Esc", "Select no bytes; then back to the tree"),
];

/// A row of the list.
enum Line {
    Title(&'static str),
    Keys(String, &'static str),
}

fn lines() -> Vec<Line> {
    let mut lines = Vec::new();
    for (title, keys) in [("In the tree", &OF_THE_TREE[..]), ("In the bytes", &OF_THE_BYTES[..])] {
        lines.push(Line::Title(title));
        lines.extend(keys.iter().map(|(keys, what)| Line::Keys((*keys).to_owned(), what)));
    }
    let mut menus: Vec<&'static str> = COMMANDS.iter().filter_map(|row| row.menu).collect();
    let mut seen = HashSet::new();
    menus.retain(|menu| seen.insert(*menu));
    for menu in menus.into_iter().map(Some).chain([None]) {
        let rows = COMMANDS.iter().filter(|row| row.menu == menu);
        let keys = rows.filter_map(|row| Some(Line::Keys(row.shortcut?.to_string(), row.title)));
        let keys: Vec<Line> = keys.collect();
        if !keys.is_empty() {
            lines.push(Line::Title(menu.unwrap_or("Everywhere")));
            lines.extend(keys);
        }
    }
    lines
}

pub fn shortcuts_ui(ctx: &Context, view: &mut DialogView, actions: &mut Vec<Action>) {
    let lines = lines();
    let (pressed, is_closed) = dialog(ctx, "Keyboard shortcuts", 520.0, |ui| {
        let row = theme(ui).size.row;
        let height = (ctx.content_rect().height() - 200.0).clamp(120.0, 560.0);
        list_ui(ui, &lines, (height / row).floor() * row, view);
        buttons_ui(ui, &[("Close", None)])
    });
    if pressed.is_some() || is_closed {
        actions.push(Action::Dismiss);
    }
}

fn list_ui(ui: &mut Ui, lines: &[Line], height: f32, view: &mut DialogView) {
    let theme = theme(ui);
    let size = vec2(ui.available_width(), height);
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
        let row_ui = |ui: &mut Ui, row: &crate::ui::widgets::Row| {
            let at = row.rect.shrink2(vec2(theme.size.gap, 0.0));
            match &lines[row.idx as usize] {
                Line::Title(title) => {
                    let font = fonts::medium(theme.size.text);
                    cell(ui.painter(), at, title, &font, theme.color.text, Align::Min);
                    RowLabel::new(*title)
                }
                Line::Keys(keys, what) => {
                    let font = fonts::regular(theme.size.text);
                    let key_cell = cell(ui.painter(), at, keys, &font, theme.color.muted, Align::Max);
                    let at = at.with_max_x(key_cell.rect.left() - theme.size.gap);
                    let at = at.with_min_x(at.left() + theme.size.indent);
                    cell(ui.painter(), at, what, &font, theme.color.text, Align::Min).full_text_on_hover(
                        ui,
                        &row.response,
                        || (*what).to_owned(),
                    );
                    RowLabel::new(*what).value(keys.as_str())
                }
            }
        };
        RowList::new("Shortcuts", lines.len() as u64).without_hover().show(ui, &mut view.list, row_ui);
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
