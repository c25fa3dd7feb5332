//! Work under way as panes and the status bar tell of it: how much is done, and a way to stop it.

use super::size_text;
use crate::app::{Content, Running, State};
use crate::ui::theme::theme;
use crate::ui::view::{Beside, View};
use crate::ui::widgets::progress_ui;
use egui::{Align, Layout, Ui, vec2};

const PAGE_WIDTH: f32 = 460.0;

/// One line; true when the person asks to stop.
pub fn under_way_ui(ui: &mut Ui, label: &str, running: Option<&Running>) -> bool {
    let amount = running.map(amount_of).unwrap_or_default();
    progress_ui(ui, label, &amount, running.and_then(share_of), true)
}

/// The same in the middle of a page that there is nothing else on.
pub fn page_under_way_ui(ui: &mut Ui, label: &str, running: Option<&Running>) -> bool {
    ui.add_space(ui.available_height() * 0.4);
    let centered = Layout::top_down(Align::Center);
    ui.with_layout(centered, |ui| {
        let margins = 2.0 * theme(ui).size.margin;
        let size = vec2((ui.available_width() - margins).min(PAGE_WIDTH), 40.0);
        ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| under_way_ui(ui, label, running))
            .inner
    })
    .inner
}

/// `12 MiB of 96 MiB`; empty as long as it is not known.
pub fn amount_of(running: &Running) -> String {
    let Running { n_done, n_total, in_bytes, .. } = *running;
    match (n_total, in_bytes) {
        (0, true) if 0 < n_done || running.has_no_end => format!("{} so far", size_text(n_done)),
        (0, _) => String::new(),
        (total, true) => format!("{} of {}", size_text(n_done), size_text(total)),
        (total, false) => format!("{} %", 100 * n_done / total),
    }
}

/// From 0 to 1; `None` if there is no telling.
pub fn share_of(running: &Running) -> Option<f32> {
    let Running { n_done, n_total, .. } = *running;
    (0 < n_total).then(|| (n_done as f64 / n_total as f64) as f32)
}

/// Whether the page or the pane in front tells of this job.
pub fn is_told_in_front(running: &Running, state: &State, view: &View) -> bool {
    let job = running.job;
    let Some(tab) = state.active_tab() else { return false };
    match &tab.content {
        Content::Opening { job: opening, .. } => *opening == job,
        Content::Failed { .. } => false,
        Content::Open(open) => {
            let filter = &open.filter;
            let is_filter = filter.running == Some(job) && filter.kind.is_outline();
            let is_search = open.search.running == Some(job) && open.search.is_listed;
            is_filter && filter.places.is_empty() || is_search && view.beside == Beside::Results
        }
    }
}
