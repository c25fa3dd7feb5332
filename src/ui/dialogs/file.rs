//! Asking for a file: the system's dialog on a thread, or our own path field where there is none.
//!
//! Without a portal the system's dialog answers "nothing" within milliseconds, which no person
//! can: then, and when a person asks for it, the path field opens.

use crate::app::{Action, CallAct, FileDialog, FormField, State};
use crate::format::FORMATS;
use crate::ui::widgets::{PathField, PathFieldResponse, PathFieldState};
use egui::Context;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

/// An answer faster than this was not given by a person.
const NO_PERSON: Duration = Duration::from_millis(400);

/// How a file is being asked for.
#[derive(Default)]
pub enum FileAsk {
    #[default]
    Unasked,
    /// The system's dialog is open.
    System {
        answer: Receiver<Option<PathBuf>>,
        since: Instant,
    },
    Typed(PathFieldState, Option<String>),
}

/// Whether the system is asked at all: not in tests and pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wants {
    title: &'static str,
    verb: &'static str,
    is_save: bool,
}

fn wants(dialog: &FileDialog) -> Wants {
    let wants = |title, verb, is_save| Wants { title, verb, is_save };
    match dialog {
        FileDialog::Open => wants("Open a message", "Open", false),
        FileDialog::SaveAs { .. } => wants("Save as", "Save", true),
        FileDialog::Export { format, .. } if format == "json" => wants("Export as JSON", "Export", true),
        FileDialog::Export { .. } => wants("Export", "Export", true),
        FileDialog::BytesToFile { .. } => wants("Write the bytes to a file", "Write", true),
        FileDialog::PayloadFromFile { .. } => wants("Read the bytes from a file", "Read", false),
        FileDialog::ImportRoot => wants("Choose a root folder of imports", "Use this folder", false),
        FileDialog::RequestsFolder => wants("Choose the folder of requests", "Use this folder", false),
        FileDialog::OfCall(FormField::Key) => wants("Choose the client's private key", "Use", false),
        FileDialog::OfCall(FormField::Certificate) => wants("Choose the client's certificate", "Use", false),
        FileDialog::OfCall(_) => wants("Choose the certificates to trust", "Use", false),
        FileDialog::Schema { is_folder: false } => wants("Add a schema", "Add", false),
        FileDialog::Schema { is_folder: true } => wants("Add a folder of .proto files", "Add", false),
    }
}

pub fn file_ui(
    ctx: &Context,
    state: &State,
    dialog: &FileDialog,
    ask: &mut FileAsk,
    actions: &mut Vec<Action>,
) {
    let wants = wants(dialog);
    match ask {
        FileAsk::Unasked => {
            *ask = asked(ctx, state, dialog, wants);
            ask_listing(ctx, ask, actions);
        }
        FileAsk::System { answer, since } => match answer.try_recv() {
            Ok(Some(path)) => {
                actions.push(Action::Dismiss);
                actions.extend(action(dialog, path, true));
            }
            Ok(None) | Err(TryRecvError::Disconnected) if since.elapsed() < NO_PERSON => {
                *ask = typed(state, dialog);
                ask_listing(ctx, ask, actions);
            }
            Ok(None) | Err(TryRecvError::Disconnected) => actions.push(Action::Dismiss),
            Err(TryRecvError::Empty) => {}
        },
        FileAsk::Typed(field, error) => typed_ui(ctx, state, dialog, wants, field, error, actions),
    }
}

/// Asks what stands beside the path that is proposed.
fn ask_listing(ctx: &Context, ask: &FileAsk, actions: &mut Vec<Action>) {
    if let FileAsk::Typed(field, _) = ask {
        ctx.request_repaint();
        actions.push(Action::ListFolder(local_path(&field.path)));
    }
}

/// Pictures and tests have no desktop to ask; they say so through the context.
pub fn without_system_dialogs(ctx: &Context) {
    ctx.data_mut(|data| data.insert_temp(egui::Id::unique("no system dialogs"), true));
}

/// Whether a folder is what is asked for.
fn is_of_folders(dialog: &FileDialog) -> bool {
    matches!(
        dialog,
        FileDialog::Schema { is_folder: true } | FileDialog::ImportRoot | FileDialog::RequestsFolder
    )
}

fn asked(ctx: &Context, state: &State, dialog: &FileDialog, wants: Wants) -> FileAsk {
    let is_without = ctx.data(|data| data.get_temp::<bool>(egui::Id::unique("no system dialogs")));
    if is_without == Some(true) {
        return typed(state, dialog);
    }
    let (sender, answer) = sync_channel(1);
    let (folder, name) = proposed(state, dialog);
    let is_folder = is_of_folders(dialog);
    let wake = ctx.clone();
    let thread = std::thread::Builder::new().name("file dialog".to_owned()).spawn(move || {
        let mut system = rfd::FileDialog::new().set_title(wants.title);
        if let Some(folder) = folder {
            system = system.set_directory(folder);
        }
        let path = match (wants.is_save, is_folder) {
            (true, _) => system.set_file_name(name).save_file(),
            (false, true) => system.pick_folder(),
            (false, false) => system.pick_file(),
        };
        let _gone = sender.send(path);
        wake.request_repaint();
    });
    match thread {
        Ok(_) => FileAsk::System { answer, since: Instant::now() },
        Err(_) => typed(state, dialog),
    }
}

/// Where the dialog starts: a folder, and a name for what is to be written.
fn proposed(state: &State, dialog: &FileDialog) -> (Option<PathBuf>, String) {
    let tab = match dialog {
        FileDialog::SaveAs { tab } | FileDialog::Export { tab, .. } => state.tab(*tab),
        _ => state.active_tab(),
    };
    let named = match dialog {
        FileDialog::OfCall(field) => Some(Path::new(state.calls.form.file_of(*field))),
        _ => None,
    };
    let named = named.filter(|path| path.parent().is_some_and(|folder| !folder.as_os_str().is_empty()));
    let path = named.or(tab.and_then(|tab| tab.path.as_deref()));
    let recent = state.settings.recent.first().map(PathBuf::as_path);
    let folder = path.or(recent).and_then(Path::parent).map(Path::to_path_buf);
    let folder = folder.or_else(|| std::env::current_dir().ok());
    let title = tab.map_or("message", |tab| tab.title.as_str()).to_lowercase().replace(' ', "-");
    let stem = title.strip_suffix(".bin").unwrap_or(&title).to_owned();
    let name = match dialog {
        FileDialog::Open
        | FileDialog::PayloadFromFile { .. }
        | FileDialog::ImportRoot
        | FileDialog::RequestsFolder
        | FileDialog::OfCall(_)
        | FileDialog::Schema { .. } => String::new(),
        FileDialog::SaveAs { .. } => format!("{stem}.bin"),
        FileDialog::Export { format, .. } => {
            let known = FORMATS.iter().find(|known| known.name == format);
            format!("{stem}.{}", known.map_or("txt", |known| known.extension))
        }
        FileDialog::BytesToFile { range } => format!("{stem}-{:x}.bin", range.start),
    };
    (folder, name)
}

fn typed(state: &State, dialog: &FileDialog) -> FileAsk {
    let (folder, name) = proposed(state, dialog);
    let start = match (folder, name.as_str()) {
        // Recent files are offered while nothing is typed.
        (Some(folder), "") if state.settings.recent.is_empty() => format!("{}/", folder.display()),
        (_, "") => String::new(),
        (Some(folder), name) => folder.join(name).display().to_string(),
        (None, name) => name.to_owned(),
    };
    FileAsk::Typed(PathFieldState::new(start), None)
}

fn typed_ui(
    ctx: &Context,
    state: &State,
    dialog: &FileDialog,
    wants: Wants,
    field: &mut PathFieldState,
    error: &mut Option<String>,
    actions: &mut Vec<Action>,
) {
    let recent: Vec<String> = state.settings.recent.iter().map(|path| path.display().to_string()).collect();
    let completions = completions(state, dialog, &field.path);
    let shown = PathField {
        title: wants.title,
        verb: wants.verb,
        completions: &completions,
        recent: if wants.is_save { &[] } else { &recent },
        error: error.as_deref(),
        is_of_folders: is_of_folders(dialog),
    };
    match shown.show(ctx, field) {
        PathFieldResponse::Open => {}
        PathFieldResponse::Closed => actions.push(Action::Dismiss),
        PathFieldResponse::Changed => {
            *error = None;
            actions.push(Action::ListFolder(local_path(&field.path)));
        }
        PathFieldResponse::Chosen(path) => {
            actions.push(Action::Dismiss);
            // A person who types a path has not been asked yet whether to replace what is there.
            actions.extend(action(dialog, local_path(&path), false));
        }
    }
}

fn completions(state: &State, dialog: &FileDialog, typed: &str) -> Vec<String> {
    let Some(listing) = &state.listing else { return Vec::new() };
    if listing.prefix != local_path(typed) {
        return Vec::new();
    }
    let wanted = listing.found.iter().filter(|(_, is_folder)| *is_folder || !is_of_folders(dialog));
    let mut wanted: Vec<_> = wanted.collect();
    wanted.sort_by_key(|(path, is_folder)| (!*is_folder, !is_likely(dialog, path)));
    let shown = wanted.into_iter().map(|(path, is_folder)| {
        let slash = if *is_folder { "/" } else { "" };
        format!("{}{slash}", path.display())
    });
    shown.collect()
}

/// Whether a file has the ending of what is asked for.
fn is_likely(dialog: &FileDialog, path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    match dialog {
        FileDialog::Schema { .. } => {
            ["proto", "binpb", "pb", "desc", "protoset", "fds", "zip", "jar"].contains(&ending)
        }
        _ => true,
    }
}

/// A path as typed or pasted: `file://` addresses, quotes and `~` are understood.
fn local_path(text: &str) -> PathBuf {
    let text = text.trim().trim_matches(['"', '\'']);
    let text = text.strip_prefix("file://").unwrap_or(text);
    if let (Some(rest), Some(home)) = (text.strip_prefix("~/"), std::env::var_os("HOME")) {
        return PathBuf::from(home).join(rest);
    }
    PathBuf::from(text)
}

fn action(dialog: &FileDialog, path: PathBuf, overwrite: bool) -> Option<Action> {
    Some(match dialog.clone() {
        FileDialog::Open => Action::Open(vec![path]),
        FileDialog::Schema { .. } => Action::AddSchema(vec![path]),
        FileDialog::ImportRoot => Action::AddImportRoot(path),
        FileDialog::OfCall(field) => Action::Call(CallAct::NameFile { field, path }),
        FileDialog::RequestsFolder => Action::Call(CallAct::SetRequestsFolder(Some(path))),
        FileDialog::SaveAs { tab } => Action::SaveAs { tab, path, overwrite },
        FileDialog::Export { tab, format, part } => Action::Export { tab, path, format, part, overwrite },
        FileDialog::BytesToFile { range } => Action::BytesToFile { range, path, overwrite },
        FileDialog::PayloadFromFile { row } => Action::PayloadFromFile { row, path },
    })
}

#[cfg(test)]
mod tests {
    use super::local_path;
    use std::path::Path;

    #[test]
    fn pasted_paths_are_understood() {
        for text in ["/tmp/a.bin", " /tmp/a.bin\n", "file:///tmp/a.bin", "\"/tmp/a.bin\""] {
            assert_eq!(local_path(text), Path::new("/tmp/a.bin"));
        }
    }
}
