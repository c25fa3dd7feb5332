//! The built-in RocketMQ files against the published contract, fact by fact.

use super::builtin::BUILTIN_FILES;
use super::{
    Documented as _, EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor, Schema,
    kind_name,
};
use std::fmt::Write as _;

/// Lines as the contract writes them.
#[derive(Default)]
struct Facts(String);

impl Facts {
    fn line(&mut self, level: usize, line: impl std::fmt::Display) {
        let _ = writeln!(self.0, "{:1$}{line}", "", 2 * level);
    }

    fn file(&mut self, file: &FileDescriptor) {
        let proto = file.file_descriptor_proto();
        self.line(
            0,
            format!("# file {}  (syntax {}, package {})", file.name(), proto.syntax(), proto.package()),
        );
        for import in &proto.dependency {
            self.line(0, format!("import {import}"));
        }
        let options = proto.options.clone().unwrap_or_default();
        let truth = |holds: bool| if holds { "True" } else { "False" };
        #[allow(deprecated, reason = "the contract has it")]
        let equals_and_hash = options.java_generate_equals_and_hash;
        for (name, value) in [
            ("java_package", options.java_package.map(|text| format!("'{text}'"))),
            ("java_outer_classname", options.java_outer_classname.map(|text| format!("'{text}'"))),
            ("java_multiple_files", options.java_multiple_files.map(|is| truth(is).to_owned())),
            ("java_generate_equals_and_hash", equals_and_hash.map(|is| truth(is).to_owned())),
            ("java_string_check_utf8", options.java_string_check_utf8.map(|is| truth(is).to_owned())),
            ("cc_enable_arenas", options.cc_enable_arenas.map(|is| truth(is).to_owned())),
            ("csharp_namespace", options.csharp_namespace.map(|text| format!("'{text}'"))),
        ] {
            if let Some(value) = value {
                self.line(0, format!("option {name} = {value}"));
            }
        }
        file.enums().for_each(|descriptor| self.enum_(0, &descriptor));
        file.messages().for_each(|message| self.message(0, &message));
        for service in file.services() {
            self.line(0, format!("service {}", service.name()));
            for method in service.methods() {
                let stream = |is_stream| if is_stream { "stream " } else { "" };
                let (input, output) = (method.input(), method.output());
                self.line(
                    1,
                    format!(
                        "rpc {}({}{}) returns ({}{})",
                        method.name(),
                        stream(method.is_client_streaming()),
                        input.name(),
                        stream(method.is_server_streaming()),
                        output.name(),
                    ),
                );
            }
        }
    }

    fn message(&mut self, level: usize, message: &MessageDescriptor) {
        if message.is_map_entry() {
            return;
        }
        self.line(level, format!("message {}", short(message.full_name())));
        let mut fields: Vec<FieldDescriptor> = message.fields().collect();
        fields.sort_by(|a, b| a.source_path().cmp(b.source_path()));
        for field in fields {
            let label = match field.field_descriptor_proto().proto3_optional() {
                true => "optional ",
                false => "",
            };
            let oneof = field.containing_oneof().filter(|oneof| !oneof.is_synthetic());
            let oneof = oneof.map_or_else(String::new, |oneof| format!("   (oneof {})", oneof.name()));
            self.line(
                level + 1,
                format!("{} {label}{} {}{oneof}", field.number(), kind(&field), field.name()),
            );
        }
        message.child_enums().for_each(|descriptor| self.enum_(level + 1, &descriptor));
        message.child_messages().for_each(|nested| self.message(level + 1, &nested));
    }

    fn enum_(&mut self, level: usize, descriptor: &EnumDescriptor) {
        self.line(level, format!("enum {}", short(descriptor.full_name())));
        for value in descriptor.values() {
            self.line(level + 1, format!("{} {}", value.number(), value.name()));
        }
    }
}

fn short(full_name: &str) -> &str {
    full_name.strip_prefix("apache.rocketmq.v2.").unwrap_or(full_name)
}

fn kind(field: &FieldDescriptor) -> String {
    let full = |kind: &Kind| match kind {
        Kind::Message(message) => message.full_name().to_owned(),
        Kind::Enum(descriptor) => descriptor.full_name().to_owned(),
        kind => kind_name(kind),
    };
    match field.kind() {
        Kind::Message(entry) if field.is_map() => {
            format!(
                "map<{}, {}>",
                full(&entry.map_entry_key_field().kind()),
                full(&entry.map_entry_value_field().kind())
            )
        }
        kind if field.is_list() => format!("repeated {}", full(&kind)),
        kind => full(&kind),
    }
}

#[test]
fn the_built_in_files_declare_what_the_contract_says() {
    let contract = include_str!("../../tests/data/rocketmq-contract.txt");
    let schema = Schema::builtin();
    let mut facts = Facts::default();
    for (name, _) in BUILTIN_FILES {
        if !facts.0.is_empty() {
            facts.line(0, "");
        }
        facts.file(&schema.pool().get_file_by_name(name).expect("the file is built in"));
    }
    for (line_idx, (declared, said)) in facts.0.lines().zip(contract.lines()).enumerate() {
        assert_eq!(declared, said, "line {}", line_idx + 1);
    }
    assert_eq!(facts.0.lines().count(), contract.trim_end().lines().count());
}
