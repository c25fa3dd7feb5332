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
mod inspector_entries;
mod inspector_problems;
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
use crate::document::{Absent, Entry, Step};

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

/// The problems of a row: while it is closed of all that is in it, else of its own bytes and of the
/// message that is open below it as a whole. None before the present revision is checked.
pub fn problems_of<'a>(
    open: &'a OpenDocument,
    entry: &'a Entry,
    is_expanded: bool,
) -> impl Iterator<Item = &'a Problem> {
    let range = entry.range();
    let payload = match entry {
        Entry::Record { at, .. } if is_expanded => Some(at.payload()),
        Entry::Run { .. } if is_expanded => Some(range.start..range.start),
        _ => None,
    };
    let is_of_row = move |problem: &&Problem| {
        let (at, is_of_message) = (&problem.range, problem.kind.is_of_message());
        match (entry, &payload) {
            (Entry::Absent { what, message }, _) => is_of_message && at == message && is_about(problem, what),
            (_, Some(payload)) if is_of_message => at == payload && range.start < at.start,
            (_, Some(payload)) => at.start < payload.start,
            // The message around begins where its first row does.
            (_, None) if is_of_message => range.start < at.start && at.end <= range.end,
            (_, None) => at.start < range.end,
        }
    };
    let found = match open.problems.revision == Some(open.document.revision()) {
        true => open.problems.found.as_slice(),
        false => &[],
    };
    let around = match entry {
        Entry::Absent { message, .. } => message.clone(),
        _ => entry.range(),
    };
    let from = found.partition_point(|problem| problem.range.start < around.start);
    let to = found.partition_point(|problem| problem.range.start <= around.end);
    found[from..to.max(from)].iter().filter(is_of_row)
}

/// Whether it is this field that a message lacks.
fn is_about(problem: &Problem, what: &Absent) -> bool {
    match (what, problem.path.0.last()) {
        (Absent::Field(field), Some(step)) => *step == Step::of_field(field),
        _ => false,
    }
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
