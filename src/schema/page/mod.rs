//! What a person reads about a declaration: the one model that `describe` and the window's pages are
//! written from, so that both say the same.
//!
//! A page is text and [`Address`]es, no descriptors: it outlives its schema and may be printed.
//!
//! - `parts`: what stands on a page, from descriptors
//! - `numbers`: which field numbers are taken, reserved and free
//!
//! **Not here:** how it looks (`describe` for a terminal, `ui` for the window).

mod numbers;
mod parts;

pub use numbers::{NumberRange, NumberUse};

use super::used_in::relative;
use super::{
    Declaration, EnumDescriptor, ExtensionDescriptor, FieldDescriptor, FileDescriptor, Kind,
    MessageDescriptor, Rival, Schema, Use,
};

/// Where a page is, and which of its parts is meant. It stays true when the schema is loaded again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Address {
    pub full_name: String,
    /// The name of the declaring file, which tells declarations of one name apart.
    pub file: String,
    /// A field, oneof or enum value by its name, an extension by its full name in parentheses.
    pub member: Option<String>,
}

impl Address {
    pub fn with_member(mut self, member: impl Into<String>) -> Address {
        self.member = Some(member.into());
        self
    }

    /// The page itself, whichever of its parts is meant.
    pub fn of_page(&self) -> Address {
        Address { member: None, ..self.clone() }
    }

    /// The name without package: `Message`, `Message.field`.
    pub fn short(&self) -> String {
        let name = self.full_name.rsplit_once('.').map_or(self.full_name.as_str(), |(_, name)| name);
        match &self.member {
            Some(member) => format!("{name}.{member}"),
            None => name.to_owned(),
        }
    }
}

/// A way to another page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// As seen from the page that it stands on.
    pub label: String,
    pub to: Address,
}

/// A declaration with all that is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub address: Address,
    /// The word in front of its name in a `.proto` file.
    pub keyword: &'static str,
    pub name: String,
    pub package: String,
    /// The edition that its file is written in.
    pub edition: Option<&'static str>,
    pub about: About,
    pub body: Body,
    /// The message or service that it is declared in.
    pub parent: Option<Link>,
    /// Every field and method that uses it, sorted by label.
    pub uses: Vec<Link>,
    /// Other declarations of its name that do not say the same.
    pub rivals: Vec<Rival>,
}

/// What any declaration and any part of one can have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// See [`Schema::comment`].
    pub comment: Option<String>,
    pub is_deprecated: bool,
    /// Options that a schema declares itself and features of editions, with their values.
    pub options: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Message(MessageBody),
    Enum(EnumBody),
    Service(Vec<MethodPart>),
    Method(Box<MethodPart>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageBody {
    /// By number.
    pub fields: Vec<FieldPart>,
    pub oneofs: Vec<OneofPart>,
    pub extensions: Vec<FieldPart>,
    /// Messages and enums that are declared inside, each with its keyword.
    pub nested: Vec<(&'static str, Link)>,
    /// First and last of each range.
    pub reserved: Vec<(u32, u32)>,
    pub reserved_names: Vec<String>,
    pub extendable: Vec<(u32, u32)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPart {
    pub number: u32,
    /// An extension's is its full name in parentheses.
    pub name: String,
    /// `optional` and `required` where they are written, `repeated`, `group`; each with a space behind.
    pub label: String,
    /// Without the label: `string`, `map<string, Item>`, types as seen from the page.
    pub kind: String,
    /// The declared type in the kind, if there is one.
    pub of_type: Option<Link>,
    pub default: Option<String>,
    pub is_packed: bool,
    /// Where it is not the one that is derived from the name.
    pub json_name: Option<String>,
    pub oneof: Option<String>,
    pub about: About,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneofPart {
    pub name: String,
    pub members: Vec<String>,
    pub about: About,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumBody {
    /// By number, aliases in the order they are declared in.
    pub values: Vec<ValuePart>,
    /// Unknown numbers are not values of its fields.
    pub is_closed: bool,
    pub reserved: Vec<(i32, i32)>,
    pub reserved_names: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValuePart {
    pub number: i32,
    pub name: String,
    /// The first value of the same number, if it is not this one.
    pub alias_of: Option<String>,
    pub about: About,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodPart {
    pub name: String,
    pub address: Address,
    /// As calls write it: `/pkg.Service/Method`.
    pub path: String,
    pub input: Link,
    pub output: Link,
    pub is_client_streaming: bool,
    pub is_server_streaming: bool,
    pub about: About,
}

impl MethodPart {
    /// The kind of call in words.
    pub fn kind(&self) -> &'static str {
        match (self.is_client_streaming, self.is_server_streaming) {
            (false, false) => "unary",
            (true, false) => "client streaming",
            (false, true) => "server streaming",
            (true, true) => "bidirectional streaming",
        }
    }
}

impl FieldPart {
    /// Label and kind, as written in front of the name.
    pub fn kind_text(&self) -> String {
        format!("{}{}", self.label, self.kind)
    }

    /// What is written in brackets, except that it is deprecated and its options.
    pub fn notes(&self) -> Vec<String> {
        let default = self.default.as_ref().map(|default| format!("default = {default}"));
        let packed = self.is_packed.then(|| "packed".to_owned());
        let json_name = self.json_name.as_ref().map(|name| format!("json_name = \"{name}\""));
        let oneof = self.oneof.as_ref().map(|oneof| format!("oneof {oneof}"));
        [default, packed, json_name, oneof].into_iter().flatten().collect()
    }
}

impl About {
    /// Options as they are written.
    pub fn option_lines(&self) -> impl Iterator<Item = String> {
        self.options.iter().map(|(name, value)| format!("{name} = {value}"))
    }
}

/// A range of numbers, as written: `7`, `100 to 199`.
pub fn range_text<N: PartialEq + std::fmt::Display>(first: N, last: N) -> String {
    if first == last { first.to_string() } else { format!("{first} to {last}") }
}

impl Schema {
    /// The page of a declaration.
    pub fn page(&self, declaration: &Declaration) -> Page {
        parts::page(self, declaration)
    }

    /// The page at an address, as far as the schema still declares it.
    pub fn page_at(&self, address: &Address) -> Option<Page> {
        self.locate(address).map(|declaration| self.page(&declaration))
    }

    /// The declaration at an address: the one of its file, else the first of that name.
    pub fn locate(&self, address: &Address) -> Option<Declaration> {
        let name = address.full_name.as_str();
        let of_pools = self.pools.iter().filter_map(|pool| {
            let found = declared(&pool.descriptors, name)?;
            pool.owns(&found.file()).then_some(found)
        });
        let mut first = None;
        for found in of_pools {
            if found.file().name() == address.file {
                return Some(found);
            }
            first.get_or_insert(found);
        }
        first
    }
}

/// What a pool declares under a full name; by hash, however many declarations there are.
pub(super) fn declared(pool: &super::DescriptorPool, full_name: &str) -> Option<Declaration> {
    if let Some(message) = pool.get_message_by_name(full_name) {
        return (!message.is_map_entry()).then_some(Declaration::Message(message));
    }
    if let Some(descriptor) = pool.get_enum_by_name(full_name) {
        return Some(Declaration::Enum(descriptor));
    }
    if let Some(service) = pool.get_service_by_name(full_name) {
        return Some(Declaration::Service(service));
    }
    let (service, name) = full_name.rsplit_once('.')?;
    let service = pool.get_service_by_name(service)?;
    service.methods().find(|method| method.name() == name).map(Declaration::Method)
}

impl Declaration {
    pub fn file(&self) -> FileDescriptor {
        match self {
            Declaration::Message(message) => message.parent_file(),
            Declaration::Enum(descriptor) => descriptor.parent_file(),
            Declaration::Service(service) => service.parent_file(),
            Declaration::Method(method) => method.parent_file(),
        }
    }

    pub fn address(&self) -> Address {
        let file = self.file().name().to_owned();
        Address { full_name: self.full_name().to_owned(), file, member: None }
    }

    /// Its path in the source locations of its file.
    pub fn source_path(&self) -> &[i32] {
        match self {
            Declaration::Message(message) => message.path(),
            Declaration::Enum(descriptor) => descriptor.path(),
            Declaration::Service(service) => service.path(),
            Declaration::Method(method) => method.path(),
        }
    }
}

impl Use {
    /// The page that it stands on, and which part it is.
    pub fn address(&self) -> Address {
        match self {
            Use::Field(field) => of_field(field),
            Use::Extension(extension) => of_extension(extension),
            Use::Method(method) => Declaration::Method(method.clone()).address(),
        }
    }
}

/// A field on the page of its message.
pub fn of_field(field: &FieldDescriptor) -> Address {
    let message = Declaration::Message(field.parent_message().clone());
    message.address().with_member(field.name())
}

fn of_extension(extension: &ExtensionDescriptor) -> Address {
    let message = Declaration::Message(extension.containing_message());
    message.address().with_member(format!("({})", extension.full_name()))
}

/// The declared type of a kind as a link, named as seen from a package.
fn link_to(kind: &Kind, seen_from: &str) -> Option<Link> {
    match kind {
        Kind::Message(message) => Some(message_link(message, seen_from)),
        Kind::Enum(descriptor) => Some(enum_link(descriptor, seen_from)),
        _ => None,
    }
}

fn message_link(message: &MessageDescriptor, seen_from: &str) -> Link {
    let label = relative(message.full_name(), message.package_name(), seen_from).to_owned();
    Link { label, to: Declaration::Message(message.clone()).address() }
}

fn enum_link(descriptor: &EnumDescriptor, seen_from: &str) -> Link {
    let label = relative(descriptor.full_name(), descriptor.package_name(), seen_from).to_owned();
    Link { label, to: Declaration::Enum(descriptor.clone()).address() }
}

#[cfg(test)]
mod tests;
