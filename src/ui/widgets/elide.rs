//! Text cut to a width with "…", before layout: what a row costs does not grow with its value.

use std::borrow::Cow;
use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Align, Color32, FontId, Galley, Painter, Rect, Response, Ui, pos2};

use super::floating::HoverText;
use crate::ui::fonts;

/// Where the "…" goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Elide {
    #[default]
    End,
    /// For paths and ids, whose ends tell them apart.
    Middle,
    /// For paths of which the folders that come last matter; at a slash where there is one.
    Start,
}

/// No glyph in use is narrower than this share of the font size, so more characters never fit.
const NARROWEST: f32 = 0.12;

/// What of `text` can matter to a line of `width` points: a prefix, by characters.
pub fn fitting_prefix<'a>(text: &'a str, font: &FontId, width: f32) -> (&'a str, bool) {
    let most = (width / (font.size * NARROWEST)).ceil().max(1.0) as usize + 1;
    match text.char_indices().nth(most) {
        Some((end, _)) => (&text[..end], true),
        None => (text, false),
    }
}

/// `text` with its middle replaced by "…" if it is wider than `width` points.
pub fn elide_middle<'a>(painter: &Painter, text: &'a str, font: &FontId, width: f32) -> Cow<'a, str> {
    let most = (width / (font.size * NARROWEST)).ceil().max(1.0) as usize + 1;
    let mut glyph = |character: char| painter.fonts_mut(|fonts| fonts.glyph_width(font, character));
    if text.chars().nth(most).is_none() {
        let whole: f32 = text.chars().map(&mut glyph).sum();
        if whole <= width {
            return Cow::Borrowed(text);
        }
    }
    let mut left = width - glyph('…');
    let (mut start, mut end) = (0, text.len());
    let mut from_start = text.char_indices();
    // The end gets the first and every other character: it is what tells ids apart.
    for (at, character) in text.char_indices().rev() {
        left -= glyph(character);
        if left < 0.0 || at <= start {
            break;
        }
        end = at;
        let Some((at, character)) = from_start.next() else {
            break;
        };
        left -= glyph(character);
        if left < 0.0 || end <= at {
            break;
        }
        start = at + character.len_utf8();
    }
    Cow::Owned(format!("{}…{}", &text[..start], &text[end..]))
}

/// The end of `text` behind a "…" if it is wider than `width` points.
fn elide_start<'a>(painter: &Painter, text: &'a str, font: &FontId, width: f32) -> Cow<'a, str> {
    let glyph = |character: char| painter.fonts_mut(|fonts| fonts.glyph_width(font, character));
    let dots = glyph('…');
    let (mut taken, mut start) = (0.0, None);
    for (at, character) in text.char_indices().rev() {
        taken += glyph(character);
        if taken > width {
            let start = start.unwrap_or(text.len());
            let end = &text[start..];
            let from = end.find('/').filter(|at| at + 1 < end.len()).unwrap_or(0);
            return Cow::Owned(format!("…{}", &end[from..]));
        }
        if taken + dots <= width {
            start = Some(at);
        }
    }
    Cow::Borrowed(text)
}

/// A galley of one line no wider than `width`, and whether something of `text` is missing in it.
pub fn one_line(
    painter: &Painter,
    text: &str,
    font: &FontId,
    color: Color32,
    width: f32,
    elide: Elide,
) -> (Arc<Galley>, bool) {
    let (text, is_cut) = match elide {
        Elide::End => {
            let (prefix, is_cut) = fitting_prefix(text, font, width);
            (Cow::Borrowed(prefix), is_cut)
        }
        Elide::Middle => {
            let short = elide_middle(painter, text, font, width);
            let is_cut = matches!(short, Cow::Owned(_));
            (short, is_cut)
        }
        Elide::Start => {
            let short = elide_start(painter, text, font, width);
            let is_cut = matches!(short, Cow::Owned(_));
            (short, is_cut)
        }
    };
    let job = LayoutJob {
        wrap: TextWrapping { max_width: width, max_rows: 1, break_anywhere: true, ..Default::default() },
        break_on_newline: false,
        ..LayoutJob::single_section(text.into_owned(), TextFormat::simple(font.clone(), color))
    };
    let galley = painter.layout_job(job);
    let is_elided = is_cut || galley.elided;
    (galley, is_elided)
}

/// What became of a painted cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Where the text stands.
    pub rect: Rect,
    pub is_elided: bool,
}

impl Cell {
    /// Shows all of the text beside the pointer where the cell could not.
    ///
    /// `full` is asked for only then; keep it below a few KB.
    pub fn full_text_on_hover(self, ui: &Ui, row: &Response, full: impl FnOnce() -> String) {
        let is_over = ui.input(|input| input.pointer.hover_pos()).is_some_and(|pos| self.rect.contains(pos));
        if self.is_elided && is_over && row.contains_pointer() {
            row.clone().told_at_pointer(full());
        }
    }
}

/// Paints one line of text into `rect`: cut to its width, in the middle of its height.
pub fn cell(painter: &Painter, rect: Rect, text: &str, font: &FontId, color: Color32, align: Align) -> Cell {
    cell_elided(painter, rect, text, font, color, align, Elide::End)
}

/// As [`cell`], with a choice of where to cut.
pub fn cell_elided(
    painter: &Painter,
    rect: Rect,
    text: &str,
    font: &FontId,
    color: Color32,
    align: Align,
    elide: Elide,
) -> Cell {
    if text.is_empty() || rect.width() <= 0.0 || !painter.clip_rect().intersects(rect) {
        return Cell { rect: Rect::from_min_size(rect.min, egui::Vec2::ZERO), is_elided: false };
    }
    let (galley, is_elided) = one_line(painter, text, font, color, rect.width(), elide);
    let rect = place(painter, rect, &galley, align);
    painter.galley(rect.min, galley, color);
    Cell { rect, is_elided }
}

/// Points from the middle of a row to the baseline of text of the usual sizes: half of a capital's
/// height, the same for every font, so that the words and values of a row stand on one line.
const BASELINE: f32 = 4.5;
/// Text of these sizes, in points, stands on it.
const USUAL: std::ops::RangeInclusive<f32> = 11.0..=14.0;

/// Where the baseline of a line is below its top; none for several lines and for icons.
fn baseline(galley: &Galley) -> Option<f32> {
    let [row] = galley.rows.as_slice() else { return None };
    let format = &galley.job.sections.first()?.format;
    let is_usual = USUAL.contains(&format.font_id.size) && format.font_id.family != fonts::icons(0.0).family;
    is_usual.then(|| row.glyphs.first().map(|glyph| row.pos.y + glyph.pos.y))?
}

/// Where a line goes in `rect`: on whole pixels, in the middle of the height.
pub fn place(painter: &Painter, rect: Rect, galley: &Galley, align: Align) -> Rect {
    let size = galley.size();
    let left = match align {
        Align::Min => rect.left(),
        Align::Center => rect.center().x - size.x / 2.0,
        Align::Max => rect.right() - size.x,
    };
    let pixels = painter.pixels_per_point();
    let snap = |points: f32| (points * pixels).round() / pixels;
    let top = match baseline(galley) {
        Some(below) => snap(rect.center().y + BASELINE) - below,
        None => snap(rect.center().y - size.y / 2.0),
    };
    let min = pos2(snap(left), top);
    Rect::from_min_size(min, size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::fonts;

    fn with_painter(test: impl Fn(&Painter)) {
        let ctx = egui::Context::default();
        fonts::install(&ctx);
        let mut output = ctx.run_ui(egui::RawInput::default(), |ui| test(ui.painter()));
        output.textures_delta.clear();
    }

    #[test]
    fn a_line_is_cut_to_its_width() {
        with_painter(|painter| {
            let font = fonts::regular(13.0);
            for elide in [Elide::End, Elide::Middle, Elide::Start] {
                for width in [20.0, 61.0, 200.0] {
                    let text = "apache.rocketmq.v2.SendMessageRequest";
                    let (galley, is_elided) =
                        one_line(painter, text, &font, Color32::PLACEHOLDER, width, elide);
                    assert!(galley.size().x <= width + 1.0, "{elide:?} {}", galley.size().x);
                    assert!(is_elided);
                }
            }
        });
    }

    #[test]
    fn of_a_path_the_last_folders_are_left() {
        with_painter(|painter| {
            let font = fonts::regular(13.0);
            let text = "/srv/shop/more/sources/roots/one/common/money.proto";
            let (galley, _) = one_line(painter, text, &font, Color32::PLACEHOLDER, 200.0, Elide::Start);
            let shown = galley.job.text.trim_start_matches('…');
            assert!(shown.starts_with('/') && shown.len() < text.len() && text.ends_with(shown), "{shown}");
        });
    }

    #[test]
    fn text_that_fits_is_whole() {
        with_painter(|painter| {
            let font = fonts::mono(12.0);
            let (galley, is_elided) =
                one_line(painter, "topic", &font, Color32::PLACEHOLDER, 300.0, Elide::End);
            assert_eq!((galley.text(), is_elided), ("topic", false));
            assert_eq!(elide_middle(painter, "topic", &font, 300.0), "topic");
        });
    }

    #[test]
    fn both_ends_of_a_middle_cut_are_kept() {
        with_painter(|painter| {
            let short = elide_middle(painter, "01D7A0-éé-F00D42", &fonts::mono(12.0), 60.0);
            assert!(short.starts_with("01") && short.ends_with("42"), "{short}");
            assert_eq!(short.matches('…').count(), 1);
        });
    }

    #[test]
    fn a_megabyte_is_cut_before_layout() {
        let text = "é".repeat(1 << 20);
        let (prefix, is_cut) = fitting_prefix(&text, &fonts::mono(12.0), 300.0);
        assert!(is_cut && prefix.len() < 1000);
        with_painter(|painter| {
            let short = elide_middle(painter, &text, &fonts::mono(12.0), 300.0);
            assert!(short.chars().count() < 100);
        });
    }

    #[test]
    fn a_newline_does_not_start_a_second_line() {
        with_painter(|painter| {
            let font = fonts::mono(12.0);
            let (galley, _) = one_line(painter, "a\nb", &font, Color32::PLACEHOLDER, 300.0, Elide::End);
            assert_eq!(galley.rows.len(), 1);
        });
    }
}
