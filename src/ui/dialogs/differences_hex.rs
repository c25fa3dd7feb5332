//! The bytes of both sides of a difference, side by side, tinted like those of the hex pane.

use crate::app::{Comparison, Excerpt, ListedDifference};
use crate::document::diff::Side;
use crate::document::value::grouped;
use crate::ui::fonts;
use crate::ui::theme::{Theme, theme};
use crate::ui::widgets::{Row, RowLabel, RowList, RowListState, cell, visible_text};
use crate::wire::{Read, WireType, read};
use egui::{Align, Color32, Rect, StrokeKind, Ui, UiBuilder, pos2, vec2};
use std::ops::Range;

/// One side, ready to be drawn.
struct Shown<'a> {
    side: &'a Side,
    excerpt: &'a Excerpt,
    /// Tag, length and value of the record.
    spans: [Range<u64>; 3],
    /// What the other side does not have.
    differs: Range<u64>,
}

pub fn bytes_ui(
    ui: &mut Ui,
    at: Rect,
    shown: &Comparison,
    picked: &ListedDifference,
    lists: &mut [RowListState; 2],
    is_other: bool,
) {
    let gap = theme(ui).size.margin;
    let middle = at.center().x.round();
    let differ = differing(picked);
    let sides = [
        (&shown.old.title, &picked.difference.old, &picked.old, at.with_max_x(middle - gap / 2.0)),
        (&shown.new.title, &picked.difference.new, &picked.new, at.with_min_x(middle + gap / 2.0)),
    ];
    for (idx, ((title, side, excerpt, rect), list)) in sides.into_iter().zip(lists).enumerate() {
        let spans = spans_of(side, excerpt);
        let one = Shown { side, excerpt, spans, differs: differ[idx].clone() };
        side_ui(ui, rect, ["Old bytes", "New bytes"][idx], title, &one, list, is_other);
    }
}

/// `is_other` if these bytes were not shown in the last frame: they begin at what differs.
fn side_ui(
    ui: &mut Ui,
    rect: Rect,
    name: &str,
    title: &str,
    shown: &Shown<'_>,
    list: &mut RowListState,
    is_other: bool,
) {
    let theme = theme(ui);
    let header = rect.with_max_y(rect.top() + theme.size.row_dense);
    let dense = fonts::medium(theme.size.text_dense);
    let written = cell(ui.painter(), header, &visible_text(title), &dense, theme.color.muted, Align::Min);
    let note_at = header.with_min_x(written.rect.right() + theme.size.gap);
    let mono = fonts::mono(theme.size.text_small);
    cell(ui.painter(), note_at, &place_text(shown), &mono, theme.color.muted, Align::Max);
    let rows = rect.with_min_y(header.bottom());
    let kind = StrokeKind::Inside;
    ui.painter().rect(rows, theme.size.radius, theme.color.surface_0, theme.line(), kind);
    let rows = rows.shrink(theme.size.line);
    let layout = Layout::of(ui, theme, rows, shown);
    if is_other {
        let n_above = u64::from(shown.excerpt.start > 0);
        list.reveal(n_above + shown.differs.start.saturating_sub(shown.excerpt.start) / layout.n_bytes);
    }
    let cuts = [shown.excerpt.start, shown.excerpt.n_after].map(|n_bytes| u64::from(n_bytes > 0));
    let n_rows = (shown.excerpt.bytes.len() as u64).div_ceil(layout.n_bytes) + cuts[0] + cuts[1];
    let mut ui = ui.new_child(UiBuilder::new().id_salt(name).max_rect(rows));
    RowList::new(name, n_rows).row_height(theme.size.row_dense).without_hover().show(
        &mut ui,
        list,
        |ui, row| match row.idx {
            0 if cuts[0] > 0 => cut_ui(ui, theme, row, shown.excerpt.start, "before"),
            idx if cuts[1] > 0 && idx + 1 == n_rows => {
                cut_ui(ui, theme, row, shown.excerpt.n_after, "after these")
            }
            idx => row_ui(ui, theme, &layout, shown, row, idx - cuts[0]),
        },
    );
}

fn place_text(shown: &Shown<'_>) -> String {
    let range = &shown.side.range;
    let n_bytes = range.end - range.start;
    let shown_end = shown.excerpt.start + shown.excerpt.bytes.len() as u64;
    match () {
        () if shown.side.text.is_none() => format!("left out, at 0x{:x}", range.start),
        () if shown_end < range.end => {
            let n_shown = shown_end.saturating_sub(range.start);
            format!("0x{:x}, the first {} of {} bytes", range.start, grouped(n_shown), grouped(n_bytes))
        }
        () if n_bytes == 1 => format!("0x{:x}, 1 byte", range.start),
        () => format!("0x{:x}, {} bytes", range.start, grouped(n_bytes)),
    }
}

/// The part of each side that the other one has not: all but what both begin and end with.
fn differing(picked: &ListedDifference) -> [Range<u64>; 2] {
    let [old, new] = [(&picked.difference.old, &picked.old), (&picked.difference.new, &picked.new)]
        .map(|(side, excerpt)| (side.range.clone(), inside(side, excerpt)));
    let head = old.1.iter().zip(new.1).take_while(|(old, new)| old == new).count();
    let most = old.1.len().min(new.1.len()) - head;
    let tail =
        old.1.iter().rev().zip(new.1.iter().rev()).take(most).take_while(|(old, new)| old == new).count();
    [old, new].map(|(range, bytes)| range.start + head as u64..range.start + (bytes.len() - tail) as u64)
}

/// The bytes of the field itself, as far as they are there.
fn inside<'a>(side: &Side, excerpt: &'a Excerpt) -> &'a [u8] {
    let index = |offset: u64| (offset.saturating_sub(excerpt.start) as usize).min(excerpt.bytes.len());
    &excerpt.bytes[index(side.range.start)..index(side.range.end)]
}

fn spans_of(side: &Side, excerpt: &Excerpt) -> [Range<u64>; 3] {
    let Range { start, end } = side.range;
    let record = match read(inside(side, excerpt), end - start) {
        Read::Record(record) if side.is_record => record,
        _ => return [start..start, start..start, start..end],
    };
    let tag = start + u64::from(record.tag.width);
    let payload = start + u64::from(record.payload_start);
    // A group's content follows its tag; its end tag is tinted with it.
    let value = if record.tag.wire_type == WireType::Sgroup { tag } else { payload };
    [start..tag, tag..value, value..end]
}

/// Where the cells of a row stand.
struct Layout {
    n_bytes: u64,
    first: f32,
    pitch: f32,
    ascii: f32,
    ascii_pitch: f32,
    n_digits: usize,
}

impl Layout {
    fn of(ui: &Ui, theme: &Theme, rect: Rect, shown: &Shown<'_>) -> Self {
        let font = fonts::mono(theme.size.text_mono);
        let glyph = ui.fonts_mut(|fonts| fonts.glyph_width(&font, '0'));
        let end = shown.excerpt.start + shown.excerpt.bytes.len() as u64;
        let n_digits = format!("{end:x}").len().max(4);
        let (pitch, ascii_pitch) = ((2.0 * glyph + 6.0).round(), (glyph + 1.0).round());
        let first = (theme.size.gap + glyph * n_digits as f32 + theme.size.margin).round();
        let room = rect.width() - theme.size.scroll_bar - first - 2.0 * theme.size.gap;
        let fits = |n_bytes: f32| n_bytes * (pitch + ascii_pitch) <= room;
        let n_bytes = [16, 8].into_iter().find(|n_bytes| fits(*n_bytes as f32)).unwrap_or(4);
        let ascii = first + n_bytes as f32 * pitch + theme.size.gap;
        Self { n_bytes, first, pitch, ascii, ascii_pitch, n_digits }
    }
}

/// In place of the bytes of the message that are not shown.
fn cut_ui(ui: &Ui, theme: &Theme, row: &Row, n_bytes: u64, place: &str) -> RowLabel {
    let unit = if n_bytes == 1 { "byte" } else { "bytes" };
    let text = format!("… {} {unit} {place}", grouped(n_bytes));
    let at = row.rect.with_min_x(row.rect.left() + theme.size.gap);
    let font = fonts::regular(theme.size.text_small);
    cell(ui.painter(), at, &text, &font, theme.color.muted, Align::Min);
    RowLabel::new(text)
}

fn row_ui(ui: &Ui, theme: &Theme, layout: &Layout, shown: &Shown<'_>, row: &Row, line_idx: u64) -> RowLabel {
    let painter = ui.painter();
    let mono = fonts::mono(theme.size.text_mono);
    let start = shown.excerpt.start + line_idx * layout.n_bytes;
    let at = row.rect.with_min_x(row.rect.left() + theme.size.gap);
    let offset = format!("{start:0width$x}", width = layout.n_digits);
    cell(painter, at, &offset, &mono, theme.color.muted, Align::Min);
    let mut spoken = String::new();
    for idx in 0..layout.n_bytes {
        let offset = start + idx;
        let Some(byte) = shown.excerpt.bytes.get((offset - shown.excerpt.start) as usize) else { break };
        let column = |first: f32, pitch: f32| {
            let left = row.rect.left() + first + idx as f32 * pitch;
            Rect::from_min_max(pos2(left, row.rect.top()), pos2(left + pitch, row.rect.bottom()))
        };
        let rect = column(layout.first, layout.pitch);
        let (fill, ink) = tint(theme, shown, offset);
        painter.rect_filled(rect.shrink2(vec2(0.0, 1.0)), 0.0, fill);
        let text = format!("{byte:02x}");
        cell(painter, rect, &text, &mono, ink, Align::Center);
        let character = if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '·' };
        let ascii = column(layout.ascii, layout.ascii_pitch);
        cell(painter, ascii, &character.to_string(), &mono, ink, Align::Center);
        if shown.differs.contains(&offset) {
            let under = rect.with_min_y(rect.bottom() - 3.0).with_max_y(rect.bottom() - 1.0);
            painter.rect_filled(under.shrink2(vec2(2.0, 0.0)), 0.0, theme.color.accent);
        }
        spoken.push_str(if idx > 0 { " " } else { "" });
        spoken.push_str(&text);
    }
    RowLabel::new(format!("Bytes at 0x{start:x}")).value(spoken)
}

fn tint(theme: &Theme, shown: &Shown<'_>, offset: u64) -> (Color32, Color32) {
    let color = &theme.color;
    let inks = [
        (color.tag_tint, color.tag_text),
        (color.length_tint, color.length_text),
        (color.value_tint, color.value_text),
    ];
    let found = shown.spans.iter().zip(inks).find(|(span, _)| span.contains(&offset));
    found.map_or((Color32::TRANSPARENT, color.muted), |(_, ink)| ink)
}
