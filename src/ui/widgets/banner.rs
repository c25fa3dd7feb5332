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
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.x = theme.size.gap_small;
            if can_close && IconButton::new(Icon::Close, "Close").show(ui).clicked() {
                asked = Some(BannerResponse::Closed);
            }
            for (action_idx, title) in actions.iter().enumerate().rev() {
                if TextButton::new(title).show(ui).clicked() {
                    asked = Some(BannerResponse::Action(action_idx));
                }
            }
            let rest = Layout::left_to_right(Align::Min).with_main_wrap(false);
            ui.with_layout(rest, |ui| text_ui(ui, tone, text));
        });
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
