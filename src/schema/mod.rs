//! Declarations: what messages, fields, enums and services there are, and how they are documented.
//!
//! **Law.** A schema only explains. Nothing that is wrong with one (a broken `.proto`, a hostile
//! descriptor set) panics, hangs or hides what other files declare: it is a [`SchemaError`].
//! Descriptors of a [`Schema`] never panic either, because every file was checked before the pool
//! saw it.
//!
//! The vocabulary is prost-reflect's: [`MessageDescriptor`], [`FieldDescriptor`], … Beware of their
//! `Debug`: it goes through all that a message contains, without end for one that contains itself.
//!
//! - `builtin`: the RocketMQ v2 API and Google's well-known types
//! - `source`, `text`: where declarations come from, and `.proto` text
//! - `find`, `roots`: which file an import means, and what each file is called
//! - `check`, `declared`, `fence`: descriptors, checked before the pool sees them
//! - `editions`: editions in the words of proto2 and proto3
//! - `load`, `unit`, `link`, `pools`, `report`: from sources to a schema, and what is to be said of it
//! - `lookup`: from a name or a pattern to a declaration
//! - `catalogue`: the tree of all declarations, and finding in it
//! - `page`, `definition`, `printed`, `docs`, `used_in`, `describe`, `describe_json`, `options`: what a person reads about a
//!   declaration
//! - `rivals`: declarations of one name that do not say the same
//! - `extensions`: extensions as fields
//! - `sample`: a message with values that look real
//! - `kind`: labels, wire types and well-known types of fields
//! - `rank`: which message types fit given bytes
//!
//! **Not here:** values (`document`, `format`), files on disk (`worker`).

mod builtin;
mod catalogue;
mod check;
#[cfg(test)]
mod contract;
mod declared;
mod definition;
mod describe;
mod describe_json;
mod docs;
mod editions;
mod error;
mod extensions;
mod fence;
mod find;
mod kind;
mod link;
mod load;
mod lookup;
mod options;
mod page;
mod pools;
mod printed;
mod rank;
mod report;
mod rivals;
mod roots;
mod sample;
mod source;
#[cfg(test)]
mod tests;
mod text;
mod unit;
mod used_in;

pub use builtin::BUILTIN_FILES;
pub use catalogue::{Catalogue, Entry, EntryId, Labelled, Member, What};
pub use definition::{Definition, definition};
pub use docs::Documented;
pub use editions::Edition;
pub use error::SchemaError;
pub use extensions::{extension_name, extension_of, extensions_of, field_of};
pub use find::{Found, How};
pub use kind::{
    FieldShape, WellKnown, accepts, checks_utf8, has_presence, is_closed, is_packable, is_packable_kind,
    is_singular, kind_label, kind_name, kind_wire_type, wire_type,
};
pub use load::{Compiled, LoadRequest, Step};
pub use lookup::{Declaration, edit_distance};
pub use page::{
    About, Address, Body, EnumBody, FieldPart, Link, MessageBody, MethodPart, NumberRange, NumberUse,
    OneofPart, Page, ValuePart, of_field, range_text,
};
pub use prost_reflect::{
    Cardinality, DescriptorPool, EnumDescriptor, EnumValueDescriptor, ExtensionDescriptor, FieldDescriptor,
    FileDescriptor, Kind, MessageDescriptor, MethodDescriptor, OneofDescriptor, ServiceDescriptor, Syntax,
};
pub use rank::{Group, Ranking, rank};
pub use report::{FileReport, LoadReport, SourceReport};
pub use rivals::{Contradiction, Rival};
pub use sample::{SAMPLE_DEPTH, sample};
pub use source::{Source, archived_text};
pub use used_in::Use;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Where `.proto` files come from; ring 1 has no files of its own.
pub trait FileResolver {
    /// The content of the file at this path; `None` if there is none, and a reason if there is one
    /// that cannot be read.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String>;

    fn exists(&self, path: &str) -> bool {
        matches!(self.read(path), Ok(Some(_)) | Err(_))
    }

    /// Paths of the `.proto` files of the project that a file belongs to.
    fn nearby(&self, _path: &str) -> Vec<String> {
        Vec::new()
    }
}

/// Every declaration that is loaded, with comments and cross references.
///
/// Immutable; what is costly and seldom asked for (comments, "used in") is made at the first
/// question.
pub struct Schema {
    /// Looked up in this order; at least one.
    pools: Vec<Pool>,
    /// All message types a person can choose, by full name; no map entries.
    messages: OnceLock<Vec<MessageDescriptor>>,
    used_in: OnceLock<used_in::UsedIn>,
    tables: OnceLock<rank::Tables>,
    catalogue: OnceLock<Catalogue>,
    /// The paths of the sources, in the order they are looked up.
    sources: Vec<String>,
}

/// Files that do not contradict each other.
struct Pool {
    descriptors: DescriptorPool,
    /// Names of the files that are looked up here; all of them for `None`. The others are own files of
    /// earlier pools, repeated because these need them.
    own: Option<HashSet<String>>,
    comments: docs::Comments,
    /// By the names of the files.
    editions: HashMap<String, Edition>,
    /// Which source a file came from, from 1, by its name; those that are built in are not there.
    sources: HashMap<String, usize>,
}

impl Pool {
    fn owns(&self, file: &FileDescriptor) -> bool {
        self.own.as_ref().is_none_or(|own| own.contains(file.name()))
    }
}

impl Schema {
    /// The RocketMQ v2 API and Google's well-known types. Made once, at the first call.
    pub fn builtin() -> Arc<Schema> {
        static BUILTIN: OnceLock<Arc<Schema>> = OnceLock::new();
        BUILTIN.get_or_init(|| Arc::new(builtin::schema())).clone()
    }

    /// The schema of sources, and what became of each of their files. Google's own files are always
    /// there. An error is a limit that was passed, or that `step` ended it; what is wrong with a
    /// source or a file is in the report, and all others work.
    pub fn load(request: LoadRequest<'_>, step: Step<'_>) -> Result<(Schema, LoadReport), SchemaError> {
        load::load(request, step)
    }

    /// The schema of a serialized `google.protobuf.FileDescriptorSet`, with Google's own files in
    /// front and, with `with_builtin`, the RocketMQ v2 API where its names are free. The first thing
    /// that is wrong is the error.
    pub fn from_descriptor_set(bytes: &[u8], with_builtin: bool) -> Result<Schema, SchemaError> {
        let set = Source::Set { path: String::new(), bytes: bytes.to_vec() };
        let request = LoadRequest {
            sources: vec![set],
            includes: Vec::new(),
            resolver: &NoFiles,
            with_builtin,
            compiled: HashMap::new(),
        };
        let (schema, report) = Schema::load(request, &mut |_, _| true)?;
        if let Some(problem) = report.first_problem() {
            return Err(problem.clone());
        }
        match report.files.iter().find_map(|file| Some((file, file.missing().next()?))) {
            Some((file, found)) => Err(SchemaError::MissingImport {
                file: docs::visible(&file.name),
                import: docs::visible(&found.import),
            }),
            None => Ok(schema),
        }
    }

    /// The schema of `.proto` files, as `--proto FILE -I DIR` names them. Google's files are always
    /// there; the RocketMQ files are found by imports, and added whole, only with `with_builtin`.
    /// The first thing that is wrong is the error.
    pub fn compile(
        files: &[String],
        includes: &[String],
        resolver: &dyn FileResolver,
        with_builtin: bool,
    ) -> Result<Schema, SchemaError> {
        let sources = files.iter().map(|path| Source::File { path: path.clone() }).collect();
        let request = LoadRequest {
            sources,
            includes: includes.to_vec(),
            resolver,
            with_builtin,
            compiled: HashMap::new(),
        };
        let (schema, report) = Schema::load(request, &mut |_, _| true)?;
        report.first_problem().map_or(Ok(schema), |problem| Err(problem.clone()))
    }

    /// The descriptors of the first pool, which are all there are unless sources contradict each
    /// other. Source locations are not in it; comments are asked of the schema.
    pub fn pool(&self) -> &DescriptorPool {
        static NONE: OnceLock<DescriptorPool> = OnceLock::new();
        self.pools.first().map_or_else(|| NONE.get_or_init(DescriptorPool::new), |pool| &pool.descriptors)
    }

    /// Every file with its own declarations, those that are looked up first in front.
    pub fn files(&self) -> impl Iterator<Item = FileDescriptor> + '_ {
        self.pools.iter().flat_map(|pool| pool.descriptors.files().filter(|file| pool.owns(file)))
    }

    /// The edition that a file is written in; `None` for proto2 and proto3.
    pub fn edition(&self, file: &FileDescriptor) -> Option<Edition> {
        self.pool_of(file.parent_pool())?.editions.get(file.name()).copied()
    }

    fn of_pools(pools: Vec<Pool>, sources: Vec<String>) -> Schema {
        let (messages, used_in, tables) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Schema { pools, messages, used_in, tables, catalogue: OnceLock::new(), sources }
    }

    fn pool_of(&self, descriptors: &DescriptorPool) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.descriptors == *descriptors)
    }

    fn tables(&self) -> &rank::Tables {
        self.tables.get_or_init(|| rank::Tables::new(self.messages()))
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schema of {} files", self.files().count())
    }
}

/// For sources that import nothing from elsewhere.
struct NoFiles;

impl FileResolver for NoFiles {
    fn read(&self, _path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(None)
    }
}
