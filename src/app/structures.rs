//! Plans for what changes how values stand together: members of a oneof, keys of a map, the order of
//! elements. Like `plans`, each looks only.

use super::plans::{Spot, finished, has_key, record_at, refused, without_brackets};
use super::selection::name_of;
use super::state::OpenDocument;
use super::walking::siblings;
use crate::document::ops::{self, Around, OpError, Piece};
use crate::document::{Act, Document, Edit, Entry, Facet, Located, Meaning, Row, RowId, Standing};
use crate::schema::{FieldDescriptor, Kind, is_singular};
use crate::worker::jobs::{Outcome, Place};

/// Rows that are looked at for the member of a oneof that counts.
const MAX_MEMBERS: u64 = 512;

/// Sets a member of the oneof that the row is of, with its default value, or none.
pub(super) fn choose_member(document: &Document, spot: &Spot, number: Option<u32>) -> Outcome {
    finished(try_choose_member(document, spot, number))
}

fn try_choose_member(document: &Document, spot: &Spot, number: Option<u32>) -> Result<Outcome, OpError> {
    let Some(oneof) = spot.row.entry.oneof() else { return refused("This field is in no oneof") };
    let member = match number {
        Some(number) => match oneof.fields().find(|field| field.number() == number) {
            Some(field) => Some(field),
            None => return refused(format!("The oneof {} has no field {number}", oneof.name())),
        },
        None => None,
    };
    let parent = spot.parent(document);
    let edits = ops::choose_member(document, &parent, &oneof, member.as_ref())?;
    let label = match &member {
        Some(field) => format!("Choose {} of {}", field.name(), oneof.name()),
        None => format!("Clear {}", oneof.name()),
    };
    if edits.is_empty()
        && let Some(located) =
            ops::records_of(document, &parent, &number.into_iter().collect::<Vec<_>>())?.pop()
    {
        let row = RowId { offset: located.at.offset, facet: Facet::Record };
        return Ok(Outcome::Found(Place { chain: located.chain, row }));
    }
    Ok(Outcome::Act(Act::new(label, edits)))
}

/// Makes one record of all that the row's message is split into.
pub(super) fn merge_parts(document: &Document, spot: &Spot) -> Outcome {
    finished(try_merge_parts(document, spot))
}

fn try_merge_parts(document: &Document, spot: &Spot) -> Result<Outcome, OpError> {
    let field = spot.row.entry.field().filter(|field| is_singular(*field));
    let Some(field) = field.filter(|field| matches!(field.kind(), Kind::Message(_))) else {
        return refused("Only a message comes in parts");
    };
    match ops::merge_parts(document, &spot.parent(document), field)? {
        Ok(edits) => Ok(Outcome::Act(Act::new(format!("Merge {}", name_of(&spot.path)), edits))),
        Err(reason) => refused(reason),
    }
}

/// Gives a map entry another key, unless the map has it.
pub(super) fn rename_key(document: &Document, spot: &Spot, key: &str) -> Outcome {
    finished(try_rename_key(document, spot, key))
}

fn try_rename_key(document: &Document, spot: &Spot, key: &str) -> Result<Outcome, OpError> {
    let Entry::Record { at, meaning, .. } = &spot.row.entry else { return refused(NO_ENTRY) };
    let Some(key_field) = meaning.field().and_then(key_of) else { return refused(NO_ENTRY) };
    let entry = Located { chain: spot.chain.clone(), at: *at, meaning: meaning.clone() };
    let edit = ops::rename_key(document, &entry, &key_field, key, &spot.path)?;
    let act = Act::new(format!("Rename key {}", name_of(&spot.path)), vec![edit]);
    let mut renamed = document.clone();
    let is_other = renamed.apply(&act).is_ok_and(|has_changed| has_changed);
    if is_other && has_key(document, spot, &key_field, key) {
        return refused(format!("The map has an entry {key:?} already; each key can be there only once"));
    }
    Ok(Outcome::Act(act))
}

const NO_ENTRY: &str = "Only an entry of a map has a key";

/// The key of a map, as the first field of its entries.
pub(super) fn key_of(map: &FieldDescriptor) -> Option<FieldDescriptor> {
    match map.kind() {
        Kind::Message(entry) if map.is_map() => entry.get_field(1),
        _ => None,
    }
}

/// One more element in front of the row's.
pub(super) fn insert_before(document: &Document, spot: &Spot) -> Outcome {
    finished(try_insert_before(document, spot))
}

fn try_insert_before(_document: &Document, spot: &Spot) -> Result<Outcome, OpError> {
    let Some(field) = spot.row.entry.field().filter(|field| field.is_list()) else {
        return refused("This field is not repeated, so nothing can be added to it");
    };
    let default = ops::default_of(field);
    let chain = spot.chain.clone();
    let edit = match &spot.row.entry {
        Entry::Element { range, .. } => {
            Edit::Splice { chain, range: range.start..range.start, bytes: default.payload }
        }
        Entry::Record { at, meaning: Meaning::Packed(_), .. } => {
            let (mut chain, start) = (chain, at.payload().start);
            chain.push(at.offset);
            Edit::Splice { chain, range: start..start, bytes: default.payload }
        }
        Entry::Record { .. } | Entry::Run { .. } => {
            let offset = spot.row.entry.range().start;
            Edit::Insert { chain, offset, bytes: ops::field_bytes(field, &default) }
        }
        _ => return refused("Nothing stands here that an element could go in front of"),
    };
    Ok(Outcome::Act(Act::new(format!("Add {}", without_brackets(&spot.path)), vec![edit])))
}

/// One place up or down: past the next element of its field, or past what stands beside it.
pub(super) fn move_row(document: &Document, spot: &Spot, down: bool) -> Outcome {
    finished(try_move_row(document, spot, down))
}

fn try_move_row(document: &Document, spot: &Spot, down: bool) -> Result<Outcome, OpError> {
    let Some(piece) = piece_of(document, spot)? else { return refused(NOT_MOVED) };
    let around = around(document, spot);
    let field = spot.row.entry.field();
    match ops::neighbour(&around, field, &piece, down)? {
        Some(beside) => moved(&around, spot, &piece, &beside, down),
        None => refused(match (is_element(&spot.row.entry), down) {
            (true, true) => "It is the last element of its field already",
            (true, false) => "It is the first element of its field already",
            (false, true) => "Nothing of its message stands below it to move past",
            (false, false) => "Nothing of its message stands above it to move past",
        }),
    }
}

const NOT_MOVED: &str = "These bytes are no record and cannot be moved";

/// Right in front of another row of the same message, or right behind it.
pub(super) fn move_to(document: &Document, spot: &Spot, to: &Spot, below: bool) -> Outcome {
    finished(try_move_to(document, spot, to, below))
}

fn try_move_to(document: &Document, spot: &Spot, to: &Spot, below: bool) -> Result<Outcome, OpError> {
    if let Some(reason) = why_not_beside(spot, to) {
        return refused(reason);
    }
    let pieces = piece_of(document, spot)?.zip(piece_of(document, to)?);
    let Some((piece, beside)) = pieces else { return refused(NOT_MOVED) };
    moved(&around(document, spot), spot, &piece, &beside, below)
}

/// Why a row cannot be moved beside another: it stays in its message, and an element of a repeated
/// field beside elements of that field.
pub(super) fn why_not_beside(spot: &Spot, to: &Spot) -> Option<&'static str> {
    why_not_among((&spot.part.chain, &spot.row.entry), (&to.part.chain, &to.row.entry))
}

/// The same, of entries and the records around their messages.
pub(super) fn why_not_among(
    (around, entry): (&[u64], &Entry),
    (around_to, to): (&[u64], &Entry),
) -> Option<&'static str> {
    if around != around_to {
        return Some("A record is moved within its message only");
    }
    let is_inside = is_element;
    let is_whole =
        |entry: &Entry| matches!(entry, Entry::Run { .. } | Entry::Record { .. } | Entry::Element { .. });
    if !is_whole(entry) {
        return Some(NOT_MOVED);
    }
    if !is_whole(to) {
        return Some("Nothing stands there that a record could go beside");
    }
    ((is_inside(entry) || is_inside(to)) && entry.number() != to.number())
        .then_some("An element is moved among the elements of its field only")
}

/// Whether it is one of several of its field.
fn is_element(entry: &Entry) -> bool {
    matches!(entry, Entry::Element { .. })
        || matches!(entry, Entry::Record { element_idx: Some(_), meaning, .. }
            if meaning.field().is_some() && !matches!(meaning, Meaning::Packed(_)))
}

/// Why a row cannot be moved beside another of the document in front.
pub fn why_not_move(open: &OpenDocument, row: RowId, to: RowId) -> Option<&'static str> {
    match Spot::of(open, row).zip(Spot::of(open, to)) {
        Some((spot, to)) => why_not_beside(&spot, &to),
        None => Some("These rows are not there"),
    }
}

fn around<'a>(document: &'a Document, spot: &'a Spot) -> Around<'a> {
    Around { document, part: &spot.part, message: spot.message.as_ref() }
}

fn moved(
    around: &Around<'_>,
    spot: &Spot,
    piece: &Piece,
    beside: &Piece,
    below: bool,
) -> Result<Outcome, OpError> {
    let edits = match ops::put_beside(around, spot.row.entry.field(), piece, beside, below)? {
        Ok(edits) => edits,
        Err(reason) => return refused(reason),
    };
    Ok(Outcome::Act(Act::new(format!("Move {}", name_of(&spot.path)), edits)))
}

fn piece_of(document: &Document, spot: &Spot) -> Result<Option<Piece>, OpError> {
    Ok(match &spot.row.entry {
        Entry::Run { range, counted: true, .. } => Some(Piece::Run(range.clone())),
        Entry::Record { at, .. } => Some(Piece::Record(*at)),
        Entry::Element { range, .. } => {
            let offset = *spot.chain.last().unwrap_or(&0);
            let record = record_at(document, offset, spot.part.range.end)?;
            record.map(|record| Piece::Element { record, range: range.clone() })
        }
        _ => None,
    })
}

impl OpenDocument {
    /// The member that counts in the oneof of a row, by its number: of several the last one.
    pub fn member_in_force(&self, row: &Row) -> Option<u32> {
        let own = match &row.entry {
            Entry::Absent { .. } => None,
            entry => entry.number(),
        };
        if row.standing != Some(Standing::Overridden) {
            return own;
        }
        let oneof = row.entry.oneof()?;
        let (beside, _) = siblings(self, row.branch, row.ordinal, MAX_MEMBERS);
        let counts = |row: &&Row| {
            row.standing != Some(Standing::Overridden)
                && !matches!(row.entry, Entry::Absent { .. })
                && row.entry.oneof().is_some_and(|other| other == oneof)
        };
        beside.iter().rev().find(counts).map_or(own, |row| row.entry.number())
    }
}

/// The members that the oneof of a row can have, in the order of their numbers.
pub fn members_of(entry: &Entry) -> Vec<FieldDescriptor> {
    let mut members: Vec<FieldDescriptor> =
        entry.oneof().map(|oneof| oneof.fields().collect()).unwrap_or_default();
    members.sort_by_key(FieldDescriptor::number);
    members
}
