//! A comment of a declaration, set as paragraphs and lists.

use crate::ui::theme::theme;
use crate::ui::widgets::visible_text;
use egui::{Label, Layout, RichText, Ui};

/// A block of a comment.
#[derive(Debug, PartialEq, Eq)]
enum Block {
    Paragraph(String),
    /// With its depth, from 0.
    Point(usize, String),
    /// Indented text, kept line by line.
    Code(String),
}

/// The most characters of a comment that are set.
const MOST: usize = 8_000;

pub fn comment_ui(ui: &mut Ui, comment: &str) {
    let theme = theme(ui);
    let end = comment.char_indices().nth(MOST).map_or(comment.len(), |(at, _)| at);
    for block in blocks(&comment[..end]) {
        match block {
            Block::Paragraph(text) => {
                ui.add(Label::new(text_of(ui, &text)).wrap());
            }
            Block::Point(depth, text) => point_ui(ui, depth, &text),
            Block::Code(text) => {
                let frame = egui::Frame::new().fill(theme.color.surface_2).corner_radius(theme.size.radius);
                frame.inner_margin(theme.size.gap).show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    let code = RichText::new(text).monospace().size(theme.size.text_small);
                    ui.add(Label::new(code).wrap());
                });
            }
        }
        ui.add_space(theme.size.gap_small);
    }
}

fn point_ui(ui: &mut Ui, depth: usize, text: &str) {
    let theme = theme(ui);
    ui.with_layout(Layout::left_to_right(egui::Align::Min), |ui| {
        ui.spacing_mut().item_spacing.x = theme.size.gap - 2.0;
        ui.add_space(theme.size.indent * depth.min(4) as f32);
        ui.weak("•");
        ui.add(Label::new(text_of(ui, text)).wrap());
    });
}

fn text_of(ui: &Ui, text: &str) -> RichText {
    let plain = text.replace('`', "");
    RichText::new(visible_text(&plain).into_owned()).size(theme(ui).size.text)
}

fn blocks(comment: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_new = true;
    for line in comment.lines() {
        let text = line.trim();
        let indent = line.len() - line.trim_start().len();
        if text.is_empty() {
            is_new = true;
            continue;
        }
        if let Some(point) = bullet(text) {
            blocks.push(Block::Point(indent / 2, point.to_owned()));
        } else if is_new && 4 <= indent {
            blocks.push(Block::Code(line.trim_end().to_owned()));
        } else {
            match blocks.last_mut() {
                Some(Block::Paragraph(last) | Block::Point(_, last)) if !is_new => {
                    last.push(' ');
                    last.push_str(text);
                }
                Some(Block::Code(last)) if !is_new => {
                    last.push('\n');
                    last.push_str(line.trim_end());
                }
                _ => blocks.push(Block::Paragraph(text.to_owned())),
            }
        }
        is_new = false;
    }
    blocks
}

/// The text behind `-`, `*` or `1.`.
fn bullet(text: &str) -> Option<&str> {
    if let Some(point) = text.strip_prefix("- ").or_else(|| text.strip_prefix("* ")) {
        return Some(point.trim_start());
    }
    let (number, _) = text.split_once(". ")?;
    let is_number = !number.is_empty() && number.len() <= 2 && number.bytes().all(|b| b.is_ascii_digit());
    is_number.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_join_into_paragraphs_and_points() {
        let text = "One line\nand its end.\n\n- a\n  more of a\n- b\n\nLast.";
        let expected = [
            Block::Paragraph("One line and its end.".into()),
            Block::Point(0, "a more of a".into()),
            Block::Point(0, "b".into()),
            Block::Paragraph("Last.".into()),
        ];
        assert_eq!(blocks(text), expected);
    }

    #[test]
    fn indented_lines_stay_as_they_are() {
        assert_eq!(
            blocks("See:\n\n    a = 1\n      b"),
            [Block::Paragraph("See:".into()), Block::Code("    a = 1\n      b".into()),]
        );
    }
}
