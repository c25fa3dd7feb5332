//! A strip over a pane: something about all of it, and what can be done.

use egui::{Align, Layout, Response, Role, Sense, Ui, WidgetInfo, vec2};

use super::button::{IconButton, TextButton};
use super::tone::Tone;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BannerResponse {
    /// An index into the actions.
    Action(usize),
    Closed,
}

/// Points that the text keeps beside the buttons; in a narrower strip they stand below it.
const LEAST_FOR_TEXT: f32 = 170.0;

/// Draws a strip as wide as `ui`; a long text wraps.
///
/// `can_close` is for what stays true without being said.
pub fn banner_ui(
    ui: &mut Ui,
    tone: Tone,
    text: &str,
    actions: &[&str],
    can_close: bool,
) -> Option<BannerResponse> {
    let theme = theme(ui);
    let mut asked = None;
    let margin = egui::Margin::symmetric(theme.size.margin as i8, 3);
    let frame = egui::Frame::new().fill(tone.fill(theme)).inner_margin(margin);
    let strip = frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        let widths =
            actions.iter().map(|title| TextButton::new(title).outlined().width(ui) + theme.size.gap_small);
        let is_narrow = ui.available_width() - widths.sum::<f32>() - 2.0 * theme.size.button < LEAST_FOR_TEXT;
        let (beside, below) = if is_narrow { (&[] as &[&str], actions) } else { (actions, &[] as &[&str]) };
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.x = theme.size.gap_small;
            if can_close && IconButton::new(Icon::Close, "Close").show(ui).clicked() {
                asked = Some(BannerResponse::Closed);
            }
            for (action_idx, title) in beside.iter().enumerate().rev() {
                if TextButton::new(title).outlined().show(ui).clicked() {
                    asked = Some(BannerResponse::Action(action_idx));
                }
            }
            let rest = Layout::left_to_right(Align::Min).with_main_wrap(false);
            ui.with_layout(rest, |ui| text_ui(ui, tone, text));
        });
        if below.is_empty() {
            return;
        }
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme.size.gap_small;
            // They stand below the text.
            ui.add_space(theme.size.icon + theme.size.gap);
            for (action_idx, title) in below.iter().enumerate() {
                if TextButton::new(title).outlined().show(ui).clicked() {
                    asked = Some(BannerResponse::Action(action_idx));
                }
            }
        });
        ui.add_space(theme.size.gap_small);
    });
    let rect = strip.response.rect;
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme.line());
    asked
}

fn text_ui(ui: &mut Ui, tone: Tone, text: &str) -> Response {
    let theme = theme(ui);
    ui.spacing_mut().item_spacing.x = theme.size.gap;
    let size = vec2(theme.size.icon, theme.size.button);
    let (icon_rect, _) = ui.allocate_exact_size(size, Sense::hover());
    tone.icon().paint(ui.painter(), icon_rect.center(), tone.color(theme));
    let response = ui
        .vertical(|ui| {
            ui.add_space(5.0);
            ui.add(egui::Label::new(text).wrap())
        })
        .inner;
    response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, text));
    response
}
