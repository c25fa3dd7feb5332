//! Serialized file descriptors, looked at before anything is made of them: size, syntax, form.
//!
//! Files keep their bytes, as custom options would be lost in typed structs. Source locations are
//! taken out: the pool would hold them twice. An empty `syntax` is dropped, as it means proto2.
//!
//! **Not here:** what a file declares (`declared`), how files come together (`load`).

use super::SchemaError;
use super::editions::Edition;
use crate::wire::{Read, Record, WireType, records, write_len};
use prost::Message as _;
use prost_reflect::prost_types::FileDescriptorProto;

/// The most bytes of a descriptor set.
pub(super) const MAX_SET_LEN: usize = 128 << 20;
/// The most files of a descriptor set.
const MAX_FILES: usize = 20_000;
/// The most declarations (messages, fields, enum values, …) of one descriptor set.
const MAX_DECLARED: u64 = 2_000_000;
/// The most source locations of one descriptor set.
const MAX_LOCATIONS: u64 = 16_000_000;

/// Field numbers of `google.protobuf.FileDescriptorProto`.
const NAME: u32 = 1;
const DEPENDENCY: u32 = 3;
const SOURCE_CODE_INFO: u32 = 9;
const PUBLIC_DEPENDENCY: u32 = 10;
const WEAK_DEPENDENCY: u32 = 11;
const SYNTAX: u32 = 12;
const OPTION_DEPENDENCY: u32 = 15;
const EDITION: u32 = 14;
/// Of all options: those that are still text.
const UNINTERPRETED: u32 = 999;

/// A file of a descriptor set.
pub(super) struct SetFile {
    /// With its source locations.
    pub(super) proto: FileDescriptorProto,
    /// The same without them, serialized, with custom options.
    pub(super) bytes: Vec<u8>,
    pub(super) edition: Option<Edition>,
    /// What `import option` names.
    pub(super) option_imports: Vec<String>,
}

/// The serialized files of a serialized `FileDescriptorSet`.
pub(super) fn set_files(bytes: &[u8]) -> Result<Vec<&[u8]>, SchemaError> {
    if bytes.len() > MAX_SET_LEN {
        return Err(SchemaError::TooLarge(format!("more than {} MiB of descriptors", MAX_SET_LEN >> 20)));
    }
    bound_declarations(bytes)?;
    let mut files = Vec::new();
    for (offset, read) in records(bytes) {
        match read {
            Read::Record(record) if record.missing > 0 => {
                let problem = format!("a file at offset {offset} is cut, {} bytes missing", record.missing);
                return Err(SchemaError::NotASet(problem));
            }
            Read::Record(record) if record.tag.number == 1 && record.tag.wire_type == WireType::Len => {
                files.push(payload(bytes, offset, &record));
            }
            Read::Record(_) => {}
            Read::Rest(damage) => {
                return Err(SchemaError::NotASet(format!("{damage}, at offset {offset}")));
            }
            Read::End => break,
        }
    }
    if files.is_empty() && !bytes.is_empty() {
        return Err(SchemaError::NotASet("it holds no file".to_owned()));
    }
    if files.len() > MAX_FILES {
        return Err(SchemaError::TooLarge(format!("more than {MAX_FILES} files")));
    }
    Ok(files)
}

/// Decodes a serialized `FileDescriptorProto` whose syntax or edition is understood.
pub(super) fn set_file(bytes: &[u8]) -> Result<SetFile, SchemaError> {
    let mut proto =
        FileDescriptorProto::decode(bytes).map_err(|error| SchemaError::NotASet(error.to_string()))?;
    let syntax = proto.syntax.clone().unwrap_or_default();
    let edition = match syntax.as_str() {
        "" | "proto2" | "proto3" => None,
        "editions" => Some(edition(&proto, bytes)?),
        _ => {
            let file = super::docs::visible(proto.name());
            let problem =
                format!("Syntax \"{}\" is neither proto2 nor proto3", super::docs::visible(&syntax));
            return Err(SchemaError::Invalid { place: file.clone(), file, problem });
        }
    };
    if syntax.is_empty() {
        proto.syntax = None;
    }
    let unwanted = |number| number == SOURCE_CODE_INFO || (number == SYNTAX && syntax.is_empty());
    let option_imports = records(bytes).filter_map(|(offset, read)| match read {
        Read::Record(record) if record.tag.number == OPTION_DEPENDENCY => {
            Some(String::from_utf8_lossy(payload(bytes, offset, &record)).into_owned())
        }
        _ => None,
    });
    let option_imports = option_imports.collect();
    Ok(SetFile { bytes: without(bytes, unwanted), proto, edition, option_imports })
}

fn edition(proto: &FileDescriptorProto, bytes: &[u8]) -> Result<Edition, SchemaError> {
    let number = records(bytes).find_map(|(_, read)| match read {
        Read::Record(record) if record.tag.number == EDITION => Some(record.scalar.value),
        _ => None,
    });
    number.and_then(Edition::of_number).ok_or_else(|| SchemaError::Edition {
        file: super::docs::visible(proto.name()),
        edition: number.map_or_else(|| "unknown".to_owned(), |number| format!("number {number}")),
    })
}

/// The file under its import name, with these imports; none of them public, because the pool follows
/// public imports one level only, and may take exponential time to do it.
pub(super) fn renamed(file: &[u8], name: &str, imports: &[String]) -> Vec<u8> {
    let replaced = [NAME, DEPENDENCY, PUBLIC_DEPENDENCY, WEAK_DEPENDENCY, OPTION_DEPENDENCY];
    let mut bytes = Vec::with_capacity(file.len() + 64);
    write_len(&mut bytes, NAME, name.as_bytes());
    for import in imports {
        write_len(&mut bytes, DEPENDENCY, import.as_bytes());
    }
    bytes.extend(without(file, |number| replaced.contains(&number)));
    bytes
}

/// The file without one of the options that are still text, or without all of them. `options` is the
/// path of the options, such as 4, 0, 7 for those of the first message. `None` if there are none.
pub(super) fn without_option(file: &[u8], options: &[i32], option: i32, all: bool) -> Option<Vec<u8>> {
    let Some((number, deeper)) = options.split_first() else {
        let mut n_seen = -1;
        let is_kept = |number: u32| {
            n_seen += i32::from(number == UNINTERPRETED);
            number != UNINTERPRETED || (!all && n_seen != option)
        };
        let kept = retained(file, is_kept);
        return (kept.len() < file.len()).then_some(kept);
    };
    // Repeated fields are followed by an index; options are not.
    let (index, deeper) = match deeper.split_first() {
        Some((index, deeper)) => (*index, deeper),
        None => (0, deeper),
    };
    let number = u32::try_from(*number).ok()?;
    let (mut out, mut n_seen, mut is_changed) = (Vec::with_capacity(file.len()), -1, false);
    let mut walk = records(file);
    while let Some((offset, read)) = walk.next() {
        let Read::Record(record) = read else { break };
        n_seen += i32::from(record.tag.number == number);
        if record.tag.number == number && n_seen == index {
            let inner = without_option(payload(file, offset, &record), deeper, option, all)?;
            write_len(&mut out, number, &inner);
            is_changed = true;
        } else {
            out.extend_from_slice(file.get(offset..walk.offset()).unwrap_or_default());
        }
    }
    is_changed.then_some(out)
}

/// Google's files are always the bundled ones, whatever version a set brings along.
pub(super) fn is_googles(name: &str) -> bool {
    let rest = name.strip_prefix("google/protobuf/");
    rest.is_some_and(|rest| !rest.contains('/') || rest == "compiler/plugin.proto")
}

/// Whether two serialized files declare the same, however they are called and commented.
pub(super) fn same_declarations(a: &[u8], b: &[u8]) -> bool {
    let [Ok(a), Ok(b)] = [a, b].map(FileDescriptorProto::decode) else { return false };
    a.package == b.package
        && a.message_type == b.message_type
        && a.enum_type == b.enum_type
        && a.service == b.service
        && a.extension == b.extension
}

fn payload<'a>(bytes: &'a [u8], offset: usize, record: &Record) -> &'a [u8] {
    let start = offset + usize::from(record.payload_start);
    bytes.get(start..start + record.payload_len as usize).unwrap_or_default()
}

/// The records of a message, without those of the fields that `unwanted` names.
fn without(bytes: &[u8], unwanted: impl Fn(u32) -> bool) -> Vec<u8> {
    retained(bytes, |number| !unwanted(number))
}

/// The records of a message whose fields `is_kept` names; it is asked once for every record.
fn retained(bytes: &[u8], mut is_kept: impl FnMut(u32) -> bool) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut walk = records(bytes);
    while let Some((offset, read)) = walk.next() {
        if let Read::Record(record) = read
            && is_kept(record.tag.number)
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
