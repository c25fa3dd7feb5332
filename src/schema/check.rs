//! From serialized file descriptors to a pool: size, syntax and order of files; what a file declares
//! is checked in `declared`.
//!
//! Files keep their bytes (custom options would be lost in typed structs); three things are changed
//! on the way to the pool. Source locations are taken out: the pool would hold them twice and search
//! them for every error. An empty `syntax` is dropped, as it means proto2. Public imports become
//! plain imports of their importers, because the pool follows them one level only, and may take
//! exponential time to do it.

use super::docs::Comments;
use super::fence::fenced;
use super::imports::resolve_imports;
use super::{DescriptorPool, Schema, SchemaError, builtin, declared};
use crate::wire::{Read, Record, WireType, records, write_len};
use prost::Message as _;
use prost_reflect::prost_types::{FileDescriptorProto, SourceCodeInfo};
use std::collections::{HashMap, HashSet};

/// The most bytes of a descriptor set.
pub(super) const MAX_SET_LEN: usize = 128 << 20;
/// The most files of a schema.
pub(super) const MAX_FILES: usize = 20_000;
/// The most declarations (messages, fields, enum values, …) of one descriptor set.
const MAX_DECLARED: u64 = 2_000_000;
/// The most source locations of one descriptor set.
const MAX_LOCATIONS: u64 = 16_000_000;

/// Field numbers of `google.protobuf.FileDescriptorProto`.
const DEPENDENCY: u32 = 3;
const SOURCE_CODE_INFO: u32 = 9;
const PUBLIC_DEPENDENCY: u32 = 10;
const SYNTAX: u32 = 12;
const EDITION: u32 = 14;

/// File descriptors on their way into a pool.
pub(super) struct CheckedFiles {
    files: Vec<File>,
    by_name: HashMap<String, usize>,
}

struct File {
    /// Without its source locations.
    proto: FileDescriptorProto,
    /// The same, serialized, with custom options.
    bytes: Vec<u8>,
    info: Option<SourceCodeInfo>,
}

impl CheckedFiles {
    /// Google's files, which always come first, so that nobody can redefine their types.
    pub(super) fn new() -> CheckedFiles {
        let mut files = CheckedFiles { files: Vec::new(), by_name: HashMap::new() };
        for bytes in builtin::google_files() {
            // Constants that a test decodes.
            let _ = files.add_file(bytes);
        }
        files
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// Adds the files of a serialized `FileDescriptorSet`.
    pub(super) fn add_set(&mut self, bytes: &[u8]) -> Result<(), SchemaError> {
        if bytes.len() > MAX_SET_LEN {
            return Err(SchemaError::TooLarge(format!("more than {} MiB of descriptors", MAX_SET_LEN >> 20)));
        }
        bound_declarations(bytes)?;
        let mut n_files = 0;
        for (offset, read) in records(bytes) {
            match read {
                Read::Record(record) if record.missing > 0 => {
                    let problem =
                        format!("a file at offset {offset} is cut, {} bytes missing", record.missing);
                    return Err(SchemaError::NotASet(problem));
                }
                Read::Record(record) if record.tag.number == 1 && record.tag.wire_type == WireType::Len => {
                    self.add_file(payload(bytes, offset, &record))?;
                    n_files += 1;
                }
                Read::Record(_) => {}
                Read::Rest(damage) => {
                    return Err(SchemaError::NotASet(format!("{damage}, at offset {offset}")));
                }
                Read::End => break,
            }
        }
        if n_files == 0 && !bytes.is_empty() {
            return Err(SchemaError::NotASet("it holds no file".to_owned()));
        }
        Ok(())
    }

    /// Adds one serialized `FileDescriptorProto`. One whose name is already there is passed over if
    /// it is Google's or the same, otherwise it is an error.
    pub(super) fn add_file(&mut self, bytes: &[u8]) -> Result<(), SchemaError> {
        let mut proto =
            FileDescriptorProto::decode(bytes).map_err(|error| SchemaError::NotASet(error.to_string()))?;
        let syntax = proto.syntax.clone().unwrap_or_default();
        if !matches!(syntax.as_str(), "" | "proto2" | "proto3") {
            return Err(refused_syntax(&proto, bytes, &syntax));
        }
        let info = proto.source_code_info.take();
        let unwanted = |number| number == SOURCE_CODE_INFO || (number == SYNTAX && syntax.is_empty());
        let bytes = without(bytes, unwanted);
        if syntax.is_empty() {
            proto.syntax = None;
        }
        let file = File { proto, bytes, info };
        let name = file.proto.name().to_owned();
        match self.by_name.get(&name).and_then(|file_idx| self.files.get(*file_idx)) {
            Some(_) if is_googles(&name) => return Ok(()),
            Some(other) if other.proto == file.proto => return Ok(()),
            Some(_) => {
                let problem = "Two different files have this name".to_owned();
                return Err(SchemaError::Invalid { place: name.clone(), file: name, problem });
            }
            None => {}
        }
        if self.files.len() >= MAX_FILES {
            return Err(SchemaError::TooLarge(format!("more than {MAX_FILES} files")));
        }
        self.by_name.insert(name, self.files.len());
        self.files.push(file);
        Ok(())
    }

    /// Adds the RocketMQ files where nothing else has their names; all of them or none. Returns
    /// whether they are there now.
    fn add_rocketmq(&mut self) -> bool {
        let taken: HashSet<String> =
            self.files.iter().flat_map(|file| declared::top_level(&file.proto)).collect();
        let mut added = CheckedFiles { files: Vec::new(), by_name: HashMap::new() };
        for bytes in builtin::rocketmq_files() {
            let _ = added.add_file(bytes);
        }
        let clashes = |file: &File| match self.by_name.get(file.proto.name()) {
            // The person's compiled file is the built-in one, found through an import.
            Some(file_idx) => self.files.get(*file_idx).is_none_or(|mine| !same_declarations(mine, file)),
            None => declared::top_level(&file.proto).any(|name| taken.contains(&name)),
        };
        if added.files.iter().any(clashes) {
            return false;
        }
        for file in added.files {
            if !self.contains(file.proto.name()) {
                self.by_name.insert(file.proto.name().to_owned(), self.files.len());
                self.files.push(file);
            }
        }
        true
    }

    /// Checks what the files declare and builds the pool.
    pub(super) fn into_schema(mut self, with_builtin: bool) -> Result<Schema, SchemaError> {
        let has_rocketmq = with_builtin && self.add_rocketmq();
        let protos: Vec<&FileDescriptorProto> = self.files.iter().map(|file| &file.proto).collect();
        let imports = resolve_imports(&protos)?;
        declared::check(&protos)?;
        let mut set = Vec::new();
        for (file, imports) in self.files.iter().zip(&imports) {
            match imports {
                None => write_len(&mut set, 1, &file.bytes),
                Some(imports) => {
                    let mut bytes = without(&file.bytes, |number| number == PUBLIC_DEPENDENCY);
                    for name in imports.iter().skip(file.proto.dependency.len()) {
                        write_len(&mut bytes, DEPENDENCY, name.as_bytes());
                    }
                    write_len(&mut set, 1, &bytes);
                }
            }
        }
        let pool = fenced("linking declarations", || DescriptorPool::decode(set.as_slice()))?
            .map_err(|error| SchemaError::Refused(super::docs::visible(&format!("{error:?}"))))?;
        let mut comments = Comments::default();
        if has_rocketmq {
            comments.add_builtin();
        }
        for file in self.files {
            if let Some(info) = file.info {
                comments.add_info(file.proto.name.unwrap_or_default(), info);
            }
        }
        Ok(Schema::new(pool, comments))
    }
}

/// Google's files are always the bundled ones, whatever version a set brings along.
pub(super) fn is_googles(name: &str) -> bool {
    name.strip_prefix("google/protobuf/").is_some_and(|rest| !rest.contains('/'))
}

fn same_declarations(a: &File, b: &File) -> bool {
    a.proto.package == b.proto.package
        && a.proto.message_type == b.proto.message_type
        && a.proto.enum_type == b.proto.enum_type
        && a.proto.service == b.proto.service
        && a.proto.extension == b.proto.extension
}

fn refused_syntax(proto: &FileDescriptorProto, bytes: &[u8], syntax: &str) -> SchemaError {
    let file = super::docs::visible(proto.name());
    if syntax != "editions" {
        let problem = format!("Syntax \"{}\" is neither proto2 nor proto3", super::docs::visible(syntax));
        return SchemaError::Invalid { place: file.clone(), file, problem };
    }
    let edition = records(bytes).find_map(|(_, read)| match read {
        Read::Record(record) if record.tag.number == EDITION => Some(match record.scalar.value {
            1000 => "2023".to_owned(),
            1001 => "2024".to_owned(),
            other => format!("number {other}"),
        }),
        _ => None,
    });
    SchemaError::Edition { file, edition: edition.unwrap_or_else(|| "unknown".to_owned()) }
}

fn payload<'a>(bytes: &'a [u8], offset: usize, record: &Record) -> &'a [u8] {
    let start = offset + usize::from(record.payload_start);
    bytes.get(start..start + record.payload_len as usize).unwrap_or_default()
}

/// The records of a message, without those of the fields that `unwanted` names.
fn without(bytes: &[u8], unwanted: impl Fn(u32) -> bool) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut walk = records(bytes);
    while let Some((offset, read)) = walk.next() {
        if let Read::Record(record) = read
            && !unwanted(record.tag.number)
        {
            kept.extend_from_slice(bytes.get(offset..walk.offset()).unwrap_or_default());
        }
    }
    kept
}

/// The parts of a descriptor set that cost memory when decoded.
#[derive(Clone, Copy)]
enum Part {
    Set,
    File,
    Message,
    Enum,
    Service,
    SourceInfo,
    Location,
    /// A field, a value, a method, a range, … or the options of what encloses them.
    Leaf,
    /// Anything in a leaf; it may be its options.
    MaybeOptions,
    Uninterpreted,
    Text,
}

impl Part {
    fn within(self, number: u32) -> Option<Part> {
        Some(match (self, number) {
            (Part::Set, 1) => Part::File,
            (Part::File, 4) | (Part::Message, 3) => Part::Message,
            (Part::File, 5) | (Part::Message, 4) => Part::Enum,
            (Part::File, 6) => Part::Service,
            (Part::File, SOURCE_CODE_INFO) => Part::SourceInfo,
            (Part::SourceInfo, 1) => Part::Location,
            (Part::Leaf | Part::MaybeOptions, 999) => Part::Uninterpreted,
            (Part::Leaf, _) => Part::MaybeOptions,
            (Part::File | Part::Message | Part::Enum | Part::Service, _) => Part::Leaf,
            (Part::Location | Part::Uninterpreted, _) => Part::Text,
            _ => return None,
        })
    }
}

/// A two-byte record may become a struct of hundreds of bytes, so records are counted beforehand.
fn bound_declarations(bytes: &[u8]) -> Result<(), SchemaError> {
    let (mut n_declared, mut n_locations) = (0_u64, 0_u64);
    let mut open = vec![(Part::Set, bytes)];
    while let Some((part, bytes)) = open.pop() {
        for (offset, read) in records(bytes) {
            let Read::Record(record) = read else { break };
            let Some(within) = part.within(record.tag.number) else { continue };
            match within {
                Part::Location | Part::Text => n_locations += 1,
                Part::MaybeOptions => {}
                _ => n_declared += 1,
            }
            if n_declared > MAX_DECLARED || n_locations > MAX_LOCATIONS {
                let problem = format!("more than {MAX_DECLARED} declarations or {MAX_LOCATIONS} locations");
                return Err(SchemaError::TooLarge(problem));
            }
            if !matches!(within, Part::Text) && record.tag.wire_type == WireType::Len {
                open.push((within, payload(bytes, offset, &record)));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
    use prost_reflect::prost_types::{
        DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet, MessageOptions,
    };

    fn load(files: Vec<FileDescriptorProto>) -> Result<Schema, SchemaError> {
        Schema::from_descriptor_set(&FileDescriptorSet { file: files }.encode_to_vec(), false)
    }

    fn field(name: &str, number: i32, kind: Type) -> FieldDescriptorProto {
        FieldDescriptorProto {
            name: Some(name.to_owned()),
            number: Some(number),
            label: Some(Label::Optional as i32),
            r#type: Some(kind as i32),
            ..Default::default()
        }
    }

    fn file(name: &str, message: DescriptorProto) -> FileDescriptorProto {
        FileDescriptorProto {
            name: Some(name.to_owned()),
            syntax: Some("proto3".to_owned()),
            message_type: vec![message],
            ..Default::default()
        }
    }

    fn message(name: &str, field: Vec<FieldDescriptorProto>) -> DescriptorProto {
        DescriptorProto { name: Some(name.to_owned()), field, ..Default::default() }
    }

    fn with_entry(entry: Vec<FieldDescriptorProto>) -> FileDescriptorProto {
        let mut map = field("map", 1, Type::Message);
        map.label = Some(Label::Repeated as i32);
        map.type_name = Some(".M.E".to_owned());
        let mut outer = message("M", vec![map]);
        let mut entry = message("E", entry);
        entry.options = Some(MessageOptions { map_entry: Some(true), ..Default::default() });
        outer.nested_type.push(entry);
        file("a.proto", outer)
    }

    #[test]
    fn a_sound_set_loads_and_an_empty_syntax_means_proto2() {
        let mut sound = with_entry(vec![field("key", 1, Type::String), field("value", 2, Type::Int32)]);
        sound.syntax = Some(String::new());
        let schema = load(vec![sound]).unwrap();
        let message = schema.message("M").unwrap();
        assert!(message.get_field(1).unwrap().is_map());
        assert_eq!(message.parent_file().syntax(), super::super::Syntax::Proto2);
        assert!(schema.message("Timestamp").is_ok(), "Google's types are always there");
    }

    #[test]
    fn what_would_panic_or_hang_the_pool_is_refused_with_a_reason() {
        let mut editions = file("a.proto", message("M", vec![]));
        editions.syntax = Some("editions".to_owned());
        let mut odd_syntax = editions.clone();
        odd_syntax.syntax = Some("proto4".to_owned());
        let named = |kind, name: &str| FieldDescriptorProto {
            type_name: Some(name.to_owned()),
            ..field("f", 1, kind)
        };
        let in_oneof = FieldDescriptorProto { oneof_index: Some(3), ..field("f", 1, Type::Int32) };
        let defaulted =
            FieldDescriptorProto { default_value: Some(r"\777".to_owned()), ..field("f", 1, Type::Bytes) };
        let mut with_enum = file("a.proto", message("M", vec![named(Type::Message, ".E")]));
        with_enum.enum_type.push(EnumDescriptorProto { name: Some("E".to_owned()), ..Default::default() });
        let mut importing = file("a.proto", message("M", vec![]));
        importing.dependency.push("gone.proto".to_owned());
        let one = |f: FieldDescriptorProto| file("a.proto", message("M", vec![f]));
        let key = |kind| with_entry(vec![field("key", 1, kind), field("value", 2, Type::Int32)]);
        for (set, problem) in [
            (vec![editions], "uses edition unknown"),
            (vec![odd_syntax], "Syntax \"proto4\" is neither"),
            (
                vec![with_entry(vec![field("key", 1, Type::String)])],
                "A map entry does not have exactly the fields 1 and 2",
            ),
            (
                vec![with_entry(vec![field("key", 1, Type::String), field("value", 3, Type::String)])],
                "A map entry does not have",
            ),
            (vec![key(Type::Bytes)], "The key of a map is not"),
            (vec![key(Type::Double)], "The key of a map is not"),
            (vec![one(named(Type::Message, ".Gone"))], "\".Gone\" is not a type of the right kind"),
            (vec![one(named(Type::Int32, ".M"))], "A field of kind Int32 names the type \".M\""),
            (vec![one(field("f", 1, Type::Message))], "A field does not name its type"),
            (vec![one(field("f", 0, Type::Int32))], "Field number 0"),
            (vec![one(field("f", 19_500, Type::Int32))], "Field number 19500"),
            (vec![one(field("f g", 1, Type::Int32))], "\"f g\" is not a legal name"),
            (vec![one(field("", 1, Type::Int32))], "\"\" is not a legal name"),
            (vec![one(in_oneof)], "Oneof 3 does not exist"),
            (vec![one(defaulted)], "The default value of \"f\" is not escaped bytes"),
            (vec![with_enum], "An enum has no values"),
            (vec![importing], "imports \"gone.proto\", which is not in the set"),
            (
                vec![one(field("f", 1, Type::Int32)), file("b.proto", message("M", vec![]))],
                "This name is declared twice",
            ),
            (
                vec![file("a.proto", message("M", vec![])), file("a.proto", message("N", vec![]))],
                "Two different files",
            ),
        ] {
            let error = load(set).map(|_| ()).unwrap_err().to_string();
            assert!(error.contains(problem), "{error:?} does not contain {problem:?}");
        }
    }

    #[test]
    fn circles_of_imports_are_named_and_public_diamonds_take_no_time() {
        let importing = |name: usize, imports: &[usize]| FileDescriptorProto {
            name: Some(format!("{name}.proto")),
            dependency: imports.iter().map(|import| format!("{import}.proto")).collect(),
            public_dependency: (0..imports.len() as i32).collect(),
            ..Default::default()
        };
        let error = load(vec![importing(0, &[1]), importing(1, &[2]), importing(2, &[0])]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Files import each other in a circle: 0.proto → 1.proto → 2.proto → 0.proto"
        );
        // Two files a layer, each importing both of the next: 2^200 ways through.
        let layered = (0..200)
            .flat_map(|layer| [2 * layer, 2 * layer + 1].map(|n| (n, [2 * layer + 2, 2 * layer + 3])));
        let mut files: Vec<_> = layered.map(|(name, imports)| importing(name, &imports)).collect();
        files.extend([importing(400, &[]), importing(401, &[])]);
        assert!(load(files).is_ok());
    }

    #[test]
    fn messages_nested_too_deep_and_sets_cut_short_are_errors() {
        let mut deep = message("M", vec![]);
        for _ in 0..80 {
            deep = DescriptorProto { nested_type: vec![deep], ..message("M", vec![]) };
        }
        assert!(load(vec![file("a.proto", deep)]).is_err());
        let set = FileDescriptorSet { file: vec![file("a.proto", message("M", vec![]))] }.encode_to_vec();
        for len in 1..set.len() {
            assert!(Schema::from_descriptor_set(&set[..len], true).is_err(), "{len}");
        }
        assert!(Schema::from_descriptor_set(b"syntax = \"proto3\";", true).is_err());
        assert!(Schema::from_descriptor_set(&[], true).is_ok());
    }

    fn good_set() -> Vec<u8> {
        let mut map = with_entry(vec![field("key", 1, Type::String), field("value", 2, Type::Int32)]);
        map.message_type[0].field.push(FieldDescriptorProto {
            default_value: Some(r"\001a".to_owned()),
            ..field("b", 2, Type::Bytes)
        });
        let rocketmq: Vec<u8> = builtin::rocketmq_files()
            .take(1)
            .flat_map(|file| {
                let mut record = Vec::new();
                write_len(&mut record, 1, file);
                record
            })
            .collect();
        [FileDescriptorSet { file: vec![map] }.encode_to_vec(), rocketmq].concat()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn a_mutated_descriptor_set_is_a_schema_or_an_error(
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
            in_front in any::<bool>(),
        ) {
            let mut set = good_set();
            let len = if in_front { 200 } else { set.len() };
            for (at, byte) in changes {
                set[at.index(len)] = byte;
            }
            match Schema::from_descriptor_set(&set, false) {
                Err(error) => prop_assert!(!matches!(error, SchemaError::Crashed(_)), "{error}"),
                Ok(schema) => for message in schema.messages() {
                    for field in message.fields() {
                        let _ = (field.kind(), field.default_value(), schema.comment(&field));
                    }
                    let _ = prost_reflect::DynamicMessage::decode(message.clone(), [10, 2, 8, 1].as_slice());
                },
            }
        }

        #[test]
        fn arbitrary_bytes_are_a_schema_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Schema::from_descriptor_set(&bytes, false);
        }
    }
}
