//! Short notes at the bottom of the window: what was done, with a way back.
//!
//! They stand in the middle, where they hide the ends of neither rows nor panes, and go by themselves:
//! one about a problem only when there was time to read it since the person last did something.

use egui::{Align2, Area, Context, Id, Order, Role, Ui, WidgetInfo, vec2};

use super::button::{IconButton, TextButton};
use super::tone::Tone;
use crate::ui::icons::Icon;
use crate::ui::theme::{theme, theme_of};

/// A note to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    pub tone: Tone,
    pub text: String,
    /// The title of a button beside the text, such as "Undo".
    pub action: Option<String>,
    /// From the frame that shows it, or for a problem from when the person is seen to be there; `None`
    /// stays until it is closed.
    pub seconds: Option<f64>,
    /// What it tells of, if later notes may contradict it.
    pub about: Option<Id>,
}

impl Toast {
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        let text = text.into();
        let seconds = match tone {
            Tone::Problem | Tone::Warning => LEAST + text.chars().count() as f64 / CHARS_PER_SECOND,
            _ => LEAST,
        };
        Self { tone, text, action: None, seconds: Some(seconds), about: None }
    }

    pub fn action(mut self, title: impl Into<String>) -> Self {
        self.action = Some(title.into());
        self
    }

    pub fn about(mut self, about: Option<Id>) -> Self {
        self.about = about;
        self
    }

    pub fn stays(mut self) -> Self {
        self.seconds = None;
        self
    }
}

/// The notes on screen. Which note an id belongs to is the caller's to remember.
#[derive(Clone, Debug, Default)]
pub struct Toasts {
    shown: Vec<Shown>,
    n_pushed: u64,
}

#[derive(Clone, Debug)]
struct Shown {
    id: u64,
    toast: Toast,
    is_shown: bool,
    /// Set once its time runs.
    until: Option<f64>,
}

/// Seconds that every note stays, and how fast it is read beyond that.
const LEAST: f64 = 6.0;
const CHARS_PER_SECOND: f64 = 15.0;
const MOST: usize = 4;
/// Of the window's height that notes take; older ones wait until those before them are gone.
const SHARE: f32 = 0.34;
/// Points that a note of several lines takes, about: an older one is shown where it has them.
const LEAST_HEIGHT: f32 = 64.0;
const WIDTH: f32 = 380.0;

impl Toasts {
    /// Adds a note and returns its id; the oldest goes if there are too many.
    pub fn push(&mut self, toast: Toast) -> u64 {
        self.n_pushed += 1;
        // What is said again takes the place of what was said.
        self.shown.retain(|shown| (shown.toast.tone, &shown.toast.text) != (toast.tone, &toast.text));
        self.shown.push(Shown { id: self.n_pushed, toast, is_shown: false, until: None });
        let excess = self.shown.len().saturating_sub(MOST);
        self.shown.drain(..excess);
        self.n_pushed
    }

    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// Whether a note tells of a problem, and is to be read before it goes.
    pub fn is_waiting(&self) -> bool {
        self.shown.iter().any(|shown| shown.toast.tone == Tone::Problem)
    }

    /// Takes away what was said about this.
    pub fn forget(&mut self, about: Id) {
        self.shown.retain(|shown| shown.toast.about != Some(about));
    }

    pub fn clear(&mut self) {
        self.shown.clear();
    }

    /// Draws the notes above the middle of the bottom edge, `bottom` points from it.
    ///
    /// Returns the id of the note whose action was chosen; that note goes. `now` is in seconds,
    /// on any clock that only goes forward; a note under the pointer does not time out.
    pub fn show(&mut self, ctx: &Context, now: f64, bottom: f32) -> Option<u64> {
        let theme = theme_of(ctx);
        let mut chosen = None;
        let mut closed = None;
        let mut next_change: Option<f64> = None;
        let mut up = bottom + theme.size.margin;
        let most = ctx.content_rect().height() * SHARE;
        let newest = self.shown.last().map(|shown| shown.id);
        let widest = self.shown.iter().map(|shown| text_width(ctx, &shown.toast)).fold(0.0, f32::max);
        for shown in self.shown.iter_mut().rev() {
            let is_high = WIDTH < text_width(ctx, &shown.toast);
            let wanted = if is_high { LEAST_HEIGHT } else { 0.0 };
            if most < up + wanted && newest != Some(shown.id) {
                break;
            }
            let is_read = shown.toast.tone != Tone::Problem || shown.is_shown && is_there(ctx);
            if is_read {
                shown.until.get_or_insert(now + shown.toast.seconds.unwrap_or(f64::MAX));
            }
            shown.is_shown = true;
            let area = Area::new(Id::unique(("toast", shown.id)))
                .order(Order::Foreground)
                .anchor(Align2::CENTER_BOTTOM, vec2(0.0, -up))
                .show(ctx, |ui| toast_ui(ui, &shown.toast, widest));
            match area.inner {
                Some(Asked::Action) => chosen = Some(shown.id),
                Some(Asked::Close) => closed = Some(shown.id),
                None => {}
            }
            if let Some(until) = &mut shown.until {
                if area.response.contains_pointer() && shown.toast.seconds.is_some() {
                    *until = until.max(now + 2.0);
                }
                let left = *until - now;
                next_change = Some(next_change.map_or(left, |soonest: f64| soonest.min(left)));
            }
            up += area.response.rect.height() + theme.size.gap;
        }
        self.shown.retain(|shown| {
            let is_over = shown.until.is_some_and(|until| until <= now);
            !is_over && chosen != Some(shown.id) && closed != Some(shown.id)
        });
        if let Some(seconds) = next_change.filter(|seconds| *seconds < 1e6) {
            ctx.request_repaint_after_secs(seconds.max(0.0) as f32);
        }
        chosen
    }
}

/// Whether the person does something.
fn is_there(ctx: &Context) -> bool {
    ctx.input(|input| !input.events.is_empty() || input.pointer.is_moving())
}

enum Asked {
    Action,
    Close,
}

/// Of a text in one line.
fn text_width(ctx: &Context, toast: &Toast) -> f32 {
    let theme = theme_of(ctx);
    let font = egui::TextStyle::Body.resolve(&ctx.style_of(ctx.theme()));
    ctx.fonts_mut(|fonts| fonts.layout_no_wrap(toast.text.clone(), font, theme.color.text)).size().x
}

/// `widest` is the longest text of all that are there: they are equally wide.
fn toast_ui(ui: &mut Ui, toast: &Toast, widest: f32) -> Option<Asked> {
    let theme = theme(ui);
    let mut asked = None;
    let frame = theme.popup_frame().inner_margin(egui::Margin::symmetric(10, 7));
    let width = WIDTH.min(ui.ctx().content_rect().width() - 4.0 * theme.size.margin);
    frame.show(ui, |ui| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = theme.size.gap;
            let (icon_rect, _) =
                ui.allocate_exact_size(vec2(theme.size.icon, theme.size.button), egui::Sense::hover());
            toast.tone.icon().paint(ui.painter(), icon_rect.center(), toast.tone.color(theme));
            let action = toast.action.as_deref().map(TextButton::new);
            let action_width = action.map_or(0.0, |action| action.width(ui) + theme.size.gap);
            let buttons = action_width + theme.size.button;
            let most = width - buttons - theme.size.icon - 2.0 * theme.size.gap;
            let text = ui.scope(|ui| {
                ui.set_width(2.0 * (widest.min(most) / 2.0).ceil());
                ui.vertical(|ui| {
                    ui.add_space(5.0);
                    ui.label(&toast.text)
                })
                .inner
            });
            text.inner.widget_info(|| WidgetInfo::labeled(Role::Status, true, &toast.text));
            ui.ctx().accesskit_node_builder(text.inner.id, |node| {
                node.set_live(egui::accesskit::Live::Polite);
            });
            if action.is_some_and(|action| action.show(ui).clicked()) {
                asked = Some(Asked::Action);
            }
            let close = IconButton::new(Icon::Close, "Close").color(theme.color.muted);
            if close.show(ui).clicked() {
                asked = Some(Asked::Close);
            }
        });
    });
    asked
}
