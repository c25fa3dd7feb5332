//! Descriptors as flat tables, made the first time a type is met.

use crate::document::path::Step;

use crate::schema::{WellKnown, checks_utf8, is_closed, kind_wire_type};
use crate::wire::WireType;
use prost_reflect::{Cardinality, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use std::collections::HashMap;

/// Stands for no type, no field, no oneof.
pub(super) const NONE: u32 = u32::MAX;
/// Field numbers below this are looked up without a search.
const N_DENSE: usize = 64;

/// What has to be checked about a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Any bits will do.
    Any,
    /// int32, which is sign-extended to 64 bits.
    Int32,
    /// uint32 and sint32.
    Uint32,
    Bool,
    /// By its index in [`Tables::enums`].
    Enum(u32),
    String,
    Bytes,
    /// By its index in [`Tables::types`].
    Message(u32),
}

/// One field or extension.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub number: u32,
    pub class: Class,
    pub wire_type: WireType,
    pub repeated: bool,
    /// Repeated, and of a kind that may stand packed.
    pub packable: bool,
    pub is_map: bool,
    pub required: bool,
    /// Index of its oneof in the message, or [`NONE`].
    pub oneof: u32,
}

/// What a message type means beyond its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Special {
    Nothing,
    MapEntry,
    Timestamp,
    Duration,
}

/// One message type.
#[derive(Debug)]
pub(super) struct Type {
    pub descriptor: MessageDescriptor,
    compiled: bool,
    pub fields: Vec<Field>,
    names: Vec<Name>,
    dense: [u32; N_DENSE],
    sparse: HashMap<u32, u32>,
    pub special: Special,
    pub has_required: bool,
    pub n_oneofs: u32,
}

#[derive(Debug)]
struct Name {
    step: Step,
    kind: Kind,
    is_group: bool,
}

impl Type {
    fn new(descriptor: MessageDescriptor) -> Self {
        Self {
            descriptor,
            compiled: false,
            fields: Vec::new(),
            names: Vec::new(),
            dense: [NONE; N_DENSE],
            sparse: HashMap::new(),
            special: Special::Nothing,
            has_required: false,
            n_oneofs: 0,
        }
    }

    /// Index of the field with this number, or [`NONE`].
    #[inline]
    pub fn lookup(&self, number: u32) -> u32 {
        match self.dense.get(number as usize) {
            Some(idx) => *idx,
            None => self.sparse.get(&number).copied().unwrap_or(NONE),
        }
    }

    /// Counters that a message of this type needs: one a field, one a oneof.
    pub fn n_slots(&self) -> usize {
        self.fields.len() + self.n_oneofs as usize
    }

    pub fn step(&self, field_idx: u32) -> Step {
        self.names.get(field_idx as usize).map_or(Step::Number(0), |name| name.step.clone())
    }

    /// The declared name of the kind, as in a `.proto` file.
    pub fn kind_name(&self, field_idx: u32) -> String {
        match self.names.get(field_idx as usize) {
            Some(Name { is_group: true, .. }) => "a group".to_owned(),
            Some(Name { kind: Kind::Message(message), .. }) => message.full_name().to_owned(),
            Some(Name { kind: Kind::Enum(descriptor), .. }) => descriptor.full_name().to_owned(),
            Some(Name { kind, .. }) => format!("{kind:?}"),
            None => String::new(),
        }
    }

    pub fn kind(&self, field_idx: u32) -> Option<&Kind> {
        self.names.get(field_idx as usize).map(|name| &name.kind)
    }

    /// Whether parsers refuse strings of this field that are not UTF-8.
    pub fn checks_utf8(&self, field_idx: u32) -> bool {
        let field = self.fields.get(field_idx as usize);
        field
            .and_then(|field| self.descriptor.get_field(field.number))
            .is_some_and(|field| checks_utf8(&field))
    }

    /// The name of a oneof by its index.
    pub fn oneof_name(&self, oneof: u32) -> String {
        self.descriptor.oneofs().nth(oneof as usize).map(|found| found.name().to_owned()).unwrap_or_default()
    }

    pub fn is_reserved(&self, number: u32) -> bool {
        self.descriptor.reserved_ranges().any(|range| range.contains(&number))
    }
}

/// The numbers of one enum.
#[derive(Debug)]
pub(super) struct Enum {
    pub name: String,
    /// Whether other numbers are no values of it.
    pub is_closed: bool,
    /// Bit `n` for each declared number below 64.
    low: u64,
    /// All declared numbers, sorted.
    all: Vec<i32>,
}

impl Enum {
    fn new(descriptor: &EnumDescriptor) -> Self {
        let mut all: Vec<i32> = descriptor.values().map(|value| value.number()).collect();
        all.sort_unstable();
        let low =
            all.iter().filter(|number| (0..64).contains(*number)).fold(0, |low, number| low | 1 << number);
        Self { name: descriptor.full_name().to_owned(), is_closed: is_closed(descriptor), low, all }
    }

    /// Whether the low 32 bits of `bits` are a declared number.
    #[inline]
    pub fn contains(&self, bits: u64) -> bool {
        if bits < 64 {
            self.low >> bits & 1 == 1
        } else {
            self.all.binary_search(&(bits as u32 as i32)).is_ok()
        }
    }
}

/// The types met so far.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub types: Vec<Type>,
    pub enums: Vec<Enum>,
    types_by_name: HashMap<String, u32>,
    enums_by_name: HashMap<String, u32>,
}

impl Tables {
    /// The index of a type, without making its table.
    pub fn type_idx(&mut self, descriptor: &MessageDescriptor) -> u32 {
        if let Some(idx) = self.types_by_name.get(descriptor.full_name()) {
            return *idx;
        }
        let idx = self.types.len() as u32;
        self.types.push(Type::new(descriptor.clone()));
        self.types_by_name.insert(descriptor.full_name().to_owned(), idx);
        idx
    }

    /// Makes the table of a type unless it is there.
    #[inline]
    pub fn compile(&mut self, type_idx: u32) {
        if self.types.get(type_idx as usize).is_some_and(|found| !found.compiled) {
            self.compile_now(type_idx);
        }
    }

    #[cold]
    fn compile_now(&mut self, type_idx: u32) {
        let descriptor = self.types[type_idx as usize].descriptor.clone();
        let mut made = Type::new(descriptor.clone());
        made.compiled = true;
        made.special = match WellKnown::of(&descriptor) {
            _ if descriptor.is_map_entry() => Special::MapEntry,
            Some(WellKnown::Timestamp) => Special::Timestamp,
            Some(WellKnown::Duration) => Special::Duration,
            _ => Special::Nothing,
        };
        made.n_oneofs = descriptor.oneofs().len() as u32;
        let oneofs: Vec<_> = descriptor.oneofs().collect();
        for field in descriptor.fields() {
            let oneof = field
                .containing_oneof()
                .filter(|oneof| !oneof.is_synthetic())
                .and_then(|oneof| oneofs.iter().position(|other| *other == oneof))
                .map_or(NONE, |idx| idx as u32);
            let step = Step::Field(field.name().to_owned());
            let name = Name { step, kind: field.kind(), is_group: field.is_group() };
            self.add_field(&mut made, field.number(), field.cardinality(), is_map(&field), oneof, name);
        }
        for field in descriptor.extensions() {
            let step = Step::Extension(field.full_name().to_owned());
            let name = Name { step, kind: field.kind(), is_group: field.is_group() };
            self.add_field(&mut made, field.number(), field.cardinality(), false, NONE, name);
        }
        self.types[type_idx as usize] = made;
    }

    fn add_field(
        &mut self,
        made: &mut Type,
        number: u32,
        cardinality: Cardinality,
        is_map: bool,
        oneof: u32,
        name: Name,
    ) {
        let wire_type = if name.is_group { WireType::Sgroup } else { kind_wire_type(&name.kind) };
        let class = match &name.kind {
            Kind::Int32 => Class::Int32,
            Kind::Uint32 | Kind::Sint32 => Class::Uint32,
            Kind::Bool => Class::Bool,
            Kind::Enum(descriptor) => Class::Enum(self.enum_idx(descriptor)),
            Kind::String => Class::String,
            Kind::Bytes => Class::Bytes,
            Kind::Message(message) => Class::Message(self.type_idx(message)),
            _ => Class::Any,
        };
        let repeated = cardinality == Cardinality::Repeated;
        let packable = repeated && matches!(wire_type, WireType::Varint | WireType::I32 | WireType::I64);
        let required = cardinality == Cardinality::Required;
        let idx = made.fields.len() as u32;
        made.fields.push(Field { number, class, wire_type, repeated, packable, is_map, required, oneof });
        made.names.push(name);
        made.has_required |= required;
        match made.dense.get_mut(number as usize) {
            Some(entry) => *entry = idx,
            None => {
                made.sparse.insert(number, idx);
            }
        }
    }

    fn enum_idx(&mut self, descriptor: &EnumDescriptor) -> u32 {
        if let Some(idx) = self.enums_by_name.get(descriptor.full_name()) {
            return *idx;
        }
        let idx = self.enums.len() as u32;
        self.enums.push(Enum::new(descriptor));
        self.enums_by_name.insert(descriptor.full_name().to_owned(), idx);
        idx
    }
}

fn is_map(field: &FieldDescriptor) -> bool {
    field.is_map()
}
