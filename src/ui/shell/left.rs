//! The pane left of the document: the schema.

use crate::app::{Action, State};
use crate::ui::panels::schema::schema_ui;
use crate::ui::theme::theme;
use crate::ui::view::{Asked, View};
use egui::{Frame, Panel, Ui};

/// Points that a page needs to be read, and that a narrow window leaves to the document.
const LEAST: f32 = 260.0;
const LEAST_BESIDE: f32 = 640.0;

pub fn left_ui(ui: &mut Ui, state: &State, view: &mut View, asked: &mut Asked, actions: &mut Vec<Action>) {
    if !state.settings.show_schema {
        return;
    }
    view.schema.wants_filter |= std::mem::take(&mut asked.focus_filter);
    let frame = Frame::new().fill(theme(ui).color.surface_1);
    let most = (ui.available_width() - LEAST_BESIDE).max(LEAST);
    let panel = Panel::left("schema").frame(frame).resizable(true).size_range(LEAST..=most);
    let View { schema, layout, .. } = view;
    let panel = panel.default_size(layout.schema_width.min(most)).show(ui, |ui| {
        schema_ui(ui, state, schema, &mut layout.schema_list_height, asked, actions);
    });
    layout.schema_width = panel.response.rect.width();
}
