//! Bytes as text that other programs read: digits, base64, and literals of programming languages.
//!
//! To add one: a line in [`LITERALS`].

use std::fmt::Write as _;

/// Bytes in a line of a literal.
const WIDTH: usize = 12;

/// A way to write bytes as text.
#[derive(Clone, Copy, Debug)]
pub struct Literal {
    /// Short and unique.
    pub name: &'static str,
    /// As it reads after "Copy as".
    pub title: &'static str,
    pub write: fn(&[u8]) -> String,
}

/// All of them, in the order in which they are offered.
pub const LITERALS: &[Literal] = &[
    Literal { name: "hex", title: "hex", write: spaced_hex },
    Literal { name: "base64", title: "base64", write: base64 },
    Literal { name: "escaped", title: "escaped text", write: escaped },
    Literal { name: "c", title: "C", write: c },
    Literal { name: "rust", title: "Rust", write: rust },
    Literal { name: "go", title: "Go", write: go },
    Literal { name: "java", title: "Java", write: java },
    Literal { name: "python", title: "Python", write: python },
];

/// The one with this name.
pub fn literal(name: &str) -> Option<&'static Literal> {
    LITERALS.iter().find(|literal| literal.name == name)
}

/// Two digits a byte, with spaces between.
pub fn spaced_hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (idx, byte) in bytes.iter().enumerate() {
        let blank = if idx == 0 { "" } else { " " };
        // Writing to a String cannot fail.
        let _ = write!(text, "{blank}{byte:02x}");
    }
    text
}

fn base64(bytes: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(bytes)
}

/// In quotes, with three octal digits for what cannot be typed: no digit that follows can be taken
/// for a part of an escape.
fn escaped(bytes: &[u8]) -> String {
    quoted(bytes, "\"", |text, byte| {
        let _ = write!(text, "\\{byte:03o}");
    })
}

fn python(bytes: &[u8]) -> String {
    quoted(bytes, "b\"", |text, byte| {
        let _ = write!(text, "\\x{byte:02x}");
    })
}

fn quoted(bytes: &[u8], open: &str, escape: fn(&mut String, u8)) -> String {
    let mut text = String::with_capacity(bytes.len() * 2 + 3);
    text.push_str(open);
    for byte in bytes {
        match byte {
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b'"' | b'\\' => text.extend(['\\', char::from(*byte)]),
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => escape(&mut text, *byte),
        }
    }
    text.push('"');
    text
}

fn c(bytes: &[u8]) -> String {
    listed(bytes, "static const unsigned char data[] = {", "};", "", hex_item)
}

fn rust(bytes: &[u8]) -> String {
    listed(bytes, "const DATA: &[u8] = &[", "];", ",", hex_item)
}

fn go(bytes: &[u8]) -> String {
    listed(bytes, "data := []byte{", "}", ",", hex_item)
}

/// Bytes are signed in Java, so the upper half is cast.
fn java(bytes: &[u8]) -> String {
    listed(bytes, "byte[] data = {", "};", "", |text, byte| {
        let cast = if byte < 0x80 { "" } else { "(byte) " };
        let _ = write!(text, "{cast}0x{byte:02x}");
    })
}

fn hex_item(text: &mut String, byte: u8) {
    let _ = write!(text, "0x{byte:02x}");
}

/// Items between commas; `last` is what follows the last one.
fn listed(bytes: &[u8], open: &str, close: &str, last: &str, item: fn(&mut String, u8)) -> String {
    let mut text = String::with_capacity(bytes.len() * 6 + open.len() + 8);
    text.push_str(open);
    for (line_idx, line) in bytes.chunks(WIDTH).enumerate() {
        text.push_str(if line_idx == 0 { "\n    " } else { ",\n    " });
        for (idx, byte) in line.iter().enumerate() {
            if idx > 0 {
                text.push_str(", ");
            }
            item(&mut text, *byte);
        }
    }
    if !bytes.is_empty() {
        text.push_str(last);
        text.push('\n');
    }
    text.push_str(close);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_each_language_reads_them() {
        let bytes = b"\x0a\x03a\"1\xff";
        for (name, expected) in [
            ("hex", "0a 03 61 22 31 ff"),
            ("base64", "CgNhIjH/"),
            ("escaped", r#""\n\003a\"1\377""#),
            ("c", "static const unsigned char data[] = {\n    0x0a, 0x03, 0x61, 0x22, 0x31, 0xff\n};"),
            ("rust", "const DATA: &[u8] = &[\n    0x0a, 0x03, 0x61, 0x22, 0x31, 0xff,\n];"),
            ("go", "data := []byte{\n    0x0a, 0x03, 0x61, 0x22, 0x31, 0xff,\n}"),
            ("java", "byte[] data = {\n    0x0a, 0x03, 0x61, 0x22, 0x31, (byte) 0xff\n};"),
            ("python", r#"b"\n\x03a\"1\xff""#),
        ] {
            let literal = literal(name).unwrap();
            assert_eq!((literal.write)(bytes), expected, "{name}");
        }
        assert_eq!(LITERALS.len(), 8);
        assert_eq!(c(&[]), "static const unsigned char data[] = {};");
        assert_eq!(c(&[0; 13]).lines().count(), 4);
    }
}
