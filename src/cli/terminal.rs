//! Text on its way to a terminal.

use crate::document::value::is_hidden;
use std::io::{self, Write};

/// Writes hidden characters as `\uXXXX`, which is what JSON reads as the same text.
///
/// Line ends pass. Bytes that are no UTF-8 become U+FFFD.
pub(super) struct Visible<W> {
    inner: W,
    /// The start of a character whose end has not come yet.
    cut: Vec<u8>,
}

impl<W: Write> Visible<W> {
    pub fn new(inner: W) -> Self {
        Self { inner, cut: Vec::new() }
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        let mut plain = 0;
        let mut units = [0; 2];
        for (at, c) in text.char_indices().filter(|(_, c)| is_hidden(*c) && *c != '\n') {
            self.inner.write_all(&text.as_bytes()[plain..at])?;
            for unit in c.encode_utf16(&mut units) {
                write!(self.inner, "\\u{unit:04x}")?;
            }
            plain = at + c.len_utf8();
        }
        self.inner.write_all(&text.as_bytes()[plain..])
    }
}

impl<W: Write> Write for Visible<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = std::mem::take(&mut self.cut);
        all.extend_from_slice(bytes);
        for chunk in all.utf8_chunks() {
            self.text(chunk.valid())?;
            let invalid = chunk.invalid();
            let is_last = invalid.as_ptr_range().end == all.as_ptr_range().end;
            let is_cut = is_last && matches!(std::str::from_utf8(invalid), Err(e) if e.error_len().is_none());
            if is_cut {
                self.cut = invalid.to_vec();
            } else if !invalid.is_empty() {
                self.inner.write_all("\u{fffd}".as_bytes())?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hidden_reaches_a_terminal() {
        let text = "{\"a\":\"\u{9b}31m \u{7f}\u{202e}é 订\u{e0001}\"}\n";
        for part in 1..text.len() {
            let mut out = Visible::new(Vec::new());
            text.as_bytes().chunks(part).for_each(|bytes| out.write_all(bytes).unwrap());
            let shown = String::from_utf8(out.inner).unwrap();
            assert_eq!(shown, "{\"a\":\"\\u009b31m \\u007f\\u202eé 订\\udb40\\udc01\"}\n");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        let mut out = Visible::new(Vec::new());
        out.write_all(b"a\xffb\xc3(").unwrap();
        assert_eq!(String::from_utf8(out.inner).unwrap(), "a\u{fffd}b\u{fffd}(");
    }
}
