//! The transcoder: a stack of messages, one loop over the records of the uppermost.
//!
//! A message no longer than the limit is an *attempt*: written as it comes, without a look ahead,
//! and taken back from the buffer when its records turn out not to be in order. A longer message
//! is looked through first, and what is written of it stays written.

use super::super::FormatError;
use super::super::loss::Losses;
use super::frame::{Frame, NO_SLOT, Parts};
use super::input::Input;
use super::keys::KeyHasher;
use super::table::{Shape, Table, Tables};
use super::text::Printer;
use super::{JsonOptions, Limits};
use crate::document::{Path, Snapshot};
use std::io::Write;
use std::ops::{ControlFlow, Range};
use std::rc::Rc;

/// Text is handed on when there is this much of it.
pub(super) const FLUSH: usize = 256 << 10;

/// An attempt may roll back this many times its own length before it is looked through instead.
const PATIENCE: u64 = 4;

pub(super) struct Engine<'a> {
    pub input: Input<'a>,
    pub sink: &'a mut dyn Write,
    pub tables: Tables,
    pub text: Printer,
    pub losses: Losses,
    pub stack: Vec<Frame>,
    /// Path of the message or value that is being written.
    pub prefix: Path,
    pub limits: Limits,
    /// Messages up to this size are attempts.
    pub limit: u64,
    attempt: Option<Attempt>,
    /// Hashes of the keys of the maps that are being written in an attempt.
    pub keys: Vec<u64>,
    pub hasher: KeyHasher,
    pub window: Vec<u8>,
    pub window_start: u64,
    /// Size of the next window, if it follows on this one.
    pub read_ahead: usize,
}

/// A message that may have to be taken back.
#[derive(Clone, Copy, Debug)]
struct Attempt {
    frame_idx: usize,
    len: u64,
    /// Bytes of input whose text was taken back.
    rolled_back: u64,
    /// Look through every message of it.
    looks_ahead: bool,
}

impl<'a> Engine<'a> {
    pub fn new(
        snapshot: &'a Snapshot,
        options: &JsonOptions,
        limits: Limits,
        sink: &'a mut dyn Write,
        progress: &'a mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Self {
        Self {
            input: Input::new(snapshot, progress),
            sink,
            tables: Tables::new(*options),
            text: Printer::new(options.pretty),
            losses: Losses::new(options.max_losses),
            stack: Vec::new(),
            prefix: Path::default(),
            limits,
            limit: limits.attempt,
            attempt: None,
            keys: Vec::new(),
            hasher: KeyHasher::new(),
            window: Vec::new(),
            window_start: 0,
            read_ahead: limits.first_window,
        }
    }

    /// Writes the message or value of `table` whose payload is `parts`.
    pub fn write(&mut self, table: u32, parts: Parts) -> Result<(), FormatError> {
        self.stack.clear();
        self.attempt = None;
        self.limit = self.limits.attempt;
        self.with_window(|engine, heads| engine.open(heads, table, parts))?;
        self.run()
    }

    /// As [`Engine::write`], for a table that is in no list.
    pub fn write_bare(&mut self, table: Rc<Table>, parts: Parts) -> Result<(), FormatError> {
        self.stack.clear();
        self.attempt = None;
        self.limit = self.limits.attempt;
        self.with_window(|engine, (bytes, base)| engine.push(bytes, base, table, parts, false))?;
        self.run()
    }

    /// Lends the window to `act`, with the offset of its first byte.
    pub fn with_window<T>(
        &mut self,
        act: impl FnOnce(&mut Self, (&[u8], u64)) -> Result<T, FormatError>,
    ) -> Result<T, FormatError> {
        let window = std::mem::take(&mut self.window);
        let done = act(self, (&window, self.window_start));
        self.window = window;
        done
    }

    /// Hands text on, or gives up an attempt whose text has grown too long to be held back.
    pub fn relieve(&mut self, bytes: &[u8], base: u64) -> Result<(), FormatError> {
        match &self.attempt {
            None if self.text.out.len() > FLUSH => self.flush(),
            Some(_) if self.attempt_overflows() => self.abandon(bytes, base),
            _ => Ok(()),
        }
    }

    pub fn attempt_overflows(&self) -> bool {
        let Some(attempt) = &self.attempt else { return false };
        let Some(frame) = self.stack.get(attempt.frame_idx) else { return false };
        self.text.out.len() - frame.out_start.min(self.text.out.len()) > self.limits.overflow
            && attempt.len > self.limits.careful
    }

    /// Whether what is being written may still be taken back.
    pub fn is_attempt(&self) -> bool {
        self.attempt.is_some()
    }

    pub fn flush(&mut self) -> Result<(), FormatError> {
        self.sink.write_all(&self.text.out)?;
        self.text.out.clear();
        Ok(())
    }

    /// Starts the message of `table`, or writes it if it is one of those that are a single value.
    pub fn open(&mut self, (bytes, base): (&[u8], u64), table: u32, parts: Parts) -> Result<(), FormatError> {
        let (mut table, mut parts) = (self.tables.get(table), parts);
        loop {
            match table.shape {
                Shape::Object | Shape::List | Shape::Bare => {
                    return self.push(bytes, base, table, parts, false);
                }
                Shape::Timestamp | Shape::Duration => return self.time(bytes, base, &table, &parts),
                Shape::FieldMask => return self.field_mask(bytes, base, &table, &parts),
                Shape::Any => match self.any(bytes, base, &table, &parts)? {
                    None => return Ok(()),
                    Some((payload_table, payload)) if !payload_table.is_well_known => {
                        return self.push(bytes, base, payload_table, payload, true);
                    }
                    Some((payload_table, payload)) => {
                        self.push_any(table);
                        (table, parts) = (payload_table, payload);
                    }
                },
            }
        }
    }

    /// A frame that has nothing left to read: it closes the object of an `Any`.
    fn push_any(&mut self, table: Rc<Table>) {
        let slot = table.slot(2).unwrap_or(NO_SLOT);
        let mut frame = self.frame(table, 0..0, false);
        (frame.slot, frame.any, frame.next_fill) = (slot, true, usize::MAX);
        self.stack.push(frame);
    }

    fn frame(&self, table: Rc<Table>, range: Range<u64>, is_any_payload: bool) -> Frame {
        Frame {
            table,
            at: range.start,
            end: range.end,
            start: range.start,
            ahead: None,
            slot: NO_SLOT,
            is_run_open: false,
            any: is_any_payload,
            n_elements: 0,
            entry: 0..0,
            oneofs: 0,
            next_fill: 0,
            is_any_payload,
            out_start: self.text.out.len(),
            depth: self.text.depth,
            mark: self.losses.mark(),
            keys_start: self.keys.len(),
            outer_limit: self.limit,
        }
    }

    fn push(
        &mut self,
        bytes: &[u8],
        base: u64,
        table: Rc<Table>,
        parts: Parts,
        is_any_payload: bool,
    ) -> Result<(), FormatError> {
        let len = parts.first.end - parts.first.start;
        let frame = self.frame(table, parts.first.clone(), is_any_payload);
        frame.write_opener(&mut self.text);
        self.stack.push(frame);
        match &self.attempt {
            None if parts.more.is_empty() && len <= self.limit => {
                let frame_idx = self.stack.len() - 1;
                self.attempt = Some(Attempt { frame_idx, len, rolled_back: 0, looks_ahead: false });
                Ok(())
            }
            Some(attempt) if parts.more.is_empty() && !attempt.looks_ahead => {
                if self.text.out.len() > FLUSH {
                    return self.relieve(bytes, base);
                }
                Ok(())
            }
            _ => self.look_ahead(bytes, base, parts.to_vec()),
        }
    }

    /// Takes back what the uppermost message has written, and looks ahead.
    pub fn fall_back(&mut self, bytes: &[u8], base: u64) -> Result<(), FormatError> {
        let Some(attempt) = &mut self.attempt else { return Ok(()) };
        let Some(frame) = self.stack.last() else { return Ok(()) };
        attempt.rolled_back += frame.at - frame.start;
        if attempt.rolled_back > PATIENCE * attempt.len + 4096 {
            attempt.looks_ahead = true;
            let n_frames = attempt.frame_idx + 1;
            self.stack.truncate(n_frames);
        }
        self.restart(bytes, base)
    }

    /// Gives the attempt up: its outermost message is treated as a long one.
    pub fn abandon(&mut self, bytes: &[u8], base: u64) -> Result<(), FormatError> {
        let Some(attempt) = self.attempt.take() else { return Ok(()) };
        self.stack.truncate(attempt.frame_idx + 1);
        self.limit = self.limit.min(self.limits.careful);
        self.restart(bytes, base)?;
        self.losses.commit();
        Ok(())
    }

    /// What the message that was just taken from the stack has written stays, if it was the
    /// outermost of an attempt or is in none.
    pub fn settle(&mut self) -> Result<(), FormatError> {
        if self.attempt.is_some_and(|attempt| attempt.frame_idx == self.stack.len()) {
            self.attempt = None;
        }
        if self.attempt.is_some() {
            return Ok(());
        }
        self.losses.commit();
        if self.text.out.len() > FLUSH { self.flush() } else { Ok(()) }
    }

    fn restart(&mut self, bytes: &[u8], base: u64) -> Result<(), FormatError> {
        let Some(frame) = self.stack.last_mut() else { return Ok(()) };
        let parts = match frame.ahead.take() {
            Some(ahead) => ahead.parts,
            None => std::iter::once(frame.start..frame.end).collect(),
        };
        self.text.out.truncate(frame.out_start);
        self.text.depth = frame.depth;
        self.losses.roll_back(frame.mark);
        self.keys.truncate(frame.keys_start);
        frame.reset();
        frame.write_opener(&mut self.text);
        self.look_ahead(bytes, base, parts)
    }
}
