//! Comments: what the author of a `.proto` file wrote beside a declaration.

use super::{
    EnumDescriptor, EnumValueDescriptor, ExtensionDescriptor, FieldDescriptor, FileDescriptor,
    MessageDescriptor, MethodDescriptor, OneofDescriptor, Schema, ServiceDescriptor,
};
use prost_reflect::prost::Message as _;
use prost_reflect::prost_types::SourceCodeInfo;
use prost_reflect::prost_types::source_code_info::Location;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Path elements of a `FileDescriptorProto` whose comments are about the file itself.
const SYNTAX: i32 = 12;
const PACKAGE: i32 = 2;

/// Anything that may carry a comment.
pub trait Documented {
    fn file(&self) -> FileDescriptor;
    /// Its path in the file's `SourceCodeInfo`; empty for the file itself.
    fn source_path(&self) -> &[i32];
}

macro_rules! documented {
    ($($descriptor:ty),*) => {$(
        impl Documented for $descriptor {
            fn file(&self) -> FileDescriptor {
                self.parent_file()
            }
            fn source_path(&self) -> &[i32] {
                self.path()
            }
        }
    )*};
}

documented!(
    MessageDescriptor,
    FieldDescriptor,
    ExtensionDescriptor,
    OneofDescriptor,
    EnumDescriptor,
    EnumValueDescriptor,
    ServiceDescriptor,
    MethodDescriptor
);

impl Documented for FileDescriptor {
    fn file(&self) -> FileDescriptor {
        self.clone()
    }
    fn source_path(&self) -> &[i32] {
        &[]
    }
}

impl Schema {
    /// The comment in front of a declaration, followed by the one behind it, as lines without
    /// comment marks. `None` if there is none; never the empty text.
    pub fn comment(&self, of: &impl Documented) -> Option<&str> {
        let file = of.file();
        let file = self.pool_of(file.parent_pool())?.comments.files.get(file.name())?;
        file.index().get(of.source_path()).map(String::as_str)
    }
}

/// The comments of all files, indexed file by file at the first question.
#[derive(Debug, Default)]
pub(super) struct Comments {
    files: HashMap<String, FileComments>,
}

#[derive(Debug)]
struct FileComments {
    source: Source,
    by_path: OnceLock<HashMap<Vec<i32>, String>>,
}

#[derive(Debug)]
enum Source {
    /// A serialized `SourceCodeInfo` of the locations that have a comment.
    Encoded(Vec<u8>),
    /// A `.proto` file to be parsed.
    Text { name: String, text: &'static str },
}

impl Comments {
    pub(super) fn add_text(&mut self, file: &str, text: &'static str) {
        self.add(file.to_owned(), Source::Text { name: file.to_owned(), text });
    }

    pub(super) fn add_encoded(&mut self, file: String, info: Vec<u8>) {
        if !info.is_empty() {
            self.add(file, Source::Encoded(info));
        }
    }

    fn add(&mut self, file: String, source: Source) {
        self.files.insert(file, FileComments { source, by_path: OnceLock::new() });
    }
}

/// The locations that have comments, without their spans.
pub(super) fn commented(info: SourceCodeInfo) -> SourceCodeInfo {
    let mut location = info.location;
    location.retain(|location| {
        location.leading_comments.is_some()
            || location.trailing_comments.is_some()
            || !location.leading_detached_comments.is_empty()
    });
    location.iter_mut().for_each(|location| location.span.clear());
    SourceCodeInfo { location }
}

impl FileComments {
    fn index(&self) -> &HashMap<Vec<i32>, String> {
        self.by_path.get_or_init(|| match &self.source {
            Source::Encoded(info) => {
                index(&SourceCodeInfo::decode(info.as_slice()).unwrap_or_default().location)
            }
            Source::Text { name, text } => {
                let parsed = protox::file::File::from_source(name, text).ok();
                let info = parsed.and_then(|file| file.file_descriptor_proto().source_code_info.clone());
                index(&commented(info.unwrap_or_default()).location)
            }
        })
    }
}

fn index(locations: &[Location]) -> HashMap<Vec<i32>, String> {
    let mut by_path = HashMap::new();
    let mut about_file = [String::new(), String::new()];
    for location in locations {
        let beside = [location.leading_comments(), location.trailing_comments()].map(clean);
        if let Some(rank) = [[SYNTAX], [PACKAGE]].iter().position(|path| location.path == path) {
            let detached = location.leading_detached_comments.iter().map(|comment| clean(comment));
            about_file[rank] = joined(detached.chain(beside));
            continue;
        }
        let text = joined(beside);
        if !text.is_empty() {
            by_path.entry(location.path.clone()).or_insert(text);
        }
    }
    if let Some(text) = about_file.into_iter().find(|text| !text.is_empty()) {
        by_path.insert(Vec::new(), text);
    }
    by_path
}

fn joined(parts: impl IntoIterator<Item = String>) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

/// One leading space less per line, no blank lines around, and nothing a terminal would obey.
fn clean(comment: &str) -> String {
    let lines: Vec<String> =
        comment.lines().map(|line| visible(line.strip_prefix(' ').unwrap_or(line).trim_end())).collect();
    let is_text = |line: &String| !line.is_empty();
    let (Some(first), Some(last)) = (lines.iter().position(is_text), lines.iter().rposition(is_text)) else {
        return String::new();
    };
    lines[first..=last].join("\n")
}

/// Text of a schema for a terminal or the window: control and direction-changing characters are
/// replaced, tabs are kept.
pub(super) fn visible(text: &str) -> String {
    let harmful = |c: char| {
        (c.is_control() && c != '\t')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|c| if harmful(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_loses_one_space_a_line_and_keeps_lists_and_paragraphs() {
        assert_eq!(clean(" One.\n\n Two:\n - a\n   b\n\n"), "One.\n\nTwo:\n- a\n  b");
        assert_eq!(clean("\n \n"), "");
        assert_eq!(clean(" red \u{1b}[31m \u{202e}txt\r\n"), "red \u{fffd}[31m \u{fffd}txt");
    }

    #[test]
    fn every_declaration_of_the_rocketmq_api_has_a_comment() {
        let schema = Schema::builtin();
        let mut without = Vec::new();
        let mut expect = |comment: Option<&str>, name: &str| {
            if comment.is_none() {
                without.push(name.to_owned());
            }
        };
        for file in schema.pool().files().filter(|file| file.name().starts_with("apache/")) {
            expect(schema.comment(&file), file.name());
        }
        let ours = |package: &str| package == "apache.rocketmq.v2";
        for message in schema.pool().all_messages().filter(|m| ours(m.package_name()) && !m.is_map_entry()) {
            expect(schema.comment(&message), message.full_name());
            for field in message.fields() {
                expect(schema.comment(&field), field.full_name());
            }
        }
        for descriptor in schema.pool().all_enums().filter(|e| ours(e.package_name())) {
            expect(schema.comment(&descriptor), descriptor.full_name());
            // The names of programming languages say all there is.
            for value in descriptor.values().filter(|_| descriptor.name() != "Language") {
                expect(schema.comment(&value), value.full_name());
            }
        }
        for service in schema.pool().services() {
            expect(schema.comment(&service), service.full_name());
            for method in service.methods() {
                expect(schema.comment(&method), method.full_name());
            }
        }
        assert_eq!(without, Vec::<String>::new());
    }
}
