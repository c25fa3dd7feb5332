//! Rows of the table of commands, and keys as they are written there.

use super::command::{Command, CommandRow, Key, Shortcut};

pub(super) const fn row(
    command: Command,
    menu: &'static str,
    title: &'static str,
    hint: &'static str,
    [shortcut, also]: [Option<Shortcut>; 2],
) -> CommandRow {
    CommandRow { command, menu: Some(menu), title, hint, shortcut, also }
}

pub(super) const fn call(
    command: Command,
    title: &'static str,
    hint: &'static str,
    shortcut: Option<Shortcut>,
) -> CommandRow {
    row(command, "Call", title, hint, [shortcut, None])
}

pub(super) const fn depth(command: Command, title: &'static str, digit: &'static str) -> CommandRow {
    row(
        command,
        "Tree",
        title,
        "Opens the rows down to this depth and closes what is deeper",
        [alt(digit), None],
    )
}

pub(super) const fn plain(key: &'static str) -> Option<Shortcut> {
    Some(Shortcut { ctrl: false, shift: false, alt: false, key: Key(key) })
}

pub(super) const fn shift(key: &'static str) -> Option<Shortcut> {
    Some(Shortcut { ctrl: false, shift: true, alt: false, key: Key(key) })
}

pub(super) const fn ctrl(key: &'static str) -> Option<Shortcut> {
    Some(Shortcut { ctrl: true, shift: false, alt: false, key: Key(key) })
}

pub(super) const fn ctrl_shift(key: &'static str) -> Option<Shortcut> {
    Some(Shortcut { ctrl: true, shift: true, alt: false, key: Key(key) })
}

pub(super) const fn alt(key: &'static str) -> Option<Shortcut> {
    Some(Shortcut { ctrl: false, shift: false, alt: true, key: Key(key) })
}
