//! Regions of the window. Each draws from `&State` and pushes actions.
//!
//! To add one: a file here, and a place for it in `shell`.
//!
//! **Not here:** what floats over the window (`dialogs`), the editor of a value (`editors`).

pub mod call;
pub mod data;
pub mod docs;
mod explained;
pub mod filtered;
pub mod hex;
mod hex_input;
mod hex_layout;
mod hex_roles;
mod hex_row;
pub mod hex_strip;
pub mod history;
pub mod inspector;
mod oneof;
pub mod path_bar;
mod path_menu;
pub mod problems;
pub mod results;
pub mod schema;
pub mod search_marks;
pub mod tree;
mod tree_input;
mod tree_row;
pub mod under_way;

pub use tree_input::Typed;

use super::widgets::Tone;
use crate::app::{OpenDocument, State, TabId};
use crate::document::problem::{Problem, Severity};
use std::ops::Range;

/// What every panel of a document draws from.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    pub state: &'a State,
    pub tab: TabId,
    pub open: &'a OpenDocument,
}

pub fn tone_of(severity: Severity) -> Tone {
    match severity {
        Severity::Note => Tone::Note,
        Severity::Warning => Tone::Warning,
        Severity::Error => Tone::Problem,
    }
}

/// The problems that start in `range`, if the check that found them saw the present bytes.
pub fn problems_in<'a>(open: &'a OpenDocument, range: &Range<u64>) -> &'a [Problem] {
    if open.problems.revision != Some(open.document.revision()) {
        return &[];
    }
    let found = &open.problems.found;
    let from = found.partition_point(|problem| problem.range.start < range.start);
    let to = found.partition_point(|problem| problem.range.start < range.end);
    found.get(from..to).unwrap_or(&[])
}

/// A size as people compare sizes: `210 B`, `1.1 KiB`.
pub fn size_text(n_bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    if n_bytes < 1024 {
        return format!("{n_bytes} B");
    }
    let (mut size, mut unit) = (n_bytes as f64, 0);
    while size >= 999.5 && unit + 1 < UNITS.len() {
        (size, unit) = (size / 1024.0, unit + 1);
    }
    let digits = usize::from(size < 10.0);
    format!("{size:.digits$} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::size_text;

    #[test]
    fn sizes_have_units() {
        for (n_bytes, text) in
            [(0, "0 B"), (1023, "1023 B"), (1127, "1.1 KiB"), (1 << 20, "1.0 MiB"), (98 << 20, "98 MiB")]
        {
            assert_eq!(size_text(n_bytes), text);
        }
    }
}
