//! The window and its parts, driven by role and label.

#[path = "ui/gallery.rs"]
mod gallery; // pictures to look at, on demand
#[path = "ui/harness.rs"]
mod harness; // the one way to start a test window
#[path = "ui/row_list.rs"]
mod row_list; // exact places at any number of rows
#[path = "ui/widgets.rs"]
mod widgets; // each widget by role and label
