use super::super::{FileResolver, LoadReport, LoadRequest, Schema, SchemaError};
use super::*;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use proptest::prelude::*;
use std::collections::HashMap;
use std::io::Write as _;

struct Nothing;

impl FileResolver for Nothing {
    fn read(&self, _path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(None)
    }
}

fn load(path: &str, bytes: Vec<u8>) -> (Schema, LoadReport) {
    let sources = vec![Source::Bytes { path: path.to_owned(), bytes }];
    let request = LoadRequest {
        sources,
        includes: Vec::new(),
        resolver: &Nothing,
        with_builtin: false,
        compiled: HashMap::new(),
    };
    Schema::load(request, &mut |_, _| true).unwrap()
}

fn refused(path: &str, bytes: Vec<u8>) -> String {
    load(path, bytes).1.broken_sources().next().map(ToString::to_string).unwrap_or_default()
}

const FILES: [(&str, &str); 3] = [
    (
        "repo-main/proto/a.proto",
        "syntax = \"proto3\"; package p; import \"x/b.proto\"; message A { B b = 1; }",
    ),
    ("repo-main/proto/x/b.proto", "syntax = \"proto3\"; package p; message B {}"),
    ("repo-main/README.md", "no proto"),
];

/// A zip archive; every second file is stored as it is.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (idx, (name, content)) in files.iter().enumerate() {
        let offset = out.len() as u32;
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
        packed.write_all(content).unwrap();
        let (method, packed) =
            if idx % 2 == 0 { (8_u16, packed.finish().unwrap()) } else { (0, content.to_vec()) };
        let mut head = Vec::new();
        head.extend([20, 0, 0, 0]);
        head.extend(method.to_le_bytes());
        head.extend([0; 8]);
        head.extend((packed.len() as u32).to_le_bytes());
        head.extend((content.len() as u32).to_le_bytes());
        head.extend((name.len() as u16).to_le_bytes());
        head.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&head);
        out.extend(name.as_bytes());
        out.extend(&packed);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&head);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend((files.len() as u16).to_le_bytes());
    out.extend((files.len() as u16).to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in files {
        let mut head = vec![0; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        head[156] = b'0';
        head[257..263].copy_from_slice(b"ustar\0");
        head[148..156].fill(b' ');
        let sum: usize = head.iter().map(|byte| usize::from(*byte)).sum();
        head[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        out.extend(head);
        out.extend(*content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn files() -> Vec<(&'static str, &'static [u8])> {
    FILES.iter().map(|(name, text)| (*name, text.as_bytes())).collect()
}

fn set() -> Vec<u8> {
    let google: Vec<&[u8]> = builtin::google_files().collect();
    let mut set = Vec::new();
    for file in google.into_iter().chain(builtin::rocketmq_files()) {
        crate::wire::write_len(&mut set, 1, file);
    }
    set
}

#[test]
fn archives_are_told_by_their_bytes_and_roots_are_found_in_them() {
    for (bytes, what) in [
        (zip(&files()), "a zip archive"),
        (tar(&files()), "a tar archive"),
        (gzip(&tar(&files())), "a tar archive"),
    ] {
        let (schema, report) = load("protos.any", bytes);
        assert_eq!((report.sources[0].what, report.first_problem()), (what, None));
        assert_eq!(report.files.len(), 2);
        assert_eq!(report.files[0].imports[0].root, "protos.any/repo-main/proto");
        assert!(schema.message("p.A").is_ok(), "{what}");
    }
}

#[test]
fn descriptor_sets_and_images_may_be_compressed_or_json() {
    for (bytes, what) in [(set(), "a descriptor set"), (gzip(&set()), "a compressed descriptor set")] {
        let (schema, report) = load("set.binpb", bytes);
        assert_eq!((report.sources[0].what, report.first_problem()), (what, None));
        assert!(schema.message("apache.rocketmq.v2.Message").is_ok());
    }
    let image = r#"{ "file": [{ "name": "m.proto", "syntax": "proto3", "bufExtension": { "isImport": false },
        "messageType": [{ "name": "M", "field": [{ "name": "i", "number": 1, "label": "LABEL_OPTIONAL",
        "type": "TYPE_INT32" }] }] }] }"#;
    let (schema, report) = load("image.json", image.as_bytes().to_vec());
    assert_eq!(report.first_problem(), None);
    assert!(schema.message("M").unwrap().get_field(1).is_some());
    assert!(refused("image.json", b"{ \"file\": 7 }".to_vec()).contains("cannot be decoded"));
}

#[test]
fn archives_that_mean_harm_are_refused_with_a_reason() {
    let text: &[u8] = b"syntax = \"proto3\";";
    let zeros = vec![b' '; 8 << 20];
    for (bytes, reason) in [
        (zip(&[("../a.proto", text)]), "\"../a.proto\" leads out of the archive"),
        (tar(&[("/etc/a.proto", text)]), "\"/etc/a.proto\" leads out of the archive"),
        (zip(&[("a.proto", &zeros)]), "one byte to more than"),
        (gzip(&zeros), "one byte to more than"),
        (zip(&[("a.txt", text)]), "There is no .proto file in \"x\""),
        (b"PK\x03\x04and no more".to_vec(), "its directory is missing"),
        (gzip(&tar(&files()))[..60].to_vec(), "damaged"),
    ] {
        let found = refused("x", bytes);
        assert!(found.contains(reason), "{found:?} does not contain {reason:?}");
    }
}

#[test]
fn a_set_with_one_wrong_file_still_gives_the_others() {
    let mut set = set();
    let mut wrong = Vec::new();
    crate::wire::write_len(&mut wrong, 1, b"wrong.proto");
    crate::wire::write_len(&mut wrong, 12, b"proto9");
    crate::wire::write_len(&mut set, 1, &wrong);
    let (schema, report) = load("set.binpb", set);
    let problem = report.broken().next().and_then(|file| file.problem.clone());
    assert!(matches!(problem, Some(SchemaError::Invalid { .. })));
    assert!(schema.message("apache.rocketmq.v2.Message").is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_mutated_archive_is_a_source_or_an_error(
        which in 0..3_usize,
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
        cut in proptest::option::of(any::<proptest::sample::Index>()),
    ) {
        let mut bytes = match which {
            0 => zip(&files()),
            1 => tar(&files()),
            _ => gzip(&tar(&files())),
        };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = load("x", bytes);
    }
}
