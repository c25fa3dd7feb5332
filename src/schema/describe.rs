//! A declaration as text for a person: comment, table, "used in".

use super::options::{Optioned, custom_options};
use super::used_in::relative;
use super::{
    Cardinality, Declaration, Documented, EnumDescriptor, EnumValueDescriptor, FieldDescriptor, FieldShape,
    FileDescriptor, Kind, MessageDescriptor, MethodDescriptor, Schema, SchemaError, ServiceDescriptor, docs,
};
use std::fmt::Write as _;

impl Schema {
    /// The description of what `name` means (see [`Schema::find`]), as plain text.
    pub fn describe(&self, name: &str) -> Result<String, SchemaError> {
        Ok(self.describe_declaration(&self.find(name)?))
    }

    /// A title line, the comment, a table of what is declared inside, and "Used in", one a line.
    pub fn describe_declaration(&self, declaration: &Declaration) -> String {
        let mut text = Text(format!("{} {}\n", declaration.keyword(), declaration.full_name()));
        match declaration {
            Declaration::Message(message) => self.describe_message(&mut text, message),
            Declaration::Enum(descriptor) => self.describe_enum(&mut text, descriptor),
            Declaration::Service(service) => self.describe_service(&mut text, service),
            Declaration::Method(method) => self.describe_method(&mut text, method),
        }
        let uses = self.used_in(declaration);
        if !uses.is_empty() {
            text.heading("Used in");
            for one in uses {
                text.line(1, &one);
            }
        }
        text.0
    }

    fn describe_message(&self, text: &mut Text, message: &MessageDescriptor) {
        text.title(
            &self.where_declared(&message.parent_file()),
            self.comment(message),
            is_deprecated(message),
        );
        text.options(message);
        let fields: Vec<_> = message.fields().map(|field| self.field_row(&field)).collect();
        text.table("Fields", &fields);
        let oneofs = message.oneofs().filter(|oneof| !oneof.is_synthetic());
        let oneofs: Vec<_> = oneofs
            .map(|oneof| {
                let members: Vec<String> = oneof.fields().map(|field| field.name().to_owned()).collect();
                let cells = vec![oneof.name().to_owned(), members.join(", ")];
                Row { cells, comment: self.comment(&oneof).map(str::to_owned) }
            })
            .collect();
        text.table("Oneofs", &oneofs);
        let extensions = message.extensions().map(|extension| {
            let cells = vec![
                extension.number().to_string(),
                qualified_label(&extension, message.package_name()),
                format!("({})", extension.full_name()),
            ];
            Row { cells, comment: self.comment(&extension).map(str::to_owned) }
        });
        text.table("Extensions", &extensions.collect::<Vec<_>>());
        let reserved =
            message.reserved_ranges().map(|range| range_text(range.start, range.end.saturating_sub(1)));
        text.list("Reserved", reserved.chain(message.reserved_names().map(quoted)));
        let extendable =
            message.extension_ranges().map(|range| range_text(range.start, range.end.saturating_sub(1)));
        text.list("Extension numbers", extendable);
    }

    /// The file, with its edition if it has one.
    fn where_declared(&self, file: &FileDescriptor) -> String {
        match self.edition(file) {
            Some(edition) => format!("{} (edition {})", file.name(), edition.name()),
            None => file.name().to_owned(),
        }
    }

    fn field_row(&self, field: &FieldDescriptor) -> Row {
        let package = field.parent_message().package_name().to_owned();
        // Editions have no such label; they are lowered to it.
        let is_optional =
            field.field_descriptor_proto().proto3_optional() && self.edition(&field.parent_file()).is_none();
        let label = match is_optional {
            true => "optional ",
            false if field.cardinality() == Cardinality::Required => "required ",
            false => "",
        };
        let mut cells = vec![
            field.number().to_string(),
            format!("{label}{}", qualified_label(field, &package)),
            field.name().to_owned(),
        ];
        let mut notes = notes(field);
        if let Some(oneof) = field.containing_oneof().filter(|oneof| !oneof.is_synthetic()) {
            notes.push(format!("oneof {}", oneof.name()));
        }
        notes.extend(custom_options(field).into_iter().map(|(name, value)| format!("{name} = {value}")));
        if !notes.is_empty() {
            cells.push(format!("[{}]", notes.join(", ")));
        }
        Row { cells, comment: self.comment(field).map(str::to_owned) }
    }

    fn describe_enum(&self, text: &mut Text, descriptor: &EnumDescriptor) {
        text.title(
            &self.where_declared(&descriptor.parent_file()),
            self.comment(descriptor),
            is_deprecated(descriptor),
        );
        text.options(descriptor);
        let values: Vec<_> = values(descriptor)
            .iter()
            .map(|value| {
                let mut cells = vec![value.number().to_string(), value.name().to_owned()];
                let deprecated = is_deprecated(value).then(|| "deprecated".to_owned());
                let custom =
                    custom_options(value).into_iter().map(|(name, value)| format!("{name} = {value}"));
                let notes: Vec<String> = deprecated.into_iter().chain(custom).collect();
                if !notes.is_empty() {
                    cells.push(format!("[{}]", notes.join(", ")));
                }
                Row { cells, comment: self.comment(value).map(str::to_owned) }
            })
            .collect();
        text.table("Values", &values);
        let reserved = descriptor.reserved_ranges().map(|range| range_text(*range.start(), *range.end()));
        text.list("Reserved", reserved.chain(descriptor.reserved_names().map(quoted)));
    }

    fn describe_service(&self, text: &mut Text, service: &ServiceDescriptor) {
        text.title(
            &self.where_declared(&service.parent_file()),
            self.comment(service),
            is_deprecated(service),
        );
        text.options(service);
        let methods: Vec<_> = service
            .methods()
            .map(|method| Row {
                cells: vec![signature(&method)],
                comment: self.comment(&method).map(str::to_owned),
            })
            .collect();
        text.table("Methods", &methods);
    }

    fn describe_method(&self, text: &mut Text, method: &MethodDescriptor) {
        text.title(&self.where_declared(&method.parent_file()), self.comment(method), is_deprecated(method));
        text.options(method);
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        text.heading("Call");
        text.line(1, &path);
        for (word, message, is_stream) in [
            ("Input", method.input(), method.is_client_streaming()),
            ("Output", method.output(), method.is_server_streaming()),
        ] {
            text.heading(word);
            text.line(1, &format!("{}{}", if is_stream { "stream " } else { "" }, message.full_name()));
        }
    }
}

/// By number, aliases in the order they are declared in.
pub(super) fn values(descriptor: &EnumDescriptor) -> Vec<EnumValueDescriptor> {
    let mut values: Vec<_> = descriptor.values().collect();
    values.sort_by(|a, b| (a.number(), a.path()).cmp(&(b.number(), b.path())));
    values
}

/// `rpc Name(stream In) returns (stream Out)`, types as seen from the service's package.
fn signature(method: &MethodDescriptor) -> String {
    let seen_from = method.parent_service().package_name();
    let side = |message: &MessageDescriptor, is_stream| {
        let name = relative(message.full_name(), message.package_name(), seen_from);
        format!("({}{name})", if is_stream { "stream " } else { "" })
    };
    let input = side(&method.input(), method.is_client_streaming());
    let output = side(&method.output(), method.is_server_streaming());
    format!("rpc {}{input} returns {output}", method.name())
}

/// The kind of a field with type names as seen from a package.
fn qualified_label(field: &impl FieldShape, seen_from: &str) -> String {
    let qualified = |kind: &Kind| match kind {
        Kind::Message(message) => relative(message.full_name(), message.package_name(), seen_from).to_owned(),
        Kind::Enum(descriptor) => {
            relative(descriptor.full_name(), descriptor.package_name(), seen_from).to_owned()
        }
        kind => super::kind_name(kind),
    };
    let kind = field.kind();
    if let (Kind::Message(entry), true) = (&kind, field.is_map()) {
        let [key, value] = [1, 2].map(|number| entry.get_field(number).map(|field| qualified(&field.kind())));
        return format!("map<{}, {}>", key.unwrap_or_default(), value.unwrap_or_default());
    }
    let group = if field.is_group() { "group " } else { "" };
    let repeated = if field.cardinality() == Cardinality::Repeated { "repeated " } else { "" };
    format!("{repeated}{group}{}", qualified(&kind))
}

/// What a field declares in brackets.
fn notes(field: &FieldDescriptor) -> Vec<String> {
    let proto = field.field_descriptor_proto();
    let mut notes = Vec::new();
    if let Some(default) = &proto.default_value {
        notes.push(format!(
            "default = {}",
            if field.kind() == Kind::String { quoted(default) } else { docs::visible(default) }
        ));
    }
    if field.is_packed() {
        notes.push("packed".to_owned());
    }
    if is_deprecated(field) {
        notes.push("deprecated".to_owned());
    }
    if field.json_name() != usual_json_name(field.name()) {
        notes.push(format!("json_name = {}", quoted(field.json_name())));
    }
    notes
}

/// The JSON name that a compiler derives: `born_timestamp` is `bornTimestamp`.
fn usual_json_name(name: &str) -> String {
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

fn range_text<N: PartialEq + std::fmt::Display>(first: N, last: N) -> String {
    if first == last { first.to_string() } else { format!("{first} to {last}") }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", docs::visible(&text.replace('\\', "\\\\").replace('"', "\\\"")))
}

struct Row {
    cells: Vec<String>,
    comment: Option<String>,
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

    fn title(&mut self, file: &str, comment: Option<&str>, is_deprecated: bool) {
        self.line(0, &format!("in {file}"));
        if is_deprecated {
            self.line(0, "deprecated");
        }
        if let Some(comment) = comment {
            self.line(0, "");
            self.paragraph(0, comment);
        }
    }

    /// Options that the schema declares itself.
    fn options(&mut self, of: &impl Optioned) {
        let options = custom_options(of);
        if !options.is_empty() {
            self.heading("Options");
            for (name, value) in options {
                self.line(1, &format!("{name} = {value}"));
            }
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
