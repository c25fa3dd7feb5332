//! Text from data made fit to be looked at: one line, nothing invisible, nothing that turns around.

use std::fmt::Write as _;

/// Whether a character would not be seen, or would change how others are seen: control,
/// bidirectional, zero-width, line separators, tags.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Appends `c` as it stands in quoted text: itself, or its escape if it is hidden, `"` or `\`.
///
/// Returns whether it was hidden.
pub fn escape_char(out: &mut String, c: char) -> bool {
    let _ = match c {
        '"' | '\\' => write!(out, "\\{c}"),
        '\n' => write!(out, "\\n"),
        '\r' => write!(out, "\\r"),
        '\t' => write!(out, "\\t"),
        _ if is_hidden(c) => write!(out, "\\u{{{:x}}}", u32::from(c)),
        _ => {
            out.push(c);
            return false;
        }
    };
    !matches!(c, '"' | '\\')
}

/// What quoting met on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quoted {
    /// Hidden characters were written as escapes.
    pub escaped: bool,
    /// Bytes that are no UTF-8 were written as `\xNN`.
    pub invalid: bool,
    /// Not all of the input is there.
    pub cut: bool,
}

/// `text` in quotes on one line, of at most `max_chars` characters of it (each escape counts as one).
pub fn quote_text(text: &str, max_chars: usize) -> (String, Quoted) {
    quote_bytes(text.as_bytes(), true, max_chars)
}

/// Bytes that should be UTF-8, in quotes on one line, of at most `max_chars` characters.
///
/// `complete` says whether the bytes are all there are; if not, a character that is cut at the end is
/// left out instead of being taken for invalid.
pub fn quote_bytes(bytes: &[u8], complete: bool, max_chars: usize) -> (String, Quoted) {
    let mut found = Quoted { cut: !complete, ..Quoted::default() };
    // No character takes more than 4 bytes, so this much is enough to fill `max_chars`.
    let enough = max_chars.saturating_add(1).saturating_mul(4);
    let (mut bytes, complete) = match bytes.get(..enough) {
        Some(head) if head.len() < bytes.len() => (head, false),
        _ => (bytes, complete),
    };
    let mut out = String::from("\"");
    let mut n_left = max_chars;
    loop {
        let (valid, error) = match simdutf8::compat::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let valid = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
                (valid, Some(error))
            }
        };
        for c in valid.chars() {
            if n_left == 0 {
                found.cut = true;
                break;
            }
            found.escaped |= escape_char(&mut out, c);
            n_left -= 1;
        }
        let Some(error) = error.filter(|_| !found.cut || n_left > 0) else { break };
        bytes = &bytes[error.valid_up_to()..];
        if error.error_len().is_none() && !complete {
            break;
        }
        let n_bad = error.error_len().unwrap_or(bytes.len());
        for byte in &bytes[..n_bad] {
            if n_left == 0 {
                found.cut = true;
                break;
            }
            found.invalid = true;
            let _ = write!(out, "\\x{byte:02x}");
            n_left -= 1;
        }
        bytes = &bytes[n_bad..];
    }
    if found.cut {
        out.push('…');
    }
    out.push('"');
    (out, found)
}

/// A number in groups of three digits, as sizes are shown.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (idx, digit) in digits.chars().enumerate() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// Bytes as two digits each, with spaces between them.
pub fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 3);
    for byte in bytes {
        if !out.is_empty() {
            out.push(' ');
        }
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        for (text, expected) in [
            ("orders", r#""orders""#),
            ("订单", "\"订单\""),
            ("a\"b\\c", r#""a\"b\\c""#),
            ("a\nb\tc\0", r#""a\nb\tc\u{0}""#),
            ("\u{202e}txt\u{200b}", r#""\u{202e}txt\u{200b}""#),
        ] {
            assert_eq!(quote_text(text, 100).0, expected);
        }
    }

    #[test]
    fn invalid_bytes_keep_their_value_and_a_cut_character_is_no_error() {
        let (text, found) = quote_bytes(b"a\xff\xc3b", true, 100);
        assert_eq!((text.as_str(), found.invalid), (r#""a\xff\xc3b""#, true));
        let (text, found) = quote_bytes("aä".as_bytes().split_at(2).0, false, 100);
        assert_eq!((text.as_str(), found.invalid, found.cut), ("\"a…\"", false, true));
        assert_eq!(quote_bytes(b"abcdef", true, 3).0, "\"abc…\"");
        assert_eq!(quote_bytes(b"abc\xff\xff", true, 4).0, "\"abc\\xff…\"");
    }

    #[test]
    fn sizes_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1000, 1234567].map(grouped), ["0", "999", "1 000", "1 234 567"]);
    }
}
