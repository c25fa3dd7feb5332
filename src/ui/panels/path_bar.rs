//! The path of the selected field; a click on a part goes there.

use super::Shown;
use super::path_menu::path_menu_ui;
use crate::app::{Action, Dialog, SelectTarget};
use crate::document::{Path, Step};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::widgets::{HoverText, IconButton, cell, elide, visible_text};
use egui::{Align, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

/// Parts that are shown of a path; of a deep one the end is what tells where one is.
const MOST_PARTS: usize = 8;
/// Points of one part, and what stands between it and the next.
const MOST_OF_PART: f32 = 280.0;
const AFTER_PART: f32 = 19.0;

/// The path up to the end of each of the last parts, and what the part is called. A bracket goes
/// with the name before it. Also whether parts before them were left out.
fn parts(path: &Path) -> (Vec<(Path, String)>, bool) {
    let steps = &path.0;
    let is_bracket = |step: &Step| matches!(step, Step::Index(_) | Step::Key(_) | Step::BoolKey(_));
    let mut starts: Vec<usize> = (0..steps.len()).rev().filter(|idx| !is_bracket(&steps[*idx])).collect();
    let is_cut = MOST_PARTS < starts.len();
    starts.truncate(MOST_PARTS);
    let mut end = steps.len();
    let mut parts = Vec::new();
    for start in starts {
        parts.push((Path(steps[..end].to_vec()), Path(steps[start..end].to_vec()).to_string()));
        end = start;
    }
    parts.reverse();
    (parts, is_cut)
}

pub fn path_bar_ui(ui: &mut Ui, shown: Shown<'_>, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.bar), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, theme.color.surface_0);
    ui.painter().hline(rect.x_range(), rect.bottom() - theme.size.line / 2.0, theme.line());
    let buttons = buttons_ui(ui, rect, shown, actions);
    let mut rest = rect.with_max_x(rect.right() - buttons).shrink2(vec2(theme.size.margin, 0.0));
    let root = shown.open.message().map_or("No type", |message| message.name()).to_owned();
    let selection = shown.open.selection.as_ref();
    let (mut parts, is_cut) = selection.map(|selection| parts(&selection.path)).unwrap_or_default();
    if let Some((_, first)) = parts.first_mut().filter(|_| is_cut) {
        first.insert_str(0, "… ");
    }
    parts.insert(0, (Path::default(), root));
    leave_out_what_does_not_fit(ui, &mut parts, rest.width());
    let last = parts.len() - 1;
    for (part_idx, (path, name)) in parts.iter().enumerate() {
        if rest.width() < 24.0 {
            break;
        }
        let right = part_ui(ui, rest, part_idx, name, part_idx == last, path, actions);
        rest.min.x = right;
        if let Some((_, next)) = parts.get(part_idx + 1) {
            rest.min.x = path_menu_ui(ui, rest, shown, last - part_idx - 1, next, actions);
        }
    }
    if 0.0 < rest.width() {
        let empty = ui.interact(rest, ui.make_persistent_id("empty path"), Sense::click());
        empty.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Go to a path or offset"));
        if empty.told("Go to a path or offset").clicked() {
            actions.push(Action::Show(Dialog::GoTo));
        }
    }
}

/// Leaves out parts at the start until the end of the path has its place.
fn leave_out_what_does_not_fit(ui: &Ui, parts: &mut Vec<(Path, String)>, width: f32) {
    let font = fonts::regular(theme(ui).size.text_dense);
    let width_of = |name: &str| {
        let color = theme(ui).color.text;
        let name = visible_text(name);
        let (galley, _) = elide::one_line(ui.painter(), &name, &font, color, MOST_OF_PART, elide::Elide::End);
        galley.size().x + AFTER_PART
    };
    let widths: Vec<f32> = parts.iter().map(|(_, name)| width_of(name)).collect();
    let mut taken = widths.iter().sum::<f32>();
    let mut n_out = 0;
    while width < taken && n_out + 1 < parts.len() {
        // The first one left says that there were others.
        taken -= widths[n_out] - if n_out == 0 { width_of("… ") - AFTER_PART } else { 0.0 };
        n_out += 1;
    }
    parts.drain(..n_out);
    let first = parts.first_mut().filter(|(_, first)| n_out > 0 && !first.starts_with("… "));
    if let Some((_, first)) = first {
        first.insert_str(0, "… ");
    }
}

fn part_ui(
    ui: &mut Ui,
    rest: Rect,
    part_idx: usize,
    name: &str,
    is_last: bool,
    path: &Path,
    actions: &mut Vec<Action>,
) -> f32 {
    let theme = theme(ui);
    let font = fonts::regular(theme.size.text_dense);
    let name = visible_text(name);
    let most = rest.width().min(MOST_OF_PART);
    let (galley, is_cut) =
        elide::one_line(ui.painter(), &name, &font, theme.color.text, most, elide::Elide::End);
    let at = rest.with_max_x(rest.left() + galley.size().x + 2.0);
    let ground = at.expand2(vec2(3.0, -3.0));
    let response = ui.interact(ground, ui.make_persistent_id(("part", part_idx)), Sense::click());
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(ground, theme.size.radius, theme.color.pressed);
    }
    let color = if is_last { theme.color.text } else { theme.color.muted };
    cell(ui.painter(), at, &name, &font, color, Align::Min);
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, format!("Go to {name}")));
    let tells_all = is_cut || name.starts_with('…');
    let response = match tells_all {
        true => response.told(visible_text(&path.to_string())),
        false => response,
    };
    if response.clicked() {
        actions.push(Action::Select(SelectTarget::Path(path.clone())));
    }
    at.right() + 3.0
}

/// Returns the width they take.
fn buttons_ui(ui: &mut Ui, rect: Rect, shown: Shown<'_>, actions: &mut Vec<Action>) -> f32 {
    let theme = theme(ui);
    let side = theme.size.row_dense + 2.0;
    let center = pos2(rect.right() - theme.size.gap - side / 2.0, rect.center().y);
    let at = Rect::from_center_size(center, vec2(side, side));
    let path = shown.open.selection.as_ref().map(|selection| selection.path.to_string());
    let reason = path.is_none().then_some("Nothing is selected");
    let copy = IconButton::new(Icon::Copy, "Copy path").small().color(theme.color.muted).disabled(reason);
    if copy.put(ui, at, 0).clicked() {
        actions.extend(path.map(Action::Copy));
    }
    side + 2.0 * theme.size.gap
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bracket_goes_with_its_name() {
        let path: Path = "messages[0].user_properties[\"k\"].x".parse().unwrap();
        let (parts, is_cut) = parts(&path);
        let names: Vec<&str> = parts.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["messages[0]", "user_properties[\"k\"]", "x"]);
        assert_eq!((parts[0].0.to_string().as_str(), is_cut), ("messages[0]", false));
    }

    #[test]
    fn of_a_deep_path_the_end_is_shown() {
        let path = Path((1..=10_000).map(Step::Number).collect());
        let (parts, is_cut) = parts(&path);
        assert_eq!((parts.len(), is_cut), (MOST_PARTS, true));
        assert_eq!(parts[MOST_PARTS - 1].1, "10000");
    }
}
