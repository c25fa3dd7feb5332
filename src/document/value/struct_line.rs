//! Struct, Value and ListValue on one line, written as the JSON that they stand for.

use super::show::{show_bits, show_string};
use super::well_known::parts;
use super::{Mark, ValueText};
use crate::wire::{Record, WireType};
use prost_reflect::Kind;

/// Levels that are written out; what is deeper is `{…}` or `[…]`.
const MAX_DEPTH: usize = 4;
/// Bytes that are looked at.
const MAX_LOOKED_AT: usize = 1024;

/// What a payload stands for.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Struct,
    Value,
    List,
}

pub(super) fn show(form: Form, payload: &[u8], total_len: u64, max_chars: usize) -> ValueText {
    let payload = &payload[..payload.len().min(MAX_LOOKED_AT)];
    let mut line = Line { shown: ValueText::default(), max_chars };
    line.write(form, payload, payload.len() as u64 == total_len, MAX_DEPTH);
    line.shown
}

struct Line {
    shown: ValueText,
    max_chars: usize,
}

impl Line {
    fn write(&mut self, form: Form, payload: &[u8], is_whole: bool, depth: usize) {
        match form {
            Form::Struct => self.collection(['{', '}'], payload, is_whole, depth, Line::entry),
            Form::List => self.collection(['[', ']'], payload, is_whole, depth, Line::value),
            Form::Value => self.value(payload, is_whole, depth),
        }
    }

    fn collection(
        &mut self,
        [open, close]: [char; 2],
        payload: &[u8],
        is_whole: bool,
        depth: usize,
        write: fn(&mut Line, &[u8], bool, usize),
    ) {
        self.shown.text.push(open);
        let mut n_written = 0;
        let mut goes_on = depth == 0 && !payload.is_empty();
        let mut n_read = 0;
        for (record, bytes) in parts(payload) {
            n_read += usize::from(record.payload_start) + bytes.len();
            if depth == 0 || record.tag.number != 1 || record.tag.wire_type != WireType::Len {
                continue;
            }
            if self.is_full() {
                goes_on = true;
                break;
            }
            if n_written > 0 {
                self.shown.text.push_str(", ");
            }
            write(self, bytes, record.missing == 0, depth - 1);
            n_written += 1;
        }
        if goes_on || !is_whole || n_read < payload.len() {
            self.shown.text.push_str(if n_written > 0 { ", …" } else { "…" });
            self.shown.mark(Mark::Cut);
        }
        self.shown.text.push(close);
    }

    /// What is absent of an entry is its default: an empty name, and a value that says nothing.
    fn entry(&mut self, payload: &[u8], is_whole: bool, depth: usize) {
        let of = |number| parts(payload).filter(move |(record, _)| is_len(record, number)).last();
        match of(1) {
            Some((record, name)) => self.string(&record, name),
            None => self.shown.text.push_str("\"\""),
        }
        self.shown.text.push_str(": ");
        match of(2) {
            Some((record, value)) => self.value(value, record.missing == 0, depth),
            None => self.value(&[], is_whole, depth),
        }
    }

    /// The last member counts, as in any oneof.
    fn value(&mut self, payload: &[u8], is_whole: bool, depth: usize) {
        use WireType::{I64, Len, Varint};
        let is_member = |record: &Record| {
            matches!((record.tag.number, record.tag.wire_type), (1 | 4, Varint) | (2, I64) | (3 | 5 | 6, Len))
        };
        let Some((record, bytes)) = parts(payload).filter(|(record, _)| is_member(record)).last() else {
            self.shown.text.push_str(if is_whole { "no value" } else { "…" });
            return;
        };
        match record.tag.number {
            1 => self.shown.text.push_str("null"),
            2 => self.add(show_bits(&Kind::Double, record.scalar.value)),
            3 => self.string(&record, bytes),
            4 => self.add(show_bits(&Kind::Bool, record.scalar.value)),
            5 => self.write(Form::Struct, bytes, record.missing == 0, depth),
            _ => self.write(Form::List, bytes, record.missing == 0, depth),
        }
    }

    fn string(&mut self, record: &Record, bytes: &[u8]) {
        let left = self.max_chars.saturating_sub(self.n_chars());
        self.add(show_string(bytes, bytes.len() as u64 + record.missing, left));
    }

    fn add(&mut self, part: ValueText) {
        self.shown.text.push_str(&part.text);
        part.marks.into_iter().for_each(|mark| self.shown.mark(mark));
    }

    fn is_full(&self) -> bool {
        self.max_chars <= self.n_chars()
    }

    fn n_chars(&self) -> usize {
        self.shown.text.chars().count()
    }
}

fn is_len(record: &Record, number: u32) -> bool {
    record.tag.number == number && record.tag.wire_type == WireType::Len
}
