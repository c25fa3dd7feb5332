//! Descriptors compiled into flat tables: what a record's number leads to in one look-up.

use super::JsonOptions;
use super::text::{Label, quoted};
use crate::schema::WellKnown;
use crate::wire::WireType;
use prost_reflect::{
    Cardinality, DescriptorPool, EnumDescriptor, ExtensionDescriptor, FieldDescriptor, Kind,
    MessageDescriptor,
};
use std::collections::HashMap;
use std::rc::Rc;

/// How one value is spelled in JSON, and which bits of the record mean it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Float,
    Double,
    Bool,
    Enum,
    /// An enum whose values are all `null`.
    Null,
    String,
    Bytes,
    Message,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `{` members `}`.
    Object,
    /// `[` elements `]` of the one inline field.
    List,
    /// The one field that is there, without a name; `empty` of the table if none is.
    Bare,
    Any,
    Timestamp,
    Duration,
    FieldMask,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    One,
    List,
    Map,
}

#[derive(Debug)]
pub(super) struct Field {
    pub number: u32,
    /// The name in paths.
    pub name: String,
    pub is_extension: bool,
    /// `None` where no name is written.
    pub label: Option<Label>,
    pub form: Form,
    pub holds: Holds,
    pub wire_type: WireType,
    /// Whether a LEN record of it holds packed elements.
    pub packable: bool,
    /// Whether a zero on the wire is the same as absence.
    pub elide: bool,
    /// Written when the field is absent, if that is asked for.
    pub fill: Option<Vec<u8>>,
    /// Neither name nor brackets: the enclosing message's own serve.
    pub inline: bool,
    /// A bit per oneof of the message; 0 outside oneofs.
    pub oneof: u64,
    /// Index of the oneof, for telling two apart that share a bit.
    pub oneof_idx: Option<u16>,
    /// Of a message, its table.
    pub child: u32,
    pub names: Option<Rc<EnumNames>>,
    /// The value of a map entry or element that is not there.
    pub default_text: Vec<u8>,
    /// Of a map: the table of its entries, with the key in slot 0 and the value in slot 1.
    pub entry: Option<Rc<Table>>,
}

#[derive(Debug)]
pub(super) struct Table {
    pub full_name: String,
    pub shape: Shape,
    /// Whether an `Any` holds it as `"value"`.
    pub is_well_known: bool,
    /// Ascending by number; a *slot* is an index into them.
    pub fields: Vec<Field>,
    /// Whether any field has something to fill in.
    pub fills: bool,
    pub empty: Vec<u8>,
    /// Whether the path of what is written already names the field.
    pub is_named_outside: bool,
    /// Slot plus one of the field numbers below 64.
    dense: [u16; 64],
    sparse: Vec<(u32, u16)>,
}

impl Table {
    #[inline]
    pub fn slot(&self, number: u32) -> Option<usize> {
        if let Some(slot) = self.dense.get(number as usize) {
            return usize::from(*slot).checked_sub(1);
        }
        let found = self.sparse.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        Some(usize::from(self.sparse[found].1))
    }

    fn new(full_name: String, shape: Shape, mut fields: Vec<Field>) -> Self {
        fields.sort_by_key(|field| field.number);
        fields.truncate(usize::from(u16::MAX) - 1);
        let mut dense = [0; 64];
        let mut sparse = Vec::new();
        for (slot, field) in fields.iter().enumerate() {
            match dense.get_mut(field.number as usize) {
                Some(place) => *place = slot as u16 + 1,
                None => sparse.push((field.number, slot as u16)),
            }
        }
        let fills = fields.iter().any(|field| field.fill.is_some());
        Self {
            full_name,
            shape,
            is_well_known: false,
            fields,
            fills,
            empty: Vec::new(),
            is_named_outside: false,
            dense,
            sparse,
        }
    }
}

/// The names of an enum, quoted and escaped.
#[derive(Debug)]
pub(super) struct EnumNames {
    dense: Vec<Vec<u8>>,
    /// Of the numbers of one byte, the names as elements: with a comma in front.
    elements: Vec<Option<Label>>,
    others: HashMap<i32, Vec<u8>>,
}

impl EnumNames {
    fn new(kind: &EnumDescriptor) -> Self {
        let mut names = Self { dense: Vec::new(), elements: Vec::new(), others: HashMap::new() };
        let values = &kind.enum_descriptor_proto().value;
        let mut found = HashMap::new();
        for value in values {
            // Of two names for one number the first is written, as the official printers do.
            found.entry(value.number()).or_insert_with(|| quoted(value.name()));
        }
        for (number, name) in found {
            match usize::try_from(number) {
                Ok(idx @ 0..256) => {
                    if names.dense.len() <= idx {
                        names.dense.resize(idx + 1, Vec::new());
                    }
                    names.dense[idx] = name;
                }
                _ => drop(names.others.insert(number, name)),
            }
        }
        let short = names.dense.iter().take(128);
        names.elements = short.map(|name| (!name.is_empty()).then(|| Label::element(name))).collect();
        names
    }

    /// The name of a number below 128, with a comma in front.
    #[inline]
    pub fn element(&self, number: u8) -> Option<&Label> {
        self.elements.get(usize::from(number))?.as_ref()
    }

    #[inline]
    pub fn get(&self, number: i32) -> Option<&[u8]> {
        match self.dense.get(number as u32 as usize) {
            Some(name) if !name.is_empty() => Some(name),
            _ if self.others.is_empty() => None,
            _ => self.others.get(&number).map(Vec::as_slice),
        }
    }
}

/// A field as it comes from a message or from an extension of it.
enum Declared {
    Field(FieldDescriptor),
    Extension(ExtensionDescriptor),
}

/// The tables compiled so far.
pub(super) struct Tables {
    options: JsonOptions,
    pool: Option<DescriptorPool>,
    ids: HashMap<String, u32>,
    list: Vec<(MessageDescriptor, Option<Rc<Table>>)>,
}

impl Tables {
    pub fn new(options: JsonOptions) -> Self {
        Self { options, pool: None, ids: HashMap::new(), list: Vec::new() }
    }

    pub fn id(&mut self, message: &MessageDescriptor) -> u32 {
        if self.pool.as_ref() != Some(message.parent_pool()) {
            *self = Self::new(self.options);
            self.pool = Some(message.parent_pool().clone());
        }
        if let Some(id) = self.ids.get(message.full_name()) {
            return *id;
        }
        let id = self.list.len() as u32;
        self.ids.insert(message.full_name().to_owned(), id);
        self.list.push((message.clone(), None));
        id
    }

    /// The table of a message by its full name, if the pool has it.
    pub fn by_name(&mut self, full_name: &str) -> Option<u32> {
        let message = self.pool.as_ref()?.get_message_by_name(full_name)?;
        Some(self.id(&message))
    }

    pub fn get(&mut self, id: u32) -> Rc<Table> {
        if let Some(table) = &self.list[id as usize].1 {
            return Rc::clone(table);
        }
        let message = self.list[id as usize].0.clone();
        let table = Rc::new(self.compile(&message));
        self.list[id as usize].1 = Some(Rc::clone(&table));
        table
    }

    /// A table that writes one field of `message` alone, or one element of it.
    pub fn of_field(&mut self, message: &MessageDescriptor, number: u32, element: bool) -> Option<Rc<Table>> {
        self.id(message);
        let declared = match message.get_field(number) {
            Some(field) => Declared::Field(field),
            None => Declared::Extension(message.get_extension(number)?),
        };
        let mut field = self.field(&declared);
        bare(&mut field);
        if element && field.holds == Holds::List {
            field.holds = Holds::One;
        }
        let empty = match field.holds {
            Holds::One if field.form == Form::Message => b"null".to_vec(),
            Holds::One => field.default_text.clone(),
            Holds::List => b"[]".to_vec(),
            Holds::Map => b"{}".to_vec(),
        };
        let mut table = Table::new(message.full_name().to_owned(), Shape::Bare, vec![field]);
        table.empty = empty;
        table.is_named_outside = true;
        Some(Rc::new(table))
    }

    fn compile(&mut self, message: &MessageDescriptor) -> Table {
        let declared = message.fields().map(Declared::Field);
        let declared: Vec<Declared> = declared.chain(message.extensions().map(Declared::Extension)).collect();
        let mut fields: Vec<Field> = declared.iter().map(|field| self.field(field)).collect();
        fields.sort_by_key(|field| (field.number, field.is_extension));
        fields.dedup_by_key(|field| field.number);
        let known = WellKnown::of(message).filter(|known| fits(known, &fields));
        let shape = match known {
            Some(WellKnown::Any) => Shape::Any,
            Some(WellKnown::Timestamp) => Shape::Timestamp,
            Some(WellKnown::Duration) => Shape::Duration,
            Some(WellKnown::FieldMask) => Shape::FieldMask,
            Some(WellKnown::ListValue) => Shape::List,
            Some(WellKnown::Value | WellKnown::Wrapper(_)) => Shape::Bare,
            Some(WellKnown::Struct | WellKnown::Empty) | None => Shape::Object,
        };
        let mut empty = b"null".to_vec();
        match known {
            Some(WellKnown::Struct | WellKnown::ListValue) => {
                for field in &mut fields {
                    bare(field);
                    field.inline = true;
                }
            }
            Some(WellKnown::Value | WellKnown::Wrapper(_)) => fields.iter_mut().for_each(bare),
            _ => {}
        }
        if matches!(known, Some(WellKnown::Wrapper(_))) && !fields.is_empty() {
            empty = fields[0].default_text.clone();
        }
        let mut table = Table::new(message.full_name().to_owned(), shape, fields);
        table.empty = empty;
        table.is_well_known = known.is_some();
        table
    }

    fn field(&mut self, declared: &Declared) -> Field {
        let (kind, number, is_group, cardinality, presence) = match declared {
            Declared::Field(field) => (
                field.kind(),
                field.number(),
                field.is_group(),
                field.cardinality(),
                field.supports_presence(),
            ),
            Declared::Extension(field) => (
                field.kind(),
                field.number(),
                field.is_group(),
                field.cardinality(),
                field.supports_presence(),
            ),
        };
        let (name, is_extension, label, oneof_idx) = match declared {
            Declared::Field(field) => {
                let name = if self.options.proto_names { field.name() } else { field.json_name() };
                (field.name().to_owned(), false, self.label(name), oneof_idx(field))
            }
            Declared::Extension(field) => {
                (field.full_name().to_owned(), true, self.label(field.json_name()), None)
            }
        };
        let (form, wire_type) = form_of(&kind, is_group);
        let (mut child, mut names, mut entry) = (0, None, None);
        let mut holds = if cardinality == Cardinality::Repeated { Holds::List } else { Holds::One };
        match &kind {
            Kind::Message(message) if holds == Holds::List && message.is_map_entry() => {
                holds = Holds::Map;
                let key = self.field(&Declared::Field(message.map_entry_key_field()));
                let value = self.field(&Declared::Field(message.map_entry_value_field()));
                let name = message.full_name().to_owned();
                entry = Some(Rc::new(Table::new(name, Shape::Object, vec![key, value])));
            }
            Kind::Message(message) => child = self.id(message),
            Kind::Enum(values) if form == Form::Enum && !self.options.enum_numbers => {
                names = Some(Rc::new(EnumNames::new(values)))
            }
            _ => {}
        }
        let default_text = default_text(&kind, form, self.options.enum_numbers);
        let fill = (self.options.defaults && !presence && !is_extension).then(|| match holds {
            Holds::One => default_text.clone(),
            Holds::List => b"[]".to_vec(),
            Holds::Map => b"{}".to_vec(),
        });
        Field {
            number,
            name,
            is_extension,
            label,
            form,
            holds,
            wire_type,
            packable: holds == Holds::List && wire_type != WireType::Len && wire_type != WireType::Sgroup,
            elide: holds == Holds::One && !presence && !self.options.defaults,
            fill,
            inline: false,
            oneof: oneof_idx.map_or(0, |idx| 1 << (idx % 64)),
            oneof_idx,
            child,
            names,
            default_text,
            entry,
        }
    }

    fn label(&self, name: &str) -> Option<Label> {
        Some(Label::new(name, self.options.pretty))
    }
}

/// Whether a message has the fields of the well-known type whose name it has: a schema may call
/// anything Timestamp.
fn fits(known: &WellKnown, fields: &[Field]) -> bool {
    let is = |idx: usize, number: u32, form: Form, holds: Holds| {
        let field = fields.get(idx);
        field.is_some_and(|field| (field.number, field.form, field.holds) == (number, form, holds))
    };
    let all_in_one_oneof = || fields.iter().all(|field| field.oneof_idx == Some(0));
    match known {
        WellKnown::Timestamp | WellKnown::Duration => {
            fields.len() == 2 && is(0, 1, Form::Int64, Holds::One) && is(1, 2, Form::Int32, Holds::One)
        }
        WellKnown::Any => {
            fields.len() == 2 && is(0, 1, Form::String, Holds::One) && is(1, 2, Form::Bytes, Holds::One)
        }
        WellKnown::FieldMask => fields.len() == 1 && is(0, 1, Form::String, Holds::List),
        WellKnown::Wrapper(_) => {
            fields.len() == 1 && fields[0].holds == Holds::One && fields[0].form != Form::Message
        }
        WellKnown::Struct => fields.len() == 1 && fields[0].holds == Holds::Map,
        WellKnown::ListValue => fields.len() == 1 && fields[0].holds == Holds::List,
        WellKnown::Value => all_in_one_oneof(),
        WellKnown::Empty => true,
    }
}

/// Takes from a field what only a member of an object has.
fn bare(field: &mut Field) {
    field.label = None;
    field.elide = false;
    field.fill = None;
}

fn oneof_idx(field: &FieldDescriptor) -> Option<u16> {
    let oneof = field.containing_oneof()?;
    field.parent_message().oneofs().position(|other| other == oneof).map(|idx| idx as u16)
}

fn form_of(kind: &Kind, is_group: bool) -> (Form, WireType) {
    match kind {
        Kind::Double => (Form::Double, WireType::I64),
        Kind::Float => (Form::Float, WireType::I32),
        Kind::Int32 => (Form::Int32, WireType::Varint),
        Kind::Int64 => (Form::Int64, WireType::Varint),
        Kind::Uint32 => (Form::Uint32, WireType::Varint),
        Kind::Uint64 => (Form::Uint64, WireType::Varint),
        Kind::Sint32 => (Form::Sint32, WireType::Varint),
        Kind::Sint64 => (Form::Sint64, WireType::Varint),
        Kind::Fixed32 => (Form::Uint32, WireType::I32),
        Kind::Fixed64 => (Form::Uint64, WireType::I64),
        Kind::Sfixed32 => (Form::Int32, WireType::I32),
        Kind::Sfixed64 => (Form::Int64, WireType::I64),
        Kind::Bool => (Form::Bool, WireType::Varint),
        Kind::String => (Form::String, WireType::Len),
        Kind::Bytes => (Form::Bytes, WireType::Len),
        Kind::Message(_) if is_group => (Form::Message, WireType::Sgroup),
        Kind::Message(_) => (Form::Message, WireType::Len),
        Kind::Enum(values) if values.full_name() == "google.protobuf.NullValue" => {
            (Form::Null, WireType::Varint)
        }
        Kind::Enum(_) => (Form::Enum, WireType::Varint),
    }
}

fn default_text(kind: &Kind, form: Form, enum_numbers: bool) -> Vec<u8> {
    match form {
        Form::Int64 | Form::Uint64 | Form::Sint64 => b"\"0\"".to_vec(),
        Form::Int32 | Form::Uint32 | Form::Sint32 => b"0".to_vec(),
        Form::Float | Form::Double => b"0.0".to_vec(),
        Form::Bool => b"false".to_vec(),
        Form::String | Form::Bytes => b"\"\"".to_vec(),
        Form::Message | Form::Null => b"null".to_vec(),
        Form::Enum => match kind.as_enum().map(EnumDescriptor::default_value) {
            Some(value) if enum_numbers => value.number().to_string().into_bytes(),
            Some(value) => quoted(value.name()),
            None => b"0".to_vec(),
        },
    }
}
