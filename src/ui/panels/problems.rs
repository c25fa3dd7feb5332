//! What a check found, in wire order; a click goes there, and what is certain can be put right.

use super::{Shown, tone_of};
use crate::app::{Action, OpenDocument, SelectTarget};
use crate::document::Step;
use crate::document::problem::Problem;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Theme, theme};
use crate::ui::view::TabView;
use crate::ui::widgets::{
    Elide, Row, RowLabel, RowList, TextButton, cell, cell_elided, empty_state_ui, visible_text,
};
use egui::{Align, Layout, Rect, Ui, UiBuilder, pos2, vec2};

/// Points beside the offset from which on a row has its path too.
const LEAST_FOR_PATH: f32 = 320.0;

pub fn problems_ui(ui: &mut Ui, shown: Shown<'_>, view: &mut TabView, actions: &mut Vec<Action>) {
    let list = &shown.open.problems;
    if list.found.is_empty() {
        let is_checked = list.revision.is_some();
        let (icon, sentence, hint) = match is_checked {
            true => (Icon::Check, "No problems", "Every byte is accounted for by the type it is read as."),
            false => (Icon::Clock, "Checking…", ""),
        };
        empty_state_ui(ui, icon, sentence, hint, &[]);
        return;
    }
    pick_next(shown, view, actions);
    let theme = theme(ui);
    let picked = picked(shown, view);
    let all = ui.available_rect_before_wrap();
    let in_two = picked.and_then(|row| list.found.get(row)).is_some_and(|problem| {
        let inner = all.width() - 2.0 * theme.size.margin;
        inner < text_width(ui, what_can_be_done(problem)) + theme.size.gap + buttons_width(ui, shown, problem)
    });
    let more = if in_two { theme.size.row_dense } else { 0.0 };
    let bar = all.with_min_y(all.bottom() - theme.size.bar - theme.size.gap_small - more);
    let rows = all.with_max_y(bar.top());
    let mut inside = ui.new_child(UiBuilder::new().id_salt("problem rows").max_rect(rows));
    let response = RowList::new("Problems", list.found.len() as u64)
        .selected(|row| picked == Some(row as usize))
        .show(&mut inside, &mut view.problems, |ui, row| {
            let problem = &list.found[row.idx as usize];
            row_ui(ui, theme, row, problem, shown.open.offset_of(problem))
        });
    let moved = view.problems.selection_by_keys(&response.response, picked.map(|row| row as u64));
    if let Some(row) = response.clicked.map(|(row, _)| row).or(moved)
        && let Some(problem) = list.found.get(row as usize)
    {
        view.fixed_problem = None;
        view.picked_problem = Some((problem.kind, problem.range.start));
        actions.push(go_to(shown.open, problem));
    }
    let n_before = actions.len();
    bar_ui(ui, shown, bar, more, picked.and_then(|row| list.found.get(row)), actions);
    let is_fixed = actions.len() > n_before;
    if let (true, Some(row)) = (is_fixed, picked) {
        view.fixed_problem = Some((row, shown.open.document.revision()));
    }
}

/// After one was put right the next one is picked, as soon as it is known where that is.
fn pick_next(shown: Shown<'_>, view: &mut TabView, actions: &mut Vec<Action>) {
    let (list, revision) = (&shown.open.problems, shown.open.document.revision());
    let Some((row, before)) = view.fixed_problem else { return };
    if before == revision || list.revision != Some(revision) {
        return;
    }
    view.fixed_problem = None;
    if let Some(problem) = list.found.get(row).or(list.found.last()) {
        view.picked_problem = Some((problem.kind, problem.range.start));
        actions.push(go_to(shown.open, problem));
    }
}

/// Selects the place of a problem.
pub(super) fn go_to(open: &OpenDocument, problem: &Problem) -> Action {
    Action::Select(SelectTarget::Offset(open.place_of(problem)))
}

/// The row of the problem that was picked, else of the first one where the selection starts.
fn picked(shown: Shown<'_>, view: &TabView) -> Option<usize> {
    let selection = &shown.open.selection.as_ref()?.range;
    let found = &shown.open.problems.found;
    let is_here = |problem: &Problem| {
        let at = shown.open.place_of(problem);
        selection.contains(&at) || at == selection.start
    };
    let wanted = view.picked_problem.and_then(|picked| {
        found.iter().position(|problem| (problem.kind, problem.range.start) == picked && is_here(problem))
    });
    let at = |offset: u64| found.iter().position(|problem| shown.open.place_of(problem) == offset);
    let cursor = shown.open.cursor_offset();
    wanted.or_else(|| at(cursor).filter(|_| selection.contains(&cursor))).or_else(|| at(selection.start))
}

fn what_can_be_done(problem: &Problem) -> &str {
    problem.kind.fix_label().or(problem.hint.as_deref()).unwrap_or("Nothing has to be done about it")
}

fn text_width(ui: &Ui, text: &str) -> f32 {
    let font = fonts::regular(theme(ui).size.text_dense);
    ui.painter().layout_no_wrap(text.to_owned(), font, theme(ui).color.muted).size().x
}

/// Below the list: what can be done about the problem that is picked, with a line of its own of `line`
/// points where the buttons leave too little.
fn bar_ui(
    ui: &mut Ui,
    shown: Shown<'_>,
    bar: Rect,
    line: f32,
    picked: Option<&Problem>,
    actions: &mut Vec<Action>,
) {
    let theme = theme(ui);
    ui.painter().rect_filled(bar, 0.0, theme.color.surface_1);
    ui.painter().hline(bar.x_range(), bar.top() + theme.size.line / 2.0, theme.line());
    let mut inner = bar.shrink2(vec2(theme.size.margin, 1.0));
    let dense = fonts::regular(theme.size.text_dense);
    let text = match picked {
        None => "Choose a problem to see what can be done about it",
        Some(problem) => {
            let layout = Layout::right_to_left(Align::Center);
            let at = inner.with_min_y(inner.top() + line);
            let mut buttons = ui.new_child(UiBuilder::new().id_salt("fixes").max_rect(at).layout(layout));
            buttons.spacing_mut().item_spacing.x = theme.size.gap_small;
            actions.extend(fixes_ui(&mut buttons, shown, problem));
            match line > 0.0 {
                true => inner.max.y = inner.top() + line + theme.size.gap_small,
                false => inner.max.x = buttons.min_rect().left() - theme.size.gap,
            }
            what_can_be_done(problem)
        }
    };
    let drawn = cell(ui.painter(), inner, text, &dense, theme.color.muted, Align::Min);
    let response = ui.interact(inner, ui.scope_id().with("what can be done"), egui::Sense::hover());
    drawn.full_text_on_hover(ui, &response, || text.to_owned());
}

/// Of an offer: why it is no fix.
pub(super) const OFFERED: &str = "With its default value: whether that is what was meant is for you to say";

/// The act that is offered for a problem.
pub(super) fn offered(problem: &Problem) -> Action {
    Action::AddMissing(problem.path.clone())
}

const FIX: &str = "Fix";
const FIX_ALL: &str = "Fix all of this kind";

fn buttons_width(ui: &Ui, shown: Shown<'_>, problem: &Problem) -> f32 {
    if let Some(offer) = problem.kind.offer_label() {
        return TextButton::new(offer).width(ui);
    }
    if problem.kind.fix_label().is_none() {
        return 0.0;
    }
    let fix = TextButton::new(FIX).icon(Icon::Check).width(ui);
    match shown.open.n_problems_of(problem.kind) {
        0 | 1 => fix,
        _ => fix + theme(ui).size.gap_small + TextButton::new(FIX_ALL).width(ui),
    }
}

/// Fix this one, and all like it.
fn fixes_ui(ui: &mut Ui, shown: Shown<'_>, problem: &Problem) -> Option<Action> {
    if let Some(offer) = problem.kind.offer_label() {
        return TextButton::new(offer).hint(OFFERED).show(ui).clicked().then(|| offered(problem));
    }
    let label = problem.kind.fix_label()?;
    // A list of an earlier revision does not say where things are now.
    let is_current = shown.open.problems.revision == Some(shown.open.document.revision());
    let reason = (!is_current).then_some("The document is being checked again");
    let n_alike = shown.open.n_problems_of(problem.kind);
    let mut action = None;
    if n_alike > 1 && TextButton::new(FIX_ALL).hint(label).disabled(reason).show(ui).clicked() {
        action = Some(Action::FixAll(problem.kind));
    }
    let fix = TextButton::new(FIX).icon(Icon::Check).hint(label).disabled(reason);
    if fix.show(ui).clicked() {
        action = Some(Action::FixProblem { kind: problem.kind, range: problem.range.clone() });
    }
    action
}

fn row_ui(ui: &Ui, theme: &Theme, row: &Row, problem: &Problem, offset: u64) -> RowLabel {
    let painter = ui.painter();
    let tone = tone_of(problem.severity);
    let mut at = row.rect.shrink2(egui::vec2(theme.size.margin, 0.0));
    let center = pos2(at.left() + theme.size.icon / 2.0, at.center().y);
    tone.icon().paint_sized(painter, center, theme.size.icon - 2.0, tone.color(theme));
    at.min.x += theme.size.icon + theme.size.gap;
    let mono = fonts::mono(theme.size.text_mono);
    let dense = fonts::regular(theme.size.text_dense);
    let offset = format!("0x{offset:x}");
    let glyph = ui.fonts_mut(|fonts| fonts.glyph_width(&mono, '0'));
    let offset_width = if at.width() < LEAST_FOR_PATH { glyph * offset.len() as f32 } else { 72.0 };
    let right = Rect::from_min_max(pos2((at.right() - offset_width).round(), at.top()), at.max);
    cell(painter, right, &offset, &mono, theme.color.muted, Align::Max);
    at.max.x = right.left() - theme.size.gap;
    let path = problem.path.to_string();
    let path_text = visible_text(&path);
    // Where it is narrow, the field and what is wrong with it; pointing at it tells where.
    let shows_path = !path.is_empty() && LEAST_FOR_PATH <= at.width();
    let message = match problem.path.0.last() {
        Some(Step::Field(name)) if !shows_path => {
            visible_text(&format!("{name}: {}", problem.message)).into_owned()
        }
        _ => visible_text(&problem.message).into_owned(),
    };
    if shows_path {
        // What the sentence leaves, and of a long one its part.
        let left = at.width() - text_width(ui, &message) - 3.0 * theme.size.gap;
        let share = left.max((at.width() * 0.4).min(280.0));
        let path_at = Rect::from_min_max(pos2(at.right() - share, at.top()), at.max);
        let muted = theme.color.muted;
        let drawn = cell_elided(painter, path_at, &path_text, &dense, muted, Align::Max, Elide::Middle);
        at.max.x = drawn.rect.left() - 2.0 * theme.size.gap;
    }
    cell(painter, at, &message, &dense, theme.color.text, Align::Min);
    let hint = problem.hint.as_deref().unwrap_or("");
    if row.is_hovered {
        row.response.clone().on_hover_ui(|ui| {
            ui.label(&message);
            if !path.is_empty() {
                ui.weak(path_text.as_ref());
            }
            if !hint.is_empty() {
                ui.weak(hint);
            }
        });
    }
    RowLabel::new(format!("{}: {}", problem.severity, visible_text(&problem.message)))
        .value(format!("{path} at {offset}"))
}
