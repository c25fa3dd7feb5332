//! `.proto` text as tokens: words, strings, single characters; comments and blanks left out.

/// A token by its place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Token {
    pub(in super::super) start: usize,
    pub(in super::super) end: usize,
}

impl Token {
    pub(in super::super) fn text(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether it is an identifier.
    pub(in super::super) fn is_word(self, text: &str) -> bool {
        self.text(text).starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    }
}

/// The tokens of a text, one after another. Never fails: what is no token of the language is a token
/// of one character.
pub(in super::super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    peeked: Option<Token>,
}

impl<'a> Tokens<'a> {
    pub(in super::super) fn new(text: &'a str) -> Tokens<'a> {
        Tokens { text, at: 0, peeked: None }
    }

    pub(in super::super) fn peek(&mut self) -> Option<Token> {
        if self.peeked.is_none() {
            self.peeked = self.read();
        }
        self.peeked
    }

    fn skip_blanks(&mut self) {
        let bytes = self.text.as_bytes();
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            match rest {
                [b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c, ..] => self.at += 1,
                [b'/', b'/', ..] => {
                    self.at = memchr::memchr(b'\n', rest).map_or(bytes.len(), |end| self.at + end);
                }
                [b'/', b'*', inside @ ..] => {
                    let end = memchr::memmem::find(inside, b"*/");
                    self.at = end.map_or(bytes.len(), |end| self.at + end + 4);
                }
                _ => return,
            }
        }
    }

    fn read(&mut self) -> Option<Token> {
        self.skip_blanks();
        let start = self.at;
        let rest = self.text.get(start..)?;
        let first = rest.chars().next()?;
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let len = match first {
            c if is_word(c) => rest.find(|c: char| !is_word(c)).unwrap_or(rest.len()),
            quote @ ('"' | '\'') => string_len(rest.as_bytes(), quote as u8),
            c => c.len_utf8(),
        };
        self.at = start + len;
        Some(Token { start, end: self.at })
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.peeked.take().or_else(|| self.read())
    }
}

/// Up to the closing quote, or to the end of the line for a string that has none.
fn string_len(bytes: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if bytes.get(at + 1).is_some_and(|next| next.is_ascii() && *next != b'\n') => at += 1,
            b'\n' => return at,
            byte if *byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<&str> {
        Tokens::new(text).map(|token| token.text(text)).collect()
    }

    #[test]
    fn comments_are_left_out_and_strings_are_one_token() {
        assert_eq!(
            words("a /* b */ c // d\n'e \\' f' \"g // \" .h=1"),
            ["a", "c", "'e \\' f'", "\"g // \"", ".", "h", "=", "1"]
        );
        assert_eq!(words("\"open\nx /* open"), ["\"open", "x"]);
        assert_eq!(words("é"), ["é"]);
    }

    proptest! {
        #[test]
        fn every_text_is_read_to_its_end(text in "[ -~\\n\"'/*é{}]{0,80}") {
            let mut end = 0;
            for token in Tokens::new(&text) {
                prop_assert!(token.start >= end && token.end > token.start && text.get(token.start..token.end).is_some());
                end = token.end;
            }
        }
    }
}
