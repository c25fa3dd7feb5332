//! Bytes that text spells out: hex, base64, escaped text, or a literal of a programming language.
//!
//! **Law.** What [`LITERALS`](crate::format::LITERALS) write is read back as the same bytes.

/// How text spelled bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    Hex,
    Base64,
    Escaped,
    List,
}

impl Spelling {
    pub fn name(self) -> &'static str {
        match self {
            Spelling::Hex => "hex",
            Spelling::Base64 => "base64",
            Spelling::Escaped => "escaped text",
            Spelling::List => "a list of bytes",
        }
    }
}

/// Base64 of fewer characters is as likely to be a word.
const LEAST_BASE64: usize = 8;

/// The bytes that text spells, and how; or what was tried and where each failed.
pub(super) fn bytes(text: &str) -> Result<(Vec<u8>, Spelling), String> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("hex:") {
        return hex(rest).map(|bytes| (bytes, Spelling::Hex)).map_err(|reason| format!("As hex: {reason}"));
    }
    if let Some(rest) = text.strip_prefix("base64:") {
        let read = base64(rest).map(|bytes| (bytes, Spelling::Base64));
        return read.map_err(|reason| format!("As base64: {reason}"));
    }
    if let Some(bytes) = list(text) {
        return Ok((bytes, Spelling::List));
    }
    let as_escaped = escaped(text);
    if let Ok(bytes) = as_escaped {
        return Ok((bytes, Spelling::Escaped));
    }
    let as_hex = hex(text);
    if let Ok(bytes) = as_hex {
        return Ok((bytes, Spelling::Hex));
    }
    let as_base64 = base64(text);
    if let Ok(bytes) = as_base64 {
        return Ok((bytes, Spelling::Base64));
    }
    let why = |read: Result<Vec<u8>, String>| read.err().unwrap_or_default();
    Err(format!(
        "Tried as hex: {}; as base64: {}; as escaped text: {}",
        why(as_hex),
        why(as_base64),
        why(as_escaped)
    ))
}

/// Like [`bytes`], where text that is not meant as bytes must not be taken for them.
pub(super) fn likely_bytes(text: &str) -> Option<(Vec<u8>, Spelling)> {
    let found = bytes(text).ok()?;
    let is_likely = match found.1 {
        Spelling::Base64 => LEAST_BASE64 <= text.trim().len(),
        Spelling::Hex => 2 <= found.0.len(),
        Spelling::Escaped | Spelling::List => true,
    };
    is_likely.then_some(found)
}

fn found(c: char, at: usize) -> String {
    let shown =
        if crate::document::value::is_hidden(c) { c.escape_debug().to_string() } else { c.to_string() };
    format!("\"{shown}\" at character {at}")
}

/// Pairs of digits, with or without `0x`, `\x`, commas, colons and blanks between them.
fn hex(text: &str) -> Result<Vec<u8>, String> {
    let is_between = |c: char| c.is_whitespace() || matches!(c, ',' | ':' | '-' | ';');
    let mut digits: Vec<u8> = Vec::new();
    let mut n_in_word = 0;
    let mut chars = text.chars().enumerate().peekable();
    while let Some((idx, c)) = chars.next() {
        if is_between(c) || c == '\\' {
            if n_in_word % 2 == 1 {
                return Err(format!("a byte before character {} has one digit", idx + 1));
            }
            n_in_word = 0;
            if c == '\\' && !matches!(chars.peek(), Some((_, 'x'))) {
                return Err(found(c, idx + 1));
            }
            continue;
        }
        let is_prefix = match (n_in_word, c, chars.peek()) {
            (0, '0', Some((_, 'x' | 'X'))) => {
                chars.next();
                true
            }
            (0, 'x', _) => true,
            _ => false,
        };
        if is_prefix {
            continue;
        }
        let digit = c.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        digits.push(digit.ok_or_else(|| found(c, idx + 1))?);
        n_in_word += 1;
    }
    match digits.len() {
        0 => Err("there are no digits".to_owned()),
        n if n % 2 == 1 => Err("the last byte has one digit".to_owned()),
        _ => Ok(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()),
    }
}

/// Either alphabet, with or without padding.
fn base64(text: &str) -> Result<Vec<u8>, String> {
    let mut clean = String::with_capacity(text.len());
    for (idx, c) in text.chars().enumerate() {
        match c {
            // A blank parts words, which are no base64.
            c if c.is_whitespace() && c != ' ' => {}
            '-' => clean.push('+'),
            '_' => clean.push('/'),
            c if c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=') => clean.push(c),
            c => return Err(found(c, idx + 1)),
        }
    }
    let digits = clean.trim_end_matches('=');
    if digits.is_empty() {
        return Err("there are no digits".to_owned());
    }
    let decoded = base64_simd::STANDARD_NO_PAD.decode_to_vec(digits);
    decoded.map_err(|_| format!("{} digits cannot be whole bytes", digits.len()))
}

/// Text with escapes as C, Python and the text format write them, in quotes or not; several quoted
/// parts are one text.
fn escaped(text: &str) -> Result<Vec<u8>, String> {
    let text = text.trim();
    let unprefixed = text.strip_prefix('b').filter(|rest| rest.starts_with(['"', '\''])).unwrap_or(text);
    let quote = unprefixed.chars().next().filter(|c| matches!(c, '"' | '\''));
    let Some(quote) = quote else {
        return match text.contains('\\') {
            true => unescaped(text, None).map(|(bytes, _)| bytes),
            false => Err("there is neither a quote nor a backslash".to_owned()),
        };
    };
    let (mut bytes, mut rest) = (Vec::new(), unprefixed);
    while let Some(inner) = rest.strip_prefix(quote) {
        let (mut part, n_taken) = unescaped(inner, Some(quote))?;
        bytes.append(&mut part);
        rest = inner[n_taken..].trim_start();
    }
    match rest.trim_end_matches(';').is_empty() {
        true => Ok(bytes),
        false => Err("something follows the closing quote".to_owned()),
    }
}

/// Bytes up to the closing quote, and how much of the text was taken with it.
fn unescaped(text: &str, quote: Option<char>) -> Result<(Vec<u8>, usize), String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        at += c.len_utf8();
        match c {
            c if Some(c) == quote => return Ok((bytes, at)),
            '\\' => {
                at += escape(&text[at..], &mut bytes).ok_or_else(|| {
                    let n_before = text[..at].chars().count();
                    format!("there is no escape such as the one at character {n_before}")
                })?
            }
            c => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    match quote {
        Some(_) => Err("the closing quote is missing".to_owned()),
        None => Ok((bytes, at)),
    }
}

/// What follows a backslash; returns how many bytes of the text that was.
fn escape(text: &str, bytes: &mut Vec<u8>) -> Option<usize> {
    let c = text.chars().next()?;
    let simple = match c {
        'n' => Some(b'\n'),
        'r' => Some(b'\r'),
        't' => Some(b'\t'),
        'a' => Some(7),
        'b' => Some(8),
        'f' => Some(12),
        'v' => Some(11),
        'e' => Some(27),
        '\\' | '\'' | '"' | '?' => u8::try_from(c).ok(),
        _ => None,
    };
    if let Some(byte) = simple {
        bytes.push(byte);
        return Some(1);
    }
    let digits = |text: &str, radix: u32, most: usize| {
        text.chars().take(most).take_while(|c| c.is_digit(radix)).count()
    };
    match c {
        '0'..='7' => {
            let n = digits(text, 8, 3);
            bytes.push(u8::try_from(u32::from_str_radix(&text[..n], 8).ok()?).ok()?);
            Some(n)
        }
        'x' | 'X' => {
            let n = digits(&text[1..], 16, 2);
            bytes.push(u8::from_str_radix(text.get(1..1 + n)?, 16).ok()?);
            Some(1 + n)
        }
        'u' | 'U' => {
            let (code, n) = match text[1..].strip_prefix('{') {
                Some(inner) => {
                    let n = digits(inner, 16, 6);
                    inner[n..].starts_with('}').then_some((&inner[..n], n + 3))?
                }
                None => {
                    let n = if c == 'u' { 4 } else { 8 };
                    (text.get(1..1 + n)?, 1 + n)
                }
            };
            let c = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            Some(n)
        }
        _ => None,
    }
}

/// The items of a literal such as `[]byte{0x0a, 3}`: numbers from -128 to 255 between commas.
fn list(text: &str) -> Option<Vec<u8>> {
    let open = text.rfind(['{', '['])?;
    let inner = &text[open + 1..];
    let close = inner.find(['}', ']'])?;
    if !inner[close + 1..].chars().all(|c| matches!(c, '}' | ']' | ')' | ';') || c.is_whitespace()) {
        return None;
    }
    let items = inner[..close].split(',').map(str::trim);
    let items: Vec<&str> = items.filter(|item| !item.is_empty()).collect();
    let is_named = text[..open].chars().all(|c| c.is_ascii_alphanumeric() || " _=:&[]*<>;(.\t".contains(c));
    if items.is_empty() || !is_named {
        return None;
    }
    items.into_iter().map(item).collect()
}

fn item(text: &str) -> Option<u8> {
    let text = text.strip_prefix("(byte)").unwrap_or(text).trim();
    let text = text.strip_suffix("u8").unwrap_or(text);
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return u8::from_str_radix(digits, 16).ok();
    }
    match text.parse::<i16>().ok()? {
        number @ 0..=255 => u8::try_from(number).ok(),
        number @ -128..=-1 => Some((number as i8) as u8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::LITERALS;
    use proptest::prelude::*;

    #[test]
    fn each_spelling_is_told_from_the_others() {
        use Spelling::*;
        for (text, expected, spelling) in [
            ("0a 03 61 62 63", &b"\x0a\x03abc"[..], Hex),
            ("0x0A, 0x03,\n0x61", b"\x0a\x03a", Hex),
            ("0a:03-61", b"\x0a\x03a", Hex),
            ("cafe", &[0xca, 0xfe], Hex),
            ("hex:", b"", Hex),
            (r"\x0a\x03", b"\x0a\x03", Escaped),
            (r"\x0a\022abc", b"\x0a\x12abc", Escaped),
            (r#""\n\003abc""#, b"\x0a\x03abc", Escaped),
            ("\"\\n\"\n  \"\\3abc\";", b"\x0a\x03abc", Escaped),
            (r"b'\x0a\'\u00e4\u{2603}'", "\n'ä☃".as_bytes(), Escaped),
            ("CgNhYmM=", b"\x0a\x03abc", Base64),
            ("CgNh\nYmM", b"\x0a\x03abc", Base64),
            ("base64:cafe", &[0x71, 0xa7, 0xde], Base64),
            ("new byte[] {10, -1, (byte) 0xfe}", &[10, 255, 254], List),
            ("[10, 3]", &[10, 3], List),
        ] {
            if text == "hex:" {
                assert!(bytes(text).is_err());
                continue;
            }
            assert_eq!(bytes(text), Ok((expected.to_vec(), spelling)), "{text}");
        }
    }

    #[test]
    fn what_spells_no_bytes_says_where() {
        for (text, expected) in [
            ("a", "the last byte has one digit"),
            ("0a 3", "the last byte has one digit"),
            ("0 03", "before character 2"),
            ("hex:0g", "\"g\" at character 2"),
            ("base64:a?b", "\"?\" at character 2"),
            (r"\q", "at character 1"),
            (r#""abc"#, "closing quote"),
            ("{\"a\": 1}", "neither a quote"),
            ("", "no digits"),
        ] {
            let error = bytes(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn what_a_literal_writes_is_read_back(bytes in prop::collection::vec(any::<u8>(), 1..200)) {
            for literal in LITERALS {
                let text = (literal.write)(&bytes);
                let read = super::bytes(&text);
                // Base64 that is all digits is taken for hex: nothing tells them apart.
                if literal.name == "base64" && matches!(read, Ok((_, Spelling::Hex))) {
                    continue;
                }
                prop_assert_eq!(read.map(|(bytes, _)| bytes), Ok(bytes.clone()), "{}", text);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}") {
            let _ = super::bytes(&text);
        }
    }
}
