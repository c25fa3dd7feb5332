//! The pane left of the document: the schema.

use crate::app::{Action, State};
use crate::ui::panels::schema::schema_ui;
use crate::ui::theme::theme;
use crate::ui::view::{Asked, View};
use egui::{Frame, Panel, Ui};

/// Points that a page needs to be read, and that a narrow window leaves to the document.
pub(super) const LEAST: f32 = 260.0;
const LEAST_BESIDE: f32 = 640.0;

pub fn left_ui(ui: &mut Ui, state: &State, view: &mut View, asked: &mut Asked, actions: &mut Vec<Action>) {
    view.schema.wants_filter |= std::mem::take(&mut asked.focus_filter);
    let frame = Frame::new().fill(theme(ui).color.surface_1);
    let most = (ui.available_width() - LEAST_BESIDE).max(LEAST);
    let View { schema, layout, .. } = view;
    let wanted = layout.schema_width.clamp(LEAST, most);
    let range = super::size_range(ui, wanted, LEAST..=most);
    let panel = Panel::left("schema").frame(frame).resizable(true).size_range(range);
    let panel = panel.default_size(wanted).show(ui, |ui| {
        schema_ui(ui, state, schema, &mut layout.schema_list_height, asked, actions);
    });
    super::keep_size(&mut layout.schema_width, wanted, panel.response.rect.width());
}
