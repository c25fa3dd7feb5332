//! A declaration written out as a `.proto` file has it, for those that have no text of their own:
//! files of descriptor sets, of servers, and Google's.
//!
//! It is what the descriptor says, not what somebody wrote: names are those that are seen from its
//! package, and comments are there as far as the descriptor has them.

use super::definition::{Definition, MAX_LINES};
use super::page::{About, Body, EnumBody, FieldPart, MessageBody, MethodPart, Page, range_text};
use super::{Declaration, Schema, docs};

/// Messages that are declared inside each other to this depth are written out.
const MAX_DEPTH: usize = 40;
/// What a page says of a group in front of its kind.
const GROUP: &str = "group ";

impl Schema {
    /// The declaration as text, with what is declared inside.
    pub fn printed(&self, declaration: &Declaration) -> Definition {
        let file = declaration.file();
        let is_edition = self.edition(&file).is_some();
        let writes_optional = !is_edition && file.syntax() == super::Syntax::Proto2;
        let mut printer = Printer { schema: self, lines: Vec::new(), writes_optional };
        printer.declaration(0, &self.page(declaration));
        let is_cut = printer.lines.len() > MAX_LINES;
        printer.lines.truncate(MAX_LINES);
        Definition { line: None, text: printer.lines.join("\n"), is_cut }
    }
}

struct Printer<'a> {
    schema: &'a Schema,
    lines: Vec<String>,
    /// In proto2 fields of their own have a label.
    writes_optional: bool,
}

impl Printer<'_> {
    fn line(&mut self, level: usize, line: impl AsRef<str>) {
        self.lines.push(format!("{:1$}{2}", "", 2 * level, docs::visible(line.as_ref())));
    }

    fn declaration(&mut self, level: usize, page: &Page) {
        self.comment(level, &page.about);
        match &page.body {
            Body::Message(body) => self.message(level, page, body),
            Body::Enum(body) => self.enumeration(level, page, body),
            Body::Service(methods) => {
                self.line(level, format!("service {} {{", page.name));
                self.options(level + 1, &page.about);
                for method in methods {
                    self.comment(level + 1, &method.about);
                    self.method(level + 1, method);
                }
                self.line(level, "}");
            }
            Body::Method(method) => self.method(level, method),
        }
    }

    fn message(&mut self, level: usize, page: &Page, body: &MessageBody) {
        self.line(level, format!("message {} {{", page.name));
        self.options(level + 1, &page.about);
        let mut written: Vec<&str> = Vec::new();
        for field in &body.fields {
            let Some(name) = &field.oneof else {
                self.field(level + 1, field, true);
                continue;
            };
            let Some(oneof) = body.oneofs.iter().find(|oneof| oneof.name == *name) else { continue };
            // It stands where its first member does.
            if written.contains(&name.as_str()) {
                continue;
            }
            written.push(name);
            self.comment(level + 1, &oneof.about);
            self.line(level + 1, format!("oneof {name} {{"));
            self.options(level + 2, &oneof.about);
            let members = body.fields.iter().filter(|field| field.oneof.as_ref() == Some(name));
            members.for_each(|field| self.field(level + 2, field, false));
            self.line(level + 1, "}");
        }
        let ranges = body.reserved.iter().map(|(first, last)| range_text(*first, *last));
        self.list(level + 1, "reserved", ranges.collect());
        self.names(level + 1, &body.reserved_names);
        let ranges = body.extendable.iter().map(|(first, last)| range_text(*first, *last));
        self.list(level + 1, "extensions", ranges.collect());
        for (_, link) in &body.nested {
            if self.lines.len() > MAX_LINES {
                break;
            }
            match self.schema.page_at(&link.to) {
                Some(nested) if level < MAX_DEPTH => {
                    self.lines.push(String::new());
                    self.declaration(level + 1, &nested);
                }
                _ => self.line(level + 1, "// …"),
            }
        }
        self.line(level, "}");
    }

    fn field(&mut self, level: usize, field: &FieldPart, has_label: bool) {
        self.comment(level, &field.about);
        let label = field.label.replace(GROUP, "");
        let is_bare = label.is_empty() && !field.kind.starts_with("map<");
        let label = if has_label && is_bare && self.writes_optional { "optional " } else { &label };
        let mut notes: Vec<String> = Vec::new();
        notes.extend(field.default.as_ref().map(|default| format!("default = {default}")));
        notes.extend(field.json_name.as_ref().map(|name| format!("json_name = \"{name}\"")));
        notes.extend(field.about.is_deprecated.then(|| "deprecated = true".to_owned()));
        notes.extend(field.about.option_lines());
        let notes = if notes.is_empty() { String::new() } else { format!(" [{}]", notes.join(", ")) };
        let is_group = field.label.contains(GROUP);
        let remark = if is_group { " // a group" } else { "" };
        self.line(level, format!("{label}{} {} = {}{notes};{remark}", field.kind, field.name, field.number));
    }

    fn enumeration(&mut self, level: usize, page: &Page, body: &EnumBody) {
        self.line(level, format!("enum {} {{", page.name));
        self.options(level + 1, &page.about);
        if body.values.iter().any(|value| value.alias_of.is_some()) {
            self.line(level + 1, "option allow_alias = true;");
        }
        for value in &body.values {
            self.comment(level + 1, &value.about);
            let mut notes: Vec<String> = Vec::new();
            notes.extend(value.about.is_deprecated.then(|| "deprecated = true".to_owned()));
            notes.extend(value.about.option_lines());
            let notes = if notes.is_empty() { String::new() } else { format!(" [{}]", notes.join(", ")) };
            self.line(level + 1, format!("{} = {}{notes};", value.name, value.number));
        }
        let ranges = body.reserved.iter().map(|(first, last)| range_text(*first, *last));
        self.list(level + 1, "reserved", ranges.collect());
        self.names(level + 1, &body.reserved_names);
        self.line(level, "}");
    }

    fn method(&mut self, level: usize, method: &MethodPart) {
        let [sends, answers] = [method.is_client_streaming, method.is_server_streaming]
            .map(|is_stream| if is_stream { "stream " } else { "" });
        let (input, output) = (&method.input.label, &method.output.label);
        let head = format!("rpc {}({sends}{input}) returns ({answers}{output})", method.name);
        if method.about.options.is_empty() && !method.about.is_deprecated {
            return self.line(level, format!("{head};"));
        }
        self.line(level, format!("{head} {{"));
        self.options(level + 1, &method.about);
        self.line(level, "}");
    }

    fn comment(&mut self, level: usize, about: &About) {
        for line in about.comment.iter().flat_map(|comment| comment.lines()) {
            self.line(level, format!("// {line}").trim_end());
        }
    }

    fn options(&mut self, level: usize, about: &About) {
        if about.is_deprecated {
            self.line(level, "option deprecated = true;");
        }
        for option in about.option_lines() {
            self.line(level, format!("option {option};"));
        }
    }

    fn list(&mut self, level: usize, word: &str, ranges: Vec<String>) {
        if !ranges.is_empty() {
            self.line(level, format!("{word} {};", ranges.join(", ")));
        }
    }

    fn names(&mut self, level: usize, names: &[String]) {
        let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        self.list(level, "reserved", names);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::text::parse;
    use crate::schema::{BUILTIN_FILES, LoadRequest, NoFiles, Source};
    use std::collections::HashMap;

    fn printed(schema: &Schema, name: &str) -> String {
        schema.printed(&schema.find(name).unwrap()).text
    }

    #[test]
    fn what_is_printed_reads_as_it_was_written() {
        let text = "syntax = \"proto2\"; package p;\n\
            // All of it.\nmessage All {\n  option deprecated = true;\n  // One.\n  optional string a = 1 [default = \"x\\\"y\", deprecated = true];\n  \
            repeated int32 b = 2 [json_name = \"bee\"];\n  oneof one {\n    All c = 3;\n    bytes d = 4;\n  }\n  map<string, All.Inner> m = 5;\n  \
            required E e = 6;\n  reserved 7, 9 to 11;\n  reserved \"old\";\n  extensions 100 to 199;\n\n  message Inner {\n    optional fixed64 f = 1;\n  }\n}\n\
            enum E {\n  option allow_alias = true;\n  ZERO = 0;\n  NULL = 0;\n  NEXT = 1 [deprecated = true];\n  reserved 5 to 6;\n}\n\
            service S {\n  rpc Go(stream All) returns (stream All);\n  rpc Stop(All) returns (All.Inner) {\n    option deprecated = true;\n  }\n}\n";
        let sources = vec![Source::Bytes { path: "p.proto".to_owned(), bytes: text.into() }];
        let (includes, compiled) = (Vec::new(), HashMap::new());
        let request = LoadRequest { sources, includes, resolver: &NoFiles, with_builtin: false, compiled };
        let (schema, report) = Schema::load(request, &mut |_, _| true).unwrap();
        assert!(report.first_problem().is_none(), "{report:?}");
        for name in ["All", "E", "S"] {
            let printed = printed(&schema, name);
            assert!(text.contains(&format!("{printed}\n")), "{printed}");
        }
    }

    #[test]
    fn every_declaration_that_is_built_in_is_printed_as_text_that_parses() {
        let schema = Schema::builtin();
        let mut n_printed = 0;
        for declaration in schema.declarations() {
            if matches!(declaration, Declaration::Method(_)) {
                continue;
            }
            let found = schema.printed(&declaration);
            let syntax = match declaration.file().syntax() {
                crate::schema::Syntax::Proto2 => "proto2",
                crate::schema::Syntax::Proto3 => "proto3",
            };
            let text = format!("syntax = \"{syntax}\";\n{}", found.text);
            let parsed = parse("printed.proto", text.as_bytes());
            assert!(parsed.is_ok(), "{declaration:?}: {:?}\n{text}", parsed.err());
            assert!(!found.is_cut && found.line.is_none());
            n_printed += 1;
        }
        assert!(n_printed > 150 && BUILTIN_FILES.len() == 3, "{n_printed}");
    }
}
