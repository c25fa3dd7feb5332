//! The window: every pane in its place, and the one place where actions are applied.
//!
//! **Law.** Panels draw from `&State`; what they ask for is applied when all of the frame is drawn.
//! Nothing here needs `eframe`: the same [`Shell::ui`] runs on a display, in tests and in pictures.
//!
//! **Not here:** the event loop (`window`), what is in a pane (`panels`).

mod banners;
mod bottom;
mod center;
mod held;
mod input;
mod left;
mod search_box;
mod sides;
mod status_bar;
mod top_bar;

pub(super) use held::Held;
pub(super) use input::of_bytes;
pub(super) use sides::Sides;
pub(super) use top_bar::is_on;

use super::panels::data::DataView;
use input::Keyboard;

use super::dialogs::{dialog_ui, without_system_dialogs};
use super::editors::{Draft, Subject, field_id};
use super::fonts;
use super::panels::{Shown, inspector};
use super::theme::{self, ThemeChoice, theme};
use super::view::{Asked, Layout, Place, TabView, View};
use super::widgets::{Toast, Tone};
use crate::app::{self, Action, Content, NoticeTone, Session, State, TabId, ThemeSetting};
use egui::{Context, Frame, Id, Margin, Panel, Ui};
use std::ops::RangeInclusive;

/// Points that the buttons of a value take.
const LEAST_INSPECTOR: f32 = 284.0;

/// The session and what the window remembers beside it.
pub struct Shell {
    session: Session,
    view: View,
    /// What egui was last told of the settings.
    told: Option<(ThemeSetting, u32, bool)>,
}

impl Shell {
    pub fn new(session: Session) -> Self {
        let layout = Layout::of(&session.state().settings);
        let view = View { layout, ..View::default() };
        Self { session, view, told: None }
    }

    pub fn state(&self) -> &State {
        self.session.state()
    }

    pub fn session_mut(&mut self) -> &mut Session {
        &mut self.session
    }

    /// Applies what did not come from a pane, such as arguments and the window's close button.
    pub fn apply(&mut self, action: Action) {
        self.apply_all(vec![action]);
    }

    /// For tests and pictures: files are asked for by path, as where there is no desktop.
    pub fn use_no_system_dialogs(ctx: &Context) {
        without_system_dialogs(ctx);
    }

    /// Takes in finished work. Returns whether anything changed.
    pub fn poll(&mut self) -> bool {
        self.session.poll()
    }

    /// What the window is called: `send.bin ● — Protoloupe`.
    pub fn title(&self) -> String {
        let Some(tab) = self.state().active_tab() else { return "Protoloupe".to_owned() };
        let is_modified = matches!(&tab.content, Content::Open(open) if open.document.is_modified());
        let mark = if is_modified { " ●" } else { "" };
        format!("{}{mark} — Protoloupe", tab.title)
    }

    /// Draws the whole window into `ui`.
    pub fn ui(&mut self, ui: &mut Ui) {
        self.tell_settings(ui.ctx());
        let mut actions = Vec::new();
        let mut asked = std::mem::take(&mut self.view.asked);
        self.view.held.begin(ui.ctx(), self.session.state(), &self.view.dialogs);
        self.return_focus(ui.ctx(), &mut asked);
        self.close_toasts(ui.ctx());
        let keyboard = self.keyboard();
        self.view.call.take_keys(ui.ctx(), &mut actions);
        let state = self.session.state();
        input::input(ui.ctx(), state, keyboard, &mut self.view.held, &mut asked, &mut actions);
        if let Some(reason) = asked.refusal.take() {
            self.view.toasts.push(Toast::new(Tone::Note, reason));
        }
        self.prepare(ui.ctx(), &mut asked);
        self.panes_ui(ui, &mut asked, &mut actions);
        dialog_ui(ui.ctx(), self.session.state(), &mut self.view.dialogs, &mut asked, &mut actions);
        self.toasts_ui(ui);
        drop_ui(ui);
        self.wake_tree(ui.ctx(), &mut asked);
        self.arrange(ui.ctx(), &mut actions);
        if !actions.is_empty() || asked != Asked::default() {
            ui.ctx().request_repaint();
        }
        self.view.asked = asked;
        self.apply_all(actions);
        self.session.fetch_missing();
        if let Some(text) = self.session.take_clipboard() {
            ui.ctx().copy_text(text);
        }
    }

    fn tell_settings(&mut self, ctx: &Context) {
        let settings = &self.session.state().settings;
        let now = (settings.theme, settings.zoom, settings.reduce_motion);
        if self.told == Some(now) {
            return;
        }
        let choice = match settings.theme {
            ThemeSetting::System => ThemeChoice::System,
            ThemeSetting::Light => ThemeChoice::Light,
            ThemeSetting::Dark => ThemeChoice::Dark,
        };
        if self.told.map(|told| told.0) != Some(settings.theme) {
            theme::apply(ctx, choice);
        }
        if self.told.map_or(100, |told| told.1) != settings.zoom {
            ctx.set_zoom_factor(settings.zoom.clamp(50, 300) as f32 / 100.0);
        }
        ctx.options_mut(|options| {
            options.zoom_with_keyboard = false;
            // Where the system does not say, as on most of X11.
            options.fallback_theme = egui::Theme::Light;
        });
        if settings.reduce_motion {
            theme::set_reduce_motion(ctx, true);
        }
        self.told = Some(now);
    }

    /// A document that comes to the front, and one whose dialog closes, has the keyboard in its tree.
    fn return_focus(&mut self, ctx: &Context, asked: &mut Asked) {
        let state = self.session.state();
        let before = std::mem::replace(&mut self.view.front, (state.active, state.dialog.is_some()));
        let is_back = before.1 && state.dialog.is_none();
        let is_new = before.0 != state.active && !ctx.text_edit_focused();
        let focused = ctx.memory(|memory| memory.focused());
        if let Some(tab) = state.active.map(|id| self.view.tab(id)).filter(|_| !is_back) {
            let has_tree = focused.is_some() && state.dialog.is_none();
            tab.is_in_hex = tab.hex.has_keyboard || (tab.is_in_hex && !has_tree);
        }
        if !(is_back || is_new) || state.dialog.is_some() || state.active_document().is_none() {
            return;
        }
        let goes_to_tree = self.view.dialogs.goes_to_tree;
        let tab = state.active.map(|id| self.view.tab(id));
        match tab.filter(|tab| is_back && tab.is_in_hex && !goes_to_tree) {
            Some(tab) => tab.hex.focus(),
            None => asked.focus_tree = true,
        }
    }

    /// Where nothing has the keyboard, as after a menu or a button that was left with Esc, the keys of
    /// the tree give it to the tree.
    fn wake_tree(&self, ctx: &Context, asked: &mut Asked) {
        use egui::Key;
        const KEYS: [Key; 7] =
            [Key::Escape, Key::ArrowUp, Key::ArrowDown, Key::Home, Key::End, Key::PageUp, Key::PageDown];
        let state = self.session.state();
        let is_idle = ctx.memory(|memory| memory.focused().is_none())
            && state.dialog.is_none()
            && state.active_document().is_some()
            && !egui::Popup::is_any_open(ctx);
        asked.focus_tree |= is_idle && ctx.input(|input| KEYS.iter().any(|key| input.key_pressed(*key)));
    }

    /// What copying and pasting are about.
    fn keyboard(&self) -> Keyboard {
        let tab = self.session.state().active.and_then(|id| self.view.tabs.get(&id));
        match tab {
            Some(tab) if tab.hex.has_keyboard => Keyboard::Bytes,
            Some(TabView { data: DataView { copyable: Some(text), .. }, .. }) => {
                Keyboard::Reading(text.clone())
            }
            _ => Keyboard::Records,
        }
    }

    /// Reads the selected row once a revision, and starts editing it if that was asked for.
    fn prepare(&mut self, ctx: &Context, asked: &mut Asked) {
        let state = self.session.state();
        self.view.tabs.retain(|id, _| state.tab(*id).is_some());
        let (Some(id), Some(open)) = (state.active, state.active_document()) else { return };
        let View { tabs, forms, .. } = &mut self.view;
        let tab = tabs.entry(id).or_default();
        if let (Some(draft), Some(subject)) = (&tab.draft, &tab.subject) {
            forms.remember(draft, subject);
        }
        if !tab.subject.as_ref().is_some_and(|subject| subject.is_current(open)) {
            tab.subject = Subject::of(open);
        }
        let Some(subject) = &tab.subject else {
            tab.draft = None;
            tab.is_editing_row = false;
            return;
        };
        let place = open.selection.as_ref().map(|selection| &selection.path);
        // What changed under a field that is being typed in is what was typed.
        let is_typing = is_typing(ctx, id, tab.draft.as_ref());
        match &mut tab.draft {
            Some(draft) if draft.is_of(subject) => {}
            Some(draft) if is_typing && Some(&draft.path) == place => {
                draft.follow(subject, open.document.gesture());
            }
            _ => {
                let draft = forms.begin(subject, place.cloned().unwrap_or_default());
                let is_elsewhere = tab.draft.replace(draft).is_some_and(|old| Some(&old.path) != place);
                tab.is_editing_row &= !is_elsewhere;
            }
        }
        if std::mem::take(&mut asked.edit) {
            asked.focus_tree = false;
            let is_shown = !open.filter.kind.is_outline() || open.filter.nth_of(subject.row.id).is_some();
            tab.is_editing_row = subject.fits_a_row() && is_shown;
            if let Some(draft) = tab.draft.as_mut().filter(|_| tab.is_editing_row) {
                draft.fit_a_row(subject);
            }
            tab.wants_focus = Some(if tab.is_editing_row { Place::Row } else { Place::Inspector });
            if !tab.is_editing_row && !state.settings.show_inspector {
                self.session.apply(Action::ShowPane(app::Pane::Inspector));
            }
        }
    }

    fn panes_ui(&mut self, ui: &mut Ui, asked: &mut Asked, actions: &mut Vec<Action>) {
        let theme = theme(ui);
        let state = self.session.state();
        let bar = Frame::new().fill(theme.color.surface_1).inner_margin(Margin::symmetric(8, 0));
        Panel::top("top bar").frame(bar).exact_size(theme.size.toolbar).show(ui, |ui| {
            top_bar::top_bar_ui(ui, state, &mut self.view, asked, actions);
        });
        Panel::bottom("status bar").frame(bar).exact_size(theme.size.row + 2.0).show(ui, |ui| {
            status_bar::status_bar_ui(ui, state, &self.view, actions);
        });
        let tab = state.active.and_then(|id| self.view.tabs.get(&id));
        let (has_schema, has_inspector) = self.view.sides.shown(state, tab, asked, ui.available_width());
        // In a narrow window the panes below have all of its width.
        let is_narrow = ui.available_width() < sides::LEAST_FOR_BOTH;
        if has_schema && !is_narrow {
            left::left_ui(ui, state, &mut self.view, asked, actions);
        }
        bottom::bottom_ui(ui, state, &mut self.view, asked, actions);
        if has_schema && is_narrow {
            left::left_ui(ui, state, &mut self.view, asked, actions);
        }
        if has_inspector {
            self.inspector_ui(ui, asked, actions);
        }
        let frame = Frame::new().fill(theme.color.surface_0);
        egui::CentralPanel::default().frame(frame).show(ui, |ui| {
            ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
            center::center_ui(ui, self.session.state(), &mut self.view, asked, actions);
        });
    }

    fn inspector_ui(&mut self, ui: &mut Ui, asked: &mut Asked, actions: &mut Vec<Action>) {
        let state = self.session.state();
        let (Some(tab), Some(open)) = (state.active, state.active_document()) else { return };
        let theme = theme(ui);
        let side = Frame::new().fill(theme.color.surface_1).inner_margin(Margin {
            left: theme.size.margin as i8,
            right: 0,
            top: 0,
            bottom: 0,
        });
        let most = (ui.available_width() - 400.0).max(LEAST_INSPECTOR);
        let wanted = self.view.layout.inspector_width.clamp(LEAST_INSPECTOR, most);
        let range = size_range(ui, wanted, LEAST_INSPECTOR..=most);
        let panel = Panel::right("inspector").frame(side).resizable(true).size_range(range);
        let panel = panel.default_size(wanted).show(ui, |ui| {
            let shown = Shown { state, tab, open };
            let View { tabs, folds, .. } = &mut self.view;
            let view = tabs.entry(tab).or_default();
            inspector::inspector_ui(ui, shown, view, folds, asked, actions);
        });
        keep_size(&mut self.view.layout.inspector_width, wanted, panel.response.rect.width());
    }

    /// Esc closes the notes that wait to be read before it means anything else, unless it belongs to a
    /// dialog or to what is being typed.
    fn close_toasts(&mut self, ctx: &Context) {
        let is_taken = self.session.state().dialog.is_some() || ctx.text_edit_focused();
        if self.view.toasts.is_waiting()
            && !is_taken
            && ctx.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape))
        {
            self.view.toasts.clear();
        }
    }

    fn toasts_ui(&mut self, ui: &Ui) {
        for subject in self.session.take_outdated() {
            self.view.toasts.forget(Id::unique(subject));
        }
        for notice in self.session.take_notices() {
            let tone = match notice.tone {
                NoticeTone::Done => Tone::Ok,
                NoticeTone::Note => Tone::Note,
                NoticeTone::Warning => Tone::Warning,
                NoticeTone::Error => Tone::Problem,
            };
            let toast = Toast::new(tone, notice.text).about(notice.about.map(Id::unique));
            match notice.undo {
                Some(undo) => {
                    let id = self.view.toasts.push(toast.action("Undo"));
                    self.view.undos.insert(id, undo);
                }
                None => {
                    self.view.toasts.push(toast);
                }
            }
        }
        let now = ui.input(|input| input.time);
        let chosen = self.view.toasts.show(ui.ctx(), now, theme(ui).size.row + 2.0);
        if let Some(undo) = chosen.and_then(|id| self.view.undos.remove(&id)) {
            self.session.apply(undo);
        }
    }

    /// Hands sizes to the settings when a drag is over.
    fn arrange(&self, ctx: &Context, actions: &mut Vec<Action>) {
        let settings = &self.session.state().settings;
        let layout = &self.view.layout;
        let is_dragging = ctx.input(|input| input.pointer.any_down());
        if is_dragging || *layout == Layout::of(settings) {
            return;
        }
        actions.push(Action::Arrange(app::Layout {
            inspector_width: Some(layout.inspector_width),
            bottom_height: Some(layout.bottom_height),
            schema: Some((layout.schema_width, layout.schema_list_height)),
            tree_columns: Some(layout.tree_columns.clone()),
            window: None,
        }));
    }

    fn apply_all(&mut self, mut actions: Vec<Action>) {
        self.view.sides.follow(&mut actions);
        for action in actions {
            let reset = action == Action::ResetPanes;
            self.session.apply(action);
            if reset {
                self.view.layout = Layout::of(&self.session.state().settings);
            }
        }
    }
}

/// The sizes that a pane can have: any while it may be dragged, else the one it was given. A window that
/// was small for a while gives it back its size with the room.
fn size_range(ui: &Ui, wanted: f32, all: RangeInclusive<f32>) -> RangeInclusive<f32> {
    if ui.input(|input| input.pointer.any_down()) { all } else { wanted..=wanted }
}

/// Remembers the size of a pane that was dragged.
fn keep_size(kept: &mut f32, wanted: f32, shown: f32) {
    if (shown - wanted).abs() > 0.5 {
        *kept = shown;
    }
}

/// Whether the keyboard is in a field for the selected value.
fn is_typing(ctx: &Context, tab: TabId, draft: Option<&Draft>) -> bool {
    let focused = ctx.memory(|memory| memory.focused());
    if focused.is_some() && draft.is_some_and(|draft| draft.focus == focused) {
        return true;
    }
    [Place::Row, Place::Inspector].into_iter().any(|place| focused == Some(field_id(tab, place)))
}

/// While files are held over the window: what letting go will do.
fn drop_ui(ui: &Ui) {
    let n_files = ui.input(|input| input.raw.hovered_files.len());
    if n_files == 0 {
        return;
    }
    let theme = theme(ui);
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop"));
    let painter = ui.ctx().layer_painter(layer);
    let all = ui.ctx().content_rect();
    painter.rect_filled(all, 0.0, theme.color.backdrop);
    let text = if n_files == 1 { "Drop to open the file" } else { "Drop to open the files" };
    let font = fonts::semibold(theme.size.text_heading);
    let galley = painter.layout_no_wrap(text.to_owned(), font, theme.color.text);
    let at = egui::Rect::from_center_size(all.center(), galley.size());
    let ground = at.expand(2.0 * theme.size.margin);
    let stroke = theme.focus();
    painter.rect(ground, theme.size.radius_window, theme.color.popup, stroke, egui::StrokeKind::Inside);
    painter.galley(at.min, galley, theme.color.text);
}
