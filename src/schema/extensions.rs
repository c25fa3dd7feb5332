//! Extensions as fields: what reads a message asks for both in the same way.
//!
//! prost-reflect keeps the two apart in its types. So the pool gets one more file, in which each
//! extended message has a shadow whose fields are its extensions, named as ProtoJSON names them:
//! `[pkg.ext]`. No file that was loaded can declare these names, because they are no identifiers.

use super::fence::fenced;
use super::{DescriptorPool, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use prost_reflect::prost_types::{DescriptorProto, FieldDescriptorProto, FieldOptions, FileDescriptorProto};

/// The package of the shadows; the name of one is this, a dot and the full name of its message.
const PACKAGE: &str = "(extensions)";

/// The field or extension of `message` with this number.
pub fn field_of(message: &MessageDescriptor, number: u32) -> Option<FieldDescriptor> {
    message.get_field(number).or_else(|| {
        let is_extension = message.extension_ranges().any(|range| range.contains(&number));
        if is_extension { shadow(message)?.get_field(number) } else { None }
    })
}

/// The extension of `message` with this full name, as a field.
pub fn extension_of(message: &MessageDescriptor, full_name: &str) -> Option<FieldDescriptor> {
    let number = message.get_extension_by_full_name(full_name)?.number();
    field_of(message, number)
}

/// All extensions of `message`, as fields.
pub fn extensions_of(message: &MessageDescriptor) -> Vec<FieldDescriptor> {
    if message.extension_ranges().len() == 0 {
        return Vec::new();
    }
    shadow(message).map(|shadow| shadow.fields().collect()).unwrap_or_default()
}

/// The full name of the extension that a field stands for; `None` for a plain field.
pub fn extension_name(field: &FieldDescriptor) -> Option<&str> {
    field.name().strip_prefix('[')?.strip_suffix(']')
}

fn shadow(message: &MessageDescriptor) -> Option<MessageDescriptor> {
    message.parent_pool().get_message_by_name(&format!("{PACKAGE}.{}", message.full_name()))
}

/// The pool with the shadows of all extended messages; as it is if it refuses them, such as for two
/// extensions with one number.
pub(super) fn with_shadows(pool: DescriptorPool) -> DescriptorPool {
    let shadows: Vec<DescriptorProto> = pool
        .all_messages()
        .filter(|message| message.extensions().len() > 0)
        .map(|message| DescriptorProto {
            name: Some(message.full_name().to_owned()),
            field: message.extensions().map(|extension| field(&extension)).collect(),
            ..DescriptorProto::default()
        })
        .collect();
    if shadows.is_empty() {
        return pool;
    }
    let file = FileDescriptorProto {
        name: Some(PACKAGE.to_owned()),
        package: Some(PACKAGE.to_owned()),
        dependency: pool.files().map(|file| file.name().to_owned()).collect(),
        message_type: shadows,
        syntax: Some("proto2".to_owned()),
        ..FileDescriptorProto::default()
    };
    let mut more = pool.clone();
    match fenced("linking extensions", || more.add_file_descriptor_proto(file).map(|()| more)) {
        Ok(Ok(more)) => more,
        Ok(Err(_)) | Err(_) => pool,
    }
}

fn field(extension: &ExtensionDescriptor) -> FieldDescriptorProto {
    let declared = extension.field_descriptor_proto();
    let name = format!("[{}]", extension.full_name());
    let type_name = match extension.kind() {
        Kind::Message(message) => Some(format!(".{}", message.full_name())),
        Kind::Enum(descriptor) => Some(format!(".{}", descriptor.full_name())),
        _ => None,
    };
    let is_list = extension.is_list();
    let deprecated = declared.options.as_ref().and_then(|options| options.deprecated);
    FieldDescriptorProto {
        name: Some(name.clone()),
        json_name: Some(name),
        number: declared.number,
        label: Some(if is_list { Label::Repeated } else { Label::Optional }.into()),
        r#type: declared.r#type.or_else(|| match extension.kind() {
            Kind::Enum(_) => Some(Type::Enum.into()),
            Kind::Message(_) => Some(Type::Message.into()),
            _ => None,
        }),
        type_name,
        default_value: declared.default_value.clone(),
        options: Some(FieldOptions {
            packed: (is_list && extension.is_packed()).then_some(true),
            deprecated,
            ..FieldOptions::default()
        }),
        ..FieldDescriptorProto::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Schema, SchemaError, kind_label};

    struct OneFile(&'static str);

    impl crate::schema::FileResolver for OneFile {
        fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
            Ok((path == "a.proto").then(|| self.0.as_bytes().to_vec()))
        }
    }

    fn schema(text: &'static str) -> Result<Schema, SchemaError> {
        Schema::compile(&["a.proto".to_owned()], &[], &OneFile(text), false)
    }

    #[test]
    fn an_extension_is_found_like_a_field() {
        let schema = schema(
            r#"syntax = "proto2"; package p;
               message A { extensions 100 to 200; optional int32 own = 1; }
               message Scope { extend A { repeated sint32 many = 101 [packed = true]; } }
               extend A { optional A again = 100; optional string word = 102 [default = "x"]; }"#,
        )
        .unwrap();
        let message = schema.message("p.A").unwrap();
        let label = |number| field_of(&message, number).map(|f| format!("{} {}", f.name(), kind_label(&f)));
        assert_eq!(label(1).as_deref(), Some("own int32"));
        assert_eq!(label(100).as_deref(), Some("[p.again] A"));
        assert_eq!(label(101).as_deref(), Some("[p.Scope.many] repeated sint32"));
        assert_eq!(label(103), None);
        assert!(field_of(&message, 101).unwrap().is_packed());
        let word = extension_of(&message, "p.word").unwrap();
        assert_eq!((word.number(), extension_name(&word)), (102, Some("p.word")));
        assert_eq!(word.default_value(), prost_reflect::Value::String("x".to_owned()));
        assert_eq!(extensions_of(&message).len(), 3);
        assert!(schema.messages().iter().all(|message| !message.full_name().starts_with(PACKAGE)));
        assert!(schema.message("(extensions).p.A").is_err());
        // The message that an extension leads to is the same as any other.
        let Kind::Message(again) = field_of(&message, 100).unwrap().kind() else { panic!("no message") };
        assert!(again == message && field_of(&again, 102).is_some());
    }
}
