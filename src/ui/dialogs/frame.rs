//! The frame of every dialog: a title, contents, and a row of buttons.

use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{theme, theme_of};
use crate::ui::widgets::{TextButton, elide, visible_text};
use egui::{
    Align, Context, Event, Id, Key, Layout, Modal, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2,
};

/// Points before an error, where its icon is.
const ERROR_INDENT: f32 = 20.0;

/// Shows a dialog `width` points wide; returns its contents' answer, and whether Esc or a click
/// beside it asks to close it.
pub fn dialog<R>(
    ctx: &Context,
    title: &str,
    width: f32,
    contents_ui: impl FnOnce(&mut Ui) -> R,
) -> (R, bool) {
    let theme = theme_of(ctx);
    ignore_enter_with_modifiers(ctx);
    let id = Id::unique(("dialog", title));
    let width = width.min(ctx.content_rect().width() - 4.0 * theme.size.margin);
    let area = Modal::default_area(id).anchor(egui::Align2::CENTER_TOP, vec2(0.0, 64.0));
    let modal = Modal::new(id)
        .area(area)
        .backdrop_color(theme.color.backdrop)
        .frame(theme.popup_frame().inner_margin(theme.size.margin))
        .show(ctx, |ui| {
            ui.set_width(width);
            ui.label(RichText::new(title).heading());
            ui.add_space(theme.size.gap_small);
            contents_ui(ui)
        });
    let is_closed = modal.should_close();
    (modal.inner, is_closed)
}

/// A shortcut such as Ctrl+Enter that is pressed once more must not answer the question that it led
/// to, as it would: a button in focus takes Enter whatever is held with it.
fn ignore_enter_with_modifiers(ctx: &Context) {
    ctx.input_mut(|input| {
        input.events.retain(
            |event| !matches!(event, Event::Key { key: Key::Enter, modifiers, .. } if modifiers.any()),
        );
    });
}

/// What is wrong with what was typed; the place of one line is kept where nothing is.
pub fn error_ui(ui: &mut Ui, error: Option<&str>) {
    let theme = theme(ui);
    let font = fonts::regular(theme.size.text_dense);
    let width = ui.available_width() - ERROR_INDENT;
    let shown = error.map(|error| visible_text(error).into_owned()).unwrap_or_default();
    let galley = ui.painter().layout(shown, font, theme.color.problem, width);
    let height = theme.size.row_dense.max(galley.size().y + theme.size.gap_small);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let Some(error) = error else { return };
    let first_line = rect.top() + theme.size.row_dense / 2.0;
    let icon_at = pos2(rect.left() + 7.0, first_line);
    Icon::Error.paint_sized(ui.painter(), icon_at, 14.0, theme.color.problem);
    let at = elide::place(ui.painter(), rect.with_min_x(rect.left() + ERROR_INDENT), &galley, Align::Min);
    ui.painter().galley(at.min, galley, theme.color.problem);
    response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, error));
}

/// Buttons at the right end, the first one the primary and outermost; returns the one pressed.
pub fn buttons_ui(ui: &mut Ui, titles: &[(&str, Option<&str>)]) -> Option<usize> {
    row_ui(ui, titles, true)
}

/// The same where Enter means none of them: what goes on does so by itself, and is not lost by a key
/// that was meant for something else.
pub fn quiet_buttons_ui(ui: &mut Ui, titles: &[(&str, Option<&str>)]) -> Option<usize> {
    row_ui(ui, titles, false)
}

fn row_ui(ui: &mut Ui, titles: &[(&str, Option<&str>)], has_primary: bool) -> Option<usize> {
    let theme = theme(ui);
    ui.add_space(theme.size.margin);
    let size = vec2(ui.available_width(), theme.size.button);
    let mut pressed = None;
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        for (idx, (title, reason)) in titles.iter().enumerate() {
            let button = TextButton::new(title).disabled(*reason);
            let is_primary = has_primary && idx == 0;
            let button = if is_primary { button.primary() } else { button.outlined() };
            let response = button.show(ui);
            if response.clicked() {
                pressed = Some(idx);
            }
            // Enter means the primary button, and is seen to, where nothing else asks for keys.
            if is_primary && ui.memory(|memory| memory.focused().is_none()) {
                response.request_focus();
            }
        }
    });
    pressed
}
