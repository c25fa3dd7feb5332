//! What a search found, in wire order; a click goes there.

use super::under_way::under_way_ui;
use super::{Shown, size_text};
use crate::app::{Action, Search};
use crate::document::ReadMode;
use crate::document::search::Excerpt;
use crate::document::value::grouped;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Theme, theme};
use crate::ui::view::TabView;
use crate::ui::widgets::{
    Cell, Choice, Elide, Row, RowLabel, RowList, TextButton, cell, cell_elided, empty_state_ui, visible_text,
};
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Align, Color32, Key, Layout, Modifiers, Rect, Ui, UiBuilder, pos2, vec2};

/// Characters of a value that can matter to a row.
const MAX_CHARS: usize = 160;
const OFFSET_WIDTH: f32 = 80.0;
/// Points of a path at least, and the share of a row that it takes at most.
const LEAST_PATH: f32 = 120.0;
const MOST_OF_ROW: f32 = 0.62;
/// Paths that are measured for the width of all.
const MEASURED: usize = 64;

pub fn results_ui(ui: &mut Ui, shown: Shown<'_>, view: &mut TabView, actions: &mut Vec<Action>) {
    let search = &shown.open.search;
    progress_line_ui(ui, shown, actions);
    if search.places.is_empty() {
        nothing_ui(ui, search, actions);
        return;
    }
    remark_ui(ui, shown, actions);
    let theme = theme(ui);
    let n_rows = search.places.len() as u64;
    let current = search.current;
    let is_current = |nth: u64| {
        let found = search.places.get(nth as usize);
        found.is_some_and(|(idx, _)| Some(idx) == current)
    };
    let path_width = path_width(ui, theme, shown);
    let response =
        RowList::new("Search results", n_rows)
            .selected(is_current)
            .show(ui, &mut view.results, |ui, row| row_ui(ui, theme, row, shown, path_width));
    let here = current.and_then(|idx| search.places.now(idx)).map(|now| search.places.n_before(now) as u64);
    let moved = view.results.selection_by_keys(&response.response, here);
    if let Some(nth) = response.clicked.map(|(row, _)| row).or(moved) {
        actions.push(Action::GoToHit(nth));
    }
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if response.response.has_focus() && pressed(Key::Enter) {
        actions.push(Action::GoToHit(here.unwrap_or(0)));
    }
    if view.seen_hit != current {
        view.seen_hit = current;
        if let Some(here) = here {
            view.results.ensure_visible(here);
        }
    }
}

/// How far the search is, and a way to stop it.
fn progress_line_ui(ui: &mut Ui, shown: Shown<'_>, actions: &mut Vec<Action>) {
    let running = shown.open.search.running;
    let Some(job) = running else { return };
    let found = shown.state.running.iter().find(|running| running.job == job);
    let rect = line(ui);
    {
        let ui = &mut ui.new_child(UiBuilder::new().max_rect(rect));
        let label = format!("Searching, {} found", grouped(shown.open.search.n_found));
        if under_way_ui(ui, &label, found) {
            actions.push(Action::CancelJob(job));
        }
    }
}

/// One line over the list, less the margins.
fn line(ui: &mut Ui) -> Rect {
    let theme = theme(ui);
    let size = vec2(ui.available_width(), theme.size.row);
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    rect.shrink2(vec2(theme.size.margin, 0.0))
}

/// Says why there are no results; the line over them tells of a search that goes on.
fn nothing_ui(ui: &mut Ui, search: &Search, actions: &mut Vec<Action>) {
    let found_nothing = "Nothing was found";
    let again = [Choice::new("Search again")];
    let (icon, sentence, hint, choices) = match (&search.error, &search.failure) {
        (Some(error), _) => (Icon::Error, error.to_string(), error.hint.to_owned(), &again[..0]),
        (None, Some(failure)) => (Icon::Error, "The search failed".to_owned(), failure.clone(), &again[..]),
        _ if search.running.is_some() => return,
        _ if search.n_gone() > 0 => {
            let hint = "What was found is removed by now; undo brings it back.".to_owned();
            (Icon::Search, "Nothing is left of what was found".to_owned(), hint, &again[..0])
        }
        _ if !search.is_whole => {
            let hint = match search.looked_at {
                Some((done, all)) if 0 < done => {
                    format!("Nothing was found in the first {} of {}.", size_text(done), size_text(all))
                }
                _ => "It was stopped before anything was looked at.".to_owned(),
            };
            (Icon::Search, "The search was stopped".to_owned(), hint, &again[..])
        }
        _ => {
            let hint = search.doubt.clone().unwrap_or_else(|| {
                "Look at the question mark beside the search box for what can be looked for.".to_owned()
            });
            (Icon::Search, found_nothing.to_owned(), hint, &again[..0])
        }
    };
    if empty_state_ui(ui, icon, &sentence, &hint, choices).is_some() {
        actions.push(Action::Search(search.text.clone()));
    }
}

/// What the list does not say: that it is cut, stopped, or of bytes that have changed since and are not
/// searched again.
fn remark_ui(ui: &mut Ui, shown: Shown<'_>, actions: &mut Vec<Action>) {
    let search = &shown.open.search;
    let n_listed = search.hits.len() as u64;
    let is_stale = search.is_stale(&shown.open.document);
    // What is about to be found again is not worth a line that comes and goes.
    let is_left = is_stale && !shown.open.wants_renewal();
    let mut parts = Vec::new();
    if search.n_found > n_listed {
        parts.push(format!("The first {} of {} are listed", grouped(n_listed), grouped(search.n_found)));
    }
    if is_left {
        parts.push("Found before the last edits".to_owned());
    }
    if !search.is_whole && search.running.is_none() {
        parts.push(match &search.failure {
            Some(failure) => format!("The search failed: {failure}"),
            None => "The search was stopped".to_owned(),
        });
    }
    if is_left && search.n_gone() > 0 {
        parts.push(format!("{} removed since", grouped(search.n_gone() as u64)));
    }
    let can_search_again = search.running.is_none() && (is_left || !search.is_whole);
    if parts.is_empty() {
        return;
    }
    let theme = theme(ui);
    let rect = line(ui);
    let text = parts.join(" · ");
    let builder = UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center));
    {
        let ui = &mut ui.new_child(builder);
        if can_search_again && TextButton::new("Search again").show(ui).clicked() {
            actions.push(Action::Search(search.text.clone()));
        }
        let font = fonts::regular(theme.size.text_dense);
        let at = ui.available_rect_before_wrap();
        let drawn = cell(ui.painter(), at, &text, &font, theme.color.muted, Align::Min);
        let response = ui.interact(drawn.rect, ui.make_persistent_id("remark"), egui::Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
        drawn.full_text_on_hover(ui, &response, || text.clone());
    }
}

fn row_ui(ui: &Ui, theme: &Theme, row: &Row, shown: Shown<'_>, path_width: f32) -> RowLabel {
    let search = &shown.open.search;
    let found = search.places.get(row.idx as usize);
    let Some((hit, offset)) = found.and_then(|(idx, offset)| Some((search.hits.get(idx)?, offset))) else {
        return RowLabel::new("");
    };
    let painter = ui.painter();
    let mut at = row.rect.shrink2(vec2(theme.size.margin, 0.0));
    let mono = fonts::mono(theme.size.text_mono);
    let dense = fonts::regular(theme.size.text_dense);
    let offset_text = format!("0x{offset:x}");
    // In a narrow pane the path matters more.
    if at.width() > 4.5 * OFFSET_WIDTH {
        let right = Rect::from_min_max(pos2(at.right() - OFFSET_WIDTH, at.top()), at.max);
        cell(painter, right, &offset_text, &mono, theme.color.muted, Align::Max);
        at.max.x = right.left() - theme.size.gap;
    }
    let path = if hit.path.is_root() { "(message)".to_owned() } else { hit.path.to_string() };
    let path_text = visible_text(&path);
    let excerpt = hit.excerpt(shown.open.document.snapshot(), offset, MAX_CHARS, ReadMode::Cached);
    let excerpt = excerpt.unwrap_or_else(|error| Excerpt {
        before: match error {
            crate::document::SourceError::Missing { .. } => "Reading…".to_owned(),
            error => error.to_string(),
        },
        ..Excerpt::default()
    });
    let path_at = at.with_max_x(at.left() + path_width.min(at.width() * MOST_OF_ROW).round());
    let path_cell =
        cell_elided(painter, path_at, &path_text, &dense, theme.color.text, Align::Min, Elide::Middle);
    path_cell.full_text_on_hover(ui, &row.response, || path_text.clone().into_owned());
    let value_at = at.with_min_x(path_at.right() + 2.0 * theme.size.gap);
    let drawn = excerpt_ui(ui, theme, value_at, &excerpt);
    drawn.full_text_on_hover(ui, &row.response, || visible_text(&excerpt.text()).into_owned());
    RowLabel::new(path).value(format!("{} at {offset_text}", excerpt.text()))
}

/// What the longest of the first paths takes: values stand in one column, and the list does not shift
/// when it is scrolled.
fn path_width(ui: &Ui, theme: &Theme, shown: Shown<'_>) -> f32 {
    let dense = fonts::regular(theme.size.text_dense);
    let wide = |path: String| ui.painter().layout_no_wrap(path, dense.clone(), theme.color.text).size().x;
    let first = shown.open.search.hits.iter().take(MEASURED);
    first.map(|hit| wide(visible_text(&hit.path.to_string()).into_owned())).fold(LEAST_PATH, f32::max) + 1.0
}

/// The value with what matched in it on a ground of its own.
fn excerpt_ui(ui: &Ui, theme: &Theme, at: Rect, excerpt: &Excerpt) -> Cell {
    let format = |color: Color32, background: Color32| TextFormat {
        background,
        ..TextFormat::simple(fonts::mono(theme.size.text_mono), color)
    };
    let none = Color32::TRANSPARENT;
    let mut job = LayoutJob {
        wrap: TextWrapping { max_width: at.width(), max_rows: 1, break_anywhere: true, ..Default::default() },
        break_on_newline: false,
        ..LayoutJob::default()
    };
    job.append(&visible_text(&excerpt.before), 0.0, format(theme.color.muted, none));
    job.append(&visible_text(&excerpt.matched), 0.0, format(theme.color.text, theme.color.highlight));
    job.append(&visible_text(&excerpt.after), 0.0, format(theme.color.muted, none));
    if at.width() <= 0.0 || job.text.is_empty() {
        return Cell { rect: Rect::from_min_size(at.min, egui::Vec2::ZERO), is_elided: false };
    }
    let galley = ui.painter().layout_job(job);
    let is_elided = galley.elided;
    let place = crate::ui::widgets::elide::place(ui.painter(), at, &galley, Align::Min);
    ui.painter().galley(place.min, galley, theme.color.muted);
    Cell { rect: place, is_elided }
}
