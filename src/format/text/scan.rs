//! Text into tokens.

use super::error::{TextError, TextFault};

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Word(&'a str),
    /// A number as it is spelled, without a sign.
    Number(&'a str),
    /// What a string spells.
    Text(Vec<u8>),
    Symbol(char),
    End,
}

/// The tokens of a text, one of which can be looked at before it is taken.
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
    ahead: Option<(usize, Token<'a>)>,
}

impl<'a> Scan<'a> {
    pub fn new(text: &'a str) -> Scan<'a> {
        Scan { text, at: 0, ahead: None }
    }

    pub fn error(&self, offset: usize, fault: TextFault) -> TextError {
        TextError::at(self.text.as_bytes(), offset, fault)
    }

    /// The next token and its offset.
    pub fn peek(&mut self) -> Result<(usize, &Token<'a>), TextError> {
        if self.ahead.is_none() {
            self.ahead = Some(self.scan()?);
        }
        match &self.ahead {
            Some((offset, token)) => Ok((*offset, token)),
            None => Ok((self.text.len(), &Token::End)),
        }
    }

    pub fn next(&mut self) -> Result<(usize, Token<'a>), TextError> {
        match self.ahead.take() {
            Some(ahead) => Ok(ahead),
            None => self.scan(),
        }
    }

    /// Takes the next token if it is this symbol.
    pub fn take(&mut self, symbol: char) -> Result<bool, TextError> {
        let is_next = matches!(self.peek()?.1, Token::Symbol(found) if *found == symbol);
        if is_next {
            self.ahead = None;
        }
        Ok(is_next)
    }

    /// The next token is none of what is wanted here.
    pub fn expected<T>(&mut self, what: impl Into<String>) -> Result<T, TextError> {
        let (offset, token) = self.next()?;
        let quoted = |text: &str| format!("\"{}\"", text.chars().take(40).collect::<String>());
        let found = match token {
            Token::Word(text) | Token::Number(text) => quoted(text),
            Token::Text(_) => "a string".to_owned(),
            Token::Symbol(symbol) => quoted(&symbol.escape_debug().to_string()),
            Token::End => "the end of the text".to_owned(),
        };
        Err(self.error(offset, TextFault::Expected { what: what.into(), found }))
    }

    /// What stands between the bracket that was taken last and the one that closes it, without blanks
    /// and comments.
    pub fn name_in_brackets(&mut self, opened: usize) -> Result<String, TextError> {
        let mut name = String::new();
        loop {
            self.skip_blanks();
            match self.text[self.at..].chars().next() {
                None => return Err(self.error(opened, TextFault::Unclosed { what: "bracket" })),
                Some(']') => {
                    self.at += 1;
                    return Ok(name);
                }
                Some(c) if c.is_ascii_alphanumeric() || "_./-~!$&()*+,;=%".contains(c) => {
                    name.push(c);
                    self.at += 1;
                }
                Some(_) => return self.expected("the name of an extension or a type, and \"]\""),
            }
        }
    }

    fn skip_blanks(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c => self.at += 1,
                b'#' => {
                    let rest = &bytes[self.at..];
                    self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                }
                _ => break,
            }
        }
    }

    fn scan(&mut self) -> Result<(usize, Token<'a>), TextError> {
        self.skip_blanks();
        let (start, bytes) = (self.at, self.text.as_bytes());
        let Some(first) = bytes.get(start) else { return Ok((start, Token::End)) };
        let token = match first {
            b'"' | b'\'' => Token::Text(self.string(*first)?),
            b'0'..=b'9' => Token::Number(self.number()),
            b'.' if bytes.get(start + 1).is_some_and(u8::is_ascii_digit) => Token::Number(self.number()),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
                self.at += bytes[start..].iter().take_while(|byte| is_part(byte)).count();
                Token::Word(&self.text[start..self.at])
            }
            _ => {
                let symbol = self.text[start..].chars().next().unwrap_or_default();
                self.at += symbol.len_utf8();
                Token::Symbol(symbol)
            }
        };
        Ok((start, token))
    }

    /// All that could belong to a number: `1e+5` as a whole, and `1s` too, which is none.
    fn number(&mut self) -> &'a str {
        let (start, bytes) = (self.at, self.text.as_bytes());
        let is_hex = matches!(bytes.get(start + 1), Some(b'x' | b'X'));
        while let Some(byte) = bytes.get(self.at) {
            let is_exponent = !is_hex && matches!(bytes[self.at.saturating_sub(1)], b'e' | b'E');
            let is_sign = matches!(byte, b'+' | b'-') && is_exponent && start < self.at;
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_') || is_sign) {
                break;
            }
            self.at += 1;
        }
        &self.text[start..self.at]
    }

    fn string(&mut self, quote: u8) -> Result<Vec<u8>, TextError> {
        let start = self.at;
        self.at += 1;
        let (text, mut spelled) = (self.text.as_bytes(), Vec::new());
        loop {
            let rest = &text[self.at..];
            let Some(plain) = memchr::memchr3(quote, b'\\', b'\n', rest) else {
                return Err(self.error(start, TextFault::Unclosed { what: "string" }));
            };
            spelled.extend_from_slice(&rest[..plain]);
            self.at += plain + 1;
            match rest[plain] {
                b'\\' => self.escape(&mut spelled)?,
                b'\n' => return Err(self.error(start, TextFault::LineInString)),
                _ => return Ok(spelled),
            }
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self, spelled: &mut Vec<u8>) -> Result<(), TextError> {
        let start = self.at - 1;
        let rest = &self.text.as_bytes()[self.at..];
        let plain = |byte: u8| Some((1, Vec::from([byte])));
        let found = match rest {
            [b'a', ..] => plain(7),
            [b'b', ..] => plain(8),
            [b'f', ..] => plain(12),
            [b'n', ..] => plain(b'\n'),
            [b'r', ..] => plain(b'\r'),
            [b't', ..] => plain(b'\t'),
            [b'v', ..] => plain(11),
            [c @ (b'"' | b'\'' | b'\\' | b'?'), ..] => plain(*c),
            [b'x' | b'X', ..] => digits(&rest[1..], 2, 16)
                .and_then(|(n, value)| Some((n + 1, Vec::from([u8::try_from(value).ok()?])))),
            [b'u', ..] => character(rest, 4),
            [b'U', ..] => character(rest, 8),
            _ => digits(rest, 3, 8).and_then(|(n, value)| Some((n, Vec::from([u8::try_from(value).ok()?])))),
        };
        match found {
            Some((len, bytes)) => {
                self.at += len;
                spelled.extend(bytes);
                Ok(())
            }
            None => Err(self.error(start, TextFault::Escape)),
        }
    }
}

/// At most `most` digits: how many there are, and the number they spell.
fn digits(bytes: &[u8], most: usize, radix: u32) -> Option<(usize, u32)> {
    let n = bytes.iter().take(most).take_while(|byte| char::from(**byte).is_digit(radix)).count();
    let text = std::str::from_utf8(&bytes[..n]).ok()?;
    Some((n, u32::from_str_radix(text, radix).ok()?))
}

/// `u` or `U` and its digits; a character of two such halves is spelled by both together.
fn character(bytes: &[u8], n_digits: usize) -> Option<(usize, Vec<u8>)> {
    let unit = |bytes: &[u8]| {
        let (n, value) = digits(bytes.get(1..)?, n_digits, 16)?;
        (n == n_digits).then_some(value)
    };
    let (first, mut len) = (unit(bytes)?, 1 + n_digits);
    let c = match first {
        0xd800..0xdc00 if n_digits == 4 => {
            let rest = bytes.get(len..)?.strip_prefix(b"\\").filter(|rest| rest.first() == Some(&b'u'))?;
            let second = unit(rest).filter(|second| (0xdc00..0xe000).contains(second))?;
            len += 2 + n_digits;
            char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00))
        }
        _ => char::from_u32(first),
    };
    c.map(|c| (len, c.to_string().into_bytes()))
}
