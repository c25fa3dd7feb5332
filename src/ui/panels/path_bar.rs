//! The path of the selected field; a click on a part goes there.

use super::Shown;
use crate::app::{Action, Dialog, SelectTarget};
use crate::document::{Path, Step};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::widgets::{IconButton, cell, elide, visible_text};
use egui::{Align, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

/// The path up to the end of each part, and what the part is called. A bracket goes with the name
/// before it.
fn parts(path: &Path) -> Vec<(Path, String)> {
    let mut parts: Vec<(Path, String)> = Vec::new();
    for (idx, step) in path.0.iter().enumerate() {
        let up_to = Path(path.0[..=idx].to_vec());
        let is_bracket = matches!(step, Step::Index(_) | Step::Key(_) | Step::BoolKey(_));
        match parts.last_mut() {
            Some((last, name)) if is_bracket => {
                name.push_str(&Path(vec![step.clone()]).to_string());
                *last = up_to;
            }
            _ => parts.push((up_to, Path(vec![step.clone()]).to_string())),
        }
    }
    parts
}

pub fn path_bar_ui(ui: &mut Ui, shown: Shown<'_>, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.bar), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, theme.color.surface_0);
    ui.painter().hline(rect.x_range(), rect.bottom() - theme.size.line / 2.0, theme.line());
    let buttons = buttons_ui(ui, rect, shown, actions);
    let mut rest = rect.with_max_x(rect.right() - buttons).shrink2(vec2(theme.size.margin, 0.0));
    let root = shown.open.message().map_or("No type", |message| message.name()).to_owned();
    let path = shown.open.selection.as_ref().map(|selection| selection.path.clone()).unwrap_or_default();
    let mut parts = parts(&path);
    parts.insert(0, (Path::default(), root));
    // Of a deep path the end is what tells where one is.
    let n_left_out = parts.len().saturating_sub(9);
    if n_left_out > 0 {
        parts.drain(1..=n_left_out);
        parts[1].1 = format!("… {}", parts[1].1);
    }
    let last = parts.len() - 1;
    for (part_idx, (path, name)) in parts.iter().enumerate() {
        if rest.width() < 24.0 {
            break;
        }
        let right = part_ui(ui, rest, part_idx, name, part_idx == last, path, actions);
        rest.min.x = right;
        if part_idx < last {
            let center = pos2(rest.left() + 6.0, rest.center().y);
            Icon::ChevronRight.paint_sized(ui.painter(), center, 12.0, theme.color.muted);
            rest.min.x += 14.0;
        }
    }
    if 0.0 < rest.width() {
        let empty = ui.interact(rest, ui.make_persistent_id("empty path"), Sense::click());
        empty.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Go to a path or offset"));
        if empty.on_hover_text("Go to a path or offset").clicked() {
            actions.push(Action::Show(Dialog::GoTo));
        }
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
    let most = rest.width().min(280.0);
    let (galley, _) = elide::one_line(ui.painter(), &name, &font, theme.color.text, most, elide::Elide::End);
    let at = rest.with_max_x(rest.left() + galley.size().x + 2.0);
    let response =
        ui.interact(at.expand2(vec2(3.0, -3.0)), ui.make_persistent_id(("part", part_idx)), Sense::click());
    if response.hovered() || response.has_focus() {
        let ground = at.expand2(vec2(3.0, -3.0));
        ui.painter().rect_filled(ground, theme.size.radius, theme.color.pressed);
    }
    let color = if is_last { theme.color.text } else { theme.color.muted };
    cell(ui.painter(), at, &name, &font, color, Align::Min);
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, format!("Go to {name}")));
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
    use super::parts;
    use crate::document::Path;

    #[test]
    fn a_bracket_goes_with_its_name() {
        let path: Path = "messages[0].user_properties[\"k\"].x".parse().unwrap();
        let names: Vec<String> = parts(&path).into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["messages[0]", "user_properties[\"k\"]", "x"]);
        assert_eq!(parts(&path)[0].0.to_string(), "messages[0]");
    }
}
