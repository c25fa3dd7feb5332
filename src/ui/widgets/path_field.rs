//! Asking for a file where no dialog can: type, paste, complete, or pick a recent one.

use egui::{Context, Id, Key, Modal, Modifiers, Ui, vec2};

use super::button::TextButton;
use super::elide::{Elide, cell_elided};
use super::field::{TextField, cursor_to_end, error_line_ui};
use super::row_list::{RowLabel, RowList, RowListState};
use super::visible_text::visible_text;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{theme, theme_of};

/// What is typed and picked while the field is open. Make a new one each time it opens.
#[derive(Clone, Debug, Default)]
pub struct PathFieldState {
    pub path: String,
    picked: Option<usize>,
    list: RowListState,
    is_focused: bool,
    /// Rows that the offers have taken so far.
    n_rows: f32,
}

impl PathFieldState {
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }
}

/// What the field is for, and what the caller knows about the path so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct PathField<'a> {
    /// Such as "Open a message".
    pub title: &'a str,
    /// What the button says, such as "Open".
    pub verb: &'a str,
    /// Whole paths that begin as the typed one does; folders end in "/".
    pub completions: &'a [String],
    /// Offered while nothing is typed.
    pub recent: &'a [String],
    pub error: Option<&'a str>,
    /// A folder is asked for.
    pub is_of_folders: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathFieldResponse {
    Open,
    /// The path changed: look for completions and problems.
    Changed,
    Chosen(String),
    Closed,
}

const WIDTH: f32 = 600.0;
/// Rows of offers that are seen at most.
const N_ROWS: f32 = 8.0;

impl PathField<'_> {
    /// Shows the field over the window: Tab completes, ↑ ↓ pick, Enter chooses, Esc closes.
    pub fn show(self, ctx: &Context, state: &mut PathFieldState) -> PathFieldResponse {
        let theme = theme_of(ctx);
        let offers = if state.path.is_empty() { self.recent } else { self.completions };
        let mut response = keys(ctx, state, offers);
        let id = Id::unique(("path field", self.title));
        let width = WIDTH.min(ctx.content_rect().width() - 4.0 * theme.size.margin);
        let modal = Modal::new(id)
            .area(Modal::default_area(id).anchor(egui::Align2::CENTER_TOP, vec2(0.0, 64.0)))
            .backdrop_color(theme.color.backdrop)
            .frame(theme.popup_frame().inner_margin(theme.size.margin))
            .show(ctx, |ui| {
                ui.set_width(width);
                self.contents_ui(ui, state, offers, &mut response);
            });
        if modal.backdrop_response.clicked() && response == PathFieldResponse::Open {
            response = PathFieldResponse::Closed;
        }
        response
    }

    fn contents_ui(
        self,
        ui: &mut Ui,
        state: &mut PathFieldState,
        offers: &[String],
        response: &mut PathFieldResponse,
    ) {
        let theme = theme(ui);
        ui.label(egui::RichText::new(self.title).heading());
        ui.add_space(theme.size.gap_small);
        let id = ui.make_persistent_id("path");
        if !state.is_focused {
            cursor_to_end(ui.ctx(), id, &state.path);
        }
        let field = TextField::new("Path", &mut state.path)
            .hint("/path/to/file, or paste a path or file:// address")
            .icon(if self.is_of_folders { Icon::Folder } else { Icon::File })
            .invalid(self.error.is_some())
            .mono()
            .id(id)
            .show(ui);
        if !state.is_focused {
            field.request_focus();
            state.is_focused = true;
        }
        // Tab completes as long as there is something to complete; then it goes on to the buttons.
        if field.has_focus() && completion(state, offers).is_some() {
            let filter = egui::EventFilter { tab: true, ..Default::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(field.id, filter));
        }
        if field.changed() {
            state.picked = None;
            *response = PathFieldResponse::Changed;
        }
        error_line_ui(ui, self.error);
        offers_ui(ui, state, offers, response);
        ui.add_space(theme.size.gap);
        let right = egui::Layout::right_to_left(egui::Align::Center);
        let size = vec2(ui.available_width(), theme.size.button);
        ui.allocate_ui_with_layout(size, right, |ui| {
            let missing = state.path.is_empty().then_some("Type or paste a path first");
            let verb = TextButton::new(self.verb).primary().disabled(missing);
            if verb.show(ui).clicked() {
                *response = PathFieldResponse::Chosen(state.path.clone());
            }
            if TextButton::new("Cancel").outlined().show(ui).clicked() {
                *response = PathFieldResponse::Closed;
            }
        });
    }
}

fn keys(ctx: &Context, state: &mut PathFieldState, offers: &[String]) -> PathFieldResponse {
    let pressed = |key: Key| ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let last = offers.len().checked_sub(1);
    let before = state.picked;
    if pressed(Key::ArrowDown) {
        state.picked = last.map(|last| before.map_or(0, |row| (row + 1).min(last)));
    }
    if pressed(Key::ArrowUp) {
        state.picked = before.and_then(|row| row.checked_sub(1));
    }
    if state.picked != before
        && let Some(row) = state.picked
    {
        state.list.ensure_visible(row as u64);
    }
    let picked = state.picked.and_then(|row| offers.get(row));
    if pressed(Key::Escape) {
        return PathFieldResponse::Closed;
    }
    if let Some(offer) = completion(state, offers)
        && pressed(Key::Tab)
    {
        take(state, offer.clone());
        return PathFieldResponse::Changed;
    }
    if pressed(Key::Enter) {
        let path = picked.unwrap_or(&state.path).clone();
        return match path.as_str() {
            "" => PathFieldResponse::Open,
            folder if folder.ends_with('/') => {
                take(state, path);
                PathFieldResponse::Changed
            }
            _ => PathFieldResponse::Chosen(path),
        };
    }
    PathFieldResponse::Open
}

/// What Tab puts into the field.
fn completion<'a>(state: &PathFieldState, offers: &'a [String]) -> Option<&'a String> {
    let picked = state.picked.and_then(|row| offers.get(row));
    picked.or(offers.first()).filter(|offer| **offer != state.path)
}

/// Puts an offer into the field, with the cursor behind it.
fn take(state: &mut PathFieldState, path: String) {
    state.path = path;
    state.picked = None;
    state.is_focused = false;
}

fn offers_ui(ui: &mut Ui, state: &mut PathFieldState, offers: &[String], response: &mut PathFieldResponse) {
    let theme = theme(ui);
    // It grows with what is offered, and does not shrink under the pointer.
    state.n_rows = state.n_rows.max((offers.len() as f32).min(N_ROWS));
    let size = vec2(ui.available_width(), state.n_rows * theme.size.row);
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    let picked = state.picked.map(|row| row as u64);
    let is_in_folder = !state.path.is_empty();
    let shown = ui
        .scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
            let name = if state.path.is_empty() { "Recent files" } else { "Completions" };
            RowList::new(name, offers.len() as u64).selected(|row| Some(row) == picked).show(
                ui,
                &mut state.list,
                |ui, row| {
                    let path = visible_text(&offers[row.idx as usize]);
                    // What stands in the field is not said again.
                    let name = match path.trim_end_matches('/').rfind('/') {
                        Some(at) if is_in_folder => &path[at + 1..],
                        _ => path.as_ref(),
                    };
                    let icon = if path.ends_with('/') { Icon::Folder } else { Icon::File };
                    let mut text = row.rect.shrink2(vec2(theme.size.gap, 0.0));
                    let center = egui::pos2(text.left() + 8.0, text.center().y);
                    icon.paint(ui.painter(), center, theme.color.muted);
                    text.min.x += theme.size.icon + theme.size.gap - 2.0;
                    let font = fonts::mono(theme.size.text_mono);
                    let align = egui::Align::Min;
                    cell_elided(ui.painter(), text, name, &font, theme.color.text, align, Elide::Middle)
                        .full_text_on_hover(ui, &row.response, || path.to_string());
                    RowLabel::new(path)
                },
            )
        })
        .inner;
    if let Some((row, _)) = shown.clicked {
        let path = offers[row as usize].clone();
        *response = if shown.double_clicked.is_some() && !path.ends_with('/') {
            PathFieldResponse::Chosen(path)
        } else {
            take(state, path);
            PathFieldResponse::Changed
        };
    }
}
