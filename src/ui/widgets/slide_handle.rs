//! A handle beside a number's field: dragged sideways or stepped by keys.

use egui::accesskit;
use egui::{
    CursorIcon, EventFilter, Id, Key, Modifiers, Pos2, Rect, Response, Role, Sense, Ui, WidgetInfo, vec2,
};

use super::choice::Choice;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;

/// Points that are dragged for one step.
const POINTS_PER_STEP: f32 = 4.0;
/// Steps of a page key, and of anything while Shift is held.
const COARSE: f64 = 10.0;

/// A slim handle, as high as a field.
#[derive(Clone, Copy, Debug)]
#[must_use = "a handle does nothing until it is shown"]
pub struct SlideHandle<'a> {
    name: &'a str,
    /// What it stands at, for those who do not see the field.
    value: &'a str,
    hint: &'a str,
    id: Id,
}

/// What was done to a handle in this frame.
pub struct Slid {
    pub response: Response,
    /// Steps up or, if negative, down; parts of one while it is dragged.
    pub by: f64,
    /// A drag was given up with Esc.
    pub is_taken_back: bool,
}

impl<'a> SlideHandle<'a> {
    /// Points that a handle takes beside a field.
    pub const WIDTH: f32 = 24.0;

    pub fn new(name: &'a str, value: &'a str, id: Id) -> Self {
        Self { name, value, hint: "", id }
    }

    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// With its upper left corner at `at`, right behind a field.
    pub fn put(self, ui: &Ui, at: Pos2) -> Slid {
        let theme = theme(ui);
        let rect = Rect::from_min_size(at, vec2(Self::WIDTH, theme.size.field));
        let rect = rect.with_min_x(rect.left() + 2.0);
        let response = ui.interact(rect, self.id, Sense::DRAG | Sense::FOCUSABLE);
        if response.drag_started() {
            response.request_focus();
        }
        let is_taken_back =
            response.dragged() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        if is_taken_back {
            ui.ctx().stop_dragging();
        }
        let by = if is_taken_back { 0.0 } else { self.dragged(ui, &response) + self.pressed(ui, &response) };
        self.draw(ui, &response);
        if response.hovered() || response.dragged() {
            ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
        }
        self.announce(ui, &response);
        let is_still = !response.dragged();
        let choice = Choice::new(self.name).hint(self.hint);
        let response = if is_still { choice.tooltip(response) } else { response };
        Slid { response, by, is_taken_back }
    }

    fn dragged(self, ui: &Ui, response: &Response) -> f64 {
        // The pointer may have come to the handle in the frame in which it was pressed.
        if response.drag_started() {
            return 0.0;
        }
        let coarse = if ui.input(|input| input.modifiers.shift) { COARSE } else { 1.0 };
        f64::from(response.drag_delta().x / POINTS_PER_STEP) * coarse
    }

    fn pressed(self, ui: &Ui, response: &Response) -> f64 {
        let requests = |action| ui.input(|input| input.num_accesskit_action_requests(self.id, action)) as f64;
        let asked = requests(accesskit::Action::Increment) - requests(accesskit::Action::Decrement);
        if !response.has_focus() {
            return asked;
        }
        // Else egui takes arrows for a way to the next widget.
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(self.id, filter));
        asked + steps_of_keys(ui, &[Key::ArrowUp, Key::ArrowRight], &[Key::ArrowDown, Key::ArrowLeft])
    }

    fn draw(self, ui: &Ui, response: &Response) {
        let theme = theme(ui);
        let rect = response.rect;
        let is_held = response.dragged();
        let fill = match (is_held, response.hovered()) {
            (true, _) => theme.color.pressed,
            (false, true) => theme.color.hover,
            (false, false) => egui::Color32::TRANSPARENT,
        };
        let stroke = if response.has_focus() { theme.focus() } else { egui::Stroke::NONE };
        ui.painter().rect(rect, theme.size.radius, fill, stroke, egui::StrokeKind::Inside);
        let color = if is_held { theme.color.accent } else { theme.color.muted };
        Icon::Slide.paint(ui.painter(), rect.center(), color);
    }

    fn announce(self, ui: &Ui, response: &Response) {
        response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, self.name));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_value(self.value);
            node.add_action(accesskit::Action::Increment);
            node.add_action(accesskit::Action::Decrement);
        });
    }
}

/// Steps that keys ask for in this frame: `up` and `down` by one, or with Shift by ten, and the page
/// keys by ten. The keys are taken out of the input.
pub fn steps_of_keys(ui: &Ui, up: &[Key], down: &[Key]) -> f64 {
    ui.input_mut(|input| {
        let mut count = |key: Key| {
            let coarse = input.count_and_consume_key(Modifiers::SHIFT, key) as f64 * COARSE;
            coarse + input.count_and_consume_key(Modifiers::NONE, key) as f64
        };
        let ups: f64 = up.iter().map(|key| count(*key)).sum();
        let downs: f64 = down.iter().map(|key| count(*key)).sum();
        ups - downs + COARSE * (count(Key::PageUp) - count(Key::PageDown))
    })
}
