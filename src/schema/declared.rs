//! What a file declares, checked as a compiler would have: legal names and numbers, references that
//! resolve to the right kind, map entries that are map entries.
//!
//! The pool checks more (duplicate names, reserved ranges, …) and answers with errors; checked here
//! is what it would panic on, or take without a word and panic later, and what would make it slow.

use super::SchemaError;
use super::docs::visible;
use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, ServiceDescriptorProto,
    UninterpretedOption,
};
use std::collections::HashMap;

/// How deep messages may be nested in messages.
const MAX_NESTING: usize = 64;
/// The most comparisons of field numbers with reserved ranges within one message.
const MAX_RANGE_CHECKS: usize = 50_000_000;
/// The most values of one enum.
const MAX_ENUM_VALUES: usize = 50_000;
/// The longest full name.
const MAX_NAME_LEN: usize = 4096;
/// How deep an option written as text may be nested: the pool parses it recursively.
const MAX_OPTION_DEPTH: usize = 64;

/// What a full name may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    Package,
    Message,
    MapEntry,
    Enum,
    Service,
    Extension,
}

impl Symbol {
    pub(super) fn is_type(self) -> bool {
        matches!(self, Symbol::Message | Symbol::MapEntry | Symbol::Enum)
    }

    /// Whether names may follow behind a dot.
    pub(super) fn holds_declarations(self) -> bool {
        self != Symbol::Extension
    }
}

/// What is declared under which full name, of all files.
pub(super) type Symbols = HashMap<String, Symbol>;

/// A message with its full name.
struct Declared<'a> {
    full_name: String,
    message: &'a DescriptorProto,
    /// Whether it is inside another message.
    is_nested: bool,
}

/// Where in which file a check stands, for its error.
#[derive(Clone, Copy)]
struct Place<'a> {
    file: &'a str,
    name: &'a str,
}

impl Place<'_> {
    fn error(self, problem: impl Into<String>) -> SchemaError {
        let [file, place] = [self.file, self.name].map(visible);
        SchemaError::Invalid { file, place, problem: visible(&problem.into()) }
    }

    fn ensure(self, holds: bool, problem: impl FnOnce() -> String) -> Result<(), SchemaError> {
        if holds { Ok(()) } else { Err(self.error(problem())) }
    }
}

/// The full names of a file's messages, enums, services and extensions, those inside messages
/// included. Call it for files that [`check_alone`] found nothing wrong with.
pub(super) fn symbols(file: &FileDescriptorProto) -> Result<Vec<(String, Symbol)>, SchemaError> {
    let mut found = Vec::new();
    for Declared { full_name, message, .. } in messages(file)? {
        let inside = message.enum_type.iter().map(|descriptor| (descriptor.name(), Symbol::Enum));
        let inside = inside.chain(message.extension.iter().map(|field| (field.name(), Symbol::Extension)));
        found.extend(inside.map(|(name, symbol)| (join(&full_name, name), symbol)));
        let symbol = if is_map_entry(message) { Symbol::MapEntry } else { Symbol::Message };
        found.push((full_name, symbol));
    }
    let outside = file.enum_type.iter().map(|descriptor| (descriptor.name(), Symbol::Enum));
    let outside = outside.chain(file.service.iter().map(|service| (service.name(), Symbol::Service)));
    let outside = outside.chain(file.extension.iter().map(|field| (field.name(), Symbol::Extension)));
    found.extend(outside.map(|(name, symbol)| (join(file.package(), name), symbol)));
    let mut names: Vec<&String> = found.iter().map(|(full_name, _)| full_name).collect();
    names.sort_unstable();
    for pair in names.windows(2) {
        if let [a, b] = pair {
            let place = Place { file: file.name(), name: a };
            place.ensure(a != b, || "This name is declared twice".to_owned())?;
        }
    }
    Ok(found)
}

/// Checks what a file's declarations refer to, among the symbols of all files.
pub(super) fn check_references(file: &FileDescriptorProto, symbols: &Symbols) -> Result<(), SchemaError> {
    for declared in messages(file)? {
        check_message(file.name(), &declared, symbols)?;
    }
    for extension in &file.extension {
        check_extension(file.name(), file.package(), extension, symbols)?;
    }
    for service in &file.service {
        check_service(file, service, symbols)?;
    }
    Ok(())
}

/// Checks what can be known of a file without the files it imports.
pub(super) fn check_alone(file: &FileDescriptorProto) -> Result<(), SchemaError> {
    check_file(file, &messages(file)?)
}

fn check_file(file: &FileDescriptorProto, messages: &[Declared]) -> Result<(), SchemaError> {
    let place = Place { file: file.name(), name: file.name() };
    let legal = !file.name().is_empty()
        && file.name().len() <= MAX_NAME_LEN
        && !file.name().contains(|c: char| c.is_control());
    place.ensure(legal, || "A file has no legal name".to_owned())?;
    if !file.package().is_empty() {
        for part in file.package().split('.') {
            check_identifier(place, part)?;
        }
    }
    for declared in messages {
        check_sizes(Place { file: file.name(), name: &declared.full_name }, declared.message)?;
        for descriptor in &declared.message.enum_type {
            check_enum(file.name(), &declared.full_name, descriptor)?;
        }
    }
    for descriptor in &file.enum_type {
        check_enum(file.name(), file.package(), descriptor)?;
    }
    check_options(place, file, messages)
}

fn check_service(
    file: &FileDescriptorProto,
    service: &ServiceDescriptorProto,
    symbols: &Symbols,
) -> Result<(), SchemaError> {
    let full_name = join(file.package(), service.name());
    check_identifier(Place { file: file.name(), name: &full_name }, service.name())?;
    for method in &service.method {
        let place = Place { file: file.name(), name: &join(&full_name, method.name()) };
        check_identifier(place, method.name())?;
        for reference in [method.input_type(), method.output_type()] {
            place.ensure(resolve(symbols, &full_name, reference) == Some(Symbol::Message), || {
                format!("\"{reference}\" is not a message type of these files")
            })?;
        }
    }
    Ok(())
}

/// All messages of a file, those inside messages included.
fn messages(file: &FileDescriptorProto) -> Result<Vec<Declared<'_>>, SchemaError> {
    let mut found = Vec::new();
    let mut open: Vec<(String, &DescriptorProto, usize)> =
        file.message_type.iter().map(|message| (file.package().to_owned(), message, 0)).collect();
    while let Some((scope, message, depth)) = open.pop() {
        let full_name = join(&scope, message.name());
        let place = Place { file: file.name(), name: &full_name };
        check_identifier(place, message.name())?;
        place.ensure(depth < MAX_NESTING, || format!("Messages are nested more than {MAX_NESTING} deep"))?;
        place.ensure(full_name.len() <= MAX_NAME_LEN, || {
            format!("A name is longer than {MAX_NAME_LEN} bytes")
        })?;
        open.extend(message.nested_type.iter().map(|nested| (full_name.clone(), nested, depth + 1)));
        found.push(Declared { full_name, message, is_nested: depth > 0 });
    }
    Ok(found)
}

fn check_enum(file: &str, scope: &str, descriptor: &EnumDescriptorProto) -> Result<(), SchemaError> {
    let full_name = join(scope, descriptor.name());
    let place = Place { file, name: &full_name };
    check_identifier(place, descriptor.name())?;
    let n_values = descriptor.value.len();
    place.ensure(n_values > 0, || "An enum has no values".to_owned())?;
    place
        .ensure(n_values <= MAX_ENUM_VALUES, || format!("An enum has more than {MAX_ENUM_VALUES} values"))?;
    check_ranges(place, n_values, descriptor.reserved_range.len())?;
    for value in &descriptor.value {
        check_identifier(place, value.name())?;
    }
    Ok(())
}

/// What bounds the pool's work on a message, and the default values it would panic on.
fn check_sizes(place: Place, message: &DescriptorProto) -> Result<(), SchemaError> {
    check_ranges(place, message.field.len(), message.reserved_range.len() + message.extension_range.len())?;
    for field in message.field.iter().chain(&message.extension) {
        check_default(place, field)?;
    }
    Ok(())
}

fn check_message(file: &str, declared: &Declared, symbols: &Symbols) -> Result<(), SchemaError> {
    let message = declared.message;
    let place = Place { file, name: &declared.full_name };
    for range in &message.reserved_range {
        place.ensure(range.start() < range.end() && range.start() > 0, || {
            "A reserved range is empty".to_owned()
        })?;
    }
    for range in &message.extension_range {
        let legal = range.start() > 0
            && range.start() < range.end()
            && (range.end() <= 1 << 29 || is_message_set(message));
        place.ensure(legal, || "An extension range is not within the field numbers".to_owned())?;
    }
    for oneof in &message.oneof_decl {
        check_identifier(place, oneof.name())?;
    }
    for field in &message.field {
        let full_name = join(&declared.full_name, field.name());
        let place = Place { file, name: &full_name };
        check_field(place, &declared.full_name, field, symbols)?;
        place.ensure(field.extendee.is_none(), || "A field of a message extends another".to_owned())?;
        if let Some(index) = field.oneof_index {
            let in_range = usize::try_from(index).is_ok_and(|index| index < message.oneof_decl.len());
            place.ensure(in_range, || format!("Oneof {index} does not exist"))?;
            place
                .ensure(field.label() != Label::Repeated, || "A member of a oneof is repeated".to_owned())?;
        }
    }
    for extension in &message.extension {
        check_extension(file, &declared.full_name, extension, symbols)?;
    }
    if is_map_entry(message) { check_map_entry(place, declared) } else { Ok(()) }
}

fn check_extension(
    file: &str,
    scope: &str,
    extension: &FieldDescriptorProto,
    symbols: &Symbols,
) -> Result<(), SchemaError> {
    let full_name = join(scope, extension.name());
    let place = Place { file, name: &full_name };
    check_field(place, scope, extension, symbols)?;
    place.ensure(extension.oneof_index.is_none(), || "An extension is in a oneof".to_owned())?;
    place.ensure(resolve(symbols, scope, extension.extendee()) == Some(Symbol::Message), || {
        format!("\"{}\", which this extends, is not a message type of these files", extension.extendee())
    })
}

fn check_field(
    place: Place,
    scope: &str,
    field: &FieldDescriptorProto,
    symbols: &Symbols,
) -> Result<(), SchemaError> {
    check_identifier(place, field.name())?;
    let number = field.number();
    place.ensure((1..1 << 29).contains(&number) && !(19_000..20_000).contains(&number), || {
        format!("Field number {number} is not between 1 and 536870911 or is reserved (19000 to 19999)")
    })?;
    let label = field.label.unwrap_or(Label::Optional as i32);
    place.ensure(Label::try_from(label).is_ok(), || format!("Label {label} does not exist"))?;
    let kind = match field.r#type.map(Type::try_from) {
        None => None,
        Some(Ok(kind)) => Some(kind),
        Some(Err(_)) => {
            return Err(place.error(format!("Kind {} does not exist", field.r#type.unwrap_or_default())));
        }
    };
    let refers = field.type_name.as_deref().filter(|name| !name.is_empty());
    match (kind, refers) {
        (None, None) => return Err(place.error("A field has no kind")),
        (Some(Type::Message | Type::Group | Type::Enum), None) => {
            return Err(place.error("A field does not name its type"));
        }
        (Some(Type::Message | Type::Group | Type::Enum) | None, Some(name)) => {
            let found = resolve(symbols, scope, name);
            let fits = match (kind, found) {
                (_, None) => false,
                (None, Some(symbol)) => symbol.is_type(),
                (Some(Type::Enum), Some(symbol)) => symbol == Symbol::Enum,
                (Some(Type::Group), Some(symbol)) => symbol == Symbol::Message,
                (_, Some(symbol)) => matches!(symbol, Symbol::Message | Symbol::MapEntry),
            };
            place.ensure(fits, || format!("\"{name}\" is not a type of the right kind in these files"))?;
            let is_map = found == Some(Symbol::MapEntry);
            place
                .ensure(!is_map || (field.label() == Label::Repeated && field.extendee.is_none()), || {
                    "A map entry is used as if it were a message".to_owned()
                })?;
        }
        (Some(kind), Some(name)) => {
            return Err(place.error(format!("A field of kind {kind:?} names the type \"{name}\"")));
        }
        (Some(_), None) => {}
    }
    Ok(())
}

fn check_default(place: Place, field: &FieldDescriptorProto) -> Result<(), SchemaError> {
    let is_bytes = field.r#type == Some(Type::Bytes as i32);
    place.ensure(!is_bytes || is_escaped_bytes(field.default_value()), || {
        format!("The default value of \"{}\" is not escaped bytes", field.name())
    })
}

fn check_map_entry(place: Place, declared: &Declared) -> Result<(), SchemaError> {
    let message = declared.message;
    let field = |number| message.field.iter().find(|field| field.number() == number);
    let (Some(key), Some(value), 2) = (field(1), field(2), message.field.len()) else {
        return Err(place.error("A map entry does not have exactly the fields 1 and 2"));
    };
    let singular = [key, value].iter().all(|f| f.label() == Label::Optional && f.oneof_index.is_none());
    place.ensure(singular, || "Key or value of a map entry is repeated or required".to_owned())?;
    let is_key = !matches!(
        key.r#type(),
        Type::Double | Type::Float | Type::Bytes | Type::Message | Type::Group | Type::Enum
    ) && key.type_name().is_empty();
    place.ensure(is_key, || "The key of a map is not an integer, bool or string".to_owned())?;
    place.ensure(value.r#type() != Type::Group, || "The value of a map is a group".to_owned())?;
    let plain = declared.is_nested
        && message.nested_type.is_empty()
        && message.enum_type.is_empty()
        && message.extension_range.is_empty()
        && message.extension.is_empty()
        && message.oneof_decl.is_empty();
    place.ensure(plain, || "A map entry declares more than key and value".to_owned())
}

/// Message sets have extension numbers beyond those of fields.
fn is_message_set(message: &DescriptorProto) -> bool {
    let is_said = |option: &UninterpretedOption| {
        option.name.iter().any(|part| part.name_part == "message_set_wire_format")
    };
    message.options.as_ref().is_some_and(|options| {
        options.message_set_wire_format() || options.uninterpreted_option.iter().any(is_said)
    })
}

fn is_map_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry())
}

fn check_identifier(place: Place, name: &str) -> Result<(), SchemaError> {
    place.ensure(is_identifier(name), || format!("\"{name}\" is not a legal name"))
}

fn is_identifier(name: &str) -> bool {
    name.len() <= MAX_NAME_LEN
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn check_ranges(place: Place, n_numbers: usize, n_ranges: usize) -> Result<(), SchemaError> {
    place.ensure(n_numbers.saturating_mul(n_ranges) <= MAX_RANGE_CHECKS, || {
        format!("{n_numbers} numbers and {n_ranges} ranges are too many to compare")
    })
}

/// Looks a reference up as the specification says: `.a.b` is a full name, otherwise the innermost
/// scope that has it wins.
fn resolve(symbols: &Symbols, scope: &str, name: &str) -> Option<Symbol> {
    if let Some(full_name) = name.strip_prefix('.') {
        return symbols.get(full_name).copied();
    }
    let mut scope = scope;
    loop {
        if let Some(symbol) = symbols.get(&join(scope, name)) {
            return Some(*symbol);
        }
        if scope.is_empty() {
            return None;
        }
        scope = scope.rsplit_once('.').map_or("", |(outer, _)| outer);
    }
}

fn join(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}

/// Whether a default value of a bytes field can be unescaped: the pool panics on `\777` and on a
/// character beyond ASCII after `\x`.
fn is_escaped_bytes(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        if *byte != b'\\' {
            continue;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        match rest {
            [b'0'..=b'7', ..] => {
                let n_digits = rest.iter().take(3).take_while(|b| (b'0'..=b'7').contains(*b)).count();
                if n_digits == 3 && rest[0] > b'3' {
                    return false;
                }
                at += n_digits;
            }
            [b'x' | b'X', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => at += 3,
            [b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'\\' | b'?' | b'\'' | b'"', ..] => at += 1,
            _ => return false,
        }
    }
    true
}

/// Options that are still text are parsed by the pool, recursively; their depth is bounded here.
fn is_shallow(text: &str) -> bool {
    let (mut depth, mut quote, mut escaped, mut in_comment) = (0_usize, None, false, false);
    for c in text.chars() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if c == open || c == '\n' => quote = None,
            (Some(_), _) => {}
            (None, '\n') => in_comment = false,
            _ if in_comment => {}
            (None, '#') => in_comment = true,
            (None, '"' | '\'') => quote = Some(c),
            (None, '{' | '<' | '[') => depth += 1,
            (None, '}' | '>' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_OPTION_DEPTH {
            return false;
        }
    }
    true
}

fn check_options(place: Place, file: &FileDescriptorProto, messages: &[Declared]) -> Result<(), SchemaError> {
    let mut all: Vec<&UninterpretedOption> = Vec::new();
    macro_rules! gather {
        ($declared:expr) => {
            all.extend(
                $declared.iter().filter_map(|d| d.options.as_ref()).flat_map(|o| &o.uninterpreted_option),
            )
        };
    }
    all.extend(file.options.iter().flat_map(|o| &o.uninterpreted_option));
    gather!(file.extension);
    gather!(file.service);
    file.service.iter().for_each(|service| gather!(service.method));
    let nested_enums = messages.iter().flat_map(|declared| &declared.message.enum_type);
    for descriptor in file.enum_type.iter().chain(nested_enums) {
        all.extend(descriptor.options.iter().flat_map(|o| &o.uninterpreted_option));
        gather!(descriptor.value);
    }
    for Declared { message, .. } in messages {
        all.extend(message.options.iter().flat_map(|o| &o.uninterpreted_option));
        gather!(message.field);
        gather!(message.extension);
        gather!(message.oneof_decl);
        gather!(message.extension_range);
    }
    for option in all {
        place.ensure(!option.name.is_empty(), || "An option has no name".to_owned())?;
        place.ensure(is_shallow(option.aggregate_value()), || {
            format!("An option is nested more than {MAX_OPTION_DEPTH} deep")
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_that_the_pool_would_panic_on_are_found() {
        for (text, legal) in [
            ("plain", true),
            (r"\377\0a\x00\\", true),
            (r"\777", false),
            (r"\x", false),
            ("\\xé9", false),
            (r"\w", false),
            ("\\", false),
        ] {
            assert_eq!(is_escaped_bytes(text), legal, "{text}");
        }
    }

    #[test]
    fn the_depth_of_an_option_does_not_count_quoted_brackets() {
        assert!(is_shallow(&"a { b: \"{{{{\" } ".repeat(100)));
        assert!(!is_shallow(&"a {".repeat(100)));
        assert!(!is_shallow(&format!("'\n{}", "a <".repeat(100))));
    }
}
