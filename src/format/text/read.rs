//! Fields into bytes, with an explicit stack.

use super::error::{TextError, TextFault, near};
use super::nested::{Begun, Nested};
use super::scan::{Scan, Token};
use super::table::{Field, Table, Tables};
use crate::document::reading::type_name_in_url;
use crate::format::input::in_order;
use crate::schema::{Kind, MessageDescriptor};
use crate::wire::{MAX_NUMBER, WireType, write_len, write_tag};
use std::rc::Rc;

/// Messages nested deeper are refused, and so are what `Any` holds in what `Any` holds: each of those is
/// put in order by itself.
const MAX_DEPTH: usize = 10_000;
const MAX_ANY_DEPTH: usize = 16;

/// What a name in front of a value stands for.
#[derive(Clone)]
pub(super) enum Target {
    Field {
        table: Rc<Table>,
        slot: usize,
    },
    /// By its number, and so whatever is declared.
    Number(u32),
    /// What an `Any` holds.
    Held {
        url: String,
        message: MessageDescriptor,
    },
}

impl Target {
    pub fn field(&self) -> Option<&Field> {
        match self {
            Target::Field { table, slot } => table.fields.get(*slot),
            _ => None,
        }
    }
}

/// How an open message ends.
enum Closing {
    Root,
    Len,
    Group(u32),
    Held(MessageDescriptor),
}

/// A message that is open.
struct Open {
    table: Option<Rc<Table>>,
    /// Where its brace stands, and which one ends it.
    offset: usize,
    closer: char,
    begun: Begun,
    closing: Closing,
    /// Singular fields that were given, a bit per slot.
    given: Vec<u64>,
    /// Oneofs that are set, with the slot of the member.
    oneofs: Vec<(usize, usize)>,
    /// A list of messages that is open in it, and where its bracket stands.
    list: Option<(Target, usize)>,
}

pub(super) struct Text<'a> {
    pub scan: Scan<'a>,
    pub nested: Nested,
    tables: Tables,
    open: Vec<Open>,
}

/// The bytes that a text spells, in the canonical order of the type if one is given.
///
/// # Errors
/// The first place that spells nothing.
pub fn read_text(text: &[u8], message: Option<&MessageDescriptor>) -> Result<Vec<u8>, TextError> {
    let text = std::str::from_utf8(text)
        .map_err(|error| TextError::at(text, error.valid_up_to(), TextFault::Utf8))?;
    let mut tables = Tables::default();
    let table = message.map(|message| tables.of(message));
    let nested = Nested::default();
    let begun = nested.begin();
    let mut reader = Text { scan: Scan::new(text), nested, tables, open: Vec::new() };
    reader.push(table, (0, '\0'), begun, Closing::Root);
    while !reader.open.is_empty() {
        reader.step()?;
    }
    let bytes = reader.nested.take(begun);
    Ok(match message {
        Some(message) => in_order(bytes, message),
        None => bytes,
    })
}

/// The type that the comments in front of a text name.
pub fn type_in_header(text: &[u8]) -> Option<&str> {
    let lines = text.split(|byte| *byte == b'\n').map(|line| line.trim_ascii());
    let mut comments = lines.take_while(|line| line.is_empty() || line.starts_with(b"#"));
    let name =
        comments.find_map(|line| line[1.min(line.len())..].trim_ascii().strip_prefix(b"proto-message:"))?;
    std::str::from_utf8(name.trim_ascii()).ok().filter(|name| !name.is_empty())
}

impl<'a> Text<'a> {
    /// The next field or element of the innermost message, or its end.
    fn step(&mut self) -> Result<(), TextError> {
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        if let Some((target, opened)) = open.list.clone() {
            return self.after_element(target, opened);
        }
        let (closer, opened, is_root) = (open.closer, open.offset, matches!(open.closing, Closing::Root));
        let (offset, token) = self.scan.peek()?;
        match token {
            Token::End if is_root => {
                self.open.pop();
                Ok(())
            }
            Token::End => Err(self.scan.error(opened, TextFault::Unclosed { what: "brace" })),
            Token::Symbol(symbol) if *symbol == closer && !is_root => {
                self.scan.next()?;
                self.close()
            }
            Token::Symbol('[') => {
                self.scan.next()?;
                let name = self.scan.name_in_brackets(offset)?;
                let target = self.bracketed(name, offset)?;
                self.value(target, offset)
            }
            Token::Word(name) => {
                let name = *name;
                self.scan.next()?;
                let target = self.named(name, offset)?;
                self.value(target, offset)
            }
            Token::Number(text) => {
                let text = *text;
                let number = text.parse().ok().filter(|number| (1..=MAX_NUMBER).contains(number));
                let Some(number) = number.filter(|_| !text.starts_with('0')) else {
                    return Err(self.scan.error(offset, TextFault::FieldNumber { text: text.to_owned() }));
                };
                self.scan.next()?;
                self.value(Target::Number(number), offset)
            }
            _ if is_root => self.scan.expected("a field name"),
            _ => self.scan.expected(format!("a field name or \"{closer}\"")),
        }
    }

    fn table(&self) -> Option<&Rc<Table>> {
        self.open.last().and_then(|open| open.table.as_ref())
    }

    fn named(&self, name: &str, offset: usize) -> Result<Target, TextError> {
        let Some(table) = self.table() else {
            return Err(self.scan.error(offset, TextFault::NoType { name: name.to_owned() }));
        };
        if let Some(slot) = table.slot_named(name) {
            return Ok(Target::Field { table: Rc::clone(table), slot });
        }
        let message = table.message.full_name().to_owned();
        let fault = if table.message.reserved_names().any(|reserved| reserved == name) {
            TextFault::Reserved { name: name.to_owned(), message }
        } else {
            let near = near(name, table.fields.iter().map(|field| field.label.as_str()));
            TextFault::UnknownField { name: name.to_owned(), message, near }
        };
        Err(self.scan.error(offset, fault))
    }

    /// An extension, or what an `Any` holds.
    fn bracketed(&self, name: String, offset: usize) -> Result<Target, TextError> {
        let fault = match self.table() {
            None => TextFault::NoType { name: format!("[{name}]") },
            Some(table) if !name.contains('/') => {
                if let Some(slot) = table.slot_named(&format!("[{name}]")) {
                    return Ok(Target::Field { table: Rc::clone(table), slot });
                }
                TextFault::UnknownExtension { name, message: table.message.full_name().to_owned() }
            }
            Some(table) if !table.is_any => {
                TextFault::NotAny { url: name, message: table.message.full_name().to_owned() }
            }
            Some(table) => {
                let found = table.message.parent_pool().get_message_by_name(type_name_in_url(&name));
                match found.filter(|found| !found.is_map_entry()) {
                    Some(message) => return Ok(Target::Held { url: name, message }),
                    None => TextFault::UnknownType { url: name },
                }
            }
        };
        Err(self.scan.error(offset, fault))
    }

    /// What follows a name.
    fn value(&mut self, target: Target, offset: usize) -> Result<(), TextError> {
        let has_colon = self.scan.take(':')?;
        let is_message = match &target {
            Target::Field { table, slot } => table.fields[*slot].is_message(),
            Target::Held { .. } => true,
            Target::Number(_) => matches!(self.scan.peek()?.1, Token::Symbol('{' | '<')),
        };
        if !is_message && !has_colon {
            return self.scan.expected(if target.field().is_none() { "\":\" or \"{\"" } else { "\":\"" });
        }
        let opened = self.scan.peek()?.0;
        if matches!(target, Target::Number(_)) || !self.scan.take('[')? {
            self.mark(&target, offset)?;
            if is_message {
                return self.message(target);
            }
            self.scalar(&target)?;
            return self.separator();
        }
        match target.field() {
            Some(field) if field.is_repeated => {}
            found => {
                let name = found.map_or_else(String::new, |field| field.label.clone());
                return Err(self.scan.error(opened, TextFault::ListOfOne { name }));
            }
        }
        if self.scan.take(']')? {
            return self.separator();
        }
        if is_message {
            if let Some(open) = self.open.last_mut() {
                open.list = Some((target.clone(), opened));
            }
            return self.message(target);
        }
        loop {
            self.scalar(&target)?;
            if self.scan.take(']')? {
                return self.separator();
            }
            self.comma(opened)?;
        }
    }

    /// Between the elements of a list of messages.
    fn after_element(&mut self, target: Target, opened: usize) -> Result<(), TextError> {
        if self.scan.take(']')? {
            if let Some(open) = self.open.last_mut() {
                open.list = None;
            }
            return self.separator();
        }
        self.comma(opened)?;
        self.message(target)
    }

    fn comma(&mut self, opened: usize) -> Result<(), TextError> {
        if self.scan.take(',')? {
            return Ok(());
        }
        match self.scan.peek()?.1 {
            Token::End => Err(self.scan.error(opened, TextFault::Unclosed { what: "list" })),
            _ => self.scan.expected("\",\" or \"]\""),
        }
    }

    fn separator(&mut self) -> Result<(), TextError> {
        let _ = self.scan.take(',')? || self.scan.take(';')?;
        Ok(())
    }

    /// Notes that a singular field is given.
    fn mark(&mut self, target: &Target, offset: usize) -> Result<(), TextError> {
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        let (table, slots) = match target {
            Target::Field { table, slot } if !table.fields[*slot].is_repeated => (table, Vec::from([*slot])),
            // Both its fields at once.
            Target::Held { .. } => match &open.table {
                Some(table) => (table, [1, 2].into_iter().filter_map(|number| table.slot(number)).collect()),
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        open.given.resize(table.fields.len().div_ceil(64), 0);
        for slot in slots {
            let (word, bit) = (&mut open.given[slot / 64], 1 << (slot % 64));
            let name = || table.fields[slot].label.clone();
            if *word & bit != 0 {
                return Err(self.scan.error(offset, TextFault::Twice { name: name() }));
            }
            *word |= bit;
            let Some(oneof) = table.fields[slot].oneof else { continue };
            if let Some((_, other)) = open.oneofs.iter().find(|(known, _)| *known == oneof) {
                let (other, oneof) = (table.fields[*other].label.clone(), table.oneofs[oneof].clone());
                return Err(self.scan.error(offset, TextFault::Oneof { name: name(), other, oneof }));
            }
            open.oneofs.push((oneof, slot));
        }
        Ok(())
    }

    /// A message from its brace on.
    fn message(&mut self, target: Target) -> Result<(), TextError> {
        let (offset, token) = self.scan.peek()?;
        let closer = match token {
            Token::Symbol('{') => '}',
            Token::Symbol('<') => '>',
            _ => return self.scan.expected("\"{\""),
        };
        self.scan.next()?;
        if self.open.len() > MAX_DEPTH {
            return Err(self.scan.error(offset, TextFault::TooDeep { what: "Messages", max: MAX_DEPTH }));
        }
        let mut table = None;
        let (begun, closing) = match target {
            Target::Field { table: around, slot } => {
                let field = &around.fields[slot];
                if let Kind::Message(message) = &field.kind {
                    table = Some(self.tables.of(message));
                }
                let number = field.field.number();
                write_tag(&mut self.nested.out, number, field.wire_type);
                match field.wire_type {
                    WireType::Sgroup => (self.nested.begin(), Closing::Group(number)),
                    _ => (self.nested.begin_len(), Closing::Len),
                }
            }
            Target::Number(number) => {
                let declared = self.table().and_then(|table| Some(&table.fields[table.slot(number)?]));
                if let Some(Kind::Message(message)) = declared.map(|field| field.kind.clone()) {
                    table = Some(self.tables.of(&message));
                }
                write_tag(&mut self.nested.out, number, WireType::Len);
                (self.nested.begin_len(), Closing::Len)
            }
            Target::Held { url, message } => {
                let n_held = self.open.iter().filter(|open| matches!(open.closing, Closing::Held(_))).count();
                if n_held >= MAX_ANY_DEPTH {
                    return Err(self.scan.error(
                        offset,
                        TextFault::TooDeep { what: "Messages of type Any", max: MAX_ANY_DEPTH },
                    ));
                }
                write_len(&mut self.nested.out, 1, url.as_bytes());
                table = Some(self.tables.of(&message));
                (self.nested.begin(), Closing::Held(message))
            }
        };
        self.push(table, (offset, closer), begun, closing);
        Ok(())
    }

    fn push(&mut self, table: Option<Rc<Table>>, brace: (usize, char), begun: Begun, closing: Closing) {
        let (offset, closer) = brace;
        let (given, oneofs) = (Vec::new(), Vec::new());
        self.open.push(Open { table, offset, closer, begun, closing, given, oneofs, list: None });
    }

    fn close(&mut self) -> Result<(), TextError> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let n_inside = match open.closing {
            Closing::Root => 0,
            Closing::Len => self.nested.end_len(open.begun),
            Closing::Group(number) => {
                write_tag(&mut self.nested.out, number, WireType::Egroup);
                open.begun.n_inside
            }
            Closing::Held(message) => {
                let payload = in_order(self.nested.take(open.begun), &message);
                if !payload.is_empty() {
                    write_len(&mut self.nested.out, 2, &payload);
                }
                0
            }
        };
        match self.open.last_mut() {
            Some(around) => {
                around.begun.n_inside += n_inside;
                if around.list.is_some() { Ok(()) } else { self.separator() }
            }
            None => Ok(()),
        }
    }
}
