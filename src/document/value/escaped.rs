//! Text of many lines in which nothing is hidden, and bytes that are no UTF-8 can be typed.
//!
//! Lines stay lines; what would not be seen is `\u{…}`, a byte that is no UTF-8 is `\xNN`, and a
//! backslash is two.

use super::ValueError;
use super::escape::is_hidden;
use std::fmt::Write as _;

/// How many bytes and characters of a text would not be seen as what they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HiddenIn {
    /// Characters that do not show, or that change how others show; line ends and tabs are none.
    pub n_hidden: usize,
    /// Bytes that are no UTF-8.
    pub n_invalid: usize,
}

/// Counts what [`escaped_text`] would write as escapes, line ends and backslashes apart.
pub fn hidden_in(bytes: &[u8]) -> HiddenIn {
    let mut found = HiddenIn::default();
    for chunk in bytes.utf8_chunks() {
        found.n_hidden += chunk.valid().chars().filter(|c| is_escaped(*c)).count();
        found.n_invalid += chunk.invalid().len();
    }
    found
}

/// Text from which [`parse_escaped`] makes the same bytes again.
pub fn escaped_text(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    // Writing to a String cannot fail.
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            let _ = match c {
                '\\' => out.write_str("\\\\"),
                '\t' => out.write_str("\\t"),
                '\r' => out.write_str("\\r"),
                c if is_escaped(c) => write!(out, "\\u{{{:x}}}", u32::from(c)),
                c => out.write_char(c),
            };
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

fn is_escaped(c: char) -> bool {
    is_hidden(c) && !matches!(c, '\n' | '\t')
}

/// Bytes of a text with escapes: `\n`, `\t`, `\r`, `\0`, `\\`, `\"`, `\'`, `\xNN` for one byte and
/// `\u{…}` for one character.
pub fn parse_escaped(text: &str) -> Result<Vec<u8>, ValueError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..start]);
        let escape = &rest[start..];
        let n_chars = text[..text.len() - escape.len()].chars().count();
        let len = escape_len(escape, &mut bytes)
            .ok_or_else(|| ValueError::Escape { found: escape.chars().take(4).collect(), at: n_chars + 1 })?;
        rest = &escape[len..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(bytes)
}

/// Writes what the escape at the start of `text` stands for; its length, or `None` if it is none.
fn escape_len(text: &str, bytes: &mut Vec<u8>) -> Option<usize> {
    let plain = |byte, bytes: &mut Vec<u8>| {
        bytes.push(byte);
        Some(2)
    };
    match text.as_bytes().get(1)? {
        b'n' => plain(b'\n', bytes),
        b't' => plain(b'\t', bytes),
        b'r' => plain(b'\r', bytes),
        b'0' => plain(0, bytes),
        byte @ (b'\\' | b'"' | b'\'') => plain(*byte, bytes),
        b'x' => {
            let digits =
                text.get(2..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            Some(4)
        }
        b'u' => {
            let digits = text.get(2..)?.strip_prefix('{')?;
            let len = digits.find('}').filter(|len| (1..=6).contains(len))?;
            let is_hex = digits[..len].bytes().all(|byte| byte.is_ascii_hexdigit());
            let number = u32::from_str_radix(&digits[..len], 16).ok().filter(|_| is_hex)?;
            let c = char::from_u32(number)?;
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            Some(len + 4)
        }
        _ => None,
    }
}

/// The characters that begin in `line` of `bytes`, hidden ones and bytes that are no UTF-8 as
/// escapes: a long text in lines of so many bytes.
///
/// `bytes` should hold up to three bytes more on either side, so that no character is cut.
pub fn line_of_text(bytes: &[u8], line: std::ops::Range<usize>) -> String {
    let is_continuation = |at: usize| bytes.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    // A character that began before the line and reaches into it is of the line before.
    let mut start = line.start;
    let lead = (line.start.saturating_sub(3)..line.start).rev().find(|at| !is_continuation(*at));
    if let Some(lead) = lead.filter(|_| is_continuation(line.start)) {
        let first = bytes[lead..].utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
        start = first.map_or(start, |c| start.max(lead + c.len_utf8()));
    }
    let mut out = String::new();
    let mut at = start;
    for chunk in bytes.get(start..).unwrap_or_default().utf8_chunks() {
        for c in chunk.valid().chars() {
            if line.end <= at {
                return out;
            }
            super::escape::escape_char(&mut out, c);
            at += c.len_utf8();
        }
        for byte in chunk.invalid() {
            if line.end <= at {
                return out;
            }
            let _ = write!(out, "\\x{byte:02x}");
            at += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_stay_and_what_is_hidden_is_spelled_out() {
        for (bytes, text) in [
            (&b"two\nlines"[..], "two\nlines"),
            (b"tab\there\r", "tab\\there\\r"),
            (b"a\\b\0", "a\\\\b\\u{0}"),
            ("x\u{202e}y\u{200b}".as_bytes(), "x\\u{202e}y\\u{200b}"),
            (b"caf\xe9!", "caf\\xe9!"),
            ("\u{e9}\u{4e16}".as_bytes(), "\u{e9}\u{4e16}"),
        ] {
            assert_eq!(escaped_text(bytes), text);
            assert_eq!(parse_escaped(text).unwrap(), bytes);
        }
        assert_eq!(parse_escaped(r#"\n\t\0\"\'\x41"#).unwrap(), b"\n\t\0\"'A");
        assert_eq!(hidden_in(b"a\n\t\x1b\xff\xfe"), HiddenIn { n_hidden: 1, n_invalid: 2 });
    }

    #[test]
    fn what_is_no_escape_says_where() {
        for (text, at) in
            [("a\\", 2), ("\u{e9}\\q", 2), ("\\x4", 1), ("\\u{110000}", 1), ("\\u{}", 1), ("\\xéé", 1)]
        {
            let Err(ValueError::Escape { at: found, .. }) = parse_escaped(text) else { panic!("{text}") };
            assert_eq!(found, at, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_byte_string_reads_back(bytes in prop::collection::vec(any::<u8>(), 0..60), text in ".{0,20}") {
            prop_assert_eq!(parse_escaped(&escaped_text(&bytes)).unwrap(), bytes);
            prop_assert_eq!(parse_escaped(&escaped_text(text.as_bytes())).unwrap(), text.as_bytes());
        }

        #[test]
        fn no_text_makes_it_panic(text in "[\\\\xu{}0-9a-fé]{0,20}") {
            let _ = parse_escaped(&text);
        }

        #[test]
        fn the_lines_of_a_text_are_all_of_it(text in "[a\u{e9}\u{4e16}\u{1f600}]{0,40}", width in 1_usize..9) {
            let bytes = text.as_bytes();
            let lines = (0..bytes.len().div_ceil(width)).map(|line| {
                let (from, to) = (line * width, ((line + 1) * width).min(bytes.len()));
                let (start, end) = (from.saturating_sub(3), (to + 3).min(bytes.len()));
                line_of_text(&bytes[start..end], from - start..to - start)
            });
            prop_assert_eq!(lines.collect::<String>(), text);
        }
    }
}
