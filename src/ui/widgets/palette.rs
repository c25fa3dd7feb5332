//! Everything that can be asked for, found by a few letters.

use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Context, Id, Key, Modal, Modifiers, Pos2, Rect, Ui, pos2, vec2};

use super::choice::Choice;
use super::elide::{cell, place};
use super::field::TextField;
use super::fuzzy::{Match, ranked};
use super::row_list::{Row, RowLabel, RowList, RowListState};
use crate::ui::fonts;
use crate::ui::theme::{Theme, theme};

/// What is typed and where the list stands while the palette is open.
///
/// Make a new one each time it opens.
#[derive(Clone, Debug, Default)]
pub struct PaletteState {
    query: String,
    highlighted: usize,
    list: RowListState,
    is_focused: bool,
}

impl PaletteState {
    pub fn with_query(query: impl Into<String>) -> Self {
        Self { query: query.into(), ..Self::default() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaletteResponse {
    Open,
    /// An index into the choices; never of one that is greyed out.
    Chosen(usize),
    Closed,
}

const WIDTH: f32 = 560.0;
const MOST_ROWS: usize = 12;

/// Shows the palette over the window: type, ↑ ↓, Enter, Esc.
///
/// `name` is also what the empty field says, such as "Run a command".
pub fn palette(
    ctx: &Context,
    state: &mut PaletteState,
    name: &str,
    choices: &[Choice<'_>],
) -> PaletteResponse {
    let theme = crate::ui::theme::theme_of(ctx);
    let found = ranked(&state.query, choices.iter().map(|choice| choice.title));
    let mut response = keys(ctx, state, &found, choices);

    let id = Id::unique(("palette", name));
    let width = WIDTH.min(ctx.content_rect().width() - 4.0 * theme.size.margin);
    let area = Modal::default_area(id).anchor(egui::Align2::CENTER_TOP, vec2(0.0, 64.0));
    let modal = Modal::new(id)
        .area(area)
        .backdrop_color(theme.color.backdrop)
        .frame(theme.popup_frame().inner_margin(0))
        .show(ctx, |ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
            query_ui(ui, state, name, id);
            if let Some(choice_idx) = found_ui(ui, state, choices, &found) {
                response = PaletteResponse::Chosen(choice_idx);
            }
        });
    if modal.backdrop_response.clicked() && response == PaletteResponse::Open {
        response = PaletteResponse::Closed;
    }
    response
}

fn keys(
    ctx: &Context,
    state: &mut PaletteState,
    found: &[(usize, Match)],
    choices: &[Choice<'_>],
) -> PaletteResponse {
    let pressed = |key: Key| ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let last = found.len().saturating_sub(1);
    let before = state.highlighted;
    state.highlighted = before.min(last);
    if pressed(Key::ArrowDown) {
        state.highlighted = if before < last { before + 1 } else { 0 };
    }
    if pressed(Key::ArrowUp) {
        state.highlighted = before.checked_sub(1).unwrap_or(last);
    }
    if pressed(Key::PageDown) {
        state.highlighted = (before + MOST_ROWS - 1).min(last);
    }
    if pressed(Key::PageUp) {
        state.highlighted = before.saturating_sub(MOST_ROWS - 1);
    }
    if before != state.highlighted {
        state.list.ensure_visible(state.highlighted as u64);
    }
    if pressed(Key::Escape) {
        return PaletteResponse::Closed;
    }
    if pressed(Key::Enter)
        && let Some((choice_idx, _)) = found.get(state.highlighted)
        && choices[*choice_idx].is_enabled()
    {
        return PaletteResponse::Chosen(*choice_idx);
    }
    PaletteResponse::Open
}

fn query_ui(ui: &mut Ui, state: &mut PaletteState, name: &str, id: Id) {
    let theme = theme(ui);
    let inset = egui::Frame::new().inner_margin(theme.size.gap);
    inset.show(ui, |ui| {
        let field = TextField::search(name, &mut state.query).id(id.with("query"));
        let response = field.show(ui);
        if !state.is_focused {
            response.request_focus();
            state.is_focused = true;
        }
        if response.changed() {
            state.highlighted = 0;
            state.list = RowListState::default();
        }
    });
    let y = ui.min_rect().bottom();
    ui.painter().hline(ui.max_rect().x_range(), y, theme.line());
}

fn found_ui(
    ui: &mut Ui,
    state: &mut PaletteState,
    choices: &[Choice<'_>],
    found: &[(usize, Match)],
) -> Option<usize> {
    let theme = theme(ui);
    let row_height = theme.size.bar;
    let room = ui.ctx().content_rect().bottom() - ui.cursor().top() - 3.0 * theme.size.gap;
    let most = ((room / row_height).floor() as usize).clamp(3, MOST_ROWS);
    let n_shown = found.len().clamp(1, most);
    let height = n_shown as f32 * row_height + theme.size.gap;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.max_rect().width(), height), egui::Sense::hover());
    let list_rect = rect.shrink2(vec2(0.0, theme.size.gap / 2.0));
    if found.is_empty() {
        let font = fonts::regular(theme.size.text);
        let text = list_rect.shrink2(vec2(theme.size.margin, 0.0));
        cell(ui.painter(), text, "Nothing matches", &font, theme.color.muted, Align::Min);
        return None;
    }
    let highlighted = state.highlighted as u64;
    let shown = ui
        .scope_builder(egui::UiBuilder::new().max_rect(list_rect), |ui| {
            RowList::new("Results", found.len() as u64)
                .row_height(row_height)
                .selected(|row| row == highlighted)
                .show(ui, &mut state.list, |ui, row| {
                    let (choice_idx, found) = &found[row.idx as usize];
                    row_ui(ui, theme, row, &choices[*choice_idx], found)
                })
        })
        .inner;
    let (row, _) = shown.clicked?;
    let choice_idx = found[row as usize].0;
    choices[choice_idx].is_enabled().then_some(choice_idx)
}

fn row_ui(ui: &mut Ui, theme: &Theme, row: &Row, choice: &Choice<'_>, found: &Match) -> RowLabel {
    let painter = ui.painter().clone();
    let ink = if choice.is_enabled() { theme.color.text } else { theme.color.muted };
    let mut rest = row.rect.shrink2(vec2(theme.size.margin, 0.0));
    let icon_at: Pos2 = pos2(rest.left() + theme.size.icon / 2.0, rest.center().y);
    if let Some(icon) = choice.icon {
        icon.paint(&painter, icon_at, theme.color.muted);
    }
    rest.min.x += theme.size.icon + theme.size.gap;

    let dense = fonts::regular(theme.size.text_dense);
    let right = choice.disabled.map_or(choice.shortcut, |_| "");
    let right = painter.layout_no_wrap(right.to_owned(), dense.clone(), theme.color.muted);
    let at = place(&painter, rest, &right, Align::Max);
    rest.max.x = at.left() - theme.size.gap;
    painter.galley(at.min, right, theme.color.muted);

    let title = painter.layout_job(emphasised(choice.title, found, theme, ink));
    let at = place(&painter, rest, &title, Align::Min);
    painter.with_clip_rect(rest.intersect(painter.clip_rect())).galley(at.min, title, ink);
    let beside = Rect::from_min_max(pos2(at.right() + theme.size.margin, rest.top()), rest.max);
    let beside_text = choice.disabled.unwrap_or(choice.hint);
    cell(&painter, beside, beside_text, &dense, theme.color.muted, Align::Min).full_text_on_hover(
        ui,
        &row.response,
        || beside_text.to_owned(),
    );

    let label = RowLabel::new(choice.title);
    if beside_text.is_empty() { label } else { label.value(beside_text) }
}

/// The letters that were typed stand out.
fn emphasised(title: &str, found: &Match, theme: &Theme, ink: egui::Color32) -> LayoutJob {
    let plain = TextFormat::simple(fonts::regular(theme.size.text), ink);
    let strong = TextFormat::simple(fonts::semibold(theme.size.text), theme.color.accent);
    let mut job = LayoutJob { break_on_newline: false, ..LayoutJob::default() };
    let mut buffer = String::new();
    let mut was_found = false;
    for (at, character) in title.char_indices() {
        let is_found = found.letters.binary_search(&at).is_ok();
        if is_found != was_found && !buffer.is_empty() {
            let format = if was_found { &strong } else { &plain };
            job.append(&buffer, 0.0, format.clone());
            buffer.clear();
        }
        was_found = is_found;
        buffer.push(character);
    }
    job.append(&buffer, 0.0, if was_found { strong } else { plain });
    job
}
