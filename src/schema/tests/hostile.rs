//! Texts that mean harm: an error that names the place, never a panic, never a wait.

use super::super::{FileResolver, LoadReport, LoadRequest, Schema, SchemaError, Source};
use std::collections::HashMap;

/// Files by path.
struct Files(HashMap<String, String>);

impl FileResolver for Files {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.0.get(path).map(|text| text.clone().into_bytes()))
    }
}

fn load(files: Vec<(String, String)>) -> (Schema, LoadReport) {
    let names = files.iter().map(|(path, _)| path.trim_start_matches("p/").to_owned()).collect();
    let files = Files(files.into_iter().collect());
    let sources = vec![Source::Folder { path: "p".to_owned(), files: names }];
    let request = LoadRequest {
        sources,
        includes: Vec::new(),
        resolver: &files,
        with_builtin: false,
        compiled: HashMap::new(),
    };
    Schema::load(request, &mut |_, _| true).unwrap()
}

fn file(path: &str, text: &str) -> (String, String) {
    (format!("p/{path}"), text.to_owned())
}

fn problem(report: &LoadReport, path: &str) -> Option<String> {
    let file = report.files.iter().find(|file| file.path == format!("p/{path}")).unwrap();
    file.problem.as_ref().map(ToString::to_string)
}

#[test]
fn a_circle_of_imports_breaks_its_own_files_and_no_others() {
    let (schema, report) = load(vec![
        file("a.proto", "syntax = \"proto3\"; import \"b.proto\"; message A {}"),
        file("b.proto", "syntax = \"proto3\"; import \"a.proto\"; message B {}"),
        file("self.proto", "syntax = \"proto3\"; import \"self.proto\"; message S {}"),
        file("uses.proto", "syntax = \"proto3\"; import \"a.proto\"; message U { int32 i = 1; }"),
        file("needs.proto", "syntax = \"proto3\"; import \"a.proto\";\nmessage N { A a = 1; }"),
        file("good.proto", "syntax = \"proto3\"; message G {}"),
    ]);
    assert_eq!(
        problem(&report, "a.proto").as_deref(),
        Some("Files import each other in a circle: p/a.proto → p/b.proto → p/a.proto")
    );
    assert_eq!(
        problem(&report, "self.proto").as_deref(),
        Some("Files import each other in a circle: p/self.proto → p/self.proto")
    );
    assert!(problem(&report, "b.proto").is_some());
    assert_eq!(problem(&report, "uses.proto"), None, "it does not need what is broken");
    let needs = problem(&report, "needs.proto").unwrap();
    assert!(
        needs.starts_with(
            "Import \"a.proto\" cannot be used, and 'A' is not defined, in \"p/needs.proto\" line 1 column 20"
        ),
        "{needs}"
    );
    assert!(schema.message("G").is_ok() && schema.message("U").is_ok() && schema.message("A").is_err());
}

#[test]
fn imports_that_lead_out_of_a_root_are_refused_where_they_stand() {
    let imports = ["../up.proto", "/etc/passwd", "a/../b.proto", "a//b.proto", "./a.proto", "a\\\\b.proto"];
    for import in imports {
        let text = format!("syntax = \"proto3\";\nimport \"{import}\";\nmessage M {{}}");
        let (_, report) = load(vec![file("m.proto", &text), file("up.proto", "")]);
        let problem = problem(&report, "m.proto").unwrap();
        assert!(
            problem
                .starts_with("An import is the path of a file below a root, in \"p/m.proto\" line 2 column "),
            "{import}: {problem}"
        );
        let tried = report.files.iter().flat_map(|file| &file.imports).flat_map(|found| &found.tried);
        assert_eq!(tried.collect::<Vec<_>>(), Vec::<&String>::new(), "{import}");
    }
}

#[test]
fn a_file_that_imports_itself_is_a_circle() {
    let (_, report) = load(vec![file("m.proto", "syntax = \"proto3\";\nimport \"m.proto\";\nmessage M {}")]);
    let problem = problem(&report, "m.proto").unwrap();
    assert!(problem.starts_with("Files import each other in a circle: p/m.proto → p/m.proto"), "{problem}");
}

#[test]
fn a_chain_of_two_thousand_imports_is_followed() {
    let link = |n: usize| {
        let text = match n {
            1999 => "syntax = \"proto3\"; message M1999 {}".to_owned(),
            n => format!(
                "syntax = \"proto3\"; import public \"f{0}.proto\"; message M{n} {{ M{0} next = 1; M1999 last = 2; }}",
                n + 1
            ),
        };
        file(&format!("f{n}.proto"), &text)
    };
    let (schema, report) = load((0..2000).map(link).collect());
    let problems: Vec<_> = report.broken().map(|file| file.problem.clone()).collect();
    assert!(problems.is_empty(), "{:?}", problems.first());
    assert_eq!(schema.message("M0").unwrap().fields().len(), 2);
}

#[test]
fn messages_nested_ten_thousand_deep_are_an_error_with_a_place() {
    let nested = format!("syntax = \"proto3\";\n{}{}", "message M { ".repeat(10_000), "}".repeat(10_000));
    let groups = format!("message M {{ {}", "optional group G = 1 { ".repeat(10_000));
    let option = format!("syntax = \"proto3\";\noption (o) = {}", "{ a: [ ".repeat(10_000));
    for text in [nested, groups, option] {
        let (_, report) =
            load(vec![file("deep.proto", &text), file("good.proto", "syntax = \"proto3\"; message G {}")]);
        let problem = problem(&report, "deep.proto").unwrap();
        assert!(problem.contains("deep") && problem.contains("line "), "{problem}");
    }
}

#[test]
fn an_unknown_syntax_or_edition_is_named_with_its_place() {
    for (text, expected) in [
        ("syntax = \"proto4\";", "Unknown syntax 'proto4', in \"p/m.proto\" line 1 column 10"),
        ("edition = \"2099\";", "File \"p/m.proto\" uses edition 2099"),
        ("syntax = \"editions\";", "Unknown syntax 'editions'"),
    ] {
        let (_, report) = load(vec![file("m.proto", text)]);
        let problem = problem(&report, "m.proto").unwrap();
        assert!(problem.starts_with(expected), "{problem}");
    }
}

#[test]
fn many_files_that_declare_the_same_are_bounded() {
    let files = (0..200).map(|n| {
        file(&format!("d{n}/m.proto"), &format!("syntax = \"proto3\"; message M {{ int32 f{n} = 1; }}"))
    });
    let (schema, report) = load(files.collect());
    assert_eq!(schema.messages().iter().filter(|message| message.full_name() == "M").count(), 1);
    let n_refused = report.broken().count();
    assert!((100..200).contains(&n_refused), "{n_refused}");
    assert!(report.broken().all(|file| matches!(file.problem, Some(SchemaError::Invalid { .. }))));
}

#[test]
fn loading_ends_when_it_is_told_to() {
    let files = (0..100).map(|n| file(&format!("f{n}.proto"), "syntax = \"proto3\";"));
    let files = Files(files.collect());
    let names = (0..100).map(|n| format!("f{n}.proto")).collect();
    let sources = vec![Source::Folder { path: "p".to_owned(), files: names }];
    let request = LoadRequest {
        sources,
        includes: Vec::new(),
        resolver: &files,
        with_builtin: false,
        compiled: HashMap::new(),
    };
    let mut n_steps = 0;
    let result = Schema::load(request, &mut |n_done, n_total| {
        n_steps += 1;
        assert!(n_done <= n_total);
        n_steps < 3
    });
    assert_eq!(result.map(|_| ()).unwrap_err(), SchemaError::Cancelled);
    assert_eq!(n_steps, 3);
}
