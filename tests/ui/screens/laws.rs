//! What holds on every screen, in a small and in a large window: what can be used lies in the window and
//! has a name, nothing lies on anything else, cut text can be read, and dialogs are left and walked by
//! keys. With more pixels a point everything stands where it stood.

use super::{Screen, table};
use crate::window::Window;
use egui::accesskit::NodeId;
use egui::epaint::{ClippedShape, Shape};
use egui::{Id, Key, LayerId, Modifiers, Order, Pos2, Rect, Role, WidgetRect, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoloupe::app::ThemeSetting;
use protoloupe::ui::theme;
use std::collections::{BTreeSet, HashMap, HashSet};

/// What rounding to pixels may move, in points, and what it may make of the height of a line.
const PIXEL: f32 = 1.01;
const LINE: f32 = 0.06;
/// Points of a line of text, and from which on a gap has some.
const ONE_LINE: f32 = 17.0;
const MANY_LINES: f32 = 48.0;

/// What a widget is to a screen reader.
struct Node {
    role: Role,
    label: String,
    /// It can be scrolled to.
    is_in_list: bool,
}

fn nodes(window: &Window) -> HashMap<NodeId, Node> {
    let is_list = |role| matches!(role, Role::List | Role::Tree | Role::TabList);
    let all = window.query_all_by(|_| true);
    all.map(|node| {
        let node = node.accesskit_node();
        let mut above = node.parent();
        let mut is_in_list = false;
        while let Some(parent) = above {
            // What stands in the window itself stands beside the bars of all lists.
            let scrolls = !parent.is_root() && parent.children().any(|child| child.role() == Role::ScrollBar);
            is_in_list |= scrolls || is_list(parent.role());
            above = parent.parent();
        }
        let words = [node.label(), node.value()].into_iter().flatten().collect::<Vec<String>>();
        let label = words.join(" ");
        (node.locate().0, Node { role: node.role(), label, is_in_list })
    })
    .collect()
}

/// What can be clicked in the last frame, in the layers that are not behind a dialog.
fn widgets(window: &Window) -> Vec<WidgetRect> {
    let ctx = &window.ctx;
    let modal = ctx.memory(|memory| memory.top_modal_layer());
    ctx.viewport(|viewport| {
        let mut all = Vec::new();
        for (layer, widgets) in viewport.prev_pass.widgets.layers() {
            let is_behind = modal.is_some_and(|modal| layer.order <= modal.order && *layer != modal);
            if !is_behind && layer.order != Order::Tooltip {
                all.extend(widgets.iter().filter(|widget| widget.visible && widget.sense.senses_click()));
            }
        }
        all
    })
}

fn said(widget: &WidgetRect, nodes: &HashMap<NodeId, Node>) -> String {
    match nodes.get(&widget.id.accesskit_id()) {
        Some(node) => format!("{:?} {:?}", node.role, node.label),
        None => format!("something at {:?}", widget.rect),
    }
}

/// Other things stand on it, or it has its edge for a place.
fn is_ground(role: Role) -> bool {
    use Role::{GenericContainer, Pane, ScrollBar, Splitter, Unknown, Window};
    matches!(role, GenericContainer | Window | Pane | Unknown | Splitter | ScrollBar)
}

/// What is wrong with where things are.
fn misplaced(window: &Window) -> Vec<String> {
    let nodes = nodes(window);
    let all = window.ctx.content_rect();
    let mut wrong = Vec::new();
    let widgets = widgets(window);
    for widget in &widgets {
        let Some(node) = nodes.get(&widget.id.accesskit_id()) else { continue };
        if is_ground(node.role) {
            continue;
        }
        if node.label.is_empty() && !matches!(node.role, Role::List | Role::Tree) {
            wrong.push(format!("no name: {:?} at {:?}", node.role, widget.rect));
        }
        let lost = widget.rect.size() - widget.interact_rect.size().max(vec2(0.0, 0.0));
        let is_cut = 1.0 < lost.x || 1.0 < lost.y;
        // Tabs and source text are scrolled sideways, all else up and down.
        let is_lost = 1.0 < lost.x && node.role != Role::Tab && !is_source(&node.label);
        if is_lost || is_cut && !node.is_in_list {
            wrong.push(format!(
                "cut: {} {:?} to {:?}",
                said(widget, &nodes),
                widget.rect,
                widget.interact_rect
            ));
        }
        // With its frame around it, a menu keeps away from the edge of the window.
        let is_in_view = widget.interact_rect.is_positive();
        if node.role == Role::MenuItem && is_in_view && !all.shrink(6.0).contains_rect(widget.interact_rect) {
            wrong.push(format!("at the edge: {} {:?}", said(widget, &nodes), widget.interact_rect));
        }
        if !is_cut && !all.expand(1.0).contains_rect(widget.rect) {
            wrong.push(format!("outside: {} {:?}", said(widget, &nodes), widget.rect));
        }
    }
    for (nth, one) in widgets.iter().enumerate() {
        for other in &widgets[nth + 1..] {
            let (a, b) = (one.interact_rect, other.interact_rect);
            let both = a.intersect(b);
            let is_over = one.layer_id == other.layer_id && 1.0 < both.width() && 1.0 < both.height();
            let is_ground = |widget: &WidgetRect| {
                nodes.get(&widget.id.accesskit_id()).is_none_or(|node| is_ground(node.role))
            };
            if is_ground(one) || is_ground(other) {
                continue;
            }
            if is_over && !a.expand(1.0).contains_rect(b) && !b.expand(1.0).contains_rect(a) {
                let (one, other) = (said(one, &nodes), said(other, &nodes));
                wrong.push(format!("overlap: {one} {a:?} and {other} {b:?}"));
            }
        }
    }
    wrong
}

fn is_backdrop(shape: &Shape) -> bool {
    let colors = [false, true].map(|dark| theme::column(dark).color.backdrop);
    matches!(shape, Shape::Rect(rect) if colors.contains(&rect.fill))
}

/// A line of text as it was painted.
pub struct Painted {
    pub text: String,
    pub rect: Rect,
    pub clip: Rect,
    /// By the layout; what is cut before has a "…" only.
    is_cut: bool,
}

pub fn painted(shapes: &[ClippedShape]) -> Vec<Painted> {
    fn add(shape: &Shape, clip: Rect, all: &mut Vec<Painted>) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| add(shape, clip, all)),
            Shape::Text(text) => {
                let galley = &text.galley;
                // A line that goes on after another widget begins at the left all the same.
                let ink = galley.rows.iter().map(|row| row.visuals.mesh_bounds.translate(row.pos.to_vec2()));
                let ink = ink.fold(Rect::NOTHING, Rect::union);
                let rect = ink.translate(text.pos.to_vec2());
                let is_cut = galley.elided;
                all.push(Painted { text: galley.text().to_owned(), rect, clip, is_cut });
            }
            _ => {}
        }
    }
    // What is behind a dialog waits.
    let first = shapes.iter().rposition(|shape| is_backdrop(&shape.shape)).unwrap_or(0);
    let mut all = Vec::new();
    shapes[first..].iter().for_each(|shape| add(&shape.shape, shape.clip_rect, &mut all));
    all.retain(|text| text.clip.intersects(text.rect) && !text.text.trim().is_empty());
    all
}

fn layers(window: &Window, order: Order) -> Vec<LayerId> {
    window.ctx.memory(|memory| memory.layer_ids().filter(|layer| layer.order == order).collect())
}

/// Where something floats over the panes and is no dialog.
fn over(window: &Window) -> Vec<Rect> {
    window.ctx.memory(|memory| {
        let layers = memory
            .layer_ids()
            .filter(|layer| layer.order != Order::Background && layer.order != Order::Middle);
        let layers = layers.filter(|layer| memory.areas().is_visible(layer));
        layers.filter_map(|layer| memory.area_rect(layer.id)).collect()
    })
}

/// Where text is typed.
fn fields(window: &Window) -> Vec<Rect> {
    let roles = [Role::TextInput, Role::MultilineTextInput, Role::PasswordInput];
    let of_role = |role| window.query_all_by_role(role).map(|node| node.rect()).collect::<Vec<_>>();
    roles.into_iter().flat_map(of_role).collect()
}

/// Lines of a file, which are not wrapped.
fn is_source(text: &str) -> bool {
    text.lines().count() > 3
}

/// Text on text, and text that is cut off with nothing to tell the rest.
fn unreadable(window: &Window) -> Vec<String> {
    let mut wrong = Vec::new();
    let texts = painted(&window.output().shapes);
    let over = over(window);
    let is_covered = |text: &Painted| over.iter().any(|area| area.intersects(text.rect));
    let is_plain = !egui::Popup::is_any_open(&window.ctx);
    let fields = fields(window);
    let is_typed =
        |text: &Painted| fields.iter().any(|field| field.expand(2.0).contains(text.rect.left_center()));
    for (nth, one) in texts.iter().enumerate() {
        let cut = one.rect.right() - one.clip.right();
        if 1.0 < cut && !is_typed(one) && !is_source(&one.text) {
            wrong.push(format!("cut off by {cut}: {:?}", one.text));
        }
        for other in texts[nth + 1..].iter().filter(|_| is_plain) {
            let both = one.rect.intersect(other.rect).intersect(one.clip).intersect(other.clip);
            if 2.0 < both.width() && 4.0 < both.height() && !is_covered(one) {
                wrong.push(format!("text on text: {:?} and {:?}", one.text, other.text));
            }
        }
    }
    wrong
}

/// Cut text at which nothing is shown when it is pointed at.
fn unexplained(window: &mut Window) -> Vec<String> {
    let is_dragging = window.ctx.input(|input| input.pointer.any_down());
    let has_offers = !window.state().state().tabs.is_empty();
    let has_offers = has_offers && window.query_all_by_role(Role::MenuItem).next().is_some();
    if egui::Popup::is_any_open(&window.ctx) || is_dragging || has_offers {
        return Vec::new();
    }
    let fields = fields(window);
    let over = over(window);
    let texts = painted(&window.output().shapes);
    let nodes = nodes(window);
    let is_said = |text: &str| nodes.values().any(|node| node.label.contains(text));
    let mut wrong = Vec::new();
    window.ctx.all_styles_mut(|style| {
        style.interaction.tooltip_delay = 0.0;
        style.interaction.show_tooltips_only_when_still = false;
    });
    for text in texts.iter().filter(|text| text.is_cut || text.text.contains('…')) {
        // It ends so, and is not cut.
        if !text.is_cut && is_said(&text.text) {
            continue;
        }
        let seen = text.rect.intersect(text.clip);
        if seen.height() < 0.6 * text.rect.height() {
            continue; // It is scrolled to first.
        }
        if over.iter().any(|area| area.contains(seen.center())) {
            continue; // A note is closed first.
        }
        // What is in a field is scrolled to by its cursor.
        if fields.iter().any(|field| field.contains(seen.center())) {
            continue;
        }
        window.hover_at(Pos2::new(seen.center().x, seen.center().y));
        window.run_steps(3);
        let tips = layers(window, Order::Tooltip)
            .into_iter()
            .filter(|layer| window.ctx.memory(|memory| memory.areas().is_visible(layer)));
        if tips.count() == 0 {
            wrong.push(format!("cut and not told: {:?} at {:?}", text.text, seen));
        }
    }
    wrong
}

/// What Tab does not reach in a dialog, and whether Esc leaves it.
fn stuck(window: &mut Window, name: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if window.state().state().dialog.is_none() {
        return wrong;
    }
    let wanted: Vec<WidgetRect> = widgets(window)
        .into_iter()
        .filter(|widget| widget.enabled && widget.sense.is_focusable() && widget.interact_rect.is_positive())
        .collect();
    let mut reached = HashSet::<Id>::new();
    for _ in 0..wanted.len() + 4 {
        window.key_press(Key::Tab);
        window.run_steps(2);
        reached.extend(window.ctx.memory(|memory| memory.focused()));
    }
    let nodes = nodes(window);
    for widget in wanted.iter().filter(|widget| !reached.contains(&widget.id)) {
        let Some(node) = nodes.get(&widget.id.accesskit_id()) else { continue };
        if !is_ground(node.role) {
            wrong.push(format!("Tab does not reach {}", said(widget, &nodes)));
        }
    }
    for _ in 0..3 {
        window.key_press_modifiers(Modifiers::NONE, Key::Escape);
        window.run_steps(3);
    }
    if let Some(dialog) = &window.state().state().dialog {
        wrong.push(format!("Esc leaves {name} at {dialog:?}"));
    }
    wrong
}

/// What can be used, with its name and where it stands in points, in its order in each layer.
fn standing(window: &Window) -> HashMap<LayerId, Vec<(String, Rect)>> {
    let nodes = nodes(window);
    let mut all = HashMap::<LayerId, Vec<(String, Rect)>>::new();
    for widget in widgets(window) {
        // A bar is there where what it scrolls does not fit, by whatever little.
        let node = nodes.get(&widget.id.accesskit_id()).filter(|node| node.role != Role::ScrollBar);
        if let Some(node) = node {
            let name = format!("{:?} {}", node.role, node.label);
            all.entry(widget.layer_id).or_default().push((name, widget.rect));
        }
    }
    all
}

/// What stands elsewhere with so many pixels a point. A line of text is as high as whole pixels are, so
/// that below it all may stand by a part of its height higher or lower; sideways nothing moves.
fn moved(window: &mut Window, scale: f32) -> Vec<String> {
    let before = standing(window);
    let viewport = window.input_mut().viewports.entry(egui::ViewportId::ROOT).or_default();
    viewport.native_pixels_per_point = Some(scale);
    window.run_steps(3);
    let after = standing(window);
    let mut wrong = Vec::new();
    for (layer, before) in &before {
        let names = |all: &[(String, Rect)]| all.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let after = after.get(layer).map_or(&[][..], Vec::as_slice);
        // Of a list one row more or less may be in sight.
        let in_both = |one: &[(String, Rect)], other: &[(String, Rect)]| {
            let is_row = |name: &str| name.starts_with("ListItem") || name.starts_with("TreeItem");
            let names: HashSet<&String> = other.iter().map(|(name, _)| name).collect();
            let kept = one.iter().filter(|(name, _)| !is_row(name) || names.contains(name));
            kept.cloned().collect::<Vec<_>>()
        };
        let (before, after) = (&in_both(before, after)[..], &in_both(after, before)[..]);
        if names(before) != names(after) {
            wrong.push(format!("at {scale} other things: {:?} and {:?}", names(before), names(after)));
            continue;
        }
        let mut from = (0.0, 0.0);
        for ((name, old), (_, new)) in before.iter().zip(after) {
            let is_aside =
                PIXEL < (old.left() - new.left()).abs() || PIXEL < (old.right() - new.right()).abs();
            let far = |old: f32, new: f32| {
                // Between things that are far apart stands text, which may have a line more or less.
                let wraps = if MANY_LINES < old.abs() { ONE_LINE } else { 0.0 };
                PIXEL + LINE * old.abs() + wraps < (new - old).abs()
            };
            let is_lower = far(old.top() - from.0, new.top() - from.1) || far(old.height(), new.height());
            if is_aside || is_lower {
                wrong.push(format!("at {scale} {name} at {new:?} instead of {old:?}"));
            }
            from = (old.top(), new.top());
        }
    }
    wrong
}

fn check(screen: &Screen, size: egui::Vec2, scale: f32, wrong: &mut Vec<String>) {
    if !screen.widths.contains(&size.x) {
        return;
    }
    let mut window = match screen.window(size, ThemeSetting::Light, 1.0) {
        Ok(window) => window,
        Err(what) => {
            println!("{what} at {size:?}");
            return wrong.push(what);
        }
    };
    let mut found = misplaced(&window);
    found.extend(screen.unseen(&window));
    if scale != 1.0 {
        // The rest is looked at in that scale.
        found.extend(moved(&mut window, scale));
    }
    found.extend(unreadable(&window));
    found.extend(unexplained(&mut window));
    found.extend(stuck(&mut window, &screen.name));
    for what in found {
        println!("{} {}x{}: {what}", screen.name, size.x, size.y);
        wrong.push(what);
    }
}

fn check_all(size: egui::Vec2, scales: &[f32]) {
    let mut wrong = Vec::new();
    for (screen, scale) in super::asked_screens().iter().zip(scales.iter().cycle()) {
        check(screen, size, *scale, &mut wrong);
    }
    assert!(wrong.is_empty(), "{} things, as said above", wrong.len());
}

#[test]
fn every_screen_can_be_read_and_worked_in_a_small_window() {
    check_all(super::SIZES[0], &[2.0]);
}

#[test]
fn every_screen_can_be_read_and_worked_in_a_large_window() {
    check_all(super::SIZES[2], &[1.5, 1.0, 1.25, 1.0]);
}

#[test]
fn screens_have_names_of_their_own() {
    let screens = table::screens();
    let names: BTreeSet<&str> = screens.iter().map(|screen| screen.name.as_str()).collect();
    assert_eq!(names.len(), screens.len());
}
