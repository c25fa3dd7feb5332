//! Rows into lines with aligned columns.
//!
//! Columns are as wide as the rows of one block need, never narrower than before, and up to a limit;
//! what is longer runs into the next column.

use super::{MAX_DEPTH, TreeRow};
use crate::document::value::{Mark, grouped};
use crate::document::{Entry, ReadMode, RowText, Snapshot, Tone, entry_row_text};
use std::io::{self, Write};

/// Rows that are aligned with each other before they are handed on.
const BLOCK: usize = 512;
const MAX_NUMBER_WIDTH: usize = 9;
const MAX_NAME_WIDTH: usize = 48;
const MAX_KIND_WIDTH: usize = 32;
const MAX_VALUE_CHARS: usize = 60;
const MAX_VALUE_WIDTH: usize = 64;
const INDENT: usize = 2;
/// Indent stops growing here; deeper rows show their depth as a number.
const MAX_INDENT: usize = MAX_NAME_WIDTH / 3;

struct Line {
    number: String,
    name: String,
    kind: String,
    value: String,
    n_bytes: String,
    remarks: String,
}

pub(super) struct Layout<'a> {
    snapshot: &'a Snapshot,
    lines: Vec<Line>,
    /// Of number, name, kind, value and bytes.
    widths: [usize; 5],
}

impl<'a> Layout<'a> {
    pub fn new(snapshot: &'a Snapshot) -> Self {
        Self { snapshot, lines: Vec::with_capacity(BLOCK), widths: [0; 5] }
    }

    pub fn add(&mut self, row: &TreeRow, out: &mut dyn Write) -> io::Result<()> {
        let text = entry_row_text(self.snapshot, &row.entry, MAX_VALUE_CHARS, ReadMode::Wait);
        let n_bytes =
            if row.is_open_ended { "…".to_owned() } else { format!("{} B", grouped(text.n_bytes)) };
        self.lines.push(Line {
            name: format!("{}{}", indent(row.depth), text.name),
            remarks: remarks(row, &text),
            number: text.number,
            kind: text.kind,
            value: text.value,
            n_bytes,
        });
        if self.lines.len() == BLOCK { self.flush(out) } else { Ok(()) }
    }

    pub fn flush(&mut self, out: &mut dyn Write) -> io::Result<()> {
        for line in &self.lines {
            for (width, (cell, max)) in self.widths.iter_mut().zip(line.cells()) {
                *width = (*width).max(width_of(cell).min(max));
            }
        }
        let mut text = String::new();
        for line in self.lines.drain(..) {
            line.write(&self.widths, &mut text);
        }
        out.write_all(text.as_bytes())
    }
}

impl Line {
    /// The cells with the most that each may ask for.
    fn cells(&self) -> [(&str, usize); 5] {
        [
            (&self.number, MAX_NUMBER_WIDTH),
            (&self.name, MAX_NAME_WIDTH),
            (&self.kind, MAX_KIND_WIDTH),
            (&self.value, MAX_VALUE_WIDTH),
            (&self.n_bytes, usize::MAX),
        ]
    }

    fn write(&self, widths: &[usize; 5], text: &mut String) {
        let start = text.len();
        for (idx, ((cell, _), width)) in self.cells().into_iter().zip(widths).enumerate() {
            let n_blanks = width.saturating_sub(width_of(cell));
            let is_right = matches!(idx, 0 | 4);
            let gap = if idx == 0 { 0 } else { 2 };
            let before = if is_right { gap + n_blanks } else { gap };
            text.extend(std::iter::repeat_n(' ', before));
            text.push_str(cell);
            if !is_right {
                text.extend(std::iter::repeat_n(' ', n_blanks));
            }
        }
        if !self.remarks.is_empty() {
            text.push_str("  ! ");
            text.push_str(&self.remarks);
        }
        let len = text[start..].trim_end().len();
        text.truncate(start + len);
        text.push('\n');
    }
}

fn indent(depth: u32) -> String {
    let width = (depth as usize).saturating_mul(INDENT);
    if width <= MAX_INDENT {
        return " ".repeat(width);
    }
    format!("{depth:>width$}· ", width = MAX_INDENT - 2)
}

/// What is irregular, in words.
fn remarks(row: &TreeRow, text: &RowText) -> String {
    let mut words: Vec<String> = Vec::new();
    if row.depth >= MAX_DEPTH && row.entry.is_expandable() {
        words.push("what is deeper is not opened".to_owned());
    }
    if let Entry::Record { at, .. } = &row.entry
        && at.record.is_overlong()
    {
        words.push("padded".to_owned());
    }
    for mark in &text.marks {
        let word = match mark {
            Mark::InvalidUtf8 => "not UTF-8",
            Mark::Damaged => "damaged",
            Mark::OutOfRange => "out of range",
            Mark::ExcessBits => "too many bits",
            Mark::OddBool => "neither 0 nor 1",
            Mark::OddNan => "unusual NaN",
            Mark::UnknownNumber => "unknown enum number",
            Mark::Cut | Mark::Escaped | Mark::NegativeZero => continue,
        };
        words.push(word.to_owned());
    }
    if matches!(text.tone, Tone::Warning | Tone::Problem) || !words.is_empty() {
        words.push(format!("at offset {}", row.entry.range().start));
    }
    words.join(", ")
}

/// Columns that a terminal gives to a text.
fn width_of(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(width_of_char).sum() }
}

/// Wide are the scripts of East Asia and pictures; hidden characters do not get here.
fn width_of_char(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f900}'..='\u{1f9ff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}
