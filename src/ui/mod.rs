//! What is drawn: theme, fonts, icons, the widgets that panels are built from, and the window.
//!
//! The toolkit half of this room knows no protobuf and no session: [`theme`] (every size and
//! colour), [`fonts`], [`icons`], [`widgets`], and [`painter`] with [`render`] (pictures without
//! a display).
//!
//! The window half draws from `&State` and pushes actions: [`shell`] (the one place where they are
//! applied), `panels` (regions of the window), `editors` (one value of one field), `dialogs` (ask,
//! then act), `commands` and `keys` (what can be asked for), `view` (what only the window
//! remembers). [`window`] runs it on a display, [`picture`] without one.
//!
//! **Not here:** what an action does (`app`), what a value is (`document`).

mod commands;
mod dialogs;
pub mod editors;
pub mod fonts;
pub mod icons;
mod keys;
pub mod painter;
mod panels;
pub mod picture;
pub mod render;
pub mod shell;
pub mod theme;
mod view;
pub mod widgets;
pub mod window;
