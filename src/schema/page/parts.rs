//! What stands on a page, from descriptors.

use super::super::describe::{Deprecated, quoted, usual_json_name, values};
use super::super::docs::visible;
use super::super::editions::Edition;
use super::super::options::{Optioned, custom_options};
use super::super::used_in::relative;
use super::super::{
    Cardinality, Declaration, Documented, EnumDescriptor, EnumValueDescriptor, ExtensionDescriptor,
    FieldDescriptor, FieldShape, Kind, MessageDescriptor, MethodDescriptor, OneofDescriptor, Schema,
    ServiceDescriptor, is_closed, kind_name,
};
use super::{
    About, Body, EnumBody, FieldPart, Link, MessageBody, MethodPart, OneofPart, Page, ValuePart, enum_link,
    link_to, message_link,
};

pub(super) fn page(schema: &Schema, declaration: &Declaration) -> Page {
    let package = declaration.file().package_name().to_owned();
    let (about, body) = match declaration {
        Declaration::Message(message) => {
            (about(schema, message), Body::Message(message_body(schema, message)))
        }
        Declaration::Enum(descriptor) => {
            (about(schema, descriptor), Body::Enum(enum_body(schema, descriptor)))
        }
        Declaration::Service(service) => {
            (about(schema, service), Body::Service(service_body(schema, service)))
        }
        Declaration::Method(method) => {
            (about(schema, method), Body::Method(Box::new(method_part(schema, method))))
        }
    };
    Page {
        address: declaration.address(),
        keyword: declaration.keyword(),
        name: declaration.name().to_owned(),
        edition: schema.edition(&declaration.file()).map(Edition::name),
        about,
        body,
        parent: parent(declaration),
        uses: uses(schema, declaration, &package),
        rivals: schema.rivals(declaration),
        package,
    }
}

fn about<D: Documented + Deprecated + Optioned>(schema: &Schema, declared: &D) -> About {
    About {
        comment: schema.comment(declared).map(str::to_owned),
        is_deprecated: declared.is_deprecated(),
        options: custom_options(declared),
    }
}

fn parent(declaration: &Declaration) -> Option<Link> {
    let outer = match declaration {
        Declaration::Message(message) => message.parent_message().map(Declaration::Message),
        Declaration::Enum(descriptor) => descriptor.parent_message().map(Declaration::Message),
        Declaration::Service(_) => None,
        Declaration::Method(method) => Some(Declaration::Service(method.parent_service().clone())),
    }?;
    Some(Link { label: outer.name().to_owned(), to: outer.address() })
}

fn uses(schema: &Schema, declaration: &Declaration, package: &str) -> Vec<Link> {
    let uses = match declaration {
        Declaration::Message(message) => schema.message_uses(message),
        Declaration::Enum(descriptor) => schema.enum_uses(descriptor),
        Declaration::Service(_) | Declaration::Method(_) => &[],
    };
    let link = |one: &super::super::Use| Link { label: one.label(package), to: one.address() };
    let mut uses: Vec<Link> = uses.iter().map(link).collect();
    uses.sort_by(|a, b| a.label.cmp(&b.label));
    uses
}

fn message_body(schema: &Schema, message: &MessageDescriptor) -> MessageBody {
    let package = message.package_name();
    let oneofs = message.oneofs().filter(|oneof| !oneof.is_synthetic());
    let messages = message.child_messages().filter(|child| !child.is_map_entry());
    let nested = messages.map(|child| ("message", message_link(&child, package)));
    let enums = message.child_enums().map(|child| ("enum", enum_link(&child, package)));
    let ranges = |ranges: &mut dyn Iterator<Item = std::ops::Range<u32>>| {
        ranges.map(|range| (range.start, range.end.saturating_sub(1))).collect()
    };
    MessageBody {
        fields: message.fields().map(|field| field_part(schema, &field)).collect(),
        oneofs: oneofs.map(|oneof| oneof_part(schema, &oneof)).collect(),
        extensions: message.extensions().map(|e| extension_part(schema, &e, package)).collect(),
        nested: nested.chain(enums).collect(),
        reserved: ranges(&mut message.reserved_ranges()),
        reserved_names: message.reserved_names().map(visible).collect(),
        extendable: ranges(&mut message.extension_ranges()),
    }
}

fn oneof_part(schema: &Schema, oneof: &OneofDescriptor) -> OneofPart {
    OneofPart {
        name: oneof.name().to_owned(),
        members: oneof.fields().map(|field| field.name().to_owned()).collect(),
        about: About {
            comment: schema.comment(oneof).map(str::to_owned),
            is_deprecated: false,
            options: custom_options(oneof),
        },
    }
}

fn field_part(schema: &Schema, field: &FieldDescriptor) -> FieldPart {
    let package = field.parent_message().package_name().to_owned();
    let proto = field.field_descriptor_proto();
    // Editions have no such label; they are lowered to it.
    let is_optional = proto.proto3_optional() && schema.edition(&field.parent_file()).is_none();
    let default = proto.default_value.as_ref().map(|default| match field.kind() {
        Kind::String => quoted(default),
        // It is escaped already.
        Kind::Bytes => format!("\"{}\"", visible(default)),
        _ => visible(default),
    });
    let oneof = field.containing_oneof().filter(|oneof| !oneof.is_synthetic());
    let shape = Shape::of(field, &package, is_optional);
    FieldPart {
        number: field.number(),
        name: field.name().to_owned(),
        label: shape.label,
        kind: shape.kind,
        of_type: shape.of_type,
        default,
        is_packed: field.is_packed(),
        json_name: (field.json_name() != usual_json_name(field.name())).then(|| visible(field.json_name())),
        oneof: oneof.map(|oneof| oneof.name().to_owned()),
        about: about(schema, field),
    }
}

fn extension_part(schema: &Schema, extension: &ExtensionDescriptor, package: &str) -> FieldPart {
    let shape = Shape::of(extension, package, false);
    let proto = extension.field_descriptor_proto();
    FieldPart {
        number: extension.number(),
        name: format!("({})", extension.full_name()),
        label: shape.label,
        kind: shape.kind,
        of_type: shape.of_type,
        default: None,
        is_packed: false,
        json_name: None,
        oneof: None,
        about: About {
            comment: schema.comment(extension).map(str::to_owned),
            is_deprecated: proto.options.as_ref().is_some_and(|options| options.deprecated()),
            options: custom_options(extension),
        },
    }
}

/// How a field is declared in front of its name.
struct Shape {
    label: String,
    kind: String,
    of_type: Option<Link>,
}

impl Shape {
    /// Names of types are as seen from a package.
    fn of(field: &impl FieldShape, seen_from: &str, is_optional: bool) -> Shape {
        let name = |kind: &Kind| match kind {
            Kind::Message(message) => {
                relative(message.full_name(), message.package_name(), seen_from).to_owned()
            }
            Kind::Enum(descriptor) => {
                relative(descriptor.full_name(), descriptor.package_name(), seen_from).to_owned()
            }
            kind => kind_name(kind),
        };
        let mut label = String::new();
        let kind = field.kind();
        if let (Kind::Message(entry), true) = (&kind, field.is_map()) {
            let [key, value] = [1, 2].map(|number| entry.get_field(number).map(|field| field.kind()));
            let text = |kind: &Option<Kind>| kind.as_ref().map(&name).unwrap_or_default();
            return Shape {
                label,
                kind: format!("map<{}, {}>", text(&key), text(&value)),
                of_type: value.as_ref().and_then(|value| link_to(value, seen_from)),
            };
        }
        label.push_str(match field.cardinality() {
            _ if is_optional => "optional ",
            Cardinality::Required => "required ",
            Cardinality::Repeated => "repeated ",
            Cardinality::Optional => "",
        });
        if field.is_group() {
            label.push_str("group ");
        }
        Shape { label, kind: name(&kind), of_type: link_to(&kind, seen_from) }
    }
}

fn enum_body(schema: &Schema, descriptor: &EnumDescriptor) -> EnumBody {
    let values = values(descriptor);
    let numbers: Vec<i32> = values.iter().map(EnumValueDescriptor::number).collect();
    let parts = values.iter().enumerate().map(|(idx, value)| {
        let is_again = idx.checked_sub(1).and_then(|before| numbers.get(before)) == Some(&value.number());
        let first = is_again.then(|| values.iter().find(|first| first.number() == value.number())).flatten();
        ValuePart {
            number: value.number(),
            name: value.name().to_owned(),
            alias_of: first.map(|first| first.name().to_owned()),
            about: about(schema, value),
        }
    });
    EnumBody {
        values: parts.collect(),
        is_closed: is_closed(descriptor),
        reserved: descriptor.reserved_ranges().map(|range| (*range.start(), *range.end())).collect(),
        reserved_names: descriptor.reserved_names().map(visible).collect(),
    }
}

fn service_body(schema: &Schema, service: &ServiceDescriptor) -> Vec<MethodPart> {
    service.methods().map(|method| method_part(schema, &method)).collect()
}

fn method_part(schema: &Schema, method: &MethodDescriptor) -> MethodPart {
    let service = method.parent_service();
    let package = service.package_name();
    MethodPart {
        name: method.name().to_owned(),
        address: Declaration::Method(method.clone()).address(),
        path: format!("/{}/{}", service.full_name(), method.name()),
        input: message_link(&method.input(), package),
        output: message_link(&method.output(), package),
        is_client_streaming: method.is_client_streaming(),
        is_server_streaming: method.is_server_streaming(),
        about: about(schema, method),
    }
}
