//! Characters that do not show, or that change what shows around them, spelled out.
//!
//! Data can hide text, turn its direction or end a line early. What stands on screen must be
//! what is in the bytes, so such characters become `\n` or `⟨U+200B⟩` before a label sees them.

use std::borrow::Cow;

use egui::Color32;
use egui::text::{LayoutJob, TextFormat};

/// `text` with every invisible character spelled out; borrowed if there is none.
pub fn visible_text(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut visible = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match token(character) {
            Some(token) => visible.push_str(&token),
            None => visible.push(character),
        }
    }
    Cow::Owned(visible)
}

/// As [`visible_text`], with what was spelled out in `token_color`, so that a `\n` in the data
/// and a newline are told apart.
pub fn visible_job(text: &str, format: &TextFormat, token_color: Color32) -> LayoutJob {
    let mut job = LayoutJob { break_on_newline: false, ..LayoutJob::default() };
    let token_format = TextFormat { color: token_color, ..format.clone() };
    let mut shown_up_to = 0;
    for (at, character) in text.char_indices() {
        if let Some(token) = token(character) {
            if shown_up_to < at {
                job.append(&text[shown_up_to..at], 0.0, format.clone());
            }
            job.append(&token, 0.0, token_format.clone());
            shown_up_to = at + character.len_utf8();
        }
    }
    if shown_up_to < text.len() || job.sections.is_empty() {
        job.append(&text[shown_up_to..], 0.0, format.clone());
    }
    job
}

fn token(character: char) -> Option<Cow<'static, str>> {
    Some(match character {
        '\0' => "\\0".into(),
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        _ if is_hidden(character) => format!("⟨U+{:04X}⟩", u32::from(character)).into(),
        _ => return None,
    })
}

fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            u32::from(character),
            0x00AD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F
                | 0x200B..=0x200F // zero width, joiners, direction marks
                | 0x2028..=0x202E // separators, embeddings, overrides
                | 0x2060..=0x206F // joiners, isolates
                | 0x3164 | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB
                | 0xFFFD // may be real, or what a decoder left: say which character it is
                | 0xFFFE..=0xFFFF
                | 0xE000..=0xF8FF // private use: fonts put pictures here
                | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A
                | 0xE0000..=0xE0FFF | 0xF0000..=0x10FFFF
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_left_alone() {
        for text in ["", "orders", "订单消息 orders", "naïve 🚀 ½", "C:\\temp"] {
            assert!(matches!(visible_text(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn what_does_not_show_is_spelled_out() {
        for (text, visible) in [
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("nul\0", "nul\\0"),
            ("bell\u{7}", "bell⟨U+0007⟩"),
            ("zero\u{200b}width", "zero⟨U+200B⟩width"),
            ("\u{202e}gpj.exe", "⟨U+202E⟩gpj.exe"),
            ("\u{2066}x\u{2069}", "⟨U+2066⟩x⟨U+2069⟩"),
            ("\u{feff}bom", "⟨U+FEFF⟩bom"),
            ("\u{fffd}", "⟨U+FFFD⟩"),
            ("\u{e0041}", "⟨U+E0041⟩"),
            ("\u{e001}", "⟨U+E001⟩"),
            ("\u{85}", "⟨U+0085⟩"),
        ] {
            assert_eq!(visible_text(text), visible);
        }
    }

    #[test]
    fn nothing_hidden_is_left_after_one_pass() {
        let every: String = (0..=0x10_FFFF).filter_map(char::from_u32).collect();
        let visible = visible_text(&every).into_owned();
        assert!(!visible.chars().any(is_hidden));
    }

    #[test]
    fn a_job_reads_as_the_text_does() {
        let format = TextFormat::default();
        for text in ["", "a\nb", "\u{200b}", "plain", "x\0"] {
            assert_eq!(visible_job(text, &format, format.color).text, visible_text(text));
        }
    }
}
