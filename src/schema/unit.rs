//! One file on its way into a schema.

use super::declared::{self, Symbol};
use super::docs::commented;
use super::editions::{Edition, Written, written_in_options};
use super::text::{Parsed, parse, written_imports};
use super::{Compiled, SchemaError, check};
use prost_reflect::prost::Message as _;
use prost_reflect::prost_types::FileDescriptorProto;

/// A file that is there once, however many import it.
pub(super) struct Unit {
    /// Which source it came from.
    pub(super) source: usize,
    /// Where it is: on disk, or behind the name of an archive or a descriptor set.
    pub(super) path: String,
    /// The name that imports of it are written with, without its root.
    pub(super) name: String,
    /// A serialized `FileDescriptorProto` without source locations.
    pub(super) bytes: Vec<u8>,
    /// A serialized `SourceCodeInfo` of the locations that have comments.
    pub(super) comments: Vec<u8>,
    pub(super) package: String,
    pub(super) imports: Vec<Import>,
    pub(super) symbols: Vec<(String, Symbol)>,
    pub(super) edition: Option<Edition>,
    /// Features that are not in `bytes`.
    pub(super) features: Written,
    pub(super) form: Form,
    pub(super) problem: Option<SchemaError>,
    /// What was left out of it.
    pub(super) notes: Vec<String>,
}

/// What a unit was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Text; its names are not full yet.
    Text,
    /// What another compiler made of a text: names are full, imports are those of the text.
    Compiled,
    /// A file of a descriptor set.
    Set,
}

/// An import, as written.
#[derive(Clone, Debug)]
pub(super) struct Import {
    pub(super) name: String,
    pub(super) is_public: bool,
    /// Only options need it; it may be missing.
    pub(super) is_for_options: bool,
    /// The imported unit.
    pub(super) target: Option<usize>,
}

impl Unit {
    /// A file of which only its place is known, and what is wrong with it.
    pub(super) fn broken(source: usize, path: String, problem: SchemaError) -> Unit {
        Unit {
            source,
            name: path.clone(),
            path,
            bytes: Vec::new(),
            comments: Vec::new(),
            package: String::new(),
            imports: Vec::new(),
            symbols: Vec::new(),
            edition: None,
            features: Written::new(),
            form: Form::Text,
            problem: Some(problem),
            notes: Vec::new(),
        }
    }

    /// The text of a `.proto` file.
    fn of_text(source: usize, path: String, content: &[u8]) -> Unit {
        match parse(&path, content).and_then(|parsed| Unit::of_parsed(source, &path, parsed)) {
            Ok(unit) => unit,
            Err(problem) => {
                // What it imports is looked up all the same: whoever mends it wants to know.
                let import =
                    |(name, is_public)| Import { name, is_public, is_for_options: false, target: None };
                let imports = written_imports(content).into_iter().map(import).collect();
                Unit { imports, ..Unit::broken(source, path, problem) }
            }
        }
    }

    fn of_parsed(source: usize, path: &str, parsed: Parsed) -> Result<Unit, SchemaError> {
        let Parsed { mut proto, rewritten, .. } = parsed;
        let comments = proto.source_code_info.take().map(commented).unwrap_or_default();
        let edition = rewritten.edition.as_deref().and_then(Edition::of_word);
        let features = if edition.is_some() { written_in_options(&mut proto) } else { Written::new() };
        let mut imports = imports(&proto);
        for import in &mut imports {
            import.is_for_options = rewritten.option_imports.contains(&import.name);
        }
        let symbols = declared::symbols(&proto)?;
        // It gets one when all files are known; until then copies of a file are the same bytes.
        proto.name = None;
        Ok(Unit {
            source,
            path: path.to_owned(),
            name: String::new(),
            bytes: proto.encode_to_vec(),
            comments: comments.encode_to_vec(),
            package: proto.package().to_owned(),
            imports,
            symbols,
            edition,
            features,
            form: Form::Text,
            problem: None,
            notes: Vec::new(),
        })
    }

    /// A file of a descriptor set, which is called `set`.
    pub(super) fn of_descriptor(source: usize, set: &str, bytes: &[u8]) -> Result<Unit, SchemaError> {
        let check::SetFile { mut proto, bytes, edition, option_imports } = check::set_file(bytes)?;
        let comments = proto.source_code_info.take().map(commented).unwrap_or_default();
        let path = if set.is_empty() { proto.name().to_owned() } else { format!("{set}:{}", proto.name()) };
        let mut imports = imports(&proto);
        imports.extend(option_imports.into_iter().map(|name| Import {
            name,
            is_public: false,
            is_for_options: true,
            target: None,
        }));
        let checked = declared::check_alone(&proto).and_then(|()| declared::symbols(&proto));
        let (symbols, problem) = match checked {
            Ok(symbols) => (symbols, None),
            Err(problem) => (Vec::new(), Some(problem)),
        };
        Ok(Unit {
            source,
            path,
            name: proto.name().to_owned(),
            bytes,
            comments: comments.encode_to_vec(),
            package: proto.package().to_owned(),
            imports,
            symbols,
            edition,
            features: Written::new(),
            form: Form::Set,
            problem,
            notes: Vec::new(),
        })
    }

    /// What another compiler made of a text.
    fn of_compiled(source: usize, path: String, bytes: &[u8]) -> Unit {
        match Unit::of_descriptor(source, "", bytes) {
            // Its name depends on how others import it.
            Ok(unit) => Unit { path, name: String::new(), form: Form::Compiled, ..unit },
            Err(problem) => Unit::broken(source, path, problem),
        }
    }

    /// A `.proto` file, unless another compiler read it.
    pub(super) fn of_file(source: usize, path: String, content: &[u8], compiled: &Compiled) -> Unit {
        match compiled.get(&path) {
            Some(Ok(bytes)) => Unit::of_compiled(source, path, bytes),
            _ => Unit::of_text(source, path, content),
        }
    }

    /// Whether names in it have to be made full.
    pub(super) fn is_text(&self) -> bool {
        self.form == Form::Text
    }

    /// Whether its imports mean files by their paths, rather than files of a descriptor set.
    pub(super) fn has_path(&self) -> bool {
        self.form != Form::Set
    }

    pub(super) fn is_usable(&self) -> bool {
        self.problem.is_none()
    }
}

fn imports(proto: &FileDescriptorProto) -> Vec<Import> {
    let is_public = |idx: usize| proto.public_dependency.iter().any(|at| usize::try_from(*at) == Ok(idx));
    let imports = proto.dependency.iter().enumerate();
    imports
        .map(|(idx, name)| Import {
            name: name.clone(),
            is_public: is_public(idx),
            is_for_options: false,
            target: None,
        })
        .collect()
}
