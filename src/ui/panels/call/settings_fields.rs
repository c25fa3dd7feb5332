//! Rows of a form: a name, a field, and what is wrong with it.

use super::status::capital;
use crate::app::{Action, Dialog, FieldError, FileDialog, FormField};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::widgets::field::select_all;
use crate::ui::widgets::{IconButton, TextField, cell, check_box_ui, error_line_ui};
use egui::{Align, Layout, Response, Role, Sense, Ui, Vec2, WidgetInfo, vec2};

/// Points that names take.
pub(super) const NAME_WIDTH: f32 = 132.0;
/// Points over a field that come into view with it.
const ABOVE: f32 = 28.0;
/// Points from which on a name stands beside its field; else above it.
const LEAST_FOR_NAMES: f32 = 400.0;

/// Points that names take beside fields; none in a narrow form.
pub(super) fn name_width(ui: &Ui) -> f32 {
    if ui.available_width() < LEAST_FOR_NAMES { 0.0 } else { NAME_WIDTH }
}

/// A row: its name at the left or above, and what `contents_ui` draws beside it.
pub(super) fn row_ui<R>(ui: &mut Ui, name: &str, contents_ui: impl FnOnce(&mut Ui) -> R) -> R {
    let theme = theme(ui);
    let size = vec2(ui.available_width(), theme.size.field);
    let is_beside = 0.0 < name_width(ui);
    if !is_beside && !name.is_empty() {
        name_ui(ui, name, vec2(size.x, theme.size.row_dense));
    }
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = theme.size.gap_small;
        if is_beside {
            name_ui(ui, name, vec2(NAME_WIDTH, theme.size.field));
        }
        contents_ui(ui)
    })
    .inner
}

fn name_ui(ui: &mut Ui, name: &str, size: Vec2) {
    let theme = theme(ui);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let font = fonts::regular(theme.size.text_dense);
    cell(ui.painter(), rect, name, &font, theme.color.muted, Align::Min);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, name));
}

/// The errors of the form, for the rows that they are of.
#[derive(Clone, Copy)]
pub(super) struct Errors<'a> {
    pub all: &'a [FieldError],
    /// The field that is to get the keyboard in this frame.
    pub wanted: Option<FormField>,
}

impl Errors<'_> {
    pub fn of(&self, field: FormField) -> Option<&FieldError> {
        self.all.iter().find(|error| error.field == field)
    }

    /// Gives the field the keyboard if it is the one that is to get it.
    pub fn lead_to(&self, field: FormField, response: &Response, text: &str) {
        if self.wanted == Some(field) {
            take_focus(response, text);
        }
    }

    /// The line below a field, where something is wrong with it.
    pub fn line_ui(&self, ui: &mut Ui, field: FormField) {
        let Some(error) = self.of(field) else { return };
        let text = match error.hint.as_str() {
            "" => error.reason.clone(),
            hint => format!("{}. {}", error.reason, capital(hint)),
        };
        ui.horizontal(|ui| {
            // Under the field: behind its name, where that stands beside it.
            let beside = name_width(ui);
            ui.add_space(if beside > 0.0 { beside + theme(ui).size.gap_small } else { 0.0 });
            error_line_ui(ui, Some(&text));
        });
    }
}

/// Brings the field into view; what is typed takes the place of what it has.
pub(super) fn take_focus(field: &Response, text: &str) {
    // With its name above it, and with what is said below it.
    let mut all = field.clone();
    all.rect.min.y -= ABOVE;
    all.scroll_to_me(Some(Align::TOP));
    field.request_focus();
    select_all(&field.ctx, field.id, text);
}

/// A row with a text field, and the line that says what is wrong with it.
pub(super) fn text_row_ui(
    ui: &mut Ui,
    name: &str,
    text: &mut String,
    hint: &str,
    field: Option<FormField>,
    errors: Errors<'_>,
) -> Response {
    let response = row_ui(ui, name, |ui| {
        let is_invalid = field.is_some_and(|field| errors.of(field).is_some());
        TextField::new(name, text).hint(hint).mono().invalid(is_invalid).show(ui)
    });
    if let Some(field) = field {
        errors.lead_to(field, &response, text);
        errors.line_ui(ui, field);
    }
    response
}

/// The same for the path of a file, with a button that asks for one.
pub(super) fn file_row_ui(
    ui: &mut Ui,
    name: &str,
    text: &mut String,
    hint: &str,
    field: FormField,
    errors: Errors<'_>,
    actions: &mut Vec<Action>,
) -> Response {
    let response = row_ui(ui, name, |ui| {
        let is_invalid = errors.of(field).is_some();
        let width = ui.available_width() - theme(ui).size.button - ui.spacing().item_spacing.x;
        let shown = TextField::new(name, text).hint(hint).mono().invalid(is_invalid).width(width).show(ui);
        let choose = format!("Choose the file: {name}");
        if IconButton::new(Icon::Folder, &choose).show(ui).clicked() {
            actions.push(Action::Show(Dialog::File(FileDialog::OfCall(field))));
        }
        shown
    });
    errors.lead_to(field, &response, text);
    errors.line_ui(ui, field);
    response
}

pub(super) fn check_row_ui(ui: &mut Ui, name: &str, is_on: &mut bool, text: &str, hint: &str) {
    row_ui(ui, name, |ui| {
        check_box_ui(ui, text, hint, is_on);
    });
}
