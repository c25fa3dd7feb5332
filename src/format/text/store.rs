//! One value into bytes.

use super::error::{TextError, TextFault, near};
use super::literal::{decimal, integer, range_of};
use super::read::{Target, Text};
use super::scan::Token;
use super::table::Field;
use crate::schema::{Kind, kind_name};
use crate::wire::{WireType, write_len, write_tag, write_varint, zigzag_encode};

/// A number or a word with its sign, and where it starts.
struct Literal<'a> {
    offset: usize,
    is_negative: bool,
    token: Token<'a>,
}

impl Literal<'_> {
    fn text(&self) -> String {
        let text = match self.token {
            Token::Word(text) | Token::Number(text) => text,
            _ => "",
        };
        format!("{}{text}", if self.is_negative { "-" } else { "" })
    }
}

impl<'a> Text<'a> {
    pub fn scalar(&mut self, target: &Target) -> Result<(), TextError> {
        match target {
            Target::Number(number) => self.unnamed(*number),
            _ => match target.field() {
                Some(field) => self.declared(field),
                None => Ok(()),
            },
        }
    }

    fn declared(&mut self, field: &Field) -> Result<(), TextError> {
        let number = field.field.number();
        if let Kind::String | Kind::Bytes = field.kind {
            let bytes = self.strings(&format!("a string for \"{}\"", field.label))?;
            write_len(&mut self.nested.out, number, &bytes);
            return Ok(());
        }
        let bits = match &field.kind {
            Kind::Float | Kind::Double => self.float(field)?,
            Kind::Bool => self.boolean(field)?,
            Kind::Enum(_) => self.enumeration(field)?,
            kind => {
                let value = self.whole(field, "a whole number")?;
                match kind {
                    Kind::Sint32 | Kind::Sint64 => zigzag_encode(value as i64),
                    _ => value as u64,
                }
            }
        };
        let out = &mut self.nested.out;
        write_tag(out, number, field.wire_type);
        match field.wire_type {
            WireType::I32 => out.extend((bits as u32).to_le_bytes()),
            WireType::I64 => out.extend(bits.to_le_bytes()),
            _ => write_varint(out, bits),
        }
        Ok(())
    }

    /// Strings one after the other are one.
    fn strings(&mut self, what: &str) -> Result<Vec<u8>, TextError> {
        let Token::Text(_) = self.scan.peek()?.1 else { return self.scan.expected(what) };
        let mut bytes = Vec::new();
        while let Token::Text(_) = self.scan.peek()?.1 {
            let (_, Token::Text(more)) = self.scan.next()? else { break };
            if bytes.is_empty() {
                bytes = more;
            } else {
                bytes.extend_from_slice(&more);
            }
        }
        Ok(bytes)
    }

    /// A sign, if there is one, and what stands behind it.
    fn literal(&mut self, field: &Field, what: &str) -> Result<Literal<'a>, TextError> {
        let offset = self.scan.peek()?.0;
        let is_negative = self.scan.take('-')?;
        match self.scan.peek()?.1 {
            Token::Word(_) | Token::Number(_) => {
                let (_, token) = self.scan.next()?;
                Ok(Literal { offset, is_negative, token })
            }
            _ => self.scan.expected(wanted(field, what)),
        }
    }

    fn unfit<T>(&self, literal: &Literal<'_>, field: &Field, what: &str) -> Result<T, TextError> {
        let found = format!("\"{}\"", literal.text());
        Err(self.scan.error(literal.offset, TextFault::Expected { what: wanted(field, what), found }))
    }

    fn whole(&mut self, field: &Field, what: &str) -> Result<i128, TextError> {
        let literal = self.literal(field, what)?;
        self.whole_of(&literal, field, what)
    }

    fn whole_of(&self, literal: &Literal<'_>, field: &Field, what: &str) -> Result<i128, TextError> {
        let magnitude = match literal.token {
            Token::Number(text) => match integer(text) {
                Ok(magnitude) => magnitude,
                Err(()) => {
                    if decimal(text).is_some() {
                        return self.unfit(literal, field, what);
                    }
                    return Err(self.scan.error(literal.offset, TextFault::Number { text: literal.text() }));
                }
            },
            _ => return self.unfit(literal, field, what),
        };
        let (min, max) = range_of(&field.kind).unwrap_or((i128::MIN, i128::MAX));
        let value = magnitude.map(i128::from).map(|value| if literal.is_negative { -value } else { value });
        value.filter(|value| (min..=max).contains(value)).ok_or_else(|| {
            let kind = kind_name(&field.kind);
            self.scan.error(literal.offset, TextFault::Range { text: literal.text(), kind, min, max })
        })
    }

    fn boolean(&mut self, field: &Field) -> Result<u64, TextError> {
        let what = "true or false";
        let literal = self.literal(field, what)?;
        match literal.token {
            Token::Word("true" | "True" | "t") if !literal.is_negative => Ok(1),
            Token::Word("false" | "False" | "f") if !literal.is_negative => Ok(0),
            Token::Word(_) => self.unfit(&literal, field, what),
            _ => Ok(self.whole_of(&literal, field, what)? as u64),
        }
    }

    fn enumeration(&mut self, field: &Field) -> Result<u64, TextError> {
        let what = "the name or number of a value";
        let Kind::Enum(descriptor) = &field.kind else { return Ok(0) };
        let literal = self.literal(field, what)?;
        let number = match literal.token {
            Token::Word(name) if !literal.is_negative => {
                descriptor.get_value_by_name(name).map(|value| value.number())
            }
            Token::Word(_) => return self.unfit(&literal, field, what),
            _ => {
                let number = self.whole_of(&literal, field, what)? as i32;
                field.names.as_ref().is_none_or(|names| names.takes(number)).then_some(number)
            }
        };
        number.map(|number| i64::from(number) as u64).ok_or_else(|| {
            let values: Vec<_> = descriptor.values().collect();
            let text = literal.text();
            let is_word = matches!(literal.token, Token::Word(_));
            let near = near(if is_word { &text } else { "" }, values.iter().map(|value| value.name()));
            let name = descriptor.full_name().to_owned();
            self.scan.error(literal.offset, TextFault::EnumValue { text, name, near })
        })
    }

    fn float(&mut self, field: &Field) -> Result<u64, TextError> {
        let what = "a decimal number, inf or nan";
        let literal = self.literal(field, what)?;
        let is_wide = matches!(field.kind, Kind::Double);
        let (wide, narrow) = match literal.token {
            Token::Word(word) => match word.to_ascii_lowercase().as_str() {
                "inf" | "infinity" => (f64::INFINITY, f32::INFINITY),
                "nan" => (f64::NAN, f32::NAN),
                _ => return self.unfit(&literal, field, what),
            },
            Token::Number(text) => match decimal(text) {
                // Rounded once, and what is too large is infinite.
                Some(text) => (text.parse().unwrap_or_default(), text.parse().unwrap_or_default()),
                None if integer(text).is_ok() => return self.unfit(&literal, field, what),
                None => {
                    return Err(self.scan.error(literal.offset, TextFault::Number { text: literal.text() }));
                }
            },
            _ => return self.unfit(&literal, field, what),
        };
        Ok(match (is_wide, literal.is_negative) {
            (true, is_negative) => (if is_negative { -wide } else { wide }).to_bits(),
            (false, is_negative) => u64::from((if is_negative { -narrow } else { narrow }).to_bits()),
        })
    }

    /// The value of a field that is named by its number: how it is spelled says its wire type.
    fn unnamed(&mut self, number: u32) -> Result<(), TextError> {
        let what = "a whole number or a string";
        let (offset, token) = self.scan.peek()?;
        if let Token::Text(_) = token {
            let bytes = self.strings(what)?;
            write_len(&mut self.nested.out, number, &bytes);
            return Ok(());
        }
        let is_negative = self.scan.take('-')?;
        let Token::Number(text) = *self.scan.peek()?.1 else { return self.scan.expected(what) };
        let Ok(magnitude) = integer(text) else {
            return Err(match decimal(text) {
                Some(_) => return self.scan.expected(what),
                None => self.scan.error(offset, TextFault::Number { text: text.to_owned() }),
            });
        };
        let (min, max) = (i128::from(i64::MIN), i128::from(u64::MAX));
        let value = magnitude.map(i128::from).map(|value| if is_negative { -value } else { value });
        let Some(value) = value.filter(|value| (min..=max).contains(value)) else {
            let (text, kind) = (text.to_owned(), "a varint".to_owned());
            return Err(self.scan.error(offset, TextFault::Range { text, kind, min, max }));
        };
        self.scan.next()?;
        let out = &mut self.nested.out;
        let is_hex = matches!(text.as_bytes(), [b'0', b'x' | b'X', ..]) && !is_negative;
        match text.len() {
            10 if is_hex => {
                write_tag(out, number, WireType::I32);
                out.extend((value as u32).to_le_bytes());
            }
            18 if is_hex => {
                write_tag(out, number, WireType::I64);
                out.extend((value as u64).to_le_bytes());
            }
            _ => {
                write_tag(out, number, WireType::Varint);
                write_varint(out, value as u64);
            }
        }
        Ok(())
    }
}

fn wanted(field: &Field, what: &str) -> String {
    format!("{what} for \"{}\"", field.label)
}
