//! What differs between two messages: a line a field, and the bytes of the one picked.

use super::DialogView;
use super::differences_hex::bytes_ui;
use super::frame::{buttons_ui, dialog, quiet_buttons_ui};
use crate::app::{Action, Compare, Comparison, ListedDifference, Progress, State, TabId};
use crate::document::canonical::CanonicalReport;
use crate::document::diff::Change;
use crate::document::value::grouped;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::panels::under_way::{amount_of, share_of};
use crate::ui::theme::{Theme, theme};
use crate::ui::widgets::{
    Choice, Elide, PaletteResponse, Row, RowLabel, RowList, cell, cell_elided, empty_state_ui, palette,
    progress_ui, visible_text,
};
use egui::{Align, Color32, Context, Key, Modifiers, Rect, RichText, Ui, UiBuilder, pos2, vec2};

const WIDTH: f32 = 1_080.0;
/// Share of a line that the path takes; the two values share the rest.
const PATH_SHARE: f32 = 0.36;
/// Points that the bytes of both sides take at least.
const LEAST_HEX: f32 = 110.0;
/// Points of bytes that are enough for most records.
const WANTED_HEX: f32 = 260.0;
/// Points of a window that the dialog does not have for the list and the bytes.
const AROUND: f32 = 192.0;

pub fn differences_ui(ctx: &Context, state: &State, view: &mut DialogView, actions: &mut Vec<Action>) {
    let Some(shown) = &state.comparison else {
        actions.push(Action::Dismiss);
        return;
    };
    let last = shown.found.len().saturating_sub(1);
    view.picked = view.picked.min(last);
    let (answer, is_closed) = dialog(ctx, title_of(&shown.what), WIDTH, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let top = ui.cursor().top();
        summary_ui(ui, shown);
        let n_more = (ui.cursor().top() - top - ui.text_style_height(&egui::TextStyle::Body)).max(0.0);
        ui.add_space(theme(ui).size.gap);
        let height = height_of(ui, shown, n_more);
        let (all, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), egui::Sense::hover());
        let mut inside = ui.new_child(UiBuilder::new().max_rect(all));
        let is_entered = contents_ui(&mut inside, state, shown, view);
        let pressed = match shown.progress {
            Progress::Running(_) => quiet_buttons_ui(ui, &buttons(shown)),
            _ => buttons_ui(ui, &buttons(shown)),
        };
        (is_entered, pressed)
    });
    let (is_entered, pressed) = answer;
    match pressed.and_then(|idx| buttons(shown).get(idx).map(|(title, _)| *title)) {
        Some(title) => actions.extend(pressed_button(title, shown, view.picked)),
        None if is_entered => actions.push(Action::GoToDifference(view.picked)),
        None if is_closed => actions.push(Action::Dismiss),
        None => {}
    }
}

/// As much as the list and some lines of bytes take, and the window has.
///
/// `more` is how much higher than a line the summary is.
fn height_of(ui: &Ui, shown: &Comparison, more: f32) -> f32 {
    let size = &theme(ui).size;
    if matches!(shown.progress, Progress::Running(_)) {
        return size.row;
    }
    let around = AROUND + more;
    let wanted = size.bar + shown.found.len() as f32 * size.row + size.gap + WANTED_HEX;
    (ui.ctx().content_rect().height() - around).min(wanted).clamp(160.0, 620.0)
}

fn title_of(what: &Compare) -> &'static str {
    match what {
        Compare::Changes(_) => "Review changes",
        Compare::Disk(_) => "Compare with the file on disk",
        Compare::Tabs { .. } => "Compare two documents",
        Compare::Canonical(_) => "Canonicalize",
    }
}

const GO: &str = "Go to field";
const BACK: &str = "Back";
const CLOSE: &str = "Close";
const CANCEL: &str = "Cancel";
const STOP: &str = "Stop";
const SAVE: &str = "Save";
const KEEP: &str = "Keep mine";
const TAKE: &str = "Take theirs";
const WRITE: &str = "Canonicalize";

/// The titles, from the right, and why one cannot be pressed.
fn buttons(shown: &Comparison) -> Vec<(&'static str, Option<&'static str>)> {
    let has_failed = matches!(shown.progress, Progress::Failed(_));
    let is_same = shown.found.is_empty() && matches!(shown.progress, Progress::Done);
    let go = match (has_failed, shown.found.is_empty()) {
        (true, _) => (GO, Some("Nothing was compared")),
        (false, is_empty) => (GO, is_empty.then_some("Nothing differs")),
    };
    let take = (TAKE, has_failed.then_some("The file on disk cannot be read"));
    match (&shown.what, &shown.back) {
        (_, None) if matches!(shown.progress, Progress::Running(_)) => vec![(STOP, None)],
        (_, Some(_)) => vec![(BACK, None), go],
        (Compare::Changes(_), None) if is_same => vec![(CLOSE, None)],
        (Compare::Changes(_), None) => vec![(SAVE, None), go, (CLOSE, None)],
        (Compare::Disk(_), None) => vec![(KEEP, None), take, go, (CLOSE, None)],
        (Compare::Tabs { .. }, None) => vec![(CLOSE, None), go],
        (Compare::Canonical(_), None) if shown.found.is_empty() => vec![(CLOSE, None)],
        (Compare::Canonical(_), None) => vec![(WRITE, None), go, (CANCEL, None)],
    }
}

fn pressed_button(title: &str, shown: &Comparison, picked: usize) -> Vec<Action> {
    let tab = match &shown.what {
        Compare::Changes(tab)
        | Compare::Disk(tab)
        | Compare::Tabs { new: tab, .. }
        | Compare::Canonical(tab) => *tab,
    };
    match title {
        GO => vec![Action::GoToDifference(picked)],
        SAVE => vec![Action::Dismiss, Action::Save(tab)],
        KEEP => vec![Action::Dismiss, Action::KeepMine(tab)],
        WRITE => vec![Action::ApplyCanonical],
        TAKE => vec![Action::Dismiss, Action::TakeTheirs(tab)],
        _ => vec![Action::Dismiss],
    }
}

fn summary_ui(ui: &mut Ui, shown: &Comparison) {
    let read_as = match &shown.message {
        Some(message) => format!("read as {}", message.full_name()),
        None => "read without a type".to_owned(),
    };
    let text = match &shown.progress {
        // The line below says what is done.
        Progress::Running(_) => read_as.replacen('r', "R", 1),
        Progress::Failed(_) => "What is in this window is kept.".to_owned(),
        Progress::Done if shown.found.is_empty() => format!("Both were {read_as}"),
        Progress::Done => format!("{}, {read_as}", summary(shown)),
    };
    let color = theme(ui).color.muted;
    ui.label(RichText::new(text).color(color));
    if let Some(report) = &shown.canonical {
        ui.add_space(theme(ui).size.gap_small);
        ui.label(kept_and_left_out(report));
    }
}

/// What the canonical spelling leaves out, and what it leaves as it is.
fn kept_and_left_out(report: &CanonicalReport) -> String {
    let count = |n: u64, one: &str, many: &str| match n {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{} {many}", grouped(n))),
    };
    let all = |parts: [Option<String>; 2]| parts.into_iter().flatten().collect::<Vec<_>>().join(" and ");
    let left_out = all([
        count(report.n_overridden, "value that a later one overrides", "values that later ones override"),
        count(report.n_defaults, "field that holds its default", "fields that hold their default"),
    ]);
    let kept = all([
        count(report.n_unknown, "unknown field, at the end", "unknown fields, at the end"),
        count(report.n_kept, "damaged stretch", "damaged stretches"),
    ]);
    match (left_out.is_empty(), kept.is_empty()) {
        (true, true) => "Nothing is left out.".to_owned(),
        (true, false) => format!("Nothing is left out. Kept: {kept}."),
        (false, true) => format!("Left out: {left_out}."),
        (false, false) => format!("Left out: {left_out}. Kept: {kept}."),
    }
}

/// `3 differences: 2 changed, 1 added`.
fn summary(shown: &Comparison) -> String {
    let order = [Change::Changed, Change::Added, Change::Removed, Change::Moved, Change::Respelled];
    let counts = order.into_iter().map(|change| (change, shown.report.n_of(change)));
    let words: Vec<String> =
        counts.filter(|(_, n)| *n > 0).map(|(change, n)| format!("{} {change}", grouped(n))).collect();
    let n_all = shown.report.n_differences();
    let noun = if n_all == 1 { "difference" } else { "differences" };
    let all = format!("{} {noun}: {}", grouped(n_all), words.join(", "));
    match n_all.saturating_sub(shown.found.len() as u64) {
        0 => all,
        n_more => format!("{all}; the last {} are not listed", grouped(n_more)),
    }
}

/// Returns whether the field that is picked is to be gone to.
fn contents_ui(ui: &mut Ui, state: &State, shown: &Comparison, view: &mut DialogView) -> bool {
    match &shown.progress {
        Progress::Running(job) => {
            let running = state.running.iter().find(|running| running.job == *job);
            let label = match &shown.what {
                Compare::Canonical(_) => "Writing it canonically and comparing",
                _ => "Comparing",
            };
            let amount = running.map(amount_of).unwrap_or_default();
            progress_ui(ui, label, &amount, running.and_then(share_of), false);
            return false;
        }
        Progress::Failed(reason) => {
            empty_state_ui(ui, Icon::Warning, "They could not be compared", &visible_text(reason), &[]);
            return false;
        }
        Progress::Done => {}
    }
    if shown.found.is_empty() {
        let hint = match &shown.what {
            Compare::Canonical(_) => "The message is spelled canonically already.",
            Compare::Changes(_) => "The document holds the bytes that it began with.",
            _ => "Both hold the same bytes.",
        };
        empty_state_ui(ui, Icon::Check, "No differences", hint, &[]);
        return false;
    }
    let all = ui.max_rect();
    // The list has whole rows, and the bytes what it leaves.
    let size = &theme(ui).size;
    let around = size.bar + size.gap;
    let most_rows = ((all.height() - around - LEAST_HEX) / size.row).floor().max(1.0);
    let n_rows = (shown.found.len() as f32).min(most_rows);
    let hex_height = (all.height() - around - n_rows * size.row).floor();
    let list = all.with_max_y(all.bottom() - hex_height - theme(ui).size.gap);
    let is_entered = list_ui(ui, shown, view, list);
    if let Some(picked) = shown.found.get(view.picked) {
        let is_other = view.bytes_of.replace(view.picked) != Some(view.picked);
        bytes_ui(ui, all.with_min_y(all.bottom() - hex_height), shown, picked, &mut view.bytes, is_other);
    }
    is_entered
}

/// Path, old value, new value.
fn columns(row: Rect, theme: &Theme) -> [Rect; 3] {
    let inner = row.shrink2(vec2(theme.size.margin, 0.0));
    let first = (inner.left() + inner.width() * PATH_SHARE).round();
    let second = ((first + inner.right()) / 2.0).round();
    let cut = |left: f32, right: f32| {
        Rect::from_min_max(pos2(left, inner.top()), pos2(right - theme.size.margin, inner.bottom()))
    };
    [cut(inner.left(), first), cut(first, second), cut(second, inner.right())]
}

fn list_ui(ui: &mut Ui, shown: &Comparison, view: &mut DialogView, at: Rect) -> bool {
    let theme = theme(ui);
    let header = at.with_max_y(at.top() + theme.size.bar);
    ui.painter().rect_filled(header, 0.0, theme.color.surface_2);
    let font = fonts::medium(theme.size.text_dense);
    let titles = ["Field", &shown.old.title, &shown.new.title];
    // The rows below leave room for their scroll bar.
    let titled = header.with_max_x(header.right() - theme.size.scroll_bar);
    for (rect, title) in columns(titled, theme).into_iter().zip(titles) {
        cell(ui.painter(), rect, &visible_text(title), &font, theme.color.muted, Align::Min);
    }
    let rows = at.with_min_y(header.bottom());
    ui.painter().rect_filled(rows, 0.0, theme.color.surface_0);
    let picked = view.picked as u64;
    let mut ui = ui.new_child(UiBuilder::new().max_rect(rows));
    let list = RowList::new("Differences", shown.found.len() as u64).selected(|row| row == picked).show(
        &mut ui,
        &mut view.list,
        |ui, row| row_ui(ui, theme, row, &shown.found[row.idx as usize]),
    );
    if !std::mem::replace(&mut view.is_focused, true) {
        list.response.request_focus();
    }
    let moved = view.list.selection_by_keys(&list.response, Some(picked));
    if let Some(row) = list.clicked.map(|(row, _)| row).or(moved) {
        view.picked = row as usize;
        view.bytes = Default::default();
    }
    let has_focus = list.response.has_focus();
    let enter = has_focus && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    list.double_clicked.is_some() || enter
}

fn row_ui(ui: &Ui, theme: &Theme, row: &Row, found: &ListedDifference) -> RowLabel {
    let one = &found.difference;
    let painter = ui.painter();
    let [mut path_at, old_at, new_at] = columns(row.rect, theme);
    let (icon, color) = look_of(one.change, theme);
    let center = pos2(path_at.left() + theme.size.icon / 2.0, path_at.center().y);
    icon.paint_sized(painter, center, theme.size.icon - 2.0, color);
    path_at.min.x += theme.size.icon + theme.size.gap;
    let path = if one.path.is_root() { "(message)".to_owned() } else { one.path.to_string() };
    let path = visible_text(&path).into_owned();
    let dense = fonts::regular(theme.size.text_dense);
    let path_cell = cell_elided(painter, path_at, &path, &dense, theme.color.text, Align::Min, Elide::Middle);
    let mono = fonts::mono(theme.size.text_mono);
    let mut spoken = Vec::new();
    for (at, side) in [(old_at, &one.old), (new_at, &one.new)] {
        let (text, ink) = match &side.text {
            Some(text) if text.is_empty() => ("(empty)".to_owned(), theme.color.muted),
            Some(text) => (visible_text(text).into_owned(), theme.color.text),
            None => ("—".to_owned(), theme.color.muted),
        };
        cell(painter, at, &text, &mono, ink, Align::Min)
            .full_text_on_hover(ui, &row.response, || text.clone());
        spoken.push(if side.text.is_some() { text } else { "nothing".to_owned() });
    }
    path_cell.full_text_on_hover(ui, &row.response, || match &one.old_path {
        Some(old) => format!("{path}, was {}", visible_text(&old.to_string())),
        None => path.clone(),
    });
    RowLabel::new(format!("{}: {path}", one.change)).value(spoken.join(" to "))
}

fn look_of(change: Change, theme: &Theme) -> (Icon, Color32) {
    let color = &theme.color;
    match change {
        Change::Added => (Icon::Plus, color.ok),
        Change::Removed => (Icon::Minus, color.problem),
        Change::Changed => (Icon::Edit, color.warning),
        Change::Moved => (Icon::ArrowDown, color.note),
        Change::Respelled => (Icon::Bytes, color.muted),
    }
}

/// The other open documents, to pick one.
pub fn compare_with_ui(
    ctx: &Context,
    state: &State,
    tab: TabId,
    view: &mut DialogView,
    actions: &mut Vec<Action>,
) {
    let others: Vec<_> =
        state.tabs.iter().filter(|other| other.id != tab && other.document().is_some()).collect();
    let choices: Vec<Choice<'_>> = others.iter().map(|other| Choice::new(&other.title)).collect();
    match palette(ctx, &mut view.palette, "Compare with", &choices) {
        PaletteResponse::Open => {}
        PaletteResponse::Closed => actions.push(Action::Dismiss),
        PaletteResponse::Chosen(idx) => {
            actions.push(Action::Dismiss);
            let old = others.get(idx).map(|other| other.id);
            actions.extend(old.map(|old| Action::Compare(Compare::Tabs { old, new: tab })));
        }
    }
}
