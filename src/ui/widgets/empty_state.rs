//! A pane with nothing in it says why, and what to do next.

use egui::{Align, Label, Layout, RichText, ScrollArea, Sense, Ui, UiBuilder, vec2};

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
    empty_state_over_ui(ui, icon, sentence, hint, choices, 0.0, |_| {})
}

/// The same over something else, which takes about so many points.
pub fn empty_state_over_ui(
    ui: &mut Ui,
    icon: Icon,
    sentence: &str,
    hint: &str,
    choices: &[Choice<'_>],
    below: f32,
    draw_below: impl FnOnce(&mut Ui),
) -> Option<usize> {
    let theme = theme(ui);
    let mut chosen = None;
    let buttons = if choices.is_empty() { 0.0 } else { theme.size.button + theme.size.margin };
    let text = 2.0 * theme.size.gap + 40.0 + buttons + below;
    let has_icon = text + 32.0 + 2.0 * theme.size.gap <= ui.available_height();
    let height = text + if has_icon { 32.0 + 2.0 * theme.size.gap } else { 0.0 };
    let above = ((ui.available_height() - height) * 0.42).max(theme.size.gap_small);
    // In a low pane the end of it is scrolled to.
    let area = ScrollArea::vertical().id_salt("empty state").auto_shrink(false).min_scrolled_height(0.0);
    area.show(ui, |ui| {
        let inner = ui.available_rect_before_wrap().shrink2(vec2(theme.size.margin, 0.0));
        let layout = Layout::top_down(Align::Center);
        ui.scope_builder(UiBuilder::new().max_rect(inner).layout(layout), |ui| {
            ui.add_space(above);
            if has_icon {
                let (icon_rect, _) = ui.allocate_exact_size(vec2(32.0, 32.0), Sense::hover());
                icon.paint_sized(ui.painter(), icon_rect.center(), 28.0, theme.color.muted);
                ui.add_space(theme.size.gap);
            }
            ui.add(Label::new(RichText::new(sentence).heading()).wrap());
            if !hint.is_empty() {
                ui.add(Label::new(RichText::new(hint).color(theme.color.muted)).wrap());
            }
            if !choices.is_empty() {
                ui.add_space(theme.size.margin);
                chosen = buttons_ui(ui, choices);
                ui.add_space(theme.size.gap_small);
            }
            draw_below(ui);
        });
    });
    chosen
}

fn buttons_ui(ui: &mut Ui, choices: &[Choice<'_>]) -> Option<usize> {
    let gap = theme(ui).size.gap;
    let buttons: Vec<TextButton<'_>> = (0..)
        .zip(choices)
        .map(|(choice_idx, choice)| match choice_idx {
            0 => TextButton::of(*choice).primary(),
            _ => TextButton::of(*choice).outlined(),
        })
        .collect();
    let width: f32 = buttons.iter().map(|button| button.width(ui) + gap).sum();
    let size = vec2((width - gap).max(0.0), theme(ui).size.button);
    let mut chosen = None;
    if ui.available_width() < size.x {
        // One below the other, each in the middle.
        ui.spacing_mut().item_spacing.y = theme(ui).size.gap_small;
        for (choice_idx, button) in buttons.into_iter().enumerate() {
            let size = vec2(button.width(ui), size.y);
            let layout = Layout::left_to_right(Align::Center);
            if ui.allocate_ui_with_layout(size, layout, |ui| button.show(ui).clicked()).inner {
                chosen = Some(choice_idx);
            }
        }
        return chosen;
    }
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = gap;
        for (choice_idx, button) in buttons.into_iter().enumerate() {
            if button.show(ui).clicked() {
                chosen = Some(choice_idx);
            }
        }
    });
    chosen
}
