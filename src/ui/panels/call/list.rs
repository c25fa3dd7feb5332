//! The calls of this session, the newest first.

use super::{CallView, Part};
use crate::app::{Action, CallAct, MadeCall, State, duration_text};
use crate::document::value::grouped;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Theme, theme};
use crate::ui::widgets::{Row, RowLabel, RowList, TextButton, cell, empty_state_ui, visible_text};
use egui::{Align, Layout, Rect, Ui, UiBuilder, pos2, vec2};

pub(super) fn list_ui(ui: &mut Ui, state: &State, view: &mut CallView, actions: &mut Vec<Action>) {
    let made = &state.calls.made;
    if made.is_empty() {
        empty_state_ui(ui, Icon::Server, "No calls yet", "Calls of this session are listed here.", &[]);
        return;
    }
    let theme = theme(ui);
    let all = ui.available_rect_before_wrap();
    let bar = all.with_min_y(all.bottom() - theme.size.bar);
    let rows = all.with_max_y(bar.top());
    let of_row = |number: u64| made.iter().rev().nth(number as usize);
    let mut inside = ui.new_child(UiBuilder::new().id_salt("call rows").max_rect(rows));
    let response = RowList::new("Calls", made.len() as u64)
        .selected(|row| of_row(row).is_some_and(|made| Some(made.id) == state.calls.shown))
        .show(&mut inside, &mut view.calls, |ui, row| match of_row(row.idx) {
            Some(made) => row_ui(ui, theme, row, made),
            None => RowLabel::new(""),
        });
    let here = made.iter().rev().position(|made| Some(made.id) == state.calls.shown).map(|at| at as u64);
    let moved = view.calls.selection_by_keys(&response.response, here);
    if let Some(made) = response.clicked.map(|(row, _)| row).or(moved).and_then(of_row) {
        actions.push(Action::Call(CallAct::Show(made.id)));
    }
    if response.double_clicked.is_some() {
        view.part = Part::Timeline;
    }
    bar_ui(ui, state, bar, actions);
}

fn bar_ui(ui: &mut Ui, state: &State, bar: Rect, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    ui.painter().rect_filled(bar, 0.0, theme.color.surface_1);
    ui.painter().hline(bar.x_range(), bar.top() + theme.size.line / 2.0, theme.line());
    let inner = bar.shrink2(vec2(theme.size.margin, 1.0));
    let builder = UiBuilder::new().id_salt("of calls").max_rect(inner);
    ui.scope_builder(builder.layout(Layout::right_to_left(Align::Center)), |ui| {
        let n_ended = state.calls.made.len() - state.calls.n_live();
        let reason = (n_ended == 0).then_some("No call has ended");
        if TextButton::new("Forget ended calls").icon(Icon::Trash).disabled(reason).show(ui).clicked() {
            actions.push(Action::Call(CallAct::ForgetEnded));
        }
    });
}

fn row_ui(ui: &Ui, theme: &Theme, row: &Row, made: &MadeCall) -> RowLabel {
    let painter = ui.painter();
    let mut at = row.rect.shrink2(vec2(theme.size.margin, 0.0));
    let (icon, color, state) = match &made.outcome {
        None => (Icon::Clock, theme.color.accent, "going on".to_owned()),
        Some(outcome) if outcome.is_ok => {
            (Icon::Check, theme.color.ok, outcome.parts.first().cloned().unwrap_or_default())
        }
        Some(outcome) => (Icon::Error, theme.color.problem, outcome.wrong.clone().unwrap_or_default()),
    };
    icon.paint_sized(painter, pos2(at.left() + 7.0, at.center().y), 14.0, color);
    at.min.x += 14.0 + theme.size.gap;
    let dense = fonts::regular(theme.size.text_dense);
    let mono = fonts::mono(theme.size.text_mono);
    let took = made.outcome.as_ref().and_then(|_| made.log.ending()).map(|ending| duration_text(ending.at));
    let time_at = at.with_min_x(at.right() - 72.0);
    cell(painter, time_at, took.as_deref().unwrap_or(""), &mono, theme.color.muted, Align::Max);
    at.max.x = time_at.left() - theme.size.gap;
    let method = &made.call.method.method;
    let name_at = at.with_max_x(at.left() + (at.width() * 0.3).max(80.0));
    cell(painter, name_at, method, &dense, theme.color.text, Align::Min);
    let server_at = Rect::from_min_max(
        pos2(name_at.right() + theme.size.gap, at.top()),
        pos2(at.left() + at.width() * 0.64, at.bottom()),
    );
    let server = made.call.endpoint.to_string();
    cell(painter, server_at, &server, &mono, theme.color.muted, Align::Min);
    let state_at = at.with_min_x(server_at.right() + theme.size.gap);
    let state = visible_text(&state).into_owned();
    let shown = cell(painter, state_at, &state, &dense, theme.color.muted, Align::Min);
    shown.full_text_on_hover(ui, &row.response, || state.clone());
    let counts = format!("{} sent, {} received", grouped(made.n_sent), grouped(made.n_received));
    RowLabel::new(format!("{method} at {server}")).value(format!("{state}, {counts}"))
}
