//! Parts that know no protobuf: panels are built from these.
//!
//! Law: every widget has an accessible name, and takes its space whether or not it has
//! something to show. Functions that lay out end in `_ui`; builders end in `show(ui)`; what
//! floats over the window takes a `&Context`.
//!
//! To add one: a file here, a line below, and its picture in `tests/ui/gallery.rs`.

pub mod banner;
pub mod button;
pub mod check_box;
pub mod choice;
pub mod columns;
pub mod elide;
pub mod empty_state;
pub mod field;
pub mod floating;
pub mod fuzzy;
pub mod link;
pub mod palette;
pub mod path_field;
pub mod progress;
pub mod row_list;
pub mod section;
pub mod segment;
pub mod slide_handle;
pub mod tab_bar;
pub mod toast;
pub mod tone;
pub mod tree_cell;
pub mod visible_text;

pub use banner::{BannerResponse, banner_ui};
pub use button::{IconButton, TextButton, bar_separator_ui};
pub use check_box::check_box_ui;
pub use choice::{Choice, menu_item_ui, scrolled_menu_ui};
pub use columns::{Column, ColumnLayout, header_ui};
pub use elide::{Cell, Elide, cell, cell_elided};
pub use empty_state::{empty_state_over_ui, empty_state_ui};
pub use field::{TextField, error_line_ui};
pub use floating::{HoverText, context_menu, menu_below};
pub use link::{path_link_ui, text_link_ui};
pub use palette::{PaletteResponse, PaletteState, palette};
pub use path_field::{PathField, PathFieldResponse, PathFieldState};
pub use progress::progress_ui;
pub use row_list::{Row, RowDrag, RowLabel, RowList, RowListResponse, RowListState};
pub use section::{KeyValue, NAME_WIDTH, section_ui};
pub use segment::Segment;
pub use slide_handle::{SlideHandle, steps_of_keys};
pub use tab_bar::{Tab, TabBarResponse, TabBarState, tab_bar_ui};
pub use toast::{Toast, Toasts};
pub use tone::Tone;
pub use tree_cell::{TreeCell, tree_cell};
pub use visible_text::{visible_job, visible_text};
