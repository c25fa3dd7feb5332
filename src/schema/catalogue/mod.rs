//! All that has a name, in the order of a tree (sources, packages, files, declarations), and finding
//! in it.
//!
//! Made once per schema. A tree is told as its rows from top to bottom, each with its depth and the
//! number of rows below it, so that what is open can be laid out without walking what is closed.
//!
//! **Not here:** what a declaration says (`page`), what a name written in full means (`lookup`).

mod find;

use super::page::Address;
use super::{
    Declaration, EnumValueDescriptor, ExtensionDescriptor, FieldDescriptor, FileDescriptor,
    MessageDescriptor, Schema, of_field,
};
use std::collections::BTreeMap;

/// The rows of the tree, and the fields and values that only finding leads to.
pub struct Catalogue {
    entries: Vec<Entry>,
    members: Vec<(u32, Member)>,
}

/// A row of the tree.
pub struct Entry {
    pub what: What,
    pub depth: u16,
    /// Rows below it that belong to it.
    pub n_below: u32,
    /// Those of them that are declarations.
    pub n_declared: u32,
    /// The row that it belongs to; itself for one of a source.
    pub parent: u32,
}

pub enum What {
    /// Where declarations came from; `None` for those that are built in.
    Source(Option<String>),
    /// A full name, or nothing for files without a package.
    Package(String),
    File(FileDescriptor),
    Declared(Declaration),
}

/// A part of a declaration.
pub enum Member {
    Field(FieldDescriptor),
    /// On the page of the message that it extends.
    Extension(ExtensionDescriptor),
    Value(EnumValueDescriptor),
}

/// A row of the tree, or a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(u32);

/// What was found, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// The word for what it is: `message`, `rpc`, `field`, …
    pub keyword: &'static str,
    /// Without package: `SendMessageRequest`, `Message.topic`.
    pub path: String,
    pub package: String,
    pub address: Address,
}

impl Schema {
    /// The path of the source that a file came from; `None` for those that are built in.
    pub fn source_path(&self, file: &FileDescriptor) -> Option<&str> {
        let source = self.pool_of(file.parent_pool())?.sources.get(file.name())?;
        self.sources.get(source.checked_sub(1)?).map(String::as_str)
    }

    /// The tree of all declarations. Made at the first call, which takes long for large schemas.
    pub fn catalogue(&self) -> &Catalogue {
        self.catalogue.get_or_init(|| Catalogue::new(self))
    }

    /// Makes what is costly and asked for sooner or later: to be called in the background.
    pub fn prepare(&self) {
        self.catalogue();
        if let Some(message) = self.messages().first() {
            self.message_uses(message);
        }
    }
}

impl Catalogue {
    fn new(schema: &Schema) -> Catalogue {
        let mut files: BTreeMap<(usize, String), Vec<FileDescriptor>> = BTreeMap::new();
        let n_sources = schema.sources.len();
        for pool in &schema.pools {
            for file in pool.descriptors.files().filter(|file| pool.owns(file)) {
                // What is built in comes last.
                let source = pool.sources.get(file.name()).and_then(|source| source.checked_sub(1));
                let key = (source.unwrap_or(n_sources), file.package_name().to_owned());
                files.entry(key).or_default().push(file);
            }
        }
        let mut catalogue = Catalogue { entries: Vec::new(), members: Vec::new() };
        let mut last_source = None;
        let mut source_row = 0;
        for ((source, package), mut of_package) in files {
            if last_source.replace(source) != Some(source) {
                source_row = catalogue.push(What::Source(schema.sources.get(source).cloned()), 0, 0);
            }
            let package_row = catalogue.push(What::Package(package), 1, source_row);
            of_package.sort_by(|a, b| a.name().cmp(b.name()));
            for file in of_package {
                catalogue.file(file, package_row);
            }
        }
        catalogue.count();
        catalogue
    }

    fn push(&mut self, what: What, depth: u16, parent: u32) -> u32 {
        let row = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let parent = if depth == 0 { row } else { parent };
        self.entries.push(Entry { what, depth, n_below: 0, n_declared: 0, parent });
        row
    }

    fn file(&mut self, file: FileDescriptor, package_row: u32) {
        let row = self.push(What::File(file.clone()), 2, package_row);
        for service in file.services() {
            let service_row = self.push(What::Declared(Declaration::Service(service.clone())), 3, row);
            for method in service.methods() {
                self.push(What::Declared(Declaration::Method(method)), 4, service_row);
            }
        }
        // Messages lie in each other as deep as a file says.
        let mut open: Vec<(MessageDescriptor, u16, u32)> = file.messages().map(|one| (one, 3, row)).collect();
        open.reverse();
        while let Some((message, depth, parent)) = open.pop() {
            if message.is_map_entry() {
                continue;
            }
            let message_row = self.push(What::Declared(Declaration::Message(message.clone())), depth, parent);
            let fields = message.fields().map(|field| (message_row, Member::Field(field)));
            self.members.extend(fields);
            let extensions =
                message.extensions().map(|extension| (message_row, Member::Extension(extension)));
            self.members.extend(extensions);
            for inner in message.child_enums() {
                self.enumeration(inner, depth.saturating_add(1), message_row);
            }
            let inner: Vec<_> = message.child_messages().collect();
            open.extend(inner.into_iter().rev().map(|inner| (inner, depth.saturating_add(1), message_row)));
        }
        for descriptor in file.enums() {
            self.enumeration(descriptor, 3, row);
        }
    }

    fn enumeration(&mut self, descriptor: super::EnumDescriptor, depth: u16, parent: u32) {
        let values: Vec<_> = descriptor.values().collect();
        let row = self.push(What::Declared(Declaration::Enum(descriptor)), depth, parent);
        self.members.extend(values.into_iter().map(|value| (row, Member::Value(value))));
    }

    /// Tells every row how many are below it.
    fn count(&mut self) {
        for row in (0..self.entries.len()).rev() {
            let Entry { n_below, n_declared, parent, .. } = self.entries[row];
            let is_declared = matches!(self.entries[row].what, What::Declared(_));
            if parent as usize != row
                && let Some(parent) = self.entries.get_mut(parent as usize)
            {
                parent.n_below += 1 + n_below;
                parent.n_declared += u32::from(is_declared) + n_declared;
            }
        }
    }

    /// The rows of the tree from top to bottom.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many declarations there are.
    pub fn n_declared(&self) -> usize {
        self.entries.iter().filter(|entry| matches!(entry.what, What::Declared(_))).count()
    }

    /// The row of a declaration, whichever of its parts is meant.
    pub fn row_of(&self, address: &Address) -> Option<u32> {
        let mut first = None;
        for (row, entry) in self.entries.iter().enumerate() {
            let What::Declared(declaration) = &entry.what else { continue };
            if declaration.full_name() != address.full_name {
                continue;
            }
            let row = u32::try_from(row).ok();
            if declaration.file().name() == address.file {
                return row;
            }
            first = first.or(row);
        }
        first
    }

    /// What an entry is called and where it leads; `None` for sources, packages and files.
    pub fn labelled(&self, id: EntryId) -> Option<Labelled> {
        let (declaration, member) = self.get(id)?;
        let file = declaration.file();
        let package = file.package_name().to_owned();
        let path = path_of(declaration, &package).to_owned();
        let Some(member) = member else {
            let address = declaration.address();
            return Some(Labelled { keyword: declaration.keyword(), path, package, address });
        };
        let address = match member {
            Member::Field(field) => of_field(field),
            member => declaration.address().with_member(member.name()),
        };
        Some(Labelled {
            keyword: member.keyword(),
            path: format!("{path}.{}", member.name()),
            package,
            address,
        })
    }

    fn get(&self, id: EntryId) -> Option<(&Declaration, Option<&Member>)> {
        let idx = id.0 as usize;
        let (row, member) = match idx.checked_sub(self.entries.len()) {
            None => (idx, None),
            Some(member_idx) => {
                let (row, member) = self.members.get(member_idx)?;
                (*row as usize, Some(member))
            }
        };
        match &self.entries.get(row)?.what {
            What::Declared(declaration) => Some((declaration, member)),
            _ => None,
        }
    }
}

impl Member {
    pub fn keyword(&self) -> &'static str {
        match self {
            Member::Field(_) => "field",
            Member::Extension(_) => "extension",
            Member::Value(_) => "value",
        }
    }

    pub fn name(&self) -> String {
        let mut name = String::new();
        self.write_name(&mut name);
        name
    }

    fn write_name(&self, out: &mut String) {
        match self {
            Member::Field(field) => out.push_str(field.name()),
            Member::Extension(extension) => out.extend(["(", extension.full_name(), ")"]),
            Member::Value(value) => out.push_str(value.name()),
        }
    }
}

/// The name of a declaration within its package.
fn path_of<'a>(declaration: &'a Declaration, package: &str) -> &'a str {
    super::used_in::relative(declaration.full_name(), package, package)
}

impl std::fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Catalogue of {} rows and {} members", self.entries.len(), self.members.len())
    }
}

#[cfg(test)]
mod tests;
