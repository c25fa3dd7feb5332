//! Menus and tooltips of a widget. They keep a margin to the edge of the window, and no tooltip comes
//! while something is dragged.

use egui::{Context, Frame, Margin, Popup, RectAlign, Response, Tooltip, Ui, vec2};

/// Points to the edge of the window.
const MARGIN: i8 = 6;
/// Between a widget and its tooltip, and between the pointer and one beside it.
const GAP: f32 = 4.0;
const GAP_OF_POINTER: f32 = 12.0;

/// A tooltip lies over nothing that stands beside its widget.
const ABOVE_OR_BELOW: [RectAlign; 3] = [RectAlign::BOTTOM_END, RectAlign::TOP_START, RectAlign::TOP_END];

/// The menu that a click on the button opens below it.
pub fn menu_below(button: &Response) -> Popup<'_> {
    let margin = f32::from(MARGIN);
    Popup::menu(button)
        .frame(frame(&button.ctx))
        .gap(-margin)
        .anchor(button.interact_rect.expand2(vec2(margin, 0.0)))
}

/// The menu that the other button of the mouse opens at the pointer.
pub fn context_menu(response: &Response) -> Popup<'_> {
    Popup::context_menu(response).frame(frame(&response.ctx)).gap(-f32::from(MARGIN))
}

/// Words that come while a widget is pointed at.
pub trait HoverText: Sized {
    fn told(self, text: impl Into<String>) -> Self;

    /// The same beside the pointer: of what is wide.
    fn told_at_pointer(self, text: impl Into<String>) -> Self;

    /// Whether or not the widget can be used.
    fn shown_on_hover(self, draw: impl Fn(&mut Ui)) -> Self;
}

impl HoverText for Response {
    fn told(self, text: impl Into<String>) -> Self {
        let text = text.into();
        if self.ctx.has_accesskit_node(self.id) {
            self.ctx.accesskit_node_builder(self.id, |node| node.set_description(text.clone()));
        }
        show(Tooltip::for_enabled(&self), &self, |ui| text_ui(ui, text));
        self
    }

    fn told_at_pointer(self, text: impl Into<String>) -> Self {
        let text = text.into();
        let tooltip = Tooltip::for_enabled(&self).at_pointer();
        if self.ctx.dragged_id().is_none() {
            let tooltip = framed(tooltip, &self.ctx).gap(GAP_OF_POINTER - f32::from(MARGIN));
            tooltip.show(|ui| text_ui(ui, text));
        }
        self
    }

    fn shown_on_hover(self, draw: impl Fn(&mut Ui)) -> Self {
        show(Tooltip::for_enabled(&self), &self, &draw);
        show(Tooltip::for_disabled(&self), &self, &draw);
        self
    }
}

fn text_ui(ui: &mut Ui, text: String) {
    ui.set_max_width(ui.spacing().tooltip_width);
    ui.label(text);
}

fn show(tooltip: Tooltip<'_>, response: &Response, draw: impl FnOnce(&mut Ui)) {
    if response.ctx.dragged_id().is_some() {
        return;
    }
    let margin = f32::from(MARGIN);
    let mut tooltip = framed(tooltip, &response.ctx).gap(GAP - margin);
    // What stands at the edge of the window has no margin there.
    let anchor = response.interact_rect.expand2(vec2(margin, 0.0)).intersect(response.ctx.content_rect());
    tooltip.popup = tooltip.popup.anchor(anchor).align_alternatives(&ABOVE_OR_BELOW);
    tooltip.show(draw);
}

/// A tooltip with the margin around it.
pub(super) fn framed<'a>(mut tooltip: Tooltip<'a>, ctx: &Context) -> Tooltip<'a> {
    tooltip.popup = tooltip.popup.frame(frame(ctx));
    tooltip
}

fn frame(ctx: &Context) -> Frame {
    Frame::popup(&ctx.global_style()).outer_margin(Margin::same(MARGIN))
}
