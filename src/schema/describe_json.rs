//! A declaration as JSON: the same facts that `describe` writes for a person.

use super::describe::{is_deprecated, values};
use super::options::custom_options_json;
use super::{
    Cardinality, Declaration, Edition, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor,
    MethodDescriptor, Schema, SchemaError, has_presence, is_closed, kind_label,
};
use serde_json::{Value, json};

impl Schema {
    /// The description of what `name` means (see [`Schema::find`]), as JSON.
    pub fn describe_json(&self, name: &str) -> Result<Value, SchemaError> {
        Ok(self.declaration_json(&self.find(name)?))
    }

    fn declaration_json(&self, declaration: &Declaration) -> Value {
        let mut value = match declaration {
            Declaration::Message(message) => self.message_json(message),
            Declaration::Enum(descriptor) => self.enum_json(descriptor),
            Declaration::Service(service) => json!({
                "file": service.parent_file().name(),
                "comment": self.comment(service),
                "methods": service.methods().map(|method| self.method_json(&method)).collect::<Vec<_>>(),
            }),
            Declaration::Method(method) => self.method_json(method),
        };
        if let Value::Object(object) = &mut value {
            object.insert("declaration".to_owned(), declaration.keyword().into());
            object.insert("full_name".to_owned(), declaration.full_name().into());
            let (file, options) = match declaration {
                Declaration::Message(message) => (message.parent_file(), custom_options_json(message)),
                Declaration::Enum(descriptor) => (descriptor.parent_file(), custom_options_json(descriptor)),
                Declaration::Service(service) => (service.parent_file(), custom_options_json(service)),
                Declaration::Method(method) => (method.parent_file(), custom_options_json(method)),
            };
            object.insert("edition".to_owned(), self.edition(&file).map(Edition::name).into());
            object.insert("options".to_owned(), options);
            let rivals = self.rivals(declaration).into_iter().map(|rival| {
                json!({ "file": rival.address.file, "wins": rival.wins, "difference": rival.difference })
            });
            object.insert("declared_differently".to_owned(), rivals.collect::<Vec<_>>().into());
            if matches!(declaration, Declaration::Message(_) | Declaration::Enum(_)) {
                object.insert("used_in".to_owned(), self.used_in(declaration).into());
            }
        }
        value
    }

    fn message_json(&self, message: &MessageDescriptor) -> Value {
        let oneofs = message.oneofs().filter(|oneof| !oneof.is_synthetic());
        json!({
            "file": message.parent_file().name(),
            "comment": self.comment(message),
            "deprecated": is_deprecated(message),
            "fields": message.fields().map(|field| self.field_json(&field)).collect::<Vec<_>>(),
            "oneofs": oneofs.map(|oneof| json!({
                "name": oneof.name(),
                "comment": self.comment(&oneof),
                "options": custom_options_json(&oneof),
                "fields": oneof.fields().map(|field| field.name().to_owned()).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "extensions": message.extensions().map(|extension| json!({
                "number": extension.number(),
                "kind": kind_label(&extension),
                "full_name": extension.full_name(),
                "comment": self.comment(&extension),
            })).collect::<Vec<_>>(),
            "reserved_ranges": message.reserved_ranges().map(|r| [r.start, r.end.saturating_sub(1)]).collect::<Vec<_>>(),
            "reserved_names": message.reserved_names().collect::<Vec<_>>(),
        })
    }

    fn field_json(&self, field: &FieldDescriptor) -> Value {
        let kind = field.kind();
        let type_name = match &kind {
            Kind::Message(message) => Some(message.full_name().to_owned()),
            Kind::Enum(descriptor) => Some(descriptor.full_name().to_owned()),
            _ => None,
        };
        let proto = field.field_descriptor_proto();
        json!({
            "number": field.number(),
            "name": field.name(),
            "json_name": field.json_name(),
            "kind": kind_label(field),
            "type": type_name,
            "presence": has_presence(field),
            "packed": field.is_packed(),
            "required": field.cardinality() == Cardinality::Required,
            "default": proto.default_value,
            "deprecated": is_deprecated(field),
            "oneof": field.containing_oneof().filter(|o| !o.is_synthetic()).map(|o| o.name().to_owned()),
            "options": custom_options_json(field),
            "comment": self.comment(field),
        })
    }

    fn enum_json(&self, descriptor: &EnumDescriptor) -> Value {
        json!({
            "file": descriptor.parent_file().name(),
            "comment": self.comment(descriptor),
            "deprecated": is_deprecated(descriptor),
            "closed": is_closed(descriptor),
            "values": values(descriptor).iter().map(|value| json!({
                "number": value.number(),
                "name": value.name(),
                "deprecated": is_deprecated(value),
                "options": custom_options_json(value),
                "comment": self.comment(value),
            })).collect::<Vec<_>>(),
            "reserved_ranges": descriptor.reserved_ranges().map(|r| [*r.start(), *r.end()]).collect::<Vec<_>>(),
            "reserved_names": descriptor.reserved_names().collect::<Vec<_>>(),
        })
    }

    fn method_json(&self, method: &MethodDescriptor) -> Value {
        json!({
            "file": method.parent_file().name(),
            "name": method.name(),
            "path": format!("/{}/{}", method.parent_service().full_name(), method.name()),
            "comment": self.comment(method),
            "deprecated": is_deprecated(method),
            "input": method.input().full_name(),
            "output": method.output().full_name(),
            "client_streaming": method.is_client_streaming(),
            "server_streaming": method.is_server_streaming(),
        })
    }
}
