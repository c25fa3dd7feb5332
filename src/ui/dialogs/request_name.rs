//! The name of a request that is to be saved, or another one for a request that is.

use super::DialogView;
use super::frame::{buttons_ui, dialog, error_ui};
use crate::app::{Action, CallAct, State};
use crate::rpc::MethodPath;
use crate::ui::widgets::field::select_all;
use crate::ui::widgets::{TextField, visible_text};
use egui::{Context, Id, Key, Label};
use std::path::{Path, PathBuf};

pub fn request_name_ui(
    ctx: &Context,
    state: &State,
    renamed: Option<&PathBuf>,
    view: &mut DialogView,
    actions: &mut Vec<Action>,
) {
    let present = renamed.map(|path| stem(path));
    let id = Id::unique("the name of a request");
    let is_first = !std::mem::replace(&mut view.is_focused, true);
    if is_first && view.sent.is_none() {
        view.text = present.clone().unwrap_or_else(|| proposed(state));
    }
    let error = view.refusal(state).map(str::to_owned);
    let (title, verb) = match renamed {
        Some(_) => ("Rename the request", "Rename"),
        None => ("Save the request", "Save"),
    };
    let (pressed, is_closed) = dialog(ctx, title, 440.0, |ui| {
        let field = TextField::new("Name", &mut view.text).id(id).invalid(error.is_some()).show(ui);
        if is_first {
            field.request_focus();
            select_all(ctx, id, &view.text);
        }
        error_ui(ui, error.as_deref());
        let name = view.text.trim();
        if renamed.is_none()
            && let Some(folder) = &state.calls.requests.folder
        {
            let shown = if name.is_empty() { "NAME" } else { name };
            let text = format!(
                "Two files in {}: {shown}.bin with the message, and {shown}.request with server, method and \
                 settings. Secrets are not written.",
                folder.display()
            );
            ui.add(Label::new(egui::RichText::new(visible_text(&text)).weak()).wrap());
        }
        let reason = match () {
            () if name.is_empty() => Some("Give it a name first"),
            () if present.as_deref() == Some(name) => Some("This is the name it has"),
            () => None,
        };
        let pressed = buttons_ui(ui, &[(verb, reason), ("Cancel", None)]);
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        pressed.or((entered && reason.is_none()).then_some(0))
    });
    if pressed == Some(0) {
        view.send();
        let name = view.text.trim().to_owned();
        actions.push(Action::Call(match renamed {
            Some(path) => CallAct::RenameRequest { path: path.clone(), name },
            None => CallAct::StoreRequest { name, overwrite: false },
        }));
    } else if pressed.is_some() || is_closed {
        actions.push(Action::Dismiss);
    }
}

/// That of the document's file, or the method's.
fn proposed(state: &State) -> String {
    let path = state.active_tab().and_then(|tab| tab.path.as_deref());
    let method = state.calls.target.path().ok().map(|path: MethodPath| path.method);
    path.map(stem).or(method).unwrap_or_default()
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
