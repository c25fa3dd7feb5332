//! Values too long to be typed on: a view of any part of them, by position, and files.

use super::{Editing, Form};
use crate::app::{Action, Dialog, FileDialog};
use crate::document::value::{grouped, hex, line_of_text};
use crate::document::{ReadMode, SourceError};
use crate::schema::Kind;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::theme;
use crate::ui::widgets::{RowLabel, RowList, Segment, TextButton, cell};
use egui::{Align, Ui, vec2};

/// Most bytes of a line, which are as many of these as there is room for.
const MOST_OF_LINE: u64 = 64;
const STEP_OF_LINE: u64 = 8;
/// Digits of a place.
const PLACE: usize = 6;
const N_LINES: f32 = 12.0;

/// The length, all of the payload in lines, and buttons for files.
pub fn large_ui(ui: &mut Ui, editing: &mut Editing<'_>) -> Option<Action> {
    let kib = super::HEAD >> 10;
    let len = editing.subject.payload_len();
    let is_message = matches!(editing.subject.kind(), Some(Kind::Message(_)));
    let way = match is_message {
        true => "open the message in the tree and change its fields.",
        false => "write the value to a file, edit it there and read it back.",
    };
    let text = format!("{} bytes. Values over {kib} KiB are not edited here: {way}", grouped(len));
    ui.add(egui::Label::new(egui::RichText::new(text).color(theme(ui).color.muted)).wrap());
    ui.add_space(theme(ui).size.gap_small);
    if is_message {
        editing.draft.form = Form::Hex;
    } else {
        let is_hex = editing.draft.form == Form::Hex;
        if let Some(chosen) = Segment::new("Shown as", &["Text", "Hex"]).show(ui, Some(usize::from(is_hex))) {
            editing.draft.form = if chosen == 1 { Form::Hex } else { Form::Text };
            editing.draft.list = Default::default();
        }
    }
    lines_ui(ui, editing);
    files_ui(ui, editing)
}

fn lines_ui(ui: &mut Ui, editing: &mut Editing<'_>) {
    let theme = theme(ui);
    let is_hex = editing.draft.form == Form::Hex;
    let len = editing.subject.payload_len();
    let size = vec2(ui.available_width(), N_LINES * theme.size.row_dense);
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    ui.painter().rect_filled(rect, theme.size.radius, theme.color.surface_0);
    let font = fonts::mono(theme.size.text_mono);
    let glyph = ui.fonts_mut(|fonts| fonts.glyph_width(&font, '0'));
    let glyphs = (rect.width() - theme.size.scroll_bar - 4.0 * theme.size.gap) / glyph - PLACE as f32;
    let width = width_of_line(glyphs, is_hex);
    let mut list = std::mem::take(&mut editing.draft.list);
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
        let lines = RowList::new("Value in lines", len.div_ceil(width));
        lines.row_height(theme.size.row_dense).without_hover().show(ui, &mut list, |ui, row| {
            let offset = row.idx * width;
            let (text, is_read) = match line(editing, offset, width, is_hex) {
                Ok(text) => (text, true),
                Err(SourceError::Missing { .. }) => ("Reading…".to_owned(), false),
                Err(error) => (error.to_string(), false),
            };
            let mut at = row.rect.shrink2(vec2(theme.size.gap, 0.0));
            let place = format!("{offset:0PLACE$x}");
            let place = cell(ui.painter(), at, &place, &font, theme.color.muted, Align::Min);
            at.min.x = place.rect.right() + theme.size.gap;
            let ink = if is_read { theme.color.text } else { theme.color.muted };
            cell(ui.painter(), at, &text, &font, ink, Align::Min);
            RowLabel::new(format!("Value at 0x{offset:x}")).value(text)
        });
    });
    editing.draft.list = list;
}

/// Bytes of a line for which there is room of so many characters.
fn width_of_line(glyphs: f32, is_hex: bool) -> u64 {
    let a_byte = if is_hex { 3.0 } else { 1.0 };
    let steps = (glyphs / a_byte) as u64 / STEP_OF_LINE;
    (steps * STEP_OF_LINE).clamp(STEP_OF_LINE, MOST_OF_LINE)
}

/// The bytes of one line in words; those of a character at an edge are read with it.
fn line(editing: &Editing<'_>, offset: u64, width: u64, is_hex: bool) -> Result<String, SourceError> {
    let payload = &editing.subject.payload;
    let start = payload.start + offset;
    let end = payload.end.min(start + width);
    let snapshot = editing.open.document.snapshot();
    if is_hex {
        return Ok(hex(&snapshot.bytes(start..end, ReadMode::Cached)?));
    }
    let from = payload.start.max(start.saturating_sub(3));
    let to = payload.end.min(end + 3);
    let bytes = snapshot.bytes(from..to, ReadMode::Cached)?;
    Ok(line_of_text(&bytes, (start - from) as usize..(end - from) as usize))
}

/// Buttons that write the payload to a file and, where any bytes may stand, read it from one.
pub fn files_ui(ui: &mut Ui, editing: &Editing<'_>) -> Option<Action> {
    let row = editing.subject.row.id;
    let is_message = matches!(editing.subject.kind(), Some(Kind::Message(_)));
    let mut asked = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme(ui).size.gap_small;
        if TextButton::new("Write to file…").icon(Icon::Export).show(ui).clicked() {
            asked = Some(FileDialog::BytesToFile { range: editing.subject.payload.clone() });
        }
        if !is_message && TextButton::new("Read from file…").icon(Icon::Import).show(ui).clicked() {
            asked = Some(FileDialog::PayloadFromFile { row });
        }
    });
    asked.map(|dialog| Action::Show(Dialog::File(dialog)))
}
