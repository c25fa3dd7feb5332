//! Keys of the keyboard to commands, by the table.

use crate::app::{COMMANDS, Command, Shortcut};
use egui::{Context, Key, KeyboardShortcut, Modifiers};

/// The commands whose shortcut was pressed, consumed; anywhere in the window.
///
/// Keys without Ctrl or Alt are left to what has the focus (see [`pressed_in_list`]), and while a
/// text is being typed undo, redo, copy, cut, paste and select all are its own.
pub fn pressed(ctx: &Context) -> Vec<Command> {
    let is_typing = ctx.text_edit_focused();
    let is_free = ctx.memory(|memory| memory.focused().is_none());
    taken(ctx, |shortcut, key| {
        let is_bare = is_bare(shortcut, key);
        (!is_bare || is_free) && !(is_typing && belongs_to_text(key))
    })
}

/// The commands whose key without Ctrl or Alt was pressed while a list had the focus.
pub fn pressed_in_list(ctx: &Context) -> Vec<Command> {
    taken(ctx, is_bare)
}

fn taken(ctx: &Context, is_ours: impl Fn(&Shortcut, Key) -> bool) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut all: Vec<_> =
        COMMANDS.iter().flat_map(|row| row.shortcuts().map(|shortcut| (row.command, shortcut))).collect();
    // egui takes Ctrl+Shift+S for Ctrl+S too, so those with more keys come first.
    all.sort_by_key(|(_, shortcut)| std::cmp::Reverse(u8::from(shortcut.shift) + u8::from(shortcut.alt)));
    for (command, shortcut) in all {
        let Some(key) = Key::from_name(shortcut.key.0) else { continue };
        if is_ours(&shortcut, key) && ctx.input_mut(|input| input.consume_shortcut(&to_egui(&shortcut, key)))
        {
            commands.push(command);
        }
    }
    commands
}

/// Without Ctrl or Alt, and not a function key.
fn is_bare(shortcut: &Shortcut, key: Key) -> bool {
    !shortcut.ctrl && !shortcut.alt && !(Key::F1..=Key::F35).contains(&key)
}

fn belongs_to_text(key: Key) -> bool {
    const TEXT: [Key; 14] = [
        Key::A,
        Key::C,
        Key::V,
        Key::X,
        Key::Y,
        Key::Z,
        Key::ArrowLeft,
        Key::ArrowRight,
        Key::ArrowUp,
        Key::ArrowDown,
        Key::Backspace,
        Key::Delete,
        Key::Home,
        Key::End,
    ];
    TEXT.contains(&key)
}

fn to_egui(shortcut: &Shortcut, key: Key) -> KeyboardShortcut {
    let held = [
        (shortcut.ctrl, Modifiers::COMMAND),
        (shortcut.shift, Modifiers::SHIFT),
        (shortcut.alt, Modifiers::ALT),
    ];
    let modifiers = held.into_iter().filter(|(is_held, _)| *is_held);
    KeyboardShortcut::new(modifiers.fold(Modifiers::NONE, |all, (_, one)| all | one), key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shortcut_of_the_table_names_a_key() {
        for row in COMMANDS {
            for shortcut in row.shortcuts() {
                assert!(Key::from_name(shortcut.key.0).is_some(), "{}: {:?}", row.title, shortcut.key);
            }
        }
    }
}
