//! A pane with nothing in it says why, and what to do next.

use egui::{Align, Layout, Sense, Ui, vec2};

use super::button::TextButton;
use super::choice::Choice;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;

/// Draws into the middle of `ui`; returns the index of the choice made.
///
/// The first choice is the primary one.
pub fn empty_state_ui(
    ui: &mut Ui,
    icon: Icon,
    sentence: &str,
    hint: &str,
    choices: &[Choice<'_>],
) -> Option<usize> {
    let theme = theme(ui);
    let mut chosen = None;
    let buttons = if choices.is_empty() {
        0.0
    } else {
        theme.size.button + theme.size.margin
    };
    let height = 32.0 + 4.0 * theme.size.gap + 40.0 + buttons;
    let above = ((ui.available_height() - height) * 0.42).max(theme.size.margin);
    ui.with_layout(Layout::top_down(Align::Center), |ui| {
        ui.add_space(above);
        let (icon_rect, _) = ui.allocate_exact_size(vec2(32.0, 32.0), Sense::hover());
        icon.paint_sized(ui.painter(), icon_rect.center(), 28.0, theme.color.muted);
        ui.add_space(theme.size.gap);
        ui.label(egui::RichText::new(sentence).heading());
        if !hint.is_empty() {
            let hint = egui::RichText::new(hint).color(theme.color.muted);
            ui.add(egui::Label::new(hint).wrap());
        }
        if choices.is_empty() {
            return;
        }
        ui.add_space(theme.size.margin);
        chosen = buttons_ui(ui, choices);
    });
    chosen
}

/// A row of buttons in the middle; two passes know its width.
fn buttons_ui(ui: &mut Ui, choices: &[Choice<'_>]) -> Option<usize> {
    let theme = theme(ui);
    let id = ui.make_persistent_id("buttons");
    let width: f32 = ui.data(|data| data.get_temp(id)).unwrap_or(0.0);
    let mut chosen = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme.size.gap;
        ui.add_space(((ui.available_width() - width) / 2.0).max(0.0).floor() - theme.size.gap);
        let start = ui.cursor().left();
        for (choice_idx, choice) in choices.iter().enumerate() {
            let button = TextButton::of(*choice);
            let button = if choice_idx == 0 {
                button.primary()
            } else {
                button.outlined()
            };
            if button.show(ui).clicked() {
                chosen = Some(choice_idx);
            }
        }
        let shown = ui.cursor().left() - theme.size.gap - start;
        if (shown - width).abs() > 0.5 {
            ui.data_mut(|data| data.insert_temp(id, shown));
            ui.ctx()
                .request_discard("the width of the buttons is known now");
        }
    });
    chosen
}
