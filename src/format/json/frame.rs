//! One message that is being written, and where its next record comes from.

use super::super::loss::Mark;
use super::keys::Repeats;
use super::scan::Plan;
use super::table::{Field, Holds, Shape, Table};
use super::text::Printer;
use std::ops::Range;
use std::rc::Rc;

/// No field yet.
pub(super) const NO_SLOT: usize = usize::MAX;

/// Where a message's payload stands: mostly in one range, of a split message in several.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub first: Range<u64>,
    pub more: Vec<Range<u64>>,
}

impl Parts {
    pub fn one(range: Range<u64>) -> Self {
        Self { first: range, more: Vec::new() }
    }

    pub fn of(parts: Vec<Range<u64>>) -> Self {
        let mut parts = parts.into_iter();
        Self { first: parts.next().unwrap_or(0..0), more: parts.collect() }
    }

    pub fn to_vec(&self) -> Vec<Range<u64>> {
        let mut all = Vec::with_capacity(1 + self.more.len());
        all.push(self.first.clone());
        all.extend(self.more.iter().cloned());
        all
    }
}

/// A message on the stack.
#[derive(Debug)]
pub(super) struct Frame {
    pub table: Rc<Table>,
    /// The next record.
    pub at: u64,
    /// Of the segment that is being read.
    pub end: u64,
    pub start: u64,
    /// Found by looking ahead; `None` for a message that is written as it comes.
    pub ahead: Option<Box<Ahead>>,
    /// The field of the record before, whose run may be open.
    pub slot: usize,
    /// Whether the brackets of a repeated field or map are open.
    pub is_run_open: bool,
    /// Whether the message has a member.
    pub any: bool,
    /// Elements of the open run so far.
    pub n_elements: u64,
    /// Offset and end of the record of the map entry that is being written.
    pub entry: Range<u64>,
    /// Bits of the oneofs seen.
    pub oneofs: u64,
    /// The first slot that has not been filled in.
    pub next_fill: usize,
    /// Whether `@type` stands before the members.
    pub is_any_payload: bool,
    /// Where the text, its depth, the losses and the map keys stood before this message.
    pub out_start: usize,
    pub depth: usize,
    pub mark: Mark,
    pub keys_start: usize,
    /// The size limit of attempts outside this message.
    pub outer_limit: u64,
}

/// What a look ahead found out about a message.
#[derive(Debug)]
pub(super) struct Ahead {
    pub parts: Vec<Range<u64>>,
    pub plan: Plan,
    /// In order: the part that is next. Otherwise: the field that is next.
    pub next: usize,
    /// Not in order: where the pass over the current field goes on, if it does.
    pub cursor: Option<u64>,
    /// Map fields with keys that come again.
    pub repeats: Vec<(usize, Repeats)>,
}

impl Frame {
    pub fn repeats(&self, slot: usize) -> Option<&Repeats> {
        let ahead = self.ahead.as_ref()?;
        ahead.repeats.iter().find(|(of, _)| *of == slot).map(|(_, repeats)| repeats)
    }

    /// Back to before the first record.
    pub fn reset(&mut self) {
        self.slot = NO_SLOT;
        self.is_run_open = false;
        self.any = self.is_any_payload;
        self.n_elements = 0;
        self.oneofs = 0;
        self.next_fill = 0;
    }

    /// Writes what stands before a message's first member.
    pub fn write_opener(&self, text: &mut Printer) {
        match self.table.shape {
            _ if self.is_any_payload => {}
            Shape::List => text.open(b'['),
            Shape::Bare => {}
            _ => text.open(b'{'),
        }
    }

    pub fn write_closer(&self, text: &mut Printer) {
        match self.table.shape {
            Shape::List => text.close(b']', self.any),
            Shape::Bare if self.any => {}
            Shape::Bare => text.out.extend_from_slice(&self.table.empty),
            _ => text.close(b'}', self.any),
        }
    }

    /// Writes what stands before a value of a field: name, brackets, comma.
    #[inline]
    pub fn begin_value(&mut self, text: &mut Printer, field: &Field, slot: usize) {
        if field.holds == Holds::One {
            self.label(text, field, slot);
            return;
        }
        if self.is_run_open {
            text.separator(true);
        } else {
            self.open_run(text, field, slot);
            text.separator(false);
        }
        self.n_elements += 1;
    }

    fn open_run(&mut self, text: &mut Printer, field: &Field, slot: usize) {
        self.is_run_open = true;
        self.n_elements = 0;
        if field.inline {
            self.any = true;
            return;
        }
        self.label(text, field, slot);
        text.open(if field.holds == Holds::Map { b'{' } else { b'[' });
    }

    #[inline]
    fn label(&mut self, text: &mut Printer, field: &Field, slot: usize) {
        if self.table.fills {
            self.fill(text, slot);
            self.next_fill = slot + 1;
        }
        if let Some(label) = &field.label {
            text.label(self.any, label);
        }
        self.any = true;
    }

    /// Writes the defaults of absent fields before `slot`.
    pub fn fill(&mut self, text: &mut Printer, slot: usize) {
        while self.next_fill < slot {
            if let Some(field) = self.table.fields.get(self.next_fill)
                && let (Some(default), Some(label)) = (&field.fill, &field.label)
            {
                text.label(self.any, label);
                text.out.extend_from_slice(default);
                self.any = true;
            }
            self.next_fill += 1;
        }
    }

    /// Closes the brackets of the run that is open.
    pub fn close_run(&mut self, text: &mut Printer) {
        self.is_run_open = false;
        let Some(field) = self.table.fields.get(self.slot) else { return };
        match field.holds {
            _ if field.inline => {}
            Holds::Map => text.close(b'}', true),
            _ => text.close(b']', true),
        }
    }
}
