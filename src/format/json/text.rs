//! Spelling: scalars, escapes, base64, commas and indents.

use super::table::{EnumNames, Form};
use crate::wire::zigzag_decode;

/// Indents stop growing here: the text of a message a million levels deep would otherwise be
/// mostly blanks.
const MAX_INDENT: usize = 64;

const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// Labels up to this length are copied at once.
const SHORT: usize = 32;

/// `,"name":`, quoted and escaped; without the comma for a first member.
#[derive(Debug)]
pub(super) struct Label {
    text: Vec<u8>,
    /// The first of it, filled up.
    padded: [u8; SHORT],
}

impl Label {
    pub fn new(name: &str, is_pretty: bool) -> Self {
        let mut text = vec![b','];
        text.extend(quoted(name));
        text.extend_from_slice(if is_pretty { b": " } else { b":" });
        Self::of(text)
    }

    /// A value with a comma in front of it.
    pub fn element(value: &[u8]) -> Self {
        Self::of([b",", value].concat())
    }

    fn of(text: Vec<u8>) -> Self {
        let mut padded = [0; SHORT];
        let n = text.len().min(SHORT);
        padded[..n].copy_from_slice(&text[..n]);
        Self { text, padded }
    }
}

/// Appends JSON text to a buffer.
#[derive(Debug)]
pub(super) struct Printer {
    pub out: Vec<u8>,
    pretty: bool,
    /// Objects and lists that are open.
    pub depth: usize,
}

impl Printer {
    pub fn new(pretty: bool) -> Self {
        Self { out: Vec::new(), pretty, depth: 0 }
    }

    pub fn is_pretty(&self) -> bool {
        self.pretty
    }

    fn newline(&mut self) {
        self.out.push(b'\n');
        let width = 2 * self.depth.min(MAX_INDENT);
        self.out.resize(self.out.len() + width, b' ');
    }

    pub fn open(&mut self, bracket: u8) {
        self.out.push(bracket);
        self.depth += 1;
    }

    /// Closes what [`Printer::open`] opened; `any` says whether something was written inside.
    pub fn close(&mut self, bracket: u8, any: bool) {
        self.depth = self.depth.saturating_sub(1);
        if self.pretty && any {
            self.newline();
        }
        self.out.push(bracket);
    }

    /// What stands in front of a value among others.
    #[inline]
    pub fn separator(&mut self, any: bool) {
        if any {
            self.out.push(b',');
        }
        if self.pretty {
            self.newline();
        }
    }

    /// Separator and name.
    #[inline]
    pub fn label(&mut self, any: bool, label: &Label) {
        if self.pretty {
            self.separator(any);
            self.out.extend_from_slice(&label.text[1..]);
        } else if any {
            self.whole_label(label);
        } else {
            self.out.extend_from_slice(&label.text[1..]);
        }
    }

    /// A label with its comma.
    #[inline]
    pub fn whole_label(&mut self, label: &Label) {
        if label.text.len() <= SHORT {
            // A copy of fixed length is a few instructions, one of unknown length a call.
            let end = self.out.len() + label.text.len();
            self.out.extend_from_slice(&label.padded);
            self.out.truncate(end);
        } else {
            self.out.extend_from_slice(&label.text);
        }
    }

    /// Separator and a name that needs no escapes.
    pub fn name(&mut self, any: bool, name: &str) {
        self.separator(any);
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'"');
        self.colon();
    }

    /// What stands between a name or map key and its value.
    #[inline]
    pub fn colon(&mut self) {
        self.out.push(b':');
        if self.pretty {
            self.out.push(b' ');
        }
    }

    /// A value that is not text or a message, from the bits of its record.
    #[inline]
    pub fn scalar(&mut self, form: Form, bits: u64, names: Option<&EnumNames>) {
        match form {
            Form::Int32 => self.integer(bits as i32),
            Form::Uint32 => self.integer(bits as u32),
            Form::Sint32 => self.integer(zigzag_decode(u64::from(bits as u32)) as i32),
            Form::Int64 => self.quoted_integer(bits as i64),
            Form::Uint64 => self.quoted_integer(bits),
            Form::Sint64 => self.quoted_integer(zigzag_decode(bits)),
            Form::Float => self.float(f32::from_bits(bits as u32)),
            Form::Double => self.double(f64::from_bits(bits)),
            Form::Bool => self.out.extend_from_slice(if bits == 0 { b"false" } else { b"true" }),
            Form::Enum => match names.and_then(|names| names.get(bits as i32)) {
                Some(name) => self.out.extend_from_slice(name),
                None => self.integer(bits as i32),
            },
            Form::Null => self.out.extend_from_slice(b"null"),
            Form::String | Form::Bytes | Form::Message => {}
        }
    }

    /// A scalar as a map key: always a string.
    #[inline]
    pub fn key(&mut self, form: Form, bits: u64) {
        let quote = !matches!(form, Form::Int64 | Form::Uint64 | Form::Sint64);
        if quote {
            self.out.push(b'"');
        }
        self.scalar(form, bits, None);
        if quote {
            self.out.push(b'"');
        }
    }

    #[inline]
    fn integer(&mut self, value: impl itoa::Integer) {
        self.out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }

    #[inline]
    fn quoted_integer(&mut self, value: impl itoa::Integer) {
        self.out.push(b'"');
        self.integer(value);
        self.out.push(b'"');
    }

    fn float(&mut self, value: f32) {
        if value.is_finite() {
            self.out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
        } else {
            self.double(f64::from(value));
        }
    }

    fn double(&mut self, value: f64) {
        if value.is_finite() {
            self.out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
        } else if value.is_nan() {
            self.out.extend_from_slice(b"\"NaN\"");
        } else if value > 0.0 {
            self.out.extend_from_slice(b"\"Infinity\"");
        } else {
            self.out.extend_from_slice(b"\"-Infinity\"");
        }
    }

    pub fn base64(&mut self, bytes: &[u8]) {
        self.out.push(b'"');
        self.base64_part(bytes);
        self.out.push(b'"');
    }

    /// Without the quotes; all parts but the last have a multiple of three bytes.
    pub fn base64_part(&mut self, bytes: &[u8]) {
        base64_simd::STANDARD.encode_append(bytes, &mut self.out);
    }

    /// Returns where in `text` the first byte is that is no UTF-8; it is written as U+FFFD.
    #[inline]
    pub fn string(&mut self, text: &[u8]) -> Option<usize> {
        self.out.push(b'"');
        let bad = if is_plain(text) {
            self.out.extend_from_slice(text);
            None
        } else {
            self.not_plain(text)
        };
        self.out.push(b'"');
        bad
    }

    #[inline(never)]
    fn not_plain(&mut self, text: &[u8]) -> Option<usize> {
        if simdutf8::basic::from_utf8(text).is_ok() {
            self.escape(text);
            return None;
        }
        let (mut at, mut bad) = (0, None);
        for chunk in text.utf8_chunks() {
            self.escape(chunk.valid().as_bytes());
            at += chunk.valid().len();
            if !chunk.invalid().is_empty() {
                bad = bad.or(Some(at));
                self.out.extend_from_slice(REPLACEMENT);
                at += chunk.invalid().len();
            }
        }
        bad
    }

    /// A part of a longer string, without the quotes. Returns how many bytes were used, all but a
    /// character that is cut off at the end, and where the first bad byte was.
    pub fn string_part(&mut self, text: &[u8], is_last: bool) -> (usize, Option<usize>) {
        let used = match simdutf8::compat::from_utf8(text) {
            Ok(_) => text.len(),
            Err(error) if error.error_len().is_none() && !is_last => error.valid_up_to(),
            Err(_) if is_last => text.len(),
            // A character cut off at the end may stand behind other damage.
            Err(_) => text.len() - cut_character(text),
        };
        (used, self.not_plain(&text[..used]))
    }

    /// `text` is UTF-8.
    fn escape(&mut self, mut text: &[u8]) {
        loop {
            let clean = clean_len(text);
            self.out.extend_from_slice(&text[..clean]);
            let Some(&byte) = text.get(clean) else { return };
            let short = match byte {
                b'"' => b'"',
                b'\\' => b'\\',
                b'\n' => b'n',
                b'\r' => b'r',
                b'\t' => b't',
                0x08 => b'b',
                0x0c => b'f',
                _ => 0,
            };
            if short == 0 {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]);
                self.out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            } else {
                self.out.extend_from_slice(&[b'\\', short]);
            }
            text = &text[clean + 1..];
        }
    }
}

/// Bytes at the end of `text` that begin a character and do not complete it, 0 to 3.
fn cut_character(text: &[u8]) -> usize {
    let tail = &text[text.len().saturating_sub(3)..];
    (1..=tail.len())
        .find(|n| {
            let end = &tail[tail.len() - n..];
            end[0] >= 0xc0
                && matches!(std::str::from_utf8(end), Err(error) if error.valid_up_to() == 0 && error.error_len().is_none())
        })
        .unwrap_or(0)
}

const ONES: u64 = 0x0101_0101_0101_0101;
const TOPS: u64 = 0x8080_8080_8080_8080;

/// Marks bytes that JSON escapes, at least the lowest of them.
#[inline]
fn special(word: u64) -> u64 {
    let control = word.wrapping_sub(ONES * 0x20);
    let quote = word ^ (ONES * 0x22);
    let backslash = word ^ (ONES * 0x5c);
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    (control & !word | zero(quote) | zero(backslash)) & TOPS
}

#[inline]
fn word_at(text: &[u8], at: usize) -> u64 {
    match text.get(at..at + 8).and_then(|word| word.try_into().ok()) {
        Some(word) => u64::from_le_bytes(word),
        None => 0,
    }
}

fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Whether the text is ASCII without anything to escape.
#[inline]
fn is_plain(text: &[u8]) -> bool {
    if text.len() < 8 {
        return text.iter().all(|byte| *byte < 0x80 && !is_special(*byte));
    }
    let mut marks = 0;
    let (words, _) = text.as_chunks::<8>();
    for word in words {
        let word = u64::from_le_bytes(*word);
        marks |= special(word) | (word & TOPS);
    }
    let last = word_at(text, text.len() - 8);
    (marks | special(last) | (last & TOPS)) == 0
}

/// Bytes at the start of `text` without anything to escape.
fn clean_len(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    for (idx, word) in words.iter().enumerate() {
        let marks = special(u64::from_le_bytes(*word));
        if marks != 0 {
            return idx * 8 + marks.trailing_zeros() as usize / 8;
        }
    }
    let at = words.len() * 8;
    at + rest.iter().position(|byte| is_special(*byte)).unwrap_or(rest.len())
}

/// `text` as a JSON string.
pub(super) fn quoted(text: &str) -> Vec<u8> {
    let mut printer = Printer::new(false);
    printer.string(text.as_bytes());
    printer.out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_string_reads_back_as_it_was(text in any::<String>()) {
            let written = quoted(&text);
            prop_assert_eq!(serde_json::from_slice::<String>(&written).unwrap(), text);
        }

        #[test]
        fn bad_bytes_are_replaced_alike_in_one_piece_and_in_parts(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(0xe2), Just(0x82), Just(0xac), Just(b'a'), Just(b'"')], 0..60),
            part in 4_usize..20,
        ) {
            let mut whole = Printer::new(false);
            let bad = whole.string(&bytes);
            prop_assert_eq!(bad.is_none(), std::str::from_utf8(&bytes).is_ok());
            prop_assert_eq!(
                serde_json::from_slice::<String>(&whole.out).unwrap(),
                String::from_utf8_lossy(&bytes).into_owned()
            );
            let mut parts = Printer::new(false);
            let (mut at, mut first_bad) = (0, None);
            parts.out.push(b'"');
            while at < bytes.len() {
                let end = (at + part).min(bytes.len());
                let (used, bad) = parts.string_part(&bytes[at..end], end == bytes.len());
                prop_assert!(used > 0);
                first_bad = first_bad.or(bad.map(|bad| bad + at));
                at += used;
            }
            parts.out.push(b'"');
            prop_assert_eq!(parts.out, whole.out);
            prop_assert_eq!(first_bad, bad);
        }
    }
}
