//! `.proto` text to file descriptors.
//!
//! Every file a person names is compiled with its imports in a pool of its own: in a shared one,
//! names of files that it does not import would shadow those it does. What comes out is merged, and
//! checked like any descriptor set.

use super::check::{CheckedFiles, MAX_FILES, is_googles};
use super::docs::visible;
use super::fence::fenced;
use super::imports::resolve_imports;
use super::roots::{at, import_name, read, slashed};
use super::{DescriptorPool, SchemaError, builtin, declared};
use prost_reflect::prost_types::{FileDescriptorProto, FileDescriptorSet};
use prost_reflect::{DescriptorError, prost::Message as _};
use protox::file::File;
use std::collections::HashMap;
use std::sync::OnceLock;

/// The most bytes of one `.proto` file.
const MAX_TEXT_LEN: usize = 16 << 20;
/// The most characters of a source line that an error repeats.
const MAX_SHOWN: usize = 160;

/// Where `.proto` files come from; ring 1 has no files of its own.
pub trait FileResolver {
    /// The content of the file at this path; `None` if there is none, and a reason if there is one
    /// that cannot be read.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String>;
}

/// A parsed file.
struct Parsed {
    proto: FileDescriptorProto,
    text: String,
}

struct Loader<'a> {
    resolver: &'a dyn FileResolver,
    roots: Vec<String>,
    with_builtin: bool,
    parsed: HashMap<String, Parsed>,
}

/// See [`super::Schema::compile`].
pub(super) fn compile(
    files: &[String],
    includes: &[String],
    resolver: &dyn FileResolver,
    with_builtin: bool,
) -> Result<CheckedFiles, SchemaError> {
    let mut checked = CheckedFiles::new();
    let includes: Vec<String> = includes.iter().map(|include| slashed(include)).collect();
    for file in files {
        let file = slashed(file);
        let (name, roots) = import_name(&file, &includes, resolver)?;
        if checked.contains(&name) {
            continue;
        }
        let mut loader = Loader { resolver, roots, with_builtin, parsed: HashMap::new() };
        for bytes in loader.compile(&name)? {
            checked.add_file(&bytes)?;
        }
    }
    Ok(checked)
}

impl Loader<'_> {
    /// The file and everything it imports, as serialized file descriptors, imports first.
    fn compile(&mut self, name: &str) -> Result<Vec<Vec<u8>>, SchemaError> {
        self.load(name, None)?;
        let order = self.load_imports(name)?;
        let protos: Vec<&FileDescriptorProto> = order.iter().map(|name| &self.parsed[name].proto).collect();
        let google = google();
        let all: Vec<&FileDescriptorProto> = google.1.file.iter().chain(protos.iter().copied()).collect();
        let imports = resolve_imports(&all)?;
        let mut pool = google.0.clone();
        for (proto, imports) in all.into_iter().zip(imports).skip(google.1.file.len()) {
            let mut proto = proto.clone();
            let mut linked = std::mem::take(&mut pool);
            if let Some(imports) = imports {
                proto.dependency = imports;
                proto.public_dependency.clear();
            }
            let name = proto.name().to_owned();
            pool = fenced("linking a .proto file", move || {
                linked.add_file_descriptor_proto(proto)?;
                Ok(linked)
            })?
            .map_err(|error: DescriptorError| self.link_error(&name, &error))?;
        }
        let files = order.iter().filter_map(|name| pool.get_file_by_name(name));
        fenced("writing descriptors", || files.map(|file| file.encode_to_vec()).collect())
    }

    /// Loads what the file imports, directly or not; the names of all of them, imports first,
    /// without Google's.
    fn load_imports(&mut self, name: &str) -> Result<Vec<String>, SchemaError> {
        let mut order = Vec::new();
        let mut open = vec![(name.to_owned(), 0)];
        let mut seen = HashMap::from([(name.to_owned(), true)]);
        while let Some((file, next)) = open.last_mut() {
            let Some(import) = self.parsed[file.as_str()].proto.dependency.get(*next).cloned() else {
                let (file, _) = open.pop().unwrap_or_default();
                seen.insert(file.clone(), false);
                order.push(file);
                continue;
            };
            let (importer, import_idx) = (file.clone(), *next);
            *next += 1;
            match seen.get(&import) {
                Some(true) => {
                    let circle = open.iter().map(|(file, _)| file).skip_while(|file| **file != import);
                    return Err(SchemaError::ImportCycle(
                        circle.chain([&import]).map(|f| visible(f)).collect(),
                    ));
                }
                Some(false) => {}
                None if is_googles(&import) => {
                    if google().0.get_file_by_name(&import).is_none() {
                        return Err(self.import_error(&importer, import_idx, &import));
                    }
                }
                None => {
                    self.load(&import, Some((&importer, import_idx)))?;
                    if self.parsed.len() > MAX_FILES {
                        return Err(SchemaError::TooLarge(format!("more than {MAX_FILES} files")));
                    }
                    seen.insert(import.clone(), true);
                    open.push((import, 0));
                }
            }
        }
        Ok(order)
    }

    /// Reads and parses one file; an import is looked up in every root, then among the built-in.
    fn load(&mut self, name: &str, imported_by: Option<(&str, usize)>) -> Result<(), SchemaError> {
        let mut content = None;
        for root in &self.roots {
            content = read(self.resolver, &at(root, name))?;
            if content.is_some() {
                break;
            }
        }
        let content = match (content, builtin::text(name).filter(|_| self.with_builtin), imported_by) {
            (Some(content), _, _) => content,
            (None, Some(text), Some(_)) => text.as_bytes().to_vec(),
            (None, _, Some((importer, import_idx))) => {
                return Err(self.import_error(importer, import_idx, name));
            }
            (None, _, None) => {
                return Err(SchemaError::FileNotFound { file: visible(name), roots: self.roots.clone() });
            }
        };
        let parsed = parse(name, content)?;
        self.parsed.insert(name.to_owned(), parsed);
        Ok(())
    }

    fn import_error(&self, importer: &str, import_idx: usize, import: &str) -> SchemaError {
        let Some(parsed) = self.parsed.get(importer) else {
            return SchemaError::FileNotFound { file: visible(import), roots: self.roots.clone() };
        };
        let (line, column) = span(&parsed.proto, &[3, import_idx as i32]).unwrap_or((0, 0));
        let roots: Vec<&str> =
            self.roots.iter().map(|root| if root.is_empty() { "." } else { root.as_str() }).collect();
        let message = format!("Import \"{import}\" was not found");
        let hint = format!("Looked in {}; name its root folder with -I", roots.join(", "));
        proto_error(importer, &parsed.text, line, column, message, hint)
    }

    fn link_error(&self, name: &str, error: &DescriptorError) -> SchemaError {
        let file = error.file().unwrap_or(name);
        let text = self.parsed.get(file).map_or("", |parsed| parsed.text.as_str());
        let place = |at: Option<usize>| at.map_or(0, |at| u32::try_from(at).unwrap_or(0).saturating_add(1));
        let message = error.to_string();
        let hint = self.name_hint(&message);
        proto_error(file, text, place(error.line()), place(error.column()), sentence(&message), hint)
    }

    /// For a name that is not defined: where something of that name is.
    fn name_hint(&self, message: &str) -> String {
        let undefined = message.strip_prefix("name '").and_then(|rest| rest.strip_suffix("' is not defined"));
        let Some(name) = undefined.map(|name| name.trim_start_matches('.')) else { return String::new() };
        let google = google().1.file.iter();
        let files = google.chain(self.parsed.values().map(|parsed| &parsed.proto));
        let mut places: Vec<String> = files
            .flat_map(|file| declared::top_level(file).map(move |full_name| (full_name, file.name())))
            .filter(|(full_name, _)| {
                full_name.strip_suffix(name).is_some_and(|scope| scope.is_empty() || scope.ends_with('.'))
            })
            .map(|(full_name, file)| format!("{full_name} is declared in \"{file}\""))
            .collect();
        places.sort();
        match places.as_slice() {
            [] => "Is the import of the file that declares it missing?".to_owned(),
            places => visible(&format!("{}; import that file, or write the full name", places.join("; "))),
        }
    }
}

/// Google's files as a pool and as they are.
fn google() -> &'static (DescriptorPool, FileDescriptorSet) {
    static GOOGLE: OnceLock<(DescriptorPool, FileDescriptorSet)> = OnceLock::new();
    GOOGLE.get_or_init(|| {
        // Constants that a test decodes.
        let files = builtin::google_files().filter_map(|bytes| FileDescriptorProto::decode(bytes).ok());
        let set = FileDescriptorSet { file: files.collect() };
        (DescriptorPool::from_file_descriptor_set(set.clone()).unwrap_or_default(), set)
    })
}

fn parse(name: &str, content: Vec<u8>) -> Result<Parsed, SchemaError> {
    if content.len() > MAX_TEXT_LEN {
        return Err(SchemaError::TooLarge(format!(
            "\"{}\" has more than {} MiB",
            visible(name),
            MAX_TEXT_LEN >> 20
        )));
    }
    let text = match simdutf8::compat::from_utf8(content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&content)) {
        Ok(text) => text.to_owned(),
        Err(error) => {
            let lossy = String::from_utf8_lossy(&content);
            let (line, column) = line_and_column(&content, error.valid_up_to());
            let message = "The file is not UTF-8".to_owned();
            return Err(proto_error(name, &lossy, line, column, message, "Save it as UTF-8".to_owned()));
        }
    };
    if let Some(edition) = edition(&text) {
        return Err(SchemaError::Edition { file: visible(name), edition: visible(edition) });
    }
    let parsed = fenced("parsing a .proto file", || File::from_source(name, &text))?;
    let proto = match parsed {
        Ok(file) => FileDescriptorProto::from(file),
        Err(error) => return Err(parse_error(name, &text, &error)),
    };
    declared::check_alone(&proto)?;
    Ok(Parsed { proto, text })
}

fn parse_error(name: &str, text: &str, error: &protox::Error) -> SchemaError {
    let message = error.to_string();
    // The place is shown by `Debug` only: "name:line:column: message".
    let shown = format!("{error:?}");
    let place = shown.strip_prefix(name).and_then(|rest| rest.strip_prefix(':')).and_then(|rest| {
        let mut parts = rest.splitn(3, ':');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    });
    let at_end = message.ends_with("reached end of file");
    let (line, column) = place.unwrap_or_else(|| {
        let offset = if at_end { text.trim_end().len() } else { 0 };
        line_and_column(text.as_bytes(), offset)
    });
    let hint = match message.as_str() {
        _ if at_end => "Is a closing brace missing?",
        m if m.starts_with("fields must have a label") => "Is `syntax = \"proto3\";` missing at the top?",
        m if m.contains("unknown syntax") => "Only proto2 and proto3 are understood",
        _ => "",
    };
    proto_error(name, text, line, column, sentence(&message), hint.to_owned())
}

fn proto_error(file: &str, text: &str, line: u32, column: u32, message: String, hint: String) -> SchemaError {
    let source_line = (line as usize).checked_sub(1).and_then(|line_idx| text.lines().nth(line_idx));
    let source_line: String = source_line.unwrap_or_default().chars().take(MAX_SHOWN).collect();
    let [file, source_line, message] = [file, &source_line, &message].map(visible);
    SchemaError::Proto { file, line, column, source_line, message, hint }
}

/// 1-based line, and column in bytes, of an offset.
fn line_and_column(text: &[u8], offset: usize) -> (u32, u32) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let n_lines = memchr::memchr_iter(b'\n', before).count() + 1;
    (u32::try_from(n_lines).unwrap_or(0), u32::try_from(before.len() - line_start + 1).unwrap_or(0))
}

/// 1-based place of a declaration.
fn span(proto: &FileDescriptorProto, path: &[i32]) -> Option<(u32, u32)> {
    let locations = &proto.source_code_info.as_ref()?.location;
    let span = &locations.iter().find(|location| location.path == path)?.span;
    let [line, column] = [span.first()?, span.get(1)?].map(|at| u32::try_from(*at).ok());
    Some((line?.saturating_add(1), column?.saturating_add(1)))
}

fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The edition that a file declares in its first statement.
fn edition(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    loop {
        rest = if let Some(comment) = rest.strip_prefix("//") {
            comment.split_once('\n')?.1.trim_start()
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/")?.1.trim_start()
        } else {
            break;
        };
    }
    let value = rest.strip_prefix("edition")?.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value.get(1..)?.split_once(quote).map(|(edition, _)| edition)
}

#[cfg(test)]
mod tests {
    use super::super::{Schema, SchemaError};
    use super::*;
    use proptest::prelude::*;

    /// Files by path; one called `locked.proto` cannot be read.
    struct Files(Vec<(&'static str, &'static [u8])>);

    impl FileResolver for Files {
        fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
            if path.ends_with("locked.proto") {
                return Err("permission denied".to_owned());
            }
            Ok(self.0.iter().find(|(name, _)| *name == path).map(|(_, content)| content.to_vec()))
        }
    }

    fn compile(
        files: &[(&'static str, &'static str)],
        name: &str,
        includes: &[&str],
    ) -> Result<Schema, SchemaError> {
        let files = Files(files.iter().map(|(name, text)| (*name, text.as_bytes())).collect());
        let includes: Vec<String> = includes.iter().map(|include| (*include).to_owned()).collect();
        Schema::compile(&[name.to_owned()], &includes, &files, true)
    }

    #[test]
    fn imports_are_found_in_the_roots_beside_the_file_and_among_the_built_in() {
        let a = "syntax = \"proto3\"; package p; import \"b.proto\"; \
                 import \"google/protobuf/timestamp.proto\"; import \"apache/rocketmq/v2/definition.proto\";
// About A.\nmessage A { B b = 1; google.protobuf.Timestamp t = 2; apache.rocketmq.v2.Status s = 3; }";
        let b = "syntax = \"proto3\"; package p; message B { int32 i = 1; }";
        for (paths, name, includes) in [
            ([("a.proto", a), ("b.proto", b)], "a.proto", vec![]),
            ([("a.proto", a), ("b.proto", b)], "./a.proto", vec!["."]),
            ([("dir/a.proto", a), ("dir/b.proto", b)], "dir/a.proto", vec![]),
            ([("dir/a.proto", a), ("dir/b.proto", b)], "dir/a.proto", vec!["dir/"]),
            ([("/x/a.proto", a), ("/x/b.proto", b)], "/x/a.proto", vec![]),
            ([("/x/y/a.proto", a), ("/z/b.proto", b)], "/x/y/a.proto", vec!["/x/y", "/z"]),
            ([("dir/a.proto", a), ("b.proto", b)], "a.proto", vec!["dir", ""]),
        ] {
            let schema =
                compile(&paths, name, &includes).unwrap_or_else(|e| panic!("{name} {includes:?}: {e}"));
            let message = schema.message("p.A").unwrap();
            assert_eq!(schema.comment(&message), Some("About A."), "{name}");
            assert!(schema.message("SendMessageRequest").is_ok(), "{name}");
        }
    }

    #[test]
    fn errors_name_file_line_column_the_line_and_a_hint() {
        let dep = ("dep.proto", "syntax = \"proto3\"; package d; message D {}");
        for (text, expected) in [
            (
                "syntax = \"proto3\";\nmessage A {\n  int32 x = ;\n}",
                "Expected an integer, but found ';', in \"a.proto\" line 3 column 13\n  int32 x = ;",
            ),
            (
                "syntax = \"proto3\";\nmessage A {",
                "Expected a message field, oneof, reserved range, enum, message, option or '}', but reached end of file, in \"a.proto\" line 2 column 12\n  message A {\nIs a closing brace missing?",
            ),
            (
                "syntax = \"proto3\";\n\nmessage A { D d = 1; }",
                "Name 'D' is not defined, in \"a.proto\" line 3 column 13\n  message A { D d = 1; }\nIs the import of the file that declares it missing?",
            ),
            (
                "syntax = \"proto3\";\nimport \"dep.proto\";\nmessage A { D d = 1; }",
                "Name 'D' is not defined, in \"a.proto\" line 3 column 13\n  message A { D d = 1; }\nd.D is declared in \"dep.proto\"; import that file, or write the full name",
            ),
            (
                "syntax = \"proto3\";\nimport \"gone.proto\";",
                "Import \"gone.proto\" was not found, in \"a.proto\" line 2 column 1\n  import \"gone.proto\";\nLooked in .; name its root folder with -I",
            ),
            (
                "syntax = \"proto3\";\nimport \"google/protobuf/gone.proto\";",
                "Import \"google/protobuf/gone.proto\" was not found, in \"a.proto\" line 2 column 1\n  import \"google/protobuf/gone.proto\";\nLooked in .; name its root folder with -I",
            ),
            (
                "syntax = \"proto3\"; import \"a.proto\";",
                "Files import each other in a circle: a.proto → a.proto",
            ),
            (
                "// c\n/* d */ edition = \"2023\"; message A {}",
                "File \"a.proto\" uses edition 2023; only proto2 and proto3 are understood so far",
            ),
            (
                "syntax = \"proto3\"; import \"locked.proto\";",
                "File \"locked.proto\" could not be read: permission denied",
            ),
            (
                "syntax = \"proto3\";\nmessage A { int32 a = 1; int32 b = 1; }",
                "Field number '1' is already used, in \"a.proto\" line 2 column 36\n  message A { int32 a = 1; int32 b = 1; }",
            ),
        ] {
            let error = compile(&[("a.proto", text), dep], "a.proto", &[]).map(|_| ()).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
        let gone = compile(&[], "x/gone.proto", &["inc"]).unwrap_err().to_string();
        assert_eq!(gone, "File \"gone.proto\" was not found in \"inc\", \"x\"");
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text_and_latin_1_is_no_text() {
        let files = Files(vec![
            ("bom.proto", b"\xef\xbb\xbfsyntax = \"proto3\"; message A {}"),
            ("latin.proto", b"syntax = \"proto3\";\n// caf\xe9\n"),
        ]);
        assert!(Schema::compile(&["bom.proto".to_owned()], &[], &files, false).unwrap().message("A").is_ok());
        let error = Schema::compile(&["latin.proto".to_owned()], &[], &files, false).unwrap_err();
        assert_eq!(
            error.to_string(),
            "The file is not UTF-8, in \"latin.proto\" line 2 column 7\n  // caf\u{fffd}\nSave it as UTF-8"
        );
    }

    #[test]
    fn names_of_one_file_do_not_leak_into_another_that_does_not_import_it() {
        // In one pool, `p.q.T` would shadow the `q.T` that b.proto means.
        let files = Files(vec![
            ("a.proto", b"syntax = \"proto3\"; package p.q; message U {}"),
            ("q.proto", b"syntax = \"proto3\"; package q; message T {}"),
            ("b.proto", b"syntax = \"proto3\"; package p; import \"q.proto\"; message B { q.T t = 1; }"),
        ]);
        let names = ["a.proto", "b.proto"].map(str::to_owned);
        let schema = Schema::compile(&names, &[], &files, false).unwrap();
        assert_eq!(super::super::kind_label(&schema.message("B").unwrap().get_field(1).unwrap()), "T");
    }

    #[test]
    fn public_imports_are_followed_to_any_depth() {
        let files = Files(vec![
            ("a.proto", b"syntax = \"proto3\"; import \"b.proto\"; message A { D d = 1; }"),
            ("b.proto", b"syntax = \"proto3\"; import public \"c.proto\";"),
            ("c.proto", b"syntax = \"proto3\"; import public \"d.proto\";"),
            ("d.proto", b"syntax = \"proto3\"; message D {}"),
        ]);
        let schema = Schema::compile(&["a.proto".to_owned()], &[], &files, false).unwrap();
        assert_eq!(
            schema.message("A").unwrap().get_field(1).unwrap().kind(),
            schema.message("D").map(super::super::Kind::Message).unwrap()
        );
    }

    #[test]
    fn custom_options_and_deep_ones_do_no_harm() {
        let text = |value: &str| {
            let text = format!(
                "syntax = \"proto3\"; import \"google/protobuf/descriptor.proto\"; message O {{ O o = 1; }}\
                 extend google.protobuf.FieldOptions {{ O opt = 50000; }}\
                 message A {{ int32 i = 1 [(opt) = {value}]; }}"
            );
            let files = Files(vec![("a.proto", Box::leak(text.into_boxed_str()).as_bytes())]);
            Schema::compile(&["a.proto".to_owned()], &[], &files, false)
        };
        let schema = text("{ o { o {} } }").unwrap();
        let field = schema.message("A").unwrap().get_field(1).unwrap();
        assert!(field.options().extensions().next().is_some());
        let deep = text(&format!("{} {}", "{ o ".repeat(4000), "{}".to_owned() + &"}".repeat(4000)));
        assert!(matches!(deep, Err(SchemaError::Invalid { .. })), "{deep:?}");
    }

    #[test]
    fn a_schema_of_ones_own_may_replace_the_built_in_one() {
        let text = "syntax = \"proto3\"; package apache.rocketmq.v2; message Status { string why = 7; }";
        let schema = compile(&[("mine.proto", text)], "mine.proto", &[]).unwrap();
        assert!(schema.message("Status").unwrap().get_field(7).is_some());
        assert!(schema.message("SendMessageRequest").is_err());
    }

    #[test]
    fn text_with_a_bit_of_everything_compiles() {
        let schema = compile(&[("a.proto", MIXED)], "a.proto", &[]).unwrap();
        let message = schema.message("p.q.M").unwrap();
        assert_eq!(schema.comment(&message), Some("About M."));
        assert!(message.get_field(2).unwrap().is_map() && message.get_field(5).unwrap().is_group());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn mutated_text_is_a_schema_or_an_error(
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), "[ -~\n]"), 1..5),
            cut in any::<proptest::sample::Index>(),
            is_cut in any::<bool>(),
        ) {
            let mut text = MIXED.to_owned();
            for (at, with) in changes {
                let at = at.index(text.len());
                text.replace_range(at..=at, &with);
            }
            if is_cut {
                text.truncate(cut.index(text.len()));
            }
            let files = Files(vec![("a.proto", Box::leak(text.into_boxed_str()).as_bytes())]);
            let result = Schema::compile(&["a.proto".to_owned()], &[], &files, false);
            if let Err(error) = result {
                prop_assert!(!matches!(error, SchemaError::Crashed(_)), "{error}");
            }
        }
    }

    const MIXED: &str = r#"syntax = "proto2";
package p.q;
import "google/protobuf/descriptor.proto";
/* About M. */
message M {
  optional bytes b = 1 [default = "\001\xffa"];
  map<string, M> m = 2;
  oneof o { int32 i = 3; E e = 4; }
  optional group G = 5 { required sint64 s = 1; }
  repeated fixed32 f = 6 [packed = true, (opt) = { i: 3 }];
  reserved 10 to 20, 30; reserved "x";
  extensions 100 to max;
  message N { enum E { A = 0; B = -1; } }
}
enum E { option allow_alias = true; X = 1; Y = 1; }
extend google.protobuf.FieldOptions { optional M opt = 50000; }
service S { rpc R(stream M) returns (.p.q.M) { option deprecated = true; } }
"#;
}
