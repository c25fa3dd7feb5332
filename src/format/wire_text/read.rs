//! Tokens into bytes.
//!
//! Lengths are known when their braces close: the bytes are collected without them, and they are put
//! between at the end, so that every byte is moved once however deep it is.

use super::scan::{Scan, Token};
use crate::format::input::line_and_column;
use crate::wire::{WireType, varint_width, write_varint, write_varint_padded};

/// Why a text spells no bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Line {line}, column {column}: {fault}")]
pub struct WireTextError {
    /// Counted from 1.
    pub line: u64,
    /// In characters, counted from 1.
    pub column: u64,
    pub fault: WireTextFault,
}

/// What is wrong at a place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireTextFault {
    #[error("The {what} never ends")]
    Unclosed { what: &'static str },
    #[error("No escape is spelled like this")]
    Escape,
    #[error("This is not a hexadecimal digit")]
    HexDigit,
    #[error("A byte has two hexadecimal digits, and one is missing")]
    HexHalf,
    #[error("\"{word}\" is no value, tag or brace")]
    Word { word: String },
    #[error("\"{word}\" is not a field number")]
    Number { word: String },
    #[error("\"{word}\" is not a wire type")]
    WireType { word: String },
    #[error("A long form has 1 to 9 more bytes")]
    LongForm,
    #[error("A varint has at most 10 bytes")]
    TooLong,
    #[error("Only an integer, a tag, a length and the end of a group have a long form")]
    NoLongForm,
    #[error("A group needs the tag before it, without a wire type")]
    NoGroupTag,
    #[error("No brace is open here")]
    StrayClose,
}

impl WireTextError {
    pub(super) fn at(text: &[u8], offset: usize, fault: WireTextFault) -> WireTextError {
        let (line, column) = line_and_column(text, offset);
        WireTextError { line, column, fault }
    }
}

impl WireTextFault {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            WireTextFault::Unclosed { .. } => "Close it",
            WireTextFault::Escape => r#"Write \\, \", \n, \x and two digits, or up to three octal digits"#,
            WireTextFault::HexDigit | WireTextFault::HexHalf => "Write two of 0-9 and a-f for each byte",
            WireTextFault::Word { .. } => {
                "Write numbers as 5, 5z, 5i32, 5i64 or 1.5, text as \"text\", bytes as `0aff`, records as 1: 5"
            }
            WireTextFault::Number { .. } => "Write a whole number before the colon",
            WireTextFault::WireType { .. } => "Write VARINT, I64, LEN, SGROUP, EGROUP, I32 or 0 to 7",
            WireTextFault::LongForm | WireTextFault::TooLong => "Write bytes in backticks instead",
            WireTextFault::NoLongForm => "Leave it out, or write the bytes in backticks",
            WireTextFault::NoGroupTag => "Write 5: !{ }",
            WireTextFault::StrayClose => "Leave it out, or open one before it",
        }
    }
}

/// A brace that is open.
struct Open {
    /// Where it stands in the text.
    offset: usize,
    /// Where its content starts in the bytes.
    start: usize,
    /// Bytes of the lengths inside it, which are not among the bytes yet.
    n_inside: usize,
    what: What,
}

enum What {
    /// The place of its length among all, and how many bytes more than needed that takes.
    Len {
        idx: usize,
        extra: u8,
    },
    Group {
        number: u64,
    },
}

/// A length that goes before the byte `start`.
struct Length {
    start: usize,
    spelled: Vec<u8>,
}

struct Encoder<'a> {
    text: &'a [u8],
    out: Vec<u8>,
    lengths: Vec<Length>,
    open: Vec<Open>,
    /// A tag that waits for its value, with its own long form.
    tag: Option<(u64, u8)>,
    /// How many bytes more than needed the next varint takes, and where that was said.
    long_form: Option<(u8, usize)>,
}

/// The bytes that a text spells.
///
/// # Errors
/// The first place that spells nothing.
pub fn read_wire_text(text: &[u8]) -> Result<Vec<u8>, WireTextError> {
    let mut scan = Scan::new(text);
    let mut encoder =
        Encoder { text, out: Vec::new(), lengths: Vec::new(), open: Vec::new(), tag: None, long_form: None };
    while let Some((offset, token)) = scan.next()? {
        encoder.token(offset, token)?;
    }
    encoder.finish()
}

impl Encoder<'_> {
    fn fault<T>(&self, offset: usize, fault: WireTextFault) -> Result<T, WireTextError> {
        Err(WireTextError::at(self.text, offset, fault))
    }

    fn token(&mut self, offset: usize, token: Token) -> Result<(), WireTextError> {
        if let Token::LongForm(extra) = token {
            self.no_long_form()?;
            self.long_form = Some((extra, offset));
            return Ok(());
        }
        let inferred = match token {
            Token::Fixed32(_) => WireType::I32,
            Token::Fixed64(_) => WireType::I64,
            Token::Open => WireType::Len,
            Token::OpenGroup => WireType::Sgroup,
            _ => WireType::Varint,
        };
        let number = self.write_tag(inferred, offset)?;
        match token {
            Token::Bytes(bytes) => self.bytes(&bytes)?,
            Token::Fixed32(bytes) => self.bytes(&bytes)?,
            Token::Fixed64(bytes) => self.bytes(&bytes)?,
            Token::Varint(value) => {
                let extra = self.take_long_form();
                self.varint(value, extra, offset)?;
            }
            Token::Tag { number, bits: Some(bits) } => {
                let extra = self.take_long_form();
                self.varint(number << 3 | u64::from(bits), extra, offset)?;
            }
            Token::Tag { number, bits: None } => self.tag = Some((number, self.take_long_form())),
            Token::Open => {
                let what = What::Len { idx: self.lengths.len(), extra: self.take_long_form() };
                self.lengths.push(Length { start: self.out.len(), spelled: Vec::new() });
                self.open.push(Open { offset, start: self.out.len(), n_inside: 0, what });
            }
            Token::OpenGroup => {
                self.no_long_form()?;
                let Some(number) = number else { return self.fault(offset, WireTextFault::NoGroupTag) };
                let what = What::Group { number };
                self.open.push(Open { offset, start: self.out.len(), n_inside: 0, what });
            }
            Token::Close => self.close(offset)?,
            Token::LongForm(_) => {}
        }
        Ok(())
    }

    /// Writes the tag that waits, now that it is known what follows it; its number, if there was one.
    fn write_tag(&mut self, inferred: WireType, offset: usize) -> Result<Option<u64>, WireTextError> {
        let Some((number, extra)) = self.tag.take() else { return Ok(None) };
        self.varint(number << 3 | u64::from(inferred.bits()), extra, offset)?;
        Ok(Some(number))
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<(), WireTextError> {
        self.no_long_form()?;
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    fn varint(&mut self, value: u64, extra: u8, offset: usize) -> Result<(), WireTextError> {
        let Some(spelled) = spelled(value, extra) else { return self.fault(offset, WireTextFault::TooLong) };
        self.out.extend_from_slice(&spelled);
        Ok(())
    }

    fn take_long_form(&mut self) -> u8 {
        self.long_form.take().map_or(0, |(extra, _)| extra)
    }

    fn no_long_form(&self) -> Result<(), WireTextError> {
        match self.long_form {
            Some((_, offset)) => self.fault(offset, WireTextFault::NoLongForm),
            None => Ok(()),
        }
    }

    fn close(&mut self, offset: usize) -> Result<(), WireTextError> {
        let Some(open) = self.open.pop() else { return self.fault(offset, WireTextFault::StrayClose) };
        let mut n_inside = open.n_inside;
        match open.what {
            What::Len { idx, extra } => {
                self.no_long_form()?;
                let len = self.out.len() - open.start + open.n_inside;
                let Some(spelled) = spelled(len as u64, extra) else {
                    return self.fault(open.offset, WireTextFault::TooLong);
                };
                n_inside += spelled.len();
                self.lengths[idx].spelled = spelled;
            }
            What::Group { number } => {
                let extra = self.take_long_form();
                self.varint(number << 3 | u64::from(WireType::Egroup.bits()), extra, offset)?;
            }
        }
        if let Some(around) = self.open.last_mut() {
            around.n_inside += n_inside;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<u8>, WireTextError> {
        self.write_tag(WireType::Varint, self.text.len())?;
        self.no_long_form()?;
        if let Some(open) = self.open.last() {
            return self.fault(open.offset, WireTextFault::Unclosed { what: "brace" });
        }
        if self.lengths.is_empty() {
            return Ok(self.out);
        }
        let n_lengths: usize = self.lengths.iter().map(|length| length.spelled.len()).sum();
        let mut bytes = Vec::with_capacity(self.out.len() + n_lengths);
        let mut at = 0;
        for length in &self.lengths {
            bytes.extend_from_slice(&self.out[at..length.start]);
            bytes.extend_from_slice(&length.spelled);
            at = length.start;
        }
        bytes.extend_from_slice(&self.out[at..]);
        Ok(bytes)
    }
}

/// A varint with `extra` bytes more than needed; `None` if those are too many.
fn spelled(value: u64, extra: u8) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let width = varint_width(value) + usize::from(extra);
    match extra {
        0 => write_varint(&mut bytes, value),
        _ if width > crate::wire::MAX_VARINT => return None,
        _ => write_varint_padded(&mut bytes, value, width as u8),
    }
    Some(bytes)
}
