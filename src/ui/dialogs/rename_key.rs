//! Another key for a map entry.

use super::DialogView;
use super::frame::{buttons_ui, dialog, error_ui};
use crate::app::{Action, OpenDocument, State};
use crate::document::value::parse_value;
use crate::document::{Entry, MapKey, Meaning, ReadMode, Reader, RowId, SMALL_WINDOW, read_key};
use crate::schema::{FieldDescriptor, Kind, kind_name};
use crate::ui::widgets::TextField;
use crate::ui::widgets::field::select_all;
use egui::{Context, Id, Key};

pub fn rename_key_ui(
    ctx: &Context,
    state: &State,
    row: RowId,
    view: &mut DialogView,
    actions: &mut Vec<Action>,
) {
    let Some((map, kind, present)) = state.active_document().and_then(|open| key_of(open, row)) else {
        actions.push(Action::Dismiss);
        return;
    };
    let id = Id::unique("another key");
    let is_first = !std::mem::replace(&mut view.is_focused, true);
    if is_first && view.sent.is_none() {
        view.text = present.clone();
    }
    let error = parse_value(&kind, &view.text).err().map(|error| error.to_string());
    let error = error.or_else(|| view.refusal(state).map(str::to_owned));
    let title = format!("Rename a key of {}", map.name());
    let (pressed, is_closed) = dialog(ctx, &title, 400.0, |ui| {
        ui.weak(format!("A new key of kind {}; the value stays", kind_name(&kind)));
        let field = TextField::new("Key", &mut view.text).id(id).mono().invalid(error.is_some()).show(ui);
        if is_first {
            field.request_focus();
            select_all(ctx, id, &view.text);
        }
        error_ui(ui, error.as_deref());
        let is_same = view.text == present;
        let reason = match () {
            () if error.is_some() => Some("This cannot be its key"),
            () if is_same => Some("This is the key it has"),
            () => None,
        };
        let pressed = buttons_ui(ui, &[("Rename", reason), ("Cancel", None)]);
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if entered && reason.is_some() {
            field.request_focus();
        }
        pressed.or((entered && reason.is_none()).then_some(0))
    });
    if pressed == Some(0) {
        // Closes the dialog unless the map has the key.
        view.send();
        actions.push(Action::RenameKey { row, key: view.text.clone() });
    } else if pressed.is_some() || is_closed {
        actions.push(Action::Dismiss);
    }
}

/// The map that the row is an entry of, the kind of its keys, and the entry's key as text.
fn key_of(open: &OpenDocument, row: RowId) -> Option<(FieldDescriptor, Kind, String)> {
    let Entry::Record { at, meaning: Meaning::Field(map), .. } = open.row(row)?.entry else { return None };
    let Kind::Message(entry) = map.kind() else { return None };
    let kind = entry.get_field(1).filter(|_| map.is_map())?.kind();
    let mut reader = Reader::new(open.document.snapshot(), ReadMode::Cached, SMALL_WINDOW);
    let key = read_key(&mut reader, at.payload(), &kind).ok()?;
    let text = match key {
        Some(MapKey::Text(text)) => String::from_utf8_lossy(&text).into_owned(),
        Some(MapKey::Integer(number)) => number.to_string(),
        Some(MapKey::Bool(key)) => key.to_string(),
        None => String::new(),
    };
    Some((map, kind, text))
}
