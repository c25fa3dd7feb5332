//! What is true of the document as a whole, and the work that is going on.

use crate::app::{Action, Content, OpenDocument, Pane, Running, State};
use crate::document::value::grouped;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::panels::size_text;
use crate::ui::panels::under_way::{amount_of, is_told_in_front, under_way_ui};
use crate::ui::theme::theme;
use crate::ui::view::View;
use crate::ui::widgets::{HoverText, Tone, elide};
use egui::{
    Align, Color32, FontId, Label, Layout, RichText, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

/// Points from which on there is a bar beside the words, and words beside the number of other jobs.
const LEAST_FOR_PROGRESS: f32 = 150.0;
const LEAST_FOR_MORE: f32 = 280.0;

pub fn status_bar_ui(ui: &mut Ui, state: &State, view: &View, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    ui.horizontal_centered(|ui| {
        ui.style_mut().override_font_id = Some(fonts::regular(theme.size.text_dense));
        ui.spacing_mut().item_spacing.x = 2.0 * theme.size.gap;
        ui.add_space(theme.size.gap_small);
        let Some(open) = state.active_document() else {
            let is_opening =
                state.active_tab().is_some_and(|tab| matches!(tab.content, Content::Opening { .. }));
            if !is_opening {
                ui.weak("No document");
            }
            calls_ui(ui, state, actions);
            running_ui(ui, state, view, actions);
            return;
        };
        ui.weak(size_of(open));
        ui.weak(edits_of(open));
        let bytes = Some(open.selected_bytes()).filter(|bytes| !bytes.is_empty());
        if let Some(range) =
            bytes.or_else(|| open.selection.as_ref().map(|selection| selection.range.clone()))
        {
            ui.weak(format!("Selection 0x{:x}..0x{:x}", range.start, range.end));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            verdict_ui(ui, open, actions);
            calls_ui(ui, state, actions);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| running_ui(ui, state, view, actions));
        });
    });
}

fn size_of(open: &OpenDocument) -> String {
    let len = open.document.len();
    let plural = if len == 1 { "byte" } else { "bytes" };
    match len {
        0..10_240 => format!("{} {plural}", grouped(len)),
        _ => format!("{} bytes ({})", grouped(len), size_text(len)),
    }
}

fn edits_of(open: &OpenDocument) -> String {
    let n_edits = open.document.n_edits();
    // Of a file that was saved with edits, the bytes without them are a change.
    let is_on_disk = open.identity.is_some();
    if n_edits == 0 && is_on_disk && open.document.is_modified() && 0 < open.document.n_steps() {
        return "All edits undone, not saved".to_owned();
    }
    if n_edits == 0 {
        return "No edits".to_owned();
    }
    let before = open.document.snapshot().source().len() as i128;
    let growth = i128::from(open.document.len()) - before;
    let plural = if n_edits == 1 { "edit" } else { "edits" };
    let saved = if open.document.is_modified() { "" } else { ", saved" };
    let sign = if growth < 0 { "−" } else { "+" };
    format!("{n_edits} {plural}, {sign}{} bytes{saved}", grouped(growth.unsigned_abs() as u64))
}

/// Whether all is well, as far as a check has looked; a click opens the list.
fn verdict_ui(ui: &mut Ui, open: &OpenDocument, actions: &mut Vec<Action>) {
    let problems = &open.problems;
    let is_current = problems.revision == Some(open.document.revision());
    let count = |n: u64, one: &str| format!("{} {one}{}", grouped(n), if n == 1 { "" } else { "s" });
    let mut parts = Vec::new();
    for (n, word) in
        [(problems.n_errors, "error"), (problems.n_warnings, "warning"), (problems.n_notes, "note")]
    {
        if n > 0 {
            parts.push(count(n, word));
        }
    }
    let tone = match (problems.n_errors, problems.n_warnings, problems.n_notes) {
        (0, 0, 0) => Tone::Ok,
        (0, 0, _) => Tone::Note,
        (0, _, _) => Tone::Warning,
        _ => Tone::Problem,
    };
    let text = match (problems.revision, parts.is_empty()) {
        (None, _) => "Checking…".to_owned(),
        (Some(_), true) if open.message().is_none() => "Well-formed".to_owned(),
        (Some(_), true) => "Valid".to_owned(),
        (Some(_), false) => parts.join(" · "),
    };
    let theme = theme(ui);
    let icon = if problems.revision.is_none() { Icon::Clock } else { tone.icon() };
    let color = if is_current { tone.color(theme) } else { theme.color.muted };
    if verdict_button_ui(ui, &text, "Shows or hides the list of problems", icon, color) {
        actions.push(Action::TogglePane(Pane::Problems));
    }
}

/// Calls that go on, for whom their pane is not there.
fn calls_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let n_live = state.calls.n_live();
    if n_live == 0 || state.settings.show_call {
        return;
    }
    let text = if n_live == 1 { "1 call goes on".to_owned() } else { format!("{n_live} calls go on") };
    let color = theme(ui).color.accent;
    if verdict_button_ui(ui, &text, "Shows the call pane", Icon::Server, color) {
        actions.push(Action::ShowPane(Pane::Call));
    }
}

fn verdict_button_ui(ui: &mut Ui, text: &str, hint: &str, icon: Icon, color: Color32) -> bool {
    let theme = theme(ui);
    let font = fonts::regular(theme.size.text_dense);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, theme.color.muted);
    let icon_space = theme.size.icon + theme.size.gap_small;
    let size = vec2(galley.size().x + icon_space + 2.0 * theme.size.gap, theme.size.row_dense);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, theme.size.radius, theme.color.pressed);
    }
    let center = pos2(rect.left() + theme.size.gap + theme.size.icon / 2.0, rect.center().y);
    icon.paint_sized(ui.painter(), center, theme.size.icon - 3.0, color);
    let at = rect.with_min_x(rect.left() + theme.size.gap + icon_space);
    let at = elide::place(ui.painter(), at, &galley, Align::Min);
    ui.painter().galley(at.min, galley, theme.color.muted);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
    response.told(hint).clicked()
}

/// The newest work that is worth a word and is not told of in front, with its progress and a way to
/// stop it, and how much more goes on.
fn running_ui(ui: &mut Ui, state: &State, view: &View, actions: &mut Vec<Action>) {
    let is_news = |running: &&Running| running.is_shown && !is_told_in_front(running, state, view);
    let shown: Vec<_> = state.running.iter().filter(is_news).collect();
    let Some((running, others)) = shown.split_last() else { return };
    let is_narrow = ui.available_width() < LEAST_FOR_MORE;
    let more = if is_narrow { format!("+{}", others.len()) } else { format!("+{} more", others.len()) };
    let font = fonts::regular(theme(ui).size.text_dense);
    let more_width = match others.is_empty() {
        true => 0.0,
        false => text_width(ui, &more, font) + ui.spacing().item_spacing.x,
    };
    let width = (ui.available_width() - more_width).min(420.0);
    if width < LEAST_FOR_PROGRESS {
        ui.add(Label::new(RichText::new(&running.label).weak()).truncate());
        return;
    }
    let mut rect = ui.available_rect_before_wrap();
    rect.set_width(width);
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        if under_way_ui(ui, &running.label, Some(running)) {
            actions.push(Action::CancelJob(running.job));
        }
    });
    if !others.is_empty() {
        let lines: Vec<String> = others.iter().rev().map(|other| told_of(other)).collect();
        ui.weak(more).told(lines.join("\n"));
    }
}

/// What goes on and how far it is, in a line.
fn told_of(running: &Running) -> String {
    match amount_of(running) {
        amount if amount.is_empty() => running.label.clone(),
        amount => format!("{}, {amount}", running.label),
    }
}

fn text_width(ui: &Ui, text: &str, font: FontId) -> f32 {
    ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER).size().x
}
