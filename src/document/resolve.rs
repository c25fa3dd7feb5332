//! From a path to the records it means.

use super::edit::Chain;
use super::level::{Meaning, MessageAt};
use super::path::{Path, Step};
use super::reader::{Found, Reader, RecordAt, SMALL_WINDOW};
use super::reading::{Reading, Scope};
use super::snapshot::Snapshot;
use super::source::{ReadMode, SourceError};
use crate::schema::{FieldDescriptor, Kind, MessageDescriptor, extension_of, field_of};
use crate::wire::WireType;
use std::ops::Range;

/// A record, what encloses it and how it is read.
#[derive(Clone, Debug)]
pub struct Located {
    pub chain: Chain,
    pub at: RecordAt,
    pub meaning: Meaning,
}

/// One stretch of records of a message; a split message has several.
#[derive(Clone, Debug)]
pub struct MessagePart {
    /// The records around it, outermost first.
    pub chain: Chain,
    pub range: Range<u64>,
}

/// The message that a step of a path looks into.
#[derive(Clone)]
pub struct Parent {
    /// In wire order; at least one.
    pub parts: Vec<MessagePart>,
    pub message: Option<MessageDescriptor>,
}

/// What a path leads to.
#[derive(Clone)]
pub enum Target {
    /// The empty path.
    Root,
    /// Records of one field. The last one is the effective one.
    Records(Vec<Located>),
    /// One element of a packed record.
    Element { record: Located, range: Range<u64>, field: FieldDescriptor },
    /// The entries of a map that have one key, the last one being effective.
    Entries { entries: Vec<Located>, value: FieldDescriptor },
    /// Nothing. `rest` are the steps from `parent` on, of which the first (with its bracket) is
    /// absent.
    Absent { rest: Vec<Step> },
}

/// A path followed into a document.
#[derive(Clone)]
pub struct Resolved {
    pub target: Target,
    /// The message whose records the target is, or would be.
    pub parent: Parent,
    /// The field of the last step that was followed, if it is declared.
    pub field: Option<FieldDescriptor>,
    /// Its number; 0 for the root.
    pub number: u32,
}

/// Why a path leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    #[error("{message} has no field \"{name}\", in path \"{path}\"{}", hint(.near))]
    NoField { message: String, name: String, near: Vec<String>, path: String },
    #[error("Without a type only field numbers can be followed, not \"{name}\", in path \"{path}\"")]
    NoType { name: String, path: String },
    #[error("{bracket} stands behind no field that it could be of, in path \"{path}\"")]
    StrayBracket { bracket: String, path: String },
    #[error("Field \"{field}\" is not a message, in path \"{path}\"")]
    NotAMessage { field: String, path: String },
    #[error("Field \"{field}\" is repeated: say which element, such as {field}[0], in path \"{path}\"")]
    NeedsIndex { field: String, path: String },
    #[error("Field \"{field}\" is a map: say which key, such as {field}[\"key\"], in path \"{path}\"")]
    NeedsKey { field: String, path: String },
    #[error("\"{key}\" is no key of map \"{field}\", in path \"{path}\"")]
    WrongKey { field: String, key: String, path: String },
    #[error("Field \"{field}\" has {n} elements, so there is no [{idx}], in path \"{path}\"")]
    NoElement { field: String, n: u64, idx: i128, path: String },
    #[error("Field \"{field}\" is not repeated, so it takes no index, in path \"{path}\"")]
    NotRepeated { field: String, path: String },
    #[error("No extension \"{name}\" is known for {message}, in path \"{path}\"")]
    NoExtension { message: String, name: String, path: String },
    #[error(transparent)]
    Source(#[from] SourceError),
}

fn hint(near: &[String]) -> String {
    match near {
        [] => String::new(),
        near => format!("; did you mean {}?", near.join(" or ")),
    }
}

/// Follows `path` into the message that `message` declares the whole of `snapshot` to be.
pub fn resolve(
    snapshot: &Snapshot,
    message: Option<&MessageDescriptor>,
    path: &Path,
) -> Result<Resolved, ResolveError> {
    let root = MessageAt { range: 0..snapshot.len(), message: message.cloned(), scope: Scope::default() };
    resolve_in(snapshot, &root, path)
}

/// Follows `path` into `root`, with the readings that were chosen there.
pub fn resolve_in(snapshot: &Snapshot, root: &MessageAt, path: &Path) -> Result<Resolved, ResolveError> {
    let mut reader = Reader::new(snapshot, ReadMode::Wait, SMALL_WINDOW * 4);
    let parent = Parent {
        parts: vec![MessagePart { chain: Chain::new(), range: root.range.clone() }],
        message: root.message.clone(),
    };
    let mut walk = Walk { reader: &mut reader, path, parent, scope: root.scope.clone(), at: 0 };
    walk.run()
}

struct Walk<'a, 'b> {
    reader: &'a mut Reader<'b>,
    path: &'a Path,
    parent: Parent,
    /// The readings chosen for records of `parent`.
    scope: Scope,
    at: usize,
}

/// A field or number as a step names it.
struct Named {
    number: u32,
    field: Option<FieldDescriptor>,
    text: String,
    by_number: bool,
}

impl Walk<'_, '_> {
    fn run(&mut self) -> Result<Resolved, ResolveError> {
        let mut resolved =
            Resolved { target: Target::Root, parent: self.parent.clone(), field: None, number: 0 };
        while self.at < self.path.0.len() {
            let start = self.at;
            let named = self.named()?;
            let bracket = self.path.0.get(self.at).filter(|step| is_bracket(step)).cloned();
            self.at += usize::from(bracket.is_some());
            let is_last = self.at == self.path.0.len();
            let mut target = self.target(&named, bracket.as_ref(), is_last)?;
            if let Target::Absent { rest } = &mut target {
                rest.extend(self.path.0[start..].iter().cloned());
                self.check_absent(rest.as_slice())?;
            }
            resolved = Resolved {
                target,
                parent: self.parent.clone(),
                field: named.field.clone(),
                number: named.number,
            };
            if is_last || matches!(resolved.target, Target::Absent { .. }) {
                break;
            }
            self.enter(&named, &resolved.target)?;
        }
        Ok(resolved)
    }

    fn path(&self) -> String {
        self.path.to_string()
    }

    fn named(&mut self) -> Result<Named, ResolveError> {
        let step = self.path.0[self.at].clone();
        let named = named(self.parent.message.as_ref(), &step, || self.path())?;
        self.at += 1;
        Ok(named)
    }

    fn target(
        &mut self,
        named: &Named,
        bracket: Option<&Step>,
        is_last: bool,
    ) -> Result<Target, ResolveError> {
        let field = named.field.as_ref();
        if let Some(field) = field.filter(|field| field.is_map() && !named.by_number) {
            let Some(bracket) = bracket else {
                if is_last {
                    return self.records(named);
                }
                return Err(ResolveError::NeedsKey { field: named.text.clone(), path: self.path() });
            };
            return self.entries(named, field, bracket);
        }
        match bracket {
            None => {
                let repeated = field.is_some_and(|field| field.is_list() || field.is_map());
                if repeated && !is_last {
                    return Err(ResolveError::NeedsIndex { field: named.text.clone(), path: self.path() });
                }
                self.records(named)
            }
            Some(Step::Index(idx)) => {
                if field.is_some_and(|field| !field.is_list()) && !named.by_number {
                    return Err(ResolveError::NotRepeated { field: named.text.clone(), path: self.path() });
                }
                self.element(named, *idx)
            }
            Some(key) => Err(ResolveError::WrongKey {
                field: named.text.clone(),
                key: key.to_string(),
                path: self.path(),
            }),
        }
    }

    fn each(
        &mut self,
        number: u32,
        mut visit: impl FnMut(&mut Reader<'_>, Located) -> Result<bool, SourceError>,
    ) -> Result<(), SourceError> {
        for part in &self.parent.parts {
            let mut offset = part.range.start;
            while let Found::Record(at) = self.reader.record(offset, part.range.end)? {
                offset = at.end();
                if at.number() == number {
                    let around = MessageAt {
                        range: part.range.clone(),
                        message: self.parent.message.clone(),
                        scope: self.scope.clone(),
                    };
                    let meaning = around.meaning(self.reader, &at)?;
                    if !visit(self.reader, Located { chain: part.chain.clone(), at, meaning })? {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    fn records(&mut self, named: &Named) -> Result<Target, ResolveError> {
        let mut found = Vec::new();
        self.each(named.number, |_, located| {
            found.push(located);
            Ok(true)
        })?;
        Ok(if found.is_empty() { Target::Absent { rest: Vec::new() } } else { Target::Records(found) })
    }

    fn element(&mut self, named: &Named, idx: i128) -> Result<Target, ResolveError> {
        let (mut n, mut found) = (0_u64, None);
        let by_number = named.by_number;
        self.each(named.number, |reader, located| {
            if let (Meaning::Packed(field), false) = (&located.meaning, by_number) {
                let field = field.clone();
                let mut index = super::index::Index::of_packed(located.at.payload(), &field);
                index.advance(reader, u64::MAX, u64::MAX)?;
                let n_here = index.n_records();
                if i128::from(n) <= idx && idx < i128::from(n + n_here) {
                    let place = index.seek_record(reader, (idx - i128::from(n)) as u64)?;
                    let next = place.map(|place| index.next(reader, place)).transpose()?.flatten();
                    if let Some((place, next)) = place.zip(next) {
                        let range = place.offset..next.offset;
                        found = Some(Target::Element { record: located, range, field });
                    }
                    return Ok(false);
                }
                n += n_here;
                return Ok(true);
            }
            if i128::from(n) == idx {
                found = Some(Target::Records(vec![located]));
                return Ok(false);
            }
            n += 1;
            Ok(true)
        })?;
        found.ok_or_else(|| ResolveError::NoElement { field: named.text.clone(), n, idx, path: self.path() })
    }

    fn entries(
        &mut self,
        named: &Named,
        field: &FieldDescriptor,
        key: &Step,
    ) -> Result<Target, ResolveError> {
        let wrong = || ResolveError::WrongKey {
            field: named.text.clone(),
            key: key.to_string(),
            path: self.path.to_string(),
        };
        let Kind::Message(entry) = field.kind() else { return Err(wrong()) };
        let (Some(key_field), Some(value)) = (entry.get_field(1), entry.get_field(2)) else {
            return Err(wrong());
        };
        let key = MapKey::of_step(key, &key_field.kind()).ok_or_else(wrong)?;
        let mut entries = Vec::new();
        self.each(named.number, |reader, located| {
            let payload = located.at.payload();
            if located.at.wire_type() == WireType::Len
                && read_key(reader, payload, &key_field.kind())? == Some(key.clone())
            {
                entries.push(located);
            }
            Ok(true)
        })?;
        Ok(if entries.is_empty() {
            Target::Absent { rest: Vec::new() }
        } else {
            Target::Entries { entries, value }
        })
    }

    /// Makes the target the message that the next step looks into.
    fn enter(&mut self, named: &Named, target: &Target) -> Result<(), ResolveError> {
        let not_a_message =
            || ResolveError::NotAMessage { field: named.text.clone(), path: self.path.to_string() };
        let (located, message) = match target {
            Target::Records(found) => {
                let declared = named.field.as_ref().map(FieldDescriptor::kind);
                let chosen = found.last().and_then(|last| match &last.meaning {
                    Meaning::Chosen { reading, .. } => reading.message().map(|message| message.cloned()),
                    _ => None,
                });
                match declared {
                    _ if chosen.is_some() => (found.last().cloned().into_iter().collect(), chosen.flatten()),
                    Some(Kind::Message(message)) => (found.clone(), Some(message)),
                    Some(_) if !named.by_number => return Err(not_a_message()),
                    _ => (found.last().cloned().into_iter().collect(), None),
                }
            }
            Target::Entries { entries, value } => {
                let inside = self.scope.inside(named.number);
                let message = match (value.kind(), inside.get(2).and_then(Reading::message)) {
                    (Kind::Message(message), _) => Some(message),
                    (_, Some(chosen)) => chosen.cloned(),
                    _ => return Err(not_a_message()),
                };
                let mut values = Vec::new();
                if let Some(entry) = entries.last() {
                    let mut offset = entry.at.payload().start;
                    while let Found::Record(at) = self.reader.record(offset, entry.at.payload().end)? {
                        offset = at.end();
                        if at.number() == 2 {
                            let mut chain = entry.chain.clone();
                            chain.push(entry.at.offset);
                            values.push(Located { chain, at, meaning: Meaning::Field(value.clone()) });
                        }
                    }
                }
                (values, message)
            }
            _ => return Err(not_a_message()),
        };
        let readable =
            |located: &&Located| matches!(located.at.wire_type(), WireType::Len | WireType::Sgroup);
        let part = |located: &Located| {
            let mut chain = located.chain.clone();
            chain.push(located.at.offset);
            MessagePart { chain, range: located.at.payload() }
        };
        let parts: Vec<MessagePart> = located.iter().filter(readable).map(part).collect();
        if parts.is_empty() {
            return Err(not_a_message());
        }
        self.scope = match target {
            Target::Entries { .. } => self.scope.inside(named.number).inside(2),
            _ => self.scope.inside(named.number),
        };
        self.parent = Parent { parts, message };
        Ok(())
    }

    /// Whether the steps that lead to nothing could lead to something.
    fn check_absent(&self, rest: &[Step]) -> Result<(), ResolveError> {
        let mut message = self.parent.message.clone();
        let mut steps = rest.iter().peekable();
        while let Some(step) = steps.next() {
            let named = named(message.as_ref(), step, || self.path())?;
            let bracket = steps.next_if(|step| is_bracket(step));
            let kind = named.field.as_ref().map(FieldDescriptor::kind);
            message = match (&named.field, kind) {
                (Some(field), Some(Kind::Message(entry))) if field.is_map() => {
                    match entry.get_field(2).map(|value| value.kind()) {
                        Some(Kind::Message(message)) => Some(message),
                        _ => None,
                    }
                }
                (Some(field), _) if field.is_list() && bracket.is_some() => {
                    let idx = if let Some(Step::Index(idx)) = bracket { *idx } else { 0 };
                    return Err(ResolveError::NoElement { field: named.text, n: 0, idx, path: self.path() });
                }
                (_, Some(Kind::Message(message))) => Some(message),
                (Some(_), _) if steps.peek().is_some() => {
                    return Err(ResolveError::NotAMessage { field: named.text, path: self.path() });
                }
                _ => None,
            };
        }
        Ok(())
    }
}

fn is_bracket(step: &Step) -> bool {
    matches!(step, Step::Index(_) | Step::Key(_) | Step::BoolKey(_))
}

fn named(
    message: Option<&MessageDescriptor>,
    step: &Step,
    path: impl Fn() -> String,
) -> Result<Named, ResolveError> {
    let text = step.to_string();
    match (step, message) {
        (step, _) if is_bracket(step) => Err(ResolveError::StrayBracket { bracket: text, path: path() }),
        (Step::Number(number), _) => {
            let field = message.and_then(|message| field_of(message, *number));
            Ok(Named { number: *number, field, text, by_number: true })
        }
        (Step::Field(name), Some(message)) => {
            match message.get_field_by_name(name).or_else(|| message.get_field_by_json_name(name)) {
                Some(field) => {
                    Ok(Named { number: field.number(), field: Some(field), text, by_number: false })
                }
                None => Err(ResolveError::NoField {
                    message: message.full_name().to_owned(),
                    name: name.clone(),
                    near: near(message, name),
                    path: path(),
                }),
            }
        }
        (Step::Extension(name), Some(message)) => match extension_of(message, name) {
            Some(field) => Ok(Named { number: field.number(), field: Some(field), text, by_number: false }),
            None => Err(ResolveError::NoExtension {
                message: message.full_name().to_owned(),
                name: name.clone(),
                path: path(),
            }),
        },
        _ => Err(ResolveError::NoType { name: text, path: path() }),
    }
}

fn near(message: &MessageDescriptor, name: &str) -> Vec<String> {
    let plain = |name: &str| name.to_lowercase().replace('_', "");
    let wanted = plain(name);
    let close = |field: &FieldDescriptor| {
        let found = plain(field.name());
        found.contains(&wanted) || wanted.contains(&found) || differing(&found, &wanted) <= 2
    };
    message.fields().filter(close).map(|field| field.name().to_owned()).take(3).collect()
}

/// Letters that differ, plus the difference in length.
fn differing(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).filter(|(a, b)| a != b).count() + a.chars().count().abs_diff(b.chars().count())
}

/// A key of a map, whatever kind it was declared as.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MapKey {
    Text(Vec<u8>),
    Integer(i128),
    Bool(bool),
}

impl MapKey {
    /// The key that a bracket means for a map with keys of this kind.
    pub fn of_step(step: &Step, kind: &Kind) -> Option<MapKey> {
        match (step, kind) {
            (Step::Key(text), Kind::String) => Some(MapKey::Text(text.clone().into_bytes())),
            (Step::BoolKey(key), Kind::Bool) => Some(MapKey::Bool(*key)),
            (Step::Index(number), kind) if !matches!(kind, Kind::String | Kind::Bool) => {
                Some(MapKey::Integer(*number))
            }
            _ => None,
        }
    }

    /// The bracket that means this key.
    pub fn step(&self) -> Step {
        match self {
            MapKey::Text(text) => Step::Key(String::from_utf8_lossy(text).into_owned()),
            MapKey::Integer(number) => Step::Index(*number),
            MapKey::Bool(key) => Step::BoolKey(*key),
        }
    }

    /// What a key of this kind is when its entry does not say.
    pub fn default_of(kind: &Kind) -> MapKey {
        match kind {
            Kind::String => MapKey::Text(Vec::new()),
            Kind::Bool => MapKey::Bool(false),
            _ => MapKey::Integer(0),
        }
    }

    /// The key that a record of an entry spells; `None` if its wire type is not the key's.
    pub fn of_record(kind: &Kind, wire_type: WireType, scalar: u64, payload: &[u8]) -> Option<MapKey> {
        let integer = |value: i128| Some(MapKey::Integer(value));
        match (kind, wire_type) {
            (Kind::String, WireType::Len) => Some(MapKey::Text(payload.to_vec())),
            (Kind::Bool, WireType::Varint) => Some(MapKey::Bool(scalar != 0)),
            (Kind::Int32, WireType::Varint) | (Kind::Sfixed32, WireType::I32) => {
                integer(i128::from(scalar as i32))
            }
            (Kind::Int64, WireType::Varint) | (Kind::Sfixed64, WireType::I64) => {
                integer(i128::from(scalar as i64))
            }
            (Kind::Uint32, WireType::Varint) | (Kind::Fixed32, WireType::I32) => {
                integer(i128::from(scalar as u32))
            }
            (Kind::Uint64, WireType::Varint) | (Kind::Fixed64, WireType::I64) => integer(i128::from(scalar)),
            (Kind::Sint32, WireType::Varint) => {
                integer(i128::from(crate::wire::zigzag_decode(u64::from(scalar as u32)) as i32))
            }
            (Kind::Sint64, WireType::Varint) => integer(i128::from(crate::wire::zigzag_decode(scalar))),
            _ => None,
        }
    }
}

/// Key bytes up to this many are read; a longer key is compared by nothing.
const MAX_KEY: u64 = 64 << 10;

/// The key of a map entry: its last key record, or the default. `None` if the key is longer than
/// 64 KiB.
pub fn read_key(
    reader: &mut Reader<'_>,
    entry: Range<u64>,
    kind: &Kind,
) -> Result<Option<MapKey>, SourceError> {
    let mut key = Some(MapKey::default_of(kind));
    let mut offset = entry.start;
    while let Found::Record(at) = reader.record(offset, entry.end)? {
        offset = at.end();
        if at.number() != 1 {
            continue;
        }
        let payload = at.payload();
        if payload.end - payload.start > MAX_KEY {
            key = None;
            continue;
        }
        let want = (payload.end - payload.start) as usize;
        let bytes = &reader.at(payload.start, want)?[..want];
        if let Some(found) = MapKey::of_record(kind, at.wire_type(), at.record.scalar.value, bytes) {
            key = Some(found);
        }
    }
    Ok(key)
}
