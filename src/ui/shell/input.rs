//! Keys, pasted text and dropped files that belong to no pane.

use crate::app::{Action, ByteAct, Command, OpenDocument, State};
use crate::ui::keys;
use crate::ui::view::Asked;
use egui::{Context, Event, ViewportCommand};

/// Turns what reached the window as a whole into actions; `in_hex` says that the bytes have the
/// keyboard.
pub fn input(ctx: &Context, state: &State, in_hex: bool, asked: &mut Asked, actions: &mut Vec<Action>) {
    let as_document = std::mem::take(&mut asked.paste_as_document);
    let dropped: Vec<_> =
        ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_path_buf()).collect());
    if !dropped.is_empty() {
        actions.push(Action::Open(dropped));
    }
    if state.dialog.is_some() {
        return;
    }
    if !ctx.text_edit_focused() {
        clipboard(ctx, state, in_hex, as_document, asked, actions);
    }
    for command in keys::pressed(ctx) {
        asked.run(ctx, command, command.resolve(state), actions);
    }
}

/// The window system turns Ctrl+C, Ctrl+X and Ctrl+V into events of their own.
fn clipboard(
    ctx: &Context,
    state: &State,
    in_hex: bool,
    as_document: bool,
    asked: &mut Asked,
    actions: &mut Vec<Action>,
) {
    for event in ctx.input(|input| input.events.clone()) {
        match event {
            Event::Paste(text) if as_document => actions.push(Action::PasteAsDocument(text)),
            Event::Paste(text) if in_hex => actions.push(Action::Bytes(ByteAct::Put(text))),
            Event::Paste(text) => actions.push(Action::Paste(text)),
            Event::Copy | Event::Cut => {
                let command = if event == Event::Copy { Command::Copy } else { Command::Cut };
                match state.active_document().and_then(|open| of_bytes(command, open)).filter(|_| in_hex) {
                    Some(of_bytes) => actions.extend(of_bytes),
                    None => asked.run(ctx, command, command.resolve(state), actions),
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
            (Command::EditValue, Ok(_)) | (Command::RenameKey, Ok(Action::Select(_))) => self.edit = true,
            (Command::Paste | Command::PasteAsDocument, Ok(_)) => {
                self.paste_as_document = command == Command::PasteAsDocument;
                ctx.send_viewport_cmd(ViewportCommand::RequestPaste);
            }
            (Command::Find, Ok(_)) => self.focus_search = true,
            (_, Ok(action)) => actions.push(action),
            (_, Err(_)) => {}
        }
    }
}
