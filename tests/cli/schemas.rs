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
fn a_file_finds_imports_in_the_folder_of_declarations_around_it() {
    let folder = Folder::new();
    for inner in ["protos/one/p", "protos/two/r"] {
        std::fs::create_dir_all(folder.path(inner)).unwrap();
    }
    folder.file("protos/two/r/s.proto", "syntax = \"proto3\"; package r; message S {}");
    let text = "syntax = \"proto3\"; package p; import \"r/s.proto\"; message Q { r.S s = 1; }";
    let file = folder.file("protos/one/p/q.proto", text);
    run(["describe", "p.Q", "--proto", &file]).exits(0);
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

/// More than is read here; `protoc` has no such limit.
fn beyond() -> String {
    let text = "syntax = \"proto2\"; package q; import \"x/b.proto\";\n// As wide as it gets.\nmessage Wide {\n  \
                optional double d = 1 [default = 1e300];\n  optional p.B b = 2;\n}\n";
    format!("{text}\n{}", "// and so on\n".repeat((17 << 20) / 13))
}

fn has_protoc() -> bool {
    let found = std::process::Command::new("protoc").arg("--version").output().is_ok();
    if !found {
        eprintln!("SKIPPED: there is no protoc on the PATH");
    }
    found
}

#[test]
fn protoc_compiles_what_is_refused_only_when_it_is_asked_to() {
    let folder = tree();
    let file = folder.file("w/api/beyond.proto", beyond());
    folder.file("w/api/worse.proto", "syntax = \"proto3\"; package q;\nmessage X { int32 a = ; }");
    folder.file(
        "w/api/user.proto",
        "syntax = \"proto2\"; import \"beyond.proto\"; message U { optional q.Wide w = 1; }",
    );
    run(["describe", "q.Wide", "--proto", &file]).exits(2).says(&["more than 16 MiB"]);
    if !has_protoc() {
        return;
    }
    run(["describe", "q.Wide", "--proto", &file]).exits(2).says(&["protoc is on the PATH; with --protoc"]);
    let described = run(["describe", "q.Wide", "--proto", &file, "--protoc"]).exits(0);
    for part in ["As wide as it gets.", "1  double  d", "1e+300", "2  p.B", "U.w"] {
        let is_of_folder = part == "U.w";
        assert!(described.text().contains(part) != is_of_folder, "{part}: {}", described.text());
    }
    let root = folder.path("w");
    let described = run(["describe", "q.Wide", "--proto", &root, "--protoc"]).exits(0);
    assert!(described.text().contains("U.w"), "{}", described.text());
    let why = run(["types", "--proto", &root, "--protoc", "--why"]).exits(1);
    assert!(why.text().contains("Compiled by protoc"), "{}", why.text());
    assert!(why.text().contains("protoc says: worse.proto:2:23"), "{}", why.text());
}

#[test]
fn names_that_files_declare_differently_are_told_with_the_one_that_is_meant() {
    let folder = tree();
    let other = folder.file("other.proto", "syntax = \"proto3\"; package p; message B { int64 i = 1; }");
    let root = folder.path("w");
    let args = ["--proto", &root, "--proto", &other];
    let described = run(["describe", "p.B"].iter().chain(&args)).exits(0);
    let expected = "other.proto, which is looked up later: int64 i = 1 instead of int32 i = 1\n";
    assert!(described.text().contains("Declared differently\n  in "), "{}", described.text());
    assert!(described.text().contains(expected), "{}", described.text());
    let json = run(["describe", "p.B", "--to", "json"].iter().chain(&args)).exits(0);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["declared_differently"][0]["difference"], "int64 i = 1 instead of int32 i = 1");
    run(["types", "p."].iter().chain(&args)).exits(0).says(&["1 of these names is declared differently"]);
    let why = run(["types", "--why"].iter().chain(&args)).exits(0);
    assert!(why.text().contains("p.B of x/b.proto is meant, not that of "), "{}", why.text());

    // A copy is no other declaration, wherever it is and however it is commented.
    let copy =
        folder.file("copy.proto", "syntax = \"proto3\"; package p; // A copy.\nmessage B { int32 i = 1; }");
    let args = ["--proto", &root, "--proto", &copy];
    let described = run(["describe", "p.B"].iter().chain(&args)).exits(0);
    assert!(!described.text().contains("Declared differently"), "{}", described.text());
}

#[test]
fn why_with_a_pattern_tells_of_the_files_that_declare_what_matches() {
    let folder = tree();
    let root = folder.path("w");
    let why = run(["types", "p.A", "--proto", &root, "--why"]).exits(0);
    let expected = format!("Import \"x/b.proto\" is \"{}\"", folder.path("w/api/proto/x/b.proto"));
    assert!(why.text().contains(&expected), "{}", why.text());
    assert!(why.text().contains("1 file of it"), "{}", why.text());
    let why = run(["types", "x/b", "--proto", &root, "--why"]).exits(0);
    assert!(why.text().contains("w/api/proto/x/b.proto"), "{}", why.text());
    run(["types", "nothing", "--proto", &root, "--why"]).exits(1).says(&["Nothing matches"]);
}

#[test]
fn a_sample_is_printed_as_json_or_written_as_bytes() {
    let folder = Folder::new();
    let out = folder.path("send.bin");
    let json = run(["describe", "SendMessageRequest", "--sample"]).exits(0);
    run(["describe", "MessagingService.SendMessage", "--sample", "-o", &out]).exits(0);
    let decoded = run(["decode", &out, "--type", "SendMessageRequest"]).exits(0);
    assert_eq!(decoded.text(), json.text());
    assert!(json.text().contains("\"messages\""), "{}", json.text());
    let piped = run(["describe", "SendMessageRequest", "--sample", "-o", "-"]).exits(0);
    assert_eq!(piped.stdout, std::fs::read(&out).unwrap());
    run(["describe", "MessagingService", "--sample"]).exits(2).says(&["no sample of service"]);
}
