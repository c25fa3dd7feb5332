//! Calls: the server and method that the document in front is sent to, and what came of it.
//!
//! - `head`: server, method, Send; `status`: the line that says how it stands
//! - `timeline`: what happened in the call in front; `settings`: everything else about a call;
//!   `list`: the calls of this session and before; `requests`: those that are kept as files;
//!   `bar`, `columns`: what is below both lists and in their rows

mod bar;
mod columns;
mod head;
mod list;
mod requests;
mod server;
mod settings;
mod settings_fields;
mod status;
mod timeline;

use crate::app::{Action, CallAct, CallId, FormField, State, TimelineRow};
use crate::ui::theme::{Theme, theme};
use crate::ui::widgets::{RowListState, Segment};
use egui::{Layout, Ui, UiBuilder};
use std::path::PathBuf;

/// What the pane remembers between frames.
#[derive(Default)]
pub struct CallView {
    part: Part,
    timeline: RowListState,
    /// The row that was picked, of the call that it is of.
    picked: Option<(CallId, TimelineRow)>,
    /// How many rows and let-go messages the timeline had when it was last drawn.
    seen: Option<(CallId, u64, u64)>,
    calls: RowListState,
    requests: RowListState,
    /// By the file of its text.
    picked_request: Option<PathBuf>,
    /// Their list had the keyboard in the last frame.
    has_requests_focus: bool,
    server: server::Completion,
    /// How it stood in the last frame.
    seen_call: Option<SeenCall>,
    /// This field is to get the keyboard in this frame.
    wanted: Option<FormField>,
    /// The settings were below the head in the last frame.
    had_settings: bool,
    /// The name that the fields are to be saved as.
    profile_name: String,
    /// Typed secrets go into the system keyring with the profile.
    keeps_in_keyring: bool,
    /// The secret that is to be typed, as the settings had it in the last frame.
    asked: Option<settings::Asked>,
    /// Settings whose values a person asked to see.
    shows_secrets: bool,
}

#[derive(Clone, Copy)]
struct SeenCall {
    is_shown: bool,
    n_begun: u64,
    n_refused: u64,
}

/// What is below the head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Timeline,
    Settings,
    Calls,
    Requests,
}

const PARTS: [(Part, &str); 4] = [
    (Part::Timeline, "Timeline"),
    (Part::Settings, "Settings"),
    (Part::Calls, "Calls"),
    (Part::Requests, "Saved"),
];

/// Points that the choice of the parts takes.
pub const PARTS_WIDTH: f32 = 290.0;

impl CallView {
    /// Whether the pane was just asked for, a call was just made, or nothing was sent.
    pub fn comes_forward(&mut self, state: &State) -> bool {
        let calls = &state.calls;
        let is_shown = state.settings.show_call;
        let now = SeenCall { is_shown, n_begun: calls.n_begun, n_refused: calls.n_refused };
        let Some(before) = self.seen_call.replace(now) else { return false };
        let is_shown = is_shown && !before.is_shown;
        let is_made = before.n_begun != now.n_begun;
        let is_refused = before.n_refused != now.n_refused;
        if is_made {
            self.part = Part::Timeline;
        }
        if is_refused {
            self.wanted = calls.refused.as_ref().and_then(|refused| refused.field);
            if self.wanted.is_some_and(|field| field != FormField::Endpoint) {
                self.part = Part::Settings;
            }
        } else if is_shown {
            self.wanted = Some(FormField::Endpoint);
        }
        is_shown || is_made || is_refused
    }
}

/// The choice of what is below the head; stands over the pane.
pub fn parts_ui(ui: &mut Ui, view: &mut CallView, actions: &mut Vec<Action>) {
    let titles = PARTS.map(|(_, title)| title);
    let taken = PARTS.iter().position(|(part, _)| *part == view.part);
    if let Some(idx) = Segment::new("What is shown of calls", &titles).show(ui, taken) {
        view.part = PARTS[idx].0;
        ui.ctx().request_repaint();
        if view.part == Part::Requests {
            // Others write into the folder too.
            actions.push(Action::Call(CallAct::ListRequests));
        }
    }
}

/// Points that the part below a whole head needs; where they are not there, the head has one line.
const LEAST_BODY: f32 = 128.0;

/// Whether a narrow pane is too low for its whole head over any part but the timeline.
fn is_low(theme: &Theme, height: f32, width: f32, has_parts: bool) -> bool {
    // Server, method, state, and the choice of the parts.
    let n_lines = if has_parts { 4.0 } else { 3.0 };
    let head = n_lines * (theme.size.field + theme.size.gap_small) + theme.size.gap_small;
    width < head::WIDE && height < head + LEAST_BODY
}

/// `has_parts` draws the choice of the parts here, where there is no room over the pane.
pub fn call_ui(ui: &mut Ui, state: &State, has_parts: bool, view: &mut CallView, actions: &mut Vec<Action>) {
    let theme = theme(ui);
    view.has_requests_focus = false;
    let mut form = state.calls.form.clone();
    let errors = state.calls.errors(&form);
    let has_settings = view.part == Part::Settings;
    let had_settings = std::mem::replace(&mut view.had_settings, has_settings);
    if !has_settings {
        view.asked = None;
    } else if !had_settings && view.wanted.is_none() {
        let mut of_settings = errors.iter().map(|error| error.field);
        view.wanted = of_settings.find(|field| *field != FormField::Endpoint);
    }
    let all = ui.available_rect_before_wrap();
    let head = all.shrink2(egui::vec2(theme.size.margin, theme.size.gap_small));
    let is_low = is_low(theme, all.height(), head.width(), has_parts);
    let leads_to_server = view.wanted == Some(FormField::Endpoint) && state.calls.refused.is_some();
    if is_low && leads_to_server && view.part != Part::Settings {
        // No other part has the server in view.
        view.part = Part::Timeline;
    }
    let is_low = is_low && view.part != Part::Timeline;
    let builder =
        UiBuilder::new().id_salt("call head").max_rect(head).layout(Layout::top_down(egui::Align::Min));
    let mut top = ui.new_child(builder);
    top.spacing_mut().item_spacing = egui::vec2(theme.size.gap, theme.size.gap_small);
    if is_low {
        head::low_head_ui(&mut top, state, &errors, actions);
    } else {
        head::head_ui(&mut top, state, &mut form, &errors, view, actions);
        status::status_ui(&mut top, state, &errors);
    }
    if has_parts {
        parts_ui(&mut top, view, actions);
    }
    let below_head = if is_low { theme.size.gap_small / 2.0 } else { theme.size.gap_small };
    let line = (top.min_rect().bottom() + below_head).round();
    ui.painter().hline(all.x_range(), line, theme.line());
    let rest = all.with_min_y(line + theme.size.line);
    let mut below = ui.new_child(UiBuilder::new().id_salt("call body").max_rect(rest));
    below.shrink_clip_rect(rest);
    match view.part {
        Part::Timeline => timeline::timeline_ui(&mut below, state, view, actions),
        Part::Settings => settings::settings_ui(&mut below, state, &mut form, &errors, is_low, view, actions),
        Part::Calls => list::list_ui(&mut below, state, view, actions),
        Part::Requests => requests::requests_ui(&mut below, state, view, actions),
    }
    view.wanted = None;
    if form != state.calls.form {
        actions.push(Action::Call(CallAct::SetForm(Box::new(form))));
    }
}
