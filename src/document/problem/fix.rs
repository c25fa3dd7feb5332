//! Edits that put problems right where there is no doubt how.
//!
//! **Law.** A fix removes its problem and makes none, and what parsers read stays what it was; only a
//! length that overruns and a group without its end, which they refuse, are read for the first time. What the problem hid may show:
//! where a cut payload ends, and whether an enum knows the number.

use super::check::check_with_sites;
use super::state::Site;
use super::{Problem, ProblemKind};
use crate::document::edit::{Chain, Edit};
use crate::document::reader::{Found, Reader, RecordAt, SMALL_WINDOW};
use crate::document::resolve::{MapKey, read_key};
use crate::document::snapshot::Snapshot;
use crate::document::source::{ReadMode, SourceError};
use crate::schema::{Kind, MessageDescriptor};
use crate::wire::{Read, WireType, read_varint, write_tag, write_varint};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::{ControlFlow, Range};

/// Problems that are put right at once, and records around all of them together.
const MAX_SITES: usize = 100_000;
const MAX_CHAINS: usize = 4 << 20;

/// Which problems are to be put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The one of this kind at this place.
    One(ProblemKind, Range<u64>),
    /// All of a kind.
    All(ProblemKind),
}

/// The edits of one act, by the offsets before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixes {
    pub edits: Vec<Edit>,
    /// Problems that they are made for.
    pub n_problems: u64,
    /// There are more than can be put right at once.
    pub is_cut: bool,
}

/// Why there is no fix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FixError {
    #[error("This problem is no longer there")]
    Gone,
    #[error("How this is put right is for a person to decide")]
    NoFix,
    #[error("Putting it right was stopped")]
    Stopped,
    #[error(transparent)]
    Source(#[from] SourceError),
}

/// Makes the edits that put `wanted` right. `progress` is told the offset reached, and may ask to stop.
pub fn fixes(
    snapshot: &Snapshot,
    message: Option<&MessageDescriptor>,
    wanted: &Wanted,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Fixes, FixError> {
    let (Wanted::One(kind, _) | Wanted::All(kind)) = wanted;
    if kind.fix_label().is_none() {
        return Err(FixError::NoFix);
    }
    let mut maker = Maker {
        kind: *kind,
        reader: Reader::new(snapshot, ReadMode::Wait, SMALL_WINDOW * 4),
        edits: Vec::new(),
        messages: BTreeMap::new(),
        n_problems: 0,
        n_around: 0,
        is_cut: false,
        failed: None,
    };
    let mut sink = |problem: Problem, site: &Site<'_>| maker.take(wanted, &problem, site);
    let report = check_with_sites(snapshot, 0..snapshot.len(), message, &mut sink, progress)?;
    if let Some(error) = maker.failed {
        return Err(error.into());
    }
    if report.stopped && maker.n_problems == 0 {
        return Err(FixError::Stopped);
    }
    if maker.n_problems == 0 {
        return Err(FixError::Gone);
    }
    maker.removals()?;
    Ok(Fixes { edits: maker.edits, n_problems: maker.n_problems, is_cut: maker.is_cut })
}

/// A message with records that are to go, and what for.
struct Crowded {
    chain: Chain,
    end: u64,
    message: Option<MessageDescriptor>,
    /// Records of which an earlier one is to go: their number and wire type.
    numbers: BTreeSet<(u32, u8)>,
    /// Offsets of map entries of which an earlier one is to go.
    entries: BTreeSet<u64>,
}

struct Maker<'a> {
    kind: ProblemKind,
    reader: Reader<'a>,
    edits: Vec<Edit>,
    /// By where they begin.
    messages: BTreeMap<u64, Crowded>,
    n_problems: u64,
    n_around: usize,
    is_cut: bool,
    failed: Option<SourceError>,
}

impl Maker<'_> {
    fn take(&mut self, wanted: &Wanted, problem: &Problem, site: &Site<'_>) -> ControlFlow<()> {
        if problem.kind != self.kind {
            return ControlFlow::Continue(());
        }
        if let Wanted::One(_, range) = wanted
            && problem.range != *range
        {
            return ControlFlow::Continue(());
        }
        let chain = site.chain();
        self.n_around += chain.len();
        if self.n_problems as usize >= MAX_SITES || self.n_around > MAX_CHAINS {
            self.is_cut = true;
            return ControlFlow::Break(());
        }
        self.n_problems += 1;
        if let Err(error) = self.note(problem, site, chain) {
            self.failed = Some(error);
            return ControlFlow::Break(());
        }
        match wanted {
            Wanted::One(..) => ControlFlow::Break(()),
            Wanted::All(_) => ControlFlow::Continue(()),
        }
    }

    fn note(&mut self, problem: &Problem, site: &Site<'_>, chain: Chain) -> Result<(), SourceError> {
        let inside = site.message_range();
        if self.kind == ProblemKind::UnclosedGroup {
            return self.close_groups(site, chain, inside);
        }
        // The end tag of a group stands behind the group's content.
        let end = if self.kind == ProblemKind::Overrun { inside.end } else { self.reader.snapshot().len() };
        let Read::Record(record) = self.reader.head(site.record, end)? else { return Ok(()) };
        match self.kind {
            ProblemKind::SetAgain | ProblemKind::Oneof | ProblemKind::KeyAgain => {
                let crowded = self.messages.entry(inside.start).or_insert_with(|| Crowded {
                    chain,
                    end: inside.end,
                    message: site.message(),
                    numbers: BTreeSet::new(),
                    entries: BTreeSet::new(),
                });
                if self.kind == ProblemKind::KeyAgain {
                    crowded.entries.insert(site.record);
                } else {
                    crowded.numbers.insert((record.tag.number, record.tag.wire_type as u8));
                }
            }
            ProblemKind::Overrun => {
                let start = site.record + u64::from(record.tag.width);
                let range = start..start + u64::from(record.length_width());
                self.respell(chain, range, record.payload_len);
            }
            _ => self.respell_varint(problem, site, chain, record.tag.wire_type, record.payload_start)?,
        }
        Ok(())
    }

    /// Ends the innermost group, and those around it that would be without their end then.
    fn close_groups(
        &mut self,
        site: &Site<'_>,
        mut chain: Chain,
        inside: Range<u64>,
    ) -> Result<(), SourceError> {
        let (mut at, end) = (inside.start, inside.end);
        while let Read::Record(record) = self.reader.head(at, end)? {
            // A last record that overruns would take the end tag for its own bytes.
            if record.missing > 0 {
                let start = at + u64::from(record.tag.width);
                let length = start..start + u64::from(record.length_width());
                self.respell(chain.clone(), length, record.payload_len);
            }
            at += record.head_and_payload_len();
        }
        let groups = site.groups_to_close();
        let mut bytes = Vec::new();
        groups.iter().for_each(|(_, number)| write_tag(&mut bytes, *number, WireType::Egroup));
        chain.truncate(chain.len() - groups.len());
        self.edits.push(Edit::Insert { chain, offset: end, bytes });
        Ok(())
    }

    fn respell(&mut self, chain: Chain, range: Range<u64>, value: u64) {
        let mut bytes = Vec::new();
        write_varint(&mut bytes, value);
        self.edits.push(Edit::Splice { chain, range, bytes });
    }

    fn respell_varint(
        &mut self,
        problem: &Problem,
        site: &Site<'_>,
        mut chain: Chain,
        wire_type: WireType,
        payload_start: u8,
    ) -> Result<(), SourceError> {
        let range = problem.range.clone();
        // An element of a packed record is inside that record.
        if wire_type == WireType::Len && range.start >= site.record + u64::from(payload_start) {
            chain.push(site.record);
        }
        let want = (range.end - range.start) as usize;
        let bytes = &self.reader.at(range.start, want)?[..want];
        let Ok(varint) = read_varint(bytes) else { return Ok(()) };
        let value = match self.kind {
            ProblemKind::OddBool => 1,
            ProblemKind::BeyondInt32 => varint.value as u32 as i32 as i64 as u64,
            ProblemKind::BeyondUint32 => u64::from(varint.value as u32),
            _ => varint.value,
        };
        self.respell(chain, range, value);
        Ok(())
    }

    /// Goes through each message once that has records to be removed.
    fn removals(&mut self) -> Result<(), SourceError> {
        for (start, crowded) in std::mem::take(&mut self.messages) {
            let gone = match self.kind {
                ProblemKind::KeyAgain => self.earlier_entries(start, &crowded)?,
                ProblemKind::Oneof => self.earlier_members(start, &crowded)?,
                _ => self.earlier_values(start, &crowded)?,
            };
            let removals = gone.into_iter().map(|range| Edit::Remove { chain: crowded.chain.clone(), range });
            self.edits.extend(removals);
        }
        Ok(())
    }

    fn records(
        &mut self,
        start: u64,
        end: u64,
        mut visit: impl FnMut(&mut Reader<'_>, RecordAt) -> Result<(), SourceError>,
    ) -> Result<(), SourceError> {
        let mut at = start;
        while let Found::Record(record) = self.reader.record(at, end)? {
            at = record.end();
            visit(&mut self.reader, record)?;
        }
        Ok(())
    }

    fn earlier_values(&mut self, start: u64, crowded: &Crowded) -> Result<Vec<Range<u64>>, SourceError> {
        let mut last: HashMap<(u32, u8), Range<u64>> = HashMap::new();
        let mut gone = Vec::new();
        self.records(start, crowded.end, |_, at| {
            let key = (at.number(), at.wire_type() as u8);
            if crowded.numbers.contains(&key) {
                gone.extend(last.insert(key, at.range()));
            }
            Ok(())
        })?;
        Ok(gone)
    }

    /// Of each oneof the records up to the last one of another member than the last.
    fn earlier_members(&mut self, start: u64, crowded: &Crowded) -> Result<Vec<Range<u64>>, SourceError> {
        let Some(message) = &crowded.message else { return Ok(Vec::new()) };
        let oneof_of = |at: &RecordAt| {
            let field = message.get_field(at.number())?;
            let fits = crate::schema::wire_type(&field) == at.wire_type();
            let oneof = field.containing_oneof().filter(|oneof| fits && !oneof.is_synthetic())?;
            Some(oneof.name().to_owned())
        };
        let wanted: HashSet<String> = crowded
            .numbers
            .iter()
            .filter_map(|(number, _)| Some(message.get_field(*number)?.containing_oneof()?.name().to_owned()))
            .collect();
        let mut met: HashMap<String, Vec<(u32, Range<u64>)>> = HashMap::new();
        let mut gone = Vec::new();
        self.records(start, crowded.end, |_, at| {
            let Some(name) = oneof_of(&at).filter(|name| wanted.contains(name)) else { return Ok(()) };
            let kept = met.entry(name).or_default();
            if kept.last().is_some_and(|(number, _)| *number != at.number()) {
                gone.extend(kept.drain(..).map(|(_, range)| range));
            }
            kept.push((at.number(), at.range()));
            Ok(())
        })?;
        Ok(gone)
    }

    fn earlier_entries(&mut self, start: u64, crowded: &Crowded) -> Result<Vec<Range<u64>>, SourceError> {
        let Some(message) = &crowded.message else { return Ok(Vec::new()) };
        let key_kind = |number: u32| match message.get_field(number)?.kind() {
            Kind::Message(entry) if entry.is_map_entry() => Some(entry.get_field(1)?.kind()),
            _ => None,
        };
        let mut wanted: HashSet<(u32, MapKey)> = HashSet::new();
        for offset in &crowded.entries {
            if let Found::Record(at) = self.reader.record(*offset, crowded.end)?
                && let Some(kind) = key_kind(at.number())
            {
                wanted.extend(read_key(&mut self.reader, at.payload(), &kind)?.map(|key| (at.number(), key)));
            }
        }
        let numbers: HashSet<u32> = wanted.iter().map(|(number, _)| *number).collect();
        let mut last: HashMap<(u32, MapKey), Range<u64>> = HashMap::new();
        let mut gone = Vec::new();
        self.records(start, crowded.end, |reader, at| {
            let kind = key_kind(at.number()).filter(|_| numbers.contains(&at.number()));
            let Some(kind) = kind.filter(|_| at.wire_type() == WireType::Len) else { return Ok(()) };
            if let Some(key) = read_key(reader, at.payload(), &kind)? {
                let key = (at.number(), key);
                if wanted.contains(&key) {
                    gone.extend(last.insert(key, at.range()));
                }
            }
            Ok(())
        })?;
        Ok(gone)
    }
}

#[cfg(test)]
mod tests;
