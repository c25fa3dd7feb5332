//! Parts that know no protobuf: panels are built from these.
//!
//! Law: every widget has an accessible name, and takes its space whether or not it has
//! something to show.
//!
//! To add one: a file here, a line below, and its picture in `tests/ui/gallery`.

pub mod elide;
pub mod row_list;
pub mod visible_text;

pub use elide::{Cell, Elide, cell, cell_elided};
pub use row_list::{Row, RowLabel, RowList, RowListResponse, RowListState};
pub use visible_text::{visible_job, visible_text};
