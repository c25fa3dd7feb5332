//! Keys, pasted text and dropped files that belong to no pane.

use crate::app::{Action, COMMANDS, Command, State};
use crate::ui::keys;
use crate::ui::view::Asked;
use egui::{Context, Event, ViewportCommand};

/// Turns what reached the window as a whole into actions.
pub fn input(ctx: &Context, state: &State, asked: &mut Asked, actions: &mut Vec<Action>) {
    let dropped: Vec<_> =
        ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_path_buf()).collect());
    if !dropped.is_empty() {
        actions.push(Action::Open(dropped));
    }
    if state.dialog.is_some() {
        return;
    }
    if !ctx.text_edit_focused() {
        clipboard(ctx, state, asked, actions);
    }
    for command in keys::pressed(ctx) {
        asked.run(ctx, command, command.resolve(state), actions);
    }
}

/// The window system turns Ctrl+C and Ctrl+V into events of their own.
fn clipboard(ctx: &Context, state: &State, asked: &mut Asked, actions: &mut Vec<Action>) {
    let events = ctx.input(|input| input.events.clone());
    for event in events {
        match event {
            Event::Paste(text) => actions.push(Action::OpenPasted(text)),
            Event::Copy => {
                let of_copy = |key: &str| key == "C";
                let row = COMMANDS.iter().find(|row| {
                    let plain = row.shortcut.filter(|shortcut| !shortcut.shift && !shortcut.alt);
                    plain.is_some_and(|shortcut| shortcut.ctrl && of_copy(shortcut.key.0))
                });
                if let Some(row) = row {
                    asked.run(ctx, row.command, row.command.resolve(state), actions);
                }
            }
            _ => {}
        }
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
            (Command::EditValue, Ok(_)) => self.edit = true,
            (Command::Paste, Ok(_)) => ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
            (_, Ok(action)) => actions.push(action),
            (_, Err(_)) => {}
        }
    }
}
