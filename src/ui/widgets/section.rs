//! The parts of an inspector: headings that fold, and rows of a name and a value.

use egui::{Align, FontId, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::button::IconButton;
use super::elide::{Elide, cell, cell_elided};
use super::visible_text::visible_text;
use crate::ui::icons::Icon;
use crate::ui::{fonts, theme::theme};

/// A heading; with `is_open` it folds what follows. Returns whether that is to be drawn.
///
/// ```text
/// if section_ui(ui, "Readings", "4", Some(&mut view.readings_open)) { … }
/// ```
pub fn section_ui(ui: &mut Ui, title: &str, note: &str, is_open: Option<&mut bool>) -> bool {
    let theme = theme(ui);
    ui.add_space(theme.size.gap);
    let size = vec2(ui.available_width(), theme.size.row);
    let sense = if is_open.is_some() { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(size, sense);
    let mut text = rect;
    let shown = is_open.as_deref().copied().unwrap_or(true);
    if is_open.is_some() {
        let icon = if shown { Icon::ChevronDown } else { Icon::ChevronRight };
        let center = pos2(rect.left() + 6.0, rect.center().y);
        icon.paint_sized(ui.painter(), center, 14.0, theme.color.muted);
        text.min.x += theme.size.icon + 2.0;
        let ground = rect.expand2(vec2(theme.size.gap_small, 0.0));
        if response.has_focus() {
            let kind = egui::StrokeKind::Inside;
            ui.painter().rect_stroke(ground, theme.size.radius, theme.focus(), kind);
        }
    }
    let font = fonts::semibold(theme.size.text_dense);
    let title_cell = cell(ui.painter(), text, title, &font, theme.color.text, Align::Min);
    text.min.x = title_cell.rect.right() + theme.size.gap;
    let font = fonts::regular(theme.size.text_dense);
    cell(ui.painter(), text, note, &font, theme.color.muted, Align::Min);

    let role = if is_open.is_some() { Role::DisclosureTriangle } else { Role::Heading };
    response.widget_info(|| WidgetInfo::labeled(role, ui.is_enabled(), title));
    let Some(is_open) = is_open else { return true };
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_expanded(shown));
    if response.clicked() {
        *is_open = !shown;
    }
    shown
}

/// Points that names take, so that values stand in one column from section to section.
pub const NAME_WIDTH: f32 = 84.0;

/// A name and a value, which can be copied.
#[derive(Clone, Copy, Debug)]
#[must_use = "a row does nothing until it is shown"]
pub struct KeyValue<'a> {
    name: &'a str,
    value: &'a str,
    copied: Option<&'a str>,
    name_width: f32,
    is_mono: bool,
    color: Option<egui::Color32>,
    elide: Elide,
}

impl<'a> KeyValue<'a> {
    /// Hidden characters of `value` are spelled out.
    pub fn new(name: &'a str, value: &'a str) -> Self {
        Self {
            name,
            value,
            copied: None,
            name_width: NAME_WIDTH,
            is_mono: true,
            color: None,
            elide: Elide::End,
        }
    }

    /// What the copy button copies, where it is not the value as shown.
    pub fn copied(mut self, text: &'a str) -> Self {
        self.copied = Some(text);
        self
    }

    /// In points; the same for every row of a group.
    pub fn name_width(mut self, width: f32) -> Self {
        self.name_width = width;
        self
    }

    /// For words rather than values.
    pub fn prose(mut self) -> Self {
        self.is_mono = false;
        self
    }

    pub fn color(mut self, color: egui::Color32) -> Self {
        self.color = Some(color);
        self
    }

    /// For paths and ids.
    pub fn elide_middle(mut self) -> Self {
        self.elide = Elide::Middle;
        self
    }

    /// Returns the row, for a context menu.
    pub fn show(self, ui: &mut Ui) -> Response {
        let theme = theme(ui);
        let size = vec2(ui.available_width(), theme.size.row_dense);
        let (rect, response) = ui.allocate_exact_size(size, Sense::CLICK);
        let font = fonts::regular(theme.size.text_dense);
        let name_rect = rect.with_max_x(rect.left() + self.name_width - theme.size.gap);
        cell(ui.painter(), name_rect, self.name, &font, theme.color.muted, Align::Min);

        let side = theme.size.row_dense;
        let is_over = response.contains_pointer();
        let button_space = if is_over { side + 2.0 } else { 0.0 };
        let value_rect = Rect::from_min_max(
            pos2(rect.left() + self.name_width, rect.top()),
            pos2(rect.right() - button_space, rect.bottom()),
        );
        let color = self.color.unwrap_or(theme.color.text);
        let value = visible_text(self.value);
        let font = self.font(theme.size.text_dense);
        let shown = cell_elided(ui.painter(), value_rect, &value, &font, color, Align::Min, self.elide);
        shown.full_text_on_hover(ui, &response, || value.chars().take(2000).collect());

        response.widget_info(|| {
            WidgetInfo::labeled(Role::Label, ui.is_enabled(), format!("{} {value}", self.name))
        });
        let name = format!("Copy {}", self.name.to_lowercase());
        let copy = IconButton::new(Icon::Copy, &name).small();
        let center = pos2(rect.right() - side / 2.0, rect.center().y);
        let at = Rect::from_center_size(center, vec2(side, side));
        let ink = if is_over { theme.color.text } else { egui::Color32::TRANSPARENT };
        let copy = copy.color(ink).put(ui, at, response.id.value());
        if copy.has_focus() && !is_over {
            Icon::Copy.paint_sized(ui.painter(), center, 14.0, theme.color.text);
        }
        if copy.clicked() {
            ui.ctx().copy_text(self.copied.unwrap_or(self.value).to_owned());
        }
        response
    }

    fn font(&self, size: f32) -> FontId {
        if self.is_mono { fonts::mono(size) } else { fonts::regular(size) }
    }
}
