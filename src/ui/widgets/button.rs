//! Buttons: quiet until hovered, one primary button at most in a place.

use egui::{Align, Color32, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::choice::Choice;
use super::elide::{Elide, one_line, place};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Theme, theme};

/// A button that is an icon. Its name, shortcut and reason for being greyed out are its tooltip.
///
/// ```text
/// if IconButton::new(Icon::Save, "Save").shortcut("Ctrl+S").show(ui).clicked() { … }
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "a button does nothing until it is shown"]
pub struct IconButton<'a> {
    choice: Choice<'a>,
    icon: Icon,
    selected: Option<bool>,
    color: Option<Color32>,
    is_small: bool,
}

impl<'a> IconButton<'a> {
    pub fn new(icon: Icon, name: &'a str) -> Self {
        Self::of(Choice::new(name).icon(icon))
    }

    pub fn of(choice: Choice<'a>) -> Self {
        Self { icon: choice.icon.unwrap_or(Icon::More), choice, selected: None, color: None, is_small: false }
    }

    pub fn shortcut(mut self, shortcut: &'a str) -> Self {
        self.choice.shortcut = shortcut;
        self
    }

    pub fn hint(mut self, hint: &'a str) -> Self {
        self.choice.hint = hint;
        self
    }

    pub fn disabled(mut self, reason: Option<&'a str>) -> Self {
        self.choice.disabled = reason;
        self
    }

    /// Makes it a switch.
    pub fn selected(mut self, is_selected: bool) -> Self {
        self.selected = Some(is_selected);
        self
    }

    pub fn color(mut self, color: Color32) -> Self {
        self.color = Some(color);
        self
    }

    /// For rows: as high as a dense row.
    pub fn small(mut self) -> Self {
        self.is_small = true;
        self
    }

    pub fn show(self, ui: &mut Ui) -> Response {
        let theme = theme(ui);
        let side = if self.is_small { theme.size.row_dense } else { theme.size.button };
        ui.add_enabled_ui(self.choice.is_enabled(), |ui| {
            let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::click());
            self.draw(ui, rect, response)
        })
        .inner
    }

    /// Into `rect`, without taking space: for rows, which are painted and not laid out.
    ///
    /// `salt` tells buttons of one name in one `Ui` apart, such as the row's index.
    pub fn put(self, ui: &mut Ui, rect: Rect, salt: u64) -> Response {
        let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(rect));
        if !self.choice.is_enabled() {
            ui.disable();
        }
        let id = ui.make_persistent_id((self.choice.title, salt));
        let response = ui.interact(rect, id, Sense::click());
        self.draw(&ui, rect, response)
    }

    fn draw(self, ui: &Ui, rect: Rect, response: Response) -> Response {
        let theme = theme(ui);
        let is_on = self.selected == Some(true);
        let fill = match (is_on, ground(theme, &response)) {
            (true, Color32::TRANSPARENT) => theme.color.selection,
            (_, fill) => fill,
        };
        frame(ui, rect, fill, Stroke::NONE, &response);
        let color = if is_on { theme.color.accent } else { theme.color.text };
        let size = if self.is_small { theme.size.icon - 2.0 } else { theme.size.icon };
        let color = self.color.unwrap_or(color);
        if color != Color32::TRANSPARENT {
            self.icon.paint_sized(ui.painter(), rect.center(), size, color);
        }
        self.choice.announce(ui, &response, Role::Button);
        if let Some(is_on) = self.selected {
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_toggled(is_on.into()));
        }
        self.choice.tooltip(response)
    }
}

/// More than any window has, in points.
const ANY_WIDTH: f32 = 10_000.0;

/// A button that says what it does.
#[derive(Clone, Copy, Debug)]
#[must_use = "a button does nothing until it is shown"]
pub struct TextButton<'a> {
    choice: Choice<'a>,
    is_primary: bool,
    is_outlined: bool,
    has_menu: bool,
    most_width: f32,
}

impl<'a> TextButton<'a> {
    pub fn new(title: &'a str) -> Self {
        Self::of(Choice::new(title))
    }

    pub fn of(choice: Choice<'a>) -> Self {
        Self { choice, is_primary: false, is_outlined: false, has_menu: false, most_width: ANY_WIDTH }
    }

    pub fn icon(mut self, icon: Icon) -> Self {
        self.choice.icon = Some(icon);
        self
    }

    pub fn shortcut(mut self, shortcut: &'a str) -> Self {
        self.choice.shortcut = shortcut;
        self
    }

    pub fn hint(mut self, hint: &'a str) -> Self {
        self.choice.hint = hint;
        self
    }

    pub fn disabled(mut self, reason: Option<&'a str>) -> Self {
        self.choice.disabled = reason;
        self
    }

    /// The one thing most people want here.
    pub fn primary(mut self) -> Self {
        self.is_primary = true;
        self
    }

    /// With a border at rest: in dialogs and empty states, where nothing else says "button".
    pub fn outlined(mut self) -> Self {
        self.is_outlined = true;
        self
    }

    /// With a chevron: it opens a menu.
    pub fn menu(mut self) -> Self {
        self.has_menu = true;
        self
    }

    /// A longer title is cut, and told while the pointer is over it.
    pub fn at_most(mut self, points: f32) -> Self {
        self.most_width = points;
        self
    }

    /// What [`Self::show`] takes, for placing buttons from the right or in the middle.
    pub fn width(self, ui: &Ui) -> f32 {
        (self.around(ui) + self.galley(ui).0.size().x).ceil()
    }

    /// Points beside the title.
    fn around(self, ui: &Ui) -> f32 {
        let icon = f32::from(u8::from(self.choice.icon.is_some())) * self.icon_space(theme(ui));
        let chevron = f32::from(u8::from(self.has_menu)) * theme(ui).size.icon;
        2.0 * self.pad(theme(ui)) + icon + chevron
    }

    pub fn show(self, ui: &mut Ui) -> Response {
        let size = vec2(self.width(ui), theme(ui).size.button);
        ui.add_enabled_ui(self.choice.is_enabled(), |ui| {
            let (rect, response) = ui.allocate_exact_size(size, Sense::click());
            self.draw(ui, rect, &response);
            self.choice.announce(ui, &response, Role::Button);
            let has_more = !self.choice.shortcut.is_empty() || !self.choice.hint.is_empty();
            let is_cut = self.galley(ui).1;
            match has_more || is_cut || !self.choice.is_enabled() {
                true => self.choice.tooltip(response),
                false => response,
            }
        })
        .inner
    }

    fn draw(self, ui: &Ui, rect: Rect, response: &Response) {
        let theme = theme(ui);
        let border = if self.is_outlined { theme.outline() } else { Stroke::NONE };
        if self.is_primary {
            ui.painter().rect_filled(rect, theme.size.radius, self.fill(theme, response));
            if response.has_focus() {
                // Its ground has the colour of the ring, so the ring stands around it.
                let radius = theme.size.radius + 2.0;
                ui.painter().rect_stroke(rect.expand(2.0), radius, theme.focus(), StrokeKind::Outside);
            }
        } else {
            frame(ui, rect, self.fill(theme, response), border, response);
        }
        let ink = self.ink(theme);
        let mut text = rect.shrink2(vec2(self.pad(theme), 0.0));
        if let Some(icon) = self.choice.icon {
            let center = pos2(text.left() + theme.size.icon / 2.0, rect.center().y);
            icon.paint(ui.painter(), center, ink);
            text.min.x += self.icon_space(theme);
        }
        if self.has_menu {
            let center = pos2(text.right() - 5.0, rect.center().y);
            Icon::ChevronDown.paint_sized(ui.painter(), center, 12.0, theme.color.muted);
        }
        let (galley, _) = self.galley(ui);
        let at = place(ui.painter(), text, &galley, Align::Min);
        ui.painter().galley(at.min, galley, ink);
    }

    /// The title, and whether it is cut.
    fn galley(self, ui: &Ui) -> (std::sync::Arc<egui::Galley>, bool) {
        let theme = theme(ui);
        let font =
            if self.is_primary { fonts::medium(theme.size.text) } else { fonts::regular(theme.size.text) };
        let most = self.most_width - self.around(ui);
        one_line(ui.painter(), self.choice.title, &font, self.ink(theme), most, Elide::End)
    }

    fn ink(self, theme: &Theme) -> Color32 {
        if self.is_primary { theme.color.on_accent } else { theme.color.text }
    }

    fn pad(self, theme: &Theme) -> f32 {
        let has_ground = self.is_primary || self.is_outlined;
        theme.size.gap + if has_ground { theme.size.gap_small } else { 0.0 }
    }

    fn icon_space(self, theme: &Theme) -> f32 {
        theme.size.icon + 6.0
    }

    fn fill(self, theme: &Theme, response: &Response) -> Color32 {
        let ground = ground(theme, response);
        match (self.is_primary, ground) {
            (true, Color32::TRANSPARENT) => theme.color.accent,
            (true, _) => theme.color.accent.lerp_to_gamma(theme.color.text, 0.15),
            (false, _) => ground,
        }
    }
}

fn ground(theme: &Theme, response: &Response) -> Color32 {
    if response.is_pointer_button_down_on() {
        theme.color.pressed.lerp_to_gamma(theme.color.text, 0.06)
    } else if response.hovered() || response.context_menu_opened() {
        theme.color.pressed
    } else {
        Color32::TRANSPARENT
    }
}

/// Ground, border and focus ring of anything the size of a button.
pub(super) fn frame(ui: &Ui, rect: Rect, fill: Color32, border: Stroke, response: &Response) {
    let theme = theme(ui);
    let stroke = if response.has_focus() { theme.focus() } else { border };
    let radius = theme.size.radius;
    ui.painter().rect(rect, radius, fill, stroke, StrokeKind::Inside);
}

/// Parts groups of a bar: a line as high as an icon button.
pub fn bar_separator_ui(ui: &mut Ui) {
    let theme = theme(ui);
    let size = vec2(theme.size.gap + theme.size.line, theme.size.button);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let y = rect.shrink(4.0).y_range();
    ui.painter().vline(ui.painter().round_to_pixel_center(rect.center().x), y, theme.line());
}
