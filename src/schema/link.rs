//! What the names in a file refer to: every reference made a full name, by the rules of scopes, among
//! what the file imports and nothing else.
//!
//! Once names are full, files that do not import each other cannot shadow each other's names, so that
//! any number of them can share a pool.

use super::declared::Symbol;
use prost_reflect::prost_types::field_descriptor_proto::Type;
use prost_reflect::prost_types::uninterpreted_option::NamePart;
use prost_reflect::prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, UninterpretedOption,
};
use std::collections::HashSet;

/// The uninterpreted options of a declaration.
macro_rules! options_of {
    ($declared:expr) => {
        $declared.options.as_mut().map(|options| &mut options.uninterpreted_option)
    };
}

/// What a file sees: its own declarations and those of its imports.
pub(super) trait Scope {
    /// What has this full name, if it is a package, a message, an enum, a service or an extension.
    fn symbol(&self, full_name: &str) -> Option<Symbol>;
}

/// A name that refers to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unresolved {
    /// As written.
    pub(super) name: String,
    /// Where it stands: the path of a `SourceCodeInfo`.
    pub(super) path: Vec<i32>,
    /// What it refers to instead of a message or enum.
    pub(super) is_other: bool,
}

/// What came of it.
#[derive(Default)]
pub(super) struct Linked {
    /// The first is the one to show.
    pub(super) unresolved: Vec<Unresolved>,
    /// Custom options that nothing declares; they were taken out.
    pub(super) unknown_options: Vec<Unresolved>,
}

/// Makes all names of the file full and says of each field whether it is a message or an enum.
pub(super) fn link(file: &mut FileDescriptorProto, scope: &dyn Scope) -> Linked {
    let package = file.package().to_owned();
    let mut linker = Linker { scope, linked: Linked::default() };
    linker.options(&package, &[8], file.options.as_mut().map(|o| &mut o.uninterpreted_option));
    for (idx, field) in file.extension.iter_mut().enumerate() {
        linker.field(&package, &[7, idx as i32], field);
    }
    for (idx, descriptor) in file.enum_type.iter_mut().enumerate() {
        linker.enum_(&package, &[5, idx as i32], descriptor);
    }
    for (idx, service) in file.service.iter_mut().enumerate() {
        let full_name = join(&package, service.name());
        linker.options(&full_name, &[6, idx as i32, 3], options_of!(service));
        for (method_idx, method) in service.method.iter_mut().enumerate() {
            let path = [6, idx as i32, 2, method_idx as i32];
            let scope = join(&full_name, method.name());
            linker.type_name(&scope, &below(&path, &[2]), &mut method.input_type, |s| s == Symbol::Message);
            linker.type_name(&scope, &below(&path, &[3]), &mut method.output_type, |s| s == Symbol::Message);
            linker.options(&scope, &below(&path, &[4]), options_of!(method));
        }
    }
    let mut open: Vec<(String, Vec<i32>, &mut DescriptorProto)> = file
        .message_type
        .iter_mut()
        .enumerate()
        .map(|(idx, message)| (package.clone(), vec![4, idx as i32], message))
        .collect();
    while let Some((outer, path, message)) = open.pop() {
        let full_name = join(&outer, message.name());
        linker.message(&full_name, &path, message);
        let nested = message.nested_type.iter_mut().enumerate();
        open.extend(nested.map(|(idx, nested)| (full_name.clone(), below(&path, &[3, idx as i32]), nested)));
    }
    linker.linked
}

struct Linker<'a> {
    scope: &'a dyn Scope,
    linked: Linked,
}

impl Linker<'_> {
    fn message(&mut self, full_name: &str, path: &[i32], message: &mut DescriptorProto) {
        self.options(full_name, &below(path, &[7]), options_of!(message));
        for (idx, field) in message.field.iter_mut().enumerate() {
            self.field(full_name, &below(path, &[2, idx as i32]), field);
        }
        for (idx, field) in message.extension.iter_mut().enumerate() {
            self.field(full_name, &below(path, &[6, idx as i32]), field);
        }
        for (idx, descriptor) in message.enum_type.iter_mut().enumerate() {
            self.enum_(full_name, &below(path, &[4, idx as i32]), descriptor);
        }
        for (idx, oneof) in message.oneof_decl.iter_mut().enumerate() {
            self.options(full_name, &below(path, &[8, idx as i32, 2]), options_of!(oneof));
        }
        for (idx, range) in message.extension_range.iter_mut().enumerate() {
            self.options(full_name, &below(path, &[5, idx as i32, 3]), options_of!(range));
        }
    }

    fn enum_(&mut self, outer: &str, path: &[i32], descriptor: &mut EnumDescriptorProto) {
        let full_name = join(outer, descriptor.name());
        self.options(&full_name, &below(path, &[3]), options_of!(descriptor));
        for (idx, value) in descriptor.value.iter_mut().enumerate() {
            // Values are declared beside their enum.
            self.options(outer, &below(path, &[2, idx as i32, 3]), options_of!(value));
        }
    }

    /// `outer` is the message or package that the field is declared in.
    fn field(&mut self, outer: &str, path: &[i32], field: &mut FieldDescriptorProto) {
        let scope = join(outer, field.name());
        if field.extendee.is_some() {
            self.type_name(&scope, &below(path, &[2]), &mut field.extendee, |s| s == Symbol::Message);
        }
        if field.type_name.is_some() {
            let found = self.type_name(&scope, &below(path, &[6]), &mut field.type_name, Symbol::is_type);
            if field.r#type.is_none() {
                field.r#type = match found {
                    Some(Symbol::Enum) => Some(Type::Enum as i32),
                    Some(_) => Some(Type::Message as i32),
                    None => None,
                };
            }
        }
        set_packed(field);
        self.options(&scope, &below(path, &[8]), options_of!(field));
    }

    fn type_name(
        &mut self,
        scope: &str,
        path: &[i32],
        name: &mut Option<String>,
        fits: fn(Symbol) -> bool,
    ) -> Option<Symbol> {
        let written = name.as_deref()?;
        match resolve(self.scope, scope, written, Symbol::is_type) {
            Some((full_name, symbol)) if fits(symbol) => {
                *name = Some(format!(".{full_name}"));
                Some(symbol)
            }
            other => {
                let is_other = other.is_some();
                let unresolved = Unresolved { name: written.to_owned(), path: path.to_vec(), is_other };
                self.linked.unresolved.push(unresolved);
                None
            }
        }
    }

    fn options(&mut self, scope: &str, path: &[i32], options: Option<&mut Vec<UninterpretedOption>>) {
        let Some(options) = options else { return };
        let mut known = Vec::with_capacity(options.len());
        for (idx, mut option) in std::mem::take(options).into_iter().enumerate() {
            match option.name.iter_mut().find_map(|part| self.option_part(scope, part)) {
                Some(name) => {
                    let path = below(path, &[999, idx as i32]);
                    self.linked.unknown_options.push(Unresolved { name, path, is_other: false });
                }
                None => known.push(option),
            }
        }
        *options = known;
    }

    /// Makes the name of an extension full; the name if nothing has it.
    fn option_part(&self, scope: &str, part: &mut NamePart) -> Option<String> {
        if !part.is_extension {
            return None;
        }
        match resolve(self.scope, scope, &part.name_part, |symbol| symbol == Symbol::Extension) {
            Some((full_name, _)) => {
                part.name_part = format!(".{full_name}");
                None
            }
            None => Some(part.name_part.clone()),
        }
    }
}

/// The pool asks whether a field is packed before it looks at options that are still text.
fn set_packed(field: &mut FieldDescriptorProto) {
    let Some(options) = &mut field.options else { return };
    let is_packed = |option: &UninterpretedOption| match option.name.as_slice() {
        [part] if !part.is_extension && part.name_part == "packed" => match option.identifier_value() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        _ => None,
    };
    options.packed = options.packed.or_else(|| options.uninterpreted_option.iter().find_map(is_packed));
    options.uninterpreted_option.retain(|option| is_packed(option).is_none());
}

/// Looks a name up as the specification says: `.a.b` is a full name; otherwise the innermost scope
/// wins that has the first part of the name, if that is a type or, before a dot, anything that may
/// hold declarations.
fn resolve(
    scope: &dyn Scope,
    from: &str,
    name: &str,
    wanted: fn(Symbol) -> bool,
) -> Option<(String, Symbol)> {
    if let Some(full_name) = name.strip_prefix('.') {
        return scope.symbol(full_name).map(|symbol| (full_name.to_owned(), symbol));
    }
    let first = name.split('.').next().unwrap_or(name);
    let mut at = from;
    loop {
        let candidate = join(at, first);
        match scope.symbol(&candidate) {
            Some(symbol) if first.len() == name.len() && wanted(symbol) => return Some((candidate, symbol)),
            Some(symbol) if first.len() < name.len() && symbol.holds_declarations() => {
                let full_name = join(at, name);
                return scope.symbol(&full_name).map(|symbol| (full_name, symbol));
            }
            _ => {}
        }
        if at.is_empty() {
            return None;
        }
        at = at.rsplit_once('.').map_or("", |(outer, _)| outer);
    }
}

fn join(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}

fn below(path: &[i32], rest: &[i32]) -> Vec<i32> {
    [path, rest].concat()
}

/// A set of packages, each with all that enclose it.
#[derive(Default)]
pub(super) struct Packages(HashSet<String>);

impl Packages {
    pub(super) fn add(&mut self, package: &str) {
        let mut at = package;
        while !at.is_empty() && self.0.insert(at.to_owned()) {
            at = at.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
    }

    pub(super) fn contains(&self, full_name: &str) -> bool {
        self.0.contains(full_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    struct Names(HashMap<&'static str, Symbol>);

    impl Scope for Names {
        fn symbol(&self, full_name: &str) -> Option<Symbol> {
            self.0.get(full_name).copied()
        }
    }

    #[test]
    fn the_innermost_scope_that_has_the_first_part_wins() {
        let names = Names(HashMap::from([
            ("a", Symbol::Package),
            ("a.b", Symbol::Package),
            ("a.b.M", Symbol::Message),
            ("a.b.M.E", Symbol::Enum),
            ("a.M", Symbol::Message),
            ("b", Symbol::Package),
            ("b.N", Symbol::Message),
            ("a.x", Symbol::Extension),
        ]));
        for (from, name, found) in [
            ("a.b.M.field", "M", Some("a.b.M")),
            ("a.b.M.field", "E", Some("a.b.M.E")),
            ("a.b", "M.E", Some("a.b.M.E")),
            ("a.c", "M", Some("a.M")),
            // The scope `a` has a `b`, so the outer `b` is not looked at.
            ("a.c", "b.N", None),
            ("a.c", ".b.N", Some("b.N")),
            ("a.c", "x", None),
            ("c", "b.N", Some("b.N")),
        ] {
            let resolved = resolve(&names, from, name, Symbol::is_type).map(|(full_name, _)| full_name);
            assert_eq!(resolved.as_deref(), found, "{from} {name}");
        }
    }
}
