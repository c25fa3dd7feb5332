//! The members of the selected field's oneof, in the inspector: which one is set, and another.

use crate::app::{Action, OpenDocument, members_of};
use crate::document::Row;
use crate::schema::kind_label;
use crate::ui::fonts;
use crate::ui::theme::theme;
use crate::ui::widgets::{HoverText, cell, section_ui};
use egui::{Align, Role, Sense, StrokeKind, Ui, WidgetInfo, pos2, vec2};

/// Members that are listed; of a larger oneof the rest is in the dialog.
const MOST_MEMBERS: usize = 40;

pub fn oneof_ui(ui: &mut Ui, open: &OpenDocument, row: &Row, actions: &mut Vec<Action>) {
    let Some(oneof) = row.entry.oneof() else { return };
    let _is_open = section_ui(ui, &format!("Oneof {}", oneof.name()), "one at most is set", None);
    let set = open.member_in_force(row);
    let members = members_of(&row.entry);
    for member in members.iter().take(MOST_MEMBERS) {
        let number = Some(member.number());
        if member_ui(ui, member.name(), &kind_label(member), set == number) && set != number {
            actions.push(Action::ChooseMember { row: row.id, number });
        }
    }
    if MOST_MEMBERS < members.len() {
        ui.weak(format!("and {} more", members.len() - MOST_MEMBERS));
    }
    if member_ui(ui, "None", "", set.is_none()) && set.is_some() {
        actions.push(Action::ChooseMember { row: row.id, number: None });
    }
}

/// One choice; whether it was clicked.
fn member_ui(ui: &mut Ui, name: &str, kind: &str, is_set: bool) -> bool {
    let theme = theme(ui);
    let size = vec2(ui.available_width(), theme.size.row_dense);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let ground = rect.expand2(vec2(theme.size.gap_small, 0.0));
    if response.hovered() {
        ui.painter().rect_filled(ground, theme.size.radius, theme.color.hover);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(ground, theme.size.radius, theme.focus(), StrokeKind::Inside);
    }
    let center = pos2(rect.left() + 7.0, rect.center().y);
    let ring = if is_set { theme.color.accent } else { theme.color.outline };
    ui.painter().circle_stroke(center, 5.5, egui::Stroke::new(theme.size.line, ring));
    if is_set {
        ui.painter().circle_filled(center, 3.0, theme.color.accent);
    }
    let text = rect.with_min_x(rect.left() + theme.size.icon + theme.size.gap_small);
    let font = if is_set { fonts::medium(theme.size.text) } else { fonts::regular(theme.size.text) };
    let drawn = cell(ui.painter(), text, name, &font, theme.color.text, Align::Min);
    let rest = text.with_min_x(drawn.rect.right().max(text.left()) + theme.size.gap);
    let dense = fonts::regular(theme.size.text_dense);
    let galley = ui.painter().layout_no_wrap(kind.to_owned(), dense.clone(), theme.color.muted);
    let fits = galley.size().x <= rest.width();
    if fits {
        cell(ui.painter(), rest, kind, &dense, theme.color.muted, Align::Min);
    }
    // The type is left out where it would be cut: the name is nearly the same.
    let response = match drawn.is_elided || !fits {
        true => response.told(format!("{name}, {kind}")),
        false => response,
    };
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), is_set, name));
    response.clicked()
}
