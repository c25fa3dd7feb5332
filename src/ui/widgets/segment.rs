//! A choice of a few, side by side, one of them taken.

use egui::{Align, Rect, Role, Sense, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::elide::place;
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
        let size = vec2(widths.iter().sum(), theme.size.button);
        let (rect, group) = ui.allocate_exact_size(size, Sense::hover());
        group.widget_info(|| WidgetInfo::labeled(Role::RadioGroup, ui.is_enabled(), self.name));
        ui.painter().rect_filled(rect, theme.size.radius, theme.color.surface_2);
        let mut chosen = None;
        let mut left = rect.left();
        for (idx, (text, width)) in self.choices.iter().zip(&widths).enumerate() {
            let at = Rect::from_min_size(pos2(left, rect.top()), vec2(*width, rect.height()));
            left += width;
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
            response.on_hover_text(reason);
        }
        is_clicked
    }
}
