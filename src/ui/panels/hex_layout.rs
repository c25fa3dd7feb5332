//! Where the bytes of a row stand in the hex pane.

use crate::ui::fonts;
use crate::ui::theme::Theme;
use egui::{Pos2, Rect, Ui, pos2};

/// In points from a row's left edge.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    pub n_bytes: u64,
    pub n_digits: usize,
    first: f32,
    pitch: f32,
    /// Between the two halves.
    middle: f32,
    text: f32,
    text_pitch: f32,
}

impl Layout {
    /// For `room` points and a document of `len` bytes.
    pub fn of(ui: &Ui, theme: &Theme, room: f32, len: u64) -> Self {
        let font = fonts::mono(theme.size.text_mono);
        let glyph = ui.fonts_mut(|fonts| fonts.glyph_width(&font, '0'));
        let n_digits = format!("{:x}", len.max(1)).len().max(4);
        let pitch = (2.0 * glyph + 8.0).round();
        let text_pitch = (glyph + 1.0).round();
        let middle = theme.size.gap;
        let first = (theme.size.margin + glyph * n_digits as f32 + 2.0 * theme.size.gap).round();
        let width = |n_bytes: f32| first + n_bytes * (pitch + text_pitch) + 2.0 * middle + 24.0;
        let n_bytes = [16, 8].into_iter().find(|n_bytes| width(*n_bytes as f32) <= room).unwrap_or(4);
        let text =
            first + n_bytes as f32 * pitch + if n_bytes == 16 { middle } else { 0.0 } + 2.0 * theme.size.gap;
        Self { n_bytes, n_digits, first, pitch, middle, text, text_pitch }
    }

    /// What stands to the right of a byte's cell before the next one.
    pub fn gap(&self, idx: u64) -> f32 {
        if self.n_bytes == 16 && 8 <= idx { self.middle } else { 0.0 }
    }

    /// The two digits of a byte.
    pub fn digits(&self, row: Rect, idx: u64) -> Rect {
        let left = row.left() + self.first + idx as f32 * self.pitch + self.gap(idx);
        Rect::from_min_max(pos2(left, row.top()), pos2(left + self.pitch, row.bottom()))
    }

    /// Its character.
    pub fn text(&self, row: Rect, idx: u64) -> Rect {
        let left = row.left() + self.text + idx as f32 * self.text_pitch;
        Rect::from_min_max(pos2(left, row.top()), pos2(left + self.text_pitch, row.bottom()))
    }

    /// The byte of a row nearest to a place, and whether that is in the column of text.
    pub fn nearest(&self, row: Rect, at: Pos2) -> (u64, bool) {
        let is_text = row.left() + self.text - self.middle <= at.x;
        let last = self.n_bytes - 1;
        let cell = |idx| if is_text { self.text(row, idx) } else { self.digits(row, idx) };
        let idx = (0..last).find(|idx| at.x < cell(idx + 1).left()).unwrap_or(last);
        (idx, is_text)
    }

    /// The byte whose cell or character is at a place.
    pub fn byte_at(&self, row: Rect, at: Pos2) -> Option<u64> {
        (0..self.n_bytes).find(|idx| self.digits(row, *idx).contains(at) || self.text(row, *idx).contains(at))
    }
}
