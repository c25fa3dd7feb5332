//! Text into tokens.

use super::read::{WireTextError, WireTextFault};
use crate::wire::{WireType, zigzag_encode};

/// One token. Numbers are told apart by how they are laid out.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// Bytes that stand as they are: text in quotes, digits in backticks.
    Bytes(Vec<u8>),
    Varint(u64),
    Fixed32([u8; 4]),
    Fixed64([u8; 8]),
    /// The next varint takes so many more bytes than needed.
    LongForm(u8),
    /// The low three bits of the tag, if they are spelled out.
    Tag {
        number: u64,
        bits: Option<u8>,
    },
    Open,
    OpenGroup,
    Close,
}

/// The tokens of a text, each with the place where it starts.
pub(super) struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    pub fn new(text: &'a [u8]) -> Scan<'a> {
        Scan { text, at: 0 }
    }

    /// The next token and its offset; `None` at the end.
    pub fn next(&mut self) -> Result<Option<(usize, Token)>, WireTextError> {
        self.skip_blanks();
        let start = self.at;
        let Some(first) = self.text.get(start) else { return Ok(None) };
        let token = match first {
            b'"' => Token::Bytes(self.quoted()?),
            b'`' => Token::Bytes(self.digits()?),
            b'{' => self.single(1, Token::Open),
            b'}' => self.single(1, Token::Close),
            b'!' if self.text.get(start + 1) == Some(&b'{') => self.single(2, Token::OpenGroup),
            _ => self.word()?,
        };
        Ok(Some((start, token)))
    }

    fn single(&mut self, len: usize, token: Token) -> Token {
        self.at += len;
        token
    }

    fn skip_blanks(&mut self) {
        while let Some(byte) = self.text.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'#' => {
                    let rest = &self.text[self.at..];
                    self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                }
                _ => break,
            }
        }
    }

    fn fault(&self, offset: usize, fault: WireTextFault) -> WireTextError {
        WireTextError::at(self.text, offset, fault)
    }

    fn quoted(&mut self) -> Result<Vec<u8>, WireTextError> {
        let start = self.at;
        self.at += 1;
        let mut bytes = Vec::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(plain) = memchr::memchr2(b'"', b'\\', rest) else {
                return Err(self.fault(start, WireTextFault::Unclosed { what: "text in quotes" }));
            };
            bytes.extend_from_slice(&rest[..plain]);
            self.at += plain + 1;
            if rest[plain] == b'"' {
                return Ok(bytes);
            }
            bytes.push(self.escape()?);
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Result<u8, WireTextError> {
        let start = self.at - 1;
        let rest = &self.text[self.at..];
        let number = |digits: &[u8], radix| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, radix).ok()
        };
        let (len, byte) = match rest {
            [c @ (b'"' | b'\\'), ..] => (1, Some(*c)),
            [b'n', ..] => (1, Some(b'\n')),
            [b'x', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                (3, number(&rest[1..3], 16))
            }
            _ => {
                let len = rest.iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
                (len, number(&rest[..len], 8))
            }
        };
        self.at += len;
        byte.ok_or_else(|| self.fault(start, WireTextFault::Escape))
    }

    fn digits(&mut self) -> Result<Vec<u8>, WireTextError> {
        let start = self.at;
        let rest = &self.text[start + 1..];
        let Some(len) = memchr::memchr(b'`', rest) else {
            return Err(self.fault(start, WireTextFault::Unclosed { what: "digits in backticks" }));
        };
        let digits = &rest[..len];
        if let Some(wrong) = digits.iter().position(|digit| !digit.is_ascii_hexdigit()) {
            return Err(self.fault(start + 1 + wrong, WireTextFault::HexDigit));
        }
        if len % 2 == 1 {
            return Err(self.fault(start, WireTextFault::HexHalf));
        }
        self.at = start + len + 2;
        let value = |digit: &u8| (*digit as char).to_digit(16).unwrap_or(0) as u8;
        Ok(digits.chunks_exact(2).map(|pair| value(&pair[0]) << 4 | value(&pair[1])).collect())
    }

    /// A number, a tag, or a word.
    fn word(&mut self) -> Result<Token, WireTextError> {
        let start = self.at;
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'.');
        let len = |rest: &[u8]| rest.iter().take_while(|byte| is_part(byte)).count();
        self.at += len(&self.text[start..]);
        let text = self.text;
        let word = std::str::from_utf8(&text[start..self.at]).unwrap_or_default();
        if self.text.get(self.at) != Some(&b':') {
            let token = if word.is_empty() { None } else { value(word) };
            return token.ok_or_else(|| self.fault(start, WireTextFault::Word { word: self.shown(start) }));
        }
        self.at += 1;
        let behind = len(&self.text[self.at..]);
        let spelled = std::str::from_utf8(&text[self.at..self.at + behind]).unwrap_or_default();
        self.at += behind;
        if word == "long-form" {
            return match spelled.parse::<u8>() {
                Ok(extra) if (1..=9).contains(&extra) => Ok(Token::LongForm(extra)),
                _ => Err(self.fault(start, WireTextFault::LongForm)),
            };
        }
        let number = integer(word).and_then(|number| u64::try_from(number).ok());
        let Some(number) = number.filter(|number| *number <= u64::MAX >> 3) else {
            return Err(self.fault(start, WireTextFault::Number { word: word.to_owned() }));
        };
        let bits = match spelled {
            "" => None,
            _ => Some(
                WireType::ALL
                    .into_iter()
                    .find(|wire_type| wire_type.name() == spelled)
                    .map(WireType::bits)
                    .or_else(|| spelled.parse().ok().filter(|bits| *bits < 8))
                    .ok_or_else(|| self.fault(start, WireTextFault::WireType { word: spelled.to_owned() }))?,
            ),
        };
        Ok(Token::Tag { number, bits })
    }

    /// The first characters of what stands at an offset.
    fn shown(&self, offset: usize) -> String {
        let rest = &self.text[offset..];
        let line = rest.split(|byte| matches!(byte, b'\n' | b' ')).next().unwrap_or_default();
        String::from_utf8_lossy(line).chars().take(20).collect()
    }
}

/// What a word is worth that is no tag.
fn value(word: &str) -> Option<Token> {
    let fixed32 = |bits: u32| Some(Token::Fixed32(bits.to_le_bytes()));
    let fixed64 = |bits: u64| Some(Token::Fixed64(bits.to_le_bytes()));
    match word {
        "true" => return Some(Token::Varint(1)),
        "false" => return Some(Token::Varint(0)),
        "inf32" => return fixed32(f32::INFINITY.to_bits()),
        "-inf32" => return fixed32(f32::NEG_INFINITY.to_bits()),
        "inf64" => return fixed64(f64::INFINITY.to_bits()),
        "-inf64" => return fixed64(f64::NEG_INFINITY.to_bits()),
        _ => {}
    }
    let (number, suffix) = ["i32", "i64", "z"]
        .into_iter()
        .find_map(|suffix| Some((word.strip_suffix(suffix)?, suffix)))
        .unwrap_or((word, ""));
    if let Some(value) = integer(number) {
        return match suffix {
            "i32" => i32::try_from(value)
                .map(|value| value as u32)
                .or_else(|_| u32::try_from(value))
                .ok()
                .and_then(fixed32),
            "i64" => wide(value).and_then(fixed64),
            "z" => i64::try_from(value).ok().map(|value| Token::Varint(zigzag_encode(value))),
            _ => wide(value).map(Token::Varint),
        };
    }
    let is_decimal = number.contains('.')
        && number
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'-' | b'+'));
    match suffix {
        _ if !is_decimal => None,
        "i32" => number.parse::<f32>().ok().and_then(|value| fixed32(value.to_bits())),
        "z" => None,
        _ => number.parse::<f64>().ok().and_then(|value| fixed64(value.to_bits())),
    }
}

/// A decimal or hexadecimal number with up to 64 bits and a sign.
fn integer(word: &str) -> Option<i128> {
    let (is_negative, digits) = match word.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, word),
    };
    let magnitude = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => u64::from_str_radix(hex, 16).ok()?,
        None if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
        _ => return None,
    };
    let magnitude = i128::from(magnitude);
    Some(if is_negative { -magnitude } else { magnitude })
}

/// The 64 bits of a number, in two's complement.
fn wide(value: i128) -> Option<u64> {
    i64::try_from(value).map(|value| value as u64).or_else(|_| u64::try_from(value)).ok()
}
