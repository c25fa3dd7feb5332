//! A declaration as text for a person: comment, table, "used in". What it says is its [`Page`]'s.

use super::page::{About, Body, EnumBody, FieldPart, MessageBody, MethodPart, Page, range_text};
use super::{
    Declaration, Documented, EnumDescriptor, EnumValueDescriptor, FieldDescriptor, MessageDescriptor,
    MethodDescriptor, Schema, SchemaError, ServiceDescriptor, docs,
};
use std::fmt::Write as _;

impl Schema {
    /// The description of what `name` means (see [`Schema::find`]), as plain text.
    pub fn describe(&self, name: &str) -> Result<String, SchemaError> {
        Ok(self.describe_declaration(&self.find(name)?))
    }

    /// A title line, the comment, a table of what is declared inside, and "Used in", one a line.
    pub fn describe_declaration(&self, declaration: &Declaration) -> String {
        self.page(declaration).to_text()
    }
}

impl Page {
    /// As `describe` prints it.
    pub fn to_text(&self) -> String {
        let mut text = Text(format!("{} {}\n", self.keyword, self.address.full_name));
        let edition = self.edition.map(|edition| format!(" (edition {edition})")).unwrap_or_default();
        text.title(&format!("{}{edition}", self.address.file), &self.about);
        text.options(&self.about);
        if !self.rivals.is_empty() {
            text.heading("Declared differently");
            for rival in &self.rivals {
                text.line(1, &rival.sentence());
            }
        }
        match &self.body {
            Body::Message(body) => message(&mut text, body),
            Body::Enum(body) => values_of(&mut text, body),
            Body::Service(methods) => {
                let rows: Vec<Row> =
                    methods.iter().map(|method| Row::new(vec![signature(method)], &method.about)).collect();
                text.table("Methods", &rows);
            }
            Body::Method(part) => method(&mut text, part),
        }
        if !self.uses.is_empty() {
            text.heading("Used in");
            for one in &self.uses {
                text.line(1, &one.label);
            }
        }
        text.0
    }
}

fn message(text: &mut Text, body: &MessageBody) {
    text.table("Fields", &body.fields.iter().map(field_row).collect::<Vec<_>>());
    let oneofs = body.oneofs.iter();
    let oneofs = oneofs
        .map(|one| Row::with_notes(vec![one.name.clone(), one.members.join(", ")], Vec::new(), &one.about));
    text.table("Oneofs", &oneofs.collect::<Vec<_>>());
    text.table("Extensions", &body.extensions.iter().map(field_row).collect::<Vec<_>>());
    let reserved = body.reserved.iter().map(|(first, last)| range_text(*first, *last));
    text.list("Reserved", reserved.chain(body.reserved_names.iter().map(|name| quoted(name))));
    let extendable = body.extendable.iter().map(|(first, last)| range_text(*first, *last));
    text.list("Extension numbers", extendable);
}

fn field_row(field: &FieldPart) -> Row {
    let cells = vec![field.number.to_string(), field.kind_text(), field.name.clone()];
    Row::with_notes(cells, field.notes(), &field.about)
}

fn values_of(text: &mut Text, body: &EnumBody) {
    let values = body.values.iter().map(|value| {
        let cells = vec![value.number.to_string(), value.name.clone()];
        Row::with_notes(cells, Vec::new(), &value.about)
    });
    text.table("Values", &values.collect::<Vec<_>>());
    let reserved = body.reserved.iter().map(|(first, last)| range_text(*first, *last));
    text.list("Reserved", reserved.chain(body.reserved_names.iter().map(|name| quoted(name))));
}

fn method(text: &mut Text, method: &MethodPart) {
    text.heading("Call");
    text.line(1, &method.path);
    for (word, message, is_stream) in [
        ("Input", &method.input, method.is_client_streaming),
        ("Output", &method.output, method.is_server_streaming),
    ] {
        text.heading(word);
        text.line(1, &format!("{}{}", stream(is_stream), message.to.full_name));
    }
}

/// `rpc Name(stream In) returns (stream Out)`, types as seen from the service's package.
fn signature(method: &MethodPart) -> String {
    let (input, output) = (&method.input.label, &method.output.label);
    let [sends, answers] = [method.is_client_streaming, method.is_server_streaming].map(stream);
    format!("rpc {}({sends}{input}) returns ({answers}{output})", method.name)
}

fn stream(is_stream: bool) -> &'static str {
    if is_stream { "stream " } else { "" }
}

/// By number, aliases in the order they are declared in.
pub(super) fn values(descriptor: &EnumDescriptor) -> Vec<EnumValueDescriptor> {
    let mut values: Vec<_> = descriptor.values().collect();
    values.sort_by(|a, b| (a.number(), a.path()).cmp(&(b.number(), b.path())));
    values
}

/// The JSON name that a compiler derives: `born_timestamp` is `bornTimestamp`.
pub(super) fn usual_json_name(name: &str) -> String {
    let mut upper = false;
    let mut json_name = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '_' => upper = true,
            c => json_name.push(if std::mem::take(&mut upper) { c.to_ascii_uppercase() } else { c }),
        }
    }
    json_name
}

/// Anything whose options have `deprecated`.
pub(super) trait Deprecated: Documented {
    fn is_deprecated(&self) -> bool;
}

macro_rules! deprecated {
    ($($descriptor:ty, $proto:ident);*) => {$(
        impl Deprecated for $descriptor {
            fn is_deprecated(&self) -> bool {
                self.$proto().options.as_ref().is_some_and(|options| options.deprecated())
            }
        }
    )*};
}

deprecated!(
    MessageDescriptor, descriptor_proto;
    FieldDescriptor, field_descriptor_proto;
    EnumDescriptor, enum_descriptor_proto;
    EnumValueDescriptor, enum_value_descriptor_proto;
    ServiceDescriptor, service_descriptor_proto;
    MethodDescriptor, method_descriptor_proto
);

pub(super) fn is_deprecated(declared: &impl Deprecated) -> bool {
    declared.is_deprecated()
}

pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", docs::visible(&text.replace('\\', "\\\\").replace('"', "\\\"")))
}

struct Row {
    cells: Vec<String>,
    comment: Option<String>,
}

impl Row {
    fn new(cells: Vec<String>, about: &About) -> Row {
        Row { cells, comment: about.comment.clone() }
    }

    /// With one more cell in brackets for notes, if there are any.
    fn with_notes(mut cells: Vec<String>, mut notes: Vec<String>, about: &About) -> Row {
        notes.extend(about.is_deprecated.then(|| "deprecated".to_owned()));
        notes.extend(about.option_lines());
        if !notes.is_empty() {
            cells.push(format!("[{}]", notes.join(", ")));
        }
        Row::new(cells, about)
    }
}

/// Lines of plain text, two spaces a level.
struct Text(String);

impl Text {
    fn line(&mut self, level: usize, line: &str) {
        let indent = if line.is_empty() { 0 } else { 2 * level };
        let _ = writeln!(self.0, "{:indent$}{line}", "");
    }

    fn heading(&mut self, heading: &str) {
        self.line(0, "");
        self.line(0, heading);
    }

    fn title(&mut self, file: &str, about: &About) {
        self.line(0, &format!("in {file}"));
        if about.is_deprecated {
            self.line(0, "deprecated");
        }
        if let Some(comment) = &about.comment {
            self.line(0, "");
            self.paragraph(0, comment);
        }
    }

    /// Options that the schema declares itself.
    fn options(&mut self, about: &About) {
        if !about.options.is_empty() {
            self.heading("Options");
            about.option_lines().for_each(|line| self.line(1, &line));
        }
    }

    fn paragraph(&mut self, level: usize, text: &str) {
        for line in text.lines() {
            self.line(level, line);
        }
    }

    /// Rows in aligned columns, each with its comment below.
    fn table(&mut self, heading: &str, rows: &[Row]) {
        if rows.is_empty() {
            return;
        }
        self.heading(heading);
        let n_columns = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        let width = |column: usize| {
            rows.iter().filter_map(|row| row.cells.get(column)).map(|cell| cell.chars().count()).max()
        };
        let widths: Vec<usize> = (0..n_columns).map(|column| width(column).unwrap_or(0)).collect();
        for row in rows {
            let cells = row.cells.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
                let is_number = column == 0 && cell.parse::<i64>().is_ok();
                if is_number { format!("{cell:>width$}") } else { format!("{cell:width$}") }
            });
            self.line(1, cells.collect::<Vec<_>>().join("  ").trim_end());
            if let Some(comment) = &row.comment {
                self.paragraph(3, comment);
            }
        }
    }

    fn list(&mut self, heading: &str, parts: impl Iterator<Item = String>) {
        let parts: Vec<String> = parts.collect();
        if !parts.is_empty() {
            self.heading(heading);
            self.line(1, &parts.join(", "));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PROTO: &str = r#"syntax = "proto2";
package p;
// What is sold.
//
// - new
// - used
message Item {
  // Its number.
  required int32 id = 1;
  repeated int32 parts = 2 [packed = true];
  optional string name = 3 [default = "a\"b", json_name = "NAME"];
  optional Colour colour = 4 [deprecated = true, default = RED];
  map<string, Item> kin = 12;
  oneof price {
    // In cents.
    int64 fixed = 5;
    double rate = 6;
  }
  optional group Box = 7 { }
  reserved 20, 30 to 40;
  reserved "old";
  extensions 100 to 199;
}
enum Colour { option allow_alias = true; RED = 0; ROT = 0; reserved -2 to -1; }
extend Item { optional google.protobuf.Duration age = 100; }
service Shop { option deprecated = true; rpc Buy(stream Item) returns (google.protobuf.Duration); }
import "google/protobuf/duration.proto";
"#;

    struct One;

    impl super::super::FileResolver for One {
        fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
            Ok((path == "shop.proto").then(|| PROTO.as_bytes().to_vec()))
        }
    }

    fn schema() -> Schema {
        Schema::compile(&["shop.proto".to_owned()], &[], &One, false).unwrap()
    }

    #[test]
    fn a_message_is_described_with_all_it_declares() {
        let expected = r#"message p.Item
in shop.proto

What is sold.

- new
- used

Fields
   1  required int32            id
      Its number.
   2  repeated int32            parts   [packed]
   3  string                    name    [default = "a\"b", json_name = "NAME"]
   4  Colour                    colour  [default = RED, deprecated]
   5  int64                     fixed   [oneof price]
      In cents.
   6  double                    rate    [oneof price]
   7  group Item.Box            box
  12  map<string, Item>         kin

Oneofs
  price  fixed, rate

Extensions
  100  google.protobuf.Duration  (p.age)

Reserved
  20, 30 to 40, "old"

Extension numbers
  100 to 199

Used in
  Item.kin
  Shop.Buy
"#;
        let described = schema().describe("Item").unwrap();
        assert_eq!(unaligned(&described), unaligned(expected));
        assert!(
            described.contains("\n   7  group Item.Box     box\n  12  map<string, Item>  kin\n"),
            "{described}"
        );
    }

    /// With runs of spaces inside a line as one, so that the expected text need not be aligned.
    fn unaligned(text: &str) -> Vec<String> {
        text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn enums_services_and_methods_are_described() {
        let schema = schema();
        assert_eq!(
            schema.describe("Colour").unwrap(),
            "enum p.Colour\nin shop.proto\n\nValues\n  0  RED\n  0  ROT\n\nReserved\n  -2 to -1\n\nUsed in\n  Item.colour\n"
        );
        assert_eq!(
            schema.describe("Shop").unwrap(),
            "service p.Shop\nin shop.proto\ndeprecated\n\nMethods\n  rpc Buy(stream Item) returns (google.protobuf.Duration)\n"
        );
        assert_eq!(
            schema.describe("Shop.Buy").unwrap(),
            "rpc p.Shop.Buy\nin shop.proto\n\nCall\n  /p.Shop/Buy\n\nInput\n  stream p.Item\n\nOutput\n  google.protobuf.Duration\n"
        );
        assert!(
            schema
                .describe("google.protobuf.Duration")
                .unwrap()
                .ends_with("\nUsed in\n  p.Shop.Buy\n  p.age\n")
        );
    }

    #[test]
    fn the_same_facts_are_in_the_json() {
        let schema = schema();
        let item = schema.describe_json("Item").unwrap();
        assert_eq!(item["used_in"], json!(["Item.kin", "Shop.Buy"]));
        assert_eq!(item["fields"].as_array().map(Vec::len), Some(8));
        assert_eq!(item["fields"][7]["kind"], "map<string, Item>");
        assert_eq!(item["fields"][4]["oneof"], "price");
        assert_eq!(item["comment"], "What is sold.\n\n- new\n- used");
        assert_eq!(schema.describe_json("Buy").unwrap()["client_streaming"], true);
    }

    #[test]
    fn every_declaration_of_the_built_in_schema_can_be_described() {
        let schema = Schema::builtin();
        for declaration in schema.declarations() {
            let text = schema.describe_declaration(&declaration);
            assert!(text.starts_with(&format!("{} {}\n", declaration.keyword(), declaration.full_name())));
            assert!(text.lines().all(|line| line.trim_end() == line), "{text}");
            assert!(schema.describe_json(declaration.full_name()).is_ok(), "{}", declaration.full_name());
        }
    }
}
