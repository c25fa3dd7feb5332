//! Declarations from folders, archives and single files, and why they are what they are.

use crate::harness::{Folder, run};

const A: &str = "syntax = \"proto3\"; package p; import \"x/b.proto\";\nmessage A { B b = 1; }";
const B: &str = "syntax = \"proto3\"; package p; message B { int32 i = 1; }";

/// A folder with a root that nothing names.
fn tree() -> Folder {
    let folder = Folder::new();
    for inner in ["w", "w/api", "w/api/proto", "w/api/proto/x", "w/third_party"] {
        std::fs::create_dir(folder.path(inner)).unwrap();
    }
    folder.file("w/api/a.proto", A);
    folder.file("w/api/proto/x/b.proto", B);
    folder
}

#[test]
fn a_folder_is_opened_without_naming_a_root_and_says_how_imports_were_found() {
    let folder = tree();
    let found = run(["types", "--proto", &folder.path("w"), "--no-builtin"]).exits(0);
    assert!(found.text().contains("message  p.A\nmessage  p.B\n"));
    let why = run(["types", "--proto", &folder.path("w"), "--why"]).exits(0);
    assert!(why.text().contains("2 files, all usable"), "{}", why.text());
    assert!(why.text().contains(&format!("{}  (1 import)", folder.path("w/api/proto"))), "{}", why.text());
    let json = run(["types", "--proto", &folder.path("w"), "--why", "--to", "json"]).exits(0);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["files"][0]["imports"][0]["root"], folder.path("w/api/proto"));
}

#[test]
fn one_file_is_enough_to_find_what_it_imports() {
    let folder = tree();
    let described = run(["describe", "p.A", "--proto", &folder.path("w/api/a.proto")]).exits(0);
    assert!(described.text().contains("1  B  b"), "{}", described.text());
}

#[test]
fn a_file_finds_imports_in_the_projects_around_it() {
    let folder = tree();
    for (path, text) in [("w/Cargo.toml", ""), ("w/api/buf.yaml", ""), ("w/third_party/far.proto", "")] {
        folder.file(path, text);
    }
    std::fs::create_dir_all(folder.path("w/other/deep/y")).unwrap();
    folder.file("w/other/deep/y/c.proto", "syntax = \"proto3\"; message C {}");
    let file =
        folder.file("w/api/c.proto", "syntax = \"proto3\"; import \"y/c.proto\"; message D { C c = 1; }");
    run(["describe", "D", "--proto", &file]).exits(0);
    let why = run(["types", "--proto", &file, "--why"]).exits(0);
    assert!(why.text().contains("somewhere in the project around the importer"), "{}", why.text());
}

#[test]
fn broken_files_of_a_folder_are_counted_and_those_that_are_named_are_errors() {
    let folder = tree();
    let broken = folder.file("w/api/broken.proto", "syntax = \"proto3\";\nmessage X { int32 a = ; }\n");
    let described = run(["describe", "p.A", "--proto", &folder.path("w")]).exits(0);
    described.says(&["1 of 3 files", "protoloupe types --why"]);
    run(["describe", "p.A", "--proto", &broken])
        .exits(2)
        .says(&["broken.proto\" line 2 column 23", "int32 a = ;"]);
    let why = run(["types", "--proto", &folder.path("w"), "--why"]).exits(1);
    assert!(why.text().contains("3 files, 1 of them not usable"), "{}", why.text());
    assert!(why.text().contains("broken.proto\" line 2 column 23\n"), "{}", why.text());
}

#[test]
fn sources_are_mixed_and_the_first_wins() {
    let folder = tree();
    let other = folder.file("other.proto", "syntax = \"proto3\"; package p; message B { string other = 1; }");
    let set = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/editions/editions.binpb");
    let root = folder.path("w");
    let args = ["--descriptor-set", set, "--proto", &other, "--proto", &root];
    let described = run(["describe", "p.B"].iter().chain(&args)).exits(0);
    assert!(described.text().contains("1  string  other"), "{}", described.text());
    let described = run(["describe", "shapes.Defaults"].iter().chain(&args)).exits(0);
    assert!(described.text().contains("(edition 2023)"), "{}", described.text());
    // The message of the later source is read by naming its file.
    let bytes = folder.file("b.bin", [0x08, 0x05]);
    let decoded = run(["decode", &bytes, "--compact", "--type", "x/b.proto:B"].iter().copied().chain(args));
    assert_eq!(decoded.exits(0).text(), "{\"i\":5}\n");
}

#[test]
fn custom_options_are_described_with_their_values() {
    let set = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/editions/editions.binpb");
    let described = run(["describe", "visible.Shown", "--proto", set]).exits(0);
    assert!(
        described.text().contains("id      [(visible.note) = { text:\"the number\",level:2 }]"),
        "{}",
        described.text()
    );
    let json = run(["describe", "visible.Shown", "--proto", set, "--to", "json"]).exits(0);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["edition"], "2024");
    assert_eq!(json["fields"][0]["options"]["[visible.note]"]["level"], 2);
}

#[test]
fn a_folder_without_protos_and_one_that_is_not_there_are_errors() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("empty")).unwrap();
    run(["types", "--proto", &folder.path("empty")]).exits(2).says(&["There is no .proto file in"]);
    run(["types", "--proto", &folder.path("gone")]).exits(2).says(&["There is no file"]);
}
