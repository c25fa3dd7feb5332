//! The pass over a message.

use super::super::edit::Chain;
use super::super::level::MessageAt;
use super::super::path::Path;
use super::super::reading::Scope;
use super::super::rows::{Facet, RowId};
use super::super::snapshot::Snapshot;
use super::super::source::{ReadMode, SourceError};
use super::compare;
use super::hit::{Hit, Shown};
use super::matcher::{Matched, matches};
use super::needle::Needle;
use super::pattern::{NamePattern, PathPattern};
use super::query::{Compare, Expr, Measure, Op, Plain, Query, Term};
use super::table::{Field, NONE, Tables};
use super::walk::{Item, Met, Reading, Walk};
use crate::schema::{Kind, MessageDescriptor, WellKnown};
use std::ops::{ControlFlow, Range};

/// Bytes between two looks at whether to go on.
const STEP: u64 = 1 << 20;

/// What a search went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SearchReport {
    pub n_found: u64,
    /// How far it came: the end of the range unless it was stopped.
    pub end: u64,
    /// Whether the sink or the progress hook asked to stop.
    pub stopped: bool,
}

/// A record that was found, while the search stands at it.
pub struct Finding<'f, 's, 'q> {
    walk: &'f mut Walk<'s, 'q>,
    item: Item,
    matched: Matched,
}

impl Finding<'_, '_, '_> {
    /// All about it, to be kept.
    pub fn hit(&mut self) -> Result<Hit, SourceError> {
        let path = self.walk.path(&self.item)?;
        let row = self.row();
        let kind = self.walk.field_of(&self.item).map(|field| field.kind.clone());
        let shown = match (self.item.reading, kind) {
            (Reading::Rest, _) => Shown::Rest(self.item.payload_len()),
            (Reading::Count, _) => Shown::Count(self.item.scalar),
            (Reading::Field, Some(kind)) => Shown::Kind(kind),
            (Reading::Packed, Some(kind)) => Shown::Packed(kind),
            (Reading::Element, Some(kind)) => Shown::Element(kind, self.item.payload_len() as u8),
            _ => Shown::Raw,
        };
        let cut_at = self.item.is_cut.then(|| self.walk.end_around(&self.item));
        Ok(Hit { offset: row.offset, facet: row.facet, cut_at, shown, matched: self.matched.clone(), path })
    }

    /// The row of the tree that shows it.
    pub fn row(&self) -> RowId {
        let facet = match self.item.reading {
            Reading::Element => Facet::Element,
            Reading::Rest => Facet::Rest,
            Reading::Count => Facet::Run,
            _ => Facet::Record,
        };
        RowId { offset: self.walk.start_of(&self.item), facet }
    }

    /// The records around it, outermost first.
    pub fn chain(&self) -> Chain {
        self.around().into_iter().map(|(record, _)| record).collect()
    }

    /// Whether types say what all records around it are.
    pub fn is_declared(&self) -> bool {
        !self.walk.is_inside_unknown(&self.item)
    }

    /// The records around it, outermost first, each with its place among the elements of its field.
    pub fn around(&self) -> Vec<(u64, Option<u64>)> {
        let mut around = self.walk.around(&self.item);
        if self.item.reading == Reading::EndTag {
            around.pop();
        }
        around
    }

    /// Its place among the elements of its field, if that repeats.
    pub fn element(&self) -> Option<u64> {
        self.item.element
    }
}

/// What takes findings in; it may ask to stop.
pub type Sink<'a> = dyn FnMut(&mut Finding<'_, '_, '_>) -> Result<ControlFlow<()>, SourceError> + 'a;
/// What is told the offset that was reached, about every MiB; it may ask to stop.
pub type Progress<'a> = dyn FnMut(u64) -> ControlFlow<()> + 'a;

/// Goes over a message and hands on every record that `query` asks for, in wire order but
/// for lengths of repeated fields, which are known when their message ends.
///
/// # Errors
/// Bytes that cannot be read; what was found before has been handed on.
pub fn search(
    snapshot: &Snapshot,
    root: &MessageAt,
    query: &Query,
    sink: &mut Sink<'_>,
    progress: &mut Progress<'_>,
) -> Result<SearchReport, SourceError> {
    let range = root.range.start.min(snapshot.len())..root.range.end.min(snapshot.len());
    let terms = query.expr.terms();
    let plains: Vec<&Plain> = terms
        .iter()
        .filter_map(|(term, _)| match term {
            Term::Plain(plain) => Some(&**plain),
            _ => None,
        })
        .collect();
    let names = move |name: &str| {
        plains.iter().filter(|plain| plain.needle.is_in(name)).fold(0, |bits, plain| bits | 1 << plain.bit)
    };
    let mut walk = Walk::new(snapshot, root, Tables::new(names));
    let wants_bytes = terms.iter().any(|(term, _)| matches!(term, Term::Bytes(_)));
    let is_as_declared = root.scope == Scope::default();
    let needle = needle_of(&query.expr, &mut walk, is_as_declared);
    walk.opens_packed = wants_bytes || needle.is_none();
    walk.opens_unknown = !terms.iter().all(|(term, _)| matches!(term, Term::Unknown));
    let mut run = Run { query, walk, report: SearchReport::default() };
    let outcome = match needle {
        Some(needle) => run.where_bytes_are(needle, range.clone(), sink, progress),
        None => {
            run.narrow(&terms, is_as_declared);
            run.everywhere(sink, progress)
        }
    }?;
    run.report.stopped = outcome.is_break();
    run.report.end = if outcome.is_break() { run.walk.offset() } else { range.end };
    Ok(run.report)
}

/// Hands on the innermost records, elements or damage that hold the bytes at `offsets`, which are in
/// order; of several in one the first.
pub fn places(
    snapshot: &Snapshot,
    root: &MessageAt,
    offsets: &[u64],
    sink: &mut Sink<'_>,
    progress: &mut Progress<'_>,
) -> Result<SearchReport, SourceError> {
    let mut walk = Walk::new(snapshot, root, Tables::new(|_| 0));
    let mut report = SearchReport { end: snapshot.len(), ..SearchReport::default() };
    let mut next_report = 0;
    for offset in offsets {
        if walk.offset() >= next_report {
            next_report = walk.offset() + STEP;
            if progress(walk.offset()).is_break() {
                return Ok(SearchReport { stopped: true, ..report });
            }
        }
        if *offset < walk.offset() {
            continue;
        }
        if let Met::Item(item) = walk.next(*offset)? {
            report.n_found += 1;
            let mut finding = Finding { walk: &mut walk, item, matched: None };
            if sink(&mut finding)?.is_break() {
                return Ok(SearchReport { stopped: true, ..report });
            }
        }
    }
    Ok(report)
}

/// The innermost row at an offset, what is around it and its path.
pub fn locate(
    snapshot: &Snapshot,
    root: &MessageAt,
    offset: u64,
) -> Result<Option<(Chain, RowId, Path)>, SourceError> {
    let mut found = None;
    let mut sink = |finding: &mut Finding<'_, '_, '_>| {
        found = Some((finding.chain(), finding.row(), finding.hit()?.path));
        Ok(ControlFlow::Break(()))
    };
    places(snapshot, root, &[offset], &mut sink, &mut |_| ControlFlow::Continue(()))?;
    Ok(found)
}

struct Run<'s, 'q> {
    query: &'q Query,
    walk: Walk<'s, 'q>,
    report: SearchReport,
}

type Outcome = Result<ControlFlow<()>, SourceError>;

impl<'q> Run<'_, 'q> {
    /// Leaves out messages that cannot hold what is looked for, if only paths are.
    fn narrow(&mut self, terms: &[(&'q Term, bool)], is_as_declared: bool) {
        self.walk.tells_ends = terms
            .iter()
            .any(|(term, _)| matches!(term, Term::Compare(compare) if compare.measure == Measure::Len));
        // What is inside of a message is looked at from outside, whatever leads there.
        if terms.iter().any(|(term, _)| matches!(term, Term::Has(_))) {
            return;
        }
        let paths: Option<Vec<&'q PathPattern>> = terms
            .iter()
            .map(|(term, _)| match term {
                Term::Path(path) => Some(path),
                Term::Compare(compare) => Some(&compare.path),
                _ => None,
            })
            .collect();
        let Some(paths) = paths else { return };
        if is_as_declared && !paths.iter().any(|path| path.reaches_undeclared()) {
            self.walk.opens_unknown = false;
            self.walk.wanted = Some(Box::new(move |field| {
                is_any(field) || paths.iter().any(|path| may_end_at(path, field))
            }));
        }
    }

    /// Looks at every record.
    fn everywhere(&mut self, sink: &mut Sink<'_>, progress: &mut Progress<'_>) -> Outcome {
        let mut next_report = self.walk.offset();
        loop {
            if self.walk.offset() >= next_report {
                next_report = self.walk.offset() + STEP;
                if progress(self.walk.offset()).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            let outcome = match self.walk.next(0)? {
                Met::Item(item) => self.look_at(item, sink)?,
                Met::Ends => self.count(sink)?,
                Met::End => return Ok(ControlFlow::Continue(())),
            };
            if outcome.is_break() {
                return Ok(outcome);
            }
        }
    }

    fn count(&mut self, sink: &mut Sink<'_>) -> Outcome {
        for (number, n, first) in self.walk.repeated()? {
            if let Some(item) = self.walk.count_item(number, n, first)
                && self.look_at(item, sink)?.is_break()
            {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn look_at(&mut self, item: Item, sink: &mut Sink<'_>) -> Outcome {
        let Some(matched) = matches(&self.query.expr, &mut self.walk, &item)? else {
            return Ok(ControlFlow::Continue(()));
        };
        self.report.n_found += 1;
        sink(&mut Finding { walk: &mut self.walk, item, matched })
    }

    /// Looks only at records in which the bytes stand.
    fn where_bytes_are(
        &mut self,
        needle: &Needle,
        range: Range<u64>,
        sink: &mut Sink<'_>,
        progress: &mut Progress<'_>,
    ) -> Outcome {
        let snapshot = self.walk.reader().snapshot();
        let overlap = needle.max_len().saturating_sub(1);
        let mut window = Vec::new();
        let mut base = range.start;
        while base < range.end {
            if progress(base).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            let n_bytes = (range.end - base).min(STEP + overlap as u64) as usize;
            window.resize(n_bytes, 0);
            snapshot.read_at(base, &mut window, ReadMode::Wait)?;
            let mut from = 0;
            while let Some(found) = window.get(from..).and_then(|bytes| needle.find(bytes)) {
                let at = from + found.start;
                if at as u64 >= STEP {
                    break;
                }
                let offset = base + at as u64;
                let Met::Item(item) = self.walk.next(offset)? else { break };
                if self.look_at(item, sink)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                from = (item.own().end.max(offset + 1) - base).min(usize::MAX as u64) as usize;
            }
            base = (base + STEP).max(base + from as u64);
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// Bytes without which nothing can be what is looked for.
fn needle_of<'q>(expr: &'q Expr, walk: &mut Walk<'_, '_>, is_as_declared: bool) -> Option<&'q Needle> {
    match expr {
        Expr::Term(Term::Text(needle) | Term::Bytes(needle)) => {
            Some(needle).filter(|needle| needle.is_literal())
        }
        Expr::Term(Term::Plain(plain)) => {
            let is_text_alone = is_as_declared
                && plain.integer.is_none()
                && plain.float.is_none()
                && plain.bool.is_none()
                && plain.path.is_none()
                && !plain.may_be_time;
            let named = |field: &Field| {
                field.named >> plain.bit & 1 == 1 || has_value_named(field, plain) || is_any(field)
            };
            let root = walk.type_idx();
            (is_text_alone && !walk.tables.any_field(root, &named)).then_some(&plain.needle)
        }
        Expr::All(all) => all.iter().find_map(|one| needle_of(one, walk, is_as_declared)),
        _ => None,
    }
}

/// Whether what a field holds can be of any type.
fn is_any(field: &Field) -> bool {
    match &field.kind {
        Kind::Message(message) => WellKnown::of(message) == Some(WellKnown::Any),
        _ => false,
    }
}

fn has_value_named(field: &Field, plain: &Plain) -> bool {
    match &field.kind {
        Kind::Enum(descriptor) => descriptor.values().any(|value| plain.needle.is_in(value.name())),
        _ => false,
    }
}

/// Whether a record of this field can be where a path ends.
fn may_end_at(path: &PathPattern, field: &Field) -> bool {
    path.last().is_some_and(|step| step.names(field.number, &field.step))
}

/// What makes it likely that a query was not meant as it stands: names that no field has.
pub fn doubt(query: &Query, message: Option<&MessageDescriptor>) -> Option<String> {
    let snapshot = Snapshot::of_bytes(&[]);
    let at = MessageAt { range: 0..0, message: message.cloned(), scope: Scope::default() };
    let mut walk = Walk::new(&snapshot, &at, Tables::new(|_| 0));
    let root = walk.type_idx();
    for (term, _) in query.expr.terms() {
        let path = match term {
            Term::Path(path) => path,
            Term::Compare(compare) => &compare.path,
            Term::Has(has) => &has.path,
            _ => continue,
        };
        let Some(step) = path.last() else { continue };
        let NamePattern::Name(name) = &step.name else { continue };
        if is_len_as_name(&query.expr, term) {
            continue;
        }
        let Some(message) = message.filter(|_| root != NONE) else {
            return Some(format!("Without a type only field numbers can be followed, not \"{name}\""));
        };
        if walk.tables.any_field(root, &|field| may_end_at(path, field)) {
            let Term::Compare(compare) = term else { continue };
            let takes =
                |field: &Field| may_end_at(path, field) && compare::accepts(&field.kind, &compare.literal);
            if compare.op == Op::Contains
                || compare.measure == Measure::Len
                || walk.tables.any_field(root, &takes)
            {
                continue;
            }
            return Some(format!("\"{}\" is not a value that \"{name}\" can have", compare.literal.text));
        }
        let near = near(&mut walk, root, name);
        let hint =
            if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(" or ")) };
        return Some(format!("Nothing in {} is called \"{name}\"{hint}", message.name()));
    }
    of_two_fields(&query.expr)
}

/// That conditions are joined which no one field can meet, because they name different ones.
fn of_two_fields(expr: &Expr) -> Option<String> {
    let Expr::All(all) = expr else { return None };
    let names: Vec<&str> = all
        .iter()
        .filter_map(|one| match one {
            Expr::Term(Term::Path(path)) => path.last(),
            Expr::Term(Term::Compare(compare)) => compare.path.last(),
            _ => None,
        })
        .filter_map(|step| match &step.name {
            NamePattern::Name(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let (first, other) = (names.first()?, names.iter().find(|name| *name != &names[0])?);
    Some(format!(
        "\"and\" joins conditions on one field, and none is both \"{first}\" and \"{other}\"; for a message that \
         has both write: * has ({first} … and {other} …)"
    ))
}

/// Whether a term is the other reading of a length.
fn is_len_as_name(expr: &Expr, term: &Term) -> bool {
    let Term::Compare(compare) = term else { return false };
    let is_its_other = |other: &Compare| {
        other.measure == Measure::Len && compare.path.before_len().as_ref() == Some(&other.path)
    };
    compare.measure == Measure::Value
        && expr.terms().iter().any(|(other, _)| matches!(other, Term::Compare(other) if is_its_other(other)))
}

/// Names of fields that are nearly the same.
fn near(walk: &mut Walk<'_, '_>, root: u32, name: &str) -> Vec<String> {
    let wanted = name.to_lowercase().replace('_', "");
    walk.tables.any_field(root, &|_| false);
    let mut found: Vec<(usize, String)> = Vec::new();
    for field in walk.tables.types.iter().flat_map(|found| &found.fields) {
        let step = field.step.to_string();
        let plain = step.to_lowercase().replace('_', "");
        let n_differing = plain.chars().zip(wanted.chars()).filter(|(a, b)| a != b).count()
            + plain.len().abs_diff(wanted.len());
        let is_near = n_differing <= 2 || (wanted.len() >= 3 && plain.contains(&wanted));
        if is_near && !found.iter().any(|(_, other)| *other == step) {
            found.push((n_differing, step));
        }
    }
    found.sort();
    found.into_iter().take(3).map(|(_, name)| name).collect()
}
