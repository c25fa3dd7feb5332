//! What pasted text means: files, or bytes spelled out.

use std::path::PathBuf;

/// Text up to this many bytes is taken.
const MAX_PASTED: usize = 64 << 20;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pasted {
    Paths(Vec<PathBuf>),
    Bytes(Vec<u8>),
}

/// Reads text as paths or `file://` addresses, one a line; else as hex; else as base64.
pub(super) fn read(text: &str) -> Result<Pasted, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("There is no text to paste; copy a path, hex or base64 first".to_owned());
    }
    if text.len() > MAX_PASTED {
        return Err("The pasted text is larger than 64 MiB; save it as a file and open that".to_owned());
    }
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let paths: Option<Vec<PathBuf>> = lines.iter().map(|line| path(line)).collect();
    if let Some(paths) = paths {
        return Ok(Pasted::Paths(paths));
    }
    hex(text).or_else(|| base64(text)).map(Pasted::Bytes).ok_or_else(|| {
        "The pasted text is neither a path, nor hex, nor base64; nothing was opened".to_owned()
    })
}

fn path(line: &str) -> Option<PathBuf> {
    if let Some(address) = line.strip_prefix("file://") {
        let from = address.find('/')?;
        return Some(PathBuf::from(String::from_utf8(percent_decoded(&address[from..])).ok()?));
    }
    if let Some(rest) = line.strip_prefix("~/") {
        return std::env::home_dir().map(|home| home.join(rest));
    }
    let begins = |prefix: &str| line.starts_with(prefix);
    let drive = line.as_bytes().get(1..3).is_some_and(|rest| rest == b":\\" || rest == b":/");
    (begins("/") || begins("./") || begins("../") || drive).then(|| PathBuf::from(line))
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let coded = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match coded.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

/// Pairs of digits, with or without `0x`, `\x`, commas, colons and blanks between them.
fn hex(text: &str) -> Option<Vec<u8>> {
    let text = text.strip_prefix("hex:").unwrap_or(text);
    let mut digits = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | '-' | '\\')) {
        let word = word.strip_prefix("0x").or(word.strip_prefix('x')).unwrap_or(word);
        for c in word.chars() {
            digits.push(u8::try_from(c.to_digit(16)?).ok()?);
        }
        if !digits.len().is_multiple_of(2) {
            return None;
        }
    }
    (!digits.is_empty()).then(|| digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.strip_prefix("base64:").unwrap_or(text);
    let clean: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        })
        .collect();
    let clean = clean.trim_end_matches('=');
    base64_simd::STANDARD_NO_PAD.decode_to_vec(clean).ok().filter(|bytes| !bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_text_is_a_path_hex_or_base64() {
        let paths = |paths: &[&str]| Ok(Pasted::Paths(paths.iter().map(PathBuf::from).collect()));
        let bytes = |bytes: &[u8]| Ok(Pasted::Bytes(bytes.to_vec()));
        for (text, expected) in [
            ("/home/u/send", paths(&["/home/u/send"])),
            (" ./a.bin\n../b c.bin\n", paths(&["./a.bin", "../b c.bin"])),
            ("file:///tmp/a%20b.bin", paths(&["/tmp/a b.bin"])),
            ("file://host/tmp/100%", paths(&["/tmp/100%"])),
            ("0a 03 61 62 63", bytes(b"\x0a\x03abc")),
            ("0x0A, 0x03,\n0x61", bytes(b"\x0a\x03a")),
            (r"\x0a\x03", bytes(b"\x0a\x03")),
            ("0a:03-61", bytes(b"\x0a\x03a")),
            ("CgNhYmM=", bytes(b"\x0a\x03abc")),
            ("CgNh\nYmM", bytes(b"\x0a\x03abc")),
            ("base64:cafe", bytes(&[0x71, 0xa7, 0xde])),
            ("cafe", bytes(&[0xca, 0xfe])),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        for text in ["", "what is this?", "{\"a\": 1}", "a"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
