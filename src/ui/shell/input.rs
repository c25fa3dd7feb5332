//! Keys, pasted text and dropped files that belong to no pane.

use super::held::Held;
use crate::app::{Action, ByteAct, Command, OpenDocument, Pane, State};
use crate::ui::keys;
use crate::ui::view::Asked;
use egui::{Context, Event, ViewportCommand};

/// Frames that the window system may take to hand over the clipboard.
const CLIPBOARD_FRAMES: u8 = 4;

const NOT_IN_BYTES: &str =
    "Ctrl+A selects all bytes once the bytes have the keyboard: Ctrl+B gives it to them";

/// What has the keyboard, as far as it matters to the clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keyboard {
    Records,
    Bytes,
    /// A reading of the bytes at the cursor, with this text.
    Reading(String),
}

/// Turns what reached the window as a whole into actions.
pub fn input(
    ctx: &Context,
    state: &State,
    keyboard: Keyboard,
    held: &mut Held,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    let as_document = asked.paste_as_document > 0;
    asked.paste_as_document = asked.paste_as_document.saturating_sub(1);
    let dropped: Vec<_> =
        ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_path_buf()).collect());
    if !dropped.is_empty() {
        actions.push(Action::Open(dropped));
    }
    if state.dialog.is_some() {
        return;
    }
    if !ctx.text_edit_focused() {
        clipboard(ctx, state, &keyboard, as_document, asked, actions);
    }
    let before = ctx.input(|input| input.events.clone());
    let mut leads_elsewhere = false;
    for command in keys::pressed(ctx) {
        // Typing would go over all of them, unasked by whoever looks at the tree.
        if command == Command::SelectAllBytes && keyboard != Keyboard::Bytes {
            asked.refusal = Some(NOT_IN_BYTES);
            continue;
        }
        let action = command.resolve(state);
        leads_elsewhere |= matches!(action, Ok(Action::Show(_)))
            || (action.is_ok()
                && matches!(command, Command::Find | Command::FindDeclaration | Command::EditValue));
        asked.run(ctx, command, action, actions);
    }
    if leads_elsewhere {
        held.hold_behind(ctx, &before);
    }
}

/// The window system turns Ctrl+C, Ctrl+X and Ctrl+V into events of their own.
fn clipboard(
    ctx: &Context,
    state: &State,
    keyboard: &Keyboard,
    as_document: bool,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    for event in ctx.input(|input| input.events.clone()) {
        match event {
            Event::Paste(text) if as_document => {
                asked.paste_as_document = 0;
                actions.push(Action::PasteAsDocument(text));
            }
            Event::Paste(text) if *keyboard == Keyboard::Bytes => {
                actions.push(Action::Bytes(ByteAct::Put(text)))
            }
            Event::Paste(text) => actions.push(Action::Paste(text)),
            Event::Copy | Event::Cut => {
                let command = if event == Event::Copy { Command::Copy } else { Command::Cut };
                let selected = state.active_document().and_then(|open| of_bytes(command, open));
                match (keyboard, selected) {
                    (Keyboard::Bytes, Some(selected)) => actions.extend(selected),
                    (Keyboard::Reading(text), _) if command == Command::Copy => {
                        actions.push(Action::Copy(text.clone()));
                    }
                    (Keyboard::Reading(_), _) => {}
                    _ => asked.run(ctx, command, command.resolve(state), actions),
                }
            }
            _ => {}
        }
    }
}

/// What copying and cutting mean in the hex pane; `None` if no bytes are selected there.
pub fn of_bytes(command: Command, open: &OpenDocument) -> Option<Vec<Action>> {
    let range = open.selected_bytes();
    if range.is_empty() {
        return None;
    }
    let copy = Action::CopyBytes { range, name: "hex".to_owned() };
    match command {
        Command::Copy => Some(vec![copy]),
        Command::Cut => Some(vec![copy, Action::Bytes(ByteAct::Delete)]),
        _ => None,
    }
}

impl Asked {
    /// Carries a command out: most are actions, some are the window's own.
    pub fn run(
        &mut self,
        ctx: &Context,
        command: Command,
        action: Result<Action, &'static str>,
        actions: &mut Vec<Action>,
    ) {
        match (command, action) {
            // What is not there is set, and goes on with its value.
            (Command::EditValue, Ok(action @ Action::AddField { .. })) => {
                actions.push(action);
                self.edit = true;
            }
            (Command::EditValue | Command::RenameKey, Ok(Action::Select(_))) => self.edit = true,
            (Command::FocusBytes, Ok(_)) => {
                self.focus_bytes = true;
                actions.push(Action::ShowPane(Pane::Hex));
            }
            (Command::FocusInspector, Ok(action)) => {
                self.focus_inspector = true;
                actions.push(action);
            }
            (Command::SelectAllBytes | Command::SelectValue, Ok(action)) => {
                self.focus_bytes = true;
                actions.extend([action, Action::ShowPane(Pane::Hex)]);
            }
            (Command::Paste | Command::PasteAsDocument, Ok(_)) => {
                let is_asked = command == Command::PasteAsDocument;
                self.paste_as_document = if is_asked { CLIPBOARD_FRAMES } else { 0 };
                ctx.send_viewport_cmd(ViewportCommand::RequestPaste);
            }
            (Command::Find, Ok(_)) => self.focus_search = true,
            (Command::FindDeclaration, Ok(action)) => {
                self.focus_filter = true;
                actions.push(action);
            }
            (_, Ok(action)) => actions.push(action),
            (_, Err(_)) => {}
        }
    }
}
