//! Which rows of the tree the search found.

use super::Shown;
use crate::document::{Entry, Row as DocumentRow};
use crate::ui::theme::Theme;
use crate::ui::widgets::Row;
use egui::{Painter, Rect, pos2, vec2};

/// Width of the mark at the right edge of a row, and how far it stands off the words.
const MARK: f32 = 3.0;
const OFF: f32 = 2.0;

/// Marks a row that was found, under its words; one that holds what was found and is closed has a
/// short mark.
pub fn search_mark(
    painter: &Painter,
    theme: &Theme,
    shown: Shown<'_>,
    row: &Row,
    document_row: &DocumentRow,
) {
    let search = &shown.open.search;
    if search.places.is_empty() {
        return;
    }
    let range = document_row.entry.range();
    let (own, is_opener) = match &document_row.entry {
        Entry::Record { at, .. } => {
            (range.start..at.payload().start.max(range.start + 1), document_row.entry.is_expandable())
        }
        Entry::Run { .. } if document_row.is_expanded => return,
        Entry::Run { .. } => (range.start..range.start, true),
        _ => (range.clone(), false),
    };
    let is_found = search.has_hit_in(&own);
    let holds_hit = !document_row.is_expanded && is_opener && search.has_hit_in(&range);
    if !is_found && !holds_hit {
        return;
    }
    let height = if is_found { row.rect.height() } else { row.rect.height() / 3.0 };
    let center = pos2(row.rect.right() + OFF - MARK / 2.0, row.rect.center().y);
    painter.rect_filled(Rect::from_center_size(center, vec2(MARK, height)), 0.0, theme.color.accent);
}
