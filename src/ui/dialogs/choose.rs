//! A few ways to go on, each with what it comes to.

use super::DialogView;
use super::frame::{buttons_ui, dialog};
use crate::app::{Action, Choosing};
use crate::ui::fonts;
use crate::ui::theme::{Theme, theme};
use crate::ui::widgets::{Row, RowLabel, RowList, cell, visible_text};
use egui::{Align, Context, Key, Label, Modifiers, Ui, UiBuilder, vec2};

pub fn choose_ui(ctx: &Context, choosing: &Choosing, view: &mut DialogView, actions: &mut Vec<Action>) {
    let n_choices = choosing.choices.len();
    keys(ctx, view, n_choices);
    let (answer, is_closed) = dialog(ctx, &choosing.title, 520.0, |ui| {
        ui.add(Label::new(visible_text(&choosing.text).into_owned()).wrap());
        ui.add_space(theme(ui).size.gap);
        // A list of one is no choice.
        if let [only] = choosing.choices.as_slice() {
            return (buttons_ui(ui, &[(&only.title, None), ("Cancel", None)]), false);
        }
        let (clicked, is_entered) = list_ui(ui, choosing, view);
        view.picked = clicked.unwrap_or(view.picked);
        (buttons_ui(ui, &[("Go on", None), ("Cancel", None)]), is_entered)
    });
    let is_chosen = answer.0 == Some(0) || answer.1;
    if let Some(choice) = choosing.choices.get(view.picked).filter(|_| is_chosen) {
        actions.push(Action::Dismiss);
        actions.push(choice.action.clone());
    } else if answer.0 == Some(1) || is_closed {
        actions.push(Action::Dismiss);
    }
}

fn keys(ctx: &Context, view: &mut DialogView, n_choices: usize) {
    let pressed = |key: Key| ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let last = n_choices.saturating_sub(1);
    if pressed(Key::ArrowDown) {
        view.picked = (view.picked + 1).min(last);
    }
    if pressed(Key::ArrowUp) {
        view.picked = view.picked.saturating_sub(1);
    }
}

/// Returns the choice that was clicked, and whether twice, or Enter pressed in the list.
fn list_ui(ui: &mut Ui, choosing: &Choosing, view: &mut DialogView) -> (Option<usize>, bool) {
    let theme = theme(ui);
    let row_height = 2.0 * theme.size.row_dense;
    let size = vec2(ui.available_width(), row_height * choosing.choices.len() as f32);
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    let picked = view.picked as u64;
    let response = ui
        .scope_builder(UiBuilder::new().max_rect(rect), |ui| {
            RowList::new("Choices", choosing.choices.len() as u64)
                .row_height(row_height)
                .selected(|row| row == picked)
                .show(ui, &mut view.list, |ui, row| row_ui(ui, theme, row, choosing))
        })
        .inner;
    let clicked = response.clicked.and_then(|(row, _)| usize::try_from(row).ok());
    let enter =
        response.response.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    (clicked, enter || response.double_clicked.is_some())
}

fn row_ui(ui: &Ui, theme: &Theme, row: &Row, choosing: &Choosing) -> RowLabel {
    let Some(choice) = choosing.choices.get(row.idx as usize) else { return RowLabel::new("") };
    let inner = row.rect.shrink2(vec2(theme.size.margin, 2.0));
    let middle = inner.center().y;
    let title = visible_text(&choice.title);
    let detail = visible_text(&choice.detail);
    let font = fonts::regular(theme.size.text);
    let upper = inner.with_max_y(middle);
    cell(ui.painter(), upper, &title, &font, theme.color.text, Align::Min).full_text_on_hover(
        ui,
        &row.response,
        || title.clone().into_owned(),
    );
    let font = fonts::regular(theme.size.text_dense);
    let lower = inner.with_min_y(middle);
    cell(ui.painter(), lower, &detail, &font, theme.color.muted, Align::Min).full_text_on_hover(
        ui,
        &row.response,
        || detail.clone().into_owned(),
    );
    RowLabel::new(choice.title.clone()).value(choice.detail.clone())
}
