//! Something a person can ask for, as menus, toolbar, palette and tooltips show it.

use egui::{Align, Response, Role, Sense, Ui, WidgetInfo, vec2};

use super::elide::{cell, place};
use super::floating::HoverText;
use crate::ui::icons::Icon;
use crate::ui::{fonts, theme::theme};

/// One row of the command table, made ready to be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice<'a> {
    pub icon: Option<Icon>,
    pub title: &'a str,
    /// One line on what it does; may be empty.
    pub hint: &'a str,
    /// As shown, such as "Ctrl+S"; may be empty.
    pub shortcut: &'a str,
    /// Why it cannot be asked for now; `None` if it can.
    pub disabled: Option<&'a str>,
}

impl<'a> Choice<'a> {
    pub fn new(title: &'a str) -> Self {
        Self { title, ..Self::default() }
    }

    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    pub fn shortcut(mut self, shortcut: &'a str) -> Self {
        self.shortcut = shortcut;
        self
    }

    /// Greys it out with a reason; `None` leaves it enabled.
    pub fn disabled(mut self, reason: Option<&'a str>) -> Self {
        self.disabled = reason;
        self
    }

    pub fn is_enabled(&self) -> bool {
        self.disabled.is_none()
    }

    /// Title, shortcut, hint and, where it is greyed out, the reason.
    pub(super) fn tooltip(&self, response: Response) -> Response {
        let tooltip_ui = |ui: &mut Ui| self.tooltip_ui(ui);
        response.shown_on_hover(tooltip_ui)
    }

    fn tooltip_ui(&self, ui: &mut Ui) {
        let theme = theme(ui);
        let inset = egui::Frame::new().inner_margin(egui::Margin::symmetric(4, 1));
        inset.show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.label(self.title);
                if !self.shortcut.is_empty() {
                    ui.weak(self.shortcut);
                }
            });
            for line in [Some(self.hint), self.disabled].into_iter().flatten() {
                if !line.is_empty() {
                    let line = egui::RichText::new(line).color(theme.color.muted);
                    ui.label(line.size(theme.size.text_dense));
                }
            }
        });
    }

    /// Tells assistive software the name, the shortcut and the reason for being greyed out.
    pub(super) fn announce(&self, ui: &Ui, response: &Response, role: Role) {
        let is_enabled = ui.is_enabled() && self.is_enabled();
        response.widget_info(|| WidgetInfo::labeled(role, is_enabled, self.title));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            if !self.shortcut.is_empty() {
                node.set_keyboard_shortcut(self.shortcut);
            }
            if let Some(reason) = self.disabled {
                node.set_description(reason);
            }
        });
    }
}

/// A menu that is scrolled where the window is too low for it.
pub fn scrolled_menu_ui(ui: &mut Ui, width: f32, draw: impl FnOnce(&mut Ui)) {
    let size = &theme(ui).size;
    let most = ui.ctx().content_rect().height() - size.toolbar - 4.0 * size.gap;
    ui.set_max_height(most);
    egui::ScrollArea::vertical().max_height(most).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.set_min_width(width);
        draw(ui);
    });
}

/// One line of a menu: icon, title, shortcut on the right. True when chosen.
///
/// The space of the icon is kept where there is none, so that titles stand in one column.
pub fn menu_item_ui(ui: &mut Ui, choice: &Choice<'_>) -> bool {
    let theme = theme(ui);
    let font = fonts::regular(theme.size.text);
    let title = ui.painter().layout_no_wrap(choice.title.to_owned(), font.clone(), theme.color.text);
    let shortcut_font = fonts::regular(theme.size.text_dense);
    let shortcut = ui.painter().layout_no_wrap(choice.shortcut.to_owned(), shortcut_font, theme.color.muted);
    let pad = theme.size.gap;
    let icon_space = theme.size.icon + pad;
    let wanted = 2.0 * pad + icon_space + title.size().x + 3.0 * pad + shortcut.size().x;
    let width = wanted.max(ui.available_width().min(200.0));
    ui.add_enabled_ui(choice.is_enabled(), |ui| {
        let width = width.max(ui.min_rect().width());
        let (rect, response) = ui.allocate_exact_size(vec2(width, theme.size.row), Sense::click());
        let rect = rect.with_max_x(rect.left() + ui.max_rect().width().max(width));
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, theme.size.radius, theme.color.pressed);
        }
        let inner = rect.shrink2(vec2(pad, 0.0));
        if let Some(icon) = choice.icon {
            let center = egui::pos2(inner.left() + theme.size.icon / 2.0, inner.center().y);
            icon.paint(ui.painter(), center, theme.color.muted);
        }
        let text = inner.with_min_x(inner.left() + icon_space);
        cell(ui.painter(), text, choice.title, &font, theme.color.text, Align::Min);
        let at = place(ui.painter(), inner, &shortcut, Align::Max);
        ui.painter().galley(at.min, shortcut, theme.color.muted);
        choice.announce(ui, &response, Role::MenuItem);
        if response.gained_focus() {
            // Of a menu that is longer than the window.
            response.scroll_to_me(None);
        }
        let is_chosen = response.clicked();
        if let Some(reason) = choice.disabled {
            response.shown_on_hover(|ui| drop(ui.label(reason)));
        }
        if is_chosen {
            ui.close();
        }
        is_chosen
    })
    .inner
}
