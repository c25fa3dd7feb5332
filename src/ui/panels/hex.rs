//! The bytes themselves, tinted by what they are; a click selects the innermost record.

use super::Shown;
use super::hex_roles::{Role as ByteRole, RoleSpan, roles_of};
use crate::app::{Action, OpenDocument, SelectTarget};
use crate::document::ReadMode;
use crate::ui::fonts;
use crate::ui::theme::{Theme, theme};
use crate::ui::widgets::{Row, RowLabel, RowList, RowListState, cell};
use egui::{Align, Color32, Key, Modifiers, Pos2, Rect, Ui, pos2};
use std::ops::Range;

/// Where the pane stands, and the roles of the bytes last drawn.
#[derive(Default)]
pub struct HexView {
    list: RowListState,
    /// The byte that keys move, while the pane has the keyboard.
    cursor: Option<u64>,
    wanted: Option<u64>,
    roles: Roles,
}

#[derive(Default)]
struct Roles {
    key: Option<(usize, Range<u64>, Option<String>, u64)>,
    spans: Vec<RoleSpan>,
}

impl HexView {
    /// Scrolls to the first of these bytes in the next frame, unless the cursor is among them.
    pub fn reveal(&mut self, range: &Range<u64>) {
        if !self.cursor.is_some_and(|cursor| range.contains(&cursor)) {
            self.wanted = Some(range.start);
        }
    }
}

/// Where the cells of a row stand, in points from its left edge.
struct Layout {
    n_bytes: u64,
    n_digits: usize,
    first: f32,
    pitch: f32,
    /// Between the two halves.
    middle: f32,
    ascii: f32,
    ascii_pitch: f32,
}

impl Layout {
    fn of(ui: &Ui, theme: &Theme, len: u64) -> Self {
        let font = fonts::mono(theme.size.text_mono);
        let glyph = ui.fonts_mut(|fonts| fonts.glyph_width(&font, '0'));
        let n_digits = format!("{:x}", len.max(1)).len().max(4);
        let pitch = (2.0 * glyph + 8.0).round();
        let ascii_pitch = (glyph + 1.0).round();
        let middle = theme.size.gap;
        let first = (theme.size.margin + glyph * n_digits as f32 + 2.0 * theme.size.gap).round();
        let width = |n_bytes: f32| first + n_bytes * (pitch + ascii_pitch) + 2.0 * middle + 24.0;
        let room = ui.available_width();
        let n_bytes = if width(16.0) <= room { 16 } else { 8 };
        let ascii =
            first + n_bytes as f32 * pitch + if n_bytes == 16 { middle } else { 0.0 } + 2.0 * theme.size.gap;
        Self { n_bytes, n_digits, first, pitch, middle, ascii, ascii_pitch }
    }

    fn gap(&self, idx: u64) -> f32 {
        if self.n_bytes == 16 && 8 <= idx { self.middle } else { 0.0 }
    }

    fn cell(&self, row: Rect, idx: u64) -> Rect {
        let left = row.left() + self.first + idx as f32 * self.pitch + self.gap(idx);
        Rect::from_min_max(pos2(left, row.top()), pos2(left + self.pitch, row.bottom()))
    }

    fn ascii(&self, row: Rect, idx: u64) -> Rect {
        let left = row.left() + self.ascii + idx as f32 * self.ascii_pitch;
        Rect::from_min_max(pos2(left, row.top()), pos2(left + self.ascii_pitch, row.bottom()))
    }

    fn byte_at(&self, row: Rect, at: Pos2) -> Option<u64> {
        (0..self.n_bytes).find(|idx| self.cell(row, *idx).contains(at) || self.ascii(row, *idx).contains(at))
    }
}

/// Bytes in view and what is to be said of each.
struct Bytes<'a> {
    start: u64,
    bytes: Vec<u8>,
    roles: &'a [RoleSpan],
    /// Added since the file was opened or saved.
    added: Vec<Range<u64>>,
    selection: Range<u64>,
    cursor: Option<u64>,
}

impl Bytes<'_> {
    fn role(&self, offset: u64) -> Option<ByteRole> {
        let span = self.roles.partition_point(|(range, _)| range.end <= offset);
        self.roles.get(span).filter(|(range, _)| range.contains(&offset)).map(|(_, role)| *role)
    }
}

pub fn hex_ui(ui: &mut Ui, shown: Shown<'_>, view: &mut HexView, actions: &mut Vec<Action>) {
    let open = shown.open;
    let theme = theme(ui);
    let len = open.document.len();
    let layout = Layout::of(ui, theme, len);
    let n_rows = len.div_ceil(layout.n_bytes);
    if let Some(offset) = view.wanted.take() {
        view.list.reveal(offset / layout.n_bytes);
    }
    let from = view.list.position().row.min(n_rows);
    let visible = from * layout.n_bytes..((from + view.list.page_rows() + 3) * layout.n_bytes).min(len);
    let visible = visible.start.min(len)..visible.end.max(visible.start.min(len));
    view.roles.update(open, visible.clone());
    let bytes = bytes_of(open, visible, &view.roles.spans, view.cursor);
    let mut clicked = None;
    let mut list = std::mem::take(&mut view.list);
    let response = RowList::new("Bytes", n_rows).row_height(theme.size.row_dense).without_hover().show(
        ui,
        &mut list,
        |ui, row| {
            if row.response.clicked()
                && let Some(at) = row.response.interact_pointer_pos()
            {
                clicked = layout.byte_at(row.rect, at).map(|idx| row.idx * layout.n_bytes + idx);
            }
            row_ui(ui, theme, &layout, &bytes, row, len)
        },
    );
    view.list = list;
    let clicked = clicked.filter(|offset| *offset < len);
    if let Some(offset) = clicked.or_else(|| moved(ui, &response.response, view, &layout, len, open)) {
        view.cursor = Some(offset);
        view.list.ensure_visible(offset / layout.n_bytes);
        actions.push(Action::Select(SelectTarget::Offset(offset)));
    }
    if !response.response.has_focus() {
        view.cursor = clicked;
    }
    if len == 0 {
        let font = fonts::regular(theme.size.text_dense);
        let at = response.rows_rect.shrink(theme.size.margin).with_max_y(response.rows_rect.top() + 40.0);
        cell(ui.painter(), at, "The document has no bytes", &font, theme.color.muted, Align::Min);
    }
}

fn bytes_of<'a>(
    open: &OpenDocument,
    visible: Range<u64>,
    roles: &'a [RoleSpan],
    cursor: Option<u64>,
) -> Bytes<'a> {
    let snapshot = open.document.snapshot();
    let added = snapshot.parts(visible.clone()).into_iter().filter(|part| part.source_start.is_none());
    Bytes {
        start: visible.start,
        added: added.map(|part| part.range).collect(),
        bytes: snapshot.bytes(visible, ReadMode::Cached).unwrap_or_default(),
        roles,
        selection: open.selection.as_ref().map_or(0..0, |selection| selection.range.clone()),
        cursor,
    }
}

impl Roles {
    fn update(&mut self, open: &OpenDocument, visible: Range<u64>) {
        let root = open.message().map(|message| message.full_name().to_owned());
        let key = (open.document.revision(), visible.clone(), root, open.tree.n_rows());
        if self.key.as_ref() != Some(&key) {
            self.spans = roles_of(open, visible);
            // What was not at hand yet is asked for again.
            self.key = (!self.spans.is_empty()).then_some(key);
        }
    }
}

/// Where arrow keys take the cursor.
fn moved(
    ui: &Ui,
    list: &egui::Response,
    view: &HexView,
    layout: &Layout,
    len: u64,
    open: &OpenDocument,
) -> Option<u64> {
    if !list.has_focus() || len == 0 {
        return None;
    }
    let selected = open.selection.as_ref().map(|selection| selection.range.start);
    let here = view.cursor.or(selected).unwrap_or(0).min(len - 1);
    let page = view.list.page_rows() * layout.n_bytes;
    let steps = [
        (Key::ArrowLeft, here.saturating_sub(1)),
        (Key::ArrowRight, here + 1),
        (Key::ArrowUp, here.checked_sub(layout.n_bytes).unwrap_or(here)),
        (Key::ArrowDown, here + layout.n_bytes),
        (Key::PageUp, here.saturating_sub(page)),
        (Key::PageDown, here + page),
        (Key::Home, 0),
        (Key::End, len - 1),
    ];
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let (_, to) = steps.into_iter().find(|(key, _)| pressed(*key))?;
    Some(to.min(len - 1))
}

fn row_ui(ui: &Ui, theme: &Theme, layout: &Layout, bytes: &Bytes<'_>, row: &Row, len: u64) -> RowLabel {
    let painter = ui.painter();
    let mono = fonts::mono(theme.size.text_mono);
    let offset = row.idx * layout.n_bytes;
    let text = format!("{offset:0width$x}", width = layout.n_digits);
    let at = row.rect.with_min_x(row.rect.left() + theme.size.margin);
    cell(painter, at, &text, &mono, theme.color.muted, Align::Min);
    let mut spoken = String::new();
    for idx in 0..layout.n_bytes.min(len.saturating_sub(offset)) {
        let here = offset + idx;
        let Some(byte) = here.checked_sub(bytes.start).and_then(|at| bytes.bytes.get(at as usize)) else {
            continue;
        };
        let rect = layout.cell(row.rect, idx);
        let ink = ground(painter, theme, layout, row.rect, bytes, here, idx);
        let text = format!("{byte:02x}");
        cell(painter, rect, &text, &mono, ink, Align::Center);
        let character = if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '·' };
        let ink = if character == '·' { theme.color.muted } else { ink };
        cell(painter, layout.ascii(row.rect, idx), &character.to_string(), &mono, ink, Align::Center);
        if idx > 0 {
            spoken.push(' ');
        }
        spoken.push_str(&text);
    }
    RowLabel::new(format!("Bytes at 0x{offset:x}")).value(spoken)
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
    let rect = layout.cell(row, idx);
    // Tints of one span touch, over the gap in the middle too.
    let is_joined = |other: Option<u64>| {
        let role = bytes.role(offset);
        role.is_some() && other.is_some_and(|other| bytes.role(other) == role)
    };
    let mut tint = rect.shrink2(egui::vec2(0.0, 1.0));
    if idx == 7 && is_joined(offset.checked_add(1)) {
        tint.max.x += layout.gap(8);
    }
    let (fill, ink) = match bytes.role(offset) {
        Some(ByteRole::Tag) => (color.tag_tint, color.tag_text),
        Some(ByteRole::Length) => (color.length_tint, color.length_text),
        Some(ByteRole::Value) => (color.value_tint, color.value_text),
        Some(ByteRole::Rest) => (color.problem_fill, color.problem),
        None => (Color32::TRANSPARENT, color.text),
    };
    let is_selected = bytes.selection.contains(&offset);
    let (fill, ink) = if is_selected { (color.highlight, color.text) } else { (fill, ink) };
    painter.rect_filled(tint, 0.0, fill);
    if is_selected {
        painter.rect_filled(layout.ascii(row, idx).shrink2(egui::vec2(0.0, 1.0)), 0.0, color.highlight);
    }
    if bytes.added.iter().any(|range| range.contains(&offset)) {
        let under = rect.with_min_y(rect.bottom() - 3.0).with_max_y(rect.bottom() - 1.0);
        painter.rect_filled(under.shrink2(egui::vec2(2.0, 0.0)), 0.0, color.accent);
    }
    if bytes.cursor == Some(offset) {
        painter.rect_stroke(rect.shrink(0.5), 2.0, theme.focus(), egui::StrokeKind::Inside);
    }
    ink
}
