//! One spelling of a message, of all those that parsers read alike.
//!
//! Fields stand in number order, varints in the fewest bytes, repeated scalars packed as declared,
//! map entries sorted by their keys with key and value written, parts of a split message as one, and
//! fields without presence only if they are not the default. Unknown fields and those of another wire
//! type than declared follow, in number order and with the payload they have; bytes that are no record
//! come last, as they are.
//!
//! **Law.** It is idempotent, and parsers read the same message before and after. What is left out is
//! what they pass over: values that a later one overrides, and defaults. Both are counted.
//!
//! - `plan`: the records of one message, in order
//! - `out`: what they come to, and what has to be replaced for that
//! - `scalars`: values in the fewest bytes
//!
//! **Not here:** the list of what will change ([`super::diff`]).

mod out;
mod plan;
mod scalars;

#[cfg(test)]
mod tests;

use super::doc::{Act, Document};
use super::edit::Edit;
use super::snapshot::Snapshot;
use super::source::{ReadMode, SourceError};
use crate::schema::MessageDescriptor;
use out::{Begun, Out};
use plan::{Inside, Planned, Wrap, plan};
use std::collections::VecDeque;
use std::ops::{ControlFlow, Range};

/// The act that writes a document canonically, without edits if it is; and what was left out.
pub fn canonical_act(
    document: &Document,
    go_on: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<(Act, CanonicalReport), CanonicalError> {
    let message = document.message().ok_or(CanonicalError::NoType)?;
    let Canonical { replaced, report } = canonicalize(document.snapshot(), message, go_on)?;
    // From the last to the first, so that none moves the place of another.
    let edits = replaced.into_iter().rev().map(|(range, bytes)| {
        let range = range.start as u64..range.end as u64;
        Edit::Splice { chain: Vec::new(), range, bytes }
    });
    Ok((Act::new("Canonicalize", edits.collect()), report))
}

/// What stands between what both begin and end with: where in the old bytes, and the new ones.
fn between<'a>(old: &[u8], new: &'a [u8]) -> (Range<usize>, &'a [u8]) {
    let head = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let most = old.len().min(new.len()) - head;
    let pairs = old.iter().rev().zip(new.iter().rev()).take(most);
    let tail = pairs.take_while(|(old, new)| old == new).count();
    (head..old.len() - tail, &new[head..new.len() - tail])
}

/// The largest message, all of which is held in memory; of what it comes to only what is new.
pub const MAX_CANONICAL: u64 = 512 << 20;
/// Messages nested deeper stay as they are; groups earlier, since finding their ends takes longer.
const MAX_DEPTH: usize = 20_000;
const MAX_GROUP_DEPTH: usize = 1_000;
/// Messages made between two questions whether to go on.
const ASK_EVERY: usize = 1_024;

/// What gives a message its canonical spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    /// Stretches of the message in order, with what takes their place.
    pub replaced: Vec<(Range<usize>, Vec<u8>)>,
    pub report: CanonicalReport,
}

/// What became of what parsers pass over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CanonicalReport {
    /// Values and map entries left out because a later one overrides them.
    pub n_overridden: u64,
    /// Fields left out because absent means the same.
    pub n_defaults: u64,
    /// Parts of split messages that were joined to the first.
    pub n_joined: u64,
    /// Records kept at the end of their message because the type does not know them.
    pub n_unknown: u64,
    /// Stretches kept as they are because they are damaged, or nested too deep.
    pub n_kept: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    #[error("Without a type nothing says which spelling is canonical")]
    NoType,
    #[error(
        "The message has {len} bytes; up to {MAX_CANONICAL} can be written canonically, since all of them are \
         held in memory for it"
    )]
    TooLarge { len: u64 },
    #[error("It was stopped")]
    Stopped,
    #[error(transparent)]
    Source(#[from] SourceError),
}

/// Writes the message anew. `go_on` is told the offset reached, and may ask to stop.
pub fn canonicalize(
    snapshot: &Snapshot,
    message: &MessageDescriptor,
    go_on: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Canonical, CanonicalError> {
    let len = snapshot.len();
    if len > MAX_CANONICAL {
        return Err(CanonicalError::TooLarge { len });
    }
    let bytes = snapshot.bytes(0..len, ReadMode::Wait)?;
    let mut report = CanonicalReport::default();
    let root = Inside { message: message.clone(), parts: vec![&bytes], wrap: Wrap::Root, whole: None };
    let mut out = Out::new(&bytes);
    let mut frames = vec![Frame::new(root, &bytes, &mut out, &mut report)];
    let mut n_made = 0;
    loop {
        let depth = frames.len();
        let Some(top) = frames.last_mut() else { break };
        if let Some(inside) = top.next(depth, &mut out, &mut report) {
            n_made += 1;
            if n_made % ASK_EVERY == 0 {
                let at = inside.parts.first().map_or(0, |part| out.place(part).start);
                if go_on(at as u64).is_break() {
                    return Err(CanonicalError::Stopped);
                }
            }
            frames.push(Frame::new(inside, &bytes, &mut out, &mut report));
            continue;
        }
        if let Some(done) = frames.pop()
            && let Some(begun) = done.begun
        {
            done.wrap.end(&mut out, &begun, done.whole);
        }
    }
    Ok(Canonical { replaced: out.replaced(), report })
}

/// A message being written.
struct Frame<'a> {
    wrap: Wrap,
    whole: Option<&'a [u8]>,
    plan: VecDeque<Planned<'a>>,
    /// None of the root, which is in no record.
    begun: Option<Begun>,
}

impl<'a> Frame<'a> {
    fn new(inside: Inside<'a>, all: &'a [u8], out: &mut Out<'a>, report: &mut CanonicalReport) -> Self {
        let begun = (inside.wrap != Wrap::Root).then(|| out.begin());
        let plan = plan(all, &inside, report).into();
        Self { wrap: inside.wrap, whole: inside.whole, plan, begun }
    }

    /// Writes on until a message has to be written first; `None` at the end.
    fn next(&mut self, depth: usize, out: &mut Out<'a>, report: &mut CanonicalReport) -> Option<Inside<'a>> {
        while let Some(first) = self.plan.front_mut() {
            match first {
                Planned::Bytes(bytes) => out.put(bytes),
                Planned::Kept(bytes) => out.keep(bytes),
                Planned::Messages(messages) => {
                    while let Some(inside) = messages.next() {
                        let is_group = matches!(inside.wrap, Wrap::Group(_));
                        let limit = if is_group { MAX_GROUP_DEPTH } else { MAX_DEPTH };
                        if depth < limit {
                            return Some(inside);
                        }
                        report.n_kept += 1;
                        for part in &inside.parts {
                            let begun = out.begin();
                            out.keep(part);
                            inside.wrap.end(out, &begun, inside.whole);
                        }
                    }
                }
            }
            self.plan.pop_front();
        }
        None
    }
}

impl Wrap {
    /// Ends the record around a message.
    fn end<'a>(self, out: &mut Out<'a>, begun: &Begun, whole: Option<&'a [u8]>) {
        match self {
            Wrap::Root => {}
            Wrap::Len(number) => out.end(begun, number, false, whole),
            Wrap::Group(number) => out.end(begun, number, true, whole),
        }
    }
}
