//! Fields, values and methods of a page, and links to others.

use super::docs::comment_ui;
use crate::app::{Action, SelectTarget, State, field_in_document};
use crate::document::Path as FieldPath;
use crate::schema::{
    About, Address, Definition, EnumBody, FieldPart, Link, MessageBody, MethodPart, NumberUse, Page,
    range_text,
};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::widgets::{IconButton, KeyValue, cell, text_link_ui, visible_text};
use egui::{
    Align, Color32, FontId, Label, Rect, Response, RichText, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo,
    vec2,
};

/// Pages with more parts draw only those in view.
const MANY: usize = 200;
/// Points for numbers of few digits, and for each more.
const NUMBER_WIDTH: f32 = 34.0;
const DIGIT_WIDTH: f32 = 7.5;

/// What the parts of a page draw from.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    pub state: &'a State,
    pub page: &'a Page,
    /// Where a message of the page's type stands in the document in front.
    pub in_document: Option<&'a FieldPath>,
    /// The part that is meant.
    pub member: Option<&'a str>,
    /// It was gone to in this frame.
    pub is_new: bool,
}

/// A text that leads to a page; `spoken` stands in front of it for those who hear it.
pub fn link_ui(ui: &mut Ui, text: &str, spoken: &str, to: &Address, actions: &mut Vec<Action>) -> Response {
    let response = text_link_ui(ui, text, spoken);
    if response.clicked() {
        actions.push(Action::ShowPage(to.clone()));
    }
    response
}

/// A link on a line of its own.
pub fn listed_link_ui(ui: &mut Ui, icon: Icon, link: &Link, spoken: &str, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (rect, _) = ui.allocate_exact_size(vec2(theme.size.icon, theme.size.row_dense), Sense::hover());
        icon.paint_sized(ui.painter(), rect.center(), theme.size.icon - 4.0, theme.color.muted);
        link_ui(ui, &link.label, spoken, &link.to, actions);
    });
}

pub fn options_ui(ui: &mut Ui, options: &[(String, String)]) {
    for (name, value) in options {
        mono_ui(ui, &format!("{name} = {value}"), theme(ui).color.muted);
    }
}

fn mono_ui(ui: &mut Ui, text: &str, color: Color32) {
    let size = theme(ui).size.text_small;
    let text = RichText::new(visible_text(text).into_owned()).monospace().size(size).color(color);
    ui.add(Label::new(text).wrap());
}

fn small(ui: &Ui, text: impl Into<String>, color: Color32) -> RichText {
    RichText::new(text).color(color).size(theme(ui).size.text_small)
}

/// Draws a part of a long page, or keeps its place where it is out of view; brings the one that is
/// meant into view.
fn part_ui(
    ui: &mut Ui,
    place: &mut Option<f32>,
    is_long: bool,
    is_meant: bool,
    is_new: bool,
    draw: impl FnOnce(&mut Ui),
) {
    let width = ui.available_width();
    if let Some(height) = place.filter(|_| is_long && !(is_meant && is_new)) {
        let rect = Rect::from_min_size(ui.cursor().min, vec2(width, height));
        if !ui.is_rect_visible(rect) {
            ui.allocate_exact_size(rect.size(), Sense::hover());
            return;
        }
    }
    let theme = theme(ui);
    let ground = ui.painter().add(egui::Shape::Noop);
    let edge = ui.painter().add(egui::Shape::Noop);
    let drawn = ui.vertical(|ui| {
        ui.set_width(width);
        ui.add_space(2.0);
        draw(ui);
        ui.add_space(2.0);
    });
    let rect = drawn.response.rect;
    *place = Some(rect.height());
    if is_meant {
        let around = Rect::from_x_y_ranges(ui.clip_rect().x_range(), rect.y_range());
        ui.painter().set(ground, egui::Shape::rect_filled(around, 0.0, theme.color.selection));
        let bar = around.with_max_x(around.left() + theme.size.edge);
        ui.painter().set(edge, egui::Shape::rect_filled(bar, 0.0, theme.color.accent));
        if is_new {
            // What is higher than the pane begins with its name.
            let fits = rect.height() <= ui.clip_rect().height();
            ui.scroll_to_rect(rect, Some(if fits { Align::Center } else { Align::Min }));
        }
    }
}

/// What the longest of these numbers needs.
fn number_width(numbers: impl Iterator<Item = String>) -> f32 {
    let n_digits = numbers.map(|number| number.len()).max().unwrap_or(0);
    NUMBER_WIDTH.max(n_digits as f32 * DIGIT_WIDTH + 2.0)
}

fn number_ui(ui: &mut Ui, number: &str, width: f32) {
    let theme = theme(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(width, theme.size.row_dense), Sense::hover());
    let font = fonts::mono(theme.size.text_dense);
    cell(ui.painter(), rect, number, &font, theme.color.muted, Align::Max);
}

/// What stands below a part's first line: notes, options, comment.
fn below_ui(ui: &mut Ui, notes: &[String], about: &About, width: f32) {
    let theme = theme(ui);
    if notes.is_empty() && about.options.is_empty() && about.comment.is_none() {
        return;
    }
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(width + theme.size.gap);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing = vec2(theme.size.gap, 2.0);
            if !notes.is_empty() {
                mono_ui(ui, &notes.join(", "), theme.color.muted);
            }
            options_ui(ui, &about.options);
            if let Some(comment) = &about.comment {
                comment_ui(ui, comment);
            }
        });
    });
}

pub fn fields_ui(
    ui: &mut Ui,
    parts: Parts<'_>,
    body: &MessageBody,
    heights: &mut Vec<Option<f32>>,
    actions: &mut Vec<Action>,
) {
    heights.resize(body.fields.len(), None);
    let width = number_width(body.fields.iter().map(|field| field.number.to_string()));
    let is_long = MANY < body.fields.len();
    for (field, place) in body.fields.iter().zip(heights) {
        let is_meant = parts.member == Some(field.name.as_str());
        part_ui(ui, place, is_long, is_meant, parts.is_new, |ui| {
            field_ui(ui, parts, field, width, actions);
        });
    }
    for oneof in &body.oneofs {
        let is_meant = parts.member == Some(oneof.name.as_str());
        part_ui(ui, &mut None, false, is_meant, parts.is_new, |ui| {
            let text = format!("oneof {}: {}", oneof.name, oneof.members.join(", "));
            let color = theme(ui).color.muted;
            ui.add(Label::new(small(ui, text, color)).wrap());
            options_ui(ui, &oneof.about.options);
            if let Some(comment) = &oneof.about.comment {
                comment_ui(ui, comment);
            }
        });
    }
}

pub fn extensions_ui(ui: &mut Ui, parts: Parts<'_>, body: &MessageBody, actions: &mut Vec<Action>) {
    let width = number_width(body.extensions.iter().map(|extension| extension.number.to_string()));
    for extension in &body.extensions {
        let is_meant = parts.member == Some(extension.name.as_str());
        part_ui(ui, &mut None, false, is_meant, parts.is_new, |ui| {
            field_ui(ui, parts, extension, width, actions);
        });
    }
}

fn field_ui(ui: &mut Ui, parts: Parts<'_>, field: &FieldPart, width: f32, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    let first = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme.size.gap;
        number_ui(ui, &field.number.to_string(), width);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = theme.size.gap;
            name_ui(ui, &field.name, &field.about);
            if !field.label.is_empty() {
                ui.label(small(ui, field.label.trim_end(), theme.color.muted));
            }
            match &field.of_type {
                Some(link) => {
                    link_ui(ui, &field.kind, "", &link.to, actions);
                }
                None => {
                    let font = fonts::regular(theme.size.text_dense);
                    line_ui(ui, &field.kind, &font, theme.color.muted);
                }
            }
        });
    });
    go_to_ui(ui, parts, field, first.response.rect, actions);
    below_ui(ui, &field.notes(), &field.about, width);
}

fn name_ui(ui: &mut Ui, name: &str, about: &About) {
    let theme = theme(ui);
    let font = fonts::medium(theme.size.text_dense);
    let at = line_ui(ui, name, &font, theme.color.text);
    if about.is_deprecated {
        ui.painter().hline(at.x_range(), at.center().y, Stroke::new(theme.size.line, theme.color.text));
        ui.label(small(ui, "deprecated", theme.color.warning));
    }
}

/// A word on the same line as numbers and links beside it; where it is.
fn line_ui(ui: &mut Ui, text: &str, font: &FontId, color: Color32) -> Rect {
    let text = visible_text(text);
    let galley = ui.painter().layout_no_wrap(text.to_string(), font.clone(), color);
    let size = vec2(galley.size().x.min(ui.available_width()).max(8.0), theme(ui).size.row_dense);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let shown = cell(ui.painter(), rect, &text, font, color, Align::Min);
    let at = shown.rect;
    shown.full_text_on_hover(ui, &response, || text.to_string());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text.as_ref()));
    at
}

/// At the right of a field: the way to it in the document in front.
fn go_to_ui(ui: &mut Ui, parts: Parts<'_>, field: &FieldPart, line: Rect, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    let Some(path) = parts.in_document.map(|message| field_in_document(message, &field.name)) else { return };
    let side = theme.size.row_dense;
    let right = ui.max_rect().right();
    let center = egui::pos2(right - side / 2.0, line.top() + side / 2.0);
    let at = Rect::from_center_size(center, vec2(side, side));
    let name = format!("Go to {path} in the document");
    let ink = if ui.rect_contains_pointer(line.with_max_x(right)) {
        theme.color.text
    } else {
        Color32::TRANSPARENT
    };
    let button = IconButton::new(Icon::GoTo, &name).small().color(ink);
    if button.put(ui, at, u64::from(field.number)).clicked() {
        actions.push(Action::Select(SelectTarget::Path(path)));
    }
}

pub fn values_ui(ui: &mut Ui, parts: Parts<'_>, body: &EnumBody, heights: &mut Vec<Option<f32>>) {
    heights.resize(body.values.len(), None);
    let width = number_width(body.values.iter().map(|value| value.number.to_string()));
    let is_long = MANY < body.values.len();
    for (value, place) in body.values.iter().zip(heights) {
        let is_meant = parts.member == Some(value.name.as_str());
        part_ui(ui, place, is_long, is_meant, parts.is_new, |ui| {
            let theme = theme(ui);
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = theme.size.gap;
                number_ui(ui, &value.number.to_string(), width);
                ui.horizontal_wrapped(|ui| name_ui(ui, &value.name, &value.about));
            });
            let alias = value.alias_of.as_ref().map(|first| format!("alias of {first}"));
            let notes: Vec<String> = alias.into_iter().collect();
            below_ui(ui, &notes, &value.about, width);
        });
    }
    let reserved = body.reserved.iter().map(|(first, last)| range_text(*first, *last));
    let reserved: Vec<String> = reserved.chain(body.reserved_names.iter().cloned()).collect();
    if !reserved.is_empty() {
        KeyValue::new("Reserved", &reserved.join(", ")).show(ui);
    }
}

pub fn methods_ui(ui: &mut Ui, methods: &[MethodPart], actions: &mut Vec<Action>) {
    for method in methods {
        let theme = theme(ui);
        ui.add_space(theme.size.gap_small);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = theme.size.gap;
            link_ui(ui, &method.name, "", &method.address, actions);
            if method.is_client_streaming || method.is_server_streaming {
                ui.label(small(ui, method.kind(), theme.color.muted));
            }
            if method.about.is_deprecated {
                ui.label(small(ui, "deprecated", theme.color.warning));
            }
        });
        if let Some(comment) = &method.about.comment {
            comment_ui(ui, comment);
        }
    }
}

pub fn method_ui(ui: &mut Ui, method: &MethodPart, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    ui.add_space(theme.size.gap);
    KeyValue::new("Kind", method.kind()).name_width(56.0).prose().show(ui);
    KeyValue::new("Path", &method.path).name_width(56.0).elide_middle().show(ui);
    for (word, message, is_stream) in [
        ("Input", &method.input, method.is_client_streaming),
        ("Output", &method.output, method.is_server_streaming),
    ] {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            let (rect, _) = ui.allocate_exact_size(vec2(56.0, theme.size.row_dense), Sense::hover());
            let font = fonts::regular(theme.size.text_dense);
            cell(ui.painter(), rect, word, &font, theme.color.muted, Align::Min);
            if is_stream {
                ui.label(small(ui, "stream", theme.color.muted));
                ui.add_space(theme.size.gap_small);
            }
            link_ui(ui, &message.label, "", &message.to, actions);
        });
    }
}

/// Which numbers are taken, reserved and free.
pub fn numbers_ui(ui: &mut Ui, body: &MessageBody) {
    let theme = theme(ui);
    for range in body.numbers() {
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), theme.size.row_dense), Sense::hover());
        let color = match range.what {
            NumberUse::Fields => theme.color.accent,
            NumberUse::Reserved => theme.color.warning,
            NumberUse::Extensions => theme.color.ok,
            NumberUse::Free => theme.color.outline,
        };
        let bar = Rect::from_min_size(rect.min + vec2(0.0, 3.0), vec2(theme.size.edge, rect.height() - 6.0));
        ui.painter().rect_filled(bar, 0.0, color);
        let mut text = rect.with_min_x(rect.left() + theme.size.gap + 2.0);
        let numbers = range_text(range.first, range.last);
        let font = fonts::mono(theme.size.text_small);
        cell(ui.painter(), text, &numbers, &font, theme.color.text, Align::Min);
        text.min.x += 160.0;
        let font = fonts::regular(theme.size.text_small);
        cell(ui.painter(), text, range.what.word(), &font, theme.color.muted, Align::Min);
        let spoken = format!("{numbers} {}", range.what.word());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    }
    if !body.reserved_names.is_empty() {
        KeyValue::new("Reserved names", &body.reserved_names.join(", ")).name_width(104.0).show(ui);
    }
}

/// Lines of a `.proto` file, which may be wider than the pane.
pub fn source_text_ui(ui: &mut Ui, found: &Definition) {
    let theme = theme(ui);
    let frame = egui::Frame::new().fill(theme.color.surface_2).corner_radius(theme.size.radius);
    frame.inner_margin(theme.size.gap).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ScrollArea::horizontal().id_salt("source text").show(ui, |ui| {
            let text = RichText::new(found.text.as_str()).monospace().size(theme.size.text_small);
            ui.add(Label::new(text).extend().selectable(true));
        });
    });
    if found.is_cut {
        ui.weak("and more lines");
    }
    if crate::ui::widgets::TextButton::new("Copy source text").outlined().show(ui).clicked() {
        ui.ctx().copy_text(found.text.clone());
    }
}
