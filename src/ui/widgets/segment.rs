//! A choice of a few, side by side, one of them taken; in lines where they have no room in one.

use egui::{Align, Rect, Role, Sense, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::elide::place;
use super::floating::HoverText;
use crate::ui::{fonts, theme::theme};

/// Names side by side in one frame.
///
/// ```text
/// if let Some(idx) = Segment::new("Theme", &["System", "Light", "Dark"]).show(ui, Some(1)) { … }
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "a choice does nothing until it is shown"]
pub struct Segment<'a> {
    name: &'a str,
    choices: &'a [&'a str],
    disabled: Option<(usize, &'a str)>,
}

impl<'a> Segment<'a> {
    /// `name` is for those who do not see what the choice is about.
    pub fn new(name: &'a str, choices: &'a [&'a str]) -> Self {
        Self { name, choices, disabled: None }
    }

    /// Greys one choice out, with the reason.
    pub fn disabled(mut self, disabled: Option<(usize, &'a str)>) -> Self {
        self.disabled = disabled;
        self
    }

    /// Returns the choice that was made, if it is another one.
    pub fn show(self, ui: &mut Ui, taken: Option<usize>) -> Option<usize> {
        let theme = theme(ui);
        let font = fonts::regular(theme.size.text);
        let width = |text: &str| {
            let galley = ui.painter().layout_no_wrap(text.to_owned(), font.clone(), theme.color.text);
            (galley.size().x + 2.0 * theme.size.margin).ceil()
        };
        let widths: Vec<f32> = self.choices.iter().map(|text| width(text)).collect();
        let (places, size) = places(&widths, theme.size.button, ui.available_width());
        let (rect, group) = ui.allocate_exact_size(size, Sense::hover());
        group.widget_info(|| WidgetInfo::labeled(Role::RadioGroup, ui.is_enabled(), self.name));
        ui.painter().rect_filled(rect, theme.size.radius, theme.color.surface_2);
        let mut chosen = None;
        for (idx, (text, place)) in self.choices.iter().zip(&places).enumerate() {
            let at = place.translate(rect.min.to_vec2());
            if self.choice_ui(ui, idx, text, at, taken == Some(idx)) && taken != Some(idx) {
                chosen = Some(idx);
            }
        }
        chosen
    }

    fn choice_ui(&self, ui: &Ui, idx: usize, text: &str, at: Rect, is_taken: bool) -> bool {
        let theme = theme(ui);
        let reason = self.disabled.filter(|(disabled, _)| *disabled == idx).map(|(_, reason)| reason);
        let sense = if reason.is_some() { Sense::hover() } else { Sense::click() };
        let response = ui.interact(at, ui.make_persistent_id((self.name, idx)), sense);
        let inner = at.shrink(2.0);
        let radius = theme.size.radius - 1.0;
        if is_taken {
            let stroke = theme.outline();
            ui.painter().rect(inner, radius, theme.color.surface_0, stroke, StrokeKind::Inside);
        } else if response.hovered() && reason.is_none() {
            ui.painter().rect_filled(inner, radius, theme.color.pressed);
        }
        if response.has_focus() {
            ui.painter().rect_stroke(inner, radius, theme.focus(), StrokeKind::Inside);
        }
        let color = match (is_taken, reason) {
            (_, Some(_)) => theme.color.muted.gamma_multiply(0.6),
            (true, None) => theme.color.text,
            (false, None) => theme.color.muted,
        };
        let font = fonts::regular(theme.size.text);
        let galley = ui.painter().layout_no_wrap(text.to_owned(), font, color);
        let text_at = place(ui.painter(), at, &galley, Align::Center);
        ui.painter().galley(text_at.min, galley, color);
        response.widget_info(|| {
            WidgetInfo::selected(Role::RadioButton, ui.is_enabled() && reason.is_none(), is_taken, text)
        });
        let is_clicked = response.clicked();
        if let Some(reason) = reason {
            response.told(reason);
        }
        is_clicked
    }
}

/// Where choices of these widths stand, and the size of all of them.
fn places(widths: &[f32], height: f32, room: f32) -> (Vec<Rect>, Vec2) {
    let mut at = pos2(0.0, 0.0);
    let mut all = Vec2::ZERO;
    let mut places = Vec::new();
    for width in widths {
        if 0.0 < at.x && room < at.x + width {
            at = pos2(0.0, at.y + height);
        }
        places.push(Rect::from_min_size(at, vec2(*width, height)));
        at.x += width;
        all = all.max(vec2(at.x, at.y + height));
    }
    (places, all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_without_room_in_a_line_stand_in_the_next() {
        let (rects, size) = places(&[40.0, 50.0, 60.0], 26.0, 100.0);
        let corners: Vec<_> = rects.iter().map(|rect| (rect.left(), rect.top())).collect();
        assert_eq!(corners, [(0.0, 0.0), (40.0, 0.0), (0.0, 26.0)]);
        assert_eq!(size, vec2(90.0, 52.0));
        // One that is wider than all there is has a line of its own.
        assert_eq!(places(&[40.0], 26.0, 30.0).1, vec2(40.0, 26.0));
    }
}
