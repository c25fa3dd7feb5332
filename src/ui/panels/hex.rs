//! The bytes themselves, tinted by what they are: the cursor selects the innermost record, and what
//! is typed changes the bytes.
//!
//! **Not here:** what typing does (`app`), keys and pointer (`hex_input`), one row (`hex_row`), the
//! strip above (`hex_strip`), the readings beside (`data`).

use super::Shown;
use super::hex_input::{self, Drag, Drawn};
use super::hex_layout::Layout;
use super::hex_roles::{Roles, roles_of};
use super::hex_row::{Bytes, row_ui};
use crate::app::{Action, Command, OpenDocument};
use crate::document::{ByteAt, BytePart, ReadMode, RowId};
use crate::ui::commands::offer;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::shell::{is_on, of_bytes};
use crate::ui::theme::theme;
use crate::ui::view::Asked;
use crate::ui::widgets::{
    Row, RowList, RowListState, cell, context_menu, menu_item_ui, scrolled_menu_ui, visible_text,
};
use egui::{Align, Ui};
use std::ops::Range;

/// Where the pane stands, and what was last found out about the bytes in it.
#[derive(Default)]
pub struct HexView {
    list: RowListState,
    /// Bytes a row when it was last drawn; 0 before.
    row_width: u64,
    drag: Option<Drag>,
    /// The cursor when it was last scrolled to.
    seen_cursor: Option<u64>,
    is_jump: bool,
    /// The pane has the keyboard.
    pub has_keyboard: bool,
    wants_focus: bool,
    roles: KeptRoles,
    hovered: Hovered,
}

#[derive(Default)]
struct KeptRoles {
    key: Option<RolesKey>,
    roles: Roles,
}

/// What the roles of the bytes in view depend on.
#[derive(Clone, Debug, PartialEq)]
struct RolesKey {
    revision: usize,
    visible: Range<u64>,
    root: Option<String>,
    n_rows: u64,
    selected: Option<RowId>,
}

/// The byte under the pointer.
#[derive(Default)]
struct Hovered {
    key: Option<(usize, u64, Option<String>)>,
    found: Option<ByteAt>,
}

/// What the context menu offers, in groups.
const MENU: [&[Command]; 4] = [
    &[Command::Cut, Command::Copy, Command::Paste],
    &[
        Command::CopyHex,
        Command::CopyBase64,
        Command::CopyEscaped,
        Command::CopyC,
        Command::CopyRust,
        Command::CopyGo,
        Command::CopyJava,
        Command::CopyPython,
        Command::BytesToFile,
    ],
    &[Command::SelectAllBytes, Command::SelectValue],
    &[Command::ToggleInsert, Command::ToggleKeepLengths],
];

impl HexView {
    /// Scrolls to the cursor in the next frame, which a new selection has moved to these bytes.
    pub fn reveal(&mut self, _selected: &Range<u64>) {
        self.is_jump = true;
    }

    /// Takes the keyboard in the next frame.
    pub fn focus(&mut self) {
        self.wants_focus = true;
    }
}

pub fn hex_ui(
    ui: &mut Ui,
    shown: Shown<'_>,
    view: &mut HexView,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let open = shown.open;
    let theme = theme(ui);
    let len = open.document.len();
    let layout = Layout::of(ui, theme, ui.available_width(), len);
    // The place behind the last byte is one where bytes can be typed.
    let n_rows = len / layout.n_bytes + 1;
    keep_place(view, &layout);
    follow_cursor(view, open, &layout);
    let from = view.list.position().row.min(n_rows);
    let visible = from * layout.n_bytes..((from + view.list.page_rows() + 3) * layout.n_bytes).min(len);
    let visible = visible.start.min(len)..visible.end.max(visible.start.min(len));
    view.roles.update(open, visible.clone());
    let bytes = Bytes::of(open, visible, &view.roles.roles, view.has_keyboard);
    let mut list = std::mem::take(&mut view.list);
    let mut drawn = Drawn {
        rows: Vec::new(),
        is_pressed: false,
        is_clicked: false,
        is_double_clicked: false,
        is_secondary_clicked: false,
    };
    let hovered = &mut view.hovered;
    let cursor_row = Some(open.cursor_offset() / layout.n_bytes);
    let rows = RowList::new("Bytes", n_rows).row_height(theme.size.row_dense).without_hover();
    let response = rows.keeps_in_view(cursor_row).show(ui, &mut list, |ui, row| {
        drawn.rows.push((row.idx, row.rect));
        drawn.is_pressed |= row.response.is_pointer_button_down_on();
        drawn.is_clicked |= row.response.clicked();
        drawn.is_double_clicked |= row.response.double_clicked();
        drawn.is_secondary_clicked |= row.response.secondary_clicked();
        context_menu(&row.response).show(|ui| menu_ui(ui, shown, asked, actions));
        tooltip_ui(ui, open, &layout, row, hovered);
        row_ui(ui, theme, &layout, &bytes, row)
    });
    view.list = list;
    let (acts, scroll) = hex_input::pointer(ui, open, &layout, &drawn, &mut view.drag, response.rows_rect);
    if let Some(row) = scroll {
        view.list.ensure_visible(row.min(n_rows.saturating_sub(1)));
        ui.ctx().request_repaint();
    }
    if view.drag.is_some() && !acts.is_empty() {
        response.response.request_focus();
    }
    actions.extend(acts.into_iter().map(Action::Bytes));
    if std::mem::take(&mut view.wants_focus) | std::mem::take(&mut asked.focus_bytes) {
        response.response.request_focus();
    }
    view.has_keyboard = response.response.has_focus();
    if view.has_keyboard && shown.state.dialog.is_none() {
        actions.extend(hex_input::keys(ui, open, &layout, view.list.page_rows(), asked));
    }
    if len == 0 {
        let font = fonts::regular(theme.size.text_dense);
        let row = response.rows_rect.with_max_y(response.rows_rect.top() + theme.size.row_dense);
        let at = row.with_min_x(layout.digits(row, 2).left());
        cell(ui.painter(), at, "The document has no bytes", &font, theme.color.muted, Align::Min);
    }
}

/// Shows the same bytes when a row has come to hold more or fewer of them.
fn keep_place(view: &mut HexView, layout: &Layout) {
    let before = std::mem::replace(&mut view.row_width, layout.n_bytes);
    if before != 0 && before != layout.n_bytes {
        let offset = view.list.position().row * before;
        view.list.anchor_moved(offset / layout.n_bytes);
    }
}

/// Scrolls as far as needed when the cursor has moved, and into the middle after a jump.
fn follow_cursor(view: &mut HexView, open: &OpenDocument, layout: &Layout) {
    let cursor = open.cursor_offset();
    let row = cursor / layout.n_bytes;
    let has_moved = view.seen_cursor.replace(cursor).is_some_and(|seen| seen != cursor);
    if std::mem::take(&mut view.is_jump) {
        view.list.reveal(row);
    } else if has_moved && view.drag.is_none() {
        view.list.ensure_visible(row);
    }
}

impl KeptRoles {
    fn update(&mut self, open: &OpenDocument, visible: Range<u64>) {
        let key = RolesKey {
            revision: open.document.revision(),
            visible: visible.clone(),
            root: open.message().map(|message| message.full_name().to_owned()),
            n_rows: open.tree.n_rows(),
            selected: open.selection.as_ref().map(|selection| selection.row),
        };
        if self.key.as_ref() != Some(&key) {
            self.roles = roles_of(open, visible);
            // What was not at hand yet is asked for again.
            self.key = (!self.roles.spans.is_empty()).then_some(key);
        }
    }
}

impl Hovered {
    fn find(&mut self, open: &OpenDocument, offset: u64) -> Option<&ByteAt> {
        let root = open.message().map(|message| message.full_name().to_owned());
        let key = (open.document.revision(), offset, root);
        if self.key.as_ref() != Some(&key) {
            self.found = open.tree.byte_at(open.document.snapshot(), offset, ReadMode::Cached);
            self.key = self.found.is_some().then_some(key);
        }
        self.found.as_ref()
    }
}

/// Which field the byte under the pointer belongs to, and what it is there.
fn tooltip_ui(ui: &Ui, open: &OpenDocument, layout: &Layout, row: &Row, hovered: &mut Hovered) {
    if !row.response.contains_pointer() || row.response.context_menu_opened() {
        return;
    }
    let Some(at) = ui.input(|input| input.pointer.hover_pos()) else { return };
    let Some(idx) = layout.byte_at(row.rect, at) else { return };
    let offset = row.idx * layout.n_bytes + idx;
    let Some(found) = hovered.find(open, offset) else { return };
    let path = if found.path.is_root() { "The message".to_owned() } else { found.path.to_string() };
    let lines =
        [visible_text(&path).into_owned(), part_text(found, offset), format!("0x{offset:x} · {offset}")];
    row.response.clone().on_hover_ui_at_pointer(|ui| {
        let theme = theme(ui);
        ui.label(&lines[0]);
        for line in &lines[1..] {
            ui.label(egui::RichText::new(line).size(theme.size.text_dense).color(theme.color.muted));
        }
    });
}

fn part_text(found: &ByteAt, offset: u64) -> String {
    let ByteAt { range, kind, .. } = found;
    let n_bytes = range.end - range.start;
    let nth = match n_bytes {
        1 => String::new(),
        _ => format!(", byte {} of {n_bytes}", offset - range.start + 1),
    };
    match found.part {
        BytePart::Tag => format!("Tag{nth} · {kind}"),
        BytePart::Length => format!("Length{nth} · {kind}"),
        BytePart::Value => format!("Value{nth} · {kind}"),
        BytePart::EndTag => format!("End of the group{nth}"),
        BytePart::Rest => format!("No record{nth}"),
    }
}

fn menu_ui(ui: &mut Ui, shown: Shown<'_>, asked: &mut Asked, actions: &mut Vec<Action>) {
    scrolled_menu_ui(ui, 220.0, |ui| groups_ui(ui, shown, asked, actions));
}

fn groups_ui(ui: &mut Ui, shown: Shown<'_>, asked: &mut Asked, actions: &mut Vec<Action>) {
    for (group_idx, group) in MENU.iter().enumerate() {
        if group_idx > 0 {
            ui.separator();
        }
        for command in *group {
            let Some(offer) = offer(*command, shown.state) else { continue };
            let mut choice = offer.choice();
            if let Some(is_on) = is_on(*command, shown.state) {
                choice.icon = is_on.then_some(Icon::Check);
            }
            if menu_item_ui(ui, &choice) {
                match of_bytes(*command, shown.open) {
                    Some(of_bytes) => actions.extend(of_bytes),
                    None => asked.run(ui.ctx(), *command, offer.action, actions),
                }
            }
        }
    }
}
