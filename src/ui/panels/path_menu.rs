//! The menus between the parts of the path: what stands beside a part, to go there instead.

use super::Shown;
use crate::app::{Action, SelectTarget, message_rows, siblings};
use crate::document::{ReadMode, Row, row_text};
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::widgets::{Choice, HoverText, menu_below, menu_item_ui, visible_text};
use egui::{Popup, Rect, Role, Sense, StrokeKind, Ui, WidgetInfo, pos2, vec2};

/// Rows that a menu lists, those nearest to the part.
const MOST_ROWS: u64 = 24;
/// Characters of a value in a menu.
const MAX_CHARS: usize = 28;

/// A chevron that opens a menu of what stands beside the part behind it, which is the `nth` from the
/// end of the path and called `name`. Returns its right edge.
pub fn path_menu_ui(
    ui: &mut Ui,
    rest: Rect,
    shown: Shown<'_>,
    nth: usize,
    name: &str,
    actions: &mut Vec<Action>,
) -> f32 {
    let theme = theme(ui);
    // The parts before and behind it begin where it ends.
    let center = pos2(rest.left() + 5.5, rest.center().y);
    let at = Rect::from_center_size(center, vec2(11.0, theme.size.row_dense));
    let response = ui.interact(at, ui.make_persistent_id(("beside", nth)), Sense::click());
    let is_open = Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
    if response.hovered() || is_open {
        ui.painter().rect_filled(at, theme.size.radius, theme.color.pressed);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(at, theme.size.radius, theme.focus(), StrokeKind::Inside);
    }
    let icon = if is_open { Icon::ChevronDown } else { Icon::ChevronRight };
    icon.paint_sized(ui.painter(), center, 12.0, theme.color.muted);
    let label = format!("What stands beside {name}");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    menu_below(&response).show(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.set_min_width(240.0);
        menu_ui(ui, shown, nth, actions);
    });
    response.told(label);
    rest.left() + 14.0
}

fn menu_ui(ui: &mut Ui, shown: Shown<'_>, nth: usize, actions: &mut Vec<Action>) {
    let Some(here) = message_rows(shown.open, nth + 1).pop() else {
        ui.weak("Reading…");
        return;
    };
    let (rows, n_rows) = siblings(shown.open, here.branch, here.ordinal, MOST_ROWS);
    for row in &rows {
        row_ui(ui, shown, row, row.ordinal == here.ordinal, actions);
    }
    let n_more = n_rows.saturating_sub(rows.len() as u64);
    if n_more > 0 {
        ui.weak(format!("and {n_more} more in the tree"));
    }
}

fn row_ui(ui: &mut Ui, shown: Shown<'_>, row: &Row, is_here: bool, actions: &mut Vec<Action>) {
    let text = row_text(shown.open.document.snapshot(), row, MAX_CHARS, ReadMode::Cached);
    let name = match text.name.as_str() {
        "unknown" => format!("unknown {}", text.number),
        name => visible_text(name).into_owned(),
    };
    let value: String = visible_text(&text.value).chars().take(MAX_CHARS).collect();
    let icon = is_here.then_some(Icon::Check);
    if menu_item_ui(ui, &Choice { icon, shortcut: &value, ..Choice::new(&name) })
        && let Some(number) = shown.open.tree.row_number(row)
    {
        actions.push(Action::Select(SelectTarget::Row(number)));
    }
}
