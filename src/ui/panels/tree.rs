//! The tree: the document's rows, in wire order.
//!
//! Rows in view are read each frame from what is at hand; what is not says "Reading…" and is
//! fetched by the session.

use super::Shown;
use super::search_marks::search_mark;
use super::tree_input::{drop_target, typed_ui};
use super::tree_row::{self, Columns};
use crate::app::{Action, Command, Dialog, OpenDocument, SelectTarget};
use crate::document::{Entry, Row as DocumentRow};
use crate::ui::commands::offer;
use crate::ui::editors::{self, Subject};
use crate::ui::icons::Icon;
use crate::ui::keys;
use crate::ui::theme::theme;
use crate::ui::view::{Asked, Place, TabView};
use crate::ui::widgets::{
    Column, RowLabel, RowList, RowListResponse, context_menu, empty_state_ui, header_ui, menu_item_ui,
    scrolled_menu_ui,
};
use egui::{Key, Modifiers, Rect, Ui, UiBuilder};
use std::cell::RefCell;

const COLUMNS: [Column; 5] = [
    Column::right("#", 40.0),
    Column::new("Field", 100.0),
    Column::new("Kind", 44.0),
    Column::new("Value", 56.0),
    Column::right("Bytes", 64.0),
];
/// Widths of a first start; the value takes what the others leave.
const WIDTHS: [f32; 5] = [44.0, 240.0, 150.0, 240.0, 72.0];
/// Narrower trees leave the kind, and then the count of bytes, to the inspector.
const LEAST_FOR_KIND: f32 = 400.0;
const LEAST_FOR_BYTES: f32 = 270.0;
/// Width of the field numbers in such a tree.
const NARROW_NUMBER: f32 = 36.0;
/// Rows read at once.
const BATCH: u64 = 64;

/// What the rows of a context menu are, in groups.
const MENU: [&[Command]; 8] = [
    &[Command::EditValue, Command::RenameKey, Command::ChooseMember],
    &[Command::AddField, Command::AddElement, Command::InsertBefore],
    &[Command::MoveUp, Command::MoveDown],
    &[Command::Duplicate, Command::Remove],
    &[Command::ReadRecordAs],
    &[Command::Cut, Command::Copy, Command::Paste],
    &[Command::CopyPath, Command::CopyValue, Command::CopyHex],
    &[Command::ExportSelectionJson],
];

/// The rows around the one last asked for.
struct Rows<'a> {
    open: &'a OpenDocument,
    start: u64,
    rows: Vec<DocumentRow>,
}

impl Rows<'_> {
    fn get(&mut self, row: u64) -> Option<&DocumentRow> {
        if row < self.start || self.start + self.rows.len() as u64 <= row {
            self.start = row;
            self.rows = self.open.rows(row..row + BATCH);
        }
        self.rows.get(usize::try_from(row - self.start).ok()?)
    }
}

pub fn tree_ui(
    ui: &mut Ui,
    shown: Shown<'_>,
    view: &mut TabView,
    widths: &mut Vec<f32>,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let open = shown.open;
    scroll_to_selection(open, view);
    let layout = columns_ui(ui, widths);
    let selected = open.selection.as_ref().map(|selection| selection.row_number);
    let rows = RefCell::new(Rows { open, start: 0, rows: Vec::new() });
    let columns = Columns { layout: &layout, theme: theme(ui) };
    let mut list = std::mem::take(&mut view.tree);
    let mut in_row = Vec::new();
    let response = RowList::tree("Fields", open.tree.n_rows())
        .selected(|row| Some(row) == selected)
        .keeps_in_view(selected)
        .draggable(|drag| drop_target(open, drag).map(|_| ""))
        .show(ui, &mut list, |ui, row| {
            let mut rows = rows.borrow_mut();
            let Some(document_row) = rows.get(row.idx) else { return RowLabel::new("") };
            let is_edited = row.is_selected && view.is_editing_row;
            search_mark(ui.painter(), columns.theme, shown, row, document_row);
            let drawn = tree_row::row_ui(ui, &columns, shown, row, document_row, is_edited);
            if is_edited && let Some(subject) = view.subject.take() {
                in_row.extend(edit_in_row(ui, shown, &subject, drawn.value_rect, view, asked));
                view.subject = Some(subject);
            }
            if drawn.chevron_clicked {
                in_row.push(toggle(row.idx, document_row.is_expanded));
            }
            if drawn.oneof_clicked {
                in_row.push(Action::Select(SelectTarget::Row(row.idx)));
                in_row.push(Action::Show(Dialog::OneofMember { row: document_row.id }));
            }
            context_menu(&row.response).show(|ui| menu_ui(ui, shown, asked, &mut in_row));
            drawn.label
        });
    view.tree = list;
    if let Some((row, to, below)) = response.dropped.and_then(|drag| drop_target(open, drag).ok()) {
        in_row.push(Action::MoveTo { row, to, below });
    }
    actions.append(&mut in_row);
    if open.wants_opening(&response.visible) {
        actions.push(Action::Reach(response.visible.clone()));
    }
    if std::mem::take(&mut asked.focus_tree) {
        response.response.request_focus();
    }
    if open.tree.n_rows() == 0 {
        nothing_ui(ui, shown, response.rows_rect, asked, actions);
    }
    pointer(ui, &response, shown, &mut rows.borrow_mut(), view.subject.as_ref(), asked, actions);
    keys_ui(ui, &response, shown, view, asked, actions);
}

/// A document without rows says what can be done with it.
fn nothing_ui(ui: &mut Ui, shown: Shown<'_>, at: Rect, asked: &mut Asked, actions: &mut Vec<Action>) {
    let (hint, commands) = match shown.open.message() {
        Some(_) => ("No field of the message is set.", [Command::AddField, Command::ShowAbsent]),
        None => {
            ("Choose the type that it is to be of, or paste bytes.", [Command::ChooseType, Command::Paste])
        }
    };
    let mut offers: Vec<_> = commands.into_iter().filter_map(|command| offer(command, shown.state)).collect();
    offers.retain(|offer| offer.action.is_ok());
    let choices: Vec<_> = offers.iter().map(|offer| offer.choice()).collect();
    let mut ui = ui.new_child(UiBuilder::new().id_salt("no rows").max_rect(at.shrink(theme(ui).size.gap)));
    let chosen = empty_state_ui(&mut ui, Icon::Message, "The document has no bytes", hint, &choices);
    drop(choices);
    if let Some(offer) = chosen.and_then(|idx| offers.into_iter().nth(idx)) {
        asked.run(ui.ctx(), offer.row.command, offer.action, actions);
    }
}

/// Follows the selection: into the middle of the view after a jump, else only as far as needed.
pub(super) fn scroll_to_selection(open: &OpenDocument, view: &mut TabView) {
    let Some(selection) = &open.selection else {
        view.seen_selection = None;
        return;
    };
    let is_jump = std::mem::replace(&mut view.seen_reveals, open.n_reveals) != open.n_reveals;
    let is_other = view.seen_selection.replace(selection.row) != Some(selection.row);
    if is_jump {
        view.tree.reveal(selection.row_number);
    } else if is_other {
        view.tree.ensure_visible(selection.row_number);
    }
    if is_jump || is_other {
        view.hex.reveal(&selection.range);
    }
}

/// The value takes what the other columns leave, so its right edge resizes the last one. In a
/// narrow window the wide columns take no more than their share.
pub(super) fn columns_ui(ui: &mut Ui, widths: &mut Vec<f32>) -> crate::ui::widgets::ColumnLayout {
    if widths.len() != WIDTHS.len() {
        *widths = WIDTHS.to_vec();
    }
    let total = ui.available_width() - theme(ui).size.scroll_bar;
    let mut columns = COLUMNS;
    let mut shown = widths.clone();
    for (column_idx, least) in [(2, LEAST_FOR_KIND), (4, LEAST_FOR_BYTES)] {
        if total < least {
            (columns[column_idx].min_width, shown[column_idx]) = (0.0, 0.0);
        }
    }
    let is_narrow = total < LEAST_FOR_KIND;
    if is_narrow {
        columns[0].min_width = NARROW_NUMBER;
        shown[0] = shown[0].min(NARROW_NUMBER);
        shown[4] = shown[4].min(columns[4].min_width);
    }
    let field_share = if is_narrow { 0.4 } else { 0.34 };
    for (column_idx, share) in [(1, field_share), (2, 0.18)] {
        // What a person made wider takes what the others can spare.
        let is_dragged = widths[column_idx] != WIDTHS[column_idx];
        let beside = shown[0] + shown[4] + columns[3].min_width + columns[3 - column_idx].min_width;
        let most = if is_dragged { total - beside } else { total * share };
        shown[column_idx] = shown[column_idx].min(most.max(columns[column_idx].min_width));
    }
    let others = shown[0] + shown[1] + shown[2] + shown[4];
    shown[3] = (total - others).max(columns[3].min_width);
    let mut dragged = shown.clone();
    let layout = header_ui(ui, &columns, &mut dragged);
    for column_idx in 0..3 {
        if dragged[column_idx] != shown[column_idx] {
            widths[column_idx] = dragged[column_idx];
        }
    }
    widths[4] = (widths[4] - (dragged[3] - shown[3])).max(COLUMNS[4].min_width);
    layout
}

fn toggle(row: u64, is_expanded: bool) -> Action {
    if is_expanded { Action::CollapseRow(row) } else { Action::ExpandRow(row) }
}

/// Sets the selected field, which is not there, and goes on with its value.
fn set(ui: &Ui, shown: Shown<'_>, asked: &mut Asked, actions: &mut Vec<Action>) {
    asked.run(ui.ctx(), Command::EditValue, Command::EditValue.resolve(shown.state), actions);
}

fn pointer(
    ui: &Ui,
    response: &RowListResponse,
    shown: Shown<'_>,
    rows: &mut Rows<'_>,
    subject: Option<&Subject>,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let clicked = response.clicked.map(|(row, _)| row).or(response.secondary_clicked);
    if let Some(row) = clicked {
        actions.push(Action::Select(SelectTarget::Row(row)));
    }
    if let Some(row) = response.double_clicked {
        // The first of the two clicks has selected the row.
        let is_value = |id| subject.is_some_and(|subject| subject.row.id == id && subject.fits_a_row());
        match rows.get(row) {
            Some(found) if found.is_expandable() && !is_value(found.id) => {
                actions.push(toggle(row, found.is_expanded));
            }
            Some(found) if matches!(found.entry, Entry::Absent { .. }) => set(ui, shown, asked, actions),
            _ => asked.edit = true,
        }
    }
}

fn keys_ui(
    ui: &Ui,
    response: &RowListResponse,
    shown: Shown<'_>,
    view: &mut TabView,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let list = &response.response;
    let selected = shown.open.selection.as_ref().map(|selection| selection.row_number);
    if let Some(row) = view.tree.selection_by_keys(list, selected) {
        actions.push(Action::Select(SelectTarget::Row(row)));
    }
    if !list.has_focus() {
        return;
    }
    typed_ui(ui, shown, view, asked, actions);
    let Some(number) = selected else { return };
    // Not the subject's row, which does not know what was opened since it was read.
    let Some(row) = shown.open.selected_row() else { return };
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let can_open = row.is_expandable();
    if pressed(Key::ArrowRight) && can_open {
        actions.push(match row.is_expanded {
            true => Action::Select(SelectTarget::Row((number + 1).min(shown.open.tree.n_rows() - 1))),
            false => Action::ExpandRow(number),
        });
    }
    if pressed(Key::ArrowLeft) {
        actions.push(match can_open && row.is_expanded {
            true => Action::CollapseRow(number),
            false => Action::Select(SelectTarget::Parent),
        });
    }
    if pressed(Key::Enter) {
        match &view.subject {
            _ if matches!(row.entry, Entry::Absent { .. }) => set(ui, shown, asked, actions),
            Some(subject) if subject.fits_a_row() || !can_open => asked.edit = true,
            _ => actions.push(toggle(number, row.is_expanded)),
        }
    }
    if pressed(Key::Space) && can_open {
        actions.push(toggle(number, row.is_expanded));
    }
    for command in keys::pressed_in_list(ui.ctx()) {
        asked.run(ui.ctx(), command, command.resolve(shown.state), actions);
    }
}

/// A field over the value cell, with the same draft as the inspector's.
pub(super) fn edit_in_row(
    ui: &mut Ui,
    shown: Shown<'_>,
    subject: &Subject,
    rect: egui::Rect,
    view: &mut TabView,
    asked: &mut Asked,
) -> Option<Action> {
    let draft = view.draft.as_mut()?;
    let id = editors::field_id(shown.tab, Place::Row);
    let rect = rect.expand2(egui::vec2(theme(ui).size.gap_small, 0.0));
    let rect = egui::Rect::from_center_size(rect.center(), egui::vec2(rect.width(), theme(ui).size.row));
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(rect));
    let invalid = draft.error.is_some();
    let field = crate::ui::widgets::TextField::new("Value in row", &mut draft.text)
        .id(id)
        .mono()
        .height(rect.height())
        .invalid(invalid)
        .show(&mut child);
    if view.wants_focus == Some(Place::Row) {
        field.request_focus();
        editors::select_all(ui.ctx(), id, &draft.text);
        view.wants_focus = None;
    }
    let action = editors::after_typing(&field, subject, draft, true);
    asked.focus_tree |= std::mem::take(&mut draft.is_left);
    if let Some(error) = draft.error.clone().filter(|_| field.has_focus()) {
        let hint = draft.hint.clone();
        field.show_tooltip_ui(|ui| {
            ui.colored_label(theme(ui).color.problem, error);
            if let Some(hint) = hint {
                ui.weak(hint);
            }
        });
    } else if field.lost_focus() {
        view.is_editing_row = false;
        // Left in the middle of something that does not parse: nothing was changed by that.
        if draft.error.is_some() {
            return draft.take_back(subject).or(action);
        }
    }
    action
}

pub(super) fn menu_ui(ui: &mut Ui, shown: Shown<'_>, asked: &mut Asked, actions: &mut Vec<Action>) {
    scrolled_menu_ui(ui, 220.0, |ui| groups_ui(ui, shown, asked, actions));
}

fn groups_ui(ui: &mut Ui, shown: Shown<'_>, asked: &mut Asked, actions: &mut Vec<Action>) {
    for (group_idx, group) in MENU.iter().enumerate() {
        if group_idx > 0 {
            ui.separator();
        }
        for command in *group {
            let Some(offer) = offer(*command, shown.state) else { continue };
            // What fits few rows is listed for those.
            let is_special =
                matches!(command, Command::RenameKey | Command::ChooseMember | Command::InsertBefore);
            if is_special && offer.action.is_err() {
                continue;
            }
            if menu_item_ui(ui, &offer.choice()) {
                asked.run(ui.ctx(), *command, offer.action, actions);
            }
        }
    }
}
