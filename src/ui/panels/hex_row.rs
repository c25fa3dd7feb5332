//! One row of the hex pane, painted.

use super::hex_layout::Layout;
use super::hex_roles::{Role as ByteRole, Roles};
use crate::app::OpenDocument;
use crate::document::ReadMode;
use crate::ui::fonts;
use crate::ui::theme::Theme;
use crate::ui::widgets::{Row, RowLabel, cell};
use egui::{Align, Color32, Rect, Stroke, StrokeKind, Ui, vec2};
use std::ops::Range;

/// Bytes in view and what is to be said of each.
pub struct Bytes<'a> {
    start: u64,
    bytes: Vec<u8>,
    len: u64,
    roles: &'a Roles,
    /// Added since the file was opened or saved.
    added: Vec<Range<u64>>,
    /// Of the selected row; with those of [`Roles::related`].
    record: Range<u64>,
    /// Selected apart from the row.
    selected: Range<u64>,
    cursor: u64,
    is_halfway: bool,
    is_in_text: bool,
    has_focus: bool,
}

impl<'a> Bytes<'a> {
    pub fn of(open: &OpenDocument, visible: Range<u64>, roles: &'a Roles, has_focus: bool) -> Self {
        let snapshot = open.document.snapshot();
        // What a save has written is no change any more.
        let is_modified = open.document.is_modified();
        let added = snapshot
            .parts(visible.clone())
            .into_iter()
            .filter(|part| part.source_start.is_none() && is_modified);
        Self {
            start: visible.start,
            len: open.document.len(),
            added: added.map(|part| part.range).collect(),
            bytes: snapshot.bytes(visible, ReadMode::Cached).unwrap_or_default(),
            roles,
            record: open.selection.as_ref().map_or(0..0, |selection| selection.range.clone()),
            selected: open.selected_bytes(),
            cursor: open.cursor_offset(),
            is_halfway: open.cursor.is_halfway(),
            is_in_text: open.cursor.is_in_text(),
            has_focus,
        }
    }

    fn role(&self, offset: u64) -> Option<ByteRole> {
        let spans = &self.roles.spans;
        let span = spans.partition_point(|(range, _)| range.end <= offset);
        spans.get(span).filter(|(range, _)| range.contains(&offset)).map(|(_, role)| *role)
    }

    fn byte(&self, offset: u64) -> Option<u8> {
        let at = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        self.bytes.get(at).copied()
    }

    /// Whether a byte belongs to the selected row.
    fn is_of_row(&self, offset: u64) -> bool {
        let related = &self.roles.related;
        let nearest = related.get(related.partition_point(|range| range.end <= offset));
        self.record.contains(&offset) || nearest.is_some_and(|range| range.contains(&offset))
    }
}

pub fn row_ui(ui: &Ui, theme: &Theme, layout: &Layout, bytes: &Bytes<'_>, row: &Row) -> RowLabel {
    let painter = ui.painter();
    let mono = fonts::mono(theme.size.text_mono);
    let offset = row.idx * layout.n_bytes;
    let text = format!("{offset:0width$x}", width = layout.n_digits);
    let at = row.rect.with_min_x(row.rect.left() + theme.size.margin);
    cell(painter, at, &text, &mono, theme.color.muted, Align::Min);
    let mut spoken = String::new();
    for idx in 0..layout.n_bytes.min(bytes.len.saturating_sub(offset)) {
        let here = offset + idx;
        let Some(byte) = bytes.byte(here) else { continue };
        let rect = layout.digits(row.rect, idx);
        let ink = ground(painter, theme, layout, row.rect, bytes, here, idx);
        let text = format!("{byte:02x}");
        cell(painter, rect, &text, &mono, ink, Align::Center);
        let character = if (0x20..0x7f).contains(&byte) { char::from(byte) } else { '·' };
        let ink = if character == '·' { theme.color.muted } else { ink };
        cell(painter, layout.text(row.rect, idx), &character.to_string(), &mono, ink, Align::Center);
        if idx > 0 {
            spoken.push(' ');
        }
        spoken.push_str(&text);
    }
    if bytes.cursor / layout.n_bytes == row.idx {
        cursor_ui(ui, theme, layout, bytes, row.rect);
    }
    RowLabel::new(format!("Bytes at 0x{offset:x}")).value(spoken)
}

/// A frame around the byte that is typed at, and a thinner one around it in the other column.
fn cursor_ui(ui: &Ui, theme: &Theme, layout: &Layout, bytes: &Bytes<'_>, row: Rect) {
    let idx = bytes.cursor % layout.n_bytes;
    let digits = layout.digits(row, idx).shrink2(vec2(0.5, 1.5));
    let text = layout.text(row, idx).shrink2(vec2(0.0, 1.5));
    let (strong, weak) = match bytes.has_focus {
        true => (theme.focus(), theme.outline()),
        false => (theme.outline(), Stroke::new(theme.size.line, theme.color.line)),
    };
    let (at_digits, at_text) = if bytes.is_in_text { (weak, strong) } else { (strong, weak) };
    ui.painter().rect_stroke(digits, 2.0, at_digits, StrokeKind::Inside);
    ui.painter().rect_stroke(text, 2.0, at_text, StrokeKind::Inside);
    if bytes.is_halfway {
        let low = digits.with_min_x(digits.center().x).with_min_y(digits.bottom() - 4.0);
        ui.painter().rect_filled(low.shrink2(vec2(3.0, 1.0)), 0.0, theme.color.focus);
    }
}

/// Paints what is behind a byte and returns the colour of its digits.
fn ground(
    painter: &egui::Painter,
    theme: &Theme,
    layout: &Layout,
    row: Rect,
    bytes: &Bytes<'_>,
    offset: u64,
    idx: u64,
) -> Color32 {
    let color = &theme.color;
    let rect = layout.digits(row, idx);
    let is_selected = |offset: u64| match bytes.selected.is_empty() {
        true => bytes.is_of_row(offset),
        false => bytes.selected.contains(&offset),
    };
    // Tints of one span, and selected bytes, touch over the gap in the middle too.
    let is_joined = |other: u64| match (is_selected(offset), is_selected(other)) {
        (false, false) => bytes.role(offset).is_some() && bytes.role(offset) == bytes.role(other),
        (here, there) => here && there,
    };
    let mut tint = rect.shrink2(vec2(0.0, 1.0));
    if idx == 7 && offset.checked_add(1).is_some_and(is_joined) {
        tint.max.x += layout.gap(8);
    }
    let (fill, ink) = match bytes.role(offset) {
        Some(ByteRole::Tag) => (color.tag_tint, color.tag_text),
        Some(ByteRole::Length) => (color.length_tint, color.length_text),
        Some(ByteRole::Value) => (color.value_tint, color.value_text),
        Some(ByteRole::Rest) => (color.problem_fill, color.problem),
        None => (Color32::TRANSPARENT, color.text),
    };
    let is_selected = is_selected(offset);
    // What belongs to the row but stands elsewhere is no part of the selection.
    let is_beside = is_selected && bytes.selected.is_empty() && !bytes.record.contains(&offset);
    let ground = if is_beside { color.selection } else { color.highlight };
    let (fill, ink) = if is_selected { (ground, color.text) } else { (fill, ink) };
    painter.rect_filled(tint, 0.0, fill);
    if is_selected {
        painter.rect_filled(layout.text(row, idx).shrink2(vec2(0.0, 1.0)), 0.0, ground);
    }
    if bytes.added.iter().any(|range| range.contains(&offset)) {
        let under = rect.with_min_y(rect.bottom() - 3.0).with_max_y(rect.bottom() - 1.0);
        painter.rect_filled(under.shrink2(vec2(2.0, 0.0)), 0.0, color.accent);
    }
    ink
}
