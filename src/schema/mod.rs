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
//! - `compile`, `roots`: `.proto` text, through a [`FileResolver`]
//! - `check`, `imports`, `declared`, `fence`: descriptor sets, checked before the pool sees them
//! - `lookup`: from a name or a pattern to a declaration
//! - `docs`, `used_in`, `describe`, `describe_json`: what a person reads about a declaration
//! - `kind`: labels, wire types and well-known types of fields
//! - `rank`: which message types fit given bytes
//!
//! **Not here:** values (`document`, `format`), files on disk (`worker`).

mod builtin;
mod check;
mod compile;
#[cfg(test)]
mod contract;
mod declared;
mod describe;
mod describe_json;
mod docs;
mod error;
mod fence;
mod imports;
mod kind;
mod lookup;
mod rank;
mod roots;
mod used_in;

pub use builtin::BUILTIN_FILES;
pub use compile::FileResolver;
pub use docs::Documented;
pub use error::SchemaError;
pub use kind::{
    FieldShape, WellKnown, accepts, has_presence, is_closed, is_packable, is_packable_kind, is_singular,
    kind_label, kind_name, kind_wire_type, wire_type,
};
pub use lookup::Declaration;
pub use prost_reflect::{
    Cardinality, DescriptorPool, EnumDescriptor, EnumValueDescriptor, ExtensionDescriptor, FieldDescriptor,
    FileDescriptor, Kind, MessageDescriptor, MethodDescriptor, OneofDescriptor, ServiceDescriptor, Syntax,
};
pub use rank::{Group, Ranking, rank};
pub use used_in::Use;

use std::fmt;
use std::sync::{Arc, OnceLock};

/// Every declaration that is loaded, with comments and cross references.
///
/// Immutable; what is costly and seldom asked for (comments, "used in") is made at the first
/// question.
pub struct Schema {
    pool: DescriptorPool,
    /// All message types a person can choose, by full name; no map entries.
    messages: OnceLock<Vec<MessageDescriptor>>,
    comments: docs::Comments,
    used_in: OnceLock<used_in::UsedIn>,
    tables: OnceLock<rank::Tables>,
}

impl Schema {
    /// The RocketMQ v2 API and Google's well-known types. Made once, at the first call.
    pub fn builtin() -> Arc<Schema> {
        static BUILTIN: OnceLock<Arc<Schema>> = OnceLock::new();
        BUILTIN.get_or_init(|| Arc::new(builtin::schema())).clone()
    }

    /// The schema of a serialized `google.protobuf.FileDescriptorSet`, with Google's own files in
    /// front and, with `with_builtin`, the RocketMQ v2 API where its names are free.
    pub fn from_descriptor_set(bytes: &[u8], with_builtin: bool) -> Result<Schema, SchemaError> {
        let mut files = check::CheckedFiles::new();
        files.add_set(bytes)?;
        files.into_schema(with_builtin)
    }

    /// The schema of `.proto` files, as `--proto FILE -I DIR` names them. Google's files are always
    /// there; the RocketMQ files are found by imports, and added whole, only with `with_builtin`.
    ///
    /// Without `includes` a file is found from the working folder and imports from its own folder
    /// too. The first error of the first file that does not compile is returned.
    pub fn compile(
        files: &[String],
        includes: &[String],
        resolver: &dyn FileResolver,
        with_builtin: bool,
    ) -> Result<Schema, SchemaError> {
        compile::compile(files, includes, resolver, with_builtin)?.into_schema(with_builtin)
    }

    /// All descriptors. Source locations are not in it; comments are asked of the schema.
    pub fn pool(&self) -> &DescriptorPool {
        &self.pool
    }

    fn new(pool: DescriptorPool, comments: docs::Comments) -> Schema {
        let (messages, used_in, tables) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Schema { pool, messages, comments, used_in, tables }
    }

    fn tables(&self) -> &rank::Tables {
        self.tables.get_or_init(|| rank::Tables::new(&self.pool))
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schema of {} files", self.pool.files().len())
    }
}
