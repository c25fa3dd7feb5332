//! The field for the server, completed from those that something was sent to or that replies named.

use crate::app::{CallForm, FieldError, FormField, State};
use crate::ui::fonts;
use crate::ui::theme::{Theme, theme_of};
use crate::ui::widgets::{Elide, TextField, cell_elided};
use egui::{
    Align, Id, Key, Modifiers, Popup, PopupCloseBehavior, Response, Role, Sense, Ui, WidgetInfo, vec2,
};

/// Offers that are shown.
const MAX_OFFERS: usize = 8;

/// How far completing is.
#[derive(Default)]
pub struct Completion {
    picked: Option<usize>,
    /// The pointer was over the offers.
    is_over: bool,
    is_open: bool,
    /// Esc closed them until the text changes.
    is_declined: bool,
}

pub fn server_id() -> Id {
    Id::unique("the server of a call")
}

pub(super) fn server_ui(
    ui: &mut Ui,
    state: &State,
    form: &mut CallForm,
    errors: &[FieldError],
    width: f32,
    completion: &mut Completion,
) -> Response {
    let is_wrong = errors.iter().any(|error| error.field == FormField::Endpoint);
    let is_blank = form.endpoint.trim().is_empty();
    let offers = offers(state, &form.endpoint);
    let taken = completion.is_open.then(|| keys(ui, completion, &offers)).flatten();
    let field = TextField::new("Server", &mut form.endpoint)
        .hint("http://127.0.0.1:8081")
        .mono()
        .id(server_id())
        .width(width)
        .invalid(is_wrong && !is_blank)
        .show(ui);
    if field.changed() {
        (completion.picked, completion.is_declined) = (None, false);
    }
    let wants = field.has_focus() || (completion.is_open && completion.is_over);
    completion.is_open = wants && !offers.is_empty() && !completion.is_declined;
    if !field.has_focus() && !completion.is_over {
        completion.is_declined = false;
    }
    let clicked = if completion.is_open { offers_ui(&field, completion, &offers) } else { None };
    if let Some(offer) = taken.or(clicked).and_then(|idx| offers.get(idx)) {
        form.endpoint = offer.clone();
        *completion = Completion { is_declined: true, ..Completion::default() };
        field.request_focus();
        crate::ui::widgets::field::cursor_to_end(ui.ctx(), server_id(), &form.endpoint);
    }
    field
}

/// Servers that contain what is typed; all while nothing is.
fn offers(state: &State, text: &str) -> Vec<String> {
    let text = text.trim().to_lowercase();
    // Those that replies name come last, and are only offered.
    let named = state.calls.named.iter().filter(|named| !state.settings.endpoints.contains(named));
    let known = state.settings.endpoints.iter().chain(named);
    let fits = known.filter(|known| known.to_lowercase().contains(&text) && known.to_lowercase() != text);
    fits.take(MAX_OFFERS).cloned().collect()
}

/// ↑ ↓ pick, Enter takes, Esc closes.
fn keys(ui: &Ui, completion: &mut Completion, offers: &[String]) -> Option<usize> {
    if !ui.memory(|memory| memory.has_focus(server_id())) {
        return None;
    }
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let last = offers.len().saturating_sub(1);
    if pressed(Key::ArrowDown) {
        completion.picked = Some(completion.picked.map_or(0, |picked| (picked + 1).min(last)));
    }
    if pressed(Key::ArrowUp) {
        completion.picked = completion.picked.and_then(|picked| picked.checked_sub(1));
    }
    if pressed(Key::Escape) {
        completion.is_declined = true;
    }
    completion.picked.filter(|_| pressed(Key::Enter))
}

/// Right under the field, each address under what is typed.
fn offers_ui(field: &Response, completion: &mut Completion, offers: &[String]) -> Option<usize> {
    let mut clicked = None;
    let theme = theme_of(&field.ctx);
    let pad = theme.size.gap / 2.0;
    let line = theme.size.line;
    let popup = Popup::from_response(field)
        .id(server_id().with("offers"))
        .open(true)
        .close_behavior(PopupCloseBehavior::IgnoreClicks)
        .frame(theme.popup_frame().inner_margin(pad - line))
        .show(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.set_width(field.rect.width() - 2.0 * pad);
            for (idx, offer) in offers.iter().enumerate() {
                if offer_ui(ui, theme, pad, offer, completion.picked == Some(idx)) {
                    clicked = Some(idx);
                }
            }
        });
    completion.is_over = popup.is_some_and(|popup| popup.response.contains_pointer());
    clicked
}

fn offer_ui(ui: &mut Ui, theme: &Theme, pad: f32, offer: &str, is_picked: bool) -> bool {
    let size = vec2(ui.available_width(), theme.size.row);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    if is_picked || response.hovered() {
        ui.painter().rect_filled(rect, theme.size.radius, theme.color.pressed);
    }
    let mono = fonts::mono(theme.size.text_mono);
    let at = rect.shrink2(vec2(pad, 0.0));
    let shown = cell_elided(ui.painter(), at, offer, &mono, theme.color.text, Align::Min, Elide::Middle);
    shown.full_text_on_hover(ui, &response, || offer.to_owned());
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, is_picked, offer));
    response.clicked()
}
