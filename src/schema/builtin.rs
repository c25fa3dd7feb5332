//! What is there without loading anything: Google's well-known types and the RocketMQ v2 API.
//!
//! The pool comes from `assets/builtin.binpb`, a descriptor set without source locations, because
//! start-up pays for it: decoding takes a third of the time that compiling the texts takes. The
//! comments are in the texts and are parsed at the first question for one. A test holds the set to
//! what the compiler makes of the texts; `BLESS=1 cargo test --lib schema::builtin` writes it anew.

use super::docs::Comments;
use super::{Pool, Schema};
use crate::wire::{Read, records};
use prost_reflect::DescriptorPool;
use std::collections::HashMap;

static SET: &[u8] = include_bytes!("../../assets/builtin.binpb");

/// The files of the RocketMQ v2 API by import name, with their text.
pub const BUILTIN_FILES: [(&str, &str); 3] = [
    ("apache/rocketmq/v2/definition.proto", include_str!("../../protos/apache/rocketmq/v2/definition.proto")),
    ("apache/rocketmq/v2/service.proto", include_str!("../../protos/apache/rocketmq/v2/service.proto")),
    ("apache/rocketmq/v2/admin.proto", include_str!("../../protos/apache/rocketmq/v2/admin.proto")),
];

/// How many of the set's files are Google's; they come first, before the [`BUILTIN_FILES`].
const N_GOOGLE_FILES: usize = 12;

pub(super) fn schema() -> Schema {
    // The set is a constant that a test decodes, so the default is never taken.
    let pool = DescriptorPool::decode(SET).unwrap_or_default();
    let mut comments = Comments::default();
    for (name, text) in BUILTIN_FILES {
        comments.add_text(name, text);
    }
    let (editions, sources) = (HashMap::new(), HashMap::new());
    let pool = Pool { descriptors: pool, own: None, comments, editions, sources };
    Schema::of_pools(vec![pool], Vec::new())
}

/// Google's files, each a serialized `FileDescriptorProto`, imports before their importers.
pub(super) fn google_files() -> impl Iterator<Item = &'static [u8]> {
    set_files().take(N_GOOGLE_FILES)
}

/// The RocketMQ files, each a serialized `FileDescriptorProto` without source locations.
pub(super) fn rocketmq_files() -> impl Iterator<Item = &'static [u8]> {
    set_files().skip(N_GOOGLE_FILES)
}

fn set_files() -> impl Iterator<Item = &'static [u8]> {
    records(SET).filter_map(|(offset, read)| match read {
        Read::Record(record) => {
            let start = offset + usize::from(record.payload_start);
            SET.get(start..start + record.payload_len as usize)
        }
        _ => None,
    })
}

/// The text of a RocketMQ file by its import name.
pub(super) fn text(name: &str) -> Option<&'static str> {
    BUILTIN_FILES.iter().find(|(file, _)| *file == name).map(|(_, text)| *text)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests look at the disk")]
mod tests {
    use super::*;
    use crate::wire::write_len;
    use prost_reflect::prost::Message as _;
    use prost_reflect::prost_types::DescriptorProto;
    use prost_reflect::prost_types::descriptor_proto::ExtensionRange;
    use protox::file::{File, FileResolver, GoogleFileResolver};

    struct Texts;

    impl FileResolver for Texts {
        fn open_file(&self, name: &str) -> Result<File, protox::Error> {
            match text(name) {
                Some(text) => File::from_source(name, text),
                None => GoogleFileResolver::new().open_file(name),
            }
        }
    }

    const GOOGLE_FILES: [&str; N_GOOGLE_FILES] = [
        "any",
        "descriptor",
        "duration",
        "empty",
        "field_mask",
        "source_context",
        "struct",
        "timestamp",
        "wrappers",
        "type",
        "api",
        "compiler/plugin",
    ];

    const DESCRIPTOR: &str = "google/protobuf/descriptor.proto";
    /// What later versions of the file leave to options of Google's own.
    const LATER_OPTIONS: ExtensionRange = ExtensionRange { start: Some(990), end: Some(999), options: None };

    fn compiled() -> Vec<u8> {
        let mut compiler = protox::Compiler::with_file_resolver(Texts);
        let google = GOOGLE_FILES.map(|file| format!("google/protobuf/{file}.proto"));
        for name in google.iter().map(String::as_str).chain(BUILTIN_FILES.map(|(name, _)| name)) {
            compiler.open_file(name).expect("the built-in files compile");
        }
        let mut set = Vec::new();
        for mut file in compiler.include_imports(true).include_source_info(false).file_descriptor_set().file {
            let is_descriptor = file.name() == DESCRIPTOR;
            let options =
                |message: &&mut DescriptorProto| is_descriptor && message.name().ends_with("Options");
            for message in file.message_type.iter_mut().filter(options) {
                message.extension_range.push(LATER_OPTIONS);
            }
            write_len(&mut set, 1, &file.encode_to_vec());
        }
        set
    }

    #[test]
    fn the_set_is_what_the_compiler_makes_of_the_texts() {
        let compiled = compiled();
        if std::env::var_os("BLESS").is_some() {
            std::fs::write("assets/builtin.binpb", &compiled).expect("the set is written");
        }
        assert!(SET == compiled, "stale set: BLESS=1 cargo test --lib schema::builtin writes it anew");
    }

    #[test]
    fn googles_files_come_first_and_rocketmqs_last() {
        let schema = schema();
        let names: Vec<String> = schema.pool().files().map(|file| file.name().to_owned()).collect();
        let (google, rocketmq) = names.split_at(N_GOOGLE_FILES);
        assert!(google.iter().all(|name| name.starts_with("google/protobuf/")), "{google:?}");
        assert_eq!(rocketmq, BUILTIN_FILES.map(|(name, _)| name));
        assert_eq!(google_files().count() + rocketmq_files().count(), names.len());
    }
}
