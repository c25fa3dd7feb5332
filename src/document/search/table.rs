//! Descriptors as flat tables, made the first time a type is met.

use super::super::path::Step;
use crate::schema::{Cardinality, FieldShape, Kind, MessageDescriptor, WellKnown, is_packable, wire_type};
use crate::wire::WireType;
use std::collections::HashMap;

/// Stands for no type and for no field.
pub(super) const NONE: u32 = u32::MAX;
/// Field numbers below this are looked up without a search.
const N_DENSE: usize = 64;

/// One field or extension.
#[derive(Debug)]
pub(super) struct Field {
    pub number: u32,
    /// An extension's in parentheses.
    pub step: Step,
    pub kind: Kind,
    pub wire_type: WireType,
    pub is_list: bool,
    pub is_map: bool,
    pub is_packable: bool,
    /// Of what it holds, if that is a message, or [`NONE`].
    pub type_idx: u32,
    /// Bit `n`: the name holds the plain text of term `n`.
    pub named: u64,
}

impl Field {
    pub fn repeats(&self) -> bool {
        self.is_list || self.is_map
    }
}

/// One message type.
#[derive(Debug)]
pub(super) struct Type {
    pub descriptor: MessageDescriptor,
    is_compiled: bool,
    pub fields: Vec<Field>,
    dense: [u32; N_DENSE],
    sparse: HashMap<u32, u32>,
    pub known: Option<WellKnown>,
    /// Whether anything in it can be what is looked for; `None` if nobody asked yet.
    pub is_worth: Option<bool>,
}

impl Type {
    fn new(descriptor: MessageDescriptor) -> Self {
        let (fields, dense, sparse) = (Vec::new(), [NONE; N_DENSE], HashMap::new());
        Self { descriptor, is_compiled: false, fields, dense, sparse, known: None, is_worth: None }
    }

    /// Index of the field with this number, or [`NONE`].
    #[inline]
    pub fn lookup(&self, number: u32) -> u32 {
        match self.dense.get(number as usize) {
            Some(idx) => *idx,
            None => self.sparse.get(&number).copied().unwrap_or(NONE),
        }
    }

    pub fn is_entry(&self) -> bool {
        self.descriptor.is_map_entry()
    }
}

/// The types met so far.
pub(super) struct Tables<'q> {
    pub types: Vec<Type>,
    by_name: HashMap<String, u32>,
    /// Bits for [`Field::named`].
    names: Box<dyn Fn(&str) -> u64 + 'q>,
}

impl<'q> Tables<'q> {
    pub fn new(names: impl Fn(&str) -> u64 + 'q) -> Self {
        Self { types: Vec::new(), by_name: HashMap::new(), names: Box::new(names) }
    }

    /// The index of a type, without making its table.
    pub fn type_idx(&mut self, descriptor: &MessageDescriptor) -> u32 {
        if let Some(idx) = self.by_name.get(descriptor.full_name()) {
            return *idx;
        }
        let idx = self.types.len() as u32;
        self.types.push(Type::new(descriptor.clone()));
        self.by_name.insert(descriptor.full_name().to_owned(), idx);
        idx
    }

    /// Makes the table of a type unless it is there.
    #[inline]
    pub fn compile(&mut self, type_idx: u32) {
        if self.types.get(type_idx as usize).is_some_and(|found| !found.is_compiled) {
            self.compile_now(type_idx);
        }
    }

    #[cold]
    fn compile_now(&mut self, type_idx: u32) {
        let descriptor = self.types[type_idx as usize].descriptor.clone();
        let mut made = Type::new(descriptor.clone());
        made.is_compiled = true;
        made.known = WellKnown::of(&descriptor);
        for field in descriptor.fields() {
            let step = Step::Field(field.name().to_owned());
            self.add(&mut made, field.number(), step, field.name(), &field);
        }
        for field in descriptor.extensions() {
            let step = Step::Extension(field.full_name().to_owned());
            self.add(&mut made, field.number(), step, field.name(), &field);
        }
        self.types[type_idx as usize] = made;
    }

    fn add(&mut self, made: &mut Type, number: u32, step: Step, name: &str, shape: &impl FieldShape) {
        let kind = shape.kind();
        let type_idx = match &kind {
            Kind::Message(message) => self.type_idx(message),
            _ => NONE,
        };
        let idx = made.fields.len() as u32;
        let is_map = shape.is_map();
        made.fields.push(Field {
            number,
            step,
            wire_type: wire_type(shape),
            is_list: shape.cardinality() == Cardinality::Repeated && !is_map,
            is_map,
            is_packable: is_packable(shape),
            type_idx,
            named: (self.names)(name),
            kind,
        });
        match made.dense.get_mut(number as usize) {
            Some(entry) => *entry = idx,
            None => {
                made.sparse.insert(number, idx);
            }
        }
    }

    pub fn get(&self, type_idx: u32) -> Option<&Type> {
        self.types.get(type_idx as usize)
    }

    pub fn field(&self, type_idx: u32, field_idx: u32) -> Option<&Field> {
        self.get(type_idx)?.fields.get(field_idx as usize)
    }

    /// Whether a field that can stand somewhere in a message of this type answers to `wanted`, itself
    /// included among what is looked through.
    pub fn any_field(&mut self, type_idx: u32, wanted: &dyn Fn(&Field) -> bool) -> bool {
        let (mut open, mut seen) = (vec![type_idx], vec![type_idx]);
        while let Some(idx) = open.pop() {
            self.compile(idx);
            let Some(found) = self.get(idx) else { continue };
            for field in &found.fields {
                if wanted(field) {
                    return true;
                }
                if field.type_idx != NONE && !seen.contains(&field.type_idx) {
                    seen.push(field.type_idx);
                    open.push(field.type_idx);
                }
            }
        }
        false
    }
}
