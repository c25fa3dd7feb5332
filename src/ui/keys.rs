//! Keys of the keyboard to commands, by the table.

use crate::app::{COMMANDS, Command, Shortcut};
use egui::{Context, Key, KeyboardShortcut, Modifiers};

/// As people read it: `Ctrl+Shift+P`.
pub fn shortcut_text(shortcut: &Shortcut) -> String {
    let mut text = String::new();
    for (held, name) in [(shortcut.ctrl, "Ctrl+"), (shortcut.alt, "Alt+"), (shortcut.shift, "Shift+")] {
        if held {
            text.push_str(name);
        }
    }
    text.push_str(match shortcut.key.0 {
        "Plus" | "Equals" => "+",
        "Minus" => "−",
        "ArrowUp" | "Up" => "↑",
        "ArrowDown" | "Down" => "↓",
        "ArrowLeft" | "Left" => "←",
        "ArrowRight" | "Right" => "→",
        name => name,
    });
    text
}

/// The commands whose shortcut was pressed, consumed.
///
/// While a text is being typed, keys that mean something to a text field are its own: those
/// without Ctrl or Alt, and undo, redo, copy, cut, paste and select all.
pub fn pressed(ctx: &Context) -> Vec<Command> {
    let is_typing = ctx.text_edit_focused();
    let mut commands = Vec::new();
    let mut rows: Vec<_> = COMMANDS.iter().filter_map(|row| Some((row, row.shortcut?))).collect();
    // egui takes Ctrl+Shift+S for Ctrl+S too, so those with more keys come first.
    rows.sort_by_key(|(_, shortcut)| std::cmp::Reverse(u8::from(shortcut.shift) + u8::from(shortcut.alt)));
    for (row, shortcut) in rows {
        let Some(key) = Key::from_name(shortcut.key.0) else { continue };
        if is_typing && belongs_to_text(&shortcut, key) {
            continue;
        }
        if ctx.input_mut(|input| input.consume_shortcut(&to_egui(&shortcut, key))) {
            commands.push(row.command);
        }
    }
    commands
}

fn belongs_to_text(shortcut: &Shortcut, key: Key) -> bool {
    let is_plain = !shortcut.ctrl && !shortcut.alt;
    let function_key = (Key::F1..=Key::F35).contains(&key);
    let text_keys = [
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
    (is_plain && !function_key) || text_keys.contains(&key)
}

fn to_egui(shortcut: &Shortcut, key: Key) -> KeyboardShortcut {
    let mut modifiers = Modifiers::NONE;
    if shortcut.ctrl {
        modifiers |= Modifiers::COMMAND;
    }
    if shortcut.shift {
        modifiers |= Modifiers::SHIFT;
    }
    if shortcut.alt {
        modifiers |= Modifiers::ALT;
    }
    KeyboardShortcut::new(modifiers, key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shortcut_of_the_table_names_a_key() {
        for row in COMMANDS {
            if let Some(shortcut) = row.shortcut {
                assert!(Key::from_name(shortcut.key.0).is_some(), "{}: {:?}", row.title, shortcut.key);
            }
        }
    }
}
