//! What pasted text means: files, a message in the text format, or bytes spelled out.

use super::session::Session;
use super::spelled;
use super::state::NoticeTone;
use crate::format::{read_text, type_in_header};
use std::path::PathBuf;

/// Text up to this many bytes is taken.
const MAX_PASTED: usize = 64 << 20;
/// Text in the text format is read at once, up to this many bytes.
const MAX_PASTED_TEXT: usize = 1 << 20;

impl Session {
    pub(super) fn open_pasted(&mut self, text: &str) {
        if let Some(name) = type_in_header(text.as_bytes()) {
            return self.open_pasted_text(text, name);
        }
        match read(text) {
            Ok(Pasted::Paths(paths)) => self.open(paths),
            Ok(Pasted::Bytes(bytes)) => {
                self.open_untitled(bytes, None);
                self.mark_unsaved();
            }
            Err(reason) => self.notify(NoticeTone::Error, reason),
        }
    }

    /// Text in protobuf's text format, which names its type.
    fn open_pasted_text(&mut self, text: &str, name: &str) {
        if text.len() > MAX_PASTED_TEXT {
            let reason =
                "The pasted text is larger than 1 MiB; protoloupe encode --from text makes a message of it";
            return self.notify(NoticeTone::Error, reason);
        }
        let read = match self.state.schema.message(name) {
            Ok(message) => read_text(text.as_bytes(), Some(&message))
                .map(|bytes| (bytes, message))
                .map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match read {
            Ok((bytes, message)) => {
                self.open_untitled(bytes, Some(message));
                self.mark_unsaved();
            }
            Err(reason) => {
                let text = format!("The pasted text makes no message; nothing was opened. {reason}");
                self.notify(NoticeTone::Error, text);
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pasted {
    Paths(Vec<PathBuf>),
    Bytes(Vec<u8>),
}

/// Reads text as paths or `file://` addresses, one a line; else as bytes in any spelling.
pub(super) fn read(text: &str) -> Result<Pasted, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("There is no text to paste; copy a path, hex, base64 or escaped text first".to_owned());
    }
    if text.len() > MAX_PASTED {
        return Err("The pasted text is larger than 64 MiB; save it as a file and open that".to_owned());
    }
    if let Some(paths) = paths(text) {
        return Ok(Pasted::Paths(paths));
    }
    spelled::bytes(text)
        .map(|(bytes, _)| Pasted::Bytes(bytes))
        .map_err(|tried| format!("The pasted text is neither a path nor bytes; nothing was opened. {tried}"))
}

/// The files that text names, if each of its lines names one.
pub(super) fn paths(text: &str) -> Option<Vec<PathBuf>> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return None;
    }
    lines.iter().map(|line| path(line)).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_text_is_a_path_or_bytes() {
        let paths = |paths: &[&str]| Ok(Pasted::Paths(paths.iter().map(PathBuf::from).collect()));
        let bytes = |bytes: &[u8]| Ok(Pasted::Bytes(bytes.to_vec()));
        for (text, expected) in [
            ("/home/u/send", paths(&["/home/u/send"])),
            (" ./a.bin\n../b c.bin\n", paths(&["./a.bin", "../b c.bin"])),
            ("file:///tmp/a%20b.bin", paths(&["/tmp/a b.bin"])),
            ("file://host/tmp/100%", paths(&["/tmp/100%"])),
            ("0a 03 61 62 63", bytes(b"\x0a\x03abc")),
            ("CgNhYmM=", bytes(b"\x0a\x03abc")),
            (r"\x0a\003abc", bytes(b"\x0a\x03abc")),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        let error = read("what is this?").unwrap_err();
        for tried in ["a path", "hex: \"w\"", "base64: \" \"", "escaped text"] {
            assert!(error.contains(tried), "{error}");
        }
    }
}
