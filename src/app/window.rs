//! Panes, sizes, theme and dialogs.

use super::action::{Dialog, Layout, Pane};
use super::session::Session;
use super::settings::{MAX_ZOOM, MIN_ZOOM, Settings};

impl Session {
    pub(super) fn show(&mut self, dialog: Dialog) {
        self.state.refusal = None;
        self.state.dialog = Some(dialog);
    }

    pub(super) fn dismiss(&mut self) {
        self.state.refusal = None;
        match self.state.dialog.take() {
            // Whoever closes a question does not want what it was about.
            Some(Dialog::Question(_) | Dialog::File(_)) => self.after_save.clear(),
            Some(Dialog::Differences) => self.leave_differences(),
            _ => {}
        }
    }

    /// A file was chosen.
    pub(super) fn leave_file_dialog(&mut self) {
        if let Some(Dialog::File(_)) = self.state.dialog {
            self.state.dialog = None;
        }
    }

    pub(super) fn toggle_pane(&mut self, pane: Pane) {
        let shown = self.pane(pane);
        *shown = !*shown;
    }

    pub(super) fn show_pane(&mut self, pane: Pane) {
        *self.pane(pane) = true;
    }

    fn pane(&mut self, pane: Pane) -> &mut bool {
        let settings = &mut self.state.settings;
        match pane {
            Pane::Schema => &mut settings.show_schema,
            Pane::Inspector => &mut settings.show_inspector,
            Pane::Hex => &mut settings.show_hex,
            Pane::Data => &mut settings.show_data,
            Pane::Problems => &mut settings.show_problems,
            Pane::History => &mut settings.show_history,
            Pane::Call => &mut settings.show_call,
        }
    }

    pub(super) fn reset_panes(&mut self) {
        let before = std::mem::take(&mut self.state.settings);
        let arrangement = Settings::default();
        self.state.settings = Settings {
            theme: before.theme,
            zoom: before.zoom,
            recent: before.recent,
            endpoints: before.endpoints,
            open: before.open,
            window: before.window,
            types: before.types,
            readings: before.readings,
            sources: before.sources,
            type_sources: before.type_sources,
            requests: before.requests,
            reduce_motion: before.reduce_motion,
            ..arrangement
        };
    }

    pub(super) fn zoom(&mut self, steps: i32) {
        let zoom = &mut self.state.settings.zoom;
        *zoom = match steps {
            0 => 100,
            steps => zoom.saturating_add_signed(steps.saturating_mul(10)).clamp(MIN_ZOOM, MAX_ZOOM),
        };
    }

    pub(super) fn arrange(&mut self, layout: Layout) {
        let settings = &mut self.state.settings;
        let Layout { inspector_width, bottom_height, schema, tree_columns, window } = layout;
        if let Some(width) = inspector_width {
            settings.inspector_width = width;
        }
        if let Some(height) = bottom_height {
            settings.bottom_height = height;
        }
        if let Some((width, list_height)) = schema {
            (settings.schema_width, settings.schema_list_height) = (width, list_height);
        }
        if let Some(columns) = tree_columns {
            settings.tree_columns = columns;
        }
        settings.window = window.or(settings.window);
    }
}
