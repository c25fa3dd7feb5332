//! The key of a new map entry.

use super::DialogView;
use super::frame::{buttons_ui, dialog, error_ui};
use crate::app::{Action, State};
use crate::document::value::parse_value;
use crate::document::{Entry, RowId};
use crate::schema::{FieldDescriptor, Kind, kind_name};
use crate::ui::widgets::TextField;
use crate::ui::widgets::field::select_all;
use egui::{Context, Id, Key};

pub fn map_key_ui(
    ctx: &Context,
    state: &State,
    row: RowId,
    view: &mut DialogView,
    actions: &mut Vec<Action>,
) {
    let map = state.active_document().and_then(|open| open.row(row)).and_then(|row| map_of(&row.entry));
    let Some((map, key)) = map else {
        actions.push(Action::Dismiss);
        return;
    };
    let error = parse_value(&key, &view.text).err().map(|error| error.to_string());
    let title = format!("New entry of {}", map.name());
    let (pressed, is_closed) = dialog(ctx, &title, 400.0, |ui| {
        ui.weak(format!("Its key, a {}", kind_name(&key)));
        let refused = view.refusal(state).map(str::to_owned);
        let shown = error.as_deref().filter(|_| !view.text.is_empty()).or(refused.as_deref());
        let id = Id::unique("map key");
        let field = TextField::new("Key", &mut view.text).id(id).mono().invalid(shown.is_some()).show(ui);
        if !std::mem::replace(&mut view.is_focused, true) {
            field.request_focus();
            select_all(ctx, id, &view.text);
        }
        error_ui(ui, shown);
        let reason = error.as_deref().or(refused.as_deref()).map(|_| "This cannot be its key");
        let pressed = buttons_ui(ui, &[("Add", reason), ("Cancel", None)]);
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if entered && reason.is_some() {
            field.request_focus();
        }
        pressed.or((entered && reason.is_none()).then_some(0))
    });
    if pressed.is_some_and(|pressed| pressed != 0) || is_closed {
        actions.push(Action::Dismiss);
    }
    if pressed == Some(0) {
        // Closes the dialog unless the map has the key.
        view.send();
        actions.push(Action::AddElement { row, key: Some(view.text.clone()) });
    }
}

/// The map that a row is, or is an entry of, and the kind of its keys.
fn map_of(entry: &Entry) -> Option<(FieldDescriptor, Kind)> {
    let field = entry.field().filter(|field| field.is_map())?.clone();
    let Kind::Message(message) = field.kind() else { return None };
    let key = message.get_field(1)?.kind();
    Some((field, key))
}
