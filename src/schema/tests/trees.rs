//! Folders of files: imports found without roots, sources side by side.

use super::super::{FileResolver, How, LoadReport, LoadRequest, Schema, Source, kind_label};
use std::collections::BTreeMap;
use std::collections::HashMap;

/// Files by path; `around` are those of the project that no source lists.
#[derive(Default)]
struct Tree {
    files: BTreeMap<&'static str, &'static str>,
}

impl FileResolver for Tree {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.files.get(path).map(|text| text.as_bytes().to_vec()))
    }

    fn nearby(&self, _path: &str) -> Vec<String> {
        self.files.keys().map(|path| (*path).to_owned()).collect()
    }
}

fn tree(files: &[(&'static str, &'static str)]) -> Tree {
    Tree { files: files.iter().copied().collect() }
}

fn folder(path: &str, files: &[&str]) -> Source {
    Source::Folder { path: path.to_owned(), files: files.iter().map(|file| (*file).to_owned()).collect() }
}

fn load(tree: &Tree, sources: Vec<Source>, includes: &[&str]) -> (Schema, LoadReport) {
    let includes = includes.iter().map(|include| (*include).to_owned()).collect();
    let request =
        LoadRequest { sources, includes, resolver: tree, with_builtin: true, compiled: HashMap::new() };
    let (schema, report) = Schema::load(request, &mut |_, _| true).unwrap();
    assert_eq!(report.first_problem().map(ToString::to_string), None);
    (schema, report)
}

/// How the first import of a file was found, and where.
fn first_import<'a>(report: &'a LoadReport, path: &str) -> (How, &'a str, &'a str) {
    let file = report.files.iter().find(|file| file.path == path).unwrap();
    let found = file.imports.first().unwrap();
    (found.how.clone(), found.path.as_str(), found.root.as_str())
}

const USES_B: &str = "syntax = \"proto3\"; package p; import \"x/b.proto\"; message A { B b = 1; }";
const B: &str = "syntax = \"proto3\"; package p; message B { int32 i = 1; }";

#[test]
fn the_root_follows_from_the_import_and_the_paths_at_hand() {
    let files = tree(&[("w/a.proto", USES_B), ("w/src/main/proto/x/b.proto", B)]);
    let (schema, report) = load(&files, vec![folder("w", &["a.proto", "src/main/proto/x/b.proto"])], &[]);
    assert_eq!(
        first_import(&report, "w/a.proto"),
        (How::Path, "w/src/main/proto/x/b.proto", "w/src/main/proto")
    );
    let names: Vec<&str> = report.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["a.proto", "x/b.proto"]);
    assert!(schema.message("p.A").is_ok());
    assert_eq!(report.roots(), [("w/src/main/proto".to_owned(), 1)]);
}

#[test]
fn of_several_files_the_nearest_to_the_importer_is_meant() {
    let other = "syntax = \"proto3\"; package p; message B { string other = 1; }";
    let files = tree(&[
        ("w/one/a.proto", USES_B),
        ("w/one/x/b.proto", B),
        ("w/two/a.proto", USES_B),
        ("w/two/x/b.proto", other),
    ]);
    let names = ["one/a.proto", "one/x/b.proto", "two/a.proto", "two/x/b.proto"];
    let (schema, report) = load(&files, vec![folder("w", &names)], &[]);
    assert_eq!(first_import(&report, "w/one/a.proto").1, "w/one/x/b.proto");
    assert_eq!(first_import(&report, "w/two/a.proto").1, "w/two/x/b.proto");
    assert_eq!(report.files[0].imports[0].tried, ["w/two/x/b.proto"]);
    assert!(report.explain().contains(
        "Import \"x/b.proto\" is \"w/one/x/b.proto\", the nearest of the files whose paths end like the import; \
         passed over w/two/x/b.proto"
    ));
    // Both are usable; the first wins where no file is named.
    let field = |name: &str| schema.message(name).unwrap().get_field(1).unwrap().name().to_owned();
    assert_eq!(field("p.B"), "i");
    assert_eq!(schema.messages().iter().filter(|message| message.full_name() == "p.B").count(), 1);
}

#[test]
fn a_root_that_is_given_comes_first() {
    let other = "syntax = \"proto3\"; package p; message B { string other = 1; }";
    let files = tree(&[("w/a.proto", USES_B), ("w/x/b.proto", B), ("inc/x/b.proto", other)]);
    let (schema, report) = load(&files, vec![Source::File { path: "w/a.proto".to_owned() }], &["inc"]);
    assert_eq!(first_import(&report, "w/a.proto"), (How::Given, "inc/x/b.proto", "inc"));
    assert_eq!(schema.message("B").unwrap().get_field(1).unwrap().name(), "other");
}

#[test]
fn one_file_finds_its_imports_in_the_folders_around_it() {
    for (importer, imported, how) in [
        ("/w/deep/er/a.proto", "/w/x/b.proto", How::Around),
        ("/w/deep/a.proto", "/w/third_party/x/b.proto", How::Custom),
        ("/w/x/a.proto", "/w/x/b.proto", How::Around),
        // A checkout without the outer folder that imports begin with.
        ("/w/a.proto", "/w/b.proto", How::End),
        ("/w/a.proto", "/w/far/away/x/b.proto", How::Project),
    ] {
        let files = tree(&[(importer, USES_B), (imported, B)]);
        let (_, report) = load(&files, vec![Source::File { path: importer.to_owned() }], &[]);
        let (found_how, path, _) = first_import(&report, importer);
        assert_eq!((path, found_how), (imported, how), "{importer}");
    }
}

#[test]
fn a_file_of_another_package_is_not_taken_for_an_import_it_only_ends_like() {
    let files = tree(&[
        (
            "w/a.proto",
            "syntax = \"proto3\"; import \"google/api/http.proto\"; message A { int32 i = 1 [(google.api.x) = 1]; }",
        ),
        ("w/other/api/http.proto", "syntax = \"proto3\"; package other.api; message H {}"),
    ]);
    let (schema, report) = load(&files, vec![folder("w", &["a.proto", "other/api/http.proto"])], &[]);
    assert_eq!(first_import(&report, "w/a.proto").0, How::Nowhere);
    // Only an option needed it, so the message is there.
    assert!(schema.message("A").is_ok());
    assert_eq!(
        report.files[0].notes,
        ["Option (google.api.x) was left out: nothing that was found declares it"]
    );
}

#[test]
fn sources_are_looked_up_in_order_and_complete_each_other() {
    let files = tree(&[
        (
            "one/m.proto",
            "syntax = \"proto2\"; package s; message M { optional int32 first = 1; extensions 100 to 200; }",
        ),
        (
            "two/m.proto",
            "syntax = \"proto2\"; package s; message M { optional int32 second = 1; extensions 100 to 200; }",
        ),
        (
            "two/n.proto",
            "syntax = \"proto2\"; package s; import \"m.proto\"; message N { optional M m = 1; }",
        ),
        (
            "three/e.proto",
            "syntax = \"proto2\"; package e; import \"m.proto\"; extend s.M { optional string note = 100; }",
        ),
    ]);
    let sources = || {
        [folder("one", &["m.proto"]), folder("two", &["m.proto", "n.proto"]), folder("three", &["e.proto"])]
    };
    let [one, two, three] = sources();
    let (schema, _) = load(&files, vec![one, two, three], &[]);
    assert_eq!(schema.message("s.M").unwrap().get_field(1).unwrap().name(), "first");
    // The second source's own file means the second source's message.
    let inner = schema.message("s.N").unwrap().get_field(1).unwrap().kind();
    assert_eq!(inner.as_message().unwrap().get_field(1).unwrap().name(), "second");
    let extension = schema.message("s.M").unwrap().get_extension(100).unwrap();
    assert_eq!((extension.full_name(), kind_label(&extension).as_str()), ("e.note", "string"));
    let [one, two, three] = sources();
    let (schema, _) = load(&files, vec![two, one, three], &[]);
    assert_eq!(schema.message("s.M").unwrap().get_field(1).unwrap().name(), "second");
}

#[test]
fn a_type_that_another_source_hides_is_named_with_its_file() {
    let files = tree(&[
        ("w/one/m.proto", "syntax = \"proto3\"; message M { int32 first = 1; }"),
        ("w/two/m.proto", "syntax = \"proto3\"; message M { int32 second = 1; }"),
    ]);
    let (schema, report) = load(&files, vec![folder("w", &["one/m.proto", "two/m.proto"])], &[]);
    let names: Vec<&str> = report.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["one/m.proto", "two/m.proto"]);
    let field = |name: &str| schema.message(name).unwrap().get_field(1).unwrap().name().to_owned();
    assert_eq!((field("M"), field("two/m.proto:M")), ("first".to_owned(), "second".to_owned()));
    assert!(schema.message("three/m.proto:M").is_err());
}

#[test]
fn a_broken_file_hides_no_other_and_is_said_with_its_place() {
    let files = tree(&[
        ("w/bad.proto", "syntax = \"proto3\";\nmessage Bad { int32 x = ; }"),
        ("w/good.proto", "syntax = \"proto3\"; message Good {}"),
        ("w/needs.proto", "syntax = \"proto3\"; import \"bad.proto\"; message Needs { Bad bad = 1; }"),
        ("w/twice.proto", "syntax = \"proto3\";\nmessage Twice { int32 a = 1; int32 b = 1; }"),
    ]);
    let sources = vec![folder("w", &["bad.proto", "good.proto", "needs.proto", "twice.proto"])];
    let request = LoadRequest {
        sources,
        includes: Vec::new(),
        resolver: &files,
        with_builtin: false,
        compiled: HashMap::new(),
    };
    let (schema, report) = Schema::load(request, &mut |_, _| true).unwrap();
    assert!(schema.message("Good").is_ok());
    let broken: Vec<String> =
        report.broken().map(|file| file.problem.as_ref().unwrap().to_string()).collect();
    assert_eq!(
        broken,
        [
            "Expected an integer, but found ';', in \"w/bad.proto\" line 2 column 25\n  message Bad { int32 x = ; }",
            "Import \"bad.proto\" cannot be used, and 'Bad' is not defined, in \"w/needs.proto\" line 1 column 20\n  \
             syntax = \"proto3\"; import \"bad.proto\"; message Needs { Bad bad = 1; }\n\
             Expected an integer, but found ';', in \"w/bad.proto\" line 2 column 25\n  message Bad { int32 x = ; }",
            "Field number '1' is already used, in \"w/twice.proto\" line 2 column 40\n  \
             message Twice { int32 a = 1; int32 b = 1; }",
        ]
    );
    let json = report.to_json();
    assert_eq!(json["files"][0]["problem"]["line"], 2);
    assert_eq!(json["files"][2]["imports"][0]["why"], "the path of one file ends like the import");
}

#[test]
fn a_descriptor_proto_of_ones_own_does_not_take_the_place_of_googles() {
    let files = tree(&[
        (
            "w/google/protobuf/descriptor.proto",
            "syntax = \"proto2\"; package google.protobuf; message Mine {}",
        ),
        (
            "w/opt.proto",
            "syntax = \"proto2\"; import \"google/protobuf/descriptor.proto\"; \
             extend google.protobuf.FieldOptions { optional int32 o = 50000; } message M { optional int32 i = 1 [(o) = 7]; }",
        ),
    ]);
    let names = ["google/protobuf/descriptor.proto", "opt.proto"];
    let (schema, report) = load(&files, vec![folder("w", &names)], &[]);
    let options = schema.message("M").unwrap().get_field(1).unwrap().options();
    assert_eq!(options.extensions().count(), 1);
    assert!(report.files.iter().any(|file| file.notes == ["The built-in file of this name is used instead"]));
}

#[test]
fn an_option_that_does_not_fit_is_left_out_and_hides_nothing() {
    let files = tree(&[(
        "w/m.proto",
        "syntax = \"proto2\"; import \"google/protobuf/descriptor.proto\"; message O { optional int32 known = 1; }\n\
         extend google.protobuf.FieldOptions { optional O o = 50000; }\n\
         message M { optional int32 a = 1 [(o) = { newer: 2 }]; optional int32 b = 2 [(o) = { known: 3 }, packed = true]; }\n\
         message Set { option message_set_wire_format = true; extensions 4 to max; }",
    )]);
    let (schema, report) = load(&files, vec![folder("w", &["m.proto"])], &[]);
    assert_eq!(report.files[0].notes.len(), 1);
    assert!(report.files[0].notes[0].starts_with("An option was left out: "), "{:?}", report.files[0].notes);
    let n_options =
        |number| schema.message("M").unwrap().get_field(number).unwrap().options().extensions().count();
    assert_eq!((n_options(1), n_options(2)), (0, 1));
    assert!(schema.message("Set").is_ok());
    // The file was refused before it was taken in; nothing of that is left.
    let extended = schema.message("google.protobuf.FieldOptions").unwrap();
    let extensions: Vec<u32> = extended.extensions().map(|extension| extension.number()).collect();
    assert_eq!(extensions, [50000]);
}

#[test]
fn any_number_of_folders_may_have_files_of_the_same_names() {
    // A hundred services, each with its own types beside it.
    let texts: Vec<(String, String)> = (0..100)
        .flat_map(|n| {
            let service = format!(
                "syntax = \"proto3\"; package s{n}; import \"types.proto\"; message S {{ T t = 1; }}"
            );
            let types = format!("syntax = \"proto3\"; package s{n}; message T {{ int32 i = 1; }}");
            [(format!("w/d{n}/service.proto"), service), (format!("w/d{n}/types.proto"), types)]
        })
        .collect();
    let texts: Vec<(&'static str, &'static str)> = texts
        .into_iter()
        .map(|(path, text)| (&*Box::leak(path.into_boxed_str()), &*Box::leak(text.into_boxed_str())))
        .collect();
    let names: Vec<&str> = texts.iter().map(|(path, _)| &path[2..]).collect();
    let (schema, _) = load(&tree(&texts), vec![folder("w", &names)], &[]);
    for n in 0..100 {
        let service = schema.message(&format!("s{n}.S")).unwrap();
        let kind = service.get_field(1).unwrap().kind();
        assert_eq!(kind.as_message().unwrap().full_name(), format!("s{n}.T"));
    }
}

#[test]
fn copies_of_a_file_are_one_file() {
    let copies: Vec<&'static str> =
        (0..50).map(|n| &*Box::leak(format!("w/v{n}/p/b.proto").into_boxed_str())).collect();
    let files = tree(&copies.iter().map(|path| (*path, B)).collect::<Vec<_>>());
    let names: Vec<&str> = copies.iter().map(|path| &path[2..]).collect();
    let (schema, report) = load(&files, vec![folder("w", &names)], &[]);
    assert_eq!(report.files.len(), 50);
    assert_eq!(schema.files().filter(|file| file.package_name() == "p").count(), 1);
}
